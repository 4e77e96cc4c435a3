"""Rates are exact, ranks are total and shared by ties, and a table can be computed again to the digit."""

import random
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.models.ids import Revision, UnitId
from dispatcher.models.organisation import Unit, UnitKind
from dispatcher.models.periods import named, previous
from dispatcher.models.policy import Period, Weights
from dispatcher.models.ranking import Basis, Kind, Table, basis_of, ranked_among, recompute, tabulate
from dispatcher.models.rates import NOTHING, Part, Rate, RateBand, Tally, percent, rates_of, tenths, total, why
from tests import builders

RULE = Period()
NOVEMBER = named("2026-11", RULE)
EVERYBODY = Weights(least_appraised=1)
EXAMPLE = Tally(valid=10, contacted=10, solved=8, satisfied=7, basically=2)


@st.composite
def tallies(draw: st.DrawFn, most: int = 60) -> Tally:
    valid = draw(st.integers(0, most))
    satisfied = draw(st.integers(0, valid))
    signed, contacts, summoned = (draw(st.integers(0, most)) for _ in range(3))
    scored = draw(st.integers(0, summoned))
    return Tally(
        received=draw(st.integers(0, most)),
        handled=draw(st.integers(0, most)),
        valid=valid,
        contacted=draw(st.integers(0, valid)),
        solved=draw(st.integers(0, valid)),
        satisfied=satisfied,
        basically=draw(st.integers(0, valid - satisfied)),
        overdue=draw(st.integers(0, 3)),
        signed=signed,
        signed_in_time=draw(st.integers(0, signed)),
        contacts=contacts,
        contacted_in_time=draw(st.integers(0, contacts)),
        handled_in_time=draw(st.integers(0, most)),
        redos=draw(st.integers(0, 9)),
        returns=draw(st.integers(0, 9)),
        whistles_blown=draw(st.integers(0, 9)),
        summoned=summoned,
        reported_in_time=draw(st.integers(0, summoned)),
        scored=scored,
        score_total=draw(st.integers(0, 100 * scored)),
    )


CITIES = st.dictionaries(st.integers(1, 40).map(lambda n: UnitId(f"u{n:02}")), tallies(), max_size=25)


def table(
    counted: dict[UnitId, Tally],
    before: dict[UnitId, Tally] | None = None,
    weights: Weights = EVERYBODY,
    kind: Kind = Kind.STREET,
) -> Table:
    basis = Basis(policy="p", calendar="c", weights=weights, whistle_band=(1, 8), head=Revision(7))
    units = sorted(counted.keys() | (before or {}).keys())
    return tabulate(kind, NOVEMBER, previous(NOVEMBER, RULE), basis, units, counted, before or {})


def streets(**valid: Tally) -> dict[UnitId, Tally]:
    return {UnitId(name): tally for name, tally in valid.items()}


def ranks(found: Table) -> dict[str, int | None]:
    return {row.unit: row.rank for row in found.rows}


def solved(of: int, count: int, **more: int) -> Tally:
    """A unit asked `of` times, with `count` solved, everybody contacted and nobody satisfied."""
    return Tally(valid=of, contacted=of, solved=count, **more)


def test_the_example_of_the_domain_comes_out_to_the_digit() -> None:
    rates = rates_of(EXAMPLE, Weights())
    assert rates == (1, Fraction(4, 5), Fraction(22, 25), Fraction(852, 10))
    (row,) = table({UnitId("u"): EXAMPLE}).rows
    shown = row.figures
    assert (shown.response, shown.resolution, shown.satisfaction, shown.composite) == (1000, 800, 880, 852)


def test_nobody_asked_is_no_figure_and_no_rank() -> None:
    found = table(streets(a=Tally(received=4, unreachable=2), b=EXAMPLE), weights=Weights(least_appraised=0))
    row = found.rows[-1]
    assert (row.unit, row.rank) == ("a", None)
    assert rates_of(row.tally, Weights()) == (None, None, None, None)
    figures = row.figures
    assert {figures.response, figures.resolution, figures.satisfaction, figures.composite, figures.gain} == {None}
    assert found.apart == ()
    assert "a" not in (*found.lists.advanced, *found.lists.rectify, *found.lists.improved)


