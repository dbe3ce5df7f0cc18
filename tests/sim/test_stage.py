"""When an agent is there, and how that time was spent."""

import pytest

from ccserver.core.ids import AgentId
from ccserver.core.records import SaveAgentInterval
from ccserver.core.site import Presence, WorkState
from ccserver.sim.scenario import AgentGroup
from ccserver.sim.stage import DAY_BEGINS, Shift, imagined
from tests.sim.scenarios import hotline


def part(work: WorkState, begin: float, end: float) -> SaveAgentInterval:
    return SaveAgentInterval(
        agent=AgentId("anna"),
        presence=Presence.READY,
        reason="",
        work=work,
        contact=None,
        started_at=begin,
        ended_at=end,
    )


@pytest.mark.parametrize(
    ("begin", "end", "busy"),
    [
        (10.0, 20.0, 10.0),
        (-5.0, 20.0, 20.0),
        (90.0, 220.0, 30.0),
        (120.0, 180.0, 0.0),
        (0.0, 500.0, 200.0),
    ],
)
def test_only_what_lies_within_a_stretch_counts(begin: float, end: float, busy: float) -> None:
    shift = Shift(AgentGroup(count=1), [(0.0, 100.0), (200.0, 300.0)])
    shift.add(part(WorkState.ON_CALL, begin, end))
    assert (shift.busy_s, shift.other_s) == (busy, 0.0)


def test_time_is_busy_idle_or_neither() -> None:
    shift = Shift(AgentGroup(count=1), [(0.0, 100.0)])
    shift.add(part(WorkState.AVAILABLE, 0.0, 30.0))
    shift.add(part(WorkState.RINGING, 30.0, 35.0))
    shift.add(part(WorkState.ON_CALL, 35.0, 80.0))
    shift.add(part(WorkState.WRAP_UP, 80.0, 90.0))
    assert (shift.staffed_s, shift.busy_s, shift.other_s) == (100.0, 55.0, 5.0)


def test_a_shift_ends_with_the_day() -> None:
    shifts = imagined(hotline(hours=2)).shifts
    assert {shift.until_at - DAY_BEGINS for shift in shifts.values()} == {7200.0, 6300.0}
