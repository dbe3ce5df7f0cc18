"""Supervisors in agents' talks: they listen, whisper, join in, or take the caller over."""

from typing import Final

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, HangUp, Look
from ccserver.core.company import ON_HOLD, at_phone, led_by, leg_of, on_leg, without
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Party, Phase
from ccserver.core.passing import Passing
from ccserver.core.places import Talking
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind
from ccserver.core.rules import SpyMode
from ccserver.core.talk_events import SupervisorEvent, SupervisorJoined, SupervisorLeft
from ccserver.core.talk_orders import CallSupervisor, Join

LEG: Final = "sv"
"""Legs that we name for supervisors are `sv-<ms>-<mode>-<contact>-<login>`, with the instant of the
call: so they are unique, and a ccserver that comes later knows who it is."""

_ALOUD: Final = (SpyMode.BARGE, SpyMode.TAKE_OVER)


class Supervisors:
    """All supervisors who are in a talk."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        passing: Passing,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing
        self._passing = passing

    def come_and_go(self, now: float, event: SupervisorEvent) -> None:
        """A supervisor wants to be in a talk, or in none."""
        match event:
            case SupervisorJoined():
                self._join(now, event)
            case SupervisorLeft(supervisor=login):
                self._leave(now, login)

    def _join(self, now: float, event: SupervisorJoined) -> None:
        place = self._calls.talk_of(self._roster.get(event.agent))
        if place is None or event.phone == place.phone:
            return
        there = at_phone(place, event.phone)
        if there is not None and (there.supervisor != event.supervisor or there.mode is event.mode):
            return  # it is the phone of somebody else in the talk; or he pressed twice
        if not leg_of(place, event.agent):
            self._out.append(Look())
            return
        self._leave(now, event.supervisor)
        stays = self._calls.get(place.call.contact)
        assert isinstance(stays, Talking), "no supervisor keeps a talk alive, nor ends one"
        self._call(now, stays, event)

    def _call(self, now: float, place: Talking, event: SupervisorJoined) -> None:
        call, mode = place.call, event.mode
        agent_leg = leg_of(place, event.agent)
        ms = round(now * 1000)
        leg = LegId(f"{LEG}-{ms}-{mode}-{call.contact}-{event.supervisor}")
        if mode in _ALOUD and place.phase is Phase.TALK:
            self._out.append(Join(contact=call.contact, leg=call.leg, others=(agent_leg,)))
            place = replace(place, phase=Phase.ROOM)
        self._out.append(
            CallSupervisor(
                contact=call.contact, leg=leg, phone=event.phone, agent_leg=agent_leg, mode=mode
            )
        )
        party = Party(
            leg=leg, agent=None, phone=event.phone, supervisor=event.supervisor, mode=mode
        )
        joined = replace(place, others=(*place.others, party))
        self._calls.alter(joined)
        self._pairing.watch(now, joined)

    def _leave(self, now: float, login: str) -> None:
        for place in list(self._calls.all()):
            if not isinstance(place, Talking):
                continue
            contact = place.call.contact
            for party in place.others:
                if party.supervisor == login:
                    self._out.append(HangUp(contact=contact, leg=party.leg))
                    self.gone(now, place, party, "")
            lead = found_supervisor(contact, place.agent_leg, place.phone)
            if lead is not None and lead.supervisor == login:
                # He has taken the caller over: when his leg is gone, so is the talk.
                self._out.append(HangUp(contact=contact, leg=place.agent_leg))

    def gone(self, now: float, place: Talking, party: Party, cause: str) -> None:
        """A supervisor is out of the talk, which goes on, or his phone was not answered."""
        if party.answered:
            details = (party.supervisor, cause) if cause else (party.supervisor,)
            self._passing.mark(now, place, MarkKind.SUPERVISOR_LEFT, *details)
        left = without(place, party)
        self._calls.alter(left)
        self._pairing.watch(now, left)

    def answered(self, now: float, place: Talking, leg: LegId, phone: Phone) -> None:
        """A supervisor has picked up, of whom we may not have known."""
        party = found_supervisor(place.call.contact, leg, phone)
        if party is None:
            return
        expected = on_leg(place, leg) is not None
        others = tuple(one for one in place.others if one.leg != leg)
        joined = replace(place, others=(*others, party))
        self._passing.mark(now, place, MarkKind.SUPERVISOR, party.supervisor, party.mode or "")
        self._calls.alter(joined)
        self._pairing.watch(now, joined)
        if party.mode is SpyMode.TAKE_OVER and expected:  # else he may have changed his mind
            self._take_over(now, joined, party)

    def _take_over(self, now: float, place: Talking, party: Party) -> None:
        """The supervisor has the caller from now on, and the agent is let go."""
        call = place.call
        if place.agent_leg:
            self._out.append(HangUp(contact=call.contact, leg=place.agent_leg))
        if place.phase in ON_HOLD:
            self._out.append(Join(contact=call.contact, leg=call.leg, others=()))
        stays = place
        if place.consult is not None:
            if place.consult.leg:
                self._out.append(HangUp(contact=call.contact, leg=place.consult.leg))
            stays = self._passing.end_consult(now, place, place.consult, "taken_over")
        agent = self._roster.at_phone(party.phone)
        if agent in [one.agent for one in stays.others]:
            agent = None  # he is in the room with another phone
        if agent is not None:
            self._pairing.part_from_others(now, agent, call.contact)
        lead = replace(party, agent=agent, supervisor="", mode=None)
        self._passing.pass_on(now, place, led_by(stays, lead), "taken_over")
        if agent is not None:
            self._roster.talk(now, agent, call.contact, place.queue)


def found_supervisor(contact: ContactId, leg: LegId, phone: Phone) -> Party | None:
    """The supervisor who is in the contact's talk on this leg. None: it is no supervisor's."""
    words = leg.split("-", 3)
    if len(words) < 4 or words[0] != LEG or not words[1].isdigit():
        return None
    mode, login = words[2], words[3].removeprefix(f"{contact}-")
    if mode not in set(SpyMode) or login == words[3]:
        return None
    return Party(
        leg=leg, agent=None, phone=phone, supervisor=login, mode=SpyMode(mode), answered=True
    )


def called_at(party: Party) -> float:
    """When the supervisor was called, as his leg says."""
    return int(party.leg.split("-", 2)[1]) / 1000
