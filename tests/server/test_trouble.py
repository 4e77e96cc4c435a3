"""When the ledger cannot be written: nobody is told a lie, nothing is judged on top of it, and it goes on after."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dispatcher.models import commands as c
from dispatcher.models.commands import Act
from dispatcher.models.organisation import Actor
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.ledger import Ledger, Outcome
from dispatcher.sync.ports import Trouble
from dispatcher.wire import Fault
from tests.server.centre import act, order, running_centre


def fail_when(monkeypatch: pytest.MonkeyPatch, failing: Callable[[Sequence[Act]], Exception | None]) -> None:
    """Let the real ledger fail where a disk or a bug would."""
    real = Ledger.judge

    def judge(ledger: Ledger, acts: Sequence[tuple[Act, Actor]], *more: Any) -> list[Outcome]:
        error = failing([made for made, _ in acts])
        if error is not None:
            raise error
        return real(ledger, acts, *more)

    monkeypatch.setattr(Ledger, "judge", judge)


def no_room(_ledger: Ledger) -> None:
    raise Trouble("the disk is full")


@pytest.mark.expects_log("acts could not be judged: the disk is full")
def test_a_full_disk_settles_nothing_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as wang:
            cases = await centre.accepted(*(order() for _ in range(3)))
            full = True
            fail_when(monkeypatch, lambda acts: Trouble("the disk is full") if full else None)
            acts = [act(c.SignFor(case=case), "wang") for case in cases]
            await wang.submit(*acts)
            goodbye = await wang.parting()
            assert (goodbye.fault, goodbye.detail) == (Fault.STOPPING, "the disk is full")
            assert wang.verdicts == {}
            monkeypatch.setattr(Ledger, "probe", no_room)
            assert (await centre.http.get("/ready")).status_code == 503
            assert (await centre.http.get("/health")).status_code == 200
            posted = order()
            (answer,) = await centre.post(posted)
            assert answer["status"] == "failed"
            full = False
            monkeypatch.setattr(Ledger, "probe", lambda ledger: None)
            assert (await centre.http.get("/ready")).status_code == 200
            (answer,) = await centre.post(posted)
            assert answer["status"] == "accepted"
            async with centre.console("wang") as again:
                await again.submit(*acts)
                assert all(isinstance(verdict, Accepted) for verdict in await again.settled(*acts))

    asyncio.run(story())


@pytest.mark.expects_log("acts could not be judged: the disk is full")
def test_what_was_made_on_top_of_a_failed_act_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged, the contact would be refused for ever: its case is not signed yet."""

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as wang:
            (case,) = await centre.accepted(order())
            sign = act(c.SignFor(case=case), "wang")
            contact = act(c.RecordContact(case=case, reached=True), "wang")
            full = True
            fail_when(monkeypatch, lambda acts: Trouble("the disk is full") if full and sign in acts else None)
            await wang.submit(sign)
            await wang.submit(contact)
            await wang.parting()
            assert wang.verdicts == {}
            full = False
            async with centre.console("wang") as again:
                await again.submit(sign, contact)
                assert all(isinstance(verdict, Accepted) for verdict in await again.settled(sign, contact))

    asyncio.run(story())


@pytest.mark.expects_log("acts could not be judged: a fault in the centre's program", "a bug in judging")
def test_an_act_that_trips_a_bug_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:

            def failing(acts: Sequence[Act]) -> Exception | None:
                poisoned = any(
                    isinstance(made.command, c.ReceiveOrder) and made.command.order.number == "POISON" for made in acts
                )
                return ZeroDivisionError("a bug") if poisoned else None

            fail_when(monkeypatch, failing)
            answers = await centre.post(order("A"), order("POISON"), *(order() for _ in range(20)))
            assert [answer["status"] for answer in answers] == ["accepted", "failed"] + ["accepted"] * 20

    asyncio.run(story())


def test_a_second_centre_on_one_sqlite_ledger_is_refused_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with running_centre(database) as here:
            with pytest.raises(Trouble, match="Another centre is running on this SQLite ledger; stop it first"):
                async with running_centre(database):
                    pass
            await here.accepted(order())
        async with running_centre(database) as after, after.console("wang") as wang:
            assert len(wang.rows) == 1

    asyncio.run(story())
