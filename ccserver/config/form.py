"""The configuration's form: what an operator may write, and within which bounds.

It is the form of the TOML file, of the API and of what the database keeps. Defaults are the
core's; `ccserver/config/check.py` checks what the parts say about each other.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.desk_form import DispositionForm, ScriptForm, ThresholdForm
from ccserver.config.fields import (
    Form,
    Languages,
    Levels,
    Login,
    Logins,
    Name,
    Names,
    Regions,
    Seconds,
    Spans,
    Title,
    Weight,
    Zone,
    distinct,
    each_date,
    each_weekday,
)
from ccserver.config.questionnaire_form import QuestionnaireForm, Word
from ccserver.core import rules, value
from ccserver.core.ids import Queue
from ccserver.core.rules import Direction, Fit, Taping, Way
from ccserver.core.value import Consent, Tier

USUAL: Final = rules.QueueRules(name=Queue(""))
Kept = Literal["contact", "consult", "voicemail"]


# -- the parts


class SiteForm(Form):
    """What holds for all queues."""

    fairness_per_second: float | None = Field(
        default=rules.AS_USUAL.fairness_per_second, ge=0, le=1
    )
    """How fast idle time makes an agent the next; null: by the size of the team."""
    overdue_share: float = Field(default=rules.AS_USUAL.overdue_share, ge=0, le=1)
    """Of the decisions in which a caller is past the promised wait, so many at most go to him."""
    spare_agents: int = Field(default=rules.AS_USUAL.spare_agents, ge=0, le=1000)
    """So many agents stay free for callers when outbound work is handed out."""
    spying_shown: bool = rules.AS_USUAL.spying_shown
    """The agent sees that a supervisor listens to him or whispers."""
    redial_seconds: Seconds = rules.AS_USUAL.redial_seconds
    """Who is cut off and calls again so soon gets the old place back."""


_WEIGHTS = value.Weights()


class ValueForm(Form):
    """How much each thing counts for a customer's value. Only the proportions matter."""

    tier: Weight = _WEIGHTS.tier
    revenue: Weight = _WEIGHTS.revenue
    recency: Weight = _WEIGHTS.recency
    frequency: Weight = _WEIGHTS.frequency
    tenure: Weight = _WEIGHTS.tenure
    complaints: Weight = _WEIGHTS.complaints
    churn: Weight = _WEIGHTS.churn


class TargetForm(Form):
    """A service level: this share of the callers is answered within so many seconds."""

    share: float = Field(gt=0, le=1)
    seconds: float = Field(gt=0, le=3600)


class CalendarForm(Form):
    """Opening hours that queues share, on the clock of a time zone."""

    zone: Zone
    """IANA name, such as Asia/Shanghai."""
    weekly: Annotated[dict[str, Spans], BeforeValidator(each_weekday)] = {}
    """`mon-fri = ["09:00-12:00", "13:00-18:00"]`. A weekday that is not here: closed."""
    special: Annotated[dict[str, Spans], BeforeValidator(each_date)] = {}
    """Days that go before the weekday: `"2026-10-01/2026-10-07" = []` is closed."""


class OverflowForm(Form):
    """Where a caller goes whom the queue does not keep."""

    way: Way
    queue: Name | None = None
    """For `queue`."""
    prompt: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,39})?$")
    """For `announcement`, and before `voicemail`."""


class RelaxationForm(Form):
    """After so long a wait these requirements stand in the place of the queue's."""

    after_seconds: float = Field(gt=0, le=3600)
    required: Levels
    language: Fit = Fit.IGNORED
    region: Fit = Fit.IGNORED


class CallbackForm(Form):
    """Whether and how a caller may hang up and be called when the turn comes."""

    offered: bool = USUAL.callback.offered
    tries: int = Field(default=USUAL.callback.tries, ge=1, le=10)
    retry_seconds: float = Field(default=USUAL.callback.retry_seconds, ge=10, le=86400)
    ring_seconds: int = Field(default=USUAL.callback.ring_seconds, ge=5, le=120)
    expire_seconds: float = Field(default=USUAL.callback.expire_seconds, ge=60, le=7 * 86400)


