"""The reply (答复) with its four elements, and the shift leader's review of it.

The dialog insists on all four and warns, without forbidding, where the words are empty or claim more than the
record shows; the judge has the last word.
"""

from PySide6.QtWidgets import QWidget

from dispatcher.bridge import Bridge
from dispatcher.models import commands as c
from dispatcher.models import events as e
from dispatcher.models.case import Case
from dispatcher.models.organisation import Role
from dispatcher.ui import strings
from dispatcher.ui.console.spans import minute_moment
from dispatcher.ui.dialogs.fields import Choice, Lines, label, rule
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.widgets.theme import Theme

EMPTY_PHRASES = (
    "正在研究",
    "正在协调",
    "积极协调",
    "高度重视",
    "尽快处理",
    "尽快解决",
    "后续跟进",
    "持续关注",
    "加强巡查",
    "加强管理",
    "已转相关部门",
    "建议您",
    "请您耐心等待",
)
"""Phrases that answer nothing: the citizen's call-back sends such replies back."""

CLAIMS_OF_SUCCESS = ("已解决", "已经解决", "已修好", "已修复", "已恢复", "已处理完", "已办结", "已清理完", "已整改")
"""Phrases that say the matter is solved."""

ELEMENTS = ("accepted", "talked_with", "done", "result")


class ReplyDialog(ActDialog):
    """答复: accepted when, talked with whom, what was done, result or next date; each is asked for."""

    form = "reply"
    width_px = 680

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        actor = bridge.session.actor if bridge.session else None
        leader = actor is not None and actor.is_any(Role.SHIFT_LEADER)
        review = bridge.law is not None and bridge.law.policy.reply_review and not leader
        self.name_it(self.tr("答复"), self.tr("送审") if review else self.tr("答复"))
        accepted = self.add("accepted", strings.field_word("accepted"), Lines(1))
        talked = self.add("talked_with", strings.field_word("talked_with"), Lines(2))
        done = self.add("done", strings.field_word("done"), Lines(4))
        result = self.add("result", strings.field_word("result"), Lines(3))
        talked.setPlaceholderText(self.tr("何时与来电人怎样联系，对方怎样说"))
        done.setPlaceholderText(self.tr("谁到现场，查明什么，采取了什么措施"))
        result.setPlaceholderText(self.tr("办成什么样；没有办成的，下一步由谁在哪天做"))
        accepted.setPlainText(self._accepted_words())
        if review:
            self.add_note(self.tr("送值班长审核，通过后发给热线；反馈时限以审核通过为准。"))
        self.restore()
        for element in (done, result):
            element.textChanged.connect(self._weigh)
        self._weigh()
        first_empty = next((name for name in ELEMENTS if not self.text(name)), "result")
        {"accepted": accepted, "talked_with": talked, "done": done, "result": result}[first_empty].setFocus()

    def _accepted_words(self) -> str:
        now = self.bridge.now()
        if self.case.signed_at is None:
            return ""
        said = self.tr("{at} 签收").format(at=minute_moment(self.case.signed_at, now))
        if self.case.contacted_at is not None:
            at = minute_moment(self.case.contacted_at, now)
            said += self.tr("，{at} 首次联系").format(at=at)
        return said

    def warnings(self) -> dict[str, str]:
        """Say, by element, what the call-back is likely to send back."""
        found: dict[str, str] = {}
        for name in ("done", "result"):
            empty = next((phrase for phrase in EMPTY_PHRASES if phrase in self.text(name)), None)
            if empty is not None:
                found[name] = self.tr("注意：“{phrase}”等于没有答复。请写做了什么、哪天见结果。").format(phrase=empty)
        claims = any(phrase in self.text("result") for phrase in CLAIMS_OF_SUCCESS)
        if claims and not _talked(self.case):
            found["result"] = self.tr("注意：写了已解决，但没有接通来电人的记录。请先联系（F3）核实。")
        return found

    def _weigh(self) -> None:
        found = self.warnings()
        for name in ("done", "result"):
            self.say_beside(name, found.get(name, ""), mistake=False)

    def missing(self) -> str:
        """See ActDialog."""
        return next((name for name in ELEMENTS if not self.text(name)), "")

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        return c.Reply(
            case=self.case.id,
            accepted=self.text("accepted"),
            talked_with=self.text("talked_with"),
            done=self.text("done"),
            result=self.text("result"),
        )


class ReviewDialog(ActDialog):
    """审核: the written reply to read, let it go out or send it back with a reason."""

    form = "review"
    width_px = 680

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.name_it(self.tr("审核答复"), self.tr("通过"))
        written = next((r for r in reversed(case.history) if isinstance(r.event, e.ReplyWritten)), None)
        if written is not None and isinstance(written.event, e.ReplyWritten):
            reply = written.event
            for title, text in (
                (strings.field_word("accepted"), reply.accepted),
                (strings.field_word("talked_with"), reply.talked_with),
                (strings.field_word("done"), reply.done),
                (strings.field_word("result"), reply.result),
            ):
                self._read(title, text)
            by = self.tr("{name} 写于 {at}").format(name=written.by_name, at=minute_moment(written.at, bridge.now()))
            self.add_note(by)
        self.body.addWidget(rule(), self.body.rowCount(), 0, 1, 2)
        options = (("approve", self.tr("通过，发给热线(&1)")), ("send_back", self.tr("退回重写(&2)")))
        self.verdict = self.add("verdict", self.tr("意见"), Choice(options))
        self.reason = self.add("reason", self.tr("退回理由"), Lines(2))
        self.verdict.changed.connect(self._follow)
        self.verdict.choose("approve")
        self.restore()
        self._follow()
        self.verdict.setFocus()

    def _read(self, title: str, text: str) -> None:
        at = self.body.rowCount()
        head = label(title, "muted")
        words = label(text, "", wraps=True)
        self.body.addWidget(head, at, 0)
        self.body.addWidget(words, at, 1)

    def _follow(self) -> None:
        back = self.text("verdict") == "send_back"
        self.reason.setEnabled(back)
        self.submit_button.set_words(self.tr("退回重写") if back else self.tr("通过"))

    def missing(self) -> str:
        """See ActDialog."""
        return "reason" if self.text("verdict") == "send_back" and not self.text("reason") else ""

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        if self.text("verdict") == "send_back":
            return c.SendBackReply(case=self.case.id, reason=self.text("reason"))
        return c.ApproveReply(case=self.case.id)


def _talked(case: Case) -> bool:
    return any(isinstance(r.event, e.ContactRecorded) and r.event.reached for r in case.history)


__all__ = ["CLAIMS_OF_SUCCESS", "EMPTY_PHRASES", "ReplyDialog", "ReviewDialog"]
