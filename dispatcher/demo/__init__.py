"""`dispatcher demo`: a centre with a simulated city in a child process, a console before it, and a cable to cut.

With `--for` a simulated dispatcher works the street through the bridge, as a person would, and at the end the
report is put together from the journal, the cache and the item model. Nothing is kept afterwards.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dispatcher.app import (
    Station,
    console_window,
    interface_loop,
    make_application,
    run_in,
    wall_window,
)
from dispatcher.bridge import (
    FRAME_MS,
    UNSETTLED,
    LinkState,
    LinkStatus,
    Receipt,
    Remembered,
)
from dispatcher.demo.hand import Hand
from dispatcher.demo.painted import Painted
from dispatcher.entrance import station_home
from dispatcher.models.ids import UnitId
from dispatcher.screen import has_display, virtual_screen
from dispatcher.settings import DemoSettings, WallSettings
from dispatcher.simulator.cut import CutThread
from dispatcher.simulator.process import CentreProcess
from dispatcher.simulator.report import Outage, Report, StationFigures, assemble
from dispatcher.simulator.talk import Options, Ready, Someone
from dispatcher.storage.cache import Cache
from dispatcher.sync.ports import Trouble
from dispatcher.ui.console.window import ConsoleWindow

VIRTUAL_S = 30.0
OUTPUT = Path("demo-output")
SETTLE_WITHIN_S = 60.0
VISIT_WITHIN_S = 15.0
VISITED = UnitId("D-WATER")
"""The department whose liaison is visited for a picture."""


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
        [sys.executable, "-m", "dispatcher.centre.demonstration"],
        Options(directory=str(folder), seed=settings.seed, speed=settings.speed),
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
            tasks += [asyncio.create_task(work) for work in (self._hand.work(), self._take_pictures(), self._visit())]
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
            self._keep_picture(self._window, f"console-{name}")

    async def _visit(self) -> None:
        """Take a picture of what the street's wall and a department's liaison see at the same time."""
        if self._settings.screenshots is None:
            return
        await self._until(self._settings.for_ * 0.4)
        liaison = next(who for who in self._ready.liaisons if who.unit == VISITED)
        await self._picture_of(self._ready.wall, wall_window(WallSettings()), "wall")
        await self._picture_of(liaison, console_window, "liaison")

    async def _picture_of(self, who: Someone, make_window: Callable[[Station, Remembered], QWidget], name: str) -> None:
        own = self._station
        station = Station(
            home=station_home(own.home.parents[1], self._cable.url, who.person),
            centre=self._cable.url,
            token=who.token,
            clock=self._ready.clock.clock(),
            language=own.language,
            theme=own.theme,
            make_window=make_window,
        )
        online = asyncio.Event()

        def see(status: LinkStatus) -> None:
            if status.state is LinkState.ONLINE:
                online.set()

        station.bridge.link_changed.connect(see)
        station.start()
        try:
            async with asyncio.timeout(VISIT_WITHIN_S):
                await online.wait()
                await asyncio.sleep(1)  # a second passes: everything that ticks has ticked
            self._keep_picture(station.window, name)
        except TimeoutError:
            _say(f"no picture of {who.name}: not online within {VISIT_WITHIN_S:g} s")
        finally:
            station.stop()

    def _keep_picture(self, window: QWidget | None, name: str) -> None:
        if self._settings.screenshots is not None and window is not None:
            stem = f"{name}-{self._settings.theme}-{self._settings.language}"
            window.grab().save(str(self._settings.screenshots / f"{stem}.png"))

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


def _count(home: Path) -> int:
    cache = Cache.open(home)
    try:
        return cache.count()
    finally:
        cache.close()


def _say(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
