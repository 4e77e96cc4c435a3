"""The alarm list: what of the work now asks for a person, the worst first, and what a person has acknowledged.

Kept up as rows, acts and the clock move: a change costs what changed, the passing of time costs what fell due, and
nothing ever looks through all rows. Brings no clock: every call says what time it is. Priorities: LOOK section 7.
"""

import enum
import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

import msgspec

from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import BlowWhistle, Command
from dispatcher.models.deadlines import CITIZEN_CLOCKS, ClockKind
from dispatcher.models.ids import CaseId, CommandId, UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.models.whistle import WhistleKind


class Priority(enum.IntEnum):
    """How loud an alarm is: 1 life, or a whistle that did not leave; 4 stands in the list only."""

    FIRST = 1
    SECOND = 2
    THIRD = 3
    FOURTH = 4


class AlarmKind(enum.StrEnum):
    """What is wrong."""

    UNSIGNED = "unsigned"
    """An emergency nobody has signed, near its sign limit or past it."""
    NOT_SENT = "not_sent"
    """A whistle that outlived its time at this station: no department has heard of it."""
    WHISTLE_WAITS = "whistle_waits"
    """An emergency whistle that waits here because there is no link."""
    DEPARTMENT_LATE = "department_late"
    FEEDBACK_OVERDUE = "feedback_overdue"
    STEP_LATE = "step_late"
    DOUBTED = "doubted"
    """Accepted by a centre that was set back since: it may not be there any more."""
    UNSENT = "unsent"
    """The oldest act that waits for the link has waited too long."""
    CLOCK_WRONG = "clock_wrong"
    """The station's clock is wrong or was moved; timers go on right."""
    PARKED = "parked"
    """An act the centre refused: a person must decide."""
    DUE_SOON = "due_soon"


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm. `due_ms` is the limit it is about, NEVER_MS when it is about none; `since_ms` when it began.

    `made_ms` is when the act was made that it is about; `off_ms` is how far ahead of the time a wrong clock is.
    """

    kind: AlarmKind
    priority: Priority
    case: CaseId
    since_ms: int
    due_ms: int = NEVER_MS
    number: str = ""
    title: str = ""
    place: str = ""
    urgency: Urgency = Urgency.ORDINARY
    clock: ClockKind | None = None
    unit: UnitId = UnitId("")
    act: CommandId = CommandId("")
    made_ms: int = 0
    off_ms: int = 0

    @property
    def key(self) -> tuple[AlarmKind, str, int]:
        """What makes it the same alarm: the same trouble with the same case or act about the same limit."""
        return self.kind, self.act or self.case, self.due_ms


class WaitingAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act of this station as far as alarms care."""

    id: CommandId
    command: Command
    made_ms: int
    valid_until_ms: int = NEVER_MS
    parked: bool = False
    expired: bool = False
    doubted: bool = False

    @property
    def is_unsent(self) -> bool:
        """Tell whether it waits for nothing but the link and the centre's verdict."""
        return not (self.parked or self.expired or self.doubted)


class UnsentAfter(msgspec.Struct, frozen=True, kw_only=True):
    """How long the oldest unsent act may wait before it is an alarm, and before it is a loud one."""

    warn_ms: int = 15 * 60_000
    alarm_ms: int = 2 * 3_600_000


_URGENT = frozenset({Urgency.FLOOD, Urgency.EMERGENCY})


def alarms_of(row: QueueRow, now_ms: int) -> tuple[Alarm, ...]:
    """Give the alarms of one case at `now_ms`, at most one of its clock and one of its whistles."""
    if not row.is_open:
        return ()
    found: list[Alarm] = []
    clock = _clock_alarm(row, now_ms)
    if clock:
        kind, priority, since_ms = clock
        found.append(
            Alarm(
                kind=kind,
                priority=priority,
                case=row.id,
                since_ms=since_ms,
                due_ms=row.due_ms,
                number=row.number,
                title=row.title,
                place=row.place,
                urgency=row.urgency,
                clock=row.clock,
            )
        )
    if now_ms >= row.whistle_due_ms:
        found.append(
            Alarm(
                kind=AlarmKind.DEPARTMENT_LATE,
                priority=Priority.SECOND,
                case=row.id,
                since_ms=row.whistle_due_ms,
                due_ms=row.whistle_due_ms,
                number=row.number,
                title=row.title,
                place=row.place,
                urgency=row.urgency,
                unit=row.waiting_for,
            )
        )
    return tuple(found)


