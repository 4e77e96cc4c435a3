"""The pages say what the code does: tables are made from it, and what they tell to type the parsers take."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dispatcher.cli import parse
from dispatcher.programs import PROGRAMS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["rules", "protocol"])
def test_a_page_is_what_the_code_says(page: str):
    done = subprocess.run(
        [sys.executable, f"tools/{page}.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


PAGES = ("docs/operations.md", "docs/evidence.md", "docs/reliability.md", "README.md")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^ *(?:\S*/)?(dispatcher .*)$", re.MULTILINE)
_INLINE = re.compile(r"`(dispatcher [a-z][^`]*)`")


def lines_of(page: str) -> list[str]:
    """Find the lines of a page's blocks that call the program; a backslash at the end goes on with the next one."""
    blocks = "\n".join(_BLOCK.findall((ROOT / page).read_text("utf-8"))).replace("\\\n", " ")
    return _LINE.findall(blocks)


def ends_well(words: list[str]) -> bool:
    try:
        parse(words)
    except SystemExit as ended:
        return ended.code == 0
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_of_a_page_can_be_typed(page: str, capsys: pytest.CaptureFixture[str]):
    for line in lines_of(page):
        words = shlex.split(line, comments=True)[1:]
        assert ends_well(words), f"{line}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_a_page_speaks_of_is_there(page: str, capsys: pytest.CaptureFixture[str]):
    for command in _INLINE.findall((ROOT / page).read_text("utf-8")):
        words = shlex.split(command)[1:]
        assert ends_well(words) or ends_well([*words, "--help"]), f"{command}\n{capsys.readouterr().err}"


@pytest.mark.parametrize("program", [program.name for program in PROGRAMS])
def test_every_command_line_of_the_help_can_be_typed(program: str, capsys: pytest.CaptureFixture[str]):
    text = next(each.text for each in PROGRAMS if each.name == program).replace("\\\n", " ")
    for line in _LINE.findall(text):
        assert ends_well(shlex.split(line)[1:]), f"{line}\n{capsys.readouterr().err}"


def test_the_pages_have_command_lines_to_be_looked_at():
    assert len(lines_of("docs/operations.md")) > 30
    assert len(lines_of("README.md")) > 5
