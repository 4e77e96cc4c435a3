"""Rows and timers that are kept are known by the number of their form: it has to change when they do."""

import hashlib
import itertools
from collections.abc import Iterator

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.events import RequestKind
from dispatcher.models.ladder import next_timer
from dispatcher.models.queue import ROWS_FORM, summarise
from dispatcher.models.verdicts import Refused
from tests import builders as b
from tests.models import living

WORK = (
    living.SIGN,
    living.VAIN,
    living.REACHED,
    b.blow(),
    living.REPLY,
    living.APPROVE,
    living.NOT_SOLVED,
    living.SOLVED,
    living.CLOSE,
)
REQUESTS = (
    (living.RETURN, living.send(RequestKind.RETURN), living.refuse(RequestKind.RETURN)),
    (living.EXTENSION, living.send(RequestKind.EXTENSION), living.grant(RequestKind.EXTENSION)),
    (living.SUSPENSION, living.send(RequestKind.SUSPENSION), living.grant(RequestKind.SUSPENSION)),
    (living.EXCLUSION, living.send(RequestKind.EXCLUSION)),
)
PEOPLE = (living.DISPATCHER, living.LEADER, living.SUPERVISOR, living.HOTLINE, living.DISTRICT, living.LIAISON)
KNOWN = {1: ("e305cf51a24cf963", "bd269e537c9d121d")}
"""Of each form, what the cases below look like, and what is made of them."""


def cases() -> Iterator[Case]:
    """Let everybody do all they may, in turns, and give the case after every act."""
    for requests, first in itertools.product(REQUESTS, range(len(WORK))):
        life = living.Life(living.LAW)
        for command, person in itertools.product((*WORK[first:], *requests, *WORK), PEOPLE):
            if not isinstance(life.judged(command, person), Refused):
                yield life.do(command, person).case


def digest(things: list[object]) -> str:
    return hashlib.sha256(msgspec.json.encode(things, order="deterministic")).hexdigest()[:16]


def test_another_row_or_timer_of_the_same_case_is_another_form() -> None:
    lived = list(cases())
    made: list[object] = [(summarise(case, living.LAW), next_timer(case, living.LAW)) for case in lived]
    of_cases, of_rows = KNOWN[ROWS_FORM]
    found = digest(list[object](lived)), digest(made)
    assert len({case.state for case in lived}) > 6
    assert found == (of_cases, of_rows), "with other cases put the new digests here; with the same, raise ROWS_FORM"
