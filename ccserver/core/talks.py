"""What an agent does with a caller whom he has: hold, consult, hand on, bring together, hang up."""

from typing import Final

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, HangUp, Look
from ccserver.core.company import OUTSIDE_RING_SECONDS, RETURNED, keepers, leg_of, named
from ccserver.core.ids import NO_LEG, AgentId, LegId, Phone
from ccserver.core.outbound import is_number
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Party, Phase
from ccserver.core.passing import Passing
from ccserver.core.places import Talking
from ccserver.core.queues import Queues
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind
from ccserver.core.routing import Router
from ccserver.core.rules import Taping
from ccserver.core.site import Presence
from ccserver.core.talk_events import (
    AgentConsulted,
    AgentHeld,
    AgentResumed,
    AgentReturned,
    AgentTransferred,
    CallControlEvent,
    ConferenceBegun,
    ConsultEnded,
    TransferCompleted,
)
from ccserver.core.talk_orders import CallAgain, Consult, Join, Park, SendOutside
from ccserver.core.work import Idle

_WITHOUT_CALL: Final = {
    "transfer": "hand on",
    "hold": "hold",
    "resume": "take back",
    "consult": "consult about",
    "end_consult": "go back to",
    "complete_transfer": "hand on",
    "conference": "bring together",
    "hang_up": "hang up",
    "sound_back": "come back to",
}
_CONSULTING: Final = "You are consulting: end the consultation first."
_NOT_CONSULTING: Final = "You consult nobody: consult somebody first."
_UNANSWERED: Final = "Nobody has answered yet: wait, or end the consultation."
_TOGETHER: Final = "Others are in the talk: leave it, and they go on with the caller."
_NO_LINE: Final = "The switch has not told yet which line is yours: try again in a moment."


