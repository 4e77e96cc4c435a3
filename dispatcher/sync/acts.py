"""What a person does at a station: judged here and now, stored, answered, shown as pending.

Synchronous, in the engine's thread. Promises: an act is durable before anybody sees it; what is impossible is answered
with the reason and changes nothing. Raises the store's Trouble.
"""

import datetime as dt

from dispatcher import wire
from dispatcher.models.case import Case
from dispatcher.models.commands import Act, AddNote, AnyCommand, RevealCaller
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.models.merging import seen_in, wanted
from dispatcher.models.verdicts import Refused
from dispatcher.sync import words
from dispatcher.sync.clock import CentreTime
from dispatcher.sync.outbox import Outbox, new_command_id
from dispatcher.sync.ports import ActAnswer, ActState, Draft, Listener, Receipt, Store, Trouble
from dispatcher.sync.replica import Replica, command_tag
from dispatcher.sync.statute import InForce
from dispatcher.sync.telling import Telling

ACT_BYTES_AT_MOST = 256 * 1024
"""An act longer than this on the wire is not taken: it would stand in the way of all that follow."""


class Acts:
    """The acts of one station. `in_force` is who is signed in and by what is judged, None before the first session."""

    def __init__(
        self, store: Store, outbox: Outbox, replica: Replica, telling: Telling, listener: Listener, time: CentreTime
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._replica = replica
        self._telling = telling
        self._listener = listener
        self._time = time
        self.in_force: InForce | None = None

    def submit(
        self,
        command: AnyCommand,
        act_id: CommandId,
        *,
        online: bool,
        happened_at: dt.datetime | None = None,
        seen: Case | None = None,
        replaces: CommandId | None = None,
    ) -> None:
        """Judge a command here and now; when it is possible it is stored, answered so and shown as pending.

        `seen` is the case as the person had it before him, where that may be another than it is by now; `replaces` is a
        parked or expired act that is given up for this one.
        """
        caller = None
        given_up: tuple[Receipt, ...] = ()
        try:
            if self.in_force is None:
                refusal = ActAnswer(act=act_id, case=command.case, trouble=words.NOT_SIGNED_IN)
            else:
                text = None if seen is None else seen_in(command, seen)
                act, refusal = self._judged_here(
                    self.in_force, command, act_id, happened_at, online=online, seen=text, replaces=replaces
                )
                if refusal is None:
                    if isinstance(command, RevealCaller):
                        caller = self._store.caller(command.case)
                    if replaces is not None and self._is_to_decide(replaces):
                        given_up = self._outbox.retry(replaces, act)
                    else:
                        self._outbox.push(act)
        except Trouble as trouble:
            self._listener.act_answered(ActAnswer(act=act_id, case=command.case, trouble=str(trouble)))
            raise
        if refusal is not None:
            self._listener.act_answered(refusal)
            return
        self._listener.act_answered(ActAnswer(act=act_id, case=command.case, caller=caller))
        self._telling.receipts(given_up)
        self._telling.pending(command.case)

    def retry(self, act_id: CommandId, *, online: bool) -> None:
        """Make a parked or expired act once more, as a new one; nothing happens where it is neither.

        One that collided is made with the other's value seen: a person has decided for his own.
        """
        old = self._outbox.get(act_id)
        if old is not None:
            changed = old.verdict.changed if isinstance(old.verdict, Refused) else None
            self._make_instead(old, old.act.command, online=online, seen=None if changed is None else changed.theirs)

    def take_theirs(self, act_id: CommandId, *, online: bool) -> None:
        """Give a parked act up for the other's value; a note in its place keeps what it would have set."""
        old = self._outbox.get(act_id)
        if old is not None:
            command = old.act.command
            tag = command_tag(command)
            note = AddNote(case=command.case, text=wanted(command) or old.act.seen or tag, instead_of=tag)
            self._make_instead(old, note, online=online)

    def resend(self, act_id: CommandId) -> None:
        """Send a doubted act again under its own id; nothing happens where it is not in doubt."""
        receipt = self._outbox.resend(act_id)
        if receipt is not None:
            self._telling.pending(receipt.act.command.case)

    def keep_draft(self, draft: Draft) -> None:
        """Keep what somebody has begun to write."""
        self._store.keep_draft(draft)
        self._listener.drafts_changed(self._store.drafts())

    def drop_draft(self, case: CaseId, form: str) -> None:
        """Forget what somebody had begun to write."""
        self._store.drop_draft(case, form)
        self._listener.drafts_changed(self._store.drafts())

    def discard(self, act_id: CommandId, note: str) -> None:
        """Give an act up; nothing happens where it may have been judged already."""
        receipt = self._outbox.discard(act_id, note)
        if receipt is not None:
            self._telling.change((receipt,))

    def _is_to_decide(self, act_id: CommandId) -> bool:
        receipt = self._outbox.get(act_id)
        return receipt is not None and receipt.state in (ActState.PARKED, ActState.EXPIRED)

    def _make_instead(self, old: Receipt, command: AnyCommand, *, online: bool, seen: str | None = None) -> None:
        if self.in_force is None or not self._is_to_decide(old.act.id):
            return
        happened_at = old.act.happened_at if command is old.act.command else None
        again, refusal = self._judged_here(
            self.in_force, command, new_command_id(), happened_at, online=online, seen=seen, replaces=old.act.id
        )
        if refusal is not None:
            self._listener.act_answered(refusal)
            return
        given_up = self._outbox.retry(old.act.id, again)
        self._listener.act_answered(ActAnswer(act=again.id, case=command.case))
        self._telling.change(given_up)

    def _judged_here(
        self,
        there: InForce,
        command: AnyCommand,
        act_id: CommandId,
        happened_at: dt.datetime | None,
        *,
        online: bool,
        seen: str | None = None,
        replaces: CommandId | None = None,
    ) -> tuple[Act, ActAnswer | None]:
        """Make an act of a command, with the answer when it cannot be."""
        found = self._replica.folded(command.case)
        case = found[0] if found else None
        if seen is None and case is not None:
            seen = seen_in(command, case)
        act = there.act_of(command, act_id, case, self._time, happened_at, online=online, seen=seen, replaces=replaces)
        if len(wire.encode(wire.Submit(acts=(act,)))) > ACT_BYTES_AT_MOST:
            return act, ActAnswer(act=act_id, case=command.case, trouble=words.TOO_LONG)
        refused = there.refusal(act, case)
        return act, refused and ActAnswer(act=act_id, case=command.case, refused=refused)
