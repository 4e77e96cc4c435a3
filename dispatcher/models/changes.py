"""Change sets: what visibly changed, as the replica tells it and the queue applies it."""

from collections.abc import Iterable

import msgspec

from dispatcher.models.ids import CaseId
from dispatcher.models.queue import QueueRow


class ChangeSet(msgspec.Struct, frozen=True):
    """Rows that are new or different and cases that are gone; with `reset` the rows are all there is."""

    rows: tuple[QueueRow, ...] = ()
    gone: tuple[CaseId, ...] = ()
    reset: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything would change on a screen."""
        return bool(self.rows or self.gone or self.reset)


def merge(sets: Iterable[ChangeSet]) -> ChangeSet:
    """Fold sets in the order they came into one with the same effect; the last word on a case wins."""
    rows: dict[CaseId, QueueRow] = {}
    gone: dict[CaseId, None] = {}
    reset = False
    for change in sets:
        if change.reset:
            rows.clear()
            gone.clear()
            reset = True
        for case in change.gone:
            rows.pop(case, None)
            gone[case] = None
        for row in change.rows:
            gone.pop(row.id, None)
            rows[row.id] = row
    return ChangeSet(tuple(rows.values()), () if reset else tuple(gone), reset)
