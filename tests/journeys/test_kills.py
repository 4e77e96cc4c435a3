"""A short day of kills: centre and stations die by SIGKILL at any instant, and every act is found exactly once."""

import sys

import pytest

from benchmarks import kill

KILLS = 10


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_whoever_is_killed_nothing_is_lost_and_nothing_doubled() -> None:
    results = kill.run("sqlite", KILLS, seed=3)
    assert [result for result in results if not result.ok] == []
    found = {result.name: result.value for result in results}
    assert found["revisions in the journal"] > kill.ORDERS, "nobody did anything"
