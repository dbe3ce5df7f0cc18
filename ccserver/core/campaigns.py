"""The words of outbound calling: campaigns, leads, attempts, and the rules that hold for them.

Instants (`..._at`, `not_before`) are seconds since 1970 UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.quick import quick
from ccserver.core.rules import Hours

CampaignName = NewType("CampaignName", str)
"""A campaign's name in the configuration."""

LeadId = NewType("LeadId", int)
"""One entry of a list: somebody who is to be called, at one number or several."""


class Mode(StrEnum):
    """How a campaign dials (vocabulary: dial modes)."""

    PREVIEW = "preview"
    """The agent sees the lead first, and calls or skips."""
    PROGRESSIVE = "progressive"
    """One call for each free agent."""
    POWER = "power"
    """A fixed number of calls for each free agent."""
    PREDICTIVE = "predictive"
    """As many as the agents who will be free can take."""
    AGENTLESS = "agentless"
    """Who answers walks a flow."""


class CampaignState(StrEnum):
    """Where a campaign is in its life. Only RUNNING dials."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    """Starts by itself."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    """Ended by a person, or by its schedule with leads left."""
    COMPLETED = "completed"
    """No lead is left to be called."""
    FAILED = "failed"
    """It cannot go on by itself: the reason stands beside it."""


class LeadState(StrEnum):
    """Where a lead is in its life (vocabulary: lead states)."""

    NEW = "new"
    QUEUED = "queued"
    """In the hopper of a running ccserver."""
    DIALING = "dialing"
    CONNECTED = "connected"
    CALLBACK = "callback"
    """To be called at an agreed instant."""
    RETRY = "retry"
    COMPLETED = "completed"
    EXHAUSTED = "exhausted"
    """All tries that the rules allow were made."""
    DNC = "dnc"
    INVALID = "invalid"
    """No number of it can be called, or the data are wrong: never again."""
    EXPIRED = "expired"
    QUOTA_FULL = "quota_full"
    """Enough like this one have answered."""


OVER = frozenset({
    LeadState.COMPLETED, LeadState.EXHAUSTED, LeadState.DNC, LeadState.INVALID, LeadState.EXPIRED,
    LeadState.QUOTA_FULL,
})  # fmt: skip
"""Leads in these states are not called any more."""


class Result(StrEnum):
    """How an attempt ended (vocabulary: attempt results). Exactly one for each attempt."""

    HUMAN = "human"
    """A person answered, and an agent or a flow served him."""
    ABANDONED = "abandoned"
    """A person answered, and no agent was there within the connect limit."""
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CONGESTION = "congestion"
    """No line, here or in the network: says nothing of the customer."""
    REJECTED = "rejected"
    DISCONNECTED = "disconnected"
    """The number is not in use: Q.850 causes 1 and 22, SIP 404, 410, 484 and 604."""
    FAILED = "failed"
    CANCELED = "canceled"
    """We hung up before an answer."""
    UNSENT = "unsent"
    """The order never got through: nobody was called."""
    LOST = "lost"
    """ccserver was away, and nobody can tell any more."""


class ClockStart(StrEnum):
    """What starts the clock of the connect limit. Where the greeting cannot be heard (no answering
    machine detection), it starts at the answer, which is never later."""

    ANSWER = "answer"
    GREETING_START = "greeting_start"
    GREETING_END = "greeting_end"


class MachineWay(StrEnum):
    """What becomes of an answering machine."""

    OFF = "off"
    """Nobody listens for one: whatever answers is a person."""
    HANG_UP = "hang_up"
    MESSAGE = "message"
    """A message is left after the beep."""
    GO_ON = "go_on"
    """Told apart for the figures only: treated as a person."""


class Phase(StrEnum):
    """Where one attempt is, for the evidence."""

    DIALED = "dialed"
    ANSWERED = "answered"
    CONNECTED = "connected"
    ENDED = "ended"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """What follows an attempt that ended so."""

    result: str
    """A `Result`, or a disposition's name."""
    tries_max: int
    """So many more tries after attempts that ended so; 0: never again."""
    delay_seconds: float
    next_number: bool = False
    """The next try goes to the lead's next number, if it has one."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How often anyone may be called at most; 0: as often as the retries say."""

    per_lead: int = 6
    """Attempts of this campaign at one lead."""
    per_number_day: int = 3
    """At one number on one day of its own clock, by all campaigns."""
    per_number_24h: int = 3
    """At one number within any 24 hours, by all campaigns."""
    per_number_campaign: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonRules:
    """What an abandoned call is, and how many are allowed.

    The usual ones are those of 16 CFR 310.4(b)(4): 3 % of the calls that a person answers, for each
    campaign, over 30 days at most; abandoned is who is not connected within two seconds of his
    greeting.
    """

    cap: float = 0.03
    period_seconds: float = 30 * 86_400.0
    connect_seconds: float = 2.0
    clock: ClockStart = ClockStart.ANSWER
    window_seconds: float = 0.0
    """A second, short window in which the cap is kept too; 0: none. Science: 1800."""
    window_cap: float = 0.035
    lockout_seconds: float = 72 * 3600.0
    """Who was abandoned is called again within this time only with an agent reserved."""
    prompt: str = "safe_harbour"
    """What he hears: who called, and how not to be called any more."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """How one campaign is run, and whether it runs."""

    name: CampaignName
    title: str = ""
    state: CampaignState = CampaignState.DRAFT
    mode: Mode = Mode.PREDICTIVE
    queue: Queue | None = None
    """Whose agents talk to the customers, and whose rules hold for the talk."""
    off_hook: bool = False
    """Only agents who are off-hook get its calls."""
    ratio: float = 1.5
    """For POWER: calls under way for each free agent."""
    lines_max: int = 100
    """So many of its calls are under way at once at most."""
    calls_per_second: float = 10.0
    ring_seconds: int = 30
    """Never below 15 (16 CFR 310.4(b)(4)(ii))."""
    cancel_ringing: bool = False
    """Calls that have rung for 15 s are hung up when no agent is free."""
    caller_id: str = ""
    """E.164: what customers see; empty: the trunk's own number."""
    caller_ids: tuple[tuple[str, str], ...] = ()
    """(beginning of the number called, caller id): the longest that fits goes before the usual."""
    machine: MachineWay = MachineWay.OFF
    machine_prompt: str = ""
    """What is left on an answering machine."""
    flow: str = ""
    """For AGENTLESS: what who answers walks."""
    windows: Hours | None = None
    """When customers may be called, on the clock of each one's own zone; its zone holds for those
    whose own is not known. None: at any time."""
    caps: Caps = Caps()
    retries: tuple[RetryRule, ...] = ()
    """The first whose result fits decides. No rule: the lead is done."""
    abandon: AbandonRules = AbandonRules()
    preview_seconds: float = 60.0
    """After so long the previewed lead is dialed; 0: the agent decides without a limit."""
    skips_max: int = 3
    """So many leads an agent may skip in a row."""
    spare_agents: int = 0
    """So many idle agents are left for callers of the other queues that they serve."""
    weight: float = 1.0
    """Its share of the agents whom it shares with other campaigns."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Somebody who is to be called now, as the hopper gives him."""

    lead: LeadId
    attempt: ContactId
    """A fresh UUIDv7: the id of the next attempt, and of the contact that it becomes."""
    number: str
    """E.164: that of the lead's numbers which is next."""
    zone: str
    """IANA name of the callee's time zone; empty: not known."""
    customer: str = ""
    name: str = ""
    language: str = ""
    data: tuple[tuple[str, str], ...] = ()
    """(label, value): the record that agents see, and flows know."""
    tries: int = 0
    """How many attempts were made at this lead."""
    tries_by_result: tuple[tuple[str, int], ...] = ()
    number_index: int = 0
    numbers: int = 1
    number_tries_day: int = 0
    """Attempts at this number today, and the next two likewise, by the campaigns of the caps."""
    number_tries_24h: int = 0
    number_tries_campaign: int = 0
    consent: bool = True
    """Whether he may be called for this at all."""
    locked_until: float = 0.0
    """Was abandoned: until then only with an agent reserved."""
    agent: AgentId | None = None
    """Who has agreed on this call with him; None: anyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Whom a campaign has called, and what he has said so far."""

    number: str
    """E.164."""
    caller_id: str
    """What he saw."""
    customer: str
    """An id, empty when unknown."""
    name: str
    language: str
    data: Mapping[str, str]
    """Label = value of the lead's record."""
    answers: Mapping[tuple[str, str], str]
    """(survey, question) = answer: of a walk that was broken off."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One look that the law asks for before a call, and what it said. Part of the evidence."""

    name: str
    """`window`, `do_not_call`, `consent`, `caps`, `lockout`, `ring`, `caller_id`."""
    passed: bool
    detail: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a campaign has done within the period of its cap, when ccserver starts."""

    campaign: CampaignName
    answered: int
    """By a person."""
    abandoned: int
    recent: tuple[tuple[float, bool], ...]
    """(answered at, abandoned) of the last 30 minutes."""
    learned: str = ""
    """What the pacer kept of the last run (`Pacer.learned`); empty: nothing."""
    period_ends_at: float | None = None
    """When the period of the cap ends. None: any moment may be the end of one."""
