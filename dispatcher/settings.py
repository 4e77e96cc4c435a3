"""Settings of every program: read once from flags, environment and one TOML file, in that order, then frozen.

A value nobody can use names itself, where it came from and the remedy (`BadSetting`), and nothing starts.
Knows nothing of what the programs do with them.
"""

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import platformdirs

from dispatcher.setting_values import (
    DEFAULT_PORT,
    OFFICE_PORT,
    Outage,
    Parse,
    centre_url,
    database_url,
    directory,
    file_to_read,
    file_to_write,
    host_port,
    is_plain_beyond,
    number,
    one_of,
    outage,
    text,
    whole,
)

PROGRAM = "dispatcher"


class BadSetting(Exception):
    """A setting has a value that cannot be used; the text names it, its value, its source and the remedy."""

    def __init__(self, name: str, value: object, source: str, remedy: str) -> None:
        super().__init__(f"{name} = {value!r} ({source}): {remedy}")


def config_path() -> Path:
    """Give the one settings file: dispatcher.toml in the user's configuration directory."""
    return platformdirs.user_config_path(PROGRAM) / "dispatcher.toml"


def data_path() -> Path:
    """Give the directory for caches, keys and the centre's own database."""
    return platformdirs.user_data_path(PROGRAM)


def keys_path() -> Path:
    """Give the directory of a centre's keys where none is named."""
    return data_path() / "keys"


def setting(help_: str, parse: Parse, default: object, *, metavar: str = "VALUE") -> Any:  # noqa: ANN401
    """Declare one field of a settings class; `parse` raises ValueError whose text is the remedy."""
    metadata = {"help": help_, "parse": parse, "metavar": metavar}
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def _default_database() -> str:
    return f"sqlite:///{data_path() / 'centre.db'}"


_LANGUAGE = one_of("zh", "en")
_THEME = one_of("dark", "light", "high-contrast")
_LOG = one_of("debug", "info", "warning", "error")
_LOG_FORMAT = one_of("text", "json")


_KEY_STORE = one_of("keyring", "passphrase", "file")
_PLAIN = one_of("refuse", "allow")


@dataclass(frozen=True, kw_only=True)
class Trusting:
    """By what a centre that is reached is trusted; `centre` is empty where none is."""

    centre: str
    authority: Path | None = setting(
        "file of the authority that signed the centre's certificate, when it is a private one",
        file_to_read,
        None,
        metavar="FILE",
    )
    plain_http: str = setting(
        "allow or refuse http:// to another machine, where everybody on the way can read it", _PLAIN, "refuse"
    )

    def __post_init__(self) -> None:
        """Refuse an address that would carry passwords and callers in the clear."""
        if self.centre:
            check_plain(self.centre, self.plain_http)


@dataclass(frozen=True, kw_only=True)
class Reaching(Trusting):
    """How a centre is reached."""

    centre: str = setting("the centre's address", centre_url, f"http://127.0.0.1:{DEFAULT_PORT}", metavar="URL")


def check_plain(centre: str, plain_http: str) -> None:
    """Raise BadSetting for http:// to another machine, unless it is allowed."""
    parts = urlsplit(centre)
    if plain_http != "allow" and is_plain_beyond(parts.scheme, parts.hostname or ""):
        raise BadSetting(
            "centre",
            centre,
            "http",
            "use https:// (dispatcher admin certificates), or --plain-http allow to go unencrypted",
        )


@dataclass(frozen=True, kw_only=True)
class StationSettings(Reaching):
    """What a console and a wall share."""

    person: str = setting("who signs in; asked for in the window when missing", text, "", metavar="NAME")
    data: Path = setting("directory of the cache, the outbox and their key", directory, data_path, metavar="DIR")
    key_store: str = setting(
        "where the key is kept: keyring (the system's), passphrase (asked for at each start) or file",
        _KEY_STORE,
        "keyring",
        metavar="STORE",
    )
    passphrase_file: Path | None = setting(
        "file with the passphrase of --key-store passphrase; asked for when missing", file_to_read, None, metavar="FILE"
    )
    offline_days: int = setting(
        "so many days after the last contact a person may sign in here without the centre; 0 for never",
        whole(0, 365),
        7,
        metavar="DAYS",
    )
    wipe_after_days: int = setting(
        "so many days after the last contact key and cache of this station are destroyed; 0 for never",
        whole(0, 3650),
        30,
        metavar="DAYS",
    )
    language: str = setting("zh or en", _LANGUAGE, "zh", metavar="LANG")
    theme: str = setting("dark, light or high-contrast", _THEME, "dark", metavar="THEME")
    log: str = setting("how much is logged: debug, info, warning or error", _LOG, "info", metavar="LEVEL")
    relay: str = setting(
        "where this office's relay is, beside what the centre tells", host_port, "", metavar="HOST:PORT"
    )
    log_format: str = setting("how it is logged: text, or one JSON object a line", _LOG_FORMAT, "text", metavar="FORM")


