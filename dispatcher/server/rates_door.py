"""The rates of a period as the centre gives them: a table made from what the ledger has counted.

Knows nothing of HTTP; the doors and the command line ask it alike.
"""

from collections.abc import Sequence

from dispatcher.models.law import Law
from dispatcher.models.periods import named, previous
from dispatcher.models.ranking import Kind, Table, basis_of, ranked_among, tabulate
from dispatcher.storage.ledger import Ledger


def table_of(ledger: Ledger, law: Law, period: str, kind: Kind) -> Table:
    """Make the table of a period ("2026-11") or a day's bulletin ("2026-11-05"); raises BadPeriod and Trouble."""
    (table,) = tables_of(ledger, law, period, (kind,))
    return table


def tables_of(ledger: Ledger, law: Law, period: str, kinds: Sequence[Kind] = tuple(Kind)) -> tuple[Table, ...]:
    """Make the tables of several kinds, all as of one revision; raises BadPeriod and Trouble."""
    rule = law.policy.period
    asked = named(period, rule)
    before = previous(asked, rule)
    units = ledger.units()
    head, (now, then) = ledger.tallied(asked, before)
    basis = basis_of(law.policy, law.calendar.version, head)
    return tuple(tabulate(kind, asked, before, basis, ranked_among(units, kind), now, then) for kind in kinds)
