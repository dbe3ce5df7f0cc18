"""Making a talk agree with what the switch shows of it: who has the caller, and who else is there.

The switch knows legs and phones. What it does not know (who is a supervisor, which number was
called) we keep where we know it; a supervisor's leg says so itself.
"""

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, HangUp, Hold
from ccserver.core.company import (
    ON_HOLD,
    OUTSIDE_RING_SECONDS,
    agents_of,
    is_outside,
    keepers,
    on_leg,
    parties_of,
)
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.passing import Passing
from ccserver.core.places import Fallback, Ringing, Talking, Waiting
from ccserver.core.quick import replace
from ccserver.core.rules import SpyMode
from ccserver.core.seen import Place, SeenCall, SeenParty
from ccserver.core.supervisors import called_at, found_supervisor
from ccserver.core.talk_legs import TalkLegs
from ccserver.core.watching import OVERDUE_SECONDS
from ccserver.core.work import OnCall


class FoundTalks:
    """All talks that are found on the switch."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        passing: Passing,
        talk_legs: TalkLegs,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing
        self._passing = passing
        self._talk_legs = talk_legs

    def agree(
        self, now: float, place: Waiting | Ringing | Fallback | Talking, found: SeenCall
    ) -> None:
        """The caller talks to somebody, or is on hold."""
        leg, phone = _lead(place, found)
        if found.place is Place.PARKED and not leg:
            self._bring_back(now, place, found)
            return
        if phone is None:
            return
        if not isinstance(place, Talking):
            since = found.talk_at or now
            self._pairing.talk(now, place, phone, since=since, recording=found.recording)
        elif phone != place.phone:
            self._talk_legs.moved(now, place, leg, phone)
        self._take_tape(now, place.call.contact, found)
        stands = self._calls.get(place.call.contact)
        assert isinstance(stands, Talking), "somebody has the caller"
        if found.parties:
            self._meet(now, stands, found, leg)
        elif stands.phase in ON_HOLD:
            self._change(now, stands, replace(stands, phase=Phase.TALK, consult=None))

    def _take_tape(self, now: float, contact: ContactId, found: SeenCall) -> None:
        """He was answered anew while nobody watched: into another file."""
        place = self._calls.get(contact)
        tape = place.tape if isinstance(place, Talking) else None
        if not isinstance(place, Talking) or tape is None:
            return
        # Of the answer that we know, the switch's instant is before ours.
        if found.recording not in ("", tape.file) and (found.talk_at or 0.0) > tape.since:
            new = Tape(file=found.recording, since=min(now, found.talk_at or now))
            self._passing.turn(now, place, replace(place, tape=new), "answered")

    def _bring_back(
        self, now: float, place: Waiting | Ringing | Fallback | Talking, found: SeenCall
    ) -> None:
        """He is on hold, and nobody is there any more who could take him back."""
        contact = place.call.contact
        for party in found.parties:
            self._out.append(HangUp(contact=contact, leg=party.leg))
        if isinstance(place, Talking):
            self._passing.give_back(now, replace(place, agent_leg=NO_LEG, phase=Phase.HOLD))
            return
        self._out.append(Hold(contact=contact, leg=place.call.leg))
        if not isinstance(place, Waiting):
            self._pairing.wait_again(now, place, "lost_agent", held=False)

    # -- who is there

    def _meet(self, now: float, place: Talking, found: SeenCall, lead: LegId) -> None:
        """Let the talk have those whom the switch shows, and no one else."""
        parked = found.place is Place.PARKED
        own = lead if place.phone else NO_LEG
        there = [self._known(place, party) for party in found.parties if party.leg != own]
        supervisors = [party for party in there if party.supervisor]
        aside = {party.leg for party in found.parties if party.aside}
        others = [one for one in there if not one.supervisor and one.leg not in aside]
        consulted = [one for one in there if not one.supervisor and one.leg in aside]
        consult = consulted[0] if consulted else self._still_rung(now, place)
        to = replace(
            place,
            agent_leg=own,
            consult=consult if parked else None,
            others=(*([] if parked else others), *supervisors, *_still_called(now, place, found)),
        )
        if to.phone or is_outside(to):
            self._change(now, place, _each_once(replace(to, phase=_phase(to, found))))

    def _known(self, place: Talking, party: SeenParty) -> Party:
        """Who is on this leg."""
        known = on_leg(place, party.leg)
        phone = party.phone or Phone("")
        if known is None:
            known = found_supervisor(place.call.contact, party.leg, phone)
        if known is None:
            # The switch names no leg while a phone rings: this is whom we called.
            rung = (one for one in parties_of(place) if not one.leg and one.phone == phone)
            known = next(rung, None)
        if known is not None:
            return replace(known, leg=party.leg, answered=True)
        agent = self._roster.at_phone(phone)
        return Party(leg=party.leg, agent=agent, phone=phone, answered=True)

    def _still_rung(self, now: float, place: Talking) -> Party | None:
        """Whom the agent consults, while his phone may ring: it has no leg to be shown."""
        consult, seconds = place.consult, self._pairing.party_ring_seconds(place.queue)
        waits = consult is not None and not consult.answered
        return consult if waits and now < place.since + seconds + OVERDUE_SECONDS else None

    # -- making it so

    def _change(self, now: float, place: Talking, to: Talking) -> None:
        """Let this be the talk, and its agents do what they do there."""
        contact = place.call.contact
        before, after = agents_of(place), agents_of(to)
        for name in after:
            if name not in before:
                self._pairing.part_from_others(now, name, contact)
        if place.phase is not to.phase and (place.phase in ON_HOLD or to.phase in ON_HOLD):
            self._passing.turn(now, place, to, "held" if to.phase in ON_HOLD else "resumed")
        elif to != place:
            self._calls.alter(to)
        for party in parties_of(place):
            if party.agent is not None and party.agent not in after:
                self._let_go(now, place, party, party.agent)
        for party in parties_of(to):
            if party.agent is not None and party.answered:
                self._busy(now, to, party.agent)

    def _let_go(self, now: float, place: Talking, party: Party, name: AgentId) -> None:
        if party == place.consult:
            self._roster.release(now, name)
        else:
            self._pairing.wrap_up_beside(now, name, place.call.contact, place.queue)

    def _busy(self, now: float, place: Talking, name: AgentId) -> None:
        agent = self._roster.get(name)
        if not isinstance(agent.work if agent else None, OnCall):
            self._roster.talk(now, name, place.call.contact, place.queue)


def _lead(
    place: Waiting | Ringing | Fallback | Talking, found: SeenCall
) -> tuple[LegId, Phone | None]:
    """The leg and phone of the agent who has the caller. An empty phone: only somebody outside; an
    empty leg: it is not shown; None: nobody can tell."""
    parked = found.place is Place.PARKED
    there = [party for party in found.parties if party.aside is parked and not _spies(place, party)]
    legs = {party.phone: party.leg for party in reversed(there)}
    known = place.phone if isinstance(place, Talking) else None
    for phone in (known, found.phone, *(party.phone for party in there)):
        if phone and phone in legs:
            return legs[phone], phone
    if None in legs and not parked:
        return legs[None], Phone("")
    return NO_LEG, found.phone if known is None else known


def _spies(place: Waiting | Ringing | Fallback | Talking, party: SeenParty) -> bool:
    """Whether it is a supervisor's leg, who has not taken the caller over."""
    known = on_leg(place, party.leg) if isinstance(place, Talking) else None
    if known is not None or (isinstance(place, Talking) and place.agent_leg == party.leg):
        return known is not None and bool(known.supervisor)
    supervisor = found_supervisor(place.call.contact, party.leg, Phone(""))
    took_over = party.phone is not None and supervisor and supervisor.mode is SpyMode.TAKE_OVER
    return supervisor is not None and not took_over


def _still_called(now: float, place: Talking, found: SeenCall) -> list[Party]:
    """The supervisors whose phones may ring: they are not shown before they pick up."""
    shown = {party.leg for party in found.parties}
    return [
        party
        for party in place.others
        if party.supervisor
        and not party.answered
        and party.leg not in shown
        and now < called_at(party) + OUTSIDE_RING_SECONDS + OVERDUE_SECONDS
    ]


def _phase(place: Talking, found: SeenCall) -> Phase:
    if found.place is Place.PARKED:
        return Phase.HOLD if place.consult is None else Phase.CONSULT
    in_room = found.in_room or place.phase is Phase.ROOM or (place.phone and keepers(place))
    return Phase.ROOM if in_room else Phase.TALK


def _each_once(place: Talking) -> Talking:
    """No agent is in a talk twice, whoever has which phone by now."""
    taken: set[AgentId | None] = {place.agent}
    parties: list[Party] = []
    for party in parties_of(place):
        parties.append(replace(party, agent=None) if party.agent in taken else party)
        taken.add(party.agent)
    if place.consult is None:
        return replace(place, others=tuple(parties))
    return replace(place, consult=parties[0], others=tuple(parties[1:]))
