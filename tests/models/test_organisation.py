"""The state's nested codes: which unit lies in which, city, district, street, community."""

import pytest

from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import covers, is_community, stem_of, street_of
from tests import builders as b

CITY, DISTRICT, STREET = UnitId("110000"), UnitId("110105"), UnitId("110105001")
COMMUNITY, NEXT_COMMUNITY = UnitId("110105001003"), UnitId("110105002003")
ELSEWHERE, NOWHERE = UnitId("110106001"), UnitId("")


@pytest.mark.parametrize(
    ("above", "unit", "expected"),
    [
        (CITY, DISTRICT, True),
        (CITY, COMMUNITY, True),
        (CITY, UnitId("120105"), False),
        (DISTRICT, STREET, True),
        (DISTRICT, DISTRICT, True),
        (DISTRICT, ELSEWHERE, False),
        (DISTRICT, CITY, False),
        (STREET, COMMUNITY, True),
        (STREET, NEXT_COMMUNITY, False),
        (NOWHERE, STREET, False),
        (b.URBAN, b.URBAN, True),
    ],
)
def test_a_unit_covers_what_its_code_begins(above: UnitId, unit: UnitId, expected: bool):
    assert covers(above, unit) is expected


def test_only_a_citys_code_ends_in_zeros_that_stand_for_all():
    assert [stem_of(UnitId(code)) for code in ("110000", "110105", "1101050000", "0000")] == [
        "11",
        "110105",
        "1101050000",
        "0000",
    ]


@pytest.mark.parametrize("code", ["11010500100", "1101050010034", "11010500100x", "１１０１０５００１００３", ""])
def test_a_communitys_code_has_twelve_digits(code: str):
    assert not is_community(UnitId(code))
    assert street_of(UnitId(code)) == ""


def test_a_community_lies_in_the_street_whose_code_it_begins_with():
    assert is_community(COMMUNITY)
    assert street_of(COMMUNITY) == STREET
