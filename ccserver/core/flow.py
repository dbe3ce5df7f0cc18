"""The language of flows: a flow with all that it needs. `ivr.py` walks it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from ccserver.core.ids import Queue, StepName
from ccserver.core.rules import Hours
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Digits,
    EnterQueue,
    FindRow,
    GoBack,
    GoodBye,
    Heard,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Spoken,
    Step,
    Text,
)

FACTS = frozenset(
    (
        *("customer.known", "customer.id", "customer.name", "customer.tier", "customer.value"),
        *("customer.language", "customer.region"),
        *(
            "caller.number",
            "caller.national",
            "caller.area_code",
            "caller.place",
            "caller.nuisance",
        ),
        *("now.date", "now.time", "now.weekday", "dialed", "language", "leave.key", "leave.queue"),
    )
)
"""What a flow can always read. `caller.national` is the number as it is dialled within its country,
`caller.place` where it is from, in English; `leave.…` is set for who pressed a key while waiting.
Those of a queue are `queue.<name>.<QUEUE_FACTS>`; those of whom a campaign has called `lead.name`
and `lead.<label>`, empty where the lead's record has none."""

QUEUE_FACTS = ("open", "waiting", "agents", "wait_seconds")
"""`open` is yes or no, `agents` those who are signed in for it, `wait_seconds` what a newcomer
would be promised, empty when nobody can say."""


class Role(StrEnum):
    """Who walks a flow."""

    HOTLINE = "hotline"
    """A caller who has just rung."""
    WAITING = "waiting"
    """A caller in a queue who pressed a key to leave it. He can be connected meanwhile."""
    SURVEY = "survey"
    """A caller whose agent has hung up, or who was called to be asked."""
    PART = "part"
    """A part of other flows, to which it returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisanceRules:
    """When a caller counts as a nuisance, beside those whose number is listed."""

    within_seconds: float = 600.0
    """How far the look goes back."""
    calls_max: int = 5
    """More short calls than this: `repeated`."""
    short_seconds: float = 15.0
    silent_max: int = 3
    """More calls than this without a single key: `silent`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the prefixes of the keys that it is for, and its columns."""

    prefixes: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A map of named steps and the one to start with, with all that they need."""

    name: str
    start: StepName
    steps: Mapping[StepName, Step]
    languages: tuple[str, ...]
    """Those that all prompts exist in. The first is spoken to callers of an unknown language."""
    operator: Queue
    """Where callers of a hotline go when the flow fails them. Other roles have none: who waits
    then waits on, who was to be asked is let go, and a part has that of the flow it belongs to."""
    version: int = 0
    """0: not published."""
    title: str = ""
    role: Role = Role.HOTLINE
    zone: str = "UTC"
    """IANA name: what `now.time` is told in."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Those that have a value from the start."""
    parameters: frozenset[str] = frozenset()
    """Those that the flow that this is a part of gives."""
    on_error: Mapping[StepName, StepName] = field(default_factory=dict)
    """Where a caller goes when the step fails him; none: to the operator."""
    nuisance: NuisanceRules = NuisanceRules()
    calendars: Mapping[str, Hours] = field(default_factory=dict)
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    parts: Mapping[str, "Flow"] = field(default_factory=dict)
    """The flows that this one runs, each with its own."""
    prompt_seconds_max: float = 60.0
    """No prompt of the flow is longer."""

    @cached_property
    def facts(self) -> Mapping[StepName, tuple[str, ...]]:
        """The facts that each step reads."""
        return {
            name: tuple(one for one in reads(step) if "." in one)
            for name, step in self.steps.items()
        }


def targets(flow: Flow, name: StepName) -> dict[str, StepName]:
    """Where a step can lead: how it is left -> the next step. None: it ends the walk."""
    found = dict(_targets(flow.steps[name]))
    if name in flow.on_error:
        found["error"] = flow.on_error[name]
    return found


def _targets(step: Step) -> Iterator[tuple[str, StepName]]:
    match step:
        case (
            Say() | SpeakLanguage() | Request() | SetValues() | AttachData() | OpenServiceTicket()
            | Question() | RunPart()
        ):  # fmt: skip
            yield "then", step.then
        case Menu():
            yield from ((f"key {key}", then) for key, then in step.keys.items())
            yield "otherwise", step.otherwise
            if step.silent is not None:
                yield "silent", step.silent
        case Digits():
            yield from (("then", step.then), ("otherwise", step.otherwise))
        case Branch():
            yield from ((f"case {place}", case.then) for place, case in enumerate(step.cases, 1))
            yield "otherwise", step.otherwise
        case OpeningHours():
            yield from (("open", step.open), ("closed", step.closed))
        case FindRow() | LookUpCustomer():
            yield from (("found", step.found), ("otherwise", step.otherwise))
        case CallOut() | AskCallback():
            yield "otherwise", step.otherwise
        case EnterQueue() | LeaveVoicemail() | GoBack() | Return() | GoodBye():
            pass


