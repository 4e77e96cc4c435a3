"""Undo: one's own last act, within ten minutes, nobody having acted since; and everything is as it was."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import clocks
from dispatcher.models.events import RequestKind as K
from dispatcher.models.ids import CaseId, CommandId, UnitId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.transitions import NOT_UNDONE
from dispatcher.models.verdicts import Reason as R
from dispatcher.models.whistle import Meeting, Milestone, WhistleKind
from tests import builders as b
from tests.models import living as a
from tests.models import wandering as w
from tests.models.living import MINUTE, ONE, SECOND, TWO, Life, W

RESOLVED = c.ResumeCase(case=ONE, reason="money came")
ENDED = c.WithdrawOrder(case=ONE, reason="by mistake")


def passed(milestone: Milestone, unit: UnitId = b.URBAN) -> c.PassMilestone:
    return c.PassMilestone(case=ONE, whistle=W, unit=unit, milestone=milestone)


def at_the_place() -> Life:
    return a.whistled().do(passed(Milestone.REPORTED_IN), a.LIAISON)


def work_done() -> Life:
    life = at_the_place().do(passed(Milestone.REPORTED_IN, b.WATER)).do(passed(Milestone.DONE), a.LIAISON)
    return life.do(passed(Milestone.DONE, b.WATER))


def refused_summons() -> Life:
    return a.whistled().do(c.RefuseSummons(case=ONE, whistle=W, unit=b.URBAN, reason="not ours"), a.LIAISON)


def overdue() -> Life:
    life = a.whistled()
    life.at += 60 * MINUTE
    return life


MEETING = Meeting(id="m", at=b.NOON + 4 * MINUTE, place="there", invited=(b.URBAN,), findings="a broken main")
UNDONE: list[tuple[Life, c.AnyCommand, Actor]] = [
    (Life(), a.SIGN, a.DISPATCHER),
    (a.redo(), a.SIGN, a.DISPATCHER),
    (a.signed(), a.REACHED, a.DISPATCHER),
    (a.signed(), a.VAIN, a.DISPATCHER),
    (a.redo(), a.REACHED, a.DISPATCHER),
    (a.signed(), c.Assign(case=ONE, assignee="team"), a.DISPATCHER),
    (a.in_hand(), c.ReportProgress(case=ONE, text="there", on_scene=True), a.DISPATCHER),
    (a.in_hand(), c.AddNote(case=ONE, text="a note"), a.SUPERVISOR),
    (a.in_hand(), a.REPLY, a.DISPATCHER),
    (a.in_hand(), a.REPLY, a.LEADER),
    (a.redo_contacted(), a.REPLY, a.LEADER),
    (a.in_review(), a.APPROVE, a.LEADER),
    (a.in_review(), c.SendBackReply(case=ONE, reason="shorter"), a.LEADER),
    (a.replied(), a.SOLVED, a.DISPATCHER),
    (a.replied(), a.UNREACHED, a.HOTLINE),
    (a.replied(), a.NOT_SOLVED, a.HOTLINE),
    (a.closed(), a.NOT_SOLVED, a.HOTLINE),
    (a.replied(), c.OrderRedo(case=ONE, reason="half"), a.HOTLINE),
    (a.signed(), a.RETURN, a.DISPATCHER),
    (a.signed(), a.RETURN, a.LEADER),
    (a.signed().do(a.RETURN), a.send(K.RETURN), a.LEADER),
    (a.return_requested(), a.drop(K.RETURN), a.LEADER),
    (a.in_hand(), a.EXTENSION, a.DISPATCHER),
    (a.in_hand().do(a.EXTENSION, a.LEADER), a.grant(K.EXTENSION), a.HOTLINE),
    (a.in_hand().do(a.EXTENSION, a.LEADER), a.refuse(K.EXTENSION), a.HOTLINE),
    (a.in_hand(), a.SUSPENSION, a.LEADER),
    (a.in_hand().do(a.SUSPENSION, a.LEADER), a.grant(K.SUSPENSION), a.DISTRICT),
    (a.suspended(), RESOLVED, a.LEADER),
    (a.in_hand(), a.EXCLUSION, a.LEADER),
    (a.in_hand().do(a.EXCLUSION, a.LEADER), a.grant(K.EXCLUSION), a.HOTLINE),
    (a.in_hand(), c.Supervise(case=ONE, level=1, reason="slow"), a.SUPERVISOR),
    (
        a.in_hand().do(c.Supervise(case=ONE, level=1, reason="slow"), a.SUPERVISOR),
        c.LiftSupervision(case=ONE, level=1, reason="well"),
        a.SUPERVISOR,
    ),
    (a.signed(), c.ChangeUrgency(case=ONE, urgency=Urgency.EMERGENCY, reason="sparks"), a.HOTLINE),
    (a.signed(), c.Urge(case=ONE), a.HOTLINE),
    (a.whistled(), c.ApproveWhistle(case=ONE, whistle=W), a.LEADER),
    (a.whistled(), passed(Milestone.SIGNED), a.LIAISON),
    (a.whistled(), passed(Milestone.REPORTED_IN), a.DISPATCHER),
    (a.whistled(), c.ContactStreet(case=ONE, whistle=W, unit=b.URBAN), a.LIAISON),
    (at_the_place(), c.RecordDeparture(case=ONE, whistle=W, unit=b.URBAN), a.LIAISON),
    (overdue(), c.DeclareNoShow(case=ONE, whistle=W, unit=b.WATER), a.DISPATCHER),
    (a.whistled(), c.RefuseSummons(case=ONE, whistle=W, unit=b.URBAN, reason="not ours"), a.LIAISON),
    (
        refused_summons(),
        c.AdjudicateSummons(case=ONE, whistle=W, unit=b.URBAN, released=True, reason="right"),
        a.DISTRICT,
    ),
    (work_done(), c.SendBackWork(case=ONE, whistle=W, unit=b.URBAN, reason="still leaks"), a.DISPATCHER),
    (a.whistled(), c.HoldMeeting(case=ONE, whistle=W, meeting=MEETING), a.DISPATCHER),
    (work_done(), c.ScoreDepartment(case=ONE, whistle=W, unit=b.URBAN, people=9, result=9), a.SUPERVISOR),
    (work_done(), c.AcceptWhistle(case=ONE, whistle=W), a.DISPATCHER),
    (a.whistled(), c.WithdrawWhistle(case=ONE, whistle=W, reason="dry again"), a.DISPATCHER),
]
"""An act of every kind that can be undone, from every state where that makes a difference."""
LASTING: list[tuple[Life, c.AnyCommand, Actor]] = [
    (Life(), c.RevealCaller(case=ONE, reason="must call"), a.DISPATCHER),
    (a.in_hand(), b.blow(), a.DISPATCHER),
    (a.in_hand(), a.SPLIT, a.DISPATCHER),
    (a.in_hand(), a.MERGE, a.LEADER),
    (a.in_hand(), a.TRANSFER, a.HOTLINE),
    (a.disputed(), a.rule(granted=False), a.HOTLINE),
    (a.disputed(), a.rule(granted=True), a.HOTLINE),
    (a.called_back(), a.CLOSE, a.DISPATCHER),
    (Life(), ENDED, a.HOTLINE),
    (a.closed(), c.ReopenCase(case=ONE, reason="dark"), a.LEADER),
    (Life(number=f"L-{b.STREET}-20260303-1"), c.GiveNumber(case=ONE, number="C", source="x"), a.HOTLINE),
    (a.return_requested(), a.grant(K.RETURN), a.HOTLINE),
    (a.return_requested(), a.grant(K.RETURN, b.OTHER_STREET), a.HOTLINE),
    (a.return_requested(), a.refuse(K.RETURN), a.DISTRICT),
]


def bare(case: Case) -> Case:
    return msgspec.structs.replace(case, history=(), revision=0)


@pytest.mark.parametrize(("life", "command", "by"), UNDONE)
def test_after_an_undo_everything_is_as_if_it_had_not_been(life: Life, command: c.AnyCommand, by: Actor):
    before = life.case
    life = life.copy().do(command, by)
    assert bare(life.case) != bare(before) or isinstance(command, c.AddNote)
    done = life.case.history
    life.do(a.undo(life), by)
    assert bare(life.case) == bare(before)
    assert clocks(life.case, a.LAW) == clocks(before, a.LAW)
    assert life.case.history[: len(done)] == done, "what was undone stays to be read"
    assert isinstance(life.case.history[-1].event, e.ActUndone)
    a.assert_is_its_history(life.case)


@pytest.mark.parametrize(("life", "command", "by"), LASTING)
def test_what_has_consequences_elsewhere_is_not_undone(life: Life, command: c.AnyCommand, by: Actor):
    life = life.copy().do(command, by)
    assert life.refusal(a.undo(life), by) == (R.CANNOT_BE_UNDONE, "act")


def test_every_kind_of_act_of_a_person_is_in_one_of_the_two_lists():
    by_centre = {c.AbsorbDuplicate, c.NoteChildEnded, c.ClimbLadder, c.ErasePersonalData}
    undone, lasting = ({type(command) for _, command, _ in rows} for rows in (UNDONE, LASTING))
    assert lasting - {c.DecideRequest} | {c.ReceiveOrder, c.Undo} | by_centre == NOT_UNDONE
    assert undone == set(get_args(c.AnyCommand)) - NOT_UNDONE


def test_an_order_and_an_undo_are_not_undone():
    life = Life()
    assert life.refusal(a.undo(life), a.HOTLINE) == (R.CANNOT_BE_UNDONE, "act")
    life.do(a.SIGN)
    life.do(a.undo(life))
    assert life.refusal(a.undo(life)) == (R.CANNOT_BE_UNDONE, "act")


def test_ten_minutes_from_when_it_was_entered():
    life = Life().do(a.SIGN, at=b.NOON + MINUTE, now=b.NOON + 30 * MINUTE)
    entered = b.NOON + 30 * MINUTE
    assert life.refusal(a.undo(life), at=entered + 10 * MINUTE) is None
    assert life.refusal(a.undo(life), at=entered + 10 * MINUTE + SECOND) == (R.TOO_LATE, "act")


def test_only_the_last_act_and_only_ones_own():
    life = Life().do(a.SIGN)
    signed = a.undo(life)
    assert life.refusal(signed, a.COLLEAGUE) == (R.NOT_YOUR_ROLE, "act")
    assert life.refusal(c.Undo(case=ONE, act=CommandId("none")), a.DISPATCHER) == (R.NOT_LAST_ACT, "act")
    assert life.refusal(signed, a.YI_DISPATCHER) == (R.NOT_YOUR_CASE, "")
    life.do(c.AddNote(case=ONE, text="he called"), a.COLLEAGUE)
    assert life.refusal(signed) == (R.NOT_LAST_ACT, "act"), "a note is an act, too"


def test_there_is_one_step_back_and_no_second():
    life = Life().do(a.SIGN)
    signed = a.undo(life)
    life.do(c.Assign(case=ONE, assignee="team"))
    life.do(a.undo(life))
    assert life.refusal(signed) == (R.NOT_LAST_ACT, "act")


def test_what_is_looked_at_first():
    life = Life().do(a.SIGN).do(ENDED, a.HOTLINE)
    signed = c.Undo(case=ONE, act=life.case.history[1].act)
    late = life.at + 60 * MINUTE
    assert life.refusal(signed, at=late) == (R.NOT_LAST_ACT, "act")
    assert life.refusal(a.undo(life), at=late) == (R.NOT_YOUR_ROLE, "act")
    assert life.refusal(a.undo(life), a.HOTLINE, at=late) == (R.CANNOT_BE_UNDONE, "act")


def test_what_the_centre_enters_by_itself_is_in_nobodys_way():
    life = a.whistled(WhistleKind.EMERGENCY)
    life.do(passed(Milestone.SIGNED), a.LIAISON)
    signed = a.undo(life)
    climb = c.ClimbLadder(case=ONE, whistle=W, unit=b.WATER, milestone=Milestone.SIGNED, share=50)
    life.do(climb, CENTRE, after=3 * MINUTE)
    life.do(c.Supervise(case=ONE, level=1, reason="silence"), CENTRE)
    life.do(c.AbsorbDuplicate(case=ONE, duplicate=TWO), CENTRE)
    with_centre = life.case
    life.do(signed, a.LIAISON)
    (whistle,) = life.case.whistles
    summons = whistle.of(b.URBAN)
    assert summons is not None
    assert summons.at(Milestone.SIGNED) is None
    assert (whistle.ladder, life.case.supervision) == (with_centre.whistles[0].ladder, 1)
    assert life.case.duplicates == (TWO,)


def test_a_suspension_the_centre_has_ended_is_not_undone_from_under_it():
    life = a.in_hand().do(a.SUSPENSION, a.LEADER).do(a.grant(K.SUSPENSION), a.HOTLINE)
    granted = a.undo(life)
    life.do(RESOLVED, CENTRE, at=b.NOON + 60 * 24 * 60 * MINUTE)
    assert life.refusal(granted, a.HOTLINE) == (R.NOT_LAST_ACT, "act")


def test_a_child_is_told_of_between_an_act_and_its_undo():
    life = a.split().do(c.ReportProgress(case=ONE, text="dug"))
    reported = a.undo(life)
    life.do(c.NoteChildEnded(case=ONE, child=CaseId("child-1")), CENTRE)
    life.do(reported)
    assert (life.case.progress_at, life.case.children_ended) == (None, ("child-1",))


def test_a_late_mark_goes_with_what_was_late():
    life = Life().do(a.SIGN, offline=True)
    assert life.case.has_late
    assert not life.do(a.undo(life), offline=True).case.has_late


def test_a_redo_that_is_undone_has_its_reply_again():
    life = a.replied()
    replied_at = life.at
    life.do(a.NOT_SOLVED, a.HOTLINE)
    life.do(a.undo(life), a.HOTLINE)
    assert (life.case.state, life.case.replied_at) == (CaseState.REPLIED, replied_at)


# ---- any life


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(a.STAGES)), st.lists(st.integers(0, 2**62), min_size=1, max_size=8))
def test_undoing_the_last_act_of_any_life_brings_back_the_case_and_its_clocks(stage: str, seeds: list[int]):
    life = a.STAGES[stage]()
    before = None
    for seed in seeds:
        was = life.case
        if isinstance(w.attempt(life, w.any_step(seed, life)), tuple):
            before = was
    last = life.last
    actor = w.person_of(life.case, last)
    if before is not None and life.refusal(c.Undo(case=ONE, act=last), actor) is None:
        undone = life.do(c.Undo(case=ONE, act=last), actor, after=SECOND).case
        assert bare(undone) == bare(before)
        assert clocks(undone, a.LAW) == clocks(before, a.LAW)
