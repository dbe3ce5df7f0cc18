"""Our orders in Asterisk's words: Commands to actions. No input or output.

The names of contexts are those of dialplan/. A channel is named by its uniqueid, which Asterisk
takes for its name in all of these but QueueWithdrawCaller.
"""

from math import ceil
from typing import Final

from ccserver.ami.wire import LINE_BYTES_MAX, Headers
from ccserver.core.campaigns import MachineWay
from ccserver.core.commands import (
    Announce,
    AskSurvey,
    CallBack,
    Connect,
    Divert,
    HangUp,
    Hold,
    MirrorAgent,
    TakeBack,
    WriteTicket,
)
from ccserver.core.dial_orders import (
    OFF_HOOK,
    CallOffHook,
    Dial,
    EndOffHook,
    LeaveMessage,
    SwitchOrder,
    WalkFlow,
)
from ccserver.core.ids import LegId
from ccserver.core.records import RECORDINGS
from ccserver.core.rules import SpyMode, Way
from ccserver.core.seen import unpack
from ccserver.core.site import Presence
from ccserver.core.talk_orders import (
    CallAgain,
    CallSupervisor,
    Consult,
    Join,
    Park,
    PauseRecording,
    ResumeRecording,
    SendOutside,
    StartRecording,
    StopRecording,
    TalkOrder,
    TapeOrder,
)

FALLBACK_QUEUE: Final = "cc"
"""Asterisk's own queue, which serves callers while ccserver is away."""

CALLED_BACK: Final = "cc-called-back"
"""The context of a customer who was called back. The extension is the contact's id."""

DIALED: Final = "cc-dialed"
"""The context of whoever answers a campaign's call. The extension is the attempt's id."""

SUPERVISOR_RING_SECONDS: Final = 20

PLACES_MAX: Final = 9
"""Up to this place there is a prompt for each."""

MINUTES: Final = (1, 2, 3, 5, 10, 15, 20, 30)
"""What a caller is told of the wait: the prompts `wait_1` …, and then `wait_long`."""

CALLBACK_OFFERED: Final = 1
VOICEMAIL_OFFERED: Final = 2
"""What an announcement offers, as the dialplan adds it up: the keys that lead out of the queue."""

_TICKET_BYTES_MAX: Final = LINE_BYTES_MAX - len("Variable: CC_CALL=")

Order = (
    Connect | HangUp | Hold | WriteTicket | Announce | Divert | AskSurvey | CallBack | MirrorAgent
    | Dial | TalkOrder | TapeOrder | SwitchOrder
)  # fmt: skip
"""What can be ordered without knowing more than the order says."""


def to_actions(order: Order) -> list[Headers]:
    """The actions that carry an order out."""
    match order:
        case Connect():
            return [_connect(order)]
        case HangUp(leg=leg):
            return [_hang_up(leg)]
        case Hold(leg=leg):
            return [_redirect(leg, "cc-hold", "s")]
        case WriteTicket(leg=leg, ticket=ticket):
            value = _shortened(ticket)
            return [_set(leg, "CC_CALL", value)]
        case Announce():
            return [_redirect(order.leg, "cc-announce", _announced(order))]
        case Divert():
            return _divert(order)
        case AskSurvey(leg=leg, survey=survey):
            return [_redirect(leg, "cc-survey", survey)]
        case CallBack():
            return [_call_back(order)]
        case MirrorAgent(phone=phone, presence=presence):
            return _mirror(f"PJSIP/{phone}", presence)
        case _:
            return _within_talk(order)


def _connect(order: Connect) -> Headers:
    """Ring the agent's phone, or, if he is off-hook, bring the caller into his ear."""
    how = f"{int(order.record)}-{order.notice}-{order.survey}"
    if order.off_hook:
        # The dialplan makes the leg's name of it again: a whole one might be too long.
        since_ms = order.off_hook.rpartition("-")[2]
        return _redirect(order.leg, "cc-ear", f"{order.phone}-{since_ms}-{how}")
    return _redirect(order.leg, "cc-deliver", f"{order.phone}-{order.ring_seconds}-{how}")


def _hang_up(leg: LegId) -> Headers:
    """End a leg. An agent who is off-hook stays so: only his talk ends."""
    if leg.startswith(OFF_HOOK):
        return _redirect(leg, "cc-off-hook", leg.split("-")[1])
    return {"Action": "Hangup", "Channel": leg, "Cause": "16"}


def _redirect(leg: LegId, context: str, exten: str) -> Headers:
    return {
        "Action": "Redirect",
        "Channel": leg,
        "Context": context,
        "Exten": exten,
        "Priority": "1",
    }


