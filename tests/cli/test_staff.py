"""The command that says how many agents are needed."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ccserver import main

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
    assert hour["service_level"]["variant"] == "sl_strict"
    assert hour["service_level"]["share"] >= 0.8


def test_limits_ask_for_more_agents() -> None:
    (plain,) = told(*CALLS, "--patience", "180")
    (few_lost,) = told(*CALLS, "--patience", "180", "--max-abandoned", "0.01")
    (calm,) = told(*CALLS, "--patience", "180", "--max-occupancy", "0.7")
    assert few_lost["abandoned_share"] <= 0.01 < plain["abandoned_share"]
    assert calm["occupancy"] <= 0.7 < plain["occupancy"]


def test_without_patience_the_two_formulas_agree() -> None:
    (hour,) = told(*CALLS)
    assert hour["agents_erlang_c"] == hour["agents_erlang_a"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--calls-per-hour", "many", "--talk", "180"), "120,180,240"),
        (("--calls-per-hour", "-5", "--talk", "180"), "120,180,240"),
        ((*CALLS, "--target", "80"), "80/20"),
        ((*CALLS, "--target", "100/20"), "below 100"),
    ],
)
def test_what_makes_no_sense_is_said_with_what_would(words: tuple[str, ...], said: str) -> None:
    code, output = run(*words)
    assert code == 2
    assert said in output
