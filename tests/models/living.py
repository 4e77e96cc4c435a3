"""Lives of a case for tests: a case that goes on act by act, each with an id of its own, and people of every role.

`Life.at` is the hand of the clock: every act moves it on by a minute unless told otherwise.
"""

import datetime as dt
from typing import NamedTuple

import msgspec
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import Ground, RequestKind, Solved
from dispatcher.models.evolution import evolve, replay
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.transitions import CAN_HAVE_HAPPENED
from dispatcher.models.undoing import last_act
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import Meeting, Milestone, WhistleKind
from tests import builders as b

ONE, TWO = CaseId("case-1"), CaseId("case-2")
W = WhistleId("w-1")
NOBODY = UnitId("")
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
DISPATCHER, LEADER, SUPERVISOR, HOTLINE, LIAISON = b.DISPATCHER, b.LEADER, b.SUPERVISOR, b.HOTLINE, b.LIAISON
COLLEAGUE = b.person("sun")
YI_DISPATCHER = b.person("zhao", b.OTHER_STREET)
YI_LEADER = b.person("qian", b.OTHER_STREET, Role.SHIFT_LEADER)
DISTRICT = b.person("qu", UnitId("110105"), Role.DISTRICT)
OTHER_DISTRICT = b.person("qu2", UnitId("110106"), Role.DISTRICT)
WORKER = b.person("wu", b.STREET, Role.COMMUNITY_WORKER)
COMMUNITY = UnitId(f"{b.STREET}003")
OF_COMMUNITY = b.person("xu", COMMUNITY, Role.COMMUNITY_WORKER)
LAW: Law = msgspec.structs.replace(b.law(), holders=frozenset({b.STREET, b.OTHER_STREET, b.URBAN}))

SIGN = c.SignFor(case=ONE)
REACHED = c.RecordContact(case=ONE, reached=True)
VAIN = c.RecordContact(case=ONE, reached=False)
REPLY = b.reply()
APPROVE = c.ApproveReply(case=ONE)
SOLVED = c.RecordCallBack(case=ONE, reached=True, contacted=True, solved=Solved.YES)
NOT_SOLVED = c.RecordCallBack(case=ONE, reached=True, solved=Solved.NO, words="still dark")
UNREACHED = c.RecordCallBack(case=ONE, reached=False)
CLOSE = c.CloseCase(case=ONE)
RETURN = c.RequestReturn(case=ONE, ground=Ground.NOT_OUR_TERRITORY, reason="over the river", evidence=("map",))
EXTENSION = c.RequestExtension(case=ONE, until=b.NOON + 10 * DAY, reason="a part is on order")
SUSPENSION = c.RequestSuspension(
    case=ONE, review_at=b.NOON + 60 * DAY, reason="no money this year", public_reason="on next year's plan"
)
EXCLUSION = c.RequestExclusion(case=ONE, ground=Ground.PROVED_FALSE, reason="nothing there", evidence=("photo",))
TRANSFER = c.Transfer(case=ONE, to=b.OTHER_STREET, reason="theirs")
SPLIT = c.SplitCase(
    case=ONE,
    parts=(
        c.Part(case=CaseId("child-1"), title="the lamp"),
        c.Part(case=CaseId("child-2"), title="the pole", text="bent"),
    ),
)
MERGE = c.MergeCase(case=ONE, into=TWO, reason="the same lamp")


def send(kind: RequestKind) -> c.SendRequest:
    return c.SendRequest(case=ONE, kind=kind)


def drop(kind: RequestKind, reason: str = "found a way") -> c.DropRequest:
    return c.DropRequest(case=ONE, kind=kind, reason=reason)


def grant(kind: RequestKind, to: UnitId = NOBODY) -> c.DecideRequest:
    return c.DecideRequest(case=ONE, kind=kind, granted=True, to=to)


def refuse(kind: RequestKind) -> c.DecideRequest:
    return c.DecideRequest(case=ONE, kind=kind, granted=False, answer="it is yours")


def rule(*, granted: bool, to: UnitId = NOBODY, answer: str = "decided on the spot") -> c.Adjudicate:
    return c.Adjudicate(case=ONE, granted=granted, answer=answer, to=to)


def undo(life: "Life") -> c.Undo:
    return c.Undo(case=ONE, act=life.last)


