"""The life of a case: every way out of every state, every refusal, and what each act leaves on the record."""

import datetime as dt
from typing import get_args

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import ENDED, CaseState, Holding
from dispatcher.models.consequences import check_target, follow_ups
from dispatcher.models.deadlines import ClockKind, clocks
from dispatcher.models.events import Ground, RequestKind, Solved
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.queue import NEVER_MS, Flag, epoch_ms, summarise
from dispatcher.models.transitions import PARTY, ROW, TRANSITIONS
from dispatcher.models.verdicts import Reason as R
from dispatcher.models.waiting import WaitingFor, WaitingWhy, waiting
from tests import builders as b
from tests.models import living as a
from tests.models.living import DAY, HOUR, MINUTE, NOBODY, ONE, SECOND, TWO, Life

S = CaseState
K = RequestKind
MANY_HOURS = (1, 2, 3)


def replaced(command: c.AnyCommand, **changes: object) -> c.AnyCommand:
    return msgspec.structs.replace(command, **changes)


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


# ---- every reason for which a command is refused

BLANK = " "
FAR = b.NOON + 400 * DAY


def drafted(command: c.AnyCommand, life: Life | None = None) -> Life:
    return (life or a.in_hand()).do(command)


def supervised() -> Life:
    return a.in_hand().do(c.Supervise(case=ONE, level=1, reason="look at it"), a.SUPERVISOR)


def desk_case() -> Life:
    return Life(number=f"L-{b.STREET}-20260303-7")


def numbered() -> Life:
    return desk_case().do(c.GiveNumber(case=ONE, number="C-1", source="12345"), a.HOTLINE)


def child() -> Life:
    life = a.in_hand()
    life.case = msgspec.structs.replace(life.case, parent=TWO)
    return life


def excluded() -> Life:
    return drafted(a.EXCLUSION).do(a.send(K.EXCLUSION), a.LEADER).do(a.grant(K.EXCLUSION), a.HOTLINE)


def exclusion_refused() -> Life:
    return a.in_hand().do(a.EXCLUSION, a.LEADER).do(a.refuse(K.EXCLUSION), a.HOTLINE)


def extension_refused() -> Life:
    return a.in_hand().do(a.EXTENSION, a.LEADER).do(a.refuse(K.EXTENSION), a.HOTLINE)


def at(life: Life, when: dt.datetime) -> Life:
    life = life.copy()
    life.at = when
    return life


def whistled_and_called_back() -> Life:
    return a.whistled().do(a.REPLY, a.LEADER).do(a.SOLVED)


def split_and_called_back() -> Life:
    return a.split().do(a.REPLY, a.LEADER).do(a.SOLVED)


def adjudicated() -> Life:
    return a.disputed().do(a.rule(granted=True, to=b.STREET), a.HOTLINE)


def extension_sent_by_leader() -> Life:
    return a.in_hand().do(a.EXTENSION, a.LEADER)


def drafted_after_contact(command: c.AnyCommand) -> Life:
    """A draft that the state has gone past by the time it is to be sent."""
    return a.signed().do(command).do(a.REACHED)


def suspension_sent_then_replied() -> Life:
    """A sent suspension on a case that has gone on: its reply was under way when it was asked for."""
    life = a.in_hand().do(a.SUSPENSION, a.LEADER)
    life.case = msgspec.structs.replace(life.case, state=S.REPLIED)
    return life


