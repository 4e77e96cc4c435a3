"""What one case adds to which unit and half-day: each count, its owner and its time, from hand-made histories."""

import datetime as dt
import itertools

import msgspec
import pytest

from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.events import Ground, Request, RequestKind, Satisfied, Solved
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.periods import half_day
from dispatcher.models.policy import Policy, parse_limit
from dispatcher.models.rates import COUNTERS, NOTHING, Tally, total
from dispatcher.models.tallies import Where, contributions, counts_alike, pack, unpack
from dispatcher.models.whistle import Milestone, Score, Summons, Whistle, WhistleKind
from tests.builders import GAS, NOON, OTHER_STREET, STREET, URBAN, law, order, policy

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_acts = itertools.count(1)


def fact(event: e.AnyEvent, at: dt.datetime, act: str = "") -> e.Recorded:
    return e.Recorded(
        event=event,
        at=at,
        entered_at=at,
        by=PersonId("li"),
        by_name="Li",
        unit=STREET,
        act=CommandId(act or f"a{next(_acts)}"),
    )


def life(*facts: e.Recorded | tuple[e.AnyEvent, dt.datetime]) -> Case:
    """A case of the facts after its dispatch at NOON (12:00 in Beijing, the first instant of a half-day)."""
    received = e.OrderReceived(case=CaseId("case"), order=order(), holder=STREET, policy="test-1")
    return lived(received, *facts)


def lived(received: e.OrderReceived, *facts: e.Recorded | tuple[e.AnyEvent, dt.datetime]) -> Case:
    case = evolve(None, fact(received, received.order.dispatched_at), Revision(1))
    for each in facts:
        recorded = each if isinstance(each, e.Recorded) else fact(*each)
        case = evolve(case, recorded, Revision(case.revision + 1))
    return case


def counts(case: Case, under: Law | None = None) -> dict[tuple[str, int], Tally]:
    """By unit and half-days after that of NOON."""
    found = contributions(case, under or law())
    assert NOTHING not in found.values()
    return {(unit, half - half_day(NOON)): tally for (unit, half), tally in found.items()}


def whole(case: Case, unit: UnitId = STREET, under: Law | None = None) -> Tally:
    return total(tally for (of, _), tally in counts(case, under).items() if of == unit)


def call(
    solved: Solved | None = Solved.YES,
    satisfied: Satisfied | None = Satisfied.SATISFIED,
    *,
    contacted: bool = True,
    by_hotline: bool = True,
) -> e.CallBackRecorded:
    return e.CallBackRecorded(
        by_hotline=by_hotline, reached=True, contacted=contacted, solved=solved, satisfied=satisfied
    )


VAIN = e.CallBackRecorded(by_hotline=True, reached=False)
REPLY = e.ReplyWritten(accepted="a", talked_with="b", done="c", result="d", review=False)
SIGNED = (e.SignedFor(), NOON + 5 * dt.timedelta(minutes=1))
CONTACTED = (e.ContactRecorded(reached=True, counts=True), NOON + HOUR)
REPLIED = (REPLY, NOON + DAY)
ANSWERED = SIGNED, CONTACTED, REPLIED


def test_an_order_is_received_when_it_was_made_by_its_first_holder() -> None:
    received = e.OrderReceived(case=CaseId("case"), order=order(created_at=NOON - HOUR), holder=STREET, policy="test-1")
    moved = fact(e.Transferred(to=OTHER_STREET, reason="r"), NOON + HOUR)
    assert counts(lived(received)) == {(STREET, -1): Tally(received=1)}
    assert counts(lived(received, moved)) == {(STREET, -1): Tally(received=1)}
    assert counts(life()) == {(STREET, 0): Tally(received=1)}


@pytest.mark.parametrize(("minutes", "in_time"), [(29, 1), (30, 1), (31, 0)])
def test_a_signature_counts_where_it_was_given_and_in_time_up_to_its_due(minutes: int, in_time: int) -> None:
    case = life((e.SignedFor(), NOON + dt.timedelta(minutes=minutes)))
    assert counts(case) == {(STREET, 0): Tally(received=1, signed=1, signed_in_time=in_time)}


