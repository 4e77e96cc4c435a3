"""The list of departments a whistle may call: search above, one row each, Space takes, Alt+Z makes it the lead.

It knows who is chosen and who leads; it knows nothing of the whistle they are chosen for.
"""

from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.models.ids import UnitId
from dispatcher.ui.dialogs.departments import Candidate
from dispatcher.widgets.glyphs import Glyph, Glyphs
from dispatcher.widgets.theme import Theme

AnyIndex = QModelIndex | QPersistentModelIndex

_NO_PARENT: Final = QModelIndex()


class Departments(QAbstractListModel):
    """The candidates that match the search, and which of all of them are chosen."""

    chosen_changed = Signal()

    def __init__(self, candidates: tuple[Candidate, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = candidates
        self._shown = candidates
        self._chosen: list[UnitId] = []

    @property
    def chosen(self) -> tuple[UnitId, ...]:
        """Who is called, the lead first."""
        return tuple(self._chosen)

    def candidate(self, row: int) -> Candidate:
        """Give the row's candidate."""
        return self._shown[row]

    def find(self, wanted: str) -> None:
        """Show those that match; the chosen ones stay chosen."""
        self.beginResetModel()
        self._shown = tuple(each for each in self._all if each.matches(wanted))
        self.endResetModel()

    def choose(self, units: tuple[UnitId, ...]) -> None:
        """Choose exactly these, the lead first; those that are out already are left out."""
        free = {each.unit.id for each in self._all if not each.called}
        self._chosen = [unit for unit in units if unit in free]
        self._tell()

    def toggle(self, row: int) -> None:
        """Take the row's department or let it go; the first taken leads."""
        candidate = self._shown[row]
        unit = candidate.unit.id
        if candidate.called:
            return
        if unit in self._chosen:
            self._chosen.remove(unit)
        else:
            self._chosen.append(unit)
        self._tell()

    def make_lead(self, row: int) -> None:
        """Let the row's department lead, taking it when it was not taken."""
        candidate = self._shown[row]
        if candidate.called:
            return
        unit = candidate.unit.id
        self._chosen = [unit, *(each for each in self._chosen if each != unit)]
        self._tell()

    def role_of(self, candidate: Candidate) -> str:
        """Say what part a department has: lead, assisting, already called; empty when none."""
        if candidate.called:
            return self.tr("已召")
        if candidate.unit.id not in self._chosen:
            return ""
        return self.tr("主责") if self._chosen[0] == candidate.unit.id else self.tr("配合")

    def is_lead(self, candidate: Candidate) -> bool:
        """Tell whether the department leads."""
        return bool(self._chosen) and self._chosen[0] == candidate.unit.id

    def is_chosen(self, candidate: Candidate) -> bool:
        """Tell whether the department is taken."""
        return candidate.unit.id in self._chosen

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        """See QAbstractListModel."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractListModel."""
        candidate = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return candidate.name
        if role == Qt.ItemDataRole.CheckStateRole:
            taken = candidate.called or self.is_chosen(candidate)
            return Qt.CheckState.Checked if taken else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = (candidate.name, self.role_of(candidate), candidate.why)
            return self.tr("，").join(each for each in said if each)
        if role == Qt.ItemDataRole.ToolTipRole:
            return candidate.why
        return None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """See QAbstractListModel."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _tell(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
        self.chosen_changed.emit()


class DepartmentRow(QStyledItemDelegate):
    """Paints one department: a box, name and part, why it is proposed, its duty line."""

    def __init__(self, model: Departments, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._glyphs = Glyphs(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """See QStyledItemDelegate."""
        return QSize(200, self._theme.row_height("standard") + 2)

    def lead_rect(self, row: QRect) -> QRect:
        """Give where the words that make a department the lead stand."""
        return QRect(row.right() - 160, row.top(), 160, row.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """See QStyledItemDelegate."""
        theme, candidate = self._theme, self._model.candidate(index.row())
        row: QRect = option.rect
        state: QStyle.StateFlag = option.state
        current = bool(state & QStyle.StateFlag.State_Selected)
        focused = current and bool(state & QStyle.StateFlag.State_HasFocus)
        chosen = self._model.is_chosen(candidate)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(row, theme.colour("selection.background" if current else "selection.hover"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(row.bottomLeft(), row.bottomRight())
        if focused:
            painter.setPen(QPen(theme.colour("focus.ring"), 2))
            painter.drawRoundedRect(row.adjusted(2, 2, -2, -2), 3, 3)
        half = row.height() // 2
        top = QRect(row.left() + 40, row.top() + 3, row.width() - 52, half if candidate.why else row.height() - 6)
        low = QRect(row.left() + 40, row.top() + half, row.width() - 52, half - 3)
        self._box(painter, QRect(row.left() + 12, row.top() + row.height() // 2 - 8, 16, 16), candidate, chosen)

        muted = "selection.text_muted" if current else "text_muted"
        role = self._model.role_of(candidate)
        painter.setFont(theme.font("body_strong", bold=chosen))
        painter.setPen(theme.colour(muted if candidate.called else "text"))
        right = 132 if (chosen and current) or candidate.unit.phone else 0
        room = top.width() - right - (60 if role else 0)
        name = painter.fontMetrics().elidedText(candidate.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, name)
        if role:
            self._chip(painter, top.left() + painter.fontMetrics().horizontalAdvance(name) + 8, top, role, candidate)
        painter.setFont(theme.font("caption"))
        if current and chosen and not self._model.is_lead(candidate):
            painter.setPen(theme.colour("accent_text"))
            painter.drawText(top.adjusted(0, 0, 4, 0), _RIGHT, self.tr("设为主责 Alt Z"))
        elif candidate.unit.phone:
            painter.setPen(theme.colour(muted))
            painter.drawText(top.adjusted(0, 0, 4, 0), _RIGHT, candidate.unit.phone)
        if candidate.proposed and not candidate.called:
            painter.setPen(theme.colour("accent_text"))
            mark = self.tr("推荐")
            painter.drawText(low, Qt.AlignmentFlag.AlignVCenter, mark)
            low.setLeft(low.left() + painter.fontMetrics().horizontalAdvance(mark) + 8)
        painter.setPen(theme.colour(muted))
        why = painter.fontMetrics().elidedText(candidate.why, Qt.TextElideMode.ElideRight, low.width())
        painter.drawText(low, Qt.AlignmentFlag.AlignVCenter, why)
        painter.restore()

    def _box(self, painter: QPainter, box: QRect, candidate: Candidate, chosen: bool) -> None:
        theme = self._theme
        if candidate.called:
            self._glyphs.draw(painter, Glyph.CHECK, box.x(), box.y(), 16, "text_muted")
            return
        painter.setPen(theme.colour("accent" if chosen else "line_strong"))
        painter.setBrush(theme.colour("accent" if chosen else "sunken"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if chosen:
            self._glyphs.draw(painter, Glyph.CHECK, box.x() + 1, box.y() + 1, 14, "on_accent")

    def _chip(self, painter: QPainter, x: int, top: QRect, text: str, candidate: Candidate) -> None:
        theme = self._theme
        painter.setFont(theme.font("caption"))
        width = painter.fontMetrics().horizontalAdvance(text) + 12
        box = QRect(x, top.top() + (top.height() - 18) // 2, width, 18)
        lead = self._model.is_lead(candidate)
        painter.setPen(theme.colour("accent" if lead else "line_strong"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.colour("accent_text" if lead else "text_muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _View(QListView):
    """A list in which Space takes and a click takes too; going up past the first row leads to the search."""

    up_past_first = Signal()

    def __init__(self, model: Departments, row: DepartmentRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._departments = model
        self._row = row
        self.setModel(model)
        self.setItemDelegate(row)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self._departments.toggle(index.row())
        elif event.key() == Qt.Key.Key_Slash or (event.key() == Qt.Key.Key_Up and index.row() <= 0):
            self.up_past_first.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See the class."""
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        candidate = self._departments.candidate(index.row())
        spare = self._departments.is_chosen(candidate) and not self._departments.is_lead(candidate)
        if spare and self._row.lead_rect(self.visualRect(index)).contains(at):
            self._departments.make_lead(index.row())
        else:
            self._departments.toggle(index.row())


class DepartmentList(QWidget):
    """Search and list together."""

    changed = Signal()

    def __init__(self, candidates: tuple[Candidate, ...], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = Departments(candidates, self)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("找部门：名称、拼音首字母、职责"))
        self.search.setAccessibleName(self.tr("找部门"))
        self.search.setClearButtonEnabled(True)
        self.view = _View(self.model, DepartmentRow(self.model, theme, self))
        self.view.setAccessibleName(self.tr("部门"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        self.view.up_past_first.connect(self._to_search)
        self.model.chosen_changed.connect(self.changed)
        self._first()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter in the search lead into the list; Enter never blows."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() == Qt.Key.Key_Down or (plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
                self.view.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def lead_current(self) -> None:
        """Make the current row's department the lead."""
        index = self.view.currentIndex()
        if index.isValid():
            self.model.make_lead(index.row())

    def _find(self, wanted: str) -> None:
        self.model.find(wanted)
        self._first()

    def _first(self) -> None:
        if self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(0))

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
