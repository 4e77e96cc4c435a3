"""What changes between two policies, in the terms of the work, and what that does to open cases."""

import datetime as dt

import msgspec
import pytest

from dispatcher import assets
from dispatcher.models.case import CaseState
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Flood, Limit, Measure, Policy, parse_limit
from dispatcher.models.policy_changes import Difference, Effect, Value, differences, effect, say, under
from dispatcher.models.policy_check import ends_later, faults
from dispatcher.models.whistle import WhistleKind
from tests import builders as b
from tests.models.made import POLICY, changed
from tests.models.test_courses import case

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def with_(**changes: object) -> Policy:
    return msgspec.structs.replace(POLICY, **changes)


@pytest.mark.parametrize(
    ("new", "clause", "before", "now", "words"),
    [
        (
            changed(POLICY, "2", Urgency.FLOOD, on_scene="20 min"),
            ("orders", "flood", "on_scene"), parse_limit("30 min"), parse_limit("20 min"),
            "汛期应急，到场：30 min → 20 min | flood, on scene: 30 min -> 20 min",
        ),
        (
            changed(POLICY, "2", Urgency.QUESTION, sign="1 h W"),
            ("orders", "question", "sign"), None, parse_limit("1 h W"),
            "咨询，签收：无 → 1 h W | question, sign: none -> 1 h W",
        ),
        (
            with_(whistles={**POLICY.whistles, WhistleKind.EMERGENCY: POLICY.whistles[WhistleKind.ROUTINE]}),
            ("whistles", "emergency", "sign"), parse_limit("5 min"), parse_limit("2 h W"),
            "应急哨，签收：5 min → 2 h W | emergency whistle, sign: 5 min -> 2 h W",
        ),
        (
            with_(flood=Flood(categories=("drainage",), season=((6, 1), (9, 15)))),
            ("flood", "season"), None, ("06-01", "09-15"),
            "汛期开关，汛期：无 → 06-01、09-15 | flood, season: none -> 06-01, 09-15",
        ),
        (with_(reply_review=False), ("reply_review",), True, False, "答复审核：是 → 否 | reply review: yes -> no"),
        (
            with_(ladder=(50, 100, 200)), ("ladder",), (50, 100, 150), (50, 100, 200),
            "催办阶梯（%）：50、100、150 → 50、100、200 | ladder: 50, 100, 150 -> 50, 100, 200",
        ),
    ],
)  # fmt: skip
def test_a_difference_is_told_in_the_terms_of_the_work(
    new: Policy, clause: tuple[str, ...], before: Value, now: Value, words: str
):
    found = differences(POLICY, new)
    assert found[0] == Difference(clause=clause, old=before, new=now)
    assert say(found[0]) == words
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Difference, ...]) == found
    assert differences(new, new) == ()


def test_every_clause_has_a_chinese_name():
    everything = differences(_other_in_every_clause(assets.load_policy("city-flood")), assets.load_policy("houshayu"))
    assert len(everything) > 80
    for difference in everything:
        chinese = say(difference).split("：")[0]
        assert not any(letter.isascii() and letter.isalpha() for letter in chinese), chinese


def _other_in_every_clause(policy: Policy) -> Policy:
    fields: dict[str, object] = {}
    for field in policy.__struct_fields__:
        value = getattr(policy, field)
        if isinstance(value, dict):
            fields[field] = {key: _other(table) for key, table in value.items()}
        elif isinstance(value, msgspec.Struct) and not isinstance(value, Limit):
            fields[field] = _other(value)
        elif field not in ("version", "effective_from"):
            fields[field] = "another"
    return msgspec.structs.replace(policy, **fields)


def _other(table: msgspec.Struct) -> msgspec.Struct:
    other = {field: "another" for field in table.__struct_fields__ if field != "season"}
    return msgspec.structs.replace(table, **other)


@pytest.mark.parametrize(
    "text", ["30 min", "2 h", "24 h", "90 min", "7 d", "36 h", "2 h W", "24 h W", "3 WD", "same day"]
)
def test_a_limit_is_written_as_it_is_read(text: str):
    assert parse_limit(text).text == text


def test_an_effect_counts_whose_clocks_change_and_who_is_overdue_by_it():
    now = b.NOON + 3 * DAY
    open_cases = [
        case(),  # 7 d: becomes 2 d, past by a day
        case(dispatched_at=now - DAY),  # becomes due in a day
        case(dispatched_at=now - 8 * DAY),  # overdue before and after
        case(CaseState.CLOSED, closed_at=b.NOON + 4 * DAY),
        case(urgency=Urgency.COMPLEX),
    ]
    before = b.law()
    after = under(before, changed(b.policy(), "test-2", Urgency.ORDINARY, feedback="2 d"), now)
    assert effect(open_cases, before, after, now) == Effect(
        changed=2, newly_overdue=1, no_longer_overdue=0, by_urgency={Urgency.ORDINARY: 2}
    )
    longer = under(before, changed(b.policy(), "test-3", Urgency.ORDINARY, feedback="10 d"), now)
    assert effect(open_cases, before, longer, now) == Effect(
        changed=3, newly_overdue=0, no_longer_overdue=1, by_urgency={Urgency.ORDINARY: 3}
    )
    assert effect(open_cases, before, under(before, b.policy(), now), now) == Effect()


# ---- a policy that makes no sense


def orders(**limits: str) -> dict[str, object]:
    return {"orders": changed(POLICY, "2", Urgency.EMERGENCY, **limits).orders}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"version": " "}, "version"),
        ({"effective_from": dt.date(9999, 1, 1)}, "effective_from"),
        ({"orders": {}}, "orders.flood"),
        ({"whistles": {}}, "whistles.emergency"),
        ({"call_back": Limit(0, Measure.NATURAL)}, "call_back"),
        (orders(sign="40 min"), "orders.emergency.sign"),
        (orders(first_contact="25 h"), "orders.emergency.first_contact"),
        (orders(first_contact="25 h W"), "orders.emergency.first_contact"),
        (orders(on_scene="2 d"), "orders.emergency.on_scene"),
        (orders(progress="2 d"), "orders.emergency.progress"),
        ({"grace": parse_limit("1 h W")}, "grace"),
        ({"return_window_urgent": parse_limit("2 WD")}, "return_window_urgent"),
        ({"ladder": (50, 150, 100)}, "ladder"),
        ({"whistle_band": (8, 8)}, "whistle_band"),
        ({"extension_share": 0}, "extension_share"),
        ({"extension_share": 101}, "extension_share"),
        ({"contact_attempts": 0}, "contact_attempts"),
        ({"flood": Flood(categories=("a", "a"))}, "flood.categories"),
        ({"flood": Flood(season=((6, 1), (9, 15)))}, "flood.categories"),
        ({"flood": Flood(categories=("a",), season=((2, 29), (9, 15)))}, "flood.season"),
    ],
)
def test_a_policy_that_makes_no_sense_is_named(changes: dict[str, object], key: str):
    assert faults(POLICY) == ()
    assert faults(with_(**changes))[0].key == key


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        ("2 h", "1 h", True),
        ("1 h", "1 h", False),
        ("2 h W", "1 h", True),
        ("2 h", "1 h W", False),  # an hour of office may be days away
        ("3 WD", "2 WD", True),
        ("3 WD", "1 h", False),
        ("same day", "same day", False),
    ],
)
def test_only_limits_that_compare_are_compared(one: str, other: str, later: bool):
    assert ends_later(parse_limit(one), parse_limit(other)) is later
