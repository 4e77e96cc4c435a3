"""The report puts figures of different sources side by side, and says so when they do not agree."""

import datetime as dt
import json

import msgspec

from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import CaseState
from dispatcher.models.commands import Act, AnyCommand
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, UnitId, WhistleId
from dispatcher.models.transitions import ROW
from dispatcher.models.verdicts import Accepted, Reason, Refused, Verdict
from dispatcher.models.whistle import Milestone, Whistle, WhistleKind
from dispatcher.simulator.exercised import RulesExercised, rules_exercised
from dispatcher.simulator.report import (
    CentreFigures,
    Outage,
    StationFigures,
    assemble,
    centre_figures,
    latency,
)
from dispatcher.storage.ledger import JournalEntry
from dispatcher.sync.ports import ActState, Receipt
from tests.simulator.cast import HOTLINE, LEADER, START, STREET

SECOND = dt.timedelta(seconds=1)
ALL = RulesExercised(states={CaseState.CLOSED: 3}, whistles={}, acts={}, refusals={})
CENTRE = CentreFigures(
    head=Revision(9), orders_received=3, signed=2, whistles_blown=1, departments_reported_in=1,
    accepted_of_person=(CommandId("a1"), CommandId("a2")), rules_exercised=ALL,
)  # fmt: skip


def receipt(name: str, state: ActState, verdict: Verdict | None = None, at: dt.datetime = START) -> Receipt:
    act = Act(id=CommandId(name), command=c.SignFor(case=CaseId("c")), by=PersonId("chen"), made_at=at)
    return Receipt(seq=1, act=act, state=state, made_at=at, verdict=verdict)


ACCEPTED = Accepted(revision=Revision(1), judged_at=START)
EXPIRED = Refused(reason=Reason.EXPIRED)
WRONG = Refused(reason=Reason.WRONG_STATE)
RECEIPTS = (
    receipt("a1", ActState.ACCEPTED, ACCEPTED),
    receipt("a2", ActState.ACCEPTED, ACCEPTED, START + 12 * SECOND),
    receipt("a3", ActState.EXPIRED, EXPIRED, START + 13 * SECOND),
    receipt("a4", ActState.PARKED, WRONG, START + 14 * SECOND),
    receipt("a5", ActState.DISCARDED, WRONG),
    receipt("a6", ActState.DISCARDED, EXPIRED),
    receipt("a7", ActState.QUEUED),
    receipt("a8", ActState.SENT),
    receipt("a9", ActState.DISCARDED),
)
STATION = StationFigures(orders_cached=3, orders_shown=3, receipts=RECEIPTS)


def test_figures_that_agree_hold() -> None:
    report = assemble(CENTRE, STATION, seed=7, speed=60, ran_s=120.00049, commit_to_paint_ms=[3.0, 1.0, 2.0])
    assert report.holds, report.equalities
    assert (report.acts_made, report.acts_judged, report.acts_expired, report.outbox_left) == (8, 4, 2, 2)
    assert (report.acts_refused, report.acts_parked) == (2, 1)
    assert report.outage is None
    written = json.loads(report.to_json())
    wanted = {"versions", "seed", "orders_received", "orders_shown", "signed", "whistles_blown", "outage"}
    assert wanted | {"departments_reported_in", "acts_made", "acts_judged", "outbox_left"} <= set(written)
    assert written["commit_to_paint_ms"] == {"p50": 2.0, "p99": 3.0, "max": 3.0, "count": 3}
    assert written["versions"]["python"]


def test_an_order_that_was_never_shown_does_not_hold() -> None:
    report = assemble(CENTRE, msgspec.structs.replace(STATION, orders_shown=2), seed=1, speed=1, ran_s=1)
    assert not report.holds
    assert [one.what for one in report.equalities if not one.holds] == ["orders_shown == orders_received"]


def test_an_act_that_the_centre_took_twice_does_not_hold() -> None:
    twice = msgspec.structs.replace(CENTRE, accepted_of_person=(*CENTRE.accepted_of_person, CommandId("a1-again")))
    assert not assemble(twice, STATION, seed=1, speed=1, ran_s=1).holds


def test_an_act_the_station_believes_in_but_the_journal_lacks_does_not_hold() -> None:
    lost = msgspec.structs.replace(CENTRE, accepted_of_person=(CommandId("a1"), CommandId("other")))
    report = assemble(lost, STATION, seed=1, speed=1, ran_s=1)
    assert not report.holds


