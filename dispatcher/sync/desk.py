"""The desk: what happens to rows and acts over one open store, link or no link; what a person does is in `acts`.

Synchronous and without an event loop: the engine calls it, always in one thread. Promises: durable first, told
afterwards; a case's rows, the cursor and the acts they settle change together. Raises the store's Trouble; what
it raises besides says that the talk with the centre cannot go on.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from dispatcher import wire
from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act, ReceiveOrder
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision, UnitId
from dispatcher.models.lawbook import LawBook
from dispatcher.models.lineage import are_kin, in_common
from dispatcher.models.organisation import Scope, lies_within, office_of, scope_of
from dispatcher.models.queue import QueueRow, epoch_ms, summarise
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.sync import words
from dispatcher.sync.acts import Acts
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.colleagues import Colleagues, end_of, end_of_own
from dispatcher.sync.gathering import Gathering
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.outbox import Outbox
from dispatcher.sync.ports import (
    UNSETTLED,
    CaseView,
    LinkLost,
    Listener,
    Receipt,
    Remembered,
    Store,
    TakenUpTo,
)
from dispatcher.sync.replica import Replica
from dispatcher.sync.restating import Restating
from dispatcher.sync.statute import InForce
from dispatcher.sync.telling import Telling, cases_of
from dispatcher.wire.office import End, Fate, OfficeAct

SHOWN_AFTER_CLOSE = dt.timedelta(hours=24)
"""How long a closed case stays in the lists."""
HOLD_S = 60.0
"""So long an own act waits behind a colleague's once the centre is back."""


class Gap(LinkLost):
    """The feed does not follow on what is here, or all has to come again: connect again at once."""


