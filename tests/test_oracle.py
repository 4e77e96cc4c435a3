"""The program and an oracle written apart from it agree; `python -m tests.oracle` compares a hundred thousand cases."""

import pytest

from dispatcher.models import transitions
from dispatcher.models.commands import Command
from dispatcher.models.summoning import WHISTLE_WHO
from dispatcher.models.whistle import GROUND_OF, MILESTONES
from tests.oracle import transition_table as plain
from tests.oracle import whistle_oracle
from tests.oracle.compare import run_world


def tag(command: type[Command]) -> str:
    return str(command.__struct_config__.tag)


@pytest.mark.parametrize("world", range(8))
def test_program_and_oracle_agree(world: int) -> None:
    report = run_world(2026, world, 40)
    assert report.counts["cases"] == 40
    assert not report.by_sort, "\n".join(report.differences)


def test_the_table_of_transitions_is_the_plain_one_row_for_row() -> None:
    rows = {tag(row.command): (row.roles, row.states) for row in transitions.TRANSITIONS}
    assert rows == plain.ROWS
    for mine, theirs in (
        (transitions.CAN_HAVE_HAPPENED, plain.CAN_HAVE_HAPPENED),
        (transitions.FACTS, plain.FACTS),
        (transitions.NOT_UNDONE, plain.FINAL_KINDS),
    ):
        assert {tag(command) for command in mine} == theirs


def test_the_tables_of_whistles_are_the_plain_ones() -> None:
    assert {kind.value: {role.value for role in roles} for kind, roles in WHISTLE_WHO.items()} == whistle_oracle.BLOWERS
    assert {kind.value: ground.value for kind, ground in GROUND_OF.items()} == whistle_oracle.GROUNDS
    assert [milestone.value for milestone in MILESTONES] == whistle_oracle.ORDER
