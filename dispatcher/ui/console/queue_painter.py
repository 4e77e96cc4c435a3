"""Paints a row of the queue: light, countdown, urgency, demand, state, whistles, on one or two lines.

Everything that can be prepared is: words by the model, fonts, metrics and colours once per theme, glyphs as
pixmaps. What does not tick is painted once per row and kept as a picture, because one new order moves every row
below it, and painting text anew for all of them takes longer than a frame. For the same reason a row is painted whole
and not cell by cell by a delegate of Qt's: what Qt does around each cell costs more than the picture.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from dispatcher.models.case import ENDED, CaseState
from dispatcher.models.deadlines import ClockKind, Light
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.order import Urgency
from dispatcher.models.queue import Pending, QueueRow
from dispatcher.ui import strings
from dispatcher.ui.console.queue_cells import Cells, Column
from dispatcher.ui.console.queue_model import QueueModel
from dispatcher.widgets.countdown import CountdownPainter, Written, language, write
from dispatcher.widgets.glyphs import Glyph, Glyphs, light_glyph, light_ink, pending_glyph
from dispatcher.widgets.paint import CHIP_HEIGHT, ChipInk, ChipLook, chip_ink, chip_width, draw_chip, outline
from dispatcher.widgets.theme import Theme


class Density(enum.StrEnum):
    """How high a row is; compact has one line."""

    COMPACT = "compact"
    STANDARD = "standard"
    COMFORTABLE = "comfortable"


class _Look(NamedTuple):
    """What a kept picture of a row depends on besides its words."""

    case: CaseId
    ratio: float
    selected: bool
    hover: bool
    late: bool


_KEPT = 250
"""Pictures of rows kept at most: a few screens full."""
_LEFT_PAD = 12
_LIGHT = 18
_GAP = 8
_PLATE_PAD = 6
_ORDER_PAD = 18


class _Text:
    """A font with what is asked of it per row measured once."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetricsF(font)
        self.cap = self.metrics.capHeight()
        self._cut: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> float:
        return self.metrics.horizontalAdvance(text)

    def cut(self, text: str, room: float) -> str:
        """Give the text, ended with … where it does not fit; remembered."""
        key = (text, int(room))
        found = self._cut.get(key)
        if found is None:
            if len(self._cut) > _REMEMBERED:
                self._cut.clear()
            found = self._cut[key] = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
        return found


_REMEMBERED = 8000


