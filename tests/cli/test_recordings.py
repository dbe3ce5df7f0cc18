"""`ccserver recordings`, as an operator types it."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from tests.archive.stage import CALLER, KEYS, Stage, staged
from tests.db.calls import contact_id

pytestmark = pytest.mark.db


@pytest.fixture
def site(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "CommandLine":
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_RECORDINGS", str(tmp_path / "recording"))
    monkeypatch.setenv("CC_ARCHIVE__KEYS", json.dumps(KEYS))
    monkeypatch.setenv("CC_ARCHIVE__KEY", "new")
    monkeypatch.setattr(console, "_width", 240)
    made = CommandLine(database, tmp_path)
    made.do(_two_talks)
    return made


class CommandLine:
    """Two kept recordings, and a terminal."""

    def __init__(self, database: str, home: Path) -> None:
        self._database, self._home = database, home

    def do(self, what: Callable[[Stage], Awaitable[Any]]) -> Any:
        async def done() -> Any:
            async with staged(self._database, self._home) as stage:
                return await what(stage)

        return asyncio.run(done())

    def files(self) -> list[Path]:
        return sorted((self._home / "archive").rglob("*.ccrf"))

    def run(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main.app, ["recordings", *words])
        assert result.exit_code == code, result.output
        return result.output


async def _two_talks(stage: Stage) -> None:
    for n in (1, 2):
        await stage.contact(n)
        await stage.talk(n)
    await stage.keep_all()


def test_what_nobody_touched_is_proved(site: CommandLine) -> None:
    assert "2 files" in site.run("verify")
    report = json.loads(site.run("verify", "--json"))
    assert (report["files"], report["days"], report["findings"]) == (2, 1, [])
    assert "0 files" in site.run("verify", "--from", "2030-01-01")
    status = json.loads(site.run("status", "--json"))
    assert (status["gaps"], status["waiting"], status["encrypted"]) == (0, 0, True)
    assert "waiting" in site.run("status")


def test_what_was_touched_is_said_and_the_command_fails(site: CommandLine) -> None:
    changed, lost = site.files()
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    lost.unlink()
    said = site.run("verify", code=1)
    assert "changed" in said
    assert "missing" in said
    assert changed.name in said
    report = json.loads(site.run("verify", "--json", code=1))
    assert {one["fault"] for one in report["findings"]} == {"changed", "missing"}


def test_what_is_held_is_not_erased_until_it_is_released(site: CommandLine) -> None:
    site.run("hold", "--contact", contact_id(1), "--reason", "case 7")
    assert "case 7" in site.run("holds", "--contact", contact_id(1))
    said = site.run("erase", "--number", CALLER, "--reason", "by letter", "--yes", code=1)
    assert contact_id(1) in said
    assert "Recordings: 1" in said
    assert len(site.files()) == 1
    site.run("release", "--contact", contact_id(1), "--reason", "settled")
    assert "settled" in site.run("holds", "--contact", contact_id(1))
    site.run("erase", "--number", CALLER, "--reason", "by letter", "--yes")
    assert site.files() == []
    assert "0 findings" in site.run("verify")


def test_nothing_is_erased_by_mistake(site: CommandLine) -> None:
    site.run("erase", "--number", CALLER, "--reason", "x", code=1)  # nobody said yes
    site.run("erase", "--reason", "x", "--yes", code=2)
    site.run("erase", "--number", CALLER, "--customer", "1", "--reason", "x", "--yes", code=2)
    site.run("erase", "--number", "12", "--reason", "x", "--yes", code=2)
    site.run("hold", "--reason", "x", code=2)
    site.run("release", "--contact", contact_id(1), "--reason", "x", code=2)
    assert len(site.files()) == 2


def test_keys_are_changed(site: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = site.run("new-key").strip()
    assert len(base64.b64decode(fresh)) == 32
    monkeypatch.setenv("CC_ARCHIVE__KEYS", json.dumps({**KEYS, "fresh": fresh}))
    monkeypatch.setenv("CC_ARCHIVE__KEY", "fresh")
    assert "2" in site.run("rewrap")
    monkeypatch.setenv("CC_ARCHIVE__KEYS", json.dumps({"fresh": fresh}))
    assert "0 findings" in site.run("verify")
    monkeypatch.setenv("CC_ARCHIVE__KEY", "lost")
    assert "lost" in site.run("verify", code=2)
    monkeypatch.setenv("CC_ARCHIVE__KEY", "")
    assert "no key" in site.run("rewrap", code=2)
