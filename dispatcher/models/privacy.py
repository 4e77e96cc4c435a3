"""What is personal in acts, facts and records: taken out of them, put back, or left blank for good.

One table says which fields hold a citizen's name, phone or own words, or a private contact. The caller's name and phone
in plain are none of them: they never stand in an act's facts or in a record. Every field here is text, and "" means
that nothing was said. Source: DOMAIN sections 2 and 3.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.order import Order
from dispatcher.models.whistle import Whistle

PERSONAL: Final[Mapping[type[msgspec.Struct], tuple[str, ...]]] = {
    Order: ("caller_name_hint", "caller_phone_hint", "reported_party"),
    Whistle: ("contact",),
    c.ReceiveOrder: ("order",),
    c.RecordContact: ("note",),
    c.AddNote: ("text",),
    c.Reply: ("talked_with",),
    c.RecordCallBack: ("words",),
    c.OrderRedo: ("reason",),
    c.Urge: ("note",),
    c.BlowWhistle: ("contact",),
    e.OrderReceived: ("order",),
    e.ContactRecorded: ("note",),
    e.NoteAdded: ("text",),
    e.ReplyWritten: ("talked_with",),
    e.CallBackRecorded: ("words",),
    e.RedoOrdered: ("reason",),
    e.Urged: ("note",),
    e.WhistleBlown: ("whistle",),
}
"""The fields of each kind that are personal, or that hold something with such fields."""

_S = TypeVar("_S", bound=msgspec.Struct)
_replace = msgspec.structs.replace


def blank(value: _S) -> _S:
    """Give an act's command, a fact or an order without anything personal; the same object where there is nothing."""
    changed: dict[str, object] = {}
    for field in PERSONAL.get(type(value), ()):
        held = getattr(value, field)
        emptied = blank(held) if isinstance(held, msgspec.Struct) else ""
        if emptied is not held and emptied != held:
            changed[field] = emptied
    return _replace(value, **changed) if changed else value


def taken_from(*values: msgspec.Struct) -> list[str]:
    """List what is personal in values, in the order of the table; empty texts too, so that places agree."""
    texts: list[str] = []
    for value in values:
        for field in PERSONAL.get(type(value), ()):
            held = getattr(value, field)
            if isinstance(held, msgspec.Struct):
                texts += taken_from(held)
            else:
                texts.append(held)
    return texts


def given_back(value: _S, texts: Iterator[str]) -> _S:
    """Put what was taken from a value back into it; raises StopIteration when there are too few texts."""
    changed: dict[str, object] = {}
    for field in PERSONAL.get(type(value), ()):
        held = getattr(value, field)
        changed[field] = given_back(held, texts) if isinstance(held, msgspec.Struct) else next(texts)
    return _replace(value, **changed) if changed else value


def blank_facts(facts: Iterable[e.Recorded]) -> tuple[e.Recorded, ...]:
    """Give facts without anything personal."""
    return tuple(
        recorded if event is recorded.event else _replace(recorded, event=event)
        for recorded, event in ((recorded, blank(recorded.event)) for recorded in facts)
    )


def is_erased(case: Case) -> bool:
    """Tell whether what was personal has been erased, and nothing personal has come since."""
    erased = any(isinstance(recorded.event, e.PersonalDataErased) for recorded in case.history)
    return erased and not any(any(taken_from(recorded.event)) for recorded in case.history)


def blank_case(case: Case) -> Case:
    """Give a case without anything personal, in its history neither."""
    whistles = tuple(blank(whistle) for whistle in case.whistles)
    return _replace(case, order=blank(case.order), whistles=whistles, history=blank_facts(case.history))
