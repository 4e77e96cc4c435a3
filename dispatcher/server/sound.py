"""What no message may hold, whoever sends it, because neither the calendar nor a database can bear it. Pure."""

import datetime as dt
import re
from typing import Final

YEARS: Final = range(1970, 2200)
"""Years the calendar reckons with."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def is_sound(instant: dt.datetime) -> bool:
    """Tell whether an instant is aware and in a year the calendar can reckon with."""
    return instant.tzinfo is not None and instant.year in YEARS


def has_nul(encoded: bytes) -> bool:
    """Tell whether a text in some JSON holds the character NUL, which PostgreSQL cannot store."""
    return _NUL.search(encoded) is not None
