"""What happens to a caller and an agent together: offer, talk, and parting.

The two are changed in one step, so that no one ever talks to somebody who does not talk to him.
"""

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.commands import AskSurvey, Command, Connect, HangUp, Hold, ShowCaller
from ccserver.core.company import (
    answered,
    legs_beside,
    parties_of,
    party_ring_seconds,
    without,
)
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.parties import Phase
from ccserver.core.places import (
    AwaitingCallback,
    Dialing,
    Fallback,
    InFlow,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind, SaveMark
from ccserver.core.routing import Router
from ccserver.core.rules import Taping
from ccserver.core.seen import EndedBy
from ccserver.core.taping import begun, policy_of
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.watching import overdue_at
from ccserver.core.work import Offered, OnCall, WrapUp


class Pairing:
    """Callers and agents, two by two."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        router: Router,
        agenda: Agenda,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._router = router
        self._agenda = agenda

    def offer(self, now: float, place: Waiting, name: AgentId, phone: Phone) -> None:
        """Show the caller on the agent's screen. The phone rings when the screen has done so."""
        self.show(now, place, name)
        self._reserve(now, place, name, phone, ordered=False)

    def show(
        self, now: float, place: Waiting | AwaitingCallback | Dialing | Talking, name: AgentId
    ) -> None:
        """Put the caller's card on the agent's screen."""
        call = place.call
        talks = isinstance(place, Talking)
        self._out.append(
            ShowCaller(
                agent=name,
                contact=call.contact,
                customer=call.customer.id if call.customer else "",
                caller=call.caller,
                queue=place.queue,
                tier=call.tier,
                value=call.value,
                keys=call.keys,
                data=call.data,
                waited_seconds=call.credit_seconds if talks else now - place.queued_at,
                offered_at=now,
                direction=call.direction,
                campaign=call.campaign,
                lead=call.lead,
                name=call.name,
                language=call.language,
            )
        )

    def reserve(self, now: float, name: AgentId, contact: ContactId) -> None:
        """Keep the agent for a customer who is being called."""
        self._roster.offer(now, name, contact)

    def free(self, now: float, place: Dialing) -> None:
        """The customer for whom an agent was kept cannot be reached."""
        if place.agent is not None:
            self._roster.release(now, place.agent)

    def connect(self, now: float, place: Ringing) -> None:
        """Let the agent's phone ring: the card is on the screen, or has had its time."""
        rules = self._router.rules(place.queue)
        taping, notice = policy_of(self._router.site, place.call, place.queue, place.agent)
        if place.call.noticed:
            notice = ""
        elif notice:
            place = replace(place, call=replace(place.call, noticed=True))
        agent = self._roster.get(place.agent)
        self._out.append(
            Connect(
                contact=place.call.contact,
                leg=place.call.leg,
                agent=place.agent,
                phone=place.phone,
                ring_seconds=rules.ring_seconds,
                survey=rules.survey_for(place.call.contact),
                record=taping is Taping.ALWAYS,
                notice=notice,
                off_hook=agent.off_hook if agent else NO_LEG,
            )
        )
        self._calls.order(place)
        self.watch(now, replace(place, ordered=True))

    def found_ringing(
        self, now: float, place: Waiting | Ringing | Fallback, name: AgentId, phone: Phone
    ) -> None:
        """The switch rings an agent for the caller, whatever we had meant."""
        if isinstance(place, Ringing):
            self._roster.release(now, place.agent)
        self.part_from_others(now, name, place.call.contact)
        self._reserve(now, place, name, phone, ordered=True)

    def _reserve(
        self,
        now: float,
        place: Waiting | Ringing | Fallback,
        name: AgentId,
        phone: Phone,
        *,
        ordered: bool,
    ) -> None:
        self._roster.offer(now, name, place.call.contact)
        ringing = Ringing(
            call=place.call,
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
            agent=name,
            phone=phone,
            ordered=ordered,
        )
        self._calls.move(place, ringing, "offered")
        self.watch(now, ringing)

    def talk(
        self,
        now: float,
        place: Waiting | Ringing | Fallback | Talking,
        phone: Phone,
        *,
        since: float,
        recording: str,
        leg: LegId = NO_LEG,
        phase: Phase = Phase.TALK,
    ) -> None:
        """The phone answered the caller, whomever we had meant it to be."""
        agent = self._roster.at_phone(phone)
        if isinstance(place, Ringing | Talking) and place.agent not in (None, agent):
            self._roster.release(now, place.agent)
        if agent is not None:
            self.part_from_others(now, agent, place.call.contact)
            self._roster.talk(now, agent, place.call.contact, place.queue)
        talking = answered(place, agent, phone, since=since, recording=recording, leg=leg)
        taping, _ = policy_of(self._router.site, talking.call, talking.queue, agent)
        tape = begun(talking.tape, now)
        talking = replace(talking, taping=taping, tape=tape, phase=phase)
        self._calls.move(place, talking, "answered")
        if since >= place.since:  # else the last run has noted it
            contact = place.call.contact
            mark = SaveMark(contact=contact, at=talking.since, kind=MarkKind.TALK, agent=agent)
            self._out.append(mark)
        self.obey_policy(now, place.call.contact)
        self.watch(now, talking)

    def obey_policy(self, now: float, contact: ContactId) -> None:
        """What must not be recorded, as is known now, is not any more: the switch's own queue
        records all, and a customer who has refused may be found late."""
        place = self._calls.get(contact)
        if not isinstance(place, Talking):
            return
        taping, _ = policy_of(self._router.site, place.call, place.queue, place.agent)
        if taping is not place.taping:
            place = replace(place, taping=taping)
            self._calls.alter(place)
        if taping is Taping.NEVER and place.tape is not None:
            self._calls.end_tape(now, place)

    def part_from_others(self, now: float, name: AgentId, contact: ContactId) -> None:
        """Whoever else was to have this agent waits again: the agent is with `contact`."""
        agent = self._roster.get(name)
        work = agent.work if agent else None
        if isinstance(work, Offered | OnCall) and work.contact != contact:
            other = self._calls.get(work.contact)
            if isinstance(other, Dialing):
                self._calls.stay(replace(other, agent=None))
            elif isinstance(other, Talking) and other.agent != name:
                self._lose_party(now, other, name)
            elif isinstance(other, Ringing | Talking):  # else it ended while no one watched
                self.wait_again(now, other, "lost_agent", held=False)
            self._roster.release(now, name)

    def _lose_party(self, now: float, place: Talking, name: AgentId) -> None:
        """Whom the agent consulted, or who was in the room with him, talks to someone else."""
        party = next(one for one in parties_of(place) if one.agent == name)
        left = without(place, party)
        if party.leg:
            self._out.append(HangUp(contact=place.call.contact, leg=party.leg))
        if party == place.consult:
            self._calls.move(place, replace(left, since=now), "consult_ended")
        else:
            self._calls.alter(left)
        self.watch(now, left)

    def wait_again(
        self,
        now: float,
        place: Ringing | Fallback | Talking | Dialing,
        outcome: str,
        *,
        held: bool,
    ) -> None:
        """The caller goes back to the queue, with the place that he had."""
        waiting = Waiting(
            call=place.call, since=now, queue=place.queue, queued_at=place.queued_at, held=held
        )
        if isinstance(place, Talking) and place.phase is not Phase.TALK and not held:
            # He is on hold or in a room, where nothing sends him on.
            self._out.append(Hold(contact=place.call.contact, leg=place.call.leg))
        self._calls.move(place, waiting, outcome)
        if isinstance(place, Talking):
            self.disband(now, place)
        self.watch(now, waiting)

    def fall_back(self, now: float, place: Waiting | Ringing) -> None:
        """The caller is in the switch's own queue: no order may pull him out of a talk there."""
        if isinstance(place, Ringing):
            self._roster.release(now, place.agent)
        fallback = Fallback(
            call=place.call,
            since=now,
            queue=place.queue,
            queued_at=place.queued_at,
        )
        self._calls.move(place, fallback, "fallback")
        self.watch(now, fallback)

    def fail(self, now: float, place: Ringing, cause: str) -> None:
        """The agent did not take the call."""
        if cause == "unsent":  # no notice either; the flow's may be said twice
            place = replace(place, call=replace(place.call, noticed=False))
        self.wait_again(now, place, cause, held=False)
        if cause == "unsent":
            self._roster.release(now, place.agent)
        elif cause == "unreachable":
            self._roster.release(now, place.agent)
            self._roster.reach(now, place.phone, reachable=False)
        else:
            self._roster.miss(now, place.agent, self._router.rules(place.queue))

    # -- the end of a talk

    def hang_up(self, now: float, place: Talking) -> None:
        """The agent presses the button."""
        if self.ask_survey(place):
            # The switch parts the two, and tells nothing of the agent's leg.
            self.end_talk(now, place)
        else:
            self._calls.learn(replace(place, hung_up=True), place.call)
            self._out.append(HangUp(contact=place.call.contact, leg=place.call.leg))

    def part(self, now: float, place: Talking) -> None:
        """The agent's leg has ended. Where the queue asks a survey, only the talk is over."""
        if self._survey(place):
            self.end_talk(now, place)
        else:
            self.end(now, place, EndedBy.AGENT, "agent_hung_up")

    def ask_survey(self, place: Talking | InFlow) -> bool:
        """Order it, where the caller's queue has one."""
        call, survey = place.call, self._survey(place)
        if survey:
            self._out.append(AskSurvey(contact=call.contact, leg=call.leg, survey=survey))
        return bool(survey)

    def _survey(self, place: Talking | InFlow) -> str:
        queue = place.queue if isinstance(place, Talking) else place.call.queue
        if queue is None or (isinstance(place, Talking) and place.hung_up):
            return ""
        return self._router.rules(queue).survey_for(place.call.contact)

    def end_talk(self, now: float, place: Talking) -> None:
        """The agent wraps up, and the caller walks the survey."""
        surveyed = InFlow(call=place.call, since=now, after_talk=True)
        self._calls.move(place, surveyed, "agent_hung_up")
        self.dismiss(now, place)
        self.watch(now, surveyed)

    def end(self, now: float, place: Place, by: EndedBy, outcome: str) -> None:
        """The contact is over. The agent, if there is one, wraps up or is free again."""
        contact = place.call.contact
        self._calls.complete(place, now, by, outcome)
        self._agenda.set((Alarm.CALL, contact), None)
        if isinstance(place, Ringing):
            self._roster.release(now, place.agent)
        elif isinstance(place, Talking):
            self.disband(now, place)
            if place.agent is not None:
                left = self._calls.get(contact)
                segment = left.call.segments + 1 if left else 0
                self.wrap_up(now, place.agent, contact, place.queue, segment)

    def give_up(self, now: float, place: InFlow, outcome: str) -> None:
        """The leg rings for nobody: it is ended, and the contact with it."""
        self._out.append(HangUp(contact=place.call.contact, leg=place.call.leg))
        self.end(now, place, EndedBy.SYSTEM, outcome)

    def dismiss(self, now: float, place: Talking) -> None:
        """The caller has gone elsewhere: all who were in the talk with him are let go."""
        self.disband(now, place)
        if place.agent is not None:
            self.wrap_up_beside(now, place.agent, place.call.contact, place.queue)

    def disband(self, now: float, place: Talking) -> None:
        """The caller has gone elsewhere: who was there beside him and his agent is let go."""
        contact = place.call.contact
        self.hang_up_rest(place)
        if place.consult is not None and place.consult.agent is not None:
            self._roster.release(now, place.consult.agent)
        for party in place.others:
            if party.agent is not None:
                self.wrap_up_beside(now, party.agent, contact, place.queue)

    def hang_up_rest(self, place: Talking) -> None:
        """End the legs that would stay alone without the caller."""
        for leg in legs_beside(place):
            self._out.append(HangUp(contact=place.call.contact, leg=leg))

    def wrap_up(
        self, now: float, name: AgentId, contact: ContactId, queue: Queue, segment: int
    ) -> None:
        """The talk is over for the agent. `segment`: its number in the history, 0 for none."""
        rules, place = self._router.rules(queue), self._calls.get(contact)
        work = WrapUp(
            contact,
            now,
            now + rules.wrap_up_seconds,
            queue,
            segment,
            extends_left=rules.wrap_up_extends_max if rules.wrap_up_extend_seconds else 0,
            disposition_required=rules.disposition_required,
            disposition=place.call.disposition if place else "",
        )
        self._roster.wrap_up(now, name, work)

    def wrap_up_beside(self, now: float, name: AgentId, contact: ContactId, queue: Queue) -> None:
        """The talk is over for the agent, while the contact goes on."""
        rules = self._router.rules(queue)
        wraps_up = rules.wrap_up_seconds > 0 or rules.disposition_required
        segment = self._calls.reserve_segment(contact) if wraps_up else 0
        self.wrap_up(now, name, contact, queue, segment)

    def watch(self, now: float, place: Place) -> None:
        """Set the time by which the switch must have told something about this call."""
        agent = self._roster.get(place.agent) if isinstance(place, Ringing) else None
        off_hook = agent is not None and bool(agent.off_hook)
        until = overdue_at(now, place, self._router.rules, off_hook=off_hook)
        self._agenda.set((Alarm.CALL, place.call.contact), until)

    def party_ring_seconds(self, queue: Queue) -> float:
        """How long anybody's phone may ring who is called during a talk."""
        return party_ring_seconds(self._router.rules(queue))
