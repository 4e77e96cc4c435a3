"""Whistles of this station that no department has heard: not sent first, then parked, then those that wait.

Each is a card with the telephone first. Over a good link a whistle that is on its way has no card: it settles in a
moment.
"""

import functools

from PySide6.QtWidgets import QVBoxLayout, QWidget

from dispatcher.bridge import UNSETTLED, ActState, Bridge, LinkState, Receipt
from dispatcher.models import commands as c
from dispatcher.models.ids import CommandId, WhistleId
from dispatcher.ui import strings
from dispatcher.ui.console import act_words
from dispatcher.ui.dialogs.fields import label
from dispatcher.ui.dialogs.phones import PhonesDialog
from dispatcher.ui.dialogs.whistle_acts import DiscardDialog
from dispatcher.widgets.outbox import CardKey, OutboxCard, OutboxLine
from dispatcher.widgets.theme import Theme


class HeldWhistles(QWidget):
    """The cards; invisible when there is none."""

    def __init__(self, bridge: Bridge, theme: Theme, row_of: act_words.RowOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.theme = theme
        self._row_of = row_of
        self.cards: dict[CommandId, OutboxCard] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(8)
        self._title, self._rest = label("", "title"), label("", "caption", wraps=True)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        column.addWidget(self._title)
        column.addLayout(self._cards)
        column.addWidget(self._rest)

    def pending(self) -> dict[WhistleId, Receipt]:
        """Give the acts that blew a whistle and are not settled, by whistle."""
        return {
            receipt.act.command.whistle: receipt
            for receipt in self.bridge.outbox
            if receipt.state in UNSETTLED and isinstance(receipt.act.command, c.BlowWhistle)
        }

    def in_flight(self, receipt: Receipt) -> bool:
        """Tell whether an act is on its way over a good link."""
        online = self.bridge.link is not None and self.bridge.link.state is LinkState.ONLINE
        return online and receipt.state in UNSETTLED

    def height_needed(self) -> int:
        """Give how high the cards are together."""
        return sum(card.sizeHint().height() + 8 for card in self.cards.values())

    def show_outbox(self) -> None:
        """Show what the bridge's outbox holds now."""
        held = [r for r in self.bridge.outbox if isinstance(r.act.command, c.BlowWhistle) and not self.in_flight(r)]
        held.sort(key=lambda r: (r.state is not ActState.EXPIRED, r.state is not ActState.PARKED, r.seq))
        for act in tuple(self.cards):
            if act not in {r.act.id for r in held}:
                card = self.cards.pop(act)
                self._cards.removeWidget(card)
                card.hide()
                card.deleteLater()
        for place, receipt in enumerate(held):
            line = self._line(receipt)
            card = self.cards.get(receipt.act.id)
            if card is None:
                card = self.cards[receipt.act.id] = OutboxCard(self.theme, line)
                card.wished.connect(self._wished)
            elif card.line != line:
                card.set_line(line)
            if self._cards.indexOf(card) != place:
                self._cards.removeWidget(card)
                self._cards.insertWidget(place, card)
        rest = sum(not isinstance(r.act.command, c.BlowWhistle) for r in self.bridge.outbox)
        self._title.setText(self.tr("还没到部门的哨"))
        self._rest.setVisible(bool(rest))
        self._rest.setText(self.tr("另有 {n} 项待发，看本机待发箱（Ctrl+8）").format(n=rest))
        self.setVisible(bool(held))

    def tick(self) -> None:
        """Write the validities anew, but not under a finger."""
        for receipt in self.bridge.outbox:
            card = self.cards.get(receipt.act.id)
            if card is None or card.hasFocus() or card.isAncestorOf(self.focusWidget() or self):
                continue
            line = self._line(receipt)
            if line != card.line:
                card.set_line(line)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        for card in self.cards.values():
            card.set_theme(theme)

    def _line(self, receipt: Receipt) -> OutboxLine:
        phone = CardKey("phone", self.tr("电话通知"), "T")
        again = CardKey("retry", self.tr("重新吹哨"), "W")
        drop = CardKey("discard", self.tr("作废"), "D")
        take_back = CardKey("discard", self.tr("撤回"), "D")
        return OutboxLine(
            key=receipt.act.id,
            state=act_words.look(receipt.state),
            word=strings.word(receipt.state),
            title=act_words.title(receipt.act.command, self._row_of),
            detail=act_words.detail(receipt, self.bridge.now(), self._row_of, self.bridge.unit_name),
            keys=(phone, take_back) if receipt.state in UNSETTLED else (phone, again, drop),
        )

    def _wished(self, key: CommandId, name: str) -> None:
        receipt = next((r for r in self.bridge.outbox if r.act.id == key), None)
        if receipt is None or not isinstance(receipt.act.command, c.BlowWhistle):
            return
        if name == "phone":
            PhonesDialog(self.bridge, self.theme, receipt.act.command, self).open()
        elif name == "retry":
            self.bridge.retry(key)
        else:
            dialog = DiscardDialog(self.theme, act_words.title(receipt.act.command, self._row_of), self)
            dialog.given.connect(functools.partial(self.bridge.discard, key))
            dialog.open()
