"""Proofs that a person's own station made an act as it stands: HMAC-SHA256 by the key of his session there.

The key of a session is derived by the centre from a secret of its own and the session's id, so nobody else can make or
check a proof, and nothing has to be kept for it. Proved is all of an act but the caller of an order, who is proved
apart: a copy without him is still the same act.
"""

import hashlib
import hmac
from typing import Final

import msgspec

from dispatcher.models.commands import Act, ReceiveOrder
from dispatcher.models.ids import CommandId, PersonId
from dispatcher.models.order import Caller
from dispatcher.wire.deliveries import Delivery, Proof, SessionKey

SESSION_CHARACTERS: Final = 32
"""So much of the hash of a session's token names it here: half, so that no token is found by it."""
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def session_key(secret: bytes, token_hash: str, person: PersonId) -> SessionKey:
    """Derive the key of the session that a token's hash belongs to."""
    session = token_hash[:SESSION_CHARACTERS]
    return SessionKey(session=session, person=person, secret=_mac(secret, b"session", session))


def prove(key: SessionKey, act: Act, after: CommandId) -> Proof:
    """Prove an act of the key's person; `after` is the act before it that must have been accepted, if there is one."""
    bare, caller = _parted(act)
    mark = _mac(key.secret, b"caller", act.id, caller) if caller is not None else b""
    return Proof(session=key.session, after=after, caller=mark, seal=_seal(key, bare, after, mark))


def holds(key: SessionKey, delivery: Delivery) -> bool:
    """Tell whether an act is proved as it stands, with its caller where it has one."""
    proof = delivery.proof
    bare, caller = _parted(delivery.act)
    if proof.session != key.session or delivery.act.by != key.person:
        return False
    if caller is not None and not hmac.compare_digest(proof.caller, _mac(key.secret, b"caller", bare.id, caller)):
        return False
    return hmac.compare_digest(proof.seal, _seal(key, bare, proof.after, proof.caller))


def lacks_caller(delivery: Delivery) -> bool:
    """Tell whether a copy is without the caller that the act was made with."""
    return bool(delivery.proof.caller) and _parted(delivery.act)[1] is None


def _seal(key: SessionKey, bare: Act, after: CommandId, caller: bytes) -> bytes:
    return _mac(key.secret, b"act", key.session, after, caller, bare)


def _mac(key: bytes, what: bytes, *of: object) -> bytes:
    return hmac.digest(key, what + b"|" + _encode(of), hashlib.sha256)


def _parted(act: Act) -> tuple[Act, Caller | None]:
    command = act.command
    if not isinstance(command, ReceiveOrder) or command.caller is None:
        return act, None
    bare = msgspec.structs.replace(command, caller=None)
    return msgspec.structs.replace(act, command=bare), command.caller
