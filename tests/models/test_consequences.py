"""What an act does to other cases, whom a case waits for, and what its row in a list tells."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import ENDED, CaseState
from dispatcher.models.consequences import check_target, follow_ups
from dispatcher.models.events import RequestKind
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.queue import NEVER_MS, Flag, epoch_ms, summarise
from dispatcher.models.verdicts import Reason as R
from dispatcher.models.waiting import WaitingFor, WaitingWhy, waiting
from tests import builders as b
from tests.models import living as a
from tests.models.living import DAY, ONE, TWO, Life

S = CaseState
K = RequestKind

# ---- what follows for other cases


def followed(life: Life, command: c.AnyCommand, by: Actor) -> tuple[c.AnyCommand, ...]:
    before = life.case
    life.do(command, by)
    known = len(before.history)
    return follow_ups(command, before, life.case, life.case.history[known:])


def test_a_split_makes_a_child_of_each_part_with_the_parents_order():
    life = Life(confidential=True, no_return=True, feedback_due_at=b.NOON + 3 * DAY, text="dark and bent")
    life.do(a.SIGN).do(a.REACHED).do(c.ChangeUrgency(case=ONE, urgency=Urgency.LIVELIHOOD, reason="ice"), a.HOTLINE)
    first, second = followed(life, a.SPLIT, a.DISPATCHER)
    assert isinstance(first, c.ReceiveOrder)
    assert isinstance(second, c.ReceiveOrder)
    parent = life.case
    assert parent.children == ("child-1", "child-2")
    assert (first.case, first.parent, first.holder) == ("child-1", ONE, parent.holder)
    assert [first.order.number, second.order.number] == [f"{parent.order.number}-1", f"{parent.order.number}-2"]
    assert (first.order.title, first.order.text) == ("the lamp", "dark and bent")
    assert (second.order.title, second.order.text) == ("the pole", "bent")
    assert first.order.urgency is Urgency.LIVELIHOOD
    same = ("dispatched_at", "source", "confidential", "no_return", "feedback_due_at", "place", "category")
    for field in same:
        assert getattr(first.order, field) == getattr(parent.order, field)
    found = rules.judge(b.act(first, CENTRE), None, CENTRE, a.LAW, life.at)
    assert isinstance(found, tuple)


def test_a_split_keeps_its_reason():
    event = a.in_hand().do(a.replaced(a.SPLIT, reason="two trades")).case.history[-1].event
    assert isinstance(event, e.CaseSplit)
    assert event.reason == "two trades"


def test_a_second_split_goes_on_counting():
    life = a.split()
    parts = tuple(c.Part(case=CaseId(f"more-{n}"), title="more") for n in (1, 2))
    found = followed(life, a.replaced(a.SPLIT, parts=parts), a.DISPATCHER)
    assert [command.order.number[-2:] for command in found if isinstance(command, c.ReceiveOrder)] == ["-3", "-4"]


def test_a_merge_tells_the_target():
    life = a.in_hand()
    (absorb,) = followed(life, a.MERGE, a.LEADER)
    assert absorb == c.AbsorbDuplicate(case=TWO, duplicate=ONE, number=life.case.order.number)
    assert life.case.merged_into == TWO
    target = Life().do(a.replaced(absorb, case=ONE, duplicate=TWO), CENTRE)
    assert target.case.duplicates == (TWO,)


def test_a_target_must_be_there_open_and_of_the_same_holder_unless_the_hotline_merges():
    case = a.in_hand().case
    open_, over = Life().case, a.closed().case
    assert check_target(a.MERGE, open_, case, a.LEADER) is None
    elsewhere = msgspec.structs.replace(open_, holder=b.OTHER_STREET)
    assert check_target(a.MERGE, elsewhere, case, a.HOTLINE) is None
    for target, by, reason in (
        (None, a.HOTLINE, R.NO_SUCH_CASE),
        (over, a.HOTLINE, R.WRONG_STATE),
        (elsewhere, a.LEADER, R.NOT_YOUR_CASE),
    ):
        refused = check_target(a.MERGE, target, case, by)
        assert refused is not None
        assert (refused.reason, refused.field) == (reason, "into")
    assert check_target(a.SIGN, None, case, a.LEADER) is None


@pytest.mark.parametrize(
    ("stage", "command", "by"),
    [
        ("called_back", a.CLOSE, a.DISPATCHER),
        ("in_hand", c.WithdrawOrder(case=ONE, reason="x"), a.HOTLINE),
        ("in_hand", a.MERGE, a.LEADER),
    ],
)
def test_a_child_that_ends_tells_its_parent(stage: str, command: c.AnyCommand, by: Actor):
    life = a.STAGES[stage]()
    life.case = msgspec.structs.replace(life.case, parent=TWO)
    assert c.NoteChildEnded(case=TWO, child=ONE) in followed(life, command, by)


@pytest.mark.parametrize("command", [c.ReopenCase(case=ONE, reason="dark"), a.NOT_SOLVED])
def test_a_child_that_is_open_again_tells_its_parent(command: c.AnyCommand):
    life = a.closed()
    received = life.case.history[0]
    assert isinstance(received.event, e.OrderReceived)
    born = msgspec.structs.replace(received, event=msgspec.structs.replace(received.event, parent=TWO))
    life.case = msgspec.structs.replace(life.case, parent=TWO, history=(born, *life.case.history[1:]))
    assert followed(life, command, a.HOTLINE) == (c.NoteChildEnded(case=TWO, child=ONE, again=True),)
    if command is a.NOT_SOLVED:
        assert followed(life, a.undo(life), a.HOTLINE) == (c.NoteChildEnded(case=TWO, child=ONE),)


def test_what_ends_nothing_and_splits_nothing_is_followed_by_nothing():
    assert followed(Life(), a.SIGN, a.DISPATCHER) == ()
    assert followed(a.called_back(), a.CLOSE, a.DISPATCHER) == (), "nobody's child"


def test_a_parent_closes_when_its_last_child_has():
    life = a.split_and_called_back()
    ended = [c.NoteChildEnded(case=ONE, child=child) for child in life.case.children]
    life.do(ended[0], CENTRE)
    assert life.refusal(a.CLOSE) == (R.CHILDREN_OPEN, "")
    life.do(ended[1], CENTRE).do(a.replaced(ended[0], again=True), CENTRE)
    assert life.refusal(a.CLOSE) == (R.CHILDREN_OPEN, "")
    assert life.do(ended[0], CENTRE).refusal(a.CLOSE) is None


# ---- whose turn it is


def test_who_is_waited_for():
    def first(life: Life) -> tuple[WaitingFor, str, dt.datetime, WaitingWhy]:
        (wait,) = waiting(life.case, a.LAW)
        return wait.for_what, wait.unit, wait.since, wait.why

    life = a.signed().do(a.RETURN)
    assert first(life) == (WaitingFor.SHIFT_LEADER, "", life.at, WaitingWhy.RETURN)
    life.do(a.send(K.RETURN), a.LEADER)
    assert first(life) == (WaitingFor.HOTLINE, "", life.at, WaitingWhy.RETURN)
    life.do(a.grant(K.RETURN), a.HOTLINE)
    assert first(life) == (WaitingFor.HOTLINE, "", life.at, WaitingWhy.NEW_HOLDER)
    life = a.disputed()
    assert first(life) == (WaitingFor.ADJUDICATION, "", life.at, WaitingWhy.RETURN)
    life = a.in_review()
    assert first(life) == (WaitingFor.SHIFT_LEADER, "", life.at, WaitingWhy.REVIEW)
    life = a.replied()
    assert first(life) == (WaitingFor.CITIZEN, "", life.at, WaitingWhy.CALL_BACK)
    life = a.whistled()
    assert first(life) == (WaitingFor.DEPARTMENT, b.URBAN, life.at, WaitingWhy.WHISTLE)
    assert waiting(Life().case, a.LAW) == ()


def test_several_are_waited_for_at_once_the_department_that_is_due_first_before_all():
    life = a.whistled().do(a.EXTENSION, a.LEADER).do(a.EXCLUSION)
    blow = b.blow(whistle="w-2")
    life.do(a.replaced(blow, lead=b.GAS, assisting=()))
    signed = c.PassMilestone(case=ONE, whistle=a.W, unit=b.URBAN, milestone=e.Milestone.SIGNED)
    life.do(signed, a.LIAISON)
    found = waiting(life.case, a.LAW)
    assert [(wait.for_what, wait.unit, wait.why) for wait in found] == [
        (WaitingFor.DEPARTMENT, b.WATER, WaitingWhy.WHISTLE),
        (WaitingFor.DEPARTMENT, b.GAS, WaitingWhy.WHISTLE),
        (WaitingFor.HOTLINE, "", WaitingWhy.EXTENSION),
        (WaitingFor.SHIFT_LEADER, "", WaitingWhy.EXCLUSION),
    ]
    withdrawn = life.do(c.WithdrawOrder(case=ONE, reason="x"), a.HOTLINE).case
    assert {wait.for_what for wait in waiting(withdrawn, a.LAW)} == {WaitingFor.DEPARTMENT}


# ---- the row of a list


@pytest.mark.parametrize(
    ("life", "flag"),
    [
        (a.suspended(), Flag.SUSPENDED),
        (a.supervised(), Flag.SUPERVISED),
        (a.excluded(), Flag.EXCLUDED),
        (a.in_hand().do(a.EXTENSION, a.LEADER).do(a.grant(K.EXTENSION), a.HOTLINE), Flag.EXTENDED),
        (a.returned().do(a.TRANSFER, a.HOTLINE), Flag.RETURNED_ONCE),
        (a.split(), Flag.PARENT),
        (a.child(), Flag.CHILD),
        (a.drafted(a.EXTENSION), Flag.REQUESTED),
        (a.extension_sent_by_leader(), Flag.REQUESTED),
        (Life().do(c.Urge(case=ONE), a.HOTLINE), Flag.URGED),
        (a.redo(), Flag.REDO),
    ],
)
def test_what_is_special_about_a_case_is_a_flag_of_its_row(life: Life, flag: Flag):
    assert summarise(life.case, a.LAW).flags == flag


def test_a_flag_goes_with_what_it_tells():
    lifted = a.supervised().do(c.LiftSupervision(case=ONE, level=1, reason="well"), a.SUPERVISOR)
    resumed = a.suspended().do(c.ResumeCase(case=ONE), a.LEADER)
    transferred = Life().do(a.TRANSFER, a.HOTLINE)
    for life in (lifted, resumed, transferred, a.extension_refused()):
        assert summarise(life.case, a.LAW).flags == 0


def test_the_flood_switch_raises_the_urgency_of_a_row_and_says_so():
    policy = b.policy()
    flood = msgspec.structs.replace(policy, flood=msgspec.structs.replace(policy.flood, categories=("drainage",)))
    law = msgspec.structs.replace(a.LAW, policy=flood, flood=True)
    dry, wet = Life().case, Life(category=("city", "drainage")).case
    assert (summarise(dry, law).urgency, summarise(dry, law).flags) == (Urgency.ORDINARY, 0)
    assert (summarise(wet, law).urgency, summarise(wet, law).flags) == (Urgency.FLOOD, Flag.FLOOD_ON)
    assert summarise(wet, msgspec.structs.replace(law, flood=False)).flags == 0


@pytest.mark.parametrize("stage", list(a.STAGES))
def test_a_row_is_open_until_its_case_has_ended(stage: str):
    life = a.STAGES[stage]()
    row = summarise(life.case, a.LAW)
    assert row.is_open is (life.case.state not in ENDED)
    assert row.closed_ms == (NEVER_MS if row.is_open else epoch_ms(life.at))


def test_a_row_names_whom_it_waits_for():
    life = a.replied()
    row = summarise(life.case, a.LAW)
    assert (row.waiting_for, row.waiting_ms) == ("citizen", epoch_ms(life.at))
    life = a.whistled().do(a.EXTENSION)
    row = summarise(life.case, a.LAW)
    assert row.waiting_for == b.URBAN
    assert summarise(Life().case, a.LAW).waiting_ms == NEVER_MS
