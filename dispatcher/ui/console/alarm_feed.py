"""Feeds the alarm list from rows, outbox, link and clock, and writes its alarms as the strip shows them.

Many rows at once are taken in slices, so that a station with 100,000 of them goes on answering; `changed` tells when
there is something new to show.
"""

import datetime as dt
from collections import deque
from typing import assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from dispatcher.bridge import ActState, Bridge, LinkState, LinkStatus, Receipt
from dispatcher.models.alarms import Alarm, AlarmKind, AlarmList, UnsentAfter, WaitingAct
from dispatcher.models.changes import ChangeSet
from dispatcher.models.queue import NEVER_MS, epoch_ms, from_epoch_ms
from dispatcher.ui import language, strings
from dispatcher.ui.console.act_words import short_number
from dispatcher.ui.language import translate
from dispatcher.widgets.alarms import AlarmLine

_SLICE = 5_000
_FIRST_AFTER_MS = 50
"""The list of cases is painted first."""
_LINKED = frozenset({LinkState.ONLINE, LinkState.CATCHING_UP, LinkState.CONNECTING})
_SHOWN = 3


class AlarmFeed(QObject):
    """The alarms of this station."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None, unsent: UnsentAfter | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._list = AlarmList(unsent)
        self._waiting: deque[ChangeSet] = deque()
        self._last: tuple[AlarmLine, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._take_slice)

    def see_rows(self, changes: ChangeSet) -> None:
        """Take changed rows in, in their order; many of them piece by piece."""
        if not self._waiting and len(changes.rows) <= _SLICE:
            if self._list.see_rows(changes, self._bridge.now_ms()):
                self.changed.emit()
            return
        for start in range(0, max(1, len(changes.rows)), _SLICE):
            first = start == 0
            self._waiting.append(
                ChangeSet(
                    changes.rows[start : start + _SLICE],
                    changes.gone if first else (),
                    changes.reset and first,
                )
            )
        if not self._soon.isActive():
            self._soon.start(_FIRST_AFTER_MS)

    def see_outbox(self, outbox: tuple[Receipt, ...]) -> None:
        """Take in what waits."""
        acts = (
            WaitingAct(
                id=receipt.act.id,
                command=receipt.act.command,
                made_ms=epoch_ms(receipt.made_at),
                valid_until_ms=epoch_ms(receipt.act.valid_until) if receipt.act.valid_until else NEVER_MS,
                parked=receipt.state is ActState.PARKED,
                expired=receipt.state is ActState.EXPIRED,
                doubted=receipt.state is ActState.DOUBTED,
            )
            for receipt in outbox
        )
        if self._list.see_acts(acts, self._bridge.now_ms()):
            self.changed.emit()

    def see_link(self, status: LinkStatus) -> None:
        """Take in whether the centre hears us."""
        if self._list.see_link(linked=status.state in _LINKED, clock_off_ms=status.clock_off_ms):
            self.changed.emit()

    def tick(self) -> None:
        """Let time pass; also tells when what is said with a running time is to be written anew."""
        if self._list.advance(self._bridge.now_ms()) or self._written() != self._last:
            self.changed.emit()

    def acknowledge(self, alarm: Alarm) -> None:
        """Take note of one."""
        if self._list.acknowledge(alarm):
            self.changed.emit()

    def acknowledge_first(self) -> None:
        """Take note of the worst."""
        for alarm in self._list.top(1):
            self.acknowledge(alarm)

    def acknowledge_all(self) -> None:
        """Take note of everything there is."""
        if self._list.acknowledge_all():
            self.changed.emit()

    def lines(self) -> tuple[AlarmLine, ...]:
        """Write the alarms for the strip: words for those it shows, places for those it only counts."""
        self._last = written = self._written()
        quiet = sum(line.acknowledged for line in written)
        rest = self._list.unacknowledged - (len(written) - quiet)
        return (*written, *(_COUNTED,) * rest, *(_KNOWN,) * (self._list.acknowledged - quiet))

    def _written(self) -> tuple[AlarmLine, ...]:
        loud = self._list.top(_SHOWN)
        quiet = self._list.top_acknowledged(_SHOWN - len(loud))
        return (
            *(self._line(alarm, known=False) for alarm in loud),
            *(self._line(alarm, known=True) for alarm in quiet),
        )

    def _take_slice(self) -> None:
        if not self._waiting:
            return
        if self._list.see_rows(self._waiting.popleft(), self._bridge.now_ms()):
            self.changed.emit()
        if self._waiting:
            self._soon.start(0)

    def _line(self, alarm: Alarm, *, known: bool) -> AlarmLine:
        title, detail = self._words(alarm)
        return AlarmLine(key=alarm, priority=alarm.priority, title=title, detail=detail, acknowledged=known)

    def _words(self, alarm: Alarm) -> tuple[str, str]:
        number = short_number(alarm.number)
        unit = self._bridge.unit_name(alarm.unit) if alarm.unit else ""
        left = from_epoch_ms(min(alarm.due_ms, NEVER_MS)) - self._bridge.now()
        past = self.tr("超 {length}").format(length=language.length_text(-left))
        ahead = self.tr("还剩 {length}").format(length=language.length_text(left))
        clock = strings.clock_kind(alarm.clock) if alarm.clock else ""
        match alarm.kind:
            case AlarmKind.UNSIGNED:
                what = self.tr("{number} {urgency}未签收").format(number=number, urgency=strings.urgency(alarm.urgency))
                if left.total_seconds() <= 0:
                    return what, self.tr("{title}，{past}").format(title=alarm.title, past=past)
                return what, self.tr("{title}，{length}后超签收时限").format(
                    title=alarm.title, length=language.length_text(left)
                )
            case AlarmKind.NOT_SENT:
                what = self.tr("{number} 吹哨未发出") if unit else self.tr("{number} 未发出")
                return what.format(number=number), self.tr("{unit}没有收到，先打电话").format(unit=unit)
            case AlarmKind.WHISTLE_WAITS:
                return self.tr("应急哨还没到部门"), self.tr("{number} 召{unit}，在本机待发，{ahead}；先打电话").format(
                    number=number, unit=unit, ahead=ahead
                )
            case AlarmKind.DEPARTMENT_LATE:
                return self.tr("{unit}未按时应哨").format(unit=unit), self.tr("{number} {past}").format(
                    number=number, past=past
                )
            case AlarmKind.FEEDBACK_OVERDUE:
                return self.tr("{number} {clock}已超").format(number=number, clock=clock), past
            case AlarmKind.STEP_LATE:
                return self.tr("{number} {clock}超时").format(number=number, clock=clock), past
            case AlarmKind.DOUBTED:
                return self.tr("{number} 一步存疑").format(number=number), self.tr(
                    "中心恢复过，可能没有这一步；按原编号再发一次"
                )
            case AlarmKind.UNSENT:
                waited = self._bridge.now() - from_epoch_ms(alarm.made_ms)
                said = self.tr("最早一步等发已 {length}").format(length=language.length_text(waited))
                return said, self.tr("{number} 在本机待发，接通即补传；急事先打电话").format(number=number)
            case AlarmKind.CLOCK_WRONG:
                return self.tr("本机时钟不对"), clock_words(alarm.off_ms)
            case AlarmKind.PARKED:
                return self.tr("{number} 一步搁置").format(number=number), self.tr("等您决定")
            case AlarmKind.DUE_SOON:
                return self.tr("{number} {clock}临期").format(number=number, clock=clock), ahead
            case _:
                assert_never(alarm.kind)


def clock_words(off_ms: int) -> str:
    """Say by how much the station's clock is wrong, and that nothing that counts follows it."""
    length = language.length_text(dt.timedelta(milliseconds=abs(off_ms)))
    form = translate("Clock", "快了 {length}；") if off_ms > 0 else translate("Clock", "慢了 {length}；")
    return form.format(length=length) + translate("Clock", "计时和办理时间不受影响，请校正系统时间")


_COUNTED = AlarmLine(key=None, priority=4, title="")
_KNOWN = AlarmLine(key=None, priority=4, title="", acknowledged=True)
