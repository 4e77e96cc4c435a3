"""A street office in the afternoon of 18 November 2026, for window tests: invented people, places and orders.

Cases are made by running commands through the real rules, so that no state stands there which could not come about.
"""

import datetime as dt
from dataclasses import dataclass

from dispatcher.bridge import Remembered
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.events import Solved
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.lawbook import book_of
from dispatcher.models.order import Channel, DemandKind, Order, Place, Urgency
from dispatcher.models.organisation import Actor, Role, Unit, UnitKind
from dispatcher.models.policy import OrderLimits, Policy, WhistleLimits, parse_limit
from dispatcher.models.rules import judge, valid_until
from dispatcher.models.verdicts import Refused
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.models.workcalendar import BEIJING, WorkCalendar
from tests.ui.fake_bridge import FakeBridge

NOW = dt.datetime(2026, 11, 18, 14, 26, 8, tzinfo=BEIJING).astimezone(dt.UTC)

STREET, COMMUNITY = UnitId("110105099"), UnitId("110105099001")
WATER, HOUSING, POLICE, TRAFFIC, POWER = (
    UnitId(code) for code in ("water", "housing", "enforcement", "traffic", "power")
)
UNITS = (
    Unit(id=STREET, name="柳湖街道", name_en="Liuhu Street", kind=UnitKind.STREET, phone="6500 1234"),
    Unit(id=COMMUNITY, name="柳湖东社区", name_en="Liuhu East", kind=UnitKind.COMMUNITY, parent=STREET),
    Unit(
        id=WATER, name="供水集团", name_en="Water Group", kind=UnitKind.ENTERPRISE, duties=("供水",), phone="6500 2001"
    ),
    Unit(
        id=HOUSING,
        name="住建局",
        name_en="Housing Bureau",
        kind=UnitKind.DEPARTMENT,
        duties=("房屋",),
        phone="6500 2002",
    ),
    Unit(id=POLICE, name="城管执法队", name_en="Enforcement Team", kind=UnitKind.DEPARTMENT, phone="6500 2003"),
    Unit(id=TRAFFIC, name="交警大队", name_en="Traffic Police", kind=UnitKind.DEPARTMENT, phone="6500 2004"),
    Unit(id=POWER, name="供电公司", name_en="Power Company", kind=UnitKind.ENTERPRISE, phone="6500 2005"),
)


def _limits(sign: str, first: str, feedback: str, scene: str = "", progress: str = "") -> OrderLimits:
    return OrderLimits(
        sign=parse_limit(sign),
        first_contact=parse_limit(first),
        feedback=parse_limit(feedback),
        on_scene=parse_limit(scene) if scene else None,
        progress=parse_limit(progress) if progress else None,
    )


def _whistle(sign: str, report_in: str, done: str, valid_for: str = "") -> WhistleLimits:
    return WhistleLimits(
        sign=parse_limit(sign),
        report_in=parse_limit(report_in),
        done=parse_limit(done),
        valid_for=parse_limit(valid_for) if valid_for else None,
    )


POLICY = Policy(
    version="city v12",
    effective_from=dt.date(2026, 1, 1),
    orders={
        Urgency.FLOOD: _limits("5 min", "10 min", "30 min", progress="30 min"),
        Urgency.EMERGENCY: _limits("10 min", "30 min", "2 h", "1 h", "2 h"),
        Urgency.LIVELIHOOD: _limits("30 min", "1 h", "24 h", "3 h", "24 h"),
        Urgency.ORDINARY: _limits("2 h W", "24 h", "7 d"),
        Urgency.COMPLEX: _limits("2 h W", "24 h", "15 d", progress="7 d"),
        Urgency.QUESTION: _limits("1 h W", "4 h W", "1 WD"),
    },
    redo=_limits("1 h W", "4 h", "3 d"),
    whistles={
        WhistleKind.EMERGENCY: _whistle("5 min", "30 min", "2 h", "30 min"),
        WhistleKind.ENFORCEMENT: _whistle("30 min", "2 h", "1 d"),
        WhistleKind.ROUTINE: _whistle("1 h W", "3 WD", "10 WD"),
        WhistleKind.BREAKTHROUGH: _whistle("1 h W", "5 WD", "10 WD"),
    },
    call_back=parse_limit("24 h"),
)
CALENDAR = WorkCalendar(version="2026", published_through=dt.date(2026, 12, 31))
LAW = Law(policy=POLICY, calendar=CALENDAR)

