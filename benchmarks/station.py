"""A station without a window: the real engine and cache over a real WebSocket, timed from dial to ONLINE.

Run as `python -m benchmarks.station HOME URL TOKEN WAY`, by the way `snapshot` or `rows`; prints a `Synced`. When all
can be searched it is ended. Afterwards the same rows, read back from the
cache, go by `sqlite3.executemany` into a plain file: the limit, in the same process on the same machine.
"""

import gc
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.told import Synced, tell
from dispatcher.models.changes import ChangeSet
from dispatcher.storage import cache_schema, cipher
from dispatcher.storage.bodies import Packer
from dispatcher.storage.cache import Cache
from dispatcher.storage.cache_files import CACHE_FILE
from dispatcher.storage.keys import KEY_FILE, load_key
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import (
    Link,
    LinkState,
    LinkStatus,
    Listener,
)
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.snapshots import HttpSnapshots
from dispatcher.transport.websocket import WebSocketDialer

WITHIN_S: Final = 600.0
FIRST_ROWS: Final = 50


class Counted:
    """A link that counts the bytes it receives."""

    def __init__(self, link: Link, dialer: "CountingDialer") -> None:
        self._link = link
        self._dialer = dialer

    async def send(self, frame: bytes) -> None:
        """Pass on."""
        await self._link.send(frame)

    async def receive(self) -> bytes:
        """Pass on and count."""
        frame = await self._link.receive()
        self._dialer.received += len(frame)
        return frame

    async def close(self) -> None:
        """Pass on."""
        await self._link.close()


class CountingDialer:
    """Dials, and notes when it first did."""

    def __init__(self, url: str) -> None:
        self._dialer = WebSocketDialer(url)
        self.dialled_s: float | None = None
        self.received = 0

    async def dial(self) -> Link:
        """Dial."""
        self.dialled_s = self.dialled_s or time.perf_counter()
        return Counted(await self._dialer.dial(), self)


class Watch(Listener):
    """Hears from the engine: how many rows there are, when the first were, and when it was first ONLINE."""

    def __init__(self) -> None:
        self.rows = 0
        self.first_s = 0.0
        self.online = threading.Event()
        self.online_s = 0.0
        self.online_cpu_s = 0.0
        self.troubles: list[str] = []

    def rows_changed(self, changes: ChangeSet) -> None:
        """Count."""
        self.rows += len(changes.rows)
        if not self.first_s and self.rows >= FIRST_ROWS:
            self.first_s = time.perf_counter()

    def link_changed(self, status: LinkStatus) -> None:
        """Note when it is ONLINE."""
        if status.state is LinkState.ONLINE and not self.online.is_set():
            self.online_s, self.online_cpu_s = time.perf_counter(), time.process_time()
            self.online.set()

    def trouble(self, text: str) -> None:
        """Keep for the one who asks."""
        self.troubles.append(text)


class Indexed(Cache):
    """A cache that tells when every case in it could be searched, and how many those were."""

    def index_some(self) -> bool:
        """Index, and note when that was the last there is."""
        more = super().index_some()
        if not more:
            indexed.append((time.perf_counter(), self.count()))
        return more


indexed: Final[list[tuple[float, int]]] = []


def first_sync(home: Path, url: str, token: str, way: str) -> Synced:
    """Sync a new home and say what it took, beside the limit."""
    watch, dialer = Watch(), CountingDialer(url.replace("http", "ws", 1) + "/feed")
    engine = Engine(
        open_store=lambda: Indexed.open(home),
        dialer=dialer,
        listener=watch,
        clock=SystemClock(),
        token=token,
        station="benchmark",
        snapshots=HttpSnapshots(url) if way == "snapshot" else None,
    )
    thread = EngineThread(engine, watch)
    thread.start()
    before_s = time.process_time()
    online = watch.online.wait(WITHIN_S)
    if not online or dialer.dialled_s is None:
        raise SystemExit(f"never online: {watch.troubles}")
    deadline_s = time.perf_counter() + WITHIN_S
    while not indexed or indexed[-1][1] < watch.rows:
        if time.perf_counter() > deadline_s:
            raise SystemExit("never indexed")
        time.sleep(0.01)
    thread.stop()
    peak_bytes = peak_memory_bytes()
    tables = read_back(home)
    if len(tables["queue"]) != watch.rows:
        raise SystemExit(f"{watch.rows} cases were shown, {len(tables['queue'])} are in the cache")
    dialled_s = dialer.dialled_s
    return Synced(
        rows=watch.rows,
        frame_bytes=dialer.received,
        sync_s=watch.online_s - dialled_s,
        limit_s=limit_s(home, tables),
        first_s=watch.first_s - dialled_s,
        indexed_s=indexed[-1][0] - dialled_s,
        peak_bytes=peak_bytes,
        cpu_s=watch.online_cpu_s - before_s,
    )


def peak_memory_bytes() -> int:
    """Give the most memory this program has had; `getrusage` tells that of whoever started it, where that is more."""
    (line,) = [line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def read_back(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Read the rows out of a cache that nobody uses, the bodies unpacked: as the centre has them."""
    key = load_key(home / KEY_FILE)
    if key is None:
        raise SystemExit("the cache has no key")
    connection = cipher.connect(home / CACHE_FILE, key, cipher.PAGE_SIZE)
    try:
        unpack = Packer().unpack
        documents = connection.execute("SELECT n, body, caller FROM documents ORDER BY n").fetchall()
        return {
            "queue": connection.execute("SELECT * FROM queue ORDER BY n").fetchall(),
            "documents": [(n, unpack(body), caller) for n, body, caller in documents],
        }
    finally:
        connection.close()


def limit_s(home: Path, tables: dict[str, list[tuple[Any, ...]]]) -> float:
    """Time `executemany` of the same rows into a plain file: indexes before or after, whichever is quicker."""
    makes = [statement.format(schema="main") for statement in cache_schema.CACHE_TABLES if "words" not in statement]
    indexes = [statement.format(schema="main") for statement in cache_schema.CACHE_INDEXES.values()]
    gc.collect()
    return min(_write_s(home, [*makes, *indexes], tables, []), _write_s(home, makes, tables, indexes))


def _write_s(home: Path, before: list[str], tables: dict[str, list[tuple[Any, ...]]], after: list[str]) -> float:
    with tempfile.TemporaryDirectory(dir=home) as directory:
        connection = sqlite3.connect(Path(directory, "plain.db"), isolation_level=None)
        for statement in before:
            connection.execute(statement)
        begun_s = time.perf_counter()
        connection.execute("BEGIN")
        for table, rows in tables.items():
            if rows:
                connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        for statement in after:
            connection.execute(statement)
        connection.execute("COMMIT")
        took_s = time.perf_counter() - begun_s
        connection.close()
    return took_s


if __name__ == "__main__":
    home, url, token, way = sys.argv[1:]
    tell(first_sync(Path(home), url, token, way))
