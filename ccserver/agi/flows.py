"""Flows out of TOML files. Every error names the file, the step, and what to do about it."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from ccserver.core.ids import AgentId, Prompt, Queue, StepName
from ccserver.core.ivr import Branch, Flow, GoodBye, Menu, Say, Speak, Step, ToQueue, Trait
from ccserver.core.value import Tier

NOT_FLOWS = frozenset({"prompts.toml", "words.toml"})
"""Files in the flows' folder that hold something else."""


class FlowError(Exception):
    """A flow file that cannot be used as it is."""


# -- the file's form

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
_Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
_Prompts = Annotated[list[_Name], Field(min_length=1, max_length=10)]


class _Form(BaseModel, extra="forbid"):
    """A key that is not known is a spelling mistake, not a wish."""


class _Say(_Form):
    kind: Literal["say"]
    prompts: _Prompts
    then: _Name
    barge_in: bool = True


class _Menu(_Form):
    kind: Literal["menu"]
    prompts: _Prompts
    keys: Annotated[dict[_Key, _Name], Field(min_length=1)]
    otherwise: _Name
    timeout_seconds: float = Field(5.0, ge=1, le=60)
    tries: int = Field(3, ge=1, le=5)
    wrong_key: list[_Name] = []
    no_key: list[_Name] = []


class _Branch(_Form):
    kind: Literal["branch"]
    on: Trait
    cases: Annotated[dict[str, _Name], Field(min_length=1)]
    otherwise: _Name


class _Speak(_Form):
    kind: Literal["language"]
    language: _Language
    then: _Name


class _Queue(_Form):
    kind: Literal["queue"]
    queue: str
    agent: str = ""
    """The log-in of the one agent whom callers of this step ask for."""


class _GoodBye(_Form):
    kind: Literal["goodbye"]


_Step = Annotated[_Say | _Menu | _Branch | _Speak | _Queue | _GoodBye, Field(discriminator="kind")]


class _File(_Form):
    start: _Name
    languages: Annotated[list[_Language], Field(min_length=1)]
    operator: str
    prompt_seconds_max: float = Field(60.0, gt=0, le=600)
    steps: Annotated[dict[_Name, _Step], Field(min_length=1)]


# -- reading


def load(folder: Path, *, queues: Collection[str] | None = None) -> dict[str, Flow]:
    """All flows of a folder by their file's name. Raises FlowError, which lists every fault.

    Without `queues` it is left to `require_queues` whether they exist.
    """
    paths = sorted(path for path in folder.glob("*.toml") if path.name not in NOT_FLOWS)
    if not paths:
        raise FlowError(f"{folder}: no flow here; put at least one <name>.toml into it")
    return {path.stem: read(path, queues=queues) for path in paths}


def read(path: Path, *, queues: Collection[str] | None = None) -> Flow:
    """One flow. Raises FlowError, which lists every fault of the file."""
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FlowError(f"{path}: not TOML: {error}; mend that line") from error
    except ValidationError as error:
        raise FlowError("\n".join(f"{path}: {fault}" for fault in _faults_of(error))) from error
    steps = {StepName(name): _step(step) for name, step in file.steps.items()}
    flow = Flow(
        name=path.stem,
        start=StepName(file.start),
        steps=steps,
        languages=tuple(file.languages),
        operator=Queue(file.operator),
        prompt_seconds_max=file.prompt_seconds_max,
    )
    faults = list(_check(flow))
    if queues is not None:
        faults += _check_queues(flow, queues)
    if faults:
        raise FlowError("\n".join(f"{path}: {fault}" for fault in faults))
    return flow


def require_queues(flows: Mapping[str, Flow], queues: Collection[str]) -> None:
    """Raise FlowError when a flow leads to a queue that is not configured."""
    faults = [
        f"flow `{name}`: {fault}"
        for name, flow in flows.items()
        for fault in _check_queues(flow, queues)
    ]
    if faults:
        raise FlowError("\n".join(faults))


def used_queues(flows: Mapping[str, Flow]) -> dict[str, str]:
    """Every queue that a flow leads to, with the words for what does."""
    return {
        queue: f"the flow `{name}`" for name, flow in flows.items() for queue in _queues_of(flow)
    }


def prompts_of(flow: Flow) -> frozenset[Prompt]:
    """Every prompt that the flow may play. Each must exist in each of its languages."""
    found: set[Prompt] = set()
    for step in flow.steps.values():
        if isinstance(step, Say | Menu):
            found.update(step.prompts)
        if isinstance(step, Menu):
            found.update(step.wrong_key, step.no_key)
    return frozenset(found)


