"""Where benchmarks happen: a directory of prepared ledgers and homes, a centre as its own process, a screen.

Promises: whatever is started here is ended here; nobody's own settings or data are read; child programs find their
compiled modules as an installed program does, whatever this process was told about writing them.
"""

import argparse
import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import IO, Final, TypeVar
from unittest import mock

import msgspec

from benchmarks import Result, table
from benchmarks.cases import CONSOLE_PERSON, CONSOLE_TOKEN, fill, sqlite_url
from benchmarks.told import Synced
from dispatcher.entrance import keep_token, station_home

NOBODY_THERE: Final = "http://127.0.0.1:9"
"""An address at which no centre listens."""
ROOT: Final = Path(__file__).parents[1]
START_WITHIN_S: Final = 60.0
STOP_WITHIN_S: Final = 15.0

_T = TypeVar("_T")


class Ground:
    """A directory for ledgers and homes, made when first asked for and kept as long as the directory is."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def ledger(self, count: int) -> str:
        """Give the address of a ledger with so many open cases."""
        path = self.directory / f"ledger-{count}.db"
        if not path.exists():
            fresh = path.with_suffix(".new")
            for part in self.directory.glob(f"{fresh.name}*"):
                part.unlink()
            fill(sqlite_url(fresh), count)
            fresh.rename(path)
        return sqlite_url(path)

    def fresh_ledger(self, count: int) -> str:
        """Give the address of a ledger of one's own with so many open cases, to be written to."""
        kept = Path(self.ledger(count).removeprefix("sqlite:///"))
        fresh = self.directory / "fresh.db"
        for part in self.directory.glob(f"{fresh.name}*"):
            part.unlink()
        for part in self.directory.glob(f"{kept.name}*"):
            shutil.copy(part, self.directory / (fresh.name + part.name.removeprefix(kept.name)))
        return sqlite_url(fresh)

    def home(self, count: int) -> Path:
        """Give a station's directory whose cache was filled by a first sync of so many cases."""
        home = self.directory / f"home-{count}"
        if not (home / "badge.db").exists():
            with centre(self, self.ledger(count)) as url:
                sync(self, url, home)
        return home

    def data(self, home: Path, address: str) -> Path:
        """Give a data directory in which a console finds `home` as its own at the centre of that address."""
        data = self.directory / "data"
        link = station_home(data, address, CONSOLE_PERSON)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(home, target_is_directory=True)
        return data

    def nobodys(self) -> dict[str, str]:
        """Give where a user's own settings, data and keys are looked for: here, and nowhere else."""
        names = ("CONFIG", "DATA", "STATE", "CACHE")
        return {f"XDG_{name}_HOME": str(self.directory / "nobody" / name.lower()) for name in names}

    def environment(self) -> dict[str, str]:
        """Give the environment for child programs."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")}
        own.pop("PYTHONDONTWRITEBYTECODE", None)
        own["PYTHONPYCACHEPREFIX"] = str(self.directory / "compiled")
        return own


def watched(watch: str, number: int, url: str, data: Path) -> list[str]:
    """Give the command line of a console that is watched."""
    where = ["--person", CONSOLE_PERSON, "--centre", url, "--data", str(data), "--key-store", "file"]
    return ["-m", "benchmarks.console", watch, str(number), *where]


def sync(ground: Ground, url: str, home: Path, way: str = "snapshot") -> Synced:
    """Fill a new home by a first sync, by a `snapshot` or by `rows`, in a process of its own."""
    shutil.rmtree(home, ignore_errors=True)
    synced = ask(ground, ["-m", "benchmarks.station", str(home), url, CONSOLE_TOKEN, way], Synced, 600)
    keep_token(home, CONSOLE_TOKEN)
    return synced


@contextlib.contextmanager
def centre(ground: Ground, database: str, workers: int = 1) -> Generator[str]:
    """Run `dispatcher server` as a process of its own, or with several workers; gives its address."""
    with served(ground, database, workers) as (url, _):
        yield url


@contextlib.contextmanager
def served(ground: Ground, database: str, workers: int = 1) -> Generator[tuple[str, int]]:
    """Run `dispatcher server` and give its address and the number of its process."""
    where = ["--database", database, "--port", "0", "--workers", str(workers)]
    with running(ground, ["-m", "dispatcher", "server", *where, "--log", "warning"]) as process:
        yield address(process), process.pid


def address(process: subprocess.Popen[str]) -> str:
    """Read from a child that has just begun where it listens."""
    return _line(process, START_WITHIN_S).removeprefix("listening on ").strip()


def cpu_s(pid: int, *, reaped: bool = False) -> float:
    """Give the processor time a process has used so far, with that of its ended children if asked for."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if reaped else 13])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(pid: int) -> int:
    """Give the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """Give the processes that a process has started and that still run."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share of the values lies."""
    ordered = sorted(values)
    if not ordered:
        raise RuntimeError("nothing was measured")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextlib.contextmanager
