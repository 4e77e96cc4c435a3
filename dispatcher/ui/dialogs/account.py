"""My account: another password, where I am signed in, and handing the station over to somebody else.

It knows no transport: wishes go out as signals, answers come back through `show_places`, `password_changed` and `tell`.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.ui import language
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme


class Place(NamedTuple):
    """One session: where somebody is signed in, since when and how long it holds."""

    id: str
    since: dt.datetime
    until: dt.datetime
    where: str
    is_here: bool


class AccountDialog(QDialog):
    """`password_requested(old, new)`, `end_requested(session)`, `hand_over_requested()`; `unsent` acts wait here."""

    password_requested = Signal(str, str)
    end_requested = Signal(str)
    hand_over_requested = Signal()

    def __init__(self, theme: Theme, unsent: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: Sequence[Place] = ()
        self.setWindowTitle(self.tr("我的账号"))
        self.setMinimumSize(760, 520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addWidget(_label(self.tr("登录的地方"), "dialog-title"))
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(
            [self.tr("工作站或地址"), self.tr("登录于"), self.tr("有效至"), self.tr("说明")]
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(self.tr("登录的地方"))
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._see_choice)
        outer.addWidget(self.table, 1)
        row = QHBoxLayout()
        self.end = KeyButton(self.tr("结束所选的登录"), theme)
        self.end.clicked.connect(self._end)
        row.addWidget(self.end)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addWidget(_label(self.tr("更改密码"), "dialog-title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self.old, self.new, self.again = (QLineEdit() for _ in range(3))
        for place, (words, field) in enumerate(
            (
                (self.tr("原密码"), self.old),
                (self.tr("新密码，至少十个字符"), self.new),
                (self.tr("新密码，再输一次"), self.again),
            )
        ):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setAccessibleName(words)
            field.returnPressed.connect(self._change)
            label = _label(words, "muted")
            label.setBuddy(field)
            grid.addWidget(label, place, 0)
            grid.addWidget(field, place, 1)
        outer.addLayout(grid)
        row = QHBoxLayout()
        self.change = KeyButton(self.tr("更改密码"), theme, look=ButtonLook.PRIMARY)
        self.change.clicked.connect(self._change)
        row.addWidget(self.change)
        row.addStretch(1)
        outer.addLayout(row)
        self.said = _label("", "mistake")
        self.said.setWordWrap(True)
        self.said.setVisible(False)
        outer.addWidget(self.said)
        waiting = self.tr("本机还有 {count} 件未发送，换人后由您本人再次登录时发送。").format(count=unsent)
        self.waiting = _label(waiting if unsent else self.tr("没有未发送的操作。"), "caption")
        self.waiting.setWordWrap(True)
        outer.addWidget(self.waiting)
        foot = QHBoxLayout()
        self.hand_over = KeyButton(self.tr("退出登录，换人"), theme)
        self.hand_over.clicked.connect(self._hand_over)
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(self.hand_over)
        foot.addStretch(1)
        foot.addWidget(close)
        outer.addLayout(foot)
        self._see_choice()

    def show_places(self, places: Sequence[Place]) -> None:
        """Show where the person is signed in."""
        self._places = places
        self.table.setRowCount(len(places))
        for row, place in enumerate(places):
            note = self.tr("本次登录") if place.is_here else ""
            since, until = (f"{language.date_text(at)} {language.minute_text(at)}" for at in (place.since, place.until))
            for column, words in enumerate((place.where, since, until, note)):
                self.table.setItem(row, column, QTableWidgetItem(words))
        self._see_choice()

    def password_changed(self) -> None:
        """Say that the password is another one now."""
        for field in (self.old, self.new, self.again):
            field.clear()
        self.tell("")
        self.waiting.setText(self.tr("密码已更改，其他地方的登录已结束。"))

    def tell(self, words: str) -> None:
        """Say what came of it."""
        self.change.setEnabled(True)
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _chosen(self) -> Place | None:
        row = self.table.currentRow()
        chosen = self.table.selectionModel().hasSelection() and 0 <= row < len(self._places)
        return self._places[row] if chosen else None

    def _see_choice(self) -> None:
        chosen = self._chosen()
        self.end.setEnabled(chosen is not None and not chosen.is_here)

    def _end(self) -> None:
        chosen = self._chosen()
        if chosen is not None and not chosen.is_here:
            self.end_requested.emit(chosen.id)

    def _change(self) -> None:
        if not self.change.isEnabled():
            return
        if not self.old.text() or not self.new.text():
            self.tell(self.tr("请填原密码和新密码。"))
        elif self.new.text() != self.again.text():
            self.tell(self.tr("两次输入的新密码不一样。"))
        else:
            self.tell("")
            self.change.setEnabled(False)
            self.password_requested.emit(self.old.text(), self.new.text())

    def _hand_over(self) -> None:
        self.accept()
        self.hand_over_requested.emit()


def _label(words: str, look: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("class", look)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
