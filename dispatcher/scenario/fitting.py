"""What TOML says to values of the models: every key known, every instant with its zone, every enum by its value.

The types themselves say what is wanted, so a new command needs nothing here.
"""

import datetime as dt
import difflib
from collections.abc import Collection, Mapping
from typing import TypeVar, cast

import msgspec
from msgspec import inspect

from dispatcher.models.workcalendar import BEIJING

T = TypeVar("T")


class BadScenario(ValueError):
    """A scenario cannot be run as it is written; the text is fit for the person who has to mend it."""

    def __init__(self, file: str, where: str, key: str, value: object, remedy: str) -> None:
        said = "" if value is None else f" = {value!r}"
        super().__init__(": ".join(part for part in (file, where, f"{key}{said}", remedy) if part))
        self.file = file
        self.where = where
        self.key = key
        self.value = value
        self.remedy = remedy


class Spot:
    """One table of one file, for saying where something is wrong."""

    def __init__(self, file: str, where: str = "") -> None:
        self._file = file
        self._where = where

    def bad(self, key: str, value: object, remedy: str) -> BadScenario:
        """Make the error of a key here."""
        return BadScenario(self._file, self._where, key, value, remedy)

    def unknown(self, key: str, known: Collection[str], value: object = None) -> BadScenario:
        """Make the error of a word that is none of the known ones."""
        said = key if value is None else str(value)
        near = difflib.get_close_matches(said, known, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        return self.bad(key, value, f"unknown; {meant}known here: {', '.join(sorted(known))}")

    def fit(self, values: Mapping[str, object], kind: type[T]) -> T:
        """Make a struct of a table; raises BadScenario for a key missing, unknown or of another type."""
        return msgspec.convert(self._fitted("", values, inspect.type_info(kind)), kind)

    def _fitted(self, key: str, value: object, kind: inspect.Type) -> object:
        match kind:
            case inspect.UnionType():
                return self._fitted(key, value, next(t for t in kind.types if not isinstance(t, inspect.NoneType)))
            case inspect.StructType():
                return self._struct(key, value, kind)
            case inspect.VarTupleType() | inspect.FrozenSetType():
                if not isinstance(value, list):
                    raise self.bad(key, value, "write a list in square brackets")
                items = cast("list[object]", value)
                return [self._fitted(f"{key}[{n}]", item, kind.item_type) for n, item in enumerate(items, 1)]
            case inspect.TupleType():
                row = cast("list[object]", value) if isinstance(value, list) else list[object]()
                if len(row) != len(kind.item_types):
                    raise self.bad(key, cast("object", value), f"write a list of {len(kind.item_types)}")
                pairs = zip(row, kind.item_types, strict=True)
                return [self._fitted(f"{key}[{n}]", item, each) for n, (item, each) in enumerate(pairs, 1)]
            case inspect.EnumType():
                words = [str(member.value) for member in kind.cls]
                if value not in words:
                    raise self.unknown(key, words, value)
                return value
            case inspect.DateTimeType():
                return self.instant(key, value)
            case _:
                return self._plain(key, value, kind)

    def _struct(self, key: str, value: object, kind: inspect.StructType) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.bad(key, value, "write a table, like { name = 'value' }")
        table = cast("dict[str, object]", value)
        inner = f"{key}." if key else ""
        known = {field.encode_name: field for field in kind.fields}
        for name in table:
            if name not in known:
                raise self.unknown(f"{inner}{name}", [f"{inner}{each}" for each in known])
        for name, field in known.items():
            if field.required and name not in table:
                raise self.bad(f"{inner}{name}", None, f"missing; {_wanted(field.type)}")
        return {name: self._fitted(f"{inner}{name}", each, known[name].type) for name, each in table.items()}

    def _plain(self, key: str, value: object, kind: inspect.Type) -> object:
        wanted = _PLAIN.get(type(kind))
        if wanted is None:
            raise AssertionError(kind)
        python, words = wanted
        if not isinstance(value, python) or isinstance(value, bool) is not (python is bool):
            raise self.bad(key, value, words)
        return value

    def instant(self, key: str, value: object) -> dt.datetime:
        """Read an instant: "2026-03-03 12:00" in Beijing's time, or with an offset of its own."""
        if isinstance(value, str) and len(value) >= len("2026-03-03 12:00"):
            try:
                value = dt.datetime.fromisoformat(value)
            except ValueError:
                raise self.bad(key, value, _INSTANT) from None
        if not isinstance(value, dt.datetime):
            raise self.bad(key, value, _INSTANT)
        return (value if value.tzinfo else value.replace(tzinfo=BEIJING)).astimezone(dt.UTC)


_INSTANT = 'write an instant like "2026-03-03 12:00", or with an offset "2026-03-03T04:00:00+00:00"'
_PLAIN: dict[type[inspect.Type], tuple[type, str]] = {
    inspect.StrType: (str, "write words in quotes"),
    inspect.BoolType: (bool, "write true or false"),
    inspect.IntType: (int, "write a whole number"),
    inspect.FloatType: (float, "write a number with a point, like 116.4"),
    inspect.DateType: (dt.date, "write a day without quotes, like 2026-03-03"),
}


def _wanted(kind: inspect.Type) -> str:
    match kind:
        case inspect.EnumType():
            return f"write one of {', '.join(str(member.value) for member in kind.cls)}"
        case inspect.DateTimeType():
            return _INSTANT
        case inspect.StructType():
            return "write a table, like { name = 'value' }"
        case inspect.VarTupleType() | inspect.FrozenSetType():
            return "write a list in square brackets"
        case _:
            return _PLAIN[type(kind)][1] if type(kind) in _PLAIN else "write it"
