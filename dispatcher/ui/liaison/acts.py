"""The dialogs of a department's acts: report in, say the measure, say it is done, refuse with a reason."""

from PySide6.QtWidgets import QLineEdit, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId, WhistleId
from dispatcher.models.whistle import Milestone
from dispatcher.ui.dialogs.fields import Lines
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.theme import Theme


class _SummonsDialog(ActDialog):
    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        case: Case,
        desk: Desk,
        summons: tuple[WhistleId, UnitId],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.whistle, self.unit = summons

    def passes(self, milestone: Milestone, note: str) -> c.PassMilestone:
        """Make the command of a milestone."""
        return c.PassMilestone(case=self.case.id, whistle=self.whistle, unit=self.unit, milestone=milestone, note=note)


class ReportInDialog(_SummonsDialog):
    """报到: where, who, with what; the street's commander confirms on the spot."""

    form = "report_in"
    enter_submits = True

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        case: Case,
        desk: Desk,
        summons: tuple[WhistleId, UnitId],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, theme, case, desk, summons, parent)
        self.name_it(self.tr("现场报到"), self.tr("报到"))
        self.place = self.add("place", self.tr("地点"), QLineEdit())
        self.place.setPlaceholderText(self.tr("在哪里，例如 路口东北角警戒线内"))
        self.who = self.add("who", self.tr("来人"), QLineEdit())
        self.who.setPlaceholderText(self.tr("谁带队，几人，带了什么"))
        self.evidence = self.add("evidence", self.tr("佐证"), QLineEdit())
        self.evidence.setPlaceholderText(self.tr("照片编号、交接人，可不填"))
        self.add_note(self.tr("以现在的时间记报到。到了才报到，街道在现场核对。"))
        self.restore()
        self.place.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return next((name for name in ("place", "who") if not self.text(name)), "")

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        parts = (self.text(name) for name in ("place", "who", "evidence"))
        return self.passes(Milestone.REPORTED_IN, self.tr("；").join(part for part in parts if part))


class _WordsDialog(_SummonsDialog):
    milestone = Milestone.MEASURE_AGREED

    def _lay(self, title: str, label: str, hint: str) -> None:
        self.name_it(title, title)
        self.words = self.add("text", label, Lines(3))
        self.words.setPlaceholderText(hint)
        self.restore()
        self.words.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("text") else "text"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return self.passes(self.milestone, self.text("text"))


class MeasureDialog(_WordsDialog):
    """措施: what is agreed to be done, and until when."""

    form = "measure"

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        case: Case,
        desk: Desk,
        summons: tuple[WhistleId, UnitId],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, theme, case, desk, summons, parent)
        self._lay(self.tr("定措施"), self.tr("措施"), self.tr("做什么，谁做，何时做完"))


class DoneDialog(_WordsDialog):
    """办结: what was done; the street accepts it or not."""

    form = "done"
    milestone = Milestone.DONE

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        case: Case,
        desk: Desk,
        summons: tuple[WhistleId, UnitId],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, theme, case, desk, summons, parent)
        self._lay(self.tr("办结"), self.tr("结果"), self.tr("做了什么，结果怎样。由街道验收"))


class RefuseDialog(_SummonsDialog):
    """拒绝: once, with a reason, within the sign limit; one must come all the same until it is decided."""

    form = "refuse"

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        case: Case,
        desk: Desk,
        summons: tuple[WhistleId, UnitId],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, theme, case, desk, summons, parent)
        self.name_it(self.tr("拒绝应哨"), self.tr("拒绝"))
        self.reason = self.add("reason", self.tr("理由"), Lines(3))
        self.reason.setPlaceholderText(self.tr("为什么不属本单位职责，依据什么"))
        self.add_note(self.tr("只能拒绝一次，由区里裁定。裁定之前仍须先到现场。"))
        self.restore()
        self.reason.setFocus()

    def missing(self) -> str:
        """See ActDialog."""
        return "" if self.text("reason") else "reason"

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.RefuseSummons(case=self.case.id, whistle=self.whistle, unit=self.unit, reason=self.text("reason"))
