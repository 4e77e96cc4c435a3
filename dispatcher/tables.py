"""A TOML table read key by key: what is missing, unknown or of the wrong kind is named with its remedy.

Every reader of a data file goes through `Table`, so that a misspelt key is an error and never a default in silence.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

import msgspec

from dispatcher.models.policy import BadLimit, Limit, parse_limit


class BadAsset(ValueError):
    """A data file cannot be used as it is; the text is fit for the person who has to mend it."""

    def __init__(self, file: str, key: str, value: object, remedy: str) -> None:
        said = "" if value is None else f" = {value!r}"
        super().__init__(f"{file}: {key}{said}: {remedy}" if key else f"{file}: {remedy}")
        self.file = file
        self.key = key
        self.value = value
        self.remedy = remedy


_T = TypeVar("_T")
_Kind = TypeVar("_Kind", bound=msgspec.Struct)


class Table:
    """One TOML table being read: every key asked for is ticked off, what is left at the end is an error."""

    def __init__(self, file: str, path: str, values: Mapping[str, object]) -> None:
        self._file = file
        self._path = path
        self._values = values
        self._asked: set[str] = set()

    @classmethod
    def of(cls, file: str, text: str | Mapping[str, object]) -> "Table":
        """Take TOML text, or what it says; raises BadAsset for text that is not TOML."""
        if not isinstance(text, str):
            return cls(file, "", text)
        try:
            return cls(file, "", tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise BadAsset(file, "", None, f"is not TOML: {error}") from None

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, 1)
                meant = f"did you mean {near[0]!r}? " if near else ""
                remedy = f"unknown key; {meant}known here: {', '.join(sorted(self._asked))}"
                raise self.bad(key, None, remedy)

    def bad(self, key: str, value: object, remedy: str) -> BadAsset:
        """Make the error about a key of this table."""
        return BadAsset(self._file, f"{self._path}{key}", value, remedy)

    def has(self, key: str) -> bool:
        """Tell whether a key is there; it is known from now on."""
        self._asked.add(key)
        return key in self._values

    def _take(self, key: str, kind: type[_T], remedy: str) -> _T:
        if not self.has(key):
            raise self.bad(key, None, f"missing; {remedy}")
        value = self._values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.bad(key, value, remedy)
        return value

    def text(self, key: str) -> str:
        """Read words, not empty."""
        found = self._take(key, str, 'write words in quotes, like "…"')
        if not found.strip():
            raise self.bad(key, found, "must not be empty")
        return found

    def words(self, key: str) -> tuple[str, ...]:
        """Read a list of words, at least one."""
        remedy = 'write a list of words, like ["停水", "爆管"]'
        found = cast("list[object]", self._take(key, list, remedy))
        words = tuple(word for word in found if isinstance(word, str) and word.strip())
        if len(words) != len(found) or not words:
            raise self.bad(key, found, remedy)
        return words

    def flag(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        return self._take(key, bool, "write true or false") if self.has(key) else default

    def count(self, key: str, default: int) -> int:
        """Read a whole number from 1."""
        remedy = "write a whole number from 1"
        found = self._take(key, int, remedy) if self.has(key) else default
        if found < 1:
            raise self.bad(key, found, remedy)
        return found

    def whole(self, key: str, default: int) -> int:
        """Read a whole number."""
        return self._take(key, int, "write a whole number") if self.has(key) else default

    def numbers(self, key: str, count: int) -> tuple[int, ...]:
        """Read a list of so many whole numbers."""
        remedy = f"write a list of {count} whole numbers"
        found = cast("list[object]", self._take(key, list, remedy))
        numbers = tuple(each for each in found if isinstance(each, int) and not isinstance(each, bool))
        if len(numbers) != len(found) or len(numbers) != count:
            raise self.bad(key, found, remedy)
        return numbers

    def figures(self, kind: type[_Kind]) -> _Kind:
        """Read a table of whole numbers (and words) in which each may be left out."""
        found: dict[str, object] = {}
        for field in kind.__struct_fields__:
            if self.has(field):
                text = isinstance(getattr(kind(), field), str)
                found[field] = self.text(field) if text else self._take(field, int, "write a whole number")
        return kind(**found)

    def season(self, key: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Read first and last day as (month, day), None where there is no such key."""
        if not self.has(key):
            return None
        remedy = 'write first and last day as month and day, like ["06-01", "09-15"]'
        found = cast("list[object]", self._take(key, list, remedy))
        days = [re.fullmatch(r"(\d\d)-(\d\d)", day) for day in found if isinstance(day, str)]
        match days:
            case [re.Match() as first, re.Match() as last] if len(found) == 2:
                return (int(first[1]), int(first[2])), (int(last[1]), int(last[2]))
            case _:
                raise self.bad(key, found, remedy)

    def share(self, key: str, default: float) -> float:
        """Read a share between 0 and 1, both excluded."""
        remedy = "write a share between 0 and 1, like 0.5"
        found = self._take(key, float, remedy) if self.has(key) else default
        if not 0 < found < 1:
            raise self.bad(key, found, remedy)
        return found

    def day(self, key: str) -> dt.date:
        """Read a day."""
        remedy = "write a day without quotes, like 2026-01-31"
        found = self._take(key, dt.date, remedy)
        if isinstance(found, dt.datetime):
            raise self.bad(key, str(found), remedy)
        return found

    def days(self, key: str) -> frozenset[dt.date]:
        """Read a list of days, each once."""
        remedy = "write a list of days without quotes, like [2026-01-31]"
        days: set[dt.date] = set()
        for day in cast("list[object]", self._take(key, list, remedy)):
            if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
                raise self.bad(key, str(day), remedy)
            if day in days:
                raise self.bad(key, str(day), "stands there twice; leave it once")
            days.add(day)
        return frozenset(days)

    def time(self, key: str) -> dt.time:
        """Read a time of day."""
        return self._take(key, dt.time, "write a time without quotes, like 09:00:00")

    def limit(self, key: str) -> Limit:
        """Read a limit as the trade writes it."""
        found = self._take(key, str, 'write a limit in quotes, like "30 min", "2 h W", "7 d", "3 WD" or "same day"')
        try:
            return parse_limit(found)
        except BadLimit as bad:
            remedy = "is no limit; write it like '30 min', '2 h', '2 h W', '7 d', '3 WD' or 'same day'"
            raise self.bad(key, found, "is longer than ten years" if "ten years" in str(bad) else remedy) from None

    def limit_or_none(self, key: str) -> Limit | None:
        """Read a limit, None where there is no such key."""
        return self.limit(key) if self.has(key) else None

    def table(self, key: str) -> "Table":
        """Read a table of this one."""
        found = cast("dict[str, object]", self._take(key, dict, f"write a table [{self._path}{key}]"))
        return Table(self._file, f"{self._path}{key}.", found)

    def tables(self, key: str) -> "Iterator[Table]":
        """Read a list of tables."""
        remedy = f"write one or more tables [[{self._path}{key}]]"
        for number, found in enumerate(cast("list[object]", self._take(key, list, remedy)), 1):
            if not isinstance(found, dict):
                raise self.bad(key, found, remedy)
            yield Table(self._file, f"{self._path}{key}[{number}].", cast("dict[str, object]", found))
