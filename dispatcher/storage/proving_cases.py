"""The cases in the proof of a ledger: each is made again from its entries and compared with what is kept of it.

With a vault whole records are compared, without one what is not sealed. Erased personal data is missing on both sides.
"""

from itertools import groupby
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from dispatcher.models import privacy
from dispatcher.models.case import Case
from dispatcher.models.events import PersonalDataErased, Recorded
from dispatcher.models.evolution import replay
from dispatcher.models.ids import CaseId, Revision
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.faults import AT_A_TIME, NAMED_AT_MOST, Fault, Finding
from dispatcher.storage.vault import BadSeal, Vault, is_sealed
from dispatcher.storage.writing import NO_CASE

_decode_events = msgspec.json.Decoder(tuple[Recorded, ...]).decode
_decode_case = msgspec.json.Decoder(Case).decode
_decode_texts = msgspec.json.Decoder(list[str]).decode


def check_cases(connection: sa.Connection, vault: Vault | None, found: list[Finding]) -> int:
    """Make every case from its entries and add to `found` what differs from what is kept; gives how many."""
    journal, cases = schema.journal, schema.cases
    statement = (
        sa.select(
            journal.c.case_id,
            journal.c.revision,
            journal.c.act,
            journal.c.events,
            journal.c.sealed,
            cases.c.id,
            cases.c.revision.label("kept_revision"),
            cases.c.holder,
            cases.c.state,
            cases.c.number,
            cases.c.source,
            cases.c.is_open,
            cases.c.confidential,
            cases.c.body,
            cases.c.envelope,
        )
        .outerjoin_from(journal, cases, cases.c.id == journal.c.case_id)
        .where(journal.c.case_id != NO_CASE)
        .order_by(journal.c.case_id, journal.c.revision)
    )
    count = 0
    rows = connection.execute(statement, execution_options={"yield_per": AT_A_TIME})
    for _, entries in groupby(rows, key=lambda row: row.case_id):
        count += 1
        found += _check_case(list(entries), vault)
    without = sa.select(cases.c.id, cases.c.revision).where(cases.c.id.not_in(sa.select(journal.c.case_id)))
    found += [
        Finding(fault=Fault.CASE, case=id_, revision=revision, differs="a case without entries")
        for id_, revision in connection.execute(without.limit(NAMED_AT_MOST))
    ]
    return count


def _check_case(entries: list[Any], vault: Vault | None) -> list[Finding]:
    last = entries[-1]
    about = {"revision": last.revision, "act": last.act, "case": last.case_id}
    if last.id is None:
        return [Finding(fault=Fault.MISSING, **about, differs="the case")]
    try:
        facts = [_decode_events(entry.events) for entry in entries]
        key, seals = _key_of(last, vault)
        kept = _kept(last, vault, key, seals)
        whole = _with_personal(entries, facts, vault, key, seals)
        made = replay(tuple(each for some in whole for each in some), Revision(last.revision))
    except (msgspec.DecodeError, ValueError, StopIteration) as error:
        return [Finding(fault=Fault.CASE, **about, differs=f"cannot be read: {str(error)[:80]}")]
    if kept is not None and (vault is None or seals):
        kept, made = privacy.blank_case(kept), privacy.blank_case(made)
    fields = Case.__struct_fields__ if kept is not None else ()
    differs = [name for name in fields if getattr(kept, name) != getattr(made, name)]
    columns = {
        "kept_revision": made.revision,
        "holder": made.holder,
        "state": made.state.value,
        "number": made.order.number,
        "source": made.order.source,
        "is_open": made.is_open,
        "confidential": made.order.confidential,
    }
    differs += [f"cases.{name}" for name, value in columns.items() if getattr(last, name) != value]
    return [*seals, *([Finding(fault=Fault.CASE, **about, differs=", ".join(differs))] if differs else [])]


def _key_of(last: Any, vault: Vault | None) -> tuple[bytes | None, list[Finding]]:  # noqa: ANN401
    """Give a case's data key as far as it can be had, and what is wrong with its envelope."""
    if vault is None or last.envelope is None:
        return None, []
    try:
        return vault.open(CaseId(last.case_id), last.envelope).key, []
    except BadSeal:
        return None, [Finding(fault=Fault.SEAL, case=last.case_id, differs="envelope")]


def _kept(last: Any, vault: Vault | None, key: bytes | None, found: list[Finding]) -> Case | None:  # noqa: ANN401
    """Give the record that is kept; None where it is sealed and stays closed."""
    if not is_sealed(last.body):
        return _decode_case(last.body)
    if vault is None or key is None:
        if vault is not None and not found:
            found.append(Finding(fault=Fault.SEAL, case=last.case_id, differs="record, without an envelope"))
        return None
    try:
        return _decode_case(vault.open_record(CaseId(last.case_id), key, last.body))
    except BadSeal:
        found.append(Finding(fault=Fault.SEAL, case=last.case_id, differs="record"))
        return None


def _with_personal(
    entries: list[Any],
    facts: list[tuple[Recorded, ...]],
    vault: Vault | None,
    key: bytes | None,
    found: list[Finding],
) -> list[tuple[Recorded, ...]]:
    """Give the facts with what is personal in them put back, as far as it has not been erased."""
    if vault is None:
        return facts
    erased = max((place for place, some in enumerate(facts) if _erases(some)), default=-1)
    can_open = not found
    whole = facts[: erased + 1]
    for entry, some in zip(entries[erased + 1 :], facts[erased + 1 :], strict=True):
        opened = some
        if entry.sealed is not None and can_open:
            about = {"revision": entry.revision, "act": entry.act, "case": entry.case_id}
            try:
                opened = _given_back(vault.open_act(entry.case_id, entry.act, key, entry.sealed), some) if key else some
            except BadSeal:
                found.append(Finding(fault=Fault.SEAL, **about, differs="sealed"))
            if key is None:
                found.append(Finding(fault=Fault.SEAL, **about, differs="sealed, without an envelope"))
        whole.append(opened)
    return whole


def _given_back(personal: bytes, facts: tuple[Recorded, ...]) -> tuple[Recorded, ...]:
    """Put back what was sealed: texts of the command first, then those of the facts, which come last."""
    texts = _decode_texts(personal)
    own = len(privacy.taken_from(*(recorded.event for recorded in facts)))
    rest = iter(texts[len(texts) - own :])
    return tuple(
        msgspec.structs.replace(recorded, event=cast("Any", privacy.given_back(recorded.event, rest)))
        for recorded in facts
    )


def _erases(facts: tuple[Recorded, ...]) -> bool:
    return any(isinstance(recorded.event, PersonalDataErased) for recorded in facts)
