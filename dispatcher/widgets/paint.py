"""What several widgets and delegates paint alike: focus ring, keycap, chip; and the base of painted widgets.

Plain functions over a painter: they set pen, brush and font and do not restore them.
"""

import enum
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from dispatcher.models.order import Urgency
from dispatcher.widgets.fonts import has_bold
from dispatcher.widgets.glyphs import Glyphs
from dispatcher.widgets.theme import Theme

MIDDLE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_CHIP_PAD = 6
_KEYCAP_PAD = 5


class Painted(QWidget):
    """A widget that paints itself from a theme; `set_theme` may be called at any time."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.glyphs = Glyphs(theme)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        self.glyphs = Glyphs(theme)
        self.restyle()
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Take from the theme what is kept between paints; for subclasses."""

    def retranslate(self) -> None:
        """Take words anew after a change of language; for subclasses."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the program's language."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
            self.updateGeometry()
            self.update()
        super().changeEvent(event)


def crisp_line(painter: QPainter, x1: float, y1: float, x2: float, y2: float, colour: QColor) -> None:
    """Fill a horizontal or vertical line of 1 px whose top left is at (x1, y1); never blurred."""
    painter.fillRect(QRectF(x1, y1, max(1.0, x2 - x1), max(1.0, y2 - y1)), colour)


def focus_ring(painter: QPainter, rect: QRectF, theme: Theme, radius: float) -> None:
    """Paint the ring of 2 px inside `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("focus.ring"), theme.size("focus_ring")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


def outline(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    line: QColor | None,
    fill: QColor | None = None,
    dashed: bool = False,
) -> None:
    """Paint a rounded box with a line of 1 px on whole pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        box = rect
    else:
        pen = QPen(line, 1)
        if dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        box = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
    painter.drawRoundedRect(box, radius, radius)


def keycap_width(text: str, theme: Theme) -> float:
    """Give how wide the keycap of `text` is."""
    width = QFontMetricsF(theme.font("keycap")).horizontalAdvance(text) + 2 * _KEYCAP_PAD
    return max(float(theme.size("keycap")), round(width))


def draw_keycap(
    painter: QPainter, x: float, middle: float, text: str, theme: Theme, ink: QColor, line: QColor
) -> float:
    """Paint a keycap with its left edge at `x`, centred on `middle`; gives its right edge."""
    width, height = keycap_width(text, theme), theme.size("keycap")
    rect = QRectF(round(x), round(middle - height / 2), width, height)
    outline(painter, rect, theme.size("radius.keycap"), line)
    painter.setPen(ink)
    painter.setFont(theme.font("keycap"))
    painter.drawText(rect, MIDDLE, text)
    return rect.right()


class ChipLook(enum.StrEnum):
    """How a chip speaks: the urgencies by weight, the rest by line and ink."""

    FLOOD = "flood"
    EMERGENCY = "emergency"
    LIVELIHOOD = "livelihood"
    ORDINARY = "ordinary"
    COMPLEX = "complex"
    QUESTION = "question"
    REDO = "redo"
    SUSPENDED = "suspended"
    STATE = "state"
    PLAIN = "plain"
    ROLE = "role"
    PENDING = "pending"
    PARKED = "parked"
    EXPIRED = "expired"


def urgency_chip(urgency: Urgency) -> ChipLook:
    """Give the look of an urgency's chip."""
    return ChipLook(urgency.value)


@dataclass(frozen=True, slots=True)
class ChipInk:
    """A chip's colours; None is not drawn."""

    text: QColor
    line: QColor | None
    fill: QColor | None
    bold: bool
    dashed: bool = False


def chip_ink(look: ChipLook, theme: Theme) -> ChipInk:
    """Give the colours of a chip."""
    match look:
        case ChipLook.STATE:
            return ChipInk(theme.colour("text"), theme.colour("accent"), None, bold=False)
        case ChipLook.ROLE:
            return ChipInk(theme.colour("text"), theme.colour("accent"), None, bold=False)
        case ChipLook.PLAIN:
            return ChipInk(theme.colour("text"), theme.colour("line_strong"), None, bold=False)
        case ChipLook.PENDING | ChipLook.PARKED | ChipLook.EXPIRED:
            path = f"outbox.{look.value}"
            return ChipInk(
                theme.colour(f"{path}.text"),
                theme.colour(f"{path}.mark"),
                None,
                bold=False,
                dashed=look is ChipLook.PENDING,
            )
        case _:
            path = f"urgency.{look.value}"
            if theme.has_colour(f"{path}.fill"):
                return ChipInk(theme.colour(f"{path}.on_fill"), None, theme.colour(f"{path}.fill"), bold=True)
            line = theme.colour(f"{path}.line") if theme.has_colour(f"{path}.line") else None
            return ChipInk(theme.colour(f"{path}.text"), line, None, bold=False)


def chip_width(text: str, theme: Theme, bold: bool) -> float:
    """Give how wide the chip of `text` is."""
    return round(QFontMetricsF(theme.font("caption", bold)).horizontalAdvance(text)) + 2.0 * _CHIP_PAD


CHIP_HEIGHT = 18


def draw_chip(painter: QPainter, rect: QRectF, text: str, ink: ChipInk, theme: Theme) -> None:
    """Paint a chip that fills `rect`."""
    if ink.line is not None or ink.fill is not None:
        outline(painter, rect, theme.size("radius.chip"), ink.line, ink.fill, dashed=ink.dashed)
    painter.setPen(ink.text)
    painter.setFont(theme.font("caption", ink.bold))
    painter.drawText(rect, MIDDLE, text)


def draw_large(painter: QPainter, x: float, baseline: float, text: str, font: QFont, ink: QColor) -> None:
    """Paint large text truly bold where the typeface has no bold face; Qt thickens only what is under 64 px."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addText(x, baseline, font, text)
    if font.bold() and not has_bold(font.family()):
        painter.setPen(QPen(ink, font.pixelSize() / 26))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPath(path)
