"""What a proof of a ledger finds wrong, and how it is named."""

import enum
from typing import Final

import msgspec

AT_A_TIME: Final = 1000
NAMED_AT_MOST: Final = 100
"""Findings named; more are only counted."""


class Fault(enum.StrEnum):
    """What is wrong with an entry, or with what is kept beside the journal."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    MOVED = "moved"
    HEAD = "head"
    CASE = "case"
    SEAL = "seal"
    ANCHOR = "anchor"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found wrong: at which link, of which revision, act and case, and what differs."""

    fault: Fault
    place: int = 0
    revision: int = 0
    act: str = ""
    case: str = ""
    differs: str = ""
