"""What accepted acts make of a case: a dict that effects are run over, one after the other."""


def replay(entries):
    """The case after these entries, the undone ones left out."""
    life = None
    for entry in entries:
        if not entry["undone"]:
            life = run(life, entry)
    return life


def as_of(entries, at):
    """The case as it stood: what had happened by then, less the answers to what had not."""
    life = None
    for entry in entries:
        if not entry["undone"] and (life is None or (entry["at"] <= at and _answerable(life, entry))):
            life = run(life, entry)
    return life


def _answerable(life, entry):
    for name, *rest in entry["effects"]:
        if name in ("sent", "dropped", "decided") and open_request(life, rest[0]) is None:
            return False
        if name == "resumed" and not life["suspensions"]:
            return False
        if name == "whistle" and entry["command"] != "blow_whistle" and rest[0] not in life["whistles"]:
            return False
    return True


def run(life, entry):
    """Run the effects of one entry; the dict is changed in place."""
    for name, *rest in entry["effects"]:
        if name == "received":
            life = new_life(*rest)
        else:
            EFFECTS[name](life, entry["at"], *rest)
    return life


def new_life(act, holder):
    """A case as it was dispatched."""
    order = act["order"]
    life = {
        "id": act["case"], "state": "dispatched", "holder": holder, "dispatched_at": order["dispatched_at"],
        "urgency0": order["urgency"], "category": order["category"], "community": order["community"],
        "given_due": order.get("feedback_due_at"), "confidential": order["confidential"], "number": order["number"],
        "no_return": False, "never_back": order["no_return"], "parent": act.get("parent", ""),
        "assignee": "", "urged": 0, "reply": (),
    }  # fmt: skip
    for key in [
        "signed_at",
        "contacted_at",
        "on_scene_at",
        "progress_at",
        "first_replied_at",
        "replied_at",
        "reply_written_at",
        "redo_at",
        "closed_at",
        "solved",
        "satisfied",
        "redispatched_at",
        "extension",
        "exclusion",
        "redo_signed_at",
        "redo_contacted_at",
        "assigned_at",
    ]:
        life[key] = None
    for key in [
        "former",
        "requests",
        "suspensions",
        "supervisions",
        "urgencies",
        "tried",
        "calls",
        "children",
        "ended",
        "duplicates",
    ]:
        life[key] = []
    life.update(
        redo_count=0, reopened=0, adjudicated=False, local_number="", merged_into="", whistles={}, asked_extension=False
    )
    return life


def held_since(life):
    """When the present holder was dispatched to."""
    return life["redispatched_at"] if life["redispatched_at"] is not None else life["dispatched_at"]


def urgency(life, at=None):
    """As last set by the hotline, or as it was at an instant."""
    found = life["urgency0"]
    for since, value in life["urgencies"]:
        if at is None or since <= at:
            found = value
    return found


def open_request(life, kind):
    """The request of a kind that is not decided."""
    return next((r for r in life["requests"] if r["kind"] == kind and r["granted"] is None), None)


def open_whistles(life):
    """The whistles that departments are still out for."""
    return [w for w in life["whistles"].values() if w["state"] == "blown"]


def _moved(life, at, key, instant, attempt=False):
    if attempt:
        life["tried"] = sorted([*life["tried"], at])
    life[key] = instant


def _signed(life, at):
    life["signed_at"], life["state"] = at, "signed"


def _redo_signed(life, at):
    life["redo_signed_at"] = at


def _contact(life, at, counts, attempt):
    if attempt:
        life["tried"] = sorted([*life["tried"], at])
    if counts is not None and life["state"] == "signed":
        life["contacted_at"], life["state"] = counts, "in_hand"
    elif counts is not None and life["state"] == "redo":
        life["redo_contacted_at"] = counts


def _assigned(life, at, who):
    if life["assigned_at"] is None or at >= life["assigned_at"]:
        life["assignee"], life["assigned_at"] = who, at


def _progress(life, at, on_scene):
    life["progress_at"] = at if life["progress_at"] is None else max(at, life["progress_at"])
    if on_scene:
        _on_scene(life, at)


def _on_scene(life, at):
    if life["on_scene_at"] is None:
        life["on_scene_at"] = at


def _reply(life, at, review, told):
    life["reply_written_at"], life["reply"] = at, told
    if review:
        life["state"] = "reply_review"
    else:
        _goes_out(life, at)


def _goes_out(life, at):
    at = not_before(at, life["redo_at"])
    life["state"], life["replied_at"], life["calls"] = "replied", at, []
    if life["first_replied_at"] is None:
        life["first_replied_at"] = at


def _reply_back(life, at):
    life["state"], life["reply_written_at"] = worked(life), None


def worked(life):
    """The state of a case that is being handled."""
    return "redo" if life["redo_at"] is not None else "in_hand"


def _call_back(life, at, by_hotline, act):
    life["calls"].append(
        {"at": at, "by_hotline": by_hotline, "reached": act["reached"], "contacted": act.get("contacted", False),
         "solved": act.get("solved"), "satisfied": act.get("satisfied")}
    )  # fmt: skip
    if act["reached"]:
        life["solved"], life["satisfied"] = act["solved"], act.get("satisfied")


def _redo(life, at, counted):
    at = not_before(at, life["replied_at"], life["closed_at"])
    life["state"], life["redo_at"], life["closed_at"] = "redo", at, None
    life["replied_at"] = life["reply_written_at"] = None
    life["redo_signed_at"] = life["redo_contacted_at"] = None
    life["calls"], life["tried"] = [], []
    life["redo_count" if counted else "reopened"] += 1


