"""Who is in a talk beside the caller and the agent, and what is recorded of it."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, LegId, Phone
from ccserver.core.quick import quick


class Phase(StrEnum):
    """What a caller who has an agent hears."""

    TALK = "talk"
    """The agent: the switch joined the two."""
    HOLD = "hold"
    """Music. The agent hears nothing."""
    CONSULT = "consult"
    """Music, while the agent talks to somebody else."""
    ROOM = "room"
    """The agent, and whoever else is there."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """A recording that runs."""

    file: str
    since: float
    agents: tuple[AgentId, ...] = ()
    """All whom it has heard so far."""
    paused_until: float | None = None
    """It is silent, and goes on then at the latest."""
    key_at: float | None = None
    """When the last key was noted that was pressed in the talk."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody in a talk beside the caller and the agent."""

    leg: LegId
    """Empty while the phone rings, where the switch names the leg."""
    agent: AgentId | None
    """None: somebody outside, or a supervisor."""
    phone: Phone
    """Empty for somebody outside."""
    number: str = ""
    """E.164, of somebody outside."""
    supervisor: str = ""
    """The login of a supervisor who joined."""
    answered: bool = False
    tape: Tape | None = None
    """What is recorded of a consultation."""
