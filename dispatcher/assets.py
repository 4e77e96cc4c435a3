"""Data files to values: policies, working calendars and the organisation, each checked as it is read.

Shipped files come from `dispatcher.resources`, one's own from a path. Whatever is wrong raises `BadAsset`, which
names file, key, value and remedy; nothing is guessed or left out in silence. Knows nothing of databases.
"""

import csv
import datetime as dt
import difflib
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar, cast

from dispatcher.models.ids import UnitId
from dispatcher.models.law import SUMMONABLE, Law, law_of
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import (
    BadLimit,
    Lights,
    Limit,
    OrderLimits,
    Policy,
    WhistleLimits,
    parse_limit,
)
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import Session, WorkCalendar

DEFAULT_POLICY = "city"
CITY = UnitId("110000")
"""The city itself: the unit of the hotline and of enterprises."""
_RESOURCES = "dispatcher.resources"
_CALENDAR = "china"


class BadAsset(ValueError):
    """A data file cannot be used as it is; the text is fit for the person who has to mend it."""

    def __init__(self, file: str, key: str, value: object, remedy: str) -> None:
        said = "" if value is None else f" = {value!r}"
        super().__init__(f"{file}: {key}{said}: {remedy}" if key else f"{file}: {remedy}")
        self.file = file
        self.key = key
        self.value = value
        self.remedy = remedy


def policy_names() -> tuple[str, ...]:
    """List the names of the shipped policies."""
    found = resources.files(_RESOURCES).joinpath("policies").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml")))


def load_policy(name: str = DEFAULT_POLICY) -> Policy:
    """Read a shipped policy by its name, or one's own by the path of its TOML file; raises BadAsset."""
    return read_policy(*_policy_text(name))


