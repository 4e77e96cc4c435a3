"""A drill (演练) at two streets next door: all that the law knows is done once, all that it refuses is tried once.

Stories as data: who does what at which instant, and what is expected. Their orders came in weeks ago, so that long
limits pass too; each act counts at the time it says it was made. Whoever runs them compares the verdicts.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.events import Ground, RequestKind, Satisfied, Solved
from dispatcher.models.ids import CaseId, CommandId, PersonId, UnitId, WhistleId
from dispatcher.models.order import Order, Place, Urgency
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Meeting, MeetingTask, Milestone, WhistleKind
from dispatcher.wire.orders import case_id

SOURCE = "drill"
DISPATCHER, LEADER, SUPERVISOR, WORKER = "dispatcher", "leader", "supervisor", "worker"
STRANGER, HOTLINE, DISTRICT, ADMINISTRATOR = "stranger", "hotline", "district", "administrator"
WATER, GAS = "water", "gas"
_DRILL = uuid.UUID("0d6f8f0e-5f0b-5c3a-9a41-6a2b7f1c9e02")
_NOBODY = PersonId("")
_S = TypeVar("_S", bound=msgspec.Struct)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


class Places(NamedTuple):
    """Where the drill is held: two streets, a community of the first, and the two units it summons."""

    street: UnitId
    next_street: UnitId
    community: UnitId
    water: UnitId
    gas: UnitId


class Step(NamedTuple):
    """One act: who, what, when it was made, and the refusal it must meet (None: it must be accepted)."""

    by: str
    act: c.Act
    expects: Reason | None


class Story:
    """Acts on one case, each a little later than the one before; `now` is where the drill's clock stands."""

    def __init__(self, seed: int, name: str, began: dt.datetime, places: Places) -> None:
        self.number = f"YL-{self._id(seed, name, 'order')[:13]}"
        self.case = case_id(SOURCE, self.number)
        self.places = places
        self.now = began
        self._seed, self._name, self._made = seed, name, 0

    def order(self, urgency: Urgency, title: str, **more: object) -> Step:
        """The hotline dispatches the story's order to the first street."""
        order = _order(self.number, urgency, title, self.now, self.places)
        for key, value in more.items():
            order = _with(order, key, value)
        return self.does(HOTLINE, c.ReceiveOrder(case=self.case, order=order, holder=self.places.street))

    def does(
        self,
        by: str,
        command: c.AnyCommand,
        expects: Reason | None = None,
        later: dt.timedelta = MINUTE,
        seen: str | None = None,
        **more: dt.datetime,
    ) -> Step:
        """Somebody acts `later` than the last act."""
        self.now += later
        self._made += 1
        made_at = more.get("made_at", self.now)
        act = c.Act(
            id=CommandId(self._id(self._seed, self._name, str(self._made))),
            command=command,
            by=_NOBODY,
            made_at=made_at,
            valid_until=more.get("valid_until"),
            happened_at=more.get("happened_at"),
            offline=True,
            clock_error_ms=400,
            seen=seen,
        )
        return Step(by, act, expects)

    def blow(self, kind: WhistleKind, whistle: WhistleId, **more: object) -> c.BlowWhistle:
        """Make the command of a whistle to both units."""
        values: dict[str, object] = {"lead": self.places.water, "assisting": (self.places.gas,)} | more
        return c.BlowWhistle(
            case=self.case,
            whistle=whistle,
            kind=kind,
            demand="演练：关阀、抢修、疏导",
            place="演练点位",
            contact="街道指挥中心",
            **values,  # pyright: ignore[reportArgumentType]
        )

    def reply(self) -> c.Reply:
        """Make a reply of four elements."""
        return c.Reply(
            case=self.case,
            accepted="当日受理",
            talked_with="已与来电人通话",
            done="已派人处置",
            result="已恢复，来电人知晓",
        )

    def called(self, solved: Solved) -> c.RecordCallBack:
        """Make a call-back that reached the citizen."""
        satisfied = Satisfied.SATISFIED if solved is Solved.YES else Satisfied.NOT
        return c.RecordCallBack(case=self.case, reached=True, contacted=True, solved=solved, satisfied=satisfied)

    @staticmethod
    def _id(seed: int, name: str, what: str) -> str:
        return str(uuid.uuid5(_DRILL, f"{seed}/{name}/{what}"))


