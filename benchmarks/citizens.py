"""A city's day at the centre's door: orders posted one by one over several connections, and streets that sign them.

Run as `python -m benchmarks.citizens URL STREETS ORDERS SECONDS`; prints a `Served`. The tokens are those of the city.
"""

import asyncio
import datetime as dt
import itertools
import sys
from typing import Final

import msgspec

from benchmarks.cases import HOTLINE_TOKEN, orders
from benchmarks.commit_to_paint import posted
from benchmarks.told import Served, tell
from dispatcher.assets import load_organisation
from dispatcher.models.commands import Act, SignFor
from dispatcher.models.ids import CaseId, PersonId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.verdicts import Accepted
from dispatcher.sync.outbox import new_command_id
from dispatcher.transport.doors import Intake
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import PROTOCOL, Changes, Goodbye, Hello, Judged, Submit, decode_downward, encode

POSTS_AT_ONCE: Final = 16
ANSWERED_WITHIN_S: Final = 120.0


def streets(count: int) -> list[Unit]:
    """Give the streets that take part."""
    return list(itertools.islice((u for u in load_organisation() if u.kind is UnitKind.STREET), count))


def person_of(street: Unit) -> PersonId:
    """Name who signs for a street; also the token."""
    return PersonId(f"signer-{street.id}")


class Signer:
    """One street's console: signs each order as it comes and notes how long the answer takes."""

    def __init__(self, street: Unit, url: str) -> None:
        self._street = street
        self._url = url.replace("http", "ws", 1) + "/feed"
        self._sent: dict[str, float] = {}
        self._known: set[CaseId] = set()
        self.took_ms: list[float] = []
        self.refused = 0

    async def run(self) -> None:
        """Sign until cancelled."""
        loop = asyncio.get_running_loop()
        link = await WebSocketDialer(self._url).dial()
        token = person_of(self._street)
        await link.send(encode(Hello(protocol=PROTOCOL, token=token, station=token)))
        try:
            while True:
                message = decode_downward(await link.receive())
                if isinstance(message, Goodbye):
                    raise RuntimeError(f"sent away: {message}")  # noqa: TRY004  (no mistake of type)
                if isinstance(message, Changes | Judged):
                    for settled in message.settles:
                        self.took_ms.append(1000 * (loop.time() - self._sent.pop(settled.act)))
                        self.refused += not isinstance(settled.verdict, Accepted)
                if isinstance(message, Changes):
                    fresh = [row.row.id for row in message.rows if row.row.id not in self._known]
                    if fresh:
                        self._known.update(fresh)
                        now = dt.datetime.now(dt.UTC)
                        by = person_of(self._street)
                        acts = [
                            Act(id=new_command_id(), command=SignFor(case=case), by=by, made_at=now) for case in fresh
                        ]
                        self._sent.update((act.id, loop.time()) for act in acts)
                        await link.send(encode(Submit(acts=tuple(acts))))
        finally:
            await link.close()


async def serve(url: str, streets_: int, count: int, length_s: float) -> Served:
    """Post all orders evenly over the time and wait until all are signed."""
    loop = asyncio.get_running_loop()
    some = streets(streets_)
    signers = [Signer(street, url) for street in some]
    signing = [asyncio.create_task(signer.run()) for signer in signers]
    incoming = orders(count, load_organisation(), dt.datetime.now(dt.UTC), seed=5, source="city")
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    order_ms: list[float] = []
    failed = 0

    async def post() -> None:
        nonlocal failed
        async with Intake(url, HOTLINE_TOKEN) as intake:
            while (line := await queue.get()) is not None:
                begun_s = loop.time()
                (answer,) = await intake.send([line])
                order_ms.append(1000 * (loop.time() - begun_s))
                failed += b'"accepted"' not in answer

    posting = [asyncio.create_task(post()) for _ in range(POSTS_AT_ONCE)]
    begun_s = loop.time()
    for number, one in enumerate(incoming):
        await asyncio.sleep(max(0.0, begun_s + number * length_s / count - loop.time()))
        own = msgspec.structs.replace(one, holder=some[number % len(some)].id)
        queue.put_nowait(posted(own, dt.datetime.now(dt.UTC)))
    for _ in posting:
        queue.put_nowait(None)
    await asyncio.gather(*posting)
    async with asyncio.timeout(ANSWERED_WITHIN_S):
        while sum(len(signer.took_ms) for signer in signers) < count - failed:
            for task in signing:
                if task.done():
                    task.result()
            await asyncio.sleep(0.05)
    took_s = loop.time() - begun_s
    for task in signing:
        task.cancel()
    await asyncio.gather(*signing, return_exceptions=True)
    act_ms = [took_ms for signer in signers for took_ms in signer.took_ms]
    return Served(order_ms, act_ms, took_s, failed + sum(signer.refused for signer in signers))


if __name__ == "__main__":
    url_, streets_, orders_, seconds_ = sys.argv[1:]
    tell(asyncio.run(serve(url_, int(streets_), int(orders_), float(seconds_))))
