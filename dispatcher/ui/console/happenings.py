"""A case's history as lines of the timeline: signs, inks and chips for what is pending, late, parked or not sent."""

import datetime as dt

from dispatcher.bridge import ActState, CaseView, Receipt
from dispatcher.models.verdicts import Refused
from dispatcher.ui import language, strings
from dispatcher.ui.console import history
from dispatcher.ui.console.act_words import tag_of
from dispatcher.widgets.glyphs import Glyph
from dispatcher.widgets.paint import ChipLook
from dispatcher.widgets.timeline import Happening

translate = language.translate

_MARKS = {
    history.Mark.DOT: (Glyph.DOT, "line_strong"),
    history.Mark.WHISTLE: (Glyph.WHISTLE, "accent_text"),
    history.Mark.ALARM: (Glyph.TRIANGLE, "sla.orange.mark"),
    history.Mark.PENDING: (Glyph.PENDING, "outbox.pending.mark"),
}


def happenings(view: CaseView, now: dt.datetime, unit_name: history.UnitName) -> tuple[Happening, ...]:
    """Give the lines, newest first; acts that the centre did not take stand above them with the reason."""
    stuck = [_stuck(r, now, unit_name) for r in view.acts if r.state in (ActState.PARKED, ActState.EXPIRED)]
    return (*reversed(stuck), *(_line(line, now) for line in history.lines(view, unit_name)))


def _line(line: history.Line, now: dt.datetime) -> Happening:
    time = language.moment_text(line.at, now)
    glyph, ink = _MARKS[line.mark]
    if line.pending:
        chip = translate("Timeline", "所内，待中心裁定") if line.office else translate("Timeline", "待发")
        return Happening(time, line.actor, line.text, glyph, ink, "outbox.pending.text", chip, ChipLook.PENDING)
    if line.undone:
        chip = translate("Timeline", "已撤销")
        return Happening(time, line.actor, line.text, glyph, "line_strong", "text_muted", chip, ChipLook.PLAIN)
    detail = ""
    if line.late and line.entered_at - line.at > dt.timedelta(minutes=1):
        detail = translate("Timeline", "{at} 传到中心").format(at=language.moment_text(line.entered_at, now))
        if line.trust_ms is not None:
            trust = translate("Timeline", "本机时钟误差不超过 {n} 秒").format(n=max(1, round(line.trust_ms / 1000)))
            detail = f"{detail}{translate('Timeline', '，')}{trust}"
    if line.caught_up:
        chip = translate("Timeline", "事后补记")
        if not detail:
            detail = translate("Timeline", "{at} 记").format(at=language.moment_text(line.entered_at, now))
    else:
        chip = translate("Timeline", "离线补传") if line.late else ""
    return Happening(time, line.actor, line.text, glyph, ink, "text", chip, ChipLook.PLAIN, detail)


def _stuck(receipt: Receipt, now: dt.datetime, unit_name: history.UnitName) -> Happening:
    parked = receipt.state is ActState.PARKED
    path = "outbox.parked" if parked else "outbox.expired"
    why = strings.refusal(receipt.verdict, unit_name) if isinstance(receipt.verdict, Refused) else ""
    return Happening(
        time=language.moment_text(receipt.made_at, now),
        actor=translate("Timeline", "本机"),
        text=strings.command_word(tag_of(receipt.act.command)),
        glyph=Glyph.PARKED if parked else Glyph.EXPIRED,
        ink=f"{path}.mark",
        text_ink=f"{path}.text",
        chip=strings.word(receipt.state),
        chip_look=ChipLook.PARKED if parked else ChipLook.EXPIRED,
        detail=why,
    )
