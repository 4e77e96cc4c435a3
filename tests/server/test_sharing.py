"""Two centres on one PostgreSQL: a console may be served by either, and what happens at one is known at the other."""

import asyncio
import datetime as dt
from collections.abc import Callable

import httpx
import msgspec
import psycopg
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId, WhistleId
from dispatcher.models.lawbook import LawBook, SwitchFlood
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import WhistleKind
from dispatcher.storage import news
from dispatcher.wire import Fault
from tests.fakes import FakeClock
from tests.server.centre import OTHER_STREET, STREET, TIMEOUT_S, WATER, Centre, act, now, order, running_centre

pytestmark = pytest.mark.postgres
FLOOD = SwitchFlood(on=True, reason="暴雨红色预警")


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not true():  # noqa: ASYNC110  (a fact of the centre's that nobody tells)
            await asyncio.sleep(0.02)


def on_duty(*centres: Centre) -> list[Centre]:
    return [centre for centre in centres if centre.running.duty.is_held]


async def change_law(centre: Centre, id_: str = "law-1") -> httpx.Response:
    content = msgspec.json.encode({"id": id_, "command": FLOOD})
    answer = await centre.http.post("/law", content=content, headers=await centre.bearer("hotline"))
    assert answer.status_code == 200, answer.text
    return answer


def blow(case: object) -> c.BlowWhistle:
    return c.BlowWhistle(
        case=case,  # type: ignore[arg-type]
        whistle=WhistleId(f"w-{case}"),
        kind=WhistleKind.EMERGENCY,
        demand="抢修",
        place="路口",
        contact="wang",
        lead=WATER,
    )


def test_an_act_submitted_at_one_is_seen_at_the_other_in_every_scope(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            a.console("wang") as wang,
            b.console("zhao") as zhao,
            b.console("li") as water,
            b.console("sun") as elsewhere,
            b.console("hotline") as city,
        ):
            (case,) = await a.accepted(order())
            await wang.until(lambda w: case in w.rows)
            acts = [act(c.SignFor(case=case), "wang"), act(blow(case), "wang")]
            await wang.submit(*acts)
            assert all(isinstance(verdict, Accepted) for verdict in await wang.settled(*acts))
            for client in (zhao, water, city):
                await client.until(lambda seen: case in seen.rows and seen.rows[case].row.revision == 3)
            await elsewhere.until(lambda seen: seen.cursor == 3)
            assert elsewhere.rows == {}
            assert zhao.rows[case].caller is not None
            assert water.rows[case].caller is None
            await zhao.until(lambda z: z.loads and z.loads[-1].units.get(WATER) == 1)

    asyncio.run(story())


def test_acts_at_both_at_once_make_one_order_without_gap_or_double(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            a.console("wang") as wang,
            b.console("zhao") as zhao,
        ):
            cases = await a.accepted(*(order() for _ in range(40)))
            acts = [act(c.SignFor(case=case), who) for case in cases for who in ("wang", "zhao")]

            async def work(console: object, mine: list[c.Act]) -> None:
                for some in range(0, len(mine), 4):
                    await console.submit(*mine[some : some + 4])  # type: ignore[attr-defined]
                await console.settled(*mine)  # type: ignore[attr-defined]

            async with asyncio.TaskGroup() as both:
                both.create_task(work(wang, [one for one in acts if one.by == "wang"]))
                both.create_task(work(zhao, [one for one in acts if one.by == "zhao"]))
                both.create_task(b.accepted(*(order() for _ in range(40))))
            verdicts = wang.verdicts | zhao.verdicts
            revisions = [verdict.revision for verdict in verdicts.values() if isinstance(verdict, Accepted)]
            assert len(set(revisions)) == len(revisions) >= 40
            head = await a.running.desk.read(lambda ledger: ledger.head())
            assert head == 80 + len(revisions)
            for console in (wang, zhao):
                await console.until_complete(head)
            assert {id_: row.row for id_, row in wang.rows.items()} == {id_: row.row for id_, row in zhao.rows.items()}
            assert len(wang.rows) == 80
            alone = [id_ for id_ in (*wang.judged_alone, *zhao.judged_alone) if isinstance(verdicts[id_], Accepted)]
            assert alone == [], "a verdict comes with the row it made"

    asyncio.run(story())


