"""One summons of the department: what is asked, where, by whom, by when, how far it is, and what can be done now.

Of the citizen it shows nothing: neither name nor number nor the order's text, which may hold either.
"""

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import ActAnswer, Bridge, CaseView, LinkStatus
from dispatcher.models import commands as c
from dispatcher.models.deadlines import ClockKind, after
from dispatcher.models.queue import epoch_ms
from dispatcher.models.rules import possible
from dispatcher.models.summons_clocks import SummonsClock, SummonsDuty, clock_of
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import MILESTONES, Milestone, Summons, Whistle
from dispatcher.ui import language, strings
from dispatcher.ui.console.spans import limit_words
from dispatcher.ui.console.summons import standing
from dispatcher.ui.console.whistle_card import DepartmentTrack
from dispatcher.ui.dialogs.fields import label, rule
from dispatcher.ui.dialogs.form import Desk
from dispatcher.ui.liaison.acts import DoneDialog, MeasureDialog, RefuseDialog, ReportInDialog
from dispatcher.ui.liaison.duties import light_instants
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.chips import Chip
from dispatcher.widgets.clocks import ClockBar, ClockLine
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.paint import urgency_chip
from dispatcher.widgets.theme import Theme

_MILESTONES = {
    "sign": Milestone.SIGNED,
    "set_out": Milestone.ON_THE_WAY,
    "report_in": Milestone.REPORTED_IN,
    "measure": Milestone.MEASURE_AGREED,
    "done": Milestone.DONE,
}
_KEYS = {"sign": "F2", "set_out": "F3", "report_in": "F4", "measure": "F5", "done": "F7", "refuse": "F12"}
_DIALOGS = {"report_in": ReportInDialog, "measure": MeasureDialog, "done": DoneDialog, "refuse": RefuseDialog}


