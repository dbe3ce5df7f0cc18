"""What a simulated day is made of, whether imagined or remembered: the people, and the center."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccserver.core.events import Started
from ccserver.core.ids import AgentId
from ccserver.core.records import SaveAgentInterval
from ccserver.core.site import WorkState
from ccserver.sim.contacts import HOUR_SECONDS, Contact, contacts
from ccserver.sim.scenario import AgentGroup, Scenario
from ccserver.sim.site import people, started

DAY_BEGINS = 1_767_571_200.0
"""Midnight UTC before Monday, 5 January 2026: every imagined day begins then."""

_WORKING = (WorkState.ON_CALL, WorkState.WRAP_UP)


class Shift:
    """When one agent is there, in stretches that follow each other, and how they were spent."""

    __slots__ = ("_ends", "busy_s", "group", "other_s", "stretches")

    def __init__(self, group: AgentGroup, stretches: Sequence[tuple[float, float]]) -> None:
        """`stretches`: from and until, as instants."""
        self.group = group
        self.stretches = tuple(stretches)
        self._ends = [end for _, end in self.stretches]
        self.busy_s = 0.0
        """Talk and wrap-up."""
        self.other_s = 0.0
        """Neither busy nor idle: being rung, paused."""

    @property
    def from_at(self) -> float:
        """When the agent first comes."""
        return self.stretches[0][0]

    @property
    def until_at(self) -> float:
        """When the agent has gone for good."""
        return self.stretches[-1][1]

    @property
    def staffed_s(self) -> float:
        """How long the agent was there while the doors were open."""
        return sum(max(0.0, end - begin) for begin, end in self.stretches)

    def add(self, part: SaveAgentInterval) -> None:
        """Count what lies within the shift."""
        seconds = 0.0
        for begin, end in self.stretches[bisect_right(self._ends, part.started_at) :]:
            if begin >= part.ended_at:
                break
            seconds += max(0.0, min(part.ended_at, end) - max(part.started_at, begin))
        if part.work in _WORKING:
            self.busy_s += seconds
        elif part.work is not WorkState.AVAILABLE:
            self.other_s += seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One day, before anyone has called."""

    opening: Started
    """Phones are named as their agents."""
    begins_at: float
    ends_at: float
    """When the doors close."""
    shifts: dict[AgentId, Shift]
    contacts: Iterable[Contact]
    """By their instant."""


def imagined(scenario: Scenario, policy: str = "", seed: int = 1) -> Stage:
    """A day of the scenario. `policy` takes the place of those that it names."""
    staff, ends_at = people(scenario), DAY_BEGINS + scenario.hours * HOUR_SECONDS
    return Stage(
        opening=started(scenario, policy),
        begins_at=DAY_BEGINS,
        ends_at=ends_at,
        shifts={name: _shift(group, ends_at) for name, group in staff},
        contacts=contacts(scenario, staff, begin=DAY_BEGINS, seed=seed),
    )


def _shift(group: AgentGroup, ends_at: float) -> Shift:
    begin, end = (DAY_BEGINS + hours * HOUR_SECONDS for hours in group.shift)
    return Shift(group, [(begin, min(end, ends_at))])
