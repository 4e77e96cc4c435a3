"""A ledger opened: its keys are the right ones, and what an older program kept in plain is sealed and chained.

Functions over an open connection inside a writing transaction. Promises: all of it happens or nothing; nothing is
sealed by a key whose file is not durable; a wrong or missing key is told in words and nothing is opened.
"""

import logging
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from dispatcher.models import privacy
from dispatcher.models.case import Case
from dispatcher.models.commands import AnyCommand
from dispatcher.models.events import Recorded
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.storage import accounts, evidence, officekeeping, records, webhooks
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.evidence import Judged
from dispatcher.storage.keyring import FIRST, Keyring
from dispatcher.storage.vault import Vault, is_sealed
from dispatcher.storage.writing import put, update_rows
from dispatcher.sync.ports import Trouble

AT_A_TIME: Final = 1000
ROSTER: Final = "roster"
"""The name under which the duty roster is sealed."""
PLAIN_COLUMNS: Final = {"accounts": ("name", "totp_secret"), "webhooks": ("url", "secret")}
"""Where secrets stood before they were sealed sheets."""

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode
_decode_case = msgspec.json.Decoder(Case).decode
_decode_command = msgspec.json.Decoder(AnyCommand).decode
_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode


def unlock(connection: sa.Connection, vault: Vault, keyring: Keyring) -> None:
    """Let the vault seal and open; raises Trouble when a key that the ledger needs is missing or another one."""
    checks = {row.version: row.sealed for row in connection.execute(sa.select(schema.key_checks))}
    for version, check in sorted(checks.items()):
        if not vault.has_right_key(check):
            raise Trouble(
                f"{keyring.path(version)}: 此密钥不是本数据库的密钥；请放回正确的密钥文件，或用 --keys 指明其目录。"
                " | This is not the key of this database; put the right key file back, or name its directory with"
                " --keys."
            )
    vault.version = evidence.read_head(connection).key_version


def vault_for(connection: sa.Connection, keys: Path) -> Vault | None:
    """Give the vault of a ledger that is only read, by the keys in a directory; None where there are none.

    Raises Trouble when they are not this ledger's.
    """
    keyring = Keyring(keys)
    if not keyring.versions():
        return None
    vault = Vault(keyring, connection.execute(sa.select(schema.meta.c.ledger)).scalar_one())
    unlock(connection, vault, keyring)
    return vault


def furnish(connection: sa.Connection, vault: Vault, keyring: Keyring, ledger: str) -> None:
    """Give a ledger its key and its chain where it has none; seal what stands in plain. Nothing happens otherwise."""
    head = evidence.read_head(connection, lock=True)
    if head.hash:
        return
    version = max(keyring.versions(), default=FIRST)
    keyring.make(version)
    vault.version = version
    put(connection, schema.key_checks, [{"version": version, "sealed": vault.check()}])
    if head.revision:
        log.info("sealing and chaining %d entries of an older program", head.revision)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # what stood in plain shall not stay in free pages
    _seal_cases(connection, vault)
    _seal_roster(connection, vault)
    _drop_callers_and_roster(connection)
    head = head._replace(hash=evidence.genesis(ledger))
    judged = _judged_before(connection)
    while some := [each for each, _ in zip(judged, range(AT_A_TIME), strict=False)]:
        head = evidence.extend(connection, head, some)
    evidence.write_head(connection, head, key_version=version)


def _seal_cases(connection: sa.Connection, vault: Vault) -> None:
    """Give every case its envelope and seal what is personal in its entries, some cases at a time."""
    if not _has_column(connection, "cases", "caller"):
        return
    after = CaseId("")
    statement = sa.text("SELECT id, caller FROM cases WHERE id > :after ORDER BY id LIMIT :most")
    journal = schema.journal
    while rows := connection.execute(statement, {"after": after, "most": AT_A_TIME}).all():
        callers: dict[str, bytes | None] = {row.id: row.caller and bytes(row.caller) for row in rows}
        after = CaseId(rows[-1].id)
        of_these = journal.c.case_id.between(rows[0].id, after)
        entries = connection.execute(sa.select(journal).where(of_these).order_by(journal.c.case_id)).all()
        of_case = {case: list(found) for case, found in groupby(entries, key=lambda entry: entry.case_id)}
        sealed: list[dict[str, object]] = []
        envelopes: list[dict[str, object]] = []
        for case, caller in callers.items():
            envelope, opened = vault.new_envelope(CaseId(case), caller)
            personal = [_sealed(entry, vault, opened.key) for entry in of_case.get(case, ())]
            changed = [row for row in personal if row is not None]
            sealed += changed
            if caller is not None or changed:
                envelopes.append({"id": case, "envelope": envelope})
        update_rows(connection, journal, "revision", ("command", "events", "sealed"), sealed)
        update_rows(connection, schema.cases, "id", ("envelope",), envelopes)


def _drop_callers_and_roster(connection: sa.Connection) -> None:
    if _has_column(connection, "cases", "caller"):
        connection.exec_driver_sql("ALTER TABLE cases DROP COLUMN caller")
    connection.exec_driver_sql("DROP TABLE IF EXISTS plain_roster")


