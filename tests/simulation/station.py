"""One station of the simulated world: the real engine, a disk that survives crashes, a clock that may be wrong.

A crash takes everything but the disk. It may fall between any two awaits, and just before or just after any commit:
after a crash, the engine of before touches neither disk nor network, whatever it does while it unwinds.
"""

import asyncio
import contextlib
import copy
import datetime as dt
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dispatcher import wire
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision
from dispatcher.models.organisation import Actor, Scope
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficeMemory, OfficePlan, OfficeStatus
from dispatcher.sync.ports import ActAnswer, ActState, Link, LinkLost, LinkState, Receipt, StoreDamaged, Trouble
from dispatcher.wire.office import OfficeAct
from tests import builders
from tests.fakes import MemoryStore, Recorder
from tests.simulation.lan import address_of
from tests.simulation.loop import SeededLoop, acting
from tests.simulation.network import Weather, Wire

if TYPE_CHECKING:
    from tests.simulation.world import World


class Crashed(BaseException):
    """Raised in whatever a program that has crashed still tries to do."""


class StationClock:
    """A station's clocks: the wall clock may stand wrong and jump, the monotonic one does neither."""

    def __init__(self, loop: SeededLoop, wrong_by_s: float) -> None:
        self._loop = loop
        self.wrong_by_s = wrong_by_s

    def now(self) -> dt.datetime:
        return builders.NOON + dt.timedelta(seconds=self._loop.time() + self.wrong_by_s)

    def monotonic(self) -> float:
        return self._loop.time() + 1000.0


