"""The queue row: one case as a list shows it, prepared once where the case changes.

Lists are sorted, filtered and painted from these columns alone; no body is decoded for them. Instants are
epoch milliseconds; the three of the next clock make its light a comparison with now.
"""

import datetime as dt
import enum

import msgspec

from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import ClockKind, Light, clocks, light_of, next_clock
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.order import Place, Urgency
from dispatcher.models.summons_clocks import summons_clock
from dispatcher.models.whistle import Milestone

SEPARATOR = " · "
"""Stands between address and community in a row's place, once at most."""
NEVER_MS = 253_402_300_799_000
"""Stands for "no instant" in a sorted column: the last second of the year 9999."""


class Flag(enum.IntFlag):
    """What a row shows in one word each."""

    CONFIDENTIAL = 1
    URGED = 2
    REPEATED = 4
    REDO = 8
    LATE_ENTRY = 16
    TOPIC = 32


class Pending(enum.StrEnum):
    """What the station still owes the centre for this row."""

    NONE = ""
    PENDING = "pending"
    PARKED = "parked"
    EXPIRED = "expired"


class QueueRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The columns of one case in a list; the last two belong to the station, not to the centre.

    `due_ms` is `NEVER_MS` when no clock runs; `whistle_due_ms` is when the next summoned department must have
    passed its next milestone; `pending_what` is the tag of the command not yet settled.
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
    order = case.order
    clock = next_clock(clocks(case, law)) if case.is_open else None
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
    flags = 0
    if order.confidential:
        flags |= Flag.CONFIDENTIAL
    if order.urged:
        flags |= Flag.URGED
    if order.previous_number:
        flags |= Flag.REPEATED
    if case.redo_count:
        flags |= Flag.REDO
    if any(recorded.late for recorded in case.history):
        flags |= Flag.LATE_ENTRY
    place = order.place
    return QueueRow(
        case.id,
        case.revision,
        order.number,
        order.title,
        _where(place),
        order.topic,
        order.urgency,
        case.state,
        case.holder,
        case.assignee,
        clock.kind if clock else None,
        epoch_ms(clock.start) if clock else NEVER_MS,
        epoch_ms(clock.yellow_at) if clock else NEVER_MS,
        epoch_ms(clock.orange_at) if clock else NEVER_MS,
        epoch_ms(clock.due) if clock else NEVER_MS,
        clock.provisional if clock else False,
        epoch_ms(order.dispatched_at),
        epoch_ms(case.closed_at) if case.closed_at else NEVER_MS,
        waiting_for,
        waiting_ms,
        whistles_in,
        whistles_out,
        whistle_due_ms,
        flags,
    )


def _where(place: Place) -> str:
    """Write "address · community": a wall takes what stands after the one separator and never an address."""
    address = place.address.replace(SEPARATOR, " ")
    return f"{address}{SEPARATOR}{place.community}" if place.community else address


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS = dt.timedelta(milliseconds=1)