def _step(form: _Say | _Menu | _Branch | _Speak | _Queue | _GoodBye) -> Step:
    match form:
        case _Say():
            return Say(
                prompts=_prompts(form.prompts), then=StepName(form.then), barge_in=form.barge_in
            )
        case _Menu():
            return Menu(
                prompts=_prompts(form.prompts),
                keys=_targets(form.keys),
                otherwise=StepName(form.otherwise),
                timeout_seconds=form.timeout_seconds,
                tries=form.tries,
                wrong_key=_prompts(form.wrong_key),
                no_key=_prompts(form.no_key),
            )
        case _Branch():
            return Branch(
                on=form.on, cases=_targets(form.cases), otherwise=StepName(form.otherwise)
            )
        case _Speak():
            return Speak(language=form.language, then=StepName(form.then))
        case _Queue():
            agent = AgentId(form.agent) if form.agent else None
            return ToQueue(queue=Queue(form.queue), agent=agent)
        case _GoodBye():
            return GoodBye()


def _prompts(names: Iterable[str]) -> tuple[Prompt, ...]:
    return tuple(map(Prompt, names))


def _targets(names: Mapping[str, str]) -> dict[str, StepName]:
    return {key: StepName(name) for key, name in names.items()}


# -- checking


def _faults_of(error: ValidationError) -> Iterator[str]:
    """pydantic's faults in the words of the file."""
    for fault in error.errors(include_url=False):
        where = [str(part) for part in fault["loc"]]
        if where[:1] == ["steps"] and len(where) > 1:
            # After the step's name stands its kind, which the file's author need not read twice.
            rest = ".".join(where[3:])
            place = f"step `{where[1]}`" + (f", `{rest}`" if rest else "")
        else:
            place = f"`{'.'.join(where)}`"
        match fault["type"]:
            case "missing":
                advice = "is missing; add it"
            case "extra_forbidden":
                advice = "is not known here; take it out or mend its spelling"
            case _:
                advice = f"{fault['msg']}; it is now {str(fault['input'])[:60]!r}, change it"
        yield f"{place}: {advice}"


def _queues_of(flow: Flow) -> set[str]:
    led_to = {step.queue for step in flow.steps.values() if isinstance(step, ToQueue)}
    return {flow.operator, *led_to}


def _check_queues(flow: Flow, queues: Collection[str]) -> Iterator[str]:
    """Queues that are not there."""
    known = ", ".join(sorted(queues))
    if flow.operator not in queues:
        yield f"`operator`: there is no queue `{flow.operator}`; take one of: {known}"
    for name, step in flow.steps.items():
        if isinstance(step, ToQueue) and step.queue not in queues:
            yield f"step `{name}`: there is no queue `{step.queue}`; take one of: {known}"


def _check(flow: Flow) -> Iterator[str]:
    """What is well-formed and still cannot work."""
    if flow.start not in flow.steps:
        yield f"`start`: there is no step `{flow.start}`; name one that exists"
    for name, step in flow.steps.items():
        for target in _leads_to(step):
            if target not in flow.steps:
                yield f"step `{name}`: leads to `{target}`; add that step or name another"
        match step:
            case Speak(language=language) if language not in flow.languages:
                yield f"step `{name}`: `{language}` is not in `languages`; add it there"
            case Branch():
                yield from _check_branch(flow, name, step)
            case _:
                pass
    for name in sorted(flow.steps.keys() - _reachable(flow)):
        yield f"step `{name}`: nothing leads here; link it or take it out"


def _check_branch(flow: Flow, name: StepName, branch: Branch) -> Iterator[str]:
    possible = _possible(flow, branch.on)
    for case in sorted(branch.cases.keys() - set(possible)):
        yield f"step `{name}`: `{branch.on}` is never `{case}`; take one of: {', '.join(possible)}"


def _possible(flow: Flow, on: Trait) -> Sequence[str]:
    match on:
        case Trait.TIER:
            return list(Tier)
        case Trait.LANGUAGE:
            return flow.languages
        case Trait.KNOWN:
            return ["yes", "no"]


def _leads_to(step: Step) -> Iterable[StepName]:
    match step:
        case Say() | Speak():
            return [step.then]
        case Menu():
            return [*step.keys.values(), step.otherwise]
        case Branch():
            return [*step.cases.values(), step.otherwise]
        case ToQueue() | GoodBye():
            return []


def _reachable(flow: Flow) -> set[StepName]:
    found: set[StepName] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name in flow.steps and name not in found:
            found.add(name)
            ahead.extend(_leads_to(flow.steps[name]))
    return found
