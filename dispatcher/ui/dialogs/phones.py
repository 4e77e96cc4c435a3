"""The telephone list: duty lines of units, for when a whistle cannot reach anybody."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge
from dispatcher.models.commands import BlowWhistle
from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.ui import strings
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.theme import Theme

_MOST = 60


class PhonesDialog(QDialog):
    """Lists those a whistle calls, or every unit that can be summoned; typing narrows the list."""

    def __init__(
        self, bridge: Bridge, theme: Theme, about: BlowWhistle | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bridge = bridge
        self.setWindowTitle(self.tr("电话名单"))
        self.resize(480, 520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        title = QLabel(self.tr("电话名单"))
        title.setProperty("class", "dialog-title")
        outer.addWidget(title)
        self._units = tuple(self._chosen(about))
        if about is not None:
            words = QLabel(
                self.tr("这个哨还没有到部门。请逐家打电话，说明：{demand}；地点：{place}。").format(
                    demand=about.demand, place=about.place
                )
            )
            words.setWordWrap(True)
            outer.addWidget(words)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("找单位：名称、职责"))
        self.search.setAccessibleName(self.tr("找单位"))
        self.search.textEdited.connect(self._fill)
        self.search.setVisible(about is None)
        outer.addWidget(self.search)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        outer.addWidget(self._area, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        outer.addLayout(foot)
        self._fill("")

    def _chosen(self, about: BlowWhistle | None) -> Iterable[Unit]:
        units: dict[UnitId, Unit] = {unit.id: unit for unit in self._bridge.units()}
        if about is not None:
            return [units[unit] for unit in (about.lead, *about.assisting) if unit in units]
        return [u for u in units.values() if u.kind in (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE)]

    def _fill(self, typed: str) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(4, 4, 12, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        words = typed.strip().lower()
        found = [u for u in self._units if words in f"{u.name} {u.name_en} {' '.join(u.duties)}".lower()]
        for row, unit in enumerate(found[:_MOST]):
            grid.addWidget(QLabel(self._bridge.unit_name(unit.id)), row, 0)
            kind = QLabel(strings.unit_kind(unit.kind))
            kind.setProperty("class", "caption")
            grid.addWidget(kind, row, 1)
            phone = QLabel(unit.phone or self.tr("没有登记"))
            phone.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            phone.setProperty("class", "title" if unit.phone else "caption")
            grid.addWidget(phone, row, 2)
        if not found:
            grid.addWidget(QLabel(self.tr("没有这样的单位。")), 0, 0)
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(inside)
