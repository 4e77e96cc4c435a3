"""A link of two queues, for a centre in the same process and for tests.

Promises: frames arrive whole, in order, and never once the link is closed at either end; both ends live on one loop.
"""

import asyncio
from collections.abc import Callable

from dispatcher.sync.ports import Link, LinkLost


class MemoryLink:
    """One end of a pair; see `pair`."""

    def __init__(self) -> None:
        self._incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._other: MemoryLink = self
        self._closed = False

    def join(self, other: "MemoryLink") -> None:
        """Make `other` the far end."""
        self._other = other

    async def send(self, frame: bytes) -> None:
        """Send one frame; raises LinkLost."""
        if self._closed or self._other.is_closed:
            raise LinkLost("closed")
        self._other.deliver(frame)

    async def receive(self) -> bytes:
        """Wait for the next frame; raises LinkLost when either end has closed."""
        if self._closed:
            raise LinkLost("closed")
        frame = await self._incoming.get()
        if frame is None:
            self._incoming.put_nowait(None)
            raise LinkLost("closed")
        return frame

    async def close(self) -> None:
        """Close both directions; harmless when repeated."""
        self.cut()

    def cut(self) -> None:
        """Close at once; the far end still gets the frames sent before."""
        if self._closed:
            return
        self._closed = True
        self.deliver(None)
        self._other.deliver(None)

    def deliver(self, frame: bytes | None) -> None:
        """Take a frame from the far end; None ends the link."""
        self._incoming.put_nowait(frame)

    @property
    def is_closed(self) -> bool:
        """Tell whether this end has closed."""
        return self._closed


def pair() -> tuple[MemoryLink, MemoryLink]:
    """Make the two ends of a link."""
    one, other = MemoryLink(), MemoryLink()
    one.join(other)
    other.join(one)
    return one, other


class MemoryDialer:
    """Hands the far end of each new link to `accept`, which may raise LinkLost or LinkRefused."""

    def __init__(self, accept: Callable[[Link], None]) -> None:
        self._accept = accept

    async def dial(self) -> Link:
        """Connect."""
        near, far = pair()
        self._accept(far)
        return near
