"""A simulated dispatcher: what a person at the console would do next, from what the console shows.

Pure but for its memory of which cases it has just seen to. It proposes nothing that `rules.possible` refuses for the
case it looks at. Knows nothing of windows, sockets or the centre.
"""

import datetime as dt
import random
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import WhistleApproved
from dispatcher.models.ids import CaseId, CommandId, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.order import Order, Urgency
from dispatcher.models.organisation import Actor, Role, Unit, UnitKind
from dispatcher.models.queue import NEVER_MS, QueueRow, epoch_ms
from dispatcher.models.rules import WHISTLE_WHO, possible
from dispatcher.models.whistle import Milestone, Whistle, WhistleKind
from dispatcher.models.workcalendar import BEIJING
from dispatcher.simulator.agents import citizen_says
from dispatcher.sync.ports import ActState, CaseView

PATIENCE = dt.timedelta(minutes=45)
"""How long the street waits for a department before it takes a summons back."""
_OWN_CALL_AFTER = dt.timedelta(seconds=150)
"""The hotline is given so long to call back first."""
_TEAMS = ("外勤一组", "外勤二组", "防汛应急队", "城建科 马珂", "平安办 何静", "社区专员")
_URGENT = frozenset({Urgency.FLOOD, Urgency.EMERGENCY})
_WHISTLED = {
    Urgency.FLOOD: 0.7,
    Urgency.EMERGENCY: 0.75,
    Urgency.LIVELIHOOD: 0.4,
    Urgency.ORDINARY: 0.15,
    Urgency.COMPLEX: 0.25,
    Urgency.QUESTION: 0.0,
}
_ENFORCED = ("违法建设", "占道", "店外经营", "地锁")


class Look(NamedTuple):
    """Open this case next."""

    case: CaseId


class Give(NamedTuple):
    """Submit this command on the case that is open."""

    command: c.AnyCommand


class Discard(NamedTuple):
    """Give a parked act up, so that the case can go on."""

    act: CommandId
    reason: str


class Suggestion(NamedTuple):
    """Whom to summon for a case, and how."""

    kind: WhistleKind
    lead: UnitId
    assisting: tuple[UnitId, ...]


def suggest(order: Order, units: Iterable[Unit], actor: Actor) -> Suggestion | None:
    """Give the units whose duties the order's words name, the most named one leading, or None when none is."""
    words = f"{' '.join(order.category)} {order.title}"
    scored = [
        (sum(len(duty) for duty in unit.duties if duty in words), unit.kind is UnitKind.ENTERPRISE, unit.id)
        for unit in units
        if unit.kind in (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE)
    ]
    # Of two that fit as well, the enterprise leads: it has the tools.
    named = [unit for score, _, unit in sorted(scored, key=lambda one: (-one[0], not one[1], one[2])) if score]
    if not named:
        return None
    if order.urgency in _URGENT:
        kind, helpers = WhistleKind.EMERGENCY, 3
    elif any(word in words for word in _ENFORCED) and actor.is_any(*WHISTLE_WHO[WhistleKind.ENFORCEMENT]):
        kind, helpers = WhistleKind.ENFORCEMENT, 2
    else:
        kind, helpers = WhistleKind.ROUTINE, 1
    return Suggestion(kind, named[0], tuple(named[1 : 1 + helpers]))


