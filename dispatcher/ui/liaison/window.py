"""The department liaison's window: the summonses of the department on the left, the open one on the right.

The same frame as the console's; what it lists are whistles, and its alarms are the department's own lateness.
"""

import datetime as dt
from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, LinkStatus, Receipt, Remembered
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.ui import language
from dispatcher.ui.console.grammar import Verb, Wish
from dispatcher.ui.console.outbox_page import OutboxPage
from dispatcher.ui.liaison.duties import DutyReader
from dispatcher.ui.liaison.summons_list import Owed, SummonsList, SummonsModel, owed
from dispatcher.ui.liaison.summons_panel import SummonsPanel
from dispatcher.ui.station import StationWindow
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.theme import Theme

_ARRANGE_AFTER_MS = 30
"""Cases are read one after another: the list is sorted once for many."""


class LiaisonWindow(StationWindow):
    """A department's liaison at work."""

    def __init__(self, bridge: Bridge, theme: Theme, *, state_file: Path | None = None) -> None:
        super().__init__(bridge, theme, state_file=state_file)
        self.reader = DutyReader(bridge, self)
        self._arranging = QTimer(self)
        self._arranging.setSingleShot(True)
        self._arranging.timeout.connect(self._arrange)
        self.model = SummonsModel(self.reader.duty, self)
        if bridge.session is not None:
            self.model.unit = bridge.session.actor.unit
        self.list = SummonsList(self.model, theme, bridge.now_ms, bridge.unit_name)
        self.panel = SummonsPanel(bridge, theme)
        self.outbox = OutboxPage(bridge, theme, self.row_of)
        self.left = QStackedWidget()
        self.page = self._make_page(theme)
        self.left.addWidget(self.page)
        self.left.addWidget(self.outbox)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.left)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([620, 760])
        views = self.tr("视图")
        self.book.add(views, self.tr("召集本单位的哨"), "Ctrl+1", self.show_list)
        self.book.add(views, self.tr("本机待发箱"), "Ctrl+8", self.show_outbox)
        for action in self.panel.actions():
            self.book.take(self.tr("应哨"), action)
        self.list.case_chosen.connect(self.reader.open)
        self.reader.opened_changed.connect(self.panel.set_view)
        self.reader.read.connect(self._take_duty)
        self.list.case_opened.connect(self.open_case)
        self.outbox.phone_requested.connect(self.open_phones)
        self.outbox.edit_requested.connect(self._edit)
        self.outbox.receipts_requested.connect(self.open_receipts)
        bridge.rows_changed.connect(self._take_rows)
        bridge.outbox_changed.connect(self.outbox.set_outbox)
        bridge.session_changed.connect(self._take_session)
        self.command.line.setPlaceholderText(self.tr("命令：直接输尾号打开    查 地库    待发箱"))
        self.set_centre(self.splitter)
        self._say()
        self.list.setFocus()

    def _make_page(self, theme: Theme) -> QFrame:
        page = QFrame()
        page.setProperty("class", "panel")
        page.setMinimumWidth(theme.size("queue_min"))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 10)
        head.setSpacing(12)
        title = QLabel(self.tr("召集本单位的哨"))
        title.setProperty("class", "title")
        self.counts = QLabel()
        self.counts.setProperty("class", "muted")
        self.as_of = AsOf(theme)
        head.addWidget(title)
        head.addWidget(self.counts)
        head.addStretch(1)
        head.addWidget(self.as_of)
        column.addLayout(head)
        line = QFrame()
        line.setProperty("class", "line")
        line.setFixedHeight(1)
        column.addWidget(line)
        self.empty = QLabel()
        self.empty.setProperty("class", "muted")
        self.empty.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        return page

    # ---- what a person wants

    def show_list(self) -> None:
        """List the summonses."""
        self.left.setCurrentWidget(self.page)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_outbox(self) -> None:
        """Put the outbox in the list's place."""
        self.left.setCurrentWidget(self.outbox)
        self.outbox.focus_first()

    def open_case(self, case: CaseId) -> None:
        """Go to a summons and show it."""
        self.left.setCurrentWidget(self.page)
        if not self.list.select_case(case):
            self.reader.open(case)

    def _edit(self, receipt: Receipt) -> None:
        self.open_case(receipt.act.command.case)

    def carry_out(self, wish: Wish, case: CaseId | None) -> None:
        """Do what was typed: find and open; acts have their keys."""
        match wish.verb:
            case Verb.OUTBOX:
                self.show_outbox()
            case Verb.RECONNECT:
                self.bridge.reconnect()
            case Verb.KEYS:
                self.open_keys()
            case _ if case is not None:
                self.open_case(case)
            case _:
                self.command.say(self.tr("这里能查编号和文字；办理请按下面的键"))

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes through."""
        left = self.list if self.left.currentWidget() is self.page else self.outbox
        return (left, self.panel, self.command.line)

    # ---- facts

    def alarm_rows(self, changes: ChangeSet) -> ChangeSet:
        """Ring for what this department owes; the citizen's clocks are the street's."""
        return msgspec.structs.replace(changes, rows=tuple(self._only_mine(row) for row in changes.rows))

    def _only_mine(self, row: QueueRow) -> QueueRow:
        unit = self.model.unit
        duty = self.reader.duty(row.id) if row.whistles_out else None
        mine = owed(row, unit) is Owed.MINE and not self.reader.knows(row.id)
        due_ms = duty.due_ms if duty is not None else row.whistle_due_ms if mine else NEVER_MS
        waiting_for = unit if duty is not None else row.waiting_for
        return msgspec.structs.replace(row, clock=None, whistle_due_ms=due_ms, waiting_for=waiting_for)

    def _take_session(self, session: Remembered) -> None:
        self.model.unit = session.actor.unit
        self.model.arrange()
        self.reader.forget()

    def _take_rows(self, changes: ChangeSet) -> None:
        kept = self.list.current_case
        fresh = self.model.apply(changes)
        if kept is not None and self.list.current_case != kept:
            self.list.select_case(kept)
        if fresh:
            QApplication.alert(self)
        self.reader.set_rows(self.model.rows)
        self._say()

    def _take_duty(self, case: CaseId) -> None:
        """A case was read: its row may stand elsewhere now, and be late in another way."""
        row = self.row_of(case)
        if row is not None:
            self.alarms.see_rows(self.alarm_rows(ChangeSet((row,))))
        if not self._arranging.isActive():
            self._arranging.start(_ARRANGE_AFTER_MS)

    def _arrange(self) -> None:
        self.model.arrange()
        self._say()

    def see_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Stamp the pages."""
        self.as_of.set_as_of(status.as_of, LinkLook(status.state.value), now)
        self.panel.set_link(status, now)
        self.outbox.set_link(status, now)
        self._say()

    def tick(self, now: dt.datetime) -> None:
        """Write what moves with time."""
        self.list.tick()
        self.panel.tick()
        self._say()
        if self.bridge.link is not None and self.as_of.is_stale:
            self.see_link(self.bridge.link, now)
        if self.left.currentWidget() is self.outbox:
            self.outbox.tick()

    def _say(self) -> None:
        count = self.model.rowCount()
        late = self.model.late(self.bridge.now_ms())
        words = self.tr("在外 {count}  未签收 {unsigned}  本单位超时 {late}")
        self.counts.setText(words.format(count=count, unsigned=self.model.unsigned(), late=late))
        self.empty.setVisible(count == 0)
        as_of = language.as_of_text(self.bridge.link, self.bridge.now())
        self.empty.setText(self.tr("没有召集本单位的哨。{as_of}").format(as_of=as_of))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Read no more."""
        self.reader.stop()
        self._arranging.stop()
        super().closeEvent(event)

    def themed(self, theme: Theme) -> None:
        """Pass another look on."""
        for part in (self.list, self.panel, self.outbox, self.as_of):
            part.set_theme(theme)

    def save(self, places: QSettings) -> None:
        """Remember the splitter."""
        places.setValue("liaison/splitter", self.splitter.saveState())

    def restore(self, places: QSettings) -> None:
        """Take it back."""
        state = places.value("liaison/splitter")
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