def plays(step: Step) -> Mapping[str, Heard]:
    """All that a step may play, by the key under which it stands."""
    match step:
        case Say(prompts=prompts) | Question(prompts=prompts):
            return {"prompts": prompts}
        case LeaveVoicemail(prompts=prompts) | GoodBye(prompts=prompts):
            return {"prompts": prompts}
        case Menu():
            return {"prompts": step.prompts, "wrong_key": step.wrong_key, "no_key": step.no_key}
        case Digits():
            return {"prompts": step.prompts, "wrong": step.wrong, "confirm": step.confirm}
        case _:
            return {}


def queues_of(flow: Flow) -> frozenset[Queue]:
    """The queues to which a flow leads, with all that it runs."""
    found = {flow.operator} if flow.role is Role.HOTLINE else set()
    for step in flow.steps.values():
        match step:
            case EnterQueue(queue=queue) | AskCallback(queue=queue) | LeaveVoicemail(queue=queue):
                found |= {queue} if queue is not None else set()
            case _:
                pass
    return frozenset(found.union(*map(queues_of, flow.parts.values())))


def used_queues(flows: Iterable[Flow]) -> dict[str, str]:
    """Every queue to which one of these leads, with the words for what does."""
    return {queue: f"the flow `{flow.name}`" for flow in flows for queue in queues_of(flow)}


def with_parts(flow: Flow) -> Iterator[Flow]:
    """The flow, its parts, and theirs."""
    yield flow
    for part in flow.parts.values():
        yield from with_parts(part)


def asks(flow: Flow, fact: str) -> bool:
    """Whether a flow, or a part of it, reads this fact."""
    return any(fact in facts for one in with_parts(flow) for facts in one.facts.values())


def heard(step: Step) -> Heard:
    """All that a step may play."""
    return tuple(part for what in plays(step).values() for part in what)


def texts(step: Step) -> Iterator[tuple[str, Text]]:
    """Each text that a step fills, with the key under which it stands."""
    for key, what in plays(step).items():
        yield from ((key, part.text) for part in what if isinstance(part, Spoken))
    yield from _written(step)


def _written(step: Step) -> Iterator[tuple[str, Text]]:
    """Those that nobody hears."""
    yield from _written_once(step)
    match step:
        case LookUpCustomer():
            every = (("number", step.number), ("customer", step.customer))
            yield from ((key, text) for key, text in every if text is not None)
        case Request():
            yield "path", step.path
            yield from _under("body", step.body)
        case SetValues(values=under) | RunPart(values=under):
            yield from _under("values", under)
        case AttachData(data=under):
            yield from _under("data", under)
        case OpenServiceTicket():
            yield from (("title", step.title), ("details", step.details))
        case _:
            pass


def _written_once(step: Step) -> Iterator[tuple[str, Text]]:
    """That of a step which has one."""
    match step:
        case FindRow(key=text):
            yield "key", text
        case CallOut(to=text):
            yield "to", text
        case EnterQueue(agent=text):
            yield "agent", text
        case AskCallback(number=text):
            yield "number", text
        case Question(value=text):
            yield "value", text
        case _:
            pass


def _under(key: str, every: Mapping[str, Text]) -> Iterator[tuple[str, Text]]:
    return ((f"{key}.{name}", text) for name, text in every.items())


def readings(step: Step) -> Iterator[tuple[str, str]]:
    """The names of the values that a step reads, each with the key under which it stands."""
    for key, text in texts(step):
        yield from ((key, name) for name in text.names)
    match step:
        case Branch():
            yield "on", step.on
        case OpeningHours():
            yield "calendar", "now.time"
        case _:
            pass


def reads(step: Step) -> Iterator[str]:
    """The names of the values that a step reads."""
    return (name for _, name in readings(step))


def writes(step: Step) -> Mapping[str, frozenset[str]]:
    """The variables that a step sets: how it is left -> their names."""
    match step:
        case Digits(into=into):
            return {"then": frozenset((into,))}
        case OpenServiceTicket(into=into) | Question(into=into):
            return {"then": frozenset((into,) if into else ())}
        case FindRow(into=names):
            return {"found": frozenset(names)}
        case Request(into=names) | RunPart(into=names):
            return {"then": frozenset(names)}
        case SetValues(values=texts):
            return {"then": frozenset(texts)}
        case _:
            return {}
