"""Whether a policy makes sense: no gap, nothing out of range, no clock that contradicts another. Pure.

Asked where a policy is read from a file and again where one is activated, since it may have come over the wire.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from dispatcher.models.order import Urgency
from dispatcher.models.policy import Limit, Measure, Policy
from dispatcher.models.whistle import WhistleKind


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with a policy: at which key of its file, with which value, and how to mend it."""

    key: str
    value: object
    remedy: str


def faults(policy: Policy) -> tuple[Fault, ...]:
    """List what is wrong with a policy, nothing for a sound one."""
    gaps = [*_gaps(policy)]
    return tuple(gaps or [*_contradictions(policy), *_figures(policy), *_flood(policy)])


def ends_later(one: Limit | None, other: Limit | None) -> bool:
    """Tell whether `one` certainly ends after `other` from the same start: only measures that compare are compared.

    Office hours take at least as long as natural ones.
    """
    if one is None or other is None:
        return False
    comparable = one.measure is other.measure or (one.measure, other.measure) == (
        Measure.WORKING_TIME,
        Measure.NATURAL,
    )
    return comparable and one.minutes > other.minutes


def _gaps(policy: Policy) -> Iterator[Fault]:
    if not policy.version.strip():
        yield Fault("version", policy.version, "must not be empty")
    for urgency in Urgency:
        if urgency not in policy.orders:
            yield Fault(f"orders.{urgency.value}", None, f"missing; write a table [orders.{urgency.value}]")
    for kind in WhistleKind:
        if kind not in policy.whistles:
            yield Fault(f"whistles.{kind.value}", None, f"missing; write a table [whistles.{kind.value}]")
    for key, limit in _limits(policy):
        if limit.minutes < 1 and limit.measure is not Measure.SAME_DAY:
            yield Fault(key, limit.minutes, "a limit takes some time; write it like '30 min', '2 h W' or '3 WD'")


def _limits(policy: Policy) -> Iterator[tuple[str, Limit]]:
    tables: list[tuple[str, msgspec.Struct]] = [("", policy), ("redo.", policy.redo)]
    tables += [(f"orders.{urgency.value}.", limits) for urgency, limits in policy.orders.items()]
    tables += [(f"whistles.{kind.value}.", limits) for kind, limits in policy.whistles.items()]
    for path, table in tables:
        for field in table.__struct_fields__:
            value = getattr(table, field)
            if isinstance(value, Limit):
                yield path + field, value


_ORDER_OF_ORDERS = (
    ("sign", "first_contact"),
    ("sign", "on_scene"),
    ("sign", "feedback"),
    ("first_contact", "feedback"),
    ("on_scene", "feedback"),
    ("progress", "feedback"),
)
_ORDER_OF_WHISTLES = (
    ("sign", "contact"),
    ("sign", "report_in"),
    ("contact", "report_in"),
    ("report_in", "measure"),
    ("report_in", "done"),
    ("measure", "done"),
    ("done_simple", "done"),
)


def _contradictions(policy: Policy) -> Iterator[Fault]:
    tables: list[tuple[str, msgspec.Struct, tuple[tuple[str, str], ...]]] = [("redo", policy.redo, _ORDER_OF_ORDERS)]
    tables += [(f"orders.{key.value}", limits, _ORDER_OF_ORDERS) for key, limits in policy.orders.items()]
    tables += [(f"whistles.{key.value}", limits, _ORDER_OF_WHISTLES) for key, limits in policy.whistles.items()]
    for path, table, pairs in tables:
        for first, then in pairs:
            one: Limit | None = getattr(table, first)
            other: Limit | None = getattr(table, then)
            if one is not None and other is not None and ends_later(one, other):
                yield Fault(f"{path}.{first}", one.text, f"ends after {then} = {other.text!r}; shorten it, or {then}")
    for key in ("grace", "undo_within", "reopen_within", "catch_up_within"):
        limit: Limit = getattr(policy, key)
        if limit.measure is not Measure.NATURAL:
            yield Fault(key, limit.text, "is counted in natural time; write it like '30 min', '2 h' or '30 d'")
    if ends_later(policy.return_window_urgent, policy.return_window):
        remedy = f"is longer than return_window = {policy.return_window.text!r}; the urgent one is the shorter"
        yield Fault("return_window_urgent", policy.return_window_urgent.text, remedy)


def _figures(policy: Policy) -> Iterator[Fault]:
    if not 2000 <= policy.effective_from.year <= 2100:
        yield Fault("effective_from", policy.effective_from, "write a day of this century, like 2026-01-31")
    lights, weights, score, period = policy.lights, policy.weights, policy.score, policy.period
    for key in ("yellow_left", "orange_left"):
        if not 0 < getattr(lights, key) < 1:
            yield Fault(f"lights.{key}", getattr(lights, key), "write a share between 0 and 1, like 0.5")
    if lights.orange_left > lights.yellow_left:
        yield Fault("lights.orange_left", lights.orange_left, "must not exceed yellow_left: orange follows it")
    counts = {
        "lights.orange_floor_minutes": (lights.orange_floor_minutes, 0, 59),
        "contact_attempts": (policy.contact_attempts, 1, 99),
        "call_back_attempts": (policy.call_back_attempts, 1, 99),
        "extension_share": (policy.extension_share, 1, 100),
        "weights.basically": (weights.basically, 0, 1000),
        "weights.least_appraised": (weights.least_appraised, 1, 100_000),
        "weights.listed": (weights.listed, 1, 1000),
        "period.first_day": (period.first_day, 1, 28),
        "period.bulletin_hour": (period.bulletin_hour, 0, 23),
    }
    for part in ("response", "resolution", "satisfaction"):
        counts[f"weights.{part}"] = (getattr(weights, part), 0, 1000)
    for part in score.__struct_fields__:
        counts[f"score.{part}"] = (getattr(score, part), 0, 100)
    for key, (found, least, most) in counts.items():
        if not least <= found <= most:
            yield Fault(key, found, f"write a whole number from {least} to {most}")
    if not weights.version.strip():
        yield Fault("weights.version", weights.version, "must not be empty")
    if (total := weights.response + weights.resolution + weights.satisfaction) != 1000:
        yield Fault("weights", total, "response, resolution and satisfaction must be 1000 thousandths together")
    if (total := sum(getattr(score, part) for part in score.__struct_fields__)) != 100:
        yield Fault("score", total, "its parts must be 100 together")
    if not 0 < policy.ladder[0] < policy.ladder[1] < policy.ladder[2]:
        yield Fault("ladder", list(policy.ladder), "write three ascending shares of a limit, like [50, 100, 150]")
    if not 0 <= policy.whistle_band[0] < policy.whistle_band[1]:
        yield Fault("whistle_band", list(policy.whistle_band), "write the lower and the higher rate, like [1, 8]")


def _flood(policy: Policy) -> Iterator[Fault]:
    flood = policy.flood
    if any(not word.strip() for word in flood.categories) or len(set(flood.categories)) < len(flood.categories):
        yield Fault("flood.categories", list(flood.categories), "write each word once, none of them empty")
    if flood.season is None:
        return
    if not flood.categories:
        yield Fault("flood.categories", [], "a season needs the words of the orders it applies to")
    for month, day in flood.season:
        try:
            dt.date(2001, month, day)
        except ValueError:
            yield Fault("flood.season", f"{month:02}-{day:02}", "is no day of every year; write it like '06-01'")
