"""What the centre on duty does by itself because time has come: rungs of the ladder, ends of suspensions.

Promises: nothing needs an open console; what fell due while the centre was down is done at the next start, at the time
it is noticed; an act is made and judged between two commits on the case as it stands, under an id made of the case,
of what is done and of its instant, so that no restart does it twice. A case that the rules will not let be acted on is
put off and told in the log; it holds up no other. Runs on the event loop.
"""

import asyncio
import contextlib
import datetime as dt
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AnyCommand, ClimbLadder
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.ladder import next_timer, timers_due
from dispatcher.models.law import Law
from dispatcher.models.organisation import CENTRE
from dispatcher.models.queue import NEVER_MS, from_epoch_ms
from dispatcher.models.roster import Roster
from dispatcher.models.verdicts import Refused
from dispatcher.server.desk import Desk
from dispatcher.storage.ledger import Ledger
from dispatcher.storage.news import News
from dispatcher.storage.timekeeping import Due
from dispatcher.sync.ports import Clock, Trouble

AT_ONCE: Final = 100
"""Cases looked at between two commits."""
LOOK_S: Final = 0.5
"""The clock is looked at so often at least: it may be set, or run faster than the loop's."""
PUT_OFF: Final = dt.timedelta(minutes=10)
"""How long a case waits that could not be acted on."""
RETRY_S: Final = 5.0
ID_PREFIX: Final = "centre:"
_ACTS: Final = uuid.UUID("f0a7a2f6-5f2c-5f35-9c3c-6f6a7d0c41aa")

log = logging.getLogger(__name__)


class Timers:
    """One centre's timers; `run` is their task, `committed` and `wake` tell them that an instant may be earlier."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._next: dt.datetime | None = clock.now()
        self._look = asyncio.Event()

    def committed(self, news: News) -> None:
        """Take in what commits have made."""
        earliest = min((moved.timer_ms for moved in news.moved), default=NEVER_MS)
        if earliest < NEVER_MS and (self._next is None or from_epoch_ms(earliest) < self._next):
            self._next = from_epoch_ms(earliest)
            self._look.set()

    def wake(self) -> None:
        """Look at everything anew: cases have got other timers."""
        self._next = self._clock.now()
        self._look.set()

    async def run(self) -> None:
        """Do what falls due, on duty, until cancelled."""
        self.wake()
        while True:
            try:
                now = self._clock.now()
                if self._next is not None and self._next <= now:
                    await self._act(now)
            except Trouble as trouble:
                log.error("what has fallen due waits: %s", trouble)  # noqa: TRY400  (words, not a traceback)
                await asyncio.sleep(RETRY_S)
            except Exception:  # the last-chance handler of a task that has to go on
                log.critical("a bug in what the centre does by itself", exc_info=True)
                await asyncio.sleep(RETRY_S)
            else:
                await self._wait()

    async def _wait(self) -> None:
        """Wait until something is due or may be; never longer than LOOK_S."""
        left_s = LOOK_S if self._next is None else (self._next - self._clock.now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(left_s, LOOK_S))):
                await self._look.wait()
        self._look.clear()

    async def _act(self, now: dt.datetime) -> None:
        """Do what is due by now, some cases at a time, and find out when the next instant comes."""
        self._next = None  # a commit that comes in meanwhile may set an earlier one than is found below
        while await self._some(now):
            pass
        found = await self._desk.read(lambda ledger: ledger.next_timer())
        if found is not None and (self._next is None or found < self._next):
            self._next = found

    async def _some(self, now: dt.datetime) -> bool:
        """Act on some cases; tells whether there may be more."""
        left: dict[CaseId, Revision] = {}

        def make(ledger: Ledger) -> list[Act]:
            due = ledger.timers_due(now, AT_ONCE)
            left.update({each.case.id: each.case.revision for each in due})
            roster = ledger.roster()
            return [act for each in due for act in acts_of(each, self._desk.law, roster, now)]

        for outcome in await self._desk.judge_made(make, CENTRE):
            if isinstance(outcome.verdict, Refused):
                log.warning("what has fallen due was refused: %s %s", outcome.act, outcome.verdict)
            for each in (outcome, *outcome.followed_by):
                if each.row is not None and each.row.row.id in left:
                    left[each.row.row.id] = each.row.row.revision
        if left:
            await self._desk.write_on_duty(
                lambda ledger: ledger.settle_timers(now, 2 * AT_ONCE, lambda due: self._settled(due, left, now))
            )
        return len(left) == AT_ONCE

    def _settled(
        self, due: Sequence[Due], left: Mapping[CaseId, Revision], now: dt.datetime
    ) -> dict[CaseId, dt.datetime | None]:
        """Give cases that are still due although they were acted on an instant ahead of now.

        One that somebody has changed since it was acted on keeps its instant: what is due in it now is looked at anew.
        """
        timers: dict[CaseId, dt.datetime | None] = {}
        for case, _ in due:
            if left.get(case.id) == case.revision:
                timer = _timer(case, self._desk.law)
                if timer is not None and timer <= now:
                    log.warning("case %s should be acted on since %s and is put off", case.id, timer)
                    timer = now + PUT_OFF
                timers[case.id] = timer
        return timers


def acts_of(due: Due, law: Law, roster: Roster, now: dt.datetime) -> list[Act]:
    """Make the acts of the centre on one case, in their order; none where its instants cannot be reckoned with."""
    try:
        commands = timers_due(due.case, law, roster, now)
    except (ArithmeticError, ValueError) as error:
        log.warning("case %s cannot be acted on: %r", due.case.id, error)
        return []
    return [Act(id=act_id(due, command), command=command, by=CENTRE.person, made_at=now) for command in commands]


def act_id(due: Due, command: AnyCommand) -> CommandId:
    """Give the id of an act of the centre: of the case, of what is done to it, and of the instant it fell due."""
    if isinstance(command, ClimbLadder):  # who is told may have changed since; the rung is the same
        command = msgspec.structs.replace(command, told=())
    what = f"{due.at.isoformat()}\n{msgspec.json.encode(command).decode()}"
    return CommandId(f"{ID_PREFIX}{uuid.uuid5(_ACTS, what)}")


def _timer(case: Case, law: Law) -> dt.datetime | None:
    try:
        return next_timer(case, law)
    except (ArithmeticError, ValueError):
        return None
