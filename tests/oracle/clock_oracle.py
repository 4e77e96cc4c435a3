"""When every duty of a case is due, from the dict of its life: a walk along the changes that touched one limit."""

from tests.oracle.calendar_oracle import end_of
from tests.oracle.effects import held_since, urgency

NEVER = float("inf")


def regime_at(law, at):
    """(policy, is the flood-season switch on) at an instant; the first regime held from ever on."""
    found = (law["policy"], law["flood"])
    for number, (since, policy, flood) in enumerate(law["regimes"]):
        if number == 0 or since <= at:
            found = (policy, flood)
    return found


def counting_urgency(life, policy, flood, own):
    """The urgency whose limits count: flood while the switch is on for such an order, or the case's own."""
    wet = any(word in category for word in policy["flood_categories"] for category in life["category"])
    return "flood" if flood and wet else own


def urgency_at(life, law, at):
    """The urgency whose limits count at an instant."""
    return counting_urgency(life, *regime_at(law, at), urgency(life, at))


def order_limit(life, duty):
    """How long the limit of a duty is, as a function of policy, switch and urgency."""
    return lambda policy, flood, own: policy["orders"][counting_urgency(life, policy, flood, own)][duty]


def redo_limit(duty):
    """The same for a case that is handled again."""
    return lambda policy, flood, own: policy["redo"][duty]


def walk(life, law, kind, start, met, limit_at, given=None, ext=None, paused=True, of_redo=False):
    """One clock, or None when there is none: every change, pause and extension in the order of time."""
    calendar = law["calendar"]
    steps = []
    if given is None:
        steps += [
            (since, 2, "terms", (policy, flood, None)) for since, policy, flood in law["regimes"][1:] if since > start
        ]
        steps += [(since, 3, "terms", (None, None, own)) for since, own in life["urgencies"] if since > start]
    if ext is not None:
        steps.append((ext["granted_at"], 1, "extended", ext["until"]))
    if paused:
        steps += [(s["at"], 0, "paused", s["resumed_at"]) for s in life["suspensions"] if s["at"] >= start]
    steps = sorted((s for s in steps if met is None or s[0] < met + (s[2] != "terms")), key=lambda s: s[:2])
    terms = (*regime_at(law, start), urgency(life, start))
    limit = None if given is not None else limit_at(*terms)
    base = given if given is not None else (NEVER if limit is None else end_of(calendar, start, limit))
    basis = limit
    until = -1
    pauses, stopped, resumed = [], False, -1
    steps.reverse()
    while steps:
        at, _, what, value = steps.pop()
        if what == "terms":
            terms = tuple(old if new is None else new for old, new in zip(terms, value, strict=True))
            new_limit = limit_at(*terms)
            if stopped:
                limit = new_limit
                continue
            if base is NEVER and paused:  # what comes to be in a suspension waits for its end
                around = [(s["at"], s["resumed_at"] or -1) for s in life["suspensions"] if s["at"] <= at]
                resumed = max([resumed, *(until for _, until in around)])
                pauses = [(since, until) for since, until in around if at < until]
            at = max(at, resumed if met is None else min(resumed, met))
            if new_limit is None:
                base, basis, limit = NEVER, None, None
                continue
            new, its_pauses, its_stop = _counted_anew(life, calendar, start, new_limit, at, paused, met)
            limit = new_limit
            if its_stop or new >= at:
                base, basis, pauses, stopped = new, new_limit, its_pauses, its_stop
                resumed = max([resumed, *(until for _, until in its_pauses)])
            elif base > at:
                graced = at + terms[0]["grace"][0] * 60
                if graced < base:
                    base, basis = graced, (0, "N")
        elif what == "extended":
            if stopped or at <= max(base, until):
                until = max(until, value)
        elif max(base, until) > at:
            if met is not None:  # what is met in a suspension has stood still no longer than that
                value = met if value is None else min(value, met)
            if value is None:
                stopped = True
                continue
            resumed = value
            if base is NEVER:
                continue
            pauses.append((at, value))
            if basis is not None and basis[1] in ("W", "WD"):
                base = end_of(calendar, start, basis, pauses)
            else:
                base += value - at
            if until > 0:
                until += value - at
    if limit is None and given is None:
        return None
    due = max(base, until)
    return {
        "kind": kind, "of_redo": of_redo, "start": start, "due": None if stopped else due,
        "met_at": met, "stopped": stopped,
        "limit": limit, "basis": basis, "pauses": pauses,
        "own": given is None and basis == limit and not (until > base), "given": given is not None,
        "provisional": not stopped and due == base and given is None and basis[1] in ("W", "WD")
        and calendar.is_provisional(due),
    }  # fmt: skip


