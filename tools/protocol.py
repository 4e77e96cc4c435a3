"""Keep docs/protocol.md: its tables of messages, commands and columns are made from the code; the prose is by hand.

.venv/bin/python tools/protocol.py           write the tables anew
.venv/bin/python tools/protocol.py --check   change nothing; status 1 where the page is not up to date
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from typing import get_args

import msgspec
from msgspec import inspect as typed
from pages import ROOT, keep, table

from dispatcher import wire
from dispatcher.models.case import Case, CaseState
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.lawbook import AnyLawCommand
from dispatcher.models.order import Caller, Channel, Place
from dispatcher.models.organisation import Actor, Unit
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.wire.orders import OrderAnswer, PostedOrder

_STATION_COLUMNS = ("pending", "pending_what")


def _name(kind: typed.Type) -> str:
    match kind:
        case typed.StrType():
            return "text"
        case typed.IntType():
            return "integer"
        case typed.FloatType():
            return "number"
        case typed.BoolType():
            return "true/false"
        case typed.DateTimeType():
            return "instant"
        case typed.NoneType():
            return "null"
        case typed.RawType():
            return "any JSON"
        case typed.EnumType():
            return " / ".join(f"`{value.value}`" for value in kind.cls)
        case typed.StructType():
            return f"`{kind.cls.__name__}`"
        case typed.CollectionType():
            return f"list of {_name(kind.item_type)}"
        case typed.DictType():
            return f"object of {_name(kind.value_type)} by {_name(kind.key_type)}"
        case typed.UnionType():
            parts = [part for part in kind.types if not isinstance(part, typed.NoneType)]
            if len(parts) > 4 and all(isinstance(part, typed.StructType) for part in parts):
                words = "a command"
            else:
                words = " or ".join(_name(part) for part in parts)
            return words + (" or null" if len(parts) < len(kind.types) else "")
        case _:
            return type(kind).__name__.removesuffix("Type").lower()


def _short(kind: typed.Type) -> str:
    words = _name(kind)
    if words.count(" / ") > 6:
        return f"word of `{kind.cls.__name__}`" if isinstance(kind, typed.EnumType) else words
    return words


def _fields(struct: type[msgspec.Struct]) -> Iterable[typed.Field]:
    info = typed.type_info(struct)
    assert isinstance(info, typed.StructType)
    return info.fields


def _field(field: typed.Field) -> str:
    return f"`{field.encode_name}`{'' if field.required else '?'} {_short(field.type)}"


def _said(struct: type[msgspec.Struct]) -> str:
    return " ".join((inspect.getdoc(struct) or "").split()).replace("|", "\\|")


def _structs(structs: Iterable[type[msgspec.Struct]]) -> str:
    return table(
        ("name", "fields (? = may be absent)", "what it says"),
        ((f"`{s.__name__}`", "; ".join(map(_field, _fields(s))) or "–", _said(s)) for s in structs),
    )


def _tagged(structs: Iterable[type[msgspec.Struct]]) -> str:
    return table(
        ("name", "fields (? = may be absent)", "what it says"),
        ((f"`{s.__struct_config__.tag}`", "; ".join(map(_field, _fields(s))) or "–", _said(s)) for s in structs),
    )


def upward() -> str:
    """What a console says."""
    return _tagged(get_args(wire.Upward))


def downward() -> str:
    """What the centre says."""
    return _tagged(get_args(wire.Downward))


def commands() -> str:
    """Every command of an act; each also names its `case`."""
    rows = (
        (f"`{s.__struct_config__.tag}`", "; ".join(_field(f) for f in _fields(s) if f.name != "case") or "–", _said(s))
        for s in get_args(AnyCommand)
    )
    return table(("command", "fields beside `case`", "what it wishes"), rows)


def law_commands() -> str:
    """Every command on the law book."""
    return _tagged(get_args(AnyLawCommand))


def columns() -> str:
    """The columns of a queue row, which travels as an array."""
    fields = [field for field in _fields(QueueRow) if field.name not in _STATION_COLUMNS]
    return table(
        ("place", "column", "type"),
        ((str(place), f"`{field.name}`", _short(field.type)) for place, field in enumerate(fields)),
    )


def faults() -> str:
    """Why a connection is ended."""
    return ", ".join(f"`{fault.value}`" for fault in wire.Fault)


def values() -> str:
    """The values that stand in messages."""
    return _structs((Act, Settled, Accepted, Refused, Actor, Unit, Caller))


def proofs() -> str:
    """What proves the acts that an office shares, and what is delivered with it."""
    return _structs((wire.SessionKey, wire.Proof, wire.Delivery, wire.NotJudged))


def orders() -> str:
    """What is posted to the intake and answered."""
    return _structs((PostedOrder, Place, OrderAnswer))


def words() -> str:
    """The words of the longer enumerations."""
    return table(
        ("name", "words"),
        (
            (f"`{kind.__name__}`", ", ".join(f"`{word.value}`" for word in kind))
            for kind in (CaseState, Channel, Reason)
        ),
    )


def bodies() -> str:
    """The body of a case."""
    return _structs((Case,))


MADE: dict[str, Callable[[], str]] = {
    "upward": upward,
    "downward": downward,
    "values": values,
    "commands": commands,
    "law-commands": law_commands,
    "columns": columns,
    "bodies": bodies,
    "faults": faults,
    "orders": orders,
    "proofs": proofs,
    "words": words,
}


if __name__ == "__main__":
    sys.exit(keep(ROOT / "docs" / "protocol.md", MADE))
