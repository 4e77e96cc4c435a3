"""The caller in the case panel: masked hints, and the number itself for a minute after an audited reveal.

The number is held here and nowhere else; another case, another minute or a hidden panel puts it away.
"""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dispatcher.models.order import Caller, Order
from dispatcher.ui.dialogs.fields import label
from dispatcher.widgets.buttons import ButtonLook, KeyButton
from dispatcher.widgets.theme import Theme

REVEALED_MS = 60_000
"""How long a revealed number stands."""


class CallerLine(QWidget):
    """Shows who called as far as one may see it; `reveal_requested` when a person wants the number."""

    reveal_requested = Signal()
    refused = Signal(str)
    """Why the number cannot be asked for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: Order | None = None
        self._caller: Caller | None = None
        self.words = label("", "")
        self.button = KeyButton("", theme, key="Ctrl R", look=ButtonLook.BARE)
        self.button.clicked.connect(self.reveal_requested)
        self.button.refused.connect(self.refused)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words)
        row.addWidget(self.button)
        row.addStretch(1)
        self._until = QTimer(self)
        self._until.setSingleShot(True)
        self._until.setInterval(REVEALED_MS)
        self._until.timeout.connect(self.put_away)

    @property
    def timer(self) -> QTimer:
        """What puts the number away."""
        return self._until

    def set_order(self, order: Order, refusal: str) -> None:
        """Show an order's caller; `refusal` says why the number cannot be asked for, empty when it can."""
        self._order = order
        self.button.set_refusal(refusal)
        self._write()

    def reveal(self, caller: Caller) -> None:
        """Show the number for a minute."""
        self._caller = caller
        self._until.start()
        self._write()

    def put_away(self) -> None:
        """Hide the number."""
        self._caller = None
        self._until.stop()
        self._write()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.button.set_theme(theme)

    def _write(self) -> None:
        order = self._order
        if order is None:
            return
        if self._caller is not None:
            self.words.setText(f"{self._caller.name}  {self._caller.phone}")
            self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.button.set_words(self.tr("60 秒后收起"))
            return
        if order.confidential:
            said = self.tr("保密")
        elif order.caller_name_hint or order.caller_phone_hint:
            said = f"{order.caller_name_hint}  {order.caller_phone_hint}".strip()
        else:
            said = self.tr("没有留下")
        self.words.setText(said)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.button.set_words(self.tr("显示号码，记入审计"))
