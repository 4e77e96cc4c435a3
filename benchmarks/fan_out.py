"""One centre and 1,000 consoles of one street at 20 changes a second, beside a bare asyncio protocol.

The consoles are sockets in a process of their own that read frames and note when the last of them has each change,
from before its commit; orders are posted one by one. The bare server commits as many bytes (SQLite FULL), writes them
to as many sockets as often, and does nothing else. The centre's processor time includes taking in and judging the
orders. Linux: both are read from /proc.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Final

from benchmarks import Result
from benchmarks.cases import CONSOLE_TOKEN, HOTLINE_TOKEN, orders
from benchmarks.commit_to_paint import posted
from benchmarks.processes import (
    Ground,
    address,
    alone,
    cpu_s,
    hear,
    memory_bytes,
    percentile,
    running,
    served,
)
from benchmarks.told import Crowded, Waiting
from dispatcher.assets import load_organisation
from dispatcher.transport.doors import Intake

CONSOLES: Final = 1_000
PER_S: Final = 20
LENGTH_S: Final = 20
BYTES: Final = 3_500
MOST: Final = 2.0
MOST_KB: Final = 100.0


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Tell a crowd and say what it cost."""
    consoles, length_s = (100, 3) if quick else (CONSOLES, LENGTH_S)
    changes = PER_S * length_s
    with served(ground, ground.fresh_ledger(0)) as (url, pid):
        before = memory_bytes(pid)
        ours, ours_cpu, grown = _crowd(ground, url, consoles, changes, pid, lambda: asyncio.run(_post(url, changes)))
    bare_program = [
        "-m",
        "benchmarks.bare",
        "broadcast",
        str(PER_S),
        str(BYTES),
        str(ground.directory / "bare-crowd.db"),
    ]
    with running(ground, bare_program) as process:
        url = address(process)
        bare, bare_cpu, _ = _crowd(ground, url, consoles, changes, process.pid, lambda: None)
    p99, bare_p99 = percentile(ours.last_ms, 0.99), percentile(bare.last_ms, 0.99)
    each_kb = (grown - before) / consoles / 1000
    ratio, cpu_ratio = p99 / bare_p99, ours_cpu / bare_cpu
    return [
        Result(f"last of {consoles:,} consoles has a change, p99", p99, "ms", ratio, "≤ 2×", ratio <= MOST),
        Result("… its limit, a bare asyncio protocol", bare_p99, "ms"),
        Result("the centre's processor for a change", ours_cpu, "ms", cpu_ratio, "≤ 2×", cpu_ratio <= MOST),
        Result("… its limit, a bare asyncio protocol", bare_cpu, "ms"),
        Result("memory for a console at the centre", each_kb, "kB", None, "< 100 kB", each_kb < MOST_KB),
        Result("changes that did not reach all", ours.missing, f"of {changes}", None, "0", not ours.missing),
    ]


def _crowd(
    ground: Ground, url: str, consoles: int, changes: int, pid: int, send: Callable[[], None]
) -> tuple[Crowded, float, int]:
    """Give what a crowd saw, the server's processor time for a change (ms), and its memory with all there."""
    with running(ground, ["-m", "benchmarks.crowd", url, CONSOLE_TOKEN, str(consoles), str(changes)]) as crowd:
        hear(crowd, Waiting, 300)
        grown = memory_bytes(pid)
        used_s = cpu_s(pid)
        send()
        seen = hear(crowd, Crowded, 300)
        return seen, 1000 * (cpu_s(pid) - used_s) / changes, grown


async def _post(url: str, count: int) -> None:
    loop = asyncio.get_running_loop()
    async with Intake(url, HOTLINE_TOKEN) as intake:
        begun_s = loop.time()
        incoming = orders(count, load_organisation(), dt.datetime.now(dt.UTC), seed=4, source="benchmark")
        for number, one in enumerate(incoming):
            await asyncio.sleep(begun_s + number / PER_S - loop.time())
            (answer,) = await intake.send([posted(one, dt.datetime.now(dt.UTC))])
            if b'"accepted"' not in answer:
                raise RuntimeError(answer.decode())


if __name__ == "__main__":
    alone(run)
