"""The one order of all commits, here and at other centres on the ledger, as this process hears of them.

Promises: every revision is told once, in order, without a gap: this process's own commits as soon as those before
them are known, others' as they are read from the ledger. A change of the law is told between the cases before and
after it. What changed beside the cases (sessions, directory, rows made anew) is told too. A thread of its own waits for
the others; what it hears, and every telling, is on the event loop.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from dispatcher.models.ids import Revision
from dispatcher.models.lawbook import LawBook
from dispatcher.server.hands import Hands
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.news import News
from dispatcher.storage.standing import Standing
from dispatcher.sync.ports import Trouble

RETRY_S = 0.5

log = logging.getLogger(__name__)


class Tellings(NamedTuple):
    """Who is told, each on the event loop.

    `cases` hears of cases; `law` of a law book and its revision; `skipped` that more has changed up to a revision than
    can be told; `sessions` that some have ended, `directory` that units were put, `rows` that open rows are made anew.
    """

    cases: Callable[[News], None]
    law: Callable[[LawBook, Revision], None]
    skipped: Callable[[Revision], None]
    sessions: Callable[[], None]
    directory: Callable[[], None]
    rows: Callable[[Standing], None]


class Succession:
    """Made on the event loop with how far the ledger had come; `begin` lets `hands` follow and `close` ends it."""

    def __init__(self, ledger: Ledger, since: Standing, tell: Tellings, hands: Hands) -> None:
        self._ledger = ledger
        self._hands = hands
        self._tell = tell
        self._follower = ledger.follower()
        self._loop = asyncio.get_running_loop()
        self._seen = since.head
        self._known = since
        self._early: list[News] = []
        self._waiting: list[tuple[Revision, asyncio.Future[None]]] = []
        self._in_trouble = False
        self._stopped = threading.Event()

    @property
    def seen(self) -> Revision:
        """The newest revision that has been told."""
        return self._seen

    def begin(self) -> None:
        """Begin to hear of others."""
        self._hands.follow(self._look, self._wait)

    async def close(self) -> None:
        """Hear of others no more."""
        self._stopped.set()
        self._follower.ring()
        await self._hands.follow_no_more()
        self._follower.close()
        for _, reached in self._waiting:
            reached.cancel()

    def here(self, news: News) -> None:
        """Take in what a commit of this process has made."""
        self._early.append(news)
        self._go_on()
        if self._early or self._seen < self._known.head:
            self._follower.ring()

    async def reached(self, revision: Revision) -> None:
        """Wait until a revision has been told."""
        if self._seen < revision:
            future: asyncio.Future[None] = self._loop.create_future()
            self._waiting.append((revision, future))
            self._follower.ring()
            await future

    def _elsewhere(self, now: Standing, news: News | None, book: LawBook | None) -> None:
        """Take in what was read."""
        before, self._known = self._known, now
        if book is not None and now.law > before.law:
            if news is not None and now.law > self._seen:
                self._say(news.within(Revision(self._seen + 1), Revision(now.law - 1)))
            self._tell.law(book, now.law)
            self._seen = max(self._seen, now.law)
        if news is None:
            self._seen = max(self._seen, now.head)
            self._tell.skipped(self._seen)
        elif news.last > self._seen:
            self._say(news.within(Revision(self._seen + 1), news.last))
        self._go_on()
        if now.sessions != before.sessions:
            self._tell.sessions()
        if now.directory != before.directory:
            self._tell.directory()
        if (now.rows_law, now.rows_as_of_ms) != (before.rows_law, before.rows_as_of_ms):
            self._tell.rows(now)

    def _go_on(self) -> None:
        """Tell what follows at once on what has been told, of this process's own commits."""
        early, self._early = sorted(self._early, key=lambda news: news.first), []
        for news in early:
            if news.first == self._seen + 1:
                self._say(news)
            elif news.last > self._seen:
                self._early.append(news)
        for revision, reached in self._waiting:
            if revision <= self._seen and not reached.done():
                reached.set_result(None)
        self._waiting = [(revision, reached) for revision, reached in self._waiting if not reached.done()]

    def _say(self, news: News) -> None:
        if news.first <= news.last:
            self._seen = news.last
            self._tell.cases(news)

    # The follower's thread.

    def _look(self) -> None:
        try:
            known = self._known
            now, news, book = self._follower.read(self._seen, known.law)
            untold = self._ledger.untold
            if untold is not None and news is not None and news.last > untold:
                # A commit of this process is among it: whoever made its acts is to hear first.
                # So the law is not told yet, nor rows made by it: after it they would be taken for older ones.
                now = now._replace(law=known.law, rows_law=known.rows_law, rows_as_of_ms=known.rows_as_of_ms)
                news, book = news.within(news.first, untold), None
            self._loop.call_soon_threadsafe(self._elsewhere, now, news, book)
        except Trouble as trouble:
            self._fell(trouble)
        else:
            if self._in_trouble:
                log.warning("the ledger is followed again")
            self._in_trouble = False

    def _wait(self) -> None:
        if self._in_trouble:
            self._stopped.wait(RETRY_S)
            return
        try:
            self._follower.wait()
        except Trouble as trouble:
            self._fell(trouble)

    def _fell(self, trouble: Trouble) -> None:
        if not self._in_trouble:
            log.error("what other centres do is not heard of: %s", trouble)
        self._in_trouble = True
