"""The draft of one form: kept as it is written, put back with its age, and what happened to the case meanwhile.

Promises: what is typed is with the bridge within SAVE_AFTER_MS, and there when the form is left in any way but by its
act; other people's changes take nothing away, they are said in a line over the form.
"""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, Draft
from dispatcher.models.case import Case
from dispatcher.models.events import Recorded
from dispatcher.models.ids import CommandId
from dispatcher.ui import language
from dispatcher.ui.console import history_words
from dispatcher.ui.dialogs.fields import Value, label, on_change, rule
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme

SAVE_AFTER_MS = 400
"""How long the keys must rest before what was typed is kept."""
_MOST_SAID = 3

translate = QCoreApplication.translate


class Drafting(QFrame):
    """A line over a form and the keeper of its draft. `values` gives what stands in the form.

    `dropped(dict)` gives the values the form began with; `said_more()` when the line has grown.
    """

    dropped = Signal(object)
    said_more = Signal()

    def __init__(
        self, bridge: Bridge, theme: Theme, case: Case, form: str, values: Callable[[], dict[str, Value]]
    ) -> None:
        super().__init__()
        self._bridge = bridge
        self._form = form
        self._values = values
        self._clean: dict[str, Value] | None = None
        self._known = frozenset(recorded.act for recorded in case.history)
        self._ended = False
        self.case = case
        self.replaces = CommandId("")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SAVE_AFTER_MS)
        self._rest.timeout.connect(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(20, 8, 20, 8)
        row.setSpacing(12)
        self.age = label("", "caption", wraps=True)
        self.changes = label("", "caption warning", wraps=True)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.age)
        said.addWidget(self.changes)
        row.addLayout(said, 1)
        self.drop_button = KeyButton(translate("Drafting", "弃稿"), theme, key="Alt Q", look=ButtonLook.BARE)
        self.drop_button.clicked.connect(self.drop)
        row.addWidget(self.drop_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        column.addWidget(rule())
        QShortcut(QKeySequence("Alt+Q"), self).activated.connect(self.drop)
        self._show()

    def begin(self) -> Draft | None:
        """Note the form as it is without a draft; gives the draft there is, whose age is said then."""
        self._clean = self._values()
        draft = self._bridge.drafts.get((self.case.id, self._form))
        if draft is not None:
            self.replaces = draft.replaces
            self._known = frozenset(draft.known)
            age = language.age_text(self._bridge.now() - draft.saved_at)
            self.age.setText(translate("Drafting", "已恢复草稿，{age}写的。").format(age=age))
            self._say_since()
        self._show()
        return draft

    def watch(self, field: QWidget) -> None:
        """Keep the draft anew whenever a field changes."""
        on_change(field, self.touched)

    def touched(self) -> None:
        """Keep the draft anew once the keys rest."""
        if not self._ended and self._clean is not None:
            self._rest.start()

    def save(self) -> None:
        """Keep what is written now; a form that is as it began keeps none."""
        self._rest.stop()
        if self._ended or self._clean is None:
            return
        values = self._values()
        if values == self._clean and not self.replaces:
            self._bridge.drop_draft(self.case.id, self._form)
            return
        before = self._bridge.drafts.get((self.case.id, self._form))
        if before is not None and before.fields == values and before.replaces == self.replaces:
            return
        self._bridge.keep_draft(
            Draft(
                case=self.case.id,
                form=self._form,
                fields=values,
                saved_at=self._bridge.now(),
                known=tuple(self._known),
                replaces=self.replaces,
            )
        )

    def drop(self) -> None:
        """Throw the draft away and begin with the form as it was."""
        if self._clean is None:
            return
        self._rest.stop()
        self.replaces = CommandId("")
        self._known = frozenset(recorded.act for recorded in self.case.history)
        self._bridge.drop_draft(self.case.id, self._form)
        self.age.setText("")
        self.changes.setText("")
        self.dropped.emit(self._clean)
        self._show()

    def end(self) -> None:
        """The act is stored: the draft has done its work."""
        self._ended = True
        self._rest.stop()
        self._bridge.drop_draft(self.case.id, self._form)

    def see(self, case: Case) -> None:
        """Take the case as it stands by now and say what has come to it."""
        if not self._ended:
            self.case = case
            self._say_since()
            self._show()

    def say_changed(self, words: str) -> None:
        """Say that the value this form would replace is another by now."""
        self.changes.setText(words)
        self._show()

    def _say_since(self) -> None:
        session = self._bridge.session
        me = session.actor.person if session else ""
        fresh = [each for each in self.case.history if each.act not in self._known and each.by != me]
        if not fresh:
            return
        said = translate("Drafting", "；").join(self._words(each) for each in fresh[-_MOST_SAID:])
        if len(fresh) > _MOST_SAID:
            said = translate("Drafting", "共 {n} 步，最近：{said}").format(n=len(fresh), said=said)
        self.changes.setText(translate("Drafting", "动笔以后案件有变动：{said}。您写的都在。").format(said=said))

    def _words(self, recorded: Recorded) -> str:
        at = language.moment_text(recorded.at, self._bridge.now())
        said = history_words.words(recorded.event, self._bridge.unit_name)
        return translate("Drafting", "{at} {name} {said}").format(at=at, name=recorded.by_name, said=said)

    def _show(self) -> None:
        self.age.setVisible(bool(self.age.text()))
        self.changes.setVisible(bool(self.changes.text()))
        is_draft = (self.case.id, self._form) in self._bridge.drafts
        self.drop_button.setVisible(is_draft)
        self.setVisible(bool(self.age.text() or self.changes.text()))
        self.said_more.emit()
