"""What a fact about a whistle changes in its case: the other half of `evolution`."""

from collections.abc import Callable
from typing import assert_never

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId, WhistleId
from dispatcher.models.whistle import Departure, Meeting, Milestone, Passed, Rung, Summons, Whistle, WhistleState

_replace = msgspec.structs.replace
_UNDONE_BY_SENDING_BACK = frozenset({Milestone.DONE, Milestone.SCORED})


def apply(case: Case, event: e.WhistleEvent, recorded: e.Recorded) -> Case:
    """Apply one fact about a whistle."""
    match event:
        case e.WhistleBlown():
            return _replace(case, whistles=(*case.whistles, event.whistle))
        case e.MilestonePassed():
            case = _with_summons(case, event.whistle, event.unit, lambda s: _passed(s, event, recorded))
            if event.milestone is Milestone.REPORTED_IN and case.on_scene_at is None:
                return _replace(case, on_scene_at=recorded.at)
            return case
        case (
            e.StreetContacted()
            | e.DepartureRecorded()
            | e.NoShowDeclared()
            | e.SummonsRefused()
            | e.SummonsAdjudicated()
            | e.WorkSentBack()
            | e.DepartmentScored()
        ):
            return _with_summons(case, event.whistle, event.unit, lambda s: _answered(s, event, recorded))
        case e.WhistleApproved() | e.MeetingHeld() | e.LadderClimbed() | e.WhistleAccepted() | e.WhistleWithdrawn():
            return _with_whistle(case, event.whistle, lambda w: _changed(w, event, recorded))
        case _:
            assert_never(event)


_OfSummons = (
    e.StreetContacted
    | e.DepartureRecorded
    | e.NoShowDeclared
    | e.SummonsRefused
    | e.SummonsAdjudicated
    | e.WorkSentBack
    | e.DepartmentScored
)
_OfWhistle = e.WhistleApproved | e.MeetingHeld | e.LadderClimbed | e.WhistleAccepted | e.WhistleWithdrawn


def _passed(summons: Summons, event: e.MilestonePassed, recorded: e.Recorded) -> Summons:
    passed = Passed(
        event.milestone,
        recorded.at,
        recorded.by,
        event.note,
        event.by_street,
        event.place,
        event.person,
        event.evidence,
    )
    finish_by = event.finish_by or summons.finish_by
    return _replace(summons, passed=(*summons.passed, passed), finish_by=finish_by)


def _answered(summons: Summons, event: _OfSummons, recorded: e.Recorded) -> Summons:
    at, by = recorded.at, recorded.by
    match event:
        case e.StreetContacted():
            return _replace(summons, contacted_at=at)
        case e.DepartureRecorded():
            left = Departure(at=at, by=by, by_street=event.by_street, with_leave=event.with_leave, note=event.note)
            return _replace(summons, departures=(*summons.departures, left))
        case e.NoShowDeclared():
            return _replace(summons, no_show_at=at)
        case e.SummonsRefused():
            return _replace(summons, refused_at=at, refused_reason=event.reason)
        case e.SummonsAdjudicated():
            return _replace(summons, released=event.released)
        case e.WorkSentBack():
            # A score judged work that is no longer done: it falls with it and is given again.
            kept = tuple(passed for passed in summons.passed if passed.milestone not in _UNDONE_BY_SENDING_BACK)
            return _replace(summons, passed=kept, score=None, sent_back=summons.sent_back + 1)
        case e.DepartmentScored():
            scored = Passed(Milestone.SCORED, at, by, event.score.note, by_street=True)
            return _replace(summons, score=event.score, passed=(*summons.passed, scored))
        case _:
            assert_never(event)


def _changed(whistle: Whistle, event: _OfWhistle, recorded: e.Recorded) -> Whistle:
    at = recorded.at
    match event:
        case e.WhistleApproved():
            return _replace(whistle, approved_at=at, approved_by=recorded.by)
        case e.MeetingHeld():
            return _replace(whistle, meetings=_with_meeting(whistle.meetings, event.meeting, recorded))
        case e.LadderClimbed():
            rung = Rung(unit=event.unit, milestone=event.milestone, share=event.share, at=at, told=event.told)
            return _replace(whistle, ladder=(*whistle.ladder, rung))
        case e.WhistleAccepted():
            return _replace(whistle, state=WhistleState.ACCEPTED, closed_at=at)
        case e.WhistleWithdrawn():
            return _replace(whistle, state=WhistleState.WITHDRAWN, closed_at=at)
        case _:
            assert_never(event)


def _with_meeting(meetings: tuple[Meeting, ...], meeting: Meeting, recorded: e.Recorded) -> tuple[Meeting, ...]:
    earlier = next((m for m in meetings if m.id == meeting.id), None)
    if earlier is None:
        return (*meetings, _replace(meeting, recorded_at=recorded.at))
    meeting = _replace(meeting, recorded_at=earlier.recorded_at)
    return tuple(meeting if m is earlier else m for m in meetings)


def _with_whistle(case: Case, whistle: WhistleId, change: Callable[[Whistle], Whistle]) -> Case:
    return _replace(case, whistles=tuple(change(w) if w.id == whistle else w for w in case.whistles))


def _with_summons(case: Case, whistle: WhistleId, unit: UnitId, change: Callable[[Summons], Summons]) -> Case:
    def changed(w: Whistle) -> Whistle:
        return _replace(w, summons=tuple(change(s) if s.unit == unit else s for s in w.summons))

    return _with_whistle(case, whistle, changed)
