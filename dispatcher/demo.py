"""`dispatcher demo`: a centre with a simulated city in a child process, a console before it, and a cable to cut.

With `--for` a simulated dispatcher works the street through the bridge, as a person would, and at the end the
report is put together from the journal, the cache and the item model. Nothing is kept afterwards.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dispatcher.app import Station, console_window, interface_loop, keep_token, make_application, run_in, station_home
from dispatcher.bridge import FRAME_MS, UNSETTLED, ActAnswer, Arrival, CaseView, LinkState, Receipt, Remembered
from dispatcher.centre import demonstration_command
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.queue import QueueRow
from dispatcher.screen import has_display, virtual_screen
from dispatcher.settings import DemoSettings
from dispatcher.simulator.cut import CutThread
from dispatcher.simulator.process import CentreProcess
from dispatcher.simulator.report import Outage, Report, StationFigures, assemble
from dispatcher.simulator.talk import Options, Ready
from dispatcher.simulator.worker import Discard, Give, Look, SimulatedDispatcher
from dispatcher.storage.cache import Cache
from dispatcher.sync.ports import Trouble
from dispatcher.ui.console.window import ConsoleWindow

_log = logging.getLogger(__name__)

VIRTUAL_S = 30.0
OUTPUT = Path("demo-output")
SETTLE_WITHIN_S = 60.0
STEP_S = 0.05
"""The shortest pause between two acts of the simulated dispatcher, real time."""
STEP_OF_DAY_S = 1.5
"""The pause between two acts on the simulated day, where that is longer."""


def run_demo(settings: DemoSettings) -> int:
    """Run the demonstration; gives 0, or 1 when it broke or the report's equalities do not hold."""
    if has_display():
        return _run(settings)
    OUTPUT.mkdir(exist_ok=True)
    settings = dataclasses.replace(
        settings,
        for_=settings.for_ or VIRTUAL_S,
        report=settings.report or OUTPUT / "report.json",
        screenshots=settings.screenshots or OUTPUT,
    )
    with virtual_screen() as screen:
        _say(f"no display here: running for {settings.for_:g} s on {screen}")
        return _run(settings)


def _run(settings: DemoSettings) -> int:
    if settings.screenshots is not None:
        settings.screenshots.mkdir(parents=True, exist_ok=True)
    application, theme = make_application(settings.language, settings.theme)
    with tempfile.TemporaryDirectory(prefix="dispatcher-demo-") as folder:
        try:
            with _centre(settings, Path(folder)) as (process, ready, cable), interface_loop(application) as loop:
                home = station_home(Path(folder), cable.url, ready.console.person)
                keep_token(home, ready.console.token)
                station = Station(
                    home=home,
                    centre=cable.url,
                    token=ready.console.token,
                    clock=ready.clock.clock(),
                    language=settings.language,
                    theme=theme,
                    make_window=console_window,
                )
                return run_in(loop, _Demo(settings, station, process, ready, cable).run())
        except Trouble as trouble:
            _say(f"dispatcher demo: {trouble}")
            return 1


@contextlib.contextmanager
def _centre(settings: DemoSettings, folder: Path) -> Generator[tuple[CentreProcess, Ready, CutThread]]:
    process = CentreProcess(
        demonstration_command(), Options(directory=str(folder), seed=settings.seed, speed=settings.speed)
    )
    try:
        ready = process.ready()
        cable = CutThread(ready.url)
        try:
            yield process, ready, cable
        finally:
            cable.close()
    finally:
        process.close()


