"""Scenarios of the rules: what `dispatcher rules try` prints, against lines worked out by hand from docs/rules.md."""

import json
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.verdicts import Reason

SCENARIOS = Path(__file__).parent / "scenarios"
NAMES = sorted(path.name.removesuffix(".expected.jsonl") for path in SCENARIOS.glob("*.expected.jsonl"))


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_the_program_says_what_was_worked_out_by_hand(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["rules", "try", str(SCENARIOS / f"{name}.toml")])
    said = capsys.readouterr()
    assert status == 0, said.err
    expected = lines_of((SCENARIOS / f"{name}.expected.jsonl").read_text("utf-8"))
    found = lines_of(said.out)
    for line, wanted in zip(found, expected, strict=False):
        assert line == wanted
    assert len(found) == len(expected)