def test_the_outage_counts_what_was_made_in_it() -> None:
    outage = Outage(start_s=10, length_s=5, began_at=START + 10 * SECOND, ended_at=START + 15 * SECOND)
    found = assemble(CENTRE, STATION, seed=1, speed=1, ran_s=1, outage=outage).outage
    assert found is not None
    assert (found.acts_made, found.acts_arrived, found.acts_expired) == (3, 2, 1)


def test_a_percentile_is_the_nearest_rank() -> None:
    found = latency([float(n) for n in range(1, 201)])
    assert found is not None
    assert (found.p50, found.p99, found.max, found.count) == (100.0, 198.0, 200.0, 200)
    assert latency([]) is None


def entry(revision: int, command: AnyCommand, by: PersonId, *events: e.AnyEvent) -> JournalEntry:
    stamped = tuple(
        e.Recorded(
            event=event, at=START, entered_at=START, by=by, by_name="", unit=STREET, act=CommandId(f"a{revision}")
        )
        for event in events
    )
    return JournalEntry(
        revision=Revision(revision), act=CommandId(f"a{revision}"), case=command.case, command=command,
        events=stamped, by=by, at=START, entered_at=START, committed_at=START,
    )  # fmt: skip


def test_the_journal_is_counted_for_one_street_and_one_person() -> None:
    from tests.simulator.test_agents import case_of

    order = case_of(1).order
    here, there = CaseId("here"), CaseId("there")
    whistle = Whistle(
        id=WhistleId("w"), kind=WhistleKind.EMERGENCY, demand="", place="", contact="", blown_at=START,
        blown_by=LEADER.person, blown_by_name="",
    )  # fmt: skip
    drain = UnitId("E-DRAIN")
    passing = c.PassMilestone(case=here, whistle=whistle.id, unit=drain, milestone=Milestone.REPORTED_IN)
    blow = c.BlowWhistle(case=here, whistle=whistle.id, kind=whistle.kind, demand="", place="", contact="", lead=drain)
    journal = [
        entry(
            number,
            c.ReceiveOrder(case=case, order=order, holder=holder),
            HOTLINE.person,
            e.OrderReceived(case=case, order=order, holder=holder, policy="city-1"),
        )
        for number, case, holder in ((1, here, STREET), (2, there, UnitId("110105018")))
    ]
    journal += [
        entry(3, c.SignFor(case=here), LEADER.person, e.SignedFor()),
        entry(4, c.SignFor(case=there), PersonId("other"), e.SignedFor()),
        entry(5, blow, LEADER.person, e.WhistleBlown(whistle=whistle)),
        *(
            entry(
                number,
                passing,
                PersonId("drain"),
                e.MilestonePassed(whistle=whistle.id, unit=drain, milestone=milestone),
            )
            for number, milestone in ((6, Milestone.SIGNED), (7, Milestone.REPORTED_IN))
        ),
    ]
    assert centre_figures(journal, {Reason.TOO_LATE: 2}, STREET, LEADER.person) == CentreFigures(
        head=Revision(7),
        orders_received=1,
        signed=1,
        whistles_blown=1,
        departments_reported_in=1,
        accepted_of_person=(CommandId("a3"), CommandId("a5")),
        rules_exercised=rules_exercised(journal, {Reason.TOO_LATE: 2}),
    )


def test_what_nobody_did_stands_with_nothing_and_breaks_the_report():
    found = rules_exercised((), {Reason.TOO_LATE: 2})
    assert found.refusals[Reason.TOO_LATE] == 2
    assert found.refusals[Reason.TOO_EARLY] == 0
    assert set(found.states) == set(CaseState)
    assert set(found.whistles) == set(WhistleKind)
    assert (found.exercised, found.rules) == (1, len(CaseState) + len(WhistleKind) + len(ROW) + len(Reason))
    gap = msgspec.structs.replace(CENTRE, rules_exercised=found)
    report = assemble(gap, STATION, seed=1, speed=1.0, ran_s=1.0)
    assert [equality.what for equality in report.equalities if not equality.holds] == ["rules exercised == rules"]


def test_a_drill_that_surprised_is_told():
    surprised = msgspec.structs.replace(CENTRE, drill_surprises=("leader: …",))
    report = assemble(surprised, STATION, seed=1, speed=1.0, ran_s=1.0)
    assert [equality.what for equality in report.equalities if not equality.holds] == ["drill's surprises == 0"]
