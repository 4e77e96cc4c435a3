"""The bench: a scenario judged step by step with the same functions as the centre, one line of output per step.

A line is a mapping that JSON can hold. Time is the scenario's alone: no clock is read.
"""

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.consequences import check_target, follow_ups
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.ladder import next_timer, timers_due
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawRefused, book_of, judge_law, law_at, next_change
from dispatcher.models.organisation import CENTRE, Actor
from dispatcher.models.roster import Roster
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from dispatcher.scenario import figures, shown
from dispatcher.scenario.fitting import BadScenario
from dispatcher.scenario.form import Deed, LawDeed, Scenario, Show, Tick
from dispatcher.scenario.shown import Line, local


class Bench:
    """Cases and law of one scenario as they stand after the steps run so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._roster = Roster(duties=scenario.duties)
        self._cases: dict[CaseId, Case] = {}
        self._revision = Revision(0)
        self._made = 0
        self._book = book_of(scenario.policy, scenario.calendar)
        self._law: Law | None = None
        self._law_until: dt.datetime | None = None
        many = len({step.act.command.case for step in scenario.steps if isinstance(step, Deed)}) > 1
        self._name_cases = many

    def run(self) -> Iterator[Line]:
        """Carry out the steps in order; raises BadScenario when an [[order]] is refused or a show names no case."""
        for step in self._scenario.steps:
            match step:
                case Deed():
                    yield from self._deed(step)
                case LawDeed():
                    yield from self._law_deed(step)
                case Tick():
                    acts = list(self._timers(step.since or step.at, step.at))
                    yield {"step": step.step, "at": local(step.at), "do": "tick", "acts": acts}
                case Show():
                    yield {"step": step.step, "at": local(step.at), "do": "show", "what": step.wish.what} | self._shown(
                        step
                    )

    @property
    def cases(self) -> Mapping[CaseId, Case]:
        """The cases as they stand by now."""
        return self._cases

    def _law_at(self, at: dt.datetime) -> Law:
        if self._law is None or (self._law_until is not None and at >= self._law_until):
            self._law = law_at(self._book, at, self._scenario.units)
            self._law_until = next_change(self._book, at)
        return self._law

    def _deed(self, deed: Deed) -> Iterator[Line]:
        found, then = self._carried_out(deed.act, deed.by, deed.at)
        if isinstance(found, Refused) and deed.step == 0:
            remedy = f"is refused ({found.reason}); mend it, or write it as a step do = 'receive_order' to see that"
            raise BadScenario(self._scenario.file, "order", found.field or "case", deed.act.command.case, remedy)
        if deed.quiet and not isinstance(found, Refused):
            return
        line: Line = {"step": deed.step, "at": local(deed.at), "do": deed.do}
        if self._name_cases:
            line["case"] = deed.act.command.case
        yield line | shown.verdict(found, deed.at) | ({"then": then} if then else {})

    def _carried_out(
        self, act: c.Act, by: Actor, now: dt.datetime
    ) -> tuple[Sequence[e.Recorded] | Refused, list[Line]]:
        """Judge one act and what follows from it; nothing stays of it when something that follows is refused."""
        cases, revision = dict(self._cases), self._revision
        then: list[Line] = []
        first: Sequence[e.Recorded] = ()
        waiting = deque([(act, by)])
        while waiting:
            each, actor = waiting.popleft()
            before = self._cases.get(each.command.case)
            found = self._judged(each, actor, now)
            if isinstance(found, Refused):
                self._cases, self._revision = cases, revision
                return found, []
            if each is act:
                first = found
            else:
                then.append(self._by_centre(each) | shown.verdict(found, now))
            after = self._cases[each.command.case]
            waiting += [
                (self._act_of_centre(command, found[0].at), CENTRE)
                for command in follow_ups(each.command, before, after, tuple(found))
            ]
        return first, then

    def _judged(self, act: c.Act, by: Actor, now: dt.datetime) -> Sequence[e.Recorded] | Refused:
        case = self._cases.get(act.command.case)
        found = judge(act, case, by, self._law_at(now), now)
        if isinstance(found, Refused):
            return found
        if isinstance(act.command, c.MergeCase) and case is not None:
            refused = check_target(act.command, self._cases.get(act.command.into), case, by)
            if refused is not None:
                return refused
        self._revision = Revision(self._revision + 1)
        for recorded in found:
            case = evolve(case, recorded, self._revision)
        assert case is not None, "an act without a fact"
        self._cases[case.id] = case
        return found

    def _act_of_centre(self, command: c.AnyCommand, at: dt.datetime) -> c.Act:
        self._made += 1
        return c.Act(id=CommandId(f"centre:{self._made}"), command=command, by=CENTRE.person, made_at=at)

    def _by_centre(self, act: c.Act) -> Line:
        return {"case": act.command.case, "do": act.command.__struct_config__.tag}

    def _law_deed(self, deed: LawDeed) -> Iterator[Line]:
        found = judge_law(deed.act, self._book, deed.by, deed.at)
        line: Line = {"step": deed.step, "at": local(deed.at), "do": deed.do}
        if isinstance(found, LawRefused):
            line |= {"verdict": "refused", "reason": found.reason.value}
            yield line | ({"field": found.field} if found.field else {})
            return
        self._book, self._law = found, None
        if not deed.quiet:
            yield line | {"verdict": "accepted"}

    def _timers(self, since: dt.datetime, until: dt.datetime) -> Iterator[Line]:
        """Run the centre's timers from `since` on, each at the instant it falls due, to `until`."""
        now = since
        while True:
            law = self._law_at(now)
            for name in list(self._cases):
                for command in timers_due(self._cases[name], law, self._roster, now):
                    act = self._act_of_centre(command, now)
                    found, _ = self._carried_out(act, CENTRE, now)
                    yield {"at": local(now)} | self._by_centre(act) | shown.verdict(found, now)
            later = [
                at
                for at in (next_change(self._book, now), *(next_timer(each, law) for each in self._cases.values()))
                if at is not None and now < at <= until
            ]
            if not later:
                return
            now = min(later)

    def _shown(self, show: Show) -> Line:
        wish, law = show.wish, self._law_at(show.at)
        match wish.what:
            case "all":
                return figures.all_line(self._cases.values(), law, show.at, wish)
            case "load":
                return figures.load_line(self._cases.values(), wish)
            case "rates":
                return figures.rates_line(self._cases.values(), law, self._scenario, self._revision, show)
            case name:
                case = self._cases.get(CaseId(name))
                if case is None:
                    raise BadScenario(self._scenario.file, f"step {show.step}", "what", name, "is no case by then")
                return shown.case_line(case, law, show, self._scenario.file)