def test_other_weights_give_other_composites() -> None:
    weights = Weights(version="30/35/35", response=300, resolution=350, satisfaction=350, basically=800)
    points = 30 + Fraction(35, 100) * 80 + Fraction(35, 100) * (70 + Fraction(8, 10) * 20)
    assert rates_of(EXAMPLE, weights).composite == points == Fraction(881, 10)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), 0),
        (Fraction(1, 20), 1),
        (Fraction(1, 20) - Fraction(1, 10**9), 0),
        (Fraction(9649, 100), 965),
        (Fraction(9645, 100), 965),
        (Fraction(96449, 1000), 964),
        (Fraction(100), 1000),
        (Fraction(-1, 20), 0),
        (Fraction(-11, 100), -1),
    ],
)
def test_halves_are_rounded_up(value: Fraction, shown: int) -> None:
    assert tenths(value) == shown


def test_a_share_of_nothing_is_none() -> None:
    assert (percent(0, 0), percent(0, 3), percent(1, 3), percent(2, 3), percent(3, 3)) == (None, 0, 333, 667, 1000)


def test_ties_go_by_resolution_then_satisfaction_then_fewer_overdue_then_share() -> None:
    even = Weights(response=0, resolution=500, satisfaction=500, least_appraised=1)
    a = Tally(valid=10, solved=6, satisfied=4, overdue=9)
    b = Tally(valid=10, solved=5, satisfied=5, overdue=0)
    c = Tally(valid=20, solved=10, satisfied=10, overdue=0)
    d = Tally(valid=10, solved=5, satisfied=5, overdue=1)
    assert ranks(table(streets(d=d, c=c, b=b, a=a), weights=even)) == {"a": 1, "b": 2, "c": 2, "d": 4}


def test_satisfaction_breaks_a_tie_of_composite_and_resolution() -> None:
    level = Weights(response=500, resolution=0, satisfaction=500, least_appraised=1)
    a = Tally(valid=10, contacted=4, satisfied=6, overdue=5)
    b = Tally(valid=10, contacted=6, satisfied=4)
    assert ranks(table(streets(a=a, b=b), weights=level)) == {"a": 1, "b": 2}


def test_ranks_go_by_the_exact_composite_not_by_the_shown_one() -> None:
    a, b = solved(10_001, 5_000), solved(10_000, 4_999)
    found = table(streets(a=a, b=b))
    assert found.rows[0].figures.composite == found.rows[1].figures.composite
    assert ranks(found) == {"a": 1, "b": 2}


def test_units_seldom_appraised_stand_apart_and_in_no_list_of_merit() -> None:
    found = table(streets(few=solved(29, 29, received=99), enough=solved(30, 1)), weights=Weights())
    assert ranks(found) == {"enough": 1, "few": None}
    assert found.apart == ("few",)
    assert found.lists.advanced == found.lists.rectify == ("enough",)
    assert found.lists.govern == ("few",)


def test_the_ten_first_and_whoever_ties_with_the_tenth() -> None:
    counted = {UnitId(f"u{n:02}"): solved(100, 90 - n, received=n) for n in range(12)}
    counted[UnitId("u10")] = counted[UnitId("u09")]
    lists = table(counted).lists
    assert lists.advanced == tuple(f"u{n:02}" for n in range(11))
    assert lists.rectify == ("u11", "u09", "u10", *(f"u{n:02}" for n in range(8, 1, -1)))
    # Nobody sent u00 an order, and u09 and u10 have nine each.
    assert lists.govern == ("u11", "u09", "u10", *(f"u{n:02}" for n in range(8, 1, -1)))


def test_whoever_ties_at_the_tenth_place_from_below_is_to_rectify_too() -> None:
    counted = {UnitId(f"u{n:02}"): solved(100, 50 + n) for n in range(12)}
    counted[UnitId("u10")] = counted[UnitId("u09")]
    assert table(counted).lists.rectify == tuple(f"u{n:02}" for n in range(11))


def test_the_improved_gained_most_and_were_ranked_in_both_periods() -> None:
    now = streets(a=solved(10, 9), b=solved(10, 9), c=solved(10, 5), d=solved(10, 9), e=solved(10, 5))
    before = streets(a=solved(10, 8), b=solved(10, 4), c=solved(10, 6), e=solved(10, 5))
    found = table(now, before)
    assert found.lists.improved == ("b", "a")
    assert {row.unit: row.figures.gain for row in found.rows} == {"a": 50, "b": 250, "c": -50, "d": None, "e": 0}
    few = Weights(least_appraised=10)
    assert table(now, before | streets(b=solved(9, 4)), few).lists.improved == ("a",)


