"""Pacing by hazards: when will ringing calls answer, and when will agents be free?

A call may go out while the chance that nobody is there for it, should a person answer, stays below
what the campaign's budget allows. Ideas: Samuelson 1999 (Interfaces 29(5)), US patent 5,640,445.
"""

from dataclasses import dataclass
from math import erf, floor
from typing import Final

from ccserver.core.hazard_tables import Tables
from ccserver.core.lookahead import Ages, unpacked
from ccserver.core.pacer import Decision, Doing, Why
from ccserver.core.pacing_budget import Budget

LEGAL_RING_SECONDS: Final = 15.0
"""16 CFR 310.4(b)(4)(ii): nobody is hung up on before he could answer."""
_COLD_DIALS: Final = 25
_JUMP_SECONDS: Final = 5.0
_PLACED_MAX: Final = 500
"""At one decision."""


@dataclass(slots=True)
class _Call:
    """A call without an answer yet."""

    placed_at: float
    second: int
    picked_up_at: float | None = None


class Hazard:
    """Looks ahead over the time that a call rings."""

    def __init__(
        self,
        budget: Budget,
        *,
        ring_seconds: int = 27,
        connect_seconds: float = 2.0,
        cancel_ringing: bool = False,
        learned: str = "",
    ) -> None:
        self.budget = budget
        self._cancel = cancel_ringing
        self._tables = Tables(ring_seconds, connect_seconds, learned)
        tables = self._tables
        self._horizon = tables.horizon
        self._talking, self._wrapping = Ages(tables.talk, tables.TALK_BIN), Ages(tables.wrap, 1)
        self._ringing, self._listened = Ages(tables.ring, 1), Ages(tables.detection, 1)
        self._agents: dict[str, tuple[Doing, float]] = {}
        self._calls: dict[str, _Call] = {}
        self._waiting: set[str] = set()
        self._free = 0
        self._ahead = 0
        """The rows of all busy agents and of all calls, as seen at `_second`."""
        self._second = 0
        self._soon = 0.0
        self._decided_at: float | None = None

    # -- what happens

    def agent(self, now: float, agent: str, doing: Doing) -> None:
        """The agent does something else from now on."""
        before, since = self._agents.pop(agent, (Doing.GONE, now))
        if before is doing and doing is not Doing.GONE:
            self._agents[agent] = (before, since)
            return
        if doing is not Doing.GONE:
            self._lasted(before, doing, now - since)
            self._agents[agent] = (doing, now)
        self._count(before, since, -1)
        self._count(doing, now, 1)

    def placed(self, now: float, call: str) -> None:
        """A call goes out."""
        second = floor(now)
        self._calls[call] = _Call(now, second)
        self._tables.rate.placed(second)
        self._tell(self._ringing, second, 1)

    def picked_up(self, now: float, call: str) -> None:
        """Who answered is listened to."""
        one = self._calls.get(call)
        if one is None or one.picked_up_at is not None:
            return
        self._tell(self._ringing, one.second, -1)
        one.picked_up_at = now
        self._tell(self._listened, floor(now), 1)

    def answered(self, now: float, call: str) -> None:
        """A person has answered, and needs an agent."""
        if self._over(now, call, by_person=True):
            self._waiting.add(call)

    def ended(self, now: float, call: str) -> None:
        """Nobody has answered, or a machine has."""
        self._over(now, call, by_person=False)
        self._waiting.discard(call)

    def canceled(self, now: float, call: str) -> None:
        """We have hung up before an answer."""
        one = self._calls.pop(call, None)
        if one is not None:
            self._leave(one)
            self._tables.rate.canceled(one.second, self._tables.unseen(now - one.placed_at))

    def connected(self, now: float, call: str) -> None:
        """An agent has the person."""
        self._over(now, call, by_person=True)
        self._waiting.discard(call)
        self.budget.connected(now)

    def abandoned(self, now: float, call: str) -> None:
        """No agent had the person in time."""
        self._over(now, call, by_person=True)
        self._waiting.discard(call)
        self.budget.abandoned(now)

    def learned(self) -> str:
        """What was learned, as JSON, for the next run."""
        return self._tables.learned()

    # -- what to do

    def decide(self, now: float, lines_left: int, risk_max: float = 1.0) -> Decision:
        """How many calls to place now, `lines_left` at most. `risk_max`: what the budgets of other
        campaigns allow that have the same agents."""
        before, self._decided_at = self._decided_at, now
        jumped = before is not None and now - before > _JUMP_SECONDS
        if (second := floor(now)) > self._second:
            self._turn(now, second)
        waiting = len(self._waiting)
        allowed = self.budget.allowed(now, self._tables.p_upper, waiting)
        theta = min(allowed.risk, risk_max)
        base, under_way = self._free - waiting, len(self._calls)
        m, v = unpacked(self._ahead, self._horizon)
        short = base - under_way
        means = [short + one for one in m]
        safe = max(0, short)
        wanted, risk = safe, self._risk(means, v, 0)
        cold = self._tables.rate.matured < _COLD_DIALS and not self._tables.taken_up
        if not cold and risk <= theta:
            wanted = max(safe, self._bearable(means, v, theta, max(0, lines_left)))
        cancel: tuple[str, ...] = ()
        if self._cancel and base <= 0 and wanted == 0 and risk > theta:
            cancel = self._long_ringing(now)
        place = 0 if jumped else max(0, min(wanted, lines_left))
        soon = self._soon
        return Decision(
            place=place,
            cancel=cancel,
            why=Why(
                free=self._free,
                waiting=waiting,
                ringing=under_way,
                expected_answers=max(0.0, under_way + soon - m[-1]),
                soon_free=soon,
                answer_probability=self._tables.p,
                risk=risk,
                risk_allowed=theta,
                budget_left=allowed.left,
                holds=_holds(self._agents, cold, allowed.holds, wanted, lines_left),
            ),
        )

    def _risk(self, means: list[float], variances: list[float], more: int) -> float:
        """That one more call, after `more` others, finds nobody."""
        risk = 0.0
        for g, mean, variance, r, rr in zip(
            self._tables.shape, means, variances, *self._tables.fresh, strict=True
        ):
            spread = (2.0 * (variance + more * rr) + 2e-6) ** 0.5
            risk += g * (1.0 + erf((0.5 - mean + more * r) / spread))
        return min(1.0, 0.5 * risk)

    def _bearable(
        self, means: list[float], variances: list[float], theta: float, lines: int
    ) -> int:
        """So many more calls may go out until the next one's risk would be over `theta`."""
        most = min(lines, _PLACED_MAX)
        low, step = 0, 1
        # The risk grows with each call: look ever farther, then halve.
        while low < most and self._risk(means, variances, low) <= theta:
            low, step = min(most, low + step), step * 2
        high, low = low, max(0, low - step // 2)
        if high == most and most and self._risk(means, variances, most - 1) <= theta:
            return most
        while low < high:
            middle = (low + high) // 2
            if self._risk(means, variances, middle) <= theta:
                low = middle + 1
            else:
                high = middle
        return low

    def _long_ringing(self, now: float) -> tuple[str, ...]:
        """Calls that have rung long enough to be hung up, and that nobody has picked up."""
        found = []
        for name, call in self._calls.items():
            if now - call.placed_at < LEGAL_RING_SECONDS:
                break
            if call.picked_up_at is None:
                found.append(name)
        return tuple(found)

    # -- the sum

    def _lasted(self, doing: Doing, then: Doing, seconds: float) -> None:
        if doing is Doing.TALK:
            self._tables.talk_times.add(seconds)
        elif doing is Doing.WRAP and then is Doing.FREE:
            self._tables.wrap_times.add(seconds)

    def _count(self, doing: Doing, since: float, count: int) -> None:
        match doing:
            case Doing.FREE:
                self._free += count
            case Doing.TALK:
                self._tell(self._talking, floor(since), count)
            case Doing.WRAP:
                self._tell(self._wrapping, floor(since), count)
            case Doing.GONE:
                pass

    def _tell(self, ages: Ages, since: int, count: int) -> None:
        ages.add(since, count)
        self._ahead += count * ages.row(since, self._second)

    def _leave(self, one: _Call) -> None:
        if one.picked_up_at is None:
            self._tell(self._ringing, one.second, -1)
        else:
            self._tell(self._listened, floor(one.picked_up_at), -1)

    def _over(self, now: float, call: str, *, by_person: bool) -> bool:
        one = self._calls.pop(call, None)
        if one is None:
            return False
        self._leave(one)
        self._tables.rate.over(one.second, now - one.placed_at, by_person=by_person)
        if one.picked_up_at is not None:
            self._tables.detected(now - one.picked_up_at, by_person=by_person)
        return True

    def _turn(self, now: float, second: int) -> None:
        """A new second: everyone is a second older."""
        self._second = second
        tables = self._tables
        if tables.turn(now, second, self._agents.values()):
            self._talking.rows, self._wrapping.rows = tables.talk, tables.wrap
            self._ringing.rows, self._listened.rows = tables.ring, tables.detection
        agents = self._talking.total(second) + self._wrapping.total(second)
        self._soon = unpacked(agents, self._horizon)[0][-1]
        self._ahead = agents + self._ringing.total(second) + self._listened.total(second)


def _holds(
    agents: dict[str, tuple[Doing, float]], cold: bool, budget: str, wanted: int, lines: int
) -> str:
    """In one word why no more calls go out."""
    if not agents:
        return "agents"
    if cold:
        return "cold"
    if wanted > lines:
        return ""
    return budget or "risk"
