"""One examination from its settings to its lines: for people in their language, or as JSON for a monitor.

Promises: nothing that is examined is written to; nothing that is told holds a token, a key, a password or a citizen's
data; it ends with 0 where nobody has to do anything, else with 1.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from dispatcher import __version__
from dispatcher.doctor.centre import CentreExamined
from dispatcher.doctor.display import examine_display
from dispatcher.doctor.findings import (
    ASKING,
    Finding,
    Mark,
    Section,
    Typing,
    attention,
    fault,
    is_well,
    unseen,
    well,
)
from dispatcher.doctor.machine import examine_directory, examine_space
from dispatcher.doctor.network import Way
from dispatcher.doctor.station import Home, examine_key_store, homes_of
from dispatcher.entrance import station_home
from dispatcher.setting_values import without_password
from dispatcher.settings import (
    BadSetting,
    ConsoleSettings,
    DoctorSettings,
    Given,
    ServerSettings,
    StationSettings,
    WallSettings,
    config_path,
    given,
    read,
)
from dispatcher.storage.badge import Badge
from dispatcher.sync.ports import Clock, LinkRefused, Trouble
from dispatcher.transport.doors import Account


class End(NamedTuple):
    """One end of the program: the program that runs there, and its settings."""

    program: str
    settings: type[StationSettings] | type[ServerSettings]


ENDS: Final[Mapping[str, End]] = {
    "console": End("console", ConsoleSettings),
    "wall": End("wall", WallSettings),
    "centre": End("server", ServerSettings),
}
_MARKS: Final = {
    Mark.WELL: ("✓ 正常", "✓ well     "),
    Mark.UNSEEN: ("– 未查", "– not seen "),
    Mark.ATTENTION: ("! 注意", "! attention"),
    Mark.FAULT: ("✗ 故障", "✗ FAULT    "),
}


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a monitor reads: `findings` have their words as "Chinese | English"."""

    end: str
    version: str
    at: str
    well: bool
    findings: tuple[Finding, ...]


def run_doctor(
    end: str,
    beside: DoctorSettings,
    flags: Mapping[str, str | None],
    environment: Mapping[str, str],
    file: Path | None,
    clock: Clock,
    *,
    as_json: bool = False,
) -> int:
    """Examine one end of the program and say what was found; gives the exit status, 0 or 1."""
    program, kind = ENDS[end]
    try:
        found = given(kind, program, flags, environment, file)
        settings = read(kind, program, flags, environment, file)
    except BadSetting as bad:
        broken = fault("settings", f"设置有误：{bad} | a setting cannot be used: {bad}", f"dispatcher {program} --help")
        return _tell(end, beside.language, clock, [_section("设置 | Settings", [broken])], as_json=as_json)
    sections = [_section("设置 | Settings", [_sources(found, file)])]
    typed = Typing(program, kind, flags)
    if isinstance(settings, ServerSettings):
        sections += _centre(CentreExamined(settings, beside, clock, typed))
        return _tell(end, beside.language, clock, sections, as_json=as_json)
    sections += _station(settings, clock, typed)
    return _tell(end, settings.language, clock, sections, as_json=as_json)


def _centre(examined: CentreExamined) -> Iterator[Section]:
    yield _section("机器 | Machine", examined.machine())
    yield _section("证书 | Certificate", examined.certificate())
    yield _section("账本与中心 | Ledger and centre", examined.database())


def _station(settings: StationSettings, clock: Clock, typed: Typing) -> Iterator[Section]:
    yield _section("机器 | Machine", _machine(settings, typed))
    yield _section("显示 | Display", examine_display())
    way, shown = Way(settings, clock, typed), without_password(settings.centre)
    yield _section(f"中心 {shown} | Centre {shown}", way.examine())
    homes = homes_of(settings)
    if not homes:
        none = unseen("station.directory", "还没有人在本机登录过 | nobody has signed in on this machine so far")
        yield _section("工作站 | Station", [none])
    for place in homes:
        home = Home(place, settings, clock, typed)
        findings = [*home.examine()]
        if (
            way.is_open
            and home.badge is not None
            and place == station_home(settings.data, settings.centre, home.badge.person)
        ):
            findings.append(_session(settings, way, home.badge, typed))
        yield _section(f"工作站 {place.name} | Station {place.name}", findings)


def _machine(settings: StationSettings, typed: Typing) -> Iterator[Finding]:
    yield from examine_directory("data.directory", settings.data, private=False)
    yield from examine_space("data.disk", settings.data)
    yield from examine_key_store(settings, typed)


def _session(settings: StationSettings, way: Way, badge: Badge, typed: Typing) -> Finding:
    check = "centre.session"
    if not badge.token:
        return unseen(check, "已退出登录，下次启动要密码 | signed out; the next start asks for the password")
    again = typed.start("--person", badge.person)
    try:
        asyncio.run(Account(settings.centre, badge.token, way.tls).sessions())
    except LinkRefused:
        return attention(
            check, "登录已失效，下次启动要密码 | the session has ended; the next start asks for the password", again
        )
    except Trouble as trouble:
        return fault(check, str(trouble), again)
    return well(check, "登录有效 | the session is valid")


def _sources(found: Mapping[str, Given], file: Path | None) -> Finding:
    path = file or config_path()
    shown = [(name.rstrip("_"), without_password(str(each.value)), each.source) for name, each in found.items()]
    zh = "；".join(f"{name} = {value}（{source}）" for name, value, source in shown) or "其余都是默认值"
    en = "; ".join(f"{name} = {value} ({source})" for name, value, source in shown) or "all as by default"
    there = ("有", "read") if path.is_file() else ("没有", "there is none")
    return well("settings", f"设置文件 {path}（{there[0]}）；{zh} | settings file {path} ({there[1]}); {en}")


def _section(heading: str, findings: Iterable[Finding]) -> Section:
    return Section(heading, tuple(findings))


def _tell(end: str, language: str, clock: Clock, sections: list[Section], *, as_json: bool) -> int:
    findings = tuple(finding for section in sections for finding in section.findings)
    at = clock.now().isoformat(timespec="seconds")
    holds = is_well(sections)
    if as_json:
        told = _Told(end=end, version=__version__, at=at, well=holds, findings=findings)
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    else:
        for section in sections:
            sys.stdout.write(f"\n{_in(language, section.heading)}\n")
            for finding in section.findings:
                sys.stdout.write(f"  {_MARKS[finding.mark][language == 'en']}  {_in(language, finding.words)}\n")
                if finding.remedy:
                    sys.stdout.write(f"          $ {finding.remedy}\n")
        sys.stdout.write(f"\n{_in(language, _sum(findings))}\n")
    return 0 if holds else 1


def _sum(findings: tuple[Finding, ...]) -> str:
    asking = sum(finding.mark in ASKING for finding in findings)
    if not asking:
        return "没有需要处理的 | Nothing needs to be done."
    return f"{asking} 处需要处理 | {asking} {'thing needs' if asking == 1 else 'things need'} somebody."


def _in(language: str, words: str) -> str:
    zh, both, en = words.partition(" | ")
    return en if both and language == "en" else zh
