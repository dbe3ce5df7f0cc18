"""A sum of rows is exact, whatever was added and taken away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.lookahead import Ages, packed, unpacked

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4)


@given(st.lists(CHANCES, max_size=20))
def test_a_sum_of_rows_is_the_sum_of_its_chances(rows: list[list[float]]) -> None:
    means, variances = unpacked(sum(packed(row) for row in rows), 4)
    for n in range(4):
        assert means[n] == pytest.approx(sum(row[n] for row in rows), abs=1e-6)
        assert variances[n] == pytest.approx(sum(r[n] * (1 - r[n]) for r in rows), abs=1e-6)


@given(st.lists(CHANCES, min_size=1, max_size=20))
def test_what_is_taken_away_leaves_nothing(rows: list[list[float]]) -> None:
    whole = 0
    for row in rows:
        whole += packed(row)
    for row in reversed(rows):
        whole -= packed(row)
    assert whole == 0


def test_who_is_older_has_a_later_row() -> None:
    ages = Ages([1, 10, 100], 5)
    ages.add(100, 2)
    assert ages.row(100, 104) == 1
    assert ages.total(105) == 20
    assert ages.total(1000) == 200
    assert ages.row(100, 99) == 1
    ages.add(100, -2)
    assert ages.total(105) == 0
    assert ages.counts == {}