class Life:
    """One case from its order on. `do` must be accepted, `refusal` must not; both give what a test looks at."""

    def __init__(self, law: Law = LAW, holder: UnitId = b.STREET, **order: object) -> None:
        self.law = law
        self.at = b.NOON
        self.number = 0
        self.case: Case = None  # pyright: ignore[reportAttributeAccessIssue]
        sent = b.order(**({"number": "N-1"} | order))
        self.do(c.ReceiveOrder(case=ONE, order=sent, holder=holder), HOTLINE, after=dt.timedelta())

    @property
    def last(self) -> CommandId:
        return self.case.history[-1].act

    def copy(self) -> "Life":
        other = object.__new__(Life)
        other.__dict__.update(self.__dict__)
        return other

    def judged(
        self,
        command: c.AnyCommand,
        by: Actor = DISPATCHER,
        at: dt.datetime | None = None,
        now: dt.datetime | None = None,
        **act: object,
    ) -> tuple[e.Recorded, ...] | Refused:
        made_at = at or self.at
        wish = b.act(command, by, made_at, f"act-{self.number}", **act)
        return rules.judge(wish, self.case, by, self.law, now or max(made_at, self.at))

    def do(
        self,
        command: c.AnyCommand,
        by: Actor = DISPATCHER,
        at: dt.datetime | None = None,
        now: dt.datetime | None = None,
        after: dt.timedelta = MINUTE,
        **act: object,
    ) -> "Life":
        """Make an act that is accepted: made at `at`, judged at `now`, both `after` the last one unless told."""
        self.at = max(self.at + after, at or self.at, now or self.at)
        found = self.judged(command, by, at, now, **act)
        assert not isinstance(found, Refused), (command, found)
        self.take(found)
        return self

    def late(self, command: c.AnyCommand, at: dt.datetime, by: Actor = DISPATCHER) -> tuple[e.AnyEvent, ...]:
        """Make an act offline at `at` that arrives now, and give its events."""
        self.do(command, by, at, self.at + MINUTE, offline=True)
        return tuple(recorded.event for recorded in self.case.history if recorded.act == self.last)

    def take(self, found: tuple[e.Recorded, ...]) -> None:
        self.number += 1
        for recorded in found:
            self.case = evolve(self.case, recorded, Revision(self.number))

    def refusal(
        self,
        command: c.AnyCommand,
        by: Actor = DISPATCHER,
        at: dt.datetime | None = None,
        now: dt.datetime | None = None,
        **act: object,
    ) -> tuple[Reason, str] | None:
        """Give reason and field of the refusal, or None when it would be accepted."""
        found = self.judged(command, by, at, now, **act)
        return (found.reason, found.field) if isinstance(found, Refused) else None


def signed() -> Life:
    return Life().do(SIGN)


def in_hand() -> Life:
    return signed().do(REACHED)


def in_review() -> Life:
    return in_hand().do(REPLY)


def replied() -> Life:
    return in_review().do(APPROVE, LEADER)


def called_back() -> Life:
    return replied().do(SOLVED)


def closed() -> Life:
    return called_back().do(CLOSE)


def redo() -> Life:
    return replied().do(NOT_SOLVED, HOTLINE)


def redo_contacted() -> Life:
    return redo().do(SIGN).do(REACHED)


def return_requested() -> Life:
    return signed().do(RETURN, LEADER)


def return_refused() -> Life:
    return return_requested().do(refuse(RequestKind.RETURN), HOTLINE)


def returned() -> Life:
    return return_requested().do(grant(RequestKind.RETURN), HOTLINE)


def disputed() -> Life:
    """Sent back by one street, given to another, which asks to give it back, too: for adjudication."""
    life = return_requested().do(grant(RequestKind.RETURN, b.OTHER_STREET), HOTLINE)
    return life.do(RETURN, YI_LEADER)


def suspended() -> Life:
    return in_hand().do(SUSPENSION, LEADER).do(grant(RequestKind.SUSPENSION), HOTLINE)


def suspended_redo() -> Life:
    return redo_contacted().do(SUSPENSION, LEADER).do(grant(RequestKind.SUSPENSION), DISTRICT)


def withdrawn() -> Life:
    return Life().do(c.WithdrawOrder(case=ONE, reason="called by mistake"), HOTLINE)


def merged() -> Life:
    return in_hand().do(MERGE, LEADER)


def split() -> Life:
    return in_hand().do(SPLIT)


def whistled(kind: WhistleKind = WhistleKind.EMERGENCY) -> Life:
    return in_hand().do(b.blow(kind=kind))