def stories(seed: int, now: dt.datetime, places: Places) -> Iterator[Step]:
    """Give every act of the drill in its order; `now` is the centre's clock when it begins."""
    monday = now - dt.timedelta(days=42 + now.weekday())
    began = monday.replace(hour=1, minute=0, second=0, microsecond=0)  # 09:00 in Beijing
    yield from _returns(Story(seed, "returns", began, places))
    yield from _a_long_case(Story(seed, "long", began, places), now)
    yield from _whistles(Story(seed, "whistles", began, places), now)
    yield from _split_and_merged(Story(seed, "split", began, places))
    yield from _slips(Story(seed, "slips", began, places), now)


def _returns(s: Story) -> Iterator[Step]:
    """Returned once, transferred, returned again, adjudicated, withdrawn."""
    case, other = s.case, s.places.next_street
    asks = c.RequestReturn(case=case, ground=Ground.NOT_OUR_TERRITORY, reason="点位在邻街", evidence=("界线图 12",))
    yield s.order(Urgency.ORDINARY, "演练：路灯不亮")
    yield s.does(STRANGER, c.SignFor(case=case), Reason.NOT_YOUR_CASE)
    yield s.does(WATER, c.SignFor(case=case), Reason.NOT_YOUR_ROLE)
    yield s.does(DISPATCHER, s.reply(), Reason.WRONG_STATE)
    yield s.does(DISPATCHER, c.SignFor(case=CaseId(str(uuid.uuid5(_DRILL, "nowhere")))), Reason.NO_SUCH_CASE)
    bare = c.RequestReturn(case=case, ground=Ground.NOT_OUR_TERRITORY, reason="点位在邻街")
    yield s.does(DISPATCHER, bare, Reason.NO_EVIDENCE)
    yield s.does(DISPATCHER, _with(asks, "reason", " "), Reason.MISSING_FIELD)
    yield s.does(DISPATCHER, _with(asks, "ground", Ground.UNREASONABLE), Reason.BAD_FIELD)
    yield s.does(DISPATCHER, asks)
    yield s.does(DISPATCHER, asks, Reason.ALREADY_REQUESTED)
    decide = c.DecideRequest(case=case, kind=RequestKind.RETURN, granted=True)
    yield s.does(HOTLINE, decide, Reason.NOT_SENT)
    yield s.does(LEADER, c.SendRequest(case=case, kind=RequestKind.EXTENSION), Reason.NO_SUCH_REQUEST)
    yield s.does(LEADER, c.SendRequest(case=case, kind=RequestKind.RETURN))
    yield s.does(HOTLINE, _with(decide, "to", UnitId("999999999")), Reason.UNKNOWN_UNIT)
    yield s.does(HOTLINE, decide)
    yield s.does(HOTLINE, c.Transfer(case=case, to=other, reason="点位属邻街"))
    yield s.does(STRANGER, _with(asks, "ground", Ground.OWNERSHIP_UNCLEAR))
    yield s.does(HOTLINE, _with(decide, "to", s.places.street), Reason.NEEDS_ADJUDICATION)
    yield s.does(DISTRICT, c.Adjudicate(case=case, granted=False, answer="邻街主办，产权单位配合"))
    yield s.does(STRANGER, asks, Reason.FINAL)
    yield s.does(HOTLINE, c.WithdrawOrder(case=case, reason="来电人撤回诉求"))
    yield s.does(ADMINISTRATOR, c.ErasePersonalData(case=case, reason="来电人要求抹除"))


