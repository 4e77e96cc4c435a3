"""Making every open row anew under another law, from the cache, in steps between which everything else goes on.

Promises: a step takes some ten milliseconds whatever the cache holds; rows are durable before they are shown; what a
live change has made in the meantime stays; all that looks different is told as one change set at the end. The cache
is marked with the law only when all is done, so what was interrupted begins again at the next start.
"""

import logging
import time
from collections.abc import Iterator
from typing import Final

from dispatcher.models.changes import ChangeSet
from dispatcher.models.law import Law
from dispatcher.models.queue import QueueRow, summarise
from dispatcher.sync.ports import Store, Trouble
from dispatcher.sync.replica import Replica
from dispatcher.sync.statute import InForce

_log = logging.getLogger(__name__)

STEP_S: Final = 0.010
READ: Final = 16
"""Cases read at a time, some milliseconds of work."""
WRITTEN: Final = 200
"""Rows of one transaction, about ten milliseconds."""


class Restating:
    """What is left to be made anew, if anything. `in_doubt` tells that rows which came since may be of a law before."""

    def __init__(self, store: Store, replica: Replica) -> None:
        self._store = store
        self._replica = replica
        self._steps: Iterator[ChangeSet | None] | None = None
        self.in_doubt = False

    @property
    def is_going(self) -> bool:
        """Tell whether there is more to do."""
        return self._steps is not None

    def begin(self, there: InForce) -> None:
        """Make every open row anew under the law in force, from the first one on. Raises the store's Trouble."""
        if self._store.law_mark():
            self._store.mark_law("")  # what is broken off begins again at the next start
        self._steps = self._under(there.law, there.mark())

    def step(self) -> ChangeSet:
        """Make some more rows anew; all that looks different by then is given with the last of them.

        Raises the store's Trouble, and is in doubt then.
        """
        steps, self._steps = self._steps, None
        if steps is None:
            return ChangeSet()
        try:
            told = next(steps)
        except Trouble:
            self.in_doubt = True
            raise
        if told is not None:
            return told
        self._steps = steps
        return ChangeSet()

    def _under(self, law: Law, mark: str) -> Iterator[ChangeSet | None]:
        place = 0
        waiting: list[tuple[int, QueueRow]] = []
        began_s = time.perf_counter()
        while found := self._store.open_cases(place, READ):
            place = found[-1][0]
            for where, row, case in found:
                try:
                    fresh = summarise(case, law)
                except (ArithmeticError, ValueError):
                    _log.exception("case %s keeps its row: another law cannot be reckoned with", case.id)
                    continue
                if fresh != row:
                    waiting.append((where, fresh))
            if len(waiting) >= WRITTEN:
                yield None
                self._keep(waiting)
            if time.perf_counter() - began_s >= STEP_S:
                yield None
                began_s = time.perf_counter()
        self._keep(waiting)
        yield None
        self._store.mark_law(mark)
        yield self._replica.untold()

    def _keep(self, waiting: list[tuple[int, QueueRow]]) -> None:
        if waiting:
            self._store.replace_rows(waiting)
            self._replica.restate([row for _, row in waiting])
            waiting.clear()
