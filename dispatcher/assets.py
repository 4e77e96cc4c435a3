"""Data files to values: policies, working calendars and the organisation, each checked as it is read.

Shipped files come from `dispatcher.resources`, one's own from a path. Whatever is wrong raises `BadAsset`, which
names file, key, value and remedy; nothing is guessed or left out in silence. Knows nothing of databases.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar

import msgspec

from dispatcher.models.ids import UnitId
from dispatcher.models.law import SUMMONABLE, Law, law_of
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.policy import (
    Flood,
    Lights,
    Limit,
    OrderLimits,
    Period,
    Policy,
    ScoreCard,
    Weights,
    WhistleLimits,
)
from dispatcher.models.policy_check import faults
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import Session, WorkCalendar, extended
from dispatcher.tables import BadAsset, Table

DEFAULT_POLICY = "city"
CITY = UnitId("110000")
"""The city itself: the unit of the hotline and of enterprises."""
_RESOURCES = "dispatcher.resources"
_CALENDAR = "china"


def policy_names() -> tuple[str, ...]:
    """List the names of the shipped policies."""
    found = resources.files(_RESOURCES).joinpath("policies").iterdir()
    return tuple(sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml")))


_AS_PEOPLE_SAY = {"后沙峪": "houshayu"}
"""Names of shipped policies that are not written as their files are."""


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
    name = _AS_PEOPLE_SAY.get(name, name)
    if not name.endswith(".toml"):
        known = policy_names()
        if name not in known:
            remedy = f"no such policy; take one of {', '.join(known)}, or the path of a .toml file"
            raise BadAsset("policies", "policy", name, remedy)
    return _text("policies", name)


def load_calendar(name: str = _CALENDAR, base: WorkCalendar | None = None) -> WorkCalendar:
    """Read the shipped working calendar, or one's own by the path of its TOML file; raises BadAsset.

    A file that `extends` a calendar is laid over `base`, or over the shipped one, and gives both together.
    """
    return read_calendar(*_text("calendars", name), base)


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
    """Make a policy of TOML text, or of what it says; raises BadAsset for a gap, a bad value or a contradiction.

    Every urgency and every kind of whistle must be there; what else is left out is as `Policy` has it.
    """
    with Table.of(file, text) as top:
        fields: dict[str, object] = {"version": top.text("version"), "effective_from": top.day("effective_from")}
        with top.table("orders") as orders:
            fields["orders"] = {urgency: _limits(orders, urgency, OrderLimits) for urgency in Urgency}
        with top.table("whistles") as whistles:
            fields["whistles"] = {kind: _limits(whistles, kind, WhistleLimits) for kind in WhistleKind}
        with top.table("redo") as redo:
            # A redo has a signature, a contact and an answer of its own; what it does not have is not asked for.
            fields["redo"] = OrderLimits(
                sign=redo.limit_or_none("sign"),
                first_contact=redo.limit_or_none("first_contact"),
                feedback=redo.limit("feedback"),
            )
        fields["call_back"] = top.limit("call_back")
        for key in _LIMITS:
            if (limit := top.limit_or_none(key)) is not None:
                fields[key] = limit
        for key in ("contact_attempts", "call_back_attempts", "extension_share"):
            if top.has(key):
                fields[key] = top.count(key, 1)
        if top.has("reply_review"):
            fields["reply_review"] = top.flag("reply_review", default=True)
        for key, count in (("ladder", 3), ("whistle_band", 2)):
            if top.has(key):
                fields[key] = top.numbers(key, count)
        if top.has("lights"):
            with top.table("lights") as lights:
                default = Lights()
                fields["lights"] = Lights(
                    yellow_left=lights.share("yellow_left", default.yellow_left),
                    orange_left=lights.share("orange_left", default.orange_left),
                    orange_floor_minutes=lights.whole("orange_floor_minutes", default.orange_floor_minutes),
                )
        if top.has("flood"):
            with top.table("flood") as flood:
                words = flood.words("categories") if flood.has("categories") else ()
                fields["flood"] = Flood(categories=words, season=flood.season("season"))
        for key, kind in (("weights", Weights), ("period", Period), ("score", ScoreCard)):
            if top.has(key):
                with top.table(key) as table:
                    fields[key] = table.figures(kind)
        policy = Policy(**fields)  # pyright: ignore[reportArgumentType]  (each key was read as what it is above)
        for fault in faults(policy):
            raise top.bad(fault.key, fault.value, fault.remedy)
        return policy


def read_calendar(file: str, text: str | Mapping[str, object], base: WorkCalendar | None = None) -> WorkCalendar:
    """Make a working calendar of TOML text, or of what it says; raises BadAsset.

    A file with `extends = "<version>"` is a publication that continues the calendar of that version, given by `base`
    (the shipped one): it names days of its own only, and office hours only where they change.
    """
    with Table.of(file, text) as top:
        older = None
        if top.has("extends"):
            older = base or load_calendar()
            if (extends := top.text("extends")) != older.version:
                raise top.bad(
                    "extends", extends, f"the calendar in use is {older.version!r}; take the file made for it"
                )
        through = top.day("published_through")
        holidays = top.days("holidays")
        makeup = top.days("makeup_workdays")
        for day in sorted(holidays & makeup):
            raise top.bad("makeup_workdays", str(day), "stands in holidays too; leave it in one of the two")
        for key, days in (("holidays", holidays), ("makeup_workdays", makeup)):
            if days and max(days) > through:
                raise top.bad(key, str(max(days)), f"lies past published_through = {through}; correct either")
        if older is not None and through <= older.published_through:
            raise top.bad(
                "published_through", str(through), f"{older.version} reaches {older.published_through} already"
            )
        version = top.text("version")
        if older is not None and version == older.version:
            raise top.bad("version", version, "is the version that it extends; give it one of its own")
        sessions = _sessions(top) if older is None or top.has("sessions") else older.sessions
        own = WorkCalendar(
            version=version,
            published_through=through,
            holidays=holidays,
            makeup_workdays=makeup,
            sessions=sessions,
        )
        return own if older is None else extended(older, own)


def _sessions(top: Table) -> tuple[Session, ...]:
    sessions: list[Session] = []
    for each in top.tables("sessions"):
        with each:
            session = Session(each.time("start"), each.time("end"))
            if session.end <= session.start:
                raise each.bad("end", str(session.end), "must be later than start")
            if sessions and session.start < sessions[-1].end:
                raise each.bad("start", str(session.start), "must not be before the end of the session above")
            sessions.append(session)
    if not sessions:
        raise top.bad("sessions", None, "at least one is needed; write [[sessions]] with start and end")
    return tuple(sessions)


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
    with Table.of(file, text) as top:
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


_LIMITS = (
    "return_window_urgent",
    "return_window",
    "suspension_progress",
    "grace",
    "undo_within",
    "reopen_within",
    "catch_up_within",
)
_Kind = TypeVar("_Kind", bound=msgspec.Struct)


def _limits(table: Table, key: str, kind: type[_Kind]) -> _Kind:
    """Read one table of limits: those whose type allows None may be left out."""
    with table.table(key) as limits:
        found: dict[str, Limit | None] = {}
        for field in msgspec.structs.fields(kind):
            found[field.name] = limits.limit(field.name) if field.type is Limit else limits.limit_or_none(field.name)
        return kind(**found)


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
