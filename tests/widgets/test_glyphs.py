"""Signs are told apart by shape alone, and are sharp on every screen."""

import itertools

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from dispatcher.models.deadlines import Light
from dispatcher.models.queue import Pending
from dispatcher.widgets.glyphs import Glyph, Glyphs, glyph_path, glyph_pixmap, light_glyph, light_ink, pending_glyph
from dispatcher.widgets.theme import Theme

BLACK = QColor(0, 0, 0)


def ink_of(glyph: Glyph, size: int = 18, scale: float = 1.0) -> list[int]:
    image = glyph_pixmap(glyph, size, scale, BLACK).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return [image.pixelColor(x, y).alpha() for y in range(image.height()) for x in range(image.width())]


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("glyph", Glyph)
def test_a_glyph_lies_in_its_square_and_has_ink(glyph: Glyph) -> None:
    box = glyph_path(glyph).boundingRect()
    assert box.left() >= -0.02
    assert box.top() >= -0.02
    assert box.right() <= 1.02
    assert box.bottom() <= 1.02
    assert sum(ink_of(glyph)) > 255 * 8


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    "family",
    [
        (Glyph.RING, Glyph.HALF_DISC, Glyph.TRIANGLE, Glyph.DIAMOND),
        (Glyph.ALARM_1, Glyph.ALARM_2, Glyph.ALARM_3, Glyph.ALARM_4),
        (Glyph.LINK_ONLINE, Glyph.LINK_CATCHING_UP, Glyph.LINK_STALE, Glyph.LINK_OFFLINE),
        (Glyph.PENDING, Glyph.PARKED, Glyph.EXPIRED),
        (Glyph.DONE, Glyph.NOW, Glyph.WAITING, Glyph.LATE, Glyph.REFUSED, Glyph.LEFT_EARLY),
    ],
)
def test_signs_of_one_family_differ_without_colour(family: tuple[Glyph, ...]) -> None:
    for one, other in itertools.combinations(family, 2):
        pairs = list(zip(ink_of(one), ink_of(other), strict=True))
        union = sum(max(pair) for pair in pairs)
        assert sum(abs(a - b) for a, b in pairs) > 0.2 * union, (one, other)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_a_glyph_has_the_pixels_of_the_screen(scale: float) -> None:
    pixmap = glyph_pixmap(Glyph.DIAMOND, 18, scale, BLACK)
    assert pixmap.width() == round(18 * scale)
    assert pixmap.devicePixelRatio() == scale


def test_painting_again_makes_nothing_new(dark: Theme) -> None:
    glyphs = Glyphs(dark)
    first = glyphs.pixmap(Glyph.RING, 18, 1.0, "sla.green.mark")
    assert glyphs.pixmap(Glyph.RING, 18, 1.0, "sla.green.mark") is first


def test_a_glyph_is_put_on_whole_pixels(dark: Theme) -> None:
    def painted(x: float) -> QImage:
        image = QImage(32, 32, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        Glyphs(dark).draw(painter, Glyph.PARKED, x, 4, 16, "text")
        painter.end()
        return image

    assert painted(4.0) == painted(4.3)
    assert painted(4.0) != painted(5.0)


@pytest.mark.parametrize("light", Light)
def test_every_light_has_a_shape_and_an_ink(light: Light, theme: Theme) -> None:
    assert light_glyph(light) in Glyph
    assert theme.colour(light_ink(light)).isValid()


def test_what_is_owed_has_a_shape() -> None:
    assert {pending: pending_glyph(pending) for pending in Pending} == {
        Pending.NONE: None,
        Pending.OFFICE: Glyph.PENDING,
        Pending.PENDING: Glyph.PENDING,
        Pending.PARKED: Glyph.PARKED,
        Pending.EXPIRED: Glyph.EXPIRED,
    }
