"""Acts of a station that is lost, handed in by its office, over real sockets on SQLite and PostgreSQL."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.events import Deliverer
from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.order import Caller, Order
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.models.whistle import WhistleKind
from dispatcher.server.deliveries import AT_MOST
from dispatcher.wire import Deliver, Delivery, Fault, Inquire, Obstacle, OfficeStation, SessionKey
from dispatcher.wire.proofs import prove
from tests.server.centre import OTHER_STREET, STREET, WATER, Centre, Client, act, now, order, running_centre

ADMIN = PersonId("admin")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return request.getfixturevalue("fresh_postgres_url")


def office(name: str) -> OfficeStation:
    return OfficeStation(station=name)


async def key_at(centre: Centre, person: str, station: str) -> SessionKey:
    """Be welcomed at a station once, and give the key that the person's session there proves its acts by."""
    async with centre.console(person, office=office(station), station=f"DESK-{station}") as client:
        await client.until(lambda seen: seen.offices)
        key = client.offices[-1].session
    assert key is not None
    assert key.person == person
    return key


async def declare_lost(centre: Centre, station: str, at: dt.datetime | None = None) -> None:
    desk = centre.running.desk
    await desk.write(lambda ledger: ledger.stations.order_wipe(f"DESK-{station}", "丢失", ADMIN, at or now()))


@contextlib.asynccontextmanager
async def colleague(centre: Centre, person: str = "wang") -> AsyncIterator[Client]:
    async with centre.console(person, office=office("bb"), station=f"DESK-{person}") as client:
        await client.until(lambda seen: seen.offices)
        yield client


def delivery(key: SessionKey, made: c.Act, after: str = "") -> Delivery:
    return Delivery(act=made, proof=prove(key, made, CommandId(after)))


async def handed_in(client: Client, *deliveries: Delivery) -> list[object]:
    """Deliver, and give what became of each: a verdict, or what kept it from being judged."""
    ids = [each.act.id for each in deliveries]
    for each in ids:
        client.verdicts.pop(each, None)
        client.undelivered.pop(each, None)
    await client.say(Deliver(acts=deliveries))
    await client.until(lambda seen: all(each in seen.verdicts or each in seen.undelivered for each in ids))
    return [client.undelivered.get(each) or client.verdicts[each] for each in ids]


def test_an_act_of_a_lost_station_is_judged_once_as_its_maker_s_and_the_journal_says_who_delivered(
    database: str,
) -> None:
    async def story() -> None:
        async with running_centre(database) as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            made = act(c.SignFor(case=case), "zhao", offline=True, clock_error_ms=900)
            async with colleague(centre) as wang, colleague(centre, "qian") as qian:
                await wang.say(Inquire(acts=(made.id,), sessions=(key.session, "f" * 32)))
                assert await handed_in(wang, delivery(key, made)) == [Obstacle.NOT_LOST]
                assert not wang.lost
                await declare_lost(centre, "lost")
                await wang.say(Inquire(acts=(made.id,), sessions=(key.session, "f" * 32)))
                await wang.until(lambda seen: seen.lost)
                assert wang.lost == {key.session}
                both = await asyncio.gather(handed_in(wang, delivery(key, made)), handed_in(qian, delivery(key, made)))
                (verdict,), (other,) = both
                assert isinstance(verdict, Accepted)
                assert other == verdict
                assert await handed_in(wang, delivery(key, made)) == [verdict], "again, and nothing happens"
                await wang.until(lambda seen: seen.rows[case].row.revision == verdict.revision)
                entries = await centre.running.desk.read(lambda ledger: ledger.journal(0, 1000))
                (entry,) = [entry for entry in entries if entry.act == made.id]
                assert (entry.by, entry.case) == ("zhao", case)
                assert abs(entry.at - made.made_at) < dt.timedelta(milliseconds=1)
                (signed,) = entry.events
                assert signed.late
                assert signed.by_name == "Zhao"
                assert signed.delivered_by in (
                    Deliverer(by=PersonId("wang"), by_name="Wang"),
                    Deliverer(by=PersonId("qian"), by_name="Qian"),
                )
                line = await centre.http.get(f"/journal?case={case}", headers=await centre.bearer("auditor"))
                assert [each.get("delivered_by") for each in line.json()["lines"] if each["kind"] == "sign_for"] == [
                    signed.delivered_by.by
                ]

    asyncio.run(story())
    assert main(["admin", "--database", database, "verify"]) == 0


