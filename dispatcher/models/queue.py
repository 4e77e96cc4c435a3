"""The queue row: one case as a list shows it, prepared once where the case changes.

Lists are sorted, filtered and painted from these columns alone; no body is decoded for them. Instants are
epoch milliseconds; the three of the next clock make its light a comparison with now.
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.case import ENDED, Case, CaseState
from dispatcher.models.deadlines import ClockKind, Light, light_of, next_due, urgency_now
from dispatcher.models.events import CaseMerged, OrderWithdrawn
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Place, Urgency
from dispatcher.models.summons_clocks import summons_clock
from dispatcher.models.waiting import for_people
from dispatcher.models.whistle import Milestone

SEPARATOR = " · "
"""Stands between address and community in a row's place, once at most."""
ROWS_FORM = 1
"""What rows and timers are made of a case in; another number whenever the same case gives another row or timer.

Rows that were made in another form are made anew, by centres and stations.
"""
NEVER_MS = 253_402_300_799_000
"""Stands for "no instant" in a sorted column: the last second of the year 9999."""


class Flag(enum.IntFlag):
    """What a row shows in one word each.

    `LATE_ENTRY`: a fact was uploaded late or caught up. `REQUESTED`: something is asked for, draft or sent.
    `FLOOD_ON`: the urgency is raised by the flood-season switch.
    """

    CONFIDENTIAL = 1
    URGED = 2
    REPEATED = 4
    REDO = 8
    LATE_ENTRY = 16
    TOPIC = 32
    SUSPENDED = 64
    SUPERVISED = 128
    EXCLUDED = 256
    EXTENDED = 512
    RETURNED_ONCE = 1024
    PARENT = 2048
    CHILD = 4096
    REQUESTED = 8192
    FLOOD_ON = 16384


class Pending(enum.StrEnum):
    """What the station still owes the centre for this row; `OFFICE`: what a colleague's station owes it."""

    NONE = ""
    OFFICE = "office"
    PENDING = "pending"
    PARKED = "parked"
    EXPIRED = "expired"


class QueueRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The columns of one case in a list; the last two belong to the station, not to the centre.

    `urgency` is the one that counts, a flood-season switch included. `due_ms` is `NEVER_MS` when no clock runs;
    `closed_ms` is when it ended, closed or otherwise. `waiting_for` is the summoned unit that is due first, else a
    word of `waiting.WaitingFor`; `whistle_due_ms` is when that unit must have passed its next milestone;
    `pending_what` is the tag of the command not yet settled.
    """

    id: CaseId
    revision: Revision
    number: str
    title: str
    place: str
    topic: str
    urgency: Urgency
    state: CaseState
    holder: UnitId
    assignee: str
    clock: ClockKind | None
    start_ms: int
    yellow_ms: int
    orange_ms: int
    due_ms: int
    provisional: bool
    received_ms: int
    closed_ms: int
    waiting_for: UnitId
    waiting_ms: int
    whistles_in: int
    whistles_out: int
    whistle_due_ms: int
    flags: int
    pending: Pending = Pending.NONE
    pending_what: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still owes something on the case."""
        return self.closed_ms == NEVER_MS

    def light(self, now_ms: int) -> Light | None:
        """Give the light of the next clock, None when no clock runs."""
        if self.clock is None:
            return None
        return light_of(self.clock, self.yellow_ms, self.orange_ms, self.due_ms, now_ms)

    def whistle_late(self, now_ms: int) -> bool:
        """Tell whether a summoned department is past its next milestone."""
        return now_ms >= self.whistle_due_ms


def epoch_ms(instant: dt.datetime) -> int:
    """Give an aware instant as epoch milliseconds, floored."""
    return (instant - _EPOCH) // _MS


def from_epoch_ms(ms: int) -> dt.datetime:
    """Give epoch milliseconds as an aware UTC instant."""
    return _EPOCH + ms * _MS


