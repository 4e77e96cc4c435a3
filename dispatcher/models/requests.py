"""What a street asks those above for: return, extension, suspension, exclusion; sent, taken back, decided, adjudicated.

Promises: gives the facts that follow, or the one reason why none do, in the order the reasons are looked for: the case,
the time, the fields. Source: DOMAIN section 4.
"""

import datetime as dt
from typing import assert_never

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind, after, clocks, urgency_at
from dispatcher.models.findings import Found, blank
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.transitions import ROW
from dispatcher.models.verdicts import Reason, Refused

RequestCommand = (
    c.RequestReturn
    | c.RequestExtension
    | c.RequestSuspension
    | c.RequestExclusion
    | c.SendRequest
    | c.DropRequest
    | c.DecideRequest
    | c.Adjudicate
)
_ASKS: dict[type[c.Command], e.RequestKind] = {
    c.RequestReturn: e.RequestKind.RETURN,
    c.RequestExtension: e.RequestKind.EXTENSION,
    c.RequestSuspension: e.RequestKind.SUSPENSION,
    c.RequestExclusion: e.RequestKind.EXCLUSION,
}
_ON_ONE = frozenset({c.SendRequest, c.DropRequest, c.DecideRequest})
_URGENT = frozenset({Urgency.FLOOD, Urgency.EMERGENCY, Urgency.LIVELIHOOD})
_HOTLINES_OWN = frozenset({e.RequestKind.EXTENSION, e.RequestKind.EXCLUSION})
_SUSPENDABLE = frozenset({CaseState.IN_HAND, CaseState.REDO})


def hindrance(command: type[c.Command], case: Case) -> Refused | None:
    """Say which condition of the case is in the way of this kind of command, before any of its fields is known."""
    if command in _ON_ONE and all(request.granted is not None for request in case.requests):
        return Refused(reason=Reason.NO_SUCH_REQUEST, field="kind")
    if command is c.Adjudicate and case.asked(e.RequestKind.RETURN) < 2:
        return Refused(reason=Reason.WRONG_STATE, field="granted", detail=case.state)
    kind = _ASKS.get(command)
    if kind is None:
        return None
    if kind is e.RequestKind.RETURN and case.adjudicated:
        return Refused(reason=Reason.FINAL)
    if kind is e.RequestKind.RETURN and (case.no_return or case.order.no_return):
        return Refused(reason=Reason.NO_RETURN)
    if case.request(kind) is not None:
        return Refused(reason=Reason.ALREADY_REQUESTED)
    if kind is e.RequestKind.EXTENSION and case.asked(kind):
        return Refused(reason=Reason.ONLY_ONCE)
    if kind is e.RequestKind.EXCLUSION:
        if case.exclusion is not None:
            return Refused(reason=Reason.ALREADY_SO)
        if any(request.kind is kind for request in case.requests):
            return Refused(reason=Reason.ONLY_ONCE)
    return None


