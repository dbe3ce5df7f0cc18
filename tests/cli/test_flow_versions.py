"""`ccserver flow publish` and what follows, as an operator types them."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import typer
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from ccserver.cli import flow_versions
from ccserver.cli.terminal import console
from ccserver.core.release import Release
from ccserver.db import config, flows, publishing
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.flows.document import Document
from tests.db.calls import T0
from tests.db.parts import journaled
from tests.db.walked import Past, walk

pytestmark = pytest.mark.db

Result = TypeVar("Result")
ADA = Author(who="ada", reason="a [test]")
DAY = "2023-11-14"
"""The day of T0."""


def text(title: str, *more: str) -> str:
    """A flow that ends the call."""
    return "\n".join(
        (
            f'title = "{title}"',
            'start = "bye"',
            'languages = ["zh"]',
            'operator = "operator"',
            "[steps.bye]",
            'kind = "goodbye"',
            *more,
            "",
        )
    )


class Terminal:
    """The command line on a database of the test's own."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.folder = folder
        self.app = typer.Typer()
        flow_versions.add_to(self.app)

    def run(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(self.app, words)
        assert result.exit_code == code, result.output
        return result.output

    def file(self, name: str, text: str) -> str:
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def ask(self, act: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        async def run() -> Result:
            engine = engine_for(self.dsn, connections=0)
            async with sessions_of(engine).begin() as session:
                result = await act(session)
            await engine.dispose()
            return result

        return asyncio.run(run())

    def publish(self, *titles: str) -> None:
        async def act(session: AsyncSession) -> None:
            for title in titles:
                document = Document(text=text(title))
                await publishing.publish(session, "hotline", document, author=ADA)

        self.ask(act)

    def release(self, name: str = "hotline") -> Release:
        return self.ask(lambda session: flows.released(session, name)).release


@pytest.fixture
def terminal(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("CC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setattr(console, "_width", 200)
    (tmp_path / "flows").mkdir()
    return Terminal(database, tmp_path / "flows")


def test_going_back_says_where_and_is_audited(terminal: Terminal) -> None:
    terminal.publish("one", "two")
    told = terminal.run("rollback", "hotline", "--reason", "it loops")
    assert told == "hotline: version 1 for all callers\n"
    assert terminal.release() == Release(version=1)
    newest, *_ = terminal.ask(config.audit)
    assert (newest.who, newest.reason) == (f"{getpass.getuser()} (command line)", "it loops")
    assert "No other version was released before" in terminal.run("rollback", "hotline", code=1)
    assert "version 2 for all" in terminal.run("rollback", "hotline", "--to", "2")
    assert "no such version" in terminal.run("rollback", "hotline", "--to", "9", code=1)
    assert "No flow of that name" in terminal.run("rollback", "other", code=1)


def test_a_canary_is_started_changed_shown_and_promoted(terminal: Terminal) -> None:
    terminal.publish("one", "two")
    terminal.run("rollback", "hotline")
    told = terminal.run("canary", "hotline", "--share", "0.1")
    assert told == "hotline: version 2 for 0.1 of the callers, version 1 for the others\n"
    past = Past()
    since = terminal.ask(lambda session: flows.released(session, "hotline")).canary_since
    assert since is not None
    for number in range(40):
        at, version = since.timestamp() + number, 2 if number < 20 else 1
        how = "hung_up" if version == 2 else "queued"
        past.save(walk(number, ("a", ""), how=how, version=version, at=at))
    asyncio.run(journaled(terminal.dsn, past))
    lines = terminal.run("canary", "hotline").splitlines()
    assert lines[0].split() == ["ended", "version", "1", "version", "2", "difference"]
    assert lines[1].split() == ["callers", "20", "20"]
    (hung_up,) = [line for line in lines if "hung_up" in line]
    assert hung_up.split()[:4] == ["hung_up", "0.0%", "100.0%", "+100.0%"]
    assert "chance" not in hung_up
    terminal.run("canary", "hotline", "--share", "0.5")
    assert terminal.release() == Release(version=1, canary_version=2, canary_share=0.5)
    assert "version 1 for all" in terminal.run("canary", "hotline", "--stop")
    assert "No canary is out" in terminal.run("canary", "hotline", code=1)
    terminal.run("canary", "hotline", "--share", "0.5", "--version", "2")
    assert "version 2 for all" in terminal.run("canary", "hotline", "--promote")


@pytest.mark.parametrize(
    "words", [("--share", "1"), ("--share", "0"), ("--share", "2"), ("--promote", "--stop")]
)
def test_a_canary_that_makes_no_sense_is_refused(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    terminal.publish("one", "two")
    terminal.run("canary", "hotline", *words, code=2)
    assert terminal.release() == Release(version=2)


def test_versions_are_listed_with_who_gets_them(terminal: Terminal) -> None:
    terminal.publish("one", "two", "three")
    terminal.run("canary", "hotline", "--share", "0.25", "--version", "1")
    three, two, one = terminal.run("versions", "hotline").splitlines()[1:]
    assert three.split()[:2] == ["3", "75.0%"]
    assert (two.split()[0], two.split()[3:]) == ("2", ["ada", "a", "[test]"])
    assert one.split()[:2] == ["1", "25.0%"]


def test_a_days_figures_show_where_callers_hang_up(terminal: Terminal) -> None:
    past = Past()
    welcome, menu = ("welcome", ""), ("menu", "then")
    for number in range(4):
        more = [("sales", "key 1")] if number else []
        past.save(walk(number, welcome, menu, *more, how="queued" if number else "hung_up"))
    past.save(walk(9, welcome, version=2, at=T0 + 5))
    asyncio.run(journaled(terminal.dsn, past))
    lines = terminal.run("figures", "hotline", "--day", DAY, "--version", "1").splitlines()
    assert lines[0] == "4 callers, 10 s on average: queued 3, hung_up 1"
    assert [" ".join(line.split()) for line in lines[2:]] == [
        "welcome 4 0 0.0% then 4",
        "menu 4 1 25.0% key 1 3",
        "sales 3 0 0.0% queued 3",
    ]
    assert terminal.run("figures", "hotline", "--day", DAY).startswith("5 callers")
    assert terminal.run("figures", "hotline").startswith("0 callers")


def test_files_are_published_with_their_parts_and_once(terminal: Terminal) -> None:
    plate = terminal.file("plate", text("plate").replace("goodbye", "return"))
    Path(plate).write_text('role = "part"\n' + Path(plate).read_text())
    ask = '[steps.ask]\nkind = "part"\nflow = "plate"\nthen = "bye"\n'
    hotline = terminal.file("hotline", text("one", ask).replace('start = "bye"', 'start = "ask"'))
    refused = terminal.run("publish", hotline, code=1)
    assert refused.startswith("`hotline` runs `plate`, which was never published")
    told = terminal.run("publish", hotline, plate, "--note", "the beginning")
    assert told == ("hotline: version 1 for all callers\nplate: version 1 for all callers\n")
    (version,) = terminal.ask(lambda session: flows.versions(session, "plate"))
    assert (version.note, version.published_by) == (
        "the beginning", f"{getpass.getuser()} (command line)",
    )  # fmt: skip
    again = terminal.run("publish", hotline)
    assert again == "hotline: version 1 for all callers (it was published before)\n"


def test_a_canary_is_published_for_a_share(terminal: Terminal) -> None:
    terminal.run("publish", terminal.file("hotline", text("one")))
    file = terminal.file("hotline", text("two"))
    told = terminal.run("publish", file, "--canary", "0.1")
    assert told == "hotline: version 2 for 0.1 of the callers, version 1 for the others\n"
    terminal.run("publish", file, "--canary", "1.0", code=2)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[steps.x]\nkind = "say"', "hotline.toml:7: step `x`, `prompts`: is missing"),
        (
            '[[test]]\nname = "wrong"\nends = "queue sales"',
            "hotline.toml: test `wrong`: ends: expected `queue sales`",
        ),
    ],
    ids=["fault", "test"],
)
def test_what_is_not_good_is_told_and_not_published(
    terminal: Terminal, more: str, told: str
) -> None:
    output = terminal.run("publish", terminal.file("hotline", text("one", more)), code=1)
    assert told in output
    assert terminal.ask(flows.releases) == {}
