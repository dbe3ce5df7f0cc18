"""A campaign that cannot be lived is refused with what to do about it."""

from dataclasses import replace

import pytest

from ccserver.sim.campaign_scenario import CampaignScenario, agents_at, faults, value_at

SOUND = CampaignScenario()


def answer(**changes: object) -> CampaignScenario:
    return replace(SOUND, answer=replace(SOUND.answer, **changes))  # type: ignore[arg-type]


def test_a_sound_scenario_has_no_fault() -> None:
    assert faults(SOUND) == []
    assert faults(replace(SOUND, agents=((0.0, 5.0), (4.0, 0.0)), breaks=((2.0, 15.0),))) == []


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (replace(SOUND, hours=0.0), "hours: 0; write a number above 0"),
        (replace(SOUND, agents=0), "agents: write a number from 1 to 2000"),
        (replace(SOUND, agents=()), "agents: write a number from 1 to 2000"),
        (replace(SOUND, agents=((0.0, 5.0), (1.0, -1.0))), "agents: a value is too low"),
        (replace(SOUND, agents=((2.0, 5.0), (1.0, 1.0))), "agents: the hours go back"),
        (replace(SOUND, cap=3.0), "cap: 3; write a number above 0, at most 1"),
        (replace(SOUND, connect_limit_s=-1.0), "connect_limit_s: -1; write a number from 0"),
        (replace(SOUND, breaks=((1.0, 0.0),)), "breaks: the minutes: 0"),
        (replace(SOUND, breaks=((-1.0, 5.0),)), "breaks: the hour: -1"),
        (answer(human=0.9), "answer: together 1.6"),
        (answer(human=-0.1, no_answer=1.0), "answer: together 1;"),
        (answer(human=0.0, no_answer=0.9), "answer.human: 0"),
        (answer(drift=((1.0, 0.0),)), "answer.drift: a value is too low"),
        (replace(SOUND, talk=replace(SOUND.talk, cv=0.0)), "talk.cv: 0"),
        (replace(SOUND, ring=replace(SOUND.ring, human_mean_s=30.0)), "ring.human_mean_s: 30"),
    ],
)
def test_what_cannot_be_is_told(scenario: CampaignScenario, told: str) -> None:
    assert any(fault.startswith(told) for fault in faults(scenario)), faults(scenario)


def test_a_step_holds_until_the_next() -> None:
    steps = ((1.0, 2.0), (3.0, 4.0))
    assert [value_at(steps, hour, 1.0) for hour in (0.5, 1.0, 2.9, 3.0)] == [1.0, 2.0, 2.0, 4.0]
    assert agents_at(replace(SOUND, agents=((0.0, 5.0), (4.0, 2.0))), 5.0) == 2
    assert agents_at(SOUND, 5.0) == 20
