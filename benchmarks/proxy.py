"""A proxy between consoles and centre that cuts, delays and truncates what passes, by a seed, until told to stop."""

import asyncio
import contextlib
import random
from typing import Final

CHUNK: Final = 4096


class Proxy:
    """Listens on a free port and passes on to one of several others, which may be down."""

    def __init__(self, targets: list[int], seed: int) -> None:
        self._targets = targets
        self._rng = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.gentle = False
        self.cuts = 0
        self.connections = 0

    async def start(self) -> int:
        """Begin to listen; gives the port."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End everything that is open."""
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()

    def be_gentle(self) -> None:
        """Pass everything on at once from now on; what was opened in worse times is cut."""
        self.gentle = True
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection("127.0.0.1", self._rng.choice(self._targets))
                self._open.add(back)
                try:
                    await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
                finally:
                    self._open.discard(back)
                    back.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = None if self.gentle else int(self._rng.expovariate(1 / 30_000))
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if not self.gentle and self._rng.random() < 0.05:
                    await asyncio.sleep(self._rng.random() * 0.3)
                if left is not None and not self.gentle:
                    left -= len(data)
                    if left <= 0:  # in the middle of a frame, most of the time
                        self.cuts += 1
                        writer.write(data[: self._rng.randrange(len(data))])
                        await writer.drain()
                        break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
