"""The chain that makes the journal evidence: what a link covers, and how links are made (docs/evidence.md).

Every act judged, accepted or refused, and every change of the law, wished or done, is one link: its hash covers all
columns of its rows and the hash before. Whoever changes, removes, adds or moves an entry breaks the chain there;
whoever makes the whole chain anew is found out by an anchor kept elsewhere. Functions over an open connection whose
transaction holds the head's lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CommandId, Revision
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import prepared, standing
from dispatcher.storage.writing import put

FORM: Final = "dispatcher evidence 1"
"""Names the encoding; it is the first thing hashed."""
VERDICT: Final = ("act", "case_id", "verdict", "revision", "person", "unit", "sealed")
ENTRY: Final = (
    "revision",
    "act",
    "case_id",
    "kind",
    "command",
    "events",
    "person",
    "at_ms",
    "entered_ms",
    "committed_ms",
    "sealed",
)
WITHOUT_VERDICT: Final = "account:"
"""What the ids of entries begin with that nobody judged: what was done to accounts."""
LAW_REFUSAL: Final = ("act", "person", "command", "refused", "entered_ms")
"""The columns of each table in the order in which they are covered; a verdict's last one only where it is not null."""

Row = Mapping[str, Any]
_encode = msgspec.json.Encoder().encode
_READ: Final = sa.select(
    schema.head.c.revision, schema.head.c.place, schema.head.c.hash, schema.head.c.key_version, schema.head.c.law
)
LOCKED: Final = _READ.with_for_update()
"""Reads the head as `head_of` takes it; whoever has run it is the only writer until the transaction ends."""
_verdict, _entry, _law_refusal = itemgetter(*VERDICT), itemgetter(*ENTRY), itemgetter(*LAW_REFUSAL)


class Head(NamedTuple):
    """Where a ledger stands: its newest revision, its last link, the version of the key it seals by, its law."""

    revision: Revision
    place: int
    hash: bytes
    key_version: int
    law: Revision


class Judged(NamedTuple):
    """One act and the rows it left: verdict and entry, a verdict alone, or the refusal of a change of the law."""

    act: CommandId
    verdict: Row | None = None
    entry: Row | None = None
    law_refusal: Row | None = None


def genesis(ledger: str) -> bytes:
    """Give the hash before the first link of a ledger."""
    return sha256(_encode([FORM, ledger])).digest()


def link(before: bytes, place: int, judged: Judged) -> bytes:
    """Give the hash of a link: SHA-256 of the hash before and of a JSON array (RFC 8785) of all that it covers."""
    act, verdict, entry, law_refusal = judged
    covered = [
        place,
        act,
        None if verdict is None else _verdict(verdict) if verdict["sealed"] is not None else _verdict(verdict)[:-1],
        None if entry is None else _entry(entry),
        None if law_refusal is None else _law_refusal(law_refusal),
    ]
    return sha256(before + _encode(covered)).digest()


def extend(connection: sa.Connection, head: Head, judged: Iterable[Judged]) -> Head:
    """Write the links of acts in the order they were judged; gives the head with the last of them, not yet written."""
    place, last = head.place, head.hash
    rows: list[dict[str, object]] = []
    for each in judged:
        place += 1
        last = link(last, place, each)
        rows.append({"place": place, "act": each.act, "hash": last})
    if rows:
        put(connection, schema.chain, rows)
    return head._replace(place=place, hash=last)


def read_head(connection: sa.Connection, *, lock: bool = False) -> Head:
    """Give the head; with `lock` this connection is the only writer until its transaction ends."""
    return head_of(prepared.fetch(connection, LOCKED if lock else _READ, {})[0])


def head_of(row: Sequence[Any]) -> Head:
    """Read a row of the head."""
    revision, place, last, key_version, law = row
    return Head(Revision(revision), place, last or b"", key_version, Revision(law))


def write_head(connection: sa.Connection, head: Head, **more: object) -> None:
    """Move the head on, and other columns of it with it; whoever listens is told."""
    standing.move(connection, revision=head.revision, place=head.place, hash=head.hash, **more)
