"""The forms of what the street and those above do about a whistle besides arrival, acceptance and withdrawal.

Each function gives the `Form` of one act for one whistle. Words only: what is lawful is the rules' to say.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterable

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId
from dispatcher.models.whistle import Meeting, MeetingTask, Milestone, Summons, Whistle
from dispatcher.ui import language
from dispatcher.ui.dialogs.spec import Field, Form, Line, Options, Text, Tick, Values, When

translate = language.translate


def named(form: Form, whistle: Whistle) -> Form:
    """Give a form the name of its whistle too: each whistle of a case has its own draft."""
    return dataclasses.replace(form, name=f"{form.name}:{whistle.id}")


FormOf = Callable[[Bridge, Case, Whistle], Form]


def contact_street(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """记部门联系."""
    return Form(
        "contact_street",
        translate("WhistleForms", "记部门与街道联系"),
        translate("WhistleForms", "记下"),
        (
            _unit(bridge, (s for s in whistle.summons if s.contacted_at is None)),
            Field("note", translate("WhistleForms", "说了什么"), Line(), needed=False),
        ),
        lambda v: c.ContactStreet(case=case.id, whistle=whistle.id, unit=UnitId(v.text("unit")), note=v.text("note")),
    )


def agree_measure(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """记商定措施."""
    came = (s for s in whistle.summons if s.at(Milestone.REPORTED_IN) and not s.at(Milestone.MEASURE_AGREED))
    return Form(
        "agree_measure",
        translate("WhistleForms", "记商定的措施"),
        translate("WhistleForms", "记下"),
        (
            _unit(bridge, came),
            Field("note", translate("WhistleForms", "措施"), Text(rows=2)),
            Field("dated", "", Tick(translate("WhistleForms", "约定办结时间")), needed=False),
            Field("finish_by", translate("WhistleForms", "约定办结"), When(bridge.now() + dt.timedelta(days=3))),
        ),
        lambda v: c.PassMilestone(
            case=case.id,
            whistle=whistle.id,
            unit=UnitId(v.text("unit")),
            milestone=Milestone.MEASURE_AGREED,
            note=v.text("note"),
            finish_by=v.when("finish_by") if v.on("dated") else None,
        ),
        translate("WhistleForms", "约定的办结时间只有街道能填，部门的办结时限以它为准。"),
    )


def record_departure(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """记离场."""
    came = (s for s in whistle.summons if s.at(Milestone.REPORTED_IN))
    return Form(
        "record_departure",
        translate("WhistleForms", "记部门离场"),
        translate("WhistleForms", "记下"),
        (
            _unit(bridge, came),
            Field("with_leave", "", Tick(translate("WhistleForms", "经街道同意离开(&L)"))),
            Field("note", translate("WhistleForms", "说明"), Line(), needed=False),
        ),
        lambda v: c.RecordDeparture(
            case=case.id,
            whistle=whistle.id,
            unit=UnitId(v.text("unit")),
            with_leave=v.on("with_leave"),
            note=v.text("note"),
        ),
        translate("WhistleForms", "事不完、人不撤：没有办结、未经同意就离开的，这次评分一票否决。"),
    )


def declare_no_show(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """记未报到."""
    missing = (s for s in whistle.summons if s.is_owed and not s.at(Milestone.REPORTED_IN))
    return Form(
        "declare_no_show",
        translate("WhistleForms", "记部门未报到"),
        translate("WhistleForms", "记未报到"),
        (_unit(bridge, missing), Field("note", translate("WhistleForms", "说明"), Line(), needed=False)),
        lambda v: c.DeclareNoShow(case=case.id, whistle=whistle.id, unit=UnitId(v.text("unit")), note=v.text("note")),
        translate("WhistleForms", "报到时限过后才能记。未报到的，这次评分为 0。"),
    )


def send_back_work(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """退回整改."""
    return Form(
        "send_back_work",
        translate("WhistleForms", "退回整改"),
        translate("WhistleForms", "退回"),
        (
            _unit(bridge, (s for s in whistle.summons if s.at(Milestone.DONE))),
            Field("reason", translate("WhistleForms", "理由"), Text(rows=2)),
        ),
        lambda v: c.SendBackWork(
            case=case.id, whistle=whistle.id, unit=UnitId(v.text("unit")), reason=v.text("reason")
        ),
    )


def hold_meeting(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """现场会商."""
    units = [s.unit for s in whistle.summons]

    def make(v: Values) -> c.AnyCommand:
        tasks = tuple(
            MeetingTask(unit=unit, what=v.text(f"task:{unit}"), by=v.when("by"))
            for unit in units
            if v.text(f"task:{unit}")
        )
        return c.HoldMeeting(
            case=case.id,
            whistle=whistle.id,
            meeting=Meeting(
                id=str(uuid.uuid4()),
                at=v.when("at"),
                place=v.text("place"),
                invited=tuple(units),
                arrived=tuple(unit for unit in units if v.on(f"came:{unit}")),
                findings=v.text("findings"),
                tasks=tasks,
                photos=v.lines("photos"),
            ),
        )

    came = tuple(
        Field(
            f"came:{s.unit}",
            translate("WhistleForms", "到会") if at == 0 else "",
            Tick(bridge.unit_name(s.unit), s.at(Milestone.REPORTED_IN) is not None),
        )
        for at, s in enumerate(whistle.summons)
    )
    tasks = tuple(
        Field(
            f"task:{unit}",
            translate("WhistleForms", "{unit} 做").format(unit=bridge.unit_name(unit)),
            Line(translate("WhistleForms", "没有任务可不填")),
            needed=False,
        )
        for unit in units
    )
    now = bridge.now()
    return Form(
        "hold_meeting",
        translate("WhistleForms", "现场会商记录"),
        translate("WhistleForms", "记下"),
        (
            Field("at", translate("WhistleForms", "时间"), When(now)),
            Field("place", translate("WhistleForms", "地点"), Line(value=whistle.place)),
            *came,
            Field("findings", translate("WhistleForms", "结论"), Text(rows=2)),
            *tasks,
            Field("by", translate("WhistleForms", "办到"), When(now + dt.timedelta(days=3))),
            Field(
                "photos", translate("WhistleForms", "照片"), Line(translate("WhistleForms", "照片编号")), needed=False
            ),
        ),
        make,
    )


def score_department(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """评分."""
    card = bridge.law.policy.score if bridge.law is not None else None
    people, result = (card.people, card.result) if card is not None else (10, 15)
    waiting = (s for s in whistle.summons if s.score is None and s.released is not True)

    def number(text: str) -> int:
        return int(text) if text.isdigit() and len(text) < 4 else -1

    return Form(
        "score_department",
        translate("WhistleForms", "给部门评分"),
        translate("WhistleForms", "评分"),
        (
            _unit(bridge, waiting),
            Field("people", translate("WhistleForms", "到场人员和职权"), Line(f"0–{people}")),
            Field("result", translate("WhistleForms", "结果和态度"), Line(f"0–{result}")),
            Field("note", translate("WhistleForms", "评语"), Line(), needed=False),
        ),
        lambda v: c.ScoreDepartment(
            case=case.id,
            whistle=whistle.id,
            unit=UnitId(v.text("unit")),
            people=number(v.text("people")),
            result=number(v.text("result")),
            note=v.text("note"),
        ),
        translate("WhistleForms", "签收、报到、办结是否按时由记录得出，不由人打分。"),
    )


def adjudicate_summons(bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """裁定应哨."""
    refused = [s for s in whistle.summons if s.refused_at is not None and s.released is None]
    options = (("stay", translate("WhistleForms", "仍须应哨")), ("release", translate("WhistleForms", "可不应哨")))
    said = [f"{bridge.unit_name(s.unit)}：{s.refused_reason}" for s in refused]
    return Form(
        "adjudicate_summons",
        translate("WhistleForms", "裁定应哨"),
        translate("WhistleForms", "裁定"),
        (
            _unit(bridge, refused),
            Field("released", translate("WhistleForms", "裁定结果"), Options(options)),
            Field("reason", translate("WhistleForms", "理由"), Text(rows=2)),
        ),
        lambda v: c.AdjudicateSummons(
            case=case.id,
            whistle=whistle.id,
            unit=UnitId(v.text("unit")),
            released=v.text("released") == "release",
            reason=v.text("reason"),
        ),
        "\n".join(said),
    )


def approve_whistle(_bridge: Bridge, case: Case, whistle: Whistle) -> Form:
    """补批."""
    return Form(
        "approve_whistle",
        translate("WhistleForms", "补批应急哨"),
        translate("WhistleForms", "补批"),
        (Field("note", translate("WhistleForms", "意见"), Line(), needed=False),),
        lambda v: c.ApproveWhistle(case=case.id, whistle=whistle.id, note=v.text("note")),
    )


FORMS: dict[type[c.Command], FormOf] = {
    c.ApproveWhistle: approve_whistle,
    c.ContactStreet: contact_street,
    c.PassMilestone: agree_measure,
    c.HoldMeeting: hold_meeting,
    c.RecordDeparture: record_departure,
    c.DeclareNoShow: declare_no_show,
    c.SendBackWork: send_back_work,
    c.ScoreDepartment: score_department,
    c.AdjudicateSummons: adjudicate_summons,
}
"""Every act on a whistle that a form is enough for, in the order of the menu."""


def _unit(bridge: Bridge, summonses: Iterable[Summons]) -> Field:
    options = tuple((str(s.unit), bridge.unit_name(s.unit)) for s in summonses)
    return Field(
        "unit", translate("WhistleForms", "单位"), Options(options, options[0][0] if options else "", columns=2)
    )
