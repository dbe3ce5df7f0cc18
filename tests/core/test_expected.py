"""The promised wait holds as often as it says, whatever the day is like."""

from random import Random

import pytest

from ccserver.core.expected import SERVED_AT_ONCE, Band, Expected


@pytest.mark.parametrize("truth", [0.3, 1.0, 3.0])
def test_eight_waits_in_ten_end_inside_the_band_even_when_the_model_is_wrong(truth: float) -> None:
    random, expected = Random(1), Expected()
    inside = 0
    for number in range(4000):
        place = random.randint(1, 20)
        band = expected.quote("sales", place - 1, 0.1)
        waited = truth * random.gammavariate(place, 10.0)
        expected.learn("sales", band, waited, answered=True)
        if number >= 1000:
            inside += band.from_seconds <= waited <= band.until_seconds
    assert inside / 3000 == pytest.approx(0.8, abs=0.03)


def test_the_next_in_line_waits_less_than_the_tenth() -> None:
    expected = Expected()
    first, tenth = expected.quote("q", 0, 0.1), expected.quote("q", 9, 0.1)
    assert 0 <= first.from_seconds < first.until_seconds < tenth.until_seconds
    assert tenth.from_seconds < 100.0 < tenth.until_seconds


def test_where_people_give_up_it_goes_faster() -> None:
    patient, weary = Expected(), Expected()
    for _ in range(50):
        patient.learn("q", Band(1.0, 900.0), 600.0, answered=False)
        weary.learn("q", Band(1.0, 900.0), 30.0, answered=False)
    assert weary.quote("q", 9, 0.1).until_seconds < patient.quote("q", 9, 0.1).until_seconds


def test_who_gives_up_inside_the_band_tells_only_of_patience() -> None:
    expected = Expected()
    before = expected.quote("q", 3, 0.1)
    expected.learn("q", before, before.until_seconds - 1, answered=False)
    expected.learn("q", SERVED_AT_ONCE, 0.0, answered=True)
    assert expected._ends == {}, "neither end was tried"
    expected.learn("q", before, before.until_seconds + 1, answered=False)
    assert expected._ends["q"].high > 0


def test_no_day_moves_the_band_out_of_all_reason() -> None:
    expected = Expected()
    for _ in range(10_000):
        expected.learn("q", Band(1.0, 2.0), 1e6, answered=True)
    assert expected.quote("q", 0, 1.0).until_seconds < 1e3
