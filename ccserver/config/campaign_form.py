"""What an operator writes for outbound campaigns."""

from typing import Annotated, Final

from pydantic import Field, model_validator

from ccserver.config.fields import Form, Name, Seconds, Title
from ccserver.core import campaigns as core
from ccserver.core.campaigns import ClockStart, MachineWay, Mode

_USUAL: Final = core.CampaignRules(name=core.CampaignName(""))
_CAPS: Final = core.Caps()
_ABANDON: Final = core.AbandonRules()

Number = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{3,14}$")]
"""E.164."""
Beginning = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")]
"""Of a number in E.164."""
Prompt = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")]
Count = Annotated[int, Field(ge=0, le=1000)]


class RetryForm(Form):
    """What follows an attempt that ended so: the first rule that fits decides. A lead that no rule
    fits is done."""

    result: Name
    """`busy`, `no_answer`, `machine`, `congestion`, `rejected`, `disconnected`, `failed`,
    `abandoned`, `lost`, or the name of a disposition."""
    tries_max: int = Field(default=2, ge=0, le=50)
    """So many more tries after attempts that ended so; 0: never again."""
    delay_seconds: float = Field(default=3600.0, ge=0, le=90 * 86_400)
    next_number: bool = False
    """The next try goes to the lead's next number, if it has one."""


USUAL_RETRIES: Final = (
    RetryForm(result="busy", tries_max=3, delay_seconds=600),
    RetryForm(result="no_answer", tries_max=3, delay_seconds=4 * 3600, next_number=True),
    RetryForm(result="machine", tries_max=2, delay_seconds=6 * 3600, next_number=True),
    RetryForm(result="congestion", tries_max=5, delay_seconds=300),
    RetryForm(result="rejected", tries_max=1, delay_seconds=24 * 3600),
    RetryForm(result="disconnected", tries_max=1, delay_seconds=0, next_number=True),
    RetryForm(result="failed", tries_max=2, delay_seconds=3600),
    RetryForm(result="lost", tries_max=2, delay_seconds=3600),
    RetryForm(result="abandoned", tries_max=1, delay_seconds=24 * 3600),
)


class CapsForm(Form):
    """How often anyone may be called at most; 0: as often as the retries say."""

    per_lead: Count = _CAPS.per_lead
    per_number_day: Count = _CAPS.per_number_day
    """On one day of the callee's own clock, by all campaigns."""
    per_number_24h: Count = _CAPS.per_number_24h
    per_number_campaign: Count = _CAPS.per_number_campaign


class AbandonForm(Form):
    """What an abandoned call is, and how many are allowed."""

    cap: float = Field(default=_ABANDON.cap, ge=0, le=0.5)
    """Abandoned calls / calls that a person answered."""
    period_days: float = Field(default=30.0, ge=1 / 48, le=30)
    """Within this time the cap is kept: 30 minutes to 30 days."""
    connect_seconds: float = Field(default=_ABANDON.connect_seconds, ge=0.5, le=30)
    """Who has no agent by then is abandoned."""
    clock: ClockStart = _ABANDON.clock
    window_minutes: float = Field(default=0.0, ge=0, le=1440)
    """A second, short window in which `window_cap` is kept; 0: none."""
    window_cap: float = Field(default=_ABANDON.window_cap, ge=0, le=0.5)
    lockout_hours: float = Field(default=72.0, ge=0, le=24 * 90)
    """Who was abandoned is called again within this time only with an agent reserved."""
    prompt: Prompt = _ABANDON.prompt
    """What he hears: who called, and how not to be called any more."""


class QuotaForm(Form):
    """So many answered questionnaires of this kind are enough."""

    label: str = Field(min_length=1, max_length=60)
    """A label of the lead's record, such as region."""
    value: str = Field(max_length=200)
    enough: int = Field(ge=0, le=10_000_000)


class CampaignForm(Form):
    """How a campaign is run. Whether it runs is its state, which people and its schedule change."""

    title: Title = _USUAL.title
    mode: Mode = _USUAL.mode
    queue: Name | None = None
    """Whose agents talk to the customers; every mode but agentless needs one."""
    off_hook: bool = _USUAL.off_hook
    """Only agents who are off-hook get its calls: customers come into their ear without a ring."""
    ratio: float = Field(default=_USUAL.ratio, ge=1, le=10)
    """For mode power: calls under way for each free agent."""
    lines_max: int = Field(default=_USUAL.lines_max, ge=1, le=2000)
    calls_per_second: float = Field(default=_USUAL.calls_per_second, gt=0, le=200)
    ring_seconds: int = Field(default=_USUAL.ring_seconds, ge=15, le=120)
    """How long a customer's phone rings; below 15 s the law forbids to give up."""
    cancel_ringing: bool = _USUAL.cancel_ringing
    """Calls that have rung for 15 s are hung up when no agent is free for them."""
    caller_id: Number | None = None
    """What customers see; null: the trunk's own number."""
    caller_ids: dict[Beginning, Number] = {}
    """Beginning of the number that is called = the number that is shown there."""
    machine: MachineWay = _USUAL.machine
    """What becomes of answering machines: off, hang_up, message, go_on."""
    machine_prompt: Prompt = _USUAL.machine_prompt
    flow: Prompt = _USUAL.flow
    """For mode agentless: the flow that who answers walks."""
    calendar: Name | None = None
    """When customers may be called, on their own clocks; null: at any time."""
    caps: CapsForm = CapsForm()
    retries: tuple[RetryForm, ...] = USUAL_RETRIES
    abandon: AbandonForm = AbandonForm()
    consent_required: bool = False
    """Only customers who have given their consent are called."""
    preview_seconds: Seconds = _USUAL.preview_seconds
    skips_max: int = Field(default=_USUAL.skips_max, ge=0, le=1000)
    spare_agents: int = Field(default=_USUAL.spare_agents, ge=0, le=1000)
    """So many idle agents are left for callers of the other queues that they serve."""
    weight: float = Field(default=_USUAL.weight, gt=0, le=100)
    """Its share of the agents whom it shares with other campaigns."""
    script: Name | None = None
    questionnaire: Name | None = None
    """What agents ask, and fill in on screen."""
    quotas: tuple[QuotaForm, ...] = ()
    starts_at: int | None = Field(default=None, ge=0)
    """Milliseconds since 1970 UTC: it starts by itself; null: a person starts it."""
    ends_at: int | None = Field(default=None, ge=0)
    """It stops by itself, with leads left or without."""

    @model_validator(mode="after")
    def _whole(self) -> "CampaignForm":
        if self.mode is Mode.AGENTLESS:
            if not self.flow:
                raise ValueError("an agentless campaign needs a flow: what who answers walks")
        elif self.queue is None:
            raise ValueError("a campaign with agents needs a queue: whose agents talk")
        if self.machine is MachineWay.MESSAGE and not self.machine_prompt:
            raise ValueError("to leave a message, name its prompt in machine_prompt")
        if None not in (self.starts_at, self.ends_at) and (self.ends_at or 0) <= (
            self.starts_at or 0
        ):
            raise ValueError("ends_at must be later than starts_at")
        return self
