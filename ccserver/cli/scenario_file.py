"""A scenario file: TOML in, a scenario out, or every fault with what to do about it."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from ccserver.sim.scenario import (
    AgentGroup,
    Needs,
    QueueMix,
    Scenario,
    Surge,
    TierMix,
    faults,
)

_KEYS = {"tier": "tiers", "queue": "queues"}
"""A table in the file is named for one of them, the scenario's field for all."""

_TABLES = {
    "tiers": TierMix,
    "queues": QueueMix,
    "agents": AgentGroup,
    "surge": Surge,
    "skills": Needs,
}

UNKNOWN = "is not known; take it out, or look for a slip in the name"


class ScenarioError(Exception):
    """The file is no scenario. Its text has a line for each fault."""


def read(path: Path) -> Scenario:
    """The scenario in this file. Raises ScenarioError."""
    try:
        table = _normal(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    unknown = list(_unknown(table, Scenario, ""))
    try:
        scenario = TypeAdapter(Scenario).validate_python(table)
    except ValidationError as error:
        lines = [fault_of(details) for details in error.errors(include_url=False)]
        raise ScenarioError("\n".join(unknown + lines)) from None
    if unknown:
        raise ScenarioError("\n".join(unknown))
    if lines := faults(scenario):
        raise ScenarioError("\n".join(lines))
    return scenario


def _normal(table: dict[str, object]) -> dict[str, object]:
    """The short forms that a file may use, written out."""
    fields = {_KEYS.get(key, key): value for key, value in table.items()}
    if isinstance(arrivals := fields.get("arrivals"), dict):
        del fields["arrivals"]
        fields |= {"arrivals" if k == "per_hour" else k: v for k, v in arrivals.items()}
    arrivals, hours = fields.get("arrivals"), fields.get("hours")
    each = arrivals[0] if isinstance(arrivals, list) and len(arrivals) == 1 else arrivals
    if isinstance(each, int | float) and isinstance(hours, int | float) and 0 < hours < 1e6:
        fields["arrivals"] = [each] * -int(-hours // 1)
    if isinstance(surge := fields.get("surge"), dict):
        fields["surge"] = [surge]
    surges = fields.get("surge")
    for surge in surges if isinstance(surges, list) else []:
        if isinstance(surge, dict) and isinstance(surge.get("queue"), str):
            surge["queue"] = [surge["queue"]]
    return fields


def fault_of(details: ErrorDetails) -> str:
    """One of pydantic's faults as: field, what is wrong, what to do."""
    where = ".".join(_place(one) for one in details["loc"])
    match details["type"]:
        case "missing":
            return f"{where}: is missing; add it"
        case "enum":
            expected = details.get("ctx", {}).get("expected", "")
            return f"{where}: {details['input']!r} is not known; write one of {expected}"
        case _:
            return f"{where}: {details['input']!r} does not fit; {details['msg'].lower()}"


def _unknown(table: dict[str, object], form: type, where: str) -> Iterator[str]:
    """The keys that no scenario has, with their place."""
    known = {field.name for field in fields(form)}
    for key, value in table.items():
        place = f"{where}{_place(key)}"
        if key not in known:
            yield f"{place}: {UNKNOWN}"
        elif isinstance(value, dict) and (part := _part(form, key)):
            yield from _unknown(value, part, f"{place}.")
        elif isinstance(value, list) and (part := _part(form, key)):
            for n, one in enumerate(value, 1):
                if isinstance(one, dict):
                    yield from _unknown(one, part, f"{place}.{n}.")


def _part(form: type, key: str) -> type | None:
    """The form of the tables below a key. An agent's `skills` are names of the operator's own."""
    return None if form is AgentGroup else _TABLES.get(key)


def _place(one: int | str) -> str:
    """As the file has it; tables are counted from 1, as people do."""
    if isinstance(one, int):
        return str(one + 1)
    return next((short for short, whole in _KEYS.items() if whole == one), one)
