"""Something a centre does whenever it is asked to, tried again as long as the world fails. On the event loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from dispatcher.sync.ports import Trouble

RETRY_S: Final = 1.0

log = logging.getLogger(__name__)


class Chore:
    """Does `do` once for all that asked since it began last; `run` is its task."""

    def __init__(self, name: str, do: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._do = do
        self._due = asyncio.Event()

    def ask(self) -> None:
        """Have it done."""
        self._due.set()

    async def run(self) -> None:
        """Do it whenever it is asked for, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._do()
            except Trouble as trouble:
                log.warning("%s waits: %s", self._name, trouble)
                self._due.set()
                await asyncio.sleep(RETRY_S)
