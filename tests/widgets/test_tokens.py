"""The design tokens: every text and mark can be read, and the four lights are told apart by every eye."""

import itertools

import pytest

from dispatcher.widgets.theme import THEMES, Theme, load_theme
from tests.widgets.colour import DEFICIENCIES, ciede2000, contrast, lab, seen

GROUNDS = ("background", "surface", "raised")
LIST_GROUNDS = (*GROUNDS, "selection.background")
LIGHTS = ("green", "yellow", "orange", "red", "overdue")


def texts(theme: Theme) -> list[tuple[str, str]]:
    pairs = [(ink, ground) for ink in ("text", "text_muted", "accent_text") for ground in GROUNDS]
    pairs += [("text", "sunken"), ("text_muted", "sunken"), ("on_accent", "accent")]
    pairs += [(ink, "selection.hover") for ink in ("text", "text_muted")]
    pairs += [(f"selection.{ink}", "selection.background") for ink in ("text", "text_muted")]
    pairs += [(f"sla.{light}.text", ground) for light in LIGHTS for ground in LIST_GROUNDS]
    pairs += [(f"sla.{light}.on_fill", f"sla.{light}.fill") for light in LIGHTS]
    for kind in ("flood", "emergency", "livelihood", "ordinary", "complex", "question", "redo", "suspended"):
        path = f"urgency.{kind}"
        if theme.has_colour(f"{path}.fill"):
            pairs.append((f"{path}.on_fill", f"{path}.fill"))
        else:
            pairs += [(f"{path}.text", ground) for ground in LIST_GROUNDS]
    for state in ("online", "catching_up", "stale", "offline"):
        pairs += [(f"link.{state}.text", ground) for ground in GROUNDS]
    pairs.append(("link.offline.on_fill", "link.offline.fill"))
    for state in ("pending", "parked", "expired"):
        pairs += [(f"outbox.{state}.text", ground) for ground in (*LIST_GROUNDS, f"outbox.{state}.fill")]
        pairs += [(ink, f"outbox.{state}.fill") for ink in ("text", "text_muted")]
    pairs += [(f"alarm.p{number}.on_fill", f"alarm.p{number}.fill") for number in range(1, 5)]
    return pairs


def marks() -> list[tuple[str, str]]:
    pairs = [(f"sla.{light}.mark", ground) for light in LIGHTS for ground in LIST_GROUNDS]
    for state in ("online", "catching_up", "stale", "offline"):
        pairs += [(f"link.{state}.mark", ground) for ground in GROUNDS]
    for state in ("pending", "parked", "expired"):
        pairs += [(f"outbox.{state}.mark", ground) for ground in (*LIST_GROUNDS, f"outbox.{state}.fill")]
    pairs += [(f"alarm.p{number}.mark", ground) for number in range(1, 4) for ground in GROUNDS[:2]]
    pairs += [("focus.ring", ground) for ground in (*LIST_GROUNDS, "sunken")]
    pairs += [("line_strong", ground) for ground in (*LIST_GROUNDS, "sunken")]
    pairs += [("selection.edge", "selection.background"), ("accent", "surface")]
    return pairs


def test_every_text_can_be_read(theme: Theme) -> None:
    least = 7.0 if theme.name == "high_contrast" else 4.5
    weak = [
        (ink, ground, round(ratio, 2))
        for ink, ground in texts(theme)
        if (ratio := contrast(theme.colour(ink), theme.colour(ground))) < least
    ]
    assert weak == []


def test_every_mark_can_be_seen(theme: Theme) -> None:
    weak = [
        (ink, ground, round(ratio, 2))
        for ink, ground in marks()
        if (ratio := contrast(theme.colour(ink), theme.colour(ground))) < 3.0
    ]
    assert weak == []


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_lights_differ_for_every_eye(theme: Theme, deficiency: str) -> None:
    colours = {light: lab(seen(theme.colour(f"sla.{light}.mark"), deficiency)) for light in LIGHTS[:4]}
    least = min(ciede2000(colours[one], colours[other]) for one, other in itertools.combinations(colours, 2))
    assert least >= 10.0


def test_the_measures_agree_with_published_values() -> None:
    # Sharma, Wu, Dalal 2005, pairs 1, 7 and 24 of their test data.
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert ciede2000((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(1.2644, abs=1e-4)


def test_all_themes_have_the_same_names(qapp: object) -> None:
    names = [set(load_theme(name).colours) for name in THEMES]
    assert names[0] == names[1] == names[2]


def test_an_unknown_colour_is_a_mistake(dark: Theme) -> None:
    with pytest.raises(KeyError):
        dark.colour("sla.purple.mark")


def test_the_style_sheet_is_filled_in_and_sets_no_font_for_all(theme: Theme) -> None:
    sheet = theme.stylesheet()
    assert "$" not in sheet
    assert "\n* {" not in sheet


def test_the_text_of_a_row_fits_its_height(theme: Theme) -> None:
    assert theme.row_height("compact") >= 30
    assert theme.row_height("standard") >= 46
    assert theme.row_height("comfortable") >= 54
