"""Snapshots for consoles that begin or are far behind: made beside everything else, kept a while, given out in pieces.

Promises: nobody's commit, page or beat waits for one; one is made at a time; what is kept is bounded in time and in
bytes, and lies on the disk in files without a name, which end with this process however it ends, encrypted by a key
that it alone has, so that nobody reads citizens' data from old blocks. Bytes of one etag are always the same, so that a
download can go on where it stopped.

`GET /snapshot` gives the snapshot of the token's scope; see docs/protocol.md.
"""

import asyncio
import datetime as dt
import hashlib
import os
import secrets
import tempfile
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Final, NamedTuple

import msgspec
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dispatcher.models.organisation import Actor, Scope, scope_of
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import Clock, Trouble

OFFERED_FROM: Final = 2_000
"""With fewer rows to come, pages are as quick."""
FRESH_S: Final = 60.0
"""So long a snapshot is given to those who begin; the feed brings what has changed since."""
KEPT_S: Final = 900.0
"""So long one that was begun to be fetched can be fetched to its end."""
MOST_BYTES: Final = 1024 * 1024 * 1024
NONCE_BYTES: Final = 12
LEVEL: Final = 1


class Piece(NamedTuple):
    """One part in the snapshot and in its file: where it begins and how long it is."""

    begins: int
    length: int
    file_begins: int
    file_length: int


