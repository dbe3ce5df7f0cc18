"""Writes the live WebSocket's description (AsyncAPI 3) and its TypeScript types.

`python -m ccserver.web.schema` refreshes both files; a test fails when they are stale.
"""

import json
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ccserver.web import messages as m
from ccserver.web import requests as ask

SCHEMA_FILE = Path(__file__).with_name("live.schema.json")
TYPES_FILE = Path(__file__).parents[1] / "webui" / "src" / "messages.ts"

Schema = dict[str, Any]


def _members(union: object) -> tuple[type[BaseModel], ...]:
    return get_args(get_args(union)[0])


SERVER_MODELS = _members(m.ServerMessage)
CLIENT_MODELS = _members(ask.ClientMessage)


def _schemas() -> dict[str, Schema]:
    modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "serialization") for model in SERVER_MODELS),
        *((model, "validation") for model in CLIENT_MODELS),
    ]
    _, whole = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Schema] = whole["$defs"]
    return dict(sorted(schemas.items()))


def describe() -> Schema:
    """The AsyncAPI 3 document. `components.schemas` is plain JSON Schema."""
    models = (*SERVER_MODELS, *CLIENT_MODELS)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ccserver live",
            "version": "1",
            "description": " ".join((m.__doc__ or "").split()),
        },
        "channels": {
            "live": {
                "address": "/live",
                "messages": {
                    model.__name__: {"$ref": f"#/components/messages/{model.__name__}"}
                    for model in models
                },
            }
        },
        "operations": {
            "tell": _operation("send", SERVER_MODELS, "What the server tells a screen."),
            "hear": _operation("receive", CLIENT_MODELS, "What a screen tells the server."),
        },
        "components": {
            "messages": {
                model.__name__: {
                    "name": model.__name__,
                    "summary": " ".join((model.__doc__ or "").split()),
                    "contentType": "application/json",
                    "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
                }
                for model in models
            },
            "schemas": _schemas(),
        },
        "x-close-codes": {str(code): why for code, why in m.CLOSE_CODES.items()},
    }


def _operation(action: str, models: tuple[type[BaseModel], ...], summary: str) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/live/messages/{model.__name__}"} for model in models],
    }


# -- TypeScript


def typescript() -> str:
    """The same types for the web page."""
    parts = [
        "// Made by `python -m ccserver.web.schema` from ccserver/web/messages.py and requests.py.",
        "",
    ]
    for name, schema in _schemas().items():
        parts.append(_declaration(name, schema))
    for union, models in (("ServerMessage", SERVER_MODELS), ("ClientMessage", CLIENT_MODELS)):
        names = "".join(f"\n  | {name}" for name in sorted(model.__name__ for model in models))
        parts.append(f"export type {union} ={names};\n")
    return "\n".join(parts)


def _declaration(name: str, schema: Schema) -> str:
    comment = _comment(schema, "")
    if "enum" in schema:
        return f"{comment}export type {name} = {_type(schema)};\n"
    required = schema.get("required", [])
    lines = [
        f"{_comment(field, '  ')}  {key}{'' if key in required else '?'}: {_type(field)};\n"
        for key, field in schema["properties"].items()
    ]
    return f"{comment}export interface {name} {{\n{''.join(lines)}}}\n"


def _comment(schema: Schema, indent: str) -> str:
    text = " ".join(schema.get("description", "").split())
    return f"{indent}/** {text} */\n" if text else ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"])
    if schema["type"] == "array":
        return f"{_type(schema['items'])}[]"
    return {
        "string": "string",
        "integer": "number",
        "number": "number",
        "boolean": "boolean",
        "null": "null",
    }[schema["type"]]


def schema_text() -> str:
    """What stands in `live.schema.json`."""
    return json.dumps(describe(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Refresh both files."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
    TYPES_FILE.parent.mkdir(parents=True, exist_ok=True)
    TYPES_FILE.write_text(typescript(), encoding="utf-8")


if __name__ == "__main__":
    main()
