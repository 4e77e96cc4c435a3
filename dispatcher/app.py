"""Composition root of the desktop programs: builds application, engine, bridge and window, and takes them down again.

The only place where storage, transport, engine and windows meet. What the first screen does not need is
imported after it is painted.
"""

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import qasync  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher import lobby
from dispatcher.bridge import Bridge, LinkState, LinkStatus, Remembered
from dispatcher.entrance import Entered, Entrance, station_id
from dispatcher.models.alarms import UnsentAfter
from dispatcher.models.organisation import STREET_ROLES, Role
from dispatcher.settings import ConsoleSettings, StationSettings, WallSettings
from dispatcher.storage.cache import Cache
from dispatcher.storage.keys import Keyholder
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficePlan
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.office import WebSocketOffice
from dispatcher.transport.snapshots import HttpSnapshots
from dispatcher.transport.websocket import WebSocketDialer, feed_url
from dispatcher.ui.language import Language, install
from dispatcher.ui.station import StationWindow
from dispatcher.widgets.theme import Theme, load_theme

if TYPE_CHECKING:
    import ssl

LOOK_AT_AGE_MS = 3_600_000
NOTE_CONTACT_EVERY = dt.timedelta(hours=1)
FIRST_PAGE_S = 2.0
"""So long at most is anything put off for the first page's sake."""
TURN_S = 0.001
"""So long the painting thread may keep the engine's waiting for the interpreter; an act asks for it some ten times."""

_log = logging.getLogger(__name__)


def collect_again() -> None:
    """Look for garbage again where the start put it off, past what the start made; harmless when repeated."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def make_application(language: str, theme: str) -> tuple[QApplication, Theme]:
    """Make the one QApplication with its fonts, its look and its language, and let threads take turns quickly."""
    sys.setswitchinterval(TURN_S)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        application = QApplication(sys.argv[:1])
    application.setApplicationName("dispatcher")
    application.setQuitOnLastWindowClosed(False)
    install(Language(language), application)
    look = load_theme(theme.replace("-", "_"))
    look.apply(application)
    return application, look


class Station(QObject):
    """One running station: engine in its thread, bridge, and the window its role asks for.

    `window_opened` tells the window once the session is known, from the cache when there is one. With a `plan` it
    works with the stations of its office while the centre is away.
    """

    window_opened = Signal(object)
    closed = Signal()

    def __init__(
        self,
        *,
        home: Path,
        centre: str,
        token: str,
        clock: Clock,
        language: str,
        theme: Theme,
        make_window: Callable[["Station", Remembered], QWidget],
        plan: OfficePlan | None = None,
        unsent: UnsentAfter | None = None,
        keys: Keyholder | None = None,
        tls: "ssl.SSLContext | None" = None,
    ) -> None:
        super().__init__()
        self.home = home
        self.centre = centre
        self.theme = theme
        self.language = language
        self.unsent = unsent
        self.bridge = Bridge(self)
        self.bridge.language = language
        self.window: QWidget | None = None
        self._make_window = make_window
        listener = self.bridge.told()
        dialer = WebSocketDialer(feed_url(centre), tls=tls)
        engine = Engine(
            open_store=lambda: Cache.open(home, keys=keys),
            dialer=dialer,
            listener=listener,
            clock=clock,
            token=token,
            station=station_id(home),
            snapshots=HttpSnapshots(centre, tls),
            first_page_s=FIRST_PAGE_S,
            network=None if plan is None else WebSocketOffice(lambda: dialer.own_host),
            plan=plan or OfficePlan(),
        )
        self.thread_of_engine = EngineThread(engine, listener)
        self.bridge.attach(self.thread_of_engine)
        self.bridge.session_changed.connect(self._show)
        self._first_page = FirstPage(self.bridge, self)
        self._first_page.painted.connect(collect_again)
        self._first_page.painted.connect(self.thread_of_engine.first_page_seen)

    def start(self) -> None:
        """Begin: the cache is told first, then the link is tried."""
        self.thread_of_engine.start()

    def stop(self) -> None:
        """End the engine and close the window; what is not yet sent stays in the outbox."""
        self.thread_of_engine.stop()
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            self.window = None

    def _show(self, session: Remembered) -> None:
        if self.window is None:
            self.window = self._make_window(self, session)
            self.window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
            self.window.installEventFilter(self)
            if not state_file(self).is_file():
                # The first time: the whole screen, also where no window manager would maximise it.
                room = self.window.screen().availableGeometry()
                self.window.setGeometry(QRect(room.topLeft(), room.size().expandedTo(self.window.minimumSize())))
            self.window.show()
            self._first_page.watch(self.window)
            self.window_opened.emit(self.window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear of the window being closed by the person."""
        if watched is self.window and event.type() == QEvent.Type.Close:
            self.closed.emit()
        return False


