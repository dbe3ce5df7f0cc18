"""Asterisk's words into ours and back: messages to Events, Commands to actions. No input or output.

The names of contexts and UserEvents are those of dialplan/. Asterisk's own are documented in its
AMI reference (Asterisk 22): UserEvent, Hangup, DialBegin, Status. Our orders are in orders.py.
"""

import re
from collections.abc import Iterable
from typing import Final

from ccserver.ami.wire import Headers, Message
from ccserver.core.dial_events import (
    AttemptAnswered,
    AttemptEnded,
    AttemptPickedUp,
    OffHookDown,
    OffHookUp,
)
from ccserver.core.dial_orders import ATTEMPT, OFF_HOOK
from ccserver.core.events import (
    AgentLegEnded,
    CallAnswered,
    CallEnded,
    CallFellBack,
    CallHeld,
    Event,
    OfferFailed,
    PhoneRang,
    VoicemailLeft,
)
from ccserver.core.ids import ContactId, LegId, Phone, Queue
from ccserver.core.seen import EndedBy, Place, SeenCall, SeenParty, unpack
from ccserver.core.talk_events import PartyAnswered, PartyEnded, TalkKeyPressed

AWAY_FAMILY: Final = "cc-away"
"""Where the dialplan writes down the calls that end while ccserver is away."""

_CAUSES: Final = {
    "NOANSWER": "no_answer",
    "BUSY": "busy",
    "CHANUNAVAIL": "unreachable",
}
"""Dial's DIALSTATUS; the rest is `failed`."""

_PLACES: Final = {
    "cc-arrival": Place.FLOW,
    "cc-survey": Place.SURVEY,
    "cc-deliver": Place.RINGING,
    "cc-hold": Place.HELD,
    "cc-announce": Place.HELD,
    "cc-leave": Place.HELD,
    "cc-called-back": Place.HELD,
    "cc-dialed": Place.HELD,
    "cc-ear": Place.RINGING,
}
"""What a caller does in each context, unless he talks to an agent. In any other: FLOW."""

_OF_FLOWS: Final = ("cc-arrival", "cc-leave", "cc-survey")
"""Where a caller who talks talks to someone outside, whom the flow has called."""

_OF_TALKS: Final = ("cc-deliver", "cc-fallback", "cc-room", "cc-outside")
"""Where a caller talks, or is about to, when somebody has answered."""

_ASIDE: Final = ("cc-aside", "cc-consult", "cc-handed", "cc-spy")
"""Where a leg of a talk is not with the caller."""

_LEG: Final = re.compile(r"PJSIP/[^<]*")
"""The names of people's channels. A room has two of its own (`CBAnn/`), and while a leg is moved
what it was stays for a moment (`Surrogate/`, `<ZOMBIE>`)."""

_TRUNK: Final = Phone("trunk")
"""What stands for the phone in the channels of people outside."""

_NONE: Final = "-"
"""In CC_TAPE, in the place of a file: the recording was ended."""

_NOT_YET_ANSWERED: Final = ("Down", "Rsrvd", "OffHook", "Dialing", "Ringing")
"""What a leg does that we call. One that calls us is `Ring` and then `Up`."""

_ENDS: Final = {
    **dict.fromkeys((1, 22, 28), "disconnected"),
    17: "busy",
    **dict.fromkeys((18, 19, 20), "no_answer"),
    21: "rejected",
    **dict.fromkeys((34, 38, 41, 42, 44, 47), "congestion"),
}
"""Q.850, of an attempt that nobody answered; the rest is `failed`. Asterisk makes of SIP: 404, 485
and 604 1, 410 22, 484 28, 486 and 600 17, 408 18, 480 19, 403 and 603 21, 500 38, and of 503 and
every other 5xx 34."""

_HEARD_OUT: Final = re.compile(r"HUMAN-([0-9]{1,9})-")
"""AMDCAUSE of a person: so many milliseconds of silence after his greeting."""

