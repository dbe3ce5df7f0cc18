"""The form of flows as a JSON Schema, by which editors complete and check as one writes."""

from typing import Any, Final

from ccserver.flows.form import FlowForm

FILE: Final = "flow.schema.json"
"""Its name in the flows' folder. A flow begins with `#:schema ./flow.schema.json` to have it."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of a flow's file. It changes only where the form does."""
    return {"$schema": _DIALECT, **_tidy(FlowForm.model_json_schema())}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing in TOML: there is no null, and names are their own titles."""
    if "anyOf" in schema:
        some = [one for one in schema.pop("anyOf") if one.get("type") != "null"]
        schema |= {"anyOf": some} if len(some) > 1 else some[0]
    if schema.get("default", "") is None:
        del schema["default"]
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
    schema.pop("title", None)
    schema.pop("discriminator", None)
    for key, value in schema.items():
        if key in ("properties", "patternProperties", "$defs"):
            schema[key] = {name: _tidy(one) for name, one in value.items()}
        elif key in ("anyOf", "oneOf"):
            schema[key] = [_tidy(one) for one in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            schema[key] = _tidy(value)
    return schema
