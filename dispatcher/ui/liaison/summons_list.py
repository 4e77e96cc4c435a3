"""The cases that summon one department, as a list: what it owes next and by when, where, by which street.

An emergency nobody here has signed for stands first, then what is due first. As long as a case has not been read, its
row says what a row can: whom its whistles wait for first.
"""

import datetime as dt
import enum
from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, Pending, QueueRow, from_epoch_ms
from dispatcher.ui import strings
from dispatcher.ui.console.act_words import short_number
from dispatcher.ui.console.spans import minute_moment
from dispatcher.ui.liaison.duties import DATED, Duty
from dispatcher.widgets.countdown import CountdownPainter, language, write
from dispatcher.widgets.glyphs import Glyph, Glyphs, light_glyph, light_ink, pending_glyph
from dispatcher.widgets.paint import (
    CHIP_HEIGHT,
    LEFT,
    RIGHT,
    ChipLook,
    chip_ink,
    chip_width,
    crisp_line,
    draw_chip,
    outline,
    urgency_chip,
)
from dispatcher.widgets.theme import Theme

_SOON_MS = 15 * 60_000
_FIRST, _OWED, _REST = range(3)
_CASE = int(Qt.ItemDataRole.UserRole)


class Owed(enum.Enum):
    """Whose turn it is on a row."""

    MINE = enum.auto()
    OTHERS = enum.auto()
    NOBODY = enum.auto()


def owed(row: QueueRow, unit: UnitId) -> Owed:
    """Tell whose turn it is."""
    if row.whistle_due_ms >= NEVER_MS:
        return Owed.NOBODY
    return Owed.MINE if row.waiting_for == unit else Owed.OTHERS


