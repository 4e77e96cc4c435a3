"""The law book: what may be changed by whom, and what then held when."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.ids import CommandId
from dispatcher.models.lawbook import (
    ActivatePolicy,
    AnyLawCommand,
    LawAct,
    LawBook,
    LawReason,
    LawRefused,
    ReplaceCalendar,
    SwitchFlood,
    book_of,
    judge_law,
    law_at,
    next_change,
)
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.policy import Flood, Policy
from dispatcher.models.workcalendar import BEIJING, WorkCalendar, extended
from tests import builders as b
from tests.models.made import POLICY

DAY = dt.timedelta(days=1)
ADMINISTRATOR = b.person("root", b.STREET, Role.ADMINISTRATOR)
BOOK = book_of(b.policy(), b.calendar())
SUMMER = Flood(categories=("drainage",), season=((6, 1), (9, 15)))
WINTER = Flood(categories=("drainage",), season=((11, 20), (2, 10)))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def another(version: str = "test-2", effective: str = "2026-07-01", **changes: object) -> Policy:
    day = dt.date.fromisoformat(effective)
    return msgspec.structs.replace(POLICY, version=version, effective_from=day, **changes)


def given_(
    command: AnyLawCommand, book: LawBook = BOOK, by: Actor = ADMINISTRATOR, now: dt.datetime = b.NOON
) -> LawBook | LawRefused:
    return judge_law(LawAct(id=CommandId("l-1"), command=command, by=by.person, made_at=now), book, by, now)


def accepted(
    command: AnyLawCommand, book: LawBook = BOOK, by: Actor = ADMINISTRATOR, now: dt.datetime = b.NOON
) -> LawBook:
    found = given_(command, book, by, now)
    assert isinstance(found, LawBook), found
    return found


def flood_at(book: LawBook, *days: str) -> list[bool]:
    return [law_at(book, at(day), ()).flood for day in days]


# ---- who and what


@pytest.mark.parametrize(
    ("command", "roles"),
    [
        (ActivatePolicy(policy=another()), {Role.ADMINISTRATOR}),
        (ReplaceCalendar(calendar=msgspec.structs.replace(b.calendar(), version="2")), {Role.ADMINISTRATOR}),
        (SwitchFlood(on=True, reason="rain"), {Role.ADMINISTRATOR, Role.HOTLINE, Role.DISTRICT}),
    ],
)
def test_each_change_has_its_roles(command: AnyLawCommand, roles: set[Role]):
    allowed = {role for role in Role if isinstance(given_(command, by=b.person("x", b.STREET, role)), LawBook)}
    assert allowed == roles
    refused = given_(command, by=b.DISPATCHER)
    assert refused == LawRefused(reason=LawReason.NOT_YOUR_ROLE)


def calendar(**changes: object) -> WorkCalendar:
    values = {"version": "test-2027", "published_through": dt.date(2027, 12, 31)} | changes
    return extended(b.calendar(), WorkCalendar(**values))  # pyright: ignore[reportArgumentType]


HOLIDAY = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("command", "reason", "field"),
    [
        (ActivatePolicy(policy=another("test-1")), LawReason.VERSION_TAKEN, "policy.version"),
        (ActivatePolicy(policy=another(effective="2026-01-01")), LawReason.DATE_TAKEN, "policy.effective_from"),
        (ActivatePolicy(policy=another(effective="2025-12-31")), LawReason.IN_THE_PAST, "policy.effective_from"),
        (ActivatePolicy(policy=another(" ")), LawReason.MISSING_FIELD, "policy.version"),
        (ActivatePolicy(policy=another(orders={})), LawReason.BAD_FIELD, "policy.orders.flood"),
        (ActivatePolicy(policy=another(ladder=(50, 50, 60))), LawReason.BAD_FIELD, "policy.ladder"),
        (SwitchFlood(on=True, reason="\n"), LawReason.MISSING_FIELD, "reason"),
        (SwitchFlood(on=False, reason="dry"), LawReason.ALREADY_SO, "on"),
        (ReplaceCalendar(calendar=b.calendar()), LawReason.ALREADY_SO, "calendar.version"),
        (ReplaceCalendar(calendar=calendar(version="")), LawReason.MISSING_FIELD, "calendar.version"),
        (ReplaceCalendar(calendar=calendar(version="test-2026")), LawReason.VERSION_TAKEN, "calendar.version"),
        (
            ReplaceCalendar(calendar=msgspec.structs.replace(b.calendar(), published_through=HOLIDAY, version="x")),
            LawReason.OLDER_CALENDAR,
            "calendar.published_through",
        ),
        (
            ReplaceCalendar(calendar=WorkCalendar(version="bare", published_through=dt.date(2028, 1, 1))),
            LawReason.OLDER_CALENDAR,
            "calendar.published_through",
        ),
        (
            ReplaceCalendar(
                calendar=msgspec.structs.replace(calendar(), makeup_workdays=frozenset({HOLIDAY, HOLIDAY + DAY}))
            ),
            LawReason.BAD_FIELD,
            "calendar.makeup_workdays",
        ),
        (
            ReplaceCalendar(calendar=msgspec.structs.replace(calendar(), sessions=())),
            LawReason.BAD_FIELD,
            "calendar.sessions",
        ),
        (
            ReplaceCalendar(calendar=msgspec.structs.replace(calendar(), sessions=b.calendar().sessions[::-1])),
            LawReason.BAD_FIELD,
            "calendar.sessions",
        ),
    ],
)
def test_a_bad_change_is_refused_by_name(command: AnyLawCommand, reason: LawReason, field: str):
    found = given_(command)
    assert isinstance(found, LawRefused)
    assert (found.reason, found.field) == (reason, field)


def test_two_policies_moved_to_the_same_instant_overlap():
    first = accepted(ActivatePolicy(policy=another(effective="2026-02-01")))
    found = given_(ActivatePolicy(policy=another("test-3", "2026-02-02")), first)
    assert isinstance(found, LawRefused)
    assert found.reason is LawReason.DATE_TAKEN


# ---- what holds when


def test_a_policy_holds_from_its_date_and_never_before_it_was_activated():
    ahead = accepted(ActivatePolicy(policy=another()))
    assert law_at(ahead, at("2026-06-30T23:59:59"), ()).policy.version == "test-1"
    assert law_at(ahead, at("2026-07-01"), ()).policy.version == "test-2"
    assert next_change(ahead, b.NOON) == at("2026-07-01")
    begun = accepted(ActivatePolicy(policy=another(effective="2026-02-01")))
    assert begun.editions[-1].since == b.NOON
    assert law_at(begun, b.NOON, ()).policy.version == "test-2"
    assert law_at(begun, b.NOON - DAY, ()).policy.version == "test-1"


def test_an_earlier_date_may_be_put_in_before_one_that_is_still_ahead():
    book = accepted(ActivatePolicy(policy=another()))
    book = accepted(ActivatePolicy(policy=another("test-3", "2026-05-01")), book)
    law = law_at(book, at("2026-08-01"), ())
    assert [regime.policy.version for regime in law.regimes] == ["test-1", "test-3", "test-2"]
    assert law.policy.version == "test-2"


def test_a_season_comes_and_goes_every_year():
    book = book_of(another(flood=SUMMER, effective="2026-01-01"), b.calendar())
    assert flood_at(book, "2026-05-31T23:59:59", "2026-06-01", "2026-09-15T23:59:59", "2026-09-16") == [
        False, True, True, False,
    ]  # fmt: skip
    assert flood_at(book, "2029-08-01") == [True]
    assert next_change(book, at("2026-09-16")) == at("2027-06-01")


def test_a_season_may_lie_over_new_year():
    book = book_of(another(flood=WINTER, effective="2026-01-01"), b.calendar())
    days = ("2026-11-19", "2026-11-20", "2026-12-31", "2027-02-10T23:00", "2027-02-11")
    assert flood_at(book, *days) == [False, True, True, True, False]


def test_a_switch_by_hand_holds_until_the_next_one_or_the_next_edge_of_the_season():
    book = book_of(another(flood=SUMMER, effective="2026-01-01"), b.calendar())
    early = accepted(SwitchFlood(on=True, reason="rain"), book, b.HOTLINE, at("2026-05-20"))
    assert flood_at(early, "2026-05-19", "2026-05-20", "2026-07-01", "2026-09-16") == [False, True, True, False]
    off = accepted(SwitchFlood(on=False, reason="dry summer"), early, b.HOTLINE, at("2026-07-01T12:00"))
    assert flood_at(off, "2026-07-02", "2026-09-14", "2027-06-01") == [False, False, True]
    assert next_change(off, at("2026-07-02")) == at("2027-06-01"), "nothing changes when a season ends that is off"


def test_a_policy_with_a_season_that_has_begun_switches_on():
    book = accepted(ActivatePolicy(policy=another(flood=SUMMER)))
    assert flood_at(book, "2026-06-30", "2026-07-01") == [False, True]


def test_without_a_season_nothing_changes_by_itself():
    assert next_change(BOOK, b.NOON) is None
    assert law_at(BOOK, b.NOON, b.units()).summonable == {b.URBAN, b.WATER, b.GAS}


def test_the_first_policy_has_held_from_ever_on_and_no_season_of_it_is_guessed_for_all_time():
    book = book_of(another(flood=SUMMER, effective="2026-07-01"), b.calendar())
    law = law_at(book, at("2026-08-01"), ())
    assert [regime.flood for regime in law.regimes] == [False, True]
    assert law_at(book, at("2020-01-01"), ()).policy.version == "test-2"


def test_a_newer_calendar_takes_the_place_of_the_one_in_force():
    newer = calendar()
    assert accepted(ReplaceCalendar(calendar=newer)).calendar == newer


@given(st.lists(st.tuples(st.integers(1, 700), st.booleans()), max_size=6), st.integers(0, 800))
def test_the_present_is_the_last_regime_and_the_past_never_changes(turns: list[tuple[int, bool]], today: int):
    book = book_of(another(flood=SUMMER, effective="2026-01-01"), b.calendar())
    for day, on in sorted(turns):
        found = given_(SwitchFlood(on=on, reason="rain"), book, b.HOTLINE, b.NOON + day * DAY)
        book = found if isinstance(found, LawBook) else book
    law = law_at(book, b.NOON + today * DAY, ())
    assert (law.regimes[-1].flood, law.regimes[-1].policy) == (law.flood, law.policy)
    assert list(law.regimes) == sorted(law.regimes, key=lambda regime: regime.since)
    later = law_at(book, b.NOON + 900 * DAY, ()).regimes
    assert later[: len(law.regimes)] == law.regimes
    upcoming = next_change(book, b.NOON + today * DAY)
    assert upcoming is not None
    before, then = (law_at(book, instant, ()).flood for instant in (upcoming - dt.timedelta(seconds=1), upcoming))
    assert before is not then


def test_a_book_goes_over_the_wire_and_back():
    book = accepted(SwitchFlood(on=True, reason="rain"), accepted(ActivatePolicy(policy=another(flood=SUMMER))))
    assert msgspec.json.decode(msgspec.json.encode(book), type=LawBook) == book
