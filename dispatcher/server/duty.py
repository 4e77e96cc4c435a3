"""What exactly one centre on a ledger does at a time (值班): the ladder, the timers, rows under a new law.

Promises: when the centre on duty dies or loses its database another goes on duty within about LOOK_S of that being
known; the work is cancelled as soon as a centre finds that it is off duty, and what it might still write is refused by
the ledger. Runs on the event loop; the ledger is asked by the centre's hands.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from dispatcher.server.hands import Hands
from dispatcher.storage.post import Post
from dispatcher.sync.ports import Trouble

LOOK_S: Final = 1.0

log = logging.getLogger(__name__)


class Duty:
    """Runs `works` (each a coroutine without end) while this centre is on duty; `run` is its task."""

    def __init__(self, post: Post, works: Sequence[Callable[[], Coroutine[Any, Any, None]]], hands: Hands) -> None:
        self._post = post
        self._works = works
        self._hands = hands
        self._in_trouble = False
        self.is_held = False

    async def run(self) -> None:
        """Go on duty when nobody else is, work while it lasts, and begin again; until cancelled."""
        while True:
            if await self._ask(self._post.take):
                await self._work()
            await asyncio.sleep(LOOK_S)

    async def _work(self) -> None:
        self.is_held = True
        if self._post.is_shared:
            log.info("on duty: this centre does the periodic work")
        tasks = [asyncio.create_task(work(), name=work.__name__) for work in self._works]
        ended: set[asyncio.Task[None]] = set()
        try:
            while not ended and await self._ask(self._post.holds):
                ended, _ = await asyncio.wait(tasks, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.is_held = False
            for task in tasks:
                task.cancel()
            for end in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(end, Exception):  # the last-chance handler: the work begins again
                    log.critical("a bug in what is done on duty", exc_info=end)
            if self._post.is_shared:
                log.info("off duty")

    async def _ask(self, question: Callable[[], bool]) -> bool:
        try:
            answer = await self._hands.ask(question)
        except Trouble as trouble:
            if not self._in_trouble:
                log.info("who is on duty cannot be asked: %s", trouble)
            self._in_trouble = True
            return False
        self._in_trouble = False
        return answer
