"""`dispatcher console` itself, with somebody watching: when rows are painted, and what it costs to stand still.

Run as `python -m benchmarks.console WATCH NUMBER ARGUMENTS`. WATCH says what is watched, and prints it as
a line of JSON: `start` (NUMBER rows to be loaded), `paint` (NUMBER arrivals to be painted), `idle` (NUMBER seconds).
The program is the real one; only the function that makes its window is wrapped.
"""

# As the program itself does before it imports anything of the window (cli.py).
import gc

gc.disable()

import sys
import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from benchmarks.told import Idled, Painted, Started, Waiting, tell
from dispatcher import app
from dispatcher.bridge import Arrival, LinkState, LinkStatus, Remembered
from dispatcher.cli import main
from dispatcher.models.ids import CaseId, Revision
from dispatcher.ui.console.queue_order import SortBy
from dispatcher.ui.console.window import ConsoleWindow

SETTLE_S: Final = 10.0
GIVE_UP_S: Final = 20.0

_make_window: Final = app.console_window


class StartWatch(QObject):
    """Tells when the first rows are painted and when all are loaded, then closes the window."""

    def __init__(self, window: ConsoleWindow, _station: app.Station, rows: float) -> None:
        super().__init__(window)
        self._window = window
        self._rows = rows
        self._painted_s = 0.0
        window.queue.list.watch_painting(True)
        window.queue.list.painted.connect(self._painted)
        window.queue.model.rowsInserted.connect(self._loaded)
        window.queue.model.modelReset.connect(self._loaded)

    def _painted(self, _rows: object) -> None:
        self._painted_s = self._painted_s or time.monotonic()
        self._loaded()

    def _loaded(self) -> None:
        if self._painted_s and self._window.queue.model.rowCount() >= self._rows:
            tell(Started(self._painted_s, time.monotonic(), time.process_time()))
            self._rows = float("inf")
            QTimer.singleShot(0, self._window.close)


class IdleWatch(QObject):
    """Measures the process's own use of a core over some seconds, once everything is loaded and has settled."""

    def __init__(self, window: ConsoleWindow, station: app.Station, length_s: float) -> None:
        super().__init__(window)
        self._window = window
        self._station = station
        self._length_s = length_s
        self._rows = -1
        self._begun = 0.0, 0.0
        window.resize(1920, 1080)
        self._look = QTimer(self)
        self._look.setInterval(1000)
        self._look.timeout.connect(self._settled)
        self._look.start()

    def _settled(self) -> None:
        rows = self._window.queue.model.rowCount()
        if rows == self._rows and rows:
            self._look.stop()
            QTimer.singleShot(int(SETTLE_S * 1000), self._begin)
        self._rows = rows

    def _begin(self) -> None:
        self._begun = time.process_time(), time.monotonic()
        QTimer.singleShot(int(self._length_s * 1000), self._end)

    def _end(self) -> None:
        cpu_s, wall_s = time.process_time() - self._begun[0], time.monotonic() - self._begun[1]
        link = self._station.bridge.link
        online = link is not None and link.state is LinkState.ONLINE
        tell(Idled(self._window.queue.model.rowCount(), online, cpu_s, wall_s))
        self._window.close()


class PaintWatch(QObject):
    """Notes for every arrival how long after its commit it was here and was painted; the newest are on top."""

    def __init__(self, window: ConsoleWindow, station: app.Station, arrivals: float) -> None:
        super().__init__(window)
        self._window = window
        self._arrivals = arrivals
        self._committed_s: dict[tuple[CaseId, Revision], float] = {}
        self._here_ms: list[float] = []
        self._painted_ms: list[float] = []
        self._ready = False
        self._queue = window.queue
        window.resize(1920, 1080)
        station.bridge.link_changed.connect(self._linked)
        station.bridge.arrived.connect(self._arrived)
        self._queue.list.painted.connect(self._painted)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(int(GIVE_UP_S * 1000))
        self._patience.timeout.connect(self._end)
        self._look = QTimer(self)
        self._look.setInterval(500)
        self._look.timeout.connect(self._loaded)
        self._online = False

    def _linked(self, status: LinkStatus) -> None:
        if status.state is LinkState.ONLINE and not self._online:
            self._online = True
            self._look.start()

    def _loaded(self) -> None:
        """Begin once what was there before is listed."""
        if self._queue.model.rowCount() == 0:
            return
        self._look.stop()
        self._queue.model.set_sort(SortBy.RECEIVED, descending=True)
        # A selected row keeps its place on the screen when others come in above it; here those are what is looked for.
        self._queue.list.clearSelection()
        self._queue.list.setCurrentIndex(self._queue.list.rootIndex())
        self._window.command.line.setFocus()
        self._queue.list.scrollToTop()
        self._queue.list.watch_painting(True)
        self._ready = True
        self._patience.start()
        tell(Waiting(self._queue.model.rowCount()))

    def _arrived(self, arrivals: tuple[Arrival, ...]) -> None:
        if not self._ready:
            return
        now_s = time.time()
        for arrival in arrivals:
            committed_s = arrival.committed_at.timestamp()
            for key in arrival.cases:
                self._committed_s[key] = committed_s
                self._here_ms.append((now_s - committed_s) * 1000)
        self._patience.start()

    def _painted(self, rows: tuple[tuple[CaseId, Revision], ...]) -> None:
        now_s = time.time()
        for key in rows:
            committed_s = self._committed_s.pop(key, None)
            if committed_s is not None:
                self._painted_ms.append((now_s - committed_s) * 1000)
        if len(self._painted_ms) >= self._arrivals:
            self._end()

    def _end(self) -> None:
        self._ready = False
        self._patience.stop()
        tell(Painted(self._here_ms, self._painted_ms))
        QTimer.singleShot(0, self._window.close)


WATCHES: Final[dict[str, Callable[[ConsoleWindow, app.Station, float], QObject]]] = {
    "start": StartWatch,
    "idle": IdleWatch,
    "paint": PaintWatch,
}


def run(watch: str, number: float, arguments: list[str]) -> int:
    """Run the console with a watch on its window."""

    def console_window(station: app.Station, session: Remembered) -> QWidget:
        window = _make_window(station, session)
        if not isinstance(window, ConsoleWindow):
            raise TypeError("not a dispatcher's console")
        WATCHES[watch](window, station, number)
        return window

    app.console_window = console_window
    return main(["console", "--log", "warning", *arguments])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], float(sys.argv[2]), sys.argv[3:]))
