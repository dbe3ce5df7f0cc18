"""How queues are run: what an operator sets, and what the center goes by."""

from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.ids import AgentId, ContactId, Queue, Skill
from ccserver.core.release import is_chosen
from ccserver.core.value import Consent as Consent
from ccserver.core.value import Tier

Skills = tuple[tuple[Skill, int], ...]
"""Skills with a level from 1 (knows a little) to 5 (knows all of it)."""


class Fit(StrEnum):
    """How much it matters that the agent speaks the caller's language, or is of his region."""

    IGNORED = "ignored"
    PREFERRED = "preferred"
    """Held for some seconds, then anyone may serve."""
    REQUIRED = "required"


class Way(StrEnum):
    """Where a caller goes whom the queue does not keep."""

    WAIT = "wait"
    """Nowhere: he waits all the same."""
    QUEUE = "queue"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    ANNOUNCEMENT = "announcement"
    """A prompt, and goodbye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """What happens to a caller whom the queue does not keep."""

    way: Way = Way.WAIT
    queue: Queue | None = None
    """For `Way.QUEUE`."""
    prompt: str = ""
    """For `Way.ANNOUNCEMENT` and before `Way.VOICEMAIL`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A service level: this share of the callers is answered within so many seconds."""

    tier: Tier
    share: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """After so long a wait these requirements stand in the place of the queue's."""

    after_seconds: float
    required: Skills
    language: Fit = Fit.IGNORED
    region: Fit = Fit.IGNORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Open on this weekday from and until these minutes since midnight."""

    weekday: int
    """0 is Monday, as in ISO 8601 less one."""
    from_minute: int
    until_minute: int
    """1440 is midnight at the day's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A holiday, or a working day that was moved: goes before the weekday."""

    date: str
    """As `2026-10-01`."""
    openings: tuple[tuple[int, int], ...] = ()
    """(from, until) in minutes since midnight; none: closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a queue is open, on the clock of its time zone."""

    zone: str
    """IANA name, such as `Asia/Shanghai`."""
    weekly: tuple[Opening, ...]
    special: tuple[SpecialDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """Whether and how a caller may hang up and be called when the turn comes."""

    offered: bool = False
    tries: int = 3
    retry_seconds: float = 600.0
    """After a try that failed the customer is left in peace for so long."""
    ring_seconds: int = 30
    expire_seconds: float = 24 * 3600.0
    """A callback that could not be made for so long is given up, and counted as such."""


DEFAULT_TARGETS = (
    Target(tier=Tier.PLATINUM, share=0.95, seconds=10.0),
    Target(tier=Tier.GOLD, share=0.90, seconds=20.0),
    Target(tier=Tier.SILVER, share=0.85, seconds=20.0),
    Target(tier=Tier.STANDARD, share=0.80, seconds=20.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How one queue is run."""

    name: Queue
    title: str = ""
    """As people read it."""
    # -- who may serve
    required: Skills = ()
    preferred: Skills = ()
    language: Fit = Fit.PREFERRED
    language_seconds: float = 20.0
    """How long a preferred language is held."""
    region: Fit = Fit.IGNORED
    region_seconds: float = 20.0
    relax: tuple[Relaxation, ...] = ()
    """Steps in the order of their seconds."""
    # -- who is served next
    policy: str = "balanced"
    """A name in `ccserver.core.policies.POLICIES`."""
    weight: float = 1.0
    """Multiplies its callers' value against those of other queues."""
    outbound: bool = False
    """Work that waits for no one: served when no caller waits and agents are to spare."""
    affinity_days: float = 30.0
    """The last agent of a customer goes before others for so long; 0: never."""
    direct_seconds: float = 60.0
    """How long a caller who asked for one agent waits for that one alone."""
    targets: tuple[Target, ...] = DEFAULT_TARGETS
    short_seconds: float = 5.0
    """Who gives up sooner counts as a short abandon."""
    # -- when it keeps no more
    open: bool = True
    """A supervisor may close a queue by hand."""
    hours: Hours | None = None
    """None: day and night."""
    waiting_max: int = 0
    """So many callers wait at most; 0: any number."""
    wait_max_seconds: float = 0.0
    """So long a caller waits at most; 0: for ever."""
    on_closed: Overflow = Overflow(way=Way.ANNOUNCEMENT, prompt="closed")
    on_full: Overflow = Overflow(way=Way.ANNOUNCEMENT, prompt="all_busy")
    on_wait_max: Overflow = Overflow(way=Way.ANNOUNCEMENT, prompt="all_busy")
    on_empty: Overflow = Overflow()
    """When no agent who is logged in could ever serve the caller."""
    # -- what the caller hears
    announce_after_seconds: float = 20.0
    """When place and expected wait are first told; 0: never."""
    announce_every_seconds: float = 60.0
    callback: CallbackRules = CallbackRules()
    voicemail: bool = False
    """Whether callers who wait are offered to leave a message."""
    survey: str = ""
    """The flow that callers walk when their agent has hung up; empty: none."""
    survey_share: float = 1.0
    """So many of them, chosen by chance, and always the same ones."""
    # -- the agent
    ring_seconds: int = 20
    """How long an agent's phone may ring before the call goes to another."""
    wrap_up_seconds: float = 30.0
    """How long after a talk the agent is left in peace."""
    wrap_up_forced: bool = False
    """The agent cannot end the wrap-up early."""
    wrap_up_extend_seconds: float = 60.0
    """So much longer the wrap-up lasts each time that the agent asks for it; 0: he cannot."""
    wrap_up_extends_max: int = 2
    disposition_required: bool = False
    """The wrap-up does not end before the agent has said what has come of the talk."""
    missed_seconds: float = 10.0
    """How long an agent who missed a call is left alone before the next one is tried."""
    misses_max: int = 3
    """After so many missed calls in a row the agent is not there: he is paused. 0: never."""

    def survey_for(self, contact: ContactId) -> str:
        """The flow that this caller walks when his agent has hung up; empty: none."""
        return self.survey if is_chosen(contact, self.survey_share, "survey") else ""


class Taping(StrEnum):
    """Whether a talk is recorded."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"
    """From when the agent says so."""
    NEVER = "never"


class SpyMode(StrEnum):
    """How a supervisor is in an agent's talk."""

    LISTEN = "listen"
    """Nobody hears him."""
    WHISPER = "whisper"
    """The agent hears him, the caller does not."""
    BARGE = "barge"
    """All hear him."""
    TAKE_OVER = "take_over"
    """He talks to the caller, and the agent is let go."""


class Direction(StrEnum):
    """Who called."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class TapingRule:
    """Which talks are recorded: of a policy's rules the first that fits a talk decides.

    What is empty fits every talk.
    """

    taping: Taping
    queues: frozenset[Queue] = frozenset()
    agents: frozenset[AgentId] = frozenset()
    directions: frozenset[Direction] = frozenset()
    campaigns: frozenset[str] = frozenset()
    consents: frozenset[Consent] = frozenset()
    share: float = 1.0
    """So many of the contacts fit, chosen by the chance in their ids: so always the same ones."""
    notice: str = ""
    """The prompt that callers hear before it; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long recordings are kept: of a policy's rules the first that fits one decides.

    What is empty fits every recording. One that no rule fits is kept for ever.
    """

    days: float
    queues: frozenset[Queue] = frozenset()
    kinds: frozenset[str] = frozenset()
    """`contact`, `consult`, `voicemail`."""
    directions: frozenset[Direction] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What holds for all queues."""

    fairness_per_second: float | None = None
    """How fast idle time makes an agent the next: higher is fairer and costs value. None: by the
    size of the team, 0.003, and 0.01 from 100 agents on."""
    overdue_share: float = 0.3
    """Of the decisions in which a caller is past the promised wait, so many at most go to him."""
    spare_agents: int = 1
    """So many agents stay free for callers when outbound work is handed out."""
    redial_seconds: float = 60.0
    """Who is cut off and calls again so soon gets the old place back."""
    taping: tuple[TapingRule, ...] = ()
    """Which talks are recorded. Those that no rule fits are."""
    taping_pause_max_seconds: float = 120.0
    """A recording that was paused for so long goes on by itself."""
    spying_shown: bool = True
    """The agent sees that a supervisor listens to him or whispers."""
    flags: tuple[tuple[str, frozenset[str]], ...] = ()
    """What each disposition means (vocabulary: dispositions), such as `dnc` and `completed`."""


AS_USUAL = SiteRules()
