"""The bridge: the one object that knows both sync and Qt. Facts come out as signals, wishes go in as commands.

The engine speaks in its own thread; what it says is kept until the interface's thread takes it, rows merged for at
most one frame. What is said behind rows is told behind their painting: a person who has pressed a key looks at the row
first. Payloads are frozen values. Nothing here touches a file, a socket or a widget.
"""

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet, merge
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CaseId, CommandId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Unit
from dispatcher.models.queue import QueueRow, epoch_ms
from dispatcher.sync.office_ports import Gone, OfficeStatus
from dispatcher.sync.ports import (
    UNSETTLED,
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
)
from dispatcher.wire import Obstacle
from dispatcher.wire.office import End, Fate, OfficeAct, Serving

__all__ = [
    "UNSETTLED",
    "ActAnswer",
    "ActState",
    "Arrival",
    "Bridge",
    "CaseView",
    "Draft",
    "End",
    "Fate",
    "Gone",
    "LinkState",
    "LinkStatus",
    "Obstacle",
    "OfficeAct",
    "OfficeStatus",
    "OpenCases",
    "Receipt",
    "Remembered",
    "Serving",
    "Station",
]

FRAME_MS = 16
"""Row changes that come within one frame are told as one."""


Fact = Callable[[], None] | ChangeSet
"""What the engine has said: rows, or what is to be done in the interface's thread."""


