"""The routing policy."""

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.routing import Claim, Free, match, priority

SALES, HELP = Queue("sales"), Queue("help")


def claim(name: str, *, value: float = 0.5, queued_at: float = 0.0, queue: Queue = SALES) -> Claim:
    return Claim(contact=ContactId(name), queue=queue, value=value, queued_at=queued_at)


def free(name: str, *queues: Queue, since: float = 0.0) -> Free:
    return Free(agent=AgentId(name), queues=frozenset(queues or {SALES}), since=since)


def test_ten_minutes_are_worth_one_point() -> None:
    assert priority(claim("x", value=0.25), now=600.0) == 1.25


def test_the_longest_idle_serves() -> None:
    ((_, agent),) = match([claim("x")], [free("late", since=9.0), free("early", since=3.0)], 10.0)
    assert agent.agent == "early"


def test_no_one_gets_a_call_of_a_queue_that_is_not_his() -> None:
    assert match([claim("x", queue=HELP)], [free("anna", SALES)], 0.0) == []


CLAIMS = st.lists(
    st.builds(
        claim,
        st.uuids().map(str),
        value=st.floats(0, 1),
        queued_at=st.floats(0, 1000),
        queue=st.sampled_from([SALES, HELP]),
    ),
    max_size=8,
)
AGENTS = st.lists(
    st.builds(free, st.uuids().map(str), st.sampled_from([SALES, HELP]), since=st.floats(0, 1000)),
    max_size=8,
)


@given(CLAIMS, AGENTS)
def test_no_one_waits_while_one_who_could_serve_idles(
    claims: list[Claim], agents: list[Free]
) -> None:
    pairs = match(claims, agents, 1000.0)
    served = {c.contact for c, _ in pairs}
    busy = {a.agent for _, a in pairs}
    assert len(served) == len(busy) == len(pairs)
    for c in claims:
        for a in agents:
            if c.contact not in served and a.agent not in busy:
                assert c.queue not in a.queues


@given(CLAIMS, AGENTS)
def test_whoever_is_passed_over_had_less_claim(claims: list[Claim], agents: list[Free]) -> None:
    served = [c for c, _ in match(claims, agents, 1000.0)]
    for left in (c for c in claims if c not in served):
        for taken in (c for c in served if c.queue == left.queue):
            assert priority(taken, 1000.0) >= priority(left, 1000.0)
