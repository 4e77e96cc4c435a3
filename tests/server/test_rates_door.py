"""GET /report/rates: whoever has a role that may is given the table, others and wrong periods a reason."""

import asyncio
from pathlib import Path

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.periods import period_at
from dispatcher.models.policy import Period
from dispatcher.models.ranking import Kind, Table, recompute
from tests.server.centre import OTHER_STREET, STREET, act, now, order, running_centre


def test_the_rates_of_a_period_are_given_as_they_stand(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            period = period_at(now(), Period()).name
            cases = [(await centre.accepted(order()))[0] for _ in range(2)]
            await centre.accepted(order(holder=OTHER_STREET))
            async with centre.console("wang") as wang:
                sign = act(c.SignFor(case=cases[0]), "wang")
                await wang.until(lambda w: cases[0] in w.rows)
                await wang.submit(sign)
                await wang.settled(sign)
            answer = await centre.http.get(f"/report/rates/{period}", headers=await centre.bearer("auditor"))
            assert answer.status_code == 200
            table = msgspec.json.decode(answer.content, type=Table)
            assert recompute(table) == table
            assert (table.kind, table.period.name, table.basis.head) == (Kind.STREET, period, 4)
            received = {row.unit: (row.tally.received, row.tally.signed) for row in table.rows if row.tally.received}
            assert received == {STREET: (2, 1), OTHER_STREET: (1, 0)}
            assert table.lists.govern == (STREET, OTHER_STREET)

    asyncio.run(story())


def test_who_may_ask_and_what_is_no_period(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:

            async def status(person: str, path: str) -> int:
                return (await centre.http.get(f"/report/rates/{path}", headers=await centre.bearer(person))).status_code

            assert {person: await status(person, "2026-11") for person in ("hotline", "auditor", "qian", "li")} == {
                "hotline": 200,
                "auditor": 200,
                "qian": 200,
                "li": 200,
            }
            assert await status("wall", "2026-11") == 403
            assert await status("hotline", "2026-11-05?kind=department") == 200
            assert await status("hotline", "2026-11?kind=city") == 400
            assert await status("hotline", "2026-13") == 404
            assert (await centre.http.get("/report/rates/2026-11")).status_code == 401

    asyncio.run(story())
