"""PostgreSQL is killed and comes back: nothing is answered that is not kept, nothing happens twice, all goes on."""

import asyncio

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CommandId
from dispatcher.models.verdicts import Accepted, Verdict
from dispatcher.wire import Fault
from tests.helpers import postgres
from tests.server.centre import TIMEOUT_S, Centre, act, order, running_centre
from tests.server.test_sharing import on_duty, until

pytestmark = pytest.mark.postgres


async def ready(centre: Centre) -> int:
    return (await centre.http.get("/ready")).status_code


@pytest.mark.expects_log(
    "could not be judged",
    "what other centres do is not heard of|error ignored terminating",  # the driver's own word, where it was speaking
    "the ledger is followed again",
)
def test_killed_in_the_middle_postgresql_comes_back_and_every_act_is_there_once() -> None:
    async def story(server: postgres.Server) -> None:
        with postgres.fresh_database(server.url) as url:
            async with running_centre(url) as a, running_centre(url) as b:
                await until(lambda: on_duty(a, b))
                cases = await a.accepted(*(order() for _ in range(60)))
                acts = [act(c.SignFor(case=case), "wang") for case in cases]
                hotline = await b.bearer("hotline")
                told: dict[CommandId, Verdict] = {}
                words = ""
                async with a.console("wang") as wang:
                    for one in acts[:10]:
                        await wang.submit(one)
                    await wang.settled(*acts[:10])
                    await asyncio.to_thread(server.kill)
                    for one in acts[10:]:
                        await wang.submit(one)
                    goodbye = await wang.parting()
                    assert goodbye.fault is Fault.STOPPING
                    words = goodbye.detail
                    told |= wang.verdicts
                assert "数据库服务器不可用" in words
                assert "The database server does not answer" in words
                assert await ready(a) == 503
                answer = await b.http.post("/intake/orders", json=order(), headers=hotline)
                assert answer.status_code == 503
                await asyncio.to_thread(server.start)
                async with asyncio.timeout(TIMEOUT_S):
                    while await ready(a) != 200 or await ready(b) != 200:  # noqa: ASYNC110  (only asking tells)
                        await asyncio.sleep(0.05)
                async with b.console("wang") as again, a.console("zhao") as zhao:
                    await again.submit(*acts)
                    verdicts = dict(zip((one.id for one in acts), await again.settled(*acts), strict=True))
                    assert all(isinstance(verdict, Accepted) for verdict in verdicts.values())
                    assert told.items() <= verdicts.items(), "what was answered was kept"
                    journal = await a.running.desk.read(lambda ledger: ledger.journal(0, 1000))  # type: ignore[arg-type]
                    assert sorted(entry.act for entry in journal if isinstance(entry.command, c.SignFor)) == sorted(
                        one.id for one in acts
                    )
                    assert [entry.revision for entry in journal] == list(range(1, len(journal) + 1))
                    (fresh,) = await b.accepted(order())
                    await zhao.until(lambda z: fresh in z.rows)
                await until(lambda: len(on_duty(a, b)) == 1)

    with postgres.killable() as server:
        asyncio.run(story(server))
