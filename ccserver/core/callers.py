"""What callers do by themselves: arrive, walk a flow, wait, and leave a message."""

from ccserver.core import events as fact
from ccserver.core.callbacks import Callbacks
from ccserver.core.calls import Calls
from ccserver.core.commands import Command
from ccserver.core.company import is_sent_outside
from ccserver.core.doings import HIDDEN
from ccserver.core.ids import Queue
from ccserver.core.pairing import Pairing
from ccserver.core.places import (
    AwaitingCallback,
    Call,
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
from ccserver.core.quick import replace
from ccserver.core.records import (
    MarkKind,
    Recorded,
    SaveAnswer,
    SaveMark,
    SaveRecording,
    SaveVoicemail,
)
from ccserver.core.routing import Router
from ccserver.core.seen import EndedBy
from ccserver.core.taping import message_began_at
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.walks import begin_walk, begins_walk, go_on

LABELS_MAX = 30
"""So many labels a contact's data may have; a further one is passed over."""
VALUE_LENGTH_MAX = 500
"""A value is cut after so many characters."""


class Callers:
    """All who ring, on their way to an agent."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        router: Router,
        pairing: Pairing,
        callbacks: Callbacks,
        queues: Queues,
        agenda: Agenda,
    ) -> None:
        self._out = out
        self._calls = calls
        self._router = router
        self._pairing = pairing
        self._callbacks = callbacks
        self._queues = queues
        self._agenda = agenda

    def come_and_go(self, now: float, event: fact.FlowEvent) -> None:
        """A flow begins, learns who is calling, or hands the caller over."""
        place = self._calls.get(event.contact)
        match event, place:
            case fact.CallArrived(), None if self._calls.on_leg(event.leg) is None:
                call = Call(
                    contact=event.contact,
                    leg=event.leg,
                    arrived_at=now,
                    caller=event.caller,
                    dialed=event.dialed,
                )
                self._calls.begin(call, now)
            case fact.CallerRecognized(customer=customer), InFlow(call=call, after_talk=False):
                known = replace(call, customer=customer, language=customer.language)
                self._calls.learn(place, known)
            case fact.CallerRecognized(customer=customer), (
                InFlow(call=call)
                | Waiting(call=call)
                | Fallback(call=call)
                | Ringing(call=call)
                | Talking(call=call)
                | AwaitingCallback(call=call)
                | Dialing(call=call)
            ):
                self._calls.learn(place, replace(call, customer=customer))
                self._pairing.obey_policy(now, event.contact)
            case fact.FlowEnded(), InFlow():
                self._leave_flow(now, place, event)
            case fact.FlowEnded(queue=str(name)), Waiting(queue=queue) if name != queue:
                self._queues.change(now, place, Queue(name), event)
            case _:
                pass

    def _leave_flow(self, now: float, place: InFlow, event: fact.FlowEnded) -> None:
        place = self._calls.end_walk(place, now, _how(event))
        if event.voicemail:
            queue = event.queue or place.call.queue
            call = replace(place.call, queue=queue, language=event.language)
            self._pairing.end(now, replace(place, call=call), EndedBy.SYSTEM, "voicemail")
        elif event.queue is not None:
            self._queues.join(now, place, event.queue, event)
        elif place.after_talk:
            self._pairing.end(now, place, EndedBy.AGENT, "surveyed")
        else:
            self._pairing.end(now, place, EndedBy.SYSTEM, "goodbye")

    # -- within a flow

    def walk(self, now: float, event: fact.StepEvent) -> None:
        """Something happens within a flow. A caller who waits may walk one, until he is rung for
        and his leg is pulled out of it."""
        place = self._calls.get(event.contact)
        match event, place:
            case fact.StepEntered(), InFlow() | Waiting() | Ringing():
                self._enter(now, place, event)
            case fact.StepEntered(flow=flow), Talking(queue=queue):
                if flow == self._router.rules(queue).survey:
                    # The flow's word came before the switch's: the agent has hung up.
                    self._pairing.end_talk(now, place)
                    self.walk(now, event)
            case fact.KeyPressed(step=step, key=key), InFlow() | Waiting() | Ringing():
                keys = (*place.call.keys, (step, key))
                self._calls.note(place, replace(place.call, keys=keys))
                if key == HIDDEN and place.call.recorded:
                    mark = SaveMark(contact=event.contact, at=now, kind=MarkKind.SECRET)
                    self._out.append(mark)
            case fact.WalkEnded(how=how), InFlow() | Waiting():
                self._calls.end_walk(place, now, how)
            case fact.WalkEnded(how=how), Ringing() if how != "hung_up":
                # A leg that is pulled out looks to the flow as if it were gone.
                self._calls.end_walk(place, now, how)
            case fact.SurveyAnswered(), _:
                self._keep_answer(now, place, event)
            case fact.DataAttached(data=data), (
                InFlow(call=call) | Waiting(call=call) | Fallback(call=call) | Ringing(call=call)
                | Talking(call=call) | AwaitingCallback(call=call) | Dialing(call=call)
            ):  # fmt: skip
                self._calls.note(place, replace(call, data=_attached(call.data, data)))
            case _:
                pass

    def _enter(
        self, now: float, place: InFlow | Waiting | Ringing, event: fact.StepEntered
    ) -> None:
        call = place.call
        if call.walk is not None and not begins_walk(call.walk, event):
            self._calls.note(place, replace(call, walk=go_on(call.walk, event, now)))
            return
        # Nobody told how the walk before ended: an offer may have cut it that came to nothing.
        place = self._calls.end_walk(place, now, "back")
        self._calls.note(place, begin_walk(place.call, event, now))
        if isinstance(place, InFlow):
            self._agenda.set((Alarm.CALL, call.contact), None)

    def _keep_answer(self, now: float, place: Place | None, event: fact.SurveyAnswered) -> None:
        self._out.append(
            SaveAnswer(
                contact=event.contact,
                survey=event.survey,
                question=event.question,
                answer=event.answer,
                queue=place.call.queue if place else None,
                agent=place.call.agent if place else None,
                answered_at=now,
            )
        )
        if (began_at := message_began_at(event.answer, event.contact)) is not None:
            call = place.call if place else None
            self._out.append(
                SaveRecording(
                    contact=event.contact,
                    agent=None,
                    file=event.answer,
                    started_at=began_at,
                    ended_at=max(began_at, now),
                    kind=Recorded.VOICEMAIL,
                    queue=call.queue if call else None,
                    caller=call.caller if call else "",
                    customer=call.customer.id if call and call.customer else "",
                )
            )

    # -- in the hold loop

    def wait(self, now: float, event: fact.LoopEvent) -> None:
        """The hold loop has the caller, or he asks for something there."""
        place = self._calls.get(event.contact)
        match event, place:
            case fact.CallHeld(), Waiting() | AwaitingCallback() | Leaving():
                # In the loop no one walks a flow, and nobody may have told how that ended.
                self._queues.arrived(now, self._calls.end_walk(place, now, "back"))
            case fact.CallHeld(leg=leg), Dialing(call=call) if leg == call.leg:
                self._callbacks.answered(now, place)
            case fact.CallHeld(), Fallback():
                self._pairing.wait_again(now, place, "taken_back", held=True)
            case fact.CallHeld(), Talking() if is_sent_outside(place):
                self._pairing.wait_again(now, place, "no_answer", held=True)
            case fact.CallbackRequested(number=number), Waiting(call=call):
                number = number or call.caller
                if self._callbacks.can_be_called(number):
                    self._queues.call_back(now, place, number)
            case fact.VoicemailRequested(), Waiting():
                self._queues.leave_message(now, place)
            case _:
                pass

    def leave_message(self, event: fact.VoicemailLeft) -> None:
        """There is a message for the agents of a queue. Its caller may be gone already."""
        place = self._calls.get(event.contact)
        customer = place.call.customer if place else None
        self._out.append(
            SaveVoicemail(
                contact=event.contact,
                queue=event.queue,
                file=event.recording,
                caller=place.call.caller if place else "",
                customer=customer.id if customer else "",
                started_at=event.started_at,
                ended_at=event.ended_at,
            )
        )
        self._out.append(
            SaveRecording(
                contact=event.contact,
                agent=None,
                file=event.recording,
                started_at=event.started_at,
                ended_at=event.ended_at,
                kind=Recorded.VOICEMAIL,
                queue=event.queue,
                caller=place.call.caller if place else "",
                customer=customer.id if customer else "",
            )
        )


def _how(event: fact.FlowEnded) -> str:
    """How a walk ended, as its caller's way on tells."""
    if event.voicemail:
        return "voicemail"
    if event.queue is None:
        return "goodbye"
    return "callback" if event.callback else "queued"


def _attached(
    data: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """What stood under a label gives way to what is new."""
    known = dict(data)
    for label, value in more:
        if label in known or len(known) < LABELS_MAX:
            known[label] = value[:VALUE_LENGTH_MAX]
    return tuple(known.items())
