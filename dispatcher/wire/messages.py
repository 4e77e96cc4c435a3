"""The typed messages of protocol version 2, and bytes to messages and back.

A console says `Hello`, the centre answers `Welcome` and feeds `Changes`; acts go up as `Submit`, verdicts
come down in `Changes.settles` (with the rows they made) or alone as `Judged` (refused ones). What holds beside the
cases comes as `LawChanged` and `Loads`; what a street's stations need to work without the centre, as `Office`.
"""

import enum
from collections.abc import Callable
from typing import TypeVar, get_args

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, Instant, LedgerId, Revision, UnitId
from dispatcher.models.lawbook import LawBook
from dispatcher.models.organisation import Actor, Scope, Unit
from dispatcher.models.queue import QueueRow
from dispatcher.models.verdicts import Settled
from dispatcher.wire.deliveries import Delivery, NotJudged, SessionKey

PROTOCOL = 2
"""The version both ends must name in their first message."""
MAX_FRAME_BYTES = 4 * 1024 * 1024
"""The largest frame either end takes; a longer one is refused before it is read to its end."""


class Fault(enum.StrEnum):
    """Why a message or a connection is refused; the reason is told to the other end."""

    RUBBISH = "rubbish"
    UNKNOWN_MESSAGE = "unknown_message"
    BAD_FIELD = "bad_field"
    OLDER_PROTOCOL = "older_protocol"
    NEWER_PROTOCOL = "newer_protocol"
    TOO_LARGE = "too_large"
    NOT_SIGNED_IN = "not_signed_in"
    HELLO_FIRST = "hello_first"
    TOO_SLOW = "too_slow"
    STOPPING = "stopping"


class BadMessage(Exception):
    """The bytes are not a message of this protocol; `fault` names why, the text says what was wrong."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all messages."""


class OfficeStation(msgspec.Struct, frozen=True, kw_only=True):
    """A station of an office, by the id its store was given, and where it listens when it is the relay."""

    station: str
    address: str = ""


class Hello(Message, frozen=True, tag="hello"):
    """First word of a console: who it is and up to which revision of which ledger it has everything.

    `newest` is the newest revision it has had a row of and `newest_act` the act that made it: a ledger that was set
    back and went on knows by them that the cursor is not its own. `accepted` are revisions and ids of acts of its own
    that were accepted, at most 100, the newest ones and some from before: by them a ledger says in `Welcome.common` up
    to where it is still what it was. `snapshot` is the form of snapshot that it can take
    over, 0 for none; one that says it knows `Begin`.
    `office` says that it knows `Office` and `Inquire`, and where it would listen as its office's relay.
    `wipeable` says that it knows `Wipe`. `station` names this station's files and stays the same for ever.
    """

    protocol: int
    token: str
    station: str
    ledger: LedgerId = LedgerId("")
    cursor: Revision = Revision(0)
    newest: Revision = Revision(0)
    newest_act: CommandId = CommandId("")
    accepted: tuple[tuple[Revision, CommandId], ...] = ()
    snapshot: int = 0
    office: OfficeStation | None = None
    wipeable: bool = False


class Submit(Message, frozen=True, tag="submit"):
    """Acts to be judged, in the order they were made."""

    acts: tuple[Act, ...]


class Begin(Message, frozen=True, tag="begin"):
    """Begin the feed after this revision: said once, to a centre that has offered a snapshot and waits."""

    after: Revision


class Wiped(Message, frozen=True, tag="wiped"):
    """The answer to `Wipe`: key and files of this station are destroyed, with so many acts never sent."""

    order: str
    unsent: int = 0


class Ping(Message, frozen=True, tag="ping"):
    """Asks for the centre's clock; `sent_ms` is the console's monotonic clock and comes back untouched."""

    sent_ms: int


class Inquire(Message, frozen=True, tag="inquire"):
    """Asks what became of colleagues' acts, at most 256; `Judged` answers for those that are judged.

    Of acts of the unit's people or on its cases it gives the whole verdict, of others a bare one (no field, no value).
    Only to a centre that has sent `Office` on this connection. `sessions`, at most 256, are those of the acts' proofs:
    `Lost` answers for those whose station has been declared lost.
    """

    acts: tuple[CommandId, ...]
    sessions: tuple[str, ...] = ()


