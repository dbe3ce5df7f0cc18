"""Events survive the journal exactly, whatever a caller has put into them."""

import dataclasses
from typing import Any, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccserver.core.events import CallArrived, CallEnded, Event, RulesChanged, Started, Wake
from ccserver.core.ids import ContactId, LegId
from ccserver.db.codec import MARK, UnknownEventError, decode_event, encode, hash_commands
from tests.db.calls import Site

WHOLE_SITES = 60
"""So many at most of the events that hold a whole site: to make one up takes 0.1 s."""

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """What a field may hold: instants are finite, integers have 64 bits, lists are short."""
    kind = getattr(kind, "__supertype__", kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*map(values, arguments))
    if origin in (tuple, frozenset):
        # A site has records in records, some thirty fields each: one of a kind shows it all.
        longest = 1 if dataclasses.is_dataclass(arguments[0]) else 3
        return st.lists(values(arguments[0]), max_size=longest).map(origin)
    if arguments:
        return st.one_of(*map(values, arguments))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        fields = {field.name: values(hints[field.name]) for field in dataclasses.fields(kind)}
        return st.builds(kind, **fields)
    simple: dict[object, st.SearchStrategy[Any]] = {
        str: ANY_TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    return simple[kind] if kind in simple else st.from_type(kind)


def again(event: Event) -> Event:
    return decode_event(type(event).__name__, orjson.loads(encode(event)))


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_comes_back_as_it_was(kind: type[Event]) -> None:
    tries = settings.get_profile(settings.get_current_profile_name()).max_examples
    whole_site = kind in (Started, RulesChanged)

    @settings(max_examples=min(tries, WHOLE_SITES) if whole_site else tries)
    @given(values(kind))
    def survives(event: Event) -> None:
        assert again(event) == event

    survives()


@given(ANY_TEXT)
def test_any_text_comes_back_and_is_text_that_postgresql_takes(caller: str) -> None:
    event = CallArrived(
        contact=ContactId("c"), leg=LegId("1.1"), caller=caller, dialed=MARK + caller
    )
    assert again(event) == event
    text = orjson.loads(encode(event))["caller"]
    assert "\0" not in text


@pytest.mark.parametrize(
    "text", ["a\0b", "\ud800", MARK, MARK + "\\u0041", "\\u0000", "€\0\U0001f600"]
)
def test_what_jsonb_cannot_hold_is_marked(text: str) -> None:
    event = CallArrived(contact=ContactId("c"), leg=LegId("1.1"), caller=text, dialed="")
    assert again(event) == event


def test_a_number_without_bounds_does_not_stop_the_journal() -> None:
    event = CallEnded(leg=LegId("1.1"), cause=10**30)
    assert b"1000000000000000000000000000000" in encode(event)


def test_a_field_that_is_gone_is_passed_over_and_an_unknown_event_is_named() -> None:
    assert decode_event("Wake", {"colour": "red"}) == Wake()
    with pytest.raises(UnknownEventError, match="CallSung"):
        decode_event("CallSung", {})
    with pytest.raises(ValueError, match="CallEnded"):
        decode_event("CallEnded", {"leg": "1"})


def test_the_hash_is_of_all_commands_in_their_order() -> None:
    site = Site()
    site.call(1)
    commands = max((entry[3] for entry in site.entries), key=len)
    assert hash_commands(commands) == hash_commands(list(commands))
    assert hash_commands(commands) != hash_commands(commands[:-1])
    assert hash_commands(commands) != hash_commands(list(reversed(commands)))