def _closed(life, at, elsewhere=None):
    if elsewhere is not None:
        life["first_replied_at"] = elsewhere
        at = elsewhere
    life["state"], life["closed_at"] = "closed", not_before(at, life["replied_at"])


def not_before(at, *others):
    """What follows another thing in the record does not count before it."""
    return max(at, *(other for other in others if other is not None)) if any(o is not None for o in others) else at


def _requested(life, at, request):
    life["requests"].append(dict(request))
    if request["sent_at"] is not None:
        _is_sent(life, request["kind"])


def _is_sent(life, kind):
    if kind == "return":
        life["state"] = "return_requested"


def _sent(life, at, kind):
    open_request(life, kind)["sent_at"] = at
    _is_sent(life, kind)


def _dropped(life, at, kind):
    request = open_request(life, kind)
    life["requests"].remove(request)
    if kind == "return" and request["sent_at"] is not None:
        _back(life)


def _back(life):
    life["state"] = "signed" if life["signed_at"] is not None else "dispatched"


def _decided(life, at, kind, granted, to, final, by, answer):
    request = open_request(life, kind)
    request["granted"], request["answer"] = granted, answer
    request["decided_at"] = at
    if kind == "return":
        life["adjudicated"] = life["adjudicated"] or final
        if not granted:
            life["no_return"] = True
            _back(life)
        else:
            _leaves(life, at, returned=True)
            life["state"] = "returned"
            if to:
                _arrives(life, at, to)
    elif granted and kind == "extension":
        life["extension"] = {"asked_at": request["sent_at"], "granted_at": at, "until": request["until"]}
    elif granted and kind == "suspension":
        life["state"] = "suspended"
        life["suspensions"].append({"at": at, "review_at": request["until"], "resumed_at": None})
    elif granted:
        life["exclusion"] = {"ground": request["ground"], "at": at, "by": by}


def _leaves(life, at, *, returned):
    at = not_before(at, held_since(life))
    life["former"].append(
        {"unit": life["holder"], "dispatched_at": held_since(life), "ended_at": at, "returned": returned,
         "signed_at": life["signed_at"], "contacted_at": life["contacted_at"]}
    )  # fmt: skip


def _arrives(life, at, to):
    at = not_before(at, held_since(life))
    life["state"], life["holder"], life["redispatched_at"] = "dispatched", to, at
    for key in ("signed_at", "contacted_at", "on_scene_at", "progress_at"):
        life[key] = None
    life["assignee"], life["assigned_at"] = "", None
    life["tried"], life["no_return"] = [], life["adjudicated"]
    life["requests"] = [r for r in life["requests"] if r["granted"] is not None]


def _transferred(life, at, to):
    if life["state"] != "returned":
        _leaves(life, at, returned=False)
    _arrives(life, at, to)


def _withdrawn(life, at):
    life["state"] = "withdrawn"


def _split(life, at, cases):
    life["children"] += cases


def _merged(life, at, into):
    life["state"], life["merged_into"] = "merged", into


def _absorbed(life, at, duplicate):
    life["duplicates"].append(duplicate)


def _child_ended(life, at, child, again):
    if again:
        life["ended"] = [c for c in life["ended"] if c != child]
    elif child not in life["ended"]:
        life["ended"].append(child)


def _resumed(life, at):
    life["suspensions"][-1]["resumed_at"] = not_before(at, life["suspensions"][-1]["at"])
    life["state"] = worked(life)


def _supervised(life, at, level):
    life["supervisions"].append([level, at, None])


def _lifted(life, at, level):
    next(s for s in life["supervisions"] if s[0] == level and s[2] is None)[2] = at


def _urgency(life, at, value):
    life["urgencies"].append((not_before(at, *(since for since, _ in life["urgencies"])), value))


def _urged(life, at):
    life["urged"] += 1


def _numbered(life, at, number):
    life["local_number"], life["number"] = life["number"], number


def _whistle(life, at, whistle, change):
    # A look back at an earlier hour may hold an entry about a whistle that is blown only later in it.
    if whistle in life["whistles"] or getattr(change, "begins", False):
        change(life["whistles"], whistle, at)


def _erased(life, *_):
    life["erased"] = True
    if life["reply"]:  # whom it was talked about with is the citizen
        life["reply"] = (life["reply"][0], "", *life["reply"][2:])


def _nothing(life, at, *_):
    pass


EFFECTS = {
    "moved": _moved, "note": _nothing, "signed": _signed, "redo_signed": _redo_signed, "contact": _contact,
    "assigned": _assigned, "progress": _progress, "reply": _reply, "approved": _goes_out, "reply_back": _reply_back,
    "call_back": _call_back, "redo": _redo, "closed": _closed, "requested": _requested, "sent": _sent,
    "dropped": _dropped, "decided": _decided, "transferred": _transferred, "withdrawn": _withdrawn, "split": _split,
    "merged": _merged, "absorbed": _absorbed, "child_ended": _child_ended, "resumed": _resumed,
    "supervised": _supervised, "lifted": _lifted, "urgency": _urgency, "urged": _urged, "numbered": _numbered,
    "undo": _nothing, "erased": _erased, "on_scene": _on_scene, "whistle": _whistle,
}  # fmt: skip
