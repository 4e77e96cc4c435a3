"""Scores of departments worked out by hand, their load, and the whistle rate with its band."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.models.policy import ScoreCard
from dispatcher.models.scoring import RateBand, load, score_of, whistle_rate
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Milestone, Score, WhistleKind
from tests import builders as b
from tests.models.whistling import DAY, HOUR, LAW, Story, local, of_unit, of_whistle, passed, score

LEAVES = of_unit(c.RecordDeparture)


def scored(story: Story, minutes: float = 2000, people: int = 8, result: int = 12) -> tuple[int, int, int, int]:
    """Score and give (signed, reported in, finished, total)."""
    found = story.do(score(people, result), b.SUPERVISOR, minutes).of().score
    assert found is not None
    assert (found.people, found.result) == (people, result)
    return found.signed, found.reported_in, found.finished, found.total


def answered(signed: float | None, came: float, done: float, **changes: object) -> Story:
    """An emergency's answer in minutes after the blowing (limits: sign 5, come 30, done 24 h)."""
    story = Story(WhistleKind.EMERGENCY, **changes)
    if signed is not None:
        story.by_department(Milestone.SIGNED, signed)
    return story.by_department(Milestone.REPORTED_IN, came).by_department(Milestone.DONE, done)


# ---- by hand


def test_everything_in_time_is_full_marks():
    # 20 + 30 + 10 + 25 + 15
    assert scored(answered(4, 20, 100), people=10, result=15) == (20, 30, 25, 100)


def test_the_very_instant_of_a_limit_is_in_time():
    assert scored(answered(5, 30, 24 * 60)) == (20, 30, 25, 20 + 30 + 8 + 25 + 12)


def test_signed_too_late_loses_its_twenty():
    assert scored(answered(5.1, 20, 100)) == (0, 30, 25, 30 + 8 + 25 + 12)


def test_never_signed_but_come_loses_its_twenty_too():
    assert scored(answered(None, 4, 100)) == (0, 30, 25, 30 + 8 + 25 + 12)


def test_come_too_late_loses_its_thirty():
    assert scored(answered(4, 31, 100)) == (20, 0, 25, 20 + 8 + 25 + 12)


def test_finished_too_late_loses_its_twenty_five():
    assert scored(answered(4, 20, 24 * 60 + 1)) == (20, 30, 0, 20 + 30 + 8 + 12)


def test_everything_late_leaves_what_is_opinion():
    assert scored(answered(6, 31, 24 * 60 + 1)) == (0, 0, 0, 8 + 12)


def test_the_streets_word_on_the_arrival_counts():
    # The department says 25 minutes, the commander on the spot 40: ten minutes too late.
    story = Story().by_department(Milestone.SIGNED, 4).by_department(Milestone.REPORTED_IN, 25)
    story.by_street(Milestone.REPORTED_IN, 40).by_department(Milestone.DONE, 100)
    assert scored(story) == (20, 0, 25, 20 + 8 + 25 + 12)


def test_an_appointed_time_is_kept_or_not():
    appointed = b.NOON + 3 * HOUR
    assert scored(answered(4, 180, 300, appointed_at=appointed)) == (20, 30, 25, 95)
    assert scored(answered(4, 181, 300, appointed_at=appointed)) == (20, 0, 25, 65)


def test_an_agreed_date_is_when_the_work_is_to_be_finished():
    def story(done: float) -> Story:
        found = Story(WhistleKind.BREAKTHROUGH).by_department(Milestone.SIGNED, 10)
        found.by_department(Milestone.REPORTED_IN, 60)
        found.by_street(Milestone.MEASURE_AGREED, 90, finish_by=b.NOON + 60 * DAY)
        return found.by_department(Milestone.DONE, done * 24 * 60)

    # The limit of ten working days ended on 17 March, two weeks after; the street agreed to sixty days.
    assert scored(story(60), 61 * 24 * 60) == (20, 30, 25, 95)
    assert scored(story(60.1), 61 * 24 * 60) == (20, 30, 0, 70)


def test_a_routine_whistle_over_a_weekend():
    # Blown on Friday at 17:30: signed by Monday 9:30, come by Wednesday 18:00, done by the 20th 18:00.
    story = Story(WhistleKind.ROUTINE, at=local(6, 17, 30))
    for milestone, at in (
        (Milestone.SIGNED, local(9, 9, 30)),
        (Milestone.REPORTED_IN, local(11, 18)),
        (Milestone.DONE, local(20, 18, 1)),
    ):
        story.by_department(milestone, (at - story.blown_at).total_seconds() / 60)
    assert scored(story, 20 * 24 * 60) == (20, 30, 0, 70)


