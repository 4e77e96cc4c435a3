"""Runs generated lives through the program and through the oracle, and collects every difference."""

import random
from collections import Counter
from dataclasses import dataclass, field

from dispatcher.models.deadlines import clocks
from dispatcher.models.evolution import evolve
from dispatcher.models.ids import Revision
from dispatcher.models.rules import judge
from dispatcher.models.verdicts import Refused
from tests.oracle import clock_oracle
from tests.oracle.generate import Generator
from tests.oracle.transition_oracle import Book
from tests.oracle.translate import Translator
from tests.oracle.worlds import World

LIVES_OF_A_WORLD = 200


@dataclass
class Report:
    """Counts of what was compared, and the differences as text."""

    counts: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    accepted: Counter = field(default_factory=Counter)
    states: Counter = field(default_factory=Counter)
    differences: list = field(default_factory=list)
    by_sort: Counter = field(default_factory=Counter)

    def differ(self, sort, where, told):
        """Note one difference; `where` is the seed that repeats it."""
        self.by_sort[sort] += 1
        if self.by_sort[sort] <= 5:
            self.differences.append(f"[{sort}] {where}\n{told}")

    def add(self, other):
        """Take in another report."""
        for mine, theirs in (
            (self.counts, other.counts), (self.refused, other.refused), (self.accepted, other.accepted),
            (self.states, other.states), (self.by_sort, other.by_sort),
        ):  # fmt: skip
            mine.update(theirs)
        self.differences += other.differences


def run_world(seed, number, lives):
    """Compare so many lives in one world."""
    world = World(random.Random(f"world {seed} {number}"))
    twin, report = Translator(world), Report()
    for life in range(lives):
        run_life(seed, number, life, world, twin, report)
    return report


def run_life(seed, number, life, world, twin, report):
    """Compare one life, act by act, until it ends or the two part."""
    rng, look = random.Random(f"life {seed} {number} {life}"), random.Random(f"look {seed} {number} {life}")
    generator, book, case, revision = Generator(rng, world, f"{number}.{life}"), Book(), None, 0
    where = f"seed {seed} world {number} life {life}"
    actors = {p["person"]: p for p in world.people}
    report.counts["cases"] += 1
    told = []
    for step in range(rng.choice((6, 14, 22, 30, 44))):
        act, by, now = generator.receive() if book.life is None else generator.act(book)
        law, their_law = world.law(now), twin.law(now)
        before = repr(_brief(book.life)) if book.life else ""
        mine = book.judge(act, actors[by], law, now)
        try:
            theirs = judge(twin.act(act), case, twin.actors[by], their_law, twin.when(now))
        except Exception as error:  # noqa: BLE001  (a crash of the judge is a difference like any other)
            theirs = f"crash: {error!r}"
        report.counts["acts"] += 1
        told.append(f"  {mine[0]}{'' if mine[0] == 'accepted' else ' ' + mine[1]}: now {now} by {by}: {_act(act)}")
        sort = _verdicts_differ(mine, theirs, act)
        if sort:
            report.differ(
                sort, f"{where} step {step}",
                f"  act    {_act(act)}\n  by     {actors[by]} now {now}\n  life   {before}\n"
                f"  oracle {mine[:3] if mine[0] == 'refused' else mine[1]['effects']}\n  program {_theirs(theirs)}",
            )  # fmt: skip
            return
        if mine[0] == "refused":
            report.refused[mine[1]] += 1
            continue
        report.accepted[act["command"]] += 1
        revision += 1
        for recorded in theirs:
            case = evolve(case, recorded, Revision(revision))
        unlike = unlike_states(book, case, twin, theirs, mine[1])
        if unlike:
            report.differ(
                "state after " + act["command"] + ": " + ",".join(u[0] for u in unlike), f"{where} step {step}",
                f"  act    {_act(act)}\n  life   {before}\n"
                + "\n".join(f"  {n}: oracle {a} program {b}" for n, a, b in unlike),
            )  # fmt: skip
            return
        if look.random() < 0.3 and not compare_clocks(
            book.life, case, law, their_law, twin, look, report, f"{where} step {step}", now
        ):
            return
    if book.life is not None:
        report.states[book.life["state"]] += 1


def _brief(life):
    return {k: v for k, v in life.items() if v not in (None, [], "", 0, False)}


def _act(act):
    return {k: v for k, v in act.items() if k not in ("case", "id")}


