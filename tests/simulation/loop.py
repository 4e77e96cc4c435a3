"""An event loop whose time is simulated and whose order is drawn from a seed.

Every handle belongs to an actor (a station, the centre, the ledger's writer), named in the context it was made in.
Within an actor the order is asyncio's own, on which code may rely; which actor goes next is drawn. Nothing waits: when
nothing is ready, the clock goes to the next timer.
"""

import asyncio
import contextvars
import heapq
import random
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

ACTOR: contextvars.ContextVar[str] = contextvars.ContextVar("actor", default="world")


def acting(actor: str) -> contextvars.Context:
    """Give a context in which everything belongs to an actor."""
    context = contextvars.copy_context()
    context.run(ACTOR.set, actor)
    return context


class SeededLoop(asyncio.base_events.BaseEventLoop):
    """The loop of one run. `steps` counts the callbacks that have run."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng
        self._now_s = 0.0
        self._tasks_of: dict[str, weakref.WeakSet[asyncio.Task[Any]]] = {}
        self._fuses: dict[str, list[Any]] = {}
        self.steps = 0

    def time(self) -> float:
        return self._now_s

    def create_task(self, coro: Coroutine[Any, Any, Any], **how: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, **how)
        context = how.get("context")
        actor = ACTOR.get() if context is None else context.get(ACTOR, "world")
        self._tasks_of.setdefault(actor, weakref.WeakSet()).add(task)
        return task

    def light_fuse(self, actor: str, callbacks: int, bang: Callable[[], None]) -> None:
        """Have `bang` called when so many callbacks of an actor have run: between any two of its awaits."""
        self._fuses[actor] = [callbacks, bang]

    def bury(self, actor: str) -> None:
        """Let nothing of an actor go on; what its tasks do while they unwind is its own business."""
        self._fuses.pop(actor, None)
        for task in list(self._tasks_of.pop(actor, ())):
            task.cancel()

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled
        if not ready:
            while scheduled and scheduled[0]._cancelled:
                heapq.heappop(scheduled)._scheduled = False
            if not scheduled:
                raise RuntimeError("nothing will ever happen: no timer runs and nothing is ready")
            self._now_s = max(self._now_s, scheduled[0]._when)
        while scheduled and scheduled[0]._when <= self._now_s:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            if not handle._cancelled:
                ready.append(handle)
        if not ready:
            return
        place = self._choose() if len(ready) > 1 else 0
        handle = ready[place]
        del ready[place]
        if handle._cancelled:
            return
        self.steps += 1
        handle._run()
        if self._fuses:
            actor = handle._context.get(ACTOR, "world")
            fuse = self._fuses.get(actor)
            if fuse is not None:
                fuse[0] -= 1
                if fuse[0] <= 0:
                    del self._fuses[actor]
                    fuse[1]()

    def _choose(self) -> int:
        first: dict[str, int] = {}
        for place, handle in enumerate(self._ready):
            actor = handle._context.get(ACTOR, "world")
            if actor not in first:
                first[actor] = place
        if len(first) == 1:
            return 0
        return first[self._rng.choice(sorted(first))]

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Nothing is counted: a cancelled timer goes when its time comes."""

    def _write_to_self(self) -> None:
        """There is no other thread to be woken from."""

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no events."""
