"""`ccserver simulate campaign`, as people and programs call it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ccserver import main
from ccserver.cli.campaign_file import read_campaign
from ccserver.cli.scenario_file import ScenarioError
from ccserver.sim import campaign_scenario as scenario_form

SAMPLES = sorted(Path(scenario_form.__file__).parent.glob("campaigns/*.toml"))
SCENARIO = """
hours = 0.5
agents = 10
cap = 0.03
connect_limit_s = 2
[answer]
human = 0.3
machine = 0.1
busy = 0.05
no_answer = 0.5
invalid = 0.05
drift = [[0.25, 1.2]]
[ring]
human_mean_s = 10
human_cv = 0.5
no_answer_s = 25
[talk]
mean_s = 60
cv = 0.9
[wrap]
mean_s = 10
cv = 0.3
[setup]
mean_s = 2
"""
KEYS = [
    "occupancy", "busy", "idle_s_per_call", "answered", "abandoned", "abandon_rate",
    "worst_30min", "placed", "dials_per_connect",
]  # fmt: skip


def simulate(tmp_path: Path, text: str, *options: str) -> Result:
    file = tmp_path / "calls.toml"
    file.write_text(text)
    arguments = ["simulate", "campaign", "--scenario", str(file), *options]
    return CliRunner().invoke(main.app, arguments)


def test_json_has_the_figures_and_nothing_else(tmp_path: Path) -> None:
    found = json.loads(simulate(tmp_path, SCENARIO, "--json").stdout)
    assert list(found) == KEYS
    assert found["placed"] > found["answered"] > 0


def test_a_seed_is_a_shift(tmp_path: Path) -> None:
    first = simulate(tmp_path, SCENARIO, "--json", "--seed", "7").stdout
    assert simulate(tmp_path, SCENARIO, "--json", "--seed", "7").stdout == first
    assert simulate(tmp_path, SCENARIO, "--json", "--seed", "8").stdout != first


def test_all_algorithms_stand_side_by_side(tmp_path: Path) -> None:
    found = json.loads(simulate(tmp_path, SCENARIO, "--json", "--compare").stdout)
    assert list(found) == ["hazard", "progressive", "power", "vicidial"]
    assert found["hazard"]["occupancy"] > found["progressive"]["occupancy"]
    shown = simulate(tmp_path, SCENARIO, "--compare").stdout
    assert "vicidial" in shown
    assert "worst 30 min" in shown


def test_an_unknown_algorithm_is_told_with_the_known_ones(tmp_path: Path) -> None:
    result = simulate(tmp_path, SCENARIO, "--algorithm", "luck")
    assert result.exit_code == 2
    assert "luck" in result.output
    assert "hazard, progressive, power, vicidial" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("hours = 0.5", "hours = 0", "hours: 0; write a number above 0"),
        ("human = 0.3", "human = 0.9", "answer: together 1.6"),
        ("human = 0.3", "humans = 0.3", "answer.humans: is not known"),
        ("cap = 0.03", "cap = 'low'", "cap: 'low' does not fit"),
        ("hours = 0.5", "houres = 0.5", "houres: is not known"),
        ("hours = 0.5", "hours = = 0.5", "calls.toml"),
        ("[answer]", "[[answer]]", "answer"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    result = simulate(tmp_path, SCENARIO.replace(old, new))
    assert result.exit_code == 2
    assert told in result.output


def test_who_is_not_named_does_not_answer(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text("drift = [[1, 2]]\n[answer]\nhuman = 0.25\nbusy = 0.1\n")
    answer = read_campaign(file).answer
    assert (answer.machine, answer.no_answer, answer.drift) == (0.0, 0.65, ((1.0, 2.0),))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.toml"):
        read_campaign(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_can_be_read(sample: Path) -> None:
    assert read_campaign(sample).agents
