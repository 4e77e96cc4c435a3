"""The outbox: every act this station has made, until the centre has judged it or a person has given it up.

The design in short
-------------------
An act is stored before anybody sees it; from then on only three things end it: the centre's verdict, its own
`valid_until`, or a person. Nothing counts attempts: a link that fails for a day sends after a day.

    push ──> QUEUED ──mark_sent──> SENT ──settle──> ACCEPTED
                │                   │ ╰───settle──> PARKED ──discard or retry──> DISCARDED
                ╰──expire──> EXPIRED <╯ (by the centre's verdict alone)

    ACCEPTED ──doubt──> DOUBTED ──resend──> SENT, under the same id; or a verdict; or discard

*Exactly once.* The id is made here and the centre remembers every verdict by id, so sending again is harmless.
After a new connection all that is SENT is sent again, under the same id, until a verdict comes.

*SENT is durable before the frame leaves.* An act that may have left is never expired here: it may have been
judged, and saying "not sent" of a whistle that went off would be a lie. Its fate is asked of the centre, whose
own clock refuses it if it is stale. An act that has certainly not left (QUEUED) expires here and is never sent.

*Order is per case.* One act per case is under way at a time, because a later one may rest on it: were both under
way, a refusal of the first could not hold back the second. Across cases up to `WINDOW` acts are under way.

*A refused act is parked*, not lost and not retried by itself: the verdict for an id is final. Only later acts on
the same case wait behind it. A person discards it, or tries again: that is a new act with a new id. What waits
behind is then made anew behind the new one, so that the order stays.

*An act waits for its maker*: it is sent only while the person who made it is signed in. What else an act may have to
wait for, such as a colleague's act before it, is told to `to_send` as `held`.

*A centre that was set back* by a restore has forgotten verdicts it gave. What it had accepted above its head is in
doubt until a person has it sent again: harmless under the same id, for a centre that knows it answers as before.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

import msgspec

from dispatcher.models.commands import Act
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.sync.ports import UNSETTLED, ActState, Receipt, Store, state_after

WINDOW = 64
"""How many acts may be under way at once."""

_GIVEN_UP_FROM = frozenset({ActState.QUEUED, ActState.PARKED, ActState.EXPIRED, ActState.DOUBTED})
_WAITING = frozenset({ActState.QUEUED, ActState.SENT, ActState.PARKED, ActState.EXPIRED, ActState.DOUBTED})
STANDS_ASIDE = frozenset({ActState.EXPIRED, ActState.DOUBTED})
"""Later acts on the same case do not wait for these."""
_JUDGED_FROM = UNSETTLED | {ActState.DOUBTED}


def new_command_id() -> CommandId:
    """Make an id for an act; from any thread."""
    return CommandId(str(uuid.uuid4()))


class Outbox:
    """The acts that wait, in memory as in the store: every change is durable first. Raises the store's Trouble."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._receipts: dict[CommandId, Receipt] = {}
        self._of_case: dict[CaseId, list[CommandId]] = {}
        self._perishable: dict[CommandId, dt.datetime] = {}
        self._under_way: set[CommandId] = set()
        self._ready: dict[CaseId, None] = {}
        for receipt in store.unsettled():
            self._keep(receipt)

    # ---- questions

    def __len__(self) -> int:
        return len(self._receipts)

    def __contains__(self, act: CommandId) -> bool:
        return act in self._receipts

    def all(self) -> tuple[Receipt, ...]:
        """List what waits, in the order it was made."""
        return tuple(self._receipts.values())

    def get(self, act: CommandId) -> Receipt | None:
        """Give one receipt that waits."""
        return self._receipts.get(act)

    def waits_on(self, case: CaseId) -> bool:
        """Tell whether anything waits on one case."""
        return case in self._of_case

    def on(self, case: CaseId) -> tuple[Receipt, ...]:
        """List what waits on one case, in the order it was made."""
        return tuple(self._receipts[act] for act in self._of_case.get(case, ()))

    def cases(self) -> frozenset[CaseId]:
        """Name the cases on which something waits."""
        return frozenset(self._of_case)

    # ---- the way of an act

    def push(self, act: Act) -> Receipt:
        """Keep a new act durably, queued."""
        receipt = self._store.enqueue(act)
        if receipt.state in _WAITING and act.id not in self._receipts:
            self._keep(receipt)
        return receipt

    def to_send(self, by: PersonId, held: Callable[[Act], bool] = lambda _: False) -> tuple[Receipt, ...]:
        """Choose what may leave now, oldest case first, as far as the window has room.

        A case whose next act is held is looked at again after `look_again`.
        """
        chosen: list[Receipt] = []
        room = WINDOW - len(self._under_way)
        for case in tuple(self._ready):
            if len(chosen) >= room:
                break
            head = self._head(case, by, held)
            if head is None:
                del self._ready[case]
            else:
                chosen.append(head)
        return tuple(chosen)

    def mark_sent(self, receipts: Iterable[Receipt], at: dt.datetime) -> tuple[Receipt, ...]:
        """Note durably that these are about to leave; the instant of a first sending is kept."""
        sent = [
            receipt
            if receipt.state is ActState.SENT
            else msgspec.structs.replace(receipt, state=ActState.SENT, sent_at=at)
            for receipt in receipts
        ]
        fresh = tuple(receipt for receipt in sent if receipt is not self._receipts[receipt.act.id])
        if fresh:
            self._store.settle(fresh)
        for receipt in sent:
            self._receipts[receipt.act.id] = receipt
            self._perishable.pop(receipt.act.id, None)
            self._under_way.add(receipt.act.id)
            self._ready.pop(receipt.act.command.case, None)
        return fresh

    def link_ended(self) -> None:
        """Forget what was under way: all that is sent and unsettled leaves again on the next link."""
        self._under_way.clear()
        self._ready = dict.fromkeys(self._of_case)

    def look_again(self) -> None:
        """Look at every case again: another person is signed in, or what an act waited for has come."""
        self._ready = dict.fromkeys(self._of_case)

    def settle(self, settles: Iterable[Settled], at: dt.datetime) -> tuple[Receipt, ...]:
        """Write verdicts that came alone, and take them in; verdicts on acts that do not wait are passed over."""
        receipts = self._judged(settles, at)
        if receipts:
            self._store.settle(receipts)
        return self._take_in(receipts)

    def applied(self, settles: Iterable[Settled], at: dt.datetime) -> tuple[Receipt, ...]:
        """Take in verdicts that the store has already written together with the rows they made."""
        return self._take_in(self._judged(settles, at))

    def expire(self, now: dt.datetime) -> tuple[Receipt, ...]:
        """Stop what was never sent and is stale by now."""
        if not self._perishable:
            return ()
        receipts = tuple(
            msgspec.structs.replace(
                self._receipts[act],
                state=ActState.EXPIRED,
                verdict=Refused(reason=Reason.EXPIRED, field="valid_until", detail=until.isoformat()),
            )
            for act, until in self._perishable.items()
            if now > until
        )
        if receipts:
            self._store.settle(receipts)
        return self._take_in(receipts)

    def discard(self, act: CommandId, note: str) -> Receipt | None:
        """Give an act up; None when it may have been judged already or does not wait."""
        receipt = self._receipts.get(act)
        if receipt is None or receipt.state not in _GIVEN_UP_FROM:
            return None
        given_up = msgspec.structs.replace(receipt, state=ActState.DISCARDED, note=note)
        self._store.settle((given_up,))
        self._take_in((given_up,))
        return given_up

    def doubt(self, head: Revision) -> tuple[Receipt, ...]:
        """Take back into the outbox what was accepted above the head of a centre that has been set back."""
        doubted = self._store.doubt(head)
        for receipt in doubted:
            self._keep(receipt)
        # They stand where they were made, before what has been made since.
        self._receipts = dict(sorted(self._receipts.items(), key=lambda kept: kept[1].seq))
        for case in {receipt.act.command.case for receipt in doubted}:
            self._of_case[case].sort(key=lambda act: self._receipts[act].seq)
        return doubted

    def resend(self, act: CommandId) -> Receipt | None:
        """Have a doubted act sent again under its own id; None when it is not in doubt."""
        receipt = self._receipts.get(act)
        if receipt is None or receipt.state is not ActState.DOUBTED:
            return None
        again = msgspec.structs.replace(receipt, state=ActState.SENT, verdict=None, judged_at=None)
        self._store.settle((again,))
        self._take_in((again,))
        return again

    def retry(self, act: CommandId, again: Act) -> tuple[Receipt, ...]:
        """Replace a parked or expired act by a new one, with what waits behind it; gives the receipts given up.

        All of it is one transaction: were both left by a crash, a person's next decision would make an act twice.
        """
        old = self._receipts[act]
        behind: list[Receipt] = []
        if old.state is ActState.PARKED:
            waiting = self._of_case[old.act.command.case]
            behind = [self._receipts[later] for later in waiting[waiting.index(act) + 1 :]]
            behind = [receipt for receipt in behind if receipt.state is ActState.QUEUED]
        copies = [msgspec.structs.replace(receipt.act, id=new_command_id()) for receipt in behind]
        instead = [again, *copies]
        given_up = tuple(
            msgspec.structs.replace(receipt, state=ActState.DISCARDED, note=new.id)
            for receipt, new in zip([old, *behind], instead, strict=True)
        )
        for receipt in self._store.replace(instead, given_up):
            self._keep(receipt)
        return self._take_in(given_up)

    # ---- bookkeeping

    def _keep(self, receipt: Receipt) -> None:
        act = receipt.act
        self._receipts[act.id] = receipt
        self._of_case.setdefault(act.command.case, []).append(act.id)
        self._ready[act.command.case] = None
        if act.valid_until is not None and receipt.state is ActState.QUEUED:
            self._perishable[act.id] = act.valid_until

    def _head(self, case: CaseId, by: PersonId, held: Callable[[Act], bool]) -> Receipt | None:
        for act in self._of_case.get(case, ()):
            receipt = self._receipts[act]
            if receipt.state in STANDS_ASIDE:
                continue
            if receipt.state not in UNSETTLED or act in self._under_way or receipt.act.by != by:
                return None
            if receipt.state is ActState.QUEUED and held(receipt.act):
                return None
            return receipt
        return None

    def _judged(self, settles: Iterable[Settled], at: dt.datetime) -> tuple[Receipt, ...]:
        found: dict[CommandId, Receipt] = {}  # a frame that came twice at the centre brings one verdict twice
        for settled in settles:
            receipt = self._receipts.get(settled.act)
            if receipt is None or receipt.state not in _JUDGED_FROM:
                continue
            verdict = settled.verdict
            found[settled.act] = msgspec.structs.replace(
                receipt,
                state=state_after(verdict),
                verdict=verdict,
                judged_at=verdict.judged_at if isinstance(verdict, Accepted) else at,
            )
        return tuple(found.values())

    def _take_in(self, receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
        for receipt in receipts:
            act, case = receipt.act.id, receipt.act.command.case
            self._under_way.discard(act)
            self._perishable.pop(act, None)
            self._ready[case] = None
            if receipt.state in _WAITING:
                self._receipts[act] = receipt
                continue
            del self._receipts[act]
            left = self._of_case[case]
            left.remove(act)
            if not left:
                del self._of_case[case]
                del self._ready[case]
        return receipts
