"""What can be said and what cannot, in every language; and that each word has its text."""

import re
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from traceback import format_exception

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import Prompt
from ccserver.core.spoken import (
    CHARACTERS_MAX,
    CURRENCIES,
    WHOLE_MAX,
    WORDS,
    Form,
    spoken,
    words_of,
)
from tests.core.said import read_out, texts

LANGUAGES = st.sampled_from(["zh", "zh-CN", "ZH-Hant-TW", "en", "en-GB", "de", "yue", ""])
WHOLE = st.integers(0, WHOLE_MAX).map(str)
GOOD = {
    Form.NUMBER: st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,20})?", fullmatch=True),
    Form.DIGITS: st.text("0123456789+*# -", max_size=30).map(lambda text: f"{text}7"),
    Form.AMOUNT: st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,2}0{0,5})?", fullmatch=True),
    Form.DATE: st.dates().map(str) | st.datetimes(timezones=st.timezones()).map(str),
    Form.TIME: st.times().map(str) | st.datetimes().map(lambda instant: instant.isoformat()),
    Form.SPELL: st.text("abcXYZ0189+*#-./_", min_size=1, max_size=CHARACTERS_MAX),
    Form.DURATION: WHOLE,
}


@given(st.data(), st.sampled_from(Form), LANGUAGES, st.sampled_from(sorted(CURRENCIES)))
def test_what_is_well_written_is_said_in_words_that_the_language_has(
    data: st.DataObject, form: Form, language: str, currency: str
) -> None:
    heard = spoken(form, data.draw(GOOD[form]), language, currency=currency)
    assert heard
    assert set(heard) <= words_of(language)


@given(st.sampled_from(Form), st.text() | st.text("0123456789-:.T+Z "), LANGUAGES)
def test_any_text_is_said_or_refused(form: Form, value: str, language: str) -> None:
    with suppress(ValueError):
        heard = spoken(form, value, language)
        assert heard
        assert set(heard) <= words_of(language)


@given(st.data(), st.sampled_from(Form), LANGUAGES)
def test_whether_a_text_can_be_said_does_not_depend_on_the_language(
    data: st.DataObject, form: Form, language: str
) -> None:
    value = data.draw(st.text("0123456789-:.T+ ", max_size=12))

    def refusal(spoken_in: str) -> str:
        try:
            spoken(form, value, spoken_in)
        except ValueError as error:
            return str(error)
        return ""

    assert refusal(language) == refusal("en")


@pytest.mark.parametrize(
    ("form", "values", "complaint"),
    [
        (
            Form.NUMBER,
            ["", "-", "1,203", "1.", ".5", "+5", "1e3", "--1", "\uff11"],
            "like -12 or 3.5",
        ),
        (Form.NUMBER, ["1000000000001", "-9999999999999.5"], "at most 1000000000000"),
        (Form.AMOUNT, ["", "12.345", "12.", "12 yuan", "¥12"], "like 1234.50"),
        (Form.AMOUNT, ["1000000000001"], "at most 1000000000000"),
        (Form.DURATION, ["", "-1", "1.5", "2m", "PT5M"], "in whole seconds"),
        (Form.DURATION, ["9" * 13], "at most 1000000000000"),
        (Form.DATE, ["", "2026-02-30", "01.10.2026", "10/01/2026", "09:30"], "like 2026-10-01"),
        (Form.TIME, ["", "24:00", "09:60", "9", ":30", "0930", "9.30"], "like 09:30"),
        (Form.TIME, ["2026-10-01", "2026-02-30T09:30", "-1:30", "T9:30"], "like 09:30"),
        (Form.DIGITS, ["", " - ", "12a", "\uff11", "1.2"], "0 to 9"),
        (Form.SPELL, ["", " ", "ä", "a@b", "一", "a\nb"], "A to Z"),
        (Form.SPELL, ["a" * (CHARACTERS_MAX + 1)], "at most 40 characters"),
    ],
)
def test_a_text_that_cannot_be_said_is_refused_with_what_it_should_be(
    form: Form, values: list[str], complaint: str
) -> None:
    for value in values:
        with pytest.raises(ValueError, match=re.escape(complaint)):
            spoken(form, value, "zh")


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.SPELL])
def test_a_refusal_does_not_repeat_the_text_which_may_be_a_person_s(form: Form) -> None:
    number = "138" + "00138000"
    with pytest.raises(ValueError, match=r"is written|are 0 to 9") as raised:
        spoken(form, f"{number}x", "zh")
    assert number not in "".join(format_exception(raised.value))


