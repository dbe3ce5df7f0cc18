"""What a caller needs, what an agent can do, and from when on the one fits the other."""

from dataclasses import dataclass
from math import inf

from ccserver.core.ids import Queue
from ccserver.core.quick import quick
from ccserver.core.rules import Fit, QueueRules, Skills


@quick
@dataclass(frozen=True, slots=True)
class Need:
    """What a caller's agent must be able to do. Callers of the same need stand in one pool."""

    queue: Queue
    language: str
    """Empty where it does not matter."""
    region: str
    skills: Skills = ()
    """Required beside the queue's, until its first step of `relax`."""


@dataclass(frozen=True, slots=True)
class Ability:
    """What an agent can do. Agents of the same ability are of one type."""

    queues: frozenset[Queue]
    """Those he is assigned to. None: every queue whose required skills he has."""
    skills: Skills
    languages: frozenset[str]
    """Primary subtags of BCP 47, such as `zh`. None: whatever is needed."""
    regions: frozenset[str]
    """None: all."""


def primary(language: str) -> str:
    """`zh` of `zh-CN`: people who write to each other differently still talk."""
    return language.partition("-")[0].lower()


def need_of(rules: QueueRules, language: str, region: str, skills: Skills = ()) -> Need:
    """The need of a caller of this language and region in this queue, who asks for these skills
    too: the same need in whatever order they come."""
    return Need(
        rules.name,
        "" if rules.language is Fit.IGNORED else primary(language),
        "" if rules.region is Fit.IGNORED else region,
        tuple(sorted(skills)) if skills else (),
    )


def opens_after(rules: QueueRules, need: Need, ability: Ability) -> float:
    """How many seconds a caller has waited when an agent of this ability may serve him.

    0: at once; infinite: never. A required language or region is never given up.
    """
    if ability.queues and rules.name not in ability.queues:
        return inf
    if not ability.queues and not rules.required:
        return inf  # a queue that asks for nothing is served by those who are assigned to it
    speaks = not need.language or not ability.languages or need.language in ability.languages
    near = not need.region or not ability.regions or need.region in ability.regions
    if (not speaks and rules.language is Fit.REQUIRED) or (
        not near and rules.region is Fit.REQUIRED
    ):
        return inf
    opening = inf
    if meets(ability.skills, rules.required + need.skills):
        opening = max(
            0.0 if speaks else _held(rules.language, rules.language_seconds),
            0.0 if near else _held(rules.region, rules.region_seconds),
        )
    for step in rules.relax:
        if meets(ability.skills, step.required):
            extra = max(
                0.0 if speaks else _held(step.language, rules.language_seconds),
                0.0 if near else _held(step.region, rules.region_seconds),
            )
            opening = min(opening, step.after_seconds + extra)
    return opening


def _held(fit: Fit, seconds: float) -> float:
    match fit:
        case Fit.IGNORED:
            return 0.0
        case Fit.PREFERRED:
            return seconds
        case Fit.REQUIRED:
            return inf


def meets(skills: Skills, required: Skills) -> bool:
    """Whether each required skill is there, at its level or above."""
    levels = dict(skills)
    return all(levels.get(skill, 0) >= level for skill, level in required)


def misfit(rules: QueueRules, ability: Ability) -> float:
    """How far the agent is from what the queue prefers: 0 has all of it, 1 nothing."""
    if not rules.preferred:
        return 0.0
    levels = dict(ability.skills)
    short = [max(0, level - levels.get(skill, 0)) / level for skill, level in rules.preferred]
    return sum(short) / len(short)
