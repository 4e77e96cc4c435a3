"""Offices: what a street's stations are given so that they can work together when this centre is away.

Promises: a key only to people whose scope is that one street, the one that proves an entitlement to callers only to
those entitled; keys change every week and the last three hold, so that stations that were not on at the same time
still share one. Knows nothing of what stations do with them.
"""

import datetime as dt
import hashlib
import hmac
import logging
from typing import Final

from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Scope, office_of, scope_of
from dispatcher.server.deliveries import Deliveries, secret_of
from dispatcher.server.desk import Desk
from dispatcher.server.hub import Console
from dispatcher.storage.officekeeping import OfficeBook
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import BadMessage, Fault, Inquire, Judged, Office, OfficeKey, OfficeStation

KEY_LASTS: Final = dt.timedelta(days=7)
KEYS_AT_ONCE: Final = 3
SEEN_WITHIN: Final = dt.timedelta(days=30)
NOTED_EVERY: Final = dt.timedelta(days=1)
"""A station that has not moved is written down again only so often."""
LONGEST_ADDRESS: Final = 100
LONGEST_STATION: Final = 64
INQUIRE_AT_MOST: Final = 256

log = logging.getLogger(__name__)

_EPOCH: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Offices:
    """The stations that take part, by street, as far as they are connected here.

    `deliveries` takes what they hand in for colleagues whose stations are lost.
    """

    def __init__(self, desk: Desk, clock: Clock, deliveries: Deliveries) -> None:
        self._desk = desk
        self._clock = clock
        self.deliveries = deliveries
        self._here: dict[UnitId, dict[Console, str]] = {}
        self._noted: dict[tuple[UnitId, str], tuple[str, dt.datetime]] = {}

    async def enter(self, console: Console, station: OfficeStation, token_hash: str) -> None:
        """Tell a console what its office needs, and the others where it is; nothing for who has no street.

        `token_hash` is that of the console's session, whose key it is given. A ledger that cannot be written (a full
        disk) keeps no console out: it is told when it next connects.
        """
        unit = office_of(console.actor)
        if unit is None:
            return
        _check(station)
        self._here.setdefault(unit, {})[console] = token_hash
        try:
            news = await self._note(unit, station)
            await self._tell(unit, tuple(self._here.get(unit, ())) if news else (console,))
        except Trouble as trouble:
            log.info("an office could not be told: %s", trouble)

    def leave(self, console: Console) -> None:
        """Forget a connection; harmless when it is not here."""
        for unit, consoles in list(self._here.items()):
            consoles.pop(console, None)
            if not consoles:
                del self._here[unit]

    async def answer(self, console: Console, inquire: Inquire) -> None:
        """Say what became of acts, those of the console's own street whole, and which sessions' stations are lost."""
        unit, acts = office_of(console.actor), inquire.acts
        if len(acts) > INQUIRE_AT_MOST:
            raise BadMessage(Fault.BAD_FIELD, f"{len(acts)} acts, at most {INQUIRE_AT_MOST}")
        if unit is None or not acts:
            return
        settles = await self._desk.read(lambda ledger: ledger.offices.verdicts(acts, unit))
        if settles:
            console.write(Judged(settles=settles))
        await self.deliveries.tell_lost(console, inquire.sessions)

    async def _note(self, unit: UnitId, station: OfficeStation) -> bool:
        """Write down where a station is, and tell whether that is news."""
        now = self._clock.now()
        address, at = self._noted.get((unit, station.station), ("", _EPOCH))
        if address == station.address and now - at < NOTED_EVERY:
            return False
        await self._desk.write(lambda ledger: ledger.offices.put_station(unit, station, now))
        self._noted[unit, station.station] = station.address, now
        return True

    async def _tell(self, unit: UnitId, consoles: tuple[Console, ...]) -> None:
        now = self._clock.now()
        secret = await secret_of(self._desk, OfficeBook.secret)
        stations = await self._desk.read(lambda ledger: ledger.offices.stations(unit, now - SEEN_WITHIN))
        for console in consoles:
            token_hash = self._here.get(unit, {}).get(console)
            if token_hash is None:  # it has gone meanwhile
                continue
            keys = keys_of(secret, scope_of(console.actor), now)
            session = await self.deliveries.key_of(token_hash, console.actor.person)
            console.write(Office(unit=unit, keys=keys, stations=stations, session=session))


def keys_of(secret: bytes, scope: Scope, now: dt.datetime) -> tuple[OfficeKey, ...]:
    """Derive the keys of a scope's street, newest first; those that prove an entitlement to callers come before."""
    week = (now - _EPOCH) // KEY_LASTS
    weeks = range(week, week - KEYS_AT_ONCE, -1)
    levels = (True, False) if scope.tells_caller(confidential=False) else (False,)
    return tuple(_key(secret, scope.unit, each, with_caller=level) for level in levels for each in weeks)


def _key(secret: bytes, unit: UnitId, week: int, *, with_caller: bool) -> OfficeKey:
    made = hmac.new(secret, f"office|{unit}|{week}|{int(with_caller)}".encode(), hashlib.sha256).digest()
    return OfficeKey(id=hashlib.sha256(b"id|" + made).hexdigest()[:16], secret=made, with_caller=with_caller)


def _check(station: OfficeStation) -> None:
    if not 1 <= len(station.station) <= LONGEST_STATION or not station.station.isalnum():
        raise BadMessage(Fault.BAD_FIELD, f"office.station: 1 to {LONGEST_STATION} letters and digits")
    if len(station.address) > LONGEST_ADDRESS or not station.address.isascii() or "\0" in station.address:
        raise BadMessage(Fault.BAD_FIELD, f"office.address: HOST:PORT, at most {LONGEST_ADDRESS} characters")
