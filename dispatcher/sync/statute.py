"""Who is signed in and which law is in force: of the law book as the centre told it, at the centre's clock.

Promises: a policy's date or a season's edge that passes without a link changes the law here as it does there.
"""

import datetime as dt
import hashlib
from typing import Final

import msgspec

from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, law_at, next_change
from dispatcher.sync.ports import Remembered

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class InForce:
    """A session with the law of an instant."""

    def __init__(self, session: Remembered, now: dt.datetime) -> None:
        self.session = session
        self.law: Law = law_at(session.book, now, session.units)
        self.until = next_change(session.book, now)

    def mark(self) -> str:
        """Give what tells this law from others that rows may have been made under; the same in every process."""
        law = self.law
        return hashlib.sha256(_encode((law.policy, law.calendar, law.regimes, law.flood))).hexdigest()[:32]

    def has_passed(self, now: dt.datetime) -> bool:
        """Tell whether another law is in force by now."""
        return self.until is not None and now >= self.until

    def with_book(self, book: LawBook, now: dt.datetime) -> "InForce":
        """Give the same session under another law book."""
        return InForce(msgspec.structs.replace(self.session, book=book), now)
