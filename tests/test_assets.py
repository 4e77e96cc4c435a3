"""The shipped policies, calendar and organisation are what the working rules say, and a bad file names its fault."""

import datetime as dt
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from dispatcher import assets
from dispatcher.models.deadlines import after
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import UnitKind
from dispatcher.models.policy import parse_limit
from dispatcher.models.policy_changes import differences
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import BEIJING, DayKind

CITY = resources.files("dispatcher.resources").joinpath("policies", "city.toml").read_text("utf-8")
CHINA = resources.files("dispatcher.resources").joinpath("calendars", "china.toml").read_text("utf-8")


def test_the_city_policy_is_that_of_the_working_rules() -> None:
    policy = assets.load_policy()
    feedback = {urgency: limits.feedback for urgency, limits in policy.orders.items()}
    assert feedback == {
        Urgency.FLOOD: parse_limit("30 min"),
        Urgency.EMERGENCY: parse_limit("2 h"),
        Urgency.LIVELIHOOD: parse_limit("24 h"),
        Urgency.ORDINARY: parse_limit("7 d"),
        Urgency.COMPLEX: parse_limit("15 d"),
        Urgency.QUESTION: parse_limit("1 WD"),
    }
    assert policy.orders[Urgency.LIVELIHOOD].on_scene == parse_limit("3 h")
    assert policy.orders[Urgency.ORDINARY].sign == parse_limit("2 h W")
    assert policy.redo.feedback == parse_limit("3 d")
    assert policy.whistles[WhistleKind.EMERGENCY].valid_for == parse_limit("30 min")
    assert policy.whistles[WhistleKind.ROUTINE].report_in == parse_limit("3 WD")
    assert policy.whistles[WhistleKind.BREAKTHROUGH].valid_for is None
    assert policy.whistles[WhistleKind.EMERGENCY].measure == parse_limit("2 h")
    assert policy.whistles[WhistleKind.ENFORCEMENT].record == parse_limit("same day")
    assert policy.whistles[WhistleKind.ROUTINE].contact == parse_limit("24 h")
    assert policy.whistles[WhistleKind.ROUTINE].done_simple == parse_limit("same day")
    assert policy.reply_review
    assert policy.flood.season is None


def test_a_policy_is_found_by_the_name_people_say() -> None:
    assert assets.load_policy("后沙峪") == assets.load_policy("houshayu")
    assert assets.policy_table("后沙峪") == assets.policy_table("houshayu")


def test_a_policy_may_leave_out_what_is_not_a_limit_of_the_work() -> None:
    begin, end = CITY.index("[lights]"), CITY.index("[orders.flood]")
    head = [line for line in CITY[:begin].splitlines() if line.startswith(("version", "effective", "call_back ="))]
    policy = assets.read_policy("bare.toml", "\n".join([*head, CITY[end:]]))
    assert msgspec.structs.replace(policy, flood=assets.load_policy().flood) == assets.load_policy()


def test_the_flood_variant_is_the_citys_with_a_season() -> None:
    found = differences(assets.load_policy(), assets.load_policy("city-flood"))
    assert [(one.clause, one.new) for one in found] == [(("flood", "season"), ("06-01", "09-15"))]


@pytest.mark.parametrize("name", assets.policy_names())
def test_every_shipped_policy_can_be_read(name: str) -> None:
    assert assets.load_policy(name).version.startswith(name)


