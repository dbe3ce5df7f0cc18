"""What a customer is worth: bounds, directions, and that the reasons are the whole of it."""

from dataclasses import fields, replace
from math import fsum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.value import VALUE_OF_TIER, Facts, Part, Scale, Tier, Weights, worth

SCALE = Scale()
AMOUNTS = st.floats(-1e6, 1e15)
WEIGHT = st.just(0.0) | st.floats(1e-3, 1e3)
WEIGHTS = st.builds(Weights, **{part.value: WEIGHT for part in Part})
SCALES = st.builds(Scale, **{field.name: st.floats(1e-3, 1e9) for field in fields(Scale)})


def changed(facts: Facts, changes: dict[str, Any]) -> Facts:
    return replace(facts, **changes)


PARTS = {
    "tier": Part.TIER,
    "revenue": Part.REVENUE,
    "days_since_purchase": Part.RECENCY,
    "orders_per_year": Part.FREQUENCY,
    "tenure_years": Part.TENURE,
    "open_complaints": Part.COMPLAINTS,
    "churn_risk": Part.CHURN,
}
FACTS = st.builds(
    Facts,
    tier=st.none() | st.sampled_from(Tier),
    revenue=st.none() | AMOUNTS,
    days_since_purchase=st.none() | st.floats(-400, 1e6),
    orders_per_year=st.none() | AMOUNTS,
    tenure_years=st.none() | st.floats(-1, 200),
    open_complaints=st.none() | st.integers(0, 10**9),
    churn_risk=st.none() | st.floats(-0.5, 1.5),
)


@given(FACTS, WEIGHTS, SCALES)
def test_a_value_lies_between_0_and_1_and_is_the_sum_of_its_reasons(
    facts: Facts, weights: Weights, scale: Scale
) -> None:
    found = worth(facts, weights, scale)
    assert 0 <= found.value <= 1
    assert found.value == pytest.approx(fsum(added for _, added in found.reasons), abs=1e-12)
    sizes = [added for _, added in found.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size >= 0 for size in sizes)


@given(FACTS, WEIGHTS)
def test_each_part_that_is_known_and_weighs_is_a_reason_once(
    facts: Facts, weights: Weights
) -> None:
    known = [part for name, part in PARTS.items() if getattr(facts, name) is not None]
    weighing = {part for part in known if getattr(weights, part)}
    assert sorted(part for part, _ in worth(facts, weights, SCALE).reasons) == sorted(
        weighing or {Part.TIER}
    )


@pytest.mark.parametrize(
    "fact", ["revenue", "orders_per_year", "tenure_years", "open_complaints", "churn_risk"]
)
@given(facts=FACTS, weights=WEIGHTS, scale=SCALES, two=st.tuples(AMOUNTS, AMOUNTS))
def test_more_of_it_never_lowers_the_value(
    fact: str, facts: Facts, weights: Weights, scale: Scale, two: tuple[float, float]
) -> None:
    less, more = ({fact: amount} for amount in sorted(two))
    lower = worth(changed(facts, less), weights, scale)
    assert lower.value <= worth(changed(facts, more), weights, scale).value


@given(FACTS, WEIGHTS, st.tuples(AMOUNTS, AMOUNTS))
def test_a_purchase_that_is_longer_ago_never_raises_the_value(
    facts: Facts, weights: Weights, two: tuple[float, float]
) -> None:
    lately, long_ago = sorted(two)
    assert (
        worth(replace(facts, days_since_purchase=lately), weights, SCALE).value
        >= worth(replace(facts, days_since_purchase=long_ago), weights, SCALE).value
    )


@given(FACTS, WEIGHTS)
def test_a_better_tier_never_lowers_the_value(facts: Facts, weights: Weights) -> None:
    values = [worth(replace(facts, tier=tier), weights, SCALE).value for tier in Tier]
    assert values == sorted(values, reverse=True)


@given(FACTS, WEIGHTS, st.floats(1e-3, 1e3))
def test_only_the_proportions_of_the_weights_matter(
    facts: Facts, weights: Weights, factor: float
) -> None:
    scaled = Weights(**{part.value: getattr(weights, part) * factor for part in Part})
    assert worth(facts, scaled, SCALE).value == pytest.approx(worth(facts, weights, SCALE).value)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("weights", [Weights(), Weights(tier=0.3), Weights(tier=0.0)])
def test_where_only_the_tier_is_known_it_is_the_value(tier: Tier, weights: Weights) -> None:
    found = worth(Facts(tier=tier), weights, SCALE)
    assert found.value == VALUE_OF_TIER[tier]
    assert found.reasons == ((Part.TIER, VALUE_OF_TIER[tier]),)


@given(FACTS)
def test_where_nothing_weighs_the_tier_is_the_value(facts: Facts) -> None:
    nothing = Weights(**dict.fromkeys(Part, 0.0))
    assert worth(facts, nothing, SCALE).value == VALUE_OF_TIER[facts.tier or Tier.STANDARD]


def test_of_whom_nothing_is_known_counts_as_standard() -> None:
    assert worth(Facts(), Weights(), SCALE).value == VALUE_OF_TIER[Tier.STANDARD]


def test_the_scale_is_where_each_part_is_worth_its_half() -> None:
    facts = Facts(
        revenue=SCALE.revenue,
        days_since_purchase=SCALE.recency_days,
        orders_per_year=SCALE.orders_per_year,
        tenure_years=SCALE.tenure_years,
        open_complaints=1,
        churn_risk=0.5,
    )
    found = worth(facts, Weights(), SCALE)
    assert found.value == pytest.approx(0.5)
    part, added = found.reasons[0]
    assert part is Part.REVENUE
    assert added == pytest.approx(0.5 * 2 / 6.5)


def test_nine_times_the_median_revenue_is_nine_tenths() -> None:
    assert worth(Facts(revenue=9 * SCALE.revenue), Weights(), SCALE).value == pytest.approx(0.9)


def test_a_grievance_is_heard_sooner_but_gold_stays_gold() -> None:
    calm = Facts(tier=Tier.STANDARD, revenue=5_000, open_complaints=0, churn_risk=0.1)
    angry = replace(calm, open_complaints=2)
    gold = replace(calm, tier=Tier.GOLD)
    values = [worth(facts, Weights(), SCALE).value for facts in (calm, angry, gold)]
    assert values == sorted(values)
