"""Where a clock ends when terms change, the clock stands still, or more time is granted."""

import datetime as dt

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatcher.models.case import (
    CallBack,
    Case,
    CaseState,
    Extension,
    Holding,
    Suspension,
    UrgencyAt,
)
from dispatcher.models.courses import Count
from dispatcher.models.deadlines import (
    Clock,
    ClockKind,
    Light,
    clocks,
    next_clock,
    next_due,
    urgency_now,
)
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Flood, Limit, Measure, parse_limit
from dispatcher.models.workcalendar import BEIJING, from_micros, micros
from tests import builders as b
from tests.models.made import POLICY, WET, cases, changed, in_regimes, later, laws

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LAW = b.law()
LONG_AGO = b.NOON - 30 * DAY
K = ClockKind


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def case(state: CaseState = CaseState.IN_HAND, urgency: Urgency = Urgency.ORDINARY, **fields: object) -> Case:
    """A case dispatched on Tuesday 3 March 2026 at noon, in hand unless told otherwise."""
    order = {name: fields.pop(name) for name in ("category", "feedback_due_at", "dispatched_at") if name in fields}
    values: dict[str, object] = {
        "id": CaseId("case-1"),
        "order": b.order(urgency=urgency, **order),
        "state": state,
        "holder": b.STREET,
        "policy": "test-1",
    }
    return Case(**(values | fields))  # pyright: ignore[reportArgumentType]


def found(of: Case, law: Law = LAW) -> dict[ClockKind, Clock]:
    return {clock.kind: clock for clock in clocks(of, law)}


def feedback(of: Case, law: Law = LAW) -> Clock:
    return found(of, law)[K.FEEDBACK]


def test_a_returned_case_that_was_answered_owes_nothing():
    of = case(CaseState.RETURNED, first_replied_at=b.NOON + HOUR)
    assert next_clock(clocks(of, LAW)) is next_due(of, LAW) is None
    assert found(of)[K.CITIZEN].met_at == b.NOON + HOUR


# ---- change of terms


def urgent(at: dt.datetime, urgency: Urgency = Urgency.EMERGENCY) -> tuple[UrgencyAt, ...]:
    return (UrgencyAt(at, urgency),)


def test_another_urgency_counts_from_the_same_start():
    assert feedback(case(urgencies=urgent(b.NOON + 5 * HOUR))).due == b.NOON + 24 * HOUR
    assert feedback(case(urgency=Urgency.EMERGENCY, urgencies=urgent(b.NOON + HOUR, Urgency.COMPLEX))).due == (
        b.NOON + 15 * DAY
    )


def test_a_limit_that_has_run_out_already_leaves_the_grace():
    changed_at = b.NOON + 3 * DAY
    clock = feedback(case(urgencies=urgent(changed_at)))
    assert (clock.due, clock.graced) == (changed_at + 30 * MINUTE, True)
    assert clock.limit == parse_limit("24 h")


def test_the_grace_never_ends_later_than_the_old_limit():
    changed_at = b.NOON + 7 * DAY - 10 * MINUTE
    clock = feedback(case(urgencies=urgent(changed_at)))
    assert (clock.due, clock.graced) == (b.NOON + 7 * DAY, False)


def test_what_was_overdue_stays_so_unless_the_new_limit_still_runs():
    late = b.NOON + 8 * DAY
    assert feedback(case(urgencies=urgent(late))).due == b.NOON + 7 * DAY
    assert feedback(case(urgencies=urgent(late, Urgency.COMPLEX))).due == b.NOON + 15 * DAY


def test_a_new_limit_that_ends_at_the_very_instant_still_holds():
    clock = feedback(case(urgencies=urgent(b.NOON + 24 * HOUR)))
    assert (clock.due, clock.graced) == (b.NOON + 24 * HOUR, False)


