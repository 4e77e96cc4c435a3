"""What each scope is sent, when a case changes hands, comes back, or is read in pages: nothing more, nothing stale."""

import random

import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.order import Place
from dispatcher.models.organisation import Actor, Role, Scope, in_scope, scope_of
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.storage.ledger import Ledger
from tests.storage.city import (
    DISPATCHER,
    HOTLINE,
    LAW,
    LIAISON,
    NOW,
    OTHER_STREET,
    STREET,
    act,
    actor,
    receive,
    sign,
    whistle,
)

FAR_STREET = UnitId("110101001")
COMMUNITY = UnitId("110105017003")
DISTRICT = scope_of(actor("ding", UnitId("110105"), Role.DISTRICT))
OTHER_DISTRICT = scope_of(actor("dong", UnitId("110101"), Role.DISTRICT))
NEXT_DOOR = scope_of(actor("he", UnitId("110105017004"), Role.COMMUNITY_WORKER))
WORKER = scope_of(actor("sheng", COMMUNITY, Role.COMMUNITY_WORKER))
HERE = scope_of(DISPATCHER)
THERE = scope_of(actor("sun", OTHER_STREET, Role.DISPATCHER))
EVERYTHING = scope_of(HOTLINE)


class Replica:
    """What somebody in a scope holds who takes page after page and forgets what is gone."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.cursor = Revision(0)
        self.rows: dict[CaseId, UnitId] = {}

    def take(self, ledger: Ledger, limit: int = 100) -> bool:
        page = ledger.changes(self.scope, self.cursor, limit)
        assert not {row.row.id for row in page.rows} & set(page.gone)
        assert all(self.cursor < row.row.revision <= page.last for row in page.rows)
        for case in page.gone:
            self.rows.pop(case, None)
        for row in page.rows:
            self.rows[row.row.id] = row.row.holder
        self.cursor = page.last
        return page.more

    def take_all(self, ledger: Ledger, limit: int = 100) -> None:
        while self.take(ledger, limit):
            pass


def put_in(ledger: Ledger, holder: UnitId = STREET, community: str = "") -> CaseId:
    order, by = receive(holder=holder, place=Place(street=holder, community_code=UnitId(community)))
    return judged(ledger, order, by)


def judged(ledger: Ledger, wish: c.Act, by: Actor) -> CaseId:
    (outcome,) = ledger.judge([(wish, by)], LAW, NOW)
    assert isinstance(outcome.verdict, Accepted), outcome.verdict
    return wish.command.case


def hand_over(ledger: Ledger, case: CaseId, to: UnitId) -> None:
    judged(ledger, *act(c.Transfer(case=case, to=to, reason="lies there"), HOTLINE))


def assign(ledger: Ledger, case: CaseId, community: UnitId) -> None:
    """Give a case to the people of a community, or of none, of whatever street holds it."""
    record = ledger.case(case)
    assert record is not None
    desk = actor("desk", record.holder, Role.DISPATCHER)
    if record.signed_at is None:
        judged(ledger, *sign(case, desk))
    judged(ledger, *act(c.Assign(case=case, assignee="一组", community=community), desk))


def test_a_case_that_goes_is_gone_and_one_that_comes_back_is_a_row(ledger: Ledger) -> None:
    case = put_in(ledger)
    here, there, late = Replica(HERE), Replica(THERE), Replica(HERE)
    for replica in (here, there, late):
        replica.take_all(ledger)
    assert (list(here.rows), list(there.rows)) == ([case], [])
    hand_over(ledger, case, OTHER_STREET)
    assert ledger.changes(HERE, here.cursor, 10).gone == (case,)
    for replica in (here, there):
        replica.take_all(ledger)
    assert (list(here.rows), list(there.rows)) == ([], [case])
    hand_over(ledger, case, STREET)
    for replica in (here, there, late):
        replica.take_all(ledger)
    assert (list(here.rows), list(there.rows), list(late.rows)) == ([case], [], [case])
    assert ledger.changes(HERE, Revision(1), 10).gone == ()


def test_whoever_begins_with_nothing_is_told_of_nothing_that_has_gone(ledger: Ledger) -> None:
    case = put_in(ledger)
    hand_over(ledger, case, OTHER_STREET)
    page = ledger.changes(HERE, Revision(0), 10)
    assert (page.rows, page.gone, page.last) == ((), (), 2)


def test_a_department_that_was_summoned_keeps_the_case(ledger: Ledger) -> None:
    case = put_in(ledger)
    judged(ledger, *sign(case))
    judged(ledger, *whistle(case))
    liaison = Replica(scope_of(LIAISON))
    liaison.take_all(ledger)
    blown = ledger.case(case)
    assert blown is not None
    judged(ledger, *act(c.WithdrawWhistle(case=case, whistle=blown.whistles[0].id, reason="done"), DISPATCHER))
    hand_over(ledger, case, OTHER_STREET)
    liaison.take_all(ledger)
    assert liaison.rows == {case: OTHER_STREET}


def test_a_district_has_what_its_streets_hold(ledger: Ledger) -> None:
    near, other, far = put_in(ledger), put_in(ledger, OTHER_STREET), put_in(ledger, FAR_STREET)
    district, elsewhere = Replica(DISTRICT), Replica(OTHER_DISTRICT)
    for replica in (district, elsewhere):
        replica.take_all(ledger)
    assert district.rows == {near: STREET, other: OTHER_STREET}
    assert elsewhere.rows == {far: FAR_STREET}
    hand_over(ledger, near, OTHER_STREET)  # within the district: a row, not gone
    assert ledger.changes(DISTRICT, district.cursor, 10).gone == ()
    hand_over(ledger, other, FAR_STREET)
    for replica in (district, elsewhere):
        replica.take_all(ledger)
    assert district.rows == {near: OTHER_STREET}
    assert elsewhere.rows == {far: FAR_STREET, other: FAR_STREET}


def test_a_community_worker_has_the_cases_of_the_community_as_long_as_its_street_holds_them(ledger: Ledger) -> None:
    own = put_in(ledger, community=COMMUNITY)
    put_in(ledger, community="110105017004")
    put_in(ledger, OTHER_STREET, COMMUNITY)
    worker = Replica(WORKER)
    worker.take_all(ledger)
    assert worker.rows == {own: STREET}
    other = put_in(ledger, community="110105017004")
    hand_over(ledger, other, OTHER_STREET)
    assert ledger.changes(WORKER, worker.cursor, 10).gone == ()
    hand_over(ledger, own, OTHER_STREET)
    worker.take_all(ledger)
    assert worker.rows == {}


def test_an_assignment_moves_a_case_from_one_community_to_another(ledger: Ledger) -> None:
    """The place says whose it is until somebody is assigned; undone or handed over, the place says so again."""
    case = put_in(ledger, community=COMMUNITY)
    worker, next_door = Replica(WORKER), Replica(NEXT_DOOR)
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        for replica in (worker, next_door):
            replica.take_all(ledger)
        seen.append((case in worker.rows, case in next_door.rows))

    look()
    assign(ledger, case, NEXT_DOOR.unit)
    look()
    assign(ledger, case, COMMUNITY)
    look()
    assign(ledger, case, NEXT_DOOR.unit)
    look()
    record = ledger.case(case)
    assert record is not None
    judged(ledger, *act(c.Undo(case=case, act=record.history[-1].act), actor("desk", STREET, Role.DISPATCHER)))
    look()
    assign(ledger, case, UnitId(""))
    look()
    assign(ledger, case, NEXT_DOOR.unit)
    hand_over(ledger, case, OTHER_STREET)
    look()
    hand_over(ledger, case, STREET)
    look()
    here, there, nowhere = (True, False), (False, True), (False, False)
    assert seen == [here, there, here, there, here, here, nowhere, here]


def test_a_case_is_assigned_to_no_community_of_another_street(ledger: Ledger) -> None:
    case = put_in(ledger)
    judged(ledger, *sign(case))
    wish, by = act(c.Assign(case=case, assignee="一组", community=UnitId("110105018001")), DISPATCHER)
    (outcome,) = ledger.judge([(wish, by)], LAW, NOW)
    assert outcome.verdict == Refused(reason=Reason.BAD_FIELD, field="community", detail="110105018001")


def test_a_community_worker_whose_unit_is_no_community_is_sent_nothing(ledger: Ledger) -> None:
    case = put_in(ledger, community=COMMUNITY)
    assign(ledger, case, COMMUNITY)
    scope = scope_of(actor("sheng", STREET, Role.COMMUNITY_WORKER))
    assert scope.nothing
    page = ledger.changes(scope, Revision(0), 10)
    assert (page.rows, page.gone, ledger.size(scope, Revision(0))) == ((), (), 0)


def test_callers_go_to_nobody_but_a_street_s_desk_and_those_above_it(ledger: Ledger) -> None:
    put_in(ledger, community=COMMUNITY)

    def has_caller(scope: Scope) -> bool:
        (row,) = ledger.changes(scope, Revision(0), 10).rows
        return bytes(row.caller) != b"null"

    auditor = scope_of(actor("audit", UnitId("110000"), Role.AUDITOR))
    supervisor = scope_of(actor("gao", STREET, Role.SUPERVISOR))
    assert [has_caller(s) for s in (HERE, EVERYTHING, DISTRICT)] == [True] * 3
    assert [has_caller(s) for s in (WORKER, auditor, supervisor)] == [False] * 3


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_whatever_moves_and_however_it_is_read_nobody_is_stale_at_the_end(ledger: Ledger, limit: int) -> None:
    chance = random.Random(limit)
    streets = (STREET, OTHER_STREET, FAR_STREET)
    communities = ("", COMMUNITY)
    replicas = [Replica(s) for s in (HERE, THERE, DISTRICT, OTHER_DISTRICT, WORKER, NEXT_DOOR, EVERYTHING)]
    cases: list[CaseId] = []
    for _ in range(60):
        if len(cases) < 4 or chance.random() < 0.2:
            cases.append(put_in(ledger, chance.choice(streets), chance.choice(communities)))
        else:
            case = chance.choice(cases)
            body = ledger.case(case)
            assert body is not None
            if body.holder == STREET and chance.random() < 0.6:
                assign(ledger, case, chance.choice((UnitId(""), COMMUNITY, NEXT_DOOR.unit)))
            else:
                hand_over(ledger, case, chance.choice([s for s in streets if s != body.holder]))
        for replica in chance.sample(replicas, 2):
            replica.take(ledger, limit)
    bodies = {case: body for case in cases if (body := ledger.case(case)) is not None}
    for replica in replicas:
        replica.take_all(ledger, limit)
        covered = {case for case, body in bodies.items() if in_scope(replica.scope, body.holder, body.community, ())}
        assert replica.rows == {case: bodies[case].holder for case in covered}
        assert replica.cursor == ledger.head()
