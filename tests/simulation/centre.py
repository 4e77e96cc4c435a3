"""The centre of the simulated world: the real one, over a real ledger in memory, by one thread instead of three.

The ledger's database outlives every crash of the centre; each crash falls between two awaits, or just before or just
after a commit. What the writer and the reader do is done in turns of their own, whose order the loop draws.
"""

import asyncio
import contextlib
import datetime as dt
import os
import random
import sqlite3
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest import mock

import msgspec
import sqlalchemy as sa

from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.ids import CommandId, PersonId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawAct, SwitchFlood, book_of, law_at
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.whistle import WhistleKind
from dispatcher.server.credentials import token_hash
from dispatcher.server.main import Centre
from dispatcher.server.opening import find
from dispatcher.server.socket import Patience
from dispatcher.storage import ledger as ledger_module
from dispatcher.storage.centre import make_engine
from dispatcher.storage.following import POLL_S, Follower, Heard
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.stations import Stations
from dispatcher.storage.vault import Vault
from dispatcher.sync.ports import Trouble
from dispatcher.wire import Fault
from tests import builders
from tests.simulation.loop import acting
from tests.simulation.network import Closed, Wire
from tests.simulation.station import Crashed, disk_full

if TYPE_CHECKING:
    from tests.simulation.world import World

PEOPLE: Final = (
    builders.DISPATCHER,
    builders.LEADER,
    builders.SUPERVISOR,
    builders.STRANGER,
    builders.LIAISON,
    builders.HOTLINE,
)
PLACES: Final = ("desk-1", "desk-2", "desk-3", "next-door", "department")
"""The stations there can be: everybody has a session of his own at each."""
ADMINISTRATOR: Final = Actor(
    person=PersonId("admin"), name="", unit=UnitId("110000"), roles=frozenset({Role.ADMINISTRATOR})
)
PATIENCE: Final = Patience(beat_s=2.0, loads_s=5.0)
_LIMITS: Final = builders.policy().whistles
POLICY: Final = msgspec.structs.replace(
    builders.policy(),
    whistles=_LIMITS
    | {
        WhistleKind.EMERGENCY: msgspec.structs.replace(
            _LIMITS[WhistleKind.EMERGENCY], valid_for=builders.limit("1 min"), sign=builders.limit("1 min")
        )
    },
)
"""Whistles here go stale after a minute: a run is short."""
_T = TypeVar("_T")


class Database:
    """A SQLite database in memory, one for a process and begun anew for each run.

    It goes on living when a centre crashes. Its engine is kept, because compiling the ledger's statements anew would
    cost each run as much as all the rest.
    """

    def __init__(self) -> None:
        name = f"simulated-{os.getpid()}"
        self._engine: sa.Engine = make_engine(f"sqlite:///file:{name}?mode=memory&cache=shared&uri=true")
        self.raw = sqlite3.connect(f"file:{name}?mode=memory&cache=shared", uri=True, isolation_level=None)
        self._fill()
        self._template = sqlite3.connect(":memory:")
        self.raw.backup(self._template)

    def begin_anew(self) -> None:
        """Be as a centre is before its first start: units, law, accounts, and everybody signed in."""
        self._template.backup(self.raw)

    def open(self, clock: Callable[[], dt.datetime] | None = None) -> "SimulatedLedger":
        """Open the ledger, as a program does that knows nothing of the one before."""
        with mock.patch.object(ledger_module, "make_engine", return_value=self._engine):
            return SimulatedLedger.open("", clock)

    def _fill(self) -> None:
        ledger = self.open()
        ledger.put_units(builders.units())
        ledger.put_first_book(book_of(POLICY, builders.calendar()))
        for person in PEOPLE:
            ledger.accounts.seed(account(person))
            for place in PLACES:
                ends = builders.NOON + dt.timedelta(30)
                ledger.sessions.put(token_hash(token_of(person.person, place)), person.person, builders.NOON, ends)


def token_of(person: PersonId, station: str) -> str:
    """Give by what somebody is known at a station."""
    return f"token-{person}@{station}"


def account(actor: Actor, unit: UnitId | None = None) -> Account:
    return Account(person=actor.person, name=actor.name, unit=unit or actor.unit, roles=actor.roles)


