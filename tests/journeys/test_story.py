"""The whole story with real processes: hotline, centre, a street's console, a department's console, and outages."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatcher.models import commands as c
from dispatcher.models.events import CallerRevealed, MilestonePassed, OrderReceived, SignedFor, WhistleBlown
from dispatcher.models.ids import CaseId, UnitId, WhistleId
from dispatcher.models.whistle import Milestone, WhistleKind
from tests.journeys.stage import WATER, Centre, Console, until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    found = Centre(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def console(tmp_path: Path, centre: Centre) -> Iterator[Console]:
    found = Console(tmp_path / "console", centre, centre.token("chenzhuo")).start()
    until(lambda: found.ask("status"), lambda status: status["link"] == "online")
    yield found
    found.stop()


def whistle(case: str, kind: WhistleKind = WhistleKind.EMERGENCY) -> c.BlowWhistle:
    return c.BlowWhistle(
        case=CaseId(case), whistle=WhistleId(str(uuid.uuid4())), kind=kind, demand="关阀止水", place="路口东北角",
        contact="外勤二组", lead=UnitId(WATER),
    )  # fmt: skip


def done(centre: Centre, kind: type[object]) -> list[str]:
    return [entry.act for entry in centre.journal() for recorded in entry.events if isinstance(recorded.event, kind)]


def test_from_the_hotline_to_a_closed_case(centre: Centre, console: Console, tmp_path: Path):
    hotline = centre.token("hotline")
    first = centre.post(hotline, "26-1")
    assert centre.post(hotline, "26-1") == first | {"status": "already_there"}
    case = first["case"]
    until(lambda: console.row(case), lambda row: row.get("state") == "dispatched")
    assert len(done(centre, OrderReceived)) == 1

    console.open(case)
    console.ask("press", keys="F2")
    until(lambda: console.row(case), lambda row: row == {"state": "signed", "pending": "", "in": 0, "out": 0})
    blown = whistle(case)
    console.submit(c.RecordContact(case=CaseId(case), reached=True, note="已告知抢修安排"))
    console.submit(blown)

    liaison = Console(tmp_path / "liaison", centre, centre.token("zhao")).start()
    try:
        until(lambda: liaison.ask("status"), lambda status: status["window"] == "LiaisonWindow")
        until(lambda: liaison.ask("status"), lambda status: status["link"] == "online")
        for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE):
            liaison.submit(
                c.PassMilestone(
                    case=CaseId(case), whistle=blown.whistle, unit=UnitId(WATER), milestone=milestone, note="抢修车两台"
                )
            )
        until(lambda: console.row(case), lambda row: (row["in"], row["out"]) == (1, 1))
        until(lambda: done(centre, MilestonePassed), lambda passed: len(passed) == 3)
        liaison.open(case)
        assert "19900001234" not in str(liaison.ask("case", case=case))
    finally:
        liaison.stop()

    console.submit(c.RevealCaller(case=CaseId(case), reason="回拨核实"))
    console.submit(c.AcceptWhistle(case=CaseId(case), whistle=blown.whistle))
    console.submit(c.Assign(case=CaseId(case), assignee="外勤二组"))
    console.submit(c.ReportProgress(case=CaseId(case), text="坑口已围挡", on_scene=True))
    console.submit(
        c.Reply(case=CaseId(case), accepted="14:02 签收", talked_with="来电人", done="关阀修管", result="已恢复")
    )
    console.submit(c.RecordCallBack(case=CaseId(case), reached=True, contacted=True, solved="yes"))  # type: ignore[arg-type]
    console.submit(c.CloseCase(case=CaseId(case)))
    until(lambda: centre.journal()[-1].command, lambda command: isinstance(command, c.CloseCase))
    until(lambda: console.ask("status"), lambda status: status["outbox"] == [])
    assert len(done(centre, CallerRevealed)) == 1
    assert all(receipt["state"] == "accepted" for receipt in console.ask("receipts"))


def test_the_server_is_killed_and_comes_back(centre: Centre, console: Console, tmp_path: Path):
    hotline = centre.token("hotline")
    cases = [centre.post(hotline, f"26-{number}")["case"] for number in range(3)]
    until(lambda: console.ask("rows"), lambda rows: set(rows) == set(cases))
    centre.kill()
    status = until(lambda: console.ask("status"), lambda status: status["link"] == "offline", within_s=10)
    assert status["banner"]
    assert status["as_of"]

    for case in cases[:2]:
        console.open(case)
        console.ask("press", keys="F2")
        until(lambda case=case: console.row(case), lambda row: row["pending"] == "pending" and row["state"] == "signed")
    console.submit(whistle(cases[2]))
    until(lambda: console.ask("status"), lambda status: len(status["outbox"]) == 3)
    console.ask("grab", file=str(tmp_path / "outage.png"))
    assert done(centre, SignedFor) == []

    centre.start()
    until(lambda: console.ask("status"), lambda status: status["link"] == "online" and not status["outbox"])
    until(lambda: console.ask("status"), lambda status: not status["banner"])  # it says what was settled, then goes
    assert len(done(centre, SignedFor)) == len(set(done(centre, SignedFor))) == 2
    assert len(done(centre, WhistleBlown)) == 1
    receipts = console.ask("receipts")
    assert [receipt["state"] for receipt in receipts] == ["accepted"] * 3
    assert all(receipt["late"] for receipt in receipts)


def test_the_console_is_killed_between_the_key_and_the_sending(centre: Centre, console: Console):
    case = centre.post(centre.token("hotline"), "26-9")["case"]
    until(lambda: console.row(case), lambda row: row.get("state") == "dispatched")
    console.open(case)
    centre.kill()
    until(lambda: console.ask("status"), lambda status: status["link"] == "offline", within_s=10)
    console.ask("press", keys="F2")
    until(lambda: console.row(case), lambda row: row["pending"] == "pending")
    console.kill()

    console.start()
    until(lambda: console.ask("rows"), lambda rows: rows.get(case, {}).get("pending") == "pending")
    centre.start()
    until(lambda: console.row(case), lambda row: row == {"state": "signed", "pending": "", "in": 0, "out": 0})
    assert len(done(centre, SignedFor)) == 1
    (receipt,) = console.ask("receipts")
    assert (receipt["act"], receipt["state"]) == (done(centre, SignedFor)[0], "accepted")


def test_a_stale_emergency_whistle_never_goes_off(tmp_path: Path):
    centre = Centre(tmp_path, factor=400)
    centre.start()
    console = Console(tmp_path / "console", centre, centre.token("chenzhuo")).start()
    try:
        case = centre.post(centre.token("hotline"), "26-7")["case"]
        until(lambda: console.row(case), lambda row: row.get("state") == "dispatched")
        centre.kill()
        until(lambda: console.ask("status"), lambda status: status["link"] == "offline")
        act = console.submit(whistle(case))
        # Thirty minutes of validity pass in a few seconds of this clock.
        until(lambda: console.row(case), lambda row: row["pending"] == "expired")
        centre.start()
        until(lambda: console.ask("status"), lambda status: status["link"] == "online")
        after = centre.post(centre.token("hotline"), "26-8")["case"]
        until(lambda: console.row(after), lambda row: row.get("state") == "dispatched")
        assert done(centre, WhistleBlown) == []
        assert [(r["act"], r["state"]) for r in console.ask("receipts")] == [(act, "expired")]
        assert console.row(case)["pending"] == "expired"
    finally:
        console.stop()
        centre.stop()