def test_duties_count_in_the_half_day_they_were_met_in() -> None:
    late = (e.ContactRecorded(reached=True, counts=True), NOON + DAY)
    case = life(SIGNED, late, (REPLY, NOON + 9 * DAY))
    assert counts(case) == {
        (STREET, 0): Tally(received=1, signed=1, signed_in_time=1),
        (STREET, 2): Tally(contacts=1),
        (STREET, 18): Tally(overdue=1),
    }


@pytest.mark.parametrize(
    ("after", "in_time", "overdue"), [(7 * DAY, 1, 0), (7 * DAY + dt.timedelta(microseconds=1), 0, 1)]
)
def test_an_answer_is_in_time_up_to_its_due(after: dt.timedelta, in_time: int, overdue: int) -> None:
    tally = whole(life(SIGNED, CONTACTED, (REPLY, NOON + after)))
    assert (tally.handled_in_time, tally.overdue) == (in_time, overdue)


def test_an_order_that_came_handled_counts_by_its_closing() -> None:
    received = e.OrderReceived(case=CaseId("case"), order=order(), holder=STREET, policy="test-1")
    for closed_at, late in ((NOON + DAY, 0), (NOON + 8 * DAY, 1)):
        case = lived(received, fact(e.ClosedElsewhere(closed_at=closed_at), NOON))
        there = (closed_at - NOON) // (12 * HOUR)
        assert counts(case) == {
            (STREET, 0): Tally(received=1),
            (STREET, there): Tally(handled=1, handled_in_time=1 - late, overdue=late),
        }


@pytest.mark.parametrize(
    ("said", "tally"),
    [
        (call(), Tally(valid=1, contacted=1, solved=1, satisfied=1)),
        (call(satisfied=Satisfied.BASICALLY), Tally(valid=1, contacted=1, solved=1, basically=1)),
        (call(satisfied=Satisfied.NOT), Tally(valid=1, contacted=1, solved=1)),
        (call(satisfied=Satisfied.REFUSED_TO_SAY), Tally(valid=1, contacted=1, solved=1)),
        (call(satisfied=None), Tally(valid=1, contacted=1, solved=1)),
        (call(Solved.PARTLY, contacted=False), Tally(valid=1, satisfied=1)),
        (call(Solved.NO, Satisfied.NOT), Tally(valid=1, contacted=1)),
        (call(by_hotline=False), NOTHING),
    ],
)
def test_the_hotline_s_call_back_appraises_the_case(said: e.CallBackRecorded, tally: Tally) -> None:
    before, after = life(*ANSWERED), life(*ANSWERED, (said, NOON + 3 * DAY))
    assert whole(after) - whole(before) == tally
    if tally != NOTHING:
        assert counts(after)[STREET, 6] == tally


def test_only_the_last_call_back_that_reached_counts() -> None:
    no, yes = call(Solved.NO, Satisfied.NOT), call()
    redo = fact(e.RedoOrdered(), NOON + 2 * DAY)
    once = life(*ANSWERED, (no, NOON + 2 * DAY), redo)
    again = life(
        *ANSWERED,
        (no, NOON + 2 * DAY),
        redo,
        (REPLY, NOON + 3 * DAY),
        (VAIN, NOON + 4 * DAY),
        (yes, NOON + 5 * DAY),
        (VAIN, NOON + 6 * DAY),
    )
    assert counts(once)[STREET, 4] == Tally(valid=1, contacted=1, redos=1)
    assert counts(again)[STREET, 4] == Tally(redos=1)
    assert counts(again)[STREET, 10] == Tally(valid=1, contacted=1, solved=1, satisfied=1)
    assert whole(again).valid == 1


def test_a_call_back_caught_up_later_does_not_replace_one_that_came_after_it() -> None:
    late_entry = (call(Solved.PARTLY, Satisfied.NOT), NOON + 2 * DAY)
    case = life(*ANSWERED, (call(), NOON + 3 * DAY), late_entry)
    assert (whole(case).valid, whole(case).solved) == (1, 1)


def test_a_reopened_case_is_handled_no_more_and_stays_appraised() -> None:
    closed = life(*ANSWERED, (call(), NOON + 2 * DAY), (e.CaseClosed(), NOON + 3 * DAY))
    assert counts(closed)[STREET, 6] == Tally(handled=1)
    reopened = evolve(closed, fact(e.CaseReopened(reason="r"), NOON + 4 * DAY), Revision(9))
    assert (whole(reopened).handled, whole(reopened).valid, whole(reopened).redos) == (0, 1, 0)
    steps = (REPLY, NOON + 5 * DAY), (e.CaseClosed(), NOON + 6 * DAY)
    for event, at in steps:
        reopened = evolve(reopened, fact(event, at), Revision(reopened.revision + 1))
    assert counts(reopened)[STREET, 12] == Tally(handled=1)


