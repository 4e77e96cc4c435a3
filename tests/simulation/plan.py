"""What happens in a run: a list of steps drawn from its seed, each with a generator of its own.

So a run with some steps left out is the same run without them, which is what makes shrinking work. Each seed has its
own taste: it leaves out some kinds of faults, and is fond of others.
"""

import enum
import random
from collections.abc import Sequence
from typing import Final, NamedTuple


class Kind(enum.StrEnum):
    """What a step does."""

    ACT = "act"
    BURST = "burst"
    ORDER = "order"
    HOTLINE = "hotline"
    DECIDE = "decide"
    WAIT = "wait"
    CUT = "cut"
    HALF_OPEN = "half_open"
    STALL = "stall"
    SLOW = "slow"
    PART = "part"
    HEAL = "heal"
    MEDDLE = "meddle"
    CRASH = "crash"
    CRASH_AT_COMMIT = "crash_at_commit"
    CRASH_IN_CALLBACKS = "crash_in_callbacks"
    CENTRE_CRASH = "centre_crash"
    CENTRE_CRASH_AT_COMMIT = "centre_crash_at_commit"
    CENTRE_CRASH_IN_CALLBACKS = "centre_crash_in_callbacks"
    CENTRE_DISK_FULL = "centre_disk_full"
    DISK_FULL = "disk_full"
    DISK_DAMAGED = "disk_damaged"
    CLOCK = "clock"
    SIGN_IN = "sign_in"
    MOVE = "move"
    FLOOD = "flood"
    OUTAGE = "outage"
    OUTAGE_ENDS = "outage_ends"
    TOGETHER = "together"
    SERVE = "serve"
    DROP = "drop"
    LAN_CUT = "lan_cut"
    LAN_HALF_OPEN = "lan_half_open"
    LAN_STALL = "lan_stall"
    LAN_SLOW = "lan_slow"
    LAN_MEDDLE = "lan_meddle"
    LAN_PART = "lan_part"
    LAN_HEAL = "lan_heal"
    RELAY_CRASH = "relay_crash"
    DIE = "die"


_WORK: Final[dict[Kind, float]] = {
    Kind.ACT: 10,
    Kind.BURST: 2,
    Kind.ORDER: 1.5,
    Kind.HOTLINE: 2,
    Kind.DECIDE: 1.5,
    Kind.WAIT: 3,
}
_FAULTS: Final[dict[Kind, float]] = {
    Kind.CUT: 2,
    Kind.HALF_OPEN: 0.7,
    Kind.STALL: 1,
    Kind.SLOW: 0.7,
    Kind.PART: 1.5,
    Kind.HEAL: 1,
    Kind.MEDDLE: 1.5,
    Kind.CRASH: 0.7,
    Kind.CRASH_AT_COMMIT: 1.5,
    Kind.CRASH_IN_CALLBACKS: 1,
    Kind.CENTRE_CRASH: 0.5,
    Kind.CENTRE_CRASH_AT_COMMIT: 1.2,
    Kind.CENTRE_CRASH_IN_CALLBACKS: 0.7,
    Kind.CENTRE_DISK_FULL: 0.4,
    Kind.DISK_FULL: 0.4,
    Kind.DISK_DAMAGED: 0.3,
    Kind.CLOCK: 0.5,
    Kind.SIGN_IN: 0.7,
    Kind.MOVE: 0.3,
    Kind.FLOOD: 0.2,
}
_OFFICE_WORK: Final[dict[Kind, float]] = {Kind.TOGETHER: 1.5, Kind.SERVE: 1.5, Kind.DROP: 0.3}
_OFFICE_FAULTS: Final[dict[Kind, float]] = {
    Kind.LAN_CUT: 1,
    Kind.LAN_HALF_OPEN: 0.7,
    Kind.LAN_STALL: 0.7,
    Kind.LAN_SLOW: 0.4,
    Kind.LAN_MEDDLE: 0.7,
    Kind.LAN_PART: 1.5,
    Kind.LAN_HEAL: 1,
    Kind.RELAY_CRASH: 1.5,
    Kind.DIE: 0.4,
}
_OFFICES: Final = 0.15
"""So many of the seeds are worlds in which a street works on together while the centre is away."""


class Step(NamedTuple):
    """One step: so long after the one before, of a kind; what else it needs it draws from `random(seed)`."""

    index: int
    after_s: float
    kind: Kind

    def random(self, seed: int) -> random.Random:
        """Give the step's own generator."""
        return random.Random(f"{seed} step {self.index}")


def is_office(seed: int) -> bool:
    """Tell whether the stations of a seed's world know of each other."""
    return random.Random(f"{seed} office").random() < _OFFICES


def plan(seed: int, keep: Sequence[int] | None = None) -> list[Step]:
    """Draw the steps of a seed; `keep` names those that are left, None for all."""
    rng = random.Random(f"{seed} plan")
    office = is_office(seed)
    all_faults = _FAULTS | _OFFICE_FAULTS if office else _FAULTS
    faults = {kind: weight * rng.choice((0, 1, 1, 3)) for kind, weight in all_faults.items()}
    share = rng.choice((0.0, 0.5, 1.0, 1.0, 2.0))
    total = sum(faults.values()) or 1.0
    works = _WORK | _OFFICE_WORK if office else _WORK
    work = sum(works.values())
    weights = works | {kind: weight / total * work * 0.6 * share for kind, weight in faults.items()}
    kinds, odds = list(weights), list(weights.values())
    haste = rng.choice((0.3, 1.0, 3.0) if office else (0.05, 0.3, 1.0))
    chosen = rng.choices(kinds, odds, k=rng.randrange(12, 40))
    if office:  # what an office is for
        begins = rng.randrange(2, 6)
        chosen[begins] = Kind.OUTAGE
        chosen[rng.randrange(begins + 1, len(chosen))] = Kind.OUTAGE_ENDS
    steps = [Step(index, rng.expovariate(1 / haste), kind) for index, kind in enumerate(chosen)]
    if keep is None:
        return steps
    kept = set(keep)
    return [step for step in steps if step.index in kept]
