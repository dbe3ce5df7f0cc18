"""`ccserver compliance`, as an operator types it."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from ccserver.db.engine import engine_for, sessions_of
from tests.db.dialed import Dialed, dial, dropped, served

pytestmark = pytest.mark.db

SPAN = ("--campaign", "reminder", "--from", "2026-11-23", "--to", "2026-11-24")


def do(database: str, what: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    async def done() -> None:
        engine = engine_for(database, connections=0)
        async with sessions_of(engine).begin() as session:
            await what(session)
        await engine.dispose()

    asyncio.run(done())


@pytest.fixture
def site(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setattr(console, "_width", 240)
    do(database, lambda session: dial(session, served(0), dropped(1), Dialed(minute=2)))
    return database


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, ["compliance", *words])
    assert result.exit_code == code, result.output
    return result.output


def break_chain(database: str) -> None:
    async def tamper(session: AsyncSession) -> None:
        await session.execute(text("ALTER TABLE evidence DISABLE TRIGGER evidence_stays"))
        await session.execute(text("UPDATE evidence SET body = body || ' ' WHERE seq = 4"))

    do(database, tamper)


def test_the_report_tells_what_was_done_and_that_it_is_proven(site: str, tmp_path: Path) -> None:
    pdf, table = tmp_path / "r.pdf", tmp_path / "r.csv"
    said = run("report", *SPAN, "--pdf", str(pdf), "--csv", str(table), "--language", "zh")
    assert "reminder: the evidence holds, 7 entries" in said
    assert "50.00 %" in said
    assert "FTC, 16 CFR 310.4(b)(4), from 11-23 09:00" in said
    assert "too few answers for windows of 1800 s" in said
    assert pdf.read_bytes().startswith(b"%PDF-")
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["result"] for row in rows] == ["human", "abandoned", "no_answer"]
    assert rows[0]["number"] == "+8613800000000"
    assert rows[0]["placed_at"] == "2026-11-23 09:00:00.000+08:00"
    assert rows[0]["answer_to_agent_ms"] == "100"
    assert rows[0]["checks"] == "window=passed (09:00-20:00 Asia/Shanghai)"
    assert rows[0]["pacing"] == "budget 0.021"
    assert (rows[0]["evidence_seq"], len(rows[0]["evidence_sha256"])) == ("2", 64)


def test_a_broken_chain_is_told_with_its_place_and_by_the_exit_code(site: str) -> None:
    break_chain(site)
    said = run("report", *SPAN, code=1)
    assert "DOES NOT HOLD" in said
    assert "entry 4: changed" in said
    assert "entry 4: changed" in run("verify", code=1)


def test_a_hash_that_was_noted_must_still_be_there(site: str) -> None:
    said = run("verify", "--campaign", "reminder")
    noted = said.split("to be noted: ")[1].strip()
    run("verify", "--campaign", "reminder", "--noted", noted)
    gone = run("verify", "--campaign", "reminder", "--noted", f"9:{'0' * 64}", code=1)
    assert "entry 8: missing, entries 8 to 9 are gone" in gone
    run("verify", "--noted", noted, code=2)
    run("verify", "--campaign", "reminder", "--noted", "nonsense", code=2)


def test_what_cannot_be_reported_is_said(site: str) -> None:
    assert "there is no campaign" in run("report", "--campaign", "other", code=2)
    same = ("--campaign", "reminder", "--from", "2026-11-24", "--to", "2026-11-24")
    assert "must be before" in run("report", *same, code=2)


def test_attempts_without_evidence_are_told(site: str) -> None:
    async def more(session: AsyncSession) -> None:
        await session.execute(text("UPDATE attempt SET result = 'busy' WHERE result = 'no_answer'"))
        await session.execute(
            text("INSERT INTO attempt (id, campaign, call_list, lead, number, number_index, mode,"
                 " placed_at) SELECT gen_random_uuid(), campaign, call_list, lead, number, 0, mode,"
                 " placed_at FROM attempt LIMIT 1")
        )  # fmt: skip

    do(site, more)
    said = run("verify", code=1)
    assert "1 attempts have no evidence" in said
    assert "1 attempts differ" in said


def test_without_any_evidence_there_is_nothing_to_verify(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    assert "no campaign has evidence yet" in run("verify")
