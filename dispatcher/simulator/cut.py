"""A cable that can be cut: a TCP proxy on the loopback in front of the centre, for outages that are real.

Cut, it drops every connection and refuses new ones, on the same port; mended, it takes them again. Bytes pass
unread. `Cut` lives on the loop that opens it, `CutThread` brings a loop of its own.
"""

import asyncio
import socket
import threading
from urllib.parse import urlsplit

CHUNK = 64 * 1024


class Cut:
    """A proxy to `target` ("http://host:port"). Open it, connect to `url`, cut and mend it, close it."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        if parts.hostname is None or parts.port is None:
            raise ValueError(f"{target!r}: a URL with host and port is needed")
        self._host, self._target_port = parts.hostname, parts.port
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where to connect instead of to the target; the same before and after a cut."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_cut(self) -> bool:
        """Tell whether connections are refused."""
        return self._server is None

    async def open(self) -> None:
        """Begin to listen on a free port; raises OSError."""
        self._held = self._bound(0)
        self._port = self._held.getsockname()[1]
        await self.mend()

    async def cut(self) -> None:
        """Drop all connections and refuse new ones; harmless when cut already."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        if self._running:
            await asyncio.wait(self._running)
        # Bound but not listening: connecting is refused, and nobody else gets the port meanwhile.
        self._held = self._bound(self._port)

    async def mend(self) -> None:
        """Take connections again; harmless when nothing is cut."""
        held, self._held = self._held, None
        if held is not None:
            self._server = await asyncio.start_server(self._passed_on, sock=held)

    async def close(self) -> None:
        """Drop everything and give the port back; harmless when repeated."""
        await self.cut()
        held, self._held = self._held, None
        if held is not None:
            held.close()

    @staticmethod
    def _bound(port: int) -> socket.socket:
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", port))
            held.setblocking(False)
        except OSError:
            held.close()
            raise
        return held

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        self._open.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            back, far = await asyncio.open_connection(self._host, self._target_port)
            self._open.add(far)
            if self._server is not None:  # it may have been cut meanwhile
                async with asyncio.TaskGroup() as group:
                    group.create_task(_pump(reader, far))
                    group.create_task(_pump(back, writer))
        except* OSError:
            pass  # the centre is away: the console finds its own connection ended
        finally:
            for end in (writer, far):
                if end is not None:
                    self._open.discard(end)
                    end.transport.abort()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        sink.write(data)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


class CutThread:
    """A `Cut` on a loop and thread of its own: its methods may be called from any thread and return when done."""

    def __init__(self, target: str) -> None:
        self._cut = Cut(target)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cut", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._cut.open(), self._loop).result()
        except BaseException:
            self._end()
            raise

    @property
    def url(self) -> str:
        """Where to connect instead of to the target."""
        return self._cut.url

    def cut(self) -> None:
        """Drop all connections and refuse new ones."""
        asyncio.run_coroutine_threadsafe(self._cut.cut(), self._loop).result()

    def mend(self) -> None:
        """Take connections again."""
        asyncio.run_coroutine_threadsafe(self._cut.mend(), self._loop).result()

    def close(self) -> None:
        """Drop everything and end the thread; harmless when repeated."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._cut.close(), self._loop).result()
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
