"""The counts beside the cases are the sum over the cases at every commit, over SQLite and PostgreSQL alike."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models import privacy
from dispatcher.models.case import CaseState
from dispatcher.models.ids import CaseId, Revision, UnitId
from dispatcher.models.law import Law, Regime
from dispatcher.models.periods import half_day, named, previous
from dispatcher.models.policy import Period, Weights
from dispatcher.models.ranking import Basis, Kind, Table, recompute, tabulate
from dispatcher.models.rates import COUNTERS, NOTHING, Tally, total
from dispatcher.models.tallies import Where, contributions
from dispatcher.models.verdicts import Accepted
from dispatcher.storage import ledger_schema as schema
from dispatcher.storage.centre import make_engine
from dispatcher.storage.ledger import Ledger
from tests.storage.city import (
    HOTLINE,
    LAW,
    NOW,
    OTHER_STREET,
    POLICY,
    STREET,
    act,
    receive,
    sign,
    whistle,
)
from tests.storage.lives import Lives

SEEDS = (1, 2, 3, 4)
ACTS = 300
UNREVIEWED = msgspec.structs.replace(LAW, policy=msgspec.structs.replace(POLICY, reply_review=False))


def kept(ledger_url: str) -> dict[Where, Tally]:
    """What the table holds, read by plain SQL; rows of zeros are left out."""
    engine = make_engine(ledger_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(schema.unit_tallies)).mappings().all()
    finally:
        engine.dispose()
    found = {(UnitId(row["unit"]), row["half_day"]): Tally(*(row[name] for name in COUNTERS)) for row in rows}
    return {where: tally for where, tally in found.items() if tally != NOTHING}


def summed(ledger: Ledger, law: Law) -> dict[Where, Tally]:
    """What the journal, replayed, comes to case by case."""
    found: dict[Where, Tally] = {}
    for case in ledger.gazette.cases_at(ledger.head()):
        record = ledger.case(case.id)
        assert record is not None
        assert case == privacy.blank_case(record)
        for where, tally in contributions(case, law).items():
            found[where] = found.get(where, NOTHING) + tally
    return found


def plain_count(ledger: Ledger) -> dict[str, Counter[Where]]:
    """Count straight from the journal's facts, knowing nothing of records: what needs no clock."""
    entries = ledger.journal(Revision(0), 100_000)
    undone = {r.event.act for entry in entries for r in entry.events if isinstance(r.event, e.ActUndone)}
    counts: dict[str, Counter[Where]] = {name: Counter() for name in COUNTERS}
    holder: dict[CaseId, UnitId] = {}
    handled: dict[CaseId, Where] = {}
    called: dict[CaseId, tuple[dt.datetime, Where, e.CallBackRecorded]] = {}
    excluded: set[CaseId] = set()
    for entry in entries:
        for recorded in entry.events:
            event, case = recorded.event, entry.case
            if recorded.act in undone or isinstance(event, e.ActUndone):
                continue
            there = holder.get(case, UnitId("")), half_day(recorded.at)
            match event:
                case e.OrderReceived():
                    holder[case] = event.holder
                    counts["received"][event.holder, half_day(event.order.created_at or event.order.dispatched_at)] += 1
                case e.ClosedElsewhere():
                    handled[case] = holder[case], half_day(event.closed_at)
                case e.CaseClosed():
                    handled[case] = there
                case e.RedoOrdered():
                    counts["redos"][there] += 1
                    handled.pop(case, None)
                case e.CaseReopened():
                    handled.pop(case, None)
                case e.Transferred():
                    holder[case] = event.to
                case e.RequestGranted(kind=e.RequestKind.RETURN):
                    counts["returns"][there] += 1
                    holder[case] = event.to or holder[case]
                case e.RequestGranted(kind=e.RequestKind.EXCLUSION):
                    excluded.add(case)
                case e.WhistleBlown():
                    counts["whistles_blown"][there] += 1
                case e.CallBackRecorded(by_hotline=True, reached=True):
                    if case not in called or recorded.at >= called[case][0]:
                        called[case] = recorded.at, there, event
                case _:
                    pass
    counts["handled"].update(handled.values())
    for case, (_, there, call) in called.items():
        counts["excluded"][there] += case in excluded
        if case not in excluded:
            counts["valid"][there] += 1
            counts["contacted"][there] += call.contacted
            counts["solved"][there] += call.solved is e.Solved.YES
            counts["satisfied"][there] += call.satisfied is e.Satisfied.SATISFIED
            counts["basically"][there] += call.satisfied is e.Satisfied.BASICALLY
    return counts


def test_after_random_lives_the_counts_are_those_of_the_cases_and_of_the_journal(
    ledger: Ledger, ledger_url: str
) -> None:
    accepted = 0
    for seed in SEEDS:
        lives = Lives(ledger, UNREVIEWED, seed)
        lives.live(ACTS)
        accepted += lives.accepted
        assert kept(ledger_url) == summed(ledger, UNREVIEWED)
    incremental = kept(ledger_url)
    plain = plain_count(ledger)
    for name in (
        *("received", "handled", "valid", "contacted", "solved", "satisfied", "basically"),
        *("redos", "returns", "whistles_blown"),
    ):
        by_record = {where: getattr(tally, name) for where, tally in incremental.items() if getattr(tally, name)}
        assert by_record == {where: count for where, count in plain[name].items() if count}, name
    ledger.recount_tallies(UNREVIEWED)
    assert kept(ledger_url) == incremental
    assert accepted > len(SEEDS) * ACTS // 3
    # A life in which something never happens proves nothing about it.
    whole = total(incremental.values())
    assert [name for name in COUNTERS if not getattr(whole, name)] == []


