"""Killed in the middle of writing and opened again: what is there belongs together."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from dispatcher.models.ids import Revision
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.cache import Cache
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import ActState
from tests.storage.city import LAW, NOW, receive

ROOT = Path(__file__).parents[2]
TIMES = 3


def kill_in_the_middle(after_lines: int, *arguments: str) -> int:
    """Run a program of `crashing`, kill it while it goes on after so many steps; gives the last step it told."""
    command = [sys.executable, "-m", "tests.storage.crashing", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = 0
        for _ in range(after_lines):
            line = program.stdout.readline()
            assert line, "the program ended by itself"
            told = int(line)
        program.kill()
        rest = program.stdout.read().splitlines()
    return int(rest[-1]) if rest and rest[-1].isdigit() else told


@pytest.mark.parametrize("mode", ["filling", "live"])
def test_a_station_killed_while_it_applies_and_enqueues(tmp_path: Path, mode: str) -> None:
    chance = random.Random(mode)
    for _ in range(TIMES):
        told = kill_in_the_middle(chance.randrange(1, 60), "station", str(tmp_path), mode)
        store = Cache.open(tmp_path)
        try:
            cursor = store.standing().cursor
            receipts = store.receipts(100_000)
            rows = [row for page in store.rows(0) for row in page]
            assert cursor >= told, "what was told is durable"
            assert store.damages == []
            assert sorted(row.revision for row in rows) == list(range(1, cursor + 1))
            assert all(store.case(row.id) is not None for row in rows[:20])
            accepted = [receipt for receipt in receipts if receipt.state is ActState.ACCEPTED]
            revisions = [r.verdict.revision for r in accepted if isinstance(r.verdict, Accepted)]
            assert sorted(revisions) == list(range(1, cursor + 1)), "verdicts came with their rows"
            assert len(store.unsettled()) == len(receipts) - len(accepted) <= 1
        finally:
            store.close()


def test_a_centre_killed_while_it_judges(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    chance = random.Random(1)
    for _ in range(TIMES):
        told = kill_in_the_middle(chance.randrange(1, 30), "centre", url)
        ledger = Ledger.open(url)
        try:
            head = ledger.head()
            entries = ledger.journal(Revision(0), 100_000)
            assert head >= told
            assert head % 10 == 0, "a batch is there as a whole or not at all"
            assert [entry.revision for entry in entries] == list(range(1, head + 1))
            counts = ledger.counts()
            assert counts.cases * 2 == head
            newest = {entry.case: entry.revision for entry in entries}
            for case in list(newest)[-10:]:
                found = ledger.case(case)
                assert found is not None
                assert found.revision == newest[case]
            assert isinstance(ledger.judge([receive()], LAW, NOW)[0].verdict, Accepted)
        finally:
            ledger.close()
        tmp_path.joinpath("ledger.db").unlink()
        for beside in ("-wal", "-shm"):
            tmp_path.joinpath("ledger.db" + beside).unlink(missing_ok=True)


def test_a_draft_that_was_kept_outlives_a_kill(tmp_path: Path) -> None:
    chance = random.Random("drafts")
    for _ in range(TIMES):
        told = kill_in_the_middle(chance.randrange(1, 40), "writer", str(tmp_path))
        store = Cache.open(tmp_path)
        try:
            (draft,) = store.drafts()
            words = str(draft.fields["text"]).split()
            assert words == [str(n) for n in range(1, len(words) + 1)]
            assert told <= len(words) <= told + 1
        finally:
            store.close()
