"""What is asked about colleagues' acts, and which are handed in when, for makers whose station is lost."""

from types import SimpleNamespace

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.sync.colleagues import Colleagues
from dispatcher.sync.desk import HOLD_S
from dispatcher.sync.inquiring import INQUIRE_EVERY_S, Inquiring
from dispatcher.wire import NotJudged, Obstacle, Proof
from dispatcher.wire.office import OfficeAct
from tests import builders as b
from tests.fakes import MemoryStore

HERE, LOST, ALIVE = "here", "lost", "alive"


def entry(name: str, place: int, station: str = LOST, case: str = "case-1", proved: bool = True) -> OfficeAct:
    act = b.act(c.AddNote(case=CaseId(case), text=name), b.DISPATCHER, act_id=name)
    proof = Proof(session=f"session at {station}", seal=b"seal") if proved else None
    return OfficeAct(act=act, maker=b.DISPATCHER, station=station, place=place, proof=proof)


def asking(*entries: OfficeAct) -> tuple[Inquiring, Colleagues]:
    colleagues = Colleagues(MemoryStore(), HERE)
    colleagues.take(entries)
    return Inquiring(lambda: SimpleNamespace(colleagues=colleagues), lambda: True), colleagues  # type: ignore[arg-type, return-value]


def ids(inquiring: Inquiring, at_s: float) -> list[str]:
    return [each.act.id for each in inquiring.deliver(at_s)]


def test_sessions_of_all_copies_are_asked_about_again_and_again() -> None:
    inquiring, _ = asking(
        entry("a", 1), entry("b", 2), entry("c", 3, ALIVE), entry("d", 4, HERE), entry("e", 5, proved=False)
    )
    asked = inquiring.ask(100.0)
    assert asked is not None
    assert asked.acts == ("a", "b", "c", "e")
    assert asked.sessions == ("session at lost", "session at alive")
    assert inquiring.ask(100.0 + INQUIRE_EVERY_S / 2) is None
    assert inquiring.ask(100.0 + INQUIRE_EVERY_S) is not None


def test_nothing_is_handed_in_before_the_centre_says_that_the_station_is_lost() -> None:
    inquiring, colleagues = asking(entry("a", 1), entry("b", 2, ALIVE, "case-2"), entry("c", 3, proved=False))
    assert ids(inquiring, 1.0) == []
    assert inquiring.of_lost(colleagues.of_others()) == {}
    inquiring.lost(["session at lost"], 2.0)
    assert inquiring.of_lost(colleagues.of_others()) == {CommandId("a"): None}
    assert ids(inquiring, 2.0) == ["a"]
    assert ids(inquiring, 3.0) == [], "once for each answer"
    inquiring.lost(["session at lost"], 20.0)
    assert ids(inquiring, 20.0) == ["a"], "until there is a verdict"


def test_an_act_behind_a_living_colleague_s_waits_as_an_own_one_would() -> None:
    inquiring, colleagues = asking(entry("theirs", 1, ALIVE), entry("a", 2), entry("b", 3))
    inquiring.lost(["session at lost"], 100.0)
    assert ids(inquiring, 100.0) == []
    inquiring.lost(["session at lost"], 100.0 + HOLD_S - 1)
    assert ids(inquiring, 100.0 + HOLD_S - 1) == []
    inquiring.lost(["session at lost"], 100.0 + HOLD_S)
    assert ids(inquiring, 100.0 + HOLD_S) == ["a", "b"]
    mine = msgspec.structs.replace(entry("mine", 1, HERE, "case-2"))
    colleagues.take([mine, entry("d", 2, case="case-2")])
    inquiring.lost(["session at lost"], 100.0 + HOLD_S)
    assert ids(inquiring, 100.0 + HOLD_S - 1) == []


def test_what_nobody_can_remove_is_not_handed_in_again_and_what_may_change_is() -> None:
    inquiring, colleagues = asking(*(entry(name, place, case=name) for place, name in enumerate("abc", 1)))
    inquiring.lost(["session at lost"], 1.0)
    assert ids(inquiring, 1.0) == ["a", "b", "c"]
    inquiring.undelivered(
        [
            NotJudged(act=CommandId("a"), why=Obstacle.NOT_PROVED),
            NotJudged(act=CommandId("b"), why=Obstacle.MAKER_DISABLED),
            NotJudged(act=CommandId("c"), why=Obstacle.MADE_AFTER),
        ]
    )
    inquiring.lost(["session at lost"], 20.0)
    assert ids(inquiring, 20.0) == ["b"]
    assert inquiring.of_lost(colleagues.of_others()) == {
        CommandId("a"): Obstacle.NOT_PROVED,
        CommandId("b"): Obstacle.MAKER_DISABLED,
        CommandId("c"): Obstacle.MADE_AFTER,
    }
