"""What differs between two configurations, thing by thing and field by field."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ccserver.config.form import ConfigForm

SINGLE: Final = ("site", "value", "recording", "retention")
"""Kinds of which there is one, with an empty name."""

KINDS: Final = tuple(ConfigForm.model_fields)

Thing = tuple[str, str]
"""A kind and a name: ("queues", "sales")."""


class Sign(StrEnum):
    """What happened to a thing, or to a field of it."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs. `before` is None for one that was not there, and so is `after`."""

    sign: Sign
    field: str
    """Empty: the thing is its only field."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs."""

    sign: Sign
    kind: str
    name: str
    fields: tuple[FieldChange, ...]
    before: Any
    """The whole thing as it is kept; None: it was not there."""
    after: Any

    @property
    def path(self) -> str:
        """As in the file: `queues.sales`."""
        return f"{self.kind}.{self.name}" if self.name else self.kind


def things_of(form: ConfigForm) -> dict[Thing, Any]:
    """Every thing that is not as usual, without the fields that are as usual: what is kept."""
    return _split(form.model_dump(mode="json", exclude_defaults=True))


def tables_of(things: Mapping[Thing, Any]) -> dict[str, Any]:
    """The other way round: what `form_of` reads."""
    tables: dict[str, Any] = {}
    for (kind, name), body in things.items():
        if kind in SINGLE:
            tables[kind] = body
        else:
            tables.setdefault(kind, {})[name] = body
    return tables


def tag_of(body: object) -> str:
    """Changes whenever the content does: who sends it back has seen what he overwrites."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def revision_of(form: ConfigForm) -> str:
    """The tag of the whole configuration."""
    return tag_of(tables_of(things_of(form)))


def changes(old: ConfigForm, new: ConfigForm) -> tuple[Change, ...]:
    """All that differs, in the order of the file."""
    before, after = things_of(old), things_of(new)
    full_before, full_after = (_split(form.model_dump(mode="json")) for form in (old, new))
    found = []
    for thing in {**before, **after}:
        one, other = before.get(thing), after.get(thing)
        if one == other:
            continue
        kind, name = thing
        if kind in SINGLE or (one is not None and other is not None):
            sign, fields = Sign.CHANGED, _fields(full_before[thing], full_after[thing])
        elif one is None:
            sign, fields = Sign.ADDED, _fields({}, other)
        else:
            sign, fields = Sign.REMOVED, _fields(one, {})
        found.append(
            Change(sign=sign, kind=kind, name=name, fields=fields, before=one, after=other)
        )
    return tuple(sorted(found, key=lambda change: (KINDS.index(change.kind), change.name)))


def _split(tables: Mapping[str, Any]) -> dict[Thing, Any]:
    things: dict[Thing, Any] = {}
    for kind, table in tables.items():
        if kind in SINGLE:
            things[kind, ""] = table
        else:
            things |= {(kind, name): body for name, body in table.items()}
    return things


def _fields(old: object, new: object) -> tuple[FieldChange, ...]:
    before, after = _leaves(old), _leaves(new)
    return tuple(
        FieldChange(
            sign=_sign(field, before, after),
            field=field,
            before=before.get(field),
            after=after.get(field),
        )
        for field in {**before, **after}
        if field not in before or field not in after or before[field] != after[field]
    )


def _sign(field: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Sign:
    if field not in before:
        return Sign.ADDED
    return Sign.CHANGED if field in after else Sign.REMOVED


def _leaves(body: object, path: str = "") -> dict[str, Any]:
    """Tables opened up, as `required.engine`; a list is one value."""
    if not isinstance(body, Mapping):
        return {path: body}
    leaves: dict[str, Any] = {}
    for key, inner in body.items():
        leaves |= _leaves(inner, f"{path}.{key}" if path else str(key))
    return leaves
