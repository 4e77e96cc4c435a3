"""Parts of the whistle dialog: the four kinds as rows one can choose from, and the ruler of resulting instants.

Dumb: words and instants in, a choice out.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.whistle import WhistleKind
from dispatcher.widgets.paint import (
    LEFT,
    MIDDLE,
    RIGHT,
    Painted,
    draw_keycap,
    focus_ring,
    keycap_width,
    outline,
)
from dispatcher.widgets.theme import Theme


@dataclass(frozen=True)
class KindWords:
    """One kind as its row shows it; `locked` says the way to get it when this person may not blow it now."""

    kind: WhistleKind
    name: str
    ground: str
    limits: str
    locked: str = ""


class KindList(Painted):
    """The four kinds, one under the other: up and down move, Alt+1 to Alt+4 choose, locked ones say why."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._rows: tuple[KindWords, ...] = ()
        self._chosen = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_kinds(self, rows: tuple[KindWords, ...], chosen: WhistleKind) -> None:
        """Show these kinds with one chosen."""
        self._rows = rows
        self._chosen = next((at for at, row in enumerate(rows) if row.kind is chosen), 0)
        self._say()
        self.updateGeometry()
        self.update()

    @property
    def kind(self) -> WhistleKind:
        """The chosen kind."""
        return self._rows[self._chosen].kind

    @property
    def locked(self) -> str:
        """Why the chosen kind cannot be blown; empty when it can."""
        return self._rows[self._chosen].locked

    def why_locked(self, at: int) -> str:
        """Say how to get the kind at a place; empty when it can be blown."""
        return self._rows[at].locked

    def choose(self, at: int) -> bool:
        """Choose the kind at a place; a locked one is not taken."""
        if not 0 <= at < len(self._rows) or self._rows[at].locked:
            return False
        if at != self._chosen:
            self._chosen = at
            self._say()
            self.updateGeometry()
            self.update()
            self.changed.emit()
        return True

    def sizeHint(self) -> QSize:
        """The chosen kind takes two lines, the others one."""
        return QSize(380, sum(self._height(at) + 5 for at in range(len(self._rows))) - 5)

    def minimumSizeHint(self) -> QSize:
        """A kind is never cut in height."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down pass over locked kinds."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = self._chosen + step
        while 0 <= at < len(self._rows) and not self.choose(at):
            at += step

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        for at, rect in enumerate(self._rects()):
            if rect.contains(event.position()):
                self.choose(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring, name, ground, key; the limits under the chosen one."""
        del event
        painter = QPainter(self)
        for at, rect in enumerate(self._rects()):
            self._paint_row(painter, at, rect)
        painter.end()

    def _paint_row(self, painter: QPainter, at: int, rect: QRectF) -> None:
        theme, row, chosen = self.theme, self._rows[at], at == self._chosen
        line = theme.colour("accent" if chosen else "line" if row.locked else "line_strong")
        outline(painter, rect, 4, line, theme.colour("selection.background") if chosen else None)
        if chosen and self.hasFocus():
            focus_ring(painter, rect, theme, 4)
        middle = rect.top() + self._line() / 2 + 3
        painter.setPen(QPen(theme.colour("accent" if chosen else "line_strong" if not row.locked else "line"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(rect.left() + 18, middle), 7, 7)
        if chosen:
            painter.setBrush(theme.colour("accent"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(rect.left() + 18, middle), 4, 4)
        muted = theme.colour("selection.text_muted" if chosen else "text_muted")
        painter.setFont(theme.font("body_strong", bold=chosen))
        painter.setPen(muted if row.locked else theme.colour("selection.text" if chosen else "text"))
        first = QRectF(rect.left() + 36, middle - 12, rect.width() - 48, 24)
        painter.drawText(first, LEFT, row.name)
        cap = keycap_width(f"Alt {at + 1}", theme)
        draw_keycap(painter, rect.right() - cap - 10, middle, f"Alt {at + 1}", theme, muted, muted)
        painter.setFont(theme.font("caption"))
        painter.setPen(muted)
        words = row.locked or row.ground
        start = rect.left() + 36 + self._name_width()
        second = QRectF(start, middle - 12, rect.right() - cap - 18 - start, 24)
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(second.width()))
        painter.drawText(second, LEFT, words)
        if chosen:
            below = QRectF(rect.left() + 36, middle + 12, rect.width() - 48, 22)
            limits = painter.fontMetrics().elidedText(row.limits, Qt.TextElideMode.ElideRight, int(below.width()))
            painter.drawText(below, LEFT, limits)

    def _name_width(self) -> float:
        metrics = QFontMetricsF(self.theme.font("body_strong", bold=True))
        return max((metrics.horizontalAdvance(row.name) for row in self._rows), default=0) + 16

    def _line(self) -> int:
        return 24

    def _height(self, at: int) -> int:
        return self._line() + 6 + (22 if at == self._chosen else 0)

    def _rects(self) -> list[QRectF]:
        rects: list[QRectF] = []
        top = 0
        for at in range(len(self._rows)):
            rects.append(QRectF(0, top, self.width(), self._height(at)))
            top += self._height(at) + 5
        return rects

    def _say(self) -> None:
        row = self._rows[self._chosen]
        self.setAccessibleName(self.tr("哨种：{name}").format(name=row.name))
        self.setAccessibleDescription(f"{row.ground} {row.limits}")
        locked = [f"{each.name}：{each.locked}" for each in self._rows if each.locked]
        self.setToolTip("\n".join((f"{row.name}：{row.limits}", *locked)))


class Ruler(Painted):
    """Dots on a line for what follows from blowing now: each with a word and its instant."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._marks: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_marks(self, marks: tuple[tuple[str, str], ...]) -> None:
        """Show words with instants, in the order they come."""
        if marks != self._marks:
            self._marks = marks
            self.setAccessibleName(self.tr("，").join(" ".join(mark) for mark in marks))
            self.update()

    def sizeHint(self) -> QSize:
        """A line and two lines of text."""
        return QSize(300, 60)

    def minimumSizeHint(self) -> QSize:
        """Never cut in height."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dots at even distances: the instants say how far apart they are."""
        del event
        if not self._marks:
            return
        theme = self.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right, y = 6.0, self.width() - 6.0, 8.0
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        count = len(self._marks)
        for at, (word, instant) in enumerate(self._marks):
            x = left + (right - left) * at / max(1, count - 1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent" if at == 0 else "text"))
            painter.drawEllipse(QPointF(x, y), 4, 4)
            align, start = (LEFT, x - 4) if at == 0 else (RIGHT, x - 96) if at == count - 1 else (MIDDLE, x - 50)
            painter.setPen(theme.colour("text_muted"))
            painter.setFont(theme.font("caption"))
            painter.drawText(QRectF(start, y + 6, 100, 20), align, word)
            painter.setPen(theme.colour("text"))
            painter.setFont(theme.font("body", bold=True))
            painter.drawText(QRectF(start, y + 26, 100, 22), align, instant)
        painter.end()