def running(ground: Ground, program: Sequence[str]) -> Generator[subprocess.Popen[str]]:
    """Run Python on `program` with its output at hand; it is ended at the end."""
    with child(ground, [sys.executable, *program], ROOT) as process:
        yield process


@contextlib.contextmanager
def child(ground: Ground, command: Sequence[str], directory: Path) -> Generator[subprocess.Popen[str]]:
    """Run a command in a directory with its output at hand; it is ended at the end."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=directory,
        env=ground.environment(),
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _output(process).close()


def ask(ground: Ground, program: Sequence[str], kind: type[_T], within_s: float) -> _T:
    """Run Python on `program` to its end and read the one line of JSON it prints."""
    with running(ground, program) as process:
        found = hear(process, kind, within_s)
        process.wait(within_s)
    return found


def hear(process: subprocess.Popen[str], kind: type[_T], within_s: float) -> _T:
    """Read the next line of JSON a child prints."""
    return msgspec.json.decode(_line(process, within_s), type=kind)


@contextlib.contextmanager
def screen() -> Generator[None]:
    """Make sure that windows are really mapped and painted: on the display there is, else on a virtual one."""
    if sys.platform != "linux" or os.environ.get("DISPLAY"):
        yield
        return
    read, write = os.pipe()
    try:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise SystemExit("There is no display, and Xvfb is missing. On Debian: sudo apt-get install xvfb") from None
    finally:
        os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        if not number:
            raise SystemExit("Xvfb does not start")
        os.environ["DISPLAY"], os.environ["QT_QPA_PLATFORM"] = f":{number}", "xcb"
        yield
    finally:
        os.environ.pop("DISPLAY", None)
        server.terminate()
        server.wait()


def _line(process: subprocess.Popen[str], within_s: float) -> str:
    output = _output(process)
    ready, _, _ = select.select([output], [], [], within_s)
    line = output.readline() if ready else ""
    if not line:
        why = f"ended with {process.poll()}" if ready else f"said nothing for {within_s:g} s"
        raise RuntimeError(f"{process.args}: {why}")
    return line


def _output(process: subprocess.Popen[str]) -> IO[str]:
    if process.stdout is None:
        raise RuntimeError("a child without output")
    return process.stdout


def alone(run: Callable[[Ground, bool], list[Result]]) -> None:
    """Be the command line of one benchmark: run it and print its table."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works, not to be quoted")
    parser.add_argument("--ground", type=Path, metavar="DIR", help="keep prepared ledgers and homes here, or use them")
    parsed = parser.parse_args()
    with ground_at(parsed.ground) as ground, screen():
        print(table(run(ground, parsed.quick)))


@contextlib.contextmanager
def ground_at(directory: Path | None) -> Generator[Ground]:
    """Give a ground in a directory that stays, or in one that goes; this process and its children live there."""
    with contextlib.ExitStack() as kept:
        if directory is None:
            directory = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        ground = Ground(directory.absolute())
        kept.enter_context(mock.patch.dict(os.environ, ground.nobodys()))  # ledgers made here are read by children
        yield ground
