"""The rules: who may do what in which state, what follows, and what is refused for which reason."""

import datetime as dt
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import Case, CaseState
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, Revision, UnitId, WhistleId
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Actor, Role, scope_of
from dispatcher.models.transitions import ROW
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import Milestone, WhistleKind, WhistleState
from tests import builders as b

ONE = CaseId("case-1")
W = WhistleId("w-1")
MINUTE = dt.timedelta(minutes=1)
LAW = b.law()


def judged(
    case: Case | None, command: c.AnyCommand, by: Actor = b.DISPATCHER, at: dt.datetime = b.NOON, **more: object
) -> tuple[e.Recorded, ...] | Refused:
    return rules.judge(b.act(command, by, at, **more), case, by, LAW, at)


def reason(
    case: Case | None, command: c.AnyCommand, by: Actor = b.DISPATCHER, at: dt.datetime = b.NOON, **more: object
) -> Reason | None:
    found = judged(case, command, by, at, **more)
    return found.reason if isinstance(found, Refused) else None


def replied() -> Case:
    return b.after_(b.after_(b.case_in_hand(), b.reply()), c.ApproveReply(case=ONE), b.LEADER)


def called_back(solved: e.Solved = e.Solved.YES) -> Case:
    return b.after_(replied(), c.RecordCallBack(case=ONE, reached=True, solved=solved))


def whistled(kind: WhistleKind = WhistleKind.EMERGENCY) -> Case:
    return b.after_(b.case_in_hand(), b.blow(kind=kind))


def passed(unit: UnitId, milestone: Milestone) -> c.PassMilestone:
    return c.PassMilestone(case=ONE, whistle=W, unit=unit, milestone=milestone)


# ---- the story of a case


def test_an_order_goes_from_dispatch_to_closed():
    case = b.new_case()
    assert (case.state, case.holder, case.revision) == (CaseState.DISPATCHED, b.STREET, 1)
    case = b.after_(case, c.SignFor(case=ONE), at=b.NOON + MINUTE)
    assert (case.state, case.signed_at) == (CaseState.SIGNED, b.NOON + MINUTE)
    case = b.after_(case, c.RecordContact(case=ONE, reached=True), at=b.NOON + 2 * MINUTE)
    assert (case.state, case.contacted_at) == (CaseState.IN_HAND, b.NOON + 2 * MINUTE)
    case = b.after_(case, c.Assign(case=ONE, assignee="team"))
    assert case.assignee == "team"
    case = b.after_(case, c.ReportProgress(case=ONE, text="there", on_scene=True), at=b.NOON + 3 * MINUTE)
    assert case.on_scene_at == case.progress_at == b.NOON + 3 * MINUTE
    case = b.after_(case, b.reply())
    assert (case.state, case.replied_at) == (CaseState.REPLY_REVIEW, None)
    case = b.after_(case, c.ApproveReply(case=ONE), b.LEADER, b.NOON + 4 * MINUTE)
    assert (case.state, case.replied_at, case.first_replied_at) == (
        CaseState.REPLIED,
        b.NOON + 4 * MINUTE,
        b.NOON + 4 * MINUTE,
    )
    case = b.after_(case, c.RecordCallBack(case=ONE, reached=True, solved=e.Solved.YES))
    assert case.solved is e.Solved.YES
    case = b.after_(case, c.CloseCase(case=ONE), at=b.NOON + 5 * MINUTE)
    assert (case.state, case.closed_at, case.is_open) == (CaseState.CLOSED, b.NOON + 5 * MINUTE, False)
    assert [type(recorded.event) for recorded in case.history] == [
        e.OrderReceived,
        e.SignedFor,
        e.ContactRecorded,
        e.Assigned,
        e.ProgressReported,
        e.ReplyWritten,
        e.ReplyApproved,
        e.CallBackRecorded,
        e.CaseClosed,
    ]


