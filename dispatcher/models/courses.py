"""How a duty's due instant comes about: its limit counted from its start, pauses, changes of terms, an extension.

One computation for the clock and for its explanation: `run` gives where it ends, and tells each turn it took to whoever
asks. Instants are microseconds since 1970. Source: DOMAIN section 5, docs/rules.md.
"""

import enum
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import msgspec

from dispatcher.models.case import Case, Extension
from dispatcher.models.ids import Instant
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Measure, Policy
from dispatcher.models.workcalendar import MINUTE_US, OfficeTime, day_number, day_start, from_micros, micros


class Cause(enum.StrEnum):
    """What changed the terms of a duty in its course."""

    URGENCY = "urgency"
    POLICY = "policy"
    FLOOD = "flood"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="step"):
    """Base of what an explanation is made of."""


class TermsChanged(Step, frozen=True, tag="terms_changed"):
    """Another limit holds from `at` on; None stands for no such duty."""

    at: Instant
    before: Limit | None
    after: Limit | None
    cause: Cause
    urgency: Urgency
    policy: str


class OldDueStands(Step, frozen=True, tag="old_due_stands"):
    """The new limit had run out already and the old one ends no later than the grace (or was past): it stands."""

    due: Instant


class GraceGiven(Step, frozen=True, tag="grace_given"):
    """The new limit had run out already: due at once, with the grace, that is by `until`."""

    until: Instant


class Paused(Step, frozen=True, tag="paused"):
    """A granted suspension stopped the clock; `end` is None while it lasts."""

    begin: Instant
    end: Instant | None = None


class Extended(Step, frozen=True, tag="extended"):
    """An extension to `until` was granted at `at`; `too_late` when the old due was past by then and stands."""

    at: Instant
    until: Instant
    before: Instant | None
    too_late: bool = False


class Term(msgspec.Struct, frozen=True, gc=False):
    """Under which urgency and policy a case is from an instant on, and what brought that about."""

    at: int
    urgency: Urgency
    policy: Policy
    cause: Cause


def terms_of(case: Case, law: Law) -> list[Term]:
    """List the terms of a case from its first dispatch on; the first are those that held then."""
    return terms_since(case, law, micros(case.order.dispatched_at))


def terms_since(case: Case, law: Law, start: int) -> list[Term]:
    """List the terms of a case, its first dispatch being at `start`."""
    order, timeline = case.order, law.timeline
    held = timeline.turns(order).since(start)
    regime, own = held[0][1], order.urgency
    counts = timeline.urgency_of(regime, order, own) if regime.flood else own
    found = [Term(start, counts, regime.policy, _BY_POLICY)]
    if len(held) == 1 and not case.urgencies:
        return found
    turns: list[tuple[int, Regime | Urgency]] = [*held[1:]]
    if case.urgencies:
        turns += [(micros(changed.at), changed.urgency) for changed in case.urgencies]
        turns.sort(key=lambda turn: turn[0])
    for at, turn in turns:
        if isinstance(turn, Regime):
            regime = turn
        else:
            own = turn
        last = found[-1]
        counts = timeline.urgency_of(regime, order, own)
        if counts is last.urgency and regime.policy is last.policy:
            continue
        of_law = _BY_FLOOD if counts is not last.urgency else _BY_POLICY
        found.append(Term(at, counts, regime.policy, of_law if turn is regime else _BY_URGENCY))
    return found


# Looking a member up in its enumeration costs more than adding two instants.
_BY_POLICY, _BY_FLOOD, _BY_URGENCY = Cause.POLICY, Cause.FLOOD, Cause.URGENCY


class Book(enum.Enum):
    """Where in a policy a duty's limit stands."""

    ORDERS = "orders"
    REDO = "redo"
    POLICY = ""


class Course(NamedTuple):
    """Where a duty's clock ends. `due` of a stopped one is where it stood; None means no such duty.

    `by_limit` says that the limit's own count ends there, not a grace, a date or an extension; `pauses` are those that
    moved it. `before` is the due without its extension; `counted` the limit, if any, that the due was counted by: an
    earlier one where that stands.
    """

    limit: Limit | None
    due: int | None
    by_limit: bool = True
    stopped: bool = False
    graced: bool = False
    pauses: tuple[tuple[int, int], ...] = ()
    before: int | None = None
    too_late: bool = False
    counted: Limit | None = None


