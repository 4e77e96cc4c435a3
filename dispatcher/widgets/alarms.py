"""The alarm strip: the most serious unacknowledged thing in a filled field, the next two beside it, counts.

At most one field is filled. An alarm that is acknowledged keeps its shape and loses its field. Only an
unacknowledged first priority blinks: the field, once a second, three times, then it stands.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import LEFT, RIGHT, Painted, crisp_line
from dispatcher.widgets.theme import Theme

_GLYPHS = {1: Glyph.ALARM_1, 2: Glyph.ALARM_2, 3: Glyph.ALARM_3, 4: Glyph.ALARM_4}
_BLINK_MS = 500
_CYCLES = 3


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm: `key` comes back in the signals, `priority` is 1 to 4."""

    key: object
    priority: int
    title: str
    detail: str = ""
    acknowledged: bool = False


class AlarmStrip(Painted):
    """Shows alarms in the order given; `open_requested(key)` and `acknowledge_requested(key)` say what is wished."""

    open_requested = Signal(object)
    acknowledge_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._alarms: tuple[AlarmLine, ...] = ()
        self._proof = ""
        self._seen: object = None
        self._phase = 0
        self._motion = True
        self._places: list[tuple[QRectF, AlarmLine]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_BLINK_MS)
        self._timer.timeout.connect(self._blink)
        self._open = KeyButton("", theme, key="Alt 1", parent=self)
        self._acknowledge = KeyButton("", theme, key="F8", parent=self)
        self._open.clicked.connect(self._open_first)
        self._acknowledge.clicked.connect(self._acknowledge_first)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()
        self._arrange()

    def set_alarms(self, alarms: tuple[AlarmLine, ...], proof: str = "") -> None:
        """Show alarms, the most serious first; `proof` is said when there is none (没有报警。截至 14:26:07)."""
        if (alarms, proof) == (self._alarms, self._proof):
            return
        self._alarms, self._proof = alarms, proof
        first = self._filled()
        if first is None or first.priority != 1:
            self._seen, self._phase = None, 0
            self._timer.stop()
        elif first.key != self._seen:
            self._seen, self._phase = first.key, 0
            if self._motion:
                self._timer.start()
        self._arrange()
        self.update()

    def set_motion(self, allowed: bool) -> None:
        """Allow or forbid blinking (reduced motion)."""
        self._motion = allowed
        if not allowed:
            self._timer.stop()
            self._phase = 0
            self.update()

    def nth(self, number: int) -> object:
        """Give the key of the n-th alarm shown, from 1, for Alt+1 to Alt+3; None when there is none."""
        return self._alarms[number - 1].key if 0 < number <= min(3, len(self._alarms)) else None

    def retranslate(self) -> None:
        """Words of the buttons."""
        self._open.set_words(self.tr("打开"))
        self._acknowledge.set_words(self.tr("确认"))

    def restyle(self) -> None:
        """Pass the theme on."""
        self._open.set_theme(self.theme)
        self._acknowledge.set_theme(self.theme)
        self._arrange()

    def sizeHint(self) -> QSize:
        """40 px high or what the text needs."""
        height = QFontMetricsF(self.theme.font("body_strong")).height() + 12
        return QSize(640, max(self.theme.size("alarm_strip"), round(height)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the buttons in the field."""
        self._arrange()
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the alarm under the pointer."""
        for rect, alarm in self._places:
            if rect.contains(event.position()):
                self.open_requested.emit(alarm.key)
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        """Field, next alarms, counts."""
        del event
        theme, painter = self.theme, QPainter(self)
        height = float(self.height())
        painter.fillRect(self.rect(), theme.colour("background"))
        crisp_line(painter, 0, height - 1, self.width(), height, theme.colour("line"))
        self._places = []
        counts_left = self._paint_counts(painter, height)
        filled = self._filled()
        x = 16.0
        if filled is not None:
            field = QRectF(0, 0, self._field_width(), height)
            self._paint_field(painter, field, filled)
            x = field.right() + 16
        if not self._alarms:
            painter.setPen(theme.colour("text_muted"))
            painter.setFont(theme.font("body"))
            painter.drawText(QRectF(16, 0, counts_left - 16, height), LEFT, self._proof)
        for alarm in [line for line in self._alarms if line is not filled][:2]:
            if x > counts_left - 120:
                break
            x = self._paint_beside(painter, x, counts_left - 16, height, alarm)
        painter.end()

    def _paint_field(self, painter: QPainter, field: QRectF, alarm: AlarmLine) -> None:
        theme, path = self.theme, f"alarm.p{alarm.priority}"
        dim = self._phase % 2 == 1
        painter.fillRect(field, theme.colour("raised" if dim else f"{path}.fill"))
        ink = "text" if dim else f"{path}.on_fill"
        self.glyphs.draw(painter, _GLYPHS[alarm.priority], 14, field.height() / 2 - 10, 20, ink)
        self._places.append((field, alarm))
        right = self._open.x() - 12.0
        painter.setPen(theme.colour(ink))
        self._paint_words(painter, 44, right, field.height(), alarm, theme.colour(ink).name(), "body_strong")

    def _paint_beside(self, painter: QPainter, x: float, right: float, height: float, alarm: AlarmLine) -> float:
        theme = self.theme
        ink = f"alarm.p{alarm.priority}.mark"
        self.glyphs.draw(painter, _GLYPHS[alarm.priority], x, height / 2 - 8, 16, ink)
        painter.setPen(theme.colour("text"))
        muted = theme.colour("text_muted").name()
        end = self._paint_words(painter, x + 24, right, height, alarm, muted, "body")
        self._places.append((QRectF(x, 0, end - x, height), alarm))
        return end + 24

    def _paint_words(
        self,
        painter: QPainter,
        x: float,
        right: float,
        height: float,
        alarm: AlarmLine,
        detail_ink: str,
        role: str,
    ) -> float:
        theme = self.theme
        strong, plain = QFontMetricsF(theme.font(role, True)), QFontMetricsF(theme.font("body"))
        painter.setFont(theme.font(role, True))
        title = strong.elidedText(alarm.title, Qt.TextElideMode.ElideRight, max(0.0, right - x))
        painter.drawText(QRectF(x, 0, right - x, height), LEFT, title)
        x += strong.horizontalAdvance(title)
        if alarm.detail and right - x > 60:
            painter.setFont(theme.font("body"))
            painter.setPen(detail_ink)
            detail = plain.elidedText(alarm.detail, Qt.TextElideMode.ElideRight, right - x - 12)
            painter.drawText(QRectF(x + 12, 0, right - x - 12, height), LEFT, detail)
            x += 12 + plain.horizontalAdvance(detail)
        return x

    def _paint_counts(self, painter: QPainter, height: float) -> float:
        if not self._alarms:
            return float(self.width())
        open_ones = sum(not alarm.acknowledged for alarm in self._alarms)
        known = len(self._alarms) - open_ones
        text = self.tr("未确认 {count}").format(count=open_ones)
        if known:
            text += "  " + self.tr("已确认未消 {count}").format(count=known)
        width = QFontMetricsF(self.theme.font("body")).horizontalAdvance(text)
        painter.setPen(self.theme.colour("text_muted"))
        painter.setFont(self.theme.font("body"))
        painter.drawText(QRectF(0, 0, self.width() - 16, height), RIGHT, text)
        return self.width() - 16 - width - 16

    def _filled(self) -> AlarmLine | None:
        if self._alarms and not self._alarms[0].acknowledged and self._alarms[0].priority < 4:
            return self._alarms[0]
        return None

    def _field_width(self) -> float:
        return float(round(self.width() * 0.52))

    def _arrange(self) -> None:
        filled = self._filled()
        for button in (self._open, self._acknowledge):
            button.setVisible(filled is not None)
        words = [f"{alarm.title} {alarm.detail}".strip() for alarm in self._alarms[:3]]
        self.setAccessibleName(self.tr("；").join(words) or self._proof)
        if filled is None:
            return
        x = self._field_width() - 12
        for button in (self._acknowledge, self._open):
            button.set_field(f"alarm.p{filled.priority}")
            size = button.sizeHint()
            tall = min(size.height(), self.height() - 8)
            x -= size.width()
            button.setGeometry(round(x), (self.height() - tall) // 2, size.width(), tall)
            x -= 8

    def _blink(self) -> None:
        self._phase += 1
        if self._phase >= 2 * _CYCLES:
            self._phase = 0
            self._timer.stop()
        self.update()

    def _open_first(self) -> None:
        if (filled := self._filled()) is not None:
            self.open_requested.emit(filled.key)

    def _acknowledge_first(self) -> None:
        if (filled := self._filled()) is not None:
            self.acknowledge_requested.emit(filled.key)
