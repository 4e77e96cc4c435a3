"""The live queue as a Qt model that owns its order.

Rows are known by case id and kept sorted by keys that are searched by bisection; a change set becomes
insertions, moves, removals and one `dataChanged` per run of rows. Nothing scans all rows but a new sort,
a new view and a change set larger than `BULK`.

While `hold` is on nobody's row moves: contents are shown at once, insertions, removals and moves wait until
`release` or the end of the hold, and `waiting_changed` says how many cases that concerns.
"""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.queue import QueueRow
from dispatcher.ui.console.queue_cells import Cells, Column, column_name, prepare, spoken_row, text_of
from dispatcher.ui.console.queue_lights import Filter, Lights, Tally, View
from dispatcher.ui.console.queue_order import KEYS, Order, SortBy, runs

BULK: Final = 400
"""From so many insertions, removals and moves at once the list is built anew."""

AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


SORT_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
CASE_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2

_SORT_OF_COLUMN = {
    Column.COUNTDOWN: SortBy.DUE,
    Column.ORDER: SortBy.URGENCY,
    Column.DEMAND: SortBy.DEMAND,
    Column.STATE: SortBy.STATE,
}


class QueueModel(QAbstractTableModel):
    """Rows of cases, filtered by a view, a light and a needle, sorted, counted and told apart by identity."""

    tally_changed = Signal(object)
    waiting_changed = Signal(int)

    def __init__(self, now_ms: int, unit_name: Callable[[UnitId], str] = str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._unit_name = unit_name
        # Every case's rows and places are known by its slot; a ghost is gone but still shown, until a hold ends.
        self._slots: dict[CaseId, int] = {}
        self._ghosts: set[int] = set()
        self._order = Order()
        self._lights = Lights(now_ms)
        self._lights.reset(self._order.rows, now_ms)
        self._ever: set[CaseId] = set()
        self._unseen: set[CaseId] = set()
        self._cells: dict[int, Cells] = {}
        self._waiting: dict[int, None] = {}
        self._hold = False
        self._filter = Filter(View.ALL_OPEN)
        self._sort = SortBy.DUE
        self._told: Tally | None = None

    # What it knows.

    @property
    def now_ms(self) -> int:
        """The instant at which lights and views are true."""
        return self._lights.now_ms

    @property
    def view(self) -> View:
        """The view listed."""
        return self._filter.view

    @property
    def light(self) -> Light | None:
        """The light that filters."""
        return self._filter.light

    @property
    def sorting(self) -> tuple[SortBy, bool]:
        """What the list is sorted by, and whether descending."""
        return self._sort, self._order.descending

    @property
    def shown_ever(self) -> int:
        """How many cases have ever been in the model, listed or not."""
        return len(self._ever)

    @property
    def changes_waiting(self) -> int:
        """How many cases wait for the end of a hold to be inserted, moved or removed."""
        return len(self._waiting)

    def tally(self) -> Tally:
        """Give the counts by light and view."""
        return self._lights.tally()

    def known(self, case: CaseId) -> QueueRow | None:
        """Give the newest row of a case, listed or not."""
        slot = self._slots.get(case)
        return None if slot is None else self._order.rows[slot]

    def row_at(self, row: int) -> QueueRow:
        """Give the case shown in a row; raises IndexError."""
        return self._order.rows[self._order.slots[self._order.turn(row)]]

    def cells_at(self, row: int) -> Cells:
        """Give the prepared words of a row, preparing them when they are not."""
        slot = self._order.slots[self._order.turn(row)]
        cells = self._cells.get(slot)
        if cells is None:
            shown = self._order.rows[slot]
            cells = prepare(shown, self.now_ms, self._unit_name, shown.id in self._unseen)
            self._cells[slot] = cells
        return cells

    def find(self, case: CaseId) -> int | None:
        """Give the row that shows a case, None when the list has it not."""
        slot = self._slots.get(case)
        if slot is None or not self._order.shown[slot]:
            return None
        return self._order.turn(self._order.position(slot))

    # What changes it.

    def apply(self, change: ChangeSet) -> None:
        """Take over what changed."""
        if change.reset:
            self._reset(change.rows)
            return
        touched: dict[int, None] = {}
        for case in change.gone:
            if (slot := self._slots.pop(case, None)) is not None:
                self._lights.forget(slot)
                self._ghosts.add(slot)
                touched[slot] = None
        few = len(change.rows) < BULK
        for row in change.rows:
            touched[self._take(row, few)] = None
        self._settle(touched)
        self._tell()

    def tick(self, now_ms: int) -> None:
        """Move on to an instant: lights that change, and rows that enter or leave a view because of it."""
        minute = self.now_ms // 60_000
        passed = self._lights.advance(now_ms)
        if passed is None:
            self._lights.reset(self._order.rows, now_ms, self._dead())
            self._cells.clear()
            self._build()
        else:
            if self.now_ms // 60_000 != minute:
                self._cells.clear()
            if passed:
                self._settle(passed)
        if passed is None or passed:
            self._tell()

    def set_view(self, view: View, light: Light | None = None, needle: str = "") -> None:
        """List another view, of it only the rows under `light` and those with `needle` in number, title or place."""
        wanted = Filter(view, light, needle.strip().casefold())
        if wanted != self._filter:
            self._filter = wanted
            self._build()

    def set_sort(self, sort: SortBy, descending: bool = False) -> None:
        """Sort by something else; rows keep their selection."""
        if (sort, descending) == self.sorting:
            return
        self.release()
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        cases = [self.row_at(index.row()).id for index in old]
        self._sort, self._order.descending = sort, descending
        self._order.sort_again(self._key())
        rows = {case: self.find(case) for case in cases}
        new = [self.index(rows[case] or 0, index.column()) for case, index in zip(cases, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def set_hold(self, hold: bool) -> None:
        """Begin or end a hold; ending it lets everything that waited happen."""
        self._hold = hold
        if not hold:
            self.release()

    def release(self) -> None:
        """Let everything that waited happen now, held or not."""
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            held, self._hold = self._hold, False
            self._settle(waiting)
            self._hold = held
            self.waiting_changed.emit(len(self._waiting))

    def mark_seen(self, case: CaseId) -> None:
        """Note that the dispatcher has looked at a case: it is no longer bold."""
        slot = self._slots.get(case)
        if slot is not None and case in self._unseen:
            self._unseen.discard(case)
            self._cells.pop(slot, None)
            if self._order.shown[slot]:
                self._say_changed([slot])

    def retranslate(self) -> None:
        """Write all words anew: another language, other names of units."""
        self._cells.clear()
        if self._order:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(Column) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)

    # What Qt asks.

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Give the number of rows listed."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Give the number of cells in a row."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell's text, its spoken form, the raw value it is sorted by, or the case's id."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(self.row_at(index.row()), self.cells_at(index.row()), Column(index.column()), self.now_ms)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if index.column() == Column.COUNTDOWN:
                return spoken_row(self.row_at(index.row()), self.cells_at(index.row()), self.now_ms)
            return text_of(self.row_at(index.row()), self.cells_at(index.row()), Column(index.column()), self.now_ms)
        if role == SORT_ROLE:
            sort = _SORT_OF_COLUMN.get(Column(index.column()))
            return None if sort is None else KEYS[sort](self.row_at(index.row()))
        if role == CASE_ROLE:
            return self.row_at(index.row()).id
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.DEMAND:
            row = self.row_at(index.row())
            return f"{row.number}\n{row.title}\n{row.place}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the name of a column; the list has no visible header, a screen reader reads it."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return column_name(Column(section))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, as Qt asks for it."""
        if (sort := _SORT_OF_COLUMN.get(Column(column))) is not None:
            self.set_sort(sort, order is Qt.SortOrder.DescendingOrder)

    # How it is done.

    def _reset(self, rows: tuple[QueueRow, ...]) -> None:
        self.beginResetModel()
        self._order.reset(rows)
        self._slots = {row.id: slot for slot, row in enumerate(rows)}
        self._ever.update(self._slots)
        self._ghosts.clear()
        self._unseen.clear()
        self._cells.clear()
        self._lights.reset(self._order.rows, self.now_ms)
        had, self._waiting = self._waiting, {}
        self._fill()
        self.endResetModel()
        if had:
            self.waiting_changed.emit(0)
        self._tell()

    def _take(self, row: QueueRow, few: bool) -> int:
        """Keep a row, new or changed, and give its slot."""
        slot = self._slots.get(row.id)
        if slot is None:
            slot = self._slots[row.id] = self._order.add(row)
            if few and row.id not in self._ever and row.is_open:
                self._unseen.add(row.id)
            self._ever.add(row.id)
        else:
            self._order.change(slot, row)
        self._lights.look(slot)
        return slot

    def _settle(self, touched: Iterable[int]) -> None:
        """Bring the list in line with the rows of these slots, or let what would move wait."""
        insert: list[int] = []
        remove: list[int] = []
        move: list[int] = []
        stay: list[int] = []
        order, waiting = self._order, len(self._waiting)
        for slot in touched:
            self._cells.pop(slot, None)
            kept = self._lights.keeps(slot, self._filter)
            if not order.shown[slot]:
                if kept:
                    insert.append(slot)
                else:
                    self._waiting.pop(slot, None)
            elif not kept:
                remove.append(slot)
            elif order.fits(slot):
                self._waiting.pop(slot, None)
                stay.append(slot)
            else:
                move.append(slot)
        if self._hold:
            self._waiting.update(dict.fromkeys((*insert, *remove, *move)))
            stay += [slot for slot in (*remove, *move) if slot not in self._ghosts]
            insert, remove, move = [], [], []
        if len(insert) + len(remove) + len(move) > BULK:
            self._build(move)
            return
        self._take_out(remove)
        for slot in move:
            self._move(slot)
        self._put_in(insert)
        self._say_changed([*stay, *move])
        self._forget_ghosts()
        if len(self._waiting) != waiting:
            self.waiting_changed.emit(len(self._waiting))

    def _take_out(self, slots: list[int]) -> None:
        for first, last in reversed(runs(sorted(map(self._order.position, slots)))):
            self.beginRemoveRows(_NOWHERE, *self._order.span(first, last))
            self._order.remove(first, last)
            self.endRemoveRows()

    def _move(self, slot: int) -> None:
        start, place = self._order.position(slot), self._order.place_for(slot)
        if place in (start, start + 1):
            self._order.move(start, start)
            return
        source = self._order.turn(start)
        self.beginMoveRows(_NOWHERE, source, source, _NOWHERE, self._order.turn_gap(place))
        self._order.move(start, place)
        self.endMoveRows()

    def _put_in(self, slots: list[int]) -> None:
        """Insert from the back, so that a place found stays true; neighbours go in together."""
        slots = sorted(slots, key=self._order.rank)
        places = list(map(self._order.place_for, slots))
        end = len(slots)
        while end:
            start = end - 1
            while start and places[start - 1] == places[start]:
                start -= 1
            first = self._order.turn_gap(places[start])
            self.beginInsertRows(_NOWHERE, first, first + end - start - 1)
            self._order.insert(places[start], slots[start:end])
            self.endInsertRows()
            end = start

    def _build(self, moved: Iterable[int] = ()) -> None:
        """Build the list anew: another view, or more changes than can be told one by one."""
        self.beginResetModel()
        self._fill(moved)
        self.endResetModel()

    def _fill(self, moved: Iterable[int] = ()) -> None:
        had, self._waiting = self._waiting, {}
        self._order.fill(self._lights.slots(self._filter), self._key(), (*had, *moved))
        self._forget_ghosts()
        if had:
            self.waiting_changed.emit(0)

    def _key(self) -> SortBy:
        newest_closed = self._sort is SortBy.DUE and self._filter.view is View.CLOSED_TODAY
        return SortBy.CLOSED if newest_closed else self._sort

    def _say_changed(self, slots: list[int]) -> None:
        for first, last in runs(sorted(map(self._order.position, slots))):
            top, bottom = self._order.span(first, last)
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(Column) - 1))

    def _forget_ghosts(self) -> None:
        for slot in [slot for slot in self._ghosts if not self._order.shown[slot]]:
            self._ghosts.discard(slot)
            self._waiting.pop(slot, None)
            self._cells.pop(slot, None)

    def _dead(self) -> set[int]:
        return set(range(len(self._order.rows))) - set(self._slots.values())

    def _tell(self) -> None:
        tally = self._lights.tally()
        if tally != self._told:
            self._told = tally
            self.tally_changed.emit(tally)
