"""The wall's lists and chart, painted at the sizes the distance demands; rows that do not fit are left out."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.models.deadlines import Light
from dispatcher.models.ids import UnitId
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.ui import strings
from dispatcher.ui.wall.board import community_of
from dispatcher.ui.wall.sizes import Sizes
from dispatcher.widgets.countdown import CountdownPainter, language, write
from dispatcher.widgets.glyphs import Glyph, light_glyph, light_ink
from dispatcher.widgets.paint import LEFT, RIGHT, Painted, crisp_line, outline
from dispatcher.widgets.theme import Theme

UnitName = Callable[[UnitId], str]


class WallPanel(Painted):
    """A titled panel of the wall; subclasses paint what is in it."""

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.sizes = sizes
        self.title = title
        self.note = ""
        self.now_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.restyle()

    def set_sizes(self, sizes: Sizes) -> None:
        """Take the sizes of another screen."""
        self.sizes = sizes
        self.restyle()
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        """Make the fonts."""
        self._plain = self.theme.font_px(self.sizes.text)
        self._strong = self.theme.font_px(self.sizes.text, bold=True)

    def sizeHint(self) -> QSize:
        """A title and one row at least."""
        return QSize(self.sizes.text * 12, self.head() + self.sizes.row)

    def minimumSizeHint(self) -> QSize:
        """A title and one row at least."""
        return QSize(100, self.head() + self.sizes.row)

    def head(self) -> int:
        """How high the title is."""
        return round(self.sizes.row * 1.1)

    def room(self) -> int:
        """How many rows fit below the title."""
        return max(1, (self.height() - self.head()) // self.sizes.row)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and title."""
        del event
        painter = QPainter(self)
        rect = QRectF(self.rect())
        outline(painter, rect, self.theme.size("radius.card"), None, self.theme.colour("surface"))
        pad = self.pad()
        head = QRectF(pad, 0, rect.width() - 2 * pad, self.head())
        self.words(painter, head, self.title, self._strong, "text")
        self.words(painter, head, self.note, self._plain, "text_muted", RIGHT)
        self.paint_inside(painter)
        painter.end()

    def paint_inside(self, painter: QPainter) -> None:
        """Paint what is below the title."""

    def pad(self) -> float:
        """Room at the sides."""
        return self.sizes.text * 0.5

    def words(
        self,
        painter: QPainter,
        rect: QRectF,
        text: str,
        font: QFont,
        ink: str,
        align: Qt.AlignmentFlag = LEFT,
    ) -> float:
        """Write a text in a box, elided where it must be; gives how wide it is."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.setFont(font)
        painter.setPen(self.theme.colour(ink))
        painter.drawText(rect, align, shown)
        return metrics.horizontalAdvance(shown)


class PressingList(WallPanel):
    """What is overdue or due soon: light, countdown, topic, community. No caller, no address, no order text."""

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, sizes, title, parent)
        self._rows: tuple[QueueRow, ...] = ()
        self._empty = ""

    def restyle(self) -> None:
        """Make the fonts; the countdown has its own."""
        super().restyle()
        self._time = CountdownPainter(self._strong, self._plain)

    def set_rows(self, rows: tuple[QueueRow, ...], note: str, empty: str, now_ms: int) -> None:
        """Show rows; `empty` is said when there is none."""
        self._rows, self.note, self._empty, self.now_ms = rows, note, empty, now_ms
        self.update()

    def paint_inside(self, painter: QPainter) -> None:
        """Rows, as many as fit."""
        size, pad = self.sizes.text, self.pad()
        if not self._rows:
            box = QRectF(pad, self.head(), self.width() - 2 * pad, self.sizes.row)
            self.words(painter, box, self._empty, self._plain, "text_muted")
            return
        tongue = language()
        time_right = pad + size * 1.1 + self._time.widest(tongue) + size * 0.3
        for number, row in enumerate(self._rows[: self.room()]):
            top = self.head() + number * self.sizes.row
            middle = top + self.sizes.row / 2
            crisp_line(painter, pad, top, self.width() - pad, top, self.theme.colour("line"))
            light = row.light(self.now_ms)
            if light is None:
                continue
            self.glyphs.draw(painter, light_glyph(light), pad, middle - size * 0.4, size * 0.8, light_ink(light))
            written = write(row.due_ms - self.now_ms, tongue)
            ink = "text" if light is Light.GREEN else f"sla.{light.value}.text"
            if light is Light.OVERDUE:
                width = self._time.width(written)
                plate = QRectF(time_right - width - size * 0.25, middle - size * 0.65, width + size * 0.5, size * 1.3)
                outline(painter, plate, 4, None, self.theme.colour("sla.overdue.fill"))
                ink = "sla.overdue.on_fill"
            self._time.paint(painter, time_right, middle + self._time.cap / 2, written, self.theme.colour(ink))
            left = time_right + size * 0.8
            community = community_of(row)
            room = self.width() - pad - left
            aside = min(room * 0.45, QFontMetricsF(self._plain).horizontalAdvance(community) + 2)
            box = QRectF(left, top, room, self.sizes.row)
            self.words(painter, box, community, self._plain, "text_muted", RIGHT) if aside > size else None
            topic = row.topic or strings.urgency(row.urgency)
            self.words(
                painter, QRectF(left, top, room - aside - size * 0.5, self.sizes.row), topic, self._plain, "text"
            )


class WhistleList(WallPanel):
    """Cases with departments out: topic, who has reported in, whom one waits for and how late."""

    def __init__(
        self, theme: Theme, sizes: Sizes, title: str, unit_name: UnitName, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, sizes, title, parent)
        self._unit_name = unit_name
        self._rows: tuple[QueueRow, ...] = ()
        self._empty = ""

    def set_rows(self, rows: tuple[QueueRow, ...], note: str, empty: str, now_ms: int) -> None:
        """Show rows; `empty` is said when there is none."""
        self._rows, self.note, self._empty, self.now_ms = rows, note, empty, now_ms
        self.update()

    def paint_inside(self, painter: QPainter) -> None:
        """Rows, as many as fit."""
        size, pad = self.sizes.text, self.pad()
        if not self._rows:
            box = QRectF(pad, self.head(), self.width() - 2 * pad, self.sizes.row)
            self.words(painter, box, self._empty, self._plain, "text_muted")
            return
        plain, strong = QFontMetricsF(self._plain), QFontMetricsF(self._strong)
        # Columns: topic | n/m | the slowest; the topic gives way first, then the slowest's name.
        count_width = strong.horizontalAdvance("00/00")
        inner = self.width() - 2 * pad
        topic_width = min(inner * 0.36, plain.horizontalAdvance("路面塌陷塌陷"))
        for number, row in enumerate(self._rows[: self.room()]):
            top = self.head() + number * self.sizes.row
            crisp_line(painter, pad, top, self.width() - pad, top, self.theme.colour("line"))
            late = row.whistle_late(self.now_ms)
            topic = row.topic or strings.urgency(row.urgency)
            box = QRectF(pad, top, topic_width, self.sizes.row)
            self.words(painter, box, topic, self._plain, "text")
            x = pad + topic_width + size * 0.4
            middle = top + self.sizes.row / 2
            glyph, mark = (Glyph.DIAMOND, "sla.red.mark") if late else (Glyph.WHISTLE, "accent_text")
            self.glyphs.draw(painter, glyph, x, middle - size * 0.4, size * 0.8, mark)
            x += size * 1.1
            ink = "sla.red.text" if late else "text"
            figures = f"{row.whistles_in}/{row.whistles_out}"
            self.words(painter, QRectF(x, top, count_width, self.sizes.row), figures, self._strong, ink)
            x += count_width + size * 0.3
            self._paint_slowest(painter, row, QRectF(x, top, self.width() - pad - x, self.sizes.row))

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


class ArrivalsChart(WallPanel):
    """How many orders came in each hour of today."""

    def __init__(self, theme: Theme, sizes: Sizes, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, sizes, title, parent)
        self._hours: tuple[int, ...] = (0,) * 24
        self._hour = 0

    def set_hours(self, hours: tuple[int, ...], hour: int) -> None:
        """Show the counts of the 24 hours; `hour` is the one that runs."""
        if (hours, hour) != (self._hours, self._hour):
            self._hours, self._hour = hours, hour
            self.setAccessibleDescription(", ".join(f"{h}: {n}" for h, n in enumerate(hours) if n))
            self.update()

    def sizeHint(self) -> QSize:
        """Bars that can be told apart."""
        return QSize(self.sizes.text * 12, self.head() + round(self.sizes.text * 4))

    def minimumSizeHint(self) -> QSize:
        """A title, low bars, the hours."""
        return QSize(100, self.head() + round(self.sizes.text * 3.3))

    def paint_inside(self, painter: QPainter) -> None:
        """Bars on a line, the hours below, the highest bar's figure over it."""
        size, pad = self.sizes.text, self.pad()
        bottom = self.height() - size * 1.35
        top = self.head() + size * 0.95
        if bottom - top < size * 0.4:
            return
        step = (self.width() - 2 * pad) / 24
        most = max(self._hours)
        for hour, count in enumerate(self._hours):
            x = pad + hour * step
            height = (bottom - top) * count / most if most else 0.0
            bar = QRectF(x + step * 0.14, bottom - height, step * 0.72, height)
            running = hour == self._hour
            fill = self.theme.colour("accent" if running else "text_muted")
            painter.fillRect(bar, fill)
            if count and count == most and hour == self._hours.index(most):
                box = QRectF(x - step, bottom - height - size * 1.1, step * 3, size * 1.1)
                painter.setFont(self._strong)
                painter.setPen(self.theme.colour("text"))
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, str(count))
        crisp_line(painter, pad, bottom, self.width() - pad, bottom, self.theme.colour("line_strong"))
        metrics = QFontMetricsF(self._plain)
        painter.setFont(self._plain)
        painter.setPen(self.theme.colour("text_muted"))
        for hour in (0, 6, 12, 18, 24):
            text = self.tr("{hour} 时").format(hour=hour)
            width = metrics.horizontalAdvance(text)
            x = min(max(pad, pad + hour * step - (width / 2 if hour else 0)), self.width() - pad - width)
            painter.drawText(QPointF(x, self.height() - size * 0.3), text)


def _largest(length_ms: int) -> str:
    written = write(length_ms, language()).parts
    return written[0].text + written[1].text.strip()
