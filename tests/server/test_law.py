"""The law at a running centre: changed through its door, told to everybody, and the same for rows old and new."""

import asyncio
import contextlib
import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import WhistleId
from dispatcher.models.lawbook import (
    ActivatePolicy,
    LawBook,
    LawReason,
    LawRefused,
    ReplaceCalendar,
    SwitchFlood,
    law_at,
)
from dispatcher.models.order import Urgency
from dispatcher.models.queue import ROWS_FORM, summarise
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.server.law_words import law_words
from dispatcher.wire import BadMessage, Hello, decode_upward, encode
from tests.server.centre import LAW, STREET, WATER, Centre, Client, act, now, order, running_centre

FLOOD = SwitchFlood(on=True, reason="暴雨红色预警")
DRAIN = {"category": ["市容环境", "道路积水"]}


def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'centre.db'}"


async def change(centre: Centre, by: str, command: object, id_: str = "law-1") -> httpx.Response:
    content = msgspec.json.encode({"id": id_, "command": command})
    return await centre.http.post("/law", content=content, headers=await centre.bearer(by))


async def book_of(centre: Centre) -> LawBook:
    answer = await centre.http.get("/law", headers=await centre.bearer("wang"))
    return msgspec.json.decode(answer.content, type=LawBook)


def urgencies(client: Client) -> set[Urgency]:
    return {row.row.urgency for row in client.rows.values()}


def test_a_switch_thrown_reaches_every_console_and_governs_old_orders_and_new(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_centre(database(tmp_path)) as centre,
            centre.console("wang") as street,
            centre.console("li") as water,
        ):
            (old,) = await centre.accepted(order(**DRAIN))
            await street.until(lambda s: old in s.rows)
            assert urgencies(street) == {Urgency.ORDINARY}
            told = len(street.laws), len(water.laws)
            answer = await change(centre, "hotline", FLOOD)
            assert answer.status_code == 200, answer.text
            book = msgspec.json.decode(answer.content, type=LawBook)
            assert [(s.on, s.reason, s.by) for s in book.spells] == [(True, FLOOD.reason, "hotline")]
            await street.until(lambda s: len(s.laws) > told[0])
            await water.until(lambda w: len(w.laws) > told[1])
            assert street.laws[-1].book == water.laws[-1].book == book
            (new,) = await centre.accepted(order(**DRAIN))
            await street.until(lambda s: new in s.rows)
            assert street.rows[new].row.urgency is Urgency.FLOOD
            async with centre.console("zhao") as late:
                assert late.welcome is not None
                assert late.welcome.book == book
            while True:  # the rows behind are made anew beside everything else
                async with centre.console("zhao") as late:
                    if urgencies(late) == {Urgency.FLOOD}:
                        break
            law = law_at(book, now(), ())
            for row in late.rows.values():
                assert row.row == summarise(msgspec.json.decode(row.body, type=Case), law)

    asyncio.run(story())


def test_a_console_that_may_have_been_given_old_rows_is_told_the_law_after_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            await centre.accepted(*(order(**DRAIN) for _ in range(600)))
            await change(centre, "hotline", FLOOD)
            async with centre.console("wang") as early:
                stale = {case for case, row in early.rows.items() if row.row.urgency is Urgency.ORDINARY}
                assert not stale or len(early.laws) >= 2, "once with the welcome and once more behind the rows"
                assert len(early.rows) == 600

    asyncio.run(story())


def test_a_change_of_law_has_a_revision_of_its_own_and_nobody_has_to_catch_up_for_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre, centre.console("wang") as street:
            head = centre.running.hub.head
            await change(centre, "hotline", FLOOD)
            await street.until(lambda s: s.cursor == head + 1)
            batches = len(street.batches)
            (case,) = await centre.accepted(order())
            await street.until(lambda s: case in s.rows)
            assert not street.batches[-1].catching_up
            assert len(street.batches) == batches + 1
            assert street.rows[case].row.revision == head + 2

    asyncio.run(story())