def test_a_simple_matter_is_finished_on_its_day_or_late():
    def story(done: float) -> Story:
        found = Story(WhistleKind.ROUTINE, simple=True)
        for milestone, minutes in ((Milestone.SIGNED, 60), (Milestone.REPORTED_IN, 90), (Milestone.DONE, done)):
            found.by_department(milestone, minutes)
        return found

    # Blown at noon: midnight is 720 minutes away.
    assert scored(story(720)) == (20, 30, 25, 95)
    assert scored(story(721)) == (20, 30, 0, 70)


def test_a_no_show_is_nothing_whatever_came_afterwards():
    story = Story().by_department(Milestone.SIGNED, 4).do(of_unit(c.DeclareNoShow), minutes=31)
    story.by_department(Milestone.REPORTED_IN, 50).by_department(Milestone.DONE, 100)
    assert scored(story, people=10, result=15) == (20, 0, 25, 0)
    found = story.of().score
    assert found is not None
    assert (found.no_show, found.veto) == (True, False)


def test_left_before_it_was_done_is_a_veto():
    story = Story().by_department(Milestone.SIGNED, 4).by_department(Milestone.REPORTED_IN, 20)
    story.do(LEAVES, b.DISPATCHER, 30).by_department(Milestone.DONE, 100)
    assert scored(story) == (20, 30, 25, 0)
    found = story.of().score
    assert found is not None
    assert (found.no_show, found.veto) == (False, True)


@pytest.mark.parametrize("leave_first", [True, False])
def test_leave_from_the_street_lifts_the_veto(leave_first: bool):
    story = Story().by_department(Milestone.SIGNED, 4).by_department(Milestone.REPORTED_IN, 20)
    leave = of_unit(c.RecordDeparture, with_leave=True)
    sides = [(leave, b.DISPATCHER), (LEAVES, b.LIAISON)]
    for command, by in sides if leave_first else reversed(sides):
        story.do(command, by, 30)
    assert scored(story.by_department(Milestone.DONE, 100)) == (20, 30, 25, 95)


def test_leaving_when_it_is_done_is_no_veto():
    story = answered(4, 20, 100)
    assert scored(story.do(LEAVES, b.LIAISON, 100)) == (20, 30, 25, 95)


def test_leaving_and_never_finishing_is_a_veto():
    story = Story().by_department(Milestone.REPORTED_IN, 20).do(LEAVES, b.LIAISON, 30)
    assert score_of(story.of(), story.whistle, LAW, 10, 15).veto


def test_work_sent_back_is_finished_when_it_is_done_again():
    story = answered(4, 20, 100).do(of_unit(c.SendBackWork, reason="leaks"), minutes=110)
    assert scored(story.by_department(Milestone.DONE, 24 * 60 + 5)) == (20, 30, 0, 70)


# ---- the act


def test_a_score_names_its_maker_and_is_given_once():
    story = answered(4, 20, 100)
    command = of_unit(c.ScoreDepartment, people=10, result=15, note="quick")
    story.do(command, b.SUPERVISOR, 200)
    assert story.of().score == Score(
        signed=20,
        reported_in=30,
        people=10,
        finished=25,
        result=15,
        total=100,
        by=b.SUPERVISOR.person,
        at=story.at(200),
        note="quick",
    )
    last = story.of().passed[-1]
    assert (last.milestone, last.at, last.by_street) == (Milestone.SCORED, story.at(200), True)
    assert story.refusal(command, b.SUPERVISOR, 201) == (Reason.ONLY_ONCE, "unit")


@pytest.mark.parametrize(
    ("people", "result", "field"), [(11, 0, "people"), (-1, 0, "people"), (0, 16, "result"), (0, -1, "result")]
)
def test_opinion_has_its_bounds(people: int, result: int, field: str):
    story = answered(4, 20, 100)
    assert story.refusal(score(people, result), b.SUPERVISOR, 101) == (Reason.BAD_FIELD, field)


def test_who_still_owes_is_not_scored():
    story = Story().by_department(Milestone.REPORTED_IN, 20)
    assert story.refusal(score(), b.SUPERVISOR, 30) == (Reason.NOT_DONE, "unit")


