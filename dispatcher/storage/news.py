"""What commits have made, told by cases in their newest state: of this process's own outcomes, or read by another.

Promises: news of one stretch of revisions name every case and every loss of it that no later revision has overtaken.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.queue import QueueRow, from_epoch_ms
from dispatcher.models.verdicts import Accepted
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage import loads, prepared, standing
from dispatcher.storage.judging import Outcome
from dispatcher.storage.paging import case_row
from dispatcher.storage.standing import Standing
from dispatcher.storage.vault import Vault
from dispatcher.wire import CaseRow

AT_MOST: Final = 2000
"""Cases that are read as news; of more the pages of each scope know all there is to know."""

_cases = schema.cases
_losses = schema.losses
_decode_row = msgspec.json.Decoder(QueueRow).decode


class Moved(NamedTuple):
    """A case that has changed: its newest row with the caller, whoever may see it, and what it is found by.

    `summoned` are all units ever summoned to it; `timer_ms` is when the centre must look at it again.
    """

    row: CaseRow
    holder: UnitId
    community: UnitId
    summoned: tuple[UnitId, ...]
    timer_ms: int


class Lost(NamedTuple):
    """A case that a unit, a holder or a community, has no more since `revision`; `holder` and `community` have it."""

    unit: UnitId
    case: CaseId
    revision: Revision
    holder: UnitId
    community: UnitId


class News(msgspec.Struct, frozen=True, kw_only=True):
    """All that changed from revision `first` to `last`, cases by revision; `committed_at` is of the last one."""

    first: Revision
    last: Revision
    moved: tuple[Moved, ...] = ()
    lost: tuple[Lost, ...] = ()
    committed_at: dt.datetime | None = None

    def within(self, first: Revision, last: Revision) -> "News":
        """Give what lies from `first` to `last` of it."""
        if first <= self.first and self.last <= last:
            return self
        return News(
            first=max(first, self.first),
            last=min(last, self.last),
            moved=tuple(each for each in self.moved if first <= each.row.row.revision <= last),
            lost=tuple(each for each in self.lost if first <= each.revision <= last),
            committed_at=self.committed_at,
        )


def news_of(outcomes: Iterable[Outcome]) -> News | None:
    """Give the news of one commit's outcomes, each followed by its consequences; None when it made no revision."""
    moved: dict[CaseId, Moved] = {}
    lost: list[Lost] = []
    revisions: list[Revision] = []
    at: dt.datetime | None = None
    for outcome in outcomes:
        row, verdict = outcome.row, outcome.verdict
        if row is None or outcome.repeat or not isinstance(verdict, Accepted):
            continue
        revisions.append(verdict.revision)
        at = outcome.committed_at
        moved[row.row.id] = Moved(row, outcome.holder, outcome.community, outcome.summoned, outcome.timer_ms)
        lost += [
            Lost(unit, row.row.id, verdict.revision, outcome.holder, outcome.community) for unit in outcome.lost_by
        ]
    if not revisions:
        return None
    return News(
        first=revisions[0],
        last=revisions[-1],
        moved=tuple(sorted(moved.values(), key=_revision)),
        lost=tuple(lost),
        committed_at=at,
    )


def read_news(connection: sa.Connection, vault: Vault, after: Revision) -> tuple[Standing, News | None]:
    """Read how far the ledger has come and all that changed since `after`; no news when there are more than AT_MOST.

    One statement reads head and cases, and so one commit's state: nothing up to the head is missing. Losses are read
    after it, and may be of later commits.
    """
    found, losses = prepared.fetch_all(
        connection, [(_MOVED, {"after": after, "limit": AT_MOST + 1}), (_LOST, {"after": after})]
    )
    now = standing.standing_of(found[0])
    if len(found) > AT_MOST:
        return now, None
    if now.head <= after:
        return now, News(first=Revision(after + 1), last=after)
    cases = [_Kept(*row[len(standing.COLUMNS) :]) for row in found]
    rows = [case for case in cases if case.id is not None]
    return now, News(
        first=Revision(after + 1),
        last=now.head,
        moved=tuple(_moved(connection, vault, row) for row in rows),
        lost=tuple(lost for lost in map(_lost, losses) if lost.revision <= now.head),
        committed_at=from_epoch_ms(max(row.committed_ms for row in rows)) if rows else None,
    )


_MOVED: Final = (
    sa.select(
        *standing.COLUMNS,
        _cases.c.id,
        _cases.c.row,
        _cases.c.body,
        _cases.c.envelope,
        _cases.c.holder,
        _cases.c.community,
        _cases.c.timer_ms,
        _cases.c.committed_ms,
    )
    .select_from(
        schema.head.outerjoin(
            _cases, (_cases.c.revision > sa.bindparam("after")) & (_cases.c.revision <= schema.head.c.revision)
        )
    )
    .order_by(_cases.c.revision)
    .limit(sa.bindparam("limit"))
)
_LOST: Final = (
    sa.select(_losses.c.unit, _losses.c.case_id, _losses.c.revision, _cases.c.holder, _cases.c.community)
    .join_from(_losses, _cases, _losses.c.case_id == _cases.c.id)
    .where(_losses.c.revision > sa.bindparam("after"))
)


class _Kept(NamedTuple):
    """A case as `_MOVED` reads it; the head stands alone, without an id, where none has changed."""

    id: str | None
    row: bytes
    body: bytes
    envelope: bytes | None
    holder: str
    community: str
    timer_ms: int
    committed_ms: int


def _moved(connection: sa.Connection, vault: Vault, row: _Kept) -> Moved:
    made = case_row(connection, vault, _decode_row(row.row), row.body, row.envelope)
    return Moved(
        made,
        UnitId(row.holder),
        UnitId(row.community),
        loads.summoned_by(made.body),
        row.timer_ms,
    )


def _lost(row: tuple[Any, ...]) -> Lost:
    unit, case, revision, holder, community = row
    return Lost(UnitId(unit), CaseId(case), Revision(revision), UnitId(holder), UnitId(community))


def _revision(moved: Moved) -> Revision:
    return moved.row.row.revision