STAGES = {
    "dispatched": Life,
    "signed": signed,
    "in_hand": in_hand,
    "whistled": whistled,
    "split": split,
    "return_requested": return_requested,
    "return_refused": return_refused,
    "disputed": disputed,
    "returned": returned,
    "suspended": suspended,
    "suspended_redo": suspended_redo,
    "in_review": in_review,
    "replied": replied,
    "called_back": called_back,
    "redo": redo,
    "redo_contacted": redo_contacted,
    "closed": closed,
    "withdrawn": withdrawn,
    "merged": merged,
}
STAGE_OF = {
    CaseState.DISPATCHED: Life,
    CaseState.SIGNED: signed,
    CaseState.IN_HAND: in_hand,
    CaseState.RETURN_REQUESTED: return_requested,
    CaseState.SUSPENDED: suspended,
    CaseState.REPLY_REVIEW: in_review,
    CaseState.REPLIED: replied,
    CaseState.REDO: redo,
    CaseState.CLOSED: closed,
    CaseState.RETURNED: returned,
    CaseState.WITHDRAWN: withdrawn,
    CaseState.MERGED: merged,
}


def assert_is_its_history(case: Case) -> None:
    assert replay(case.history, case.revision) == case


# ---- any life: wishes of anybody, at any time


class Step(NamedTuple):
    """A wish: `wait` after the last one, `age` before it is judged, of a thing `ago` (None: of now)."""

    command: c.AnyCommand
    by: Actor
    wait: dt.timedelta
    age: dt.timedelta
    ago: dt.timedelta | None


def people_of(unit: UnitId) -> tuple[Actor, ...]:
    """Everybody who could have to do with a case that `unit` holds."""
    roles = (Role.DISPATCHER, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.COMMUNITY_WORKER)
    own = tuple(b.person(f"{role.value} {unit}", unit, role) for role in roles)
    return *own, HOTLINE, DISTRICT, CENTRE, LIAISON, WATER_LIAISON


def person_of(case: Case, act: CommandId) -> Actor:
    """Give whoever made an act of a case."""
    recorded = next(r for r in case.history if r.act == act)
    named = (DISPATCHER, COLLEAGUE, LEADER, SUPERVISOR, YI_DISPATCHER, YI_LEADER, WORKER)
    return next(actor for actor in (*people_of(recorded.unit), *named) if actor.person == recorded.by)


def draw_step(data: st.DataObject, life: Life) -> Step:
    """Draw a wish, mostly one that somebody may well have as the case stands."""
    people = people_of(life.case.holder) + people_of(b.STREET)[:1]
    if data.draw(st.integers(0, 7)):
        likely = [(k, a) for k in _POOL for a in people if rules.possible(k, life.case, a) is None]
        kind, by = data.draw(st.sampled_from(likely))
    else:
        kind, by = data.draw(st.sampled_from(list(_POOL))), data.draw(st.sampled_from(people))
    command = data.draw(st.sampled_from(_POOL[kind]))
    wait, age, ago = data.draw(_WAIT), data.draw(_AGE), data.draw(_AGO)
    if kind not in CAN_HAVE_HAPPENED and data.draw(st.integers(0, 9)):
        ago = None
    made_at = life.at + wait - age
    return Step(_as_it_stands(command, life, by, made_at), by, wait, age, ago)


def attempt(life: Life, step: Step) -> tuple[e.Recorded, ...] | Refused:
    """Judge a step and take what follows; the clock goes on in any case."""
    life.at += step.wait
    made_at = life.at - step.age
    found = life.judged(
        step.command,
        step.by,
        made_at,
        life.at,
        offline=step.age > HOUR,
        happened_at=None if step.ago is None else made_at - step.ago,
    )
    if not isinstance(found, Refused):
        life.take(found)
    return found


def _as_it_stands(command: c.AnyCommand, life: Life, by: Actor, at: dt.datetime) -> c.AnyCommand:
    """Fill in what depends on the case and the time."""
    match command:
        case c.Undo():
            return msgspec.structs.replace(command, act=last_act(life.case)[0].act)
        case c.RequestExtension():
            return msgspec.structs.replace(command, until=life.at + 8 * DAY)
        case c.RequestSuspension():
            return msgspec.structs.replace(command, review_at=at + 3 * DAY)
        case c.HoldMeeting():
            return msgspec.structs.replace(command, meeting=msgspec.structs.replace(command.meeting, at=at))
        case c.PassMilestone() | c.ContactStreet() | c.RecordDeparture() | c.RefuseSummons() if (
            Role.LIAISON in by.roles
        ):
            return msgspec.structs.replace(command, unit=by.unit)
        case _:
            return command


