"""Past traffic under another policy or staffing: a simulated day is written into the history."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.ids import ContactId, uuid7
from ccserver.sim.day import Day, run
from ccserver.sim.figures import figures
from ccserver.sim.stage import DAY_BEGINS, imagined
from tests.db.parts import journaled
from tests.sim.scenarios import hotline

pytestmark = pytest.mark.db

HOURS = 2


@dataclass
class Written:
    """What a day told, as the journal wants it."""

    entries: list[tuple[int, float, Event, Sequence[Command]]]
    now: float = DAY_BEGINS


def at(hours: float) -> str:
    """An instant of the day, on this machine's clock."""
    return datetime.fromtimestamp(DAY_BEGINS + hours * 3600.0).astimezone().isoformat()[:19]


def lived() -> tuple[Day, Written]:
    """A day whose contacts have ids as the database wants them."""
    scenario = hotline(hours=HOURS)
    stage = imagined(scenario, seed=2)
    written = Written([])
    contacts = list(stage.contacts)
    for contact in contacts:
        contact.id = ContactId(uuid7(contact.at, contact.number))

    def note(now: float, event: Event, commands: list[Command]) -> None:
        written.entries.append((len(written.entries) + 1, now, event, tuple(commands)))

    return run(scenario, seed=2, note=note, stage=replace(stage, contacts=contacts)), written


@pytest.fixture
def day(database: str, monkeypatch: pytest.MonkeyPatch) -> Day:
    """A day that the database remembers."""
    monkeypatch.setenv("CC_DSN", database)
    monkeypatch.setenv("CC_HOME", "/nonexistent")
    day, written = lived()
    asyncio.run(journaled(database, written))
    return day


def replay(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main.app, ["replay", *words])
    return result.exit_code, result.output


def told(*words: str) -> dict[str, Any]:
    code, output = replay("--from", at(0), "--to", at(HOURS), *words, "--json")
    assert code == 0, output
    return dict(json.loads(output))


def test_the_history_is_told_and_replayed(day: Day) -> None:
    true, found = figures([day]), told()
    for name, group in (("all", true.all), ("tiers", true.tiers["standard"])):
        happened = found["happened"][name]
        happened = happened["standard"] if name == "tiers" else happened
        assert happened["offered"] == group.offered
        assert happened["answered"] == group.answered
        assert happened["abandoned"] == group.abandoned
        assert happened["service_level"] == pytest.approx(group.service_level, abs=0.01)
        assert happened["wait"]["p90"] == pytest.approx(group.wait.p90, abs=0.01)
    mean = found["happened"]["occupancy"]["mean"]
    assert mean == pytest.approx(true.occupancy.mean, abs=0.05)
    again = found["again"]["all"]
    assert again["offered"] == true.all.offered
    assert again["abandon_rate"] == pytest.approx(true.all.abandon_rate, abs=0.06)
    assert "changed" not in found
    patience = found["patience"]["standard"]
    assert patience["method"] == "kaplan_meier"
    assert patience["abandoned"] + patience["censored"] <= true.tiers["standard"].offered


def test_more_agents_lose_fewer_callers(day: Day) -> None:
    found = told("--agents", "+3")
    assert (found["agents"], found["agents_changed"]) == (10, 13)
    assert found["changed"]["all"]["abandoned"] < found["again"]["all"]["abandoned"]


def test_a_person_reads_three_columns_and_how_it_was_done(day: Day) -> None:
    code, output = replay("--from", at(0), "--to", at(HOURS), "--policy", "fifo")
    assert code == 0, output
    assert "happened" in output
    assert "fifo, 10 agents" in output
    assert "censored" in output
    assert "Kaplan-Meier" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", at(0), "--to", at(1), "--policy", "luck"), "fifo"),
        (("--from", at(1), "--to", at(1)), "later than --from"),
        (("--from", at(0), "--to", at(1), "--agents", "many"), "+3"),
        (("--from", at(0), "--to", at(1), "--agents", "-10"), "nobody of 10"),
        (("--from", at(-9), "--to", at(-8)), "journal begins later"),
    ],
)
def test_what_cannot_be_replayed_is_said(day: Day, words: tuple[str, ...], said: str) -> None:
    code, output = replay(*words)
    assert code == 2
    assert said in output


def test_a_night_without_agents_is_not_replayed(day: Day) -> None:
    code, output = replay("--from", at(20), "--to", at(22))
    assert code == 1
    assert "no agent was at work" in output
