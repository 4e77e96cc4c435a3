"""Who works on the ledger beside the event loop: threads at a centre at work, something else in a simulation."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Hands(Protocol):
    """One centre's hands."""

    def write(self, turn: Callable[[], None]) -> None:
        """Have `turn` run soon: one at a time, in their order."""
        ...

    async def read(self, question: Callable[[], _T]) -> _T:
        """Have a question answered without holding up what is written."""
        ...

    async def ask(self, question: Callable[[], _T]) -> _T:
        """Have a question answered that may take its time (who is on duty), without holding up what is read."""
        ...

    def follow(self, look: Callable[[], None], wait: Callable[[], None]) -> None:
        """Have `look` done again and again, with `wait` in between, until `follow_no_more`."""
        ...

    async def follow_no_more(self) -> None:
        """End what `follow` has begun; whoever waits has to be woken before."""
        ...

    async def close(self) -> None:
        """Finish what was asked for, and take nothing more."""
        ...


class Threads:
    """The hands of a centre at work: a thread each that writes, reads, asks and follows."""

    def __init__(self) -> None:
        self._turns: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._reader = ThreadPoolExecutor(1, "ledger-reader")
        self._asker = ThreadPoolExecutor(1, "ledger-post")
        self._writer = threading.Thread(target=self._write, name="ledger-writer", daemon=True)
        self._follower: threading.Thread | None = None
        self._following = False
        self._writer.start()

    def write(self, turn: Callable[[], None]) -> None:
        """Have `turn` run soon on the writing thread."""
        self._turns.put(turn)

    async def read(self, question: Callable[[], _T]) -> _T:
        """Have a question answered on the reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, question)

    async def ask(self, question: Callable[[], _T]) -> _T:
        """Have a question answered on a thread that nobody else waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._asker, question)

    def follow(self, look: Callable[[], None], wait: Callable[[], None]) -> None:
        """Look and wait by turns on a thread of its own."""

        def go_on() -> None:
            while self._following:
                look()
                wait()

        self._following = True
        self._follower = threading.Thread(target=go_on, name="ledger-follower", daemon=True)
        self._follower.start()

    async def follow_no_more(self) -> None:
        """Join the following thread."""
        self._following = False
        if self._follower is not None:
            await asyncio.to_thread(self._follower.join)

    async def close(self) -> None:
        """End the threads once they have done what they were given."""
        self._turns.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._reader.shutdown)
        await asyncio.to_thread(self._asker.shutdown)

    def _write(self) -> None:
        while (turn := self._turns.get()) is not None:
            turn()