_VARIABLES: Final = (
    "CC_CONTACT", "CC_CALL", "CC_TALK", "CC_TAPE", "CC_PAUSED", "CC_ROLE", "CC_CALLER",
)  # fmt: skip
"""Only what ccserver and its dialplan write, without a line break: Asterisk 22.10 sends a value as
it is, so that a break in it would forge headers, and even whole rows."""

_UNSET: Final = "(null)"
"""What Asterisk shows for a variable that a channel has not."""

STATUS: Final[Headers] = {"Action": "Status", "Variables": ",".join(_VARIABLES)}
"""Lists every channel, each with our variables."""


def to_event(message: Message) -> Event | None:
    """What a message says that matters to the center."""
    match message.event:
        case "UserEvent":
            return _user_event(message)
        case "Hangup":
            return _hung_up(message)
        case "DialBegin":
            leg = message.get("Uniqueid")
            if not leg:
                return None  # a customer's phone, which rings for no leg
            return PhoneRang(leg=LegId(leg), phone=phone_of(message.get("DestChannel")))
        case "DTMFEnd" if message.get("Direction") == "Received":
            caller, leg = message.get("Linkedid"), message.get("Uniqueid")
            phone = _inside(message.get("Channel"))
            if caller.startswith(OFF_HOOK) and not phone:
                caller = leg
            return TalkKeyPressed(
                contact=None, leg=LegId(caller), phone=None if leg == caller else phone
            )
        case _:
            return None


def _hung_up(message: Message) -> Event | None:
    """A leg is over. Whose talk it was in the dialplan tells, but for callers' own."""
    leg, linked = LegId(message.get("Uniqueid")), message.get("Linkedid")
    cause = _int(message.get("Cause"))
    if leg.startswith(OFF_HOOK):
        return OffHookDown(phone=phone_of(message.get("Channel")), leg=leg)
    if leg.startswith(ATTEMPT) and message.get("ChannelStateDesc") != "Up":
        contact = ContactId(leg.removeprefix(ATTEMPT))
        return AttemptEnded(contact=contact, leg=leg, cause=_ENDS.get(cause, "failed"))
    # Whoever was in the ear of an agent who is off-hook is linked to that leg, which is older.
    if leg == linked or leg.startswith(ATTEMPT) or linked.startswith(OFF_HOOK):
        return CallEnded(leg=leg, cause=cause)
    return None


def _user_event(message: Message) -> Event | None:
    if message.get("UserEvent") == "CCOffHook":
        return OffHookUp(phone=Phone(message.get("Phone")), leg=LegId(message.get("Uniqueid")))
    contact = ContactId(message.get("Contact"))
    return _of_contact(message, contact) if contact else None


def _of_contact(message: Message, contact: ContactId) -> Event | None:
    phone = Phone(message.get("Phone"))
    match message.get("UserEvent"):
        case "CCPickedUp" | "CCDialed":
            return _picked_up(message, contact)
        case "CCHeld":
            return CallHeld(contact=contact, leg=LegId(message.get("Uniqueid")))
        case "CCFellBack":
            return CallFellBack(contact=contact)
        case "CCAnswered":
            recording = message.get("Recording")
            # Told on the caller's leg, if the agent is off-hook.
            leg = LegId(message.get("Leg") or message.get("Uniqueid"))
            together = message.get("Room") == "1"
            return CallAnswered(
                contact=contact, phone=phone, recording=recording, leg=leg, in_room=together
            )
        case "CCOfferFailed":
            cause = _CAUSES.get(message.get("Status"), "failed")
            return OfferFailed(contact=contact, phone=phone, cause=cause)
        case "CCAgentLeft":
            return AgentLegEnded(contact=contact, phone=phone)
        case "CCPartyAnswered" | "CCPartyEnded" | "CCPartyGone":
            return _party_event(message, contact)
        case "CCVoicemail":
            return VoicemailLeft(
                contact=contact,
                queue=Queue(message.get("Queue")),
                recording=message.get("Recording"),
                started_at=_int(message.get("Started")) / 1000,
                ended_at=_int(message.get("Ended")) / 1000,
            )
        case _:
            return None


