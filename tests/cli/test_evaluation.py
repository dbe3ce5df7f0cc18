"""`ccserver evaluation`, as an operator types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from tests.config.samples import FOLDER

pytestmark = pytest.mark.db

SAMPLE = FOLDER / "talk_quality.toml"


@pytest.fixture
def _site(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setattr(console, "_width", 200)


def run(*words: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(main.app, ["evaluation", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.usefixtures("_site")
def test_a_form_is_published_listed_and_retired(tmp_path: Path) -> None:
    assert "talk_quality: version 1 is in use." in run("publish", SAMPLE)
    assert "version 1" in run("publish", SAMPLE), "nothing has changed"
    changed = tmp_path / "changed.toml"
    changed.write_text(SAMPLE.read_text().replace("weight = 2", "weight = 3"))
    assert "version 2" in run("publish", changed)
    (listed,) = run("list").splitlines()[1:]
    assert listed.split()[:2] == ["talk_quality", "2"]
    assert "Quality of a talk" in listed
    assert "is retired" in run("retire", "talk_quality")
    assert len(run("list").splitlines()) == 1
    assert [line.split()[-1] for line in run("list", "--every").splitlines()[1:]] == ["retired"] * 2
    assert "no form in use" in run("retire", "talk_quality", code=2)


@pytest.mark.usefixtures("_site")
def test_a_form_with_faults_is_not_published(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(SAMPLE.read_text().replace('kind = "note"', 'kind = "song"'))
    assert "sections.3.questions.1.kind" in run("publish", broken, code=2)
    broken.write_bytes(b"\xff")
    assert "not UTF-8" in run("publish", broken, code=2)
    assert len(run("list").splitlines()) == 1
