"""Taking a snapshot over: parts are fetched and read in a thread while the one before is written, to the last one.

Promises: each part is durable before anybody hears of its rows and before the next one; what breaks it off at any
moment costs the part under way, for the next try goes on from what the store says. While it runs everything else goes
on between two parts.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from dispatcher.models.queue import QueueRow
from dispatcher.sync import words
from dispatcher.sync.ports import LinkLost, Snapshots, SnapshotStream, TakenUpTo
from dispatcher.wire import BadPart, Part, PartHead, read_part

RETRY_S = 0.5
TRIES = 3
"""So often in a row a snapshot may break off without one more part, before rows are asked for one by one."""


_log = logging.getLogger(__name__)


class Taker(Protocol):
    """Who takes parts: the desk."""

    @property
    def taking(self) -> TakenUpTo | None:
        """How far a snapshot has been taken over, None when none is under way."""
        ...

    def take_part(self, part: Part, rows: tuple[QueueRow, ...], up_to: TakenUpTo) -> None:
        """Make a part durable and tell its rows. Raises LinkLost for one that does not fit."""
        ...


async def take_over(taker: Taker, snapshots: Snapshots, token: str, taken: Callable[[PartHead, int], None]) -> bool:
    """Take a snapshot over, `taken` hearing of each part's head and rows; False when it cannot be had for now.

    Raises the store's Trouble, and LinkRefused.
    """
    failures = 0
    while failures < TRIES:
        before = taker.taking
        try:
            await _take_once(taker, snapshots, token, taken)
        except LinkLost as lost:
            _log.info("a snapshot has broken off: %s", lost)
            failures = failures + 1 if taker.taking == before else 0
            await asyncio.sleep(RETRY_S)
        else:
            return True
    return False


async def _take_once(taker: Taker, snapshots: Snapshots, token: str, taken: Callable[[PartHead, int], None]) -> None:
    loop = asyncio.get_running_loop()
    stream = snapshots.open(token, taker.taking)
    coming = loop.run_in_executor(None, _next, stream)
    try:
        while True:
            part, rows, up_to = await asyncio.shield(coming)
            if not part.head.last:
                coming = loop.run_in_executor(None, _next, stream)
            taker.take_part(part, rows, up_to)
            taken(part.head, len(rows))
            if part.head.last:
                return
            del part, rows
            await asyncio.sleep(0)
    finally:
        stream.cut()
        await asyncio.wait([coming])
        if not coming.cancelled():
            coming.exception()  # it has been raised, or is of no interest any more
        stream.close()


def _next(stream: SnapshotStream) -> tuple[Part, tuple[QueueRow, ...], TakenUpTo]:
    """Wait for a part and read it; raises LinkLost, LinkRefused."""
    found = stream.next()
    if found is None:
        raise LinkLost(words.CLOSED)
    data, up_to = found
    try:
        part = read_part(data)
        return part, part.rows(), up_to
    except (BadPart, msgspec.DecodeError) as bad:
        raise LinkLost(f"{words.NO_SNAPSHOT}（{bad}）") from bad
