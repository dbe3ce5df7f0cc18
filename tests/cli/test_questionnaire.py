"""`ccserver questionnaire`, as an operator types it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from ccserver.db.engine import engine_for, sessions_of
from tests.config.samples import FOLDER
from tests.db.asked import called, campaign, filled, talks, visit

SAMPLE = FOLDER / "cable_96296.toml"
FLOWS = Path(__file__).parents[2] / "ivr_flows"


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, list(map(str, words)))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "_width", 200)


@pytest.mark.parametrize("name", ["visit", "service"])
def test_the_flows_of_the_house_are_those_of_its_sample(name: str, tmp_path: Path) -> None:
    """Made by `ccserver questionnaire flow NAME --out ivr_flows --config …/cable_96296.toml`."""
    for other in ("prompts", "questionnaires"):
        (tmp_path / f"{other}.toml").write_bytes((FLOWS / f"{other}.toml").read_bytes())
    run("questionnaire", "flow", name, "--out", tmp_path, "--config", SAMPLE)
    for file in (f"q_{name}.toml", "questionnaires.toml"):
        assert (tmp_path / file).read_text() == (FLOWS / file).read_text(), "make it again"
    assert f"q_{name}: good" in run("flow", "check", tmp_path)
    assert "all pass" in run("flow", "test", tmp_path)


def test_a_first_flow_comes_with_its_prompts(tmp_path: Path) -> None:
    out = tmp_path / "new"
    run("questionnaire", "flow", "service", "--out", out, "--config", SAMPLE)
    assert {one.name for one in out.iterdir()} == {"q_service.toml", "questionnaires.toml"}


def test_questions_are_shown_with_where_they_lead() -> None:
    shown = run("questionnaire", "show", "visit", "--config", SAMPLE)
    assert "on_time, late, no" in shown
    assert "below 3: wrong" in shown
    assert "words (may be skipped)" in shown
    assert "0 to 10" in shown


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    other = run("questionnaire", "show", "other", "--config", SAMPLE, code=2)
    assert "there is no questionnaire 'other'" in other
    assert "No such file" in run("questionnaire", "show", "x", "--config", tmp_path / "no", code=2)
    file = tmp_path / "odd.toml"
    file.write_text(
        '[[questionnaires.odd.questions]]\nname = "q"\nkind = "text"\ntext = { fr = "Q" }\n'
    )
    odd = run("questionnaire", "flow", "odd", "--out", tmp_path, "--config", file, code=2)
    assert "it is not in zh and en" in odd


@pytest.mark.db
def test_results_by_region(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)

    async def answered() -> None:
        contacts = await talks(database, 40)
        engine = engine_for(database, connections=0)
        async with sessions_of(engine).begin() as session:
            await visit(session)
            await campaign(session)
            for number, contact in enumerate(contacts):
                region, content = (("east", 5), ("west", 1))[number % 2]
                await called(session, contact, region=region)
                await filled(session, contact, {"solved": "yes", "content": content})
        await engine.dispose()

    asyncio.run(answered())
    told = run("questionnaire", "results", "visit", "--by", "region", "--from", "2026-01-01")
    assert "all: asked 40, began 40, completed 40; response rate 1.00" in told
    assert "content: 40 answers, mean 3.00" in told
    assert "east: asked 20" in told
    assert "content: csat 1.00" in told
    assert "no questionnaire is called" in run("questionnaire", "results", "other", code=2)
    kept = run("questionnaire", "show", "visit")
    assert "solved" in kept
