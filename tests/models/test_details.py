"""What a refusal tells beside its reason and its field: the value at fault, or the bound it broke, for words."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import rules
from dispatcher.models.case import Case
from dispatcher.models.consequences import check_target
from dispatcher.models.ids import CommandId, UnitId, WhistleId
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.verdicts import Reason as R
from dispatcher.models.verdicts import Refused
from dispatcher.models.whistle import MeetingTask, Milestone, WhistleGround, WhistleKind
from tests import builders as b
from tests.models import living as a
from tests.models import whistling as w
from tests.models.living import DAY, HOUR, MINUTE, ONE, SECOND, TWO, Life
from tests.models.test_refusals import REFUSALS
from tests.models.whistling import Story

OFFICE_OUT = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC)
"""18:00 in Beijing on the working day after `NOON`: the end of a limit of one working day."""


def iso(at: dt.datetime) -> str:
    return at.isoformat()


BOUNDS = {
    "sign a redo twice": iso(a.redo().do(a.SIGN).at),
    "return too late": iso(OFFICE_OUT),
    "send a return too late": iso(OFFICE_OUT),
    "urgent return too late": iso(b.NOON + 2 * HOUR),
    "extension too late": iso(b.NOON + 7 * DAY),
    "send an extension too late": iso(b.NOON + 7 * DAY),
    "no extension": iso(b.NOON + 7 * DAY),
    "extension too long": iso(b.NOON + 14 * DAY),
    "extension of a date too long": iso(b.NOON + 19 * DAY),
    "suspension until yesterday": iso(b.NOON + 60 * DAY),
    "resumed too early": iso(b.NOON + 60 * DAY),
    "reopen too late": iso(a.closed().at + 30 * DAY),
    "a number it has": "N-1",
    "a number twice": "C-1",
    "split a child": TWO,
}
"""Bounds that were broken, and values that stand in the case, not in the command."""
SAID_BY_THE_REASON = (
    R.MISSING_FIELD, R.NO_EVIDENCE, R.NOT_CONTACTED, R.REQUEST_OPEN, R.FINAL, R.NO_RETURN, R.ALREADY_REQUESTED,
    R.ONLY_ONCE, R.WHISTLES_OPEN, R.CHILDREN_OPEN, R.NOT_CALLED_BACK, R.CONFIDENTIAL,
)  # fmt: skip


def told(name: str, life: Life, command: c.AnyCommand, reason: R, field: str) -> str:
    case = life.case
    if name in BOUNDS:
        return BOUNDS[name]
    if reason is R.WRONG_STATE:
        return case.state
    if reason is R.NOT_YOUR_CASE:
        return case.holder
    if reason in SAID_BY_THE_REASON or not field or field in ("reached", "parts"):
        return ""
    if reason is R.NO_SUCH_REQUEST and not any(request.granted is None for request in case.requests):
        return ""  # there is none of any kind
    value = getattr(command, field)
    return iso(value) if isinstance(value, dt.datetime) else str(value)


@pytest.mark.parametrize("row", REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_tells_the_value_or_the_bound(row: tuple[str, Life, c.AnyCommand, Actor, tuple[R, str]]):
    name, life, command, by, (reason, field) = row
    assert life.judged(command, by) == Refused(
        reason=reason, field=field, detail=told(name, life, command, reason, field)
    )


SENT = c.ReceiveOrder(case=TWO, order=b.order(number="N-2"), holder=b.STREET)
CLOSED_LATE = b.NOON + 6 * MINUTE
EARLY = b.NOON - MINUTE


def received(command: c.ReceiveOrder, case: Case | None, by: Actor) -> object:
    return rules.judge(b.act(command, by), case, by, a.LAW, b.NOON)


@pytest.mark.parametrize(
    ("command", "case", "by", "expected"),
    [
        (a.replaced(SENT, holder=b.OTHER_STREET), None, b.DISPATCHER, (R.NOT_YOUR_CASE, "holder", b.OTHER_STREET)),
        (SENT, b.new_case(), b.HOTLINE, (R.ALREADY_THERE, "case", TWO)),
        (SENT, None, b.DISPATCHER, (R.BAD_FIELD, "order.number", "N-2")),
        (
            a.replaced(SENT, order=b.order(dispatched_at=CLOSED_LATE)),
            None,
            b.HOTLINE,
            (R.IN_THE_FUTURE, "order.dispatched_at", iso(CLOSED_LATE)),
        ),
        (a.replaced(SENT, closed_at=EARLY), None, b.HOTLINE, (R.BEFORE_THE_CASE, "closed_at", iso(EARLY))),
        (a.replaced(SENT, closed_at=CLOSED_LATE), None, b.HOTLINE, (R.IN_THE_FUTURE, "closed_at", iso(CLOSED_LATE))),
        (a.replaced(SENT, holder=b.GAS), None, b.HOTLINE, (R.UNKNOWN_UNIT, "holder", b.GAS)),
        (a.replaced(SENT, parent=ONE), None, b.HOTLINE, (R.CONTRADICTION, "parent", ONE)),
    ],
)  # fmt: skip
def test_an_order_that_is_not_taken_in_tells_what_is_wrong_with_it(
    command: c.ReceiveOrder, case: Case | None, by: Actor, expected: tuple[R, str, str]
):
    reason, field, detail = expected
    assert received(command, case, by) == Refused(reason=reason, field=field, detail=detail)


def test_what_is_wrong_with_the_time_of_an_act_is_told():
    life = a.signed()
    life.at = b.NOON + 100 * DAY
    note, now = c.AddNote(case=ONE, text="x"), life.at
    before = b.NOON - 6 * MINUTE
    for act, now_, expected in (
        ({"valid_until": now - SECOND}, now, Refused(reason=R.EXPIRED, field="valid_until", detail=iso(now - SECOND))),
        ({"at": now}, now - 6 * MINUTE, Refused(reason=R.IN_THE_FUTURE, field="made_at", detail=iso(now))),
        ({"at": before}, now, Refused(reason=R.BEFORE_THE_CASE, field="made_at", detail=iso(before))),
        (
            {"happened_at": now - HOUR},
            now,
            Refused(reason=R.CONTRADICTION, field="happened_at", detail=iso(now - HOUR)),
        ),
    ):
        assert life.judged(note, now=now_, **act) == expected  # pyright: ignore[reportArgumentType]
    call = c.RecordContact(case=ONE, reached=True)
    for happened, reason in (
        (now + SECOND, R.IN_THE_FUTURE),
        (b.NOON - SECOND, R.BEFORE_THE_CASE),
        (b.NOON, R.TOO_LATE),
    ):
        found = life.judged(call, now=now, happened_at=happened)
        assert found == Refused(reason=reason, field="happened_at", detail=iso(happened))
    assert rules.judge(b.act(note), None, b.DISPATCHER, a.LAW, b.NOON) == Refused(
        reason=R.NO_SUCH_CASE, field="case", detail=ONE
    )


def test_who_is_kept_out_is_told_what_he_lacks():
    life = Life()
    refused = c.RefuseSummons(case=ONE, whistle=w.W, unit=b.URBAN, reason="x")
    assert life.judged(refused, b.LIAISON) == Refused(reason=R.NOT_SUMMONED, field="unit", detail=b.URBAN)
    assert life.judged(a.SIGN, a.YI_DISPATCHER) == Refused(reason=R.NOT_YOUR_CASE, detail=b.STREET)


def test_an_undo_that_is_refused_tells_whose_which_and_since_when():
    life = a.signed()
    made = life.at
    undo = c.Undo(case=ONE, act=life.last)
    other = c.Undo(case=ONE, act=CommandId("other"))
    assert life.judged(other) == Refused(reason=R.NOT_LAST_ACT, field="act", detail="other")
    assert life.judged(undo, a.COLLEAGUE) == Refused(reason=R.NOT_YOUR_ROLE, field="act", detail="li")
    late = life.judged(undo, at=made + 10 * MINUTE + SECOND)
    assert late == Refused(reason=R.TOO_LATE, field="act", detail=iso(made))
    life.do(c.RevealCaller(case=ONE, reason="to call"))
    lasting = c.Undo(case=ONE, act=life.last)
    assert life.judged(lasting) == Refused(reason=R.CANNOT_BE_UNDONE, field="act", detail=life.last)


def test_a_target_that_cannot_be_merged_into_is_told():
    case = b.case_in_hand()
    ended = msgspec.structs.replace(a.withdrawn().case, id=TWO)
    elsewhere = msgspec.structs.replace(Life(holder=b.OTHER_STREET).case, id=TWO)
    for target, reason, detail in (
        (None, R.NO_SUCH_CASE, TWO),
        (ended, R.WRONG_STATE, "withdrawn"),
        (elsewhere, R.NOT_YOUR_CASE, b.OTHER_STREET),
    ):
        found = check_target(a.MERGE, target, case, a.LEADER)
        assert found == Refused(reason=reason, field="into", detail=detail)
    assert check_target(a.MERGE, elsewhere, case, a.HOTLINE) is None


# ---- whistles


NOBODY = UnitId("nobody")
LAST = b.NOON + HOUR


@pytest.mark.parametrize(
    ("changes", "by", "expected"),
    [
        ({"kind": WhistleKind.ENFORCEMENT}, b.DISPATCHER, (R.NOT_YOUR_ROLE, "kind", "enforcement")),
        ({"ground": WhistleGround.JOINT_ENFORCEMENT}, b.LEADER, (R.CONTRADICTION, "ground", "joint_enforcement")),
        ({"simple": True}, b.LEADER, (R.CONTRADICTION, "simple", "emergency")),
        ({"appointed_at": EARLY}, b.LEADER, (R.BAD_FIELD, "appointed_at", iso(EARLY))),
        ({"lead": NOBODY}, b.LEADER, (R.UNKNOWN_UNIT, "lead", NOBODY)),
        ({"assisting": (b.WATER, NOBODY)}, b.LEADER, (R.UNKNOWN_UNIT, "assisting", NOBODY)),
        ({"assisting": (b.URBAN,)}, b.LEADER, (R.ALREADY_SUMMONED, "assisting", "")),
        ({"demand": " "}, b.LEADER, (R.MISSING_FIELD, "demand", "")),
        ({"place": " "}, b.LEADER, (R.MISSING_FIELD, "place", "")),
    ],
)
def test_a_whistle_that_is_not_blown_tells_what_is_wrong_with_it(
    changes: dict[str, object], by: Actor, expected: tuple[R, str, str]
):
    reason, field, detail = expected
    found = Story(None).judged(w.blow(**changes), by, b.NOON)
    assert found == Refused(reason=reason, field=field, detail=detail)


def test_a_whistle_before_the_case_is_in_hand_tells_the_state_and_one_blown_twice_its_id():
    story = Story(None)
    story.case = b.signed_case()
    found = story.judged(w.blow(WhistleKind.ROUTINE), b.DISPATCHER, b.NOON)
    assert found == Refused(reason=R.WRONG_STATE, field="kind", detail="signed")
    found = Story().judged(w.blow(), b.DISPATCHER, b.NOON)
    assert found == Refused(reason=R.ALREADY_THERE, field="whistle", detail=w.W)


def routine() -> Story:
    return Story(WhistleKind.ROUTINE)


def reported() -> Story:
    return Story().by_department(Milestone.REPORTED_IN, 5)


def refused() -> Story:
    return Story().do(w.of_unit(c.RefuseSummons, reason="not ours"), b.LIAISON, 1)


def ruled(*, released: bool) -> Story:
    ruling = w.of_unit(c.AdjudicateSummons, released=released, reason="heard")
    return refused().do(ruling, w.DISTRICT, 2)


def no_show() -> Story:
    return Story().do(w.of_unit(c.DeclareNoShow), b.DISPATCHER, 31)


def rung(share: int, milestone: Milestone = Milestone.SIGNED) -> c.AnyCommand:
    return w.of_unit(c.ClimbLadder, milestone=milestone, share=share)


def agreed(milestone: Milestone, at: dt.datetime) -> c.AnyCommand:
    return w.passed(milestone, finish_by=at)


U = b.URBAN
OTHER = WhistleId("w-9")
HELD = w.of_whistle(c.AcceptWhistle)
SCORE = w.score()
TASK = MeetingTask(unit=b.URBAN, what="pull it down", by=w.ON_SITE - SECOND)
WHISTLES: list[tuple[Story, c.AnyCommand, Actor, float, tuple[R, str, str]]] = [
    (Story(), a.replaced(HELD, whistle=OTHER), b.DISPATCHER, 1, (R.NO_SUCH_WHISTLE, "whistle", OTHER)),
    (
        Story().do(w.of_whistle(c.WithdrawWhistle, reason="mended"), b.DISPATCHER, 2),
        HELD,
        b.DISPATCHER,
        3,
        (R.WHISTLE_CLOSED, "whistle", "withdrawn"),
    ),
    (Story(), w.of_whistle(c.WithdrawWhistle, reason=" "), b.DISPATCHER, 3, (R.MISSING_FIELD, "reason", "")),
    (routine(), w.of_whistle(c.ApproveWhistle), b.LEADER, 1, (R.CONTRADICTION, "whistle", "routine")),
    (
        Story().do(w.of_whistle(c.ApproveWhistle), b.LEADER, 1),
        w.of_whistle(c.ApproveWhistle),
        b.LEADER,
        2,
        (R.ONLY_ONCE, "whistle", w.W),
    ),
    (
        Story(),
        w.of_whistle(c.ApproveWhistle),
        b.person("li", b.STREET, *b.LEADER.roles),
        2,
        (R.NOT_YOUR_ROLE, "whistle", w.W),
    ),
    (Story(), HELD, b.DISPATCHER, 1, (R.NOT_DONE, "whistle", w.W)),
    (Story(), w.meeting(), b.DISPATCHER, 39, (R.IN_THE_FUTURE, "meeting.at", iso(w.ON_SITE))),
    (Story(), w.meeting(at=EARLY), b.DISPATCHER, 60, (R.BAD_FIELD, "meeting.at", iso(EARLY))),
    (Story(), w.meeting(tasks=(TASK,)), b.DISPATCHER, 60, (R.BAD_FIELD, "tasks", "pull it down")),
    (Story(), w.meeting(arrived=(b.WATER,)), b.DISPATCHER, 60, (R.CONTRADICTION, "arrived", "")),
    (Story(), w.meeting(findings=" "), b.DISPATCHER, 60, (R.MISSING_FIELD, "meeting.findings", "")),
    # one department
    (Story(assisting=(b.WATER,)), w.passed(Milestone.SIGNED), w.WATER_LIAISON, 1, (R.NOT_YOUR_CASE, "unit", U)),
    (Story(), w.passed(Milestone.SIGNED, b.GAS), b.DISPATCHER, 1, (R.NOT_SUMMONED, "unit", b.GAS)),
    (Story(), w.passed(Milestone.NOTIFIED), b.DISPATCHER, 1, (R.MILESTONE_ORDER, "milestone", "notified")),
    (Story(), w.passed(Milestone.DONE), b.DISPATCHER, 1, (R.MILESTONE_ORDER, "milestone", "done")),
    (Story(), agreed(Milestone.SIGNED, LAST), b.DISPATCHER, 1, (R.CONTRADICTION, "finish_by", "signed")),
    (
        Story(),
        agreed(Milestone.MEASURE_AGREED, EARLY),
        b.DISPATCHER,
        1,
        (R.BAD_FIELD, "finish_by", iso(EARLY)),
    ),
    (Story(), agreed(Milestone.MEASURE_AGREED, LAST), b.LIAISON, 1, (R.STREET_ONLY, "finish_by", "")),
    (
        routine().do(w.of_unit(c.ContactStreet), b.LIAISON, 1),
        w.of_unit(c.ContactStreet),
        b.LIAISON,
        2,
        (R.ALREADY_SO, "unit", U),
    ),
    (Story(), w.of_unit(c.RecordDeparture), b.DISPATCHER, 1, (R.MILESTONE_ORDER, "unit", U)),
    (reported(), w.of_unit(c.RecordDeparture, with_leave=True), b.LIAISON, 9, (R.STREET_ONLY, "with_leave", "")),
    (reported(), w.of_unit(c.DeclareNoShow), b.DISPATCHER, 40, (R.CONTRADICTION, "unit", U)),
    (Story(), w.of_unit(c.DeclareNoShow), b.DISPATCHER, 30, (R.TOO_EARLY, "unit", U)),
    (no_show(), w.of_unit(c.DeclareNoShow), b.DISPATCHER, 40, (R.ALREADY_SO, "unit", U)),
    (ruled(released=True), w.of_unit(c.DeclareNoShow), b.DISPATCHER, 40, (R.CONTRADICTION, "unit", U)),
    (Story(), w.of_unit(c.RefuseSummons, reason=" "), b.LIAISON, 1, (R.MISSING_FIELD, "reason", "")),
    (refused(), w.of_unit(c.RefuseSummons, reason="again"), b.LIAISON, 2, (R.ONLY_ONCE, "reason", "")),
    (Story(), w.of_unit(c.RefuseSummons, reason="no"), b.LIAISON, 5.1, (R.TOO_LATE, "unit", U)),
    (
        Story(),
        w.of_unit(c.AdjudicateSummons, released=True, reason="x"),
        w.DISTRICT,
        2,
        (R.NO_SUCH_REQUEST, "unit", U),
    ),
    (
        ruled(released=False),
        w.of_unit(c.AdjudicateSummons, released=True, reason="x"),
        w.DISTRICT,
        3,
        (R.FINAL, "unit", U),
    ),
    (
        refused(),
        w.of_unit(c.AdjudicateSummons, released=True, reason=" "),
        w.DISTRICT,
        3,
        (R.MISSING_FIELD, "reason", ""),
    ),
    (reported(), w.of_unit(c.SendBackWork, reason="x"), b.DISPATCHER, 9, (R.NOT_DONE, "unit", U)),
    (Story().done(), w.of_unit(c.SendBackWork, reason=" "), b.DISPATCHER, 12, (R.MISSING_FIELD, "reason", "")),
    (Story(), rung(60), CENTRE, 60, (R.BAD_FIELD, "share", "60")),
    (Story().do(rung(50), CENTRE, 3), rung(50), CENTRE, 4, (R.ALREADY_SO, "share", "50")),
    (Story(), rung(50, Milestone.DONE), CENTRE, 4, (R.MILESTONE_ORDER, "milestone", "done")),
    (Story(), rung(100), CENTRE, 4.9, (R.TOO_EARLY, "share", "100")),
    (ruled(released=True), SCORE, b.SUPERVISOR, 60, (R.CONTRADICTION, "unit", U)),
    (no_show().do(SCORE, b.SUPERVISOR, 50), SCORE, b.SUPERVISOR, 60, (R.ONLY_ONCE, "unit", U)),
    (reported(), SCORE, b.SUPERVISOR, 60, (R.NOT_DONE, "unit", U)),
    (Story().done(), w.score(people=11), b.SUPERVISOR, 60, (R.BAD_FIELD, "people", "11")),
    (Story().done(), w.score(result=-1), b.SUPERVISOR, 60, (R.BAD_FIELD, "result", "-1")),
]


@pytest.mark.parametrize("row", WHISTLES, ids=[f"{type(r[1]).__name__}-{r[4][0]}-{r[4][1]}" for r in WHISTLES])
def test_a_refusal_about_a_whistle_tells_the_value_or_the_unit(
    row: tuple[Story, c.AnyCommand, Actor, float, tuple[R, str, str]],
):
    story, command, by, minutes, (reason, field, detail) = row
    assert story.judged(command, by, story.at(minutes)) == Refused(reason=reason, field=field, detail=detail)


def test_an_enforcement_whistle_without_its_record_lacks_the_meeting():
    story = Story(WhistleKind.ENFORCEMENT).done()
    found = story.judged(HELD, b.DISPATCHER, story.at(20))
    assert found == Refused(reason=R.MISSING_FIELD, field="meeting")