def test_figures_beside_the_rates() -> None:
    tally = Tally(
        received=40,
        handled=20,
        signed=8,
        signed_in_time=6,
        contacts=4,
        contacted_in_time=1,
        handled_in_time=9,
        overdue=1,
        redos=3,
        returns=2,
        whistles_blown=4,
        summoned=8,
        summons_signed_in_time=6,
        reported_in_time=4,
        done_in_time=2,
        no_shows=1,
        scored=4,
        score_total=321,
    )
    (row,) = table({UnitId("u"): tally}).rows
    shown = row.figures
    assert (shown.signed_in_time, shown.contacted_in_time, shown.handled_in_time) == (750, 250, 900)
    assert (shown.redo, shown.returns) == (150, 50)
    assert (shown.whistles, shown.whistle_band) == (100, RateBand.TOO_HIGH)
    assert (shown.summons_signed_in_time, shown.reported_in_time, shown.done_in_time) == (750, 500, 250)
    assert (shown.no_shows, shown.score) == (125, 803)


@pytest.mark.parametrize(
    ("blown", "band"),
    [(0, RateBand.TOO_LOW), (1, RateBand.HEALTHY), (8, RateBand.HEALTHY), (9, RateBand.TOO_HIGH)],
)
def test_the_whistle_rate_has_a_healthy_band(blown: int, band: RateBand) -> None:
    (row,) = table({UnitId("u"): Tally(received=100, whistles_blown=blown)}).rows
    assert (row.figures.whistles, row.figures.whistle_band) == (10 * blown, band)


def test_departments_are_ranked_apart_on_their_summonses() -> None:
    a = Tally(summoned=2, scored=2, score_total=180, no_shows=0, reported_in_time=2)
    b = Tally(summoned=2, scored=1, score_total=90, no_shows=0, reported_in_time=1)
    c = Tally(summoned=9, scored=1, score_total=95, valid=40)
    d = Tally(summoned=2, scored=2, score_total=180, no_shows=1, reported_in_time=2)
    unscored = Tally(summoned=3)
    counted = streets(a=a, b=b, c=c, d=d, e=unscored)
    found = {row.unit: row.summons_rank for row in table(counted, kind=Kind.DEPARTMENT).rows}
    assert found == {"c": 1, "a": 2, "b": 3, "d": 4, "e": None}
    assert {row.summons_rank for row in table(counted).rows} == {None}


def test_kinds_are_apart_and_enterprises_stand_among_the_departments() -> None:
    kinds = {"city": UnitKind.CITY, "s": UnitKind.STREET, "d": UnitKind.DEPARTMENT, "e": UnitKind.ENTERPRISE}
    kinds |= {"r": UnitKind.DISTRICT, "c": UnitKind.COMMUNITY}
    units = [Unit(id=UnitId(id_), name=id_, kind=kind) for id_, kind in kinds.items()]
    assert [ranked_among(units, kind) for kind in Kind] == [("s",), ("d", "e"), ("r",)]


def test_a_composite_explains_itself() -> None:
    response, resolution, satisfaction, composite = why(EXAMPLE, Weights())
    assert (response.value, response.shown, response.weight, response.points) == ("1", 1000, 100, "10")
    assert (resolution.value, resolution.shown, resolution.weight, resolution.points) == ("4/5", 800, 500, "40")
    assert resolution.parts == (Part("solved", 8),)
    assert (satisfaction.value, satisfaction.shown, satisfaction.points) == ("22/25", 880, "176/5")
    assert satisfaction.parts == (Part("satisfied", 7), Part("basically", 2, 900))
    assert (composite.rate, composite.value, composite.shown) == (Rate.COMPOSITE, "426/5", 852)
    assert {step.over for step in (response, resolution, satisfaction)} == {10}
    assert why(NOTHING, Weights()) == ()


@given(tallies())
def test_an_explanation_adds_up(tally: Tally) -> None:
    *steps, composite = why(tally, Weights()) or (None,)
    if composite is None:
        assert tally.valid == 0
        return
    assert sum(Fraction(step.points) for step in steps if step) == Fraction(composite.value)
    for step in steps:
        assert step is not None
        parts = sum(Fraction(part.count * part.factor, 1000) for part in step.parts)
        assert parts / step.over == Fraction(step.value)


@given(st.lists(tallies()))
def test_counting_is_order_free_and_can_be_taken_back(found: list[Tally]) -> None:
    shuffled = random.Random(1).sample(found, len(found))
    assert total(found) == total(shuffled)
    whole = NOTHING
    for tally in found:
        whole = whole + tally
    assert whole == total(found)
    for tally in shuffled:
        whole = whole - tally
    assert whole == NOTHING


