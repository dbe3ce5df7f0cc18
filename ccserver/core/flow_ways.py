"""Where the ways of a flow lead: steps that no one comes to, and ways that lead to no end."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from ccserver.core.flow import Flow, targets
from ccserver.core.flow_known import Fault, key_of
from ccserver.core.ids import StepName
from ccserver.core.steps import (
    AskCallback,
    CallOut,
    Digits,
    EnterQueue,
    GoBack,
    GoodBye,
    LeaveVoicemail,
    Menu,
    Question,
    Return,
    RunPart,
    Step,
    Style,
)

_Ways = Mapping[StepName, Collection[StepName]]


def ways(flow: Flow, parts: Mapping[str, Flow]) -> Iterator[Fault]:
    """Steps that are not reached, from which no end is, or that go round without asking.

    `parts`: all flows by name. Whatever leads to a step that is not there counts as an end, so that
    each mistake is told once.
    """
    if flow.start not in flow.steps:
        return
    ahead = _ahead(flow)
    came_to = _followed([flow.start], ahead)
    for name in flow.steps:
        if name not in came_to:
            yield Fault(name, "", "nothing leads here; link it or take it out")
    yield from _stuck(flow, parts, came_to, ahead)
    yield from _rounds(flow, parts, came_to)


def reached(flow: Flow) -> list[StepName]:
    """The steps that a caller can come to, nearest first."""
    return _followed([flow.start], _ahead(flow))


def _ahead(flow: Flow) -> dict[StepName, list[StepName]]:
    return {name: list(targets(flow, name).values()) for name in flow.steps}


def _followed(begins: Iterable[StepName], ahead: _Ways) -> list[StepName]:
    """These steps and all that they lead to, nearest first."""
    found = dict.fromkeys(name for name in begins if name in ahead)
    order = list(found)
    for name in order:
        new = [then for then in dict.fromkeys(ahead[name]) if then in ahead and then not in found]
        found |= dict.fromkeys(new)
        order += new
    return order


# -- no way out


def _stuck(
    flow: Flow, parts: Mapping[str, Flow], came_to: Iterable[StepName], ahead: _Ways
) -> Iterator[Fault]:
    back: dict[StepName, list[StepName]] = {name: [] for name in flow.steps}
    for name, thens in ahead.items():
        for then in thens:
            back.get(then, []).append(name)
    ends = [
        name
        for name, step in flow.steps.items()
        if _ends(step, parts, frozenset((flow.name,))) or not flow.steps.keys() >= set(ahead[name])
    ]
    saved = set(_followed(ends, back))
    told: set[StepName] = set()
    for name in came_to:
        if name not in saved and name not in told:
            others = _followed([name], ahead)
            told |= set(others)
            along = f", by way of {', '.join(others[1:])}" if len(others) > 1 else ""
            yield Fault(
                name,
                "",
                f"no way leads from here to an end{along};"
                " let one of them lead to a queue, a goodbye or another end",
            )


def _ends(step: Step, parts: Mapping[str, Flow], seen: frozenset[str]) -> bool:
    """Whether the walk, or the part that is walked, can end here."""
    match step:
        case (
            EnterQueue() | AskCallback() | LeaveVoicemail() | CallOut() | GoBack() | Return()
            | GoodBye()
        ):  # fmt: skip
            return True
        case RunPart(flow=name):
            # Nothing is known of a part that is not there, and those that go in a circle are told.
            part = parts.get(name)
            return part is None or name in seen or _part_ends(part, parts, seen | {name})
        case _:
            return False


def _part_ends(part: Flow, parts: Mapping[str, Flow], seen: frozenset[str]) -> bool:
    """Whether a caller can stay in the part for good."""
    if part.start not in part.steps:
        return True
    return any(
        _ends(part.steps[name], parts, seen)
        for name in reached(part)
        if not isinstance(part.steps[name], Return)
    )


# -- rounds in which nobody is asked


def _rounds(
    flow: Flow, parts: Mapping[str, Flow], came_to: Collection[StepName]
) -> Iterator[Fault]:
    passing = {name: _passes(flow, name, parts, frozenset((flow.name,))) for name in came_to}
    ahead = {name: list(thens.values()) for name, thens in passing.items()}
    told: set[StepName] = set()
    for name in came_to:
        circle = _way_back(name, ahead)
        if circle and told.isdisjoint(circle):
            told |= set(circle)
            second = circle[1] if len(circle) > 1 else name
            came = next(came for came, then in passing[name].items() if then == second)
            yield Fault(
                name,
                key_of(came),
                f"goes round without asking the caller, {' → '.join([*circle, name])};"
                " let one of them lead elsewhere",
            )


def _passes(
    flow: Flow, name: StepName, parts: Mapping[str, Flow], seen: frozenset[str]
) -> dict[str, StepName]:
    """The ways on which a step is left without waiting for the caller."""
    found = targets(flow, name)
    match flow.steps[name]:
        case Menu() | Digits() | Question(style=Style.KEYS | Style.RECORDING):
            return {came: then for came, then in found.items() if came == "error"}
        case RunPart(flow=other):
            part = parts.get(other)
            if part is None or other in seen or not _returns_unasked(part, parts, seen | {other}):
                found.pop("then")
            return found
        case _:
            return found


def _returns_unasked(part: Flow, parts: Mapping[str, Flow], seen: frozenset[str]) -> bool:
    ahead = {name: list(_passes(part, name, parts, seen).values()) for name in part.steps}
    return any(isinstance(part.steps[name], Return) for name in _followed([part.start], ahead))


def _way_back(start: StepName, ahead: _Ways) -> list[StepName]:
    """The shortest way from a step to itself; empty: there is none."""
    ways_on = [[start]]
    seen: set[StepName] = set()
    for way in ways_on:
        for name in ahead.get(way[-1], ()):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways_on.append([*way, name])
    return []