class Disk(MemoryStore):
    """A store in memory that keeps its contract and tells the station before and after each commit."""

    def __init__(self) -> None:
        super().__init__(page=5)
        self.station: Station | None = None
        self.damaged = False
        self.enqueued: set[CommandId] = set()
        self.borrowed: dict[CaseId, Revision] = {}
        self.offices = 0
        """How often it has become another office's."""

    def survivor(self) -> "Disk":
        """Give what is found after a crash: all that was committed, in the hands of nobody."""
        found = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | set):
                setattr(found, name, value.copy())
        self.station = found.station = None
        found.is_open = True
        return found

    def emptied(self) -> "Disk":
        """Give a fresh cache beside the same outbox: the cache was found damaged and set aside."""
        found = self.survivor()
        fresh = MemoryStore()
        for name in ("_standing", "_remembered", "_law_mark", "_rows"):
            setattr(found, name, getattr(fresh, name))
        found.damaged = False
        return found

    def enqueue(self, act: Act) -> Receipt:
        receipt = super().enqueue(act)
        self.enqueued.add(act.id)
        return receipt

    def replace(self, acts: Sequence[Act], given_up: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        kept = super().replace(acts, given_up)
        self.enqueued |= {act.id for act in acts}
        return kept

    def destroy(self) -> None:
        if self.station is not None:
            self.station.world.checks.note_made(self.station)
        MemoryStore.__init__(self, page=5)
        self.is_open, self.destroyed, self.enqueued, self.borrowed = False, True, set(), {}

    def keep_office_memory(self, memory: OfficeMemory) -> None:
        self.offices += self._office is None or self._office.unit != memory.unit
        super().keep_office_memory(memory)

    def apply(self, changes: wire.Changes, as_of: dt.datetime) -> None:
        super().apply(changes, as_of)
        if self.station is not None:
            self.station.world.checks.applied(self.station, changes)

    def borrow(self, rows: Sequence[wire.CaseRow]) -> None:
        super().borrow(rows)
        if self.station is not None:
            self.borrowed |= {row.row.id: row.row.revision for row in rows}
            self.station.world.checks.borrowed(self.station, rows)

    def receipt(self, act: CommandId) -> Receipt | None:
        return self._receipts.get(act)

    def copies(self) -> dict[CommandId, OfficeAct]:
        """Give the office's pending acts that are kept here."""
        return self._office_acts

    def office(self) -> OfficeMemory | None:
        """Give what is kept of the office, whoever holds the disk."""
        return self._office

    def all_receipts(self) -> list[Receipt]:
        return list(self._receipts.values())

    def rows_by_case(self) -> dict[Any, wire.CaseRow]:
        return self._rows

    def peek(self) -> Any:
        """Give the standing, whoever holds the disk."""
        return self._standing

    def signed_in(self) -> Actor | None:
        return self._remembered.actor if self._remembered else None

    def scope(self) -> Scope | None:
        """Give what the rows here were sent under."""
        return self._remembered.scope if self._remembered else None

    def _reads(self) -> None:
        if self.station is None:
            raise Crashed
        self.station.check_alive(self.station.starts)
        super()._reads()
        if self.damaged:
            raise StoreDamaged("the cache is damaged")

    def _wrote(self) -> None:
        super()._wrote()
        assert self.station is not None
        self.station.commits()


class Screen(Recorder):
    """What the person at the station is told, checked as it is told."""

    def __init__(self, station: "Station") -> None:
        super().__init__()
        self._station = station

    def act_answered(self, answer: ActAnswer) -> None:
        super().act_answered(answer)
        self._station.world.checks.answered(self._station, answer)

    def station_wiped(self, reason: str) -> None:
        super().station_wiped(reason)
        self._station.wiped()


class Station:
    """A station from its first start to the end of the run."""

    def __init__(self, world: "World", name: str, home: Actor, rng: random.Random) -> None:
        self.world = world
        self.name = name
        self.home = home
        self.rng = rng
        self.disk = Disk()
        self.clock = StationClock(world.loop, rng.choice((0.0, 0.0, 1.5, -40.0, 3600.0, -3600.0)))
        self.weather = Weather(rng)
        self.person: PersonId = home.person
        self.starts = 0
        self.running = False
        self.started_s = 0.0
        self.is_dead = False
        self.is_missing = False
        """Somebody means to declare it lost, rightly or not."""
        self.away_s = 1.0
        self.plan = OfficePlan(
            address=address_of(name), serves=random.Random(f"{world.seed} {name} plan").random() < 0.2
        )
        self._doomed = False
        self._commits_left: int | None = None
        self._after = False
        self.engine: Engine | None = None
        self.seen = Screen(self)
        self._task: asyncio.Task[None] | None = None

    @property
    def actor(self) -> str:
        """The name of this start of the program among the loop's actors."""
        return f"{self.name}#{self.starts}"

    @property
    def token(self) -> str:
        return f"token-{self.person}@{self.name}"

    # ---- life and death

    def start(self) -> None:
        """Start the program over what is on the disk."""
        if self.running or self.is_dead:
            return
        self.starts += 1
        self.running, self._doomed, self._commits_left = True, False, None
        self.started_s = self.world.loop.time()
        self.disk = self.disk.survivor()
        self.disk.station = self
        self.seen = Screen(self)
        loop, context = self.world.loop, acting(self.actor)
        self.engine = context.run(
            Engine,
            open_store=self._open,
            dialer=_Dialer(self, self.starts),
            listener=self.seen,
            clock=self.clock,
            token=self.token,
            station=self.name,
            network=self.world.lan.of(self) if self.world.lan is not None else None,
            plan=self.plan,
            chance=random.Random(self.rng.random()).random,
        )
        self._task = loop.create_task(self._live(self.engine), context=context)

    async def _live(self, engine: Engine) -> None:
        try:
            await engine.run()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it is, it ends the run)
            if self.engine is engine:
                self.ended_by(error)

    def ended_by(self, error: BaseException) -> None:
        """Something of this station's program has ended in an error: unless it was a crash, that ends the run."""
        if self.running and not _is_crash(error):
            self.world.failed("engine", f"{self.name}: {error!r}", error)

    def crash(self, start: int = 0) -> None:
        """Lose everything but the disk, now; harmless for a start that is over."""
        if not self.running or (start and start != self.starts):
            return
        self.world.note(f"{self.name} crashes")
        self.running = False
        self._doomed = True
        for wire_ in self.weather.wires:
            if not wire_.is_over:
                wire_.station_gone()
        if self.world.lan is not None:
            self.world.lan.gone(self)
        self.disk = self.disk.survivor()
        self.world.loop.bury(self.actor)
        self.world.loop.call_later(self.away_s, self.start, context=acting("world"))

    def die(self) -> None:
        """Be destroyed for good, with whatever was never sent."""
        self.is_dead = True
        self.crash()

    def wiped(self) -> None:
        """Have destroyed key and files by order: nothing of it comes back."""
        self.world.note(f"{self.name} is wiped")
        self.is_dead = True
        self.world.loop.call_soon(self.crash, self.starts, context=acting("world"))

    def crash_at_commit(self, number: int, after: bool) -> None:
        """Crash just before or just after the commit of that number from now."""
        self._commits_left, self._after = number, after

    def check_alive(self, start: int) -> None:
        """Raise Crashed when the program of that start is dead or about to be."""
        if not self.running or start != self.starts:
            raise Crashed
        if self._doomed:
            self.crash()
            raise Crashed

    def commits(self) -> None:
        """Called just before each commit."""
        if self._commits_left is None:
            return
        self._commits_left -= 1
        if self._commits_left > 0:
            return
        self._commits_left = None
        if not self._after:
            self.crash()
            raise Crashed
        self._doomed = True  # the commit goes on; the next thing that would be seen outside does not happen
        self.world.loop.call_soon(self.crash, self.starts, context=acting("world"))

    def _open(self) -> Disk:
        self.check_alive(self.starts)
        if self.disk.damaged:
            self.disk = self.disk.emptied()
        self.disk.station = self
        self.disk.is_open = True
        if self.disk.failing is not None:
            raise self.disk.failing
        return self.disk

    # ---- the person

    def submit(self, command: AnyCommand, act: CommandId) -> None:
        if self.engine is not None and self.running:
            self._do(lambda engine: engine.submit(command, act))

    def decide(self, again: bool, rng: random.Random) -> None:
        """Decide about an act that is parked or expired, if there is one."""
        waiting = [r for r in self.seen.outbox if r.state in (ActState.PARKED, ActState.EXPIRED)]
        if not waiting or not self.running:
            return
        chosen = rng.choice(waiting).act.id
        if again:
            self._do(lambda engine: engine.retry(chosen))
        else:
            self.world.checks.given_up.add(chosen)
            self._do(lambda engine: engine.discard(chosen, "不再需要"))

    def serve_office(self, on: bool) -> None:
        if self.running:
            self._do(lambda engine: engine.serve_office(on))

    def drop(self, act: CommandId) -> None:
        if self.running:
            self._do(lambda engine: engine.drop_colleague_act(act))

    def sign_in(self, person: PersonId) -> None:
        self.person = person
        if self.running:
            self._do(lambda engine: engine.use_token(self.token))

    def reconnect(self) -> None:
        if self.running:
            self._do(lambda engine: engine.reconnect())

    def _do(self, wish: Callable[[Engine], object]) -> None:
        """Carry a wish into the engine as EngineThread does: within its actor, between two of its callbacks."""
        engine, start = self.engine, self.starts

        def do() -> None:
            if not self.running or self.starts != start or engine is None:
                return
            with contextlib.suppress(Crashed):
                wish(engine)

        self.world.loop.call_soon(do, context=acting(self.actor))

    # ---- questions

    @property
    def office(self) -> OfficeStatus | None:
        """What the screen says of the office."""
        return self.seen.status.office if self.running and self.seen.statuses else None

    @property
    def is_online(self) -> bool:
        return self.running and bool(self.seen.statuses) and self.seen.status.state is LinkState.ONLINE


