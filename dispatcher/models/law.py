"""The law in force: the policy and the calendar that judgements and clocks are made from."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

import msgspec

from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.order import Order, Urgency
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import Policy
from dispatcher.models.workcalendar import WorkCalendar, micros

SUMMONABLE = frozenset({UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})
"""Kinds of unit that a whistle may call."""
HOLDING = frozenset({UnitKind.DISTRICT, UnitKind.STREET, UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})
"""Kinds of unit that an order may be given to."""


class Regime(msgspec.Struct, frozen=True, kw_only=True):
    """What held from an instant on: a policy, and whether the flood-season switch was on."""

    since: Instant
    policy: Policy
    flood: bool = False

    def urgency_of(self, order: Order, own: Urgency) -> Urgency:
        """Give the urgency that counts: the case's `own`, or flood while the switch is on for such an order.

        A word of the policy applies wherever it stands in a category: "积水" applies to "道路积水".
        """
        if not self.flood:
            return own
        words = self.policy.flood.categories
        drained = any(word in category for category in order.category for word in words)
        return Urgency.FLOOD if drained else own


class Law(msgspec.Struct, frozen=True, kw_only=True, dict=True):
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

    @cached_property
    def timeline(self) -> "Timeline":
        """The regimes prepared for looking up, made once for each value."""
        return Timeline(self)


class Timeline:
    """Which regime held when; the first one has held from ever on."""

    __slots__ = ("_since", "regimes")

    def __init__(self, law: Law) -> None:
        always = Regime(since=dt.datetime(1970, 1, 1, tzinfo=dt.UTC), policy=law.policy, flood=law.flood)
        held = law.regimes or (always,)
        # One object for each policy, whatever it was decoded from: whoever walks the regimes compares by identity.
        same = [next(one.policy for one in held if one.policy == regime.policy) for regime in held]
        self.regimes = tuple(
            Regime(since=regime.since, policy=policy, flood=regime.flood)
            for regime, policy in zip(held, same, strict=True)
        )
        self._since = [micros(regime.since) for regime in self.regimes]

    @property
    def present(self) -> Regime:
        """The regime in force now."""
        return self.regimes[-1]

    def since(self, us: int) -> list[tuple[int, Regime]]:
        """List the regime in force at an instant and those that came after it, each with its instant."""
        first = max(0, bisect_right(self._since, us) - 1)
        return list(zip(self._since[first:], self.regimes[first:], strict=True))


def law_of(policy: Policy, calendar: WorkCalendar, units: Iterable[Unit]) -> Law:
    """Make the law of a directory: its departments and enterprises may be summoned. The same at console and centre."""
    known = tuple(units)
    return Law(
        policy=policy,
        calendar=calendar,
        summonable=frozenset(unit.id for unit in known if unit.kind in SUMMONABLE),
        holders=frozenset(unit.id for unit in known if unit.kind in HOLDING),
    )
