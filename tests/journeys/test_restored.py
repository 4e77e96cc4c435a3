"""A centre set back to yesterday: consoles keep what they show, and say of every act since what has become of it."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from tests.journeys.stage import ROOT, Centre, Console, until


def admin(centre: Centre, *words: str, database: str = "") -> str:
    """Run an administrator's command; gives what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "dispatcher", "admin", "--database", database or centre.database, *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def by_backup(centre: Centre, folder: Path) -> Callable[[], None]:
    """Take a backup while the centre runs; gives how it is put back."""
    admin(centre, "backup", str(folder / "yesterday.backup"))

    def put_back() -> None:
        empty(folder)
        admin(centre, "restore", str(folder / "yesterday.backup"))

    return put_back


def by_files(centre: Centre, folder: Path) -> Callable[[], None]:
    """Copy the database by other means than ours, as people do; gives how it is put back."""
    with (
        contextlib.closing(sqlite3.connect(folder / "centre.db")) as present,
        contextlib.closing(sqlite3.connect(folder / "yesterday.db")) as copied,
    ):
        present.backup(copied)

    def put_back() -> None:
        empty(folder)
        shutil.copy(folder / "yesterday.db", folder / "centre.db")

    return put_back


def empty(folder: Path) -> None:
    for part in folder.glob("centre.db*"):
        part.unlink()


def waiting(console: Console) -> list[str]:
    return console.ask("status")["outbox"]


@pytest.mark.journey
@pytest.mark.parametrize("way", [by_backup, by_files])
def test_a_console_comes_back_to_a_restored_centre_with_nothing_hidden(
    tmp_path: Path, way: Callable[[Centre, Path], Callable[[], None]]
) -> None:
    """Put back by files, the ledger keeps its name, and other acts have taken it past the console's cursor."""
    folder, home = tmp_path / "centre", tmp_path / "console"
    folder.mkdir()
    centre = Centre(folder)
    centre.start()
    console: Console | None = None
    try:
        hotline = centre.token("hotline")
        one, two = (CaseId(centre.post(hotline, number)["case"]) for number in ("26-1", "26-2"))
        console = Console(home, centre, centre.token("chenzhuo")).start()
        until(lambda: rows(console), lambda found: set(found) == {one, two})
        before = console.submit(c.SignFor(case=one))
        until(lambda: states(console), lambda found: found.get(before) == "accepted")
        put_back = way(centre, folder)
        three = CaseId(centre.post(hotline, "26-3")["case"])
        until(lambda: rows(console), lambda found: set(found) == {one, two, three})
        since = [
            console.submit(c.RecordContact(case=one, reached=True)),
            console.submit(c.SignFor(case=two)),
            console.submit(c.SignFor(case=three)),
        ]
        until(lambda: states(console), lambda found: [found.get(act) for act in since] == ["accepted"] * 3)
        centre.kill()
        until(lambda: console.ask("status"), lambda status: status["link"] == "offline")
        offline = console.submit(c.AddNote(case=two, text="断网时所记"))
        until(lambda: states(console), lambda found: offline in found)
        put_back()
        if way is by_files:
            pass_by(centre)
        centre.start()
        seen: list[dict[str, Any]] = []

        def look() -> dict[str, str]:
            seen.append(rows(console))
            return states(console)

        until(look, lambda found: [found[act] for act in since] == ["doubted"] * 3)
        until(lambda: look() and seen[-1], lambda found: three not in found)
        assert all({one, two} <= set(found) for found in seen), "what it has stays to be seen while all comes again"
        assert rows(console)[one]["state"] == "signed", "made before the backup, it stands"
        for act in since:
            console.ask("resend", case=act)
        became = dict(zip((before, *since, offline), ("accepted",) * 3 + ("parked", "accepted"), strict=True))
        until(lambda: states(console), lambda found: found == became)
        assert waiting(console) == ["parked"], "its case is none of this ledger's: a person is told"
        centre.stop()
        judged = [entry.act for entry in centre.journal()]
        assert [judged.count(act) for act in (before, *since, offline)] == [1, 1, 1, 0, 1]  # type: ignore[arg-type]
        assert "成立" in admin(centre, "verify")
    finally:
        if console is not None:
            console.stop()
        centre.stop()


def rows(console: Console) -> dict[str, Any]:
    """Give what the queue shows."""
    return console.ask("rows")


def states(console: Console) -> dict[str, str]:
    return {receipt["act"]: receipt["state"] for receipt in console.ask("receipts")}


def pass_by(centre: Centre) -> None:
    """Have the ledger go on past the console's cursor before the console is back."""
    url, centre.url = centre.url, ""
    centre.start()
    hotline = centre.token("hotline")
    for number in range(9):
        centre.post(hotline, f"27-{number}")
    centre.stop()
    centre.url = url
