"""A file of customers, as a person has made it, comes in whole or says why not."""

from datetime import date
from pathlib import Path

import asyncpg
import pytest

from ccserver.db.customer_import import ImportFileError, ImportReport, import_customers

pytestmark = pytest.mark.db

ENGLISH = "number,name,tier,value,language,notes\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "customers.csv"


def write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def bring(database: str, file: Path, text: str, encoding: str = "utf-8") -> ImportReport:
    write(file, text.encode(encoding))
    return await import_customers(database, file)


async def customers(database: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        "SELECT number, name, tier, value, language, notes FROM customer"
        " JOIN customer_number ON customer_id = id ORDER BY number"
    )
    await connection.close()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t"), ("gb18030", "\t")],
)
async def test_excel_in_chinese(database: str, file: Path, encoding: str, delimiter: str) -> None:
    rows = [
        ["电话", "姓名", "等级", "价值", "语言", "备注", "城市"],
        ["138 0013 8000", "王小明", "铂金", "0.9", "中文", "“老客户”\n两行", "长春"],
        ["010-88886666", "李雷", "银", "", "英语", "", "北京"],
    ]
    quoted = "\r\n".join(delimiter.join(f'"{field}"' for field in row) for row in rows)
    report = await bring(database, file, quoted, encoding)
    assert (report.added, report.changed, report.rejected) == (2, 0, 0)
    assert report.ignored_columns == ("城市",)
    assert report.rejected_file is None
    assert await customers(database) == [
        ("+861088886666", "李雷", "silver", 0.4, "en", ""),
        ("+8613800138000", "王小明", "platinum", 0.9, "zh", "“老客户”\n两行"),
    ]


async def test_a_second_file_changes_what_it_says_and_nothing_else(
    database: str, file: Path
) -> None:
    await bring(database, file, ENGLISH + "13800138000,Wang,gold,0.7,en,likes tea\n")
    report = await bring(
        database, file, "number,tier,name\n13800138000,platinum,\n13900139000,,New\n"
    )
    assert (report.added, report.changed) == (1, 1)
    assert await customers(database) == [
        # A new tier brings its own value where the file gives none.
        ("+8613800138000", "Wang", "platinum", 1.0, "en", "likes tea"),
        ("+8613900139000", "New", "standard", 0.2, "zh", ""),
    ]


async def test_bad_rows_are_reported_and_the_others_come_in(database: str, file: Path) -> None:
    text = (
        ENGLISH
        + "13800138000,Wang,gold,,,\n"
        + ",Nobody,gold,,,\n"
        + "hotline,Li,gold,,,\n"
        + "1.38001E+10,Li,gold,,,\n"
        + "13900139000,Li,diamond,,,\n"
        + "13900139000,Li,gold,7,,\n"
        + "138-0013-8000,Twice,gold,,,\n"
        + "13900139001,a\0b,gold,,,\n"
        + "13900139002,Li,gold,0.5,zh,x,y\n"
        + f"13900139003,{'x' * 201},gold,,,\n"
        + "13900139004/13900139005,Li,gold,,,\n"
        + "13900139006,Li,gold,,<b>,\n"
        + "\n"
        + "13900139007,Good\n"
    )
    report = await bring(database, file, text)
    assert (report.added, report.rejected) == (2, 11)
    reasons = {rejected.line: rejected.reason for rejected in report.reasons}
    assert list(reasons) == list(range(3, 14))
    assert reasons[3] == "no number"
    assert "Excel has shortened" in reasons[5]
    assert reasons[8] == "the number stands in line 2 already"
    assert report.rejected_file is not None
    lines = report.rejected_file.read_text("utf-8-sig").splitlines()
    assert lines[0] == "line,reason,number,name,tier,value,language,notes"
    assert len(lines) == 12
    assert [row[0] for row in await customers(database)] == ["+8613800138000", "+8613900139007"]


@pytest.mark.parametrize("head", ["recording_consent", "Recording consent", "录音授权"])
async def test_what_customers_have_said_of_being_recorded_is_read(
    database: str, file: Path, head: str
) -> None:
    first = f"number,{head}\n13800138000,同意\n13900139000,Refused\n13900139001,\n13900139002,?\n"
    report = await bring(database, file, first)
    assert [rejected.reason for rejected in report.reasons] == [
        "'?' is no consent to being recorded (given, refused, unknown)"
    ]
    await bring(database, file, f"number,{head}\n13800138000,不同意\n13900139000,\n")
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT recording_consent FROM customer ORDER BY id")
    await connection.close()
    assert [row[0] for row in rows] == ["refused", "refused", "unknown"]


