"""A bridge with nothing behind it: the same signals, and a small centre in memory that judges by the real rules.

Answers come at once, within the call. What was asked is kept in `asked`; `cut`, `restore` and `settle` play the link
and the centre. The clock stands still until `advance`.
"""

import datetime as dt
import uuid
from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QObject, Signal

from dispatcher.bridge import (
    ActAnswer,
    ActState,
    CaseView,
    Draft,
    LinkState,
    LinkStatus,
    OpenCases,
    Receipt,
    Remembered,
)
from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act, AnyCommand, BlowWhistle, Command
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, law_at
from dispatcher.models.merging import seen_in
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Unit
from dispatcher.models.queue import Pending, QueueRow, epoch_ms, summarise
from dispatcher.models.rules import judge, valid_until
from dispatcher.models.verdicts import Accepted, Refused

UNSETTLED = (ActState.QUEUED, ActState.SENT)


class FakeBridge(QObject):
    session_changed = Signal(object)
    law_changed = Signal(object)
    loads_changed = Signal(object)
    rows_changed = Signal(object)
    arrived = Signal(object)
    link_changed = Signal(object)
    case_changed = Signal(object)
    outbox_changed = Signal(object)
    act_answered = Signal(object)
    act_settled = Signal(object)
    receipts_listed = Signal(object)
    drafts_changed = Signal(object)
    open_cases_listed = Signal(object)
    trouble_told = Signal(object)

    def __init__(self, now: dt.datetime, session: Remembered | None = None, cases: Iterable[Case] = ()) -> None:
        super().__init__()
        self.clock = now
        self.session: Remembered | None = None
        self.law: Law | None = None
        self.loads: dict[UnitId, int] = {}
        self.loads_as_of: dt.datetime | None = None
        self.why_no_case = ""
        self.link: LinkStatus | None = None
        self.language = "zh"
        self.outbox: tuple[Receipt, ...] = ()
        self.drafts: dict[tuple[CaseId, str], Draft] = {}
        self.receipts: list[Receipt] = []
        self.confirmed: dict[CaseId, Case] = {}
        self.rows: dict[CaseId, QueueRow] = {}
        self.watched: CaseId | None = None
        self.submitted: list[AnyCommand] = []
        self.asked: list[tuple[object, ...]] = []
        self.caller = Caller("刘丽华", "13800001234")
        self._units: dict[UnitId, Unit] = {}
        if session is not None:
            self.begin(session)
        self.confirmed.update({case.id: case for case in cases})

    # ---- what a page may call

    def now(self) -> dt.datetime:
        return self.clock

    def now_ms(self) -> int:
        return epoch_ms(self.clock)

    def unit_name(self, unit: UnitId) -> str:
        found = self._units.get(unit)
        if found is None:
            return str(unit)
        return found.name_en if self.language == "en" and found.name_en else found.name

    def units(self) -> tuple[Unit, ...]:
        return tuple(self._units.values())

    def watch(self, case: CaseId | None) -> None:
        self.asked.append(("watch", case))
        self.watched = case
        self.case_changed.emit(self.view(case) if case else None)

    @property
    def flood(self) -> bool:
        return self.law is not None and self.law.flood

    def submit(
        self,
        command: AnyCommand,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> CommandId:
        self.submitted.append(command)
        law, session = self._law(), self._session()
        act = Act(
            id=CommandId(str(uuid.uuid4())),
            command=command,
            by=session.actor.person,
            made_at=self.clock,
            valid_until=valid_until(command, law, self.clock),
            offline=self.link is not None and self.link.state is not LinkState.ONLINE,
            happened_at=happened_at,
            seen=None if (before := seen or self.pending_case(command.case)) is None else seen_in(command, before),
            replaces=replaces or CommandId(""),
        )
        found = judge(act, self.pending_case(command.case), session.actor, law, self.clock)
        if isinstance(found, Refused):
            self.act_answered.emit(ActAnswer(act=act.id, case=command.case, refused=found))
            return act.id
        if replaces is not None:
            self.put(replaces, ActState.DISCARDED)
        self.receipts.append(Receipt(seq=len(self.receipts) + 1, act=act, state=ActState.QUEUED, made_at=self.clock))
        self.act_answered.emit(ActAnswer(act=act.id, case=command.case, caller=self.caller))
        self.tell_case(command.case)
        self.tell_outbox()
        return act.id

    def retry(self, act: CommandId) -> None:
        self.asked.append(("retry", act))

    def take_theirs(self, act: CommandId) -> None:
        self.asked.append(("take_theirs", act))

    def resend(self, act: CommandId) -> None:
        self.asked.append(("resend", act))

    def keep_draft(self, draft: Draft) -> None:
        self.drafts[draft.case, draft.form] = draft
        self.drafts_changed.emit(self.drafts)

    def drop_draft(self, case: CaseId, form: str) -> None:
        self.drafts.pop((case, form), None)
        self.drafts_changed.emit(self.drafts)

    def list_open_cases(self) -> None:
        self.asked.append(("list_open_cases",))
        found = sorted((row for row in self.rows.values() if row.is_open), key=lambda row: row.due_ms)
        self.open_cases_listed.emit(OpenCases(tuple(view for row in found if (view := self.view(row.id))), self.clock))

    def discard(self, act: CommandId, reason: str) -> None:
        self.asked.append(("discard", act, reason))
        self.put(act, ActState.DISCARDED)

    def list_receipts(self, limit: int) -> None:
        self.asked.append(("list_receipts", limit))
        self.receipts_listed.emit(tuple(reversed(self.receipts))[:limit])

    def reconnect(self) -> None:
        self.asked.append(("reconnect",))

    def serve_office(self, on: bool) -> None:
        self.asked.append(("serve_office", on))

    def drop_colleague_act(self, act: CommandId) -> None:
        self.asked.append(("drop_colleague_act", act))

    # ---- what a test does to it

    def begin(self, session: Remembered) -> None:
        self.session = session
        self._units = {unit.id: unit for unit in session.units}
        self.law = law_at(session.book, self.clock, session.units)
        self.session_changed.emit(session)
        self.law_changed.emit(self.law)

    def change_law(self, book: LawBook) -> None:
        """Let another law book hold, as the centre would tell it."""
        self.session = msgspec.structs.replace(self._session(), book=book)
        self.law = law_at(book, self.clock, self.session.units)
        self.session_changed.emit(self.session)
        self.law_changed.emit(self.law)
        for case in self.confirmed:
            self.tell_case(case)

    def tell_loads(self, units: dict[UnitId, int]) -> None:
        self.loads, self.loads_as_of = units, self.clock
        self.loads_changed.emit(units)

    def open(self) -> None:
        """Tell what there is, as a start does: session, rows, outbox, link."""
        if self.session is not None:
            self.session_changed.emit(self.session)
            self.law_changed.emit(self.law)
        self.rows = {case: self.row(case) for case in self.confirmed}
        self.rows_changed.emit(ChangeSet(tuple(self.rows.values()), reset=True))
        self.tell_outbox()
        self.restore()

    def advance(self, length: dt.timedelta) -> None:
        self.clock += length

    def tell_link(self, state: LinkState, **more: object) -> None:
        status = LinkStatus(
            state=state, since=self.clock, as_of=self.clock, round_trip_ms=38.0, offset_ms=200, error_ms=20
        )
        self.link = msgspec.structs.replace(status, **more)
        self.link_changed.emit(self.link)

    def restore(self) -> None:
        self.tell_link(LinkState.ONLINE)

    def cut(self, ago: dt.timedelta = dt.timedelta()) -> None:
        then = self.clock - ago
        self.tell_link(LinkState.OFFLINE, since=then, as_of=then, round_trip_ms=None, retry_in_s=8.0)

    def put(self, act: CommandId, state: ActState, refused: Refused | None = None) -> Receipt:
        """Move one act to a state, tell its row and the outbox; settles it when the state is final."""
        index = next(i for i, receipt in enumerate(self.receipts) if receipt.act.id == act)
        receipt = msgspec.structs.replace(self.receipts[index], state=state, judged_at=self.clock, verdict=refused)
        if state is ActState.ACCEPTED:
            case = self._apply(receipt, self.confirmed.get(receipt.act.command.case))
            self.confirmed[case.id] = case
            accepted = Accepted(revision=case.revision, judged_at=self.clock)
            receipt = msgspec.structs.replace(receipt, verdict=accepted)
        self.receipts[index] = receipt
        self.tell_case(receipt.act.command.case)
        self.tell_outbox()
        if state not in UNSETTLED:
            self.act_settled.emit(receipt)
        return receipt

    def settle(self) -> None:
        """Let the centre accept everything that is queued."""
        for receipt in tuple(self.receipts):
            if receipt.state in UNSETTLED:
                self.put(receipt.act.id, ActState.ACCEPTED)

    def tell_case(self, case: CaseId) -> None:
        if case not in self.confirmed:  # as in the engine: an order taken in here has no row before the centre has it
            return
        self.rows[case] = self.row(case)
        self.rows_changed.emit(ChangeSet((self.rows[case],)))
        if case == self.watched:
            self.case_changed.emit(self.view(case))

    def tell_outbox(self) -> None:
        waiting = (*UNSETTLED, ActState.PARKED, ActState.EXPIRED, ActState.DOUBTED)
        self.outbox = tuple(receipt for receipt in self.receipts if receipt.state in waiting)
        self.outbox_changed.emit(self.outbox)

    def pending_case(self, case: CaseId) -> Case | None:
        found = self.confirmed.get(case)
        for receipt in self.receipts:
            if found is not None and receipt.act.command.case == case and receipt.state in UNSETTLED:
                found = self._apply(receipt, found)
        return found

    def view(self, case: CaseId) -> CaseView | None:
        found = self.pending_case(case)
        if found is None:
            return None
        acts = tuple(r for r in self.outbox if r.act.command.case == case)
        return CaseView(case=found, confirmed=len(self.confirmed[case].history), acts=acts)

    def row(self, case: CaseId) -> QueueRow:
        found = self.pending_case(case)
        assert found is not None
        row = summarise(found, self._law())
        marks = {
            ActState.EXPIRED: Pending.EXPIRED,
            ActState.PARKED: Pending.PARKED,
            ActState.QUEUED: Pending.PENDING,
            ActState.SENT: Pending.PENDING,
        }
        for state, mark in marks.items():
            for receipt in self.receipts:
                if receipt.act.command.case == case and receipt.state is state:
                    return msgspec.structs.replace(row, pending=mark, pending_what=tag(receipt.act.command))
        return row

    def _apply(self, receipt: Receipt, case: Case | None) -> Case:
        found = judge(receipt.act, case, self._session().actor, self._law(), max(self.clock, receipt.made_at))
        assert not isinstance(found, Refused), found
        for recorded in found:
            case = evolve(case, recorded, Revision(case.revision + 1 if case else 1))
        assert case is not None
        return case

    def _law(self) -> Law:
        assert self.law is not None, "no session yet"
        return self.law

    def _session(self) -> Remembered:
        assert self.session is not None, "no session yet"
        return self.session


def tag(command: Command) -> str:
    return str(type(command).__struct_config__.tag)


def is_whistle(command: Command) -> bool:
    return isinstance(command, BlowWhistle)
