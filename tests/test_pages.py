"""docs/rules.md and docs/protocol.md say what the code does: their tables are made from it, and each has its place."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["rules", "protocol"])
def test_a_page_is_what_the_code_says(page: str):
    done = subprocess.run(
        [sys.executable, f"tools/{page}.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
