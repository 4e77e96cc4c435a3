"""What citizens ask for: the shipped table of demands, in three levels of category, with a clerk's words.

The table is data (`resources/simulator/demands.toml`); its texts are the project's own. Reading it promises that
every demand is complete. Knows nothing of dates or places.
"""

import enum
import functools
from importlib import resources

import msgspec

from dispatcher.models.order import DemandKind, Urgency


class Site(enum.Enum):
    """What kind of place the matter is at, and so what its address looks like."""

    HOME = "home"
    ESTATE = "estate"
    ROAD = "road"
    SHOP = "shop"


class When(enum.Enum):
    """When such demands come: all day, in the rain, at night, in the rush hours."""

    ANY = "any"
    RAIN = "rain"
    NIGHT = "night"
    RUSH = "rush"


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of demand; `weight` is how often it comes, `texts` are what the clerk writes, with {slots}."""

    urgency: Urgency
    kind: DemandKind
    category: tuple[str, str, str]
    site: Site
    title: str
    texts: tuple[str, ...]
    when: When
    weight: int
    party: str = ""
    labels: tuple[str, ...] = ()


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    demand: tuple[Demand, ...]


@functools.cache
def load_demands() -> tuple[Demand, ...]:
    """Read the shipped table, in its order."""
    file = resources.files("dispatcher.resources").joinpath("simulator", "demands.toml")
    return msgspec.toml.decode(file.read_bytes(), type=_Table).demand