def test_a_score_may_follow_the_acceptance_but_not_the_taking_back():
    story = answered(4, 20, 100).do(of_whistle(c.AcceptWhistle), minutes=110)
    assert scored(story, 5000) == (20, 30, 25, 95)
    withdrawn = answered(4, 20, 100).do(of_whistle(c.WithdrawWhistle, reason="dry"), minutes=110)
    assert withdrawn.refusal(score(), b.SUPERVISOR, 120) == (Reason.WHISTLE_CLOSED, "whistle")


def test_what_each_part_can_bring_is_the_policys():
    card = ScoreCard(signed=10, reported_in=20, people=30, finished=15, result=25)
    law = msgspec.structs.replace(LAW, policy=msgspec.structs.replace(LAW.policy, score=card))
    story = answered(4, 20, 100)
    assert score_of(story.of(), story.whistle, law, 30, 25).total == 100


@given(
    st.floats(0, 10),
    st.floats(10, 60),
    st.floats(60, 3000),
    st.integers(0, 10),
    st.integers(0, 15),
    st.booleans(),
)
def test_a_score_lies_between_nothing_and_a_hundred_and_follows_from_the_record(
    signed: float, came: float, done: float, people: int, result: int, leaves: bool
):
    story = Story().by_department(Milestone.SIGNED, signed).by_department(Milestone.REPORTED_IN, came)
    if leaves:
        story.do(LEAVES, b.DISPATCHER, came)
    story.by_department(Milestone.DONE, done)
    found = score_of(story.of(), story.whistle, LAW, people, result)
    timed = 20 * (signed <= 5) + 30 * (came <= 30) + 25 * (done <= 24 * 60)
    at_once = story.at(came) == story.at(done)
    assert found.total == (0 if leaves and not at_once else timed + people + result)
    assert 0 <= found.total <= 100


# ---- load and rate


def other(story: Story, case: str) -> Case:
    return msgspec.structs.replace(story.case, id=CaseId(case))


def test_load_counts_what_is_still_owed_on_open_whistles():
    two = Story(assisting=(b.WATER,))
    one_done = Story(assisting=(b.WATER,)).done()
    missing = Story().do(of_unit(c.DeclareNoShow), minutes=31)
    withdrawn = Story(assisting=(b.GAS,)).do(of_whistle(c.WithdrawWhistle, reason="dry"))
    cases = [two.case, other(one_done, "2"), other(missing, "3"), other(withdrawn, "4"), b.new_case("5")]
    assert load(cases) == {b.URBAN: 1, b.WATER: 2}
    assert load([]) == {}


def test_load_counts_every_whistle_of_a_case():
    story = Story()
    story.case = msgspec.structs.replace(story.case, whistles=story.case.whistles * 3)
    assert load([story.case]) == {b.URBAN: 3}


def test_work_sent_back_is_load_again():
    story = Story().done()
    assert load([story.case]) == {}
    assert load([story.do(of_unit(c.SendBackWork, reason="leaks"), minutes=11).case]) == {b.URBAN: 1}
    assert load([story.do(passed(Milestone.DONE), b.LIAISON, 12).case]) == {}


@pytest.mark.parametrize(
    ("blown", "received", "rate", "band"),
    [
        (0, 0, None, None),
        (3, 0, None, None),
        (0, 500, Fraction(0), RateBand.TOO_LOW),
        (4, 401, Fraction(400, 401), RateBand.TOO_LOW),
        (4, 400, Fraction(1), RateBand.HEALTHY),
        (1, 30, Fraction(10, 3), RateBand.HEALTHY),
        (8, 100, Fraction(8), RateBand.HEALTHY),
        (801, 10000, Fraction(801, 100), RateBand.TOO_HIGH),
        (3, 2, Fraction(150), RateBand.TOO_HIGH),
    ],
)
def test_the_whistle_rate_and_its_band(blown: int, received: int, rate: Fraction | None, band: RateBand | None):
    assert whistle_rate(blown, received, (1, 8)) == (rate, band)


def test_a_score_stands_among_the_milestones_with_who_gave_it():
    story = Story().done()
    story.do(msgspec.structs.replace(score(), note="quick"), b.SUPERVISOR, 60)
    (passed,) = [p for p in story.of().passed if p.milestone is Milestone.SCORED]
    assert (passed.at, passed.by, passed.note, passed.by_street) == (story.at(60), "gao", "quick", True)
