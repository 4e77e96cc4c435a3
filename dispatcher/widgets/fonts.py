"""Which typeface the program speaks in, found on the machine or brought along.

Promises a family that really has Chinese glyphs and digits of one width. A station without any Chinese
font gets the packaged Noto Sans CJK SC, loaded into this process alone; nothing is installed.
"""

from importlib import resources

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QRawFont

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
"""Families that suit the look, the best first."""

PACKAGED_FAMILY = "Noto Sans CJK SC"

_BOLD = 700
_PROBE = "诉哨签办秒"
_EQUAL_WIDTH = "0123456789+\u2212"


class NoChineseFont(RuntimeError):
    """Neither the machine nor the installation has a typeface with Chinese glyphs."""


def chinese_family() -> str:
    """Give the family to use, loading the packaged one when the machine has none; needs a QGuiApplication.

    Raises NoChineseFont when that fails too: a console that shows boxes must not start.
    """
    for family in FAMILIES:
        if has_chinese(family):
            return family
    if family := _load_packaged():
        return family
    for family in QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        if has_chinese(family):
            return family
    raise NoChineseFont(
        "no typeface with Chinese glyphs was found; install fonts-noto-cjk or reinstall the program's packages"
    )


def has_chinese(family: str) -> bool:
    """Tell whether the family itself, not a substitute for it, has the glyphs of our trade."""
    if not QFontDatabase.hasFamily(family):
        return False
    # A raw font: metrics would also count the glyphs of whatever Qt falls back to.
    raw = QRawFont.fromFont(QFont(family))
    return raw.isValid() and all(raw.supportsCharacter(ord(char)) for char in _PROBE)


def has_bold(family: str) -> bool:
    """Tell whether the family has a bold face of its own; the packaged one has not, Qt makes one up to 63 px."""
    return any(QFontDatabase.weight(family, style) >= _BOLD for style in QFontDatabase.styles(family))


def make_font(family: str, pixels: int, *, bold: bool = False) -> QFont:
    """Make a font of `pixels` (device-independent) whose digits, plus and minus share one advance width."""
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if bold and not has_bold(family):
        # Qt thickens the strokes of a missing bold and leaves the advance as it was: give them air.
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, pixels / 40)
    if not digits_are_even(font):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def digits_are_even(font: QFont) -> bool:
    """Tell whether 0-9, plus and minus have one advance width, so that a ticking figure does not jump."""
    metrics = QFontMetricsF(font)
    widths = [metrics.horizontalAdvance(char) for char in _EQUAL_WIDTH]
    return max(widths) - min(widths) < 0.01


def _load_packaged() -> str | None:
    found = resources.files("noto_cjk_sans_otc")
    for weight in ("Regular", "Bold"):
        entry = found.joinpath(f"NotoSansCJK-{weight}.ttc")
        if entry.is_file():
            with resources.as_file(entry) as file:
                QFontDatabase.addApplicationFont(str(file))
    return PACKAGED_FAMILY if has_chinese(PACKAGED_FAMILY) else None
