"""Walking a flow in tests: the world's answers as a plain function."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ccserver.core.doings import Answer, Doing, End, Enter
from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.ivr import walk
from ccserver.core.steps import EnterQueue, GoodBye, Step

HELLO, WRONG = Prompt("hello"), Prompt("wrong")
OPERATOR = Queue("operator")
SALES = Queue("sales")


def step(name: str) -> StepName:
    """A step's name."""
    return StepName(name)


def flow(steps: Mapping[str, Step], **more: object) -> Flow:
    """A flow that begins with the first of the steps; `sales` and `bye` are always there."""
    ends: dict[str, Step] = {"sales": EnterQueue(queue=SALES), "bye": GoodBye()}
    every = {StepName(name): one for name, one in {**ends, **steps}.items()}
    first = StepName(next(iter(steps)))
    settings: dict[str, object] = {"languages": ("zh",), "operator": OPERATOR, "name": "test"}
    return Flow(start=first, steps=every, **{**settings, **more})  # type: ignore[arg-type]


def run(
    a_flow: Flow,
    answer: Callable[[Doing], Answer],
    facts: Mapping[str, str] | None = None,
) -> tuple[End, list[Doing]]:
    """Where the walk ends, and all that it asked for."""
    walking = walk(a_flow, facts)
    asked: list[Doing] = []
    given: Answer = None
    while True:
        try:
            doing = walking.send(given)
        except StopIteration as stop:
            end: End = stop.value
            return end, asked
        asked.append(doing)
        given = answer(doing)


def nothing(_: Doing) -> Answer:
    """A world that answers nothing."""
    return None


def says(*answers: tuple[type[Doing], Answer]) -> Callable[[Doing], Answer]:
    """A world that gives these answers to doings of a kind, one after the other, the last for ever;
    None to all else."""
    left: dict[type[Doing], list[Answer]] = {}
    for kind, one in answers:
        left.setdefault(kind, []).append(one)

    def answer(doing: Doing) -> Answer:
        waiting = left.get(type(doing), [None])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return answer


def path(asked: list[Doing]) -> list[str]:
    """The steps, in order."""
    return [doing.step for doing in asked if isinstance(doing, Enter)]


T = TypeVar("T")


def of(kind: type[T], asked: list[Doing]) -> list[T]:
    """What was asked for of this kind."""
    return [doing for doing in asked if isinstance(doing, kind)]
