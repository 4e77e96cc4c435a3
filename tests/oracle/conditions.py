"""What the table of states and roles cannot say: the conditions of every command, and the effects when they hold."""

import re

from tests.oracle import clock_oracle
from tests.oracle.calendar_oracle import end_of
from tests.oracle.effects import held_since, open_request, open_whistles, urgency
from tests.oracle.merge_oracle import reply_of, request_of
from tests.oracle.refusal import need, text
from tests.oracle.transition_table import FINAL_KINDS, ROWS
from tests.oracle.whistle_oracle import WHISTLE

RETURN_GROUNDS = frozenset(
    ["not_our_territory", "not_our_duty", "ownership_unclear", "in_proceedings", "duplicate", "essentials_missing"]
)
EXCLUSION_GROUNDS = frozenset(["in_proceedings", "duplicate", "proved_false", "beyond_law", "unreasonable"])
LEVELS = {1: {"supervisor", "district", "hotline", "centre"}, 2: {"district", "hotline"}, 3: {"hotline"}}


def decide(act, life, actor, roles, law, at, entries):
    """The effects of one act, or No; `roles` are those of the actor that reach the case."""
    command = act["command"]
    if command in WHISTLE:
        return WHISTLE[command](act, life, actor, roles, law, at)
    return CASE[command](act, life, actor, roles, law, at, entries)


def receive(act, actor, life, law, now, at):
    """Who may bring an order, and what is wrong with it."""
    order, holder = act["order"], act["holder"]
    desk = not actor["roles"] & {"hotline", "centre"}
    need(not desk or holder == actor["unit"], "not_your_case", "holder")
    need(life is None, "already_there")
    for name in ("number", "source", "title"):
        need(order[name].strip(), "missing_field", f"order.{name}")
    if desk:
        need(re.fullmatch(f"L-{re.escape(holder)}-[0-9]{{8}}-[0-9]+", order["number"]), "bad_field", "order.number")
    need(order["dispatched_at"] <= now + 300, "in_the_future", "order.dispatched_at")
    closed = act.get("closed_at")
    if closed is not None:
        need(closed >= order["dispatched_at"], "before_the_case", "closed_at")
        need(closed <= now + 300, "in_the_future", "closed_at")
    need(not law["holders"] or holder in law["holders"], "unknown_unit", "holder")
    need(not act.get("parent") or "centre" in actor["roles"], "contradiction", "parent")
    effects = [("received", act, holder)]
    return effects if closed is None else [*effects, ("closed", closed)]


def sign_for(act, life, actor, roles, law, at, entries):
    if life["state"] == "redo":
        need(life["redo_signed_at"] is None, "already_so")
        return [("redo_signed",)]
    return [("signed",)]


def record_contact(act, life, actor, roles, law, at, entries):
    in_round = life["state"] == "signed" or (
        life["state"] == "redo" and life["redo_contacted_at"] is None and at >= life["redo_at"]
    )
    if not in_round:
        return [("contact", None, False)]
    if act["reached"]:
        return [("contact", at, False)]
    attempt = new_hour(life["tried"], at)
    return [("contact", counted(life["tried"], at, law["policy"]["contact_attempts"]), attempt)]


def new_hour(tried, at):
    """Is this the first vain call of its clock hour."""
    return at // 3600 not in {other // 3600 for other in tried}


def counted(tried, at, enough):
    """When so many vain calls at different hours have been made, this one among them; None when there are too few."""
    calls = sorted([*tried, at])
    if not new_hour(tried, at) or len(calls) < enough:
        return None
    return calls[-1]


def assign(act, life, actor, roles, law, at, entries):
    text(act, "assignee")
    return [("assigned", act["assignee"])]


def report_progress(act, life, actor, roles, law, at, entries):
    text(act, "text")
    return [("progress", act.get("on_scene", False))]


def add_note(act, life, actor, roles, law, at, entries):
    text(act, "text")
    return [("note",)]


def reply(act, life, actor, roles, law, at, entries):
    contacted = life["redo_contacted_at"] if life["state"] == "redo" else life["contacted_at"]
    need(contacted is not None, "not_contacted")
    need(not open_request(life, "extension") and not open_request(life, "suspension"), "request_open")
    text(act, "accepted", "talked_with", "done", "result")
    return [("reply", law["policy"]["reply_review"] and "shift_leader" not in roles, reply_of(act))]


def approve_reply(act, life, actor, roles, law, at, entries):
    return [("approved",)]


def send_back_reply(act, life, actor, roles, law, at, entries):
    text(act, "reason")
    return [("reply_back",)]


def record_call_back(act, life, actor, roles, law, at, entries):
    by_hotline = "hotline" in roles
    need(life["state"] != "closed" or by_hotline, "wrong_state")
    if act["reached"]:
        need(act.get("solved") is not None, "missing_field", "solved")
    else:
        said = act.get("contacted") or act.get("solved") is not None or act.get("satisfied") is not None
        need(not said, "contradiction", "reached")
    effects = [("call_back", by_hotline, act)]
    return [*effects, ("redo", True)] if act.get("solved") == "no" else effects


