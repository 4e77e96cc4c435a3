"""How a station reaches the centre's feed: by a WebSocket.

The library behind it, a tenth of a second to import, comes with the first dial: the first screen does not need it.
"""

import re
from typing import TYPE_CHECKING

from dispatcher.sync.ports import Link

if TYPE_CHECKING:
    import ssl


def feed_url(centre: str) -> str:
    """Give the WebSocket of a centre's feed."""
    return re.sub("^http", "ws", centre) + "/feed"


class WebSocketDialer:
    """Dials `url` (ws:// or wss://); `headers` go with each handshake, `tls` where the centre's root is its own."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, tls: "ssl.SSLContext | None" = None) -> None:
        self._url = url
        self._headers = dict(headers or {})
        self._tls = tls
        self.own_host = ""
        """This machine's address on the last link that was made."""

    async def dial(self) -> Link:
        """Connect within some seconds; raises LinkLost, or LinkRefused when the centre answers 401 or 403."""
        from dispatcher.transport.websocket_link import dial

        link = await dial(self._url, self._headers, self._tls)
        self.own_host = link.own_host
        return link