def _theirs(theirs):
    return theirs if isinstance(theirs, (str, Refused)) else [r.event for r in theirs]


def _verdicts_differ(mine, theirs, act):
    command = act["command"]
    if isinstance(theirs, str):
        return f"crash at {command}"
    if isinstance(theirs, Refused):
        if mine[0] != "refused":
            return f"{command}: oracle accepts, program {theirs.reason}"
        if mine[1] != theirs.reason:
            return f"{command}: oracle {mine[1]}, program {theirs.reason}"
        if mine[2] is not None and mine[2] != theirs.field:
            return f"{command}: {mine[1]} of field oracle {mine[2]}, program {theirs.field}"
        return None
    return None if mine[0] == "accepted" else f"{command}: oracle {mine[1]}, program accepts"


TIMES = [
    "signed_at",
    "contacted_at",
    "on_scene_at",
    "progress_at",
    "first_replied_at",
    "replied_at",
    "reply_written_at",
    "redo_at",
    "closed_at",
    "redispatched_at",
    "redo_signed_at",
    "redo_contacted_at",
]
PLAIN = [
    "state",
    "holder",
    "assignee",
    "redo_count",
    "reopened",
    "solved",
    "satisfied",
    "no_return",
    "adjudicated",
    "urged",
    "local_number",
    "parent",
    "merged_into",
]


def unlike_states(book, case, twin, recorded, entry):
    """(name, oracle's, program's) of every field that differs."""
    life, found = book.life, []

    def same(name, mine, theirs):
        if mine != theirs:
            found.append((name, mine, theirs))

    for name in TIMES:
        same(name, life[name], twin.seconds(getattr(case, name)))
    for name in PLAIN:
        same(name, life[name], getattr(case, name))
    same("number", life["number"], case.order.number)
    same("tried", life["tried"], [twin.seconds(t) for t in case.tried_at])
    same("children", life["children"], list(case.children))
    same("ended", sorted(life["ended"]), sorted(case.children_ended))
    same("duplicates", life["duplicates"], list(case.duplicates))
    same(
        "former",
        [
            (f["unit"], f["dispatched_at"], f["ended_at"], f["returned"], f["signed_at"], f["contacted_at"])
            for f in life["former"]
        ],
        [
            (f.unit, twin.seconds(f.dispatched_at), twin.seconds(f.ended_at), f.returned, twin.seconds(f.signed_at),
             twin.seconds(f.contacted_at))
            for f in case.former
        ],
    )  # fmt: skip
    same(
        "requests",
        [(r["kind"], r["at"], r["sent_at"], r["granted"], r["until"]) for r in life["requests"]],
        [
            (r.kind, twin.seconds(r.at), twin.seconds(r.sent_at), r.granted, twin.seconds(r.until))
            for r in case.requests
        ],
    )
    ext = life["extension"]
    theirs = case.extension
    same(
        "extension",
        ext and (ext["asked_at"], ext["granted_at"], ext["until"]),
        theirs and tuple(map(twin.seconds, (theirs.asked_at, theirs.granted_at, theirs.until))),
    )
    same(
        "suspensions",
        [(s["at"], s["review_at"], s["resumed_at"]) for s in life["suspensions"]],
        [tuple(map(twin.seconds, (s.at, s.review_at, s.resumed_at))) for s in case.suspensions],
    )
    same(
        "supervisions",
        [tuple(s) for s in life["supervisions"]],
        [(s.level, twin.seconds(s.at), twin.seconds(s.lifted_at)) for s in case.supervisions],
    )
    same(
        "exclusion",
        life["exclusion"] and (life["exclusion"]["ground"], life["exclusion"]["at"]),
        case.exclusion and (case.exclusion.ground, twin.seconds(case.exclusion.at)),
    )
    same("urgencies", life["urgencies"], [(twin.seconds(u.at), u.urgency) for u in case.urgencies])
    same(
        "calls",
        [(c["at"], c["by_hotline"], c["reached"], c["contacted"], c["solved"], c["satisfied"]) for c in life["calls"]],
        [(twin.seconds(c.at), c.by_hotline, c.reached, c.contacted, c.solved, c.satisfied) for c in case.call_backs],
    )
    same("late", (entry["late"], entry["caught_up"]), (recorded[0].late, recorded[0].caught_up))
    same("at", entry["at"], twin.seconds(recorded[0].at))
    same("whistles", _whistles(life), _their_whistles(case, twin))
    return found


