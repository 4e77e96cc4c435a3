"""Clocks: what is due when for a case, as a pure function of record and law.

Nothing here is stored: the same case, policy and calendar always give the same instants, so undo, a new
policy or "why is it due then?" need no bookkeeping. A clock whose limit nothing has touched is counted on a short way;
every other goes through `courses.run`, and so does every explanation. Limits: DOMAIN sections 5 and 6.
"""

import datetime as dt
import enum
from typing import NamedTuple

import msgspec

from dispatcher.models.case import ENDED, CallBack, Case, CaseState
from dispatcher.models.courses import Book, Course, Term, Track, end_of, limit_of, run, terms_of
from dispatcher.models.ids import Instant
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Measure
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


def urgency_now(case: Case, law: Law) -> Urgency:
    """Give the urgency that counts now: the case's own, or flood while the switch is on for such an order."""
    return law.timeline.present.urgency_of(case.order, case.urgency)


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


class Duty(NamedTuple):
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
    terms = terms_of(case, law)
    untouched = len(terms) == 1 and case.extension is None and not case.suspensions
    found: list[Clock] = []
    for duty in duties(case, law):
        if untouched and duty.dated is None:
            limit = limit_of(duty.book, duty.name, terms[0])
            if limit is not None:
                due = end_of(duty.start, limit, law.calendar.office)
                yellow, orange = _lights(duty.start, due, limit, (), law, by_limit=True)
                provisional = is_provisional(limit, due, law)
                found.append(
                    Clock(
                        duty.kind, duty.start, yellow, orange, due, limit, duty.met_at, provisional, False, duty.of_redo
                    )
                )
        elif (clock := _clock(duty, run(track_of(duty, case, terms), law.calendar.office), law)) is not None:
            found.append(clock)
    return tuple(found)


def next_clock(found: tuple[Clock, ...]) -> Clock | None:
    """Give the running clock that is due first, or None when nothing is owed."""
    first: Clock | None = None
    for clock in found:
        if clock.met_at is None and not clock.stopped and (first is None or clock.due_us < first.due_us):
            first = clock
    return first


def duties(case: Case, law: Law) -> list[Duty]:
    """List the duties a case has or had, whether or not a policy sets a limit to them."""
    order, state, redo_at = case.order, case.state, case.redo_at
    first = start = micros(order.dispatched_at)
    origin = Origin.DISPATCH
    if case.redispatched_at is not None:
        start, origin = micros(case.redispatched_at), Origin.REDISPATCH
    dated = None if order.feedback_due_at is None else micros(order.feedback_due_at)
    answered = case.first_replied_at or (None if state in _GIVEN_UP else case.closed_at)
    citizen = Duty(ClockKind.CITIZEN, first, Origin.DISPATCH, Book.ORDERS, "feedback", answered, dated)
    if state is CaseState.RETURNED:
        return [citizen]
    orders, ended = Book.ORDERS, state in ENDED
    owed = redo_at is None and not ended
    found: list[Duty] = []
    if owed or case.signed_at is not None:
        found.append(Duty(ClockKind.SIGN, start, origin, orders, "sign", case.signed_at))
    if owed or case.contacted_at is not None:
        found.append(Duty(ClockKind.FIRST_CONTACT, start, origin, orders, "first_contact", case.contacted_at))
    if case.on_scene_at is not None or (owed and case.first_replied_at is None):
        found.append(Duty(ClockKind.ON_SCENE, start, origin, orders, "on_scene", case.on_scene_at))
    if state in _WORKED:
        found.append(_progress(case, start, origin))
    if owed or answered is not None:
        own = None if case.former else dated
        found.append(Duty(ClockKind.FEEDBACK, start, origin, orders, "feedback", answered, own))
        if case.former:
            found.append(citizen)
    if redo_at is not None:
        found += _of_redo(case, micros(redo_at), ended)
    if case.replied_at is not None and state in _ANSWERED:
        met = _called_back(case.call_backs, law.policy.call_back_attempts)
        if not (ended and met is None):
            reply = micros(case.replied_at)
            found.append(Duty(ClockKind.CALL_BACK, reply, Origin.REPLY, Book.POLICY, "call_back", met))
    if state is CaseState.SUSPENDED and case.suspensions:
        last = case.suspensions[-1]
        at, review = micros(last.at), micros(last.review_at)
        found.append(Duty(ClockKind.REVIEW, at, Origin.SUSPENSION, Book.POLICY, "", None, review, False))
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


_GIVEN_UP = frozenset({CaseState.WITHDRAWN, CaseState.MERGED})
_ANSWERED = frozenset({CaseState.REPLIED, CaseState.CLOSED})
_WORKED = frozenset(
    {CaseState.DISPATCHED, CaseState.SIGNED, CaseState.IN_HAND, CaseState.RETURN_REQUESTED, CaseState.SUSPENDED}
)


def _progress(case: Case, start: int, origin: Origin) -> Duty:
    """The present round of progress: begun by dispatch, last report, suspension or resumption, whichever came last."""
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


def _clock(duty: Duty, course: Course, law: Law) -> Clock | None:
    due, limit = course.due, course.limit
    if due is None:
        return None
    yellow, orange = _lights(duty.start, due, limit, course.pauses, law, by_limit=course.by_limit)
    return Clock(
        kind=duty.kind,
        start_us=duty.start,
        yellow_us=yellow,
        orange_us=orange,
        due_us=due,
        limit=limit,
        met_at=duty.met_at,
        provisional=course.by_limit and not course.stopped and limit is not None and is_provisional(limit, due, law),
        stopped=course.stopped and duty.met_at is None,
        of_redo=duty.of_redo,
        graced=course.graced,
        due_before_us=course.before,
        too_late=course.too_late,
    )


def _lights(
    start: int, due: int, limit: Limit | None, pauses: tuple[tuple[int, int], ...], law: Law, *, by_limit: bool
) -> tuple[int, int]:
    """Give when a clock turns yellow and orange: by the share of its time that is left, pauses not counted.

    Working time is shared out as working time, everything else as natural time from start to due.
    """
    shares = law.policy.lights
    if by_limit and limit is not None and limit.measure is Measure.WORKING_TIME:
        office = law.calendar.office
        worked, length = office.worked(start), limit.minutes * MINUTE_US
        yellow = office.reached(worked + round(length * (1 - shares.yellow_left)))
        orange = office.reached(worked + round(length * (1 - shares.orange_left)))
        for begin, end in pauses:
            used, again = office.worked(begin), office.worked(end)
            if yellow > begin:
                yellow = office.reached(again + office.worked(yellow) - used)
            if orange > begin:
                orange = office.reached(again + office.worked(orange) - used)
    else:
        length = due - start
        for begin, end in pauses:
            length -= end - begin
        yellow = start + round(length * (1 - shares.yellow_left))
        orange = start + round(length * (1 - shares.orange_left))
        for begin, end in pauses:
            if yellow > begin:
                yellow += end - begin
            if orange > begin:
                orange += end - begin
    if limit is not None and limit.in_hours:
        orange = min(orange, due - shares.orange_floor_minutes * MINUTE_US)
    orange = max(start, min(orange, due))
    return max(start, min(yellow, orange)), orange


def is_provisional(limit: Limit, end: int, law: Law) -> bool:
    """Tell whether a limit ends past the published calendar; natural time needs none."""
    return end >= law.calendar.published_until_us and limit.measure in _OF_CALENDAR


_OF_CALENDAR = frozenset({Measure.WORKING_TIME, Measure.WORKING_DAYS})
