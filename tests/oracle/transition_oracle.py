"""A case as a plain dict and its acts as plain dicts: who may do what, what is refused, what follows.

Instants are seconds (see calendar_oracle). A `Book` keeps the acts of one case in the order they came, each with its
effects; what the case is follows from running the effects again, and undoing is running them without one.
"""

from tests.oracle.calendar_oracle import end_of
from tests.oracle.conditions import decide, receive
from tests.oracle.effects import as_of, held_since, replay, run
from tests.oracle.merge_oracle import unchanged
from tests.oracle.refusal import No, need
from tests.oracle.transition_table import CAN_HAVE_HAPPENED, FACTS, ROWS


class Book:
    """One case: `life` is None until it was received."""

    def __init__(self):
        self.entries = []
        self.life = None

    def judge(self, act, actor, law, now):
        """("refused", reason, field) or ("accepted", entry); an accepted act is written down."""
        try:
            entry = self._judge(act, actor, law, now)
        except No as no:
            return ("refused", no.reason, no.field)
        self.entries.append(entry)
        if entry["command"] == "undo":
            undone = next(e for e in self.entries if e["act"] == act["act"])
            undone["undone"] = True
            self.life = replay(self.entries)
        else:
            self.life = run(self.life, entry)
        return ("accepted", entry)

    def _judge(self, act, actor, law, now):
        need(act.get("valid_until") is None or now <= act["valid_until"], "expired", "valid_until")
        need(act["made_at"] <= now + 300, "in_the_future", "made_at")
        at, command, life = min(act["made_at"], now), act["command"], self.life
        need(life is not None or command == "receive_order", "no_such_case", "case")
        arrives = life is None or command == "receive_order"
        need(arrives or at >= life["dispatched_at"] - 300, "before_the_case", "made_at")
        happened = act.get("happened_at")
        if happened is not None:
            need(command in CAN_HAVE_HAPPENED, "contradiction", "happened_at")
            need(happened <= at, "in_the_future", "happened_at")
            need(happened >= life["dispatched_at"], "before_the_case", "happened_at")
            need(at <= end_of(law["calendar"], happened, law["policy"]["catch_up_within"]), "too_late", "happened_at")
            at = happened
        late = bool(act.get("offline")) or (command != "receive_order" and now - act["made_at"] > 60)
        roles, states = ROWS[command]
        fitting = actor["roles"] & roles
        need(fitting, "not_your_role")
        entry = {
            "act": act["id"], "at": at, "entered": now, "by": actor["person"], "command": command,
            "kind": act.get("kind"),
            "late": late, "caught_up": happened is not None, "undone": False,
            "follow_up": command in ("climb_ladder", "note_child_ended", "absorb_duplicate")
            or (command == "supervise" and actor["person"] == "centre"),
        }  # fmt: skip
        if command == "receive_order":
            entry["effects"] = receive(act, actor, life, law, now, at)
            return entry
        here = frozenset(role for role in fitting if in_reach(role, actor, life, command))
        lawful = here and life["state"] in states
        record = None
        if command in FACTS:
            record = self._record(act, actor, law, at, late, late or happened is not None, bool(lawful))
        if record is None:
            need(here or fitting != {"liaison"}, "not_summoned")
            need(here, "not_your_case")
            if happened is None and (lawful or not late or command not in FACTS):
                unchanged(act, life)
            need(lawful, "wrong_state")
        entry["effects"] = [record] if record else decide(act, life, actor, here, law, at, self.entries)
        return entry

    def _record(self, act, actor, law, at, late, belated, lawful):
        """What a fact is recorded as that belongs to an earlier part of the case; None: judged like any other act."""
        life, command = self.life, act["command"]
        before_redo = life["redo_at"] is not None and at < life["redo_at"]
        of_round = command in ("sign_for", "record_contact")
        earlier_holding = belated and at < held_since(life) and life["former"]
        if not (earlier_holding or (late and not lawful) or (of_round and lawful)):
            return None
        roles, states = ROWS[command]
        then = as_of(self.entries, at)
        if then is None:
            return None
        reach = any(in_reach(role, actor, then, command) for role in actor["roles"] & roles)
        if earlier_holding and lawful:
            need(reach, "not_your_case")
        if not reach:
            return None
        same = life["redispatched_at"] == then["redispatched_at"] and life["holder"] == then["holder"]
        if command == "sign_for" and then["state"] not in ("returned", "withdrawn", "merged"):
            return self._signature(life, then, at, late, lawful, same, before_redo)
        if then["state"] not in states:
            need(not (earlier_holding and lawful), "wrong_state")
            return None
        if command == "record_contact" and same:
            key = {"signed": "contacted_at", "redo": "redo_contacted_at"}.get(then["state"])
            if key and life[key] is not None and at < life[key] and not (key == "redo_contacted_at" and before_redo):
                # A vain call takes its place when it was itself the last one wanting; of an hour's the first counts.
                hours = {tried // 3600 for tried in then["tried"]}
                completes = at // 3600 not in hours and len(hours) + 1 >= law["policy"]["contact_attempts"]
                if act["reached"] or completes:
                    return (
                        "moved",
                        key,
                        at,
                        not act["reached"] and key in _round_of(life) and at // 3600 not in _hours(life),
                    )
        return None if lawful else ("note",)

    def _signature(self, life, then, at, late, lawful, same, before_redo):
        if not same and then["signed_at"] is None and then["state"] != "dispatched":
            need(not lawful, "wrong_state")
            return None
        if lawful and life["state"] == "dispatched":
            return None if same else ("note",)
        if life["state"] == "redo" and not before_redo:
            if life["redo_signed_at"] is None or not late:
                return None
            return ("moved", "redo_signed_at", at) if at < life["redo_signed_at"] else ("note",)
        if life["state"] == "redo" and lawful and not late:
            need(life["redo_signed_at"] is None, "already_so")
        if then["redo_signed_at"] is not None and life["state"] != "redo":
            return ("note",)
        unsigned = (life if same else then)["signed_at"] is None
        if unsigned and then["state"] != "dispatched":
            in_force = life["state"] == "redo" and lawful
            need(not in_force or life["redo_signed_at"] is None, "already_so")
            if not in_force:
                return None
        if same and (unsigned or (then["state"] == "dispatched" and at < life["signed_at"])):
            return ("moved", "signed_at", at)
        return ("note",)


def _hours(life):
    """Clock hours of the vain calls that count in the present round."""
    return {tried // 3600 for tried in life["tried"]}


def _round_of(life):
    """The first contact of the present round."""
    return ("contacted_at",) if life["redo_at"] is None else ("redo_contacted_at",)


def in_reach(role, actor, life, command):
    """Is the case within what this role of the person may touch."""
    unit, holder = actor["unit"], life["holder"]
    if role in ("hotline", "centre", "administrator"):
        return True
    if role == "district":
        return holder.startswith(unit.removesuffix("0000")) if len(unit) == 6 else holder.startswith(unit)
    if role == "liaison":
        return unit == holder or any(unit in whistle["summons"] for whistle in life["whistles"].values())
    if role == "community_worker":
        if unit == holder and life["assignee"] and life["assignee"] in (actor["person"], actor["name"]):
            return True
        return len(unit) == 12 and unit.isdigit() and unit.startswith(holder) and life["community"] == unit
    return unit == holder
