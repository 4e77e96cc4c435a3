"""What is decided on a case itself: receiving, signing, contacting, replying, closing, supervising.

Promises: gives the facts that follow from a command on a case as it stands, or the one reason why none do; the table's
rows (role, reach, state) have been checked before. Requests to those above stand in `requests`, late facts in
`belated`. Source: DOMAIN section 4.
"""

import datetime as dt
import re
from typing import assert_never

from dispatcher.models import belated, privacy, requests, undoing
from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import after
from dispatcher.models.findings import Found, blank, clock_hour
from dispatcher.models.law import Law
from dispatcher.models.organisation import CONFIDENTIAL_ROLES, Actor, Role, street_of
from dispatcher.models.verdicts import Reason, Refused

AHEAD_AT_MOST = dt.timedelta(minutes=5)
"""What is dated further in the future than this is refused; less is taken as a clock a little ahead."""
_LEVELS = {
    1: frozenset({Role.SUPERVISOR, Role.DISTRICT, Role.HOTLINE, Role.CENTRE}),
    2: frozenset({Role.DISTRICT, Role.HOTLINE}),
    3: frozenset({Role.HOTLINE}),
}
"""Who may set and lift supervision of each level."""


def hindrance(command: type[c.Command], case: Case, actor: Actor) -> Refused | None:
    """Say which condition of the case keeps `actor` from this kind of command, before any of its fields is known."""
    if command is c.SignFor and case.state is CaseState.REDO and case.redo_signed_at is not None:
        return Refused(reason=Reason.ALREADY_SO, detail=case.redo_signed_at.isoformat())
    if command is c.RecordCallBack and case.state is CaseState.CLOSED and not actor.is_any(Role.HOTLINE):
        return Refused(reason=Reason.WRONG_STATE, detail=case.state)
    if command is c.Reply:
        if (case.contacted_at if case.redo_at is None else case.redo_contacted_at) is None:
            return Refused(reason=Reason.NOT_CONTACTED)
        if case.request(e.RequestKind.EXTENSION) or case.request(e.RequestKind.SUSPENSION):
            return Refused(reason=Reason.REQUEST_OPEN)
    if command is c.CloseCase:
        if not case.call_backs:
            return Refused(reason=Reason.NOT_CALLED_BACK)
        # How many vain calls are enough is the policy's to say: before that, nothing else can be said either.
        return _still_out(case) if case.called_back_at is not None else None
    if command is c.Transfer and _has_whistle_out(case):
        return Refused(reason=Reason.WHISTLES_OPEN)
    if command is c.MergeCase:
        if _has_whistle_out(case):
            return Refused(reason=Reason.WHISTLES_OPEN)
        if case.children:
            return Refused(reason=Reason.CHILDREN_OPEN)
    if command is c.SplitCase and case.parent:
        return Refused(reason=Reason.WRONG_STATE, field="parent", detail=case.parent)
    if command is c.GiveNumber and (case.local_number or not _LOCAL_NUMBER.fullmatch(case.order.number)):
        return Refused(reason=Reason.ALREADY_SO, field="number", detail=case.order.number)
    if command is c.RevealCaller and case.order.confidential and not actor.is_any(*CONFIDENTIAL_ROLES):
        return Refused(reason=Reason.CONFIDENTIAL)
    if command is c.ErasePersonalData and privacy.is_erased(case):
        return Refused(reason=Reason.ALREADY_SO)
    return requests.hindrance(command, case)


def receive(command: c.ReceiveOrder, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> Found:
    """Take an order in as a new case; `case` is one of the same id, where there is one already."""
    order = command.order
    from_desk = not actor.is_any(Role.HOTLINE, Role.CENTRE)
    if from_desk and command.holder != actor.unit:
        return Refused(reason=Reason.NOT_YOUR_CASE, field="holder", detail=command.holder)
    if case is not None:
        return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
    for field in ("number", "source", "title"):
        if not getattr(order, field).strip():
            return Refused(reason=Reason.MISSING_FIELD, field=f"order.{field}")
    if from_desk and not re.fullmatch(rf"L-{re.escape(actor.unit)}-{_DATE}-\d+", order.number):
        return Refused(reason=Reason.BAD_FIELD, field="order.number", detail=order.number)
    if order.dispatched_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="order.dispatched_at", detail=order.dispatched_at.isoformat())
    closed_at = command.closed_at
    if closed_at is not None and closed_at < order.dispatched_at:
        return Refused(reason=Reason.BEFORE_THE_CASE, field="closed_at", detail=closed_at.isoformat())
    if closed_at is not None and closed_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="closed_at", detail=closed_at.isoformat())
    if law.holders and command.holder not in law.holders:
        return Refused(reason=Reason.UNKNOWN_UNIT, field="holder", detail=command.holder)
    if command.parent and not actor.is_any(Role.CENTRE):
        return Refused(reason=Reason.CONTRADICTION, field="parent", detail=command.parent)
    received = e.OrderReceived(
        case=command.case, order=order, holder=command.holder, policy=law.policy.version, parent=command.parent
    )
    return (
        (received,) if closed_at is None else (received, e.ClosedElsewhere(closed_at=closed_at, result=command.result))
    )


