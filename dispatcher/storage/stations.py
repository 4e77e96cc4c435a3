"""Stations in the ledger: when each was last in contact, with whose session, and which of them is to wipe itself.

The order to wipe a station is also the word that it is lost: from then on others may hand in what was made there.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from dispatcher.models.accounts import ConfirmWipe, OrderWipe
from dispatcher.models.ids import PersonId
from dispatcher.models.queue import epoch_ms, from_epoch_ms
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.accounts import Opening, enter
from dispatcher.storage.writing import put
from dispatcher.wire.proofs import SESSION_CHARACTERS

_table: Final = schema.stations
_ONE: Final = sa.select(_table).where(_table.c.station == sa.bindparam("which"))
_SEEN: Final = sa.update(_table).where(_table.c.station == sa.bindparam("which"))
_SESSION_AT: Final = sa.update(schema.sessions).where(schema.sessions.c.token_hash == sa.bindparam("which"))


class Station(msgspec.Struct, frozen=True, kw_only=True):
    """One station: its last contact, and what has become of an order to wipe it (`wipe_order` empty: none)."""

    station: str
    person: PersonId
    address: str
    seen_at: dt.datetime
    wipe_order: str = ""
    wipe_reason: str = ""
    wipe_ordered_at: dt.datetime | None = None
    wiped_at: dt.datetime | None = None

    @property
    def is_to_wipe(self) -> bool:
        """Tell whether the station still has to be told."""
        return bool(self.wipe_order) and self.wiped_at is None


class SessionThere(NamedTuple):
    """A session by half of its token's hash: whose, and when its station was declared lost, None where it is not."""

    session: str
    person: PersonId
    lost_since: dt.datetime | None


class Stations:
    """The stations of one ledger."""

    def __init__(self, read: Opening, write: Opening) -> None:
        self._read = read
        self._write = write

    def all(self) -> tuple[Station, ...]:
        """List the stations, the one seen last first."""
        with self._read() as connection:
            rows = connection.execute(sa.select(_table).order_by(_table.c.seen_ms.desc(), _table.c.station))
            return tuple(_station(row) for row in rows)

    def get(self, station: str) -> Station | None:
        """Give one station, None when it was never in contact."""
        with self._read() as connection:
            row = connection.execute(_ONE, {"which": station}).first()
        return None if row is None else _station(row)

    def to_wipe(self, among: Collection[str]) -> tuple[Station, ...]:
        """Give those of some stations that have to be told to wipe themselves."""
        ordered = (_table.c.wipe_order != "") & _table.c.wiped_ms.is_(None)
        with self._read() as connection:
            rows = connection.execute(sa.select(_table).where(ordered)).all()
        return tuple(_station(row) for row in rows if row.station in among)

    def sessions(self, named: Collection[str]) -> dict[str, SessionThere]:
        """Give those of some sessions that are known, also when they have ended."""
        sessions, name = schema.sessions, sa.func.substr(schema.sessions.c.token_hash, 1, SESSION_CHARACTERS)
        # A station that was wiped may be used again: what is opened there since is of no lost station.
        lost = (_table.c.wipe_order != "") & (sessions.c.created_ms <= _table.c.wipe_ordered_ms)
        statement = (
            sa.select(name.label("session"), sessions.c.person, sa.case((lost, _table.c.wipe_ordered_ms)).label("ms"))
            .outerjoin_from(sessions, _table, sessions.c.station == _table.c.station)
            .where(name.in_(sorted(named)))
        )
        with self._read() as connection:
            rows = connection.execute(statement).all()
        return {
            row.session: SessionThere(
                row.session, PersonId(row.person), None if row.ms is None else from_epoch_ms(row.ms)
            )
            for row in rows
        }

    def met(self, station: str, person: PersonId, address: str, token_hash: str, now: dt.datetime) -> None:
        """Note a contact, and at which station a session is."""
        seen = {"person": person, "address": address, "seen_ms": epoch_ms(now)}
        with self._write() as connection:
            if connection.execute(_SEEN, {"which": station, **seen}).rowcount == 0:
                nothing = {"wipe_order": "", "wipe_reason": "", "wipe_ordered_ms": None, "wiped_ms": None}
                put(connection, _table, [{"station": station, **seen, **nothing}], key=("station",))
            connection.execute(_SESSION_AT, {"which": token_hash, "station": station, "address": address})

    def seen(self, stations: Collection[str], now: dt.datetime) -> None:
        """Note that stations are in contact."""
        among = _table.c.station.in_(sorted(stations))
        with self._write() as connection:
            connection.execute(sa.update(_table).where(among).values(seen_ms=epoch_ms(now)))

    def order_wipe(self, station: str, reason: str, by: PersonId, now: dt.datetime) -> None:
        """Have a station wipe itself at its next contact, and end the sessions there; raises LookupError."""
        order = {
            "wipe_order": str(uuid.uuid4()),
            "wipe_reason": reason,
            "wipe_ordered_ms": epoch_ms(now),
            "wiped_ms": None,
        }
        with self._write() as connection:
            if connection.execute(sa.update(_table).where(_table.c.station == station).values(**order)).rowcount != 1:
                raise LookupError(station)
            sessions, devices = schema.sessions, schema.devices
            there = (sessions.c.station == station) & sessions.c.ended_ms.is_(None)
            connection.execute(sa.update(sessions).where(there).values(ended_ms=epoch_ms(now)))
            owner = sa.select(_table.c.person).where(_table.c.station == station).scalar_subquery()
            connection.execute(sa.delete(devices).where(devices.c.person == owner))
            enter(connection, OrderWipe(station=station, reason=reason), by, now)

    def confirm_wipe(self, station: str, order: str, unsent: int, token_hash: str, now: dt.datetime) -> bool:
        """Take a station's word that it has wiped itself; False when nothing was ordered so or it was confirmed."""
        sessions = schema.sessions
        with self._write() as connection:
            waiting = (_table.c.station == station) & (_table.c.wipe_order == order) & _table.c.wiped_ms.is_(None)
            if (
                not order
                or connection.execute(sa.update(_table).where(waiting).values(wiped_ms=epoch_ms(now))).rowcount != 1
            ):
                return False
            whose = sa.select(sessions.c.person).where(
                sessions.c.token_hash == token_hash, sessions.c.station == station
            )
            person = connection.execute(whose).scalar()
            command = ConfirmWipe(station=station, unsent=unsent, proved=person is not None)
            enter(connection, command, PersonId(person or ""), now)
            return True


def _station(row: "sa.Row[*tuple[Any, ...]]") -> Station:
    return Station(
        station=row.station,
        person=PersonId(row.person),
        address=row.address,
        seen_at=from_epoch_ms(row.seen_ms),
        wipe_order=row.wipe_order,
        wipe_reason=row.wipe_reason,
        wipe_ordered_at=None if row.wipe_ordered_ms is None else from_epoch_ms(row.wipe_ordered_ms),
        wiped_at=None if row.wiped_ms is None else from_epoch_ms(row.wiped_ms),
    )
