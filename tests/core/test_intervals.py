"""Figures out of counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.intervals import DEFINITIONS, REASONS, Counts, figures

BUSY = Counts(
    offered=100,
    answered=70,
    abandoned=12,
    short_abandoned=8,
    flowed_out={"timeout": 4, "callback": 6},
    answered_in_time=50,
    abandoned_in_time=10,
    callbacks_in_time=5,
    answer_wait_ms=700_000,
    abandon_wait_ms=240_000,
    handled=75,
    transferred=15,
    talk_ms=75 * 120_000,
    hold_ms=75 * 10_000,
    wrap_up_ms=75 * 20_000,
    resolved=(40, 30, 0),
    resolved_once=(38, 27, 0),
    logged_in_ms=10_000,
    idle_ms=2_000,
    busy_ms=6_000,
    paused_ms=2_000,
    waits_ms=(4_000, 25_000, 40_000),
)


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("offered", 100),
        ("flowed_out", 10),
        ("flowed_out_timeout", 4),
        ("flowed_out_callback", 6),
        ("flowed_out_missed", 0),
        ("service_level", 50 / 82),
        ("sl_excl_short", 50 / 82),
        ("sl_answered", 50 / 70),
        ("sl_abandon_credit", 60 / 90),
        ("sl_strict", 50 / 90),
        ("sl_late_abandon", 50 / 80),
        ("sl_offered", 0.5),
        ("sl_removed", 0.65),
        ("abandon_rate", 12 / 92),
        ("abandon_rate_all", 0.2),
        ("transfer_rate", 0.2),
        ("fcr_1", 0.95),
        ("fcr_7", 0.9),
        ("fcr_30", None),
        ("asa_ms", 10_000),
        ("abandon_ms", 20_000),
        ("wait_p50_ms", 4_000),
        ("wait_p90_ms", 25_000),
        ("wait_p95_ms", 40_000),
        ("aht_ms", 150_000),
        ("att_ms", 120_000),
        ("occupancy", 0.75),
        ("utilisation", 0.6),
        ("logged_in_ms", 10_000),
        ("paused_ms", 2_000),
        ("handled", 75),
        ("transferred", 15),
        ("talk_ms", 9_000_000),
        ("hold_ms", 750_000),
        ("wrap_up_ms", 1_500_000),
        ("answered", 70),
        ("abandoned", 12),
        ("short_abandoned", 8),
    ],
)
def test_each_figure_follows_its_formula(figure: str, value: float | None) -> None:
    assert figures(BUSY)[figure] == value


def test_of_nobody_there_are_no_shares_and_no_means() -> None:
    told = figures(Counts())
    for one in DEFINITIONS:
        alone = one.unit == "calls" or one.id in (
            "talk_ms", "hold_ms", "wrap_up_ms",
        )  # fmt: skip
        assert told[one.id] == (0 if alone else None), one.id


def test_every_figure_has_a_name_of_its_own_a_formula_and_a_unit() -> None:
    assert len({one.id for one in DEFINITIONS}) == len(DEFINITIONS)
    assert all(one.title and one.formula for one in DEFINITIONS)
    assert {one.unit for one in DEFINITIONS} == {"calls", "share", "ms"}
    assert all(one.variant for one in DEFINITIONS if one.id.startswith("s"))


COUNT = st.integers(0, 10**6)


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    """What can have been counted of visits."""
    answered, abandoned, short = draw(COUNT), draw(COUNT), draw(COUNT)
    out = draw(st.dictionaries(st.sampled_from(REASONS), COUNT))
    return Counts(
        offered=answered + abandoned + short + sum(out.values()),
        answered=answered,
        abandoned=abandoned,
        short_abandoned=short,
        flowed_out=out,
        answered_in_time=draw(st.integers(0, answered)),
        abandoned_in_time=draw(st.integers(0, abandoned + short)),
        callbacks_in_time=draw(st.integers(0, out.get("callback", 0))),
        resolved=(answered,) * 3,
        resolved_once=(draw(st.integers(0, answered)),) * 3,
    )


@given(counted(), counted())
def test_offered_are_those_who_left_one_way_or_another_also_in_sums(a: Counts, b: Counts) -> None:
    both = figures(a + b)
    parts = ("answered", "abandoned", "short_abandoned", "flowed_out")
    assert both["offered"] == sum(int(both[part] or 0) for part in parts)
    for one in DEFINITIONS:
        if one.unit == "calls":
            assert both[one.id] == int(figures(a)[one.id] or 0) + int(figures(b)[one.id] or 0)


@given(counted())
def test_shares_are_between_none_and_all_and_variants_in_their_order(some: Counts) -> None:
    told = figures(some)
    shares = {one.id: told[one.id] for one in DEFINITIONS if one.unit == "share"}
    assert all(value is None or 0 <= value <= 1 for value in shares.values())
    strict, usual = shares["sl_strict"], shares["sl_excl_short"]
    if strict is not None and usual is not None:
        assert strict <= usual
    if strict is not None:
        assert (shares["sl_offered"] or 0) <= strict <= (shares["sl_abandon_credit"] or 0)


def test_a_sum_has_no_percentiles() -> None:
    assert (BUSY + replace(BUSY, flowed_out={"full": 1})).waits_ms == (None, None, None)
