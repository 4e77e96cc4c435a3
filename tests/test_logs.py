"""What is written of a program: one JSON object a line where asked for, with the error whole."""

import json
import logging
import subprocess
import sys

from dispatcher.logs import JsonLines


def test_a_record_is_one_line_of_json() -> None:
    record = logging.makeLogRecord(
        {"name": "dispatcher.x", "levelname": "WARNING", "msg": "两行\n%s", "args": ("次",), "created": 0.0, "head": 7}
    )
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "warning",
        "logger": "dispatcher.x",
        "message": "两行\n次",
        "process": record.process,
        "head": 7,
    }


def test_an_error_brings_its_traceback() -> None:
    try:
        int("bad")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    assert "ValueError: invalid literal" in json.loads(JsonLines().format(record))["error"]


def test_a_process_writes_lines_of_json_and_leaves_the_noisy_out() -> None:
    script = (
        "import logging; from dispatcher.logs import begin_logging; begin_logging('info', 'json');"
        "logging.getLogger('httpx').info('a request'); logging.getLogger('dispatcher').info('listening')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["listening"]
    assert done.stdout == ""