def decide(command: c.CaseCommand, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    """Decide a command on a case, of which `hindrance` has found nothing in the way."""
    match command:
        case c.ReceiveOrder():
            return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
        case c.SignFor():
            return belated.signature(case, at)
        case c.RecordContact():
            return (belated.contact(command, case, law, at),)
        case c.Assign():
            return _assign(command, case, at)
        case c.ReportProgress():
            return blank(command, "text") or (e.ProgressReported(text=command.text, on_scene=command.on_scene),)
        case c.AddNote():
            return blank(command, "text") or (e.NoteAdded(text=command.text, instead_of=command.instead_of),)
        case c.Reply():
            return _reply(command, actor, law)
        case c.ApproveReply():
            return (e.ReplyApproved(),)
        case c.SendBackReply():
            return blank(command, "reason") or (e.ReplySentBack(reason=command.reason),)
        case c.RecordCallBack():
            return _call_back(command, actor)
        case c.OrderRedo():
            return blank(command, "reason") or (e.RedoOrdered(reason=command.reason),)
        case c.ReopenCase():
            return _reopen(command, case, law, at)
        case c.CloseCase():
            return _close(command, case, law)
        case (
            c.RequestReturn()
            | c.RequestExtension()
            | c.RequestSuspension()
            | c.RequestExclusion()
            | c.SendRequest()
            | c.DropRequest()
            | c.DecideRequest()
            | c.Adjudicate()
        ):
            return requests.decide(command, case, actor, law, at)
        case c.Transfer():
            return (
                requests.no_holder(command.to, case, law)
                or blank(command, "reason")
                or (e.Transferred(to=command.to, reason=command.reason),)
            )
        case c.WithdrawOrder():
            return blank(command, "reason") or (e.OrderWithdrawn(reason=command.reason),)
        case c.SplitCase():
            return _split(command, case)
        case c.MergeCase():
            if command.into == case.id:
                return Refused(reason=Reason.BAD_FIELD, field="into", detail=command.into)
            return blank(command, "reason") or (e.CaseMerged(into=command.into, reason=command.reason),)
        case c.AbsorbDuplicate():
            if command.duplicate in case.duplicates:
                return Refused(reason=Reason.ALREADY_SO, field="duplicate", detail=command.duplicate)
            return (e.DuplicateAbsorbed(duplicate=command.duplicate, number=command.number),)
        case c.NoteChildEnded():
            return _child_ended(command, case)
        case c.ResumeCase():
            if actor.is_any(Role.CENTRE) and at < case.suspensions[-1].review_at:
                return Refused(reason=Reason.TOO_EARLY, detail=case.suspensions[-1].review_at.isoformat())
            return (e.CaseResumed(reason=command.reason),)
        case c.Supervise() | c.LiftSupervision():
            return _supervise(command, case, actor)
        case c.ChangeUrgency():
            if command.urgency is case.urgency:
                return Refused(reason=Reason.ALREADY_SO, field="urgency", detail=command.urgency)
            return blank(command, "reason") or (e.UrgencyChanged(urgency=command.urgency, reason=command.reason),)
        case c.Urge():
            return (e.Urged(note=command.note),)
        case c.GiveNumber():
            return blank(command, "number", "source") or (e.NumberGiven(number=command.number, source=command.source),)
        case c.Undo():
            return undoing.decide(command, case, actor, law, at)
        case c.RevealCaller():
            return blank(command, "reason") or (e.CallerRevealed(reason=command.reason),)
        case c.ErasePersonalData():
            return blank(command, "reason") or (e.PersonalDataErased(reason=command.reason),)
        case _:
            assert_never(command)


def _assign(command: c.Assign, case: Case, at: dt.datetime) -> Found:
    if command.community and street_of(command.community) != case.holder:
        return Refused(reason=Reason.BAD_FIELD, field="community", detail=command.community)
    return blank(command, "assignee") or (belated.assignment(command, case, at),)


def _reply(command: c.Reply, actor: Actor, law: Law) -> Found:
    review = law.policy.reply_review and not actor.is_any(Role.SHIFT_LEADER)
    return blank(command, "accepted", "talked_with", "done", "result") or (
        e.ReplyWritten(
            accepted=command.accepted,
            talked_with=command.talked_with,
            done=command.done,
            result=command.result,
            review=review,
        ),
    )


def _call_back(command: c.RecordCallBack, actor: Actor) -> Found:
    if command.reached and command.solved is None:
        return Refused(reason=Reason.MISSING_FIELD, field="solved")
    answered = command.contacted or command.solved is not None or command.satisfied is not None
    if answered and not command.reached:
        return Refused(reason=Reason.CONTRADICTION, field="reached")
    called = e.CallBackRecorded(
        by_hotline=actor.is_any(Role.HOTLINE),
        reached=command.reached,
        contacted=command.contacted,
        solved=command.solved,
        satisfied=command.satisfied,
        words=command.words,
    )
    if command.solved is e.Solved.NO:
        return called, e.RedoOrdered(reason=command.words)
    return (called,)


def _reopen(command: c.ReopenCase, case: Case, law: Law, at: dt.datetime) -> Found:
    assert case.closed_at is not None
    until = after(case.closed_at, law.policy.reopen_within, law).end
    if at > until:
        return Refused(reason=Reason.TOO_LATE, detail=until.isoformat())
    return blank(command, "reason") or (e.CaseReopened(reason=command.reason),)


def _close(command: c.CloseCase, case: Case, law: Law) -> Found:
    if case.called_back_at is None:
        enough = law.policy.call_back_attempts
        if all(_vain_call_backs(case, by_hotline=side) < enough for side in (True, False)):
            return Refused(reason=Reason.NOT_CALLED_BACK)
        still_out = _still_out(case)
        if still_out is not None:
            return still_out
    return (e.CaseClosed(note=command.note),)


def _vain_call_backs(case: Case, *, by_hotline: bool) -> int:
    """Count one side's vain call-backs since the last reply, one for each clock hour."""
    return len({clock_hour(call.at) for call in case.call_backs if not call.reached and call.by_hotline is by_hotline})


def _still_out(case: Case) -> Refused | None:
    if _has_whistle_out(case):
        return Refused(reason=Reason.WHISTLES_OPEN)
    if not set(case.children) <= set(case.children_ended):
        return Refused(reason=Reason.CHILDREN_OPEN)
    return None


def _has_whistle_out(case: Case) -> bool:
    return any(whistle.is_open for whistle in case.whistles)


def _split(command: c.SplitCase, case: Case) -> Found:
    ids = {part.case for part in command.parts}
    if (
        len(command.parts) < 2
        or len(ids) < len(command.parts)
        or not ids.isdisjoint((case.id, *case.children))
        or not all(part.case.strip() and part.title.strip() for part in command.parts)
    ):
        return Refused(reason=Reason.BAD_FIELD, field="parts")
    numbered = enumerate(command.parts, len(case.children) + 1)
    children = tuple(
        e.Child(case=part.case, number=f"{case.order.number}-{k}", title=part.title, text=part.text)
        for k, part in numbered
    )
    return (e.CaseSplit(children=children, reason=command.reason),)


def _child_ended(command: c.NoteChildEnded, case: Case) -> Found:
    if command.child not in case.children:
        return Refused(reason=Reason.BAD_FIELD, field="child", detail=command.child)
    if (command.child in case.children_ended) is not command.again:
        return Refused(reason=Reason.ALREADY_SO, field="child", detail=command.child)
    return (e.ChildEnded(child=command.child, again=command.again),)


def _supervise(command: c.Supervise | c.LiftSupervision, case: Case, actor: Actor) -> Found:
    level = command.level
    if level not in _LEVELS:
        return Refused(reason=Reason.BAD_FIELD, field="level", detail=str(level))
    if not actor.is_any(*_LEVELS[level]):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="level", detail=str(level))
    in_force = any(s.level == level and s.lifted_at is None for s in case.supervisions)
    begins = isinstance(command, c.Supervise)
    if in_force is begins:
        return Refused(reason=Reason.ALREADY_SO, field="level", detail=str(level))
    missing = blank(command, "reason")
    if missing is not None:
        return missing
    event = e.Supervised if begins else e.SupervisionLifted
    return (event(level=level, reason=command.reason),)


_DATE = r"\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_LOCAL_NUMBER = re.compile(rf"L-.+-{_DATE}-\d+(?:-\d+)?")
"""A number given at a desk, or that of a child of such a case."""
