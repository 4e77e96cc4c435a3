"""Painted shapes: lights, alarms, link and outbox states, milestones, the whistle.

Every glyph is one path of one colour whose cut-outs are holes, so it stands on any ground. Paths are made
when first asked for; `Glyphs` keeps pixmaps by size, ink and screen scale and places them on whole device
pixels, so that painting a row allocates nothing.
"""

import enum
import functools
import math
from collections.abc import Callable
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPixmap,
    QPolygonF,
    QTransform,
)

from dispatcher.models.deadlines import Light
from dispatcher.models.queue import Pending
from dispatcher.widgets.fonts import chinese_family, make_font
from dispatcher.widgets.theme import Theme


class Glyph(enum.StrEnum):
    """A shape with one meaning, whatever its colour."""

    RING = "ring"
    HALF_DISC = "half_disc"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    ALARM_1 = "alarm_1"
    ALARM_2 = "alarm_2"
    ALARM_3 = "alarm_3"
    ALARM_4 = "alarm_4"
    LINK_ONLINE = "link_online"
    LINK_CATCHING_UP = "link_catching_up"
    LINK_STALE = "link_stale"
    LINK_OFFLINE = "link_offline"
    PENDING = "pending"
    PARKED = "parked"
    EXPIRED = "expired"
    DONE = "done"
    NOW = "now"
    WAITING = "waiting"
    LATE = "late"
    REFUSED = "refused"
    LEFT_EARLY = "left_early"
    CHECK = "check"
    DOT = "dot"
    WHISTLE = "whistle"
    PROMPT = "prompt"
    HATCH = "hatch"
    PAUSED = "paused"


def light_glyph(light: Light) -> Glyph:
    """Give the silhouette of a light; an overdue one has red's diamond beside its plate."""
    match light:
        case Light.GREEN:
            return Glyph.RING
        case Light.YELLOW:
            return Glyph.HALF_DISC
        case Light.ORANGE:
            return Glyph.TRIANGLE
        case Light.RED | Light.OVERDUE:
            return Glyph.DIAMOND
        case _:
            assert_never(light)


def light_ink(light: Light) -> str:
    """Give the path of the colour a light's glyph is drawn in."""
    return f"sla.{light.value}.mark"


def pending_glyph(pending: Pending) -> Glyph | None:
    """Give the glyph of what the station still owes the centre, None when it owes nothing."""
    match pending:
        case Pending.NONE:
            return None
        case Pending.OFFICE | Pending.PENDING:
            return Glyph.PENDING
        case Pending.PARKED:
            return Glyph.PARKED
        case Pending.EXPIRED:
            return Glyph.EXPIRED
        case _:
            assert_never(pending)


class Glyphs:
    """Paints glyphs in one theme's colours; keep one per theme and window."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._pixmaps: dict[tuple[Glyph, str, float, float], QPixmap] = {}

    def draw(self, painter: QPainter, glyph: Glyph, x: float, y: float, size: float, ink: str) -> None:
        """Paint a glyph `size` wide and high with its top left at (x, y), in the colour the path `ink` names."""
        transform = painter.deviceTransform()
        scale = transform.m11()
        pixmap = self.pixmap(glyph, size, scale, ink)
        # Onto whole device pixels: at 1.5x a row's origin may lie between two.
        x = (round(x * scale + transform.dx()) - transform.dx()) / scale
        y = (round(y * scale + transform.dy()) - transform.dy()) / scale
        painter.drawPixmap(QPointF(x, y), pixmap)

    def pixmap(self, glyph: Glyph, size: float, scale: float, ink: str) -> QPixmap:
        """Give a glyph as a pixmap for a screen of `scale`, made once."""
        key = (glyph, ink, size, scale)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = glyph_pixmap(glyph, size, scale, self.theme.colour(ink))
        return found

    def icon(self, glyph: Glyph, ink: str, size: int = 16) -> QIcon:
        """Give a glyph as an icon that is crisp at 1, 1.5, 2 and 3 times."""
        icon = QIcon()
        for scale in (1.0, 1.5, 2.0, 3.0):
            icon.addPixmap(self.pixmap(glyph, size, scale, ink))
        return icon


def glyph_pixmap(glyph: Glyph, size: float, scale: float, colour: QColor) -> QPixmap:
    """Paint a glyph on a transparent pixmap of its own."""
    side = math.ceil(size * scale)
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(QTransform.fromScale(side, side).map(glyph_path(glyph)), colour)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


@functools.cache
def glyph_path(glyph: Glyph) -> QPainterPath:
    """Give a glyph's shape in the unit square, holes cut out."""
    return QTransform.fromScale(1 / _UNIT, 1 / _UNIT).map(_SHAPES[glyph]())


