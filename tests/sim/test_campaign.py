"""Whole shifts: everyone is accounted for, and the cap is kept by the pacer that promises it."""

from dataclasses import replace

import pytest
from typing_extensions import override

from ccserver.core.pacer import Decision, Doing
from ccserver.core.pacing_rules import Power, Progressive
from ccserver.sim.campaign import ALGORITHMS, Campaign, pacer_named
from ccserver.sim.campaign_figures import CampaignFigures, figures, worst_window
from ccserver.sim.campaign_scenario import Answers, CampaignScenario, Lasting

HOUR = CampaignScenario(hours=1.0, agents=10)


def lived(scenario: CampaignScenario, algorithm: str = "hazard", seed: int = 1) -> CampaignFigures:
    return figures(Campaign(scenario, algorithm, seed).live())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_lives_the_same_shift(algorithm: str) -> None:
    short = replace(HOUR, hours=0.2)
    assert lived(short, algorithm) == lived(short, algorithm)
    assert lived(short, algorithm) != lived(short, algorithm, seed=2)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_second_of_every_agent_is_talk_or_wrap_up_or_waiting(algorithm: str) -> None:
    scenario = replace(HOUR, agents=((0.0, 4.0), (0.3, 9.0), (0.6, 2.0)), breaks=((0.5, 5.0),))
    shift = Campaign(scenario, algorithm, 3).live()
    assert shift.talking + shift.wrapping + shift.free == pytest.approx(shift.logged_in)
    assert 0 < shift.logged_in < 9 * 3600.0


def test_looking_ahead_beats_one_call_for_each_agent_and_keeps_the_cap() -> None:
    scenario = replace(HOUR, agents=20)
    ours, plain = lived(scenario), lived(scenario, "progressive")
    assert ours.occupancy > plain.occupancy + 0.15
    assert ours.abandon_rate <= 0.03
    assert plain.abandoned <= 1


@pytest.mark.parametrize("seed", range(3))
def test_the_cap_is_kept_at_the_end_of_a_short_shift_of_few(seed: int) -> None:
    assert lived(replace(HOUR, agents=5), seed=seed).abandon_rate <= 0.03


def test_the_window_is_kept_where_it_is_wanted() -> None:
    """The figures of half hours with 50 answers are lumpy: of those with 100, few are over."""
    scenario = replace(HOUR, agents=30)
    free, guarded = lived(scenario), lived(replace(scenario, window_s=1800.0, window_cap=0.025))
    assert guarded.worst_30min < free.worst_30min


def test_calls_that_ring_in_vain_are_canceled_where_it_is_wanted() -> None:
    scenario = replace(HOUR, answer=Answers(human=0.15, busy=0.1, no_answer=0.75, invalid=0.0))
    kept, canceled = lived(scenario), lived(replace(scenario, cancel_ringing=True))
    assert canceled.placed != kept.placed
    assert canceled.abandon_rate <= 0.03


def test_talk_that_doubles_keeps_the_cap() -> None:
    talk = Lasting(mean_s=60.0, cv=0.9, drift=((0.5, 2.0),))
    found = lived(replace(HOUR, agents=20, talk=talk))
    assert found.abandon_rate <= 0.03


def test_machines_and_the_busy_take_no_agent() -> None:
    scenario = replace(
        HOUR, answer=Answers(human=0.2, machine=0.4, busy=0.2, no_answer=0.2, invalid=0.0)
    )
    found = lived(scenario, "progressive")
    assert found.dials_per_connect == pytest.approx(5.0, rel=0.2)


def test_drift_changes_who_answers() -> None:
    better = replace(HOUR, answer=replace(HOUR.answer, drift=((0.0, 2.0),)))
    assert lived(better, "progressive").dials_per_connect == pytest.approx(1 / 0.6, rel=0.15)


def test_lines_limit_the_calls_under_way() -> None:
    few = lived(replace(HOUR, lines=3))
    assert few.placed < 0.8 * lived(HOUR).placed


def test_names_have_their_pacers() -> None:
    assert type(pacer_named("progressive", HOUR)) is Progressive
    assert type(pacer_named("power", HOUR)) is Power


class Reckless(Progressive):
    """Calls far too many."""

    @override
    def decide(self, now: float, lines_left: int) -> Decision:
        decision = super().decide(now, lines_left)
        more = 5 if decision.why.ringing < 20 else 0
        return Decision(place=more, cancel=(), why=decision.why)


def test_who_finds_nobody_in_time_is_abandoned() -> None:
    shift = Campaign(replace(HOUR, agents=1), "progressive", 1, Reckless()).live()
    found = figures(shift)
    assert found.abandon_rate > 0.9
    assert found.answered == len(shift.answers)
    assert found.busy > 0.95


def test_the_worst_half_hour_has_enough_answers() -> None:
    few = [(float(n), True) for n in range(49)]
    assert worst_window(few) == 0.0
    assert worst_window([*few, (50.0, False)]) == 49 / 50
    later = [(10_000.0 + n, False) for n in range(50)]
    assert worst_window([*few, *later]) == 0.0


def test_a_break_ends_the_talk_first() -> None:
    pacer = Doings()
    Campaign(replace(HOUR, agents=2, breaks=((0.5, 10.0),)), "progressive", 1, pacer).live()
    gone = [at for at, _, doing in pacer.seen if doing is Doing.GONE]
    assert gone == [1800.0, 1800.0]
    back = [at for at, _, doing in pacer.seen if doing is Doing.FREE and at > 1800.0]
    assert min(back) >= 2400.0


class Doings(Progressive):
    """Remembers what agents did."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, str, Doing]] = []

    @override
    def agent(self, now: float, agent: str, doing: Doing) -> None:
        self.seen.append((now, agent, doing))
        super().agent(now, agent, doing)
