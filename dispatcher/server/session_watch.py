"""The watch over who is signed in: what ends a session anywhere ends the conversations that began with it here.

Promises: `look` ends what has ended by now, whoever ended it; a session that runs out is ended within NOTE_S. When to
look is said by whoever hears of the ledger's changes, this process's own or another's.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Final, Protocol

from dispatcher.server.desk import Desk
from dispatcher.storage.stations import Station
from dispatcher.sync.ports import Clock, Trouble

NOTE_S: Final = 60.0

log = logging.getLogger(__name__)


class Talking(Protocol):
    """Who is talking to this process."""

    def tokens(self) -> Collection[str]:
        """Give the hashes of the tokens in use."""
        ...

    def stations(self) -> Collection[str]:
        """Give the stations in contact."""
        ...

    def sessions_ended(self, tokens: Collection[str]) -> None:
        """End the conversations of these hashes of tokens."""
        ...

    def wipe(self, station: Station) -> None:
        """Tell a station to wipe itself."""
        ...


class SessionWatch:
    """One process's watch; `run` is its task."""

    def __init__(self, desk: Desk, talking: Talking, clock: Clock) -> None:
        self._desk = desk
        self._talking = talking
        self._clock = clock

    async def look(self) -> None:
        """End what has ended and wipe what is to be wiped, now. Raises Trouble."""
        tokens, stations = set(self._talking.tokens()), set(self._talking.stations())
        now = self._clock.now()
        live, to_wipe = await self._desk.read(
            lambda ledger: (ledger.sessions.live_among(tokens, now), ledger.stations.to_wipe(stations))
        )
        for station in to_wipe:
            self._talking.wipe(station)
        self._talking.sessions_ended(tokens - live)

    async def run(self) -> None:
        """Look now and then, and note which stations are in contact, until cancelled."""
        while True:
            await asyncio.sleep(NOTE_S)
            try:
                await self.look()
                await self._note()
            except Trouble as trouble:
                log.error("sessions could not be looked at: %s", trouble)  # noqa: TRY400  (words, not a traceback)

    async def _note(self) -> None:
        stations, now = set(self._talking.stations()), self._clock.now()
        if stations:
            await self._desk.write(lambda ledger: ledger.stations.seen(stations, now))
