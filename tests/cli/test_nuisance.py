"""`ccserver nuisance`, as an operator types it."""

import getpass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console

pytestmark = pytest.mark.db


@pytest.fixture
def _site(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setattr(console, "_width", 200)


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, ["nuisance", *words])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.usefixtures("_site")
def test_a_number_is_listed_as_contacts_show_it() -> None:
    assert "+8613800138000 is on the list." in run("add", "138 0013 8000", "--reason", "[shouts]")
    run("add", "anonymous")
    first, second, *_ = run("list").splitlines()[1:]
    assert first.split()[0] == "anonymous"
    assert second.split()[0] == "+8613800138000"
    assert second.split()[-1] == "[shouts]"
    assert f"{getpass.getuser()} (command line)" in second
    assert "is off the list" in run("remove", "+8613800138000")
    assert "is not on the list" in run("remove", "+8613800138000", code=1)
