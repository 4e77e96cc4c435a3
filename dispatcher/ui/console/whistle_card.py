"""One whistle as the panel shows it: kind, demand, who reported in, a track for each department.

A department that is late always has its full track, a red edge and its overrun; those on time fold to one line
when the panel is short of room.
"""

import datetime as dt

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models.law import Law
from dispatcher.models.queue import epoch_ms
from dispatcher.models.whistle import Milestone, Whistle, WhistleKind
from dispatcher.ui import strings
from dispatcher.ui.console.spans import minute_moment
from dispatcher.ui.console.summons import Standing, facts, reported_in, standing
from dispatcher.ui.dialogs.fields import label, rule
from dispatcher.widgets.chips import Chip
from dispatcher.widgets.countdown import CountdownPainter, language, spoken, write
from dispatcher.widgets.milestones import MilestoneTrack
from dispatcher.widgets.paint import ChipLook, Painted
from dispatcher.widgets.theme import Theme


class Overrun(Painted):
    """By how much a department is late, counting up."""

    def __init__(self, theme: Theme, due_ms: int, now_ms: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._due_ms = due_ms
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._figure = CountdownPainter(theme.font("body_strong", True), theme.font("caption", True))
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Write it anew."""
        self._left_ms = self._due_ms - now_ms
        self.setAccessibleName(spoken(self._left_ms))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the widest."""
        height = QFontMetricsF(self.theme.font("body_strong", True)).height()
        return QSize(round(self._figure.widest(language()) + 2), round(height))

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Right-aligned, in red."""
        del event
        painter = QPainter(self)
        written = write(self._left_ms, language())
        baseline = self.height() / 2 + self._figure.cap / 2
        self._figure.paint(painter, self.width() - 1, baseline, written, self.theme.colour("sla.red.text"))
        painter.end()


class DepartmentTrack(QFrame):
    """One department's name, part and track."""

    def __init__(self, theme: Theme, name: str, phone: str, at: Standing, *, compact: bool, now_ms: int) -> None:
        super().__init__()
        self.theme = theme
        self.late = at.late
        self.compact = compact and not at.late
        self._overrun: Overrun | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        title = label(name, "title" if not self.compact else "", wraps=True)
        part = Chip(
            self.tr("主责") if at.lead else self.tr("配合"), theme, ChipLook.ROLE if at.lead else ChipLook.PLAIN
        )
        head.addWidget(title)
        head.addWidget(part)
        head.addStretch(1)
        track = MilestoneTrack(theme, compact=self.compact)
        track.set_steps(at.steps)
        if self.compact:
            head.addWidget(track)
        if at.late and at.due is not None:
            self._overrun = Overrun(theme, epoch_ms(at.due), now_ms)
            head.addWidget(self._overrun)
        else:
            head.addWidget(label(at.brief if self.compact else at.right, "caption"))
        column.addLayout(head)
        if not self.compact:
            column.addWidget(track)
        words = [at.remark] if at.remark else []
        if at.late and phone:
            words.append(self.tr("值班电话 {phone}").format(phone=phone))
        if words:
            said = label("   ".join(words), "caption mistake" if at.late else "caption", wraps=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(said)
        self.setAccessibleName(f"{name} {part.text} {at.remark or at.right}")

    def tick(self, now_ms: int) -> None:
        """Move the overrun on."""
        if self._overrun is not None:
            self._overrun.tick(now_ms)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A late department has a red edge."""
        if self.late:
            painter = QPainter(self)
            painter.fillRect(QRectF(0, 0, 3, self.height()), self.theme.colour("sla.red.mark"))
            painter.end()
        super().paintEvent(event)


class WhistleCard(QFrame):
    """One whistle with its departments; made anew when anything but the time changes."""

    def __init__(
        self, bridge: Bridge, theme: Theme, whistle: Whistle, law: Law, now: dt.datetime, *, compact: bool, chip: str
    ) -> None:
        super().__init__()
        self.whistle = whistle
        self._law = law
        self._late = _lateness(whistle, law, now)
        self.tracks: list[DepartmentTrack] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head(bridge, theme, law, now, chip))
        if not whistle.is_open:
            return
        phones = {unit.id: unit.phone for unit in bridge.units()}
        for summons in whistle.summons:
            at = standing(whistle, summons, law, now)
            track = DepartmentTrack(
                theme,
                bridge.unit_name(summons.unit),
                phones.get(summons.unit, ""),
                at,
                compact=compact,
                now_ms=epoch_ms(now),
            )
            column.addWidget(rule())
            column.addWidget(track)
            self.tracks.append(track)
        column.addWidget(rule())

    def tick(self, now_ms: int) -> None:
        """Move overruns on."""
        for track in self.tracks:
            track.tick(now_ms)

    def outdated(self, now: dt.datetime) -> bool:
        """Tell whether somebody has become late since it was made."""
        return _lateness(self.whistle, self._law, now) != self._late

    def _make_head(self, bridge: Bridge, theme: Theme, law: Law, now: dt.datetime, chip: str) -> QVBoxLayout:
        whistle = self.whistle
        head = QVBoxLayout()
        head.setContentsMargins(12, 0, 12, 8)
        head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(8)
        urgent = whistle.kind is WhistleKind.EMERGENCY and whistle.is_open
        kind = Chip(strings.word(whistle.kind), theme, ChipLook.EMERGENCY if urgent else ChipLook.PLAIN)
        lowered = QVBoxLayout()
        lowered.setContentsMargins(0, 4, 0, 0)
        lowered.addWidget(kind, 0, Qt.AlignmentFlag.AlignTop)
        first.addLayout(lowered)
        first.addWidget(label(whistle.demand, "title" if whistle.is_open else "muted", wraps=True), 1)
        if chip:
            first.addWidget(Chip(chip, theme, ChipLook.PENDING), 0, Qt.AlignmentFlag.AlignTop)
        if whistle.is_open:
            came, called = reported_in(whistle)
            late = any(
                standing(whistle, s, law, now).late and s.at(Milestone.REPORTED_IN) is None for s in whistle.summons
            )
            count = label(self.tr("报到 {came}/{called}").format(came=came, called=called), "")
            count.setProperty("class", "mistake" if late else "")
            count.setFont(theme.font("body_strong", True))
            first.addWidget(count, 0, Qt.AlignmentFlag.AlignTop)
        elif whistle.closed_at is not None:
            at = minute_moment(whistle.closed_at, now)
            first.addWidget(label(f"{strings.word(whistle.state)} {at}", "caption"), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(first)
        if whistle.is_open:
            for line in facts(whistle, law, now):
                head.addWidget(label(line, "caption", wraps=True))
        return head


def _lateness(whistle: Whistle, law: Law, now: dt.datetime) -> tuple[bool, ...]:
    return tuple(standing(whistle, summons, law, now).late for summons in whistle.summons)