class Station(Protocol):
    """The engine as the bridge sees it: every method may be called from any thread and returns at once."""

    def now(self) -> dt.datetime:
        """Give the best estimate of the centre's clock."""
        ...

    def submit(
        self,
        command: AnyCommand,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> CommandId:
        """Ask for a command; gives the act's id."""
        ...

    def watch(self, case: CaseId | None) -> None:
        """Say which case is looked at."""
        ...

    def retry(self, act: CommandId) -> None:
        """Make an act once more."""
        ...

    def discard(self, act: CommandId, reason: str) -> None:
        """Give an act up."""
        ...

    def take_theirs(self, act: CommandId) -> None:
        """Give a parked act up for the other's value."""
        ...

    def resend(self, act: CommandId) -> None:
        """Send a doubted act again."""
        ...

    def list_receipts(self, limit: int) -> None:
        """Ask for the newest receipts."""
        ...

    def search(self, asked: str, limit: int) -> None:
        """Search all cases at this station."""
        ...

    def keep_draft(self, draft: Draft) -> None:
        """Keep what somebody has begun to write."""
        ...

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget it."""
        ...

    def list_open_cases(self) -> None:
        """Ask for all open cases."""
        ...

    def reconnect(self) -> None:
        """Try the link now."""
        ...

    def serve_office(self, on: bool) -> None:
        """Make this station its office's relay, or let it be no longer."""
        ...

    def drop_colleague_act(self, act: CommandId) -> None:
        """Show a colleague's pending act no more."""
        ...


class Bridge(QObject):
    """Facts in the past tense as signals; wishes as methods that return at once. See each signal's payload."""

    session_changed = Signal(object)
    """Remembered: who is signed in, the law book and the directory; `law` is there already."""
    law_changed = Signal(object)
    """Law: another one is in force (also the first)."""
    loads_changed = Signal(object)
    """dict[UnitId, int]: see `loads`."""
    rows_changed = Signal(object)
    """ChangeSet, merged for at most one frame."""
    arrived = Signal(object)
    """tuple[Arrival, ...]: batches just made durable, told before their rows."""
    link_changed = Signal(object)
    """LinkStatus."""
    case_changed = Signal(object)
    """CaseView of the watched case, None when there is no such case here (any more): `why_no_case` says why."""
    outbox_changed = Signal(object)
    """tuple[Receipt, ...]: acts queued, sent, parked or expired, in the order they were made."""
    act_answered = Signal(object)
    """ActAnswer: stored and pending, or refused on the spot."""
    act_settled = Signal(object)
    """Receipt with its verdict."""
    receipts_listed = Signal(object)
    """tuple[Receipt, ...], newest first."""
    cases_found = Signal(object)
    """tuple[str, tuple[QueueRow, ...]]: the words asked for and what a search of all cases has found."""
    drafts_changed = Signal(object)
    """dict[tuple[CaseId, str], Draft]: see `drafts`."""
    open_cases_listed = Signal(object)
    """OpenCases: every open case, as asked for."""
    trouble_told = Signal(object)
    """str: words about the world having failed."""
    station_wiped = Signal(object)
    """str: the centre had this station destroy its key and files, for this reason."""

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Remembered | None = None
        self.law: Law | None = None
        self.loads: dict[UnitId, int] = {}
        self.loads_as_of: dt.datetime | None = None
        self.why_no_case = ""
        self.link: LinkStatus | None = None
        self.outbox: tuple[Receipt, ...] = ()
        self.drafts: dict[tuple[CaseId, str], Draft] = {}
        """What is begun and not sent, by case and form, the newest first."""
        self.language = "zh"
        self._units: dict[UnitId, Unit] = {}
        self._station: Station | None = None
        self._watched: CaseId | None = None
        self._said: deque[Fact] = deque()
        self._sets: list[ChangeSet] = []
        self._lock = threading.Lock()
        self._announced = False
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._tell_rows)
        self._behind_painting = QTimer(self)
        self._behind_painting.setSingleShot(True)
        self._behind_painting.timeout.connect(self._listen)
        self._woken.connect(self._listen, Qt.ConnectionType.QueuedConnection)

    # ---- wishes, from the interface's thread

    def attach(self, station: Station) -> None:
        """Join the engine; wishes made before are an error of ours."""
        self._station = station

    def now(self) -> dt.datetime:
        """Give the best estimate of the centre's clock; monotonic between corrections."""
        return self._engine.now()

    def now_ms(self) -> int:
        """Give `now` as epoch milliseconds."""
        return epoch_ms(self._engine.now())

    def submit(
        self,
        command: AnyCommand,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> CommandId:
        """Ask for a command; `act_answered` tells at once what became of it.

        `happened_at` makes it a catch-up entry: a fact of that instant, written down only now. `seen` is the case as
        the person had it before him, `replaces` a parked or expired act that is given up for this one.
        """
        return self._engine.submit(command, happened_at, seen, replaces)

    def watch(self, case: CaseId | None) -> None:
        """Say which case is looked at; `case_changed` follows now and whenever it changes."""
        self._watched = case
        self._engine.watch(case)

    def retry(self, act: CommandId) -> None:
        """Try a parked or expired act once more."""
        self._engine.retry(act)

    def discard(self, act: CommandId, reason: str) -> None:
        """Give a parked, expired or queued act up, with a reason that its receipt keeps."""
        self._engine.discard(act, reason)

    def take_theirs(self, act: CommandId) -> None:
        """Give a parked act up for the other's value; a note in its place keeps what it would have set."""
        self._engine.take_theirs(act)

    def resend(self, act: CommandId) -> None:
        """Send an act again that a centre set back may have forgotten, under its own id."""
        self._engine.resend(act)

    def keep_draft(self, draft: Draft) -> None:
        """Keep what somebody has begun to write; `drafts` has it at once."""
        others = {key: kept for key, kept in self.drafts.items() if key != (draft.case, draft.form)}
        self.drafts = {(draft.case, draft.form): draft, **others}
        self._engine.keep_draft(draft)

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget what somebody had begun to write."""
        if self.drafts.pop((case, form), None) is not None:
            self._engine.drop_draft(case, form)

    def list_open_cases(self) -> None:
        """Ask for all open cases; `open_cases_listed` brings them."""
        self._engine.list_open_cases()

    def list_receipts(self, limit: int) -> None:
        """Ask for the newest receipts; `receipts_listed` brings them."""
        self._engine.list_receipts(limit)

    def search(self, asked: str, limit: int) -> None:
        """Search all cases at this station, also those closed long ago; `cases_found` brings what is found."""
        self._engine.search(asked, limit)

    def reconnect(self) -> None:
        """Try the link now instead of after the back-off."""
        self._engine.reconnect()

    def serve_office(self, on: bool) -> None:
        """Make this station its office's relay, or let it be no longer; `link_changed` tells what came of it."""
        self._engine.serve_office(on)

    def drop_colleague_act(self, act: CommandId) -> None:
        """Show a colleague's pending act no more in this office."""
        self._engine.drop_colleague_act(act)

    @property
    def flood(self) -> bool:
        """Whether the flood-season switch is on."""
        return self.law is not None and self.law.flood

    def unit_name(self, unit: UnitId) -> str:
        """Give a unit's name in the interface's language, its code when it is not in the directory."""
        found = self._units.get(unit)
        if found is None:
            return str(unit)
        return found.name_en if self.language == "en" and found.name_en else found.name

    def units(self) -> tuple[Unit, ...]:
        """List the directory."""
        return tuple(self._units.values())

    @property
    def _engine(self) -> Station:
        if self._station is None:
            raise RuntimeError("the bridge has no station yet")
        return self._station

    # ---- facts, from the engine's thread (sync.ports.Listener)

    def told(self) -> "EngineListener":
        """Give the listener to hand to the engine."""
        return EngineListener(self)

    def say(self, fact: Fact) -> None:
        """Keep a fact, or rows, for the interface's thread and wake it once; called in the engine's thread."""
        with self._lock:
            self._said.append(fact)
            if self._announced:
                return
            self._announced = True
        self._woken.emit()

    def _listen(self) -> None:
        with self._lock:
            said, self._said = self._said, deque()
            self._announced = False
        behind = _cut_behind_rows(said)
        for fact in said:
            self._take(fact)
        if self._sets and not self._frame.isActive():
            with self._lock:
                self._said.extendleft(reversed(behind))
                self._announced = True
            self._behind_painting.start(0)  # no timer runs before what is to be painted is
            self._tell_rows()
        else:
            for fact in behind:
                self._take(fact)

    def _take(self, fact: Fact) -> None:
        if isinstance(fact, ChangeSet):
            self._sets.append(fact)
        else:
            fact()

    def keep_session(self, session: Remembered, law: Law) -> None:
        """Take a session and its law before anybody hears of either."""
        other_session, other_law = session != self.session, law != self.law
        self.session, self.law = session, law
        self._units = {unit.id: unit for unit in session.units}
        if other_session:
            self.session_changed.emit(session)
        if other_law:
            self.law_changed.emit(law)

    def keep_loads(self, units: dict[UnitId, int], as_of: dt.datetime) -> None:
        """Take how many summonses each department still owes."""
        self.loads, self.loads_as_of = units, as_of
        self.loads_changed.emit(units)

    def keep_link(self, status: LinkStatus) -> None:
        """Take the link's state."""
        self.link = status
        self.link_changed.emit(status)

    def keep_outbox(self, receipts: tuple[Receipt, ...]) -> None:
        """Take the acts that wait."""
        self.outbox = receipts
        self.outbox_changed.emit(receipts)

    def keep_drafts(self, drafts: tuple[Draft, ...]) -> None:
        """Take what is begun and not sent."""
        self.drafts = {(draft.case, draft.form): draft for draft in drafts}
        self.drafts_changed.emit(self.drafts)

    def keep_case(self, view: CaseView | None, case: CaseId, why: str) -> None:
        """Take a case if it is still the one looked at."""
        if case == self._watched:
            self.why_no_case = why
            self.case_changed.emit(view)

    def _tell_rows(self) -> None:
        if not self._sets:
            return
        sets, self._sets = self._sets, []
        self._frame.start(FRAME_MS)
        changes = merge(sets)
        if changes:
            self.rows_changed.emit(changes)


class EngineListener:
    """What the engine speaks to, in its own thread; every fact is carried over to the interface's."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def session_changed(self, remembered: Remembered, law: Law) -> None:
        """Carry over: who, law, directory."""
        self._bridge.say(lambda: self._bridge.keep_session(remembered, law))

    def loads_changed(self, units: Mapping[UnitId, int], as_of: dt.datetime) -> None:
        """Carry over: the departments' loads."""
        self._bridge.say(lambda: self._bridge.keep_loads(dict(units), as_of))

    def rows_changed(self, changes: ChangeSet) -> None:
        """Carry over: rows."""
        self._bridge.say(changes)

    def arrived(self, arrival: Arrival) -> None:
        """Carry over: a durable batch."""
        self._bridge.say(lambda: self._bridge.arrived.emit((arrival,)))

    def link_changed(self, status: LinkStatus) -> None:
        """Carry over: the link."""
        self._bridge.say(lambda: self._bridge.keep_link(status))

    def case_changed(self, view: CaseView | None, case: CaseId, why: str = "") -> None:
        """Carry over: the watched case."""
        self._bridge.say(lambda: self._bridge.keep_case(view, case, why))

    def outbox_changed(self, receipts: tuple[Receipt, ...]) -> None:
        """Carry over: the outbox."""
        self._bridge.say(lambda: self._bridge.keep_outbox(receipts))

    def act_answered(self, answer: ActAnswer) -> None:
        """Carry over: the local judgement."""
        self._bridge.say(lambda: self._bridge.act_answered.emit(answer))

    def act_settled(self, receipt: Receipt) -> None:
        """Carry over: a verdict."""
        self._bridge.say(lambda: self._bridge.act_settled.emit(receipt))

    def receipts_listed(self, receipts: tuple[Receipt, ...]) -> None:
        """Carry over: receipts asked for."""
        self._bridge.say(lambda: self._bridge.receipts_listed.emit(receipts))

    def cases_found(self, asked: str, rows: tuple[QueueRow, ...]) -> None:
        """Carry over: what a search has found."""
        self._bridge.say(lambda: self._bridge.cases_found.emit((asked, rows)))

    def drafts_changed(self, drafts: tuple[Draft, ...]) -> None:
        """Carry over: what is begun and not sent."""
        self._bridge.say(lambda: self._bridge.keep_drafts(drafts))

    def open_cases_listed(self, listed: OpenCases) -> None:
        """Carry over: open cases asked for."""
        self._bridge.say(lambda: self._bridge.open_cases_listed.emit(listed))

    def trouble(self, text: str) -> None:
        """Carry over: words about a failure."""
        self._bridge.say(lambda: self._bridge.trouble_told.emit(text))

    def station_wiped(self, reason: str) -> None:
        """Carry over: nothing is left here."""
        self._bridge.say(lambda: self._bridge.station_wiped.emit(reason))


def _cut_behind_rows(said: deque[Fact]) -> deque[Fact]:
    """Take away, and give, what was said behind the last rows."""
    behind: deque[Fact] = deque()
    while said and not isinstance(said[-1], ChangeSet):
        behind.appendleft(said.pop())
    return behind
