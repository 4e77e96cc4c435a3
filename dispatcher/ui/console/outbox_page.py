"""The outbox (Ctrl+8): what the centre does not have yet. Not sent first, then whistles that wait, parked, the rest.

Cards are made for what needs a person's eye; what merely waits for the link is one line below them.
"""

import datetime as dt

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import ActState, Bridge, LinkStatus, Receipt
from dispatcher.models import commands as c
from dispatcher.models.ids import CommandId
from dispatcher.ui import strings
from dispatcher.ui.console import act_words
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.outbox import CardKey, OutboxCard, OutboxLine
from dispatcher.widgets.theme import Theme

_MOST_CARDS = 40


class OutboxPage(QFrame):
    """Lists acts that wait; wishes that a dialog must answer go out as signals, the rest goes to the bridge."""

    phone_requested = Signal(object)
    """BlowWhistle: whom to phone about it."""
    edit_requested = Signal(object)
    """Receipt: open its dialog again with what stands in it."""
    case_requested = Signal(object)
    """CaseId: show this case."""
    receipts_requested = Signal()

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self._row_of = row_of
        self._cards: dict[CommandId, OutboxCard] = {}
        self._shown: tuple[Receipt, ...] = ()
        self._giving_up: CommandId | None = None
        self.setProperty("class", "panel")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 10)
        head.setSpacing(8)
        title = QLabel(self.tr("本机待发箱"))
        title.setProperty("class", "title")
        self.counts = QLabel()
        self.counts.setProperty("class", "muted")
        self.as_of = AsOf(theme)
        head.addWidget(title)
        head.addSpacing(8)
        head.addWidget(self.counts)
        head.addStretch(1)
        head.addWidget(self.as_of)
        outer.addLayout(head)
        line = QFrame()
        line.setProperty("class", "line")
        line.setFixedHeight(1)
        outer.addWidget(line)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(8)
        self.empty = QLabel()
        self.empty.setProperty("class", "muted")
        self.rest = QLabel()
        self.rest.setProperty("class", "caption")
        self.rest.setWordWrap(True)
        self.reason = _Reason(theme)
        self.reason.given.connect(self._discard)
        self.reason.left.connect(self._keep)
        for widget in (self.empty, self.rest, self.reason):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._scroll.setWidget(inside)
        outer.addWidget(self._scroll, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        hint = QLabel(self.tr("Tab 换卡片，按卡片上的字母办理"))
        hint.setProperty("class", "caption")
        self.receipts = KeyButton(self.tr("全部回执"), theme, key="Ctrl J")
        self.receipts.clicked.connect(self.receipts_requested)
        foot.addWidget(hint)
        foot.addStretch(1)
        foot.addWidget(self.receipts)
        outer.addLayout(foot)
        self.set_outbox(bridge.outbox)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for part in (self.as_of, self.receipts, self.reason, *self._cards.values()):
            part.set_theme(theme)

    def set_link(self, status: LinkStatus, now: dt.datetime) -> None:
        """Say up to when this is true."""
        self.as_of.set_as_of(status.as_of, LinkLook(status.state.value), now)

    def set_outbox(self, outbox: tuple[Receipt, ...]) -> None:
        """Show what waits."""
        focused = next((act for act, card in self._cards.items() if card.hasFocus()), None)
        self._shown = tuple(sorted(outbox, key=_order))
        carded = [r for r in self._shown if _wants_card(r)][:_MOST_CARDS]
        for act in tuple(self._cards):
            if act not in {r.act.id for r in carded}:
                card = self._cards.pop(act)
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        for place, receipt in enumerate(carded):
            line = self._line(receipt)
            card = self._cards.get(receipt.act.id)
            if card is None:
                card = self._cards[receipt.act.id] = OutboxCard(self.theme, line)
                card.wished.connect(self._wished)
            elif card.line != line:
                card.set_line(line)
            if self._column.indexOf(card) != place:
                self._column.removeWidget(card)
                self._column.insertWidget(place, card)
        rest = [r for r in self._shown if r.act.id not in self._cards]
        self._say_rest(rest)
        self._say_counts()
        if self._giving_up is not None and self._giving_up not in self._cards:
            self._keep()
        if focused is not None and focused not in self._cards and self._cards:
            next(iter(self._cards.values())).setFocus()

    def tick(self) -> None:
        """Write the validities anew."""
        for receipt in self._shown:
            card = self._cards.get(receipt.act.id)
            if card is not None and receipt.act.valid_until is not None:
                line = self._line(receipt)
                if card.line.detail != line.detail and not card.isAncestorOf(self.focusWidget() or self):
                    card.set_line(line)

    def focus_first(self) -> None:
        """Give the keyboard to the first card."""
        first = next(iter(self._cards.values()), None)
        (first or self.receipts).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def cards(self) -> tuple[OutboxCard, ...]:
        """List the cards from the top."""
        return tuple(self._cards[r.act.id] for r in self._shown if r.act.id in self._cards)

    def _line(self, receipt: Receipt) -> OutboxLine:
        whistle = isinstance(receipt.act.command, c.BlowWhistle)
        phone = CardKey("phone", self.tr("电话通知"), "T")
        drop = CardKey("discard", self.tr("作废"), "D")
        keys: tuple[CardKey, ...]
        match receipt.state:
            case ActState.EXPIRED:
                again = CardKey("retry", self.tr("重新吹哨") if whistle else self.tr("再试"), "W")
                keys = (phone, again, drop) if whistle else (again, drop)
            case ActState.PARKED:
                keys = (CardKey("retry", self.tr("再试"), "R"), CardKey("edit", self.tr("编辑"), "E"), drop)
            case _:
                keys = (phone, CardKey("discard", self.tr("撤回"), "D")) if whistle else (drop,)
        return OutboxLine(
            key=receipt.act.id,
            state=act_words.look(receipt.state),
            word=strings.act_state(receipt.state),
            title=act_words.title(receipt.act.command, self._row_of),
            detail=act_words.detail(receipt, self.bridge.now(), self._row_of, self.bridge.unit_name),
            keys=keys,
        )

    def _say_counts(self) -> None:
        states = [receipt.state for receipt in self._shown]
        pending = states.count(ActState.QUEUED) + states.count(ActState.SENT)
        self.counts.setText(
            self.tr("待发 {pending}  未发出 {expired}  搁置 {parked}").format(
                pending=pending, expired=states.count(ActState.EXPIRED), parked=states.count(ActState.PARKED)
            )
        )
        self.empty.setText(self.tr("没有待发。每一步中心都已收到，回执在“全部回执”里。"))
        self.empty.setVisible(not self._shown)

    def _say_rest(self, rest: list[Receipt]) -> None:
        self.rest.setVisible(bool(rest))
        if not rest:
            return
        said = self.tr("、").join(act_words.title(r.act.command, self._row_of)[:24] for r in rest[:12])
        if len(rest) > 12:
            said += self.tr(" 等")
        self.rest.setText(
            self.tr("另有 {count} 项待发，接通后按先后自动补传：{list}").format(count=len(rest), list=said)
        )

    def _wished(self, key: CommandId, name: str) -> None:
        receipt = next((r for r in self._shown if r.act.id == key), None)
        if receipt is None:
            return
        if name == "retry":
            self.bridge.retry(key)
        elif name == "edit":
            self.edit_requested.emit(receipt)
        elif name == "phone":
            self.phone_requested.emit(receipt.act.command)
        elif name == "discard":
            self._giving_up = key
            self._column.removeWidget(self.reason)
            self._column.insertWidget(self._column.indexOf(self._cards[key]) + 1, self.reason)
            self.reason.ask(act_words.title(receipt.act.command, self._row_of))

    def _discard(self, reason: str) -> None:
        act, self._giving_up = self._giving_up, None
        self.reason.hide()
        if act is not None:
            self.bridge.discard(act, reason)
        self.focus_first()

    def _keep(self) -> None:
        card = self._cards.get(self._giving_up) if self._giving_up else None
        self._giving_up = None
        self.reason.hide()
        if card is not None:
            card.setFocus()


class _Reason(QFrame):
    """Asks why an act is given up: its receipt keeps the answer. `given(str)` or `left()`."""

    given = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("class", "raised")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        self._what = QLabel()
        self._what.setWordWrap(True)
        self.words = QLineEdit()
        self.words.setPlaceholderText(self.tr("为什么作废？理由留在回执里"))
        self.words.setAccessibleName(self.tr("作废理由"))
        self.words.returnPressed.connect(self._give)
        self._yes = KeyButton(self.tr("作废"), theme, key="Enter")
        self._no = KeyButton(self.tr("不作废"), theme, key="Esc")
        self._yes.clicked.connect(self._give)
        self._no.clicked.connect(self.left)
        row = QHBoxLayout()
        row.addWidget(self._yes)
        row.addWidget(self._no)
        row.addStretch(1)
        for part in (self._what, self.words):
            column.addWidget(part)
        column.addLayout(row)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self._yes.set_theme(theme)
        self._no.set_theme(theme)

    def ask(self, what: str) -> None:
        """Ask about one act."""
        self._what.setText(self.tr("作废“{what}”").format(what=what))
        self.words.clear()
        self.show()
        self.words.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _give(self) -> None:
        if self.words.text().strip():
            self.given.emit(self.words.text().strip())
        else:
            self.words.setFocus()


def _wants_card(receipt: Receipt) -> bool:
    return receipt.state in (ActState.PARKED, ActState.EXPIRED) or isinstance(receipt.act.command, c.BlowWhistle)


def _order(receipt: Receipt) -> tuple[int, int]:
    if receipt.state is ActState.EXPIRED:
        return 0, receipt.seq
    if receipt.state is ActState.PARKED:
        return 2, receipt.seq
    return (1 if isinstance(receipt.act.command, c.BlowWhistle) else 3), receipt.seq