def test_what_keeps_an_act_from_being_judged_is_said_and_nothing_of_it_is_kept(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            desk = centre.running.desk
            made = act(c.SignFor(case=case), "zhao", offline=True)
            good = delivery(key, made)
            behind = act(c.RecordContact(case=case, reached=True), "zhao", offline=True)
            await declare_lost(centre, "lost")
            late = act(c.AddNote(case=case, text="later"), "zhao", made_at=now() + dt.timedelta(seconds=5))
            altered = msgspec.structs.replace(made, command=c.AddNote(case=case, text="签收"))
            in_anothers_name = msgspec.structs.replace(made, by=PersonId("qian"))
            unfit = msgspec.structs.replace(made, id=CommandId("centre:1"))
            async with colleague(centre) as wang, colleague(centre, "sun") as sun:
                for wrong, why in (
                    (Delivery(act=altered, proof=good.proof), Obstacle.NOT_PROVED),
                    (Delivery(act=in_anothers_name, proof=good.proof), Obstacle.NOT_PROVED),
                    (
                        msgspec.structs.replace(good, proof=msgspec.structs.replace(good.proof, seal=b"")),
                        Obstacle.NOT_PROVED,
                    ),
                    (
                        msgspec.structs.replace(good, proof=msgspec.structs.replace(good.proof, session="0" * 32)),
                        Obstacle.NOT_PROVED,
                    ),
                    (delivery(msgspec.structs.replace(key, secret=b"guessed"), made), Obstacle.NOT_PROVED),
                    (delivery(key, unfit), Obstacle.NOT_PROVED),
                    (delivery(key, late), Obstacle.MADE_AFTER),
                    (delivery(key, behind, after=made.id), Obstacle.NEEDS_ANOTHER),
                ):
                    assert await handed_in(wang, wrong) == [why]
                assert await handed_in(sun, good) == [Obstacle.MAKER_MOVED], "another street"
                await desk.write(lambda ledger: ledger.accounts.allow(PersonId("zhao"), False, "停用", ADMIN, now()))
                assert await handed_in(wang, good) == [Obstacle.MAKER_DISABLED]
                await desk.write(lambda ledger: ledger.accounts.allow(PersonId("zhao"), True, "", ADMIN, now()))
                zhao = await desk.read(lambda ledger: ledger.accounts.get(PersonId("zhao")))
                assert zhao is not None
                moved = msgspec.structs.replace(zhao, unit=OTHER_STREET)
                await desk.write(lambda ledger: ledger.accounts.put(moved, ADMIN, now()))
                assert await handed_in(wang, good) == [Obstacle.MAKER_MOVED]
                await desk.write(lambda ledger: ledger.accounts.put(zhao, ADMIN, now()))
                entries = await desk.read(lambda ledger: ledger.journal(0, 1000))
                assert not {made.id, late.id, behind.id} & {entry.act for entry in entries}
                assert await desk.read(lambda ledger: ledger.offices.verdicts([made.id, behind.id], STREET)) == ()
                # Nothing is lost by it: whatever kept it away is gone, and so it is judged, in its order.
                found = await handed_in(wang, good, delivery(key, behind, after=made.id))
                assert [type(each) for each in found] == [Accepted, Accepted]

    asyncio.run(story())


def test_an_act_behind_one_that_was_refused_stays_with_the_office(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            await declare_lost(centre, "lost", now() + dt.timedelta(seconds=1))
            closed = act(c.CloseCase(case=case), "zhao", offline=True)
            signed = act(c.SignFor(case=case), "zhao", offline=True)
            async with colleague(centre) as wang:
                found = await handed_in(wang, delivery(key, closed), delivery(key, signed, after=closed.id))
                assert isinstance(found[0], Refused)
                assert found[1:] == [Obstacle.NEEDS_ANOTHER]
                await wang.say(Inquire(acts=(closed.id,)))
                assert await handed_in(wang, delivery(key, closed)) == found[:1]

    asyncio.run(story())


def test_a_whistle_whose_time_is_over_is_refused_as_expired(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            whistle = c.BlowWhistle(
                case=case, whistle="w-1", kind=WhistleKind.EMERGENCY, demand="抢修", place="路口", contact="",
                lead=WATER,
            )  # fmt: skip
            made_at = now() - dt.timedelta(minutes=31)
            made = act(whistle, "zhao", offline=True, made_at=made_at, valid_until=now() - dt.timedelta(seconds=1))
            await declare_lost(centre, "lost")
            async with colleague(centre) as wang:
                (verdict,) = await handed_in(wang, delivery(key, made))
                assert isinstance(verdict, Refused)
                assert verdict.reason is Reason.EXPIRED

    asyncio.run(story())


def test_an_order_taken_in_at_the_desk_comes_with_its_caller_or_waits_for_who_has_him(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            key = await key_at(centre, "zhao", "lost")
            taken_in = Order(
                number=f"L-{STREET}-20261128-1", source="desk", title="窗口接件", dispatched_at=now(),
                caller_name_hint="刘**", caller_phone_hint="138****1234",
            )  # fmt: skip
            command = c.ReceiveOrder(
                case="desk-1", order=taken_in, holder=STREET, caller=Caller("刘丽华", "13800001234")
            )
            made = act(command, "zhao", offline=True)
            whole = delivery(key, made)
            bare = msgspec.structs.replace(command, caller=None)
            copy = msgspec.structs.replace(whole, act=msgspec.structs.replace(made, command=bare))
            other = msgspec.structs.replace(command, caller=Caller("刘丽华", "13900000000"))
            forged = msgspec.structs.replace(whole, act=msgspec.structs.replace(made, command=other))
            await declare_lost(centre, "lost")
            async with colleague(centre, "gao") as gao, colleague(centre) as wang:
                assert await handed_in(gao, copy) == [Obstacle.LACKS_CALLER]
                assert await handed_in(wang, forged) == [Obstacle.NOT_PROVED]
                (verdict,) = await handed_in(wang, whole)
                assert isinstance(verdict, Accepted), verdict
                caller = await centre.running.desk.read(lambda ledger: ledger.caller(command.case))
                assert caller == command.caller

    asyncio.run(story())


def test_a_station_that_is_used_again_after_it_was_wiped_is_not_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            await key_at(centre, "zhao", "lost")
            await declare_lost(centre, "lost")
            desk = centre.running.desk
            (station,) = await desk.read(lambda ledger: ledger.stations.to_wipe(["DESK-lost"]))
            token = centre.tokens.pop("zhao")
            await desk.write(
                lambda ledger: ledger.stations.confirm_wipe("DESK-lost", station.wipe_order, 0, token, now())
            )
            key = await key_at(centre, "zhao", "lost")
            made = act(c.SignFor(case=case), "zhao")
            async with colleague(centre) as wang:
                assert await handed_in(wang, delivery(key, made)) == [Obstacle.NOT_LOST]

    asyncio.run(story())


def test_a_renewed_office_secret_leaves_proofs_standing(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            await declare_lost(centre, "lost", now() + dt.timedelta(seconds=1))
            await centre.running.desk.write(lambda ledger: ledger.offices.renew_secret())
            async with colleague(centre) as wang:
                (verdict,) = await handed_in(wang, delivery(key, act(c.SignFor(case=case), "zhao")))
                assert isinstance(verdict, Accepted)

    asyncio.run(story())


def test_nobody_but_the_centre_says_who_delivered_and_limits_hold(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            key = await key_at(centre, "zhao", "lost")
            await declare_lost(centre, "lost", now() + dt.timedelta(seconds=1))
            by = Deliverer(by=PersonId("wang"), by_name="王芳")
            pretended = act(c.SignFor(case=case), "wang", delivered_by=by)
            async with colleague(centre) as wang:
                await wang.submit(pretended)
                (verdict,) = await wang.settled(pretended)
                assert isinstance(verdict, Refused)
                assert verdict.field == "delivered_by"
                marked = act(c.SignFor(case=case), "zhao", delivered_by=by)
                assert await handed_in(wang, delivery(key, marked)) == [Obstacle.NOT_PROVED]
                one = delivery(key, act(c.SignFor(case=case), "zhao"))
                await wang.say(Deliver(acts=(one,) * (AT_MOST + 1)))
                assert (await wang.parting()).fault is Fault.BAD_FIELD
            async with colleague(centre) as wang:
                await wang.say(Inquire(acts=(one.act.id,), sessions=tuple(str(n) for n in range(AT_MOST + 1))))
                assert (await wang.parting()).fault is Fault.BAD_FIELD

    asyncio.run(story())
