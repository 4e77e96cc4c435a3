"""Taking a demand in at the street's own desk (登记诉求): the form of a new order under a number of the desk's.

The number is `L-street-day-n`; n is the time of day with two figures by chance, so that two desks without a link do not
give the same one. The hotline gives the city's number later.
"""

import secrets
import uuid

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.order import Caller, Channel, DemandKind, Order, Place, Urgency, masked_name, masked_phone
from dispatcher.models.organisation import Actor
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language, strings
from dispatcher.ui.dialogs.spec import Field, Form, Line, Options, Pick, Text, Tick, Values

translate = language.translate
SOURCE = "desk"
"""The source of orders that a street took in itself."""
_CHANNELS = (Channel.VISIT, Channel.DESK, Channel.GRID, Channel.PHONE, Channel.SELF_FOUND, Channel.OTHER)


def new_case(bridge: Bridge, actor: Actor) -> Case:
    """Give the case to be: what the form's head shows and its draft is kept by."""
    now = bridge.now()
    number = f"L-{actor.unit}-{now.astimezone(BEIJING):%Y%m%d-%H%M%S}{secrets.randbelow(100):02}"
    order = Order(number=number, source=SOURCE, title="", dispatched_at=now)
    return Case(
        id=CaseId(str(uuid.uuid4())), order=order, state=CaseState.DISPATCHED, holder=UnitId(actor.unit), policy=""
    )


def take_in(bridge: Bridge, case: Case) -> Form:
    """登记诉求."""
    optional = translate("Intake", "可不填")
    return Form(
        "take_in",
        translate("Intake", "登记诉求"),
        translate("Intake", "登记"),
        (
            Field("order.title", translate("Intake", "诉求"), Line(translate("Intake", "一句话：什么事，要什么"))),
            Field("text", translate("Intake", "经过"), Text(rows=3), optional, needed=False),
            Field("address", translate("Intake", "地址"), Line()),
            Field("category", translate("Intake", "类别"), Line(translate("Intake", "如：市政/路灯")), needed=False),
            Field("urgency", translate("Intake", "紧急程度"), _options(Urgency, Urgency.ORDINARY)),
            Field("kind", translate("Intake", "诉求类型"), _options(DemandKind, DemandKind.COMPLAINT)),
            Field(
                "channel",
                translate("Intake", "来源"),
                Pick(tuple((each.value, strings.word(each)) for each in _CHANNELS), Channel.VISIT.value),
            ),
            Field("name", translate("Intake", "诉求人"), Line(), needed=False),
            Field("phone", translate("Intake", "电话"), Line(), optional, needed=False),
            Field("confidential", translate("Intake", "保密"), Tick(translate("Intake", "要求保密"))),
            Field("wants_answer", translate("Intake", "回复"), Tick(translate("Intake", "要求回复"), on=True)),
        ),
        lambda v: _received(bridge, case, v),
        translate("Intake", "由本街道承办，时限从现在起算。编号是本地的，热线补发市级编号。"),
    )


def _options(kind: type[Urgency] | type[DemandKind], chosen: Urgency | DemandKind) -> Options:
    return Options(tuple((each.value, strings.word(each)) for each in kind), chosen.value)


def _received(bridge: Bridge, case: Case, v: Values) -> c.ReceiveOrder:
    now = bridge.now()
    name, phone = v.text("name"), v.text("phone")
    order = Order(
        number=case.order.number,
        source=SOURCE,
        title=v.text("order.title"),
        dispatched_at=now,
        created_at=now,
        urgency=Urgency(v.text("urgency")),
        text=v.text("text"),
        kind=DemandKind(v.text("kind")),
        channel=Channel(v.text("channel")),
        category=tuple(part.strip() for part in v.text("category").split("/") if part.strip()),
        place=Place(address=v.text("address"), street=case.holder),
        confidential=v.on("confidential"),
        wants_answer=v.on("wants_answer"),
        caller_name_hint=masked_name(name),
        caller_phone_hint=masked_phone(phone),
    )
    caller = Caller(name, phone) if name or phone else None
    return c.ReceiveOrder(case=case.id, order=order, holder=case.holder, caller=caller)
