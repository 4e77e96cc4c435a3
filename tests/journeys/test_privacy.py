"""Nothing that is written down in a whole journey names who called: logs at their loudest, exports, files on disk."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Caller
from dispatcher.storage.ledger import Ledger
from tests.journeys.stage import ROOT, STREET, Centre, Console, until

NAME, PHONE = "欧阳植树", "13912345678"
SECRET_NAME, SECRET_PHONE = "司徒无名", "13787654321"
IMPORTED_NAME, IMPORTED_PHONE = "慕容进口", "13655554444"
TYPED = "我的密码是欧阳"
CALLED_BACK = "13600001234"
AT_REST = (NAME, PHONE, SECRET_NAME, SECRET_PHONE, IMPORTED_NAME, IMPORTED_PHONE, TYPED)
PLANTED = (*AT_REST, CALLED_BACK)
"""Why a caller was revealed is what the journal has to show: that stands in it in plain, and nowhere else."""


def spellings(planted: str) -> Iterator[bytes]:
    """Give a text as logs and files could hold it."""
    yield planted.encode()
    yield planted.encode("unicode_escape")
    yield planted.encode("utf-16-le")
    yield planted.encode("gb18030")


@pytest.mark.journey
def test_nobody_who_called_is_found_in_what_was_written(tmp_path: Path) -> None:
    folder, home, files = tmp_path / "centre", tmp_path / "console", tmp_path / "files"
    for each in (folder, files):
        each.mkdir()
    centre = Centre(folder)
    centre.start(folder / "server.log")
    console: Console | None = None
    try:
        hotline = centre.token("hotline")
        case = CaseId(centre.post(hotline, "26-1", caller={"name": NAME, "phone": PHONE})["case"])
        centre.post(hotline, "26-2", caller={"name": SECRET_NAME, "phone": SECRET_PHONE}, confidential=True)
        console = Console(home, centre, centre.token("chenzhuo"), log=files / "console.log").start()
        until(lambda: console.ask("rows"), lambda rows: len(rows) == 2)
        console.open(case)
        for command in (
            c.SignFor(case=case),
            c.RecordContact(case=case, reached=True, note=f"{NAME}称水已停"),
            c.RevealCaller(case=case, reason=f"回拨{CALLED_BACK}"),
            c.ReportProgress(case=case, text="已围挡"),
            c.Reply(case=case, accepted="14:02", talked_with=NAME, done="修管", result="已恢复"),
            c.RecordCallBack(case=case, reached=True, contacted=True, solved="yes", words=f"{NAME}说满意"),  # type: ignore[arg-type]
            c.CloseCase(case=case),
        ):
            console.submit(command)
        until(lambda: centre.journal()[-1].command, lambda command: isinstance(command, c.CloseCase))
        until(lambda: console.ask("status"), lambda status: status["outbox"] == [])
        console.ask("receipts")
        imported(centre, files)
        rubbish(centre, hotline)
        centre.kill()
        until(lambda: console.ask("status"), lambda status: status["link"] == "offline")
        console.submit(c.AddNote(case=case, text=f"{NAME}又来电，{PHONE}"))
        until(lambda: console.ask("status"), lambda status: len(status["outbox"]) == 1)
        centre.start(folder / "server.log")
        until(lambda: console.ask("status"), lambda status: status["outbox"] == [])
    finally:
        if console is not None:
            console.stop()
        centre.stop()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in written}
    assert {"server.log", "console.log", "cache.db", "outbox.db", "rejected.csv", "centre.db"} <= names
    assert b"goodbye to a console" in (folder / "server.log").read_bytes(), "the log says something"
    found = [
        f"{path.relative_to(tmp_path)}: {planted}"
        for path in written
        if path.name != "orders.csv"
        for planted in (AT_REST if path.name.startswith("centre.db") else PLANTED)
        for spelling in spellings(planted)
        if spelling in path.read_bytes()
    ]
    assert found == []
    with contextlib.closing(Ledger.open(f"sqlite:///{folder / 'centre.db'}")) as ledger:
        assert ledger.caller(case) == Caller(NAME, PHONE), "it was all there"
        assert NAME.encode() in msgspec.json.encode(ledger.case(case))


def imported(centre: Centre, files: Path) -> None:
    """Bring a file in of which one line cannot be used."""
    good = f"26-7,路灯不亮,2026-07-01 08:30,{STREET},{IMPORTED_NAME},{IMPORTED_PHONE}"
    bad = f"26-8,井盖破损,前天下午,{STREET},{IMPORTED_NAME},{IMPORTED_PHONE}"
    head = "工单编号,标题,派单时间,承办单位,来电人,联系电话"
    (files / "orders.csv").write_text("\n".join((head, good, bad)), "utf-8")
    (files / "password").write_text(centre.passwords["hotline"])
    done = subprocess.run(
        [sys.executable, "-m", "dispatcher", "import", str(files / "orders.csv"), "--profile", "ledger12345",
         "--centre", centre.url, "--password-file", str(files / "password"), "--street", STREET,
         "--rejected", str(files / "rejected.csv")],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    (files / "import.log").write_bytes(done.stdout + done.stderr)
    assert b"accepted 1" in done.stdout, done.stdout.decode() + done.stderr.decode()
    assert b"rejected 1" in done.stdout


def rubbish(centre: Centre, token: str) -> None:
    """Have everything refused that can be, with the planted words in it."""
    bearer = {"authorization": f"Bearer {token}"}
    for body in (
        f'{{"number": "26-9", "caller": {{"name": "{NAME}", "phone": {PHONE}}}}}',
        f'{{"caller": "{NAME} {PHONE}"',
        f'{{"{PHONE}": "{NAME}"}}',
    ):
        assert httpx.post(f"{centre.url}/intake/orders", content=body.encode(), headers=bearer).status_code >= 400
    for person, password in ((TYPED, "x"), ("chenzhuo", TYPED)):
        answer = httpx.post(f"{centre.url}/sign-in", json={"person": person, "password": password})
        assert answer.status_code == 401
    for frame in (f'{{"type": "hello", "token": "{PHONE}", "station": 1}}', f"{NAME}", f'{{"type": "{PHONE}"}}'):
        with connect(centre.url.replace("http", "ws") + "/feed", proxy=None) as socket:
            socket.send(frame)
            with contextlib.suppress(ConnectionClosed):
                for _ in socket:
                    pass
