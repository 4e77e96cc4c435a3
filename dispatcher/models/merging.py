"""Merge by field: which value a command would replace, and whether it is still the one the person saw.

Commands on different values of a case never hinder each other. Two that would replace the same value collide when the
value is another than the one the second person had before him; then nothing is overwritten and a person decides.
Values are texts, the same at console and centre, so that they can be compared, sent and shown. Source: DESIGN 5.
"""

import datetime as dt
import enum
from typing import Final, assert_never

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.evolution import standing
from dispatcher.models.ids import Instant
from dispatcher.models.verdicts import Changed, Reason, Refused


class Value(enum.StrEnum):
    """A value of a case that several people may want to replace; the last four are the requests of a kind."""

    ASSIGNEE = "assignee"
    URGENCY = "urgency"
    HOLDER = "holder"
    REPLY = "reply"
    RETURN = "return"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"


_OF_REQUESTS: Final = (e.RequestDropped, e.RequestGranted, e.RequestRefused)


def value_of(command: c.Command) -> Value | None:
    """Name the value a command replaces or decides on; None for one that only adds to the record."""
    match command:
        case c.Assign():
            return Value.ASSIGNEE
        case c.ChangeUrgency():
            return Value.URGENCY
        case c.Transfer():
            return Value.HOLDER
        case c.Reply() | c.ApproveReply() | c.SendBackReply():
            return Value.REPLY
        case c.RequestReturn() | c.Adjudicate():
            return Value.RETURN
        case c.RequestExtension():
            return Value.EXTENSION
        case c.RequestSuspension():
            return Value.SUSPENSION
        case c.RequestExclusion():
            return Value.EXCLUSION
        case c.SendRequest() | c.DropRequest() | c.DecideRequest():
            return Value(command.kind.value)
        case _:
            return None


def seen_in(command: c.Command, case: Case) -> str | None:
    """Give the text of the value a command is about as it stands in a case; None where there is none to compare."""
    value = value_of(command)
    return None if value is None else text_in(value, case)


def text_in(value: Value, case: Case) -> str:
    """Give a value of a case as a text, empty where there is none yet."""
    match value:
        case Value.ASSIGNEE:
            return _lines(case.assignee, case.assigned_community, "", "", ())
        case Value.URGENCY:
            return case.urgency.value
        case Value.HOLDER:
            return case.holder
        case Value.REPLY:
            written = _last_written(case)
            return "" if written is None else _reply_text(written)
        case Value.RETURN | Value.EXTENSION | Value.SUSPENSION | Value.EXCLUSION:
            kind = e.RequestKind(value.value)
            last = next((request for request in reversed(case.requests) if request.kind is kind), None)
            return "" if last is None else _request_text(last)
        case _:
            assert_never(value)


def wanted(command: c.Command) -> str | None:
    """Give the text a command would put in the value's place; None for one that decides on what is there."""
    match command:
        case c.Assign():
            return _lines(command.assignee, command.community, "", "", ())
        case c.ChangeUrgency():
            return command.urgency.value
        case c.Transfer():
            return command.to
        case c.Reply():
            return _reply_text(command)
        case c.RequestReturn() | c.RequestExclusion():
            return _lines(command.ground.value, "", command.reason, "", command.evidence)
        case c.RequestExtension():
            return _lines("", _utc(command.until), command.reason, "", ())
        case c.RequestSuspension():
            return _lines("", _utc(command.review_at), command.reason, command.public_reason, ())
        case _:
            return None


def collision(command: c.Command, seen: str | None, case: Case) -> Refused | None:
    """Refuse what would replace another value than the person saw; None where both want the same, or none was told."""
    value = value_of(command)
    if seen is None or value is None:
        return None
    there, mine = text_in(value, case), wanted(command)
    if there in (seen, mine):
        return None
    by = _set_by(value, case)
    changed = Changed(
        seen=seen,
        mine=mine or "",
        theirs=there,
        by_name=by.by_name if by is not None else "",
        at=by.at if by is not None else None,
    )
    return Refused(reason=Reason.CHANGED_MEANWHILE, field=value.value, changed=changed)


def _set_by(value: Value, case: Case) -> e.Recorded | None:
    return next((r for r in reversed(standing(case.history)) if _sets(value, r.event)), None)


def _sets(value: Value, event: e.AnyEvent) -> bool:
    moved = isinstance(event, e.Transferred) or (isinstance(event, e.RequestGranted) and bool(event.to))
    match value:
        case Value.ASSIGNEE:
            return isinstance(event, e.Assigned) or moved
        case Value.URGENCY:
            return isinstance(event, e.UrgencyChanged | e.OrderReceived)
        case Value.HOLDER:
            return isinstance(event, e.OrderReceived) or moved
        case Value.REPLY:
            return isinstance(event, e.ReplyWritten)
        case Value.RETURN | Value.EXTENSION | Value.SUSPENSION | Value.EXCLUSION:
            if isinstance(event, e.Requested):
                return event.request.kind.value == value.value
            return (isinstance(event, _OF_REQUESTS) and event.kind.value == value.value) or moved
        case _:
            assert_never(value)


def _last_written(case: Case) -> e.ReplyWritten | None:
    facts = (recorded.event for recorded in reversed(standing(case.history)))
    return next((event for event in facts if isinstance(event, e.ReplyWritten)), None)


def _reply_text(reply: c.Reply | e.ReplyWritten) -> str:
    return "\n".join((reply.accepted, reply.talked_with, reply.done, reply.result))


def _request_text(request: e.Request) -> str:
    asked = _lines(
        "" if request.ground is None else request.ground.value,
        "" if request.until is None else _utc(request.until),
        request.reason,
        request.public_reason,
        request.evidence,
    )
    if request.granted is None:
        return asked
    return "\n".join(each for each in (asked, "granted" if request.granted else "refused", request.answer) if each)


def _lines(ground: str, until: str, reason: str, public_reason: str, evidence: tuple[str, ...]) -> str:
    return "\n".join(each for each in (ground, until, reason, public_reason, *evidence) if each)


def _utc(at: Instant) -> str:
    return at.astimezone(dt.UTC).isoformat()
