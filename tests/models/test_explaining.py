"""Why a clock is due when it is: steps that add up to the clock."""

import datetime as dt

import msgspec
from hypothesis import given

from dispatcher.models.case import Case, CaseState, Extension, Suspension, UrgencyAt
from dispatcher.models.courses import Cause, Extended, GraceGiven, OldDueStands, Paused, Step, TermsChanged
from dispatcher.models.deadlines import ClockKind, Origin, clocks
from dispatcher.models.explaining import (
    AnyStep,
    CountedDay,
    Due,
    GivenByHotline,
    LimitApplied,
    Met,
    Provisional,
    SkippedDay,
    Started,
    Stopped,
    Worked,
    why,
    why_summons,
)
from dispatcher.models.law import Law
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Measure, parse_limit
from dispatcher.models.summons_clocks import summons_clocks
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import BEIJING, DayKind
from tests import builders as b
from tests.models.made import POLICY, cases, in_regimes, laws
from tests.models.test_courses import case

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LAW = b.law()
K = ClockKind


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def of_kind(steps: tuple[Step, ...], *kinds: type[Step]) -> list[Step]:
    return [step for step in steps if isinstance(step, kinds)]


def test_working_time_is_told_session_by_session_and_day_by_day():
    steps = why(case(dispatched_at=at("2026-04-03T17:30")), K.FIRST_CONTACT, LAW)
    assert steps == (
        Started(at=at("2026-04-03T17:30"), origin=Origin.DISPATCH),
        LimitApplied(
            limit=parse_limit("2 h W"),
            policy="test-1",
            clause=("orders", "ordinary", "first_contact"),
            urgency=Urgency.ORDINARY,
        ),
        Worked(
            day=dt.date(2026, 4, 3), kind=DayKind.WORKDAY, begin=at("2026-04-03T17:30"), end=at("2026-04-03T18:00"),
            minutes=30,
        ),
        SkippedDay(day=dt.date(2026, 4, 4), kind=DayKind.WEEKEND),
        SkippedDay(day=dt.date(2026, 4, 5), kind=DayKind.WEEKEND),
        SkippedDay(day=dt.date(2026, 4, 6), kind=DayKind.HOLIDAY),
        Worked(
            day=dt.date(2026, 4, 7), kind=DayKind.WORKDAY, begin=at("2026-04-07T09:00"), end=at("2026-04-07T10:30"),
            minutes=90,
        ),
        Due(at=at("2026-04-07T10:30")),
    )  # fmt: skip


def test_a_make_up_saturday_is_a_working_day_by_name():
    of = case(urgency=Urgency.LIVELIHOOD, dispatched_at=at("2026-02-27T10:00"), first_replied_at=at("2026-03-02T10:00"))
    steps = why(of, K.FEEDBACK, LAW)
    assert of_kind(steps, CountedDay, SkippedDay) == [
        CountedDay(day=dt.date(2026, 2, 28), kind=DayKind.MAKEUP_WORKDAY, number=1),
        SkippedDay(day=dt.date(2026, 3, 1), kind=DayKind.WEEKEND),
        CountedDay(day=dt.date(2026, 3, 2), kind=DayKind.WORKDAY, number=2),
    ]
    assert steps[-2:] == (Due(at=at("2026-03-02T18:00")), Met(at=at("2026-03-02T10:00"), in_time=True))


def test_changes_of_terms_are_told_with_their_cause():
    law = in_regimes((b.NOON - DAY, POLICY, False), (b.NOON + HOUR, POLICY, True), (b.NOON + 9 * DAY, POLICY, False))
    turns = (UrgencyAt(b.NOON + 4 * DAY, Urgency.COMPLEX),)
    steps = why(case(category=("drainage",), urgencies=turns), K.FEEDBACK, law)
    changes = [(s.cause, s.urgency) for s in steps if isinstance(s, TermsChanged)]
    assert changes == [(Cause.FLOOD, Urgency.FLOOD), (Cause.FLOOD, Urgency.COMPLEX)]
    assert not of_kind(steps, GraceGiven, OldDueStands)
    assert steps[-1] == Due(at=b.NOON + 15 * DAY)


