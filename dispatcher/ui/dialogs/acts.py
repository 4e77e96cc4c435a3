"""The dialogs of the acts on a case: contact, progress, assign, call-back, close, reveal.

Each asks for what its command needs and no more; F3 and Enter is a contact. The reply and its review stand in
`reply`, the acts on a whistle in `whistle_acts`.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QListWidget, QWidget

from dispatcher.bridge import ActAnswer, Bridge
from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.events import Satisfied, Solved
from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import UnitKind
from dispatcher.ui import strings
from dispatcher.ui.console.spans import limit_words
from dispatcher.ui.dialogs.fields import Choice, Lines, label
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.theme import Theme


class ContactDialog(ActDialog):
    """联系: reached or not, and a note; Enter does it."""

    form = "contact"
    enter_submits = True

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        first = case.contacted_at is None
        self.name_it(self.tr("首次联系") if first else self.tr("联系来电人"), self.tr("记下"))
        options = (("yes", self.tr("接通(&1)")), ("no", self.tr("未接通(&2)")))
        self.reached = self.add("reached", self.tr("结果"), Choice(options))
        self.note = self.add("note", self.tr("说了什么"), QLineEdit())
        self.note.setPlaceholderText(self.tr("告知了什么，答应了什么"))
        if first and bridge.law is not None:
            enough = bridge.law.policy.contact_attempts
            self.add_note(
                self.tr("未接通也要记：已记 {done} 次，满 {enough} 次计为首次联系。").format(
                    done=case.attempts, enough=enough
                )
            )
        self.reached.choose("yes")
        self.restore()
        self.reached.setFocus()

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.RecordContact(case=self.case.id, reached=self.text("reached") == "yes", note=self.text("note"))


class ProgressDialog(ActDialog):
    """进展: what has been done, and whether somebody has reached the place."""

    form = "progress"

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("报进展"), self.tr("记下"))
        self.words = self.add("text", self.tr("进展"), Lines(4))
        self.words.setPlaceholderText(self.tr("谁，做了什么，下一步何时"))
        self.on_scene = self.add("on_scene", self.tr("到场"), QCheckBox(self.tr("人已到现场(&S)")))
        if case.on_scene_at is not None:
            self.on_scene.setText(self.tr("人在现场（到场已记）(&S)"))
        self.restore()
        self.words.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("text") else "text"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.ReportProgress(case=self.case.id, text=self.text("text"), on_scene=self.on_scene.isChecked())


class AssignDialog(ActDialog):
    """交办: to whom, free text; the arrow keys in it take one of the recent names."""

    form = "assign"
    enter_submits = True

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("交办"), self.tr("交办"))
        self.assignee = self.add("assignee", self.tr("交给"), QLineEdit())
        self.assignee.setPlaceholderText(self.tr("人或班组，例如 外勤 2 组"))
        of_case = [r.event.assignee for r in reversed(case.history) if isinstance(r.event, e.Assigned)]
        self.recent = QListWidget()
        self.recent.setUniformItemSizes(True)
        self.recent.addItems(list(dict.fromkeys((*desk.assignees, *of_case))))
        self.recent.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.recent.itemClicked.connect(lambda item: self._take(item.text()))  # pyright: ignore[reportUnknownMemberType, reportUnknownLambdaType, reportUnknownArgumentType]
        rows = min(5, self.recent.count())
        if rows:
            self.recent.setFixedHeight(rows * 28 + 4)
            self.add("recent", self.tr("最近"), self.recent, self.tr("↑ ↓ 选用最近交办过的"))
        self.community = QComboBox(self)
        self.community.addItem(self.tr("不交给社区"), "")
        for unit in bridge.units():
            if unit.kind is UnitKind.COMMUNITY and unit.parent == case.holder:
                self.community.addItem(bridge.unit_name(unit.id), str(unit.id))
        self.community.setVisible(self.community.count() > 1)
        if self.community.count() > 1:
            self.add("community", self.tr("社区"), self.community, self.tr("该社区的专员看到并办理"))
        self.note = self.add("note", self.tr("要求"), QLineEdit())
        self.restore()
        self.assignee.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys walk through the recent names while the name has the keyboard."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step and self.recent.count() and self.assignee.hasFocus():
            row = (self.recent.currentRow() + step) % self.recent.count()
            self.recent.setCurrentRow(row)
            self._take(self.recent.item(row).text())
            return
        super().keyPressEvent(event)

    def _take(self, name: str) -> None:
        self.assignee.setText(name)
        self.say_beside("assignee", "")

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("assignee") else "assignee"

    def stored(self, answer: ActAnswer) -> None:
        """See ActDialog."""
        self.desk.remember_assignee(self.text("assignee"))

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.Assign(
            case=self.case.id,
            assignee=self.text("assignee"),
            note=self.text("note"),
            community=UnitId(self.community.currentData() or ""),
        )


class CallBackDialog(ActDialog):
    """回访: reached, contacted, solved, satisfied and the citizen's own words."""

    form = "call_back"
    width_px = 600

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("回访"), self.tr("记下回访"))
        yes_no = (("yes", self.tr("是")), ("no", self.tr("否")))
        self.reached = self.add("reached", self.tr("接通"), Choice(yes_no))
        self.contacted = self.add("contacted", self.tr("联系过您吗"), Choice(yes_no))
        self.solved = self.add("solved", self.tr("解决了吗"), Choice(tuple((v.value, strings.word(v)) for v in Solved)))
        self.satisfied = self.add(
            "satisfied", self.tr("满意吗"), Choice(tuple((v.value, strings.word(v)) for v in Satisfied))
        )
        self.words = self.add("words", self.tr("来电人原话"), Lines(2))
        self.reached.changed.connect(self._follow)
        self.solved.changed.connect(self._follow)
        self.restore()
        self._follow()
        self.reached.setFocus()

    def _follow(self) -> None:
        reached = self.text("reached") != "no"
        for widget in (self.contacted, self.solved, self.satisfied, self.words):
            widget.setEnabled(reached)
        redo = ""
        if reached and self.text("solved") == Solved.NO and self.bridge.law is not None:
            limit = limit_words(self.bridge.law.policy.redo.feedback)
            redo = self.tr("注意：记下后退回重办，{limit}内重新答复，计入重办次数。").format(limit=limit)
        self.say_beside("solved", redo, mistake=False)

    def missing(self) -> str:
        """See ActDialog."""
        if not self.text("reached"):
            return "reached"
        if self.text("reached") == "no":
            return ""
        return next((name for name in ("contacted", "solved", "satisfied") if not self.text(name)), "")

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        if self.text("reached") == "no":
            return c.RecordCallBack(case=self.case.id, reached=False)
        return c.RecordCallBack(
            case=self.case.id,
            reached=True,
            contacted=self.text("contacted") == "yes",
            solved=Solved(self.text("solved")),
            satisfied=Satisfied(self.text("satisfied")),
            words=self.text("words"),
        )


