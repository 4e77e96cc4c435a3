"""The bench: a scenario judged step by step with the same functions as the centre, one line of output per step.

A line is a mapping that JSON can hold. Time is the scenario's alone: no clock is read.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawRefused, book_of, judge_law, law_at
from dispatcher.models.organisation import Actor
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.scenario import shown
from dispatcher.scenario.fitting import BadScenario
from dispatcher.scenario.form import Deed, LawDeed, Scenario, Show, Tick
from dispatcher.scenario.shown import Line, local


class Bench:
    """Cases, whistles and law of one scenario as they stand after the steps run so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._cases: dict[CaseId, Case] = {}
        self._revision = Revision(0)
        self._book = book_of(scenario.policy, scenario.calendar)

    def run(self) -> Iterator[Line]:
        """Carry out the steps in order; raises BadScenario when an [[order]] is refused or a show names no case."""
        many = len({s.act.command.case for s in self._scenario.steps if isinstance(s, Deed)}) > 1
        for step in self._scenario.steps:
            match step:
                case Deed():
                    yield from self._deed(step, many=many)
                case LawDeed():
                    yield from self._law_deed(step)
                case Tick():
                    yield {"step": step.step, "at": local(step.at), "do": "tick", "acts": list(self._timers(step.at))}
                case Show():
                    yield {"step": step.step, "at": local(step.at), "do": "show"} | self._shown(step)

    def _law(self, at: dt.datetime) -> Law:
        return law_at(self._book, at, self._scenario.units)

    def _deed(self, deed: Deed, *, many: bool) -> Iterator[Line]:
        found, then = self._judged(deed.act, deed.by, deed.at)
        if isinstance(found, Refused) and deed.step == 0:
            remedy = f"is refused ({found.reason}); mend it, or write it as a step do = 'receive_order' to see that"
            raise BadScenario(self._scenario.file, "order", found.field or "case", deed.act.command.case, remedy)
        if deed.quiet and not isinstance(found, Refused):
            return
        line: Line = {"step": deed.step, "at": local(deed.at), "do": deed.do}
        if many:
            line["case"] = deed.act.command.case
        yield line | shown.verdict(found, deed.at) | ({"then": then} if then else {})

    def _judged(self, act: c.Act, by: Actor, now: dt.datetime) -> tuple[Sequence[e.Recorded] | Refused, list[Line]]:
        """Judge one act; gives its facts, and a line for each act of the centre that followed from it."""
        case = self._cases.get(act.command.case)
        found = judge(act, case, by, self._law(now), now)
        if isinstance(found, Refused):
            return found, []
        self._revision = Revision(self._revision + 1)
        for recorded in found:
            case = evolve(case, recorded, self._revision)
        assert case is not None
        self._cases[case.id] = case
        return found, []

    def _law_deed(self, deed: LawDeed) -> Iterator[Line]:
        found = judge_law(deed.act, self._book, deed.by, deed.at)
        line: Line = {"step": deed.step, "at": local(deed.at), "do": deed.do}
        if isinstance(found, LawRefused):
            yield (
                line
                | {"verdict": "refused", "reason": found.reason.value}
                | ({"field": found.field} if found.field else {})
            )
            return
        self._book = found
        if not deed.quiet:
            yield line | {"verdict": "accepted"}

    def _timers(self, now: dt.datetime) -> Iterator[Line]:
        yield from ()

    def _shown(self, show: Show) -> Line:
        wish = show.wish
        case = self._cases.get(CaseId(wish.what))
        if case is None:
            raise BadScenario(self._scenario.file, f"step {show.step}", "what", wish.what, "is no case at this time")
        return shown.case_line(case, self._law(show.at), show.at, wish)