class Track(NamedTuple):
    """What a duty's course depends on besides the calendar. `dated` is a due that the hotline set itself."""

    start: int
    met: int | None
    book: Book
    name: str
    terms: list[Term]
    dated: int | None = None
    pauses: tuple[tuple[int, int | None], ...] = ()
    extension: Extension | None = None

    def limit(self, term: Term) -> Limit | None:
        """Give the limit of the duty under given terms."""
        return limit_of(self.book, self.name, term)


def limit_of(book: Book, name: str, term: Term) -> Limit | None:
    """Give a limit of a policy, of the urgency's orders, of the redo or of the policy itself."""
    if book is _ORDERS:
        return getattr(term.policy.orders[term.urgency], name)
    return getattr(term.policy.redo if book is _REDO else term.policy, name)


def end_of(start: int, limit: Limit, office: OfficeTime) -> int:
    """Give the instant at which a limit ends."""
    measure = limit.measure
    if measure is _NATURAL:
        return start + limit.minutes * MINUTE_US
    if measure is _WORKING_TIME:
        return office.reached(office.worked(start) + limit.minutes * MINUTE_US)
    if measure is _WORKING_DAYS:
        before = office.workdays_before(day_number(start) + 1)
        return office.close_of(office.workday(before + limit.minutes - 1))
    return day_start(day_number(start) + 1)


_ORDERS, _REDO = Book.ORDERS, Book.REDO
_NATURAL, _WORKING_TIME, _WORKING_DAYS = Measure.NATURAL, Measure.WORKING_TIME, Measure.WORKING_DAYS


class Count:
    """A limit being counted, or a date being waited for (`limit` None): each pause moves its end on."""

    __slots__ = ("_days", "_first_day", "_office", "due", "limit")

    def __init__(self, start: int, limit: Limit | None, office: OfficeTime, due: int = 0) -> None:
        self.limit = limit
        self._office = office
        self._first_day = day_number(start) + 1
        self._days = limit.minutes if limit else 0
        self.due = end_of(start, limit, office) if limit else due

    def pause(self, begin: int, end: int) -> bool:
        """Stand still between two instants; tells whether it did: a count that has ended by then does not move."""
        if self.due <= begin:
            return False
        office = self._office
        match self.limit.measure if self.limit else Measure.NATURAL:
            case Measure.WORKING_TIME:
                self.due = office.reached(office.worked(end) + office.worked(self.due) - office.worked(begin))
            case Measure.WORKING_DAYS:
                used = office.workdays_before(day_number(begin)) - office.workdays_before(self._first_day)
                self._days -= max(0, used)
                self._first_day = max(self._first_day, day_number(end))
                count = office.workdays_before(self._first_day) + self._days - 1
                self.due = office.close_of(office.workday(count))
            case Measure.NATURAL | Measure.SAME_DAY:
                self.due += end - begin
        return True


def run(track: Track, office: OfficeTime, told: list[Step] | None = None) -> Course:
    """Follow a duty from its start to its due instant; each turn on the way is told, oldest first."""
    return _Runner(track, office, [] if told is None else told).run()


