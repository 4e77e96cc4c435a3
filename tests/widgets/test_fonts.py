"""Chinese is really there, and digits stand still."""

import pytest
from PySide6.QtGui import QFont, QFontMetricsF, QRawFont

from dispatcher.widgets import fonts
from dispatcher.widgets.theme import Theme

TRADE = "诉哨签办秒超时分天反馈截至链路中断搁置未发出①、，。；—"


def test_every_glyph_of_the_trade_comes_from_the_typeface_itself(dark: Theme) -> None:
    raw = QRawFont.fromFont(dark.font("body"))
    assert raw.isValid()
    missing = [char for char in TRADE if not raw.supportsCharacter(ord(char))]
    assert missing == []
    assert all(index > 0 for index in raw.glyphIndexesForString("诉求哨"))


def test_a_family_without_chinese_is_not_taken(qapp: object) -> None:
    assert not fonts.has_chinese("DejaVu Sans")
    assert not fonts.has_chinese("No Such Family")


def test_the_packaged_typeface_is_loaded_where_none_is_installed(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    assert fonts.chinese_family() == fonts.PACKAGED_FAMILY


def test_without_any_chinese_the_program_says_so(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ())
    monkeypatch.setattr(fonts, "has_chinese", lambda _family: False)
    with pytest.raises(fonts.NoChineseFont, match="fonts-noto-cjk"):
        fonts.chinese_family()


@pytest.mark.parametrize("role", ["countdown", "countdown_compact", "clock", "caption"])
@pytest.mark.parametrize("bold", [False, True])
def test_digits_have_one_width(dark: Theme, role: str, bold: bool) -> None:
    assert fonts.digits_are_even(dark.font(role, bold))


def test_a_made_bold_is_given_air(dark: Theme) -> None:
    plain, bold = QFontMetricsF(dark.font("clock")), QFontMetricsF(dark.font("clock", True))
    assert bold.horizontalAdvance("0") > plain.horizontalAdvance("0")
    assert dark.font("clock", True).weight() == QFont.Weight.Bold
