"""Blowing a whistle and approving it afterwards: who may, what it is refused for, and what it keeps."""

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import (
    Milestone,
    Passed,
    WhistleGround,
    WhistleKind,
)
from tests import builders as b
from tests.models.whistling import (
    HOUR,
    MINUTE,
    Story,
    blow,
    of_whistle,
)

KINDS = tuple(WhistleKind)


@pytest.mark.parametrize(
    ("kind", "may", "may_not"),
    [
        (WhistleKind.EMERGENCY, (b.DISPATCHER, b.LEADER), (b.SUPERVISOR,)),
        (WhistleKind.ROUTINE, (b.DISPATCHER, b.LEADER), (b.SUPERVISOR,)),
        (WhistleKind.ENFORCEMENT, (b.LEADER,), (b.DISPATCHER, b.SUPERVISOR)),
        (WhistleKind.BREAKTHROUGH, (b.SUPERVISOR,), (b.DISPATCHER, b.LEADER)),
    ],
)
def test_each_kind_is_blown_by_its_own_people(kind: WhistleKind, may: tuple[Actor, ...], may_not: tuple[Actor, ...]):
    for by in may:
        assert Story(None).do(blow(kind), by).whistle.kind is kind
    for by in may_not:
        assert Story(None).refusal(blow(kind), by) == (Reason.NOT_YOUR_ROLE, "kind")


def test_only_an_emergency_is_blown_before_the_case_is_in_hand():
    story = Story(None)
    story.case = b.new_case()
    for kind, by in (
        (WhistleKind.ROUTINE, b.DISPATCHER),
        (WhistleKind.ENFORCEMENT, b.LEADER),
        (WhistleKind.BREAKTHROUGH, b.SUPERVISOR),
    ):
        assert story.refusal(blow(kind), by) == (Reason.WRONG_STATE, "kind")
    assert story.do(blow()).whistle.is_open


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"demand": " "}, (Reason.MISSING_FIELD, "demand")),
        ({"place": ""}, (Reason.MISSING_FIELD, "place")),
        ({"ground": WhistleGround.JOINT_ENFORCEMENT}, (Reason.CONTRADICTION, "ground")),
        ({"simple": True}, (Reason.CONTRADICTION, "simple")),
        ({"appointed_at": b.NOON - MINUTE}, (Reason.BAD_FIELD, "appointed_at")),
        ({"assisting": (b.WATER, b.URBAN)}, (Reason.ALREADY_SUMMONED, "assisting")),
        ({"assisting": (b.WATER, b.WATER)}, (Reason.ALREADY_SUMMONED, "assisting")),
        ({"lead": UnitId("nobody")}, (Reason.UNKNOWN_UNIT, "lead")),
        ({"assisting": (UnitId("nobody"),)}, (Reason.UNKNOWN_UNIT, "assisting")),
    ],
)
def test_a_whistle_that_contradicts_itself_is_not_blown(changes: dict[str, object], expected: tuple[Reason, str]):
    assert Story(None).refusal(blow(**changes)) == expected


def test_a_whistles_id_is_taken_once():
    assert Story().refusal(blow()) == (Reason.ALREADY_THERE, "whistle")


def test_a_whistle_keeps_what_it_was_blown_with():
    appointed = b.NOON + HOUR
    more = {"cases": (CaseId("case-2"),), "simple": True, "appointed_at": appointed, "assisting": (b.WATER,)}
    whistle = Story(WhistleKind.ROUTINE, **more).whistle
    assert (whistle.ground, whistle.cases, whistle.simple) == (WhistleGround.CITIZENS_PRESS, ("case-2",), True)
    assert (whistle.appointed_at, whistle.valid_until) == (appointed, appointed)
    assert [(s.unit, s.lead, s.passed) for s in whistle.summons] == [
        (b.URBAN, True, (Passed(Milestone.NOTIFIED, b.NOON, b.DISPATCHER.person),)),
        (b.WATER, False, (Passed(Milestone.NOTIFIED, b.NOON, b.DISPATCHER.person),)),
    ]


# ---- approval afterwards


def test_an_emergency_is_approved_afterwards_once_by_a_leader_who_did_not_blow_it():
    story = Story()
    assert story.whistle.approved_at is None
    also_leader = b.person("li", b.STREET, Role.SHIFT_LEADER)
    assert story.refusal(of_whistle(c.ApproveWhistle), also_leader) == (Reason.NOT_YOUR_ROLE, "whistle")
    story.do(of_whistle(c.ApproveWhistle), b.LEADER, 20)
    assert (story.whistle.approved_at, story.whistle.approved_by) == (story.at(20), b.LEADER.person)
    assert story.refusal(of_whistle(c.ApproveWhistle), b.LEADER) == (Reason.ONLY_ONCE, "whistle")


def test_a_leaders_own_emergency_needs_no_other_approval():
    story = Story(None).do(blow(), b.LEADER)
    assert (story.whistle.approved_at, story.whistle.approved_by) == (b.NOON, b.LEADER.person)
    assert story.refusal(of_whistle(c.ApproveWhistle), b.LEADER) == (Reason.ONLY_ONCE, "whistle")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not WhistleKind.EMERGENCY])
def test_no_other_kind_is_approved(kind: WhistleKind):
    story = Story(kind)
    assert story.whistle.approved_at is None
    assert story.refusal(of_whistle(c.ApproveWhistle), b.LEADER) == (Reason.CONTRADICTION, "whistle")
