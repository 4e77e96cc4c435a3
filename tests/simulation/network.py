"""The network between stations and centre: links of two pipes, as a TCP connection may behave, and worse.

A pipe keeps its order and delays; it can stall, and lose what is under way when the link is cut. A half-open link
loses what one side says and tells nobody. Beyond TCP, a meddler may send an act's frame twice or in another order, and
may lose, repeat or swap batches as long as a batch is what the station hears next: a gap must be seen, never guessed
over. Each pipe draws from a generator of its own, so that whatever happens elsewhere changes nothing here.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from dispatcher.server.socket import Closed
from dispatcher.sync.ports import LinkLost
from dispatcher.wire import Fault, Goodbye, encode
from tests.simulation.loop import SeededLoop, acting

SILENT_S: Final = 60.0
SLOW_S: Final = 10.0
WRITABLE_BYTES: Final = 64 * 1024
_CHANGES: Final = b'{"type":"changes"'
_SUBMIT: Final = b'{"type":"submit"'


class Weather:
    """How one station's way to the centre is at the moment."""

    def __init__(self, rng: random.Random) -> None:
        self.base_s = rng.choice((0.0005, 0.005, 0.03, 0.1))
        self.slow_until_s = 0.0
        self.parted = False
        self.wires: list[Wire] = []

    @property
    def wire(self) -> "Wire | None":
        """The newest link, if it still lives."""
        return self.wires[-1] if self.wires and not self.wires[-1].is_over else None


class Pipe:
    """One direction: frames in at one end, out at the other in the same order, later.

    With `numbered` both ends notice whatever a meddler does, so he may do it to any frame.
    """

    def __init__(
        self, loop: SeededLoop, weather: Weather, rng: random.Random, receiver: str, *, numbered: bool = False
    ) -> None:
        self._loop = loop
        self._weather = weather
        self._rng = rng
        self._context = acting(receiver)
        self._batches = b"" if numbered else _CHANGES
        self._acts = b"" if numbered else _SUBMIT
        self._under_way: deque[tuple[bytes | None, asyncio.TimerHandle]] = deque()
        self._last_s = 0.0
        self._held: list[bytes | None] = []
        self.backlog = 0
        self.stalled = False
        self.deaf = False
        self.meddle = ""
        self._swap: bytes | None = None
        self.deliver: Callable[[bytes | None], None] = lambda frame: None

    def put(self, frame: bytes | None) -> None:
        """Send a frame, or None for the end."""
        if self.deaf:
            return
        for each in self._meddled(frame):
            self._put(each)

    def _meddled(self, frame: bytes | None) -> list[bytes | None]:
        if not self.meddle or frame is None:
            return [frame]
        what, batch = self.meddle, frame.startswith(self._batches)
        if what == "lose":  # from a batch on, until the next one: what is heard next shows the gap
            if batch:
                self.meddle = "losing"
                return []
        elif what == "losing":
            if batch:
                self.meddle = ""
                return [frame]
            return []
        elif what == "repeat" and (batch or frame.startswith(self._acts)):
            self.meddle = ""
            return [frame, frame]
        elif what == "swap" and (batch or frame.startswith(self._acts)):
            if self._swap is None:
                self._swap = frame
                return []
            self.meddle, first, self._swap = "", self._swap, None
            return [frame, first]
        elif self._swap is not None:
            return []  # what stands between two swapped batches is lost, lest it hide that they are
        return [frame]

    def _put(self, frame: bytes | None) -> None:
        self.backlog += len(frame or b"")
        if self.stalled:
            self._held.append(frame)
            return
        now = self._loop.time()
        delay = self._weather.base_s * (0.5 + self._rng.random())
        if now < self._weather.slow_until_s:
            delay += self._rng.random() * 3
        self._last_s = max(self._last_s, now + delay)
        handle = self._loop.call_at(self._last_s, self._arrive, context=self._context)
        self._under_way.append((frame, handle))

    def _arrive(self) -> None:
        if not self._under_way:
            return  # of timers for one instant any may come first: what was stopped was then another one's
        frame, _ = self._under_way.popleft()
        self.backlog -= len(frame or b"")
        self.deliver(frame)

    def stall(self) -> None:
        """Let nothing through, and lose nothing."""
        self.stalled = True
        for frame, handle in self._under_way:
            handle.cancel()
            self._held.append(frame)
        self._under_way.clear()

    def flow(self) -> None:
        """Let through what was held."""
        held, self._held, self.stalled = self._held, [], False
        for frame in held:
            self.backlog -= len(frame or b"")
            self._put(frame)

    def cut(self, how_many: int) -> None:
        """Let at most so many of the frames under way arrive, then nothing."""
        while len(self._under_way) > how_many:
            self._under_way.pop()[1].cancel()
        self._held.clear()
        self.deaf = True

    def reset(self, how_many: int) -> None:
        """Let at most so many of the frames under way arrive, then the end."""
        self.cut(how_many)
        self._put(None)