class SimulatedLedger(Ledger):
    """The real ledger, whose commits can be the last thing that happens."""

    house: "CentreHouse | None" = None

    def follower(self) -> Follower:
        return _Follower(self._engine, self._vault, self.house)

    @contextlib.contextmanager
    def _read(self) -> Generator[sa.Connection]:
        if self.house is not None:
            self.house.check_alive(self)
        with super()._read() as connection:
            yield connection

    @contextlib.contextmanager
    def _write(self) -> Generator[sa.Connection]:
        house = self.house
        if house is None:
            with super()._write() as connection:
                yield connection
            return
        house.check_alive(self)
        if house.disk_full:
            raise disk_full()
        with super()._write() as connection:
            yield connection
            house.before_commit()
        house.after_commit()


class _Follower(Follower):
    """Reads what others have done when the house has it look; has no bell, for nobody waits."""

    def __init__(self, engine: sa.Engine, vault: Vault, house: "CentreHouse | None") -> None:
        self._engine = engine
        self._vault = vault
        self._connection = None
        self._house = house
        self._quiet: tuple[object, ...] = ()
        self._heard: Heard | None = None

    def ring(self) -> None:
        if self._house is not None and self._house.hands is not None:
            self._house.hands.look_soon()

    def read(self, after: Revision, law: Revision) -> Heard:
        if self._house is None or not self._house.running:
            raise Crashed
        # What is read while the head stands still is what was read before: a simulated hour has 3,600 such looks.
        standing = self._house.database.raw.execute("SELECT * FROM head").fetchone(), after, law
        if self._heard is not None and standing == self._quiet:
            return self._heard
        try:
            heard = super().read(after, law)
        finally:
            self._disconnect()  # one connection serves this whole world
        self._quiet, self._heard = standing, heard if heard.standing.head <= after and heard.book is None else None
        return heard

    def close(self) -> None:
        self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Turns:
    """Hands without threads: each turn and each question comes in its own time, turns in their order."""

    def __init__(self, house: "CentreHouse", rng: random.Random) -> None:
        self._house = house
        self._loop = house.world.loop
        self._rng = rng
        self._writer = acting(f"{house.actor} writer")
        self._last_s = 0.0
        self._open = 0
        self._idle = asyncio.Event()
        self._look: Callable[[], None] | None = None

    def write(self, turn: Callable[[], None]) -> None:
        self._open += 1
        self._last_s = max(self._last_s, self._loop.time()) + self._rng.random() * 0.004
        self._loop.call_at(self._last_s, self._do, turn, context=self._writer)

    async def read(self, question: Callable[[], _T]) -> _T:
        answer: asyncio.Future[_T] = self._loop.create_future()

        def ask() -> None:
            try:
                found = question()
            except Crashed:
                return
            except Exception as error:  # noqa: BLE001  (it is raised where it was asked for)
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(found)

        self._loop.call_later(self._rng.random() * 0.002, ask, context=self._writer)
        return await answer

    async def ask(self, question: Callable[[], _T]) -> _T:
        return await self.read(question)

    def follow(self, look: Callable[[], None], wait: Callable[[], None]) -> None:
        self._look = look
        self._look_and_look_again()

    def look_soon(self) -> None:
        """Look, as the one who follows does when the bell rings."""
        self._loop.call_later(self._rng.random() * 0.002, self._look_once, context=self._writer)

    async def follow_no_more(self) -> None:
        self._look = None

    def _look_and_look_again(self) -> None:
        self._look_once()
        if self._look is not None and self._house.hands is self:
            self._loop.call_later(POLL_S, self._look_and_look_again, context=self._writer)

    def _look_once(self) -> None:
        if self._look is not None and self._house.hands is self:
            with contextlib.suppress(Crashed):
                self._look()

    async def close(self) -> None:
        while self._open:
            self._idle.clear()
            await self._idle.wait()

    def _do(self, turn: Callable[[], None]) -> None:
        self._open -= 1
        self._idle.set()
        with contextlib.suppress(Crashed):
            turn()