def _announced(order: Announce) -> str:
    """The two prompts, and which keys are offered: never less time than was promised."""
    place = str(max(1, order.place)) if order.place <= PLACES_MAX else "many"
    minutes = ceil(order.wait_seconds / 60)
    wait = next((str(told) for told in MINUTES if minutes <= told), "long")
    offers = CALLBACK_OFFERED * order.callback + VOICEMAIL_OFFERED * order.voicemail
    return f"place_{place}-wait_{wait}-{offers}"


def _divert(order: Divert) -> list[Headers]:
    match order.way:
        case Way.CALLBACK:
            return [_redirect(order.leg, "cc-callback", "confirm")]
        case Way.VOICEMAIL:
            prompt = order.prompt or "voicemail_prompt"
            return [_redirect(order.leg, "cc-voicemail", f"{prompt}-{order.queue or ''}")]
        case Way.ANNOUNCEMENT:
            return [_redirect(order.leg, "cc-announcement", order.prompt or "goodbye")]
        case Way.WAIT | Way.QUEUE:
            return []  # he goes nowhere


def _within_talk(order: TalkOrder | TapeOrder | SwitchOrder | Dial) -> list[Headers]:
    if isinstance(order, SwitchOrder | Dial):
        return _for_campaigns(order)
    return _talk(order) if isinstance(order, TalkOrder) else _tape(order)


def _for_campaigns(order: SwitchOrder | Dial) -> list[Headers]:
    match order:
        case Dial():
            return [_dial(order)]
        case LeaveMessage(leg=leg, prompt=prompt):
            return [_redirect(leg, "cc-machine", prompt)]
        case WalkFlow(leg=leg, flow=flow):
            return [_redirect(leg, "cc-walk", flow)]
        case CallOffHook():
            return [_call_off_hook(order)]
        case EndOffHook(leg=leg):
            return [{"Action": "Hangup", "Channel": leg, "Cause": "16"}]


def _talk(order: TalkOrder) -> list[Headers]:
    match order:
        case Park(leg=leg, agent_leg=agent_leg):
            return [
                _together(_redirect(leg, "cc-parked", "s"), _redirect(agent_leg, "cc-aside", "s"))
            ]
        case Join():
            return _join(order)
        case Consult(phone=phone, number=number):
            called = phone or _digits(number)
            exten = f"{called}-{order.ring_seconds}-{int(order.record)}"
            moved = _redirect(order.agent_leg, "cc-consult", exten)
            return [
                _together(_redirect(order.leg, "cc-parked", "s"), moved) if order.leg else moved
            ]
        case SendOutside(leg=leg, number=number):
            exten = f"{_digits(number)}-{order.ring_seconds}-{int(order.record)}"
            return [_redirect(leg, "cc-outside", exten)]
        case CallSupervisor():
            return [_call_supervisor(order)]
        case CallAgain():
            return [_call_again(order)]


def _join(order: Join) -> list[Headers]:
    """Two who talk to each other go in one action: moving the one alone would end the other."""
    others = [_redirect(other, "cc-room", "other") for other in order.others]
    caller = [] if order.leg is None else [_redirect(order.leg, "cc-room", "caller")]
    # A caller who talks to the agent alone, or else an agent and whom he consults.
    pair, rest = (others[:2], others[2:]) if len(others) > 1 else (caller + others, [])
    moved = [_together(*pair)] if len(pair) == 2 else pair
    return [*(caller if len(others) > 1 else []), *moved, *rest]


def _together(one: Headers, other: Headers) -> Headers:
    names = ("Channel", "Context", "Exten", "Priority")
    return {**one, **{f"Extra{name}": other[name] for name in names}}


def _call_supervisor(order: CallSupervisor) -> Headers:
    spies = order.mode in (SpyMode.LISTEN, SpyMode.WHISPER)
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"PJSIP/{order.phone}",
        "ChannelId": order.leg,
        "Context": "cc-spy" if spies else "cc-room",
        "Exten": order.mode if spies else "other",
        "Priority": "1",
        "Timeout": str(SUPERVISOR_RING_SECONDS * 1000),
        "Variable": (
            f"__CC_CONTACT={order.contact}",
            f"CC_SPIED={order.agent_leg}",
            "CC_ROLE=supervisor",
            # As the dialplan (cc-named) tells the other phones.
            f"PJSIP_HEADER(add,X-CC-Contact)={order.contact}",
        ),
    }


def _call_off_hook(order: CallOffHook) -> Headers:
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"PJSIP/{order.phone}",
        "ChannelId": order.leg,
        "Context": "cc-off-hook",
        "Exten": order.phone,
        "Priority": "1",
        "Timeout": str(SUPERVISOR_RING_SECONDS * 1000),
        # A browser's page knows by the header that it is to answer by itself.
        "Variable": ("CC_ROLE=gone", f"PJSIP_HEADER(add,X-CC-Off-Hook)={order.leg}"),
    }


