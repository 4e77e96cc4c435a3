"""A button that shows its key, and that stays in place when it may not be pressed and says why.

One primary button per panel; everything else is outlined. A refused button keeps the focus so that a
screen reader and a keyboard reach the reason.
"""

import enum

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from dispatcher.widgets.glyphs import Glyph, Glyphs
from dispatcher.widgets.paint import draw_keycap, focus_ring, keycap_width, outline
from dispatcher.widgets.theme import Theme


class ButtonLook(enum.Enum):
    """How loud a button is."""

    OUTLINED = enum.auto()
    PRIMARY = enum.auto()
    BARE = enum.auto()


class KeyButton(QAbstractButton):
    """A button with its keycap drawn on it. `clicked` comes only while it is allowed, `refused(str)` otherwise."""

    refused = Signal(str)

    def __init__(
        self,
        text: str,
        theme: Theme,
        *,
        key: str = "",
        look: ButtonLook = ButtonLook.OUTLINED,
        glyph: Glyph | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.glyphs = Glyphs(theme)
        self.key = key
        self.look = look
        self._glyph = glyph
        self._refusal = ""
        self._keycaps_shown = True
        self._field = ""
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._say()

    @property
    def refusal(self) -> str:
        """Why it may not be pressed now; empty when it may."""
        return self._refusal

    def set_refusal(self, why: str) -> None:
        """Say why the button may not be pressed now, or allow it with an empty text."""
        if why != self._refusal:
            if bool(why) != bool(self._refusal):
                self.update()
            self._refusal = why
            self._say()

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        self.glyphs = Glyphs(theme)
        self.updateGeometry()
        self.update()

    def set_field(self, path: str) -> None:
        """Stand on a filled field, `alarm.p1` or `link.offline`, and take its ink; empty for the plain ground."""
        self._field = path
        self.update()

    def set_keycaps_shown(self, shown: bool) -> None:
        """Show or hide the keycap."""
        if shown != self._keycaps_shown:
            self._keycaps_shown = shown
            self.updateGeometry()
            self.update()

    def set_words(self, text: str, key: str | None = None) -> None:
        """Change the words, and the key if given."""
        key = self.key if key is None else key
        if (text, key) != (self.text(), self.key):
            self.setText(text)
            self.key = key
            self._say()
            self.updateGeometry()
            self.update()

    def trigger(self) -> None:
        """Do what a click does; for shortcuts."""
        if self._refusal or not self.isEnabled():
            self._refuse()
        else:
            self.click()

    def sizeHint(self) -> QSize:
        """Text, glyph and keycap with their gaps."""
        width = 2 * 11 + self._text_width()
        if self._glyph is not None:
            width += 16 + self.theme.size("space.icon_gap")
        if self.key and self._keycaps_shown:
            width += 8 + keycap_width(self.key, self.theme)
        height = max(self.theme.size("button"), round(QFontMetricsF(self._font()).height() + 8))
        return QSize(round(width + 0.5), height)

    def minimumSizeHint(self) -> QSize:
        """A button is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """A refused button is not hit by the mouse."""
        return not self._refusal and super().hitButton(pos)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say why instead of doing nothing in silence."""
        if self._refusal and event.button() is Qt.MouseButton.LeftButton:
            self._refuse()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses as space does; a refused button answers both with its reason."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._refusal:
                self._refuse()
                return
            if event.key() != Qt.Key.Key_Space:
                self.click()
                return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the reason when the keyboard comes to a refused button."""
        super().focusInEvent(event)
        if self._refusal and event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        ):
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self._refusal, self)

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when it is enabled or disabled."""
        if event.type() is QEvent.Type.EnabledChange:
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, glyph, words, keycap, focus ring."""
        del event
        theme = self.theme
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = theme.size("radius.button")
        ink, line, fill = self._colours()
        outline(painter, rect, radius, line, fill)
        middle = rect.center().y()
        content = self._text_width()
        if self._glyph is not None:
            content += 16 + theme.size("space.icon_gap")
        if self.key and self._keycaps_shown:
            content += 8 + keycap_width(self.key, theme)
        x = max(8.0, (rect.width() - content) / 2)
        if self._glyph is not None:
            path = "text_disabled" if self._is_dead() else self._ink_path()
            self.glyphs.draw(painter, self._glyph, x, middle - 8, 16, path)
            x += 16 + theme.size("space.icon_gap")
        painter.setPen(ink)
        painter.setFont(self._font())
        painter.drawText(
            QRectF(x, 0, self._text_width() + 2, rect.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            self.text(),
        )
        if self.key and self._keycaps_shown:
            draw_keycap(painter, x + self._text_width() + 8, middle, self.key, theme, ink, self._cap_line(ink))
        if self.hasFocus():
            focus_ring(painter, rect, theme, radius)
        painter.end()

    def _is_dead(self) -> bool:
        return bool(self._refusal) or not self.isEnabled()

    def _ink_path(self) -> str:
        if self._field:
            return f"{self._field}.on_fill"
        return "on_accent" if self.look is ButtonLook.PRIMARY else "text"

    def _colours(self) -> tuple[QColor, QColor | None, QColor | None]:
        theme = self.theme
        hover = self.underMouse() and not self._is_dead()
        if self._is_dead():
            return theme.colour("text_disabled"), theme.colour("line"), None
        ink = theme.colour(self._ink_path())
        if self._field:
            return ink, ink, None
        match self.look:
            case ButtonLook.PRIMARY:
                return ink, None, theme.colour("accent")
            case ButtonLook.OUTLINED:
                ground = "selection.background" if self.isDown() else "selection.hover" if hover else "raised"
                return ink, theme.colour("line_strong"), theme.colour(ground)
            case ButtonLook.BARE:
                return ink, None, theme.colour("selection.hover") if hover else None

    def _cap_line(self, ink: QColor) -> QColor:
        if self._is_dead():
            return self.theme.colour("line")
        return ink if self._field or self.look is ButtonLook.PRIMARY else self.theme.colour("line_strong")

    def _font(self) -> QFont:
        return self.theme.font("body", self.look is ButtonLook.PRIMARY or bool(self._field))

    def _text_width(self) -> float:
        return QFontMetricsF(self._font()).horizontalAdvance(self.text())

    def _refuse(self) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), self._refusal, self)
        self.refused.emit(self._refusal)

    def _say(self) -> None:
        self.setToolTip(self._refusal)
        self.setAccessibleName(f"{self.text()} {self.key}".strip())
        self.setAccessibleDescription(self._refusal)
