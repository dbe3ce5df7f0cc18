"""What steps decide by."""

import pytest

from ccserver.core.conditions import are_right, dig, find_row, holds, luhn
from ccserver.core.flow import Row
from ccserver.core.ids import StepName
from ccserver.core.steps import Case, Check, Digits

THEN = StepName("then")


@pytest.mark.parametrize(
    ("case", "value", "does"),
    [
        (Case(then=THEN, one_of=frozenset(("gold",))), "gold", True),
        (Case(then=THEN, one_of=frozenset(("gold",))), "silver", False),
        (Case(then=THEN, starts_with=("+8610", "+8621")), "+862112345678", True),
        (Case(then=THEN, starts_with=("+8610",)), "+862112345678", False),
        (Case(then=THEN, at_least=0.8), "0.8", True),
        (Case(then=THEN, at_least=0.8), "0.79", False),
        (Case(then=THEN, below=3), "2", True),
        (Case(then=THEN, below=3), "3", False),
        (Case(then=THEN, at_least=0.0), "", False),
        (Case(then=THEN, between=("09:00", "18:00")), "09:00", True),
        (Case(then=THEN, between=("09:00", "18:00")), "18:00", False),
        (Case(then=THEN, between=("22:00", "06:00")), "23:10", True),
        (Case(then=THEN, between=("22:00", "06:00")), "05:59", True),
        (Case(then=THEN, between=("22:00", "06:00")), "12:00", False),
        (Case(then=THEN, between=("22:00", "06:00")), "", False),
    ],
)
def test_a_case_holds(case: Case, value: str, does: bool) -> None:
    assert holds(case, value) is does


@pytest.mark.parametrize(
    ("digits", "fits"), [("79927398713", True), ("79927398710", False), ("", False), ("1a", False)]
)
def test_the_check_digit(digits: str, fits: bool) -> None:
    assert luhn(digits) is fits


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
    assert not are_right(step, "0799273987")
    assert not are_right(step, "79927398710")


def test_the_longest_prefix_finds_the_row() -> None:
    china, beijing = Row(("+86",), {"name": "China"}), Row(("+8610",), {"name": "Beijing"})
    table = (china, beijing)
    assert find_row(table, "+861012345678") is beijing
    assert find_row(table, "+862112345678") is china
    assert find_row(table, "+44") is None


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
        ("none", ""),
        ("no.where", ""),
    ],
)
def test_places_in_an_answer(place: str, text: str) -> None:
    value = {
        "account": {"balance": 12.5},
        "cars": [{"plate": "A1"}, {"plate": "B2"}],
        "open": True,
        "closed": False,
        "whole": 3.0,
        "none": None,
    }
    assert dig(value, place) == text
