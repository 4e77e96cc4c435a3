"""The life of a case: every way out of every state, and what each act leaves on the record."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import CaseState, Holding
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.events import Ground, RequestKind, Solved
from dispatcher.models.evolution import replay
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.transitions import ROW, TRANSITIONS
from dispatcher.models.verdicts import Reason as R
from dispatcher.models.waiting import WaitingFor, waiting
from tests import builders as b
from tests.models import living as a
from tests.models.living import DAY, HOUR, MINUTE, ONE, SECOND, Life

S = CaseState
K = RequestKind

# ---- every way out of every state

WAYS: list[tuple[str, c.AnyCommand, Actor, CaseState]] = [
    ("dispatched", a.SIGN, a.DISPATCHER, S.SIGNED),
    ("dispatched", a.RETURN, a.LEADER, S.RETURN_REQUESTED),
    ("dispatched", a.TRANSFER, a.HOTLINE, S.DISPATCHED),
    ("dispatched", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("dispatched", a.MERGE, a.LEADER, S.MERGED),
    ("signed", a.REACHED, a.DISPATCHER, S.IN_HAND),
    ("signed", a.RETURN, a.LEADER, S.RETURN_REQUESTED),
    ("signed", a.TRANSFER, a.HOTLINE, S.DISPATCHED),
    ("signed", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("signed", a.MERGE, a.HOTLINE, S.MERGED),
    ("in_hand", a.REPLY, a.DISPATCHER, S.REPLY_REVIEW),
    ("in_hand", a.REPLY, a.LEADER, S.REPLIED),
    ("in_hand", a.TRANSFER, a.HOTLINE, S.DISPATCHED),
    ("in_hand", a.MERGE, a.LEADER, S.MERGED),
    ("in_hand", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("return_requested", a.grant(K.RETURN), a.HOTLINE, S.RETURNED),
    ("return_requested", a.grant(K.RETURN), a.DISTRICT, S.RETURNED),
    ("return_requested", a.grant(K.RETURN, b.OTHER_STREET), a.HOTLINE, S.DISPATCHED),
    ("return_requested", a.refuse(K.RETURN), a.HOTLINE, S.SIGNED),
    ("return_requested", a.drop(K.RETURN), a.DISPATCHER, S.SIGNED),
    ("return_requested", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("disputed", a.rule(granted=True), a.HOTLINE, S.RETURNED),
    ("disputed", a.rule(granted=True, to=b.STREET), a.DISTRICT, S.DISPATCHED),
    ("disputed", a.rule(granted=False), a.DISTRICT, S.DISPATCHED),
    ("returned", a.TRANSFER, a.HOTLINE, S.DISPATCHED),
    ("returned", c.WithdrawOrder(case=ONE, reason="nobody's"), a.HOTLINE, S.WITHDRAWN),
    ("suspended", c.ResumeCase(case=ONE), a.LEADER, S.IN_HAND),
    ("suspended", c.ResumeCase(case=ONE), a.DISTRICT, S.IN_HAND),
    ("suspended_redo", c.ResumeCase(case=ONE), a.HOTLINE, S.REDO),
    ("suspended", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("in_review", a.APPROVE, a.LEADER, S.REPLIED),
    ("in_review", c.SendBackReply(case=ONE, reason="shorter"), a.LEADER, S.IN_HAND),
    ("in_review", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("replied", a.SOLVED, a.DISPATCHER, S.REPLIED),
    ("replied", a.NOT_SOLVED, a.DISPATCHER, S.REDO),
    ("replied", c.OrderRedo(case=ONE, reason="half an answer"), a.HOTLINE, S.REDO),
    ("replied", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("called_back", a.CLOSE, a.DISPATCHER, S.CLOSED),
    ("called_back", a.CLOSE, a.HOTLINE, S.CLOSED),
    ("redo", a.MERGE, a.LEADER, S.MERGED),
    ("redo", c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE, S.WITHDRAWN),
    ("redo_contacted", a.REPLY, a.LEADER, S.REPLIED),
    ("redo_contacted", a.REPLY, a.DISPATCHER, S.REPLY_REVIEW),
    ("closed", c.ReopenCase(case=ONE, reason="dark again"), a.SUPERVISOR, S.REDO),
    ("closed", a.NOT_SOLVED, a.HOTLINE, S.REDO),
]


@pytest.mark.parametrize(("stage", "command", "by", "state"), WAYS)
def test_every_way_out_of_every_state(stage: str, command: c.AnyCommand, by: Actor, state: CaseState):
    life = a.STAGES[stage]().do(command, by)
    assert life.case.state is state
    a.assert_is_its_history(life.case)


def test_the_table_of_ways_knows_every_state_that_is_left_and_every_state_that_is_reached():
    left = {a.STAGES[stage]().case.state for stage, *_ in WAYS}
    assert left == set(CaseState) - {S.WITHDRAWN, S.MERGED}
    assert {state for *_, state in WAYS} | {S.SUSPENDED} == set(CaseState)


@pytest.mark.parametrize(("stage", "command", "by", "state"), WAYS)
def test_where_an_act_leads_stands_in_the_table(stage: str, command: c.AnyCommand, by: Actor, state: CaseState):
    before = a.STAGES[stage]().case.state
    assert state is before or state in ROW[type(command)].to


@pytest.mark.parametrize("row", TRANSITIONS)
@pytest.mark.parametrize("state", CaseState)
def test_an_act_is_refused_in_every_state_that_its_row_does_not_name(row: object, state: CaseState):
    assert isinstance(row, tuple)
    command, states = row[0], row[2]
    if command is c.ReceiveOrder:
        return
    case = a.STAGE_OF[state]().case
    anybody = b.person("x", case.holder, *Role)
    found = rules.possible(command, case, anybody)
    assert (found is R.WRONG_STATE) == (state not in states) or command is c.Adjudicate


# ---- contact


def test_vain_calls_count_once_an_hour_and_the_third_is_contact():
    life = a.signed()
    for hours, minutes, attempts, state in ((1, 0, 1, S.SIGNED), (1, 59, 1, S.SIGNED), (2, 0, 2, S.SIGNED)):
        life.do(a.VAIN, at=b.NOON + hours * HOUR + minutes * MINUTE)
        assert (life.case.attempts, life.case.state) == (attempts, state)
    third = b.NOON + 26 * HOUR
    life.do(a.VAIN, at=third)
    assert (life.case.attempts, life.case.state, life.case.contacted_at) == (3, S.IN_HAND, third)


def test_the_same_hour_of_another_day_is_another_hour():
    life = a.signed().do(a.VAIN, at=b.NOON + HOUR).do(a.VAIN, at=b.NOON + HOUR + DAY)
    assert life.case.attempts == 2


@pytest.mark.parametrize(
    "stage", ["in_hand", "return_requested", "suspended", "in_review", "replied", "redo_contacted"]
)
@pytest.mark.parametrize("call", [a.REACHED, a.VAIN])
def test_a_call_that_is_not_owed_is_recorded_and_changes_nothing(stage: str, call: c.RecordContact):
    before = a.STAGES[stage]().case
    after = a.STAGES[stage]().do(call).case
    assert isinstance(after.history[-1].event, e.ContactRecorded)
    assert not after.history[-1].event.counts
    assert msgspec.structs.replace(after, history=before.history, revision=before.revision) == before


def test_a_redo_has_a_contact_of_its_own_with_attempts_of_its_own():
    life = a.redo()
    first = life.case.contacted_at
    for hour in (1, 2, 3):
        life.do(a.VAIN, at=b.NOON + hour * HOUR)
    assert (life.case.redo_contacted_at, life.case.contacted_at) == (b.NOON + 3 * HOUR, first)
    assert life.case.state is S.REDO
    assert life.refusal(a.REPLY) is None


def test_a_redo_is_signed_for_once_more_and_stays_a_redo():
    life = a.redo()
    first = life.case.signed_at
    life.do(a.SIGN)
    assert (life.case.state, life.case.redo_signed_at, life.case.signed_at) == (S.REDO, life.at, first)


# ---- work


def test_who_came_first_came_first():
    life = a.in_hand().do(c.ReportProgress(case=ONE, text="there", on_scene=True))
    first = life.at
    life.do(c.ReportProgress(case=ONE, text="there again", on_scene=True))
    assert (life.case.on_scene_at, life.case.progress_at) == (first, life.at)


def test_a_note_changes_nothing():
    before = a.in_hand().case
    after = a.in_hand().do(c.AddNote(case=ONE, text="the caller is deaf"), a.SUPERVISOR).case
    assert msgspec.structs.replace(after, history=before.history, revision=before.revision) == before


def test_a_policy_may_do_without_review():
    life = Life(law=msgspec.structs.replace(a.LAW, policy=b.policy(reply_review=False))).do(a.SIGN).do(a.REACHED)
    assert life.do(a.REPLY).case.state is S.REPLIED


def test_the_first_reply_is_kept_and_the_last_one_holds():
    life = a.replied()
    first = life.at
    life.do(a.NOT_SOLVED, a.HOTLINE)
    assert (life.case.first_replied_at, life.case.replied_at) == (first, None)
    life.do(a.REACHED).do(a.REPLY, a.LEADER)
    assert (life.case.first_replied_at, life.case.replied_at) == (first, life.at)


# ---- return, transfer, adjudication


def test_a_dispatcher_drafts_and_a_leader_sends():
    life = a.signed().do(a.RETURN)
    drafted = life.at
    assert (life.case.state, life.case.request(K.RETURN).sent_at) == (S.SIGNED, None)  # pyright: ignore[reportOptionalMemberAccess]
    life.do(a.send(K.RETURN), a.LEADER)
    request = life.case.request(K.RETURN)
    assert request is not None
    assert (life.case.state, request.at, request.sent_at) == (S.RETURN_REQUESTED, drafted, life.at)
    assert (request.by, request.by_name, request.unit) == (a.DISPATCHER.person, a.DISPATCHER.name, b.STREET)


def test_a_leaders_request_is_sent_by_asking():
    request = a.return_requested().case.request(K.RETURN)
    assert request is not None
    assert request.sent_at == request.at


def test_an_unsigned_case_goes_back_to_being_unsigned():
    life = Life().do(a.RETURN, a.LEADER)
    assert life.copy().do(a.refuse(K.RETURN), a.HOTLINE).case.state is S.DISPATCHED
    assert life.do(a.drop(K.RETURN)).case.state is S.DISPATCHED
    assert life.case.asked(K.RETURN) == 0, "what was taken back was never asked"


def test_missing_essentials_need_no_evidence_and_a_window_is_open_to_its_last_instant():
    life = Life(urgency=Urgency.LIVELIHOOD)
    life.at = b.NOON + 2 * HOUR
    assert life.refusal(a.replaced(a.RETURN, ground=Ground.ESSENTIALS_MISSING, evidence=()), a.LEADER) is None
    ordinary = a.signed()
    ordinary.at = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC)  # close of office on the next working day
    assert ordinary.refusal(a.RETURN, a.LEADER) is None
    ordinary.at += SECOND
    assert ordinary.refusal(a.RETURN, a.LEADER) == (R.TOO_LATE, "")


def test_a_refused_return_may_not_be_asked_for_again():
    case = a.return_refused().case
    assert (case.state, case.no_return, case.former) == (S.SIGNED, True, ())
    (request,) = case.requests
    assert (request.granted, request.answer, request.decided_by) == (False, "it is yours", a.HOTLINE.person)


def test_a_granted_return_ends_the_holding_and_waits_for_another_holder():
    life = a.returned()
    case = life.case
    assert (case.state, case.holder, case.is_open) == (S.RETURNED, b.STREET, True)
    held = Holding(unit=b.STREET, dispatched_at=b.NOON, ended_at=life.at, returned=True, signed_at=b.NOON + MINUTE)
    assert case.former == (held,)
    assert {clock.kind for clock in clocks(case, a.LAW)} == {ClockKind.CITIZEN}
    case = life.do(a.TRANSFER, a.HOTLINE).case
    assert (case.state, case.holder, case.former, case.held_since) == (S.DISPATCHED, b.OTHER_STREET, (held,), life.at)
    assert (case.no_return, case.signed_at) == (False, None)


def test_a_return_granted_to_a_new_holder_is_one_step():
    life = a.return_requested().do(a.grant(K.RETURN, b.OTHER_STREET), a.HOTLINE)
    case = life.case
    assert (case.state, case.holder, case.held_since) == (S.DISPATCHED, b.OTHER_STREET, life.at)
    assert [holding.unit for holding in case.former] == [b.STREET]
    assert case.order.dispatched_at == b.NOON


def test_a_transfer_begins_a_holding_and_keeps_what_is_the_citizens():
    life = a.in_hand().do(c.Assign(case=ONE, assignee="team")).do(a.EXTENSION)
    life.do(c.ReportProgress(case=ONE, text="there", on_scene=True)).do(a.VAIN)
    contacted = life.case.contacted_at
    case = life.do(a.TRANSFER, a.HOTLINE).case
    assert (case.state, case.holder, case.assignee, case.requests) == (S.DISPATCHED, b.OTHER_STREET, "", ())
    assert (case.signed_at, case.contacted_at, case.on_scene_at, case.progress_at) == (None, None, None, None)
    assert (case.tried_at, case.attempts) == ((), 0)
    (held,) = case.former
    assert (held.returned, held.contacted_at, held.ended_at) == (False, contacted, life.at)
    starts = {clock.kind: clock.start for clock in clocks(case, a.LAW)}
    assert starts[ClockKind.SIGN] == starts[ClockKind.FEEDBACK] == life.at
    assert starts[ClockKind.CITIZEN] == b.NOON
    assert life.refusal(a.SIGN) == (R.NOT_YOUR_CASE, "")
    assert life.refusal(a.SIGN, a.YI_DISPATCHER) is None


def test_a_case_goes_round_and_every_holder_is_remembered():
    life = Life()
    for to in (b.OTHER_STREET, b.URBAN, b.STREET, b.OTHER_STREET):
        life.do(a.replaced(a.TRANSFER, to=to), a.HOTLINE)
    assert [held.unit for held in life.case.former] == [b.STREET, b.OTHER_STREET, b.URBAN, b.STREET]
    ends = [held.ended_at for held in life.case.former]
    assert [held.dispatched_at for held in life.case.former] == [b.NOON, *ends[:-1]]
    assert life.case.held_since == ends[-1]


def test_a_second_return_is_adjudicated_and_the_holder_it_names_cannot_give_it_back():
    life = a.disputed()
    assert life.case.asked(K.RETURN) == 2
    scene = (b.STREET, b.OTHER_STREET)
    ruling = a.replaced(a.rule(granted=True, to=b.STREET), to_scene=scene)
    case = life.do(ruling, a.DISTRICT).case
    assert (case.holder, case.adjudicated, case.no_return) == (b.STREET, True, True)
    event = case.history[-1].event
    assert isinstance(event, e.RequestGranted)
    assert (event.final, event.to_scene) == (True, scene)
    assert life.refusal(a.RETURN, a.LEADER) == (R.FINAL, "")


def test_an_adjudication_without_a_holder_is_final_for_the_one_that_follows():
    life = a.disputed().do(a.rule(granted=True), a.HOTLINE)
    assert life.case.state is S.RETURNED
    life.do(a.replaced(a.TRANSFER, to=b.STREET), a.HOTLINE)
    assert (life.case.no_return, life.case.adjudicated) == (True, True)


def test_a_lost_dispute_stays_where_it_is():
    life = a.disputed().do(a.rule(granted=False), a.HOTLINE)
    assert (life.case.state, life.case.holder, life.case.no_return) == (S.DISPATCHED, b.OTHER_STREET, True)
    assert life.refusal(a.RETURN, a.YI_LEADER) == (R.FINAL, "")
    assert life.case.requests[-1].adjudicated


# ---- extension, suspension, exclusion


def test_an_extension_is_kept_with_when_it_was_asked_for():
    life = a.in_hand().do(a.EXTENSION)
    life.do(a.send(K.EXTENSION), a.LEADER)
    sent = life.at
    case = life.do(a.grant(K.EXTENSION), a.HOTLINE).case
    assert case.extension is not None
    assert (case.extension.asked_at, case.extension.granted_at) == (sent, life.at)
    assert case.extension.until == b.NOON + 10 * DAY
    (feedback,) = (clock for clock in clocks(case, a.LAW) if clock.kind is ClockKind.FEEDBACK)
    assert (feedback.due, feedback.due_before) == (b.NOON + 10 * DAY, b.NOON + 7 * DAY)
    assert life.refusal(a.EXTENSION, a.LEADER) == (R.ONLY_ONCE, "")


@pytest.mark.parametrize(
    ("limit", "order", "furthest"),
    [
        (b.limit("7 d"), {}, b.NOON + 14 * DAY),
        # 2 working days from Tuesday noon: Thursday's close of office; two more: Monday's.
        (b.limit("2 WD"), {}, dt.datetime(2026, 3, 9, 10, 0, tzinfo=dt.UTC)),
        # 4 office hours from Tuesday noon end at 17:30; four more: half an hour, three hours, and half an hour again.
        (b.limit("4 h W"), {}, dt.datetime(2026, 3, 4, 6, 0, tzinfo=dt.UTC)),
        (Limit(0, Measure.SAME_DAY), {}, dt.datetime(2026, 3, 4, 16, 0, tzinfo=dt.UTC)),
        (b.limit("7 d"), {"feedback_due_at": b.NOON + 3 * DAY}, b.NOON + 6 * DAY),
    ],
)
def test_an_extension_is_as_long_as_the_limit_at_most(limit: Limit, order: dict[str, object], furthest: dt.datetime):
    policy = b.policy()
    ordinary = msgspec.structs.replace(policy.orders[Urgency.ORDINARY], feedback=limit)
    policy = msgspec.structs.replace(policy, orders=policy.orders | {Urgency.ORDINARY: ordinary})
    life = Life(law=msgspec.structs.replace(a.LAW, policy=policy), **order).do(a.SIGN).do(a.REACHED)
    assert life.refusal(a.replaced(a.EXTENSION, until=furthest), a.LEADER) is None
    assert life.refusal(a.replaced(a.EXTENSION, until=furthest + SECOND), a.LEADER) == (R.TOO_LONG, "until")


def test_in_a_redo_the_redos_limit_is_extended():
    life = a.redo()
    due = next(clock.due for clock in clocks(life.case, a.LAW) if clock.kind is ClockKind.REDO)
    assert life.refusal(a.replaced(a.EXTENSION, until=due), a.LEADER) == (R.BAD_FIELD, "until")
    assert life.refusal(a.replaced(a.EXTENSION, until=due + SECOND), a.LEADER) is None
    life.at = due + SECOND
    assert life.refusal(a.replaced(a.EXTENSION, until=due + DAY), a.LEADER) == (R.TOO_LATE, "")


def test_a_case_that_cannot_be_solved_now_is_suspended_and_taken_up_again():
    life = a.suspended()
    (pause,) = life.case.suspensions
    assert (pause.at, pause.review_at, pause.public_reason) == (life.at, b.NOON + 60 * DAY, "on next year's plan")
    assert life.case.suspended_since == life.at
    life.do(c.ReportProgress(case=ONE, text="still no money"))
    life.do(c.ResumeCase(case=ONE), CENTRE, at=b.NOON + 60 * DAY)
    assert (life.case.state, life.case.suspended_since) == (S.IN_HAND, None)
    assert life.case.suspensions[0].resumed_at == b.NOON + 60 * DAY


def test_an_exclusion_is_decided_by_the_hotline_even_after_the_case_is_closed():
    life = a.closed().do(a.EXCLUSION, a.LEADER)
    assert waiting(life.case, a.LAW)[0].for_what is WaitingFor.HOTLINE
    life.do(a.grant(K.EXCLUSION), a.HOTLINE)
    assert life.case.exclusion is not None
    assert (life.case.exclusion.ground, life.case.exclusion.by) == (Ground.PROVED_FALSE, a.HOTLINE.person)
    assert life.case.state is S.CLOSED


# ---- call-back, redo, reopening


def test_a_street_that_called_three_times_in_vain_may_close():
    life = a.replied()
    for hour, refusal in zip((1, 2, 3), ((R.NOT_CALLED_BACK, ""), (R.NOT_CALLED_BACK, ""), None), strict=True):
        life.do(a.UNREACHED, at=b.NOON + hour * HOUR).do(a.UNREACHED, after=SECOND)
        assert life.refusal(a.CLOSE) == refusal
    assert len(life.case.call_backs) == 6


def test_vain_calls_of_two_sides_are_not_added_up():
    life = a.replied()
    for hour, by in zip((1, 2, 3, 4), (a.DISPATCHER, a.HOTLINE, a.DISPATCHER, a.HOTLINE), strict=True):
        life.do(a.UNREACHED, by, at=b.NOON + hour * HOUR)
    assert life.refusal(a.CLOSE) == (R.NOT_CALLED_BACK, "")
    assert life.do(a.UNREACHED, a.HOTLINE, at=b.NOON + 5 * HOUR).refusal(a.CLOSE) is None


def test_a_vain_call_back_says_nothing_of_whistles_before_it_is_enough():
    life = a.whistled().do(a.REPLY, a.LEADER).do(a.UNREACHED)
    assert rules.possible(c.CloseCase, life.case, a.DISPATCHER) is None
    assert life.refusal(a.CLOSE) == (R.NOT_CALLED_BACK, "")
    for hour in (1, 2, 3):
        life.do(a.UNREACHED, at=b.NOON + hour * HOUR)
    assert life.refusal(a.CLOSE) == (R.WHISTLES_OPEN, "")


def test_partly_solved_is_no_redo_by_itself():
    life = a.replied().do(a.replaced(a.SOLVED, solved=Solved.PARTLY, satisfied=e.Satisfied.BASICALLY), a.HOTLINE)
    assert (life.case.state, life.case.solved, life.case.satisfied) == (
        S.REPLIED,
        Solved.PARTLY,
        e.Satisfied.BASICALLY,
    )


def test_not_solved_is_done_again_counted_with_everything_anew():
    life = a.replied().do(a.UNREACHED).do(a.NOT_SOLVED, a.HOTLINE)
    case = life.case
    assert (case.state, case.redo_at, case.redo_count, case.call_backs) == (S.REDO, life.at, 1, ())
    assert (case.redo_signed_at, case.redo_contacted_at, case.called_back_at) == (None, None, None)
    life.do(a.SIGN).do(a.REACHED).do(a.REPLY, a.LEADER).do(c.OrderRedo(case=ONE, reason="half"), a.HOTLINE)
    assert (life.case.redo_count, life.case.redo_signed_at, life.case.redo_contacted_at) == (2, None, None)


@pytest.mark.parametrize("solved", [Solved.YES, Solved.PARTLY])
def test_the_hotline_calls_back_on_a_closed_case(solved: Solved):
    life = a.closed().do(a.replaced(a.SOLVED, solved=solved), a.HOTLINE)
    assert (life.case.state, life.case.solved, len(life.case.call_backs)) == (S.CLOSED, solved, 2)


def test_the_hotlines_no_on_a_closed_case_opens_it_again_as_a_redo():
    case = a.closed().do(a.NOT_SOLVED, a.HOTLINE).case
    assert (case.state, case.redo_count, case.reopened, case.closed_at) == (S.REDO, 1, 0, None)


def test_a_reopened_case_is_a_redo_that_is_not_counted_as_one():
    life = a.closed()
    life.do(c.ReopenCase(case=ONE, reason="dark again"), a.SUPERVISOR, at=life.at + 30 * DAY)
    case = life.case
    assert (case.state, case.redo_at, case.redo_count, case.reopened) == (S.REDO, life.at, 0, 1)
    assert (case.closed_at, case.call_backs) == (None, ())
    assert life.refusal(a.REPLY) == (R.NOT_CONTACTED, "")


def test_an_imported_case_that_is_reopened_keeps_its_first_answer():
    command = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON + MINUTE)
    life = object.__new__(Life)
    life.law, life.at, life.number = a.LAW, b.NOON + HOUR, 0
    life.case = None  # pyright: ignore[reportAttributeAccessIssue]
    life.do(command, a.HOTLINE).do(c.ReopenCase(case=ONE, reason="not at all"), a.HOTLINE)
    assert (life.case.state, life.case.first_replied_at) == (S.REDO, b.NOON + MINUTE)
    a.assert_is_its_history(life.case)


# ---- supervision, urgency, number


def test_supervision_has_three_levels_and_each_is_lifted_by_who_may_set_it():
    life = a.in_hand()
    for level, by in ((1, a.SUPERVISOR), (2, a.DISTRICT), (3, a.HOTLINE)):
        life.do(c.Supervise(case=ONE, level=level, reason="slow"), by)
        assert life.case.supervision == level
    life.do(c.LiftSupervision(case=ONE, level=3, reason="well"), a.HOTLINE)
    assert life.case.supervision == 2
    life.do(c.Supervise(case=ONE, level=3, reason="slow again"), a.HOTLINE)
    assert [s.level for s in life.case.supervisions] == [1, 2, 3, 3]
    assert life.case.supervisions[0].by_name == a.SUPERVISOR.name


def test_a_closed_case_is_not_supervised_but_what_is_in_force_can_be_lifted():
    life = a.called_back().do(c.Supervise(case=ONE, level=1, reason="slow"), CENTRE).do(a.CLOSE)
    assert life.refusal(c.Supervise(case=ONE, level=2, reason="x"), a.DISTRICT) == (R.WRONG_STATE, "")
    life.do(c.LiftSupervision(case=ONE, level=1, reason="over"), a.SUPERVISOR)
    assert life.case.supervision == 0


def test_urgency_changes_are_kept_with_their_instants():
    life = a.signed().do(c.ChangeUrgency(case=ONE, urgency=Urgency.EMERGENCY, reason="sparks"), a.HOTLINE)
    first = life.at
    life.do(c.ChangeUrgency(case=ONE, urgency=Urgency.ORDINARY, reason="made safe"), a.HOTLINE)
    assert [(u.at, u.urgency) for u in life.case.urgencies] == [
        (first, Urgency.EMERGENCY),
        (life.at, Urgency.ORDINARY),
    ]
    assert life.case.urgency is Urgency.ORDINARY


def test_a_desks_case_gets_the_citys_number_and_keeps_its_own():
    case = a.numbered().case
    assert (case.order.number, case.order.source, case.local_number) == ("C-1", "12345", f"L-{b.STREET}-20260303-7")


# ---- what begins anew, and what a decision leaves on record


VAIN_CALLS = (b.NOON + 20 * MINUTE, b.NOON + 70 * MINUTE)


def test_vain_calls_count_anew_for_a_new_holder():
    life = a.signed()
    for at in VAIN_CALLS:
        life.do(a.VAIN, at=at)
    assert (life.case.attempts, life.case.tried_at) == (2, VAIN_CALLS)
    life.do(a.TRANSFER, a.HOTLINE)
    assert (life.case.attempts, life.case.tried_at) == (0, ())


def test_vain_calls_count_anew_in_a_redo():
    life = a.signed()
    for at in VAIN_CALLS:
        life.do(a.VAIN, at=at)
    life.do(a.REACHED).do(a.REPLY, a.LEADER).do(a.NOT_SOLVED, a.HOTLINE)
    assert (life.case.state, life.case.attempts, life.case.tried_at) == (S.REDO, 0, ())


@pytest.mark.parametrize("before", [a.closed, a.replied])
def test_a_redo_begins_no_earlier_than_what_it_takes_back(before: Callable[[], Life]):
    life = before()
    since = life.case.closed_at or life.case.replied_at
    command = c.ReopenCase(case=ONE, reason="dark") if before is a.closed else c.OrderRedo(case=ONE, reason="dark")
    life.do(command, a.HOTLINE, at=life.at - 2 * MINUTE, now=life.at + MINUTE)
    assert since is not None
    assert life.case.redo_at == since > life.case.history[-1].at


@pytest.mark.parametrize("granted", [True, False])
def test_a_decision_leaves_on_record_who_when_and_what(granted: bool):
    life = a.in_hand().do(a.EXTENSION, a.LEADER)
    answer = "as you say" if granted else "no"
    life.do(c.DecideRequest(case=ONE, kind=K.EXTENSION, granted=granted, answer=answer), a.HOTLINE)
    (request,) = life.case.requests
    assert (request.granted, request.answer, request.adjudicated) == (granted, answer, False)
    assert (request.decided_at, request.decided_by) == (life.at, a.HOTLINE.person)


@pytest.mark.parametrize("granted", [True, False])
def test_an_adjudication_leaves_its_words_and_whom_it_sent_to_the_scene(granted: bool):
    life = a.disputed()
    ruling = c.Adjudicate(case=ONE, granted=granted, answer="heard", to_scene=(b.STREET, b.OTHER_STREET))
    life.do(ruling, a.HOTLINE)
    request = next(r for r in life.case.requests if r.decided_at == life.at)
    assert (request.granted, request.answer, request.adjudicated) == (granted, "heard", True)
    event = life.case.history[-1].event
    assert isinstance(event, e.RequestGranted | e.RequestRefused)
    assert (event.final, event.to_scene, event.answer) == (True, (b.STREET, b.OTHER_STREET), "heard")


@pytest.mark.parametrize("command", [a.RETURN, a.EXCLUSION, a.EXTENSION, a.SUSPENSION])
def test_a_request_keeps_what_it_was_made_with(command: c.AnyCommand):
    life = (a.signed() if command is a.RETURN else a.in_hand()).do(command)
    (request,) = life.case.requests
    assert (request.by, request.by_name, request.unit, request.at) == ("li", "Li", b.STREET, life.at)
    assert request.sent_at is None
    assert request.reason == getattr(command, "reason", None)
    assert request.ground == getattr(command, "ground", None)
    assert request.evidence == getattr(command, "evidence", ())
    assert request.until == getattr(command, "until", getattr(command, "review_at", None))
    assert request.public_reason == getattr(command, "public_reason", "")


def test_a_reply_keeps_its_four_elements():
    life = a.in_hand().do(a.REPLY)
    event = life.case.history[-1].event
    assert event == e.ReplyWritten(
        accepted="3 March", talked_with="the caller", done="repaired", result="done", review=True
    )


def test_urging_keeps_what_the_hotline_said():
    life = a.in_hand().do(c.Urge(case=ONE, note="called again"), a.HOTLINE)
    assert life.case.history[-1].event == e.Urged(note="called again")
    assert life.case.urged == 1


def test_an_order_that_was_made_offline_is_a_late_one_and_one_that_came_handled_keeps_its_result():
    command = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET, closed_at=b.NOON, result="mended")
    for offline in (False, True):
        found = rules.judge(b.act(command, a.HOTLINE, offline=offline), None, a.HOTLINE, a.LAW, b.NOON)
        assert isinstance(found, tuple)
        assert found[1].event == e.ClosedElsewhere(closed_at=b.NOON, result="mended")
        case = replay(found[:1], b.new_case().revision)
        assert case.has_late is offline
        assert case.policy == "test-1"
