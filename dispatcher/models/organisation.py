"""Units and people: who exists, and the one table of what each role is sent and may send.

`ENTITLEMENTS` says of every role which cases reach it, which details of them, and what it may ask of the centre; the
centre goes by it for what comes up and for what is sent down, and `docs/rules.md` prints it. Which field is which
detail stands in `redaction`; which act is whose in `transitions`. Source: DOMAIN sections 2 and 3.
"""

import enum
from collections.abc import Iterable, Mapping
from typing import NamedTuple

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


class Reach(enum.StrEnum):
    """Which cases a role is sent, the widest first; what a person's unit is fills it in."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    SUMMONED = "summoned"
    NONE = "none"


class Detail(enum.StrEnum):
    """What of a case is not for everybody; all else of it is sent wherever the case is."""

    CALLER = "caller"
    """Name and phone of whoever called, unless the order is confidential."""
    CONFIDENTIAL_CALLER = "confidential_caller"
    """The same of a confidential order, and what its masked hints show."""
    HINT = "hint"
    """Name and phone masked, unless the order is confidential."""
    DEMAND = "demand"
    """What is demanded of whom, in words, and the exact place."""
    CITIZENS_WORDS = "citizens_words"
    """What was said with the citizen: contacts, whom the reply was talked over with, call-backs, urging."""
    STREETS_WORDS = "streets_words"
    """What handlers and those above them wrote for each other: notes, progress, replies, requests, decisions."""
    SUMMONS_WORDS = "summons_words"
    """What a whistle says, and what was written on its summonses and meetings."""


class Right(enum.StrEnum):
    """What a role may ask of the centre besides the cases; which acts it may send is said by `transitions`."""

    SUBMIT_ACTS = "submit_acts"
    HAND_IN_ORDERS = "hand_in_orders"
    CHANGE_POLICY = "change_policy"
    SWITCH_FLOOD = "switch_flood"
    READ_STREET = "read_street"
    READ_RATES = "read_rates"
    READ_METRICS = "read_metrics"
    READ_JOURNAL = "read_journal"
    HEAR_LOADS = "hear_loads"
    ADMINISTER = "administer"


class Entitlement(NamedTuple):
    """One row of the table."""

    reach: Reach
    details: frozenset[Detail]
    rights: frozenset[Right]


WORK_DETAILS = frozenset(
    {Detail.HINT, Detail.DEMAND, Detail.CITIZENS_WORDS, Detail.STREETS_WORDS, Detail.SUMMONS_WORDS}
)
"""What whoever works on a street's cases is told of them; the caller stands apart."""
_DESK_RIGHTS = frozenset({Right.SUBMIT_ACTS, Right.READ_STREET, Right.HEAR_LOADS})
_ABOVE_RIGHTS = frozenset({Right.SUBMIT_ACTS, Right.SWITCH_FLOOD, Right.READ_STREET, Right.READ_RATES})
_DESK = WORK_DETAILS | {Detail.CALLER}

ENTITLEMENTS: Mapping[Role, Entitlement] = {
    Role.DISPATCHER: Entitlement(Reach.STREET, _DESK, _DESK_RIGHTS),
    Role.SHIFT_LEADER: Entitlement(Reach.STREET, _DESK, _DESK_RIGHTS | {Right.READ_RATES}),
    Role.SUPERVISOR: Entitlement(Reach.STREET, WORK_DETAILS, _DESK_RIGHTS | {Right.READ_RATES}),
    Role.LIAISON: Entitlement(
        Reach.SUMMONED,
        frozenset({Detail.DEMAND, Detail.SUMMONS_WORDS}),
        frozenset({Right.SUBMIT_ACTS, Right.READ_RATES}),
    ),
    Role.COMMUNITY_WORKER: Entitlement(Reach.COMMUNITY, WORK_DETAILS, frozenset({Right.SUBMIT_ACTS})),
    Role.HOTLINE: Entitlement(Reach.CITY, frozenset(Detail), _ABOVE_RIGHTS | {Right.HAND_IN_ORDERS}),
    Role.DISTRICT: Entitlement(Reach.DISTRICT, frozenset(Detail), _ABOVE_RIGHTS),
    Role.AUDITOR: Entitlement(
        Reach.CITY,
        frozenset(),
        frozenset({Right.READ_STREET, Right.READ_RATES, Right.READ_METRICS, Right.READ_JOURNAL}),
    ),
    Role.ADMINISTRATOR: Entitlement(
        Reach.NONE,
        frozenset(),
        frozenset({Right.ADMINISTER, Right.CHANGE_POLICY, Right.SWITCH_FLOOD, Right.READ_METRICS}),
    ),
    Role.WALL: Entitlement(Reach.STREET, frozenset(), frozenset({Right.READ_STREET, Right.HEAR_LOADS})),
    Role.CENTRE: Entitlement(Reach.NONE, frozenset(), frozenset()),
}
"""The one table. A confidential order's caller is hidden from handlers and departments: that leaves two roles."""

ALONE = frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.WALL})
"""Roles that one account holds alone: who checks the work or the accounts does not do the work."""


