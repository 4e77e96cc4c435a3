"""Clocks of a whistle: what each summoned department owes by when, as a pure function of record and law.

Source: DOMAIN section 6.
"""

import datetime as dt

import msgspec

from dispatcher.models.deadlines import after
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.whistle import Milestone, Summons, Whistle


class SummonsClock(msgspec.Struct, frozen=True, kw_only=True):
    """What one department owes next on a whistle, and by when."""

    unit: UnitId
    milestone: Milestone
    due: dt.datetime
    provisional: bool = False


def summons_clock(whistle: Whistle, summons: Summons, law: Law) -> SummonsClock | None:
    """Give the department's next dated duty (sign, report in, be done), or None when it owes nothing."""
    if not whistle.is_open:
        return None
    limits = law.policy.whistles[whistle.kind]
    if summons.at(Milestone.DONE):
        return None
    if summons.at(Milestone.REPORTED_IN):
        span = after(whistle.blown_at, limits.done, law)
        return SummonsClock(unit=summons.unit, milestone=Milestone.DONE, due=span.end, provisional=span.provisional)
    if summons.at(Milestone.SIGNED) or summons.at(Milestone.ON_THE_WAY):
        span = after(whistle.blown_at, limits.report_in, law)
        due = whistle.appointed_at or span.end
        return SummonsClock(
            unit=summons.unit,
            milestone=Milestone.REPORTED_IN,
            due=due,
            provisional=law.calendar.is_provisional(due) if whistle.appointed_at else span.provisional,
        )
    span = after(whistle.blown_at, limits.sign, law)
    return SummonsClock(unit=summons.unit, milestone=Milestone.SIGNED, due=span.end, provisional=span.provisional)
