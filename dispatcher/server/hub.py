"""The hub: who is connected with which scope, and what each is sent after a commit.

Promises: a live console has been written everything in its scope up to `head`, in revision order, without a gap or a
duplicate; nothing outside its scope ever; a batch is encoded once for all consoles that are due the same bytes.
A console that falls behind is sent back to the ledger's pages and holds nobody up. Runs on the event loop alone and
never waits. Knows nothing of the ledger.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.organisation import Actor, Reach, Scope, in_scope, views
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.server.socket import Socket, framed
from dispatcher.storage.news import News
from dispatcher.sync.ports import Clock
from dispatcher.wire import Beat, CaseRow, Changes, Downward, Judged, as_seen_by, encode

BEHIND_BYTES = 1024 * 1024
"""A console with more than this unread is no longer sent live batches, but pages once it has read on."""
LONGEST_REST_S = 0.015
"""Between two sendings the hub rests for as long as the last one took, but never longer."""
FRAME_BYTES = 1024 * 1024
"""About how long a frame of rows may become."""
ROW_BYTES = 400
"""What a row's prepared columns take on the wire, about."""
_OF_A_STREET = views(Reach.STREET)
_OF_A_COMMUNITY = tuple(dict.fromkeys((*views(Reach.COMMUNITY), *_OF_A_STREET)))
_AS_SUMMONED = views(Reach.SUMMONED)
"""The details that scopes of a reach can have."""


class Console:
    """One signed-in connection: its scope, the last revision it was written, and verdicts it is still owed."""

    def __init__(self, socket: Socket, actor: Actor, scope: Scope, sent: Revision) -> None:
        self.socket = socket
        self.actor = actor
        self.scope = scope
        self.sent = sent
        self.live = False
        self.behind = asyncio.Event()
        self.begun = asyncio.Event()
        """Set unless the console is to say first from where it is fed."""
        self._owed: list[Settled] = []

    def write(self, message: Downward) -> None:
        """Write one message to this console alone."""
        self.socket.write(framed(encode(message)))

    def owe(self, settled: Settled) -> None:
        """Note a verdict that this console waits for."""
        self._owed.append(settled)

    @property
    def is_owed(self) -> bool:
        """Tell whether the console waits for a verdict that can be told or will be."""
        return bool(self._owed)

    def write_changes(self, changes: Changes) -> None:
        """Write a batch to this console alone, with the verdicts of the acts that made its revisions."""
        settles = self._take(lambda made: changes.first <= made <= changes.last)
        self.write(msgspec.structs.replace(changes, settles=settles) if settles else changes)
        self.sent = changes.last

    def write_verdicts(self, up_to: Revision) -> None:
        """Tell verdicts that no batch will bring: refusals, and those whose revisions it has been written already."""
        settles = self._take(lambda made: made <= up_to)
        if settles:
            self.write(Judged(settles=settles))

    def _take(self, ready: Callable[[Revision], bool]) -> tuple[Settled, ...]:
        """Take the owed verdicts whose revision is ready; a refusal counts as made at revision 0."""
        if not self._owed:
            return ()
        taken: list[Settled] = []
        left: list[Settled] = []
        for settled in self._owed:
            made = settled.verdict.revision if isinstance(settled.verdict, Accepted) else Revision(0)
            (taken if ready(made) else left).append(settled)
        self._owed = left
        return tuple(taken)


