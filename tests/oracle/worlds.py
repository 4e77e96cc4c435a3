"""Random worlds: a calendar, some policies with their regimes, units and people. All from one seed."""

import datetime as dt

from tests.oracle.calendar_oracle import DAY, MinuteCalendar

DAYS = 640
SESSIONS = (
    ((540, 720), (810, 1080)),
    ((510, 1050),),
    ((480, 690), (780, 960), (1080, 1200)),
    ((0, 720), (721, 1439)),
    ((585, 600), (840, 845)),
)
URGENCIES = ("flood", "emergency", "livelihood", "ordinary", "complex", "question")
KINDS = ("emergency", "enforcement", "routine", "breakthrough")
STREETS = ("110105001", "110105002", "110106003")
DEPARTMENTS = ("urban", "water", "gas", "power")
CATEGORIES = (("city", "drainage"), ("city", "lighting"), ("housing", "heating", "boiler"), ("rain",), ())


def limit(rng, longest=15):
    """A limit (number, measure) of any measure."""
    chance = rng.random()
    if chance < 0.45:
        return (rng.choice((5, 10, 30, 59, 60, 120, 180, 240, 1440, 1441, 2880, 1440 * rng.randint(1, longest))), "N")
    if chance < 0.75:
        return (rng.choice((1, 20, 59, 60, 120, 240, 450, 451, 600, 1440)), "W")
    if chance < 0.95:
        return (rng.randint(1, 10), "WD")
    return (0, "D")


def maybe(rng, chance, value):
    """The value, or None."""
    return value if rng.random() < chance else None


def policy(rng, number):
    """One policy as a dict; every number may differ from the shipped ones."""

    def limits():
        return {
            "sign": maybe(rng, 0.9, limit(rng, 2)),
            "first_contact": maybe(rng, 0.9, limit(rng, 3)),
            "on_scene": maybe(rng, 0.5, limit(rng, 3)),
            "progress": maybe(rng, 0.5, limit(rng, 9)),
            "feedback": limit(rng, 15),
        }

    def whistle():
        found = {"sign": limit(rng, 1), "report_in": limit(rng, 3), "done": limit(rng, 10)}
        for duty in ("contact", "measure", "done_simple", "record", "valid_for"):
            found[duty] = maybe(rng, 0.5, limit(rng, 3))
        return found

    people, result = rng.choice(((10, 15), (20, 5)))
    return {
        "version": f"p{number}",
        "orders": {urgency: limits() for urgency in URGENCIES},
        "redo": limits(),
        "whistles": {kind: whistle() for kind in KINDS},
        "call_back": limit(rng, 3),
        "lights": rng.choice(((50, 20, 15), (60, 10, 15), (50, 25, 30), (20, 20, 5))),
        "reply_review": rng.random() < 0.6,
        "contact_attempts": rng.choice((1, 2, 3, 3, 3)),
        "call_back_attempts": rng.choice((1, 2, 3, 3)),
        "return_window_urgent": rng.choice(((120, "N"), (60, "W"), (30, "N"))),
        "return_window": rng.choice(((1, "WD"), (2, "WD"), (480, "W"), (1440, "N"))),
        "suspension_progress": rng.choice(((43200, "N"), (10, "WD"), (1440, "N"))),
        "grace": rng.choice(((30, "N"), (30, "N"), (5, "N"))),
        "undo_within": rng.choice(((10, "N"), (60, "N"))),
        "reopen_within": rng.choice(((43200, "N"), (1440, "N"))),
        "catch_up_within": rng.choice(((4320, "N"), (600, "N"))),
        "extension_share": rng.choice((100, 100, 50, 200)),
        "ladder": (50, 100, 150),
        "flood_categories": rng.choice(((), ("drainage",), ("drainage", "rain"))),
        "score": {"signed": 20, "reported_in": 30, "people": people, "finished": 25, "result": result},
    }


class World:
    """A calendar, the regimes that ever held, units and people."""

    def __init__(self, rng):
        self.first = dt.date(rng.randint(2024, 2030), rng.randint(1, 12), rng.randint(1, 28))
        self.published = rng.choice((DAYS - 1, DAYS - 1, rng.randint(20, 200)))
        off, made_up = set(), set()
        for _ in range(rng.randint(0, 25)):
            start = rng.randrange(DAYS)
            off |= set(range(start, min(DAYS, start + rng.choice((1, 1, 3, 8)))))
        for _ in range(rng.randint(0, 15)):
            day = rng.randrange(DAYS)
            day += -((self.first.weekday() + day) % 7 - 5) % 7
            if day < DAYS:
                made_up.add(day)
        off -= made_up
        off, made_up = ({day for day in days if day <= self.published} for days in (off, made_up))
        self.off, self.made_up = frozenset(off), frozenset(made_up)
        self.sessions = rng.choice(SESSIONS)
        self.calendar = MinuteCalendar(
            DAYS, self.first.weekday(), self.off, self.made_up, self.sessions, self.published
        )
        policies = [policy(rng, n) for n in range(rng.randint(1, 3))]
        regimes = [(0, policies[0], rng.random() < 0.2)]
        for _ in range(rng.choice((0, 0, 1, 3, 6))):
            when = rng.randint(10, 120) * DAY + rng.choice((0, rng.randrange(DAY) // 60 * 60))
            regimes.append((when, rng.choice(policies), rng.random() < 0.5))
        regimes = list({since: (since, p, flood) for since, p, flood in sorted(regimes, key=lambda r: r[0])}.values())
        checked = rng.random() < 0.8
        self.laws = []
        for number in range(len(regimes)):
            since, now_policy, flood = regimes[number]
            self.laws.append(
                {
                    "since": since, "policy": now_policy, "flood": flood, "calendar": self.calendar,
                    "regimes": tuple(regimes[: number + 1]),
                    "summonable": set(DEPARTMENTS) if checked else set(),
                    "holders": {*STREETS, *DEPARTMENTS, "110105"} if checked else set(),
                }
            )  # fmt: skip
        if len(regimes) == 1 and rng.random() < 0.5:
            self.laws[0]["regimes"] = ()
        self.people = people()

    def law(self, now):
        """What is in force at an instant."""
        found = self.laws[0]
        for law in self.laws:
            if law["since"] <= now:
                found = law
        return found


def people():
    """Everybody, single and several roles; liaisons of departments; the centre itself."""
    found = []

    def add(person, unit, *roles, name=""):
        found.append({"person": person, "name": name or person.title(), "unit": unit, "roles": frozenset(roles)})

    for number, street in enumerate(STREETS):
        add(f"disp{number}", street, "dispatcher")
        add(f"other{number}", street, "dispatcher")
        add(f"lead{number}", street, "shift_leader")
        add(f"sup{number}", street, "supervisor")
        add(f"both{number}", street, "dispatcher", "shift_leader")
        add(f"field{number}", street, "community_worker")
    add("comm1", "110105001001", "community_worker")
    add("comm2", "110105001002", "community_worker")
    for unit in DEPARTMENTS:
        add(f"li-{unit}", unit, "liaison")
    add("li2-water", "water", "liaison", "dispatcher", "shift_leader")
    add("hot", "12345", "hotline")
    add("hot2", "12345", "hotline", "district")
    add("dist5", "110105", "district")
    add("dist6", "110106", "district")
    add("audit", "12345", "auditor")
    add("admin", "12345", "administrator")
    add("wall", "110105001", "wall")
    found.append({"person": "centre", "name": "", "unit": "", "roles": frozenset({"centre"})})
    return found
