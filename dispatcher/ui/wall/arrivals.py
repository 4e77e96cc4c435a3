"""Today's arrivals by hour: the panel, and when its chart is loaded.

The chart's library takes half a second to load, so the panel is painted once without it. There is no line of earlier
days: a station lets go what has been closed for some days, and a mean of what is left would be too low.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from dispatcher.ui.wall.panel import WallPanel
from dispatcher.ui.wall.sizes import Sizes
from dispatcher.widgets.paint import crisp_line
from dispatcher.widgets.theme import Theme

if TYPE_CHECKING:
    from dispatcher.ui.wall.hourbars import HourBars

_LABELLED = (0, 6, 12, 18, 24)


class ArrivalsChart(WallPanel):
    """How many orders came in each hour of today; without data it draws none."""

    bars: "HourBars | None" = None

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, sizes, title, parent)
        self._counts: tuple[int, ...] | None = None
        self._hour = 0
        self._load = QTimer(self)
        self._load.setSingleShot(True)
        self._load.setInterval(0)
        self._load.timeout.connect(self.load)

    def set_hours(self, counts: tuple[int, ...] | None, hour: int) -> None:
        """Show the counts of the 24 hours, None when they are not known; `hour` is the one that runs."""
        if (counts, hour) == (self._counts, self._hour):
            return
        self._counts, self._hour = counts, hour
        self.setAccessibleDescription(", ".join(f"{h}: {n}" for h, n in enumerate(counts or ()) if n))
        self._fill()
        self.update()

    def load(self) -> None:
        """Load the chart's library and draw; once."""
        if self.bars is not None:
            return
        from dispatcher.ui.wall.hourbars import HourBars

        self.bars = HourBars(self.theme, self.sizes.text, self)
        self._label()
        self._place()
        self._fill()

    def restyle(self) -> None:
        """Dress the chart too."""
        super().restyle()
        if self.bars is not None:
            self.bars.dress(self.theme, self.sizes.text)
            self._label()
            self._place()

    def retranslate(self) -> None:
        """Write the hours anew."""
        self._label()

    def sizeHint(self) -> QSize:
        """Bars that can be told apart."""
        return QSize(self.sizes.text * 12, self.head() + round(self.sizes.text * 4))

    def minimumSizeHint(self) -> QSize:
        """A title, low bars, the hours."""
        return QSize(100, self.head() + round(self.sizes.text * 3.3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chart fills what the title leaves."""
        super().resizeEvent(event)
        self._place()

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees loads nothing."""
        self._load.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first paint with something to show has the chart loaded when it is over."""
        super().paintEvent(event)
        if self.bars is None and self._counts is not None and not self._load.isActive():
            self._load.start()

    def paint_inside(self, painter: QPainter) -> None:
        """A bare line of hours as long as there are no bars."""
        if self.bars is None or self._counts is None:
            room = QRectF(self._room())
            y = room.bottom() - round(self.sizes.text * 1.4)
            crisp_line(painter, room.left(), y, room.right(), y, self.theme.colour("line_strong"))

    def _room(self) -> QRect:
        pad = round(self.pad())
        return QRect(pad, self.head(), self.width() - 2 * pad, self.height() - self.head() - round(pad * 0.3))

    def _place(self) -> None:
        if self.bars is not None:
            self.bars.setGeometry(self._room())

    def _label(self) -> None:
        if self.bars is not None:
            form = self.tr("{hour} 时")
            self.bars.set_ticks(tuple((hour, form.format(hour=hour)) for hour in _LABELLED))

    def _fill(self) -> None:
        if self.bars is not None:
            self.bars.setVisible(self._counts is not None)
            if self._counts is not None:
                self.bars.set_counts(self._counts, self._hour)
