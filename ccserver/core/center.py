"""The contact center as one machine: events in, commands out.

No method here waits, reads a clock or touches the world. The same object runs in production,
where `ccserver.host` feeds it, and in simulation.
"""

from dataclasses import replace

from ccserver.core.adopt import adopt
from ccserver.core.agents import Offered, OnCall, Roster
from ccserver.core.calls import (
    Call,
    Calls,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.commands import Command, HangUp, Look
from ccserver.core.events import (
    AgentHungUp,
    AgentKnown,
    AgentLegEnded,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AgentTransferred,
    AsteriskLost,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallbackFailed,
    CallbackRequested,
    CallEnded,
    CallerRecognized,
    CallFellBack,
    CallHeld,
    Event,
    FlowEnded,
    KeyPressed,
    OfferFailed,
    PhoneChanged,
    PhoneRang,
    PopAcked,
    RulesChanged,
    ScreenClosed,
    ScreenOpened,
    Started,
    VoicemailLeft,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, LegId, Queue
from ccserver.core.pairing import UNHELD_SECONDS, Pairing
from ccserver.core.routing import match
from ccserver.core.rules import QueueRules
from ccserver.core.seen import EndedBy
from ccserver.core.site import OpenContact, Presence


class Center:
    """Every caller and every agent, each in exactly one place."""

    def __init__(self) -> None:
        self._out: list[Command] = []
        self._calls = Calls(self._out)
        self._roster = Roster(self._out)
        self._rules: dict[Queue, QueueRules] = {}
        self._pairing = Pairing(self._out, self._calls, self._roster, self._rules)
        self._remembered: dict[LegId, OpenContact] = {}
        self._asterisk = False

    def handle(self, now: float, event: Event) -> list[Command]:
        """Take one event in, and say what is to be done about it.

        An event that makes no sense here changes nothing: Asterisk repeats itself, and news
        crosses on the way.
        """
        self._expire(now)
        match event:
            case Wake():
                pass
            case (
                RulesChanged()
                | CallbackRequested()
                | CallbackFailed()
                | VoicemailLeft()
                | AgentTransferred()
            ):
                pass
            case Started() | AgentKnown() | AsteriskSeen() | AsteriskLost() | PhoneChanged():
                self._house(now, event)
            case CallArrived() | CallerRecognized() | KeyPressed() | FlowEnded() | CallHeld():
                self._flow(now, event)
            case (
                PhoneRang()
                | CallAnswered()
                | OfferFailed()
                | CallFellBack()
                | AgentLegEnded()
                | CallEnded()
            ):
                self._switch(now, event)
            case (
                PopAcked()
                | ScreenOpened()
                | ScreenClosed()
                | AgentLoggedOut()
                | AgentReady()
                | AgentPaused()
                | AgentHungUp()
                | WrapUpDone()
            ):
                self._agent(now, event)
        if self._asterisk and self._roster.free and self._calls.held:
            self._match(now)
        commands = self._out.copy()
        self._out.clear()
        return commands

    def due(self) -> float | None:
        """When `handle` wants to be called again, even if nothing happens."""
        times = (self._roster.timers.due(), self._calls.timers.due())
        return min((t for t in times if t is not None), default=None)

    def check(self) -> None:
        """State what must always be true. Tests and simulations call this after every event."""
        assert not self._out, "every command was handed out"
        for place in self._calls.all():
            self._check_call(place)
        for agent in self._roster.all():
            if isinstance(agent.work, Offered | OnCall):
                place_of = self._calls.get(agent.work.contact)
                assert isinstance(place_of, Ringing | Talking), "no agent has a call that is gone"
                assert place_of.agent == agent.profile.agent, "nor one that another has"
        if self._asterisk:
            idle = match(self._calls.held.values(), self._roster.free.values(), now=0.0)
            assert not idle, "no one idles while one waits"

    def _check_call(self, place: Place) -> None:
        contact = place.call.contact
        assert self._calls.on_leg(place.call.leg) == place, "each call is found by its leg"
        held = isinstance(place, Waiting) and place.held
        assert (contact in self._calls.held) == held, "who waits in the loop can be connected"
        if isinstance(place, Ringing | Talking) and place.agent is not None:
            agent = self._roster.get(place.agent)
            assert agent is not None, "calls are only given to agents who exist"
            wanted = Offered if isinstance(place, Ringing) else OnCall
            assert isinstance(agent.work, wanted), "the agent does what the caller hears"
            assert agent.work.contact == contact, "and with no one else"

    # -- the house

    def _house(
        self,
        now: float,
        event: Started | AgentKnown | AsteriskSeen | AsteriskLost | PhoneChanged,
    ) -> None:
        match event:
            case Started():
                self._rules.update((rules.name, rules) for rules in event.queues)
                self._remembered = {contact.leg: contact for contact in event.open_contacts}
                for profile in event.agents:
                    longest = max(
                        (self._pairing.rules(queue).wrap_up_seconds for queue in profile.queues),
                        default=0.0,
                    )
                    self._roster.know(now, profile, longest)
            case AgentKnown(profile=profile):
                self._roster.know(now, profile, 0.0)
            case AsteriskSeen():
                if not self._asterisk:
                    self._roster.mirror_all()
                self._asterisk = True
                adopt(now, event, self._calls, self._roster, self._pairing, self._remembered)
                self._remembered = {}
            case AsteriskLost():
                self._asterisk = False
            case PhoneChanged(phone=phone, reachable=reachable):
                self._roster.reach(now, phone, reachable)

    # -- a caller on his way to an agent

    def _flow(
        self,
        now: float,
        event: CallArrived | CallerRecognized | KeyPressed | FlowEnded | CallHeld,
    ) -> None:
        place = self._calls.get(event.contact)
        match event, place:
            case CallArrived(), None if self._calls.on_leg(event.leg) is None:
                call = Call(
                    contact=event.contact,
                    leg=event.leg,
                    arrived_at=now,
                    caller=event.caller,
                    dialed=event.dialed,
                )
                self._calls.begin(call, now)
            case CallerRecognized(customer=customer), InFlow(call=call):
                known = replace(call, customer=customer, language=customer.language)
                self._calls.learn(place, known)
            case CallerRecognized(customer=customer), (
                Waiting(call=call) | Fallback(call=call) | Ringing(call=call) | Talking(call=call)
            ):
                self._calls.learn(place, replace(call, customer=customer))
            case KeyPressed(step=step, key=key), InFlow(call=call):
                self._calls.learn(place, replace(call, keys=(*call.keys, (step, key))))
            case FlowEnded(queue=None), InFlow():
                self._calls.complete(place, now, EndedBy.SYSTEM, "goodbye")
            case FlowEnded(queue=str(name), language=language), InFlow(call=call):
                queue = Queue(name)
                call = replace(call, queue=queue, language=language)
                waiting = Waiting(call=call, since=now, queue=queue, queued_at=now, held=False)
                self._calls.move(place, waiting, "queued")
                self._pairing.watch(now, waiting)
            case CallHeld(), Waiting(held=False):
                self._calls.hold(place)
                self._calls.timers.set(event.contact, None)
            case CallHeld(), Fallback():
                self._pairing.wait_again(now, place, "taken_back", held=True)
            case _:
                pass

    # -- what the switch tells

    def _switch(
        self,
        now: float,
        event: PhoneRang | CallAnswered | OfferFailed | CallFellBack | AgentLegEnded | CallEnded,
    ) -> None:
        if isinstance(event, PhoneRang | CallEnded):
            place = self._calls.on_leg(event.leg)
        else:
            place = self._calls.get(event.contact)
        match event, place:
            case PhoneRang(phone=phone), Ringing(phone=rung, agent=agent) if phone == rung:
                self._roster.ring(now, agent)
            case CallAnswered(phone=phone), Ringing() | Fallback() | Waiting():
                self._pairing.talk(now, place, phone, since=now, recording=event.recording)
            case OfferFailed(phone=phone), Ringing(phone=rung) if phone == rung:
                self._pairing.fail(now, place, event.cause)
            case CallFellBack(), _:
                if isinstance(place, Waiting) or (isinstance(place, Ringing) and not place.ordered):
                    self._pairing.fall_back(now, place)
                self._out.append(Look())
            case AgentLegEnded(), Talking():
                self._pairing.end(now, place, EndedBy.AGENT, "agent_hung_up")
            case CallEnded(), Talking(hung_up=True):
                self._pairing.end(now, place, EndedBy.AGENT, "agent_hung_up")
                self._calls.forget(place.call.contact)
            case CallEnded(), InFlow() | Waiting() | Fallback() | Ringing() | Talking() | Leaving():
                self._pairing.end(now, place, EndedBy.CALLER, _outcome(place))
                self._calls.forget(place.call.contact)
            case _:
                pass

    # -- what an agent does

    def _agent(
        self,
        now: float,
        event: PopAcked
        | ScreenOpened
        | ScreenClosed
        | AgentLoggedOut
        | AgentReady
        | AgentPaused
        | AgentHungUp
        | WrapUpDone,
    ) -> None:
        roster, name = self._roster, event.agent
        match event:
            case PopAcked(contact=contact):
                place = self._calls.get(contact)
                if isinstance(place, Ringing) and place.agent == name and not place.ordered:
                    self._pairing.connect(now, place)
            case ScreenOpened():
                roster.open_screen(now, name)
            case ScreenClosed():
                roster.close_screen(now, name)
            case AgentLoggedOut():
                roster.choose(now, name, Presence.LOGGED_OUT, "")
            case AgentReady():
                roster.choose(now, name, Presence.READY, "")
            case AgentPaused(reason=reason):
                roster.choose(now, name, Presence.PAUSED, reason)
            case WrapUpDone():
                roster.finish_wrap_up(now, name)
            case AgentHungUp():
                self._hang_up(name)

    def _hang_up(self, name: AgentId) -> None:
        agent = self._roster.get(name)
        work = agent.work if agent else None
        place = self._calls.get(work.contact) if isinstance(work, OnCall) else None
        if isinstance(place, Talking):
            self._calls.learn(replace(place, hung_up=True), place.call)
            self._out.append(HangUp(contact=place.call.contact, leg=place.call.leg))
        else:
            self._roster.refuse(name, "hang_up", "You have no call to hang up.")

    # -- time and matching

    def _expire(self, now: float) -> None:
        self._roster.expire(now)
        overdue = False
        for contact in list(self._calls.timers.expire(now)):
            place = self._calls.get(contact)
            if isinstance(place, Ringing) and not place.ordered:
                self._pairing.connect(now, place)
            else:
                overdue = True
                self._calls.timers.set(contact, now + UNHELD_SECONDS)
        if overdue and self._asterisk:
            # Something has not come that should have: an answer of the switch, or the hold loop.
            self._out.append(Look())

    def _match(self, now: float) -> None:
        pairs = match(self._calls.held.values(), self._roster.free.values(), now)
        for claim, free in pairs:
            place, agent = self._calls.get(claim.contact), self._roster.get(free.agent)
            assert isinstance(place, Waiting)
            assert agent is not None
            self._pairing.offer(now, place, free.agent, agent.profile.phone)


def _outcome(place: Place) -> str:
    match place:
        case InFlow() | Leaving():
            return "hung_up"
        case Waiting() | Fallback() | Ringing():
            return "abandoned"
        case Talking():
            return "caller_hung_up"
