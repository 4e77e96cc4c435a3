"""The wall's lists, painted at the sizes the distance demands; rows that do not fit are left out."""

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from dispatcher.models.deadlines import Light
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.ui import strings
from dispatcher.ui.wall.board import community_of
from dispatcher.ui.wall.lettering import LargeCountdown
from dispatcher.ui.wall.panel import WallPanel
from dispatcher.ui.wall.sizes import Sizes
from dispatcher.widgets.countdown import language, write
from dispatcher.widgets.glyphs import Glyph, light_glyph, light_ink
from dispatcher.widgets.paint import RIGHT, crisp_line, outline
from dispatcher.widgets.theme import Theme

UnitName = Callable[[UnitId], str]

_BOLD = frozenset({Urgency.FLOOD, Urgency.EMERGENCY})


class RowList(WallPanel):
    """Rows under a title; what is said where there are none."""

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, sizes, title, parent)
        self._rows: tuple[QueueRow, ...] = ()
        self._empty = ""

    def set_rows(self, rows: tuple[QueueRow, ...], note: str, empty: str, now_ms: int) -> None:
        """Show rows; `empty` is said when there is none."""
        self._rows, self.note, self._empty, self.now_ms = rows, note, empty, now_ms
        self.update()

    def paint_inside(self, painter: QPainter) -> None:
        """Rows, as many as fit."""
        pad, step = self.pad(), self.step()
        wide = self.width() - 2 * pad
        if not self._rows:
            self.words(painter, QRectF(pad, self.head(), wide, step), self._empty, self._plain, "text_muted")
            return
        shown = self._rows[: self.room()]
        self.measure(shown)
        for number, row in enumerate(shown):
            top = self.head() + number * step
            crisp_line(painter, pad, round(top), self.width() - pad, round(top), self.theme.colour("line"))
            self.paint_row(painter, row, QRectF(pad, round(top), wide, step))

    def measure(self, rows: tuple[QueueRow, ...]) -> None:
        """Find the columns for these rows; for subclasses."""

    def paint_row(self, painter: QPainter, row: QueueRow, box: QRectF) -> None:
        """Paint one row; for subclasses."""

    def topic(self, row: QueueRow) -> tuple[str, QFont]:
        """Give what a row is about, bold where it is an emergency."""
        return row.topic or strings.urgency(row.urgency), self._strong if row.urgency in _BOLD else self._plain

    def topics_width(self, rows: tuple[QueueRow, ...], most: float) -> float:
        """Give how wide the topics of some rows are, at most `most`."""
        wide = (QFontMetricsF(font).horizontalAdvance(text) for text, font in map(self.topic, rows))
        return min(most, max(wide, default=0.0) + self.sizes.text * 0.1)


class PressingList(RowList):
    """What is overdue or due soon: light, countdown, topic, community. No caller, no address, no order text."""

    def restyle(self) -> None:
        """Make the fonts; the countdown has its own."""
        super().restyle()
        self._time = LargeCountdown(self._strong, self._plain)

    def paint_row(self, painter: QPainter, row: QueueRow, box: QRectF) -> None:
        """Paint one row."""
        size, middle = self.sizes.text, box.center().y()
        light = row.light(self.now_ms)
        if light is None:
            return
        tongue = language()
        self.glyphs.draw(painter, light_glyph(light), box.left(), middle - size * 0.45, size * 0.9, light_ink(light))
        time_right = box.left() + size * 1.5 + self._time.widest(tongue)
        written = write(row.due_ms - self.now_ms, tongue)
        ink = "text" if light is Light.GREEN else f"sla.{light.value}.text"
        if light is Light.OVERDUE:
            width = self._time.width(written)
            plate = QRectF(time_right - width - size * 0.25, middle - size * 0.65, width + size * 0.5, size * 1.3)
            outline(painter, plate, 4, None, self.theme.colour("sla.overdue.fill"))
            ink = "sla.overdue.on_fill"
        self._time.paint(painter, time_right, self.baseline(box), written, self.theme.colour(ink))
        left = time_right + size * 0.8
        room = box.right() - left
        community = community_of(row)
        aside = min(room * 0.45, QFontMetricsF(self._plain).horizontalAdvance(community) + 2)
        if aside > size:
            place = QRectF(box.right() - aside, box.top(), aside, box.height())
            self.words(painter, place, community, self._plain, "text_muted", RIGHT)
        topic, font = self.topic(row)
        self.words(painter, QRectF(left, box.top(), room - aside - size * 0.5, box.height()), topic, font, "text")


class WhistleList(RowList):
    """Cases with departments out: topic, how many have reported in, whom one waits for and how late."""

    def __init__(
        self, theme: Theme, sizes: Sizes, title: str, unit_name: UnitName, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, sizes, title, parent)
        self._unit_name = unit_name

    def measure(self, rows: tuple[QueueRow, ...]) -> None:
        """Topic | n/m | the slowest: the topics take what they need, the slowest's name what is left."""
        self._topic_width = self.topics_width(rows, (self.width() - 2 * self.pad()) * 0.36)
        figures = QFontMetricsF(self._strong)
        longest = max(len(f"{row.whistles_in}/{row.whistles_out}") for row in rows)
        self._count_width = figures.horizontalAdvance("0" * longest) + self.sizes.text * 0.1

    def paint_row(self, painter: QPainter, row: QueueRow, box: QRectF) -> None:
        """Paint one row."""
        size = self.sizes.text
        late = row.whistle_late(self.now_ms)
        topic, font = self.topic(row)
        self.words(painter, QRectF(box.left(), box.top(), self._topic_width, box.height()), topic, font, "text")
        x = box.left() + self._topic_width + size * 0.6
        glyph, mark = (Glyph.DIAMOND, "sla.red.mark") if late else (Glyph.WHISTLE, "accent_text")
        self.glyphs.draw(painter, glyph, x, box.center().y() - size * 0.45, size * 0.9, mark)
        x += size * 1.2
        figures = f"{row.whistles_in}/{row.whistles_out}"
        count = QRectF(x, box.top(), self._count_width, box.height())
        self.words(painter, count, figures, self._strong, "sla.red.text" if late else "text", RIGHT)
        x += self._count_width + size * 0.5
        self._paint_slowest(painter, row, QRectF(x, box.top(), box.right() - x, box.height()))

    def _paint_slowest(self, painter: QPainter, row: QueueRow, box: QRectF) -> None:
        """Whom one waits for, and for how long; where room is short the name gives way, not the time."""
        if row.whistle_due_ms >= NEVER_MS or not row.waiting_for:
            self.words(painter, box, self.tr("已到齐"), self._plain, "text_muted", RIGHT)
            return
        left = row.whistle_due_ms - self.now_ms
        form = self.tr("超{length}") if left < 0 else self.tr("剩{length}")
        ink = "sla.red.text" if left < 0 else "text_muted"
        width = self.words(painter, box, form.format(length=_largest(abs(left))), self._plain, ink, RIGHT)
        room = box.adjusted(0, 0, -width - self.sizes.text * 0.4, 0)
        if room.width() > self.sizes.text * 2:
            self.words(painter, room, self._unit_name(row.waiting_for), self._plain, ink, RIGHT)


def _largest(length_ms: int) -> str:
    written = write(length_ms, language()).parts
    return written[0].text + written[1].text.strip()
