"""A ledger full of plausible open cases: a seeded city's orders, worked on to different depths by the real rules.

Promises: the same seed gives the same orders and the same work; every case is open and counts down to something.
All acts are judged by the real ledger in batches as large as the desk's.
"""

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from dispatcher.assets import CITY, load_law, load_organisation
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, PersonId, UnitId, WhistleId
from dispatcher.models.law import Law
from dispatcher.models.organisation import Actor, Role, Unit
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.server.credentials import token_hash
from dispatcher.server.desk import BATCH
from dispatcher.simulator.city import SOURCE, City, Incoming
from dispatcher.simulator.day import HOURS, Day
from dispatcher.storage.ledger import Account, Ledger

STREET: Final = UnitId("110105035")
SEED: Final = 1
DAYS: Final = 5
CONSOLE_TOKEN: Final = "token-of-the-console"
HOTLINE_TOKEN: Final = "token-of-the-hotline"
CONSOLE_PERSON: Final = PersonId("chenzhuo")

DISPATCHER: Final = Actor(
    person=CONSOLE_PERSON, name="陈卓", unit=STREET, roles=frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
)
HOTLINE: Final = Actor(person=PersonId("hotline"), name="市民热线", unit=CITY, roles=frozenset({Role.HOTLINE}))
_SESSION: Final = dt.timedelta(days=30)

Judgeable = tuple[c.Act, Actor]


def fill(database: str, count: int) -> None:
    """Make a ledger with a directory, two signed-in people and `count` open cases of one street."""
    units = load_organisation()
    law = load_law(units=units)
    now = dt.datetime.now(dt.UTC)
    ledger = Ledger.open(database)
    try:
        admit(ledger, units, now)
        for batch in batches(itertools.chain.from_iterable(worked(count, law, units, now)), BATCH):
            outcomes = ledger.judge(batch, law, now)
            refused = [o.verdict for o in outcomes if not isinstance(o.verdict, Accepted)]
            if refused:
                raise RuntimeError(f"an act of the generator was refused: {refused[0]}")
    finally:
        ledger.close()


def admit(ledger: Ledger, units: Sequence[Unit], now: dt.datetime) -> None:
    """Put the directory and the two people in, signed in by tokens that everybody here knows."""
    ledger.put_units(units)
    for actor, token in ((DISPATCHER, CONSOLE_TOKEN), (HOTLINE, HOTLINE_TOKEN)):
        ledger.accounts.seed(Account(person=actor.person, name=actor.name, unit=actor.unit, roles=actor.roles))
        ledger.sessions.put(token_hash(token), actor.person, now, now + _SESSION)


def orders(
    count: int, units: Sequence[Unit], now: dt.datetime, seed: int = SEED, source: str = SOURCE
) -> Iterator[Incoming]:
    """Give so many orders of the last days, oldest first; orders of another source are other orders."""
    per_hour = 1.1 * count / (DAYS * sum(HOURS)) + 1
    city = City(seed, STREET, units)
    for incoming in itertools.islice(city.orders(Day(per_hour=per_hour), now - dt.timedelta(days=DAYS)), count):
        order = msgspec.structs.replace(incoming.order, source=source)
        yield msgspec.structs.replace(incoming, order=order)


def worked(count: int, law: Law, units: Sequence[Unit], now: dt.datetime) -> Iterator[list[Judgeable]]:
    """Give the acts of each case: the order, and what has been done about it by now."""
    rng = random.Random(SEED)
    departments = sorted(law.summonable)
    for incoming in orders(count, units, now):
        case = CaseId(_id(rng))
        yield [_act(rng, command, actor, now) for command, actor in _work(rng, case, incoming, departments)]


def received(count: int, units: Sequence[Unit], now: dt.datetime) -> Iterator[Judgeable]:
    """Give the acts that bring so many new orders in, and nothing else."""
    rng = random.Random(SEED)
    for incoming in orders(count, units, now):
        yield _act(rng, _receive(CaseId(_id(rng)), incoming), HOTLINE, now)


def batches(acts: Iterator[Judgeable], size: int) -> Iterator[list[Judgeable]]:
    """Cut acts into batches."""
    while batch := list(itertools.islice(acts, size)):
        yield batch


def sqlite_url(path: Path) -> str:
    """Give the address of a SQLite ledger."""
    return f"sqlite:///{path}"


def _receive(case: CaseId, incoming: Incoming) -> c.ReceiveOrder:
    return c.ReceiveOrder(case=case, order=incoming.order, holder=incoming.holder, caller=incoming.caller)


def _work(
    rng: random.Random, case: CaseId, incoming: Incoming, departments: Sequence[UnitId]
) -> Iterator[tuple[c.AnyCommand, Actor]]:
    yield _receive(case, incoming), HOTLINE
    depth = rng.random()
    if depth < 0.1:
        return
    yield c.SignFor(case=case), DISPATCHER
    if depth < 0.25:
        return
    yield c.RecordContact(case=case, reached=True, note="已联系，说明处理安排"), DISPATCHER
    yield (
        c.Assign(case=case, assignee=rng.choice(("社区工作站", "城管中队", "物业管理科")), note="请当日到场"),
        DISPATCHER,
    )
    if depth < 0.8:
        return
    yield c.ReportProgress(case=case, text="现场已查看，正在协调施工单位", on_scene=rng.random() < 0.5), DISPATCHER
    if depth < 0.95:
        return
    lead, *assisting = rng.sample(departments, rng.randrange(1, 4))
    whistle = WhistleId(_id(rng))
    yield (
        c.BlowWhistle(
            case=case,
            whistle=whistle,
            kind=WhistleKind.ROUTINE,
            demand=incoming.order.title,
            place=incoming.order.place.address,
            contact="值班室",
            lead=lead,
            assisting=tuple(assisting),
        ),
        DISPATCHER,
    )
    for milestone in (Milestone.SIGNED, Milestone.ON_THE_WAY, Milestone.REPORTED_IN)[: rng.randrange(4)]:
        yield c.PassMilestone(case=case, whistle=whistle, unit=lead, milestone=milestone), DISPATCHER


def _act(rng: random.Random, command: c.AnyCommand, actor: Actor, now: dt.datetime) -> Judgeable:
    return c.Act(id=CommandId(_id(rng)), command=command, by=actor.person, made_at=now), actor


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
