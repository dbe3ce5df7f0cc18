"""The checker and the walk agree: a flow without faults never fails a caller, and only such."""

from collections.abc import Iterable

from hypothesis import event, given

from ccserver.core.flow import Flow
from ccserver.core.flow_check import Fault, faults
from ccserver.core.steps import Return
from tests.flows.every_way import Seen, explore, goes_for_ever
from tests.flows.random_flows import flows

_SAID = {
    "there is no step": "missing",
    "nothing leads here": "unreached",
    "no way leads from here": "stuck",
    "goes round": "round",
    "is not set": "unset",
    "there is no value": "unset",
}


def kinds(found: Iterable[Fault]) -> set[str]:
    """What the faults are about. Each must be of a known kind."""
    every = [{kind for said, kind in _SAID.items() if said in fault.text} for fault in found]
    assert all(len(one) == 1 for one in every)
    return set[str]().union(*every)


def all_parts(flow: Flow) -> list[Flow]:
    return [one for part in flow.parts.values() for one in (part, *all_parts(part))]


@given(flows())
def test_a_flow_has_no_fault_exactly_if_no_way_through_it_goes_wrong(flow: Flow) -> None:
    known = {one.name: one for one in (flow, *all_parts(flow))}
    found = [fault for one in known.values() for fault in faults(one)]
    told = kinds(found)
    seen = explore(flow)
    walked = {(one.name, str(name)) for one in known.values() for name in one.steps}
    event("whole" if not found else "broken")
    event(f"{len(flow.parts)} parts")
    wrong = seen.kinds | ({"unreached"} if walked - seen.steps else set())
    assert bool(told) == bool(wrong), (told, wrong)
    if not told & {"missing", "unreached"}:
        assert told == wrong
    if seen.round:
        assert goes_for_ever(flow, seen)


def come_back(flow: Flow, seen: Seen) -> bool:
    """Whether all that lead into a part lead out of it: else all behind it would seem unseen."""
    return not seen.raised and all(
        any((part.name, str(n)) in seen.steps for n, one in part.steps.items() if one == Return())
        for part in all_parts(flow)
    )


@given(flows())
def test_exactly_the_steps_that_no_way_leads_to_are_told(flow: Flow) -> None:
    told = {fault.step for fault in faults(flow) if "nothing leads here" in fault.text}
    seen = explore(flow)
    if flow.start in flow.steps and come_back(flow, seen):
        assert told == {name for name in flow.steps if (flow.name, str(name)) not in seen.steps}


@given(flows())
def test_exactly_the_values_that_may_not_be_set_are_told(flow: Flow) -> None:
    told = {
        (one.name, str(fault.step), fault.text.split("`")[1])
        for one in (flow, *all_parts(flow))
        for fault in faults(one)
        if kinds([fault]) == {"unset"}
    }
    seen = explore(flow)
    if come_back(flow, seen):
        assert told == seen.unset
