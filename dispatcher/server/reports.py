"""Figures of one street, counted from the journal: what really happened, never what was intended.

Read in pages between which others may read. Knows nothing of HTTP.
"""

import functools
from typing import Final

import msgspec

from dispatcher.models import events as e
from dispatcher.models.commands import ReceiveOrder
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.whistle import Milestone
from dispatcher.server.desk import Desk
from dispatcher.storage.ledger import JournalEntry, Ledger

PAGE: Final = 1000


class StreetReport(msgspec.Struct, frozen=True, kw_only=True):
    """A street's figures up to `head`.

    `acts_accepted` and `refused` are those of the street's own people.
    """

    unit: UnitId
    head: Revision
    orders_received: int
    signed: int
    whistles_blown: int
    departments_reported_in: int
    acts_accepted: int
    refused: int


async def street_report(desk: Desk, unit: UnitId) -> StreetReport:
    """Count a street's figures; raises Trouble."""
    own: set[CaseId] = set()
    head = Revision(0)
    signed = whistles = reported_in = accepted = 0
    while True:
        page = await desk.read(functools.partial(_page, after=head))
        if not page:
            break
        for entry in page:
            head = entry.revision
            if not isinstance(entry.command, ReceiveOrder):
                accepted += bool(entry.events) and entry.events[0].unit == unit
            for recorded in entry.events:
                match recorded.event:
                    case e.OrderReceived(holder=holder):
                        if holder == unit:
                            own.add(entry.case)
                    case e.SignedFor():
                        signed += entry.case in own
                    case e.WhistleBlown():
                        whistles += entry.case in own
                    case e.MilestonePassed(milestone=Milestone.REPORTED_IN):
                        reported_in += entry.case in own
                    case _:
                        pass
    refused = await desk.read(lambda ledger: ledger.refused_of(unit))
    return StreetReport(
        unit=unit,
        head=head,
        orders_received=len(own),
        signed=signed,
        whistles_blown=whistles,
        departments_reported_in=reported_in,
        acts_accepted=accepted,
        refused=refused,
    )


def _page(ledger: Ledger, after: Revision) -> list[JournalEntry]:
    return ledger.journal(after, PAGE)
