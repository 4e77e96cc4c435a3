"""Keep docs/rules.md: its tables and its diagram are made from the code, between markers; the prose is written by hand.

.venv/bin/python tools/rules.py           write the tables anew
.venv/bin/python tools/rules.py --check   change nothing; status 1 where the page is not up to date
"""

import sys
from collections.abc import Callable, Iterable

from pages import ROOT, keep, table

from dispatcher.assets import load_policy, policy_names
from dispatcher.models import commands as c
from dispatcher.models.case import CaseState
from dispatcher.models.events import EXCLUSION_GROUNDS, RETURN_GROUNDS
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import ENTITLEMENTS, Detail, Reach, Right, Role
from dispatcher.models.policy import Limit, Measure, Policy
from dispatcher.models.redaction import FIELDS
from dispatcher.models.summoning import WHISTLE_WHO
from dispatcher.models.transitions import CAN_HAVE_HAPPENED, FACTS, NOT_UNDONE, TRANSITIONS, Transition
from dispatcher.models.verdicts import Reason
from dispatcher.models.whistle import GROUND_OF, WhistleKind
from dispatcher.ui.vocabulary import COMMANDS, REFUSALS, WORDS


def _tag(command: type[c.Command]) -> str:
    return str(command.__struct_config__.tag)


def _zh(value: object) -> str:
    return WORDS[type(value)][value]  # pyright: ignore[reportArgumentType]


def _states(states: frozenset[CaseState]) -> str:
    if states == frozenset(CaseState):
        return "every state"
    rest = [state for state in CaseState if state not in states]
    if states and len(rest) <= 3:
        return "every state but " + ", ".join(f"`{state}`" for state in rest)
    return ", ".join(f"`{state}`" for state in CaseState if state in states) or "–"


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(f"`{role}`" for role in Role if role in roles)


def transitions() -> str:
    """The whole table."""
    return table(
        ("act", "办理", "who", "in", "to", "conditions"),
        (
            (
                f"`{_tag(row.command)}`",
                COMMANDS[_tag(row.command)],
                _roles(row.roles),
                _states(row.states),
                ", ".join(f"`{state}`" for state in row.to) or "stays",
                row.proviso,
            )
            for row in TRANSITIONS
        ),
    )


def ways_out() -> str:
    """What can be done in each state that can lead to another."""

    def leaving(state: CaseState) -> str:
        rows = [row for row in TRANSITIONS if any(before == state.value for before, _ in _edges(row))]
        return ", ".join(f"`{_tag(row.command)}`" for row in rows) or "–"

    return table(("state", "状态", "acts that can lead out of it"), ((f"`{s}`", _zh(s), leaving(s)) for s in CaseState))


def diagram() -> str:
    """The states and what leads from one to another."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in TRANSITIONS:
        for before, after in _edges(row):
            found.setdefault((before, after), []).append(_tag(row.command))
    lines = ["```mermaid", "stateDiagram-v2"]
    for (before, after), tags in found.items():
        lines.append(f"    {before} --> {after}: {', '.join(tags)}")
    return "\n".join([*lines, "```"])


def _edges(row: Transition) -> Iterable[tuple[str, str]]:
    if row.command is c.ReceiveOrder:
        return [("[*]", to.value) for to in row.to]
    return [
        (state.value, to.value) for state in CaseState if state in row.states for to in row.to if _leads(row, state, to)
    ]


def _leads(row: Transition, state: CaseState, to: CaseState) -> bool:
    """Leave out what one row's states and ends allow together but its conditions do not."""
    if state is to:
        return False
    asked, suspended = CaseState.RETURN_REQUESTED, CaseState.SUSPENDED
    match row.command:
        case c.SignFor:
            return (state is CaseState.DISPATCHED) == (to is CaseState.SIGNED)
        case c.RecordContact:
            return state is CaseState.SIGNED
        case c.SendRequest:
            return state in (CaseState.DISPATCHED, CaseState.SIGNED)
        case c.DropRequest:
            return state is asked
        case c.DecideRequest:
            return state is asked if to is not suspended else state in (CaseState.IN_HAND, CaseState.REDO)
        case _:
            return True


def refusals() -> str:
    """Every reason an act can be refused for, in the words people read."""
    return table(("reason", "said to people"), ((f"`{reason}`", REFUSALS[reason]) for reason in Reason))


def grounds() -> str:
    """Lawful grounds."""
    rows = [("return 退单", ", ".join(f"`{g}` {_zh(g)}" for g in sorted(RETURN_GROUNDS)))]
    rows.append(("exclusion 剔除", ", ".join(f"`{g}` {_zh(g)}" for g in sorted(EXCLUSION_GROUNDS))))
    return table(("request", "grounds"), rows)


