"""What was painted when: from the commit at the centre to the row on the screen."""

import datetime as dt

from dispatcher.app import Station
from dispatcher.bridge import Arrival, LinkState
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, Revision
from dispatcher.ui.console.window import ConsoleWindow


class Painted:
    """Times from the commit at the centre to the painted row, of rows that were on the screen when they came."""

    def __init__(self, station: Station, speed: float) -> None:
        self._station = station
        self._speed = speed
        self._came: dict[CaseId, tuple[Revision, dt.datetime]] = {}
        self.times_ms: list[float] = []
        self._window: ConsoleWindow | None = None
        station.bridge.arrived.connect(self._arrived)

    def watch(self, window: ConsoleWindow) -> None:
        """Hear what the queue of a window paints."""
        self._window = window
        window.queue.list.watch_painting(True)
        window.queue.list.painted.connect(self._paint)
        # After the window's own connection: the model has taken the rows when this is called.
        self._station.bridge.rows_changed.connect(self._forget_unseen)

    def _arrived(self, arrivals: tuple[Arrival, ...]) -> None:
        link = self._station.bridge.link
        if link is None or link.state is not LinkState.ONLINE:
            self._came.clear()  # what was missed in an outage waited for the link, not for the screen
            return
        for arrival in arrivals:
            for case, revision in arrival.cases:
                self._came[case] = (revision, arrival.committed_at)

    def _forget_unseen(self, changes: ChangeSet) -> None:
        """Leave out rows that are not on the screen: they are painted when somebody scrolls to them."""
        if self._window is None:
            return
        model, view = self._window.queue.model, self._window.queue.list
        seen = {model.row_at(number).id for number in view.visible_rows()}
        for row in changes.rows:
            if row.id not in seen:
                self._came.pop(row.id, None)

    def _paint(self, painted: tuple[tuple[CaseId, Revision], ...]) -> None:
        now = self._station.bridge.now()
        for case, revision in painted:
            came = self._came.get(case)
            if came is not None and revision >= came[0]:
                del self._came[case]
                self.times_ms.append((now - came[1]) / dt.timedelta(milliseconds=1) / self._speed)
