"""A dispatch act in an outage: from the key to the act durable in the encrypted outbox and the row painted.

The window is the real one over the real engine and the real encrypted files, with 2,000 cases and no link. F2 signs for
the case that is open; the clock runs from the key's event to the return of the paint event that showed the row as
pending. The limit beside it is one commit of a row of the same size into a plain SQLite file with FULL sync, in the
same run on the same disk.
"""

import gc
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest

from benchmarks import Result
from benchmarks.processes import Ground, alone, centre, sync
from dispatcher import app
from dispatcher.bridge import ActAnswer, LinkState
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.queue import Pending, QueueRow
from dispatcher.sync.clock import SystemClock
from dispatcher.ui.console.window import ConsoleWindow

CASES: Final = 2_000
ACTS: Final = 60
MOST_MS: Final = 20.0
PATIENCE_MS: Final = 30_000
LOOK_AGAIN_MS: Final = 20
REST_MS: Final = 100


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Fill a station's cache from a centre, take the centre away, and sign for one case after the other."""
    cases, acts = (200, 10) if quick else (CASES, ACTS)
    home = ground.directory / "home-of-outage-act"
    with centre(ground, ground.fresh_ledger(cases)) as url:
        sync(ground, url, home)
    took_ms = _Desk(home, url).sign(acts)
    limit_ms = _commits_ms(ground.directory / "plain.db", acts)
    took_ms.sort()
    p50, p95 = statistics.median(took_ms), took_ms[min(len(took_ms) - 1, int(len(took_ms) * 0.95))]
    return [
        Result("key to durable and painted, p50", p50, "ms", None, f"< {MOST_MS:g} ms", p50 < MOST_MS),
        Result("key to durable and painted, p95", p95, "ms"),
        Result("… longest", took_ms[-1], "ms"),
        Result("… times one plain durable commit, p50", p50, "ms", p50 / limit_ms),
        Result("… one plain durable commit", limit_ms, "ms"),
    ]


class _Desk(QObject):
    """A station whose centre is gone, and a hand on F2."""

    def __init__(self, home: Path, url: str) -> None:
        super().__init__()
        gc.disable()  # as the program begins; the first page's painting ends it
        _, theme = app.make_application("zh", "dark")
        self._answered: dict[CaseId, tuple[ActAnswer, float]] = {}
        self._painted_s: dict[CaseId, float] = {}
        self._loop = QEventLoop()
        self._station = app.Station(
            home=home,
            centre=url,
            token="",
            clock=SystemClock(),
            language="zh",
            theme=theme,
            make_window=app.console_window,
        )

    def sign(self, acts: int) -> list[float]:
        """Sign for so many cases; gives the milliseconds each took."""
        station = self._station
        station.start()
        try:
            self._wait("a window", lambda: isinstance(station.window, ConsoleWindow))
            window = station.window
            assert isinstance(window, ConsoleWindow)
            window.resize(1920, 1080)
            window.activateWindow()
            self._wait("the keyboard", window.isActiveWindow)
            self._wait(
                "an outage", lambda: station.bridge.link is not None and station.bridge.link.state is LinkState.OFFLINE
            )
            self._wait("rows", lambda: window.queue.model.rowCount() > 0)
            station.bridge.act_answered.connect(self._take_answer)
            window.queue.list.painted.connect(self._take_painted)
            window.queue.list.watch_painting(True)
            return [self._one(window, case) for case in self._unsigned(window)[:acts]]
        finally:
            station.stop()

    def _unsigned(self, window: ConsoleWindow) -> list[CaseId]:
        rows = (row for row in window.rows if row.state is CaseState.DISPATCHED)
        return [row.id for row in sorted(rows, key=lambda row: row.due_ms)]

    def _one(self, window: ConsoleWindow, case: CaseId) -> float:
        window.open_case(case)
        self._wait("the case", lambda: window.case.case is not None and window.case.case.id == case)
        self._rest()  # it is read before it is signed for: its own painting is over
        self._painted_s.pop(case, None)
        begun_s = time.perf_counter()
        QTest.keyClick(window, Qt.Key.Key_F2)
        while case not in self._painted_s or case not in self._answered:
            self._turn("the answer" if case not in self._answered else "the painted row", begun_s)
        answer, answered_s = self._answered[case]
        took_ms = (max(answered_s, self._painted_s[case]) - begun_s) * 1000
        if answer.refused is not None or answer.trouble:
            raise RuntimeError(f"{answer.refused} {answer.trouble}")
        return took_ms

    def _take_answer(self, answer: ActAnswer) -> None:
        self._answered[answer.case] = answer, time.perf_counter()
        self._loop.quit()

    def _take_painted(self, rows: tuple[tuple[CaseId, Revision], ...]) -> None:
        window = self._station.window
        assert isinstance(window, ConsoleWindow)
        for case, _ in rows:
            row: QueueRow | None = window.row_of(case)
            if row is not None and row.pending is Pending.PENDING:
                self._painted_s.setdefault(case, time.perf_counter())
                self._loop.quit()
        window.queue.list.watch_painting(True)  # a row is told once for each revision, and an act makes none yet

    def _wait(self, what: str, happened: Callable[[], bool]) -> None:
        begun_s = time.perf_counter()
        while not happened():
            self._turn(what, begun_s)

    def _rest(self) -> None:
        loop = QEventLoop()
        QTimer.singleShot(REST_MS, loop.quit)
        loop.exec()

    def _turn(self, what: str, begun_s: float) -> None:
        """Let the window live until something is told, as it lives of itself: asleep between two events."""
        if (time.perf_counter() - begun_s) * 1000 > PATIENCE_MS:
            raise TimeoutError(f"{what} never came")
        self._loop = QEventLoop()
        QTimer.singleShot(LOOK_AGAIN_MS, self._loop.quit)
        self._loop.exec()


def _commits_ms(path: Path, count: int) -> float:
    """Give the median of as many durable commits of a row as large as an act's."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE receipts (seq INTEGER PRIMARY KEY, act BLOB NOT NULL)")
        took: list[float] = []
        for _ in range(count):
            begun_s = time.perf_counter()
            connection.execute("INSERT INTO receipts (act) VALUES (?)", (bytes(400),))
            took.append((time.perf_counter() - begun_s) * 1000)
        return statistics.median(took)
    finally:
        connection.close()


if __name__ == "__main__":
    alone(run)