def test_what_was_undone_never_was() -> None:
    said = fact(call(Solved.NO), NOON + 2 * DAY, "said")
    redo = fact(e.RedoOrdered(), NOON + 2 * DAY, "said")
    case = life(*ANSWERED, said, redo)
    assert (whole(case).valid, whole(case).redos) == (1, 1)
    undone = evolve(case, fact(e.ActUndone(act=CommandId("said")), NOON + 2 * DAY), Revision(9))
    assert contributions(undone, law()) == contributions(life(*ANSWERED), law())


def test_each_redo_counts_when_it_was_ordered_and_its_duties_too() -> None:
    case = life(
        *ANSWERED,
        (e.RedoOrdered(), NOON + 2 * DAY),
        (REPLY, NOON + 3 * DAY),
        (e.RedoOrdered(), NOON + 4 * DAY),
    )
    found = counts(case)
    assert (found[STREET, 4].redos, found[STREET, 8].redos, whole(case).redos) == (1, 1, 2)
    strict = msgspec.structs.replace(policy().redo, sign=parse_limit("1 h"), first_contact=parse_limit("4 h"))
    under = msgspec.structs.replace(law(), policy=msgspec.structs.replace(policy(), redo=strict))
    begun = NOON + 2 * DAY
    redone = life(
        *ANSWERED,
        (e.RedoOrdered(), begun),
        (e.SignedFor(), begun + 2 * HOUR),
        (e.ContactRecorded(reached=True, counts=True), begun + 3 * HOUR),
    )
    assert counts(redone, under)[STREET, 4] == Tally(redos=1, signed=1, contacts=1, contacted_in_time=1)


def test_nobody_reached_in_three_hours_is_unreachable_where_the_third_was() -> None:
    hours = [NOON + 2 * DAY + minutes * dt.timedelta(minutes=1) for minutes in (0, 59, 60, 719)]
    two = life(*ANSWERED, *((VAIN, at) for at in hours[:3]))
    assert whole(two).unreachable == 0
    three = life(*ANSWERED, *((VAIN, at) for at in hours), (VAIN, NOON + 4 * DAY))
    assert counts(three)[STREET, 4] == Tally(unreachable=1)
    assert (whole(three).valid, whole(three).unreachable) == (0, 1)
    own = life(*ANSWERED, *((e.CallBackRecorded(by_hotline=False, reached=False), at) for at in hours))
    assert whole(own).unreachable == 0
    reached = life(*ANSWERED, *((VAIN, at) for at in hours), (call(), NOON + 5 * DAY))
    assert (whole(reached).valid, whole(reached).unreachable) == (1, 0)


def excluded(at: dt.datetime) -> tuple[e.Recorded, e.Recorded]:
    request = Request(
        kind=RequestKind.EXCLUSION,
        reason="r",
        by=PersonId("wang"),
        by_name="Wang",
        unit=STREET,
        at=at,
        sent_at=at,
        ground=Ground.BEYOND_LAW,
    )
    return fact(e.Requested(request=request), at), fact(e.RequestGranted(kind=RequestKind.EXCLUSION), at)


def test_an_excluded_case_is_out_whenever_it_was_excluded() -> None:
    said = (call(), NOON + 3 * DAY)
    before = life(*ANSWERED, *excluded(NOON + 2 * DAY), said)
    after = life(*ANSWERED, said, *excluded(NOON + 40 * DAY))
    for case in (before, after):
        assert counts(case)[STREET, 6] == Tally(excluded=1)
        assert (whole(case).valid, whole(case).excluded) == (0, 1)
    assert whole(life(*ANSWERED, *excluded(NOON + 2 * DAY))).excluded == 0
    vain = [(VAIN, NOON + 3 * DAY + hour * HOUR) for hour in range(3)]
    given_up = whole(life(*ANSWERED, *vain, *excluded(NOON + 5 * DAY)))
    assert (given_up.unreachable, given_up.excluded) == (0, 1)


