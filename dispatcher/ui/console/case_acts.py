"""Beginning an act on a case: signing and undoing at once, everything else by its dialog over the panel."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from dispatcher.bridge import Bridge, Draft, Receipt
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

    def edit(self, receipt: Receipt, case: Case, theme: Theme) -> ActDialog | None:
        """Open the dialog of a parked or expired act with its text; None for an act that has no dialog here."""
        from dispatcher.ui.dialogs.case_forms import FORMS

        command = receipt.act.command
        name, form_of = _DIALOG_OF.get(type(command)), FORMS.get(type(command))
        if name is not None:
            dialog = self.open(name, case, theme)
        elif form_of is not None:
            dialog = self.open_form(form_of(self._bridge, case, self._desk), case, theme)
        else:
            return None
        dialog.take_up(receipt)
        return dialog

    def resume(self, draft: Draft, case: Case, theme: Theme) -> ActDialog | None:
        """Open the form a draft was begun in; None where this case has no such form any more."""
        from dispatcher.ui.dialogs.case_forms import FORMS

        if draft.form in _DIALOG_OF.values():
            return self.open(draft.form, case, theme)
        for command, form_of in FORMS.items():
            if draft.form == str(command.__struct_config__.tag):
                return self.open_form(form_of(self._bridge, case, self._desk), case, theme)
        form = self._form_of_whistle(draft.form, case)
        return None if form is None else self.open_form(form, case, theme)

    def _form_of_whistle(self, name: str, case: Case) -> Form | None:
        from dispatcher.ui.dialogs.whistle_forms import FORMS, named

        forms = (named(form_of(self._bridge, case, each), each) for each in case.whistles for form_of in FORMS.values())
        return next((form for form in forms if form.name == name), None)

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


_DIALOG_OF: dict[type[c.Command], str] = {
    c.RecordContact: "contact",
    c.ReportProgress: "progress",
    c.Assign: "assign",
    c.Reply: "reply",
    c.ApproveReply: "review",
    c.SendBackReply: "review",
    c.RecordCallBack: "call_back",
    c.CloseCase: "close",
    c.RevealCaller: "reveal",
    c.BlowWhistle: "whistle",
}
"""The commands that have a dialog of their own."""


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
