"""The views of the queue as a row of tabs with their counts. Those that do not fit stay on their keys."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.ui.console.queue_lights import View
from dispatcher.widgets.paint import LEFT, Painted, crisp_line, focus_ring
from dispatcher.widgets.theme import Theme

_GAP = 20.0


class ViewTabs(Painted):
    """`view_chosen(View)`; the chosen one is bold and underlined."""

    view_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._counts: dict[View, int] = dict.fromkeys(View, 0)
        self._chosen = View.ALL_OPEN
        self._places: list[tuple[View, QRectF]] = []
        self._words = self._written()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._say()

    @property
    def chosen(self) -> View:
        """The view that is listed."""
        return self._chosen

    def choose(self, view: View) -> None:
        """Mark a view without saying so by a signal."""
        self._chosen = view
        self._say()
        self.update()

    def set_counts(self, counts: Mapping[View, int]) -> None:
        """Show how many rows each view lists."""
        if dict(counts) != self._counts:
            self._counts = dict(counts)
            self._say()
            self.update()

    def words(self, view: View) -> str:
        """Give a view's name."""
        return self._words[view]

    def retranslate(self) -> None:
        """Take the words anew."""
        self._words = self._written()
        self._say()

    def sizeHint(self) -> QSize:
        """Room for the chosen tab and its line."""
        return QSize(320, round(QFontMetricsF(self.theme.font("body", True)).height()) + 22)

    def minimumSizeHint(self) -> QSize:
        """The chosen tab at least."""
        return QSize(160, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tab under the pointer."""
        for view, place in self._places:
            if place.contains(event.position()):
                self.view_chosen.emit(view)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose the neighbour."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        views = tuple(View)
        self.view_chosen.emit(views[(views.index(self._chosen) + step) % len(views)])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words and counts; a line under the chosen one."""
        del event
        painter, theme = QPainter(self), self.theme
        height = float(self.height())
        self._places = self._laid_out()
        for view, place in self._places:
            chosen = view is self._chosen
            x = place.left()
            ink = theme.colour("text" if chosen else "text_muted")
            for text, font in self._runs(view):
                painter.setFont(font)
                painter.setPen(ink)
                painter.drawText(QRectF(x, 0, place.right() - x + 4, height), LEFT, text)
                x += QFontMetricsF(font).horizontalAdvance(text) + 5
            if chosen:
                right = place.right()
                painter.fillRect(QRectF(place.left(), height - 3, right - place.left(), 2), theme.colour("accent"))
        crisp_line(painter, 0, height - 1, self.width(), height - 1, theme.colour("line"))
        if self.hasFocus():
            focus_ring(painter, QRectF(self.rect()).adjusted(0, 1, 0, -2), theme, 4)
        painter.end()

    def _runs(self, view: View) -> tuple[tuple[str, QFont], ...]:
        bold = view is self._chosen
        return (self.words(view), self.theme.font("body", bold)), (
            str(self._counts[view]),
            self.theme.font("body", bold),
        )

    def _laid_out(self) -> list[tuple[View, QRectF]]:
        widths = {view: self._width(view) for view in View}
        shown = list(View)
        room = self.width() - 12.0
        while sum(widths[view] + _GAP for view in shown) - _GAP > room:
            spare = next((view for view in reversed(shown) if view is not self._chosen), None)
            if spare is None:
                break
            shown.remove(spare)
        x, places = 12.0, list[tuple[View, QRectF]]()
        for view in shown:
            places.append((view, QRectF(x, 0, widths[view], float(self.height()))))
            x += widths[view] + _GAP
        return places

    def _width(self, view: View) -> float:
        bold = QFontMetricsF(self.theme.font("body", True))
        return bold.horizontalAdvance(self.words(view)) + 5 + bold.horizontalAdvance(str(self._counts[view]))

    def _say(self) -> None:
        self.setAccessibleName(f"{self.words(self._chosen)} {self._counts[self._chosen]}")

    def _written(self) -> dict[View, str]:
        return {
            View.ALL_OPEN: self.tr("全部未结"),
            View.TO_SIGN: self.tr("待签收"),
            View.DUE_SOON: self.tr("临期"),
            View.OVERDUE: self.tr("超时"),
            View.WHISTLES_OUT: self.tr("吹哨中"),
            View.TO_REVIEW: self.tr("待审核"),
            View.TO_CALL_BACK: self.tr("待回访"),
            View.CLOSED_TODAY: self.tr("今日归档"),
        }
