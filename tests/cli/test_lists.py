"""`ccserver lists` and `ccserver do-not-call`, as an operator types them."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from tests.db.campaigns import configured

pytestmark = pytest.mark.db


@pytest.fixture
def _site(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setattr(console, "_width", 200)


@pytest.fixture
def _campaign(_site: None, database: str) -> None:
    with asyncio.Runner() as runner:
        runner.run(configured(database))


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, [*words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.usefixtures("_campaign")
def test_a_list_is_imported_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_text("phone,name\n13800138000,Wang\n13800138000,Wang\n123,\n")
    shown = run("lists", "import", "reminder", str(file))
    assert "1, may.csv, of reminder" in shown
    assert "3 read, 1 good, 2 bad" in shown
    assert "1 new" in run("lists", "show", "1")
    assert run("lists", "faults", "1").splitlines() == [
        "row,fault,detail",
        "2,duplicate,+8613800138000 stands in a row above already",
        "3,invalid,not a number of its region: 123",
    ]
    again = run("lists", "import", "reminder", str(file), "--unique-in-campaign", code=0)
    assert "3 read, 0 good, 3 bad" in again


@pytest.mark.usefixtures("_campaign")
def test_what_cannot_be_says_why(tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_text("name\nWang\n")
    assert "no column number" in run("lists", "import", "reminder", str(file), code=1)
    assert "no such campaign" in run("lists", "import", "other", str(file), code=2)
    assert "no such list" in run("lists", "show", "9", code=2)
    assert "no such list" in run("lists", "faults", "9", code=2)


@pytest.mark.usefixtures("_site")
def test_numbers_are_barred_and_let_go(tmp_path: Path) -> None:
    barred = run("do-not-call", "add", "138 0013 8000", "--reason", "[asked]")
    assert "+8613800138000 is barred; 0 open leads" in barred
    run("do-not-call", "add", "+8610", "--prefix", "--campaign", "reminder")
    shown = run("do-not-call", "check", "13800138000", code=1)
    assert "[asked]" in shown
    assert "is not barred" in run("do-not-call", "check", "010-88886666")
    assert "+8610…" in run("do-not-call", "check", "010-88886666", "--campaign", "reminder", code=1)
    run("do-not-call", "remove", "138 0013 8000", code=2)
    assert "say why" in run("do-not-call", "remove", "13800138000", "--reason", " ", code=2)
    gone = run("do-not-call", "remove", "13800138000", "--reason", "a mistake")
    assert "may be called again" in gone
    run("do-not-call", "remove", "13800138000", "--reason", "a mistake", code=1)
    assert "no telephone number" in run("do-not-call", "add", "x", code=2)
    assert "a beginning is" in run("do-not-call", "add", "10", "--prefix", code=2)
    file = tmp_path / "barred.csv"
    file.write_text("phone\n13800138000\n13900139000\nx\n")
    told = run("do-not-call", "import", str(file))
    assert "2 added, 0 known already, 1 rows bad" in told
    assert "row 3: not a number" in told
    file.write_text("name\n")
    assert "no column number" in run("do-not-call", "import", str(file), code=1)
