"""English, held against what people say and against a listener who counts along."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.spoken import WHOLE_MAX, Form, spoken
from tests.core.said import said, texts

SIZES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SMALL = {texts()[f"w_{n}"]["en"]: n for n in (*range(20), *range(20, 100, 10))}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "zero"),
        ("7", "seven"),
        ("13", "thirteen"),
        ("20", "twenty"),
        ("42", "forty two"),
        ("100", "one hundred"),
        ("101", "one hundred one"),
        ("1000", "one thousand"),
        ("1203", "one thousand two hundred three"),
        ("20000", "twenty thousand"),
        ("1000000", "one million"),
        ("1002003", "one million two thousand three"),
        ("5000000000", "five billion"),
        ("999999999999", " ".join(
            f"nine hundred ninety nine{size}" for size in (" billion", " million", " thousand", "")
        )),
        ("1000000000000", "one trillion"),
        ("-12", "minus twelve"),
        ("3.5", "three point five"),
        ("0.05", "zero point zero five"),
        ("-0", "zero"),
    ],
)  # fmt: skip
def test_numbers(value: str, text: str) -> None:
    assert said(Form.NUMBER, value, "en") == text


def counted(text: str) -> int:
    """What a listener makes of it."""
    total = group = 0
    for word in text.split():
        if word in SMALL:
            group += SMALL[word]
        elif word == "hundred":
            group *= 100
        else:
            total, group = total + group * SIZES[word], 0
    return total + group


@given(st.integers(0, WHOLE_MAX) | st.text("00000129", min_size=1, max_size=12).map(int))
def test_a_listener_can_count_along(number: int) -> None:
    text = said(Form.NUMBER, str(number), "en")
    assert counted(text) == number
    assert "zero" not in text or number == 0


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("0", "CNY", "zero yuan"),
        ("1", "CNY", "one yuan"),
        ("1234.50", "CNY", "one thousand two hundred thirty four yuan and fifty fen"),
        ("0.01", "CNY", "one fen"),
        ("12.05", "CNY", "twelve yuan and five fen"),
        ("1.00", "USD", "one dollar"),
        ("1.01", "USD", "one dollar and one cent"),
        ("21.20", "USD", "twenty one dollars and twenty cents"),
        ("-0.99", "USD", "minus ninety nine cents"),
        ("1", "EUR", "one euro"),
        ("2.50", "EUR", "two euros and fifty cents"),
        ("0", "EUR", "zero euros"),
    ],
)
def test_amounts(value: str, currency: str, text: str) -> None:
    assert said(Form.AMOUNT, value, "en", currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-10-01", "October first twenty twenty six"),
        ("2000-02-29", "February twenty-ninth two thousand"),
        ("2005-01-03", "January third two thousand five"),
        ("2010-05-12", "May twelfth twenty ten"),
        ("1999-12-31", "December thirty-first nineteen ninety nine"),
        ("1905-06-30", "June thirtieth nineteen oh five"),
        ("1900-07-21", "July twenty-first nineteen hundred"),
        ("2100-03-22", "March twenty-second twenty one hundred"),
        ("0987-08-02", "August second nine hundred eighty seven"),
        ("2026-04-20T23:30:00Z", "April twentieth twenty twenty six"),
    ],
)
def test_dates(value: str, text: str) -> None:
    assert said(Form.DATE, value, "en") == text


@given(st.dates(), st.dates())
def test_two_dates_never_sound_the_same(one: date, other: date) -> None:
    heard = [said(Form.DATE, day.isoformat(), "en") for day in (one, other)]
    assert (heard[0] == heard[1]) == (one == other)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00:00", "midnight"),
        ("00:01", "twelve oh one a.m."),
        ("01:00", "one a.m."),
        ("09:30", "nine thirty a.m."),
        ("9:05", "nine oh five a.m."),
        ("11:59", "eleven fifty nine a.m."),
        ("12:00", "noon"),
        ("12:10", "twelve ten p.m."),
        ("13:00", "one p.m."),
        ("23:45:59", "eleven forty five p.m."),
        ("2026-10-01 18:20", "six twenty p.m."),
    ],
)
def test_times(value: str, text: str) -> None:
    assert said(Form.TIME, value, "en") == text


@given(st.times(), st.times())
def test_two_times_never_sound_the_same(one: time, other: time) -> None:
    same = (one.hour, one.minute) == (other.hour, other.minute)
    heard = [spoken(Form.TIME, f"{at:%H:%M}", "en") for at in (one, other)]
    assert (heard[0] == heard[1]) == same


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "zero seconds"),
        ("1", "one second"),
        ("45", "forty five seconds"),
        ("60", "one minute"),
        ("120", "two minutes"),
        ("150", "two minutes and thirty seconds"),
        ("3600", "one hour"),
        ("3605", "one hour and five seconds"),
        ("3900", "one hour and five minutes"),
        ("7322", "two hours two minutes and two seconds"),
        ("90000", "twenty five hours"),
    ],
)
def test_durations(value: str, text: str) -> None:
    assert said(Form.DURATION, value, "en") == text


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Form.DIGITS, "13800", "one three eight zero zero"),
        (Form.DIGITS, "+86 21", "plus eight six two one"),
        (Form.DIGITS, "*21#", "star two one hash"),
        (Form.SPELL, "AB12-C", "A B one two dash C"),
        (Form.SPELL, "a.b/c_z", "A dot B slash C underscore zee"),
    ],
)
def test_codes(form: Form, value: str, text: str) -> None:
    assert said(form, value, "en") == text
