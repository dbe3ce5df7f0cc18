"""Walks through flows: each begins once, ends once, and says how it was left."""

from ccserver.core.events import StepEntered
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    InFlow,
    Place,
    Ringing,
    Talking,
    Waiting,
    Walk,
)
from ccserver.core.quick import replace
from ccserver.core.records import SaveWalk

STEPS_KEPT = 200
"""A walk that went on for longer is cut there: it stands with exactly so many steps."""


def begins_walk(walk: Walk, event: StepEntered) -> bool:
    """Whether this is the first step of another walk: that of a part is not."""
    return not event.came and event.flow == walk.flow


def begin_walk(call: Call, event: StepEntered, now: float) -> Call:
    """The caller comes to a flow's first step."""
    walk = Walk(
        number=call.walks + 1,
        flow=event.flow,
        version=event.version,
        steps=((event.step, now, event.came),),
    )
    return replace(call, walks=walk.number, walk=walk)


def go_on(walk: Walk, event: StepEntered, now: float) -> Walk:
    """The caller comes to the next step, of the flow or of a part of it."""
    if len(walk.steps) >= STEPS_KEPT:
        return walk
    step = event.step if event.flow == walk.flow else f"{event.flow}.{event.step}"
    return replace(walk, steps=(*walk.steps, (step, now, event.came)))


def left_by(place: Place, to: Place) -> str:
    """How a walk was left whose caller goes there, when nobody has told; empty: it was not."""
    match to:
        case Talking():
            return "connected"
        case AwaitingCallback():
            return "callback"
        case Waiting() if isinstance(place, InFlow):
            return "queued"
        case InFlow() | Waiting() | Ringing():
            return ""
        case _:
            return "hung_up"


def walk_ended(call: Call, walk: Walk, at: float, how: str) -> SaveWalk:
    """What is kept of a walk that has ended."""
    return SaveWalk(
        contact=call.contact,
        number=walk.number,
        flow=walk.flow,
        version=walk.version,
        began_at=walk.steps[0][1],
        # The switch may tell later of a talk that began before our last step.
        ended_at=max(at, walk.steps[-1][1]),
        how=how,
        steps=walk.steps,
    )
