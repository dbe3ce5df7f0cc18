"""The command line's own decisions."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import in_database
from ccserver.config.form import AgentForm
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.local.sitefile import ensure_site
from ccserver.settings import Settings


async def test_a_house_that_falls_at_once_is_left_to_the_operator() -> None:
    async def house() -> None:
        raise OSError("the port is taken")

    with pytest.raises(OSError, match="taken"):
        await main._again_and_again(house)


async def test_a_house_that_stood_for_a_while_is_built_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(main, "STEADY_SECONDS", 0.0)
    lives = iter([ValueError("a bug"), ValueError("again"), None])

    async def house() -> None:
        if (bug := next(lives)) is not None:
            raise bug

    await main._again_and_again(house)
    assert list(lives) == []


def test_without_a_database_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_HOME", "/nonexistent")
    result = CliRunner().invoke(main.app, ["serve"])
    assert result.exit_code == 2
    assert "CC_DSN" in result.output


def test_a_broken_flow_is_told_by_file_and_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "bad.toml").write_text('start = "nowhere"\n')
    monkeypatch.setenv("CC_FLOWS", str(flows))
    monkeypatch.setenv("CC_DSN", "postgresql://nobody@127.0.0.1:1/nothing")
    result = CliRunner().invoke(main.app, ["serve"])
    assert result.exit_code == 2
    assert "bad.toml" in result.output


@pytest.mark.db
def test_people_are_added_listed_and_removed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_HOME", "/nonexistent")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main.app, ["people", *words])
        return result.exit_code, result.output

    dora = ("add", "dora", "--name", "Dora", "--phone", "1005")
    code, output = run(*dora, "--queue", "sales", "--language", "zh")
    assert (code, "phone 1005: password " in output) == (0, True)
    assert "dora" in run("list")[1]
    assert "yes" not in run("list")[1]
    assert run(*dora, "--downloads")[0] == 0
    assert run(*dora)[0] == 0
    assert "yes" in run("list")[1], "what is not given stays"
    code, output = run(*dora, "--queue", "nonsense")
    assert (code, "there is no queue `nonsense`" in output) == (2, True)
    code, output = run(*dora, "--skill", "engine=3")
    assert (code, "there is no skill `engine`" in output) == (2, True)
    assert run("add", "ed", "--name", "Ed", "--queue", "sales")[0] == 2
    code, output = run("add", "emil", "--name", "Emil", "--phone", "1005")
    assert (code, "someone else" in output) == (2, True)
    assert run("remove", "dora")[0] == 0
    assert "dora" not in run("list")[1]
    assert run("remove", "dora")[0] == 0
    assert run("remove", "nobody")[0] == 2


@pytest.mark.db
def test_a_flow_to_a_queue_that_is_not_configured_is_told_at_the_start(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setenv("CC_QUEUES", '[{"name": "sales"}]')
    result = CliRunner().invoke(main.app, ["serve"])
    assert result.exit_code == 2
    assert "there is no queue" in result.output
    assert "operator" in result.output


@pytest.mark.db
def test_a_second_up_takes_no_configuration_back(database: str, tmp_path: Path) -> None:
    settings = Settings(dsn=database, home=tmp_path)
    made = ensure_site(settings)
    main._prepare(settings, made)

    async def assign(session: AsyncSession) -> None:
        agents = {"anna": AgentForm(queues=("sales",))}
        author = Author(who="ada", reason="a test")
        await config.alter(
            session,
            lambda old: old.model_copy(update={"agents": old.agents | agents}),
            author=author,
            used={},
        )

    async def read(session: AsyncSession) -> list[tuple[str, ...]]:
        return [agent.queues for agent in (await config.current(session)).agents.values()]

    assert in_database(settings, read) == [("operator", "sales", "service")] * 2
    in_database(settings, assign)
    main._prepare(settings, made)
    assert ("sales",) in in_database(settings, read)


@pytest.mark.db
def test_customers_are_imported_and_bad_rows_told(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_HOME", "/nonexistent")
    file = tmp_path / "customers.csv"
    file.write_text("number,name,tier\n13800000001,Li,gold\n12,Wang,gold\n")
    result = CliRunner().invoke(main.app, ["customers", "import", str(file)])
    assert result.exit_code == 0
    assert "1 added, 0 changed, 1 rejected" in result.output
    assert "line 3" in result.output


@pytest.mark.db
def test_values_are_computed_and_each_can_say_why(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_HOME", "/nonexistent")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main.app, ["customers", *words])
        return result.exit_code, result.output

    file = tmp_path / "customers.csv"
    file.write_text(
        "number,name,tier,complaints,value\n13800000001,[b]Li,gold,2,\n13800000002,Wang,,,0.9\n"
    )
    assert run("import", str(file))[0] == 0
    assert "none was computed yet" in run("show", "13800000001")[1]
    code, output = run("value")
    assert (code, "2 customers: 1 changed, 1 left" in output) == (0, True)
    told = run("show", "138 0000 0001")[1]
    assert "[b]Li, gold\nvalue 0.630, computed " in told
    assert told.endswith("  0.480  the tier\n  0.150  open complaints\n")
    assert "value 0.900, set by hand" in run("show", "13800000002")[1]
    assert "2 customers: 1 changed, 0 left" in run("value", "--fixed-too")[1]
    for stranger in ("13800000003", "nonsense"):
        code, output = run("show", stranger)
        assert (code, "nobody has the number" in output) == (2, True)
