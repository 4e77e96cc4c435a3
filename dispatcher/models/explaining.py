"""Why a clock is due when it is: the steps from its start to its end, as data that a person can check by hand.

The steps come out of the very computation that gives the clock (`courses.run`); only the days of office are listed here
in addition, one by one. What is said about them in words is the affair of whoever shows them.
"""

import datetime as dt
from collections.abc import Iterator

from dispatcher.models.case import Case
from dispatcher.models.courses import (
    Book,
    Course,
    Extended,
    GraceGiven,
    OldDueStands,
    Paused,
    Step,
    Term,
    TermsChanged,
    limit_of,
    run,
    terms_of,
)
from dispatcher.models.deadlines import ClockKind, Duty, Origin, duties, is_provisional, track_of
from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Measure
from dispatcher.models.summons_clocks import SummonsClock, summons_clocks
from dispatcher.models.whistle import Whistle
from dispatcher.models.workcalendar import DayKind, date_of, day_number, day_start, from_micros, micros

Clause = tuple[str, ...]
"""Where in a policy something stands, in the terms of the work: ("orders", "livelihood", "on_scene")."""


class Started(Step, frozen=True, tag="started"):
    """The clock counts from `at`."""

    at: Instant
    origin: Origin


class LimitApplied(Step, frozen=True, tag="limit_applied"):
    """The limit that held at the start; `urgency` is None where it makes no difference."""

    limit: Limit
    policy: str
    clause: Clause
    urgency: Urgency | None = None


class GivenByHotline(Step, frozen=True, tag="given_by_hotline"):
    """No limit of a policy: a date was set for this case, by the hotline or in an agreement."""

    due: Instant


class Worked(Step, frozen=True, tag="worked"):
    """Office hours of one day that count, one step for each session; `minutes` are those between the two instants."""

    day: dt.date
    kind: DayKind
    begin: Instant
    end: Instant
    minutes: float


class CountedDay(Step, frozen=True, tag="counted_day"):
    """A working day that counts as the `number`-th of the limit."""

    day: dt.date
    kind: DayKind
    number: int


class SkippedDay(Step, frozen=True, tag="skipped_day"):
    """A day in between that does not count."""

    day: dt.date
    kind: DayKind


class Provisional(Step, frozen=True, tag="provisional"):
    """The end lies past the last published day: holidays after it are not known yet."""

    published_through: dt.date


class Stopped(Step, frozen=True, tag="stopped"):
    """The clock stands still; its due instant follows from when it is resumed."""


class Due(Step, frozen=True, tag="due"):
    """The result."""

    at: Instant


class Met(Step, frozen=True, tag="met"):
    """The duty was done."""

    at: Instant
    in_time: bool


AnyStep = (
    Started
    | LimitApplied
    | GivenByHotline
    | TermsChanged
    | OldDueStands
    | GraceGiven
    | Worked
    | CountedDay
    | SkippedDay
    | Paused
    | Extended
    | Provisional
    | Stopped
    | Due
    | Met
)


def why(case: Case, kind: ClockKind, law: Law, *, of_redo: bool | None = None) -> tuple[Step, ...]:
    """Explain a clock of a case, step by step; nothing when there is no such clock.

    Of the two signatures and contacts of a case in redo the later one is meant, unless `of_redo` is False.
    """
    terms = terms_of(case, law)
    found = [duty for duty in duties(case, law) if duty.kind is kind and of_redo in (None, duty.of_redo)]
    for duty in reversed(found):
        told: list[Step] = []
        course = run(track_of(duty, case, terms), law.calendar.office, told)
        if course.due is not None:
            return _steps(duty, course, terms, told, law)
    return ()


def why_summons(whistle: Whistle, unit: UnitId, law: Law) -> tuple[tuple[SummonsClock, tuple[Step, ...]], ...]:
    """Explain each clock of a department's summons, in the order of its duties."""
    summons = whistle.of(unit)
    if summons is None:
        return ()
    return tuple((clock, _of_summons(clock, whistle, law)) for clock in summons_clocks(whistle, summons, law))


