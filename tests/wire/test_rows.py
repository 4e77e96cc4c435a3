"""Rows on the wire: body and caller travel undecoded and arrive as they were sent, with a caller and without."""

import msgspec
import pytest

from dispatcher import wire
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.order import Caller, Urgency
from dispatcher.models.queue import NEVER_MS, QueueRow

ROW = QueueRow(
    CaseId("c"), Revision(3), "26-1", "漏水", "", "", Urgency.ORDINARY, CaseState.SIGNED, UnitId("110105017"), "",
    None, NEVER_MS, NEVER_MS, NEVER_MS, NEVER_MS, False, 0, NEVER_MS, UnitId(""), NEVER_MS, 0, 0, NEVER_MS, 0,
)  # fmt: skip


@pytest.mark.parametrize("caller", [wire.NO_CALLER, msgspec.Raw(msgspec.json.encode(Caller("刘", "13800000000")))])
def test_a_row_arrives_as_it_was_sent(caller: msgspec.Raw):
    sent = wire.Changes(
        first=Revision(3), last=Revision(3), rows=(wire.CaseRow(ROW, msgspec.Raw(b'{"id":"c"}'), caller),)
    )
    (row,) = wire.decode_downward(wire.encode(sent)).rows  # type: ignore[union-attr]
    assert row.row == ROW
    assert (bytes(row.body), bytes(row.caller)) == (b'{"id":"c"}', bytes(caller))
