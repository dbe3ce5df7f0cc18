"""One campaign as it runs: its rules, leads, calls, and what it has done so far."""

from collections import deque
from collections.abc import Callable
from typing import Final

from ccserver.core.campaigns import CampaignRules, CampaignState, LeadId, Ledger, Mode
from ccserver.core.dial_orders import ShowCampaign
from ccserver.core.hoppers import Hopper
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.pacer import Decision, Pacer, Why
from ccserver.core.quick import replace

RECENT_SECONDS: Final = 1800.0
"""So long each answer is remembered by itself."""

PacerFor = Callable[[CampaignRules, Ledger, float], Pacer]
"""Makes the pacer of a campaign: from its rules, what it has done, and the instant."""

PACED: Final = frozenset({Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE})

NOTHING: Final = Why()
UNDECIDED: Final = Decision(place=0, cancel=(), why=NOTHING)


class Run:
    """A campaign and all that is counted of it. Its calls are found in the dialer."""

    def __init__(self, rules: CampaignRules) -> None:
        self.rules = rules
        self.hopper = Hopper()
        self.pacer: Pacer | None = None
        self.lines: dict[ContactId, LeadId] = {}
        """The attempts under way, also those whose customer still hears a message."""
        self.settled: set[LeadId] = set()
        """What becomes of these, which are under way, was said already."""
        self.ended = False
        """It had nothing left to do, and nobody has started it again."""
        self.placed = self.answered = self.abandoned = self.machines = 0
        self.period_answered = self.period_abandoned = 0
        self.decision = UNDECIDED
        self.holds = ""
        self.shown: ShowCampaign | None = None
        self.shown_at = self.saved_at = self.looked_at = -RECENT_SECONDS
        self.asked_for: dict[AgentId, float] = {}
        """When it was last asked whether this agent has leads of his own."""
        self._known: Ledger | None = None
        """What it had done before, as it was told."""
        self._recent: deque[tuple[float, bool]] = deque()
        self._tokens, self._tokens_at = 1.0, 0.0

    @property
    def known(self) -> bool:
        """Whether its ledger was given."""
        return self._known is not None

    @property
    def runs(self) -> bool:
        """Whether it may place calls."""
        return self.rules.state is CampaignState.RUNNING and self.known and not self.ended

    @property
    def team(self) -> Queue | None:
        """Whose agents it wants now. None: nobody's."""
        if not self.runs or self.rules.mode is Mode.AGENTLESS:
            return None
        return self.rules.queue if self.hopper or self.lines else None

    def know(self, ledger: Ledger) -> None:
        """What it did before."""
        self._known = ledger
        self.period_answered, self.period_abandoned = ledger.answered, ledger.abandoned
        self._recent = deque(ledger.recent)

    def ledger(self) -> Ledger:
        """What it has done until now. Raises AssertionError before it is known."""
        assert self._known is not None, "only campaigns that are known run"
        return replace(
            self._known,
            answered=self.period_answered,
            abandoned=self.period_abandoned,
            recent=tuple(self._recent),
            learned=self.pacer.learned() if self.pacer else self._known.learned,
        )

    def count_answer(self, now: float) -> None:
        """A person has answered."""
        self.answered += 1
        self.period_answered += 1
        while self._recent and self._recent[0][0] < now - RECENT_SECONDS:
            self._recent.popleft()
        self._recent.append((now, False))

    def count_abandoned(self, now: float) -> None:
        """One who answered found nobody."""
        self.abandoned += 1
        self.period_abandoned += 1
        self._recent.append((now, True))

    # -- how fast

    def lines_left(self, now: float) -> tuple[int, str]:
        """How many calls may be placed now, and what holds if that is none."""
        rate = self.rules.calls_per_second
        self._tokens = min(max(1.0, rate), self._tokens + (now - self._tokens_at) * rate)
        self._tokens_at = now
        limits = (
            (self.hopper.for_anyone, "hopper"),
            (self.rules.lines_max - len(self.lines), "lines"),
            (int(self._tokens + 1e-9), "rate"),
        )
        return max(0, min(limits)[0]), min(limits)[1]

    def spend(self) -> None:
        """A call goes out."""
        self.placed += 1
        self._tokens = max(0.0, self._tokens - 1.0)
