"""The engine: the life of a station's sync, from the open cache to the next try of the link, for ever.

Runs on one stock asyncio loop; the store belongs to that loop's thread, and its calls run there, by design.
Promises: what is cached is told before the first dial; acts are stored before anybody sees them; a failing disk
or link becomes words and a state, and the engine goes on. Every public method but `now` is for the loop's thread.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
import random
from collections.abc import Callable
from functools import partial

from dispatcher.models.case import Case
from dispatcher.models.commands import AnyCommand
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.sync import words
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.conversation import Conversation
from dispatcher.sync.desk import Desk, Gap
from dispatcher.sync.health import REFUSED_PAUSE_S, BackOff, Health
from dispatcher.sync.office import Office
from dispatcher.sync.office_ports import OfficeNetwork, OfficePlan
from dispatcher.sync.outbox import new_command_id
from dispatcher.sync.ports import (
    CaseView,
    Clock,
    Dialer,
    Draft,
    LinkLost,
    LinkMoved,
    LinkRefused,
    LinkState,
    Listener,
    OpenCases,
    Snapshots,
    StationWiped,
    Store,
    StoreDamaged,
    StoreNewer,
    Trouble,
)
from dispatcher.sync.talk import Talk

DIAL_TIMEOUT_S = 10.0
TICK_S = 0.5
TOUCH_EVERY_S = 5.0
LET_GO_EVERY_S = 600.0
RESTATE_PAUSE_S = 0.005
"""Between two steps of making rows anew: the interface's thread has its turn."""
INDEX_PAUSE_S = 0.002
STORE_PAUSE_S = 5.0
NO_PLAN = OfficePlan()
LISTED_AT_ONCE = 20
"""Open cases read in one go, a few milliseconds."""
MOVE_ON_S = 1.0
"""A pause shorter than that before another process of the centre is asked is no outage."""