class SummonsModel(QAbstractListModel):
    """Rows with whistles out, those one owes oneself first."""

    def __init__(self, duty: Callable[[CaseId], Duty | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.unit = UnitId("")
        self._duty = duty
        self._rows: dict[CaseId, QueueRow] = {}
        self._order: list[QueueRow] = []

    def duty(self, row: QueueRow) -> Duty | None:
        """Give what the department owes on a row's case, None when that is nothing or not known yet."""
        return self._duty(row.id)

    def owes(self, row: QueueRow) -> bool:
        """Tell whether the department owes something dated."""
        return self._duty(row.id) is not None or owed(row, self.unit) is Owed.MINE

    def due_ms(self, row: QueueRow) -> int:
        """Give by when."""
        duty = self._duty(row.id)
        return duty.due_ms if duty is not None else row.whistle_due_ms

    def light(self, row: QueueRow, now_ms: int) -> Light:
        """Give the light of what the department owes; green where it owes nothing."""
        duty = self._duty(row.id)
        if duty is not None:
            return duty.light(now_ms)
        if not self.owes(row):
            return Light.GREEN
        left = row.whistle_due_ms - now_ms
        return Light.RED if left <= 0 else Light.ORANGE if left <= _SOON_MS else Light.GREEN

    @property
    def rows(self) -> tuple[QueueRow, ...]:
        """The rows in the order they stand."""
        return tuple(self._order)

    def apply(self, changes: ChangeSet) -> tuple[CaseId, ...]:
        """Take changed rows in; gives the cases that newly summon the department."""
        fresh: list[CaseId] = []
        if changes.reset:
            self._rows.clear()
        for case in changes.gone:
            self._rows.pop(case, None)
        for row in changes.rows:
            before = self._rows.get(row.id)
            if row.is_open and row.whistles_out:
                self._rows[row.id] = row
                if before is None and not changes.reset:
                    fresh.append(row.id)
            else:
                self._rows.pop(row.id, None)
        self.arrange()
        return tuple(fresh)

    def arrange(self) -> None:
        """Sort anew: an emergency to be signed for first, then what is owed, what is due first above."""
        order = sorted(self._rows.values(), key=lambda row: (self._rank(row), self.due_ms(row), row.id))
        if [row.id for row in order] == [row.id for row in self._order]:
            self._order = order
            if order:
                self.dataChanged.emit(self.index(0), self.index(len(order) - 1))
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        cases = [self._order[index.row()].id for index in old]
        self._order = order
        places = {row.id: place for place, row in enumerate(order)}
        self.changePersistentIndexList(
            old, [self.index(places[case]) if case in places else QModelIndex() for case in cases]
        )
        self.layoutChanged.emit()

    def row_at(self, place: int) -> QueueRow:
        """Give the row in a place."""
        return self._order[place]

    def find(self, case: CaseId) -> int | None:
        """Give the place of a case."""
        return next((place for place, row in enumerate(self._order) if row.id == case), None)

    def late(self, now_ms: int) -> int:
        """Count what one owes and is past."""
        return sum(self.light(row, now_ms) is Light.RED for row in self._order)

    def unsigned(self) -> int:
        """Count what one has not signed for."""
        return sum(duty is not None and duty.is_unsigned for duty in map(self.duty, self._order))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        """Give the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the title, or the case's id."""
        if not index.isValid():
            return None
        row = self._order[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{short_number(row.number)} {row.title}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            duty = self._duty(row.id)
            owes = f"{strings.milestone(duty.milestone)} " if duty else ""
            return f"{owes}{short_number(row.number)} {row.title}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.number}\n{row.title}\n{row.place}"
        return row.id if role == _CASE else None

    def _rank(self, row: QueueRow) -> int:
        duty = self._duty(row.id)
        if duty is not None and duty.is_first:
            return _FIRST
        return _OWED if self.owes(row) else _REST


class SummonsList(QListView):
    """Shows a `SummonsModel`; `case_chosen(CaseId)` follows the selection, `case_opened` Enter."""

    case_chosen = Signal(object)
    case_opened = Signal(object)

    def __init__(
        self,
        model: SummonsModel,
        theme: Theme,
        now_ms: Callable[[], int],
        unit_name: Callable[[UnitId], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._summons = model
        self._painter = _Painter(model, theme, now_ms, unit_name, self)
        self.setModel(model)
        self.setItemDelegate(self._painter)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("召集本单位的哨"))
        self.selectionModel().currentChanged.connect(self._choose)

    @property
    def current_case(self) -> CaseId | None:
        """The selected case."""
        index = self.currentIndex()
        return self._summons.row_at(index.row()).id if index.isValid() else None

    def select_case(self, case: CaseId) -> bool:
        """Go to a case; False when the list has it not."""
        place = self._summons.find(case)
        if place is None:
            return False
        self.setCurrentIndex(self._summons.index(place))
        return True

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self._painter.set_theme(theme)
        self.doItemsLayout()

    def tick(self) -> None:
        """Write the countdowns anew."""
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (case := self.current_case) is not None:
            self.case_opened.emit(case)
            return
        super().keyPressEvent(event)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.case_chosen.emit(self._summons.row_at(current.row()).id)


class _Painter(QStyledItemDelegate):
    """Two lines: countdown, urgency, title, not signed for; what is owed by when, number, street and place."""

    def __init__(
        self,
        model: SummonsModel,
        theme: Theme,
        now_ms: Callable[[], int],
        unit_name: Callable[[UnitId], str],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._now_ms = now_ms
        self._unit_name = unit_name
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.glyphs = Glyphs(theme)
        self._time = CountdownPainter(theme.font("countdown", True), theme.font("caption", True))
        caption = QFontMetricsF(theme.font("caption"))
        self._widest_chip = max(chip_width(strings.urgency(urgency), theme, True) for urgency in Urgency)
        self._widest_step = max(caption.horizontalAdvance(f"{strings.milestone(step)} 00-00 00:00") for step in DATED)

    def _step(self, duty: Duty, now: dt.datetime) -> str:
        """Say what is owed and by which instant: 签收 14:29."""
        return f"{strings.milestone(duty.milestone)} {minute_moment(duty.due, now)}"

    def _paint_unsigned(self, painter: QPainter, duty: Duty, right: float, middle: float) -> float:
        """Mark what has not been signed for: a filled chip for an emergency, an outlined one else."""
        words = self.tr("应急 未签收") if duty.is_first else self.tr("未签收")
        look = ChipLook.EMERGENCY if duty.is_first else ChipLook.STATE
        width = chip_width(words, self.theme, duty.is_first)
        box = QRectF(right - width - 10, middle - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
        draw_chip(painter, box, words, chip_ink(look, self.theme), self.theme)
        return box.left() - 8

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """One row."""
        return QSize(200, self.theme.row_height("comfortable"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        row, theme, now_ms = self._model.row_at(index.row()), self.theme, self._now_ms()
        rect = QRectF(option.rect)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, theme.colour("selection.background"))
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme.colour("selection.edge"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("selection.hover"))
        crisp_line(painter, rect.left(), rect.bottom(), rect.right(), rect.bottom(), theme.colour("line"))
        ink = theme.colour("selection.text" if selected else "text")
        muted = theme.colour("selection.text_muted" if selected else "text_muted")
        half = rect.height() / 2
        first = QRectF(rect.left(), rect.top() + 3, rect.width(), half - 3)
        second = QRectF(rect.left(), rect.top() + half, rect.width(), half - 3)
        model, duty = self._model, self._model.duty(row)
        owes, shown = model.owes(row), model.light(row, now_ms)
        tongue = language()
        # What is owed stands under its countdown, with the instant: the column has room for both.
        right = rect.left() + 12 + 18 + 8 + max(self._time.widest(tongue), self._widest_step)
        caption = theme.font("caption")
        if owes:
            y = rect.center().y() - 9
            self.glyphs.draw(painter, light_glyph(shown), rect.left() + 12, y, 18, light_ink(shown))
            written = write(model.due_ms(row) - now_ms, tongue)
            colour = ink if shown is Light.GREEN else theme.colour(f"sla.{shown.value}.text")
            if duty is not None and duty.is_first:
                # Loud before it is late: the one plate of the list, red only when the limit is past.
                path = "sla.overdue" if shown is Light.RED else "urgency.emergency"
                width = self._time.width(written)
                plate = QRectF(right - width - 5, first.top() + 1, width + 10, first.height() - 2)
                outline(painter, plate, theme.size("radius.chip"), None, theme.colour(f"{path}.fill"))
                colour = theme.colour(f"{path}.on_fill")
            self._time.paint(painter, right, first.center().y() + self._time.cap / 2, written, colour)
            words = self.tr("该本单位") if duty is None else self._step(duty, from_epoch_ms(now_ms))
            box = QRectF(rect.left() + 36, second.top(), right - rect.left() - 36, second.height())
            self._words(painter, box, words, caption, ink if duty is not None else muted, RIGHT)
        else:
            nobody = row.waiting_for in ("", model.unit)
            words = self.tr("已应哨") if nobody else self.tr("等{unit}").format(unit=self._unit_name(row.waiting_for))
            box = QRectF(rect.left() + 12, first.top(), right - rect.left() - 12, first.height())
            self._words(painter, box, words, caption, muted, RIGHT)
        x = right + 12
        chip, look = strings.urgency(row.urgency), urgency_chip(row.urgency)
        chip_box = QRectF(x, first.center().y() - CHIP_HEIGHT / 2, chip_width(chip, theme, True), CHIP_HEIGHT)
        draw_chip(painter, chip_box, chip, chip_ink(look, theme), theme)
        number_box = QRectF(x, second.top(), 64, second.height())
        self._words(painter, number_box, short_number(row.number), caption, muted, LEFT)
        x += self._widest_chip + 10
        edge = end = rect.right() - 12
        figures = f"{row.whistles_in}/{row.whistles_out}"
        late = row.whistle_late(now_ms)
        count = QRectF(end - 60, first.top(), 60, first.height())
        self._words(painter, count, figures, theme.font("body_strong", True),
                    theme.colour("sla.red.text") if late else ink, RIGHT)  # fmt: skip
        self.glyphs.draw(painter, Glyph.WHISTLE, end - 62, first.center().y() - 8, 16,
                         "sla.red.mark" if late else "accent_text")  # fmt: skip
        edge -= 74
        if duty is not None and duty.is_unsigned:
            edge = self._paint_unsigned(painter, duty, edge, first.center().y())
        title = QRectF(x, first.top(), edge - x, first.height())
        self._words(painter, title, row.title, theme.font("body_strong", owes), ink, LEFT)
        glyph = pending_glyph(row.pending)
        if glyph is not None and row.pending is not Pending.NONE:
            mark = strings.pending_mark(row.pending, row.pending_what)
            width = QFontMetricsF(caption).horizontalAdvance(mark)
            box = QRectF(end - width, second.top(), width + 2, second.height())
            path = f"outbox.{row.pending.value}"
            self._words(painter, box, mark, caption, theme.colour(f"{path}.text"), RIGHT)
            self.glyphs.draw(painter, glyph, end - width - 20, second.center().y() - 7, 14, f"{path}.mark")
            end -= width + 24
        street = self._unit_name(row.holder)
        where = f"{street}  {row.place}" if row.place else street
        self._words(painter, QRectF(x, second.top(), end - x - 8, second.height()), where, caption, muted, LEFT)
        if selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.colour("focus.ring"))
            painter.drawRect(rect.adjusted(0.5, 0.5, -1.5, -1.5))

    def _words(
        self, painter: QPainter, rect: QRectF, text: str, font: QFont, ink: QColor, align: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(rect, align, QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width()))
