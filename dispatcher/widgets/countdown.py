"""How a countdown is written: two units, digits large, units small, one baseline.

`22分12秒` under an hour, `2时45分` under a day, `5天20时` beyond; what is past begins with the word 超. What is
left and what is past are both floored, so 0分00秒 is the instant itself. The light never comes from this text.
"""

import enum
import functools
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

translate = QCoreApplication.translate


class Language(enum.StrEnum):
    """The two ways in which a countdown is written, named as Qt names languages."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text in one size: digits large, words and units small."""

    text: str
    digits: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A countdown as parts, and for how many ms it stays true."""

    parts: tuple[Part, ...]
    past: bool

    @property
    def text(self) -> str:
        """The parts as one line."""
        return "".join(part.text for part in self.parts)


def language() -> Language:
    """Give the language of the moment: that of the installed translation."""
    return Language.EN if translate("countdown", "分") != "分" else Language.ZH


def write(left_ms: int, language: Language) -> Written:
    """Write how much is left of a limit, or by how much it is past (`left_ms` negative)."""
    past = left_ms < 0
    return _written(_shown(abs(left_ms)), past, language)


def write_length(length_ms: int, language: Language) -> Written:
    """Write a length of time that has no limit: how long one has waited."""
    return _written(_shown(max(0, length_ms)), False, language)


def spoken(left_ms: int) -> str:
    """Say a countdown as a screen reader should: 超时 21 分 08 秒, 剩 22 分 12 秒."""
    (high, high_unit), (low, low_unit) = _shown(abs(left_ms))
    names = (
        translate("countdown", "天"),
        translate("countdown", "时"),
        translate("countdown", "分"),
        translate("countdown", "秒"),
    )
    length = f"{high} {names[high_unit]} {low:02d} {names[low_unit]}"
    if left_ms < 0:
        return translate("countdown", "超时 {length}").format(length=length)
    return translate("countdown", "剩 {length}").format(length=length)


class _Unit(enum.IntEnum):
    DAY = 0
    HOUR = 1
    MINUTE = 2
    SECOND = 3


_Shown = tuple[tuple[int, _Unit], tuple[int, _Unit]]

_UNITS = {
    Language.ZH: ("天", "时", "分", "秒"),
    Language.EN: ("d", "h", "m", "s"),
}


def _shown(size_ms: int) -> _Shown:
    if size_ms < HOUR_MS:
        seconds = size_ms // 1000
        return (seconds // 60, _Unit.MINUTE), (seconds % 60, _Unit.SECOND)
    if size_ms < DAY_MS:
        minutes = size_ms // MINUTE_MS
        return (minutes // 60, _Unit.HOUR), (minutes % 60, _Unit.MINUTE)
    hours = size_ms // HOUR_MS
    return (hours // 24, _Unit.DAY), (hours % 24, _Unit.HOUR)


@functools.lru_cache(maxsize=4096)
def _written(shown: _Shown, past: bool, language: Language) -> Written:
    (high, high_unit), (low, low_unit) = shown
    units = _UNITS[language]
    english = language is Language.EN
    parts = [
        Part(str(high), digits=True),
        Part(units[high_unit] + (" " if english else ""), digits=False),
        Part(f"{low:02d}", digits=True),
        Part(units[low_unit], digits=False),
    ]
    if past:
        parts.insert(0, Part("+", digits=True) if english else Part("超", digits=False))
    return Written(tuple(parts), past)


class CountdownPainter:
    """Paints written countdowns right-aligned on one baseline, with widths measured once per font."""

    def __init__(self, digits: QFont, units: QFont) -> None:
        self._digits = digits
        self._units = units
        metrics = QFontMetricsF(digits)
        self._digit_width = metrics.horizontalAdvance("0")
        self._unit_metrics = QFontMetricsF(units)
        self._unit_widths: dict[str, float] = {}
        # The ink of digits, not the font's box, is what should stand in the middle of a row.
        self.cap = metrics.capHeight()
        self.height = metrics.height()

    def width(self, written: Written) -> float:
        """Give how wide the text is."""
        return sum(self._width(part) for part in written.parts)

    def widest(self, language: Language) -> float:
        """Give how wide the widest usual countdown is: past, with two digits in each unit."""
        return max(self.width(write(-left, language)) for left in (59 * MINUTE_MS, 23 * HOUR_MS, 99 * DAY_MS))

    def paint(self, painter: QPainter, right: float, baseline: float, written: Written, ink: QColor) -> float:
        """Paint ending at `right` on `baseline`; gives where the text begins."""
        painter.setPen(ink)
        x = right
        for part in reversed(written.parts):
            x -= self._width(part)
            painter.setFont(self._digits if part.digits else self._units)
            painter.drawText(QPointF(x, baseline), part.text)
        return x

    def _width(self, part: Part) -> float:
        if part.digits:
            return self._digit_width * len(part.text)
        width = self._unit_widths.get(part.text)
        if width is None:
            width = self._unit_widths[part.text] = self._unit_metrics.horizontalAdvance(part.text)
        return width
