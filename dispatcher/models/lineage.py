"""A ledger that was set back to a backup goes on under another name, so that what was filled from it can tell.

After the second time the ledger "L" is called "L+2". What came after the backup is not part of it any more, although
consoles may have been given it. A ledger whose files were put back by other means keeps its name: that is told by acts
it has not made any more (`Hello.accepted`).
"""

from collections.abc import Sequence

from dispatcher.models.ids import LedgerId, Revision


def name_after(ledger: str, times: int) -> LedgerId:
    """Name a ledger that was set back so many times."""
    return LedgerId(f"{ledger}+{times}" if times else ledger)


def are_kin(one: LedgerId, other: LedgerId) -> bool:
    """Tell whether two names are of one ledger, before and after it was set back; a name that is empty is nobody's."""
    return bool(one) and _parted(one)[0] == _parted(other)[0]


def in_common(known: LedgerId, present: LedgerId, restored: Sequence[Revision]) -> Revision | None:
    """Give the revision up to which `present` is still what it was as `known`; None when nothing of it has been lost.

    `restored` are the revisions to which `present` was set back, oldest first. Two ledgers that have nothing to do with
    each other have lost nothing, nor has one that is not known any more ("").
    """
    name, times = _parted(known)
    if name != _parted(present)[0]:
        return None
    return min(restored[times:], default=None)


def _parted(ledger: LedgerId) -> tuple[str, int]:
    name, _, times = ledger.partition("+")
    return name, int(times) if times.isdigit() else 0