def test_the_law_outlives_the_centre(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            book = msgspec.json.decode((await change(centre, "hotline", FLOOD)).content, type=LawBook)
        async with running_centre(database(tmp_path)) as centre:
            (case,) = await centre.accepted(order(**DRAIN))
            async with centre.console("wang") as street:
                assert street.welcome is not None
                assert street.welcome.book == book
                assert street.rows[case].row.urgency is Urgency.FLOOD
            assert await book_of(centre) == book

    asyncio.run(story())


@pytest.mark.parametrize(("form", "is_made_anew"), [(ROWS_FORM, False), (ROWS_FORM - 1, True)])
def test_at_a_start_rows_are_made_anew_only_where_they_may_be_others(
    tmp_path: Path, form: int, *, is_made_anew: bool
) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            (case,) = await centre.accepted(order())
            await rows_noted(tmp_path, ROWS_FORM)
        with contextlib.closing(sqlite3.connect(tmp_path / "centre.db")) as connection, connection:
            connection.execute("UPDATE cases SET row = CAST(replace(row, 'ordinary', 'flood') AS BLOB)")
            connection.execute("UPDATE head SET rows_form = ?", (form,))
        async with running_centre(database(tmp_path)) as centre:
            if is_made_anew:
                await rows_noted(tmp_path, ROWS_FORM)
            async with centre.console("wang") as street:
                urgency = street.rows[case].row.urgency
        assert urgency is (Urgency.ORDINARY if is_made_anew else Urgency.FLOOD)

    asyncio.run(story())


async def rows_noted(tmp_path: Path, form: int) -> None:
    async with asyncio.timeout(10):
        with contextlib.closing(sqlite3.connect(tmp_path / "centre.db")) as connection:
            while True:
                if connection.execute("SELECT rows_form FROM head").fetchone() == (form,):
                    return
                await asyncio.sleep(0.02)


def test_a_policy_is_judged_by_from_the_moment_it_is_activated(tmp_path: Path) -> None:
    async def story() -> None:
        today = (now() + dt.timedelta(hours=8)).date()
        lax = msgspec.structs.replace(LAW.policy, version="lax", effective_from=today, reply_review=False)
        async with running_centre(database(tmp_path)) as centre, centre.console("wang") as street:
            (case,) = await centre.accepted(order())
            answer = await change(centre, "admin", ActivatePolicy(policy=lax))
            assert answer.status_code == 200, answer.text
            sign = act(c.SignFor(case=case), "wang")
            call = act(c.RecordContact(case=case, reached=True), "wang")
            told = act(c.Reply(case=case, accepted="今日", talked_with="来电人", done="已更换", result="完成"), "wang")
            await street.submit(sign, call, told)
            assert all(isinstance(v, Accepted) for v in await street.settled(sign, call, told))
            await street.until(lambda s: case in s.rows)
            assert street.rows[case].row.state == "replied", "without a review, as the new policy says"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("by", "command", "status", "reason"),
    [
        ("wang", FLOOD, 403, LawReason.NOT_YOUR_ROLE),
        ("hotline", ActivatePolicy(policy=LAW.policy), 403, LawReason.NOT_YOUR_ROLE),
        ("admin", ActivatePolicy(policy=LAW.policy), 409, LawReason.VERSION_TAKEN),
        ("hotline", SwitchFlood(on=False, reason="无"), 409, LawReason.ALREADY_SO),
        ("hotline", SwitchFlood(on=True, reason=" "), 409, LawReason.MISSING_FIELD),
        ("admin", ReplaceCalendar(calendar=LAW.calendar), 409, LawReason.ALREADY_SO),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_refused_says_why_and_changes_nothing(
    tmp_path: Path, by: str, command: object, status: int, reason: LawReason
) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            before = await book_of(centre)
            for _ in range(2):  # the same act again gets the same answer
                answer = await change(centre, by, command)
                assert answer.status_code == status
                said: dict[str, Any] = answer.json()
                assert said["refused"]["reason"] == reason
                assert " | " in said["problem"]
                assert " | " in said["remedy"]
            assert await book_of(centre) == before

    asyncio.run(story())


def test_rubbish_and_strangers_are_turned_away_at_the_door_of_the_law(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            headers = await centre.bearer("hotline")
            for content in (b"", b"[]", b"{}", b'{"id":"x","command":{"command":"dance"}}', b"\xff", b"[" * 9999):
                answer = await centre.http.post("/law", content=content, headers=headers)
                assert answer.status_code == 400
                assert answer.json()["remedy"]
            assert (await centre.http.post("/law", content=b"x" * 2_000_000, headers=headers)).status_code == 413
            assert (await centre.http.post("/law", content=b"{}")).status_code == 401
            assert (await centre.http.get("/law")).status_code == 401

    asyncio.run(story())


def test_the_same_change_twice_is_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre:
            first, second = await change(centre, "hotline", FLOOD), await change(centre, "hotline", FLOOD)
            assert (first.status_code, second.status_code) == (200, 200)
            assert msgspec.json.decode(first.content, type=LawBook) == msgspec.json.decode(second.content, type=LawBook)

    asyncio.run(story())


def test_every_refusal_of_the_law_has_words() -> None:
    for reason in LawReason:
        problem, remedy = law_words(LawRefused(reason=reason, field="f", detail="d"))
        assert " | " in problem
        assert remedy


def whistle(case: c.CaseId, by: str, id_: str = "w-1") -> c.Act:
    return act(
        c.BlowWhistle(
            case=case,
            whistle=WhistleId(id_),
            kind=WhistleKind.EMERGENCY,
            demand="关阀",
            place="东华门街道",
            contact=by,
            lead=WATER,
        ),
        by,
    )


def load_of_water(client: Client) -> int:
    return client.loads[-1].units.get(WATER, 0)


def test_streets_are_told_how_much_a_department_still_owes_in_the_whole_city(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_centre(database(tmp_path)) as centre,
            centre.console("wang") as here,
            centre.console("sun") as elsewhere,
            centre.console("li") as water,
        ):
            assert (load_of_water(here), load_of_water(elsewhere)) == (0, 0)
            one, two = await centre.accepted(order(), order())
            first, second = whistle(one, "wang"), whistle(two, "wang", "w-2")
            await here.submit(first, second)
            assert all(isinstance(v, Accepted) for v in await here.settled(first, second))
            await here.until(lambda s: load_of_water(s) == 2)
            await elsewhere.until(lambda s: load_of_water(s) == 2)
            withdrawn = act(c.WithdrawWhistle(case=one, whistle=WhistleId("w-1"), reason="误报"), "wang")
            steps = [
                act(c.PassMilestone(case=two, whistle=WhistleId("w-2"), unit=WATER, milestone=milestone), "wang")
                for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN)
            ]
            await here.submit(withdrawn, *steps)
            await here.until(lambda s: load_of_water(s) == 1)
            async with centre.console("zhao") as late:
                assert load_of_water(late) == 1, "with the welcome"
            assert not water.loads
        async with running_centre(database(tmp_path)) as centre, centre.console("wall") as wall:
            assert load_of_water(wall) == 1, "counted from the ledger"

    asyncio.run(story())


def test_a_street_s_desk_takes_an_order_in_over_the_feed_and_no_plain_hint_of_the_caller_with_it(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre, centre.console("wang") as street:
            number = f"L-{STREET}-{now() + dt.timedelta(hours=8):%Y%m%d}-1"
            whole = c.ReceiveOrder(
                case=c.CaseId("desk-1"),
                order=c.Order(
                    number=number,
                    source="desk",
                    title="门口井盖破损",
                    dispatched_at=now(),
                    caller_name_hint="欧阳植树",
                    caller_phone_hint="13912345678",
                ),
                holder=STREET,
            )
            taken = act(whole, "wang")
            await street.submit(taken)
            (verdict,) = await street.settled(taken)
            assert isinstance(verdict, Accepted), verdict
            await street.until(lambda s: "desk-1" in s.rows)
            text = bytes(street.rows[c.CaseId("desk-1")].body).decode()
            assert "植树" not in text
            assert "13912345678" not in text
            posted = act(msgspec.structs.replace(whole, case=c.CaseId("desk-2")), "hotline")
            async with centre.console("hotline") as hotline:
                await hotline.submit(posted)
                (refused,) = await hotline.settled(posted)
            assert isinstance(refused, Refused)
            assert refused.reason is Reason.NOT_YOUR_ROLE

    asyncio.run(story())


def test_a_console_of_the_first_protocol_is_told_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(database(tmp_path)) as centre, centre.open() as client:
            token = await centre.token("wang")
            await client.say(Hello(protocol=1, token=token, station="old"))
            assert (await client.parting()).fault == "older_protocol"

    asyncio.run(story())


def test_a_hello_of_another_shape_of_the_first_protocol_is_told_so_too() -> None:
    frame = encode(Hello(protocol=1, token="t", station="s")).replace(b'"token"', b'"ticket"')
    with pytest.raises(BadMessage, match="older_protocol"):
        decode_upward(frame)
