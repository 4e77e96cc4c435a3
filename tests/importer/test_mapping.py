"""Rows to orders: each trap of a real file is handled and counted, or the row is rejected with its remedy."""

import datetime as dt

import pytest

from dispatcher.importer import mapping
from dispatcher.importer.mapping import Mapped, Mapping, Rejected
from dispatcher.importer.profiles import BadProfile, detected, named, shipped
from dispatcher.importer.readers import Cell, Row
from dispatcher.models.ids import UnitId
from dispatcher.models.order import Channel, Urgency
from dispatcher.models.organisation import Unit, UnitKind

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
UNITS = (
    Unit(id=UnitId("110105"), name="朝阳区", kind=UnitKind.DISTRICT),
    Unit(id=UnitId("110108"), name="海淀区", kind=UnitKind.DISTRICT),
    Unit(id=UnitId("110105026"), name="八里庄街道", kind=UnitKind.STREET, parent=UnitId("110105")),
    Unit(id=UnitId("110108020"), name="八里庄街道", kind=UnitKind.STREET, parent=UnitId("110108")),
    Unit(id=UnitId("110105016"), name="双井街道", kind=UnitKind.STREET, parent=UnitId("110105")),
)


def ledger(street: str = "110105016", **cells: Cell) -> Mapped | Rejected:
    filled: dict[str, Cell] = {"工单编号": "26-1", "标题": "楼道漏水", "派单时间": "2026-11-18 12:48:20", **cells}
    return Mapping(named("ledger12345"), UNITS, UnitId(street), NOW).map(Row(7, filled))


def boston(**cells: Cell) -> Mapped | Rejected:
    filled: dict[str, Cell] = {
        "CASE_ENQUIRY_ID": "1", "CASE_TITLE": "Street light", "OPEN_DT": "03/02/2015 11:58:00 PM", **cells
    }  # fmt: skip
    return Mapping(named("boston311"), UNITS, UnitId("110105016"), NOW).map(Row(2, filled))


def test_a_full_row_of_a_ledger():
    found = ledger(
        紧急程度="突发", 诉求人="刘女士", 来电号码="13800000000", 是否保密="否", 受理渠道="电话",
        问题分类一级="住房", 问题分类二级="物业", 社区="光环社区", 小区="富力城", 办理截止时间="2026/11/18 14:48",
    )  # fmt: skip
    assert isinstance(found, Mapped)
    order = found.order
    assert order.dispatched_at == dt.datetime(2026, 11, 18, 4, 48, 20, tzinfo=dt.UTC)
    assert order.feedback_due_at == dt.datetime(2026, 11, 18, 6, 48, tzinfo=dt.UTC)
    assert (order.urgency, order.channel, order.category) == (Urgency.EMERGENCY, Channel.PHONE, ("住房", "物业"))
    assert (found.caller.name, found.caller.phone) == ("刘女士", "13800000000")  # type: ignore[union-attr]
    assert not order.confidential
    assert found.mends == ()


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-18 12:48:20", "2026/11/18 12:48:20", "2026年11月18日 12时48分20秒", "2026年11月18日 12:48:20",
        "2026.11.18 12:48:20", "20261118124820", "2026-11-18T12:48:20", "2026-11-18T04:48:20+00:00",
        dt.datetime(2026, 11, 18, 12, 48, 20),  # noqa: DTZ001  a spreadsheet's cell
    ],
)  # fmt: skip
def test_mixed_date_forms_in_one_column(written: Cell):
    found = ledger(派单时间=written)
    assert isinstance(found, Mapped)
    assert found.order.dispatched_at == dt.datetime(2026, 11, 18, 4, 48, 20, tzinfo=dt.UTC)


def test_a_date_alone_is_told():
    found = ledger(派单时间="2026-11-18")
    assert isinstance(found, Mapped)
    assert found.order.dispatched_at == dt.datetime(2026, 11, 17, 16, 0, tzinfo=dt.UTC)
    assert found.mends == (mapping.DAY_ONLY,)


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"工单编号": ""}, "number", "fill in 工单编号"),
        ({"标题": None}, "title", "fill in 标题"),
        ({"派单时间": ""}, "dispatched_at", "fill in 派单时间"),
        ({"派单时间": "昨天"}, "dispatched_at", "write it like 2026-11-18 12:48:20"),
        ({"派单时间": "2027-01-01 00:00:00"}, "dispatched_at", "lies in the future"),
        ({"紧急程度": "火急"}, "urgency", "use one of 汛期应急"),
        ({"街道": "没有街道"}, "holder", "write its nine-digit code"),
        ({"街道": "八里庄街道"}, "holder", "several units have that name (110105026, 110108020)"),
    ],
)
def test_what_cannot_be_taken_names_field_and_remedy(cells: dict[str, Cell], field: str, words: str):
    found = ledger(**cells)
    assert isinstance(found, Rejected)
    assert (found.line, found.field) == (7, field)
    assert words in found.remedy