class CloseDialog(ActDialog):
    """归档: with a note; says what the citizen answered."""

    form = "close"

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("归档"), self.tr("归档"))
        said = [strings.word(value) for value in (case.solved, case.satisfied) if value is not None]
        if said:
            self.add("answer", self.tr("回访"), label(" · ".join(said), ""))
        self.note = self.add("note", self.tr("备注"), Lines(2))
        self.restore()
        self.note.setFocus()

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.CloseCase(case=self.case.id, note=self.text("note"))


class RevealDialog(ActDialog):
    """显示号码: why; the reason goes into the audit."""

    form = "reveal"
    enter_submits = True

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("显示来电号码"), self.tr("显示"))
        options = (
            ("contact", self.tr("首次联系(&1)")),
            ("scene", self.tr("现场找人(&2)")),
            ("call_back", self.tr("回访(&3)")),
        )
        self.usual = self.add("usual", self.tr("常用理由"), Choice(options))
        self.reason = self.add("reason", self.tr("理由"), QLineEdit())
        self.usual.changed.connect(self._take)
        self.add_note(self.tr("谁、何时、为何看过，记入审计，不能删除。号码显示 60 秒后收起。"))
        self.restore()
        self.usual.setFocus() if not self.text("reason") else self.reason.setFocus()

    def _take(self) -> None:
        chosen = self.usual.button(self.usual.value()).text()
        self.reason.setText(chosen.split("(&")[0])

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("reason") else "reason"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.RevealCaller(case=self.case.id, reason=self.text("reason"))