def _counted_anew(life, calendar, start, limit, at, paused, met):
    """(end, pauses that stopped it, does one last) of a limit that comes to hold at an instant, from the same start."""
    end, pauses = end_of(calendar, start, limit), []
    for suspension in life["suspensions"]:
        since, until = suspension["at"], suspension["resumed_at"]
        if paused and start <= since <= at and since < end:
            if met is not None:
                until = met if until is None else min(until, met)
            if until is None:
                return end, pauses, True
            pauses.append((since, until))
            end = end_of(calendar, start, limit, pauses)
    return end, pauses, False


def in_redo(life):
    """Was the case ordered to be handled again."""
    return life["redo_at"] is not None


def feedback(life, law):
    """The holder's clock of the answer."""
    met = life["first_replied_at"] if life["first_replied_at"] is not None else life["closed_at"]
    given = life["given_due"] if not life["former"] else None
    ext = life["extension"] if not _of_redo(life) else None
    ext = ext if ext is not None and ext["granted_at"] >= held_since(life) else None
    return walk(life, law, "feedback", held_since(life), met, order_limit(life, "feedback"), given, ext)


def _of_redo(life):
    ext = life["extension"]
    return ext is not None and in_redo(life) and ext["granted_at"] >= life["redo_at"]


def redo(life, law):
    """The clock of the answer after a redo."""
    start = life["redo_at"]
    replied = life["replied_at"]
    met = replied if replied is not None and replied >= start else None
    ext = life["extension"] if _of_redo(life) else None
    return walk(life, law, "redo", start, met, redo_limit("feedback"), None, ext)