def test_a_sum_over_half_days_is_that_of_the_acts_in_them(ledger: Ledger) -> None:
    early, late = NOW - dt.timedelta(hours=12), NOW + dt.timedelta(hours=12)
    for created_at in (early, NOW, NOW, late):
        ledger.judge([receive(created_at=created_at)], LAW, NOW)
    here = half_day(NOW)
    assert ledger.tallies(here, here + 1)[STREET].received == 2
    assert ledger.tallies(here - 1, here + 2)[STREET].received == 4
    assert ledger.tallies(here + 2, here + 9) == {}
    period = named("2026-07", Period())
    head, (now, before) = ledger.tallied(period, previous(period, Period()))
    assert (head, now[STREET].received, before) == (4, 4, {})


def test_a_refused_act_and_one_rolled_back_count_nothing(ledger: Ledger, ledger_url: str) -> None:
    order, by = receive()
    ledger.judge([(order, by), sign(order.command.case, by)], LAW, NOW)
    before = kept(ledger_url)
    assert total(before.values()) == Tally(received=1)
    ledger.judge([(order, by)], LAW, NOW)
    assert kept(ledger_url) == before


def test_another_policy_later_does_not_move_what_was_met(ledger: Ledger, ledger_url: str) -> None:
    """Contributions counted under one law are taken away as they were, whatever the law has become."""
    order, by = receive()
    case = order.command.case
    ledger.judge([(order, by), sign(case)], LAW, NOW)
    strict = msgspec.structs.replace(
        POLICY,
        version="test-2",
        orders={
            urgency: msgspec.structs.replace(limits, sign=msgspec.structs.replace(limits.feedback, minutes=1))
            for urgency, limits in POLICY.orders.items()
        },
    )
    later = NOW + dt.timedelta(hours=1)
    regimes = Regime(since=NOW - dt.timedelta(days=9), policy=POLICY), Regime(since=later, policy=strict)
    law = msgspec.structs.replace(LAW, policy=strict, regimes=regimes)
    ledger.judge([whistle(case)], law, later)
    assert kept(ledger_url) == summed(ledger, law)
    whole = total(kept(ledger_url).values())
    assert (whole.received, whole.signed, whole.signed_in_time, whole.whistles_blown) == (1, 1, 1, 1)


def test_a_ledger_that_was_never_counted_says_so_until_it_is(
    ledger: Ledger, ledger_url: str, open_ledger: Callable[[], Ledger]
) -> None:
    assert ledger.tallies_are_whole()
    order, by = receive()
    ledger.judge([(order, by)], LAW, NOW)
    counted = kept(ledger_url)
    engine = make_engine(ledger_url)
    with engine.begin() as connection:  # as a ledger looks that an older program has filled
        connection.execute(sa.delete(schema.tallied))
        connection.execute(sa.delete(schema.unit_tallies))
        connection.execute(sa.update(schema.cases).values(tally=None))
    engine.dispose()
    again = open_ledger()
    assert not again.tallies_are_whole()
    again.judge([sign(order.command.case)], LAW, NOW)
    again.recount_tallies(LAW)
    assert again.tallies_are_whole()
    assert kept(ledger_url) == summed(again, LAW) != counted


def a_table(ledger: Ledger) -> Table:
    period = named("2026-07", Period())
    before = previous(period, Period())
    head, (now, then) = ledger.tallied(period, before)
    basis = Basis(policy="p", calendar="c", weights=Weights(least_appraised=1), whistle_band=(1, 8), head=head)
    return tabulate(Kind.STREET, period, before, basis, [STREET, OTHER_STREET], now, then)


def test_what_is_published_is_kept_to_the_digit_under_a_name_of_its_own(
    ledger: Ledger, open_ledger: Callable[[], Ledger]
) -> None:
    lives = Lives(ledger, UNREVIEWED, 4)
    lives.live(200)
    first = a_table(ledger)
    assert ledger.gazette.publish(first, NOW) == "2026-07-street-1"
    lives.live(100)
    second = a_table(ledger)
    assert second != first
    later = NOW + dt.timedelta(days=1)
    assert ledger.gazette.publish(second, later) == "2026-07-street-2"
    other = open_ledger().gazette
    assert other.names() == ["2026-07-street-2", "2026-07-street-1"]
    found = other.find("2026-07-street-1")
    assert found is not None
    assert (found.made_at, found.table, recompute(found.table)) == (NOW, first, first)
    assert other.find("2026-07-street-3") is None


def test_the_gazette_makes_cases_from_the_journal_as_they_stood(ledger: Ledger) -> None:
    order, by = receive()
    other, _ = receive()
    case = order.command.case
    ledger.judge([(order, by), (other, by)], LAW, NOW)
    ledger.judge([sign(case)], LAW, NOW)
    assert {found.state for found in ledger.gazette.cases_at(Revision(2))} == {CaseState.DISPATCHED}
    assert ledger.gazette.touched_since(Revision(2)) == [case]
    first, second = ledger.gazette.steps_of(case)
    assert (first.kind, first.case.state, second.kind) == ("receive_order", CaseState.DISPATCHED, "sign_for")
    assert second.case == ledger.case(case)
    note, _ = act(c.AddNote(case=case, text="n"), HOTLINE)
    (outcome,) = ledger.judge([(note, HOTLINE)], LAW, NOW)
    assert isinstance(outcome.verdict, Accepted)
    assert [step.revision for step in ledger.gazette.steps_of(case)] == [1, 3, 4]