class Hub:
    """All live consoles, by scope."""

    def __init__(self, head: Revision, clock: Clock, beat_s: float) -> None:
        self._head = head
        self._clock = clock
        self._beat_s = beat_s
        self._loop = asyncio.get_running_loop()
        self._live: dict[Scope, set[Console]] = {}
        self._owing: set[Console] = set()
        self._fresh: list[News] = []
        self._rests_until = -1.0
        self._tick: asyncio.TimerHandle | None = None

    @property
    def head(self) -> Revision:
        """The last revision that every live console has been written."""
        return self._head

    @property
    def live(self) -> int:
        """How many consoles are live."""
        return sum(len(consoles) for consoles in self._live.values())

    def admits(self, sent: Revision) -> bool:
        """Tell whether a console that was written everything up to `sent` may go live without a gap."""
        return sent >= self._head

    def join(self, console: Console) -> None:
        """Make a console live; it must be admitted at this very moment."""
        if not self.admits(console.sent):
            raise ValueError(f"a gap from {console.sent} to {self._head}")
        console.behind.clear()
        console.live = True
        self._live.setdefault(console.scope, set()).add(console)
        if console.is_owed:
            self._owing.add(console)
            self._wake()

    def leave(self, console: Console) -> None:
        """Forget a console; harmless when it is not here."""
        self._owing.discard(console)
        self._part(console)

    def owe(self, console: Console, settled: Settled) -> None:
        """Owe a console a verdict: it goes out with the row it made, or alone when there is none for this console."""
        console.owe(settled)
        self._owing.add(console)
        self._wake()

    def committed(self, news: News) -> None:
        """Take in what commits have made, in the order of revisions; sent at once, or when the hub has rested."""
        self._fresh.append(news)
        if self._loop.time() < self._rests_until:
            self._wake()
        else:
            self._flush()  # a timer would come after the answers to whoever made them

    def pass_over(self, revision: Revision) -> None:
        """Send what was committed before a revision that changed no case (the law's), and go on after it."""
        self._flush()
        if revision == self._head + 1:
            self._head = revision

    def skip_to(self, revision: Revision) -> None:
        """Go on after a revision up to which more has changed than can be told: the ledger's pages know everything."""
        self._flush()
        self._head = max(self._head, revision)
        for console in self._all():
            self._send_back(console)

    async def beat(self) -> None:
        """Give live consoles a sign of life, until cancelled."""
        while True:
            await asyncio.sleep(self._beat_s)
            self._flush()
            frame = framed(encode(Beat(now=self._clock.now(), head=self._head)))
            for console in self._all():
                if console.sent <= self._head:
                    console.sent = self._head
                    console.socket.write(frame)
                else:
                    console.write(Beat(now=self._clock.now(), head=console.sent))

    def close(self) -> None:
        """Send what is due and stop ticking."""
        self._flush()

    def _all(self) -> list[Console]:
        return [console for consoles in self._live.values() for console in consoles]

    def _wake(self) -> None:
        if self._tick is None:
            self._tick = self._loop.call_later(max(0.0, self._rests_until - self._loop.time()), self._flush)

    def _flush(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        began = self._loop.time()
        fresh, self._fresh = self._fresh, []
        if fresh:
            self._send(fresh)
        owing, self._owing = self._owing, set()
        for console in owing:
            console.write_verdicts(max(console.sent, self._head) if console.live else console.sent)
            if console.is_owed:
                self._owing.add(console)
        # What comes while a thousand consoles are written to is sent together; a single one waits for nothing.
        ended = self._loop.time()
        self._rests_until = ended + min(LONGEST_REST_S, ended - began)

    def _send(self, fresh: Sequence[News]) -> None:
        self._head = fresh[-1].last
        for scope, news in self._news_by_scope(fresh).items():
            self._send_news(scope, news, fresh[-1].committed_at)

    def _news_by_scope(self, fresh: Iterable[News]) -> dict[Scope, "_ScopeNews"]:
        """Give each live scope its rows in their newest state, ordered by revision, and what has left it."""
        found: dict[Scope, _ScopeNews] = {}
        whole = [scope for scope in self._live if scope.everything]
        districts = [scope for scope in self._live if scope.district]
        for news in fresh:
            for lost in news.lost:
                for scope in self._having(lost.unit, districts):
                    if not in_scope(scope, lost.holder, lost.community, ()):
                        found.setdefault(scope, _ScopeNews()).take_away(lost.case, lost.revision)
            for moved in news.moved:
                for scope in (*whole, *self._holding(moved.holder, moved.community, districts)):
                    found.setdefault(scope, _ScopeNews()).bring(as_seen_by(scope, moved.row))
                for unit in moved.summoned:
                    for details in _AS_SUMMONED:
                        scope = Scope(unit=unit, as_summoned=True, details=details)
                        if scope in self._live:
                            found.setdefault(scope, _ScopeNews()).bring(as_seen_by(scope, moved.row))
        return found

    def _holding(self, holder: UnitId, community: UnitId, districts: Sequence[Scope]) -> list[Scope]:
        """Give the live scopes that cover a case because of who holds it."""
        likely = [
            *(Scope(unit=holder, details=details) for details in _OF_A_STREET),
            *(Scope(unit=community, community=True, details=details) for details in _OF_A_COMMUNITY),
            *districts,
        ]
        return [scope for scope in likely if scope in self._live and in_scope(scope, holder, community, ())]

    def _having(self, unit: UnitId, districts: Sequence[Scope]) -> list[Scope]:
        """Give the live scopes that may have covered a case because a unit, a holder or a community, had it."""
        likely = [
            *(Scope(unit=unit, details=details) for details in _OF_A_STREET),
            *(Scope(unit=unit, community=True, details=details) for details in _OF_A_COMMUNITY),
            *districts,
        ]
        return [scope for scope in likely if scope in self._live]

    def _send_news(self, scope: Scope, news: "_ScopeNews", at: dt.datetime | None) -> None:
        head = self._head
        frames: dict[Revision, list[bytes]] = {}  # by what was sent before: for nearly all consoles the same
        for console in list(self._live[scope]):
            socket = console.socket
            if socket.backlog_bytes > BEHIND_BYTES:
                self._send_back(console)
                continue
            sent = console.sent
            if console.is_owed:
                rows, gone = news.since(Revision(sent + 1))
                for changes in batches(Revision(sent + 1), head, rows, at, gone=gone) if rows or gone else ():
                    console.write_changes(changes)
                continue
            if sent not in frames:
                first = Revision(sent + 1)
                rows, gone = news.since(first)
                found = batches(first, head, rows, at, gone=gone) if rows or gone else ()
                frames[sent] = [framed(encode(changes)) for changes in found]
            for frame in frames[sent]:
                socket.write(frame)
            if frames[sent]:
                console.sent = head

    def _send_back(self, console: Console) -> None:
        self._part(console)
        console.behind.set()

    def _part(self, console: Console) -> None:
        console.live = False
        consoles = self._live.get(console.scope)
        if consoles is not None:
            consoles.discard(console)
            if not consoles:
                del self._live[console.scope]


class _ScopeNews:
    """What one scope is to be told: the last word on each case, a row or that it is gone."""

    def __init__(self) -> None:
        self._rows: dict[CaseId, CaseRow] = {}
        self._gone: dict[CaseId, Revision] = {}

    def bring(self, row: CaseRow) -> None:
        """Take in a case's newest row."""
        self._gone.pop(row.row.id, None)
        self._rows.pop(row.row.id, None)
        self._rows[row.row.id] = row

    def take_away(self, case: CaseId, revision: Revision) -> None:
        """Take in that a case has left the scope."""
        self._rows.pop(case, None)
        self._gone[case] = revision

    def since(self, first: Revision) -> tuple[tuple[CaseRow, ...], tuple[CaseId, ...]]:
        """Give the rows and the cases gone, from a revision on."""
        rows = tuple(row for row in self._rows.values() if row.row.revision >= first)
        return rows, tuple(case for case, revision in self._gone.items() if revision >= first)


def batches(
    first: Revision,
    last: Revision,
    rows: Sequence[CaseRow],
    committed_at: dt.datetime | None,
    *,
    gone: tuple[CaseId, ...] = (),
    more: bool = False,
) -> Iterator[Changes]:
    """Cut rows that are complete up to `last` into batches whose frames are about FRAME_BYTES at most.

    What is gone stands in the first one: a console that goes after any of them has been told. `more` says that further
    batches follow; every batch but the last says so anyway.
    """
    begin, size = 0, 0
    for index, row in enumerate(rows):
        row_bytes = ROW_BYTES + len(row.body) + len(row.caller)
        if size + row_bytes > FRAME_BYTES and index > begin:
            upto = rows[index - 1].row.revision
            cut = tuple(rows[begin:index])
            yield Changes(first=first, last=upto, rows=cut, gone=gone, committed_at=committed_at, catching_up=True)
            first, begin, size, gone = Revision(upto + 1), index, 0, ()
        size += row_bytes
    yield Changes(
        first=first, last=last, rows=tuple(rows[begin:]), gone=gone, committed_at=committed_at, catching_up=more
    )
