"""Large letters of the wall: bold that stays bold at any size, a line no higher than its letters.

Qt makes up a missing bold face only below 64 px; on a wall of many pixels every heading and digit is larger.
"""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.widgets.countdown import CountdownPainter, Written
from dispatcher.widgets.paint import Painted, draw_large
from dispatcher.widgets.theme import Theme

_THICKENED_BELOW_PX = 64


def letter(painter: QPainter, x: float, baseline: float, text: str, font: QFont, ink: QColor) -> None:
    """Write a text whose left end is at `x`, truly bold where the font is."""
    if font.bold() and font.pixelSize() >= _THICKENED_BELOW_PX:
        draw_large(painter, x, baseline, text, font, ink)
        return
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(QPointF(x, baseline), text)


class LargeCountdown(CountdownPainter):
    """A countdown whose digits stay bold at any size."""

    def paint(self, painter: QPainter, right: float, baseline: float, written: Written, ink: QColor) -> float:
        """Paint ending at `right` on `baseline`; gives where the text begins."""
        x = right
        for part in reversed(written.parts):
            x -= self._width(part)
            letter(painter, x, baseline, part.text, self._digits if part.digits else self._units, ink)
        return x


class Words(Painted):
    """One line of the wall's head: no higher than the largest letters beside it, which it is centred on."""

    def __init__(self, theme: Theme, ink: str = "text", bold: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._ink = ink
        self._bold = bold
        self._text = ""
        self._pixels, self._line_px = 42, 42
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.restyle()

    def text(self) -> str:
        """Give what it says."""
        return self._text

    def say(self, text: str, ink: str = "") -> None:
        """Say another text, in another ink where one is given."""
        if text == self._text and ink in ("", self._ink):
            return
        self._text, self._ink = text, ink or self._ink
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def set_sizes(self, pixels: int, line_px: int) -> None:
        """Set the font's pixels, and those of the largest letters of the line."""
        self._pixels, self._line_px = pixels, line_px
        self.restyle()
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Make the font."""
        self._font = self.theme.font_px(self._pixels, bold=self._bold)
        self._cap = QFontMetricsF(self._font).capHeight()

    @property
    def is_cut(self) -> bool:
        """Tell whether the text finds no room."""
        return self.width() < self._wide()

    def sizeHint(self) -> QSize:
        """As wide as the text."""
        return QSize(self._wide(), round(self._line_px * 1.15))

    def minimumSizeHint(self) -> QSize:
        """As high as the letters; width may be wanting."""
        return QSize(0, round(self._line_px * 1.15))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text."""
        del event
        painter = QPainter(self)
        shown = self._text
        if self.is_cut:
            shown = QFontMetricsF(self._font).elidedText(shown, Qt.TextElideMode.ElideRight, self.width())
        baseline = (self.height() + self._cap) / 2
        letter(painter, 0, baseline, shown, self._font, self.theme.colour(self._ink))
        painter.end()

    def _wide(self) -> int:
        # A made-up bold is a little wider than it says.
        return round(QFontMetricsF(self._font).horizontalAdvance(self._text) + self._pixels * 0.08)
