"""What is well-formed in a flow and still cannot work: each fault says what, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt, Queue, Skill, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What there is beside the flow. None: not known, and not checked."""

    prompts: Mapping[str, frozenset[Prompt]] | None = None
    """Language -> the prompts that exist in it."""
    queues: frozenset[Queue] | None = None
    skills: frozenset[Skill] | None = None
    partners: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    """Log-ins."""
    flows: Mapping[str, Flow] | None = None
    """All flows, for parts. None: those in `Flow.parts`."""


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and what to do."""

    step: StepName | None
    """None: it is about the whole flow."""
    key: str
    """Of the step or the flow: `then`, `keys.1`, `cases.0.then`."""
    text: str


def faults(flow: Flow, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """All that keeps the flow from working, in the order of its steps."""
    raise NotImplementedError(flow, known)