def _whistles(life):
    return {
        name: (
            w["state"], w["blown_at"], w["approved_at"], w["closed_at"], sorted(m[0] for m in w["meetings"]),
            sorted(w["ladder"]),
            {
                unit: (
                    [p for p in s["passed"] if p[0] not in ("notified", "scored")], s["contacted_at"], s["departures"],
                    s["refused_at"], s["released"], s["no_show_at"], s["finish_by"], s["sent_back"], s["score"],
                )
                for unit, s in w["summons"].items()
            },
        )
        for name, w in life["whistles"].items()
    }  # fmt: skip


def _their_whistles(case, twin):
    sec = twin.seconds
    return {
        w.id: (
            w.state, sec(w.blown_at), sec(w.approved_at), sec(w.closed_at), sorted(m.id for m in w.meetings),
            sorted((r.unit, r.milestone, r.share) for r in w.ladder),
            {
                s.unit: (
                    [
                        (p.milestone, sec(p.at), p.by_street)
                        for p in s.passed
                        if p.milestone not in ("notified", "scored")
                    ],
                    sec(s.contacted_at), [(sec(d.at), d.by_street, d.with_leave) for d in s.departures],
                    sec(s.refused_at), s.released, sec(s.no_show_at), sec(s.finish_by), s.sent_back,
                    s.score and (s.score.signed, s.score.reported_in, s.score.people, s.score.finished, s.score.result,
                                 s.score.total, s.score.no_show, s.score.veto),
                )
                for s in w.summons
            },
        )
        for w in case.whistles
    }  # fmt: skip


def compare_clocks(life, case, law, their_law, twin, rng, report, where, now):
    """Every clock's start, due, met instant and flags; and the lights at instants around the turns."""
    mine = {(c["kind"], c["start"], c["of_redo"]): c for c in clock_oracle.clocks(life, law)}
    found = clocks(case, their_law)
    theirs = {(str(c.kind), twin.seconds(c.start), c.of_redo and str(c.kind) != "redo"): c for c in found}
    unlike = []
    if len(theirs) != len(found) or set(mine) != set(theirs):
        kinds = [sorted({k[0] for k in one}) for one in (set(mine) - set(theirs), set(theirs) - set(mine))]
        unlike.append((f"clocks -{kinds[0]} +{kinds[1]}", set(mine) - set(theirs), set(theirs) - set(mine)))
    for key in sorted(set(mine) & set(theirs)):
        a, b = mine[key], theirs[key]
        report.counts["clocks"] += 1
        pairs = [("met", a["met_at"], twin.seconds(b.met_at)), ("stopped", a["stopped"], b.stopped)]
        if not a["stopped"]:
            pairs += [("due", a["due"], twin.seconds(b.due)), ("provisional", a["provisional"], b.provisional)]
        unlike += [(f"{key[0]}.{name}", one, other) for name, one, other in pairs if one != other]
        if not any(one != other for _, one, other in pairs) and a["met_at"] is None:
            unlike += _lights(a, b, law, twin, rng, report, now)
    if unlike:
        names = ",".join(name for name, _, _ in unlike)
        state = life["state"]
        report.differ(
            f"clocks in {state}: {names}", where,
            f"  life   {_brief(life)}\n  regimes {[(s, p['version'], f) for s, p, f in law['regimes']]}\n"
            + "\n".join(f"  {n}: oracle {a} program {b}" for n, a, b in unlike)
            + "\n" + "\n".join(f"  oracle {mine[k]}" for k in mine if any(n.startswith(k[0]) for n, _, _ in unlike))
            + "\n"
            + "\n".join(
                f"  program {k} {c}" for k, c in theirs.items() if any(n.startswith(k[0]) for n, _, _ in unlike)
            ),
        )  # fmt: skip
    return not unlike


def _lights(mine, theirs, law, twin, rng, report, now):
    turned = clock_oracle.turns(mine, law)
    moments = [now] if turned is None else [now, rng.choice((*turned, mine["due"])) + rng.choice((-2, -1, 1, 2))]
    unlike = []
    for moment in moments:
        moment = int(moment)
        report.counts["lights"] += 1
        light = theirs.light(twin.when(moment))
        shown = None if light is None else {"red": "past", "overdue": "past"}.get(str(light), str(light))
        expected = clock_oracle.light(mine, law, moment)
        if shown != expected:
            unlike.append((f"{mine['kind']}.light", f"{expected} at {moment} turns {turned}", shown))
    return unlike
