"""The parent's end of a demonstration's centre: starts the child, hears it, asks it, and sees it end.

Blocking, with a time limit on every wait; knows no event loop. The child's own log goes to standard error.
"""

import contextlib
import queue
import subprocess
import threading
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from dispatcher.models.ids import PersonId
from dispatcher.simulator.report import CentreFigures
from dispatcher.simulator.talk import (
    Asked,
    AskFigures,
    End,
    Failed,
    Figures,
    Options,
    Quiet,
    Quieten,
    Ready,
    Told,
    read_told,
)
from dispatcher.sync.ports import Trouble

READY_WITHIN_S = 60.0
ANSWER_WITHIN_S = 30.0
END_WITHIN_S = 15.0

_T = TypeVar("_T", Ready, Quiet, Figures)


class CentreProcess:
    """A running child. `command` is what starts it; the options follow as its last argument."""

    def __init__(self, command: Sequence[str], options: Options) -> None:
        self._child = subprocess.Popen(
            [*command, msgspec.json.encode(options).decode()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._told: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="demo-centre", daemon=True)
        self._reader.start()

    def ready(self, timeout_s: float = READY_WITHIN_S) -> Ready:
        """Wait until the centre listens; raises Trouble with the child's words."""
        return self._wait(Ready, timeout_s)

    def quieten(self, timeout_s: float = ANSWER_WITHIN_S) -> Quiet:
        """Let the city come to rest, and wait until it has; raises Trouble."""
        self._ask(Quieten())
        return self._wait(Quiet, timeout_s)

    def figures(self, person: PersonId, timeout_s: float = ANSWER_WITHIN_S) -> CentreFigures:
        """Have the journal counted; raises Trouble."""
        self._ask(AskFigures(person=person))
        return self._wait(Figures, timeout_s).figures

    def close(self, timeout_s: float = END_WITHIN_S) -> int:
        """End the child, by force if it must be, and give its exit status; harmless when repeated."""
        if self._child.stdin is not None and not self._child.stdin.closed:
            with contextlib.suppress(Trouble):  # it may have ended already
                self._ask(End())
            with contextlib.suppress(OSError):
                self._child.stdin.close()
        try:
            status = self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._child.kill()
            status = self._child.wait()
        self._reader.join()
        if self._child.stdout is not None:
            self._child.stdout.close()
        return status

    def _ask(self, ask: Asked) -> None:
        assert self._child.stdin is not None, "made with a pipe"
        try:
            self._child.stdin.write(msgspec.json.encode(ask) + b"\n")
            self._child.stdin.flush()
        except (OSError, ValueError) as error:
            raise Trouble("the demonstration's centre has ended") from error

    def _wait(self, kind: type[_T], timeout_s: float) -> _T:
        try:
            told = self._told.get(timeout=timeout_s)
        except queue.Empty:
            raise Trouble(f"the demonstration's centre said nothing for {timeout_s:.0f} s") from None
        if isinstance(told, kind):
            return told
        if isinstance(told, Failed):
            raise Trouble(told.words)
        raise Trouble("the demonstration's centre has ended" if told is None else f"unexpected: {type(told).__name__}")

    def _read(self) -> None:
        assert self._child.stdout is not None, "made with a pipe"
        for line in self._child.stdout:
            self._told.put(read_told(line))
        self._told.put(None)