HOTLINE = Actor(person=PersonId("hotline"), name="市热线", unit=UnitId("city"), roles=frozenset({Role.HOTLINE}))
DISPATCHER = Actor(person=PersonId("chen"), name="陈卓", unit=STREET, roles=frozenset({Role.DISPATCHER}))
LEADER = Actor(person=PersonId("zhou"), name="周敏", unit=STREET, roles=frozenset({Role.SHIFT_LEADER, Role.DISPATCHER}))
SUPERVISOR = Actor(person=PersonId("he"), name="何静", unit=STREET, roles=frozenset({Role.SUPERVISOR}))


def liaison(unit: UnitId) -> Actor:
    return Actor(person=PersonId(f"at-{unit}"), name="吴帆", unit=unit, roles=frozenset({Role.LIAISON}))


def session(actor: Actor = DISPATCHER) -> Remembered:
    return Remembered(actor=actor, book=book_of(POLICY, CALENDAR), units=UNITS)


def ago(**lengths: float) -> dt.datetime:
    return NOW - dt.timedelta(**lengths)


@dataclass
class Story:
    """One case as it goes on; every step is judged by the rules at the time it names."""

    id: CaseId
    case: Case | None = None
    steps: int = 0

    def do(self, actor: Actor, at: dt.datetime, command: c.AnyCommand) -> "Story":
        self.steps += 1
        act = c.Act(
            id=CommandId(f"{self.id}-{self.steps}"),
            command=command,
            by=actor.person,
            made_at=at,
            valid_until=valid_until(command, LAW, at),
        )
        found = judge(act, self.case, actor, LAW, at)
        assert not isinstance(found, Refused), found
        for recorded in found:
            revision = Revision(self.case.revision + 1 if self.case else 1)
            self.case = evolve(self.case, recorded, revision)
        return self

    def sign(self, at: dt.datetime) -> "Story":
        return self.do(DISPATCHER, at, c.SignFor(case=self.id))

    def contact(self, at: dt.datetime, note: str = "告知已派人查看") -> "Story":
        return self.do(DISPATCHER, at, c.RecordContact(case=self.id, reached=True, note=note))

    def assign(self, at: dt.datetime, assignee: str) -> "Story":
        return self.do(DISPATCHER, at, c.Assign(case=self.id, assignee=assignee))

    def progress(self, at: dt.datetime, text: str, on_scene: bool = False) -> "Story":
        return self.do(DISPATCHER, at, c.ReportProgress(case=self.id, text=text, on_scene=on_scene))

    def blow(self, at: dt.datetime, whistle: str, kind: WhistleKind, demand: str, *units: UnitId) -> "Story":
        return self.do(
            LEADER,
            at,
            c.BlowWhistle(
                case=self.id,
                whistle=WhistleId(whistle),
                kind=kind,
                demand=demand,
                place="路口东北角警戒线内",
                contact="外勤 2 组 吴帆",
                lead=units[0],
                assisting=units[1:],
            ),
        )

    def passes(self, at: dt.datetime, whistle: str, unit: UnitId, milestone: Milestone, note: str = "") -> "Story":
        return self.do(
            liaison(unit),
            at,
            c.PassMilestone(case=self.id, whistle=WhistleId(whistle), unit=unit, milestone=milestone, note=note),
        )

    def reply(self, at: dt.datetime, actor: Actor = LEADER) -> "Story":
        return self.do(
            actor,
            at,
            c.Reply(case=self.id, accepted="当日", talked_with="来电人", done="已清理", result="已解决"),
        )

    def call_back(self, at: dt.datetime, solved: Solved) -> "Story":
        return self.do(DISPATCHER, at, c.RecordCallBack(case=self.id, reached=True, contacted=True, solved=solved))

    def done(self) -> Case:
        assert self.case is not None
        return self.case


