"""The form of a scenario: TOML written by a person, read to values; whatever is wrong names itself (`BadScenario`).

The form is described in docs/rules.md. Nothing is judged here: an act that the rules refuse is a good scenario.
"""

import dataclasses
import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast, get_args

import msgspec

from dispatcher import assets
from dispatcher.models import commands as c
from dispatcher.models.deadlines import ClockKind
from dispatcher.models.ids import CaseId, CommandId, Instant, PersonId, UnitId
from dispatcher.models.lawbook import ActivatePolicy, LawAct, ReplaceCalendar, SwitchFlood
from dispatcher.models.order import Order
from dispatcher.models.organisation import CENTRE, Actor, Role, Unit
from dispatcher.models.policy import Policy
from dispatcher.models.roster import OnDuty
from dispatcher.models.summons_clocks import SummonsDuty
from dispatcher.models.workcalendar import DEFAULT_SESSIONS, WorkCalendar
from dispatcher.scenario.fitting import Spot


def _tag(command: type[msgspec.Struct]) -> str:
    return cast("str", command.__struct_config__.tag)


COMMANDS: Mapping[str, type[c.Command]] = {_tag(each): each for each in get_args(c.AnyCommand)}
"""Every command by the word that `do` takes."""
WHOLE = ("all", "rates", "load")
"""What a `show` can be about besides a case."""
KINDS = frozenset({*(kind.value for kind in ClockKind), *(duty.value for duty in SummonsDuty), "record"})
"""Clocks that a `show` can be narrowed to: a case's, a summons's, and the record of a whistle's meeting."""


class Deed(NamedTuple):
    """One act on one case, judged at `at`. A quiet one is told only when it is refused."""

    step: int
    at: dt.datetime
    do: str
    act: c.Act
    by: Actor
    quiet: bool


class LawDeed(NamedTuple):
    """One change of the law book, judged at `at`."""

    step: int
    at: dt.datetime
    do: str
    act: LawAct
    by: Actor
    quiet: bool


class Tick(NamedTuple):
    """The centre's timers run at `at`; from `since` on, each at the instant it falls due, when that is given."""

    step: int
    at: dt.datetime
    since: dt.datetime | None


class Show(NamedTuple):
    """Something is to be shown as it stands at `at`."""

    step: int
    at: dt.datetime
    wish: "Wish"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to show: a case by its name, or one of WHOLE. `only` names parts, `kinds` clocks; empty means all.

    `running` leaves out clocks that are met. `units`, `period` ("2026-03", or "2026-03-03" for a bulletin) and `among`
    (street, department or district) are for figures.
    """

    what: str
    only: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    units: tuple[UnitId, ...] = ()
    running: bool = False
    period: str = ""
    among: str = "street"


Step = Deed | LawDeed | Tick | Show


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a file says: the law at the beginning, who there is, and what is done in the order of time."""

    file: str
    policy: Policy
    calendar: WorkCalendar
    units: tuple[Unit, ...]
    duties: tuple[OnDuty, ...]
    steps: tuple[Step, ...]


def read_scenario(path: Path) -> Scenario:
    """Read a scenario and what it includes; raises BadScenario, or BadAsset for a policy's or calendar's own keys."""
    return _Reader(path).scenario()


class _Person(msgspec.Struct, frozen=True, kw_only=True):
    name: PersonId
    unit: UnitId
    roles: frozenset[Role]


class _Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a step that are not the command's own."""

    at: Instant
    do: str
    by: PersonId = PersonId("")
    id: str = ""
    made_at: Instant | None = None
    happened_at: Instant | None = None
    valid_until: Instant | None = None
    offline: bool = False
    clock_error_ms: int | None = None
    seen: str | None = None
    replaces: str = ""
    quiet: bool = False


_STAMP = _Stamp.__struct_fields__
_TOP = ("include", "title", "policy", "calendar", "unit", "person", "duty", "order", "step")
_MANY = re.compile(r"(?P<stem>.+)-(?P<first>\d+)\.\.(?P<last>\d+)")


