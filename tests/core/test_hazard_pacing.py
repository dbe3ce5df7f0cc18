"""It looks ahead: who is soon free is dialed for, and never with more risk than is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.hazard_pacing import Hazard
from ccserver.core.lookahead import unpacked
from ccserver.core.pacer import Doing
from tests.core.pacers import hazard, place, team, warm


def rich() -> tuple[Hazard, float]:
    """Ten free agents, and hundreds of answers of which none was abandoned."""
    pacer = hazard()
    team(pacer, 10)
    return pacer, warm(pacer, dials=400)


def test_until_enough_was_seen_it_is_progressive() -> None:
    pacer = hazard()
    team(pacer, 3)
    decision = pacer.decide(0.0, 100)
    assert decision.place == 3
    assert decision.why.holds == "cold"


def test_it_dials_more_than_there_are_free_agents() -> None:
    pacer, now = rich()
    decision = pacer.decide(now, 100)
    assert 10 < decision.place < 40
    assert decision.why.holds == "risk"
    assert decision.why.risk < decision.why.risk_allowed


def test_the_lines_limit_it() -> None:
    pacer, now = rich()
    assert pacer.decide(now, 4).place == 4
    assert pacer.decide(now, 4).why.holds == ""
    assert pacer.decide(now, 0).place == 0
    assert pacer.decide(now, -1).place == 0


def test_calls_that_ring_take_the_place_of_new_ones() -> None:
    pacer, now = rich()
    first = pacer.decide(now, 100).place
    place(pacer, first, now)
    assert pacer.decide(now, 100).place == 0


def test_who_talks_long_is_dialed_for() -> None:
    soon, late = hazard(), hazard()
    now = 90.0
    for pacer in (soon, late):
        now = warm(pacer, dials=400)
        team(pacer, 40, Doing.WRAP if pacer is soon else Doing.TALK, now)
        for second in range(1, 10, 4):
            pacer.decide(now + second, 0)
    assert soon.decide(now + 10, 100).place > late.decide(now + 10, 100).place
    assert soon.decide(now + 10, 100).why.soon_free > 30


def test_who_is_gone_is_not_dialed_for() -> None:
    pacer, now = rich()
    team(pacer, 10, Doing.GONE, now)
    decision = pacer.decide(now, 100)
    assert decision.place == 0
    assert decision.why.holds == "agents"


def test_after_a_jump_of_the_clock_it_waits_one_tick() -> None:
    pacer, now = rich()
    pacer.decide(now, 0)
    assert pacer.decide(now + 60.0, 100).place == 0
    assert pacer.decide(now + 60.5, 100).place > 0


def test_without_budget_it_is_progressive() -> None:
    pacer, now = rich()
    for call in place(pacer, 12, now, "late"):
        pacer.answered(now + 5, call)
        pacer.abandoned(now + 7, call)
    pacer.decide(now + 4, 0)
    decision = pacer.decide(now + 8, 100)
    assert decision.place == 10
    assert decision.why.holds == "budget"


def test_the_smallest_risk_of_several_campaigns_holds() -> None:
    pacer, now = rich()
    both = pacer.decide(now, 100, 1e-4)
    assert both.why.risk_allowed == 1e-4
    assert both.place < pacer.decide(now, 100).place


def test_who_waits_has_an_agent_before_anyone_new() -> None:
    pacer, now = rich()
    before = pacer.decide(now, 100).place
    for call in place(pacer, 5, now, "x"):
        pacer.answered(now, call)
    decision = pacer.decide(now, 100)
    assert decision.why.waiting == 5
    assert decision.place < before
    pacer.ended(now, "x0")
    assert pacer.decide(now, 100).why.waiting == 4


def test_who_picked_up_is_likelier_to_need_an_agent() -> None:
    pacer, now = rich()
    place(pacer, 10, now)
    before = pacer.decide(now, 100)
    for n in range(10):
        pacer.picked_up(now, f"c{n}")
        pacer.picked_up(now, f"c{n}")
    pacer.picked_up(now, "nobody")
    after = pacer.decide(now, 100)
    assert after.why.ringing == 10
    assert after.why.risk > before.why.risk
    pacer.answered(now + 1, "c0")
    pacer.ended(now + 1, "c1")
    pacer.canceled(now + 1, "c2")
    assert pacer.decide(now + 1, 100).why.ringing == 7


def test_news_of_calls_that_are_over_change_nothing() -> None:
    pacer, now = rich()
    before = pacer.decide(now, 100)
    pacer.answered(now, "nobody")
    pacer.ended(now, "nobody")
    pacer.canceled(now, "nobody")
    pacer.agent(now, "a0", Doing.FREE)
    pacer.agent(now, "nobody", Doing.GONE)
    assert pacer.decide(now, 100) == before


class TestCancel:
    """Calls that have rung for 15 s are hung up when nobody will be there."""

    def crowded(self, *, cancel_ringing: bool) -> tuple[Hazard, float]:
        pacer = hazard(cancel_ringing=cancel_ringing)
        now = warm(pacer, dials=400)
        team(pacer, 2, Doing.FREE, now)
        place(pacer, 30, now, "old")
        for second in range(1, 12):
            pacer.decide(now + second, 0)
        place(pacer, 10, now + 12, "new")
        team(pacer, 2, Doing.TALK, now + 12)
        pacer.picked_up(now + 13, "old3")
        pacer.decide(now + 14, 0)
        return pacer, now

    def test_only_those_who_rang_long_enough(self) -> None:
        pacer, now = self.crowded(cancel_ringing=True)
        assert pacer.decide(now + 14.9, 100).cancel == ()
        canceled = pacer.decide(now + 15.0, 100).cancel
        assert set(canceled) == {f"old{n}" for n in range(30)} - {"old3"}
        for call in canceled:
            pacer.canceled(now + 15.0, call)
        assert pacer.decide(now + 15.5, 100).why.ringing == 11

    def test_only_where_it_is_wanted(self) -> None:
        pacer, now = self.crowded(cancel_ringing=False)
        assert pacer.decide(now + 20.0, 100).cancel == ()

    def test_not_while_somebody_is_free(self) -> None:
        pacer, now = self.crowded(cancel_ringing=True)
        team(pacer, 1, Doing.FREE, now + 15)
        assert pacer.decide(now + 16.0, 100).cancel == ()


def test_what_was_learned_spares_the_cold_start() -> None:
    first, _ = rich()
    second = hazard(learned=first.learned())
    team(second, 10)
    decision = second.decide(0.0, 100)
    assert decision.why.holds != "cold"
    assert decision.why.answer_probability == pytest.approx(0.5, abs=0.05)


STEPS = st.tuples(
    st.sampled_from(["free", "talk", "wrap", "gone", "placed", "picked_up", "answered", "ended",
                     "canceled", "connected", "abandoned", "decide"]),
    st.integers(0, 9),
    st.floats(0.0, 8.0),
)  # fmt: skip


@given(st.lists(STEPS, max_size=120))
def test_the_sum_is_what_agents_and_calls_add_up_to(steps: list[tuple[str, int, float]]) -> None:
    """Whatever is told in whatever order: all rows that went in come out again, and no more lines
    are taken than there are."""
    pacer = hazard(cancel_ringing=True)
    now = 0.0
    for kind, n, passed in steps:
        now += passed
        if kind in list(Doing):
            pacer.agent(now, f"a{n}", Doing(kind))
        elif kind == "decide":
            decision = pacer.decide(now, n)
            assert 0 <= decision.place <= n
            assert 0 <= decision.why.risk <= 1
        elif kind == "placed" and f"c{n}" in pacer._calls:
            continue
        else:
            getattr(pacer, kind)(now, f"c{n}")
        means, variances = unpacked(pacer._ahead, 28)
        assert all(one >= 0 for one in means + variances)
    for n in range(10):
        pacer.agent(now, f"a{n}", Doing.GONE)
        pacer.ended(now, f"c{n}")
    assert pacer._ahead == 0
    assert pacer._free == 0
