"""What the wall counts and lists, kept up as rows change: the passing of time costs a few look-ups, never a scan.

Pure. It gives rows, and of a row's place only the community: the wall shows no exact address, no caller, no order text.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import dataclass

from dispatcher.models.case import CaseState
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import NEVER_MS, SEPARATOR, QueueRow

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_BEIJING_MS = 8 * HOUR_MS
_LAST = "\U0010ffff"
_LOOK_AT_MOST = 2_000

_Entry = tuple[int, str]


@dataclass(frozen=True)
class Figures:
    """The wall's figures at one instant."""

    open: int
    overdue: int
    due_soon: int
    whistles: int
    late: int
    received_today: int
    closed_today: int
    unsigned: int
    awaiting_call_back: int


def community_of(row: QueueRow) -> str:
    """Give the community of a row's place, empty when it names none apart from the address."""
    _, found, community = row.place.rpartition(SEPARATOR)
    return community if found else ""


class Board:
    """Rows by what the wall asks of them."""

    def __init__(self) -> None:
        self._rows: dict[CaseId, QueueRow] = {}
        self._due: list[_Entry] = []
        self._orange: list[int] = []
        self._whistles: list[_Entry] = []
        self._received: Counter[int] = Counter()
        self._closed: Counter[int] = Counter()
        self._states: Counter[CaseState] = Counter()
        self._open = 0

    def see(self, changes: ChangeSet) -> None:
        """Take changed rows in."""
        if changes.reset:
            self._rows.clear()
            self._received.clear()
            self._closed.clear()
            self._states.clear()
            self._open = 0
            for row in changes.rows:
                self._rows[row.id] = row
                self._count(row, 1)
            self._due = sorted((row.due_ms, row.id) for row in self._rows.values() if _counts_down(row))
            self._orange = sorted(row.orange_ms for row in self._rows.values() if _counts_down(row))
            self._whistles = sorted((row.whistle_due_ms, row.id) for row in self._rows.values() if _whistles(row))
            return
        for case in changes.gone:
            self._take_out(case)
        for row in changes.rows:
            self._take_out(row.id)
            self._rows[row.id] = row
            self._count(row, 1)
            if _counts_down(row):
                insort(self._due, (row.due_ms, row.id))
                insort(self._orange, row.orange_ms)
            if _whistles(row):
                insort(self._whistles, (row.whistle_due_ms, row.id))

    def figures(self, now_ms: int) -> Figures:
        """Count at an instant."""
        overdue = bisect_right(self._due, (now_ms, _LAST))
        today = _day(now_ms)
        return Figures(
            open=self._open,
            overdue=overdue,
            due_soon=max(0, bisect_right(self._orange, now_ms) - overdue),
            whistles=len(self._whistles),
            late=bisect_right(self._whistles, (now_ms, _LAST)),
            received_today=sum(self._received[hour] for hour in range(today * 24, today * 24 + 24)),
            closed_today=self._closed[today],
            unsigned=self._states[CaseState.DISPATCHED],
            awaiting_call_back=self._states[CaseState.REPLIED],
        )

    def pressing(self, now_ms: int, count: int) -> tuple[QueueRow, ...]:
        """List what is overdue or due soon, what is due first above."""
        found: list[QueueRow] = []
        for _, case in self._due[:_LOOK_AT_MOST]:
            row = self._rows[CaseId(case)]
            if row.orange_ms <= now_ms:
                found.append(row)
                if len(found) == count:
                    break
        return tuple(found)

    def whistles(self, count: int) -> tuple[QueueRow, ...]:
        """List cases with departments out, the one owed first above."""
        return tuple(self._rows[CaseId(case)] for _, case in self._whistles[:count])

    def arrivals(self, now_ms: int) -> tuple[int, ...]:
        """Count today's arrivals in each of the 24 hours, Beijing's time."""
        first = _day(now_ms) * 24
        return tuple(self._received[hour] for hour in range(first, first + 24))

    def _take_out(self, case: CaseId) -> None:
        row = self._rows.pop(case, None)
        if row is None:
            return
        self._count(row, -1)
        if _counts_down(row):
            del self._due[bisect_left(self._due, (row.due_ms, row.id))]
            del self._orange[bisect_left(self._orange, row.orange_ms)]
        if _whistles(row):
            del self._whistles[bisect_left(self._whistles, (row.whistle_due_ms, row.id))]

    def _count(self, row: QueueRow, by: int) -> None:
        self._received[_hour(row.received_ms)] += by
        if row.is_open:
            self._open += by
            self._states[row.state] += by
        elif row.closed_ms != NEVER_MS:
            self._closed[_day(row.closed_ms)] += by


def _counts_down(row: QueueRow) -> bool:
    return row.is_open and row.clock is not None


def _whistles(row: QueueRow) -> bool:
    return row.is_open and row.whistles_out > 0


def _hour(at_ms: int) -> int:
    return (at_ms + _BEIJING_MS) // HOUR_MS


def _day(at_ms: int) -> int:
    return (at_ms + _BEIJING_MS) // DAY_MS
