"""The ladder: when a department's silence climbs, to whom, once each; and what else the centre does by the clock."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models import commands as c
from dispatcher.models.case import CaseState, Supervision, Suspension
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.ladder import next_rung_at, next_timer, rungs_due, timers_due
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.roster import BadRoster, BadRow, DutyPost, OnDuty, Roster, read_roster
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import Milestone, WhistleKind
from tests import builders as b
from tests.models.whistling import DAY, HOUR, LAW, MINUTE, ONE, Story, W, local, of_unit, of_whistle, passed

CENTRE = Actor(person=PersonId("centre"), name="", unit=UnitId(""), roles=frozenset({Role.CENTRE}))
NEVER = dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
NOBODY = Roster()


def climbs(story: Story, at: dt.datetime) -> list[tuple[UnitId, Milestone, int]]:
    return [(rung.unit, rung.milestone, rung.share) for rung in rungs_due(story.case, LAW, at)]


def fallen_due(story: Story) -> list[tuple[int, dt.datetime]]:
    """The instants of the rungs that are left, as the centre would meet them when nothing else happens."""
    found: list[tuple[int, dt.datetime]] = []
    while (at := next_rung_at(story.case, LAW)) is not None:
        (rung,) = rungs_due(story.case, LAW, at)
        assert not rungs_due(story.case, LAW, at - dt.timedelta(microseconds=1))
        story.do(rung, CENTRE, (at - story.blown_at) / MINUTE)
        found.append((rung.share, at))
    return found


# ---- when


def test_silence_about_the_signature_climbs_at_half_at_the_limit_and_half_beyond():
    story = Story(WhistleKind.EMERGENCY)
    assert fallen_due(story) == [(50, story.at(2.5)), (100, story.at(5)), (150, story.at(7.5))]
    assert [(r.unit, r.milestone, r.share) for r in story.whistle.ladder] == [
        (b.URBAN, Milestone.SIGNED, share) for share in (50, 100, 150)
    ]


def test_working_time_is_counted_as_working_time_over_the_weekend():
    # Friday the 6th, 17:45: a quarter of an hour of office, then the rest of the hour on Monday from 9.
    story = Story(WhistleKind.ROUTINE, at=local(6, 17, 45))
    assert fallen_due(story) == [(50, local(9, 9, 15)), (100, local(9, 9, 45)), (150, local(9, 10, 15))]


def test_working_time_skips_the_noon_break():
    story = Story(WhistleKind.BREAKTHROUGH, at=local(3, 11, 50, month=4))
    assert fallen_due(story) == [
        (50, local(3, 13, 50, month=4)),
        (100, local(3, 14, 20, month=4)),
        (150, local(3, 14, 50, month=4)),
    ]


def test_working_time_skips_a_holiday():
    # Friday 3 April, 17:20; after the weekend Monday the 6th is off as well.
    story = Story(WhistleKind.BREAKTHROUGH, at=local(3, 17, 20, month=4))
    assert fallen_due(story) == [
        (50, local(3, 17, 50, month=4)),
        (100, local(7, 9, 20, month=4)),
        (150, local(7, 9, 50, month=4)),
    ]


def test_working_days_climb_by_the_natural_time_to_their_end():
    # Tuesday noon + 3 working days = Friday 18:00, which is 78 hours.
    story = Story(WhistleKind.ROUTINE).by_department(Milestone.SIGNED, 1)
    assert fallen_due(story) == [
        (50, b.NOON + 39 * HOUR),
        (100, local(6, 18)),
        (150, b.NOON + 117 * HOUR),
    ]


def test_an_appointed_time_climbs_by_the_way_to_it():
    story = Story(WhistleKind.ENFORCEMENT, appointed_at=b.NOON + 10 * DAY).by_department(Milestone.SIGNED, 1)
    assert fallen_due(story) == [(50, b.NOON + 5 * DAY), (100, b.NOON + 10 * DAY), (150, b.NOON + 15 * DAY)]


def test_an_agreed_date_climbs_by_the_way_to_it():
    story = Story(WhistleKind.BREAKTHROUGH).by_department(Milestone.REPORTED_IN, 30)
    story.by_street(Milestone.MEASURE_AGREED, 60, finish_by=b.NOON + 100 * DAY)
    assert fallen_due(story) == [(50, b.NOON + 50 * DAY), (100, b.NOON + 100 * DAY), (150, b.NOON + 150 * DAY)]


def test_a_simple_matter_climbs_on_its_own_day():
    story = Story(WhistleKind.ROUTINE, at=local(3, 14), simple=True).by_department(Milestone.REPORTED_IN, 30)
    assert fallen_due(story) == [(50, local(3, 19)), (100, local(4)), (150, local(4, 5))]


def test_what_was_answered_climbs_no_further_and_the_next_duty_counts_from_the_blowing():
    story = Story(WhistleKind.EMERGENCY)
    story.do(rungs_due(story.case, LAW, story.at(3))[0], CENTRE, 3)
    story.by_department(Milestone.SIGNED, 4)
    assert not climbs(story, story.at(14))
    assert next_rung_at(story.case, LAW) == story.at(15)
    assert climbs(story, story.at(15)) == [(b.URBAN, Milestone.REPORTED_IN, 50)]
    story.by_department(Milestone.REPORTED_IN, 16)
    assert next_rung_at(story.case, LAW) == b.NOON + 12 * HOUR
    story.by_department(Milestone.DONE, 17)
    assert next_rung_at(story.case, LAW) is None


def test_each_rung_is_climbed_once_even_when_the_work_comes_back():
    story = Story(WhistleKind.EMERGENCY).by_department(Milestone.REPORTED_IN, 1)
    story.do(rungs_due(story.case, LAW, b.NOON + 13 * HOUR)[0], CENTRE, 13 * 60)
    story.by_department(Milestone.DONE, 14 * 60).do(of_unit(c.SendBackWork, reason="leaks"), minutes=15 * 60)
    assert climbs(story, NEVER) == [(b.URBAN, Milestone.DONE, 100), (b.URBAN, Milestone.DONE, 150)]


@pytest.mark.parametrize("end", ["withdrawn", "no-show", "ended"])
def test_nobody_is_reminded_of_what_is_owed_no_more(end: str):
    story = Story(WhistleKind.EMERGENCY)
    if end == "withdrawn":
        story.do(of_whistle(c.WithdrawWhistle, reason="dry"), minutes=3)
    elif end == "no-show":
        story.do(of_unit(c.DeclareNoShow), minutes=40)
    else:
        story.case = msgspec.structs.replace(story.case, state=CaseState.WITHDRAWN)
    assert climbs(story, NEVER) == []
    assert next_rung_at(story.case, LAW) is next_timer(story.case, LAW) is None
    assert timers_due(story.case, LAW, NOBODY, NEVER) == ()


def test_rungs_missed_in_an_outage_come_at_once_in_the_order_they_fell_due():
    story = Story(WhistleKind.EMERGENCY, assisting=(b.WATER,)).do(passed(Milestone.SIGNED, b.WATER), minutes=1)
    late = story.at(70)
    assert next_rung_at(story.case, LAW) == story.at(2.5)
    assert climbs(story, late) == [
        (b.URBAN, Milestone.SIGNED, 50),  # 2.5 min
        (b.URBAN, Milestone.SIGNED, 100),  # 5 min
        (b.URBAN, Milestone.SIGNED, 150),  # 7.5 min
        (b.WATER, Milestone.REPORTED_IN, 50),  # 15 min
        (b.WATER, Milestone.REPORTED_IN, 100),  # 30 min
        (b.WATER, Milestone.REPORTED_IN, 150),  # 45 min
    ]
    for command in timers_due(story.case, LAW, NOBODY, late):
        story.do(command, CENTRE, 70)
    assert {rung.at for rung in story.whistle.ladder} == {late}
    assert (next_rung_at(story.case, LAW), story.case.supervision) == (None, 1)


def test_departments_that_owe_at_the_same_instant_climb_in_the_order_they_were_called():
    story = Story(WhistleKind.EMERGENCY, assisting=(b.WATER, b.GAS))
    assert climbs(story, story.at(2.5)) == [(unit, Milestone.SIGNED, 50) for unit in (b.URBAN, b.WATER, b.GAS)]


@given(
    st.sampled_from(WhistleKind),
    st.integers(0, 60 * 24 * 14),
    st.sampled_from([None, Milestone.SIGNED, Milestone.REPORTED_IN]),
    st.lists(st.integers(1, 60 * 24 * 40), max_size=6),
)
def test_however_often_the_centre_looks_every_rung_is_climbed_once_and_in_time(
    kind: WhistleKind, start: int, reached: Milestone | None, looks: list[int]
):
    story = Story(kind, at=b.NOON + start * MINUTE)
    if reached:
        story.by_department(reached)
    planned = dict(fallen_due(again(story)))
    assert sorted(planned) == [50, 100, 150]
    assert planned[50] < planned[100] < planned[150]
    for minutes in [*sorted(looks), 60 * 24 * 400]:
        at = story.at(minutes)
        for command in timers_due(story.case, LAW, NOBODY, at):
            story.do(command, CENTRE, minutes)
        done = {rung.share for rung in story.whistle.ladder}
        assert done == {share for share, when in planned.items() if when <= at}
        left = next_rung_at(story.case, LAW)
        assert left == min((when for when in planned.values() if when > at), default=None)
    assert len(story.whistle.ladder) == 3


def again(story: Story) -> Story:
    other = Story(None, at=story.blown_at)
    other.case = story.case
    return other


# ---- the act


def test_a_rung_is_judged_like_any_act():
    story = Story(WhistleKind.EMERGENCY)
    climb = of_unit(c.ClimbLadder, milestone=Milestone.SIGNED, share=50)
    assert story.refusal(climb, b.LEADER, 3)[0] is Reason.NOT_YOUR_ROLE
    assert story.refusal(climb, CENTRE, 2.4) == (Reason.TOO_EARLY, "share")
    odd = of_unit(c.ClimbLadder, milestone=Milestone.SIGNED, share=60)
    assert story.refusal(odd, CENTRE, 4) == (Reason.BAD_FIELD, "share")
    other = of_unit(c.ClimbLadder, milestone=Milestone.REPORTED_IN, share=50)
    assert story.refusal(other, CENTRE, 20) == (Reason.MILESTONE_ORDER, "milestone")
    story.do(climb, CENTRE, 2.5)
    assert story.refusal(climb, CENTRE, 3) == (Reason.ALREADY_SO, "share")
    story.do(of_unit(c.DeclareNoShow), minutes=31)
    gone = of_unit(c.ClimbLadder, milestone=Milestone.SIGNED, share=100)
    assert story.refusal(gone, CENTRE, 32) == (Reason.MILESTONE_ORDER, "milestone")


# ---- who is told


def on_duty(unit: UnitId, post: DutyPost, name: str, starts: float = 0, ends: float = 24 * 60) -> OnDuty:
    return OnDuty(
        unit=unit,
        post=post,
        name=name,
        phone="13800000000",
        starts=b.NOON + starts * MINUTE,
        ends=b.NOON + ends * MINUTE,
    )


ROSTER = Roster(
    duties=(
        on_duty(b.URBAN, DutyPost.LIAISON, "Chen", ends=3),
        on_duty(b.URBAN, DutyPost.LIAISON, "Qian", starts=3),
        on_duty(b.URBAN, DutyPost.DUTY_LEADER, "Zhou"),
        on_duty(b.URBAN, DutyPost.SUPERVISOR, "Wu"),
        on_duty(b.STREET, DutyPost.SHIFT_LEADER, "Wang"),
        on_duty(b.STREET, DutyPost.SUPERVISOR, "Gao"),
        on_duty(b.STREET, DutyPost.LIAISON, "of the street"),
        on_duty(b.OTHER_STREET, DutyPost.SUPERVISOR, "of another street"),
        on_duty(b.WATER, DutyPost.LIAISON, "of another department"),
    )
)


def test_each_rung_is_told_to_its_people_by_name_and_post_without_a_phone():
    story = Story(WhistleKind.EMERGENCY)
    told = {
        command.share: command.told
        for command in timers_due(story.case, LAW, ROSTER, story.at(7.5))
        if isinstance(command, c.ClimbLadder)
    }
    assert told == {
        50: ("联络员 Qian",),
        100: ("带班领导 Zhou", "值班长 Wang"),
        150: ("主管领导 Wu", "主管领导 Gao"),
    }


def test_duty_begins_at_its_first_instant_and_is_over_at_its_last():
    for minutes, expected in ((-1, ()), (0, ("联络员 Chen",)), (2.9, ("联络员 Chen",)), (3, ("联络员 Qian",))):
        assert ROSTER.told(0, b.URBAN, b.STREET, b.NOON + minutes * MINUTE) == expected


def test_nobody_on_the_roster_is_told_and_the_rung_is_climbed_all_the_same():
    story = Story(WhistleKind.EMERGENCY)
    (command,) = timers_due(story.case, LAW, NOBODY, story.at(2.5))
    assert isinstance(command, c.ClimbLadder)
    assert command.told == ()
    story.do(command, CENTRE, 2.5)
    assert story.whistle.ladder[0].share == 50


# ---- supervision and suspension


def test_past_the_limit_the_case_is_supervised_once():
    story = Story(WhistleKind.EMERGENCY, assisting=(b.WATER,))
    commands = timers_due(story.case, LAW, NOBODY, story.at(7.5))
    assert [type(command) for command in commands] == [c.ClimbLadder] * 5 + [c.Supervise, c.ClimbLadder]
    supervise = commands[5]
    assert isinstance(supervise, c.Supervise)
    assert (supervise.case, supervise.level, supervise.reason) == (ONE, 1, "部门逾期未签收，已到时限的 150%")


@pytest.mark.parametrize(("level", "lifted", "again"), [(1, False, False), (1, True, True), (2, False, True)])
def test_a_supervision_at_the_streets_level_is_not_set_twice(level: int, lifted: bool, again: bool):
    story = Story(WhistleKind.EMERGENCY)
    before = Supervision(
        level=level, at=b.NOON, reason="slow", by_name="Gao", lifted_at=b.NOON + MINUTE if lifted else None
    )
    story.case = msgspec.structs.replace(story.case, supervisions=(before,))
    found = timers_due(story.case, LAW, NOBODY, story.at(8))
    assert any(isinstance(command, c.Supervise) for command in found) is again


def suspended(story: Story, review_at: dt.datetime, resumed_at: dt.datetime | None = None) -> Story:
    pause = Suspension(at=b.NOON, review_at=review_at, public_reason="heating season", resumed_at=resumed_at)
    story.case = msgspec.structs.replace(story.case, state=CaseState.SUSPENDED, suspensions=(pause,))
    return story


def test_a_suspension_is_resumed_at_its_review_date():
    review_at = b.NOON + 30 * DAY
    case = suspended(Story(None), review_at).case
    assert next_timer(case, LAW) == review_at
    assert timers_due(case, LAW, NOBODY, review_at - MINUTE) == ()
    assert timers_due(case, LAW, NOBODY, review_at) == (c.ResumeCase(case=ONE),)
    over = msgspec.structs.replace(case, state=CaseState.IN_HAND)
    assert (next_timer(over, LAW), timers_due(over, LAW, NOBODY, NEVER)) == (None, ())


def test_the_next_timer_is_the_earlier_of_rung_and_review():
    early, late = b.NOON + MINUTE, b.NOON + DAY
    assert next_timer(suspended(Story(), early).case, LAW) == early
    story = suspended(Story(), late)
    assert next_timer(story.case, LAW) == story.at(2.5)
    commands = timers_due(story.case, LAW, NOBODY, late)
    assert [type(command) for command in commands] == [c.ClimbLadder] * 3 + [c.Supervise, c.ResumeCase]


def test_a_case_without_whistles_has_no_timer():
    assert next_timer(b.case_in_hand(), LAW) is None


# ---- the roster's rows


def row(**changes: str | None) -> dict[str, str | None]:
    good: dict[str, str | None] = {
        "unit": "urban",
        "post": "liaison",
        "name": "Chen",
        "phone": "13800000000",
        "from": "2026-03-03 08:00",
        "to": "2026-03-04T08:00+08:00",
    }
    return good | changes


def test_a_roster_is_read_from_its_rows():
    always = row(post="主管领导", name=" Wu ", phone=" ", **{"from": "", "to": ""})
    roster = read_roster([row(), always], known={b.URBAN})
    assert roster == Roster(
        duties=(
            OnDuty(
                unit=b.URBAN,
                post=DutyPost.LIAISON,
                name="Chen",
                phone="13800000000",
                starts=local(3, 8),
                ends=local(4, 8),
            ),
            OnDuty(unit=b.URBAN, post=DutyPost.SUPERVISOR, name="Wu"),
        )
    )
    assert roster.told(2, b.URBAN, b.STREET, NEVER) == ("主管领导 Wu",)
    assert msgspec.json.decode(msgspec.json.encode(roster), type=Roster) == roster


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"unit": " "}, "unit", "fill it in"),
        ({"unit": "nobody"}, "unit", "no such unit"),
        ({"post": ""}, "post", "fill it in"),
        ({"post": "boss"}, "post", "duty_leader"),
        ({"name": "  "}, "name", "fill it in"),
        ({"phone": None, "from": None, "to": None}, "phone", "ends before it"),
        ({"to": None}, "to", "ends before it"),
        ({"from": "0001-01-01 00:00"}, "from", "2026-03-03 08:00"),
        ({"from": "yesterday"}, "from", "2026-03-03 08:00"),
        ({"to": "2026-02-30 08:00"}, "to", "2026-03-03 08:00"),
        ({"to": "2026-03-03 08:00"}, "to", "not after"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(changes: dict[str, str | None], field: str, remedy: str):
    bad = row(**changes)
    roster = read_roster([row(name="before"), bad, row(name="after")], known={b.URBAN})
    assert [duty.name for duty in roster.duties] == ["before", "after"]
    (fault,) = roster.faults
    assert (fault.field, fault.line, fault.value) == (field, 3, (bad[field] or "").strip())
    assert remedy in fault.remedy
    assert isinstance(fault, BadRow)


@pytest.mark.parametrize("column", ["unit", "post", "name", "phone", "from", "to"])
def test_a_table_without_one_of_its_columns_is_no_roster(column: str):
    short = row()
    del short[column]
    with pytest.raises(BadRoster, match=column) as caught:
        read_roster([short])
    assert (caught.value.field, caught.value.line, caught.value.value) == (column, 1, "")
    assert "it needs unit, post" in caught.value.remedy


def test_units_are_not_checked_where_none_are_known():
    assert read_roster([row(unit="nobody")]).duties[0].unit == "nobody"


def test_the_whistle_of_a_rung_is_named():
    story = Story()
    assert {(rung.case, rung.whistle) for rung in rungs_due(story.case, LAW, NEVER)} == {(ONE, W)}


def test_other_shares_are_told_to_the_same_people_in_their_order():
    law = msgspec.structs.replace(LAW, policy=msgspec.structs.replace(LAW.policy, ladder=(20, 40, 80)))
    commands = timers_due(Story().case, law, ROSTER, b.NOON + 4 * MINUTE)
    climbed = [(command.share, len(command.told)) for command in commands if isinstance(command, c.ClimbLadder)]
    assert climbed == [(20, 1), (40, 2), (80, 2)]
    assert isinstance(commands[-1], c.Supervise)


def test_one_that_owes_nothing_hides_nobody_after_it():
    story = Story(assisting=(b.WATER,)).done(2)
    assert [(rung.unit, rung.share) for rung in rungs_due(story.case, LAW, story.at(5))] == [
        (b.WATER, 50),
        (b.WATER, 100),
    ]
