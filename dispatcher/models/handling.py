"""What is decided on a case itself: receiving, signing, contacting, replying, and all that those above are asked for.

Promises: gives the facts that follow from a command on a case as it stands, or the one reason why none do; the
table's rows (role, state) have been checked before. Source: DOMAIN section 4.
"""

import datetime as dt

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Reason, Refused

_AHEAD_AT_MOST = dt.timedelta(minutes=5)
Found = tuple[e.AnyEvent, ...] | Refused


def hindrance(command: type[c.Command], case: Case, actor: Actor) -> Reason | None:
    """Say which condition of the case keeps `actor` from this kind of command, before any of its fields is known."""
    if command is c.Reply and case.contacted_at is None:
        return Reason.NOT_CONTACTED
    if command is c.CloseCase:
        if case.called_back_at is None:
            return Reason.NOT_CALLED_BACK
        if any(whistle.is_open for whistle in case.whistles):
            return Reason.WHISTLES_OPEN
    if command is c.RevealCaller and case.order.confidential:
        return Reason.CONFIDENTIAL
    return None


def receive(command: c.ReceiveOrder, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> Found:
    """Take an order in as a new case; `case` is one of the same id, where there is one already."""
    if case is not None:
        return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
    order = command.order
    for field in ("number", "source", "title"):
        if not getattr(order, field):
            return Refused(reason=Reason.MISSING_FIELD, field=f"order.{field}")
    if order.dispatched_at > now + _AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="order.dispatched_at", detail=order.dispatched_at.isoformat())
    received = e.OrderReceived(case=command.case, order=order, holder=command.holder, policy=law.policy.version)
    if command.closed_at is None:
        return (received,)
    if command.closed_at < order.dispatched_at:
        return Refused(reason=Reason.BEFORE_THE_CASE, field="closed_at", detail=command.closed_at.isoformat())
    return received, e.ClosedElsewhere(closed_at=command.closed_at, result=command.result)


def decide(command: c.CaseCommand, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    """Decide a command on a case."""
    match command:
        case c.SignFor():
            return (e.SignedFor(),)
        case c.RecordContact():
            counts = command.reached or case.attempts + 1 >= law.policy.contact_attempts
            return (e.ContactRecorded(reached=command.reached, counts=counts, note=command.note),)
        case c.Assign():
            if not command.assignee.strip():
                return _missing("assignee")
            return (e.Assigned(assignee=command.assignee, note=command.note),)
        case c.ReportProgress():
            if not command.text.strip():
                return _missing("text")
            return (e.ProgressReported(text=command.text, on_scene=command.on_scene),)
        case c.Reply():
            for field in ("accepted", "talked_with", "done", "result"):
                if not str(getattr(command, field)).strip():
                    return _missing(field)
            review = law.policy.reply_review and not actor.is_any(Role.SHIFT_LEADER)
            return (
                e.ReplyWritten(
                    accepted=command.accepted,
                    talked_with=command.talked_with,
                    done=command.done,
                    result=command.result,
                    review=review,
                ),
            )
        case c.ApproveReply():
            return (e.ReplyApproved(),)
        case c.SendBackReply():
            return (e.ReplySentBack(reason=command.reason),) if command.reason.strip() else _missing("reason")
        case c.RecordCallBack():
            return _call_back(command, actor)
        case c.CloseCase():
            return (e.CaseClosed(note=command.note),)
        case c.RevealCaller():
            return (e.CallerRevealed(reason=command.reason),) if command.reason.strip() else _missing("reason")
        case c.ReceiveOrder():
            return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
        case _:
            raise NotImplementedError(type(command).__name__)


def _missing(field: str) -> Refused:
    return Refused(reason=Reason.MISSING_FIELD, field=field)


def _call_back(command: c.RecordCallBack, actor: Actor) -> tuple[e.AnyEvent, ...] | Refused:
    if command.reached and command.solved is None:
        return _missing("solved")
    called = e.CallBackRecorded(
        by_hotline=actor.is_any(Role.HOTLINE),
        reached=command.reached,
        contacted=command.contacted,
        solved=command.solved,
        satisfied=command.satisfied,
        words=command.words,
    )
    if command.reached and command.solved is e.Solved.NO:
        return called, e.RedoOrdered(reason=command.words)
    return (called,)
