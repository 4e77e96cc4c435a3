"""Sign in: who, with what password, at which centre. Says why it did not work and stays until it does.

It knows no transport: `sign_in_requested` goes out, the answer comes back through `tell`. The field for a one-time
code appears when the centre asks for one, the one for this machine's passphrase when its key is kept under one.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from dispatcher.ui.console.topbar import Sign
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme


class SignInDialog(QDialog):
    """`sign_in_requested(centre, person, password, code, passphrase)`; `tell("")` closes it, giving up rejects it."""

    sign_in_requested = Signal(str, str, str, str, str)

    def __init__(
        self,
        theme: Theme,
        centre: str = "",
        person: str = "",
        parent: QWidget | None = None,
        *,
        passphrase: bool = False,
        fixed: bool = False,
        note: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("登录"))
        self.setMinimumWidth(460)
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
        self.note = _words("mistake", note)
        self.note.setVisible(bool(note))
        outer.addWidget(self.note)
        self.centre = QLineEdit(centre)
        self.centre.setPlaceholderText("https://centre.example:8345")
        self.person = QLineEdit(person)
        self.password = _secret()
        self.code = QLineEdit()
        self.code.setMaxLength(40)
        self.code.setPlaceholderText(self.tr("验证器上的六位数字，或恢复码"))
        self.passphrase = _secret()
        for field in (self.centre, self.person):
            field.setReadOnly(fixed)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._labels: dict[QLineEdit, QLabel] = {}
        for row, (words, field) in enumerate(
            (
                (self.tr("中心地址"), self.centre),
                (self.tr("用户名"), self.person),
                (self.tr("密码"), self.password),
                (self.tr("验证码"), self.code),
                (self.tr("本机口令"), self.passphrase),
            )
        ):
            label = self._labels[field] = QLabel(words)
            label.setProperty("class", "muted")
            label.setBuddy(field)
            field.setAccessibleName(words)
            field.textEdited.connect(self._clear)
            field.returnPressed.connect(self._ask)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(field, row, 1)
        self._show(self.code, False)
        self._show(self.passphrase, passphrase)
        outer.addLayout(self._grid)
        self.said = _words("mistake", "")
        self.said.setVisible(False)
        outer.addWidget(self.said)
        caption = self.tr("连不上中心时，在本机登录过的人可用原密码离线登录；所办的事联网后由本人账号发送。")
        if passphrase:
            caption += self.tr("本机口令保护本机密钥，每次启动都要输入；忘记后本机数据只能从中心重新取得。")
        outer.addWidget(_words("caption", caption))
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
        first = next((f for f in (self.centre, self.person) if not f.text()), self.password)
        first.setFocus()

    def tell(self, trouble: str, *, code_wanted: bool = False) -> None:
        """Say what came of it: words about the trouble, or nothing, which closes the dialog.

        With `code_wanted` the password was right, and the code's field is shown.
        """
        self.enter.setEnabled(True)
        self.enter.set_words(self.tr("登录"))
        if not trouble:
            self.accept()
            return
        if code_wanted:
            self._show(self.code, True)
        self._say(trouble)
        field = self.code if code_wanted else self.password
        field.setFocus()
        field.selectAll()

    def _ask(self) -> None:
        if not self.enter.isEnabled():
            return
        for field, words in (
            (self.centre, self.tr("请填中心地址，例如 https://中心:8345。")),
            (self.person, self.tr("请填用户名。")),
            (self.password, self.tr("请填密码。")),
            (self.code, self.tr("请填验证码。")),
            (self.passphrase, self.tr("请填本机口令。")),
        ):
            if field.isVisibleTo(self) and not field.text().strip():
                self._say(words)
                field.setFocus()
                return
        self._clear()
        self.enter.setEnabled(False)
        self.enter.set_words(self.tr("正在登录"))
        self.sign_in_requested.emit(
            self.centre.text().strip(),
            self.person.text().strip(),
            self.password.text(),
            self.code.text().strip() if self.code.isVisibleTo(self) else "",
            self.passphrase.text() if self.passphrase.isVisibleTo(self) else "",
        )

    def _show(self, field: QLineEdit, shown: bool) -> None:
        field.setVisible(shown)
        self._labels[field].setVisible(shown)

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(True)
        self.adjustSize()

    def _clear(self) -> None:
        self.said.setVisible(False)


def _secret() -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    return field


def _words(look: str, words: str) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    label.setProperty("class", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
