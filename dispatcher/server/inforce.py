"""The law in force at this centre: what acts are judged by at an instant, made of the law book and the directory.

Promises: a date in the book that has come holds for the next act that is judged. Replaced on the writer's thread alone,
between two commits; any thread may look at `law`.
"""

import datetime as dt
from collections.abc import Sequence

from dispatcher.models.ids import Revision
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, law_at, next_change
from dispatcher.models.organisation import Unit


class InForce:
    """The law of a book as of an instant; `revision` is that of the book's newest change."""

    def __init__(self, book: LawBook, revision: Revision, units: Sequence[Unit], now: dt.datetime) -> None:
        self._units = units
        self.take(book, revision, now)

    def take(self, book: LawBook, revision: Revision, now: dt.datetime) -> None:
        """Let a book hold."""
        self._book = book
        self._until = next_change(book, now)
        self.law: Law = law_at(book, now, self._units)
        self.revision = revision

    def seat(self, units: Sequence[Unit], now: dt.datetime) -> None:
        """Let another directory of units hold."""
        self._units = units
        self.take(self._book, self.revision, now)

    def at(self, now: dt.datetime) -> Law:
        """Give the law of now, taking in what the book says begins by now."""
        if self._until is not None and self._until <= now:
            self.take(self._book, self.revision, now)
        return self.law
