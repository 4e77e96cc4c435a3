"""One clock as a line: light, name, limit, elapsed bar with ticks at 50 and 80 %, instant, what is left."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.deadlines import ClockKind, Light, light_of
from dispatcher.widgets.countdown import CountdownPainter, language, spoken, write
from dispatcher.widgets.glyphs import Glyph, light_glyph, light_ink
from dispatcher.widgets.paint import LEFT, RIGHT, Painted, outline
from dispatcher.widgets.theme import Theme

_BAR = 4.0


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock, words ready: `limit` "2 时", `due` "至 14:48:20", `used` "用 1 分 45 秒" once it is met.

    `kind` and the instants (epoch ms) give its light at any time; `why` explains the instant in the tooltip. A
    `stopped` one has no light and does not move; `used` says what it waits for.
    """

    kind: ClockKind
    name: str
    limit: str
    due: str
    start_ms: int
    yellow_ms: int
    orange_ms: int
    due_ms: int
    met_ms: int | None = None
    used: str = ""
    why: str = ""
    stopped: bool = False


class ClockBar(Painted):
    """Shows one clock; `tick` moves it on. A met clock is grey, with a check, and does not move."""

    def __init__(self, theme: Theme, line: ClockLine, now_ms: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._line = line
        self._now_ms = now_ms
        self._told: tuple[ClockLine, str, Light] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()
        self.set_line(line, now_ms)

    def set_line(self, line: ClockLine, now_ms: int) -> None:
        """Show another state of the clock."""
        self._line = line
        self.setToolTip(line.why)
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Show the clock as it stands at `now_ms`."""
        self._now_ms = now_ms
        line = self._line
        still = line.met_ms is not None or line.stopped
        state = line.used if still else spoken(line.due_ms - now_ms)
        told = (line, state, self.light())
        if told != self._told:
            self._told = told
            self.setAccessibleName(f"{line.name} {line.limit} {line.due} {state}")
            self.update()

    def light(self) -> Light:
        """Give the light the clock shows now."""
        line = self._line
        return light_of(line.kind, line.yellow_ms, line.orange_ms, line.due_ms, self._now_ms)

    def restyle(self) -> None:
        """Take the fonts."""
        self._figure = CountdownPainter(self.theme.font("title", True), self.theme.font("caption"))

    def sizeHint(self) -> QSize:
        """26 px high or what the text needs."""
        return QSize(420, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the words; the bar takes what is left."""
        return QSize(340, max(26, round(QFontMetricsF(self.theme.font("title")).height() * 0.95 + 2)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Glyph, words, bar, figure."""
        del event
        theme, painter, line = self.theme, QPainter(self), self._line
        width, height = float(self.width()), float(self.height())
        middle = height / 2
        met = line.met_ms is not None or line.stopped
        light = self.light()
        late_met = line.met_ms is not None and line.met_ms > line.due_ms
        if line.stopped:
            glyph, ink = Glyph.PAUSED, "line_strong"
        elif met:
            glyph, ink = (Glyph.LATE, "sla.red.mark") if late_met else (Glyph.CHECK, "sla.green.mark")
        else:
            glyph, ink = light_glyph(light), light_ink(light)
        self.glyphs.draw(painter, glyph, 0, middle - 8, 16, ink)
        body, caption = QFontMetricsF(theme.font("body")), QFontMetricsF(theme.font("caption"))
        # One grid for all lines of a case: widths come from the longest usual words, not from this line's.
        wide = language().value != "zh"
        name_width = body.averageCharWidth() * 12 if wide else body.horizontalAdvance("四个汉字")
        limit_width = body.averageCharWidth() * 8 if wide else body.horizontalAdvance("每 24 时 ")
        due_width = max(caption.horizontalAdvance("至 12-12 00:00"), caption.horizontalAdvance(line.due))
        figure = max(self._figure.width(write(-_WIDEST_MS, language())), caption.horizontalAdvance(line.used)) + 4
        painter.setFont(theme.font("body", not met))
        painter.setPen(theme.colour("text_muted" if met else "text"))
        painter.drawText(QRectF(26, 0, name_width, height), LEFT, line.name)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text_muted"))
        x = 26 + name_width + 6
        painter.drawText(QRectF(x, 0, limit_width, height), LEFT, line.limit)
        left, right = x + limit_width + 8, width - figure - due_width - 24
        if right - left > 24:
            self._paint_bar(painter, QRectF(left, middle - _BAR / 2, right - left, _BAR), met, light)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(QRectF(right + 12, 0, due_width, height), RIGHT, line.due)
        if met:
            painter.drawText(QRectF(width - figure - 4, 0, figure + 4, height), RIGHT, line.used)
        else:
            colour = theme.colour("text" if light is Light.GREEN else f"sla.{light.value}.text")
            written = write(line.due_ms - self._now_ms, language())
            self._figure.paint(painter, width - 1, middle + self._figure.cap / 2, written, colour)
        painter.end()

    def _paint_bar(self, painter: QPainter, bar: QRectF, met: bool, light: Light) -> None:
        theme, line = self.theme, self._line
        outline(painter, bar, _BAR / 2, None, theme.colour("line"))
        if line.stopped:
            return
        end_ms = self._now_ms if line.met_ms is None else line.met_ms
        length = max(1, line.due_ms - line.start_ms)
        share = min(1.0, max(0.0, (end_ms - line.start_ms) / length))
        colour = theme.colour("line_strong" if met else f"sla.{light.value}.mark")
        if share > 0:
            done = QRectF(bar.left(), bar.top(), max(_BAR, bar.width() * share), _BAR)
            outline(painter, done, _BAR / 2, None, colour)
        if met:
            return
        for at_ms in (line.yellow_ms, line.orange_ms):
            x = round(bar.left() + bar.width() * (at_ms - line.start_ms) / length)
            painter.fillRect(QRectF(x, bar.top() - 3, 1, _BAR + 6), theme.colour("line_strong"))


_WIDEST_MS = 48 * 60_000
