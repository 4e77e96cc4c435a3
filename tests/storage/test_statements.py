"""How many statements a batch of acts costs on PostgreSQL: as many for two hundred acts as for two."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

import psycopg
import pytest

from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.organisation import Role, Scope
from dispatcher.models.verdicts import Accepted
from dispatcher.storage.ledger import Ledger
from tests.storage.city import DISPATCHER, HOTLINE, LAW, NOW, OTHER_STREET, STREET, WATER, act, actor, new_id, receive
from tests.storage.city import sign as signed
from tests.storage.city import whistle as blown

pytestmark = pytest.mark.postgres
LEADER = actor("qian", STREET, Role.SHIFT_LEADER)
_numbers = count(1)


@pytest.fixture
def ledger(fresh_postgres_url: str) -> Iterator[Ledger]:
    ledger = Ledger.open(fresh_postgres_url)
    yield ledger
    ledger.close()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement that goes to the server, one for each row of an executemany, whoever sends it."""
    sent: list[str] = []
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def noted(cursor: Any, query: Any, *rest: Any, **more: Any) -> Any:
        sent.append(str(query))
        return execute(cursor, query, *rest, **more)

    def noted_many(cursor: Any, query: Any, rows: Any, **more: Any) -> Any:
        sent.extend([str(query)] * len(rows))
        return executemany(cursor, query, rows, **more)

    with patch.multiple(psycopg.Cursor, execute=noted, executemany=noted_many):
        yield sent


def judged(ledger: Ledger, *acts: Any) -> None:
    for outcome in ledger.judge(list(acts), LAW, NOW):
        assert isinstance(outcome.verdict, Accepted), outcome.verdict


def cases(ledger: Ledger, number: int) -> list[CaseId]:
    made = [receive(number=f"N{next(_numbers)}") for _ in range(number)]
    judged(ledger, *made)
    found = [order.command.case for order, _ in made]
    judged(ledger, *(signed(case) for case in found))
    judged(ledger, *(act(c.RecordContact(case=case, reached=True), DISPATCHER) for case in found))
    return found


def work(ledger: Ledger, size: int) -> list[Any]:
    """Make a batch of every kind that reads or writes more than its own case."""
    found = cases(ledger, 5 * size)
    kinds = [found[start::5] for start in range(5)]
    return [
        *(receive(number=f"N{next(_numbers)}") for _ in range(size)),
        *(blown(case, WATER) for case in kinds[0]),
        *(act(c.Transfer(case=case, to=OTHER_STREET, reason="属地有误"), HOTLINE) for case in kinds[1]),
        *(
            act(c.MergeCase(case=one, into=other, reason="重复"), LEADER)
            for one, other in zip(*kinds[2:4], strict=True)
        ),
    ]


def test_a_batch_takes_as_many_statements_however_many_acts_it_has(ledger: Ledger) -> None:
    few, many = work(ledger, 2), work(ledger, 40)
    with statements() as small:
        judged(ledger, *few)
    with statements() as large:
        judged(ledger, *many)
    assert large == small
    assert 8 <= len(large) <= 16, large


def test_a_case_back_where_it_was_is_lost_no_more(ledger: Ledger) -> None:
    (case,) = cases(ledger, 1)
    away = act(c.Transfer(case=case, to=OTHER_STREET, reason="属地有误"), HOTLINE)
    back = act(c.Transfer(case=case, to=STREET, reason="退回"), HOTLINE)
    judged(ledger, away)
    scope = Scope(unit=UnitId(STREET))
    assert ledger.changes(scope, Revision(1), 10).gone == (case,)
    judged(ledger, back)
    page = ledger.changes(scope, Revision(1), 10)
    assert (page.gone, [row.row.id for row in page.rows]) == ((), [case])


def test_the_parts_of_a_split_cost_one_statement_for_each_split_at_most(ledger: Ledger) -> None:
    first, second = cases(ledger, 2)
    counts: list[int] = []
    for case, parts in ((first, 2), (second, 12)):
        part_ids = tuple(c.Part(case=CaseId(new_id()), title=f"之{place}") for place in range(parts))
        with statements() as sent:
            judged(ledger, act(c.SplitCase(case=case, parts=part_ids), DISPATCHER))
        counts.append(len(sent))
    assert counts[0] == counts[1]
