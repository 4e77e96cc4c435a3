"""One connection to the centre, from Hello to its end: frames in and out, pings, and a watch over silence.

Promises: silence is noticed within half a second of its limit and told; the station's own pauses (a long load, a
sleeping machine) are not taken for the centre's silence; whatever ends the talk is raised by `run` as LinkLost,
LinkRefused or the store's Trouble, and nothing is left running. Limits are in real seconds, whatever clock the
demonstration shows.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Protocol, assert_never

from dispatcher import wire
from dispatcher.models.commands import Act
from dispatcher.sync import words
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.ports import Link, LinkLost, LinkMoved, LinkRefused, StationWiped

PING_EVERY_S = 2.0
STALE_AFTER_S = 5.0
LOST_AFTER_S = 10.0
LOOK_EVERY_S = 0.5
LIVE_AT_ONCE = 64
"""So many live batches at most are made durable together."""

_REFUSING = frozenset(
    {
        wire.Fault.NOT_SIGNED_IN,
        wire.Fault.OLDER_PROTOCOL,
        wire.Fault.NEWER_PROTOCOL,
        wire.Fault.HELLO_FIRST,
        wire.Fault.RUBBISH,
        wire.Fault.UNKNOWN_MESSAGE,
        wire.Fault.BAD_FIELD,
        wire.Fault.TOO_LARGE,
    }
)
_OTHER_PROTOCOL = frozenset({wire.Fault.OLDER_PROTOCOL, wire.Fault.NEWER_PROTOCOL})


class Partner(Protocol):
    """What the conversation is held for. May raise Trouble, which ends the conversation."""

    def hello(self) -> wire.Hello:
        """Give the first word."""
        ...

    def welcomed(self, welcome: wire.Welcome) -> None:
        """Take the centre's first word."""
        ...

    async def fetched(self) -> wire.Begin | None:
        """Fetch what was offered instead of rows; gives what is said then, None where the feed begins by itself."""
        ...

    def changed(self, changes: wire.Changes, *, more: bool) -> None:
        """Take a batch; with `more` another one that has come with it follows at once."""
        ...

    def judged(self, judged: wire.Judged) -> None:
        """Take verdicts."""
        ...

    def beaten(self, beat: wire.Beat) -> None:
        """Take a sign of life."""
        ...

    def law_changed(self, changed: wire.LawChanged) -> None:
        """Take the law book."""
        ...

    def loaded(self, loads: wire.Loads) -> None:
        """Take the departments' loads."""
        ...

    def office_told(self, office: wire.Office) -> None:
        """Take what the office needs without the centre."""

    def lost_told(self, lost: wire.Lost) -> None:
        """Take which sessions' stations are lost."""
        ...

    def undelivered(self, undelivered: wire.Undelivered) -> None:
        """Take which acts that were handed in were not judged."""
        ...

    def wiped(self, wipe: wire.Wipe) -> wire.Wiped:
        """Destroy key and files of this station and give the answer; nothing is asked of the partner after it."""
        ...

    def measured(self, round_trip_s: float) -> None:
        """Take a round trip's real length."""
        ...

    def fell_silent(self, silent: bool) -> None:
        """Nothing has come for STALE_AFTER_S, or something has come again."""
        ...

    def to_send(self) -> tuple[Act, ...]:
        """Choose acts to send now; none when there is nothing to do."""
        ...

    def to_inquire(self) -> wire.Inquire | None:
        """Choose what to ask about colleagues' acts now."""
        ...

    def to_deliver(self) -> tuple[wire.Delivery, ...]:
        """Choose colleagues' acts to hand in now, at most 256."""
        ...


