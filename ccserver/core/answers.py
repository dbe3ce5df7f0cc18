"""What the switch tells of phones that ring and answer, and of calls that end."""

from ccserver.core import events as fact
from ccserver.core.agents import Roster
from ccserver.core.callbacks import Callbacks
from ccserver.core.callers import Callers
from ccserver.core.calls import Calls
from ccserver.core.commands import Command, Look
from ccserver.core.pairing import Pairing
from ccserver.core.parties import Phase
from ccserver.core.places import (
    AwaitingCallback,
    Dialing,
    Fallback,
    InFlow,
    Leaving,
    Place,
    Ringing,
    Talking,
    Waiting,
)
from ccserver.core.queues import Queues
from ccserver.core.seen import EndedBy
from ccserver.core.talk_legs import TalkLegs


class Answers:
    """Talks as they begin, and calls as they end."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        callbacks: Callbacks,
        queues: Queues,
        callers: Callers,
        talk_legs: TalkLegs,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing
        self._callbacks = callbacks
        self._queues = queues
        self._callers = callers
        self._talk_legs = talk_legs

    def talk(self, now: float, event: fact.TalkEvent) -> None:
        """A phone rings, answers or fails, or an agent's leg ends."""
        if isinstance(event, fact.PhoneRang):
            place = self._calls.on_leg(event.leg)
        else:
            place = self._calls.get(event.contact)
        match event, place:
            case fact.PhoneRang(phone=phone), Ringing(phone=rung, agent=agent) if phone == rung:
                self._roster.ring(now, agent)
            case fact.CallAnswered(phone=phone), Ringing() | Fallback() | Waiting():
                self._pairing.talk(
                    now,
                    place,
                    phone,
                    since=now,
                    recording=event.recording,
                    leg=event.leg,
                    phase=Phase.ROOM if event.in_room else Phase.TALK,
                )
            case fact.OfferFailed(phone=phone), Ringing(phone=rung) if phone == rung:
                self._pairing.fail(now, place, event.cause)
            case fact.CallFellBack(), _:
                if isinstance(place, Waiting) or (isinstance(place, Ringing) and not place.ordered):
                    self._pairing.fall_back(now, place)
                self._out.append(Look())
            case fact.AgentLegEnded(phone=phone, leg=leg), Talking():
                self._talk_legs.agent_left(now, place, phone, leg)
            case _:
                pass

    def end(self, now: float, event: fact.EndEvent) -> None:
        """A call is over, or a customer could not be called."""
        if isinstance(event, fact.VoicemailLeft):
            self._callers.leave_message(event)
            return
        place = self._calls.on_leg(event.leg)
        if isinstance(place, Dialing):
            cause = event.cause if isinstance(event, fact.CallbackFailed) else "failed"
            self._callbacks.fail(now, place, cause)
        elif place is not None and isinstance(event, fact.CallEnded):
            self._leg_ended(now, place)

    def _leg_ended(self, now: float, place: Place) -> None:
        if isinstance(place, Talking) and place.hung_up:
            self._pairing.end(now, place, EndedBy.AGENT, "agent_hung_up")
        elif isinstance(place, InFlow) and place.after_talk:
            self._pairing.end(now, place, EndedBy.AGENT, "hung_up")
        else:
            if isinstance(place, Waiting | Fallback | Ringing):
                self._queues.cut_off(now, place)
            self._pairing.end(now, place, EndedBy.CALLER, _outcome(place))
        self._calls.forget(place.call.contact)


def _outcome(place: Place) -> str:
    match place:
        case InFlow() | Leaving() | AwaitingCallback() | Dialing():
            return "hung_up"
        case Waiting() | Fallback() | Ringing():
            return "abandoned"
        case Talking():
            return "caller_hung_up"
