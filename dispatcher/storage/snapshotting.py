"""Making snapshots at the centre: all rows of a scope, cut into the parts a console takes over (wire.snapshots).

A function over an open connection inside one transaction that holds still. What a scope may see is said by `paging`,
for pages and snapshots alike.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import sqlalchemy as sa

from dispatcher.models.ids import CommandId, LedgerId, Revision
from dispatcher.models.organisation import Scope
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import paging
from dispatcher.storage.blocks import laid_out
from dispatcher.storage.bodies import Packer
from dispatcher.storage.vault import Vault
from dispatcher.wire import SNAPSHOT_FORMAT, CaseRow, PartHead, part_bytes

FIRST_ROWS: Final = 500
"""Rows of the first part: what is due first, and soon there."""
PART_ROWS: Final = 4_000
"""Rows of a part: a console takes one over in some tens of milliseconds."""


def parts(
    connection: sa.Connection, vault: Vault, ledger: LedgerId, revision: Revision, scope: Scope, at: dt.datetime
) -> Iterator[bytes]:
    """Give the parts of a snapshot at `revision`, at least one."""
    packer = Packer()
    total = paging.size(connection, scope, Revision(0))
    place = newest = 0

    def part(rows: Sequence[CaseRow], *, last: bool = False) -> bytes:
        nonlocal place, newest
        entries, block, rows_bytes = laid_out(rows, packer)
        newest = max(newest, *(row.row.revision for row in rows)) if rows else newest
        head = PartHead(
            format=SNAPSHOT_FORMAT,
            ledger=ledger,
            revision=revision,
            at=at,
            total=total,
            place=place,
            rows_bytes=rows_bytes,
            last=last,
            newest=Revision(newest if last else 0),
            newest_act=_act_of(connection, Revision(newest)) if last else CommandId(""),
        )
        place += len(rows)
        return part_bytes(head, entries, block)

    coming = paging.everything(connection, vault, scope, FIRST_ROWS)
    while rows := list(islice(coming, PART_ROWS if place else FIRST_ROWS)):
        yield part(rows)
    yield part((), last=True)


def _act_of(connection: sa.Connection, revision: Revision) -> CommandId:
    journal = schema.journal
    found = connection.execute(sa.select(journal.c.act).where(journal.c.revision == revision)).scalar()
    return CommandId(found or "")
