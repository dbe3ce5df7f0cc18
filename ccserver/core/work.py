"""What an agent can be doing, and what everyone is shown of it."""

from dataclasses import dataclass

from ccserver.core.demand import Ability, primary
from ccserver.core.ids import NO_LEG, ContactId, LegId, Queue
from ccserver.core.quick import quick
from ccserver.core.site import AgentProfile, Presence, WorkState


@quick
@dataclass(frozen=True, slots=True)
class Idle:
    """Without a call."""


@quick
@dataclass(frozen=True, slots=True)
class Offered:
    """Chosen for a caller, and being rung when `rang`."""

    contact: ContactId
    rang: bool = False


@quick
@dataclass(frozen=True, slots=True)
class OnCall:
    """Talking to a caller."""

    contact: ContactId
    queue: Queue
    since: float


@quick
@dataclass(frozen=True, slots=True)
class WrapUp:
    """Writing up what was said."""

    contact: ContactId
    since: float
    until: float
    queue: Queue
    segment: int
    """The number that the wrap-up has among the contact's segments; 0 when a restart lost it."""
    talk_seconds: float = 0.0
    """How long the talk was; 0 when it is not known."""
    extends_left: int = 0
    """How many times the agent may still ask for more."""
    disposition_required: bool = False
    disposition: str = ""
    """What the agent has said came of the talk; empty: nothing yet."""


@quick
@dataclass(frozen=True, slots=True)
class Missed:
    """Did not answer a moment ago."""

    contact: ContactId
    until: float


@quick
@dataclass(frozen=True, slots=True)
class Previewing:
    """Reading the record of a lead that is to be called, or waiting until that one answers."""

    attempt: ContactId


Work = Idle | Offered | OnCall | WrapUp | Missed | Previewing


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent: what he chose (presence), what he does (work), and whether he can be reached."""

    profile: AgentProfile
    presence: Presence
    reason: str
    work: Work
    state: WorkState
    """What everyone is shown, derived from the rest by `_state`."""
    since: float
    """When `state`, the presence or its reason last changed."""
    screen: bool = False
    phone: bool = True
    misses: int = 0
    screen_gone_at: float | None = None
    off_hook: LegId = NO_LEG
    """His leg that waits for customers; empty: his phone rings for each."""


def ability_of(profile: AgentProfile) -> Ability:
    """What the agent can do."""
    return Ability(
        profile.queues,
        tuple(sorted(profile.skills)),
        frozenset(primary(language) for language in profile.languages),
        profile.regions,
    )


def owes_disposition(agent: Agent) -> bool:
    """Whether the wrap-up lasts, whatever the clock says, until there is a disposition.

    It holds only who is ready: he would get the next call and never come back to this one. Who
    pauses or goes home gets none, and nobody is kept at a desk that he has left.
    """
    work = agent.work
    if not isinstance(work, WrapUp) or agent.presence is not Presence.READY:
        return False
    return work.disposition_required and not work.disposition


def state_of(agent: Agent) -> WorkState:
    match agent.work:
        case OnCall():
            return WorkState.ON_CALL
        case WrapUp():
            return WorkState.WRAP_UP
        case Offered(rang=rang):
            return WorkState.RINGING if rang else WorkState.RESERVED
        case Missed():
            return WorkState.MISSED
        case Previewing():
            return WorkState.RESERVED
        case Idle():
            return _idle_state(agent)


def _idle_state(agent: Agent) -> WorkState:
    match agent.presence:
        case Presence.LOGGED_OUT:
            return WorkState.LOGGED_OUT
        case Presence.PAUSED:
            return WorkState.PAUSED
        case Presence.READY:
            reachable = agent.screen and agent.phone
            return WorkState.AVAILABLE if reachable else WorkState.UNREACHABLE


def contact_of(work: Work) -> ContactId | None:
    # Whom an agent previews is no contact yet.
    return None if isinstance(work, Idle | Previewing) else work.contact
