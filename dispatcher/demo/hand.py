"""The simulated dispatcher's hand on the console: decides by what the screen was told, acts through the bridge."""

import asyncio

from dispatcher.app import Station
from dispatcher.bridge import ActAnswer, CaseView, Remembered
from dispatcher.models.changes import ChangeSet
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.models.queue import QueueRow
from dispatcher.settings import DemoSettings
from dispatcher.simulator.worker import Discard, Give, Look, SimulatedDispatcher
from dispatcher.ui.console.window import ConsoleWindow

STEP_S = 0.05
"""The shortest pause between two acts of the simulated dispatcher, real time."""
STEP_OF_DAY_S = 1.5
"""The pause between two acts on the simulated day, where that is longer."""


class Hand:
    """The simulated dispatcher's hand on the console: decides by what the screen was told, acts through the bridge."""

    def __init__(self, station: Station, settings: DemoSettings) -> None:
        self._station = station
        self._pause_s = max(STEP_S, STEP_OF_DAY_S / settings.speed)
        self._seed = settings.seed
        self._rows: dict[CaseId, QueueRow] = {}
        self._view: CaseView | None = None
        self._awaited: CommandId | None = None
        self._looking: CaseId | None = None
        self._stopped = False
        self.window: ConsoleWindow | None = None
        bridge = station.bridge
        bridge.rows_changed.connect(self._see_rows)
        bridge.case_changed.connect(self._see_case)
        bridge.act_answered.connect(self._see_answer)

    def stop(self) -> None:
        """Make no further act."""
        self._stopped = True

    async def work(self) -> None:
        """Work the street until stopped."""
        bridge = self._station.bridge
        session: Remembered | None = bridge.session
        law = bridge.law
        assert session is not None, "the window opens with the session"
        assert law is not None, "the law comes with the session"
        person = SimulatedDispatcher(session.actor, law, session.units, self._seed)
        while not self._stopped:
            await asyncio.sleep(self._pause_s)
            if self._awaited is not None or self._looking is not None:
                continue
            match person.next_command(self._rows.values(), self._view, bridge.now()):
                case Look(case=case):
                    self._looking = case
                    if self.window is not None:
                        self.window.open_case(case)
                    bridge.watch(case)
                case Give(command=command):
                    self._awaited = bridge.submit(command)
                case Discard(act=act, reason=reason):
                    bridge.discard(act, reason)
                case None:
                    pass

    def _see_rows(self, changes: ChangeSet) -> None:
        if changes.reset:
            self._rows.clear()
        for case in changes.gone:
            self._rows.pop(case, None)
        self._rows.update((row.id, row) for row in changes.rows)

    def _see_case(self, view: CaseView | None) -> None:
        self._view = view
        self._looking = None

    def _see_answer(self, answer: ActAnswer) -> None:
        if answer.act == self._awaited:
            self._awaited = None