def _a_long_case(s: Story, now: dt.datetime) -> Iterator[Step]:
    """Extended, suspended, answered, redone, closed, and too late to open again."""
    case, due = s.case, s.now + 7 * DAY
    asks = c.RequestReturn(case=case, ground=Ground.NOT_OUR_DUTY, reason="非街道职责", evidence=("权责清单 3",))
    yield s.order(Urgency.ORDINARY, "演练：楼道漏水", no_return=True)
    yield s.does(DISPATCHER, asks, Reason.NO_RETURN)
    yield s.does(DISPATCHER, c.SignFor(case=case))
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=False, note="无人接听"))
    yield s.does(LEADER, c.Assign(case=case, assignee="演练一组"))
    yield s.does(DISPATCHER, c.Assign(case=case, assignee="演练二组"), Reason.CHANGED_MEANWHILE, seen="")
    met = s.now + 30 * MINUTE
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True), later=HOUR, happened_at=met)
    yield s.does(WORKER, c.ReportProgress(case=case, text="已到现场查看", on_scene=True))
    longer = c.RequestExtension(case=case, until=due + 30 * DAY, reason="要更换立管")
    yield s.does(DISPATCHER, longer, Reason.TOO_LONG)
    yield s.does(DISPATCHER, _with(longer, "until", due + 3 * DAY))
    yield s.does(DISPATCHER, s.reply(), Reason.REQUEST_OPEN)
    yield s.does(LEADER, c.SendRequest(case=case, kind=RequestKind.EXTENSION))
    yield s.does(HOTLINE, c.DecideRequest(case=case, kind=RequestKind.EXTENSION, granted=True))
    yield s.does(LEADER, _with(longer, "until", due + 4 * DAY), Reason.ONLY_ONCE)
    rests = c.RequestSuspension(
        case=case, review_at=now + 30 * DAY, reason="等大修立项", public_reason="已列入大修计划，月底前复核"
    )
    yield s.does(DISPATCHER, rests)
    yield s.does(LEADER, c.DropRequest(case=case, kind=RequestKind.SUSPENSION, reason="先补说明"))
    yield s.does(LEADER, rests)
    yield s.does(HOTLINE, c.DecideRequest(case=case, kind=RequestKind.SUSPENSION, granted=True))
    yield s.does(LEADER, c.ResumeCase(case=case, reason="提前立项"), later=2 * DAY)
    yield s.does(DISPATCHER, s.reply())
    yield s.does(LEADER, c.SendBackReply(case=case, reason="没有写下次时间"))
    yield s.does(DISPATCHER, s.reply())
    yield s.does(LEADER, c.ApproveReply(case=case))
    yield s.does(DISPATCHER, c.CloseCase(case=case), Reason.NOT_CALLED_BACK)
    muddled = c.RecordCallBack(case=case, reached=False, solved=Solved.YES)
    yield s.does(DISPATCHER, muddled, Reason.CONTRADICTION)
    yield s.does(HOTLINE, s.called(Solved.NO))
    yield s.does(DISPATCHER, s.reply(), Reason.NOT_CONTACTED)
    yield s.does(DISPATCHER, c.SignFor(case=case))
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True))
    yield s.does(LEADER, s.reply())
    yield s.does(HOTLINE, c.OrderRedo(case=case, reason="缺少现场照片"))
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True))
    yield s.does(LEADER, s.reply())
    yield s.does(HOTLINE, s.called(Solved.YES))
    yield s.does(DISPATCHER, c.CloseCase(case=case))
    yield s.does(LEADER, c.ReopenCase(case=case, reason="又漏了"), later=DAY)
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True))
    yield s.does(LEADER, s.reply())
    yield s.does(HOTLINE, s.called(Solved.YES))
    yield s.does(DISPATCHER, c.CloseCase(case=case))
    s.now = now - MINUTE
    yield s.does(LEADER, c.ReopenCase(case=case, reason="又漏了"), Reason.TOO_LATE)
    excludes = c.RequestExclusion(case=case, ground=Ground.IN_PROCEEDINGS, reason="已诉讼", evidence=("案号 8",))
    yield s.does(LEADER, excludes)
    yield s.does(HOTLINE, c.DecideRequest(case=case, kind=RequestKind.EXCLUSION, granted=True))


