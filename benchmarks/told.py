"""What child programs tell the benchmark that started them, one line of JSON each.

A module of its own that imports next to nothing: whatever a child imports for our sake would count as its start.
"""

import sys

import msgspec


class Synced(msgspec.Struct, frozen=True):
    """What one first sync took, from dial to ONLINE, and the same rows by `executemany` into a plain file."""

    rows: int
    frame_bytes: int
    sync_s: float
    limit_s: float


class Started(msgspec.Struct, frozen=True):
    """When a console's first rows were painted and when all were loaded (monotonic clock), and its own CPU time."""

    painted_s: float
    loaded_s: float
    cpu_s: float


class Waiting(msgspec.Struct, frozen=True):
    """A console is online with so many rows and watches what arrives."""

    rows: int


class Painted(msgspec.Struct, frozen=True):
    """For every arrival, how long after its commit the window's thread heard of it and its row was painted."""

    here_ms: list[float]
    painted_ms: list[float]


class Idled(msgspec.Struct, frozen=True):
    """What a console that stood still used of the processor."""

    rows: int
    online: bool
    cpu_s: float
    wall_s: float


class Durable(msgspec.Struct, frozen=True):
    """For everything that arrived, how long after its commit at the centre it was durable here."""

    took_ms: list[float]


class Pushed(msgspec.Struct, frozen=True):
    """How long an outbox took that was sent with a full window, and one act after the other."""

    acts: int
    took_s: float
    singly: int
    singly_s: float
    troubles: list[str]


class Crowded(msgspec.Struct, frozen=True):
    """For every change, how long after its commit the last of all consoles had it; how many changes were not whole."""

    last_ms: list[float]
    missing: int


class Served(msgspec.Struct, frozen=True):
    """How long each order and each act waited for its answer; `failed` were not answered well."""

    order_ms: list[float]
    act_ms: list[float]
    took_s: float
    failed: int


def tell(found: msgspec.Struct) -> None:
    """Print it."""
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    sys.stdout.flush()
