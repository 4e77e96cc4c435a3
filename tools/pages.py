"""Pages of docs/ whose blocks between markers are made from the code, while their prose is written by hand.

A block stands between `<!-- made: NAME -->` and `<!-- end -->`.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

_BLOCK = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n)(?:.*?\n)??(<!-- end -->)", re.DOTALL)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table of Markdown."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def keep(page: Path, made: Mapping[str, Callable[[], str]]) -> int:
    """Write a page's blocks anew, or with `--check` on the command line only say whether they are; the exit status.

    Raises KeyError for a block that nobody makes.
    """
    parser = argparse.ArgumentParser(description=f"Make the tables of docs/{page.name} from the code.")
    parser.add_argument("--check", action="store_true", help="change nothing; status 1 where it is not up to date")
    checking: bool = parser.parse_args().check
    before = page.read_text("utf-8")
    after = _BLOCK.sub(lambda found: f"{found[1]}{made[found['name']]()}\n{found[3]}", before)
    missing = sorted(set(made) - set(re.findall(r"<!-- made: ([\w-]+) -->", before)))
    if missing:
        print(f"{page.name}: no place for {', '.join(missing)}", file=sys.stderr)
        return 1
    if checking:
        if before != after:
            print(f"{page.name} is not what the code says; run: make pages", file=sys.stderr)
        return int(before != after)
    page.write_text(after, "utf-8")
    return 0