class FirstPage(QObject):
    """Tells by `painted`, once, that the watched window has painted the first rows the bridge told."""

    painted = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rows = False
        bridge.rows_changed.connect(self._take_rows)

    def watch(self, window: QWidget) -> None:
        """Watch a window, shown already and still unpainted."""
        # The window's surface comes to the screen by the first of these, each later change of it by the second.
        for painter in (window.windowHandle(), window):
            painter.installEventFilter(self)

    def _take_rows(self) -> None:
        self._bridge.rows_changed.disconnect(self._take_rows)
        self._rows = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell it after the first painting behind the first rows."""
        if self._rows and event.type() in (QEvent.Type.Expose, QEvent.Type.Paint, QEvent.Type.UpdateRequest):
            self._rows = False
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self.painted.emit)
        return False


def state_file(station: Station) -> Path:
    """Give the file in which a station's window remembers its places."""
    return station.home / "window.ini"


def console_window(station: Station, session: Remembered) -> QWidget:
    """Make the window a console opens for the roles of whoever signed in."""
    if session.actor.is_any(*(STREET_ROLES - {Role.WALL})) or not session.actor.is_any(Role.LIAISON):
        from dispatcher.ui.console.window import ConsoleWindow

        return ConsoleWindow(station.bridge, station.theme, state_file=state_file(station), unsent=station.unsent)
    from dispatcher.ui.liaison.window import LiaisonWindow

    return LiaisonWindow(station.bridge, station.theme, state_file=state_file(station))


def unsent_after(settings: ConsoleSettings) -> UnsentAfter:
    """Give how long an act may wait unsent, the louder limit never before the other."""
    warn_ms = round(settings.unsent_warn * 60_000)
    return UnsentAfter(warn_ms=warn_ms, alarm_ms=max(warn_ms, round(settings.unsent_alarm * 60_000)))


def wall_window(settings: WallSettings) -> Callable[[Station, Remembered], QWidget]:
    """Give the maker of a wall for this screen."""

    def make(station: Station, _session: Remembered) -> QWidget:
        from dispatcher.ui.wall.window import WallWindow

        return WallWindow(station.bridge, station.theme, diagonal_in=settings.diagonal, distance_m=settings.distance)

    return make


def run_station(settings: ConsoleSettings | WallSettings) -> int:
    """Run a console or a wall until its window is closed; gives the exit status."""
    application, theme = make_application(settings.language, settings.theme)
    QTimer.singleShot(round(FIRST_PAGE_S * 1000), application, collect_again)
    make_window = wall_window(settings) if isinstance(settings, WallSettings) else console_window
    with interface_loop(application) as loop:
        try:
            return run_in(loop, _live(settings, theme, make_window))
        finally:
            collect_again()