def _steps(duty: Duty, course: Course, terms: list[Term], told: list[Step], law: Law) -> tuple[Step, ...]:
    due = from_micros(course.due or 0)
    steps: list[Step] = [Started(at=from_micros(duty.start), origin=duty.origin)]
    if duty.dated is not None:
        steps.append(GivenByHotline(due=from_micros(duty.dated)))
    else:
        first = [term for term in terms if term.at <= duty.start][-1:] or terms[:1]
        limit = limit_of(duty.book, duty.name, first[0])
        if limit is not None:
            urgency = first[0].urgency if duty.book is Book.ORDERS else None
            steps.append(
                LimitApplied(
                    limit=limit, policy=first[0].policy.version, clause=_clause(duty, first[0]), urgency=urgency
                )
            )
    steps += told
    if course.stopped and duty.met_at is None:
        return (*steps, Stopped())
    if course.by_limit and course.limit is not None:
        steps += _days(duty.start, course.due or 0, course.limit, course.pauses, law)
        if is_provisional(course.limit, course.due or 0, law):
            steps.append(Provisional(published_through=law.calendar.published_through))
    steps.append(Due(at=due))
    if duty.met_at is not None:
        steps.append(Met(at=duty.met_at, in_time=duty.met_at <= due))
    return tuple(steps)


def _clause(duty: Duty, term: Term) -> Clause:
    match duty.book:
        case Book.ORDERS:
            return ("orders", term.urgency.value, duty.name)
        case Book.REDO:
            return ("redo", duty.name)
        case Book.POLICY:
            return (duty.name,)


def _of_summons(clock: SummonsClock, whistle: Whistle, law: Law) -> tuple[Step, ...]:
    steps: list[Step] = [Started(at=clock.start, origin=Origin.BLOWING)]
    if clock.limit is None:
        steps.append(GivenByHotline(due=clock.due))
    else:
        simple = clock.limit == law.policy.whistles[whistle.kind].done_simple
        name = "done_simple" if clock.duty.value == "done" and whistle.simple and simple else clock.duty.value
        clause = ("whistles", whistle.kind.value, name)
        steps.append(LimitApplied(limit=clock.limit, policy=law.policy.version, clause=clause))
        steps += _days(micros(clock.start), micros(clock.due), clock.limit, (), law)
    if clock.provisional:
        steps.append(Provisional(published_through=law.calendar.published_through))
    steps.append(Due(at=clock.due))
    if clock.met_at is not None:
        steps.append(Met(at=clock.met_at, in_time=clock.met_at <= clock.due))
    return tuple(steps)


def _days(start: int, due: int, limit: Limit, pauses: tuple[tuple[int, int], ...], law: Law) -> Iterator[Step]:
    match limit.measure:
        case Measure.WORKING_TIME:
            yield from _worked(start, due, pauses, law)
        case Measure.WORKING_DAYS:
            yield from _counted(start, due, pauses, law)
        case Measure.NATURAL | Measure.SAME_DAY:
            return


def _worked(start: int, due: int, pauses: tuple[tuple[int, int], ...], law: Law) -> Iterator[Step]:
    calendar = law.calendar
    running = _between(start, due, pauses)
    for number in range(day_number(start), day_number(due - 1) + 1):
        day = date_of(number)
        kind = calendar.kind(day)
        if not calendar.is_worked(day):
            yield SkippedDay(day=day, kind=kind)
            continue
        for begin, end in running:
            opens, closes = max(begin, day_start(number)), min(end, day_start(number + 1))
            if opens < closes:
                for stretch in calendar.stretches(from_micros(opens), from_micros(closes)):
                    length = stretch.end - stretch.begin
                    minutes = length / dt.timedelta(minutes=1)
                    yield Worked(day=day, kind=kind, begin=stretch.begin, end=stretch.end, minutes=minutes)


def _counted(start: int, due: int, pauses: tuple[tuple[int, int], ...], law: Law) -> Iterator[Step]:
    """The day of the start and the days from a suspension's grant to the eve of its resumption do not count."""
    calendar = law.calendar
    still = [range(day_number(begin), day_number(end)) for begin, end in pauses]
    number = 0
    for each in range(day_number(start) + 1, day_number(due) + 1):
        day = date_of(each)
        if calendar.is_worked(day) and not any(each in days for days in still):
            number += 1
            yield CountedDay(day=day, kind=calendar.kind(day), number=number)
        else:
            yield SkippedDay(day=day, kind=calendar.kind(day))


def _between(start: int, due: int, pauses: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in pauses:
        found.append((start, begin))
        start = end
    return [*found, (start, due)]
