"""How long personal data is kept: what the rule says is over is erased, and what somebody asks to have erased.

Promises: an erasure is an act like any other, judged and journaled, and consoles in scope hear of it; a case goes with
the parts it was split into; the rule erases each case once, whatever is restarted. Runs on the event loop.
"""

import asyncio
import datetime as dt
import logging
import uuid
from collections.abc import Iterable
from typing import Final

from dispatcher.models.case import Case
from dispatcher.models.commands import Act, ErasePersonalData
from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.verdicts import Refused
from dispatcher.server.desk import Desk
from dispatcher.storage.ledger import Ledger, Outcome
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import Erased, ErasureAsked

AT_ONCE: Final = 100
"""Cases erased between two commits."""
LOOK_EVERY_S: Final = 3600.0
RETRY_S: Final = 60.0
MEANT_AT_MOST: Final = 10
ID_PREFIX: Final = "centre:"
_ACTS: Final = uuid.UUID("5d0f6a0e-5b5b-5b3c-9f57-7d2f1c1f7d11")

log = logging.getLogger(__name__)


class Retention:
    """Erases what is over `days` after a case ended; `run` is its task, for the one centre on duty."""

    def __init__(self, desk: Desk, clock: Clock, days: int) -> None:
        self._desk = desk
        self._clock = clock
        self._days = days

    async def run(self) -> None:
        """Look now and every hour, until cancelled."""
        while True:
            pause_s = LOOK_EVERY_S
            try:
                await self.apply(self._days)
            except Trouble as trouble:
                log.error("personal data that is to be erased waits: %s", trouble)  # noqa: TRY400
                pause_s = RETRY_S
            except Exception:  # the last-chance handler of a task that has to go on
                log.critical("a bug in erasing personal data", exc_info=True)
                pause_s = RETRY_S
            await asyncio.sleep(pause_s)

    async def apply(self, days: int) -> int:
        """Erase what is over now; gives in how many cases. Raises Trouble."""
        count = 0
        while True:
            outcomes = await self._desk.judge_made(lambda ledger: overdue(ledger, days, self._clock.now()), CENTRE)
            done = sum(not isinstance(outcome.verdict, Refused) for outcome in outcomes)
            count += done
            if done < AT_ONCE:
                return count

    async def erase(self, asked: ErasureAsked, actor: Actor) -> tuple[Erased, ...]:
        """Erase what is asked for and the parts it was split into; nothing when the words mean not one case."""
        cases = await self._desk.read(lambda ledger: meant_by(ledger, asked.case))
        acts = asked_for(cases, asked.reason, actor.person, self._clock.now())
        outcomes: list[Outcome] = []
        for outcome in await self._desk.judge_all(acts, actor):
            if isinstance(outcome, Trouble):
                raise outcome
            outcomes.append(outcome)
        return answers(cases, outcomes)


def meant_by(ledger: Ledger, words: str) -> list[Case]:
    """Give the one case that words mean and the parts it was split into; none when they mean none or several."""
    found = ledger.meant_by(words, MEANT_AT_MOST)
    if len(found) != 1:
        return []
    parts = [ledger.case(child) for child in found[0].children]
    return [*found, *(part for part in parts if part is not None)]


def asked_for(cases: Iterable[Case], reason: str, by: PersonId, now: dt.datetime) -> list[Act]:
    """Make the acts that erase cases because it was asked for."""
    return [
        Act(
            id=CommandId(f"erase:{uuid.uuid4()}"),
            command=ErasePersonalData(case=case.id, reason=reason),
            by=by,
            made_at=now,
        )
        for case in cases
    ]


def answers(cases: Iterable[Case], outcomes: Iterable[Outcome]) -> tuple[Erased, ...]:
    """Say what became of each case."""
    return tuple(
        Erased(
            case=case.id,
            number=case.order.number,
            refused=outcome.verdict if isinstance(outcome.verdict, Refused) else None,
        )
        for case, outcome in zip(cases, outcomes, strict=True)
    )


def overdue(ledger: Ledger, days: int, now: dt.datetime) -> list[Act]:
    """Make the acts that erase what is over, some cases at a time, under ids that no restart doubles."""
    cases = ledger.custody.erasable(now - dt.timedelta(days=days), AT_ONCE)
    reason = f"保存期 {days} 天已满"
    return [
        Act(
            id=CommandId(f"{ID_PREFIX}{uuid.uuid5(_ACTS, f'{case.id} {case.revision}')}"),
            command=ErasePersonalData(case=case.id, reason=reason),
            by=CENTRE.person,
            made_at=now,
        )
        for case in cases
    ]
