"""What the department itself owes on each case that summons it, read from the cases themselves, one after another.

A row knows only the department that its whistles wait for first; whether *we* have signed and by when we owe what
stands in the case. The reader looks at each listed case once per change, and goes back to the opened one.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from dispatcher.bridge import Bridge, CaseView
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.policy import Measure
from dispatcher.models.queue import QueueRow, epoch_ms
from dispatcher.models.summons_clocks import SummonsClock, summons_clock
from dispatcher.models.whistle import Milestone, WhistleKind

DATED = (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE)
"""The milestones that have a limit."""


@dataclass(frozen=True, slots=True)
class Duty:
    """The department's next dated duty on a case. Instants are epoch ms."""

    kind: WhistleKind
    milestone: Milestone
    due: dt.datetime
    yellow_ms: int
    orange_ms: int
    due_ms: int
    provisional: bool

    @property
    def is_unsigned(self) -> bool:
        """Tell whether the department has not even signed for the whistle."""
        return self.milestone is Milestone.SIGNED

    @property
    def is_first(self) -> bool:
        """Tell whether it goes before everything else: an emergency whistle that nobody here has signed for."""
        return self.is_unsigned and self.kind is WhistleKind.EMERGENCY

    def light(self, now_ms: int) -> Light:
        """Give the light; a department's duty is an inner step, so what is past is red."""
        if now_ms >= self.due_ms:
            return Light.RED
        if now_ms >= self.orange_ms:
            return Light.ORANGE
        return Light.YELLOW if now_ms >= self.yellow_ms else Light.GREEN


def own_duty(case: Case, unit: UnitId, law: Law) -> Duty | None:
    """Give what a department owes first on a case, None when it owes nothing dated."""
    found: list[Duty] = []
    for whistle in case.whistles:
        summons = whistle.of(unit)
        clock = summons_clock(whistle, summons, law) if summons is not None else None
        if clock is None:
            continue
        yellow, orange = light_instants(clock, law)
        found.append(
            Duty(
                whistle.kind,
                clock.milestone,
                clock.due,
                epoch_ms(yellow),
                epoch_ms(orange),
                epoch_ms(clock.due),
                clock.provisional,
            )
        )
    return min(found, key=lambda duty: duty.due_ms, default=None)


def light_instants(clock: SummonsClock, law: Law) -> tuple[dt.datetime, dt.datetime]:
    """Give when a department's duty turns yellow and orange, by the policy's shares."""
    lights, start, due, limit = law.policy.lights, clock.start, clock.due, clock.limit
    if limit is not None and limit.measure is Measure.WORKING_TIME:
        yellow = law.calendar.after_working_time(start, limit.length * (1 - lights.yellow_left)).end
        orange = law.calendar.after_working_time(start, limit.length * (1 - lights.orange_left)).end
    else:
        length = max(due - start, dt.timedelta())
        yellow, orange = start + length * (1 - lights.yellow_left), start + length * (1 - lights.orange_left)
    if limit is not None and limit.in_hours:
        orange = min(orange, due - dt.timedelta(minutes=lights.orange_floor_minutes))
    return min(yellow, orange), orange


class DutyReader(QObject):
    """Reads the department's duties; the only one in the liaison's window that says which case is looked at."""

    read = Signal(object)
    """CaseId: what is owed on it is known, anew or for the first time."""
    opened_changed = Signal(object)
    """CaseView of the opened case, None when there is no such case."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rows: dict[CaseId, QueueRow] = {}
        self._known: dict[CaseId, tuple[QueueRow, Duty | None]] = {}
        self._to_read: dict[CaseId, None] = {}
        self._in_flight: tuple[CaseId, QueueRow] | None = None
        self._opened: CaseId | None = None
        self._shown: CaseView | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._read_next)
        bridge.case_changed.connect(self._see)

    def duty(self, case: CaseId) -> Duty | None:
        """Give what is owed on a case, as far as it is known."""
        known = self._known.get(case)
        return known[1] if known else None

    def knows(self, case: CaseId) -> bool:
        """Tell whether the case has been read."""
        return case in self._known

    def set_rows(self, rows: Iterable[QueueRow]) -> None:
        """Take the listed rows, in the order in which they should be read; what changed is read anew."""
        self._rows = {row.id: row for row in rows}
        self._known = {case: known for case, known in self._known.items() if case in self._rows}
        self._to_read = {row.id: None for row in self._rows.values() if not self._is_fresh(row)}
        if self._to_read and not self._soon.isActive() and self._in_flight is None:
            self._soon.start()

    def forget(self) -> None:
        """Forget everything: another law or another department."""
        self._known.clear()
        self.set_rows(tuple(self._rows.values()))

    def open(self, case: CaseId | None) -> None:
        """Show a case now; reading the others goes on afterwards."""
        if self._in_flight is not None:  # its answer will not be told any more
            self._to_read[self._in_flight[0]] = None
        self._opened, self._shown, self._in_flight = case, None, None
        self._bridge.watch(case)
        if self._to_read:
            self._soon.start()

    def stop(self) -> None:
        """Read no more."""
        self._soon.stop()
        self._to_read.clear()

    def _is_fresh(self, row: QueueRow) -> bool:
        known = self._known.get(row.id)
        return known is not None and known[0] == row

    def _read_next(self) -> None:
        while self._to_read:
            case = next(iter(self._to_read))
            del self._to_read[case]
            row = self._rows.get(case)
            if row is not None and not self._is_fresh(row):
                self._in_flight = case, row
                self._bridge.watch(case)
                return
        self._bridge.watch(self._opened)

    def _see(self, view: CaseView | None) -> None:
        case = view.case.id if view is not None else self._in_flight[0] if self._in_flight else self._opened
        flight = self._in_flight
        if case is not None:
            row = flight[1] if flight is not None and flight[0] == case else self._rows.get(case)
            if row is not None:
                self._learn(case, row, view)
        if flight is not None and flight[0] == case:
            self._in_flight = None
            self._soon.start()
        if case == self._opened and (view is None or view != self._shown):
            self._shown = view
            self.opened_changed.emit(view)

    def _learn(self, case: CaseId, row: QueueRow, view: CaseView | None) -> None:
        law, session = self._bridge.law, self._bridge.session
        if law is None or session is None:
            return
        duty = own_duty(view.case, session.actor.unit, law) if view is not None else None
        before = self._known.get(case)
        self._known[case] = row, duty
        if before is None or before[1] != duty:
            self.read.emit(case)