def _picked_up(message: Message, contact: ContactId) -> Event:
    if message.get("UserEvent") == "CCPickedUp":
        return AttemptPickedUp(contact=contact, leg=LegId(message.get("Uniqueid")))
    cause = message.get("Cause")
    silence = _HEARD_OUT.match(cause)
    return AttemptAnswered(
        contact=contact,
        leg=LegId(message.get("Uniqueid")),
        heard=message.get("Heard"),
        cause=cause,
        greeting_ended_ms=int(silence[1]) if silence else None,
        picked_up_ms=_int(message.get("PickedUp")),
    )


def _party_event(message: Message, contact: ContactId) -> Event:
    """What is told of a leg beside the caller's: it came, it never came, or it has left."""
    leg, phone = LegId(message.get("Uniqueid")), _inside(message.get("Channel"))
    match message.get("UserEvent"):
        case "CCPartyAnswered":
            recording = message.get("Recording")
            return PartyAnswered(contact=contact, leg=leg, phone=phone, recording=recording)
        case "CCPartyEnded":
            status = message.get("Status")
            cause = "left" if status == "ANSWER" else _CAUSES.get(status, "failed")
            return PartyEnded(contact=contact, leg=LegId(message.get("Leg")), cause=cause)
        case _:
            if message.get("Role") == "agent":
                return AgentLegEnded(contact=contact, phone=phone, leg=leg)
            return PartyEnded(contact=contact, leg=leg, cause="left")


def _inside(channel: str) -> Phone:
    """The phone behind a channel; empty for somebody outside."""
    phone = phone_of(channel)
    return Phone("") if phone == _TRUNK else phone


# -- looking at everything


def callers(status: Iterable[Message]) -> list[SeenCall]:
    """The callers among all channels, with what each is doing. `status`: the answer to STATUS."""
    legs = [leg for leg in map(_Leg, status) if _LEG.fullmatch(leg.channel)]
    others: dict[str, list[_Leg]] = {}
    for leg in legs:
        if not leg.calls:
            others.setdefault(leg.contact or leg.linked, []).append(leg)
    found = [
        (leg, others.get(leg.contact, []) + others.get(leg.id, [])) for leg in legs if leg.calls
    ]
    return [_caller(leg, with_him) for leg, with_him in found]


def channel_names(status: Iterable[Message]) -> dict[LegId, str]:
    """Each leg's name, which some actions want."""
    return {LegId(message.get("Uniqueid")): message.get("Channel") for message in status}


def off_hook(status: Iterable[Message]) -> list[OffHookUp]:
    """The agents who are off-hook and wait. `status`: the answer to STATUS."""
    return [
        OffHookUp(phone=phone_of(leg.channel), leg=LegId(leg.id))
        for leg in map(_Leg, status)
        if leg.id.startswith(OFF_HOOK) and leg.up and not leg.contact
    ]


def ended_away(entries: Iterable[Message]) -> list[SeenCall]:
    """The calls that ended while ccserver was away. `entries`: DBGetTree of AWAY_FAMILY."""
    ended = (_ended(message.get("Key"), message.get("Val")) for message in entries)
    return [call for call in ended if call is not None]


def _ended(key: str, record: str) -> SeenCall | None:
    """A record is contact^ended_ms^ended_by^talk^ticket (dialplan, cc-gone)."""
    fields = record.split("^")
    if len(fields) != 5 or not fields[0]:
        return None
    contact, ended_ms, ended_by, talk, ticket = fields
    phone, talk_at, recording = _talk(talk)
    return SeenCall(
        leg=LegId(key.rpartition("/")[2]),
        place=Place.ENDED,
        contact=ContactId(contact),
        ticket=unpack(ticket),
        phone=phone,
        talk_at=talk_at,
        ended_at=_int(ended_ms) / 1000 or None,
        ended_by=EndedBy.AGENT if ended_by == "agent" else EndedBy.CALLER,
        recording=recording,
    )


