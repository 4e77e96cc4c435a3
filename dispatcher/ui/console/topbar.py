"""The top bar: where am I, who is on duty, find something, what day and time it is."""

import datetime as dt

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from dispatcher.models.organisation import Actor, Role
from dispatcher.ui import language, strings
from dispatcher.widgets.chips import Keycap
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import Painted
from dispatcher.widgets.theme import Theme

_RANK = (
    Role.SHIFT_LEADER,
    Role.DISPATCHER,
    Role.SUPERVISOR,
    Role.LIAISON,
    Role.COMMUNITY_WORKER,
    Role.HOTLINE,
    Role.DISTRICT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.WALL,
)


class Sign(Painted):
    """A glyph alone."""

    def __init__(self, theme: Theme, glyph: Glyph, ink: str, size: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._glyph, self._ink, self._size = glyph, ink, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_sign(self, glyph: Glyph, ink: str) -> None:
        """Show another glyph or ink."""
        if (glyph, ink) != (self._glyph, self._ink):
            self._glyph, self._ink = glyph, ink
            self.update()

    def set_size(self, size: int) -> None:
        """Change how large it is."""
        self._size = size
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the glyph."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        del event
        painter = QPainter(self)
        self.glyphs.draw(painter, self._glyph, 0, 0, self._size, self._ink)
        painter.end()


class TopBar(QFrame):
    """`find_requested(str)` when something is looked for; `tick` writes the time."""

    find_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setProperty("class", "bar")
        self._minute = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self._sign = Sign(theme, Glyph.WHISTLE, "accent")
        self.where = _label("title")
        self._district = _label("caption")
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("搜索：尾号、地址、诉求"))
        self.search.setAccessibleName(self.tr("搜索"))
        self.search.setMinimumWidth(220)
        self.search.setMaximumWidth(420)
        self.search.returnPressed.connect(self._find)
        self._keycap = Keycap("Ctrl F", theme, self.search)
        inside = QHBoxLayout(self.search)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addStretch(1)
        inside.addWidget(self._keycap)
        self.search.setTextMargins(0, 0, self._keycap.sizeHint().width() + 12, 0)
        self.duty = _label("caption")
        self._date = _label("caption")
        self.clock = _label("")
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._sign)
        row.addWidget(self.where)
        row.addWidget(self._district)
        row.addSpacing(24)
        row.addWidget(self.search, 1)
        row.addStretch(1)
        row.addWidget(self.duty)
        row.addWidget(vline())
        row.addWidget(self._date)
        row.addSpacing(8)
        row.addWidget(self.clock)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Change to another look."""
        self.theme = theme
        self._sign.set_theme(theme)
        self._keycap.set_theme(theme)
        self.clock.setFont(theme.font("clock", True))
        # Digits are of one width, so that the bar does not move as they tick.
        self.clock.setFixedWidth(self.clock.fontMetrics().horizontalAdvance("00:00:00") + 2)
        self.setFixedHeight(max(theme.size("header"), self.clock.fontMetrics().height() + 4))

    def set_duty(self, actor: Actor, where: str, above: str) -> None:
        """Say who is on duty, as what, in which unit and what it belongs to."""
        roles = [strings.role(role) for role in _RANK if role in actor.roles][:1]
        self.where.setText(where)
        self._district.setText(above)
        self.duty.setText(" ".join((*roles, actor.name)))

    def tick(self, now: dt.datetime) -> None:
        """Write the time; the date once a minute."""
        self.clock.setText(language.clock_text(now))
        minute = language.minute_text(now)
        if minute != self._minute:
            self._minute = minute
            self._date.setText(language.date_text(now))

    def _find(self) -> None:
        if self.search.text().strip():
            self.find_requested.emit(self.search.text())


def vline() -> QFrame:
    """Make a short upright line of one pixel."""
    line = QFrame()
    line.setProperty("class", "vline")
    line.setFixedSize(1, 16)
    return line


def _label(classes: str, text: str = "") -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("class", classes)
    return made
