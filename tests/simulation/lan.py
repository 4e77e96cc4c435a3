"""The network of an office in the simulated world: links between stations, as bad as those to the centre can be.

Both ends of a link choose a key that they share, as `transport.sealed` does, and number their frames, so that whatever
is lost, repeated or swapped on the way ends the link as it ends a sealed one. That nobody can read or forge what is
sealed is proved where the seal is (tests/transport); what is sealed is what this world is about.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import LinkLost, LinkRefused, Trouble
from dispatcher.wire import OfficeKey
from tests.simulation.loop import acting
from tests.simulation.network import Near, Pipe, Weather
from tests.simulation.together import said_in_office

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import World

PORT: Final = 8346
_NUMBER_BYTES: Final = 4
Serve = Callable[[OfficeLink], Awaitable[None]]
Keys = Callable[[], Sequence[OfficeKey]]


def address_of(station: str) -> str:
    """Give where a station listens when it is the relay."""
    return f"{station}:{PORT}"


class Lan:
    """All of it: who listens where, which links there are, and who reaches whom."""

    def __init__(self, world: "World", rng: random.Random) -> None:
        self.world = world
        self.weather = Weather(rng)
        self.doors: dict[str, _Door] = {}
        self.cables: list[Cable] = []
        self._sides: dict[str, int] = {}

    def of(self, station: "Station") -> "_Socket":
        """Give the network as this start of a station has it."""
        return _Socket(self, station, station.starts)

    def reach(self, one: str, other: str) -> bool:
        """Tell whether two stations are on one side of whatever parts the office; each reaches itself."""
        return one == other or self._sides.get(one, 0) == self._sides.get(other, 0)

    def part(self, sides: dict[str, int]) -> None:
        """Let only stations of one side reach each other; what is under way between the sides is lost in silence."""
        self._sides = dict(sides)
        for cable in self.living():
            if not self.reach(cable.dialler.name, cable.keeper.name):
                cable.half_open(True, True)

    def heal(self) -> None:
        """Let everybody reach everybody; what a link has lost shows at once."""
        self._sides = {}
        self.weather.slow_until_s = 0.0
        for cable in self.living():
            for pipe in (cable.up, cable.down):
                if pipe.stalled:
                    pipe.flow()
            if any(pipe.deaf or pipe.meddle for pipe in (cable.up, cable.down)):
                cable.cut()

    def living(self) -> "list[Cable]":
        """List the links that are not over."""
        self.cables = [cable for cable in self.cables if not cable.is_over]
        return self.cables

    def gone(self, station: "Station") -> None:
        """A station's program has died: its system closes the port and ends every link."""
        for address, door in list(self.doors.items()):
            if door.keeper is station:
                del self.doors[address]
        for cable in self.living():
            cable.gone(station)


class Cable:
    """One link between two stations, from the one who dialled to the one who keeps the door."""

    def __init__(self, lan: Lan, rng: random.Random, dialler: "Station", keeper: "Station") -> None:
        loop = lan.world.loop
        self.dialler, self.keeper = dialler, keeper
        ups, downs = random.Random(rng.random()), random.Random(rng.random())
        self.up = Pipe(loop, lan.weather, ups, keeper.actor, numbered=True)
        self.down = Pipe(loop, lan.weather, downs, dialler.actor, numbered=True)
        self.near = Near(loop, self.up, _alive(dialler))
        self.far = Near(loop, self.down, _alive(keeper))
        self.up.deliver, self.down.deliver = self.far.take, self.near.take
        self._rng = rng

    @property
    def is_over(self) -> bool:
        return self.near.closed and self.far.closed

    def cut(self) -> None:
        """Reset it: part of what is under way is lost, both ends hear of it."""
        for pipe in (self.up, self.down):
            pipe.reset(self._rng.randrange(3))

    def half_open(self, up: bool, down: bool) -> None:
        """Lose from now on what is said up, down or both ways; nobody hears of it."""
        for pipe, dead in ((self.up, up), (self.down, down)):
            if dead:
                pipe.cut(0)

    def gone(self, station: "Station") -> None:
        """The program at one end, or at both, has died."""
        ends = ((self.dialler, self.near, self.up, self.down), (self.keeper, self.far, self.down, self.up))
        for at, end, out, into in ends:
            if at is station and not end.closed:
                end.closed = True
                out.put(None)
                into.cut(0)


