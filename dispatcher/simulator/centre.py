"""The demonstration's centre: a real one with a simulated city around it, in a process of its own.

It speaks JSON lines: what it has to tell on standard output, what it is asked on standard input; when that ends, it
ends. The centre itself is handed in (`Parts`): this floor does not know the server's inside. Everything lies in the
directory it is given, whose owner removes it.
"""

import asyncio
import contextlib
import datetime as dt
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar, assert_never

import msgspec

from dispatcher.assets import CITY, load_law, load_organisation
from dispatcher.models.commands import ErasePersonalData
from dispatcher.models.ids import PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role, Unit, UnitKind
from dispatcher.models.verdicts import Refused
from dispatcher.simulator.agents import department, hotline
from dispatcher.simulator.city import City
from dispatcher.simulator.day import Cloudburst, Day
from dispatcher.simulator.drill import (
    ADMINISTRATOR,
    DISPATCHER,
    DISTRICT,
    GAS,
    HOTLINE,
    LEADER,
    STRANGER,
    SUPERVISOR,
    WATER,
    WORKER,
    Places,
    stories,
)
from dispatcher.simulator.drive import Drive, Pace, Player
from dispatcher.simulator.morning import Done, Morning
from dispatcher.simulator.report import CentreFigures, centre_figures
from dispatcher.simulator.talk import (
    Asked,
    AskFigures,
    ClockSetting,
    End,
    Failed,
    Figures,
    Options,
    Quiet,
    Quieten,
    Ready,
    Someone,
    Told,
    read_asked,
)
from dispatcher.simulator.voice import Speaker, Surprise, hold
from dispatcher.storage.ledger import Account, JournalEntry, Ledger
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.transport.doors import Intake, erase
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import ErasureAsked

_FEED = "/feed"
_PAGE = 1000
_SESSION = dt.timedelta(days=30)
_MORNING = dt.timedelta(hours=6)
_RAINED = dt.timedelta(minutes=20)
_ONE_BATCH = dt.timedelta(seconds=45)


class Serving(Protocol):
    """A centre that listens."""

    url: str

    def stop(self) -> None:
        """Ask it to stop."""
        ...


class Serve(Protocol):
    """Runs a centre until it is stopped."""

    async def __call__(
        self, database: str, law: Law, clock: Clock, *, keys: Path, started: Callable[[Serving], None]
    ) -> None:
        """Run it by the keys in a directory; `started` hears when it listens."""
        ...


class Parts(NamedTuple):
    """What the composition root hands in of the server: running it, hashing a token, an account with a password."""

    serve: Serve
    token_hash: Callable[[str], str]
    new_account: Callable[[PersonId, str, UnitId, Iterable[Role], str], Account]


class _Cast(NamedTuple):
    console: Someone
    wall: Someone
    colleague: Someone
    hotline: Someone
    liaisons: tuple[Someone, ...]
    places: Places
    drill: dict[str, Someone]

    def everybody(self) -> tuple[Someone, ...]:
        return (self.console, self.wall, self.colleague, self.hotline, *self.liaisons, *self.drill.values())

    def speakers(self) -> dict[str, Speaker]:
        """Who takes part in the drill, with their tokens."""
        called = {who.unit: who for who in self.liaisons}
        cast = self.drill | {HOTLINE: self.hotline, WATER: called[self.places.water], GAS: called[self.places.gas]}
        return {part: Speaker(who.person, who.token) for part, who in cast.items() if part != ADMINISTRATOR}