class Near:
    """A station's end of a link: a `sync.ports.Link`. `check_alive` raises for a station that has crashed."""

    def __init__(self, loop: SeededLoop, out: Pipe, check_alive: Callable[[], None]) -> None:
        self._loop = loop
        self._out = out
        self._check_alive = check_alive
        self._arrived: deque[bytes | None] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.closed = False
        self.tap: Callable[[bytes], Any] = lambda frame: None

    async def send(self, frame: bytes) -> None:
        self._check_alive()
        if self.closed:
            raise LinkLost("closed")
        self.tap(frame)
        self._out.put(frame)

    async def receive(self) -> bytes:
        while not self._arrived:
            self._check_alive()
            if self.closed:
                raise LinkLost("closed")
            self._waiting = self._loop.create_future()
            await self._waiting
        self._check_alive()
        frame = self._arrived.popleft()
        if frame is None or self.closed:
            self.closed = True
            raise LinkLost("closed")
        return frame

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._out.put(None)
            self._wake()

    def take(self, frame: bytes | None) -> None:
        """Take what has arrived."""
        if not self.closed:
            self._arrived.append(frame)
            self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Far:
    """The centre's end, with the face of `server.socket.Socket`."""

    def __init__(self, wire: "Wire") -> None:
        self._wire = wire
        self._received: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._heard_s = wire.loop.time()
        self._stuck_s: float | None = None
        self._watch = wire.loop.call_later(SLOW_S, self._look)

    @property
    def is_open(self) -> bool:
        return not self._ended

    @property
    def address(self) -> str:
        return ""

    @property
    def backlog_bytes(self) -> int:
        return self._wire.down.backlog if self._wire.down.stalled else 0

    def write(self, frame: bytes) -> None:
        if self._ended or self._wire.centre_is_dead():
            return
        payload = unframed(frame)
        self._wire.tap_down(payload)
        self._wire.down.put(payload)
        if self.backlog_bytes > WRITABLE_BYTES:
            self._writable.clear()

    async def writable(self) -> None:
        await self._writable.wait()
        if self._ended:
            raise Closed

    async def receive(self) -> bytes:
        while not self._received:
            if self._ended:
                raise Closed
            self._arrived.clear()
            await self._arrived.wait()
        return self._received.popleft()

    def goodbye(self, fault: Fault, detail: str = "", linger_s: float | None = None) -> None:
        if self._ended:
            return
        if not self._wire.centre_is_dead():
            self._wire.down.put(encode(Goodbye(fault=fault, detail=detail)))
            self._wire.down.put(None)
        self._received.clear()
        self.end()

    def take(self, frame: bytes | None) -> None:
        """Take what has arrived."""
        self._heard_s = self._wire.loop.time()
        if frame is None:
            self.end()
        elif not self._ended:
            self._received.append(frame)
            self._arrived.set()

    def end(self) -> None:
        """The connection is over on this side."""
        self._ended = True
        self._watch.cancel()
        self._arrived.set()
        self._writable.set()
        self._wire.is_over = True

    def _look(self) -> None:
        now = self._wire.loop.time()
        self._watch = self._wire.loop.call_later(SLOW_S, self._look)
        stuck = self.backlog_bytes > 0
        if not stuck:
            self._stuck_s = None
            if not self._writable.is_set():
                self._writable.set()
        elif self._stuck_s is None:
            self._stuck_s = now
        else:
            self.goodbye(Fault.TOO_SLOW, "took nothing")
            return
        if now - self._heard_s >= SILENT_S:
            self.goodbye(Fault.TOO_SLOW, "silent")


class Wire:
    """One link to the centre, from dial to end."""

    def __init__(
        self,
        loop: SeededLoop,
        weather: Weather,
        rng: random.Random,
        station: str,
        centre: str,
        check_alive: Callable[[], None],
        centre_is_dead: Callable[[], bool],
    ) -> None:
        self.loop = loop
        self.centre_is_dead = centre_is_dead
        self.is_over = False
        self.tap_down: Callable[[bytes], Any] = lambda frame: None
        self.up = Pipe(loop, weather, random.Random(rng.random()), centre)
        self.down = Pipe(loop, weather, random.Random(rng.random()), station)
        self.near = Near(loop, self.up, check_alive)
        self.far = Far(self)
        self.up.deliver = self.far.take
        self.down.deliver = self.near.take
        self._rng = rng

    def cut(self) -> None:
        """Reset the connection: part of what is under way is lost, both ends hear of it."""
        for pipe in (self.up, self.down):
            pipe.reset(self._rng.randrange(3))

    def half_open(self, up: bool, down: bool) -> None:
        """Lose from now on what is said up, down or both ways; nobody hears that the link is dead."""
        for pipe, dead in ((self.up, up), (self.down, down)):
            if dead:
                pipe.cut(0)

    def station_gone(self) -> None:
        """The station's program has died: its system ends the connection."""
        self.near.closed = True
        self.up.put(None)
        self.down.cut(0)

    def centre_gone(self) -> None:
        """The centre's program has died: its system ends the connection."""
        self.far.end()
        self.down.put(None)
        self.up.cut(0)


def unframed(frame: bytes) -> bytes:
    """Take the payload out of one unmasked WebSocket frame."""
    length = frame[1] & 127
    return frame[4:] if length == 126 else frame[10:] if length == 127 else frame[2:]