class _Leg:
    """One channel of the Status list."""

    def __init__(self, message: Message) -> None:
        self.id = message.get("Uniqueid")
        self.linked = message.get("Linkedid")
        self.channel = message.get("Channel")
        self.context = message.get("Context")
        self.application = message.get("Application")
        self.up = message.get("ChannelStateDesc") == "Up"
        self.dialed = message.get("ChannelStateDesc") in _NOT_YET_ANSWERED
        self.bridged = bool(message.get("BridgeID"))
        self.bridge = message.get("BridgeID")
        pairs = (line.partition("=") for line in message.all("Variable"))
        self.variables = {name: value for name, _, value in pairs if value != _UNSET}
        self.contact = self.variables.get("CC_CONTACT", "")
        caller = self.variables.get("CC_CALLER", "")
        alone = self.linked == self.id and "CC_ROLE" not in self.variables
        self.calls = caller == self.id if caller else alone
        """Whether it is a caller's, and not of somebody who was called."""


def _caller(leg: _Leg, others: list[_Leg]) -> SeenCall:
    phone, talk_at, recording = _talk(leg.variables.get("CC_TALK", ""))
    near = sorted((one for one in others if one.context not in _ASIDE), key=lambda one: not one.up)
    agent = near[0] if near else None
    place = _place(leg, agent)
    if place is Place.RINGING and agent is not None:
        phone, talk_at, recording = phone_of(agent.channel), None, ""
    elif place not in (Place.TALKING, Place.PARKED, Place.SURVEY):
        # The variable is of an earlier talk, or there was none.
        phone, talk_at, recording = None, None, ""
    elif tape := leg.variables.get("CC_TAPE", ""):
        recording = _file(tape)
    paused_ms = _int(leg.variables.get("CC_PAUSED", ""))
    within = place in (Place.TALKING, Place.PARKED)
    return SeenCall(
        leg=LegId(leg.id),
        place=place,
        contact=ContactId(leg.variables.get("CC_CONTACT", "")) or None,
        ticket=unpack(leg.variables.get("CC_CALL", "")),
        phone=phone,
        talk_at=talk_at,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording=recording,
        paused_until=paused_ms / 1000 if paused_ms and within else None,
        parties=_parties(others) if within else (),
        in_room=place is Place.TALKING and leg.context == "cc-room",
    )


def _parties(others: list[_Leg]) -> tuple[SeenParty, ...]:
    """Who else is in the talk. Whom an agent consults shares his bridge."""
    aside = {other.bridge for other in others if other.context in _ASIDE}
    return tuple(
        SeenParty(
            leg=LegId(other.id),
            phone=_inside(other.channel) or None,
            aside=other.context in _ASIDE or (other.bridge in aside and bool(other.bridge)),
        )
        for other in others
        if other.up
    )


def _place(leg: _Leg, agent: _Leg | None) -> Place:
    if leg.context == "cc-parked":
        return Place.PARKED
    answered = agent is not None and agent.bridged and leg.context in _OF_TALKS
    if answered or (leg.bridged and leg.context not in _OF_FLOWS):
        return Place.TALKING
    if leg.dialed or leg.application == "AMD":
        return Place.DIALING
    if leg.application == "Queue":
        return Place.FALLBACK
    return _PLACES.get(leg.context, Place.FLOW)


def _talk(variable: str) -> tuple[Phone | None, float | None, str]:
    """CC_TALK is phone|answered_ms|recording. No phone: somebody outside."""
    phone, _, rest = variable.partition("|")
    answered_ms, _, recording = rest.partition("|")
    return Phone(phone) or None, _int(answered_ms) / 1000 or None, _file(recording)


def _file(recording: str) -> str:
    return "" if recording == _NONE else recording


def phone_of(channel: str) -> Phone:
    """The phone behind a channel such as `PJSIP/1001-0000002a`."""
    return Phone(channel.partition("/")[2].rpartition("-")[0])


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