def receive(
    number: str,
    at: dt.datetime,
    urgency: Urgency,
    title: str,
    address: str,
    community: str = "",
    topic: str = "",
    text: str = "",
    **more: object,
) -> Story:
    order = Order(
        number=number,
        source="hotline",
        title=title,
        dispatched_at=at,
        urgency=urgency,
        text=text or title,
        kind=DemandKind.COMPLAINT,
        channel=Channel.PHONE,
        category=("城市运行", "市政", topic or title[:4]),
        place=Place(address=address, street=STREET, community=community),
        caller_name_hint="刘**",
        caller_phone_hint="138****1234",
        **more,
    )
    story = Story(CaseId(f"case-{number}"))
    return story.do(HOTLINE, at, c.ReceiveOrder(case=story.id, order=order, holder=STREET))


def burst_pipe() -> Case:
    """An emergency with four departments out: three have reported in, one is late."""
    start = NOW - dt.timedelta(hours=1, minutes=37, seconds=48)
    story = receive(
        "临江-20261118-07387",
        start,
        Urgency.EMERGENCY,
        "路面塌陷，自来水管爆裂涌水进地库",
        "槐荫路与文昌路口东北角",
        "槐荫社区",
        "路面塌陷",
        "路口塌了一个约两米的坑，水一直往外冒，已经流进旁边小区地下车库。现场没有围挡，过往电动车很多，"
        "请马上处理，并告诉我什么时候能恢复供水。",
        urged=2,
    )
    minutes = lambda m: start + dt.timedelta(minutes=m)  # noqa: E731
    story.sign(minutes(1.75)).contact(minutes(7)).assign(minutes(8), "外勤 2 组")
    story.progress(minutes(29), "到场：坑约 2 米，已拉警戒线", on_scene=True)
    story.blow(
        minutes(33),
        "w-07387",
        WhistleKind.EMERGENCY,
        "抢修止水，疏导交通，护住塌陷边缘",
        WATER,
        HOUSING,
        POLICE,
        TRAFFIC,
    )
    for unit, steps in {
        WATER: (34, 39, 56, 88),
        HOUSING: (36, 62),
        POLICE: (45, 52, 70),
        TRAFFIC: (35, 37, 48, 52),
    }.items():
        milestones = (Milestone.SIGNED, Milestone.ON_THE_WAY, Milestone.REPORTED_IN, Milestone.MEASURE_AGREED)
        for milestone, minute in zip(milestones, steps, strict=False):
            story.passes(minutes(minute), "w-07387", unit, milestone, "许工，携抢修车 2 台" if minute == 56 else "")
    return story.done()


