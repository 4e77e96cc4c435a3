"""What the people of the simulated world wish for, by what they see of a case; most of it lawful, some of it not."""

import random
from collections.abc import Iterator

from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.events import Ground, RequestKind
from dispatcher.models.ids import CaseId, UnitId
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.whistle import Milestone, WhistleKind
from tests import builders

_S = CaseState
_STEPS = (Milestone.SIGNED, Milestone.ON_THE_WAY, Milestone.REPORTED_IN, Milestone.DONE)


def wish(case: Case, actor: Actor, rng: random.Random) -> c.AnyCommand:
    """Choose a wish about a case as it is seen."""
    wishes = list(_of_liaison(case, actor) if actor.is_any(Role.LIAISON) else _of_street(case, rng))
    return rng.choice(wishes)


def _of_street(case: Case, rng: random.Random) -> Iterator[c.AnyCommand]:
    of = case.id
    whistle = f"w-{rng.getrandbits(32):08x}"
    match case.state:
        case _S.DISPATCHED:
            yield c.SignFor(case=of)
            yield c.SignFor(case=of)
            yield c.RequestReturn(case=of, ground=Ground.NOT_OUR_DUTY, reason="r", evidence=("map",))
        case _S.SIGNED | _S.REDO:
            yield c.RecordContact(case=of, reached=True)
            yield c.RecordContact(case=of, reached=rng.random() < 0.5)
            yield c.Assign(case=of, assignee=f"team {rng.randrange(3)}")
        case _S.IN_HAND:
            yield c.Assign(case=of, assignee=f"team {rng.randrange(3)}")
            yield c.ReportProgress(case=of, text=f"at work {rng.randrange(9)}")
            yield c.ReportProgress(case=of, text="there", on_scene=True)
            yield builders.reply(of)
            yield builders.blow(of, WhistleKind.ROUTINE, whistle)
        case _S.REPLY_REVIEW:
            yield c.ApproveReply(case=of)
            yield c.SendBackReply(case=of, reason="shorter")
        case _S.REPLIED:
            yield c.RecordCallBack(case=of, reached=False)
            yield c.CloseCase(case=of)
        case _:
            yield c.SignFor(case=of)
    yield builders.blow(of, WhistleKind.EMERGENCY, whistle)
    yield builders.blow(of, WhistleKind.EMERGENCY, whistle)
    yield c.AddNote(case=of, text=f"note {rng.randrange(99)}")
    if rng.random() < 0.3:
        yield c.RevealCaller(case=of, reason="to call")
    if case.history:
        yield c.Undo(case=of, act=case.history[-1].act)
    for blown in case.whistles[-2:]:
        for summons in blown.summons:
            for step in _STEPS:
                yield c.PassMilestone(case=of, whistle=blown.id, unit=summons.unit, milestone=step)
        yield c.WithdrawWhistle(case=of, whistle=blown.id, reason="over")
        yield c.AcceptWhistle(case=of, whistle=blown.id)


def _of_liaison(case: Case, actor: Actor) -> Iterator[c.AnyCommand]:
    of = case.id
    for blown in case.whistles[-2:]:
        for step in _STEPS:
            yield c.PassMilestone(case=of, whistle=blown.id, unit=actor.unit, milestone=step)
        yield c.ContactStreet(case=of, whistle=blown.id, unit=actor.unit)
        yield c.RefuseSummons(case=of, whistle=blown.id, unit=actor.unit, reason="not ours")
    yield c.SignFor(case=of)


def hotline_wish(case: CaseId, holder: UnitId, rng: random.Random) -> c.AnyCommand:
    """Choose what the hotline does to a case that stands with `holder`."""
    elsewhere = builders.OTHER_STREET if holder == builders.STREET else builders.STREET
    return rng.choice(
        (
            c.Transfer(case=case, to=elsewhere, reason="there"),
            c.Transfer(case=case, to=elsewhere, reason="there"),
            c.Urge(case=case),
            c.AddNote(case=case, text="h"),
            c.DecideRequest(case=case, kind=RequestKind.RETURN, granted=rng.random() < 0.5, answer="a", to=elsewhere),
        )
    )