def test_a_policy_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(CITY.replace('"city-1"', '"own-7"'), encoding="utf-8")
    assert assets.load_policy(str(own)).version == "own-7"


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "words"),
    [
        ('version = "city-1"', "", "version", None, "missing"),
        ('version = "city-1"', 'version = " "', "version", " ", "must not be empty"),
        ("[orders.flood]", "[orders.floods]", "orders.flood", None, "missing"),
        ("[orders.question]", "[orders.extra]\nsign='1 h'\n[orders.question]", "orders.extra", None, "unknown key"),
        ('sign = "5 min"', 'sing = "5 min"', "orders.flood.sing", None, "did you mean 'sign'?"),
        ('feedback = "7 d"', 'feedback = "7 days"', "orders.ordinary.feedback", "7 days", "write it like"),
        ('feedback = "7 d"', "feedback = 7", "orders.ordinary.feedback", 7, "in quotes"),
        ('feedback = "7 d"', "", "orders.ordinary.feedback", None, "missing"),
        ("[whistles.routine]", "[whistles.daily]", "whistles.routine", None, "missing"),
        ("yellow_left = 0.5", "yellow_left = 50", "lights.yellow_left", 50, "between 0 and 1"),
        ("yellow_left = 0.5", "yellow_left = 1.5", "lights.yellow_left", 1.5, "between 0 and 1"),
        ("yellow_left = 0.5", "yellow_left = 0.1", "lights.orange_left", 0.2, "yellow_left"),
        ("contact_attempts = 3", "contact_attempts = 0", "contact_attempts", 0, "from 1"),
        ("contact_attempts = 3", "contact_attempts = true", "contact_attempts", True, "from 1"),
        ("reply_review = true", "reply_review = 1", "reply_review", 1, "true or false"),
        ("effective_from = 2026-01-01", 'effective_from = "2026"', "effective_from", "2026", "without quotes"),
        ("[redo]", "[redo", "", None, "is not TOML"),
        ("[redo] ", "[redo]\nprogress = '1 h'\n#", "redo.progress", None, "unknown key"),
        ('call_back = "24 h"', 'call_back = "20 years"', "call_back", "20 years", "write it like"),
        ('call_back = "24 h"', 'call_back = "9999 d"', "call_back", "9999 d", "longer than ten years"),
        ('sign = "10 min"', 'sign = "40 min"', "orders.emergency.sign", "40 min", "ends after first_contact"),
        ('first_contact = "24 h"', 'first_contact = "8 d"', "orders.ordinary.first_contact", "8 d", "after feedback"),
        ('report_in = "30 min"', 'report_in = "3 min"', "whistles.emergency.sign", "5 min", "ends after report_in"),
        ("ladder = [50, 100, 150]", "ladder = [50, 150, 100]", "ladder", [50, 150, 100], "ascending"),
        ("ladder = [50, 100, 150]", "ladder = [50, 100]", "ladder", [50, 100], "list of 3 whole numbers"),
        ("ladder = [50, 100, 150]", "ladder = [50, 100, true]", "ladder", [50, 100, True], "list of 3 whole numbers"),
        ("whistle_band = [1, 8]", "whistle_band = [8, 1]", "whistle_band", [8, 1], "the lower and the higher"),
        ("extension_share = 100", "extension_share = 150", "extension_share", 150, "from 1 to 100"),
        ("response = 100", "response = 200", "weights", 1100, "1000 thousandths together"),
        ("response = 100", "response = 0.1", "weights.response", 0.1, "whole number"),
        ("finished = 25", "finished = 35", "score", 110, "100 together"),
        ("first_day = 19", "first_day = 31", "period.first_day", 31, "from 1 to 28"),
        ("orange_floor_minutes = 15", "orange_floor_minutes = 60", "lights.orange_floor_minutes", 60, "from 0 to 59"),
        ("[flood] ", "[flood]\nseason = ['06-01']\n#", "flood.season", ["06-01"], "first and last day"),
        ("[flood] ", "[flood]\nseason = ['06-31', '09-15']\n#", "flood.season", "06-31", "no day of every year"),
        (
            '"雨水", "倒灌"]',
            '"雨水", "积水"]',
            "flood.categories",
            ["排水", "内涝", "积水", "防汛", "雨水", "积水"],
            "once",
        ),
        ('grace = "30 min"', 'grace = "1 WD"', "grace", "1 WD", "natural time"),
    ],
)
def test_a_bad_policy_names_file_key_value_and_remedy(old: str, new: str, key: str, value: object, words: str) -> None:
    assert old in CITY
    with pytest.raises(assets.BadAsset) as caught:
        assets.read_policy("my.toml", CITY.replace(old, new, 1))
    bad = caught.value
    assert (bad.file, bad.key, bad.value) == ("my.toml", key, value)
    assert words in bad.remedy
    assert str(bad).startswith(f"my.toml: {key}")


