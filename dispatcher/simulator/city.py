"""A seeded city: the orders its citizens cause on a day, complete with places, words and callers.

Pure: the same seed, street, day and start give the same orders, to the last character. Names are invented and
phones belong to a range nobody is given (no mobile number of China begins with 12). Knows nothing of the centre.
"""

import datetime as dt
import functools
import random
from collections.abc import Iterator, Sequence
from importlib import resources

import msgspec

from dispatcher.models.ids import UnitId
from dispatcher.models.order import (
    Caller,
    Channel,
    Datum,
    DemandKind,
    Order,
    Place,
    Point,
    Urgency,
    masked_name,
    masked_phone,
)
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.workcalendar import BEIJING
from dispatcher.simulator.day import NIGHT_HOURS, RUSH_HOURS, Day
from dispatcher.simulator.demands import Demand, Site, When, load_demands

SOURCE = "12345"
PHONE_PREFIX = "129"
"""No mobile number of China begins so; short codes of the 12… family have five digits at most."""
CITY_ORDERS_A_DAY = 17_000
"""The whole city's orders: the running number grows by them."""

_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳"
_GIVEN = (
    *(
        "建国",
        "秀兰",
        "淑珍",
        "志强",
        "桂英",
        "丽华",
        "国庆",
        "玉梅",
        "文博",
        "子涵",
        "雨桐",
        "浩然",
        "晓东",
        "海燕",
        "立新",
    ),
    *("思远", "梦瑶", "春生", "红霞", "俊杰", "雪", "敏", "磊", "静", "鹏", "洋", "倩", "伟", "芳", "涛"),
)
_CHANNELS = ((Channel.PHONE, 70), (Channel.WECHAT, 12), (Channel.APP, 8), (Channel.WEB, 6), (Channel.NATIONAL, 4))


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One order on its way to the centre: the hotline sends it at `order.dispatched_at`."""

    order: Order
    holder: UnitId
    caller: Caller

    @property
    def key(self) -> str:
        """The client key that makes sending it again harmless."""
        return self.order.number


class _Street(msgspec.Struct, frozen=True):
    code: str
    roads: tuple[str, ...]
    estates: tuple[str, ...]
    centre: tuple[float, float] | None = None


class _Places(msgspec.Struct, frozen=True):
    shops: tuple[str, ...]
    landmarks: tuple[str, ...]
    street: tuple[_Street, ...]


@functools.cache
def _load_places() -> _Places:
    file = resources.files("dispatcher.resources").joinpath("simulator", "places.toml")
    return msgspec.toml.decode(file.read_bytes(), type=_Places)


class City:
    """The demands of one street, as repeatable as its seed. `units` is the directory: names, communities."""

    def __init__(self, seed: int, street: UnitId, units: Sequence[Unit]) -> None:
        by_id = {unit.id: unit for unit in units}
        self._seed = seed
        self._unit = by_id[street]
        parent = by_id.get(self._unit.parent) if self._unit.parent else None
        self._district = parent.name.removesuffix("区") if parent else ""
        found = [unit.name for unit in units if unit.kind is UnitKind.COMMUNITY and unit.parent == street]
        self._communities = found or [f"{_short(self._unit.name)}社区"]
        self._places = _load_places()
        self._here = next((s for s in self._places.street if s.code == street), self._plain())
        self._demands = load_demands()

    def orders(self, day: Day, start: dt.datetime, end: dt.datetime | None = None) -> Iterator[Incoming]:
        """Give the orders from `start` (before `end`) in the order of their dispatch; endless without an end."""
        rng = random.Random(f"{self._seed}/{self._unit.id}/{start.astimezone(dt.UTC).isoformat()}")
        earlier: list[Incoming] = []
        at, serial = start, 0
        while True:
            rate = max(day.rate(at), 0.05)
            at += dt.timedelta(seconds=3600 / rate * rng.uniform(0.6, 1.4))
            if end is not None and at >= end:
                return
            serial = max(serial + 1, self._serial(at))
            found = self._repeat(rng, at, serial, earlier) if earlier and rng.random() < 0.06 else None
            found = found or self._fresh(rng, day, at, serial, earlier)
            earlier.append(found)
            yield found

    def _serial(self, at: dt.datetime) -> int:
        local = at.astimezone(BEIJING)
        return int((local.hour * 3600 + local.minute * 60 + local.second) / 86_400 * CITY_ORDERS_A_DAY)

    def _number(self, at: dt.datetime, serial: int) -> str:
        return f"{self._district}{self._unit.id[6:]}-{at.astimezone(BEIJING):%Y%m%d}-{serial:05d}"

    def _fresh(
        self, rng: random.Random, day: Day, at: dt.datetime, serial: int, earlier: Sequence[Incoming]
    ) -> Incoming:
        demand = self._demand(rng, day, at, [one.order.category for one in earlier[-8:]])
        slots = self._slots(rng, at)
        community = self._community(slots["estate"])
        caller = Caller(
            name=rng.choice(_FAMILY) + rng.choice(_GIVEN),
            phone=f"{PHONE_PREFIX}{rng.randrange(10**8):08d}",
        )
        confidential = rng.random() < (0.6 if demand.kind is DemandKind.REPORT else 0.05)
        order = Order(
            number=self._number(at, serial),
            source=SOURCE,
            title=demand.title.format_map(slots),
            dispatched_at=at,
            created_at=at - dt.timedelta(seconds=rng.randrange(40, 900)),
            feedback_due_at=_own_limit(rng, demand.urgency, at),
            urgency=demand.urgency,
            text=rng.choice(demand.texts).format_map(slots),
            kind=demand.kind,
            channel=rng.choices([c for c, _ in _CHANNELS], [weight for _, weight in _CHANNELS])[0],
            category=demand.category,
            place=Place(
                address=_address(demand.site, slots),
                street=self._unit.id,
                community=community,
                spot=slots["estate"] if demand.site is not Site.ROAD else slots["road"],
                point=self._point(rng),
            ),
            confidential=confidential,
            wants_answer=rng.random() < 0.92,
            caller_name_hint=masked_name(caller.name),
            caller_phone_hint=masked_phone(caller.phone),
            reported_party=demand.party,
            labels=demand.labels,
            no_return=rng.random() < 0.03,
            urged=rng.choice((1, 1, 2, 3)) if rng.random() < 0.07 else 0,
        )
        return Incoming(order=order, holder=self._unit.id, caller=caller)

    def _repeat(self, rng: random.Random, at: dt.datetime, serial: int, earlier: Sequence[Incoming]) -> Incoming | None:
        first = rng.choice(earlier[-40:])
        if first.order.kind is DemandKind.PRAISE or at - first.order.dispatched_at < dt.timedelta(minutes=3):
            return None
        order = msgspec.structs.replace(
            first.order,
            number=self._number(at, serial),
            dispatched_at=at,
            created_at=at - dt.timedelta(seconds=rng.randrange(40, 600)),
            feedback_due_at=None,
            text=f"该市民此前反映过同一问题（工单尾号{first.order.number[-5:]}），现再次来电，称尚未解决。{first.order.text}",
            previous_number=first.order.number,
            urged=first.order.urged + 1,
        )
        return Incoming(order=order, holder=first.holder, caller=first.caller)

    def _community(self, estate: str) -> str:
        return self._communities[self._here.estates.index(estate) % len(self._communities)]

    def _demand(self, rng: random.Random, day: Day, at: dt.datetime, just_had: Sequence[tuple[str, ...]]) -> Demand:
        hour, wet = at.astimezone(BEIJING).hour, day.wetness(at)

        def weight(demand: Demand) -> float:
            match demand.when:
                case When.RAIN:
                    return demand.weight * 6 * wet
                case When.NIGHT:
                    return demand.weight * (2.0 if hour in NIGHT_HOURS else 0.3)
                case When.RUSH:
                    return demand.weight * (1.6 if hour in RUSH_HOURS else 0.6)
                case When.ANY:
                    return demand.weight

        weights = [weight(d) * (0.15 if d.category in just_had else 1) for d in self._demands]
        return rng.choices(self._demands, weights)[0]

    def _slots(self, rng: random.Random, at: dt.datetime) -> dict[str, str]:
        return {
            "estate": rng.choice(self._here.estates),
            "road": rng.choice(self._here.roads),
            "shop": rng.choice(self._places.shops),
            "landmark": rng.choice(self._places.landmarks),
            "door": str(rng.randrange(2, 180)),
            "building": str(rng.randrange(1, 24)),
            "unit": str(rng.randrange(1, 6)),
            "floor": str(rng.randrange(2, 16)),
            "since": _since(at - dt.timedelta(minutes=rng.randrange(10, 70))),
            "count": str(rng.randrange(3, 12)),
            "tens": str(rng.randrange(2, 7) * 10),
            "few": str(rng.randrange(2, 6)),
            "depth": str(rng.randrange(3, 12) * 5),
            "minutes": str(rng.randrange(2, 8) * 5),
            "age": str(rng.randrange(68, 93)),
        }

    def _point(self, rng: random.Random) -> Point | None:
        east, north = rng.uniform(-0.009, 0.009), rng.uniform(-0.007, 0.007)
        if self._here.centre is None:
            return None
        lon, lat = self._here.centre
        return Point(round(lon + east, 6), round(lat + north, 6), Datum.GCJ02)

    def _plain(self) -> _Street:
        name = _short(self._unit.name)
        estates = tuple(community.removesuffix("社区") for community in self._communities)
        return _Street(self._unit.id, (f"{name}路", f"{name}东街", f"{name}南路"), estates)


def _short(name: str) -> str:
    for suffix in ("街道", "地区", "镇", "乡"):
        name = name.removesuffix(suffix)
    return name


def _address(site: Site, slots: dict[str, str]) -> str:
    match site:
        case Site.HOME:
            return "{estate}{building}号楼{unit}单元".format_map(slots)
        case Site.ESTATE:
            return slots["estate"]
        case Site.ROAD:
            return "{road}近{landmark}".format_map(slots)
        case Site.SHOP:
            return "{road}{door}号底商".format_map(slots)


def _own_limit(rng: random.Random, urgency: Urgency, at: dt.datetime) -> dt.datetime | None:
    """Give the limit the hotline sets itself for some long matters."""
    if urgency not in (Urgency.ORDINARY, Urgency.COMPLEX) or rng.random() > 0.15:
        return None
    return at + dt.timedelta(hours=rng.uniform(3, 44)) if urgency is Urgency.ORDINARY else at + dt.timedelta(days=4)


_PARTS = ((5, "凌晨"), (8, "早上"), (11, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


def _since(at: dt.datetime) -> str:
    local = at.astimezone(BEIJING)
    part = next(word for until, word in _PARTS if local.hour < until)
    hour = local.hour - 12 if local.hour > 12 else local.hour
    return f"今天{part}{hour}点{'半' if local.minute >= 30 else '左右'}"
