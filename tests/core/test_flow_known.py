"""What a flow is checked against, and what is found."""

import pytest

from ccserver.core.flow_known import key_of, no_such


def test_what_was_perhaps_meant_is_said() -> None:
    said = no_such("queue", "salse", ["service", "sales"])
    assert said == "there is no queue `salse`; perhaps `sales` was meant"


def test_where_nothing_is_near_all_are_listed_but_not_too_many() -> None:
    said = no_such("queue", "zzz", ["b", "a"])
    assert said == "there is no queue `zzz`; add it, or take one of: a, b"
    many = no_such("step", "zzz", [f"a{n:02}" for n in range(20)])
    assert many.endswith("a11, …")


def test_where_there_is_none_at_all_that_is_said() -> None:
    assert no_such("part", "x", []) == "there is no part `x`, nor any other; add it"


@pytest.mark.parametrize(
    ("came", "key"),
    [
        ("then", "then"),
        ("key *", "keys.*"),
        ("case 2", "cases.1.then"),
        ("error", "on_error"),
        ("silent", "silent"),
    ],
)
def test_the_key_of_a_way(came: str, key: str) -> None:
    assert key_of(came) == key
