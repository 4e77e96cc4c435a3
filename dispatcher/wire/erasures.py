"""The messages of an erasure of personal data: what is asked for, and what became of each case."""

import msgspec

from dispatcher.models.ids import CaseId
from dispatcher.models.verdicts import Refused


class ErasureAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose personal data shall go: a case by its id or the end of its number, and why."""

    case: str
    reason: str


class Erased(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one case: erased, or refused."""

    case: CaseId
    number: str
    refused: Refused | None = None
