"""One shift of a campaign: imagined agents and people, and the pacer that runs in production."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from math import exp, log, sqrt
from random import Random
from typing import Final

from ccserver.core.campaigns import AbandonRules, CampaignName, CampaignRules, Ledger, Mode
from ccserver.core.pacer import Doing, Pacer
from ccserver.core.pacing import pacer_for
from ccserver.core.pacing_rules import Vicidial
from ccserver.sim.campaign_scenario import CampaignScenario, Lasting, agents_at, value_at

ALGORITHMS: Final = ("hazard", "progressive", "power", "vicidial")
_TICK_SECONDS: Final = 0.5
_MODES: Final = {
    "hazard": Mode.PREDICTIVE,
    "progressive": Mode.PROGRESSIVE,
    "power": Mode.POWER,
}


def pacer_named(algorithm: str, scenario: CampaignScenario) -> Pacer:
    """The pacer of this name. Its period is the shift."""
    seconds = scenario.hours * 3600.0
    if algorithm == "vicidial":
        return Vicidial(scenario.cap)
    rules = CampaignRules(
        name=CampaignName(scenario.name),
        mode=_MODES[algorithm],
        ratio=scenario.ratio,
        ring_seconds=round(scenario.ring.no_answer_s),
        cancel_ringing=scenario.cancel_ringing,
        abandon=AbandonRules(
            cap=scenario.cap,
            period_seconds=seconds,
            connect_seconds=scenario.connect_limit_s,
            window_seconds=scenario.window_s,
            window_cap=scenario.window_cap,
        ),
    )
    ledger = Ledger(campaign=rules.name, answered=0, abandoned=0, recent=(), period_ends_at=seconds)
    return pacer_for(rules, ledger, 0.0)


class _Next(Enum):
    ANSWER = auto()
    END = auto()
    GIVE_UP = auto()
    TALKED = auto()
    WRAPPED = auto()
    BACK = auto()
    TICK = auto()
    SHIFT = auto()
    BREAK = auto()


@dataclass(slots=True)
class Shift:
    """What became of one shift. Seconds, and counts."""

    scenario: CampaignScenario
    algorithm: str
    seed: int
    logged_in: float = 0.0
    talking: float = 0.0
    wrapping: float = 0.0
    free: float = 0.0
    placed: int = 0
    connected: int = 0
    answers: list[tuple[float, bool]] = field(default_factory=list)
    """(answered or abandoned at, abandoned), in the order of these instants."""
    decisions: int = 0


class Campaign:
    """The world of one shift. `Campaign(...).live()` is all of it."""

    def __init__(
        self, scenario: CampaignScenario, algorithm: str, seed: int, pacer: Pacer | None = None
    ) -> None:
        self._scenario = scenario
        self._pacer = pacer or pacer_named(algorithm, scenario)
        self._dice = Random(f"{seed} calls")  # noqa: S311 -- imagined calls, not secrets
        self._talks = Random(f"{seed} talks")  # noqa: S311
        self._end = scenario.hours * 3600.0
        self._events: list[tuple[float, int, _Next, str]] = []
        self._number = 0
        self._idle: deque[tuple[str, float]] = deque()
        """Free agents, the longest idle first, and since when."""
        self._since: dict[str, float] = {}
        """Talks and wrap-ups that go on."""
        self._leaving: dict[str, float | None] = {}
        """Agents who go after their talk: back at that instant, or not (None)."""
        self._present: set[str] = set()
        self._waiting: dict[str, float] = {}
        self._ringing: set[str] = set()
        self._came = 0
        self._logged_since = 0.0
        self.shift = Shift(scenario, algorithm, seed)

    def live(self) -> Shift:
        """The whole shift. The same arguments give the same one."""
        scenario = self._scenario
        hours = [0.0]
        if not isinstance(scenario.agents, int):
            hours += [hour for hour, _ in scenario.agents if hour > 0]
        for hour in hours:
            self._at(hour * 3600.0, _Next.SHIFT, "")
        for hour, minutes in scenario.breaks:
            self._at(hour * 3600.0, _Next.BREAK, str(minutes))
        self._at(0.0, _Next.TICK, "")
        steps: dict[_Next, Callable[[float, str], None]] = {
            _Next.ANSWER: self._answer,
            _Next.END: self._over,
            _Next.GIVE_UP: self._give_up,
            _Next.TALKED: self._talked,
            _Next.WRAPPED: self._wrapped,
            _Next.BACK: self._back,
            _Next.TICK: self._tick,
            _Next.SHIFT: self._agents_change,
            _Next.BREAK: self._break,
        }
        events = self._events
        while events and events[0][0] < self._end:
            now, _, kind, of = heapq.heappop(events)
            steps[kind](now, of)
        return self._close()

    def _at(self, when: float, kind: _Next, of: str) -> None:
        self._number += 1
        heapq.heappush(self._events, (when, self._number, kind, of))

    # -- calls

    def _tick(self, now: float, _: str) -> None:
        lines = self._scenario.lines or 100_000
        decision = self._pacer.decide(now, lines - len(self._ringing) - len(self._waiting))
        self.shift.decisions += 1
        for call in decision.cancel:
            self._ringing.discard(call)
            self._pacer.canceled(now, call)
        for _n in range(decision.place):
            self._place(now)
        self._at(now + _TICK_SECONDS, _Next.TICK, "")

    def _place(self, now: float) -> None:
        self.shift.placed += 1
        call = f"c{self.shift.placed}"
        self._ringing.add(call)
        self._pacer.placed(now, call)
        scenario, dice = self._scenario, self._dice
        answer, ring = scenario.answer, scenario.ring
        factor = value_at(answer.drift, now / 3600.0, 1.0)
        human = min(1.0, answer.human * factor)
        others = (1.0 - human) / max(1e-9, 1.0 - answer.human)
        luck = dice.random()
        if luck < human:
            rings = ring.no_answer_s
            while rings >= ring.no_answer_s:
                rings = _lognormal(dice, ring.human_mean_s, ring.human_cv)
            self._at(now + rings, _Next.ANSWER, call)
            return
        luck = (luck - human) / max(1e-9, others)
        if luck < answer.busy + answer.invalid:
            rings = dice.expovariate(1.0 / scenario.setup.mean_s)
        elif luck < answer.busy + answer.invalid + answer.machine:
            # Machines pick up late, and are known for one a moment after.
            rings = ring.no_answer_s * dice.uniform(0.6, 0.95)
        else:
            rings = ring.no_answer_s + dice.uniform(0.0, 1.5)
        self._at(now + rings, _Next.END, call)

    def _answer(self, now: float, call: str) -> None:
        if call not in self._ringing:
            return
        self._ringing.discard(call)
        self._pacer.answered(now, call)
        self._waiting[call] = now
        if self._idle:
            self._connect(now, call)
        else:
            self._at(now + self._scenario.connect_limit_s, _Next.GIVE_UP, call)

    def _over(self, now: float, call: str) -> None:
        if call in self._ringing:
            self._ringing.discard(call)
            self._pacer.ended(now, call)

    def _give_up(self, now: float, call: str) -> None:
        if self._waiting.pop(call, None) is not None:
            self._pacer.abandoned(now, call)
            self.shift.answers.append((now, True))

    def _connect(self, now: float, call: str) -> None:
        del self._waiting[call]
        agent, since = self._idle.popleft()
        self.shift.free += now - since
        self._pacer.connected(now, call)
        self._pacer.agent(now, agent, Doing.TALK)
        self.shift.answers.append((now, False))
        self.shift.connected += 1
        self._since[agent] = now
        self._at(now + self._lasting(now, self._scenario.talk), _Next.TALKED, agent)

    # -- agents

    def _lasting(self, now: float, lasting: Lasting) -> float:
        factor = value_at(lasting.drift, now / 3600.0, 1.0)
        return _lognormal(self._talks, lasting.mean_s * factor, lasting.cv)

    def _talked(self, now: float, agent: str) -> None:
        self.shift.talking += now - self._since[agent]
        self._since[agent] = now
        if agent not in self._leaving:
            self._pacer.agent(now, agent, Doing.WRAP)
        self._at(now + self._lasting(now, self._scenario.wrap), _Next.WRAPPED, agent)

    def _wrapped(self, now: float, agent: str) -> None:
        self.shift.wrapping += now - self._since.pop(agent)
        if agent in self._leaving:
            self._leave(now, agent)
        else:
            self._ready(now, agent)

    def _ready(self, now: float, agent: str) -> None:
        self._pacer.agent(now, agent, Doing.FREE)
        self._idle.append((agent, now))
        if self._waiting:
            self._connect(now, next(iter(self._waiting)))

    def _leave(self, now: float, agent: str) -> None:
        back_at = self._leaving.pop(agent)
        self._log(now)
        self._present.discard(agent)
        if back_at is not None:
            self._at(max(now, back_at), _Next.BACK, agent)

    def _back(self, now: float, agent: str) -> None:
        self._log(now)
        self._present.add(agent)
        self._ready(now, agent)

    def _agents_change(self, now: float, _: str) -> None:
        wanted = agents_at(self._scenario, now / 3600.0)
        staying = [one for one in sorted(self._present, key=_number) if one not in self._leaving]
        for _n in range(wanted - len(staying)):
            self._came += 1
            self._back(now, f"a{self._came}")
        for agent in staying[wanted:]:
            self._send_away(now, agent, None)

    def _break(self, now: float, minutes: str) -> None:
        for agent in sorted(self._present, key=_number):
            if agent not in self._leaving:
                self._send_away(now, agent, now + float(minutes) * 60.0)

    def _send_away(self, now: float, agent: str, back_at: float | None) -> None:
        self._pacer.agent(now, agent, Doing.GONE)
        self._leaving[agent] = back_at
        for place, (idle, since) in enumerate(self._idle):
            if idle == agent:
                del self._idle[place]
                self.shift.free += now - since
                self._leave(now, agent)
                return

    # -- the figures

    def _log(self, now: float) -> None:
        self.shift.logged_in += len(self._present) * (now - self._logged_since)
        self._logged_since = now

    def _close(self) -> Shift:
        end = self._end
        self._log(end)
        self.shift.free += sum(end - since for _, since in self._idle)
        ends = {of: kind for _, _, kind, of in self._events}
        for agent, since in self._since.items():
            if ends[agent] is _Next.TALKED:
                self.shift.talking += end - since
            else:
                self.shift.wrapping += end - since
        return self.shift


def _number(agent: str) -> int:
    return int(agent[1:])


def _lognormal(dice: Random, mean: float, cv: float) -> float:
    variance = log(1.0 + cv * cv)
    return exp(log(mean) - variance / 2 + sqrt(variance) * dice.gauss(0.0, 1.0))