def decide(command: RequestCommand, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    """Decide a command on requests of a case, of which `hindrance` has found nothing in the way."""
    match command:
        case c.RequestReturn():
            return (
                _past_window(case, law, at)
                or _unlawful(command, e.RETURN_GROUNDS)
                or blank(command, "reason")
                or (None if command.ground is e.Ground.ESSENTIALS_MISSING else _unproved(command))
                or _requested(command, e.RequestKind.RETURN, actor, at)
            )
        case c.RequestExtension():
            return (
                _past_limit(case, law, at)
                or blank(command, "reason")
                or _bad_extension(command, case, law)
                or _requested(command, e.RequestKind.EXTENSION, actor, at)
            )
        case c.RequestSuspension():
            missing = blank(command, "reason", "public_reason")
            if missing is not None:
                return missing
            if command.review_at <= at:
                return Refused(reason=Reason.BAD_FIELD, field="review_at", detail=command.review_at.isoformat())
            return _requested(command, e.RequestKind.SUSPENSION, actor, at)
        case c.RequestExclusion():
            return (
                _unlawful(command, e.EXCLUSION_GROUNDS)
                or blank(command, "reason")
                or _unproved(command)
                or _requested(command, e.RequestKind.EXCLUSION, actor, at)
            )
        case c.SendRequest():
            return _send(command, case, law, at)
        case c.DropRequest():
            if case.request(command.kind) is None:
                return Refused(reason=Reason.NO_SUCH_REQUEST, field="kind", detail=command.kind)
            return blank(command, "reason") or (e.RequestDropped(kind=command.kind, reason=command.reason),)
        case c.DecideRequest():
            return _decide(command, case, actor, law, at)
        case c.Adjudicate():
            return (
                blank(command, "answer")
                or _bad_next_holder(command, case, law, may_name=True)
                or _decided(command, e.RequestKind.RETURN)
            )
        case _:
            assert_never(command)


def no_holder(to: UnitId, case: Case, law: Law) -> Refused | None:
    """Refuse to give a case to a unit that holds it already, or that no order may be given to."""
    if to == case.holder:
        return Refused(reason=Reason.BAD_FIELD, field="to", detail=to)
    if not to or (law.holders and to not in law.holders):
        return Refused(reason=Reason.UNKNOWN_UNIT, field="to", detail=to)
    return None


def _requested(
    command: c.RequestReturn | c.RequestExtension | c.RequestSuspension | c.RequestExclusion,
    kind: e.RequestKind,
    actor: Actor,
    at: dt.datetime,
) -> Found:
    """Ask: a shift leader's own request is sent by asking, a dispatcher's is a draft."""
    until: dt.datetime | None = None
    public_reason = ""
    if isinstance(command, c.RequestExtension):
        until = command.until
    elif isinstance(command, c.RequestSuspension):
        until, public_reason = command.review_at, command.public_reason
    proved = isinstance(command, c.RequestReturn | c.RequestExclusion)
    request = e.Request(
        kind=kind,
        reason=command.reason,
        by=actor.person,
        by_name=actor.name,
        unit=actor.unit,
        at=at,
        ground=command.ground if proved else None,
        evidence=command.evidence if proved else (),
        until=until,
        public_reason=public_reason,
        sent_at=at if actor.is_any(Role.SHIFT_LEADER) else None,
    )
    return (e.Requested(request=request),)


def _send(command: c.SendRequest, case: Case, law: Law, at: dt.datetime) -> Found:
    request = case.request(command.kind)
    if request is None:
        return Refused(reason=Reason.NO_SUCH_REQUEST, field="kind", detail=command.kind)
    if request.sent_at is not None:
        return Refused(reason=Reason.ALREADY_SO, field="kind", detail=command.kind)
    refused: Refused | None = None
    if command.kind is e.RequestKind.RETURN:
        refused = _wrong_state(c.RequestReturn, case) or _past_window(case, law, at)
    elif command.kind is e.RequestKind.EXTENSION:
        refused = _wrong_state(c.RequestExtension, case) or _past_limit(case, law, at)
    return refused or (e.RequestSent(kind=command.kind),)


def _wrong_state(command: type[c.Command], case: Case) -> Refused | None:
    if case.state in ROW[command].states:
        return None
    return Refused(reason=Reason.WRONG_STATE, field="kind", detail=case.state)


def _decide(command: c.DecideRequest, case: Case, actor: Actor, law: Law, at: dt.datetime) -> Found:
    kind = command.kind
    request = case.request(kind)
    if request is None:
        return Refused(reason=Reason.NO_SUCH_REQUEST, field="kind", detail=kind)
    if request.sent_at is None:
        return Refused(reason=Reason.NOT_SENT, field="kind", detail=kind)
    if kind in _HOTLINES_OWN and not actor.is_any(Role.HOTLINE):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="kind", detail=kind)
    if kind is e.RequestKind.RETURN and case.asked(kind) >= 2:
        return Refused(reason=Reason.NEEDS_ADJUDICATION, field="kind", detail=kind)
    if not command.granted and not command.answer.strip():
        return Refused(reason=Reason.MISSING_FIELD, field="answer")
    refused = _bad_next_holder(command, case, law, may_name=kind is e.RequestKind.RETURN)
    if refused is None and kind is e.RequestKind.SUSPENSION and command.granted:
        if case.state not in _SUSPENDABLE:
            refused = Refused(reason=Reason.WRONG_STATE, field="kind", detail=case.state)
        elif request.until is not None and request.until <= at:
            refused = Refused(reason=Reason.TOO_LATE, field="kind", detail=request.until.isoformat())
    return refused or _decided(command, kind)


