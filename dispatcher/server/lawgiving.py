"""The law at the centre: changed between two commits, told to every console, and all open rows made anew behind it.

Promises: an act is judged wholly by one law; a console hears of a new law after all rows committed under the old one,
and one that is given such a row later (by a page read before all were made anew) is told again after it. Runs on the
event loop; what touches the ledger runs on the writer's thread.
"""

import asyncio
import datetime as dt
import functools
import logging
from collections.abc import Callable, Sequence
from typing import Final

from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.lawbook import LawAct, LawBook, LawRefused, law_at
from dispatcher.models.organisation import Actor, Unit
from dispatcher.server.desk import Desk
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import Clock, Trouble

AT_A_TIME: Final = 200
"""Rows made anew between two commits: some tens of milliseconds."""

log = logging.getLogger(__name__)


class LawGiver:
    """The one place where the law in force is replaced. Made and closed on the event loop.

    `book` is the law book, `as_of` the instant of it that is in force here; `rows_are_anew` is called when the ledger
    has no row and no timer left of a law before.
    """

    def __init__(
        self,
        desk: Desk,
        hub: Hub,
        feed: Feed,
        clock: Clock,
        units: Sequence[Unit],
        book: LawBook,
        as_of: dt.datetime,
        rows_are_anew: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._hub = hub
        self._feed = feed
        self._clock = clock
        self._units = units
        self._loop = asyncio.get_running_loop()
        self._making_anew: asyncio.Task[None] | None = None
        self._rows_are_anew = rows_are_anew
        self.book = book
        self.as_of = as_of

    async def enact(self, act: LawAct, actor: Actor) -> LawBook | LawRefused:
        """Judge a change of the law book, durably; the law has been replaced when it answers. Raises Trouble."""

        def enact(ledger: Ledger) -> LawBook | LawRefused:
            found = ledger.change_law(act, actor, self._clock.now())
            if isinstance(found, LawBook):
                self._replace(found, ledger)
            return found

        return await self._desk.write(enact)

    async def law_changed(self) -> None:
        """Let the law that holds now hold, a date in the book having come. Raises Trouble."""
        await self._desk.write(lambda ledger: self._replace(ledger.law_book() or self.book, ledger))

    def begin(self) -> None:
        """Make the ledger's rows anew where the law has changed while no centre ran, or before it could do so."""
        self._feed.tell_law(self.book)
        self._make_rows_anew()

    async def close(self) -> None:
        """Stop making rows anew; the next start begins it again."""
        if self._making_anew is not None:
            self._making_anew.cancel()
            await asyncio.gather(self._making_anew, return_exceptions=True)

    def _replace(self, book: LawBook, ledger: Ledger) -> None:
        """On the writer's thread, between two commits."""
        now = self._clock.now()
        self._desk.law = law_at(book, now, self._units)
        # After all that was committed before and ahead of all that will be: the loop keeps the order.
        self._loop.call_soon_threadsafe(self._take, book, now, ledger.head())

    def _take(self, book: LawBook, as_of: dt.datetime, head: Revision) -> None:
        self.book, self.as_of = book, as_of
        self._hub.pass_over(head)
        self._feed.tell_law(book)
        self._make_rows_anew()

    def _make_rows_anew(self) -> None:
        if self._making_anew is not None:
            self._making_anew.cancel()
        self._making_anew = asyncio.create_task(self._step_through_rows(), name="rows under a new law")

    async def _step_through_rows(self) -> None:
        after: CaseId | None = CaseId("")
        try:
            while after is not None:
                after = await self._desk.write(functools.partial(self._anew, after=after))
        except Trouble as trouble:
            log.error("rows under a new law: %s", trouble)  # noqa: TRY400  (words, not a traceback)
        else:
            self._feed.rows_are_anew()
            self._rows_are_anew()

    def _anew(self, ledger: Ledger, after: CaseId) -> CaseId | None:
        """On the writer's thread: some rows; gives the case after which the next ones come."""
        return ledger.resummarise(self._desk.law, after, AT_A_TIME)
