"""The history of figures over HTTP, and as files."""

import csv
import re
import zipfile
from collections.abc import AsyncIterator
from io import BytesIO, StringIO

import pytest

from ccserver.core.intervals import DEFINITIONS
from ccserver.db.people import Role, ensure_person
from tests.db.parts import journaled
from tests.db.random_past import BEGAN, BERLIN, DAY, random_past
from tests.web.house import Answer, House, running
from tests.web.talked import execute

pytestmark = pytest.mark.db

SINCE, UNTIL = round(BEGAN * 1000), round((BEGAN + 4 * DAY) * 1000)
SPAN = f"from={SINCE}&to={UNTIL}"


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    await journaled(database, random_past(seed=3, contacts=200).past())
    made = House(dsn=database)
    async with made.sessions.begin() as session:
        await ensure_person(
            session, "anna", name="=Anna", role=Role.AGENT, password_hash="", phone=None
        )
    await execute(
        database,
        """INSERT INTO setting (kind, name, body, updated_by) VALUES
          ('queues', 'sales', '{"title": "销售部"}', 'x')""",
    )
    async with running(made):
        made.time = BEGAN + 60 * DAY
        yield made


async def asked(house: House, query: str, login: str = "sue", status: int = 200) -> Answer:
    async with house.http(login) as http:
        answer = await http.get(f"/api/figures?{query}")
    assert answer.status_code == status, answer.text
    found: Answer = answer.json()
    return found


async def test_each_row_has_every_figure_and_each_figure_its_definition(house: House) -> None:
    page = await asked(house, f"{SPAN}&step=60&fcr=true")
    ids = [one["id"] for one in page["definitions"]]
    assert ids == [one.id for one in DEFINITIONS]
    for row in (*page["rows"], *page["totals"], page["all"]):
        assert row.keys() == {"name", "title", "from_at", "to_at", *ids}
        parts = ("answered", "abandoned", "short_abandoned", "flowed_out")
        assert row["offered"] == sum(row[part] for part in parts)
    assert page["zone"] == "UTC", "the site's"
    assert len(page["begins"]) == 4 * 24
    assert {row["name"]: row["title"] for row in page["totals"]}["sales"] == "销售部"
    assert page["all"]["fcr_7"] is not None
    assert page["all"]["occupancy"] is None, "of queues nobody's time is known"
    assert sum(row["offered"] for row in page["rows"]) == page["all"]["offered"]
    async with house.http("anna") as http:
        assert (await http.get("/api/figures/definitions")).json() == page["definitions"]


async def test_days_are_those_of_the_zone(house: House) -> None:
    there = await asked(house, f"{SPAN}&zone=Asia/Shanghai")
    lengths = [b - a for a, b in zip(there["begins"], there["begins"][1:], strict=False)]
    assert lengths == [16 * 3_600_000, 86_400_000, 86_400_000, 86_400_000]
    here = await asked(house, f"{SPAN}&zone={BERLIN}")
    assert 25 * 3_600_000 in [
        b - a for a, b in zip(here["begins"], here["begins"][1:], strict=False)
    ]
    assert here["all"] == there["all"]


async def test_an_agent_sees_the_own_figures_and_no_others(house: House) -> None:
    page = await asked(house, f"{SPAN}&by=agent&step=60", "anna")
    assert {row["name"] for row in (*page["rows"], *page["totals"])} == {"anna"}
    assert page["all"]["occupancy"] is not None
    assert page["totals"][0]["title"] == "=Anna"
    everyone = await asked(house, f"{SPAN}&by=agent")
    assert {row["name"] for row in everyone["totals"]} == {"anna", "bob", "eve"}
    assert next(row for row in everyone["totals"] if row["name"] == "anna") == page["totals"][0]
    for query in ("by=agent&name=bob", "by=queue", "by=team", "by=agent&name=anna&name=bob"):
        assert (await asked(house, f"{SPAN}&{query}", "anna", 403))["what_to_do"]


async def test_who_is_asked_for_by_name_is_told_of_even_without_a_call(house: House) -> None:
    page = await asked(house, f"{SPAN}&name=sales&name=nowhere")
    assert [(row["name"], row["offered"] > 0) for row in page["totals"]] == [
        ("nowhere", False),
        ("sales", True),
    ]
    assert page["totals"][0]["service_level"] is None
    assert page["all"]["offered"] == page["totals"][1]["offered"]


@pytest.mark.parametrize(
    "query",
    [
        f"from={UNTIL}&to={SINCE}",
        f"from={SINCE}&to={SINCE}",
        f"{SPAN}&step=7",
        f"{SPAN}&by=campaign",
        f"{SPAN}&zone=Mars/Olympus",
        f"{SPAN}&nonsense=1",
        f"from={SINCE}&to={SINCE + 400 * 86_400_000}&step=5",
        f"from={SINCE}",
        f"{SPAN}&name=%00",
    ],
)
async def test_what_cannot_be_told_is_refused_with_what_to_do(house: House, query: str) -> None:
    assert (await asked(house, query, status=422))["what_to_do"]


async def test_a_text_has_the_same_rows_and_runs_nothing(house: House) -> None:
    page = await asked(house, f"{SPAN}&by=agent&zone={BERLIN}")
    async with house.http("sue") as http:
        answer = await http.get(f"/api/figures.csv?{SPAN}&by=agent&zone={BERLIN}")
    assert answer.headers["content-disposition"] == 'attachment; filename="figures.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    split = rows.index([])
    table = [dict(zip(rows[0], row, strict=True)) for row in rows[1:split]]
    assert len(table) == len(page["rows"]) + len(page["totals"]) + 1
    assert [row["offered"] for row in table[: len(page["rows"])]] == [
        str(row["offered"]) for row in page["rows"]
    ]
    assert table[-1]["name"] == "(all)"
    assert table[0]["from"] == "2026-10-24 02:00:00+02:00"
    assert {row["title"] for row in table if row["name"] == "anna"} == {"'=Anna"}
    meanings = {row[0]: row for row in rows[split + 2 :]}
    assert meanings.keys() == {one.id for one in DEFINITIONS}
    assert meanings["service_level"][3] == "sl_excl_short"


async def test_a_workbook_has_numbers_and_a_sheet_of_definitions(house: House) -> None:
    async with house.http("sue") as http:
        answer = await http.get(f"/api/figures.xlsx?{SPAN}&by=agent")
    assert answer.status_code == 200
    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
        first = book.read("xl/worksheets/sheet1.xml").decode()
        second = book.read("xl/worksheets/sheet2.xml").decode()
    for one in DEFINITIONS:
        assert f">{one.id}<" in strings
    assert "=Anna" in strings
    assert "<f>" not in first, "no formula"
    page = await asked(house, f"{SPAN}&by=agent")
    cell = re.search(r'<c r="E2"[^>]*><v>(\d+)</v>', first)
    assert cell is not None
    assert int(cell[1]) == page["rows"][0]["offered"]
    assert second.count("<row") == len(DEFINITIONS) + 1
