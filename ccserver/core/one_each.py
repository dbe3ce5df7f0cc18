"""The plainest pacer: a call for each free agent, so that whoever answers finds one."""

from ccserver.core.campaigns import CampaignRules, Ledger
from ccserver.core.pacer import Decision, Doing, Why


class OneEach:
    """Progressive dialing: as many calls under way as there are free agents for them."""

    def __init__(self) -> None:
        self._free: set[str] = set()
        self._ringing: set[str] = set()
        self._waiting: set[str] = set()

    def agent(self, now: float, agent: str, doing: Doing) -> None:
        """The agent does something else from now on."""
        if doing is Doing.FREE:
            self._free.add(agent)
        else:
            self._free.discard(agent)

    def placed(self, now: float, call: str) -> None:
        """A call goes out."""
        self._ringing.add(call)

    def picked_up(self, now: float, call: str) -> None:
        """Who answered is listened to: he may be a person, for whom an agent is kept."""

    def answered(self, now: float, call: str) -> None:
        """A person has answered, and needs an agent."""
        self._ringing.discard(call)
        self._waiting.add(call)

    def ended(self, now: float, call: str) -> None:
        """Nobody has answered, or a machine has."""
        self._ringing.discard(call)

    def canceled(self, now: float, call: str) -> None:
        """We have hung up before an answer."""
        self._ringing.discard(call)

    def connected(self, now: float, call: str) -> None:
        """An agent has the person."""
        self._waiting.discard(call)

    def abandoned(self, now: float, call: str) -> None:
        """No agent had the person in time."""
        self._waiting.discard(call)

    def decide(self, now: float, lines_left: int) -> Decision:
        """How many calls to place now."""
        free = len(self._free)
        wanted = max(0, free - len(self._ringing) - len(self._waiting))
        why = Why(
            free=free,
            waiting=len(self._waiting),
            ringing=len(self._ringing),
            expected_answers=float(len(self._ringing)),
            soon_free=float(free),
            answer_probability=1.0,
            risk=0.0,
            risk_allowed=0.0,
            budget_left=0.0,
            holds="" if wanted else "agents",
        )
        return Decision(place=min(wanted, lines_left), cancel=(), why=why)

    def learned(self) -> str:
        """Nothing."""
        return ""


def one_each(rules: CampaignRules, ledger: Ledger, now: float) -> OneEach:
    """A pacer that goes by the agents alone."""
    return OneEach()
