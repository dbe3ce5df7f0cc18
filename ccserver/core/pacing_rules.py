"""The plain pacers: one call for each free agent, a fixed ratio, and a published adaptive ratio.

None of them looks ahead. The last one is there to be compared with.
"""

from collections import deque
from dataclasses import dataclass
from math import floor
from typing import Final

from typing_extensions import override

from ccserver.core.pacer import Decision, Doing, Why
from ccserver.core.quick import quick


class _Counted:
    """What agents and calls do now, as counts."""

    def __init__(self) -> None:
        self._agents: dict[str, Doing] = {}
        self._under_way: set[str] = set()
        """Calls that were placed and not yet answered by a person."""
        self._waiting: set[str] = set()

    def agent(self, now: float, agent: str, doing: Doing) -> None:
        """The agent does something else from now on."""
        if doing is Doing.GONE:
            self._agents.pop(agent, None)
        else:
            self._agents[agent] = doing

    def placed(self, now: float, call: str) -> None:
        """A call goes out."""
        self._under_way.add(call)

    def picked_up(self, now: float, call: str) -> None:
        """Who answered is listened to: still on its way, for these rules."""

    def answered(self, now: float, call: str) -> None:
        """A person has answered, and needs an agent."""
        self._under_way.discard(call)
        self._waiting.add(call)

    def ended(self, now: float, call: str) -> None:
        """Nobody has answered, or a machine has."""
        self._under_way.discard(call)

    def canceled(self, now: float, call: str) -> None:
        """We have hung up before an answer."""
        self._under_way.discard(call)

    def connected(self, now: float, call: str) -> None:
        """An agent has the person."""
        self._under_way.discard(call)
        self._waiting.discard(call)

    def abandoned(self, now: float, call: str) -> None:
        """No agent had the person in time."""
        self._under_way.discard(call)
        self._waiting.discard(call)

    def learned(self) -> str:
        """These rules learn nothing."""
        return ""

    def _doing(self, doing: Doing) -> int:
        return sum(1 for one in self._agents.values() if one is doing)

    def _decision(self, free: int, wanted: int, lines_left: int) -> Decision:
        place = max(0, min(wanted, lines_left))
        return Decision(
            place=place,
            cancel=(),
            why=Why(
                free=free,
                waiting=len(self._waiting),
                ringing=len(self._under_way),
                holds="" if place or wanted > lines_left else "agents",
            ),
        )


class Power(_Counted):
    """So many calls under way for each free agent."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self._ratio = ratio

    def decide(self, now: float, lines_left: int) -> Decision:
        """How many calls to place now, `lines_left` at most."""
        free = self._doing(Doing.FREE)
        to_serve = max(0, free - len(self._waiting))
        wanted = floor(self._ratio * to_serve + 1e-9) - len(self._under_way)
        return self._decision(free, wanted, lines_left)


class Progressive(Power):
    """One call for each free agent: whoever answers finds one."""

    def __init__(self) -> None:
        super().__init__(1.0)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """How the team stood at one placement."""

    at: float
    ready_less_waiting: int
    agents: int


class Vicidial(_Counted):
    """The adaptive rule of VICIdial, method HARD_LIMIT, from its description: to be compared with.

    Each 2.5 s, lines up to level x agents are filled; an agent's own talk is one of them. Each 15 s
    the level is multiplied by 1 + (ready agents - waiting calls) / agents, both averaged over a
    minute, and kept from 1 to the highest. Once a minute the drops are looked at: over the cap
    since the day began (after 50 calls), the level is 1; over half of the last minute's calls, if
    they are more than 20, it is halved.
    """

    PLACE_SECONDS: Final = 2.5
    LEVEL_SECONDS: Final = 15.0
    DROPS_SECONDS: Final = 60.0
    LEVEL_MAX: Final = 3.0

    def __init__(self, cap: float = 0.03, *, answered: int = 0, dropped: int = 0) -> None:
        super().__init__()
        self._cap = cap
        self._level = 1.0
        self._answered, self._dropped = answered, dropped
        self._over = False
        """At the last look at the drops, they were over the cap."""
        self._next_place = self._next_level = self._next_drops = float("-inf")
        self._samples: deque[_Sample] = deque()
        self._calls: deque[float] = deque()
        self._drops: deque[float] = deque()

    @override
    def placed(self, now: float, call: str) -> None:
        """A call goes out."""
        super().placed(now, call)
        self._calls.append(now)

    @override
    def answered(self, now: float, call: str) -> None:
        """A person has answered, and needs an agent."""
        super().answered(now, call)
        self._answered += 1

    @override
    def abandoned(self, now: float, call: str) -> None:
        """No agent had the person in time."""
        super().abandoned(now, call)
        self._dropped += 1
        self._drops.append(now)

    def decide(self, now: float, lines_left: int) -> Decision:
        """How many calls to place now, `lines_left` at most."""
        free, talking = self._doing(Doing.FREE), self._doing(Doing.TALK)
        if now < self._next_place:
            return self._decision(free, 0, lines_left)
        self._next_place = now + self.PLACE_SECONDS
        agents = free + talking
        self._samples.append(
            _Sample(at=now, ready_less_waiting=free - len(self._waiting), agents=agents)
        )
        if now >= self._next_drops:
            self._next_drops = now + self.DROPS_SECONDS
            self._look_at_drops(now)
        if now >= self._next_level:
            self._next_level = now + self.LEVEL_SECONDS
            self._level = self._suggested(now)
        lines = len(self._under_way) + len(self._waiting) + talking
        return self._decision(free, floor(self._level * agents + 1e-9) - lines, lines_left)

    def _look_at_drops(self, now: float) -> None:
        for recent in (self._calls, self._drops):
            while recent and recent[0] < now - 60.0:
                recent.popleft()
        if len(self._calls) > 20 and len(self._drops) > 0.5 * len(self._calls):
            self._level = max(1.0, self._level / 2)
        self._over = self._answered > 50 and self._dropped > self._cap * self._answered

    def _suggested(self, now: float) -> float:
        while self._samples[0].at < now - 60.0:
            self._samples.popleft()
        if self._over:
            return 1.0
        agents = sum(one.agents for one in self._samples)
        if not agents:
            return self._level
        surplus = sum(one.ready_less_waiting for one in self._samples) / agents
        return min(self.LEVEL_MAX, max(1.0, self._level * (1.0 + surplus)))
