"""The form of a snapshot: all cases of a scope at one revision, as parts that can be taken over one after the other.

A snapshot is a sequence of Zstandard frames. Each holds one part: a line of JSON (`PartHead`), a line of JSON that
lists the part's cases (`Entry`, one each), and a block of bytes. The block begins with the cases' rows, as one JSON
array of `head.rows_bytes` bytes; the entries say where in the block each row, each body (packed by a dictionary both
ends have) and each caller lies. So a database can cut a part up by itself, without a step of a program per case.
"""

from typing import NamedTuple

import msgspec

from dispatcher.models.ids import CaseId, CommandId, Instant, LedgerId, Revision
from dispatcher.models.queue import QueueRow

SNAPSHOT_FORMAT = 1
"""The form described here, with bodies packed by dictionary 1."""


class PartHead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a part is of: `place` counts the cases before it, of `total`; `last` ends the snapshot.

    The snapshot is complete up to `revision`, and `newest_act` is the act that made the revision `newest`, the newest
    among its cases.
    """

    format: int
    ledger: LedgerId
    revision: Revision
    at: Instant
    total: int
    place: int
    rows_bytes: int
    last: bool = False
    newest: Revision = Revision(0)
    newest_act: CommandId = CommandId("")


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where one case lies in the block: offsets from its begin, lengths in bytes; the caller follows the body."""

    case: CaseId
    revision: Revision
    due_ms: int
    closed_ms: int
    row_at: int
    row_bytes: int
    body_at: int
    body_bytes: int
    caller_bytes: int


class Part(NamedTuple):
    """A part as it came: its head, the line of its entries, and its block."""

    head: PartHead
    entries: str
    block: memoryview

    def rows(self) -> tuple[QueueRow, ...]:
        """Give the rows of its cases; raises msgspec.DecodeError."""
        return _decode_rows(self.block[: self.head.rows_bytes])


class BadPart(Exception):
    """The bytes are no part of a snapshot of a form that is known here."""


def part_bytes(head: PartHead, entries: list[Entry], block: bytes | bytearray) -> bytes:
    """Write a part."""
    return b"\n".join((_encode(head), _encode(entries), block))


def read_part(data: bytes) -> Part:
    """Read a part; raises BadPart."""
    first = data.find(b"\n")
    second = data.find(b"\n", first + 1)
    if first < 0 or second < 0:
        raise BadPart("not a part of a snapshot")
    try:
        head = _decode_head(data[:first])
        entries = data[first + 1 : second].decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPart(str(error)) from None
    if head.format != SNAPSHOT_FORMAT:
        raise BadPart(f"a snapshot of form {head.format}; this end knows {SNAPSHOT_FORMAT}")
    return Part(head, entries, memoryview(data)[second + 1 :])


_encode = msgspec.json.Encoder().encode
_decode_head = msgspec.json.Decoder(PartHead).decode
_decode_rows = msgspec.json.Decoder(tuple[QueueRow, ...]).decode
