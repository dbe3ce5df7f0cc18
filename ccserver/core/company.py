"""Who is in a talk: who has the caller, who else is there, and who would be left alone."""

from ccserver.core.agents import Roster
from ccserver.core.dial_orders import OFF_HOOK
from ccserver.core.ids import NO_LEG, AgentId, LegId, Phone
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.places import Dialing, Fallback, Place, Ringing, Talking, Waiting
from ccserver.core.quick import replace
from ccserver.core.rules import QueueRules
from ccserver.core.work import Offered, OnCall

RETURNED = "re-"
"""Legs of agents who take their talk back are called `re-<ms>-<contact>`."""

ON_HOLD = (Phase.HOLD, Phase.CONSULT)
"""The caller hears music, and his agent is aside."""

OUTSIDE_RING_SECONDS = 40
"""How long a phone outside may ring for an agent or his caller, or a supervisor's."""


def parties_of(place: Talking) -> tuple[Party, ...]:
    """Everybody beside the caller and the agent: whom that one consults is the first."""
    return place.others if place.consult is None else (place.consult, *place.others)


def agents_of(place: Place | None) -> tuple[AgentId, ...]:
    """All agents who are kept busy by this call; the one who has the caller is the first."""
    match place:
        case Ringing(agent=str(name)) | Dialing(agent=str(name)):
            return (name,)
        case Talking(agent=name):
            names = (name, *(party.agent for party in parties_of(place)))
            return tuple(one for one in names if one is not None)
        case _:
            return ()


def keepers(place: Talking) -> tuple[Party, ...]:
    """Those with whom the talk goes on when the agent leaves. A supervisor keeps no talk alive."""
    return tuple(party for party in place.others if party.answered and not party.supervisor)


def is_outside(place: Talking) -> bool:
    """Whether the caller is with somebody outside, and with nobody of ours."""
    return not place.phone and any(not party.supervisor for party in place.others)


def is_sent_outside(place: Talking) -> bool:
    """Whether the caller hears a number outside ring."""
    return is_outside(place) and not keepers(place)


def is_ringing(place: Talking) -> bool:
    """Whether somebody's phone rings who is to come into the talk, or to be consulted."""
    return any(not party.answered for party in parties_of(place))


def legs_beside(place: Talking) -> tuple[LegId, ...]:
    """The legs that would stay alone when the caller goes. An agent to whom the switch joined him
    directly would not."""
    own = () if place.phase is Phase.TALK else (place.agent_leg,)
    legs = (*own, *(party.leg for party in parties_of(place)))
    # Who is off-hook stays so: the switch brings his leg back to where it waits.
    return tuple(leg for leg in legs if leg and not leg.startswith(OFF_HOOK))


def leg_of(place: Talking, agent: AgentId) -> LegId:
    """The agent's own leg; empty when it is not known, or he is not there."""
    if place.agent == agent:
        return place.agent_leg
    legs = (party.leg for party in parties_of(place) if party.agent == agent)
    return next(legs, NO_LEG)


def without(place: Talking, party: Party) -> Talking:
    """The talk when this one is gone. Whoever consulted him is alone, and the caller on hold."""
    if party == place.consult:
        return replace(place, consult=None, phase=Phase.HOLD)
    return replace(place, others=tuple(one for one in place.others if one != party))


def instead(place: Talking, party: Party, now: Party) -> Talking:
    """The talk when more is known of this one."""
    if party == place.consult:
        return replace(place, consult=now)
    return replace(place, others=tuple(now if one == party else one for one in place.others))


def led_by(place: Talking, party: Party) -> Talking:
    """The talk when this one has the caller: in the agent's place, unless he is outside."""
    others = tuple(one for one in place.others if one.leg != party.leg)
    if not party.phone:
        others = (*others, party)
    return replace(
        place,
        call=replace(place.call, agent=party.agent or place.call.agent),
        agent=party.agent,
        phone=party.phone,
        agent_leg=party.leg if party.phone else NO_LEG,
        phase=Phase.ROOM,
        consult=None,
        others=others,
    )


def is_returned(leg: LegId) -> bool:
    """Whether it is the leg of an agent whose first one of this talk is dead."""
    return leg.startswith(RETURNED)


def named(party: Party) -> str:
    """Who it is, for people: a supervisor's login, an agent, a number, or a phone of nobody."""
    return party.supervisor or party.agent or party.number or party.phone


def at_phone(place: Talking, phone: Phone) -> Party | None:
    """Who is in the talk with this phone."""
    return next((party for party in parties_of(place) if party.phone == phone), None)


def on_leg(place: Talking, leg: LegId) -> Party | None:
    """Who is in the talk on this leg."""
    return next((party for party in parties_of(place) if party.leg == leg), None)


def party_ring_seconds(rules: QueueRules) -> float:
    """How long anybody's phone may ring who is called during a talk of this queue."""
    return max(rules.ring_seconds, OUTSIDE_RING_SECONDS)


def check(place: Talking) -> None:
    """State what must always be true of a talk."""
    assert (place.phase is Phase.CONSULT) == (place.consult is not None)
    assert place.phone or is_outside(place), "nobody is in a talk by himself"
    if place.phase in ON_HOLD:
        assert place.agent_leg, "who holds a caller can take him back"
        assert not keepers(place), "and leaves no one else alone"


def answered(
    place: Waiting | Ringing | Fallback | Talking,
    agent: AgentId | None,
    phone: Phone,
    *,
    since: float,
    recording: str,
    leg: LegId = NO_LEG,
) -> Talking:
    """The talk that follows, never before the place where the caller was."""
    tape = place.tape if isinstance(place, Talking) else None
    if tape is None or tape.file != recording:
        tape = Tape(file=recording, since=max(since, place.since)) if recording else None
    return Talking(
        call=replace(place.call, agent=agent),
        since=max(since, place.since),
        queue=place.queue,
        agent=agent,
        phone=phone,
        queued_at=place.queued_at,
        agent_leg=leg,
        tape=tape,
    )


def check_agents(place: Place, roster: Roster) -> None:
    """State what must always be true of the agents whom a call has."""
    contact = place.call.contact
    busy = agents_of(place)
    assert len(set(busy)) == len(busy), "no one is in a talk twice"
    for name in busy:
        agent = roster.get(name)
        assert agent is not None, "calls are only given to agents who exist"
        wanted = OnCall if isinstance(place, Talking) else Offered
        if isinstance(place, Talking) and place.consult is not None:
            rings = place.consult.agent == name and not place.consult.answered
            wanted = Offered if rings else OnCall
        assert isinstance(agent.work, wanted), "the agent does what the caller hears"
        assert agent.work.contact == contact, "and with no one else"