def test_a_duty_that_the_new_urgency_does_not_have_is_gone_and_one_that_it_has_begins():
    assert K.SIGN not in found(case(CaseState.DISPATCHED, urgencies=urgent(b.NOON + MINUTE, Urgency.QUESTION)))
    soon = found(case(urgencies=urgent(b.NOON + HOUR)))[K.ON_SCENE]
    assert soon.due == b.NOON + 2 * HOUR
    much_later = found(case(urgencies=urgent(b.NOON + DAY)))[K.ON_SCENE]
    assert much_later.due == b.NOON + DAY + 30 * MINUTE


def test_there_and_back_again_is_where_it_was():
    turns = (UrgencyAt(b.NOON + 2 * DAY, Urgency.EMERGENCY), UrgencyAt(b.NOON + 3 * DAY, Urgency.ORDINARY))
    assert feedback(case(urgencies=turns)).due == b.NOON + 7 * DAY


def test_the_terms_of_a_met_duty_are_those_of_when_it_was_met():
    met = b.NOON + HOUR
    signed = case(signed_at=met, urgencies=urgent(met))
    assert found(signed)[K.SIGN].due == b.NOON + 30 * MINUTE
    unsigned = case(signed_at=met + MINUTE, urgencies=urgent(met))
    assert found(unsigned)[K.SIGN].limit == parse_limit("10 min")


def test_a_hotlines_own_date_is_moved_by_no_change_of_terms():
    due = b.NOON + 2 * DAY
    clock = feedback(case(feedback_due_at=due, urgencies=urgent(b.NOON + HOUR)))
    assert (clock.due, clock.limit) == (due, None)


def test_the_flood_switch_applies_to_open_orders_about_water_and_to_no_others():
    on = b.NOON + HOUR
    law = in_regimes((LONG_AGO, POLICY, False), (on, POLICY, True))
    wet, dry = case(category=WET), case(category=("city", "lighting"))
    assert (urgency_now(wet, law), urgency_now(dry, law)) == (Urgency.FLOOD, Urgency.ORDINARY)
    assert feedback(wet, law).due == b.NOON + 2 * HOUR
    assert feedback(dry, law).due == b.NOON + 7 * DAY
    assert found(wet, law)[K.PROGRESS].limit == parse_limit("30 min")


def test_the_switch_applies_to_the_categories_of_the_policy_that_is_in_force():
    other = msgspec.structs.replace(POLICY, version="test-2", flood=Flood(categories=("tunnel",)))
    begun, on = b.NOON + HOUR, b.NOON + 2 * HOUR
    law = in_regimes((LONG_AGO, POLICY, False), (begun, other, False), (on, other, True))
    assert urgency_now(case(category=WET), law) is Urgency.ORDINARY, "drainage was the old policy's word"
    assert urgency_now(case(category=("road", "tunnel")), law) is Urgency.FLOOD


def test_when_the_flood_is_over_the_own_limit_holds_again():
    law = in_regimes((LONG_AGO, POLICY, False), (later(60), POLICY, True), (later(90), POLICY, False))
    assert feedback(case(category=WET), law).due == b.NOON + 7 * DAY


def test_another_policy_applies_to_open_orders():
    new = changed(POLICY, "test-2", Urgency.ORDINARY, feedback="2 d")
    law = in_regimes((LONG_AGO, POLICY, False), (b.NOON + DAY, new, False))
    assert feedback(case(), law).due == b.NOON + 2 * DAY
    assert feedback(case(first_replied_at=b.NOON + HOUR), law).due == b.NOON + 7 * DAY


def test_before_the_first_policy_that_is_known_the_first_one_held():
    quick = changed(POLICY, "test-2", Urgency.ORDINARY, feedback="3 d")
    law = in_regimes((b.NOON + 10 * DAY, POLICY, False), (b.NOON + 11 * DAY, quick, False))
    assert feedback(case(first_replied_at=b.NOON + DAY), law).due == b.NOON + 7 * DAY


