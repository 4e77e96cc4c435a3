"""What must hold of an office: at each word between its stations, after each step, when it is together, and at the end.

Beside `checks`, which holds for every world.
"""

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from dispatcher.models.case import CaseState
from dispatcher.models.commands import ReceiveOrder
from dispatcher.models.ids import CaseId, CommandId
from dispatcher.models.organisation import scope_of
from dispatcher.models.verdicts import Accepted, Reason, Refused
from dispatcher.sync.ports import UNSETTLED, ActState, LinkState
from dispatcher.wire import NO_CALLER, Changes, OfficeKey
from dispatcher.wire.office import End, Ended, Fate, OfficeAct, Share, Spread

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import World

MENDS_S = 2.0
"""Within so long a start mends what a crash has left half done."""
CLOCK_ERROR = dt.timedelta(seconds=5)
WRONG_CLOCK = dt.timedelta(hours=2)
"""How far a station that has started without the centre may be wrong about the time: what is live is stale to some."""
_TOLD = (b'{"type":"ended"', b'{"type":"share"', b'{"type":"spread"', b'{"type":"changes"')
_decode = msgspec.json.Decoder(Ended | Share | Spread | Changes).decode


def said_in_office(world: "World", speaker: "Station", hearer: "Station", key: OfficeKey, frame: bytes) -> None:
    """A station says something to another one of its office."""
    if not frame.startswith(_TOLD):
        return
    match _decode(frame):
        case Ended(ends=ends):
            world.checks.read_ledger()
            for end in ends:
                _truly_ended(world, speaker, end)
        case Share(acts=acts) | Spread(acts=acts):
            if not key.with_caller and any(_has_caller(entry) for entry in acts):
                raise world.checks.broken("a caller where none may be", f"{speaker.name} to {hearer.name}")
        case Changes(rows=rows):
            if not key.with_caller and any(row.caller != NO_CALLER for row in rows):
                raise world.checks.broken("a caller where none may be", f"{speaker.name} to {hearer.name}")


def _truly_ended(world: "World", speaker: "Station", end: End) -> None:
    verdict = world.checks.verdicts.get(end.act)
    if speaker.name in world.checks.lost:
        return  # it is to be wiped, whatever it still says
    where = f"{speaker.name}: {end.act} {end.fate}, the ledger has {verdict}"
    match end.fate:
        case Fate.ACCEPTED:
            true = isinstance(verdict, Accepted)
        case Fate.REFUSED:
            true = isinstance(verdict, Refused) and verdict == end.refused
        case Fate.EXPIRED:
            true = verdict is None or (isinstance(verdict, Refused) and verdict.reason is Reason.EXPIRED)
        case Fate.GIVEN_UP:
            true = end.act in world.checks.given_up or _was_tried_again(world, end.act)
    if not true:
        raise world.checks.broken("the office is told another fate", where)


def _was_tried_again(world: "World", act: CommandId) -> bool:
    station, _ = world.checks.made[act]
    receipt = station.disk.receipt(act)
    return receipt is not None and receipt.state is ActState.DISCARDED


class Kept(NamedTuple):
    """The copies that a station had after a step, while it was one office's."""

    offices: int
    copies: dict[CommandId, OfficeAct]


def office_agrees(world: "World", station: "Station") -> None:
    """What a station keeps of its colleagues is of its person's office, was made as it stands, and is not over.

    And no copy goes but by its verdict, by a person's word, or because its time is over.
    """
    actor, copies = station.disk.signed_in(), station.disk.copies()
    before, world.checks.copies[station.name] = (
        world.checks.copies.get(station.name),
        Kept(station.disk.offices, dict(copies)),
    )
    if before is not None and before.offices == station.disk.offices:
        for act in before.copies.keys() - copies.keys() - world.checks.verdicts.keys() - world.checks.given_up:
            entry = before.copies[act]
            if entry.act.valid_until is None and not _was_tried_again(world, act):
                raise world.checks.broken("a colleague's act has vanished", f"{station.name}: {act}")
    if actor is None or not copies:
        return
    scope = scope_of(actor)
    awake_s = world.loop.time() - station.started_s
    settled = station.running and awake_s > MENDS_S and station.disk.failing_writes is None
    for entry in copies.values():
        act, where = entry.act, f"{station.name}: {entry.act.id}"
        made = world.checks.made.get(act.id)
        if made is None or (act != made[1] and not isinstance(act.command, ReceiveOrder)):
            raise world.checks.broken("a colleague's act that he did not make so", where)
        if entry.maker.unit != scope.unit or entry.maker.person != act.by:
            raise world.checks.broken("an act of another office", f"{where} of {entry.maker.unit}")
        here = station.disk.rows_by_case().get(act.command.case) if settled else None
        if here is not None and world.checks.holds(here, act.id):
            raise world.checks.broken("a colleague's act is pending beside its effect", where)