@dataclass(frozen=True, kw_only=True)
class ConsoleSettings(StationSettings):
    """`dispatcher console`."""

    serve_relay: str = setting(
        "this station is its office's relay, and listens here while it runs", host_port, "", metavar="ADDRESS"
    )
    office_port: int = setting(
        "port to listen on when a person makes this station the relay; 0 for never", whole(0, 65535), OFFICE_PORT
    )
    unsent_warn: float = setting(
        "the oldest unsent act is an alarm after so long", number(0.5, 10_080, "minutes"), 15.0, metavar="MINUTES"
    )
    unsent_alarm: float = setting(
        "… and a loud one after so long", number(0.5, 10_080, "minutes"), 120.0, metavar="MINUTES"
    )


@dataclass(frozen=True, kw_only=True)
class WallSettings(StationSettings):
    """`dispatcher wall`."""

    diagonal: float = setting("the screen's diagonal in inches", number(10, 400), 55.0, metavar="INCHES")
    distance: float = setting("metres from which it is read", number(0.5, 60), 4.0, metavar="METRES")


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Where a centre keeps its ledger and its keys."""

    database: str = setting("where the ledger is kept", database_url, _default_database, metavar="URL")
    keys: Path = setting("directory of the centre's keys, apart from its database", directory, keys_path, metavar="DIR")


@dataclass(frozen=True, kw_only=True)
class ServerSettings(Keeping):
    """`dispatcher server`."""

    keep_days: int = setting(
        "days after closing at which personal data of a case is erased; 0 keeps it", whole(0, 36_500), 0, metavar="DAYS"
    )
    host: str = setting("address to listen on", text, "127.0.0.1", metavar="ADDRESS")
    port: int = setting("port to listen on; 0 takes a free one and says which", whole(0, 65535), DEFAULT_PORT)
    workers: int = setting("processes that share the port; more than one needs PostgreSQL", whole(1, 64), 1)
    policy: str = setting("a shipped policy's name or a TOML file", text, "city", metavar="NAME|FILE")
    certificate: Path | None = setting(
        "certificate for https (PEM, with its chain)", file_to_read, None, metavar="FILE"
    )
    key: Path | None = setting("the certificate's private key (PEM)", file_to_read, None, metavar="FILE")
    plain_http: str = setting(
        "allow or refuse to listen without a certificate where other machines can reach it", _PLAIN, "refuse"
    )
    log: str = setting("how much is logged: debug, info, warning or error", _LOG, "info", metavar="LEVEL")
    log_format: str = setting("how it is logged: text, or one JSON object a line", _LOG_FORMAT, "text", metavar="FORM")

    def __post_init__(self) -> None:
        """Refuse half a pair of certificate and key, and to be reached in the clear from other machines."""
        if (self.certificate is None) != (self.key is None):
            raise BadSetting("certificate", self.certificate, "with key", "give both --certificate and --key")
        if self.certificate is None and self.plain_http != "allow" and is_plain_beyond("http", self.host):
            raise BadSetting(
                "host",
                self.host,
                "without a certificate",
                "give --certificate and --key (dispatcher admin certificates), or --plain-http allow behind a proxy"
                " that speaks https",
            )


@dataclass(frozen=True, kw_only=True)
class DoctorSettings:
    """`dispatcher doctor`: what it looks at beside the settings of the end that it examines."""

    newest: int = setting("so many of the journal's newest links are proved again", whole(0, 100_000_000), 1000)
    backups: Path | None = setting(
        "directory of the backups (*.backup); the newest one's age is looked at", directory, None, metavar="DIR"
    )
    anchors: Path | None = setting(
        "directory of the anchors (*.anchor); the newest one is looked for in the journal",
        directory,
        None,
        metavar="DIR",
    )
    language: str = setting("zh or en", _LANGUAGE, "zh", metavar="LANG")


@dataclass(frozen=True, kw_only=True)
class ImportSettings(Reaching):
    """`dispatcher import`."""

    person: str = setting("a hotline account of that centre", text, "hotline", metavar="NAME")
    password_file: str = setting("file with that account's password; asked for when missing", text, "", metavar="FILE")
    profile: str = setting("a shipped profile's name or a TOML file; found from the columns when missing", text, "")
    street: str = setting("unit that receives rows which name none", text, "", metavar="CODE")
    rejected: str = setting("where rejected rows are written (default: FILE.rejected.csv)", text, "", metavar="FILE")


@dataclass(frozen=True, kw_only=True)
class AdminSettings(Keeping, Trusting):
    """`dispatcher admin`."""

    centre: str = setting("the running centre, where a task can go through it (erase)", centre_url, "", metavar="URL")
    person: str = setting("who does it, with the role administrator", text, "admin", metavar="NAME")
    password_file: str = setting("file with that account's password; asked for when missing", text, "", metavar="FILE")


@dataclass(frozen=True, kw_only=True)
class RulesSettings:
    """`dispatcher rules`: it has none, a scenario brings all it needs."""


@dataclass(frozen=True, kw_only=True)
class LawSettings(Reaching):
    """`dispatcher policy`, `dispatcher flood` and `dispatcher calendar`."""

    person: str = setting("who changes the law", text, "admin", metavar="NAME")
    password_file: str = setting("file with that account's password; asked for when missing", text, "", metavar="FILE")
    database: str = setting(
        "the ledger itself, in place of the centre: only while no centre runs on it", database_url, "", metavar="URL"
    )
    keys: Path = setting("directory of the centre's keys, apart from its database", directory, keys_path, metavar="DIR")


@dataclass(frozen=True, kw_only=True)
class WhySettings(Keeping):
    """`dispatcher why`."""


@dataclass(frozen=True, kw_only=True)
class RatesSettings(Keeping):
    """`dispatcher rates`."""

    kind: str = setting(
        "who is ranked: street, department or district", one_of("street", "department", "district"), "street"
    )


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """`dispatcher demo`."""

    for_: float = setting(
        "run this long, worked by a simulated dispatcher, then stop and report",
        number(1, 86_400),
        0.0,
        metavar="SECONDS",
    )
    speed: float = setting("how fast the day passes", number(0.1, 1000), 1.0, metavar="FACTOR")
    seed: int = setting("which day is simulated; the same seed gives the same orders", whole(0, 2**31), 1)
    outage: Outage | None = setting("cut the link, in seconds from the start", outage, None, metavar="START:LENGTH")
    report: Path | None = setting("write the report here (JSON)", file_to_write, None, metavar="FILE")
    screenshots: Path | None = setting("leave screenshots here", directory, None, metavar="DIR")
    language: str = setting("zh or en", _LANGUAGE, "zh", metavar="LANG")
    theme: str = setting("dark, light or high-contrast", _THEME, "dark", metavar="THEME")
    log: str = setting("how much is logged: debug, info, warning or error", _LOG, "warning", metavar="LEVEL")


_S = TypeVar("_S")


class Given(NamedTuple):
    """A setting that somebody has given: its value, and where it stood."""

    value: object
    source: str


def read(
    kind: type[_S], table: str, flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None
) -> _S:
    """Make the settings of one program.

    `table` is its table in the TOML file; `flags` holds the command line by field name, None where absent;
    `file` is a file named by hand, or None for `config_path()`. Raises BadSetting.
    """
    return kind(**{name: each.value for name, each in given(kind, table, flags, environment, file).items()})


def given(
    kind: type[object], table: str, flags: Mapping[str, str | None], environment: Mapping[str, str], file: Path | None
) -> dict[str, Given]:
    """Find the settings that are given, by field name; all others are left at their defaults. Raises BadSetting."""
    from_file = _table(table, kind, file)
    values: dict[str, Given] = {}
    for field in dataclasses.fields(kind):  # pyright: ignore[reportArgumentType]
        name = field.name.rstrip("_")
        variable = f"{PROGRAM}_{name}".upper()
        for source, raw in (
            (f"flag --{name.replace('_', '-')}", flags.get(field.name)),
            (f"environment {variable}", environment.get(variable)),
            (f"{file or config_path()}, [{table}]", from_file.get(name)),
        ):
            if raw is None:
                continue
            try:
                values[field.name] = Given(field.metadata["parse"](raw), source)
            except ValueError as error:
                raise BadSetting(name, raw, source, str(error)) from None
            break
    return values


def _table(table: str, kind: type[object], file: Path | None) -> dict[str, str]:
    path = file or config_path()
    if not path.is_file():
        if file is not None:
            raise BadSetting("config", str(file), "flag --config", "there is no such file")
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSetting("config", str(path), "settings file", f"cannot be read: {error}") from None
    names = {field.name.rstrip("_") for field in dataclasses.fields(kind)}  # pyright: ignore[reportArgumentType]
    values: object = content.get(table, {})
    if not isinstance(values, dict):
        raise BadSetting(table, values, str(path), f"write it as a table: [{table}]")
    found = cast("dict[str, object]", values)
    for name in found:
        if name not in names:
            raise BadSetting(name, found[name], f"{path}, [{table}]", f"known here: {', '.join(sorted(names))}")
    return {name: str(value) for name, value in found.items()}


def environment() -> Mapping[str, str]:
    """Give the process's environment."""
    return os.environ
