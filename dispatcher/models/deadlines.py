"""Clocks: what is due when for a case, as a pure function of record and law.

Nothing here is stored: the same case, policy and calendar always give the same instants, so undo, a new
policy or "why is it due then?" need no bookkeeping. A clock whose limit nothing has touched is counted on a short way;
every other goes through `courses.run`, and so does every explanation. Limits: DOMAIN sections 5 and 6.
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.case import ENDED, CallBack, Case, CaseState
from dispatcher.models.courses import Book, Course, Term, Track, end_of, limit_of, run, terms_of, terms_since
from dispatcher.models.ids import Instant
from dispatcher.models.law import Law
from dispatcher.models.lights import turns_of_span
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Measure, OrderLimits
from dispatcher.models.workcalendar import MINUTE_US, Span, from_micros, micros


class ClockKind(enum.StrEnum):
    """Which duty a clock times; `FEEDBACK` is the holder's, `CITIZEN` counts from the first dispatch."""

    SIGN = "sign"
    FIRST_CONTACT = "first_contact"
    ON_SCENE = "on_scene"
    PROGRESS = "progress"
    FEEDBACK = "feedback"
    CITIZEN = "citizen"
    REDO = "redo"
    CALL_BACK = "call_back"
    REVIEW = "review"


class Light(enum.StrEnum):
    """A clock's light; `OVERDUE` is the citizen's own limit past, `RED` an inner step past."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    OVERDUE = "overdue"


CITIZEN_CLOCKS = frozenset({ClockKind.FEEDBACK, ClockKind.CITIZEN, ClockKind.REDO})
"""Clocks whose passing is the citizen's own limit passing."""


class Clock(msgspec.Struct, frozen=True, gc=False):
    """One running, stopped or met clock; instants ending in `_us` are microseconds since 1970.

    `limit` is None when a date was set instead. A `stopped` one (suspended) has no light and is not running; its due is
    where it stood. `due_before_us` is what was due without the granted extension; `too_late` says that one was granted
    after the due and changed nothing. `graced` says that the limit had run out when it came to hold. `of_redo` tells
    the signing and the contact of a redo from those of the dispatch.
    """

    kind: ClockKind
    start_us: int
    yellow_us: int
    orange_us: int
    due_us: int
    limit: Limit | None
    met_at: Instant | None = None
    provisional: bool = False
    stopped: bool = False
    of_redo: bool = False
    graced: bool = False
    due_before_us: int | None = None
    too_late: bool = False

    @property
    def start(self) -> dt.datetime:
        """From when it counts."""
        return from_micros(self.start_us)

    @property
    def due(self) -> dt.datetime:
        """When it is overdue, this instant included."""
        return from_micros(self.due_us)

    @property
    def yellow_at(self) -> dt.datetime:
        """When it turns yellow."""
        return from_micros(self.yellow_us)

    @property
    def orange_at(self) -> dt.datetime:
        """When it turns orange."""
        return from_micros(self.orange_us)

    @property
    def due_before(self) -> dt.datetime | None:
        """When it was due without the extension; None when none was granted in time."""
        return None if self.due_before_us is None else from_micros(self.due_before_us)

    @property
    def is_running(self) -> bool:
        """Tell whether the duty is still owed and its time passes."""
        return self.met_at is None and not self.stopped

    def light(self, now: dt.datetime) -> Light | None:
        """Give its light; None when it is met or stopped."""
        if not self.is_running:
            return None
        return light_of(self.kind, self.yellow_us, self.orange_us, self.due_us, micros(now))


def light_of(kind: ClockKind, yellow: int, orange: int, due: int, now: int) -> Light:
    """Give the light at `now` from the three prepared instants, all in one unit; exact, never from a rounded figure."""
    if now >= due:
        return Light.OVERDUE if kind in CITIZEN_CLOCKS else Light.RED
    if now >= orange:
        return Light.ORANGE
    return Light.YELLOW if now >= yellow else Light.GREEN


def after(start: dt.datetime, limit: Limit, law: Law) -> Span:
    """Give the instant at which `limit` ends when it starts at `start`."""
    end = end_of(micros(start), limit, law.calendar.office)
    return Span(from_micros(end), is_provisional(limit, end, law))


