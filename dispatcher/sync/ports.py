"""What the engine needs from the world, and the values it tells the world: Store, Dialer, Link, Clock, Listener.

Adapters raise `Trouble` and nothing else when the world fails; the engine turns it into a health state.
"""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, assert_never

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Actor, Scope, Unit
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Accepted, Reason, Refused, Verdict
from dispatcher.sync.office_ports import OfficeStatus, OfficeStore
from dispatcher.wire import Changes, Part
from dispatcher.wire.office import OfficeAct


class Trouble(Exception):
    """The world failed (disk, network, a damaged file); the text is fit for a person to read."""


class LinkLost(Trouble):
    """The connection is gone or could not be made; trying again later is right."""


class LinkMoved(LinkLost):
    """The centre has asked a welcomed console to come again: this process of it stops, another takes the console."""


class LinkRefused(Trouble):
    """The centre refuses this console (bad token, other protocol); trying again unchanged is pointless."""


class StoreDamaged(Trouble):
    """The cache file is broken; it has been or must be set aside and filled again from the centre."""


class StoreNewer(Trouble):
    """The cache was written by a newer version of the program; this one must not touch it."""


class StationWiped(Trouble):
    """The centre had this station destroy its key and files; the text is the reason it gave."""


class Clock(Protocol):
    """A station's clocks. `monotonic` never jumps; both run at the same pace."""

    def now(self) -> dt.datetime:
        """Give the station's wall clock as aware UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds since an arbitrary instant, never going back."""
        ...


class Link(Protocol):
    """One open connection, frames in and out."""

    async def send(self, frame: bytes) -> None:
        """Send one frame; raises LinkLost."""
        ...

    async def receive(self) -> bytes:
        """Wait for the next frame; raises LinkLost when the connection has ended."""
        ...

    async def close(self) -> None:
        """Close, in any state, without raising."""
        ...


class Dialer(Protocol):
    """Makes links to one centre."""

    async def dial(self) -> Link:
        """Connect; raises LinkLost."""
        ...


class ActState(enum.StrEnum):
    """Where an act of this station stands; only a verdict or a person's decision leaves all but the first two.

    DOUBTED was accepted by a centre that has since been set back to before it: it may have to be sent again.
    """

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    PARKED = "parked"
    EXPIRED = "expired"
    DISCARDED = "discarded"
    DOUBTED = "doubted"


UNSETTLED = frozenset({ActState.QUEUED, ActState.SENT})
"""Acts whose fate is open: they are folded over the confirmed case."""


def state_after(verdict: Verdict) -> ActState:
    """Give the state a verdict puts an act in; the one rule for the engine and for every store."""
    match verdict:
        case Accepted():
            return ActState.ACCEPTED
        case Refused():
            return ActState.EXPIRED if verdict.reason is Reason.EXPIRED else ActState.PARKED
        case _:
            assert_never(verdict)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The permanent record of one act of this station; `seq` is the order in which acts were made.

    `note` is why a person gave the act up (discarded, or tried again as a new act).
    """

    seq: int
    act: Act
    state: ActState
    made_at: dt.datetime
    sent_at: dt.datetime | None = None
    judged_at: dt.datetime | None = None
    verdict: Verdict | None = None
    note: str = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has begun to write in the form `form` of a case and not sent yet.

    `known` are the acts that stood in the case's history when it was begun: whatever else stands there came meanwhile.
    `replaces` is the parked act it is to take the place of.
    """

    case: CaseId
    form: str
    fields: dict[str, str | bool]
    saved_at: dt.datetime
    known: tuple[CommandId, ...] = ()
    replaces: CommandId = CommandId("")


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What the last Welcome said, kept so that the console works before and without a connection.

    `scope` is what the rows here were sent under, None when an older program took them in.
    """

    actor: Actor
    book: LawBook
    units: tuple[Unit, ...]
    scope: Scope | None = None


class TakenUpTo(msgspec.Struct, frozen=True):
    """How far a snapshot has been taken over: which one, and up to which byte of it."""

    etag: str
    offset: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far the cache has come: `as_of` is the centre's clock when it was last known to be complete.

    `newest` is the newest revision there was a row of, made by `newest_act`. `is_filling` tells that rows of before
    stand until all has come again; `taking` how far a snapshot has been taken over, None when none is under way.
    """

    ledger: LedgerId
    cursor: Revision
    as_of: dt.datetime | None
    newest: Revision = Revision(0)
    newest_act: CommandId = CommandId("")
    is_filling: bool = False
    taking: TakenUpTo | None = None


class SnapshotStream(Protocol):
    """One snapshot on its way here."""

    def next(self) -> tuple[bytes, TakenUpTo] | None:
        """Wait, in a thread, for the next part, given with how far the snapshot is here then; None at the end.

        Raises LinkLost, LinkRefused.
        """
        ...

    def cut(self) -> None:
        """Let nobody wait any longer; from any thread, without raising."""
        ...

    def close(self) -> None:
        """Close it, while nobody waits, without raising."""
        ...


