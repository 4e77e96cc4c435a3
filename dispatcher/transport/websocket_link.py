"""An open WebSocket of the `websockets` client, and how one is dialled.

Promises: LinkLost and LinkRefused are all that it raises; a frame above the protocol's limit ends the link before
it is read to its end. Signs of life are the protocol's own business, so the library's pings are off.
"""

import datetime as dt
import ssl
from collections.abc import Mapping

from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from dispatcher.sync import words
from dispatcher.sync.ports import LinkLost, LinkRefused
from dispatcher.transport.trust import certificate_words, note_end
from dispatcher.wire import MAX_FRAME_BYTES

OPEN_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 0.5
_REFUSING = frozenset({401, 403})


class WebSocketLink:
    """One open WebSocket, of either end; `text` frames hold UTF-8."""

    def __init__(self, socket: Connection, *, text: bool = True) -> None:
        self._socket = socket
        self._text = text

    @property
    def own_host(self) -> str:
        """This machine's address on the link."""
        name: tuple[object, ...] | None = self._socket.local_address
        return str(name[0]) if name else ""

    async def send(self, frame: bytes) -> None:
        """Send one frame; raises LinkLost."""
        try:
            await self._socket.send(frame, text=self._text)
        except ConnectionClosed as closed:
            raise LinkLost(_said(closed)) from closed

    async def receive(self) -> bytes:
        """Wait for the next frame; raises LinkLost when the connection has ended."""
        try:
            return await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise LinkLost(_said(closed)) from closed

    async def close(self) -> None:
        """Close, in any state, without raising; a dead peer is not waited for."""
        await self._socket.close()


async def dial(url: str, headers: Mapping[str, str], tls: ssl.SSLContext | None) -> WebSocketLink:
    """Connect within OPEN_TIMEOUT_S; raises LinkLost, or LinkRefused when the centre answers 401 or 403."""
    try:
        socket = await connect(
            url,
            additional_headers=headers,
            ssl=tls,
            proxy=None,
            compression=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
        )
    except InvalidStatus as answered:
        status = answered.response.status_code
        if status in _REFUSING:
            raise LinkRefused(f"{words.REFUSED}（HTTP {status}）") from answered
        raise LinkLost(f"{words.NO_CONNECTION}（HTTP {status}）") from answered
    except InvalidURI as bad:
        raise LinkRefused(f"{words.NO_CONNECTION}（{bad}）") from bad
    except (OSError, TimeoutError, InvalidHandshake) as failed:
        certificate = certificate_words(failed)
        if certificate:
            raise LinkLost(certificate) from failed
        raise LinkLost(f"{words.NO_CONNECTION}（{failed}）") from failed
    note_end(socket.transport.get_extra_info("ssl_object"), dt.datetime.now(dt.UTC))
    return WebSocketLink(socket)


def _said(closed: ConnectionClosed) -> str:
    received = closed.rcvd
    if received is None:
        return words.CLOSED
    return f"{words.CLOSED}（{received.code}{' ' + received.reason if received.reason else ''}）"
