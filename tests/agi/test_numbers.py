"""The caller's number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.agi.numbers import CHARACTERS_MAX, caller_number


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
