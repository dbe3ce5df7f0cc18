"""Cases of a branch that can never hold."""

from collections.abc import Iterator

from ccserver.core.conditions import holds
from ccserver.core.flow import Flow
from ccserver.core.flow_known import Fault, no_such
from ccserver.core.ids import StepName
from ccserver.core.ivr import WEEKDAYS
from ccserver.core.steps import Branch, Case
from ccserver.core.value import Tier

_YES_NO = ("yes", "no")
_CLOSED = {
    "customer.tier": ("", *Tier),
    "customer.known": _YES_NO,
    "caller.nuisance": ("", "listed", "repeated", "silent"),
    "now.weekday": WEEKDAYS,
}


def cases(flow: Flow, name: StepName, branch: Branch) -> Iterator[Fault]:
    """Those that have no condition, or too many, or that no value comes to."""
    possible = possible_values(flow, branch.on)
    left = set(possible)
    taken: set[str] = set()
    for place, case in enumerate(branch.cases):
        key = f"cases.{place}"
        held = {value for value in left if holds(case, value)}
        if _conditions(case) != 1:
            text = f"has {_conditions(case) or 'no'} conditions; take exactly one"
            yield Fault(name, key, text)
        elif possible and (unknown := sorted(case.one_of - set(possible))):
            for value in unknown:
                yield Fault(
                    name, f"{key}.is", f"`{branch.on}`: {no_such('value', value, possible)}"
                )
        elif possible and not held:
            text = f"never holds: `{branch.on}` is one of {_listed(possible)}, less those before"
            yield Fault(name, key, f"{text}; change it or take it out")
        elif case.one_of and case.one_of <= taken:
            text = "never holds: a case before takes all of its values; take it out"
            yield Fault(name, key, text)
        left -= held
        taken |= case.one_of


def possible_values(flow: Flow, on: str) -> tuple[str, ...]:
    """All that the value can be; none: anything."""
    if on == "language":
        return flow.languages
    if on.startswith("queue.") and on.endswith(".open"):
        return _YES_NO
    return _CLOSED.get(on, ())


def _conditions(case: Case) -> int:
    in_range = case.at_least is not None or case.below is not None
    return sum(map(bool, (case.one_of, case.starts_with, in_range, case.between)))


def _listed(possible: tuple[str, ...]) -> str:
    return ", ".join(value or "empty" for value in possible)