class _Demo:
    """One demonstration: its timeline, its simulated dispatcher, what was painted when, and its report."""

    def __init__(
        self, settings: DemoSettings, station: Station, process: CentreProcess, ready: Ready, cable: CutThread
    ) -> None:
        self._settings = settings
        self._station = station
        self._process = process
        self._ready = ready
        self._cable = cable
        self._began_s = 0.0
        self._outage: Outage | None = None
        self._closed = asyncio.Event()
        self._opened = asyncio.Event()
        self._window: ConsoleWindow | None = None
        self._painted = Painted(station, settings.speed)
        self._hand = Hand(station, settings)
        station.closed.connect(self._closed.set)
        station.window_opened.connect(self._open)

    async def run(self) -> int:
        self._station.start()
        self._began_s = time.monotonic()
        await self._opened.wait()
        tasks = [asyncio.create_task(self._cut_cable())]
        if self._settings.for_:
            tasks += [asyncio.create_task(self._hand.work()), asyncio.create_task(self._take_pictures())]
        try:
            if not self._settings.for_:
                await self._closed.wait()
                return 0
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._closed.wait(), self._left_s(self._settings.for_))
            report = await self._end(tasks[0])
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._station.stop()
        return self._tell(report)

    def _open(self, window: QWidget) -> None:
        assert isinstance(window, ConsoleWindow)
        self._window = window
        self._painted.watch(window)
        self._hand.window = window
        self._opened.set()

    def _left_s(self, until_s: float) -> float:
        return max(0.0, self._began_s + until_s - time.monotonic())

    async def _until(self, moment_s: float) -> None:
        # A sleep of this loop can end early, so the clock decides.
        while left := self._left_s(moment_s):  # noqa: ASYNC110
            await asyncio.sleep(left)

    async def _cut_cable(self) -> None:
        if self._settings.outage is None:
            return
        start_s, length_s = self._settings.outage
        await self._until(start_s)
        began = self._station.bridge.now()
        self._cable.cut()
        _say(f"{start_s:6.1f} s  the cable is cut for {length_s:g} s")
        await self._until(start_s + length_s)
        self._cable.mend()
        self._outage = Outage(start_s=start_s, length_s=length_s, began_at=began, ended_at=self._station.bridge.now())
        _say(f"{start_s + length_s:6.1f} s  the cable is mended")

    async def _take_pictures(self) -> None:
        if self._settings.screenshots is None:
            return
        moments = [(min(4.0, self._settings.for_ / 4), "start"), (self._settings.for_ * 0.5, "work")]
        if self._settings.outage is not None:
            start_s, length_s = self._settings.outage
            moments.append((start_s + length_s * 0.8, "outage"))
        moments.append((self._settings.for_ * 0.97, "end"))
        for moment_s, name in sorted(moments):
            await self._until(moment_s)
            self._picture(name)

    def _picture(self, name: str) -> None:
        if self._settings.screenshots is not None and self._window is not None:
            stem = f"console-{name}-{self._settings.theme}-{self._settings.language}"
            self._window.grab().save(str(self._settings.screenshots / f"{stem}.png"))

    async def _end(self, cable: "asyncio.Task[None]") -> Report:
        """Let everything come to rest, then take the figures where they are true."""
        self._hand.stop()
        await cable  # one that is cut is mended first
        ran_s = time.monotonic() - self._began_s
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._process.quieten)
        quiet_at = self._station.bridge.now()
        await self._rest(quiet_at)
        receipts = await self._receipts()
        shown = self._window.queue.model.shown_ever if self._window else 0
        self._station.stop()
        home = self._station.home
        cached = await loop.run_in_executor(None, lambda: _count(home))
        figures = await loop.run_in_executor(None, lambda: self._process.figures(self._ready.console.person))
        return assemble(
            figures,
            StationFigures(orders_cached=cached, orders_shown=shown, receipts=receipts),
            seed=self._settings.seed,
            speed=self._settings.speed,
            ran_s=ran_s,
            commit_to_paint_ms=self._painted.times_ms,
            outage=self._outage,
        )

    async def _rest(self, quiet_at: dt.datetime) -> None:
        """Wait until the console has everything and owes nothing, at most SETTLE_WITHIN_S; the report tells if not."""
        bridge = self._station.bridge
        rested = asyncio.Event()

        def look(_fact: object) -> None:
            if self._at_rest(quiet_at):
                rested.set()

        bridge.link_changed.connect(look)
        bridge.outbox_changed.connect(look)
        look(None)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(rested.wait(), SETTLE_WITHIN_S)
        # What was told with the last of it may still wait for its frame.
        await asyncio.sleep(FRAME_MS / 1000 * 4)

    def _at_rest(self, quiet_at: dt.datetime) -> bool:
        link = self._station.bridge.link
        return (
            link is not None
            and link.state is LinkState.ONLINE
            and link.as_of is not None
            and link.as_of > quiet_at
            and not any(receipt.state in UNSETTLED for receipt in self._station.bridge.outbox)
        )

    async def _receipts(self) -> tuple[Receipt, ...]:
        listed: asyncio.Future[tuple[Receipt, ...]] = asyncio.get_running_loop().create_future()
        self._station.bridge.receipts_listed.connect(listed.set_result)
        try:
            self._station.bridge.list_receipts(1_000_000)
            return await asyncio.wait_for(listed, SETTLE_WITHIN_S)
        finally:
            self._station.bridge.receipts_listed.disconnect(listed.set_result)

    def _tell(self, report: Report) -> int:
        text = report.to_json()
        if self._settings.report is not None:
            self._settings.report.write_bytes(text)
            _say(f"report: {self._settings.report}")
        else:
            sys.stdout.write(text.decode())
        if self._settings.screenshots is not None:
            _say(f"screenshots: {self._settings.screenshots}")
        for equality in report.equalities:
            if not equality.holds:
                _say(f"does not hold: {equality.what}: {equality.left} and {equality.right}")
        return 0 if report.holds else 1


