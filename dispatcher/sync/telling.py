"""What a station's windows are told: rows that look different, the watched case, what waits and what became of acts.

Nothing is kept here but which case is watched and whether an act may have ended; whoever calls has made durable what
is told.
"""

from collections.abc import Collection, Iterable

from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.sync import words
from dispatcher.sync.outbox import Outbox
from dispatcher.sync.ports import UNSETTLED, Listener, Receipt
from dispatcher.sync.replica import Replica


class Telling:
    """Tells a listener. `ended` is set when an act may have come to its end; who sees to what follows sets it back."""

    def __init__(self, replica: Replica, outbox: Outbox, listener: Listener) -> None:
        self._replica = replica
        self._outbox = outbox
        self._listener = listener
        self._watched: CaseId | None = None
        self.ended = True  # a crash may have come between an act's end and what follows from it

    def watch(self, case: CaseId | None) -> None:
        """Tell one case now and whenever it changes."""
        self._watched = case
        if case is not None:
            self._view(case, words.NOT_HERE)

    def watched(self) -> None:
        """Tell the watched case once more."""
        self.cases((self._watched,) if self._watched else ())

    def cases(self, cases: Collection[CaseId], left: Collection[CaseId] = ()) -> None:
        """Tell the watched case if it is among these, or among those that have left."""
        if self._watched is not None and self._watched in left:
            self._view(self._watched, words.LEFT)
        elif self._watched is not None and self._watched in cases:
            self._view(self._watched, words.NOT_HERE)

    def rows(self, changes: ChangeSet) -> None:
        """Tell what looks different, if anything does."""
        if changes:
            self._listener.rows_changed(changes)

    def outbox(self) -> None:
        """Tell what waits."""
        self._listener.outbox_changed(self._outbox.all())

    def receipts(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell what became of acts, and what still waits."""
        self.ended |= any(receipt.state not in UNSETTLED for receipt in receipts)
        for receipt in receipts:
            self._listener.act_settled(receipt)
        if receipts:
            self.outbox()

    def change(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell what became of acts, and their cases as they look without them."""
        cases = cases_of(receipts)
        self.rows(self._replica.refold(cases))
        self.receipts(receipts)
        self.cases(cases)

    def pending(self, case: CaseId) -> None:
        """Tell that another act waits on a case."""
        self.rows(self._replica.refold((case,)))
        self.cases((case,))
        self.outbox()

    def _view(self, case: CaseId, missing: str) -> None:
        view = self._replica.view(case)
        self._listener.case_changed(view, case, "" if view is not None else missing)


def cases_of(receipts: Iterable[Receipt]) -> set[CaseId]:
    """Name the cases that acts are about."""
    return {receipt.act.command.case for receipt in receipts}
