"""Campaigns over HTTP."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.file import read
from ccserver.core.evidence import FIRST, chained
from ccserver.db import config
from ccserver.db.campaign_tables import CampaignReportRow
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from tests.db.dialed import BEGUN, CONFIG, REMINDER, Dialed, dial, dropped, served
from tests.web.house import House, running
from tests.web.test_evaluations import is_problem

pytestmark = pytest.mark.db

FROM_MS = int(BEGUN.timestamp() * 1000)
SPAN = {"from": FROM_MS, "to": FROM_MS + 86_400_000}
URL = f"/api/campaigns/{REMINDER}"


async def configured(session: AsyncSession) -> None:
    author = Author(who="ada", reason="")
    await config.alter(session, lambda _: read(CONFIG), author=author, used={})


async def called(database: str) -> list[str]:
    """A campaign that has called; the ids of its attempts, the oldest first."""
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        await configured(session)
        ids = await dial(
            session, served(0, disposition="sold"), dropped(1), Dialed(minute=2, result="busy")
        )
        session.add(
            CampaignReportRow(
                campaign=REMINDER, from_at=BEGUN, until_at=BEGUN + timedelta(hours=8),
                body={"answered": 2},
            )
        )  # fmt: skip
    await engine.dispose()
    return [str(one) for one in ids]


async def drafted(database: str) -> None:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        await configured(session)
    await engine.dispose()


async def test_supervisors_see_all_campaigns_and_agents_none(database: str) -> None:
    await called(database)
    async with running(House(dsn=database)) as house:
        async with house.http("sue") as sue:
            (one,) = (await sue.get("/api/campaigns")).json()
            assert (await sue.get(URL)).json() == one
            is_problem(await sue.get("/api/campaigns/other"), 404)
        assert (one["name"], one["state"], one["config"]["title"]) == (
            REMINDER, "running", "保养提醒",
        )  # fmt: skip
        assert (one["title"], one["mode"], one["queue"], one["cap"]) == (
            "保养提醒", "predictive", "sales", 0.03,
        )  # fmt: skip
        assert one["ways"] == ["paused", "stopped"]
        assert one["started_at"] == FROM_MS
        assert one["leads"] == {"completed": 1, "new": 1, "retry": 2}
        assert [each["leads"] for each in one["lists"]] == [4, 0]
        async with house.http("anna") as anna:
            for path in ("", "/figures", "/attempts", "/evidence", "/reports", "/compliance.csv"):
                is_problem(await anna.get(URL + path), 403)
            is_problem(await anna.get("/api/campaigns"), 403)
            is_problem(await anna.post(f"{URL}/state", json={"state": "stopped"}), 403)


async def test_supervisors_start_and_stop_a_campaign(database: str) -> None:
    await drafted(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:

        async def send(state: str, reason: str = "") -> Any:
            return await sue.post(f"{URL}/state", json={"state": state, "reason": reason})

        is_problem(await send("paused"), 409)
        begun = (await send("running", "all are here")).json()
        assert (begun["state"], begun["reason"], begun["changed_by"]) == (
            "running", "all are here", "sue",
        )  # fmt: skip
        assert house.config_changes == 1
        assert (await send("running")).json() == begun
        assert "running and cannot become completed" in is_problem(await send("completed"), 409)
        assert (await send("paused", "lunch")).json()["ways"] == ["running", "stopped"]
        is_problem(await send("dancing"), 422)
        is_problem(await sue.post("/api/campaigns/other/state", json={"state": "running"}), 404)
        kinds = [one["kind"] for one in (await sue.get(f"{URL}/evidence")).json()]
        assert kinds == ["state", "state"]


async def test_a_campaign_that_left_the_configuration_is_shown_and_only_stopped(
    database: str,
) -> None:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine).begin() as session:
        await dial(session, served(0))
    await engine.dispose()
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        assert (await sue.get(URL)).json()["config"] is None
        is_problem(await sue.post(f"{URL}/state", json={"state": "paused"}), 409)
        stopped = await sue.post(f"{URL}/state", json={"state": "stopped"})
        assert stopped.json()["state"] == "stopped"


async def test_figures_come_with_their_definitions(database: str) -> None:
    await called(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        found = (await sue.get(f"{URL}/figures", params=SPAN)).json()
        is_problem(await sue.get(f"{URL}/figures", params={"from": 5, "to": 5}), 422)
        assert (await sue.get(f"{URL}/figures")).status_code == 200
    assert found["counts"]["by_result"] == {"abandoned": 1, "busy": 1, "human": 1}
    assert (found["counts"]["dials"], found["counts"]["sales"]) == (3, 1)
    assert [one["name"] for one in found["by_agent"]] == ["", "anna"]
    assert [one["id"] for one in found["abandonment"]["span"]] == [
        "compliance", "compliance_from_answer", "true",
    ]  # fmt: skip
    (ftc,) = found["abandonment"]["ftc"]
    assert (ftc["rate"], ftc["from_at"]) == (0.5, FROM_MS)
    assert "answered by a person" in ftc["formula"]
    assert found["abandonment"]["windows"][0] == {"window_ms": 1_800_000, "worst": None}
    assert found["detection"]["precision"] is None
    assert found["answer_to_agent_ms"]["p50"] == pytest.approx(100, abs=1)
    assert found["definitions"]["conversion"].startswith("talks whose disposition")


async def test_attempts_are_paged_and_found_by_what_they_are(database: str) -> None:
    ids = await called(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:

        async def found(**wanted: Any) -> Any:
            return (await sue.get(f"{URL}/attempts", params=wanted)).json()

        page = await found(limit=2)
        assert [one["attempt"] for one in page["attempts"]] == [ids[2], ids[1]]
        rest = await found(limit=2, after=page["next"])
        assert [one["attempt"] for one in rest["attempts"]] == [ids[0]]
        assert rest["next"] is None
        (dropped_one,) = (await found(result="abandoned", **SPAN))["attempts"]
        assert dropped_one["attempt"] == ids[1]
        assert dropped_one["checks"] == [
            {"name": "window", "passed": True, "detail": "09:00-20:00 Asia/Shanghai"}
        ]
        assert [one["agent"] for one in (await found(agent="anna"))["attempts"]] == ["anna"]
        by_number = await found(number="+8613800000002")
        assert [one["result"] for one in by_number["attempts"]] == ["busy"]


async def test_whoever_reads_the_evidence_can_verify_it_himself(database: str) -> None:
    await called(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        chain = (await sue.get(f"{URL}/evidence")).json()
        rest = (await sue.get(f"{URL}/evidence", params={"after": 5, "limit": 1})).json()
    before = FIRST
    for entry in chain:
        before = chained(before, entry["body"])
        assert entry["hash"] == before.hex()
    assert rest == [chain[5]]


async def test_the_morning_reports_are_read(database: str) -> None:
    await called(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        (one,) = (await sue.get(f"{URL}/reports")).json()
        assert (one["body"], one["from_at"]) == ({"answered": 2}, FROM_MS)
        older = await sue.get(f"{URL}/reports", params={"before": one["id"]})
        assert older.json() == []


async def test_the_compliance_report_is_a_pdf_and_a_csv(database: str) -> None:
    await called(database)
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        pdf = await sue.get(f"{URL}/compliance.pdf", params={**SPAN, "language": "en"})
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF-")
        table = await sue.get(f"{URL}/compliance.csv", params=SPAN)
        assert "reminder-compliance.csv" in table.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
        assert [row["result"] for row in rows] == ["human", "abandoned", "busy"]
        is_problem(await sue.get("/api/campaigns/other/compliance.pdf"), 404)