class Hand:
    """The simulated dispatcher's hand on the console: decides by what the screen was told, acts through the bridge."""

    def __init__(self, station: Station, settings: DemoSettings) -> None:
        self._station = station
        self._pause_s = max(STEP_S, STEP_OF_DAY_S / settings.speed)
        self._seed = settings.seed
        self._rows: dict[CaseId, QueueRow] = {}
        self._view: CaseView | None = None
        self._awaited: CommandId | None = None
        self._looking: CaseId | None = None
        self._stopped = False
        self.window: ConsoleWindow | None = None
        bridge = station.bridge
        bridge.rows_changed.connect(self._see_rows)
        bridge.case_changed.connect(self._see_case)
        bridge.act_answered.connect(self._see_answer)

    def stop(self) -> None:
        """Make no further act."""
        self._stopped = True

    async def work(self) -> None:
        """Work the street until stopped."""
        bridge = self._station.bridge
        session: Remembered | None = bridge.session
        law = bridge.law
        assert session is not None, "the window opens with the session"
        assert law is not None, "the law comes with the session"
        person = SimulatedDispatcher(session.actor, law, session.units, self._seed)
        while not self._stopped:
            await asyncio.sleep(self._pause_s)
            if self._awaited is not None or self._looking is not None:
                continue
            match person.next_command(self._rows.values(), self._view, bridge.now()):
                case Look(case=case):
                    self._looking = case
                    if self.window is not None:
                        self.window.open_case(case)
                    bridge.watch(case)
                case Give(command=command):
                    self._awaited = bridge.submit(command)
                case Discard(act=act, reason=reason):
                    bridge.discard(act, reason)
                case None:
                    pass

    def _see_rows(self, changes: ChangeSet) -> None:
        if changes.reset:
            self._rows.clear()
        for case in changes.gone:
            self._rows.pop(case, None)
        self._rows.update((row.id, row) for row in changes.rows)

    def _see_case(self, view: CaseView | None) -> None:
        self._view = view
        self._looking = None

    def _see_answer(self, answer: ActAnswer) -> None:
        if answer.act == self._awaited:
            self._awaited = None


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


def _count(home: Path) -> int:
    cache = Cache.open(home)
    try:
        return cache.count()
    finally:
        cache.close()


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
