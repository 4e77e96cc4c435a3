"""Bars of a day's 24 hours, drawn by pyqtgraph; to be imported late, the library takes half a second to load.

It only shows: no mouse, no menu, no grid. The library has no types, so it stays behind this file.
"""

from typing import Any

import pyqtgraph  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QVBoxLayout, QWidget

from dispatcher.widgets.theme import Theme

HOURS = 24
_GAP = 0.14
_LEAST_TOP = 4
"""A single order is not drawn as high as a flood of them."""
_pg: Any = pyqtgraph


class HourBars(QWidget):
    """Counts by hour, the running hour outlined, the highest bar's figure over it."""

    def __init__(self, theme: Theme, pixels: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixels = pixels
        self._counts: tuple[int, ...] = (0,) * HOURS
        self._hour = 0
        self._ticks: tuple[tuple[int, str], ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view = _pg.GraphicsView(parent=self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setInteractive(False)
        self._view.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout = _pg.GraphicsLayout()
        layout.layout.setContentsMargins(0, 0, 0, 0)
        layout.layout.setSpacing(0)
        self._view.setCentralItem(layout)
        self._box = _pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self._axis = _pg.AxisItem("bottom")
        self._axis.linkToView(self._box)
        layout.addItem(self._box, 0, 0)
        layout.addItem(self._axis, 1, 0)
        self._bars = _pg.BarGraphItem(x0=self._left_edges(), width=1 - 2 * _GAP, height=self._counts)
        self._box.addItem(self._bars)
        self._figure = QGraphicsPathItem()
        self._figure.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self._box.addItem(self._figure, ignoreBounds=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self.dress(theme, pixels)

    @property
    def heights(self) -> tuple[int, ...]:
        """The bars as they are drawn."""
        return tuple(int(height) for height in self._bars.opts["height"])

    @property
    def figure_at(self) -> tuple[float, float]:
        """Where the figure stands: hour and count."""
        return self._figure.x(), self._figure.y()

    def set_counts(self, counts: tuple[int, ...], hour: int) -> None:
        """Draw other counts; `hour` is the one that runs."""
        self._counts, self._hour = counts, hour
        self._draw()

    def set_ticks(self, ticks: tuple[tuple[int, str], ...]) -> None:
        """Write words under hours; the first and the last stand inside the ends of the line."""
        self._ticks = ticks
        self._write_ticks()

    def dress(self, theme: Theme, pixels: int) -> None:
        """Take another look, and letters of another size."""
        self._theme, self._pixels = theme, pixels
        self._view.setBackground(theme.colour("surface"))
        self._axis.setStyle(
            tickFont=theme.font_px(pixels),
            tickLength=0,
            tickAlpha=0,
            tickTextOffset=round(pixels * 0.1),
            autoExpandTextSpace=False,
            hideOverlappingLabels=pixels * 3,
        )
        self._axis.setPen(QPen(theme.colour("line_strong"), 1))
        self._axis.setTextPen(QPen(theme.colour("text_muted")))
        self._axis.setHeight(round(pixels * 1.4))
        self._write_ticks()
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The figure keeps its size, so the scale has to follow."""
        super().resizeEvent(event)
        self._write_ticks()
        self._scale()

    def _left_edges(self) -> list[float]:
        return [hour + _GAP for hour in range(HOURS)]

    def _draw(self) -> None:
        theme = self._theme
        past, none = QBrush(theme.colour("text_muted")), QPen(Qt.PenStyle.NoPen)
        running = QPen(theme.colour("accent"), max(2, self._pixels // 12))
        running.setCosmetic(True)
        running.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self._bars.setOpts(
            height=list(self._counts),
            brushes=[QBrush() if hour == self._hour else past for hour in range(HOURS)],
            pens=[running if hour == self._hour and count else none for hour, count in enumerate(self._counts)],
        )
        most = max(self._counts)
        self._figure.setVisible(most > 0)
        if most:
            font = theme.font_px(self._pixels, bold=True)
            self._figure.setPath(_centred(str(most), font))
            ink = theme.colour("text")
            self._figure.setBrush(ink)
            # As draw_large does: a typeface without a bold face is thickened by a line round its letters.
            self._figure.setPen(none if theme.has_bold else QPen(ink, self._pixels / 26))
            self._figure.setPos(self._counts.index(most) + 0.5, most)
        self._scale()

    def _scale(self) -> None:
        room = self.height() - self._axis.height()
        figure = self._pixels * 1.1
        top = max(_LEAST_TOP, *self._counts) * (room / (room - figure) if room > figure * 1.5 else 1)
        self._box.setRange(xRange=(0, HOURS), yRange=(0, top), padding=0)

    def _write_ticks(self) -> None:
        # Labels are centred on their tick: those at the ends have theirs moved in by half a label.
        metrics = QFontMetricsF(self._theme.font_px(self._pixels))
        hours_per_px = HOURS / max(1, self.width())
        placed: list[tuple[float, str]] = []
        for hour, text in self._ticks:
            half = (metrics.horizontalAdvance(text) / 2 + 1) * hours_per_px
            placed.append((min(max(hour, half), HOURS - half), text))
        self._axis.setTicks([placed])


def _centred(text: str, font: QFont) -> QPainterPath:
    """Make the outline of a text that stands over the origin."""
    path = QPainterPath()
    width = QFontMetricsF(font).horizontalAdvance(text)
    path.addText(-width / 2, -font.pixelSize() * 0.16, font, text)
    return path
