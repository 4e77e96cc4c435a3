"""What the stations of one street say to each other while the centre is away, through the one that is their relay.

A station `Look`s who serves, `Join`s, and `Share`s its own pending acts; the relay `Spread`s everybody's in the order
of their arrival, lends rows as `Changes`, and says `Here` as its sign of life. What becomes of an act is `Ended`.
Nothing here is a verdict: only the centre gives one.
"""

import enum

import msgspec

from dispatcher.models.commands import Act, ReceiveOrder
from dispatcher.models.ids import CommandId, Instant, LedgerId, Revision
from dispatcher.models.organisation import Actor
from dispatcher.models.verdicts import Refused
from dispatcher.wire.deliveries import Proof
from dispatcher.wire.messages import NO_CALLER, CaseRow, Changes, Goodbye, Message, Ping, decoded, types_of


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """A station that is its office's relay: where, who chose it (by hand or in the settings), since when.

    `station` is the id its store was given; `keeper` is the name of the person signed in there.
    """

    station: str
    address: str
    keeper: str
    since: Instant
    by_hand: bool = False


class OfficeAct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An act that the centre has not judged, with the person as the centre knows its maker.

    `place` is the relay's order of arrival, the same for all; 0 before a relay has it. `proof` shows the centre that
    the maker made it, should his station be lost; None where the centre had not given a key for it.
    """

    act: Act
    maker: Actor
    station: str
    place: int = 0
    proof: Proof | None = None


class Fate(enum.StrEnum):
    """Why an act is pending no more."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    GIVEN_UP = "given_up"


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one act; `refused` is the centre's refusal where it is one."""

    act: CommandId
    fate: Fate
    refused: Refused | None = None


class Look(Message, frozen=True, tag="look"):
    """Asks who serves here; `seen` are other relays this station has met, which is how two hear of each other."""

    station: str
    seen: tuple[Serving, ...] = ()


class Join(Message, frozen=True, tag="join"):
    """Takes part, and how far its rows go; all its pending acts follow, its own and copies of colleagues'."""

    protocol: int
    station: str
    ledger: LedgerId
    cursor: Revision


class Share(Message, frozen=True, tag="share"):
    """Pending acts the relay may not have yet."""

    acts: tuple[OfficeAct, ...]


class Ended(Message, frozen=True, tag="ended"):
    """Acts that are pending no more, told by whoever knows: to the relay, and by it to everybody."""

    ends: tuple[End, ...]


class Here(Message, frozen=True, tag="here"):
    """The relay's sign of life, at least every 2 s: who it is, who takes part, and other relays that were seen."""

    relay: Serving
    now: Instant
    members: tuple[str, ...] = ()
    rivals: tuple[Serving, ...] = ()


class Spread(Message, frozen=True, tag="spread"):
    """Pending acts with their places, those of the receiver among them."""

    acts: tuple[OfficeAct, ...]


ToRelay = Look | Join | Share | Ended | Ping
FromRelay = Here | Spread | Ended | Changes | Goodbye

_to_relay = msgspec.json.Decoder(ToRelay)
_from_relay = msgspec.json.Decoder(FromRelay)
_TYPES = types_of(ToRelay, FromRelay)


def decode_to_relay(frame: bytes) -> ToRelay:
    """Read what a station says to its relay; raises BadMessage."""
    return decoded(frame, _to_relay, _TYPES)


def decode_from_relay(frame: bytes) -> FromRelay:
    """Read what a relay says; raises BadMessage."""
    return decoded(frame, _from_relay, _TYPES)


def act_without_caller(entry: OfficeAct) -> OfficeAct:
    """Take a caller's name and phone out of an act, for those who are not entitled to them."""
    command = entry.act.command
    if not isinstance(command, ReceiveOrder) or command.caller is None:
        return entry
    bare = msgspec.structs.replace(entry.act, command=msgspec.structs.replace(command, caller=None))
    return msgspec.structs.replace(entry, act=bare)


def row_without_caller(row: CaseRow) -> CaseRow:
    """Take the caller out of a row."""
    return row if row.caller == NO_CALLER else msgspec.structs.replace(row, caller=NO_CALLER)
