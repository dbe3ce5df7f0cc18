"""The command that says how many agents are needed."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ccserver import main

SCENARIO = """
hours = 2
arrivals = [150, 100]
policy = "fifo"
surge = {at_h = 0.5, for_h = 0.5, factor = 2.0}
[[tier]]
name = "gold"
share = 0.3
value = 0.6
patience_mean_s = 120
target = [0.9, 20]
[[tier]]
name = "standard"
share = 0.7
value = 0.2
patience_mean_s = 180
[[queue]]
name = "sales"
share = 0.5
talk_mean_s = 100
skills = {required = ["sales"]}
[[queue]]
name = "service"
share = 0.5
talk_mean_s = 140
wrap_mean_s = 20
skills = {required = ["service"]}
[[agents]]
count = 2
skills = {sales = 1}
[[agents]]
count = 4
skills = {sales = 1, service = 2}
"""

CALLS = ("--calls-per-hour", "200", "--talk", "180", "--wrap", "15")


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main.app, ["staff", *words])
    return result.exit_code, result.output


def told(*words: str) -> list[dict[str, Any]]:
    code, output = run(*words, "--json")
    assert code == 0
    return list(json.loads(output))


def test_each_hour_has_its_agents() -> None:
    code, output = run("--calls-per-hour", "100,200", "--talk", "180", "--patience", "180")
    assert code == 0
    rows = [line.split() for line in output.splitlines() if "%" in line]
    assert [row[:3] for row in rows] == [["1", "100", "5.0"], ["2", "200", "10.0"]]


def test_a_program_reads_the_same() -> None:
    (hour,) = told(*CALLS, "--target", "80/20", "--patience", "180", "--shrinkage", "0.3")
    assert hour["offered_erlangs"] == pytest.approx(10.83, abs=0.01)
    assert (hour["agents_erlang_c"], hour["agents_erlang_a"]) == (15, 13)
    assert hour["agents_rostered"] == 19
    assert hour["service_level_variant"] == "sl_strict"
    assert hour["service_level"] >= 0.8


def test_limits_ask_for_more_agents() -> None:
    (plain,) = told(*CALLS, "--patience", "180")
    (few_lost,) = told(*CALLS, "--patience", "180", "--max-abandoned", "0.01")
    (calm,) = told(*CALLS, "--patience", "180", "--max-occupancy", "0.7")
    assert few_lost["abandoned_share"] <= 0.01 < plain["abandoned_share"]
    assert calm["occupancy"] <= 0.7 < plain["occupancy"]


def test_without_patience_the_two_formulas_agree() -> None:
    (hour,) = told(*CALLS)
    assert hour["agents_erlang_c"] == hour["agents_erlang_a"]


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """A file."""
    file = tmp_path / "small.toml"
    file.write_text(SCENARIO)
    return str(file)


def test_a_scenario_tells_its_hours_as_one_pool_and_with_the_queues_apart(scenario: str) -> None:
    first, second = told("--scenario", scenario)
    assert (first["calls"], second["calls"]) == (225.0, 100.0)
    assert second["offered_erlangs"] == pytest.approx(100 / 3600 * 130)
    assert first["agents_apart"] > first["agents_erlang_a"] > second["agents_erlang_a"]
    assert first["target"] == {"share": 0.9, "seconds": 20.0}
    code, output = run("--scenario", scenario)
    assert code == 0
    assert "apart" in output


def test_groups_of_overlapping_skills_are_sized_by_simulation(scenario: str) -> None:
    words = ("staff", "--scenario", scenario, "--simulate", "--days", "1")
    result = CliRunner().invoke(main.app, [*words, "--json"])
    found = json.loads(result.stdout)
    assert [group["now"] for group in found["agents"]] == [2, 4]
    assert sum(group["needed"] for group in found["agents"]) > 6
    assert all(one["in_time"] >= one["wanted"] for one in found["reached"])
    assert {one["name"] for one in found["reached"]} == {"gold", "standard", "sales", "service"}
    shown = CliRunner().invoke(main.app, list(words))
    assert "sales 1, service 2" in shown.output
    assert "group sizes tried" in shown.output


def test_what_numbers_cannot_mend_is_said(tmp_path: Path) -> None:
    file = tmp_path / "asleep.toml"
    file.write_text(SCENARIO.replace("count = 4", "count = 4\nshift = [0, 0.01]"))
    code, output = run("--scenario", str(file), "--simulate", "--days", "1")
    assert code == 1
    assert "with 64 times the agents" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--calls-per-hour", "many", "--talk", "180"), "120,180,240"),
        (("--calls-per-hour", "-5", "--talk", "180"), "120,180,240"),
        ((*CALLS, "--target", "80"), "80/20"),
        ((*CALLS, "--target", "100/20"), "below 100"),
        (("--simulate",), "--scenario"),
        (("--talk", "180"), "--scenario"),
    ],
)
def test_what_makes_no_sense_is_said_with_what_would(words: tuple[str, ...], said: str) -> None:
    code, output = run(*words)
    assert code == 2
    assert said in output
