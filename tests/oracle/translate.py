"""The same world, people and acts as the program's own values."""

import datetime as dt

import msgspec

from dispatcher.models import commands as c
from dispatcher.models.ids import PersonId, UnitId
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.policy import Flood, Lights, Limit, Measure, OrderLimits, Policy, ScoreCard, WhistleLimits
from dispatcher.models.whistle import WhistleKind
from dispatcher.models.workcalendar import Session, WorkCalendar

TIMES = frozenset(
    [
        "made_at",
        "valid_until",
        "happened_at",
        "until",
        "review_at",
        "closed_at",
        "appointed_at",
        "finish_by",
        "at",
        "by",
        "dispatched_at",
        "created_at",
        "feedback_due_at",
    ]
)
ENVELOPE = frozenset(
    ["id", "by", "made_at", "valid_until", "offline", "clock_error_ms", "base_revision", "happened_at", "seen"]
)


class Translator:
    """Holds the program's twins of one world."""

    def __init__(self, world):
        self.base = dt.datetime.combine(world.first, dt.time(), dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)
        day = dt.timedelta(days=1)
        self.calendar = WorkCalendar(
            version="world",
            published_through=world.first + day * world.published,
            holidays=frozenset(world.first + day * n for n in world.off),
            makeup_workdays=frozenset(world.first + day * n for n in world.made_up),
            sessions=tuple(Session(dt.time(*divmod(a, 60)), dt.time(*divmod(b, 60))) for a, b in world.sessions),
        )
        self.policies = {}
        self.laws = [self._law(law, world) for law in world.laws]
        self.sinces = [law["since"] for law in world.laws]
        self.actors = {
            p["person"]: Actor(
                person=PersonId(p["person"]),
                name=p["name"],
                unit=UnitId(p["unit"]),
                roles=frozenset(map(Role, p["roles"])),
            )
            for p in world.people
        }

    def when(self, seconds):
        """An instant of the program."""
        return self.base + dt.timedelta(seconds=seconds)

    def seconds(self, instant):
        """An instant of the oracle; None stays None. A fraction of a second is kept."""
        if instant is None:
            return None
        passed = instant - self.base
        whole = passed.days * 86400 + passed.seconds
        return whole + passed.microseconds / 1e6 if passed.microseconds else whole

    def law(self, now):
        """What is in force at an instant."""
        found = self.laws[0]
        for since, law in zip(self.sinces, self.laws, strict=True):
            if since <= now:
                found = law
        return found

    def _law(self, law, world):
        return Law(
            policy=self._policy(law["policy"], world),
            calendar=self.calendar,
            summonable=frozenset(map(UnitId, law["summonable"])),
            holders=frozenset(map(UnitId, law["holders"])),
            regimes=tuple(
                Regime(since=self.when(since), policy=self._policy(policy, world), flood=flood)
                for since, policy, flood in law["regimes"]
            ),
            flood=law["flood"],
        )

    def _policy(self, policy, world):
        if policy["version"] not in self.policies:
            self.policies[policy["version"]] = make_policy(policy, world.first)
        return self.policies[policy["version"]]

    def act(self, act):
        """A dict as a typed act."""
        command = {k: self._value(k, v) for k, v in act.items() if k not in ENVELOPE}
        envelope = {k: self._value(k, v) for k, v in act.items() if k in ENVELOPE and k not in ("by", "seen")}
        if act.get("seen") is not None:
            envelope["seen"] = "\n".join(self._word(part) for part in act["seen"])
        return msgspec.convert({**envelope, "by": act["by"], "command": command}, c.Act)

    def _word(self, part):
        """A part of a value as the program compares it."""
        return self.when(part).astimezone(dt.UTC).isoformat() if isinstance(part, int) else part

    def _value(self, key, value):
        if isinstance(value, dict):
            if key == "order":
                value = {k: v for k, v in value.items() if k != "community"} | {
                    "place": {"community_code": value["community"], "street": "", "address": "x"}
                }
            return {k: self._value(k, v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value("", v) for v in value]
        return self.when(value) if key in TIMES and isinstance(value, int) else value


def _limit(limit):
    return None if limit is None else Limit(limit[0], Measure(limit[1]))


def _limits(kind, limits):
    return kind(**{duty: _limit(limit) for duty, limit in limits.items()})


def make_policy(policy, first):
    """The program's policy from the dict."""
    yellow, orange, floor = policy["lights"]
    return Policy(
        version=policy["version"],
        effective_from=first,
        orders={Urgency(u): _limits(OrderLimits, limits) for u, limits in policy["orders"].items()},
        redo=_limits(OrderLimits, policy["redo"]),
        whistles={WhistleKind(k): _limits(WhistleLimits, limits) for k, limits in policy["whistles"].items()},
        lights=Lights(yellow_left=yellow / 100, orange_left=orange / 100, orange_floor_minutes=floor),
        flood=Flood(categories=tuple(policy["flood_categories"])),
        score=ScoreCard(**policy["score"]),
        ladder=policy["ladder"],
        **{k: policy[k] for k in ("reply_review", "contact_attempts", "call_back_attempts", "extension_share")},
        **{
            k: _limit(policy[k])
            for k in [
                "call_back",
                "return_window_urgent",
                "return_window",
                "suspension_progress",
                "grace",
                "undo_within",
                "reopen_within",
                "catch_up_within",
            ]
        },
    )
