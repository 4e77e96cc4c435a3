"""The rule of retention at a running centre: what is over is erased by itself, in every console's sight."""

import asyncio
import datetime as dt
from pathlib import Path

from dispatcher.models.events import PersonalDataErased
from dispatcher.models.organisation import CENTRE
from dispatcher.server.retention import AT_ONCE, Retention
from dispatcher.sync.clock import SystemClock
from tests.server.centre import now, order, running_centre


def test_what_ended_long_enough_ago_is_erased_once_and_what_is_open_never(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            long_ago, recent = now() - dt.timedelta(days=40), now() - dt.timedelta(days=2)

            def ended(at: dt.datetime) -> dict[str, object]:
                return order(
                    dispatched_at=(at - dt.timedelta(hours=1)).isoformat(), closed_at=at.isoformat(), result="已办"
                )

            old = await centre.accepted(*(ended(long_ago) for _ in range(AT_ONCE + 3)))
            fresh, still_open = await centre.accepted(ended(recent), order())
            async with centre.console("hotline") as hotline:
                desk = centre.running.desk
                retention = Retention(desk, SystemClock(), 30)
                assert await retention.apply(30) == len(old)
                await hotline.until(lambda c: all(c.rows[case].caller is None for case in old))
                assert hotline.rows[fresh].caller is not None
                assert hotline.rows[still_open].caller is not None
                assert await retention.apply(30) == 0
            case = await desk.read(lambda ledger: ledger.case(old[0]))
            assert case is not None
            assert isinstance(case.history[-1].event, PersonalDataErased)
            assert case.history[-1].by == CENTRE.person

    asyncio.run(story())
