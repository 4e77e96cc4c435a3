"""Lives of a case for tests: a case that goes on act by act, each with an id of its own, and people of every role.

`Life.at` is the hand of the clock: every act moves it on by a minute unless told otherwise.
"""

import datetime as dt

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import rules
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import Ground, RequestKind, Solved
from dispatcher.models.evolution import evolve, replay
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Reason, Refused
from dispatcher.models.whistle import WhistleKind
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


def replaced(command: c.AnyCommand, **changes: object) -> c.AnyCommand:
    return msgspec.structs.replace(command, **changes)


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


def drafted(command: c.AnyCommand, life: Life | None = None) -> Life:
    return (life or in_hand()).do(command)


def supervised() -> Life:
    return in_hand().do(c.Supervise(case=ONE, level=1, reason="look at it"), SUPERVISOR)


def desk_case() -> Life:
    return Life(number=f"L-{b.STREET}-20260303-7")


def numbered() -> Life:
    return desk_case().do(c.GiveNumber(case=ONE, number="C-1", source="12345"), HOTLINE)


def child() -> Life:
    life = in_hand()
    life.case = msgspec.structs.replace(life.case, parent=TWO)
    return life


def excluded() -> Life:
    return drafted(EXCLUSION).do(send(RequestKind.EXCLUSION), LEADER).do(grant(RequestKind.EXCLUSION), HOTLINE)


def exclusion_refused() -> Life:
    return in_hand().do(EXCLUSION, LEADER).do(refuse(RequestKind.EXCLUSION), HOTLINE)


def extension_refused() -> Life:
    return in_hand().do(EXTENSION, LEADER).do(refuse(RequestKind.EXTENSION), HOTLINE)


def extension_sent_by_leader() -> Life:
    return in_hand().do(EXTENSION, LEADER)


def adjudicated() -> Life:
    return disputed().do(rule(granted=True, to=b.STREET), HOTLINE)


def whistled_and_called_back() -> Life:
    return whistled().do(REPLY, LEADER).do(SOLVED)


def split_and_called_back() -> Life:
    return split().do(REPLY, LEADER).do(SOLVED)


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
