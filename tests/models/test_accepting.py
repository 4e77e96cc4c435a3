"""The end of a whistle: the meeting's record, work sent back, acceptance, taking back."""

import pytest

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import (
    MeetingTask,
    Milestone,
    WhistleKind,
    WhistleState,
)
from tests import builders as b
from tests.models.whistling import (
    MINUTE,
    ON_SITE,
    Story,
    meeting,
    of_unit,
    of_whistle,
    score,
)

# ---- meetings


def test_a_meeting_is_recorded_and_its_record_mended_under_the_same_id():
    story = Story(WhistleKind.ENFORCEMENT).do(meeting(), minutes=50).do(meeting(id="m-2"), minutes=55)
    story.do(meeting(findings="no permit, two floors"), minutes=300)
    first, second = story.whistle.meetings
    assert (first.id, first.findings, first.recorded_at) == ("m-1", "no permit, two floors", story.at(50))
    assert (second.id, second.recorded_at, second.photos) == ("m-2", story.at(55), ("photo-1",))


def test_a_meeting_may_end_as_it_is_written_down_and_begin_as_the_whistle_is_blown():
    story = Story(WhistleKind.ENFORCEMENT)
    story.do(meeting(at=story.at(50), tasks=()), minutes=50).do(meeting(id="m-2", at=story.at(0)), minutes=50)
    at_once = (MeetingTask(unit=b.URBAN, what="fence it off", by=ON_SITE),)
    everybody = meeting(id="m-3", arrived=(b.STREET, b.URBAN), tasks=at_once)
    assert len(story.do(everybody, minutes=50).whistle.meetings) == 3


def test_when_a_record_was_written_is_not_the_writers_to_say():
    story = Story(WhistleKind.ENFORCEMENT).do(meeting(recorded_at=b.NOON), minutes=50)
    assert story.whistle.meetings[0].recorded_at == story.at(50)
    held = story.case.history[-1].event
    assert isinstance(held, e.MeetingHeld)
    assert held.meeting.recorded_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": " "}, (Reason.MISSING_FIELD, "meeting.id")),
        ({"place": ""}, (Reason.MISSING_FIELD, "meeting.place")),
        ({"findings": " "}, (Reason.MISSING_FIELD, "meeting.findings")),
        ({"arrived": (b.URBAN, b.GAS)}, (Reason.CONTRADICTION, "arrived")),
        ({"at": b.NOON + 61 * MINUTE}, (Reason.IN_THE_FUTURE, "meeting.at")),
        ({"at": b.NOON - MINUTE}, (Reason.BAD_FIELD, "meeting.at")),
        ({"tasks": (MeetingTask(unit=b.URBAN, what="x", by=ON_SITE - MINUTE),)}, (Reason.BAD_FIELD, "tasks")),
        ({"tasks": (MeetingTask(unit=b.GAS, what="x", by=ON_SITE),)}, (Reason.BAD_FIELD, "tasks")),
        ({"tasks": (MeetingTask(unit=b.URBAN, what=" ", by=ON_SITE),)}, (Reason.MISSING_FIELD, "tasks")),
    ],
)
def test_a_meetings_record_says_what_was_found_where_and_by_whom(
    changes: dict[str, object], expected: tuple[Reason, str]
):
    assert Story(WhistleKind.ENFORCEMENT).refusal(meeting(**changes), minutes=60) == expected


# ---- the end of the work


def test_work_sent_back_is_owed_again_and_counted():
    story = Story()
    assert story.refusal(of_unit(c.SendBackWork, reason="x")) == (Reason.NOT_DONE, "unit")
    story.done()
    assert story.refusal(of_unit(c.SendBackWork, reason=""), minutes=11) == (Reason.MISSING_FIELD, "reason")
    story.do(of_unit(c.SendBackWork, reason="still leaks"), minutes=11)
    assert (story.of().at(Milestone.DONE), story.of().sent_back, story.of().is_owed) == (None, 1, True)
    story.by_department(Milestone.DONE, 30)
    assert story.of().at(Milestone.DONE) == story.at(30)


def test_a_score_of_work_sent_back_falls_and_is_given_again():
    story = Story().done().do(score(), b.SUPERVISOR, 11)
    assert story.of().reached is Milestone.SCORED
    story.do(of_unit(c.SendBackWork, reason="still leaks"), minutes=12)
    assert (story.of().score, story.of().at(Milestone.SCORED)) == (None, None)
    story.by_department(Milestone.DONE, 30).do(score(5, 5), b.SUPERVISOR, 31)
    assert story.of().score is not None


def test_a_whistle_is_accepted_when_nobody_owes_anything():
    accept = of_whistle(c.AcceptWhistle, note="dry")
    story = Story(assisting=(b.WATER,)).done(10)
    assert story.refusal(accept, minutes=31) == (Reason.NOT_DONE, "whistle")
    story.do(of_unit(c.DeclareNoShow, b.WATER), minutes=31).do(accept, minutes=32)
    assert (story.whistle.state, story.whistle.closed_at) == (WhistleState.ACCEPTED, story.at(32))


def test_joint_enforcement_ends_with_a_record_of_its_meeting():
    story = Story(WhistleKind.ENFORCEMENT).done(30)
    assert story.refusal(of_whistle(c.AcceptWhistle), minutes=60) == (Reason.MISSING_FIELD, "meeting")
    story.do(meeting(), minutes=60).do(of_whistle(c.AcceptWhistle), minutes=61)
    assert not story.whistle.is_open


def test_a_whistle_is_taken_back_with_a_reason():
    story = Story()
    assert story.refusal(of_whistle(c.WithdrawWhistle, reason=" ")) == (Reason.MISSING_FIELD, "reason")
    story.do(of_whistle(c.WithdrawWhistle, reason="dry again"), minutes=3)
    assert (story.whistle.state, story.whistle.closed_at) == (WhistleState.WITHDRAWN, story.at(3))
