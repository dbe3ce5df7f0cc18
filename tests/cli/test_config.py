"""`ccserver config` and the skills of `ccserver people`, as an operator types them."""

import asyncio
import getpass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console
from ccserver.config.file import read
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from tests.config.samples import FOLDER, SAMPLES, SMALL, small

OPERATOR = '[queues.operator]\ntitle = "Operator"\n'


class Terminal:
    """The command line on a database of the test's own."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.folder = folder

    def run(self, *words: str, answer: str | None = None, code: int = 0) -> str:
        result = CliRunner().invoke(main.app, words, input=answer)
        assert result.exit_code == code, result.output
        return result.output

    def file(self, text: str) -> str:
        path = self.folder / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    async def audit(self) -> tuple[config.Audited, ...]:
        engine = engine_for(self.dsn, connections=0)
        async with sessions_of(engine)() as session:
            rows = await config.audit(session)
        await engine.dispose()
        return rows

    async def change_behind_the_back(self) -> None:
        engine = engine_for(self.dsn, connections=0)
        async with sessions_of(engine).begin() as session:
            await config.alter(
                session,
                lambda old: old.model_copy(update={"teams": {"day": "Day"}}),
                author=Author(who="eve", reason="meanwhile"),
                used={},
            )
        await engine.dispose()


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setattr(console, "_width", 200)
    return Terminal("", tmp_path)


@pytest.fixture
def terminal(database: str, offline: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("CC_DSN", database)
    made = Terminal(database, offline.folder)
    made.run("people", "add", "anna", "--name", "Anna", "--phone", "1001")
    return made


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_pass_without_a_database(offline: Terminal, name: str) -> None:
    output = offline.run("config", "check", str(FOLDER / f"{name}.toml"))
    assert "good" in output
    assert "warning" not in output


def test_every_mistake_is_told_with_the_file(offline: Terminal) -> None:
    output = offline.run("config", "check", offline.file("[queues.a]\nx = 1\ny = 1"), code=1)
    assert output.splitlines()[1].startswith(f"{offline.folder}/mine.toml: line 3: `queues.a.y`")
    output = offline.run("config", "check", offline.file("[queues.a]\nhours = 'x'"), code=1)
    assert "there is no calendar `x`" in output
    (offline.folder / "latin").write_bytes(b"# \xff")
    assert "not UTF-8" in offline.run("config", "check", str(offline.folder / "latin"), code=1)


def test_a_notice_must_be_a_prompt_of_the_flows(
    offline: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = "[[recording.rules]]\ntaping = 'always'\nnotice = 'hush'"
    file = offline.file(f"{SMALL}{rule}")
    told = "there is no prompt `hush`; write its text into prompts.toml"
    assert told in offline.run("config", "check", file, code=1)
    monkeypatch.setenv("CC_FLOWS", str(offline.folder / "nowhere"))
    assert "good" in offline.run("config", "check", file), "without prompts nobody can tell"


def test_a_queue_that_no_agent_can_serve_is_a_warning(offline: Terminal) -> None:
    file = offline.file(f"{SMALL}[queues.x]\nrequired = {{ engine = 5 }}")
    assert "warning: `queues.x`: no agent can serve it" in offline.run("config", "check", file)


@pytest.mark.db
def test_the_difference_is_shown_and_nothing_changed_until_one_agrees(terminal: Terminal) -> None:
    file = terminal.file(SMALL + OPERATOR)
    output = terminal.run("config", "apply", file, "--dry-run")
    assert '+ skills.engine: "Engines"' in output
    assert "~ queues.service" in output
    assert "    + required.engine: 2" in output
    assert '    ~ title: "" → "Operator"' in output
    assert '    ~ on_full.way: "announcement" → "queue"' in output
    assert '    ~ on_full.queue: - → "service"' in output
    assert "2 to add, 4 to change, 0 to remove" in output
    assert terminal.run("config", "apply", file, answer="n\n", code=1).count("Abort") == 1
    assert "engine" not in terminal.run("config", "export")
    assert "Changed." in terminal.run("config", "apply", file, answer="y\n")
    assert "Nothing would change." in terminal.run("config", "apply", file)
    newest = asyncio.run(terminal.audit())[0]
    assert newest.who == f"{getpass.getuser()} (command line)"
    assert newest.reason == "config apply mine.toml"


@pytest.mark.db
def test_an_export_changes_nothing_when_it_is_applied(terminal: Terminal) -> None:
    terminal.run("config", "apply", terminal.file(SMALL + OPERATOR), "--yes")
    path = str(terminal.folder / "export.toml")
    terminal.run("config", "export", path)
    text = Path(path).read_text(encoding="utf-8")
    assert read(text) == small(OPERATOR)
    assert "Nothing would change." in terminal.run("config", "apply", path)
    assert terminal.run("config", "export") == text


@pytest.mark.db
def test_what_a_flow_needs_is_not_taken_away(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = terminal.run("config", "apply", terminal.file(SMALL), "--yes", code=1)
    assert "the flow `hotline` leads to it" in output
    nobody = terminal.file(f"{SMALL}{OPERATOR}[agents.zoe]")
    assert "no agent is called that" in terminal.run("config", "apply", nobody, code=1)
    monkeypatch.setenv("CC_FLOWS", str(terminal.folder / "nowhere"))
    assert "CC_FLOWS" in terminal.run("config", "apply", nobody, code=2)


@pytest.mark.db
def test_a_change_meanwhile_is_told(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def confirm(*_: object, **__: object) -> bool:
        asyncio.run(terminal.change_behind_the_back())
        return True

    monkeypatch.setattr("typer.confirm", confirm)
    output = terminal.run("config", "apply", terminal.file(SMALL + OPERATOR), code=1)
    assert "someone else did meanwhile" in output


@pytest.mark.db
def test_people_get_skills_and_keep_them(terminal: Terminal) -> None:
    terminal.run("config", "apply", terminal.file(SMALL + OPERATOR), "--yes")
    ben = ("people", "add", "ben", "--name", "Ben", "--phone", "1002")
    terminal.run(*ben, "--skill", "engine=2", "--language", "zh", "--region", "浦东")
    terminal.run(*ben)
    assert "engine=2" in terminal.run("people", "list")
    kept = read(terminal.run("config", "export")).agents["ben"]
    assert (kept.skills, kept.languages, kept.regions) == ({"engine": 2}, ("zh",), ("浦东",))
    for level in ("engine=9", "engine=", "engine=high"):
        assert "agents.ben.skills.engine" in terminal.run(*ben, "--skill", level, code=2)
