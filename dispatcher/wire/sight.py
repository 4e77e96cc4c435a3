"""A case on the wire as one scope is sent it. Knows which details are whose from `models.redaction`."""

import msgspec

from dispatcher.models.case import Case
from dispatcher.models.organisation import Scope
from dispatcher.models.queue import Flag
from dispatcher.models.redaction import case_for, leaves_body, row_for
from dispatcher.wire.messages import NO_CALLER, CaseRow

_CONFIDENTIAL = Flag.CONFIDENTIAL.value  # a plain number: asked of every row that is sent down
_decode = msgspec.json.Decoder(Case).decode
_encode = msgspec.json.Encoder().encode


def as_seen_by(scope: Scope, row: CaseRow) -> CaseRow:
    """Take out of a row, its body and its caller what the scope does not have; most bodies go on undecoded."""
    confidential = bool(row.row.flags & _CONFIDENTIAL)
    caller = row.caller if scope.tells_caller(confidential) else NO_CALLER
    if leaves_body(scope, confidential):
        return row if caller is row.caller else CaseRow(row.row, row.body, caller)
    body = msgspec.Raw(_encode(case_for(scope, _decode(row.body))))
    return CaseRow(row_for(scope, row.row), body, caller)
