"""Secrets as they are made, hashed and compared: tokens, made-up passwords, one-time codes. Pure but for chance.

One-time codes are those of RFC 6238: six digits, half a minute, SHA-1, as every authenticator has them.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from typing import Final, NamedTuple

from pyotp import random_base32
from pyotp.totp import TOTP

PERIOD_S: Final = 30
STEPS_OFF: Final = 1
"""A code of the half-minute before or after is taken too: a phone's clock may be off."""
RECOVERY_CODES: Final = 8
SHORTEST_PASSWORD: Final = 10
ISSUER: Final = "Dispatcher 接诉即办"


class Enrolment(NamedTuple):
    """What somebody is given once: the secret, its otpauth URI for the authenticator, and recovery codes."""

    secret: str
    uri: str
    recovery: tuple[str, ...]


def token_hash(token: str) -> str:
    """Give what is kept of a token, a device or a recovery code, all of which are long and made by chance."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def made_up_password() -> str:
    """Make up a password of 64 bits that can be read out and typed."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


def weakness(password: str, person: str) -> str:
    """Say what makes a password too easy to guess, or nothing."""
    if len(password) < SHORTEST_PASSWORD:
        return f"密码至少 {SHORTEST_PASSWORD} 个字符 | a password has at least {SHORTEST_PASSWORD} characters"
    if len(set(password)) < SHORTEST_PASSWORD // 2:
        return "密码中不同的字符太少 | too few different characters"
    if len(person) >= 3 and person.lower() in password.lower():
        return "密码不能包含用户名 | a password may not contain the sign-in name"
    return ""


def enrol(person: str) -> Enrolment:
    """Make a new secret for somebody's authenticator."""
    secret = random_base32()
    uri = TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)
    recovery = tuple("-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(RECOVERY_CODES))
    return Enrolment(secret, uri, recovery)


def normal_code(code: str) -> str:
    """Give a code without what people put in between."""
    return re.sub(r"\s", "", code).lower()


def one_time_step(secret: str, code: str, now: dt.datetime) -> int | None:
    """Give the half-minute a code is of, None when it is of none that is near."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    made, present = TOTP(secret), int(now.timestamp()) // PERIOD_S
    near = range(present - STEPS_OFF, present + STEPS_OFF + 1)
    return next((step for step in near if hmac.compare_digest(made.generate_otp(step), code)), None)
