"""Merge by field: what merges in any order, what collides, and what a collision tells."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.events import Ground, RequestKind
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import Revision
from dispatcher.models.merging import Value, collision, seen_in, text_in, value_of, wanted
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Changed, Reason, Refused
from tests import builders as b

MINUTE = dt.timedelta(minutes=1)
CASE = b.case_in_hand()
HERE = {"case": CASE.id}
REVIEW = b.NOON + dt.timedelta(days=9)


def made(
    case: Case, command: c.AnyCommand, by: Actor, minutes: int, seen: Case | None = None, **more: object
) -> Case | Refused:
    """Judge one act made so many minutes after noon by somebody who saw the case as `seen`."""
    at = b.NOON + minutes * MINUTE
    saw = None if seen is None else seen_in(command, seen)
    act = msgspec.structs.replace(b.act(command, by, at, f"act-{by.person}-{minutes}"), seen=saw, **more)
    found = judge(act, case, by, b.law(), at)
    if isinstance(found, Refused):
        return found
    for recorded in found:
        case = evolve(case, recorded, Revision(case.revision + 1))
    return case


EXTENSION = c.RequestExtension(**HERE, until=b.NOON + dt.timedelta(days=9), reason="parts")
SETTING = [
    (c.Assign(**HERE, assignee="team 1"), c.Assign(**HERE, assignee="team 2"), b.DISPATCHER),
    (
        c.ChangeUrgency(**HERE, urgency=Urgency.LIVELIHOOD, reason="water"),
        c.ChangeUrgency(**HERE, urgency=Urgency.COMPLEX, reason="old"),
        b.HOTLINE,
    ),
    (
        c.Transfer(**HERE, to=b.OTHER_STREET, reason="wrong street"),
        c.Transfer(**HERE, to=b.URBAN, reason="their duty"),
        b.HOTLINE,
    ),
    (b.reply(), msgspec.structs.replace(b.reply(), result="another"), b.DISPATCHER),
    (EXTENSION, msgspec.structs.replace(EXTENSION, reason="people"), b.DISPATCHER),
]


@pytest.mark.parametrize(("theirs", "mine", "by"), SETTING, ids=lambda part: type(part).__name__)
def test_two_values_for_one_thing_collide_with_both_told(theirs: c.AnyCommand, mine: c.AnyCommand, by: Actor):
    after = made(CASE, theirs, by, 1, CASE)
    assert isinstance(after, Case)
    found = made(after, mine, by, 2, CASE)
    value = value_of(mine)
    assert isinstance(found, Refused)
    assert value is not None
    assert (found.reason, found.field) == (Reason.CHANGED_MEANWHILE, value.value)
    assert found.changed == Changed(
        seen=text_in(value, CASE),
        mine=wanted(mine) or "",
        theirs=text_in(value, after),
        by_name=by.name,
        at=b.NOON + MINUTE,
    )
    assert found.changed.mine != found.changed.theirs


@pytest.mark.parametrize(("theirs", "mine", "by"), SETTING, ids=lambda part: type(part).__name__)
def test_what_says_nothing_of_what_it_saw_is_never_compared(theirs: c.AnyCommand, mine: c.AnyCommand, by: Actor):
    after = made(CASE, theirs, by, 1)
    assert isinstance(after, Case)
    found = made(after, mine, by, 2)
    assert not isinstance(found, Refused) or found.reason is not Reason.CHANGED_MEANWHILE


def test_a_decision_for_the_own_value_holds_and_names_the_refused_act():
    after = made(CASE, c.Assign(**HERE, assignee="team 1"), b.LEADER, 1, CASE)
    assert isinstance(after, Case)
    kept = made(after, c.Assign(**HERE, assignee="team 2"), b.DISPATCHER, 2, after, replaces="refused-1")
    assert isinstance(kept, Case)
    assert kept.assignee == "team 2"
    assert [recorded.replaces for recorded in kept.history][-2:] == ["", "refused-1"]


def test_acts_on_different_values_merge_in_any_order():
    acts = [
        (c.Assign(**HERE, assignee="team 1"), b.DISPATCHER, 1),
        (c.ChangeUrgency(**HERE, urgency=Urgency.LIVELIHOOD, reason="water"), b.HOTLINE, 2),
        (c.RequestSuspension(**HERE, review_at=REVIEW, reason="r", public_reason="p"), b.LEADER, 3),
        (c.AddNote(**HERE, text="the key is at the gate"), b.DISPATCHER, 4),
    ]  # fmt: skip
    ends: list[tuple[object, ...]] = []
    for order in (acts, acts[::-1], acts[1:] + acts[:1]):
        case = CASE
        for command, by, minutes in order:
            after = made(case, command, by, minutes, CASE)  # everybody saw it as it stood before them all
            assert isinstance(after, Case), after
            case = after
        ends.append((case.assignee, case.urgency, len(case.requests), case.state))
    assert len(set(ends)) == 1


def test_wanting_the_same_is_no_collision_and_a_value_taken_back_is_none():
    one = made(CASE, c.Assign(**HERE, assignee="team 1"), b.LEADER, 1, CASE)
    assert isinstance(one, Case)
    assert isinstance(made(one, c.Assign(**HERE, assignee="team 1"), b.DISPATCHER, 2, CASE), Case)
    undone = made(one, c.Undo(**HERE, act=one.history[-1].act), b.LEADER, 2)
    assert isinstance(undone, Case)
    assert isinstance(made(undone, c.Assign(**HERE, assignee="team 2"), b.DISPATCHER, 3, CASE), Case)


def test_a_leader_never_lets_a_reply_out_that_he_has_not_read():
    written = made(CASE, b.reply(), b.DISPATCHER, 1, CASE)
    assert isinstance(written, Case)
    back = made(written, c.SendBackReply(**HERE, reason="say when"), b.LEADER, 2, written)
    assert isinstance(back, Case)
    again = made(back, msgspec.structs.replace(b.reply(), result="on Friday"), b.DISPATCHER, 3, back)
    assert isinstance(again, Case)
    found = made(again, c.ApproveReply(**HERE), b.LEADER, 4, written)
    assert isinstance(found, Refused)
    assert found.reason is Reason.CHANGED_MEANWHILE
    assert isinstance(made(again, c.ApproveReply(**HERE), b.LEADER, 4, again), Case)


def test_who_is_out_of_reach_hears_that_first():
    after = made(CASE, c.Assign(**HERE, assignee="team 1"), b.LEADER, 1, CASE)
    assert isinstance(after, Case)
    found = made(after, c.Assign(**HERE, assignee="team 2"), b.STRANGER, 2, CASE)
    assert isinstance(found, Refused)
    assert found.reason is Reason.NOT_YOUR_CASE


def test_every_value_has_a_text_and_each_kind_of_request_its_own():
    asked = made(CASE, EXTENSION, b.DISPATCHER, 1, CASE)
    assert isinstance(asked, Case)
    assert text_in(Value.EXTENSION, asked) == wanted(EXTENSION)
    assert text_in(Value.SUSPENSION, asked) == ""
    for value in Value:
        assert isinstance(text_in(value, CASE), str)
    exclusion = c.RequestExclusion(**HERE, ground=Ground.PROVED_FALSE, reason="r", evidence=("map",))
    assert value_of(exclusion) is Value.EXCLUSION
    assert value_of(c.DecideRequest(**HERE, kind=RequestKind.RETURN, granted=True)) is Value.RETURN
    assert value_of(c.SignFor(**HERE)) is None
    assert collision(c.SignFor(**HERE), "anything", CASE) is None
