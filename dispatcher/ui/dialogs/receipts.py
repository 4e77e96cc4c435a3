"""Receipts: every act of this station, newest first, with when it was made, sent and judged, and the verdict."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.bridge import Bridge, Receipt
from dispatcher.models.verdicts import Accepted, Refused
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.theme import Theme

LIMIT = 200
"""How many receipts are asked for."""


class ReceiptsDialog(QDialog):
    """Asks the bridge for receipts and lists them; `receipts_listed` brings them, newest first."""

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self._row_of = row_of
        self.setWindowTitle(self.tr("回执"))
        self.resize(1080, 600)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        title = QLabel(self.tr("回执：本机办过的每一步"))
        title.setProperty("class", "dialog-title")
        outer.addWidget(title)
        self.table = QTableWidget(0, 6)
        self.table.setHorizontalHeaderLabels(
            [self.tr("办理"), self.tr("何时办"), self.tr("何时发"), self.tr("何时定"), self.tr("结果"), self.tr("说明")]
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(self.tr("回执"))
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(5, QHeaderView.ResizeMode.Stretch)
        outer.addWidget(self.table, 1)
        foot = QHBoxLayout()
        self.said = QLabel()
        self.said.setProperty("class", "muted")
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(self.said)
        foot.addStretch(1)
        foot.addWidget(close)
        outer.addLayout(foot)
        bridge.receipts_listed.connect(self._show)
        bridge.list_receipts(LIMIT)

    def _show(self, receipts: tuple[Receipt, ...]) -> None:
        now = self._bridge.now()
        self.table.setRowCount(len(receipts))
        for row, receipt in enumerate(receipts):
            made = language.moment_text(receipt.made_at, now)
            if receipt.act.offline:
                made = self.tr("{at} 离线").format(at=made)
            cells = (
                act_words.title(receipt.act.command, self._row_of),
                made,
                language.moment_text(receipt.sent_at, now) if receipt.sent_at else "–",
                language.moment_text(receipt.judged_at, now) if receipt.judged_at else "–",
                strings.act_state(receipt.state),
                self._why(receipt),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        self.table.resizeRowsToContents()
        if receipts:
            self.said.setText(self.tr("最近 {count} 条，新的在上").format(count=len(receipts)))
            self.table.selectRow(0)
        else:
            self.said.setText(self.tr("本机还没有办过任何一步。"))

    def _why(self, receipt: Receipt) -> str:
        match receipt.verdict:
            case Accepted(revision=revision):
                return self.tr("第 {revision} 号修订").format(revision=revision)
            case Refused():
                return strings.refusal(receipt.verdict, self._bridge.unit_name)
            case None:
                return receipt.note
