"""The policies: plain functions of what a caller can say for himself."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.policies import POLICIES, Head, bound_of
from ccserver.core.value import Tier


def head(
    value: float = 0.2,
    tier: Tier = Tier.STANDARD,
    wait: float = 0.0,
    *,
    handle: float = 180.0,
    bound: float = 120.0,
) -> Head:
    return Head(value, tier, wait, 20.0, handle, 180.0, bound)


def test_a_standard_caller_at_his_bound_ranks_with_a_fresh_gold_one() -> None:
    score = POLICIES["balanced"].score
    waited = score(head(wait=120.0))
    assert waited == pytest.approx(0.6)
    fresh = score(head(0.6, Tier.GOLD, 0.0, bound=60.0))
    assert fresh == pytest.approx(0.6, rel=0.05)


def test_ageing_alone_never_outranks_the_best_tier() -> None:
    score = POLICIES["value"].score
    assert score(head(wait=1e6)) < score(head(1.0, Tier.PLATINUM, bound=inf))


def test_a_short_contact_goes_before_a_long_one_of_equal_value() -> None:
    for name in ("balanced", "value"):
        score = POLICIES[name].score
        assert score(head(handle=120.0)) > score(head(handle=240.0))


def test_the_end_of_the_service_level_s_time_makes_urgent_and_is_then_over() -> None:
    score = POLICIES["balanced"].score
    assert score(head(wait=19.9)) > score(head(wait=5.0))
    assert score(head(wait=19.9)) > score(head(wait=20.1))


def test_priority_is_the_tier_and_then_the_wait() -> None:
    score = POLICIES["priority"].score
    assert score(head(1.0, Tier.GOLD, 0.0)) > score(head(0.2, Tier.SILVER, 3600.0))
    assert score(head(wait=2.0)) > score(head(wait=1.0))


def test_age_makes_a_tier_worth_seconds() -> None:
    score = POLICIES["age"].score
    assert score(head(1.0, Tier.PLATINUM, 0.0)) == score(head(wait=60.0))


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.sampled_from(sorted(POLICIES)))
def test_parts_begin_with_the_score_and_end_with_the_wait(
    wait: float, bound: float, name: str
) -> None:
    policy = POLICIES[name]
    asked = head(wait=wait, bound=bound + 1)
    parts = policy.parts(asked)
    assert parts[0] == ("score", policy.score(asked))
    assert parts[-1] == ("wait_seconds", wait)


def test_a_promise_is_stretched_by_the_backlog_and_never_shrunk() -> None:
    balanced = POLICIES["balanced"]
    assert bound_of(balanced, Tier.STANDARD, 0.0) == 120.0
    assert bound_of(balanced, Tier.STANDARD, 300.0) == 300.0
    assert bound_of(balanced, Tier.GOLD, 300.0) == 150.0
    assert bound_of(balanced, Tier.PLATINUM, 300.0) == inf
    assert bound_of(POLICIES["fifo"], Tier.STANDARD, 300.0) == inf
