"""Two people, one value: what each command would replace, and whether it is still what the second one had seen.

A value is a tuple of its parts, instants in seconds; the empty tuple stands for none.
"""

from tests.oracle.effects import urgency
from tests.oracle.refusal import need

REQUEST_OF = {
    "request_return": "return",
    "request_extension": "extension",
    "request_suspension": "suspension",
    "request_exclusion": "exclusion",
    "adjudicate": "return",
}
OF_REPLY = frozenset(["reply", "approve_reply", "send_back_reply"])
OF_ONE_REQUEST = frozenset(["send_request", "drop_request", "decide_request"])


def subject(act):
    """What the command replaces or decides on; None when it only adds to the record."""
    command = act["command"]
    if command in OF_REPLY:
        return "reply"
    if command in OF_ONE_REQUEST:
        return act["kind"]
    plain = {"assign": "assignee", "change_urgency": "urgency", "transfer": "holder"}
    return plain.get(command) or REQUEST_OF.get(command)


def stands(what, life):
    """The value as it is now."""
    if what == "assignee":
        return (life["assignee"],) if life["assignee"] else ()
    if what == "urgency":
        return (urgency(life),)
    if what == "holder":
        return (life["holder"],)
    if what == "reply":
        return life["reply"]
    asked = [r for r in life["requests"] if r["kind"] == what]
    if not asked:
        return ()
    last = asked[-1]
    told = last["told"]
    if last["granted"] is not None:
        told += ("granted" if last["granted"] else "refused",) + ((last["answer"],) if last["answer"] else ())
    return told


def wish(act):
    """The value the command would put there; None when it decides on what is there."""
    command = act["command"]
    if command == "reply":
        return reply_of(act)
    if command in ("assign", "change_urgency", "transfer"):
        word = act[{"assign": "assignee", "change_urgency": "urgency", "transfer": "to"}[command]]
        return (word,) if word else ()
    if command in REQUEST_OF and command != "adjudicate":
        return request_of(act)
    return None


def reply_of(act):
    """The four elements."""
    return tuple(act[name] for name in ("accepted", "talked_with", "done", "result"))


def request_of(act):
    """What a request says: ground, date, reason, what the citizen is told, evidence."""
    date = act.get("until") or act.get("review_at")
    parts = (act.get("ground"), date, act["reason"], act.get("public_reason"), *act.get("evidence", ()))
    return tuple(part for part in parts if part)


def unchanged(act, life):
    """Refuse what would replace another value than the one seen, unless both want the same."""
    what = subject(act)
    if act.get("seen") is None or what is None:
        return
    now = stands(what, life)
    need(now == act["seen"] or now == wish(act), "changed_meanwhile", what)