class Conversation:
    """Holds one link. `wake` says that there may be something to send."""

    def __init__(self, link: Link, partner: Partner, time: CentreTime) -> None:
        self._link = link
        self._partner = partner
        self._time = time
        self._loop = asyncio.get_running_loop()
        self._work = asyncio.Event()
        self._welcomed = False
        self._greeted = asyncio.Event()
        self._silent = False
        self._heard_s = self._loop.time()
        self._asked: dict[int, tuple[float, float]] = {}
        self._live: list[wire.Changes] = []
        self._lived = asyncio.Event()

    def wake(self) -> None:
        """Look for acts to send."""
        if self._welcomed:
            self._work.set()

    async def run(self) -> None:
        """Hold the conversation until it ends, which it does by raising; the link is closed then."""
        parts: list[Coroutine[Any, Any, None]] = [
            self._listen(),
            self._hand_over(),
            self._watch(),
            self._ping(),
            self._send(),
            self._fetch(),
        ]
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._link.close()
        for task in tasks:  # the listener is first: a farewell says more than a broken pipe
            if task in done:
                await task

    async def _listen(self) -> None:
        said_s, said_real_s = self._time.monotonic(), self._loop.time()
        await self._link.send(wire.encode(self._partner.hello()))
        while True:
            frame = await self._link.receive()
            self._heard_s = self._loop.time()
            if self._silent:
                self._silent = False
                self._partner.fell_silent(False)
            try:
                message = wire.decode_downward(frame)
            except wire.BadMessage as bad:
                if bad.fault in _OTHER_PROTOCOL:
                    raise LinkRefused(words.OTHER_PROTOCOL) from bad
                raise LinkLost(f"{words.SPOKE_FIRST}（{bad}）") from bad
            if isinstance(message, wire.Wipe):
                answer = self._partner.wiped(message)
                with contextlib.suppress(LinkLost):  # then the centre asks again at the next contact
                    await self._link.send(wire.encode(answer))
                raise StationWiped(message.reason)
            if not self._welcomed:
                self._begin(message, said_s, said_real_s)
            else:
                self._take(message)

    def _begin(self, message: wire.Downward, said_s: float, said_real_s: float) -> None:
        if isinstance(message, wire.Goodbye):
            raise _farewell(message)
        if not isinstance(message, wire.Welcome):
            raise LinkLost(words.SPOKE_FIRST)
        if message.protocol != wire.PROTOCOL:
            raise LinkRefused(words.OTHER_PROTOCOL)
        self._time.measured(said_s, self._time.monotonic(), message.now)
        self._partner.measured(self._loop.time() - said_real_s)
        self._partner.welcomed(message)
        self._welcomed = True
        self._greeted.set()
        self._work.set()

    def _take(self, message: wire.Downward) -> None:
        if isinstance(message, wire.Changes) and not message.catching_up and len(self._live) < LIVE_AT_ONCE:
            self._live.append(message)
            self._lived.set()
            return
        self._hand_live_over()
        match message:
            case wire.Changes():
                self._partner.changed(message, more=False)
            case wire.Judged():
                self._partner.judged(message)
            case wire.Beat():
                self._partner.beaten(message)
            case wire.LawChanged():
                self._partner.law_changed(message)
            case wire.Loads():
                self._partner.loaded(message)
            case wire.Office():
                self._partner.office_told(message)
            case wire.Lost():
                self._partner.lost_told(message)
            case wire.Undelivered():
                self._partner.undelivered(message)
            case wire.Pong():
                asked = self._asked.pop(message.sent_ms, None)
                if asked is not None:
                    self._time.measured(asked[0], self._time.monotonic(), message.now)
                    self._partner.measured(self._loop.time() - asked[1])
            case wire.Goodbye(fault=wire.Fault.STOPPING):
                raise LinkMoved(str(_farewell(message)))
            case wire.Goodbye():
                raise _farewell(message)
            case wire.Welcome() | wire.Wipe():
                raise LinkLost(words.SPOKE_FIRST)
            case _:
                assert_never(message)
        self._work.set()

    async def _hand_over(self) -> None:
        """Hand live batches over once nothing more has come with them: in a rush they share one transaction."""
        while True:
            await self._lived.wait()
            self._lived.clear()
            self._hand_live_over()
            self._work.set()

    def _hand_live_over(self) -> None:
        live, self._live = self._live, []
        for place, changes in enumerate(live, 1):
            self._partner.changed(changes, more=place < len(live))

    async def _watch(self) -> None:
        while True:
            looked_s = self._loop.time()
            await asyncio.sleep(LOOK_EVERY_S)
            late_s = self._loop.time() - looked_s - LOOK_EVERY_S
            if late_s > LOOK_EVERY_S:
                self._heard_s += late_s  # we were the ones who were away
            silent_s = self._loop.time() - self._heard_s
            if silent_s >= LOST_AFTER_S:
                raise LinkLost(words.SILENT)
            if silent_s >= STALE_AFTER_S and self._welcomed and not self._silent:
                self._silent = True
                self._partner.fell_silent(True)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY_S)
            if not self._welcomed:
                continue
            sent_s = self._time.monotonic()
            sent_ms = int(sent_s * 1000)
            self._asked = {key: asked for key, asked in self._asked.items() if sent_s - asked[0] < 60}
            self._asked[sent_ms] = sent_s, self._loop.time()
            await self._link.send(wire.encode(wire.Ping(sent_ms=sent_ms)))

    async def _fetch(self) -> None:
        await self._greeted.wait()
        begin = await self._partner.fetched()
        if begin is not None:
            await self._link.send(wire.encode(begin))
        await asyncio.Event().wait()  # the talk goes on

    async def _send(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while acts := self._partner.to_send():
                for frame in wire.in_frames(lambda part: wire.Submit(acts=part), acts):
                    await self._link.send(frame)
            inquire = self._partner.to_inquire()
            if inquire is not None:
                await self._link.send(wire.encode(inquire))
            if deliveries := self._partner.to_deliver():
                for frame in wire.in_frames(lambda part: wire.Deliver(acts=part), deliveries):
                    await self._link.send(frame)


def _farewell(goodbye: wire.Goodbye) -> LinkLost | LinkRefused:
    said = f"（{goodbye.fault}{': ' + goodbye.detail if goodbye.detail else ''}）"
    if goodbye.fault in _OTHER_PROTOCOL:
        return LinkRefused(words.OTHER_PROTOCOL + said)
    if goodbye.fault in _REFUSING:
        return LinkRefused(words.REFUSED + said)
    return LinkLost(words.CLOSED + said)
