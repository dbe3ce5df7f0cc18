"""What is well-formed in a flow and still cannot work: each fault says what, and what to do."""

import re
from collections.abc import Iterator, Mapping

from ccserver.core.flow import Flow, Role
from ccserver.core.flow_cases import cases
from ccserver.core.flow_known import NOTHING_KNOWN, Fault, Known, no_such
from ccserver.core.flow_names import names
from ccserver.core.flow_values import values
from ccserver.core.flow_ways import ways
from ccserver.core.ids import StepName
from ccserver.core.steps import (
    AskCallback,
    Branch,
    Digits,
    GoBack,
    LeaveVoicemail,
    Menu,
    Question,
    Request,
    Return,
    RunPart,
    SpeakLanguage,
    Step,
    Style,
)

__all__ = ["NOTHING_KNOWN", "Fault", "Known", "faults"]

_KEYS = frozenset("0123456789*#")


def faults(flow: Flow, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """All that keeps the flow from working: first what is about the whole, then step by step."""
    parts = _brought(flow) if known.flows is None else known.flows
    found = [*names(flow, known), *ways(flow, parts), *values(flow, parts), *_role(flow)]
    for name, step in flow.steps.items():
        found += _bounds(flow, name, step)
        if isinstance(step, RunPart):
            found += _part(flow, name, step, parts)
    order: dict[StepName | None, int] = {name: n for n, name in enumerate(flow.steps, 1)}
    return sorted(dict.fromkeys(found), key=lambda fault: order.get(fault.step, 0))


def _brought(flow: Flow) -> dict[str, Flow]:
    """The flow's parts, and theirs."""
    found = dict(flow.parts)
    for part in flow.parts.values():
        found |= _brought(part)
    return found


# -- who walks it


_ONLY = {
    Role.WAITING: "callers who leave a queue",
    Role.PART: "a part of other flows",
}


def _role(flow: Flow) -> Iterator[Fault]:
    if flow.role is Role.PART:
        if not any(isinstance(step, Return) for step in flow.steps.values()):
            yield Fault(None, "steps", "a part never returns; give it a step of the kind return")
    elif flow.parameters:
        yield Fault(None, "parameters", f"are given to {_only(Role.PART)}")
    for name, step in flow.steps.items():
        match step:
            case GoBack() if flow.role is not Role.WAITING:
                yield Fault(name, "kind", f"`back` is for {_only(Role.WAITING)}")
            case Return() if flow.role is not Role.PART:
                yield Fault(name, "kind", f"`return` is for {_only(Role.PART)}")
            case AskCallback(queue=None) | LeaveVoicemail(queue=None) if (
                flow.role is not Role.WAITING
            ):
                yield Fault(
                    name, "queue", "is missing: only who leaves a queue has one; name the queue"
                )
            case _:
                pass


def _only(role: Role) -> str:
    return f'{_ONLY[role]} alone; give the flow role = "{role}", or take it out'


# -- what a step holds


def _bounds(flow: Flow, name: StepName, step: Step) -> Iterator[Fault]:
    match step:
        case Menu():
            yield from _keys(name, step.keys)
            yield from _asks(name, step.tries, step.timeout_seconds)
        case Question(style=Style.KEYS):
            yield from _keys(name, step.keys)
            yield from _asks(name, step.tries, step.timeout_seconds)
        case Digits():
            yield from _asks(name, step.tries, step.timeout_seconds)
            yield from _digits(name, step)
        case Branch():
            yield from cases(flow, name, step)
        case Request():
            if name not in flow.on_error:
                text = "is missing: a partner can always fail; say where the caller goes then"
                yield Fault(name, "on_error", text)
            if step.method == "GET" and step.body:
                text = 'is not sent with GET; set method = "POST", or take it out'
                yield Fault(name, "body", text)
        case _:
            pass


def _keys(name: StepName, keys: Mapping[str, StepName] | frozenset[str]) -> Iterator[Fault]:
    if not keys:
        yield Fault(name, "keys", "there is none; name at least one of 0 to 9, * and #")
    for key in sorted(set(keys) - _KEYS):
        yield Fault(name, f"keys.{key}", f"`{key}` is no key; take one of 0 to 9, * and #")


def _asks(name: StepName, tries: int, timeout_seconds: float) -> Iterator[Fault]:
    if tries < 1:
        yield Fault(name, "tries", "is less than 1; ask at least once")
    if timeout_seconds <= 0:
        yield Fault(name, "timeout_seconds", "is no time at all; wait for the caller")


def _digits(name: StepName, step: Digits) -> Iterator[Fault]:
    if step.length_min < 1:
        yield Fault(name, "length_min", "is less than 1; ask for at least one key")
    if step.length_min > step.length_max:
        text = "is more than `length_max`, so nothing is ever right; change one of them"
        yield Fault(name, "length_min", text)
    if step.terminator and step.terminator not in _KEYS:
        text = f"`{step.terminator}` is no key; take one of 0 to 9, * and #, or none"
        yield Fault(name, "terminator", text)
    try:
        re.compile(step.pattern)
    except re.error as error:
        yield Fault(name, "pattern", f"is no regular expression: {error}; mend it")


# -- parts


def _part(flow: Flow, name: StepName, step: RunPart, parts: Mapping[str, Flow]) -> Iterator[Fault]:
    part = parts.get(step.flow)
    if part is None:
        there = [other.name for other in parts.values() if other.role is Role.PART]
        yield Fault(name, "flow", no_such("part", step.flow, there))
        return
    if part.role is not Role.PART:
        text = f'`{step.flow}` is no part; give it role = "part", or run another'
        yield Fault(name, "flow", text)
    for language in flow.languages:
        if language not in part.languages:
            text = f"`{step.flow}` does not speak `{language}`; add that to its languages"
            yield Fault(name, "flow", text)
    for language in sorted(_chosen(part, parts, frozenset()) - set(flow.languages)):
        text = f"`{step.flow}` goes on in `{language}`; add that to the languages here"
        yield Fault(name, "flow", text)
    if circle := _circle(flow.name, step.flow, parts):
        text = f"parts run each other in a circle, {' → '.join(circle)}; take one of them out"
        yield Fault(name, "flow", text)


def _chosen(part: Flow, parts: Mapping[str, Flow], seen: frozenset[str]) -> set[str]:
    """The languages that the part may change to."""
    found: set[str] = set()
    for step in part.steps.values():
        match step:
            case SpeakLanguage(language=language):
                found.add(language)
            case RunPart(flow=other) if other in parts and other not in seen:
                found |= _chosen(parts[other], parts, seen | {part.name})
            case _:
                pass
    return found


def _circle(start: str, first: str, parts: Mapping[str, Flow]) -> list[str]:
    """The shortest way from the flow by this part back to itself; empty: there is none."""
    ahead = [[start, first]]
    seen = {first}
    for way in ahead:
        if way[-1] == start:
            return way
        part = parts.get(way[-1])
        steps = part.steps.values() if part is not None else ()
        for name in [step.flow for step in steps if isinstance(step, RunPart)]:
            if name not in seen:
                seen.add(name)
                ahead.append([*way, name])
    return []