_UNIT = 64.0
"""Shapes are described in a unit square and built this much larger: on small paths Qt's curves become corners."""


def _disc(radius: float, x: float = 0.5, y: float = 0.5) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(x * _UNIT, y * _UNIT), radius * _UNIT, radius * _UNIT)
    return path


def _ring(radius: float, width: float) -> QPainterPath:
    return _disc(radius).subtracted(_disc(radius - width))


def _box(x: float, y: float, width: float, height: float, radius: float = 0.0) -> QPainterPath:
    path = QPainterPath()
    frame = QRectF(x * _UNIT, y * _UNIT, width * _UNIT, height * _UNIT)
    path.addRoundedRect(frame, radius * _UNIT, radius * _UNIT)
    return path


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x * _UNIT, y * _UNIT) for x, y in points]))
    path.closeSubpath()
    return path


def _rounded(path: QPainterPath, radius: float) -> QPainterPath:
    """Soften a shape's corners by a pen's width."""
    return path.united(_stroked(path, radius * 2)).simplified()


def _stroked(path: QPainterPath, width: float, cap: Qt.PenCapStyle = Qt.PenCapStyle.RoundCap) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width * _UNIT)
    stroker.setCapStyle(cap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(path).simplified()


def _line(width: float, *points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(points[0][0] * _UNIT, points[0][1] * _UNIT))
    for x, y in points[1:]:
        path.lineTo(x * _UNIT, y * _UNIT)
    return _stroked(path, width)


def _arc(radius: float, width: float, start: float, sweep: float) -> QPainterPath:
    """Part of a ring, degrees counter-clockwise from three o'clock."""
    corner, side = (0.5 - radius) * _UNIT, 2 * radius * _UNIT
    frame = QRectF(corner, corner, side, side)
    path = QPainterPath()
    path.arcMoveTo(frame, start)
    path.arcTo(frame, start, sweep)
    return _stroked(path, width, Qt.PenCapStyle.FlatCap)


def _numbered(ground: QPainterPath, digit: str, size: float, drop: float = 0.0) -> QPainterPath:
    """Cut a digit out of a shape, centred by its ink."""
    font = make_font(chinese_family(), 100, bold=True)
    text = QPainterPath()
    text.addText(0, 0, font, digit)
    box = text.boundingRect()
    scale = size * _UNIT / box.height()
    place = QTransform.fromTranslate(0.5 * _UNIT, (0.5 + drop) * _UNIT).scale(scale, scale)
    return ground.subtracted(place.translate(-box.center().x(), -box.center().y()).map(text).simplified())


def _half_disc() -> QPainterPath:
    return _ring(0.43, 0.115).united(_disc(0.43).intersected(_box(0, 0.5, 1, 0.5)))


def _triangle() -> QPainterPath:
    return _rounded(_polygon((0.5, 0.12), (0.93, 0.84), (0.07, 0.84)), 0.04)


def _diamond() -> QPainterPath:
    ground = _rounded(_polygon((0.5, 0.06), (0.94, 0.5), (0.5, 0.94), (0.06, 0.5)), 0.03)
    return ground.subtracted(_box(0.445, 0.27, 0.11, 0.28, 0.03)).subtracted(_box(0.445, 0.62, 0.11, 0.11, 0.03))


def _octagon() -> QPainterPath:
    corners = [math.radians(22.5 + 45 * step) for step in range(8)]
    return _polygon(*((0.5 + 0.5 * math.cos(a), 0.5 + 0.5 * math.sin(a)) for a in corners))


def _broken_ring() -> QPainterPath:
    """A ring with two gaps, a slash running through them with air on both sides."""
    slash = ((0.10, 0.93), (0.90, 0.07))
    ring = _arc(0.36, 0.11, 75, 150).united(_arc(0.36, 0.11, 255, 150))
    return ring.subtracted(_line(0.30, *slash)).united(_line(0.11, *slash))


def _pending() -> QPainterPath:
    ring = QPainterPath()
    for step in range(8):
        ring = ring.united(_arc(0.44, 0.09, step * 45 + 8, 29))
    arrow = _line(0.10, (0.5, 0.72), (0.5, 0.30)).united(_line(0.10, (0.33, 0.46), (0.5, 0.29), (0.67, 0.46)))
    return ring.united(arrow)


def _expired() -> QPainterPath:
    return _ring(0.47, 0.10).united(_cross(0.17, 0.10))


def _cross(reach: float, width: float) -> QPainterPath:
    low, high = 0.5 - reach, 0.5 + reach
    return _line(width, (low, low), (high, high)).united(_line(width, (low, high), (high, low)))


def _left_early() -> QPainterPath:
    half = _disc(0.3, 0.36, 0.5).intersected(_box(0, 0, 0.36, 1))
    arrow = _line(0.1, (0.46, 0.5), (0.92, 0.5)).united(_line(0.1, (0.76, 0.34), (0.92, 0.5), (0.76, 0.66)))
    return half.united(arrow)


def _whistle() -> QPainterPath:
    """A referee's whistle from the side: barrel with its hole, mouthpiece to the right, three puffs above."""
    barrel = _disc(0.31, 0.33, 0.66)
    mouth = _rounded(_polygon((0.33, 0.38), (0.96, 0.38), (0.96, 0.58), (0.64, 0.60)), 0.03)
    puffs = (
        _line(0.08, (0.07, 0.12), (0.125, 0.235))
        .united(_line(0.08, (0.31, 0.05), (0.31, 0.19)))
        .united(_line(0.08, (0.55, 0.12), (0.495, 0.235)))
    )
    return barrel.united(mouth).subtracted(_disc(0.15, 0.33, 0.66)).united(puffs)


def _hatch() -> QPainterPath:
    path = QPainterPath()
    for step in range(3):
        x = -0.45 + step * 0.5
        path = path.united(_polygon((x, 1), (x + 0.25, 1), (x + 0.75, 0), (x + 0.5, 0)))
    return path.intersected(_box(0, 0, 1, 1))


_SHAPES: dict[Glyph, Callable[[], QPainterPath]] = {
    Glyph.RING: lambda: _ring(0.43, 0.125),
    Glyph.HALF_DISC: _half_disc,
    Glyph.TRIANGLE: _triangle,
    Glyph.DIAMOND: _diamond,
    Glyph.ALARM_1: lambda: _numbered(_octagon(), "1", 0.52),
    Glyph.ALARM_2: lambda: _numbered(_triangle(), "2", 0.40, 0.11),
    Glyph.ALARM_3: lambda: _numbered(_box(0.08, 0.08, 0.84, 0.84, 0.06), "3", 0.52),
    # Smaller than the octagon: at 18 px a disc of its size would be told from it by the digit alone.
    Glyph.ALARM_4: lambda: _numbered(_disc(0.40), "4", 0.44),
    Glyph.LINK_ONLINE: lambda: _disc(0.36),
    Glyph.LINK_CATCHING_UP: lambda: _arc(0.37, 0.13, 90, 270),
    Glyph.LINK_STALE: lambda: _ring(0.46, 0.10).united(_disc(0.22)),
    Glyph.LINK_OFFLINE: _broken_ring,
    Glyph.PENDING: _pending,
    Glyph.PARKED: lambda: _box(0.22, 0.14, 0.17, 0.72, 0.04).united(_box(0.61, 0.14, 0.17, 0.72, 0.04)),
    Glyph.EXPIRED: _expired,
    Glyph.DONE: lambda: _disc(0.36),
    Glyph.NOW: lambda: _ring(0.46, 0.17),
    Glyph.WAITING: lambda: _ring(0.32, 0.10),
    Glyph.LATE: _diamond,
    Glyph.REFUSED: lambda: _cross(0.28, 0.15),
    Glyph.LEFT_EARLY: _left_early,
    Glyph.CHECK: lambda: _line(0.11, (0.12, 0.52), (0.38, 0.78), (0.88, 0.22)),
    Glyph.DOT: lambda: _disc(0.24),
    Glyph.WHISTLE: _whistle,
    Glyph.PROMPT: lambda: _line(0.12, (0.36, 0.2), (0.66, 0.5), (0.36, 0.8)),
    Glyph.HATCH: _hatch,
    Glyph.PAUSED: lambda: (
        _ring(0.46, 0.10).united(_box(0.34, 0.3, 0.1, 0.4, 0.02)).united(_box(0.56, 0.3, 0.1, 0.4, 0.02))
    ),
}
