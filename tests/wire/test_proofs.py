"""Proofs of acts: what they cover, what they leave out, and that nobody else can make them."""

import datetime as dt

import msgspec
import pytest

from dispatcher.models import commands as c
from dispatcher.models.events import Deliverer
from dispatcher.models.ids import CaseId, CommandId, PersonId
from dispatcher.models.order import Caller
from dispatcher.wire import Delivery
from dispatcher.wire.office import OfficeAct, act_without_caller
from dispatcher.wire.proofs import SESSION_CHARACTERS, holds, lacks_caller, prove, session_key
from tests import builders as b

TOKEN = "0123456789abcdef" * 4
KEY = session_key(b"secret of all proofs", TOKEN, b.DISPATCHER.person)
NOTE = b.act(c.AddNote(case=CaseId("case-1"), text="到场", instead_of=""), b.DISPATCHER)
ORDER = msgspec.structs.replace(
    NOTE, id=CommandId("a-2"), command=b.receive("case-2", caller=Caller("刘丽华", "13800001234"))
)


def delivery(act: c.Act, after: str = "") -> Delivery:
    return Delivery(act=act, proof=prove(KEY, act, CommandId(after)))


def test_an_act_holds_as_it_stands_also_when_it_went_through_json() -> None:
    for act in (NOTE, ORDER):
        made = delivery(act, "a-0")
        assert holds(KEY, made)
        assert holds(KEY, msgspec.json.decode(msgspec.json.encode(made), type=Delivery))


@pytest.mark.parametrize(
    "changed",
    [
        {"id": CommandId("another")},
        {"command": c.AddNote(case=CaseId("case-1"), text="没有到场")},
        {"by": b.LEADER.person},
        {"made_at": NOTE.made_at + dt.timedelta(milliseconds=1)},
        {"valid_until": NOTE.made_at + dt.timedelta(days=1)},
        {"offline": not NOTE.offline},
        {"happened_at": NOTE.made_at},
        {"seen": "x"},
        {"replaces": CommandId("x")},
        {"delivered_by": Deliverer(by=PersonId("x"), by_name="")},
    ],
)
def test_whatever_is_changed_is_found(changed: dict[str, object]) -> None:
    made = delivery(NOTE)
    assert not holds(KEY, msgspec.structs.replace(made, act=msgspec.structs.replace(NOTE, **changed)))


def test_every_field_of_an_act_is_among_those_changed_above_or_made_of_them() -> None:
    assert {f.name for f in msgspec.structs.fields(c.Act)} == {
        "id", "command", "by", "made_at", "valid_until", "offline", "clock_error_ms", "base_revision", "happened_at",
        "seen", "replaces", "delivered_by",
    }  # fmt: skip


def test_the_proof_itself_cannot_be_changed_nor_moved_to_another_act() -> None:
    made = delivery(NOTE, "a-0")
    for proof in (
        msgspec.structs.replace(made.proof, after=CommandId("")),
        msgspec.structs.replace(made.proof, caller=b"x" * 32),
        msgspec.structs.replace(made.proof, session="f" * SESSION_CHARACTERS),
        msgspec.structs.replace(made.proof, seal=made.proof.seal[:-1] + bytes([made.proof.seal[-1] ^ 1])),
        msgspec.structs.replace(made.proof, seal=b""),
        delivery(ORDER).proof,
    ):
        assert not holds(KEY, Delivery(act=NOTE, proof=proof))


def test_another_session_another_secret_and_another_person_prove_nothing() -> None:
    made = delivery(NOTE)
    for key in (
        session_key(b"another secret", TOKEN, KEY.person),
        session_key(b"secret of all proofs", TOKEN[::-1], KEY.person),
        msgspec.structs.replace(KEY, person=b.LEADER.person),
    ):
        assert not holds(key, made)


def test_a_copy_without_its_caller_is_the_same_act_and_another_caller_is_not() -> None:
    made = delivery(ORDER)
    bare = act_without_caller(OfficeAct(act=ORDER, maker=b.DISPATCHER, station="aa", proof=made.proof))
    assert bare.proof is not None
    copy = Delivery(act=bare.act, proof=bare.proof)
    assert holds(KEY, copy)
    assert lacks_caller(copy)
    assert not lacks_caller(made)
    assert not lacks_caller(delivery(NOTE))
    assert not lacks_caller(delivery(bare.act)), "it was made without one"
    assert isinstance(ORDER.command, c.ReceiveOrder)
    other = msgspec.structs.replace(ORDER.command, caller=Caller("刘丽华", "13900000000"))
    assert not holds(KEY, Delivery(act=msgspec.structs.replace(ORDER, command=other), proof=made.proof))
    put_in = msgspec.structs.replace(copy, proof=delivery(bare.act).proof)
    assert holds(KEY, put_in)
    assert not holds(KEY, msgspec.structs.replace(put_in, act=ORDER)), "a caller nobody proved"


def test_a_key_tells_neither_itself_nor_the_token() -> None:
    assert KEY.session == TOKEN[:SESSION_CHARACTERS]
    assert "secret" not in repr(KEY)
    assert len(KEY.secret) == 32
