"""The caller's number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.agi.numbers import CHARACTERS_MAX, caller_number
from ccserver.numbers import e164

SENT = st.from_regex(r"\+?[0-9][0-9 ().\-/]{0,38}", fullmatch=True) | st.from_regex(
    r"(\+86|86|0086|)(1[3-9][0-9]{9,10}|0?10[0-9]{8}|0?[2-9][0-9]{9,11})", fullmatch=True
)
"""What a trunk may send that is nothing but a number, with and without the country's code."""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("010-12345678", "+861012345678"),
        ("+12125551234", "+12125551234"),
        ("95588", "95588"),
        ("1001", "1001"),
        ("9" * 35, "9" * 35),
        ("+0", "+0"),
        ("anonymous", ""),
        ("Unknown", ""),
        ("", ""),
        ("call 13800138000 now", "call 13800138000 now"),
        ("bob,Event: X", "bob_Event: X"),
        ("a\nb", "a_b"),
    ],
)
def test_a_number_becomes_e164_and_other_text_is_cleaned(text: str, number: str) -> None:
    assert caller_number(text, "CN") == number


@given(st.text(max_size=500))
def test_any_text_becomes_short_and_printable(text: str) -> None:
    number = caller_number(text, "CN")
    assert len(number) <= CHARACTERS_MAX
    assert number.isprintable()
    assert not set(number) & set('|,"\\;=${}\n')


@given(SENT, st.sampled_from(["CN", "US", "DE"]))
def test_who_was_imported_is_found_when_calling(text: str, region: str) -> None:
    number = caller_number(text, region)
    imported = e164(text, region)
    if imported is None:
        assert not e164(number, region), "who cannot be imported is nobody else"
    else:
        assert number == imported
        assert caller_number(imported, region) == imported, "the number as the trunk may give it"
