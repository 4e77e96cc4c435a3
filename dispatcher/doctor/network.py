"""The way from here to the centre, step by step, and how it answers; where the way ends, what lies behind is named."""

import datetime as dt
import ssl
from collections.abc import Iterator
from typing import Final

from dispatcher.doctor.findings import Finding, Typing, attention, fault, said, unseen, well
from dispatcher.setting_values import is_plain_beyond, without_password
from dispatcher.settings import StationSettings
from dispatcher.sync.clock import WRONG_BEYOND_S, CentreTime
from dispatcher.sync.ports import Clock, LinkLost, Trouble
from dispatcher.transport import reaching
from dispatcher.transport.reaching import Host
from dispatcher.transport.trust import UNKNOWN_ISSUER, WARN_BEFORE, trust
from dispatcher.wire import PROTOCOL

SLOW_S: Final = 1.0
"""A round trip above this makes everything feel slow."""
_RENEW: Final = "dispatcher admin certificates certificates --host {}"
_UPGRADE: Final = "pip install --upgrade ."


class _Ends(Exception):
    """The way ends here."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.check)
        self.finding = finding


class Way:
    """The way to one centre; `is_open` once it has been gone to the end, `tls` is whom to trust on it."""

    def __init__(self, settings: StationSettings, clock: Clock, typed: Typing) -> None:
        self._settings = settings
        self._clock = clock
        self._typed = typed
        self._host = reaching.host_of(settings.centre)
        self._shown = without_password(settings.centre)
        self.tls: ssl.SSLContext | None = None
        self.is_open = False

    def examine(self) -> Iterator[Finding]:
        """Go as far as it goes."""
        steps = (
            (self._name, "名称", "name"),
            (self._port, "端口", "port"),
            (self._certificate, "证书", "certificate"),
            (self._answer, "应答", "answer"),
            (self._feed, "WebSocket", "WebSocket"),
        )
        for place, (step, *_) in enumerate(steps):
            try:
                yield from step()
            except _Ends as end:
                yield end.finding
                if behind := steps[place + 1 :]:
                    zh, en = "、".join(zh for _, zh, _ in behind), ", ".join(en for *_, en in behind)
                    yield unseen("centre.beyond", f"其后未查：{zh} | what lies behind was not looked at: {en}")
                return
        self.is_open = True

    def _name(self) -> Iterator[Finding]:
        host = self._host
        try:
            addresses = reaching.resolve(host)
        except LinkLost as lost:
            raise _Ends(fault("centre.name", str(lost), f"getent hosts {host.name}")) from None
        shown = ", ".join(addresses[:3])
        yield well("centre.name", f"名称可解析：{host.name} → {shown} | the name resolves: {host.name} → {shown}")

    def _port(self) -> Iterator[Finding]:
        try:
            reaching.connect(self._host)
        except LinkLost as lost:
            raise _Ends(fault("centre.port", str(lost), _reach(self._host))) from None
        at = f"{self._host.name}:{self._host.port}"
        yield well("centre.port", f"TCP 可连接：{at} | TCP connects: {at}")

    def _certificate(self) -> Iterator[Finding]:
        check = "centre.certificate"
        if not self._settings.centre.startswith("https:"):
            if is_plain_beyond("http", self._host.name):
                yield attention(
                    check,
                    "未加密：路上的人都能看到 | not encrypted: everybody on the way can read it",
                    _RENEW.format(self._host.name),
                )
            else:
                yield well(check, "本机地址，不需加密 | on this machine, nothing to encrypt")
            return
        try:
            self.tls = trust(str(self._settings.authority or ""))
            ends = reaching.certificate(self._host, self.tls)
        except Trouble as trouble:
            raise _Ends(fault(check, str(trouble), self._to_trust(trouble))) from None
        left = ends - self._clock.now()
        words = f"证书有效至 {ends:%Y-%m-%d} | the certificate holds until {ends:%Y-%m-%d}"
        if left <= WARN_BEFORE:
            yield attention(
                check,
                f"证书将于 {left.days} 天后到期 | the certificate ends in {left.days} days",
                _RENEW.format(self._host.name),
            )
        else:
            yield well(check, words)

    def _to_trust(self, trouble: Trouble) -> str:
        """Give what is to be done about a certificate that was not accepted."""
        cause = trouble.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in UNKNOWN_ISSUER:
            return self._typed.start("--authority", "authority.pem")
        return _RENEW.format(self._host.name)

    def _answer(self) -> Iterator[Finding]:
        time = CentreTime(self._clock)
        try:
            met = reaching.ask(self._settings.centre, time, self.tls)
        except LinkLost as lost:
            raise _Ends(fault("centre.answer", str(lost), f"curl -v {self._shown}/health")) from None
        yield _round_trip(met.round_trip_s, met.health.consoles, met.health.head)
        if met.trouble:
            words = said("中心暂不能受理", "the centre cannot judge acts", met.trouble)
            yield attention("centre.ready", words, "dispatcher doctor centre")
        else:
            yield well("centre.ready", "中心可以受理 | the centre can judge acts")
        yield _protocol(met.health.protocol)
        yield _clock(time)

    def _feed(self) -> Iterator[Finding]:
        try:
            reaching.open_feed(self._settings.centre, self.tls)
        except Trouble as trouble:
            yield fault(
                "centre.feed",
                "WebSocket 打不开：中间的代理可能没有放行 /feed"
                f" | the WebSocket does not open: a proxy in between may not let /feed through ({trouble})",
                f"curl -v -H 'Connection: Upgrade' -H 'Upgrade: websocket' {self._shown}/feed",
            )
            return
        yield well("centre.feed", "WebSocket 可打开 | the WebSocket opens")


def _round_trip(round_trip_s: float, consoles: int, head: int) -> Finding:
    ms = round(round_trip_s * 1000)
    if round_trip_s > SLOW_S:
        return attention(
            "centre.answer",
            f"中心应答很慢：往返 {ms} 毫秒 | the centre answers slowly: {ms} ms a round trip",
            "dispatcher doctor centre",
        )
    return well(
        "centre.answer",
        f"中心应答：往返 {ms} 毫秒，{consoles} 个工作站在线，修订 {head}"
        f" | the centre answers: {ms} ms a round trip, {consoles} consoles, revision {head}",
    )


def _protocol(spoken: int) -> Finding:
    check = "centre.protocol"
    if not spoken:
        return unseen(check, "中心没有说协议版本（版本较旧） | the centre does not say its protocol: an older program")
    if spoken == PROTOCOL:
        return well(check, f"协议版本相同：{spoken} | the same protocol: {spoken}")
    zh, en = ("本机程序较旧", "this program is older") if spoken > PROTOCOL else ("中心程序较旧", "the centre is older")
    return fault(
        check,
        f"协议版本不同：中心 {spoken}，本机 {PROTOCOL}；{zh}"
        f" | another protocol: centre {spoken}, this station {PROTOCOL}; {en}",
        _UPGRADE,
    )


def _clock(time: CentreTime) -> Finding:
    off_s, error_s = time.station_off_s, time.error_s
    if error_s is None:
        return unseen("centre.clock", "中心没有说时间（版本较旧） | the centre does not say its time: an older program")
    off = dt.timedelta(seconds=round(abs(off_s)))
    zh, en = ("快", "ahead of") if off_s > 0 else ("慢", "behind")
    if time.station_clock_wrong:
        return fault(
            "centre.clock",
            f"本机时钟比中心{zh} {off} | this machine's clock is {off} {en} the centre's",
            "sudo timedatectl set-ntp true",
        )
    return well(
        "centre.clock",
        f"本机时钟与中心相差 {abs(off_s):.2f} 秒（±{error_s:.2f}，{WRONG_BEYOND_S:g} 秒以内）"
        f" | this machine's clock is {abs(off_s):.2f} s off the centre's (±{error_s:.2f}; up to {WRONG_BEYOND_S:g})",
    )


def _reach(host: Host) -> str:
    return f"nc -vz -w 3 {host.name} {host.port}"
