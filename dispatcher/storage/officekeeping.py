"""What the ledger keeps for offices that must work without the centre: two secrets, and where stations are.

A street's keys are derived from the one, so nothing but it has to be kept or can be lost; a new secret makes all of
them worthless at once. From the other, which is never renewed, follow the keys by which acts are proved: what was
shared before a station was stolen must stay provable. Both are kept sealed.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Final

import msgspec
import sqlalchemy as sa

from dispatcher.models.ids import CommandId, UnitId
from dispatcher.models.queue import epoch_ms
from dispatcher.models.verdicts import Refused, Settled, Verdict
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.vault import Vault
from dispatcher.storage.writing import put
from dispatcher.wire import OfficeStation

SECRET: Final = "office secret"
PROOF_SECRET: Final = "proof secret"
"""The names under which the secrets are sealed."""
_SECRETS: Final = {SECRET: schema.office_secret, PROOF_SECRET: schema.proof_secret}
STATIONS_AT_MOST: Final = 100
"""Of one street, those seen last; an office has some dozens."""

_decode_verdict: Final = msgspec.json.Decoder(Verdict).decode
_Opened = Callable[[], AbstractContextManager[sa.Connection]]


class OfficeBook:
    """Reads and writes through the ledger's own connections; those of `write` hold the head's lock."""

    def __init__(self, read: _Opened, write: _Opened, vault: Vault) -> None:
        self._read = read
        self._write = write
        self._vault = vault

    def secret(self) -> bytes | None:
        """Give the secret of all offices, None before the first."""
        return self._secret(SECRET)

    def proof_secret(self) -> bytes | None:
        """Give the secret of all proofs, None before the first."""
        return self._secret(PROOF_SECRET)

    def make_secrets(self) -> None:
        """Make the first secrets; nothing happens to those that there are."""
        with self._write() as connection:
            for name, table in _SECRETS.items():
                if connection.execute(sa.select(table.c.sealed)).scalar() is None:
                    keep_secret(connection, self._vault, secrets.token_bytes(32), name)

    def renew_secret(self) -> None:
        """Make every office key given out so far worthless for links to come."""
        with self._write() as connection:
            keep_secret(connection, self._vault, secrets.token_bytes(32))

    def stations(self, unit: UnitId, since: dt.datetime) -> tuple[OfficeStation, ...]:
        """List a street's stations seen since, in the order of their ids."""
        table = schema.office_stations
        statement = (
            sa.select(table.c.station, table.c.address)
            .where(table.c.unit == unit, table.c.seen_ms >= epoch_ms(since))
            .order_by(table.c.seen_ms.desc())
            .limit(STATIONS_AT_MOST)
        )
        with self._read() as connection:
            found = sorted(connection.execute(statement).all())
        return tuple(OfficeStation(station=station, address=address) for station, address in found)

    def put_station(self, unit: UnitId, station: OfficeStation, seen: dt.datetime) -> None:
        """Note where a station is."""
        values = {"unit": unit, "station": station.station, "address": station.address, "seen_ms": epoch_ms(seen)}
        with self._write() as connection:
            put(connection, schema.office_stations, [values], key=("unit", "station"))

    def verdicts(self, acts: Iterable[CommandId], unit: UnitId) -> tuple[Settled, ...]:
        """Give the verdicts on those acts that have been judged.

        Of an act that neither a person of the unit has made nor is about one of its cases, the bare verdict: its maker
        and its case may both be elsewhere by now, and whoever knows its id has had a copy of it.
        """
        table, cases = schema.verdicts, schema.cases
        held = table.c.case_id.in_(sa.select(cases.c.id).where(cases.c.holder == unit))
        theirs = (table.c.unit == unit) | held
        statement = sa.select(table.c.act, table.c.verdict, theirs).where(table.c.act.in_(list(acts)))
        with self._read() as connection:
            found = connection.execute(statement).all()
        return tuple(
            Settled(act=CommandId(act), verdict=_decode_verdict(verdict) if whole else bare(_decode_verdict(verdict)))
            for act, verdict, whole in found
        )

    def _secret(self, name: str) -> bytes | None:
        with self._read() as connection:
            sealed = connection.execute(sa.select(_SECRETS[name].c.sealed)).scalar()
        return None if sealed is None else self._vault.open_sheet(name, sealed)


def bare(verdict: Verdict) -> Verdict:
    """Give of a verdict whether it happened, as which revision, and the reason if not."""
    return Refused(reason=verdict.reason) if isinstance(verdict, Refused) else verdict


def keep_secret(connection: sa.Connection, vault: Vault, secret: bytes, name: str = SECRET) -> None:
    """Keep a secret in the place of any before."""
    put(connection, _SECRETS[name], [{"one": 1, "sealed": vault.seal_sheet(name, secret)}], key=("one",))


def reseal(connection: sa.Connection, vault: Vault) -> None:
    """Seal the secrets by the vault's present key."""
    for name, table in _SECRETS.items():
        sealed = connection.execute(sa.select(table.c.sealed)).scalar()
        if sealed is not None:
            keep_secret(connection, vault, vault.open_sheet(name, sealed), name)
