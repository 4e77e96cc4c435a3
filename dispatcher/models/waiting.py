"""Whose turn it is: *waiting for X since*, the figure that stands beside the clocks and stops none of them.

It shows whose delay it is, not whose duty: the holder's clocks run on. Source: DOMAIN section 5 (pauses).
"""

import enum
from typing import NamedTuple

from dispatcher.models.case import ENDED, Case, CaseState
from dispatcher.models.events import RequestKind
from dispatcher.models.ids import Instant, UnitId
from dispatcher.models.law import Law
from dispatcher.models.summons_clocks import summons_clock


class WaitingFor(enum.StrEnum):
    """Whose turn it is."""

    HOTLINE = "hotline"
    ADJUDICATION = "adjudication"
    SHIFT_LEADER = "shift_leader"
    DEPARTMENT = "department"
    CITIZEN = "citizen"


class WaitingWhy(enum.StrEnum):
    """What is waited for: a decision of each kind, the review of a reply, a holder, a summoned unit, the call-back."""

    RETURN = "return"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    EXCLUSION = "exclusion"
    REVIEW = "review"
    NEW_HOLDER = "new_holder"
    WHISTLE = "whistle"
    CALL_BACK = "call_back"


class Waiting(NamedTuple):
    """Waiting for whom, since when and why. `unit` names the summoned unit, and is empty for everybody else."""

    for_what: WaitingFor
    unit: UnitId
    since: Instant
    why: WaitingWhy


def waiting(case: Case, law: Law) -> tuple[Waiting, ...]:
    """List all that a case waits for: departments first (of each whistle out the one due first), then people."""
    return *_departments(case, law), *for_people(case)


def for_people(case: Case) -> tuple[Waiting, ...]:
    """List whom a case waits for besides departments: those who decide, the shift leader, the citizen."""
    state = case.state
    found = _requests(case) if case.requests and state not in _OVER else []
    if state is CaseState.RETURNED:
        found.append(_person(WaitingFor.HOTLINE, case.former[-1].ended_at, WaitingWhy.NEW_HOLDER))
    elif state is CaseState.REPLY_REVIEW and case.reply_written_at is not None:
        found.append(_person(WaitingFor.SHIFT_LEADER, case.reply_written_at, WaitingWhy.REVIEW))
    elif state is CaseState.REPLIED and case.replied_at is not None:
        found.append(_person(WaitingFor.CITIZEN, case.replied_at, WaitingWhy.CALL_BACK))
    return tuple(found)


_OVER = ENDED - {CaseState.CLOSED}
"""States in which nothing asked for is decided any more; an exclusion is decided after the case is closed, too."""


def _departments(case: Case, law: Law) -> list[Waiting]:
    found: list[tuple[Instant, Waiting]] = []
    for whistle in case.whistles:
        owed = [clock for summons in whistle.summons if (clock := summons_clock(whistle, summons, law)) is not None]
        if owed:
            first = min(owed, key=lambda clock: clock.due)
            wait = Waiting(WaitingFor.DEPARTMENT, first.unit, whistle.blown_at, WaitingWhy.WHISTLE)
            found.append((first.due, wait))
    return [wait for _, wait in sorted(found, key=lambda each: each[0])]


def _requests(case: Case) -> list[Waiting]:
    found: list[Waiting] = []
    for request in case.requests:
        if request.granted is not None:
            continue
        whom, since = WaitingFor.HOTLINE, request.sent_at
        if since is None:
            whom, since = WaitingFor.SHIFT_LEADER, request.at
        elif request.kind is RequestKind.RETURN and case.asked(request.kind) > 1:
            whom = WaitingFor.ADJUDICATION
        found.append(_person(whom, since, WaitingWhy(request.kind.value)))
    return found


def _person(whom: WaitingFor, since: Instant, why: WaitingWhy) -> Waiting:
    return Waiting(whom, UnitId(""), since, why)