def cases() -> tuple[Case, ...]:
    """The whole queue of the afternoon, a little of everything."""
    lift = receive(
        "临江-20261118-07433", ago(minutes=8, seconds=28), Urgency.EMERGENCY,
        "电梯困人，两位老人被困约十分钟", "碧云家园 3 栋 2 单元", "碧云社区", "电梯困人",
    )  # fmt: skip
    water = receive(
        "临江-20261117-06871", ago(hours=24, minutes=21), Urgency.LIVELIHOOD,
        "整栋楼停水一天，只通知两小时", "映月里小区 5 栋", "柳堤社区", "整栋停水", urged=3,
    )  # fmt: skip
    water.sign(ago(hours=24)).contact(ago(hours=23, minutes=50)).progress(ago(hours=22), "到场查看", on_scene=True)
    water.blow(ago(hours=3), "w-06871", WhistleKind.ROUTINE, "恢复供水，说明原因", WATER, HOUSING)
    water.passes(ago(hours=2, minutes=50), "w-06871", WATER, Milestone.SIGNED)
    water.passes(ago(hours=2), "w-06871", WATER, Milestone.REPORTED_IN, "现场查阀")
    noise = receive(
        "临江-20261117-06934", ago(hours=24, minutes=28), Urgency.ORDINARY,
        "工地夜间施工到凌晨两点，噪声扰民", "文昌路 118 号工地", "文昌社区", "施工噪声", urged=2,
    ).sign(ago(hours=23))  # fmt: skip
    heat = receive(
        "临江-20261118-07402", ago(minutes=31), Urgency.LIVELIHOOD,
        "暖气不热，室内只有十四度", "南苑新村 12 栋", "南苑社区", "供暖不热",
    ).sign(ago(minutes=20))  # fmt: skip
    lamps = receive(
        "临江-20261118-07364", ago(hours=2, minutes=16), Urgency.LIVELIHOOD,
        "滨河路一段路灯成片不亮", "滨河路 2 号桥至 4 号桥", "柳堤社区", "路灯成片",
    )  # fmt: skip
    lamps.sign(ago(hours=2)).contact(ago(hours=1, minutes=50)).assign(ago(hours=1, minutes=45), "外勤 3 组")
    lamps.blow(ago(minutes=40), "w-07364", WhistleKind.ROUTINE, "查线路，恢复照明", POWER)
    bikes = receive(
        "临江-20261117-06952", ago(hours=21, minutes=14), Urgency.ORDINARY,
        "共享单车长期堵住盲道和公交站台", "人民路地铁 B 口", "人民社区", "单车堵道",
    ).sign(ago(hours=20))  # fmt: skip
    permit = receive(
        "临江-20261118-06990", ago(hours=4), Urgency.QUESTION,
        "居住证到期续签需要带什么材料", "", "", "居住证",
    )  # fmt: skip
    permit.sign(ago(hours=3, minutes=50)).contact(ago(hours=3, minutes=30)).assign(ago(hours=3), "何静")
    secret = receive(
        "临江-20261118-07378", ago(hours=5), Urgency.ORDINARY,
        "楼上空调外机滴水到行人道", "和平里 7 栋", "和平社区", "空调滴水", confidential=True,
    ).sign(ago(hours=4))  # fmt: skip
    redo = receive(
        "临江-20261113-05402", ago(days=5), Urgency.ORDINARY,
        "楼道杂物清理后又堆", "和平里 2 栋 3 单元", "和平社区", "楼道杂物", previous_number="临江-20261001-03011",
    )  # fmt: skip
    redo.sign(ago(days=5)).contact(ago(days=4, hours=20)).reply(ago(days=2, hours=17))
    redo.call_back(ago(days=1, hours=16), Solved.NO)
    redo.sign(ago(days=1, hours=15)).contact(ago(days=1, hours=14))
    slide = receive(
        "临江-20261114-06120", ago(days=4, hours=3), Urgency.ORDINARY,
        "儿童滑梯开裂，边缘锋利", "柳湖公园西门", "柳堤社区", "设施破损",
    )  # fmt: skip
    slide.sign(ago(days=4)).contact(ago(days=3, hours=20)).reply(ago(hours=1), DISPATCHER)
    sign_box = receive(
        "临江-20261117-07011", ago(days=1, hours=4), Urgency.ORDINARY,
        "店招灯箱松动，大风时摇晃", "人民路 66 号", "人民社区", "店招松动",
    )  # fmt: skip
    sign_box.sign(ago(days=1)).contact(ago(hours=20)).assign(ago(hours=20), "马珂")
    lift_plan = receive(
        "临江-20261109-06977", ago(days=9, hours=1), Urgency.COMPLEX,
        "老楼加装电梯，一楼住户不同意", "碧云家园 6 栋", "碧云社区", "加装电梯",
    )  # fmt: skip
    lift_plan.sign(ago(days=9)).contact(ago(days=8, hours=20)).progress(ago(days=3), "已开第二次协商会")
    replied = receive(
        "临江-20261116-06801", ago(days=2), Urgency.ORDINARY,
        "小区门口垃圾桶满溢", "惠民路 18 号", "惠民社区", "垃圾满溢",
    )  # fmt: skip
    replied.sign(ago(days=2)).contact(ago(days=1, hours=20)).reply(ago(hours=10))
    stories = (
        lift, water, noise, heat, lamps, bikes, permit, secret, redo, slide, sign_box, lift_plan, replied,
    )  # fmt: skip
    return (burst_pipe(), *(story.done() for story in stories))


def bridge(actor: Actor = DISPATCHER) -> FakeBridge:
    """A bridge with the afternoon in it; call `open` once the window is built."""
    return FakeBridge(NOW, session(actor), cases())