def overflow_form(overflow: rules.Overflow) -> OverflowForm:
    """The form that says the same."""
    return OverflowForm(way=overflow.way, queue=overflow.queue, prompt=overflow.prompt)


class QueueForm(Form):
    """How one queue is run."""

    title: Title = USUAL.title
    """As people read it."""
    required: Levels = {}
    """Skills that an agent must have, with the least level: 1 (knows a little) to 5."""
    preferred: Levels = {}
    language: Fit = USUAL.language
    language_seconds: Seconds = USUAL.language_seconds
    """How long a preferred language is held."""
    region: Fit = USUAL.region
    region_seconds: Seconds = USUAL.region_seconds
    relax: tuple[RelaxationForm, ...] = ()
    """Steps in the order of their seconds."""
    policy: Name = USUAL.policy
    """Who is served next: balanced, value, fifo, priority or age."""
    weight: float = Field(default=USUAL.weight, gt=0, le=100)
    """Multiplies its callers' value against those of other queues."""
    outbound: bool = USUAL.outbound
    affinity_days: float = Field(default=USUAL.affinity_days, ge=0, le=3650)
    """The last agent of a customer goes before others for so long; 0: never."""
    direct_seconds: Seconds = USUAL.direct_seconds
    targets: dict[Tier, TargetForm] = {}
    """Of single tiers, where they are not the site's."""
    short_seconds: Seconds = USUAL.short_seconds
    """Who gives up sooner counts as a short abandon."""
    hours: Name | None = None
    """A calendar's name; null: day and night."""
    waiting_max: int = Field(default=USUAL.waiting_max, ge=0, le=10_000)
    """So many callers wait at most; 0: any number."""
    wait_max_seconds: Seconds = USUAL.wait_max_seconds
    """So long a caller waits at most; 0: for ever."""
    on_closed: OverflowForm = overflow_form(USUAL.on_closed)
    on_full: OverflowForm = overflow_form(USUAL.on_full)
    on_wait_max: OverflowForm = overflow_form(USUAL.on_wait_max)
    on_empty: OverflowForm = overflow_form(USUAL.on_empty)
    """When no agent who is logged in could ever serve the caller."""
    announce_after_seconds: Seconds = USUAL.announce_after_seconds
    """When place and expected wait are first told; 0: never."""
    announce_every_seconds: float = Field(default=USUAL.announce_every_seconds, ge=10, le=3600)
    callback: CallbackForm = CallbackForm()
    voicemail: bool = USUAL.voicemail
    """Whether callers who wait are offered to leave a message."""
    survey: str = Field(default=USUAL.survey, pattern=r"^([a-z][a-z0-9_]{0,39})?$")
    """The flow that callers walk when their agent has hung up; empty: none. Where it is the flow
    of a questionnaire, that one's `sample_share` says how many of them."""
    ring_seconds: int = Field(default=USUAL.ring_seconds, ge=3, le=120)
    """How long an agent's phone may ring before the call goes to another."""
    wrap_up_seconds: float = Field(default=USUAL.wrap_up_seconds, ge=0, le=3600)
    wrap_up_forced: bool = USUAL.wrap_up_forced
    """The agent cannot end the wrap-up early."""
    wrap_up_extend_seconds: float = Field(default=USUAL.wrap_up_extend_seconds, ge=0, le=3600)
    """So much longer the wrap-up lasts each time that the agent asks for it; 0: he cannot."""
    wrap_up_extends_max: int = Field(default=USUAL.wrap_up_extends_max, ge=0, le=100)
    disposition_required: bool = USUAL.disposition_required
    """The wrap-up does not end before the agent has said what has come of the talk."""
    script: Name | None = None
    """What the agent is shown with the caller's card: one of `scripts`."""
    auto_answer: bool = False
    """The browser's phone takes the call by itself, after a tone."""
    missed_seconds: float = Field(default=USUAL.missed_seconds, ge=0, le=3600)
    misses_max: int = Field(default=USUAL.misses_max, ge=0, le=100)
    """After so many missed calls in a row the agent is paused; 0: never."""