def test_changes_before_a_holder_had_it_matter_to_the_citizens_clock_alone():
    moved = b.NOON + 3 * DAY
    gone = Holding(unit=b.OTHER_STREET, dispatched_at=b.NOON, ended_at=moved, returned=True)
    turns = (UrgencyAt(b.NOON + 2 * DAY, Urgency.EMERGENCY), *urgent(b.NOON + 2 * DAY + HOUR, Urgency.LIVELIHOOD))
    clock = found(case(redispatched_at=moved, former=(gone,), urgencies=turns))
    assert clock[K.FEEDBACK].start == moved
    assert clock[K.FEEDBACK].due == at("2026-03-10T18:00"), "two working days from Friday"
    assert clock[K.CITIZEN].start == b.NOON
    assert clock[K.CITIZEN].due == at("2026-03-05T18:00"), "two working days from Tuesday, not yet over by then"


def test_the_first_holder_alone_has_the_hotlines_own_date():
    due, moved = b.NOON + 2 * DAY, b.NOON + HOUR
    gone = Holding(unit=b.OTHER_STREET, dispatched_at=b.NOON, ended_at=moved, returned=False)
    clock = found(case(feedback_due_at=due, redispatched_at=moved, former=(gone,)))
    assert (clock[K.CITIZEN].due, clock[K.FEEDBACK].due) == (due, moved + 7 * DAY)


def test_a_returned_case_has_the_citizens_clock_and_no_other():
    assert set(found(case(CaseState.RETURNED, signed_at=b.NOON))) == {K.CITIZEN}


# ---- suspension


def suspended(begin: dt.datetime, end: dt.datetime | None) -> tuple[Suspension, ...]:
    return (Suspension(at=begin, review_at=end or b.NOON + 60 * DAY, public_reason="winter", resumed_at=end),)


def test_natural_time_goes_on_by_what_was_left():
    clock = feedback(case(suspensions=suspended(b.NOON + DAY, b.NOON + 11 * DAY)))
    assert clock.due == b.NOON + 17 * DAY
    assert clock.yellow_at == b.NOON + 13.5 * DAY, "half of the seven days, the pause not counted"


def test_a_suspended_clock_has_no_light_and_is_not_next():
    done = {"signed_at": b.NOON, "contacted_at": b.NOON}
    of = case(CaseState.SUSPENDED, suspensions=suspended(b.NOON + DAY, None), **done)
    clock = feedback(of)
    assert (clock.stopped, clock.is_running, clock.light(b.NOON + 30 * DAY)) == (True, False, None)
    first = next_clock(clocks(of, LAW))
    assert first is not None
    assert first.kind is K.PROGRESS
    assert first.due == b.NOON + 31 * DAY
    assert found(of)[K.REVIEW].due == b.NOON + 60 * DAY


def test_what_is_past_already_is_not_stopped():
    clock = feedback(case(CaseState.SUSPENDED, suspensions=suspended(b.NOON + 7 * DAY, None)))
    assert (clock.stopped, clock.light(b.NOON + 8 * DAY)) == (False, Light.OVERDUE)


def test_working_time_left_is_counted_on_from_the_resumption():
    of = case(
        CaseState.SIGNED,
        dispatched_at=at("2026-03-03T09:00"),
        suspensions=suspended(at("2026-03-03T09:30"), at("2026-03-05T17:00")),
    )
    assert found(of)[K.FIRST_CONTACT].due == at("2026-03-06T09:30"), "an hour on Thursday, half an hour on Friday"


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        ("2026-03-03T15:00", "2026-03-03T17:00", "2026-03-05T18:00"),  # the day of the start: nothing was used
        ("2026-03-04T10:00", "2026-03-04T11:00", "2026-03-05T18:00"),  # a day of grant and resumption is one day
        ("2026-03-04T10:00", "2026-03-09T10:00", "2026-03-10T18:00"),
        ("2026-03-05T10:00", "2026-03-09T10:00", "2026-03-09T18:00"),  # one of the two was used
        ("2026-03-05T10:00", "2026-03-07T10:00", "2026-03-09T18:00"),  # resumed on a Saturday
    ],
)
def test_working_days_used_stay_used(begin: str, end: str, due: str):
    of = case(urgency=Urgency.LIVELIHOOD, suspensions=suspended(at(begin), at(end)))
    assert feedback(of).due == at(due)