def urgency_at(case: Case, law: Law, at: dt.datetime) -> Urgency:
    """Give the urgency that counted at an instant, what a flood-season switch adds included."""
    terms = terms_of(case, law)
    return next((term.urgency for term in reversed(terms) if term.at <= micros(at)), terms[0].urgency)


def urgency_now(case: Case, law: Law) -> Urgency:
    """Give the urgency that counts now: the case's own, or flood while the switch is on for such an order."""
    timeline = law.timeline
    return timeline.urgency_of(timeline.present, case.order, case.urgency)


class Origin(enum.StrEnum):
    """What a clock counts from."""

    DISPATCH = "dispatch"
    REDISPATCH = "redispatch"
    PROGRESS = "progress"
    REDO = "redo"
    REPLY = "reply"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    BLOWING = "blowing"


class Duty(msgspec.Struct, frozen=True, gc=False):
    """One duty of a case: from when, by which limit of which book (or by which date), and when it was met."""

    kind: ClockKind
    start: int
    origin: Origin
    book: Book
    name: str
    met_at: dt.datetime | None
    dated: int | None = None
    pausable: bool = True
    of_redo: bool = False


def clocks(case: Case, law: Law) -> tuple[Clock, ...]:
    """List the case's clocks, met ones included, in the order the duties arise; once it has ended only those met.

    A case handled elsewhere before it came (an imported ledger) has only the clock of its feedback.
    """
    first = micros(case.order.dispatched_at)
    terms = terms_since(case, law, first)
    untouched = _is_untouched(case, terms)
    found: list[Clock] = []
    for duty in _duties(case, law, first):
        if untouched and duty.dated is None:
            limit = limit_of(duty.book, duty.name, terms[0])
            if limit is not None:
                found.append(_plain(duty, limit, end_of(duty.start, limit, law.calendar.office), law))
        elif (clock := _clock(duty, run(track_of(duty, case, terms), law.calendar.office), law)) is not None:
            found.append(clock)
    return tuple(found)


def next_clock(found: tuple[Clock, ...]) -> Clock | None:
    """Give the running clock that is due first, or None when nothing is owed."""
    return min((clock for clock in found if clock.is_running), key=lambda clock: clock.due_us, default=None)


def next_due(case: Case, law: Law) -> Clock | None:
    """Give `next_clock` of the case's clocks without making the others: for whoever asks it of a hundred thousand."""
    first = micros(case.order.dispatched_at)
    terms = terms_since(case, law, first)
    if not _is_untouched(case, terms) or case.order.feedback_due_at is not None:
        return _next_touched(case, law, first, terms)
    term, office = terms[0], law.calendar.office
    best: tuple[int, Duty, Limit] | None = None
    for duty in _duties(case, law, first, owed_only=True, limits=term.policy.orders[term.urgency]):
        limit = limit_of(duty.book, duty.name, term)
        if limit is not None:
            due = end_of(duty.start, limit, office)
            if best is None or due < best[0]:
                best = due, duty, limit
    return None if best is None else _plain(best[1], best[2], best[0], law)


def _next_touched(case: Case, law: Law, first: int, terms: list[Term]) -> Clock | None:
    best: tuple[int, Duty, Course] | None = None
    for duty in _duties(case, law, first, owed_only=True):
        course = run(track_of(duty, case, terms), law.calendar.office)
        if course.due is not None and not course.stopped and (best is None or course.due < best[0]):
            best = course.due, duty, course
    return None if best is None else _clock(best[1], best[2], law)


def _is_untouched(case: Case, terms: list[Term]) -> bool:
    return len(terms) == 1 and case.extension is None and not case.suspensions


def duties(case: Case, law: Law) -> list[Duty]:
    """List the duties a case has or had, whether or not a policy sets a limit to them."""
    return _duties(case, law, micros(case.order.dispatched_at))


