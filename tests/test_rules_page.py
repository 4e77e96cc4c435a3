"""docs/rules.md says what the code does: its tables are made from it, and every block that is made has its place."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_of_the_rules_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, "tools/rules.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
