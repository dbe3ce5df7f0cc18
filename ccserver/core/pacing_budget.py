"""How much risk the next call may bear, so that a campaign ends its period just under its cap.

One for each campaign: where several share their agents, the smallest allowed risk holds.
"""

from collections import deque
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from ccserver.core.campaigns import AbandonRules, Ledger
from ccserver.core.quick import quick

RISK_MIN: Final = 1e-4
RISK_MAX: Final = 0.5
_LAST_RISK: Final = 0.05
"""Where only one more may be abandoned: calls that ring at once are abandoned together."""
_GAIN: Final = 0.15
_TARGET: Final = 0.029 / 0.03
"""Of the cap: what the rate is steered to, and next where the ledger says stop."""
_LEDGER: Final = 0.0297 / 0.03
_IN_FLIGHT: Final = 0.7
"""What calls that ring when the ledger says stop may still cost: without it one shift in twenty
ended at 3.01 %."""
_BUCKETS: Final = 48


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The risk that a call may bear."""

    risk: float
    left: float
    """So many more may be abandoned before the cap."""
    holds: str
    """`budget` when the ledger or the window keeps the risk down; empty: neither."""


class Budget:
    """What one campaign may still do.

    `period_ends_at` of the ledger: where the end is known, some may be overdrawn until then; where
    any moment may be the end, nothing is.
    """

    def __init__(self, rules: AbandonRules, ledger: Ledger, now: float) -> None:
        self._rules = rules
        self._target = _TARGET * rules.cap
        self._ends_at = ledger.period_ends_at
        self._credit = 0.0
        self._answered, self._abandoned = ledger.answered, ledger.abandoned
        self._buckets: deque[list[float]] = deque([[now, ledger.answered, ledger.abandoned]])
        """[began at, answered, abandoned]: what leaves the period together."""
        self._began_at = now
        self._answered_here = 0
        self._window: deque[tuple[float, bool]] = deque(ledger.recent)
        self._window_abandoned = sum(1 for _, abandoned in ledger.recent if abandoned)

    def connected(self, now: float) -> None:
        """An agent had the person."""
        self._credit += self._target
        self._note(now, abandoned=False)

    def abandoned(self, now: float) -> None:
        """Nobody had the person in time."""
        self._credit += self._target - 1.0
        self._note(now, abandoned=True)

    def allowed(self, now: float, p: float, waiting: int) -> Allowed:
        """The risk that a call may bear now. `p`: the chance of an answer; `waiting`: people who
        have no agent yet, and count as abandoned until they do."""
        self._forget(now)
        risk = self._steered(p)
        cap = self._rules.cap
        left = cap * self._answered - self._abandoned - waiting
        to_come = self._to_come(now)
        room = (
            _LEDGER * cap * (self._answered - waiting)
            - self._abandoned
            - waiting
            + sqrt(_LEDGER * cap * to_come)
        )
        # With few answers one abandoned call is much: it must still be made up for by the end.
        sure = max(0.0, to_come - 2.0 * sqrt(to_come))
        certain = cap * (self._answered + sure) - self._abandoned - waiting - _IN_FLIGHT
        room = min(room, certain)
        holds = ""
        if room < 1.0:
            risk, holds = RISK_MIN, "budget"
        elif room < 2.0:
            risk = min(risk / 2, _LAST_RISK)
        if self._rules.window_seconds > 0 and (factor := self._guard(waiting)) < 1.0:
            risk, holds = max(RISK_MIN, risk * factor), "budget"
        return Allowed(risk=max(RISK_MIN, risk), left=max(0.0, left), holds=holds)

    def _steered(self, p: float) -> float:
        usual = 0.010 + 0.035 * p
        highest, lowest = log(RISK_MAX / usual) / _GAIN, log(RISK_MIN / usual) / _GAIN
        # Credit beyond the clamp would only delay the answer to what happens next.
        self._credit = min(highest, max(lowest, self._credit))
        return usual * exp(_GAIN * self._credit)

    def _to_come(self, now: float) -> float:
        """Answers still expected in the period."""
        if self._ends_at is None:
            return 0.0
        rate = self._answered_here / max(300.0, now - self._began_at)
        return max(0.0, rate * (self._ends_at - now))

    def _guard(self, waiting: int) -> float:
        allowed = self._rules.window_cap * len(self._window)
        room = allowed - self._rules.window_cap * waiting - self._window_abandoned - waiting
        return max(0.0, (room - 1.0) / max(0.5, sqrt(allowed)))

    def _note(self, now: float, *, abandoned: bool) -> None:
        self._forget(now)
        if now - self._buckets[-1][0] >= self._rules.period_seconds / _BUCKETS:
            self._buckets.append([now, 0, 0])
        for counted in (1, 2)[: 1 + abandoned]:
            self._buckets[-1][counted] += 1
        self._answered += 1
        self._answered_here += 1
        self._abandoned += abandoned
        self._window.append((now, abandoned))
        self._window_abandoned += abandoned

    def _forget(self, now: float) -> None:
        while len(self._buckets) > 1 and self._buckets[0][0] <= now - self._rules.period_seconds:
            _, answered, abandoned = self._buckets.popleft()
            self._answered -= int(answered)
            self._abandoned -= int(abandoned)
        seconds = self._rules.window_seconds or 1800.0
        while self._window and self._window[0][0] <= now - seconds:
            self._window_abandoned -= self._window.popleft()[1]
