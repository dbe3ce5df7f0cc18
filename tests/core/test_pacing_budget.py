"""The budget steers to just below the cap, stops before it, and overdraws only until the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.campaigns import AbandonRules
from ccserver.core.pacing_budget import RISK_MAX, RISK_MIN, Budget
from tests.core.pacers import ledger

DAY = 28_800.0


def budget(rules: AbandonRules | None = None, **made: object) -> Budget:
    return Budget(rules or AbandonRules(), ledger(**made), 0.0)  # type: ignore[arg-type]


def test_at_first_the_risk_follows_the_chance_of_an_answer() -> None:
    allowed = budget(answered=1000).allowed(0.0, 0.3, 0)
    assert allowed.risk == pytest.approx(0.0205)
    assert allowed.left == pytest.approx(30.0)
    assert allowed.holds == ""


def test_an_abandoned_call_lowers_the_risk_and_a_served_one_raises_it() -> None:
    one, other = budget(answered=10_000), budget(answered=10_000)
    one.abandoned(1.0)
    other.connected(1.0)
    usual = 0.0205
    assert one.allowed(1.0, 0.3, 0).risk < usual < other.allowed(1.0, 0.3, 0).risk


def test_nothing_is_overdrawn_where_any_moment_may_be_the_end() -> None:
    fresh = budget()
    assert fresh.allowed(0.0, 0.3, 0).holds == "budget"
    for _ in range(100):
        fresh.connected(1.0)
    assert fresh.allowed(1.0, 0.3, 0).holds == ""
    assert fresh.allowed(1.0, 0.3, 3).risk == RISK_MIN


def test_a_little_room_halves_the_risk() -> None:
    full, little = budget(answered=1000), budget(answered=1000, abandoned=28)
    assert little.allowed(0.0, 0.3, 0).risk == full.allowed(0.0, 0.3, 0).risk / 2
    assert little.allowed(0.0, 0.3, 1).risk == RISK_MIN


def test_the_overdraft_shrinks_to_nothing_at_the_end() -> None:
    one = budget(ends_at=DAY)
    for n in range(100):
        one.connected(6.0 * n)
    for _ in range(4):
        one.abandoned(600.0)
    assert one.allowed(600.0, 0.3, 0).holds == ""
    assert one.allowed(DAY, 0.3, 0).holds == "budget"


def test_one_too_many_is_not_risked_at_the_end() -> None:
    """Of 198 answers five were abandoned, and six would be 3.03 %: of forty more that may
    come enough will, of seven perhaps not, and a call that rings now may be the next."""
    one = budget(ends_at=7200.0)
    for n in range(193):
        one.connected(31.0 * n)
    for _ in range(5):
        one.abandoned(6000.0)
    assert one.allowed(6000.0, 0.15, 0).holds == ""
    assert one.allowed(6960.0, 0.15, 0).holds == "budget"


def test_where_one_is_left_the_risk_is_small() -> None:
    one = budget(answered=400, abandoned=28)
    for _ in range(600):
        one.connected(0.0)
    assert one.allowed(0.0, 0.3, 0).risk == 0.05


def test_waiting_people_count_as_abandoned() -> None:
    assert budget(answered=100).allowed(0.0, 0.3, 2).left == pytest.approx(1.0)
    assert budget(answered=100).allowed(0.0, 0.3, 9).left == 0.0


def test_what_is_older_than_the_period_leaves_the_ledger() -> None:
    rules = AbandonRules(period_seconds=DAY)
    one = budget(rules, answered=1000, abandoned=90)
    assert one.allowed(0.0, 0.3, 0).holds == "budget"
    for n in range(200):
        one.connected(20_000.0 + n)
    one.abandoned(20_300.0)
    assert one.allowed(DAY + 1.0, 0.3, 0).left == pytest.approx(0.03 * 201 - 1)
    assert one.allowed(DAY + 1.0, 0.3, 0).holds == ""


class TestWindow:
    """The second, short window."""

    RULES = AbandonRules(window_seconds=1800.0, window_cap=0.035)

    def test_a_bad_half_hour_stops_it(self) -> None:
        recent = tuple((-100.0, n < 4) for n in range(100))
        one = budget(self.RULES, answered=10_000, recent=recent)
        assert one.allowed(0.0, 0.3, 0).risk == RISK_MIN
        assert one.allowed(0.0, 0.3, 0).holds == "budget"
        # Half an hour later nothing of it is left, and a new window begins with nothing.
        assert one.allowed(1700.1, 0.3, 0).risk == RISK_MIN

    def test_a_tight_one_lowers_the_risk(self) -> None:
        recent = tuple((-100.0, n < 4) for n in range(200))
        one = budget(self.RULES, answered=10_000, recent=recent)
        assert RISK_MIN < one.allowed(0.0, 0.3, 0).risk < 0.0205

    def test_a_good_one_changes_nothing(self) -> None:
        recent = tuple((-100.0, False) for _ in range(300))
        one = budget(self.RULES, answered=10_000, recent=recent)
        assert one.allowed(0.0, 0.3, 0).risk == pytest.approx(0.0205)


@given(st.lists(st.booleans(), max_size=300), st.floats(0.01, 0.98), st.integers(0, 20))
def test_the_risk_stays_within_its_bounds(ends: list[bool], p: float, waiting: int) -> None:
    one = budget(AbandonRules(window_seconds=1800.0), answered=1000, ends_at=DAY)
    for n, lost in enumerate(ends):
        (one.abandoned if lost else one.connected)(10.0 * n)
    allowed = one.allowed(3000.0, p, waiting)
    assert RISK_MIN <= allowed.risk <= RISK_MAX + 1e-9
    assert allowed.left >= 0


@given(st.integers(0, 400), st.integers(0, 20))
def test_over_the_cap_no_risk_is_taken(answered: int, abandoned: int) -> None:
    allowed = budget(answered=answered, abandoned=abandoned).allowed(0.0, 0.3, 0)
    if abandoned + 1 > 0.03 * answered:
        assert allowed.risk == RISK_MIN
