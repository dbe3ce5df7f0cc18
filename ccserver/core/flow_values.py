"""The values in a flow: read before they are set, told though they are secret, given to parts."""

from collections.abc import Iterator, Mapping

from ccserver.core.flow import FACTS, Flow, readings, targets, writes
from ccserver.core.flow_known import Fault, no_such
from ccserver.core.ids import StepName
from ccserver.core.steps import (
    Branch,
    Digits,
    FindRow,
    LookUpCustomer,
    Menu,
    Question,
    Request,
    RunPart,
    Say,
    Style,
)


def values(flow: Flow, parts: Mapping[str, Flow]) -> Iterator[Fault]:
    """Variables that cannot be as they are. `parts`: all flows by name."""
    yield from _named_like_facts(flow)
    if flow.start in flow.steps:
        yield from _unset(flow)
    yield from _secrets(flow, parts)
    for name, step in flow.steps.items():
        if isinstance(step, RunPart) and step.flow in parts:
            yield from _given(name, step, parts[step.flow])


def written(flow: Flow) -> frozenset[str]:
    """Every variable that the flow may set, or has from the start."""
    found = frozenset(flow.variables) | flow.parameters
    return found.union(*(one for step in flow.steps.values() for one in writes(step).values()))


def _named_like_facts(flow: Flow) -> Iterator[Fault]:
    for variable in sorted(written(flow) & FACTS):
        where = [name for name, step in flow.steps.items() if variable in _written_by(flow, name)]
        text = f"`{variable}` is a fact's name; give the variable another"
        yield Fault(where[0] if where else None, "" if where else "variables", text)


def _written_by(flow: Flow, name: StepName) -> frozenset[str]:
    return frozenset[str]().union(*writes(flow.steps[name]).values())


# -- set before they are read


def _unset(flow: Flow) -> Iterator[Fault]:
    before = _set_before(flow)
    anywhere = written(flow)
    for name, here in before.items():
        step = flow.steps[name]
        told: set[str] = set()
        for key, value in readings(step):
            own = isinstance(step, Digits) and key == "confirm" and value == step.into
            if "." in value or value in FACTS or value in here or value in told or own:
                continue
            told.add(value)
            if value not in anywhere:
                yield Fault(name, key, no_such("value", value, anywhere | FACTS))
            else:
                yield Fault(name, key, f"`{value}` {_lacks(flow, before, name, value)}")


def _set_before(flow: Flow) -> dict[StepName, frozenset[str]]:
    """Each step that a caller can come to, with the variables that are then set on every way."""
    found = {flow.start: frozenset(flow.variables) | flow.parameters}
    ahead = [flow.start]
    for name in ahead:
        for came, then in targets(flow, name).items():
            after = found[name] | writes(flow.steps[name]).get(came, frozenset())
            both = found.get(then, after) & after
            if then in flow.steps and both != found.get(then):
                found[then] = both
                ahead.append(then)
    return found


def _lacks(
    flow: Flow, before: Mapping[StepName, frozenset[str]], name: StepName, value: str
) -> str:
    """On which way the value is not set."""
    mend = "set it on that way too, or give it a value under [variables]"
    for other, here in before.items():
        for came, then in targets(flow, other).items():
            after = here | writes(flow.steps[other]).get(came, frozenset())
            if then == name and value not in after:
                return f"is not set for who comes here from `{other}` ({came}); {mend}"
    return f"is not set where the flow begins; {mend}"


# -- secrets


_MAY_READ = (Request, LookUpCustomer, FindRow, Branch)
"""Steps that keep a secret: they only compare, or ask who must know."""


def secrets(flow: Flow, parts: Mapping[str, Flow], seen: frozenset[str] = frozenset()) -> set[str]:
    """The variables that are secret: keyed in so, or taken from a part that asks so."""
    found: set[str] = set()
    for step in flow.steps.values():
        match step:
            case Digits(secret=True, into=into):
                found.add(into)
            case RunPart(flow=other, into=names) if other in parts and other not in seen:
                inner = secrets(parts[other], parts, seen | {flow.name})
                found |= {variable for variable, of in names.items() if of in inner}
            case _:
                pass
    return found


def _secrets(flow: Flow, parts: Mapping[str, Flow]) -> Iterator[Fault]:
    hidden = secrets(flow, parts)
    for name, step in flow.steps.items():
        if isinstance(step, Digits) and step.into in hidden and not step.secret:
            yield Fault(
                name,
                "secret",
                f"`{step.into}` is secret elsewhere; set secret = true here too,"
                " or take another variable",
            )
        if not isinstance(step, _MAY_READ):
            for key, value in dict.fromkeys(readings(step)):
                if value in hidden:
                    yield Fault(
                        name,
                        key,
                        f"`{value}` is secret, and would be heard, copied, stored or shown;"
                        " read it only in http, lookup, table and branch",
                    )
        if isinstance(step, Say) and step.barge_in:
            yield from _overheard(flow, name)


def _overheard(flow: Flow, name: StepName) -> Iterator[Fault]:
    """A key that ends a prompt is kept as one of that step, though it begins a secret."""
    ahead = [name]
    for one in ahead:
        for then in targets(flow, one).values():
            step = flow.steps.get(then)
            if isinstance(step, Digits) and step.secret:
                text = f"a key that ends it is the first of the secret `{step.into}`; set it false"
                yield Fault(name, "barge_in", text)
                return
            asks = isinstance(step, Menu | Digits | RunPart) or (
                isinstance(step, Question) and step.style is not Style.VALUE
            )
            if step is not None and not asks and then not in ahead:
                ahead.append(then)


# -- parts


def _given(name: StepName, step: RunPart, part: Flow) -> Iterator[Fault]:
    for parameter in sorted(part.parameters - step.values.keys()):
        text = f"the part `{part.name}` needs a value for `{parameter}`; give it one"
        yield Fault(name, "values", text)
    for parameter in step.values:
        if parameter not in part.parameters:
            yield Fault(
                name, f"values.{parameter}", no_such("parameter", parameter, part.parameters)
            )
    there = written(part)
    for variable, of in step.into.items():
        if of not in there:
            yield Fault(name, f"into.{variable}", f"in `{part.name}` {no_such('value', of, there)}")
