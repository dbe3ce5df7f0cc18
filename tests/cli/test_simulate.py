"""`ccserver simulate`, as people and programs call it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ccserver import main
from ccserver.cli.scenario_file import ScenarioError, read
from ccserver.core.value import Tier
from ccserver.sim import scenario as scenario_form
from ccserver.sim.scenario import Needs, Surge

SAMPLES = sorted(Path(scenario_form.__file__).parent.glob("scenarios/*.toml"))

SCENARIO = """
hours = 2
arrivals = [150, 150]
surge = {at_h = 1, for_h = 0.5, factor = 1.6}
max_wait_s = 300

[[tier]]
name = "platinum"
share = 0.1
value = 1.0
patience_mean_s = 60
patience_cv = 1
target = [0.95, 10]

[[tier]]
name = "standard"
share = 0.9
value = 0.2
patience_mean_s = 180
patience_cv = 1
target = [0.8, 20]

[[queue]]
name = "sales"
share = 0.4
skills = {required = ["sales"], preferred = ["parts"]}
talk_mean_s = 200
talk_cv = 0.8
wrap_mean_s = 15

[[queue]]
name = "service"
share = 0.6
skills = {required = {service = 2}}
talk_mean_s = 160
talk_cv = 0.8
wrap_mean_s = 15

[[agents]]
count = 5
skills = {sales = 3, service = 2}
shift = [0, 2]
no_answer = 0.02

[[agents]]
count = 5
skills = {service = 3}
shift = [0, 2]
no_answer = 0.0
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.toml"
    path.write_text(SCENARIO)
    return path


def simulate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main.app, ["simulate", *map(str, arguments)])


def test_a_day_is_told_to_programs(scenario: Path) -> None:
    result = simulate("day", "--scenario", scenario, "--seed", "3", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["service_level_variant"] == "sl_excl_short"
    assert set(told["tiers"]) == {"platinum", "standard"}
    assert set(told["queues"]) == {"sales", "service"}
    assert set(told["queues"]["sales"]["tiers"]) == {"platinum", "standard"}
    for part in (*told["tiers"].values(), *told["queues"].values()):
        assert part["offered"] == part["answered"] + part["abandoned"] + sum(
            part["flowed_out"].values()
        )
        assert 0 <= part["service_level"] <= 1
        assert part["wait"]["p50"] <= part["wait"]["p90"] <= part["wait"]["p99"]
        assert part["wait"]["p99"] <= part["wait"]["max"]
    assert 0 < told["value_lost"] < 1
    assert {"mean", "min", "max", "spread"} <= set(told["occupancy"])
    assert told["decisions_per_second"] > 0


def test_the_same_seed_tells_the_same(scenario: Path) -> None:
    def told(seed: str) -> dict[str, object]:
        read_back: dict[str, object] = json.loads(
            simulate("day", "--scenario", scenario, "--seed", seed, "--json").stdout
        )
        measured = ("cpu_seconds", "decisions_per_second")
        return {key: value for key, value in read_back.items() if key not in measured}

    assert told("3") == told("3")
    assert told("3") != told("4")


def test_a_day_is_told_to_people_and_drawn(scenario: Path, tmp_path: Path) -> None:
    page = tmp_path / "day.html"
    result = simulate("day", "--scenario", scenario, "--days", "2", "--html", page)
    assert result.exit_code == 0, result.output
    for word in ("platinum", "service", "Value lost", "Occupancy", "sl_excl_short"):
        assert word in result.output
    html = page.read_text()
    assert html.count("<svg") == 6
    assert "<script" not in html
    assert "http" not in html


def test_the_journal_of_a_seed_is_the_same_byte_for_byte(scenario: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    for journal in (first, second):
        assert simulate("day", "--scenario", scenario, "--journal", journal).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    assert first.read_text().count("\n") > 1000


def test_policies_are_compared_on_the_same_days(scenario: Path) -> None:
    arguments = ("--scenario", scenario, "--days", "2", "--policies", "fifo,priority")
    told = json.loads(simulate("compare", *arguments, "--json").stdout)
    assert told["baseline"] == "priority"
    assert set(told["policies"]) == {"priority", "fifo"}
    assert told["policies"]["priority"]["value_lost"]["difference"] == 0
    shown = simulate("compare", *arguments)
    assert shown.exit_code == 0, shown.output
    assert "value lost, %" in shown.output


def test_a_policy_that_no_one_knows_is_refused(scenario: Path) -> None:
    result = simulate("day", "--scenario", scenario, "--policy", "luck")
    assert result.exit_code == 2
    assert "balanced" in result.output


def test_the_file_is_read_as_it_is_meant(scenario: Path) -> None:
    made = read(scenario)
    assert made.surge == (Surge(at_h=1, for_h=0.5, factor=1.6),)
    assert [tier.name for tier in made.tiers] == [Tier.PLATINUM, Tier.STANDARD]
    assert made.queues[0].skills == Needs(required=("sales",), preferred=("parts",))
    assert made.queues[1].skills == Needs(required={"service": 2})
    assert made.agents[0].shift == (0, 2)


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ("arrivals = 150", (150, 150)),
        (
            "arrivals = {per_hour = [100, 200], surge = {at_h = 0, for_h = 1, factor = 2}}",
            (100, 200),
        ),
    ],
)
def test_arrivals_have_short_forms(scenario: Path, arrivals: str, expected: object) -> None:
    text = SCENARIO.replace("arrivals = [150, 150]", arrivals)
    if "{" in arrivals:
        text = text.replace("surge = {at_h = 1, for_h = 0.5, factor = 1.6}\n", "")
    scenario.write_text(text)
    made = read(scenario)
    assert made.arrivals == expected
    assert len(made.surge) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"platinum"', '"diamond"', "tier.1.name: 'diamond' is not known; write one of"),
        ("talk_mean_s = 160\n", "", "queue.2.talk_mean_s: is missing; add it"),
        ("count = 5", "cuont = 5", "agents.1.cuont: is not known"),
        ("max_wait_s", "max_wait", "max_wait: is not known"),
        ("preferred =", "prefered =", "queue.1.skills.prefered: is not known"),
        ("count = 5", 'count = "many"', "agents.1.count: 'many' does not fit"),
        ("share = 0.4", "share = 0.9", "queue.share: together 1.5"),
        ("hours = 2", "hours = [", "hotline.toml: "),
        (
            "factor = 1.6",
            'factor = 1.6, queue = "parts"',
            "surge.queue: no queue is called 'parts'",
        ),
    ],
)
def test_a_fault_in_the_file_is_told(scenario: Path, old: str, new: str, told: str) -> None:
    scenario.write_text(SCENARIO.replace(old, new, 1))
    with pytest.raises(ScenarioError) as failed:
        read(scenario)
    assert told in str(failed.value)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_are_sound(path: Path) -> None:
    assert sum(group.count for group in read(path).agents) in (20, 50)


def test_the_command_line_names_the_fault_and_ends(scenario: Path) -> None:
    scenario.write_text(SCENARIO.replace("share = 0.4", "share = 0.9"))
    result = simulate("day", "--scenario", scenario)
    assert result.exit_code == 2
    assert "queue.share: together 1.5; change them so that they make 1" in result.output
