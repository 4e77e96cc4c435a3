"""A notice: this station has been wiped, and nothing can be done about it but to know it and to call."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme


class NoticeDialog(QDialog):
    """Says that the centre had this station wiped, and for what reason, until it is closed."""

    def __init__(self, theme: Theme, reason: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = self.tr("本机数据已销毁")
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        head = QLabel(title)
        head.setProperty("class", "dialog-title")
        outer.addWidget(head)
        words = self.tr("管理员已下令销毁本机数据：{reason}。密钥和文件已删除，请联系指挥中心。").format(reason=reason)
        self.words = QLabel(words)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        outer.addWidget(self.words)
        foot = QHBoxLayout()
        foot.addStretch(1)
        self.close_button = KeyButton(self.tr("知道了"), theme, key="Enter", look=ButtonLook.PRIMARY)
        self.close_button.clicked.connect(self.accept)
        foot.addWidget(self.close_button)
        outer.addLayout(foot)
