"""The alarm list: which alarm when, and that keeping it up in steps gives what looking at everything would."""

import datetime as dt
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.alarms import Alarm, AlarmKind, AlarmList, Priority, UnsentAfter, WaitingAct, alarms_of
from dispatcher.models.case import CaseState
from dispatcher.models.changes import ChangeSet
from dispatcher.models.commands import BlowWhistle, SignFor
from dispatcher.models.deadlines import ClockKind
from dispatcher.models.ids import CaseId, CommandId, Revision, UnitId, WhistleId
from dispatcher.models.order import Urgency
from dispatcher.models.queue import NEVER_MS, QueueRow
from dispatcher.models.whistle import WhistleKind

NOW = int(dt.datetime(2026, 11, 18, 6, 26, 8, tzinfo=dt.UTC).timestamp()) * 1000
MINUTE = 60_000


def row(case: str = "a", **more: object) -> QueueRow:
    made = QueueRow(
        CaseId(case), Revision(1), f"n-{case}", "title", "place · community", "topic", Urgency.EMERGENCY,
        CaseState.DISPATCHED, UnitId("street"), "", ClockKind.SIGN, NOW, NOW + 5 * MINUTE, NOW + 8 * MINUTE,
        NOW + 10 * MINUTE, False, NOW, NEVER_MS, UnitId(""), NEVER_MS, 0, 0, NEVER_MS, 0,
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def blow(case: str, kind: WhistleKind = WhistleKind.EMERGENCY) -> BlowWhistle:
    return BlowWhistle(
        case=CaseId(case),
        whistle=WhistleId("w"),
        kind=kind,
        demand="demand",
        place="place",
        contact="",
        lead=UnitId("water"),
    )


def kinds(alarms: AlarmList) -> list[AlarmKind]:
    return [alarm.kind for alarm in alarms.all()]


@pytest.mark.parametrize(
    ("found", "after_ms", "kind", "priority"),
    [
        (row(), 8 * MINUTE - 1, None, None),
        (row(), 8 * MINUTE, AlarmKind.UNSIGNED, Priority.FIRST),
        (row(), 11 * MINUTE, AlarmKind.UNSIGNED, Priority.FIRST),
        (row(urgency=Urgency.FLOOD), 8 * MINUTE, AlarmKind.UNSIGNED, Priority.FIRST),
        (row(urgency=Urgency.ORDINARY), 9 * MINUTE, None, None),
        (row(urgency=Urgency.ORDINARY), 10 * MINUTE, AlarmKind.STEP_LATE, Priority.FOURTH),
        (row(clock=ClockKind.FEEDBACK), 9 * MINUTE, AlarmKind.DUE_SOON, Priority.THIRD),
        (row(clock=ClockKind.FEEDBACK), 10 * MINUTE, AlarmKind.FEEDBACK_OVERDUE, Priority.SECOND),
        (row(clock=ClockKind.REDO, urgency=Urgency.COMPLEX), 10 * MINUTE, AlarmKind.FEEDBACK_OVERDUE, Priority.SECOND),
        (row(clock=ClockKind.ON_SCENE), 10 * MINUTE, AlarmKind.STEP_LATE, Priority.THIRD),
        (row(clock=None), 10 * MINUTE, None, None),
        (row(clock=None, whistle_due_ms=NOW + MINUTE), MINUTE, AlarmKind.DEPARTMENT_LATE, Priority.SECOND),
        (row(closed_ms=NOW), 20 * MINUTE, None, None),
    ],
)
def test_which_alarm_a_row_gives(
    found: QueueRow, after_ms: int, kind: AlarmKind | None, priority: Priority | None
) -> None:
    given_ = alarms_of(found, NOW + after_ms)
    assert [(alarm.kind, alarm.priority) for alarm in given_] == ([(kind, priority)] if kind else [])


def test_time_alone_raises_an_alarm_and_an_act_ends_it() -> None:
    alarms = AlarmList()
    assert not alarms.see_rows(ChangeSet((row(),)), NOW)
    assert alarms.next_ms() == NOW + 8 * MINUTE
    assert not alarms.advance(NOW + 8 * MINUTE - 1)
    assert alarms.advance(NOW + 8 * MINUTE)
    assert kinds(alarms) == [AlarmKind.UNSIGNED]
    signed = row(
        state=CaseState.SIGNED, clock=ClockKind.FIRST_CONTACT, orange_ms=NOW + 25 * MINUTE, due_ms=NOW + 30 * MINUTE
    )
    assert alarms.see_rows(ChangeSet((signed,)), NOW + 9 * MINUTE)
    assert kinds(alarms) == []


def test_the_worst_stands_first_and_within_a_priority_the_newest() -> None:
    alarms = AlarmList()
    alarms.see_rows(
        ChangeSet(
            (
                row("old", clock=ClockKind.FEEDBACK, due_ms=NOW - 9 * MINUTE),
                row("new", clock=ClockKind.FEEDBACK, due_ms=NOW - MINUTE),
                row("late", clock=None, whistle_due_ms=NOW - MINUTE),
                row("life", orange_ms=NOW - 1),
            )
        ),
        NOW,
    )
    assert [alarm.case for alarm in alarms.top(9)] == ["life", "late", "new", "old"]
    assert alarms.top(1)[0].priority is Priority.FIRST


def test_an_acknowledged_alarm_is_silent_until_its_cause_is_gone_and_comes_back_as_a_new_one() -> None:
    alarms = AlarmList()
    overdue = row(clock=ClockKind.FEEDBACK, due_ms=NOW - MINUTE)
    alarms.see_rows(ChangeSet((overdue,)), NOW)
    (alarm,) = alarms.top(3)
    assert alarms.acknowledge(alarm)
    assert not alarms.acknowledge(alarm)
    assert (alarms.unacknowledged, alarms.acknowledged) == (0, 1)
    renamed = msgspec.structs.replace(overdue, title="another", revision=Revision(2))
    alarms.see_rows(ChangeSet((renamed,)), NOW)
    assert (alarms.unacknowledged, alarms.acknowledged) == (0, 1)
    alarms.see_rows(ChangeSet((renamed,), reset=True), NOW)
    assert (alarms.unacknowledged, alarms.acknowledged) == (0, 1)
    alarms.see_rows(ChangeSet((row(due_ms=NOW + 9 * MINUTE),)), NOW)
    assert (alarms.unacknowledged, alarms.acknowledged) == (0, 0)
    alarms.see_rows(ChangeSet((overdue,)), NOW)
    assert (alarms.unacknowledged, alarms.acknowledged) == (1, 0)


def test_acknowledging_all_leaves_nothing_loud() -> None:
    alarms = AlarmList()
    alarms.see_rows(ChangeSet(tuple(row(str(n), orange_ms=NOW - n) for n in range(9))), NOW)
    assert alarms.acknowledge_all()
    assert not alarms.acknowledge_all()
    assert (alarms.unacknowledged, alarms.acknowledged) == (0, 9)


def test_what_waits_in_the_outbox() -> None:
    alarms = AlarmList()
    alarms.see_rows(ChangeSet((row("a", clock=None),)), NOW)
    emergency = WaitingAct(id=CommandId("1"), command=blow("a"), made_ms=NOW, valid_until_ms=NOW + 30 * MINUTE)
    routine = WaitingAct(id=CommandId("2"), command=blow("a", WhistleKind.ROUTINE), made_ms=NOW)
    assert not alarms.see_acts((emergency, routine), 0)
    assert alarms.see_link(linked=False)
    assert kinds(alarms) == [AlarmKind.WHISTLE_WAITS]
    assert alarms.top(1)[0].number == "n-a"
    assert alarms.see_acts((msgspec.structs.replace(emergency, expired=True), routine), 0)
    assert [(alarm.kind, alarm.priority) for alarm in alarms.all()] == [(AlarmKind.NOT_SENT, Priority.FIRST)]
    assert alarms.see_link(linked=True) is False
    parked = WaitingAct(id=CommandId("3"), command=SignFor(case=CaseId("a")), made_ms=NOW, parked=True)
    assert alarms.see_acts((parked,), 0)
    assert [(alarm.kind, alarm.priority) for alarm in alarms.all()] == [(AlarmKind.PARKED, Priority.THIRD)]
    assert alarms.see_acts((), 0)
    assert kinds(alarms) == []


def test_a_case_that_is_gone_takes_its_alarms_along() -> None:
    alarms = AlarmList()
    alarms.see_rows(ChangeSet((row(orange_ms=NOW - 1),)), NOW)
    assert alarms.see_rows(ChangeSet(gone=(CaseId("a"),)), NOW)
    assert kinds(alarms) == []
    assert not alarms.advance(NOW + 60 * MINUTE)


def test_many_rows_at_once_give_what_one_by_one_gives() -> None:
    seeded = random.Random(7)
    rows = tuple(_random_row(seeded, str(n)) for n in range(1200))
    at_once, one_by_one = AlarmList(), AlarmList()
    at_once.see_rows(ChangeSet(rows), NOW)
    for each in rows:
        one_by_one.see_rows(ChangeSet((each,)), NOW)
    assert list(at_once.all()) == list(one_by_one.all())
    for minutes in (3, 9, 40):
        at_once.advance(NOW + minutes * MINUTE)
        one_by_one.advance(NOW + minutes * MINUTE)
        assert list(at_once.all()) == list(one_by_one.all())


def _random_row(seeded: random.Random, case: str) -> QueueRow:
    due = NOW + seeded.randint(-20, 40) * MINUTE
    orange = due - seeded.randint(0, 9) * MINUTE
    return row(
        case,
        urgency=seeded.choice(list(Urgency)),
        clock=seeded.choice([None, *ClockKind]),
        yellow_ms=orange - MINUTE,
        orange_ms=orange,
        due_ms=due,
        whistle_due_ms=seeded.choice([NEVER_MS, NOW + seeded.randint(-9, 30) * MINUTE]),
        closed_ms=seeded.choice([NEVER_MS, NEVER_MS, NEVER_MS, NOW]),
    )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("row"), st.integers(0, 5), st.integers(0, 10_000)),
        st.tuples(st.just("gone"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("time"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("acknowledge"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("reset"), st.integers(0, 5), st.integers(0, 10_000)),
    ),
    max_size=40,
)


@given(steps)
def test_kept_up_in_steps_it_is_what_looking_at_everything_gives(taken: list[tuple[str, int, int]]) -> None:
    alarms, rows, now_ms = AlarmList(), dict[CaseId, QueueRow](), NOW
    for what, number, seed in taken:
        if what in ("row", "reset"):
            changed = _random_row(random.Random(seed), str(number))
            if what == "reset":
                rows.clear()
            rows[changed.id] = changed
            alarms.see_rows(ChangeSet((changed,), reset=what == "reset"), now_ms)
        elif what == "gone":
            rows.pop(CaseId(str(number)), None)
            alarms.see_rows(ChangeSet(gone=(CaseId(str(number)),)), now_ms)
        elif what == "time":
            now_ms += number * MINUTE
            alarms.advance(now_ms)
        else:
            for alarm in alarms.top(number)[-1:]:
                alarms.acknowledge(alarm)
        expected: list[Alarm] = [alarm for each in rows.values() for alarm in alarms_of(each, now_ms)]
        told = list(alarms.all())
        assert sorted(told, key=repr) == sorted(expected, key=repr)
        assert alarms.unacknowledged + alarms.acknowledged == len(expected)
        loud = [alarm for alarm in told if not alarms.is_acknowledged(alarm)]
        assert [a.priority for a in loud] == sorted(a.priority for a in loud)
        assert alarms.next_ms() > now_ms


def test_the_oldest_unsent_act_is_an_alarm_that_only_its_end_takes_away() -> None:
    alarms = AlarmList(UnsentAfter(warn_ms=15 * MINUTE, alarm_ms=120 * MINUTE))
    old = WaitingAct(id=CommandId("1"), command=SignFor(case=CaseId("a")), made_ms=NOW)
    young = WaitingAct(id=CommandId("2"), command=SignFor(case=CaseId("b")), made_ms=NOW + 10 * MINUTE)
    parked = WaitingAct(id=CommandId("0"), command=SignFor(case=CaseId("c")), made_ms=NOW - 999 * MINUTE, parked=True)
    alarms.see_acts((parked, old, young), NOW + 14 * MINUTE)
    assert kinds(alarms) == [AlarmKind.PARKED]
    assert alarms.next_ms() == NOW + 15 * MINUTE
    assert alarms.advance(NOW + 15 * MINUTE)
    (alarm,) = (each for each in alarms.all() if each.kind is AlarmKind.UNSENT)
    assert (alarm.priority, alarm.act, alarm.made_ms) == (Priority.THIRD, CommandId("1"), NOW)
    alarms.acknowledge_all()
    assert not alarms.advance(NOW + 60 * MINUTE)
    assert alarms.advance(NOW + 120 * MINUTE), "the second limit is loud anew"
    assert alarms.top(1)[0].priority is Priority.SECOND
    assert alarms.see_acts((young,), NOW + 121 * MINUTE)
    (alarm,) = alarms.all()
    assert (alarm.act, alarm.priority) == (CommandId("2"), Priority.THIRD)
    assert alarms.see_acts((), NOW + 122 * MINUTE)
    assert kinds(alarms) == []


def test_an_act_in_doubt_and_a_wrong_clock_are_alarms() -> None:
    alarms = AlarmList()
    doubted = WaitingAct(id=CommandId("1"), command=SignFor(case=CaseId("a")), made_ms=NOW, doubted=True)
    alarms.see_acts((doubted,), NOW + 999 * MINUTE)
    assert [(alarm.kind, alarm.priority) for alarm in alarms.all()] == [(AlarmKind.DOUBTED, Priority.SECOND)]
    assert alarms.see_link(linked=True, clock_off_ms=-60 * MINUTE)
    assert alarms.top(2)[1].kind is AlarmKind.CLOCK_WRONG
    assert alarms.top(2)[1].off_ms == -60 * MINUTE
    assert alarms.see_link(linked=True)
    assert kinds(alarms) == [AlarmKind.DOUBTED]
