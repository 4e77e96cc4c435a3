"""The hotline's door: orders posted one by one or up to a thousand lines at once, each answered when it is durable.

Promises: a repeat is harmless and gets the same answer; a bad line names its field, value and remedy and never stops
the rest; nothing refused is remembered under a key, so a corrected order can come again. Knows no SQL.
"""

import asyncio
from collections.abc import Container, Mapping, Sequence
from typing import Final, assert_never

from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.organisation import Actor
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.server.desk import Desk
from dispatcher.server.orders import Flaw, read_order
from dispatcher.storage.ledger import Ledger, Outcome
from dispatcher.sync.ports import Clock, Trouble
from dispatcher.wire import OrderAnswer

MAX_LINES: Final = 1000
_BREATH: Final = 50
"""Lines read before the event loop is let do something else."""


class Intake:
    """Takes orders in for whoever holds the role hotline."""

    def __init__(self, desk: Desk, clock: Clock, units: Container[UnitId]) -> None:
        self._desk = desk
        self._clock = clock
        self._units = units

    async def take(self, actor: Actor, lines: list[tuple[int, bytes]], key: str = "") -> list[OrderAnswer]:
        """Take numbered lines, one order each, and answer each in turn; `key` serves an order that brings none."""
        answers: dict[int, OrderAnswer] = {}
        acts: list[Act] = []
        places: list[int] = []
        for place, (number, line) in enumerate(lines):
            if place % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
            read = read_order(line, key, actor, self._units, self._desk.law, self._clock.now())
            if isinstance(read, Flaw):
                answers[place] = OrderAnswer(
                    status="rejected", line=number, field=read.field, value=read.value, remedy=read.remedy
                )
            else:
                acts.append(read)
                places.append(place)
        outcomes = await self._desk.judge_all(acts, actor)
        known = await self._known(acts, outcomes)
        for place, act, outcome in zip(places, acts, outcomes, strict=True):
            answers[place] = _answer(lines[place][0], act, outcome, known)
        for answer in answers.values():
            self._desk.metrics.order(answer.status)
        return [answers[place] for place in range(len(lines))]

    async def _known(self, acts: Sequence[Act], outcomes: Sequence[Outcome | Trouble]) -> dict[CaseId, Revision]:
        """Look up the cases of acts that made nothing new: where they stand now, if they are there at all."""
        asked = [
            act.command.case
            for act, outcome in zip(acts, outcomes, strict=True)
            if isinstance(outcome, Outcome) and outcome.row is None
        ]
        if not asked:
            return {}

        def look_up(ledger: Ledger) -> dict[CaseId, Revision]:
            found = ((case, ledger.case(case)) for case in asked)
            return {case: body.revision for case, body in found if body is not None}

        return await self._desk.read(look_up)


def _answer(number: int, act: Act, outcome: Outcome | Trouble, known: Mapping[CaseId, Revision]) -> OrderAnswer:
    if isinstance(outcome, Trouble):
        return OrderAnswer(status="failed", line=number, remedy=f"稍后再送 | send it again later: {outcome}")
    case, verdict = act.command.case, outcome.verdict
    match verdict:
        case Accepted() if outcome.row is not None:
            return OrderAnswer(status="accepted", line=number, case=case, revision=verdict.revision)
        case Accepted() if case in known:
            return OrderAnswer(status="already_there", line=number, case=case, revision=verdict.revision)
        case Accepted():
            remedy = "此键已用于另一单；换一个键 | this key belongs to another order; use another"
            return OrderAnswer(status="rejected", line=number, field="key", value=act.id, remedy=remedy)
        case Refused() if verdict.reason is Reason.ALREADY_THERE and case in known:
            return OrderAnswer(status="already_there", line=number, case=case, revision=known[case])
        case Refused():
            remedy = f"{verdict.reason.value} {verdict.detail}".strip()
            return OrderAnswer(status="rejected", line=number, field=verdict.field, value="", remedy=remedy)
        case _:
            assert_never(verdict)


def lines_of(body: bytes) -> list[tuple[int, bytes]]:
    """Number the lines of a body from 1, passing over empty ones."""
    return [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
