"""A file of leads is read as people make it, and each bad row says why."""

import csv
from contextlib import closing, suppress
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccserver.db.csv_text import ImportFileError
from ccserver.db.lead_file import Fault, Incoming, LeadFile, RowFaultError, rows_about

WANG, LI, BEIJING = "+8613800138000", "+8613900139000", "+861088886666"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def leads(file: Path, region: str = "CN") -> list[Incoming]:
    with closing(LeadFile(file, region, agents=("anna",))) as opened:
        return [opened.lead(row, fields) for row, fields in opened.rows()]


def faults(file: Path) -> list[tuple[int, Fault, str]]:
    opened = LeadFile(file, "CN", agents=("anna",))
    found = []
    for row, fields in opened.rows():
        with pytest.raises(RowFaultError) as caught:
            opened.lead(row, fields)
        found.append((row, caught.value.fault, str(caught.value)))
    opened.close()
    return found


def refused(file: Path, text: str | bytes) -> str:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ImportFileError) as caught:
        leads(file)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_are_found_out(file: Path, encoding: str, delimiter: str) -> None:
    rows = [["姓名", "手机", "车型"], ["王芳", "138 0013 8000", "重卡"]]
    file.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    (lead,) = leads(file)
    assert lead == Incoming(
        row=1, numbers=[WANG], name="王芳", zone="Asia/Shanghai", data={"车型": "重卡"}
    )


def test_every_column_that_is_known_goes_to_its_place(file: Path) -> None:
    file.write_text(
        "Customer ID,name,Phone,phone 2,language,time zone,priority,consent,agent,Truck,name\n"
        "7,Wang,13800138000/010-88886666,13900139000,中文,Asia/Urumqi,5,yes,anna,T6,other\n"
        "\n"
        ",,(010) 8888 6666,,,,,,,,\n"
    )
    first, second = leads(file)
    assert first == Incoming(
        row=1,
        numbers=[WANG, BEIJING, LI],
        customer="7",
        name="Wang",
        language="zh",
        zone="Asia/Urumqi",
        priority=5,
        consent=True,
        agent="anna",
        data={"Truck": "T6", "name": "other"},
    )
    assert second == Incoming(row=3, numbers=[BEIJING], zone="Asia/Shanghai")


def test_numbers_are_read_as_from_the_region_and_know_their_zone(file: Path) -> None:
    file.write_text('phone\n"(202) 555-0100"\n+81312345678\n8005550100\n')
    assert [(lead.numbers, lead.zone) for lead in leads(file, "US")] == [
        (["+12025550100"], "America/New_York"),
        (["+81312345678"], "Asia/Tokyo"),
        (["+18005550100"], ""),
    ]


def test_a_number_that_cannot_be_is_left_out_where_there_are_others(file: Path) -> None:
    file.write_text("电话1,电话2\n12345,13800138000\n13800138000,13800138000\n")
    assert [lead.numbers for lead in leads(file)] == [[WANG], [WANG]]


def test_bad_rows_say_what_is_wrong(file: Path) -> None:
    file.write_text(
        "number,language,zone,priority,consent,agent,customer,name,more\n"
        ",,,,,,,Wang,\n"
        "12345,,,,,,,,\n"
        "1.38E+10,,,,,,,,\n"
        "13800138000,grunts,,,,,,,\n"
        "13800138000,,Mars/Base,,,,,,\n"
        "13800138000,,,soon,,,,,\n"
        "13800138000,,,5000,,,,,\n"
        "13800138000,,,,perhaps,,,,\n"
        "13800138000,,,,,zoe,,,\n"
        "13800138000,,,,,,K-7,,\n"
        f"13800138000,,,,,,,{'n' * 201},\n"
        f"13800138000,,,,,,,,{'m' * 1001}\n"
        "13800138000,,,,,,,\0,\n"
        "13800138000,,,,,,,,,too much\n"
    )
    found = faults(file)
    kinds = [fault for _, fault, _ in found]
    assert kinds == [Fault.NO_NUMBER, Fault.INVALID, Fault.INVALID] + [Fault.FORMAT] * 11
    assert [row for row, _, _ in found] == list(range(1, 15))
    words = ("no number", "12345", "Excel", "grunts", "Mars", "soon", "5000", "perhaps", "zoe",
             "K-7", "201", "1001", "NUL", "10 fields")  # fmt: skip
    for word, (_, _, detail) in zip(words, found, strict=True):
        assert word in detail


def test_a_file_that_cannot_be_read_says_where(file: Path) -> None:
    assert "no column number" in refused(file, "name,city\nWang,Beijing\n")
    assert "no column number" in refused(file, "")
    assert "never closed" in refused(file, 'number,name\n13800138000,"Wang\n')
    assert "neither UTF-8 nor GB18030" in refused(file, b"number\n\xff\xff\xff\n")
    assert "too long" in refused(file, f"number,{'x' * 61}\n")
    assert "more columns" in refused(file, "number," + ",".join(f"c{n}" for n in range(61)))
    assert "no workbook" in refused(file, b"PK\x03\x04 and nothing else")
    file.write_bytes("number\n".encode("utf-16") + b"\x00")
    with pytest.raises(ImportFileError, match="broken"):
        leads(file)


def test_excels_note_on_the_delimiter_is_no_header(file: Path) -> None:
    file.write_text("sep=|\nnumber|name\n13800138000|Wang\n")
    assert [lead.name for lead in leads(file)] == ["Wang"]


def test_a_workbook_is_read_as_its_cells_look(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["姓名", "电话", "consent", "bought", "price", "seen", "number 2"])
        sheet.write_row(1, 0, ["王芳", 13800138000, True])
        sheet.write_datetime(1, 3, date(2026, 1, 31), day)
        sheet.write_number(1, 4, 12.5)
        sheet.write_string(1, 6, "010-88886666")
        sheet.write_row(3, 0, ["李", "13900139000", False])
    first, second = leads(file)
    assert (first.numbers, first.name, first.consent) == ([WANG, BEIJING], "王芳", True)
    assert first.data["price"] == "12.5"
    assert first.data["bought"].startswith(date(2026, 1, 31).isoformat())
    assert (second.row, second.numbers, second.consent) == (3, [LI], False)
    assert rows_about(file) == 0


def test_rows_are_counted_for_the_progress(file: Path) -> None:
    file.write_text("number\n1\n2\n")
    assert rows_about(file) == 2
    file.write_text("")
    assert rows_about(file) == 0


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=8),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_what_was_written_is_read(
    file: Path, rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    """Whatever stands in a cell comes back as it is, but for the space around it."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["电话", "公司名称", "说明", "备用"])
    writer.writerows(["13800138000", *row] for row in rows)
    file.write_bytes(text.getvalue().encode(encoding))
    expected: list[dict[str, Any]] = [
        {
            label: cell.strip()
            for label, cell in zip(("公司名称", "说明", "备用"), row, strict=True)
            if cell.strip()
        }
        for row in rows
    ]
    assert [lead.data for lead in leads(file)] == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_surprise_it(file: Path, more: bytes) -> None:
    """Whatever comes, it is a lead, a fault of a row, or a fault of the file."""
    file.write_bytes(b"number,name\n" + more)
    with suppress(ImportFileError), closing(LeadFile(file, "CN")) as opened:
        for row, fields in opened.rows():
            with suppress(RowFaultError):
                assert opened.lead(row, fields).numbers
