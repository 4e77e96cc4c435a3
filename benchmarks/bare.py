"""The limits: what sockets and commits cost by themselves, with nothing of ours between them.

`python -m benchmarks.bare serve DATABASE` is a WebSocket that commits what it is sent (SQLite FULL, or PostgreSQL) and
then tells everybody who listens; two on one PostgreSQL tell each other's. `… listen URL FILE COUNT` commits what it
hears (SQLite FULL, rollback journal, as the cache's) and says how long each took. `… broadcast PER_S BYTES FILE` is a
bare asyncio protocol that so many times a second commits some bytes and writes them to all its connections.
"""

import asyncio
import datetime as dt
import json
import sqlite3
import sys
import time
from typing import Any

import psycopg
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from benchmarks.told import Durable, Waiting, tell
from dispatcher.sync.clock import SystemClock

CHANNEL = "bare"


def stamped(payload: bytes) -> bytes:
    """Put the instant before its commit in front of what is sent on."""
    return json.dumps({"at": time.time()}).encode() + b"\n" + payload


async def serve_sqlite(path: str) -> None:
    """Commit and tell."""
    connection = _wal(path)
    everybody: set[ServerConnection] = set()

    async def talk(socket: ServerConnection) -> None:
        everybody.add(socket)
        try:
            async for message in socket:
                assert isinstance(message, bytes)
                payload = stamped(message)
                await asyncio.to_thread(_commit, connection, payload)
                broadcast(everybody - {socket}, payload)
        finally:
            everybody.discard(socket)

    await _listen(talk)


def _wal(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, body BLOB)")
    return connection


def _commit(connection: sqlite3.Connection, payload: bytes) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO rows (body) VALUES (?)", (payload,))
    connection.execute("COMMIT")


async def serve_postgresql(url: str) -> None:
    """Commit and notify; tell what another has committed."""
    everybody: set[ServerConnection] = set()
    writer = psycopg.connect(url)
    writer.execute("CREATE TABLE IF NOT EXISTS rows (n BIGSERIAL PRIMARY KEY, body BYTEA)")
    writer.commit()

    def commit(payload: bytes) -> None:
        writer.execute("INSERT INTO rows (body) VALUES (%s)", (payload,))
        writer.execute(f"NOTIFY {CHANNEL}")
        writer.commit()

    async def talk(socket: ServerConnection) -> None:
        everybody.add(socket)
        try:
            async for message in socket:
                assert isinstance(message, bytes)
                await asyncio.to_thread(commit, stamped(message))
        finally:
            everybody.discard(socket)

    async def hear() -> None:
        seen = 0
        connect_ = psycopg.AsyncConnection.connect
        async with await connect_(url, autocommit=True) as hearing, await connect_(url, autocommit=True) as reader:
            await hearing.execute(f"LISTEN {CHANNEL}")
            async for _ in hearing.notifies():
                seen = await _read_on(reader, everybody, seen)

    hearing = asyncio.create_task(hear())
    try:
        await _listen(talk)
    finally:
        hearing.cancel()


async def _read_on(connection: "psycopg.AsyncConnection[Any]", everybody: set[ServerConnection], seen: int) -> int:
    found = await (
        await connection.execute("SELECT n, body FROM rows WHERE n > %s ORDER BY n", (seen,), binary=True)
    ).fetchall()
    for number, body in found:
        broadcast(everybody, bytes(body))
        seen = number
    return seen


async def _listen(talk: Any) -> None:  # noqa: ANN401  (a handler of the library's)
    async with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        sys.stdout.write(f"listening on ws://127.0.0.1:{port}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def listen(url: str, path: str, count: int) -> None:
    """Commit what comes and say how long each took from before its first commit to after its second."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, body BLOB)")
    took_ms: list[float] = []
    async with connect(url, compression=None, ping_interval=None) as socket:
        tell(Waiting(0))
        while len(took_ms) < count:
            message = await socket.recv()
            assert isinstance(message, bytes)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO rows (body) VALUES (?)", (message,))
            connection.execute("COMMIT")
            took_ms.append(1000 * (time.time() - json.loads(message.split(b"\n", 1)[0])["at"]))
    tell(Durable(took_ms))


class Bare(asyncio.Protocol):
    """A connection that shakes hands and reads nothing more of what it is sent."""

    everybody: "set[asyncio.Transport]"

    def __init__(self, everybody: "set[asyncio.Transport]") -> None:
        self._everybody = everybody
        self._conn = ServerProtocol()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Shake hands; a first message is answered with a sign of life."""
        assert self._transport is not None
        self._conn.receive_data(data)
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._conn.send_response(self._conn.accept(event))
                self._everybody.add(self._transport)
            else:
                self._transport.write(Frame(Opcode.BINARY, b'{"type":"beat"}').serialize(mask=False))
        for out in self._conn.data_to_send():
            if out:
                self._transport.write(out)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._everybody.discard(self._transport)  # type: ignore[arg-type]


async def shout(per_s: float, size: int, path: str) -> None:
    """Commit and write the same bytes to all, until it is killed."""
    connection = _wal(path)
    everybody: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Bare(everybody), "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    clock, number, begun_s = SystemClock(), 0, loop.time()
    while True:
        number += 1
        await asyncio.sleep(begun_s + number / per_s - loop.time())
        at = clock.now().astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        head = f'{{"type":"changes","first":{number},"last":{number},"committed_at":"{at}","rows":"'.encode()
        frame = Frame(Opcode.BINARY, head + b"x" * (size - len(head) - 2) + b'"}').serialize(mask=False)
        await asyncio.to_thread(_commit, connection, frame)
        for transport in everybody:
            transport.write(frame)


if __name__ == "__main__":
    from dispatcher.server.listening import allow_many_connections

    what, *rest = sys.argv[1:]
    match what:
        case "serve":
            where = rest[0]
            running = serve_postgresql(where) if where.startswith("postgresql") else serve_sqlite(where)
        case "listen":
            running = listen(rest[0], rest[1], int(rest[2]))
        case _:
            allow_many_connections()
            running = shout(float(rest[0]), int(rest[1]), rest[2])
    asyncio.run(running)
