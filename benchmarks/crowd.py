"""A thousand consoles' sockets that do as little as a client can: they note when each change has reached the last one.

Run as `python -m benchmarks.crowd URL TOKEN SOCKETS CHANGES`: prints a `Waiting` when all are complete, a `Crowded`
when so many changes have come since.
"""

import asyncio
import base64
import datetime as dt
import os
import re
import sys
import time
from typing import Final
from urllib.parse import urlsplit

from websockets.frames import Frame, Opcode

from benchmarks.told import Crowded, Waiting, tell
from dispatcher.server.listening import allow_many_connections
from dispatcher.wire import PROTOCOL, Hello, encode

WITHIN_S: Final = 300.0
AT_A_TIME: Final = 50
_FROM_TO: Final = re.compile(rb'"first":(\d+),"last":(\d+)')
_AT: Final = re.compile(rb'"committed_at":"([^"]+)"')


class Crowd:
    """What all sockets have seen."""

    def __init__(self, sockets: int, changes: int) -> None:
        self.sockets = sockets
        self.changes = changes
        self.complete = 0
        self.measuring = False
        self.had: dict[int, int] = {}
        self.took_ms: list[float] = []
        self.moved = asyncio.Event()

    def change(self, payload: bytes) -> None:
        """Take in a change at one socket."""
        if not self.measuring:
            return
        found = _FROM_TO.search(payload[:120])
        assert found is not None
        for revision in range(int(found[1]), int(found[2]) + 1):
            had = self.had[revision] = self.had.get(revision, 0) + 1
            if had == self.sockets:
                at = _AT.search(payload)
                assert at is not None
                committed_at = dt.datetime.fromisoformat(at[1].decode())
                self.took_ms.append(1000 * (time.time() - committed_at.timestamp()))
                self.moved.set()


class Ear(asyncio.Protocol):
    """One socket: shakes hands, says Hello, reads frames."""

    def __init__(self, crowd: Crowd, host: str, hello: bytes) -> None:
        self._crowd = crowd
        self._host = host
        self._hello = hello
        self._rest = b""
        self._open = False
        self._complete = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /feed HTTP/1.1",
            f"Host: {self._host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "",
            "",
        )
        transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        """Cut frames out of bytes."""
        rest = self._rest + data if self._rest else data
        if not self._open:
            head, end, rest = rest.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._open = True
            self._transport.write(Frame(Opcode.BINARY, self._hello).serialize(mask=True))
        while len(rest) >= 2:
            length, begin = rest[1] & 0x7F, 2
            if length == 126:
                length, begin = int.from_bytes(rest[2:4]), 4
            elif length == 127:
                length, begin = int.from_bytes(rest[2:10]), 10
            if len(rest) < begin + length:
                break
            self._take(rest[0] & 0x0F, rest[begin : begin + length])
            rest = rest[begin + length :]
        self._rest = rest

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.PING:
            self._transport.write(Frame(Opcode.PONG, payload).serialize(mask=True))
        elif payload.startswith(b'{"type":"changes"'):
            self._crowd.change(payload)
        elif payload.startswith(b'{"type":"beat"') and not self._complete:
            self._complete = True
            self._crowd.complete += 1
            self._crowd.moved.set()
        elif payload.startswith(b'{"type":"goodbye"'):
            raise SystemExit(f"sent away: {payload!r}")


async def listen(url: str, token: str, sockets: int, changes: int) -> None:
    """Open all, wait, listen, tell."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    crowd = Crowd(sockets, changes)
    hello = encode(Hello(protocol=PROTOCOL, token=token, station="crowd"))
    begun_s = loop.time()
    for number in range(sockets):
        await loop.create_connection(lambda: Ear(crowd, parts.netloc, hello), parts.hostname, parts.port)
        while number - crowd.complete >= AT_A_TIME and loop.time() - begun_s < WITHIN_S:
            crowd.moved.clear()
            await crowd.moved.wait()
    while crowd.complete < sockets:
        crowd.moved.clear()
        await crowd.moved.wait()
    tell(Waiting(sockets))
    crowd.measuring = True
    async with asyncio.timeout(WITHIN_S):
        while len(crowd.took_ms) < changes:
            crowd.moved.clear()
            await crowd.moved.wait()
    missing = sum(had < sockets for had in crowd.had.values())
    tell(Crowded(crowd.took_ms[:changes], missing))


if __name__ == "__main__":
    url_, token_, sockets_, changes_ = sys.argv[1:]
    allow_many_connections()
    asyncio.run(listen(url_, token_, int(sockets_), int(changes_)))