REFUSALS: list[tuple[str, Life, c.AnyCommand, Actor, tuple[R, str]]] = [
    ("sign twice", a.signed(), a.SIGN, a.COLLEAGUE, (R.WRONG_STATE, "")),
    ("sign a redo twice", a.redo().do(a.SIGN), a.SIGN, a.COLLEAGUE, (R.ALREADY_SO, "")),
    ("contact unsigned", Life(), a.REACHED, a.DISPATCHER, (R.WRONG_STATE, "")),
    ("assign nobody", a.signed(), c.Assign(case=ONE, assignee=BLANK), a.DISPATCHER, (R.MISSING_FIELD, "assignee")),
    ("no progress", a.signed(), c.ReportProgress(case=ONE, text=BLANK), a.DISPATCHER, (R.MISSING_FIELD, "text")),
    ("empty note", Life(), c.AddNote(case=ONE, text=BLANK), a.DISPATCHER, (R.MISSING_FIELD, "text")),
    ("note of a stranger", Life(), c.AddNote(case=ONE, text="x"), a.YI_DISPATCHER, (R.NOT_YOUR_CASE, "")),
    ("note of no role", Life(), c.AddNote(case=ONE, text="x"), a.LIAISON, (R.NOT_YOUR_ROLE, "")),
    # giving back
    ("return in hand", a.in_hand(), a.RETURN, a.DISPATCHER, (R.WRONG_STATE, "")),
    ("return of a final case", adjudicated(), a.RETURN, a.DISPATCHER, (R.FINAL, "")),
    ("return again", a.return_refused(), a.RETURN, a.DISPATCHER, (R.NO_RETURN, "")),
    ("return forbidden", Life(no_return=True), a.RETURN, a.DISPATCHER, (R.NO_RETURN, "")),
    ("second draft", drafted(a.RETURN, a.signed()), a.RETURN, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("return too late", at(a.signed(), b.NOON + 2 * DAY), a.RETURN, a.LEADER, (R.TOO_LATE, "")),
    (
        "urgent return too late",
        at(Life(urgency=Urgency.EMERGENCY), b.NOON + 2 * HOUR + SECOND),
        a.RETURN,
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    ("unlawful return", Life(), replaced(a.RETURN, ground=Ground.UNREASONABLE), a.LEADER, (R.BAD_FIELD, "ground")),
    ("return without reason", Life(), replaced(a.RETURN, reason=BLANK), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("return without proof", Life(), replaced(a.RETURN, evidence=()), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    ("return with blank proof", Life(), replaced(a.RETURN, evidence=(BLANK,)), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    # extension
    ("extension unsigned", Life(), a.EXTENSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second extension", drafted(a.EXTENSION), a.EXTENSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("extension again", extension_refused(), a.EXTENSION, a.LEADER, (R.ONLY_ONCE, "")),
    ("extension too late", at(a.in_hand(), b.NOON + 7 * DAY + SECOND), a.EXTENSION, a.LEADER, (R.TOO_LATE, "")),
    ("extension, why", a.in_hand(), replaced(a.EXTENSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("no extension", a.in_hand(), replaced(a.EXTENSION, until=b.NOON + 7 * DAY), a.LEADER, (R.BAD_FIELD, "until")),
    (
        "extension too long",
        a.in_hand(),
        replaced(a.EXTENSION, until=b.NOON + 14 * DAY + SECOND),
        a.LEADER,
        (R.TOO_LONG, "until"),
    ),
    # suspension
    ("suspension unsigned", a.signed(), a.SUSPENSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second suspension", drafted(a.SUSPENSION), a.SUSPENSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("suspension, why", a.in_hand(), replaced(a.SUSPENSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    (
        "suspension, told whom",
        a.in_hand(),
        replaced(a.SUSPENSION, public_reason=BLANK),
        a.LEADER,
        (R.MISSING_FIELD, "public_reason"),
    ),
    (
        "suspension until now",
        at(a.in_hand(), b.NOON + HOUR),
        replaced(a.SUSPENSION, review_at=b.NOON + HOUR),
        a.LEADER,
        (R.BAD_FIELD, "review_at"),
    ),
    # exclusion
    ("exclusion unsigned", Life(), a.EXCLUSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second exclusion", drafted(a.EXCLUSION), a.EXCLUSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("excluded already", excluded(), a.EXCLUSION, a.LEADER, (R.ALREADY_SO, "")),
    ("exclusion again", exclusion_refused(), a.EXCLUSION, a.LEADER, (R.ONLY_ONCE, "")),
    (
        "unlawful exclusion",
        a.in_hand(),
        replaced(a.EXCLUSION, ground=Ground.NOT_OUR_DUTY),
        a.LEADER,
        (R.BAD_FIELD, "ground"),
    ),
    ("exclusion, why", a.in_hand(), replaced(a.EXCLUSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("exclusion unproved", a.in_hand(), replaced(a.EXCLUSION, evidence=()), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    # sending, taking back, deciding
    ("send by a dispatcher", drafted(a.RETURN, Life()), a.send(K.RETURN), a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    ("send nothing", a.signed(), a.send(K.RETURN), a.LEADER, (R.NO_SUCH_REQUEST, "kind")),
    ("send another", drafted(a.EXTENSION), a.send(K.RETURN), a.LEADER, (R.NO_SUCH_REQUEST, "kind")),
    ("send twice", extension_sent_by_leader(), a.send(K.EXTENSION), a.LEADER, (R.ALREADY_SO, "kind")),
    (
        "send a return in hand",
        drafted_after_contact(a.RETURN),
        a.send(K.RETURN),
        a.LEADER,
        (R.WRONG_STATE, "kind"),
    ),
    (
        "send a return too late",
        at(drafted(a.RETURN, a.signed()), b.NOON + 2 * DAY),
        a.send(K.RETURN),
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    (
        "send an extension too late",
        at(drafted(a.EXTENSION), b.NOON + 7 * DAY + SECOND),
        a.send(K.EXTENSION),
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    (
        "send an extension of a return",
        drafted(a.EXTENSION, a.signed()).do(a.RETURN, a.LEADER),
        a.send(K.EXTENSION),
        a.LEADER,
        (R.WRONG_STATE, "kind"),
    ),
    ("drop nothing", a.signed(), a.drop(K.RETURN), a.DISPATCHER, (R.NO_SUCH_REQUEST, "kind")),
    ("drop another", drafted(a.EXTENSION), a.drop(K.SUSPENSION), a.DISPATCHER, (R.NO_SUCH_REQUEST, "kind")),
    ("drop, why", drafted(a.EXTENSION), a.drop(K.EXTENSION, BLANK), a.DISPATCHER, (R.MISSING_FIELD, "reason")),
    ("decide nothing", a.signed(), a.grant(K.RETURN), a.HOTLINE, (R.NO_SUCH_REQUEST, "kind")),
    ("decide another", drafted(a.EXTENSION), a.grant(K.EXCLUSION), a.HOTLINE, (R.NO_SUCH_REQUEST, "kind")),
    ("decide a draft", drafted(a.EXTENSION), a.grant(K.EXTENSION), a.HOTLINE, (R.NOT_SENT, "kind")),
    ("district extends", extension_sent_by_leader(), a.grant(K.EXTENSION), a.DISTRICT, (R.NOT_YOUR_ROLE, "kind")),
    (
        "district excludes",
        a.in_hand().do(a.EXCLUSION, a.LEADER),
        a.grant(K.EXCLUSION),
        a.DISTRICT,
        (R.NOT_YOUR_ROLE, "kind"),
    ),
    ("another district", a.return_requested(), a.grant(K.RETURN), a.OTHER_DISTRICT, (R.NOT_YOUR_CASE, "")),
    ("a dispute by decision", a.disputed(), a.grant(K.RETURN), a.HOTLINE, (R.NEEDS_ADJUDICATION, "kind")),
    (
        "refused without a word",
        a.return_requested(),
        c.DecideRequest(case=ONE, kind=K.RETURN, granted=False, answer=BLANK),
        a.HOTLINE,
        (R.MISSING_FIELD, "answer"),
    ),
    (
        "refused to somebody",
        a.return_requested(),
        c.DecideRequest(case=ONE, kind=K.RETURN, granted=False, answer="no", to=b.OTHER_STREET),
        a.HOTLINE,
        (R.CONTRADICTION, "to"),
    ),
    (
        "extended to somebody",
        extension_sent_by_leader(),
        a.grant(K.EXTENSION, b.OTHER_STREET),
        a.HOTLINE,
        (R.CONTRADICTION, "to"),
    ),
    ("returned to its holder", a.return_requested(), a.grant(K.RETURN, b.STREET), a.HOTLINE, (R.BAD_FIELD, "to")),
    ("returned to nobody", a.return_requested(), a.grant(K.RETURN, b.WATER), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    (
        "suspension of a replied case",
        suspension_sent_then_replied(),
        a.grant(K.SUSPENSION),
        a.HOTLINE,
        (R.WRONG_STATE, "kind"),
    ),
    (
        "suspension until yesterday",
        at(a.in_hand().do(a.SUSPENSION, a.LEADER), b.NOON + 60 * DAY),
        a.grant(K.SUSPENSION),
        a.HOTLINE,
        (R.TOO_LATE, "kind"),
    ),
    # adjudication
    ("adjudicate the first", a.return_requested(), a.rule(granted=True), a.HOTLINE, (R.WRONG_STATE, "granted")),
    ("adjudicate nothing", a.signed(), a.rule(granted=True), a.HOTLINE, (R.WRONG_STATE, "")),
    ("no word", a.disputed(), a.rule(granted=False, answer=BLANK), a.HOTLINE, (R.MISSING_FIELD, "answer")),
    ("ruled to its holder", a.disputed(), a.rule(granted=True, to=b.OTHER_STREET), a.HOTLINE, (R.BAD_FIELD, "to")),
    ("ruled to nobody", a.disputed(), a.rule(granted=True, to=b.GAS), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    ("refused and given", a.disputed(), a.rule(granted=False, to=b.STREET), a.HOTLINE, (R.CONTRADICTION, "to")),
    # transfer, withdrawal, split, merge
    ("transfer by a street", a.signed(), a.TRANSFER, a.LEADER, (R.NOT_YOUR_ROLE, "")),
    ("transfer to its holder", a.signed(), replaced(a.TRANSFER, to=b.STREET), a.HOTLINE, (R.BAD_FIELD, "to")),
    ("transfer to nobody", a.signed(), replaced(a.TRANSFER, to=NOBODY), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    ("transfer to a stranger", a.signed(), replaced(a.TRANSFER, to=b.GAS), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    ("transfer, why", a.signed(), replaced(a.TRANSFER, reason=BLANK), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("transfer with a whistle out", a.whistled(), a.TRANSFER, a.HOTLINE, (R.WHISTLES_OPEN, "")),
    ("transfer of a redo", a.redo(), a.TRANSFER, a.HOTLINE, (R.WRONG_STATE, "")),
    ("withdrawn, why", Life(), c.WithdrawOrder(case=ONE, reason=""), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("withdrawn by a street", Life(), c.WithdrawOrder(case=ONE, reason="x"), a.LEADER, (R.NOT_YOUR_ROLE, "")),
    ("split a child", child(), a.SPLIT, a.DISPATCHER, (R.WRONG_STATE, "parent")),
    ("split in one", a.in_hand(), replaced(a.SPLIT, parts=a.SPLIT.parts[:1]), a.DISPATCHER, (R.BAD_FIELD, "parts")),
    (
        "split without a title",
        a.in_hand(),
        replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=TWO, title=BLANK))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split with one id twice",
        a.in_hand(),
        replaced(a.SPLIT, parts=(a.SPLIT.parts[0], a.SPLIT.parts[0])),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split into itself",
        a.in_hand(),
        replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=ONE, title="the rest"))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split into nothing",
        a.in_hand(),
        replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=CaseId(""), title="the rest"))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    ("merge by a dispatcher", a.in_hand(), a.MERGE, a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    ("merge into itself", a.in_hand(), replaced(a.MERGE, into=ONE), a.LEADER, (R.BAD_FIELD, "into")),
    ("merge, why", a.in_hand(), replaced(a.MERGE, reason=BLANK), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("merge with a whistle out", a.whistled(), a.MERGE, a.LEADER, (R.WHISTLES_OPEN, "")),
    ("merge a parent", a.split(), a.MERGE, a.LEADER, (R.CHILDREN_OPEN, "")),
    ("a duplicate by a person", Life(), c.AbsorbDuplicate(case=ONE, duplicate=TWO), a.HOTLINE, (R.NOT_YOUR_ROLE, "")),
    (
        "a duplicate twice",
        Life().do(c.AbsorbDuplicate(case=ONE, duplicate=TWO), CENTRE),
        c.AbsorbDuplicate(case=ONE, duplicate=TWO),
        CENTRE,
        (R.ALREADY_SO, "duplicate"),
    ),
    ("no child of its", Life(), c.NoteChildEnded(case=ONE, child=TWO), CENTRE, (R.BAD_FIELD, "child")),
    (
        "a child open anyway",
        a.split(),
        c.NoteChildEnded(case=ONE, child=CaseId("child-1"), again=True),
        CENTRE,
        (R.ALREADY_SO, "child"),
    ),
    (
        "a child ended twice",
        a.split().do(c.NoteChildEnded(case=ONE, child=CaseId("child-1")), CENTRE),
        c.NoteChildEnded(case=ONE, child=CaseId("child-1")),
        CENTRE,
        (R.ALREADY_SO, "child"),
    ),
    ("resumed too early", a.suspended(), c.ResumeCase(case=ONE), CENTRE, (R.TOO_EARLY, "")),
    ("resumed by a dispatcher", a.suspended(), c.ResumeCase(case=ONE), a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    # reply, call-back, closing
    ("reply uncontacted", a.redo(), a.REPLY, a.DISPATCHER, (R.NOT_CONTACTED, "")),
    ("reply with a draft", drafted(a.EXTENSION), a.REPLY, a.DISPATCHER, (R.REQUEST_OPEN, "")),
    ("reply with a request", a.in_hand().do(a.SUSPENSION, a.LEADER), a.REPLY, a.LEADER, (R.REQUEST_OPEN, "")),
    *(
        (f"reply without {field}", a.in_hand(), replaced(a.REPLY, **{field: BLANK}), a.LEADER, (R.MISSING_FIELD, field))
        for field in ("accepted", "talked_with", "done", "result")
    ),
    ("approve nothing", a.in_hand(), a.APPROVE, a.LEADER, (R.WRONG_STATE, "")),
    ("approve by a dispatcher", a.in_review(), a.APPROVE, a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    ("back, why", a.in_review(), c.SendBackReply(case=ONE, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("call back in hand", a.in_hand(), a.SOLVED, a.DISPATCHER, (R.WRONG_STATE, "")),
    ("call back closed", a.closed(), a.SOLVED, a.DISPATCHER, (R.WRONG_STATE, "")),
    (
        "reached, and?",
        a.replied(),
        c.RecordCallBack(case=ONE, reached=True),
        a.HOTLINE,
        (R.MISSING_FIELD, "solved"),
    ),
    *(
        (f"unreached {said}", a.replied(), replaced(a.UNREACHED, **said), a.HOTLINE, (R.CONTRADICTION, "reached"))
        for said in (
            {"contacted": True},
            {"solved": Solved.NO},
            {"satisfied": e.Satisfied.REFUSED_TO_SAY},
        )
    ),
    ("redo by a street", a.replied(), c.OrderRedo(case=ONE, reason="x"), a.LEADER, (R.NOT_YOUR_ROLE, "")),
    ("redo, why", a.replied(), c.OrderRedo(case=ONE, reason=""), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("close at once", a.replied(), a.CLOSE, a.DISPATCHER, (R.NOT_CALLED_BACK, "")),
    ("close with a whistle out", whistled_and_called_back(), a.CLOSE, a.DISPATCHER, (R.WHISTLES_OPEN, "")),
    ("close with a child open", split_and_called_back(), a.CLOSE, a.DISPATCHER, (R.CHILDREN_OPEN, "")),
    (
        "reopen too late",
        at(a.closed(), a.closed().at + 30 * DAY + SECOND),
        c.ReopenCase(case=ONE, reason="dark"),
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    ("reopen, why", a.closed(), c.ReopenCase(case=ONE, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("reopen by a dispatcher", a.closed(), c.ReopenCase(case=ONE, reason="x"), a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    # supervision
    *(
        (f"level {n}", Life(), c.Supervise(case=ONE, level=n, reason="x"), a.HOTLINE, (R.BAD_FIELD, "level"))
        for n in (0, 4)
    ),
    (
        "a street's level 2",
        Life(),
        c.Supervise(case=ONE, level=2, reason="x"),
        a.SUPERVISOR,
        (R.NOT_YOUR_ROLE, "level"),
    ),
    (
        "a district's level 3",
        Life(),
        c.Supervise(case=ONE, level=3, reason="x"),
        a.DISTRICT,
        (R.NOT_YOUR_ROLE, "level"),
    ),
    ("the centre's level 2", Life(), c.Supervise(case=ONE, level=2, reason="x"), CENTRE, (R.NOT_YOUR_ROLE, "level")),
    ("twice", supervised(), c.Supervise(case=ONE, level=1, reason="x"), a.HOTLINE, (R.ALREADY_SO, "level")),
    ("supervised, why", Life(), c.Supervise(case=ONE, level=1, reason=""), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("lift nothing", Life(), c.LiftSupervision(case=ONE, level=1, reason="x"), a.HOTLINE, (R.ALREADY_SO, "level")),
    ("lift level 9", Life(), c.LiftSupervision(case=ONE, level=9, reason="x"), a.HOTLINE, (R.BAD_FIELD, "level")),
    (
        "lift what is not his",
        Life().do(c.Supervise(case=ONE, level=3, reason="x"), a.HOTLINE),
        c.LiftSupervision(case=ONE, level=3, reason="x"),
        a.SUPERVISOR,
        (R.NOT_YOUR_ROLE, "level"),
    ),
    (
        "lift, why",
        supervised(),
        c.LiftSupervision(case=ONE, level=1, reason=""),
        a.SUPERVISOR,
        (R.MISSING_FIELD, "reason"),
    ),
    # the hotline's small acts
    (
        "the same urgency",
        Life(),
        c.ChangeUrgency(case=ONE, urgency=Urgency.ORDINARY, reason="x"),
        a.HOTLINE,
        (R.ALREADY_SO, "urgency"),
    ),
    (
        "urgency, why",
        Life(),
        c.ChangeUrgency(case=ONE, urgency=Urgency.FLOOD, reason=""),
        a.HOTLINE,
        (R.MISSING_FIELD, "reason"),
    ),
    ("urged when closed", a.closed(), c.Urge(case=ONE), a.HOTLINE, (R.WRONG_STATE, "")),
    ("urged by a street", Life(), c.Urge(case=ONE), a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    (
        "a number it has",
        Life(),
        c.GiveNumber(case=ONE, number="C-1", source="12345"),
        a.HOTLINE,
        (R.ALREADY_SO, "number"),
    ),
    (
        "a number twice",
        numbered(),
        c.GiveNumber(case=ONE, number="C-2", source="12345"),
        a.HOTLINE,
        (R.ALREADY_SO, "number"),
    ),
    ("no number", desk_case(), c.GiveNumber(case=ONE, number="", source="x"), a.HOTLINE, (R.MISSING_FIELD, "number")),
    ("no source", desk_case(), c.GiveNumber(case=ONE, number="C", source=""), a.HOTLINE, (R.MISSING_FIELD, "source")),
    ("reveal, why", Life(), c.RevealCaller(case=ONE, reason=""), a.DISPATCHER, (R.MISSING_FIELD, "reason")),
    (
        "reveal a secret",
        Life(confidential=True),
        c.RevealCaller(case=ONE, reason="x"),
        a.LEADER,
        (R.CONFIDENTIAL, ""),
    ),
]


@pytest.mark.parametrize(
    ("life", "command", "by", "expected"), [row[1:] for row in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_what_a_case_does_not_allow_is_refused_for_its_reason(
    life: Life, command: c.AnyCommand, by: Actor, expected: tuple[R, str]
):
    assert life.refusal(command, by) == expected


@pytest.mark.parametrize(("life", "command", "by"), [row[1:4] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_what_is_impossible_at_all_is_refused_for_the_same_reason(life: Life, command: c.AnyCommand, by: Actor):
    impossible = rules.possible(type(command), life.case, by)
    refusal = life.refusal(command, by)
    assert refusal is not None
    assert impossible in (None, refusal[0])


def test_there_is_a_refusal_for_every_command_on_a_case():
    told = {type(row[2]) for row in REFUSALS}
    assert set(get_args(c.CaseCommand)) - told == {c.ReceiveOrder, c.Undo}


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
        (replaced(SENT, parent=TWO), CENTRE, None),
        (SENT, a.SUPERVISOR, (R.NOT_YOUR_ROLE, "")),
        (replaced(MADE_AT_DESK, holder=b.OTHER_STREET), a.DISPATCHER, (R.NOT_YOUR_CASE, "holder")),
        (SENT, a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (replaced(SENT, order=b.order(f"L-{b.OTHER_STREET}-20260303-1")), a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (replaced(SENT, order=b.order(f"L-{b.STREET}-20261332-1")), a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (replaced(SENT, order=b.order(f"L-{b.STREET}-20260303-")), a.DISPATCHER, (R.BAD_FIELD, "order.number")),
        (replaced(SENT, order=b.order(" ")), a.HOTLINE, (R.MISSING_FIELD, "order.number")),
        (replaced(SENT, order=b.order(source="")), a.HOTLINE, (R.MISSING_FIELD, "order.source")),
        (replaced(SENT, order=b.order(title=" ")), a.HOTLINE, (R.MISSING_FIELD, "order.title")),
        (replaced(SENT, order=b.order(dispatched_at=b.NOON + 5 * MINUTE)), a.HOTLINE, None),
        (
            replaced(SENT, order=b.order(dispatched_at=b.NOON + 5 * MINUTE + SECOND)),
            a.HOTLINE,
            (R.IN_THE_FUTURE, "order.dispatched_at"),
        ),
        (replaced(SENT, closed_at=b.NOON), a.HOTLINE, None),
        (replaced(SENT, closed_at=b.NOON - SECOND), a.HOTLINE, (R.BEFORE_THE_CASE, "closed_at")),
        (replaced(SENT, closed_at=b.NOON + 5 * MINUTE), a.HOTLINE, None),
        (replaced(SENT, closed_at=b.NOON + 5 * MINUTE + SECOND), a.HOTLINE, (R.IN_THE_FUTURE, "closed_at")),
        (replaced(SENT, holder=b.GAS), a.HOTLINE, (R.UNKNOWN_UNIT, "holder")),
        (replaced(SENT, parent=TWO), a.HOTLINE, (R.CONTRADICTION, "parent")),
        (replaced(MADE_AT_DESK, parent=TWO), a.LEADER, (R.CONTRADICTION, "parent")),
    ],
)
def test_who_may_take_in_which_order(command: c.ReceiveOrder, by: Actor, expected: tuple[R, str] | None):
    assert received(command, by) == expected


def test_where_no_holders_are_known_none_is_unknown():
    assert received(replaced(SENT, holder=b.GAS), a.HOTLINE, b.law()) is None


def test_a_case_is_received_once():
    assert Life().refusal(b.receive(), a.HOTLINE) == (R.ALREADY_THERE, "case")


def test_an_order_keeps_its_parent_and_its_urging():
    life = Life(urged=2).do(c.Urge(case=ONE, note="again"), a.HOTLINE)
    assert life.case.urged == 3
    found = rules.judge(b.act(replaced(SENT, parent=TWO), CENTRE), None, CENTRE, a.LAW, b.NOON)
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
    for hour in MANY_HOURS:
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
    assert life.refusal(replaced(a.RETURN, ground=Ground.ESSENTIALS_MISSING, evidence=()), a.LEADER) is None
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
        life.do(replaced(a.TRANSFER, to=to), a.HOTLINE)
    assert [held.unit for held in life.case.former] == [b.STREET, b.OTHER_STREET, b.URBAN, b.STREET]
    ends = [held.ended_at for held in life.case.former]
    assert [held.dispatched_at for held in life.case.former] == [b.NOON, *ends[:-1]]
    assert life.case.held_since == ends[-1]


def test_a_second_return_is_adjudicated_and_the_holder_it_names_cannot_give_it_back():
    life = a.disputed()
    assert life.case.asked(K.RETURN) == 2
    scene = (b.STREET, b.OTHER_STREET)
    ruling = replaced(a.rule(granted=True, to=b.STREET), to_scene=scene)
    case = life.do(ruling, a.DISTRICT).case
    assert (case.holder, case.adjudicated, case.no_return) == (b.STREET, True, True)
    event = case.history[-1].event
    assert isinstance(event, e.RequestGranted)
    assert (event.final, event.to_scene) == (True, scene)
    assert life.refusal(a.RETURN, a.LEADER) == (R.FINAL, "")


def test_an_adjudication_without_a_holder_is_final_for_the_one_that_follows():
    life = a.disputed().do(a.rule(granted=True), a.HOTLINE)
    assert life.case.state is S.RETURNED
    life.do(replaced(a.TRANSFER, to=b.STREET), a.HOTLINE)
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
    assert life.refusal(replaced(a.EXTENSION, until=furthest), a.LEADER) is None
    assert life.refusal(replaced(a.EXTENSION, until=furthest + SECOND), a.LEADER) == (R.TOO_LONG, "until")


def test_in_a_redo_the_redos_limit_is_extended():
    life = a.redo()
    due = next(clock.due for clock in clocks(life.case, a.LAW) if clock.kind is ClockKind.REDO)
    assert life.refusal(replaced(a.EXTENSION, until=due), a.LEADER) == (R.BAD_FIELD, "until")
    assert life.refusal(replaced(a.EXTENSION, until=due + SECOND), a.LEADER) is None
    life.at = due + SECOND
    assert life.refusal(replaced(a.EXTENSION, until=due + DAY), a.LEADER) == (R.TOO_LATE, "")


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
    for hour, refusal in zip(MANY_HOURS, ((R.NOT_CALLED_BACK, ""), (R.NOT_CALLED_BACK, ""), None), strict=True):
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
    for hour in MANY_HOURS:
        life.do(a.UNREACHED, at=b.NOON + hour * HOUR)
    assert life.refusal(a.CLOSE) == (R.WHISTLES_OPEN, "")


def test_partly_solved_is_no_redo_by_itself():
    life = a.replied().do(replaced(a.SOLVED, solved=Solved.PARTLY, satisfied=e.Satisfied.BASICALLY), a.HOTLINE)
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
    life = a.closed().do(replaced(a.SOLVED, solved=solved), a.HOTLINE)
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
    case = numbered().case
    assert (case.order.number, case.order.source, case.local_number) == ("C-1", "12345", f"L-{b.STREET}-20260303-7")


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


def test_a_second_split_goes_on_counting():
    life = a.split()
    parts = tuple(c.Part(case=CaseId(f"more-{n}"), title="more") for n in (1, 2))
    found = followed(life, replaced(a.SPLIT, parts=parts), a.DISPATCHER)
    assert [command.order.number[-2:] for command in found if isinstance(command, c.ReceiveOrder)] == ["-3", "-4"]


def test_a_merge_tells_the_target():
    life = a.in_hand()
    (absorb,) = followed(life, a.MERGE, a.LEADER)
    assert absorb == c.AbsorbDuplicate(case=TWO, duplicate=ONE, number=life.case.order.number)
    assert life.case.merged_into == TWO
    target = Life().do(replaced(absorb, case=ONE, duplicate=TWO), CENTRE)
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
    life = split_and_called_back()
    ended = [c.NoteChildEnded(case=ONE, child=child) for child in life.case.children]
    life.do(ended[0], CENTRE)
    assert life.refusal(a.CLOSE) == (R.CHILDREN_OPEN, "")
    life.do(ended[1], CENTRE).do(replaced(ended[0], again=True), CENTRE)
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
    life.do(replaced(blow, lead=b.GAS, assisting=()))
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
        (supervised(), Flag.SUPERVISED),
        (excluded(), Flag.EXCLUDED),
        (a.in_hand().do(a.EXTENSION, a.LEADER).do(a.grant(K.EXTENSION), a.HOTLINE), Flag.EXTENDED),
        (a.returned().do(a.TRANSFER, a.HOTLINE), Flag.RETURNED_ONCE),
        (a.split(), Flag.PARENT),
        (child(), Flag.CHILD),
        (drafted(a.EXTENSION), Flag.REQUESTED),
        (extension_sent_by_leader(), Flag.REQUESTED),
        (Life().do(c.Urge(case=ONE), a.HOTLINE), Flag.URGED),
        (a.redo(), Flag.REDO),
    ],
)
def test_what_is_special_about_a_case_is_a_flag_of_its_row(life: Life, flag: Flag):
    assert summarise(life.case, a.LAW).flags == flag


def test_a_flag_goes_with_what_it_tells():
    lifted = supervised().do(c.LiftSupervision(case=ONE, level=1, reason="well"), a.SUPERVISOR)
    resumed = a.suspended().do(c.ResumeCase(case=ONE), a.LEADER)
    transferred = Life().do(a.TRANSFER, a.HOTLINE)
    for life in (lifted, resumed, transferred, extension_refused()):
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
