"""The people and places of the simulator's tests."""

import datetime as dt

from dispatcher.assets import CITY, load_law, load_organisation
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.workcalendar import BEIJING

STREET = UnitId("110105017")
START = dt.datetime(2026, 7, 15, 14, 0, tzinfo=BEIJING)
UNITS = load_organisation()
LAW = load_law("city", UNITS)


def actor(person: str, unit: UnitId, *roles: Role) -> Actor:
    return Actor(person=PersonId(person), name=person, unit=unit, roles=frozenset(roles))


DISPATCHER = actor("chen", STREET, Role.DISPATCHER)
LEADER = actor("zhou", STREET, Role.DISPATCHER, Role.SHIFT_LEADER)
HOTLINE = actor("hotline", CITY, Role.HOTLINE)
LIAISONS = {unit: actor(f"liaison-{unit}", unit, Role.LIAISON) for unit in sorted(LAW.summonable)}
