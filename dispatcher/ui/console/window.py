"""The dispatcher's console: the queue, the case, the whistles, side by side; the outbox in the queue's place.

It puts panels together and sends what is typed and pressed to them; what each shows and asks is its own. Narrow, the
whistle panel folds to a tab of the case panel; the queue never folds.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QActionGroup, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, CaseView, Draft, LinkStatus, Receipt
from dispatcher.models import commands as c
from dispatcher.models.alarms import UnsentAfter
from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId
from dispatcher.models.transitions import ROW
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.ui import strings
from dispatcher.ui.console import outbox_lines
from dispatcher.ui.console.case_panel import CasePanel
from dispatcher.ui.console.grammar import Verb, Wish
from dispatcher.ui.console.outbox_page import OutboxPage
from dispatcher.ui.console.printing import Printing
from dispatcher.ui.console.queue_lights import View
from dispatcher.ui.console.queue_page import QueuePage
from dispatcher.ui.console.queue_painter import Density
from dispatcher.ui.console.whistle_panel import WhistlePanel
from dispatcher.ui.dialogs.form import Desk
from dispatcher.ui.station import StationWindow
from dispatcher.widgets import countdown
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme

TAKE_IN = "take_in"
"""The form of a demand taken in at the desk."""
FOLDS_BELOW_PX = 1366
"""Narrower than this the whistle panel is a tab of the case panel."""
FOLDS_BELOW_LONG_PX = 1520
"""The same for a language of longer words."""

_ACTS = {
    Verb.SIGN: "sign",
    Verb.CONTACT: "contact",
    Verb.PROGRESS: "progress",
    Verb.ASSIGN: "assign",
    Verb.REPLY: "reply",
    Verb.CALL_BACK: "call_back",
    Verb.CLOSE: "close",
    Verb.WHISTLE: "whistle",
}


class ConsoleWindow(StationWindow):
    """A street's dispatcher at work."""

    def __init__(
        self, bridge: Bridge, theme: Theme, *, state_file: Path | None = None, unsent: UnsentAfter | None = None
    ) -> None:
        super().__init__(bridge, theme, state_file=state_file, unsent=unsent)
        self._folded: bool | None = None
        self._density = Density.STANDARD
        self._density_chosen = False
        self._wanted: tuple[CaseId, Callable[[], object]] | None = None
        self._taken_in: Case | None = None
        desk = self._desk = Desk(listed=lambda: self.rows)
        self.printing = Printing(bridge, self)
        self.printing.told.connect(self.command.say)
        self.closing.connect(self.printing.stop)
        self.queue = QueuePage(bridge, theme)
        self.outbox = OutboxPage(bridge, theme, self.row_of)
        self.case = CasePanel(bridge, theme, desk)
        self.whistles = WhistlePanel(bridge, theme, desk, self.row_of)
        self.left = QStackedWidget()
        self.left.addWidget(self.queue)
        self.left.addWidget(self.outbox)
        self.middle = QFrame()
        self.middle.setProperty("class", "panel")
        self._middle_tabs = QTabBar()
        self._middle_tabs.setExpanding(False)
        self._middle_tabs.addTab(self.tr("案件"))
        self._middle_tabs.addTab(self.tr("哨"))
        self._middle_tabs.setAccessibleName(self.tr("案件和哨"))
        self._middle_tabs.currentChanged.connect(self._show_middle)
        self._middle = QStackedWidget()
        self._middle.addWidget(self.case)
        column = QVBoxLayout(self.middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle_tabs)
        self._middle_tabs.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self._middle, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.left)
        self.splitter.addWidget(self.middle)
        self.splitter.addWidget(self.whistles)
        self.splitter.setStretchFactor(1, 1)
        self._fold(folded=False)
        self._intake_button = KeyButton(self.tr("登记诉求"), theme, key="Ctrl N", look=ButtonLook.BARE)
        self._intake_button.clicked.connect(self.open_intake)
        self.status.add_at_end(self._intake_button)
        self._make_more_keys()
        self.queue.case_chosen.connect(self._watch)
        self.queue.case_opened.connect(self._open_in_panel)
        self.whistles.case_requested.connect(self.open_case)
        self.outbox.case_requested.connect(self.open_case)
        self.outbox.phone_requested.connect(self.open_phones)
        self.outbox.edit_requested.connect(self._edit)
        self.outbox.compare_requested.connect(self._compare)
        self.outbox.draft_requested.connect(self._go_on_writing)
        self.outbox.receipts_requested.connect(self.open_receipts)
        bridge.rows_changed.connect(self._take_rows)
        bridge.outbox_changed.connect(self.outbox.set_outbox)
        bridge.case_changed.connect(self._see_case)
        self.set_centre(self.splitter)
        self.queue.list.setFocus()

    def _make_more_keys(self) -> None:
        book, views, case = self.book, self.tr("视图"), self.tr("案件")
        for number, view in enumerate(tuple(View)[:7], start=1):
            book.add(views, self.queue.tabs.words(view), f"Ctrl+{number}", lambda view=view: self.show_view(view))
        book.add(views, self.tr("本机待发箱"), "Ctrl+8", self.show_outbox)
        book.add(self.tr("纸面"), self.tr("打印未结案件（纸质包）"), "Ctrl+P", self.printing.print_pack)
        book.add(views, self.queue.tabs.words(View.CLOSED_TODAY), "Ctrl+9", lambda: self.show_view(View.CLOSED_TODAY))
        book.add(case, self.tr("登记诉求"), "Ctrl+N", self.open_intake)
        for action in self.case.actions():
            book.take(case, action)
        for action in self.whistles.actions():
            book.take(self.tr("哨"), action)
        listed = self.tr("队列")
        book.note(listed, self.tr("上一件、下一件"), "↑  ↓")
        book.note(listed, self.tr("最上、最下"), "Home  End")
        book.note(listed, self.tr("打开、返回"), "Enter  Esc")
        book.note(listed, self.tr("让变动现在生效"), "R")

    # ---- what a person wants

    def show_view(self, view: View) -> None:
        """List a view of the queue."""
        self.left.setCurrentWidget(self.queue)
        self.queue.set_view(view)
        self.queue.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_outbox(self) -> None:
        """Put the outbox in the queue's place."""
        self.left.setCurrentWidget(self.outbox)
        self.outbox.focus_first()

    def open_case(self, case: CaseId) -> None:
        """Go to a case in the queue and show it."""
        self.left.setCurrentWidget(self.queue)
        if not self.queue.select(case):
            self._watch(case)
        self._middle_tabs.setCurrentIndex(0)

    def open_intake(self) -> None:
        """Take a demand in at the desk; what was begun and not stored is there again."""
        from dispatcher.ui.dialogs import intake
        from dispatcher.ui.dialogs.spec import SpecDialog

        actor = self.bridge.session.actor if self.bridge.session else None
        if actor is None:
            return
        if not actor.is_any(*ROW[c.ReceiveOrder].roles):
            self.command.say(strings.reason(Reason.NOT_YOUR_ROLE))
            return
        case = self._taken_in = self._taken_in or self._begun(intake.new_case(self.bridge, actor))
        dialog = SpecDialog(self.bridge, self.theme, case, self._desk, intake.take_in(self.bridge, case), self)
        dialog.submitted.connect(partial(self._see_taken_in, case))
        dialog.open()

    def _begun(self, case: Case) -> Case:
        """Give the case of a demand that was begun before this start, if there is one, under its own id."""
        draft = next((kept for kept in self.bridge.drafts.values() if kept.form == TAKE_IN), None)
        return case if draft is None else msgspec.structs.replace(case, id=draft.case)

    def _see_taken_in(self, case: Case, _answer: object) -> None:
        self._taken_in = None
        self.command.say(self.tr("已登记 {number}").format(number=case.order.number))

    def carry_out(self, wish: Wish, case: CaseId | None) -> None:
        """Do what was typed: go to the case it names, then press the act's key."""
        match wish.verb:
            case Verb.OUTBOX:
                self.show_outbox()
            case Verb.RECONNECT:
                self.bridge.reconnect()
            case Verb.KEYS:
                self.open_keys()
            case Verb.VIEW:
                self._view_by_words(wish.rest)
            case Verb.OPEN | Verb.FIND:
                if case is not None:
                    self.open_case(case)
            case _:
                self._act_on(case or self.queue.selected(), _ACTS[wish.verb])

    def panes(self) -> tuple[QWidget, ...]:
        """What F6 goes through."""
        left = self.queue.list if self.left.currentWidget() is self.queue else self.outbox
        return (left, self._middle_tabs, self.case, self.whistles, self.command.line)

    def _view_by_words(self, words: str) -> None:
        views = tuple(View)
        if words.isdigit() and 1 <= int(words) <= len(views):
            self.show_view(views[int(words) - 1])
            return
        for view in views:
            if words and words.lower() in self.queue.tabs.words(view).lower():
                self.show_view(view)
                return
        self.command.say(self.tr("没有视图“{words}”").format(words=words))

    def _act_on(self, case: CaseId | None, act: str) -> None:
        if case is None:
            self.command.say(self.tr("先选一件，或在命令里写编号"))
            return
        self._do_in_panel(case, lambda: self.case.bar.button(act).trigger())

    def _do_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            wanted[1]()

    def _edit(self, receipt: Receipt) -> None:
        """Open the form of a parked or expired act with its text."""
        self._do_in_panel(receipt.act.command.case, lambda: self.case.edit(receipt))

    def _go_on_writing(self, draft: Draft) -> None:
        if draft.form == TAKE_IN:
            self.open_intake()
            return
        self._do_in_panel(draft.case, lambda: self.case.resume(draft))

    def _compare(self, receipt: Receipt) -> None:
        from dispatcher.ui.dialogs.collision import CollisionDialog

        refused, changed = receipt.verdict, outbox_lines.changed_in(receipt)
        if changed is not None and isinstance(refused, Refused):
            dialog = CollisionDialog(self.bridge, self.theme, receipt, changed, refused.field, self.row_of, self)
            dialog.edit_requested.connect(self._edit)
            self.open_dialog(dialog)

    def _do_in_panel(self, case: CaseId, do: Callable[[], object]) -> None:
        """Show a case and do something there once it is shown."""
        self._wanted = (case, do)
        self.open_case(case)
        shown = self.case.case
        if shown is not None and shown.id == case:
            self._do_wanted()

    # ---- facts

    def _watch(self, case: CaseId) -> None:
        self.bridge.watch(case)

    def _open_in_panel(self, case: CaseId) -> None:
        self.open_case(case)
        self.case.setFocus(Qt.FocusReason.OtherFocusReason)
        self.case.focusNextChild()

    def _take_rows(self, changes: ChangeSet) -> None:
        self.queue.apply(changes)

    def _see_case(self, view: CaseView | None) -> None:
        if view is None or self._wanted is None:
            return
        if view.case.id == self._wanted[0]:
            self._do_wanted()

    def see_whistles(self) -> None:
        """Tell the whistle panel what else is out."""
        self.whistles.set_others(self.rows.whistles())

    def see_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Stamp the pages that are this window's."""
        self.queue.set_link(status, now)
        self.outbox.set_link(status, now)

    def tick(self, now: dt.datetime) -> None:
        """Write what moves with time."""
        if self.bridge.link is not None and self.queue.as_of.is_stale:
            self.see_link(self.bridge.link, now)
        if self.left.currentWidget() is self.outbox:
            self.outbox.tick()

    # ---- looks and places

    def themed(self, theme: Theme) -> None:
        """Pass another look on."""
        for part in (self.queue, self.outbox, self.case, self.whistles, self._intake_button):
            part.set_theme(theme)

    def add_view_entries(self, menu: QMenu) -> None:
        """Row heights."""
        menu.addSeparator()
        names = {
            Density.COMPACT: self.tr("行高：紧凑"),
            Density.STANDARD: self.tr("行高：标准"),
            Density.COMFORTABLE: self.tr("行高：宽松"),
        }
        group = QActionGroup(menu)
        for density, words in names.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(density is self._density)
            group.addAction(action)
            action.triggered.connect(lambda _=False, density=density: self._choose_density(density))

    def _choose_density(self, density: Density) -> None:
        self._density_chosen = True
        self._set_density(density)

    def _set_density(self, density: Density) -> None:
        if density is not self._density:
            self._density = density
            self.queue.list.set_look(self.theme, density)

    def save(self, places: QSettings) -> None:
        """Remember the splitter and the row height."""
        if not self._folded:
            places.setValue("console/splitter", self.splitter.saveState())
        if self._density_chosen:
            places.setValue("console/density", self._density.value)

    def restore(self, places: QSettings) -> None:
        """Take them back."""
        state = places.value("console/splitter")
        if isinstance(state, QByteArray):
            self.splitter.restoreState(state)
        density = places.value("console/density")
        if isinstance(density, str) and density in frozenset(Density):
            self._choose_density(Density(density))

    def showEvent(self, event: QShowEvent) -> None:
        """Share the width out once it is known, unless a person has before."""
        super().showEvent(event)
        if self.places is None or self.places.value("console/splitter") is None:
            self.share_width()

    def share_width(self) -> None:
        """Give queue, case and whistles their usual widths."""
        width = self.width()
        wide = width >= 1800
        share = 0.47 if self._folded else 0.41
        queue = 760 if wide else max(self.theme.size("queue_min"), round(width * share))
        beside = max(440, round(width * 0.27)) if self._long_words() else max(330, round(width * 0.24))
        whistles = 0 if self._folded else 500 if wide else beside
        self.splitter.setSizes([queue, width - queue - whistles, whistles])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold the whistle panel; a small window has low rows."""
        super().resizeEvent(event)
        folds_below = FOLDS_BELOW_LONG_PX if self._long_words() else FOLDS_BELOW_PX
        self._fold(folded=event.size().width() < folds_below)
        if not self._density_chosen:
            self._set_density(Density.COMPACT if event.size().height() < 800 else Density.STANDARD)

    def _long_words(self) -> bool:
        return countdown.language() is not countdown.Language.ZH

    def _fold(self, *, folded: bool) -> None:
        if folded is self._folded:
            return
        self._folded = folded
        self._middle_tabs.setVisible(folded)
        if folded:
            self._middle.addWidget(self.whistles)
        else:
            self._middle_tabs.setCurrentIndex(0)
            self.splitter.addWidget(self.whistles)
            self.whistles.show()
        self._middle.setCurrentIndex(self._middle_tabs.currentIndex() if folded else 0)
        if self.isVisible():
            self.share_width()

    def _show_middle(self, index: int) -> None:
        if self._folded:
            self._middle.setCurrentIndex(index)
