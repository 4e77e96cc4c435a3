"""Identifiers of the trade, each a type of its own so that none can stand in for another; and the instant."""

import datetime as dt
from typing import Annotated, NewType

import msgspec

CaseId = NewType("CaseId", str)
"""A case's id: chosen by whoever receives the order, a UUID in text form; never reused."""
WhistleId = NewType("WhistleId", str)
"""A whistle's id: chosen by whoever blows it, a UUID in text form."""
UnitId = NewType("UnitId", str)
"""A unit's id: the state's nine-digit code for a street, a short code of ours for a department."""
PersonId = NewType("PersonId", str)
"""A person's sign-in name, unique at one centre."""
CommandId = NewType("CommandId", str)
"""An act's id: made by the client, at most 80 characters; the same id means the same act for ever."""
Revision = NewType("Revision", int)
"""The centre's running number of accepted acts, from 1; 0 means "nothing seen yet"."""
LedgerId = NewType("LedgerId", str)
"""Names one ledger; a cache filled from another ledger is worthless here."""

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A point in time with its zone; a text without one is no instant and is refused where it is read."""