def may(actor: Actor, right: Right) -> bool:
    """Tell whether one of the actor's roles has a right."""
    return any(right in ENTITLEMENTS[role].rights for role in actor.roles)


def with_right(right: Right) -> frozenset[Role]:
    """Give the roles that have a right."""
    return frozenset(role for role, entitled in ENTITLEMENTS.items() if right in entitled.rights)


def _reaching(reach: Reach) -> frozenset[Role]:
    return frozenset(role for role, entitled in ENTITLEMENTS.items() if entitled.reach is reach)


STREET_ROLES = _reaching(Reach.STREET)
"""Roles whose scope is the cases their own street holds."""
CITY_ROLES = _reaching(Reach.CITY)
"""Roles whose scope is every case of the city."""
DISTRICT_ROLES = _reaching(Reach.DISTRICT)
"""Roles whose scope is the cases held anywhere in their district."""
CONFIDENTIAL_ROLES = frozenset(
    role for role, entitled in ENTITLEMENTS.items() if Detail.CONFIDENTIAL_CALLER in entitled.details
)
"""Roles that may know who called about a confidential order."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases somebody is sent: those `unit` holds, or as one of the flags says; and which details of them.

    `everything`: all there are. `nothing`: none. `district`: those held anywhere in the district `unit`. `community`:
    those the street of the community `unit` holds and that are that community's (`Case.community`). `as_summoned`:
    those `unit` has ever been summoned to.
    """

    unit: UnitId
    everything: bool = False
    as_summoned: bool = False
    district: bool = False
    community: bool = False
    nothing: bool = False
    details: frozenset[Detail] = frozenset()

    def tells_caller(self, confidential: bool) -> bool:
        """Tell whether the caller of an order goes with it."""
        return (Detail.CONFIDENTIAL_CALLER if confidential else Detail.CALLER) in self.details


def street_of(community: UnitId) -> UnitId:
    """Give the street a community lies in, by the state's nested codes; empty for what is no community's code."""
    return UnitId(community[:9]) if is_community(community) else UnitId("")


def is_community(unit: UnitId) -> bool:
    """Tell a community by its code of twelve digits."""
    return len(unit) == 12 and unit.isascii() and unit.isdigit()


def in_scope(scope: Scope, holder: UnitId, community: UnitId, summoned: Iterable[UnitId]) -> bool:
    """Tell whether a scope covers a case held by `holder`, of `community`, to which the units of `summoned` came."""
    if scope.nothing:
        return False
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
    """Give the widest scope the actor's roles allow, with the details of the roles that reach so far."""
    reach = min((ENTITLEMENTS[role].reach for role in actor.roles), key=_WIDEST_FIRST.index, default=Reach.NONE)
    details = frozenset[Detail]().union(
        *(ENTITLEMENTS[role].details for role in actor.roles if ENTITLEMENTS[role].reach is reach)
    )
    return Scope(
        unit=actor.unit,
        everything=reach is Reach.CITY,
        district=reach is Reach.DISTRICT,
        community=reach in _BY_HOLDER and is_community(actor.unit),
        as_summoned=reach is Reach.SUMMONED,
        nothing=reach is Reach.NONE or (reach is Reach.COMMUNITY and not is_community(actor.unit)),
        details=details,
    )


def office_of(actor: Actor) -> UnitId | None:
    """Give the street whose office somebody is of; None for who sees more, less or other than one street's cases.

    A wall is of none: it is told less of a case than stations lend each other.
    """
    scope = scope_of(actor)
    if not actor.is_any(*STREET_ROLES) or scope.everything or scope.district or scope.community or scope.as_summoned:
        return None
    return scope.unit if scope.details >= WORK_DETAILS else None


def lies_within(inner: Scope, outer: Scope) -> bool:
    """Tell whether whoever is sent `outer` is sent every case of `inner` at any time, with all of its details."""
    if not inner.details <= outer.details:
        return False
    if outer.everything or inner.nothing:
        return True
    if inner.everything or outer.nothing:
        return False
    if inner.as_summoned or outer.as_summoned:
        return inner.as_summoned and outer.as_summoned and inner.unit == outer.unit
    if outer.district:
        return covers(outer.unit, street_of(inner.unit) if inner.community else inner.unit)
    if outer.community:
        return inner.community and inner.unit == outer.unit
    if inner.district:
        return False
    return outer.unit == (street_of(inner.unit) if inner.community else inner.unit)


def views(reach: Reach) -> tuple[frozenset[Detail], ...]:
    """List the sets of details that scopes of a reach can have: those of its roles, and of several of them together."""
    found: set[frozenset[Detail]] = set()
    for role in sorted(_reaching(reach)):
        details = ENTITLEMENTS[role].details
        found |= {details} | {details | other for other in found}
    return tuple(sorted(found, key=sorted))


_BY_HOLDER = (Reach.STREET, Reach.COMMUNITY)
"""What people of a community's unit are sent by either: the community's cases."""
_WIDEST_FIRST = tuple(Reach)
