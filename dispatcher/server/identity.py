"""Who somebody is: passwords (argon2id), one-time codes, tokens, and patience with wrong guesses.

Promises: a password is never kept, a token only as its SHA-256; a wrong name costs the same time as a wrong password.
Failures are counted in the ledger, so for all processes: by name and by address where nobody has signed in before, by
the device where that person has; guesses made elsewhere never make a person's own device wait. Verifying runs off the
event loop. Knows nothing of HTTP.
"""

import asyncio
import datetime as dt
import math
import secrets
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.server.credentials import normal_code, one_time_step, token_hash, weakness
from dispatcher.server.desk import Desk
from dispatcher.storage.accounts import Account
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.sessions import ID_CHARACTERS, Failures, Session
from dispatcher.storage.stations import Station
from dispatcher.sync.ports import Clock

SESSION: Final = dt.timedelta(days=30)
FREE_FAILURES: Final = 5
FREE_OF_AN_ADDRESS: Final = 30
"""An office may stand behind one address: so many people mistype before all of it has to wait."""
LONGEST_WAIT_S: Final = 900.0
LONGEST_WAIT_OF_A_NAME_S: Final = 60.0
"""Whoever guesses at a name makes its owner wait no longer than this at a new device, and never at a known one."""
FORGET_AFTER: Final = dt.timedelta(hours=1)
AT_ONCE: Final = 2
"""Verifications that run at a time; each takes 64 MiB and tens of milliseconds of a core."""


class SignedIn(NamedTuple):
    """A new token, whose it is, and what tells this device apart from now on."""

    token: str
    actor: Actor
    device: str


class Wait(NamedTuple):
    """Too many failures: try again after so many seconds."""

    seconds: int


class CodeWanted(NamedTuple):
    """The password is right; the account also asks for a one-time code."""


class WrongCode(NamedTuple):
    """The password is right, the code is not, or has been used."""


class Greeting(NamedTuple):
    """Whose a token is (None: nobody's), and what is known of the station that brings it."""

    actor: Actor | None
    station: Station | None