def policy_table(name: str = DEFAULT_POLICY) -> dict[str, object]:
    """Give what a policy's file says, unchecked, for laying changes over it; raises BadAsset."""
    file, text = _policy_text(name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadAsset(file, "", None, f"is not TOML: {error}") from None


def _policy_text(name: str) -> tuple[str, str]:
    if not name.endswith(".toml"):
        known = policy_names()
        if name not in known:
            remedy = f"no such policy; take one of {', '.join(known)}, or the path of a .toml file"
            raise BadAsset("policies", "policy", name, remedy)
    return _text("policies", name)


def load_calendar(name: str = _CALENDAR) -> WorkCalendar:
    """Read the shipped working calendar, or one's own by the path of its TOML file; raises BadAsset."""
    return read_calendar(*_text("calendars", name))


def load_organisation() -> tuple[Unit, ...]:
    """Read the shipped organisation: the city, its districts, streets, departments and enterprises."""
    city = Unit(id=CITY, name="北京市", name_en="Beijing", kind=UnitKind.CITY)
    units = [city]
    for kind, stem in (
        (UnitKind.DISTRICT, "districts"),
        (UnitKind.STREET, "streets"),
        (UnitKind.COMMUNITY, "communities"),
    ):
        file = f"organisation/{stem}.csv"
        text = resources.files(_RESOURCES).joinpath("organisation", f"{stem}.csv").read_text("utf-8")
        units += read_units(file, text, kind, units)
    units += read_departments(*_text("organisation", "departments"), units)
    return tuple(units)


def load_law(policy: str = DEFAULT_POLICY, units: Iterable[Unit] | None = None) -> Law:
    """Read policy and calendar and name who may be summoned (of `units`, else of the shipped organisation)."""
    known = load_organisation() if units is None else units
    return law_of(load_policy(policy), load_calendar(), known)


def read_policy(file: str, text: str | Mapping[str, object]) -> Policy:
    """Make a policy of TOML text, or of what it says: every urgency, every kind of whistle; raises BadAsset."""
    with _Table.of(file, text) as top:
        version = top.text("version")
        with top.table("orders") as orders:
            by_urgency = {urgency: _order_limits(orders, urgency) for urgency in Urgency}
        with top.table("whistles") as whistles:
            by_kind = {kind: _whistle_limits(whistles, kind) for kind in WhistleKind}
        default = Lights()
        lights = default
        if top.has("lights"):
            with top.table("lights") as shares:
                lights = Lights(
                    yellow_left=shares.share("yellow_left", default.yellow_left),
                    orange_left=shares.share("orange_left", default.orange_left),
                    orange_floor_minutes=shares.count("orange_floor_minutes", default.orange_floor_minutes),
                )
                if lights.orange_left > lights.yellow_left:
                    raise shares.bad(
                        "orange_left", lights.orange_left, "must not exceed yellow_left: orange follows it"
                    )
        return Policy(
            version=version,
            effective_from=top.day("effective_from"),
            orders=by_urgency,
            redo=_order_limits(top, "redo"),
            whistles=by_kind,
            call_back=top.limit("call_back"),
            lights=lights,
            reply_review=top.flag("reply_review", default=True),
            contact_attempts=top.count("contact_attempts", 3),
        )


def read_calendar(file: str, text: str | Mapping[str, object]) -> WorkCalendar:
    """Make a working calendar of TOML text, or of what it says; raises BadAsset."""
    with _Table.of(file, text) as top:
        through = top.day("published_through")
        holidays = top.days("holidays")
        makeup = top.days("makeup_workdays")
        for day in sorted(holidays & makeup):
            raise top.bad("makeup_workdays", str(day), "stands in holidays too; leave it in one of the two")
        for key, days in (("holidays", holidays), ("makeup_workdays", makeup)):
            if days and max(days) > through:
                raise top.bad(key, str(max(days)), f"lies past published_through = {through}; correct either")
        sessions: list[Session] = []
        for each in top.tables("sessions"):
            with each:
                session = Session(each.time("start"), each.time("end"))
                if session.end <= session.start:
                    raise each.bad("end", str(session.end), "must be later than start")
                if sessions and session.start < sessions[-1].end:
                    raise each.bad("start", str(session.start), "must not be before the end of the session above")
                sessions.append(session)
        version = top.text("version")
        if not sessions:
            raise top.bad("sessions", None, "at least one is needed; write [[sessions]] with start and end")
        return WorkCalendar(
            version=version,
            published_through=through,
            holidays=holidays,
            makeup_workdays=makeup,
            sessions=tuple(sessions),
        )


def read_units(file: str, text: str, kind: UnitKind, above: Iterable[Unit]) -> list[Unit]:
    """Make units of CSV text (code, name, name_en); each hangs from the unit of `above` its code begins with."""
    known = {unit.id: unit for unit in above}
    rows = csv.DictReader(io.StringIO(text))
    wanted = ["code", "name", "name_en"]
    if rows.fieldnames != wanted:
        raise BadAsset(file, "line 1", ",".join(rows.fieldnames or ()), f"must be {','.join(wanted)}")
    digits = {UnitKind.DISTRICT: 6, UnitKind.STREET: 9, UnitKind.COMMUNITY: 12}[kind]
    units: list[Unit] = []
    for line, row in enumerate(rows, 2):
        code, name, name_en = (row[key] or "" for key in wanted)
        if len(code) != digits or not (code.isascii() and code.isdigit()):
            raise BadAsset(file, f"line {line}, code", code, f"must have {digits} digits")
        if code in known:
            raise BadAsset(file, f"line {line}, code", code, f"is {known[UnitId(code)].name} already")
        if not name:
            raise BadAsset(file, f"line {line}, name", name, "must not be empty")
        parent = known.get(CITY if kind is UnitKind.DISTRICT else UnitId(code[: digits - 3]))
        if parent is None:
            raise BadAsset(file, f"line {line}, code", code, f"no unit {code[: digits - 3]} is known above it")
        if name_en and kind is UnitKind.STREET and parent.name_en:
            name_en = f"{parent.name_en} · {name_en}"
        unit = Unit(id=UnitId(code), name=name, name_en=name_en, kind=kind, parent=parent.id)
        known[unit.id] = unit
        units.append(unit)
    return units


def read_departments(file: str, text: str, above: Iterable[Unit]) -> list[Unit]:
    """Make departments and enterprises of TOML text (`[[unit]]`); raises BadAsset."""
    known = {unit.id for unit in above}
    units: list[Unit] = []
    with _Table.of(file, text) as top:
        for each in top.tables("unit"):
            with each:
                unit = UnitId(each.text("id"))
                if unit in known:
                    raise each.bad("id", unit, "is taken already; an id names one unit")
                kind = each.text("kind")
                if kind not in SUMMONABLE:
                    raise each.bad("kind", kind, f"write one of {', '.join(sorted(SUMMONABLE))}")
                parent = UnitId(each.text("parent"))
                if parent not in known:
                    raise each.bad("parent", parent, "is no known unit; write the code of the district or city")
                units.append(
                    Unit(
                        id=unit,
                        name=each.text("name"),
                        name_en=each.text("name_en"),
                        kind=UnitKind(kind),
                        parent=parent,
                        duties=each.words("duties"),
                        phone=each.text("phone"),
                    )
                )
                known.add(unit)
    return units


def _order_limits(table: "_Table", key: str) -> OrderLimits:
    with table.table(key) as limits:
        return OrderLimits(
            sign=limits.limit_or_none("sign"),
            first_contact=limits.limit_or_none("first_contact"),
            feedback=limits.limit("feedback"),
            on_scene=limits.limit_or_none("on_scene"),
            progress=limits.limit_or_none("progress"),
        )


def _whistle_limits(table: "_Table", key: str) -> WhistleLimits:
    with table.table(key) as limits:
        return WhistleLimits(
            sign=limits.limit("sign"),
            report_in=limits.limit("report_in"),
            done=limits.limit("done"),
            valid_for=limits.limit_or_none("valid_for"),
        )


def _text(folder: str, name: str) -> tuple[str, str]:
    own = name.endswith(".toml")
    try:
        if own:
            return name, Path(name).read_text("utf-8")
        file = resources.files(_RESOURCES).joinpath(folder, f"{name}.toml")
        return f"{folder}/{name}.toml", file.read_text("utf-8")
    except OSError as error:
        raise BadAsset(name, "", None, f"cannot be read ({error.strerror}); check path and rights") from None
    except UnicodeDecodeError as error:
        raise BadAsset(name, "", None, f"is not UTF-8 at byte {error.start}; save it as UTF-8") from None


_T = TypeVar("_T")


class _Table:
    """One TOML table being read: every key asked for is ticked off, what is left at the end is an error."""

    def __init__(self, file: str, path: str, values: Mapping[str, object]) -> None:
        self._file = file
        self._path = path
        self._values = values
        self._asked: set[str] = set()

    @classmethod
    def of(cls, file: str, text: str | Mapping[str, object]) -> "_Table":
        if not isinstance(text, str):
            return cls(file, "", text)
        try:
            return cls(file, "", tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise BadAsset(file, "", None, f"is not TOML: {error}") from None

    def __enter__(self) -> "_Table":
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
        return BadAsset(self._file, f"{self._path}{key}", value, remedy)

    def has(self, key: str) -> bool:
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
        found = self._take(key, str, 'write words in quotes, like "…"')
        if not found.strip():
            raise self.bad(key, found, "must not be empty")
        return found

    def words(self, key: str) -> tuple[str, ...]:
        remedy = 'write a list of words, like ["停水", "爆管"]'
        found = cast("list[object]", self._take(key, list, remedy))
        words = tuple(word for word in found if isinstance(word, str) and word.strip())
        if len(words) != len(found) or not words:
            raise self.bad(key, found, remedy)
        return words

    def flag(self, key: str, *, default: bool) -> bool:
        return self._take(key, bool, "write true or false") if self.has(key) else default

    def count(self, key: str, default: int) -> int:
        remedy = "write a whole number from 1"
        found = self._take(key, int, remedy) if self.has(key) else default
        if found < 1:
            raise self.bad(key, found, remedy)
        return found

    def share(self, key: str, default: float) -> float:
        remedy = "write a share between 0 and 1, like 0.5"
        found = self._take(key, float, remedy) if self.has(key) else default
        if not 0 < found < 1:
            raise self.bad(key, found, remedy)
        return found

    def day(self, key: str) -> dt.date:
        remedy = "write a day without quotes, like 2026-01-31"
        found = self._take(key, dt.date, remedy)
        if isinstance(found, dt.datetime):
            raise self.bad(key, str(found), remedy)
        return found

    def days(self, key: str) -> frozenset[dt.date]:
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
        return self._take(key, dt.time, "write a time without quotes, like 09:00:00")

    def limit(self, key: str) -> Limit:
        found = self._take(key, str, 'write a limit in quotes, like "30 min", "2 h W", "7 d" or "3 WD"')
        try:
            return parse_limit(found)
        except BadLimit:
            remedy = "is no limit; write it like '30 min', '2 h', '2 h W', '7 d' or '3 WD'"
            raise self.bad(key, found, remedy) from None

    def limit_or_none(self, key: str) -> Limit | None:
        return self.limit(key) if self.has(key) else None

    def table(self, key: str) -> "_Table":
        found = cast("dict[str, object]", self._take(key, dict, f"write a table [{self._path}{key}]"))
        return _Table(self._file, f"{self._path}{key}.", found)

    def tables(self, key: str) -> "Iterator[_Table]":
        remedy = f"write one or more tables [[{self._path}{key}]]"
        for number, found in enumerate(cast("list[object]", self._take(key, list, remedy)), 1):
            if not isinstance(found, dict):
                raise self.bad(key, found, remedy)
            yield _Table(self._file, f"{self._path}{key}[{number}].", cast("dict[str, object]", found))
