"""Whistles: who may blow which, what departments may record in what order, limits, scores and the ladder."""

from tests.oracle.calendar_oracle import end_of
from tests.oracle.refusal import need, text

ORDER = ["notified", "signed", "on_the_way", "reported_in", "measure_agreed", "done", "scored"]
BLOWERS = {
    "emergency": {"dispatcher", "shift_leader"}, "routine": {"dispatcher", "shift_leader"},
    "enforcement": {"shift_leader"}, "breakthrough": {"supervisor"},
}  # fmt: skip
GROUNDS = {
    "emergency": "emergency", "enforcement": "joint_enforcement", "routine": "citizens_press",
    "breakthrough": "citizens_press",
}  # fmt: skip


def instant(summons, milestone):
    """When a milestone counts: the street's record where there is one."""
    found = [p for p in summons["passed"] if p[0] == milestone]
    for by_street in (True, False):
        for _, at, street in found:
            if street == by_street:
                return at
    return None


def owed(summons):
    """Does the department still owe anything."""
    return instant(summons, "done") is None and summons["released"] is not True and summons["no_show_at"] is None


def due(whistle, summons, duty, law):
    """When a duty of a department ends, or None."""
    limits, start = law["policy"]["whistles"][whistle["kind"]], whistle["blown_at"]
    if duty == "report_in" and whistle["appointed_at"] is not None and whistle["appointed_at"] > start:
        return whistle["appointed_at"]
    if duty == "done":
        if summons["finish_by"] is not None:
            return summons["finish_by"]
        if whistle["simple"] and limits.get("done_simple"):
            return end_of(law["calendar"], start, limits["done_simple"])
    limit = limits.get(duty)
    return None if limit is None else end_of(law["calendar"], start, limit)


def score(whistle, summons, people, result, law):
    """The parts of the score in the order of the rules, and the total."""
    card = law["policy"]["score"]

    def timed(milestone, duty, points):
        at = instant(summons, milestone)
        return points if at is not None and at <= due(whistle, summons, duty, law) else 0

    signed = timed("signed", "sign", card["signed"])
    came = timed("reported_in", "report_in", card["reported_in"])
    finished = timed("done", "done", card["finished"])
    done = instant(summons, "done")
    early = any(done is None or d[0] < done for d in summons["departures"])
    veto = early and not any(street and leave for _, street, leave in summons["departures"])
    no_show = summons["no_show_at"] is not None
    total = 0 if no_show or veto else signed + came + people + finished + result
    return (signed, came, people, finished, result, total, no_show, veto)


def rungs(whistle, law, now):
    """(unit, milestone, share) of every rung that silence has reached and nobody climbed yet."""
    found = []
    if whistle["state"] != "blown":
        return found
    start = whistle["blown_at"]
    for unit, summons in whistle["summons"].items():
        duty = next_duty(summons)
        if duty is None or not owed(summons):
            continue
        end = due(whistle, summons, duty[1], law)
        for share in law["policy"]["ladder"]:
            at = _rung_at(whistle, summons, duty[1], start, end, share, law)
            if at <= now and (unit, duty[0], share) not in whistle["ladder"]:
                found.append((unit, duty[0], share))
    return found


def next_duty(summons):
    """The next (milestone, duty) that a department has not met, of the three that the ladder watches."""
    watched = (("signed", "sign"), ("reported_in", "report_in"), ("done", "done"))
    return next((d for d in watched if not _met(summons, d[0])), None)


def _met(summons, milestone):
    """A duty is over when its milestone was passed; signing also with any later one."""
    if milestone != "signed":
        return any(p[0] == milestone for p in summons["passed"])
    return any(ORDER.index(p[0]) >= ORDER.index(milestone) for p in summons["passed"])