@contextlib.contextmanager
def interface_loop(application: QApplication) -> Generator[asyncio.AbstractEventLoop]:
    """Give the loop of the interface's coroutines, with the last-chance handler for errors of ours."""
    loop = qasync.QEventLoop(application, already_running=False)
    asyncio.set_event_loop(loop)
    before = sys.excepthook

    def last_chance(kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
        _log.critical("an error of the program", exc_info=(kind, error, trace))
        before(kind, error, trace)

    sys.excepthook = last_chance

    # Ctrl+C and a polite kill close the windows, as a person would; a second later at most, when Python runs again.
    def close(_signal: int, _frame: types.FrameType | None) -> None:
        application.closeAllWindows()

    handlers = {number: signal.signal(number, close) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with loop:
            yield loop
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.excepthook = before
        asyncio.set_event_loop(None)


def run_in(loop: asyncio.AbstractEventLoop, work: Coroutine[object, object, int]) -> int:
    """Run the interface's main coroutine to its end."""
    return loop.run_until_complete(work)


async def _live(settings: StationSettings, theme: Theme, make_window: Callable[[Station, Remembered], QWidget]) -> int:
    entrance = Entrance(settings, SystemClock().now)
    try:
        entered = entrance.returning()
    except Trouble as trouble:
        entrance.notes.append(str(trouble))
        entered = None
    if entered is None:
        entered = await lobby.ask(entrance, theme, settings.centre, settings.person, None)
    while entered is not None:
        station = Station(
            home=entered.home,
            centre=entered.centre,
            token=entered.token,
            clock=SystemClock(),
            language=settings.language,
            theme=theme,
            make_window=make_window,
            plan=office_plan(settings) if isinstance(settings, ConsoleSettings) else None,
            unsent=unsent_after(settings) if isinstance(settings, ConsoleSettings) else None,
            keys=entered.keys,
            tls=entered.tls,
        )
        handed_over = await _Sitting(entrance, entered, station, theme).run()
        entered = await lobby.ask(entrance, theme, entered.centre, "", None) if handed_over else None
    return 0


def office_plan(settings: ConsoleSettings) -> OfficePlan:
    """Give what the settings say of the office."""
    serves = settings.serve_relay
    return OfficePlan(address=serves, port=settings.office_port, serves=bool(serves), relay=settings.relay)


class _Sitting:
    """One person at one station, from its start until the window is closed or somebody else takes over."""

    def __init__(self, entrance: Entrance, entered: Entered, station: Station, theme: Theme) -> None:
        self._entrance = entrance
        self._entered = entered
        self._station = station
        self._theme = theme
        self._ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._renewing: asyncio.Task[None] | None = None
        self._noted: dt.datetime | None = None
        self._account: lobby.AccountDesk | None = None
        self._wiped = ""
        self._aged = False
        self._age = QTimer(station)
        self._age.setInterval(LOOK_AT_AGE_MS)
        self._age.timeout.connect(self._look_at_age)
        station.closed.connect(lambda: self._end(handed_over=False))
        station.window_opened.connect(self._see_window)
        station.bridge.link_changed.connect(self._see_link)
        station.bridge.station_wiped.connect(self._see_wiped)

    async def run(self) -> bool:
        """Sit until it is over; tells whether somebody else takes over."""
        self._station.start()
        self._age.start()
        try:
            handed_over = await self._ended
        finally:
            self._age.stop()
            if self._renewing is not None:
                self._renewing.cancel()
            self._station.stop()
        if self._account is not None and handed_over:
            await self._account.sign_out()
        if self._wiped:
            await lobby.tell(self._theme, self._wiped)
        if self._aged:
            self._entrance.wipe_if_too_old(self._entered)
        return handed_over or self._aged

    def _end(self, *, handed_over: bool) -> None:
        if not self._ended.done():
            self._ended.set_result(handed_over)

    def _see_window(self, window: QWidget) -> None:
        if isinstance(window, StationWindow):
            window.account_requested.connect(self._open_account)

    def _open_account(self) -> None:
        window = self._station.window
        if window is not None:
            unsent = len(self._station.bridge.outbox)
            self._account = lobby.AccountDesk(self._entrance, self._entered, self._theme, window, unsent)
            self._account.dialog.hand_over_requested.connect(lambda: self._end(handed_over=True))

    def _see_link(self, status: LinkStatus) -> None:
        if status.state is LinkState.REFUSED and self._renewing is None and not self._wiped:
            self._renewing = asyncio.create_task(self._renew())
        elif status.state is LinkState.ONLINE:
            now = self._station.bridge.now()
            if self._noted is None or now - self._noted >= NOTE_CONTACT_EVERY:
                self._noted = now
                self._try(lambda: self._entrance.in_contact(self._entered, now))

    async def _renew(self) -> None:
        person = self._entered.home.name.partition("@")[0]
        entered = await lobby.ask(
            self._entrance, self._theme, self._entered.centre, person, self._station.window, fixed=True
        )
        if entered is not None:
            self._entered = entered
            self._station.thread_of_engine.use_token(entered.token)
        self._renewing = None

    def _see_wiped(self, reason: str) -> None:
        self._wiped = reason
        self._end(handed_over=False)

    def _look_at_age(self) -> None:
        def look() -> None:
            if self._entrance.is_too_old(self._entered):
                self._aged = True
                self._end(handed_over=True)

        self._try(look)

    def _try(self, do: Callable[[], None]) -> None:
        """Do something to the badge; a disk that fails is told and tried again at the next occasion."""
        try:
            do()
        except Trouble as trouble:
            self._station.bridge.trouble_told.emit(str(trouble))
