"""From the commit at the centre to the commit in another console's cache, beside a bare WebSocket with two commits.

A colleague's console signs one case after the other at a steady rate over its WebSocket, as the bare one sends its
messages; beside that, orders come one by one through the intake, each a request over HTTP. The station that hears of
them is the real engine over its encrypted cache. All are timed from before the centre's commit to after the console's.
The bare one sends as many bytes, commits them at the server (SQLite in WAL, synchronous FULL) and at the receiver
(rollback journal, FULL: the cache's mode, unencrypted, one file) and does nothing else. On PostgreSQL (with fsync) the
act is made at one centre and the console served by another; beside it two bare servers that LISTEN for each other's
commits.
"""

import asyncio
import contextlib
import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Generator, Sequence
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from benchmarks import Result
from benchmarks.cases import (
    CONSOLE_PERSON,
    CONSOLE_TOKEN,
    HOTLINE_TOKEN,
    admit,
    batches,
    orders,
    received,
    sqlite_url,
)
from benchmarks.commit_to_paint import posted
from benchmarks.processes import Ground, address, alone, centre, hear, percentile, running
from benchmarks.told import Durable, Waiting
from dispatcher.assets import load_law, load_organisation
from dispatcher.models.commands import Act, SignFor
from dispatcher.models.ids import CaseId
from dispatcher.server.desk import BATCH
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.outbox import new_command_id
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import PROTOCOL, Beat, Hello, Submit, decode_downward, encode
from tests.helpers import postgres

RATES: Final = (20, 200)
LENGTH_S: Final = 15
MOST: Final = 2.0
BYTES: Final = 3_000
SETTLE_S: Final = 2.0
"""Whoever hears has just been filled, and makes what came ready to be searched."""


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Deliver at each rate, ours and bare in turn."""
    length_s = 2 if quick else LENGTH_S
    results: list[Result] = []
    for per_s in RATES:
        count = per_s * length_s
        ours: list[list[float]] = []
        for way in WAYS:
            database = sqlite_url(_fresh(ground, "delivery.db"))
            cases = _prepare(database, count)
            with centre(ground, database) as url:
                ours.append(_ours(ground, url, per_s, way(url, cases)))
        with _bare(ground, str(_fresh(ground, "bare.db"))) as url:
            bare = _barely(ground, url, url, per_s, count)
        results += _compared(f"SQLite, {per_s}/s", ours, bare)
    with postgres.running(fsync=True) as server:
        for per_s in RATES:
            count = per_s * length_s
            ours = []
            for way in WAYS:
                with postgres.fresh_database(server) as database:
                    cases = _prepare(database, count)
                    with centre(ground, database) as here, centre(ground, database) as there:
                        ours.append(_ours(ground, there, per_s, way(here, cases)))
            with (
                postgres.fresh_database(server) as database,
                _bare(ground, database) as here,
                _bare(ground, database) as there,
            ):
                bare = _barely(ground, here, there, per_s, count)
            results += _compared(f"PostgreSQL, from one centre to another's console, {per_s}/s", ours, bare)
    return results


def _compared(what: str, ours: list[list[float]], bare: list[float]) -> list[Result]:
    results: list[Result] = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        limit_ms = percentile(bare, share)
        for way, took in zip(("a colleague's act", "an order through the intake"), ours, strict=True):
            took_ms = percentile(took, share)
            ratio = took_ms / limit_ms
            named = f"{what}: {way}, commit to durable at the console, {name}"
            results.append(Result(named, took_ms, "ms", ratio, "≤ 2×", ratio <= MOST))
        results.append(Result("… the limit, a bare WebSocket with two commits", limit_ms, "ms"))
    return results


class Signing:
    """A colleague's console: signs the cases one by one."""

    def __init__(self, url: str, cases: Sequence[CaseId]) -> None:
        self._url = url
        self.cases = cases
        self._link: Any = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Say hello, take what there is and read whatever comes."""
        self._link = await WebSocketDialer(self._url.replace("http", "ws", 1) + "/feed").dial()
        await self._link.send(encode(Hello(protocol=PROTOCOL, token=CONSOLE_TOKEN, station="colleague")))
        while not isinstance(decode_downward(await self._link.receive()), Beat):
            pass
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave."""
        assert self._listening is not None
        self._listening.cancel()
        await asyncio.wait([self._listening])
        await self._link.close()

    async def send(self, number: int) -> None:
        """Sign a case."""
        act = Act(
            id=new_command_id(),
            command=SignFor(case=self.cases[number]),
            by=CONSOLE_PERSON,
            made_at=dt.datetime.now(dt.UTC),
        )
        await self._link.send(encode(Submit(acts=(act,))))

    async def _listen(self) -> None:
        while True:
            await self._link.receive()


