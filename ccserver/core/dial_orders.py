"""What the core orders for campaigns: leads, calls, evidence, and what agents see of it."""

from dataclasses import dataclass
from typing import Final

from ccserver.core.campaigns import (
    CampaignName,
    CampaignState,
    Check,
    LeadId,
    LeadState,
    MachineWay,
    Result,
)
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.quick import quick

ATTEMPT: Final = "at-"
"""Legs of attempts begin so, legs of agents who are off-hook so: `oh-<phone>-<milliseconds>`."""
OFF_HOOK: Final = "oh-"


def leg_of_attempt(attempt: ContactId) -> LegId:
    """What the leg of this attempt is named: by it, it is found again on the switch."""
    return LegId(f"{ATTEMPT}{attempt}")


# -- to Asterisk, by way of the database


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Call a lead. The attempt is written down, with its evidence, before the switch is told."""

    contact: ContactId
    """The attempt's id, and that of the contact which it becomes when a person answers."""
    leg: LegId
    campaign: CampaignName
    lead: LeadId
    number: str
    """E.164."""
    number_index: int
    caller_id: str
    language: str
    ring_seconds: int
    machine: MachineWay
    machine_prompt: str
    flow: str
    """What who answers walks; empty: he waits for an agent."""
    goodbye: str
    """The prompt for who answers while ccserver is away: the safe-harbour message."""
    placed_at: float
    checks: tuple[Check, ...]
    pacing: str
    """JSON: the figures by which the pacer decided."""
    agent: AgentId | None = None
    """Who is kept for it."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage:
    """A machine has answered: leave this after its beep, and hang up."""

    contact: ContactId
    leg: LegId
    prompt: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class WalkFlow:
    """A person has answered an attempt without agents: let him walk this flow."""

    contact: ContactId
    leg: LegId
    flow: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffHook:
    """Call the phone of an agent who wants to be off-hook: it waits on this leg."""

    agent: AgentId
    phone: Phone
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class EndOffHook:
    """Hang up the leg of an agent who was off-hook."""

    leg: LegId


# -- to the database


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AskLeads:
    """Fill the hopper: `LeadsGiven` answers, always."""

    campaign: CampaignName
    count: int
    agent: AgentId | None = None
    """For a preview: his own callbacks too."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLeads:
    """These leads are not called now, after all: they are as they were before the hopper."""

    campaign: CampaignName
    leads: tuple[LeadId, ...]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAttempt:
    """Keep what has come of an attempt so far: a row, and an entry of the evidence."""

    contact: ContactId
    campaign: CampaignName
    lead: LeadId
    at: float
    result: Result | None
    """None: it goes on."""
    answered_at: float | None = None
    """When a person or a machine picked up."""
    clock_at: float | None = None
    """When the clock of the connect limit started."""
    connected_at: float | None = None
    """When an agent or a flow had him."""
    ended_at: float | None = None
    agent: AgentId | None = None
    heard: str = ""
    """As in `AttemptAnswered`, with the cause: `machine LONGGREETING-…`."""
    message: str = ""
    """The prompt that he was played instead of an agent."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLead:
    """Keep what becomes of a lead after an attempt, or after what an agent said."""

    campaign: CampaignName
    lead: LeadId
    state: LeadState
    at: float
    not_before: float | None = None
    """The next try waits until then. None: there is none, or it may be at once."""
    number_index: int = 0
    result: str = ""
    """The result or disposition by which this was decided."""
    locked_until: float = 0.0
    agent: AgentId | None = None
    """For CALLBACK: who has agreed on it; None: anyone."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class EndCampaign:
    """A campaign has nothing left to do, or cannot go on."""

    campaign: CampaignName
    state: CampaignState
    reason: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLearned:
    """Keep what the pacer has learned, for the next run."""

    campaign: CampaignName
    learned: str


# -- to the screens


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPreview:
    """Show an agent the lead that is to be called."""

    agent: AgentId
    contact: ContactId
    campaign: CampaignName
    lead: LeadId
    customer: str
    name: str
    number: str
    data: tuple[tuple[str, str], ...]
    until: float | None
    """When it is dialed by itself; None: never."""
    skips_left: int


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class HidePreview:
    """The lead is called, or is not to be called any more."""

    agent: AgentId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOffHook:
    """Whether an agent's phone is off-hook."""

    agent: AgentId
    on: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCampaign:
    """How a campaign goes, at most once a second: why it dials as it does."""

    campaign: CampaignName
    state: CampaignState
    hopper: int
    ringing: int
    waiting: int
    """People who answered, and have no agent yet."""
    talking: int
    free_agents: int
    placed: int
    """Since ccserver started, as the next three."""
    answered: int
    abandoned: int
    machines: int
    period_answered: int
    """Within the period of the cap, as the next."""
    period_abandoned: int
    expected_answers: float
    """Of the calls that ring, within the ring limit."""
    soon_free: float
    """Agents who will be free within that time."""
    answer_probability: float
    risk: float
    """That the next call, if answered, finds nobody in time."""
    risk_allowed: float
    budget_left: float
    """So many more may be abandoned before the cap."""
    why: str
    """In one word what holds: `budget`, `risk`, `lines`, `rate`, `hopper`, `agents`, `window`,
    `cold`, `closed`; empty: nothing."""


SwitchOrder = LeaveMessage | WalkFlow | CallOffHook | EndOffHook
KeptOrder = Dial | AskLeads | ReturnLeads | SaveAttempt | SaveLead | EndCampaign | SaveLearned
ShownOrder = ShowPreview | HidePreview | ShowOffHook | ShowCampaign
DialOrder = SwitchOrder | KeptOrder | ShownOrder
