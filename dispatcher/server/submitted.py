"""What an act that comes up must be to be judged at all, and what is made of it before. Pure."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.commands import Act
from dispatcher.models.order import masked_name, masked_phone
from dispatcher.models.organisation import Actor, Right, may
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.server.sound import YEARS, has_nul, is_sound

MAX_ACT_BYTES: Final = 64 * 1024
RESERVED_IDS: Final = ("intake:", "centre:")
"""Acts of the intake and of the centre have ids that begin so; a console may not make such."""


def flaw_of(act: Act) -> str:
    """Say what makes an act unfit to be judged at all (an id, an instant, its length), or nothing."""
    if not 1 <= len(act.id) <= 80 or act.id.startswith(RESERVED_IDS) or "\0" in act.id:
        return f"act {act.id[:90]!r}: an id has 1 to 80 characters and does not begin with {' or '.join(RESERVED_IDS)}"
    for field, instant in _instants(act, ""):
        if not is_sound(instant):
            return f"act {act.id}: {field} must carry a UTC offset and lie in {YEARS.start} to {YEARS.stop - 1}"
    encoded = msgspec.json.encode(act)
    if len(encoded) > MAX_ACT_BYTES:
        return f"act {act.id}: {len(encoded)} bytes, at most {MAX_ACT_BYTES}"
    if has_nul(encoded):
        return f"act {act.id}: a text holds the character NUL"
    return ""


def not_for_the_feed(act: Act, actor: Actor) -> Refused | None:
    """Say why an act is none that this person may send up; None where he may."""
    if act.by != actor.person:
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="by", detail=act.by)
    if act.delivered_by is not None:
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="delivered_by", detail=act.delivered_by.by)
    if not may(actor, Right.SUBMIT_ACTS):
        return Refused(reason=Reason.NOT_YOUR_ROLE)
    if isinstance(act.command, c.ReceiveOrder) and may(actor, Right.HAND_IN_ORDERS):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="command", detail="orders come through the intake")
    return None


def with_hints_masked(act: Act) -> Act:
    """Mask what an order taken in at a street's desk hints of its caller, whatever the station wrote there."""
    command = act.command
    if not isinstance(command, c.ReceiveOrder):
        return act
    order = msgspec.structs.replace(
        command.order,
        caller_name_hint=masked_name(command.order.caller_name_hint),
        caller_phone_hint=masked_phone(command.order.caller_phone_hint),
    )
    return msgspec.structs.replace(act, command=msgspec.structs.replace(command, order=order))


def _instants(value: object, path: str) -> Iterator[tuple[str, dt.datetime]]:
    """List every instant within an act, each with its path."""
    if isinstance(value, dt.datetime):
        yield path, value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from _instants(getattr(value, field), f"{path}.{field}" if path else field)
    elif isinstance(value, tuple):
        for part in value:  # pyright: ignore[reportUnknownVariableType]  # any tuple of an act
            yield from _instants(part, path)  # pyright: ignore[reportUnknownArgumentType]