@given(CITIES, st.randoms(use_true_random=False))
def test_ranks_do_not_depend_on_the_order_of_the_units(counted: dict[UnitId, Tally], chance: random.Random) -> None:
    units = list(counted)
    chance.shuffle(units)
    found = table(counted)
    again = tabulate(Kind.STREET, found.period, found.before, found.basis, units, counted, {})
    assert again == found


@given(CITIES)
def test_ranks_are_a_total_order_in_which_ties_share_a_place(counted: dict[UnitId, Tally]) -> None:
    found = table(counted)
    ranked = [row for row in found.rows if row.rank is not None]

    def better(a: Tally, b: Tally) -> bool:
        """A plain reading of the rule, pair by pair."""
        one, other = rates_of(a, EVERYBODY), rates_of(b, EVERYBODY)
        for mine, its in ((one.composite, other.composite), (one[1], other[1]), (one[2], other[2])):
            assert mine is not None
            assert its is not None
            if mine != its:
                return mine > its
        return a.overdue < b.overdue

    for row in ranked:
        assert row.rank == 1 + sum(better(other.tally, row.tally) for other in ranked)
    assert {row.unit for row in ranked} == {unit for unit, tally in counted.items() if tally.valid}


@given(CITIES, CITIES, st.sampled_from([EVERYBODY, Weights(least_appraised=20, listed=3)]), st.sampled_from(Kind))
def test_a_table_is_computed_again_to_the_digit(
    counted: dict[UnitId, Tally], before: dict[UnitId, Tally], weights: Weights, kind: Kind
) -> None:
    published = table(counted, before, weights, kind)
    read = msgspec.json.decode(msgspec.json.encode(published), type=Table)
    assert read == published
    assert recompute(read) == published
    assert {row.unit for row in published.rows} == counted.keys() | before.keys()


def test_a_figure_tampered_with_does_not_come_out_again() -> None:
    found = table(streets(a=EXAMPLE))
    row = msgspec.structs.replace(found.rows[0], figures=msgspec.structs.replace(found.rows[0].figures, composite=900))
    forged = msgspec.structs.replace(found, rows=(row,))
    assert recompute(forged) != forged


def test_all_units_together_are_compared_with_all_before() -> None:
    found = table(streets(a=solved(10, 9), b=solved(30, 15)), streets(a=solved(10, 8), b=solved(10, 2)))
    assert (found.whole.tally, found.whole.before) == (solved(40, 24), solved(20, 10))
    assert found.whole.figures.gain == 50, "from 50 to 60 percent solved, at a weight of a half"
    assert (found.whole.unit, found.whole.rank) == ("", None)


def test_the_smallest_gain_is_one() -> None:
    found = table(streets(a=solved(1000, 501)), streets(a=solved(1000, 500)))
    assert found.lists.improved == ("a",)


def test_a_table_says_what_it_rests_on() -> None:
    policy = builders.policy()
    found = basis_of(policy, "china-2026", Revision(9))
    assert found == Basis(
        policy="test-1", calendar="china-2026", weights=policy.weights, whistle_band=(1, 8), head=Revision(9)
    )


def test_rows_stand_by_rank_then_those_apart_then_those_never_asked() -> None:
    counted = streets(a=solved(9, 9), b=solved(30, 10), c=solved(30, 20), d=Tally(received=3), e=solved(9, 8))
    found = table(counted, weights=Weights())
    assert [row.unit for row in found.rows] == ["c", "b", "a", "e", "d"]
    assert found.apart == ("a", "e")


def test_each_step_names_its_rate_and_its_counters() -> None:
    steps = why(EXAMPLE, EVERYBODY)
    assert [step.rate for step in steps] == [Rate.RESPONSE, Rate.RESOLUTION, Rate.SATISFACTION, Rate.COMPOSITE]
    assert [step.parts for step in steps] == [
        (Part("contacted", 10),),
        (Part("solved", 8),),
        (Part("satisfied", 7), Part("basically", 2, 900)),
        (),
    ]
    assert [step.over for step in steps] == [10, 10, 10, 0]
    assert [step.weight for step in steps] == [100, 500, 400, 1000]
    assert [step.points for step in steps] == ["10", "40", "176/5", "426/5"]


def test_a_tie_of_scores_goes_to_who_came_in_time_more_often() -> None:
    a = Tally(summoned=6, scored=2, score_total=180, reported_in_time=3)
    b = Tally(summoned=2, scored=2, score_total=180, reported_in_time=2)
    found = {row.unit: row.summons_rank for row in table(streets(a=a, b=b), kind=Kind.DEPARTMENT).rows}
    assert found == {"b": 1, "a": 2}, "a share, not a number"
