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
    return int(value_at(_steps(scenario.agents), hour, 0.0))


def faults(scenario: CampaignScenario) -> list[str]:
    """What cannot be, as field, what is wrong, what to do. Empty: nothing."""
    answer = scenario.answer
    shares = (answer.human, answer.machine, answer.busy, answer.no_answer, answer.invalid)
    agents = _steps(scenario.agents)
    found = [told for told, wrong in _limits(scenario) if wrong]
    if not 0 < max((count for _, count in agents), default=0) <= 2000:
        found.append("agents: write a number from 1 to 2000, or [hour, number] for each change")
    if any(share < 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
        found.append(
            f"answer: together {sum(shares):g}; human, machine, busy, no_answer and invalid are"
            " shares from 0 to 1, and 1 together"
        )
    for name, steps in (
        ("agents", agents),
        ("answer.drift", answer.drift),
        ("talk.drift", scenario.talk.drift),
        ("wrap.drift", scenario.wrap.drift),
    ):
        if list(steps) != sorted(steps, key=_hour):
            found.append(f"{name}: the hours go back; write them in order")
        if any(value < 0 or (value == 0 and name != "agents") for _, value in steps):
            found.append(f"{name}: a value is too low; write [hour, value] with values above 0")
    return found


def _limits(scenario: CampaignScenario) -> Iterator[tuple[str, bool]]:
    """(what to say, whether it is so) of the plain numbers."""
    for name, value, low, high in (
        ("hours", scenario.hours, 0, 744),
        ("cap", scenario.cap, 0, 1),
        ("window_cap", scenario.window_cap, 0, 1),
        ("ratio", scenario.ratio, 0, 50),
        ("answer.human", scenario.answer.human, 0, 1),
        ("ring.no_answer_s", scenario.ring.no_answer_s, 5, 120),
        ("ring.human_mean_s", scenario.ring.human_mean_s, 0, scenario.ring.no_answer_s),
        ("ring.human_cv", scenario.ring.human_cv, 0, 5),
        ("talk.mean_s", scenario.talk.mean_s, 0, 36_000),
        ("talk.cv", scenario.talk.cv, 0, 5),
        ("wrap.mean_s", scenario.wrap.mean_s, 0, 36_000),
        ("wrap.cv", scenario.wrap.cv, 0, 5),
        ("setup.mean_s", scenario.setup.mean_s, 0, 120),
        *(("breaks: the minutes", minutes, 0, 600) for _, minutes in scenario.breaks),
    ):
        yield (
            f"{name}: {value:g}; write a number above {low:g}, at most {high:g}",
            not (low < value <= high),
        )
    for name, value, high in (
        ("connect_limit_s", scenario.connect_limit_s, 30),
        ("window_s", scenario.window_s, 86_400),
        ("lines", scenario.lines, 100_000),
        *(("breaks: the hour", hour, 744) for hour, _ in scenario.breaks),
    ):
        yield f"{name}: {value:g}; write a number from 0 to {high:g}", not 0 <= value <= high


def _steps(agents: int | Steps) -> Steps:
    return ((0.0, float(agents)),) if isinstance(agents, int) else agents


def _hour(step: tuple[float, float]) -> float:
    return step[0]
