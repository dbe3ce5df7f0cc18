"""The part of a contact that a place is: what is shown while it lasts, and kept when it is over."""

from ccserver.core.commands import CallState, ShowCall
from ccserver.core.company import is_outside, parties_of
from ccserver.core.parties import Phase
from ccserver.core.places import (
    AwaitingCallback,
    Dialing,
    Fallback,
    InFlow,
    InQueue,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.records import SaveSegment, SegmentKind

Part = InFlow | InQueue | Talking | AwaitingCallback | Dialing

_PARTS = {
    InFlow: (CallState.IVR, SegmentKind.IVR),
    Waiting: (CallState.QUEUED, SegmentKind.QUEUE),
    Fallback: (CallState.FALLBACK, SegmentKind.QUEUE),
    Ringing: (CallState.OFFERED, SegmentKind.OFFER),
    Talking: (CallState.TALKING, SegmentKind.TALK),  # but see `_kind`
    AwaitingCallback: (CallState.CALLBACK, SegmentKind.CALLBACK),
    Dialing: (CallState.DIALING, SegmentKind.DIAL),
}
_ON_HOLD = {Phase.HOLD: SegmentKind.HOLD, Phase.CONSULT: SegmentKind.CONSULT}


def shown(place: Part) -> ShowCall:
    """What everyone is shown of the call."""
    call = place.call
    visit = call.visit
    talk = place if isinstance(place, Talking) else None
    tape = talk.tape if talk else None
    return ShowCall(
        contact=call.contact,
        state=_PARTS[type(place)][0],
        since=place.since,
        arrived_at=call.arrived_at,
        caller=call.caller,
        customer=call.customer.id if call.customer else "",
        tier=call.tier,
        value=call.value,
        queue=call.queue,
        agent=place.agent if isinstance(place, Ringing | Talking | Dialing) else None,
        place=place.place if isinstance(place, Waiting) else 0,
        wait_from_seconds=visit.band.from_seconds if visit else 0.0,
        wait_until_seconds=visit.band.until_seconds if visit else 0.0,
        phase=talk.phase if talk else None,
        parties=parties_of(talk) if talk else (),
        taping=talk.taping if talk else None,
        taped=tape is not None,
        paused_until=tape.paused_until if tape else None,
        direction=call.direction,
        disposition=call.disposition,
        campaign=call.campaign,
        visiting=visit is not None,
    )


def kept(place: Part, number: int, ended_at: float, outcome: str) -> SaveSegment:
    """What the history keeps of the part that has ended."""
    return SaveSegment(
        contact=place.call.contact,
        number=number,
        kind=_kind(place),
        queue=None if isinstance(place, InFlow) else place.queue,
        agent=place.agent if isinstance(place, Ringing | Talking | Dialing) else None,
        started_at=place.since,
        ended_at=ended_at,
        outcome=outcome,
    )


def _kind(place: Part) -> SegmentKind:
    if isinstance(place, Talking):
        if place.phase in _ON_HOLD:
            return _ON_HOLD[place.phase]
        if is_outside(place):
            return SegmentKind.OUTSIDE
    return _PARTS[type(place)][1]
