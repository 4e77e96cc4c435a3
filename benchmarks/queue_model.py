"""The queue's model at 250,000 rows beside QSqlTableModel behind QSortFilterProxyModel, in one run.

Both sort by the due instant and filter by a state. The baseline's table has the same columns, lies in SQLite in
memory and is fetched whole before the clock starts. Also: one row inserted into the full list, a tick, the load.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable

import msgspec
import shiboken6
from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtSql import QSqlDatabase, QSqlQuery, QSqlTableModel
from PySide6.QtWidgets import QApplication, QTableView

from benchmarks import Result, table
from dispatcher.models.case import CaseState
from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import ClockKind
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.ui.console.queue_lights import View
from dispatcher.ui.console.queue_model import QueueModel
from dispatcher.ui.console.queue_order import SortBy

ROWS = 250_000
NOW_MS = 1_795_000_000_000
HOUR_MS = 3_600_000
_STATES = (CaseState.DISPATCHED, CaseState.SIGNED, CaseState.IN_HAND, CaseState.REPLIED, CaseState.REPLY_REVIEW)


def make_row(number: int, chance: random.Random) -> QueueRow:
    """Make a plausible row."""
    due_ms = NOW_MS + chance.randrange(-2 * HOUR_MS, 7 * 24 * HOUR_MS)
    return QueueRow(
        CaseId(f"case-{number:08d}"),
        Revision(number + 1),
        f"20261118-{number:06d}",
        f"路灯不亮 {number % 977}",
        f"槐荫路 {number % 311} 号 · 槐荫社区",
        "照明",
        chance.choice(tuple(Urgency)),
        chance.choice(_STATES),
        UnitId("110101001"),
        "",
        ClockKind.FEEDBACK,
        due_ms - 24 * HOUR_MS,
        due_ms - 12 * HOUR_MS,
        due_ms - 5 * HOUR_MS,
        due_ms,
        False,
        due_ms - 24 * HOUR_MS,
        NEVER_MS,
        UnitId(""),
        NEVER_MS,
        0,
        number % 3,
        NEVER_MS,
        0,
    )


def run(rows: int = ROWS) -> list[Result]:
    """Measure; needs a QApplication to be made or makes one."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    chance = random.Random(7)
    made = [make_row(number, chance) for number in range(rows)]
    sql_sort_s, sql_filter_s = _baseline(made)
    model = QueueModel(NOW_MS)
    load_s = _timed(lambda: model.apply(ChangeSet(tuple(made), reset=True)))
    view = QTableView()
    view.setModel(model)
    view.resize(760, 800)
    view.show()
    application.processEvents()
    sort_s = statistics.median(
        (model.set_sort(SortBy.RECEIVED), _timed(lambda: model.set_sort(SortBy.DUE)))[1] for _ in range(5)
    )
    filter_s = _median(
        [lambda v=v: model.set_view(v) for v in (View.TO_SIGN, View.TO_REVIEW, View.TO_CALL_BACK, View.TO_SIGN)]
    )
    model.set_view(View.ALL_OPEN)
    insert_s = sorted(_timed(lambda n=n: model.apply(ChangeSet((make_row(rows + n, chance),)))) for n in range(2000))
    p99_ms = insert_s[int(len(insert_s) * 0.99)] * 1000
    tick_s = _median([lambda n=n: model.tick(NOW_MS + n) for n in range(1, 200)])
    view.close()
    view.deleteLater()
    application.processEvents()
    return [
        Result("QSqlTableModel + proxy: sort", sql_sort_s * 1000, "ms", 1.0),
        Result(
            "queue model: sort",
            sort_s * 1000,
            "ms",
            sql_sort_s / sort_s,
            "≥ 40×",
            sql_sort_s / sort_s >= 40,
        ),
        Result("QSqlTableModel + proxy: filter", sql_filter_s * 1000, "ms", 1.0),
        Result(
            "queue model: filter",
            filter_s * 1000,
            "ms",
            sql_filter_s / filter_s,
            "≥ 15×",
            sql_filter_s / filter_s >= 15,
        ),
        Result("queue model: insert, median", statistics.median(insert_s) * 1000, "ms"),
        Result("queue model: insert, p99", p99_ms, "ms", None, "< 1 ms", p99_ms < 1),
        Result("queue model: tick in which nothing passes", tick_s * 1_000_000, "µs"),
        Result("queue model: load all", load_s * 1000, "ms"),
    ]


def _baseline(made: list[QueueRow]) -> tuple[float, float]:
    database = QSqlDatabase.addDatabase("QSQLITE", "baseline")
    database.setDatabaseName(":memory:")
    database.open()
    query = QSqlQuery(database)
    columns = QueueRow.__struct_fields__
    query.exec(f"CREATE TABLE queue ({', '.join(columns)})")
    database.transaction()
    query.prepare(f"INSERT INTO queue VALUES ({', '.join('?' * len(columns))})")
    for row in made:
        for value in msgspec.structs.astuple(row):
            query.addBindValue(str(value) if isinstance(value, str) else value)
        query.exec()
    database.commit()
    source = QSqlTableModel(None, database)
    source.setTable("queue")
    source.select()
    while source.canFetchMore():
        source.fetchMore()
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(source)
    view = QTableView()
    view.setModel(proxy)
    view.resize(760, 800)
    view.show()
    QApplication.processEvents()
    sort_s = _timed(lambda: proxy.sort(columns.index("due_ms"), Qt.SortOrder.AscendingOrder))
    proxy.setFilterKeyColumn(columns.index("state"))
    filter_s = statistics.median(_timed(lambda s=state: proxy.setFilterFixedString(s.value)) for state in _STATES[:3])
    view.close()
    for leftover in (view, proxy, source):
        shiboken6.delete(leftover)
    query.clear()
    del query
    database.close()
    del database
    QSqlDatabase.removeDatabase("baseline")
    return sort_s, filter_s


def _timed(act: Callable[[], object]) -> float:
    # Processor time: a busy machine must not decide which of two is faster.
    start = time.process_time()
    act()
    return time.process_time() - start


def _median(acts: list[Callable[[], object]]) -> float:
    return statistics.median([_timed(act) for act in acts])


if __name__ == "__main__":
    print(table(run()))