def returned(at: dt.datetime, unit: UnitId, to: UnitId | None) -> tuple[e.Recorded, e.Recorded]:
    request = Request(
        kind=RequestKind.RETURN,
        reason="r",
        by=PersonId("wang"),
        by_name="Wang",
        unit=unit,
        at=at,
        sent_at=at,
        ground=Ground.NOT_OUR_DUTY,
    )
    granted = e.RequestGranted(kind=RequestKind.RETURN, to=to or UnitId(""))
    return fact(e.Requested(request=request), at), fact(granted, at + HOUR)


def test_a_return_counts_for_who_returned_and_all_else_for_the_next_holder() -> None:
    begun = NOON + DAY
    case = life(
        SIGNED,
        *returned(NOON + HOUR, STREET, OTHER_STREET),
        (e.SignedFor(), begun),
        (e.ContactRecorded(reached=True, counts=True), begun),
        (REPLY, NOON + 7 * DAY + HOUR),
        (call(), NOON + 8 * DAY),
    )
    assert counts(case)[STREET, 0] == whole(case) == Tally(received=1, returns=1)
    # The holder's own limit had an hour left, the citizen's was past: the citizen waited from the first dispatch.
    other = whole(case, OTHER_STREET)
    assert (other.received, other.signed, other.contacts, other.valid) == (0, 1, 1, 1)
    assert (other.handled_in_time, other.overdue) == (0, 1)


def test_a_return_that_found_no_holder_yet_is_a_return_all_the_same() -> None:
    case = life(*returned(NOON + HOUR, STREET, None))
    assert whole(case) == Tally(received=1, returns=1)
    moved = evolve(case, fact(e.Transferred(to=OTHER_STREET, reason="r"), NOON + DAY), Revision(9))
    assert whole(moved) == Tally(received=1, returns=1)


BLOWN = NOON + 2 * HOUR


def whistled(*facts: tuple[e.AnyEvent, dt.datetime], units: tuple[UnitId, ...] = (URBAN,), **more: object) -> Case:
    whistle = Whistle(
        id=WhistleId("w"),
        kind=WhistleKind.EMERGENCY,
        demand="d",
        place="p",
        contact="c",
        blown_at=BLOWN,
        blown_by=PersonId("li"),
        blown_by_name="Li",
        summons=tuple(Summons(unit=unit) for unit in units),
        **more,  # pyright: ignore[reportArgumentType]
    )
    return life((e.WhistleBlown(whistle=whistle), BLOWN), *facts)


def passed(milestone: Milestone, minutes: int) -> tuple[e.MilestonePassed, dt.datetime]:
    event = e.MilestonePassed(whistle=WhistleId("w"), unit=URBAN, milestone=milestone)
    return event, BLOWN + minutes * dt.timedelta(minutes=1)


def test_a_whistle_counts_for_the_street_and_each_summons_for_its_department() -> None:
    case = whistled(units=(URBAN, GAS))
    assert counts(case) == {
        (STREET, 0): Tally(received=1, whistles_blown=1),
        (URBAN, 0): Tally(summoned=1),
        (GAS, 0): Tally(summoned=1),
    }


@pytest.mark.parametrize(
    ("minutes", "in_time"), [((5, 30, 24 * 60), (1, 1, 1)), ((6, 31, 24 * 60 + 1), (0, 0, 0)), ((1, 31, 60), (1, 0, 1))]
)
def test_a_summons_is_answered_in_time_up_to_each_due(
    minutes: tuple[int, int, int], in_time: tuple[int, int, int]
) -> None:
    signed, reported, done = minutes
    case = whistled(
        passed(Milestone.SIGNED, signed), passed(Milestone.REPORTED_IN, reported), passed(Milestone.DONE, done)
    )
    # All of it in the half-day of the whistle, even what came a day later.
    assert counts(case)[URBAN, 0] == Tally(
        summoned=1,
        summons_signed_in_time=in_time[0],
        reported_in_time=in_time[1],
        done_in_time=in_time[2],
    )


def test_an_appointed_time_takes_the_place_of_the_limit() -> None:
    case = whistled(passed(Milestone.REPORTED_IN, 240), appointed_at=BLOWN + 4 * HOUR)
    assert whole(case, URBAN) == Tally(summoned=1, reported_in_time=1)