class File:
    """A snapshot's sealed parts in a file without a name; for any thread. Raises OSError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="dispatcher-snapshot-", buffering=0)  # noqa: SIM115  (close)

    def append(self, sealed: bytes) -> None:
        """Write a part behind the others."""
        with self._lock:
            self._file.seek(0, os.SEEK_END)
            rest = memoryview(sealed)
            while rest:
                rest = rest[self._file.write(rest) :]

    def read(self, piece: Piece) -> bytes:
        """Give a sealed part."""
        with self._lock:
            self._file.seek(piece.file_begins)
            return self._file.read(piece.file_length)

    def close(self) -> None:
        """Let go of it, and of its place on the disk; harmless when repeated."""
        self._file.close()


class Snapshot:
    """One snapshot, made or in the making. Lives on the event loop."""

    def __init__(self, etag: str, made_at_s: float) -> None:
        self.etag = etag
        self.made_at_s = made_at_s
        self.used_at_s = made_at_s
        self.whole = False
        self.trouble: Trouble | None = None
        self.pieces: list[Piece] = []
        self.readers = 0
        self.of_old_law = False
        self.file: File | None = None
        self._grown = asyncio.Event()

    @property
    def can_be_given(self) -> bool:
        """Tell whether it may be given to somebody who asks now."""
        return self.trouble is None and not self.of_old_law

    @property
    def length(self) -> int:
        """Bytes that can be given out by now."""
        return self.pieces[-1].begins + self.pieces[-1].length if self.pieces else 0

    @property
    def file_length(self) -> int:
        """Bytes on the disk."""
        return self.pieces[-1].file_begins + self.pieces[-1].file_length if self.pieces else 0

    def add(self, piece: Piece) -> None:
        """Take in that one more part is made."""
        self.pieces.append(piece)
        self._tell()

    def end(self, trouble: Trouble | None) -> None:
        """Take in that it is whole, or why it never will be."""
        self.whole, self.trouble = trouble is None, trouble
        self._tell()

    async def has(self, pieces: int) -> bool:
        """Wait until there are more than so many parts; False when there never will be. Raises Trouble."""
        while len(self.pieces) <= pieces:
            if self.trouble is not None:
                raise self.trouble
            if self.whole:
                return False
            await self._grown.wait()
        return True

    async def made(self) -> None:
        """Wait until it is whole; raises Trouble."""
        while not self.whole:
            if self.trouble is not None:
                raise self.trouble
            await self._grown.wait()

    def close(self) -> None:
        """Let go of its file; nobody reads it any more."""
        if self.file is not None:
            self.file.close()

    def _tell(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


class Snapshots:
    """The snapshots of one centre process. `close` before the ledger is closed."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._maker = ThreadPoolExecutor(1, "snapshot-maker")
        self._seal = AESGCM(AESGCM.generate_key(256))
        self._kept: dict[Scope, list[Snapshot]] = {}
        self._closing = threading.Event()

    def forget(self) -> None:
        """Give what there is to nobody who asks from now on: the law has changed, and with it the rows."""
        for snapshots in self._kept.values():
            for snapshot in snapshots:
                snapshot.of_old_law = True

    async def close(self) -> None:
        """Stop making, and remove what was made."""
        self._closing.set()
        await asyncio.to_thread(self._maker.shutdown)
        for snapshots in self._kept.values():
            for snapshot in snapshots:
                snapshot.close()

    async def answer(self, request: Request, actor: Actor) -> Response:
        """Give the snapshot of a person's scope, from the byte that is asked for. Raises Trouble."""
        scope = scope_of(actor)
        begin = _begin_of(request.headers.get("range", ""))
        resumed = self._of(scope, request.headers.get("if-range", "")) if begin else None
        if resumed is None:
            snapshot = self._fresh(scope)
            await snapshot.has(0)
            return self._given(snapshot, 0, 200)
        await resumed.made()
        if begin >= resumed.length:
            return Response(status_code=416, headers={"content-range": f"bytes */{resumed.length}"})
        return self._given(resumed, begin, 206)

    # Within.

    def _given(self, snapshot: Snapshot, begin: int, status: int) -> Response:
        headers = {"etag": snapshot.etag, "accept-ranges": "bytes", "cache-control": "no-store"}
        if snapshot.whole:
            headers["content-length"] = str(snapshot.length - begin)
        if status == 206:
            headers["content-range"] = f"bytes {begin}-{snapshot.length - 1}/{snapshot.length}"
        return StreamingResponse(
            self._bytes(snapshot, begin), status, headers, media_type="application/vnd.dispatcher.snapshot+zstd"
        )

    async def _bytes(self, snapshot: Snapshot, begin: int) -> AsyncIterator[bytes]:
        number = 0
        snapshot.readers += 1
        try:
            while await snapshot.has(number):
                piece = snapshot.pieces[number]
                number += 1
                if piece.begins + piece.length <= begin:
                    continue
                snapshot.used_at_s = self._clock.monotonic()
                data = await asyncio.to_thread(self._read, snapshot, piece)
                yield data[max(0, begin - piece.begins) :]
        finally:
            snapshot.readers -= 1

    def _of(self, scope: Scope, etag: str) -> Snapshot | None:
        return next((s for s in self._kept.get(scope, ()) if s.etag == etag and s.can_be_given), None)

    def _fresh(self, scope: Scope) -> Snapshot:
        now_s = self._clock.monotonic()
        for snapshot in self._kept.get(scope, ()):
            if snapshot.can_be_given and now_s - snapshot.made_at_s < FRESH_S:
                return snapshot
        self._let_go(now_s)
        if self._bytes_kept() > MOST_BYTES:
            raise Trouble("快照暂不可用，请逐条同步 | no snapshot for now: too many are being fetched")
        snapshot = Snapshot(self._etag(scope), now_s)
        self._kept.setdefault(scope, []).append(snapshot)
        self._loop.run_in_executor(self._maker, self._make, snapshot, scope, self._clock.now())
        return snapshot

    def _etag(self, scope: Scope) -> str:
        of_scope = hashlib.sha256(msgspec.json.encode(scope)).hexdigest()[:12]
        return f'"{self._ledger.id}-{of_scope}-{secrets.token_hex(8)}"'

    def _let_go(self, now_s: float) -> None:
        """Remove what is old, and above the bound what was used longest ago; never what is being fetched."""
        kept = [(snapshot, scope) for scope, snapshots in self._kept.items() for snapshot in snapshots]
        for snapshot, scope in sorted(kept, key=lambda each: each[0].used_at_s):
            old = now_s - snapshot.used_at_s > KEPT_S or self._bytes_kept() > MOST_BYTES or not snapshot.can_be_given
            if not snapshot.readers and (snapshot.trouble is not None or (snapshot.whole and old)):
                self._kept[scope].remove(snapshot)
                snapshot.close()

    def _bytes_kept(self) -> int:
        return sum(snapshot.file_length for snapshots in self._kept.values() for snapshot in snapshots)

    # In threads.

    def _make(self, snapshot: Snapshot, scope: Scope, at: dt.datetime) -> None:
        compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
        begins = file_begins = 0
        trouble: Trouble | None = Trouble("快照未能做成 | a snapshot could not be made")
        try:
            file = snapshot.file = File()
            for part in self._ledger.snapshot(scope, at):
                if self._closing.is_set():
                    return
                data = compress(part)
                nonce = secrets.token_bytes(NONCE_BYTES)
                sealed = nonce + self._seal.encrypt(nonce, data, snapshot.etag.encode())
                file.append(sealed)
                piece = Piece(begins, len(data), file_begins, len(sealed))
                begins, file_begins = begins + len(data), file_begins + len(sealed)
                self._loop.call_soon_threadsafe(snapshot.add, piece)
            trouble = None
        except Trouble as failed:
            trouble = failed
        except OSError as error:
            trouble = Trouble(f"快照无法写入：{error.strerror} | a snapshot cannot be written: {error.strerror}")
        finally:
            self._loop.call_soon_threadsafe(snapshot.end, trouble)

    def _read(self, snapshot: Snapshot, piece: Piece) -> bytes:
        assert snapshot.file is not None, "a piece lies in it"
        sealed = snapshot.file.read(piece)
        return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], snapshot.etag.encode())


def _begin_of(asked: str) -> int:
    """Read the one form of Range that is answered, bytes=N-; 0 for none or any other, which gives the whole."""
    unit, _, span = asked.partition("=")
    first, dash, last = span.partition("-")
    return int(first) if unit == "bytes" and dash and not last and first.isascii() and first.isdigit() else 0
