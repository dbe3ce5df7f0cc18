"""What happens to campaigns, attempts, previews and agents who are off-hook."""

from dataclasses import dataclass

from ccserver.core.campaigns import CampaignName, CampaignRules, Lead, LeadId, Ledger
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.quick import quick

# -- the house


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsSet:
    """These are all campaigns, as they are run from now on."""

    campaigns: tuple[CampaignRules, ...]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgersGiven:
    """What these campaigns have done so far. None dials before this was told of it."""

    ledgers: tuple[Ledger, ...]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsGiven:
    """The hopper has more leads: the answer to `AskLeads`."""

    campaign: CampaignName
    leads: tuple[Lead, ...]
    next_at: float | None = None
    """None were left to be called now; some will be then. None as well: there is nothing left."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsBarred:
    """These numbers are not to be called any more: they leave the hopper."""

    numbers: frozenset[str]
    campaign: CampaignName | None = None
    """None: not by any campaign."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFound:
    """The last run had begun this attempt and never knew its end. Told between `Started` and
    `AsteriskSeen`, which shows whether its leg is there: `leg_of_attempt`."""

    campaign: CampaignName
    lead: Lead
    """`attempt` is the id of the open one, which counts in `tries`."""
    placed_at: float
    answered_at: float | None


# -- an attempt on its way


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPickedUp:
    """Somebody or something picked up, and is listened to: who it is, another event says."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptAnswered:
    """It is known who answered, and the leg waits (in silence) for what comes."""

    contact: ContactId
    leg: LegId
    heard: str
    """`human`, `machine`, `notsure` or `hangup` (Asterisk's AMDSTATUS); empty: nobody listened."""
    cause: str = ""
    """Asterisk's AMDCAUSE."""
    greeting_ended_ms: int | None = None
    """So long ago the greeting ended; None: not heard."""
    picked_up_ms: int = 0
    """So long ago it was picked up."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    """Nobody answered, or the leg of a machine is over."""

    contact: ContactId
    leg: LegId
    cause: str
    """`busy`, `no_answer`, `congestion`, `rejected`, `disconnected`, `failed`, `unsent`,
    `canceled`, `hung_up`."""


# -- agents


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDialed:
    """The agent wants to call the lead that is shown."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSkipped:
    """The agent does not want to call the lead that is shown."""

    agent: AgentId
    reason: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OffHookChosen:
    """The agent wants customers in his ear without a ring, or no more."""

    agent: AgentId
    on: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OffHookUp:
    """An agent's phone is off-hook, and waits on this leg. Told again after each talk."""

    phone: Phone
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OffHookDown:
    """The leg of an agent who was off-hook is gone, or his phone was not answered."""

    phone: Phone
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSettled:
    """An agent or a rule has said what becomes of a lead, whatever attempts say of it."""

    lead: LeadId
    campaign: CampaignName


CampaignEvent = CampaignsSet | LedgersGiven | LeadsGiven | LeadsBarred | AttemptFound | LeadSettled
AttemptEvent = AttemptPickedUp | AttemptAnswered | AttemptEnded
OffHookEvent = OffHookChosen | OffHookUp | OffHookDown
PreviewEvent = PreviewDialed | PreviewSkipped
DialEvent = CampaignEvent | AttemptEvent | OffHookEvent | PreviewEvent