def _rung_at(whistle, summons, duty, start, end, share, law):
    limits = law["policy"]["whistles"][whistle["kind"]]
    dated = (duty == "report_in" and whistle["appointed_at"] is not None and whistle["appointed_at"] > start) or (
        duty == "done" and summons["finish_by"] is not None
    )
    simple = duty == "done" and whistle["simple"] and limits.get("done_simple")
    limit = limits["done_simple"] if simple else limits[duty]
    if not dated and limit[1] == "W":
        return law["calendar"].after_working_seconds(start, limit[0] * 60 * share // 100)
    return start + (end - start) * share / 100


def blow_whistle(act, life, actor, roles, law, at):
    kind = act["kind"]
    need(roles & BLOWERS[kind], "not_your_role", "kind")
    need(kind == "emergency" or life["state"] in ("in_hand", "redo"), "wrong_state", "kind")
    text(act, "demand", "place")
    need(act.get("ground") in (None, GROUNDS[kind]), "contradiction", "ground")
    need(not act.get("simple") or kind == "routine", "contradiction", "simple")
    appointed = act.get("appointed_at")
    need(appointed is None or appointed >= at, "bad_field", "appointed_at")
    units = [act["lead"], *act.get("assisting", ())]
    need(len(set(units)) == len(units), "already_summoned", "assisting")
    need(not law["summonable"] or set(units) <= law["summonable"], "unknown_unit")
    need(act["whistle"] not in life["whistles"], "already_there")
    leads, person = "shift_leader" in roles, actor["person"]

    def change(whistles, name, when):
        whistles[name] = {
            "kind": kind, "blown_at": when, "blown_by": person, "appointed_at": appointed, "state": "blown",
            "simple": act.get("simple", False), "closed_at": None, "meetings": [], "ladder": [],
            "approved_at": when if kind == "emergency" and leads else None,
            "summons": {
                unit: {"passed": [("notified", when, False)], "contacted_at": None, "departures": [],
                       "refused_at": None, "released": None, "no_show_at": None, "finish_by": None, "sent_back": 0,
                       "score": None}
                for unit in units
            },
        }  # fmt: skip

    change.begins = True
    return [("whistle", act["whistle"], change)]


def _whistle(act, life, *, also_accepted=False):
    whistle = life["whistles"].get(act["whistle"])
    need(whistle, "no_such_whistle", "whistle")
    need(whistle["state"] == "blown" or (also_accepted and whistle["state"] == "accepted"), "whistle_closed")
    return whistle


def _summons(act, life, actor, roles, *, also_accepted=False):
    whistle = _whistle(act, life, also_accepted=also_accepted)
    need(roles != {"liaison"} or act["unit"] == actor["unit"], "not_your_case", "unit")
    need(act["unit"] in whistle["summons"], "not_summoned", "unit")
    return whistle, whistle["summons"][act["unit"]]


def _set(act, **values):
    """An effect that sets fields of one department's summons."""

    def change(whistles, name, when):
        for key, value in values.items():
            whistles[name]["summons"][act["unit"]][key] = when if value == "AT" else value

    return [("whistle", act["whistle"], change)]


def _append(act, key, value):
    def change(whistles, name, when):
        whistles[name]["summons"][act["unit"]][key].append(tuple(when if v == "AT" else v for v in value))

    return [("whistle", act["whistle"], change)]


def _set_whistle(act, **values):
    def change(whistles, name, when):
        for key, value in values.items():
            whistles[name][key] = when if value == "AT" else value

    return [("whistle", act["whistle"], change)]


def approve_whistle(act, life, actor, roles, law, at):
    whistle = _whistle(act, life)
    need(whistle["kind"] == "emergency", "contradiction", "whistle")
    need(whistle["approved_at"] is None, "only_once")
    need(whistle["blown_by"] != actor["person"], "not_your_role", "whistle")
    return _set_whistle(act, approved_at="AT")


def pass_milestone(act, life, actor, roles, law, at):
    _, summons = _summons(act, life, actor, roles)
    milestone, street = act["milestone"], actor["unit"] == life["holder"]
    need(milestone not in ("scored", "notified"), "milestone_order")
    need(summons["released"] is not True, "milestone_order")
    finish_by = act.get("finish_by")
    if finish_by is not None:
        need(milestone == "measure_agreed", "contradiction", "finish_by")
        need(street, "street_only", "finish_by")
        need(finish_by >= at, "bad_field", "finish_by")
    if milestone == "reported_in":
        need(instant(summons, "done") is None, "milestone_order")
        need(("reported_in", street) not in {(p[0], p[2]) for p in summons["passed"]}, "milestone_order")
    else:
        need(ORDER.index(milestone) > max(ORDER.index(p[0]) for p in summons["passed"]), "milestone_order")
    need(milestone != "done" or instant(summons, "reported_in") is not None, "milestone_order")
    effects = _append(act, "passed", (milestone, "AT", street))
    if milestone == "reported_in":
        effects.append(("on_scene",))
    return effects + (_set(act, finish_by=finish_by) if finish_by is not None else [])


def contact_street(act, life, actor, roles, law, at):
    _, summons = _summons(act, life, actor, roles)
    need(summons["contacted_at"] is None, "already_so")
    return _set(act, contacted_at="AT")


def record_departure(act, life, actor, roles, law, at):
    _, summons = _summons(act, life, actor, roles)
    street = actor["unit"] == life["holder"]
    need(instant(summons, "reported_in") is not None, "milestone_order")
    need(not act.get("with_leave") or street, "street_only", "with_leave")
    return _append(act, "departures", ("AT", street, act.get("with_leave", False)))


def declare_no_show(act, life, actor, roles, law, at):
    whistle, summons = _summons(act, life, actor, roles)
    need(instant(summons, "reported_in") is None, "contradiction", "unit")
    need(at > due(whistle, summons, "report_in", law), "too_early")
    need(summons["no_show_at"] is None, "already_so")
    need(summons["released"] is not True, "contradiction", "unit")
    return _set(act, no_show_at="AT")


def refuse_summons(act, life, actor, roles, law, at):
    whistle, summons = _summons(act, life, actor, roles)
    text(act, "reason")
    need(summons["refused_at"] is None, "only_once", "reason")
    need(at <= due(whistle, summons, "sign", law), "too_late")
    return _set(act, refused_at="AT")


def adjudicate_summons(act, life, actor, roles, law, at):
    _, summons = _summons(act, life, actor, roles)
    need(summons["refused_at"] is not None, "no_such_request", "unit")
    need(summons["released"] is None, "final")
    text(act, "reason")
    return _set(act, released=act["released"])


def hold_meeting(act, life, actor, roles, law, at):
    whistle = _whistle(act, life)
    meeting = act["meeting"]
    for name in ("id", "place", "findings"):
        need(meeting.get(name, "").strip(), "missing_field", f"meeting.{name}")
    need(set(meeting["arrived"]) <= set(meeting["invited"]), "contradiction", "arrived")
    need(meeting["at"] <= at, "in_the_future", "meeting.at")
    need(meeting["at"] >= whistle["blown_at"], "bad_field", "meeting.at")
    for task in meeting["tasks"]:
        need(task["by"] >= meeting["at"] and task["unit"] in meeting["invited"], "bad_field", "tasks")

    def change(whistles, name, when):
        kept = [m for m in whistles[name]["meetings"] if m[0] != meeting["id"]]
        whistles[name]["meetings"] = [*kept, (meeting["id"], meeting["at"])]

    return [("whistle", act["whistle"], change)]


def send_back_work(act, life, actor, roles, law, at):
    _, summons = _summons(act, life, actor, roles)
    need(instant(summons, "done") is not None, "not_done")
    text(act, "reason")

    def change(whistles, name, when):
        mine = whistles[name]["summons"][act["unit"]]
        mine["passed"] = [p for p in mine["passed"] if p[0] not in ("done", "scored")]
        mine["score"] = None
        mine["sent_back"] += 1

    return [("whistle", act["whistle"], change)]


def climb_ladder(act, life, actor, roles, law, at):
    whistle, summons = _summons(act, life, actor, roles)
    rung = (act["unit"], act["milestone"], act["share"])
    need(rung not in whistle["ladder"], "already_so")
    duty = next_duty(summons) if owed(summons) else None
    need(duty and duty[0] == act["milestone"], "milestone_order", "milestone")
    need(rung in rungs(whistle, law, at), "too_early", "share")

    def change(whistles, name, when):
        whistles[name]["ladder"].append(rung)

    return [("whistle", act["whistle"], change)]


def score_department(act, life, actor, roles, law, at):
    whistle, summons = _summons(act, life, actor, roles, also_accepted=True)
    need(summons["released"] is not True, "contradiction", "unit")
    need(summons["score"] is None, "only_once")
    need(whistle["state"] != "blown" or not owed(summons), "not_done")
    card = law["policy"]["score"]
    need(0 <= act["people"] <= card["people"], "bad_field", "people")
    need(0 <= act["result"] <= card["result"], "bad_field", "result")
    parts = score(whistle, summons, act["people"], act["result"], law)
    return _set(act, score=parts) + _append(act, "passed", ("scored", "AT", True))


def accept_whistle(act, life, actor, roles, law, at):
    whistle = _whistle(act, life)
    need(not any(owed(s) for s in whistle["summons"].values()), "not_done")
    need(whistle["kind"] != "enforcement" or whistle["meetings"], "missing_field", "meeting")
    return _set_whistle(act, state="accepted", closed_at="AT")


def withdraw_whistle(act, life, actor, roles, law, at):
    _whistle(act, life)
    text(act, "reason")
    return _set_whistle(act, state="withdrawn", closed_at="AT")


WHISTLE = {
    f.__name__: f
    for f in (
        blow_whistle, approve_whistle, pass_milestone, contact_street, record_departure, declare_no_show,
        refuse_summons, adjudicate_summons, hold_meeting, send_back_work, climb_ladder, score_department,
        accept_whistle, withdraw_whistle,
    )
}  # fmt: skip