def _duties(
    case: Case, law: Law, first: int, *, owed_only: bool = False, limits: OrderLimits | None = None
) -> list[Duty]:
    """List the duties of a case first dispatched at `first`: all, those not met, or of these those under limits."""
    order, state, redo_at = case.order, case.state, case.redo_at
    start, origin = first, _BY_DISPATCH
    if case.redispatched_at is not None:
        start, origin = micros(case.redispatched_at), Origin.REDISPATCH
    dated = None if order.feedback_due_at is None else micros(order.feedback_due_at)
    answered = case.first_replied_at or (None if state in _GIVEN_UP else case.closed_at)
    if state is _RETURNED:
        if owed_only and answered is not None:
            return []
        return [Duty(ClockKind.CITIZEN, first, _BY_DISPATCH, _ORDERS, "feedback", answered, dated)]
    ended = state in _ENDED
    owed = redo_at is None and not ended
    found: list[Duty] = []
    at = case.signed_at
    if (owed and (limits is None or limits.sign is not None)) if at is None else not owed_only:
        found.append(Duty(_SIGN, start, origin, _ORDERS, "sign", at))
    at = case.contacted_at
    if owed if at is None else not owed_only:
        found.append(Duty(_FIRST_CONTACT, start, origin, _ORDERS, "first_contact", at))
    at = case.on_scene_at
    wanted = owed and case.first_replied_at is None and (limits is None or limits.on_scene is not None)
    if wanted if at is None else not owed_only:
        found.append(Duty(_ON_SCENE, start, origin, _ORDERS, "on_scene", at))
    if state in _WORKED and (limits is None or limits.progress is not None or case.suspensions):
        found.append(_progress(case, start, origin))
    if owed if answered is None else not owed_only:
        own = None if case.former else dated
        found.append(Duty(_FEEDBACK, start, origin, _ORDERS, "feedback", answered, own))
        if case.former:
            found.append(Duty(ClockKind.CITIZEN, first, _BY_DISPATCH, _ORDERS, "feedback", answered, dated))
    if redo_at is not None:
        found += (duty for duty in _of_redo(case, micros(redo_at), ended) if duty.met_at is None or not owed_only)
    if case.replied_at is not None and state in _ANSWERED:
        met = _called_back(case.call_backs, law.policy.call_back_attempts)
        if (not ended) if met is None else not owed_only:
            reply = micros(case.replied_at)
            found.append(Duty(ClockKind.CALL_BACK, reply, Origin.REPLY, Book.POLICY, "call_back", met))
    if state is CaseState.SUSPENDED and case.suspensions:
        last = case.suspensions[-1]
        begun, review = micros(last.at), micros(last.review_at)
        found.append(Duty(ClockKind.REVIEW, begun, Origin.SUSPENSION, Book.POLICY, "", None, review, False))
    return found


def track_of(duty: Duty, case: Case, terms: list[Term]) -> Track:
    """Give what the course of a duty depends on."""
    pauses = case.suspensions if duty.pausable else ()
    return Track(
        start=duty.start,
        met=None if duty.met_at is None else micros(duty.met_at),
        book=duty.book,
        name=duty.name,
        terms=terms,
        dated=duty.dated,
        pauses=tuple((micros(p.at), None if p.resumed_at is None else micros(p.resumed_at)) for p in pauses),
        extension=case.extension if duty.kind in CITIZEN_CLOCKS else None,
    )


# Members by themselves and tuples of them: looking one up in its enumeration, or hashing it, costs more than all else.
_ORDERS, _BY_DISPATCH, _RETURNED = Book.ORDERS, Origin.DISPATCH, CaseState.RETURNED
_SIGN, _FIRST_CONTACT, _ON_SCENE = ClockKind.SIGN, ClockKind.FIRST_CONTACT, ClockKind.ON_SCENE
_FEEDBACK, _PROGRESS = ClockKind.FEEDBACK, ClockKind.PROGRESS
_ENDED = tuple(ENDED)
_GIVEN_UP = (CaseState.WITHDRAWN, CaseState.MERGED)
_ANSWERED = (CaseState.REPLIED, CaseState.CLOSED)
_WORKED = (
    CaseState.IN_HAND,
    CaseState.SIGNED,
    CaseState.DISPATCHED,
    CaseState.RETURN_REQUESTED,
    CaseState.SUSPENDED,
)