def test_a_change_of_terms_in_a_pause_waits_for_its_end():
    pause = suspended(b.NOON + DAY + HOUR, b.NOON + 9 * DAY)
    clock = feedback(case(suspensions=pause, urgencies=urgent(b.NOON + 4 * DAY)))
    assert clock.due == b.NOON + 9 * DAY + 30 * MINUTE
    roomy = feedback(case(suspensions=suspended(b.NOON + HOUR, b.NOON + 9 * DAY), urgencies=urgent(b.NOON + 4 * DAY)))
    assert roomy.due == b.NOON + 9 * DAY + 23 * HOUR


def test_what_is_met_in_a_pause_is_met_in_time():
    of = case(on_scene_at=b.NOON + 5 * DAY, urgency=Urgency.EMERGENCY, suspensions=suspended(b.NOON + HOUR, None))
    clock = found(of)[K.ON_SCENE]
    assert clock.met_at is not None
    assert clock.met_at <= clock.due
    assert not clock.stopped


def test_what_is_met_in_a_pause_has_stood_still_no_longer_than_that():
    met = b.NOON + 5 * HOUR
    for end in (None, b.NOON + 9 * DAY):
        of = case(on_scene_at=met, urgency=Urgency.EMERGENCY, suspensions=suspended(b.NOON + HOUR, end))
        clock = found(of)[K.ON_SCENE]
        assert (clock.due, clock.stopped) == (b.NOON + 6 * HOUR, False)


def test_a_duty_that_comes_to_be_in_a_pause_waits_for_its_end():
    end = b.NOON + 9 * DAY
    clock = found(case(suspensions=suspended(b.NOON + DAY, end), urgencies=urgent(b.NOON + 2 * DAY)))[K.ON_SCENE]
    assert (clock.due, clock.graced) == (end + 30 * MINUTE, True)
    assert clock.orange_at == b.NOON + 0.8 * (DAY + 30 * MINUTE), "a pause is no time for the lights either"


def test_a_round_of_progress_begins_again_with_the_resumption():
    flood = case(urgency=Urgency.FLOOD, progress_at=b.NOON, suspensions=suspended(b.NOON + HOUR, b.NOON + DAY))
    assert found(flood)[K.PROGRESS].due == b.NOON + DAY + 30 * MINUTE


def test_a_change_of_terms_after_a_pause_counts_when_it_was_made():
    turned = b.NOON + 5 * DAY
    clock = feedback(case(suspensions=suspended(b.NOON + DAY, b.NOON + 2 * DAY), urgencies=urgent(turned)))
    assert (clock.due, clock.graced) == (turned + 30 * MINUTE, True)
    at_its_end = b.NOON + 2 * DAY
    clock = feedback(case(suspensions=suspended(b.NOON + HOUR, at_its_end), urgencies=urgent(at_its_end)))
    assert (clock.due, clock.graced) == (at_its_end + 23 * HOUR, False)


def test_a_grace_may_be_one_of_office_time():
    law = msgspec.structs.replace(LAW, policy=msgspec.structs.replace(b.policy(), grace=parse_limit("1 h W")))
    evening = at("2026-03-05T20:00")
    clock = feedback(case(urgencies=urgent(evening)), law)
    assert (clock.due, clock.graced) == (at("2026-03-06T10:00"), True)


def test_an_hour_limit_that_stood_still_keeps_its_floor():
    stood = suspended(b.NOON + 10 * MINUTE, b.NOON + 20 * MINUTE)
    law = msgspec.structs.replace(LAW, policy=changed(b.policy(), "test-2", Urgency.EMERGENCY, on_scene="1 h"))
    clock = found(case(urgency=Urgency.EMERGENCY, suspensions=stood), law)[K.ON_SCENE]
    assert (clock.due, clock.orange_at) == (b.NOON + 70 * MINUTE, b.NOON + 55 * MINUTE)


# ---- extension


def extension(granted: dt.datetime, until: dt.datetime) -> Extension:
    return Extension(asked_at=granted, granted_at=granted, until=until)


