"""The other whistles that are out in the street: one line for each case, the one that is due first on top."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.ids import UnitId
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.ui.console.act_words import short_number
from dispatcher.widgets.countdown import language, spoken, write
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import LEFT, RIGHT, Painted, crisp_line, focus_ring
from dispatcher.widgets.theme import Theme

_MOST = 30


class OthersList(Painted):
    """Lines one can walk through; Enter or a double click wishes to see the case."""

    case_requested = Signal(object)
    """CaseId."""

    def __init__(self, theme: Theme, unit_name: Callable[[UnitId], str], parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._unit_name = unit_name
        self._rows: tuple[QueueRow, ...] = ()
        self._now_ms = 0
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("其他在外的哨"))

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        """The rows shown."""
        return self._rows

    def set_rows(self, rows: Sequence[QueueRow]) -> None:
        """Show these, the one that is due first on top; at most thirty."""
        found = tuple(sorted(rows, key=lambda row: row.whistle_due_ms))[:_MOST]
        if found != self._rows:
            self._rows = found
            self._current = min(self._current, max(0, len(found) - 1))
            self._say()
            self.updateGeometry()
            self.update()

    def tick(self, now_ms: int) -> None:
        """Write what is left anew, once a second."""
        second, self._now_ms = self._now_ms // 1000, now_ms
        if now_ms // 1000 != second:
            self.update()

    def sizeHint(self) -> QSize:
        """One line for each."""
        return QSize(300, len(self._rows) * self._pitch())

    def minimumSizeHint(self) -> QSize:
        """Never cut in height."""
        return QSize(240, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down walk, Enter opens."""
        match event.key():
            case Qt.Key.Key_Down:
                self._current = min(len(self._rows) - 1, self._current + 1)
            case Qt.Key.Key_Up:
                self._current = max(0, self._current - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self._rows:
                self.case_requested.emit(self._rows[self._current].id)
            case _:
                super().keyPressEvent(event)
                return
        self._say()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Point at a line."""
        at = int(event.position().y()) // self._pitch()
        if 0 <= at < len(self._rows):
            self._current = at
            self._say()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the line."""
        self.mousePressEvent(event)
        if self._rows:
            self.case_requested.emit(self._rows[self._current].id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Number, demand, whom, how many, what is left; of the lines that are in sight."""
        pitch, seen = self._pitch(), event.rect()
        painter = QPainter(self)
        for at in range(seen.top() // pitch, min(len(self._rows), seen.bottom() // pitch + 1)):
            self._paint_row(painter, QRectF(0, at * pitch, self.width(), pitch), self._rows[at], at)
        painter.end()

    def _paint_row(self, painter: QPainter, rect: QRectF, row: QueueRow, at: int) -> None:
        theme = self.theme
        caption, body = QFontMetricsF(theme.font("caption")), QFontMetricsF(theme.font("body"))
        late = row.whistle_late(self._now_ms)
        if self.hasFocus() and at == self._current:
            painter.fillRect(rect, theme.colour("selection.background"))
            focus_ring(painter, rect, theme, 3)
        crisp_line(painter, rect.left(), rect.bottom() - 1, rect.right(), rect.bottom(), theme.colour("line"))
        left_words = "–"
        if row.whistle_due_ms != NEVER_MS:
            left_words = write(row.whistle_due_ms - self._now_ms, language()).text
        figure = max(caption.horizontalAdvance(write(-88 * 86_400_000, language()).text), 60.0)
        right = rect.right() - 12
        painter.setFont(theme.font("caption", late))
        painter.setPen(theme.colour("sla.red.text" if late else "text"))
        painter.drawText(QRectF(right - figure, rect.top(), figure, rect.height()), RIGHT, left_words)
        x = right - figure - 8
        if late:
            self.glyphs.draw(painter, Glyph.LATE, x - 14, rect.center().y() - 7, 14, "sla.red.mark")
        x -= 22
        count = f"{row.whistles_in}/{row.whistles_out}"
        wide = body.horizontalAdvance("00/00")
        painter.setFont(theme.font("body", True))
        painter.drawText(QRectF(x - wide, rect.top(), wide, rect.height()), RIGHT, count)
        x -= wide + 8
        painter.setPen(theme.colour("text_muted"))
        painter.setFont(theme.font("caption"))
        number = short_number(row.number)
        start = rect.left() + 12
        painter.drawText(QRectF(start, rect.top(), 80, rect.height()), LEFT, number)
        start += caption.horizontalAdvance("00000") + 10
        unit_room = min(110.0, max(0.0, (x - start) * 0.4))
        if row.waiting_for:
            unit = caption.elidedText(self._unit_name(row.waiting_for), Qt.TextElideMode.ElideRight, unit_room)
            painter.drawText(QRectF(x - unit_room, rect.top(), unit_room, rect.height()), LEFT, unit)
        room = x - unit_room - 8 - start
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text"))
        title = body.elidedText(row.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(start, rect.top(), room, rect.height()), LEFT, title)

    def _pitch(self) -> int:
        return max(30, round(QFontMetricsF(self.theme.font("body")).height() + 8))

    def _say(self) -> None:
        if not self._rows:
            self.setAccessibleDescription("")
            return
        row = self._rows[self._current]
        left = spoken(row.whistle_due_ms - self._now_ms) if row.whistle_due_ms != NEVER_MS else ""
        self.setAccessibleDescription(f"{row.title} {row.whistles_in}/{row.whistles_out} {left}")
