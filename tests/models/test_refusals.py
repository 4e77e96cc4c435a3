"""Every reason for which a command on a case is refused, with the field at fault."""

import datetime as dt
from typing import get_args

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import CaseState
from dispatcher.models.events import Ground, RequestKind, Solved
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.verdicts import Reason as R
from tests import builders as b
from tests.models import living as a
from tests.models.living import DAY, HOUR, NOBODY, ONE, SECOND, TWO, Life

S = CaseState
K = RequestKind

# ---- every reason for which a command is refused

BLANK = " "
FAR = b.NOON + 400 * DAY


def at(life: Life, when: dt.datetime) -> Life:
    life = life.copy()
    life.at = when
    return life


def drafted_after_contact(command: c.AnyCommand) -> Life:
    """A draft that the state has gone past by the time it is to be sent."""
    return a.signed().do(command).do(a.REACHED)


def dated_and_suspended() -> Life:
    """A case with the hotline's own date, five days off, that was suspended for nine days in between."""
    life = Life(feedback_due_at=b.NOON + 5 * DAY).do(a.SIGN).do(a.REACHED)
    life.do(a.SUSPENSION, a.LEADER, at=b.NOON + HOUR).do(a.grant(K.SUSPENSION), a.HOTLINE, at=b.NOON + DAY)
    return life.do(c.ResumeCase(case=ONE), a.HOTLINE, at=b.NOON + 10 * DAY)


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
    ("return of a final case", a.adjudicated(), a.RETURN, a.DISPATCHER, (R.FINAL, "")),
    ("return again", a.return_refused(), a.RETURN, a.DISPATCHER, (R.NO_RETURN, "")),
    ("return forbidden", Life(no_return=True), a.RETURN, a.DISPATCHER, (R.NO_RETURN, "")),
    ("second draft", a.drafted(a.RETURN, a.signed()), a.RETURN, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("return too late", at(a.signed(), b.NOON + 2 * DAY), a.RETURN, a.LEADER, (R.TOO_LATE, "")),
    (
        "urgent return too late",
        at(Life(urgency=Urgency.EMERGENCY), b.NOON + 2 * HOUR + SECOND),
        a.RETURN,
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    ("unlawful return", Life(), a.replaced(a.RETURN, ground=Ground.UNREASONABLE), a.LEADER, (R.BAD_FIELD, "ground")),
    ("return without reason", Life(), a.replaced(a.RETURN, reason=BLANK), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("return without proof", Life(), a.replaced(a.RETURN, evidence=()), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    ("return with blank proof", Life(), a.replaced(a.RETURN, evidence=(BLANK,)), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    # extension
    ("extension unsigned", Life(), a.EXTENSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second extension", a.drafted(a.EXTENSION), a.EXTENSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("extension again", a.extension_refused(), a.EXTENSION, a.LEADER, (R.ONLY_ONCE, "")),
    ("extension too late", at(a.in_hand(), b.NOON + 7 * DAY + SECOND), a.EXTENSION, a.LEADER, (R.TOO_LATE, "")),
    ("extension, why", a.in_hand(), a.replaced(a.EXTENSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("no extension", a.in_hand(), a.replaced(a.EXTENSION, until=b.NOON + 7 * DAY), a.LEADER, (R.BAD_FIELD, "until")),
    (
        "extension too long",
        a.in_hand(),
        a.replaced(a.EXTENSION, until=b.NOON + 14 * DAY + SECOND),
        a.LEADER,
        (R.TOO_LONG, "until"),
    ),
    (
        "extension of a date too long",
        dated_and_suspended(),
        a.replaced(a.EXTENSION, until=b.NOON + 19 * DAY + SECOND),
        a.LEADER,
        (R.TOO_LONG, "until"),
    ),
    # suspension
    ("suspension unsigned", a.signed(), a.SUSPENSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second suspension", a.drafted(a.SUSPENSION), a.SUSPENSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("suspension, why", a.in_hand(), a.replaced(a.SUSPENSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    (
        "suspension, told whom",
        a.in_hand(),
        a.replaced(a.SUSPENSION, public_reason=BLANK),
        a.LEADER,
        (R.MISSING_FIELD, "public_reason"),
    ),
    (
        "suspension until now",
        at(a.in_hand(), b.NOON + HOUR),
        a.replaced(a.SUSPENSION, review_at=b.NOON + HOUR),
        a.LEADER,
        (R.BAD_FIELD, "review_at"),
    ),
    # exclusion
    ("exclusion unsigned", Life(), a.EXCLUSION, a.LEADER, (R.WRONG_STATE, "")),
    ("second exclusion", a.drafted(a.EXCLUSION), a.EXCLUSION, a.LEADER, (R.ALREADY_REQUESTED, "")),
    ("excluded already", a.excluded(), a.EXCLUSION, a.LEADER, (R.ALREADY_SO, "")),
    ("exclusion again", a.exclusion_refused(), a.EXCLUSION, a.LEADER, (R.ONLY_ONCE, "")),
    (
        "unlawful exclusion",
        a.in_hand(),
        a.replaced(a.EXCLUSION, ground=Ground.NOT_OUR_DUTY),
        a.LEADER,
        (R.BAD_FIELD, "ground"),
    ),
    ("exclusion, why", a.in_hand(), a.replaced(a.EXCLUSION, reason=""), a.LEADER, (R.MISSING_FIELD, "reason")),
    ("exclusion unproved", a.in_hand(), a.replaced(a.EXCLUSION, evidence=()), a.LEADER, (R.NO_EVIDENCE, "evidence")),
    # sending, taking back, deciding
    ("send by a dispatcher", a.drafted(a.RETURN, Life()), a.send(K.RETURN), a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    ("send nothing", a.signed(), a.send(K.RETURN), a.LEADER, (R.NO_SUCH_REQUEST, "kind")),
    ("send another", a.drafted(a.EXTENSION), a.send(K.RETURN), a.LEADER, (R.NO_SUCH_REQUEST, "kind")),
    ("send twice", a.extension_sent_by_leader(), a.send(K.EXTENSION), a.LEADER, (R.ALREADY_SO, "kind")),
    (
        "send a return in hand",
        drafted_after_contact(a.RETURN),
        a.send(K.RETURN),
        a.LEADER,
        (R.WRONG_STATE, "kind"),
    ),
    (
        "send a return too late",
        at(a.drafted(a.RETURN, a.signed()), b.NOON + 2 * DAY),
        a.send(K.RETURN),
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    (
        "send an extension too late",
        at(a.drafted(a.EXTENSION), b.NOON + 7 * DAY + SECOND),
        a.send(K.EXTENSION),
        a.LEADER,
        (R.TOO_LATE, ""),
    ),
    (
        "send an extension of a return",
        a.drafted(a.EXTENSION, a.signed()).do(a.RETURN, a.LEADER),
        a.send(K.EXTENSION),
        a.LEADER,
        (R.WRONG_STATE, "kind"),
    ),
    ("drop nothing", a.signed(), a.drop(K.RETURN), a.DISPATCHER, (R.NO_SUCH_REQUEST, "kind")),
    ("drop another", a.drafted(a.EXTENSION), a.drop(K.SUSPENSION), a.DISPATCHER, (R.NO_SUCH_REQUEST, "kind")),
    ("drop, why", a.drafted(a.EXTENSION), a.drop(K.EXTENSION, BLANK), a.DISPATCHER, (R.MISSING_FIELD, "reason")),
    ("decide nothing", a.signed(), a.grant(K.RETURN), a.HOTLINE, (R.NO_SUCH_REQUEST, "kind")),
    ("decide another", a.drafted(a.EXTENSION), a.grant(K.EXCLUSION), a.HOTLINE, (R.NO_SUCH_REQUEST, "kind")),
    ("decide a draft", a.drafted(a.EXTENSION), a.grant(K.EXTENSION), a.HOTLINE, (R.NOT_SENT, "kind")),
    ("district extends", a.extension_sent_by_leader(), a.grant(K.EXTENSION), a.DISTRICT, (R.NOT_YOUR_ROLE, "kind")),
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
        a.extension_sent_by_leader(),
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
    ("transfer to its holder", a.signed(), a.replaced(a.TRANSFER, to=b.STREET), a.HOTLINE, (R.BAD_FIELD, "to")),
    ("transfer to nobody", a.signed(), a.replaced(a.TRANSFER, to=NOBODY), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    ("transfer to a stranger", a.signed(), a.replaced(a.TRANSFER, to=b.GAS), a.HOTLINE, (R.UNKNOWN_UNIT, "to")),
    ("transfer, why", a.signed(), a.replaced(a.TRANSFER, reason=BLANK), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("transfer with a whistle out", a.whistled(), a.TRANSFER, a.HOTLINE, (R.WHISTLES_OPEN, "")),
    ("transfer of a redo", a.redo(), a.TRANSFER, a.HOTLINE, (R.WRONG_STATE, "")),
    ("withdrawn, why", Life(), c.WithdrawOrder(case=ONE, reason=""), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("withdrawn by a street", Life(), c.WithdrawOrder(case=ONE, reason="x"), a.LEADER, (R.NOT_YOUR_ROLE, "")),
    ("split a child", a.child(), a.SPLIT, a.DISPATCHER, (R.WRONG_STATE, "parent")),
    ("split in one", a.in_hand(), a.replaced(a.SPLIT, parts=a.SPLIT.parts[:1]), a.DISPATCHER, (R.BAD_FIELD, "parts")),
    (
        "split without a title",
        a.in_hand(),
        a.replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=TWO, title=BLANK))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split with one id twice",
        a.in_hand(),
        a.replaced(a.SPLIT, parts=(a.SPLIT.parts[0], a.SPLIT.parts[0])),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split into itself",
        a.in_hand(),
        a.replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=ONE, title="the rest"))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    (
        "split into nothing",
        a.in_hand(),
        a.replaced(a.SPLIT, parts=(a.SPLIT.parts[0], c.Part(case=CaseId(""), title="the rest"))),
        a.DISPATCHER,
        (R.BAD_FIELD, "parts"),
    ),
    ("merge by a dispatcher", a.in_hand(), a.MERGE, a.DISPATCHER, (R.NOT_YOUR_ROLE, "")),
    ("merge into itself", a.in_hand(), a.replaced(a.MERGE, into=ONE), a.LEADER, (R.BAD_FIELD, "into")),
    ("merge, why", a.in_hand(), a.replaced(a.MERGE, reason=BLANK), a.LEADER, (R.MISSING_FIELD, "reason")),
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
    ("reply with a draft", a.drafted(a.EXTENSION), a.REPLY, a.DISPATCHER, (R.REQUEST_OPEN, "")),
    ("reply with a request", a.in_hand().do(a.SUSPENSION, a.LEADER), a.REPLY, a.LEADER, (R.REQUEST_OPEN, "")),
    *(
        (
            f"reply without {field}",
            a.in_hand(),
            a.replaced(a.REPLY, **{field: BLANK}),
            a.LEADER,
            (R.MISSING_FIELD, field),
        )
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
        (f"unreached {said}", a.replied(), a.replaced(a.UNREACHED, **said), a.HOTLINE, (R.CONTRADICTION, "reached"))
        for said in (
            {"contacted": True},
            {"solved": Solved.NO},
            {"satisfied": e.Satisfied.REFUSED_TO_SAY},
        )
    ),
    ("redo by a street", a.replied(), c.OrderRedo(case=ONE, reason="x"), a.LEADER, (R.NOT_YOUR_ROLE, "")),
    ("redo, why", a.replied(), c.OrderRedo(case=ONE, reason=""), a.HOTLINE, (R.MISSING_FIELD, "reason")),
    ("close at once", a.replied(), a.CLOSE, a.DISPATCHER, (R.NOT_CALLED_BACK, "")),
    ("close with a whistle out", a.whistled_and_called_back(), a.CLOSE, a.DISPATCHER, (R.WHISTLES_OPEN, "")),
    ("close with a child open", a.split_and_called_back(), a.CLOSE, a.DISPATCHER, (R.CHILDREN_OPEN, "")),
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
    ("twice", a.supervised(), c.Supervise(case=ONE, level=1, reason="x"), a.HOTLINE, (R.ALREADY_SO, "level")),
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
        a.supervised(),
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
        a.numbered(),
        c.GiveNumber(case=ONE, number="C-2", source="12345"),
        a.HOTLINE,
        (R.ALREADY_SO, "number"),
    ),
    ("no number", a.desk_case(), c.GiveNumber(case=ONE, number="", source="x"), a.HOTLINE, (R.MISSING_FIELD, "number")),
    ("no source", a.desk_case(), c.GiveNumber(case=ONE, number="C", source=""), a.HOTLINE, (R.MISSING_FIELD, "source")),
    ("reveal, why", Life(), c.RevealCaller(case=ONE, reason=""), a.DISPATCHER, (R.MISSING_FIELD, "reason")),
    (
        "reveal a secret",
        Life(confidential=True),
        c.RevealCaller(case=ONE, reason="x"),
        a.LEADER,
        (R.CONFIDENTIAL, ""),
    ),
    ("erase, why", a.closed(), c.ErasePersonalData(case=ONE, reason=""), CENTRE, (R.MISSING_FIELD, "reason")),
    ("erase from open", a.in_hand(), c.ErasePersonalData(case=ONE, reason="x"), CENTRE, (R.WRONG_STATE, "")),
    ("erase by desk", a.closed(), c.ErasePersonalData(case=ONE, reason="x"), a.LEADER, (R.NOT_YOUR_ROLE, "")),
    (
        "erase twice",
        a.closed().do(c.ErasePersonalData(case=ONE, reason="x"), CENTRE),
        c.ErasePersonalData(case=ONE, reason="x"),
        CENTRE,
        (R.ALREADY_SO, ""),
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