WATER_LIAISON = b.person("shui", b.WATER, Role.LIAISON)
_SUMMONED = (b.URBAN, b.WATER)
_WISHES: list[c.AnyCommand] = [
    SIGN,
    REACHED,
    VAIN,
    c.Assign(case=ONE, assignee=f"community_worker {b.STREET}"),
    c.ReportProgress(case=ONE, text="there", on_scene=True),
    REPLY,
    APPROVE,
    c.SendBackReply(case=ONE, reason="shorter"),
    SOLVED,
    NOT_SOLVED,
    UNREACHED,
    c.OrderRedo(case=ONE, reason="half an answer"),
    c.ReopenCase(case=ONE, reason="dark again"),
    c.AddNote(case=ONE, text="the caller is deaf"),
    RETURN,
    EXTENSION,
    SUSPENSION,
    EXCLUSION,
    *(send(kind) for kind in RequestKind),
    *(drop(kind) for kind in RequestKind),
    *(grant(kind) for kind in RequestKind),
    *(refuse(kind) for kind in RequestKind),
    grant(RequestKind.RETURN, b.OTHER_STREET),
    rule(granted=True),
    rule(granted=True, to=b.STREET),
    rule(granted=False),
    *(msgspec.structs.replace(TRANSFER, to=to) for to in (b.STREET, b.OTHER_STREET, b.URBAN)),
    c.WithdrawOrder(case=ONE, reason="by mistake"),
    SPLIT,
    MERGE,
    c.AbsorbDuplicate(case=ONE, duplicate=TWO),
    *(c.NoteChildEnded(case=ONE, child=part.case, again=again) for part in SPLIT.parts for again in (False, True)),
    c.ResumeCase(case=ONE),
    *(c.Supervise(case=ONE, level=level, reason="slow") for level in (1, 2, 3)),
    *(c.LiftSupervision(case=ONE, level=level, reason="well") for level in (1, 2, 3)),
    *(c.ChangeUrgency(case=ONE, urgency=urgency, reason="news") for urgency in Urgency),
    c.Urge(case=ONE),
    c.GiveNumber(case=ONE, number="C-1", source="12345"),
    c.Undo(case=ONE, act=CommandId("")),
    CLOSE,
    c.RevealCaller(case=ONE, reason="must call"),
    *(b.blow(kind=kind, whistle=whistle) for kind in WhistleKind for whistle in ("w-1", "w-2")),
    *(
        command
        for w in (W, WhistleId("w-2"))
        for command in (
            c.ApproveWhistle(case=ONE, whistle=w),
            *(
                c.PassMilestone(case=ONE, whistle=w, unit=unit, milestone=milestone)
                for unit in _SUMMONED
                for milestone in Milestone
            ),
            *(c.ContactStreet(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            *(c.RecordDeparture(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            *(c.DeclareNoShow(case=ONE, whistle=w, unit=unit) for unit in _SUMMONED),
            c.RefuseSummons(case=ONE, whistle=w, unit=b.URBAN, reason="not ours"),
            c.AdjudicateSummons(case=ONE, whistle=w, unit=b.URBAN, released=True, reason="right"),
            c.AdjudicateSummons(case=ONE, whistle=w, unit=b.URBAN, released=False, reason="wrong"),
            c.SendBackWork(case=ONE, whistle=w, unit=b.URBAN, reason="still leaks"),
            c.HoldMeeting(
                case=ONE,
                whistle=w,
                meeting=Meeting(id="m", at=b.NOON, place="there", invited=_SUMMONED, findings="a main"),
            ),
            *(
                c.ClimbLadder(case=ONE, whistle=w, unit=unit, milestone=milestone, share=share)
                for unit in _SUMMONED
                for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.DONE)
                for share in (50, 100, 150)
            ),
            *(c.ScoreDepartment(case=ONE, whistle=w, unit=unit, people=9, result=9) for unit in _SUMMONED),
            c.AcceptWhistle(case=ONE, whistle=w),
            c.WithdrawWhistle(case=ONE, whistle=w, reason="dry again"),
        )
    ),
]
_POOL: dict[type[c.Command], list[c.AnyCommand]] = {}
for _wish in _WISHES:
    _POOL.setdefault(type(_wish), []).append(_wish)
_WAIT = st.sampled_from([SECOND, MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 4 * DAY])
_AGE = st.sampled_from([dt.timedelta(), dt.timedelta(), dt.timedelta(), 3 * MINUTE, 4 * HOUR, 2 * DAY])
_AGO = st.sampled_from([None, None, None, MINUTE, 5 * HOUR, 80 * HOUR])
