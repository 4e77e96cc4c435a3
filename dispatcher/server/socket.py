"""One console's WebSocket, spoken directly over uvicorn's transport: frames in, frames out, and how it ends.

Promises: what is written is never waited for (a broadcast is a plain loop), a peer that stops reading is found by
its lack of progress and cut off alone, and every ending the socket still allows is named by a `Goodbye` before the
close frame. A frame that is too long is refused at its header. Knows the wire's Goodbye and nothing of cases.

uvicorn hands an upgraded connection to the class given as its `ws`; the handshake and the framing are those of the
`websockets` package's Sans-I/O `ServerProtocol`. There is no ASGI in between: its `send` costs a task per console.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from dispatcher.wire import MAX_FRAME_BYTES, Fault, Goodbye, encode

PATH = "/feed"
READ_AHEAD = 16
"""Messages taken in before the peer is made to wait."""

_CLOSE_CODES = {Fault.TOO_LARGE: 1009, Fault.STOPPING: 1012, Fault.TOO_SLOW: 1013}
_REASON_BYTES = 120

log = logging.getLogger(__name__)


class Closed(Exception):
    """The connection has ended or is ending; there is nobody to talk to."""


class Patience(NamedTuple):
    """How long is waited: `slow_s` without progress, `silent_s` without a sign of life, `linger_s` to close.

    `beat_s` lies between two of the centre's own signs of life, `loads_s` at least between two tellings of the loads.
    """

    slow_s: float = 10.0
    silent_s: float = 60.0
    linger_s: float = 3.0
    beat_s: float = 2.0
    loads_s: float = 5.0


def framed(payload: bytes) -> bytes:
    """Give the bytes that carry `payload` as one binary frame; the same for every console."""
    return Frame(Opcode.BINARY, payload).serialize(mask=False)


class Socket(asyncio.Protocol):
    """A console's connection from its handshake to its end; `talk` is run once the handshake is done."""

    def __init__(
        self,
        talk: Callable[["Socket"], Awaitable[None]],
        patience: Patience,
        server_state: ServerState,
    ) -> None:
        self._talk = talk
        self._patience = patience
        self._server = server_state
        self._loop = asyncio.get_running_loop()
        self._conn = ServerProtocol(max_size=MAX_FRAME_BYTES, logger=_quiet)
        self._transport: asyncio.Transport | None = None
        self._received: deque[bytes] = deque()
        self._fragments: list[bytes] = []
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        self._reading = True
        self._heard_at = self._loop.time()
        self._pinged = False
        self._stuck_at: float | None = None
        self._stuck_bytes = 0
        self._watch: asyncio.TimerHandle | None = None
        self._cut: asyncio.TimerHandle | None = None

    # What the feed uses.

    @property
    def is_open(self) -> bool:
        """Tell whether frames still reach the peer."""
        return not self._ended and self._conn.state is State.OPEN

    @property
    def address(self) -> str:
        """The peer's network address, empty when there is none."""
        peer: Any = self._transport.get_extra_info("peername") if self._transport else None
        return str(peer[0]) if peer else ""

    @property
    def backlog_bytes(self) -> int:
        """Bytes written that the peer's machine has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport else 0

    def write(self, frame: bytes) -> None:
        """Send bytes made by `framed`; silently dropped once the connection is ending."""
        # As `is_open` says, without its call: this runs once for every console and change.
        if not self._ended and self._conn.state is State.OPEN and self._transport is not None:
            self._transport.write(frame)

    async def writable(self) -> None:
        """Wait until the peer has taken nearly all that was written; raises Closed."""
        await self._writable.wait()
        if not self.is_open:
            raise Closed

    async def receive(self) -> bytes:
        """Wait for the next message; raises Closed when there will be none."""
        while not self._received:
            if not self.is_open:
                raise Closed
            self._arrived.clear()
            await self._arrived.wait()
        message = self._received.popleft()
        if not self._reading and len(self._received) < READ_AHEAD // 2 and self._transport and not self._ended:
            self._reading = True
            self._transport.resume_reading()
        return message

    def goodbye(self, fault: Fault, detail: str = "", linger_s: float | None = None) -> None:
        """Say why, close, and cut the connection if the peer does not close it as well within the linger."""
        if not self.is_open:
            return
        log.info("goodbye to a console: %s", fault)  # the detail quotes what the peer sent, which is not for a log
        self.write(framed(encode(Goodbye(fault=fault, detail=detail))))
        self._conn.send_close(_CLOSE_CODES.get(fault, 1008), _clipped(f"{fault}: {detail}" if detail else fault))
        self._end(linger_s)

    # What uvicorn and the event loop call.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport over; uvicorn feeds the request that asked for the upgrade next."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)  # pyright: ignore[reportArgumentType]  # a union of its own classes
        self._watch = self._loop.call_later(self._patience.slow_s / 4, self._look)

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer's; a broken frame ends this connection with a named reason."""
        self._heard_at = self._loop.time()
        self._pinged = False
        self._conn.receive_data(data)
        broken = self._conn.parser_exc
        if broken is not None and not self._ended and self._transport:
            fault = Fault.TOO_LARGE if isinstance(broken, PayloadTooBig) else Fault.RUBBISH
            detail = f"a frame may have {MAX_FRAME_BYTES} bytes" if fault is Fault.TOO_LARGE else "not a frame"
            log.info("goodbye to a console: %s %s", fault, detail)
            self._transport.write(framed(encode(Goodbye(fault=fault, detail=detail))))
            self._end()
            return
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            else:
                self._take(event)
        self._flush()
        if self._conn.state is not State.OPEN and not self._ended:
            self._end(heard=True)  # its last word may stand right before its close: that it has wiped itself

    def eof_received(self) -> bool:
        """The peer will say no more; a connection cut inside a frame ends here too."""
        self._conn.receive_eof()
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport; wakes whoever waits, who then meets Closed."""
        self._ended = True
        for timer in (self._watch, self._cut):
            if timer is not None:
                timer.cancel()
        self._server.connections.discard(self)
        self._wake()

    def pause_writing(self) -> None:
        """The peer takes bytes more slowly than they come."""
        self._writable.clear()
        self._stuck_at, self._stuck_bytes = self._loop.time(), self.backlog_bytes

    def resume_writing(self) -> None:
        """The peer has caught up."""
        self._writable.set()
        self._stuck_at = None

    def shutdown(self) -> None:
        """Part from the peer because the centre stops; uvicorn calls it once."""
        if self.is_open:
            self.goodbye(Fault.STOPPING, "the centre is stopping", linger_s=1.0)
        elif self._transport and not self._ended:
            self._transport.close()

    # Within.

    def _shake_hands(self, request: Request) -> None:
        if request.path.partition("?")[0] == PATH:
            response = self._conn.accept(request)
        else:
            response = self._conn.reject(404, f"the feed is at {PATH}\n")
        self._conn.send_response(response)
        self._flush()
        if response.status_code != 101:
            self._ended = True
            if self._transport:
                self._transport.close()
            return
        task = self._loop.create_task(_until_closed(self._talk, self), name="feed of a console")
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def _take(self, frame: object) -> None:
        if not isinstance(frame, Frame):
            return
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._fragments.append(bytes(frame.data))
        if not frame.fin:
            return
        self._received.append(b"".join(self._fragments))
        self._fragments.clear()
        self._arrived.set()
        if len(self._received) >= READ_AHEAD and self._reading and self._transport:
            self._reading = False
            self._transport.pause_reading()

    def _flush(self) -> None:
        for data in self._conn.data_to_send():
            if self._transport is None or self._transport.is_closing():
                return
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                # What the peer still sends is read and dropped, lest a reset outrun our reason.
                self._transport.write_eof()
            else:
                self._transport.close()

    def _end(self, linger_s: float | None = None, *, heard: bool = False) -> None:
        """Take and say no more; with `heard`, what has come up to now is still given."""
        self._flush()
        self._ended = True
        if not heard:
            self._received.clear()
        self._wake()
        if self._transport is None:
            return
        if not self._reading and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()
        linger_s = self._patience.linger_s if linger_s is None else linger_s
        self._cut = self._loop.call_later(linger_s, self._transport.abort)

    def _wake(self) -> None:
        self._arrived.set()
        self._writable.set()

    def _look(self) -> None:
        """Look now and then whether the peer still reads and still lives."""
        self._watch = self._loop.call_later(self._patience.slow_s / 4, self._look)
        if not self.is_open:
            return
        now = self._loop.time()
        if self._stuck_at is not None:
            if self.backlog_bytes < self._stuck_bytes:
                self._stuck_at = now
            self._stuck_bytes = self.backlog_bytes
            if now - self._stuck_at >= self._patience.slow_s:
                self.goodbye(Fault.TOO_SLOW, f"took nothing for {self._patience.slow_s:g} s")
                return
        silence = now - self._heard_at
        if silence >= self._patience.silent_s and self._reading:
            self.goodbye(Fault.TOO_SLOW, f"silent for {self._patience.silent_s:g} s")
        elif silence >= self._patience.silent_s / 3 and not self._pinged:
            self._pinged = True
            self._conn.send_ping(b"there?")
            self._flush()


def socket_class(talk: Callable[[Socket], Awaitable[None]], patience: Patience) -> type[asyncio.Protocol]:
    """Make the class that uvicorn makes a connection's protocol from: a Socket whose conversation is `talk`."""

    class BoundSocket(Socket):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(talk, patience, server_state)

    return BoundSocket


async def _until_closed(talk: Callable[[Socket], Awaitable[None]], socket: Socket) -> None:
    try:
        await talk(socket)
    except Closed:
        pass
    finally:
        if socket.is_open:
            socket.goodbye(Fault.STOPPING, "the centre could not go on with this connection")


def _clipped(reason: str) -> str:
    return reason.encode()[:_REASON_BYTES].decode(errors="ignore")


_quiet = logging.getLogger(f"{__name__}.frames")
_quiet.setLevel(logging.CRITICAL)  # a peer's broken frame is told to the peer; it is no fault of the centre
