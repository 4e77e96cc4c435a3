"""The law in force: the policy and the calendar that judgements and clocks are made from."""

from collections.abc import Iterable

import msgspec

from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import Policy
from dispatcher.models.workcalendar import WorkCalendar

SUMMONABLE = frozenset({UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})
"""Kinds of unit that a whistle may call."""
HOLDING = frozenset({UnitKind.DISTRICT, UnitKind.STREET, UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})
"""Kinds of unit that an order may be given to."""


class Regime(msgspec.Struct, frozen=True, kw_only=True):
    """What held from an instant on: a policy, and whether the flood-season switch was on."""

    since: Instant
    policy: Policy
    flood: bool = False


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """Everything besides the case itself that a judgement depends on, as it stands at one instant.

    `policy` and `flood` are those in force now; `regimes` are all that ever held, oldest first, the last one being the
    present; empty means that `policy` has always held. `summonable` are the departments and enterprises a whistle may
    call, `holders` the units an order may be given to; empty means it is not checked here.
    """

    policy: Policy
    calendar: WorkCalendar
    summonable: frozenset[UnitId] = frozenset()
    holders: frozenset[UnitId] = frozenset()
    regimes: tuple[Regime, ...] = ()
    flood: bool = False


def law_of(policy: Policy, calendar: WorkCalendar, units: Iterable[Unit]) -> Law:
    """Make the law of a directory: its departments and enterprises may be summoned. The same at console and centre."""
    known = tuple(units)
    return Law(
        policy=policy,
        calendar=calendar,
        summonable=frozenset(unit.id for unit in known if unit.kind in SUMMONABLE),
        holders=frozenset(unit.id for unit in known if unit.kind in HOLDING),
    )
