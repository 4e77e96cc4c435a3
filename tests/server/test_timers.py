"""What the centre does by itself: rungs, ends of suspensions, policies' dates; once each, whether it ran or not."""

import asyncio
import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import LadderClimbed, RequestKind
from dispatcher.models.ids import CaseId, CommandId, PersonId, Revision, WhistleId
from dispatcher.models.lawbook import ActivatePolicy
from dispatcher.models.organisation import CENTRE, Actor, Role
from dispatcher.models.queue import epoch_ms
from dispatcher.models.roster import DutyPost, OnDuty, Roster
from dispatcher.models.verdicts import Accepted
from dispatcher.models.whistle import Milestone, WhistleKind
from dispatcher.storage.ledger import Outcome
from tests.fakes import FakeClock
from tests.server.centre import LAW, STREET, WATER, Centre, Client, now, order, running_centre

SIGN = LAW.policy.whistles[WhistleKind.EMERGENCY].sign.length
REPORT_IN = LAW.policy.whistles[WhistleKind.EMERGENCY].report_in.length
ROSTER = Roster(
    duties=(
        OnDuty(unit=WATER, post=DutyPost.LIAISON, name="赵工"),
        OnDuty(unit=WATER, post=DutyPost.DUTY_LEADER, name="孙主任"),
        OnDuty(unit=STREET, post=DutyPost.SHIFT_LEADER, name="钱班长"),
    )
)


async def done(client: Client, clock: FakeClock, *commands: c.AnyCommand, by: str = "wang") -> None:
    acts = [
        c.Act(id=f"a-{uuid.uuid4()}", command=command, by=by, made_at=clock.now())  # type: ignore[arg-type]
        for command in commands
    ]
    await client.submit(*acts)
    verdicts = await client.settled(*acts)
    assert all(isinstance(verdict, Accepted) for verdict in verdicts), verdicts


def whistle(case: CaseId) -> c.BlowWhistle:
    return c.BlowWhistle(
        case=case,
        whistle=WhistleId(f"w-{case}"),
        kind=WhistleKind.EMERGENCY,
        demand="抢修",
        place="路口",
        contact="wang",
        lead=WATER,
    )


def case_in(client: Client, case: CaseId) -> Case:
    return msgspec.json.decode(client.rows[case].body, type=Case)


def rungs(client: Client, case: CaseId) -> list[tuple[Milestone, int, tuple[str, ...]]]:
    return [(r.milestone, r.share, r.told) for w in case_in(client, case).whistles for r in w.ladder]


async def blown(centre: Centre, clock: FakeClock) -> CaseId:
    (case,) = await centre.accepted(order(dispatched_at=clock.now().isoformat()))
    async with centre.console("wang") as street:
        await done(street, clock, c.SignFor(case=case), whistle(case))
    return case


def test_a_silent_department_s_rungs_are_climbed_with_no_console_of_either_side_open(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock(now())
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}", clock=clock) as centre:
            await centre.running.desk.write(lambda ledger: ledger.put_roster(ROSTER))
            case = await blown(centre, clock)
            head = centre.running.hub.head
            async with centre.console("sun") as elsewhere:
                clock.advance(SIGN.total_seconds() * 0.6)
                await elsewhere.until_complete(Revision(head + 1))
            async with centre.console("wang") as street:
                assert rungs(street, case) == [(Milestone.SIGNED, 50, ("联络员 赵工",))]
                clock.advance(SIGN.total_seconds() * 0.5)
                await street.until(lambda client: len(rungs(client, case)) == 2)
                assert rungs(street, case)[1] == (Milestone.SIGNED, 100, ("带班领导 孙主任", "值班长 钱班长"))
                clock.advance(SIGN.total_seconds() * 0.5)
                await street.until(lambda client: case_in(client, case).supervision == 1)
                assert rungs(street, case)[2] == (Milestone.SIGNED, 150, ())

    asyncio.run(story())


def test_what_fell_due_while_the_centre_was_down_is_done_once_at_the_next_start(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'centre.db'}"

    async def story() -> None:
        clock = FakeClock(now())
        async with running_centre(database, clock=clock) as centre:
            case = await blown(centre, clock)
        clock.advance(SIGN.total_seconds() * 2)
        for _ in range(2):  # the second start finds nothing left to do
            async with running_centre(database, clock=clock) as centre, centre.console("wang") as street:
                await street.until(lambda client: case_in(client, case).supervision == 1)
                assert [share for milestone, share, _ in rungs(street, case) if milestone is Milestone.SIGNED] == [
                    50,
                    100,
                    150,
                ]
                entries = await centre.running.desk.read(lambda ledger: ledger.journal(Revision(0), 100))
                own = [entry for entry in entries if entry.by == CENTRE.person]
                climbed = [e.events[0].event for e in own if isinstance(e.events[0].event, LadderClimbed)]
                assert len(climbed) == len({(rung.milestone, rung.share) for rung in climbed})
                assert {epoch_ms(entry.at) for entry in own} == {epoch_ms(clock.now())}, "at the time it was noticed"

    asyncio.run(story())


