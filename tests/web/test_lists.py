"""Lists of leads over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ccserver.core.campaigns import CampaignName, LeadId
from ccserver.core.dial_events import LeadSettled
from ccserver.db.lead_import import bring
from tests.db.campaigns import configured
from tests.web.house import House, running
from tests.web.talked import execute

pytestmark = pytest.mark.db

FILE = "电话,姓名,地区\n13800138000,王芳,吉林\n123,=1+1,\n13900139000,李,北京\n"
LISTS = "/api/campaigns/reminder/lists"


def is_problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["what_to_do"]
    return str(problem["detail"])


@asynccontextmanager
async def supervised(database: str, folder: Path) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    await configured(database)
    async with running(House(dsn=database, folder=folder)) as house, house.http("sue") as sue:
        yield house, sue


async def brought(house: House, database: str) -> None:
    """Do what the house was asked for last, here."""
    key, file = house.imports[-1]
    await bring(database, key, file, zone="UTC")


async def made(sue: httpx.AsyncClient, **form: Any) -> Any:
    answer = await sue.post(LISTS, json={"title": "May", **form})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_file_comes_in_and_is_watched(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (house, sue):
        fresh = await made(sue, priority=3)
        assert (fresh["state"], fresh["region"], fresh["created_by"]) == ("ready", "CN", "sue")
        url = f"/api/lists/{fresh['id']}"
        sent = await sue.post(
            f"{url}/import", params={"name": "may.csv"}, content=FILE.encode("gb18030")
        )
        assert sent.status_code == 202
        assert (sent.json()["state"], sent.json()["source"]["file"]) == ("importing", "may.csv")
        assert "has leads" in is_problem(await sue.post(f"{url}/import", content=b"x"), 409)
        await brought(house, database)
        done = (await sue.get(url)).json()
        assert (done["state"], done["leads"]) == ("ready", {"new": 2})
        assert (done["rows_read"], done["rows_good"], done["rows_bad"]) == (3, 2, 1)
        (listed,) = (await sue.get(LISTS)).json()
        assert listed == {**done, "leads": None}
        faults = (await sue.get(f"{url}/faults", params={"limit": 1})).json()
        assert faults["faults"] == [
            {"row": 2, "fault": "invalid", "detail": "not a number of its region: 123"}
        ]
        assert faults["next"] == 2
        last = (await sue.get(f"{url}/faults", params={"after": 2})).json()
        assert last == {"faults": [], "next": None}


async def test_faults_are_downloaded_as_a_file_that_runs_nothing(
    database: str, tmp_path: Path
) -> None:
    async with supervised(database, tmp_path) as (_, sue):
        key = (await made(sue))["id"]
        await execute(
            database,
            "INSERT INTO list_fault SELECT $1, n, 'format', CASE n WHEN 7 THEN '=1+1' ELSE 'x' END"
            " FROM generate_series(1, 6000) n",
            key,
        )
        answer = await sue.get(f"/api/lists/{key}/faults.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert f"list-{key}-faults.csv" in answer.headers["content-disposition"]
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 6001
        assert (lines[0], lines[7], lines[8]) == (
            "row,fault,detail", "7,format,'=1+1", "8,format,x"
        )  # fmt: skip


async def test_a_filter_is_counted_and_fills_a_list(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (house, sue):
        await execute(
            database,
            "WITH made AS (INSERT INTO customer (name, tier)"
            " SELECT 'C', CASE WHEN n > 6 THEN 'gold' ELSE 'standard' END"
            " FROM generate_series(1, 10) n RETURNING id) INSERT INTO customer_number"
            " (number, customer_id) SELECT '+86138' || (10000000 + id), id FROM made",
        )
        gold = {"tiers": ["gold"], "most": 3}
        counted = await sue.post("/api/lists/count", json=gold)
        assert counted.json() == {"found": 4, "drawn": 3}
        url = f"/api/lists/{(await made(sue))['id']}"
        sent = await sue.post(f"{url}/fill", json={"filter": gold, "duplicates": "campaign"})
        assert sent.status_code == 202, sent.text
        assert sent.json()["source"] == {"filter": gold, "duplicates": "campaign"}
        await brought(house, database)
        assert (await sue.get(url)).json()["leads"] == {"new": 3}
        odd = await sue.post(f"{url}/fill", json={"filter": {"kinds": ["repair"]}})
        assert "tickets" in is_problem(odd, 422)


async def refused(house: House, path: str, size: int) -> int:
    """The status for a file that says it is so big, in bytes, before any of it is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: desk\r\nContent-Length: {size}\r\n"
        f"Authorization: Bearer {house.token('sue')}\r\n\r\n"
    )
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


