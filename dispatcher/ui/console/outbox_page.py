"""The outbox (Ctrl+8): what the centre does not have yet. Not sent first, then whistles that wait, in doubt, parked.

Cards are made for what needs a person's eye; what merely waits for the link is one line below them, then drafts.
"""

import datetime as dt

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from dispatcher.bridge import ActState, Bridge, Draft, LinkStatus, Receipt
from dispatcher.models.ids import CommandId
from dispatcher.ui.console import act_words, outbox_lines
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.link import AsOf, LinkLook
from dispatcher.widgets.outbox import OutboxCard, OutboxLine
from dispatcher.widgets.theme import Theme

_MOST_CARDS = 40


class OutboxPage(QFrame):
    """Lists acts that wait; wishes that a dialog must answer go out as signals, the rest goes to the bridge."""

    phone_requested = Signal(object)
    """BlowWhistle: whom to phone about it."""
    edit_requested = Signal(object)
    """Receipt: open its dialog again with what stands in it."""
    compare_requested = Signal(object)
    """Receipt: show both values side by side."""
    draft_requested = Signal(object)
    """Draft: open its form again."""
    case_requested = Signal(object)
    """CaseId: show this case."""
    receipts_requested = Signal()

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self._row_of = row_of
        self._cards: dict[object, OutboxCard] = {}
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
        bridge.drafts_changed.connect(lambda: self._arrange())
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
        self._shown = tuple(sorted(outbox, key=outbox_lines.order))
        self._arrange()

    def _arrange(self) -> None:
        focused = next((key for key, card in self._cards.items() if card.hasFocus()), None)
        carded = [receipt for receipt in self._shown if outbox_lines.wants_card(receipt)][:_MOST_CARDS]
        lines = [self._line(receipt) for receipt in carded]
        lines += [outbox_lines.draft_line(draft, self.bridge, self._row_of) for draft in self._drafts()]
        wanted = {line.key for line in lines}
        for key in tuple(self._cards):
            if key not in wanted:
                card = self._cards.pop(key)
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        for place, line in enumerate(lines):
            card = self._cards.get(line.key)
            if card is None:
                card = self._cards[line.key] = OutboxCard(self.theme, line)
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
        """List the cards of acts from the top."""
        return tuple(self._cards[r.act.id] for r in self._shown if r.act.id in self._cards)

    def draft_cards(self) -> tuple[OutboxCard, ...]:
        """List the cards of drafts, the newest first."""
        return tuple(self._cards[key] for key in self.bridge.drafts if key in self._cards)

    def _drafts(self) -> tuple[Draft, ...]:
        return tuple(self.bridge.drafts.values())[:_MOST_CARDS]

    def _line(self, receipt: Receipt) -> OutboxLine:
        return outbox_lines.line_of(receipt, self.bridge, self._row_of)

    def _say_counts(self) -> None:
        states = [receipt.state for receipt in self._shown]
        pending = states.count(ActState.QUEUED) + states.count(ActState.SENT)
        said = self.tr("待发 {pending}  未发出 {expired}  搁置 {parked}").format(
            pending=pending, expired=states.count(ActState.EXPIRED), parked=states.count(ActState.PARKED)
        )
        if ActState.DOUBTED in states:
            said += self.tr("  存疑 {count}").format(count=states.count(ActState.DOUBTED))
        if self.bridge.drafts:
            said += self.tr("  草稿 {count}").format(count=len(self.bridge.drafts))
        self.counts.setText(said)
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

    def _wished(self, key: object, name: str) -> None:
        draft = next((kept for at, kept in self.bridge.drafts.items() if at == key), None)
        if draft is not None:
            if name == "open":
                self.draft_requested.emit(draft)
            else:
                self.bridge.drop_draft(draft.case, draft.form)
                self._arrange()
            return
        receipt = next((r for r in self._shown if r.act.id == key), None)
        if receipt is None:
            return
        act = receipt.act.id
        if name == "retry":
            self.bridge.retry(act)
        elif name == "theirs":
            self.bridge.take_theirs(act)
        elif name == "resend":
            self.bridge.resend(act)
        elif name == "edit":
            self.edit_requested.emit(receipt)
        elif name == "compare":
            self.compare_requested.emit(receipt)
        elif name == "phone":
            self.phone_requested.emit(receipt.act.command)
        elif name == "discard":
            self._giving_up = act
            self._column.removeWidget(self.reason)
            self._column.insertWidget(self._column.indexOf(self._cards[act]) + 1, self.reason)
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
