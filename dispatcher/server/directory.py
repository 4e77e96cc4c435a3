"""The directory of units as this process knows it; another may have changed it in the ledger since."""

from collections.abc import Sequence

from dispatcher.models.ids import UnitId
from dispatcher.models.organisation import Unit


class Directory:
    """Holds the units in their order; tells whether one of an id is there."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.seat(units)

    def seat(self, units: Sequence[Unit]) -> None:
        """Let other units hold."""
        self.units = tuple(units)
        self._ids = frozenset(unit.id for unit in units)

    def __contains__(self, unit: UnitId) -> bool:
        return unit in self._ids