def _clock_alarm(row: QueueRow, now_ms: int) -> tuple[AlarmKind, Priority, int] | None:
    if row.clock is None:
        return None
    urgent = row.urgency in _URGENT
    if row.clock is ClockKind.SIGN and urgent:
        return (AlarmKind.UNSIGNED, Priority.FIRST, row.orange_ms) if now_ms >= row.orange_ms else None
    if now_ms >= row.due_ms:
        if row.clock in CITIZEN_CLOCKS:
            return AlarmKind.FEEDBACK_OVERDUE, Priority.SECOND, row.due_ms
        return AlarmKind.STEP_LATE, Priority.THIRD if urgent else Priority.FOURTH, row.due_ms
    if urgent and now_ms >= row.orange_ms:
        return AlarmKind.DUE_SOON, Priority.THIRD, row.orange_ms
    return None


def _next_threshold_ms(row: QueueRow, now_ms: int) -> int:
    """Give the next instant at which `alarms_of` may answer differently."""
    soonest = NEVER_MS
    if row.is_open:
        for at in (row.orange_ms, row.due_ms, row.whistle_due_ms):
            if now_ms < at < soonest:
                soonest = at
    return soonest


_MANY = 500
"""From so many rows on everything is sorted once."""

_Rank = tuple[int, int, int, str, str]
_KINDS = {kind: place for place, kind in enumerate(AlarmKind)}


def _rank(alarm: Alarm) -> _Rank:
    """Order: by priority, within it by kind, within that the newest first."""
    return alarm.priority, _KINDS[alarm.kind], -alarm.since_ms, alarm.case, alarm.act


