"""Stories over a disk that gets full, each a process of its own.

`-m tests.storage.filling DIRECTORY KIND STORY URL`, where STORY is "ledger" (a centre over DIRECTORY) or "console" (the
engine and cache of a station over DIRECTORY, whose centre is at URL). What people were told is printed, a line of JSON.
"""

import asyncio
import json
import logging
import random
import sys
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from dispatcher.models import commands as c
from dispatcher.models.ids import Revision
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.cache import Cache
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.ports import ActState, LinkState
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import Fault
from tests.fakes import Recorder, until
from tests.helpers.small_disk import Kind, SmallDisk
from tests.server.centre import Centre, act, order, running_centre

WITHIN_S: Final = 60.0
ALL: Final = 1000
TOO_LONG: Final = "".join(map(chr, random.Random(7).choices(range(0x4E00, 0x9FA5), k=15_000)))
"""A text for which the files of a station have no room of their own left, however it is packed."""


async def console(directory: Path, disk: SmallDisk, centre: Centre) -> list[str]:
    """A station's disk gets full between acts and their sending; orders come in meanwhile."""
    cases = await centre.accepted(*(order() for _ in range(10)))
    seen = Recorder()
    engine = Engine(
        open_store=lambda: Cache.open(directory),
        dialer=WebSocketDialer(centre.feed),
        listener=seen,
        clock=SystemClock(),
        token=await centre.token("wang"),
        station="desk-1",
    )
    running = asyncio.create_task(engine.run())
    await until(lambda: seen.statuses and seen.status.state is LinkState.ONLINE and len(seen.rows) == len(cases))
    taken = [engine.submit(c.AddNote(case=case, text="已通知物业")) for case in cases]
    disk.fill()
    refused = engine.submit(c.AddNote(case=cases[0], text=TOO_LONG))
    words = seen.answer(refused).trouble
    assert words, "it was taken on a full disk"
    assert not any(seen.answer(each).trouble for each in taken)
    await centre.accepted(*(order(text=TOO_LONG) for _ in range(5)))
    await until(lambda: seen.troubles and seen.status.state is not LinkState.ONLINE)
    assert len(seen.rows) == len(cases), "shown before it was durable"
    disk.free()
    await until(lambda: len(seen.rows) == len(cases) + 5 and seen.status.state is LinkState.ONLINE)
    again = engine.submit(c.AddNote(case=cases[0], text="写得下了"))
    await until(lambda: {receipt.act.id for receipt in seen.settled} >= {*taken, again})
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    store = Cache.open(directory)
    states = {receipt.act.id: receipt.state for receipt in store.receipts(ALL)}
    assert states == dict.fromkeys([*taken, again], ActState.ACCEPTED)
    assert store.count() == len(cases) + 5
    store.close()
    return [words, *seen.troubles]


async def ledger(directory: Path, disk: SmallDisk) -> list[str]:
    """The centre's disk gets full; what it had said it has, and it says no to all else until there is room."""
    database = f"sqlite:///{directory / 'centre.db'}"
    async with running_centre(database) as centre:
        cases = await centre.accepted(*(order() for _ in range(10)))
        signed = [act(c.SignFor(case=case), "wang") for case in cases]
        noted = [act(c.AddNote(case=case, text="已通知物业"), "wang") for case in cases]
        async with centre.console("wang") as wang:
            await wang.submit(*signed)
            assert all(isinstance(verdict, Accepted) for verdict in await wang.settled(*signed))
            disk.fill()
            await wang.submit(*noted)
            goodbye = await wang.parting()
            assert goodbye.fault is Fault.STOPPING
            said = {each.id for each in (*signed, *noted) if each.id in wang.verdicts}
        posted = order()
        (answer,) = await centre.post(posted)
        assert answer["status"] == "failed", answer
        assert (await centre.http.get("/ready")).status_code == 503
        assert (await centre.http.get("/health")).status_code == 200
        disk.free()
        assert (await centre.http.get("/ready")).status_code == 200
        (answer,) = await centre.post(posted)
        assert answer["status"] == "accepted", answer
        async with centre.console("wang") as wang:
            await wang.submit(*signed, *noted)
            assert all(isinstance(verdict, Accepted) for verdict in await wang.settled(*signed, *noted))
    kept = Ledger.open(database)
    journal = [entry.act for entry in kept.journal(Revision(0), ALL)]
    assert said <= set(journal)
    assert len(journal) == len(set(journal)) == kept.head()
    kept.close()
    return [goodbye.detail]


async def play(story: str, directory: Path, disk: SmallDisk, url: str) -> list[str]:
    """Play one story; the console's is told where its centre is."""
    if story == "ledger":
        return await ledger(directory, disk)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=WITHIN_S) as http:
        return await console(directory, disk, Centre(Reached(url), http))


class Reached(NamedTuple):
    """A centre in another process."""

    url: str


def main() -> None:
    directory, kind, story, url = Path(sys.argv[1]), Kind(sys.argv[2]), sys.argv[3], sys.argv[4]
    logging.disable(logging.CRITICAL)  # the centre says of each refusal why
    said = asyncio.run(play(story, directory, SmallDisk(directory, kind), url))
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