def works_together(world: "World", stations: "list[Station]") -> None:
    """Who has had time to come together shows one picture, and says when there are two relays."""
    members = [station for station in stations if _takes_part(world, station)]
    if world.lan is None or len(members) < 2:
        return
    doors = [door.keeper for door in world.lan.doors.values() if _unit(door.keeper) == _unit(members[0])]
    known = [member for member in members if all(_knows(member, keeper) for keeper in doors)]
    if not doors or any(keeper not in stations for keeper in doors):
        return
    world.counts["stood together"] += 1
    world.counts["two relays"] += len(doors) > 1
    joined = set[str]()
    for member in known:
        office = member.office
        if office is None or office.relay is None:
            raise world.checks.broken("a station stays alone", member.name)
        joined.add(office.relay.station)
        if len(doors) > 1 and len(office.rivals) < len(doors):
            raise world.checks.broken("two relays are not said", f"{member.name}: {office.rivals}")
    if len(joined) > 1:
        raise world.checks.broken("the office is split", f"{joined}")
    soon = world.centre.now() + (CLOCK_ERROR if all(map(_knows_the_time, known)) else WRONG_CLOCK)
    pending = {member.name: _pending(world, member, soon) for member in known}
    if len(set(pending.values())) > 1:
        raise world.checks.broken("the office does not agree", f"{pending}")
    _show_one_picture(world, known)
    for member in known:
        _shares_its_own(world, member)


def kept_too_long(world: "World", station: "Station") -> list[CommandId]:
    """Name the copies at a station of acts on which there is a verdict."""
    return [act for act in station.disk.copies() if act in world.checks.verdicts]


def undecided(world: "World", station: "Station") -> list[CommandId]:
    """Name the copies at a station of acts of lost ones that have no verdict, where it does not say why."""
    said = station.office.lost if station.office is not None else {}
    return [
        act
        for act, entry in station.disk.copies().items()
        if entry.proof is not None and world.checks.made[act][0].name in world.checks.lost and said.get(act) is None
    ]


def _takes_part(world: "World", station: "Station") -> bool:
    """Tell whether a station must take part: it knows its office, and does not reach the centre."""
    memory, actor = station.disk.office(), station.disk.signed_in()
    if memory is None or actor is None or not memory.keys or not station.running:
        return False
    return station.weather.parted and not station.is_online and memory.unit == actor.unit == station.home.unit


def _unit(station: "Station") -> str:
    memory = station.disk.office()
    return memory.unit if memory is not None else ""


def _knows(member: "Station", keeper: "Station") -> bool:
    memory = member.disk.office()
    assert memory is not None
    return member is keeper or keeper.plan.address in {station.address for station in memory.stations}


def _knows_the_time(member: "Station") -> bool:
    return any(status.state is LinkState.ONLINE for status in member.seen.statuses)


def _pending(world: "World", member: "Station", soon: dt.datetime) -> tuple[tuple[int, CommandId], ...]:
    """List what is pending at a station in its order, but for what some may know the end of already."""
    verdicts = world.checks.verdicts
    return tuple(
        sorted(
            (entry.place, act)
            for act, entry in member.disk.copies().items()
            if act not in verdicts and (entry.act.valid_until is None or entry.act.valid_until > soon)
        )
    )


def _show_one_picture(world: "World", members: "list[Station]") -> None:
    """A case with pending acts looks the same wherever its confirmed record is of the same revision."""
    unclear = {
        entry.act.command.case
        for member in members
        for act, entry in member.disk.copies().items()
        if act in world.checks.verdicts or entry.act.valid_until is not None
    }
    seen: dict[tuple[CaseId, int], CaseState] = {}
    for member in members:
        for case in {entry.act.command.case for entry in member.disk.copies().values()} - unclear:
            row = member.seen.rows.get(case)
            if row is not None and seen.setdefault((case, row.revision), row.state) is not row.state:
                raise world.checks.broken("the office shows two pictures", f"{member.name}: {case} is {row.state}")


def _shares_its_own(world: "World", member: "Station") -> None:
    actor, rows = member.disk.signed_in(), member.disk.rows_by_case()
    assert actor is not None
    own = {
        receipt.act.id
        for receipt in member.disk.all_receipts()
        if receipt.state in UNSETTLED and receipt.act.by == actor.person and CaseId(receipt.act.command.case) in rows
    }
    missing = own - member.disk.copies().keys() - world.checks.verdicts.keys()  # the office may have heard of a verdict
    if missing:
        raise world.checks.broken("the office does not know of an act", f"{member.name}: {sorted(missing)}")


def _has_caller(entry: OfficeAct) -> bool:
    return isinstance(entry.act.command, ReceiveOrder) and entry.act.command.caller is not None