def test_a_call_back_that_says_unsolved_orders_it_done_again_counted():
    case = called_back(e.Solved.NO)
    assert (case.state, case.redo_count, case.called_back_at) == (CaseState.REDO, 1, None)
    first = case.first_replied_at
    later = b.NOON + dt.timedelta(days=1)
    case = b.after_(case, c.RecordContact(case=ONE, reached=True), at=later)
    case = b.after_(case, b.reply(), b.LEADER, later)
    assert (case.state, case.first_replied_at, case.replied_at) == (CaseState.REPLIED, first, later)


def test_a_reply_sent_back_is_written_again():
    case = b.after_(b.case_in_hand(), b.reply())
    assert b.after_(case, c.SendBackReply(case=ONE, reason="shorter"), b.LEADER).state is CaseState.IN_HAND
    case = b.after_(b.after_(called_back(e.Solved.NO), c.RecordContact(case=ONE, reached=True)), b.reply())
    assert b.after_(case, c.SendBackReply(case=ONE, reason="shorter"), b.LEADER).state is CaseState.REDO


def test_the_leaders_own_reply_needs_no_approval_nor_does_any_where_the_policy_asks_for_none():
    assert b.after_(b.case_in_hand(), b.reply(), b.LEADER).state is CaseState.REPLIED
    act = b.act(b.reply())
    found = rules.judge(act, b.case_in_hand(), b.DISPATCHER, b.law(reply_review=False), b.NOON)
    assert not isinstance(found, Refused)
    assert isinstance(found[0].event, e.ReplyWritten)
    assert not found[0].event.review


def test_three_failed_calls_meet_the_first_contact():
    case = b.signed_case()
    for attempts, state in ((1, CaseState.SIGNED), (2, CaseState.SIGNED), (3, CaseState.IN_HAND)):
        case = b.after_(case, c.RecordContact(case=ONE, reached=False), at=b.NOON + attempts * 60 * MINUTE)
        assert (case.attempts, case.state) == (attempts, state)
    assert case.contacted_at == b.NOON + 180 * MINUTE


def test_only_the_first_contact_is_the_first():
    case = b.after_(b.case_in_hand(), c.RecordContact(case=ONE, reached=True), at=b.NOON + MINUTE)
    assert case.contacted_at == b.NOON


def test_an_order_handled_elsewhere_arrives_closed():
    command = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON + MINUTE, result="done")
    case = b.after_(None, command, b.HOTLINE)
    assert (case.state, case.closed_at, len(case.history)) == (CaseState.CLOSED, b.NOON + MINUTE, 2)


def test_the_callers_name_is_nowhere_in_the_case():
    command = b.receive(caller=Caller("Zhang San", "13800001111"))
    case = b.after_(None, command, b.HOTLINE)
    assert b"Zhang" not in msgspec.json.encode(case)
    assert "Zhang" not in repr(command)


# ---- who and when


@pytest.mark.parametrize("command", get_args(c.AnyCommand))
def test_every_command_has_its_roles(command: type[c.Command]):
    assert ROW[command].roles


@pytest.mark.parametrize("command", get_args(c.AnyCommand))
def test_nobody_without_a_role_of_it_may_make_a_command(command: type[c.Command]):
    for role in set(Role) - ROW[command].roles:
        actor = b.person("x", b.STREET, role)
        assert rules.possible(command, b.new_case(), actor) is Reason.NOT_YOUR_ROLE


def test_another_streets_case_is_not_yours():
    assert reason(b.new_case(), c.SignFor(case=ONE), b.STRANGER) is Reason.NOT_YOUR_CASE


def test_the_hotline_calls_back_and_closes_anywhere():
    assert reason(replied(), c.RecordCallBack(case=ONE, reached=True, solved=e.Solved.YES), b.HOTLINE) is None
    assert reason(called_back(), c.CloseCase(case=ONE), b.HOTLINE) is None


