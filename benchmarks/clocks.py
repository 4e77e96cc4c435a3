"""How fast the law is: acts judged, and every row of a city recomputed when the flood-season switch goes on.

All on one core, in processor time, in a process of its own. The cases are open and worked on to different depths by the
real rules, every tenth is about water; a row holds the next clock of its case, its light is taken as well. Beside it
stands what it takes to make every clock of every case, met ones included.
"""

import datetime as dt
import itertools
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import msgspec

from benchmarks import Result
from benchmarks.cases import Judgeable, worked
from benchmarks.processes import Ground, alone
from dispatcher.assets import load_law, load_organisation
from dispatcher.models.case import Case
from dispatcher.models.commands import ReceiveOrder
from dispatcher.models.deadlines import clocks, urgency_now
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import Revision
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.queue import epoch_ms, summarise
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused

CASES: Final = 100_000
ACTS_PER_S: Final = 20_000
ROWS_S: Final = 3.0
WATER: Final = ("水务", "防汛排水", "道路积水")


def run(_ground: Ground, quick: bool = False) -> list[Result]:
    """Judge the acts of a city, then switch the flood season on."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, 2_000 if quick else CASES).result()


def _measure(count: int) -> list[Result]:
    units = load_organisation()
    now = dt.datetime.now(dt.UTC)
    law = load_law(units=units)
    made = list(itertools.islice(worked(count, law, units, now), count))
    made[::10] = [_about_water(acts) for acts in made[::10]]
    begun_s = time.process_time()
    cases = [_case(acts, law, now) for acts in made]
    acts_per_s = sum(map(len, made)) / (time.process_time() - begun_s)
    dry = Regime(since=now - dt.timedelta(days=365), policy=law.policy)
    wet = Regime(since=now, policy=law.policy, flood=True)
    before = msgspec.structs.replace(law, regimes=(dry,))
    after = msgspec.structs.replace(law, regimes=(dry, wet), flood=True)
    now_ms = epoch_ms(now)
    still_s = _took_s(lambda case: summarise(case, before).light(now_ms), cases)
    switched_s = _took_s(lambda case: summarise(case, after).light(now_ms), cases)
    every_s = _took_s(lambda case: clocks(case, after), cases)
    flooded = sum(urgency_now(case, after) is Urgency.FLOOD for case in cases)
    size = f"{len(cases):,} open cases"
    bound_s = ROWS_S * len(cases) / CASES
    return [
        Result(
            "acts judged and evolved", acts_per_s, "acts/s", None, f"≥ {ACTS_PER_S:,} acts/s", acts_per_s >= ACTS_PER_S
        ),
        Result(f"rows and lights of {size}", still_s, "s", 1.0),
        Result(
            f"the same as the flood switch goes on, {flooded:,} of them flood orders by it",
            switched_s, "s", switched_s / still_s, f"≤ {bound_s:g} s", switched_s <= bound_s,
        ),
        Result("every clock of them, met ones included", every_s, "s", every_s / still_s),
    ]  # fmt: skip


def _about_water(acts: list[Judgeable]) -> list[Judgeable]:
    (act, actor), *others = acts
    command = act.command
    if not isinstance(command, ReceiveOrder):
        raise TypeError(f"a case begins with its order, not with {command}")
    order = msgspec.structs.replace(command.order, category=WATER)
    return [(msgspec.structs.replace(act, command=msgspec.structs.replace(command, order=order)), actor), *others]


def _case(acts: Sequence[Judgeable], law: Law, now: dt.datetime) -> Case:
    case: Case | None = None
    for revision, (act, actor) in enumerate(acts, 1):
        found = judge(act, case, actor, law, now)
        if isinstance(found, Refused):
            raise TypeError(f"an act of the generator was refused: {found}")
        for recorded in found:
            case = evolve(case, recorded, Revision(revision))
    if case is None:
        raise ValueError("a case without an act")
    return case


def _took_s(act: Callable[[Case], object], cases: Sequence[Case]) -> float:
    begun_s = time.process_time()
    for case in cases:
        act(case)
    return time.process_time() - begun_s


if __name__ == "__main__":
    alone(run)
