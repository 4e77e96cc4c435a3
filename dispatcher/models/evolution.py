"""What a fact changes: the next record of a case from the last one and one fact. Pure, and the same at both ends.

The history grows by every fact, and the record is what its history makes it: an act that was undone stays in it and
counts for nothing. One fact alone changes those before it: `PersonalDataErased` leaves blank what was personal in them.
Source: DOMAIN section 4.
"""

import datetime as dt
from typing import assert_never

import msgspec

from dispatcher.models import events as e
from dispatcher.models import privacy, whistle_evolution
from dispatcher.models.case import (
    CallBack,
    Case,
    CaseState,
    Exclusion,
    Extension,
    Holding,
    Supervision,
    Suspension,
    UrgencyAt,
)
from dispatcher.models.findings import clock_hour
from dispatcher.models.ids import Revision, UnitId

_replace = msgspec.structs.replace


def evolve(case: Case | None, recorded: e.Recorded, revision: Revision) -> Case:
    """Apply one fact; the first must be `OrderReceived`. The history grows by it, unchanged otherwise."""
    event = recorded.event
    if case is None:
        after, history = _begin(recorded), (recorded,)
    else:
        erased = isinstance(event, e.PersonalDataErased)
        history = (*(privacy.blank_facts(case.history) if erased else case.history), recorded)
        if isinstance(event, e.ActUndone):
            return replay(history, revision)
        after = _step(case, recorded)
    return _replace(after, revision=revision, history=history)


def replay(history: tuple[e.Recorded, ...], revision: Revision) -> Case:
    """Make the case of a history, leaving out what was undone; the same as evolving it fact by fact."""
    return _replace(_fold(standing(history)), revision=revision, history=history)


def as_of(case: Case, at: dt.datetime) -> Case:
    """Give the case as it stood at an instant, by all that is known now and still stands; at least its order.

    An answer whose clock was behind may be dated before what it answers: until that had happened, neither counts.
    """
    received, *others = standing(case.history)
    then, facts = _begin(received), [received]
    for recorded in others:
        if recorded.at <= at and _has_ground(then, recorded.event):
            then = _step(then, recorded)
            facts.append(recorded)
    return _replace(then, revision=case.revision, history=tuple(facts))


def _has_ground(case: Case, event: e.AnyEvent) -> bool:
    if isinstance(event, e.RequestSent | e.RequestDropped | e.RequestGranted | e.RequestRefused):
        return case.request(event.kind) is not None
    return not isinstance(event, e.CaseResumed) or bool(case.suspensions)


def standing(history: tuple[e.Recorded, ...]) -> tuple[e.Recorded, ...]:
    """Leave out of a history the acts that were undone, and the undoing itself."""
    undone = {recorded.event.act for recorded in history if isinstance(recorded.event, e.ActUndone)}
    if not undone:
        return history
    return tuple(r for r in history if r.act not in undone and not isinstance(r.event, e.ActUndone))


def in_redo(case: Case, at: dt.datetime) -> bool:
    """Tell whether an instant lies in the latest redo of a case, not in what went before it."""
    return case.redo_at is not None and at >= case.redo_at


def _fold(facts: tuple[e.Recorded, ...]) -> Case:
    case = _begin(facts[0])
    for recorded in facts[1:]:
        case = _step(case, recorded)
    return case


def _begin(recorded: e.Recorded) -> Case:
    event = recorded.event
    if not isinstance(event, e.OrderReceived):
        raise ValueError(f"{type(event).__name__} without an order")  # noqa: TRY004 - a history that is none
    return Case(
        id=event.case,
        order=event.order,
        state=CaseState.DISPATCHED,
        holder=event.holder,
        policy=event.policy,
        parent=event.parent,
        urged=event.order.urged,
        has_late=recorded.late,
    )


def _step(case: Case, recorded: e.Recorded) -> Case:
    event = recorded.event
    if isinstance(event, e.WhistleEvent):
        case = whistle_evolution.apply(case, event, recorded)
    else:
        case = _apply(case, event, recorded.at, recorded)
    if (recorded.late or recorded.caught_up) and not case.has_late:
        return _replace(case, has_late=True)
    return case


