"""How a countdown is written, as a property of every number of milliseconds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.widgets.countdown import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    CountdownPainter,
    Language,
    spoken,
    write,
    write_length,
)
from dispatcher.widgets.theme import Theme

UNIT_MS = {
    "天": DAY_MS,
    "时": HOUR_MS,
    "分": MINUTE_MS,
    "秒": 1000,
    "d": DAY_MS,
    "h": HOUR_MS,
    "m": MINUTE_MS,
    "s": 1000,
}


@pytest.mark.parametrize(
    ("left_ms", "zh", "en"),
    [
        (22 * MINUTE_MS + 12_000, "22分12秒", "22m 12s"),
        (2 * HOUR_MS + 45 * MINUTE_MS + 59_999, "2时45分", "2h 45m"),
        (5 * DAY_MS + 20 * HOUR_MS, "5天20时", "5d 20h"),
        (-21 * MINUTE_MS - 8_000, "超21分08秒", "+21m 08s"),
        (0, "0分00秒", "0m 00s"),
        (999, "0分00秒", "0m 00s"),
        (-1, "超0分00秒", "+0m 00s"),
        (HOUR_MS, "1时00分", "1h 00m"),
        (HOUR_MS - 1, "59分59秒", "59m 59s"),
        (DAY_MS, "1天00时", "1d 00h"),
        (DAY_MS - 1, "23时59分", "23h 59m"),
        (-3 * DAY_MS, "超3天00时", "+3d 00h"),
    ],
)
def test_two_units_and_a_word_for_the_past(left_ms: int, zh: str, en: str) -> None:
    assert write(left_ms, Language.ZH).text == zh
    assert write(left_ms, Language.EN).text == en


@given(st.integers(-400 * DAY_MS, 400 * DAY_MS), st.sampled_from(Language))
def test_what_is_left_and_what_is_past_are_floored(left_ms: int, language: Language) -> None:
    written = write(left_ms, language)
    parts = re.findall(r"(\d+)([天时分秒dhms])", written.text)
    assert len(parts) == 2
    shown_ms = sum(int(number) * UNIT_MS[unit] for number, unit in parts)
    least_ms = UNIT_MS[parts[1][1]]
    assert shown_ms <= abs(left_ms) < shown_ms + least_ms
    assert written.past == (left_ms < 0)
    assert ":" not in written.text
    size = abs(left_ms)
    assert least_ms == (1000 if size < HOUR_MS else MINUTE_MS if size < DAY_MS else HOUR_MS)


@given(st.integers(0, 99 * DAY_MS), st.integers(0, 5000))
def test_time_only_ever_runs_down(left_ms: int, step_ms: int) -> None:
    def seconds(left: int) -> int:
        parts = re.findall(r"(\d+)([天时分秒])", write(left, Language.ZH).text)
        return sum(int(number) * UNIT_MS[unit] for number, unit in parts)

    assert seconds(left_ms + step_ms) >= seconds(left_ms)


def test_a_length_has_no_past() -> None:
    assert write_length(-5, Language.ZH).text == "0分00秒"
    assert not write_length(90_000, Language.ZH).past


def test_a_screen_reader_hears_words() -> None:
    assert spoken(-21 * MINUTE_MS - 8000) == "超时 21 分 08 秒"
    assert spoken(22 * MINUTE_MS + 12_000) == "剩 22 分 12 秒"


@given(st.integers(1, 59), st.integers(0, 59))
def test_only_digits_change_in_place(minutes: int, seconds: int) -> None:
    parts = write((minutes * 60 + seconds) * 1000, Language.ZH).parts
    assert [part.digits for part in parts] == [True, False, True, False]
    assert len(parts[2].text) == 2


def test_equal_lengths_are_equally_wide(dark: Theme) -> None:
    painter = CountdownPainter(dark.font("countdown", True), dark.font("caption"))
    widths = {painter.width(write(11 * MINUTE_MS + second * 1000, Language.ZH)) for second in range(60)}
    assert len(widths) == 1
