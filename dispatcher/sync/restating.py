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
from dispatcher.sync.ports import Store
from dispatcher.sync.replica import Replica

_log = logging.getLogger(__name__)

STEP_S: Final = 0.010
READ: Final = 16
"""Cases read at a time, some milliseconds of work."""
WRITTEN: Final = 500
"""Rows of one transaction, about twenty milliseconds."""


def restated(store: Store, replica: Replica, law: Law, mark: str) -> Iterator[ChangeSet | None]:
    """Make the rows anew, a step at each turn; gives what is to be told, once, at the last.

    Raises the store's Trouble, and is of no use after that.
    """
    place = 0
    waiting: list[tuple[int, QueueRow]] = []
    began_s = time.perf_counter()
    while found := store.open_cases(place, READ):
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
            _keep(store, replica, waiting)
            yield None
            began_s = time.perf_counter()
        elif time.perf_counter() - began_s >= STEP_S:
            yield None
            began_s = time.perf_counter()
    _keep(store, replica, waiting)
    yield None
    store.mark_law(mark)
    yield replica.untold()


def _keep(store: Store, replica: Replica, waiting: list[tuple[int, QueueRow]]) -> None:
    if waiting:
        store.replace_rows(waiting)
        replica.restate([row for _, row in waiting])
        waiting.clear()