def _decided(command: c.DecideRequest | c.Adjudicate, kind: e.RequestKind) -> Found:
    final = isinstance(command, c.Adjudicate)
    to_scene = command.to_scene if final else ()
    if command.granted:
        return (e.RequestGranted(kind=kind, answer=command.answer, to=command.to, final=final, to_scene=to_scene),)
    return (e.RequestRefused(kind=kind, answer=command.answer, final=final, to_scene=to_scene),)


def _bad_next_holder(
    command: c.DecideRequest | c.Adjudicate, case: Case, law: Law, *, may_name: bool
) -> Refused | None:
    if not command.to:
        return None
    if not (command.granted and may_name):
        return Refused(reason=Reason.CONTRADICTION, field="to", detail=command.to)
    return no_holder(command.to, case, law)


def _unlawful(command: c.RequestReturn | c.RequestExclusion, grounds: frozenset[e.Ground]) -> Refused | None:
    if command.ground in grounds:
        return None
    return Refused(reason=Reason.BAD_FIELD, field="ground", detail=command.ground)


def _unproved(command: c.RequestReturn | c.RequestExclusion) -> Refused | None:
    if any(reference.strip() for reference in command.evidence):
        return None
    return Refused(reason=Reason.NO_EVIDENCE, field="evidence")


def _past_window(case: Case, law: Law, at: dt.datetime) -> Refused | None:
    """Refuse a return after its window, counted from the holder's own dispatch."""
    policy = law.policy
    urgent = urgency_at(case, law, at) in _URGENT
    window = policy.return_window_urgent if urgent else policy.return_window
    return _past(after(case.held_since, window, law).end, at)


def _past_limit(case: Case, law: Law, at: dt.datetime) -> Refused | None:
    """Refuse an extension after the limit it would move."""
    return _past(_answer_due(case, law)[0], at)


def _past(until: dt.datetime, at: dt.datetime) -> Refused | None:
    return Refused(reason=Reason.TOO_LATE, detail=until.isoformat()) if at > until else None


def _bad_extension(command: c.RequestExtension, case: Case, law: Law) -> Refused | None:
    due, limit = _answer_due(case, law)
    if command.until <= due:
        return Refused(reason=Reason.BAD_FIELD, field="until", detail=due.isoformat())
    share = law.policy.extension_share
    if limit is None:  # a date the hotline gave: its length is from the dispatch to it, a suspension not counted
        given = case.order.feedback_due_at or due
        furthest = due + (given - case.order.dispatched_at) * share / 100
    elif limit.measure is Measure.SAME_DAY:
        furthest = due + dt.timedelta(days=1) * share / 100
    else:
        furthest = after(due, Limit(limit.minutes * share // 100, limit.measure), law).end
    if command.until > furthest:
        return Refused(reason=Reason.TOO_LONG, field="until", detail=furthest.isoformat())
    return None


def _answer_due(case: Case, law: Law) -> tuple[dt.datetime, Limit | None]:
    """Give when the citizen must be answered (in a redo, again) and the limit behind it; None for a given date."""
    kind = ClockKind.REDO if case.state is CaseState.REDO else ClockKind.FEEDBACK
    clock = next(clock for clock in clocks(case, law) if clock.kind is kind)
    return clock.due, clock.limit
