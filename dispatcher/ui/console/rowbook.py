"""The rows a station has, by case, for finding one by the tail of its number or by words in it."""

from collections.abc import Iterator

from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import QueueRow


class RowBook:
    """Rows as last told. Finding goes through all of them: at 100,000 rows that is tens of milliseconds."""

    def __init__(self) -> None:
        self._rows: dict[CaseId, QueueRow] = {}
        self._whistles: dict[CaseId, QueueRow] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[QueueRow]:
        return iter(self._rows.values())

    def get(self, case: CaseId) -> QueueRow | None:
        """Give a case's row, None when the station has none."""
        return self._rows.get(case)

    def see(self, changes: ChangeSet) -> bool:
        """Take changed rows in; tells whether the whistles that are out changed."""
        changed = bool(changes.reset and self._whistles)
        if changes.reset:
            self._rows.clear()
            self._whistles.clear()
        for case in changes.gone:
            self._rows.pop(case, None)
            changed |= self._whistles.pop(case, None) is not None
        for row in changes.rows:
            self._rows[row.id] = row
            if row.whistles_out and row.is_open:
                self._whistles[row.id] = row
                changed = True
            elif row.id in self._whistles:
                del self._whistles[row.id]
                changed = True
        return changed

    def whistles(self) -> tuple[QueueRow, ...]:
        """List the cases with departments out, the one owed first above."""
        return tuple(sorted(self._whistles.values(), key=lambda row: row.whistle_due_ms))

    def by_tail(self, tail: str, limit: int = 9) -> tuple[QueueRow, ...]:
        """Find rows whose number ends in `tail`; an exact number wins alone; open ones first."""
        tail = tail.upper()
        found = [row for row in self._rows.values() if row.number.upper().endswith(tail)]
        exact = tuple(row for row in found if row.number.upper() == tail)
        return exact or _best(found, limit)

    def by_text(self, text: str, limit: int = 9) -> tuple[QueueRow, ...]:
        """Find rows that have every word of `text` in number, title, place, topic or assignee; open ones first."""
        words = text.lower().split()
        if not words:
            return ()
        found = [
            row
            for row in self._rows.values()
            if all(
                word in f"{row.number}\n{row.title}\n{row.place}\n{row.topic}\n{row.assignee}".lower() for word in words
            )
        ]
        return _best(found, limit)


def _best(found: list[QueueRow], limit: int) -> tuple[QueueRow, ...]:
    found.sort(key=lambda row: (not row.is_open, row.due_ms, -row.received_ms))
    return tuple(found[:limit])
