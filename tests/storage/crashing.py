"""Programs that the crash tests kill: each does the same step again and again and says how far it is."""

import sys
from pathlib import Path

from dispatcher.models.ids import CaseId, Revision
from dispatcher.models.verdicts import Accepted, Settled
from dispatcher.storage.cache import Cache
from dispatcher.storage.ledger import Ledger
from dispatcher.sync.ports import Draft
from tests.storage.city import LAW, NOW, new_id, receive, sign
from tests.storage.test_store import LEDGER, REMEMBERED, a_case, changes, row_of


def station(directory: str, filling: str) -> None:
    """Keep an act, then apply a change set with one new case that settles it; revision n settles act n."""
    store = Cache.open(Path(directory))
    store.begin_ledger(LEDGER, REMEMBERED)
    revision = store.standing().cursor
    waiting = [receipt.act for receipt in store.unsettled()]
    while True:
        revision = Revision(revision + 1)
        case = a_case(revision)
        made = waiting.pop() if waiting else sign(case.id)[0]
        store.enqueue(made)
        settles = (Settled(act=made.id, verdict=Accepted(revision=revision, judged_at=NOW)),)
        store.apply(changes(row_of(case), settles=settles, catching_up=filling == "filling"), NOW)
        tell(revision)


def centre(url: str) -> None:
    """Judge batches of new orders and their signatures."""
    ledger = Ledger.open(url)
    while True:
        orders = [receive(number=new_id()) for _ in range(5)]
        ledger.judge([*orders, *(sign(order.command.case) for order, _ in orders)], LAW, NOW)
        tell(ledger.head())


def writer(directory: str) -> None:
    """Keep draft upon draft of one form, each a word longer."""
    store = Cache.open(Path(directory))
    step = max((len(str(draft.fields["text"]).split()) for draft in store.drafts()), default=0)
    while True:
        step += 1
        words = " ".join(str(n) for n in range(1, step + 1))
        store.keep_draft(Draft(case=CaseId("one"), form="reply", fields={"text": words}, saved_at=NOW))
        tell(step)


def tell(step: int) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"station": station, "centre": centre, "writer": writer}[sys.argv[1]](*sys.argv[2:])
