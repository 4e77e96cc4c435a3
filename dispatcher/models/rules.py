"""The rules of the work: who may do what to a case in which state, and what follows.

`judge` turns a wish into facts or a refusal; what a fact changes stands in `evolution`. Pure, and the same at the
console and at the centre. Source: DOMAIN sections 2, 4 and 6.
"""

import datetime as dt
from typing import assert_never

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import after
from dispatcher.models.ids import UnitId
from dispatcher.models.law import Law
from dispatcher.models.organisation import STREET_ROLES, Actor, Role
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import (
    MILESTONES,
    Milestone,
    Passed,
    Summons,
    Whistle,
    WhistleKind,
)

LATE_AFTER = dt.timedelta(seconds=60)
"""An act that reaches its judge later than this after it was made is marked as uploaded late."""
AHEAD_AT_MOST = dt.timedelta(minutes=5)
"""An act made further in the future than this is refused; less is taken as now."""

_DESK = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
_FIELD = _DESK | {Role.COMMUNITY_WORKER}
_OPEN = frozenset({CaseState.DISPATCHED, CaseState.SIGNED, CaseState.IN_HAND, CaseState.REDO})
_WORKED = frozenset({CaseState.IN_HAND, CaseState.REDO})

WHO: dict[type[c.Command], frozenset[Role]] = {
    c.ReceiveOrder: frozenset({Role.HOTLINE}),
    c.SignFor: _DESK,
    c.RecordContact: _FIELD,
    c.Assign: _DESK,
    c.ReportProgress: _FIELD,
    c.Reply: _DESK,
    c.ApproveReply: frozenset({Role.SHIFT_LEADER}),
    c.SendBackReply: frozenset({Role.SHIFT_LEADER}),
    c.RecordCallBack: _DESK | {Role.HOTLINE},
    c.CloseCase: _DESK | {Role.HOTLINE},
    c.RevealCaller: _DESK,
    c.BlowWhistle: _DESK | {Role.SUPERVISOR},
    c.ApproveWhistle: frozenset({Role.SHIFT_LEADER}),
    c.PassMilestone: _DESK | {Role.LIAISON},
    c.RefuseSummons: frozenset({Role.LIAISON}),
    c.AcceptWhistle: _DESK,
    c.WithdrawWhistle: _DESK,
}
"""Which roles may make a command at all."""

WHEN: dict[type[c.Command], frozenset[CaseState]] = {
    c.SignFor: frozenset({CaseState.DISPATCHED}),
    c.RecordContact: frozenset({CaseState.SIGNED, CaseState.IN_HAND, CaseState.REDO, CaseState.REPLY_REVIEW}),
    c.Assign: frozenset({CaseState.SIGNED}) | _WORKED,
    c.ReportProgress: frozenset({CaseState.SIGNED}) | _WORKED,
    c.Reply: _WORKED,
    c.ApproveReply: frozenset({CaseState.REPLY_REVIEW}),
    c.SendBackReply: frozenset({CaseState.REPLY_REVIEW}),
    c.RecordCallBack: frozenset({CaseState.REPLIED}),
    c.CloseCase: frozenset({CaseState.REPLIED}),
    c.RevealCaller: frozenset(CaseState),
    c.BlowWhistle: _OPEN,
}
"""In which states a command is possible; one that is not listed depends on its whistle instead."""

WHISTLE_WHO: dict[WhistleKind, frozenset[Role]] = {
    WhistleKind.EMERGENCY: _DESK,
    WhistleKind.ENFORCEMENT: frozenset({Role.SHIFT_LEADER}),
    WhistleKind.ROUTINE: _DESK,
    WhistleKind.BREAKTHROUGH: frozenset({Role.SUPERVISOR}),
}
"""Who may blow which kind."""


def possible(command: type[c.Command], case: Case, actor: Actor) -> Reason | None:
    """Say why `actor` could not make this kind of command on the case as it stands, or None when he could."""
    if not actor.is_any(*WHO[command]):
        return Reason.NOT_YOUR_ROLE
    if actor.is_any(*STREET_ROLES) and not actor.is_any(Role.HOTLINE) and actor.unit != case.holder:
        return Reason.NOT_YOUR_CASE
    states = WHEN.get(command)
    if states is not None and case.state not in states:
        return Reason.WRONG_STATE
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