@pytest.mark.parametrize(
    ("case", "command", "by", "expected"),
    [
        (None, c.SignFor(case=ONE), b.DISPATCHER, Reason.NO_SUCH_CASE),
        (b.new_case(), b.receive(), b.HOTLINE, Reason.ALREADY_THERE),
        (None, b.receive(), b.SUPERVISOR, Reason.NOT_YOUR_ROLE),
        (None, b.receive(title=""), b.HOTLINE, Reason.MISSING_FIELD),
        (None, b.receive(dispatched_at=b.NOON + 6 * MINUTE), b.HOTLINE, Reason.IN_THE_FUTURE),
        (
            None,
            c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON - MINUTE),
            b.HOTLINE,
            Reason.BEFORE_THE_CASE,
        ),
        (b.signed_case(), c.SignFor(case=ONE), b.DISPATCHER, Reason.WRONG_STATE),
        (b.signed_case(), c.Assign(case=ONE, assignee=" "), b.DISPATCHER, Reason.MISSING_FIELD),
        (b.signed_case(), c.ReportProgress(case=ONE, text=""), b.DISPATCHER, Reason.MISSING_FIELD),
        (b.case_in_hand(), msgspec.structs.replace(b.reply(), done=" "), b.DISPATCHER, Reason.MISSING_FIELD),
        (
            msgspec.structs.replace(b.case_in_hand(), contacted_at=None),
            b.reply(),
            b.DISPATCHER,
            Reason.NOT_CONTACTED,
        ),
        (b.after_(b.case_in_hand(), b.reply()), c.SendBackReply(case=ONE, reason=""), b.LEADER, Reason.MISSING_FIELD),
        (b.after_(b.case_in_hand(), b.reply()), c.ApproveReply(case=ONE), b.DISPATCHER, Reason.NOT_YOUR_ROLE),
        (replied(), c.RecordCallBack(case=ONE, reached=True), b.DISPATCHER, Reason.MISSING_FIELD),
        (replied(), c.CloseCase(case=ONE), b.DISPATCHER, Reason.NOT_CALLED_BACK),
        (b.new_case(), c.RevealCaller(case=ONE, reason=""), b.DISPATCHER, Reason.MISSING_FIELD),
        (b.new_case(confidential=True), c.RevealCaller(case=ONE, reason="why"), b.LEADER, Reason.CONFIDENTIAL),
    ],
)
def test_what_cannot_be_is_refused_for_its_reason(
    case: Case | None, command: c.AnyCommand, by: Actor, expected: Reason
):
    assert reason(case, command, by) is expected


def test_an_unreached_call_back_changes_nothing_but_the_history():
    case = replied()
    after = b.after_(case, c.RecordCallBack(case=ONE, reached=False))
    assert (after.state, after.called_back_at) == (CaseState.REPLIED, None)
    assert len(after.history) == len(case.history) + 1


# ---- time


def test_an_act_counts_from_when_it_was_made_and_is_marked_late_when_it_comes_later():
    made, now = b.NOON + MINUTE, b.NOON + 90 * MINUTE
    (recorded,) = accepted(rules.judge(b.act(c.SignFor(case=ONE), at=made), b.new_case(), b.DISPATCHER, LAW, now))
    assert (recorded.at, recorded.entered_at, recorded.late) == (made, now, True)


@pytest.mark.parametrize(("after_s", "late"), [(0, False), (60, False), (60.001, True)])
def test_a_minute_on_the_way_is_not_late(after_s: float, late: bool):
    now = b.NOON + dt.timedelta(seconds=after_s)
    (recorded,) = accepted(rules.judge(b.act(c.SignFor(case=ONE)), b.new_case(), b.DISPATCHER, LAW, now))
    assert recorded.late is late


def test_an_act_made_offline_is_late_however_soon_it_comes():
    (recorded,) = accepted(judged(b.new_case(), c.SignFor(case=ONE), offline=True))
    assert recorded.late


