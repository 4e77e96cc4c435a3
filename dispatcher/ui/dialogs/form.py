"""The frame of every act's dialog: fields, words beside the field at fault, one primary button, drafts that survive.

A dialog makes one command and hands it to the bridge; it closes when the act is stored and stays, with the text
in it, when the act is refused. It never runs a loop of its own: `open()` it and listen to `submitted`.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.bridge import ActAnswer, Bridge, CaseView, Receipt
from dispatcher.models.case import Case
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CommandId
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.ui import strings
from dispatcher.ui.dialogs.drafting import Drafting
from dispatcher.ui.dialogs.fields import Choice, Value, form_style, label, put_value, restyle, rule, value_of
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


@dataclass
class Desk:
    """What one desk knows between dialogs: whom it assigned lately, which cases it lists."""

    assignees: list[str] = field(default_factory=list[str])
    listed: Callable[[], Iterable[QueueRow]] = tuple

    def remember_assignee(self, name: str) -> None:
        """Put a name first among the recent ones; eight are kept."""
        self.assignees = [name, *(each for each in self.assignees if each != name)][:8]


class ActDialog(QDialog):
    """Base of the dialogs: subclasses add fields, make the command, and may warn."""

    submitted = Signal(object)
    """ActAnswer of the act that was stored."""

    form = ""
    """Names the draft."""
    enter_submits = False
    """Whether a plain Enter outside a text of several lines does it; where it is not safe only Ctrl+Enter does."""
    width_px = 520
    glyph: Glyph | None = None
    """Stands on the primary button."""

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self.case = case
        self.desk = desk
        self._fields: dict[str, QWidget] = {}
        self._labels: dict[str, str] = {}
        self._beside: dict[str, QLabel] = {}
        self._asked: CommandId | None = None
        self._asking = False
        self._early: list[ActAnswer] = []
        self._seen = case
        self._replaces: CommandId | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(self.width_px)
        self.setStyleSheet(form_style(theme))
        bridge.act_answered.connect(self._answered)

        outer = self.outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._head = QVBoxLayout()
        self._head.setContentsMargins(20, 16, 20, 12)
        self._head.setSpacing(4)
        self._title = label("", "dialog-title")
        about = label(f"{case.order.number}  {case.order.title}", "muted", wraps=True)
        self._head.addWidget(self._title)
        self._head.addWidget(about)
        outer.addLayout(self._head)
        outer.addWidget(rule())
        self.drafting = Drafting(bridge, theme, case, self.form, self.values)
        self.drafting.dropped.connect(self._begin_anew)
        self.drafting.said_more.connect(self._grow)
        outer.addWidget(self.drafting)
        bridge.case_changed.connect(self._see_case)
        self.middle = QHBoxLayout()
        self.middle.setSpacing(0)
        self.left = QVBoxLayout()
        self.left.setContentsMargins(20, 16, 20, 12)
        self.left.setSpacing(8)
        self.body = QGridLayout()
        self.body.setHorizontalSpacing(16)
        self.body.setVerticalSpacing(4)
        self.body.setColumnStretch(1, 1)
        self.left.addLayout(self.body)
        self.left.addStretch(1)
        self.middle.addLayout(self.left, 1)
        outer.addLayout(self.middle, 1)
        outer.addWidget(rule())
        foot = self.foot = QHBoxLayout()
        foot.setContentsMargins(20, 12, 20, 16)
        foot.setSpacing(8)
        self.said = label("", "caption", wraps=True)
        self.told = QVBoxLayout()
        self.told.addStretch(1)
        self.said.hide()
        self.told.addWidget(self.said)
        self.told.addStretch(1)
        foot.addLayout(self.told, 1)
        self.cancel = KeyButton(QCoreApplication.translate("ActDialog", "取消"), theme, key="Esc", look=ButtonLook.BARE)
        self.cancel.clicked.connect(self.reject)
        key = "Enter" if self.enter_submits else "Ctrl Enter"
        self.submit_button = KeyButton("", theme, key=key, look=ButtonLook.PRIMARY, glyph=self.glyph)
        self.submit_button.clicked.connect(self.submit)
        foot.addWidget(self.cancel)
        foot.addWidget(self.submit_button)
        outer.addLayout(foot)

    # ---- for subclasses

    @abstractmethod
    def command(self) -> AnyCommand:
        """Make the command from what stands in the fields."""
        raise NotImplementedError

    def missing(self) -> str:
        """Name the first field that must not be empty and is; empty when all is there."""
        return ""

    def name_it(self, title: str, act: str) -> None:
        """Set the title and the primary button's word."""
        self._title.setText(title)
        self.setWindowTitle(f"{title} · {self.case.order.number}")
        self.submit_button.set_words(act)

    def add(self, name: str, text: str, widget: AnyWidget, hint: str = "") -> AnyWidget:
        """Add a field with its label and room for words below it; the draft's value is put in by `restore`."""
        at = self.body.rowCount()
        title = label(text, "muted")
        title.setBuddy(widget)
        widget.setAccessibleName(text)
        beside = label(hint, "caption", wraps=True)
        beside.setVisible(bool(hint))
        beside.setProperty("hint", hint)
        top = Qt.AlignmentFlag.AlignTop
        self.body.addWidget(title, at, 0, top)
        title.setContentsMargins(0, 6, 0, 0)
        self.body.addWidget(widget, at, 1)
        self.body.addWidget(beside, at + 1, 1)
        self.body.setRowMinimumHeight(at + 1, 8)
        self._fields[name] = widget
        self._labels[name] = text
        self._beside[name] = beside
        if isinstance(widget, QLineEdit):
            widget.textEdited.connect(lambda: self.say_beside(name, ""))
        elif isinstance(widget, QPlainTextEdit):
            widget.textChanged.connect(lambda: self.say_beside(name, ""))
        elif isinstance(widget, Choice):
            widget.changed.connect(lambda: self.say_beside(name, ""))
        return widget

    def add_note(self, text: str) -> QLabel:
        """Add a line of explanation across the body."""
        said = label(text, "caption", wraps=True)
        self.body.addWidget(said, self.body.rowCount(), 0, 1, 2)
        return said

    def restore(self) -> None:
        """Put the draft of this case back into the fields; call it when all are there."""
        draft = self.drafting.begin()
        if draft is not None:
            self._replaces = draft.replaces or None
            self._fill(draft.fields)
        for widget in self._fields.values():
            self.drafting.watch(widget)

    def take_up(self, receipt: Receipt) -> None:
        """Fill the form with an act that was refused or has expired; what is sent then takes its place."""
        command = receipt.act.command
        self._replaces = self.drafting.replaces = receipt.act.id
        self.take_up_more(command)
        for name, value in msgspec.structs.asdict(command).items():
            if name in self._fields:
                put_value(self._fields[name], value)
        self.drafting.touched()

    def take_up_more(self, command: AnyCommand) -> None:
        """Take from a command what does not stand in fields of its names; for subclasses."""

    def touched(self) -> None:
        """Note that something of the draft has changed that is no plain field; for subclasses."""
        self.drafting.touched()

    def values(self) -> dict[str, Value]:
        """Give what stands in the form, as a draft keeps it."""
        values = self.more_to_keep()
        for name, widget in self._fields.items():
            value = value_of(widget)
            if value is not None:
                values[name] = value
        return values

    def _fill(self, values: Mapping[str, Value]) -> None:
        self.restore_more(dict(values))
        for name, value in values.items():
            if name in self._fields:
                put_value(self._fields[name], value)

    def _begin_anew(self, values: dict[str, Value]) -> None:
        self._replaces = None
        self._fill(values)

    def _see_case(self, view: CaseView | None) -> None:
        if view is not None and view.case.id == self.case.id:
            self.drafting.see(view.case)

    def more_to_keep(self) -> dict[str, Value]:
        """Give what a draft holds besides the fields."""
        return {}

    def restore_more(self, draft: dict[str, Value]) -> None:
        """Put back what `more_to_keep` gave."""

    def text(self, name: str) -> str:
        """Give a field's text or choice, stripped."""
        widget = self._fields[name]
        if isinstance(widget, QLineEdit):
            return widget.text().strip()
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText().strip()
        if isinstance(widget, Choice):
            return widget.value()
        raise TypeError(f"{name} holds no text")

    def say_beside(self, name: str, words: str, *, mistake: bool = True) -> None:
        """Put words below a field; empty puts its hint back."""
        beside = self._beside[name]
        hint = str(beside.property("hint"))
        restyle(beside, "caption mistake" if words and mistake else "" if words else "caption")
        beside.setText(words or hint)
        beside.setVisible(bool(words or hint))
        restyle(self._fields[name], "mistake" if words and mistake else "")
        self._grow()

    def tell(self, words: str) -> None:
        """Say at the foot why nothing happened; empty takes it away."""
        restyle(self.said, "caption mistake")
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self._grow()

    def _grow(self) -> None:
        """Make room for words that have come: a window does not follow its wrapped labels by itself."""
        if self.isVisible():
            self.outer.activate()
            self.resize(self.width(), max(self.height(), self.outer.totalHeightForWidth(self.width())))

    # ---- the act

    def submit(self) -> None:
        """Hand the command to the bridge, unless something is missing: then say what, beside it."""
        if self._asking:
            return
        lacking = self.missing()
        if lacking:
            self._show(Refused(reason=Reason.MISSING_FIELD, field=lacking))
            return
        self._asking = True
        self._asked = None
        self.submit_button.setEnabled(False)
        self.tell("")
        self._asked = self.bridge.submit(self.command(), seen=self._seen, replaces=self._replaces)
        early, self._early = self._early, []
        for answer in early:
            self._answered(answer)

    def _answered(self, answer: ActAnswer) -> None:
        if not self._asking:
            return
        if self._asked is None:  # told before `submit` returned its id
            self._early.append(answer)
            return
        if answer.act != self._asked:
            return
        self._asking = False
        self.submit_button.setEnabled(True)
        if answer.refused is not None:
            self._show(answer.refused)
            return
        if answer.trouble:
            self.tell(answer.trouble)
            return
        self.drafting.end()
        self.stored(answer)
        self.submitted.emit(answer)
        super().accept()

    def stored(self, answer: ActAnswer) -> None:
        """Do what follows a stored act, before the dialog closes."""

    def _show(self, refused: Refused) -> None:
        if refused.changed is not None:
            self._seen = self.drafting.case
            self.drafting.say_changed(strings.collision(refused, self.bridge.now(), self.bridge.unit_name))
            return
        said = strings.refusal(refused, self.bridge.unit_name)
        widget = self._fields.get(refused.field)
        if widget is not None and refused.reason is Reason.MISSING_FIELD:
            lacking = QCoreApplication.translate("ActDialog", "“{label}”还没有填。")
            said = lacking.format(label=self._labels[refused.field])
        if widget is None:
            self.tell(said)
            return
        self.say_beside(refused.field, said)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- leaving and keys

    def done(self, result: int) -> None:
        """Keep the draft unless the act was stored."""
        self.drafting.save()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing by the window's own button keeps the draft too."""
        self.drafting.save()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter does it from anywhere; a plain Enter where the act is safe, or on the button it stands on."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focus = self.focusWidget()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit()
        elif isinstance(focus, QAbstractButton) and not isinstance(focus, QRadioButton | QCheckBox):
            focus.click()
        elif self.enter_submits:
            self.submit()
        event.accept()
