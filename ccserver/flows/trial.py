"""The tests of a flow: a rehearsal each, and what differs from what its author expects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ccserver.core.doings import ToCallback
from ccserver.core.flow import Flow, with_parts
from ccserver.core.ids import Prompt
from ccserver.flows.form import TestForm
from ccserver.flows.rehearse import Rehearsal, rehearse
from ccserver.flows.world import SILENCE, Given

_MONDAY = (2026, 3, 2, 10)
"""An ordinary Monday, 10:00: a test that says nothing is in office hours."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A test that was run."""

    test: TestForm
    rehearsal: Rehearsal
    differences: tuple[str, ...]
    """What is not as expected, in sentences; none: the test passes."""


def try_out(flow: Flow, test: TestForm, *, region: str = "CN") -> Trial:
    """Run one test. `region`: how a number without a country code is read (ISO 3166-1)."""
    given = given_by(flow, test, region=region)
    done = rehearse(flow, test.presses, given)
    return Trial(test, done, (*_pointless(flow, test), *_differences(test, done)))


def given_by(flow: Flow, test: TestForm, *, region: str = "CN") -> Given:
    """The world of a test."""
    at = test.at or usual_time(flow)
    return Given(
        at=at.timestamp(),
        caller=test.caller,
        language=test.language or "",
        customer=None if test.customer is None else test.customer.model_dump(mode="json"),
        facts=test.facts,
        replies=test.replies,
        fails=frozenset(test.fails),
        transfers=test.transfers,
        region=region,
    )


def usual_time(flow: Flow) -> datetime:
    """When a call is that does not say: a Monday at ten in the flow's zone."""
    return datetime(*_MONDAY, tzinfo=ZoneInfo(flow.zone))


def _pointless(flow: Flow, test: TestForm) -> Iterator[str]:
    """What the test says of a world that the flow cannot come to."""
    steps = {step for one in with_parts(flow) for step in one.steps}
    for field, names in (
        ("replies", test.replies),
        ("fails", test.fails),
        ("transfers", test.transfers),
    ):
        yield from (f"{field}: there is no step `{name}`" for name in names if name not in steps)
    for fact in test.facts:
        if fact.startswith("now."):
            yield f"facts: `{fact}` follows from `at`; set that"


def _differences(test: TestForm, done: Rehearsal) -> Iterator[str]:
    yield from _not_heard(test, done.heard)
    for prompt in test.hears_not:
        if prompt in done.heard:
            yield f"hears_not: `{prompt}` is heard"
    if test.language_after is not None and test.language_after != done.language:
        yield f"language_after: expected `{test.language_after}`, is `{done.language}`"
    yield from _unlike("attached", test.attached, done.attached)
    yield from _unlike("answers", test.answers, done.answers)
    calls_back = done.end.number if isinstance(done.end, ToCallback) else "nobody"
    if test.calls_back is not None and test.calls_back != calls_back:
        yield f"calls_back: expected `{test.calls_back}`, is `{calls_back}`"
    if test.ends is not None and test.ends not in _ends(done):
        why = f" ({done.failure})" if done.failure else ""
        yield f"ends: expected `{test.ends}`, ends `{done.ends}`{why}"
    if left := [keys for keys in done.left_over if keys != SILENCE]:
        yield f"keys: nobody asked for {', '.join(f'`{keys}`' for keys in left)}"


def _not_heard(test: TestForm, heard: tuple[Prompt, ...]) -> Iterator[str]:
    """The first of the prompts that does not come after the ones before it."""
    still = iter(heard)
    for place, prompt in enumerate(test.hears):
        if any(one == prompt for one in still):  # which takes all up to it
            continue
        after = f" after `{test.hears[place - 1]}`" if place else ""
        yield f"hears: `{prompt}` is not heard{after}; heard: {', '.join(heard) or 'nothing'}"
        return


def _unlike(field: str, expected: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    for name, value in expected.items():
        if name not in found:
            yield f"{field}: expected {name} = `{value}`, there is none"
        elif found[name] != value:
            yield f"{field}: expected {name} = `{value}`, is `{found[name]}`"


def _ends(done: Rehearsal) -> tuple[str, str]:
    """The end, and without the queue in which the caller waits already."""
    return done.ends, done.ends.partition(" ")[0]
