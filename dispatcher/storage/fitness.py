"""What the ledger's columns can hold: acts whose ids and keys do not fit are refused before anything is judged."""

from typing import Final

from dispatcher.models.commands import Act, Adjudicate, BlowWhistle, DecideRequest, GiveNumber, ReceiveOrder, Transfer
from dispatcher.models.verdicts import Reason, Refused

LONGEST_ID: Final = 80
LONGEST_KEY: Final = 200
_NEEDED: Final = frozenset({"id", "case"})


def unfit(act: Act, *, long_id: bool = False) -> Refused | None:
    """Refuse an act whose ids and keys no database column can hold; a consequence's id may be longer."""
    command = act.command
    named = [
        ("id", act.id, LONGEST_KEY if long_id else LONGEST_ID),
        ("case", command.case, LONGEST_ID),
        ("replaces", act.replaces, LONGEST_ID),
    ]
    match command:
        case ReceiveOrder():
            named += [
                ("order.number", command.order.number, LONGEST_KEY),
                ("order.source", command.order.source, LONGEST_KEY),
                ("order.place.community_code", command.order.place.community_code, LONGEST_ID),
                ("holder", command.holder, LONGEST_ID),
            ]
        case GiveNumber():
            named += [("number", command.number, LONGEST_KEY), ("source", command.source, LONGEST_KEY)]
        case DecideRequest() | Adjudicate() | Transfer():
            named += [("to", command.to, LONGEST_ID)]
        case BlowWhistle():
            named += [
                ("lead", command.lead, LONGEST_ID),
                *(("assisting", unit, LONGEST_ID) for unit in command.assisting),
            ]
        case _:
            pass
    for field, value, longest in named:
        if not fits(value, longest) or (not value and field in _NEEDED):
            return Refused(reason=Reason.BAD_FIELD, field=field, detail=ascii(value[:LONGEST_ID])[1:-1])
    return None


def fits(text: str, longest: int) -> bool:
    """Tell whether a column takes a text of at most so many characters."""
    return len(text) <= longest and is_storable(text)


def is_storable(text: str) -> bool:
    """Tell whether any database column can hold a text: valid Unicode without NUL."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
