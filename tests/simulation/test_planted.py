"""Bugs planted on purpose are caught: each patch goes into a copy of the package, and the simulation runs there.

A patch says in its first lines what it breaks, which checks may catch it, and a seed at which it was seen: the search
begins there and goes on to seed 1,000. (A seed is always the same run: what breaks at seed 54 is found by whoever plays
1,000 from the first.) One that no longer applies fails here: make it anew against the code as it is.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = sorted((ROOT / "tests" / "planted").glob("*.patch"))
LAST_SEED = 1000


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, with the tests and benchmarks beside it as they are."""
    shutil.copytree(ROOT / "dispatcher", tmp_path / "dispatcher")
    for name in ("tests", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    return tmp_path


def test_there_are_ten_at_least() -> None:
    assert len(PATCHES) >= 10


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_planted_bug_is_caught(copy: Path, patch: Path) -> None:
    applied = subprocess.run(["git", "apply", patch], cwd=copy, capture_output=True, text=True, check=False)
    assert applied.returncode == 0, f"{patch.name} no longer applies: {applied.stderr}"
    about = head_of(patch)
    seed = int(about["Seen at seed"])
    where = ["--seed", str(seed), "--runs", str(LAST_SEED - seed + 1)]
    command = [sys.executable, "-m", "benchmarks.simulate", *where, "--processes", "1", "--no-shrink"]
    found = subprocess.run(
        command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False
    )
    broken = re.search(r"^seed \d+ breaks: (.+?) \(", found.stdout, re.MULTILINE)
    assert broken, f"not caught up to seed {LAST_SEED}\n{found.stdout}\n{found.stderr}"
    assert broken.group(1) in about["Caught by"].split("; "), found.stdout


def head_of(patch: Path) -> dict[str, str]:
    """Read what a patch says of itself."""
    head = patch.read_text("utf-8").partition("\ndiff --git")[0]
    return dict(re.findall(r"^([A-Z][a-z ]+): (.+)$", head, re.MULTILINE))
