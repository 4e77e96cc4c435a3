"""The law book: which policies were ever activated, when the flood-season switch was on, and the working calendar.

Changed by acts of its own (`LawAct`), judged and journaled like acts on cases, so that what held at any instant can be
told for ever. `law_at` makes the `Law` of an instant of it. Source: DOMAIN section 5.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from operator import gt
from typing import assert_never

import msgspec

from dispatcher.models.ids import CommandId, Instant, PersonId
from dispatcher.models.law import Law, Regime, law_of
from dispatcher.models.organisation import Actor, Right, Unit, may
from dispatcher.models.policy import Policy
from dispatcher.models.policy_check import faults
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
    BAD_FIELD = "bad_field"
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
    return LawBook(editions=(Edition(policy=policy, since=_midnight(policy.effective_from)),), calendar=calendar)


def judge_law(act: LawAct, book: LawBook, actor: Actor, now: dt.datetime) -> LawBook | LawRefused:
    """Decide one change of the law book: the book after it, or why it stays as it is.

    Nothing that held before `now` changes: a policy whose day has begun already holds from now on.
    """
    match act.command:
        case ActivatePolicy(policy=policy):
            if not may(actor, Right.CHANGE_POLICY):
                return LawRefused(reason=LawReason.NOT_YOUR_ROLE)
            return _activate(policy, book, actor, now)
        case SwitchFlood():
            if not may(actor, Right.SWITCH_FLOOD):
                return LawRefused(reason=LawReason.NOT_YOUR_ROLE)
            return _switch(act.command, book, actor, now)
        case ReplaceCalendar(calendar=calendar):
            if not may(actor, Right.CHANGE_POLICY):
                return LawRefused(reason=LawReason.NOT_YOUR_ROLE)
            return _replace(calendar, book)
        case _:
            assert_never(act.command)


def law_at(book: LawBook, now: dt.datetime, units: Iterable[Unit]) -> Law:
    """Give the law as it stands at an instant, with all regimes up to it."""
    regimes = _regimes(book, now)
    present = regimes[-1]
    known = law_of(present.policy, book.calendar, units)
    return msgspec.structs.replace(known, regimes=regimes, flood=present.flood)


def next_change(book: LawBook, now: dt.datetime) -> dt.datetime | None:
    """Give the next instant after `now` at which the law changes by itself (a policy's date, a season's edge)."""
    last = max(now, book.editions[-1].since) + _HORIZON
    return next((regime.since for regime in _regimes(book, last) if regime.since > now), None)


_HORIZON = dt.timedelta(days=2 * 366)
"""A season comes round within it, whatever the day."""


def _activate(policy: Policy, book: LawBook, actor: Actor, now: dt.datetime) -> LawBook | LawRefused:
    fault = next(iter(faults(policy)), None)
    if fault is not None:
        reason = LawReason.BAD_FIELD if policy.version.strip() else LawReason.MISSING_FIELD
        return LawRefused(reason=reason, field=f"policy.{fault.key}", detail=fault.remedy)
    day = policy.effective_from
    since = max(_midnight(day), now)
    for edition in book.editions:
        if edition.policy.version == policy.version:
            return LawRefused(reason=LawReason.VERSION_TAKEN, field="policy.version", detail=policy.version)
        if edition.policy.effective_from == day or edition.since == since:
            return LawRefused(reason=LawReason.DATE_TAKEN, field="policy.effective_from", detail=day.isoformat())
    present = [edition for edition in book.editions if edition.since <= now][-1:]
    if present and present[0].policy.effective_from > day:
        return LawRefused(reason=LawReason.IN_THE_PAST, field="policy.effective_from", detail=day.isoformat())
    edition = Edition(policy=policy, since=since, activated_by=actor.person, activated_at=now)
    editions = tuple(sorted((*book.editions, edition), key=lambda one: one.since))
    return msgspec.structs.replace(book, editions=editions)


def _switch(command: SwitchFlood, book: LawBook, actor: Actor, now: dt.datetime) -> LawBook | LawRefused:
    if not command.reason.strip():
        return LawRefused(reason=LawReason.MISSING_FIELD, field="reason")
    if _regimes(book, now)[-1].flood is command.on:
        return LawRefused(reason=LawReason.ALREADY_SO, field="on", detail="true" if command.on else "false")
    spell = FloodSpell(since=now, on=command.on, reason=command.reason, by=actor.person)
    return msgspec.structs.replace(book, spells=(*book.spells, spell))


def _replace(calendar: WorkCalendar, book: LawBook) -> LawBook | LawRefused:
    known = book.calendar
    if not calendar.version.strip():
        return LawRefused(reason=LawReason.MISSING_FIELD, field="calendar.version")
    if calendar == known:
        return LawRefused(reason=LawReason.ALREADY_SO, field="calendar.version", detail=calendar.version)
    twice = min(calendar.holidays & calendar.makeup_workdays, default=None)
    if twice is not None:
        return LawRefused(reason=LawReason.BAD_FIELD, field="calendar.makeup_workdays", detail=twice.isoformat())
    opens = [session.start for session in calendar.sessions]
    closes = [session.end for session in calendar.sessions]
    if not opens or any(a >= b for a, b in zip(opens, closes, strict=True)) or any(map(gt, closes, opens[1:])):
        return LawRefused(reason=LawReason.BAD_FIELD, field="calendar.sessions")
    missing = {day.year for day in known.holidays} - {day.year for day in calendar.holidays}
    if calendar.published_through < known.published_through or missing:
        detail = str(min(missing)) if missing else calendar.published_through.isoformat()
        return LawRefused(reason=LawReason.OLDER_CALENDAR, field="calendar.published_through", detail=detail)
    if calendar.version == known.version:
        return LawRefused(reason=LawReason.VERSION_TAKEN, field="calendar.version", detail=calendar.version)
    return msgspec.structs.replace(book, calendar=calendar)


def _regimes(book: LawBook, until: dt.datetime) -> tuple[Regime, ...]:
    """List what held from when on, up to an instant: policies, seasons and what was switched by hand."""
    editions, spells = book.editions, book.spells
    begin = min((editions[0].since, *(_midnight(dt.date(day.year, 1, 1)) for day in book.calendar.holidays)))
    instants = {edition.since for edition in editions} | {spell.since for spell in spells}
    years = range(begin.astimezone(BEIJING).year, until.astimezone(BEIJING).year + 1)
    for season in {edition.policy.flood.season for edition in editions} - {None}:
        instants.update(edge for year in years for edge in _edges(season, year))
    found: list[Regime] = []
    of_season, flood = False, False
    for at in (begin, *sorted(at for at in instants if at > begin)):
        if found and at > until:
            break
        policy = next((edition.policy for edition in reversed(editions) if edition.since <= at), editions[0].policy)
        was, of_season = of_season, _in_season(policy, at)
        by_hand = next((spell for spell in reversed(spells) if spell.since == at), None)
        if by_hand is not None:
            flood = by_hand.on
        elif of_season is not was:
            flood = of_season
        if not found or found[-1].policy is not policy or found[-1].flood is not flood:
            found.append(Regime(since=at, policy=policy, flood=flood))
    return tuple(found)


def _in_season(policy: Policy, at: dt.datetime) -> bool:
    if policy.flood.season is None:
        return False
    first, last = policy.flood.season
    today = at.astimezone(BEIJING)
    day = (today.month, today.day)
    return first <= day <= last if first <= last else day >= first or day <= last


def _edges(season: tuple[tuple[int, int], tuple[int, int]] | None, year: int) -> Iterator[dt.datetime]:
    """Give when a season begins and ends in a year: 00:00 of its first day, 24:00 of its last."""
    if season is not None:
        (month, day), (last_month, last_day) = season
        yield _midnight(dt.date(year, month, day))
        yield _midnight(dt.date(year, last_month, last_day) + dt.timedelta(days=1))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), BEIJING).astimezone(dt.UTC)
