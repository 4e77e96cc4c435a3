"""Fewer steps that break the same: chunks of a failing run's steps are left out for as long as it goes on failing."""

from collections.abc import Sequence

from tests.simulation.plan import plan
from tests.simulation.world import run


def shrunk(seed: int, name: str, tries: int = 300) -> list[int]:
    """Give the steps of a seed that still break the check of that name; `tries` runs at most."""
    kept = [step.index for step in plan(seed)]
    size = max(1, len(kept) // 2)
    while tries > 0:
        found = _without_some(seed, name, kept, size)
        tries -= -(-len(kept) // size)
        if found is not None:
            kept = found
            size = min(size, max(1, len(kept) // 2))
        elif size == 1:
            break
        else:
            size = max(1, size // 2)
    return kept


def _without_some(seed: int, name: str, kept: Sequence[int], size: int) -> list[int] | None:
    for start in range(0, len(kept), size):
        fewer = [*kept[:start], *kept[start + size :]]
        failure = run(seed, fewer).failure
        if failure is not None and failure.name == name:
            return fewer
    return None
