"""Strategies for tests: cases in any state with any history of terms and pauses, and laws of several regimes."""

import datetime as dt

import msgspec
from hypothesis import strategies as st

from dispatcher.models.case import CallBack, Case, CaseState, Extension, Holding, Suspension, UrgencyAt
from dispatcher.models.ids import CaseId
from dispatcher.models.law import Law, Regime
from dispatcher.models.order import Urgency
from dispatcher.models.policy import Flood, Policy, parse_limit
from tests import builders as b

WET = ("water", "drainage works")
POLICY = msgspec.structs.replace(b.policy(), flood=Flood(categories=("drainage",)))
MINUTES = st.integers(0, 40 * 24 * 60)


def later(minutes: int) -> dt.datetime:
    return b.NOON + dt.timedelta(minutes=minutes)


def changed(policy: Policy, version: str, urgency: Urgency, **limits: str | None) -> Policy:
    """Another version of a policy, with other limits of one urgency."""
    new = {name: None if text is None else parse_limit(text) for name, text in limits.items()}
    orders = dict(policy.orders)
    orders[urgency] = msgspec.structs.replace(orders[urgency], **new)
    return msgspec.structs.replace(policy, version=version, orders=orders)


def in_regimes(*regimes: tuple[dt.datetime, Policy, bool]) -> Law:
    """A law under which these have held, the last one now."""
    made = tuple(Regime(since=since, policy=policy, flood=flood) for since, policy, flood in regimes)
    return msgspec.structs.replace(b.law(), policy=made[-1].policy, flood=made[-1].flood, regimes=made)


LIMITS = st.sampled_from(["20 min", "5 h", "3 d", "12 d", "2 h W", "9 h W", "1 WD", "4 WD", "same day"])


@st.composite
def laws(draw: st.DrawFn) -> Law:
    """One to four regimes, the first from before every case."""
    regimes = [(b.NOON - dt.timedelta(days=30), POLICY, draw(st.booleans()))]
    for number, at in enumerate(sorted(draw(st.lists(MINUTES, max_size=3, unique=True)))):
        policy = regimes[-1][1]
        if draw(st.booleans()):
            limits = {
                "sign": draw(st.none() | LIMITS),
                "on_scene": draw(st.none() | LIMITS),
                "feedback": draw(LIMITS),
            }
            policy = changed(policy, f"test-{number + 2}", draw(st.sampled_from(Urgency)), **limits)
        regimes.append((later(at), policy, draw(st.booleans())))
    return in_regimes(*regimes)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of any state. Not every one could come about: clocks must make sense of them all."""

    def maybe(*instants: dt.datetime | None) -> dt.datetime | None:
        least = max((int((at - b.NOON).total_seconds() // 60) for at in instants if at), default=0)
        minutes = draw(st.none() | st.integers(least, least + 20 * 24 * 60))
        return None if minutes is None else later(minutes)

    order = b.order(
        urgency=draw(st.sampled_from(Urgency)),
        category=draw(st.sampled_from([WET, ("city", "lighting")])),
        feedback_due_at=draw(st.none() | st.integers(1, 15).map(lambda days: later(days * 24 * 60))),
    )
    moved = draw(st.booleans())
    redispatched = maybe(b.NOON) if moved else None
    former = (
        (Holding(unit=b.OTHER_STREET, dispatched_at=b.NOON, ended_at=redispatched, returned=False),)
        if redispatched
        else ()
    )
    signed = maybe(redispatched)
    replied = maybe(signed, redispatched)
    redo = maybe(replied) if replied else None
    state = draw(st.sampled_from(CaseState))
    suspensions: list[Suspension] = []
    at = redispatched or b.NOON
    for _ in range(draw(st.integers(0, 2))):
        begin = at + dt.timedelta(minutes=draw(st.integers(0, 5000)))
        at = begin + dt.timedelta(minutes=draw(st.integers(0, 20_000)))
        suspensions.append(Suspension(at=begin, review_at=at, public_reason="x", resumed_at=at))
    if state is CaseState.SUSPENDED:
        begin = at + dt.timedelta(minutes=draw(st.integers(0, 5000)))
        suspensions.append(Suspension(at=begin, review_at=later(60 * 24 * 60), public_reason="x"))
    asked = maybe()
    extension = Extension(asked_at=asked, granted_at=asked, until=asked + dt.timedelta(days=5)) if asked else None
    urgencies = sorted(draw(st.lists(MINUTES, max_size=2, unique=True)))
    return Case(
        id=CaseId("case-1"),
        order=order,
        state=state,
        holder=b.STREET,
        policy="test-1",
        signed_at=signed,
        contacted_at=maybe(signed),
        on_scene_at=maybe(signed),
        progress_at=maybe(signed),
        first_replied_at=replied,
        replied_at=replied,
        redo_at=redo,
        redo_signed_at=maybe(redo) if redo else None,
        closed_at=maybe(replied) if state is CaseState.CLOSED else None,
        redispatched_at=redispatched,
        former=former,
        suspensions=tuple(suspensions),
        extension=extension,
        urgencies=tuple(UrgencyAt(later(m), draw(st.sampled_from(Urgency))) for m in urgencies),
        call_backs=tuple(
            CallBack(at=later(m), by_hotline=draw(st.booleans()), reached=draw(st.booleans()))
            for m in sorted(draw(st.lists(MINUTES, max_size=4)))
        ),
    )
