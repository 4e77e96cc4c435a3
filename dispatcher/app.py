"""Composition root of the desktop programs: builds application, engine, bridge and window, and takes them down again.

The only place where storage, transport, engine and windows meet. What the first screen does not need is
imported after it is painted.
"""

import asyncio
import contextlib
import gc
import logging
import os
import re
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from pathlib import Path

import qasync  # pyright: ignore[reportMissingTypeStubs]
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.bridge import Bridge, LinkState, LinkStatus, Remembered
from dispatcher.models.ids import PersonId
from dispatcher.models.organisation import STREET_ROLES, Role
from dispatcher.settings import ConsoleSettings, StationSettings, WallSettings
from dispatcher.storage.cache import Cache
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.engine import Engine
from dispatcher.sync.office_ports import OfficePlan
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.sync.thread import EngineThread
from dispatcher.transport.office import WebSocketOffice
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.ui.language import Language, install
from dispatcher.widgets.theme import Theme, load_theme

FIRST_PAGE_S = 2.0
"""So long at most is anything put off for the first page's sake."""

_log = logging.getLogger(__name__)


def collect_again() -> None:
    """Look for garbage again where the start put it off, past what the start made; harmless when repeated."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def make_application(language: str, theme: str) -> tuple[QApplication, Theme]:
    """Make the one QApplication with its fonts, its look and its language."""
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


def feed_url(centre: str) -> str:
    """Give the WebSocket of a centre's feed."""
    return re.sub("^http", "ws", centre) + "/feed"


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
    ) -> None:
        super().__init__()
        self.home = home
        self.centre = centre
        self.theme = theme
        self.language = language
        self.bridge = Bridge(self)
        self.bridge.language = language
        self.window: QWidget | None = None
        self._make_window = make_window
        listener = self.bridge.told()
        dialer = WebSocketDialer(feed_url(centre))
        engine = Engine(
            open_store=lambda: Cache.open(home),
            dialer=dialer,
            listener=listener,
            clock=clock,
            token=token,
            station=home.name,
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

        return ConsoleWindow(station.bridge, station.theme, state_file=state_file(station))
    from dispatcher.ui.liaison.window import LiaisonWindow

    return LiaisonWindow(station.bridge, station.theme, state_file=state_file(station))


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
    signed_in = await _signed_in(settings, theme)
    if signed_in is None:
        return 0
    home, token, centre = signed_in
    station = Station(
        home=home,
        centre=centre,
        token=token,
        clock=SystemClock(),
        language=settings.language,
        theme=theme,
        make_window=make_window,
        plan=office_plan(settings),
    )
    ended = asyncio.get_running_loop().create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def ask_again(status: LinkStatus) -> None:
        if status.state is LinkState.REFUSED and not asking:
            asking.append(asyncio.create_task(renew()))

    async def renew() -> None:
        token = await ask_password(theme, centre, home.name.partition("@")[0], station.window)
        if token is not None:
            keep_token(home, token[1])
            station.thread_of_engine.use_token(token[1])
        asking.clear()

    asking: list[asyncio.Task[None]] = []
    station.closed.connect(end)
    station.bridge.link_changed.connect(ask_again)
    station.start()
    try:
        await ended
    finally:
        for task in asking:
            task.cancel()
        station.stop()
    return 0


def office_plan(settings: StationSettings) -> OfficePlan:
    """Give what the settings say of the office; a wall takes part and is never the relay."""
    if not isinstance(settings, ConsoleSettings):
        return OfficePlan(relay=settings.relay)
    serves = settings.serve_relay
    return OfficePlan(address=serves, port=settings.office_port, serves=bool(serves), relay=settings.relay)


def station_home(data: Path, centre: str, person: str) -> Path:
    """Give the directory of one person's station at one centre."""
    address = re.sub(r"[^A-Za-z0-9.-]+", "_", re.sub("^https?://", "", centre))
    return data / "stations" / f"{re.sub(r'[^A-Za-z0-9._-]+', '_', person)}@{address}"


def keep_token(home: Path, token: str) -> None:
    """Keep a token for the next start, readable by this user alone."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / "token"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(token)


async def _signed_in(settings: StationSettings, theme: Theme) -> tuple[Path, str, str] | None:
    """Give home, token and centre: kept from the last time, or asked for; None when the person gives up."""
    if settings.person:
        home = station_home(settings.data, settings.centre, settings.person)
        token = home / "token"
        if token.is_file():
            return home, token.read_text("utf-8").strip(), settings.centre
    found = await ask_password(theme, settings.centre, settings.person, None)
    if found is None:
        return None
    centre, token, person = found
    home = station_home(settings.data, centre, person)
    keep_token(home, token)
    return home, token, centre


async def ask_password(theme: Theme, centre: str, person: str, parent: QWidget | None) -> tuple[str, str, str] | None:
    """Ask who signs in until it works; gives centre, token and person, None when the person gives up."""
    from dispatcher.transport.doors import sign_in
    from dispatcher.ui import strings
    from dispatcher.ui.dialogs.sign_in import SignInDialog

    dialog = SignInDialog(theme, centre, person, parent)
    answer: asyncio.Future[tuple[str, str, str] | None] = asyncio.get_running_loop().create_future()
    trying: set[asyncio.Task[None]] = set()

    async def attempt(where: str, who: str, password: str) -> None:
        try:
            token = await sign_in(where, PersonId(who), password)
        except Trouble as trouble:
            dialog.tell(strings.trouble(str(trouble)))
            return
        answer.set_result((where, token, who))
        dialog.tell("")

    def asked(where: str, who: str, password: str) -> None:
        task = asyncio.create_task(attempt(where, who, password))
        trying.add(task)
        task.add_done_callback(trying.discard)

    def gave_up() -> None:
        if not answer.done():
            answer.set_result(None)

    dialog.sign_in_requested.connect(asked)
    dialog.rejected.connect(gave_up)
    dialog.open()
    try:
        return await answer
    finally:
        for task in trying:
            task.cancel()
        dialog.deleteLater()
