"""Colleagues' pending acts: their order, what ends them, and that all of it is durable first."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, Revision
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.sync.colleagues import REMEMBERED, Colleagues, end_of
from dispatcher.sync.ports import Trouble
from dispatcher.wire.office import End, Fate, OfficeAct
from tests import builders as b
from tests.fakes import MemoryStore

CASE = CaseId("case-1")


def entry(
    name: str, place: int, *, station: str = "there", case: str = CASE, until: dt.datetime | None = None
) -> OfficeAct:
    act = b.act(c.SignFor(case=CaseId(case)))
    act = msgspec.structs.replace(act, id=CommandId(name), valid_until=until)
    return OfficeAct(act=act, maker=b.LEADER, station=station, place=place)


def ids(entries: tuple[OfficeAct, ...]) -> list[str]:
    return [each.act.id for each in entries]


def test_the_office_s_order_holds_on_each_case_and_over_a_restart() -> None:
    store = MemoryStore()
    colleagues = Colleagues(store, "here")
    touched = colleagues.take([entry("b", 2), entry("a", 1), entry("mine", 3, station="here"), entry("x", 9, case="z")])
    assert touched == {CASE, "z"}
    for each in (colleagues, Colleagues(store, "here")):
        assert ids(each.on(CASE)) == ["a", "b", "mine"]
        assert ids(each.of_others()) == ["a", "b", "x"]
        assert each.cases() == {CASE, "z"}
    assert colleagues.take([entry("b", 2)]) == set(), "nothing new"
    assert colleagues.take([entry("b", 0)]) == {CASE}
    assert ids(colleagues.on(CASE)) == ["b", "a", "mine"]


def test_an_own_act_stands_behind_a_colleague_s_only_on_its_case() -> None:
    colleagues = Colleagues(MemoryStore(), "here")
    colleagues.take([entry("first", 1, station="here"), entry("a", 2), entry("mine", 3, station="here")])
    assert not colleagues.stands_before(CommandId("first"), CASE)
    assert colleagues.stands_before(CommandId("mine"), CASE)
    assert colleagues.stands_before(CommandId("not shared yet"), CASE)
    assert not colleagues.stands_before(CommandId("mine"), CaseId("another"))


def test_what_the_centre_says_ends_an_act_and_is_passed_on() -> None:
    store = MemoryStore()
    colleagues = Colleagues(store, "here")
    colleagues.take([entry("a", 1), entry("b", 2), entry("mine", 3, station="here")])
    refused = Refused(reason=Reason.WRONG_STATE)
    settles = [
        Settled(act=CommandId("a"), verdict=refused),
        Settled(act=CommandId("never"), verdict=Accepted(revision=Revision(1), judged_at=b.NOON)),
    ]
    assert colleagues.settled(map(end_of, settles), b.NOON) == {CASE}
    assert colleagues.confirmed(CASE, [CommandId("mine"), CommandId("other")], b.NOON) == {CASE}
    assert ids(colleagues.on(CASE)) == ["b"]
    assert [(end.act, end.fate) for end in colleagues.take_ended()] == [("a", Fate.REFUSED), ("mine", Fate.ACCEPTED)]
    assert colleagues.take_ended() == ()
    assert [(gone.entry.act.id, gone.end.refused) for gone in colleagues.gone] == [("a", refused)], "others' alone"
    assert ids(store.office_acts()) == ["b"]


def test_a_live_act_of_another_s_is_stale_after_its_time() -> None:
    colleagues = Colleagues(MemoryStore(), "here")
    until = b.NOON + dt.timedelta(minutes=10)
    colleagues.take([entry("a", 1, until=until), entry("mine", 2, station="here", until=until), entry("b", 3)])
    assert colleagues.stale(until) == ()
    assert [end.act for end in colleagues.stale(until + dt.timedelta(seconds=1))] == ["a"]


def test_only_the_last_that_went_are_spoken_of() -> None:
    colleagues = Colleagues(MemoryStore(), "here")
    names = [f"a{number:03d}" for number in range(REMEMBERED + 5)]
    colleagues.take([entry(name, number) for number, name in enumerate(names)])
    colleagues.end([End(act=CommandId(name), fate=Fate.GIVEN_UP) for name in names], b.NOON)
    assert [gone.entry.act.id for gone in colleagues.gone] == names[5:]


def test_nothing_is_shown_that_could_not_be_kept() -> None:
    store = MemoryStore()
    colleagues = Colleagues(store, "here")
    colleagues.take([entry("a", 1)])
    store.failing_writes = Trouble("disk full")
    with pytest.raises(Trouble):
        colleagues.take([entry("b", 2)])
    with pytest.raises(Trouble):
        colleagues.end([End(act=CommandId("a"), fate=Fate.GIVEN_UP)], b.NOON)
    assert ids(colleagues.on(CASE)) == ["a"]
