"""The messages' description is fresh, and says what is sent."""

import json

import pytest
from pydantic import ValidationError

from ccserver.web import messages as m
from ccserver.web import schema


def test_the_schema_file_is_fresh() -> None:
    assert schema.SCHEMA_FILE.read_text(encoding="utf-8") == schema.schema_text(), (
        "run `python -m ccserver.web.schema`"
    )


def test_the_page_s_types_are_fresh() -> None:
    assert schema.TYPES_FILE.read_text(encoding="utf-8") == schema.typescript(), (
        "run `python -m ccserver.web.schema`"
    )


def test_every_message_is_in_the_description_with_its_type() -> None:
    described = schema.describe()
    for model in (*schema.SERVER_MODELS, *schema.CLIENT_MODELS):
        assert model.__name__ in described["components"]["messages"]
        fields = described["components"]["schemas"][model.__name__]
        assert "const" in fields["properties"]["type"]
        assert "type" in fields["required"]


def test_every_server_message_has_a_seq() -> None:
    for model in schema.SERVER_MODELS:
        assert "seq" in model.model_fields, model


def test_every_reference_leads_somewhere() -> None:
    described = schema.describe()
    text = json.dumps(described)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in described["components"]["schemas"]


def test_server_messages_are_what_they_say() -> None:
    tick = m.Tick(seq=1, at=2)
    assert m.SERVER.validate_json(tick.model_dump_json()) == tick
    with pytest.raises(ValidationError):
        m.SERVER.validate_json('{"type":"tick","seq":1}')
