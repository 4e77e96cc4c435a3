"""A case that changes hands at a running centre: gone here, there at once; the same live and after an absence."""

import asyncio
from pathlib import Path

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.verdicts import Accepted
from tests.server.centre import COMMUNITY, OTHER_STREET, STREET, Centre, act, order, running_centre

ABROAD = UnitId("110105001")


async def hand_over(centre: Centre, case: CaseId, to: UnitId) -> None:
    async with centre.console("hotline") as hotline:
        wish = act(c.Transfer(case=case, to=to, reason="lies there"), "hotline")
        await hotline.submit(wish)
        (verdict,) = await hotline.settled(wish)
        assert isinstance(verdict, Accepted), verdict


def test_live_consoles_lose_and_get_a_case_in_the_same_moment(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre,
            centre.console("wang") as here,
            centre.console("sun") as there,
            centre.console("ding") as district,
            centre.console("sheng") as community,
            centre.console("auditor") as auditor,
        ):
            (case,) = await centre.accepted(order(place={"street": STREET, "community_code": COMMUNITY}))
            for client in (here, district, community, auditor):
                await client.until(lambda client: case in client.rows)
            await hand_over(centre, case, OTHER_STREET)
            await there.until(lambda client: case in client.rows)
            for client in (here, community):
                await client.until(lambda client: case not in client.rows)
            await hand_over(centre, case, ABROAD)
            for client in (there, district):
                await client.until(lambda client: case not in client.rows)
            await hand_over(centre, case, STREET)
            for client in (here, district, community):
                await client.until(lambda client: case in client.rows)
            await auditor.until_complete(here.cursor)
            assert auditor.rows[case].row.holder == STREET
            await there.until_complete(here.cursor)
            assert case not in there.rows

    asyncio.run(story())


def test_a_console_that_was_away_is_told_what_has_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            kept, case = await centre.accepted(order(), order())
            async with centre.console("wang") as before:
                assert set(before.rows) == {kept, case}
                assert before.welcome is not None
                ledger, cursor = before.welcome.ledger, before.cursor
            await hand_over(centre, case, OTHER_STREET)
            async with centre.console("wang", ledger=ledger, cursor=cursor) as back:
                back.rows = dict(before.rows)
                assert [gone for batch in back.batches for gone in batch.gone] == [case]
            async with centre.console("wang") as fresh:
                assert set(fresh.rows) == {kept}
                assert [gone for batch in fresh.batches for gone in batch.gone] == []

    asyncio.run(story())


def test_what_follows_from_an_act_reaches_the_consoles_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as street:
            (case,) = await centre.accepted(order())
            parts = tuple(c.Part(case=CaseId(f"{case}-{n}"), title=f"part {n}") for n in (1, 2))
            acts = [
                act(c.SignFor(case=case), "wang"),
                act(c.RecordContact(case=case, reached=True), "wang"),
                act(c.SplitCase(case=case, parts=parts), "wang"),
            ]
            await street.submit(*acts)
            verdicts = await street.settled(*acts)
            assert all(isinstance(verdict, Accepted) for verdict in verdicts), verdicts
            await street.until(lambda client: all(part.case in client.rows for part in parts))
            assert street.rows[parts[0].case].caller == street.rows[case].caller
            await street.until_complete(centre.running.hub.head)
            assert not [batch for batch in street.batches if batch.catching_up], "a gap sent it back to the pages"

    asyncio.run(story())
