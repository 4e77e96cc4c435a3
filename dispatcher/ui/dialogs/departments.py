"""Which departments a whistle may call: found by name, pinyin initials or duty, proposed with one reason each.

Pure but for Qt's translations. It promises that a proposal names the words it rests on, and that how much a
department has to do already stands before it is called; it knows no widget.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QCoreApplication

from dispatcher.models.case import Case
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Order
from dispatcher.models.organisation import Unit, UnitKind

_NO_LOADS: Mapping[UnitId, int] = MappingProxyType({})
SUMMONABLE_KINDS = frozenset({UnitKind.DEPARTMENT, UnitKind.ENTERPRISE})

# The 3,755 common hanzi stand in GB 2312 in the order of their pinyin: each letter begins at one code.
_BEGINS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_ENDS = 0xD7F9


def initials(text: str) -> str:
    """Give the pinyin initials of a name: 供水集团 -> gsjt; other characters stand for themselves, rare hanzi go."""
    found: list[str] = []
    for sign in text:
        if sign.isascii():
            found.append(sign.lower() if sign.isalnum() else "")
            continue
        try:
            raw = sign.encode("gb2312")
        except UnicodeEncodeError:
            continue
        code = int.from_bytes(raw, "big")
        if _BEGINS[0] <= code <= _ENDS:
            found.append(_LETTERS[bisect_right(_BEGINS, code) - 1])
    return "".join(found)


@dataclass(frozen=True)
class Candidate:
    """One department as the list shows it. `called` has a whistle of this case out already: listed, locked."""

    unit: Unit
    name: str
    proposed: bool = False
    why: str = ""
    called: bool = False

    def matches(self, wanted: str) -> bool:
        """Tell whether what was typed is part of the name, of its initials or of a duty."""
        wanted = wanted.strip().lower()
        if not wanted:
            return True
        if wanted in self.unit.name.lower() or wanted in self.unit.name_en.lower():
            return True
        if any(wanted in duty.lower() for duty in self.unit.duties):
            return True
        return wanted.isascii() and wanted in initials(self.unit.name)


def candidates(
    case: Case, units: Iterable[Unit], english: bool, loads: Mapping[UnitId, int] = _NO_LOADS
) -> tuple[Candidate, ...]:
    """List who can be called: proposed ones first, then the rest by name, those already out at the end.

    `loads` are the summonses each department still owes anywhere in the city.
    """
    called: dict[UnitId, str] = {}
    for number, whistle in enumerate(case.whistles, start=1):
        if not whistle.is_open:
            continue
        said = QCoreApplication.translate("Departments", "已在本案第 {number} 个哨里，不必再召")
        called.update({summons.unit: said.format(number=number) for summons in whistle.summons})
    found: list[tuple[int, str, Candidate]] = []
    for unit in units:
        if unit.kind not in SUMMONABLE_KINDS:
            continue
        name = (unit.name_en or unit.name) if english else unit.name
        if unit.id in called:
            found.append((3, unit.name, Candidate(unit, name, why=called[unit.id], called=True)))
            continue
        strength, why = _why(case.order, unit)
        duties = QCoreApplication.translate("Departments", "、").join(unit.duties)
        load = loads.get(unit.id, 0)
        busy = QCoreApplication.translate("Departments", "手上还有 {n} 个哨").format(n=load) if load else ""
        said = QCoreApplication.translate("Departments", "。").join(each for each in (busy, why or duties) if each)
        candidate = Candidate(unit, name, proposed=strength < 2, why=said)
        found.append((strength, unit.name, candidate))
    return tuple(candidate for _, _, candidate in sorted(found, key=lambda each: each[:2]))


def _why(order: Order, unit: Unit) -> tuple[int, str]:
    category = " / ".join(order.category)
    for duty in unit.duties:
        if any(duty in level or level in duty for level in order.category if level):
            said = QCoreApplication.translate("Departments", "管“{duty}”，本案类别 {category}")
            return 0, said.format(duty=duty, category=category)
    for duty in unit.duties:
        if duty and (duty in order.title or duty in order.text):
            return 1, QCoreApplication.translate("Departments", "管“{duty}”，诉求里提到").format(duty=duty)
    return 2, ""
