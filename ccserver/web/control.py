"""What people ask for by their buttons, as the core's events. Knows no socket."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import assert_never

from ccserver.core import desk_events as desk
from ccserver.core import dial_events as dialing
from ccserver.core import events as fact
from ccserver.core import talk_events as talk
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.db.acts import Act, ActKind
from ccserver.db.people import Role
from ccserver.numbers import e164
from ccserver.web import requests as ask
from ccserver.web.instants import ms
from ccserver.web.messages import CallInfo, Me
from ccserver.web.view import View

Request = (
    ask.WorkRequest | ask.Dial | ask.CallRequest | ask.OutboundRequest | ask.TapeRequest
    | ask.SupervisorRequest
)  # fmt: skip


class NotForYouError(Refused):
    """This is for others."""

    what_to_do = "Ask a supervisor."


class NoCallsError(NotForYouError):
    """You take no calls."""

    what_to_do = "Ask an administrator to give you a phone."


class NotSupervisorError(NotForYouError):
    """This is for supervisors."""


class NoTalkError(Refused):
    """You have no talk."""


class NoNumberError(Refused):
    """This is no telephone number."""


class NoQueueError(Refused):
    """There is no queue whose rules could hold for the call."""


class NoPhoneError(Refused):
    """You have no phone to join with."""


class NoPreviewError(Refused):
    """No lead is shown to you."""


class NoSkipLeftError(Refused):
    """You have skipped as many as you may: call this one."""


class Control:
    """Knows who asks, and turns it into the event. `default_region` (ISO 3166-1): how a number
    without a country's code is read."""

    def __init__(
        self,
        view: View,
        *,
        now: Callable[[], float],
        default_region: str,
        new_contact: Callable[[], ContactId],
    ) -> None:
        self._new_contact = new_contact
        self._view = view
        self._now = now
        self._default_region = default_region

    def event_of(self, me: Me, request: Request) -> fact.Event:
        """What the core is to be told. Raises Refused, in words for the person, for what is plain
        nonsense; whether the rest can be done, the core decides."""
        if isinstance(request, ask.SupervisorRequest):
            return self._supervisor(me, request)
        if me.agent is None:
            raise NoCallsError
        agent = AgentId(me.agent)
        if isinstance(request, ask.CallRequest):
            return self._call(agent, request)
        if isinstance(request, ask.TapeRequest):
            return self._tape(agent, me.login, request)
        if isinstance(request, ask.OutboundRequest):
            return self._outbound(agent, request)
        if isinstance(request, ask.Dial):
            return self._dial(agent, request)
        return _work(agent, request)

    def _dial(self, agent: AgentId, request: ask.Dial) -> fact.Event:
        queues = [Queue(request.queue)] if request.queue else self._view.queues
        if not queues:
            raise NoQueueError
        return desk.AgentDialed(
            agent=agent,
            contact=self._new_contact(),
            number=self._number(request.number),
            queue=queues[0],
            customer=request.customer,
        )

    def _outbound(self, agent: AgentId, request: ask.OutboundRequest) -> fact.Event:
        if isinstance(request, ask.OffHook):
            return dialing.OffHookChosen(agent=agent, on=request.on)
        if (preview := self._view.outbound.previews.get(agent)) is None:
            raise NoPreviewError
        if isinstance(request, ask.PreviewDial):
            return dialing.PreviewDialed(agent=agent)
        if not preview.skips_left:
            raise NoSkipLeftError
        return dialing.PreviewSkipped(agent=agent, reason=request.reason)

    def _call(self, agent: AgentId, request: ask.CallRequest) -> fact.Event:
        match request:
            case ask.Transfer(queue=queue, agent=other, number=number):
                return talk.AgentTransferred(
                    agent=agent,
                    queue=None if queue is None else Queue(queue),
                    to_agent=None if other is None else AgentId(other),
                    number=self._number(number),
                )
            case ask.Hold():
                return talk.AgentHeld(agent=agent)
            case ask.Resume():
                return talk.AgentResumed(agent=agent)
            case ask.Consult(agent=other, number=number):
                return talk.AgentConsulted(
                    agent=agent,
                    to_agent=None if other is None else AgentId(other),
                    number=self._number(number),
                )
            case ask.EndConsult():
                return talk.ConsultEnded(agent=agent)
            case ask.CompleteTransfer():
                return talk.TransferCompleted(agent=agent)
            case ask.Conference():
                return talk.ConferenceBegun(agent=agent)
            case ask.SoundBack():
                return talk.AgentReturned(agent=agent)
            case _:
                assert_never(request)

    def _number(self, written: str | None) -> str:
        if written is None:
            return ""
        if (number := e164(written, self._default_region)) is None:
            raise NoNumberError
        return number

    def _tape(self, agent: AgentId, by: str, request: ask.TapeRequest) -> fact.Event:
        match request:
            case ask.RecordTalk():
                call = self._talk(agent)
                return talk.TapeStarted(agent=agent, file=tape_file(call.contact, self._now()))
            case ask.StopRecord():
                return talk.TapeStopped(agent=agent)
            case ask.PauseRecording():
                return talk.TapePaused(contact=ContactId(self._talk(agent).contact), by=by)
            case ask.ResumeRecording():
                return talk.TapeResumed(contact=ContactId(self._talk(agent).contact), by=by)
            case _:
                assert_never(request)

    def _talk(self, agent: AgentId) -> CallInfo:
        if (call := self._view.talk_of(agent)) is None:
            raise NoTalkError
        return call

    def act_of(self, me: Me, request: Request) -> Act | None:
        """How it is written down what a supervisor does to a talk. None: he does nothing to one."""
        match request:
            case ask.Join(agent=agent, mode=mode):
                kind, call = ActKind(mode), self._view.talk_of(AgentId(agent))
            case ask.Leave():
                kind, call = ActKind.LEAVE, self._view.joined_by(me.login)
                if call is None:
                    return None
                agent = call.agent or ""
            case _:
                return None
        contact = None if call is None else ContactId(call.contact)
        return Act(who=me.login, kind=kind, target=agent, contact=contact)

    def _supervisor(self, me: Me, request: ask.SupervisorRequest) -> fact.Event:
        if me.role is Role.AGENT:
            raise NotSupervisorError
        match request:
            case ask.Join(agent=agent, mode=mode):
                phone = None if me.agent is None else self._view.phone_of(AgentId(me.agent))
                if phone is None:
                    raise NoPhoneError
                return talk.SupervisorJoined(
                    supervisor=me.login, phone=phone, agent=AgentId(agent), mode=mode
                )
            case ask.Leave():
                return talk.SupervisorLeft(supervisor=me.login)
            case _:
                assert_never(request)


def _work(agent: AgentId, request: ask.WorkRequest) -> fact.Event:
    match request:
        case ask.Ready():
            return fact.AgentReady(agent=agent)
        case ask.Pause(reason=reason):
            return fact.AgentPaused(agent=agent, reason=reason)
        case ask.HangUp():
            return fact.AgentHungUp(agent=agent)
        case ask.WrapUpDone():
            return fact.WrapUpDone(agent=agent)
        case ask.ExtendWrapUp():
            return desk.WrapUpExtended(agent=agent)
        case _:
            assert_never(request)


def tape_file(contact: str, at: float) -> str:
    """What a recording that begins now is called, as the dialplan names its own: by the day on this
    machine's clock, the contact and the millisecond."""
    day = datetime.fromtimestamp(at, UTC).astimezone()
    return f"{day:%Y/%m/%d}/{contact}-{ms(at)}.raw"
