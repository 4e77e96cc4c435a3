"""Accounts at a running centre: one-time codes, known devices, sessions that end at once, passwords, lost stations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from pyotp.totp import TOTP
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from dispatcher.cli import main
from dispatcher.models import accounts as a
from dispatcher.models.ids import PersonId, Revision
from dispatcher.models.organisation import Role
from dispatcher.server.credentials import enrol, token_hash
from dispatcher.server.desk import Desk
from dispatcher.server.identity import (
    FREE_FAILURES,
    FREE_OF_AN_ADDRESS,
    CodeWanted,
    Identity,
    SignedIn,
    Wait,
    WrongCode,
    new_account,
)
from dispatcher.storage.ledger import Ledger
from dispatcher.wire import PROTOCOL, Fault, Hello, Wiped, encode
from tests.server.centre import IN_FORCE, PASSWORD, STREET, TIMEOUT_S, Centre, Client, running_centre
from tests.server.centre import _hasher as quick_hasher
from tests.server.test_identity import HandClock, all_bytes

HERE = "10.0.0.7"


@asynccontextmanager
async def identity_over(folder: Path, *people: str) -> AsyncIterator[tuple[Identity, Ledger, HandClock]]:
    clock = HandClock()
    ledger = Ledger.open(f"sqlite:///{folder / 'centre.db'}")
    for person in people:
        account = new_account(PersonId(person), person, STREET, [Role.DISPATCHER], PASSWORD, quick_hasher)
        ledger.accounts.seed(account)
    desk = Desk(ledger, IN_FORCE, clock, lambda news: None)
    try:
        yield Identity(desk, clock, quick_hasher), ledger, clock
    finally:
        await desk.close()


def test_a_code_is_asked_for_taken_once_and_a_recovery_code_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with identity_over(tmp_path, "wang") as (identity, ledger, clock):
            made = enrol("wang")
            assert made.uri.startswith("otpauth://totp/")
            assert made.secret in made.uri
            hashes = tuple(token_hash(code) for code in made.recovery)
            ledger.accounts.set_codes(PersonId("wang"), made.secret, hashes, PersonId("root"), clock.now())
            code = TOTP(made.secret).at(clock.now())
            assert await identity.sign_in("wang", "guess", code=code) is None, "a code does not stand in for a password"
            assert await identity.sign_in("wang", PASSWORD) == CodeWanted()
            assert isinstance(await identity.sign_in("wang", PASSWORD, code=f"{code[:3]} {code[3:]}"), SignedIn)
            assert await identity.sign_in("wang", PASSWORD, code=code) == WrongCode(), "the same code again"
            clock.pass_by(seconds=90)
            assert await identity.sign_in("wang", PASSWORD, code=code) == WrongCode(), "an old code"
            next_code = TOTP(made.secret).at(clock.now())
            assert isinstance(await identity.sign_in("wang", PASSWORD, code=next_code), SignedIn)
            first, second, *_ = made.recovery
            assert isinstance(await identity.sign_in("wang", PASSWORD, code=first.upper()), SignedIn)
            assert await identity.sign_in("wang", PASSWORD, code=first) == WrongCode()
            assert isinstance(await identity.sign_in("wang", PASSWORD, code=second), SignedIn)

    asyncio.run(story())


def test_who_guesses_at_a_name_cannot_lock_its_owner_s_own_device_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with identity_over(tmp_path, "wang") as (identity, _, clock):
            own = await identity.sign_in("wang", PASSWORD, address=HERE)
            assert isinstance(own, SignedIn)
            for _ in range(40):
                for attempt in range(FREE_FAILURES + 1):
                    await identity.sign_in("wang", f"guess {attempt}", address="203.0.113.9")
                clock.pass_by(seconds=30)
            waited = await identity.sign_in("wang", PASSWORD, address=HERE)
            assert isinstance(waited, Wait), "a device nobody knows waits with everybody"
            assert waited.seconds <= 60
            assert isinstance(await identity.sign_in("wang", PASSWORD, address=HERE, device=own.device), SignedIn)
            for _ in range(FREE_FAILURES):
                assert await identity.sign_in("wang", "guess", address=HERE, device=own.device) is None
            assert isinstance(await identity.sign_in("wang", PASSWORD, device=own.device), Wait), "it is throttled too"

    asyncio.run(story())


def test_an_address_that_tries_many_names_waits_and_the_count_is_the_ledger_s(tmp_path: Path) -> None:
    async def story() -> None:
        async with identity_over(tmp_path, "wang") as (identity, ledger, clock):
            for number in range(FREE_OF_AN_ADDRESS):
                assert await identity.sign_in(f"nobody {number}", "guess", address=HERE) is None
            assert isinstance(await identity.sign_in("wang", PASSWORD, address=HERE), Wait)
            other_process = Desk(Ledger.open(f"sqlite:///{tmp_path / 'centre.db'}"), IN_FORCE, clock, lambda news: None)
            try:
                other = Identity(other_process, clock, quick_hasher)
                assert isinstance(await other.sign_in("wang", PASSWORD, address=HERE), Wait)
                assert isinstance(await other.sign_in("wang", PASSWORD, address="10.0.0.8"), SignedIn)
            finally:
                await other_process.close()
            clock.pass_by(hours=2)
            assert isinstance(await identity.sign_in("wang", PASSWORD, address=HERE), SignedIn)
            assert b"guess" not in all_bytes(tmp_path)
            assert ledger.head() == 0, "signing in is nothing for the journal"

    asyncio.run(story())


def admin(folder: Path, *words: str) -> int:
    return main(["admin", "--database", f"sqlite:///{folder / 'centre.db'}", *words])


def test_sessions_ended_by_another_process_end_open_connections(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story() -> None:
        async with (
            running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre,
            centre.console("wang") as wang,
            centre.console("zhao") as zhao,
        ):
            assert await asyncio.to_thread(admin, tmp_path, "end-sessions", "wang") == 0
            assert (await wang.parting()).fault is Fault.NOT_SIGNED_IN
            assert await asyncio.to_thread(admin, tmp_path, "disable", "zhao", "--reason", "调离") == 0
            assert (await zhao.parting()).fault is Fault.NOT_SIGNED_IN
            answer = await centre.http.post("/sign-in", json={"person": "zhao", "password": PASSWORD})
            assert answer.status_code == 401
            assert await asyncio.to_thread(admin, tmp_path, "enable", "zhao") == 0
            centre.tokens.clear()
            async with centre.console("zhao"), centre.console("wang"):
                pass
            entries = await centre.running.desk.read(lambda ledger: ledger.journal(Revision(0), 100))
            assert [type(entry.command) for entry in entries] == [a.EndSessions, a.AllowAccount, a.AllowAccount]
            assert entries[1].command == a.AllowAccount(person=PersonId("zhao"), allowed=False, reason="调离")

    asyncio.run(story())
    assert admin(tmp_path, "disable", "nobody", "--reason", "x") == 2
    assert "nobody" in capsys.readouterr().err


def test_a_person_sees_and_ends_sessions_and_changes_the_password(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as old:
            elsewhere = centre.tokens.pop("wang")
            here = await centre.bearer("wang")
            found = (await centre.http.get("/sessions", headers=here)).json()["sessions"]
            assert [(s["this"], s["person"]) for s in found] == [(True, "wang"), (False, "wang")]
            assert found[1]["station"] == "T1"
            other = await centre.http.get("/sessions?person=zhao", headers=here)
            assert other.status_code == 403
            theirs = await centre.http.get("/sessions?person=wang", headers=await centre.bearer("admin"))
            assert len(theirs.json()["sessions"]) == 2
            assert (await change(centre, here, "wrong", "0123456789ab")).status_code == 403
            assert (await change(centre, here, PASSWORD, "short")).status_code == 422
            assert (await change(centre, here, PASSWORD, "another password")).status_code == 204
            assert (await old.parting()).fault is Fault.NOT_SIGNED_IN, "all other sessions have ended, at once"
            used = await centre.http.get("/sessions", headers={"authorization": f"Bearer {elsewhere}"})
            assert used.status_code == 401
            assert (await centre.http.get("/sessions", headers=here)).status_code == 200
            for password, status in ((PASSWORD, 401), ("another password", 200)):
                answer = await centre.http.post("/sign-in", json={"person": "wang", "password": password})
                assert answer.status_code == status

    async def change(centre: Centre, here: dict[str, str], old: str, new: str) -> httpx.Response:
        return await centre.http.post("/password", json={"old": old, "new": new}, headers=here)

    asyncio.run(story())


@pytest.mark.parametrize("connected", [True, False], ids=["while connected", "at its next contact"])
def test_a_lost_station_is_told_to_wipe_itself_and_its_word_is_journaled(tmp_path: Path, connected: bool) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            token = await centre.token("wang")
            hello = Hello(protocol=PROTOCOL, token=token, station="DESK-1", wipeable=True)
            async with centre.open() as console:
                await console.say(hello)
                await console.until(lambda seen: seen.beats)
                if connected:
                    assert await order() == 0
                    await wipe(console)
            if not connected:
                assert await order() == 0
                async with centre.open() as old:
                    await old.say(Hello(protocol=PROTOCOL, token=token, station="DESK-1"))
                    assert (await old.parting()).fault is Fault.NOT_SIGNED_IN, "one too old to know how gets nothing"
                    assert old.welcome is None
                async with centre.open() as console:
                    await console.say(hello)
                    await wipe(console)
                    assert console.welcome is None or console.rows == {}
            entries = await centre.running.desk.read(lambda ledger: ledger.journal(Revision(0), 10))
            assert [entry.command for entry in entries] == [
                a.OrderWipe(station="DESK-1", reason="lost on the bus"),
                a.ConfirmWipe(station="DESK-1", unsent=2, proved=True),
            ]
            async with centre.open() as again:
                await again.say(hello)
                assert (await again.parting()).detail.startswith("the token"), "the sessions there have ended"
            centre.tokens.clear()
            async with centre.open() as again:
                await again.say(msgspec.structs.replace(hello, token=await centre.token("wang")))
                await again.until(lambda seen: seen.beats)  # wiped once, it may be used again

    async def order() -> int:
        return await asyncio.to_thread(admin, tmp_path, "wipe", "DESK-1", "--reason", "lost on the bus")

    async def wipe(console: Client) -> None:
        await console.until(lambda seen: seen.wipes)
        assert console.wipes[0].reason == "lost on the bus"
        await console.say(Wiped(order=console.wipes[0].order, unsent=2))
        assert (await console.parting()).fault is Fault.NOT_SIGNED_IN

    asyncio.run(story())


def test_roles_that_do_not_go_together_make_no_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["add", "x", "--name", "某", "--unit", STREET]
    assert admin(tmp_path, *where, "--role", "auditor", "--role", "dispatcher") == 2
    assert "auditor" in capsys.readouterr().err
    assert admin(tmp_path, *where, "--role", "liaison", "--role", "dispatcher") == 2
    assert admin(tmp_path, *where, "--role", "community_worker") == 2
    assert admin(tmp_path, *where, "--role", "dispatcher", "--role", "shift_leader") == 0


def test_an_administrator_s_word_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert admin(tmp_path, "add", "chen", "--name", "陈", "--unit", STREET, "--role", "dispatcher") == 0
    first = capsys.readouterr().out.split(": ")[1].strip()
    assert admin(tmp_path, "totp", "chen") == 0
    uri, *recovery = capsys.readouterr().out.splitlines()
    assert uri.startswith("otpauth://totp/")
    assert len(recovery) == 8
    assert admin(tmp_path, "password", "chen") == 0
    assert capsys.readouterr().out.split(": ")[1].strip() != first
    assert admin(tmp_path, "list") == 0
    assert capsys.readouterr().out.split("\t")[-1].strip() == "codes"
    kept = (tmp_path / "centre.db").read_bytes()
    assert first.encode() not in kept
    assert not any(line.split()[1].encode() in kept for line in recovery)
    assert admin(tmp_path, "totp", "chen", "--off") == 0
    assert admin(tmp_path, "sessions") == 0
    assert admin(tmp_path, "stations") == 0


def test_the_word_of_a_wiped_station_is_heard_when_its_close_stands_right_behind_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            hello = Hello(protocol=PROTOCOL, token=await centre.token("wang"), station="DESK-1", wipeable=True)
            async with centre.open() as console:
                await console.say(hello)
                await console.until(lambda seen: seen.beats)
            assert await asyncio.to_thread(admin, tmp_path, "wipe", "DESK-1", "--reason", "lost on the bus") == 0
            ledger = Ledger.open(f"sqlite:///{tmp_path / 'centre.db'}")
            station = ledger.stations.get("DESK-1")
            ledger.close()
            assert station is not None
            peer = ClientProtocol(parse_uri(centre.feed))
            reader, writer = await asyncio.open_connection("127.0.0.1", centre.port)
            peer.send_request(peer.connect())
            writer.writelines(peer.data_to_send())
            peer.receive_data(await reader.readuntil(b"\r\n\r\n"))
            peer.send_binary(encode(hello))
            writer.writelines(peer.data_to_send())
            while not any(b'"wipe"' in bytes(getattr(event, "data", b"")) for event in peer.events_received()):
                peer.receive_data(await reader.read(65536))
            peer.send_binary(encode(Wiped(order=station.wipe_order, unsent=3)))
            peer.send_close(1000)
            writer.write(b"".join(peer.data_to_send()))  # one segment
            await writer.drain()
            await reader.read()
            writer.close()
            said = a.ConfirmWipe(station="DESK-1", unsent=3, proved=True)
            async with asyncio.timeout(TIMEOUT_S):
                while await newest(centre) != said:  # noqa: ASYNC110  (a fact of the centre that nobody tells)
                    await asyncio.sleep(0.02)

    async def newest(centre: Centre) -> object:
        return (await centre.running.desk.read(lambda ledger: ledger.journal(Revision(0), 10)))[-1].command

    asyncio.run(story())
