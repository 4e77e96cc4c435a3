"""Acts that arrive after others: who signed first, what a late contact moves, what becomes a note, catch-up entries."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.evolution import as_of, replay
from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.queue import Flag, summarise
from dispatcher.models.transitions import CAN_HAVE_HAPPENED, FACTS, ROW
from dispatcher.models.verdicts import Reason as R
from tests import builders as b
from tests.models import living as a
from tests.models.living import DAY, HOUR, MINUTE, ONE, SECOND, Life

S = CaseState


def minute(n: float) -> dt.datetime:
    return b.NOON + n * MINUTE


def met(case: Case, kind: ClockKind) -> dt.datetime | None:
    return next(clock.met_at for clock in clocks(case, a.LAW) if clock.kind is kind)


def unchanged(before: Case, after: Case) -> bool:
    same = {"history": before.history, "revision": before.revision, "has_late": before.has_late}
    return msgspec.structs.replace(after, **same) == before


# ---- two people sign the same order


def test_the_first_valid_signature_wins_whichever_arrives_first():
    life = Life().do(a.SIGN, at=minute(5))
    life.at = minute(60)
    (event,) = life.late(a.SIGN, minute(2), a.COLLEAGUE)
    assert event == e.SignedFor(instead_of=minute(5))
    assert (life.case.state, life.case.signed_at, met(life.case, ClockKind.SIGN)) == (S.SIGNED, minute(2), minute(2))
    a.assert_is_its_history(life.case)


@pytest.mark.parametrize("made", [5, 6])
def test_a_signature_that_is_not_earlier_becomes_a_note(made: int):
    life = Life().do(a.SIGN, at=minute(5))
    before = life.case
    (event,) = life.late(a.SIGN, minute(made), a.COLLEAGUE)
    assert event == e.NoteAdded(text="", instead_of="sign_for")
    assert unchanged(before, life.case)


@pytest.mark.parametrize("stage", ["in_hand", "suspended", "in_review", "replied", "closed", "return_requested"])
def test_an_earlier_signature_counts_in_whatever_the_case_has_become(stage: str):
    life = a.STAGES[stage]()
    state, signed_at = life.case.state, life.case.signed_at
    assert signed_at is not None
    (event,) = life.late(a.SIGN, signed_at - 10 * SECOND, a.COLLEAGUE)
    assert event == e.SignedFor(instead_of=signed_at)
    assert (life.case.state, life.case.signed_at) == (state, signed_at - 10 * SECOND)


@pytest.mark.parametrize("stage", ["signed", "in_hand", "closed"])
def test_a_second_signature_that_is_not_late_is_refused(stage: str):
    life = a.STAGES[stage]()
    assert life.refusal(a.SIGN, a.COLLEAGUE) == (R.WRONG_STATE, "")
    assert life.refusal(a.SIGN, a.COLLEAGUE, happened_at=minute(0.5)) == (R.WRONG_STATE, ""), "nor is a catch-up entry"


def test_a_signature_counts_while_a_return_is_asked_for_and_is_what_a_refusal_goes_back_to():
    life = Life().do(a.RETURN, a.LEADER, at=minute(3))
    (event,) = life.late(a.SIGN, minute(2))
    assert event == e.SignedFor()
    assert (life.case.state, life.case.signed_at) == (S.RETURN_REQUESTED, minute(2))
    assert life.do(a.refuse(e.RequestKind.RETURN), a.HOTLINE).case.state is S.SIGNED


def test_a_signature_after_the_return_was_asked_for_is_refused():
    life = Life().do(a.RETURN, a.LEADER, at=minute(3))
    assert life.refusal(a.SIGN, at=minute(4), now=minute(9), offline=True) == (R.WRONG_STATE, "")


@pytest.mark.parametrize("stage", ["withdrawn", "returned", "merged"])
def test_a_signature_for_what_is_over_becomes_a_note(stage: str):
    life = a.STAGES[stage]()
    life.at = minute(30)
    before = life.case
    (event,) = life.late(a.SIGN, minute(0.5), a.COLLEAGUE)
    if stage == "merged":
        assert event == e.SignedFor(instead_of=before.signed_at), "it was signed, and earlier than was known"
    else:
        assert event == e.NoteAdded(text="", instead_of="sign_for")
        assert unchanged(before, life.case)


def test_a_redo_has_a_race_of_its_own():
    life = a.redo()
    redo_at = life.at
    life.do(a.SIGN, at=redo_at + 9 * MINUTE)
    first = life.case.signed_at
    (event,) = life.late(a.SIGN, redo_at + 4 * MINUTE, a.COLLEAGUE)
    assert event == e.SignedFor(instead_of=redo_at + 9 * MINUTE)
    assert (life.case.redo_signed_at, life.case.signed_at) == (redo_at + 4 * MINUTE, first)
    (event,) = life.late(a.SIGN, redo_at + 6 * MINUTE, a.COLLEAGUE)
    assert event == e.NoteAdded(text="", instead_of="sign_for")
    (event,) = life.late(a.SIGN, first - SECOND, a.COLLEAGUE)
    assert event == e.SignedFor(instead_of=first)
    assert (life.case.redo_signed_at, life.case.signed_at) == (redo_at + 4 * MINUTE, first - SECOND)
    a.assert_is_its_history(life.case)


def test_a_redo_signed_for_offline_and_answered_by_others_is_signed_for_all_the_same():
    life = a.redo()
    redo_at = life.at
    life.do(a.REACHED).do(a.REPLY, a.LEADER)
    (event,) = life.late(a.SIGN, redo_at + 10 * SECOND)
    assert event == e.SignedFor()
    assert (life.case.state, life.case.redo_signed_at) == (S.REPLIED, redo_at + 10 * SECOND)


# ---- contact


def test_an_earlier_contact_moves_the_first_contact_and_says_so():
    life = Life().do(a.SIGN, at=minute(1)).do(a.REACHED, at=minute(20))
    (event,) = life.late(replaced_note(a.REACHED, "at the door"), minute(10), a.COLLEAGUE)
    assert event == e.ContactRecorded(reached=True, counts=True, note="at the door", moves=minute(20))
    assert (life.case.state, life.case.contacted_at) == (S.IN_HAND, minute(10))
    assert met(life.case, ClockKind.FIRST_CONTACT) == minute(10)
    a.assert_is_its_history(life.case)


def replaced_note(command: c.RecordContact, note: str) -> c.RecordContact:
    return msgspec.structs.replace(command, note=note)


@pytest.mark.parametrize("stage", ["closed", "merged", "replied"])
def test_an_earlier_contact_counts_when_the_case_has_gone_on(stage: str):
    life = a.STAGES[stage]()
    contacted_at = life.case.contacted_at
    assert contacted_at is not None
    life.late(a.REACHED, contacted_at - 10 * SECOND)
    assert life.case.contacted_at == contacted_at - 10 * SECOND


def test_a_contact_before_the_signature_was_none_that_counts():
    life = Life().do(a.SIGN, at=minute(5)).do(a.REACHED, at=minute(20))
    (event,) = life.late(a.REACHED, minute(3))
    assert event == e.ContactRecorded(reached=True, counts=False)
    assert life.case.contacted_at == minute(20)


def test_a_vain_call_moves_the_contact_when_it_was_the_last_one_wanting():
    life = Life().do(a.SIGN).do(a.VAIN, at=minute(60)).do(a.VAIN, at=minute(120)).do(a.REACHED, at=minute(300))
    (event,) = life.late(a.VAIN, minute(130))
    assert event == e.ContactRecorded(reached=False, counts=False), "in an hour that had its call"
    (event,) = life.late(a.VAIN, minute(180))
    assert event == e.ContactRecorded(reached=False, counts=True, moves=minute(300))
    assert (life.case.contacted_at, life.case.attempts) == (minute(180), 3)


def test_vain_calls_written_down_out_of_order_are_contact_once_the_last_was_made():
    life = Life().do(a.SIGN).do(a.VAIN, at=minute(120)).do(a.VAIN, at=minute(240))
    life.late(a.VAIN, minute(60))
    assert (life.case.state, life.case.contacted_at) == (S.IN_HAND, minute(240))
    assert life.case.tried_at == (minute(60), minute(120), minute(240))


def test_an_earlier_contact_of_a_redo_moves_the_redos():
    life = a.redo()
    first, redo_at = life.case.contacted_at, life.at
    life.do(a.REACHED, at=redo_at + HOUR).do(a.REPLY, a.LEADER)
    life.late(a.REACHED, redo_at + MINUTE)
    assert (life.case.redo_contacted_at, life.case.contacted_at) == (redo_at + MINUTE, first)
    life.late(a.REACHED, first - SECOND)
    assert (life.case.redo_contacted_at, life.case.contacted_at) == (redo_at + MINUTE, first - SECOND)


def test_a_contact_of_a_case_that_was_withdrawn_meanwhile_becomes_a_note():
    life = a.signed().do(c.WithdrawOrder(case=ONE, reason="x"), a.HOTLINE)
    withdrawn = life.at
    before = life.case
    (event,) = life.late(replaced_note(a.REACHED, "said thanks"), withdrawn - SECOND)
    assert event == e.NoteAdded(text="said thanks", instead_of="record_contact")
    assert unchanged(before, life.case)
    assert life.refusal(a.REACHED, at=withdrawn + SECOND, now=life.at, offline=True) == (R.WRONG_STATE, "")


# ---- what else may come late


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (c.Assign(case=ONE, assignee="team", note="first thing"), "team first thing"),
        (c.ReportProgress(case=ONE, text="dug it up", on_scene=True), "dug it up"),
        (a.VAIN, ""),
    ],
)
def test_what_was_possible_when_it_was_made_is_kept_as_a_note_that_moves_no_clock(command: c.AnyCommand, text: str):
    life = a.closed()
    made = life.case.contacted_at
    assert made is not None
    before = life.case
    (event,) = life.late(command, made + SECOND)
    assert isinstance(event, e.NoteAdded)
    assert (event.text, event.instead_of) == (text, type(command).__struct_config__.tag)
    assert unchanged(before, life.case)
    assert clocks(before, a.LAW) == clocks(life.case, a.LAW)
    assert life.refusal(command, at=life.at - SECOND, now=life.at, offline=True) == (R.WRONG_STATE, "")
    assert life.refusal(command, at=life.at - SECOND, now=life.at) == (R.WRONG_STATE, ""), "nor if it is in time"


def test_what_was_not_possible_for_its_fields_is_not_possible_as_a_note():
    life = a.closed()
    empty = c.ReportProgress(case=ONE, text=" ")
    made = life.case.contacted_at
    assert life.refusal(empty, at=made, now=life.at, offline=True) == (R.MISSING_FIELD, "text")


@pytest.mark.parametrize("command", [a.REPLY, a.APPROVE, a.SOLVED, a.RETURN, c.RevealCaller(case=ONE, reason="")])
def test_decisions_are_not_kept_when_they_come_too_late(command: c.AnyCommand):
    assert type(command) not in FACTS
    life = a.withdrawn()
    refused = life.refusal(command, a.LEADER, at=minute(0.5), now=life.at, offline=True)
    assert refused is not None


def test_the_later_assignment_holds_whichever_arrives_last():
    life = a.in_hand().do(c.Assign(case=ONE, assignee="second"), at=minute(30))
    (event,) = life.late(c.Assign(case=ONE, assignee="first"), minute(20))
    assert event == e.NoteAdded(text="first", instead_of="assign")
    assert life.case.assignee == "second"
    life.late(c.Assign(case=ONE, assignee="third"), minute(31))
    assert life.case.assignee == "third"
    life.late(c.AddNote(case=ONE, text="whom did we send?"), minute(10))
    life.late(c.Assign(case=ONE, assignee="first again", note="on foot"), minute(15))
    assert life.case.assignee == "third", "whatever was written down last"
    (event,) = life.late(c.Assign(case=ONE, assignee="fourth", note="by car"), minute(31))
    assert event == e.Assigned(assignee="fourth", note="by car"), "at the same instant the later entry holds"


def test_an_earlier_report_of_progress_leaves_the_later_one_the_last():
    life = a.in_hand().do(c.ReportProgress(case=ONE, text="there", on_scene=True), at=minute(30))
    life.late(c.ReportProgress(case=ONE, text="on the way", on_scene=True), minute(20))
    assert (life.case.progress_at, life.case.on_scene_at) == (minute(30), minute(30))


def test_what_a_former_holder_did_while_he_held_it_is_a_note_of_his():
    life = a.signed().do(a.TRANSFER, a.HOTLINE)
    moved = life.at
    life.do(a.SIGN, a.YI_DISPATCHER)
    before = life.case
    for command in (a.SIGN, a.REACHED, c.AddNote(case=ONE, text="the caller is deaf")):
        (event,) = life.late(command, moved - SECOND)
        assert isinstance(event, e.NoteAdded)
        assert unchanged(before, life.case)
    for command in (a.SIGN, a.REACHED, c.AddNote(case=ONE, text="x")):
        assert life.refusal(command, at=moved + SECOND, now=life.at, offline=True) == (R.NOT_YOUR_CASE, "")
        assert life.refusal(command, at=moved - SECOND, now=moved, offline=False) == (R.NOT_YOUR_CASE, "")


def test_what_was_done_in_an_earlier_holding_of_the_same_street_is_a_note_too():
    life = a.signed().do(a.TRANSFER, a.HOTLINE)
    life.do(msgspec.structs.replace(a.TRANSFER, to=b.STREET), a.HOTLINE)
    before = life.case
    (event,) = life.late(a.REACHED, minute(1.5))
    assert event == e.NoteAdded(text="", instead_of="record_contact")
    assert (life.case.state, life.case.signed_at) == (S.DISPATCHED, None)
    assert unchanged(before, life.case)
    assert life.refusal(a.SIGN, a.YI_DISPATCHER, at=minute(1.5), now=life.at, offline=True) == (R.NOT_YOUR_CASE, "")
    early = life.refusal(a.REACHED, at=minute(0.5), now=life.at, offline=True)
    assert early == (R.WRONG_STATE, ""), "nobody had signed yet"


def test_a_community_worker_is_judged_late_by_what_was_his_then():
    life = a.in_hand().do(c.Assign(case=ONE, assignee="wu"), at=minute(10))
    life.do(c.Assign(case=ONE, assignee="team"), at=minute(20))
    report = c.ReportProgress(case=ONE, text="there")
    assert life.late(report, minute(15), a.WORKER) == (e.NoteAdded(text="there", instead_of="report_progress"),)
    assert life.refusal(report, a.WORKER, at=minute(25), now=life.at, offline=True) == (R.NOT_YOUR_CASE, "")


def test_no_lateness_lends_a_role():
    life = a.signed()
    assert life.refusal(a.SIGN, a.SUPERVISOR, at=minute(0.5), now=life.at, offline=True) == (R.NOT_YOUR_ROLE, "")


# ---- marks


def test_what_comes_late_is_marked_with_how_far_its_clock_could_be_trusted():
    life = Life().do(a.SIGN, at=minute(1), now=minute(1) + 61 * SECOND, clock_error_ms=40)
    recorded = life.case.history[-1]
    assert (recorded.late, recorded.caught_up, recorded.clock_error_ms) == (True, False, 40)
    assert (recorded.at, recorded.entered_at) == (minute(1), minute(1) + 61 * SECOND)
    assert life.case.has_late
    assert summarise(life.case, a.LAW).flags == Flag.LATE_ENTRY


def test_what_comes_in_time_needs_no_trust():
    life = Life().do(a.SIGN, at=minute(1), now=minute(2), clock_error_ms=40)
    assert (life.case.history[-1].late, life.case.history[-1].clock_error_ms) == (False, None)
    assert not life.case.has_late


def test_an_order_is_late_only_when_it_was_made_offline():
    order = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET)
    for offline in (False, True):
        act = b.act(order, a.HOTLINE, b.NOON, offline=offline)
        found = rules.judge(act, None, a.HOTLINE, a.LAW, b.NOON + DAY)
        assert isinstance(found, tuple)
        assert found[0].late is offline


# ---- caught up


def test_a_fact_may_be_caught_up_with_the_time_it_happened():
    life = Life()
    life.do(a.SIGN, at=minute(90), happened_at=minute(10), clock_error_ms=7)
    recorded = life.case.history[-1]
    assert (recorded.at, recorded.made_at, recorded.entered_at) == (minute(10), minute(90), minute(90))
    assert (recorded.caught_up, recorded.late, recorded.clock_error_ms) == (True, False, 7)
    assert (life.case.signed_at, life.case.has_late) == (minute(10), True)


def test_a_caught_up_contact_counts_when_it_was():
    life = Life().do(a.SIGN, at=minute(1)).do(a.REACHED, at=minute(20))
    life.do(a.REACHED, at=minute(30), happened_at=minute(10))
    assert life.case.history[-1].event == e.ContactRecorded(reached=True, counts=True, moves=minute(20))
    assert life.case.contacted_at == minute(10)


def test_what_is_caught_up_from_an_earlier_holding_is_a_note():
    life = a.signed().do(a.TRANSFER, a.HOTLINE)
    life.do(msgspec.structs.replace(a.TRANSFER, to=b.STREET), a.HOTLINE).do(a.SIGN)
    life.do(a.REACHED, happened_at=minute(1.5))
    assert life.case.history[-1].event == e.NoteAdded(text="", instead_of="record_contact")
    assert life.case.state is S.SIGNED


@pytest.mark.parametrize(
    ("command", "by", "happened_at", "expected"),
    [
        (a.REPLY, a.LEADER, minute(30), (R.CONTRADICTION, "happened_at")),
        (a.REACHED, a.DISPATCHER, minute(60) + SECOND, (R.IN_THE_FUTURE, "happened_at")),
        (a.REACHED, a.DISPATCHER, minute(60), None),
        (a.REACHED, a.DISPATCHER, b.NOON - SECOND, (R.BEFORE_THE_CASE, "happened_at")),
        (a.REACHED, a.DISPATCHER, b.NOON, None),
        (a.REACHED, a.SUPERVISOR, minute(60) + SECOND, (R.IN_THE_FUTURE, "happened_at")),
    ],
)
def test_what_cannot_have_happened(
    command: c.AnyCommand, by: Actor, happened_at: dt.datetime, expected: tuple[R, str] | None
):
    life = a.signed()
    assert life.refusal(command, by, minute(60), happened_at=happened_at) == expected


def test_a_catch_up_entry_has_a_term():
    life = a.signed()
    then = life.at
    assert life.refusal(a.REACHED, at=then + 72 * HOUR, happened_at=then) is None
    late = life.refusal(a.REACHED, at=then + 72 * HOUR + SECOND, happened_at=then)
    assert late == (R.TOO_LATE, "happened_at")


def test_an_order_cannot_have_happened():
    act = b.act(b.receive(), a.HOTLINE, happened_at=b.NOON)
    found = rules.judge(act, None, a.HOTLINE, a.LAW, b.NOON)
    assert (found.reason, found.field) == (R.CONTRADICTION, "happened_at")  # pyright: ignore[reportAttributeAccessIssue]


def test_every_fact_that_may_be_caught_up_has_a_row():
    assert set(ROW) >= CAN_HAVE_HAPPENED
    assert set(ROW) >= FACTS


# ---- the past, as it is known now


def test_a_case_as_of_an_instant_leaves_out_what_came_after_and_what_was_undone():
    life = Life().do(a.SIGN, at=minute(5)).do(c.Assign(case=ONE, assignee="team"), at=minute(6))
    life.do(a.undo(life), at=minute(7))
    life.late(a.SIGN, minute(2), a.COLLEAGUE)
    case = life.case
    assert as_of(case, minute(-10)).state is S.DISPATCHED
    assert as_of(case, minute(3)).signed_at == minute(2)
    assert as_of(case, minute(6)).assignee == ""
    assert as_of(case, minute(99)).signed_at == minute(2)


def test_a_history_without_an_order_is_none():
    (recorded,) = Life().do(a.SIGN).case.history[1:]
    with pytest.raises(ValueError, match="without an order"):
        replay((recorded,), b.new_case().revision)


def test_who_acts_where_a_code_covers_nothing():
    nobody = Actor(person=b.DISPATCHER.person, name="x", unit=UnitId(""), roles=frozenset({Role.DISTRICT}))
    assert a.return_requested().refusal(a.grant(e.RequestKind.RETURN), nobody) == (R.NOT_YOUR_CASE, "")


@pytest.mark.parametrize(
    "answered",
    [
        lambda life: life.do(a.RETURN, a.LEADER).do(a.refuse(e.RequestKind.RETURN), a.HOTLINE, life.at - 2 * MINUTE),
        lambda life: life.do(a.RETURN).do(a.send(e.RequestKind.RETURN), a.LEADER, life.at - 2 * MINUTE),
        lambda life: life.do(a.RETURN).do(a.drop(e.RequestKind.RETURN), at=life.at - 2 * MINUTE),
        lambda life: life.do(a.RETURN, a.LEADER).do(
            a.grant(e.RequestKind.RETURN), a.HOTLINE, life.at - 2 * MINUTE, life.at + MINUTE
        ),
    ],
    ids=["refused", "sent", "dropped", "granted"],
)
def test_an_answer_dated_before_what_it_answers_does_not_count_before_it(answered: Callable[[Life], Life]):
    life = Life().do(a.SIGN)
    life.at = minute(10)
    life = answered(life)
    between = life.at - 2 * MINUTE
    assert as_of(life.case, between).requests == ()
    assert as_of(life.case, between).state is S.SIGNED
    assert life.late(a.SIGN, between, a.COLLEAGUE) == (e.NoteAdded(text="", instead_of="sign_for"),)


def test_a_resumption_dated_before_its_suspension_does_not_count_before_it():
    life = a.suspended().do(c.ResumeCase(case=ONE), a.HOTLINE, b.NOON + 3 * MINUTE)
    assert as_of(life.case, b.NOON + 3 * MINUTE).suspensions == ()
    assert as_of(life.case, b.NOON + 3 * MINUTE).state is S.IN_HAND


def closed_elsewhere() -> Life:
    """A case that came to the street closed: nobody ever signed for it."""
    life = Life()
    command = c.ReceiveOrder(case=ONE, order=life.case.order, holder=b.STREET, closed_at=b.NOON)
    found = rules.judge(b.act(command, a.HOTLINE), None, a.HOTLINE, life.law, b.NOON)
    assert isinstance(found, tuple)
    life.case = replay(found, life.case.revision)
    return life


@pytest.mark.parametrize("stage", ["closed elsewhere", "closed"])
def test_the_round_a_signature_belongs_to_is_told_by_its_instant(stage: str):
    life = a.closed() if stage == "closed" else closed_elsewhere()
    signed_at = life.case.signed_at
    assert (signed_at is None) == (stage == "closed elsewhere")
    life.do(c.ReopenCase(case=ONE, reason="it is dark again"), a.HOTLINE)
    assert life.case.redo_at == life.at
    life.do(a.SIGN, at=life.at - 30 * SECOND, now=life.at + 20 * SECOND)
    assert life.case.redo_signed_at is None
    assert life.case.signed_at == (signed_at or life.case.history[-1].at)


def test_a_catch_up_of_the_first_round_is_refused_once_the_redo_is_signed_for():
    life = a.redo().do(a.SIGN)
    before = life.case.redo_at
    assert before is not None
    assert life.refusal(a.SIGN, a.COLLEAGUE, happened_at=before - MINUTE) == (R.ALREADY_SO, "")
    life.late(a.SIGN, before - MINUTE, a.COLLEAGUE)
    assert life.case.history[-1].event == e.NoteAdded(text="", instead_of="sign_for")


def test_a_second_signature_of_a_former_holder_is_a_note_when_it_is_caught_up():
    life = Life().do(a.SIGN).do(a.TRANSFER, a.HOTLINE, after=HOUR)
    found = life.do(a.SIGN, a.COLLEAGUE, happened_at=minute(30)).case.history[-1]
    assert found.event == e.NoteAdded(text="", instead_of="sign_for")
    assert found.caught_up


def test_a_signature_made_after_the_end_is_a_note_even_where_the_redo_was_never_signed_for():
    life = a.redo().do(a.REACHED).do(a.REPLY, a.LEADER).do(a.SOLVED, a.HOTLINE).do(a.CLOSE)
    assert life.case.redo_signed_at is None
    made = life.at + MINUTE
    life.at = made + HOUR
    assert life.late(a.SIGN, made) == (e.NoteAdded(text="", instead_of="sign_for"),)
    assert life.case.redo_signed_at is None


def test_of_vain_calls_in_one_hour_the_first_counts_whichever_was_written_down_first():
    life = Life().do(a.SIGN)
    for made in (65, 125, 190):
        life.do(a.VAIN, at=minute(made))
    assert life.case.contacted_at == minute(190)
    (event,) = life.late(a.VAIN, minute(182))
    assert isinstance(event, e.ContactRecorded)
    assert (event.counts, event.moves) == (True, minute(190))
    assert life.case.contacted_at == minute(182)
    assert life.case.tried_at == (minute(65), minute(125), minute(190)), "one for each hour"


def test_the_very_instant_of_a_transfer_is_the_new_holders():
    life = Life().do(a.SIGN, at=minute(1)).do(a.TRANSFER, a.HOTLINE, at=minute(10))
    assert life.late(a.SIGN, minute(10), a.YI_DISPATCHER) == (e.SignedFor(),)
    assert life.case.signed_at == minute(10)


def test_nobody_signs_for_a_time_in_which_another_held_the_case():
    life = Life().do(a.TRANSFER, a.HOTLINE, at=minute(10))
    assert life.refusal(a.SIGN, a.YI_DISPATCHER, at=minute(9), now=minute(20), offline=True) == (R.NOT_YOUR_CASE, "")


def test_a_case_as_of_an_instant_keeps_its_revision():
    life = Life().do(a.SIGN).do(a.REACHED)
    assert as_of(life.case, minute(1)).revision == life.case.revision > 0


def test_a_contact_at_the_instant_of_the_one_on_record_moves_nothing():
    life = a.signed().do(a.REACHED)
    met = life.case.contacted_at
    assert met is not None
    (event,) = life.late(a.REACHED, met, a.COLLEAGUE)
    assert isinstance(event, e.ContactRecorded)
    assert (event.counts, event.moves) == (False, None)
    assert life.case.contacted_at == met


def test_a_vain_call_of_a_case_that_was_withdrawn_meanwhile_is_a_note():
    life = a.signed()
    life.at = minute(30)
    life.do(c.WithdrawOrder(case=ONE, reason="by mistake"), a.HOTLINE)
    assert life.late(a.VAIN, minute(20)) == (e.NoteAdded(text="", instead_of="record_contact"),)


def test_a_case_as_of_an_instant_has_what_happened_at_it_and_the_history_of_it():
    life = Life().do(a.SIGN, at=minute(5)).do(a.REACHED, at=minute(6))
    then = as_of(life.case, minute(5))
    assert then.signed_at == minute(5)
    assert then.history == life.case.history[:2]