class Desk:
    """Rows, acts and the session over one store. `pages` must have been walked to its end before a welcome."""

    def __init__(self, store: Store, listener: Listener, time: CentreTime) -> None:
        self._store = store
        self._listener = listener
        self._time = time
        self._outbox = Outbox(store)
        self.office_memory = store.office_memory() or OfficeMemory(station=uuid.uuid4().hex)
        self.colleagues = Colleagues(store, self.office_memory.station)
        self._replica = Replica(store, self._outbox, self.colleagues, self._closed_since_ms())
        standing = store.standing()
        if standing.as_of is not None:
            time.not_before(standing.as_of)
        self._ledger, self._cursor, self._as_of = standing.ledger, standing.cursor, standing.as_of
        self._touched_as_of = standing.as_of
        self._filling = standing.is_filling
        self._indexing = False
        self.telling = Telling(self._replica, self._outbox, listener)
        self.acts = Acts(store, self._outbox, self._replica, self.telling, listener, time)
        self._restating = Restating(store, self._replica)
        self._loaded = False
        self._held: dict[CommandId, Settled] = {}
        self._gathering = Gathering()
        self._at_s: float = 0.0
        self._hold_until_s: float | None = None
        remembered = store.remembered()
        if remembered is not None:
            self._enforce(InForce(remembered, time.now()))
        self.telling.outbox()
        self._listener.drafts_changed(store.drafts())

    # ---- questions

    @property
    def ledger(self) -> LedgerId:
        """The ledger the cache was filled from."""
        return self._ledger

    @property
    def cursor(self) -> Revision:
        """Up to which revision everything is here."""
        return self._cursor

    @property
    def as_of(self) -> dt.datetime | None:
        """The centre's clock when the cache was last known to be complete."""
        return self._as_of

    @property
    def newest(self) -> tuple[Revision, CommandId]:
        """The newest revision there was a row of, and the act that made it: the proof of the cursor."""
        standing = self._store.standing()
        return standing.newest, standing.newest_act

    @property
    def accepted(self) -> tuple[tuple[Revision, CommandId], ...]:
        """Acts of this station that were accepted, the newest and some from before: they prove that nothing is lost."""
        return self._store.accepted()

    @property
    def taking(self) -> TakenUpTo | None:
        """How far a snapshot has been taken over, None when none is under way."""
        return self._store.standing().taking

    @property
    def is_indexing(self) -> bool:
        """Tell whether there may be cases whose words cannot be searched yet, and nothing that goes before."""
        return self._indexing and self._loaded and not self._restating.is_going

    @property
    def session(self) -> Remembered | None:
        """Who is signed in, as the last welcome said."""
        return self.acts.in_force.session if self.acts.in_force else None

    @property
    def is_restating(self) -> bool:
        """Tell whether there are rows to be made anew, and the cache has been told."""
        return self._restating.is_going and self._loaded

    # ---- from the centre

    def pages(self) -> Iterator[None]:
        """Load and tell the rows page by page; the first replaces whatever was told before."""
        reset = True
        for page in self._store.rows(self._closed_since_ms()):
            changes = self._replica.take_page(page)
            self.telling.rows(ChangeSet(changes.rows, changes.gone, reset))
            reset = False
            yield
        if reset:
            self.telling.rows(ChangeSet(reset=True))
        self._loaded = self._indexing = True

    def welcome(self, welcome: wire.Welcome) -> bool:
        """Take the centre's first word and tell whether there is anything to catch up with.

        Where the cache belongs to a ledger of another lineage it is emptied. Where the cursor is not this ledger's as
        it stands (it was set back, under its name or another), or the person's scope has grown, all comes again while
        what is here stays in use; for a grown scope Gap asks for a new start. What a scope has lost goes at once. Acts
        that a centre set back had accepted and has lost are in doubt from then on.
        """
        known = self.acts.in_force.session if self.acts.in_force else None
        scope = welcome.scope or scope_of(welcome.actor)
        session = Remembered(actor=welcome.actor, book=welcome.book, units=welcome.units, scope=scope)
        kin = are_kin(self._ledger, welcome.ledger)
        common = self._in_common(welcome)
        if common is not None:
            self.telling.receipts(self._outbox.doubt(common))
        if kin:
            self._fit_in(known, scope, welcome)
        self._fit_in_office(office_of(welcome.actor))
        self._store.begin_ledger(welcome.ledger, session, kin=kin)
        if not kin and welcome.ledger != self._ledger:
            self._forget_rows(welcome.ledger)
        self._ledger = welcome.ledger
        if session != known:
            self._enforce(InForce(session, self._time.now()))
        if self._restating.in_doubt and self.acts.in_force is not None:
            self._restating.begin(self.acts.in_force)
            self._restating.in_doubt = False
        self._outbox.look_again()
        self._hold_until_s = None
        return welcome.head > self._cursor

    def _in_common(self, welcome: wire.Welcome) -> Revision | None:
        """Give up to where the ledger is still what it was here; None where nothing is known to be lost."""
        told = in_common(self._ledger, welcome.ledger, welcome.restored)
        if told is not None or welcome.common is not None:
            return max(told or Revision(0), welcome.common or Revision(0))
        return welcome.head if welcome.ledger == self._ledger and welcome.head < self._cursor else None

    def _fit_in_office(self, unit: UnitId | None) -> None:
        """Let go what is of another office than that of whoever is signed in."""
        if self.office_memory.unit != (unit or ""):
            bare = msgspec.structs.replace(
                self.office_memory, unit=unit or UnitId(""), keys=(), stations=(), session=None
            )
            self.remember_office(bare)
        self._look_at(self.colleagues.keep_only(unit))

    def _fit_in(self, known: Remembered | None, scope: Scope, welcome: wire.Welcome) -> None:
        """Let go what a scope has lost, and let all come again where the feed would leave something out."""
        before = None if known is None else known.scope
        other = known is not None and before != scope
        # What an older program took in, it did not say under which scope.
        grown = other and (before is None or not lies_within(scope, before))
        cursor = self._cursor
        set_back = welcome.head < cursor or (welcome.after is not None and welcome.after < cursor)
        set_back |= welcome.ledger != self._ledger
        anew = grown or set_back or (self.taking is not None and not welcome.snapshot)
        if anew:  # first: a crash after what comes next must not leave a cursor without its rows
            self._begin_again()
        if other:
            self.telling.rows(self._replica.confirm(*self._store.keep_only(scope)))
            self.telling.watched()
        taken_our_word = cursor and welcome.ledger == self._ledger
        if anew and taken_our_word and (grown or welcome.after is None):  # the centre, for where to begin
            raise Gap(words.ANEW)

    def take_part(self, part: wire.Part, rows: tuple[QueueRow, ...], up_to: TakenUpTo) -> None:
        """Take a part of a snapshot, make it durable and tell its rows. Raises LinkLost."""
        head = part.head
        if head.ledger != self._ledger or (head.place and self.taking is None):
            raise LinkLost(words.NO_SNAPSHOT)
        self._store.take(part, up_to)
        if not head.place:
            self._cursor, self._filling = Revision(0), self._store.standing().is_filling
        self.telling.rows(self._replica.confirm(rows, ()))
        if head.last:
            self._cursor, self._as_of, self._touched_as_of = head.revision, head.at, head.at
            self._filled()
            if self._restating.in_doubt and self.acts.in_force is not None:
                self._restating.begin(self.acts.in_force)
        self.telling.cases([row.id for row in rows])

    def give_up_taking(self) -> None:
        """Let rows come one by one after all."""
        if self.taking is not None:
            self._begin_again()

    def take(self, changes: wire.Changes, at_s: float, *, more: bool = False) -> bool:
        """Take a batch, come at `at_s` of the loop's clock; tells whether it is durable and told by now.

        What is live is so at once, unless `more` follows at once; while catching up it may wait. Raises Gap when it
        does not follow.
        """
        reached = self._gathering.last or self._cursor
        if changes.first != reached + 1 or changes.last < reached:
            raise Gap(words.GAP)
        if changes.gone:  # what comes and goes in one set would be told as gone without ever having been there
            self._write_gathered()
        self._gathering.add(changes, at_s)
        if not self._gathering.is_due(at_s) or (more and not changes.gone):
            return False
        self._write_gathered()
        return True

    def judged(self, settles: tuple[Settled, ...]) -> None:
        """Take verdicts that came alone; one whose row is still under way is held until it is here."""
        ripe: list[Settled] = []
        for settled in settles:
            verdict = settled.verdict
            if isinstance(verdict, Accepted) and verdict.revision > self._cursor:
                self._held[settled.act] = settled
            else:
                ripe.append(settled)
        self._settle(ripe)

    def complete(self, head: Revision, at: dt.datetime) -> None:
        """Note that nothing is missing up to `head` at `at`; written down by `touch`."""
        self._write_gathered()
        self._cursor = max(self._cursor, head)
        self._as_of = at
        if self._filling:
            self._store.touch(at, self._cursor)
            self._filled()
        released = self._released(self._cursor)
        self._settle(released)
        self._forget_held(released)

    def law_changed(self, book: LawBook) -> None:
        """Take the law book and make all open rows anew, also those made by a law that is here already.

        Rows that come after it on the same link may still be of the law before; should the link end, they are made anew
        once more after the next welcome.
        """
        if self.acts.in_force is None:
            raise LinkLost(words.SPOKE_FIRST)
        if book != self.acts.in_force.session.book:
            there = self.acts.in_force.with_book(book, self._time.now())
            self._store.begin_ledger(self._ledger, there.session)
            self._enforce(there)
        self._restating.begin(self.acts.in_force)
        self._restating.in_doubt = True

    def restate(self) -> None:
        """Make some more open rows anew; what looks different is told when all are."""
        self.telling.rows(self._restating.step())

    def index(self) -> None:
        """Make some more cases ready to be searched."""
        self._indexing = self._store.index_some()

    def touch(self) -> None:
        """Write down how far the cache is complete, if that is news."""
        if self._as_of is not None and self._as_of != self._touched_as_of:
            self._store.touch(self._as_of, self._cursor)
            self._touched_as_of = self._as_of

    # ---- to the centre

    def to_send(self) -> tuple[Act, ...]:
        """Choose the acts that leave now; they are durably marked as sent."""
        if self.acts.in_force is None:
            return ()
        now = self._time.now()
        self.expire()
        chosen = self._outbox.to_send(self.acts.in_force.session.actor.person, self._is_held)
        if self._outbox.mark_sent(chosen, now):
            self.telling.outbox()
        return tuple(receipt.act for receipt in chosen)

    def link_ended(self) -> None:
        """Forget what was under way on the link that has ended; what was gathered comes again after the cursor."""
        self._gathering.clear()
        self._held.clear()
        self._outbox.link_ended()

    def _is_held(self, act: Act) -> bool:
        """Tell whether an act waits for a colleague's on the same case, which the centre has yet to hear."""
        if not len(self.colleagues) or not self.colleagues.stands_before(act.id, act.command.case):
            return False
        if self._hold_until_s is None:
            self._hold_until_s = self._at_s + HOLD_S
        return self._at_s < self._hold_until_s

    # ---- with the office

    def remember_office(self, memory: OfficeMemory) -> None:
        """Keep what the office needs without the centre."""
        if memory != self.office_memory:
            self._store.keep_office_memory(memory)
            self.office_memory = memory

    def waiting(self) -> tuple[Receipt, ...]:
        """List this station's acts that wait, in the order they were made."""
        return self._outbox.all()

    def receipt(self, act: CommandId) -> Receipt | None:
        """Give the receipt of an act of this station, whatever became of it."""
        return self._store.receipt(act)

    def lend(self, after: Revision) -> Iterator[tuple[wire.CaseRow, ...]]:
        """Page through the confirmed rows after a revision."""
        return self._store.rows_after(after)

    def borrow(self, rows: Sequence[wire.CaseRow]) -> None:
        """Take confirmed rows of a neighbour where they are newer; rows are made by the law that is here.

        Up to the cursor all is here, and what is not has left.
        """
        if self.acts.in_force is None:
            return
        fresh: list[wire.CaseRow] = []
        for row in rows:
            here = self._store.row(row.row.id)
            if row.row.revision > self._cursor and (here is None or here.revision < row.row.revision):
                case = msgspec.json.decode(row.body, type=Case)
                fresh.append(msgspec.structs.replace(row, row=summarise(case, self.acts.in_force.law)))
        if not fresh:
            return
        self._store.borrow(fresh)
        self._forget_confirmed([row.row.id for row in fresh])
        self.telling.rows(self._replica.confirm([row.row for row in fresh], ()))
        self.telling.cases([row.row.id for row in fresh])

    def take_from_office(self, entries: Sequence[OfficeAct]) -> None:
        """Take pending acts with their places; what is confirmed here already is dropped at once."""
        now = self._time.now()
        touched = self.colleagues.take([entry for entry in entries if not self.colleagues.is_stale(entry, now)])
        touched |= self._forget_confirmed(touched)
        self._look_at(touched)

    def end_in_office(self, ends: Iterable[End]) -> None:
        """Take that acts are pending no more; an accepted one stays until the confirmed case is here."""
        gone = (end for end in ends if end.fate is not Fate.ACCEPTED)
        self._look_at(self.colleagues.end(gone, self._time.now()))

    def may_share(self, act: Act) -> bool:
        """Tell whether an act is the office's to know: it is on a case that lies here, or makes one."""
        return isinstance(act.command, ReceiveOrder) or self._store.row(act.command.case) is not None

    # ---- time

    def pass_time(self, at_s: float) -> None:
        """Do what time alone brings about: write what has been gathered long enough, expire acts, change the law."""
        before_s, self._at_s = self._at_s, at_s
        if self._gathering.is_due(at_s):
            self._write_gathered()
        self.expire()
        now = self._time.now()
        self._look_at(self.colleagues.end(self.colleagues.stale(now), now))
        if self.telling.ended:
            self._forget_ended()
            self.telling.ended = False
        if self._hold_until_s is not None and before_s < self._hold_until_s <= at_s:
            self._outbox.look_again()
        if self.acts.in_force is not None and self.acts.in_force.has_passed(now):
            self._enforce(InForce(self.acts.in_force.session, now))

    def expire(self) -> None:
        """Stop and tell the acts that were never sent and have become stale."""
        receipts = self._outbox.expire(self._time.now())
        if receipts:
            self.telling.change(receipts)

    def let_go(self) -> None:
        """Drop from the lists what has been closed long enough."""
        self.telling.rows(self._replica.forget_closed_before(self._closed_since_ms()))

    # ---- from the person

    def open_views(self) -> Iterator[CaseView]:
        """Go through the open cases, what is due first in front; other work may go on in between."""
        for case in self._replica.open_cases():
            view = self._replica.view(case)
            if view is not None and view.case.is_open:
                yield view

    def search(self, asked: str, limit: int) -> None:
        """Tell what all cases here have of these words."""
        self._listener.cases_found(asked, self._store.search(asked, limit))

    def list_receipts(self, limit: int) -> None:
        """Tell the newest receipts."""
        self._listener.receipts_listed(self._store.receipts(limit))

    def destroy(self) -> int:
        """Destroy the store; gives how many acts in it had no verdict."""
        unsent = len(self._outbox.all())
        self._store.destroy()
        return unsent

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    # ---- inside

    def _write_gathered(self) -> None:
        changes, arrivals = self._gathering.whole(), self._gathering.arrivals()
        if changes is None:
            return
        now = self._time.now()
        as_of = (changes.committed_at or self._as_of or now) if changes.catching_up else now
        released = self._released(changes.last)
        if released:
            changes = msgspec.structs.replace(changes, settles=(*changes.settles, *released))
        self._store.apply(changes, as_of)
        self._gathering.clear()
        self._indexing |= not changes.catching_up
        self._cursor, self._as_of, self._touched_as_of = changes.last, as_of, as_of
        self._forget_held(released)
        receipts = self._outbox.applied(changes.settles, now)
        cases = [row.row.id for row in changes.rows]
        self._forget_confirmed(cases)
        for arrival in arrivals:
            self._listener.arrived(arrival)
        touched = cases_of(receipts)
        self.telling.rows(self._replica.confirm([row.row for row in changes.rows], changes.gone, touched))
        self.telling.receipts(receipts)
        self.telling.cases((*cases, *touched), changes.gone)
        if not changes.catching_up and self._filling:
            self._filled()

    def _begin_again(self) -> None:
        self._store.begin_again()
        self._cursor, self._filling = Revision(0), self._store.standing().is_filling

    def _filled(self) -> None:
        """All has come: what has not come again goes."""
        self._indexing = True
        if not self._filling:
            return
        gone = self._store.sweep()
        self._filling = False
        self.telling.rows(self._replica.confirm((), gone))
        self.telling.cases(gone)

    def _closed_since_ms(self) -> int:
        return epoch_ms(self._time.now() - SHOWN_AFTER_CLOSE)

    def _enforce(self, there: InForce) -> None:
        self.acts.in_force = there
        self._listener.session_changed(there.session, there.law)
        self.telling.rows(self._replica.judge_by(there.session.actor, there.law))
        if self._store.law_mark() != there.mark():
            if self._store.count():
                self._restating.begin(there)
            else:
                self._store.mark_law(there.mark())  # whatever comes is made under the law told last

    def _forget_rows(self, ledger: LedgerId) -> None:
        self._ledger, self._cursor, self._as_of, self._touched_as_of = ledger, Revision(0), None, None
        self.telling.rows(self._replica.forget())
        self.telling.watched()

    def _released(self, cursor: Revision) -> tuple[Settled, ...]:
        return tuple(
            settled
            for settled in self._held.values()
            if isinstance(settled.verdict, Accepted) and settled.verdict.revision <= cursor
        )

    def _forget_held(self, settles: Iterable[Settled]) -> None:
        for settled in settles:
            del self._held[settled.act]

    def _settle(self, settles: Sequence[Settled]) -> None:
        receipts = self._outbox.settle(settles, self._time.now())
        if receipts:
            self.telling.change(receipts)
        if len(self.colleagues):
            ends = [end_of(settled) for settled in settles]
            self._look_at(self.colleagues.settled(ends, self._time.now()))

    def _forget_confirmed(self, cases: Iterable[CaseId]) -> set[CaseId]:
        """Drop the office's acts whose effect the confirmed cases hold; gives the cases where there was one."""
        self.telling.ended = True  # until it is done: this may fail of a full disk
        touched: set[CaseId] = set()
        for case in cases:
            if not self.colleagues.on(case):
                continue
            confirmed = self._store.case(case)
            if confirmed is not None:
                acts = (recorded.act for recorded in confirmed.history)
                touched |= self.colleagues.confirmed(case, acts, self._time.now())
        if touched:
            self._outbox.look_again()
        return touched

    def _forget_ended(self) -> None:
        """Drop the office's acts whose end is known here: own ones, and what a crash or a full disk has left."""
        mine = [entry.act.id for entry in self.colleagues.all() if entry.station == self.colleagues.station]
        receipts = {act: self._store.receipt(act) for act in mine}
        over = [end_of_own(act, kept) for act, kept in receipts.items() if kept is None or kept.state not in UNSETTLED]
        touched = self.colleagues.settled(over, self._time.now())
        touched |= self._forget_confirmed({entry.act.command.case for entry in self.colleagues.all()})
        self._look_at(touched)

    def _look_at(self, cases: set[CaseId]) -> None:
        """Tell the cases whose pending acts in the office have changed."""
        if cases:
            self._outbox.look_again()
            self.telling.rows(self._replica.refold(cases))
            self.telling.cases(cases)
