"""The office without its centre: who is the relay, this station made it or not, and colleagues' acts not yet judged."""

import csv
import io

from PySide6.QtCore import QIODevice, QSaveFile, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.bridge import Bridge, OfficeAct, OfficeStatus
from dispatcher.ui import language, office_words, strings
from dispatcher.ui.console import act_words
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.theme import Theme

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins so would be computed by a spreadsheet."""


class OfficeDialog(QDialog):
    """Follows `link_changed`; the wishes go to the bridge at once."""

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self._row_of = row_of
        self._acts: tuple[OfficeAct, ...] = ()
        self._standings: tuple[str, ...] = ()
        self.setWindowTitle(self.tr("本所协同"))
        self.resize(980, 560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        title = QLabel(self.tr("中心不通时，本所一起办理"))
        title.setProperty("class", "dialog-title")
        outer.addWidget(title)
        self.said = QLabel()
        self.said.setWordWrap(True)
        outer.addWidget(self.said)
        self.serve = KeyButton("", theme, key="Alt M")
        self.serve.clicked.connect(self._toggle)
        self.trouble = QLabel()
        self.trouble.setWordWrap(True)
        self.trouble.setProperty("class", "warning")
        row = QHBoxLayout()
        row.addWidget(self.serve)
        row.addWidget(self.trouble, 1)
        outer.addLayout(row)
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(
            [self.tr("同事所办"), self.tr("谁办"), self.tr("何时办"), self.tr("内容"), self.tr("上传")]
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(self.tr("同事所办，中心尚未裁定"))
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        outer.addWidget(self.table, 1)
        foot = QHBoxLayout()
        self.count = QLabel()
        self.count.setProperty("class", "muted")
        self.export = KeyButton(self.tr("导出"), theme, key="Alt E")
        self.export.clicked.connect(self._ask_file)
        self.drop = KeyButton(self.tr("不再显示"), theme, key="Alt D")
        self.drop.setToolTip(self.tr("同事不会再传这一步时用：本所不再显示它，中心不受影响"))
        self.drop.clicked.connect(self._drop)
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(self.count)
        foot.addStretch(1)
        for button in (self.export, self.drop, close):
            foot.addWidget(button)
        outer.addLayout(foot)
        for keys, button in (("Alt+M", self.serve), ("Alt+E", self.export), ("Alt+D", self.drop)):
            QShortcut(QKeySequence(keys), self).activated.connect(button.click)
        bridge.link_changed.connect(self._show)
        self._show()

    def save(self, path: str) -> None:
        """Write colleagues' acts as a table for a person to enter them by hand; says what became of it."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(
            [self.tr("编号"), self.tr("谁办"), self.tr("办理"), self.tr("何时办"), self.tr("内容"), self.tr("上传")]
        )
        details = office_words.lines(self._acts, self._row_of)
        for line in ((*cells, standing) for cells, standing in zip(details, self._standings, strict=True)):
            writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line])
        file = QSaveFile(path)
        written = file.open(QIODevice.OpenModeFlag.WriteOnly)
        if written:
            file.write(text.getvalue().encode("utf-8-sig"))
            written = file.commit()
        said = self.tr("已导出到 {path}") if written else self.tr("没有写成 {path}，请换一个位置")
        self.count.setText(said.format(path=path))

    def _show(self) -> None:
        link, now = self._bridge.link, self._bridge.now()
        office = link.office if link is not None and link.office is not None else OfficeStatus()
        rivals = office_words.two_relays(office, now)
        parts = [office_words.joined(office)]
        if office.relay is not None:
            parts.append(self.tr("中继：{who}。").format(who=office_words.chosen(office.relay, now)))
        if rivals is not None:
            parts += [self.tr("{title}：").format(title=rivals[0]), rivals[1]]
        if not any(parts):
            parts = [self.tr("现在没有中继。中心不通时，指定一台工作站任中继，全所就能看到彼此所办。")]
        self.said.setText(" ".join(part for part in parts if part))
        serving = office.serving is not None
        self.serve.setText(self.tr("停用本机中继") if serving else self.tr("本机担任本所中继"))
        self.serve.setEnabled(serving or office.can_serve)
        by_settings = serving and office.serving is not None and not office.serving.by_hand
        if by_settings:
            self.serve.setEnabled(False)
            self.trouble.setText(self.tr("本机按设置任中继，停用请改设置 serve_relay"))
        elif office.trouble:
            self.trouble.setText(strings.trouble(office.trouble))
        elif not serving and not office.can_serve:
            self.trouble.setText(self.tr("本机还没有本所的密钥或地址：须先联网登录一次"))
        else:
            self.trouble.setText("")
        standings = tuple(office_words.standing(entry, office) for entry in office.acts)
        if (office.acts, standings) != (self._acts, self._standings) or not self.count.text():
            self._fill(office.acts, standings)

    def _fill(self, acts: tuple[OfficeAct, ...], standings: tuple[str, ...]) -> None:
        self._acts, self._standings = acts, standings
        now = self._bridge.now()
        details = office_words.lines(acts, self._row_of)
        self.table.setRowCount(len(acts))
        for row, (entry, detail, standing) in enumerate(zip(acts, details, standings, strict=True)):
            cells = (
                act_words.title(entry.act.command, self._row_of),
                entry.maker.name,
                language.moment_text(entry.act.made_at, now),
                detail[-1],
                standing,
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        self.table.resizeRowsToContents()
        if acts and not self.table.selectedItems():
            self.table.selectRow(0)
        self.count.setText(
            self.tr("{n} 项，中心尚未裁定").format(n=len(acts)) if acts else self.tr("同事没有未决的事项")
        )
        self.export.setEnabled(bool(acts))
        self.drop.setEnabled(bool(acts))

    def _toggle(self) -> None:
        link = self._bridge.link
        serving = link is not None and link.office is not None and link.office.serving is not None
        self._bridge.serve_office(not serving)

    def _drop(self) -> None:
        row = self.table.currentRow()
        if 0 <= row < len(self._acts):
            self._bridge.drop_colleague_act(self._acts[row].act.id)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("导出同事所办"), "office.csv", "CSV (*.csv)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.save)
        dialog.open()
