"""The form of flows as a JSON Schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccserver.flows.faults import STEP_FORMS
from ccserver.flows.schema import FILE, schema

FLOWS = Path(__file__).parents[2] / "ivr_flows"


def _every(one: object) -> Iterator[dict[str, Any]]:
    if isinstance(one, dict):
        yield one
    inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    for part in inner:
        yield from _every(part)


def test_the_published_schema_is_that_of_the_form() -> None:
    """Made by `ccserver flow schema > ivr_flows/flow.schema.json`."""
    assert json.loads((FLOWS / FILE).read_text(encoding="utf-8")) == schema()


def test_every_kind_of_step_has_a_form_and_every_form_is_told_in_words() -> None:
    made = schema()
    (steps,) = made["properties"]["steps"]["patternProperties"].values()
    refs = [one["$ref"].removeprefix("#/$defs/") for one in steps["oneOf"]]
    kinds = [made["$defs"][ref]["properties"]["kind"]["const"] for ref in refs]
    assert sorted(kinds) == sorted(STEP_FORMS)
    assert all(made["$defs"][ref]["description"] for ref in refs)


def test_editors_are_shown_nothing_that_toml_has_not() -> None:
    made = list(_every(schema()))
    assert not [one for one in made if one.get("type") == "null"]
    assert not [one for one in made if isinstance(one.get("title"), str)]
    case = schema()["$defs"]["CaseForm"]["properties"]
    assert {"is", "from", "until"} <= set(case)
    assert [one["type"] for one in case["is"]["anyOf"]] == ["string", "array"]