def test_a_clock_a_little_ahead_is_taken_as_now_and_one_far_ahead_is_refused():
    ahead = b.act(c.SignFor(case=ONE), at=b.NOON + rules.AHEAD_AT_MOST)
    (recorded,) = accepted(rules.judge(ahead, b.new_case(), b.DISPATCHER, LAW, b.NOON))
    assert recorded.at == b.NOON
    far = b.act(c.SignFor(case=ONE), at=b.NOON + rules.AHEAD_AT_MOST + dt.timedelta(microseconds=1))
    found = rules.judge(far, b.new_case(), b.DISPATCHER, LAW, b.NOON)
    assert isinstance(found, Refused)
    assert found.reason is Reason.IN_THE_FUTURE


def test_nothing_is_done_to_a_case_before_it_was():
    early = b.NOON - rules.AHEAD_AT_MOST - dt.timedelta(seconds=1)
    assert reason(b.new_case(), c.SignFor(case=ONE), at=early) is Reason.BEFORE_THE_CASE


def test_a_stale_live_act_never_takes_effect():
    act = b.act(b.blow(), valid_until=b.NOON + 10 * MINUTE)
    assert isinstance(rules.judge(act, b.case_in_hand(), b.DISPATCHER, LAW, b.NOON + 10 * MINUTE), tuple)
    found = rules.judge(act, b.case_in_hand(), b.DISPATCHER, LAW, b.NOON + 10 * MINUTE + dt.timedelta(milliseconds=1))
    assert isinstance(found, Refused)
    assert found.reason is Reason.EXPIRED


def test_an_emergency_whistle_goes_stale_by_the_policy_any_other_at_its_appointed_time():
    start = b.NOON
    assert rules.valid_until(b.blow(), LAW, start) == start + 10 * MINUTE
    assert rules.valid_until(b.blow(kind=WhistleKind.ROUTINE), LAW, start) is None
    appointed = msgspec.structs.replace(b.blow(kind=WhistleKind.ROUTINE), appointed_at=start + 90 * MINUTE)
    assert rules.valid_until(appointed, LAW, start) == start + 90 * MINUTE
    assert rules.valid_until(c.SignFor(case=ONE), LAW, start) is None


def accepted(found: tuple[e.Recorded, ...] | Refused) -> tuple[e.Recorded, ...]:
    assert not isinstance(found, Refused), found
    return found


# ---- whistles


def test_a_whistle_goes_from_blown_to_accepted():
    case = whistled()
    (whistle,) = case.whistles
    assert [(s.unit, s.lead, s.reached) for s in whistle.summons] == [
        (b.URBAN, True, Milestone.NOTIFIED),
        (b.WATER, False, Milestone.NOTIFIED),
    ]
    assert whistle.valid_until == b.NOON + 10 * MINUTE
    case = b.after_(case, passed(b.URBAN, Milestone.SIGNED), b.LIAISON)
    case = b.after_(case, passed(b.URBAN, Milestone.REPORTED_IN), b.LIAISON, b.NOON + 20 * MINUTE)
    assert case.on_scene_at == b.NOON + 20 * MINUTE
    assert reason(case, c.AcceptWhistle(case=ONE, whistle=W)) is Reason.NOT_DONE
    case = b.after_(case, passed(b.URBAN, Milestone.DONE), b.LIAISON)
    case = b.after_(case, passed(b.WATER, Milestone.REPORTED_IN))
    case = b.after_(case, passed(b.WATER, Milestone.DONE))
    assert isinstance(case.history[-1].event, e.MilestonePassed)
    assert case.history[-1].event.by_street
    case = b.after_(case, c.AcceptWhistle(case=ONE, whistle=W))
    assert (case.whistles[0].state, case.whistles[0].is_open) == (WhistleState.ACCEPTED, False)


def test_a_case_does_not_close_while_departments_are_out():
    case = b.after_(called_back(), c.CloseCase(case=ONE))
    assert case.state is CaseState.CLOSED
    out = msgspec.structs.replace(called_back(), whistles=whistled().whistles)
    assert reason(out, c.CloseCase(case=ONE)) is Reason.WHISTLES_OPEN


def test_a_whistle_taken_back_is_over():
    case = b.after_(whistled(), c.WithdrawWhistle(case=ONE, whistle=W, reason="dry again"))
    assert case.whistles[0].state is WhistleState.WITHDRAWN
    assert reason(case, passed(b.URBAN, Milestone.SIGNED), b.LIAISON) is Reason.WHISTLE_CLOSED


