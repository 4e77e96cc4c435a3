"""Random lives: mostly what an office would do next, often what it must not, around the hours that matter."""

from tests.oracle import clock_oracle, whistle_oracle
from tests.oracle.calendar_oracle import DAY
from tests.oracle.conditions import EXCLUSION_GROUNDS, RETURN_GROUNDS
from tests.oracle.merge_oracle import stands, subject
from tests.oracle.transition_table import CAN_HAVE_HAPPENED, ROWS
from tests.oracle.worlds import CATEGORIES, DEPARTMENTS, KINDS, STREETS, URGENCIES

GROUNDS = sorted(RETURN_GROUNDS | EXCLUSION_GROUNDS)
REQUESTS = ("return", "extension", "suspension", "exclusion")
BLANKS = ("", " ", "　")

NEXT = {
    "dispatched": "sign_for*30 request_return*4 transfer*2 withdraw_order blow_whistle change_urgency*2 "
    "drop_request urge "
    "merge_case supervise",
    "signed": "record_contact*24 request_return*4 assign*2 transfer*2 report_progress blow_whistle change_urgency "
    "send_request*2 request_extension",
    "in_hand": "reply*16 report_progress*5 assign*3 request_extension*5 request_suspension*5 send_request*8 "
    "decide_request*8 drop_request*3 blow_whistle*4 split_case transfer change_urgency*2 supervise lift_supervision "
    "record_contact request_exclusion note_child_ended*2",
    "return_requested": "decide_request*12 adjudicate*8 drop_request*2 urge withdraw_order",
    "suspended": "resume_case*10 report_progress*3 decide_request*2 change_urgency blow_whistle",
    "reply_review": "approve_reply*12 send_back_reply*3",
    "replied": "record_call_back*16 close_case*12 order_redo*2 request_exclusion send_request decide_request",
    "redo": "sign_for*5 record_contact*8 reply*10 request_extension*3 request_suspension*2 send_request*4 "
    "decide_request*4 report_progress*2 blow_whistle*2 drop_request",
    "closed": "reopen_case*4 record_call_back*4 request_exclusion*3 send_request*2 decide_request*3",
    "returned": "transfer*12 withdraw_order*2",
    "withdrawn": "add_note",
    "merged": "add_note",
}
ALWAYS = "add_note undo*2 urge reveal_caller give_number supervise lift_supervision absorb_duplicate note_child_ended"
AT_WHISTLE = (
    "pass_milestone*14 record_departure*2 contact_street*2 approve_whistle hold_meeting*2 refuse_summons*2 "
    "adjudicate_summons*2 declare_no_show*2 send_back_work score_department*3 accept_whistle*4 withdraw_whistle "
    "climb_ladder"
)


def _weighted(words):
    found = []
    for word in words.split():
        name, _, weight = word.partition("*")
        found += [name] * int(weight or 1)
    return found


NEXT = {state: _weighted(words) for state, words in NEXT.items()}
ALWAYS, AT_WHISTLE, ALL = _weighted(ALWAYS), _weighted(AT_WHISTLE), sorted(ROWS)