def test_a_suspension_ends_by_itself_at_its_review_date(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock(now())
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}", clock=clock) as centre:
            (case,) = await centre.accepted(order(dispatched_at=clock.now().isoformat()))
            review = clock.now() + dt.timedelta(days=3)
            async with centre.console("qian") as leader, centre.console("hotline") as hotline:
                await done(
                    leader,
                    clock,
                    c.SignFor(case=case),
                    c.RecordContact(case=case, reached=True),
                    c.RequestSuspension(case=case, review_at=review, reason="等供暖", public_reason="等待供暖季"),
                    by="qian",
                )
                grant = c.DecideRequest(case=case, kind=RequestKind.SUSPENSION, granted=True, answer="同意")
                await done(hotline, clock, grant, by="hotline")
                await leader.until(lambda client: case_in(client, case).state is CaseState.SUSPENDED)
                clock.advance(3 * 24 * 3600 - 60)
                (other,) = await centre.accepted(order(dispatched_at=clock.now().isoformat()))
                await leader.until(lambda client: other in client.rows)
                assert case_in(leader, case).state is CaseState.SUSPENDED
                clock.advance(61)
                await leader.until(lambda client: case_in(client, case).state is CaseState.IN_HAND)
                assert case_in(leader, case).history[-1].by == CENTRE.person

    asyncio.run(story())


def test_a_policy_s_day_comes_without_anybody_doing_anything(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock(now())
        day = (clock.now() + dt.timedelta(days=2)).date()
        policy = msgspec.structs.replace(LAW.policy, version="next", effective_from=day)
        async with running_centre(f"sqlite:///{tmp_path / 'centre.db'}", clock=clock) as centre:
            headers = await centre.bearer("admin")
            body = msgspec.json.encode({"id": "law-1", "command": ActivatePolicy(policy=policy)})
            answer = await centre.http.post("/law", content=body, headers=headers)
            assert answer.status_code == 200, answer.text
            assert centre.running.desk.law.policy.version == LAW.policy.version
            async with centre.console("wang") as street:
                told = len(street.laws)
                clock.advance(3 * 24 * 3600)
                await street.until(lambda client: len(client.laws) > told)
            assert centre.running.desk.law.policy.version == "next"

    asyncio.run(story())


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_somebody_does_while_the_centre_acts_is_acted_on_at_once_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, kind: str
) -> None:
    """A department's signature that arrives late, between the rungs and the look after them, makes other rungs due."""
    sqlite = f"sqlite:///{tmp_path / 'centre.db'}"
    database = sqlite if kind == "sqlite" else request.getfixturevalue("fresh_postgres_url")

    async def story() -> None:
        clock = FakeClock(now())
        async with running_centre(database, clock=clock) as centre:
            desk = centre.running.desk
            case = await blown(centre, clock)
            signed_at = clock.now() + dt.timedelta(minutes=1)
            real, between = desk.judge_made, asyncio.Event()

            async def judge_made(*words: Any) -> list[Outcome]:
                outcomes = await real(*words)
                if outcomes and not between.is_set():
                    between.set()
                    sign = c.PassMilestone(
                        case=case, whistle=WhistleId(f"w-{case}"), unit=WATER, milestone=Milestone.SIGNED
                    )
                    late = c.Act(id=CommandId("late"), command=sign, by=PersonId("li"), made_at=signed_at)
                    found = await desk.judge(
                        late, Actor(person=PersonId("li"), name="Li", unit=WATER, roles=frozenset({Role.LIAISON}))
                    )
                    assert isinstance(found.verdict, Accepted), found.verdict
                return outcomes

            monkeypatch.setattr(desk, "judge_made", judge_made)
            clock.advance(REPORT_IN.total_seconds() * 1.2)
            async with centre.console("wang") as street:
                await street.until(
                    lambda client: (
                        {share for milestone, share, _ in rungs(client, case) if milestone is Milestone.REPORTED_IN}
                        == {50, 100}
                    )
                )
            assert between.is_set()

    asyncio.run(story())
