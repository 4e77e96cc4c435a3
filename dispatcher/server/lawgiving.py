"""The law at a centre: changed between two commits, told to every console, and all open rows made anew behind it.

Promises: an act is judged wholly by one law; a console hears of a new law after all rows committed under the old one,
and one that is given such a row later (by a page read before all were made anew) is told again after it. Every centre
on a ledger tells its own consoles; the one on duty makes the rows anew. Runs on the event loop; what touches the ledger
runs on the writer's thread.
"""

import asyncio
import datetime as dt
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.lawbook import LawAct, LawBook, LawRefused, next_change
from dispatcher.models.organisation import Actor
from dispatcher.models.queue import ROWS_FORM, from_epoch_ms
from dispatcher.server.desk import Desk
from dispatcher.server.feed import Feed
from dispatcher.server.hub import Hub
from dispatcher.storage.ledger import LawMoved, Ledger
from dispatcher.storage.standing import Standing
from dispatcher.sync.ports import Clock, Trouble

AT_A_TIME: Final = 200
"""Rows made anew between two commits: some tens of milliseconds."""
LOOK_S: Final = 0.5
"""The clock is looked at so often for a date in the book: it may be set, or run faster than the loop's."""
RETRY_S: Final = 5.0
TOLD_WITHIN_S: Final = 5.0
"""How long an answer to a change of the law waits until this centre's own consoles have been told."""

log = logging.getLogger(__name__)


class LawGiver:
    """The law book as the consoles of this process know it, and its changes.

    `book` is the law book, `as_of` the instant of it that is in force here; `rows_are_anew` is called when this centre
    has left no row and no timer of a law before in the ledger; `reached` waits until a revision has been told here.
    """

    def __init__(
        self,
        desk: Desk,
        hub: Hub,
        feed: Feed,
        clock: Clock,
        book: LawBook,
        as_of: dt.datetime,
        rows_are_anew: Callable[[], None],
        reached: Callable[[Revision], Awaitable[None]],
    ) -> None:
        self._desk = desk
        self._hub = hub
        self._feed = feed
        self._clock = clock
        self._rows_are_anew = rows_are_anew
        self._reached = reached
        self._changed = asyncio.Event()
        self._told = desk.in_force.revision
        self._noted: Standing | None = None
        self.book = book
        self.as_of = as_of

    async def enact(self, act: LawAct, actor: Actor) -> LawBook | LawRefused:
        """Judge a change of the law book, durably; the law has been replaced when it answers. Raises Trouble."""

        def enact(ledger: Ledger) -> tuple[LawBook | LawRefused, Revision]:
            found = ledger.change_law(act, actor, self._clock.now())
            return found, self._take_in(ledger)

        found, revision = await self._desk.write(enact)
        if isinstance(found, LawBook):
            try:
                async with asyncio.timeout(TOLD_WITHIN_S):
                    await self._reached(revision)
            except TimeoutError:
                log.warning("a change of the law is kept, but the consoles here have not heard of it yet")
        return found

    def heard(self, book: LawBook, revision: Revision) -> None:
        """Take in a change of the law that stands in the ledger, made here or elsewhere; the hub is just before it."""
        self._take(book)
        self._told = revision
        self._hub.pass_over(revision)
        self._feed.tell_law(book)
        self._see_rows()

    async def keep(self) -> None:
        """Let a date in the book hold once it has come, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            at = next_change(self.book, self.as_of)
            if at is not None and at <= self._clock.now():
                try:
                    await self._desk.write(self._take_in)
                except Trouble as trouble:
                    log.error("a law that begins now waits: %s", trouble)  # noqa: TRY400  (words, not a traceback)
                    await asyncio.sleep(RETRY_S)
                else:
                    self._take(self.book)
                    self._feed.tell_law(self.book)

    def rows_noted(self, standing: Standing) -> None:
        """Take it that open rows were made anew, by the centre on duty, as far as the ledger says.

        That may be known here before the law itself is told.
        """
        self._noted = standing
        self._see_rows()

    def _see_rows(self) -> None:
        standing = self._noted
        if standing is None or standing.rows_law != self._told:
            return
        as_of = from_epoch_ms(standing.rows_as_of_ms)
        at = next_change(self.book, as_of) if standing.rows_as_of_ms else self.as_of
        # The law that was told, not the one acts are judged by: that is taken in only when there is an act to judge.
        if at is None or at > self.as_of:
            self._feed.rows_are_anew()

    async def make_rows_anew(self) -> None:
        """Make the open rows anew, on duty, now and after every change of the law, until cancelled.

        Now, too: the law may have changed while no centre ran, or before one could do so, and this program may make
        rows in another form than the one before.
        """
        while True:
            self._changed.clear()
            try:
                if self._are_old(await self._desk.read(lambda ledger: ledger.standing())):
                    await self._step_through_rows()
                else:
                    self._are_anew()
            except LawMoved:
                await self._desk.write(self._take_in)
                continue
            except Trouble as trouble:
                log.error("rows under a new law: %s", trouble)  # noqa: TRY400  (words, not a traceback)
                await asyncio.sleep(RETRY_S)
                continue
            await self._changed.wait()

    def _take(self, book: LawBook) -> None:
        self.book, self.as_of = book, self._clock.now()
        self._changed.set()

    def _take_in(self, ledger: Ledger) -> Revision:
        """On the writer's thread, between two commits: let the book as it stands hold; gives its newest change."""
        book, revision = ledger.law_in_force()
        self._desk.in_force.take(book, revision, self._clock.now())
        return revision

    async def _step_through_rows(self) -> None:
        as_of, revision = self._clock.now(), self._desk.in_force.revision
        after: CaseId | None = CaseId("")
        while after is not None and not self._changed.is_set():
            after = await self._desk.write_on_duty(functools.partial(self._anew, after=after, revision=revision))
        if after is None:
            await self._desk.write_on_duty(lambda ledger: ledger.note_rows_anew(revision, as_of))
            self._are_anew()

    def _are_anew(self) -> None:
        self._feed.rows_are_anew()
        self._rows_are_anew()

    def _are_old(self, standing: Standing) -> bool:
        """Tell whether a row may be of another law than the one in force, or of another form."""
        if not self._told == standing.law == standing.rows_law or standing.rows_form != ROWS_FORM:
            return True
        earlier, later = sorted((from_epoch_ms(standing.rows_as_of_ms), self._clock.now()))
        at = next_change(self.book, earlier)
        return at is not None and at <= later

    def _anew(self, ledger: Ledger, after: CaseId, revision: Revision) -> CaseId | None:
        """On the writer's thread: some rows; gives the case after which the next ones come."""
        in_force = self._desk.in_force
        if in_force.revision != revision:
            raise LawMoved
        return ledger.resummarise(in_force.at(self._clock.now()), after, AT_A_TIME, revision)
