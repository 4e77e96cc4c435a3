"""A cut link said loudly, from the first second to what came of it: the banner's words over an outage's whole life.

It stands from the moment the centre is not heard until what was done meanwhile is judged; then it says how much was
accepted and how much came back, and goes.
"""

import datetime as dt

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from dispatcher.bridge import ActState, Bridge, LinkState, LinkStatus, Receipt
from dispatcher.models.queue import epoch_ms
from dispatcher.ui import language, office_words, strings
from dispatcher.widgets.link import BannerKey, OutageBanner
from dispatcher.widgets.theme import Theme

_CUT = frozenset({LinkState.STALE, LinkState.OFFLINE, LinkState.REFUSED})
_FAREWELL_MS = 6_000
"""How long the banner says what came of the outage once nothing waits any more."""


class Outage(QObject):
    """Owns the banner. `key_pressed(str)` is `outbox`, `office`, `phones` or `reconnect`."""

    key_pressed = Signal(str)

    def __init__(self, bridge: Bridge, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._cut_since: dt.datetime | None = None
        self._recovering = False
        self._back_at: dt.datetime | None = None
        self._settled: dict[ActState, int] = {}
        self.banner = OutageBanner(
            theme,
            (
                BannerKey("outbox", self.tr("看本机待发"), "Ctrl 8"),
                BannerKey("office", self.tr("本所协同"), "Alt R"),
                BannerKey("phones", self.tr("电话名单"), "Alt T"),
                BannerKey("reconnect", self.tr("立即重连"), "Ctrl L"),
            ),
        )
        self.banner.key_pressed.connect(self.key_pressed)
        self.banner.hide()
        self._farewell = QTimer(self)
        self._farewell.setSingleShot(True)
        self._farewell.setInterval(_FAREWELL_MS)
        self._farewell.timeout.connect(self._end_outage)

    def see_link(self, status: LinkStatus) -> None:
        """Take in how the link stands."""
        rivals = office_words.two_relays(status.office, self._bridge.now())
        if status.state in _CUT:
            if self._cut_since is None:
                self._settled.clear()
            self._cut_since = min(status.since, self._cut_since or status.since)
            self._recovering = False
            self._back_at = None
            self._farewell.stop()
            self._say_outage(status, self._bridge.now())
        elif self._cut_since is not None and status.state in (LinkState.CATCHING_UP, LinkState.ONLINE):
            self._recovering = True
            self._say_recovery()
        elif rivals is not None:  # the centre is there, but the office would be split without it
            self._say_rivals(*rivals)
        elif self._cut_since is None:
            self.banner.hide()

    def see_settled(self, receipt: Receipt) -> None:
        """Count what the centre decided."""
        if self._cut_since is not None:
            self._settled[receipt.state] = self._settled.get(receipt.state, 0) + 1
            self.see_outbox()

    def see_outbox(self) -> None:
        """Say anew how much waits."""
        if self._recovering:
            self._say_recovery()

    def tick(self) -> None:
        """Write the time since anew."""
        if self.banner.isVisible():
            self.banner.tick(self._bridge.now_ms())

    def stop(self) -> None:
        """Let no timer run on."""
        self._farewell.stop()

    def _say_outage(self, status: LinkStatus, now: dt.datetime) -> None:
        match status.state:
            case LinkState.STALE:
                title = self.tr("中心没有回应")
            case LinkState.REFUSED:
                title = self.tr("中心拒绝接入")
            case _:
                title = self.tr("与中心的链路已中断")
        if status.as_of is None:
            stands = self.tr("本机还没有数据。")
        else:
            stands = self.tr("画面停在 {at}。").format(at=language.moment_text(status.as_of, now))
        words = stands + self.tr("照常办理：每一步先存本机，接通后按时间补传。紧急的哨不会到达部门，请先打电话。")
        through = office_words.joined(status.office)
        if through:
            words = through + self.tr("紧急的哨不会到达部门，请先打电话。") + stands
        if status.state is LinkState.REFUSED and status.detail:
            words = strings.trouble(status.detail) + self.tr("。") + stands
        rivals = office_words.two_relays(status.office, now)
        if rivals is not None:
            title, words = rivals
        self.banner.set_outage(title, words, epoch_ms(self._cut_since or status.since))
        self.banner.tick(self._bridge.now_ms())
        self.banner.show()

    def _say_rivals(self, title: str, words: str) -> None:
        self.banner.set_outage(title, words, None)
        self.banner.show()

    def _say_recovery(self) -> None:
        link = self._bridge.link
        accepted = self._settled.get(ActState.ACCEPTED, 0)
        refused = self._settled.get(ActState.PARKED, 0) + self._settled.get(ActState.EXPIRED, 0)
        online = link is not None and link.state is LinkState.ONLINE
        if online and self._back_at is None:
            self._back_at = self._bridge.now()
        # Acts made since then are ordinary work and no reason to go on speaking of the outage.
        waiting = sum(
            r.state in (ActState.QUEUED, ActState.SENT) and (self._back_at is None or r.made_at <= self._back_at)
            for r in self._bridge.outbox
        )
        words = self.tr("补传：中心已受理 {accepted} 项，退回 {refused} 项，还有 {waiting} 项在路上。").format(
            accepted=accepted, refused=refused, waiting=waiting
        )
        if online:
            title = self.tr("链路已恢复")
        else:
            received = link.received if link is not None else 0
            title = self.tr("链路已恢复，正在补收 {count} 条").format(count=received)
        self.banner.set_outage(title, words, None)
        self.banner.show()
        if not online or waiting:
            self._farewell.stop()
        elif not self._farewell.isActive():
            self._farewell.start()

    def _end_outage(self) -> None:
        self._cut_since, self._recovering = None, False
        self.banner.hide()
        if self._bridge.link is not None:
            self.see_link(self._bridge.link)
