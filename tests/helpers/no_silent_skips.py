"""A run on CI must not stay green by leaving tests out: a skip whose reason is not allowed fails the whole run.

A pytest plugin, registered by `tests/conftest.py` where `CI=true`. It says at the end what was skipped and why.
"""

import pytest

NO_SHARED_DATA = "the public complaint files are not beside the checkout"

# What a bare machine cannot have and the project does not carry.
ALLOWED = (NO_SHARED_DATA,)


class NoSilentSkips:
    """Collects skips; fails the run at its end if one of them is not allowed."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid, report.longrepr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("SKIPPED, though nothing may be skipped here", red=True)
            for line in self.skipped:
                terminalreporter.write_line(line)

    def _note(self, nodeid: str, longrepr: object) -> None:
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        if not any(allowed in reason for allowed in ALLOWED):
            self.skipped.append(f"{nodeid}: {reason}")
