"""Texts with values in them."""

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.steps import text_of

NAMES = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=8)


def test_a_text_is_filled_with_values() -> None:
    text = text_of("order {order} of {customer.name}")
    assert text.names == ("order", "customer.name")
    assert text.fill({"order": "12"}) == "order 12 of "


def test_a_brace_that_names_nothing_is_a_brace() -> None:
    text = text_of("plain {} {A} { a} {1}")
    assert text.names == ()
    assert text.fill({}) == "plain {} {A} { a} {1}"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert text_of("{a}").fill({"a": "{b}", "b": "secret"}) == "{b}"


@given(st.lists(st.tuples(WORDS, NAMES)), WORDS)
def test_names_and_words_come_out_as_they_went_in(pairs: list[tuple[str, str]], last: str) -> None:
    text = text_of("".join(f"{word}{{{name}}}" for word, name in pairs) + last)
    assert text.names == tuple(name for _, name in pairs)
    filled = text.fill({name: f"<{name}>" for _, name in pairs})
    assert filled == "".join(f"{word}<{name}>" for word, name in pairs) + last
