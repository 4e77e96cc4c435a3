"""Whistles: who may do what about a summons, what each act leaves in the record, and what each is refused for."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import Revision, UnitId, WhistleId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.summons_clocks import SummonsDuty, summons_clock
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import (
    MILESTONES,
    Milestone,
    Passed,
    Rung,
    WhistleKind,
    WhistleState,
)
from tests import builders as b
from tests.models.whistling import (
    DAY,
    DISTRICT,
    HOUR,
    LAW,
    ONE,
    WATER_LIAISON,
    Story,
    blow,
    meeting,
    of_unit,
    of_whistle,
    passed,
    score,
)

# ---- which whistle, whose summons


ABOUT_A_WHISTLE: list[tuple[c.AnyCommand, Actor]] = [
    (of_whistle(c.ApproveWhistle), b.LEADER),
    (meeting(), b.DISPATCHER),
    (of_whistle(c.AcceptWhistle), b.DISPATCHER),
    (of_whistle(c.WithdrawWhistle, reason="over"), b.DISPATCHER),
]
ABOUT_A_SUMMONS: list[tuple[c.AnyCommand, Actor]] = [
    (passed(Milestone.SIGNED), b.DISPATCHER),
    (of_unit(c.ContactStreet), b.DISPATCHER),
    (of_unit(c.RecordDeparture), b.DISPATCHER),
    (of_unit(c.DeclareNoShow), b.DISPATCHER),
    (of_unit(c.RefuseSummons, reason="not ours"), b.LIAISON),
    (of_unit(c.AdjudicateSummons, released=True, reason="theirs"), DISTRICT),
    (of_unit(c.SendBackWork, reason="still leaks"), b.DISPATCHER),
    (of_unit(c.ClimbLadder, milestone=Milestone.SIGNED, share=50), b.person("centre", UnitId(""), Role.CENTRE)),
    (score(), b.SUPERVISOR),
]


def test_the_tables_of_this_file_know_every_command():
    kinds = {type(command) for command, _ in ABOUT_A_WHISTLE + ABOUT_A_SUMMONS} | {c.BlowWhistle}
    assert kinds == set(get_args(c.WhistleCommand))


@pytest.mark.parametrize(("command", "by"), ABOUT_A_WHISTLE + ABOUT_A_SUMMONS)
def test_an_unknown_whistle_and_a_closed_one_answer_no_more(command: c.AnyCommand, by: Actor):
    unknown = msgspec.structs.replace(command, whistle=WhistleId("other"))
    assert Story().refusal(unknown, by) == (Reason.NO_SUCH_WHISTLE, "whistle")
    withdrawn = Story().do(of_whistle(c.WithdrawWhistle, reason="dry again"))
    assert withdrawn.refusal(command, by) == (Reason.WHISTLE_CLOSED, "whistle")
    accepted = Story().done().do(of_whistle(c.AcceptWhistle), minutes=11)
    if not isinstance(command, c.ScoreDepartment):
        assert accepted.refusal(command, by, 12) == (Reason.WHISTLE_CLOSED, "whistle")


@pytest.mark.parametrize(("command", "by"), ABOUT_A_SUMMONS)
def test_a_unit_that_was_not_called_has_no_part_in_it(command: c.AnyCommand, by: Actor):
    stranger = msgspec.structs.replace(command, unit=b.GAS)
    if isinstance(command, c.RefuseSummons):
        by = b.person("qi", b.GAS, Role.LIAISON)
    assert Story().refusal(stranger, by) == (Reason.NOT_SUMMONED, "unit")


@pytest.mark.parametrize(
    "command",
    [
        passed(Milestone.SIGNED),
        of_unit(c.ContactStreet),
        of_unit(c.RecordDeparture),
        of_unit(c.RefuseSummons, reason="not ours"),
    ],
)
def test_a_liaison_acts_for_his_own_unit_alone(command: c.AnyCommand):
    for assisting in ((b.WATER,), (b.WATER, b.GAS)):
        other = msgspec.structs.replace(command, unit=b.GAS)
        assert Story(assisting=assisting).refusal(other, WATER_LIAISON) == (Reason.NOT_YOUR_CASE, "unit")


# ---- milestones


FORWARD = (
    Milestone.SIGNED,
    Milestone.ON_THE_WAY,
    Milestone.REPORTED_IN,
    Milestone.MEASURE_AGREED,
    Milestone.DONE,
)


def lawful(path: tuple[Milestone, ...]) -> bool:
    return Milestone.DONE not in path or Milestone.REPORTED_IN in path


@given(st.sets(st.sampled_from(FORWARD)).map(lambda found: tuple(sorted(found, key=MILESTONES.index))), st.booleans())
def test_milestones_go_forward_and_may_be_skipped_but_nobody_is_done_who_never_came(
    path: tuple[Milestone, ...], by_street: bool
):
    story = Story()
    by = b.DISPATCHER if by_street else b.LIAISON
    for step, milestone in enumerate(path, 1):
        if milestone is Milestone.DONE and not lawful(path):
            assert story.refusal(passed(milestone), by, step) == (Reason.MILESTONE_ORDER, "milestone")
            path = path[:-1]
            break
        story.do(passed(milestone), by, step)
    assert [p.milestone for p in story.of().passed] == [Milestone.NOTIFIED, *path]
    assert [story.of().at(milestone) for milestone in path] == [story.at(step) for step in range(1, len(path) + 1)]
    reached = path[-1] if path else Milestone.NOTIFIED
    for milestone in FORWARD[: FORWARD.index(reached) + 1] if path else ():
        if milestone is Milestone.REPORTED_IN and milestone not in path:
            continue  # coming may be recorded when other things have been already
        assert story.refusal(passed(milestone), by, 10) == (Reason.MILESTONE_ORDER, "milestone")


@pytest.mark.parametrize("milestone", [Milestone.NOTIFIED, Milestone.SCORED])
@pytest.mark.parametrize("by", [b.LIAISON, b.DISPATCHER])
def test_being_notified_and_scored_are_not_passed(milestone: Milestone, by: Actor):
    assert Story().refusal(passed(milestone), by) == (Reason.MILESTONE_ORDER, "milestone")


def test_what_was_said_with_a_milestone_is_kept():
    story = Story().by_street(
        Milestone.REPORTED_IN, 7, note="two vans", place="gate 3", person="Sun", evidence=("photo-7",)
    )
    (_, came) = story.of().passed
    assert came == Passed(
        Milestone.REPORTED_IN,
        story.at(7),
        b.DISPATCHER.person,
        note="two vans",
        by_street=True,
        place="gate 3",
        person="Sun",
        evidence=("photo-7",),
    )


@pytest.mark.parametrize("street_first", [True, False])
def test_both_sides_may_record_the_arrival_and_the_streets_counts(street_first: bool):
    story = Story()
    sides = [(b.DISPATCHER, 40), (b.LIAISON, 45)] if street_first else [(b.LIAISON, 25), (b.DISPATCHER, 40)]
    for by, minutes in sides:
        story.do(passed(Milestone.REPORTED_IN), by, minutes)
    assert [p.by_street for p in story.of().passed[1:]] == [street_first, not street_first]
    assert story.of().at(Milestone.REPORTED_IN) == story.at(40)
    assert story.case.on_scene_at == story.at(min(minutes for _, minutes in sides))
    for by, _ in sides:
        assert story.refusal(passed(Milestone.REPORTED_IN), by, 50) == (Reason.MILESTONE_ORDER, "milestone")


def test_the_other_sides_arrival_may_follow_a_measure_but_not_the_end_of_the_work():
    story = Story().by_department(Milestone.REPORTED_IN, 10).by_street(Milestone.MEASURE_AGREED, 20)
    story.by_street(Milestone.REPORTED_IN, 25)
    assert story.of().at(Milestone.REPORTED_IN) == story.at(25)
    story = Story().by_department(Milestone.REPORTED_IN, 10).by_department(Milestone.DONE, 20)
    assert story.refusal(passed(Milestone.REPORTED_IN), minutes=25) == (Reason.MILESTONE_ORDER, "milestone")


def test_somebody_on_the_scene_before_is_not_replaced():
    story = Story(None).do(c.ReportProgress(case=ONE, text="there", on_scene=True)).do(blow())
    story.by_department(Milestone.REPORTED_IN, 10)
    assert story.case.on_scene_at == b.NOON


def test_the_street_agrees_to_a_date_with_the_measure():
    story = Story(WhistleKind.BREAKTHROUGH).by_department(Milestone.REPORTED_IN, 30)
    date = story.at(60) + 90 * DAY
    agreed = passed(Milestone.MEASURE_AGREED, finish_by=date)
    assert story.refusal(agreed, b.LIAISON, 60) == (Reason.STREET_ONLY, "finish_by")
    early = passed(Milestone.MEASURE_AGREED, finish_by=story.at(59))
    assert story.refusal(early, minutes=60) == (Reason.BAD_FIELD, "finish_by")
    on_done = passed(Milestone.DONE, finish_by=date)
    assert story.refusal(on_done, minutes=60) == (Reason.CONTRADICTION, "finish_by")
    at_once = Story(WhistleKind.BREAKTHROUGH).by_street(Milestone.MEASURE_AGREED, 60, finish_by=story.at(60))
    assert at_once.of().finish_by == story.at(60)
    story.do(agreed, minutes=60).by_department(Milestone.DONE, 61)
    assert story.of().finish_by == date


# ---- contact, leaving, no-show


@pytest.mark.parametrize("by", [b.LIAISON, b.DISPATCHER])
def test_the_street_is_contacted_once_whoever_writes_it_down(by: Actor):
    story = Story(WhistleKind.ROUTINE).do(of_unit(c.ContactStreet), by, 5)
    assert story.of().contacted_at == story.at(5)
    for again in (b.LIAISON, b.DISPATCHER):
        assert story.refusal(of_unit(c.ContactStreet), again, 6) == (Reason.ALREADY_SO, "unit")


def test_nobody_leaves_who_has_not_come_and_only_the_street_gives_leave():
    story = Story()
    assert story.refusal(of_unit(c.RecordDeparture), b.LIAISON) == (Reason.MILESTONE_ORDER, "unit")
    story.by_department(Milestone.REPORTED_IN, 10)
    with_leave = of_unit(c.RecordDeparture, with_leave=True)
    assert story.refusal(with_leave, b.LIAISON, 20) == (Reason.STREET_ONLY, "with_leave")
    story.do(of_unit(c.RecordDeparture, note="next job"), b.LIAISON, 20).do(with_leave, b.DISPATCHER, 25)
    assert [(d.at, d.by, d.by_street, d.with_leave, d.note) for d in story.of().departures] == [
        (story.at(20), b.LIAISON.person, False, False, "next job"),
        (story.at(25), b.DISPATCHER.person, True, True, ""),
    ]


def test_a_no_show_is_declared_after_the_limit_to_come_once():
    story = Story()
    assert story.refusal(of_unit(c.DeclareNoShow), minutes=30) == (Reason.TOO_EARLY, "unit")
    story.do(of_unit(c.DeclareNoShow), minutes=30.5)
    assert (story.of().no_show_at, story.of().is_owed) == (story.at(30.5), False)
    assert story.refusal(of_unit(c.DeclareNoShow), minutes=31) == (Reason.ALREADY_SO, "unit")
    story.by_department(Milestone.REPORTED_IN, 50)
    assert story.of().no_show_at == story.at(30.5)
    assert story.refusal(of_unit(c.DeclareNoShow), minutes=51) == (Reason.CONTRADICTION, "unit")


def test_who_came_or_was_released_is_no_no_show():
    late = Story().by_department(Milestone.REPORTED_IN, 50)
    assert late.refusal(of_unit(c.DeclareNoShow), minutes=60) == (Reason.CONTRADICTION, "unit")
    assert released().refusal(of_unit(c.DeclareNoShow), minutes=60) == (Reason.CONTRADICTION, "unit")


def test_an_appointed_time_is_the_limit_to_come():
    story = Story(appointed_at=b.NOON + 3 * HOUR)
    assert story.refusal(of_unit(c.DeclareNoShow), minutes=180) == (Reason.TOO_EARLY, "unit")
    assert story.do(of_unit(c.DeclareNoShow), minutes=181).of().no_show_at == story.at(181)


# ---- refusing a summons


REFUSE = of_unit(c.RefuseSummons, reason="not ours")


def released() -> Story:
    return Story().do(REFUSE, b.LIAISON, 5).do(of_unit(c.AdjudicateSummons, released=True, reason="gas"), DISTRICT, 9)


def test_a_summons_is_refused_once_in_time_with_a_reason():
    story = Story()
    assert story.refusal(of_unit(c.RefuseSummons, reason=" "), b.LIAISON) == (Reason.MISSING_FIELD, "reason")
    assert story.refusal(REFUSE, b.LIAISON, 5.1) == (Reason.TOO_LATE, "unit")
    story.do(REFUSE, b.LIAISON, 5)
    assert (story.of().refused_at, story.of().refused_reason) == (story.at(5), "not ours")
    assert story.refusal(REFUSE, b.LIAISON, 6) == (Reason.ONLY_ONCE, "reason")


def test_who_refused_comes_first_and_argues_later():
    story = Story().do(REFUSE, b.LIAISON, 4)
    assert story.of().is_owed
    owed = summons_clock(story.whistle, story.of(), LAW)
    assert owed is not None
    assert (owed.duty, owed.due) == (SummonsDuty.SIGN, story.at(5))
    story.by_department(Milestone.REPORTED_IN, 20)


def test_the_street_refuses_for_nobody():
    both = b.person("li", b.STREET, Role.DISPATCHER, Role.LIAISON)
    assert Story().refusal(REFUSE, both) == (Reason.NOT_YOUR_CASE, "unit")


def test_the_district_decides_a_refusal_finally():
    story = Story()
    stays = of_unit(c.AdjudicateSummons, released=False, reason="yours by the list of duties")
    assert story.refusal(stays, DISTRICT) == (Reason.NO_SUCH_REQUEST, "unit")
    story.do(REFUSE, b.LIAISON, 4)
    blank = of_unit(c.AdjudicateSummons, released=False, reason="")
    assert story.refusal(blank, DISTRICT, 8) == (Reason.MISSING_FIELD, "reason")
    story.do(stays, DISTRICT, 8)
    assert (story.of().released, story.of().is_owed) == (False, True)
    assert story.refusal(stays, DISTRICT, 9) == (Reason.FINAL, "unit")


def test_who_is_released_owes_nothing_and_passes_nothing():
    story = released()
    assert (story.of().released, story.of().is_owed) == (True, False)
    for milestone in FORWARD:
        assert story.refusal(passed(milestone), b.LIAISON, 10) == (Reason.MILESTONE_ORDER, "milestone")
    assert story.refusal(score(), b.SUPERVISOR, 10) == (Reason.CONTRADICTION, "unit")
    assert story.do(of_whistle(c.AcceptWhistle), minutes=11).whistle.state is WhistleState.ACCEPTED


# ---- words


@pytest.mark.parametrize(
    ("command", "by", "minutes"),
    [
        (of_whistle(c.ApproveWhistle, note="words"), b.LEADER, 11),
        (passed(Milestone.MEASURE_AGREED, note="words"), b.LIAISON, 8.5),
        (of_unit(c.ContactStreet, note="words"), b.LIAISON, 11),
        (of_unit(c.RecordDeparture, note="words"), b.LIAISON, 11),
        (of_unit(c.DeclareNoShow, b.WATER, note="words"), b.DISPATCHER, 31),
        (of_unit(c.RefuseSummons, reason="words"), b.LIAISON, 1),
        (of_unit(c.SendBackWork, reason="words"), b.DISPATCHER, 11),
        (of_whistle(c.WithdrawWhistle, reason="words"), b.DISPATCHER, 11),
    ],
)
def test_words_said_with_an_act_stand_in_its_fact(command: c.AnyCommand, by: Actor, minutes: float):
    story = Story(assisting=(b.WATER,))
    if not isinstance(command, c.PassMilestone):
        story.done()
    event = story.do(command, by, minutes).case.history[-1].event
    assert "words" in (getattr(event, "note", ""), getattr(event, "reason", ""))
    assert getattr(event, "unit", b.URBAN) == getattr(command, "unit", b.URBAN)


def test_words_said_with_an_adjudication_and_an_acceptance_stand_in_their_facts():
    story = released()
    decided = story.case.history[-1].event
    assert isinstance(decided, e.SummonsAdjudicated)
    assert (decided.reason, decided.released) == ("gas", True)
    accepted = story.do(of_whistle(c.AcceptWhistle, note="dry"), minutes=10).case.history[-1].event
    assert isinstance(accepted, e.WhistleAccepted)
    assert accepted.note == "dry"


# ---- any story


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[c.AnyCommand, Actor, int]]:
    commands = [
        *ABOUT_A_WHISTLE,
        *ABOUT_A_SUMMONS,
        *((passed(milestone), by) for milestone in FORWARD for by in (b.LIAISON, b.DISPATCHER)),
        (of_unit(c.RecordDeparture, with_leave=True), b.DISPATCHER),
        (of_unit(c.AdjudicateSummons, released=False, reason="yours"), DISTRICT),
    ]
    step = st.tuples(st.sampled_from(commands), st.sampled_from([0, 1, 4, 40]))
    return [(command, by, minutes) for (command, by), minutes in draw(st.lists(step, max_size=30))]


def refolded(case: Case) -> Case | None:
    again: Case | None = None
    for recorded in case.history:
        again = evolve(again, recorded, case.revision)
    return again


@given(stories())
def test_any_story_of_a_whistle_keeps_its_promises(steps: list[tuple[c.AnyCommand, Actor, int]]):
    story = Story()
    minutes = 0
    for command, by, more in steps:
        minutes += more
        before = story.of()
        found = story.judged(command, by, story.at(minutes))
        if isinstance(found, Refused):
            assert found.reason not in (Reason.NO_SUCH_WHISTLE, Reason.NOT_SUMMONED, Reason.NOT_YOUR_CASE)
            continue
        story.do(command, by, minutes)
        after = story.of()
        # What was passed stays passed, unless the street sends the work back.
        if not isinstance(command, c.SendBackWork):
            assert after.passed[: len(before.passed)] == before.passed
        done_at = after.at(Milestone.DONE)
        assert done_at is None or after.at(Milestone.REPORTED_IN) is not None
        assert (after.score is None) == (after.at(Milestone.SCORED) is None)
        # Somebody can always end it: the street takes it back, or accepts what nobody owes any more.
        if story.whistle.is_open:
            withdraw = of_whistle(c.WithdrawWhistle, reason="over")
            assert not isinstance(story.judged(withdraw, b.DISPATCHER, story.at(minutes)), Refused)
            if not after.is_owed:
                accept = of_whistle(c.AcceptWhistle)
                assert not isinstance(story.judged(accept, b.DISPATCHER, story.at(minutes)), Refused)
    assert refolded(story.case) == story.case
    assert msgspec.json.decode(msgspec.json.encode(story.case), type=Case) == story.case


def test_a_climbed_rung_stands_in_the_whistles_record():
    story = Story()
    climb = of_unit(c.ClimbLadder, milestone=Milestone.SIGNED, share=50, told=("联络员 陈",))
    story.do(climb, ABOUT_A_SUMMONS[7][1], 3)
    assert story.whistle.ladder == (
        Rung(unit=b.URBAN, milestone=Milestone.SIGNED, share=50, at=story.at(3), told=("联络员 陈",)),
    )
    assert isinstance(story.case.history[-1].event, e.LadderClimbed)
    assert story.case.state is CaseState.IN_HAND
    assert story.case.revision == Revision(5)
