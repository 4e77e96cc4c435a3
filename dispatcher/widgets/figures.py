"""A figure for the wall: a word, a large number, a shape beside it. Sizes are given by the wall, in pixels."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import Painted, draw_large, outline
from dispatcher.widgets.theme import Theme


class FigureTile(Painted):
    """未结 64. The number is – when there is nothing to count; a stale tile is said by the wall, not here."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        *,
        glyph: Glyph | None = None,
        ink: str = "",
        text_ink: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._label = label
        self._figure = "–"
        self._glyph = glyph
        self._ink = ink
        self._text_ink = text_ink
        self._label_px, self._figure_px = 42, 124
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.restyle()
        self._say()

    @property
    def figure(self) -> str:
        """The number it shows."""
        return self._figure

    def set_figure(self, value: int | None) -> None:
        """Show a number, or – for none."""
        figure = "–" if value is None else str(value)
        if figure != self._figure:
            self._figure = figure
            self._say()
            self.update()

    def set_label(self, label: str) -> None:
        """Change the word."""
        self._label = label
        self._say()
        self.updateGeometry()
        self.update()

    def set_sizes(self, label_px: int, figure_px: int) -> None:
        """Set the sizes that the distance demands."""
        self._label_px, self._figure_px = label_px, figure_px
        self.restyle()
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Make the fonts of these sizes."""
        self._label_font = self.theme.font_px(self._label_px)
        self._figure_font = self.theme.font_px(self._figure_px, bold=True)

    def sizeHint(self) -> QSize:
        """Room for word and number."""
        label, figure = QFontMetricsF(self._label_font), QFontMetricsF(self._figure_font)
        width = max(label.horizontalAdvance(self._label), figure.horizontalAdvance("000") + self._figure_px * 0.5)
        return QSize(round(width + self._label_px * 1.2), round(self._label_px * 1.5 + self._figure_px * 1.15))

    def minimumSizeHint(self) -> QSize:
        """The number is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, word, number, shape."""
        del event
        theme, painter = self.theme, QPainter(self)
        rect = QRectF(self.rect())
        outline(painter, rect, theme.size("radius.card"), None, theme.colour("surface"))
        pad = self._label_px * 0.6
        label, figure = QFontMetricsF(self._label_font), QFontMetricsF(self._figure_font)
        painter.setFont(self._label_font)
        painter.setPen(theme.colour("text_muted"))
        word = label.elidedText(self._label, Qt.TextElideMode.ElideRight, rect.width() - 2 * pad)
        word_baseline = pad * 0.5 + label.ascent() * 0.92
        painter.drawText(QPointF(pad, word_baseline), word)
        # The digits' ink stands in the middle of what the word leaves.
        baseline = (word_baseline + rect.height() + figure.capHeight()) / 2
        zero = self._figure in ("0", "–")
        ink = theme.colour("text" if zero else self._text_ink)
        draw_large(painter, pad, baseline, self._figure, self._figure_font, ink)
        if self._glyph is not None:
            size = self._figure_px * 0.42
            x = pad + figure.horizontalAdvance(self._figure) + size * 0.5
            ink = self._ink if not zero else "line_strong"
            self.glyphs.draw(painter, self._glyph, x, baseline - figure.capHeight() / 2 - size / 2, size, ink)
        painter.end()

    def _say(self) -> None:
        self.setAccessibleName(f"{self._label} {self._figure}")
