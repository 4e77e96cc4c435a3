"""A private authority and a server's certificate: for a centre whose stations no public authority knows.

The authority's key stays with the administrator; stations are given `authority.pem` alone. Elliptic keys (P-256),
signed with SHA-256. Promises: an authority that is there already is used again, so that stations go on trusting it;
private keys are readable by their owner alone.
"""

import argparse
import datetime as dt
import ipaddress
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dispatcher.centre.admin import Tasks
from dispatcher.centre.serving import failed
from dispatcher.settings import AdminSettings
from dispatcher.storage.keys import write_private

AUTHORITY: Final = "authority.pem"
AUTHORITY_KEY: Final = "authority.key"
CERTIFICATE: Final = "centre.pem"
CERTIFICATE_KEY: Final = "centre.key"
AUTHORITY_DAYS: Final = 3650
CERTIFICATE_DAYS: Final = 397
_AHEAD: Final = dt.timedelta(hours=1)
"""Stations' clocks may be behind; a certificate that is not valid yet is of no use to them."""


def add_tasks(tasks: Tasks) -> None:
    """Say what can be done and by which flags."""
    made = tasks.add_parser("certificates", help="make a private authority and the centre's certificate")
    made.add_argument("folder", type=Path, metavar="DIR", help="where they are kept; an authority there is used")
    hosts = "a name or address of the centre; may be repeated"
    made.add_argument("--host", required=True, action="append", metavar="NAME", help=hosts)
    days = f"how long it holds (default: {CERTIFICATE_DAYS})"
    made.add_argument("--days", type=int, default=CERTIFICATE_DAYS, metavar="DAYS", help=days)
    made.set_defaults(do=_make)


def _make(_settings: AdminSettings, parsed: argparse.Namespace) -> int:
    return make_certificates(parsed.folder, parsed.host, dt.datetime.now(dt.UTC), parsed.days)


def make_certificates(folder: Path, hosts: Sequence[str], now: dt.datetime, days: int = CERTIFICATE_DAYS) -> int:
    """Make what is missing of the authority, and the server's certificate anew; gives the exit status."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, key = _authority(folder, now)
        own = ec.generate_private_key(ec.SECP256R1())
        certificate = _server_certificate(authority, key, own, hosts, now, days)
        write_private(folder / CERTIFICATE_KEY, _private(own))
        _write(folder / CERTIFICATE, certificate, authority)
    except OSError as error:
        return failed(f"{folder}: {error.strerror}")
    except ValueError as error:
        return failed(f"{folder}: {error}")
    sys.stdout.write(
        f"{folder / AUTHORITY}: for every station, as --authority\n"
        f"{folder / AUTHORITY_KEY}: keep it off the network\n"
        f"{folder / CERTIFICATE}, {folder / CERTIFICATE_KEY}: for the centre, as --certificate and --key;"
        f" until {certificate.not_valid_after_utc:%Y-%m-%d}, for {', '.join(hosts)}\n"
    )
    return 0


def _authority(folder: Path, now: dt.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    path, key_path = folder / AUTHORITY, folder / AUTHORITY_KEY
    if path.exists() and key_path.exists():
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{AUTHORITY_KEY}: no elliptic key; move both files of the authority away")
        return x509.load_pem_x509_certificate(path.read_bytes()), key
    if path.exists() or key_path.exists():
        raise ValueError(f"{AUTHORITY} and {AUTHORITY_KEY} belong together, and one is missing")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dispatcher private authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _private(key))
    _write(path, made)
    return made, key


def _server_certificate(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    own: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str],
    now: dt.datetime,
    days: int,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    return (
        _builder(name, authority.subject, own, now, days)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _AHEAD)
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, *certificates: x509.Certificate) -> None:
    path.write_bytes(b"".join(made.public_bytes(serialization.Encoding.PEM) for made in certificates))