def run_centre(options: Options, parts: Parts) -> int:
    """Run the demonstration's centre until standard input ends or says so; gives the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent; this process ends with its input
    try:
        asyncio.run(_run(options, parts))
    except (Trouble, OSError, ValueError) as error:
        _tell(Failed(words=str(error)))
        return 1
    return 0


async def _run(options: Options, parts: Parts) -> None:
    units = load_organisation()
    law = load_law(options.policy, units)
    cast = _cast(units, law, options.street)
    database = f"sqlite:///{Path(options.directory, 'ledger.db')}"
    city = City(options.seed, options.street, units)
    await asyncio.to_thread(_prepare, database, options, parts, cast, city, law, units)
    setting = ClockSetting(origin_epoch_s=time.time(), origin=options.start, factor=options.speed)
    clock = setting.clock()
    listening: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(parts.serve(database, law, clock, keys=_keys(database), started=listening.set_result))
    await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        await serving  # tells why it could not begin
        return
    centre = listening.result()
    players = [Player(cast.hotline.person, cast.hotline.token, hotline(options.seed))]
    players += [Player(who.person, who.token, department(options.seed, who.unit)) for who in cast.liaisons]
    dialer = WebSocketDialer(centre.url.replace("http", "ws", 1) + _FEED)
    drive = Drive(centre.url, cast.hotline.token, players, dialer, Pace(clock, options.speed))
    rain = Cloudburst(start=options.start - _RAINED, length=_RAINED + dt.timedelta(minutes=15))
    driving = asyncio.create_task(drive.run(city.orders(Day(per_hour=60, rain=rain), options.start)))
    drilling = asyncio.create_task(_drill(options.seed, clock, cast, dialer, centre.url))
    asked: asyncio.Queue[Asked] = asyncio.Queue()
    _listen_to_parent(asked)
    _tell(
        Ready(
            url=centre.url,
            database=database,
            street=options.street,
            clock=setting,
            console=cast.console,
            wall=cast.wall,
            liaisons=cast.liaisons,
        )
    )
    try:
        await _obey(asked, drive, driving, drilling, database, options.street)
    finally:
        drive.stop()
        for task in (driving, drilling):
            task.cancel()
        await asyncio.gather(driving, drilling, return_exceptions=True)
        centre.stop()
        await serving


async def _obey(
    asked: "asyncio.Queue[Asked]",
    drive: Drive,
    driving: "asyncio.Task[None]",
    drilling: "asyncio.Task[list[Surprise]]",
    database: str,
    street: UnitId,
) -> None:
    surprises: tuple[str, ...] = ()
    while True:
        waiting = asyncio.ensure_future(asked.get())
        try:
            await asyncio.wait({waiting} if driving.done() else {waiting, driving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not waiting.done():
                waiting.cancel()
        if not waiting.done():
            driving.result()  # raises when the city broke down
            continue
        ask = waiting.result()
        match ask:
            case Quieten():
                drive.stop()
                await driving
                surprises = tuple(_said(surprise) for surprise in await drilling)
                _tell(Quiet(head=await asyncio.to_thread(_head, database)))
            case AskFigures(person=person):
                figures = await asyncio.to_thread(_count, database, street, person)
                _tell(Figures(figures=msgspec.structs.replace(figures, drill_surprises=surprises)))
            case End():
                return
            case _:
                assert_never(ask)


def _cast(units: Sequence[Unit], law: Law, street: UnitId) -> _Cast:
    def somebody(person: str, name: str, unit: UnitId, *roles: Role, password: str = "") -> Someone:
        token = secrets.token_urlsafe(32)
        return Someone(person=PersonId(person), name=name, unit=unit, roles=roles, token=token, password=password)

    places = _places(units, law, street)
    near, next_door = places.street, places.next_street
    return _Cast(
        console=somebody(
            "chenzhuo", "陈卓", street, Role.DISPATCHER, Role.SHIFT_LEADER, password=secrets.token_urlsafe(9)
        ),
        wall=somebody("wall", "指挥大屏", street, Role.WALL),
        colleague=somebody("hejing", "何静", street, Role.DISPATCHER, Role.SHIFT_LEADER),
        hotline=somebody("hotline", "市民热线", CITY, Role.HOTLINE),
        liaisons=tuple(
            somebody(f"liaison-{unit.id[2:].lower()}", f"{unit.name}值班员", unit.id, Role.LIAISON)
            for unit in units
            if unit.id in law.summonable
        ),
        places=places,
        drill={
            DISPATCHER: somebody("drill-dispatcher", "演练调度员", near, Role.DISPATCHER),
            LEADER: somebody("drill-leader", "演练值班长", near, Role.SHIFT_LEADER),
            SUPERVISOR: somebody("drill-supervisor", "演练主管领导", near, Role.SUPERVISOR),
            WORKER: somebody("drill-worker", "演练社区专员", places.community, Role.COMMUNITY_WORKER),
            STRANGER: somebody("drill-next-door", "邻街值班长", next_door, Role.DISPATCHER, Role.SHIFT_LEADER),
            ADMINISTRATOR: somebody("drill-administrator", "演练管理员", CITY, Role.ADMINISTRATOR),
            DISTRICT: somebody("drill-district", "区接诉即办专班", UnitId(street[:6]), Role.DISTRICT),
        },
    )


def _places(units: Sequence[Unit], law: Law, street: UnitId) -> Places:
    """Choose two streets of the same district and two units to summon; the community is the first of its street."""
    near, next_door = [u.id for u in units if u.kind is UnitKind.STREET and u.parent == street[:6] and u.id != street][
        :2
    ]
    water, gas = (next(u.id for u in units if u.id in law.summonable and duty in u.duties) for duty in ("供水", "燃气"))
    return Places(near, next_door, UnitId(f"{near}001"), water, gas)


def _actor(who: Someone) -> Actor:
    return Actor(person=who.person, name=who.name, unit=who.unit, roles=frozenset(who.roles))


def _prepare(
    database: str, options: Options, parts: Parts, cast: _Cast, city: City, law: Law, units: Sequence[Unit]
) -> None:
    """Make the ledger: directory, accounts, sessions, and the hours before."""
    before = options.start - _MORNING
    rain = Cloudburst(start=options.start - _RAINED, per_hour=30)
    liaisons = [_actor(who) for who in cast.liaisons]
    morning = Morning(options.seed, law, units, _actor(cast.colleague), _actor(cast.hotline), liaisons)
    done = morning.play(city.orders(Day(per_hour=4.5, rain=rain), before, options.start), options.start)
    ledger = Ledger.open(database, keys=_keys(database))
    try:
        ledger.put_units(units)
        for who in cast.everybody():
            if who.password:
                account = parts.new_account(who.person, who.name, who.unit, who.roles, who.password)
            else:
                account = Account(person=who.person, name=who.name, unit=who.unit, roles=frozenset(who.roles))
            ledger.accounts.seed(account)
            ledger.sessions.put(parts.token_hash(who.token), who.person, before, options.start + _SESSION)
        for batch in _batches(done):
            ledger.judge([(one.act, one.actor) for one in batch], law, batch[-1].at)
    finally:
        ledger.close()


def _batches(done: Iterable[Done]) -> Iterator[list[Done]]:
    """Group acts so close together that none of them counts as late when all are judged with the last."""
    batch: list[Done] = []
    for one in done:
        if batch and one.at - batch[0].at > _ONE_BATCH:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


_T = TypeVar("_T")


def _keys(database: str) -> Path:
    """Name the directory of the keys: it goes with the demonstration's own."""
    return Path(database.removeprefix("sqlite:///")).parent / "keys"


