"""The checks of `tests/conftest.py` themselves: what leaks fails, what is clean beside it does not."""

import os
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LEAKING = """
    import asyncio, logging, threading, warnings
    import pytest
    from PySide6.QtCore import QTimer, qWarning
    from PySide6.QtWidgets import QWidget

    kept, stop = [], threading.Event()

    def test_thread():
        threading.Thread(target=stop.wait, daemon=True).start()

    def test_task():
        loop = asyncio.new_event_loop()
        kept.append(loop.create_task(asyncio.sleep(1000)))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    def test_open_loop():
        kept.append(asyncio.new_event_loop())

    def test_log():
        logging.getLogger("somebody").warning("forgotten")

    @pytest.mark.expects_log("forgotten")
    def test_expected_but_not_logged():
        pass

    def test_warning():
        warnings.warn("forgotten")

    def test_widget(qapp):
        kept.append(QWidget())

    def test_timer(qapp):
        timer = QTimer()
        timer.start(60_000)
        kept.append(timer)

    def test_qt_message(qtbot):
        qWarning("forgotten")
"""

CLEAN = """
    import asyncio, logging, threading
    import pytest
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QWidget

    def test_thread():
        thread = threading.Thread(target=lambda: None)
        thread.start()

    def test_task():
        async def main():
            asyncio.get_running_loop().create_task(asyncio.sleep(1000))
        asyncio.run(main())

    @pytest.mark.expects_log("somebody: WARNING: fore")
    def test_expected_log():
        logging.getLogger("somebody").warning("foreseen")

    def test_widget(qtbot):
        widget = QWidget()
        qtbot.addWidget(widget)
        timer = QTimer(widget)
        timer.start(60_000)
        widget.show()
        widget.destroyed.connect(lambda: None)
        timer.stop()
"""

SKIPPING = """
    import pytest
    from tests.helpers.no_silent_skips import NO_SHARED_DATA

    @pytest.mark.parametrize("reason", [{reasons}])
    def test_skips(reason):
        pytest.skip(reason)
"""


def run_under_our_rules(
    tmp_path: Path, source: str, *, ci: bool = False
) -> tuple[dict[str, bool], "subprocess.CompletedProcess[str]"]:
    """Run `source` under the project's own configuration; return which tests passed, and the run."""
    (tmp_path / "test_sample.py").write_text(textwrap.dedent(source))
    report = tmp_path / "report.xml"
    options = ["-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "-p", "tests.conftest"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", tmp_path],
        cwd=ROOT,
        env={**os.environ, "CI": "true" if ci else "", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    passed: dict[str, bool] = {}
    for case in ET.parse(report).iter("testcase"):
        name = case.attrib["name"]
        bad = any(child.tag in {"failure", "error"} for child in case)
        passed[name] = passed.get(name, True) and not bad
    return passed, run


def test_what_leaks_fails(tmp_path: Path) -> None:
    passed, run = run_under_our_rules(tmp_path, LEAKING)
    assert len(passed) == 9, run.stdout
    assert not [name for name, ok in passed.items() if ok], run.stdout


def test_what_is_clean_passes(tmp_path: Path) -> None:
    passed, run = run_under_our_rules(tmp_path, CLEAN)
    assert len(passed) == 4, run.stdout
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("reasons", "ci", "code"),
    [("'no browser'", True, 1), ("'no browser'", False, 0), ("NO_SHARED_DATA", True, 0)],
)
def test_a_skip_on_ci_fails_the_run_unless_it_is_allowed(tmp_path: Path, reasons: str, ci: bool, code: int) -> None:
    _, run = run_under_our_rules(tmp_path, SKIPPING.format(reasons=reasons), ci=ci)
    assert run.returncode == code, run.stdout
