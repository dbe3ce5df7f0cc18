"""What a pacer is: it is told what agents and calls do, and says how many calls to place now.

Plain and without a clock, so that the dialer and the simulation go by the same. Instants are
seconds; `now` never goes back.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ccserver.core.quick import quick


class Doing(StrEnum):
    """What an agent does, as far as a pacer cares."""

    FREE = "free"
    TALK = "talk"
    WRAP = "wrap"
    GONE = "gone"
    """Not there, or not for this campaign: paused, about to pause, reserved for somebody else."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The figures by which was decided: for the supervisor, and for the evidence. What a pacer
    does not look at is 0."""

    free: int = 0
    waiting: int = 0
    ringing: int = 0
    expected_answers: float = 0.0
    soon_free: float = 0.0
    answer_probability: float = 0.0
    risk: float = 0.0
    risk_allowed: float = 0.0
    budget_left: float = 0.0
    holds: str = ""
    """`budget`, `risk`, `cold`, `agents`; empty: nothing holds."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done now."""

    place: int
    cancel: tuple[str, ...]
    """Calls that are to be hung up, which have rung for 15 s at least."""
    why: Why


class Pacer(Protocol):
    """Decides for one team. A call is `placed`, and then either `ended` or `canceled`, or
    `answered` and then `connected` or `abandoned`. `picked_up`: by a person or a machine, before
    it is known which (detection runs); `ended` for a machine."""

    def agent(self, now: float, agent: str, doing: Doing) -> None:
        """The agent does something else from now on."""

    def placed(self, now: float, call: str) -> None:
        """A call goes out."""

    def picked_up(self, now: float, call: str) -> None:
        """Who answered is listened to."""

    def answered(self, now: float, call: str) -> None:
        """A person has answered, and needs an agent."""

    def ended(self, now: float, call: str) -> None:
        """Nobody has answered, or a machine has."""

    def canceled(self, now: float, call: str) -> None:
        """We have hung up before an answer."""

    def connected(self, now: float, call: str) -> None:
        """An agent has the person."""

    def abandoned(self, now: float, call: str) -> None:
        """No agent had the person in time."""

    def decide(self, now: float, lines_left: int) -> Decision:
        """How many calls to place now, `lines_left` at most."""

    def learned(self) -> str:
        """What was learned, as JSON, for the next run."""
