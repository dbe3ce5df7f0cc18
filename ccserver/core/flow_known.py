"""What a flow is checked against, and what is found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt, Queue, Skill, StepName

_LISTED_MAX = 12


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
    """All flows, for parts. None: those that the flow brings along."""


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and what to do."""

    step: StepName | None
    """None: it is about the whole flow."""
    key: str
    """Of the step or the flow: `then`, `keys.1`, `cases.0.then`; empty: all of it."""
    text: str


def no_such(kind: str, name: str, there: Collection[str]) -> str:
    """That it does not exist, and what was perhaps meant."""
    if not there:
        return f"there is no {kind} `{name}`, nor any other; add it"
    near = get_close_matches(name, sorted(there), n=1)
    if near:
        return f"there is no {kind} `{name}`; perhaps `{near[0]}` was meant"
    listed = ", ".join(sorted(there)[:_LISTED_MAX])
    more = ", …" if len(there) > _LISTED_MAX else ""
    return f"there is no {kind} `{name}`; add it, or take one of: {listed}{more}"


def key_of(came: str) -> str:
    """The key that leads on when a step is left so: `keys.1` for `key 1`."""
    word, _, which = came.partition(" ")
    match word:
        case "key":
            return f"keys.{which}"
        case "case":
            return f"cases.{int(which) - 1}.then"
        case "error":
            return "on_error"
        case _:
            return came
