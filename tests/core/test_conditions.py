"""What steps decide by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.conditions import are_right, dig, find_row, holds, luhn
from ccserver.core.flow import Row
from ccserver.core.ids import StepName
from ccserver.core.steps import Case, Check, Digits

THEN = StepName("then")
GOLD = Case(then=THEN, one_of=frozenset(("gold",)))
NIGHT = Case(then=THEN, between=("22:00", "06:00"))
SUMMER = Case(then=THEN, between=("2026-06-01", "2026-09-01"))
SOME = Case(then=THEN, at_least=0.5, below=3)


@pytest.mark.parametrize(
    ("case", "value", "does"),
    [
        (GOLD, "gold", True),
        (GOLD, "silver", False),
        (GOLD, "", False),
        (Case(then=THEN, one_of=frozenset(("",))), "", True),
        (Case(then=THEN, starts_with=("+8610", "+8621")), "+862112345678", True),
        (Case(then=THEN, starts_with=("+8610",)), "+862112345678", False),
        (Case(then=THEN, at_least=0.8), "0.8", True),
        (Case(then=THEN, at_least=0.8), "0.79", False),
        (Case(then=THEN, at_least=0.0), "", False),
        (Case(then=THEN, at_least=0.0), "nan", False),
        (Case(then=THEN, at_least=0.0), "inf", False),
        (Case(then=THEN, at_least=0.0), "1_000", False),
        (Case(then=THEN, at_least=-2.0), "-1", True),
        (Case(then=THEN, at_least=1e20), "1e+21", True),
        (Case(then=THEN, below=3), "2", True),
        (Case(then=THEN, below=3), "3", False),
        (SOME, "0.5", True),
        (SOME, "3", False),
        (SOME, "0.4", False),
        (SUMMER, "2026-06-01", True),
        (SUMMER, "2026-09-01", False),
        (SUMMER, "", False),
        (NIGHT, "22:00", True),
        (NIGHT, "23:10", True),
        (NIGHT, "05:59", True),
        (NIGHT, "06:00", False),
        (NIGHT, "12:00", False),
        (NIGHT, "", False),
    ],
)
def test_a_case_holds(case: Case, value: str, does: bool) -> None:
    assert holds(case, value) is does


@given(st.text("0123456789:", max_size=5))
def test_a_span_and_what_lies_outside_of_it_are_all_there_is(value: str) -> None:
    day = Case(then=THEN, between=("06:00", "22:00"))
    assert (holds(day, value) or holds(NIGHT, value)) is (value != "")
    assert not (holds(day, value) and holds(NIGHT, value))


@pytest.mark.parametrize(
    ("digits", "fits"),
    [("79927398713", True), ("79927398710", False), ("0", True), ("", False), ("1a", False)],
)
def test_the_check_digit(digits: str, fits: bool) -> None:
    assert luhn(digits) is fits


@given(st.text("0123456789", min_size=1, max_size=18), st.data())
def test_one_check_digit_fits_and_shows_every_single_slip(number: str, data: st.DataObject) -> None:
    fitting = [number + last for last in "0123456789" if luhn(number + last)]
    assert len(fitting) == 1
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert not luhn(fitting[0][:place] + other + fitting[0][place + 1 :])


def test_digits_are_right_in_length_pattern_and_check() -> None:
    step = Digits(
        prompts=(),
        into="x",
        length_min=4,
        length_max=11,
        then=THEN,
        otherwise=THEN,
        pattern="[1-9].*",
        check=Check.LUHN,
    )
    assert are_right(step, "79927398713")
    assert not are_right(step, "799")
    assert not are_right(step, "799273987130")
    assert not are_right(step, "0799273987")
    assert not are_right(step, "79927398710")


def test_a_pattern_must_match_all_of_the_digits() -> None:
    step = Digits(
        prompts=(),
        into="x",
        length_min=1,
        length_max=9,
        then=THEN,
        otherwise=THEN,
        pattern="1|12",
    )
    assert are_right(step, "12")
    assert not are_right(step, "123")


def test_without_a_pattern_only_digits_are_digits() -> None:
    step = Digits(
        prompts=(), into="x", length_min=1, length_max=9, then=THEN, otherwise=THEN, terminator=""
    )
    assert are_right(step, "12")
    assert not are_right(step, "1*2")
    assert not are_right(step, "#")


def test_the_longest_prefix_finds_the_row() -> None:
    china, beijing = Row(("+86",), {"name": "China"}), Row(("+8610", "010"), {"name": "Beijing"})
    table = (china, beijing, Row(("+86",), {"name": "twice"}))
    assert find_row(table, "+861012345678") is beijing
    assert find_row(table, "01012345678") is beijing
    assert find_row(table, "+862112345678") is china
    assert find_row(table, "+44") is None
    assert find_row(table, "") is None


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("account.balance", "12.5"),
        ("cars.1.plate", "B2"),
        ("cars.2.plate", ""),
        ("cars.x", ""),
        ("cars", ""),
        ("open", "yes"),
        ("closed", "no"),
        ("whole", "3"),
        ("huge", "1e+20"),
        ("count", "12"),
        ("none", ""),
        ("no.where", ""),
        ("count.more", ""),
    ],
)
def test_places_in_an_answer(place: str, text: str) -> None:
    value = {
        "account": {"balance": 12.5},
        "cars": [{"plate": "A1"}, {"plate": "B2"}],
        "open": True,
        "closed": False,
        "whole": 3.0,
        "huge": 1e20,
        "count": 12,
        "none": None,
    }
    assert dig(value, place) == text
