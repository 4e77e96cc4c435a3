"""How much each department still owes on open whistles all over the city, kept in step with the commits.

Runs on the event loop alone. Knows nothing of the ledger.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from dispatcher.models.ids import CaseId, UnitId
from dispatcher.storage.loads import owed_by
from dispatcher.storage.news import News
from dispatcher.wire import Loads


class DepartmentLoads:
    """Counts from what is `owed` on each case at the start and from each commit since."""

    def __init__(self, owed: Mapping[CaseId, tuple[UnitId, ...]]) -> None:
        self._owed = dict(owed)
        self._counts = Counter(unit for units in owed.values() for unit in units)
        self._changed = asyncio.Event()
        self._meanwhile: list[News] | None = None

    def as_of(self, now: dt.datetime) -> Loads:
        """Give the counts as a message."""
        return Loads(units={unit: count for unit, count in self._counts.items() if count}, at=now)

    async def count_anew(self, read: Callable[[], Awaitable[Mapping[CaseId, tuple[UnitId, ...]]]]) -> None:
        """Count from what `read` finds to be owed: more has changed than was told. Raises Trouble."""
        self._meanwhile = []
        try:
            owed = await read()
            self._owed = dict(owed)
            self._counts = Counter(unit for units in owed.values() for unit in units)
            self._changed.set()
        finally:
            meanwhile, self._meanwhile = self._meanwhile, None
        for news in meanwhile:
            self.committed(news)

    def committed(self, news: News) -> None:
        """Take in what commits have made."""
        if self._meanwhile is not None:
            self._meanwhile.append(news)
        for moved in news.moved:
            case = moved.row.row.id
            before = self._owed.get(case, ())
            owed = owed_by(moved.row.body) if moved.summoned or before else ()
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
