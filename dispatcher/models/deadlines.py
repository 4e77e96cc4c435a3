"""Clocks: what is due when for a case, as a pure function of record and law.

Nothing here is stored: the same case, policy and calendar always give the same instants, so undo, a new
policy or "why is it due then?" need no bookkeeping. Limits: DOMAIN sections 5 and 6.
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.case import Case, CaseState
from dispatcher.models.law import Law
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.workcalendar import Span


class ClockKind(enum.StrEnum):
    """Which duty a clock times."""

    SIGN = "sign"
    FIRST_CONTACT = "first_contact"
    ON_SCENE = "on_scene"
    PROGRESS = "progress"
    FEEDBACK = "feedback"
    REDO = "redo"
    CALL_BACK = "call_back"
    CITIZEN = "citizen"
    REVIEW = "review"


class Light(enum.StrEnum):
    """A clock's light; `OVERDUE` is the citizen's own limit past, `RED` an inner step past."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    OVERDUE = "overdue"


CITIZEN_CLOCKS = frozenset({ClockKind.FEEDBACK, ClockKind.REDO})
"""Clocks whose passing is the citizen's own limit passing."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One running or met clock. `limit` is None when the hotline set the instant itself."""

    kind: ClockKind
    start: dt.datetime
    due: dt.datetime
    yellow_at: dt.datetime
    orange_at: dt.datetime
    limit: Limit | None
    provisional: bool = False
    met_at: dt.datetime | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether the duty is still owed."""
        return self.met_at is None


def light_of(kind: ClockKind, yellow_ms: int, orange_ms: int, due_ms: int, now_ms: int) -> Light:
    """Give the light at `now_ms` from the three prepared instants (epoch ms); exact, never from a rounded figure."""
    if now_ms >= due_ms:
        return Light.OVERDUE if kind in CITIZEN_CLOCKS else Light.RED
    if now_ms >= orange_ms:
        return Light.ORANGE
    return Light.YELLOW if now_ms >= yellow_ms else Light.GREEN


def after(start: dt.datetime, limit: Limit, law: Law) -> Span:
    """Give the instant at which `limit` ends when it starts at `start`."""
    match limit.measure:
        case Measure.NATURAL:
            return Span(start + limit.length, False)
        case Measure.WORKING_TIME:
            return law.calendar.after_working_time(start, limit.length)
        case Measure.WORKING_DAYS:
            return law.calendar.after_working_days(start, limit.minutes)


def clocks(case: Case, law: Law) -> tuple[Clock, ...]:
    """List the case's clocks, met ones included, in the order the duties arise; none once it has ended.

    A case handled elsewhere before it came (an imported ledger) has only the clock of its feedback.
    """
    order = case.order
    limits = law.policy.orders[order.urgency]
    start = order.dispatched_at
    found: list[Clock] = []
    if case.signed_at is not None or case.is_open:
        if limits.sign:
            found.append(_clock(ClockKind.SIGN, start, limits.sign, case.signed_at, law))
        if limits.first_contact:
            found.append(_clock(ClockKind.FIRST_CONTACT, start, limits.first_contact, case.contacted_at, law))
        if limits.on_scene:
            found.append(_clock(ClockKind.ON_SCENE, start, limits.on_scene, case.on_scene_at, law))
        if limits.progress and case.state in _WORKED:
            found.append(_clock(ClockKind.PROGRESS, case.progress_at or start, limits.progress, None, law))
    answered = case.first_replied_at or case.closed_at
    if order.feedback_due_at is not None:
        found.append(_given(start, order.feedback_due_at, answered, law))
    else:
        found.append(_clock(ClockKind.FEEDBACK, start, limits.feedback, answered, law))
    if case.redo_at is not None:
        met = case.replied_at if case.replied_at and case.replied_at > case.redo_at else None
        found.append(_clock(ClockKind.REDO, case.redo_at, law.policy.redo.feedback, met, law))
    if case.replied_at is not None and case.state is CaseState.REPLIED:
        found.append(_clock(ClockKind.CALL_BACK, case.replied_at, law.policy.call_back, case.called_back_at, law))
    return tuple(found)


def next_clock(found: tuple[Clock, ...]) -> Clock | None:
    """Give the running clock that is due first, or None when nothing is owed."""
    return min((clock for clock in found if clock.is_running), key=lambda clock: clock.due, default=None)


_WORKED = frozenset({CaseState.DISPATCHED, CaseState.SIGNED, CaseState.IN_HAND, CaseState.RETURN_REQUESTED})


def _clock(kind: ClockKind, start: dt.datetime, limit: Limit, met_at: dt.datetime | None, law: Law) -> Clock:
    span = after(start, limit, law)
    lights = law.policy.lights
    if limit.measure is Measure.WORKING_TIME:
        yellow = law.calendar.after_working_time(start, limit.length * (1 - lights.yellow_left)).end
        orange = law.calendar.after_working_time(start, limit.length * (1 - lights.orange_left)).end
    else:
        length = span.end - start
        yellow = start + length * (1 - lights.yellow_left)
        orange = start + length * (1 - lights.orange_left)
    if limit.in_hours:
        orange = min(orange, span.end - dt.timedelta(minutes=lights.orange_floor_minutes))
    return Clock(
        kind=kind,
        start=start,
        due=span.end,
        yellow_at=min(yellow, orange),
        orange_at=orange,
        limit=limit,
        provisional=span.provisional,
        met_at=met_at,
    )


def _given(start: dt.datetime, due: dt.datetime, met_at: dt.datetime | None, law: Law) -> Clock:
    lights = law.policy.lights
    length = max(due - start, dt.timedelta())
    return Clock(
        kind=ClockKind.FEEDBACK,
        start=start,
        due=due,
        yellow_at=start + length * (1 - lights.yellow_left),
        orange_at=start + length * (1 - lights.orange_left),
        limit=None,
        provisional=law.calendar.is_provisional(due),
        met_at=met_at,
    )