def _progress(case: Case, start: int, origin: Origin) -> Duty:
    """The present round of progress: begun by dispatch, last report, suspension or resumption, whichever came last."""
    if case.progress_at is None and not case.suspensions:
        return Duty(_PROGRESS, start, origin, _ORDERS, "progress", None, None, False)
    begun = [(start, origin)]
    if case.progress_at is not None:
        begun.append((micros(case.progress_at), Origin.PROGRESS))
    book, name = Book.ORDERS, "progress"
    if case.suspensions:
        last = case.suspensions[-1]
        if last.resumed_at is not None:
            begun.append((micros(last.resumed_at), Origin.RESUMPTION))
        elif case.state is CaseState.SUSPENDED:
            begun.append((micros(last.at), Origin.SUSPENSION))
            book, name = Book.POLICY, "suspension_progress"
    at, since = max(begun, key=lambda one: one[0])
    return Duty(ClockKind.PROGRESS, at, since, book, name, None, None, False)


def _of_redo(case: Case, start: int, ended: bool) -> list[Duty]:
    replied, redo_at = case.replied_at, case.redo_at
    answered = replied if replied and redo_at and (case.state in _ANSWERED or replied > redo_at) else None
    owed = answered is None and not ended
    found: list[Duty] = []
    for kind, name, met_at in (
        (ClockKind.SIGN, "sign", case.redo_signed_at),
        (ClockKind.FIRST_CONTACT, "first_contact", case.redo_contacted_at),
        (ClockKind.REDO, "feedback", answered),
    ):
        if owed or met_at is not None:
            found.append(Duty(kind, start, Origin.REDO, Book.REDO, name, met_at, of_redo=kind is not ClockKind.REDO))
    return found


def _called_back(calls: tuple[CallBack, ...], attempts: int) -> dt.datetime | None:
    """When the call-back was done: the first that reached, or the vain one that made up the number for its side.

    Vain ones count once for each clock hour and side.
    """
    vain: dict[bool, set[int]] = {True: set(), False: set()}
    for call in sorted(calls, key=lambda call: call.at):
        if call.reached:
            return call.at
        hours = vain[call.by_hotline]
        hours.add(micros(call.at) // _HOUR_US)
        if len(hours) >= attempts:
            return call.at
    return None


_HOUR_US = 60 * MINUTE_US


def _plain(duty: Duty, limit: Limit, due: int, law: Law) -> Clock:
    yellow, orange = law.timeline.measured(limit).turns(duty.start, due, law.policy.lights, law.calendar.office)
    unsure = is_provisional(limit, due, law)
    return Clock(duty.kind, duty.start, yellow, orange, due, limit, duty.met_at, unsure, False, duty.of_redo)


def _clock(duty: Duty, course: Course, law: Law) -> Clock | None:
    due, limit, office = course.due, course.limit, law.calendar.office
    if due is None:
        return None
    measured = None if limit is None else law.timeline.measured(limit)
    if measured is not None and measured.in_office and course.by_limit:
        yellow, orange = measured.turns_paused(duty.start, due, course.pauses, office)
    else:
        yellow, orange = turns_of_span(duty.start, due, course.pauses, law.policy.lights, measured)
    return Clock(
        kind=duty.kind,
        start_us=duty.start,
        yellow_us=yellow,
        orange_us=orange,
        due_us=due,
        limit=limit,
        met_at=duty.met_at,
        provisional=course.counted is not None and not course.stopped and is_provisional(course.counted, due, law),
        stopped=course.stopped and duty.met_at is None,
        of_redo=duty.of_redo,
        graced=course.graced,
        due_before_us=course.before,
        too_late=course.too_late,
    )


def is_provisional(limit: Limit, end: int, law: Law) -> bool:
    """Tell whether a limit ends past the published calendar; natural time needs none."""
    return end >= law.calendar.published_until_us and limit.measure in _OF_CALENDAR


_OF_CALENDAR = (Measure.WORKING_TIME, Measure.WORKING_DAYS)
