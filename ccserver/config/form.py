"""The configuration's form: what an operator may write, and within which bounds.

It is the form of the TOML file, of the API and of what the database keeps. Defaults are the
core's; `ccserver/config/check.py` checks what the parts say about each other.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ccserver.core import rules, value
from ccserver.core.ids import Queue
from ccserver.core.rules import Direction, Fit, Taping, Way
from ccserver.core.value import Consent, Tier

USUAL: Final = rules.QueueRules(name=Queue(""))
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES: Final = 24 * 60
DAYS_MAX: Final = 366
"""The longest run of special days in one line."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Login = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f]{1,64}$")]
Title = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Level = Annotated[int, Field(ge=1, le=5)]
Levels = dict[Name, Level]
Seconds = Annotated[float, Field(ge=0, le=7 * 86400)]
Weight = Annotated[float, Field(ge=0, le=100)]
Kept = Literal["contact", "consult", "voicemail"]
W = TypeVar("W", bound=str)

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


# -- times of day


def minutes_of(span: str) -> tuple[int, int]:
    """(from, until) in minutes since midnight. Raises ValueError for what is no `09:00-18:00`."""
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"{span!r} is no time of day such as 09:00-18:00; write it like that")
    from_minute = int(match[1]) * 60 + int(match[2])
    until = DAY_MINUTES if match[3] is None else int(match[3]) * 60 + int(match[4])
    if until <= from_minute:
        raise ValueError(f"{span!r} ends before it begins; past midnight write two: the rest of the"
                         " day until 24:00, and the next day from 00:00")  # fmt: skip
    return from_minute, until


def _spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    ordered = sorted(spans, key=minutes_of)
    for one, other in pairwise(ordered):
        if minutes_of(other)[0] < minutes_of(one)[1]:
            raise ValueError(f"{one} and {other} overlap; make one of them, or part them")
    return tuple(ordered)


def _each_weekday(weekly: Any) -> Any:
    """`mon-fri` and `sat` as single days; the order is that of the week."""
    if not isinstance(weekly, Mapping):
        return weekly
    days: dict[str, object] = {}
    for key, spans in weekly.items():
        first, _, last = str(key).partition("-")
        run = WEEKDAYS[_weekday(first, key) : _weekday(last or first, key) + 1]
        if not run:
            raise ValueError(f"{key!r} ends before it begins; the week begins with mon")
        _put(days, run, spans)
    return {day: days[day] for day in WEEKDAYS if day in days}


def _weekday(word: str, key: object) -> int:
    if word not in WEEKDAYS:
        raise ValueError(f"{key!r} is no weekday; write mon … sun, or a run such as mon-fri")
    return WEEKDAYS.index(word)


def _each_date(special: Any) -> Any:
    """`2026-10-01/2026-10-07` as single days, in their order."""
    if not isinstance(special, Mapping):
        return special
    days: dict[str, object] = {}
    for key, spans in special.items():
        first, _, last = str(key).partition("/")
        try:
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise ValueError(
                f"{key!r} is no day; write 2026-10-01, or a run as 2026-10-01/2026-10-07"
            ) from None
        if not 0 <= (end - begin).days < DAYS_MAX:
            raise ValueError(f"{key!r} is no run of days; it ends before it begins, or is too long")
        run = [str(begin + timedelta(days=n)) for n in range((end - begin).days + 1)]
        _put(days, run, spans)
    return dict(sorted(days.items()))


def _put(days: dict[str, object], run: Iterable[str], spans: object) -> None:
    for day in run:
        if day in days:
            raise ValueError(f"{day} stands here twice; keep one of them")
        days[day] = spans


def _zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {zone!r}; take an IANA name such as Asia/Shanghai"
        ) from None
    return zone


def _distinct(words: tuple[W, ...]) -> tuple[W, ...]:
    return tuple(sorted(set(words)))


Zone = Annotated[str, AfterValidator(_zone)]
"""IANA name, such as Asia/Shanghai."""
Spans = Annotated[tuple[str, ...], AfterValidator(_spans)]
Names = Annotated[tuple[Name, ...], AfterValidator(_distinct)]
Languages = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")], ...],
    AfterValidator(_distinct),
]
Logins = Annotated[tuple[Login, ...], AfterValidator(_distinct)]
Regions = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")], ...],
    AfterValidator(_distinct),
]


# -- the parts


class Form(BaseModel):
    """A key that is not known is a spelling mistake, not a wish."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


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
    weekly: Annotated[dict[str, Spans], BeforeValidator(_each_weekday)] = {}
    """`mon-fri = ["09:00-12:00", "13:00-18:00"]`. A weekday that is not here: closed."""
    special: Annotated[dict[str, Spans], BeforeValidator(_each_date)] = {}
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
    """The flow that callers walk when their agent has hung up; empty: none."""
    ring_seconds: int = Field(default=USUAL.ring_seconds, ge=3, le=120)
    """How long an agent's phone may ring before the call goes to another."""
    wrap_up_seconds: float = Field(default=USUAL.wrap_up_seconds, ge=0, le=3600)
    wrap_up_forced: bool = USUAL.wrap_up_forced
    """The agent cannot end the wrap-up early."""
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
    directions: Annotated[tuple[Direction, ...], AfterValidator(_distinct)] = ()
    campaigns: Names = ()
    consents: Annotated[tuple[Consent, ...], AfterValidator(_distinct)] = ()
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
    kinds: Annotated[tuple[Kept, ...], AfterValidator(_distinct)] = ()
    """`contact` (its talks), `consult`, `voicemail`."""
    directions: Annotated[tuple[Direction, ...], AfterValidator(_distinct)] = ()


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
    recording: RecordingForm = RecordingForm()
    retention: RetentionForm = RetentionForm()
    calendars: dict[Name, CalendarForm] = {}
    queues: dict[Name, QueueForm] = {}
    agents: dict[Login, AgentForm] = {}
    """By log-in. An agent who is not here keeps what he has."""
