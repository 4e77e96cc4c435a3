"""Beginning an act on a case: signing and undoing at once, everything else by its dialog over the panel."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CommandId
from dispatcher.models.organisation import CENTRE
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.ui.dialogs.spec import Form, SpecDialog
from dispatcher.widgets.theme import Theme


class CaseActs(QObject):
    """Opens the dialogs of one panel; they are imported when the first is asked for, not with the window."""

    def __init__(self, bridge: Bridge, desk: Desk, panel: QWidget) -> None:
        super().__init__(panel)
        self._bridge = bridge
        self._desk = desk
        self._panel = panel

    @property
    def desk(self) -> Desk:
        """What the desk knows."""
        return self._desk

    @property
    def is_open(self) -> bool:
        """Tell whether a dialog stands over the panel: it says itself what became of its act."""
        return any(dialog.isVisible() for dialog in self._panel.findChildren(QDialog))

    def open(self, name: str, case: Case, theme: Theme) -> ActDialog:
        """Open an act's dialog; it closes itself once the act is stored."""
        return self._shown(_dialog(name)(self._bridge, theme, case, self._desk, self._panel))

    def open_form(self, form: Form, case: Case, theme: Theme) -> ActDialog:
        """Open the dialog of a form."""
        return self._shown(SpecDialog(self._bridge, theme, case, self._desk, form, self._panel))

    def explain(self, case: Case, theme: Theme) -> None:
        """Open why each clock is due when it is."""
        from dispatcher.ui.dialogs.why import WhyDialog

        WhyDialog(self._bridge, theme, case, self._panel).open()

    def undo(self, case: Case) -> None:
        """Take one's own last act on the case back; the rules say why where that cannot be."""
        last = last_act(case)
        if last is not None:
            self._bridge.submit(c.Undo(case=case.id, act=last))

    def _shown(self, dialog: ActDialog) -> ActDialog:
        dialog.open()
        return dialog


def last_act(case: Case) -> CommandId | None:
    """Give the act that an undo would be about: the last that a person made."""
    return next((recorded.act for recorded in reversed(case.history) if recorded.by != CENTRE.person), None)


def _dialog(name: str) -> type[ActDialog]:
    from dispatcher.ui.dialogs import acts, reply
    from dispatcher.ui.dialogs.whistle import WhistleDialog

    dialogs: dict[str, type[ActDialog]] = {
        "contact": acts.ContactDialog,
        "progress": acts.ProgressDialog,
        "assign": acts.AssignDialog,
        "reply": reply.ReplyDialog,
        "review": reply.ReviewDialog,
        "call_back": acts.CallBackDialog,
        "close": acts.CloseDialog,
        "reveal": acts.RevealDialog,
        "whistle": WhistleDialog,
    }
    return dialogs[name]
