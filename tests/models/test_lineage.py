"""A ledger set back to a backup: what of it a console still has in common with it."""

import pytest

from dispatcher.models.ids import LedgerId, Revision
from dispatcher.models.lineage import in_common, name_after


@pytest.mark.parametrize(
    ("known", "present", "restored", "common"),
    [
        ("L", "L", (), None),
        ("L+1", "L+1", (7,), None),
        ("L", "L+1", (7,), 7),
        ("L", "L+2", (7, 5), 5),
        ("L", "L+2", (5, 9), 5),
        ("L+1", "L+2", (5, 9), 9),
        ("M", "L+1", (7,), None),
        ("", "L+1", (7,), None),
        ("", "L", (), None),
    ],
)
def test_up_to_where_two_names_stand_for_the_same(
    known: str, present: str, restored: tuple[int, ...], common: int | None
) -> None:
    assert in_common(LedgerId(known), LedgerId(present), tuple(map(Revision, restored))) == common


def test_a_name_says_how_often() -> None:
    assert (name_after("L", 0), name_after("L", 2)) == ("L", "L+2")