class QueuePainter:
    """Paints rows of a `QueueModel`; `now_ms` gives the instant, `focused` whether the list has the keyboard."""

    def __init__(self, model: QueueModel, theme: Theme, density: Density, now_ms: Callable[[], int]) -> None:
        self._model = model
        self._now_ms = now_ms
        self._columns: dict[Column, QRectF] = {}
        self._width = 0
        self.focused = False
        self.watching = False
        self.first_painted: dict[CaseId, Revision] = {}
        self.fresh: list[tuple[CaseId, Revision]] = []
        self.set_look(theme, density)

    def set_look(self, theme: Theme, density: Density) -> None:
        """Take fonts, measures and colours from a theme."""
        self.theme, self.density = theme, density
        self.compact = density is Density.COMPACT
        self._glyphs = Glyphs(theme)
        self._language = language()
        self._words = _words()
        digits = theme.font("countdown_compact" if self.compact else "countdown", True)
        self._figure = CountdownPainter(digits, theme.font("caption"))
        demand = "body" if self.compact else "body_strong"
        self._demand, self._demand_bold = _Text(theme.font(demand)), _Text(theme.font(demand, True))
        self._body = _Text(theme.font("body"))
        self._caption, self._caption_bold = _Text(theme.font("caption")), _Text(theme.font("caption", True))
        self._strong = _Text(theme.font("body", True))
        self._clock_width = max(map(self._caption.width, self._words.clocks))
        self._chips: dict[ChipLook, ChipInk] = {look: chip_ink(look, theme) for look in ChipLook}
        self._chip_widths: dict[str, float] = {}
        self.row_height = theme.row_height(density.value)
        self._pictures: dict[_Look, tuple[Cells, QPixmap]] = {}
        colour = theme.colour
        self._line, self._hover, self._ground = colour("line"), colour("selection.hover"), colour("surface")
        self._selected, self._edge, self._ring = (
            colour("selection.background"),
            colour("selection.edge"),
            colour("focus.ring"),
        )
        self._text = (colour("text"), colour("selection.text"))
        self._muted = (colour("text_muted"), colour("selection.text_muted"))
        self._late = colour("sla.red.text")
        self._plate, self._on_plate = colour("sla.overdue.fill"), colour("sla.overdue.on_fill")
        self._lights = {light: colour("text" if light is Light.GREEN else f"sla.{light.value}.text") for light in Light}

    def column_widths(self, total: int) -> dict[Column, int]:
        """Share the width out: what must not be cut gets what it needs, the demand takes the rest."""
        caption, words = self._caption, self._words
        clock = self._clock_width
        figure = self._figure.widest(self._language) + 2 * _PLATE_PAD
        if self.compact:
            figure += clock + _GAP + 4
        else:
            figure = max(figure, clock + caption.width(" 00:00") + 12)
        order = max(*map(self._chip_width, words.chips), caption.width("00000")) + _ORDER_PAD
        pending = 20 + self._strong.width(words.pending)
        state = max(*map(self._body.width, words.states), pending) + 10
        whistles = 22 + self._strong.width("10/10") + 14
        if total >= _WIDE:
            state, whistles = state * 1.2, whistles + 14
        countdown = _LEFT_PAD + _LIGHT + _GAP + figure
        # A narrow list in long words: the state gives way first, it is told again in the case panel.
        lacking = countdown + order + state + whistles + _DEMAND_LEAST - total
        state = max(_STATE_LEAST, state - max(0.0, lacking))
        fixed = {
            Column.COUNTDOWN: round(countdown),
            Column.ORDER: round(order),
            Column.STATE: round(state),
            Column.WHISTLES: round(whistles),
        }
        widths = {**fixed, Column.DEMAND: max(_DEMAND_LEAST, total - sum(fixed.values()))}
        self._place(widths)
        return widths

    def _place(self, widths: dict[Column, int]) -> None:
        """Keep where in a row each cell lies."""
        left, columns = 0, dict[Column, QRectF]()
        for column in Column:
            columns[column] = QRectF(left, 0, widths[column], self.row_height)
            left += widths[column]
        if columns != self._columns:
            self._columns, self._width = columns, left
            self._pictures.clear()

    def written(self, row: QueueRow) -> Written | None:
        """Give the countdown of a row as it is written now, None when no clock runs."""
        return None if row.clock is None else write(row.due_ms - self._now_ms(), self._language)

    def paint(self, painter: QPainter, origin: QPointF, number: int, selected: bool, hover: bool, whole: bool) -> None:
        """Paint a row with its top left at `origin`; `whole` says that more of it is in sight than its countdown."""
        row, cells = self._model.row_at(number), self._model.cells_at(number)
        now_ms = self._now_ms()
        look = _Look(row.id, painter.device().devicePixelRatioF(), selected, hover, row.whistle_late(now_ms))
        painter.drawPixmap(origin, self._picture(look, cells))
        light = row.light(now_ms)
        if light is not None:
            written = write(row.due_ms - now_ms, self._language)
            self._paint_countdown(painter, self._columns[Column.COUNTDOWN].translated(origin), light, written, selected)
        if selected:
            self._paint_selection(painter, QRectF(origin.x(), origin.y(), self._width, self.row_height))
        if whole and self.watching and self.first_painted.get(row.id) != row.revision:
            self.first_painted[row.id] = row.revision
            self.fresh.append((row.id, row.revision))

    def _picture(self, look: _Look, cells: Cells) -> QPixmap:
        """Give the picture of what does not tick of a row, painted when its words are others than before."""
        kept = self._pictures.get(look)
        if kept is not None and kept[0] is cells:
            return kept[1]
        picture = QPixmap(round(self._width * look.ratio), round(self.row_height * look.ratio))
        picture.setDevicePixelRatio(look.ratio)
        picture.fill(self._ground)
        painter = QPainter(picture)
        self._paint_ground(painter, QRectF(0, 0, self._width, self.row_height), look.selected, look.hover)
        columns, selected = self._columns, look.selected
        self._paint_clock(painter, columns[Column.COUNTDOWN], cells, selected)
        self._paint_order(painter, columns[Column.ORDER], cells, selected)
        self._paint_demand(painter, columns[Column.DEMAND], cells, selected)
        self._paint_state(painter, columns[Column.STATE], cells, selected)
        self._paint_whistles(painter, columns[Column.WHISTLES], cells, look.late, selected)
        painter.end()
        if len(self._pictures) >= _KEPT:
            self._pictures.clear()
        self._pictures[look] = (cells, picture)
        return picture

    def _paint_ground(self, painter: QPainter, rect: QRectF, selected: bool, hover: bool) -> None:
        if selected:
            painter.fillRect(rect, self._selected)
        elif hover:
            painter.fillRect(rect, self._hover)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._line)

    def _paint_selection(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), self._edge)
        if not self.focused:
            return
        width = 2.0
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), width), self._ring)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - width, rect.width(), width), self._ring)
        painter.fillRect(QRectF(rect.left(), rect.top(), width, rect.height()), self._ring)
        painter.fillRect(QRectF(rect.right() - width, rect.top(), width, rect.height()), self._ring)

    def _lines(self, rect: QRectF) -> tuple[float, float]:
        """Give the middles of the two lines; compact has one."""
        if self.compact:
            middle = rect.top() + (rect.height() - 1) / 2
            return middle, middle
        return rect.top() + rect.height() * 0.32, rect.top() + rect.height() * 0.73

    def _paint_clock(self, painter: QPainter, rect: QRectF, cells: Cells, selected: bool) -> None:
        """Paint what the countdown is of: beside it where there is one line, else below it."""
        first, second = self._lines(rect)
        right = rect.right() - _PLATE_PAD - 4
        if self.compact:
            shown, right, line = cells.clock or cells.review, right + 4, first
        else:
            room = right - rect.left() - _LEFT_PAD - _LIGHT - 2
            shown, line = self._caption.cut(cells.clock_line or cells.review, room), second
        self._draw(painter, self._caption, shown, right - self._caption.width(shown), line, self._muted[selected])

    def _paint_countdown(self, painter: QPainter, rect: QRectF, light: Light, written: Written, selected: bool) -> None:
        first, _ = self._lines(rect)
        right = rect.right() - _PLATE_PAD - 4
        if self.compact:
            right -= self._clock_width + _GAP - 4
        y = rect.top() + (rect.height() - 1 - _LIGHT) / 2
        self._glyphs.draw(painter, light_glyph(light), rect.left() + _LEFT_PAD, y, _LIGHT, light_ink(light))
        ink = self._lights[light]
        if light is Light.OVERDUE:
            width = self._figure.width(written)
            height = min(self._figure.cap + 11, rect.height() - 4)
            plate = QRectF(right - width - _PLATE_PAD, round(first - height / 2), width + 2 * _PLATE_PAD, height)
            outline(painter, plate, self.theme.size("radius.chip"), None, self._plate)
            ink = self._on_plate
        elif light is Light.GREEN:
            ink = self._text[selected]
        self._figure.paint(painter, right, first + self._figure.cap / 2, written, ink)

    def _paint_order(self, painter: QPainter, rect: QRectF, cells: Cells, selected: bool) -> None:
        first, second = self._lines(rect)
        ink = self._chips[cells.chip_look]
        width = self._chip_width(cells.chip)
        left = rect.left() + rect.width() / 2
        box = QRectF(round(left - width / 2), round(first - CHIP_HEIGHT / 2), width, CHIP_HEIGHT)
        draw_chip(painter, box, cells.chip, ink, self.theme)
        if not self.compact:
            shown = self._caption.cut(cells.number, rect.width() - 2)
            x = left - self._caption.width(shown) / 2
            self._draw(painter, self._caption, shown, x, second, self._muted[selected])

    def _paint_demand(self, painter: QPainter, rect: QRectF, cells: Cells, selected: bool) -> None:
        first, second = self._lines(rect)
        room = rect.width() - 14
        text = self._demand_bold if cells.strong else self._demand
        x = rect.left() + 4
        self._draw(painter, text, text.cut(cells.title, room), x, first, self._text[selected])
        if not self.compact:
            self._draw(painter, self._caption, self._caption.cut(cells.place, room), x, second, self._muted[selected])

    def _paint_state(self, painter: QPainter, rect: QRectF, cells: Cells, selected: bool) -> None:
        first, second = self._lines(rect)
        x, room = rect.left(), rect.width() - 10
        glyph = pending_glyph(cells.pending)
        if glyph is None:
            ink = self._text[selected]
            self._draw(painter, self._body, self._body.cut(cells.state, room), x, first, ink)
        else:
            path = f"outbox.{cells.pending.value}"
            self._glyphs.draw(painter, glyph, x, first - 8, 16, f"{path}.mark")
            shown = self._strong.cut(cells.state, room - 20)
            self._draw(painter, self._strong, shown, x + 20, first, self.theme.colour(f"{path}.text"))
        if not self.compact:
            shown = self._caption.cut(cells.state_line, room)
            self._draw(painter, self._caption, shown, x, second, self._muted[selected])

    def _paint_whistles(self, painter: QPainter, rect: QRectF, cells: Cells, late: bool, selected: bool) -> None:
        first, second = self._lines(rect)
        x = rect.left()
        if cells.whistles:
            self._glyphs.draw(painter, Glyph.WHISTLE, x, first - 9, 16, "sla.red.mark" if late else "accent_text")
            text = self._strong if late else self._body
            ink = self._late if late else self._text[selected]
            self._draw(painter, text, cells.whistles, x + 22, first, ink)
        if cells.flags and not (self.compact and cells.whistles):
            line = first if self.compact else second
            shown = self._caption.cut(cells.flags, rect.width() - 8)
            self._draw(painter, self._caption, shown, x, line, self._muted[selected])

    def _draw(self, painter: QPainter, text: _Text, words: str, x: float, middle: float, ink: QColor) -> None:
        painter.setFont(text.font)
        painter.setPen(ink)
        painter.drawText(QPointF(x, middle + text.cap / 2), words)

    def _chip_width(self, text: str) -> float:
        found = self._chip_widths.get(text)
        if found is None:
            found = self._chip_widths[text] = chip_width(text, self.theme, bold=True)
        return found


_WIDE = 700
_DEMAND_LEAST = 100
_STATE_LEAST = 76


@dataclass(frozen=True)
class _Words:
    """The words of the moment's language that decide how wide a column must be."""

    clocks: tuple[str, ...]
    chips: tuple[str, ...]
    states: tuple[str, ...]
    pending: str


def _words() -> _Words:
    return _Words(
        tuple(map(strings.clock_kind, ClockKind)),
        tuple(map(strings.urgency, Urgency)),
        tuple(strings.case_state(state) for state in CaseState if state not in ENDED),
        strings.pending_mark(Pending.EXPIRED, "blow_whistle"),
    )
