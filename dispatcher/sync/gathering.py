"""Catching up in large steps: consecutive change sets become one, for every transaction costs as much as many rows.

Promises: nothing is left out or put in another order; what is live, settles an act or removes a case is due at once, or
with what has come with it; besides, at most GATHER_BYTES of bodies (and the frame that goes beyond) and what came in
GATHER_S are held back. Knows neither store nor link: who gathers must write what is due, and drop it when the link
ends, for the centre sends again whatever the cursor has not passed.
"""

from typing import Final

import msgspec

from dispatcher.models.ids import Revision
from dispatcher.sync.ports import Arrival
from dispatcher.wire import Changes

GATHER_BYTES: Final = 8 * 1024 * 1024
"""Enough that transactions no longer count; with more, the centre waits while the station writes."""
GATHER_S: Final = 1.0


class Gathering:
    """Change sets that follow on each other and are not yet durable; the caller checks that they do."""

    def __init__(self) -> None:
        self._parts: list[Changes] = []
        self._bytes = 0
        self._since_s = 0.0

    @property
    def last(self) -> Revision | None:
        """Up to which revision it reaches; None while there is nothing."""
        return self._parts[-1].last if self._parts else None

    def add(self, changes: Changes, at_s: float) -> None:
        """Take the next one, come at `at_s` of a clock that never jumps."""
        if not self._parts:
            self._since_s = at_s
        self._parts.append(changes)
        self._bytes += sum(len(row.body) for row in changes.rows)

    def is_due(self, at_s: float) -> bool:
        """Tell whether it must be written now."""
        if not self._parts:
            return False
        newest = self._parts[-1]
        must = not newest.catching_up or bool(newest.settles) or bool(newest.gone)
        return must or self._bytes >= GATHER_BYTES or at_s - self._since_s >= GATHER_S

    def arrivals(self) -> tuple[Arrival, ...]:
        """Give what has come as it was committed, of each case the newest; nothing where some was missed before."""
        if any(part.catching_up for part in self._parts):
            return ()
        newest = {row.row.id: row.row.revision for part in self._parts for row in part.rows}
        found: list[Arrival] = []
        for part in self._parts:
            here = tuple((row.row.id, row.row.revision) for row in part.rows if newest[row.row.id] == row.row.revision)
            if here and part.committed_at is not None:
                found.append(Arrival(cases=here, committed_at=part.committed_at))
        return tuple(found)

    def whole(self) -> Changes | None:
        """Give it as one change set, each case in its newest state; it stays until `clear`."""
        if len(self._parts) <= 1:
            return self._parts[0] if self._parts else None
        newest = self._parts[-1]
        rows = [row for part in self._parts for row in part.rows]
        of_case = {row.row.id: row for row in rows}
        if len(of_case) < len(rows):
            rows = sorted(of_case.values(), key=lambda row: row.row.revision)
        return msgspec.structs.replace(
            newest,
            first=self._parts[0].first,
            rows=tuple(rows),
            gone=tuple(case for part in self._parts for case in part.gone),
            settles=tuple(settled for part in self._parts for settled in part.settles),
            committed_at=next((part.committed_at for part in reversed(self._parts) if part.committed_at), None),
        )

    def clear(self) -> None:
        """Drop it: it is durable, or will be sent again."""
        self._parts.clear()
        self._bytes = 0