def summarise(case: Case, law: Law) -> QueueRow:
    """Prepare the row of a case under a law."""
    order, urgency = case.order, urgency_now(case, law)
    clock = next_due(case, law) if case.is_open else None
    waiting_for, waiting_ms = UnitId(""), NEVER_MS
    whistles_in = whistles_out = 0
    whistle_due_ms = NEVER_MS
    for whistle in case.whistles:
        if not whistle.is_open:
            continue
        for summons in whistle.summons:
            whistles_out += 1
            whistles_in += summons.at(Milestone.REPORTED_IN) is not None
            owed = summons_clock(whistle, summons, law)
            if owed is None:
                continue
            due_ms = epoch_ms(owed.due)
            if due_ms < whistle_due_ms:
                whistle_due_ms, waiting_for, waiting_ms = due_ms, summons.unit, epoch_ms(whistle.blown_at)
    if not waiting_for and (waits := for_people(case)):
        waiting_for, waiting_ms = UnitId(waits[0].for_what.value), epoch_ms(waits[0].since)
    ended_at = _ended_at(case)
    place = order.place
    return QueueRow(
        case.id,
        case.revision,
        order.number,
        order.title,
        where(place),
        order.topic,
        urgency,
        case.state,
        case.holder,
        case.assignee,
        clock.kind if clock else None,
        clock.start_us // 1000 if clock else NEVER_MS,
        clock.yellow_us // 1000 if clock else NEVER_MS,
        clock.orange_us // 1000 if clock else NEVER_MS,
        clock.due_us // 1000 if clock else NEVER_MS,
        clock.provisional if clock else False,
        epoch_ms(order.dispatched_at),
        NEVER_MS if ended_at is None else epoch_ms(ended_at),
        waiting_for,
        waiting_ms,
        whistles_in,
        whistles_out,
        whistle_due_ms,
        _flags(case, urgency),
    )


def _flags(case: Case, urgency: Urgency) -> int:
    order = case.order
    flags = 0
    if order.confidential:
        flags |= Flag.CONFIDENTIAL.value
    if case.urged:
        flags |= Flag.URGED.value
    if order.previous_number:
        flags |= Flag.REPEATED.value
    if case.redo_count:
        flags |= Flag.REDO.value
    if case.has_late:
        flags |= Flag.LATE_ENTRY.value
    if case.state is CaseState.SUSPENDED:
        flags |= Flag.SUSPENDED.value
    if case.supervisions and case.supervision:
        flags |= Flag.SUPERVISED.value
    if case.exclusion is not None:
        flags |= Flag.EXCLUDED.value
    if case.extension is not None:
        flags |= Flag.EXTENDED.value
    if case.former and any(holding.returned for holding in case.former):
        flags |= Flag.RETURNED_ONCE.value
    if case.children:
        flags |= Flag.PARENT.value
    if case.parent:
        flags |= Flag.CHILD.value
    if case.requests and any(request.granted is None for request in case.requests):
        flags |= Flag.REQUESTED.value
    if urgency is Urgency.FLOOD and case.urgency is not Urgency.FLOOD:
        flags |= Flag.FLOOD_ON.value
    return flags


def _ended_at(case: Case) -> dt.datetime | None:
    """When the case was closed, withdrawn or merged; None while it is open."""
    if case.closed_at is not None:
        return case.closed_at
    if case.state in _GIVEN_UP:
        return next(r.at for r in reversed(case.history) if isinstance(r.event, OrderWithdrawn | CaseMerged))
    return None


_GIVEN_UP = ENDED - {CaseState.CLOSED}


def where(place: Place) -> str:
    """Write "address · community", as rows show it: a wall takes what follows the separator, never an address."""
    address = place.address.replace(SEPARATOR, " ")
    return f"{address}{SEPARATOR}{place.community}" if place.community else address


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS = dt.timedelta(milliseconds=1)