class Engine:
    """Keeps one station in step with its centre.

    `open_store` is called in the loop's thread, again after damage: it must set a broken file aside and open a
    fresh one. `token` and `station` go into each Hello. With `snapshots` a first sync takes one over whole. After the
    first page of the first opening it waits for `first_page_seen`, at most `first_page_s`: loading beside the first
    painting would cost it half its speed.
    With a `network` it works with the stations of its office while the centre is away, as `plan` says.
    """

    def __init__(
        self,
        *,
        open_store: Callable[[], Store],
        dialer: Dialer,
        listener: Listener,
        clock: Clock,
        token: str,
        station: str,
        snapshots: Snapshots | None = None,
        first_page_s: float = 0.0,
        network: OfficeNetwork | None = None,
        plan: OfficePlan = NO_PLAN,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._open_store = open_store
        self._dialer = dialer
        self._listener = listener
        self._token = token
        self._station = station
        self._snapshots = snapshots
        self._time = CentreTime(clock)
        self._health = Health(listener, self._time)
        self._back_off = BackOff(chance)
        self._desk: Desk | None = None
        self._conversation: Conversation | None = None
        self._waiting: list[Callable[[Desk], None]] = []
        self._interrupt = asyncio.Event()
        self._first_page_s = first_page_s
        self._first_page_seen = asyncio.Event()
        if not first_page_s:
            self._first_page_seen.set()
        self._watched: CaseId | None = None
        self._reopen = False
        self._hurried = False
        self._office = None if network is None else self._new_office(network, plan)

    # ---- life

    def now(self) -> dt.datetime:
        """Give the best estimate of the centre's clock; from any thread."""
        return self._time.now()

    async def run(self) -> None:
        """Keep in step until cancelled; ends by itself when the cache belongs to a newer program or has been wiped."""
        self._health.tell()
        try:
            async with asyncio.TaskGroup() as group:  # an error of ours in any part ends all of them, and is raised
                beside = [group.create_task(self._tick(group))]
                if self._office is not None:
                    beside.append(group.create_task(self._office.run()))
                await self._live()
                for task in beside:
                    task.cancel()
        finally:
            self._close()

    async def _live(self) -> None:
        while True:
            desk = await self._open()
            if desk is None:
                return
            try:
                await self._keep_in_step(desk)
            except StationWiped as wiped:
                self._desk = None  # there is nothing left to close
                self._health.become(LinkState.REFUSED, words.WIPED)
                self._listener.station_wiped(str(wiped))
                return
            self._close()
            self._interrupt.clear()
            await self._pause(self._back_off.next_s())  # a disk that breaks every file is not asked at full speed

    async def _open(self) -> Desk | None:
        """Open the store and tell what it holds; None when this program must not touch it."""
        while True:
            self._reopen = False
            try:
                desk = self._desk = self._new_desk()
                if desk.as_of is None:
                    self._health.forget_as_of()
                self._health.note(as_of=desk.as_of)
                self._health.tell()
                waiting, self._waiting = self._waiting, []
                for do in waiting:
                    self._with_desk(do)
                if self._watched is not None:
                    desk.telling.watch(self._watched)
                for _ in desk.pages():
                    await asyncio.sleep(0)
                    await self._wait_for_first_page()
            except StoreNewer as trouble:
                self._listener.trouble(str(trouble))
                self._health.become(LinkState.OFFLINE, str(trouble))
                return None
            except Trouble as trouble:
                self._close()
                self._listener.trouble(str(trouble))
                self._health.become(LinkState.OFFLINE, str(trouble), STORE_PAUSE_S)
                await self._pause(STORE_PAUSE_S)
            else:
                return desk

    async def _wait_for_first_page(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._first_page_s):
                await self._first_page_seen.wait()
        self._first_page_seen.set()

    def _new_desk(self) -> Desk:
        store = self._open_store()
        try:
            return Desk(store, self._listener, self._time)
        except Trouble:
            store.close()
            raise

    def _close(self) -> None:
        desk, self._desk = self._desk, None
        if desk is None:
            return
        try:
            if not self._reopen:
                desk.touch()
        except Trouble as trouble:
            self._listener.trouble(str(trouble))
        finally:
            desk.close()

    async def _keep_in_step(self, desk: Desk) -> None:
        """Connect, talk, wait and connect again, until the store has to be opened anew."""
        while not self._reopen:
            self._interrupt.clear()
            if self._hurried:
                self._hurried = False
                self._health.become(LinkState.CONNECTING)
            try:
                await self._talk_once(desk)
            except Gap as gap:
                self._health.become(LinkState.CATCHING_UP, str(gap))
                await self._pause(self._back_off.next_s())
            except StationWiped:
                raise
            except LinkRefused as refused:
                self._health.become(LinkState.REFUSED, str(refused), REFUSED_PAUSE_S)
                await self._pause(REFUSED_PAUSE_S)
            except LinkMoved as moved:
                await self._move_on(str(moved))
            except LinkLost as lost:
                await self._wait_to_retry(str(lost))
            except Trouble as trouble:
                self._store_failed(trouble)
                if not self._reopen:
                    await self._wait_to_retry(str(trouble))

    async def _move_on(self, detail: str) -> None:
        """Go to whoever of the centre takes the console next; no outage, unless the centre keeps sending it away."""
        pause_s = self._back_off.next_s()
        if pause_s < MOVE_ON_S:
            self._health.become(LinkState.CONNECTING)
        else:
            self._health.become(LinkState.OFFLINE, detail, round(pause_s, 1))
        await self._pause(pause_s)

    async def _wait_to_retry(self, detail: str) -> None:
        pause_s = self._back_off.next_s()
        self._health.become(LinkState.OFFLINE, detail, round(pause_s, 1))
        await self._pause(pause_s)

    async def _talk_once(self, desk: Desk) -> None:
        try:
            async with asyncio.timeout(DIAL_TIMEOUT_S):
                link = await self._dialer.dial()
        except TimeoutError as late:
            raise LinkLost(words.NO_CONNECTION) from late
        talk = Talk(desk, self._health, self._listener, self._snapshots, self._token, self._station, self._office)
        self._conversation = Conversation(link, talk, self._time)
        talking = asyncio.create_task(self._conversation.run())
        interrupted = asyncio.create_task(self._interrupt.wait())
        try:
            await asyncio.wait({talking, interrupted}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            interrupted.cancel()
            talking.cancel()
            await asyncio.gather(talking, interrupted, return_exceptions=True)
            self._conversation = None
            if talk.was_steady:
                self._back_off.reset()
            desk.link_ended()
        if not talking.cancelled():
            await talking

    async def _pause(self, length_s: float) -> None:
        try:
            async with asyncio.timeout(length_s):
                await self._interrupt.wait()
        except TimeoutError:
            return

    async def _tick(self, group: asyncio.TaskGroup) -> None:
        """What time alone, or another state of the link, brings about; rows are made anew by a task of the group."""
        loop = asyncio.get_running_loop()
        touched_s = let_go_s = loop.time()
        anew: asyncio.Task[None] | None = None
        indexing: asyncio.Task[None] | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._health.moved.wait()
            self._health.moved.clear()
            self._health.tell()
            if self._desk is None:
                continue
            self._with_desk(partial(Desk.pass_time, at_s=loop.time()))
            if self._office is not None:
                self._office.tick(loop.time())
            if loop.time() - touched_s >= TOUCH_EVERY_S:
                touched_s = loop.time()
                self._with_desk(Desk.touch)
            if loop.time() - let_go_s >= LET_GO_EVERY_S:
                let_go_s = loop.time()
                self._with_desk(Desk.let_go)
            if self._desk.is_restating and (anew is None or anew.done()):
                anew = group.create_task(self._make_rows_anew(self._desk))
            if self._may_index(self._desk) and (indexing is None or indexing.done()):
                indexing = group.create_task(self._index(self._desk))

    async def _make_rows_anew(self, desk: Desk) -> None:
        """Go through the rows under another law, between everything else."""
        while desk is self._desk and desk.is_restating:
            self._with_desk(Desk.restate)
            await asyncio.sleep(RESTATE_PAUSE_S)

    async def _index(self, desk: Desk) -> None:
        """Make what has come ready to be searched, between everything else; what comes meanwhile waits for a tick."""
        more = True
        while more and desk is self._desk and self._may_index(desk):
            self._with_desk(Desk.index)
            more = desk.is_indexing
            await asyncio.sleep(INDEX_PAUSE_S)

    def _may_index(self, desk: Desk) -> bool:
        """Tell whether there is something to index, and nothing comes that would have to wait for it."""
        return desk.is_indexing and self._health.state is not LinkState.CATCHING_UP

    # ---- wishes

    def submit(
        self,
        command: AnyCommand,
        act_id: CommandId | None = None,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> CommandId:
        """Make an act of a command; `act_answered` follows. The id may be made beforehand by the caller.

        `happened_at` makes it a catch-up entry of what happened then; `seen` is the case as the person had it before
        him; `replaces` is the parked or expired act that is given up for it.
        """
        act_id = act_id or new_command_id()

        def do(desk: Desk) -> None:
            online = self._health.is_online
            desk.acts.submit(command, act_id, online=online, happened_at=happened_at, seen=seen, replaces=replaces)
            self._wake()

        self._with_desk(do)
        return act_id

    def retry(self, act: CommandId) -> None:
        """Make a parked or expired act once more, as a new act; `act_answered` names the new one."""

        def do(desk: Desk) -> None:
            desk.acts.retry(act, online=self._health.is_online)
            self._wake()

        self._with_desk(do)

    def take_theirs(self, act: CommandId) -> None:
        """Give a parked act up for the other's value; a note keeps what it would have set."""

        def do(desk: Desk) -> None:
            desk.acts.take_theirs(act, online=self._health.is_online)
            self._wake()

        self._with_desk(do)

    def resend(self, act: CommandId) -> None:
        """Send an act again that a centre set back may have forgotten, under its own id."""

        def do(desk: Desk) -> None:
            desk.acts.resend(act)
            self._wake()

        self._with_desk(do)

    def keep_draft(self, draft: Draft) -> None:
        """Keep what somebody has begun to write; `drafts_changed` follows."""
        self._with_desk(lambda desk: desk.acts.keep_draft(draft))

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget what somebody had begun to write; `drafts_changed` follows."""
        self._with_desk(lambda desk: desk.acts.drop_draft(case, form))

    def list_open_cases(self) -> None:
        """Ask for all open cases; `open_cases_listed` follows, other work going on meanwhile."""
        self._with_desk(self._begin_listing)

    def _begin_listing(self, desk: Desk) -> None:
        loop, views, found = asyncio.get_running_loop(), desk.open_views(), list[CaseView]()

        def step(here: Desk) -> None:
            more = list(itertools.islice(views, LISTED_AT_ONCE)) if here is desk else []
            found.extend(more)
            if len(more) == LISTED_AT_ONCE:
                loop.call_soon(self._with_desk, step)
            else:
                self._listener.open_cases_listed(OpenCases(tuple(found), desk.as_of))

        step(desk)

    def discard(self, act: CommandId, reason: str) -> None:
        """Give a queued, parked or expired act up; its receipt keeps the reason."""

        def do(desk: Desk) -> None:
            desk.acts.discard(act, reason)
            self._wake()

        self._with_desk(do)

    def serve_office(self, on: bool) -> None:
        """Make this station its office's relay, or let it be no longer; kept over restarts."""
        if self._office is not None:
            self._office.serve(on=on)

    def drop_colleague_act(self, act: CommandId) -> None:
        """Show a colleague's pending act no more in this office."""
        if self._office is not None:
            self._office.drop(act)

    def watch(self, case: CaseId | None) -> None:
        """Say which case is looked at; `case_changed` follows now and whenever it changes."""
        self._watched = case
        if self._desk is not None:
            self._with_desk(lambda desk: desk.telling.watch(case))

    def list_receipts(self, limit: int) -> None:
        """Ask for the newest receipts; `receipts_listed` follows."""
        self._with_desk(partial(Desk.list_receipts, limit=limit))

    def search(self, asked: str, limit: int) -> None:
        """Search all cases here, closed ones too; `cases_found` follows."""
        self._with_desk(partial(Desk.search, asked=asked, limit=limit))

    def first_page_seen(self) -> None:
        """Load the rest: the first page is on the screen."""
        self._first_page_seen.set()

    def reconnect(self) -> None:
        """Try the link now; one that is up is left alone."""
        if self._health.state not in (LinkState.ONLINE, LinkState.CATCHING_UP):
            self._hurry()

    def use_token(self, token: str) -> None:
        """Speak as somebody else, or as the same person with a fresh token, from now on."""
        self._token = token
        self._hurry()

    def _hurry(self) -> None:
        self._hurried = True
        self._back_off.reset()
        self._interrupt.set()

    def _wake(self) -> None:
        if self._conversation is not None:
            self._conversation.wake()
        if self._office is not None:
            self._office.look_again()

    def _new_office(self, network: OfficeNetwork, plan: OfficePlan) -> Office:
        return Office(
            network,
            plan,
            desk=lambda: self._desk,
            health=self._health,
            time=self._time,
            failed=self._store_failed,
            wake=self._wake,
        )

    def _with_desk(self, do: Callable[[Desk], None]) -> None:
        if self._desk is None:
            self._waiting.append(do)
            return
        try:
            do(self._desk)
        except Trouble as trouble:
            self._store_failed(trouble)

    def _store_failed(self, trouble: Trouble) -> None:
        self._listener.trouble(str(trouble))
        if isinstance(trouble, StoreDamaged):
            self._reopen = True
            self._interrupt.set()
