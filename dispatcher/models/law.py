"""The law in force: the policy and the calendar that judgements and clocks are made from."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

import msgspec

from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.lights import Measured
from dispatcher.models.order import Order, Urgency
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import Limit, Policy
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
    """Which regime held when, the first one from ever on; and what is worked out once for all cases under a law."""

    __slots__ = ("_lights", "_measured", "_of_dry", "_of_wet", "_wet", "_words", "regimes")

    def __init__(self, law: Law) -> None:
        always = Regime(since=dt.datetime(1970, 1, 1, tzinfo=dt.UTC), policy=law.policy, flood=law.flood)
        held = law.regimes or (always,)
        # One object for each policy, whatever it was decoded from: whoever walks the regimes compares by identity.
        same = [next(one.policy for one in held if one.policy == regime.policy) for regime in held]
        self.regimes = tuple(
            Regime(since=regime.since, policy=policy, flood=regime.flood)
            for regime, policy in zip(held, same, strict=True)
        )
        wet = [(micros(regime.since), regime) for regime in self.regimes]
        dry = [turn for turn, last in zip(wet, [None, *same], strict=False) if turn[1].policy is not last]
        self._of_wet, self._of_dry = Turns(wet), Turns(dry)
        self._words = frozenset(word for policy in same for word in policy.flood.categories)
        self._wet: dict[tuple[str, ...], bool] = {}
        self._lights = law.policy.lights
        self._measured: dict[int, tuple[Limit, Measured]] = {}

    @property
    def present(self) -> Regime:
        """The regime in force now."""
        return self.regimes[-1]

    def turns(self, order: Order) -> "Turns":
        """Give the regimes that can make a difference to an order: the switch makes none to most."""
        return self._of_wet if self._is_wet(order) else self._of_dry

    def urgency_of(self, regime: Regime, order: Order, own: Urgency) -> Urgency:
        """Give the urgency that counts: the case's `own`, or flood while the switch is on for such an order.

        A word of the policy applies wherever it stands in a category: "积水" applies to "道路积水".
        """
        if not regime.flood or not self._is_wet(order):
            return own
        words = regime.policy.flood.categories
        return _FLOOD if any(word in category for category in order.category for word in words) else own

    def measured(self, limit: Limit) -> Measured:
        """Give a limit of one of these policies worked out for counting."""
        known = self._measured.get(id(limit))
        if known is None:
            known = self._measured[id(limit)] = (limit, Measured(limit, self._lights))
        return known[1]

    def _is_wet(self, order: Order) -> bool:
        category = order.category
        found = self._wet.get(category)
        if found is None:
            if len(self._wet) > _REMEMBERED:
                self._wet.clear()
            found = self._wet[category] = any(word in part for part in category for word in self._words)
        return found


class Turns:
    """Regimes in their order, each with the instant (microseconds since 1970) from which it holds."""

    __slots__ = ("_since", "_turns")

    def __init__(self, turns: list[tuple[int, Regime]]) -> None:
        self._since = [since for since, _ in turns]
        self._turns = turns

    def since(self, us: int) -> list[tuple[int, Regime]]:
        """List the regime in force at an instant and those after it."""
        found = bisect_right(self._since, us)
        return self._turns[found - 1 if found else 0 :]


_FLOOD = Urgency.FLOOD
_REMEMBERED = 10_000


def law_of(policy: Policy, calendar: WorkCalendar, units: Iterable[Unit]) -> Law:
    """Make the law of a directory: its departments and enterprises may be summoned. The same at console and centre."""
    known = tuple(units)
    return Law(
        policy=policy,
        calendar=calendar,
        summonable=frozenset(unit.id for unit in known if unit.kind in SUMMONABLE),
        holders=frozenset(unit.id for unit in known if unit.kind in HOLDING),
    )
