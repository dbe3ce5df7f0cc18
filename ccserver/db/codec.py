"""Events and commands to JSON and back.

Exact for every event: `decode_event(name, loads(encode(event))) == event`. An integer beyond 64
bits comes back rounded; not-a-number and the infinities are no instants and become null. A field
that was added later with a default may be missing in what is read; one that is gone is passed over.
"""

import dataclasses
import hashlib
import json
import math
import types
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NewType, get_args, get_origin, get_type_hints

import orjson

from ccserver.core.commands import Command
from ccserver.core.events import Event

Decode = Callable[[Any], Any]

EVENTS: dict[str, type] = {kind.__name__: kind for kind in get_args(Event)}

MARK = "\uf8ff"
"""Begins a string that JSONB could not hold as it is (NUL, a lone surrogate). What follows is the
string with its unusual characters as `\\uXXXX`. A string that begins so by itself is marked too."""

_NUL = b"\\u0000"
_MARK = MARK.encode()


class UnknownEventError(ValueError):
    """The journal names an event that this version of the core does not have."""


def encode(value: Event | Command) -> bytes:
    """The fields as one JSON object. Never fails for what the core can hold."""
    try:
        encoded = orjson.dumps(value, default=_sorted)
    except TypeError:
        # A lone surrogate, or an integer beyond 64 bits.
        return _encode_slowly(value)
    if _NUL in encoded or _MARK in encoded:
        return _encode_slowly(value)
    return encoded


def decode_event(name: str, fields: dict[str, Any]) -> Event:
    """The event again. Raises UnknownEventError, or ValueError for fields that do not fit."""
    kind = EVENTS.get(name)
    if kind is None:
        raise UnknownEventError(name)
    try:
        event: Event = _decoder(kind)(fields)
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"{name}: {error}") from error
    return event


def hash_of(encoded: Sequence[tuple[str, bytes]]) -> int:
    """A signed 64-bit hash of encoded commands, in their order: equal for equal commands."""
    digest = hashlib.blake2b(digest_size=8)
    for name, fields in encoded:
        digest.update(name.encode())
        digest.update(fields)
    return int.from_bytes(digest.digest(), "big", signed=True)


def hash_commands(commands: Iterable[Command]) -> int:
    """What the journal keeps of all commands of one event."""
    return hash_of([(type(command).__name__, encode(command)) for command in commands])


def id_number(customer: str) -> int | None:
    """A customer's id as a column holds it; None for one that cannot be ours."""
    is_number = customer.isascii() and customer.isdigit() and len(customer) < 19
    return int(customer) if is_number else None


def storable(value: str) -> str:
    """The text as a column can hold it: without NUL and lone surrogates."""
    return value.replace("\0", "\ufffd").encode(errors="replace").decode()


def _sorted(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)


def _encode_slowly(value: object) -> bytes:
    return json.dumps(_plain(value), ensure_ascii=True).encode()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, str):
        return _marked(str(value))
    if isinstance(value, frozenset):
        return [_plain(one) for one in sorted(value)]
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _marked(value: str) -> str:
    if not value.startswith(MARK) and "\0" not in value:
        try:
            value.encode()
        except UnicodeEncodeError:
            pass
        else:
            return value
    return MARK + json.dumps(value)[1:-1]


def _text(value: str) -> str:
    if value.startswith(MARK):
        unmarked: str = json.loads(f'"{value[1:]}"')
        return unmarked
    return value


@cache
def _decoder(kind: Any) -> Decode:
    """How a value of this type is read."""
    if isinstance(kind, NewType):
        return _decoder(kind.__supertype__)
    if get_origin(kind) is not None or isinstance(kind, types.UnionType):
        return _generic(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    if kind is str:
        return _text
    if kind is bool or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        made: Decode = kind
        return made
    if kind is int:
        return int
    if kind is float:
        # JSONB writes 1e16 as an integer, so a float is made one again.
        return lambda value: math.nan if value is None else float(value)
    raise TypeError(f"the journal cannot hold {kind!r}")


def _generic(kind: Any) -> Decode:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is frozenset:
        of = _decoder(arguments[0])
        return lambda values: frozenset(of(value) for value in values)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        of = _decoder(arguments[0])
        return lambda values: tuple(of(value) for value in values)
    if origin is tuple:
        each = [_decoder(argument) for argument in arguments]
        return lambda values: tuple(
            decode(value) for decode, value in zip(each, values, strict=True)
        )
    some = [argument for argument in arguments if argument is not types.NoneType]
    if len(some) != 1:
        raise TypeError(f"the journal cannot tell apart the members of {kind!r}")
    of = _decoder(some[0])
    return lambda value: None if value is None else of(value)


def _record(kind: type) -> Decode:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}

    def decode(values: dict[str, Any]) -> Any:
        return kind(**{name: of(values[name]) for name, of in decoders.items() if name in values})

    return decode
