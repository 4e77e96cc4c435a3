"""The map of keys (F1): every action of the window with its key, from the same actions that carry the keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from dispatcher.ui.keybook import KeyBook
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.chips import Keycap
from dispatcher.widgets.theme import Theme


class KeysDialog(QDialog):
    """Shows groups of keys in columns; Escape or F1 closes it."""

    def __init__(self, book: KeyBook, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("键位"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        title = QLabel(self.tr("键位"))
        title.setProperty("class", "dialog-title")
        outer.addWidget(title)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(32)
        groups = list(book.groups().items())
        for column in _columns(groups):
            side = QVBoxLayout()
            side.setSpacing(16)
            for group, entries in column:
                side.addLayout(_group(group, entries, theme))
            side.addStretch(1)
            row.addLayout(side, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        wanted = inside.sizeHint()
        area.setMinimumSize(wanted.width() + 16, min(wanted.height() + 4, 560))
        outer.addWidget(area, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        close = KeyButton(self.tr("关闭"), theme, key="Esc")
        close.clicked.connect(self.accept)
        foot.addWidget(close)
        outer.addLayout(foot)


_Groups = list[tuple[str, list[tuple[str, str]]]]
_MOST_IN_COLUMN = 22


def _columns(groups: _Groups) -> list[_Groups]:
    """Put groups into columns of about equal length, keeping their order."""
    lengths = [len(entries) + 2 for _, entries in groups]
    count = max(2, -(-sum(lengths) // _MOST_IN_COLUMN))
    columns: list[_Groups] = [[] for _ in range(count)]
    done = 0
    for group, length in zip(groups, lengths, strict=True):
        # A group stands in the column in which its middle falls.
        columns[min(count - 1, round((done + length / 2) * count // sum(lengths)))].append(group)
        done += length
    return [column for column in columns if column]


def _group(name: str, entries: list[tuple[str, str]], theme: Theme) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    head = QLabel(name)
    head.setProperty("class", "title")
    grid.addWidget(head, 0, 0, 1, 2)
    for number, (words, keys) in enumerate(entries, start=1):
        grid.addWidget(QLabel(words), number, 0)
        caps = QHBoxLayout()
        caps.setSpacing(4)
        caps.addStretch(1)
        for key in keys.split("  "):
            caps.addWidget(Keycap(key, theme))
        grid.addLayout(caps, number, 1)
    return grid