def drop_plain(connection: sa.Connection) -> None:
    """Take away where personal data and secrets once stood in plain: sealed by now, or never there."""
    _drop_callers_and_roster(connection)
    if stands_in_plain(connection):
        for table, columns in PLAIN_COLUMNS.items():
            for column in columns:
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.exec_driver_sql("DROP TABLE plain_office_secret")


def stands_in_plain(connection: sa.Connection) -> bool:
    """Tell whether there is still a place where records and secrets stood before they were sealed."""
    return sa.inspect(connection).has_table("plain_office_secret")


def seal_plain(connection: sa.Connection, vault: Vault) -> None:
    """Seal records and the secrets of accounts, webhooks and offices; nothing happens when all are sealed.

    The vault must have been unlocked. About 20 us a case.
    """
    vault.version = evidence.read_head(connection, lock=True).key_version
    if not stands_in_plain(connection):
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # as in `furnish`
    _seal_records(connection, vault)
    people = connection.exec_driver_sql("SELECT person, name, totp_secret FROM accounts").all()
    sealed = [{"person": row[0], "sealed": accounts.sealed_sheet(vault, *row)} for row in people]
    update_rows(connection, schema.accounts, "person", ("sealed",), sealed)
    hooks = connection.exec_driver_sql("SELECT id, url, secret FROM webhooks").all()
    sealed = [{"id": row[0], "sealed": webhooks.sealed_sheet(vault, *row)} for row in hooks]
    update_rows(connection, schema.webhooks, "id", ("sealed",), sealed)
    secret = connection.exec_driver_sql("SELECT secret FROM plain_office_secret").scalar()
    if secret is not None:
        officekeeping.keep_secret(connection, vault, bytes(secret))
    drop_plain(connection)


def _seal_records(connection: sa.Connection, vault: Vault) -> None:
    """Seal every case's record, giving it an envelope unless it was erased; some cases at a time."""
    after = CaseId("")
    statement = sa.select(*records.COLUMNS).where(schema.cases.c.id > sa.bindparam("after"))
    statement = statement.order_by(schema.cases.c.id).limit(AT_A_TIME)
    while rows := connection.execute(statement, {"after": after}).all():
        after = CaseId(rows[-1].id)
        changed: list[dict[str, object]] = []
        for row in rows:
            case, envelope = CaseId(row.id), row.envelope
            if is_sealed(row.body):
                continue
            found = records.open_envelope(vault, case, envelope)
            if envelope is None and not privacy.is_erased(_decode_case(row.body)):
                envelope, found = vault.new_envelope(case, None)
            changed.append({"id": case, "envelope": envelope, "body": records.as_kept(vault, case, found, row.body)})
        update_rows(connection, schema.cases, "id", ("envelope", "body"), changed)


def _sealed(entry: Any, vault: Vault, key: bytes) -> dict[str, object] | None:  # noqa: ANN401
    command, events = _decode_command(entry.command), _decode_events(entry.events)
    personal = privacy.taken_from(command, *[each.event for each in events])
    if not any(personal):
        return None
    return {
        "revision": entry.revision,
        "command": _encode(privacy.blank(command)).decode(),
        "events": _encode(privacy.blank_facts(events)).decode(),
        "sealed": vault.seal_act(CaseId(entry.case_id), CommandId(entry.act), key, _encode(personal)),
    }


def _seal_roster(connection: sa.Connection, vault: Vault) -> None:
    if not sa.inspect(connection).has_table("plain_roster"):
        return
    text = connection.exec_driver_sql("SELECT roster FROM plain_roster").scalar()
    if text is not None:
        put(connection, schema.roster, [{"one": 1, "sealed": vault.seal_sheet(ROSTER, text.encode())}])


def _judged_before(connection: sa.Connection) -> Iterator[Judged]:
    """List what was judged before there was a chain: by revision, then refusals by the act's id, then the law's."""
    journal, verdicts, refusals = schema.journal, schema.verdicts, schema.law_refusals
    streaming = {"yield_per": AT_A_TIME}
    entries = sa.select(journal, *(verdicts.c[name].label(f"v_{name}") for name in evidence.VERDICT)).join_from(
        journal, verdicts, verdicts.c.act == journal.c.act, isouter=True
    )
    for row in connection.execute(entries.order_by(journal.c.revision), execution_options=streaming).mappings():
        verdict = {name: row[f"v_{name}"] for name in evidence.VERDICT}
        entry = {name: row[name] for name in evidence.ENTRY}
        yield Judged(row["act"], verdict if verdict["act"] is not None else None, entry)
    refused = sa.select(verdicts).where(verdicts.c.revision.is_(None)).order_by(verdicts.c.act)
    for row in connection.execute(refused, execution_options=streaming).mappings():
        yield Judged(row["act"], verdict={name: row[name] for name in evidence.VERDICT})
    of_the_law = sa.select(refusals).order_by(refusals.c.act)
    for row in connection.execute(of_the_law, execution_options=streaming).mappings():
        yield Judged(row["act"], law_refusal={name: row[name] for name in evidence.LAW_REFUSAL})


def _has_column(connection: sa.Connection, table: str, column: str) -> bool:
    return column in {found["name"] for found in sa.inspect(connection).get_columns(table)}
