"""What `/health` and `/ready` answer: how the centre is, and what a station has to know before it signs in."""

import msgspec

from dispatcher.models.ids import Instant


class Health(msgspec.Struct, frozen=True):
    """How the centre is; of several on one ledger one is on duty and does the periodic work.

    `protocol` is the version it speaks, `now` its clock as it answers; 0 and None from an older centre.
    """

    status: str
    consoles: int
    head: int
    on_duty: bool
    protocol: int = 0
    now: Instant | None = None
