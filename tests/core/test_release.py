"""Who gets which version, and whether a difference between two is more than chance."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import ContactId, uuid7
from ccserver.core.release import (
    Difference,
    Release,
    Share,
    difference,
    is_chosen,
    place,
    version_for,
)

NOW = 1_700_000_000.0
SHARES = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)
LUCK = st.integers(0, 2**74 - 1)


def contact(luck: int, at: float = NOW) -> ContactId:
    return ContactId(uuid7(at, luck))


def test_without_a_canary_everyone_gets_the_same() -> None:
    release = Release(version=3)
    assert {version_for(release, contact(luck)) for luck in range(100)} == {3}


@given(share=SHARES, luck=LUCK, hours=st.integers(0, 100_000))
def test_it_is_chance_that_decides_and_not_the_time(share: float, luck: int, hours: int) -> None:
    release = Release(version=1, canary_version=2, canary_share=share)
    later = contact(luck, NOW + 3600.0 * hours)
    assert version_for(release, contact(luck)) == version_for(release, later)


@given(share=SHARES, larger=SHARES, luck=LUCK)
def test_a_growing_share_keeps_those_who_were_in_it(share: float, larger: float, luck: int) -> None:
    share, larger = sorted((share, larger))
    small = Release(version=1, canary_version=2, canary_share=share)
    large = Release(version=1, canary_version=2, canary_share=larger)
    if version_for(small, contact(luck)) == 2:
        assert version_for(large, contact(luck)) == 2


@given(share=SHARES, seed=st.integers(0, 2**32))
def test_the_canary_gets_its_share_of_the_callers(share: float, seed: int) -> None:
    rng, many = Random(seed), 4_000
    release = Release(version=1, canary_version=2, canary_share=share)
    counted = Counter(
        version_for(release, contact(rng.getrandbits(74), NOW + n)) for n in range(many)
    )
    # Six standard deviations: one in a billion.
    assert abs(counted[2] - share * many) <= 6 * (share * (1 - share) * many) ** 0.5 + 1


def test_each_matter_chooses_its_own_share_of_the_contacts() -> None:
    many = [contact(luck) for luck in range(2_000)]
    one, other = ([is_chosen(c, 0.3, what) for c in many] for what in ("survey", "other"))
    assert all(is_chosen(c, 1.0, "survey") for c in many)
    assert abs(sum(one) - 600) < 125
    both = sum(a and b for a, b in zip(one, other, strict=True))
    assert abs(both - 180) < 80


def test_neighbours_in_luck_are_far_apart() -> None:
    places = sorted(place(contact(luck)) for luck in range(1_000))
    assert all(abs(at - (n + 0.5) / 1_000) < 0.06 for n, at in enumerate(places))


@pytest.mark.parametrize("odd", ["", "c1", "\ud800", "x" * 10_000], ids=repr)
def test_an_id_of_any_form_has_a_place(odd: str) -> None:
    assert 0.0 <= place(ContactId(odd)) < 1.0


@pytest.mark.parametrize(
    ("share", "other", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(6, 7), Share(2, 7), 0.0582, 0.8062),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(0, 10), Share(0, 20), -0.1611, 0.2775),
        (Share(0, 10), Share(0, 10), -0.2775, 0.2775),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0),
        (Share(10, 10), Share(0, 10), 0.6075, 1.0),
    ],
    ids=str,
)
def test_differences_are_those_of_the_published_table(
    share: Share, other: Share, low: float, high: float
) -> None:
    """Newcombe 1998, Statistics in Medicine 17, table II, method 10."""
    found = difference(share, other)
    assert found.value == share.value - other.value
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_difference_is_certain_when_none_is_unlikely() -> None:
    assert difference(Share(9, 10), Share(3, 10)).is_certain
    assert difference(Share(3, 10), Share(9, 10)).is_certain
    assert not difference(Share(5, 56), Share(0, 29)).is_certain


def test_of_no_one_nothing_is_known() -> None:
    assert Share(0, 0).value == 0.0
    assert Share(0, 0).interval == (0.0, 1.0)
    assert not difference(Share(0, 0), Share(0, 0)).is_certain


@given(of=st.integers(1, 10_000), others=st.integers(1, 10_000), data=st.data())
def test_an_interval_holds_what_was_seen_and_turns_with_it(
    of: int, others: int, data: st.DataObject
) -> None:
    one = Share(data.draw(st.integers(0, of)), of)
    other = Share(data.draw(st.integers(0, others)), others)
    low, high = one.interval
    assert 0.0 <= low <= one.value <= high <= 1.0
    found, turned = difference(one, other), difference(other, one)
    assert found.low <= found.value <= found.high
    assert turned == Difference(value=-found.value, low=-found.high, high=-found.low)