class Generator:
    """Makes the acts of one life; looks at the oracle's dict to know what would come next."""

    def __init__(self, rng, world, name):
        self.rng, self.world, self.name = rng, world, name
        self.now = rng.randint(25, 110) * DAY + rng.choice((rng.randrange(DAY), rng.randrange(DAY) // 60 * 60))
        if rng.random() < 0.3:
            self.now = self._edge(self.now)
        self.number = 0
        self.seen = {}

    def _edge(self, now):
        """A nearby instant at which something turns: opening, closing, midnight, noon."""
        rng = self.rng
        minutes = [m for session in self.world.sessions for m in session] + [0, 720, 1439, 1440]
        return now // DAY * DAY + rng.choice(minutes) * 60 + rng.choice((-60, -1, 0, 0, 1, 60))

    def advance(self, life, law):
        """Let time pass; now and then to the very instant something is due."""
        rng, before, chance = self.rng, self.now, self.rng.random()
        if chance < 0.45:
            self.now += rng.randint(0, 1800)
        elif chance < 0.65:
            self.now += rng.randint(0, 36) * 600
        elif chance < 0.75:
            self.now = self._edge(self.now + rng.choice((0, DAY)))
        elif chance < 0.79:
            self.now += rng.randint(0, 8) * DAY
        elif life is not None:
            running = [c["due"] for c in clock_oracle.clocks(life, law) if c["met_at"] is None and c["due"]]
            marks = [d for d in running if d > self.now]
            if marks and rng.random() < 0.6:
                self.now = int(rng.choice(marks)) + rng.choice((-61, -1, 0, 0, 1, 61))
            elif life["state"] == "suspended":
                self.now = max(self.now, life["suspensions"][-1]["review_at"] + rng.choice((-1, 0, 60)))
        if rng.random() < 0.02:
            nexts = [since for since, _, _ in self.world.laws[-1]["regimes"] if since > self.now]
            if nexts:
                self.now = nexts[0] + rng.choice((-1, 0, 1))
        self.now = max(self.now, before)

    def receive(self):
        """The act that brings the order, and its judge's now."""
        rng = self.rng
        holder = rng.choice(STREETS) if rng.random() < 0.93 else rng.choice((*DEPARTMENTS, "nowhere"))
        dispatched = self.now - rng.choice((0, 0, 0, 30, 600, 3600, -200, -301))
        by = rng.choice(("hot", "hot", "hot", "hot", "hot2", "disp0", "disp1", "lead0", "centre", "admin", "sup0"))
        number = f"N-{self.name}"
        if by in ("disp0", "disp1", "lead0"):
            number = f"L-{holder}-20260303-{rng.randint(1, 99)}" if rng.random() < 0.8 else "L-x-1"
            if rng.random() < 0.8:
                holder = "110105002" if by == "disp1" else "110105001"
                number = f"L-{holder}-20260303-{rng.randint(1, 99)}" if rng.random() < 0.85 else "N-1"
        order = {
            "number": number, "source": "12345", "title": "lamp", "dispatched_at": dispatched,
            "urgency": rng.choice(URGENCIES), "category": rng.choice(CATEGORIES),
            "community": rng.choice(("", "110105001001", "110105001002")), "confidential": rng.random() < 0.3,
            "no_return": rng.random() < 0.05,
        }  # fmt: skip
        if rng.random() < 0.12:
            order["feedback_due_at"] = dispatched + rng.randint(1, 2000) * 600
        act = {"command": "receive_order", "order": order, "holder": holder}
        if by == "centre" or rng.random() < 0.02:
            act["parent"] = "parent-1"
        chance = rng.random()
        if chance < 0.04:
            act["closed_at"] = dispatched + rng.choice((-1, 0, 600, 86400))
            self.now = max(self.now, act["closed_at"] - rng.choice((0, 0, 200, 400)))
        elif chance < 0.07:
            order[rng.choice(("number", "source", "title"))] = rng.choice(BLANKS)
        return self._sealed(act, by)

    def act(self, book):
        """The next act (a dict), its actor and now."""
        rng, life = self.rng, book.life
        law = self.world.law(self.now)
        self.advance(life, law)
        law = self.world.law(self.now)
        chance = rng.random()
        whistles = [w for w in life["whistles"].values() if w["state"] == "blown"]
        if life["whistles"] and rng.random() < (0.55 if whistles else 0.12):
            command = rng.choice(AT_WHISTLE)
        elif chance < 0.84:
            command = rng.choice(NEXT[life["state"]])
        elif chance < 0.93:
            command = rng.choice(ALWAYS)
        else:
            command = rng.choice(ALL)
        args = FILL[command](self, life, law, book) if command in FILL else {}
        act = {"command": command, **args}
        if rng.random() < 0.04:
            self._damage(act)
        self._look(act, life)
        return self._sealed(act, self._actor(act, life, book))

    def _look(self, act, life):
        """Sometimes say what stood in the value's place: mostly what stands there, sometimes what once stood there."""
        rng, what = self.rng, subject(act)
        if what is None:
            return
        now = stands(what, life)
        before = self.seen.setdefault(what, [()])
        if now not in before:
            before.append(now)
        if rng.random() < 0.5:
            act["seen"] = now if rng.random() < 0.75 else rng.choice(before)

    def _damage(self, act):
        """Spoil one field."""
        rng = self.rng
        keys = sorted(k for k, v in act.items() if isinstance(v, str) and k in WORDS)
        if keys:
            act[rng.choice(keys)] = rng.choice(BLANKS)

    def _actor(self, act, life, book):
        """Mostly somebody who may; sometimes anybody."""
        rng, command = self.rng, act["command"]
        if rng.random() < 0.05:
            return rng.choice(self.world.people)["person"]
        if command == "undo" and book.entries and rng.random() < 0.9:
            return book.entries[-1]["by"]
        roles = ROWS[command][0]
        if command == "blow_whistle" and rng.random() < 0.9:
            roles = whistle_oracle.BLOWERS[act["kind"]]
        may = [p for p in self.world.people if p["roles"] & roles]
        unit = act.get("unit", "")
        near = [
            p for p in may
            if p["unit"] in (life["holder"], unit, "12345", "")
            or (p["roles"] & {"district"} and life["holder"].startswith(p["unit"]))
        ]  # fmt: skip
        return rng.choice(near or may)["person"]

    def _sealed(self, act, by):
        """Add who, when and how it travelled."""
        rng = self.rng
        self.number += 1
        made = self.now - rng.choice((0, 0, 0, 0, 0, 1, 59))
        act.update({"id": f"{self.name}-{self.number}", "case": act.get("case", self.name), "by": by})
        chance = rng.random()
        if chance < 0.06:
            made, act["offline"] = self.now - rng.choice((0, 5, rng.randint(0, 240) * 60)), True
        elif chance < 0.10:
            made = self.now - rng.choice((60, 61, 3600, rng.randint(1, 40) * 900))
        elif chance < 0.115:
            made = self.now + rng.choice((1, 299, 300, 301, 5000))
        act["made_at"] = made
        if rng.random() < 0.015:
            act["valid_until"] = self.now + rng.choice((-1, 0, 1, 900))
        happens = 0.06 if act["command"] in CAN_HAVE_HAPPENED else 0.006
        if rng.random() < happens:
            act["happened_at"] = min(made, self.now) - rng.choice((-1, 0, 60, 3600, rng.randint(1, 100) * 1800))
        if rng.random() < 0.02:
            act["clock_error_ms"] = rng.randrange(5000)
        return act, by, self.now


WORDS = frozenset(
    [
        "assignee",
        "text",
        "accepted",
        "talked_with",
        "done",
        "result",
        "reason",
        "public_reason",
        "answer",
        "demand",
        "place",
        "number",
    ]
)


def _instant(g, *centres):
    rng = g.rng
    return int(rng.choice(centres)) + rng.choice((0, -1, 1, 600, 86400, -3600, 3 * 86400, rng.randrange(20 * DAY)))


def _call_back(g, life, law, book):
    rng = g.rng
    if rng.random() < 0.3:
        act = {"reached": False}
        if rng.random() < 0.06:
            act[rng.choice(("solved", "satisfied", "contacted"))] = None
            act = {"reached": False, **rng.choice(({"solved": "no"}, {"satisfied": "not"}, {"contacted": True}))}
        return act
    act = {"reached": True, "contacted": rng.random() < 0.9}
    if rng.random() < 0.95:
        act["solved"] = rng.choice(("yes", "yes", "yes", "partly", "no"))
    if rng.random() < 0.8:
        act["satisfied"] = rng.choice(("satisfied", "satisfied", "basically", "not", "refused_to_say"))
    return act


def _return(g, life, law, book):
    act = {"ground": g.rng.choice(GROUNDS if g.rng.random() < 0.2 else sorted(RETURN_GROUNDS)), "reason": "not ours"}
    return act | g.rng.choice(({"evidence": ["map"]},) * 6 + ({}, {"evidence": []}, {"evidence": [" "]}))


def _exclusion(g, life, law, book):
    act = {"ground": g.rng.choice(GROUNDS if g.rng.random() < 0.2 else sorted(EXCLUSION_GROUNDS)), "reason": "false"}
    return act | g.rng.choice(({"evidence": ["map"]},) * 6 + ({}, {"evidence": [" "]}))


def _extension(g, life, law, book):
    centres = [g.now]
    if life["state"] in ("signed", "in_hand", "redo"):
        centres = list(clock_oracle.extendable(life, law)) * 2 + [g.now]
    until = _instant(g, *centres)
    if len(centres) > 1 and g.rng.random() < 0.6:
        until = int(g.rng.uniform(centres[0] + 1, centres[1] + 1))
    return {"until": until, "reason": "parts"}


def _kind(g, life, law, book):
    there = [r["kind"] for r in life["requests"] if r["granted"] is None]
    return g.rng.choice(there) if there and g.rng.random() < 0.9 else g.rng.choice(REQUESTS)


def _to(g, life):
    places = (*STREETS, *STREETS, *DEPARTMENTS, "nowhere")
    return g.rng.choice([p for p in places if p != life["holder"] or g.rng.random() < 0.3])


def _decide(g, life, law, book):
    kind, granted = _kind(g, life, law, book), g.rng.random() < 0.65
    act = {"kind": kind, "granted": granted, "answer": "so" if not granted or g.rng.random() < 0.5 else ""}
    if (kind == "return" and granted and g.rng.random() < 0.6) or g.rng.random() < 0.03:
        act["to"] = _to(g, life)
    return act


def _adjudicate(g, life, law, book):
    granted = g.rng.random() < 0.6
    act = {"granted": granted, "answer": "final", "to_scene": g.rng.choice(([], ["urban"]))}
    return act | ({"to": _to(g, life)} if granted and g.rng.random() < 0.7 else {})


def _split(g, life, law, book):
    count = g.rng.choice((2, 2, 2, 3, 1))
    parts = [{"case": f"{g.name}-c{g.number}-{n}", "title": "part"} for n in range(count)]
    chance = g.rng.random()
    if chance < 0.1:
        parts[0]["title"] = " "
    elif chance < 0.2:
        parts[-1]["case"] = g.rng.choice((g.name, parts[0]["case"]))
    return {"parts": parts}


def _child(g, life, law, book):
    return {"child": g.rng.choice(life["children"] or ["stranger"]), "again": g.rng.random() < 0.2}


def _undo(g, life, law, book):
    own = [e["act"] for e in book.entries]
    return {"act": own[-1] if g.rng.random() < 0.85 else g.rng.choice([*own, "never"])}


def _blow(g, life, law, book):
    rng = g.rng
    kind = rng.choice(KINDS)
    units = rng.sample(DEPARTMENTS, rng.choice((1, 1, 2, 3)))
    chance = rng.random()
    if chance < 0.05:
        units.append(rng.choice([*units, "nowhere", STREETS[0]]))
    act = {
        "whistle": f"w{rng.randint(1, 4)}", "kind": kind, "demand": "valve", "place": "road", "contact": "desk",
        "lead": units[0], "assisting": units[1:],
    }  # fmt: skip
    if rng.random() < 0.3:
        act["appointed_at"] = g.now + rng.choice((-120, 0, 60, 3600, 86400))
    if rng.random() < 0.2:
        act["ground"] = (
            whistle_oracle.GROUNDS[kind] if rng.random() < 0.7 else rng.choice(list(whistle_oracle.GROUNDS.values()))
        )
    if rng.random() < (0.3 if kind == "routine" else 0.04):
        act["simple"] = True
    return act


def _at_whistle(g, life, **more):
    rng = g.rng
    names = [n for n, w in life["whistles"].items() if w["state"] == "blown"] or list(life["whistles"])
    name = rng.choice(names) if names and rng.random() < 0.96 else "w9"
    return {"whistle": name, **more}


def _at_unit(g, life, **more):
    act = _at_whistle(g, life)
    whistle = life["whistles"].get(act["whistle"])
    units = list(whistle["summons"]) if whistle else list(DEPARTMENTS)
    return act | {"unit": g.rng.choice(units) if g.rng.random() < 0.96 else g.rng.choice(DEPARTMENTS), **more}


def _milestone(g, life, law, book):
    act, rng = _at_unit(g, life), g.rng
    whistle = life["whistles"].get(act["whistle"])
    summons = whistle and whistle["summons"].get(act["unit"])
    reached = max((whistle_oracle.ORDER.index(p[0]) for p in summons["passed"]), default=0) if summons else 0
    wanted = min(6, reached + rng.choice((1, 1, 1, 1, 2, 0)))
    act["milestone"] = whistle_oracle.ORDER[wanted] if rng.random() < 0.93 else rng.choice(whistle_oracle.ORDER)
    if rng.random() < (0.5 if act["milestone"] == "measure_agreed" else 0.03):
        act["finish_by"] = g.now + rng.choice((-4000, 0, 3600, 86400, 5 * 86400))
    return act


def _no_show(g, life, law, book):
    act = _at_unit(g, life)
    whistle = life["whistles"].get(act["whistle"])
    if whistle and act["unit"] in whistle["summons"] and g.rng.random() < 0.7:
        end = whistle_oracle.due(whistle, whistle["summons"][act["unit"]], "report_in", law)
        g.now = max(g.now, end + g.rng.choice((-1, 0, 1, 600)))
    return act


def _meeting(g, life, law, book):
    rng = g.rng
    at = g.now - rng.choice((0, 60, 600, -3600, 100000)) if rng.random() < 0.5 else g.now - 60
    arrived = ["urban"] if rng.random() < 0.9 else ["power"]
    meeting = {
        "id": f"m{rng.randint(1, 3)}", "at": at, "place": "yard", "invited": ["urban", "water"], "arrived": arrived,
        "findings": "leak", "tasks": [],
    }  # fmt: skip
    if rng.random() < 0.4:
        meeting["tasks"] = [
            {"unit": rng.choice(("urban", "urban", "gas")), "what": "mend", "by": at + rng.choice((-1, 0, 900))}
        ]
    if rng.random() < 0.06:
        meeting[rng.choice(("id", "place", "findings"))] = ""
    return _at_whistle(g, life, meeting=meeting)


def _ladder(g, life, law, book):
    found = [(n, r) for n, w in life["whistles"].items() for r in whistle_oracle.rungs(w, law, g.now)]
    if found and g.rng.random() < 0.8:
        name, (unit, milestone, share) = g.rng.choice(found)
        return {"whistle": name, "unit": unit, "milestone": milestone, "share": share}
    return _at_unit(g, life, milestone="signed", share=50)


def _score(g, life, law, book):
    card = law["policy"]["score"]
    people, result = g.rng.randint(0, card["people"]), g.rng.randint(0, card["result"])
    if g.rng.random() < 0.08:
        people = g.rng.choice((-1, card["people"] + 1))
    return _at_unit(g, life, people=people, result=result)


def _resume(g, life, law, book):
    return {"reason": "again"}


FILL = {
    "receive_order": lambda g, life, law, book: {
        "order": {"number": "N", "source": "12345", "title": "x", "dispatched_at": g.now, "urgency": "ordinary",
                  "category": (), "community": "", "confidential": False, "no_return": False},
        "holder": life["holder"]},
    "record_contact": lambda g, life, law, book: {"reached": g.rng.random() < 0.6},
    "assign": lambda g, life, law, book: {"assignee": g.rng.choice(("field0", "Field1", "team 2", "field2"))},
    "report_progress": lambda g, life, law, book: {"text": "going on", "on_scene": g.rng.random() < 0.5},
    "reply": lambda g, life, law, book: {"accepted": "a", "talked_with": "b", "done": "c", "result": "d"},
    "send_back_reply": _resume, "order_redo": _resume, "reopen_case": _resume, "withdraw_order": _resume,
    "reveal_caller": _resume, "erase_personal_data": _resume, "resume_case": _resume,
    "record_call_back": _call_back,
    "add_note": lambda g, life, law, book: {"text": "note"},
    "request_return": _return, "request_exclusion": _exclusion, "request_extension": _extension,
    "request_suspension": lambda g, life, law, book: {
        "review_at": g.now + g.rng.choice((-3600, 0, 600, 86400, 5 * 86400, 20 * 86400)), "reason": "r",
        "public_reason": "p"},
    "send_request": lambda g, life, law, book: {"kind": _kind(g, life, law, book)},
    "drop_request": lambda g, life, law, book: {"kind": _kind(g, life, law, book), "reason": "r"},
    "decide_request": _decide, "adjudicate": _adjudicate,
    "transfer": lambda g, life, law, book: {"to": _to(g, life), "reason": "r"},
    "split_case": _split,
    "merge_case": lambda g, life, law, book: {"into": "elsewhere" if g.rng.random() < 0.9 else g.name, "reason": "r"},
    "absorb_duplicate": lambda g, life, law, book: {"duplicate": f"dup{g.number}", "number": "N-2"},
    "note_child_ended": _child,
    "supervise": lambda g, life, law, book: {"level": g.rng.choice((1, 1, 2, 2, 3, 0, 4)), "reason": "r"},
    "lift_supervision": lambda g, life, law, book: {"level": g.rng.choice((1, 1, 2, 3)), "reason": "r"},
    "change_urgency": lambda g, life, law, book: {"urgency": g.rng.choice(URGENCIES), "reason": "r"},
    "urge": lambda g, life, law, book: {"note": "again"},
    "give_number": lambda g, life, law, book: {"number": "N-77", "source": "12345"},
    "undo": _undo, "blow_whistle": _blow, "pass_milestone": _milestone, "declare_no_show": _no_show,
    "hold_meeting": _meeting, "climb_ladder": _ladder, "score_department": _score,
    "approve_whistle": lambda g, life, law, book: _at_whistle(g, life),
    "accept_whistle": lambda g, life, law, book: _at_whistle(g, life),
    "withdraw_whistle": lambda g, life, law, book: _at_whistle(g, life, reason="r"),
    "contact_street": lambda g, life, law, book: _at_unit(g, life),
    "record_departure": lambda g, life, law, book: _at_unit(g, life, with_leave=g.rng.random() < 0.3),
    "refuse_summons": lambda g, life, law, book: _at_unit(g, life, reason="r"),
    "adjudicate_summons": lambda g, life, law, book: _at_unit(g, life, released=g.rng.random() < 0.5, reason="r"),
    "send_back_work": lambda g, life, law, book: _at_unit(g, life, reason="r"),
}  # fmt: skip
