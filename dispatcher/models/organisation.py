"""Units and people: who exists, what they may be called upon for, and what their scope covers.

Roles are those of the working rules (dispatcher, shift leader, liaison ...); a person may hold several.
"""

import enum
from collections.abc import Iterable

import msgspec

from dispatcher.models.ids import PersonId, UnitId


class UnitKind(enum.StrEnum):
    """What a unit is; enterprises can be summoned like departments."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    DEPARTMENT = "department"
    ENTERPRISE = "enterprise"


class Role(enum.StrEnum):
    """What a person is on duty as; scope goes with the person's unit."""

    DISPATCHER = "dispatcher"
    SHIFT_LEADER = "shift_leader"
    SUPERVISOR = "supervisor"
    LIAISON = "liaison"
    COMMUNITY_WORKER = "community_worker"
    HOTLINE = "hotline"
    DISTRICT = "district"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    WALL = "wall"
    CENTRE = "centre"
    """The centre itself: it climbs the ladder, ends suspensions, and carries one act over to other cases."""


class Unit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One unit of the city. `duties` are the words it is found and proposed by; `phone` is its duty line."""

    id: UnitId
    name: str
    kind: UnitKind
    name_en: str = ""
    parent: UnitId | None = None
    duties: tuple[str, ...] = ()
    phone: str = ""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in person in a unit, with every role held there."""

    person: PersonId
    name: str
    unit: UnitId
    roles: frozenset[Role]

    def is_any(self, *roles: Role) -> bool:
        """Tell whether the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


CENTRE = Actor(person=PersonId("centre"), name="", unit=UnitId(""), roles=frozenset({Role.CENTRE}))
"""Who acts where nobody has to: named by words of the interface, never an account."""


def covers(above: UnitId, unit: UnitId) -> bool:
    """Tell whether `unit` is `above` or lies in it, by the state's nested codes (110105 covers 110105017)."""
    return bool(above) and unit.startswith(stem_of(above))


def stem_of(above: UnitId) -> str:
    """Give what the codes of all units in a unit begin with: 110105 for itself, 11 for the city 110000."""
    return above.removesuffix("0000") if len(above) == 6 else above


STREET_ROLES = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.COMMUNITY_WORKER, Role.WALL})
"""Roles whose scope is the cases their own street holds."""
CITY_ROLES = frozenset({Role.HOTLINE, Role.AUDITOR})
"""Roles whose scope is every case of the city."""
DISTRICT_ROLES = frozenset({Role.DISTRICT})
"""Roles whose scope is the cases held anywhere in their district."""
CALLER_ROLES = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER, Role.HOTLINE})
"""Roles that may be sent a caller's name and phone at all (never for confidential orders but the hotline)."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases somebody is sent: those `unit` holds, or as one of the flags says.

    `everything`: all there are. `district`: those held anywhere in the district `unit`. `community`: those the street
    of the community `unit` holds and whose place lies in that community. `as_summoned`: those `unit` has ever been
    summoned to.
    """

    unit: UnitId
    everything: bool = False
    as_summoned: bool = False
    district: bool = False
    community: bool = False
    with_caller: bool = False


def street_of(community: UnitId) -> UnitId:
    """Give the street a community lies in, by the state's nested codes; empty for what is no community's code."""
    return UnitId(community[:9]) if is_community(community) else UnitId("")


def is_community(unit: UnitId) -> bool:
    """Tell a community by its code of twelve digits."""
    return len(unit) == 12 and unit.isascii() and unit.isdigit()


def in_scope(scope: Scope, holder: UnitId, community: UnitId, summoned: Iterable[UnitId]) -> bool:
    """Tell whether a scope covers a case held by `holder`, in `community`, to which the units of `summoned` came."""
    if scope.everything:
        return True
    if scope.as_summoned:
        return scope.unit in summoned
    if scope.district:
        return covers(scope.unit, holder)
    if scope.community:
        return community == scope.unit and holder == street_of(scope.unit)
    return holder == scope.unit


def scope_of(actor: Actor) -> Scope:
    """Give the widest scope the actor's roles allow; nothing but summonses for a liaison."""
    if actor.is_any(*CITY_ROLES):
        return Scope(unit=actor.unit, everything=True, with_caller=actor.is_any(Role.HOTLINE))
    if actor.is_any(*DISTRICT_ROLES):
        return Scope(unit=actor.unit, district=True)
    if actor.is_any(*STREET_ROLES):
        if is_community(actor.unit):
            return Scope(unit=actor.unit, community=True)
        return Scope(unit=actor.unit, with_caller=actor.is_any(*CALLER_ROLES))
    return Scope(unit=actor.unit, as_summoned=True)


def lies_within(inner: Scope, outer: Scope) -> bool:
    """Tell whether whoever is sent `outer` is sent every case and every caller of `inner` at any time."""
    if inner.with_caller and not outer.with_caller:
        return False
    if outer.everything:
        return True
    if inner.everything or inner.as_summoned or outer.as_summoned:
        return inner.as_summoned and outer.as_summoned and inner.unit == outer.unit
    if outer.district:
        return covers(outer.unit, street_of(inner.unit) if inner.community else inner.unit)
    if outer.community:
        return inner.community and inner.unit == outer.unit
    if inner.district:
        return False
    return outer.unit == (street_of(inner.unit) if inner.community else inner.unit)
