"""Clocks, their lights, and the row that carries them."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import Clock, ClockKind, Light, clocks, light_of, next_clock
from dispatcher.models.events import Solved
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.order import Place, Urgency, masked_name, masked_phone
from dispatcher.models.policy import BadLimit, Limit, Measure, parse_limit
from dispatcher.models.queue import NEVER_MS, Flag, epoch_ms, from_epoch_ms, summarise
from dispatcher.models.summons_clocks import summons_clock
from dispatcher.models.whistle import Milestone, WhistleKind
from tests import builders as b

ONE = CaseId("case-1")
LAW = b.law()
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
EIGHT = b.NOON - 4 * HOUR
"""08:00 in Beijing, an hour before offices open."""


def clock(case: Case, kind: ClockKind) -> Clock:
    return next(clock for clock in clocks(case, LAW) if clock.kind is kind)


def kinds(case: Case) -> set[ClockKind]:
    return {clock.kind for clock in clocks(case, LAW)}


# ---- clocks of a case


def test_an_ordinary_order_is_signed_contacted_and_answered_within_its_limits():
    case = b.new_case()
    assert kinds(case) == {ClockKind.SIGN, ClockKind.FIRST_CONTACT, ClockKind.FEEDBACK}
    assert clock(case, ClockKind.SIGN).due == b.NOON + 30 * MINUTE
    assert clock(case, ClockKind.FIRST_CONTACT).due == b.NOON + 3.5 * HOUR, "two office hours over the noon break"
    assert clock(case, ClockKind.FEEDBACK).due == b.NOON + 7 * DAY
    first = next_clock(clocks(case, LAW))
    assert first is not None
    assert first.kind is ClockKind.SIGN


def test_a_met_duty_stays_listed_as_met_and_the_next_one_runs():
    case = b.signed_case()
    assert clock(case, ClockKind.SIGN).met_at == b.NOON
    assert not clock(case, ClockKind.SIGN).is_running
    first = next_clock(clocks(case, LAW))
    assert first is not None
    assert first.kind is ClockKind.FIRST_CONTACT


def test_progress_is_due_again_after_each_report():
    case = b.new_case(urgency=Urgency.FLOOD)
    assert clock(case, ClockKind.PROGRESS).due == b.NOON + 30 * MINUTE
    case = b.after_(case, c.SignFor(case=ONE))
    case = b.after_(case, c.ReportProgress(case=ONE, text="pumping", on_scene=True), at=b.NOON + 20 * MINUTE)
    assert clock(case, ClockKind.PROGRESS).due == b.NOON + 50 * MINUTE
    assert clock(case, ClockKind.ON_SCENE).met_at == b.NOON + 20 * MINUTE


def test_a_limit_the_hotline_set_itself_goes_before_the_policys():
    due = b.NOON + 2 * DAY
    found = clock(b.new_case(feedback_due_at=due), ClockKind.FEEDBACK)
    assert (found.due, found.limit, found.yellow_at) == (due, None, b.NOON + DAY)


def test_a_case_to_be_done_again_has_a_clock_of_its_own():
    case = b.after_(b.case_in_hand(), b.reply(), b.LEADER)
    assert clock(case, ClockKind.FEEDBACK).met_at == b.NOON
    assert clock(case, ClockKind.CALL_BACK).due == b.NOON + 3 * DAY
    case = b.after_(case, c.RecordCallBack(case=ONE, reached=True, solved=Solved.NO), at=b.NOON + HOUR)
    redo = clock(case, ClockKind.REDO)
    assert redo.is_running
    assert redo.due == dt.datetime(2026, 3, 6, 10, 0, tzinfo=dt.UTC), "the close of the third working day"
    assert ClockKind.CALL_BACK not in kinds(case)
    called = c.RecordContact(case=ONE, reached=True)
    case = b.after_(b.after_(case, called, at=b.NOON + HOUR), b.reply(), b.LEADER, b.NOON + 2 * HOUR)
    assert clock(case, ClockKind.REDO).met_at == b.NOON + 2 * HOUR


def test_a_case_handled_elsewhere_has_only_its_feedback():
    command = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON + HOUR)
    case = b.after_(None, command, b.HOTLINE, b.NOON + HOUR)
    assert kinds(case) == {ClockKind.FEEDBACK}
    assert next_clock(clocks(case, LAW)) is None


def test_an_end_past_the_published_calendar_is_provisional():
    last = dt.datetime(2026, 12, 31, 9, 0, tzinfo=dt.UTC)
    case = b.after_(None, b.receive(urgency=Urgency.LIVELIHOOD, dispatched_at=last), b.HOTLINE, last)
    assert clock(case, ClockKind.FEEDBACK).provisional
    assert not clock(case, ClockKind.SIGN).provisional, "natural time needs no calendar"
    dated = b.new_case(feedback_due_at=dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
    assert not clock(dated, ClockKind.FEEDBACK).provisional, "a date rests on no calendar"


# ---- lights


def test_a_light_changes_at_half_and_at_a_fifth_left():
    found = clock(b.new_case(), ClockKind.FEEDBACK)
    assert (found.yellow_at, found.orange_at) == (b.NOON + 3.5 * DAY, b.NOON + 7 * DAY * 0.8)


def test_an_hour_limit_turns_orange_a_quarter_of_an_hour_before_its_end_at_the_latest():
    case = b.new_case(urgency=Urgency.LIVELIHOOD, dispatched_at=b.NOON - 2 * HOUR)
    found = clock(case, ClockKind.FIRST_CONTACT)
    assert found.due == b.NOON - HOUR
    assert found.orange_at == found.due - 15 * MINUTE


def test_working_time_lights_count_working_time():
    found = clock(b.new_case(dispatched_at=EIGHT), ClockKind.FIRST_CONTACT)
    assert (found.due - EIGHT, found.yellow_at - EIGHT) == (3 * HOUR, 2 * HOUR)


@pytest.mark.parametrize(
    ("kind", "now", "light"),
    [
        (ClockKind.SIGN, 9, Light.GREEN),
        (ClockKind.SIGN, 10, Light.YELLOW),
        (ClockKind.SIGN, 20, Light.ORANGE),
        (ClockKind.SIGN, 29, Light.ORANGE),
        (ClockKind.SIGN, 30, Light.RED),
        (ClockKind.FEEDBACK, 30, Light.OVERDUE),
        (ClockKind.REDO, 31, Light.OVERDUE),
    ],
)
def test_the_light_is_exact_at_its_instants(kind: ClockKind, now: int, light: Light):
    assert light_of(kind, 10, 20, 30, now) is light


@given(
    st.sampled_from(Urgency),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=200)),
    st.sampled_from([None, 1, 30, 4000]),
)
def test_lights_come_in_their_order_and_before_the_end(urgency: Urgency, later: dt.timedelta, given_hours: int | None):
    at = b.NOON + later
    due = at + given_hours * HOUR if given_hours else None
    order = b.order(urgency=urgency, dispatched_at=at, feedback_due_at=due)
    for found in clocks(b.after_(None, c.ReceiveOrder(case=ONE, order=order, holder=b.STREET), b.HOTLINE, at), LAW):
        assert found.start <= found.yellow_at <= found.orange_at <= found.due


# ---- whistles


def test_a_department_owes_its_signature_then_its_coming_then_its_work():
    case = b.after_(b.case_in_hand(), b.blow())
    expected = [
        (Milestone.SIGNED, 5 * MINUTE),
        (Milestone.REPORTED_IN, 30 * MINUTE),
        (Milestone.DONE, 24 * HOUR),
    ]
    for milestone, after in expected:
        whistle = case.whistles[0]
        owed = summons_clock(whistle, whistle.summons[0], LAW)
        assert owed is not None
        assert (owed.milestone, owed.due) == (milestone, b.NOON + after)
        command = c.PassMilestone(case=ONE, whistle=whistle.id, unit=b.URBAN, milestone=milestone)
        case = b.after_(case, command, b.LIAISON)
    whistle = case.whistles[0]
    assert summons_clock(whistle, whistle.summons[0], LAW) is None


def test_an_appointment_is_when_it_is_and_a_closed_whistle_owes_nothing():
    appointed = msgspec.structs.replace(b.blow(kind=WhistleKind.ROUTINE), appointed_at=b.NOON + DAY)
    case = b.after_(b.case_in_hand(), appointed)
    command = c.PassMilestone(case=ONE, whistle=appointed.whistle, unit=b.URBAN, milestone=Milestone.SIGNED)
    case = b.after_(case, command, b.LIAISON)
    whistle = case.whistles[0]
    owed = summons_clock(whistle, whistle.summons[0], LAW)
    assert owed is not None
    assert owed.due == b.NOON + DAY
    case = b.after_(case, c.WithdrawWhistle(case=ONE, whistle=whistle.id, reason="over"))
    assert summons_clock(case.whistles[0], case.whistles[0].summons[0], LAW) is None


# ---- the row


def test_the_row_of_a_new_case_says_what_is_due_next():
    row = summarise(b.new_case(), LAW)
    assert (row.clock, row.due_ms) == (ClockKind.SIGN, epoch_ms(b.NOON + 30 * MINUTE))
    assert (row.state, row.holder, row.place, row.topic) == (
        CaseState.DISPATCHED,
        b.STREET,
        "1 East Road · Dongli",
        "lighting",
    )
    assert row.light(epoch_ms(b.NOON)) is Light.GREEN
    assert row.light(row.due_ms) is Light.RED
    assert (row.closed_ms, row.whistle_due_ms, row.is_open) == (NEVER_MS, NEVER_MS, True)


def test_the_row_of_a_closed_case_has_no_clock():
    command = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON + HOUR)
    row = summarise(b.after_(None, command, b.HOTLINE, b.NOON + HOUR), LAW)
    assert (row.clock, row.due_ms, row.is_open, row.closed_ms) == (None, NEVER_MS, False, epoch_ms(b.NOON + HOUR))
    assert row.light(0) is None


def test_the_row_counts_departments_out_and_in_and_names_the_one_waited_for():
    case = b.after_(b.case_in_hand(), b.blow())
    signed = c.PassMilestone(case=ONE, whistle=case.whistles[0].id, unit=b.URBAN, milestone=Milestone.REPORTED_IN)
    row = summarise(b.after_(case, signed, b.LIAISON), LAW)
    assert (row.whistles_out, row.whistles_in, row.waiting_for) == (2, 1, b.WATER)
    assert row.whistle_due_ms == epoch_ms(b.NOON + 5 * MINUTE)
    assert row.whistle_late(row.whistle_due_ms)
    assert not row.whistle_late(row.whistle_due_ms - 1)
    over = b.after_(case, c.WithdrawWhistle(case=ONE, whistle=case.whistles[0].id, reason="over"))
    row = summarise(over, LAW)
    assert (row.whistles_out, row.waiting_for, row.whistle_due_ms) == (0, UnitId(""), NEVER_MS)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"confidential": True}, Flag.CONFIDENTIAL),
        ({"urged": 2}, Flag.URGED),
        ({"previous_number": "A-0"}, Flag.REPEATED),
    ],
)
def test_the_row_flags_what_the_order_says(changes: dict[str, object], flag: Flag):
    assert summarise(b.new_case(**changes), LAW).flags == flag
    assert summarise(b.new_case(), LAW).flags == 0


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(address="1 East Road"), "1 East Road"),
        (Place(address="1 East Road", community="Dongli"), "1 East Road · Dongli"),
        # The separator stays: what stands before it is an address and never goes on a wall.
        (Place(community="Dongli"), " · Dongli"),
        (Place(address="1 East Road · 3", community="Dongli"), "1 East Road 3 · Dongli"),
        (Place(), ""),
    ],
)
def test_the_place_is_what_is_known_of_it(place: Place, text: str):
    assert summarise(b.new_case(place=place), LAW).place == text


@given(st.integers(0, NEVER_MS))
def test_epoch_milliseconds_go_back_and_forth(ms: int):
    assert epoch_ms(from_epoch_ms(ms)) == ms


# ---- limits and masks


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10 min", Limit(10, Measure.NATURAL)),
        ("2h", Limit(120, Measure.NATURAL)),
        ("2 h W", Limit(120, Measure.WORKING_TIME)),
        ("7 d", Limit(7 * 1440, Measure.NATURAL)),
        (" 3 WD ", Limit(3, Measure.WORKING_DAYS)),
    ],
)
def test_a_limit_is_read_as_the_trade_writes_it(text: str, limit: Limit):
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "soon", "0 min", "3 WD W", "1.5 h", "-1 h", "2 h X", "h"])
def test_anything_else_is_no_limit_and_says_how_to_write_one(text: str):
    with pytest.raises(BadLimit, match=r"write it like|write '"):
        parse_limit(text)


@pytest.mark.parametrize(("plain", "masked"), [("刘丽华", "刘**"), ("J. Smith", "J*******"), ("李", "*"), ("", "")])
def test_a_name_keeps_its_family(plain: str, masked: str):
    assert masked_name(plain) == masked


@pytest.mark.parametrize(
    ("plain", "masked"), [("13812345678", "138****5678"), ("65551234", "******34"), ("1", "1"), ("", "")]
)
def test_a_phone_keeps_its_ends(plain: str, masked: str):
    assert masked_phone(plain) == masked
