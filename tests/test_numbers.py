"""Numbers as people write them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.numbers import area_code, by_the_library, e164, in_use, national, place_of, zone_of

PLAIN = st.from_regex(r"(1\d{10}|0\d{9,11})", fullmatch=True)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A number's digits with spaces and hyphens between them."""
    gaps = st.sampled_from(["", "", "", "", " ", "-", " - ", "--"])
    return "".join(draw(gaps) + digit for digit in draw(PLAIN)) + draw(gaps)


@given(written())
def test_the_short_cut_gives_what_the_library_gives(number: str) -> None:
    assert e164(number, "CN") == by_the_library(number, "CN")


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_nonsense_is_no_number_and_no_error(text: str) -> None:
    assert e164(text, "CN") == by_the_library(text, "CN")


def test_every_prefix_of_china_gives_what_the_library_gives() -> None:
    for prefix in range(100, 1000):
        for digits in ("1234567", "12345678"):
            for number in (f"{prefix}{digits}", f"0{prefix}{digits}"):
                assert e164(number, "CN") == by_the_library(number, "CN"), number


@pytest.mark.parametrize(
    ("written_as", "number"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("010-8888 6666", "+861088886666"),
        ("+1 (202) 555-0143", "+12025550143"),
        ("１３８００１３８０００", "+8613800138000"),  # noqa: RUF001 -- full-width digits, as typed
        ("'13800138000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
    ],
)
def test_known_spellings(written_as: str, number: str) -> None:
    assert e164(written_as, "CN") == number


@pytest.mark.parametrize("text", ["", "10086", "hotline", "138001380001", "bob,Event: X"])
def test_what_is_no_number(text: str) -> None:
    assert e164(text, "CN") is None


@pytest.mark.parametrize(
    ("number", "area", "place"),
    [
        ("+861088886666", "010", "Beijing"),
        ("+8675512345678", "0755", "Shenzhen, Guangdong"),
        ("+8613800138000", "", "Beijing"),
        ("+864008123456", "", "China"),
        ("+12025550143", "202", "Washington D.C."),
        ("+442079460000", "020", "London"),
        ("+390612345678", "06", "Rome"),
        ("+80012345678", "", ""),
        ("10086", "", ""),
        ("", "", ""),
    ],
)
def test_where_a_number_is_from(number: str, area: str, place: str) -> None:
    assert (area_code(number), place_of(number)) == (area, place)


@given(st.text(max_size=20) | st.from_regex(r"\+[0-9]{0,18}", fullmatch=True))
def test_nonsense_is_from_nowhere_and_no_error(text: str) -> None:
    code = area_code(text)
    assert code == "" or code.isdecimal()
    assert place_of(text).isprintable()


def test_places_are_loaded_only_when_asked_for() -> None:
    asks = (
        "import sys; from ccserver import numbers; numbers.area_code('+861088886666');"
        "before = 'phonenumbers.geodata' in sys.modules; numbers.place_of('+861088886666');"
        "print(before, 'phonenumbers.geodata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("number", "dialed"),
    [
        ("+8613800138000", "13800138000"),
        ("+861088886666", "01088886666"),
        ("+12025550143", "2025550143"),
        ("95588", "95588"),
        ("", ""),
    ],
)
def test_a_number_as_it_is_dialled_at_home(number: str, dialed: str) -> None:
    assert national(number) == dialed


@pytest.mark.parametrize(
    ("number", "usable", "zone"),
    [
        ("+8613800138000", True, "Asia/Shanghai"),
        ("+861088886666", True, "Asia/Shanghai"),
        ("+861238886666", False, "Asia/Shanghai"),
        ("+12025550143", True, "America/New_York"),
        ("+13105550143", True, "America/Los_Angeles"),
        ("+18005550143", True, ""),
        ("+4915112345678", True, "Europe/Berlin"),
        ("+999123", False, ""),
        ("", False, ""),
    ],
)
def test_whether_a_number_can_be_in_use_and_what_time_it_is_there(
    number: str, usable: bool, zone: str
) -> None:
    assert in_use(number) is usable
    assert zone_of(number) == zone
