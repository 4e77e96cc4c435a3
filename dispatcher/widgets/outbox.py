"""One act that the centre does not have yet: pending, parked or not sent, with what can be done about it.

Each state has a glyph, a word, a line style and a ground of its own. A parked act shows both values with
their times, yours in bold.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.queue import Pending
from dispatcher.widgets.buttons import KeyButton
from dispatcher.widgets.glyphs import pending_glyph
from dispatcher.widgets.paint import LEFT, Painted, focus_ring, outline
from dispatcher.widgets.theme import Theme

_PAD = 10.0
_INDENT = 34.0


@dataclass(frozen=True, slots=True)
class CardKey:
    """One button of a card: what `wished` says, its words, the letter that presses it while the card has focus."""

    name: str
    words: str
    key: str


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One act, words ready. `mine` and `theirs` are (when, value) of a parked act's two values."""

    key: object
    state: Pending
    word: str
    title: str
    detail: str
    keys: tuple[CardKey, ...] = ()
    mine: tuple[str, str] | None = None
    theirs: tuple[str, str] | None = None


class OutboxCard(Painted):
    """A card for one act; `wished(key, name)` says which button was pressed."""

    wished = Signal(object, str)

    def __init__(self, theme: Theme, line: OutboxLine, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._line = line
        self._buttons: list[KeyButton] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_line(line)

    @property
    def line(self) -> OutboxLine:
        """The act it shows."""
        return self._line

    def set_line(self, line: OutboxLine) -> None:
        """Show another state of the act."""
        self._line = line
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for entry in line.keys:
            button = KeyButton(entry.words, self.theme, key=entry.key, parent=self)
            button.clicked.connect(lambda _=False, name=entry.name: self.wished.emit(self._line.key, name))
            button.show()
            self._buttons.append(button)
        self._place_buttons()
        self.setAccessibleName(f"{line.word} {line.title}")
        self.setAccessibleDescription(line.detail)
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Pass the theme on."""
        for button in self._buttons:
            button.set_theme(self.theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters press the card's buttons while the card itself has the focus."""
        pressed = event.text().upper()
        if event.key() == Qt.Key.Key_Delete:
            pressed = "DEL"
        for entry, button in zip(self._line.keys, self._buttons, strict=True):
            if entry.key.upper() == pressed:
                button.trigger()
                return
        super().keyPressEvent(event)

    def hasHeightForWidth(self) -> bool:
        """The detail wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Title, wrapped detail, the two values, buttons."""
        return round(self._text_bottom(width) + (8 + self._button_height() if self._line.keys else 0) + _PAD)

    def sizeHint(self) -> QSize:
        """For the width it has."""
        width = self.width() if self.testAttribute(Qt.WidgetAttribute.WA_Resized) else 360
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Buttons are never cut."""
        buttons = sum(button.sizeHint().width() + 8 for button in self._buttons)
        return QSize(round(max(240, _INDENT + buttons + _PAD)), self.heightForWidth(max(240, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapping depends on the width; no layout of its own, whose height would win over ours."""
        self._place_buttons()
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, line style, glyph, words."""
        del event
        theme, painter, line = self.theme, QPainter(self), self._line
        rect = QRectF(self.rect())
        glyph = pending_glyph(line.state)
        path = f"outbox.{line.state.value}" if glyph is not None else "link.online"
        if glyph is not None:
            outline(
                painter,
                rect,
                theme.size("radius.card"),
                theme.colour(f"{path}.mark"),
                theme.colour(f"{path}.fill"),
                dashed=line.state is Pending.PENDING,
            )
        if self.hasFocus():
            focus_ring(painter, rect, theme, theme.size("radius.card"))
        title, body = self._metrics()
        if glyph is not None:
            self.glyphs.draw(painter, glyph, 11, _PAD + title.height() / 2 - 8, 16, f"{path}.mark")
        painter.setFont(theme.font("body", True))
        painter.setPen(theme.colour(f"{path}.text"))
        painter.drawText(QRectF(_INDENT, _PAD, 300, title.height()), LEFT, line.word)
        x = _INDENT + title.horizontalAdvance(line.word) + 10
        painter.setPen(theme.colour("text"))
        room = rect.width() - x - _PAD
        words = title.elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(x, _PAD, room, title.height()), LEFT, words)
        y = _PAD + title.height() + 3
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.colour("text_muted"))
        detail = QRectF(_INDENT, y, rect.width() - _INDENT - _PAD, self._detail_height(self.width()))
        painter.drawText(detail, _WRAPPED, line.detail)
        y = detail.bottom() + 3
        for value, mine in ((line.mine, True), (line.theirs, False)):
            if value is None:
                continue
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.colour("text_muted"))
            painter.drawText(QRectF(_INDENT, y, 120, body.height()), LEFT, value[0])
            painter.setFont(theme.font("body", mine))
            painter.setPen(theme.colour("text"))
            x = _INDENT + self._label_width() + 12
            room = rect.width() - x - _PAD
            metrics = title if mine else body
            shown = metrics.elidedText(value[1], Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(x, y, room, body.height()), LEFT, shown)
            y += body.height() + 2
        painter.end()

    def _label_width(self) -> float:
        caption = QFontMetricsF(self.theme.font("caption"))
        values = (self._line.mine, self._line.theirs)
        return max((caption.horizontalAdvance(value[0]) for value in values if value), default=0.0)

    def _text_bottom(self, width: int) -> float:
        title, body = self._metrics()
        values = sum(value is not None for value in (self._line.mine, self._line.theirs))
        return _PAD + title.height() + 3 + self._detail_height(width) + 3 + values * (body.height() + 2)

    def _detail_height(self, width: int) -> float:
        if not self._line.detail:
            return 0.0
        room = QRectF(0, 0, max(80.0, width - _INDENT - _PAD), 10_000)
        caption = QFontMetricsF(self.theme.font("caption"))
        return caption.boundingRect(room, _WRAPPED, self._line.detail).height()

    def _place_buttons(self) -> None:
        x = _INDENT
        for button in self._buttons:
            size = button.sizeHint()
            button.setGeometry(round(x), round(self.height() - _PAD - size.height()), size.width(), size.height())
            x += size.width() + 8

    def _button_height(self) -> int:
        return max((button.sizeHint().height() for button in self._buttons), default=0)

    def _metrics(self) -> tuple[QFontMetricsF, QFontMetricsF]:
        return QFontMetricsF(self.theme.font("body", True)), QFontMetricsF(self.theme.font("body"))


_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
