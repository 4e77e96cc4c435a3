"""What the outbox page's cards say: an act that wants a decision, one that waits, a draft; and which keys they have."""

from dispatcher.bridge import ActState, Bridge, Draft, Receipt
from dispatcher.models import commands as c
from dispatcher.models.queue import Pending
from dispatcher.models.verdicts import Changed, Reason, Refused
from dispatcher.ui import language, strings
from dispatcher.ui.console import act_words
from dispatcher.ui.language import translate
from dispatcher.widgets.outbox import CardKey, OutboxLine

_FIRST = {ActState.EXPIRED: 0, ActState.DOUBTED: 2, ActState.PARKED: 3}


def changed_in(receipt: Receipt) -> Changed | None:
    """Give both values of an act that collided."""
    verdict = receipt.verdict
    collided = isinstance(verdict, Refused) and verdict.reason is Reason.CHANGED_MEANWHILE
    return verdict.changed if collided and isinstance(verdict, Refused) else None


def wants_card(receipt: Receipt) -> bool:
    """Tell whether an act needs a person's eye; what merely waits for the link does not."""
    return receipt.state in _FIRST or isinstance(receipt.act.command, c.BlowWhistle)


def order(receipt: Receipt) -> tuple[int, int]:
    """Sort: not sent, whistles that wait, in doubt, parked, the rest; each in the order it was made."""
    whistle = isinstance(receipt.act.command, c.BlowWhistle)
    return _FIRST.get(receipt.state, 1 if whistle else 4), receipt.seq


def line_of(receipt: Receipt, bridge: Bridge, row_of: act_words.RowOf) -> OutboxLine:
    """Write an act's card."""
    now = bridge.now()
    changed = changed_in(receipt)
    mine = theirs = None
    detail = act_words.detail(receipt, now, row_of, bridge.unit_name)
    if changed is not None and isinstance(receipt.verdict, Refused):
        field = receipt.verdict.field
        own = strings.value(field, changed.mine, now, bridge.unit_name) if changed.mine else _decision(receipt)
        mine = _label(translate("Outbox", "我的"), language.moment_text(receipt.made_at, now)), _flat(own)
        by = changed.by_name or translate("Outbox", "对方")
        at = "" if changed.at is None else language.moment_text(changed.at, now)
        theirs = _label(by, at), _flat(strings.value(field, changed.theirs, now, bridge.unit_name))
        seen = _flat(strings.value(field, changed.seen, now, bridge.unit_name))
        detail = translate(
            "Outbox", "“{field}”两人都改了。您动手时是“{seen}”。留哪个由您定，另一个留在记录里。"
        ).format(field=strings.field_word(field), seen=seen)
    if receipt.state is ActState.DOUBTED:
        why = translate("Outbox", "中心受理以后恢复过旧数据，可能没有这一步。再发不会重复：编号不变。")
        detail = translate("Outbox", "{what}。{why}").format(what=detail, why=why)
    return OutboxLine(
        key=receipt.act.id,
        state=act_words.look(receipt.state),
        word=strings.act_state(receipt.state),
        title=act_words.title(receipt.act.command, row_of),
        detail=detail,
        keys=_keys(receipt, collided=changed is not None),
        mine=mine,
        theirs=theirs,
    )


def draft_line(draft: Draft, bridge: Bridge, row_of: act_words.RowOf) -> OutboxLine:
    """Write a draft's card."""
    row = row_of(draft.case)
    name = draft.form.partition(":")[0]
    form = strings.command_word(_TAGS.get(name, name))
    number = act_words.short_number(row.number) if row else ""
    texts = (text for name, text in draft.fields.items() if isinstance(text, str) and _is_shown(name))
    words = max(texts, key=len, default="")
    age = language.age_text(bridge.now() - draft.saved_at)
    detail = translate("Outbox", "{age}写的，还没有提交：{words}").format(age=age, words=_flat(words))
    return OutboxLine(
        key=(draft.case, draft.form),
        state=Pending.NONE,
        word=translate("Outbox", "草稿"),
        title=f"{number} {form}".strip(),
        detail=detail,
        keys=(CardKey("open", translate("Outbox", "接着写"), "E"), CardKey("drop", translate("Outbox", "弃稿"), "D")),
    )


_TAGS = {
    "contact": "record_contact",
    "progress": "report_progress",
    "call_back": "record_call_back",
    "close": "close_case",
    "reveal": "reveal_caller",
    "whistle": "blow_whistle",
    "review": "approve_reply",
    "take_in": "receive_order",
}
"""The command of a form that is named otherwise."""


def _is_shown(field: str) -> bool:
    """Keep a caller's name and phone off the page, and what is no text of a person's."""
    return field not in ("name", "phone") and not field.startswith("_")


def _keys(receipt: Receipt, *, collided: bool) -> tuple[CardKey, ...]:
    whistle = isinstance(receipt.act.command, c.BlowWhistle)
    phone = CardKey("phone", translate("Outbox", "电话通知"), "T")
    drop = CardKey("discard", translate("Outbox", "作废"), "D")
    edit = CardKey("edit", translate("Outbox", "编辑"), "E")
    match receipt.state:
        case ActState.EXPIRED:
            again = CardKey("retry", translate("Outbox", "重新吹哨") if whistle else translate("Outbox", "再试"), "W")
            return (phone, again, drop) if whistle else (again, drop)
        case ActState.PARKED if collided:
            return (
                CardKey("retry", translate("Outbox", "留我的"), "K"),
                CardKey("theirs", translate("Outbox", "用对方"), "T"),
                edit,
                CardKey("compare", translate("Outbox", "比较"), "C"),
            )
        case ActState.PARKED:
            return CardKey("retry", translate("Outbox", "再试"), "R"), edit, drop
        case ActState.DOUBTED:
            return CardKey("resend", translate("Outbox", "按原编号再发"), "S"), drop
        case _:
            return (phone, CardKey("discard", translate("Outbox", "撤回"), "D")) if whistle else (drop,)


def _decision(receipt: Receipt) -> str:
    """Say an act that sets no value but decides on one."""
    return strings.command_word(act_words.tag_of(receipt.act.command))


def _label(who: str, at: str) -> str:
    return f"{who} {at}".strip()


def _flat(text: str) -> str:
    return " ".join(text.split())
