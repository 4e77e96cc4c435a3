"""Judging an act: who may take in which order, what is looked at first, whose cases are whose."""

from typing import get_args

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import CaseState
from dispatcher.models.events import RequestKind
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.transitions import PARTY
from dispatcher.models.verdicts import Reason as R
from tests import builders as b
from tests.models import living as a
from tests.models.living import HOUR, MINUTE, NOBODY, ONE, SECOND, TWO, Life

S = CaseState
K = RequestKind

# ---- receiving

LOCAL = f"L-{b.STREET}-20260303-1"
MADE_AT_DESK = c.ReceiveOrder(case=ONE, order=b.order(LOCAL), holder=b.STREET)
SENT = c.ReceiveOrder(case=ONE, order=b.order(), holder=b.STREET)


def received(command: c.ReceiveOrder, by: Actor, law: Law = a.LAW) -> tuple[R, str] | None:
    found = rules.judge(b.act(command, by), None, by, law, b.NOON)
    return None if isinstance(found, tuple) else (found.reason, found.field)


@pytest.mark.parametrize(
    ("command", "by", "expected"),
    [
        (SENT, a.HOTLINE, None),
        (MADE_AT_DESK, a.DISPATCHER, None),
        (MADE_AT_DESK, a.LEADER, None),
        (a.replaced(SENT, parent=TWO), CENTRE, None),
        (SENT, a.SUPERVISOR, (R.NOT_YOUR_ROLE, "")),
        (a.replaced(MADE_AT_DESK, holder=b.OTHER_STREET), a.DISPATCHER, (R.NOT_YOUR_CASE, "holder")),
        (SENT, a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (
            a.replaced(SENT, order=b.order(f"L-{b.OTHER_STREET}-20260303-1")),
            a.DISPATCHER,
            (R.BAD_FIELD, "order.number"),
        ),
        (a.replaced(SENT, order=b.order(f"L-{b.STREET}-20261332-1")), a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (a.replaced(SENT, order=b.order(f"L-{b.STREET}-20260303-")), a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (a.replaced(SENT, order=b.order(" ")), a.HOTLINE, (R.MISSING_FIELD, "order.number")),
        (a.replaced(SENT, order=b.order(source="")), a.HOTLINE, (R.MISSING_FIELD, "order.source")),
        (a.replaced(SENT, order=b.order(title=" ")), a.HOTLINE, (R.MISSING_FIELD, "order.title")),
        (a.replaced(SENT, order=b.order(dispatched_at=b.NOON + 5 * MINUTE)), a.HOTLINE, None),
        (
            a.replaced(SENT, order=b.order(dispatched_at=b.NOON + 5 * MINUTE + SECOND)),
            a.HOTLINE,
            (R.IN_THE_FUTURE, "order.dispatched_at"),
        ),
        (a.replaced(SENT, closed_at=b.NOON), a.HOTLINE, None),
        (a.replaced(SENT, closed_at=b.NOON - SECOND), a.HOTLINE, (R.BEFORE_THE_CASE, "closed_at")),
        (a.replaced(SENT, closed_at=b.NOON + 5 * MINUTE), a.HOTLINE, None),
        (a.replaced(SENT, closed_at=b.NOON + 5 * MINUTE + SECOND), a.HOTLINE, (R.IN_THE_FUTURE, "closed_at")),
        (a.replaced(SENT, holder=b.GAS), a.HOTLINE, (R.UNKNOWN_UNIT, "holder")),
        (a.replaced(SENT, parent=TWO), a.HOTLINE, (R.CONTRADICTION, "parent")),
        (a.replaced(MADE_AT_DESK, parent=TWO), a.LEADER, (R.CONTRADICTION, "parent")),
    ],
)
def test_who_may_take_in_which_order(command: c.ReceiveOrder, by: Actor, expected: tuple[R, str] | None):
    assert received(command, by) == expected


def test_where_no_holders_are_known_none_is_unknown():
    assert received(a.replaced(SENT, holder=b.GAS), a.HOTLINE, b.law()) is None


def test_a_case_is_received_once():
    assert Life().refusal(b.receive(), a.HOTLINE) == (R.ALREADY_THERE, "case")


def test_an_order_keeps_its_parent_and_its_urging():
    life = Life(urged=2).do(c.Urge(case=ONE, note="again"), a.HOTLINE)
    assert life.case.urged == 3
    found = rules.judge(b.act(a.replaced(SENT, parent=TWO), CENTRE), None, CENTRE, a.LAW, b.NOON)
    assert isinstance(found, tuple)
    assert isinstance(found[0].event, e.OrderReceived)
    assert found[0].event.parent == TWO


# ---- judging in order: time, role, reach, state


def test_time_is_looked_at_before_the_case_and_the_case_before_the_role():
    life = a.signed()
    late = life.at + HOUR
    assert life.refusal(a.SIGN, a.SUPERVISOR, now=late, valid_until=late - SECOND) == (R.EXPIRED, "valid_until")
    far = life.at + 5 * MINUTE + SECOND
    assert life.refusal(a.SIGN, a.SUPERVISOR, far, life.at) == (R.IN_THE_FUTURE, "made_at")
    early = b.NOON - 5 * MINUTE - SECOND
    assert life.refusal(a.SIGN, a.SUPERVISOR, early) == (R.BEFORE_THE_CASE, "made_at")
    assert life.refusal(a.SIGN, a.SUPERVISOR, b.NOON - 5 * MINUTE) == (R.NOT_YOUR_ROLE, "")
    nothing = rules.judge(b.act(a.SIGN, a.SUPERVISOR), None, a.SUPERVISOR, a.LAW, b.NOON)
    assert (nothing.reason, nothing.field) == (R.NO_SUCH_CASE, "case")  # pyright: ignore[reportAttributeAccessIssue]


def test_role_is_looked_at_before_reach_and_reach_before_state():
    closed = a.closed()
    assert closed.refusal(a.SIGN, a.LIAISON) == (R.NOT_YOUR_ROLE, "")
    assert closed.refusal(a.SIGN, a.YI_DISPATCHER) == (R.NOT_YOUR_CASE, "")
    assert closed.refusal(a.SIGN) == (R.WRONG_STATE, "")


def test_one_role_that_reaches_is_enough():
    both = b.person("zhou", b.OTHER_STREET, Role.DISPATCHER, Role.HOTLINE)
    life = a.replied()
    assert life.refusal(a.REPLY, both) == (R.NOT_YOUR_CASE, "")
    life.do(a.SOLVED, both)
    assert life.case.call_backs[0].by_hotline
    leader = b.person("zheng", b.STREET, Role.DISPATCHER, Role.SHIFT_LEADER)
    assert a.in_hand().do(a.REPLY, leader).case.state is S.REPLIED


def test_a_role_that_does_not_reach_lends_nothing():
    district = b.person("feng", UnitId("110105"), Role.SUPERVISOR, Role.DISTRICT)
    life = Life()
    assert life.refusal(c.Supervise(case=ONE, level=2, reason="x"), district) is None
    abroad = b.person("feng", UnitId("110106"), Role.SUPERVISOR, Role.DISTRICT)
    assert life.refusal(c.Supervise(case=ONE, level=1, reason="x"), abroad) == (R.NOT_YOUR_CASE, "")


@pytest.mark.parametrize(
    ("worker", "assignee", "community", "expected"),
    [
        (a.WORKER, "wu", NOBODY, None),
        (a.WORKER, "Wu", NOBODY, None),
        (a.WORKER, "somebody", NOBODY, (R.NOT_YOUR_CASE, "")),
        (a.WORKER, "somebody", a.COMMUNITY, (R.NOT_YOUR_CASE, "")),
        (a.OF_COMMUNITY, "somebody", a.COMMUNITY, None),
        (a.OF_COMMUNITY, "xu", UnitId(f"{b.STREET}004"), (R.NOT_YOUR_CASE, "")),
        (b.person("wu", b.OTHER_STREET, Role.COMMUNITY_WORKER), "wu", NOBODY, (R.NOT_YOUR_CASE, "")),
        (
            b.person("he", UnitId(f"{b.OTHER_STREET}003"), Role.COMMUNITY_WORKER),
            "he",
            UnitId(f"{b.OTHER_STREET}003"),
            (R.NOT_YOUR_CASE, ""),
        ),
    ],
)
def test_a_community_worker_owns_what_is_assigned_to_him_and_the_cases_of_his_community(
    worker: Actor, assignee: str, community: UnitId, expected: tuple[R, str] | None
):
    place = msgspec.structs.replace(b.order().place, community_code=community)
    life = Life(place=place).do(a.SIGN).do(c.Assign(case=ONE, assignee=assignee))
    assert life.refusal(c.ReportProgress(case=ONE, text="there"), worker) == expected
    assert life.refusal(a.SIGN, worker) == (R.NOT_YOUR_ROLE, "")


def test_nobody_is_the_assignee_of_an_unassigned_case():
    nameless = Actor(person=b.DISPATCHER.person, name="", unit=b.STREET, roles=frozenset({Role.COMMUNITY_WORKER}))
    assert a.signed().refusal(a.REACHED, nameless) == (R.NOT_YOUR_CASE, "")


def test_a_liaison_reaches_what_his_unit_is_summoned_to_and_no_further():
    signed = c.PassMilestone(case=ONE, whistle=a.W, unit=b.URBAN, milestone=e.Milestone.SIGNED)
    assert a.in_hand().refusal(signed, a.LIAISON) == (R.NOT_SUMMONED, "unit")
    life = a.whistled()
    assert life.refusal(signed, a.LIAISON) is None
    assert rules.possible(c.PassMilestone, life.case, b.person("gas", b.GAS, Role.LIAISON)) is R.NOT_SUMMONED
    for command in set(get_args(c.AnyCommand)) - PARTY:
        assert rules.possible(command, life.case, a.LIAISON) is R.NOT_YOUR_ROLE