class _Socket:
    """The network as one start of a station has it: a `sync.office_ports.OfficeNetwork`."""

    def __init__(self, lan: Lan, station: "Station", start: int) -> None:
        self._lan = lan
        self._station = station
        self._start = start
        self._dialled = 0

    def own_host(self) -> str:
        return ""

    async def dial(self, address: str, keys: Sequence[OfficeKey]) -> OfficeLink:
        lan, station = self._lan, self._station
        self._dialled += 1
        rng = random.Random(f"{lan.world.seed} {station.name} {self._start} office {self._dialled}")
        await asyncio.sleep(lan.weather.base_s * (1 + rng.random()))
        station.check_alive(self._start)
        door = lan.doors.get(address)
        if not lan.reach(station.name, address.partition(":")[0]):
            await asyncio.sleep(rng.choice((0.1, 30.0)))
            raise LinkLost("no route")
        if door is None:
            raise LinkLost("connection refused")
        cable = Cable(lan, rng, station, door.keeper)
        lan.cables.append(cable)
        door.take(cable)
        try:
            await cable.near.send(",".join(key.id for key in keys).encode())
            chosen = (await cable.near.receive()).decode()
        except BaseException:
            await cable.near.close()
            raise
        key = next((key for key in keys if key.id == chosen), None)
        if key is None:
            await cable.near.close()
            raise LinkRefused("another office")
        return OfficeLink(_Numbered(cable.near, _tap(lan, station, door.keeper, key)), key.with_caller)

    async def open(self, address: str, keys: Keys, serve: Serve) -> "_Door":
        self._station.check_alive(self._start)
        if address in self._lan.doors:
            raise Trouble(f"{address} is taken")
        door = self._lan.doors[address] = _Door(self._lan, self._station, address, keys, serve)
        return door


class _Door:
    """An open port: a `sync.office_ports.OfficeDoor`."""

    def __init__(self, lan: Lan, keeper: "Station", address: str, keys: Keys, serve: Serve) -> None:
        self._lan = lan
        self.keeper = keeper
        self.opened_s = lan.world.loop.time()
        self._address = address
        self._keys = keys
        self._serve = serve
        self._talks: set[asyncio.Task[None]] = set()

    def take(self, cable: Cable) -> None:
        """Serve who has dialled."""
        task = self._lan.world.loop.create_task(self._talk(cable), context=acting(self.keeper.actor))
        self._talks.add(task)
        task.add_done_callback(self._done)

    async def close(self) -> None:
        self._lan.doors.pop(self._address, None)
        talks = tuple(self._talks)
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, cable: Cable) -> None:
        try:
            with contextlib.suppress(LinkLost):
                offered = (await cable.far.receive()).decode().split(",")
                common = [key for key in self._keys() if key.id in offered]
                key = next((key for key in common if key.with_caller), common[0] if common else None)
                await cable.far.send(b"" if key is None else key.id.encode())
                if key is not None:
                    tap = _tap(self._lan, self.keeper, cable.dialler, key)
                    await self._serve(OfficeLink(_Numbered(cable.far, tap), key.with_caller))
        finally:
            await cable.far.close()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._talks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.keeper.ended_by(task.exception())


class _Numbered:
    """A link whose frames are numbered: what was lost, repeated or swapped ends it."""

    def __init__(self, link: Near, tap: Callable[[bytes], None]) -> None:
        self._link = link
        self._tap = tap
        self._sent = self._received = 0

    async def send(self, frame: bytes) -> None:
        number, self._sent = self._sent, self._sent + 1
        self._tap(frame)
        await self._link.send(number.to_bytes(_NUMBER_BYTES, "big") + frame)

    async def receive(self) -> bytes:
        frame = await self._link.receive()
        number, self._received = self._received, self._received + 1
        if int.from_bytes(frame[:_NUMBER_BYTES], "big") != number:
            await self._link.close()
            raise LinkLost("somebody has touched it")
        return frame[_NUMBER_BYTES:]

    async def close(self) -> None:
        await self._link.close()


def _alive(station: "Station") -> Callable[[], None]:
    start = station.starts
    return lambda: station.check_alive(start)


def _tap(lan: Lan, speaker: "Station", hearer: "Station", key: OfficeKey) -> Callable[[bytes], None]:
    return lambda frame: said_in_office(lan.world, speaker, hearer, key, frame)