def test_a_refused_summons_is_noted_once_and_does_not_end_it():
    refusal = c.RefuseSummons(case=ONE, whistle=W, unit=b.URBAN, reason="not ours")
    case = b.after_(whistled(), refusal, b.LIAISON)
    summons = case.whistles[0].of(b.URBAN)
    assert summons is not None
    assert summons.refused_reason == "not ours"
    assert reason(case, refusal, b.LIAISON) is Reason.ONLY_ONCE
    assert reason(case, passed(b.URBAN, Milestone.SIGNED), b.LIAISON) is None


WHISTLED = whistled()


@pytest.mark.parametrize(
    ("case", "command", "by", "expected"),
    [
        (b.new_case(), b.blow(kind=WhistleKind.ROUTINE), b.DISPATCHER, Reason.WRONG_STATE),
        (b.case_in_hand(), b.blow(kind=WhistleKind.ENFORCEMENT), b.DISPATCHER, Reason.NOT_YOUR_ROLE),
        (b.case_in_hand(), b.blow(kind=WhistleKind.BREAKTHROUGH), b.LEADER, Reason.NOT_YOUR_ROLE),
        (b.case_in_hand(), b.blow(kind=WhistleKind.EMERGENCY), b.SUPERVISOR, Reason.NOT_YOUR_ROLE),
        (b.case_in_hand(), msgspec.structs.replace(b.blow(), demand=""), b.DISPATCHER, Reason.MISSING_FIELD),
        (
            b.case_in_hand(),
            msgspec.structs.replace(b.blow(), assisting=(b.URBAN,)),
            b.DISPATCHER,
            Reason.ALREADY_SUMMONED,
        ),
        (
            b.case_in_hand(),
            msgspec.structs.replace(b.blow(), lead=UnitId("nobody")),
            b.DISPATCHER,
            Reason.UNKNOWN_UNIT,
        ),
        (WHISTLED, b.blow(), b.DISPATCHER, Reason.ALREADY_THERE),
        (WHISTLED, passed(b.GAS, Milestone.SIGNED), b.DISPATCHER, Reason.NOT_SUMMONED),
        (WHISTLED, passed(b.WATER, Milestone.SIGNED), b.LIAISON, Reason.NOT_YOUR_CASE),
        (WHISTLED, passed(b.URBAN, Milestone.NOTIFIED), b.LIAISON, Reason.MILESTONE_ORDER),
        (WHISTLED, passed(b.URBAN, Milestone.SCORED), b.LIAISON, Reason.MILESTONE_ORDER),
        (
            WHISTLED,
            c.RefuseSummons(case=ONE, whistle=W, unit=b.URBAN, reason=" "),
            b.LIAISON,
            Reason.MISSING_FIELD,
        ),
        (WHISTLED, c.WithdrawWhistle(case=ONE, whistle=W, reason=""), b.DISPATCHER, Reason.MISSING_FIELD),
        (
            WHISTLED,
            c.AcceptWhistle(case=ONE, whistle=WhistleId("other")),
            b.DISPATCHER,
            Reason.NO_SUCH_WHISTLE,
        ),
    ],
)
def test_what_a_whistle_does_not_allow_is_refused_for_its_reason(
    case: Case, command: c.AnyCommand, by: Actor, expected: Reason
):
    assert reason(case, command, by) is expected


def test_a_summons_is_refused_within_the_limit_to_sign_or_not_at_all():
    refusal = c.RefuseSummons(case=ONE, whistle=W, unit=b.URBAN, reason="not ours")
    assert reason(WHISTLED, refusal, b.LIAISON, b.NOON + 5 * MINUTE) is None
    assert reason(WHISTLED, refusal, b.LIAISON, b.NOON + 6 * MINUTE) is Reason.TOO_LATE


