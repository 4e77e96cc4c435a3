"""What happened, newest on top: time, sign, actor in a column of its own, words.

A list in a scroll area that lays its lines out for its width; words wrap, nothing is cut.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import (
    CHIP_HEIGHT,
    LEFT,
    ChipLook,
    Painted,
    chip_ink,
    chip_width,
    crisp_line,
    draw_chip,
)
from dispatcher.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class Happening:
    """One line. `text_ink` is a colour path (`sla.red.text`); `chip` says 待发 or 离线补传 at the end."""

    time: str
    actor: str
    text: str
    glyph: Glyph = Glyph.DOT
    ink: str = "line_strong"
    text_ink: str = "text"
    chip: str = ""
    chip_look: ChipLook = ChipLook.PENDING
    detail: str = ""


class Timeline(QScrollArea):
    """The lines of a case's history."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = _Page(theme)
        self.setWidget(self._page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("时间线"))

    def set_happenings(self, lines: tuple[Happening, ...]) -> None:
        """Show these lines, the newest first."""
        self._page.set_lines(lines)

    @property
    def count(self) -> int:
        """How many lines it shows."""
        return len(self._page.lines)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self._page.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the newest and the oldest line."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Home:
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case _:
                super().keyPressEvent(event)


class _Page(Painted):
    """The painted lines; their heights follow from the width."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.lines: tuple[Happening, ...] = ()
        self._tops: list[float] = [0.0]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def set_lines(self, lines: tuple[Happening, ...]) -> None:
        if lines == self.lines:
            return
        self.lines = lines
        self.setAccessibleName("\n".join(f"{line.time} {line.actor} {line.text}" for line in lines))
        self._lay_out()

    def restyle(self) -> None:
        self._lay_out()

    def sizeHint(self) -> QSize:
        return QSize(360, round(self._tops[-1]))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, round(self._tops[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.oldSize().width() != event.size().width():
            self._lay_out()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.theme, QPainter(self)
        time_width, actor_x, text_x, text_width = self._columns()
        body = QFontMetricsF(theme.font("body"))
        pitch = body.height()
        top_seen, bottom_seen = event.rect().top(), event.rect().bottom()
        for number, line in enumerate(self.lines):
            top, bottom = self._tops[number], self._tops[number + 1]
            if bottom < top_seen or top > bottom_seen:
                continue
            middle = top + 3 + pitch / 2
            centre = time_width + 15
            if number + 1 < len(self.lines):
                crisp_line(painter, round(centre), round(middle + 9), 0, round(bottom - 1), theme.colour("line"))
            painter.setPen(theme.colour("text_muted"))
            painter.setFont(theme.font("caption"))
            painter.drawText(QRectF(0, top + 3, time_width, pitch), LEFT, line.time)
            size = 16.0
            self.glyphs.draw(painter, line.glyph, centre - size / 2, middle - size / 2, size, line.ink)
            painter.setFont(theme.font("body"))
            actor = body.elidedText(line.actor, Qt.TextElideMode.ElideRight, text_x - actor_x - 8)
            painter.drawText(QRectF(actor_x, top + 3, text_x - actor_x, pitch), LEFT, actor)
            painter.setPen(theme.colour(line.text_ink))
            room = text_width - self._chip_room(line)
            painter.drawText(QRectF(text_x, top + 3, room, bottom - top), _WRAPPED, self._words(line))
            if line.chip:
                ink = chip_ink(line.chip_look, theme)
                width = chip_width(line.chip, theme, ink.bold)
                box = QRectF(self.width() - width - 1, round(middle - CHIP_HEIGHT / 2), width, CHIP_HEIGHT)
                draw_chip(painter, box, line.chip, ink, theme)
        painter.end()

    def _lay_out(self) -> None:
        _, _, _, text_width = self._columns()
        body = QFontMetricsF(self.theme.font("body"))
        tops = [0.0]
        for line in self.lines:
            room = max(40.0, text_width - self._chip_room(line))
            used = body.boundingRect(QRectF(0, 0, room, 10_000), _WRAPPED, self._words(line))
            tops.append(tops[-1] + max(26.0, used.height() + 7))
        self._tops = tops
        self.setMinimumHeight(round(tops[-1]))
        self.updateGeometry()
        self.update()

    def _words(self, line: Happening) -> str:
        return f"{line.text}\n{line.detail}" if line.detail else line.text

    def _chip_room(self, line: Happening) -> float:
        return chip_width(line.chip, self.theme, bold=False) + 8 if line.chip else 0.0

    def _columns(self) -> tuple[float, float, float, float]:
        caption, body = QFontMetricsF(self.theme.font("caption")), QFontMetricsF(self.theme.font("body"))
        time_width = max(
            caption.horizontalAdvance("00:00:00"),
            max((caption.horizontalAdvance(line.time) for line in self.lines), default=0.0),
        )
        actor_x = time_width + 30
        widest = max((body.horizontalAdvance(line.actor) for line in self.lines), default=0.0)
        text_x = actor_x + min(max(widest, 48.0), self.width() * 0.25) + 14
        return time_width, actor_x, text_x, max(40.0, self.width() - text_x)


_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
