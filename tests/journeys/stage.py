"""The stage of the journeys: a real centre and real consoles as processes, started, asked, killed."""

import asyncio
import contextlib
import datetime as dt
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import PersonId
from dispatcher.storage.ledger import JournalEntry, Ledger
from dispatcher.transport.doors import sign_in

ROOT = Path(__file__).parents[2]
STREET, WATER = "110105017", "D-WATER"
WITHIN_S = 40.0
_T = TypeVar("_T")


def until(ask: Callable[[], _T], holds: Callable[[_T], bool], within_s: float = WITHIN_S) -> _T:
    """Ask again and again until the answer holds; gives it. Fails with the last answer when time is up."""
    deadline_s = time.monotonic() + within_s
    while True:
        answer = ask()
        if holds(answer):
            return answer
        assert time.monotonic() < deadline_s, f"not within {within_s:g} s; the last answer was {answer}"
        time.sleep(0.05)


class Centre:
    """The centre as a process. Times pass `factor` times as fast for it and for the consoles that join it."""

    def __init__(self, folder: Path, factor: float = 1.0, colleagues: tuple[tuple[str, str], ...] = ()) -> None:
        self.database = f"sqlite:///{folder / 'centre.db'}"
        self.origin = (str(time.time()), dt.datetime.now(dt.UTC).isoformat(), str(factor))
        self.url = ""
        self.passwords = {
            person: self._add(person, name, unit, *roles)
            for person, name, unit, roles in (
                ("hotline", "市民热线", "110000", ("hotline",)),
                ("chenzhuo", "陈卓", STREET, ("dispatcher", "shift_leader")),
                *((person, name, STREET, ("dispatcher",)) for person, name in colleagues),
                ("zhao", "赵工", WATER, ("liaison",)),
            )
        }
        self._process: subprocess.Popen[str] | None = None

    def _add(self, person: str, name: str, unit: str, *roles: str) -> str:
        given = [part for role in roles for part in ("--role", role)]
        said = subprocess.run(
            [sys.executable, "-m", "dispatcher", "admin", "--database", self.database, "add", person,
             "--name", name, "--unit", unit, *given],
            check=True, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        return said.stdout.rpartition(": ")[2].strip()

    def start(self, log: Path | None = None) -> None:
        """Start it, on the same port as before when there was one; with `log` it writes down all it can there."""
        port = self.url.rpartition(":")[2] or "0"
        with contextlib.ExitStack() as stack:
            written = stack.enter_context(log.open("ab")) if log else None
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.centre", self.database, port, *self.origin]
                + (["DEBUG"] if log else []),
                stdout=subprocess.PIPE, stderr=written, text=True, cwd=ROOT,
            )  # fmt: skip
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.startswith("listening on "), said
        self.url = said.removeprefix("listening on ").strip()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an administrator would."""
        if self._process is not None:
            assert self._end(signal.SIGTERM) == 0

    def _end(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        status = self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return status

    def token(self, person: str) -> str:
        """Sign somebody in."""
        return asyncio.run(sign_in(self.url, PersonId(person), self.passwords[person]))

    def post(self, token: str, number: str, **more: object) -> dict[str, Any]:
        """Hand an order in through the intake, with its number as its key."""
        origin = dt.datetime.fromisoformat(self.origin[1])
        order = {
            "number": number, "source": "12345", "title": "路面塌陷，自来水管爆裂", "text": "坑约两米，水一直往外冒。",
            "dispatched_at": origin.isoformat(), "urgency": "emergency", "holder": STREET,
            "caller": {"name": "刘丽华", "phone": "19900001234"},
            "place": {"address": "武圣路近加油站", "community": "百环社区"}, **more,
        }  # fmt: skip
        answer = httpx.post(
            f"{self.url}/intake/orders", json=order, headers={"authorization": f"Bearer {token}"}, timeout=20
        )
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def journal(self) -> list[JournalEntry]:
        """Read the journal."""
        ledger = Ledger.open(self.database)
        try:
            return ledger.journal(0, 10_000)  # type: ignore[arg-type]
        finally:
            ledger.close()


class Console:
    """A console as a process, driven over its pipes."""

    def __init__(
        self,
        home: Path,
        centre: Centre,
        token: str,
        url: str = "",
        *more: str,
        program: str = "driven",
        log: Path | None = None,
    ) -> None:
        self._arguments = [str(home), url or centre.url, token, *centre.origin, *more, *(["DEBUG"] if log else [])]
        self._program = f"tests.journeys.{program}"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._selector = selectors.DefaultSelector()
        self._rest = b""

    def start(self) -> "Console":
        """Open it."""
        environment = dict(os.environ)
        if not environment.get("DISPLAY"):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        self._rest = b""
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(self._log.open("ab")) if self._log else None
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._program, *self._arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, env=environment,
            )  # fmt: skip
        return self

    def move(self, home: Path) -> None:
        """Take its files from elsewhere from the next start on."""
        self._arguments[0] = str(home)

    def ask(self, do: str, **more: object) -> Any:
        """Ask one thing and give the answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode({"do": do, **more}) + b"\n")
        self._process.stdin.flush()
        deadline_s = time.monotonic() + WITHIN_S
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                ready = selector.select(max(0.0, deadline_s - time.monotonic()))
                data = os.read(self._process.stdout.fileno(), 1 << 20) if ready else b""
                assert data, f"the console does not answer {do!r}"
                self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return msgspec.json.decode(line)

    def submit(self, command: AnyCommand) -> str:
        """Make an act through the bridge."""
        return self.ask("submit", command=msgspec.to_builtins(command))

    def open(self, case: str) -> None:
        """Go to a case and wait until it is shown."""
        self.ask("open", case=case)
        until(lambda: self.ask("case", case=case), lambda view: view is not None)

    def row(self, case: str) -> dict[str, Any]:
        """Give what the queue shows of a case."""
        return self.ask("rows").get(case, {})

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._close()

    def stop(self) -> None:
        """Close its window."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        status = self._process.wait(20)
        self._close()
        assert status == 0

    def _close(self) -> None:
        assert self._process is not None
        self._process.wait(20)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None
