"""What working together without the centre needs from the world, and what it tells of itself.

Adapters raise `Trouble` and nothing else when the world fails.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from dispatcher.models.ids import CommandId, Instant, Revision, UnitId
from dispatcher.wire import CaseRow, Obstacle, OfficeKey, OfficeStation, SessionKey
from dispatcher.wire.office import End, OfficeAct, Serving

if TYPE_CHECKING:
    from dispatcher.sync.ports import Link, Receipt


class OfficeMemory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a station keeps for the day the centre is away.

    `station` is its own id, made once, `address` where it was last found; `keys` and `stations` are as the centre told
    them last. `session` is by what acts of whoever was signed in then are proved. `serving_since` is when a person here
    made it the relay, None where nobody has.
    """

    station: str
    address: str = ""
    unit: UnitId = UnitId("")
    keys: tuple[OfficeKey, ...] = ()
    stations: tuple[OfficeStation, ...] = ()
    session: SessionKey | None = None
    serving_since: Instant | None = None


class OfficePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say: where this station listens as the relay, whether it is it, and where another one is.

    Addresses are HOST:PORT, empty for none. Without one of its own a station listens at `port` of the host by which
    it reaches the centre; with neither it cannot be the relay.
    """

    address: str = ""
    port: int = 0
    serves: bool = False
    relay: str = ""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague's act that is shown no more, and why; words are made of it where it is shown."""

    entry: OfficeAct
    end: End
    at: Instant


class OfficeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The office as the status bar, the banner and the list of colleagues' acts show it.

    `serving` is this station as the relay, `relay` the one it has joined (its own, perhaps), `rivals` all that serve
    when there are several, the one that stays first. `colleagues` counts the others that take part. `acts` are those
    of others which the centre has not judged, in the office's order; `gone` the last that went. `lost` are those among
    them whose station has been declared lost, with what keeps the centre from judging them, None while they are on
    their way from here.
    `can_serve` says that it could be made the relay; `trouble` in words why serving fails.
    """

    serving: Serving | None = None
    relay: Serving | None = None
    colleagues: int = 0
    rivals: tuple[Serving, ...] = ()
    acts: tuple[OfficeAct, ...] = ()
    gone: tuple[Gone, ...] = ()
    lost: dict[CommandId, Obstacle | None] = {}
    can_serve: bool = False
    trouble: str = ""


class OfficeStore(Protocol):
    """The part of a station's store that outlives an outage; each method that writes is one durable transaction."""

    def office_memory(self) -> OfficeMemory | None:
        """Give what is kept of the office, None before the first."""
        ...

    def keep_office_memory(self, memory: OfficeMemory) -> None:
        """Replace it."""
        ...

    def office_acts(self) -> tuple[OfficeAct, ...]:
        """List the office's pending acts in their order."""
        ...

    def keep_office_acts(self, kept: Sequence[OfficeAct], dropped: Iterable[CommandId]) -> None:
        """Add or replace acts, and drop others."""
        ...

    def receipt(self, act: CommandId) -> "Receipt | None":
        """Give the receipt of an act of this station, whatever became of it."""
        ...

    def rows_after(self, revision: Revision) -> Iterator[tuple[CaseRow, ...]]:
        """Page through the confirmed cases with a later revision, callers included where they are here."""
        ...

    def borrow(self, rows: Sequence[CaseRow]) -> None:
        """Keep confirmed cases that did not come from the centre: the cursor stays, so the centre sends them again."""
        ...


class OfficeLink(NamedTuple):
    """A link to another station of this office; `with_caller` says that both ends are entitled to callers."""

    link: "Link"
    with_caller: bool


class OfficeDoor(Protocol):
    """An open port."""

    async def close(self) -> None:
        """Close it and every link that came in through it."""
        ...


class OfficeNetwork(Protocol):
    """The office's own network: both ends of a link prove that they are of one office; no other can read it."""

    def own_host(self) -> str:
        """Give this machine's address on its way to the centre, empty before it has reached it."""
        ...

    async def dial(self, address: str, keys: Sequence[OfficeKey]) -> OfficeLink:
        """Reach a station; raises LinkLost, or LinkRefused where it is of another office."""
        ...

    async def open(
        self, address: str, keys: Callable[[], Sequence[OfficeKey]], serve: Callable[[OfficeLink], Awaitable[None]]
    ) -> OfficeDoor:
        """Listen, and `serve` each proven link until that returns; raises Trouble."""
        ...
