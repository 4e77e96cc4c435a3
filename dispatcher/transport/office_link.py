"""Open office links, dialled and listened for, by the `websockets` library.

Promises: LinkLost, LinkRefused and Trouble are all that it raises; whoever does not prove a key of the office within
some seconds is parted from, and an error of a peer's harms only its own link.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import InvalidHandshake, InvalidURI

from dispatcher.sync import words
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import LinkLost, LinkRefused, Trouble
from dispatcher.transport.sealed import SEAL_BYTES, answer, greet
from dispatcher.transport.websocket_link import CLOSE_TIMEOUT_S, WebSocketLink
from dispatcher.wire import MAX_FRAME_BYTES, OfficeKey

PROVE_WITHIN_S: Final = 5.0
STATIONS_AT_MOST: Final = 200
"""An office has some dozens; more open links than this are refused."""

_quiet = logging.getLogger(f"{__name__}.frames")
# A peer's broken handshake or frame is no fault of this station; an error of ours in the conversation is.
_quiet.setLevel(logging.ERROR)
_quiet.addFilter(lambda record: record.msg == "connection handler failed")


async def dial(address: str, keys: Sequence[OfficeKey]) -> OfficeLink:
    """Reach a station; raises LinkLost, or LinkRefused where it is of another office."""
    try:
        socket = await connect(
            f"ws://{address}/office",
            proxy=None,
            compression=None,
            open_timeout=PROVE_WITHIN_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES + SEAL_BYTES,
            logger=_quiet,
        )
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ValueError) as failed:
        raise LinkLost(f"{words.NO_RELAY}（{address}: {failed}）") from failed
    link = WebSocketLink(socket, text=False)
    try:
        async with asyncio.timeout(PROVE_WITHIN_S):
            return await greet(link, keys)
    except TimeoutError as late:
        await link.close()
        raise LinkLost(words.NO_RELAY) from late
    except BaseException:
        await link.close()
        raise


class Door:
    """An open port; see `open_door`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def close(self) -> None:
        """Close it and every link that came in through it."""
        self._server.close()
        await self._server.wait_closed()


async def open_door(
    address: str, keys: Callable[[], Sequence[OfficeKey]], talk: Callable[[OfficeLink], Awaitable[None]]
) -> Door:
    """Listen, and `talk` over each proven link until that returns; raises Trouble."""
    parts = urlsplit(f"//{address}")
    held: set[ServerConnection] = set()

    async def take(socket: ServerConnection) -> None:
        if len(held) >= STATIONS_AT_MOST:
            return
        held.add(socket)
        try:
            link = WebSocketLink(socket, text=False)
            with contextlib.suppress(LinkLost, LinkRefused, TimeoutError):
                async with asyncio.timeout(PROVE_WITHIN_S):
                    proven = await answer(link, keys())
                await talk(proven)
        finally:
            held.discard(socket)

    try:
        server = await serve(
            take,
            parts.hostname,
            parts.port,
            compression=None,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES + SEAL_BYTES,
            logger=_quiet,
        )
    except (OSError, ValueError) as error:
        raise Trouble(
            f"本所中继无法在 {address} 监听；换一个端口，或停掉占用它的程序。"
            f" | The office's relay cannot listen at {address}; take another port or stop the program that has it."
            f" ({error})"
        ) from error
    return Door(server)