def test_no_shows_and_scores_are_counted() -> None:
    score = Score(signed=20, reported_in=30, people=8, finished=25, result=10, total=93)
    case = whistled(
        (e.NoShowDeclared(whistle=WhistleId("w"), unit=URBAN), BLOWN + HOUR),
        (e.DepartmentScored(whistle=WhistleId("w"), unit=URBAN, score=score), BLOWN + 3 * DAY),
    )
    assert whole(case, URBAN) == Tally(summoned=1, no_shows=1, scored=1, score_total=93)


def test_a_summons_released_or_withdrawn_is_nobody_s_but_the_whistle_was_blown() -> None:
    named = {"whistle": WhistleId("w"), "unit": URBAN}
    released = whistled(
        (e.SummonsRefused(**named, reason="r"), BLOWN),
        (e.SummonsAdjudicated(**named, released=True, reason="r"), BLOWN),
        units=(URBAN, GAS),
    )
    assert (whole(released, URBAN), whole(released, GAS)) == (NOTHING, Tally(summoned=1))
    kept = whistled(
        (e.SummonsRefused(**named, reason="r"), BLOWN),
        (e.SummonsAdjudicated(**named, released=False, reason="r"), BLOWN),
    )
    assert whole(kept, URBAN) == Tally(summoned=1)
    withdrawn = whistled((e.WhistleWithdrawn(whistle=WhistleId("w"), reason="r"), BLOWN + HOUR))
    assert (whole(withdrawn, URBAN), whole(withdrawn).whistles_blown) == (NOTHING, 1)


def later(strict: Policy, since: dt.datetime) -> Law:
    regimes = Regime(since=NOON - 30 * DAY, policy=policy()), Regime(since=since, policy=strict)
    return msgspec.structs.replace(law(), policy=strict, regimes=regimes)


def test_a_policy_that_came_later_moves_nothing_that_was_met_before() -> None:
    minute = parse_limit("1 min")
    limits = msgspec.structs.replace(policy().orders[Urgency.ORDINARY], sign=minute, first_contact=minute)
    limits = msgspec.structs.replace(limits, feedback=minute)
    strict = msgspec.structs.replace(
        policy(),
        version="test-2",
        orders=dict.fromkeys(Urgency, limits),
        whistles={
            kind: msgspec.structs.replace(each, sign=minute, report_in=minute, done=minute)
            for kind, each in policy().whistles.items()
        },
        call_back_attempts=1,
    )
    met = NOON + 3 * DAY
    lives = (
        life(*ANSWERED),
        whistled(passed(Milestone.SIGNED, 5), passed(Milestone.REPORTED_IN, 20), passed(Milestone.DONE, 30)),
        life(*ANSWERED, *((VAIN, NOON + 2 * DAY + hour * HOUR) for hour in range(2))),
    )
    for case in lives:
        assert contributions(case, later(strict, met)) == contributions(case, law())
        assert contributions(case, later(strict, NOON - DAY)) != contributions(case, law())


@pytest.mark.parametrize(
    "recorded",
    [
        fact(e.NoteAdded(text="n"), NOON + HOUR),
        fact(e.CallerRevealed(reason="r"), NOON + HOUR),
        fact(e.Assigned(assignee="a"), NOON + HOUR),
        fact(e.ProgressReported(text="t", on_scene=True), NOON + HOUR),
        fact(e.Urged(), NOON + HOUR),
        fact(e.Supervised(level=1, reason="r"), NOON + HOUR),
    ],
    ids=lambda recorded: type(recorded.event).__name__,
)
def test_what_counts_nothing_is_told_without_counting(recorded: e.Recorded) -> None:
    before = life(SIGNED, CONTACTED)
    after = evolve(before, recorded, Revision(9))
    assert counts_alike(before, after)
    assert contributions(before, law()) == contributions(after, law())


def test_what_changes_a_count_is_never_told_to_be_alike() -> None:
    steps = (
        *ANSWERED,
        (call(Solved.NO), NOON + 2 * DAY),
        (e.RedoOrdered(), NOON + 2 * DAY),
        (e.SignedFor(), NOON + 2 * DAY + HOUR),
        (e.ContactRecorded(reached=True, counts=True), NOON + 3 * DAY),
        (REPLY, NOON + 4 * DAY),
        *((VAIN, NOON + 4 * DAY + hour * HOUR) for hour in range(3)),
        (e.CaseClosed(), NOON + 5 * DAY),
        (e.CaseReopened(reason="r"), NOON + 6 * DAY),
    )
    case = life()
    moved = 0
    for event, at in steps:
        after = evolve(case, fact(event, at), Revision(case.revision + 1))
        if contributions(case, law()) != contributions(after, law()):
            moved += 1
            assert not counts_alike(case, after), event
        case = after
    assert moved == len(("sign", "contact", "reply", "call", "redo", "close", "reopen"))


