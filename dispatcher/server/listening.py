"""How a centre listens: its port, its files, and how it parts from who is still there when it stops.

Promises: a port that is taken is said in words; what is being answered when the centre stops is answered to its end
if the peer reads it within `ANSWERED_WITHIN_S`, and cut off plainly if it does not, so that the process ends in time
whoever reads or not. Knows nothing of what is answered.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, NamedTuple, cast

import uvicorn

from dispatcher.sync.ports import Trouble

BACKLOG: Final = 2048
ANSWERED_WITHIN_S: Final = 4.0
"""So long an answer that has begun may take to be read to its end once the centre stops."""
END_WITHIN_S: Final = 8
"""Seconds after which the server library gives up waiting; the rest to ten is for what is queued to be committed."""


class Tls(NamedTuple):
    """The files of a certificate (with its chain) and its private key, both PEM."""

    certificate: Path
    key: Path


class Listening(uvicorn.Server):
    """uvicorn that tells when it listens and sets no signal handlers: whoever runs the centre decides when it stops."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell."""
        await super().startup(sockets)
        self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and cut off who does not read on: uvicorn alone would wait, then log the cancelled answer as a bug."""
        cut = asyncio.get_running_loop().call_later(ANSWERED_WITHIN_S, self._cut_off)
        try:
            await super().shutdown(sockets)
        finally:
            cut.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever runs the centre."""
        yield

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            # A lost connection is an ordinary end to whoever answers it; of the feed's none is left by now.
            transport = cast("asyncio.Transport | None", getattr(connection, "transport", None))
            if transport is not None:
                transport.abort()


def listen(host: str, port: int) -> socket.socket:
    """Open the port, any free one for 0; raises Trouble."""
    return _bound(host, port, shared=False)


def share(host: str, port: int) -> socket.socket:
    """Keep a port, any free one for 0, that others of this program may listen on; raises Trouble."""
    with listen(host, port) as probe:  # alone for a moment: else two centres could share a port unknowingly
        port = probe.getsockname()[1]
    return _bound(host, port, shared=True)


def _bound(host: str, port: int, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it is: 40 ms a message otherwise.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
        if not shared:
            bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise Trouble(
            f"{host}:{port}: 无法监听；换一个端口，或停掉占用它的程序。"
            f" | Cannot listen there; take another port or stop the program that has it. ({error})"
        ) from error
    bound.setblocking(False)
    return bound


def allow_many_connections() -> None:
    """Let this process have as many files open as the system allows it; each console takes one."""
    if sys.platform == "win32":
        return
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # what the system does not allow stays as it is
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def url_of(listener: socket.socket, host: str, tls: Tls | None) -> str:
    """Give the address to be shown for a port that is listened on."""
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"{'http' if tls is None else 'https'}://{shown}:{port}"
