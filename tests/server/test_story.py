"""The story of the centre, end to end over its port, on SQLite and on PostgreSQL."""

import asyncio
import datetime as dt
import uuid
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.ids import WhistleId
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.wire import Fault, Ping
from tests.server.centre import STREET, WATER, act, order, running_centre


def body(client, case) -> Case:
    return msgspec.json.decode(client.rows[case].body, type=Case)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return request.getfixturevalue("fresh_postgres_url")


def test_an_order_goes_in_and_a_whistle_out_and_back(database: str) -> None:
    async def story() -> None:
        async with (
            running_centre(database) as centre,
            centre.console("wang") as street,
            centre.console("li") as water,
        ):
            (case,) = await centre.accepted(order())
            await street.until(lambda s: case in s.rows)
            sign = act(c.SignFor(case=case), "wang")
            call = act(c.RecordContact(case=case, reached=True), "wang")
            whistle = WhistleId(str(uuid.uuid4()))
            blow = act(
                c.BlowWhistle(
                    case=case,
                    whistle=whistle,
                    kind=WhistleKind.ROUTINE,
                    demand="更换井盖",
                    place="东华门街道",
                    contact="wang",
                    lead=WATER,
                ),
                "wang",
            )
            await street.submit(sign, call, blow)
            assert all(isinstance(v, Accepted) for v in await street.settled(sign, call, blow))
            assert not street.judged_alone, "an accepted act is settled together with its row"
            assert body(street, case).state is CaseState.IN_HAND

            await water.until(lambda w: case in w.rows)
            steps = [
                act(c.PassMilestone(case=case, whistle=whistle, unit=WATER, milestone=milestone), "li")
                for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE)
            ]
            await water.submit(*steps)
            assert all(isinstance(v, Accepted) for v in await water.settled(*steps))
            await street.until(lambda s: body(s, case).whistles[0].of(WATER).reached is Milestone.DONE)

            report = await centre.http.get(f"/report/street/{STREET}", headers=await centre.bearer("wang"))
            assert report.json() == {
                "unit": STREET,
                "head": 7,
                "orders_received": 1,
                "signed": 1,
                "whistles_blown": 1,
                "departments_reported_in": 1,
                "acts_accepted": 3,
                "refused": 0,
            }

    asyncio.run(story())


def test_refusals_come_alone_and_repeats_get_the_same_verdict(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre, centre.console("wang") as street:
            (case,) = await centre.accepted(order())
            await street.until(lambda s: case in s.rows)
            sign, again = act(c.SignFor(case=case), "wang"), act(c.SignFor(case=case), "wang")
            await street.submit(sign, again)
            accepted, refused = await street.settled(sign, again)
            assert isinstance(accepted, Accepted)
            assert refused == Refused(reason=Reason.WRONG_STATE, detail="signed")
            assert street.judged_alone == {again.id}
            assert street.welcome
            async with centre.console("wang", street.welcome.ledger, street.cursor) as later:
                await later.submit(again, sign)
                assert await later.settled(sign, again) == [accepted, refused]
                assert later.judged_alone == {sign.id, again.id}
                assert later.rows == {}, "a console that has everything is sent nothing again"

    asyncio.run(story())


def test_an_act_of_somebody_else_is_refused_and_not_remembered(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre, centre.console("wang") as wang, centre.console("zhao") as zhao:
            (case,) = await centre.accepted(order())
            forged = act(c.SignFor(case=case), by="zhao")
            await wang.submit(forged)
            assert await wang.settled(forged) == [Refused(reason=Reason.NOT_YOUR_ROLE, field="by", detail="zhao")]
            await zhao.submit(forged)
            (verdict,) = await zhao.settled(forged)
            assert isinstance(verdict, Accepted)

    asyncio.run(story())


def test_a_stale_whistle_does_not_go_off(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre, centre.console("wang") as street, centre.console("li") as water:
            (case,) = await centre.accepted(order())
            stale = act(
                c.BlowWhistle(
                    case=case,
                    whistle=WhistleId(str(uuid.uuid4())),
                    kind=WhistleKind.EMERGENCY,
                    demand="抢修",
                    place="路口",
                    contact="wang",
                    lead=WATER,
                ),
                "wang",
            )
            stale = msgspec.structs.replace(stale, valid_until=stale.made_at - dt.timedelta(seconds=1))
            await street.submit(stale)
            (verdict,) = await street.settled(stale)
            assert isinstance(verdict, Refused)
            assert verdict.reason is Reason.EXPIRED
            await water.until(lambda w: w.beats >= 2)
            assert water.rows == {}

    asyncio.run(story())


def test_a_ping_brings_the_centres_clock(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre, centre.console("wang") as street:
            await street.say(Ping(sent_ms=4711))
            await street.until(lambda s: s.pongs)
            assert street.pongs[0].sent_ms == 4711

    asyncio.run(story())


def test_signing_out_ends_the_console_and_the_token(database: str) -> None:
    async def story() -> None:
        async with running_centre(database) as centre, centre.console("wang") as wang, centre.console("zhao") as zhao:
            answer = await centre.http.post("/sign-out", headers=await centre.bearer("wang"))
            assert answer.status_code == 204
            assert (await wang.parting()).fault is Fault.NOT_SIGNED_IN
            async with centre.console("zhao"):
                pass
            assert (await centre.http.post("/sign-out", headers=await centre.bearer("wang"))).status_code == 204
            answer = await centre.http.get(f"/report/street/{STREET}", headers=await centre.bearer("wang"))
            assert answer.status_code == 401
            await zhao.until(lambda z: z.beats >= 2)

    asyncio.run(story())
