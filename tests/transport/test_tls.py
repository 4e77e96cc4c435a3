"""TLS with a private authority: a real centre behind a certificate made by the program's own command."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dispatcher.cli import main
from dispatcher.models.ids import PersonId
from dispatcher.server.certificate import check
from dispatcher.server.listening import Tls
from dispatcher.server.main import Running, serve
from dispatcher.settings import BadSetting, ConsoleSettings, ServerSettings
from dispatcher.sync.clock import SystemClock
from dispatcher.sync.ports import LinkLost, Trouble
from dispatcher.transport.doors import sign_in
from dispatcher.transport.trust import end_words, trust
from dispatcher.transport.websocket import WebSocketDialer
from dispatcher.wire import PROTOCOL, Hello, Welcome, decode_downward, encode
from tests.server.centre import LAW, PASSWORD, SEED


def certificates(folder: Path, *hosts: str, days: int = 100) -> Path:
    named = [part for host in hosts for part in ("--host", host)]
    assert main(["admin", "certificates", str(folder), *named, "--days", str(days)]) == 0
    return folder


@asynccontextmanager
async def centre_behind(folder: Path, database: Path) -> AsyncIterator[str]:
    listening: asyncio.Future[Running] = asyncio.get_running_loop().create_future()
    tls = Tls(folder / "centre.pem", folder / "centre.key")
    serving = asyncio.create_task(
        serve(f"sqlite:///{database}", LAW, SystemClock(), seed=SEED, tls=tls, started=listening.set_result)
    )
    running = await asyncio.wait_for(listening, 20)
    try:
        yield running.url
    finally:
        running.stop()
        await asyncio.wait_for(serving, 20)


def test_signing_in_and_the_feed_go_over_tls_and_only_by_the_right_authority(tmp_path: Path) -> None:
    made = certificates(tmp_path / "one", "localhost", "127.0.0.1")
    other = certificates(tmp_path / "two", "127.0.0.1")

    async def story() -> None:
        async with centre_behind(made, tmp_path / "centre.db") as url:
            assert url.startswith("https://127.0.0.1:")
            ours = trust(str(made / "authority.pem"))
            token = await sign_in(url, PersonId("wang"), PASSWORD, ours)
            feed = url.replace("https", "wss") + "/feed"
            link = await WebSocketDialer(feed, tls=ours).dial()
            await link.send(encode(Hello(protocol=PROTOCOL, token=token, station="T")))
            assert isinstance(decode_downward(await link.receive()), Welcome)
            await link.close()
            for wrong in (trust(str(other / "authority.pem")), trust("")):
                with pytest.raises(LinkLost, match="不是本机信任的机构"):
                    await sign_in(url, PersonId("wang"), PASSWORD, wrong)
                with pytest.raises(LinkLost, match="不是本机信任的机构"):
                    await WebSocketDialer(feed, tls=wrong).dial()
            with pytest.raises(LinkLost):
                await sign_in(url.replace("https", "http"), PersonId("wang"), PASSWORD)

    asyncio.run(story())


def test_a_certificate_for_another_name_is_said(tmp_path: Path) -> None:
    made = certificates(tmp_path / "named", "centre.example")

    async def story() -> None:
        async with centre_behind(made, tmp_path / "centre.db") as url:
            ours = trust(str(made / "authority.pem"))
            with pytest.raises(LinkLost, match="不是为这个地址签发的"):
                await sign_in(url, PersonId("wang"), PASSWORD, ours)
            with pytest.raises(LinkLost, match="不是为这个地址签发的"):
                await WebSocketDialer(url.replace("https", "wss") + "/feed", tls=ours).dial()

    asyncio.run(story())


@pytest.mark.expects_log("the certificate ends on")
def test_one_that_has_ended_is_said(tmp_path: Path) -> None:
    made = certificates(tmp_path / "old", "127.0.0.1", days=0)

    async def story() -> None:
        async with centre_behind(made, tmp_path / "centre.db") as url:
            with pytest.raises(LinkLost, match="已过期"):
                await sign_in(url, PersonId("wang"), PASSWORD, trust(str(made / "authority.pem")))

    asyncio.run(story())


@pytest.mark.expects_log("the certificate of the centre ends on")
def test_an_authority_is_made_once_and_its_end_is_told_beforehand(tmp_path: Path) -> None:
    made = certificates(tmp_path / "one", "127.0.0.1")
    authority = (made / "authority.pem").read_bytes()
    certificates(made, "127.0.0.1", "::1", days=20)
    assert (made / "authority.pem").read_bytes() == authority
    assert all((made / name).stat().st_mode & 0o077 == 0 for name in ("authority.key", "centre.key"))
    ends = check(made / "centre.pem", made / "centre.key")
    now = dt.datetime.now(dt.UTC)
    assert "19" in end_words(ends, now)
    assert end_words(ends + dt.timedelta(days=90), now) == ""
    with pytest.raises(Trouble):
        check(made / "centre.pem", made / "authority.key")
    (made / "authority.key").unlink()
    assert main(["admin", "certificates", str(made), "--host", "x"]) == 1


def test_plain_http_beyond_this_machine_is_refused_unless_allowed() -> None:
    with pytest.raises(BadSetting, match="--plain-http allow"):
        ConsoleSettings(centre="http://10.0.0.5:8345")
    with pytest.raises(BadSetting, match="--certificate"):
        ServerSettings(host="0.0.0.0")
    for fine in ("http://127.0.0.1:8345", "http://localhost:1", "http://[::1]:1", "https://10.0.0.5"):
        ConsoleSettings(centre=fine)
    ConsoleSettings(centre="http://10.0.0.5:8345", plain_http="allow")
    ServerSettings(host="0.0.0.0", plain_http="allow")
    with pytest.raises(BadSetting, match="give both"):
        ServerSettings(certificate=Path("x"))