def extendable(life, law):
    """The due instant an extension would move, and the latest it may move to."""
    clock = redo(life, law) if in_redo(life) else feedback(life, law)
    due, share, calendar = clock["due"], law["policy"]["extension_share"], law["calendar"]
    if clock["given"]:
        return due, due + (life["given_due"] - life["dispatched_at"]) * share // 100
    number, measure = clock["limit"]
    if measure == "WD":
        return due, calendar.after_working_days(due, number * share // 100) if number * share // 100 else due
    if measure == "W":
        return due, calendar.after_working_seconds(due, number * share // 100 * 60)
    return due, due + (1440 if measure == "D" else number) * share // 100 * 60


def clocks(life, law):
    """All clocks of a case."""
    state, held = life["state"], held_since(life)
    found = []
    if state != "returned":
        found.append(walk(life, law, "sign", held, life["signed_at"], order_limit(life, "sign")))
        contact = order_limit(life, "first_contact")
        found.append(walk(life, law, "first_contact", held, life["contacted_at"], contact))
        found.append(walk(life, law, "on_scene", held, life["on_scene_at"], order_limit(life, "on_scene")))
        found.append(_progress(life, law))
        found.append(feedback(life, law))
    if life["former"] or state == "returned":
        met = life["first_replied_at"] if life["first_replied_at"] is not None else life["closed_at"]
        given, ext = life["given_due"], None if _of_redo(life) else life["extension"]
        limit = order_limit(life, "feedback")
        found.append(walk(life, law, "citizen", life["dispatched_at"], met, limit, given, ext))
    if in_redo(life):
        start = life["redo_at"]
        found.append(walk(life, law, "sign", start, life["redo_signed_at"], redo_limit("sign"), of_redo=True))
        contacted = life["redo_contacted_at"]
        limit = redo_limit("first_contact")
        found.append(walk(life, law, "first_contact", start, contacted, limit, of_redo=True))
        found.append(redo(life, law))
    if state in ("replied", "closed") and life["replied_at"] is not None:
        limit = lambda policy, flood, own: policy["call_back"]  # noqa: E731
        found.append(walk(life, law, "call_back", life["replied_at"], called_back(life, law), limit))
    if state == "suspended":
        last = life["suspensions"][-1]
        found.append(walk(life, law, "review", last["at"], None, None, last["review_at"], None, paused=False))
    found = [c for c in found if c is not None]
    if state in ("closed", "withdrawn", "merged"):
        found = [c for c in found if c["met_at"] is not None]
    if life["first_replied_at"] is not None:
        of_dispatch = ("sign", "first_contact", "on_scene")
        found = [c for c in found if c["met_at"] is not None or c["kind"] not in of_dispatch or c["of_redo"]]
    if state == "replied":
        found = [c for c in found if c["met_at"] is not None or c["kind"] in ("call_back",)]
    return found


def _progress(life, law):
    state, since = life["state"], held_since(life)
    if state in ("reply_review", "replied", "closed", "withdrawn", "merged"):
        return None
    start = since if life["progress_at"] is None else max(since, life["progress_at"])
    resumed = life["suspensions"][-1]["resumed_at"] if life["suspensions"] else None
    start = start if resumed is None else max(start, resumed)
    limit = order_limit(life, "progress")
    if state == "suspended":
        start = max(start, life["suspensions"][-1]["at"])
        limit = lambda policy, flood, own: policy["suspension_progress"]  # noqa: E731
    elif in_redo(life):
        return None
    return walk(life, law, "progress", start, None, limit, paused=False)


def called_back(life, law):
    """When the duty to call back was met."""
    met = [c["at"] for c in life["calls"] if c["reached"]]
    enough = law["policy"]["call_back_attempts"]
    for side in (True, False):
        hours, counted = set(), []
        for call in sorted(life["calls"], key=lambda c: c["at"]):
            if not call["reached"] and call["by_hotline"] == side and call["at"] // 3600 not in hours:
                hours.add(call["at"] // 3600)
                counted.append(call["at"])
        if len(counted) >= enough:
            met.append(counted[enough - 1])
    return min(met) if met else None


def turns(clock, law):
    """(yellow from, orange from) of a clock, or None while it stands still."""
    start, due = clock["start"], clock["due"]
    if due is None:
        return None
    yellow_left, orange_left, floor = law["policy"]["lights"]
    calendar, pauses = law["calendar"], clock["pauses"]
    in_working_time = clock["own"] and clock["basis"][1] == "W"

    def left(percent):
        if in_working_time:
            paused = sum(calendar.worked_seconds(since, min(until, due)) for since, until in pauses if since < due)
            used = (calendar.worked_seconds(start, due) - paused) * (100 - percent) // 100
            return _skip(start, used, pauses, calendar.after_working_seconds, calendar.worked_seconds)
        paused = sum(min(until, due) - since for since, until in pauses if since < due)
        used = (due - start - paused) * (100 - percent) / 100
        return _skip(start, used, pauses, lambda a, n: a + n, lambda a, b: b - a)

    yellow, orange = left(yellow_left), left(orange_left)
    limit = clock["limit"]
    if not clock["given"] and limit[1] in ("N", "W") and 60 <= limit[0] <= 1440:
        orange = min(orange, due - floor * 60)
    return max(start, min(yellow, orange)), max(start, orange)


def _skip(start, length, pauses, after, between):
    """The instant at which so much has passed, pauses not counted."""
    end, used, since = after(start, length), 0, start
    for pause, until in pauses:
        if pause >= end:
            break
        used += between(since, pause)
        since = until
        end = after(until, length - used)
    return end


def light(clock, law, now):
    """The light of a running clock at an instant: green, yellow, orange or past."""
    if clock["due"] is None:
        return None
    yellow, orange = turns(clock, law)
    if now >= clock["due"]:
        return "past"
    return "orange" if now >= orange else "yellow" if now >= yellow else "green"
