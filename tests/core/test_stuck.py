"""What counts as stuck, and what only takes its time."""

import pytest

from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone
from ccserver.core.parties import Party, Phase
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Waiting,
    Walk,
)
from ccserver.core.quick import replace
from ccserver.core.rules import QueueRules
from ccserver.core.site import AgentProfile, Presence, WorkState
from ccserver.core.stuck import LEAVING_SECONDS, STUCK_SECONDS, stuck
from ccserver.core.work import Agent, Idle, Missed, Offered, OnCall, Work, WrapUp
from tests.core.stories import ANNA, BOB, SALES, Story

CONTACT = ContactId("1")
CALL = Call(contact=CONTACT, leg=LegId("leg-1"), arrived_at=0.0)
PHONE = Phone("1001")
RINGING = Ringing(
    call=CALL, since=0.0, queue=SALES, queued_at=0.0, agent=ANNA, phone=PHONE, ordered=True
)
TALKING = Talking(call=CALL, since=0.0, queue=SALES, agent=ANNA, phone=PHONE)
RUNG = Party(leg=NO_LEG, agent=None, phone=Phone(""), number="+49")
DIALING = Dialing(
    call=CALL,
    since=0.0,
    queue=SALES,
    queued_at=0.0,
    number="+8613800000001",
    requested_at=0.0,
    tries=1,
    agent=ANNA,
    phone=PHONE,
)
WALK = Walk(number=1, flow="asked", version=1, steps=(("rate", 0.0, ""),))
SURVEYED = InFlow(call=CALL, since=0.0, after_talk=True)
WAITING = Waiting(call=CALL, since=0.0, queue=SALES, queued_at=0.0, held=False)
LONG = 100_000.0


def count(now: float, *, place: Place | None = None, agent: Agent | None = None) -> int:
    rules = QueueRules(name=SALES, ring_seconds=20)
    places = [place] if place else []
    return stuck(now, places, [agent] if agent else [], lambda _: rules)


def agent(work: Work, name: AgentId = ANNA) -> Agent:
    return Agent(
        profile=AgentProfile(agent=name, phone=PHONE, queues=frozenset()),
        presence=Presence.READY,
        reason="",
        work=work,
        state=WorkState.AVAILABLE,
        since=0.0,
    )


@pytest.mark.parametrize(
    ("place", "seconds"),
    [
        (WAITING, 15.0),
        (SURVEYED, 15.0),
        (RINGING, 25.0),
        (DIALING, 35.0),
        (Leaving(call=CALL, since=0.0), LEAVING_SECONDS),
        (replace(TALKING, phase=Phase.CONSULT, consult=RUNG), 45.0),
        (replace(TALKING, agent=None, phone=Phone(""), others=(RUNG,)), 45.0),
    ],
)
def test_a_call_is_stuck_long_after_it_should_have_gone_on(place: Place, seconds: float) -> None:
    assert count(seconds + STUCK_SECONDS, place=place) == 0
    assert count(seconds + STUCK_SECONDS + 0.1, place=place) == 1


@pytest.mark.parametrize(
    "place",
    [
        InFlow(call=CALL, since=0.0),
        replace(SURVEYED, call=replace(CALL, walk=WALK)),
        replace(WAITING, held=True),
        Fallback(call=CALL, since=0.0, queue=SALES, queued_at=0.0),
        TALKING,
        replace(TALKING, phase=Phase.CONSULT, consult=replace(RUNG, answered=True)),
        AwaitingCallback(
            call=CALL, since=0.0, queue=SALES, queued_at=0.0, number="+861", requested_at=0.0
        ),
    ],
)
def test_what_people_take_their_time_for_is_not_stuck(place: Place) -> None:
    assert count(LONG, place=place) == 0


@pytest.mark.parametrize("work", [Offered(CONTACT), OnCall(CONTACT, SALES, 0.0)])
def test_an_agent_with_a_call_that_is_gone_or_another_s_is_stuck(work: Work) -> None:
    assert count(1.0, agent=agent(work)) == 1
    assert count(1.0, agent=agent(work), place=WAITING) == 1
    assert count(1.0, agent=agent(work, BOB), place=TALKING) == 1
    assert count(1.0, agent=agent(work), place=TALKING) == 0


def test_an_agent_whose_time_has_not_ended_is_stuck() -> None:
    wraps_up = WrapUp(contact=CONTACT, since=0.0, until=30.0, queue=SALES, segment=1)
    for work in (wraps_up, Missed(contact=CONTACT, until=30.0)):
        assert count(30.0 + STUCK_SECONDS, agent=agent(work)) == 0
        assert count(30.1 + STUCK_SECONDS, agent=agent(work)) == 1
    assert count(LONG, agent=agent(Idle())) == 0


def test_the_center_tells_how_much_in_it_is_stuck() -> None:
    story = Story()
    assert story.center.stuck(LONG) == 0