def _call_again(order: CallAgain) -> Headers:
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"PJSIP/{order.phone}",
        "ChannelId": order.leg,
        "Context": "cc-room",
        "Exten": "again",
        "Priority": "1",
        "Timeout": str(SUPERVISOR_RING_SECONDS * 1000),
        "Variable": (f"__CC_CONTACT={order.contact}", "CC_ROLE=agent"),
    }


def _tape(order: TapeOrder) -> list[Headers]:
    match order:
        case StartRecording(leg=leg, file=file):
            path = f"{RECORDINGS}/{file}"
            return [
                {"Action": "MixMonitor", "Channel": leg, "File": path, "Options": "Db"},
                _set(leg, "CC_TAPE", file),
                _set(leg, "CC_TAPED", "1"),
            ]
        case StopRecording(leg=leg):
            return [{"Action": "StopMixMonitor", "Channel": leg}, _set(leg, "CC_TAPE", "-")]
        case PauseRecording(legs=legs, until=until):
            told = _set(legs[0], "CC_PAUSED", str(round(until * 1000)))
            return [*(_mute(leg, "1") for leg in legs), told]
        case ResumeRecording(legs=legs):
            return [*(_mute(leg, "0") for leg in legs), _set(legs[0], "CC_PAUSED", "")]


def _mute(leg: LegId, state: str) -> Headers:
    return {"Action": "MixMonitorMute", "Channel": leg, "Direction": "both", "State": state}


def _set(leg: LegId, variable: str, value: str) -> Headers:
    return {"Action": "Setvar", "Channel": leg, "Variable": variable, "Value": value}


def _digits(number: str) -> str:
    """Digits alone, with their plus: this becomes a part of an extension or a dial string."""
    return "".join(c for c in number if c in "+0123456789")


def _call_back(order: CallBack) -> Headers:
    """Call a customer. The number is made of digits alone: it becomes a part of a dial string."""
    ticket = unpack(order.ticket)
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"PJSIP/{_digits(order.number)}@trunk",
        "ChannelId": order.leg,
        "Context": CALLED_BACK,
        "Exten": order.contact,
        "Priority": "1",
        "Timeout": str(order.ring_seconds * 1000),
        # The customer sees the number that he had called.
        "CallerID": ticket.dialed if ticket else "",
        "Variable": (
            f"__CC_CONTACT={order.contact}",
            f"CC_CALL={_shortened(order.ticket)}",
            f"CC_LANGUAGE={order.language}",
        ),
    }


def _dial(order: Dial) -> Headers:
    """Call a lead. Its leg knows from its first moment whose it is."""
    action: dict[str, str | tuple[str, ...]] = {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"PJSIP/{_digits(order.number)}@trunk",
        "ChannelId": order.leg,
        "Context": DIALED,
        "Exten": order.contact,
        "Priority": "1",
        "Timeout": str(order.ring_seconds * 1000),
        "Variable": (
            f"__CC_CONTACT={order.contact}",
            f"__CC_CALLER={order.leg}",
            f"CC_LANGUAGE={order.language}",
            f"CC_AMD={int(order.machine is not MachineWay.OFF)}",
            f"CC_GOODBYE={order.goodbye}",
        ),
    }
    if order.caller_id:
        action["CallerID"] = _digits(order.caller_id)
    return action


def _shortened(ticket: str) -> str:
    """A ticket that fits into a line: of the menus that the caller answered, the last count."""
    rest, bar, keys = ticket.rpartition("|")
    while keys and len(ticket.encode()) > _TICKET_BYTES_MAX:
        keys = keys.partition(" ")[2]
        ticket = f"{rest}{bar}{keys}"
    return ticket


def _mirror(member: str, presence: Presence) -> list[Headers]:
    if presence is Presence.LOGGED_OUT:
        return [{"Action": "QueueRemove", "Queue": FALLBACK_QUEUE, "Interface": member}]
    paused = "false" if presence is Presence.READY else "true"
    # Adding fails for who is a member already; then only the second one counts.
    return [
        {"Action": "QueueAdd", "Queue": FALLBACK_QUEUE, "Interface": member, "Paused": paused},
        {"Action": "QueuePause", "Queue": FALLBACK_QUEUE, "Interface": member, "Paused": paused},
    ]


def take_back(order: TakeBack, channels: dict[LegId, str]) -> Headers | None:
    """Withdraw a caller from Asterisk's queue, which knows channels by name only.

    None when the caller was not among the channels last seen. A caller who was answered meanwhile
    is no longer in the queue: Asterisk refuses, and the talk goes on.
    """
    channel = channels.get(order.leg)
    if channel is None:
        return None
    return {"Action": "QueueWithdrawCaller", "Queue": FALLBACK_QUEUE, "Caller": channel}
