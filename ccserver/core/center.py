"""The contact center as one machine: events in, commands out.

No method here waits, reads a clock or touches the world. The same object runs in production,
where `ccserver.host` feeds it, and in simulation.
"""

from ccserver.core import events as fact
from ccserver.core import talk_events as talk
from ccserver.core.adopt import adopt
from ccserver.core.agents import Roster
from ccserver.core.answers import Answers
from ccserver.core.callbacks import Callbacks
from ccserver.core.callers import Callers
from ccserver.core.calls import Calls
from ccserver.core.campaign_runs import PacerFor
from ccserver.core.commands import Command, Look
from ccserver.core.company import agents_of, check, check_agents
from ccserver.core.desk import Desk
from ccserver.core.desk_events import CallbackPlanned, DispositionSet
from ccserver.core.dialer import Dialer
from ccserver.core.floor import Floor
from ccserver.core.found_talks import FoundTalks
from ccserver.core.ids import AgentId, ContactId, LegId, Queue
from ccserver.core.outlook import QueueSight, sight
from ccserver.core.pacing import pacer_for as usual_pacer
from ccserver.core.pairing import Pairing
from ccserver.core.passing import Passing
from ccserver.core.places import (
    AwaitingCallback,
    InFlow,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.queues import Queues
from ccserver.core.routing import Router
from ccserver.core.rules import QueueRules
from ccserver.core.site import OpenContact, Presence
from ccserver.core.stuck import stuck
from ccserver.core.supervisors import Supervisors
from ccserver.core.talk_legs import TalkLegs
from ccserver.core.talks import Talks
from ccserver.core.tapes import Tapes
from ccserver.core.timers import Agenda, Alarm, Timers
from ccserver.core.value import Consent
from ccserver.core.walks import STEPS_KEPT
from ccserver.core.watching import UNHELD_SECONDS
from ccserver.core.work import Offered, OnCall


class Center:
    """Every caller and every agent, each in exactly one place."""

    def __init__(self, pacer_for: PacerFor = usual_pacer) -> None:
        """`pacer_for` makes the pacer of each campaign that has one."""
        self._out: list[Command] = []
        self._agenda: Agenda = Timers()
        out, agenda = self._out, self._agenda
        self._router = Router(agenda)
        self._calls = Calls(out, self._router, agenda)
        self._roster = Roster(out, self._router, agenda)
        self._pairing = Pairing(out, self._calls, self._roster, self._router, agenda)
        self._tapes = Tapes(out, self._calls, self._roster, self._router, agenda)
        self._callbacks = Callbacks(out, self._calls, self._router, self._pairing, agenda)
        self._queues = Queues(
            out, self._calls, self._roster, self._router, self._pairing, self._callbacks, agenda
        )
        self._callers = Callers(
            out, self._calls, self._router, self._pairing, self._callbacks, self._queues, agenda
        )
        pairs = out, self._calls, self._roster, self._pairing
        passing = Passing(*pairs)
        self._talks = Talks(*pairs, self._router, self._queues, passing)
        self._supervisors = Supervisors(*pairs, passing)
        self._talk_legs = TalkLegs(*pairs, passing, self._supervisors)
        self._found_talks = FoundTalks(*pairs, passing, self._talk_legs)
        self._answers = Answers(
            out, self._calls, self._roster, self._pairing, self._callbacks, self._queues,
            self._callers, self._talk_legs,
        )  # fmt: skip
        self._floor = Floor(self._calls, self._roster, self._queues)
        self._desk = Desk(out, self._calls, self._roster, self._router, self._callbacks)
        self._dialer = Dialer(*pairs[:3], self._router, self._pairing, agenda, pacer_for)
        self._remembered: dict[LegId, OpenContact] = {}
        self._asterisk = False
        self._now = 0.0

    def handle(self, now: float, event: fact.Event) -> list[Command]:
        """Take one event in, and say what is to be done about it.

        An event that makes no sense here changes nothing: Asterisk repeats itself, and news
        crosses on the way.
        """
        self._now = now
        self._router.at(now)
        self._expire(now)
        self._take(now, event)
        self._settle(now)
        commands = self._out.copy()
        self._out.clear()
        return commands

    def _settle(self, now: float) -> None:
        """Pair who fits whom, and let campaigns see it, until nothing changes any more."""
        goes_on = True
        while goes_on:
            if self._asterisk and self._router.has_news:
                self._match(now)
            goes_on = self._dialer.go_on(now)

    def _take(self, now: float, event: fact.Event) -> None:
        if isinstance(event, fact.FlowEvent | fact.StepEvent | fact.LoopEvent):
            self._caller(now, event)
        elif isinstance(event, fact.TalkEvent):
            self._answers.talk(now, event)
        elif isinstance(event, fact.EndEvent):
            self._end(now, event)
        elif isinstance(event, fact.ScreenEvent):
            self._screen(now, event)
        elif isinstance(event, fact.AgentEvent):
            self._agent(now, event)
        elif isinstance(event, fact.HouseEvent):
            self._house(now, event)
        elif isinstance(event, fact.DeskEvent | fact.FloorEvent):
            self._desk_or_floor(now, event)
        elif isinstance(event, fact.DialEvent):
            self._dialer.handle(now, event)
        elif not isinstance(event, fact.Wake):
            self._within_talk(now, event)

    def _end(self, now: float, event: fact.EndEvent) -> None:
        if isinstance(event, fact.CallEnded):
            self._dialer.end_leg(now, event.leg)
        self._answers.end(now, event)

    def due(self) -> float | None:
        """When `handle` wants to be called again, even if nothing happens."""
        return self._agenda.due()

    def stuck(self, now: float) -> int:
        """How many calls and agents wait for what will not come any more: must be 0."""
        return stuck(now, self._calls.all(), self._roster.all(), self._router.rules)

    def sight(self, queue: Queue, now: float) -> QueueSight:
        """How a queue looks, to a flow that asks before it sends a caller there."""
        rules = self._router.queues.get(queue) or QueueRules(name=queue)
        waiting = self._calls.waiting(queue)
        return sight(now, self._router.scape, rules, self._calls.expected, waiting)

    def can_call_back(self, number: str) -> bool:
        """Whether this is an E.164 number that does not wait to be called already."""
        return self._callbacks.can_be_called(number)

    def notice(self, contact: ContactId, queue: Queue, consent: Consent | None) -> str:
        """The prompt that this caller hears before he comes into the queue; empty: none.

        `consent`: what he said in the flow, which has not ended yet.
        """
        return self._tapes.notice(contact, queue, consent)

    def check(self) -> None:
        """State what must always be true. Tests and simulations call this after every event."""
        assert not self._out, "every command was handed out"
        self._dialer.check()
        for place in self._calls.all():
            self._check_call(place)
        for agent in self._roster.all():
            if isinstance(agent.work, Offered | OnCall):
                place_of = self._calls.get(agent.work.contact)
                assert agent.profile.agent in agents_of(place_of), "no agent has a call that is not"
        if self._asterisk:
            self._router.check(self._now)

    def _check_call(self, place: Place) -> None:
        contact = place.call.contact
        if isinstance(place, AwaitingCallback):
            assert not place.call.leg, "who hung up has no leg"
        else:
            assert self._calls.on_leg(place.call.leg) == place, "each call is found by its leg"
        waits = isinstance(place, Waiting) and place.held
        waits = waits or (isinstance(place, AwaitingCallback) and place.due)
        assert self._router.waits(contact) == waits, "who waits in the loop can be connected"
        paused = isinstance(place, Talking) and place.tape and place.tape.paused_until is not None
        assert ((Alarm.TAPE, contact) in self._agenda) == bool(paused), "no pause lasts for ever"
        if (walk := place.call.walk) is not None:
            assert isinstance(place, InFlow | Waiting | Ringing), "no one else walks a flow"
            assert 0 < len(walk.steps) <= STEPS_KEPT
            assert walk.number == place.call.walks, "it is the last that has begun"
        check_agents(place, self._roster)
        if isinstance(place, Talking):
            check(place)

    # -- the house

    def _house(self, now: float, event: fact.HouseEvent) -> None:
        match event:
            case fact.Started():
                self._start(now, event)
            case fact.RulesChanged(queues=queues, site=site):
                self._router.set_rules(queues, site)
                self._dialer.rules_changed()
            case fact.AgentKnown(profile=profile):
                self._roster.know(now, profile, 0.0)
            case fact.AsteriskSeen():
                if not self._asterisk:
                    self._roster.mirror_all()
                    self._router.look_again()
                self._asterisk = True
                self._dialer.see(now, event, self._remembered)
                adopt(
                    now,
                    event,
                    self._calls,
                    self._roster,
                    self._pairing,
                    self._callbacks,
                    self._found_talks,
                    self._tapes,
                    self._remembered,
                )
                self._remembered = {}
                self._calls.lose_sight(None)
            case fact.AsteriskLost():
                self._asterisk = False
                self._dialer.lose_sight()
                self._calls.lose_sight(now)
            case fact.PhoneChanged(phone=phone, reachable=reachable):
                self._roster.reach(now, phone, reachable)
        self._expire(now)  # what the last run left behind may be overdue

    def _start(self, now: float, event: fact.Started) -> None:
        self._router.set_rules(event.queues, event.site)
        waiting = {callback.contact for callback in event.callbacks}
        self._remembered = {
            known.leg: known for known in event.open_contacts if known.contact not in waiting
        }
        for profile in event.agents:
            queues = profile.queues or self._router.queues
            waits = (self._router.rules(queue).wrap_up_seconds for queue in queues)
            self._roster.know(now, profile, max(waits, default=0.0))
        for callback in event.callbacks:
            self._callbacks.remember(now, callback)

    # -- what the switch tells

    def _caller(self, now: float, event: fact.FlowEvent | fact.StepEvent | fact.LoopEvent) -> None:
        if isinstance(event, fact.FlowEvent):
            self._callers.come_and_go(now, event)
        elif isinstance(event, fact.StepEvent):
            self._callers.walk(now, event)
        else:
            self._callers.wait(now, event)

    # -- what an agent does

    def _screen(self, now: float, event: fact.ScreenEvent) -> None:
        match event:
            case fact.PopAcked(contact=contact, agent=name):
                place = self._calls.get(contact)
                if isinstance(place, Ringing) and place.agent == name and not place.ordered:
                    self._pairing.connect(now, place)
            case fact.ScreenOpened(agent=name):
                self._roster.open_screen(now, name)
            case fact.ScreenClosed(agent=name):
                self._roster.close_screen(now, name)

    def _agent(self, now: float, event: fact.AgentEvent) -> None:
        roster, name = self._roster, event.agent
        match event:
            case fact.AgentLoggedOut():
                roster.choose(now, name, Presence.LOGGED_OUT, "")
                self._queues.look_for_empty(now)
            case fact.AgentReady():
                roster.choose(now, name, Presence.READY, "")
            case fact.AgentPaused(reason=reason):
                roster.choose(now, name, Presence.PAUSED, reason)
            case fact.WrapUpDone():
                self._desk.wrap_up_done(now, name)
            case fact.AgentHungUp():
                if not self._desk.hang_up(now, name):
                    self._talks.hang_up(now, name)

    def _desk_or_floor(self, now: float, event: fact.DeskEvent | fact.FloorEvent) -> None:
        if isinstance(event, CallbackPlanned) and self._dialer.agreed(now, event):
            return
        if isinstance(event, fact.DeskEvent):
            if isinstance(event, DispositionSet):
                self._dialer.disposed(event)
            self._desk.handle(now, event)
        else:
            self._floor.handle(now, event)

    def _within_talk(self, now: float, event: talk.WithinTalk) -> None:
        if isinstance(event, talk.CallControlEvent):
            self._talks.control(now, event)
        elif isinstance(event, talk.PartyEvent):
            self._talk_legs.told(now, event)
        elif isinstance(event, talk.SupervisorEvent):
            self._supervisors.come_and_go(now, event)
        else:
            self._tapes.handle(now, event)

    # -- time and matching

    def _expire(self, now: float) -> None:
        overdue = False
        for alarm, name in self._agenda.expire(now):
            overdue = self._due(now, alarm, name) or overdue
        if overdue and self._asterisk:
            # Something has not come that should have: an answer of the switch, or the hold loop.
            self._out.append(Look())

    def _due(self, now: float, alarm: Alarm, name: str) -> bool:
        """Do what is due. True: the switch owes an answer."""
        match alarm:
            case Alarm.AGENT:
                self._agent_due(now, AgentId(name))
            case Alarm.LIMIT:
                self._queues.end_wait(now, ContactId(name))
            case Alarm.ANNOUNCEMENT:
                self._queues.announce(now, ContactId(name))
            case Alarm.CALLBACK:
                self._callbacks.expire(now, ContactId(name))
            case Alarm.OPENING:
                self._router.open(name)
            case Alarm.RELEASE:
                self._router.release(ContactId(name))
            case Alarm.TAPE:
                self._tapes.expire(now, ContactId(name))
            case Alarm.CAMPAIGN | Alarm.ATTEMPT:
                self._dialer.expire(now, alarm, name)
            case Alarm.CALL:
                return self._missed_news(now, ContactId(name))
        return False

    def _agent_due(self, now: float, name: AgentId) -> None:
        if self._roster.expire(now, name):
            self._queues.look_for_empty(now)

    def _missed_news(self, now: float, contact: ContactId) -> bool:
        """The screen has had its time; or (True) the switch owes an answer."""
        place = self._calls.get(contact)
        if isinstance(place, Ringing) and not place.ordered:
            self._pairing.connect(now, place)
            return False
        self._agenda.set((Alarm.CALL, contact), now + UNHELD_SECONDS)
        return True

    def _match(self, now: float) -> None:
        newcomers = self._router.newcomers()
        for found in self._router.match(now):
            place, agent = self._calls.get(found.contact), self._roster.get(found.agent)
            assert agent is not None
            if isinstance(place, AwaitingCallback):
                self._callbacks.turn(now, place, found.agent, agent.profile.phone)
            else:
                assert isinstance(place, Waiting)
                self._pairing.offer(now, place, found.agent, agent.profile.phone)
            self._out.append(found)
        for contact in newcomers:
            place = self._calls.get(contact)
            if isinstance(place, Waiting) and place.place == 0:
                self._calls.promise(place, now, first=True)
