"""Which of the law a day has exercised, counted from the centre's journal: states, whistles, acts, refusals.

What nobody did stands with 0, so that a gap is seen. Pure: whoever owns the journal brings its entries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol, get_args

import msgspec

from dispatcher.models.case import Case, CaseState
from dispatcher.models.commands import AnyCommand
from dispatcher.models.events import Recorded, WhistleBlown
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import WhistleKind


class Entry(Protocol):
    """One accepted act as the journal gives it."""

    @property
    def revision(self) -> Revision: ...  # noqa: D102
    @property
    def case(self) -> CaseId: ...  # noqa: D102
    @property
    def command(self) -> object: ...  # noqa: D102
    @property
    def events(self) -> tuple[Recorded, ...]: ...  # noqa: D102


class RulesExercised(msgspec.Struct, frozen=True, kw_only=True):
    """How often: each state was entered, each kind of whistle blown, each act accepted, each refusal given."""

    states: dict[CaseState, int]
    whistles: dict[WhistleKind, int]
    acts: dict[str, int]
    refusals: dict[Reason, int]

    @property
    def rules(self) -> int:
        """How many there are."""
        return len(self.states) + len(self.whistles) + len(self.acts) + len(self.refusals)

    @property
    def exercised(self) -> int:
        """How many of them happened at least once."""
        counts = (self.states, self.whistles, self.acts, self.refusals)
        return sum(1 for each in counts for count in each.values() if count)


def rules_exercised(journal: Iterable[Entry], refusals: Mapping[Reason, int]) -> RulesExercised:
    """Count from the whole journal in its order; `refusals` are all that were ever given."""
    cases: dict[CaseId, Case] = {}
    states: Counter[CaseState] = Counter()
    whistles: Counter[WhistleKind] = Counter()
    acts: Counter[str] = Counter()
    for entry in journal:
        if not isinstance(entry.command, AnyCommand):
            continue  # an act on the law book
        acts[_tag(type(entry.command))] += 1
        before = case = cases.get(entry.case)
        for recorded in entry.events:
            case = evolve(case, recorded, entry.revision)
            if before is None or case.state is not before.state:
                states[case.state] += 1
            before = case
            if isinstance(recorded.event, WhistleBlown):
                whistles[recorded.event.whistle.kind] += 1
        if case is not None:
            cases[case.id] = case
    return RulesExercised(
        states={state: states[state] for state in CaseState},
        whistles={kind: whistles[kind] for kind in WhistleKind},
        acts={_tag(command): acts[_tag(command)] for command in get_args(AnyCommand)},
        refusals={reason: refusals.get(reason, 0) for reason in Reason},
    )


def _tag(command: type[msgspec.Struct]) -> str:
    return str(command.__struct_config__.tag)
