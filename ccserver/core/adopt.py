"""Making the center agree with the switch: after a start, a restart, a lost link, or a doubt.

The switch is right about where a call is; we are right about what was decided since we asked.
"""

from collections.abc import Mapping

from ccserver.core.agents import Roster
from ccserver.core.callbacks import Callbacks
from ccserver.core.calls import Calls
from ccserver.core.claim import Wish
from ccserver.core.company import agents_of, answered
from ccserver.core.events import AsteriskSeen
from ccserver.core.found_talks import FoundTalks
from ccserver.core.ids import ContactId, CustomerId, LegId, Phone
from ccserver.core.outbound import LEG
from ccserver.core.pairing import Pairing
from ccserver.core.places import (
    AwaitingCallback,
    Call,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.places import Place as At
from ccserver.core.quick import replace
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket
from ccserver.core.site import OpenContact
from ccserver.core.tapes import Tapes
from ccserver.core.value import Customer
from ccserver.core.work import Offered, OnCall

SETTLING_SECONDS = 1.0
"""An order given so shortly before we asked may not have been carried out in what we see."""


def adopt(
    now: float,
    seen: AsteriskSeen,
    calls: Calls,
    roster: Roster,
    pairing: Pairing,
    callbacks: Callbacks,
    found_talks: FoundTalks,
    tapes: Tapes,
    remembered: Mapping[LegId, OpenContact],
) -> None:
    """Forget the calls that are gone, take over those that are there, free who has none."""
    for agent in list(roster.all()):
        roster.reach(now, agent.profile.phone, agent.profile.phone in seen.phones)
    missing = {known.contact: known for known in remembered.values()}
    for found in seen.calls:
        _find_called(now, found, calls, callbacks)
        known = missing.get(found.contact or ContactId(""))
        if known is None and (on_leg := remembered.get(found.leg)) is not None:
            known = missing.get(on_leg.contact)
        place = _place_of(found, calls, known)
        if place is not None:
            missing.pop(place.call.contact, None)
            if _newer(place, seen.asked_at):
                continue
            if isinstance(place, Dialing):
                _agree_on_dialing(now, place, found, callbacks)
            elif isinstance(place, InFlow) and found.place is Place.DIALING:
                # An agent had dialed, and whom the last run kept for it, no one knows.
                pairing.give_up(now, place, "lost_agent")
            else:
                known_tape = place.tape if isinstance(place, Talking) else None
                _agree(now, place, found, calls, roster, pairing, found_talks)
                tapes.agree(now, found, known=known_tape)
    there = {found.leg for found in seen.calls if found.place is not Place.ENDED}
    _forget_the_gone(now, there, calls, pairing, callbacks, seen.asked_at)
    for known in missing.values():
        calls.close_remembered(known)
    _free_the_idle(now, calls, roster, pairing)
    for place in calls.all():
        pairing.watch(now, place)


def _find_called(now: float, found: SeenCall, calls: Calls, callbacks: Callbacks) -> None:
    """The last run had called a customer, whose phone rings, or who is on the line now."""
    place = calls.get(found.contact) if found.contact else None
    if not isinstance(place, AwaitingCallback) or not found.leg.startswith(LEG):
        return
    if found.place is Place.DIALING:
        callbacks.found_dialing(now, place, found.leg)
    elif found.place not in (Place.ENDED, Place.FLOW):
        callbacks.found(now, place, found.leg)


def _newer(place: At, asked_at: float) -> bool:
    """Whether we know more about the call than the switch could show."""
    if isinstance(place, Ringing | Dialing | Talking) or (
        isinstance(place, InFlow) and place.after_talk
    ):
        return place.since > asked_at - SETTLING_SECONDS
    return place.since > asked_at or isinstance(place, Leaving)


def _place_of(found: SeenCall, calls: Calls, known: OpenContact | None) -> At | None:
    """Our place for this call, made from its ticket and from the history if it is new to us."""
    place = calls.on_leg(found.leg)
    if place is not None:
        return place
    if found.place is Place.ENDED and calls.saw_end(found.leg):
        return None
    ticket = found.ticket
    contact = known.contact if known else found.contact
    if contact is None or (ticket is None and known is None) or calls.get(contact) is not None:
        return None  # its flow will tell, or nobody can
    arrived_at = known.arrived_at if known else ticket.arrived_at if ticket else 0.0
    call = Call(
        contact=contact,
        leg=found.leg,
        arrived_at=arrived_at,
        segments=known.segments if known else 0,
        visits=known.visits if known else 0,
        walks=known.walks if known else 0,
        queue=ticket.queue if ticket else known.queue if known else None,
        direction=known.direction if known else Direction.INBOUND,
        disposition=known.disposition if known else "",
        campaign=known.campaign if known else "",
        lead=known.lead if known else 0,
    )
    if ticket is not None:
        call = _told(call, ticket)
    calls.begin(call, known.segment_from if known else arrived_at, saved=known is not None)
    if found.place is not Place.ENDED:
        calls.look_up(call)
    return calls.on_leg(found.leg)


def _told(call: Call, ticket: Ticket) -> Call:
    customer = Customer(
        id=CustomerId(ticket.customer),
        tier=ticket.tier,
        value=ticket.value,
        language=ticket.language,
    )
    return replace(
        call,
        caller=ticket.caller,
        dialed=ticket.dialed,
        customer=customer,
        language=ticket.language,
        keys=ticket.keys,
        wish=Wish(urgent=ticket.urgent),
    )


def _agree(
    now: float,
    place: At,
    found: SeenCall,
    calls: Calls,
    roster: Roster,
    pairing: Pairing,
    found_talks: FoundTalks,
) -> None:
    place = _into_queue(place, found, calls)
    match found.place, place:
        case Place.HELD, Waiting():
            calls.hold(place)
        case Place.HELD, Ringing() | Fallback() | Talking():
            pairing.wait_again(now, place, "lost_sight", held=True)
        case Place.FALLBACK, Waiting() | Ringing():
            pairing.fall_back(now, place)
            calls.take_back(place)
        case Place.FALLBACK, Fallback():
            calls.take_back(place)
        case Place.RINGING, Waiting() | Ringing() | Fallback():
            _ring(now, place, found, roster, pairing)
        case Place.TALKING | Place.PARKED, Waiting() | Ringing() | Fallback() | Talking():
            found_talks.agree(now, place, found)
        case Place.TALKING | Place.PARKED, InFlow(after_talk=True, call=Call(walk=None)):
            pairing.ask_survey(place)  # the order was lost; for the agent the talk is over
        case Place.SURVEY, InFlow() | Waiting() | Ringing() | Fallback() | Talking():
            _after_talk(now, place, found, calls, roster, pairing)
        case Place.ENDED, _:
            _ended(now, place, found, calls, roster, pairing)
        case _:
            pass  # still in the flow, which tells for itself


def _waits(place: InFlow, found: SeenCall) -> bool:
    """Whether the ticket is of a wait that is not over, or that no one has kept."""
    if place.after_talk:
        return found.place in (Place.HELD, Place.FALLBACK, Place.RINGING)
    if found.place is Place.SURVEY:
        # Whatever the history holds goes on from where the talk ended, if it holds the talk.
        return found.talk_at is not None and found.talk_at > place.since - SETTLING_SECONDS
    return True


def _agree_on_dialing(now: float, place: Dialing, found: SeenCall, callbacks: Callbacks) -> None:
    if found.place is Place.HELD:
        callbacks.answered(now, place)
    elif found.place is Place.ENDED:
        callbacks.fail(now, place, "failed")


def _into_queue(place: At, found: SeenCall, calls: Calls) -> At:
    """The flow had ended when we were not there to see it, or before the last run stopped."""
    ticket = found.ticket
    if not isinstance(place, InFlow) or ticket is None or not _waits(place, found):
        return place
    saved = place.call.segments > 0
    waiting = Waiting(
        call=replace(place.call, queue=ticket.queue),
        # When the history has the flow already, it goes on from where that ended.
        since=place.since if saved else max(place.since, ticket.queued_at),
        queue=ticket.queue,
        queued_at=ticket.queued_at,
        held=False,
    )
    calls.move(place, waiting, "queued")
    return calls.get(place.call.contact) or waiting


def _ring(
    now: float,
    place: Waiting | Ringing | Fallback,
    found: SeenCall,
    roster: Roster,
    pairing: Pairing,
) -> None:
    agent = roster.at_phone(found.phone) if found.phone else None
    if agent is None or found.phone is None:
        return
    if not (isinstance(place, Ringing) and place.agent == agent):
        pairing.found_ringing(now, place, agent, found.phone)


def _after_talk(
    now: float,
    place: InFlow | Waiting | Ringing | Fallback | Talking,
    found: SeenCall,
    calls: Calls,
    roster: Roster,
    pairing: Pairing,
) -> None:
    """The agent has hung up, and the caller walks a survey."""
    if isinstance(place, InFlow):
        calls.stay(replace(place, after_talk=True))
    elif isinstance(place, Talking):
        pairing.end_talk(now, place)
    else:
        talking = _was_answered(now, place, found, calls, roster)
        surveyed = InFlow(call=talking.call, since=max(now, talking.since), after_talk=True)
        calls.move(talking, surveyed, "agent_hung_up")


def _was_answered(
    now: float,
    place: Waiting | Ringing | Fallback,
    found: SeenCall,
    calls: Calls,
    roster: Roster,
) -> Talking:
    """Somebody has talked to the caller while nobody watched. No agent is touched by it."""
    phone = found.phone or Phone("")
    since, recording = found.talk_at or now, found.recording
    talking = answered(place, roster.at_phone(phone), phone, since=since, recording=recording)
    calls.move(place, talking, "answered")
    moved = calls.get(place.call.contact)
    assert isinstance(moved, Talking)
    return moved


def _ended(
    now: float, place: At, found: SeenCall, calls: Calls, roster: Roster, pairing: Pairing
) -> None:
    """Gone while nobody watched, but the switch wrote down how."""
    contact = place.call.contact
    if isinstance(place, Talking):
        pairing.hang_up_rest(place)
    if isinstance(place, Waiting | Ringing | Fallback) and found.phone and found.talk_at:
        place = _was_answered(now, place, found, calls, roster)
    ended_at = max(place.since, found.ended_at or now)
    calls.complete(place, ended_at, found.ended_by, "ended_away")
    calls.forget(contact)


def _forget_the_gone(
    now: float,
    there: set[LegId],
    calls: Calls,
    pairing: Pairing,
    callbacks: Callbacks,
    asked_at: float,
) -> None:
    for place in list(calls.all()):
        if place.call.leg in there or place.since > asked_at or isinstance(place, AwaitingCallback):
            continue
        if isinstance(place, Dialing):
            callbacks.fail(now, place, "failed")
        else:
            if isinstance(place, Talking):
                pairing.hang_up_rest(place)
            calls.complete(place, now, EndedBy.UNKNOWN, "lost_sight")
            calls.forget(place.call.contact)


def _free_the_idle(now: float, calls: Calls, roster: Roster, pairing: Pairing) -> None:
    """An agent whose call is gone is free; after a talk, he wraps up as always."""
    for agent in list(roster.all()):
        name, work = agent.profile.agent, agent.work
        if not isinstance(work, Offered | OnCall):
            continue
        place = calls.get(work.contact)
        if name in agents_of(place):
            continue
        if isinstance(work, OnCall):
            pairing.wrap_up(now, name, work.contact, work.queue, 0)
        else:
            roster.release(now, name)
