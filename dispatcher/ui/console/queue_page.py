"""The queue's page: views with counts, the tally of lights, the list, and what the list does not show by itself."""

import datetime as dt

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, LinkStatus
from dispatcher.models.changes import ChangeSet
from dispatcher.models.deadlines import Light
from dispatcher.models.ids import CaseId
from dispatcher.ui import language
from dispatcher.ui.console.queue_lights import Tally, View
from dispatcher.ui.console.queue_model import QueueModel
from dispatcher.ui.console.queue_view import QueueView
from dispatcher.ui.console.view_tabs import ViewTabs
from dispatcher.widgets.chips import LightTally
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.theme import Theme


class QueuePage(QFrame):
    """Lists cases; `case_chosen(CaseId)` says which one is selected, `case_opened` which one Enter was pressed on."""

    case_chosen = Signal(object)
    case_opened = Signal(object)

    def __init__(self, bridge: Bridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self._link: LinkStatus | None = None
        self.setProperty("class", "panel")
        self.setMinimumWidth(theme.size("queue_min"))
        self.model = QueueModel(bridge.now_ms(), bridge.unit_name, self)
        self.tabs = ViewTabs(theme)
        self.tally = LightTally(theme)
        self.as_of = AsOf(theme)
        self.list = QueueView(self.model, theme, bridge.now_ms)
        self.empty = QLabel()
        self.empty.setProperty("class", "muted")
        self.empty.setContentsMargins(16, 16, 16, 16)
        self.waiting = QLabel()
        self.waiting.setProperty("class", "warning")
        self.waiting.setContentsMargins(12, 3, 12, 3)
        self.waiting.hide()
        self.count = QLabel()
        self.count.setProperty("class", "caption")
        hint = QLabel(self.tr("Ctrl 1–7 换视图   ↑ ↓ 选择   Enter 打开"))
        hint.setProperty("class", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        second = QHBoxLayout()
        second.setContentsMargins(6, 4, 12, 4)
        second.addWidget(self.tally)
        second.addStretch(1)
        second.addWidget(self.as_of)
        column.addLayout(second)
        column.addWidget(self.waiting)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 5, 12, 5)
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(hint)
        column.addLayout(foot)
        self.tabs.view_chosen.connect(self.set_view)
        self.tally.light_clicked.connect(self._filter)
        self.model.tally_changed.connect(self._show_tally)
        for changed in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            changed.connect(self._say)
        self.model.waiting_changed.connect(self._say_waiting)
        self.list.case_chosen.connect(self.case_chosen)
        self.list.case_opened.connect(self.case_opened)
        self._show_tally(self.model.tally())
        self._say()

    def apply(self, changes: ChangeSet) -> None:
        """Take changed rows in."""
        self.model.apply(changes)

    def set_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Say up to when this is true."""
        self._link = status
        self.as_of.set_as_of(status.as_of, LinkLook(status.state.value), now)
        if self.empty.isVisibleTo(self):
            self._say()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self.tabs, self.tally, self.as_of, self.list):
            part.set_theme(theme)

    def set_view(self, view: View) -> None:
        """List another view."""
        self.tabs.choose(view)
        self.tally.choose(None)
        self.model.set_view(view)
        self._say()

    def select(self, case: CaseId) -> bool:
        """Go to a case; a view that has it not gives way to all open. False when it is in none."""
        if self.model.find(case) is None:
            self.set_view(View.ALL_OPEN)
        return self.list.select_case(case)

    def selected(self) -> CaseId | None:
        """Give the case under the selection."""
        return self.list.current_case

    def _filter(self, light: Light | None) -> None:
        self.model.set_view(self.tabs.chosen, light)
        self._say()

    def _show_tally(self, tally: Tally) -> None:
        self.tabs.set_counts(tally.views)
        self.tally.set_counts(tally.lights)

    def _say_waiting(self, count: int) -> None:
        self.waiting.setText(self.tr("{count} 件有变动，按 R 更新").format(count=count))
        self.waiting.setVisible(count > 0)

    def _say(self, _parent: QModelIndex | None = None, _first: int = 0, _last: int = 0) -> None:
        count = self.model.rowCount()
        self.count.setText(self.tr("共 {count} 件，按最近时限").format(count=count))
        self.empty.setVisible(count == 0)
        if count == 0:
            view = self.tabs.words(self.tabs.chosen)
            as_of = language.as_of_text(self._link, self.bridge.now())
            self.empty.setText(self.tr("“{view}”里没有。{as_of}").format(view=view, as_of=as_of))
            self.empty.setAlignment(Qt.AlignmentFlag.AlignLeft)