def test_a_console_that_moves_gets_the_same_verdict_again_by_id(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with running_centre(fresh_postgres_url) as a, running_centre(fresh_postgres_url) as b:
            (case,) = await a.accepted(order())
            sign, again = (act(c.SignFor(case=case), "wang") for _ in range(2))
            async with a.console("wang") as wang:
                await wang.submit(sign, again)
                first = await wang.settled(sign, again)
                cursor, welcome = wang.cursor, wang.welcome
            assert welcome is not None
            async with b.console("wang", welcome.ledger, cursor, wait=False) as moved:
                await moved.submit(sign, again)
                assert await moved.settled(sign, again) == first
                assert moved.cursor == cursor

    asyncio.run(story())


def test_a_case_that_leaves_a_scope_at_one_is_taken_away_at_the_other(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            a.console("hotline") as hotline,
            b.console("wang") as wang,
            b.console("sun") as sun,
        ):
            (case,) = await a.accepted(order())
            await wang.until(lambda w: case in w.rows)
            moved = act(c.Transfer(case=case, to=OTHER_STREET, reason="属地有误"), "hotline")
            await hotline.submit(moved)
            (verdict,) = await hotline.settled(moved)
            assert isinstance(verdict, Accepted), verdict
            await sun.until(lambda s: case in s.rows)
            await wang.until(lambda w: case not in w.rows)

    asyncio.run(story())


def test_the_law_changed_at_one_holds_and_is_told_at_the_other(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            b.console("wang") as wang,
        ):
            drain = {"category": ["市容环境", "道路积水"]}
            (old,) = await b.accepted(order(**drain))
            await wang.until(lambda w: old in w.rows)
            told = len(wang.laws)
            book = msgspec.json.decode((await change_law(a)).content, type=LawBook)
            (new,) = await b.accepted(order(**drain))
            await wang.until(lambda w: new in w.rows)
            assert wang.rows[new].row.urgency is Urgency.FLOOD, "judged by the law that was changed elsewhere"
            assert len(wang.laws) > told, "and told before the row"
            assert wang.laws[-1].book == book
            while True:  # the centre on duty makes the row before anew
                async with b.console("zhao") as late:
                    if late.rows[old].row.urgency is Urgency.FLOOD and not late.laws:
                        break
                await asyncio.sleep(0.2)  # each new console costs that very centre its time

    asyncio.run(story())


def test_signing_out_at_one_ends_the_conversation_at_the_other(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with running_centre(fresh_postgres_url) as a, running_centre(fresh_postgres_url) as b:
            b.tokens["wang"] = await a.token("wang")
            async with b.console("wang") as wang, b.console("zhao") as zhao:
                await a.http.post("/sign-out", headers=await a.bearer("wang"))
                assert (await wang.parting()).fault is Fault.NOT_SIGNED_IN
                (case,) = await a.accepted(order())
                await zhao.until(lambda z: case in z.rows)

    asyncio.run(story())


def test_a_unit_put_into_the_directory_is_known_everywhere(fresh_postgres_url: str) -> None:
    async def story() -> None:
        new = Unit(id=UnitId("110101099"), name="新街道", kind=UnitKind.STREET)
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            b.console("wang") as wang,
        ):
            await a.running.desk.write(lambda ledger: ledger.put_units([new]))
            assert (await wang.parting()).fault is Fault.STOPPING
            async with b.console("wang") as again:
                assert again.welcome is not None
                assert new in again.welcome.units
            (answer,) = await b.post(order(holder=new.id))
            assert answer["status"] == "accepted"

    asyncio.run(story())


def test_more_than_can_be_told_sends_consoles_to_the_pages(
    fresh_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "AT_MOST", 3)

    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            b.console("wang") as wang,
        ):
            cases = await a.accepted(*(order() for _ in range(20)))
            await wang.until(lambda w: set(cases) <= set(w.rows))
            (one,) = await a.accepted(order())
            await wang.until(lambda w: one in w.rows)
            assert b.running.hub.live == 1

    asyncio.run(story())


@pytest.mark.expects_log("what other centres do is not heard of", "the ledger is followed again")
def test_a_lost_listening_connection_is_noticed_and_made_good(fresh_postgres_url: str) -> None:
    async def story() -> None:
        async with (
            running_centre(fresh_postgres_url) as a,
            running_centre(fresh_postgres_url) as b,
            b.console("wang") as wang,
        ):
            with psycopg.connect(fresh_postgres_url, autocommit=True) as admin:
                cut = admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()
            assert len(cut) >= 2
            (case,) = await a.accepted(order())
            await wang.until(lambda w: case in w.rows)

    asyncio.run(story())


def test_exactly_one_is_on_duty_and_another_takes_over(fresh_postgres_url: str) -> None:
    async def story() -> None:
        clock = FakeClock(now())
        async with running_centre(fresh_postgres_url, clock=clock) as a:
            await until(lambda: on_duty(a))
            async with running_centre(fresh_postgres_url, clock=clock) as b, b.console("wang") as wang:
                (case,) = await b.accepted(order(dispatched_at=clock.now().isoformat()))
                acts = [act(c.SignFor(case=case), "wang"), act(blow(case), "wang")]
                await wang.submit(*acts)
                await wang.settled(*acts)
                assert on_duty(a, b) == [a]
                clock.advance(dt.timedelta(minutes=3).total_seconds())
                await wang.until(lambda w: rungs(w.rows[case].body) == 1)
                a.running.stop()
                await until(lambda: on_duty(b))
                clock.advance(dt.timedelta(minutes=3).total_seconds())
                await wang.until(lambda w: rungs(w.rows[case].body) == 2)
                journal = await b.running.desk.read(lambda ledger: ledger.journal(0, 100))  # type: ignore[arg-type]
                climbs = [entry for entry in journal if isinstance(entry.command, c.ClimbLadder)]
                assert len(climbs) == 2
                assert STREET in {row.row.holder for row in wang.rows.values()}

    asyncio.run(story())


def rungs(body: msgspec.Raw) -> int:
    return sum(len(whistle.ladder) for whistle in msgspec.json.decode(body, type=Case).whistles)
