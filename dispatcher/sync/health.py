"""The link's health as it is told to people, and how long to wait before the next try.

Promises: a state tells since when it holds; an outage stays one outage however many tries it takes; the listener
hears only of what differs.
"""

import asyncio
import datetime as dt
from collections.abc import Callable

import msgspec

from dispatcher.sync.clock import CentreTime
from dispatcher.sync.office_ports import OfficeStatus
from dispatcher.sync.ports import LinkState, LinkStatus, Listener

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
REFUSED_PAUSE_S = 30.0


class BackOff:
    """Pauses between tries: doubling, jittered, capped, without end. `chance` gives figures in [0, 1)."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._tries = 0

    def next_s(self) -> float:
        """Give the next pause."""
        longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._tries, 16))
        self._tries += 1
        return longest_s * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._tries = 0


_LOST = frozenset({LinkState.OFFLINE, LinkState.REFUSED})


class Health:
    """Keeps the status and tells it. `moved` is set when another state is entered; whoever waits for it clears it."""

    def __init__(self, listener: Listener, time: CentreTime) -> None:
        self._listener = listener
        self._time = time
        self._status = LinkStatus(state=LinkState.CONNECTING, since=time.now())
        self._told: LinkStatus | None = None
        self._lost_since: dt.datetime | None = None
        self.moved = asyncio.Event()

    @property
    def state(self) -> LinkState:
        """The state as it stands."""
        return self._status.state

    @property
    def status(self) -> LinkStatus:
        """The status as it stands, told or not."""
        return self._status

    @property
    def is_heard(self) -> bool:
        """Tell whether the centre speaks with this station."""
        return self._status.state in (LinkState.ONLINE, LinkState.CATCHING_UP)

    @property
    def is_online(self) -> bool:
        """Tell whether an act made now would be judged at once, as far as is known."""
        return self._status.state is LinkState.ONLINE

    def become(self, state: LinkState, detail: str = "", retry_in_s: float | None = None) -> None:
        """Enter a state, or stay in it with other words, and tell it.

        A link is lost since it was lost first, however many tries a person has hurried in between.
        """
        if state is self._status.state:
            since = self._status.since
        else:
            since = self._time.now()
            self.moved.set()
        if state in _LOST:
            since = self._lost_since = self._lost_since or since
        elif state is not LinkState.CONNECTING:
            self._lost_since = None
        self._status = msgspec.structs.replace(
            self._status, state=state, since=since, detail=detail, retry_in_s=retry_in_s
        )
        self.tell()

    def note(
        self,
        *,
        as_of: dt.datetime | None = None,
        round_trip_ms: float | None = None,
    ) -> None:
        """Take figures; they are told with the next `tell`, so that a busy feed does not flood the listener."""
        status = self._status
        self._status = msgspec.structs.replace(
            status,
            as_of=status.as_of if as_of is None else as_of,
            round_trip_ms=status.round_trip_ms if round_trip_ms is None else round_trip_ms,
        )

    def note_progress(self, received: int, expected: int | None) -> None:
        """Take how many rows have been caught up, of how many; told with the next `tell`."""
        self._status = msgspec.structs.replace(self._status, received=received, expected=expected)

    def office(self, office: OfficeStatus) -> None:
        """Take how the station works with its neighbours, and tell it."""
        if office != self._status.office:
            self._status = msgspec.structs.replace(self._status, office=office)
            self.tell()

    def forget_as_of(self) -> None:
        """Note that there is nothing here that could have an age."""
        self._status = msgspec.structs.replace(self._status, as_of=None)

    def tell(self) -> None:
        """Tell the status if it differs from what was told last."""
        offset_s, error_s = self._time.offset_s, self._time.error_s
        wrong = self._time.station_clock_wrong
        self._status = msgspec.structs.replace(
            self._status,
            offset_ms=None if offset_s is None else round(offset_s * 1000),
            error_ms=None if error_s is None else round(error_s * 1000),
            station_clock_wrong=wrong,
            # To the second: what moves by less is the same thing said again.
            clock_off_ms=round(self._time.station_off_s) * 1000 if wrong else 0,
        )
        if self._status != self._told:
            self._told = self._status
            self._listener.link_changed(self._status)