def test_an_extension_granted_in_time_keeps_the_old_due():
    until = b.NOON + 12 * DAY
    clock = feedback(case(extension=extension(b.NOON + 7 * DAY, until)))
    assert (clock.due, clock.due_before, clock.too_late) == (until, b.NOON + 7 * DAY, False)


def test_an_extension_granted_too_late_changes_nothing_and_says_so():
    clock = feedback(case(extension=extension(b.NOON + 7 * DAY + MINUTE, b.NOON + 12 * DAY)))
    assert (clock.due, clock.due_before, clock.too_late) == (b.NOON + 7 * DAY, None, True)


def test_an_extension_granted_at_the_very_instant_of_the_answer_came_before_it():
    until, answered = b.NOON + 12 * DAY, b.NOON + 5 * DAY
    clock = feedback(case(CaseState.REPLIED, first_replied_at=answered, extension=extension(answered, until)))
    assert (clock.due, clock.due_before) == (until, b.NOON + 7 * DAY)
    afterwards = extension(answered + MINUTE, until)
    assert feedback(case(CaseState.REPLIED, first_replied_at=answered, extension=afterwards)).due == b.NOON + 7 * DAY


def test_an_extended_limit_stops_in_a_suspension_too():
    of = case(
        extension=extension(b.NOON + DAY, b.NOON + 12 * DAY), suspensions=suspended(b.NOON + 9 * DAY, b.NOON + 19 * DAY)
    )
    assert feedback(of).due == b.NOON + 22 * DAY


def test_an_extension_moves_a_hotlines_own_date():
    of = case(feedback_due_at=b.NOON + 2 * DAY, extension=extension(b.NOON + DAY, b.NOON + 4 * DAY))
    assert feedback(of).due == b.NOON + 4 * DAY


def test_an_extension_in_a_redo_is_one_of_the_redo():
    redo = b.NOON + 3 * DAY
    of = case(
        CaseState.REDO, first_replied_at=b.NOON + DAY, replied_at=b.NOON + DAY, redo_at=redo,
        extension=extension(redo + DAY, redo + 9 * DAY),
    )  # fmt: skip
    assert (found(of)[K.REDO].due, feedback(of).due_before) == (redo + 9 * DAY, None)


# ---- redo, call-back, end


def test_a_redo_is_signed_and_contacted_anew():
    redo = msgspec.structs.replace(POLICY.redo, sign=parse_limit("1 h W"), first_contact=parse_limit("4 h"))
    law = in_regimes((LONG_AGO, msgspec.structs.replace(POLICY, redo=redo), False))
    replied = b.NOON + HOUR
    of = case(
        CaseState.REDO, signed_at=b.NOON, contacted_at=b.NOON, first_replied_at=replied, replied_at=replied,
        redo_at=b.NOON + 3 * HOUR, redo_signed_at=b.NOON + 4 * HOUR,
    )  # fmt: skip
    listed = [(clock.kind, clock.of_redo, clock.due, clock.met_at) for clock in clocks(of, law)]
    assert listed == [
        (K.SIGN, False, b.NOON + 30 * MINUTE, b.NOON),
        (K.FIRST_CONTACT, False, b.NOON + 3.5 * HOUR, b.NOON),
        (K.FEEDBACK, False, b.NOON + 7 * DAY, replied),
        (K.SIGN, True, b.NOON + 4 * HOUR, b.NOON + 4 * HOUR),
        (K.FIRST_CONTACT, True, b.NOON + 7 * HOUR, None),
        (K.REDO, False, at("2026-03-06T18:00"), None),
    ]


def calls(*of: tuple[int, bool, bool]) -> tuple[CallBack, ...]:
    return tuple(CallBack(at=later(minute), by_hotline=hotline, reached=reached) for minute, hotline, reached in of)


