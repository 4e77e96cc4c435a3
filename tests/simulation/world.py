"""One run: a seed becomes a world, its steps happen, everything is healed, and all must agree."""

import asyncio
import contextlib
import functools
import gc
import logging
import random
import uuid
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, NamedTuple
from unittest import mock

import msgspec

from dispatcher.models.ids import CommandId
from dispatcher.models.order import Caller, Urgency
from dispatcher.server import feed, hub
from dispatcher.sync.ports import UNSETTLED, Trouble
from tests import builders
from tests.simulation.centre import CentreHouse, Database
from tests.simulation.checks import Broken, Checks
from tests.simulation.lan import Cable, Lan
from tests.simulation.loop import SeededLoop, acting
from tests.simulation.network import Wire
from tests.simulation.people import hotline_wish, wish
from tests.simulation.plan import Kind, Step, is_office, plan
from tests.simulation.station import Crashed, Station, disk_full
from tests.simulation.together import kept_too_long, undecided, works_together

OFFICE: Final = (
    ("desk-1", builders.DISPATCHER),
    ("desk-2", builders.LEADER),
    ("desk-3", builders.SUPERVISOR),
)
STATIONS: Final = (
    ("desk-1", builders.DISPATCHER),
    ("desk-2", builders.LEADER),
    ("next-door", builders.STRANGER),
    ("department", builders.LIAISON),
)
QUIET_WITHIN_S: Final = 240.0
TOGETHER_S: Final = 40.0
"""Within so long an office that can work together does."""
WAITS_S: Final = (0.2, 0.2, 1.0, 1.0, 3.0, 3.0, 12.0, 65.0)
"""How long nobody does anything; the last is longer than a whistle here is valid."""


@functools.cache
def _database() -> Database:
    return Database()


class Failure(NamedTuple):
    """Which check broke, and what was found."""

    name: str
    found: str


class Run(NamedTuple):
    """What became of a run: the failure if there was one, how much happened, and what happened last."""

    seed: int
    failure: Failure | None
    counts: Counter[str]
    story: list[str]


