"""The track of a summoned department: six milestones, what is done, what is owed now, what is late.

A step done late keeps a small diamond for ever. Compact, the track is one line of dots without words.
"""

import enum
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import MIDDLE, Painted, crisp_line
from dispatcher.widgets.theme import Theme


class StepLook(enum.StrEnum):
    """How one milestone stands."""

    DONE = "done"
    DONE_LATE = "done_late"
    NOW = "now"
    LATE = "late"
    WAITING = "waiting"
    REFUSED = "refused"
    LEFT_EARLY = "left_early"


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone: its word (签收), its instant as text (13:22) or nothing, how it stands."""

    word: str
    time: str
    look: StepLook


_GLYPHS: dict[StepLook, tuple[Glyph, str, int]] = {
    StepLook.DONE: (Glyph.DONE, "text_muted", 10),
    StepLook.DONE_LATE: (Glyph.LATE, "sla.red.mark", 12),
    StepLook.NOW: (Glyph.NOW, "accent_text", 13),
    StepLook.LATE: (Glyph.LATE, "sla.red.mark", 18),
    StepLook.WAITING: (Glyph.WAITING, "line_strong", 10),
    StepLook.REFUSED: (Glyph.REFUSED, "sla.red.mark", 14),
    StepLook.LEFT_EARLY: (Glyph.LEFT_EARLY, "sla.orange.mark", 16),
}
_INKS = {
    StepLook.NOW: "accent_text",
    StepLook.LATE: "sla.red.text",
    StepLook.REFUSED: "sla.red.text",
    StepLook.LEFT_EARLY: "sla.orange.text",
}
_REACHED = frozenset({StepLook.DONE, StepLook.DONE_LATE})


class MilestoneTrack(Painted):
    """Shows a department's steps, on three lines or, compact, on one."""

    def __init__(self, theme: Theme, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._steps: tuple[Step, ...] = ()
        self._compact = compact
        policy = QSizePolicy.Policy.Fixed if compact else QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, QSizePolicy.Policy.Fixed)

    def set_steps(self, steps: tuple[Step, ...]) -> None:
        """Show these steps, in order."""
        if steps == self._steps:
            return
        self._steps = steps
        words = {
            StepLook.DONE: self.tr("已办"),
            StepLook.DONE_LATE: self.tr("超时办"),
            StepLook.NOW: self.tr("进行中"),
            StepLook.LATE: self.tr("超时未办"),
            StepLook.WAITING: self.tr("未到"),
            StepLook.REFUSED: self.tr("拒绝"),
            StepLook.LEFT_EARLY: self.tr("提前离开"),
        }
        spoken = self.tr("，").join(f"{step.word} {step.time or words[step.look]}" for step in steps)
        self.setAccessibleName(spoken)
        if self._compact:
            self.setToolTip(spoken)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Compact: 18 px a step; else room for the words under each step."""
        count = max(1, len(self._steps))
        if self._compact:
            return QSize(20 * count, 20)
        return QSize(round(self._word_width() * count), round(24 + 2 * self._line_height()))

    def minimumSizeHint(self) -> QSize:
        """Words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line, shapes, words, times."""
        del event
        if not self._steps:
            return
        theme, painter = self.theme, QPainter(self)
        middle = self.height() / 2 if self._compact else 12.0
        centres = self._centres()
        reached = 0
        for number, step in enumerate(self._steps):
            if step.look is not StepLook.WAITING:
                reached = number
        for number in range(len(centres) - 1):
            strong = number < reached
            colour = theme.colour("line_strong" if strong else "line")
            gap = 7 if self._compact else 9
            y = round(middle) - (1 if strong else 0)
            bottom = y + (2 if strong and not self._compact else 1)
            crisp_line(painter, round(centres[number] + gap), y, round(centres[number + 1] - gap), bottom, colour)
        for centre, step in zip(centres, self._steps, strict=True):
            glyph, ink, size = _GLYPHS[step.look]
            if self._compact:
                size = min(size, 14)
            self.glyphs.draw(painter, glyph, centre - size / 2, middle - size / 2, size, ink)
            if not self._compact:
                self._paint_words(painter, centre, step)
        painter.end()

    def _paint_words(self, painter: QPainter, centre: float, step: Step) -> None:
        theme = self.theme
        width, line = self._word_width(), self._line_height()
        ink = _INKS.get(step.look, "text" if step.look in _REACHED else "text_muted")
        strong = step.look in (StepLook.NOW, StepLook.LATE)
        rect = QRectF(centre - width / 2, 24, width, line)
        painter.setPen(theme.colour(ink))
        painter.setFont(theme.font("caption", strong))
        painter.drawText(rect, MIDDLE, step.word)
        painter.setFont(theme.font("caption"))
        late = step.look in (StepLook.DONE_LATE, StepLook.LATE)
        painter.setPen(theme.colour("sla.red.text" if late else "text_muted"))
        painter.drawText(rect.translated(0, line), MIDDLE, step.time)

    def _centres(self) -> list[float]:
        count = len(self._steps)
        if self._compact:
            return [10.0 + 20 * number for number in range(count)]
        edge = self._word_width() / 2
        pitch = (self.width() - 2 * edge) / max(1, count - 1)
        return [edge + pitch * number for number in range(count)]

    def _word_width(self) -> float:
        strong = QFontMetricsF(self.theme.font("caption", True))
        widest = max((strong.horizontalAdvance(step.word) for step in self._steps), default=0.0)
        return max(widest, strong.horizontalAdvance("00:00")) + 4

    def _line_height(self) -> float:
        return QFontMetricsF(self.theme.font("caption")).height()
