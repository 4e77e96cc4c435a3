"""Hand-written stand-ins: time that is driven, a store in memory, a centre that speaks the wire, a listener that notes.

The store keeps the port's contract (one suite runs over it and the real one); the centre judges by the real rules.
"""

import asyncio
import datetime as dt
import selectors
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from dispatcher import wire
from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lineage import are_kin
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Scope, in_scope
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.bodies import Packer
from dispatcher.sync.office_ports import OfficeMemory
from dispatcher.sync.ports import (
    ActAnswer,
    ActState,
    Arrival,
    CaseView,
    Draft,
    LinkState,
    LinkStatus,
    OpenCases,
    Receipt,
    Remembered,
    Standing,
    TakenUpTo,
    Trouble,
    state_after,
)
from dispatcher.wire import NO_CALLER
from dispatcher.wire.office import OfficeAct
from tests import builders

PATIENCE_S = 120.0
"""How long, in driven time, a story waits for what must happen."""


class FakeClock:
    """Time that passes when told to; the wall clock can be set apart from it."""

    def __init__(self, wall: dt.datetime = builders.NOON) -> None:
        self._wall = wall
        self._passed_s = 0.0

    def now(self) -> dt.datetime:
        return self._wall + dt.timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        return self._passed_s

    def advance(self, seconds: float) -> None:
        self._passed_s += seconds

    def set_wall(self, by_s: float) -> None:
        """Set the wall clock forward or back, as a person or a time server does."""
        self._wall += dt.timedelta(seconds=by_s)


class DrivenLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time: when nothing is ready its clock goes to the next timer."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        super().__init__(_NeverWaits(clock))

    def time(self) -> float:
        return self._clock.monotonic()


class _NeverWaits(selectors.DefaultSelector):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._driven = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            raise RuntimeError("nothing will ever happen: no timer runs and nothing is ready")
        self._driven.advance(timeout)
        return ready