def test_an_unknown_policy_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(assets.BadAsset, match=r"'town': no such policy; take one of city, city-flood, houshayu"):
        assets.load_policy("town")
    with pytest.raises(assets.BadAsset, match="cannot be read"):
        assets.load_policy(str(tmp_path / "none.toml"))
    (tmp_path / "gbk.toml").write_bytes("version = '后沙峪'".encode("gbk"))
    with pytest.raises(assets.BadAsset, match="not UTF-8"):
        assets.load_policy(str(tmp_path / "gbk.toml"))


def test_the_calendar_knows_holidays_and_make_up_workdays() -> None:
    calendar = assets.load_calendar()
    assert calendar.published_through == dt.date(2026, 12, 31)
    assert calendar.kind(dt.date(2026, 2, 17)) is DayKind.HOLIDAY  # the first day of the year of the horse
    assert calendar.kind(dt.date(2026, 2, 14)) is DayKind.MAKEUP_WORKDAY  # a Saturday
    assert calendar.kind(dt.date(2026, 10, 1)) is DayKind.HOLIDAY
    assert calendar.kind(dt.date(2026, 7, 4)) is DayKind.WEEKEND
    assert calendar.kind(dt.date(2026, 7, 6)) is DayKind.WORKDAY


def test_the_shipped_calendar_is_that_of_the_package_it_is_made_from() -> None:
    constants = pytest.importorskip("chinese_calendar.constants", reason="only make-calendar needs the package")
    calendar = assets.load_calendar()
    assert calendar.holidays == {day for day in constants.holidays if day.year >= 2015}
    assert calendar.makeup_workdays == {day for day in constants.workdays if day.year >= 2015}


def test_a_question_before_the_holidays_is_due_after_them() -> None:
    law = assets.load_law()
    asked = dt.datetime(2026, 9, 30, 17, 0, tzinfo=BEIJING)
    due = after(asked, law.policy.orders[Urgency.QUESTION].feedback, law)
    assert due.end == dt.datetime(2026, 10, 8, 18, 0, tzinfo=BEIJING)
    assert not due.provisional


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("published_through = 2026-12-31", "published_through = 2025-12-31", "holidays", "past published_through"),
        ("holidays = [", "holidays = [ 2015-01-04,", "makeup_workdays", "stands in holidays too"),
        ("makeup_workdays = [", "makeup_workdays = [ 2015-01-04,", "makeup_workdays", "twice"),
        ("makeup_workdays = [", "makeup_workdays = [ 'May',", "makeup_workdays", "without quotes"),
        ("end = 12:00:00", "end = 08:00:00", "sessions[1].end", "later than start"),
        ("start = 13:30:00", "start = 11:30:00", "sessions[2].start", "end of the session above"),
        ("end = 12:00:00", "ends = 12:00:00", "sessions[1].end", "missing"),
        ("holidays = [", "holiday = 3\nholidays = [", "holiday", "did you mean 'holidays'?"),
    ],
)
def test_a_bad_calendar_is_named(old: str, new: str, key: str, words: str) -> None:
    assert old in CHINA
    with pytest.raises(assets.BadAsset) as caught:
        assets.read_calendar("own.toml", CHINA.replace(old, new, 1))
    assert caught.value.key == key
    assert words in caught.value.remedy


NEXT_YEAR = """
extends = "china-2026"
version = "china-2027"
published_through = 2027-12-31
holidays = [2027-01-01, 2027-02-08]
makeup_workdays = [2027-02-06]
"""


def test_a_small_file_extends_the_calendar_by_the_next_year(tmp_path: Path) -> None:
    own = tmp_path / "next.toml"
    own.write_text(NEXT_YEAR, encoding="utf-8")
    both = assets.load_calendar(str(own))
    assert (both.version, both.published_through) == ("china-2027", dt.date(2027, 12, 31))
    assert both.kind(dt.date(2027, 2, 6)) is DayKind.MAKEUP_WORKDAY
    assert both.holidays > assets.load_calendar().holidays
    assert both.sessions == assets.load_calendar().sessions
    own.write_text(NEXT_YEAR.replace("2026", "2027").replace('version = "china-2027"', 'version = "x"'), "utf-8")
    with pytest.raises(assets.BadAsset, match="reaches 2027-12-31 already"):
        assets.load_calendar(str(own), both)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("china-2026", "china-2025", "extends", "in use is 'china-2026'"),
        ('version = "china-2027"', 'version = "china-2026"', "version", "one of its own"),
        ("2027-12-31", "2026-12-31", "holidays", "past published_through"),
        ("2027-01-01,", "2027-02-06,", "makeup_workdays", "stands in holidays too"),
        ("2027-01-01,", "2027-02-08,", "holidays", "twice"),
        ('extends = "china-2026"', "", "sessions", "missing"),
    ],
)
def test_a_bad_extension_of_the_calendar_is_named(old: str, new: str, key: str, words: str) -> None:
    with pytest.raises(assets.BadAsset) as caught:
        assets.read_calendar("next.toml", NEXT_YEAR.replace(old, new))
    assert caught.value.key == key
    assert words in caught.value.remedy


