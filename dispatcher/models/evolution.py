"""What a fact changes: the next record of a case from the last one and one fact. Pure, and the same at both ends.

The history grows by every fact; nothing in it is ever changed. Source: DOMAIN section 4.
"""

import datetime as dt

import msgspec

from dispatcher.models import events as e
from dispatcher.models import whistle_evolution
from dispatcher.models.case import Case, CaseState
from dispatcher.models.ids import Revision


def evolve(case: Case | None, recorded: e.Recorded, revision: Revision) -> Case:
    """Apply one fact; the first must be `OrderReceived`. The history grows by it, unchanged otherwise."""
    event, at = recorded.event, recorded.at
    if isinstance(event, e.OrderReceived):
        return Case(
            id=event.case,
            order=event.order,
            state=CaseState.DISPATCHED,
            holder=event.holder,
            policy=event.policy,
            revision=revision,
            history=(recorded,),
        )
    if case is None:
        raise ValueError(f"{type(event).__name__} without an order")
    case = msgspec.structs.replace(case, revision=revision, history=(*case.history, recorded))
    if isinstance(event, e.WhistleEvent):
        return whistle_evolution.apply(case, event, recorded)
    return _apply(case, event, at, recorded)


def _apply(case: Case, event: e.CaseEvent, at: dt.datetime, recorded: e.Recorded) -> Case:
    replace = msgspec.structs.replace
    match event:
        case e.OrderReceived():
            raise ValueError("an order is received once")
        case e.ClosedElsewhere():
            return replace(case, state=CaseState.CLOSED, closed_at=event.closed_at)
        case e.SignedFor():
            return replace(case, state=CaseState.SIGNED, signed_at=at)
        case e.ContactRecorded():
            attempts = case.attempts + (not event.reached)
            if not event.counts:
                return replace(case, attempts=attempts)
            state = CaseState.IN_HAND if case.state is CaseState.SIGNED else case.state
            return replace(case, state=state, attempts=attempts, contacted_at=case.contacted_at or at)
        case e.Assigned():
            return replace(case, assignee=event.assignee)
        case e.ProgressReported():
            on_scene_at = case.on_scene_at or (at if event.on_scene else None)
            return replace(case, progress_at=at, on_scene_at=on_scene_at)
        case e.ReplyWritten():
            return replace(case, state=CaseState.REPLY_REVIEW) if event.review else _replied(case, at)
        case e.ReplyApproved():
            return _replied(case, at)
        case e.ReplySentBack():
            return replace(case, state=CaseState.REDO if case.redo_at else CaseState.IN_HAND)
        case e.CallBackRecorded():
            if not event.reached:
                return case
            return replace(case, called_back_at=at, solved=event.solved, satisfied=event.satisfied)
        case e.RedoOrdered():
            return replace(case, state=CaseState.REDO, redo_at=at, redo_count=case.redo_count + 1, called_back_at=None)
        case e.CaseClosed():
            return replace(case, state=CaseState.CLOSED, closed_at=at)
        case e.CallerRevealed():
            return case
        case _:
            raise NotImplementedError(type(event).__name__)


def _replied(case: Case, at: dt.datetime) -> Case:
    return msgspec.structs.replace(
        case, state=CaseState.REPLIED, replied_at=at, first_replied_at=case.first_replied_at or at
    )
