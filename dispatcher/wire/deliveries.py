"""What is proved, delivered and answered of acts whose maker's station is lost; how it is proved stands in `proofs`."""

import enum

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.ids import CommandId, PersonId


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That the maker's own station made an act as it stands (`wire.proofs`): sealed by the key of his session there.

    `after` is the act before it on the same case, made there and not settled by then: it has to be accepted first.
    `caller` seals the caller of an order apart, for copies of those who are not entitled to him lack him.
    """

    session: str
    seal: bytes
    after: CommandId = CommandId("")
    caller: bytes = b""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague's act with the proof that he made it."""

    act: Act
    proof: Proof


class SessionKey(msgspec.Struct, frozen=True, kw_only=True):
    """By what a station proves the acts of one person's session there, known to it and to the centre alone."""

    session: str
    person: PersonId
    secret: bytes

    def __repr__(self) -> str:
        return f"SessionKey(session={self.session!r}, person={self.person!r})"


class Obstacle(enum.StrEnum):
    """Why a delivered act was not judged. None of them is a verdict: the same act may be judged another time."""

    NOT_PROVED = "not_proved"
    NOT_LOST = "not_lost"
    MADE_AFTER = "made_after"
    MAKER_DISABLED = "maker_disabled"
    MAKER_MOVED = "maker_moved"
    NEEDS_ANOTHER = "needs_another"
    LACKS_CALLER = "lacks_caller"


class NotJudged(msgspec.Struct, frozen=True, kw_only=True):
    """One delivered act that was not judged, and why."""

    act: CommandId
    why: Obstacle
