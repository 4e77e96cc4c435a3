"""What a fact about a whistle changes in its case: the other half of `evolution`."""

from collections.abc import Callable

import msgspec

from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId, WhistleId
from dispatcher.models.whistle import Milestone, Passed, Summons, Whistle, WhistleState


def apply(case: Case, event: e.WhistleEvent, recorded: e.Recorded) -> Case:
    """Apply one fact about a whistle."""
    replace, at = msgspec.structs.replace, recorded.at
    match event:
        case e.WhistleApproved():
            return case
        case e.WhistleBlown():
            return replace(case, whistles=(*case.whistles, event.whistle))
        case e.MilestonePassed():
            passed = Passed(event.milestone, at, recorded.by, event.note)
            case = _with_summons(case, event.whistle, event.unit, lambda s: replace(s, passed=(*s.passed, passed)))
            if event.milestone is Milestone.REPORTED_IN and case.on_scene_at is None:
                return replace(case, on_scene_at=at)
            return case
        case e.SummonsRefused():
            reason = event.reason
            return _with_summons(case, event.whistle, event.unit, lambda s: replace(s, refused_reason=reason))
        case e.WhistleAccepted():
            return _with_whistle(case, event.whistle, lambda w: replace(w, state=WhistleState.ACCEPTED, closed_at=at))
        case e.WhistleWithdrawn():
            return _with_whistle(case, event.whistle, lambda w: replace(w, state=WhistleState.WITHDRAWN, closed_at=at))
        case _:
            raise NotImplementedError(type(event).__name__)


def _with_whistle(case: Case, whistle: WhistleId, change: Callable[[Whistle], Whistle]) -> Case:
    return msgspec.structs.replace(case, whistles=tuple(change(w) if w.id == whistle else w for w in case.whistles))


def _with_summons(case: Case, whistle: WhistleId, unit: UnitId, change: Callable[[Summons], Summons]) -> Case:
    def changed(w: Whistle) -> Whistle:
        return msgspec.structs.replace(w, summons=tuple(change(s) if s.unit == unit else s for s in w.summons))

    return _with_whistle(case, whistle, changed)
