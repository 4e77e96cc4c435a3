"""The dialogs of the acts on a whistle that is out: record an arrival, accept the result, take it back, give up one
that was never sent.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId
from dispatcher.models.whistle import Milestone, Whistle
from dispatcher.ui.dialogs.fields import Choice, Lines, label
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme


class _WhistleDialog(ActDialog):
    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, whistle: Whistle, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.whistle = whistle


class ArrivalDialog(_WhistleDialog):
    """记到场: which department stands on the spot, and who came; the street's record, not the department's."""

    form = "arrival"
    enter_submits = True
    width_px = 560

    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, whistle: Whistle, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, theme, case, desk, whistle, parent)
        self.name_it(self.tr("记部门到场"), self.tr("记到场"))
        waiting = [s.unit for s in whistle.summons if s.at(Milestone.REPORTED_IN) is None]
        options = tuple((str(unit), bridge.unit_name(unit)) for unit in waiting)
        self.unit = self.add("unit", self.tr("部门"), Choice(options, columns=2))
        self.note = self.add("note", self.tr("来人"), QLineEdit())
        self.note.setPlaceholderText(self.tr("谁，几人，带了什么"))
        self.add_note(self.tr("以现在的时间记报到。由街道记，时间线上写明。"))
        if options:
            self.unit.choose(options[0][0])
        self.restore()
        self.unit.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("unit") else "unit"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.PassMilestone(
            case=self.case.id,
            whistle=self.whistle.id,
            unit=UnitId(self.text("unit")),
            milestone=Milestone.REPORTED_IN,
            note=self.text("note"),
        )


class AcceptDialog(_WhistleDialog):
    """验收: the street accepts the result and the whistle ends."""

    form = "accept_whistle"

    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, whistle: Whistle, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, theme, case, desk, whistle, parent)
        self.name_it(self.tr("验收"), self.tr("验收"))
        self.note = self.add("note", self.tr("验收意见"), Lines(2))
        self.add_note(self.tr("验收后这个哨结束，部门不能再填报。只有街道能验收。"))
        self.restore()
        self.note.setFocus()

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.AcceptWhistle(case=self.case.id, whistle=self.whistle.id, note=self.text("note"))


class WithdrawDialog(_WhistleDialog):
    """撤哨: the street takes the summons back, with a reason."""

    form = "withdraw_whistle"

    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, whistle: Whistle, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, theme, case, desk, whistle, parent)
        self.name_it(self.tr("撤回哨"), self.tr("撤哨"))
        self.reason = self.add("reason", self.tr("理由"), Lines(2))
        self.add_note(self.tr("已出发的部门会看到撤哨和理由。已在路上的请再打电话。"))
        self.restore()
        self.reason.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("reason") else "reason"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.WithdrawWhistle(case=self.case.id, whistle=self.whistle.id, reason=self.text("reason"))


class DiscardDialog(QDialog):
    """Give up a whistle that was never sent: asks why, because its receipt keeps the reason. `given(str)`."""

    given = Signal(str)

    def __init__(self, theme: Theme, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("作废"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("作废"), "dialog-title"))
        column.addWidget(label(what, "muted", wraps=True))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("为什么作废？理由留在回执里"))
        self.reason.setAccessibleName(self.tr("作废理由"))
        self.reason.returnPressed.connect(self._give)
        column.addWidget(self.reason)
        self.said = label("", "caption mistake", wraps=True)
        column.addWidget(self.said)
        foot = QHBoxLayout()
        foot.addStretch(1)
        keep = KeyButton(self.tr("不作废"), theme, key="Esc", look=ButtonLook.BARE)
        keep.clicked.connect(self.reject)
        self.give = KeyButton(self.tr("作废"), theme, key="Enter", look=ButtonLook.PRIMARY)
        self.give.clicked.connect(self._give)
        foot.addWidget(keep)
        foot.addWidget(self.give)
        column.addLayout(foot)
        self.reason.setFocus()

    def _give(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.said.setText(self.tr("请写明理由。"))
            self.reason.setFocus()
            return
        self.given.emit(reason)
        self.accept()
