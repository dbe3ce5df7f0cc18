"""The command line's own decisions."""

import pytest
from typer.testing import CliRunner

from ccserver import main


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