def _asking(database: str, question: Callable[[Ledger], _T]) -> _T:
    ledger = Ledger.open(database, keys=_keys(database))
    try:
        return question(ledger)
    finally:
        ledger.close()


def _head(database: str) -> Revision:
    return _asking(database, lambda ledger: ledger.head())


def _count(database: str, street: UnitId, person: PersonId) -> CentreFigures:
    return _asking(database, lambda ledger: centre_figures(list(_journal(ledger)), ledger.refusals(), street, person))


async def _drill(seed: int, clock: Clock, cast: _Cast, dialer: WebSocketDialer, url: str) -> list[Surprise]:
    async def erase_one(command: ErasePersonalData) -> Refused | None:
        asked = ErasureAsked(case=command.case, reason=command.reason)
        (erased,) = await erase(url, cast.drill[ADMINISTRATOR].token, asked)
        return erased.refused

    async with Intake(url, cast.hotline.token) as intake:
        return await hold(stories(seed, clock.now(), cast.places), cast.speakers(), dialer, intake, erase_one)


def _said(surprise: Surprise) -> str:
    step, verdict = surprise
    return f"{step.by}: {type(step.act.command).__name__}: expected {step.expects or 'accepted'}, got {verdict}"


def _journal(ledger: Ledger) -> Iterator[JournalEntry]:
    after = Revision(0)
    while page := ledger.journal(after, _PAGE):
        yield from page
        after = page[-1].revision


def _tell(told: Told) -> None:
    sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    sys.stdout.flush()


def _listen_to_parent(asked: "asyncio.Queue[Asked]") -> None:
    loop = asyncio.get_running_loop()

    def listen() -> None:
        rest = b""
        # The bare descriptor: a thread that waits in a buffered reader would abort the interpreter's end.
        with contextlib.suppress(RuntimeError):  # the loop has ended before its input
            while data := os.read(0, 4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    loop.call_soon_threadsafe(asked.put_nowait, read_asked(line))
            loop.call_soon_threadsafe(asked.put_nowait, End())

    threading.Thread(target=listen, name="parent", daemon=True).start()
