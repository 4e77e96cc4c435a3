"""The frame that every working window shares: top bar, outage banner, alarm strip, centre, command line, status bar.

It keeps what must be true everywhere: a cut link is said at once, every stamp follows, time moves on, and
each act has a key. What stands in the centre is the subclass's.
"""

import datetime as dt
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QMainWindow, QMenu, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, Fate, Gone, LinkStatus, Receipt, Remembered
from dispatcher.models.alarms import Alarm, UnsentAfter
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import BlowWhistle
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import QueueRow
from dispatcher.ui import language, office_words, strings
from dispatcher.ui.console.alarm_feed import AlarmFeed
from dispatcher.ui.console.commandbar import CommandBar
from dispatcher.ui.console.grammar import Wish
from dispatcher.ui.console.rowbook import RowBook
from dispatcher.ui.console.statusbar import StatusBar
from dispatcher.ui.console.topbar import TopBar
from dispatcher.ui.keybook import KeyBook
from dispatcher.ui.outage import Outage
from dispatcher.widgets.alarms import AlarmStrip
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import THEMES, Theme, load_theme


class StationWindow(QMainWindow):
    """Base of the console and of the liaison's view. `state_file` keeps places and sizes between starts."""

    closing = Signal()
    theme_changed = Signal(str)
    account_requested = Signal()

    def __init__(
        self, bridge: Bridge, theme: Theme, *, state_file: Path | None = None, unsent: UnsentAfter | None = None
    ) -> None:
        super().__init__()
        self.bridge = bridge
        self.theme = theme
        self.places = QSettings(str(state_file), QSettings.Format.IniFormat) if state_file else None
        self.rows = RowBook()
        self._gone: tuple[Gone, ...] = ()
        self.book = KeyBook(self)
        self.setMinimumSize(1280, 720)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

        self.top = TopBar(theme)
        self.outage = Outage(bridge, theme, self)
        self.banner = self.outage.banner
        self.strip = AlarmStrip(theme)
        self.alarms = AlarmFeed(bridge, self, unsent)
        self.command = CommandBar(theme, self.rows)
        self.status = StatusBar(theme, unsent)
        self._view_button = KeyButton(self.tr("外观"), theme, key="Alt V", look=ButtonLook.BARE)
        self._view_button.clicked.connect(self._open_view_menu)
        self.status.add_at_end(self._view_button)
        self._frame = QVBoxLayout()
        self._frame.setContentsMargins(0, 0, 0, 0)
        self._frame.setSpacing(0)
        for part in (self.top, self.banner, self.strip, self.command, _line(), self.status):
            self._frame.addWidget(part)
        ground = QWidget()
        ground.setLayout(self._frame)
        self.setCentralWidget(ground)

        self._make_keys()
        self._connect()
        self._second = QTimer(self)
        self._second.setSingleShot(True)
        self._second.setTimerType(Qt.TimerType.PreciseTimer)
        self._second.timeout.connect(self._tick)

    # ---- for subclasses

    def set_centre(self, widget: QWidget) -> None:
        """Put the window's own part between alarm strip and command line, and begin."""
        self._frame.insertWidget(self._frame.indexOf(self.command), widget, 1)
        self._frame.insertWidget(self._frame.indexOf(self.command), _line())
        if self.bridge.session is not None:
            self._see_session(self.bridge.session)
        if self.bridge.link is not None:
            self._see_link(self.bridge.link)
        self._see_outbox(self.bridge.outbox)
        self._restore()
        self._tick()

    def see_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Pass the link on to the panels' stamps; for subclasses."""

    def alarm_rows(self, changes: ChangeSet) -> ChangeSet:
        """Give the rows as alarms should see them; for subclasses."""
        return changes

    def see_whistles(self) -> None:
        """Hear that whistles that are out changed; for subclasses."""

    def tick(self, now: dt.datetime) -> None:
        """Move the panels on by a second; for subclasses."""

    def open_case(self, case: CaseId) -> None:
        """Show a case; for subclasses."""

    def show_outbox(self) -> None:
        """Show what waits; for subclasses."""

    def carry_out(self, wish: Wish, case: CaseId | None) -> None:
        """Do what was typed; for subclasses."""

    def panes(self) -> tuple[QWidget, ...]:
        """List what F6 goes through; for subclasses."""
        return (self.command.line,)

    def themed(self, theme: Theme) -> None:
        """Pass another look on; for subclasses."""

    def save(self, places: QSettings) -> None:
        """Remember what the subclass has to remember."""

    def restore(self, places: QSettings) -> None:
        """Take it back."""

    def row_of(self, case: CaseId) -> QueueRow | None:
        """Give a case's row."""
        return self.rows.get(case)

    def add_view_entries(self, menu: QMenu) -> None:
        """Add to the menu of looks; for subclasses."""

    # ---- looks

    def set_theme(self, theme: Theme) -> None:
        """Change every part to another look."""
        self.theme = theme
        for part in (self.top, self.banner, self.strip, self.command, self.status, self._view_button):
            part.set_theme(theme)
        self.themed(theme)

    def switch_theme(self, name: str) -> None:
        """Dress the whole program anew."""
        theme = load_theme(name)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application)
        self.set_theme(theme)
        self.theme_changed.emit(name)

    def toggle_full_screen(self) -> None:
        """Go to full screen or back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # ---- dialogs

    def open_dialog(self, dialog: QDialog) -> QDialog:
        """Open a dialog over the window."""
        dialog.open()
        return dialog

    def open_keys(self) -> QDialog:
        """Show the map of keys."""
        from dispatcher.ui.dialogs.keys import KeysDialog

        return self.open_dialog(KeysDialog(self.book, self.theme, self))

    def open_receipts(self) -> QDialog:
        """Show every act of this station."""
        from dispatcher.ui.dialogs.receipts import ReceiptsDialog

        return self.open_dialog(ReceiptsDialog(self.bridge, self.theme, self.row_of, self))

    def open_phones(self, about: BlowWhistle | None = None) -> QDialog:
        """Show whom to phone."""
        from dispatcher.ui.dialogs.phones import PhonesDialog

        return self.open_dialog(PhonesDialog(self.bridge, self.theme, about, self))

    def open_office(self) -> QDialog:
        """Show how the office works without its centre."""
        from dispatcher.ui.dialogs.office import OfficeDialog

        return self.open_dialog(OfficeDialog(self.bridge, self.theme, self.row_of, self))

    # ---- keys

    def _make_keys(self) -> None:
        add, alarms, window = self.book.add, self.tr("报警"), self.tr("窗口")
        add(alarms, self.tr("确认报警"), "F8", self.alarms.acknowledge_first)
        add(alarms, self.tr("全部确认"), "Shift+F8", self.alarms.acknowledge_all)
        for number in (1, 2, 3):
            words = self.tr("打开第 {number} 个报警").format(number=number)
            add(alarms, words, f"Alt+{number}", lambda number=number: self._open_alarm(self.strip.nth(number)))
        add(window, self.tr("键位"), "F1", self.open_keys)
        add(window, self.tr("命令"), "Ctrl+K", lambda: self.command.begin())
        add(window, self.tr("搜索"), "Ctrl+F", self._search)
        add(window, self.tr("换区"), "F6", lambda: self._next_pane(1))
        add(window, self.tr("换区，往回"), "Shift+F6", lambda: self._next_pane(-1))
        add(window, self.tr("全屏"), "F11", self.toggle_full_screen)
        add(window, self.tr("外观"), "Alt+V", self._open_view_menu)
        add(window, self.tr("我的账号"), "Alt+U", self.account_requested.emit)
        link = self.tr("链路")
        add(link, self.tr("本所协同、本机任中继"), "Alt+R", self.open_office)
        add(link, self.tr("电话名单"), "Alt+T", lambda: self.open_phones())
        add(link, self.tr("立即重连"), "Ctrl+L", self.bridge.reconnect)
        add(link, self.tr("全部回执"), "Ctrl+J", self.open_receipts)

    def _connect(self) -> None:
        bridge = self.bridge
        bridge.session_changed.connect(self._see_session)
        bridge.law_changed.connect(self.status.set_law)
        bridge.rows_changed.connect(self._see_rows)
        bridge.link_changed.connect(self._see_link)
        bridge.outbox_changed.connect(self._see_outbox)
        bridge.act_settled.connect(self.outage.see_settled)
        bridge.trouble_told.connect(self._see_trouble)
        self.alarms.changed.connect(self._show_alarms)
        self.strip.open_requested.connect(self._open_alarm)
        self.strip.acknowledge_requested.connect(self._acknowledge)
        self.outage.key_pressed.connect(self._banner_key)
        self.command.wished.connect(self._wished)
        self.top.find_requested.connect(self._find)

    def _banner_key(self, name: str) -> None:
        match name:
            case "outbox":
                self.show_outbox()
            case "phones":
                self.open_phones()
            case "office":
                self.open_office()
            case _:
                self.bridge.reconnect()

    def _search(self) -> None:
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()

    def _find(self, words: str) -> None:
        self.command.begin(words)

    def _wished(self, wish: Wish, case: CaseId | None) -> None:
        self.carry_out(wish, case)

    def _next_pane(self, step: int) -> None:
        panes = [pane for pane in self.panes() if pane.isVisibleTo(self)]
        if not panes:
            return
        focus = QApplication.focusWidget()
        here = next((n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), -1)
        _focus_into(panes[(here + step) % len(panes)] if here >= 0 else panes[0])

    def _open_view_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = {"dark": self.tr("深色"), "light": self.tr("浅色"), "high_contrast": self.tr("高对比")}
        group = QActionGroup(menu)
        for name in THEMES:
            action = menu.addAction(names[name])
            action.setCheckable(True)
            action.setChecked(name == self.theme.name)
            group.addAction(action)
            action.triggered.connect(lambda _=False, name=name: self.switch_theme(name))
        self.add_view_entries(menu)
        menu.addSeparator()
        menu.addAction(self.tr("全屏 F11")).triggered.connect(self.toggle_full_screen)
        menu.addAction(self.tr("我的账号 Alt+U")).triggered.connect(lambda _=False: self.account_requested.emit())
        corner = self._view_button.mapToGlobal(self._view_button.rect().topRight())
        size = menu.sizeHint()
        menu.popup(corner - QPoint(size.width(), size.height()))

    # ---- facts

    def _see_session(self, session: Remembered) -> None:
        where = self.bridge.unit_name(session.actor.unit)
        units = {unit.id: unit for unit in session.units}
        own = units.get(session.actor.unit)
        above = units.get(own.parent) if own is not None and own.parent is not None else None
        self.top.set_duty(session.actor, where, self.bridge.unit_name(above.id) if above is not None else "")
        if self.bridge.law is not None:
            self.status.set_law(self.bridge.law)
        self.setWindowTitle(self.tr("{where} · 调度台").format(where=where))

    def _see_rows(self, changes: ChangeSet) -> None:
        if self.rows.see(changes):
            self.see_whistles()
        self.alarms.see_rows(self.alarm_rows(changes))

    def _see_outbox(self, outbox: tuple[Receipt, ...]) -> None:
        self.status.set_outbox(outbox)
        self.alarms.see_outbox(outbox)
        self.outage.see_outbox()

    def _see_trouble(self, words: str) -> None:
        self.command.say(strings.trouble(words))

    def _see_link(self, status: LinkStatus) -> None:
        now = self.bridge.now()
        self.status.set_link(status, now)
        self.alarms.see_link(status)
        self.outage.see_link(status)
        self._see_gone(status)
        self.see_link(status, now)
        if not self.strip.nth(1):
            self._show_alarms()

    def _see_gone(self, status: LinkStatus) -> None:
        """Say why a colleague's act is shown no more; what the centre accepted speaks for itself."""
        gone = status.office.gone if status.office is not None else ()
        if gone == self._gone:
            return
        fresh = [what for what in gone if what not in self._gone and what.end.fate is not Fate.ACCEPTED]
        self._gone = gone
        if fresh:
            self.command.say(office_words.gone(fresh[-1], self.row_of, self.bridge.unit_name))

    def _show_alarms(self) -> None:
        lines = self.alarms.lines()
        proof = ""
        if not lines:
            proof = self.tr("没有报警。{as_of}").format(as_of=language.as_of_text(self.bridge.link, self.bridge.now()))
        self.strip.set_alarms(lines, proof)

    def _open_alarm(self, key: object) -> None:
        if isinstance(key, Alarm):
            if key.act:
                self.show_outbox()
            elif key.case:
                self.open_case(key.case)

    def _acknowledge(self, key: object) -> None:
        if isinstance(key, Alarm):
            self.alarms.acknowledge(key)

    # ---- time

    def _tick(self) -> None:
        now, now_ms = self.bridge.now(), self.bridge.now_ms()
        self.top.tick(now)
        self.status.tick(now)
        self.alarms.tick()
        if not self.strip.nth(1):
            self._show_alarms()
        self.outage.tick()
        self.tick(now)
        # On the second, so that the clock never skips one; not more often where the demo's time runs fast.
        self._second.start(max(200, 1000 - now_ms % 1000))

    # ---- leaving

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where everything stood."""
        self._second.stop()
        self.outage.stop()
        if self.places is not None:
            self.places.setValue("window/geometry", self.saveGeometry())
            self.save(self.places)
        self.closing.emit()
        super().closeEvent(event)

    def _restore(self) -> None:
        if self.places is None:
            return
        geometry = self.places.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.restore(self.places)


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("class", "line")
    line.setFixedHeight(1)
    return line


def _focus_into(pane: QWidget) -> None:
    """Give the keyboard to a pane, or to the first part of it that takes it."""
    for part in (pane, *pane.findChildren(QWidget)):
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isEnabled() and part.isVisible():
            part.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