def test_a_currency_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="one of CNY, EUR, USD"):
        spoken(Form.AMOUNT, "1", "en", currency="XYZ")
    assert spoken(Form.NUMBER, "1", "en", currency="XYZ") == (Prompt("w_1"),)


def test_blanks_around_a_text_do_not_matter() -> None:
    assert spoken(Form.NUMBER, " 7\n", "en") == (Prompt("w_7"),)


def test_the_primary_part_of_a_language_chooses_its_grammar() -> None:
    for language, text in (("zh-Hans-CN", "十二"), ("ZH", "十二"), ("en-US", "twelve")):
        heard = spoken(Form.NUMBER, "12", language)
        assert read_out(heard, language[:2].lower()) == text


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Form.NUMBER, "-12.5", "minus one two dot five"),
        (Form.AMOUNT, "12.5", "one two dot five zero"),
        (Form.DATE, "2026-10-01T09:30Z", "two zero two six dash one zero dash zero one"),
        (Form.TIME, "2026-10-01T09:30Z", "zero nine three zero"),
        (Form.DURATION, "90", "nine zero"),
        (Form.DIGITS, "+49 1", "plus four nine one"),
        (Form.SPELL, "Ab1", "A B one"),
    ],
)
def test_a_language_without_a_grammar_says_one_by_one(form: Form, value: str, text: str) -> None:
    assert read_out(spoken(form, value, "de"), "en") == text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_word_has_its_text_and_each_text_is_a_word(language: str) -> None:
    assert {word for word, text in texts().items() if language in text} == words_of(language)


def test_the_file_of_words_holds_nothing_else() -> None:
    assert set(texts()) == WORDS
    assert {language for text in texts().values() for language in text} == {"zh", "en"}


def test_the_names_of_words_are_those_of_prompts() -> None:
    for word in WORDS | words_of("de"):
        assert re.fullmatch(r"w_[a-z0-9_]{1,38}", word)


@pytest.mark.parametrize("language", ["zh", "en", "de"])
def test_no_word_is_never_said(language: str) -> None:
    numbers = [*range(100), *range(100, 10_000, 100), 110]
    numbers += [count * 10**power for count in (1, 2, 3) for power in (4, 6, 8, 9, 12)]
    money = [f"{n}.{m:02}" for n in range(4) for m in range(100)]
    values: list[tuple[Form, str]] = [
        *((Form.NUMBER, str(number)) for number in numbers if number <= WHOLE_MAX),
        *((Form.TIME, f"{hour}:{minute:02}") for hour in range(24) for minute in range(60)),
        *((Form.DATE, f"2027-{month:02}-{day:02}") for month in (1, 3, 5) for day in range(1, 32)),
        *((Form.DATE, f"{year}-{month:02}-01") for year in (1900, 1905) for month in range(1, 13)),
        *((Form.DURATION, str(seconds)) for seconds in (1, 2, 3, 60, 120, 180, 3600, 7200, 10800)),
        (Form.NUMBER, "-3.5"),
        (Form.DIGITS, "1+*#"),
        (Form.SPELL, "abcdefghijklmnopqrstuvwxyz0123456789"),
        (Form.SPELL, "-./_"),
    ]
    heard = set(chain.from_iterable(spoken(form, value, language) for form, value in values))
    for currency in CURRENCIES:
        for amount in money:
            heard |= set(spoken(Form.AMOUNT, amount, language, currency=currency))
    assert heard == words_of(language)


@given(st.integers(0, 10**9))
def test_an_instant_is_said_as_its_day_and_its_minute(seconds: int) -> None:
    day, rest = divmod(seconds, 86_400)
    date = f"{1970 + day % 100}-10-01"
    clock = str(timedelta(seconds=rest))
    for language in ("zh", "en", "de"):
        instant = f"{date}T{clock:0>8}+08:00"
        assert spoken(Form.DATE, instant, language) == spoken(Form.DATE, date, language)
        assert spoken(Form.TIME, instant, language) == spoken(Form.TIME, clock[:-3], language)
