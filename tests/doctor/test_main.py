"""`dispatcher doctor` as it is typed: both ends, both languages, a monitor's form, and nothing told that is secret."""

import asyncio
import json
import shlex
from pathlib import Path

import pytest

from dispatcher.cli import main, parse
from dispatcher.doctor.display import examine_display
from dispatcher.doctor.findings import Mark
from dispatcher.entrance import Asked, Entrance
from dispatcher.settings import ConsoleSettings
from dispatcher.storage.badge import BadgeFile
from dispatcher.storage.keys import KEY_FILE, load_key
from dispatcher.sync.clock import SystemClock
from tests.server.centre import PASSWORD, order, running_centre


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main(["doctor", *words])
    return status, capsys.readouterr().out


def test_a_signed_in_station_and_its_centre_are_well_and_tell_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, data = f"sqlite:///{tmp_path / 'centre' / 'centre.db'}", tmp_path / "data"
    (tmp_path / "centre").mkdir(mode=0o700)

    async def story() -> tuple[str, str]:
        async with running_centre(database) as centre:
            url = centre.running.url
            await centre.accepted(order())
            settings = ConsoleSettings(centre=url, data=data, key_store="file", person="wang")
            entered = await Entrance(settings, SystemClock().now).enter(Asked(url, "wang", PASSWORD))
            station = ["--centre", url, "--data", str(data), "--key-store", "file"]
            status, said = await asyncio.to_thread(run, capsys, *station)
            assert status == 0, said
            assert "登录有效" in said
            assert "✗" not in said
            status, english = await asyncio.to_thread(run, capsys, *station, "--person", "wang", "--language", "en")
            assert status == 0, english
            assert "the session is valid" in english
            status, of_centre = await asyncio.to_thread(
                run, capsys, "centre", "--database", database, "--port", str(centre.port), "--json"
            )
            assert status == 0, of_centre
            key = load_key(entered.home / KEY_FILE)
            assert key is not None
            badge = BadgeFile(entered.home, key).read()
            assert badge is not None
            for secret in (key, badge.token, badge.device, badge.verifier, PASSWORD, "欧阳植树", "13912345678"):
                assert secret
                assert secret not in said + english + of_centre
            await centre.http.post("/sign-out", headers={"authorization": f"Bearer {badge.token}"})
            status, ended = await asyncio.to_thread(run, capsys, *station)
            assert status == 1
            return ended, of_centre

    ended, of_centre = asyncio.run(story())
    assert "登录已失效" in ended
    told = json.loads(of_centre)
    assert told["well"] is True
    assert told["end"] == "centre"
    assert {"check", "mark", "words", "remedy"} == told["findings"][0].keys()


def test_a_setting_that_cannot_be_used_is_the_first_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "dispatcher.toml"
    config.write_text('[console]\ncentre = "centre.example"\n')
    status, said = run(capsys, "--config", str(config))
    assert status == 1
    assert "centre = 'centre.example'" in said
    assert "dispatcher console --help" in said
    status, said = run(capsys, "centre", "--database", "sqlite:///nowhere/at/all.db", "--language", "en")
    assert status == 1
    assert "a setting cannot be used" in said


def test_where_each_setting_comes_from_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "dispatcher.toml"
    config.write_text('[server]\nport = "9000"\n')
    database = f"sqlite:///{tmp_path / 'centre.db'}"
    _, said = run(capsys, "centre", "--config", str(config), "--database", database, "--language", "en", "--json")
    (settings,) = [each for each in json.loads(said)["findings"] if each["check"] == "settings"]
    assert f"database = {database} (flag --database)" in settings["words"]
    assert f"port = 9000 ({config}, [server])" in settings["words"]


@pytest.mark.parametrize(
    ("typed", "end"),
    [("doctor", "console"), ("doctor --json", "console"), ("doctor console", "console"), ("doctor centre", "centre"),
     ("doctor --person wall --json", "console"), ("doctor wall --diagonal 55", "wall")],
)  # fmt: skip
def test_the_console_is_the_default(typed: str, end: str) -> None:
    assert parse(shlex.split(typed)).end == end


def test_what_qt_lacks_is_named_and_not_the_traceback_s_first_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "PySide6"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libglib-2.0.so.0: cannot open shared object file')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (said,) = examine_display()
    assert said.mark is Mark.FAULT
    assert "libglib-2.0.so.0" in said.words
    assert "libglib2.0-0" in said.remedy
