"""How large the wall writes, from the screen's size and the distance people stand at. Pure.

Face height h = 2 · d · tan(a / 2) at distance d; hanzi need an angle a of 18 minutes of arc, digits 16. Font pixels are
h over the pitch over the share of the font's height its faces fill (Noto Sans CJK: hanzi 0.92, digits 0.733).
"""

import math
from dataclasses import dataclass

_HANZI_ARC_MIN = 18
_DIGITS_ARC_MIN = 16
_HANZI_FACE = 0.92
_DIGITS_FACE = 0.733
_COMFORT = 1.02
_MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Sizes:
    """Pixels for everything on the wall; `text` is the smallest that is written. `legible`: it keeps the angle."""

    text: int
    figure: int
    clock: int
    gap: int
    row: int
    legible: bool


def font_px(distance_m: float, pitch_mm: float, arc_min: float, face: float) -> float:
    """Give the font size in pixels whose faces fill `arc_min` minutes of arc at `distance_m`."""
    height_mm = 2 * distance_m * 1000 * math.tan(math.radians(arc_min / 60) / 2)
    return height_mm / pitch_mm / face


def wall_sizes(width_px: int, height_px: int, diagonal_in: float, distance_m: float) -> Sizes:
    """Give the sizes for a screen of `diagonal_in` inches, `width_px` by `height_px` pixels, seen from `distance_m`.

    Where even header, figures and one row would not fit, they are made as large as fits and `legible` is false.
    """
    width_mm = diagonal_in * _MM_PER_INCH * width_px / math.hypot(width_px, height_px)
    pitch_mm = width_mm / width_px
    hanzi = font_px(distance_m, pitch_mm, _HANZI_ARC_MIN, _HANZI_FACE)
    digits = font_px(distance_m, pitch_mm, _DIGITS_ARC_MIN, _DIGITS_FACE)
    wanted = max(24.0, hanzi, digits) * _COMFORT
    # Five figures side by side and two lists of four columns set the most that a screen can hold.
    most = min(width_px / 44, height_px / 19)
    text = math.ceil(min(wanted, most))
    return Sizes(
        text=text,
        figure=round(text * 2.9),
        clock=round(text * 1.6),
        gap=max(8, round(text * 0.3)),
        row=round(text * 1.7),
        legible=wanted <= most + 1,
    )