class World:
    """The actors of one run."""

    def __init__(self, seed: int, loop: SeededLoop) -> None:
        self.seed = seed
        self.loop = loop
        self.failure: Failure | None = None
        self.error: BaseException | None = None
        self.counts: Counter[str] = Counter()
        self.story: list[str] = []
        self.checks = Checks(self)
        self.centre = CentreHouse(self, _database())
        rng = random.Random(f"{seed} stations")
        self.lan = Lan(self, random.Random(f"{seed} lan")) if is_office(seed) else None
        if self.lan is not None:
            chosen = [*OFFICE[: rng.randrange(2, 4)], *rng.sample(STATIONS[2:], rng.choice((0, 0, 1)))]
        else:
            chosen = [STATIONS[0], *rng.sample(STATIONS[1:], rng.randrange(1, 4))]
        self.stations = [Station(self, name, home, random.Random(f"{seed} {name}")) for name, home in chosen]
        self._orders = 0
        self._healed = False

    def note(self, text: str) -> None:
        """Write down what happens."""
        self.story.append(f"{self.loop.time():9.3f} {text}")

    def failed(self, name: str, found: str, error: BaseException | None = None) -> None:
        """Keep the first thing that broke, and end the run."""
        if self.failure is None:
            self.failure, self.error = Failure(name, found), error
            self.note(f"BROKEN {name}: {found}")
            self.loop.call_soon(self.loop.stop)

    @property
    def living(self) -> list[Station]:
        """The stations that are not destroyed for good."""
        return [station for station in self.stations if not station.is_dead]

    # ---- the run

    async def live(self, steps: Sequence[Step]) -> None:
        """Begin, let the steps happen, and come to rest."""
        self.centre.start()
        await asyncio.sleep(0.1)
        for _ in range(3):
            self._order(random.Random(f"{self.seed} first orders"))
        for station in self.stations:
            station.start()
        await asyncio.sleep(0.5)
        for step in steps:
            await asyncio.sleep(step.after_s)
            self._happen(step)
            self.checks.after_step()
            if step.kind is Kind.WAIT:
                await asyncio.sleep(step.random(self.seed).choice(WAITS_S))
                self.checks.after_step()
            elif step.kind is Kind.TOGETHER:
                before = {station.name: station.starts for station in self.living}
                await asyncio.sleep(TOGETHER_S)
                self.checks.after_step()
                works_together(self, [station for station in self.living if before[station.name] == station.starts])
        await asyncio.sleep(0.2)
        await self._come_to_rest()
        self.checks.at_the_end()

    def _happen(self, step: Step) -> None:
        rng = step.random(self.seed)
        station = rng.choice(self.stations)
        self.counts[step.kind] += 1
        self.note(f"[{step.index}] {step.kind} {station.name}")
        _HAPPENING[step.kind](self, station, rng)

    def _act(self, station: Station, rng: random.Random) -> None:
        rows = list(station.disk.rows_by_case())
        actor = station.disk.signed_in()
        if not rows or actor is None or not station.running:
            return
        case_id = rng.choice(rows[:3] if rng.random() < 0.8 else rows)  # where others are at work too
        engine = station.engine
        desk = engine._desk if engine is not None else None
        try:
            seen = desk._replica.folded(case_id) if desk is not None else None
        except (Crashed, Trouble):
            return
        if seen is None:
            return
        station.submit(wish(seen[0], actor, rng), CommandId(f"{station.name}:{rng.getrandbits(64):016x}"))

    def _burst(self, station: Station, rng: random.Random) -> None:
        for _ in range(rng.randrange(2, 6)):
            self._act(station, rng)

    def _order(self, rng: random.Random) -> None:
        self._orders += 1
        self.centre.act(
            msgspec.structs.replace(
                builders.receive(
                    f"case-{self._orders}",
                    holder=rng.choice((builders.STREET, builders.STREET, builders.OTHER_STREET)),
                    caller=Caller("欧阳植树", "13912345678"),
                    urgency=rng.choice((Urgency.ORDINARY, Urgency.EMERGENCY)),
                    confidential=rng.random() < 0.2,
                    dispatched_at=self.centre.now(),
                ),
            )
        )

    def _hotline(self, rng: random.Random) -> None:
        if self.checks.cases:
            chosen = self.checks.cases[rng.choice(sorted(self.checks.cases))]
            self.centre.act(hotline_wish(chosen.case.id, chosen.case.holder, rng))

    def _crash(self, station: Station, rng: random.Random, how: Kind) -> None:
        station.away_s = rng.choice((0.5, 2.0, 8.0))
        match how:
            case Kind.CRASH:
                station.crash()
            case Kind.CRASH_AT_COMMIT:
                station.crash_at_commit(rng.randrange(1, 5), after=rng.random() < 0.5)
            case _:
                self.loop.light_fuse(station.actor, rng.randrange(1, 60), station.crash)

    def _crash_centre(self, rng: random.Random, how: Kind) -> None:
        self.centre.away_s = rng.choice((0.5, 2.0, 8.0))
        match how:
            case Kind.CENTRE_CRASH:
                self.centre.crash()
            case Kind.CENTRE_CRASH_AT_COMMIT:
                self.centre.crash_at_commit(rng.randrange(1, 4), after=rng.random() < 0.5)
            case _:
                self.loop.light_fuse(self.centre.actor, rng.randrange(1, 80), self.centre.crash)

    def _stall(self, station: Station, rng: random.Random) -> None:
        wire = station.weather.wire
        if wire is None:
            return
        pipes = rng.choice(([wire.up], [wire.down], [wire.up, wire.down]))
        for pipe in pipes:
            pipe.stall()
            self.loop.call_later(rng.choice((0.5, 3.0, 12.0)), pipe.flow)

    def _disk_full(self, station: Station, rng: random.Random) -> None:
        disk = station.disk
        disk.failing_writes = disk_full()

        def room() -> None:
            disk.failing_writes = station.disk.failing_writes = None

        self.loop.call_later(rng.choice((0.5, 3.0)), room)

    def _centre_disk_full(self, rng: random.Random) -> None:
        self.centre.disk_full = True

        def room() -> None:
            self.centre.disk_full = False

        self.loop.call_later(rng.choice((0.5, 3.0)), room)

    def _meddle(self, station: Station, rng: random.Random) -> None:
        wire = station.weather.wire
        if wire is None:
            return
        pipe, how = (wire.down, ("lose", "repeat", "swap")) if rng.random() < 0.6 else (wire.up, ("repeat", "swap"))
        pipe.meddle = pipe.meddle or rng.choice(how)  # what has begun goes on to its end

    def _half_open(self, station: Station, rng: random.Random) -> None:
        wire = station.weather.wire
        if wire is not None:
            wire.half_open(*rng.choice(((True, False), (False, True), (True, True))))

    def _cut(self, station: Station) -> None:
        if station.weather.wire is not None:
            station.weather.wire.cut()

    def _sign_in(self, station: Station, rng: random.Random) -> None:
        station.sign_in(rng.choice((station.home, builders.LEADER, builders.STRANGER, builders.LIAISON)).person)

    def _move(self, station: Station, rng: random.Random) -> None:
        self.centre.change_account(station.home, rng.choice((builders.STREET, builders.OTHER_STREET)))
        self._cut(station)

    def _part(self, station: Station, rng: random.Random) -> None:
        station.weather.parted = True
        self._stall(station, rng)
        self._burst(station, rng)  # what is made now may be stale before it can leave

    def _heal(self, station: Station) -> None:
        station.weather.parted = False
        station.weather.slow_until_s = 0.0

    def _slow(self, station: Station, rng: random.Random) -> None:
        station.weather.slow_until_s = self.loop.time() + rng.choice((1.0, 5.0, 15.0))

    def _clock(self, station: Station, rng: random.Random) -> None:
        station.clock.wrong_by_s += rng.choice((3600.0, -3600.0, 40.0, -2.0))

    # ---- the office

    def _outage(self, rng: random.Random) -> None:
        """Nobody of the office reaches the centre any more."""
        for station in self.stations:
            station.weather.parted = True
            if station.weather.wire is not None:
                rng.choice((Wire.cut, lambda wire: wire.half_open(True, True)))(station.weather.wire)
        fate = random.Random(f"{self.seed} who is lost")
        if fate.random() < 0.6:
            lost, after_s = fate.choice(self.stations), fate.choice((15.0, 45.0, 90.0))
            self.loop.call_later(after_s, self._burst, lost, fate, context=acting("world"))
            self.loop.call_later(after_s + fate.choice((0.1, 5.0)), self._die, lost, context=acting("world"))

    def _outage_ends(self) -> None:
        for station in self.stations:
            self._heal(station)

    def _come_together(self, rng: random.Random) -> None:
        """Heal the office's network, and have a relay if there is none, or two."""
        if self.lan is None:
            return
        self.lan.heal()
        running = [station for station in self.stations if station.home.unit == builders.STREET and station.running]
        wanted = rng.choice((1, 1, 2))
        for station in rng.sample(running, max(0, min(wanted - len(self.lan.doors), len(running)))):
            station.serve_office(True)

    def _serve(self, station: Station, rng: random.Random) -> None:
        station.serve_office(rng.random() < 0.7)

    def _drop(self, station: Station, rng: random.Random) -> None:
        """Decide of an act whose station is dead that nobody will send it."""
        dead = {memory.station for dead in self.stations if dead.is_dead and (memory := dead.disk.office())}
        left = [entry.act.id for entry in station.disk.copies().values() if entry.station in dead]
        if left:
            chosen = rng.choice(sorted(left))
            self.checks.given_up.add(chosen)
            station.drop(chosen)

    def _cables(self, rng: random.Random) -> "list[Cable]":
        cables = self.lan.living() if self.lan is not None else []
        return rng.sample(cables, 1) if cables else []

    def _lan_cut(self, rng: random.Random) -> None:
        for cable in self._cables(rng):
            cable.cut()

    def _lan_half_open(self, rng: random.Random) -> None:
        for cable in self._cables(rng):
            cable.half_open(*rng.choice(((True, False), (False, True), (True, True))))

    def _lan_stall(self, rng: random.Random) -> None:
        for cable in self._cables(rng):
            for pipe in rng.choice(([cable.up], [cable.down], [cable.up, cable.down])):
                pipe.stall()
                self.loop.call_later(rng.choice((0.5, 3.0, 12.0)), pipe.flow)

    def _lan_slow(self, rng: random.Random) -> None:
        if self.lan is not None:
            self.lan.weather.slow_until_s = self.loop.time() + rng.choice((1.0, 5.0, 15.0))

    def _lan_meddle(self, rng: random.Random) -> None:
        for cable in self._cables(rng):
            pipe = rng.choice((cable.up, cable.down))
            pipe.meddle = pipe.meddle or rng.choice(("lose", "repeat", "swap"))

    def _lan_part(self, rng: random.Random) -> None:
        if self.lan is not None:
            self.lan.part({station.name: rng.randrange(2) for station in self.stations})

    def _lan_heal(self) -> None:
        if self.lan is not None:
            self.lan.heal()

    def _relay_crash(self, rng: random.Random) -> None:
        if self.lan is not None and self.lan.doors:
            keeper = self.lan.doors[rng.choice(sorted(self.lan.doors))].keeper
            self._crash(keeper, rng, rng.choice((Kind.CRASH, Kind.CRASH_AT_COMMIT, Kind.CRASH_IN_CALLBACKS)))

    def _die(self, station: Station) -> None:
        """A disk is broken for good; one station of the office is left at least.

        Most of such are declared lost, sooner or later; now and then one that is only out of reach is, which works on.
        """
        if station.is_dead or self._healed or sum(not other.is_dead for other in self.stations) <= 2:
            return
        rng = random.Random(f"{self.seed} {station.name} lost")
        if rng.random() < 0.25:
            self.note(f"{station.name} is out of reach")
            station.weather.parted = station.is_missing = True
            self._cut(station)
        else:
            self.note(f"{station.name} is destroyed")
            self.counts["destroyed"] += 1
            station.is_missing = rng.random() < 0.7
            station.die()
        if station.is_missing:
            self.loop.call_later(rng.choice((1.0, 10.0, 60.0)), self._declare_lost, station, context=acting("world"))

    def _declare_lost(self, station: Station) -> None:
        self.note(f"{station.name} is declared lost")
        self.counts["declared lost"] += 1
        self.centre.declare_lost(station.name)

    # ---- the end

    async def _come_to_rest(self) -> None:
        """Heal everything; every act must find its end, whoever has to sign in for it."""
        self.note("all is healed")
        self._healed = True
        self.centre.disk_full = False
        self.centre._commits_left = None
        self.loop._fuses.clear()
        if not self.centre.running:
            self.centre.start()
        for station in self.stations:
            self._heal(station)
            station._commits_left = None
            station.disk.failing_writes = None
            for wire in station.weather.wires:
                for pipe in (wire.up, wire.down):
                    if pipe.stalled:
                        pipe.flow()
                    if pipe.meddle or pipe.deaf:
                        wire.cut()
        self._lan_heal()
        await asyncio.sleep(0)
        for station in self.stations:
            station.start()
            station.reconnect()
        await self._settle()
        await asyncio.sleep(3.0)
        await self._settle()  # something may have fallen due meanwhile

    async def _settle(self) -> None:
        deadline_s = self.loop.time() + QUIET_WITHIN_S
        while True:
            await asyncio.sleep(0.4)
            if not self.centre.running:
                self.centre.start()
            for station in self.stations:
                station.start()  # one that was doomed has only now crashed
                if station.is_missing and self.checks.can_be_lost(station):
                    self._declare_lost(station)  # the centre was away, or crashed over it
            self.checks.after_step()
            if self.checks.settled():
                break
            for station in self.living:
                waiting = self.checks.waiting(station)
                if station.is_online and waiting and station.person not in waiting:
                    station.sign_in(builders.person(sorted(waiting)[0]).person)
            if self.loop.time() > deadline_s:
                self._not_at_rest()

    def _not_at_rest(self) -> None:
        found = []
        for station in self.living:
            kept, open_ = kept_too_long(self, station), undecided(self, station)
            if open_:
                raise self.checks.broken("an act of a lost station is neither judged nor explained", f"{open_}")
            if kept:
                raise self.checks.broken("a colleague's act is pending after its verdict", f"{station.name}: {kept}")
            unsettled = [
                f"{r.act.id} {r.state} by {r.act.by}" for r in station.disk.all_receipts() if r.state in UNSETTLED
            ]
            state = station.seen.status.state if station.seen.statuses else "no state"
            cursor = station.disk.peek().cursor
            found.append(f"{station.name} {state} as {station.person} at {cursor} of {self.checks.head}: {unsettled}")
        raise self.checks.broken("never at rest", "; ".join(found))


