"""Small labels: a chip (urgency, state, flag), a keycap alone, a row of light counts that filters."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.deadlines import Light
from dispatcher.widgets.glyphs import light_glyph, light_ink
from dispatcher.widgets.paint import (
    CHIP_HEIGHT,
    LEFT,
    ChipLook,
    Painted,
    chip_ink,
    chip_width,
    draw_chip,
    draw_keycap,
    focus_ring,
    keycap_width,
    outline,
)
from dispatcher.widgets.theme import Theme


class Chip(Painted):
    """A word in a box: 突发, 办理中, 要求回复."""

    def __init__(self, text: str, theme: Theme, look: ChipLook = ChipLook.PLAIN, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._text = text
        self._look = look
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        """The word."""
        return self._text

    def set_chip(self, text: str, look: ChipLook) -> None:
        """Change word and look."""
        if (text, look) == (self._text, self._look):
            return
        self._text, self._look = text, look
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the word."""
        bold = chip_ink(self._look, self.theme).bold
        return QSize(round(chip_width(self._text, self.theme, bold)), _chip_height(self.theme))

    def minimumSizeHint(self) -> QSize:
        """A chip is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip."""
        del event
        painter = QPainter(self)
        draw_chip(painter, QRectF(self.rect()), self._text, chip_ink(self._look, self.theme), self.theme)
        painter.end()


class Keycap(Painted):
    """A key's name as it stands on the keyboard, for hints beside words."""

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """As wide as the key's name."""
        return QSize(round(keycap_width(self._text, self.theme)), self.theme.size("keycap"))

    def minimumSizeHint(self) -> QSize:
        """A keycap is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the keycap."""
        del event
        painter = QPainter(self)
        muted, line = self.theme.colour("text_muted"), self.theme.colour("line_strong")
        draw_keycap(painter, 0, self.height() / 2, self._text, self.theme, muted, line)
        painter.end()


TALLY_LIGHTS = (Light.OVERDUE, Light.ORANGE, Light.YELLOW, Light.GREEN)
"""The lights of the tally; `OVERDUE` stands for red as well: both are past a limit."""


@dataclass(frozen=True, slots=True)
class _Field:
    light: Light
    rect: QRectF
    count: str
    word: str


class LightTally(Painted):
    """How many stand under each light, as a filter: `light_clicked` names the light, None when it is let go."""

    light_clicked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._counts: dict[Light, int] = dict.fromkeys(TALLY_LIGHTS, 0)
        self._chosen: Light | None = None
        self._cursor = 0
        self._fields: list[_Field] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.restyle()

    @property
    def chosen(self) -> Light | None:
        """The light that filters."""
        return self._chosen

    def set_counts(self, counts: Mapping[Light, int]) -> None:
        """Show new counts; red and overdue are one figure."""
        found = {light: counts.get(light, 0) for light in TALLY_LIGHTS}
        found[Light.OVERDUE] += counts.get(Light.RED, 0)
        if found != self._counts:
            self._counts = found
            self.restyle()
            self.updateGeometry()
            self.update()

    def choose(self, light: Light | None) -> None:
        """Mark a light as the filter without saying so by a signal."""
        self._chosen = Light.OVERDUE if light is Light.RED else light
        self.restyle()
        self.update()

    def restyle(self) -> None:
        """Lay the four fields out and say them."""
        words = {
            Light.OVERDUE: self.tr("超时"),
            Light.ORANGE: self.tr("临期"),
            Light.YELLOW: self.tr("过半"),
            Light.GREEN: self.tr("充裕"),
        }
        strong = QFontMetricsF(self.theme.font("body_strong", True))
        plain = QFontMetricsF(self.theme.font("caption"))
        x, height = 0.0, float(self.theme.size("hit_target_min") + 4)
        self._fields = []
        for light in TALLY_LIGHTS:
            count, word = str(self._counts[light]), words[light]
            width = 8 + 16 + 6 + strong.horizontalAdvance(count) + 5 + plain.horizontalAdvance(word) + 8
            self._fields.append(_Field(light, QRectF(x, 0, round(width), height), count, word))
            x += round(width) + 4
        spoken = self.tr("，").join(f"{field.count} {field.word}" for field in self._fields)
        self.setAccessibleName(spoken)

    def retranslate(self) -> None:
        """Take the words anew."""
        self.restyle()

    def sizeHint(self) -> QSize:
        """Four fields in a row."""
        last = self._fields[-1].rect
        return QSize(round(last.right()), round(last.height()))

    def minimumSizeHint(self) -> QSize:
        """Counts are never cut."""
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the light under the pointer."""
        for number, field in enumerate(self._fields):
            if field.rect.contains(event.position()):
                self._cursor = number
                self._toggle(field.light)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go to a light, space and Enter choose it, Escape lets go."""
        match event.key():
            case Qt.Key.Key_Left:
                self._cursor = max(0, self._cursor - 1)
            case Qt.Key.Key_Right:
                self._cursor = min(len(self._fields) - 1, self._cursor + 1)
            case Qt.Key.Key_Space | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._toggle(self._fields[self._cursor].light)
            case Qt.Key.Key_Escape if self._chosen is not None:
                self._toggle(self._chosen)
            case _:
                super().keyPressEvent(event)
                return
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Glyph, count, word; the chosen one in a box."""
        del event
        theme = self.theme
        painter = QPainter(self)
        strong = QFontMetricsF(theme.font("body_strong", True))
        for number, field in enumerate(self._fields):
            rect = field.rect
            if field.light is self._chosen:
                outline(painter, rect, 4, theme.colour("accent"), theme.colour("selection.background"))
            if self.hasFocus() and number == self._cursor:
                focus_ring(painter, rect, theme, 4)
            ink = light_ink(field.light)
            self.glyphs.draw(painter, light_glyph(field.light), rect.left() + 8, rect.center().y() - 8, 16, ink)
            x = rect.left() + 30
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font("body_strong", True))
            painter.drawText(QRectF(x, 0, 200, rect.height()), LEFT, field.count)
            x += strong.horizontalAdvance(field.count) + 5
            painter.setPen(theme.colour("text_muted"))
            painter.setFont(theme.font("caption"))
            # On the figure's baseline rather than in the middle: two sizes stand on one line.
            baseline = rect.center().y() + strong.capHeight() / 2
            painter.drawText(QPointF(x, baseline), field.word)
        painter.end()

    def _toggle(self, light: Light) -> None:
        self._chosen = None if self._chosen is light else light
        self.update()
        self.light_clicked.emit(self._chosen)


def _chip_height(theme: Theme) -> int:
    return max(CHIP_HEIGHT, round(QFontMetricsF(theme.font("caption")).height() + 1))
