"""What the switch tells of a talk: who picked up, who is gone, and who has the caller now."""

from typing import Final

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, HangUp
from ccserver.core.company import (
    ON_HOLD,
    at_phone,
    instead,
    is_returned,
    is_sent_outside,
    keepers,
    led_by,
    named,
    on_leg,
    without,
)
from ccserver.core.ids import NO_LEG, LegId, Phone
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.passing import Passing
from ccserver.core.places import Talking
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind
from ccserver.core.rules import SpyMode
from ccserver.core.supervisors import Supervisors
from ccserver.core.talk_events import PartyAnswered, PartyEnded, PartyEvent, PartyMoved
from ccserver.core.talk_orders import Join
from ccserver.core.taping import consult_tape, still_paused

NOT_BACK: Final = "Your phone did not answer: make sure that it is registered, and try again."


class TalkLegs:
    """The legs of all talks, beside the callers' own."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        passing: Passing,
        supervisors: Supervisors,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing
        self._passing = passing
        self._supervisors = supervisors

    def told(self, now: float, event: PartyEvent) -> None:
        """Something happened to one of them. A leg that is not known changes nothing."""
        place = self._calls.get(event.contact)
        if not isinstance(place, Talking):
            return
        match event:
            case PartyAnswered():
                self._answered(now, place, event)
            case PartyEnded(leg=leg, cause=cause):
                self._ended(now, place, leg, cause)
            case PartyMoved(leg=leg, phone=phone):
                self.moved(now, place, leg, phone)

    def agent_left(self, now: float, place: Talking, phone: Phone, leg: LegId = NO_LEG) -> None:
        """The leg of an agent has ended: of the one who has the caller, or of another. One who
        had him before is gone already, and so is a leg in whose place there is another by now."""
        if leg and phone == place.phone and is_returned(place.agent_leg) and leg != place.agent_leg:
            return
        if phone == place.phone:
            self._lead_gone(now, place)
        elif (party := at_phone(place, phone)) is not None:
            self._gone(now, place, party, "left")

    def _lead_gone(self, now: float, place: Talking) -> None:
        if place.phase is Phase.TALK:
            self._pairing.part(now, place)  # the switch goes on with the caller by itself
        else:
            self._passing.lose_agent(now, place)

    # -- picked up

    def _answered(self, now: float, place: Talking, event: PartyAnswered) -> None:
        leg, phone = event.leg, event.phone
        known = on_leg(place, leg)
        if known is not None and known.answered and known.mode is not SpyMode.TAKE_OVER:
            return
        consult = place.consult
        waits = known is None and consult is not None and not consult.answered
        if consult is not None and waits and consult.phone == phone:
            tape = consult_tape(place, consult.agent, event.recording, now)
            self._picked_up(now, place, consult, replace(consult, leg=leg, tape=tape))
            if consult.agent is not None:
                self._roster.talk(now, consult.agent, place.call.contact, place.queue)
        elif is_sent_outside(place) and not phone:
            if event.recording:
                place = replace(place, tape=Tape(file=event.recording, since=now))
            self._picked_up(now, place, place.others[0], replace(place.others[0], leg=leg))
        elif is_returned(leg) and phone == place.phone:
            self._returned(now, place, leg)
        else:
            self._supervisors.answered(now, place, leg, phone)

    def _returned(self, now: float, place: Talking, leg: LegId) -> None:
        """The agent's phone is back on a new leg: the dead one goes, and he has the caller."""
        call, stays = place.call, place
        if place.agent_leg not in (NO_LEG, leg):
            self._out.append(HangUp(contact=call.contact, leg=place.agent_leg))
        if place.consult is not None:
            # He cannot be with both: whom he consulted is told nothing, and the caller is his.
            if place.consult.leg:
                self._out.append(HangUp(contact=call.contact, leg=place.consult.leg))
            stays = self._passing.end_consult(now, place, place.consult, "ended")
        if place.phase in ON_HOLD:
            self._out.append(Join(contact=call.contact, leg=call.leg, others=()))
            self._passing.mark(now, place, MarkKind.RESUME)
            back = replace(stays, agent_leg=leg, phase=Phase.ROOM)
            self._passing.turn(now, place, back, "resumed")
            return
        back = replace(stays, agent_leg=leg)
        self._calls.alter(back)
        self._pairing.watch(now, back)

    def _picked_up(self, now: float, place: Talking, party: Party, there: Party) -> None:
        talks = instead(place, party, replace(there, answered=True))
        self._calls.alter(talks)
        if there.tape is not None and (pause := still_paused(talks)) is not None:
            self._out.append(pause)
        self._pairing.watch(now, talks)

    # -- gone

    def _ended(self, now: float, place: Talking, leg: LegId, cause: str) -> None:
        if not leg:
            # A phone that was not answered, whose leg nobody has named.
            unnamed = on_leg(place, leg)
            if unnamed is not None:
                self._gone(now, place, unnamed, cause)
        elif leg == place.agent_leg:
            self._lead_gone(now, place)
        elif is_returned(leg) and place.agent is not None:
            self._roster.refuse(place.agent, "sound_back", NOT_BACK)
        elif (party := on_leg(place, leg)) is not None:
            self._gone(now, place, party, cause)

    def _gone(self, now: float, place: Talking, party: Party, cause: str) -> None:
        if party.supervisor:
            self._supervisors.gone(now, place, party, cause)
        elif party == place.consult:
            left = self._passing.end_consult(now, place, party, cause)
            self._passing.turn(now, place, left, "consult_ended")
        elif not party.answered:
            # Sent outside, and nobody was there: the switch brings him back to the hold loop.
            self._pairing.wait_again(now, place, cause, held=False)
        else:
            self._left(now, place, party, cause)

    def _left(self, now: float, place: Talking, party: Party, cause: str) -> None:
        """One of those who were with the caller is gone."""
        self._passing.mark(now, place, MarkKind.LEFT, named(party), cause)
        left = without(place, party)
        if not left.phone and not keepers(left):
            self._passing.let_go(now, instead(place, party, replace(party, leg=NO_LEG)))
            return
        self._calls.alter(left)
        if party.agent is not None:
            self._pairing.wrap_up_beside(now, party.agent, place.call.contact, place.queue)

    # -- handed over by a phone's own keys

    def moved(self, now: float, place: Talking, leg: LegId, phone: Phone) -> None:
        """The caller talks to this phone now, however it came about."""
        agent, known = self._roster.at_phone(phone), on_leg(place, leg)
        if not phone and not place.phone:
            return
        if phone == place.phone or (agent is not None and agent == place.agent):
            self._calls.alter(replace(place, phone=phone, agent_leg=leg or place.agent_leg))
            return
        lead = Party(leg=leg, agent=agent, phone=phone, answered=True)
        if known is not None and known.phone == phone == known.supervisor == "":
            lead = known  # outside, and we know at which number
        if agent is not None:
            self._pairing.part_from_others(now, agent, place.call.contact)
        stays = self._without_consult(now, place, lead)
        others = tuple(one for one in stays.others if _remains(one, lead))
        to = led_by(replace(stays, others=others), lead)
        if phone and not keepers(to):
            to = replace(to, phase=Phase.TALK)
        self._passing.mark(now, place, MarkKind.TRANSFER, named(lead))
        self._passing.pass_on(now, place, to, "transferred")
        if agent is not None:
            self._roster.talk(now, agent, place.call.contact, place.queue)
            self._pairing.show(now, to, agent)
        for one in stays.others:
            if one.leg == leg and one.agent not in (None, agent):
                self._pairing.wrap_up_beside(now, one.agent, place.call.contact, place.queue)

    def _without_consult(self, now: float, place: Talking, lead: Party) -> Talking:
        """The talk without whom the agent consulted, unless the caller talks to that one now."""
        consult = place.consult
        if consult is None or (consult.agent, consult.phone) == (lead.agent, lead.phone):
            return place
        if consult.leg not in (NO_LEG, lead.leg):
            self._out.append(HangUp(contact=place.call.contact, leg=consult.leg))
        return self._passing.end_consult(now, place, consult, "ended")


def _remains(party: Party, lead: Party) -> bool:
    """Whether this one is still beside the caller, whom `lead` has now."""
    if party.leg == lead.leg:
        return False
    if not party.answered:
        return bool(party.supervisor)  # a number that rang for the caller does so no more
    if lead.agent is not None:
        return party.agent != lead.agent
    return party.agent is not None or not lead.phone or party.phone != lead.phone