_HAPPENING: Final[dict[Kind, Callable[[World, Station, random.Random], None]]] = {
    Kind.ACT: World._act,
    Kind.BURST: World._burst,
    Kind.ORDER: lambda world, station, rng: world._order(rng),
    Kind.HOTLINE: lambda world, station, rng: world._hotline(rng),
    Kind.DECIDE: lambda world, station, rng: station.decide(rng.random() < 0.5, rng),
    Kind.WAIT: lambda world, station, rng: None,
    Kind.CUT: lambda world, station, rng: world._cut(station),
    Kind.HALF_OPEN: World._half_open,
    Kind.STALL: World._stall,
    Kind.SLOW: World._slow,
    Kind.PART: World._part,
    Kind.HEAL: lambda world, station, rng: world._heal(station),
    Kind.MEDDLE: World._meddle,
    Kind.CRASH: lambda world, station, rng: world._crash(station, rng, Kind.CRASH),
    Kind.CRASH_AT_COMMIT: lambda world, station, rng: world._crash(station, rng, Kind.CRASH_AT_COMMIT),
    Kind.CRASH_IN_CALLBACKS: lambda world, station, rng: world._crash(station, rng, Kind.CRASH_IN_CALLBACKS),
    Kind.CENTRE_CRASH: lambda world, station, rng: world._crash_centre(rng, Kind.CENTRE_CRASH),
    Kind.CENTRE_CRASH_AT_COMMIT: lambda world, station, rng: world._crash_centre(rng, Kind.CENTRE_CRASH_AT_COMMIT),
    Kind.CENTRE_CRASH_IN_CALLBACKS: lambda world, station, rng: world._crash_centre(
        rng, Kind.CENTRE_CRASH_IN_CALLBACKS
    ),
    Kind.CENTRE_DISK_FULL: lambda world, station, rng: world._centre_disk_full(rng),
    Kind.DISK_FULL: World._disk_full,
    Kind.DISK_DAMAGED: lambda world, station, rng: setattr(station.disk, "damaged", True),
    Kind.CLOCK: World._clock,
    Kind.SIGN_IN: World._sign_in,
    Kind.MOVE: World._move,
    Kind.FLOOD: lambda world, station, rng: world.centre.switch_flood(rng.random() < 0.6),
    Kind.OUTAGE: lambda world, station, rng: world._outage(rng),
    Kind.OUTAGE_ENDS: lambda world, station, rng: world._outage_ends(),
    Kind.TOGETHER: lambda world, station, rng: world._come_together(rng),
    Kind.SERVE: World._serve,
    Kind.DROP: World._drop,
    Kind.LAN_CUT: lambda world, station, rng: world._lan_cut(rng),
    Kind.LAN_HALF_OPEN: lambda world, station, rng: world._lan_half_open(rng),
    Kind.LAN_STALL: lambda world, station, rng: world._lan_stall(rng),
    Kind.LAN_SLOW: lambda world, station, rng: world._lan_slow(rng),
    Kind.LAN_MEDDLE: lambda world, station, rng: world._lan_meddle(rng),
    Kind.LAN_PART: lambda world, station, rng: world._lan_part(rng),
    Kind.LAN_HEAL: lambda world, station, rng: world._lan_heal(),
    Kind.RELAY_CRASH: lambda world, station, rng: world._relay_crash(rng),
    Kind.DIE: lambda world, station, rng: world._die(station),
}


