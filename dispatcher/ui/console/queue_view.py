"""The queue as a person sees it: a table of painted rows that tick, stay put under pointer and keys, and speak.

Once a second only the countdown cells whose text differs are painted. While a key was pressed or the pointer
moved in the list a moment ago nothing moves; R lets what waits happen. The selected case keeps its place on
the screen when rows come in above it.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from dispatcher.models.ids import CaseId
from dispatcher.ui.console.queue_model import Column, QueueModel
from dispatcher.ui.console.queue_painter import Density, QueuePainter
from dispatcher.widgets.theme import Theme

TICK_MS: Final = 1000
KEY_HOLD_MS: Final = 2000
POINTER_HOLD_MS: Final = 6000
"""How long nothing moves after a key was pressed, or the pointer moved, in the list."""


class QueueView(QTableView):
    """Shows a `QueueModel`. `painted` tells (case, revision) pairs when first painted, once `watch_painting` is on."""

    case_chosen = Signal(object)
    case_opened = Signal(object)
    painted = Signal(object)

    def __init__(
        self,
        model: QueueModel,
        theme: Theme,
        now_ms: Callable[[], int],
        density: Density = Density.STANDARD,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = model
        self._now_ms = now_ms
        self._painter = QueuePainter(model, theme, density, now_ms)
        self._written: dict[int, object] = {}
        self._minute = 0
        self._kept: CaseId | None = None
        self._anchor: tuple[CaseId, int] | None = None
        self._pointer = QPoint()
        self.setModel(model)
        self._set_up()
        self._tick_timer = QTimer(self)
        self._tick_timer.setInterval(TICK_MS)
        self._tick_timer.timeout.connect(self.tick)
        self._hold_timer = QTimer(self)
        self._hold_timer.setSingleShot(True)
        self._hold_timer.timeout.connect(lambda: self._queue.set_hold(False))
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.rowsAboutToBeInserted.connect(self._drop_anchor)
        model.rowsInserted.connect(self._pull_anchor)
        model.rowsAboutToBeRemoved.connect(self._drop_anchor)
        model.rowsRemoved.connect(self._pull_anchor)
        model.rowsAboutToBeMoved.connect(self._drop_anchor)
        model.rowsMoved.connect(self._pull_anchor)
        self.selectionModel().currentRowChanged.connect(self._choose)
        self.set_look(theme, density)

    @property
    def current_case(self) -> CaseId | None:
        """The selected case."""
        index = self.currentIndex()
        return self._queue.row_at(index.row()).id if index.isValid() else None

    def select_case(self, case: CaseId) -> bool:
        """Select a case and bring it into sight; False when the list has it not."""
        row = self._queue.find(case)
        if row is None:
            return False
        self._select(row)
        return True

    def set_look(self, theme: Theme, density: Density) -> None:
        """Change theme or density."""
        self._painter.set_look(theme, density)
        self.verticalHeader().setMinimumSectionSize(self._painter.row_height)
        self.verticalHeader().setDefaultSectionSize(self._painter.row_height)
        self._share_width()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Change the theme."""
        self.set_look(theme, self._painter.density)

    def watch_painting(self, on: bool) -> None:
        """Begin or end telling by `painted` what was painted for the first time."""
        self._painter.watching = on
        self._painter.first_painted.clear()

    def tick(self) -> None:
        """Move the model on to now and paint anew only the countdowns that are written differently."""
        now_ms = self._now_ms()
        self._queue.tick(now_ms)
        if now_ms // 60_000 != self._minute:
            # Waiting times and instants are written by the minute.
            self._minute = now_ms // 60_000
            self.viewport().update()
            return
        shown: dict[int, object] = {}
        dirty = QRect()
        for number in self.visible_rows():
            shown[number] = written = self._painter.written(self._queue.row_at(number))
            if written is not self._written.get(number, self):
                dirty = dirty.united(self.visualRect(self._queue.index(number, Column.COUNTDOWN)))
        self._written = shown
        if not dirty.isNull():
            self.viewport().update(dirty)

    def visible_rows(self) -> range:
        """Give the rows on the screen."""
        return self._rows_between(0, self.viewport().height() - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End select, Enter opens, R lets waiting changes happen; any key holds the list still."""
        match event.key():
            case Qt.Key.Key_R if not event.modifiers():
                self._hold_timer.stop()
                self._queue.set_hold(False)
                return
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if (case := self.current_case) is not None:
                    self.case_opened.emit(case)
                return
            case Qt.Key.Key_Home:
                self._select(0)
            case Qt.Key.Key_End:
                self._select(self._queue.rowCount() - 1)
            case Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                event.ignore()
                return
            case _:
                super().keyPressEvent(event)
        self._hold_for(KEY_HOLD_MS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A pointer that moves in the list is about to click: nothing may slip away under it."""
        super().mouseMoveEvent(event)
        pointer = event.globalPosition().toPoint()
        if pointer != self._pointer:
            self._pointer = pointer
            self._hold_for(POINTER_HOLD_MS)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is gone: what waited may happen."""
        super().leaveEvent(event)
        if self._hold_timer.remainingTime() > KEY_HOLD_MS:
            self._hold_timer.start(0)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens."""
        super().mouseDoubleClickEvent(event)
        if (case := self.current_case) is not None:
            self.case_opened.emit(case)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring, and select the first row when none is."""
        super().focusInEvent(event)
        self._painter.focused = True
        if not self.currentIndex().isValid() and self._queue.rowCount():
            self._select(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._painter.focused = False
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, then tell what was painted for the first time."""
        painter, left = QPainter(self.viewport()), self.columnViewportPosition(0)
        current, hover = self.currentIndex().row(), self._row_under_pointer()
        for number, whole in self._rows_in(event.region()).items():
            origin = QPointF(left, self.rowViewportPosition(number))
            self._painter.paint(painter, origin, number, number == current, number == hover, whole)
        painter.end()
        if self._painter.fresh:
            fresh, self._painter.fresh = tuple(self._painter.fresh), []
            self.painted.emit(fresh)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out anew."""
        super().resizeEvent(event)
        self._share_width()

    def showEvent(self, event: QShowEvent) -> None:
        """Tick while it is seen."""
        super().showEvent(event)
        self._tick_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees it: no ticking."""
        super().hideEvent(event)
        self._tick_timer.stop()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language: countdowns are written differently."""
        if event.type() is QEvent.Type.LanguageChange:
            self._queue.retranslate()
            self.set_look(self._painter.theme, self._painter.density)
            self.setAccessibleName(self.tr("案件队列"))
        super().changeEvent(event)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName(self.tr("案件队列"))

    def _rows_between(self, top: int, bottom: int) -> range:
        first = self.rowAt(top)
        if first < 0:
            return range(0)
        last = self.rowAt(bottom)
        return range(first, (last if last >= 0 else self._queue.rowCount() - 1) + 1)

    def _rows_in(self, region: QRegion) -> dict[int, bool]:
        """Give the rows of which a part lies in a region, and of each whether more than its countdown does."""
        found: dict[int, bool] = {}
        seen = region.boundingRect()
        beside = self.columnViewportPosition(Column.COUNTDOWN) + self.columnWidth(Column.COUNTDOWN)
        for number in self._rows_between(seen.top(), seen.bottom()):
            row = QRect(0, self.rowViewportPosition(number), self.viewport().width(), self.rowHeight(number))
            if region.intersects(row):
                found[number] = region.intersects(row.adjusted(beside, 0, 0, 0))
        return found

    def _row_under_pointer(self) -> int:
        if not self.viewport().underMouse():
            return -1
        return self.rowAt(self.viewport().mapFromGlobal(QCursor.pos()).y())

    def _share_width(self) -> None:
        for column, width in self._painter.column_widths(self.viewport().width()).items():
            self.setColumnWidth(column, width)

    def _hold_for(self, length_ms: int) -> None:
        self._queue.set_hold(True)
        self._hold_timer.start(max(length_ms, self._hold_timer.remainingTime()))

    def _select(self, row: int) -> None:
        if row < 0:
            return
        index = self._queue.index(row, Column.COUNTDOWN)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            case = self._queue.row_at(current.row()).id
            self._queue.mark_seen(case)
            self.case_chosen.emit(case)

    def _keep(self) -> None:
        self._kept = self.current_case
        self._drop_anchor()

    def _restore(self) -> None:
        self._written = {}
        kept, self._kept = self._kept, None
        row = None if kept is None else self._queue.find(kept)
        if row is not None:
            index = self._queue.index(row, Column.COUNTDOWN)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            blocked = self.blockSignals(True)
            self.selectionModel().setCurrentIndex(index, flags)
            self.blockSignals(blocked)
            self._pull_anchor()

    def _drop_anchor(self) -> None:
        """Remember where on the screen the selected case stands."""
        self._anchor = None
        index = self.currentIndex()
        if index.isValid() and (self.hasFocus() or self.verticalScrollBar().value() > 0):
            top = self.rowViewportPosition(index.row())
            if 0 <= top < self.viewport().height():
                self._anchor = (self._queue.row_at(index.row()).id, top)

    def _pull_anchor(self) -> None:
        """Scroll so that it stands there again."""
        self._written = {}
        if self._anchor is None:
            return
        case, top = self._anchor
        row = self._queue.find(case)
        if row is not None:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.rowViewportPosition(row) - top)