def test_the_organisation_is_that_of_beijing() -> None:
    units = {unit.id: unit for unit in assets.load_organisation()}
    kinds = [unit.kind for unit in units.values()]
    assert kinds.count(UnitKind.DISTRICT) == 16
    assert kinds.count(UnitKind.STREET) == 343
    street = units[UnitId("110105017")]
    assert (street.name, street.name_en, street.parent) == ("劲松街道", "Chaoyang · Jinsong", "110105")
    for unit in units.values():
        assert unit.parent in units or unit.kind is UnitKind.CITY
        if unit.kind in (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE):
            assert unit.duties
            assert unit.name_en
            assert unit.phone.startswith("010-0000-")


def test_only_departments_and_enterprises_can_be_summoned() -> None:
    units = {unit.id: unit for unit in assets.load_organisation()}
    summonable = assets.load_law().summonable
    assert len(summonable) > 25
    assert {units[unit].kind for unit in summonable} == {UnitKind.DEPARTMENT, UnitKind.ENTERPRISE}


def test_codes_and_names_are_the_states(shared_data: Path) -> None:
    lines = (shared_data / "ref" / "beijing_streets.csv").read_text("utf-8").splitlines()[1:]
    known = {row[2]: row[3] for row in (line.split(",") for line in lines) if not row[4].startswith("非行政区")}
    ours = {unit.id: unit.name for unit in assets.load_organisation() if unit.kind is UnitKind.STREET}
    assert ours == known


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code;name\n", "must be code,name,name_en"),
        ("code,name,name_en\n11010500,某街道,\n", "line 2, code = '11010500': must have 9 digits"),
        ("code,name,name_en\n110199001,某街道,\n", "no unit 110199 is known"),
        ("code,name,name_en\n110105001,,\n", "line 2, name = '': must not be empty"),
        ("code,name,name_en\n110105001,甲街道,\n110105001,乙街道,\n", "line 3, code = '110105001': is 甲街道 already"),
    ],
)
def test_a_bad_line_of_streets_is_named(text: str, words: str) -> None:
    above = [unit for unit in assets.load_organisation() if unit.kind is UnitKind.DISTRICT]
    with pytest.raises(assets.BadAsset) as caught:
        assets.read_units("streets.csv", text, UnitKind.STREET, above)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "enterprise"', 'kind = "firm"', "unit[1].kind = 'firm': write one of department, enterprise"),
        ('parent = "110000"', 'parent = "99"', "unit[1].parent = '99': is no known unit"),
        ('duties = ["停水"]', "duties = []", "unit[1].duties = []: write a list of words"),
        ('name = "自来水集团"', "", "unit[1].name: missing"),
        ('id = "E-1"', 'id = "110105"', "is taken already"),
        ('phone = "010-0000-1"', "", "unit[1].phone: missing"),
    ],
)
def test_a_bad_department_is_named(old: str, new: str, words: str) -> None:
    text = (
        '[[unit]]\nid = "E-1"\nname = "自来水集团"\nname_en = "Waterworks"\nkind = "enterprise"\n'
        'parent = "110000"\nphone = "010-0000-1"\nduties = ["停水"]\n'
    )
    above = assets.load_organisation()
    assert assets.read_departments("d.toml", text, above)
    with pytest.raises(assets.BadAsset) as caught:
        assets.read_departments("d.toml", text.replace(old, new), above)
    assert words in str(caught.value)
