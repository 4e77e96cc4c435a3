"""A real console in a process of its own, driven over JSON lines as a person would: keys pressed, what is seen told.

`python -m tests.journeys.driven HOME CENTRE TOKEN ORIGIN_EPOCH_S ORIGIN FACTOR`. Built from the program's own
composition root; nothing in it is replaced.
"""

import asyncio
import datetime as dt
import logging
import os
import sys
import threading
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.app import Station, console_window, interface_loop, make_application
from dispatcher.bridge import CaseView, Receipt
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.sync.clock import SpeedClock
from dispatcher.widgets.link import OutageBanner


class Ask(msgspec.Struct):
    """One request; only the fields its `do` needs are filled."""

    do: str
    case: str = ""
    keys: str = ""
    file: str = ""
    command: AnyCommand | None = None


class Driver(QObject):
    """Answers requests in the interface's thread."""

    asked = Signal(object)

    def __init__(self, station: Station, stop: asyncio.Event) -> None:
        super().__init__()
        self._station = station
        self._stop = stop
        self._view: CaseView | None = None
        self._settled: list[Receipt] = []
        self._listed: tuple[Receipt, ...] = ()
        self.asked.connect(self._do)
        station.bridge.case_changed.connect(self._see)
        station.bridge.act_settled.connect(self._settled.append)
        station.bridge.receipts_listed.connect(self._list)

    def _see(self, view: CaseView | None) -> None:
        self._view = view

    def _list(self, receipts: tuple[Receipt, ...]) -> None:
        tell([{"act": r.act.id, "state": r.state, "late": r.act.offline} for r in receipts])

    def _do(self, ask: Ask) -> None:
        window, bridge = self._station.window, self._station.bridge
        match ask.do:
            case "rows":
                tell(self._rows(window))
            case "status":
                tell(self._status(window))
            case "open":
                window.open_case(CaseId(ask.case))  # type: ignore[union-attr]
                bridge.watch(CaseId(ask.case))
                tell(None)
            case "case":
                tell(None if self._view is None or self._view.case.id != ask.case else msgspec.to_builtins(self._view))
            case "press":
                assert window is not None
                # On a bare X server nobody else gives a window the keyboard.
                window.activateWindow()
                QTest.qWaitForWindowActive(window)
                QTest.keySequence(QApplication.focusWidget() or window, QKeySequence(ask.keys))
                tell(None)
            case "submit":
                assert ask.command is not None
                tell(bridge.submit(ask.command))
            case "resend":
                bridge.resend(CommandId(ask.case))
                tell(None)
            case "receipts":
                bridge.list_receipts(1000)
            case "grab":
                assert window is not None
                window.grab().save(ask.file)
                tell(None)
            case "end":
                self._stop.set()

    @staticmethod
    def _rows(window: QWidget | None) -> dict[str, object]:
        if window is None:
            return {}
        model = window.queue.model  # type: ignore[attr-defined]
        rows = (model.row_at(number) for number in range(model.rowCount()))
        return {
            row.id: {"state": row.state, "pending": row.pending, "in": row.whistles_in, "out": row.whistles_out}
            for row in rows
        }

    def _status(self, window: QWidget | None) -> dict[str, object]:
        link = self._station.bridge.link
        banner = window.findChild(OutageBanner) if window is not None else None
        return {
            "window": type(window).__name__,
            "link": link.state if link else "",
            "as_of": link.as_of.isoformat() if link and link.as_of else "",
            "banner": banner is not None and banner.isVisible(),
            "outbox": [r.state for r in self._station.bridge.outbox],
        }


def tell(value: object) -> None:
    """Answer on one line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


async def live(station: Station) -> None:
    """Run the station until told to end."""
    stop = asyncio.Event()
    driver = Driver(station, stop)

    def listen() -> None:
        rest = b""
        while data := os.read(0, 65536):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                driver.asked.emit(msgspec.json.decode(line, type=Ask))
        driver.asked.emit(Ask(do="end"))

    threading.Thread(target=listen, daemon=True).start()
    station.start()
    await stop.wait()
    station.stop()


def main() -> None:
    """Open the console and obey."""
    home, centre, token, epoch_s, origin, factor, *log = sys.argv[1:]
    if log:
        logging.basicConfig(level=log[0], stream=sys.stderr)
    application, theme = make_application("zh", "dark")
    station = Station(
        home=Path(home),
        centre=centre,
        token=token,
        clock=SpeedClock(float(epoch_s), dt.datetime.fromisoformat(origin), float(factor)),
        language="zh",
        theme=theme,
        make_window=console_window,
    )
    with interface_loop(application) as loop:
        loop.run_until_complete(live(station))


if __name__ == "__main__":
    main()