def test_grace_and_an_old_due_that_stands_are_told():
    soon = why(case(urgencies=(UrgencyAt(b.NOON + 2 * DAY, Urgency.EMERGENCY),)), K.FEEDBACK, LAW)
    assert of_kind(soon, GraceGiven) == [GraceGiven(until=b.NOON + 2 * DAY + HOUR / 2)]
    late = why(case(urgencies=(UrgencyAt(b.NOON + 8 * DAY, Urgency.EMERGENCY),)), K.FEEDBACK, LAW)
    assert of_kind(late, OldDueStands) == [OldDueStands(due=b.NOON + 7 * DAY)]


def test_pauses_extensions_and_given_dates_are_told():
    pause = Suspension(at=b.NOON + DAY, review_at=b.NOON + 3 * DAY, public_reason="frost", resumed_at=b.NOON + 3 * DAY)
    granted = b.NOON + 4 * DAY
    extension = Extension(asked_at=granted, granted_at=granted, until=b.NOON + 20 * DAY)
    of = case(feedback_due_at=b.NOON + 6 * DAY, suspensions=(pause,), extension=extension)
    assert why(of, K.FEEDBACK, LAW) == (
        Started(at=b.NOON, origin=Origin.DISPATCH),
        GivenByHotline(due=b.NOON + 6 * DAY),
        Paused(begin=b.NOON + DAY, end=b.NOON + 3 * DAY),
        Extended(at=granted, until=b.NOON + 20 * DAY, before=b.NOON + 8 * DAY),
        Due(at=b.NOON + 20 * DAY),
    )


def test_a_stopped_clock_says_so_and_gives_no_due():
    pause = Suspension(at=b.NOON + HOUR, review_at=b.NOON + DAY, public_reason="frost")
    steps = why(case(CaseState.SUSPENDED, suspensions=(pause,)), K.FEEDBACK, LAW)
    assert isinstance(steps[-1], Stopped)
    assert not of_kind(steps, Due)


def test_a_limit_past_the_published_calendar_names_its_last_day():
    of = case(urgency=Urgency.QUESTION, dispatched_at=at("2026-12-31T10:00"))
    assert Provisional(published_through=dt.date(2026, 12, 31)) in why(of, K.FEEDBACK, LAW)


def test_there_is_nothing_to_explain_about_a_clock_that_is_not_there():
    assert why(case(), K.CITIZEN, LAW) == ()
    assert why(case(), K.ON_SCENE, LAW) == ()


def test_each_duty_of_a_summons_is_explained():
    blown = b.after_(b.case_in_hand(), b.blow(kind=WhistleKind.BREAKTHROUGH), b.SUPERVISOR)
    whistle = blown.whistles[0]
    told = why_summons(whistle, b.URBAN, LAW)
    summons = whistle.of(b.URBAN)
    assert summons is not None
    assert [clock for clock, _ in told] == list(summons_clocks(whistle, summons, LAW))
    for clock, steps in told:
        assert of_kind(steps, Due) == [Due(at=clock.due)]
    limits = {clause for _, steps in told for s in steps if isinstance(s, LimitApplied) for clause in [s.clause]}
    assert ("whistles", "breakthrough", "report_in") in limits
    assert why_summons(whistle, b.GAS, LAW) == ()


@given(cases(), laws())
def test_the_steps_end_where_the_clock_ends(of: Case, law: Law):
    for clock in clocks(of, law):
        steps = why(of, clock.kind, law, of_redo=clock.of_redo)
        assert steps[0] == Started(at=clock.start, origin=steps[0].origin)  # pyright: ignore[reportAttributeAccessIssue]
        if clock.stopped:
            assert isinstance(steps[-1], Stopped)
            continue
        assert of_kind(steps, Due) == [Due(at=clock.due)]
        assert bool(of_kind(steps, Provisional)) is clock.provisional
        assert bool(of_kind(steps, Met)) is (clock.met_at is not None)
        minutes = sum(s.minutes for s in steps if isinstance(s, Worked))
        days = len(of_kind(steps, CountedDay))
        if minutes or days:
            assert clock.limit is not None
            assert clock.limit.minutes == (minutes if clock.limit.measure is Measure.WORKING_TIME else days)
        assert msgspec.json.decode(msgspec.json.encode(steps), type=tuple[AnyStep, ...]) == steps
