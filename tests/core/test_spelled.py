"""One by one: what is left where a language has no grammar."""

from datetime import date, time

import pytest

from ccserver.core import spelled
from ccserver.core.spoken_english import WORDS as ENGLISH
from ccserver.core.spoken_mandarin import WORDS as MANDARIN


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (spelled.number(12, ""), "1 2"),
        (spelled.number(3, "05"), "3 dot 0 5"),
        (spelled.amount(12, 5, "EUR"), "1 2 dot 0 5"),
        (spelled.duration(1, 0, 5), "3 6 0 5"),
        (spelled.day(date(2026, 10, 1)), "2 0 2 6 dash 1 0 dash 0 1"),
        (spelled.clock(time(9, 30)), "0 9 3 0"),
        (spelled.code("ab1_#"), "letter_a letter_b 1 underscore hash"),
        (spelled.code("+*/"), "plus star slash"),
    ],
)
def test_each_thing_is_said_as_it_is_written(names: list[str], written: str) -> None:
    assert names == [f"w_{word}" for word in written.split()]


def test_its_words_are_digits_letters_and_signs_and_every_language_has_them() -> None:
    assert len(spelled.WORDS) == 10 + 26 + 8
    assert spelled.WORDS < spelled.COMMON_WORDS
    assert spelled.COMMON_WORDS < MANDARIN & ENGLISH


def test_tens_say_nothing_for_nothing() -> None:
    assert spelled.tens(0) == []
    assert spelled.tens(19) == ["w_19"]
    assert spelled.tens(20) == ["w_20"]
    assert spelled.tens(99) == ["w_90", "w_9"]
