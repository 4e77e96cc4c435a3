"""What a station asks the centre about its colleagues' acts, and what it hands in for those whose station is lost.

Promises: as long as there are copies the centre is asked again, so that none outlives its verdict unheard; an act is
handed in only after the centre has said that the station of its session is lost, behind whatever of the office stands
before it on its case for as long as an own act would wait there, and again until there is a verdict.
"""

from collections.abc import Callable, Iterable
from typing import Final

from dispatcher.models.ids import CommandId
from dispatcher.sync.desk import HOLD_S, Desk
from dispatcher.wire import Delivery, Inquire, NotJudged, Obstacle
from dispatcher.wire.office import OfficeAct

INQUIRE_EVERY_S: Final = 15.0
AT_MOST: Final = 256
_FOR_GOOD: Final = frozenset({Obstacle.NOT_PROVED, Obstacle.MADE_AFTER})
"""What nobody can remove; such an act is handed in once by each start of the program."""


class Inquiring:
    """One station's questions; `desk` gives the open desk, `is_online` whether the centre hears."""

    def __init__(self, desk: Callable[[], Desk | None], is_online: Callable[[], bool]) -> None:
        self._desk = desk
        self._is_online = is_online
        self._asked_s: float | None = None
        self._lost: dict[str, float] = {}
        self._told = False
        self._obstacles: dict[CommandId, Obstacle] = {}

    def is_due(self, at_s: float) -> bool:
        """Tell whether it is time to ask; `at_s` is the loop's clock."""
        desk = self._desk()
        if desk is None or not self._is_online() or not desk.colleagues.cases():
            return False
        return self._asked_s is None or at_s - self._asked_s >= INQUIRE_EVERY_S

    def soon(self) -> None:
        """Ask at the next occasion."""
        self._asked_s = None

    def ask(self, at_s: float) -> Inquire | None:
        """Give what to ask now, None where nothing is due."""
        desk = self._desk()
        if desk is None or not self.is_due(at_s):
            return None
        self._asked_s = at_s
        copies = desk.colleagues.of_others()
        sessions = {entry.proof.session: None for entry in copies if entry.proof is not None}
        return Inquire(acts=tuple(entry.act.id for entry in copies)[:AT_MOST], sessions=tuple(sessions)[:AT_MOST])

    def lost(self, sessions: Iterable[str], at_s: float) -> None:
        """Take it that the stations of these sessions are lost; what is here of them is handed in next."""
        for session in sessions:
            self._lost.setdefault(session, at_s)
        self._told = True

    def deliver(self, at_s: float) -> tuple[Delivery, ...]:
        """Choose what to hand in now: once for each time the centre has named lost sessions."""
        desk = self._desk()
        if desk is None or not self._told:
            return ()
        self._told = False
        chosen: list[Delivery] = []
        for entry in desk.colleagues.of_others():
            proof = entry.proof
            if proof is None or proof.session not in self._lost or self._obstacles.get(entry.act.id) in _FOR_GOOD:
                continue
            if self._stands_behind(desk, entry) and at_s - self._lost[proof.session] < HOLD_S:
                continue
            chosen.append(Delivery(act=entry.act, proof=proof))
        return tuple(chosen[:AT_MOST])

    def undelivered(self, acts: Iterable[NotJudged]) -> None:
        """Take note of what was not judged, and why."""
        self._obstacles |= {each.act: each.why for each in acts}

    def of_lost(self, copies: Iterable[OfficeAct]) -> dict[CommandId, Obstacle | None]:
        """Name the copies whose station is lost, each with what keeps the centre from judging it."""
        found = [entry.act.id for entry in copies if self._is_lost(entry)]
        return {act: self._obstacles.get(act) for act in found}

    def _is_lost(self, entry: OfficeAct) -> bool:
        return entry.proof is not None and entry.proof.session in self._lost

    def _stands_behind(self, desk: Desk, entry: OfficeAct) -> bool:
        """Tell whether an act of a station that is not lost comes before this one on its case."""
        for each in desk.colleagues.on(entry.act.command.case):
            if each.act.id == entry.act.id:
                return False
            if not self._is_lost(each):
                return True
        return False
