"""From the commit at the centre to the commit in another console's cache, beside a bare WebSocket with two commits.

Orders come one by one through the intake at a steady rate; the station is the real engine over its encrypted cache.
Both are timed from before the centre's commit to after the console's. The bare one sends as many bytes, commits them at
the server (SQLite in WAL, synchronous FULL) and at the receiver (rollback journal, FULL: the cache's mode, unencrypted,
one file) and does nothing else. On PostgreSQL (with fsync) the order is posted at one centre and the console served by
another; beside it two bare servers that LISTEN for each other's commits.
"""

import asyncio
import contextlib
import datetime as dt
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import connect

from benchmarks import Result
from benchmarks.cases import CONSOLE_TOKEN, HOTLINE_TOKEN, admit, orders
from benchmarks.commit_to_paint import posted
from benchmarks.processes import Ground, address, alone, centre, hear, percentile, running
from benchmarks.told import Durable, Waiting
from dispatcher.assets import load_organisation
from dispatcher.storage.ledger import Ledger
from dispatcher.transport.doors import Intake
from tests.helpers import postgres

RATES: Final = (20, 200)
LENGTH_S: Final = 15
MOST: Final = 2.0
BYTES: Final = 3_000


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Deliver at each rate, ours and bare in turn."""
    length_s = 2 if quick else LENGTH_S
    results: list[Result] = []
    for per_s in RATES:
        count = per_s * length_s
        with centre(ground, ground.fresh_ledger(0)) as url:
            ours = _ours(ground, url, url, per_s, count)
        with _bare(ground, str(_fresh(ground, "bare.db"))) as url:
            bare = _barely(ground, url, url, per_s, count)
        results += _compared(f"SQLite, {per_s}/s", ours, bare)
    with postgres.running(fsync=True) as server:
        for per_s in RATES:
            count = per_s * length_s
            with postgres.fresh_database(server) as database:
                _admit(database)
                with centre(ground, database) as here, centre(ground, database) as there:
                    ours = _ours(ground, here, there, per_s, count)
            with (
                postgres.fresh_database(server) as database,
                _bare(ground, database) as here,
                _bare(ground, database) as there,
            ):
                bare = _barely(ground, here, there, per_s, count)
            results += _compared(f"PostgreSQL, from one centre to another's console, {per_s}/s", ours, bare)
    return results


def _compared(what: str, ours: list[float], bare: list[float]) -> list[Result]:
    results: list[Result] = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        took_ms, limit_ms = percentile(ours, share), percentile(bare, share)
        ratio = took_ms / limit_ms
        results += [
            Result(f"{what}: commit to durable at the console, {name}", took_ms, "ms", ratio, "≤ 2×", ratio <= MOST),
            Result("… its limit, a bare WebSocket with two commits", limit_ms, "ms"),
        ]
    return results


def _ours(ground: Ground, posted_at: str, heard_at: str, per_s: float, count: int) -> list[float]:
    home = ground.directory / "home-of-delivery"
    shutil.rmtree(home, ignore_errors=True)
    incoming = list(orders(count, load_organisation(), dt.datetime.now(dt.UTC), seed=3, source="benchmark"))

    async def post(number: int) -> None:
        (answer,) = await intake.send([posted(incoming[number], dt.datetime.now(dt.UTC))])
        if b'"accepted"' not in answer:
            raise RuntimeError(answer.decode())

    with running(ground, ["-m", "benchmarks.ears", str(home), heard_at, CONSOLE_TOKEN, str(count)]) as ears:
        hear(ears, Waiting, 60)

        async def go() -> list[float]:
            nonlocal intake
            async with Intake(posted_at, HOTLINE_TOKEN) as intake:
                return await _steadily(post, per_s, count, ears)

        intake: Any = None
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


def _admit(database: str) -> None:
    ledger = Ledger.open(database)
    try:
        admit(ledger, load_organisation(), dt.datetime.now(dt.UTC))
    finally:
        ledger.close()


def _fresh(ground: Ground, name: str) -> Path:
    path = ground.directory / name
    for part in ground.directory.glob(f"{name}*"):
        part.unlink()
    return path


if __name__ == "__main__":
    alone(run)
