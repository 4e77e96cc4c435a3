"""The live queue as a Qt model that owns its order.

Rows are known by case id and kept sorted by keys that are searched by bisection; a change set becomes
insertions, moves, removals and one `dataChanged` per run of rows. Nothing scans all rows but a new sort,
a new view and a change set larger than `BULK`.

While `hold` is on nobody's row moves: contents are shown at once, insertions, removals and moves wait until
`release` or the end of the hold, and `waiting_changed` says how many cases that concerns.
"""

import itertools
from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.queue import QueueRow
from dispatcher.ui.console.queue_cells import Cells, Column, column_name, prepare, spoken_row, text_of
from dispatcher.ui.console.queue_lights import Filter, Lights, Tally, View
from dispatcher.ui.console.queue_order import KEYS, Key, Order, SortBy, runs

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
        self._rows: dict[CaseId, QueueRow] = {}
        self._order = Order()
        self._numbers = itertools.count()
        self._ghosts: set[CaseId] = set()
        self._ever: set[CaseId] = set()
        self._unseen: set[CaseId] = set()
        self._cells: dict[CaseId, Cells] = {}
        self._waiting: dict[CaseId, None] = {}
        self._hold = False
        self._filter = Filter(View.ALL_OPEN)
        self._sort = SortBy.DUE
        self._lights = Lights(self._rows)
        self._lights.reset((), now_ms)
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
        return self._rows.get(case)

    def row_at(self, row: int) -> QueueRow:
        """Give the case shown in a row; raises IndexError."""
        return self._order.rows[self._order.turn(row)]

    def cells_at(self, row: int) -> Cells:
        """Give the prepared words of a row, preparing them when they are not."""
        shown = self.row_at(row)
        cells = self._cells.get(shown.id)
        if cells is None:
            unseen = shown.id in self._unseen
            cells = self._cells[shown.id] = prepare(shown, self.now_ms, self._unit_name, unseen)
        return cells

    def find(self, case: CaseId) -> int | None:
        """Give the row that shows a case, None when the list has it not."""
        return self._order.turn(self._order.position(case)) if case in self._order.placed else None

    # What changes it.

    def apply(self, change: ChangeSet) -> None:
        """Take over what changed."""
        touched: dict[CaseId, None] = {}
        if change.reset:
            self._reset(change.rows)
            return
        for case in change.gone:
            if (row := self._rows.pop(case, None)) is not None:
                self._lights.remove(row)
                self._ghosts.add(case)
                touched[case] = None
        few = len(change.rows) < BULK
        for row in change.rows:
            self._take(row, few)
            touched[row.id] = None
        self._settle(touched)
        self._tell()

    def tick(self, now_ms: int) -> None:
        """Move on to an instant: lights that change, and rows that enter or leave a view because of it."""
        minute = self.now_ms // 60_000
        passed = self._lights.advance(now_ms)
        if passed is None:
            self._lights.reset(self._rows.values(), now_ms)
            self._cells.clear()
            self._build()
        else:
            if self.now_ms // 60_000 != minute:
                self._cells.clear()
            if passed:
                self._settle(dict.fromkeys(passed))
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
        self._order.key = self._key()
        self._order.arrange(self._filter.rows(self._rows.values(), self._lights))
        new = [self.index(self._row_of(case), index.column()) for case, index in zip(cases, old, strict=True)]
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
        if case in self._unseen:
            self._unseen.discard(case)
            self._cells.pop(case, None)
            if case in self._order.placed:
                self._say_changed([self._order.position(case)])

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

    def _reset(self, rows: Iterable[QueueRow]) -> None:
        self.beginResetModel()
        self._rows.clear()
        self._rows.update({row.id: row for row in rows})
        self._numbers = itertools.count(len(self._rows))
        self._order.seq = {case: number for number, case in enumerate(self._rows)}
        self._ever.update(self._rows)
        self._ghosts.clear()
        self._unseen.clear()
        self._cells.clear()
        self._lights.reset(self._rows.values(), self.now_ms)
        self._fill()
        self.endResetModel()
        self._tell()

    def _take(self, row: QueueRow, few: bool) -> None:
        case = row.id
        if case in self._ghosts:
            # It comes back before its removal was shown: show that first, it is a newcomer in its place.
            self._take_out([case] if case in self._order.placed else [])
            self._forget_ghosts()
        old = self._rows.get(case)
        if old is None:
            self._order.seq[case] = next(self._numbers)
            if few and case not in self._ever and row.is_open:
                self._unseen.add(case)
            self._ever.add(case)
        else:
            self._lights.remove(old)
        self._rows[case] = row
        self._lights.add(row)

    def _settle(self, touched: Iterable[CaseId]) -> None:
        """Bring the list in line with the rows of these cases, or let what would move wait."""
        insert: list[QueueRow] = []
        remove: list[CaseId] = []
        move: list[QueueRow] = []
        stay: list[QueueRow] = []
        key, placed, waiting = self._order.key, self._order.placed, len(self._waiting)
        for case in touched:
            self._cells.pop(case, None)
            row, old = self._rows.get(case), placed.get(case)
            if row is None or not self._filter.keeps(row, self._lights):
                if old is None:
                    self._waiting.pop(case, None)
                else:
                    remove.append(case)
            elif old is None:
                insert.append(row)
            elif key(old) == key(row):
                self._waiting.pop(case, None)
                stay.append(row)
            else:
                move.append(row)
        if self._hold:
            self._waiting.update(dict.fromkeys([*(row.id for row in (*insert, *move)), *remove]))
            shown = [*move, *(self._rows[case] for case in remove if case in self._rows)]
            self._say_changed([self._order.replace(row, keeps_key=False) for row in shown])
            insert, remove, move = [], [], []
        if len(insert) + len(remove) + len(move) > BULK:
            self._build()
            return
        for row in stay:
            self._order.replace(row, keeps_key=True)
        self._take_out(remove)
        for row in move:
            self._move(row)
            self._cells.pop(row.id, None)
        self._put_in(insert)
        self._say_changed([self._order.position(row.id) for row in (*stay, *move)])
        self._forget_ghosts()
        if len(self._waiting) != waiting:
            self.waiting_changed.emit(len(self._waiting))

    def _take_out(self, cases: list[CaseId]) -> None:
        for first, last in reversed(runs(sorted(map(self._order.position, cases)))):
            self.beginRemoveRows(_NOWHERE, *self._order.span(first, last))
            self._order.remove(first, last)
            self.endRemoveRows()

    def _move(self, row: QueueRow) -> None:
        start, place = self._order.position(row.id), self._order.place_for(row)
        if place in (start, start + 1):
            self._order.move(start, start, row)
            return
        source = self._order.turn(start)
        self.beginMoveRows(_NOWHERE, source, source, _NOWHERE, self._order.turn_gap(place))
        self._order.move(start, place, row)
        self.endMoveRows()

    def _put_in(self, rows: list[QueueRow]) -> None:
        """Insert from the back, so that a place found stays true; neighbours go in together."""
        rows = sorted(rows, key=self._order.rank)
        places = list(map(self._order.place_for, rows))
        end = len(rows)
        while end:
            start = end - 1
            while start and places[start - 1] == places[start]:
                start -= 1
            first = self._order.turn_gap(places[start])
            self.beginInsertRows(_NOWHERE, first, first + end - start - 1)
            self._order.insert(places[start], rows[start:end])
            self.endInsertRows()
            end = start

    def _build(self) -> None:
        """Build the list anew: another view, or more changes than can be told one by one."""
        self.beginResetModel()
        self._fill()
        self.endResetModel()

    def _fill(self) -> None:
        had, self._waiting = self._waiting, {}
        self._order.key = self._key()
        self._order.fill(self._filter.rows(self._rows.values(), self._lights))
        self._forget_ghosts()
        if had:
            self.waiting_changed.emit(0)

    def _key(self) -> Callable[[QueueRow], Key]:
        newest_closed = self._sort is SortBy.DUE and self._filter.view is View.CLOSED_TODAY
        return KEYS[SortBy.CLOSED if newest_closed else self._sort]

    def _row_of(self, case: CaseId) -> int:
        return self._order.turn(self._order.position(case))

    def _say_changed(self, positions: list[int]) -> None:
        for first, last in runs(sorted(positions)):
            top, bottom = self._order.span(first, last)
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(Column) - 1))

    def _forget_ghosts(self) -> None:
        for case in [case for case in self._ghosts if case not in self._order.placed]:
            self._ghosts.discard(case)
            del self._order.seq[case]
            self._waiting.pop(case, None)
            self._cells.pop(case, None)
            self._unseen.discard(case)

    def _tell(self) -> None:
        tally = self._lights.tally()
        if tally != self._told:
            self._told = tally
            self.tally_changed.emit(tally)
