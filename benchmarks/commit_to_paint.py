"""From the commit at the centre to the painted row, at 20 orders a second through the intake.

Centre and console are two processes on one machine and so on one clock; a third posts the orders. The console is
`dispatcher console` on a real screen with 2,000 cases, its queue sorted newest first, so that every new row is in
sight. It ends with the return of the paint event that painted the row for the first time.
"""

import asyncio
import datetime as dt
import statistics
import subprocess
from collections.abc import Iterator
from typing import Final

import msgspec

from benchmarks import Result
from benchmarks.cases import HOTLINE_TOKEN, orders
from benchmarks.processes import Ground, alone, centre, hear, percentile, running, sync, watched
from benchmarks.told import Painted, Waiting
from dispatcher.assets import load_organisation
from dispatcher.simulator.city import Incoming
from dispatcher.transport.doors import Intake

BEFORE: Final = 2_000
PER_S: Final = 20
LENGTH_S: Final = 60
MOST_MS: Final = 100.0


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Post orders and say how long each took to the screen."""
    before, length_s = (200, 5) if quick else (BEFORE, LENGTH_S)
    count = length_s * PER_S
    with centre(ground, ground.fresh_ledger(before)) as url:
        home = ground.directory / "home-of-commit-to-paint"
        sync(ground, url, home)
        data = ground.data(home, url)
        with running(ground, watched("paint", count, url, data)) as console:
            hear(console, Waiting, 60)
            found = asyncio.run(_post(url, count, console, length_s + 60))
    painted = sorted(found.painted_ms)
    missing = count - len(painted)
    p50, p99 = (percentile(painted, share) for share in (0.5, 0.99))
    kept = p99 < MOST_MS and not missing
    return [
        Result("commit to painted row, p50", p50, "ms"),
        Result("commit to painted row, p99", p99, "ms", None, f"< {MOST_MS:g} ms", kept),
        Result("commit to painted row, longest", painted[-1], "ms"),
        Result("… of that, to the window's thread, p50", statistics.median(found.here_ms), "ms"),
        Result("… orders posted and not painted", missing, f"of {count}", None, "0", not missing),
    ]


async def _post(url: str, count: int, console: subprocess.Popen[str], within_s: float) -> Painted:
    loop = asyncio.get_running_loop()
    hearing = asyncio.ensure_future(asyncio.to_thread(hear, console, Painted, within_s))
    async with Intake(url, HOTLINE_TOKEN) as intake:
        begun_s = loop.time()
        for number, incoming in enumerate(_orders(count)):
            await asyncio.sleep(begun_s + number / PER_S - loop.time())
            (answer,) = await intake.send([posted(incoming, dt.datetime.now(dt.UTC))])
            if b'"accepted"' not in answer:
                raise RuntimeError(answer.decode())
    return await hearing


def posted(incoming: Incoming, now: dt.datetime) -> bytes:
    """Write an order as the hotline posts it, dispatched now."""
    order = msgspec.structs.replace(incoming.order, dispatched_at=now, created_at=now, feedback_due_at=None)
    return msgspec.json.encode(
        {**msgspec.to_builtins(order), "holder": incoming.holder, "caller": msgspec.to_builtins(incoming.caller)}
    )


def _orders(count: int) -> Iterator[Incoming]:
    """Give orders other than those the ledger was filled with."""
    return orders(count, load_organisation(), dt.datetime.now(dt.UTC), seed=2, source="benchmark")


if __name__ == "__main__":
    alone(run)
