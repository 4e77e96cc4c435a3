"""The kinds of values a setting can have, and what is to be known of an address.

Each kind reads a text, and raises ValueError whose text is the remedy.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

DEFAULT_PORT: Final = 8345
OFFICE_PORT: Final = 8346
Parse = Callable[[str], object]


def text(value: str) -> str:
    """Take any text that is not empty."""
    if not value.strip():
        raise ValueError("give a value that is not empty")
    return value


def one_of(*choices: str) -> Parse:
    """Take one of a few words."""

    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"choose one of {', '.join(choices)}")
        return value

    return parse


def number(least: float, most: float, unit: str = "") -> Parse:
    """Take a number within bounds, ends included."""

    def parse(value: str) -> float:
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not least <= found <= most:
            raise ValueError(f"give a number from {least:g} to {most:g}{' ' + unit if unit else ''}")
        return found

    return parse


def whole(least: int, most: int) -> Parse:
    """Take a whole number within bounds, ends included."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", value) or not least <= int(value) <= most:
            raise ValueError(f"give a whole number from {least} to {most}")
        return int(value)

    return parse


def directory(value: str) -> Path:
    """Take a directory that exists or can be made."""
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError("it is a file; name a directory")
    return path


def file_to_write(value: str) -> Path:
    """Take a file in a directory that exists."""
    path = Path(value).expanduser()
    if path.is_dir():
        raise ValueError("it is a directory; name a file")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"make the directory {path.absolute().parent} first")
    return path


def file_to_read(value: str) -> Path:
    """Take a file that exists."""
    path = Path(value).expanduser()
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


def centre_url(value: str) -> str:
    """Take the centre's address, http://host:port or https://host:port, without a path."""
    parts = urlsplit(value)
    try:
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        port_ok = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok or parts.path not in ("", "/"):
        raise ValueError(f"write it like http://127.0.0.1:{DEFAULT_PORT} or https://centre.example:443")
    return f"{parts.scheme}://{parts.netloc}"


def host_port(value: str) -> str:
    """Take a station's address, HOST:PORT."""
    parts = urlsplit(f"//{value}")
    try:
        fits = bool(parts.hostname) and bool(parts.port) and parts.netloc == value and "@" not in value
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"write HOST:PORT, like 10.2.0.14:{OFFICE_PORT}")
    return value


def database_url(value: str) -> str:
    """Take sqlite:///FILE or postgresql://user@host/name."""
    parts = urlsplit(value)
    if parts.scheme == "sqlite" and value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        parent = Path(value.removeprefix("sqlite:///")).absolute().parent
        if not parent.is_dir():
            raise ValueError(f"make the directory {parent} first")
        return value
    if parts.scheme in ("postgresql", "postgres") and parts.path.strip("/"):
        return value
    raise ValueError("write it like sqlite:///centre.db or postgresql://user@host:5432/dispatcher")


class Outage(tuple[float, float]):
    """When a demonstrated outage starts and how long it lasts, both in seconds of real time."""

    __slots__ = ()


def outage(value: str) -> Outage:
    """Take START:LENGTH in seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)", value)
    if found is None or float(found[2]) == 0:
        raise ValueError("write START:LENGTH in seconds, like 40:20")
    return Outage((float(found[1]), float(found[2])))


def without_password(url: str) -> str:
    """Give an address fit to be shown: the password in it, if there is one, is left out."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url


def is_plain_beyond(scheme: str, host: str) -> bool:
    """Tell whether what is said with a host goes over a network unencrypted."""
    if scheme in ("https", "wss"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