class SummonsPanel(QFrame):
    """Shows the opened case as the department's summons; its `actions()` are the acts with their keys."""

    def __init__(self, bridge: Bridge, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self.desk = Desk()
        self.view: CaseView | None = None
        self._bars: list[ClockBar] = []
        self._tracks: list[DepartmentTrack] = []
        self._chips: list[Chip] = []
        self._buttons: dict[str, KeyButton] = {}
        self.setProperty("class", "panel")
        self.setMinimumWidth(theme.size("case_min"))
        self._build()
        bridge.act_answered.connect(self._answered)
        self._show()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 8)
        head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(10)
        self._kind = Chip("", self.theme)
        self._title = label("", "headline", wraps=True)
        self.as_of = AsOf(self.theme)
        top = Qt.AlignmentFlag.AlignTop
        kind = QVBoxLayout()
        kind.setContentsMargins(0, 6, 0, 0)  # in the middle of the headline's first line
        kind.addWidget(self._kind, 0, top)
        first.addLayout(kind)
        first.addWidget(self._title, 1)
        first.addWidget(self.as_of, 0, top)
        self._about = label("", "caption", wraps=True)
        head.addLayout(first)
        head.addWidget(self._about)
        column.addLayout(head)
        column.addWidget(rule())
        page = QWidget()
        inside = self._inside = QVBoxLayout(page)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(8)
        facts = self._facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(4)
        facts.setColumnStretch(1, 1)
        inside.addLayout(facts)
        self._limits = label("", "title")
        inside.addWidget(self._limits)
        self._clocks = QVBoxLayout()
        self._clocks.setSpacing(0)
        inside.addLayout(self._clocks)
        self._departments = label("", "title")
        inside.addWidget(self._departments)
        self._standing = QVBoxLayout()
        self._standing.setSpacing(0)
        inside.addLayout(self._standing)
        inside.addStretch(1)
        self._page = page
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        column.addWidget(scroll, 1)
        column.addWidget(rule())
        column.addLayout(self._make_foot())

    def _make_foot(self) -> QVBoxLayout:
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(4)
        self._said = label("", "caption mistake", wraps=True)
        self._said.hide()
        foot.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(8)
        words = {
            "sign": self.tr("签收"),
            "set_out": self.tr("出发"),
            "report_in": self.tr("报到"),
            "measure": self.tr("定措施"),
            "done": self.tr("办结"),
            "refuse": self.tr("拒绝"),
        }
        for name, text in words.items():
            button = KeyButton(text, self.theme, key=_KEYS[name])
            button.setObjectName(name)
            button.clicked.connect(lambda _=False, name=name: self.act(name))
            button.refused.connect(self.say)
            if name == "refuse":
                row.addStretch(1)
            row.addWidget(button)
            self._buttons[name] = button
            action = QAction(text, self)
            action.setObjectName(name)
            action.setShortcut(QKeySequence(_KEYS[name]))
            action.triggered.connect(button.trigger)
            self.addAction(action)
        foot.addLayout(row)
        return foot

    # ---- what it is told

    def set_view(self, view: CaseView | None) -> None:
        """Show another case, or the same as it is now."""
        if view is None or self.view is None or view.case.id != self.view.case.id:
            self.say("")
        self.view = view
        self._show()

    def set_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Say up to when this is true."""
        self.as_of.set_as_of(status.as_of, LinkLook(status.state.value), now)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self._kind, self.as_of, *self._buttons.values()):
            part.set_theme(theme)
        self._show()

    def button(self, name: str) -> KeyButton:
        """Give an act's button."""
        return self._buttons[name]

    def say(self, words: str) -> None:
        """Say why something did not happen; empty takes it away."""
        self._said.setText(words)
        self._said.setVisible(bool(words))

    @property
    def said(self) -> str:
        """What it says now."""
        return self._said.text()

    @property
    def summons(self) -> tuple[Whistle, Summons] | None:
        """The whistle it is about and the department's part: the open one, else the last."""
        session = self.bridge.session
        if self.view is None or session is None:
            return None
        mine = [(w, s) for w in self.view.case.whistles if (s := w.of(session.actor.unit)) is not None]
        return next(((w, s) for w, s in mine if w.is_open), mine[-1] if mine else None)

    def tick(self) -> None:
        """Move the clocks on."""
        now_ms = self.bridge.now_ms()
        for bar in self._bars:
            bar.tick(now_ms)
        for track in self._tracks:
            track.tick(now_ms)

    # ---- showing

    def _show(self) -> None:
        for widget in (*self._bars, *self._tracks):
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        self._bars, self._tracks = [], []
        while (item := self._facts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        found = self.summons
        self._kind.setVisible(found is not None)
        self._page.setVisible(found is not None)
        self._allow()
        if found is None or self.view is None:
            self._title.setText(self.tr("没有打开哨"))
            self._about.setText(self.tr("在左边选一个，按 Enter 打开。"))
            return
        whistle, summons = found
        case, now = self.view.case, self.bridge.now()
        self._kind.set_chip(strings.whistle_kind(whistle.kind), urgency_chip(case.order.urgency))
        self._title.setText(whistle.demand)
        part = self.tr("主责") if summons.lead else self.tr("配合")
        blown = self.tr("{street} {name}，{at} 吹").format(
            street=self.bridge.unit_name(case.holder),
            name=whistle.blown_by_name,
            at=language.moment_text(whistle.blown_at, now),
        )
        self._about.setText("   ".join((self.tr("本单位{part}").format(part=part), blown)))
        lines = [
            (self.tr("地点"), whistle.place),
            (self.tr("接头人"), whistle.contact),
            (self.tr("案件"), "   ".join(filter(None, (case.order.number, case.order.title)))),
        ]
        if whistle.appointed_at is not None:
            lines.insert(1, (self.tr("约定时间"), language.moment_text(whistle.appointed_at, now)))
        if summons.refused_reason is not None:
            lines.append((self.tr("已拒绝"), self.tr("{reason}。裁定前仍须先到").format(reason=summons.refused_reason)))
        for number, (name, text) in enumerate(line for line in lines if line[1]):
            said = label(text, "", wraps=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._facts.addWidget(label(name, "caption"), number, 0, Qt.AlignmentFlag.AlignTop)
            self._facts.addWidget(said, number, 1)
        self._show_clocks(whistle, summons, now)
        self._show_standing(whistle, now)

    def _show_clocks(self, whistle: Whistle, summons: Summons, now: dt.datetime) -> None:
        self._limits.setText(self.tr("时限"))
        law = self.bridge.law
        if law is None:
            return
        reached = MILESTONES.index(summons.reached or Milestone.NOTIFIED)
        for kind, duty in (
            (ClockKind.SIGN, SummonsDuty.SIGN),
            (ClockKind.ON_SCENE, SummonsDuty.REPORT_IN),
            (ClockKind.PROGRESS, SummonsDuty.DONE),
        ):
            clock = clock_of(whistle, summons, duty, law)
            if clock is None:
                continue
            met = summons.at(clock.milestone)
            if met is None and reached > MILESTONES.index(clock.milestone):
                continue  # passed over: reporting in says that one has signed
            self._bars.append(self._bar(kind, clock, light_instants(clock, law), met, now))
        for bar in self._bars:
            self._clocks.addWidget(bar)

    def _bar(
        self,
        kind: ClockKind,
        clock: SummonsClock,
        lights: tuple[dt.datetime, dt.datetime],
        met: dt.datetime | None,
        now: dt.datetime,
    ) -> ClockBar:
        yellow, orange = lights
        at = language.moment_text(met or clock.due, now)
        line = ClockLine(
            kind=kind,
            name=strings.milestone(clock.milestone),
            limit=limit_words(clock.limit) if clock.limit else self.tr("约定时间"),
            due=at if met else self.tr("至 {at}").format(at=at),
            start_ms=epoch_ms(clock.start),
            yellow_ms=epoch_ms(yellow),
            orange_ms=epoch_ms(orange),
            due_ms=epoch_ms(clock.due),
            met_ms=epoch_ms(met) if met else None,
            used=self.tr("用 {length}").format(length=language.length_text(met - clock.start)) if met else "",
        )
        return ClockBar(self.theme, line, self.bridge.now_ms())

    def _show_standing(self, whistle: Whistle, now: dt.datetime) -> None:
        law, session = self.bridge.law, self.bridge.session
        if law is None or session is None:
            return
        self._departments.setText(self.tr("各单位"))
        phones = {unit.id: unit.phone for unit in self.bridge.units()}
        mine_first = sorted(whistle.summons, key=lambda s: s.unit != session.actor.unit)
        for summons in mine_first:
            mine = summons.unit == session.actor.unit
            track = DepartmentTrack(
                self.theme,
                self.bridge.unit_name(summons.unit),
                "" if mine else phones.get(summons.unit, ""),
                standing(whistle, summons, law, now),
                compact=not mine,
                now_ms=self.bridge.now_ms(),
            )
            self._tracks.append(track)
            self._standing.addWidget(track)

    # ---- acts

    def act(self, name: str) -> None:
        """Begin an act by its name: sign and set out at once, others by their dialog."""
        found = self.summons
        if found is None or self.view is None:
            return
        self.say("")
        case, key = self.view.case, (found[0].id, found[1].unit)
        if name in _DIALOGS:
            _DIALOGS[name](self.bridge, self.theme, case, self.desk, key, self).open()
            return
        self.bridge.submit(c.PassMilestone(case=case.id, whistle=key[0], unit=key[1], milestone=_MILESTONES[name]))

    def _allow(self) -> None:
        found = self.summons
        refusals = {name: self._why_not(name, found) for name in self._buttons}
        # The one primary button is the next step that stands on the track; setting out may be left out.
        following = next((name for name in ("sign", "report_in", "measure", "done") if not refusals[name]), "")
        for name, button in self._buttons.items():
            button.set_refusal(refusals[name])
            button.look = ButtonLook.PRIMARY if name == following else ButtonLook.OUTLINED
            button.updateGeometry()
            button.update()

    def _why_not(self, name: str, found: tuple[Whistle, Summons] | None) -> str:
        session, law = self.bridge.session, self.bridge.law
        if found is None or self.view is None or session is None or law is None:
            return self.tr("还没有打开哨。请在左边选一个。")
        whistle, summons = found
        command = c.RefuseSummons if name == "refuse" else c.PassMilestone
        reason = possible(command, self.view.case, session.actor)
        if reason is None and not whistle.is_open:
            reason = Reason.WHISTLE_CLOSED
        if reason is not None:
            return strings.reason(reason, self.view.case.state)
        if name == "refuse":
            if summons.refused_reason is not None:
                return strings.reason(Reason.ONLY_ONCE)
            limit = law.policy.whistles[whistle.kind].sign
            late = self.bridge.now() > after(whistle.blown_at, limit, law).end
            return strings.reason(Reason.TOO_LATE) if late else ""
        milestone = _MILESTONES[name]
        if MILESTONES.index(milestone) <= MILESTONES.index(summons.reached or Milestone.NOTIFIED):
            return strings.reason(Reason.MILESTONE_ORDER, milestone)
        return ""

    def _answered(self, answer: ActAnswer) -> None:
        if self.view is None or answer.case != self.view.case.id:
            return
        if answer.refused is not None:
            self.say(self._refusal(answer.refused))
        elif answer.trouble:
            self.say(answer.trouble)

    def _refusal(self, refused: Refused) -> str:
        return strings.refusal(refused, self.bridge.unit_name)
