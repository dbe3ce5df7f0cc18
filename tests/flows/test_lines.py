"""Where things stand in a TOML text."""

import json
import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.flows.lines import Path, line_of, lines_of

TEXT = '''# a comment = 1
title = "x"  # [not.a.table]

[steps.menu]
kind = "menu"
keys = { 1 = "a", "*" = "b", 'x y' = { deep = 1 } }
prompts = [
    "one",
    { number = "{n}" },  # with a comment, ]
]
long = """
[steps.not]
kind = "none"
"""
a.b."c.d" = 1

[[test]]
name = "first"
at = 2026-10-01 09:00:00+08:00

[test.customer]
tier = "gold"

[[test]]
name = 'second'
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("steps",), 4),
        (("steps", "menu"), 4),
        (("steps", "menu", "keys"), 6),
        (("steps", "menu", "keys", "*"), 6),
        (("steps", "menu", "keys", "x y", "deep"), 6),
        (("steps", "menu", "prompts", "0"), 8),
        (("steps", "menu", "prompts", "1", "number"), 9),
        (("steps", "menu", "long"), 11),
        (("steps", "menu", "a", "b", "c.d"), 15),
        (("test",), 17),
        (("test", "0"), 17),
        (("test", "0", "at"), 19),
        (("test", "0", "customer", "tier"), 22),
        (("test", "1"), 24),
        (("test", "1", "name"), 25),
    ],
)
def test_each_thing_has_its_line(path: Path, line: int) -> None:
    assert lines_of(TEXT)[path] == line


def test_what_only_looks_like_toml_has_none() -> None:
    found = lines_of(TEXT)
    assert ("steps", "not") not in found
    assert ("not",) not in found


def test_what_is_not_there_is_sought_around_it() -> None:
    found = lines_of(TEXT)
    assert line_of(found, ("steps", "menu", "then")) == 4
    assert line_of(found, ("steps", "menu", "keys", "9")) == 6
    assert line_of(found, ("nothing",)) == 1
    assert line_of(found, ()) == 1


@pytest.mark.parametrize(
    "text", ["", "a", "a =", "[", "[a", "a = [", "a = {b", "= 1", '[""', "a = [1 2]"]
)
def test_what_is_no_toml_is_read_as_far_as_it_goes(text: str) -> None:
    assert set(lines_of(text).values()) <= {1}


# -- any text

NAMES = st.text(st.characters(codec="utf-8"), max_size=4)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=4)


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_quoted(k)} = {_written(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        items = ",  # [x]\n".join(map(_written, value))
        return f"[\n{items}]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    inner: Iterator[tuple[str, object]] = iter(())
    if isinstance(value, Mapping):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = ((str(place), item) for place, item in enumerate(value))
    for key, item in inner:
        yield (*path, key)
        yield from _paths(item, (*path, key))


@given(TABLES)
def test_all_that_tomllib_reads_has_a_line_and_nothing_else(
    tables: dict[str, dict[str, object]],
) -> None:
    text = ""
    heads: dict[str, int] = {}
    for name, table in tables.items():
        heads[name] = text.count("\n") + 1
        pairs = "".join(f"{_quoted(key)} = {_written(value)}\n" for key, value in table.items())
        text += f"[{_quoted(name)}]\n{pairs}"
    found = lines_of(text)
    assert set(found) == set(_paths(tomllib.loads(text)))
    assert {name: found[name,] for name in tables} == heads
    order = [found[path] for path in _paths(tables)]
    assert order == sorted(order)
