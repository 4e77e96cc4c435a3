"""The law book: which policies were ever activated, when the flood-season switch was on, and the working calendar.

Changed by acts of its own (`LawAct`), judged and journaled like acts on cases, so that what held at any instant can be
told for ever. `law_at` makes the `Law` of an instant of it. Source: DOMAIN section 5.
"""

import datetime as dt
import enum
from collections.abc import Iterable

import msgspec

from dispatcher.models.ids import CommandId, Instant, PersonId
from dispatcher.models.law import Law, law_of
from dispatcher.models.organisation import Actor, Unit
from dispatcher.models.policy import Policy
from dispatcher.models.workcalendar import BEIJING, WorkCalendar


class LawCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="command"):
    """Base of what can be done to the law book."""


class ActivatePolicy(LawCommand, frozen=True, tag="activate_policy"):
    """A policy holds from its `effective_from` on (00:00 in Beijing), or from now when that day has begun already."""

    policy: Policy


class SwitchFlood(LawCommand, frozen=True, tag="switch_flood"):
    """The flood-season switch goes on or off now, by a rain warning; a season of the policy switches by itself."""

    on: bool
    reason: str


class ReplaceCalendar(LawCommand, frozen=True, tag="replace_calendar"):
    """A newer working calendar has been published."""

    calendar: WorkCalendar


AnyLawCommand = ActivatePolicy | SwitchFlood | ReplaceCalendar


class LawAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change of the law book as one person made it."""

    id: CommandId
    command: AnyLawCommand
    by: PersonId
    made_at: Instant


class LawReason(enum.StrEnum):
    """Why a change of the law book is refused."""

    NOT_YOUR_ROLE = "not_your_role"
    VERSION_TAKEN = "version_taken"
    DATE_TAKEN = "date_taken"
    IN_THE_PAST = "in_the_past"
    ALREADY_SO = "already_so"
    MISSING_FIELD = "missing_field"
    OLDER_CALENDAR = "older_calendar"


class LawRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The law book stays as it is: why, which field, and its value."""

    reason: LawReason
    field: str = ""
    detail: str = ""


class Edition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy and the instant from which it holds."""

    policy: Policy
    since: Instant
    activated_by: PersonId = PersonId("")
    activated_at: Instant | None = None


class FloodSpell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The switch was thrown by hand: on or off from an instant."""

    since: Instant
    on: bool
    reason: str
    by: PersonId


class LawBook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that ever was law here. `editions` are in the order of their `since`; the first holds from ever on."""

    editions: tuple[Edition, ...]
    calendar: WorkCalendar
    spells: tuple[FloodSpell, ...] = ()


def book_of(policy: Policy, calendar: WorkCalendar) -> LawBook:
    """Make the book that a centre begins with: one policy, which holds from ever on."""
    since = dt.datetime.combine(policy.effective_from, dt.time(), BEIJING).astimezone(dt.UTC)
    return LawBook(editions=(Edition(policy=policy, since=since),), calendar=calendar)


def judge_law(act: LawAct, book: LawBook, actor: Actor, now: dt.datetime) -> LawBook | LawRefused:
    """Decide one change of the law book: the book after it, or why it stays as it is."""
    raise NotImplementedError


def law_at(book: LawBook, now: dt.datetime, units: Iterable[Unit]) -> Law:
    """Give the law as it stands at an instant, with all regimes up to it."""
    return law_of(
        next((e for e in reversed(book.editions) if e.since <= now), book.editions[0]).policy, book.calendar, units
    )


def next_change(book: LawBook, now: dt.datetime) -> dt.datetime | None:
    """Give the next instant after `now` at which the law changes by itself (a policy's date, a season's edge)."""
    return None
