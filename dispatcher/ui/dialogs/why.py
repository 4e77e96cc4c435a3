"""Why is it due then? Every clock of a case, and for the chosen one each step from its start to its end.

It shows what `explaining.why` says and computes nothing of its own.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.bridge import Bridge
from dispatcher.models.case import Case
from dispatcher.models.deadlines import Clock, clocks
from dispatcher.models.explaining import why
from dispatcher.ui import language, strings
from dispatcher.ui.dialogs.fields import form_style, label
from dispatcher.ui.dialogs.why_words import lines
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme


class WhyDialog(QDialog):
    """Up and down choose the clock; Esc closes."""

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self._case = case
        law = bridge.law
        self._clocks: tuple[Clock, ...] = clocks(case, law) if law is not None else ()
        self.setWindowTitle(self.tr("时限为何是这时 · {number}").format(number=case.order.number))
        self.setStyleSheet(form_style(theme))
        self.resize(860, 520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        outer.addWidget(label(self.tr("时限为何是这时"), "dialog-title"))
        outer.addWidget(label(f"{case.order.number}  {case.order.title}", "muted", wraps=True))
        middle = QHBoxLayout()
        middle.setSpacing(12)
        self.chosen = QListWidget()
        self.chosen.setFixedWidth(260)
        self.chosen.setAccessibleName(self.tr("时限"))
        self.chosen.addItems([self._name(clock) for clock in self._clocks])
        self.chosen.currentRowChanged.connect(self._explain)
        self.steps = QTableWidget(0, 2)
        self.steps.setHorizontalHeaderLabels([self.tr("时间"), self.tr("怎样算")])
        self.steps.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.steps.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.steps.setShowGrid(False)
        self.steps.setWordWrap(True)
        self.steps.setTabKeyNavigation(False)
        self.steps.setAccessibleName(self.tr("怎样算"))
        self.steps.verticalHeader().setVisible(False)
        header = self.steps.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        middle.addWidget(self.chosen)
        middle.addWidget(self.steps, 1)
        outer.addLayout(middle, 1)
        foot = QHBoxLayout()
        foot.addWidget(label(self.tr("↑ ↓ 换一个时限"), "caption"))
        foot.addStretch(1)
        close = KeyButton(self.tr("关闭"), theme, key="Esc", look=ButtonLook.OUTLINED)
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        outer.addLayout(foot)
        running = [at for at, clock in enumerate(self._clocks) if clock.is_running]
        self.chosen.setCurrentRow(running[0] if running else 0)
        self.chosen.setFocus()

    def _name(self, clock: Clock) -> str:
        name = strings.word(clock.kind)
        if clock.stopped:
            return self.tr("{name}  停表").format(name=name)
        due = language.moment_text(clock.due, self._bridge.now())
        if clock.met_at is not None:
            return self.tr("{name}  {due}  已办").format(name=name, due=due)
        return f"{name}  {due}"

    def _explain(self, row: int) -> None:
        law = self._bridge.law
        if law is None or not 0 <= row < len(self._clocks):
            self.steps.setRowCount(0)
            return
        clock = self._clocks[row]
        said = lines(why(self._case, clock.kind, law, of_redo=clock.of_redo), self._bridge.now())
        self.steps.setRowCount(len(said))
        for at, line in enumerate(said):
            for column, text in enumerate(line):
                self.steps.setItem(at, column, QTableWidgetItem(text))
        self.steps.resizeRowsToContents()