def kinds() -> str:
    """The four kinds of whistle: ground, who may blow it, limits of the city's policy."""
    policy = load_policy()

    def row(kind: WhistleKind) -> tuple[str, ...]:
        limits = policy.whistles[kind]
        names = ("sign", "contact", "report_in", "measure", "done", "done_simple", "record", "valid_for")
        return (
            f"`{kind}` {_zh(kind)}",
            f"`{GROUND_OF[kind]}`",
            _roles(WHISTLE_WHO[kind]),
            *(_limit(getattr(limits, name)) for name in names),
        )

    head = (
        "kind",
        "ground",
        "blown by",
        "sign",
        "contact",
        "report in",
        "measure",
        "done",
        "done, simple",
        "record",
        "valid",
    )
    return table(head, (row(kind) for kind in WhistleKind))


def limits() -> str:
    """The clocks of every shipped policy."""
    parts: list[str] = []
    for name in policy_names():
        policy = load_policy(name)
        parts.append(f"**{name}** (version `{policy.version}`, from {policy.effective_from})\n\n{_limits_of(policy)}")
    return "\n\n".join(parts)


def _limits_of(policy: Policy) -> str:
    names = ("sign", "first_contact", "on_scene", "progress", "feedback")
    rows = [(f"`{u}` {_zh(u)}", *(_limit(getattr(policy.orders[u], name)) for name in names)) for u in Urgency]
    rows.append(("redo 重办", *(_limit(getattr(policy.redo, name)) for name in names)))
    return table(("urgency", "sign", "first contact", "on scene", "progress", "feedback"), rows)


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return "–"
    match limit.measure:
        case Measure.WORKING_DAYS:
            return f"{limit.minutes} WD"
        case Measure.SAME_DAY:
            return "same day"
        case Measure.WORKING_TIME | Measure.NATURAL:
            pass
    for minutes, unit in ((24 * 60, "d"), (60, "h"), (1, "min")):
        if limit.minutes % minutes == 0 and (unit != "d" or limit.minutes >= 2 * minutes):
            count = limit.minutes // minutes
            return f"{count} {unit}{' W' if limit.measure is Measure.WORKING_TIME else ''}"
    return f"{limit.minutes} min"


def sets() -> str:
    """Which acts may be caught up, are kept as records when late, cannot be undone."""
    rows = [
        ("may be caught up later, with the time they happened at", CAN_HAVE_HAPPENED),
        ("made offline when possible, kept as a record when the case has moved on", FACTS),
        ("cannot be undone", NOT_UNDONE),
    ]
    order = [row.command for row in TRANSITIONS]
    return table(
        ("acts", "which"),
        ((words, ", ".join(f"`{_tag(cmd)}`" for cmd in order if cmd in which)) for words, which in rows),
    )


def entitlements() -> str:
    """Who is sent which cases with which details, and may ask what."""

    def marks(role: Role) -> Iterable[str]:
        entitled = ENTITLEMENTS[role]
        yield f"`{role}` {_zh(role)}"
        yield REACHES[entitled.reach]
        yield from ("✓" if detail in entitled.details else "–" for detail in Detail)
        yield ", ".join(f"`{right}`" for right in Right if right in entitled.rights) or "–"

    roles = [role for role in Role if role is not Role.CENTRE]
    return table(("role", "cases", *(f"`{detail}`" for detail in Detail), "may"), (marks(role) for role in roles))


def details() -> str:
    """Which field is which detail."""

    def fields(detail: Detail) -> str:
        found = (
            (record.__name__, name) for record, named in FIELDS.items() for name, d in named.items() if d is detail
        )
        return ", ".join(f"{record}.{name}" for record, name in found) or "the caller that travels beside a case"

    return table(("detail", "fields"), ((f"`{detail}`", fields(detail)) for detail in Detail))


REACHES = {
    Reach.CITY: "every case",
    Reach.DISTRICT: "held anywhere in the district",
    Reach.STREET: "held by the own street; in a community's unit as `community`",
    Reach.COMMUNITY: "assigned to the own community, else in it by their place; with another unit none",
    Reach.SUMMONED: "the unit was ever summoned to",
    Reach.NONE: "none",
}

MADE: dict[str, Callable[[], str]] = {
    "entitlements": entitlements,
    "details": details,
    "transitions": transitions,
    "ways-out": ways_out,
    "diagram": diagram,
    "refusals": refusals,
    "grounds": grounds,
    "whistle-kinds": kinds,
    "limits": limits,
    "sets": sets,
}


if __name__ == "__main__":
    sys.exit(keep(ROOT / "docs" / "rules.md", MADE))
