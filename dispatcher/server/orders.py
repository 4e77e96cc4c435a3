"""What the hotline posts, read and checked: bytes to a `ReceiveOrder`, or the field at fault with its remedy.

Pure. Promises: anything at all can be given; a flaw names one field, the value found there and what to do; hints of
the caller are masked whatever the sender wrote; the same order always becomes the same case.
"""

import datetime as dt
import enum
import re
from collections.abc import Container
from typing import Final

import msgspec

from dispatcher.models import rules
from dispatcher.models.commands import Act, ReceiveOrder
from dispatcher.models.ids import CommandId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import (
    Channel,
    Datum,
    DemandKind,
    Order,
    Urgency,
    masked_name,
    masked_phone,
)
from dispatcher.models.organisation import Actor
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.server.sound import has_nul, is_sound
from dispatcher.wire import PostedOrder
from dispatcher.wire.orders import case_id

MAX_ORDER_BYTES: Final = 128 * 1024
MAX_ID: Final = 80
_INSTANT: Final = (
    "写成带时区的时间，如 2026-07-01T08:30:00+08:00"
    " | write an instant with its offset, such as 2026-07-01T08:30:00+08:00"
)
_MISSING: Final = "此项必填 | this field is required"


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order is not taken: the field, what stood there (clipped), what to do about it."""

    field: str
    value: str = ""
    remedy: str


def read_order(
    line: bytes, key: str, actor: Actor, holders: Container[UnitId], law: Law, now: dt.datetime
) -> Act | Flaw:
    """Read one order; `key` is used where the order brings none, and its number where neither does."""
    if len(line) > MAX_ORDER_BYTES:
        remedy = f"至多 {MAX_ORDER_BYTES} 字节 | at most {MAX_ORDER_BYTES} bytes"
        return Flaw(field="", value=f"{len(line)}", remedy=remedy)
    try:
        posted = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _flaw_of(line, str(error))
    return _unsound(line, posted) or _judged(posted, posted.key or key or posted.number, actor, holders, law, now)


def _judged(
    posted: PostedOrder, key: str, actor: Actor, holders: Container[UnitId], law: Law, now: dt.datetime
) -> Act | Flaw:
    if posted.holder not in holders:
        return Flaw(
            field="holder",
            value=_clip(posted.holder),
            remedy="无此单位；填本中心单位名录中的代码，如街道的九位代码"
            " | no such unit; give an id from this centre's directory, such as a street's nine-digit code",
        )
    act_id = f"intake:{posted.source}:{key}"
    if len(act_id) > MAX_ID:
        most = MAX_ID - len("intake::") - len(posted.source)
        return Flaw(field="key", value=_clip(key), remedy=f"至多 {most} 个字符 | at most {most} characters")
    act = Act(
        id=CommandId(act_id),
        command=ReceiveOrder(
            case=case_id(posted.source, posted.number),
            order=_masked(posted),
            holder=posted.holder,
            caller=posted.caller,
            closed_at=posted.closed_at,
            result=posted.result,
        ),
        by=actor.person,
        made_at=now,
    )
    # Judged here by the same rule first: a refusal at the desk is remembered for ever under this key, and a
    # corrected order could then never come in.
    found = rules.judge(act, None, actor, law, now)
    return _flaw_from(found, posted) if isinstance(found, Refused) else act


def _masked(posted: PostedOrder) -> Order:
    caller = posted.caller
    order = msgspec.convert(posted, Order, from_attributes=True)
    return msgspec.structs.replace(
        order,
        caller_name_hint=masked_name(caller.name if caller and caller.name else order.caller_name_hint),
        caller_phone_hint=masked_phone(caller.phone if caller and caller.phone else order.caller_phone_hint),
    )


def _unsound(line: bytes, posted: PostedOrder) -> Flaw | None:
    for field in ("number", "source", "title"):
        if not str(getattr(posted, field)).strip():
            return Flaw(field=field, remedy=_MISSING)
    for field in ("dispatched_at", "created_at", "feedback_due_at", "closed_at"):
        instant: dt.datetime | None = getattr(posted, field)
        if instant is not None and not is_sound(instant):
            return Flaw(field=field, value=instant.isoformat(), remedy=_INSTANT)
    point = posted.place.point
    if point is not None and not (-180 <= point.lon <= 180 and -90 <= point.lat <= 90):
        remedy = "经度 -180 至 180，纬度 -90 至 90 | longitude -180 to 180, latitude -90 to 90"
        return Flaw(field="place.point", value=f"{point.lon}, {point.lat}", remedy=remedy)
    if has_nul(line):
        return Flaw(field="", value="\\u0000", remedy="删去空字符 NUL | take the character NUL out")
    return None


def _flaw_from(refused: Refused, posted: PostedOrder) -> Flaw:
    field = refused.field.removeprefix("order.")
    match refused.reason:
        case Reason.IN_THE_FUTURE:
            remedy = "派单时间不能晚于现在 | the order cannot be dispatched later than now"
        case Reason.BEFORE_THE_CASE:
            remedy = "办结不能早于派单 | it cannot be closed before it was dispatched"
        case Reason.MISSING_FIELD:
            remedy = _MISSING
        case _:
            remedy = refused.reason.value
    value = getattr(posted, field, "")
    return Flaw(field=field, value=value.isoformat() if isinstance(value, dt.datetime) else str(value), remedy=remedy)


def _flaw_of(line: bytes, words: str) -> Flaw:
    try:
        whole: object = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        remedy = "每单一个 UTF-8 的 JSON 对象 | send each order as one JSON object in UTF-8"
        return Flaw(field="", value=_clip(line[:80].decode(errors="replace")), remedy=remedy)
    found = _AT.fullmatch(words)
    what, path = (found["what"], found["path"] or "") if found else (words, "")
    named = _NAMED.search(what)
    if named is not None:
        path = f"{path}.{named['field']}"
    field = path.removeprefix(".")
    if what.startswith("Object missing required field"):
        return Flaw(field=field, remedy=_MISSING)
    value = _clip(_value_at(whole, path))
    if what.startswith("Object contains unknown field"):
        known = ", ".join(PostedOrder.__struct_fields__)
        return Flaw(field=field, value=value, remedy=f"删去此项 | leave it out; an order has: {known}")
    if "RFC3339" in what or field.endswith("_at"):
        return Flaw(field=field, value=value, remedy=_INSTANT)
    allowed = _ENUMS.get(field)
    if allowed is not None:
        choice = ", ".join(allowed)
        return Flaw(field=field, value=value, remedy=f"取其一：{choice} | one of: {choice}")
    return Flaw(field=field, value=value, remedy=f"类型不符 | {what}")


def _value_at(value: object, path: str) -> str:
    for name, index in _STEP.findall(path):
        if name and isinstance(value, dict):
            value = value.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]  # any JSON
        elif index and isinstance(value, list) and int(index) < len(value):  # pyright: ignore[reportUnknownArgumentType]
            value = value[int(index)]  # pyright: ignore[reportUnknownVariableType]
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _clip(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _values(kind: type[enum.StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


_decoder = msgspec.json.Decoder(PostedOrder)
_AT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?", re.DOTALL)
_NAMED = re.compile(r"field `(?P<field>[^`]+)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_ENUMS = {
    "urgency": _values(Urgency),
    "kind": _values(DemandKind),
    "channel": _values(Channel),
    "place.point.datum": _values(Datum),
}
