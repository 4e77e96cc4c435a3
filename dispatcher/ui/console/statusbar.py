"""The status bar: the link, up to when the data is complete, what waits, the clocks, the law in force.

What does not fit is left out from the right, the least urgent first; the link, as-of and what waits never are.
"""

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from dispatcher.bridge import UNSETTLED, ActState, LinkState, LinkStatus, Receipt
from dispatcher.models.alarms import UnsentAfter
from dispatcher.models.law import Law
from dispatcher.ui import language, office_words, strings
from dispatcher.ui.console.topbar import vline
from dispatcher.widgets.link import AsOf, LinkBadge, LinkLook
from dispatcher.widgets.theme import Theme

_CLOCK_WRONG_MS = 2_000


class StatusBar(QFrame):
    """Shows what it is told; `tick` writes the ages anew."""

    def __init__(self, theme: Theme, unsent: UnsentAfter | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._unsent = unsent or UnsentAfter()
        self._oldest: dt.datetime | None = None
        self._now: dt.datetime | None = None
        self.setProperty("class", "bar")
        self._link: LinkStatus | None = None
        self._told_at: dt.datetime | None = None
        self._counts = (0, 0, 0)
        self.badge = LinkBadge(theme)
        self.as_of = AsOf(theme)
        self.pending = _label()
        self.not_sent = _label()
        self.parked = _label()
        self.clock = _label()
        self.policy = _label()
        self.calendar = _label()
        self._lines: list[QFrame] = []
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        row.addWidget(self.badge)
        for part in self._parts():
            line = vline()
            self._lines.append(line)
            row.addWidget(line)
            row.addWidget(part)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)
        self.set_outbox(())

    def add_at_end(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        self._row.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        self.badge.set_theme(theme)
        self.as_of.set_theme(theme)
        self.setFixedHeight(max(theme.size("status_bar"), self.badge.sizeHint().height() + 6))
        self._paint_counts()
        self._fit()

    def set_law(self, law: Law) -> None:
        """Say which policy and calendar are in force."""
        self.policy.setText(self.tr("政策 {version}").format(version=law.policy.version))
        self.calendar.setText(
            self.tr("假日历发布至 {day}，之后为暂定").format(day=law.calendar.published_through.isoformat())
        )
        self._fit()

    def set_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Say how the link stands."""
        self._link, self._told_at = status, now
        offset = status.offset_ms
        if offset is None:
            self.clock.setText(self.tr("本机钟差未知"))
        else:
            text = f"{offset / 1000:+.1f}"
            if status.state in (LinkState.ONLINE, LinkState.CATCHING_UP):
                self.clock.setText(self.tr("本机钟差 {offset} 秒").format(offset=text))
            else:
                self.clock.setText(self.tr("按本机时钟，断线前与中心差 {offset} 秒").format(offset=text))
        if status.station_clock_wrong:
            length = language.length_text(dt.timedelta(milliseconds=abs(status.clock_off_ms)))
            form = self.tr("本机时钟快了 {length}") if status.clock_off_ms > 0 else self.tr("本机时钟慢了 {length}")
            self.clock.setText(form.format(length=length))
        wrong = status.station_clock_wrong or abs(offset or 0) > _CLOCK_WRONG_MS
        _restyle(self.clock, "caption warning" if wrong else "caption")
        self.tick(now)

    def set_outbox(self, outbox: tuple[Receipt, ...]) -> None:
        """Say how much waits, how much never left, how much wants a decision."""
        states = [receipt.state for receipt in outbox]
        pending = states.count(ActState.QUEUED) + states.count(ActState.SENT)
        self._counts = (pending, states.count(ActState.EXPIRED), states.count(ActState.PARKED))
        self._oldest = min((r.made_at for r in outbox if r.state in UNSETTLED), default=None)
        self.pending.setText(self._pending_words())
        self.not_sent.setText(self.tr("未发出 {count}").format(count=self._counts[1]))
        self.parked.setText(self.tr("搁置 {count}").format(count=self._counts[2]))
        self._paint_counts()
        self._fit()

    def tick(self, now: dt.datetime) -> None:
        """Write what moves with time: how long the link is cut, how old data and oldest act are, the next try."""
        self._now = now
        self.pending.setText(self._pending_words())
        status = self._link
        if status is None:
            self._fit()
            return
        look = LinkLook(status.state.value)
        words, detail, share = strings.link_state(status.state), "", None
        match status.state:
            case LinkState.ONLINE:
                if status.round_trip_ms is not None:
                    detail = self.tr("{n} 毫秒").format(n=round(status.round_trip_ms))
            case LinkState.CATCHING_UP:
                detail = self.tr("补收 {n} 条").format(n=status.received)
                if status.expected:
                    detail = self.tr("补收 {n} / {total} 条").format(n=status.received, total=status.expected)
                    share = status.received / status.expected
            case LinkState.CONNECTING:
                detail = ""
            case LinkState.STALE | LinkState.OFFLINE | LinkState.REFUSED:
                words = f"{words} {language.length_text(now - status.since)}"
                if status.retry_in_s is not None and self._told_at is not None:
                    left = max(0, round(status.retry_in_s - (now - self._told_at).total_seconds()))
                    if left:
                        detail = self.tr("{n} 秒后重连").format(n=left)
                words, detail = office_words.badge(status, now) or (words, detail)
        self.badge.set_link(look, words, detail, share)
        self.as_of.set_as_of(status.as_of, look, now)
        self._fit()

    def _pending_words(self) -> str:
        """Say how much waits, and since when once that is long."""
        said = self.tr("待发 {count}").format(count=self._counts[0])
        waited = dt.timedelta() if self._oldest is None or self._now is None else self._now - self._oldest
        if waited >= dt.timedelta(milliseconds=self._unsent.warn_ms):
            said = self.tr("{pending}，最早已等 {length}").format(pending=said, length=language.length_text(waited))
        return said

    def _parts(self) -> tuple[QWidget, ...]:
        return (self.as_of, self.pending, self.not_sent, self.parked, self.clock, self.policy, self.calendar)

    def _paint_counts(self) -> None:
        for label, count, path in zip(
            (self.pending, self.not_sent, self.parked), self._counts, ("pending", "expired", "parked"), strict=True
        ):
            ink = self.theme.colour(f"outbox.{path}.text" if count else "text_muted").name()
            style = f"color: {ink}; font-weight: {700 if count else 400};"
            if style != label.styleSheet():
                label.setStyleSheet(style)

    def _fit(self) -> None:
        room = self.width() - 32
        for index in range(self._row.count()):
            item = self._row.itemAt(index)
            widget = item.widget() if item is not None else None
            if widget is not None and widget not in self._parts() and widget not in self._lines:
                room -= widget.sizeHint().width() + self._row.spacing()
        for number, (line, part) in enumerate(zip(self._lines, self._parts(), strict=True)):
            needs = part.sizeHint().width() + 2 * self._row.spacing() + 1
            shown = number < 2 or (room >= needs and (not isinstance(part, QLabel) or bool(part.text())))
            if part is self.not_sent or part is self.parked:
                shown = shown and (self._counts[1 if part is self.not_sent else 2] > 0 or self.width() >= 1300)
            line.setVisible(shown)
            part.setVisible(shown)
            room -= needs if shown else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what does not fit."""
        super().resizeEvent(event)
        self._fit()


def _label() -> QLabel:
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("class", "caption")
    return made


def _restyle(label: QLabel, classes: str) -> None:
    if label.property("class") != classes:
        label.setProperty("class", classes)
        label.style().unpolish(label)
        label.style().polish(label)
