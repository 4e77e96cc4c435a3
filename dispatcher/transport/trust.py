"""Whom a station trusts on the wire: contexts of TLS, and what went wrong with a certificate in words.

Promises: without an authority of one's own the system's are asked; nothing is ever accepted unverified. A certificate
near its end is told, not only one past it.
"""

import datetime as dt
import logging
import ssl
from pathlib import Path
from typing import Final, cast

from dispatcher.sync.ports import Trouble

WARN_BEFORE: Final = dt.timedelta(days=30)

_log = logging.getLogger(__name__)
UNKNOWN_ISSUER: Final = frozenset({18, 19, 20, 21})
"""OpenSSL's numbers: self-signed, self-signed in the chain, no local issuer, leaf not verified."""
_EXPIRED: Final = 10
_NOT_YET: Final = 9
_WRONG_NAME: Final = frozenset({62, 64})


def trust(authority: str) -> ssl.SSLContext:
    """Make the context of a client; `authority` is a file of certificates, empty for the system's. Raises Trouble."""
    try:
        return ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as error:
        raise Trouble(
            f"{authority}: 不能作为签发机构证书（PEM）读取。 | It cannot be read as certificates (PEM). ({error})"
        ) from error


def trust_own(certificate: Path) -> ssl.SSLContext:
    """Make the context by which a machine speaks to its own centre: that very certificate, under any name.

    Raises Trouble.
    """
    context = trust(str(certificate))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context


def certificate_words(error: BaseException) -> str:
    """Say what is wrong with the centre's certificate, from anything that was raised; empty when it is none of that."""
    found = _verification(error)
    if found is None:
        if isinstance(_first(error, ssl.SSLError), ssl.SSLError):
            return (
                "与中心的加密连接没有建立：请核对地址是 https 还是 http"
                " | no encrypted connection with the centre; is its address https or http?"
            )
        return ""
    code = found.verify_code
    if code in UNKNOWN_ISSUER:
        return (
            "中心的证书不是本机信任的机构签发的：请用 --authority 指定管理员给的 authority.pem"
            " | the centre's certificate is of an authority unknown here; give the administrator's with --authority"
        )
    if code == _EXPIRED:
        return (
            "中心的证书已过期（也请核对本机时钟）：请管理员换发 | the centre's certificate has expired (is this"
            " machine's clock right?); the administrator has to renew it"
        )
    if code == _NOT_YET:
        return (
            "中心的证书尚未生效：请核对本机时钟"
            " | the centre's certificate is not valid yet; is this machine's clock right?"
        )
    if code in _WRONG_NAME:
        return (
            "中心的证书不是为这个地址签发的：请用证书上的名称连接，或请管理员为此地址签发"
            " | the centre's certificate is for another name; use that name, or have one made for this address"
        )
    return f"中心的证书无效 | the centre's certificate is not valid ({found.verify_message})"


def note_end(connection: object, now: dt.datetime) -> str:
    """Say in words that the certificate of an open connection ends soon, and log it; empty when it does not."""
    if not isinstance(connection, ssl.SSLObject | ssl.SSLSocket):
        return ""
    certificate = connection.getpeercert()
    ends = cast("str", certificate.get("notAfter", "")) if certificate else ""
    return end_words(dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.UTC), now) if ends else ""


def end_words(ends: dt.datetime, now: dt.datetime) -> str:
    """Say in words that a certificate ends soon or has ended, and log it; empty when it does not."""
    if ends - now > WARN_BEFORE:
        return ""
    _log.warning("the certificate of the centre ends on %s", f"{ends:%Y-%m-%d}")
    days = max(0, (ends - now).days)
    return (
        f"中心的证书将于 {days} 天后到期：请管理员换发 | the centre's certificate ends in {days} days; have it renewed"
    )


def _verification(error: BaseException) -> ssl.SSLCertVerificationError | None:
    found = _first(error, ssl.SSLCertVerificationError)
    return found if isinstance(found, ssl.SSLCertVerificationError) else None


def _first(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """Give the first of a kind among an error and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, kind):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None