def counted_vain(life, by_hotline):
    """Vain call-backs since the last reply: one a clock hour."""
    hours = {c["at"] // 3600 for c in life["calls"] if not c["reached"] and c["by_hotline"] == by_hotline}
    return len(hours)


def close_case(act, life, actor, roles, law, at, entries):
    enough = law["policy"]["call_back_attempts"]
    reached = any(c["reached"] for c in life["calls"])
    need(reached or max(counted_vain(life, True), counted_vain(life, False)) >= enough, "not_called_back")
    need(not open_whistles(life), "whistles_open")
    need(set(life["children"]) <= set(life["ended"]), "children_open")
    return [("closed",)]


def order_redo(act, life, actor, roles, law, at, entries):
    text(act, "reason")
    return [("redo", True)]


def reopen_case(act, life, actor, roles, law, at, entries):
    need(at <= end_of(law["calendar"], life["closed_at"], law["policy"]["reopen_within"]), "too_late")
    text(act, "reason")
    return [("redo", False)]


def _ask(act, kind, roles, at, until=None):
    leads = "shift_leader" in roles
    return [
        ("requested", {"kind": kind, "sent_at": at if leads else None, "granted": None, "until": until,
                       "ground": act.get("ground"), "at": at, "told": request_of(act)})
    ]  # fmt: skip


def _in_window(life, law, at):
    urgent = clock_oracle.urgency_at(life, law, at) in ("flood", "emergency", "livelihood")
    window = law["policy"]["return_window_urgent" if urgent else "return_window"]
    need(at <= end_of(law["calendar"], held_since(life), window), "too_late")


def request_return(act, life, actor, roles, law, at, entries):
    need(not life["adjudicated"], "final")
    need(not (life["no_return"] or life["never_back"]), "no_return")
    need(not open_request(life, "return"), "already_requested")
    _in_window(life, law, at)
    need(act["ground"] in RETURN_GROUNDS, "bad_field", "ground")
    text(act, "reason")
    need(act["ground"] == "essentials_missing" or any(e.strip() for e in act.get("evidence", ())), "no_evidence")
    return _ask(act, "return", roles, at)


def request_extension(act, life, actor, roles, law, at, entries):
    need(not open_request(life, "extension"), "already_requested")
    need(not any(r["kind"] == "extension" and r["sent_at"] is not None for r in life["requests"]), "only_once")
    due, longest = clock_oracle.extendable(life, law)
    need(at <= due, "too_late")
    text(act, "reason")
    need(act["until"] > due, "bad_field", "until")
    need(act["until"] <= longest, "too_long", "until")
    return _ask(act, "extension", roles, at, act["until"])


def request_suspension(act, life, actor, roles, law, at, entries):
    need(not open_request(life, "suspension"), "already_requested")
    text(act, "reason", "public_reason")
    need(act["review_at"] > at, "bad_field", "review_at")
    return _ask(act, "suspension", roles, at, act["review_at"])


def request_exclusion(act, life, actor, roles, law, at, entries):
    need(not open_request(life, "exclusion"), "already_requested")
    need(life["exclusion"] is None, "already_so")
    need(not any(r["kind"] == "exclusion" and r["granted"] is not None for r in life["requests"]), "only_once")
    need(act["ground"] in EXCLUSION_GROUNDS, "bad_field", "ground")
    text(act, "reason")
    need(any(e.strip() for e in act.get("evidence", ())), "no_evidence")
    return _ask(act, "exclusion", roles, at)


def send_request(act, life, actor, roles, law, at, entries):
    request = open_request(life, act["kind"])
    need(request, "no_such_request")
    need(request["sent_at"] is None, "already_so")
    if act["kind"] in ("return", "extension"):
        need(life["state"] in ROWS["request_" + act["kind"]][1], "wrong_state")
    if act["kind"] == "return":
        _in_window(life, law, at)
    elif act["kind"] == "extension":
        need(at <= clock_oracle.extendable(life, law)[0], "too_late")
    return [("sent", act["kind"])]


def drop_request(act, life, actor, roles, law, at, entries):
    need(open_request(life, act["kind"]), "no_such_request")
    text(act, "reason")
    return [("dropped", act["kind"])]


def _sent_returns(life):
    return sum(r["kind"] == "return" and r["sent_at"] is not None for r in life["requests"])


def _next_holder(act, life, law):
    to = act.get("to", "")
    if to:
        need(to != life["holder"], "bad_field", "to")
        need(not law["holders"] or to in law["holders"], "unknown_unit", "to")
    return to


def decide_request(act, life, actor, roles, law, at, entries):
    kind, granted = act["kind"], act["granted"]
    request = open_request(life, kind)
    need(request, "no_such_request")
    need(request["sent_at"] is not None, "not_sent")
    need(kind not in ("extension", "exclusion") or "hotline" in roles, "not_your_role")
    need(kind != "return" or _sent_returns(life) < 2, "needs_adjudication")
    need(granted or act.get("answer", "").strip(), "missing_field", "answer")
    need(not act.get("to") or (granted and kind == "return"), "contradiction", "to")
    to = _next_holder(act, life, law)
    if kind == "suspension" and granted:
        need(life["state"] in ("in_hand", "redo"), "wrong_state")
        need(request["until"] > at, "too_late")
    return [("decided", kind, granted, to, False, actor["person"], act.get("answer", ""))]


def adjudicate(act, life, actor, roles, law, at, entries):
    request = open_request(life, "return")
    need(request and request["sent_at"] is not None, "no_such_request")
    need(_sent_returns(life) >= 2, "wrong_state", "granted")
    text(act, "answer")
    need(not act.get("to") or act["granted"], "contradiction", "to")
    to = _next_holder(act, life, law)
    return [("decided", "return", act["granted"], to, True, actor["person"], act["answer"])]


def transfer(act, life, actor, roles, law, at, entries):
    need(not open_whistles(life), "whistles_open")
    need(act["to"] != life["holder"], "bad_field", "to")
    need(not law["holders"] or act["to"] in law["holders"], "unknown_unit", "to")
    text(act, "reason")
    return [("transferred", act["to"])]


def withdraw_order(act, life, actor, roles, law, at, entries):
    text(act, "reason")
    return [("withdrawn",)]


def split_case(act, life, actor, roles, law, at, entries):
    need(not life["parent"], "wrong_state", "parent")
    cases = [part["case"] for part in act["parts"]]
    good = len(cases) >= 2 and len(set(cases)) == len(cases) and life["id"] not in cases
    good = good and all(part["title"].strip() for part in act["parts"])
    need(good, "bad_field", "parts")
    return [("split", cases)]


def merge_case(act, life, actor, roles, law, at, entries):
    need(not open_whistles(life), "whistles_open")
    need(set(life["children"]) <= set(life["ended"]), "children_open")
    need(act["into"] != life["id"], "bad_field", "into")
    text(act, "reason")
    return [("merged", act["into"])]


def absorb_duplicate(act, life, actor, roles, law, at, entries):
    return [("absorbed", act["duplicate"])]


def note_child_ended(act, life, actor, roles, law, at, entries):
    need(act["child"] in life["children"], "bad_field", "child")
    need((act["child"] in life["ended"]) == act.get("again", False), "already_so", "child")
    return [("child_ended", act["child"], act.get("again", False))]


def resume_case(act, life, actor, roles, law, at, entries):
    centre = roles == {"centre"}
    need(not centre or at >= life["suspensions"][-1]["review_at"], "too_early")
    return [("resumed",)]


def _in_force(life, level):
    return any(s[0] == level and s[2] is None for s in life["supervisions"])


def supervise(act, life, actor, roles, law, at, entries):
    need(act["level"] in LEVELS, "bad_field", "level")
    need(roles & LEVELS[act["level"]], "not_your_role", "level")
    need(not _in_force(life, act["level"]), "already_so")
    text(act, "reason")
    return [("supervised", act["level"])]


def lift_supervision(act, life, actor, roles, law, at, entries):
    need(act["level"] in LEVELS, "bad_field", "level")
    need(roles & LEVELS[act["level"]], "not_your_role", "level")
    need(_in_force(life, act["level"]), "already_so")
    text(act, "reason")
    return [("lifted", act["level"])]


def change_urgency(act, life, actor, roles, law, at, entries):
    need(act["urgency"] != urgency(life), "already_so")
    text(act, "reason")
    return [("urgency", act["urgency"])]


def urge(act, life, actor, roles, law, at, entries):
    return [("urged",)]


def give_number(act, life, actor, roles, law, at, entries):
    need(life["number"].startswith("L-") and not life["local_number"], "already_so")
    text(act, "number", "source")
    return [("numbered", act["number"])]


def undo(act, life, actor, roles, law, at, entries):
    last = next((e for e in reversed(entries) if not e["follow_up"]), None)
    need(last is not None and last["act"] == act["act"] and not last["undone"], "not_last_act")
    need(last["by"] == actor["person"], "not_your_role", "act")
    of_return = last["command"] == "decide_request" and last["kind"] == "return"
    need(last["command"] not in FINAL_KINDS and not of_return, "cannot_be_undone")
    need(at <= end_of(law["calendar"], last["entered"], law["policy"]["undo_within"]), "too_late")
    return [("undo", act["act"])]


def reveal_caller(act, life, actor, roles, law, at, entries):
    need(not life["confidential"] or roles & {"hotline", "district"}, "confidential")
    text(act, "reason")
    return [("note",)]


def erase_personal_data(act, life, actor, roles, law, at, entries):
    need(not life.get("erased"), "already_so")
    text(act, "reason")
    return [("erased",)]


CASE = {
    f.__name__: f
    for f in (
        sign_for, record_contact, assign, report_progress, add_note, reply, approve_reply, send_back_reply,
        record_call_back, close_case, order_redo, reopen_case, request_return, request_extension, request_suspension,
        request_exclusion, send_request, drop_request, decide_request, adjudicate, transfer, withdraw_order,
        split_case, merge_case, absorb_duplicate, note_child_ended, resume_case, supervise, lift_supervision,
        change_urgency, urge, give_number, undo, reveal_caller, erase_personal_data,
    )
}  # fmt: skip
