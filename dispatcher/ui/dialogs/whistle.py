"""Blow a whistle (吹哨): what, where and when on the left, whom on the right, what will follow at the foot.

It promises that a plain Enter never blows, that a kind this person may not blow stays visible with the way to get
it, and that a cut link is said in words before anybody relies on a whistle that nobody hears.
"""

import datetime as dt
import functools
import uuid

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QDateTimeEdit, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dispatcher.bridge import Bridge, LinkState
from dispatcher.models import commands as c
from dispatcher.models.case import Case, CaseState
from dispatcher.models.deadlines import after
from dispatcher.models.ids import UnitId, WhistleId
from dispatcher.models.order import Urgency
from dispatcher.models.organisation import Actor, Role
from dispatcher.models.rules import WHISTLE_WHO
from dispatcher.models.whistle import WhistleKind
from dispatcher.ui import language, strings
from dispatcher.ui.console.spans import limit_words, minute_moment
from dispatcher.ui.dialogs.department_list import DepartmentList
from dispatcher.ui.dialogs.departments import candidates
from dispatcher.ui.dialogs.fields import Choice, Lines, Value, instant_of, label, set_instant
from dispatcher.ui.dialogs.form import ActDialog, Desk
from dispatcher.ui.dialogs.whistle_parts import KindList, KindWords, Ruler
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.theme import Theme

_AT_HAND = frozenset({CaseState.IN_HAND, CaseState.REDO})


class When(QFrame):
    """At once, or at an appointed time of Beijing's clock."""

    changed = Signal()

    def __init__(self, now: dt.datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        options = (("now", self.tr("立即")), ("appointed", self.tr("约定")))
        self.choice = Choice(options, columns=2)
        self.choice.choose("now")
        self.at = QDateTimeEdit()
        self.at.setDisplayFormat("MM-dd HH:mm")
        self.at.setCalendarPopup(True)
        self.at.setAccessibleName(self.tr("约定时间"))
        self.at.setEnabled(False)
        self.set_time(now + dt.timedelta(hours=2))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.choice)
        row.addWidget(self.at, 1)
        self.setFocusProxy(self.choice)
        self.choice.changed.connect(self._follow)
        self.at.dateTimeChanged.connect(lambda: self.changed.emit())

    def set_time(self, instant: dt.datetime) -> None:
        """Put an instant into the clock, cut to the minute."""
        set_instant(self.at, instant)

    def appointed(self) -> dt.datetime | None:
        """Give the appointed instant, None for at once."""
        if self.choice.value() != "appointed":
            return None
        return instant_of(self.at).astimezone(dt.UTC)

    def _follow(self) -> None:
        self.at.setEnabled(self.choice.value() == "appointed")
        self.changed.emit()