class Ordering:
    """The hotline: posts orders one by one over some connections, in bare HTTP: a client is not what is measured."""

    CONNECTIONS: Final = 4

    def __init__(self, url: str, cases: Sequence[CaseId]) -> None:
        self.cases = cases
        self._host = urlsplit(url)
        now = dt.datetime.now(dt.UTC)
        self._orders = list(orders(len(cases), load_organisation(), now, seed=3, source="benchmark"))
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._all: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        """Connect."""
        for _ in range(self.CONNECTIONS):
            pair = await asyncio.open_connection(self._host.hostname, self._host.port)
            self._all.append(pair[1])
            self._free.put_nowait(pair)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave."""
        for writer in self._all:
            writer.close()

    async def send(self, number: int) -> None:
        """Post an order and wait until it is accepted."""
        pair = reader, writer = await self._free.get()
        body = posted(self._orders[number], dt.datetime.now(dt.UTC))
        writer.write(
            f"POST /intake/orders HTTP/1.1\r\nhost: {self._host.netloc}\r\nauthorization: Bearer {HOTLINE_TOKEN}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        answer = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        if b'"accepted"' not in answer:
            raise RuntimeError(answer.decode())
        self._free.put_nowait(pair)


WAYS: Final = (Signing, Ordering)


def _ours(ground: Ground, heard_at: str, per_s: float, making: Signing | Ordering) -> list[float]:
    home = ground.directory / "home-of-delivery"
    shutil.rmtree(home, ignore_errors=True)
    count = len(making.cases)
    with running(ground, ["-m", "benchmarks.ears", str(home), heard_at, CONSOLE_TOKEN, str(count)]) as ears:
        hear(ears, Waiting, 60)

        async def go() -> list[float]:
            async with making:
                return await _steadily(making.send, per_s, count, ears)

        return asyncio.run(go())


def _barely(ground: Ground, sent_at: str, heard_at: str, per_s: float, count: int) -> list[float]:
    path = _fresh(ground, "bare-ears.db")
    with running(ground, ["-m", "benchmarks.bare", "listen", heard_at, str(path), str(count)]) as ears:
        hear(ears, Waiting, 60)

        async def go() -> list[float]:
            async with connect(sent_at, compression=None, ping_interval=None) as socket:
                return await _steadily(lambda _: socket.send(b"x" * BYTES), per_s, count, ears)

        return asyncio.run(go())


async def _steadily(
    send: Callable[[int], Coroutine[Any, Any, None]], per_s: float, count: int, ears: "subprocess.Popen[str]"
) -> list[float]:
    """Send at the rate, whatever the answers, and give what the ears have noted."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(SETTLE_S)
    hearing = asyncio.ensure_future(asyncio.to_thread(hear, ears, Durable, count / per_s + 120))
    begun_s = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(begun_s + number / per_s - loop.time())
            group.create_task(send(number))
    return (await hearing).took_ms


@contextlib.contextmanager
def _bare(ground: Ground, database: str) -> Generator[str]:
    with running(ground, ["-m", "benchmarks.bare", "serve", database]) as process:
        yield address(process)


def _prepare(database: str, count: int) -> list[CaseId]:
    """Make a ledger with so many orders that nobody has signed for; gives their cases."""
    units, now = load_organisation(), dt.datetime.now(dt.UTC)
    law = load_law(units=units)
    cases: list[CaseId] = []
    ledger = Ledger.open(database)
    try:
        admit(ledger, units, now)
        for batch in batches(received(count, units, now), BATCH):
            ledger.judge(batch, law, now)
            cases += [act.command.case for act, _ in batch]
    finally:
        ledger.close()
    return cases


def _fresh(ground: Ground, name: str) -> Path:
    path = ground.directory / name
    for part in ground.directory.glob(f"{name}*"):
        part.unlink()
    return path


if __name__ == "__main__":
    alone(run)
