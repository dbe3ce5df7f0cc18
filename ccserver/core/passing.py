"""How a caller passes from one to another within a talk, and is never left alone in it."""

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, HangUp
from ccserver.core.company import ON_HOLD, keepers, led_by, named, without
from ccserver.core.ids import NO_LEG
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Party
from ccserver.core.places import Talking
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind, SaveMark
from ccserver.core.seen import EndedBy
from ccserver.core.talk_orders import Join


class Passing:
    """What the buttons, the switch and the supervisors all lead to."""

    def __init__(self, out: list[Command], calls: Calls, roster: Roster, pairing: Pairing) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing

    def mark(self, now: float, place: Talking, kind: MarkKind, *details: str) -> None:
        """Put this on the time line of the contact's recordings."""
        contact, detail = place.call.contact, " ".join(details)
        self._out.append(
            SaveMark(contact=contact, at=now, kind=kind, agent=place.agent, detail=detail)
        )

    def turn(self, now: float, place: Talking, to: Talking, outcome: str) -> None:
        """The next part of the talk begins."""
        self._calls.move(place, replace(to, since=now), outcome)
        self._pairing.watch(now, to)

    def pass_on(self, now: float, place: Talking, to: Talking, outcome: str) -> None:
        """Another has the caller from now on, and the agent wraps up."""
        self.turn(now, place, to, outcome)
        if place.agent is not None:
            self._pairing.wrap_up_beside(now, place.agent, place.call.contact, place.queue)

    def hand_over(self, now: float, place: Talking, party: Party) -> None:
        """The agent gives the caller to whom he consults, who has answered."""
        call = place.call
        self._out.append(Join(contact=call.contact, leg=call.leg, others=(party.leg,)))
        self.mark(now, place, MarkKind.TRANSFER, named(party))
        self.pass_on(now, place, led_by(place, party), "transferred")

    def lose_agent(self, now: float, place: Talking) -> None:
        """The agent who has the caller is gone."""
        place = replace(place, agent_leg=NO_LEG)
        if place.consult is not None and place.consult.answered:
            # As with any telephone: whoever hangs up then has handed the caller over.
            self.hand_over(now, place, place.consult)
        elif place.phase in ON_HOLD and not place.hung_up:
            self.give_back(now, place)
        elif keepers(place):
            self.leave_room(now, place)
        else:
            self.let_go(now, place)

    def leave_room(self, now: float, place: Talking) -> None:
        """The agent leaves, and the talk goes on with those who are there."""
        there = keepers(place)
        heir = next((party for party in there if party.agent is not None), there[0])
        self.mark(now, place, MarkKind.LEFT, place.agent or place.phone)
        self.pass_on(now, place, led_by(place, heir), "left")

    def give_back(self, now: float, place: Talking) -> None:
        """Whoever had the caller on hold is gone: he waits again, before all who came later."""
        self._pairing.wait_again(now, place, "lost_agent", held=False)
        if place.agent is not None:
            self._pairing.wrap_up_beside(now, place.agent, place.call.contact, place.queue)

    def let_go(self, now: float, place: Talking) -> None:
        """Nobody is left whom the caller could talk to."""
        if self._pairing.ask_survey(place):
            self._pairing.end_talk(now, place)
        else:
            self._out.append(HangUp(contact=place.call.contact, leg=place.call.leg))
            self._pairing.end(now, place, EndedBy.AGENT, "agent_hung_up")

    def end_consult(self, now: float, place: Talking, party: Party, cause: str) -> Talking:
        """The consultation is over: what the talk is then, with the caller still on hold."""
        self.mark(now, place, MarkKind.CONSULT_ENDED, named(party), cause)
        if party.agent is not None:
            # He has talked to no caller, so he has nothing to write up, and has missed nothing.
            self._roster.release(now, party.agent)
        return without(place, party)
