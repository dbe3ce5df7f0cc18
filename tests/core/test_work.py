"""What everyone is shown of an agent."""

from dataclasses import replace

import pytest

from ccserver.core.ids import AgentId, ContactId, Phone, Queue, Skill
from ccserver.core.site import AgentProfile, Presence, WorkState
from ccserver.core.work import Agent, Idle, Missed, Offered, WrapUp, ability_of, state_of

PROFILE = AgentProfile(agent=AgentId("anna"), phone=Phone("1001"), queues=frozenset())
ANNA = Agent(
    profile=PROFILE,
    presence=Presence.READY,
    reason="",
    work=Idle(),
    state=WorkState.AVAILABLE,
    since=0.0,
    screen=True,
)
CALL = ContactId("1")


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (ANNA, WorkState.AVAILABLE),
        (replace(ANNA, screen=False), WorkState.UNREACHABLE),
        (replace(ANNA, phone=False), WorkState.UNREACHABLE),
        (replace(ANNA, presence=Presence.PAUSED), WorkState.PAUSED),
        (replace(ANNA, presence=Presence.LOGGED_OUT), WorkState.LOGGED_OUT),
        (replace(ANNA, work=Offered(CALL)), WorkState.RESERVED),
        (replace(ANNA, work=Offered(CALL, rang=True)), WorkState.RINGING),
        (replace(ANNA, work=Missed(CALL, 10.0)), WorkState.MISSED),
        (
            replace(ANNA, presence=Presence.PAUSED, work=WrapUp(CALL, 0.0, 9.0, Queue("q"), 1)),
            WorkState.WRAP_UP,
        ),
    ],
)
def test_work_goes_before_what_the_agent_chose(agent: Agent, shown: WorkState) -> None:
    assert state_of(agent) is shown


def test_an_ability_is_the_same_for_all_who_can_do_the_same() -> None:
    skills = ((Skill("repair"), 2), (Skill("billing"), 3))
    one = replace(PROFILE, skills=skills, languages=frozenset({"zh-CN"}))
    other = replace(PROFILE, skills=skills[::-1], languages=frozenset({"zh"}))
    assert ability_of(one) == ability_of(other)
