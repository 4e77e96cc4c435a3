"""What a decision finds: facts, or the one reason why there are none; with the two checks that every room makes."""

import datetime as dt

from dispatcher.models import events as e
from dispatcher.models.commands import Command
from dispatcher.models.verdicts import Reason, Refused

Found = tuple[e.AnyEvent, ...] | Refused
"""The facts that follow from a command, or why none do."""


def blank(command: Command, *fields: str) -> Refused | None:
    """Refuse for the first of the text fields in which nothing is said."""
    for field in fields:
        if not str(getattr(command, field)).strip():
            return Refused(reason=Reason.MISSING_FIELD, field=field)
    return None


def clock_hour(at: dt.datetime) -> int:
    """Number the clock hour of its day that an instant lies in; Beijing's hours begin when UTC's do."""
    return (at - _EPOCH) // _HOUR


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HOUR = dt.timedelta(hours=1)