def _apply(case: Case, event: e.CaseEvent, at: dt.datetime, recorded: e.Recorded) -> Case:
    match event:
        case e.OrderReceived() | e.ActUndone():
            raise ValueError(f"{type(event).__name__} is no change of a case")
        case e.ClosedElsewhere():
            return _replace(case, state=CaseState.CLOSED, closed_at=event.closed_at, first_replied_at=event.closed_at)
        case e.SignedFor():
            if in_redo(case, at):
                return _replace(case, redo_signed_at=at)
            state = CaseState.SIGNED if case.state is CaseState.DISPATCHED else case.state
            return _replace(case, state=state, signed_at=at)
        case e.NoteAdded() | e.CallerRevealed():
            return case
        case e.PersonalDataErased():
            return privacy.blank_case(case)
        case e.ContactRecorded():
            return _contacted(case, event, at)
        case e.Assigned():
            return _replace(case, assignee=event.assignee, assigned_community=event.community)
        case e.ProgressReported():
            on_scene_at = case.on_scene_at or (at if event.on_scene else None)
            return _replace(case, progress_at=max(at, case.progress_at or at), on_scene_at=on_scene_at)
        case e.ReplyWritten():
            if event.review:
                return _replace(case, state=CaseState.REPLY_REVIEW, reply_written_at=at)
            return _replied(case, at, written_at=at)
        case e.ReplyApproved():
            return _replied(case, at, written_at=case.reply_written_at)
        case e.ReplySentBack():
            return _replace(case, state=_at_work(case), reply_written_at=None)
        case e.CallBackRecorded():
            return _called_back(case, event, at)
        case e.RedoOrdered():
            return _redone(case, at, redo_count=case.redo_count + 1)
        case e.CaseReopened():
            return _redone(case, at, reopened=case.reopened + 1)
        case e.CaseClosed():
            return _replace(case, state=CaseState.CLOSED, closed_at=max(at, case.replied_at or at))
        case e.Requested():
            case = _replace(case, requests=(*case.requests, event.request))
            sent_return = event.request.kind is e.RequestKind.RETURN and event.request.sent_at is not None
            return _replace(case, state=CaseState.RETURN_REQUESTED) if sent_return else case
        case e.RequestSent():
            case = _with_request(case, event.kind, _replace(_open(case, event.kind), sent_at=at))
            return _replace(case, state=CaseState.RETURN_REQUESTED) if event.kind is e.RequestKind.RETURN else case
        case e.RequestDropped():
            dropped = _open(case, event.kind)
            case = _with_request(case, event.kind, None)
            was_return = event.kind is e.RequestKind.RETURN and dropped.sent_at is not None
            return _replace(case, state=_in_desk(case)) if was_return else case
        case e.RequestGranted():
            return _granted(case, event, at, recorded)
        case e.RequestRefused():
            return _refused(case, event, at, recorded)
        case e.Transferred():
            return _held_by(case, event.to, at, returned=False)
        case e.OrderWithdrawn():
            return _replace(case, state=CaseState.WITHDRAWN)
        case e.CaseSplit():
            return _replace(case, children=(*case.children, *(child.case for child in event.children)))
        case e.ChildEnded():
            others = tuple(child for child in case.children_ended if child != event.child)
            return _replace(case, children_ended=others if event.again else (*others, event.child))
        case e.CaseMerged():
            return _replace(case, state=CaseState.MERGED, merged_into=event.into)
        case e.DuplicateAbsorbed():
            return _replace(case, duplicates=(*case.duplicates, event.duplicate))
        case e.CaseResumed():
            last = case.suspensions[-1]
            resumed = _replace(last, resumed_at=max(at, last.at))
            return _replace(case, state=_at_work(case), suspensions=(*case.suspensions[:-1], resumed))
        case e.Supervised():
            begun = Supervision(level=event.level, at=at, reason=event.reason, by_name=recorded.by_name)
            return _replace(case, supervisions=(*case.supervisions, begun))
        case e.SupervisionLifted():
            return _replace(
                case,
                supervisions=tuple(
                    _replace(s, lifted_at=at) if s.level == event.level and s.lifted_at is None else s
                    for s in case.supervisions
                ),
            )
        case e.UrgencyChanged():
            since = max(at, case.urgencies[-1].at) if case.urgencies else at
            return _replace(case, urgencies=(*case.urgencies, UrgencyAt(since, event.urgency)))
        case e.Urged():
            return _replace(case, urged=case.urged + 1)
        case e.NumberGiven():
            order = _replace(case.order, number=event.number, source=event.source)
            return _replace(case, order=order, local_number=case.order.number)
        case _:
            assert_never(event)


def _at_work(case: Case) -> CaseState:
    """Where a case goes on being worked on."""
    return CaseState.REDO if case.redo_at is not None else CaseState.IN_HAND


def _in_desk(case: Case) -> CaseState:
    """Where a case stood before its return was asked for."""
    return CaseState.SIGNED if case.signed_at is not None else CaseState.DISPATCHED


def _contacted(case: Case, event: e.ContactRecorded, at: dt.datetime) -> Case:
    redo = in_redo(case, at)
    in_round = case.state is (CaseState.REDO if redo else CaseState.SIGNED)
    due = (case.redo_contacted_at if redo else case.contacted_at) is None
    tried_at = case.tried_at
    this_round = redo == (case.redo_at is not None)
    counted = not event.reached and this_round and (event.moves is not None or (in_round and due))
    if counted and clock_hour(at) not in {clock_hour(tried) for tried in tried_at}:
        tried_at = tuple(sorted((*tried_at, at)))
        case = _replace(case, tried_at=tried_at, attempts=len(tried_at))
    if not event.counts:
        return case
    # Vain calls are contact once the last of them was made, in whatever order they were written down.
    met_at = at if event.reached or event.moves is not None else max(at, *tried_at)
    if redo:
        return _replace(case, redo_contacted_at=met_at)
    return _replace(
        case, contacted_at=met_at, state=CaseState.IN_HAND if case.state is CaseState.SIGNED else case.state
    )


