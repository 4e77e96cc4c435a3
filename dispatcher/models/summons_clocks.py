"""Clocks of a whistle: what each summoned department owes by when, as a pure function of record and law.

All limits run from the blowing; an appointed time and an agreed date take their place. Source: DOMAIN section 6.
"""

import datetime as dt
import enum
from typing import assert_never

import msgspec

from dispatcher.models.deadlines import after
from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.law import Law
from dispatcher.models.policy import Limit
from dispatcher.models.whistle import MILESTONES, Milestone, Summons, Whistle


class SummonsDuty(enum.StrEnum):
    """What a summoned department owes by a date, in the order in which it owes it."""

    SIGN = "sign"
    CONTACT = "contact"
    REPORT_IN = "report_in"
    MEASURE = "measure"
    DONE = "done"


CLIMBED = (SummonsDuty.SIGN, SummonsDuty.REPORT_IN, SummonsDuty.DONE)
"""The duties that wait for one another; silence about the first that is not met climbs the ladder."""

_MILESTONE_OF = {
    SummonsDuty.SIGN: Milestone.SIGNED,
    SummonsDuty.CONTACT: Milestone.ON_THE_WAY,
    SummonsDuty.REPORT_IN: Milestone.REPORTED_IN,
    SummonsDuty.MEASURE: Milestone.MEASURE_AGREED,
    SummonsDuty.DONE: Milestone.DONE,
}


class WhistleClock(msgspec.Struct, frozen=True, kw_only=True):
    """One dated duty, running or met. `limit` is None when the date was agreed upon; `due` counts as in time."""

    start: Instant
    due: Instant
    limit: Limit | None
    provisional: bool = False
    met_at: Instant | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether the duty is still owed."""
        return self.met_at is None


class SummonsClock(WhistleClock, frozen=True, kw_only=True):
    """What one department owes on a whistle, and by when."""

    unit: UnitId
    duty: SummonsDuty

    @property
    def milestone(self) -> Milestone:
        """The milestone that meets the duty; for the contact setting out, which is one of the ways to meet it."""
        return _MILESTONE_OF[self.duty]


def summons_clocks(whistle: Whistle, summons: Summons, law: Law) -> tuple[SummonsClock, ...]:
    """List a department's dated duties in their order: those met, and those it still owes.

    Nothing is owed once the whistle is closed, nor by a department that is done, released or declared a no-show.
    """
    owes = whistle.is_open and summons.is_owed
    found = (clock_of(whistle, summons, duty, law) for duty in SummonsDuty)
    return tuple(clock for clock in found if clock is not None and (owes or not clock.is_running))


def summons_clock(whistle: Whistle, summons: Summons, law: Law) -> SummonsClock | None:
    """Give the department's next duty among signing, reporting in and being done, or None when it owes nothing."""
    if not (whistle.is_open and summons.is_owed):
        return None
    owed = next(duty for duty in CLIMBED if _met_at(summons, duty) is None)
    return clock_of(whistle, summons, owed, law)


def record_clock(whistle: Whistle, law: Law) -> WhistleClock | None:
    """Give the street's own duty to record a meeting, from the first report-in on.

    None where the kind has no such limit, while nobody has come, and when a whistle was closed without a meeting.
    """
    limit = law.policy.whistles[whistle.kind].record
    start = min((at for s in whistle.summons if (at := s.at(Milestone.REPORTED_IN))), default=None)
    if limit is None or start is None:
        return None
    met_at = min((meeting.recorded_at or meeting.at for meeting in whistle.meetings), default=None)
    if met_at is None and not whistle.is_open:
        return None
    span = after(start, limit, law)
    return WhistleClock(start=start, due=span.end, limit=limit, provisional=span.provisional, met_at=met_at)


def clock_of(whistle: Whistle, summons: Summons, duty: SummonsDuty, law: Law) -> SummonsClock | None:
    """Give the clock of one duty, owed or not any more; None where the kind of whistle has no such limit."""
    term = _term(whistle, summons, duty, law)
    if isinstance(term, Limit):
        span = after(whistle.blown_at, term, law)
        due, limit, provisional = span.end, term, span.provisional
    elif term is not None:
        due, limit, provisional = term, None, False  # a date people agreed upon rests on no calendar
    else:
        return None
    return SummonsClock(
        unit=summons.unit,
        duty=duty,
        start=whistle.blown_at,
        due=due,
        limit=limit,
        provisional=provisional,
        met_at=_met_at(summons, duty),
    )


def _term(whistle: Whistle, summons: Summons, duty: SummonsDuty, law: Law) -> Limit | dt.datetime | None:
    """What ends a duty: its limit, or the date that was agreed instead of it."""
    limits = law.policy.whistles[whistle.kind]
    match duty:
        case SummonsDuty.SIGN:
            return limits.sign
        case SummonsDuty.CONTACT:
            return limits.contact
        case SummonsDuty.REPORT_IN:
            appointed = whistle.appointed_at
            return appointed if appointed is not None and appointed > whistle.blown_at else limits.report_in
        case SummonsDuty.MEASURE:
            return limits.measure
        case SummonsDuty.DONE:
            if summons.finish_by is not None:
                return summons.finish_by
            return limits.done_simple if whistle.simple and limits.done_simple is not None else limits.done
        case _:
            assert_never(duty)


def _met_at(summons: Summons, duty: SummonsDuty) -> dt.datetime | None:
    match duty:
        case SummonsDuty.SIGN:
            return summons.at(Milestone.SIGNED) or _first(*(summons.at(m) for m in _AFTER_SIGNING))
        case SummonsDuty.CONTACT:
            return _first(summons.contacted_at, summons.at(Milestone.ON_THE_WAY), summons.at(Milestone.REPORTED_IN))
        case SummonsDuty.REPORT_IN:
            return summons.at(Milestone.REPORTED_IN)
        case SummonsDuty.MEASURE:
            return _first(summons.at(Milestone.MEASURE_AGREED), summons.at(Milestone.DONE))
        case SummonsDuty.DONE:
            return summons.at(Milestone.DONE)
        case _:
            assert_never(duty)


_AFTER_SIGNING = MILESTONES[MILESTONES.index(Milestone.ON_THE_WAY) : MILESTONES.index(Milestone.SCORED)]
"""Who sets out, comes or works has seen the summons, signed for or not."""


def _first(*instants: dt.datetime | None) -> dt.datetime | None:
    return min((at for at in instants if at is not None), default=None)
