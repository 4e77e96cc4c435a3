"""The office: how a station works on with its neighbours while the centre is away. The design stands in `relay`.

Runs beside the engine's link to the centre, on the same loop, and never in its way: the centre is tried as ever while
a relay serves. Promises: what the relay says is durable before it is shown; a station that serves opens its port, and
only then; every relay that can be reached is met every `LOOK_EVERY_S`, so that two are noticed and said.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

import msgspec

from dispatcher import wire
from dispatcher.models.ids import CommandId, LedgerId, Revision
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.desk import Desk
from dispatcher.sync.health import Health
from dispatcher.sync.inquiring import Inquiring
from dispatcher.sync.membership import Membership
from dispatcher.sync.office_ports import (
    OfficeDoor,
    OfficeMemory,
    OfficeNetwork,
    OfficePlan,
    OfficeStatus,
)
from dispatcher.sync.ports import LinkLost, LinkRefused, LinkState, Trouble
from dispatcher.sync.relay import Relay
from dispatcher.wire import CaseRow, OfficeStation, encode
from dispatcher.wire.office import (
    End,
    Fate,
    Here,
    Look,
    Serving,
    decode_from_relay,
)

AWAY_AFTER_S: Final = 3.0
"""The centre counts as away when it has not been heard for so long."""
LEAVE_AFTER_S: Final = 20.0
"""So long a station stays with its relay once the centre is back, to tell and hear what became of the acts."""
LOOK_EVERY_S: Final = 5.0
LOOK_AGAIN_S: Final = 3.0
"""Between two looks of a station that has found no relay yet."""
REACH_S: Final = 3.0
OPEN_AGAIN_S: Final = 10.0

_T = TypeVar("_T")


class Office:
    """One station's part in its office. `desk` gives the open desk, `failed` takes the store's Trouble.

    `inquiring` is what the centre is asked and handed about colleagues' acts. `wake` has the link to the centre look
    again for what there is to say.
    """

    def __init__(
        self,
        network: OfficeNetwork,
        plan: OfficePlan,
        *,
        desk: Callable[[], Desk | None],
        health: Health,
        time: CentreTime,
        failed: Callable[[Trouble], None],
        wake: Callable[[], None],
    ) -> None:
        self._network = network
        self._plan = plan
        self._desk = desk
        self._health = health
        self._time = time
        self._failed = failed
        self._wake = wake
        self._started = time.now()
        self._relay: Relay | None = None
        self._joined: Serving | None = None
        self._membership: Membership | None = None
        self._members: tuple[str, ...] = ()
        self._met: dict[str, Serving] = {}
        self._rumours: tuple[Serving, ...] = ()
        self._trouble = ""
        self._keeps = True
        self._choice = asyncio.Event()
        self._need = asyncio.Event()
        self._centre_s: float | None = None
        self.inquiring = Inquiring(desk, lambda: health.is_online)

    # ---- life

    async def run(self) -> None:
        """Take part until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_serving())
            group.create_task(self._keep_joined())

    def tick(self, at_s: float) -> None:
        """Look at what time and other hands have brought; `at_s` is the loop's clock."""
        if self._health.is_heard:
            self._centre_s = at_s if self._centre_s is None else self._centre_s
        else:
            self._centre_s = None
        if self.inquiring.is_due(at_s):
            self._wake()
        self.look_again()
        self._tell()

    def look_again(self) -> None:
        """See whether there is anything new to share."""
        if self._membership is not None:
            self._membership.look_again()

    # ---- the centre

    def station(self) -> OfficeStation | None:
        """Give what the Hello says of this station; None before there is a store."""
        memory = self._memory()
        return None if memory is None else OfficeStation(station=memory.station, address=self._address())

    def leave(self) -> None:
        """Take and tell nothing more in the office so far, at once: a person of another, or of none, is signed in."""
        if self._membership is not None:
            self._membership.leave()
        if self._relay is not None:
            self._relay.dissolve()
            self._choice.set()

    def told(self, office: wire.Office) -> None:
        """Take keys and addresses from the centre."""

        def do(desk: Desk) -> None:
            memory = desk.office_memory
            desk.remember_office(
                msgspec.structs.replace(
                    memory,
                    address=self._address(),
                    unit=office.unit,
                    keys=office.keys,
                    stations=office.stations,
                    session=office.session,
                )
            )

        self._with(do)
        self.inquiring.soon()
        self._choice.set()
        self._need.set()

    def confirmed(self, rows: tuple[CaseRow, ...]) -> None:
        """Take rows that the centre has just given: those who have no link of their own are lent them."""
        if self._relay is not None:
            self._relay.confirmed(rows)

    # ---- the person

    def serve(self, *, on: bool) -> None:
        """Make this station the office's relay, or let it be no longer; kept over restarts."""

        def do(desk: Desk) -> None:
            memory = desk.office_memory
            since = (memory.serving_since or self._time.now()) if on else None
            desk.remember_office(msgspec.structs.replace(memory, serving_since=since))

        self._with(do)
        self._trouble = ""
        self._choice.set()

    def drop(self, act: CommandId) -> None:
        """Show a colleague's act no more at this office: a person has decided that nobody will send it."""
        self._end((End(act=act, fate=Fate.GIVEN_UP),))

    # ---- serving

    async def _keep_serving(self) -> None:
        door: OfficeDoor | None = None
        beating: asyncio.Task[None] | None = None
        try:
            while True:
                wanted = self._wanted()
                if self._relay is not None and (wanted != self._relay.serving or self._relay.is_dissolved):
                    relay, self._relay = self._relay, None
                    await _stop(relay, door, beating)
                    door = beating = None
                if wanted is not None and self._relay is None:
                    relay = self._make_relay(wanted)
                    if relay is not None:
                        try:
                            door = await self._network.open(wanted.address, self._keys, relay.serve)
                        except Trouble as trouble:
                            self._trouble = str(trouble)
                        else:
                            self._trouble = ""
                            self._relay = relay
                            relay.met(self._seen())
                            self._need.set()
                            beating = asyncio.create_task(relay.beat(), name="beats of the relay")
                self._tell()
                await _pause(self._choice, OPEN_AGAIN_S)
        finally:
            if self._relay is not None:
                relay, self._relay = self._relay, None
                await _stop(relay, door, beating)

    def _wanted(self) -> Serving | None:
        desk, memory = self._desk(), self._memory()
        if desk is None or desk.session is None or memory is None or not memory.keys or not self._address():
            return None
        if memory.serving_since is None and not self._plan.serves:
            return None
        return Serving(
            station=memory.station,
            address=self._address(),
            keeper=desk.session.actor.name or desk.session.actor.person,
            since=memory.serving_since or self._started,
            by_hand=memory.serving_since is not None,
        )

    def _make_relay(self, serving: Serving) -> Relay | None:
        desk = self._desk()
        if desk is None:
            return None
        return Relay(serving, lambda: self._ledger, desk.colleagues.all(), self._lend, self._time)

    @property
    def _ledger(self) -> LedgerId:
        desk = self._desk()
        return desk.ledger if desk is not None else LedgerId("")

    def _lend(self, after: Revision) -> Iterator[tuple[CaseRow, ...]]:
        desk = self._desk()
        if desk is None:
            return
        try:
            yield from desk.lend(after)
        except Trouble as trouble:
            self._failed(trouble)

    # ---- taking part

    async def _keep_joined(self) -> None:
        while True:
            if not self._needed():
                self._met.clear()
                self._rumours = ()
                self._tell()
                await _pause(self._need, 1.0)
                continue
            best = await self._look()
            if best is not None:
                with contextlib.suppress(LinkLost, LinkRefused, TimeoutError):
                    await self._take_part(best)
            await _pause(self._need, 0.2 if best is not None and self._keeps else LOOK_AGAIN_S)

    def _needed(self) -> bool:
        """Tell whether the centre is away, or has not been back for long."""
        desk = self._desk()
        if desk is None or desk.session is None or not self._keys():
            return False
        if self._relay is not None:
            return True
        if self._centre_s is not None:
            return self._joined is not None and asyncio.get_running_loop().time() - self._centre_s < LEAVE_AFTER_S
        status = self._health.status
        return status.state is not LinkState.CONNECTING and (self._time.now() - status.since) >= dt.timedelta(
            seconds=AWAY_AFTER_S
        )

    async def _look(self) -> Serving | None:
        """Meet every relay that can be reached and give the one that has served longest; everybody hears of others."""
        memory = self._memory()
        if memory is None:
            return None
        addresses = {self._plan.relay, *(station.address for station in memory.stations)}
        addresses |= {rival.address for rival in self._rumours}
        if self._relay is not None:
            addresses.add(self._relay.serving.address)
        else:
            addresses.discard(self._address())
        look = Look(station=memory.station, seen=self._seen())
        answers = await asyncio.gather(*(self._ask(address, look) for address in sorted(addresses - {""})))
        here = [answer for answer in answers if answer is not None]
        self._met = {answer.relay.station: answer.relay for answer in here}
        self._rumours = _unique(rival for answer in here for rival in answer.rivals)
        if len(self._met) > 1:  # the ones met first have not heard of the others yet
            again = msgspec.structs.replace(look, seen=self._seen())
            await asyncio.gather(*(self._ask(relay.address, again) for relay in tuple(self._met.values())))
        self._tell()
        return min(self._met.values(), key=_age, default=None)

    async def _ask(self, address: str, look: Look) -> Here | None:
        try:
            async with asyncio.timeout(REACH_S):
                link, _ = await self._network.dial(address, self._keys())
                try:
                    await link.send(encode(look))
                    answer = decode_from_relay(await link.receive())
                finally:
                    await link.close()
        except (LinkLost, LinkRefused, TimeoutError, wire.BadMessage):
            return None
        return answer if isinstance(answer, Here) else None

    async def _take_part(self, best: Serving) -> None:
        async with asyncio.timeout(REACH_S):
            proven = await self._network.dial(best.address, self._keys())
        membership = Membership(proven, self)
        self._joined, self._membership = best, membership
        tasks = [asyncio.create_task(membership.run()), asyncio.create_task(self._look_around(best))]
        self._tell()
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._joined, self._membership, self._members = None, None, ()
            self._tell()
        for task in done:
            await task

    async def _look_around(self, best: Serving) -> None:
        """Come back when this relay is not the one to be with any more, or none is needed."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S if not self._rumours else LOOK_AGAIN_S)
            if not self._needed():
                return
            found = await self._look()
            if found is not None and _age(found) < _age(best):
                return

    # ---- sync.membership.OfficePlace

    def at_desk(self, do: Callable[[Desk], None]) -> bool:
        """Do something at the open desk; what it changes is told. False where there is none or its disk fails."""

        def done(desk: Desk) -> bool:
            do(desk)
            return True

        self._keeps = bool(self._with(done))
        self._tell()
        return self._keeps

    def heard(self, here: Here) -> None:
        """Take the relay's sign of life."""
        self._members, self._rumours = here.members, here.rivals
        self._tell()

    # ---- inside

    def _end(self, ends: tuple[End, ...]) -> None:
        self._with(lambda desk: desk.end_in_office(ends))
        if self._membership is not None:
            self._membership.tell(ends)
        self._tell()

    def _seen(self) -> tuple[Serving, ...]:
        """Name the relays this station has met itself: what it only heard is not passed on, or it would never end."""
        own = (self._relay.serving,) if self._relay is not None else ()
        return _unique((*own, *self._met.values()))

    def _keys(self) -> tuple[wire.OfficeKey, ...]:
        memory = self._memory()
        return memory.keys if memory is not None else ()

    def _address(self) -> str:
        """Give where this station listens as the relay: as set, as it reaches the centre now, or as it did last."""
        host = self._network.own_host()
        if self._plan.address or not self._plan.port:
            return self._plan.address
        if host:
            return f"[{host}]:{self._plan.port}" if ":" in host else f"{host}:{self._plan.port}"
        memory = self._memory()
        return memory.address if memory is not None else ""

    def _memory(self) -> OfficeMemory | None:
        return self._with(lambda desk: desk.office_memory)

    def _with(self, do: Callable[[Desk], _T]) -> _T | None:
        desk = self._desk()
        if desk is None:
            return None
        try:
            return do(desk)
        except Trouble as trouble:
            self._failed(trouble)
            return None

    def _tell(self) -> None:
        desk = self._desk()
        if desk is None:
            return
        if self._relay is not None:
            self._relay.met(self._seen())
        relays = _unique((*self._seen(), *self._rumours))
        mine = desk.colleagues.station
        self._health.office(
            OfficeStatus(
                serving=self._relay.serving if self._relay is not None else None,
                relay=self._joined,
                colleagues=len([member for member in self._members if member != mine]),
                rivals=tuple(sorted(relays, key=_age)) if len(relays) > 1 else (),
                acts=desk.colleagues.of_others(),
                gone=desk.colleagues.gone,
                lost=self.inquiring.of_lost(desk.colleagues.of_others()),
                can_serve=bool(self._address() and self._keys()),
                trouble=self._trouble,
            )
        )


async def _pause(event: asyncio.Event, length_s: float) -> None:
    try:
        async with asyncio.timeout(length_s):
            await event.wait()
    except TimeoutError:
        return
    event.clear()


async def _stop(relay: Relay, door: OfficeDoor | None, beating: "asyncio.Task[None] | None") -> None:
    if beating is not None:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
    await relay.close()
    if door is not None:
        await door.close()


def _age(serving: Serving) -> tuple[dt.datetime, str]:
    return serving.since, serving.station


def _unique(relays: Iterable[Serving]) -> tuple[Serving, ...]:
    return tuple({relay.station: relay for relay in relays}.values())
