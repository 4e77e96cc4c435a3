"""What holds for every test: nothing leaks, nothing warns in silence, nobody's own files are touched.

Fixtures for all: `shared_data`, `postgres_url`, `fresh_postgres_url`. Markers are set from what a test asks for and
where it lies, so that `-m "not window"` and the like need no bookkeeping.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings

from tests.helpers import leaks, no_silent_skips, postgres

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A shared machine is slow at times; how long one example takes is the benchmarks' business.
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
# A mutant is killed by the first example that fails; making it small takes time and tells nothing (`make mutation`).
hypothesis_settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, max_examples=40, phases=(Phase.explicit, Phase.generate)
)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

_MARKER_OF_FIXTURE = {
    "qapp": "window",
    "qtbot": "window",
    "qtmodeltester": "window",
    "postgres_url": "postgres",
    "fresh_postgres_url": "postgres",
    "shared_data": "shared_data",
}
_MARKER_OF_DIRECTORY = {"widgets": "window", "ui": "window", "journeys": "journey"}

_call_report = pytest.StashKey[pytest.TestReport]()


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(leaks.watch_event_loops())
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(no_silent_skips.NoSilentSkips())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        names = {_MARKER_OF_FIXTURE.get(name) for name in getattr(item, "fixturenames", ())}
        if item.path.is_relative_to(here):
            names.add(_MARKER_OF_DIRECTORY.get(item.path.relative_to(here).parts[0]))
        for name in names - {None}:
            item.add_marker(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[_call_report] = report
    return report


@pytest.fixture(autouse=True, scope="session")
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test, and every program it starts, away from the developer's settings and data."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        for name in [name for name in os.environ if name.startswith("DISPATCHER_")]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaks a thread, task, loop, window or timer, or that logs a warning nobody expects."""

    def failed() -> bool:
        report = request.node.stash.get(_call_report, None)
        return report is None or not report.passed

    expected = [pattern for marker in request.node.iter_markers("expects_log") for pattern in marker.args]
    with leaks.check_log(expected), leaks.check_threads(), leaks.check_loops_and_tasks():
        if request.node.get_closest_marker("window") or request.node.get_closest_marker("journey"):
            with leaks.check_windows(failed):
                yield
        else:
            yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the directory of public complaint files, which the project reads but does not carry."""
    if not SHARED_DATA.is_dir():
        pytest.skip(no_silent_skips.NO_SHARED_DATA)
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server started for this run; the same database for all who ask."""
    with postgres.running() as url:
        yield url


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """Yield the URL of an empty database of the run's PostgreSQL server, dropped after the test."""
    with postgres.fresh_database(postgres_url) as url:
        yield url
