"""A street office without its centre, with real processes: a relay, its death, another, two at once, and the return."""

import contextlib
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.accounts import ConfirmWipe
from dispatcher.models.ids import CaseId
from dispatcher.storage.cache import Cache
from tests.journeys.stage import ROOT, Centre, Console, until

pytestmark = pytest.mark.timeout(400)
PATIENCE_S = 120.0
PEOPLE = {"chenzhuo": "陈卓", "wangfang": "王芳", "liqiang": "李强"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    found = Centre(tmp_path, colleagues=(("wangfang", "王芳"), ("liqiang", "李强")))
    found.start()
    yield found
    found.stop()


def free_addresses(count: int) -> list[str]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Desk:
    def __init__(self, home: Path, centre: Centre, person: str, address: str, serves: bool) -> None:
        self.home = home / person
        plan = (address, "yes" if serves else "no")
        self.console = Console(self.home, centre, centre.token(person), centre.url, *plan, program="desk").start()

    def until(self, holds: Any) -> dict[str, Any]:
        return until(lambda: self.console.ask("status"), holds, PATIENCE_S)

    def sees(self, case: str, state: str, pending: str) -> None:
        until(lambda: self.console.ask("rows").get(case, [])[:2], lambda row: row == [state, pending], PATIENCE_S)

    def act(self, command: c.AnyCommand) -> str:
        told = self.console.submit(command)
        assert told["refused"] == ""  # type: ignore[index]
        return told["act"]  # type: ignore[index]

    def confirmed(self) -> dict[str, tuple[object, bytes]]:
        cache = Cache.open(self.home)
        try:
            assert cache.office_acts() == ()
            assert cache.unsettled() == ()
            return {row.row.id: (row.row, bytes(row.body)) for page in cache.rows_after(0) for row in page}  # type: ignore[arg-type]
        finally:
            cache.close()


def all_online(desks: list[Desk], cases: set[str]) -> None:
    """Wait until all are online with these cases, and could serve as the office's relay."""
    for desk in desks:
        desk.until(lambda status: status["link"] == "online" and status["can_serve"])
        until(lambda desk=desk: desk.console.ask("rows").keys(), lambda rows: rows == cases)


def test_an_outage_of_a_whole_office(centre: Centre, tmp_path: Path) -> None:
    cases = [centre.post(centre.token("hotline"), f"26-{number}")["case"] for number in range(3)]
    addresses = free_addresses(3)
    chen, wang, li = desks = [
        Desk(tmp_path, centre, person, address, person == "chenzhuo")
        for person, address in zip(PEOPLE, addresses, strict=True)
    ]
    try:
        all_online(desks, set(cases))
        centre.kill()

        # Through the relay that the settings name.
        for desk in desks:
            desk.until(lambda status: status["relay"] == "陈卓" and status["colleagues"] == 2)
        acts = [wang.act(c.SignFor(case=CaseId(cases[0])))]
        for desk in (chen, li):
            desk.sees(cases[0], "signed", "office")
        acts.append(li.act(c.RecordContact(case=CaseId(cases[0]), reached=True, note="已告知")))
        for desk in (chen, wang):
            desk.until(lambda status: acts[1] in status["acts"])
        acts.append(chen.act(c.SignFor(case=CaseId(cases[1]))))
        wang.sees(cases[1], "signed", "office")

        # The relay dies; nothing of it is lost; another is chosen by hand.
        chen.console.kill()
        for desk in (wang, li):
            desk.until(lambda status: not status["relay"])
            desk.sees(cases[1], "signed", "office")
        wang.console.ask("serve", on=True)
        for desk in (wang, li):
            desk.until(lambda status: status["relay"] == "王芳")
        acts.append(li.act(c.SignFor(case=CaseId(cases[2]))))
        wang.sees(cases[2], "signed", "office")

        # The first one comes back and serves, too, as its settings say: it is said, and all stay with one.
        chen.console.start()
        for desk in desks:
            status = desk.until(lambda status: len(status["rivals"]) == 2)
            assert {keeper for keeper, _ in status["rivals"]} == {"陈卓", "王芳"}
            desk.until(lambda status: status["relay"] == "王芳")
        chen.sees(cases[2], "signed", "office")
        wang.console.ask("serve", on=False)
        for desk in desks:
            desk.until(lambda status: status["relay"] == "陈卓" and not status["rivals"])

        # The centre is back: every act once, in an order that holds.
        centre.start()
        for desk in desks:
            desk.console.ask("reconnect")
        for desk in desks:
            desk.until(lambda status: status["link"] == "online" and not status["waiting"] and not status["acts"])
        journal = [entry.act for entry in centre.journal()]
        assert sorted(act for act in journal if act in acts) == sorted(acts), "each exactly once"
        assert journal.index(acts[0]) < journal.index(acts[1])
        head = max(entry.revision for entry in centre.journal())
        for desk in desks:
            rows = until(
                lambda desk=desk: desk.console.ask("rows"),
                lambda rows: max(row[2] for row in rows.values()) == head,
                PATIENCE_S,
            )
            assert {row[1] for row in rows.values()} == {""}
    finally:
        for desk in desks:
            desk.console.stop()
    first, *others = (desk.confirmed() for desk in desks)
    assert all(other == first for other in others)


def test_a_station_is_destroyed_and_its_office_hands_in_what_was_made_there(centre: Centre, tmp_path: Path) -> None:
    cases = [centre.post(centre.token("hotline"), f"26-{number}")["case"] for number in range(2)]
    chen, wang, li = desks = [
        Desk(tmp_path, centre, person, address, person == "chenzhuo")
        for person, address in zip(PEOPLE, free_addresses(3), strict=True)
    ]
    others = (chen, li)
    try:
        all_online(desks, set(cases))
        centre.kill()
        for desk in desks:
            desk.until(lambda status: status["relay"] == "陈卓" and status["colleagues"] == 2)
        acts = [
            wang.act(c.SignFor(case=CaseId(cases[0]))),
            wang.act(c.RecordContact(case=CaseId(cases[0]), reached=True, note="已告知")),
        ]
        for desk in others:
            desk.until(lambda status: set(acts) <= set(status["acts"]))
        wang.console.kill()
        shutil.copytree(wang.home, tmp_path / "stolen" / wang.home.name)
        shutil.rmtree(wang.home)

        # The centre is back: until somebody says that the station is lost, its acts are nobody else's to send.
        centre.start()
        for desk in others:
            desk.console.ask("reconnect")
            desk.until(lambda status: status["link"] == "online" and not status["waiting"])
        assert not set(acts) & {entry.act for entry in centre.journal()}
        for desk in others:
            assert set(desk.until(lambda status: status["link"] == "online")["acts"]) == set(acts)

        assert admin(centre, "wipe", "wangfang", "--reason", "电脑进水报废") == 0
        for desk in others:
            desk.until(lambda status: not status["acts"])
            desk.sees(cases[0], "in_hand", "")
        entries = {entry.act: entry for entry in centre.journal()}
        assert [entry.act for entry in centre.journal() if entry.act in acts] == acts, "each once, in their order"
        for act in acts:
            (event,) = entries[act].events
            assert (entries[act].by, event.by_name) == ("wangfang", "王芳")
            assert event.late
            assert event.delivered_by is not None
            assert event.delivered_by.by in {"chenzhuo", "liqiang"}

        # What was lost turns up again, with the acts unsent: it is wiped, and nothing changes.
        wang.home = tmp_path / "stolen" / wang.home.name
        wang.console.move(wang.home)
        wang.console.start()
        until(lambda: list(wang.home.glob("*.db")), lambda files: not files, PATIENCE_S)
        words = until(lambda: words_of_wiping(tmp_path / "centre.db"), lambda found: found, PATIENCE_S)
        wiped = [msgspec.json.decode(word, type=ConfirmWipe) for word in words]
        assert [(word.station, word.unsent, word.proved) for word in wiped] == [("wangfang", 2, True)]
        assert [entry.act for entry in centre.journal() if entry.act in acts] == acts
    finally:
        for desk in desks:
            desk.console.stop()
    first, other = (desk.confirmed() for desk in others)
    assert first == other
    assert admin(centre, "verify") == 0


def words_of_wiping(database: Path) -> list[str]:
    """Look without a lock: whoever opens a ledger again and again keeps the centre from writing."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [word for (word,) in connection.execute("SELECT command FROM journal WHERE kind = 'confirm_wipe'")]


def admin(centre: Centre, *arguments: str) -> int:
    command = [sys.executable, "-m", "dispatcher", "admin", "--database", centre.database, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode
