"""The case panel: what the watched case is, which clocks run, whom we wait for, what happened, what can be done.

It shows the bridge's `CaseView` and nothing of its own; every act goes through the bridge and comes back as a
change. The caller's number is never kept: it stands here for a minute after an audited reveal.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import ActAnswer, Bridge, CaseView, Draft, LinkStatus, Receipt
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Clock, clocks
from dispatcher.models.queue import epoch_ms
from dispatcher.models.rules import possible
from dispatcher.ui import language, strings
from dispatcher.ui.console.act_bar import ActBar
from dispatcher.ui.console.caller_line import CallerLine
from dispatcher.ui.console.case_acts import CaseActs
from dispatcher.ui.console.case_parts import ChipFlow, WaitStrip, chips, clock_line, waiting_for
from dispatcher.ui.console.happenings import happenings
from dispatcher.ui.console.more_menu import open_more
from dispatcher.ui.dialogs.fields import label, restyle, rule
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.ui.dialogs.spec import Form
from dispatcher.widgets.chips import Chip
from dispatcher.widgets.clocks import ClockBar
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.paint import urgency_chip
from dispatcher.widgets.theme import Theme
from dispatcher.widgets.timeline import Timeline

SHORT_PX = 640
"""A panel lower than this folds the clocks that are met into one line."""


class CasePanel(QFrame):
    """One case. Its `actions()` are the acts with their keys, for the window's menu and key map."""

    def __init__(self, bridge: Bridge, theme: Theme, desk: Desk | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self.acts = CaseActs(bridge, desk or Desk(), self)
        self.view: CaseView | None = None
        self._clock_bars: list[ClockBar] = []
        self._clocks: tuple[Clock, ...] = ()
        self.setProperty("class", "panel")
        self.setMinimumWidth(theme.size("case_min"))
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.tick)
        bridge.case_changed.connect(self.set_view)
        bridge.link_changed.connect(self._set_link)
        bridge.session_changed.connect(lambda: self._show())
        bridge.act_answered.connect(self._answered)
        self._show()

    # ---- building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(rule())
        self._page = QWidget()
        self._lay_page()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._page)
        column.addWidget(self._scroll, 1)
        column.addWidget(rule())
        self.bar = ActBar(self.theme)
        self.bar.act_requested.connect(self.act)
        column.addWidget(self.bar)
        self._reveal_action = QAction(self)
        self._reveal_action.setObjectName("reveal")
        self._reveal_action.setShortcut(QKeySequence("Ctrl+R"))
        self._reveal_action.triggered.connect(self.caller.button.trigger)
        for name in (
            "sign",
            "contact",
            "progress",
            "assign",
            "reply",
            "whistle",
            "more",
            "review",
            "call_back",
            "close",
        ):
            self.addAction(self.bar.action(name))
        self.addAction(self._reveal_action)
        self._more_actions = {"undo": self._make_action("undo", "Ctrl+Z"), "why": self._make_action("why", "Ctrl+E")}
        self._name_actions()

    def _make_action(self, name: str, keys: str) -> QAction:
        action = QAction(self)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False: self.act(name))
        self.addAction(action)
        return action

    def _name_actions(self) -> None:
        self._reveal_action.setText(self.tr("显示来电号码"))
        self._more_actions["undo"].setText(self.tr("撤销自己的上一步"))
        self._more_actions["why"].setText(self.tr("时限为何是这时"))

    def _make_head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(10)
        self._urgency = Chip("", self.theme)
        self._title = label("", "headline", wraps=True)
        self._as_of = AsOf(self.theme)
        chip = QVBoxLayout()
        chip.setContentsMargins(0, 4, 0, 0)
        chip.addWidget(self._urgency, 0, Qt.AlignmentFlag.AlignTop)
        first.addLayout(chip)
        first.addWidget(self._title, 1)
        first.addWidget(self._as_of, 0, Qt.AlignmentFlag.AlignTop)
        self._number = label("", "caption", wraps=True)
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head.addLayout(first)
        head.addWidget(self._number)
        return head

    def _lay_page(self) -> None:
        page = QVBoxLayout(self._page)
        page.setContentsMargins(16, 10, 16, 8)
        page.setSpacing(8)
        self._chips = ChipFlow(self.theme)
        page.addWidget(self._chips)
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(2)
        facts.setColumnStretch(1, 1)
        self._address_head, self._caller_head = label("", "caption"), label("", "caption")
        self._address = label("", "", wraps=True)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caller = CallerLine(self.theme)
        self.caller.reveal_requested.connect(lambda: self.act("reveal"))
        self.caller.refused.connect(self.bar_says)
        facts.addWidget(self._address_head, 0, 0, Qt.AlignmentFlag.AlignTop)
        facts.addWidget(self._address, 0, 1)
        facts.addWidget(self._caller_head, 1, 0)
        facts.addWidget(self.caller, 1, 1)
        page.addLayout(facts)
        box = QFrame()
        box.setProperty("class", "sunken")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(12, 8, 12, 8)
        self._demand = label("", "", wraps=True)
        self._demand.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(self._demand)
        self._demand_box = box
        page.addWidget(box)
        clock_head = QHBoxLayout()
        clock_head.setSpacing(12)
        self._clock_title, self._clock_law = label("", "title"), label("", "caption")
        clock_head.addWidget(self._clock_title)
        clock_head.addWidget(self._clock_law)
        clock_head.addStretch(1)
        page.addLayout(clock_head)
        self._met = label("", "caption", wraps=True)
        page.addWidget(self._met)
        self._clock_column = QVBoxLayout()
        self._clock_column.setSpacing(0)
        page.addLayout(self._clock_column)
        self._wait = WaitStrip(self.theme)
        page.addWidget(self._wait)
        line = QHBoxLayout()
        self._history_title, self._newest = label("", "title"), label("", "caption")
        line.addWidget(self._history_title)
        line.addStretch(1)
        line.addWidget(self._newest)
        page.addLayout(line)
        self.timeline = Timeline(self.theme)
        self.timeline.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lines = self.timeline.widget() or self.timeline
        self._lines.installEventFilter(self)
        page.addWidget(self.timeline)
        page.addStretch(1)

    # ---- what it is told

    def set_view(self, view: CaseView | None) -> None:
        """Show another case or another state of it."""
        if view is None or self.view is None or view.case.id != self.view.case.id:
            self.caller.put_away()
            self.bar.say("")
            self._scroll.verticalScrollBar().setValue(0)
        self.view = view
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self._urgency, self._as_of, self._chips, self._wait, self.timeline, self.caller, self.bar):
            part.set_theme(theme)
        for bar in self._clock_bars:
            bar.set_theme(theme)
        self._show()

    def bar_says(self, words: str) -> None:
        """Say something over the act buttons."""
        self.bar.say(words)

    def _set_link(self, status: LinkStatus) -> None:
        self._as_of.set_as_of(status.as_of, LinkLook(status.state.value), self.bridge.now())

    # ---- showing

    @property
    def case(self) -> Case | None:
        """The case it shows."""
        return self.view.case if self.view else None

    def _show(self) -> None:
        case = self.case
        actor = self.bridge.session.actor if self.bridge.session else None
        self.bar.set_case(case, actor)
        if self.bridge.link is not None:
            self._set_link(self.bridge.link)
        self._page.setVisible(case is not None)
        self._urgency.setVisible(case is not None)
        if case is None:
            self._title.setText(self.tr("没有打开案件"))
            self._number.setText(self.tr("在队列里选一件，按 Enter 打开。"))
            return
        order = case.order
        self._urgency.set_chip(strings.word(order.urgency), urgency_chip(order.urgency))
        self._title.setText(order.title)
        holder = self.bridge.unit_name(case.holder)
        if case.assignee:
            holder = f"{holder} · {case.assignee}"
        about = (
            order.number,
            strings.word(order.channel),
            " / ".join(order.category),
            self.tr("承办 {holder}").format(holder=holder),
        )
        self._number.setText("   ".join(each for each in about if each))
        self._chips.set_chips(chips(case, self.bridge.now()))
        self._address_head.setText(self.tr("地址"))
        self._caller_head.setText(self.tr("来电人"))
        place = order.place
        where = [each for each in (place.address, place.community, place.spot) if each]
        self._address.setText(self.tr("，").join(dict.fromkeys(where)) or self.tr("没有写地址"))
        self._show_caller(case)
        self._demand.setText(order.text)
        self._demand_box.setVisible(bool(order.text) and order.text != order.title)
        self._show_clocks(case)
        self._show_history()

    def _show_caller(self, case: Case) -> None:
        actor = self.bridge.session.actor if self.bridge.session else None
        reason = possible(c.RevealCaller, case, actor) if actor else None
        self.caller.set_order(case.order, strings.reason(reason, case.state) if reason else "")

    def _show_clocks(self, case: Case) -> None:
        law, now = self.bridge.law, self.bridge.now()
        self._clock_title.setText(self.tr("时限"))
        if law is None:
            return
        start = language.moment_text(case.order.dispatched_at, now)
        said = self.tr("政策 {policy}，自派单 {start} 起算").format(policy=law.policy.version, start=start)
        self._clock_law.setText(said)
        self._clocks = clocks(case, law)
        folded = self.height() < SHORT_PX
        shown = [clock for clock in self._clocks if clock.is_running or not folded]
        met = [clock_line(clock, law, now) for clock in self._clocks if not clock.is_running and folded]
        self._met.setText(self.tr("；").join(f"{line.name} {line.used}" for line in met))
        self._met.setVisible(bool(met))
        lines = [clock_line(clock, law, now) for clock in shown]
        now_ms = self.bridge.now_ms()
        while len(self._clock_bars) > len(lines):
            bar = self._clock_bars.pop()
            self._clock_column.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
        for bar, line in zip(self._clock_bars, lines, strict=False):
            bar.set_line(line, now_ms)
        for line in lines[len(self._clock_bars) :]:
            bar = ClockBar(self.theme, line, now_ms)
            self._clock_column.addWidget(bar)
            self._clock_bars.append(bar)
        wait = waiting_for(case, law, self.bridge.unit_name)
        self._wait.setVisible(wait is not None)
        if wait is not None:
            since = self.tr("自 {at}").format(at=language.moment_text(wait.since, now))
            self._wait.set_wait(wait.words, since, epoch_ms(wait.since), self.tr("不停总钟"))
            self._wait.tick(now_ms)

    def _show_history(self) -> None:
        view = self.view
        if view is None:
            return
        self._history_title.setText(self.tr("时间线 {n}").format(n=len(view.case.history)))
        self._newest.setText(self.tr("最新在上"))
        self.timeline.set_happenings(happenings(view, self.bridge.now(), self.bridge.unit_name))
        self._fit_timeline()

    # ---- acts

    def act(self, name: str) -> None:
        """Begin an act by its name: sign and undo at once, others by their dialog."""
        case = self.case
        if case is None:
            return
        self.bar.say("")
        match name:
            case "sign":
                self.bridge.submit(c.SignFor(case=case.id))
            case "undo":
                self.acts.undo(case)
            case "why":
                self.acts.explain(case, self.theme)
            case "more":
                more, reveal = self.bar.button("more"), self.caller.button
                open_more(self.bridge, case, self.acts.desk, more, reveal, self._open_form)
            case _:
                self.open_dialog(name)

    def open_dialog(self, name: str) -> ActDialog | None:
        """Open an act's dialog over the window."""
        case = self.case
        if case is None:
            return None
        dialog = self.acts.open(name, case, self.theme)
        if name == "reveal":
            dialog.submitted.connect(self._revealed)
        return dialog

    def edit(self, receipt: Receipt) -> ActDialog | None:
        """Open a parked or expired act of this case again, with its text."""
        return None if self.case is None else self.acts.edit(receipt, self.case, self.theme)

    def resume(self, draft: Draft) -> ActDialog | None:
        """Open the form of a draft of this case."""
        return None if self.case is None else self.acts.resume(draft, self.case, self.theme)

    def _open_form(self, form: Form) -> None:
        if self.case is not None:
            self.acts.open_form(form, self.case, self.theme)

    def _revealed(self, answer: ActAnswer) -> None:
        if answer.caller is None:
            self.bar.say(self.tr("本机没有这位来电人的号码，请向热线查询。"))
            return
        self.caller.reveal(answer.caller)

    def _answered(self, answer: ActAnswer) -> None:
        if self.case is None or answer.case != self.case.id or self.acts.is_open:
            return
        if answer.refused is not None:
            self.bar.say(strings.refusal(answer.refused, self.bridge.unit_name))
        elif answer.trouble:
            self.bar.say(answer.trouble)

    # ---- time and size

    def tick(self) -> None:
        """Move clocks and timers on by the bridge's clock."""
        now_ms = self.bridge.now_ms()
        for bar in self._clock_bars:
            bar.tick(now_ms)
        self._wait.tick(now_ms)
        if self._as_of.is_stale and self.bridge.link is not None:
            self._set_link(self.bridge.link)

    def showEvent(self, event: QShowEvent) -> None:
        """Run only while it is seen."""
        self.tick()
        self._second.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still while nobody looks."""
        self._second.stop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A low panel folds what is done and writes its title smaller."""
        restyle(self._title, "title" if event.size().height() < SHORT_PX else "headline")
        folds = (event.oldSize().height() < SHORT_PX) != (event.size().height() < SHORT_PX)
        if folds and self.case is not None:
            self._show_clocks(self.case)
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The timeline is as high as its lines: the panel scrolls as one."""
        if event.type() is QEvent.Type.Resize:
            self._fit_timeline()
        return super().eventFilter(watched, event)

    def _fit_timeline(self) -> None:
        height = max(60, self._lines.minimumHeight() + 4)
        if height != self.timeline.height():
            self.timeline.setFixedHeight(height)

    def changeEvent(self, event: QEvent) -> None:
        """Take all words anew when the language changes."""
        if event.type() is QEvent.Type.LanguageChange:
            self.bar.retranslate()
            self._name_actions()
            self._show()
        super().changeEvent(event)
