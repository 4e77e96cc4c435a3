"""What a summoned department owes by when, and the street's record of the meeting."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.summons_clocks import SummonsDuty, record_clock, summons_clock, summons_clocks
from dispatcher.models.whistle import (
    Milestone,
    WhistleKind,
)
from tests import builders as b
from tests.models.whistling import (
    CITY,
    DAY,
    DISTRICT,
    LAW,
    Story,
    local,
    meeting,
    of_unit,
    of_whistle,
    passed,
)


def dues(story: Story) -> dict[SummonsDuty, tuple[dt.datetime, dt.datetime | None]]:
    return {clock.duty: (clock.due, clock.met_at) for clock in summons_clocks(story.whistle, story.of(), LAW)}


def test_a_routine_whistle_owes_all_its_duties_from_its_blowing():
    # Blown on Friday the 6th at 17:30: half an hour of office is left before the weekend.
    story = Story(WhistleKind.ROUTINE, at=local(6, 17, 30))
    assert dues(story) == {
        SummonsDuty.SIGN: (local(9, 9, 30), None),
        SummonsDuty.CONTACT: (local(7, 17, 30), None),
        SummonsDuty.REPORT_IN: (local(11, 18), None),
        SummonsDuty.DONE: (local(20, 18), None),
    }
    clock = summons_clocks(story.whistle, story.of(), LAW)[0]
    assert (clock.start, clock.limit, clock.milestone) == (local(6, 17, 30), b.limit("1 h W"), Milestone.SIGNED)


def test_a_simple_matter_is_done_the_same_day():
    story = Story(WhistleKind.ROUTINE, at=local(6, 17, 30), simple=True)
    assert dues(story)[SummonsDuty.DONE] == (local(7), None)


def test_duties_are_met_by_what_meets_them():
    story = Story(WhistleKind.BREAKTHROUGH).by_department(Milestone.ON_THE_WAY, 30)
    met = {duty: at for duty, (_, at) in dues(story).items()}
    on_the_way = {SummonsDuty.SIGN: story.at(30), SummonsDuty.CONTACT: story.at(30)}
    assert {duty: at for duty, at in met.items() if at} == on_the_way
    story.by_department(Milestone.REPORTED_IN, 60).do(of_unit(c.ContactStreet), minutes=61)
    story.by_department(Milestone.DONE, 90)
    assert {duty: at for duty, (_, at) in dues(story).items()} == on_the_way | {
        SummonsDuty.REPORT_IN: story.at(60),
        SummonsDuty.MEASURE: story.at(90),
        SummonsDuty.DONE: story.at(90),
    }


def test_the_earliest_contact_is_the_contact():
    story = Story(WhistleKind.ROUTINE).do(of_unit(c.ContactStreet), b.LIAISON, 10)
    story.by_department(Milestone.ON_THE_WAY, 20)
    assert dues(story)[SummonsDuty.CONTACT][1] == story.at(10)


def test_an_agreed_date_and_an_appointed_time_are_due_as_they_are_and_never_provisional():
    year_end = dt.datetime(2026, 12, 30, 4, tzinfo=dt.UTC)
    story = Story(WhistleKind.BREAKTHROUGH, at=year_end, appointed_at=year_end + 5 * DAY)
    owed = {clock.duty: clock for clock in summons_clocks(story.whistle, story.of(), LAW)}
    report_in, done = owed[SummonsDuty.REPORT_IN], owed[SummonsDuty.DONE]
    assert (report_in.due, report_in.limit, report_in.provisional) == (year_end + 5 * DAY, None, False)
    assert (done.limit, done.provisional) == (b.limit("10 WD"), True)
    story.by_street(Milestone.REPORTED_IN, 60).by_street(Milestone.MEASURE_AGREED, 70, finish_by=year_end + 200 * DAY)
    (done,) = (clock for clock in summons_clocks(story.whistle, story.of(), LAW) if clock.is_running)
    assert (done.duty, done.due, done.limit, done.provisional) == (
        SummonsDuty.DONE,
        year_end + 200 * DAY,
        None,
        False,
    )


def test_an_appointment_at_the_very_blowing_appoints_nothing():
    story = Story(appointed_at=b.NOON)
    assert dues(story)[SummonsDuty.REPORT_IN] == (story.at(30), None)


def test_the_next_duty_is_the_first_that_was_not_met():
    story = Story(WhistleKind.ROUTINE)

    def owed() -> SummonsDuty | None:
        clock = summons_clock(story.whistle, story.of(), LAW)
        return clock.duty if clock else None

    assert owed() is SummonsDuty.SIGN
    story.by_department(Milestone.SIGNED, 1)
    assert owed() is SummonsDuty.REPORT_IN
    story.by_department(Milestone.REPORTED_IN, 2)
    assert owed() is SummonsDuty.DONE
    story.by_department(Milestone.DONE, 3)
    assert owed() is None
    story.do(of_unit(c.SendBackWork, reason="again"), minutes=4)
    assert owed() is SummonsDuty.DONE


@pytest.mark.parametrize("end", ["withdrawn", "no-show", "released"])
def test_who_owes_nothing_any_more_keeps_only_what_was_met(end: str):
    story = Story() if end == "released" else Story().by_department(Milestone.SIGNED, 2)
    if end == "released":
        story.do(of_unit(c.RefuseSummons, reason="not ours"), b.LIAISON, 3)
        story.do(of_unit(c.AdjudicateSummons, released=True, reason="gas"), DISTRICT, 4)
    if end == "withdrawn":
        story.do(of_whistle(c.WithdrawWhistle, reason="dry"), minutes=3)
    if end == "no-show":
        story.do(of_unit(c.DeclareNoShow), minutes=40)
    expected = {} if end == "released" else {SummonsDuty.SIGN: (story.at(5), story.at(2))}
    assert dues(story) == expected
    assert summons_clock(story.whistle, story.of(), LAW) is None


def test_the_meeting_is_recorded_on_the_day_the_first_department_came():
    story = Story(WhistleKind.ENFORCEMENT, at=local(6, 22), assisting=(b.WATER,))
    assert record_clock(story.whistle, LAW) is None
    story.do(passed(Milestone.REPORTED_IN, b.WATER), minutes=90)
    story.by_street(Milestone.REPORTED_IN, 150)
    clock = record_clock(story.whistle, LAW)
    assert clock is not None
    assert (clock.start, clock.due, clock.met_at, clock.is_running) == (local(6, 23, 30), local(7), None, True)
    story.do(meeting(at=local(6, 23, 50), tasks=()), minutes=200)
    clock = record_clock(story.whistle, LAW)
    assert clock is not None
    assert (clock.met_at, clock.due) == (local(7, 1, 20), local(7))


def test_no_record_is_owed_where_the_kind_has_none_or_the_whistle_is_over():
    assert record_clock(Story().by_street(Milestone.REPORTED_IN, 5).whistle, LAW) is None
    story = Story(WhistleKind.ENFORCEMENT).by_street(Milestone.REPORTED_IN, 5)
    assert record_clock(story.whistle, LAW) is not None
    assert record_clock(story.do(of_whistle(c.WithdrawWhistle, reason="dry"), minutes=6).whistle, LAW) is None


def test_a_record_due_past_the_published_calendar_is_provisional():
    limits = msgspec.structs.replace(CITY[WhistleKind.ENFORCEMENT], record=b.limit("1 WD"))
    policy = msgspec.structs.replace(LAW.policy, whistles=CITY | {WhistleKind.ENFORCEMENT: limits})
    law = msgspec.structs.replace(LAW, policy=policy)
    for day, provisional in ((29, False), (31, True)):
        story = Story(WhistleKind.ENFORCEMENT, at=local(day, 10, month=12)).by_street(Milestone.REPORTED_IN, 5)
        clock = record_clock(story.whistle, law)
        assert clock is not None
        assert clock.provisional is provisional
