"""A campaign that could be: its agents, and how the people whom it calls would answer."""

from collections.abc import Iterator
from dataclasses import dataclass

Steps = tuple[tuple[float, float], ...]
"""(hour, value): the value holds from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What becomes of calls, in shares that are 1 together."""

    human: float = 0.30
    machine: float = 0.0
    busy: float = 0.08
    no_answer: float = 0.60
    invalid: float = 0.02
    drift: Steps = ()
    """(hour, factor): from that hour on, so many times the humans. The rest shrinks or grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """How long calls ring."""

    human_mean_s: float = 10.0
    human_cv: float = 0.5
    no_answer_s: float = 27.0
    """Then we give up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """A lognormal time."""

    mean_s: float
    cv: float
    drift: Steps = ()
    """(hour, factor) on the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How soon the busy and the invalid come back."""

    mean_s: float = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignScenario:
    """One shift of one campaign."""

    name: str = "campaign"
    hours: float = 8.0
    agents: int | Steps = 20
    """So many, or (hour, so many from then on)."""
    cap: float = 0.03
    connect_limit_s: float = 2.0
    window_s: float = 0.0
    """A second window in which `window_cap` is kept too; 0: none."""
    window_cap: float = 0.035
    cancel_ringing: bool = False
    ratio: float = 1.5
    """Of `power`."""
    lines: int = 0
    """Calls under way at once at most; 0: no limit."""
    answer: Answers = Answers()
    ring: Ringing = Ringing()
    talk: Lasting = Lasting(mean_s=120.0, cv=0.9)
    wrap: Lasting = Lasting(mean_s=15.0, cv=0.3)
    setup: Setup = Setup()
    breaks: tuple[tuple[float, float], ...] = ()
    """(hour, minutes): every agent takes a break of so long after the talk that he is in then."""


def value_at(steps: Steps, hour: float, first: float) -> float:
    """What holds at that hour; `first` before any step."""
    value = first
    for since, then in steps:
        if since > hour:
            break
        value = then
    return value


def agents_at(scenario: CampaignScenario, hour: float) -> int:
    """How many are logged in."""
    if isinstance(scenario.agents, int):
        return scenario.agents
    return int(value_at(scenario.agents, hour, 0))


def faults(scenario: CampaignScenario) -> list[str]:
    """What cannot be, as field, what is wrong, what to do. Empty: nothing."""
    return [*_faults_of_campaign(scenario), *_faults_of_calls(scenario)]


def _faults_of_campaign(scenario: CampaignScenario) -> Iterator[str]:
    if not 0 < scenario.hours <= 24 * 31:
        yield f"hours: {scenario.hours} is no length; write a number above 0, at most 744"
    most = (
        scenario.agents
        if isinstance(scenario.agents, int)
        else max((n for _, n in scenario.agents), default=0)
    )
    if not 0 < most <= 2000:
        yield f"agents: {most}; write a number from 1 to 2000"
    if not isinstance(scenario.agents, int) and any(n < 0 for _, n in scenario.agents):
        yield "agents: fewer than none; write numbers from 0"
    for name in ("cap", "window_cap"):
        if not 0 < (share := getattr(scenario, name)) < 1:
            yield f"{name}: {share}; write a share above 0 and below 1: 0.03 is 3 %"
    if not 0 <= scenario.connect_limit_s <= 30:
        yield f"connect_limit_s: {scenario.connect_limit_s}; write seconds from 0 to 30"
    if scenario.window_s < 0:
        yield f"window_s: {scenario.window_s}; write seconds, or 0 for no window"
    if not 1 <= scenario.ratio <= 50:
        yield f"ratio: {scenario.ratio}; write a number from 1 to 50"
    if scenario.lines < 0:
        yield f"lines: {scenario.lines}; write a number above 0, or 0 for no limit"
    for hour, minutes in scenario.breaks:
        if hour < 0 or minutes <= 0:
            yield f"breaks: [{hour}, {minutes}]; write an hour from 0 and minutes above 0"


def _faults_of_calls(scenario: CampaignScenario) -> Iterator[str]:
    answer = scenario.answer
    shares = (answer.human, answer.machine, answer.busy, answer.no_answer, answer.invalid)
    if any(not 0 <= share <= 1 for share in shares):
        yield "answer: a share is below 0 or above 1; write shares from 0 to 1"
    elif abs(sum(shares) - 1) > 1e-6:
        yield f"answer: together {sum(shares):g}; human, machine, busy, no_answer and invalid are 1"
    if answer.human <= 0:
        yield "answer.human: nobody would ever answer; write a share above 0"
    rings = scenario.ring
    if not 5 <= rings.no_answer_s <= 120:
        yield f"ring.no_answer_s: {rings.no_answer_s}; write seconds from 5 to 120"
    if not 0 < rings.human_mean_s < rings.no_answer_s:
        yield f"ring.human_mean_s: {rings.human_mean_s}; write seconds below no_answer_s"
    if not 0 < rings.human_cv <= 5:
        yield f"ring.human_cv: {rings.human_cv}; write a number above 0, at most 5"
    for name, lasting in (("talk", scenario.talk), ("wrap", scenario.wrap)):
        if lasting.mean_s <= 0:
            yield f"{name}.mean_s: {lasting.mean_s}; write seconds above 0"
        if not 0 < lasting.cv <= 5:
            yield f"{name}.cv: {lasting.cv}; write a number above 0, at most 5"
    if scenario.setup.mean_s <= 0:
        yield f"setup.mean_s: {scenario.setup.mean_s}; write seconds above 0"
    for name, steps in (
        ("answer.drift", answer.drift),
        ("talk.drift", scenario.talk.drift),
        ("wrap.drift", scenario.wrap.drift),
    ):
        if any(factor <= 0 for _, factor in steps):
            yield f"{name}: a factor is not above 0; write [hour, factor]"
    for name, steps in (
        ("answer.drift", answer.drift),
        ("talk.drift", scenario.talk.drift),
        ("wrap.drift", scenario.wrap.drift),
        ("agents", () if isinstance(scenario.agents, int) else scenario.agents),
    ):
        hours = [hour for hour, _ in steps]
        if hours != sorted(hours):
            yield f"{name}: the hours go back; write them in order"
