"""What a centre finds in its ledger at the start, and what an empty ledger begins with."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, book_of, law_at
from dispatcher.models.organisation import Unit
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.storage.standing import Standing
from dispatcher.sync.ports import Clock


class Seed(NamedTuple):
    """What an empty ledger begins with: its directory, and accounts where the caller has some."""

    units: tuple[Unit, ...] = ()
    accounts: tuple[Account, ...] = ()


NO_SEED: Final = Seed()


class Found(NamedTuple):
    """What the ledger says at the start."""

    standing: Standing
    units: tuple[Unit, ...]
    book: LawBook
    owed: dict[CaseId, tuple[UnitId, ...]]


def find(ledger: Ledger, law: Law, now: dt.datetime) -> Found:
    """Read what a centre begins with; gives a ledger its first law book and counts what an older program did not."""
    ledger.put_first_book(book_of(law.policy, law.calendar))
    standing, units = ledger.standing(), ledger.units()
    book = ledger.law_book()
    if book is None:
        raise LookupError("a ledger without a first law book")
    if not ledger.tallies_are_whole():
        ledger.recount_tallies(law_at(book, now, units))
    return Found(standing, units, book, ledger.open_whistle_loads())


def open_ledger(database: str, clock: Clock, seed: Seed, keys: Path | None = None) -> Ledger:
    """Open the ledger and, where it has no directory yet, put the seed in; raises Trouble."""
    ledger = Ledger.open(database, clock.now, keys)
    try:
        if not ledger.units():
            ledger.put_units(seed.units)
            _put_accounts(ledger, seed.accounts)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _put_accounts(ledger: Ledger, accounts: Iterable[Account]) -> None:
    for account in accounts:
        if ledger.accounts.get(account.person) is None:
            ledger.accounts.seed(account)