class Deliver(Message, frozen=True, tag="deliver"):
    """Hands in colleagues' acts for their makers, at most 256, in the office's order.

    Only acts of sessions that `Lost` has named. `Changes` and `Judged` bring the verdicts as of own acts, `Undelivered`
    says which were not judged.
    """

    acts: tuple[Delivery, ...]


class Welcome(Message, frozen=True, tag="welcome"):
    """The centre's first word: its clock, its ledger, who you are, the law book and the directory of units.

    When `ledger` is not the console's own, the console forgets its rows and begins at revision 0; where it is of the
    same lineage (`lineage.are_kin`), they stay in use until all has come again. The feed begins after
    `after`; where that is less than the console's cursor, the cursor is not this ledger's (any more), and whatever the
    feed does not bring again is gone. None, from an older centre: the cursor, or 0 where it is above `head`. `rows` is
    how many rows will come before what is live, about. `snapshot` is the form of a snapshot that may be fetched
    instead (GET /snapshot, by the same token), 0 for none: with one, the feed waits for `Begin`. `scope` says what
    the console is sent. `restored` are the revisions to which the ledger was set back to a backup, oldest first: what
    a console was told was accepted after them is in doubt (`lineage.in_common`). `common` is there when the ledger has
    not made some of `Hello.accepted` (any more): the newest revision of those that it has, 0 for none. What the console
    was told was accepted after it is in doubt, whatever the ledger's name says.
    """

    protocol: int
    now: Instant
    ledger: LedgerId
    head: Revision
    actor: Actor
    book: LawBook
    units: tuple[Unit, ...]
    after: Revision | None = None
    rows: int | None = None
    snapshot: int = 0
    scope: Scope | None = None
    restored: tuple[Revision, ...] = ()
    common: Revision | None = None


NO_CALLER = msgspec.Raw(b"null")


class CaseRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One case on the wire: its prepared columns, its body (a `Case` as JSON, kept undecoded) and its caller.

    `caller` is a `Caller` as JSON, `NO_CALLER` unless the receiver is entitled to it. (A union with None would make
    the codec refuse every caller: it takes Raw in no union.)
    """

    row: QueueRow
    body: msgspec.Raw
    caller: msgspec.Raw = NO_CALLER


class Changes(Message, frozen=True, tag="changes"):
    """All that changed in the receiver's scope from revision `first` to `last`, as rows in their newest state.

    `first` is always the revision after the last one covered on this connection (by `Changes` or `Beat`); rows are
    ordered by revision.
    `committed_at` is when the newest of them was committed. `catching_up` says more follows at once.
    """

    first: Revision
    last: Revision
    rows: tuple[CaseRow, ...] = ()
    gone: tuple[CaseId, ...] = ()
    settles: tuple[Settled, ...] = ()
    committed_at: Instant | None = None
    catching_up: bool = False


class Judged(Message, frozen=True, tag="judged"):
    """Verdicts that changed nothing for the receiver's rows: refusals, and repeats of settled acts."""

    settles: tuple[Settled, ...]


class Beat(Message, frozen=True, tag="beat"):
    """Sign of life while nothing is to be sent, at least every 2 s: nothing in the receiver's scope up to `head`.

    It moves the console's cursor to `head` like an empty `Changes` would; the next `Changes.first` follows it.
    """

    now: Instant
    head: Revision


class Pong(Message, frozen=True, tag="pong"):
    """The centre's clock at the moment a `Ping` was read."""

    sent_ms: int
    now: Instant


class LawChanged(Message, frozen=True, tag="law_changed"):
    """The law book as it stands now; rows that came before may have been made under another law.

    Also sent without any change in it: when a date in it has come, and when rows sent since may have been made under
    the law before. The receiver makes all its open rows anew.
    """

    book: LawBook


class Loads(Message, frozen=True, tag="loads"):
    """How many summonses of open whistles each department still owes, all over the city; one not named owes none.

    Only to those with a role of a street: after the welcome, and when it has changed, at most every few seconds.
    """

    units: dict[UnitId, int]
    at: Instant


class OfficeKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secret that the stations of one street share for some weeks, by which they know each other.

    `with_caller`: it is given only to those entitled to callers, and proves it.
    """

    id: str
    secret: bytes
    with_caller: bool = False

    def __repr__(self) -> str:
        return f"OfficeKey(id={self.id!r}, with_caller={self.with_caller})"


class Office(Message, frozen=True, tag="office"):
    """What a street's station needs to work with its neighbours when the centre is away: keys, and where they are.

    After the welcome, and when a station has come or moved; only to those whose `Hello.office` asked for it. The keys
    are the newest first. `session` is what acts shared in the office are proved by.
    """

    unit: UnitId
    keys: tuple[OfficeKey, ...]
    stations: tuple[OfficeStation, ...] = ()
    session: SessionKey | None = None


class Lost(Message, frozen=True, tag="lost"):
    """Answers `Inquire.sessions`: the station of each of these has been declared lost, so their acts may be delivered.

    Nothing is said where there is none.
    """

    sessions: tuple[str, ...]


class Undelivered(Message, frozen=True, tag="undelivered"):
    """Answers `Deliver` for the acts that were not judged; nothing of them is kept at the centre."""

    acts: tuple[NotJudged, ...]


class Wipe(Message, frozen=True, tag="wipe"):
    """Destroy key and files of this station, show why, and answer `Wiped`. Only to consoles that are `wipeable`.

    Comes in the place of the Welcome, or at any time after it.
    """

    order: str
    reason: str


class Goodbye(Message, frozen=True, tag="goodbye"):
    """Last word before closing: why, in a name and in words."""

    fault: Fault
    detail: str = ""


Upward = Hello | Submit | Ping | Begin | Inquire | Deliver | Wiped
Downward = Welcome | Changes | Judged | Beat | Pong | LawChanged | Loads | Office | Lost | Undelivered | Wipe | Goodbye

_M = TypeVar("_M")
_P = TypeVar("_P")
PARTS_BYTES = 1024 * 1024
"""About how long a frame of many parts may become."""
_encoder = msgspec.json.Encoder()
_upward = msgspec.json.Decoder(Upward)
_downward = msgspec.json.Decoder(Downward)


class _Head(msgspec.Struct):
    type: str = ""
    protocol: int = PROTOCOL


_head = msgspec.json.Decoder(_Head)


def encode(message: Message) -> bytes:
    """Write a message as one frame of UTF-8 JSON."""
    return _encoder.encode(message)


def in_frames(make: Callable[[tuple[_P, ...]], Message], parts: tuple[_P, ...]) -> list[bytes]:
    """Write a message of many parts as so many frames that each is of a fair length, in order."""
    frame = encode(make(parts))
    if len(frame) <= PARTS_BYTES or len(parts) <= 1:
        return [frame]
    half = len(parts) // 2
    return in_frames(make, parts[:half]) + in_frames(make, parts[half:])


def decode_upward(frame: bytes | str) -> Upward:
    """Read a console's frame; raises BadMessage with a named fault for anything else."""
    return decoded(frame, _upward, _TYPES)


def decode_downward(frame: bytes | str) -> Downward:
    """Read the centre's frame; raises BadMessage with a named fault for anything else."""
    return decoded(frame, _downward, _TYPES)


def decoded(frame: bytes | str, decoder: msgspec.json.Decoder[_M], types: frozenset[str]) -> _M:
    """Read a frame by a decoder of messages of these types; raises BadMessage with a named fault for anything else."""
    if len(frame) > MAX_FRAME_BYTES:
        raise BadMessage(Fault.TOO_LARGE, f"{len(frame)} bytes, at most {MAX_FRAME_BYTES}")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(frame, error, types) from None


def _explained(frame: bytes | str, error: Exception, types: frozenset[str]) -> BadMessage:
    try:
        head = _head.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BadMessage(Fault.RUBBISH, "not a JSON object of this protocol")
    if head.protocol != PROTOCOL:
        fault = Fault.NEWER_PROTOCOL if head.protocol > PROTOCOL else Fault.OLDER_PROTOCOL
        return BadMessage(fault, f"protocol {head.protocol}; this end speaks {PROTOCOL}")
    if head.type not in types:
        return BadMessage(Fault.UNKNOWN_MESSAGE, f"type {head.type[:40]!r}")
    return BadMessage(Fault.BAD_FIELD, str(error)[:200])


def types_of(*unions: object) -> frozenset[str]:
    """Name the types of all messages of some unions."""
    return frozenset(str(kind.__struct_config__.tag) for union in unions for kind in get_args(union))


_TYPES = types_of(Upward, Downward)