@pytest.mark.parametrize(
    ("made", "met"),
    [
        (calls((10, False, True), (90, True, True)), 10),
        (calls((10, False, False), (20, False, False), (70, False, False)), None),  # two in one clock hour
        (calls((10, False, False), (70, False, False), (130, False, False)), 130),
        (calls((10, False, False), (70, True, False), (130, False, False)), None),  # each side counts its own
        (calls((10, False, False), (70, False, True)), 70),
    ],
)
def test_a_call_back_is_done_when_reached_or_tried_often_enough(made: tuple[CallBack, ...], met: int | None):
    clock = found(case(CaseState.REPLIED, replied_at=b.NOON, first_replied_at=b.NOON, call_backs=made))[K.CALL_BACK]
    assert clock.met_at == (None if met is None else later(met))


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED])
def test_an_ended_case_keeps_its_met_clocks_alone(state: CaseState):
    of = case(state, urgency=Urgency.EMERGENCY, signed_at=b.NOON, closed_at=b.NOON + HOUR)
    expected = {K.SIGN, K.FEEDBACK} if state is CaseState.CLOSED else {K.SIGN}
    assert set(found(of)) == expected, "what was given up was not answered"
    assert next_clock(clocks(of, LAW)) is None


# ---- in general


@given(cases(), laws())
def test_lights_come_in_their_order_and_the_next_one_is_the_first_due(of: Case, law: Law):
    listed = clocks(of, law)
    for clock in listed:
        if not clock.stopped and clock.start <= clock.due:
            assert clock.start <= clock.yellow_at <= clock.orange_at <= clock.due
    assert next_due(of, law) == next_clock(listed)


@given(cases(), laws())
def test_a_regime_that_changes_nothing_changes_nothing(of: Case, law: Law):
    again = msgspec.structs.replace(law.regimes[-1], since=law.regimes[-1].since + 5 * DAY)
    same = msgspec.structs.replace(law, regimes=(*law.regimes, again))
    assert clocks(of, same) == clocks(of, law)


PAUSES = st.lists(st.integers(0, 9000), min_size=2, max_size=6, unique=True).map(
    lambda minutes: tuple(zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False))
)


@given(st.integers(-3000, 3000), st.integers(1, 2000), st.sampled_from([Measure.NATURAL, Measure.WORKING_TIME]), PAUSES)
@example(0, 120, Measure.WORKING_TIME, ((30, 5000),))
def test_minutes_run_only_outside_of_pauses(start: int, minutes: int, measure: Measure, pauses: tuple[tuple[int, int]]):
    """Counted minute by minute, which is how a person would."""
    begun = later(start)
    count = Count(micros(begun), Limit(minutes, measure), LAW.calendar.office)
    pauses = tuple((start + begin, start + end) for begin, end in pauses)
    for begin, end in pauses:
        count.pause(micros(later(begin)), micros(later(end)))
    now, left = start, minutes
    while left:
        paused = any(begin <= now < end for begin, end in pauses)
        left -= not paused and (measure is Measure.NATURAL or _office_is_open(later(now)))
        now += 1
    assert from_micros(count.due) == later(now)


@given(st.integers(0, 20_000), st.integers(1, 12), PAUSES)
def test_working_days_run_only_outside_of_pauses(start: int, days: int, pauses: tuple[tuple[int, int]]):
    """Counted day by day: the day of the start is none, those from a grant to the eve of the resumption are none."""
    begun = later(start)
    count = Count(micros(begun), Limit(days, Measure.WORKING_DAYS), LAW.calendar.office)
    day, left = begun.astimezone(BEIJING).date(), days
    stood: set[dt.date] = set()
    for begin, end in pauses:
        first, last = (later(start + minute).astimezone(BEIJING).date() for minute in (begin, end))
        if count.pause(micros(later(start + begin)), micros(later(start + end))):
            stood |= {first + n * DAY for n in range((last - first).days)}
    while left:
        day += DAY
        left -= day not in stood and LAW.calendar.is_worked(day)
    assert from_micros(count.due) == dt.datetime.combine(day, dt.time(18), BEIJING)


def _office_is_open(instant: dt.datetime) -> bool:
    local = instant.astimezone(BEIJING)
    hours = any(s.start <= local.time() < s.end for s in LAW.calendar.sessions)
    return hours and LAW.calendar.is_worked(local.date())