def _whistles(s: Story, now: dt.datetime) -> Iterator[Step]:
    """Four whistles: one answered with everything that can go wrong, one met, one not answered, one taken back."""
    case, places = s.case, s.places
    first, second, third, fourth = (WhistleId(str(uuid.uuid5(_DRILL, f"{case}/{n}"))) for n in range(4))

    def steps(whistle: WhistleId, unit: UnitId, milestone: Milestone, **more: object) -> c.PassMilestone:
        made = c.PassMilestone(case=case, whistle=whistle, unit=unit, milestone=milestone)
        for key, value in more.items():
            made = _with(made, key, value)
        return made

    yield s.order(Urgency.EMERGENCY, "演练：自来水管爆裂", confidential=True)
    yield s.does(DISPATCHER, c.SignFor(case=case))
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True))
    yield s.does(DISPATCHER, c.RevealCaller(case=case, reason="现场找人"), Reason.CONFIDENTIAL)
    blown = s.blow(WhistleKind.EMERGENCY, first)
    yield s.does(DISPATCHER, _with(blown, "assisting", (places.water,)), Reason.ALREADY_SUMMONED)
    yield s.does(DISPATCHER, blown, Reason.EXPIRED, valid_until=s.now + 30 * MINUTE)
    yield s.does(DISPATCHER, blown)
    yield s.does(WATER, steps(second, places.water, Milestone.SIGNED), Reason.NO_SUCH_WHISTLE)
    yield s.does(LEADER, c.ApproveWhistle(case=case, whistle=first))
    yield s.does(LEADER, c.ApproveWhistle(case=case, whistle=first), Reason.ONLY_ONCE)
    yield s.does(GAS, c.RefuseSummons(case=case, whistle=first, unit=places.gas, reason="不是燃气管"))
    yield s.does(WATER, steps(first, places.water, Milestone.SIGNED))
    yield s.does(WATER, c.ContactStreet(case=case, whistle=first, unit=places.water))
    yield s.does(WATER, steps(first, places.water, Milestone.DONE), Reason.MILESTONE_ORDER)
    absent = c.DeclareNoShow(case=case, whistle=first, unit=places.gas)
    yield s.does(DISPATCHER, absent, Reason.TOO_EARLY)
    yield s.does(WATER, steps(first, places.water, Milestone.ON_THE_WAY))
    came = steps(first, places.water, Milestone.REPORTED_IN, place="路口", person="班长带三人", evidence=("照片 1",))
    yield s.does(WATER, came)
    yield s.does(DISPATCHER, came)
    dated = steps(first, places.water, Milestone.MEASURE_AGREED, finish_by=s.now + DAY)
    yield s.does(WATER, dated, Reason.STREET_ONLY)
    yield s.does(DISPATCHER, dated)
    yield s.does(DISPATCHER, c.AcceptWhistle(case=case, whistle=first), Reason.NOT_DONE)
    yield s.does(HOTLINE, c.Transfer(case=case, to=places.next_street, reason="转邻街"), Reason.WHISTLES_OPEN)
    yield s.does(DISPATCHER, absent, later=HOUR)
    ruling = c.AdjudicateSummons(case=case, whistle=first, unit=places.gas, released=True, reason="确非燃气")
    yield s.does(DISTRICT, ruling)
    yield s.does(WATER, c.RecordDeparture(case=case, whistle=first, unit=places.water))
    yield s.does(WATER, steps(first, places.water, Milestone.DONE))
    yield s.does(DISPATCHER, c.SendBackWork(case=case, whistle=first, unit=places.water, reason="路面没有恢复"))
    yield s.does(WATER, steps(first, places.water, Milestone.DONE), later=HOUR)
    yield s.does(DISPATCHER, c.AcceptWhistle(case=case, whistle=first))
    yield s.does(DISPATCHER, c.WithdrawWhistle(case=case, whistle=first, reason="误"), Reason.WHISTLE_CLOSED)
    scores = c.ScoreDepartment(case=case, whistle=first, unit=places.water, people=9, result=12)
    yield s.does(SUPERVISOR, scores)

    yield s.does(LEADER, s.blow(WhistleKind.ENFORCEMENT, second))
    stranger = s.blow(WhistleKind.ROUTINE, third, assisting=())
    yield s.does(DISPATCHER, _with(stranger, "simple", True))
    yield s.does(GAS, steps(third, places.gas, Milestone.SIGNED), Reason.NOT_SUMMONED)
    for unit, who in ((places.water, WATER), (places.gas, GAS)):
        for milestone in (Milestone.SIGNED, Milestone.REPORTED_IN, Milestone.MEASURE_AGREED, Milestone.DONE):
            yield s.does(who, steps(second, unit, milestone))
    meeting = Meeting(
        id=str(uuid.uuid5(_DRILL, f"{case}/meeting")),
        at=s.now,
        place="演练点位",
        invited=(places.water, places.gas),
        arrived=(places.water, places.gas),
        findings="先围挡，再抢修",
        tasks=(MeetingTask(unit=places.water, what="恢复路面", by=s.now + DAY),),
        photos=("照片 2",),
    )
    yield s.does(DISPATCHER, c.HoldMeeting(case=case, whistle=second, meeting=meeting))
    yield s.does(DISPATCHER, c.AcceptWhistle(case=case, whistle=second))
    yield s.does(SUPERVISOR, s.blow(WhistleKind.BREAKTHROUGH, fourth))
    yield s.does(LEADER, c.WithdrawWhistle(case=case, whistle=third, reason="已由街道自行处置"))
    s.now = now - HOUR
    yield s.does(LEADER, c.WithdrawWhistle(case=case, whistle=fourth, reason="演练结束"))


