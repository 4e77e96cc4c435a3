"""The codec: what goes in comes out, and anything else has a named fault and raises nothing but BadMessage."""

import contextlib
import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher import wire
from dispatcher.models import commands as c
from dispatcher.models.ids import CaseId, CommandId, LedgerId, Revision
from dispatcher.models.order import Caller
from dispatcher.models.queue import summarise
from dispatcher.models.verdicts import Accepted, Reason, Refused, Settled
from dispatcher.wire import BadMessage, Fault
from tests import builders as b

UPWARD: list[wire.Upward] = [
    wire.Hello(protocol=2, token="t", station="s", ledger=LedgerId("l"), cursor=Revision(7)),
    wire.Hello(protocol=2, token="t", station="s"),
    wire.Submit(acts=(b.act(b.blow()), b.act(c.SignFor(case=CaseId("x")), offline=True, clock_error_ms=12))),
    wire.Submit(acts=(b.act(b.receive(caller=Caller("Zhang", "138"))),)),
    wire.Ping(sent_ms=1),
    wire.Hello(protocol=2, token="t", station="s", office=wire.OfficeStation(station="1a", address="10.0.0.4:8346")),
    wire.Inquire(acts=(CommandId("a"), CommandId("b"))),
]
SETTLES = (
    Settled(act=CommandId("a"), verdict=Accepted(revision=Revision(3), judged_at=b.NOON)),
    Settled(act=CommandId("b"), verdict=Refused(reason=Reason.WRONG_STATE, detail="closed")),
)


def row(caller: Caller | None = None) -> wire.CaseRow:
    case = b.case_in_hand()
    raw = wire.NO_CALLER if caller is None else msgspec.Raw(msgspec.json.encode(caller))
    return wire.CaseRow(summarise(case, b.law()), msgspec.Raw(msgspec.json.encode(case)), raw)


DOWNWARD: list[wire.Downward] = [
    wire.Welcome(
        protocol=2,
        now=b.NOON,
        ledger=LedgerId("l"),
        head=Revision(9),
        actor=b.DISPATCHER,
        book=b.book(),
        units=b.units(),
    ),
    wire.Changes(first=Revision(1), last=Revision(0)),
    wire.Judged(settles=SETTLES),
    wire.Beat(now=b.NOON, head=Revision(3)),
    wire.Pong(sent_ms=3, now=b.NOON),
    wire.LawChanged(book=b.book()),
    wire.Loads(units={b.URBAN: 2}, at=b.NOON),
    wire.Office(
        unit=b.STREET,
        keys=(wire.OfficeKey(id="k", secret=b"\0\xff" * 16, with_caller=True),),
        stations=(wire.OfficeStation(station="1a", address="10.0.0.4:8346"),),
    ),
    wire.Goodbye(fault=Fault.STOPPING, detail="see you"),
]


@pytest.mark.parametrize("message", UPWARD, ids=lambda m: type(m).__name__)
def test_what_a_console_says_comes_back_as_it_went(message: wire.Upward):
    assert wire.decode_upward(wire.encode(message)) == message


@pytest.mark.parametrize("message", DOWNWARD, ids=lambda m: type(m).__name__)
def test_what_the_centre_says_comes_back_as_it_went(message: wire.Downward):
    assert wire.decode_downward(wire.encode(message)) == message


@pytest.mark.parametrize("caller", [None, Caller("张三", "13800001111")])
def test_a_row_keeps_its_body_undecoded_and_its_caller_apart(caller: Caller | None):
    sent = wire.Changes(
        first=Revision(1),
        last=Revision(4),
        rows=(row(caller),),
        gone=(CaseId("z"),),
        settles=SETTLES,
        committed_at=b.NOON,
    )
    got = wire.decode_downward(wire.encode(sent))
    assert isinstance(got, wire.Changes)
    assert got.rows[0].row == sent.rows[0].row
    assert bytes(got.rows[0].body) == bytes(sent.rows[0].body)
    assert msgspec.json.decode(got.rows[0].caller, type=Caller | None) == caller
    assert (got.gone, got.settles, got.committed_at) == (sent.gone, sent.settles, sent.committed_at)
    assert wire.encode(got) == wire.encode(sent)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (b"", Fault.RUBBISH),
        (b"not json", Fault.RUBBISH),
        (b"[1,2]", Fault.RUBBISH),
        (b'"hello"', Fault.RUBBISH),
        (b'{"type":"hello"', Fault.RUBBISH),
        (b"\xff\xfe\x00", Fault.RUBBISH),
        (b'{"type":5}', Fault.RUBBISH),
        (b"[" * 100_000, Fault.RUBBISH),
        (b"{}", Fault.UNKNOWN_MESSAGE),
        (b'{"type":"dance"}', Fault.UNKNOWN_MESSAGE),
        (b'{"type":"hello","protocol":2}', Fault.BAD_FIELD),
        (b'{"type":"ping","sent_ms":"soon"}', Fault.BAD_FIELD),
        (b'{"type":"submit","acts":[{}]}', Fault.BAD_FIELD),
        (b'{"type":"dance","protocol":3}', Fault.NEWER_PROTOCOL),
        (b'{"type":"hello","protocol":3,"who":"me"}', Fault.NEWER_PROTOCOL),
        (b'{"type":"hello","protocol":1}', Fault.OLDER_PROTOCOL),
    ],
)
def test_each_kind_of_nonsense_has_its_name(frame: bytes, fault: Fault):
    with pytest.raises(BadMessage) as bad:
        wire.decode_upward(frame)
    assert bad.value.fault is fault
    assert str(fault) in str(bad.value)


