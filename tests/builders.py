"""Values for tests: a policy, a calendar, people, orders and cases of one street. All instants hang on `NOON`."""

import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, book_of
from dispatcher.models.order import Caller, Order, Place, Urgency
from dispatcher.models.organisation import Actor, Role, Unit, UnitKind
from dispatcher.models.policy import Lights, Limit, OrderLimits, Policy, WhistleLimits, parse_limit
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import WorkCalendar

NOON = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC)
"""Tuesday 3 March 2026, 12:00 in Beijing."""
STREET = UnitId("110105001")
OTHER_STREET = UnitId("110105002")
URBAN = UnitId("urban")
WATER = UnitId("water")
GAS = UnitId("gas")


def limit(text: str) -> Limit:
    return parse_limit(text)


def policy(*, reply_review: bool = True) -> Policy:
    ordinary = OrderLimits(sign=limit("30 min"), first_contact=limit("2 h W"), feedback=limit("7 d"))
    return Policy(
        version="test-1",
        effective_from=dt.date(2026, 1, 1),
        orders={
            Urgency.FLOOD: OrderLimits(
                sign=limit("5 min"),
                first_contact=limit("10 min"),
                feedback=limit("2 h"),
                on_scene=limit("30 min"),
                progress=limit("30 min"),
            ),
            Urgency.EMERGENCY: OrderLimits(
                sign=limit("10 min"), first_contact=limit("30 min"), feedback=limit("24 h"), on_scene=limit("2 h")
            ),
            Urgency.LIVELIHOOD: OrderLimits(sign=limit("30 min"), first_contact=limit("1 h W"), feedback=limit("2 WD")),
            Urgency.ORDINARY: ordinary,
            Urgency.COMPLEX: OrderLimits(sign=limit("30 min"), first_contact=limit("2 h W"), feedback=limit("15 d")),
            Urgency.QUESTION: OrderLimits(sign=None, first_contact=None, feedback=limit("1 WD")),
        },
        redo=OrderLimits(sign=None, first_contact=None, feedback=limit("3 WD")),
        whistles={
            WhistleKind.EMERGENCY: WhistleLimits(
                sign=limit("5 min"), report_in=limit("30 min"), done=limit("24 h"), valid_for=limit("10 min")
            ),
            WhistleKind.ENFORCEMENT: WhistleLimits(sign=limit("2 h W"), report_in=limit("1 d"), done=limit("5 WD")),
            WhistleKind.ROUTINE: WhistleLimits(sign=limit("2 h W"), report_in=limit("1 d"), done=limit("5 WD")),
            WhistleKind.BREAKTHROUGH: WhistleLimits(sign=limit("1 WD"), report_in=limit("3 WD"), done=limit("30 d")),
        },
        call_back=limit("3 d"),
        lights=Lights(),
        reply_review=reply_review,
    )


def calendar() -> WorkCalendar:
    return WorkCalendar(
        version="test-2026",
        published_through=dt.date(2026, 12, 31),
        holidays=frozenset({dt.date(2026, 4, 6), dt.date(2026, 10, 1), dt.date(2026, 10, 2)}),
        makeup_workdays=frozenset({dt.date(2026, 2, 28)}),
    )


def units() -> tuple[Unit, ...]:
    return (
        Unit(id=STREET, name="甲街道", name_en="Jia Street", kind=UnitKind.STREET),
        Unit(id=OTHER_STREET, name="乙街道", name_en="Yi Street", kind=UnitKind.STREET),
        Unit(id=URBAN, name="区城管委", name_en="Urban Management", kind=UnitKind.DEPARTMENT),
        Unit(id=WATER, name="区水务局", name_en="Water", kind=UnitKind.DEPARTMENT),
        Unit(id=GAS, name="燃气公司", name_en="Gas", kind=UnitKind.ENTERPRISE),
    )


def law(*, reply_review: bool = True) -> Law:
    return Law(
        policy=policy(reply_review=reply_review),
        calendar=calendar(),
        summonable=frozenset({URBAN, WATER, GAS}),
    )


def book(*, reply_review: bool = True) -> LawBook:
    return book_of(policy(reply_review=reply_review), calendar())


def person(name: str = "li", unit: UnitId = STREET, *roles: Role) -> Actor:
    return Actor(person=PersonId(name), name=name.title(), unit=unit, roles=frozenset(roles or {Role.DISPATCHER}))


DISPATCHER = person("li")
LEADER = person("wang", STREET, Role.SHIFT_LEADER)
SUPERVISOR = person("gao", STREET, Role.SUPERVISOR)
STRANGER = person("zhao", OTHER_STREET)
LIAISON = person("chen", URBAN, Role.LIAISON)
HOTLINE = person("hotline", UnitId("12345"), Role.HOTLINE)


def order(number: str = "A-1", **changes: object) -> Order:
    values: dict[str, object] = {
        "number": number,
        "source": "12345",
        "title": "Street lamp out",
        "dispatched_at": NOON,
        "place": Place(address="1 East Road", street=STREET, community="Dongli"),
        "category": ("city", "lighting"),
    }
    return Order(**(values | changes))  # pyright: ignore[reportArgumentType]


def receive(
    case: str = "case-1", holder: UnitId = STREET, caller: Caller | None = None, **changes: object
) -> c.ReceiveOrder:
    return c.ReceiveOrder(case=CaseId(case), order=order(f"N-{case}", **changes), holder=holder, caller=caller)


def act(
    command: c.AnyCommand,
    by: Actor = DISPATCHER,
    at: dt.datetime = NOON,
    act_id: str = "",
    **changes: object,
) -> c.Act:
    values: dict[str, object] = {
        "id": CommandId(act_id or f"act-{type(command).__name__}-{at.isoformat()}"),
        "command": command,
        "by": by.person,
        "made_at": at,
    }
    return c.Act(**(values | changes))  # pyright: ignore[reportArgumentType]


def after_(case: Case | None, command: c.AnyCommand, by: Actor = DISPATCHER, at: dt.datetime = NOON) -> Case:
    """Judge a command that must be accepted and give the case after it."""
    found = judge(act(command, by, at), case, by, law(), at)
    assert not isinstance(found, Refused), found
    revision = Revision((case.revision if case else 0) + 1)
    for recorded in found:
        case = evolve(case, recorded, revision)
    assert case is not None
    return case


def new_case(case: str = "case-1", **changes: object) -> Case:
    return after_(None, receive(case, **changes), HOTLINE)


def signed_case(case: str = "case-1", **changes: object) -> Case:
    return after_(new_case(case, **changes), c.SignFor(case=CaseId(case)))


def case_in_hand(case: str = "case-1", **changes: object) -> Case:
    return after_(signed_case(case, **changes), c.RecordContact(case=CaseId(case), reached=True))


def blow(case: str = "case-1", kind: WhistleKind = WhistleKind.EMERGENCY, whistle: str = "w-1") -> c.BlowWhistle:
    return c.BlowWhistle(
        case=CaseId(case),
        whistle=WhistleId(whistle),
        kind=kind,
        demand="Close the valve",
        place="1 East Road",
        contact="Li, desk",
        lead=URBAN,
        assisting=(WATER,),
    )


def reply(case: str = "case-1") -> c.Reply:
    return c.Reply(case=CaseId(case), accepted="3 March", talked_with="the caller", done="repaired", result="done")
