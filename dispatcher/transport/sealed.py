"""A link that only stations of one office can speak over: both ends prove a key of the office, and all is encrypted.

    dialler -> door     ids of the keys it holds, a nonce, an ephemeral X25519 key
    door -> dialler     the key chosen, a nonce, an ephemeral X25519 key, proof = HMAC(key, "door", all said so far)
    dialler -> door     proof = HMAC(key, "dialler", all said so far)

Both then derive a key for each direction by HKDF-SHA256 from the X25519 secret and the office's key; every frame is
AES-256-GCM under a running number. Promises: whoever has no key of the office learns nothing but the ids of keys, can
change, repeat, leave out or reorder nothing unnoticed, and a key that leaks later opens no link of before. The
library behind it, `cryptography`, is imported with the first office link.
"""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dispatcher.sync import words
from dispatcher.sync.office_ports import OfficeLink
from dispatcher.sync.ports import Link, LinkLost, LinkRefused
from dispatcher.wire import OfficeKey

SEAL_BYTES: Final = 16
"""How much longer a frame becomes."""
_NONCE_BYTES: Final = 32
_INFO: Final = b"dispatcher office link 1"


class _Greeting(msgspec.Struct, frozen=True):
    keys: tuple[str, ...]
    nonce: bytes
    public: bytes


class _Answer(msgspec.Struct, frozen=True):
    key: str
    nonce: bytes = b""
    public: bytes = b""


class _Proof(msgspec.Struct, frozen=True):
    proof: bytes


_M = TypeVar("_M")


class SealedLink:
    """A Link over a Link, proven already."""

    def __init__(self, link: Link, sending: bytes, receiving: bytes) -> None:
        self._link = link
        self._sending, self._receiving = AESGCM(sending), AESGCM(receiving)
        self._sent = self._received = 0
        self._turn = asyncio.Lock()

    async def send(self, frame: bytes) -> None:
        """Send one frame; raises LinkLost."""
        async with self._turn:  # frames leave in the order of their numbers
            number, self._sent = self._sent, self._sent + 1
            await self._link.send(self._sending.encrypt(_iv(number), frame, None))

    async def receive(self) -> bytes:
        """Wait for the next frame; raises LinkLost when the link has ended or somebody has touched it."""
        frame = await self._link.receive()
        number, self._received = self._received, self._received + 1
        try:
            return self._receiving.decrypt(_iv(number), frame, None)
        except InvalidTag:
            await self._link.close()
            raise LinkLost(words.TAMPERED) from None

    async def close(self) -> None:
        """Close, in any state, without raising."""
        await self._link.close()


async def greet(link: Link, keys: Sequence[OfficeKey]) -> OfficeLink:
    """Prove both ends as the one who dials; raises LinkLost, or LinkRefused where it is another office's."""
    private = X25519PrivateKey.generate()
    greeting = _Greeting(
        tuple(key.id for key in keys), os.urandom(_NONCE_BYTES), private.public_key().public_bytes_raw()
    )
    said = msgspec.json.encode(greeting)
    await link.send(said)
    heard = await link.receive()
    answer = _read(heard, _Answer)
    key = next((key for key in keys if key.id == answer.key), None)
    if key is None:
        raise LinkRefused(words.OTHER_OFFICE)
    so_far = _digest(said, heard)
    proof = _read(await link.receive(), _Proof).proof
    if not hmac.compare_digest(proof, _proof(key, b"door", so_far)):
        raise LinkRefused(words.OTHER_OFFICE)
    await link.send(msgspec.json.encode(_Proof(_proof(key, b"dialler", so_far))))
    pair = _derive(private, answer.public, key, so_far)
    return OfficeLink(SealedLink(link, pair.up, pair.down), key.with_caller)


async def answer(link: Link, keys: Sequence[OfficeKey]) -> OfficeLink:
    """Prove both ends as the one who was dialled; raises LinkLost, or LinkRefused where it is another office's."""
    said = await link.receive()
    greeting = _read(said, _Greeting)
    offered = frozenset(greeting.keys)
    common = [key for key in keys if key.id in offered]
    key = next((key for key in common if key.with_caller), common[0] if common else None)
    if key is None:
        await link.send(msgspec.json.encode(_Answer("")))
        raise LinkRefused(words.OTHER_OFFICE)
    private = X25519PrivateKey.generate()
    told = msgspec.json.encode(_Answer(key.id, os.urandom(_NONCE_BYTES), private.public_key().public_bytes_raw()))
    so_far = _digest(said, told)
    await link.send(told)
    await link.send(msgspec.json.encode(_Proof(_proof(key, b"door", so_far))))
    proof = _read(await link.receive(), _Proof).proof
    if not hmac.compare_digest(proof, _proof(key, b"dialler", so_far)):
        raise LinkRefused(words.OTHER_OFFICE)
    pair = _derive(private, greeting.public, key, so_far)
    return OfficeLink(SealedLink(link, pair.down, pair.up), key.with_caller)


class _Pair(NamedTuple):
    up: bytes
    down: bytes


def _derive(private: X25519PrivateKey, public: bytes, key: OfficeKey, so_far: bytes) -> _Pair:
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as bad:  # a point of small order
        raise LinkRefused(words.OTHER_OFFICE) from bad
    made = HKDF(hashes.SHA256(), 64, so_far, _INFO).derive(shared + key.secret)
    return _Pair(made[:32], made[32:])


def _digest(greeting: bytes, answer: bytes) -> bytes:
    return hashlib.sha256(len(greeting).to_bytes(8, "big") + greeting + answer).digest()


def _proof(key: OfficeKey, who: bytes, so_far: bytes) -> bytes:
    return hmac.new(key.secret, _INFO + b"\0" + who + b"\0" + so_far, hashlib.sha256).digest()


def _iv(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _read(frame: bytes, kind: type[_M]) -> _M:
    try:
        return msgspec.json.decode(frame, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LinkRefused(words.OTHER_OFFICE) from error
