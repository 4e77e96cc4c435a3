"""The centre's own certificate: whether it can be used, and a word in the log before it ends."""

import asyncio
import datetime as dt
import logging
import ssl
from pathlib import Path
from typing import Final

from cryptography import x509

from dispatcher.sync.ports import Clock, Trouble

WARN_BEFORE: Final = dt.timedelta(days=30)
LOOK_EVERY_S: Final = 24 * 3600.0

log = logging.getLogger(__name__)


def check(certificate: Path, key: Path) -> dt.datetime:
    """Give when a certificate ends; raises Trouble where the pair cannot be used."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise Trouble(
            f"{certificate}, {key}: 证书与私钥不能使用；请核对文件，或用 dispatcher admin certificates 重新生成。"
            " | Certificate and key cannot be used; check them, or make others with dispatcher admin certificates."
            f" ({error})"
        ) from error


async def watch_end(ends: dt.datetime | None, clock: Clock) -> None:
    """Warn every day from WARN_BEFORE its end on, until cancelled; nothing to do without a certificate."""
    while ends is not None:
        if ends - clock.now() <= WARN_BEFORE:
            log.warning("the certificate ends on %s; make another with: dispatcher admin certificates", f"{ends:%F}")
        await asyncio.sleep(LOOK_EVERY_S)
