"""A small made-up city for the storage tests: a law, people, orders and acts, all from one fixed instant."""

import datetime as dt
import itertools
import uuid

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, PersonId, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.order import Caller, Order, Place, Urgency
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.policy import Limit, Measure, OrderLimits, Policy, WhistleLimits
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import WorkCalendar

NOW = dt.datetime(2026, 7, 1, 2, 0, tzinfo=dt.UTC)
STREET = UnitId("110105017")
OTHER_STREET = UnitId("110105018")
WATER = UnitId("water")
POWER = UnitId("power")
CALLER = Caller("欧阳植树", "13912345678")

_MINUTES = {"sign": Limit(10, Measure.NATURAL), "first_contact": Limit(60, Measure.WORKING_TIME)}
_ORDER = OrderLimits(**_MINUTES, feedback=Limit(3, Measure.WORKING_DAYS))
_WHISTLE = WhistleLimits(
    sign=Limit(10, Measure.NATURAL),
    report_in=Limit(30, Measure.NATURAL),
    done=Limit(24 * 60, Measure.NATURAL),
    valid_for=Limit(10, Measure.NATURAL),
)
POLICY = Policy(
    version="test-1",
    effective_from=dt.date(2026, 1, 1),
    orders=dict.fromkeys(Urgency, _ORDER),
    redo=_ORDER,
    whistles=dict.fromkeys(WhistleKind, _WHISTLE),
    call_back=Limit(24 * 60, Measure.NATURAL),
)
CALENDAR = WorkCalendar(version="test-2026", published_through=dt.date(2026, 12, 31))
LAW = Law(policy=POLICY, calendar=CALENDAR)


def actor(person: str, unit: UnitId, *roles: Role) -> Actor:
    return Actor(person=PersonId(person), name=person.title(), unit=unit, roles=frozenset(roles))


HOTLINE = actor("hotline", UnitId("110000"), Role.HOTLINE)
DISPATCHER = actor("wang", STREET, Role.DISPATCHER)
LIAISON = actor("li", WATER, Role.LIAISON)

_numbers = itertools.count(1)


def new_id() -> str:
    return str(uuid.uuid4())


def act(command: c.AnyCommand, by: Actor = HOTLINE, **more: object) -> tuple[c.Act, Actor]:
    values = {"id": CommandId(new_id()), "command": command, "by": by.person, "made_at": NOW, **more}
    return c.Act(**values), by  # type: ignore[arg-type]


def order(**more: object) -> Order:
    values = {
        "number": f"BJ{next(_numbers):08d}",
        "source": "12345",
        "title": "井盖缺失",
        "text": "酒仙桥路十号院门前雨水井盖缺失,夜间无照明,担心行人跌落。",
        "dispatched_at": NOW,
        "category": ("市政", "道路设施", "井盖"),
        "place": Place(address="酒仙桥路10号", street=STREET, community="酒仙桥社区"),
        **more,
    }
    return Order(**values)  # type: ignore[arg-type]


def receive(
    holder: UnitId = STREET, case: CaseId | None = None, caller: Caller | None = CALLER, **more: object
) -> tuple[c.Act, Actor]:
    """An act by which the hotline hands over a new order; `more` are fields of the order."""
    return act(c.ReceiveOrder(case=case or CaseId(new_id()), order=order(**more), holder=holder, caller=caller))


def sign(case: CaseId, by: Actor = DISPATCHER) -> tuple[c.Act, Actor]:
    return act(c.SignFor(case=case), by)


def whistle(case: CaseId, lead: UnitId = WATER, *assisting: UnitId) -> tuple[c.Act, Actor]:
    command = c.BlowWhistle(
        case=case,
        whistle=WhistleId(new_id()),
        kind=WhistleKind.EMERGENCY,
        demand="井盖缺失,请立即到场",
        place="酒仙桥路10号",
        contact="小王",
        lead=lead,
        assisting=assisting,
    )
    return act(command, DISPATCHER)