class Talks:
    """Every button of an agent who has a caller. What cannot be done is refused with the reason."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        router: Router,
        queues: Queues,
        passing: Passing,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._router = router
        self._pairing = pairing
        self._queues = queues
        self._passing = passing

    def control(self, now: float, event: CallControlEvent) -> None:
        """An agent pressed a button."""
        request, refused = self._done(now, event)
        if refused:
            self._roster.refuse(event.agent, request, refused)

    def _done(self, now: float, event: CallControlEvent) -> tuple[str, str]:
        """What was asked for, and why it was not done; empty: it was."""
        match event:
            case AgentHeld():
                return "hold", self._hold(now, event)
            case AgentResumed():
                return "resume", self._resume(now, event)
            case AgentConsulted():
                return "consult", self._consult(now, event)
            case ConsultEnded():
                return "end_consult", self._end_consult(now, event)
            case TransferCompleted():
                return "complete_transfer", self._complete(now, event)
            case ConferenceBegun():
                return "conference", self._bring_together(now, event)
            case AgentTransferred():
                return "transfer", self._transfer(now, event)
            case AgentReturned():
                return "sound_back", self._come_back(now, event)

    # -- the caller of an agent

    def _had_by(self, name: AgentId, request: str) -> Talking | str:
        """The talk whose caller the agent has, or why he has none."""
        place = self._calls.talk_of(self._roster.get(name))
        if place is None:
            return f"You have no call to {_WITHOUT_CALL[request]}."
        if place.agent != name:
            return "Your colleague has the caller: ask him to do it."
        if place.hung_up and request != "hang_up":
            return "You have hung up already."
        return place

    def _movable(self, name: AgentId, request: str) -> Talking | str:
        """As `_had_by`, when the caller can be taken out of the talk: no one else would mind."""
        place = self._had_by(name, request)
        if isinstance(place, str):
            return place
        if place.consult is not None:
            return _CONSULTING
        return _TOGETHER if keepers(place) else place

    def _needs_line(self, place: Talking) -> str:
        """Empty when the agent's own leg is known. Else the switch is asked."""
        if place.agent_leg:
            return ""
        self._out.append(Look())
        return _NO_LINE

    # -- on hold

    def _hold(self, now: float, event: AgentHeld) -> str:
        place = self._movable(event.agent, "hold")
        if isinstance(place, str):
            return place
        if place.phase is Phase.HOLD:
            return "The caller is on hold already."
        if refused := self._needs_line(place):
            return refused
        self._park(now, place)
        self._passing.turn(now, place, replace(place, phase=Phase.HOLD), "held")
        return ""

    def _park(self, now: float, place: Talking) -> None:
        call = place.call
        self._out.append(Park(contact=call.contact, leg=call.leg, agent_leg=place.agent_leg))
        self._passing.mark(now, place, MarkKind.HOLD)

    def _resume(self, now: float, event: AgentResumed) -> str:
        place = self._movable(event.agent, "resume")
        if isinstance(place, str):
            return place
        if place.phase is not Phase.HOLD:
            return "The caller is not on hold."
        self._take_back(now, place, place)
        return ""

    def _take_back(self, now: float, place: Talking, to: Talking) -> None:
        call = place.call
        self._out.append(Join(contact=call.contact, leg=call.leg, others=(place.agent_leg,)))
        self._passing.mark(now, place, MarkKind.RESUME)
        self._passing.turn(now, place, replace(to, phase=Phase.ROOM), "resumed")

    # -- with somebody else

    def _consult(self, now: float, event: AgentConsulted) -> str:
        place = self._movable(event.agent, "consult")
        if isinstance(place, str):
            return place
        party = self._whom(event.agent, event.to_agent, event.number)
        if isinstance(party, str):
            return party
        if refused := self._needs_line(place):
            return refused
        parks = place.phase is not Phase.HOLD
        rules = self._router.rules(place.queue)
        self._out.append(
            Consult(
                contact=place.call.contact,
                leg=place.call.leg if parks else NO_LEG,
                agent_leg=place.agent_leg,
                phone=party.phone,
                number=party.number,
                ring_seconds=rules.ring_seconds if party.phone else OUTSIDE_RING_SECONDS,
                record=place.tape is not None,
            )
        )
        if parks:
            self._passing.mark(now, place, MarkKind.HOLD)
        self._passing.mark(now, place, MarkKind.CONSULT, named(party))
        consulting = replace(place, phase=Phase.CONSULT, consult=party)
        self._passing.turn(now, place, consulting, "consulted")
        if party.agent is not None:
            self._pairing.show(now, place, party.agent)
            self._roster.offer(now, party.agent, place.call.contact)
            self._roster.ring(now, party.agent)
        return ""

    def _whom(self, name: AgentId, to_agent: AgentId | None, number: str) -> Party | str:
        """Who is to be called, or why he cannot be."""
        if to_agent is None:
            if not is_number(number):
                return "That is no number: write it with + and the country's code."
            return Party(leg=NO_LEG, agent=None, phone=Phone(""), number=number)
        agent = self._roster.get(to_agent)
        if to_agent == name:
            return "You cannot consult yourself: choose a colleague."
        if agent is None or agent.presence is Presence.LOGGED_OUT:
            return f"{to_agent} is not logged in: choose somebody else."
        if not isinstance(agent.work, Idle):
            return f"{to_agent} is busy: choose somebody else, or try again later."
        if not agent.phone:
            return f"{to_agent}'s phone cannot be reached: choose somebody else."
        return Party(leg=NO_LEG, agent=to_agent, phone=agent.profile.phone)

    def _end_consult(self, now: float, event: ConsultEnded) -> str:
        found = self._consulting(event.agent, "end_consult")
        if isinstance(found, str):
            return found
        place, party = found
        if party.leg:
            self._hang_up_leg(place, party.leg)
        self._take_back(now, place, self._passing.end_consult(now, place, party, "ended"))
        return ""

    def _complete(self, now: float, event: TransferCompleted) -> str:
        found = self._consulting(event.agent, "complete_transfer")
        if isinstance(found, str):
            return found
        place, party = found
        if not party.answered:
            return _UNANSWERED
        self._passing.hand_over(now, place, party)
        self._hang_up_leg(place, place.agent_leg)
        return ""

    def _bring_together(self, now: float, event: ConferenceBegun) -> str:
        found = self._consulting(event.agent, "conference")
        if isinstance(found, str):
            return found
        place, party = found
        if not party.answered:
            return _UNANSWERED
        call = place.call
        legs = (place.agent_leg, party.leg)
        self._out.append(Join(contact=call.contact, leg=call.leg, others=legs))
        self._passing.mark(now, place, MarkKind.CONFERENCE, named(party))
        together = replace(place, phase=Phase.ROOM, consult=None, others=(*place.others, party))
        self._passing.turn(now, place, together, "conference")
        return ""

    def _consulting(self, name: AgentId, request: str) -> tuple[Talking, Party] | str:
        """The talk of an agent who consults somebody, and whom."""
        place = self._had_by(name, request)
        if isinstance(place, str):
            return place
        return _NOT_CONSULTING if place.consult is None else (place, place.consult)

    # -- handed on, unseen

    def _transfer(self, now: float, event: AgentTransferred) -> str:
        place = self._movable(event.agent, "transfer")
        if isinstance(place, str):
            return place
        if event.queue is not None:
            refused = self._queues.transfer(now, place, event.queue)
        elif event.to_agent is not None:
            refused = self._hand_to(now, place, event.to_agent)
        else:
            refused = self._send_outside(now, place, event.number)
        if not refused:
            whom = event.queue or event.to_agent or event.number
            self._passing.mark(now, place, MarkKind.TRANSFER, whom)
        return refused

    def _hand_to(self, now: float, place: Talking, to_agent: AgentId) -> str:
        agent = self._roster.get(to_agent)
        if to_agent == place.agent:
            return "You have the caller: choose a colleague."
        if agent is None or agent.presence is Presence.LOGGED_OUT:
            return f"{to_agent} is not logged in: choose a queue, or somebody else."
        self._queues.hand_to(now, place, to_agent)
        return ""

    def _send_outside(self, now: float, place: Talking, number: str) -> str:
        if not is_number(number):
            return "That is no number: write it with + and the country's code."
        call = place.call
        self._out.append(
            SendOutside(
                contact=call.contact,
                leg=call.leg,
                number=number,
                ring_seconds=OUTSIDE_RING_SECONDS,
                record=place.taping is Taping.ALWAYS,
            )
        )
        self._pairing.hang_up_rest(place)
        party = Party(leg=NO_LEG, agent=None, phone=Phone(""), number=number)
        sent = replace(
            place,
            agent=None,
            phone=Phone(""),
            agent_leg=NO_LEG,
            phase=Phase.TALK,
            others=(party,),
            tape=None,
        )
        self._passing.pass_on(now, place, sent, "transferred")
        return ""

    # -- with a new leg

    def _come_back(self, now: float, event: AgentReturned) -> str:
        """His leg is dead, but the switch does not know it yet: he is rung anew, into a room where
        the caller is already, so that nobody is without the other for longer than needs be."""
        place = self._had_by(event.agent, "sound_back")
        if isinstance(place, str):
            return place
        agent = self._roster.get(event.agent)
        if agent is None or not agent.phone:
            return "Your phone cannot be reached: wait until it is registered, and try again."
        if refused := self._needs_line(place):
            return refused
        call = place.call
        if place.phase is Phase.TALK:
            self._out.append(Join(contact=call.contact, leg=call.leg, others=(place.agent_leg,)))
            place = replace(place, phase=Phase.ROOM)
            self._calls.alter(place)
            self._pairing.watch(now, place)
        leg = LegId(f"{RETURNED}{round(now * 1000)}-{call.contact}")
        self._out.append(CallAgain(contact=call.contact, leg=leg, phone=place.phone))
        return ""

    # -- the end

    def hang_up(self, now: float, name: AgentId) -> None:
        """The agent ends the talk, or leaves it to those who are there."""
        place = self._calls.talk_of(self._roster.get(name))
        if place is not None and place.agent != name:
            refused = self._leave(place, name)
        else:
            refused = self._end(now, name)
        if refused:
            self._roster.refuse(name, "hang_up", refused)

    def _leave(self, place: Talking, name: AgentId) -> str:
        """Whoever does not have the caller only hangs up his own phone: the rest follows."""
        if leg := leg_of(place, name):
            self._hang_up_leg(place, leg)
            return ""
        self._out.append(Look())
        return _NO_LINE

    def _end(self, now: float, name: AgentId) -> str:
        place = self._had_by(name, "hang_up")
        if isinstance(place, str):
            return place
        if place.consult is not None:
            return "You are consulting: end the consultation, or hand the caller over."
        if not keepers(place):
            self._pairing.hang_up(now, place)
            return ""
        if refused := self._needs_line(place):
            return refused
        self._hang_up_leg(place, place.agent_leg)
        self._passing.leave_room(now, place)
        return ""

    def _hang_up_leg(self, place: Talking, leg: LegId) -> None:
        self._out.append(HangUp(contact=place.call.contact, leg=leg))