# ---- properties


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[c.AnyCommand, Actor]]:
    commands: list[c.AnyCommand] = [
        c.SignFor(case=ONE),
        c.RecordContact(case=ONE, reached=True),
        c.RecordContact(case=ONE, reached=False),
        c.Assign(case=ONE, assignee="team"),
        c.ReportProgress(case=ONE, text="at it", on_scene=True),
        b.reply(),
        c.ApproveReply(case=ONE),
        c.SendBackReply(case=ONE, reason="no"),
        c.RecordCallBack(case=ONE, reached=True, solved=e.Solved.NO),
        c.RecordCallBack(case=ONE, reached=True, solved=e.Solved.YES),
        c.CloseCase(case=ONE),
        b.blow(),
        passed(b.URBAN, Milestone.REPORTED_IN),
        passed(b.URBAN, Milestone.DONE),
        passed(b.WATER, Milestone.REPORTED_IN),
        passed(b.WATER, Milestone.DONE),
        c.AcceptWhistle(case=ONE, whistle=W),
        c.WithdrawWhistle(case=ONE, whistle=W, reason="over"),
    ]
    actors = [b.DISPATCHER, b.LEADER, b.HOTLINE, b.LIAISON]
    return draw(st.lists(st.tuples(st.sampled_from(commands), st.sampled_from(actors)), max_size=25))


@given(stories())
def test_any_story_keeps_its_history_and_refolds_to_the_same_case(story: list[tuple[c.AnyCommand, Actor]]):
    case = b.new_case()
    for step, (command, by) in enumerate(story, 1):
        at = b.NOON + step * MINUTE
        found = judged(case, command, by, at)
        if isinstance(found, Refused):
            continue
        before = case
        for recorded in found:
            case = evolve(case, recorded, Revision(step + 1))
        assert case.history[: len(before.history)] == before.history
        assert case.is_open or not any(whistle.is_open for whistle in case.whistles)
    again: Case | None = None
    for recorded in case.history:
        again = evolve(again, recorded, case.revision)
    assert again == case
    assert msgspec.json.decode(msgspec.json.encode(case), type=Case) == case


@given(stories())
def test_what_is_said_to_be_impossible_is_refused_with_the_same_reason(story: list[tuple[c.AnyCommand, Actor]]):
    case = b.new_case()
    for step, (command, by) in enumerate(story, 1):
        at = b.NOON + step * MINUTE
        expected = rules.possible(type(command), case, by)
        found = judged(case, command, by, at)
        if expected is not None:
            assert isinstance(found, Refused)
            assert found.reason is expected
        elif not isinstance(found, Refused):
            for recorded in found:
                case = evolve(case, recorded, Revision(step + 1))


def test_a_fact_without_an_order_is_an_error_of_ours():
    (recorded,) = accepted(judged(b.new_case(), c.SignFor(case=ONE)))
    with pytest.raises(ValueError, match="without an order"):
        evolve(None, recorded, Revision(1))


# ---- scopes


@pytest.mark.parametrize(
    ("actor", "everything", "as_summoned", "with_caller", "confidential"),
    [
        (b.HOTLINE, True, False, True, True),
        (b.person("a", b.STREET, Role.AUDITOR), True, False, False, False),
        (b.person("d", b.STREET, Role.DISTRICT), False, False, True, True),
        (b.DISPATCHER, False, False, True, False),
        (b.LEADER, False, False, True, False),
        (b.person("w", b.STREET, Role.WALL), False, False, False, False),
        (b.SUPERVISOR, False, False, False, False),
        (b.LIAISON, False, True, False, False),
        (b.person("x", b.STREET, Role.ADMINISTRATOR), False, False, False, False),
    ],
)
def test_what_a_role_is_sent(actor: Actor, everything: bool, as_summoned: bool, with_caller: bool, confidential: bool):
    scope = scope_of(actor)
    assert (scope.everything, scope.as_summoned) == (everything, as_summoned)
    assert (scope.tells_caller(False), scope.tells_caller(True)) == (with_caller, confidential)
    assert scope.unit == actor.unit