class Snapshots(Protocol):
    """Where the centre's snapshots are fetched."""

    def open(self, token: str, resume: TakenUpTo | None) -> SnapshotStream:
        """Give the snapshot of the token's scope: what follows on `resume` if that one still is there, else a whole.

        Nothing is asked of the centre yet.
        """
        ...


class Store(OfficeStore, Protocol):
    """The console's cache and outbox. Synchronous; used from the engine's thread alone; raises Trouble.

    Every method that writes is one durable transaction, over both files where it touches both.
    """

    def standing(self) -> Standing:
        """Give ledger, cursor and as-of."""
        ...

    def remembered(self) -> Remembered | None:
        """Give the last Welcome's lasting part, None before the first."""
        ...

    def law_mark(self) -> str:
        """Give the mark of the law that all rows here are known to be made under; empty when it is not known."""
        ...

    def mark_law(self, mark: str) -> None:
        """Note under which law all rows here are made by now."""
        ...

    def open_cases(self, after: int, limit: int) -> tuple[tuple[int, QueueRow, Case], ...]:
        """List open cases by their places in the store, which rise: place, confirmed row and body."""
        ...

    def replace_rows(self, rows: Sequence[tuple[int, QueueRow]]) -> None:
        """Put other rows in the places of the same revision of the same cases; others are passed over."""
        ...

    def begin_ledger(self, ledger: LedgerId, remembered: Remembered, *, kin: bool = False) -> None:
        """Keep the Welcome; when the ledger differs from the cache's, drop all rows and set the cursor to 0.

        Of the same lineage (`kin`), the rows stay as after `begin_again`.
        """
        ...

    def apply(self, changes: Changes, as_of: dt.datetime) -> None:
        """Write rows, removals, the new cursor and the settled acts (`state_after`) in one transaction.

        `changes.settles` may name acts that this store does not know; they are passed over.
        """
        ...

    def begin_again(self) -> None:
        """Let everything come again from revision 0: what is here stays until it has come, or `sweep`."""
        ...

    def take(self, part: Part, up_to: TakenUpTo) -> None:
        """Write a part of a snapshot, the first of which begins again and the last of which moves the cursor."""
        ...

    def sweep(self) -> tuple[CaseId, ...]:
        """Remove what has not come again: the cache is complete. Gives the cases removed."""
        ...

    def keep_only(self, scope: Scope) -> tuple[tuple[QueueRow, ...], tuple[CaseId, ...]]:
        """Remove what lies outside a scope, and the details it has not, and remember that the rows are of that scope.

        Gives the rows changed and the cases removed.
        """
        ...

    def settle(self, receipts: tuple[Receipt, ...]) -> None:
        """Write new states of acts that changed no row."""
        ...

    def touch(self, as_of: dt.datetime, cursor: Revision) -> None:
        """Note that the cache is complete up to `cursor` at `as_of`."""
        ...

    def rows(self, closed_since_ms: int) -> Iterator[tuple[QueueRow, ...]]:
        """Page through the rows that are open or were closed since, the first page being what is due first."""
        ...

    def row(self, case: CaseId) -> QueueRow | None:
        """Give one case's confirmed row."""
        ...

    def case(self, case: CaseId) -> Case | None:
        """Give one case's confirmed body, decoded."""
        ...

    def caller(self, case: CaseId) -> Caller | None:
        """Give the caller where this station was entitled to it."""
        ...

    def count(self) -> int:
        """Count the cases in the cache."""
        ...

    def index_some(self) -> bool:
        """Make some more cases ready to be searched, in some tens of milliseconds; tells whether there are more."""
        ...

    def search(self, asked: str, limit: int) -> tuple[QueueRow, ...]:
        """Find up to `limit` cases that have every word asked for in their order, wherever in a word it stands.

        Case, width and punctuation do not count. A case is found a moment after it came or changed (`index_some`).
        """
        ...

    def enqueue(self, act: Act) -> Receipt:
        """Keep an act durably before anybody sees it; the same id again gives the same receipt."""
        ...

    def replace(self, acts: Sequence[Act], given_up: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        """Keep acts and give up those in whose place they are; gives the new ones' receipts."""
        ...

    def unsettled(self) -> tuple[Receipt, ...]:
        """List queued, sent, parked, expired and doubted acts in the order they were made."""
        ...

    def doubt(self, head: Revision) -> tuple[Receipt, ...]:
        """Mark what a ledger of this lineage accepted above `head` as doubted; gives those receipts."""
        ...

    def accepted(self) -> tuple[tuple[Revision, CommandId], ...]:
        """Name acts that a ledger of this lineage accepted, with their revisions: the 32 made last, ever fewer before.

        They are what a ledger proves by that it was not set back; no more than some fifty.
        """
        ...

    def receipts(self, limit: int) -> tuple[Receipt, ...]:
        """List the newest receipts, newest first."""
        ...

    def drafts(self) -> tuple[Draft, ...]:
        """List what is begun, the newest first."""
        ...

    def keep_draft(self, draft: Draft) -> None:
        """Keep a draft in place of the one of the same form on the same case."""
        ...

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget a draft; harmless where there is none."""

    def destroy(self) -> None:
        """Close the files and destroy them with their key: nobody can read them again, acts never sent included."""
        ...

    def close(self) -> None:
        """Close the files; harmless when repeated."""
        ...


class LinkState(enum.StrEnum):
    """What the console knows of its link."""

    CONNECTING = "connecting"
    CATCHING_UP = "catching_up"
    ONLINE = "online"
    STALE = "stale"
    OFFLINE = "offline"
    REFUSED = "refused"


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The link as the status bar and the banner show it.

    `since` is when this state began, `as_of` when the data was last known complete (both the centre's clock);
    `received` of `expected` rows have been caught up, None where the centre does not say how many there will be;
    `offset_ms` is the centre's clock minus the station's, `error_ms` how far that may be wrong. `office` is how the
    station works with its neighbours, None where it cannot. `clock_off_ms` is how far ahead of the time that counts a
    wrong station clock is, behind it when negative; 0 for one that is right.
    """

    state: LinkState
    since: dt.datetime
    as_of: dt.datetime | None = None
    received: int = 0
    expected: int | None = None
    round_trip_ms: float | None = None
    offset_ms: int | None = None
    error_ms: int | None = None
    retry_in_s: float | None = None
    detail: str = ""
    station_clock_wrong: bool = False
    office: OfficeStatus | None = None
    clock_off_ms: int = 0


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case for the case panel: pending acts folded in; `confirmed` counts the history that the centre has.

    `acts` are those of this station, `office` those of colleagues, in the office's order.
    """

    case: Case
    confirmed: int
    acts: tuple[Receipt, ...] = ()
    office: tuple[OfficeAct, ...] = ()


class OpenCases(msgspec.Struct, frozen=True):
    """Every open case of a station, what is due first in front, as of the centre's clock."""

    views: tuple[CaseView, ...]
    as_of: dt.datetime | None


class ActAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a submitted command at once: stored and pending, or refused on the spot.

    `trouble` says in words that this station could not take it (nobody signed in, disk full); nothing was done.
    """

    act: CommandId
    case: CaseId
    refused: Refused | None = None
    caller: Caller | None = None
    trouble: str = ""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that has just become durable in the cache, for measuring: which rows, committed when."""

    cases: tuple[tuple[CaseId, Revision], ...]
    committed_at: dt.datetime


class Listener(Protocol):
    """Who hears from the engine. Called in the engine's thread, after the cache is durable; must return at once."""

    def session_changed(self, remembered: Remembered, law: Law) -> None:
        """Who is signed in, the directory, the law book and the law in force are known, or one of them has changed."""
        ...

    def loads_changed(self, units: Mapping[UnitId, int], as_of: dt.datetime) -> None:
        """How many summonses of open whistles each department still owes in the whole city; not named is none."""
        ...

    def rows_changed(self, changes: ChangeSet) -> None:
        """Rows look different, pending acts folded in."""
        ...

    def arrived(self, arrival: Arrival) -> None:
        """A live batch has become durable; told before its rows, never of what was caught up."""
        ...

    def link_changed(self, status: LinkStatus) -> None:
        """The link's state or figures have changed."""
        ...

    def case_changed(self, view: CaseView | None, case: CaseId, why: str = "") -> None:
        """The watched case looks different; None when there is no such case here (any more), `why` in words then."""
        ...

    def outbox_changed(self, receipts: tuple[Receipt, ...]) -> None:
        """These acts are queued, sent, parked or expired, in the order they were made."""
        ...

    def act_answered(self, answer: ActAnswer) -> None:
        """A submitted command is stored and pending, or refused."""
        ...

    def act_settled(self, receipt: Receipt) -> None:
        """An act has its verdict, has expired unsent or was given up."""
        ...

    def receipts_listed(self, receipts: tuple[Receipt, ...]) -> None:
        """The receipts asked for, newest first."""
        ...

    def cases_found(self, asked: str, rows: tuple[QueueRow, ...]) -> None:
        """What a search for these words has found."""

    def drafts_changed(self, drafts: tuple[Draft, ...]) -> None:
        """What is begun and not sent, the newest first."""
        ...

    def open_cases_listed(self, listed: OpenCases) -> None:
        """The open cases asked for."""
        ...

    def trouble(self, text: str) -> None:
        """The world failed; words for a person."""
        ...

    def station_wiped(self, reason: str) -> None:
        """Key and files of this station are destroyed, by order of the centre and for this reason; nothing follows."""
        ...


__all__ = [
    "UNSETTLED",
    "Accepted",
    "ActAnswer",
    "ActState",
    "Arrival",
    "CaseView",
    "Clock",
    "Dialer",
    "Draft",
    "Link",
    "LinkLost",
    "LinkMoved",
    "LinkRefused",
    "LinkState",
    "LinkStatus",
    "Listener",
    "OpenCases",
    "Receipt",
    "Remembered",
    "SnapshotStream",
    "Snapshots",
    "Standing",
    "StationWiped",
    "Store",
    "StoreDamaged",
    "StoreNewer",
    "TakenUpTo",
    "Trouble",
    "state_after",
]