def valid_until(command: c.Command, law: Law, made_at: dt.datetime) -> dt.datetime | None:
    """Give the instant after which a live command is stale; None for those that never are.

    An emergency whistle lasts as long as the policy says, any other until its appointed time. Source: DOMAIN section 6.
    """
    if not isinstance(command, c.BlowWhistle):
        return None
    limit = law.policy.whistles[command.kind].valid_for
    return made_at + limit.length if limit else command.appointed_at


def judge(act: c.Act, case: Case | None, actor: Actor, law: Law, now: dt.datetime) -> tuple[e.Recorded, ...] | Refused:
    """Decide one act: the facts that follow, stamped, or the reason why nothing happens.

    `now` is the judge's own clock. An act counts at the time it was made, never later than `now`; made long
    before it is judged it is marked late. A stale live act is refused as expired.
    """
    if act.valid_until is not None and now > act.valid_until:
        return Refused(reason=Reason.EXPIRED, field="valid_until", detail=act.valid_until.isoformat())
    if act.made_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="made_at", detail=act.made_at.isoformat())
    at = min(act.made_at, now)
    if isinstance(act.command, c.ReceiveOrder):
        found = _receive(act.command, case, actor, law, now)
    elif case is None:
        return Refused(reason=Reason.NO_SUCH_CASE, field="case", detail=act.command.case)
    elif at < case.order.dispatched_at - AHEAD_AT_MOST:
        return Refused(reason=Reason.BEFORE_THE_CASE, field="made_at", detail=act.made_at.isoformat())
    else:
        found = _decide(act.command, case, actor, law, at)
    if isinstance(found, Refused):
        return found
    late = act.offline or now - at > LATE_AFTER
    return tuple(
        e.Recorded(
            event=event,
            at=at,
            entered_at=now,
            by=actor.person,
            by_name=actor.name,
            unit=actor.unit,
            act=act.id,
            late=late and not isinstance(event, e.OrderReceived | e.ClosedElsewhere),
        )
        for event in found
    )


def _receive(
    command: c.ReceiveOrder, case: Case | None, actor: Actor, law: Law, now: dt.datetime
) -> tuple[e.AnyEvent, ...] | Refused:
    if not actor.is_any(*WHO[c.ReceiveOrder]):
        return Refused(reason=Reason.NOT_YOUR_ROLE)
    if case is not None:
        return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
    order = command.order
    for field in ("number", "source", "title"):
        if not getattr(order, field):
            return Refused(reason=Reason.MISSING_FIELD, field=f"order.{field}")
    if order.dispatched_at > now + AHEAD_AT_MOST:
        return Refused(reason=Reason.IN_THE_FUTURE, field="order.dispatched_at", detail=order.dispatched_at.isoformat())
    received = e.OrderReceived(case=command.case, order=order, holder=command.holder, policy=law.policy.version)
    if command.closed_at is None:
        return (received,)
    if command.closed_at < order.dispatched_at:
        return Refused(reason=Reason.BEFORE_THE_CASE, field="closed_at", detail=command.closed_at.isoformat())
    return received, e.ClosedElsewhere(closed_at=command.closed_at, result=command.result)


def _decide(
    command: c.AnyCommand, case: Case, actor: Actor, law: Law, at: dt.datetime
) -> tuple[e.AnyEvent, ...] | Refused:
    reason = possible(type(command), case, actor)
    if reason is not None:
        return Refused(reason=reason, detail=case.state)
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
        case c.BlowWhistle():
            return _blow(command, case, actor, law, at)
        case c.ApproveWhistle() | c.PassMilestone() | c.RefuseSummons() | c.AcceptWhistle() | c.WithdrawWhistle():
            return _answer(command, case, actor, law, at)
        case c.ReceiveOrder():
            return Refused(reason=Reason.ALREADY_THERE, field="case", detail=command.case)
        case _:
            assert_never(command)


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