class SimulatedDispatcher:
    """One person at one console. `next_command` is asked again after each pause; the caller carries it out."""

    def __init__(self, actor: Actor, law: Law, units: Sequence[Unit], seed: int) -> None:
        self._actor = actor
        self._law = law
        self._units = units
        self._rng = random.Random(f"{seed}/{actor.person}")
        self._seed = seed
        self._rests_until: dict[CaseId, dt.datetime] = {}
        self._looked_for: CaseId | None = None

    def next_command(
        self, rows: Iterable[QueueRow], view: CaseView | None, now: dt.datetime
    ) -> Look | Give | Discard | None:
        """Say what to do next: act on the case in `view`, open another of `rows`, or nothing for the moment.

        `rows` is what the queue holds, in any order; `view` the case that is open; `now` the centre's clock.
        """
        if view is not None and self._rests_until.get(view.case.id, now) <= now:
            decided = self._on(view, now)
            pause_s = self._rng.uniform(8, 30) if decided else self._rng.uniform(45, 120)
            self._rests_until[view.case.id] = now + dt.timedelta(seconds=pause_s)
            if decided is not None:
                return decided
        found = self._next_case(rows, view, now)
        if found is None:
            return None
        if found == self._looked_for:  # asked for already and not there: do not wait for it for ever
            self._rests_until[found] = now + dt.timedelta(minutes=2)
        self._looked_for = found
        return Look(found)

    def _next_case(self, rows: Iterable[QueueRow], view: CaseView | None, now: dt.datetime) -> CaseId | None:
        shown = view.case.id if view is not None else None
        best: tuple[int, str] | None = None
        for row in rows:
            if not row.is_open or row.id == shown or self._rests_until.get(row.id, now) > now:
                continue
            due_ms = row.due_ms if row.due_ms != NEVER_MS else epoch_ms(now) + 3_600_000
            # What came in just now is looked at before what has been overdue for long.
            rank = (due_ms if due_ms > epoch_ms(now) else 2 * epoch_ms(now) - due_ms, row.id)
            if best is None or rank < best:
                best = rank
        return CaseId(best[1]) if best else None

    def _on(self, view: CaseView, now: dt.datetime) -> Give | Discard | None:
        parked = next((r for r in view.acts if r.state is ActState.PARKED), None)
        if parked is not None:
            return Discard(parked.act.id, "中心未受理，以中心记录为准")
        wish = self.wish(view.case, now)
        return Give(wish) if wish is not None else None

    def wish(self, case: Case, now: dt.datetime) -> c.AnyCommand | None:
        """Give the command this person would make on the case as it stands, or None; possible by the rules."""
        command = self._wish(case, now)
        if command is None or possible(type(command), case, self._actor) is not None:
            return None
        return command

    def _wish(self, case: Case, now: dt.datetime) -> c.AnyCommand | None:
        match case.state:
            case CaseState.DISPATCHED:
                return c.SignFor(case=case.id)
            case CaseState.SIGNED:
                return self._urgent_whistle(case) or self._contact(case)
            case CaseState.IN_HAND | CaseState.REDO:
                return self._work(case, now)
            case CaseState.REPLY_REVIEW:
                return c.ApproveReply(case=case.id)
            case CaseState.REPLIED:
                return self._after_reply(case, now)
            case (
                CaseState.RETURN_REQUESTED
                | CaseState.SUSPENDED
                | CaseState.CLOSED
                | CaseState.RETURNED
                | CaseState.WITHDRAWN
                | CaseState.MERGED
            ):
                return None

    def _contact(self, case: Case) -> c.AnyCommand:
        if self._rng.random() < 0.05 and not case.order.confidential:
            return c.RevealCaller(case=case.id, reason="首次联系需回拨来电人")
        if self._rng.random() < 0.85:
            note = self._rng.choice(("已联系，说明正在安排", "接通，约定处理后回电", "已告知办理流程和时限"))
            return c.RecordContact(case=case.id, reached=True, note=note)
        return c.RecordContact(case=case.id, reached=False, note="无人接听，稍后再拨")

    def _urgent_whistle(self, case: Case) -> c.AnyCommand | None:
        return self._whistle(case) if case.order.urgency in _URGENT else None

    def _whistle(self, case: Case) -> c.AnyCommand | None:
        order = case.order
        if case.whistles or random.Random(f"{self._seed}/{order.number}").random() > _WHISTLED[order.urgency]:
            return None
        found = suggest(order, self._units, self._actor)
        if found is None or not self._actor.is_any(*WHISTLE_WHO[found.kind]):
            return None
        return c.BlowWhistle(
            case=case.id,
            whistle=WhistleId(str(uuid.UUID(int=self._rng.getrandbits(128), version=4))),
            kind=found.kind,
            demand=f"{order.title}，请到场处置",
            place=f"{order.place.address}（{order.place.community}）",
            contact=self._rng.choice(_TEAMS),
            lead=found.lead,
            assisting=found.assisting,
        )

    def _work(self, case: Case, now: dt.datetime) -> c.AnyCommand | None:
        blown = self._whistle(case)
        if blown is not None:
            return blown
        if not case.assignee:
            return c.Assign(case=case.id, assignee=self._rng.choice(_TEAMS), note="请到现场核实")
        if case.contacted_at is None:
            return self._contact(case)
        for whistle in case.whistles:
            answer = self._answer(case, whistle, now) if whistle.is_open else None
            if answer is not None:
                return answer
        if case.progress_at is None or (case.redo_at is not None and case.progress_at < case.redo_at):
            on_scene = case.order.urgency in _URGENT or case.order.urgency is Urgency.LIVELIHOOD
            text = "已到现场，情况属实，正在处置" if on_scene else "已核实情况，正在协调办理"
            return c.ReportProgress(case=case.id, text=text, on_scene=on_scene)
        if any(whistle.is_open for whistle in case.whistles):
            waited = now - case.progress_at > dt.timedelta(minutes=25) and case.order.urgency in _URGENT
            return c.ReportProgress(case=case.id, text="等待部门处置，现场有人值守") if waited else None
        return self._reply(case, now)

    def _answer(self, case: Case, whistle: Whistle, now: dt.datetime) -> c.AnyCommand | None:
        if all(summons.at(Milestone.DONE) for summons in whistle.summons):
            return c.AcceptWhistle(case=case.id, whistle=whistle.id, note="现场验收，同意收哨")
        if self._actor.is_any(Role.SHIFT_LEADER) and whistle.kind is WhistleKind.EMERGENCY:
            approved = any(isinstance(r.event, WhistleApproved) and r.event.whistle == whistle.id for r in case.history)
            if not approved and self._actor.person != whistle.blown_by:
                return c.ApproveWhistle(case=case.id, whistle=whistle.id)
        if now - whistle.blown_at > PATIENCE:
            return c.WithdrawWhistle(
                case=case.id, whistle=whistle.id, reason="个别部门未到场，其余部门已处置完毕，街道收哨"
            )
        return None

    def _reply(self, case: Case, now: dt.datetime) -> c.Reply:
        order = case.order
        accepted = (case.signed_at or order.dispatched_at).astimezone(BEIJING)
        came = "，".join(self._name(s.unit) for w in case.whistles for s in w.summons if s.at(Milestone.REPORTED_IN))
        done = f"{case.assignee or '工作人员'}到现场核实，" + (f"会同{came}" if came else "协调责任单位") + "处置"
        today = now.astimezone(BEIJING)
        return c.Reply(
            case=case.id,
            accepted=f"{accepted:%m月%d日 %H:%M}签收",
            talked_with=f"来电人（{order.caller_name_hint or '保密'}）",
            done=done,
            result=f"{today:%m月%d日}已处置完毕，现场恢复正常，后续列入社区巡查",
        )

    def _after_reply(self, case: Case, now: dt.datetime) -> c.AnyCommand | None:
        if case.called_back_at is None:
            if case.replied_at is None or now - case.replied_at < _OWN_CALL_AFTER:
                return None
            return citizen_says(self._rng, case)
        for whistle in case.whistles:
            answer = self._answer(case, whistle, now) if whistle.is_open else None
            if answer is not None:
                return answer
        return c.CloseCase(case=case.id, note="回访已完成，归档")

    def _name(self, unit: UnitId) -> str:
        return next((known.name for known in self._units if known.id == unit), str(unit))
