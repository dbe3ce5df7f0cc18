"""Every way of a walk, gone by brute force: what a flow does, without looking at how it is checked.

The walk is driven from the start again and again, each time with one more answer. Where it comes to
a step in a state that was seen, with the same variables set, it goes on as it did then.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from ccserver.core.doings import (
    About,
    Answer,
    Answered,
    Ask,
    AskDigits,
    Doing,
    Enter,
    Failed,
    Fetch,
    FindCustomer,
    Learn,
    OpenTicket,
    Play,
    ReadNumber,
    Record,
    ToQueue,
    Transfer,
)
from ccserver.core.flow import Flow
from ccserver.core.ivr import STEPS_MAX, walk
from ccserver.core.steps import (
    Branch,
    Digits,
    FindRow,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    SetValues,
    Step,
    Text,
)
from tests.flows.random_flows import CLOSED, OPEN, OPERATOR

FAILED = Failed("by chance")
SPOKEN = {"language": "zh"}
"""Nobody is asked who calls before the first word, which would be a state of its own."""
_ALWAYS = frozenset(("language", "dialed"))


@dataclass(frozen=True)
class Frame:
    """A flow that is being walked: where, and which variables are set."""

    flow: str
    step: str
    set: frozenset[str]


State = tuple[Frame, ...]
"""The flow and the parts in it, the innermost last."""


@dataclass
class Seen:
    """What came to light."""

    steps: set[tuple[str, str]] = field(default_factory=set)
    raised: bool = False
    unset: set[tuple[str, str, str]] = field(default_factory=set)
    """Flow, step, and the variable that it reads though it may not be set."""
    ends: set[State] = field(default_factory=set)
    onward: dict[State, set[State]] = field(default_factory=dict)
    unasked: dict[State, dict[State, tuple[Answer, ...]]] = field(default_factory=dict)
    """Ways on which nobody waits for the caller, with the answers that make them."""
    scripts: dict[State, tuple[Answer, ...]] = field(default_factory=dict)
    """How to come to a state."""

    @property
    def stuck(self) -> set[State]:
        """States from which no end can be reached."""
        saved = set(self.ends)
        while more := {s for s, thens in self.onward.items() if s not in saved and thens & saved}:
            saved |= more
        return set(self.onward) - saved

    @property
    def round(self) -> list[State]:
        """A circle in which nobody waits for the caller; empty: none."""
        for start in self.unasked:
            came: dict[State, State] = {}
            ahead = [start]
            for state in ahead:
                for then in self.unasked.get(state, ()):
                    if then not in came:
                        came[then] = state
                        ahead.append(then)
            if start in came:
                way = [came[start]]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
        return []

    @property
    def kinds(self) -> set[str]:
        """What is wrong, in words."""
        wrong = {
            "missing": self.raised,
            "unset": bool(self.unset),
            "stuck": bool(self.stuck),
            "round": bool(self.round),
        }
        return {kind for kind, is_so in wrong.items() if is_so}


def explore(flow: Flow) -> Seen:
    """Go every way."""
    seen = Seen()
    ahead: list[tuple[Answer, ...]] = [()]
    while ahead:
        script = ahead.pop()
        ahead += _one_more(flow, script, seen)
    return seen


def goes_for_ever(flow: Flow, seen: Seen) -> bool:
    """Whether the walk goes round on this circle until its last guard ends it."""
    way = seen.round
    answers = list(seen.scripts[way[0]])
    for _ in range(STEPS_MAX):
        for state, then in zip(way, [*way[1:], way[0]], strict=True):
            answers += seen.unasked[state][then]
    walking = walk(flow, SPOKEN)
    entered = 0
    given: Answer = None
    try:
        for answer in answers:
            entered += isinstance(walking.send(given), Enter)
            given = answer
        walking.send(given)
    except StopIteration as stop:
        return entered == STEPS_MAX and stop.value == ToQueue(queue=OPERATOR)
    return False


def _one_more(flow: Flow, script: tuple[Answer, ...], seen: Seen) -> Iterator[tuple[Answer, ...]]:
    """Drive the walk by a script, note what is new, and give the scripts that go on from there."""
    walking = walk(flow, SPOKEN)
    known = {flow.name: flow}
    state: State = ()
    since: list[Answer] = []
    waited = False
    given: Answer = None
    try:
        for answer in script:
            doing = walking.send(given)
            if isinstance(doing, Enter):
                state, since, waited = _entered(state, doing, known), [], False
            waited = waited or (isinstance(doing, Ask | AskDigits | Record) and answer != FAILED)
            since.append(answer)
            given = answer
        doing = walking.send(given)
    except StopIteration as stop:
        if stop.value != ToQueue(queue=OPERATOR):
            seen.ends.add(state)
        return
    except KeyError:
        seen.raised = True
        return
    if isinstance(doing, Enter):
        before, state = state, _entered(state, doing, known)
        new = state not in seen.scripts
        _note(before, state, known, seen)
        if before and not waited:
            seen.unasked.setdefault(before, {}).setdefault(state, tuple(since))
        if not new:
            return
        seen.scripts[state] = script
    yield from ((*script, answer) for answer in _answers(doing))


def _note(before: State, state: State, known: Mapping[str, Flow], seen: Seen) -> None:
    if before:
        seen.onward.setdefault(before, set()).add(state)
    seen.onward.setdefault(state, set())
    top = state[-1]
    seen.steps.add((top.flow, top.step))
    step = known[top.flow].steps[top.step]  # type: ignore[index]  # a step's name
    unset = _names_in(step) - top.set - _ALWAYS
    seen.unset |= {(top.flow, top.step, variable) for variable in unset}


_FREE = {"queue.sales.open": "yes", "queue.sales.waiting": "1"}
_BUSY = {"queue.sales.open": "no", "queue.sales.waiting": "2"}
_ANSWERS: dict[type[Doing], tuple[Answer, ...]] = {
    Play: (None, FAILED),
    Ask: ("1", "2", "9", "", FAILED),
    AskDigits: ("12", "1", FAILED),
    Record: ("file", "", FAILED),
    Transfer: ("answered", "busy", FAILED),
    FindCustomer: ({"customer.id": "7"}, None, FAILED),
    ReadNumber: ("+8613800138000", "", FAILED),
    Fetch: (Answered({"a": 1}), FAILED),
    OpenTicket: ("T1", FAILED),
}


def _answers(doing: Doing) -> tuple[Answer, ...]:
    """All that the world can say."""
    if isinstance(doing, Learn):
        if doing.about is About.NOW:
            return ({"now.epoch": OPEN}, {"now.epoch": CLOSED}, FAILED)
        return (_FREE, _BUSY, FAILED)
    return _ANSWERS.get(type(doing), (None,))


# -- which variables are set, by another road than the walk's and the checker's


def _entered(state: State, doing: Enter, known: dict[str, Flow]) -> State:
    if not state:
        return (Frame(doing.flow, doing.step, frozenset(known[doing.flow].variables)),)
    top = state[-1]
    if not doing.came:
        run = known[top.flow].steps[top.step]  # type: ignore[index]  # a step's name
        assert isinstance(run, RunPart)
        part = known[doing.flow] = known[top.flow].parts[doing.flow]
        return (*state, Frame(doing.flow, doing.step, frozenset((*part.variables, *run.values))))
    if isinstance(known[top.flow].steps[top.step], Return):  # type: ignore[index]  # as above
        state, top = state[:-1], state[-2]
    new = _set_by(known[top.flow].steps[top.step], doing.came)  # type: ignore[index]  # as above
    return (*state[:-1], Frame(doing.flow, doing.step, top.set | new))


def _set_by(step: Step, came: str) -> frozenset[str]:
    match step, came:
        case Digits(into=name) | OpenServiceTicket(into=name) | Question(into=name), "then":
            return frozenset((name,)) - {""}
        case FindRow(into=names), "found":
            return frozenset(names)
        case Request(into=names) | RunPart(into=names), "then":
            return frozenset(names)
        case SetValues(values=texts), "then":
            return frozenset(texts)
        case _:
            return frozenset()


def _names_in(value: object) -> frozenset[str]:
    """The variables in all texts that are anywhere in a step."""
    if isinstance(value, Text):
        written = "".join(f"{{{p}}}" if n % 2 else p for n, p in enumerate(value.parts))
        return frozenset(re.findall(r"\{([a-z_]+)\}", written))
    if isinstance(value, Branch):
        return frozenset((value.on,)) if "." not in value.on else frozenset()
    inner: list[object] = []
    if is_dataclass(value):
        inner = [getattr(value, one.name) for one in fields(value)]
    elif isinstance(value, Mapping):
        inner = list(value.values())
    elif isinstance(value, tuple):
        inner = list(value)
    return frozenset[str]().union(*map(_names_in, inner))
