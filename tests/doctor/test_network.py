"""The way to the centre: each step that fails is named, with what lies behind it, by real servers and their lack."""

import asyncio
import contextlib
import datetime as dt
import http.server
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dispatcher.centre.certificates import make_certificates
from dispatcher.doctor.findings import Finding, Mark, Typing
from dispatcher.doctor.network import Way
from dispatcher.settings import ConsoleSettings
from dispatcher.storage import centre as database
from tests.doctor.looking import SetClock, asking, marks
from tests.server.centre import order, running_centre
from tests.transport.test_tls import centre_behind, certificates

WARNED = pytest.mark.expects_log(r"the certificate (of the centre )?ends on")


def examined(centre: str, clock: SetClock | None = None, **more: object) -> list[Finding]:
    settings = ConsoleSettings(centre=centre, **more)  # type: ignore[arg-type]
    return list(Way(settings, clock or SetClock(), Typing("console", ConsoleSettings, {})).examine())


def beside(database: Path, look: Callable[[str], None], folder: Path | None = None) -> None:
    """Look at a real centre from another thread, as a process of its own would."""

    async def story() -> None:
        if folder is not None:
            async with centre_behind(folder, database) as url:
                await asyncio.to_thread(look, url)
        else:
            async with running_centre(f"sqlite:///{database}") as centre:
                await asyncio.to_thread(look, centre.running.url)

    asyncio.run(story())


@contextlib.contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Serve one answer to everything."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_whole_way_to_a_centre_in_good_order(tmp_path: Path) -> None:
    made = certificates(tmp_path / "made", "127.0.0.1")

    def look(url: str) -> None:
        found = examined(url, authority=made / "authority.pem")
        assert asking(found) == {}
        names = ("name", "port", "certificate", "answer", "ready", "protocol", "clock", "feed")
        assert list(marks(found)) == [f"centre.{name}" for name in names]

    beside(tmp_path / "centre.db", look, made)


def test_a_name_that_nobody_knows_ends_the_way() -> None:
    found = marks(examined("https://no..such.name:8345"))
    assert found == {"centre.name": Mark.FAULT, "centre.beyond": Mark.UNSEEN}


def test_a_centre_that_is_away_is_said_with_what_was_not_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = examined(f"http://127.0.0.1:{port}")
    assert marks(found) == {
        "centre.name": Mark.WELL, "centre.port": Mark.FAULT, "centre.beyond": Mark.UNSEEN,
    }  # fmt: skip
    assert "refuses" in found[1].words


@pytest.mark.parametrize(
    ("made_ago", "days", "host", "right", "mark", "word"),
    [
        pytest.param(40, 10, "127.0.0.1", True, Mark.FAULT, "expired", marks=WARNED),
        pytest.param(0, 10, "127.0.0.1", True, Mark.ATTENTION, "ends in", marks=WARNED),
        (0, 100, "centre.example", True, Mark.FAULT, "another name"),
        (0, 100, "127.0.0.1", False, Mark.FAULT, "authority unknown"),
    ],
    ids=["expired", "ends soon", "another name", "unknown authority"],
)
def test_what_is_wrong_with_a_certificate_is_said(
    tmp_path: Path, made_ago: int, days: int, host: str, right: bool, mark: Mark, word: str
) -> None:
    then = dt.datetime.now(dt.UTC) - dt.timedelta(days=made_ago)
    made = tmp_path / "made"
    assert make_certificates(made, [host], then, days) == 0
    other = certificates(tmp_path / "other", "127.0.0.1")

    def look(url: str) -> None:
        found = examined(url, authority=(made if right else other) / "authority.pem")
        assert asking(found) == {"centre.certificate": mark}
        assert any(word in finding.words for finding in found)

    beside(tmp_path / "centre.db", look, made)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_an_hour_off_is_found_in_either_direction(tmp_path: Path, hours: int) -> None:
    def look(url: str) -> None:
        found = examined(url, SetClock(dt.timedelta(hours=hours)))
        assert asking(found) == {"centre.clock": Mark.FAULT}
        (said,) = [finding for finding in found if finding.check == "centre.clock"]
        assert f"1:00:00 {'ahead of' if hours > 0 else 'behind'} the centre's" in said.words

    beside(tmp_path / "centre.db", look)


def test_what_is_no_centre_is_told_from_one() -> None:
    with answering(200, b"<html>a proxy's page</html>") as url:
        found = examined(url)
        assert asking(found) == {"centre.answer": Mark.FAULT}
        assert any("no centre" in finding.words for finding in found)


def test_an_older_centre_is_no_fault_and_one_of_another_protocol_is() -> None:
    with answering(200, b'{"status":"live","consoles":0,"head":3,"on_duty":true}') as url:
        found = marks(examined(url))
        assert found["centre.protocol"] is found["centre.clock"] is Mark.UNSEEN
        assert found["centre.feed"] is Mark.FAULT  # nor does that server speak WebSocket
    with answering(200, b'{"status":"live","consoles":0,"head":3,"on_duty":true,"protocol":9}') as url:
        assert marks(examined(url))["centre.protocol"] is Mark.FAULT


@pytest.mark.expects_log("acts could not be judged")
def test_a_centre_that_cannot_judge_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)

    async def story() -> None:
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}") as centre:
            await centre.token("hotline")
            with contextlib.closing(sqlite3.connect(tmp_path / "centre.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                (answer,) = await centre.post(order())
                assert answer["status"] == "failed"
                found = await asyncio.to_thread(examined, centre.running.url)
            assert asking(found) == {"centre.ready": Mark.ATTENTION}
            assert any("in use by another program" in finding.words for finding in found)

    asyncio.run(story())
