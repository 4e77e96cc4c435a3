"""Snapshots of the centre over HTTP: one request, read part by part in a thread, to go on where another one stopped.

Promises: nothing is written to any disk; LinkLost and LinkRefused are all that is raised, and a part that has come is
whole (each has a checksum). Knows the parts' packing and not what is in them. The standard library's client: it costs
next to nothing to import, and a thread that waits in it can be cut off.
"""

import contextlib
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from dispatcher.sync import words
from dispatcher.sync.ports import LinkLost, LinkRefused, SnapshotStream, TakenUpTo

if TYPE_CHECKING:
    import ssl
    from http.client import HTTPConnection, HTTPResponse

PATH: Final = "/snapshot"
TIMEOUT_S: Final = 60.0
CHUNK: Final = 256 * 1024
MOST_PART_BYTES: Final = 64 * 1024 * 1024
_REFUSING: Final = frozenset({401, 403})


class HttpSnapshots:
    """The snapshots of the centre at `centre` (http:// or https://), `tls` where its root is its own."""

    def __init__(self, centre: str, tls: "ssl.SSLContext | None" = None) -> None:
        self._centre = centre
        self._tls = tls

    def open(self, token: str, resume: TakenUpTo | None) -> SnapshotStream:
        """Give the stream of the token's snapshot; nothing is asked of the centre yet."""
        return _Stream(self._centre, self._tls, token, resume)


class _Stream:
    """One snapshot that is asked for with the first `next`, and read on with each."""

    def __init__(self, centre: str, tls: "ssl.SSLContext | None", token: str, resume: TakenUpTo | None) -> None:
        self._centre = urlsplit(centre)
        self._tls = tls
        self._token = token
        self._resume = resume
        self._connection: HTTPConnection | None = None
        self._response: HTTPResponse | None = None
        self._socket: socket.socket | None = None
        self._etag = ""
        self._at = 0
        self._ahead = b""
        self._cut = False

    def next(self) -> tuple[bytes, TakenUpTo] | None:
        """Wait for the next part; raises LinkLost, LinkRefused."""
        from http.client import HTTPException

        from zstandard import ZstdError

        try:
            response = self._response or self._ask()
            data = self._frame(response)
        except (OSError, ValueError, HTTPException, ZstdError) as error:
            raise LinkLost(f"{words.CLOSED}（{error}）") from error
        return None if data is None else (data, TakenUpTo(self._etag, self._at))

    def cut(self) -> None:
        """Let nobody wait any longer; from any thread."""
        self._cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, while nobody waits."""
        if self._response is not None:
            self._response.close()
        if self._connection is not None:
            self._connection.close()

    def _ask(self) -> "HTTPResponse":
        headers = {"authorization": f"Bearer {self._token}", "accept-encoding": "identity"}
        if self._resume is not None:
            headers |= {"range": f"bytes={self._resume.offset}-", "if-range": self._resume.etag}
        connection = self._dialled()
        connection.request("GET", f"{self._centre.path.rstrip('/')}{PATH}", headers=headers)
        response = self._response = connection.getresponse()
        match response.status:
            case 200:
                self._at = 0
            case 206 if self._resume is not None:
                self._at = self._resume.offset
            case status if status in _REFUSING:
                raise LinkRefused(f"{words.REFUSED}（HTTP {status}）")
            case status:
                raise LinkLost(f"{words.NO_SNAPSHOT}（HTTP {status}）")
        self._etag = response.headers.get("etag", "")
        return response

    def _dialled(self) -> "HTTPConnection":
        from http.client import HTTPConnection, HTTPSConnection

        host, port = self._centre.hostname or "", self._centre.port
        if self._centre.scheme == "https":
            connection = HTTPSConnection(host, port, timeout=TIMEOUT_S, context=self._tls)
        else:
            connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
        self._connection = connection
        connection.connect()
        self._socket = connection.sock
        if self._cut:
            raise LinkLost(words.CLOSED)
        return connection

    def _frame(self, response: "HTTPResponse") -> bytes | None:
        from zstandard import ZstdDecompressor

        frame = ZstdDecompressor().decompressobj()
        parts: list[bytes] = []
        size = 0
        while not frame.eof:
            chunk = self._ahead or response.read1(CHUNK)
            if not chunk:
                if parts:
                    raise LinkLost(words.CLOSED)
                return None
            parts.append(frame.decompress(chunk))
            size += len(parts[-1])
            if size > MOST_PART_BYTES:
                raise LinkLost(words.SPOKE_FIRST)
            self._ahead = frame.unused_data
            self._at += len(chunk) - len(self._ahead)
        return b"".join(parts)
