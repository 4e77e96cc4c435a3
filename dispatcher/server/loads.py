"""How much each department still owes on open whistles all over the city, kept in step with the commits.

Runs on the event loop alone. Knows nothing of the ledger.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from dispatcher.models.ids import CaseId, UnitId
from dispatcher.storage.ledger import Outcome
from dispatcher.storage.loads import owed_by
from dispatcher.wire import Loads


class DepartmentLoads:
    """Counts from what is `owed` on each case at the start and from each commit since."""

    def __init__(self, owed: Mapping[CaseId, tuple[UnitId, ...]]) -> None:
        self._owed = dict(owed)
        self._counts = Counter(unit for units in owed.values() for unit in units)
        self._changed = asyncio.Event()

    def as_of(self, now: dt.datetime) -> Loads:
        """Give the counts as a message."""
        return Loads(units={unit: count for unit, count in self._counts.items() if count}, at=now)

    def committed(self, outcomes: Sequence[Outcome]) -> None:
        """Take in what a commit has made, what followed from an act in its place."""
        for outcome in outcomes:
            if outcome.row is None or outcome.repeat:
                continue
            case = outcome.row.row.id
            before = self._owed.get(case, ())
            owed = owed_by(outcome.row.body) if outcome.summoned or before else ()
            if owed == before:
                continue
            self._counts.subtract(before)
            self._counts.update(owed)
            if owed:
                self._owed[case] = owed
            else:
                del self._owed[case]
            self._changed.set()

    async def tell_changes(self, tell: Callable[[], None], every_s: float) -> None:
        """Call `tell` when the counts have changed, never twice within `every_s`; until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            tell()
            await asyncio.sleep(every_s)
