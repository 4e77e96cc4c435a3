"""Receipts: every act of this station, newest first, with when it was made, sent and judged, and the verdict.

To be filtered, searched, and taken along as CSV, JSON or PDF, with a link or without. What a centre set back may have
forgotten can be sent again from here.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.bridge import ActState, Bridge, Receipt
from dispatcher.models.ids import CommandId
from dispatcher.models.workcalendar import BEIJING
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words, receipt_sheet
from dispatcher.ui.console.paper import Text
from dispatcher.ui.console.printing import Printing, documents
from dispatcher.ui.console.receipt_sheet import Line
from dispatcher.ui.language import translate
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.theme import Theme

LIMIT = 100_000
"""How many receipts are asked for: years of an office's work."""

_WAITING = frozenset({ActState.QUEUED, ActState.SENT})
_TO_DECIDE = frozenset({ActState.PARKED, ActState.EXPIRED, ActState.DOUBTED})


class ReceiptsDialog(QDialog):
    """Asks the bridge for receipts and lists them; `receipts_listed` brings them, newest first."""

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self._row_of = row_of
        self._lines: tuple[Line, ...] = ()
        self.printing = Printing(bridge, self)
        self.printing.told.connect(self._tell)
        self.setWindowTitle(self.tr("回执"))
        self.resize(1240, 640)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        title = QLabel(self.tr("回执：本机办过的每一步"))
        title.setProperty("class", "dialog-title")
        outer.addWidget(title)
        outer.addLayout(self._make_filters(theme))
        self.model = _Model(self._heads())
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.setAccessibleName(self.tr("回执"))
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        for column, width in enumerate((80, 230, 168, 96, 168, 168, 110)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(7, QHeaderView.ResizeMode.Stretch)
        outer.addWidget(self.table, 1)
        outer.addLayout(self._make_foot(theme))
        bridge.receipts_listed.connect(self._show)
        bridge.list_receipts(LIMIT)
        self.table.setFocus()

    # ---- building

    def _heads(self) -> tuple[str, ...]:
        return (
            self.tr("编号"),
            self.tr("办理"),
            self.tr("何时办"),
            self.tr("时间可信"),
            self.tr("何时发"),
            self.tr("何时定"),
            self.tr("结果"),
            self.tr("说明"),
        )

    def _make_filters(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("找：编号、办理、内容、结果（Ctrl F）"))
        self.search.setAccessibleName(self.tr("找回执"))
        self.search.textChanged.connect(self._filter)
        self.states = QComboBox()
        self.states.setAccessibleName(self.tr("只看哪些"))
        self.states.addItem(self.tr("全部"), frozenset[ActState]())
        self.states.addItem(self.tr("等中心的"), _WAITING)
        self.states.addItem(self.tr("要您定的"), _TO_DECIDE)
        for state in (ActState.ACCEPTED, ActState.DOUBTED, ActState.PARKED, ActState.EXPIRED, ActState.DISCARDED):
            self.states.addItem(strings.act_state(state), frozenset({state}))
        self.states.currentIndexChanged.connect(self._filter)
        self.resend = KeyButton(self.tr("存疑的按原编号再发"), theme, key="Alt S")
        self.resend.clicked.connect(self._resend)
        self.resend.hide()
        row.addWidget(self.search, 1)
        row.addWidget(self.states)
        row.addWidget(self.resend)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.search.setFocus)
        QShortcut(QKeySequence("Alt+S"), self).activated.connect(self.resend.trigger)
        return row

    def _make_foot(self, theme: Theme) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.said = QLabel()
        self.said.setProperty("class", "muted")
        self.said.setProperty("may_be_cut", True)
        foot.addWidget(self.said, 1)
        for words, key, shortcut, do in (
            (self.tr("存为 CSV"), "Alt C", "Alt+C", lambda: self._save("csv", receipt_sheet.to_csv)),
            (self.tr("存为 JSON"), "Alt J", "Alt+J", lambda: self._save("json", receipt_sheet.to_json)),
            (self.tr("打印"), "Ctrl P", "Ctrl+P", self.print_all),
        ):
            button = KeyButton(words, theme, key=key)
            button.clicked.connect(do)
            QShortcut(QKeySequence(shortcut), self).activated.connect(do)
            foot.addWidget(button)
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        return foot

    # ---- what it shows

    def shown(self) -> tuple[Line, ...]:
        """Give the lines that the filter lets through, the newest first."""
        return self.model.lines

    def _show(self, receipts: tuple[Receipt, ...]) -> None:
        self._lines = tuple(receipt_sheet.line_of(each, self._row_of, self._bridge.unit_name) for each in receipts)
        self.resend.setVisible(any(line.state is ActState.DOUBTED for line in self._lines))
        self._filter()
        if self.model.rowCount():
            self.table.selectRow(0)

    def _filter(self) -> None:
        states: Any = self.states.currentData()
        words = self.search.text()
        self.model.show(tuple(line for line in self._lines if receipt_sheet.matches(line, words, states)))
        if not self._lines:
            self.said.setText(self.tr("本机还没有办过任何一步。"))
            return
        self.said.setText(
            self.tr("{shown} 条，共 {count} 条，新的在上").format(shown=self.model.rowCount(), count=len(self._lines))
        )

    def _resend(self) -> None:
        for line in self._lines:
            if line.state is ActState.DOUBTED:
                self._bridge.resend(CommandId(line.act))
        self._bridge.list_receipts(LIMIT)

    # ---- what is taken along

    def _name(self) -> str:
        stamp = self._bridge.now().astimezone(BEIJING).strftime("%Y%m%d-%H%M%S")
        return self.tr("回执-{stamp}").format(stamp=stamp)

    def _save(self, ending: str, write: Callable[[tuple[Line, ...]], bytes]) -> None:
        dialog = QFileDialog(self, self.tr("回执存到哪里"), str(documents().parent), f"*.{ending}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{self._name()}.{ending}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name), write))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        dialog.open()

    def save_to(self, path: Path, write: Callable[[tuple[Line, ...]], bytes]) -> None:
        """Write what is shown to a file that this user alone can read; says how it went."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(write(self.shown()))
        except OSError as error:
            words = self.tr("没有写成：{why}。请检查文件夹和磁盘空间。").format(why=f"{path}: {error.strerror}")
        else:
            words = self.tr("已存 {path}").format(path=path)
        self._tell(words)

    def print_all(self) -> None:
        """Write what is shown as a PDF and open it."""
        foot = self.tr("回执，打印于 {now}").format(now=language.moment_text(self._bridge.now(), self._bridge.now()))
        head = (Text(self.tr("回执 {count} 条").format(count=len(self.shown())), 15.0, bold=True), Text(foot))
        self.printing.write(f"{self._name()}.pdf", foot, (head, *(_block(line) for line in self.shown())))

    def _tell(self, words: str) -> None:
        self.said.setText(words)
        self.said.setToolTip(words)

    def done(self, result: int) -> None:
        """Leave a paper that is not finished."""
        self.printing.stop()
        super().done(result)


def _block(line: Line) -> tuple[Text, ...]:
    times = translate("Receipts", "办 {made}（{trust}）   发 {sent}   定 {judged}").format(
        made=line.made_at, trust=receipt_sheet.trust_text(line), sent=line.sent_at or "–", judged=line.judged_at or "–"
    )
    words = " · ".join(each for each in (strings.act_state(line.state), receipt_sheet.outcome(line)) if each)
    return (
        Text(f"{line.number}  {line.what}", 10.0, bold=True),
        *((Text(line.typed),) if line.typed and line.typed not in line.what else ()),
        Text(times, 8.5),
        Text(words, 9.0),
        Text(line.act, 7.5, grey=True),
    )


class _Model(QAbstractTableModel):
    """Lines as a table; words are made for the cells that are looked at."""

    def __init__(self, heads: tuple[str, ...]) -> None:
        super().__init__()
        self._heads = heads
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own)
        """One for each line."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        """See the heads."""
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give the heads."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Give a cell's words."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        line = self.lines[index.row()]
        made = translate("Receipts", "{at} 离线") if line.offline else "{at}"
        cells = (
            act_words.short_number(line.number),
            line.what,
            made.format(at=line.made_at),
            receipt_sheet.trust_text(line),
            line.sent_at or "–",
            line.judged_at or "–",
            strings.act_state(line.state),
            receipt_sheet.outcome(line),
        )
        return cells[index.column()]