def test_a_message_for_the_other_direction_is_refused():
    with pytest.raises(BadMessage) as bad:
        wire.decode_upward(wire.encode(wire.Beat(now=b.NOON, head=Revision(1))))
    assert bad.value.fault is Fault.BAD_FIELD


def test_a_frame_above_the_limit_is_refused_unread_and_one_at_the_limit_is_not():
    with pytest.raises(BadMessage) as bad:
        wire.decode_upward(b" " * (wire.MAX_FRAME_BYTES + 1))
    assert bad.value.fault is Fault.TOO_LARGE
    ping = wire.encode(wire.Ping(sent_ms=1))
    assert wire.decode_upward(ping + b" " * (wire.MAX_FRAME_BYTES - len(ping))) == wire.Ping(sent_ms=1)


def test_words_about_a_bad_message_stay_short():
    with pytest.raises(BadMessage) as bad:
        wire.decode_upward(b'{"type":"' + b"x" * 10_000 + b'"}')
    assert len(str(bad.value)) < 300


def quietly(frame: bytes | str) -> None:
    for decode in (wire.decode_upward, wire.decode_downward):
        with contextlib.suppress(BadMessage):
            decode(frame)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(frame: bytes):
    quietly(frame)


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(frame: str):
    quietly(frame)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.sampled_from([json.loads(wire.encode(message)) for message in (*UPWARD, *DOWNWARD)]),
    st.data(),
)
def test_a_message_with_any_part_replaced_raises_nothing_else(message: dict[str, object], data: st.DataObject):
    changed = json.loads(json.dumps(message))
    place: object = changed
    while True:
        if isinstance(place, dict) and place:
            key = data.draw(st.sampled_from(sorted(place)))
        elif isinstance(place, list) and place:
            key = data.draw(st.integers(0, len(place) - 1))
        else:
            break
        if data.draw(st.booleans()) or not isinstance(place[key], dict | list) or not place[key]:
            place[key] = data.draw(JSON)
            break
        place = place[key]
    quietly(json.dumps(changed).encode())


@given(st.sampled_from([wire.encode(message) for message in (*UPWARD, *DOWNWARD)]), st.data())
def test_half_a_frame_raises_nothing_else(frame: bytes, data: st.DataObject):
    cut = data.draw(st.integers(0, len(frame) - 1))
    for decode in (wire.decode_upward, wire.decode_downward):
        with pytest.raises(BadMessage):
            decode(frame[:cut])


@pytest.mark.parametrize(
    "frame",
    [
        b'{"type":"beat","now":"2026-03-03T04:00:00","head":1}',
        b'{"type":"pong","now":"2026-03-03T04:00:00","sent_ms":1}',
    ],
)
def test_an_instant_without_a_zone_is_refused(frame: bytes):
    with pytest.raises(BadMessage) as bad:
        wire.decode_downward(frame)
    assert bad.value.fault is Fault.BAD_FIELD


@given(passed=st.timedeltas(dt.timedelta(days=-9000), dt.timedelta(days=9000)), zone=st.timezones() | st.just(dt.UTC))
def test_instants_travel_exactly(passed: dt.timedelta, zone: dt.tzinfo):
    at = (b.NOON + passed).astimezone(zone)
    got = wire.decode_downward(wire.encode(wire.Beat(now=at, head=Revision(1))))
    assert isinstance(got, wire.Beat)
    assert got.now == at
    assert got.now.tzinfo is not None
