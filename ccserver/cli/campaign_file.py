"""A campaign's scenario file: TOML in, a scenario out, or every fault with what to do about it."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ccserver.cli.scenario_file import UNKNOWN, ScenarioError, fault_of
from ccserver.sim.campaign_scenario import CampaignScenario, faults

_SHARES = ("human", "machine", "busy", "invalid")


def read_campaign(path: Path) -> CampaignScenario:
    """The campaign in this file. Raises ScenarioError."""
    try:
        table = _normal(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    unknown = list(_unknown(table, CampaignScenario, ""))
    try:
        scenario = TypeAdapter(CampaignScenario).validate_python(table)
    except ValidationError as error:
        lines = [fault_of(details) for details in error.errors(include_url=False)]
        raise ScenarioError("\n".join(unknown + lines)) from None
    if lines := unknown + faults(scenario):
        raise ScenarioError("\n".join(lines))
    return scenario


def _normal(table: dict[str, object]) -> dict[str, object]:
    """The short forms that a file may use, written out: who is not named as human, machine, busy
    or invalid does not answer; `drift` may stand outside of its table."""
    answer = table.get("answer")
    if not isinstance(answer, dict):
        return table
    if "drift" in table and "drift" not in answer:
        answer["drift"] = table.pop("drift")
    if "human" in answer:
        for share in _SHARES:
            answer.setdefault(share, 0.0)
        given = [answer[share] for share in _SHARES]
        if "no_answer" not in answer and all(isinstance(one, int | float) for one in given):
            answer["no_answer"] = max(0.0, 1.0 - sum(given))
    return table


def _unknown(table: dict[str, object], form: type, where: str) -> Iterator[str]:
    """The keys that no scenario has, with their place."""
    parts = {field.name: field.type for field in fields(form)}
    for key, value in table.items():
        part = parts.get(key)
        if part is None:
            yield f"{where}{key}: {UNKNOWN}"
        elif isinstance(value, dict) and isinstance(part, type) and is_dataclass(part):
            yield from _unknown(value, part, f"{where}{key}.")
