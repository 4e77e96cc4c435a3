"""Two people set the same value: both texts side by side, who and when, and what was there before; a person decides.

K keeps the own value, T takes the other's, E writes another; Esc leaves it parked. Whatever is chosen, both stay on
record: the refused act with its values at the centre, the act that decides it in the case's history.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, Receipt
from dispatcher.models.verdicts import Changed
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words
from dispatcher.ui.dialogs.fields import form_style, label, rule
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme


class CollisionDialog(QDialog):
    """Shows one parked act that collided. `edit_requested(Receipt)` when another text is to be written."""

    edit_requested = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        theme: Theme,
        receipt: Receipt,
        changed: Changed,
        field: str,
        row_of: act_words.RowOf,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(form_style(theme))
        self._bridge = bridge
        self._receipt = receipt
        now, unit_name = bridge.now(), bridge.unit_name
        name = strings.field_word(field)
        self.setWindowTitle(self.tr("“{field}”两人都改了").format(field=name))
        self.resize(880, 420)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        outer.addWidget(label(self.windowTitle(), "dialog-title"))
        outer.addWidget(label(act_words.title(receipt.act.command, row_of), "muted", wraps=True))
        before = strings.value(field, changed.seen, now, unit_name)
        outer.addWidget(label(self.tr("您动手时看到的：{value}").format(value=before), "caption", wraps=True))
        outer.addWidget(rule())
        sides = QGridLayout()
        sides.setHorizontalSpacing(16)
        sides.setColumnStretch(0, 1)
        sides.setColumnStretch(1, 1)
        made = language.moment_text(receipt.made_at, now)
        theirs_at = "" if changed.at is None else language.moment_text(changed.at, now)
        own = (
            strings.value(field, changed.mine, now, unit_name) if changed.mine else act_words.what(receipt.act.command)
        )
        sides.addWidget(label(self.tr("我的，{at} 办").format(at=made), "title", wraps=True), 0, 0)
        other = self.tr("{name}的，{at} 办").format(name=changed.by_name or self.tr("对方"), at=theirs_at)
        sides.addWidget(label(other, "title", wraps=True), 0, 1)
        self.mine = _text(own, self.tr("我的内容"))
        self.theirs = _text(strings.value(field, changed.theirs, now, unit_name), self.tr("对方的内容"))
        sides.addWidget(self.mine, 1, 0)
        sides.addWidget(self.theirs, 1, 1)
        outer.addLayout(sides, 1)
        outer.addWidget(label(self.tr("不论留哪个，另一个都留在记录里。"), "caption"))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.keep = KeyButton(self.tr("留我的"), theme, key="K", look=ButtonLook.PRIMARY)
        self.take = KeyButton(self.tr("用对方"), theme, key="T")
        self.edit = KeyButton(self.tr("编辑"), theme, key="E")
        later = KeyButton(self.tr("以后再定"), theme, key="Esc", look=ButtonLook.BARE)
        for button, keys, do in (
            (self.keep, "K", self._keep),
            (self.take, "T", self._take),
            (self.edit, "E", self._edit),
        ):
            button.clicked.connect(do)
            QShortcut(QKeySequence(keys), self).activated.connect(do)
            foot.addWidget(button)
        later.clicked.connect(self.reject)
        foot.addStretch(1)
        foot.addWidget(later)
        outer.addLayout(foot)
        self.keep.setFocus()

    def _keep(self) -> None:
        self._bridge.retry(self._receipt.act.id)
        self.accept()

    def _take(self) -> None:
        self._bridge.take_theirs(self._receipt.act.id)
        self.accept()

    def _edit(self) -> None:
        self.edit_requested.emit(self._receipt)
        self.accept()


def _text(words: str, name: str) -> QPlainTextEdit:
    made = QPlainTextEdit(words)
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setAccessibleName(name)
    return made