class _Reader:
    def __init__(self, path: Path) -> None:
        self._file = str(path)
        self._path = path
        self._people: dict[PersonId, Actor] = {CENTRE.person: CENTRE}
        self._orders: dict[str, list[str]] = {}
        self._ids: set[str] = set()
        self._calendars: dict[str, WorkCalendar] = {}

    def scenario(self) -> Scenario:
        top = self._load(self._path, ())
        spot = Spot(self._file)
        for key in top:
            if key not in _TOP:
                raise spot.unknown(key, _TOP)
        units = [spot.fit(table, Unit) for spot, table in self._tables(top, "unit")]
        for spot, table in self._tables(top, "person"):
            person = spot.fit(table, _Person)
            if person.name in self._people:
                raise spot.bad("name", person.name, "is somebody already; one name stands for one person")
            self._people[person.name] = Actor(
                person=person.name, name=person.name, unit=person.unit, roles=person.roles
            )
        duties = [spot.fit(table, OnDuty) for spot, table in self._tables(top, "duty")]
        orders = [deed for spot, table in self._tables(top, "order") for deed in self._order(spot, table)]
        policy = self._policy(Spot(self._file), top.get("policy", assets.DEFAULT_POLICY))
        calendar = self._calendar(Spot(self._file), top.get("calendar", "china"))
        steps: list[Step] = []
        last: dt.datetime | None = None
        for number, (spot, table) in enumerate(self._tables(top, "step"), 1):
            for step in self._step(spot, number, table):
                if last is not None and step.at < last:
                    raise spot.bad(
                        "at", str(table["at"]), "is before the step above it; put the steps in order of time"
                    )
                last = step.at
                steps.append(step)
        return Scenario(
            file=self._file,
            policy=policy,
            calendar=calendar,
            units=tuple(units),
            duties=tuple(duties),
            # An order comes before a step of the same instant; sorting keeps the rest as written.
            steps=tuple(sorted([*orders, *steps], key=lambda step: step.at)),
        )

    def _load(self, path: Path, above: tuple[Path, ...]) -> dict[str, object]:
        spot = Spot(str(path))
        try:
            top = cast("dict[str, object]", tomllib.loads(path.read_text("utf-8")))
        except OSError as error:
            raise spot.bad("file", path.name, f"cannot be read ({error.strerror}); check path and rights") from None
        except UnicodeDecodeError as error:
            raise spot.bad("file", path.name, f"is not UTF-8 at byte {error.start}; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise spot.bad("file", path.name, f"is not TOML: {error}") from None
        name = top.pop("include", None)
        if name is None:
            return top
        if not isinstance(name, str) or path.parent / name in (*above, path):
            raise spot.bad("include", name, "write the name of another file beside this one, like 'street.toml'")
        if not (path.parent / name).is_file():
            raise spot.bad("include", name, "there is no such file beside this one; check the name")
        below = self._load(path.parent / name, (*above, path))
        for key, value in top.items():
            known = below.get(key)
            if isinstance(value, list) and isinstance(known, list):
                below[key] = [*cast("list[object]", known), *cast("list[object]", value)]
            else:
                below[key] = value
        return below

    def _tables(self, top: Mapping[str, object], key: str) -> Iterator[tuple[Spot, dict[str, object]]]:
        found = top.get(key, [])
        if not isinstance(found, list):
            raise Spot(self._file).bad(key, found, f"write one or more tables [[{key}]]")
        for number, table in enumerate(cast("list[object]", found), 1):
            spot = Spot(self._file, f"{key} {number}")
            if not isinstance(table, dict):
                raise spot.bad(key, table, f"write one or more tables [[{key}]]")
            yield spot, cast("dict[str, object]", table)

    # --- the law ---

    def _policy(self, spot: Spot, said: object) -> Policy:
        match said:
            case str():
                try:
                    return assets.load_policy(self._beside(said))
                except assets.BadAsset as error:
                    raise spot.bad("policy", said, str(error)) from None
            case dict():
                changes = dict(cast("dict[str, object]", said))
                base = changes.pop("base", assets.DEFAULT_POLICY)
                if not isinstance(base, str):
                    raise spot.bad("policy.base", base, "write a shipped policy's name or the path of a .toml file")
                return assets.read_policy(
                    f"{self._file}: policy", _changed(assets.policy_table(self._beside(base)), changes)
                )
            case _:
                raise spot.bad("policy", said, "write a name, a path, or a table with base = 'city' and the changes")

    def _calendar(self, spot: Spot, said: object) -> WorkCalendar:
        match said:
            case str():
                try:
                    found = assets.load_calendar(self._beside(said))
                except assets.BadAsset as error:
                    raise spot.bad("calendar", said, str(error)) from None
            case dict():
                values = cast("dict[str, object]", said)
                base = self._calendars.get(str(values.get("extends", "")))
                if "extends" not in values:
                    sessions = [{"start": each.start, "end": each.end} for each in DEFAULT_SESSIONS]
                    values = cast("dict[str, object]", {"version": "scenario", "sessions": sessions}) | values
                values = cast("dict[str, object]", {"holidays": [], "makeup_workdays": []}) | values
                found = assets.read_calendar(f"{self._file}: calendar", values, base)
            case _:
                raise spot.bad("calendar", said, "write a name, a path, or a table with published_through and holidays")
        self._calendars[found.version] = found
        return found

    def _beside(self, name: str) -> str:
        """Take a path as seen from the scenario, a shipped name as it is."""
        return str(self._path.parent / name) if name.endswith(".toml") else name

    # --- orders and steps ---

    def _order(self, spot: Spot, table: Mapping[str, object]) -> Iterator[Deed]:
        values = dict(table)
        name = values.pop("case", None)
        holder = values.pop("holder", None)
        copies = values.pop("copies", 1)
        if not isinstance(name, str) or not name or name in WHOLE:
            raise spot.bad("case", name, f"write a short name for the case; not one of {', '.join(WHOLE)}")
        if not isinstance(holder, str):
            raise spot.bad("holder", holder, "write the code of the unit that gets it")
        if not isinstance(copies, int) or isinstance(copies, bool) or copies < 1:
            raise spot.bad("copies", copies, "write a whole number from 1")
        names = [name] if copies == 1 else [f"{name}-{n}" for n in range(1, copies + 1)]
        if name in self._orders:
            raise spot.bad("case", name, "is an order already; one name stands for one case")
        self._orders[name] = names
        by = self._actor(spot, values.pop("by", self._hotline(spot)))
        for each in names:
            order = spot.fit({"number": each, "source": "12345", "title": each} | values, Order)
            command = c.ReceiveOrder(case=CaseId(each), order=order, holder=UnitId(holder))
            at = order.dispatched_at
            act = c.Act(id=self._id(spot, f"order/{each}"), command=command, by=by.person, made_at=at)
            yield Deed(0, at, "receive_order", act, by, quiet=True)

    def _step(self, spot: Spot, number: int, table: Mapping[str, object]) -> Iterator[Step]:
        do = table.get("do")
        rest = {key: value for key, value in table.items() if key not in _STAMP}
        stamp = spot.fit({key: value for key, value in table.items() if key in _STAMP}, _Stamp)
        match do:
            case "tick":
                self._nothing_else(spot, rest, "since")
                yield Tick(number, stamp.at, spot.instant("since", rest["since"]) if "since" in rest else None)
            case "show":
                wish = spot.fit({"what": self._only_case(spot, "what", rest)} | rest, Wish)
                for kind in wish.kinds:
                    if kind not in KINDS:
                        raise spot.unknown("kinds", KINDS, kind)
                yield Show(number, stamp.at, wish)
            case "activate_policy" | "switch_flood" | "replace_calendar":
                yield self._law_deed(spot, number, stamp, rest)
            case str() if do in COMMANDS:
                yield from self._deeds(spot, number, stamp, rest)
            case _:
                raise spot.unknown("do", [*COMMANDS, *_LAW_ACTS, "tick", "show"], do)

    def _deeds(self, spot: Spot, number: int, stamp: _Stamp, rest: Mapping[str, object]) -> Iterator[Step]:
        by = self._actor(spot, stamp.by)
        made_at = stamp.made_at or stamp.at
        names = self._cases(spot, rest["case"] if "case" in rest else self._only_case(spot, "case", rest))
        base = stamp.id or f"{number}"
        for name in names:
            values = {**rest, "case": name}
            if stamp.do == "receive_order":
                said = cast("dict[str, object]", rest.get("order", {}))
                values["order"] = {"number": name, "source": "12345", "title": name, "dispatched_at": made_at} | said
            act = c.Act(
                id=self._id(spot, base if len(names) == 1 else f"{base}/{name}"),
                command=cast("c.AnyCommand", spot.fit(values, COMMANDS[stamp.do])),
                by=by.person,
                made_at=made_at,
                valid_until=stamp.valid_until,
                offline=stamp.offline,
                clock_error_ms=stamp.clock_error_ms,
                happened_at=stamp.happened_at,
                seen=stamp.seen,
                replaces=CommandId(stamp.replaces),
            )
            yield Deed(number, stamp.at, stamp.do, act, by, stamp.quiet)

    def _law_deed(self, spot: Spot, number: int, stamp: _Stamp, rest: Mapping[str, object]) -> LawDeed:
        match stamp.do:
            case "activate_policy":
                command = ActivatePolicy(policy=self._policy(spot, rest.get("policy")))
                self._nothing_else(spot, rest, "policy")
            case "replace_calendar":
                command = ReplaceCalendar(calendar=self._calendar(spot, rest.get("calendar")))
                self._nothing_else(spot, rest, "calendar")
            case _:
                command = spot.fit(rest, SwitchFlood)
        by = self._actor(spot, stamp.by)
        act_id = self._id(spot, stamp.id or f"{number}")
        act = LawAct(id=act_id, command=command, by=by.person, made_at=stamp.made_at or stamp.at)
        return LawDeed(number, stamp.at, stamp.do, act, by, stamp.quiet)

    def _nothing_else(self, spot: Spot, rest: Mapping[str, object], *known: str) -> None:
        for key in rest:
            if key not in known:
                raise spot.unknown(key, (*known, *_STAMP))

    def _cases(self, spot: Spot, said: object) -> list[str]:
        if isinstance(said, list):
            return [name for each in cast("list[object]", said) for name in self._cases(spot, each)]
        if not isinstance(said, str):
            raise spot.bad("case", said, "write a case's name, or a list of them")
        if (many := _MANY.fullmatch(said)) is not None:
            first, last = int(many["first"]), int(many["last"])
            if last < first:
                raise spot.bad("case", said, "goes down; write it from the lower number to the higher")
            return [f"{many['stem']}-{n}" for n in range(first, last + 1)]
        return self._orders.get(said, [said])

    def _only_case(self, spot: Spot, key: str, rest: Mapping[str, object]) -> str:
        if key in rest:
            return ""
        if len(self._orders) != 1:
            raise spot.bad(key, None, "missing; write the case's name (it may be left out where there is one order)")
        return next(iter(self._orders))

    def _actor(self, spot: Spot, name: object) -> Actor:
        found = self._people.get(cast("PersonId", name))
        if found is None:
            raise spot.unknown("by", self._people, name)
        return found

    def _hotline(self, spot: Spot) -> str:
        for actor in self._people.values():
            if actor.is_any(Role.HOTLINE):
                return actor.person
        raise spot.bad("by", None, "missing; nobody has the role hotline, so say who gives the order")

    def _id(self, spot: Spot, said: str) -> CommandId:
        if said in self._ids:
            raise spot.bad("id", said, "is an act already; an id names one act for ever")
        self._ids.add(said)
        return CommandId(said)


_LAW_ACTS = ("activate_policy", "switch_flood", "replace_calendar")


def _changed(base: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Lay changes over a table of tables; a value that is not a table takes the old one's place whole."""
    found = dict(base)
    for key, value in changes.items():
        known = found.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            value = _changed(cast("dict[str, object]", known), cast("dict[str, object]", value))
        found[key] = value
    return found
