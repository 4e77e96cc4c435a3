"""The program and an oracle written apart from it agree; `python -m tests.oracle` compares a hundred thousand cases."""

import pytest

from tests.oracle.compare import run_world


@pytest.mark.parametrize("world", range(8))
def test_program_and_oracle_agree(world: int) -> None:
    report = run_world(2026, world, 40)
    assert report.counts["cases"] == 40
    assert not report.by_sort, "\n".join(report.differences)
