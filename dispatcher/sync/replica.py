"""The replica: the rows a station shows, confirmed ones with the pending acts of station and colleagues on top.

Promises: what comes out is what visibly changed, never a row that looks as before; a pending act is folded by the
same rules that the centre judges by, and falls away when they refuse it on what is confirmed by now. Rows themselves
are held by those they are told to: here their looks are enough, a tenth of the memory.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor
from dispatcher.models.queue import NEVER_MS, Pending, QueueRow, summarise
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.sync.colleagues import Colleagues
from dispatcher.sync.outbox import Outbox
from dispatcher.sync.ports import UNSETTLED, ActState, CaseView, Receipt, Store
from dispatcher.wire.office import OfficeAct

_HASH_BITS = 64


def look_of(row: QueueRow) -> int:
    """Tell rows apart that look different: the revision above a hash of all columns, for this process alone."""
    return row.revision << _HASH_BITS | hash(row) & (1 << _HASH_BITS) - 1


class Replica:
    """What is shown, by case. Rows closed before `closed_since_ms` are left out. Raises the store's Trouble."""

    def __init__(self, store: Store, outbox: Outbox, colleagues: Colleagues, closed_since_ms: int) -> None:
        self._store = store
        self._outbox = outbox
        self._colleagues = colleagues
        self._closed_since_ms = closed_since_ms
        self._shown: dict[CaseId, int] = {}
        self._closed: dict[CaseId, int] = {}
        self._untold: dict[CaseId, tuple[int, QueueRow]] = {}  # how they looked when they were told, and are now
        self._actor: Actor | None = None
        self._law: Law | None = None

    def __len__(self) -> int:
        return len(self._shown)

    def judge_by(self, actor: Actor, law: Law) -> ChangeSet:
        """Fold pending acts as `actor` under `law` from now on."""
        self._actor, self._law = actor, law
        return self.refold(self._outbox.cases() | self._colleagues.cases()) if self._shown else ChangeSet()

    def take_page(self, rows: Iterable[QueueRow]) -> ChangeSet:
        """Take rows as the store gave them at the start: what a batch does, faster where nothing waits."""
        shown, since_ms, waits_on = self._shown, self._closed_since_ms, self._waits_on()
        fresh: list[QueueRow] = []
        for row in rows:
            case = row.id
            if row.closed_ms < since_ms:
                continue
            if waits_on(case):
                row = self._with_pending(row)
            look = look_of(row)
            if shown.get(case) == look:
                continue
            shown[case] = look
            fresh.append(row)
            if row.closed_ms != NEVER_MS:
                self._closed[case] = row.closed_ms
        return ChangeSet(tuple(fresh))

    def forget(self) -> ChangeSet:
        """Show nothing any more."""
        self._shown.clear()
        self._closed.clear()
        self._untold.clear()
        return ChangeSet(reset=True)

    def confirm(self, rows: Iterable[QueueRow], gone: Iterable[CaseId], settled: Iterable[CaseId] = ()) -> ChangeSet:
        """Take rows the store has just made durable; `settled` are further cases whose pending acts have changed."""
        changed: dict[CaseId, QueueRow] = {}
        left: list[CaseId] = []
        waits_on = self._waits_on()
        for row in rows:
            self._show(row.id, self._with_pending(row) if waits_on(row.id) else row, changed, left)
        for case in gone:
            self._show(case, None, changed, left)
        for case in settled:
            if case not in changed:
                self._show(case, self._looked_up(case), changed, left)
        return ChangeSet(tuple(changed.values()), tuple(left))

    def restate(self, rows: Iterable[QueueRow]) -> None:
        """Take rows made anew of what is confirmed already; what looks different is kept for `untold`."""
        for row in rows:
            shown = self._shown.get(row.id)
            if shown is None or shown >> _HASH_BITS != row.revision:
                continue
            row = self._with_pending(row)
            look = look_of(row)
            if look != shown:
                self._shown[row.id] = look
                told, _ = self._untold.get(row.id, (shown, row))
                self._untold[row.id] = told, row

    def untold(self) -> ChangeSet:
        """Give what `restate` has changed and nothing has told since."""
        rows = tuple(row for told, row in self._untold.values() if look_of(row) != told)
        self._untold.clear()
        return ChangeSet(rows)

    def refold(self, cases: Iterable[CaseId]) -> ChangeSet:
        """Look again at cases whose pending acts have changed."""
        return self.confirm((), (), cases)

    def forget_closed_before(self, closed_since_ms: int) -> ChangeSet:
        """Let go what has been closed long enough."""
        self._closed_since_ms = closed_since_ms
        old = [case for case, closed_ms in self._closed.items() if closed_ms < closed_since_ms]
        for case in old:
            del self._closed[case]
            del self._shown[case]
            self._untold.pop(case, None)
        return ChangeSet((), tuple(old))

    def folded(self, case: CaseId) -> tuple[Case, int] | None:
        """Give a case as it stands with its pending acts, and how much of its history the centre has."""
        confirmed = self._store.case(case)
        if confirmed is None:
            return None
        return self._fold(confirmed), len(confirmed.history)

    def open_cases(self) -> tuple[CaseId, ...]:
        """List the open cases as they are shown, what is due first in front."""
        waits_on = self._waits_on()
        rows = (
            self._with_pending(row) if waits_on(row.id) else row for page in self._store.rows(NEVER_MS) for row in page
        )
        return tuple(case for _, case in sorted((row.due_ms, row.id) for row in rows if row.is_open))

    def view(self, case: CaseId) -> CaseView | None:
        """Give a case for the case panel."""
        found = self.folded(case)
        if found is None:
            return None
        return CaseView(case=found[0], confirmed=found[1], acts=self._outbox.on(case), office=self._others_on(case))

    def _waits_on(self) -> Callable[[CaseId], bool]:
        """Give what tells whether anything is pending on a case; asked of every row, so without a detour."""
        own, others = self._outbox.waits_on, self._colleagues.on
        return own if not len(self._colleagues) else lambda case: own(case) or bool(others(case))

    def _others_on(self, case: CaseId) -> tuple[OfficeAct, ...]:
        mine = self._colleagues.station
        return tuple(entry for entry in self._colleagues.on(case) if entry.station != mine)

    def _looked_up(self, case: CaseId) -> QueueRow | None:
        row = self._store.row(case)
        return self._with_pending(row) if row else None

    def _with_pending(self, row: QueueRow) -> QueueRow:
        own, others = self._outbox.on(row.id), self._others_on(row.id)
        if not own and not others:
            return row
        law = self._law
        if law is not None and (others or any(receipt.state in UNSETTLED for receipt in own)):
            confirmed = self._store.case(row.id)
            folded = self._fold(confirmed) if confirmed else None
            if folded is not None and folded is not confirmed:
                row = summarise(folded, law)
        if own:
            pending, receipt = _loudest(own)
            command = receipt.act.command
        else:
            pending, command = Pending.OFFICE, others[-1].act.command
        return msgspec.structs.replace(row, pending=pending, pending_what=command_tag(command))

    def _fold(self, case: Case) -> Case:
        """Fold each act as of the instant it was made: what is shown does not change by mere waiting."""
        if self._actor is None or self._law is None:
            return case
        known = {recorded.act for recorded in case.history}  # judged already, the verdict still under way
        for act, maker in self._in_order(case.id, self._actor):
            if act.id in known:
                continue
            found = judge(act, case, maker, self._law, act.made_at)
            if isinstance(found, Refused):
                continue
            for recorded in found:
                case = evolve(case, recorded, case.revision)
        return case

    def _in_order(self, case: CaseId, actor: Actor) -> Iterator[tuple[Act, Actor]]:
        """Give the pending acts on a case with their makers: in the office's order, then what only this station has."""
        waiting = {receipt.act.id: receipt.act for receipt in self._outbox.on(case) if receipt.state in UNSETTLED}
        own = {id_: act for id_, act in waiting.items() if act.by == actor.person}
        for entry in self._colleagues.on(case):
            act = own.pop(entry.act.id, None)
            if act is not None:
                yield act, actor
            elif entry.station != self._colleagues.station or entry.act.id in waiting:
                yield entry.act, entry.maker
        for act in own.values():
            yield act, actor

    def _show(self, case: CaseId, row: QueueRow | None, changed: dict[CaseId, QueueRow], left: list[CaseId]) -> None:
        shown = self._shown.get(case)
        if row is None or row.closed_ms < self._closed_since_ms:
            if shown is not None:
                del self._shown[case]
                self._untold.pop(case, None)
                self._closed.pop(case, None)
                changed.pop(case, None)
                left.append(case)
            return
        look = look_of(row)
        if look == shown:
            return
        self._shown[case] = look
        told, _ = self._untold.pop(case, (shown, row))
        if told != look:
            changed[case] = row
        if row.closed_ms != NEVER_MS:
            self._closed[case] = row.closed_ms
        elif self._closed:
            self._closed.pop(case, None)


def command_tag(command: AnyCommand) -> str:
    """Give the tag a command has on the wire, which names it for people too."""
    return str(command.__struct_config__.tag)


def _loudest(waiting: tuple[Receipt, ...]) -> tuple[Pending, Receipt]:
    for state, pending in ((ActState.PARKED, Pending.PARKED), (ActState.EXPIRED, Pending.EXPIRED)):
        for receipt in waiting:
            if receipt.state is state:
                return pending, receipt
    return Pending.PENDING, waiting[0]