def _split_and_merged(s: Story) -> Iterator[Step]:
    """Split in two; one part is a duplicate of the other; the parent closes last."""
    case = s.case
    parts = tuple(
        c.Part(case=CaseId(str(uuid.uuid5(_DRILL, f"{case}/part/{n}"))), title=title)
        for n, title in enumerate(("演练：停车占道", "演练：停车占道（同一处）"))
    )
    kept, merged = parts[0].case, parts[1].case
    yield s.order(Urgency.COMPLEX, "演练：老旧小区停车难")
    yield s.does(DISPATCHER, c.SignFor(case=case))
    yield s.does(DISPATCHER, c.RecordContact(case=case, reached=True))
    yield s.does(DISPATCHER, c.SplitCase(case=case, parts=parts, reason="两处点位"))
    yield s.does(LEADER, s.reply())
    yield s.does(HOTLINE, s.called(Solved.YES))
    yield s.does(DISPATCHER, c.CloseCase(case=case), Reason.CHILDREN_OPEN)
    yield s.does(LEADER, c.MergeCase(case=merged, into=kept, reason="同一处"))
    yield s.does(DISPATCHER, c.SignFor(case=kept))
    yield s.does(DISPATCHER, c.RecordContact(case=kept, reached=True))
    yield s.does(LEADER, _with(s.reply(), "case", kept))
    yield s.does(HOTLINE, _with(s.called(Solved.PARTLY), "case", kept))
    yield s.does(DISPATCHER, c.CloseCase(case=kept))
    yield s.does(DISPATCHER, c.CloseCase(case=case))


def _slips(s: Story, now: dt.datetime) -> Iterator[Step]:
    """Slips of the hand and of the clock; what can be taken back and what cannot."""
    case = s.case
    yield s.order(Urgency.ORDINARY, "演练：井盖松动")
    began = s.now
    yield s.does(DISPATCHER, c.SignFor(case=case), Reason.BEFORE_THE_CASE, made_at=began - DAY)
    yield s.does(DISPATCHER, c.SignFor(case=case), Reason.IN_THE_FUTURE, made_at=now + 30 * DAY)
    s.now = now - 5 * MINUTE
    yield s.does(HOTLINE, c.ChangeUrgency(case=case, urgency=Urgency.LIVELIHOOD, reason="已有人绊倒"))
    yield s.does(HOTLINE, c.Urge(case=case, note="来电人再次来电"))
    supervises = c.Supervise(case=case, level=1, reason="限期加固")
    yield s.does(SUPERVISOR, supervises)
    yield s.does(SUPERVISOR, supervises, Reason.ALREADY_SO)
    yield s.does(SUPERVISOR, c.LiftSupervision(case=case, level=1, reason="已加固"))
    s.now -= 3 * MINUTE
    signs = s.does(DISPATCHER, c.SignFor(case=case), later=dt.timedelta(seconds=5))
    yield signs
    yield s.does(LEADER, c.AddNote(case=case, text="先放警示桩"), later=dt.timedelta(seconds=5))
    undo = c.Undo(case=case, act=signs.act.id)
    yield s.does(DISPATCHER, undo, Reason.NOT_LAST_ACT, later=dt.timedelta(seconds=5))
    note = s.does(LEADER, c.AddNote(case=case, text="写错了"), later=dt.timedelta(seconds=5))
    yield note
    yield s.does(LEADER, c.Undo(case=case, act=note.act.id), later=dt.timedelta(seconds=5))
    reveal = s.does(LEADER, c.RevealCaller(case=case, reason="现场找人"), later=dt.timedelta(seconds=5))
    yield reveal
    undone = c.Undo(case=case, act=reveal.act.id)
    yield s.does(LEADER, undone, Reason.CANNOT_BE_UNDONE, later=dt.timedelta(seconds=5))
    local = CaseId(str(uuid.uuid5(_DRILL, f"{case}/local")))
    number = f"L-{s.places.street}-{s.now:%Y%m%d}-1"
    order = _order(number, Urgency.ORDINARY, "演练：移动办公桌收到的诉求", s.now, s.places)
    takes_in = c.ReceiveOrder(case=local, order=order, holder=s.places.street)
    yield s.does(DISPATCHER, takes_in)
    yield s.does(DISPATCHER, takes_in, Reason.ALREADY_THERE)
    yield s.does(HOTLINE, c.GiveNumber(case=local, number=f"YL-{local[:8]}", source="12345"))


def _order(number: str, urgency: Urgency, title: str, at: dt.datetime, places: Places) -> Order:
    return Order(
        number=number,
        source=SOURCE,
        title=title,
        dispatched_at=at,
        urgency=urgency,
        category=("应急演练", "演练"),
        place=Place(address="演练点位", street=places.street, community="演练社区", community_code=places.community),
    )


def _with(value: _S, name: str, new: object) -> _S:
    return msgspec.structs.replace(value, **{name: new})