@pytest.mark.parametrize("head", ["address", "Address", "地址", "联系地址"])
async def test_addresses_are_read_and_kept(database: str, file: Path, head: str) -> None:
    text = f"number,{head}\n13800138000,长春市人民大街 1 号\n13900139000,\n"
    report = await bring(database, file, f"{text}13900139001,{'x' * 501}\n")
    assert report.ignored_columns == ()
    assert report.reasons[0].reason == "address of 501 characters; 500 at most"
    await bring(database, file, "number,name\n13800138000,Wang\n13900139000,Li\n")
    await bring(database, file, f"number,{head}\n13800138000,\n13900139000,Jilin\n")
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT name, address FROM customer ORDER BY id")
    await connection.close()
    assert [tuple(row) for row in rows] == [("Wang", "长春市人民大街 1 号"), ("Li", "Jilin")]


async def figures(database: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        "SELECT region, revenue_per_year, last_purchase_on, orders_per_year, customer_since,"
        " open_complaints, churn_risk FROM customer ORDER BY id"
    )
    await connection.close()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "heads",
    [
        "number,region,revenue_per_year,last_purchase_on,orders_per_year,customer_since,"
        "open_complaints,churn_risk",
        "Phone,Region,Revenue,Last purchase,Orders,Customer since,Complaints,Churn",
        "手机号,地区,年消费额,最近购买日期,年订单数,开户日期,未结投诉,流失风险",
    ],
)
async def test_figures_are_read_as_people_write_them(database: str, file: Path, heads: str) -> None:
    text = (
        f"{heads}\n"
        '13800138000,吉林,"¥12,800.50",2026/5/31 0:00,12,2016年7月1日,2.0,35%\n'
        "13900139000,,1.5万元,20260531,0.5,2016-07-01,0,0.35\n"
        "13900139001,,,,,,,\n"
    )
    report = await bring(database, file, text)
    assert (report.added, report.rejected, report.ignored_columns) == (3, 0, ())
    bought, since = date(2026, 5, 31), date(2016, 7, 1)
    assert await figures(database) == [
        ("吉林", 12_800.5, bought, 12, since, 2, 0.35),
        ("", 15_000, bought, 0.5, since, 0, 0.35),
        ("", None, None, None, None, None, None),
    ]
    await bring(database, file, "number,complaints\n13800138000,0\n")
    assert (await figures(database))[0] == ("吉林", 12_800.5, bought, 12, since, 0, 0.35)


@pytest.mark.parametrize(
    ("head", "field", "reason"),
    [
        ("revenue", "much", "'much' is no amount of money"),
        ("revenue", "-5", "'-5' is no amount of money"),
        ("revenue", "1,00", "'1,00' is no amount of money"),
        ("revenue", "9" * 20, "is too much money; 1,000,000,000,000 at most"),
        ("last purchase", "31.05.2026", "'31.05.2026' is no date; write year, month and day"),
        ("last purchase", "45443", "'45443' is no date"),
        ("since", "2026-06-31", "'2026-06-31' is no date"),
        ("orders", "nan", "'nan' is no number of orders a year"),
        ("orders", "-1", "'-1' is no number of orders a year"),
        ("complaints", "1.5", "'1.5' is no number of complaints, 0 to 10,000"),
        ("complaints", "10001", "'10001' is no number of complaints"),
        ("churn", "high", "'high' is no risk from 0 to 1"),
        ("churn", "101%", "'101%' is no risk from 0 to 1"),
        ("region", "x" * 101, "region of 101 characters; 100 at most"),
    ],
)
async def test_a_figure_that_is_none_is_told(
    database: str, file: Path, head: str, field: str, reason: str
) -> None:
    report = await bring(database, file, f'number,{head}\n13800138000,"{field}"\n')
    assert (report.added, report.rejected) == (0, 1)
    assert reason in report.reasons[0].reason


@pytest.mark.parametrize(
    ("tail", "error"),
    [
        ('13900139000,"never closed\n13900139001,Li\n', "line 3: a quote is never closed"),
        ('13900139000,"Li" Lei\n', "line 3: a quote inside"),
        (f"13900139000,{'x' * 20_000}\n", "line 3: a field of more than"),
    ],
)
async def test_a_broken_file_brings_in_nothing(
    database: str, file: Path, tail: str, error: str
) -> None:
    with pytest.raises(ImportFileError, match=error):
        await bring(database, file, "number,name\n13800138000,Wang\n" + tail)
    assert await customers(database) == []


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "line 1: no column number"),
        (b"name,tier\nWang,gold\n", "no column number .* name, tier"),
        (b"number,name\n13800138000,ok\n13800138001,\xff\xff\xff\n", "line 3: neither UTF-8 nor"),
    ],
)
async def test_a_file_that_is_none_of_ours(
    database: str, file: Path, content: bytes, error: str
) -> None:
    write(file, content)
    with pytest.raises(ImportFileError, match=error):
        await import_customers(database, file)


async def test_progress_goes_from_nothing_to_everything(database: str, file: Path) -> None:
    told: list[tuple[int, int]] = []
    rows = "".join(f"1380013{n:04d},Name {n}\n" for n in range(5000))
    write(file, content := f"number,name\n{rows}".encode())
    await import_customers(database, file, progress=lambda done, total: told.append((done, total)))
    size = len(content)
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 2
