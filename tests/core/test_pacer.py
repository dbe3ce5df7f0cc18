"""What every pacer promises, whatever it is told."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.pacer import Doing, Pacer
from ccserver.core.pacing_rules import Power, Progressive, Vicidial
from tests.core.pacers import hazard

PACERS: dict[str, Callable[[], Pacer]] = {
    "hazard": hazard,
    "progressive": Progressive,
    "power": lambda: Power(2.0),
    "vicidial": Vicidial,
}
CALLS = st.lists(st.tuples(st.sampled_from(["ended", "served", "lost"]), st.floats(0, 5)))


@pytest.mark.parametrize("name", PACERS)
@given(calls=CALLS, agents=st.integers(0, 8), lines=st.integers(0, 5))
def test_no_more_lines_are_taken_than_there_are(
    name: str, calls: list[tuple[str, float]], agents: int, lines: int
) -> None:
    pacer = PACERS[name]()
    now = 0.0
    for n in range(agents):
        pacer.agent(now, f"a{n}", Doing.FREE)
    for n, (end, passed) in enumerate(calls):
        now += passed
        pacer.placed(now, f"c{n}")
        if end == "ended":
            pacer.ended(now, f"c{n}")
        else:
            pacer.answered(now, f"c{n}")
            (pacer.connected if end == "served" else pacer.abandoned)(now, f"c{n}")
        decision = pacer.decide(now, lines)
        assert 0 <= decision.place <= lines
        assert decision.why.free == agents
        assert decision.why.ringing == decision.why.waiting == 0


@pytest.mark.parametrize("name", PACERS)
def test_nobody_is_called_for_no_agents(name: str) -> None:
    decision = PACERS[name]().decide(0.0, 100)
    assert decision.place == 0
    assert decision.why.holds == "agents"
