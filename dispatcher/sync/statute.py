"""Who is signed in and which law is in force: of the law book as the centre told it, at the centre's clock.

Acts are made and judged here by both. Promises: a policy's date or a season's edge that passes without a link changes
the law here as it does there.
"""

import datetime as dt
import hashlib
from typing import Final

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.ids import CommandId, Revision
from dispatcher.models.law import Law
from dispatcher.models.lawbook import LawBook, law_at, next_change
from dispatcher.models.queue import ROWS_FORM
from dispatcher.models.rules import judge, valid_until
from dispatcher.models.verdicts import Refused
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.ports import Remembered

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class InForce:
    """A session with the law of an instant."""

    def __init__(self, session: Remembered, now: dt.datetime) -> None:
        self.session = session
        self.law: Law = law_at(session.book, now, session.units)
        self.until = next_change(session.book, now)

    def mark(self) -> str:
        """Give what tells this law and form from others that rows may be made under; the same in every process."""
        law = self.law
        said = (ROWS_FORM, law.policy, law.calendar, law.regimes, law.flood)
        return hashlib.sha256(_encode(said)).hexdigest()[:32]

    def has_passed(self, now: dt.datetime) -> bool:
        """Tell whether another law is in force by now."""
        return self.until is not None and now >= self.until

    def with_book(self, book: LawBook, now: dt.datetime) -> "InForce":
        """Give the same session under another law book."""
        return InForce(msgspec.structs.replace(self.session, book=book), now)

    def act_of(
        self,
        command: AnyCommand,
        act_id: CommandId,
        case: Case | None,
        time: CentreTime,
        happened_at: dt.datetime | None,
        *,
        online: bool,
        seen: str | None = None,
        replaces: CommandId | None = None,
    ) -> Act:
        """Make the act of a command on a case as it stands here; `seen` is the value it would replace."""
        now, error_s = time.now(), time.error_s
        return Act(
            id=act_id,
            command=command,
            by=self.session.actor.person,
            made_at=now,
            valid_until=valid_until(command, self.law, now),
            offline=not online,
            clock_error_ms=None if error_s is None else round(error_s * 1000),
            base_revision=case.revision if case else Revision(0),
            happened_at=happened_at,
            seen=seen if happened_at is None else None,
            replaces=replaces or CommandId(""),
        )

    def refusal(self, act: Act, case: Case | None) -> Refused | None:
        """Judge an act as of the instant it is made; None when it is possible."""
        found = judge(act, case, self.session.actor, self.law, act.made_at)
        return found if isinstance(found, Refused) else None
