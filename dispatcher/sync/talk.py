"""One connection as the engine and its desk take part in it: what the centre says, and what it makes of the health."""

import asyncio

from dispatcher import wire
from dispatcher.models.commands import Act
from dispatcher.sync import words
from dispatcher.sync.desk import Desk
from dispatcher.sync.health import Health
from dispatcher.sync.office import Office
from dispatcher.sync.ports import LinkState, Listener, Snapshots
from dispatcher.sync.taking import take_over
from dispatcher.wire import SNAPSHOT_FORMAT

STEADY_AFTER_S = 3.0


class Talk:
    """A conversation's partner for the length of one link. `token` and `station` go into its Hello.

    `office` hears what concerns the station's neighbours, where it works with any.
    """

    def __init__(
        self,
        desk: Desk,
        health: Health,
        listener: Listener,
        snapshots: Snapshots | None,
        token: str,
        station: str,
        office: Office | None,
    ) -> None:
        self._desk = desk
        self._health = health
        self._listener = listener
        self._snapshots = snapshots
        self._token = token
        self._station = station
        self._office = office
        self._may_inquire = False
        self._loop = asyncio.get_running_loop()
        self._received = 0
        self._expected: int | None = None
        self._offered = False
        self._online_since_s: float | None = None

    @property
    def was_steady(self) -> bool:
        """Tell whether the link has been good for long enough that the next try need not be held back."""
        return self._online_since_s is not None and self._loop.time() - self._online_since_s >= STEADY_AFTER_S

    # ---- sync.conversation.Partner

    def hello(self) -> wire.Hello:
        """Give the first word."""
        return wire.Hello(
            protocol=wire.PROTOCOL,
            token=self._token,
            station=self._station,
            ledger=self._desk.ledger,
            cursor=self._desk.cursor,
            newest=self._desk.newest[0],
            newest_act=self._desk.newest[1],
            accepted=self._desk.accepted,
            snapshot=SNAPSHOT_FORMAT if self._snapshots is not None else 0,
            office=self._office.station() if self._office is not None else None,
            wipeable=True,
        )

    def welcomed(self, welcome: wire.Welcome) -> None:
        """Take the centre's first word."""
        office = self._desk.office_memory.unit
        catching_up = self._desk.welcome(welcome)
        if self._office is not None and self._desk.office_memory.unit != office:
            self._office.leave()
        if self._desk.as_of is None:
            self._health.forget_as_of()
        if catching_up:
            self._offered = bool(welcome.snapshot)
            self._expected = welcome.rows
            self._health.note_progress(0, self._expected)
            self._health.become(LinkState.CATCHING_UP)
        else:
            self._desk.complete(welcome.head, welcome.now)
            self._be_online()

    async def fetched(self) -> wire.Begin | None:
        """Take the snapshot that was offered; gives after what the feed is to begin, None where nothing was offered."""
        if not self._offered or self._snapshots is None:
            return None
        if not await take_over(self._desk, self._snapshots, self._token, self._taken):
            self._desk.give_up_taking()
        return wire.Begin(after=self._desk.cursor)

    def _taken(self, head: wire.PartHead, rows: int) -> None:
        self._received, self._expected = head.place + rows, head.total
        self._health.note_progress(self._received, self._expected)
        self._health.note(as_of=self._desk.as_of)
        self._health.tell()

    def changed(self, changes: wire.Changes, *, more: bool) -> None:
        """Take a batch."""
        written = self._desk.take(changes, self._loop.time(), more=more)
        if self._office is not None:
            self._office.confirmed(changes.rows)
        if self._online_since_s is None:
            self._received += len(changes.rows)
            self._health.note_progress(self._received, self._expected)
        if not changes.catching_up and written:
            self._be_online()
        elif written:
            self._health.note(as_of=self._desk.as_of)
            self._health.tell()

    def judged(self, judged: wire.Judged) -> None:
        """Take verdicts."""
        self._desk.judged(judged.settles)

    def beaten(self, beat: wire.Beat) -> None:
        """Take a sign of life."""
        self._desk.complete(beat.head, beat.now)
        self._be_online()

    def law_changed(self, changed: wire.LawChanged) -> None:
        """Take the law book."""
        self._desk.law_changed(changed.book)

    def loaded(self, loads: wire.Loads) -> None:
        """Take the departments' loads."""
        self._listener.loads_changed(loads.units, loads.at)

    def office_told(self, office: wire.Office) -> None:
        """Take what the office needs without the centre."""
        self._may_inquire = True
        if self._office is not None:
            self._office.told(office)

    def lost_told(self, lost: wire.Lost) -> None:
        """Take which sessions' stations are lost."""
        if self._office is not None:
            self._office.inquiring.lost(lost.sessions, self._loop.time())

    def undelivered(self, undelivered: wire.Undelivered) -> None:
        """Take which acts that were handed in were not judged."""
        if self._office is not None:
            self._office.inquiring.undelivered(undelivered.acts)

    def wiped(self, wipe: wire.Wipe) -> wire.Wiped:
        """Destroy key and files of this station."""
        return wire.Wiped(order=wipe.order, unsent=self._desk.destroy())

    def measured(self, round_trip_s: float) -> None:
        """Take a round trip."""
        self._health.note(round_trip_ms=round(round_trip_s * 1000, 1))

    def fell_silent(self, silent: bool) -> None:
        """Show that the centre has fallen silent, or is heard again."""
        if silent:
            self._health.become(LinkState.STALE, words.SILENT)
        elif self._online_since_s is None:
            self._health.become(LinkState.CATCHING_UP)
        else:
            self._be_online()

    def to_send(self) -> tuple[Act, ...]:
        """Choose the acts that leave now."""
        return self._desk.to_send()

    def to_inquire(self) -> wire.Inquire | None:
        """Choose colleagues' acts to ask about now."""
        if self._office is None or not self._may_inquire:
            return None
        return self._office.inquiring.ask(self._loop.time())

    def to_deliver(self) -> tuple[wire.Delivery, ...]:
        """Choose colleagues' acts to hand in now."""
        return () if self._office is None else self._office.inquiring.deliver(self._loop.time())

    def _be_online(self) -> None:
        self._health.note(as_of=self._desk.as_of)
        if not self._health.is_online:
            self._online_since_s = self._online_since_s or self._loop.time()
            self._health.become(LinkState.ONLINE)
