"""The ledger keeps the law book: changed once by each act, journaled in one order with the acts on cases."""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CommandId, Revision
from dispatcher.models.lawbook import ActivatePolicy, LawAct, LawBook, LawReason, LawRefused, SwitchFlood, book_of
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.ledger import Ledger
from tests.storage.city import CALENDAR, HOTLINE, LAW, NOW, POLICY, STREET, act, actor, new_id, receive

ADMINISTRATOR = actor("admin", HOTLINE.unit, Role.ADMINISTRATOR)
BOOK = book_of(POLICY, CALENDAR)
NEXT = msgspec.structs.replace(POLICY, version="test-2", effective_from=dt.date(2026, 8, 1))


def activate(policy_id: str = "", by: Actor = ADMINISTRATOR) -> LawAct:
    return LawAct(id=CommandId(policy_id or new_id()), command=ActivatePolicy(policy=NEXT), by=by.person, made_at=NOW)


@pytest.fixture
def lawful(ledger: Ledger) -> Ledger:
    ledger.put_first_book(BOOK)
    return ledger


def test_the_first_book_stays_the_first(ledger: Ledger) -> None:
    assert ledger.law_book() is None
    ledger.put_first_book(BOOK)
    ledger.put_first_book(book_of(NEXT, CALENDAR))
    assert ledger.law_book() == BOOK
    assert ledger.head() == 0


def test_a_change_has_its_place_among_the_acts_and_is_there_after_opening_again(
    lawful: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    lawful.judge([receive()], LAW, NOW)
    change = activate()
    book = lawful.change_law(change, ADMINISTRATOR, NOW)
    assert isinstance(book, LawBook)
    (after,) = lawful.judge([receive()], LAW, NOW)
    assert after.verdict == Accepted(revision=Revision(3), judged_at=NOW)
    again = open_ledger()
    assert again.law_book() == book
    assert [edition.policy.version for edition in book.editions] == ["test-1", "test-2"]
    entries = again.journal(Revision(0), 10)
    assert [entry.revision for entry in entries] == [1, 2, 3]
    assert (entries[1].act, entries[1].command, entries[1].events, entries[1].case, entries[1].by) == (
        change.id,
        change.command,
        (),
        "",
        "admin",
    )
    assert again.counts().acts == {"receive_order": 2, "activate_policy": 1}


def test_the_same_change_again_is_one_change(lawful: Ledger) -> None:
    change = activate()
    first = lawful.change_law(change, ADMINISTRATOR, NOW)
    assert lawful.change_law(change, ADMINISTRATOR, NOW + dt.timedelta(days=3)) == first
    assert lawful.head() == 1


def test_a_refused_change_is_refused_the_same_way_for_ever(lawful: Ledger) -> None:
    change = activate(by=HOTLINE)
    refused = lawful.change_law(change, HOTLINE, NOW)
    assert isinstance(refused, LawRefused)
    assert refused.reason is LawReason.NOT_YOUR_ROLE
    assert lawful.change_law(change, ADMINISTRATOR, NOW) == refused
    assert lawful.law_book() == BOOK
    assert lawful.head() == 0


def test_one_id_is_one_act_whether_of_a_case_or_of_the_law(lawful: Ledger) -> None:
    order, by = receive()
    lawful.judge([(order, by)], LAW, NOW)
    taken = lawful.change_law(activate(order.id), ADMINISTRATOR, NOW)
    assert taken == LawRefused(reason=LawReason.ALREADY_SO, field="id", detail=order.id)
    change = activate()
    lawful.change_law(change, ADMINISTRATOR, NOW)
    (repeat,) = lawful.judge([act(c.SignFor(case=order.command.case), HOTLINE, id=change.id)], LAW, NOW)
    assert repeat.repeat
    assert lawful.head() == 2


@pytest.mark.parametrize("bad", ["", "x" * 81, "a\0b", "\ud800"])
def test_an_id_that_no_column_holds_is_refused(lawful: Ledger, bad: str) -> None:
    flood = SwitchFlood(on=True, reason="red rain warning")
    change = LawAct(id=CommandId(bad), command=flood, by=ADMINISTRATOR.person, made_at=NOW)
    refused = lawful.change_law(change, ADMINISTRATOR, NOW)
    assert isinstance(refused, LawRefused)
    assert refused.field == "id"


def test_a_ledger_keeps_its_refusals_with_whose_they_were(lawful: Ledger) -> None:
    order, by = receive()
    nobody = actor("zhou", STREET, Role.WALL)
    lawful.judge([(order, by), act(c.SignFor(case=order.command.case), nobody)], LAW, NOW)
    assert lawful.refused_of(STREET) == 1
    assert lawful.refused_of(HOTLINE.unit) == 0