async def until(happened: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Let driven time pass until something has happened; fail when it does not."""
    deadline_s = asyncio.get_running_loop().time() + patience_s
    while not happened():
        assert asyncio.get_running_loop().time() < deadline_s, "it never happened"
        await asyncio.sleep(0.01)


class MemoryStore:
    """The Store port over dictionaries. `failing` is raised by every call until it is taken away."""

    def __init__(self, page: int = 100) -> None:
        self.failing: Trouble | None = None
        self.failing_writes: Trouble | None = None
        self.writes = 0
        self.is_open = True
        self._page = page
        self._standing = Standing(ledger=LedgerId(""), cursor=Revision(0), as_of=None)
        self._remembered: Remembered | None = None
        self._law_mark = ""
        self.destroyed = False
        self._rows: dict[CaseId, wire.CaseRow] = {}
        self._receipts: dict[CommandId, Receipt] = {}
        self._stale: set[CaseId] = set()
        self._unindexed = False
        self._office: OfficeMemory | None = None
        self._office_acts: dict[CommandId, OfficeAct] = {}
        self._ledgers: dict[CommandId, LedgerId] = {}
        self._drafts: dict[tuple[CaseId, str], Draft] = {}

    def reopened(self) -> "MemoryStore":
        """Give the store as the next start of the program opens it."""
        self.is_open = True
        return self

    def standing(self) -> Standing:
        self._reads()
        return self._standing

    def remembered(self) -> Remembered | None:
        self._reads()
        return self._remembered

    def law_mark(self) -> str:
        self._reads()
        return self._law_mark

    def mark_law(self, mark: str) -> None:
        self._wrote()
        self._law_mark = mark

    def open_cases(self, after: int, limit: int) -> tuple[tuple[int, QueueRow, Case], ...]:
        self._reads()
        places = list(enumerate(self._rows.values(), 1))[after:]
        found = [(n, row) for n, row in places if row.row.is_open][:limit]
        return tuple((n, row.row, msgspec.json.decode(row.body, type=Case)) for n, row in found)

    def replace_rows(self, rows: Sequence[tuple[int, QueueRow]]) -> None:
        self._wrote()
        for _, row in rows:
            kept = self._rows.get(row.id)
            if kept is not None and kept.row.revision == row.revision:
                self._rows[row.id] = msgspec.structs.replace(kept, row=row)

    def begin_ledger(self, ledger: LedgerId, remembered: Remembered, *, kin: bool = False) -> None:
        if kin and ledger != self._standing.ledger:
            self.begin_again()
            self._standing = msgspec.structs.replace(self._standing, ledger=ledger)
        self._wrote()
        self._remembered = remembered
        if ledger != self._standing.ledger:
            self._rows.clear()
            self._stale.clear()
            self._standing = Standing(ledger=ledger, cursor=Revision(0), as_of=None)

    def apply(self, changes: wire.Changes, as_of: dt.datetime) -> None:
        self._wrote()
        self._put(changes.rows)
        for case in changes.gone:
            self._rows.pop(case, None)
            self._stale.discard(case)
        for settled in changes.settles:
            receipt = self._receipts.get(settled.act)
            if receipt is not None:
                self._ledgers[settled.act] = self._standing.ledger
                judged_at = settled.verdict.judged_at if isinstance(settled.verdict, Accepted) else as_of
                self._receipts[settled.act] = msgspec.structs.replace(
                    receipt, state=state_after(settled.verdict), verdict=settled.verdict, judged_at=judged_at
                )
        self._standing = msgspec.structs.replace(self._standing, cursor=changes.last, as_of=as_of)
        if changes.rows:
            newest = msgspec.json.decode(changes.rows[-1].body, type=Case)
            self._proved(newest.revision, newest.history[-1].act if newest.history else CommandId(""))

    def begin_again(self) -> None:
        self._wrote()
        self._stale = set(self._rows)
        self._standing = msgspec.structs.replace(
            self._standing, cursor=Revision(0), is_filling=bool(self._stale), taking=None
        )
        self._proved(Revision(0), CommandId(""))

    def take(self, part: wire.Part, up_to: TakenUpTo) -> None:
        if part.head.place == 0:
            self.begin_again()
        self._wrote()
        packer = Packer()
        rows: list[wire.CaseRow] = []
        for entry, row in zip(msgspec.json.decode(part.entries, type=list[wire.Entry]), part.rows(), strict=True):
            end = entry.body_at + entry.body_bytes
            body = packer.unpack(bytes(part.block[entry.body_at : end]))
            caller = bytes(part.block[end : end + entry.caller_bytes])
            rows.append(wire.CaseRow(row, msgspec.Raw(body), msgspec.Raw(caller) if caller else NO_CALLER))
        self._put(rows)
        self._standing = msgspec.structs.replace(self._standing, taking=None if part.head.last else up_to)
        if part.head.last:
            self._standing = msgspec.structs.replace(self._standing, cursor=part.head.revision, as_of=part.head.at)
            self._proved(part.head.newest, part.head.newest_act)

    def sweep(self) -> tuple[CaseId, ...]:
        self._wrote()
        gone, self._stale = tuple(self._stale), set()
        for case in gone:
            del self._rows[case]
        self._standing = msgspec.structs.replace(self._standing, is_filling=False)
        return gone

    def keep_only(self, scope: Scope) -> tuple[tuple[QueueRow, ...], tuple[CaseId, ...]]:
        self._wrote()
        gone: list[CaseId] = []
        changed: list[QueueRow] = []
        for id_, row in self._rows.items():
            case = msgspec.json.decode(row.body, type=Case)
            summoned = {summons.unit for whistle in case.whistles for summons in whistle.summons}
            if not in_scope(scope, case.holder, case.community, summoned):
                gone.append(id_)
            elif (seen := wire.as_seen_by(scope, row)) is not row:
                self._rows[id_] = seen
                changed.append(seen.row)
        for id_ in gone:
            del self._rows[id_]
            self._stale.discard(id_)
        self._unindexed |= bool(changed)
        if self._remembered is not None:
            self._remembered = msgspec.structs.replace(self._remembered, scope=scope)
        return tuple(changed), tuple(gone)

    def index_some(self) -> bool:
        more, self._unindexed = self._unindexed, False
        if more:
            self._wrote()
        return more

    def search(self, asked: str, limit: int) -> tuple[QueueRow, ...]:
        self._reads()
        words = [word for part in asked.split() if (word := _plain(part))]
        if not words:
            return ()
        found = [row.row for row in self._rows.values() if all(word in _words_of(row.body) for word in words)]
        return tuple(reversed(found))[:limit]

    def _put(self, rows: Sequence[wire.CaseRow]) -> None:
        self._unindexed |= bool(rows)
        for row in rows:
            if row.row.id in self._stale:
                self._stale.discard(row.row.id)
                del self._rows[row.row.id]
            self._rows[row.row.id] = row

    def _proved(self, newest: Revision, act: CommandId) -> None:
        self._standing = msgspec.structs.replace(self._standing, newest=newest, newest_act=act)

    def settle(self, receipts: tuple[Receipt, ...]) -> None:
        self._wrote()
        for receipt in receipts:
            self._receipts[receipt.act.id] = receipt
            self._ledgers[receipt.act.id] = self._standing.ledger

    def touch(self, as_of: dt.datetime, cursor: Revision) -> None:
        self._wrote()
        self._standing = msgspec.structs.replace(self._standing, cursor=cursor, as_of=as_of)

    def rows(self, closed_since_ms: int) -> Iterator[tuple[QueueRow, ...]]:
        self._reads()
        wanted = sorted(
            (row.row for row in self._rows.values() if row.row.closed_ms >= closed_since_ms), key=lambda row: row.due_ms
        )
        for start in range(0, len(wanted), self._page):
            yield tuple(wanted[start : start + self._page])

    def row(self, case: CaseId) -> QueueRow | None:
        self._reads()
        found = self._rows.get(case)
        return found.row if found else None

    def case(self, case: CaseId) -> Case | None:
        self._reads()
        found = self._rows.get(case)
        return msgspec.json.decode(found.body, type=Case) if found else None

    def caller(self, case: CaseId) -> Caller | None:
        self._reads()
        found = self._rows.get(case)
        if found is None or found.caller == NO_CALLER:
            return None
        return msgspec.json.decode(found.caller, type=Caller)

    def count(self) -> int:
        self._reads()
        return len(self._rows)

    def enqueue(self, act: Act) -> Receipt:
        self._wrote()
        return self._enqueued(act)

    def replace(self, acts: Sequence[Act], given_up: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        self._wrote()
        kept = tuple(self._enqueued(act) for act in acts)
        self._receipts |= {receipt.act.id: receipt for receipt in given_up}
        return kept

    def _enqueued(self, act: Act) -> Receipt:
        if act.id not in self._receipts:
            self._receipts[act.id] = Receipt(
                seq=len(self._receipts) + 1, act=act, state=ActState.QUEUED, made_at=act.made_at
            )
        return self._receipts[act.id]

    def unsettled(self) -> tuple[Receipt, ...]:
        self._reads()
        waiting = (ActState.QUEUED, ActState.SENT, ActState.PARKED, ActState.EXPIRED, ActState.DOUBTED)
        return tuple(receipt for receipt in self._receipts.values() if receipt.state in waiting)

    def doubt(self, head: Revision) -> tuple[Receipt, ...]:
        self._wrote()
        for act, receipt in self._receipts.items():
            verdict = receipt.verdict
            above = isinstance(verdict, Accepted) and verdict.revision > head
            if above and receipt.state is ActState.ACCEPTED and self._is_kin(act):
                self._receipts[act] = msgspec.structs.replace(receipt, state=ActState.DOUBTED)
        return tuple(receipt for receipt in self._receipts.values() if receipt.state is ActState.DOUBTED)

    def accepted(self) -> tuple[tuple[Revision, CommandId], ...]:
        self._reads()
        found = [
            (receipt.verdict.revision, act)
            for act, receipt in reversed(self._receipts.items())
            if receipt.state is ActState.ACCEPTED and isinstance(receipt.verdict, Accepted) and self._is_kin(act)
        ]
        before = [found[2**place] for place in range(6, 32) if 2**place < len(found)]
        return (*found[:32], *before)

    def _is_kin(self, act: CommandId) -> bool:
        return are_kin(self._ledgers.get(act, LedgerId("")), self._standing.ledger)

    def drafts(self) -> tuple[Draft, ...]:
        self._reads()
        return tuple(sorted(self._drafts.values(), key=lambda draft: draft.saved_at, reverse=True))

    def keep_draft(self, draft: Draft) -> None:
        self._wrote()
        self._drafts[draft.case, draft.form] = draft

    def drop_draft(self, case: CaseId, form: str) -> None:
        self._wrote()
        self._drafts.pop((case, form), None)

    def receipts(self, limit: int) -> tuple[Receipt, ...]:
        self._reads()
        return tuple(reversed(self._receipts.values()))[:limit]

    def receipt(self, act: CommandId) -> Receipt | None:
        self._reads()
        return self._receipts.get(act)

    def office_memory(self) -> OfficeMemory | None:
        self._reads()
        return self._office

    def keep_office_memory(self, memory: OfficeMemory) -> None:
        self._wrote()
        self._office = memory

    def office_acts(self) -> tuple[OfficeAct, ...]:
        self._reads()
        return tuple(sorted(self._office_acts.values(), key=lambda entry: (entry.place, entry.act.id)))

    def keep_office_acts(self, kept: Sequence[OfficeAct], dropped: Iterable[CommandId]) -> None:
        self._wrote()
        self._office_acts |= {entry.act.id: entry for entry in kept}
        for act in dropped:
            self._office_acts.pop(act, None)

    def rows_after(self, revision: Revision) -> Iterator[tuple[wire.CaseRow, ...]]:
        self._reads()
        later = sorted((r for r in self._rows.values() if r.row.revision > revision), key=lambda r: r.row.revision)
        for start in range(0, len(later), self._page):
            yield tuple(later[start : start + self._page])

    def borrow(self, rows: Sequence[wire.CaseRow]) -> None:
        self._wrote()
        for row in rows:
            self._rows[row.row.id] = row

    def close(self) -> None:
        self.is_open = False

    def destroy(self) -> None:
        self.is_open = False
        self.__init__(self._page)
        self.destroyed = True

    def wire_rows(self) -> tuple[wire.CaseRow, ...]:
        """Give all that is kept, for comparing."""
        return tuple(self._rows.values())

    def _reads(self) -> None:
        assert self.is_open, "used after close"
        if self.failing is not None:
            raise self.failing

    def _wrote(self) -> None:
        self._reads()
        if self.failing_writes is not None:
            raise self.failing_writes
        self.writes += 1


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _words_of(body: msgspec.Raw) -> str:
    """Give all that is searched of a case, field by field."""
    case = msgspec.json.decode(body, type=Case)
    order, place = case.order, case.order.place
    fields = (order.number, order.title, order.text, place.address, place.community, place.spot, *order.category)
    more = (order.reported_party, *order.labels, order.previous_number, case.assignee)
    return "\n".join(_plain(field) for field in (*fields, *more))


class Recorder:
    """A listener that notes everything and keeps what a screen would show."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.sessions: list[Remembered] = []
        self.laws: list[Law] = []
        self.loads: list[tuple[Mapping[UnitId, int], dt.datetime]] = []
        self.missing: list[str] = []
        self.sets: list[ChangeSet] = []
        self.rows: dict[CaseId, QueueRow] = {}
        self.arrivals: list[Arrival] = []
        self.statuses: list[LinkStatus] = []
        self.views: list[CaseView | None] = []
        self.outbox: tuple[Receipt, ...] = ()
        self.answers: list[ActAnswer] = []
        self.settled: list[Receipt] = []
        self.listed: tuple[Receipt, ...] = ()
        self.found: list[tuple[str, tuple[QueueRow, ...]]] = []
        self.drafts: tuple[Draft, ...] = ()
        self.pack: OpenCases | None = None
        self.troubles: list[str] = []
        self.wiped = ""

    @property
    def status(self) -> LinkStatus:
        return self.statuses[-1]

    @property
    def states(self) -> list[LinkState]:
        """The states in the order they were entered."""
        return [s.state for i, s in enumerate(self.statuses) if i == 0 or self.statuses[i - 1].state is not s.state]

    def answer(self, act: CommandId) -> ActAnswer:
        return next(answer for answer in self.answers if answer.act == act)

    def session_changed(self, remembered: Remembered, law: Law) -> None:
        self.told.append("session")
        self.sessions.append(remembered)
        self.laws.append(law)

    def loads_changed(self, units: Mapping[UnitId, int], as_of: dt.datetime) -> None:
        self.told.append("loads")
        self.loads.append((units, as_of))

    def rows_changed(self, changes: ChangeSet) -> None:
        self.told.append("rows")
        self.sets.append(changes)
        if changes.reset:
            self.rows.clear()
        for case in changes.gone:
            assert case in self.rows, "gone, but it was never shown"
            del self.rows[case]
        for row in changes.rows:
            assert self.rows.get(row.id) != row, "told again though it looks as before"
            self.rows[row.id] = row

    def arrived(self, arrival: Arrival) -> None:
        self.told.append("arrived")
        self.arrivals.append(arrival)

    def link_changed(self, status: LinkStatus) -> None:
        self.told.append("link")
        assert not self.statuses or self.statuses[-1] != status
        self.statuses.append(status)

    def case_changed(self, view: CaseView | None, case: CaseId, why: str = "") -> None:
        self.told.append("case")
        assert (view is None) == bool(why)
        self.missing.append(why)
        self.views.append(view)

    def outbox_changed(self, receipts: tuple[Receipt, ...]) -> None:
        self.told.append("outbox")
        self.outbox = receipts

    def act_answered(self, answer: ActAnswer) -> None:
        self.told.append("answered")
        self.answers.append(answer)

    def act_settled(self, receipt: Receipt) -> None:
        self.told.append("settled")
        self.settled.append(receipt)

    def receipts_listed(self, receipts: tuple[Receipt, ...]) -> None:
        self.told.append("listed")
        self.listed = receipts

    def cases_found(self, asked: str, rows: tuple[QueueRow, ...]) -> None:
        self.told.append("found")
        self.found.append((asked, rows))

    def drafts_changed(self, drafts: tuple[Draft, ...]) -> None:
        self.told.append("drafts")
        self.drafts = drafts

    def open_cases_listed(self, listed: OpenCases) -> None:
        self.told.append("pack")
        self.pack = listed

    def trouble(self, text: str) -> None:
        self.told.append("trouble")
        self.troubles.append(text)

    def station_wiped(self, reason: str) -> None:
        self.told.append("wiped")
        self.wiped = reason
