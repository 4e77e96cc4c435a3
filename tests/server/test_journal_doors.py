"""The auditor reads who did what when, by case, person and time, and nobody's words; that he does is on record."""

import asyncio
import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from dispatcher.storage import auditing
from tests.server.centre import PASSWORD, Centre, act, order, running_centre

PHONE = "13912345678"


async def a_day(centre: Centre) -> tuple[CaseId, CaseId]:
    """Two cases: one signed, contacted and its caller revealed; the other signed by somebody of another street."""
    one, two = await centre.accepted(order("WT-1"), order("WT-2"))
    async with centre.console("wang") as wang, centre.console("sun") as sun:
        for command in (
            c.SignFor(case=one),
            c.RecordContact(case=one, reached=True, note=f"欧阳家，{PHONE}"),
            c.RevealCaller(case=one, reason=f"回拨 {PHONE}"),
        ):
            wish = act(command, "wang")
            await wang.submit(wish)
            await wang.settled(wish)
        foreign = act(c.SignFor(case=two), "sun")
        await sun.submit(foreign)
        await sun.settled(foreign)
    return one, two


async def read(centre: Centre, by: str = "auditor", status: int = 200, path: str = "/journal", **query: Any) -> Any:
    answer = await centre.http.get(path, params=query, headers=await centre.bearer(by))
    assert answer.status_code == status, answer.text
    return answer.json()


def told(page: Any) -> list[tuple[str, str, str]]:
    return [(line["person"], line["kind"], line.get("refused", "")) for line in page["lines"]]


def test_an_auditor_reads_who_did_what_and_that_is_on_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            one, two = await a_day(centre)
            page = await read(centre)
            assert told(page) == [
                ("hotline", "receive_order", ""),
                ("hotline", "receive_order", ""),
                ("wang", "sign_for", ""),
                ("wang", "record_contact", ""),
                ("wang", "reveal_caller", ""),
                ("sun", "", "not_your_case"),
                ("auditor", "read_journal", ""),
            ]
            assert page["next"] is None
            assert {line["case"] for line in page["lines"][2:5]} == {one}
            refused = page["lines"][5]
            assert (refused["case"], refused["number"]) == (two, "WT-2")
            assert refused["judged_at"], "after the entry before it"
            assert page["lines"][4]["reason"] == "回拨 139****5678"
            assert PHONE not in str(page)
            assert "欧阳" not in str(page)
            assert told(await read(centre, case=one)) == told(await read(centre, case="WT-1"))
            assert [line["person"] for line in (await read(centre, person="sun"))["lines"]] == ["sun"]
            readings = (await read(centre, person="auditor"))["lines"]
            assert [line.get("about", "") for line in readings][1:4] == [f"case {one}", "case WT-1", "person sun"]

    asyncio.run(story())


def test_a_time_is_read_from_its_beginning_to_before_its_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            await a_day(centre)
            lines = (await read(centre))["lines"]
            signed, contacted = lines[2]["judged_at"], lines[3]["judged_at"]
            found = (await read(centre, since=signed, until=contacted))["lines"]
            assert [line["kind"] for line in found] == ["sign_for"]
            tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
            assert (await read(centre, since=tomorrow))["lines"] == []

    asyncio.run(story())


def test_pages_follow_each_other_without_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "LOOKED_AT", 2)
    monkeypatch.setattr(auditing, "LINES_AT_MOST", 2)

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            await a_day(centre)
            places: list[int] = []
            after: int | None = 0
            while after is not None and after < 6:
                page = await read(centre, after=after)
                places += [line["place"] for line in page["lines"]]
                after = page["next"]
            assert places == [1, 2, 3, 4, 5, 6]

    asyncio.run(story())


def test_only_the_auditor_reads_and_bad_filters_are_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            for person in ("wang", "hotline", "admin", "wall", "gao"):
                assert "auditor" in (await read(centre, by=person, status=403))["problem"]
            assert (await centre.http.get("/journal")).status_code == 401
            for bad in ({"since": "yesterday"}, {"after": "x"}, {"after": -1}, {"persons": "wang"}, {"case": "a\0"}):
                problem = await read(centre, status=400, **bad)
                assert next(iter(bad)) in problem["problem"]
            assert told(await read(centre)) == [("auditor", "read_journal", "")], "what was refused read nothing"

    asyncio.run(story())


def test_sign_ins_are_told_after_their_sessions_have_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            for person in ("wang", "sun"):
                headers = await centre.bearer(person)
                assert (await centre.http.post("/sign-out", headers=headers)).status_code == 204
            wrong = await centre.http.post("/sign-in", json={"person": "zhao", "password": f"{PASSWORD}!"})
            assert wrong.status_code == 401
            found = (await read(centre, path="/journal/sign-ins"))["sign_ins"]
            assert [each["person"] for each in found] == ["auditor", "sun", "wang"]
            assert {each["address"] for each in found} == {"127.0.0.1"}
            only = (await read(centre, path="/journal/sign-ins", person="sun"))["sign_ins"]
            assert [each["person"] for each in only] == ["sun"]

    asyncio.run(story())


def test_the_command_writes_the_same_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path / 'centre.db'}"

    async def story() -> CaseId:
        async with running_centre(database) as centre:
            return (await a_day(centre))[0]

    case = asyncio.run(story())

    def journal(*words: str) -> int:
        return main(["admin", "--database", database, "journal", *words])

    assert journal("--case", "WT-1") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["kind"] for row in rows] == ["receive_order", "sign_for", "record_contact", "reveal_caller"]
    assert {row["case"] for row in rows} == {case}
    assert rows[-1]["reason"] == "回拨 139****5678"
    assert rows[0]["judged_at"].endswith("+08:00")
    assert journal("--sign-ins", "--to", str(tmp_path / "in.csv")) == 0
    assert (tmp_path / "in.csv").read_text("utf-8-sig").splitlines()[0] == "at,person,address"
    assert journal("--sign-ins", "--to", str(tmp_path / "in.csv")) == 1, "nothing is overwritten"
    assert journal("--since", "gestern") == 2
    assert "--since gestern" in capsys.readouterr().err
    assert journal("--by", "nobody") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert journal() == 0
    readings = [row for row in csv.DictReader(io.StringIO(capsys.readouterr().out)) if row["kind"] == "read_journal"]
    assert len(readings) == 5, "each reading is on record, this one too"
    assert readings[0]["about"] == "case WT-1"
