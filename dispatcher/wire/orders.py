"""An order as it is posted to the intake, and what the intake answers: one declaration for all who post or answer."""

import uuid
from typing import Final

import msgspec

from dispatcher.models.ids import CaseId, Instant, Revision, UnitId
from dispatcher.models.order import Caller, Order

_CASES: Final = uuid.UUID("5b3a2f0e-8f0b-5c7e-9d53-0a7b1c64e211")


class PostedOrder(Order, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order as posted: the fields of an `Order`, its holder, and `key`, by which a repeat is known.

    `closed_at` and `result` only for one handled elsewhere already. A field that is none of these is refused.
    """

    holder: UnitId
    key: str = ""
    caller: Caller | None = None
    closed_at: Instant | None = None
    result: str = ""


def posted(
    order: Order,
    holder: UnitId,
    *,
    key: str = "",
    caller: Caller | None = None,
    closed_at: Instant | None = None,
    result: str = "",
) -> PostedOrder:
    """Make the message that posts an order."""
    fields = {name: getattr(order, name) for name in Order.__struct_fields__}
    return PostedOrder(**fields, holder=holder, key=key, caller=caller, closed_at=closed_at, result=result)


def case_id(source: str, number: str) -> CaseId:
    """Give the case that a posted order is, the same for every repeat."""
    return CaseId(str(uuid.uuid5(_CASES, f"{source}\n{number}")))


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one posted order. `status`: accepted, already_there, rejected, or failed (send it again later).

    `line` is its number in the body, 0 for one posted alone; a rejected one names field, value and remedy.
    """

    status: str
    line: int = 0
    case: CaseId = CaseId("")
    revision: Revision = Revision(0)
    field: str | None = None
    value: str | None = None
    remedy: str | None = None
