"""Webhooks: told in order and signed, tried again until they answer, given up after a day, never in anybody's way."""

import asyncio
import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dispatcher.cli import main
from dispatcher.models import commands as c
from dispatcher.models.ids import UnitId
from dispatcher.models.verdicts import Accepted
from dispatcher.server import webhooks
from dispatcher.server.listening import listen
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.webhooks import Webhook
from tests.server.centre import OTHER_STREET, STREET, TIMEOUT_S, act, order, running_centre


class Receiver:
    """A program outside: checks signatures and answers as it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.secret = ""
        self.answer = 200
        self.heard: list[tuple[str, dict[str, object]]] = []
        self.tried = 0

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.tried += 1
        name, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        expected = hmac.digest(bytes.fromhex(self.secret), f"{name}.{stamp}.".encode() + body, hashlib.sha256)
        assert request.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
        if self.answer == 200:
            self.heard.append((name, json.loads(body)))
        return Response(status_code=self.answer)

    def kinds(self) -> list[object]:
        return [told["type"] for _, told in self.heard]


@contextlib.asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    listener = listen("127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    application = Starlette(routes=[Route("/hook", found.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield found
    finally:
        server.should_exit = True
        await serving


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not true():  # noqa: ASYNC110  (what is asked is another thread's doing)
            await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "LOOK_S", 0.05)
    monkeypatch.setattr(webhooks, "FIRST_PAUSE_S", 0.05)


def added(database: str, outside: Receiver, *kinds: str, unit: str = "") -> Webhook:
    ledger = Ledger.open(database)
    hook = ledger.webhooks.add(outside.url, kinds, UnitId(unit))
    ledger.close()
    outside.secret = hook.secret
    return hook


def test_it_is_told_in_order_what_it_asked_for_and_nobodys_name(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with running_centre(database) as centre, receiver() as outside:
            await centre.accepted(order(holder=STREET))  # before it was added: not told
            added(database, outside, "receive_order", "sign_for", unit=STREET)
            case, _, other = await centre.accepted(order(), order(), order(holder=OTHER_STREET))
            async with centre.console("wang") as street:
                signed = act(c.SignFor(case=case), "wang")
                noted = act(c.AddNote(case=case, text="井盖已围挡，欧阳植树在场"), "wang")
                await street.submit(signed, noted)
                assert all(isinstance(verdict, Accepted) for verdict in await street.settled(signed, noted))
            await until(lambda: len(outside.heard) >= 3)
            assert outside.kinds() == ["receive_order", "receive_order", "sign_for"]
            assert [told["data"]["revision"] for _, told in outside.heard] == [2, 3, 5]  # type: ignore[index]
            text = json.dumps(outside.heard, ensure_ascii=False)
            assert other not in text
            assert "欧阳" not in text
            assert "13912345678" not in text
            assert "139****" not in text

    asyncio.run(story())


@pytest.mark.expects_log(r"webhook \w+: try \d+ failed")
def test_one_that_fails_is_tried_again_and_holds_up_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with running_centre(database) as centre, receiver() as well, receiver() as sick:
            sick.answer = 500
            added(database, well)
            added(database, sick)
            await centre.accepted(order(), order())
            await until(lambda: len(well.heard) == 2 and sick.tried >= 3)
            assert sick.heard == []
            sick.answer = 200
            await until(lambda: len(sick.heard) == 2)
            assert [name.split("-")[1] for name, _ in sick.heard] == ["1", "2"], "in order, the stuck one first"

    asyncio.run(story())


@pytest.mark.expects_log(r"webhook \w+: revision 1 is given up after 2 tries: HTTP 500")
def test_after_a_day_a_notice_is_a_dead_letter_and_the_next_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webhooks, "GIVE_UP_AFTER", dt.timedelta())

    async def story() -> None:
        database = f"sqlite:///{tmp_path / 'centre.db'}"
        async with running_centre(database) as centre, receiver() as outside:
            hook = added(database, outside)
            outside.answer = 500
            ledger = Ledger.open(database)
            long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            ledger.webhooks.keep(msgspec.structs.replace(hook, tries=1, failing_since=long_ago))
            await centre.accepted(order())
            await until(lambda: ledger.webhooks.dead_letters(hook.id))
            outside.answer = 200
            await centre.accepted(order())
            await until(lambda: len(outside.heard) == 1)
            (letter,) = ledger.webhooks.dead_letters()
            assert (letter.revision, letter.error) == (1, "HTTP 500")
            again = ["admin", "--database", database, "webhook", "again", hook.id]
            assert await asyncio.to_thread(main, again) == 0
            assert [name.split("-")[1] for name, _ in outside.heard] == ["2", "1"]
            assert ledger.webhooks.dead_letters() == ()
            ledger.close()

    asyncio.run(story())
    assert "revision 1 delivered" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://example.cn/hook"], "write it like https://"),
        (["ftp://example.cn"], "write it like https://"),
        (["https://example.cn/hook", "--kind", "sign"], "--kind sign: no such command"),
        (["https://example.cn/hook", "--unit", "7"], "--unit 7: no such unit"),
    ],
)
def test_what_cannot_be_used_is_named(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = f"sqlite:///{tmp_path / 'centre.db'}"
    assert main(["admin", "--database", database, "webhook", "add", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert main(["admin", "--database", database, "webhook", "list"]) == 0
    assert capsys.readouterr().out == ""


def test_added_listed_and_removed_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    admin = ["admin", "--database", f"sqlite:///{tmp_path / 'centre.db'}", "webhook"]
    assert main([*admin, "add", "https://example.cn/hook", "--kind", "blow_whistle", "--unit", "110101"]) == 0
    name, secret = capsys.readouterr().out.strip().split(": ")
    assert len(bytes.fromhex(secret)) == 32
    assert main([*admin, "list"]) == 0
    shown = capsys.readouterr().out
    assert shown == f"{name}  https://example.cn/hook  blow_whistle  110101  0 behind\n"
    assert main([*admin, "remove", name]) == 0
    assert main([*admin, "remove", name]) == 1
