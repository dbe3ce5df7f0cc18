"""IVR flows: what they are, and how a caller walks through one.

`walk` is a plain generator. It yields what to do on the line, receives what came of it, and
returns where the caller ends up. A live call drives it over AGI; a test drives it with a list
of keys.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ccserver.core.ids import AgentId, Prompt, Queue, StepName
from ccserver.core.value import Tier

STEPS_MAX = 50
"""After so many steps the walk ends at the operator: a flow may hold a loop that no key leaves."""


# -- a flow


class Trait(StrEnum):
    """What a branch can look at."""

    TIER = "tier"
    LANGUAGE = "language"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play prompts one after the other."""

    prompts: tuple[Prompt, ...]
    then: StepName
    barge_in: bool = True
    """Whether a key ends the prompts. It then counts as the answer to the next menu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Play prompts, wait for one key, and go where it leads."""

    prompts: tuple[Prompt, ...]
    keys: Mapping[str, StepName]
    otherwise: StepName
    """Where a caller goes whose last try was a wrong key or none."""
    timeout_seconds: float = 5.0
    tries: int = 3
    wrong_key: tuple[Prompt, ...] = ()
    """Played before the menu is repeated to a caller who pressed a key that leads nowhere."""
    no_key: tuple[Prompt, ...] = ()
    """Played before the menu is repeated to a caller who pressed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Go where one of the caller's traits leads."""

    on: Trait
    cases: Mapping[str, StepName]
    otherwise: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """Go on in another language."""

    language: str
    then: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """Hand the caller to the agents."""

    queue: Queue
    agent: AgentId | None = None
    """The one agent whom the caller asks for; the others take over after a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodBye:
    """End the call."""


Step = Say | Menu | Branch | Speak | ToQueue | GoodBye


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A map of named steps and the one to start with."""

    name: str
    start: StepName
    steps: Mapping[StepName, Step]
    languages: tuple[str, ...]
    """Those that all prompts exist in. The first is spoken to callers of an unknown language."""
    operator: Queue
    """Where callers go when the flow fails them."""
    prompt_seconds_max: float = 60.0
    """No prompt of the flow is longer."""


# -- the walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a flow may know of its caller."""

    known: bool
    tier: Tier
    language: str
    """Empty when unknown."""


@dataclass(frozen=True, slots=True)
class Recognize:
    """Tell who is calling. The answer is a `Visitor`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Play prompts in this language from here on."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play prompts. With `barge_in` a key ends them, and is kept for the next `Ask`."""

    step: StepName
    prompts: tuple[Prompt, ...]
    barge_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Play prompts and wait for a key. The answer is the key, right or wrong; "" for none."""

    step: StepName
    prompts: tuple[Prompt, ...]
    keys: frozenset[str]
    """The keys that lead somewhere."""
    timeout_seconds: float


Request = Recognize | SetLanguage | Play | Ask
Answer = Visitor | str | None
End = ToQueue | GoodBye


def walk(flow: Flow) -> Generator[Request, Answer, End]:
    """Lead one caller through the flow.

    Asks who is calling only where a step depends on it, since the look-up takes its time:
    at the first branch, or at the first prompt of a flow that speaks several languages.
    """
    name = flow.start
    visitor: Visitor | None = None
    for _ in range(STEPS_MAX):
        step = flow.steps[name]
        if visitor is None and _needs_visitor(flow, step):
            visitor = yield from _recognize(flow)
        match step:
            case Say():
                yield Play(step=name, prompts=step.prompts, barge_in=step.barge_in)
                name = step.then
            case Menu():
                name = yield from _ask(name, step)
            case Branch():
                name = _branch(flow, step, visitor)
            case Speak():
                yield SetLanguage(language=step.language)
                name = step.then
            case ToQueue() | GoodBye():
                return step
            case _:
                assert_never(step)
    return ToQueue(queue=flow.operator)


def _needs_visitor(flow: Flow, step: Step) -> bool:
    # A language that the caller chose must not be undone by one that is found later.
    return isinstance(step, Branch | Speak) or (
        isinstance(step, Say | Menu) and len(flow.languages) > 1
    )


def _recognize(flow: Flow) -> Generator[Request, Answer, Visitor]:
    visitor = yield Recognize()
    assert isinstance(visitor, Visitor), "the answer to Recognize is a Visitor"
    language = spoken(flow, visitor.language)
    if language != flow.languages[0]:
        yield SetLanguage(language=language)
    return visitor


def _ask(name: StepName, menu: Menu) -> Generator[Request, Answer, StepName]:
    prompts = menu.prompts
    for _ in range(menu.tries):
        key = yield Ask(
            step=name,
            prompts=prompts,
            keys=frozenset(menu.keys),
            timeout_seconds=menu.timeout_seconds,
        )
        assert isinstance(key, str), "the answer to Ask is a key"
        if key in menu.keys:
            return menu.keys[key]
        prompts = (menu.wrong_key if key else menu.no_key) + menu.prompts
    return menu.otherwise


def _branch(flow: Flow, branch: Branch, visitor: Visitor | None) -> StepName:
    assert visitor is not None, "a branch is reached after Recognize"
    return branch.cases.get(_trait(flow, branch.on, visitor), branch.otherwise)


def _trait(flow: Flow, on: Trait, visitor: Visitor) -> str:
    match on:
        case Trait.TIER:
            return visitor.tier
        case Trait.LANGUAGE:
            return spoken(flow, visitor.language)
        case Trait.KNOWN:
            return "yes" if visitor.known else "no"
        case _:
            assert_never(on)


def spoken(flow: Flow, wanted: str) -> str:
    """The flow's language that comes nearest: `zh` for a customer who speaks `zh-CN`."""
    for language in (wanted, wanted.partition("-")[0]):
        if language in flow.languages:
            return language
    return flow.languages[0]