class _Runner:
    """One run. What happened at one instant counts in this order: extension, change of terms, pause."""

    def __init__(self, track: Track, office: OfficeTime, told: list[Step]) -> None:
        self._track = track
        self._office = office
        self._told = told
        self._count: Count | None = None
        self._limit: Limit | None = None
        self._until: int | None = None
        self._gone: list[tuple[int, int]] = []
        self._moved: list[tuple[int, int]] = []
        self._stopped = self._graced = self._too_late = False

    def run(self) -> Course:
        track = self._track
        pauses = self._pauses()
        turns: list[tuple[int, int, Callable[[], None]]] = []
        if track.dated is not None:
            self._count = Count(track.start, None, self._office, track.dated)
        else:
            turns += [(at, 1, partial(self._change, at, term)) for at, term in self._terms(pauses)]
        turns += [(begin, 2, partial(self._pause, begin, end)) for begin, end in pauses]
        extension = track.extension
        # Nobody answers while a request is open: one granted at the very instant of the answer came before it.
        if (
            extension is not None
            and track.start <= (at := micros(extension.granted_at))
            and (track.met is None or at <= track.met)
        ):
            turns.append((at, 0, partial(self._extend, at, micros(extension.until))))
        for _, _, turn in sorted(turns, key=lambda turn: turn[:2]):
            turn()
        count = self._count
        if count is None:
            return Course(self._limit, None)
        due = count.due if self._until is None else max(count.due, self._until)
        return Course(
            limit=self._limit,
            due=due,
            by_limit=count.limit is not None and count.limit == self._limit and due == count.due,
            counted=count.limit if due == count.due else None,
            stopped=self._stopped,
            graced=self._graced,
            pauses=tuple(self._moved),
            before=None if self._until is None else count.due,
            too_late=self._too_late,
        )

    def _unmet(self, at: int) -> bool:
        return self._track.met is None or at < self._track.met

    def _pauses(self) -> list[tuple[int, int | None]]:
        """List the pauses that began while the duty was owed; what was met in one has waited no longer than that."""
        start, met = self._track.start, self._track.met
        found: list[tuple[int, int | None]] = []
        for begin, end in self._track.pauses:
            if start <= begin and self._unmet(begin):
                found.append((begin, end if met is None else met if end is None else min(end, met)))
        return found

    def _terms(self, pauses: list[tuple[int, int | None]]) -> Iterator[tuple[int, Term]]:
        """Begin under the terms of the start; give the changes after it, each with the instant at which it counts.

        A change inside a pause counts as made when the clock stopped: what is paused is not used up.
        """
        track = self._track
        first = max((n for n, term in enumerate(track.terms) if term.at <= track.start), default=0)
        self._limit = track.limit(track.terms[first])
        if self._limit is not None:
            self._count = Count(track.start, self._limit, self._office)
        for term in track.terms[first + 1 :]:
            if self._unmet(term.at):
                inside = (begin for begin, end in pauses if begin <= term.at and (end is None or term.at < end))
                yield next(inside, term.at), term

    def _change(self, at: int, term: Term) -> None:
        limit, before = self._track.limit(term), self._limit
        if limit == before:
            return
        self._limit = limit
        changed = TermsChanged(
            at=from_micros(term.at),
            before=before,
            after=limit,
            cause=term.cause,
            urgency=term.urgency,
            policy=term.policy.version,
        )
        self._told.append(changed)
        old = self._count
        if limit is None:
            self._count, self._graced = None, False
            return
        new = Count(self._track.start, limit, self._office)
        moved = [pause for pause in self._gone if new.pause(*pause)]
        if new.due >= at:
            self._count, self._graced = new, False
            self._moved = moved if self._until is None else self._moved
            return
        grace = end_of(at, term.policy.grace, self._office)
        if old is not None and old.due <= grace:
            self._told.append(OldDueStands(due=from_micros(old.due)))
            return
        self._told.append(GraceGiven(until=from_micros(grace)))
        self._count, self._graced = Count(at, None, self._office, grace), True

    def _pause(self, begin: int, end: int | None) -> None:
        if end is not None:
            self._gone.append((begin, end))
        count, until = self._count, self._until
        if count is None or max(count.due, until or count.due) <= begin:
            return
        self._told.append(Paused(begin=from_micros(begin), end=None if end is None else from_micros(end)))
        if end is None:
            self._stopped = True
            return
        self._moved.append((begin, end))
        count.pause(begin, end)
        if until is not None and until > begin:
            self._until = until + end - begin

    def _extend(self, at: int, until: int) -> None:
        if self._count is None:
            return
        due = self._count.due
        self._too_late = due < at and not self._stopped
        self._told.append(
            Extended(at=from_micros(at), until=from_micros(until), before=from_micros(due), too_late=self._too_late)
        )
        if not self._too_late:
            self._until = until