class WhistleDialog(ActDialog):
    """吹哨. Ctrl+Enter blows."""

    form = "whistle"
    width_px = 960
    glyph = Glyph.WHISTLE

    def __init__(self, bridge: Bridge, theme: Theme, case: Case, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(bridge, theme, case, desk, parent)
        self.resize(1120, 648)
        number = len(case.whistles) + 1
        first, more = self.tr("吹哨"), self.tr("吹哨 · 本案第 {number} 个")
        self.name_it(first if number == 1 else more.format(number=number), self.tr("吹哨"))
        self.body.setVerticalSpacing(1)
        self.left.setContentsMargins(20, 12, 20, 8)
        self._warning = self._make_warning()
        self.outer.insertWidget(1, self._warning)
        self.kinds = KindList(theme)
        self.left.insertWidget(0, self.kinds)
        self.demand = self.add("demand", self.tr("诉求"), Lines(2))
        self.place = self.add("place", self.tr("地点"), QLineEdit())
        self.when = self.add("when", self.tr("到场时间"), When(bridge.now()))
        self.contact = self.add("contact", self.tr("接头人"), QLineEdit())
        self.contact.setPlaceholderText(self.tr("谁在现场接部门，怎样联系"))
        self.valid = self.add("valid", self.tr("有效至"), label("", "", wraps=True))
        self.valid.setContentsMargins(0, 6, 0, 0)
        self.ruler = self.add("ruler", self.tr("时限"), Ruler(theme))
        self.simple = QCheckBox(self.tr("简单事项，当天办结(&D)"))
        self.departments = DepartmentList(
            candidates(case, bridge.units(), bridge.language == "en", bridge.loads), theme
        )
        self._lay_right()
        self.outcome = label("", "", wraps=True)
        self.outcome.setFont(theme.font("body_strong", True))
        self.told.insertWidget(1, self.outcome)

        self.demand.setPlainText(case.order.title)
        self.place.setText(case.order.place.spot or case.order.place.address)
        self._set_kinds()
        self.restore()
        for at in range(len(WhistleKind)):
            QShortcut(QKeySequence(f"Alt+{at + 1}"), self).activated.connect(functools.partial(self._choose_kind, at))
        QShortcut(QKeySequence("Alt+Z"), self).activated.connect(self.departments.lead_current)
        for change in (self.kinds.changed, self.departments.changed, self.when.changed, self.simple.toggled):
            change.connect(self._follow)
            change.connect(self.touched)
        bridge.link_changed.connect(self._follow)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._follow)
        self._tick.start()
        self._follow()
        self.departments.view.setFocus()

    # ---- building

    def _make_warning(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("cut")
        ground, ink = (self.theme.colour(f"link.offline.{part}").name() for part in ("fill", "on_fill"))
        frame.setStyleSheet(f"#cut {{ background: {ground}; }} #cut QLabel {{ color: {ink}; }}")
        self._warning_words = label("", "", wraps=True)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(20, 10, 20, 10)
        inside.addWidget(self._warning_words)
        return frame

    def _lay_right(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(20, 16, 20, 12)
        right.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(label(self.tr("召哪些部门"), "title"))
        head.addWidget(label(self.tr("按类别和诉求推荐，可改"), "caption"))
        head.addStretch(1)
        right.addLayout(head)
        right.addWidget(self.departments, 1)
        right.addWidget(label(self.tr("空格 选或不选    Alt Z 设为主责    / 找部门    ↑ ↓ 换行"), "caption"))
        right.addWidget(self.simple)
        line = QFrame()
        line.setProperty("class", "vline")
        line.setFixedWidth(1)
        self.middle.addWidget(line)
        self.middle.addLayout(right, 1)

    def _set_kinds(self) -> None:
        law = self.bridge.law
        actor = self.bridge.session.actor if self.bridge.session else None
        rows: list[KindWords] = []
        for kind in WhistleKind:
            limits = ""
            if law is not None:
                of_kind = law.policy.whistles[kind]
                limits = self.tr("{sign}签收，{report}报到，{done}办结").format(
                    sign=limit_words(of_kind.sign),
                    report=limit_words(of_kind.report_in),
                    done=limit_words(of_kind.done),
                )
            if kind is WhistleKind.EMERGENCY:
                limits += self.tr("。调度员可直接吹，事后补批")
            locked = self._locked(kind, actor)
            rows.append(KindWords(kind, strings.word(kind), self._ground(kind), limits, locked))
        urgent = self.case.order.urgency in (Urgency.EMERGENCY, Urgency.FLOOD)
        wanted = WhistleKind.EMERGENCY if urgent else WhistleKind.ROUTINE
        free = [row.kind for row in rows if not row.locked]
        self.kinds.set_kinds(tuple(rows), wanted if wanted in free or not free else free[0])

    def _ground(self, kind: WhistleKind) -> str:
        grounds = {
            WhistleKind.EMERGENCY: self.tr("管线爆裂、塌陷、断电、内涝"),
            WhistleKind.ENFORCEMENT: self.tr("需要街道没有的执法权"),
            WhistleKind.ROUTINE: self.tr("一家或几家部门各办其事"),
            WhistleKind.BREAKTHROUGH: self.tr("停车、加梯等老大难"),
        }
        return grounds[kind]

    def _locked(self, kind: WhistleKind, actor: Actor | None) -> str:
        roles = WHISTLE_WHO[kind]
        if actor is None or not actor.is_any(*roles):
            role = Role.SUPERVISOR if Role.SUPERVISOR in roles else Role.SHIFT_LEADER
            return self.tr("由{role}吹，请转{role}").format(role=strings.word(role))
        if kind is not WhistleKind.EMERGENCY and self.case.state not in _AT_HAND:
            return self.tr("先签收并首次联系，办理中才能吹")
        return ""

    # ---- what follows from what is chosen

    def _choose_kind(self, at: int) -> None:
        if not self.kinds.choose(at):
            self.tell(self.kinds.why_locked(at))

    def _follow(self) -> None:
        law, now = self.bridge.law, self.bridge.now()
        if law is None:
            return
        limits = law.policy.whistles[self.kinds.kind]
        appointed = self.when.appointed()
        sign = after(now, limits.sign, law).end
        report = appointed or after(now, limits.report_in, law).end
        self.simple.setVisible(limits.done_simple is not None)
        simple = limits.done_simple if self._is_simple() else None
        done = after(now, simple or limits.done, law).end
        instants = [
            (self.tr("现在"), now),
            (self.tr("签收"), sign),
            (self.tr("报到"), report),
            (self.tr("办结"), done),
        ]
        instants.sort(key=lambda mark: mark[1])
        self.ruler.set_marks(tuple((word, minute_moment(at, now)) for word, at in instants))
        valid = ""
        if limits.valid_for is None:
            self.valid.setText(self.tr("不限。链路断了也会在接通后补发"))
        else:
            valid = minute_moment(now + limits.valid_for.length, now)
            self.valid.setText(
                self.tr("{at}（{length}）。到时还没送达就不再发出，标为“未发出”").format(
                    at=valid, length=limit_words(limits.valid_for)
                )
            )
        self._follow_chosen(minute_moment(sign, now), minute_moment(report, now))
        self._follow_link(valid)

    def _follow_chosen(self, sign: str, report: str) -> None:
        chosen = self.departments.model.chosen
        if not chosen:
            self.outcome.setText(self.tr("还没有选部门：在右边按空格选，第一家是主责"))
            return
        lead = self.bridge.unit_name(chosen[0])
        if len(chosen) == 1:
            said = self.tr("将召 {lead}（主责）：{sign} 前签收，{report} 前报到")
        else:
            said = self.tr("将召 {count} 家，主责 {lead}：{sign} 前签收，{report} 前报到")
        self.outcome.setText(said.format(count=len(chosen), lead=lead, sign=sign, report=report))

    def _follow_link(self, valid: str) -> None:
        link = self.bridge.link
        cut = link is None or link.state not in (LinkState.ONLINE, LinkState.CATCHING_UP)
        self._warning.setVisible(cut)
        if not cut:
            return
        said = [self.tr("链路中断：接通以前部门收不到这个哨。请先打电话，再吹哨留档。")]
        if link is not None:
            length = language.length_text(self.bridge.now() - link.since)
            said = [
                self.tr("链路中断 {length}：接通以前部门收不到这个哨。请先打电话，再吹哨留档。").format(length=length)
            ]
        phones = [
            f"{self.bridge.unit_name(unit.id)} {unit.phone}"
            for unit in self.bridge.units()
            if unit.phone and unit.id in self.departments.model.chosen
        ]
        if phones:
            said.append(self.tr("、").join(phones))
        if valid:
            said.append(self.tr("{at} 前还没接通，这个哨就不再发出。").format(at=valid))
        self._warning_words.setText("  ".join(said))

    # ---- ActDialog

    def missing(self) -> str:
        """See ActDialog; nobody chosen is said at the foot."""
        return next((name for name in ("demand", "place") if not self.text(name)), "")

    def submit(self) -> None:
        """Blow, unless nobody is called or the kind is not this person's."""
        if self.kinds.locked or not self.departments.model.chosen:
            self.tell(self.kinds.locked or self.tr("还没有选部门，哨没有吹出。"))
            self.departments.view.setFocus()
            return
        super().submit()

    def command(self) -> c.AnyCommand:
        """See ActDialog."""
        lead, *assisting = self.departments.model.chosen
        return c.BlowWhistle(
            case=self.case.id,
            whistle=WhistleId(str(uuid.uuid4())),
            kind=self.kinds.kind,
            demand=self.text("demand"),
            place=self.text("place"),
            contact=self.text("contact"),
            lead=lead,
            assisting=tuple(assisting),
            appointed_at=self.when.appointed(),
            simple=self._is_simple(),
        )

    def _is_simple(self) -> bool:
        return self.simple.isVisibleTo(self) and self.simple.isChecked()

    def more_to_keep(self) -> dict[str, Value]:
        """Kind, departments and the time belong to the draft."""
        appointed = self.when.appointed()
        return {
            "_kind": self.kinds.kind.value,
            "_units": " ".join(self.departments.model.chosen),
            "_appointed": "" if appointed is None else appointed.isoformat(),
            "_simple": self.simple.isChecked(),
        }

    def take_up_more(self, command: c.AnyCommand) -> None:
        """See ActDialog."""
        if isinstance(command, c.BlowWhistle):
            appointed = command.appointed_at
            self.restore_more(
                {
                    "_kind": command.kind.value,
                    "_units": " ".join((command.lead, *command.assisting)),
                    "_appointed": "" if appointed is None else appointed.isoformat(),
                    "_simple": command.simple,
                }
            )

    def restore_more(self, draft: dict[str, Value]) -> None:
        """See ActDialog."""
        if not draft:
            return
        self.kinds.choose(list(WhistleKind).index(WhistleKind(str(draft["_kind"]))))
        self.departments.model.choose(tuple(UnitId(unit) for unit in str(draft["_units"]).split()))
        appointed = str(draft.get("_appointed", ""))
        if appointed:
            self.when.choice.choose("appointed")
            self.when.set_time(dt.datetime.fromisoformat(appointed))
        self.simple.setChecked(bool(draft.get("_simple")))
