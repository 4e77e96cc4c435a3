"""Who is sent what: every text of a case is classified, and what is blanked leaves clocks and lists as they were."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from dispatcher.models import commands as c
from dispatcher.models.case import Case
from dispatcher.models.ids import CaseId
from dispatcher.models.order import Point
from dispatcher.models.organisation import (
    ALONE,
    CONFIDENTIAL_ROLES,
    ENTITLEMENTS,
    Detail,
    Reach,
    Right,
    Role,
    scope_of,
    views,
)
from dispatcher.models.queue import summarise
from dispatcher.models.redaction import FIELDS, IN_BODY, OPEN, case_for, leaves_body, row_for
from dispatcher.models.transitions import ROW
from tests import builders as b
from tests.models.living import Life
from tests.models.wandering import any_step, attempt


def all_of_a_case() -> dict[type[msgspec.Struct], dict[str, inspect.Type]]:
    """List every record and fact that a case can hold, with its fields."""
    found: dict[type[msgspec.Struct], dict[str, inspect.Type]] = {}

    def walk(kind: inspect.Type) -> None:
        if isinstance(kind, inspect.StructType) and kind.cls not in found:
            found[kind.cls] = {field.name: field.type for field in kind.fields}
            for field in kind.fields:
                walk(field.type)
        elif isinstance(kind, inspect.VarTupleType):
            walk(kind.item_type)
        elif isinstance(kind, inspect.UnionType):
            for each in kind.types:
                walk(each)

    walk(inspect.type_info(Case))
    return found


def is_text(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(is_text(each) for each in kind.types)
    return isinstance(kind, inspect.StrType) or (isinstance(kind, inspect.VarTupleType) and is_text(kind.item_type))


def test_every_text_of_a_case_is_a_detail_or_for_everybody():
    records = all_of_a_case()
    unclassified = [
        f"{record.__name__}.{name}"
        for record, fields in records.items()
        for name, kind in fields.items()
        if is_text(kind) and name not in FIELDS.get(record, {}) and name not in OPEN
    ]
    assert unclassified == []
    assert {f"{r.__name__}.{n}" for r, fields in FIELDS.items() for n in fields if n not in records.get(r, {})} == set()


def test_the_table_names_every_role_and_two_know_who_called_in_confidence():
    assert set(ENTITLEMENTS) == set(Role)
    assert {Role.HOTLINE, Role.DISTRICT} == CONFIDENTIAL_ROLES
    assert all(ROW[c.RevealCaller].roles >= CONFIDENTIAL_ROLES for _ in ENTITLEMENTS)
    for role in Role:
        # Personal data is erased through a door of its own, not by an act on the feed.
        acts = {row.command for row in ROW.values() if role in row.roles} - {c.ErasePersonalData}
        assert bool(acts) == (Right.SUBMIT_ACTS in ENTITLEMENTS[role].rights) or role is Role.CENTRE, role
    assert all(Right.SUBMIT_ACTS not in ENTITLEMENTS[role].rights for role in ALONE)


def texts_of(record: msgspec.Struct, detail: Detail) -> list[object]:
    """Give what stands in the fields of a detail, anywhere in a record."""
    found: list[object] = []
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if FIELDS.get(type(record), {}).get(name) is detail:
            found.append(value)
        elif isinstance(value, msgspec.Struct):
            found += texts_of(value, detail)
        elif isinstance(value, tuple):
            found += [each for part in value if isinstance(part, msgspec.Struct) for each in texts_of(part, detail)]
    return found


@st.composite
def lived(draw: st.DrawFn) -> Case:
    """A case to which all kinds of things have happened, by the rules."""
    seed, life = draw(st.integers(0, 2**32)), Life()
    for _ in range(draw(st.integers(0, 25))):
        attempt(life, any_step(seed, life))
    return life.case


ROLES = st.sets(st.sampled_from([role for role in Role if role is not Role.CENTRE]), min_size=1, max_size=3)


@given(lived(), ROLES, st.booleans())
def test_what_is_sent_is_what_the_table_allows(case: Case, roles: set[Role], confidential: bool):
    order = msgspec.structs.replace(case.order, confidential=confidential, caller_name_hint="刘**", reported_party="甲")
    case = msgspec.structs.replace(case, order=order)
    scope = scope_of(b.person("x", b.STREET, *roles))
    widest = min((ENTITLEMENTS[role].reach for role in roles), key=tuple(Reach).index)
    allowed = frozenset[Detail]().union(
        *(ENTITLEMENTS[role].details for role in roles if ENTITLEMENTS[role].reach is widest)
    )
    sent = case_for(scope, case)
    for detail in IN_BODY:
        shown = detail in allowed
        if detail is Detail.HINT and confidential:
            shown = Detail.CONFIDENTIAL_CALLER in allowed
        assert texts_of(sent, detail) == texts_of(case, detail) if shown else not any(texts_of(sent, detail)), detail
    assert scope.details in views(widest)
    assert leaves_body(scope, confidential) <= (sent == case)
    law = b.law()
    assert summarise(sent, law) == row_for(scope, summarise(case, law))


def test_a_point_is_taken_away_and_a_place_without_community_leaves_nothing():
    case = b.new_case()
    place = msgspec.structs.replace(case.order.place, address="甲路 1 号", community="", point=Point(1.0, 2.0, "wgs84"))  # type: ignore[arg-type]
    case = msgspec.structs.replace(case, order=msgspec.structs.replace(case.order, place=place), id=CaseId("one"))
    nothing = scope_of(b.person("x", b.STREET, Role.AUDITOR))
    assert case_for(nothing, case).order.place.point is None
    assert row_for(nothing, summarise(case, b.law())).place == ""


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CENTRE])
def test_who_does_no_work_on_cases_is_sent_none(role: Role):
    scope = scope_of(b.person("x", b.STREET, role))
    assert scope.nothing
    assert not scope.details
