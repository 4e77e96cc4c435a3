"""Mapping profiles: how one kind of file says what an order says. TOML data, checked when it is read.

A profile names, for each field of an order, the columns that hold it (the first that is not empty counts),
and tables of words for the enums. Shipped ones stand in resources/profiles; an office can write its own.
"""

import datetime as dt
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from dispatcher.models.order import Channel, Datum, DemandKind, Urgency


class BadProfile(Exception):
    """A profile cannot be used; the text names file, key, value and remedy."""


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How times are written: the zone they are in and the forms tried, in order (strptime; "iso" too)."""

    zone: str = "Asia/Shanghai"
    forms: tuple[str, ...] = ("iso",)


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of file. `fields` maps an order's field to columns; `detect` are columns only this kind has."""

    name: str
    title: str
    source: str
    detect: tuple[str, ...]
    times: Times = Times()
    fields: dict[str, str | tuple[str, ...]]
    number_from: tuple[str, ...] = ()
    """Columns whose content stands for a number where the file has none."""
    time_of_import: bool = False
    """Whether a row without a time counts as dispatched at the moment of import."""
    ended: dict[str, tuple[str, ...]] = {}
    """Column and the words in it by which a row without a closing time is known to be handled."""
    urgency: dict[str, Urgency] = {}
    kind: dict[str, DemandKind] = {}
    channel: dict[str, Channel] = {}
    yes: tuple[str, ...] = ("是", "1", "true", "True", "yes", "Y", "保密")
    datum: Datum = Datum.WGS84


FIELDS = frozenset(
    {
        "number", "title", "text", "dispatched_at", "created_at", "feedback_due_at", "closed_at", "result",
        "category", "address", "community", "spot", "lon", "lat", "holder", "district", "caller_name", "caller_phone",
        "confidential", "wants_answer", "urgency", "kind", "channel", "previous_number", "reported_party", "labels",
    }
)  # fmt: skip
"""The fields a profile may map."""


def shipped() -> dict[str, Profile]:
    """Read every shipped profile, by name."""
    folder = files("dispatcher.resources").joinpath("profiles")
    found = (_read(entry, entry.name) for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {profile.name: profile for profile in sorted(found, key=lambda profile: profile.name)}


def named(name: str) -> Profile:
    """Give a shipped profile by name or read one from a TOML file; raises BadProfile."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise BadProfile(f"profile {name!r}: there is no such file")
        return _read(path, name)
    found = shipped()
    if name not in found:
        raise BadProfile(f"profile {name!r} is not shipped; choose one of {', '.join(found)} or name a .toml file")
    return found[name]


def detected(columns: Sequence[str]) -> Profile:
    """Find the one shipped profile whose `detect` columns are all there; raises BadProfile otherwise."""
    there = set(columns)
    found = [profile for profile in shipped().values() if there.issuperset(profile.detect)]
    # The most telling one wins: a profile that knows more of the columns is the more particular kind.
    found.sort(key=lambda profile: len(profile.detect), reverse=True)
    if not found:
        shown = ", ".join(columns[:8])
        raise BadProfile(f"no shipped profile knows these columns ({shown} ...); name one with --profile")
    if len(found) > 1 and len(found[0].detect) == len(found[1].detect):
        raise BadProfile(f"both {found[0].name} and {found[1].name} know these columns; name one with --profile")
    return found[0]


def _read(entry: Traversable, name: str) -> Profile:
    try:
        profile = msgspec.toml.decode(entry.read_bytes(), type=Profile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadProfile(f"{name}: {error}") from None
    for field in profile.fields:
        if field not in FIELDS:
            raise BadProfile(f"{name}: fields.{field}: no order has it; known: {', '.join(sorted(FIELDS))}")
    for needed in ("title",) if profile.number_from else ("title", "number"):
        if needed not in profile.fields:
            raise BadProfile(f"{name}: fields.{needed} is missing; name the column that holds it")
    if "dispatched_at" not in profile.fields and not profile.time_of_import:
        raise BadProfile(f"{name}: fields.dispatched_at is missing; name the column or set time_of_import = true")
    for form in profile.times.forms:
        if form != "iso" and dt.datetime(2026, 11, 18, 12, 48, 20).strftime(form) == form:  # noqa: DTZ001
            raise BadProfile(f"{name}: times.forms: {form!r} is no form of a time; write it like %Y-%m-%d %H:%M:%S")
    return profile
