"""The thread the engine lives in, and the one way into it from other threads.

Promises: every wish returns at once; `stop` ends the loop, closes the store and joins. Holds the one last-chance
handler below the windows: an error of ours is logged, said, and the engine begins again over the same store.
"""

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any, ParamSpec

from dispatcher.models.case import Case
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.sync import words
from dispatcher.sync.engine import Engine
from dispatcher.sync.outbox import new_command_id
from dispatcher.sync.ports import Draft, Listener

BEGIN_AGAIN_AFTER_S = 5.0

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")


class EngineThread:
    """An engine in a thread of its own. `start` and `stop` once each; wishes between, from any thread."""

    def __init__(self, engine: Engine, listener: Listener) -> None:
        self._engine = engine
        self._listener = listener
        self._thread = threading.Thread(target=self._main, name="sync", daemon=False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = threading.Event()
        self._stop: asyncio.Event = asyncio.Event()

    def start(self) -> None:
        """Start the thread; returns when its loop takes wishes."""
        self._thread.start()
        self._running.wait()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End the engine and join the thread; harmless when repeated. Raises TimeoutError when it does not end."""
        self.call(self._stop.set)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                raise TimeoutError("the sync thread does not end")

    def call(self, do: Callable[_P, object], *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Have `do` called in the engine's thread soon; dropped when the engine has ended."""
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(lambda: do(*args, **kwargs))
        except RuntimeError:
            if not loop.is_closed():
                raise

    def now(self) -> dt.datetime:
        """Give the best estimate of the centre's clock."""
        return self._engine.now()

    def submit(
        self,
        command: AnyCommand,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> CommandId:
        """Ask for a command; `act_answered` tells what became of the act named by the id returned."""
        act = new_command_id()
        self.call(self._engine.submit, command, act, happened_at, seen, replaces)
        return act

    def watch(self, case: CaseId | None) -> None:
        """Say which case is looked at."""
        self.call(self._engine.watch, case)

    def retry(self, act: CommandId) -> None:
        """Make a parked or expired act once more."""
        self.call(self._engine.retry, act)

    def take_theirs(self, act: CommandId) -> None:
        """Give a parked act up for the other's value."""
        self.call(self._engine.take_theirs, act)

    def resend(self, act: CommandId) -> None:
        """Send a doubted act again."""
        self.call(self._engine.resend, act)

    def keep_draft(self, draft: Draft) -> None:
        """Keep what somebody has begun to write."""
        self.call(self._engine.keep_draft, draft)

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget what somebody had begun to write."""
        self.call(self._engine.drop_draft, case, form)

    def list_open_cases(self) -> None:
        """Ask for all open cases."""
        self.call(self._engine.list_open_cases)

    def discard(self, act: CommandId, reason: str) -> None:
        """Give a queued, parked or expired act up."""
        self.call(self._engine.discard, act, reason)

    def serve_office(self, on: bool) -> None:
        """Make this station its office's relay, or let it be no longer."""
        self.call(self._engine.serve_office, on)

    def drop_colleague_act(self, act: CommandId) -> None:
        """Show a colleague's pending act no more in this office."""
        self.call(self._engine.drop_colleague_act, act)

    def list_receipts(self, limit: int) -> None:
        """Ask for the newest receipts."""
        self.call(self._engine.list_receipts, limit)

    def first_page_seen(self) -> None:
        """Say that the first page is on the screen: the rest may be loaded."""
        self.call(self._engine.first_page_seen)

    def reconnect(self) -> None:
        """Try the link now."""
        self.call(self._engine.reconnect)

    def use_token(self, token: str) -> None:
        """Sign in with another token."""
        self.call(self._engine.use_token, token)

    def _main(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.set_exception_handler(self._bug_in_callback)
            runner.run(self._live())

    async def _live(self) -> None:
        self._running.set()
        stopping = asyncio.create_task(self._stop.wait())
        while not self._stop.is_set():
            living = asyncio.create_task(self._engine.run())
            await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                living.cancel()
            try:
                await living
            except asyncio.CancelledError:
                return
            except Exception:  # noqa: BLE001  the last-chance handler
                _log.exception("the sync engine failed")
                self._listener.trouble(words.BUG)
                await asyncio.wait({stopping}, timeout=BEGIN_AGAIN_AFTER_S)
            else:
                await stopping

    def _bug_in_callback(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        _log.critical("a wish failed: %s", context.get("message"), exc_info=context.get("exception"))
        self._listener.trouble(words.BUG)