def run(seed: int, keep: Sequence[int] | None = None) -> Run:
    """Play one seed, all its steps or those of `keep`."""
    steps = plan(seed, keep)
    ids = functools.partial(_drawn_id, random.Random(f"{seed} ids"))
    loop = SeededLoop(random.Random(f"{seed} order"))
    taste = random.Random(f"{seed} taste")
    with (
        mock.patch.object(uuid, "uuid4", ids),
        mock.patch.object(hub, "BEHIND_BYTES", taste.choice((hub.BEHIND_BYTES, 20_000))),
        mock.patch.object(hub, "FRAME_BYTES", taste.choice((hub.FRAME_BYTES, 6_000))),
        mock.patch.object(feed, "PAGE_ROWS", taste.choice((feed.PAGE_ROWS, 2, 1))),
        _quiet_log(),
    ):
        world = World(seed, loop)
        loop.set_exception_handler(lambda _loop, context: _unhandled(world, context))
        try:
            _play(world, loop, steps)
        finally:
            _end(world, loop)
    for station in world.stations:
        world.counts.update(f"acts {receipt.state}" for receipt in station.disk.all_receipts())
    world.counts["callbacks"] = loop.steps
    world.counts["offices"] = int(world.lan is not None)
    world.counts["acts"] = len(world.checks.made)
    world.counts["judged"] = world.checks.head
    world.counts["refused"] = len(world.checks.verdicts) - len(world.checks.journal)
    world.counts["simulated_s"] = int(loop.time())
    return Run(seed, world.failure, world.counts, world.story)


