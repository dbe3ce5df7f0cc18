"""How well answering machines are told from people, as far as agents have said.

An agent knows only what came to him: what the detection let pass, and in mode `go_on` (or for a
sample) also what it called a machine. Whom it hung up on nobody has heard: where the figures rest
on such calls, they are estimates, or None.
"""

from dataclasses import dataclass

from ccserver.core import release


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its Wilson interval of 95 %, all 0 to 1."""

    value: float
    low: float
    high: float
    known: int
    """It rests on so many calls that agents have judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Calls that something answered, by what the detection and the agent said."""

    passed_people: int = 0
    """Let pass, and the agent found a person."""
    passed_machines: int = 0
    """Let pass, and the agent found a machine."""
    passed_unknown: int = 0
    """Let pass, and nobody said what it was."""
    told_machines: int = 0
    """Called a machine, and the agent who got it nevertheless found one."""
    told_people: int = 0
    """Called a machine, and the agent found a person."""
    told_unknown: int = 0
    """Called a machine, and hung up on or left a message: nobody heard it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Precision and recall for machines, and what is not known."""

    precision: Share | None
    """Of what was called a machine, so much was one. None: nothing of it came to an agent."""
    recall: Share | None
    """Of all machines, so many were called so; an estimate where calls are unknown."""
    recall_at_most: float | None
    """If all that nobody heard were machines. None: there was none."""
    missed: Share | None
    """Of what was let pass, so much was a machine: these cost agents' time."""
    false_positives: float | None
    """People whom it called machines, as many as are to be expected of all so called. None: not
    known."""
    unknown: int
    """Calls of which nobody can tell what they were."""


def wilson(hits: int, total: int) -> Share | None:
    """The share and its interval (Wilson 1927). None: there is nothing."""
    if total <= 0:
        return None
    counted = release.Share(hits, total)
    low, high = counted.interval
    return Share(value=counted.value, low=low, high=high, known=total)


def detection(heard: Heard) -> Detection:
    """The figures of a campaign's answering machine detection."""
    judged = heard.told_machines + heard.told_people
    called = judged + heard.told_unknown
    precision = wilson(heard.told_machines, judged)
    missed = wilson(heard.passed_machines, heard.passed_people + heard.passed_machines)
    at_most = heard.told_machines + heard.told_unknown
    misses = heard.passed_machines
    return Detection(
        precision=precision,
        recall=_recall(heard, precision, missed),
        recall_at_most=at_most / (at_most + misses) if at_most + misses else None,
        missed=missed,
        false_positives=None if precision is None else called * (1 - precision.value),
        unknown=heard.passed_unknown + heard.told_unknown,
    )


def _recall(heard: Heard, precision: Share | None, missed: Share | None) -> Share | None:
    """Known calls stand for the unknown ones on their side. The interval is Wilson's when all are
    known; else the worst of both sides together, which is wider than 95 %."""
    judged = heard.told_machines + heard.told_people
    if not heard.told_unknown and not heard.passed_unknown:
        # Without one that was called a machine it is known that none was.
        return wilson(heard.told_machines, heard.told_machines + heard.passed_machines)
    if precision is None or missed is None:
        return None
    called = judged + heard.told_unknown
    passed = heard.passed_people + heard.passed_machines + heard.passed_unknown

    def of(right: float, wrong: float) -> float:
        machines = called * right + passed * wrong
        return called * right / machines if machines else 0.0

    return Share(
        value=of(precision.value, missed.value),
        low=of(precision.low, missed.high),
        high=of(precision.high, missed.low),
        known=judged + missed.known,
    )
