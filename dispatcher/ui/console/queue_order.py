"""A list of rows that stays sorted and in which each row is found by bisection, told apart by its case.

Equal keys are ordered by who came first (`seq`). A row that waits for a hold to end shows its new content in
its old place: `placed` keeps the row as it was when it got that place, and `keys` the key it got it by.
"""

import enum
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from operator import attrgetter

from dispatcher.models.ids import CaseId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import QueueRow

Key = int | str


class SortBy(enum.StrEnum):
    """What the list is sorted by."""

    DUE = "due"
    RECEIVED = "received"
    URGENCY = "urgency"
    NUMBER = "number"
    STATE = "state"
    DEMAND = "demand"
    CLOSED = "closed"


_URGENCIES = {urgency.value: number for number, urgency in enumerate(Urgency)}

KEYS: dict[SortBy, Callable[[QueueRow], Key]] = {
    SortBy.DUE: attrgetter("due_ms"),
    SortBy.RECEIVED: attrgetter("received_ms"),
    SortBy.URGENCY: lambda row: _URGENCIES[row.urgency.value],
    SortBy.NUMBER: attrgetter("number"),
    SortBy.STATE: lambda row: row.state.value,
    SortBy.DEMAND: attrgetter("title"),
    SortBy.CLOSED: lambda row: -row.closed_ms,
}
"""What each order compares; the newest closed comes first."""


class Order:
    """Rows in their places. `position` counts in ascending order; `turn` makes it a row on the screen."""

    def __init__(self) -> None:
        self.key = KEYS[SortBy.DUE]
        self.descending = False
        self.rows: list[QueueRow] = []
        self.placed: dict[CaseId, QueueRow] = {}
        self.seq: dict[CaseId, int] = {}
        self._keys: list[Key] = []

    def __len__(self) -> int:
        return len(self.rows)

    def arrange(self, rows: Iterable[QueueRow]) -> None:
        """Sort rows, given in the order of their `seq`, by the present key."""
        self.rows = sorted(rows, key=self.key)
        self._keys = list(map(self.key, self.rows))

    def fill(self, rows: list[QueueRow]) -> None:
        """Hold these rows, given in the order of their `seq`, and no others."""
        self.arrange(rows)
        self.placed = {row.id: row for row in rows}

    def position(self, case: CaseId) -> int:
        """Find a case that is in the list; KeyError when it is not."""
        return self._find(self.key(self.placed[case]), self.seq[case])

    def place_for(self, row: QueueRow) -> int:
        """Give the position at which a row would have to be inserted."""
        return self._find(self.key(row), self.seq[row.id])

    def rank(self, row: QueueRow) -> tuple[Key, int]:
        """Give what decides between two rows."""
        return self.key(row), self.seq[row.id]

    def replace(self, row: QueueRow, *, keeps_key: bool) -> int:
        """Show a row's new content in its place; `keeps_key` says that it also belongs there."""
        position = self.position(row.id)
        self.rows[position] = row
        if keeps_key:
            self.placed[row.id] = row
        return position

    def insert(self, place: int, rows: list[QueueRow]) -> None:
        """Insert neighbours at a position that `place_for` gave."""
        self.rows[place:place] = rows
        self._keys[place:place] = [self.key(row) for row in rows]
        self.placed.update({row.id: row for row in rows})

    def remove(self, first: int, last: int) -> None:
        """Take a run of rows out."""
        for row in self.rows[first : last + 1]:
            del self.placed[row.id]
        del self.rows[first : last + 1]
        del self._keys[first : last + 1]

    def move(self, start: int, place: int, row: QueueRow) -> None:
        """Put the row at `start` where `place_for` says, its old self still counted."""
        del self.rows[start], self._keys[start]
        final = place - 1 if place > start else place
        self.rows.insert(final, row)
        self._keys.insert(final, self.key(row))
        self.placed[row.id] = row

    def turn(self, position: int) -> int:
        """Turn a position into a row on the screen, or back."""
        return len(self.rows) - 1 - position if self.descending else position

    def turn_gap(self, place: int) -> int:
        """Turn a place between rows into one on the screen."""
        return len(self.rows) - place if self.descending else place

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Turn a run of positions into rows on the screen."""
        return (self.turn(last), self.turn(first)) if self.descending else (first, last)

    def _find(self, key: Key, seq: int) -> int:
        low = bisect_left(self._keys, key)
        high = bisect_right(self._keys, key, low)
        # No key has an equal as a rule; where many have, as cases without a clock, the rest is bisected too.
        if low == high:
            return low
        return bisect_left(self.rows, seq, low, high, key=self._seq_of)

    def _seq_of(self, row: QueueRow) -> int:
        return self.seq[row.id]


def runs(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Group ascending positions into runs of neighbours: 3, 4, 5, 9 are (3, 5) and (9, 9)."""
    found: list[tuple[int, int]] = []
    for position in positions:
        if found and position <= found[-1][1] + 1:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found