def test_contributions_are_kept_as_they_are() -> None:
    case = whistled(passed(Milestone.SIGNED, 5))
    found: dict[Where, Tally] = contributions(case, law())
    assert dict(unpack(pack(found))) == found
    assert list(unpack(pack({}))) == []
    full = {(UnitId("u"), -3): Tally(*range(1, len(COUNTERS) + 1))}
    assert dict(unpack(pack(full))) == full


def test_two_rounds_that_are_met_in_one_half_day_count_twice() -> None:
    strict = msgspec.structs.replace(policy().redo, sign=parse_limit("1 h"), first_contact=parse_limit("4 h"))
    under = msgspec.structs.replace(law(), policy=msgspec.structs.replace(policy(), redo=strict))
    minutes = [NOON + n * dt.timedelta(minutes=1) for n in range(10)]
    case = life(
        (e.SignedFor(), minutes[1]),
        (e.ContactRecorded(reached=True, counts=True), minutes[2]),
        (REPLY, minutes[3]),
        (e.RedoOrdered(), minutes[4]),
        (e.SignedFor(), minutes[5]),
        (e.ContactRecorded(reached=True, counts=True), minutes[6]),
        (REPLY, minutes[7]),
        (e.RedoOrdered(), minutes[8]),
    )
    found = counts(case, under)[STREET, 0]
    assert (found.redos, found.handled_in_time) == (2, 1)
    again = life(
        *(recorded for recorded in case.history[1:-1]),
    )
    found = counts(again, under)[STREET, 0]
    assert (found.signed, found.signed_in_time, found.contacts, found.contacted_in_time) == (2, 2, 2, 2)


def test_a_whistle_is_its_streets_that_blew_it_whoever_has_the_case_now() -> None:
    case = whistled((e.Transferred(to=OTHER_STREET, reason="r"), BLOWN + HOUR))
    assert counts(case)[STREET, 0] == Tally(received=1, whistles_blown=1)
    assert (OTHER_STREET, 0) not in counts(case)


def test_two_whistles_count_as_two() -> None:
    case = whistled()
    other = msgspec.structs.replace(case.whistles[0], id=WhistleId("w2"))
    twice = evolve(case, fact(e.WhistleBlown(whistle=other), BLOWN), Revision(9))
    assert counts(twice)[STREET, 0] == Tally(received=1, whistles_blown=2)
    assert counts(twice)[URBAN, 0] == Tally(summoned=2)


def test_two_returns_of_one_unit_in_one_half_day_count_as_two() -> None:
    first = life(*returned(NOON + HOUR, STREET, OTHER_STREET))
    both = first
    for recorded in returned(NOON + 2 * HOUR, STREET, STREET):
        both = evolve(both, recorded, Revision(both.revision + 1))
    assert counts(both)[STREET, 0].returns == 2


def test_before_the_first_policy_that_is_known_the_first_one_held() -> None:
    strict = msgspec.structs.replace(policy(), version="test-2", call_back_attempts=1)
    since = NOON + 30 * DAY
    regimes = Regime(since=since, policy=policy()), Regime(since=since + DAY, policy=strict)
    under = msgspec.structs.replace(law(), policy=strict, regimes=regimes)
    case = life(*ANSWERED, (VAIN, NOON + 2 * DAY))
    assert whole(case, under=under).unreachable == 0
    blown = whistled(passed(Milestone.SIGNED, 5))
    assert counts(blown, under)[URBAN, 0] == Tally(summoned=1, summons_signed_in_time=1)


def test_only_a_return_that_was_granted_is_a_return() -> None:
    asked, _ = returned(NOON + HOUR, STREET, None)
    refused = fact(e.RequestRefused(kind=RequestKind.RETURN, answer="yours"), NOON + 2 * HOUR)
    assert whole(life(asked)).returns == 0
    assert whole(life(asked, refused)).returns == 0
    assert whole(life(*ANSWERED, *excluded(NOON + 2 * DAY))).returns == 0