class AlarmList:
    """Every alarm there is. Calls that may change it answer whether they did."""

    def __init__(self, unsent: UnsentAfter | None = None) -> None:
        self._unsent = unsent or UnsentAfter()
        self._unsent_ms = NEVER_MS
        self._now_ms = 0
        self._clock_off_ms = 0
        self._clock_since_ms = 0
        self._by_case: dict[CaseId, tuple[Alarm, ...]] = {}
        self._by_act: tuple[Alarm, ...] = ()
        self._rows: dict[CaseId, QueueRow] = {}
        self._heap: list[tuple[int, CaseId]] = []
        self._threshold: dict[CaseId, int] = {}
        self._acts: tuple[WaitingAct, ...] = ()
        self._linked = True
        self._acknowledged: set[tuple[AlarmKind, str, int]] = set()
        self._loud: list[tuple[_Rank, Alarm]] = []
        self._quiet: list[tuple[_Rank, Alarm]] = []

    @property
    def unacknowledged(self) -> int:
        """How many alarms nobody has acknowledged."""
        return len(self._loud)

    @property
    def acknowledged(self) -> int:
        """How many alarms somebody has acknowledged whose cause is not gone."""
        return len(self._quiet)

    def next_ms(self) -> int:
        """Give the next instant at which the passing of time may change the list; NEVER_MS when it cannot."""
        return min(self._heap[0][0] if self._heap else NEVER_MS, self._unsent_ms)

    def top(self, count: int) -> tuple[Alarm, ...]:
        """Give the worst unacknowledged alarms, the worst first."""
        return tuple(alarm for _, alarm in self._loud[:count])

    def top_acknowledged(self, count: int) -> tuple[Alarm, ...]:
        """Give the worst of those somebody has acknowledged."""
        return tuple(alarm for _, alarm in self._quiet[:count])

    def all(self) -> Iterator[Alarm]:
        """Go through every alarm, the unacknowledged ones first."""
        for _, alarm in self._loud:
            yield alarm
        for _, alarm in self._quiet:
            yield alarm

    def is_acknowledged(self, alarm: Alarm) -> bool:
        """Tell whether a person has taken note of the alarm."""
        return alarm.key in self._acknowledged

    def see_rows(self, changes: ChangeSet, now_ms: int) -> bool:
        """Take changed rows in."""
        if changes.reset or len(changes.rows) > _MANY:
            self._see_many(changes, now_ms)
            return True
        changed = False
        for case in changes.gone:
            self._rows.pop(case, None)
            self._threshold.pop(case, None)
            changed |= self._set_case(case, ())
        for row in changes.rows:
            self._rows[row.id] = row
            at = self._time(row, now_ms)
            if at is not None:
                heapq.heappush(self._heap, (at, row.id))
            changed |= self._set_case(row.id, alarms_of(row, now_ms))
        return changed

    def see_acts(self, acts: Iterable[WaitingAct], now_ms: int) -> bool:
        """Take in what waits in the outbox."""
        self._acts, self._now_ms = tuple(acts), now_ms
        return self._judge_acts()

    def see_link(self, *, linked: bool, clock_off_ms: int = 0) -> bool:
        """Take in whether the centre hears this station, and how far ahead of the time its own clock is."""
        if bool(clock_off_ms) is not bool(self._clock_off_ms):
            self._clock_since_ms = self._now_ms
        self._linked, self._clock_off_ms = linked, clock_off_ms
        return self._judge_acts()

    def advance(self, now_ms: int) -> bool:
        """Let time pass: whatever fell due since the last call is judged again."""
        self._now_ms = now_ms
        changed = self._judge_acts() if now_ms >= self._unsent_ms else False
        while self._heap and self._heap[0][0] <= now_ms:
            at, case = heapq.heappop(self._heap)
            if self._threshold.get(case) == at:
                row = self._rows[case]
                later = self._time(row, now_ms)
                if later is not None:
                    heapq.heappush(self._heap, (later, case))
                changed |= self._set_case(case, alarms_of(row, now_ms))
        return changed

    def acknowledge(self, alarm: Alarm) -> bool:
        """Take note of an alarm: it falls silent and stays until its cause is gone."""
        if alarm.key in self._acknowledged or not _drop(self._loud, alarm):
            return False
        self._acknowledged.add(alarm.key)
        insort(self._quiet, (_rank(alarm), alarm), key=_rank_of)
        return True

    def acknowledge_all(self) -> bool:
        """Take note of everything there is."""
        changed = bool(self._loud)
        for _, alarm in self._loud:
            self._acknowledged.add(alarm.key)
        self._quiet = sorted((*self._quiet, *self._loud), key=_rank_of)
        self._loud = []
        return changed

    def _see_many(self, changes: ChangeSet, now_ms: int) -> None:
        """Take in so many rows that sorting once is cheaper than finding each its place."""
        if changes.reset:
            self._rows.clear()
            self._by_case.clear()
            self._threshold.clear()
            self._heap.clear()
        stale = changes.reset
        for case in changes.gone:
            self._rows.pop(case, None)
            self._threshold.pop(case, None)
            stale |= self._by_case.pop(case, None) is not None
        fresh: list[Alarm] = []
        for row in changes.rows:
            self._rows[row.id] = row
            at = self._time(row, now_ms)
            if at is not None:
                self._heap.append((at, row.id))
            alarms = alarms_of(row, now_ms)
            stale |= self._by_case.pop(row.id, None) is not None
            if alarms:
                self._by_case[row.id] = alarms
                fresh += alarms
        heapq.heapify(self._heap)
        if stale:
            self._by_act = self._alarms_of_acts()
            fresh = [alarm for alarms in (*self._by_case.values(), self._by_act) for alarm in alarms]
            self._acknowledged &= {alarm.key for alarm in fresh}
            self._loud, self._quiet = [], []
        for alarm in fresh:
            (self._quiet if alarm.key in self._acknowledged else self._loud).append((_rank(alarm), alarm))
        self._loud.sort(key=_rank_of)
        self._quiet.sort(key=_rank_of)
        self._judge_acts()

    def _time(self, row: QueueRow, now_ms: int) -> int | None:
        """Note when the row must be judged again; gives the instant where it is a new one."""
        at = _next_threshold_ms(row, now_ms)
        if at == self._threshold.get(row.id, NEVER_MS):
            return None
        if at == NEVER_MS:
            del self._threshold[row.id]
            return None
        self._threshold[row.id] = at
        return at

    def _set_case(self, case: CaseId, alarms: tuple[Alarm, ...]) -> bool:
        before = self._by_case.get(case, ())
        if before == alarms:
            return False
        self._exchange(before, alarms)
        if alarms:
            self._by_case[case] = alarms
        else:
            del self._by_case[case]
        return True

    def _judge_acts(self) -> bool:
        alarms = self._alarms_of_acts()
        if alarms == self._by_act:
            return False
        self._exchange(self._by_act, alarms)
        self._by_act = alarms
        return True

    def _alarms_of_acts(self) -> tuple[Alarm, ...]:
        """Give the alarms of what this station owes the centre, and of its clock."""
        found = [alarm for act in self._acts if (alarm := self._act_alarm(act))]
        oldest = min((act for act in self._acts if act.is_unsent), key=lambda act: act.made_ms, default=None)
        self._unsent_ms = NEVER_MS
        if oldest is not None:
            warn_at, alarm_at = (oldest.made_ms + self._unsent.warn_ms, oldest.made_ms + self._unsent.alarm_ms)
            self._unsent_ms = next((at for at in (warn_at, alarm_at) if at > self._now_ms), NEVER_MS)
            if self._now_ms >= warn_at:
                loud = self._now_ms >= alarm_at
                # Another instant is another alarm: who took note of the first hears of the second.
                since_ms = alarm_at if loud else warn_at
                found.append(self._of_act(oldest, AlarmKind.UNSENT, Priority(2 if loud else 3), since_ms, since_ms))
        if self._clock_off_ms:
            found.append(
                Alarm(
                    kind=AlarmKind.CLOCK_WRONG,
                    priority=Priority.SECOND,
                    case=CaseId(""),
                    since_ms=self._clock_since_ms,
                    off_ms=self._clock_off_ms,
                )
            )
        return tuple(found)

    def _act_alarm(self, act: WaitingAct) -> Alarm | None:
        command = act.command
        blow = command if isinstance(command, BlowWhistle) else None
        if act.expired:
            kind, priority = AlarmKind.NOT_SENT, Priority.FIRST
        elif act.parked:
            kind, priority = AlarmKind.PARKED, Priority.THIRD
        elif act.doubted:
            kind, priority = AlarmKind.DOUBTED, Priority.SECOND
        elif blow and blow.kind is WhistleKind.EMERGENCY and not self._linked:
            kind, priority = AlarmKind.WHISTLE_WAITS, Priority.FIRST
        else:
            return None
        return self._of_act(act, kind, priority, act.made_ms, act.valid_until_ms)

    def _of_act(self, act: WaitingAct, kind: AlarmKind, priority: Priority, since_ms: int, due_ms: int) -> Alarm:
        command = act.command
        blow = command if isinstance(command, BlowWhistle) else None
        row = self._rows.get(command.case)
        return Alarm(
            kind=kind,
            priority=priority,
            case=command.case,
            since_ms=since_ms,
            due_ms=due_ms,
            made_ms=act.made_ms,
            number=row.number if row else "",
            title=row.title if row else "",
            place=row.place if row else "",
            urgency=row.urgency if row else Urgency.ORDINARY,
            unit=blow.lead if blow else UnitId(""),
            act=act.id,
        )

    def _exchange(self, before: tuple[Alarm, ...], after: tuple[Alarm, ...]) -> None:
        stay = {alarm.key for alarm in after}
        for alarm in before:
            if not _drop(self._loud, alarm):
                _drop(self._quiet, alarm)
            if alarm.key not in stay:
                self._acknowledged.discard(alarm.key)
        for alarm in after:
            book = self._quiet if alarm.key in self._acknowledged else self._loud
            insort(book, (_rank(alarm), alarm), key=_rank_of)


def _rank_of(entry: tuple[_Rank, Alarm]) -> _Rank:
    return entry[0]


def _drop(book: list[tuple[_Rank, Alarm]], alarm: Alarm) -> bool:
    rank = _rank(alarm)
    place = bisect_left(book, rank, key=_rank_of)
    while place < len(book) and book[place][0] == rank:
        if book[place][1] == alarm:
            del book[place]
            return True
        place += 1
    return False
