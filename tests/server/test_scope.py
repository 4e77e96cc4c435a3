"""Who is sent what: nothing outside a scope, a caller only to those entitled, live and in a catch-up alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId, PersonId, UnitId, WhistleId
from dispatcher.models.order import Caller
from dispatcher.models.organisation import Actor, scope_of
from dispatcher.models.redaction import case_for
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import WhistleKind
from tests.server.centre import (
    COMMUNITY,
    OTHER_STREET,
    PEOPLE,
    STREET,
    WATER,
    Centre,
    Client,
    act,
    order,
    running_centre,
)

CALLER = Caller("欧阳植树", "13912345678")


@asynccontextmanager
async def everybody(centre: Centre) -> AsyncIterator[dict[str, Client]]:
    async with AsyncExitStack() as stack:
        yield {person: await stack.enter_async_context(centre.console(person)) for person in PEOPLE}


async def cases_of_all_kinds(centre: Centre) -> tuple[CaseId, CaseId, CaseId, int]:
    """Make an own, a confidential and a foreign case, whistle for the first, and give the head."""
    in_community = {"street": STREET, "community_code": COMMUNITY}
    own, secret, foreign = await centre.accepted(
        order(place=in_community), order(confidential=True), order(holder=OTHER_STREET)
    )
    async with centre.console("wang") as street:
        blow = act(
            c.BlowWhistle(
                case=own,
                whistle=WhistleId(str(uuid.uuid4())),
                kind=WhistleKind.EMERGENCY,
                demand="抢修",
                place="路口",
                contact="wang",
                lead=WATER,
            ),
            "wang",
        )
        await street.submit(blow)
        await street.settled(blow)
        return own, secret, foreign, street.cursor


@pytest.mark.parametrize("live", [True, False], ids=["live", "catching up"])
def test_everybody_gets_the_cases_of_their_scope_and_callers_where_entitled(tmp_path: Path, live: bool) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            if live:
                async with everybody(centre) as consoles:
                    made = await cases_of_all_kinds(centre)
                    await check(centre, consoles, *made)
            else:
                made = await cases_of_all_kinds(centre)
                async with everybody(centre) as consoles:
                    await check(centre, consoles, *made)

    async def check(
        centre: Centre, consoles: dict[str, Client], own: CaseId, secret: CaseId, foreign: CaseId, head: int
    ) -> None:
        for console in consoles.values():
            await console.until(lambda seen: seen.cursor >= head)  # a beat tells even those who are sent nothing
        seen = {
            person: {case: row.caller for case, row in console.rows.items()} for person, console in consoles.items()
        }
        assert seen == {
            "hotline": {own: CALLER, secret: CALLER, foreign: CALLER},
            "auditor": {own: None, secret: None, foreign: None},
            "wang": {own: CALLER, secret: None},
            "zhao": {own: CALLER, secret: None},
            "qian": {own: CALLER, secret: None},
            "wall": {own: None, secret: None},
            "sun": {foreign: CALLER},
            "li": {own: None},
            "ding": {own: CALLER, secret: CALLER, foreign: CALLER},
            "sheng": {own: None},
            "gao": {own: None, secret: None},
            "admin": {},
        }
        kept = {
            case: await centre.running.desk.read(lambda ledger, case=case: ledger.case(case))
            for case in (own, secret, foreign)
        }
        for person, console in consoles.items():
            unit, role = PEOPLE[person]
            scope = scope_of(Actor(person=PersonId(person), name="", unit=unit, roles=frozenset({role})))
            for case, row in console.rows.items():
                whole = kept[case]
                assert whole is not None
                sent = msgspec.json.decode(bytes(row.body), type=Case)
                assert sent == case_for(scope, whole), "neither less nor more than the table allows"
                assert row.row.title == sent.order.title
                assert b"13912345678" not in bytes(row.body)
                assert "植树".encode() not in bytes(row.body)

    asyncio.run(story())


def test_a_case_assigned_to_another_community_comes_and_goes_live(tmp_path: Path) -> None:
    """What a worker is sent grows and shrinks with an assignment, on the wire as in a catch-up."""

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            (case,) = await centre.accepted(order(place={"street": STREET, "community_code": "110101001002"}))
            async with centre.console("wang") as desk, centre.console("sheng") as worker:
                assert case not in worker.rows

                async def assigned(community: str) -> None:
                    wish = act(c.Assign(case=case, assignee="一组", community=UnitId(community)), "wang")
                    await desk.submit(wish)
                    (verdict,) = await desk.settled(wish)
                    assert isinstance(verdict, Accepted), verdict
                    await worker.until_complete(verdict.revision)

                signed = act(c.SignFor(case=case), "wang")
                await desk.submit(signed)
                await desk.settled(signed)
                await assigned(COMMUNITY)
                assert case in worker.rows
                await assigned("110101001002")
                assert case not in worker.rows
                await assigned(COMMUNITY)
                await assigned("")
                assert case not in worker.rows
                async with centre.console("sheng") as late:
                    assert case not in late.rows

    asyncio.run(story())


def test_consoles_of_one_street_share_a_frame_and_differ_only_in_verdicts(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre,
            centre.console("wang") as wang,
            centre.console("zhao") as zhao,
        ):
            (case,) = await centre.accepted(order())
            sign = act(c.SignFor(case=case), "wang")
            await wang.until(lambda w: case in w.rows)
            await wang.submit(sign)
            (verdict,) = await wang.settled(sign)
            await zhao.until_complete(wang.cursor)
            assert [s.verdict for s in wang.batches[-1].settles] == [verdict]
            assert zhao.batches[-1].settles == ()
            assert zhao.batches[-1].rows == wang.batches[-1].rows

    asyncio.run(story())


def test_reports_are_for_the_street_itself_and_the_city(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            status = {
                person: (
                    await centre.http.get(f"/report/street/{OTHER_STREET}", headers=await centre.bearer(person))
                ).status_code
                for person in ("sun", "auditor", "ding", "wang", "li")
            }
            assert status == {"sun": 200, "auditor": 200, "ding": 200, "wang": 403, "li": 403}

    asyncio.run(story())