def _blow(
    command: c.BlowWhistle, case: Case, actor: Actor, law: Law, at: dt.datetime
) -> tuple[e.AnyEvent, ...] | Refused:
    if not actor.is_any(*WHISTLE_WHO[command.kind]):
        return Refused(reason=Reason.NOT_YOUR_ROLE, field="kind", detail=command.kind)
    if command.kind is not WhistleKind.EMERGENCY and case.state not in _WORKED:
        return Refused(reason=Reason.WRONG_STATE, field="kind", detail=case.state)
    for field in ("demand", "place"):
        if not str(getattr(command, field)).strip():
            return _missing(field)
    units = (command.lead, *command.assisting)
    if len(set(units)) != len(units):
        return Refused(reason=Reason.ALREADY_SUMMONED, field="assisting")
    for unit in units:
        if law.summonable and unit not in law.summonable:
            return Refused(
                reason=Reason.UNKNOWN_UNIT, field="lead" if unit == command.lead else "assisting", detail=unit
            )
    if any(whistle.id == command.whistle for whistle in case.whistles):
        return Refused(reason=Reason.ALREADY_THERE, field="whistle", detail=command.whistle)
    notified = (Passed(Milestone.NOTIFIED, at, actor.person),)
    whistle = Whistle(
        id=command.whistle,
        kind=command.kind,
        demand=command.demand,
        place=command.place,
        contact=command.contact,
        blown_at=at,
        blown_by=actor.person,
        blown_by_name=actor.name,
        appointed_at=command.appointed_at,
        valid_until=valid_until(command, law, at),
        summons=tuple(Summons(unit=unit, lead=unit == command.lead, passed=notified) for unit in units),
    )
    return (e.WhistleBlown(whistle=whistle),)


def _answer(
    command: c.ApproveWhistle | c.PassMilestone | c.RefuseSummons | c.AcceptWhistle | c.WithdrawWhistle,
    case: Case,
    actor: Actor,
    law: Law,
    at: dt.datetime,
) -> tuple[e.AnyEvent, ...] | Refused:
    whistle = next((w for w in case.whistles if w.id == command.whistle), None)
    if whistle is None:
        return Refused(reason=Reason.NO_SUCH_WHISTLE, field="whistle", detail=command.whistle)
    if not whistle.is_open:
        return Refused(reason=Reason.WHISTLE_CLOSED, field="whistle", detail=whistle.state)
    match command:
        case c.ApproveWhistle():
            return (e.WhistleApproved(whistle=whistle.id),)
        case c.PassMilestone():
            return _pass(command, whistle, case, actor)
        case c.RefuseSummons():
            summons = _summons_of(whistle, command.unit, actor)
            if isinstance(summons, Refused):
                return summons
            if not command.reason.strip():
                return _missing("reason")
            if summons.refused_reason is not None:
                return Refused(reason=Reason.ALREADY_THERE, field="reason")
            limit = law.policy.whistles[whistle.kind].sign
            if at > after(whistle.blown_at, limit, law).end:
                return Refused(reason=Reason.TOO_LATE, field="unit", detail=command.unit)
            return (e.SummonsRefused(whistle=whistle.id, unit=command.unit, reason=command.reason),)
        case c.AcceptWhistle():
            if any(s.at(Milestone.DONE) is None for s in whistle.summons):
                return Refused(reason=Reason.NOT_DONE, field="whistle", detail=whistle.id)
            return (e.WhistleAccepted(whistle=whistle.id, note=command.note),)
        case c.WithdrawWhistle():
            if not command.reason.strip():
                return _missing("reason")
            return (e.WhistleWithdrawn(whistle=whistle.id, reason=command.reason),)
        case _:
            assert_never(command)


def _pass(command: c.PassMilestone, whistle: Whistle, case: Case, actor: Actor) -> tuple[e.AnyEvent, ...] | Refused:
    by_street = actor.unit == case.holder
    summons = whistle.of(command.unit) if by_street else _summons_of(whistle, command.unit, actor)
    if summons is None:
        return Refused(reason=Reason.NOT_SUMMONED, field="unit", detail=command.unit)
    if isinstance(summons, Refused):
        return summons
    reached = summons.reached or Milestone.NOTIFIED
    if command.milestone is Milestone.SCORED or MILESTONES.index(command.milestone) <= MILESTONES.index(reached):
        return Refused(reason=Reason.MILESTONE_ORDER, field="milestone", detail=command.milestone)
    return (
        e.MilestonePassed(
            whistle=whistle.id,
            unit=command.unit,
            milestone=command.milestone,
            note=command.note,
            by_street=by_street,
        ),
    )


def _summons_of(whistle: Whistle, unit: UnitId, actor: Actor) -> Summons | Refused:
    summons = whistle.of(unit)
    if summons is None:
        return Refused(reason=Reason.NOT_SUMMONED, field="unit", detail=unit)
    if actor.unit != unit:
        return Refused(reason=Reason.NOT_YOUR_CASE, field="unit", detail=unit)
    return summons
