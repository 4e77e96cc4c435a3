"""Scenarios of the rules: what `dispatcher rules try` prints, against lines worked out by hand from docs/rules.md."""

import json
import re
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import Revision
from dispatcher.models.lawbook import LawReason
from dispatcher.models.verdicts import Reason
from dispatcher.scenario.bench import Bench
from dispatcher.scenario.form import COMMANDS, Deed, read_scenario

SCENARIOS = Path(__file__).parent / "scenarios"
RULES = Path(__file__).parent.parent / "docs" / "rules.md"
NAMES = sorted(path.name.removesuffix(".expected.jsonl") for path in SCENARIOS.glob("*.expected.jsonl"))

TOWN = """
unit = [{ id = "110105001", name = "甲街道", kind = "street" }]
person = [
  { name = "li", unit = "110105001", roles = ["dispatcher"] },
  { name = "hot", unit = "110000", roles = ["hotline"] },
]
order = [{ case = "a", holder = "110105001", dispatched_at = "2026-03-03 12:00" }]
"""


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def expected_lines() -> list[dict[str, object]]:
    return [line for name in NAMES for line in lines_of((SCENARIOS / f"{name}.expected.jsonl").read_text("utf-8"))]


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


def test_the_example_of_the_page_says_what_the_page_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = RULES.read_text("utf-8")
    (written,) = re.findall(r"^```toml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    (printed,) = re.findall(r"^```json\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    file = tmp_path / "example.toml"
    file.write_text(written, "utf-8")
    assert main(["rules", "try", str(file)]) == 0
    assert capsys.readouterr().out == printed


def test_every_scenario_has_an_outcome() -> None:
    written = {path.stem for path in SCENARIOS.glob("*.toml")} - {"town"}
    assert written == set(NAMES)
    assert f"holds {len(NAMES)} of them" in RULES.read_text("utf-8")


def test_every_refusal_is_in_some_scenario() -> None:
    given = {line["reason"] for line in expected_lines() if line.get("verdict") == "refused"}
    assert given == {reason.value for reason in Reason} | {reason.value for reason in LawReason}


def test_every_act_is_accepted_in_some_scenario() -> None:
    done: set[object] = set()
    for name in NAMES:
        for step in read_scenario(SCENARIOS / f"{name}.toml").steps:
            if isinstance(step, Deed) and step.quiet:
                done.add(step.do)  # a refusal of a quiet step would be a line too many
    for line in expected_lines():
        for each in (line, *line.get("then", ()), *line.get("acts", ())):  # pyright: ignore[reportGeneralTypeIssues]
            if each.get("verdict") == "accepted":
                done.add(each["do"])
    assert set(COMMANDS) <= done


def walked(name: str) -> set[tuple[str, str, str]]:
    """Give each change of state in a scenario: from, by which act, to."""
    scenario = read_scenario(SCENARIOS / f"{name}.toml")
    bench = Bench(scenario)
    for _ in bench.run():
        pass
    words = {step.act.id: step.do for step in scenario.steps if isinstance(step, Deed)}
    found: set[tuple[str, str, str]] = set()
    for case in bench.cases.values():
        before: Case | None = None
        entry, act = "[*]", ""
        for recorded in case.history:
            if recorded.act != act:
                entry, act = (before.state.value if before else "[*]"), recorded.act
            before = evolve(before, recorded, Revision(0))
            found.add((entry, words.get(act, "by the centre"), before.state.value))
    return found


def test_every_way_out_of_every_state_is_walked() -> None:
    arrows = re.findall(r"^ +(\S+) --> (\S+): (.+)$", RULES.read_text("utf-8"), flags=re.MULTILINE)
    drawn = {(start, act.strip(), end) for start, end, acts in arrows for act in acts.split(",")}
    assert len(drawn) > 40
    assert drawn <= set().union(*(walked(name) for name in NAMES if name != "five-thousand-orders"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order = 7\n", ["order = 7", "[[order]]"]),
        ("stp = []\n", ["stp", "did you mean 'step'"]),
        ("this is no TOML", ["is not TOML"]),
        ('include = "nowhere.toml"\n', ["include = 'nowhere.toml'", "no such file"]),
        ('policy = "citty"\n', ["policy", "citty", "city"]),
        ('policy = { base = "city", orders.question.feedback = "soon" }\n', ["orders.question.feedback", "soon"]),
        ('calendar = { published_through = "2026" }\n', ["published_through", "2026", "write a day"]),
        (
            "calendar = { published_through = 2026-12-31, holidays = [2026-01-01, 2026-01-01] }\n",
            ["holidays", "2026-01-01", "twice"],
        ),
        ('person = [{ name = "x", unit = "u", roles = ["boss"] }]\n', ["person 1", "roles[1]", "boss", "dispatcher"]),
        (
            'person = [{ name = "x", unit = "u", roles = [] }, { name = "x", unit = "u", roles = [] }]\n',
            ["person 2", "name = 'x'", "one name stands for one person"],
        ),
        ('order = [{ case = "a", holder = "u" }]\n', ["order 1", "by", "hotline"]),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    text: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, "utf-8")
    assert main(["rules", "try", str(file)]) == 2
    error = capsys.readouterr().err
    for word in ["bad.toml", *said]:
        assert word in error


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('by = "li", do = "sign_for"', ["step 1", "at: missing"]),
        ('at = "noon", by = "li", do = "sign_for"', ["step 1", "at = 'noon'", "2026-03-03 12:00"]),
        ('at = "2026-03-03 12:10", by = "li", do = "signfor"', ["do = 'signfor'", "did you mean 'sign_for'"]),
        ('at = "2026-03-03 12:10", by = "lee", do = "sign_for"', ["by = 'lee'", "known here: centre, hot, li"]),
        ('at = "2026-03-03 12:10", by = "li", do = "sign_for", reson = "x"', ["reson", "unknown"]),
        ('at = "2026-03-03 12:10", by = "li", do = "record_contact"', ["reached: missing", "true or false"]),
        ('at = "2026-03-03 12:10", by = "li", do = "record_contact", reached = 1', ["reached = 1", "true or false"]),
        (
            'at = "2026-03-03 12:10", by = "li", do = "add_note", text = "x", case = "a-9..1"',
            ["case = 'a-9..1'", "goes down"],
        ),
        (
            'at = "2026-03-03 12:10", by = "hot", do = "change_urgency", urgency = "soon", reason = "x"',
            ["urgency = 'soon'", "livelihood"],
        ),
        (
            'at = "2026-03-03 12:10", by = "li", do = "split_case", parts = [{ case = "b" }]',
            ["parts[1].title: missing"],
        ),
        ('at = "2026-03-03 12:10", do = "show", what = "b"', ["what = 'b'", "no case"]),
        ('at = "2026-03-03 12:10", do = "show", only = ["clcks"]', ["only = 'clcks'", "did you mean 'clocks'"]),
        ('at = "2026-03-03 12:10", do = "show", kinds = ["sing"]', ["kinds = 'sing'", "did you mean 'sign'"]),
        ('at = "2026-03-03 12:10", do = "show", what = "rates", period = "March"', ["period = 'March'", "2026-03"]),
        ('at = "2026-03-03 12:10", do = "tick", by = "li", every = 3', ["every", "unknown"]),
        ('at = "2026-03-03 12:10", do = "activate_policy", by = "li"', ["policy", "write a name"]),
    ],
)
def test_a_step_that_cannot_be_used_is_named(
    step: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(f"{TOWN}step = [{{ {step} }}]\n", "utf-8")
    assert main(["rules", "try", str(file)]) == 2
    error = capsys.readouterr().err
    for word in ["bad.toml", *said]:
        assert word in error


def test_steps_stand_in_the_order_of_time_and_ids_name_one_act(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.toml"
    first = '{ at = "2026-03-03 12:10", by = "li", do = "sign_for", id = "x" }'
    earlier = '{ at = "2026-03-03 12:09", by = "li", do = "add_note", text = "y" }'
    again = '{ at = "2026-03-03 12:11", by = "li", do = "add_note", text = "y", id = "x" }'
    for second, said in ((earlier, "before the step above"), (again, "is an act already")):
        file.write_text(f"{TOWN}step = [{first}, {second}]\n", "utf-8")
        assert main(["rules", "try", str(file)]) == 2
        error = capsys.readouterr().err
        assert "step 2" in error
        assert said in error


def test_an_order_that_is_refused_is_a_mistake_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(TOWN.replace('holder = "110105001"', 'holder = "110105009"'), "utf-8")
    assert main(["rules", "try", str(file)]) == 2
    error = capsys.readouterr().err
    assert "holder" in error
    assert "unknown_unit" in error