async def test_a_file_that_is_none_leaves_nothing(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (house, sue):
        key = (await made(sue))["id"]
        assert "empty" in is_problem(await sue.post(f"/api/lists/{key}/import"), 422)
        is_problem(await sue.post("/api/lists/99/import", content=b"x"), 404)
        assert await refused(house, f"/api/lists/{key}/import", 300 * 1024**2) == 413
        assert (await sue.get(f"/api/lists/{key}")).json()["state"] == "ready"
        assert house.imports == []
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 -- all is over


async def test_lists_are_changed(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (_, sue):
        url = f"/api/lists/{(await made(sue))['id']}"
        changed = await sue.patch(url, json={"active": False, "share": 0.5, "title": "June"})
        row = changed.json()
        assert (row["active"], row["share"], row["title"], row["priority"]) == (
            False, 0.5, "June", 0
        )  # fmt: skip
        is_problem(await sue.patch("/api/lists/99", json={}), 404)
        other = await sue.post("/api/campaigns/other/lists", json={"title": "x"})
        assert "no such campaign" in is_problem(other, 404)


async def test_leads_are_shown_and_changed(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (house, sue):
        key = (await made(sue))["id"]
        await sue.post(f"/api/lists/{key}/import", content=FILE.encode())
        await brought(house, database)
        url = f"/api/lists/{key}/leads"
        page = (await sue.get(url, params={"limit": 1})).json()
        (wang,) = page["leads"]
        assert (wang["numbers"], wang["name"]) == (["+8613800138000"], "王芳")
        assert (wang["data"], wang["zone"]) == ({"地区": "吉林"}, "Asia/Shanghai")
        rest = (await sue.get(url, params={"after": page["next"]})).json()
        assert [lead["name"] for lead in rest["leads"]] == ["李"]
        assert rest["next"] is None
        li = rest["leads"][0]["id"]
        found = (await sue.get(url, params={"number": "139 0013 9000", "state": "new"})).json()
        assert [lead["id"] for lead in found["leads"]] == [li]
        assert (await sue.get(url, params={"customer": "7"})).json()["leads"] == []
        is_problem(await sue.get(url, params={"number": "x"}), 422)
        put_off = {"agent": "anna", "not_before": 1_800_000_000_123}
        later = (await sue.put(f"/api/leads/{li}", json=put_off)).json()
        assert (later["agent"], later["not_before"]) == ("anna", 1_800_000_000_123)
        done = (await sue.put(f"/api/leads/{li}", json={"state": "completed"})).json()
        assert done["state"] == "completed"
        settled = LeadSettled(lead=LeadId(li), campaign=CampaignName("reminder"))
        assert house.posted == [settled]
        anew = (await sue.put(f"/api/leads/{li}", json={"state": "new"})).json()
        assert (anew["state"], anew["agent"], anew["not_before"]) == ("new", None, 0)
        is_problem(await sue.put("/api/leads/999", json={"state": "new"}), 404)


async def test_lists_are_for_supervisors(database: str, tmp_path: Path) -> None:
    async with supervised(database, tmp_path) as (house, _), house.http("anna") as anna:
        for answer in (
            await anna.get(LISTS),
            await anna.post(LISTS, json={"title": "x"}),
            await anna.post("/api/lists/1/import", content=b"x"),
            await anna.get("/api/lists/1/leads"),
            await anna.get("/api/lists/1/faults.csv"),
            await anna.put("/api/leads/1", json={"state": "new"}),
        ):
            is_problem(answer, 403)
