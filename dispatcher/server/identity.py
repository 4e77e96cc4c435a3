"""Who somebody is: passwords (argon2id), tokens, and patience with wrong guesses.

Promises: a password is never kept, a token only as its SHA-256; a wrong name costs the same time as a wrong password;
after five failures a name is made to wait, twice as long each time. Verifying runs off the event loop. Knows nothing
of HTTP.
"""

import asyncio
import datetime as dt
import hashlib
import math
import secrets
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.server.desk import Desk
from dispatcher.storage.ledger import Account, Ledger
from dispatcher.sync.ports import Clock

SESSION: Final = dt.timedelta(days=30)
FREE_FAILURES: Final = 5
LONGEST_WAIT_S: Final = 900.0
FORGET_AFTER_S: Final = 3600.0
MANY_NAMES: Final = 10_000
"""With so many names guessed at, those not tried within FORGET_AFTER_S are forgotten."""
AT_ONCE: Final = 2
"""Verifications that run at a time; each takes 64 MiB and tens of milliseconds of a core."""


class SignedIn(NamedTuple):
    """A new token and whose it is."""

    token: str
    actor: Actor


class Wait(NamedTuple):
    """Too many failures: try again after so many seconds."""

    seconds: int


class _Failures(NamedTuple):
    times: int
    last: float


class Identity:
    """Signs people in and out and knows them by their tokens."""

    def __init__(self, desk: Desk, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._desk = desk
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._failures: dict[str, _Failures] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def sign_in(self, person: str, password: str) -> SignedIn | Wait | None:
        """Give a token, or how long to wait before the next guess, or None for a wrong name or password."""
        wait_s = self._wait_s(person)
        if wait_s > 0:
            return Wait(math.ceil(wait_s))
        account = await self._desk.read(lambda ledger: ledger.person(PersonId(person)))
        async with self._turn:
            right = await asyncio.to_thread(self._verify, account, password)
        if account is None or not right:
            self._failed(person)
            return None
        self._failures.pop(person, None)
        token = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._desk.write(lambda ledger: ledger.put_session(token_hash(token), account.person, now, now + SESSION))
        return SignedIn(token, account.actor)

    async def who(self, token: str) -> Actor | None:
        """Give whose token it is, None when it is unknown or has run out."""
        now = self._clock.now()
        account = await self._desk.read(lambda ledger: ledger.session(token_hash(token), now))
        return account.actor if account else None

    async def still_known(self, tokens: Collection[str]) -> set[str]:
        """Give those tokens that are not worthless by now."""
        now, by_hash = self._clock.now(), {token_hash(token): token for token in tokens}
        alive = await self._desk.read(lambda ledger: ledger.sessions_alive(by_hash, now))
        return {by_hash[hash_] for hash_ in alive}

    async def sign_out(self, token: str) -> None:
        """Make a token worthless; harmless when it is already."""
        await self._desk.write(lambda ledger: ledger.drop_session(token_hash(token)))

    def _verify(self, account: Account | None, password: str) -> bool:
        if account is None and not self._nobody:
            self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        try:
            return self._hasher.verify(account.password_hash if account else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False

    def _wait_s(self, person: str) -> float:
        failures = self._failures.get(person)
        if failures is None or failures.times < FREE_FAILURES:
            return 0.0
        wait_s = min(LONGEST_WAIT_S, 2.0 ** (failures.times - FREE_FAILURES))
        return failures.last + wait_s - self._clock.monotonic()

    def _failed(self, person: str) -> None:
        now = self._clock.monotonic()
        known = self._failures.get(person)
        if len(self._failures) >= MANY_NAMES:
            recent = (
                (name, failures) for name, failures in self._failures.items() if now - failures.last < FORGET_AFTER_S
            )
            self._failures = dict(recent)
        self._failures[person] = _Failures(known.times + 1 if known else 1, now)


def token_hash(token: str) -> str:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_account(
    person: PersonId,
    name: str,
    unit: UnitId,
    roles: Iterable[Role],
    password: str,
    hasher: PasswordHasher | None = None,
) -> Account:
    """Make an account that keeps only the password's hash."""
    hashed = (hasher or PasswordHasher()).hash(password)
    return Account(person=person, name=name, unit=unit, roles=frozenset(roles), password_hash=hashed)


def administer(ledger: Ledger, person: PersonId, name: str, unit: UnitId, roles: Iterable[Role]) -> str:
    """Add an account, or give an existing one a new password; the password is made up and given this once."""
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    ledger.put_account(new_account(person, name, unit, roles, password))
    return password
