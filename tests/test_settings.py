"""Settings: flags before environment before file, and a wrong one names itself, its value and its remedy."""

from pathlib import Path

import pytest

from dispatcher import cli
from dispatcher.settings import (
    BadSetting,
    ConsoleSettings,
    DemoSettings,
    ServerSettings,
    WallSettings,
    read,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dispatcher.toml"
    path.write_text('[server]\nport = 9001\nhost = "127.0.0.5"\n[console]\ntheme = "light"\n', "utf-8")
    return path


def server(flags: dict[str, str | None], environment: dict[str, str], file: Path) -> ServerSettings:
    return read(ServerSettings, "server", flags, environment, file)


def test_the_flag_wins_then_the_environment_then_the_file(file: Path):
    assert server({"port": "9003"}, {"DISPATCHER_PORT": "9002"}, file).port == 9003
    assert server({}, {"DISPATCHER_PORT": "9002"}, file).port == 9002
    found = server({}, {}, file)
    assert (found.port, found.host, found.policy) == (9001, "127.0.0.5", "city")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"port": "eighty"}, "port = 'eighty' (flag --port): give a whole number from 0 to 65535"),
        ({"port": "70000"}, "give a whole number from 0 to 65535"),
        ({"database": "mysql://x"}, "write it like sqlite:///centre.db"),
        ({"database": "sqlite:////no/such/folder/centre.db"}, "make the directory /no/such/folder first"),
        ({"host": " "}, "give a value that is not empty"),
        ({"log": "loud"}, "choose one of debug, info, warning, error"),
    ],
)
def test_a_wrong_value_names_itself_and_the_remedy(flags: dict[str, str | None], words: str, file: Path):
    with pytest.raises(BadSetting) as caught:
        server(flags, {}, file)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "table", "flags", "words"),
    [
        (ConsoleSettings, "console", {"centre": "10.0.0.5:8345"}, "write it like http://"),
        (ConsoleSettings, "console", {"centre": "http://host:99999"}, "write it like http://"),
        (ConsoleSettings, "console", {"language": "fr"}, "choose one of zh, en"),
        (WallSettings, "wall", {"diagonal": "9"}, "from 10 to 400"),
        (DemoSettings, "demo", {"outage": "soon"}, "START:LENGTH"),
        (DemoSettings, "demo", {"outage": "10:0"}, "START:LENGTH"),
        (DemoSettings, "demo", {"for_": "nan"}, "give a number from 1 to 86400"),
        (DemoSettings, "demo", {"report": "/no/such/folder/r.json"}, "make the directory /no/such/folder first"),
    ],
)
def test_every_program_checks_its_own(kind: type, table: str, flags: dict[str, str | None], words: str, file: Path):
    with pytest.raises(BadSetting) as caught:
        read(kind, table, flags, {}, file)
    assert words in str(caught.value)


def test_the_file_is_checked_too(tmp_path: Path):
    path = tmp_path / "dispatcher.toml"
    path.write_text("[server]\nprot = 1\n", "utf-8")
    with pytest.raises(
        BadSetting, match=r"prot = 1 .*known here: certificate, database, host, keep_days, key, keys, log, log_format"
    ):
        server({}, {}, path)
    path.write_text("[server\n", "utf-8")
    with pytest.raises(BadSetting, match="cannot be read"):
        server({}, {}, path)
    with pytest.raises(BadSetting, match="there is no such file"):
        server({}, {}, tmp_path / "none.toml")


def test_the_command_line_refuses_before_anything_starts(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["server", "--port", "eighty"]) == 2
    assert "port = 'eighty' (flag --port)" in capsys.readouterr().err


@pytest.mark.parametrize("program", [program.name for program in cli.PROGRAMS])
def test_every_program_has_help_worth_reading(program: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        cli.main([program, "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) > 12
    assert f"dispatcher {program}" in shown


def test_the_list_of_programs_names_each_and_a_wrong_one_is_refused(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(program.name in shown and program.line in shown for program in cli.PROGRAMS)
    with pytest.raises(SystemExit) as left:
        cli.main(["consol", "--theme", "light"])
    assert left.value.code == 2
    assert "invalid choice: 'consol'" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        cli.main([])
    assert left.value.code == 2
    assert "PROGRAM" in capsys.readouterr().err
