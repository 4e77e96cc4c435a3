"""Sign in: who, with what password, at which centre. Says why it did not work and stays until it does.

It knows no transport: `sign_in_requested` goes out, the answer comes back through `tell`.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from dispatcher.ui.console.topbar import Sign
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme


class SignInDialog(QDialog):
    """`sign_in_requested(centre, person, password)`; closes by `tell("")`, rejected when the person gives up."""

    sign_in_requested = Signal(str, str, str)

    def __init__(self, theme: Theme, centre: str = "", person: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("登录"))
        self.setMinimumWidth(420)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign(theme, Glyph.WHISTLE, "accent", 24))
        title = QLabel(self.tr("登录调度台"))
        title.setProperty("class", "dialog-title")
        head.addWidget(title)
        head.addStretch(1)
        outer.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self.centre = QLineEdit(centre)
        self.centre.setPlaceholderText("https://centre.example:8345")
        self.person = QLineEdit(person)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for row, (words, field) in enumerate(
            (
                (self.tr("中心地址"), self.centre),
                (self.tr("用户名"), self.person),
                (self.tr("密码"), self.password),
            )
        ):
            label = QLabel(words)
            label.setProperty("class", "muted")
            label.setBuddy(field)
            field.setAccessibleName(words)
            field.textEdited.connect(self._clear)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        outer.addLayout(grid)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setProperty("class", "mistake")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setVisible(False)
        outer.addWidget(self.said)
        note = QLabel(self.tr("同一个人可在多台机器登录；离线时用上次登录的身份继续办理。"))
        note.setWordWrap(True)
        note.setProperty("class", "caption")
        outer.addWidget(note)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        self.leave = KeyButton(self.tr("退出"), theme, key="Esc")
        self.leave.clicked.connect(self.reject)
        self.enter = KeyButton(self.tr("登录"), theme, key="Enter", look=ButtonLook.PRIMARY)
        self.enter.clicked.connect(self._ask)
        foot.addWidget(self.leave)
        foot.addWidget(self.enter)
        outer.addLayout(foot)
        for field in (self.centre, self.person, self.password):
            field.returnPressed.connect(self._ask)
        first = next((f for f in (self.centre, self.person) if not f.text()), self.password)
        first.setFocus()

    def tell(self, trouble: str) -> None:
        """Say what came of it: words about the trouble, or nothing, which closes the dialog."""
        self.enter.setEnabled(True)
        self.enter.set_words(self.tr("登录"))
        if not trouble:
            self.accept()
            return
        self._say(trouble)
        self.password.setFocus()
        self.password.selectAll()

    def _ask(self) -> None:
        if not self.enter.isEnabled():
            return
        for field, words in (
            (self.centre, self.tr("请填中心地址，例如 https://中心:8345。")),
            (self.person, self.tr("请填用户名。")),
            (self.password, self.tr("请填密码。")),
        ):
            if not field.text().strip():
                self._say(words)
                field.setFocus()
                return
        self._clear()
        self.enter.setEnabled(False)
        self.enter.set_words(self.tr("正在登录"))
        self.sign_in_requested.emit(self.centre.text().strip(), self.person.text().strip(), self.password.text())

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(True)
        self.adjustSize()

    def _clear(self) -> None:
        self.said.setVisible(False)
