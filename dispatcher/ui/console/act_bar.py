"""The acts on a case as buttons at the panel's lower edge: each in its place for ever, each with its reason when it
may not be pressed.

It promises that a key is never swallowed in silence: a shortcut for an act that is not possible says why.
"""

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.organisation import Actor
from dispatcher.models.rules import possible
from dispatcher.ui import strings
from dispatcher.ui.dialogs.fields import label, restyle
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme


@dataclass(frozen=True)
class ActKey:
    """One act: its name for the program, its words, its key, and the command it leads to (None: always possible)."""

    name: str
    words: str
    key: str = ""
    command: type[c.Command] | None = None


_COLUMNS = (10, 5, 4, 3)


class ActBar(QWidget):
    """Buttons and actions of the acts; `act_requested(name)` comes only for those that are possible."""

    act_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = self._acts()
        self._buttons: dict[str, KeyButton] = {}
        self._actions: dict[str, QAction] = {}
        self._columns = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 8)
        column.setSpacing(4)
        self._said = label("", "caption", wraps=True)
        self._said.hide()
        column.addWidget(self._said)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        column.addLayout(self._grid)
        for key in self._keys:
            self._make(key, theme)
        self._arrange(5)

    def button(self, name: str) -> KeyButton:
        """Give an act's button."""
        return self._buttons[name]

    def action(self, name: str) -> QAction:
        """Give an act's action, with its shortcut."""
        return self._actions[name]

    def all_actions(self) -> list[QAction]:
        """Give the actions of all acts, in the order of the buttons."""
        return list(self._actions.values())

    def say(self, words: str, *, mistake: bool = True) -> None:
        """Say something over the buttons; empty takes it away."""
        restyle(self._said, "caption mistake" if mistake else "caption")
        self._said.setText(words)
        self._said.setVisible(bool(words))

    @property
    def said(self) -> str:
        """What it says now."""
        return self._said.text()

    def set_case(self, case: Case | None, actor: Actor | None) -> None:
        """Allow what this person can do to this case; give the reason for the rest."""
        for key in self._keys:
            self._buttons[key.name].set_refusal(self._why_not(key, case, actor))

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        for button in self._buttons.values():
            button.set_theme(theme)

    def retranslate(self) -> None:
        """Take the words anew."""
        self._keys = self._acts()
        for key in self._keys:
            self._buttons[key.name].set_words(key.words)
            self._actions[key.name].setText(key.words)
        self.say("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One row where there is room for all, two or three where there is not; the order never changes."""
        width = event.size().width()
        self._arrange(next((count for count in _COLUMNS if self._needs(count) <= width), _COLUMNS[-1]))
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """It may be squeezed to its narrowest arrangement."""
        return QSize(self._needs(_COLUMNS[-1]), super().minimumSizeHint().height())

    def _needs(self, columns: int) -> int:
        widths = [button.sizeHint().width() for button in self._buttons.values()]
        widest = [max(widths[at::columns]) for at in range(columns)]
        return sum(widest) + 8 * (columns - 1) + 24

    def _acts(self) -> tuple[ActKey, ...]:
        return (
            ActKey("sign", self.tr("签收"), "F2", c.SignFor),
            ActKey("contact", self.tr("联系"), "F3", c.RecordContact),
            ActKey("progress", self.tr("进展"), "F4", c.ReportProgress),
            ActKey("assign", self.tr("交办"), "F5", c.Assign),
            ActKey("reply", self.tr("答复"), "F7", c.Reply),
            ActKey("review", self.tr("审核"), "", c.ApproveReply),
            ActKey("call_back", self.tr("回访"), "", c.RecordCallBack),
            ActKey("close", self.tr("归档"), "", c.CloseCase),
            ActKey("whistle", self.tr("吹哨"), "F9", c.BlowWhistle),
            ActKey("more", self.tr("更多"), "F12"),
        )

    def _make(self, key: ActKey, theme: Theme) -> None:
        primary = key.name == "whistle"
        button = KeyButton(
            key.words,
            theme,
            key=key.key,
            look=ButtonLook.PRIMARY if primary else ButtonLook.OUTLINED,
            glyph=Glyph.WHISTLE if primary else None,
            parent=self,
        )
        button.setObjectName(key.name)
        button.clicked.connect(lambda _=False, name=key.name: self._requested(name))
        button.refused.connect(self.say)
        self._buttons[key.name] = button
        action = QAction(key.words, self)
        action.setObjectName(key.name)
        if key.key:
            action.setShortcut(QKeySequence(key.key))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _=False, name=key.name: self._buttons[name].trigger())
        self._actions[key.name] = action

    def _requested(self, name: str) -> None:
        self.say("")
        self.act_requested.emit(name)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        while self._grid.count():
            self._grid.takeAt(0)
        for at, button in enumerate(self._buttons.values()):
            self._grid.addWidget(button, *divmod(at, columns))

    def _why_not(self, key: ActKey, case: Case | None, actor: Actor | None) -> str:
        if case is None:
            return self.tr("还没有打开案件。请在队列里选一件。")
        if key.command is None:
            return ""
        if actor is None:
            return self.tr("还没有登录。")
        reason = possible(key.command, case, actor)
        return "" if reason is None else strings.reason(reason, case.state)