class Identity:
    """Signs people in and out and knows them by their tokens."""

    def __init__(self, desk: Desk, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._desk = desk
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def sign_in(
        self, person: str, password: str, *, code: str = "", address: str = "", device: str = ""
    ) -> SignedIn | Wait | CodeWanted | WrongCode | None:
        """Give a token, how long to wait, that a code is wanted or wrong, or None for a wrong name or password."""
        name = PersonId(person)
        about = await self._about(name, address, device)
        async with self._turn:
            wait = await self._wait(about)
            if wait is not None:
                return wait
            account = await self._desk.read(lambda ledger: ledger.accounts.get(name))
            right = await asyncio.to_thread(self._verify, account, password)
            if account is None or not right or account.disabled_at is not None:
                await self._failed(about)
                return None
            if account.totp_secret:
                if not code:
                    return CodeWanted()
                if not await self._take_code(account, code):
                    await self._failed(about)
                    return WrongCode()
        return await self._admit(account, about, address, device)

    async def who(self, token: str) -> Actor | None:
        """Give whose token it is, None when it is nobody's (any more)."""
        now = self._clock.now()
        account = await self._desk.read(lambda ledger: ledger.sessions.whose(token_hash(token), now))
        return account.actor if account else None

    async def greet(self, token: str, station: str) -> Greeting:
        """Give whose token it is and what is known of a station."""
        now = self._clock.now()
        account, known = await self._desk.read(
            lambda ledger: (ledger.sessions.whose(token_hash(token), now), ledger.stations.get(station))
        )
        return Greeting(account.actor if account else None, known)

    async def met(self, station: str, person: PersonId, address: str, token: str) -> None:
        """Note that somebody's station is in contact."""
        now = self._clock.now()
        await self._desk.write(lambda ledger: ledger.stations.met(station, person, address, token_hash(token), now))

    async def wiped(self, station: str, order: str, unsent: int, token: str) -> None:
        """Take a station's word that it has wiped itself."""
        now = self._clock.now()
        await self._desk.write(
            lambda ledger: ledger.stations.confirm_wipe(station, order, unsent, token_hash(token), now)
        )

    async def sign_out(self, token: str) -> None:
        """Make a token worthless; harmless when it is already."""
        now = self._clock.now()
        await self._desk.write(lambda ledger: ledger.sessions.drop(token_hash(token), now))

    async def change_password(self, person: PersonId, token: str, old: str, new: str) -> str | Wait | None:
        """Give "" when it is changed, words when the new one is too weak, None for a wrong old one, or a wait.

        Every session but that of `token` has ended then.
        """
        about = [f"password:{person}"]
        async with self._turn:
            wait = await self._wait(about)
            if wait is not None:
                return wait
            account = await self._desk.read(lambda ledger: ledger.accounts.get(person))
            if not await asyncio.to_thread(self._verify, account, old):
                await self._failed(about)
                return None
            weak = weakness(new, person)
            if weak:
                return weak
            hashed = await asyncio.to_thread(self._hasher.hash, new)
        now = self._clock.now()
        await self._desk.write(
            lambda ledger: ledger.accounts.set_password(person, hashed, person, now, keep=token_hash(token))
        )
        return ""

    async def sessions(self, person: PersonId) -> tuple[Session, ...]:
        """List somebody's sessions, the newest first."""
        now = self._clock.now()
        return await self._desk.read(lambda ledger: ledger.sessions.of(person, now))

    async def end_sessions(self, person: PersonId, by: PersonId, only: str = "") -> int:
        """End somebody's sessions, or the one of an id; gives how many."""
        now = self._clock.now()
        return await self._desk.write(lambda ledger: ledger.sessions.end(person, by, now, only))

    @staticmethod
    def session_id(token: str) -> str:
        """Give what a token's session is called."""
        return token_hash(token)[:ID_CHARACTERS]

    async def _admit(self, account: Account, about: Sequence[str], address: str, device: str) -> SignedIn:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        known = about[0].startswith("device:")
        given = device if known else secrets.token_urlsafe(32)

        def admit(ledger: Ledger) -> None:
            ledger.sessions.forgive(about)
            ledger.sessions.put_device(token_hash(given), account.person, now)
            ledger.sessions.put(token_hash(token), account.person, now, now + SESSION, address)

        await self._desk.write(admit)
        return SignedIn(token, account.actor, given)

    async def _take_code(self, account: Account, code: str) -> bool:
        person, typed = account.person, normal_code(code)
        step = one_time_step(account.totp_secret, typed, self._clock.now())
        if step is not None:
            return await self._desk.write(lambda ledger: ledger.accounts.take_step(person, step))
        return await self._desk.write(lambda ledger: ledger.accounts.take_recovery(person, token_hash(typed)))

    def _verify(self, account: Account | None, password: str) -> bool:
        if account is None and not self._nobody:
            self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        try:
            return self._hasher.verify(account.password_hash if account else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _about(self, person: PersonId, address: str, device: str) -> list[str]:
        """Say what a failure would be counted about."""
        if device:
            hashed = token_hash(device)
            if await self._desk.read(lambda ledger: ledger.sessions.knows_device(hashed, person)):
                return [f"device:{hashed}"]
        # A name is kept as its hash: what people type there by mistake is often their password.
        return [f"name:{token_hash(person)}", *([f"address:{address}"] if address else [])]

    async def _wait(self, about: Sequence[str]) -> Wait | None:
        failures = await self._desk.read(lambda ledger: ledger.sessions.failures(about))
        now = self._clock.now()
        wait_s = max((_wait_s(name, failed, now) for name, failed in failures.items()), default=0.0)
        return Wait(math.ceil(wait_s)) if wait_s > 0 else None

    async def _failed(self, about: Sequence[str]) -> None:
        now = self._clock.now()
        await self._desk.write(lambda ledger: ledger.sessions.failed(about, now, now - FORGET_AFTER))


def _wait_s(about: str, failures: Failures, now: dt.datetime) -> float:
    kind = about.partition(":")[0]
    free = FREE_OF_AN_ADDRESS if kind == "address" else FREE_FAILURES
    if failures.times < free:
        return 0.0
    longest_s = LONGEST_WAIT_OF_A_NAME_S if kind == "name" else LONGEST_WAIT_S
    wait_s = min(longest_s, 2.0 ** min(failures.times - free, 16))
    passed_s = (now - failures.last).total_seconds()
    return min(wait_s, wait_s - passed_s)  # a clock that was set back lengthens no wait


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
