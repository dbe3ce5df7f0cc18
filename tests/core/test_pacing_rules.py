"""The plain rules place what they say, and no more lines than there are."""

import pytest

from ccserver.core.pacer import Doing, Pacer
from ccserver.core.pacing_rules import Power, Progressive, Vicidial
from tests.core.pacers import place, team


def test_each_free_agent_gets_one_call() -> None:
    pacer = Progressive()
    team(pacer, 3)
    pacer.agent(0.0, "a0", Doing.TALK)
    assert pacer.decide(0.0, 100).place == 2
    place(pacer, 2)
    decision = pacer.decide(0.5, 100)
    assert decision.place == 0
    assert (decision.why.free, decision.why.ringing, decision.why.holds) == (2, 2, "agents")


@pytest.mark.parametrize("over", ["ended", "canceled"])
def test_a_call_that_is_over_makes_room(over: str) -> None:
    pacer = Progressive()
    team(pacer, 1)
    place(pacer, 1)
    pacer.picked_up(5.0, "c0")
    assert pacer.decide(5.0, 100).place == 0
    getattr(pacer, over)(9.0, "c0")
    assert pacer.decide(9.0, 100).place == 1


def test_who_waits_has_one_of_the_free_agents() -> None:
    pacer = Progressive()
    team(pacer, 2)
    place(pacer, 2)
    pacer.ended(3.0, "c1")
    pacer.answered(4.0, "c0")
    assert pacer.decide(4.0, 100).place == 1
    pacer.connected(4.0, "c0")
    pacer.agent(4.0, "a0", Doing.TALK)
    assert pacer.decide(4.0, 100).place == 1


def test_who_was_abandoned_waits_no_more() -> None:
    pacer = Progressive()
    team(pacer, 1)
    place(pacer, 1)
    pacer.answered(4.0, "c0")
    pacer.abandoned(6.0, "c0")
    assert pacer.decide(6.0, 100).place == 1


def test_who_is_gone_gets_no_call() -> None:
    pacer = Progressive()
    team(pacer, 2)
    pacer.agent(1.0, "a1", Doing.GONE)
    assert pacer.decide(1.0, 100).place == 1


def test_lines_limit_every_rule() -> None:
    pacer = Progressive()
    team(pacer, 5)
    decision = pacer.decide(0.0, 2)
    assert decision.place == 2
    assert decision.why.holds == ""
    assert pacer.decide(0.0, -1).place == 0


def test_power_places_its_ratio() -> None:
    pacer = Power(2.5)
    team(pacer, 2)
    assert pacer.decide(0.0, 100).place == 5
    place(pacer, 4)
    assert pacer.decide(0.5, 100).place == 1
    assert pacer.learned() == ""


class TestVicidial:
    """Its level rises with idle agents, and falls to 1 when the cap is passed."""

    def test_an_agent_who_talks_has_one_of_the_lines(self) -> None:
        pacer = Vicidial()
        team(pacer, 3)
        pacer.agent(0.0, "a0", Doing.TALK)
        # Level 1 x (1 + 2 ready / 3 agents) = 1.67: five lines, of which one is the talk.
        assert pacer.decide(0.0, 100).place == 4

    def test_it_looks_each_two_and_a_half_seconds(self) -> None:
        pacer = Vicidial()
        team(pacer, 3)
        pacer.decide(0.0, 100)
        assert pacer.decide(1.0, 100).place == 0
        assert pacer.decide(2.5, 100).place == 6

    def test_the_level_has_a_highest(self) -> None:
        pacer = Vicidial()
        team(pacer, 2)
        placed = [pacer.decide(2.5 * n, 100).place for n in range(40)]
        assert placed[0] == 4
        assert max(placed) == 6

    def test_nobody_there_changes_no_level(self) -> None:
        pacer: Pacer = Vicidial()
        assert pacer.decide(0.0, 100).place == 0

    def test_over_the_cap_it_falls_to_one_call_for_each_agent(self) -> None:
        pacer = Vicidial(0.03, answered=100, dropped=2)
        team(pacer, 2)
        assert pacer.decide(0.0, 100).place == 4
        for call in place(pacer, 2, 1.0):
            pacer.answered(10.0, call)
            pacer.abandoned(12.0, call)
        pacer.decide(59.0, 100)
        assert pacer.decide(75.0, 100).place == 2

    def test_many_drops_in_a_minute_halve_the_level(self) -> None:
        pacer = Vicidial(0.03, answered=0)
        team(pacer, 2)
        for n in range(6):
            pacer.decide(15.0 * n, 100)
        assert pacer.decide(90.0 + 2.5, 100).place == 6
        for call in place(pacer, 30, 95.0):
            pacer.answered(96.0, call)
            pacer.abandoned(98.0, call)
        team(pacer, 2, Doing.TALK, 98.0)
        # 3.0 is halved, and grows by the 2/3 that were ready: five lines, of which two talk.
        assert pacer.decide(122.5, 100).place == 3

    def test_samples_and_drops_leave_after_a_minute(self) -> None:
        pacer = Vicidial()
        team(pacer, 1, Doing.TALK)
        place(pacer, 1)
        pacer.ended(5.0, "c0")
        pacer.decide(0.0, 100)
        team(pacer, 1, Doing.FREE, 200.0)
        assert pacer.decide(200.0, 100).place == 2