class _Dialer:
    """Dials for one start of the program."""

    def __init__(self, station: Station, start: int) -> None:
        self._station = station
        self._start = start
        self._dialled = 0

    async def dial(self) -> Link:
        station, world = self._station, self._station.world
        self._dialled += 1
        rng = random.Random(f"{world.seed} {station.name} {self._start} {self._dialled}")
        await asyncio.sleep(station.weather.base_s * (1 + rng.random()))
        station.check_alive(self._start)
        centre = world.centre
        if station.weather.parted:
            await asyncio.sleep(rng.choice((0.1, 3.0, 30.0)))
            raise LinkLost("no route")
        if not centre.running:
            raise LinkLost("connection refused")
        wire_ = Wire(
            world.loop,
            station.weather,
            rng,
            station.actor,
            centre.actor,
            lambda: station.check_alive(self._start),
            lambda start=centre.starts: not centre.running or centre.starts != start,
        )
        wire_.near.tap = lambda frame: world.checks.said_up(station, wire_, frame)
        wire_.tap_down = lambda frame: world.checks.said_down(station, wire_, frame)
        station.weather.wires = [w for w in station.weather.wires if not w.is_over] + [wire_]
        centre.accept(wire_)
        return wire_.near


def _is_crash(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_crash(each) for each in error.exceptions)
    return isinstance(error, Crashed | asyncio.CancelledError)


def disk_full() -> Trouble:
    return Trouble("磁盘已满，无法保存；请清理磁盘空间。 | The disk is full, nothing can be saved; free some space.")
