"""The law in force: the policy and the calendar that judgements and clocks are made from."""

from collections.abc import Iterable

import msgspec

from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import Policy
from dispatcher.models.workcalendar import WorkCalendar

SUMMONABLE = frozenset({UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})
"""Kinds of unit that a whistle may call."""


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """Everything besides the case itself that a judgement depends on.

    `summonable` are the departments and enterprises a whistle may call; empty means it is not checked here.
    """

    policy: Policy
    calendar: WorkCalendar
    summonable: frozenset[UnitId] = frozenset()


def law_of(policy: Policy, calendar: WorkCalendar, units: Iterable[Unit]) -> Law:
    """Make the law of a directory: its departments and enterprises may be summoned. The same at console and centre."""
    return Law(
        policy=policy, calendar=calendar, summonable=frozenset(unit.id for unit in units if unit.kind in SUMMONABLE)
    )
