"""Files to rows: every format, plain and gzipped, and a bad line that never stops the rest."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from dispatcher.importer.readers import BadLine, Row, UnreadableFile, read_rows

CSV = '工单编号,标题,内容\n1,漏水,"三单元,漏水\n已两天"\n2,噪声,夜里\n'


def rows(path: Path) -> list[Row | BadLine]:
    return list(read_rows(path))


def test_csv_keeps_line_numbers_through_quoted_line_breaks(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(CSV, "utf-8")
    assert rows(path) == [
        Row(2, {"工单编号": "1", "标题": "漏水", "内容": "三单元,漏水\n已两天"}),
        Row(4, {"工单编号": "2", "标题": "噪声", "内容": "夜里"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_encodings_of_chinese_offices(tmp_path: Path, encoding: str, packed: bool):
    path = tmp_path / ("a.csv.gz" if packed else "a.csv")
    raw = CSV.encode(encoding)
    path.write_bytes(gzip.compress(raw) if packed else raw)
    assert [row.cells["标题"] for row in rows(path) if isinstance(row, Row)] == ["漏水", "噪声"]


def test_tsv_takes_tabs(tmp_path: Path):
    path = tmp_path / "a.tsv"
    path.write_text("id\ttitle\n1\ta, b\n", "utf-8")
    assert rows(path) == [Row(2, {"id": "1", "title": "a, b"})]


def test_a_line_with_a_cell_too_many_is_told_and_the_rest_goes_on(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,a\n2,b,c\n\n3,d\n", "utf-8")
    first, bad, last = rows(path)
    assert isinstance(bad, BadLine)
    assert (bad.line, bad.value) == (3, "2,b,c")
    assert "3 columns, the head has 2" in bad.remedy
    assert (first.line, last.line) == (2, 5)


def test_json_lines_with_rubbish_between(tmp_path: Path):
    path = tmp_path / "a.jsonl.gz"
    good = json.dumps({"id": 7, "title": "漏水", "tags": ["a"], "none": None}, ensure_ascii=False)
    path.write_bytes(gzip.compress(f"{good}\nnot json\n[1]\n\n{good}\n".encode()))
    found = rows(path)
    assert [type(row) for row in found] == [Row, BadLine, BadLine, Row]
    assert found[0] == Row(1, {"id": 7, "title": "漏水", "tags": '["a"]', "none": None})
    assert found[3].line == 5


def test_a_spreadsheet_with_a_title_above_its_head(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    write_sheet(path, [["十一月工单台账"], ["工单编号", "派单时间", "标题"], ["00712", 46344.5336, "漏水"]])
    (row,) = rows(path)
    assert row.line == 3
    assert row.cells["工单编号"] == "00712"
    assert row.cells["标题"] == "漏水"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"x", "its name ends in none of"),
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", b"\x1f\x8bbroken", "cannot be read"),
        ("a.xlsx", b"no workbook", "is no XLSX workbook"),
        ("a.csv", b"\xff\xff\xff\x00", "neither UTF-8 nor GB 18030"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, words: str):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        rows(path)


def write_sheet(path: Path, table: list[list[str | float]]) -> None:
    """Write the smallest workbook that a spreadsheet program would: one sheet, inline strings."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    body = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in table)
    space = "http://schemas.openxmlformats.org"
    main = f"{space}/spreadsheetml/2006/main"
    relations = f"{space}/officeDocument/2006/relationships"
    packages = f"{space}/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