def test_a_unit_is_found_by_code_by_name_and_by_name_with_district():
    assert ledger(街道="110108020").holder == "110108020"  # type: ignore[union-attr]
    assert ledger(街道="双井街道").holder == "110105016"  # type: ignore[union-attr]
    assert ledger(街道="八里庄街道", 被反映区="海淀区").holder == "110108020"  # type: ignore[union-attr]
    missing = ledger(street="")
    assert isinstance(missing, Rejected)
    assert "--street" in missing.remedy


def test_a_confidential_caller_is_marked_by_either_sign():
    assert ledger(是否保密="是").order.confidential  # type: ignore[union-attr]
    hidden = ledger(诉求人="保密", 来电号码="")
    assert isinstance(hidden, Mapped)
    assert hidden.order.confidential
    assert hidden.caller is None


def test_a_close_before_its_open_is_mended_and_told():
    found = boston(CLOSED_DT="03/01/2015 09:00:00 AM")
    assert isinstance(found, Mapped)
    assert found.closed_at == found.order.dispatched_at
    assert found.mends == (mapping.CLOSED_BEFORE_OPEN,)


def test_a_missing_target_is_no_target_and_one_before_the_open_is_mended():
    assert boston(TARGET_DT="").order.feedback_due_at is None  # type: ignore[union-attr]
    early = boston(TARGET_DT="03/01/2015 09:00:00 AM")
    assert isinstance(early, Mapped)
    assert early.order.feedback_due_at is None
    assert early.mends == (mapping.TARGET_BEFORE_OPEN,)


def test_handled_without_a_time_is_told():
    found = boston(CASE_STATUS="Closed")
    assert isinstance(found, Mapped)
    assert found.mends == (mapping.CLOSED_WITHOUT_TIME,)


def test_the_zone_of_the_file_counts():
    found = boston()
    assert isinstance(found, Mapped)
    assert found.order.dispatched_at == dt.datetime(2015, 3, 3, 4, 58, tzinfo=dt.UTC)


def test_a_row_without_a_number_gets_the_same_one_every_time():
    profile = named("labelled_words_zh")
    made = Mapping(profile, UNITS, UnitId("110105016"), NOW)
    row = Row(1, {"words": "水箱 长年 不洗", "label1": "城乡建设"})
    first, again = made.map(row), made.map(row)
    assert isinstance(first, Mapped)
    assert isinstance(again, Mapped)
    assert first.order.number == again.order.number != ""
    assert first.mends == (mapping.TIME_OF_IMPORT,)


def test_every_shipped_profile_is_found_by_its_own_columns():
    for profile in shipped().values():
        assert detected([*profile.detect, "something else"]).name == profile.name


def test_an_unknown_file_asks_for_a_profile():
    with pytest.raises(BadProfile, match="--profile"):
        detected(["a", "b"])
    with pytest.raises(BadProfile, match="choose one of"):
        named("nothing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = 1", "Expected `str`"),
        ('name="a"\ntitle="a"\nsource="a"\ndetect=[]\n[fields]\nnumber="n"\ntitle="t"\ncolour="c"', "fields.colour"),
        ('name="a"\ntitle="a"\nsource="a"\ndetect=[]\n[fields]\ntitle="t"', "fields.number is missing"),
        (
            'name="a"\ntitle="a"\nsource="a"\ndetect=[]\n[fields]\nnumber="n"\ntitle="t"',
            "fields.dispatched_at is missing",
        ),
        (
            'name="a"\ntitle="a"\nsource="a"\ndetect=[]\nfields={number="n",title="t",dispatched_at="d"}\n[times]\nforms=["yyyy"]',
            "is no form of a time",
        ),
    ],
)
def test_a_profile_of_ones_own_is_checked(tmp_path, text: str, words: str):
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadProfile, match=words):
        named(str(path))