def _drawn_id(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _play(world: World, loop: SeededLoop, steps: Sequence[Step]) -> None:
    asyncio.set_event_loop(loop)
    living = loop.create_task(world.live(steps))
    # What crashed stations have left under way is closed by the garbage collector, which no seed governs: not while
    # others wait for the same event.
    gc.disable()
    try:
        loop.run_until_complete(living)
    except Broken:
        pass
    except RuntimeError as error:
        if world.failure is None:
            world.failed("the world stood still", repr(error), error)
    except Exception:
        if world.failure is None:
            raise
    finally:
        gc.enable()
        living.cancel()


def _end(world: World, loop: SeededLoop) -> None:
    """Stop everybody and leave nothing behind."""
    loop.set_exception_handler(lambda _loop, _context: None)
    for station in world.stations:
        station.crash()
    world.centre.crash()
    for _ in range(100):
        tasks = asyncio.all_tasks(loop)
        if not tasks:
            break
        for task in tasks:
            task.cancel()
        with contextlib.suppress(RuntimeError):  # the stop that a failure asked for may come only now
            loop.run_until_complete(_gathered(tasks))
    loop.close()
    asyncio.set_event_loop(None)


async def _gathered(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.wait(tasks, timeout=1.0)


def _unhandled(world: World, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, Crashed | Broken | BaseExceptionGroup):
        return
    world.failed("an error nobody caught", f"{context.get('message')}: {error!r}", error)


@contextlib.contextmanager
def _quiet_log() -> Generator[None]:
    """Keep what the centre logs of injected faults from the terminal."""
    logger = logging.getLogger("dispatcher")
    before = logger.propagate, logger.level
    logger.propagate, _ = False, logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.propagate = before[0]
        logger.setLevel(before[1])