class CentreHouse:
    """The centre from its first start to the end of the run."""

    def __init__(self, world: "World", database: Database) -> None:
        self.world = world
        self.database = database
        database.begin_anew()
        self.starts = 0
        self.running = False
        self.away_s = 1.0
        self.disk_full = False
        self.centre: Centre | None = None
        self.hands: Turns | None = None
        self._ledger: SimulatedLedger | None = None
        self._doomed = False
        self._commits_left: int | None = None
        self._after = False
        self._numbers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def actor(self) -> str:
        return f"centre#{self.starts}"

    # ---- world's clock

    def now(self) -> dt.datetime:
        return builders.NOON + dt.timedelta(seconds=self.world.loop.time())

    def monotonic(self) -> float:
        return self.world.loop.time()

    def law(self) -> Law:
        """Give the law in force now."""
        assert self.centre is not None
        return law_at(self.centre.giver.book, self.now(), builders.units())

    # ---- life and death

    def start(self) -> None:
        if self.running:
            return
        self.starts += 1
        self.running, self._doomed, self._commits_left = True, False, None
        self.disk_full = False
        ledger = self._ledger = self.database.open(self.now)
        ledger.house = self
        self._begin(self._live(ledger))

    async def _live(self, ledger: SimulatedLedger) -> None:
        start = self.starts
        try:
            found = find(ledger, Law(policy=POLICY, calendar=builders.calendar()), self.now())
            hands = self.hands = Turns(self, random.Random(f"{self.world.seed} hands {start}"))
            centre = self.centre = Centre(ledger, found, self, PATIENCE, hands)
            async with centre.at_work():
                await asyncio.Event().wait()
        except (asyncio.CancelledError, Crashed):
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it is, it ends the run)
            if self.running and self.starts == start:
                self.world.failed("centre", repr(error), error)

    def crash(self, start: int = 0) -> None:
        """Lose everything but the database, now; harmless for a start that is over."""
        if not self.running or (start and start != self.starts):
            return
        self.world.note("the centre crashes")
        self.running = False
        self._doomed = True
        self.centre = self.hands = None
        for station in self.world.stations:
            for wire in station.weather.wires:
                if not wire.is_over:
                    wire.centre_gone()
        self.world.loop.bury(self.actor)
        self.world.loop.call_later(self.away_s, self.start, context=acting("world"))

    def crash_at_commit(self, number: int, after: bool) -> None:
        """Crash just before or just after the commit of that number from now."""
        self._commits_left, self._after = number, after

    def check_alive(self, ledger: Ledger) -> None:
        if not self.running or ledger is not self._ledger:
            raise Crashed
        if self._doomed:
            self.crash()
            raise Crashed

    def before_commit(self) -> None:
        if self._commits_left is None:
            return
        self._commits_left -= 1
        if self._commits_left == 0 and not self._after:
            self.crash()
            raise Crashed

    def after_commit(self) -> None:
        if self._commits_left == 0 and self._after:
            self.crash()
            raise Crashed

    # ---- the network

    def accept(self, wire: Wire) -> None:
        centre = self.centre
        if centre is None:
            wire.near.take(None)
            return
        self._begin(self._talk(centre, wire))

    async def _talk(self, centre: Centre, wire: Wire) -> None:
        try:
            await centre.feed.talk(wire.far)  # pyright: ignore[reportArgumentType]  # it has a socket's face
        except Closed:
            pass
        except (asyncio.CancelledError, Crashed):
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it is, it ends the run)
            if self.running:
                self.world.failed("feed", repr(error), error)
        finally:
            wire.far.goodbye(Fault.STOPPING, "over")

    # ---- people who are not at a station

    def act(self, command: AnyCommand, by: Actor = builders.HOTLINE) -> None:
        """Let somebody act at the centre itself, as the intake does."""
        self._numbers += 1
        made = Act(id=CommandId(f"intake:{self._numbers}"), command=command, by=by.person, made_at=self.now())
        self._errand(lambda centre: centre.desk.judge(made, by))

    def change_account(self, actor: Actor, unit: UnitId) -> None:
        """Let an administrator give somebody another unit; it counts from the next sign-in on."""
        self._errand(lambda centre: centre.desk.write(lambda ledger: ledger.accounts.seed(account(actor, unit))))

    def declare_lost(self, station: str) -> None:
        """Let an administrator order a station to be wiped; nothing happens where it was never in contact."""

        async def declare(centre: Centre) -> None:
            order = partial(
                Stations.order_wipe, station=station, reason="丢失", by=ADMINISTRATOR.person, now=self.now()
            )
            with contextlib.suppress(LookupError):
                await centre.desk.write(lambda ledger: order(ledger.stations))

        self._errand(declare)

    def switch_flood(self, on: bool) -> None:
        self._numbers += 1
        act = LawAct(
            id=CommandId(f"law:{self._numbers}"),
            command=SwitchFlood(on=on, reason="暴雨预警"),
            by=ADMINISTRATOR.person,
            made_at=self.now(),
        )
        self._errand(lambda centre: centre.giver.enact(act, ADMINISTRATOR))

    def _errand(self, what: Callable[[Centre], Any]) -> None:
        centre = self.centre
        if centre is None or not self.running:
            return

        async def run() -> None:
            with contextlib.suppress(Trouble, asyncio.CancelledError):
                await what(centre)

        self._begin(run())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.world.loop.create_task(work, context=acting(self.actor))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # a crash, or told already
