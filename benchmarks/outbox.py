"""How fast an outbox is emptied, each act judged exactly once and durable at both ends, beside one act after the other.

The station is the real engine over its encrypted cache, the centre `dispatcher server` over SQLite (FULL) and over
PostgreSQL (with fsync), each a process of its own. The acts sign one case each and were made without a link; the time
runs from ONLINE until the last verdict is durable in the outbox. One after the other: made, stored, sent, judged and
settled before the next is made. Afterwards every act stands in the journal once.
"""

import contextlib
import datetime as dt
import itertools
import shutil
from collections import Counter
from collections.abc import Generator
from typing import Final

from benchmarks import Result
from benchmarks.cases import CONSOLE_TOKEN, admit, batches, received, sqlite_url
from benchmarks.processes import Ground, alone, ask, centre
from benchmarks.told import Pushed
from dispatcher.assets import load_law, load_organisation
from dispatcher.models.commands import SignFor
from dispatcher.models.ids import Revision
from dispatcher.server.desk import BATCH
from dispatcher.storage.ledger import Ledger
from tests.helpers import postgres

ACTS: Final = 5_000
SINGLY: Final = 200
LEAST: Final = {"SQLite": 10.0, "PostgreSQL": 20.0}
PAGE: Final = 5_000


def run(ground: Ground, quick: bool = False) -> list[Result]:
    """Push and compare."""
    acts, singly = (300, 30) if quick else (ACTS, SINGLY)
    results: list[Result] = []
    for name, context in (("SQLite", _sqlite(ground)), ("PostgreSQL", _postgres())):
        with context as database:
            _fill(database, acts + singly)
            home = ground.directory / "home-of-outbox"
            shutil.rmtree(home, ignore_errors=True)
            with centre(ground, database) as url:
                program = ["-m", "benchmarks.pusher", str(home), url, CONSOLE_TOKEN, str(acts), str(singly)]
                pushed = ask(ground, program, Pushed, 600)
            wrong = _not_once(database, acts + singly)
        per_s, one_per_s = acts / pushed.took_s, singly / pushed.singly_s
        ratio, least = per_s / one_per_s, LEAST[name]
        results += [
            Result(f"outbox of {acts:,} acts to {name}", per_s, "acts/s", ratio, f"≥ {least:g}×", ratio >= least),
            Result("… one after the other", one_per_s, "acts/s"),
            Result("… acts not in the journal exactly once", wrong, f"of {acts + singly}", None, "0", not wrong),
        ]
    return results


def _fill(database: str, count: int) -> None:
    units = load_organisation()
    law, now = load_law(units=units), dt.datetime.now(dt.UTC)
    ledger = Ledger.open(database)
    try:
        admit(ledger, units, now)
        for batch in batches(received(count, units, now), BATCH):
            ledger.judge(batch, law, now)
    finally:
        ledger.close()


def _not_once(database: str, count: int) -> int:
    """Count the cases that were not signed exactly once, and the gaps in the journal."""
    ledger = Ledger.open(database)
    try:
        signed: Counter[str] = Counter()
        after, gaps = Revision(0), 0
        while page := ledger.journal(after, PAGE):
            for before, entry in itertools.pairwise([None, *page]):
                gaps += entry is not None and entry.revision != (before.revision if before else after) + 1
            signed.update(entry.case for entry in page if isinstance(entry.command, SignFor))
            after = page[-1].revision
    finally:
        ledger.close()
    return gaps + sum(times != 1 for times in signed.values()) + count - len(signed)


@contextlib.contextmanager
def _sqlite(ground: Ground) -> Generator[str]:
    path = ground.directory / "outbox-centre.db"
    for part in ground.directory.glob(f"{path.name}*"):
        part.unlink()
    yield sqlite_url(path)


@contextlib.contextmanager
def _postgres() -> Generator[str]:
    with postgres.running(fsync=True) as server, postgres.fresh_database(server) as url:
        yield url


if __name__ == "__main__":
    alone(run)
