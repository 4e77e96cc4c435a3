"""What the centre gives a street for the day it is away: keys by entitlement, addresses, and what became of acts."""

import asyncio
import datetime as dt
from pathlib import Path

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.ids import CommandId
from dispatcher.models.organisation import Scope
from dispatcher.models.verdicts import Accepted, Refused
from dispatcher.server.offices import INQUIRE_AT_MOST, KEY_LASTS, keys_of
from dispatcher.wire import Fault, Inquire, OfficeStation
from tests.server.centre import OTHER_STREET, STREET, act, order, running_centre

ONE, TWO = OfficeStation(station="aa", address="10.0.0.1:8346"), OfficeStation(station="bb", address="10.0.0.2:8346")


def test_a_street_s_people_get_keys_as_they_are_entitled_and_others_none(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre,
            centre.console("wang", office=ONE) as wang,
            centre.console("gao", office=TWO) as gao,
            centre.console("sun", office=TWO) as sun,
        ):
            for client in (wang, gao, sun):
                await client.until(lambda seen: seen.offices)
            await wang.until(lambda seen: len(seen.offices[-1].stations) == 2)
            assert wang.offices[-1].stations == (ONE, TWO)
            assert [key.with_caller for key in wang.offices[-1].keys] == [True] * 3 + [False] * 3
            assert [key.with_caller for key in gao.offices[-1].keys] == [False] * 3
            assert wang.offices[-1].keys[3:] == gao.offices[-1].keys
            assert sun.offices[-1].unit == OTHER_STREET
            assert not {key.secret for key in sun.offices[-1].keys} & {key.secret for key in wang.offices[-1].keys}
            for person in ("hotline", "li", "ding", "sheng", "auditor", "admin", "wall"):
                async with centre.console(person, office=ONE) as other:
                    assert other.offices == [], person
            async with centre.console("zhao") as older:
                assert older.offices == [], "one that does not know the message is not sent it"

    asyncio.run(story())


def test_a_station_that_moves_is_told_to_the_others_and_remembered(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        moved = msgspec.structs.replace(TWO, address="10.0.0.9:8346")
        async with running_centre(database) as centre, centre.console("wang", office=ONE) as wang:
            async with centre.console("zhao", office=TWO):
                await wang.until(lambda seen: seen.offices and TWO in seen.offices[-1].stations)
            async with centre.console("zhao", office=moved):
                await wang.until(lambda seen: moved in seen.offices[-1].stations)
            keys = wang.offices[-1].keys
        async with running_centre(database) as centre, centre.console("wang", office=ONE) as wang:
            await wang.until(lambda seen: seen.offices)
            assert wang.offices[-1].stations == (ONE, moved)
            assert wang.offices[-1].keys == keys, "a restart changes no key"
            await centre.running.desk.write(lambda ledger: ledger.offices.renew_secret())
        async with running_centre(database) as centre, centre.console("wang", office=ONE) as wang:
            await wang.until(lambda seen: seen.offices)
            assert not {key.id for key in wang.offices[-1].keys} & {key.id for key in keys}

    asyncio.run(story())


def test_stations_that_were_not_on_at_the_same_time_still_share_a_key() -> None:
    now = dt.datetime(2026, 11, 28, 6, 0, tzinfo=dt.UTC)
    scope = Scope(unit=STREET)
    for weeks, shared in ((0, 3), (1, 2), (2, 1), (3, 0)):
        before = keys_of(b"secret", scope, now - weeks * KEY_LASTS)
        assert len({key.id for key in before} & {key.id for key in keys_of(b"secret", scope, now)}) == shared
    assert "secret" not in repr(keys_of(b"secret", scope, now)[0]).replace("with_caller", "")


def test_what_became_of_acts_is_told_to_their_street_and_barely_to_who_has_a_copy_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order())
            good, bad = act(c.SignFor(case=case), "zhao"), act(c.CloseCase(case=case), "zhao")
            async with centre.console("zhao") as zhao:
                await zhao.submit(good, bad)
                await zhao.settled(good, bad)
            asked = (good.id, bad.id, CommandId("never-made"))
            async with centre.console("wang", office=ONE) as wang, centre.console("sun", office=TWO) as sun:
                for client in (wang, sun):
                    await client.say(Inquire(acts=asked), Inquire(acts=()))
                await wang.until(lambda seen: bad.id in seen.verdicts)
                assert isinstance(wang.verdicts[good.id], Accepted)
                assert isinstance(wang.verdicts[bad.id], Refused)
                assert "never-made" not in wang.verdicts
                await sun.until(lambda seen: bad.id in seen.verdicts)
                whole = wang.verdicts[bad.id]
                assert isinstance(whole, Refused)
                assert sun.verdicts == {good.id: wang.verdicts[good.id], bad.id: Refused(reason=whole.reason)}
                await sun.say(Inquire(acts=tuple(CommandId(str(n)) for n in range(INQUIRE_AT_MOST + 1))))
                assert (await sun.parting()).fault is Fault.BAD_FIELD

    asyncio.run(story())


def test_an_address_nobody_could_have_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            for station in (
                OfficeStation(station="", address="10.0.0.1:1"),
                OfficeStation(station="a b", address="10.0.0.1:1"),
                OfficeStation(station="aa", address="x" * 101),
                OfficeStation(station="aa", address="主机:1"),
            ):
                async with centre.console("wang", office=station, wait=False) as wang:
                    assert (await wang.parting()).fault is Fault.BAD_FIELD

    asyncio.run(story())