def _replied(case: Case, at: dt.datetime, *, written_at: dt.datetime | None) -> Case:
    at = max(at, case.redo_at or at)
    return _replace(
        case,
        state=CaseState.REPLIED,
        reply_written_at=written_at,
        replied_at=at,
        first_replied_at=case.first_replied_at or at,
        call_backs=(),
        called_back_at=None,
    )


def _called_back(case: Case, event: e.CallBackRecorded, at: dt.datetime) -> Case:
    call = CallBack(
        at=at,
        by_hotline=event.by_hotline,
        reached=event.reached,
        contacted=event.contacted,
        solved=event.solved,
        satisfied=event.satisfied,
    )
    case = _replace(case, call_backs=(*case.call_backs, call))
    if not event.reached:
        return case
    return _replace(case, called_back_at=case.called_back_at or at, solved=event.solved, satisfied=event.satisfied)


def _redone(case: Case, at: dt.datetime, **counted: int) -> Case:
    """Begin a redo: what belongs to the reply that did not hold is over, in the record of the case."""
    return _replace(
        case,
        state=CaseState.REDO,
        redo_at=max(at, case.replied_at or at, case.closed_at or at),
        replied_at=None,
        reply_written_at=None,
        closed_at=None,
        redo_signed_at=None,
        redo_contacted_at=None,
        tried_at=(),
        attempts=0,
        call_backs=(),
        called_back_at=None,
        **counted,
    )


def _granted(case: Case, event: e.RequestGranted, at: dt.datetime, recorded: e.Recorded) -> Case:
    asked = _open(case, event.kind)
    decided = _replace(
        asked,
        decided_at=at,
        decided_by=recorded.by,
        granted=True,
        answer=event.answer,
        adjudicated=event.final,
    )
    case = _with_request(case, event.kind, decided)
    match event.kind:
        case e.RequestKind.RETURN:
            case = _replace(case, adjudicated=case.adjudicated or event.final)
            if event.to:
                return _held_by(case, event.to, at, returned=True)
            return _replace(case, state=CaseState.RETURNED, former=_with_holding(case, at, returned=True))
        case e.RequestKind.EXTENSION:
            assert asked.until is not None
            extension = Extension(asked_at=asked.sent_at or asked.at, granted_at=at, until=asked.until)
            return _replace(case, extension=extension)
        case e.RequestKind.SUSPENSION:
            assert asked.until is not None
            pause = Suspension(at=at, review_at=asked.until, public_reason=asked.public_reason)
            return _replace(case, state=CaseState.SUSPENDED, suspensions=(*case.suspensions, pause))
        case e.RequestKind.EXCLUSION:
            assert asked.ground is not None
            return _replace(case, exclusion=Exclusion(ground=asked.ground, at=at, by=recorded.by))
        case _:
            assert_never(event.kind)


def _refused(case: Case, event: e.RequestRefused, at: dt.datetime, recorded: e.Recorded) -> Case:
    decided = _replace(
        _open(case, event.kind),
        decided_at=at,
        decided_by=recorded.by,
        granted=False,
        answer=event.answer,
        adjudicated=event.final,
    )
    case = _with_request(case, event.kind, decided)
    if event.kind is not e.RequestKind.RETURN:
        return case
    return _replace(case, state=_in_desk(case), no_return=True, adjudicated=case.adjudicated or event.final)


def _open(case: Case, kind: e.RequestKind) -> e.Request:
    found = case.request(kind)
    if found is None:
        raise ValueError(f"no open request: {kind}")
    return found


def _with_request(case: Case, kind: e.RequestKind, now: e.Request | None) -> Case:
    """Put another in the place of the open request of a kind, or nothing."""
    found = case.request(kind)
    kept = ((now if r is found else r) for r in case.requests)
    return _replace(case, requests=tuple(r for r in kept if r is not None))


def _with_holding(case: Case, at: dt.datetime, *, returned: bool) -> tuple[Holding, ...]:
    """Give the former holders, with the present one among them."""
    over = Holding(
        unit=case.holder,
        dispatched_at=case.held_since,
        ended_at=max(at, case.held_since),
        returned=returned,
        signed_at=case.signed_at,
        contacted_at=case.contacted_at,
    )
    return (*case.former, over)


def _held_by(case: Case, to: UnitId, at: dt.datetime, *, returned: bool) -> Case:
    """Begin a new holding: the holder's own clocks anew, the citizen's goes on."""
    former = case.former if case.state is CaseState.RETURNED else _with_holding(case, at, returned=returned)
    return _replace(
        case,
        state=CaseState.DISPATCHED,
        holder=to,
        former=former,
        redispatched_at=max(at, case.held_since),
        no_return=case.adjudicated,
        requests=tuple(r for r in case.requests if r.granted is not None),
        assignee="",
        assigned_community=UnitId(""),
        signed_at=None,
        contacted_at=None,
        on_scene_at=None,
        progress_at=None,
        reply_written_at=None,
        tried_at=(),
        attempts=0,
    )
