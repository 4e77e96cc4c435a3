"""Signing in: a wrong guess costs time, a token is kept only as its hash and runs out."""

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.ids import PersonId
from dispatcher.models.organisation import Role
from dispatcher.server.desk import Desk
from dispatcher.server.identity import FREE_FAILURES, Identity, SignedIn, Wait, new_account
from dispatcher.storage.ledger import Ledger
from tests.server.centre import IN_FORCE, PASSWORD, STREET, Centre, running_centre
from tests.server.centre import _hasher as quick_hasher


class HandClock:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_by(self, **length: float) -> None:
        self.time += dt.timedelta(**length)


def all_bytes(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


def test_a_token_runs_out_and_is_kept_as_a_hash(tmp_path: Path) -> None:
    async def story() -> None:
        clock = HandClock()
        ledger = Ledger.open(f"sqlite:///{tmp_path / 'centre.db'}")
        ledger.accounts.seed(new_account(PersonId("wang"), "王", STREET, [Role.DISPATCHER], PASSWORD, quick_hasher))
        desk = Desk(ledger, IN_FORCE, clock, lambda news: None)
        try:
            identity = Identity(desk, clock, quick_hasher)
            signed_in = await identity.sign_in("wang", PASSWORD)
            assert isinstance(signed_in, SignedIn)
            clock.pass_by(days=29)
            assert await identity.who(signed_in.token) == signed_in.actor
            kept = all_bytes(tmp_path)
            assert signed_in.token.encode() not in kept
            assert PASSWORD.encode() not in kept
            clock.pass_by(days=2)
            assert await identity.who(signed_in.token) is None
        finally:
            await desk.close()

    asyncio.run(story())


def test_guessing_is_slowed_down_for_that_name_alone(tmp_path: Path) -> None:
    async def story() -> None:
        clock = HandClock()
        ledger = Ledger.open(f"sqlite:///{tmp_path / 'centre.db'}")
        for person in ("wang", "zhao"):
            ledger.accounts.seed(
                new_account(PersonId(person), person, STREET, [Role.DISPATCHER], PASSWORD, quick_hasher)
            )
        desk = Desk(ledger, IN_FORCE, clock, lambda news: None)
        try:
            identity = Identity(desk, clock, quick_hasher)
            for _ in range(FREE_FAILURES):
                assert await identity.sign_in("wang", "guess") is None
            assert await identity.sign_in("wang", PASSWORD) == Wait(1)
            assert isinstance(await identity.sign_in("zhao", PASSWORD), SignedIn)
            clock.pass_by(seconds=1)
            assert await identity.sign_in("wang", "guess") is None
            assert await identity.sign_in("wang", PASSWORD) == Wait(2)
            clock.pass_by(seconds=2)
            assert isinstance(await identity.sign_in("wang", PASSWORD), SignedIn)
            assert await identity.sign_in("wang", "guess") is None, "a right password clears the count"
        finally:
            await desk.close()

    asyncio.run(story())


def test_doors_say_what_is_wrong(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            for name in ("wang", "nobody"):
                answers = [await attempt(centre, name, "guess") for _ in range(FREE_FAILURES + 1)]
                assert [status for status, _ in answers] == [401] * FREE_FAILURES + [429]
                assert answers[-1][1].isdigit()
            assert (await centre.http.post("/sign-in", content=b"{")).status_code == 400
            assert (await centre.http.post("/sign-in", content=b" " * 100_000)).status_code == 413

    async def attempt(centre: Centre, person: str, password: str) -> tuple[int, str]:
        answer = await centre.http.post("/sign-in", json={"person": person, "password": password})
        return answer.status_code, answer.headers.get("retry-after", "")

    asyncio.run(story())


def test_an_added_account_can_sign_in_with_the_password_given_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story() -> None:
        async with running_centre(database) as centre:
            answer = await centre.http.post("/sign-in", json={"person": "chen", "password": password})
            assert answer.status_code == 200
            assert sorted(answer.json()["actor"]["roles"]) == ["dispatcher", "shift_leader"]

    database = f"sqlite:///{tmp_path / 'centre.db'}"
    where = ["admin", "--database", database]
    assert (
        main(
            [*where, "add", "chen", "--name", "陈", "--unit", STREET, "--role", "dispatcher", "--role", "shift_leader"]
        )
        == 0
    )
    password = capsys.readouterr().out.removeprefix("chen: ").strip()
    asyncio.run(story())