class AgentForm(Form):
    """What an agent can do. Log-in, phone and passwords are a matter of `ccserver people`."""

    queues: Names = ()
    """None: every queue whose required skills the agent has."""
    skills: Levels = {}
    languages: Languages = ()
    """BCP 47. None: speaks whatever is needed."""
    regions: Regions = ()
    """None: serves everywhere."""
    team: Name | None = None


class TapingRuleForm(Form):
    """Which talks are recorded: the first rule that fits decides. What is left out fits all."""

    taping: Taping
    """`always`, `on_demand` (from when the agent says so) or `never`."""
    queues: Names = ()
    agents: Logins = ()
    """By log-in."""
    directions: Annotated[tuple[Direction, ...], AfterValidator(distinct)] = ()
    campaigns: Names = ()
    consents: Annotated[tuple[Consent, ...], AfterValidator(distinct)] = ()
    """What the customer has said: `unknown`, `given`, `refused`."""
    share: float = Field(default=1.0, gt=0, le=1)
    """So many of the contacts, chosen by chance, and always the same ones."""
    notice: str = Field(default="", pattern=r"^([a-z][a-z0-9_]{0,39})?$")
    """The prompt that callers hear before; empty: none."""


class RecordingForm(Form):
    """Which talks are recorded. Those that no rule fits are, without a notice."""

    pause_max_seconds: float = Field(default=rules.AS_USUAL.taping_pause_max_seconds, ge=5, le=3600)
    """A recording that was paused for so long goes on by itself."""
    rules: tuple[TapingRuleForm, ...] = ()


class RetentionRuleForm(Form):
    """How long recordings are kept: the first rule that fits decides. What is left out fits all."""

    days: float = Field(ge=1, le=36_500)
    queues: Names = ()
    kinds: Annotated[tuple[Kept, ...], AfterValidator(distinct)] = ()
    """`contact` (its talks), `consult`, `voicemail`."""
    directions: Annotated[tuple[Direction, ...], AfterValidator(distinct)] = ()


class RetentionForm(Form):
    """How long recordings are kept. Those that no rule fits are kept for ever."""

    rules: tuple[RetentionRuleForm, ...] = ()


TARGETS: Final = {
    one.tier: TargetForm(share=one.share, seconds=one.seconds) for one in rules.DEFAULT_TARGETS
}


class ConfigForm(Form):
    """The whole configuration of a site."""

    site: SiteForm = SiteForm()
    value: ValueForm = ValueForm()
    targets: dict[Tier, TargetForm] = {}
    """Service levels by tier, for every queue that says no other."""
    skills: dict[Name, Title] = {}
    """Name = as people read it. So also `teams` and `pause_reasons`."""
    teams: dict[Name, Title] = {}
    pause_reasons: dict[Name, Title] = {}
    dispositions: dict[Name, DispositionForm] = {}
    """What agents say has come of a talk."""
    scripts: dict[Name, ScriptForm] = {}
    """What agents read out, or go by."""
    thresholds: dict[Name, ThresholdForm] = {}
    """When a figure turns red."""
    recording: RecordingForm = RecordingForm()
    retention: RetentionForm = RetentionForm()
    calendars: dict[Name, CalendarForm] = {}
    queues: dict[Name, QueueForm] = {}
    questionnaires: dict[Word, QuestionnaireForm] = {}
    """What customers are asked, by agents or by keys."""
    campaigns: dict[Name, CampaignForm] = {}
    """Outbound calling. Lists of leads and states are kept apart."""
    agents: dict[Login, AgentForm] = {}
    """By log-in. An agent who is not here keeps what he has."""
