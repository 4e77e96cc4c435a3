"""From pages to live batches without a gap or a duplicate, while others go on committing; and from afar back again."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.models.verdicts import Accepted
from dispatcher.server import feed, hub
from tests.server.centre import Centre, Client, act, order, running_centre


async def hammer(centre: Centre, orders: int, at_a_time: int) -> list[CaseId]:
    cases: list[CaseId] = []
    for _ in range(orders // at_a_time):
        cases += await centre.accepted(*(order() for _ in range(at_a_time)))
    return cases


def check_all_there(client: Client, cases: list[CaseId]) -> None:
    assert set(client.rows) == set(cases)
    seen = [row.row.revision for batch in client.batches for row in batch.rows]
    assert seen == sorted(set(seen)), "in order and nothing twice"


@pytest.mark.parametrize("page_rows", [7, 2000])
def test_a_console_catches_up_while_orders_keep_coming(
    tmp_path: Path, page_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE_ROWS", page_rows)

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            before = await hammer(centre, 200, 100)
            hammering = asyncio.create_task(hammer(centre, 500, 5))
            met: list[Client] = []
            while not hammering.done():
                async with centre.console("wang") as client:
                    met.append(client)
                    await client.until(lambda seen: len(seen.rows) > 200 or hammering.done())
            async with centre.console("wang") as last, centre.console("zhao") as beside:
                cases = before + await hammering
                for client in (last, beside):
                    await client.until_complete(700)
                    check_all_there(client, cases)
            assert len(met) > 3, "some met the centre in the middle of it"

    asyncio.run(story())


def test_a_console_goes_on_from_where_it_was(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            old = await hammer(centre, 20, 20)
            async with centre.console("wang") as first:
                await first.until_complete(20)
            assert first.welcome
            new = await hammer(centre, 20, 20)
            async with centre.console("wang", first.welcome.ledger, first.cursor) as later:
                check_all_there(later, new)
            async with centre.console("wang", "another ledger", 40) as stranger:
                check_all_there(stranger, old + new)
            async with centre.console("wang", first.welcome.ledger, 4_000) as ahead:
                check_all_there(ahead, old + new)

    asyncio.run(story())


def test_a_console_that_falls_behind_is_fed_by_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no allowance at all every live batch finds the console behind; it still gets everything, in order."""
    monkeypatch.setattr(hub, "BEHIND_BYTES", -1)

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as client:
            cases = await hammer(centre, 100, 5)
            sign = act(c.SignFor(case=cases[0]), "wang")
            await client.submit(sign)
            (verdict,) = await client.settled(sign)
            await client.until_complete(101)
            check_all_there(client, cases)
            assert isinstance(verdict, Accepted)

    asyncio.run(story())


def test_long_rows_are_cut_into_frames(tmp_path: Path) -> None:
    async def story() -> None:
        text = "长" * 20_000
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("zhao") as live:
            cases = await centre.accepted(*(order(text=text) for _ in range(40)))
            async with centre.console("wang") as client:
                for seen in (client, live):
                    await seen.until_complete(40)
                    check_all_there(seen, cases)
                    sizes = [len(msgspec.json.encode(batch)) for batch in seen.batches]
                    assert len(sizes) > 3
                    assert max(sizes) < hub.FRAME_BYTES + 200_000

    asyncio.run(story())


def test_acts_made_before_the_first_page_came_are_settled_with_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            cases = await hammer(centre, 300, 300)
            async with centre.console("wang", wait=False) as client:
                acts = [act(c.SignFor(case=case), "wang") for case in cases]
                await client.submit(*acts)
                assert all(isinstance(verdict, Accepted) for verdict in await client.settled(*acts))
                await client.until_complete(600)
                assert not client.judged_alone
                states = {msgspec.json.decode(row.body, type=Case).state for row in client.rows.values()}
                assert states == {"signed"}

    asyncio.run(story())


def test_acts_of_one_console_are_judged_in_their_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as client:
            cases = await hammer(centre, 200, 200)
            acts = [
                made
                for case in cases
                for made in (
                    act(c.SignFor(case=case), "wang"),
                    act(c.RecordContact(case=case, reached=True), "wang"),
                    act(c.Assign(case=case, assignee="网格员"), "wang"),
                )
            ]
            for made in acts:
                await client.submit(made)
            assert all(isinstance(verdict, Accepted) for verdict in await client.settled(*acts))

    asyncio.run(story())
