"""Instants as integers in tables: epoch microseconds, so that what is read is exactly what was written."""

import datetime as dt
from typing import overload

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US = dt.timedelta(microseconds=1)


@overload
def to_us(instant: dt.datetime) -> int: ...
@overload
def to_us(instant: None) -> None: ...
def to_us(instant: dt.datetime | None) -> int | None:
    """Give an aware instant as epoch microseconds."""
    return None if instant is None else (instant - _EPOCH) // _US


def from_us(us: int) -> dt.datetime:
    """Give epoch microseconds as an aware UTC instant."""
    return _EPOCH + us * _US
