"""What the centre counts of itself: true figures, for whom they are, and nobody's name in them."""

import asyncio
import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.server.doors import _is_near
from dispatcher.server.figures import text_of
from dispatcher.server.metrics import Metrics
from tests.server.centre import Centre, act, order, running_centre


async def figures(centre: Centre) -> dict[tuple[str, tuple[str, ...]], float]:
    """Read the page as Prometheus does: name and label values (by the labels' names) to value."""
    answer = await centre.http.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_figures_are_those_of_what_was_done(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre, centre.console("wang") as street:
            case, _ = await centre.accepted(order(), order())
            assert (await centre.post({**order(), "holder": "nowhere"}))[0]["status"] == "rejected"
            signed, again = act(c.SignFor(case=case), "wang"), act(c.CloseCase(case=case), "wang")
            await street.submit(signed, again)
            signed_verdict, closed_verdict = await street.settled(signed, again)
            assert isinstance(signed_verdict, Accepted)
            assert isinstance(closed_verdict, Refused)
            await centre.http.post("/sign-in", json={"person": "wang", "password": "guess"})
            found = await figures(centre)
            assert found["dispatcher_acts_judged_total", ("", "accepted")] == 3
            assert found["dispatcher_acts_judged_total", ("wrong_state", "refused")] == 1
            assert found["dispatcher_orders_total", ("accepted",)] == 2
            assert found["dispatcher_orders_total", ("rejected",)] == 1
            assert found["dispatcher_sign_ins_total", ("wrong",)] == 1
            assert found["dispatcher_consoles", ()] == 1
            assert found["dispatcher_head_revision", ()] == 3
            assert found["dispatcher_can_judge", ()] == 1
            assert found["dispatcher_commit_acts_sum", ()] == 4
            assert 1 <= found["dispatcher_commit_seconds_count", ()] <= 4

    asyncio.run(story())


def test_the_age_of_the_last_backup_is_a_figure(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with running_centre(database) as centre:
            await centre.accepted(order())
            assert (await figures(centre))["dispatcher_backup_age_seconds", ()] > 50 * 365 * 86400
            backup = ["admin", "--database", database, "backup", str(tmp_path / "a.backup")]
            assert await asyncio.to_thread(main, backup) == 0
            found = await figures(centre)
            assert found["dispatcher_backup_age_seconds", ()] < 60
            assert found["dispatcher_anchor_age_seconds", ()] > 50 * 365 * 86400

    asyncio.run(story())


def test_they_are_for_this_machine_and_for_those_who_run_the_centre(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            monkeypatch.setattr("dispatcher.server.doors._is_near", lambda request: False)
            assert (await centre.http.get("/metrics")).status_code == 401
            assert (await centre.http.get("/metrics", headers=await centre.bearer("wang"))).status_code == 403
            assert (await centre.http.get("/metrics", headers=await centre.bearer("admin"))).status_code == 200

    asyncio.run(story())


@pytest.mark.parametrize(
    ("host", "headers", "near"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("10.0.0.7", {}, False),
        ("127.0.0.1", {"x-forwarded-for": "10.0.0.7"}, False),
        ("127.0.0.1", {"forwarded": "for=10.0.0.7"}, False),
    ],
)
def test_who_is_near(host: str, headers: dict[str, str], near: bool) -> None:
    request: Any = SimpleNamespace(client=SimpleNamespace(host=host), headers=headers)
    assert _is_near(request) is near


def test_a_commit_that_fails_counts_its_acts_as_failed_and_is_no_commit() -> None:
    metrics = Metrics()
    with pytest.raises(OSError, match="full"), metrics.commit(7):
        raise OSError("full")
    metrics.judged(Refused(reason=Reason.WRONG_STATE))
    late = dt.timedelta(seconds=-3)
    page = text_of(metrics.families(consoles=0, head=0, queued=0, able=False, timer_late=late)).decode()
    assert "dispatcher_acts_failed_total 7.0" in page
    assert "dispatcher_commit_seconds_count 0.0" in page
    assert "dispatcher_timers_late_seconds 0.0" in page, "what is still ahead is not late"
