"""The command bar (Ctrl+K): one line in which everything can be asked for, with what was found listed above it.

It reads the line (`grammar`), finds the case it names and says what is wished; carrying it out is the window's.
"""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from dispatcher.models.queue import QueueRow
from dispatcher.ui import strings
from dispatcher.ui.console.act_words import short_number
from dispatcher.ui.console.grammar import Verb, Wish, parse
from dispatcher.ui.console.rowbook import RowBook
from dispatcher.ui.console.topbar import Sign
from dispatcher.widgets.chips import Keycap
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme

FOUND_AT_MOST = 9
_LOOK_AFTER_MS = 150
_CASE = int(Qt.ItemDataRole.UserRole)


class CommandBar(QFrame):
    """`wished(Wish, CaseId | None)`: what was typed and the case it names, None for the selected one.

    `search_requested(str)` when the rows at hand may not be all; `take_found` brings what a search has found beyond.
    """

    wished = Signal(object, object)
    search_requested = Signal(str)

    def __init__(self, theme: Theme, rows: RowBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._wish: Wish | None = None
        self._asked = ""
        self._beyond: tuple[QueueRow, ...] = ()
        self.setProperty("class", "bar")
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("命令：签收 07433    吹哨 07387    查 地库    直接输尾号打开"))
        self.line.setAccessibleName(self.tr("命令"))
        self.line.setTextMargins(20, 0, 0, 0)
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self._entered)
        self.line.installEventFilter(self)
        self._sign = Sign(theme, Glyph.PROMPT, "accent_text", 14, self.line)
        self._sign.move(8, 8)
        self.said = QLabel()
        self.said.setProperty("class", "warning")
        self.said.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 16, 4)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self.said)
        self._hints: list[QWidget] = []
        for key, words in (
            ("Ctrl K", self.tr("命令")),
            ("F6", self.tr("换区")),
            ("F1", self.tr("键位")),
        ):
            cap, label = Keycap(key, theme), QLabel(words)
            label.setProperty("class", "caption")
            self._hints += [cap, label]
            row.addSpacing(8)
            row.addWidget(cap)
            row.addWidget(label)
        self._list = QListWidget(self)
        self._list.setWindowFlag(Qt.WindowType.ToolTip)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._list.clicked.connect(self._clicked)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LOOK_AFTER_MS)
        self._later.timeout.connect(self._look)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self._sign.set_theme(theme)
        for hint in self._hints:
            if isinstance(hint, Keycap):
                hint.set_theme(theme)

    def begin(self, text: str = "") -> None:
        """Give the keyboard to the line."""
        self.line.setText(text)
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()
        if text:
            self._look()

    def say(self, words: str) -> None:
        """Say beside the line why nothing happened; empty takes it away."""
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def take_found(self, asked: str, rows: tuple[QueueRow, ...]) -> None:
        """Show what a search has found beyond the rows at hand, if that is still looked for."""
        if asked != self._asked or self._wish is None:
            return
        self._beyond = rows
        here = self._rows_for(self._wish)
        if here and len(here) > self._list.count():
            self.say("")
            self._show(here)

    def found(self) -> tuple[str, ...]:
        """List the lines shown as found."""
        return tuple(self._list.item(index).text() for index in range(self._list.count()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, down and Escape in the line; the list goes when the keyboard does."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self._list.isVisible():
                count = self._list.count()
                self._list.setCurrentRow((self._list.currentRow() + step) % count)
                return True
        elif event.type() == QEvent.Type.FocusOut:
            self._list.hide()
        return super().eventFilter(watched, event)

    def _edited(self, _text: str) -> None:
        self.say("")
        self._later.start()

    def _look(self) -> None:
        self._later.stop()
        self._wish = parse(self.line.text())
        if self._wish is None or not (self._wish.number or self._wish.verb is Verb.FIND):
            self._list.hide()
            return
        words = self._wish.number or self._wish.rest
        if words != self._asked:
            self._asked, self._beyond = words, ()
        rows = self._rows_for(self._wish)
        self._show(rows)
        if words and not self._beyond and len(rows) < FOUND_AT_MOST:
            self.search_requested.emit(words)

    def _rows_for(self, wish: Wish) -> tuple[QueueRow, ...]:
        """Give the rows at hand, then those found beyond; a number names what ends in it, wherever it lies."""
        if wish.number:
            here = self._rows.by_tail(wish.number)
            beyond = [row for row in self._beyond if row.number.upper().endswith(wish.number.upper())]
        else:
            here = self._rows.by_tail(wish.rest) or self._rows.by_text(wish.rest)
            beyond = list(self._beyond)
        known = {row.id for row in here}
        return (*here, *(row for row in beyond if row.id not in known))[:FOUND_AT_MOST]

    def _show(self, rows: tuple[QueueRow, ...]) -> None:
        self._list.clear()
        for row in rows:
            words = f"{short_number(row.number)}  {strings.case_state(row.state)}  {row.title}"
            item = QListWidgetItem(f"{words}  ·  {row.place}" if row.place else words)
            item.setData(_CASE, row.id)
            self._list.addItem(item)
        if not rows:
            self._list.hide()
            return
        self._list.setCurrentRow(0)
        height = self._list.sizeHintForRow(0) * len(rows) + 8
        self._list.resize(self.line.width(), height)
        self._list.move(self.line.mapToGlobal(QPoint(0, -height - 4)))
        if self.line.hasFocus():
            self._list.show()

    def _entered(self) -> None:
        self._look()
        wish = self._wish
        if wish is None:
            return
        if not wish.number and wish.verb is not Verb.FIND:
            self._done(wish, None)
            return
        rows = self._rows_for(wish)
        chosen = self._list.currentItem() if self._list.count() else None
        if not rows:
            looked_for = wish.number or wish.rest
            self.say(self.tr("没有找到“{words}”。编号可以只输末几位。").format(words=looked_for))
        elif chosen is not None and (len(rows) == 1 or wish.verb in (Verb.OPEN, Verb.FIND)):
            self._take(chosen)
        elif chosen is not None:
            # An act needs the very case: the first Enter shows which ones it could be, the second takes the marked one.
            if self._list.property("asked") == self.line.text():
                self._take(chosen)
            else:
                self._list.setProperty("asked", self.line.text())
                self.say(self.tr("有 {count} 件，用 ↑ ↓ 选一件再按 Enter").format(count=len(rows)))

    def _clicked(self, index: QModelIndex) -> None:
        self._take(self._list.item(index.row()))

    def _take(self, item: QListWidgetItem) -> None:
        wish = self._wish
        if wish is not None:
            verb = Verb.OPEN if wish.verb is Verb.FIND else wish.verb
            self._done(Wish(verb, wish.number, wish.rest), item.data(_CASE))

    def _done(self, wish: Wish, case: object) -> None:
        self._leave()
        self.wished.emit(wish, case)

    def _leave(self) -> None:
        self._later.stop()
        self._list.setProperty("asked", "")
        self._list.hide()
        self.line.clear()
        self.say("")
        self.line.clearFocus()
