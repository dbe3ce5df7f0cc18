"""Asterisk's words into ours: each message, as the real one sends it, and as a forger would."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami import translate
from ccserver.ami.wire import Message
from ccserver.core.dial_events import AttemptAnswered, AttemptPickedUp, OffHookDown, OffHookUp
from ccserver.core.dial_orders import leg_of_attempt
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
from ccserver.core.seen import EndedBy, Place, SeenCall, SeenParty, Ticket
from ccserver.core.talk_events import PartyAnswered, PartyEnded, TalkKeyPressed
from ccserver.core.value import Tier
from tests.ami import status_rows as rows

CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LATER = ContactId("01a2016a-a182-75ab-910b-e490d073e70a")
LEG, LATER_LEG = LegId("1795320084.0"), LegId("1795320095.2")
OTHER_LEG = LegId("1795320099.2")
PHONE = Phone("1001")
OH, ATTEMPT = LegId("oh-1001-1795320084757"), leg_of_attempt(CONTACT)
TICKET = Ticket(
    contact=CONTACT,
    arrived_at=1795320084.757,
    queued_at=1795320085.408,
    queue=Queue("sales"),
    tier=Tier.GOLD,
    value=0.6,
    language="zh",
    customer="1",
    caller="+8613800000001",
    dialed="4001",
    keys=(("menu", "1"),),
)


def message(text: str) -> Message:
    return Message(text.replace("\n", "\r\n").encode())


def user_event(name: str, **headers: str) -> Message:
    lines = [
        "Event: UserEvent",
        "Channel: PJSIP/trunk-00000000",
        "CallerIDName: Wang",
        f"Uniqueid: {LEG}",
        f"Linkedid: {LEG}",
        f"UserEvent: {name}",
        *(f"{key}: {value}" for key, value in headers.items()),
    ]
    return message("\n".join(lines))


# -- events


@pytest.mark.parametrize(
    ("name", "headers", "event"),
    [
        ("CCHeld", {}, CallHeld(contact=CONTACT, leg=LEG)),
        ("CCFellBack", {}, CallFellBack(contact=CONTACT)),
        (
            "CCAnswered",
            {"Phone": "1001", "Recording": "2026/11/22/a.raw"},
            CallAnswered(contact=CONTACT, phone=PHONE, recording="2026/11/22/a.raw", leg=LEG),
        ),
        (
            "CCAnswered",
            {"Phone": "1001", "Recording": "", "Room": "1"},
            CallAnswered(contact=CONTACT, phone=PHONE, recording="", leg=LEG, in_room=True),
        ),
        *(
            (
                "CCOfferFailed",
                {"Phone": "1001", "Status": status},
                OfferFailed(contact=CONTACT, phone=PHONE, cause=cause),
            )
            for status, cause in [
                ("NOANSWER", "no_answer"),
                ("BUSY", "busy"),
                ("CHANUNAVAIL", "unreachable"),
                ("CONGESTION", "failed"),
                ("", "failed"),
            ]
        ),
        ("CCAgentLeft", {"Phone": "1001"}, AgentLegEnded(contact=CONTACT, phone=PHONE)),
        (
            "CCVoicemail",
            {
                "Queue": "sales",
                "Recording": "2026/11/22/a.sln",
                "Started": "1500",
                "Ended": "4250",
            },
            VoicemailLeft(
                contact=CONTACT,
                queue=Queue("sales"),
                recording="2026/11/22/a.sln",
                started_at=1.5,
                ended_at=4.25,
            ),
        ),
        (
            "CCAnswered",
            {"Phone": "1001", "Recording": "", "Room": "", "Leg": OH},
            CallAnswered(contact=CONTACT, phone=PHONE, recording="", leg=OH),
        ),
        ("CCPickedUp", {}, AttemptPickedUp(contact=CONTACT, leg=LEG)),
        *(
            (
                "CCDialed",
                {"Heard": heard, "Cause": cause, "PickedUp": "1850"},
                AttemptAnswered(
                    contact=CONTACT,
                    leg=LEG,
                    heard=heard,
                    cause=cause,
                    greeting_ended_ms=greeting_ended_ms,
                    picked_up_ms=1850,
                ),
            )
            for heard, cause, greeting_ended_ms in [
                ("human", "HUMAN-520-500", 520),
                ("machine", "LONGGREETING-1520-1500", None),
                ("notsure", "TOOLONG-2500", None),
                ("", "", None),
            ]
        ),
        ("CCSomethingNew", {}, None),
    ],
)
def test_the_dialplan_s_words_are_events(
    name: str, headers: Mapping[str, str], event: Event | None
) -> None:
    assert translate.to_event(user_event(name, Contact=CONTACT, **headers)) == event


def of_a_party(name: str, channel: str = "PJSIP/1002-00000002", **headers: str) -> Message:
    """What is told on the leg of somebody beside the caller."""
    lines = [
        "Event: UserEvent",
        f"Channel: {channel}",
        f"Uniqueid: {OTHER_LEG}",
        f"Linkedid: {LEG}",
        f"UserEvent: {name}",
        f"Contact: {CONTACT}",
        *(f"{key}: {value}" for key, value in headers.items()),
    ]
    return message("\n".join(lines))


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (
            of_a_party("CCPartyAnswered", Recording="2026/11/22/b.raw"),
            PartyAnswered(
                contact=CONTACT, leg=OTHER_LEG, phone=Phone("1002"), recording="2026/11/22/b.raw"
            ),
        ),
        (
            of_a_party("CCPartyAnswered", "PJSIP/trunk-00000002"),
            PartyAnswered(contact=CONTACT, leg=OTHER_LEG, phone=Phone("")),
        ),
        *(
            (
                of_a_party("CCPartyEnded", Leg=leg, Status=status),
                PartyEnded(contact=CONTACT, leg=LegId(leg), cause=cause),
            )
            for leg, status, cause in [
                ("", "BUSY", "busy"),
                ("", "NOANSWER", "no_answer"),
                ("", "CANCEL", "failed"),
                ("1.7", "ANSWER", "left"),
            ]
        ),
        (
            of_a_party("CCPartyGone", Role="party"),
            PartyEnded(contact=CONTACT, leg=OTHER_LEG, cause="left"),
        ),
        (
            of_a_party("CCPartyGone", Role="supervisor"),
            PartyEnded(contact=CONTACT, leg=OTHER_LEG, cause="left"),
        ),
        (
            of_a_party("CCPartyGone", Role="agent"),
            AgentLegEnded(contact=CONTACT, phone=Phone("1002"), leg=OTHER_LEG),
        ),
    ],
)
def test_what_is_told_of_the_others_in_a_talk(told: Message, event: Event) -> None:
    assert translate.to_event(told) == event


@pytest.mark.parametrize(
    ("channel", "leg", "phone"),
    [
        ("PJSIP/trunk-00000000", LEG, None),
        ("PJSIP/1001-00000001", "1795320088.1", PHONE),
        ("PJSIP/trunk-00000002", "1795320099.2", Phone("")),
    ],
    ids=["caller", "agent", "outside"],
)
def test_a_key_in_a_talk_is_told_and_not_which(channel: str, leg: str, phone: Phone | None) -> None:
    lines = f"Event: DTMFEnd\nChannel: {channel}\nUniqueid: {leg}\nLinkedid: {LEG}\nDigit: 7"
    pressed = translate.to_event(message(f"{lines}\nDirection: Received"))
    assert pressed == TalkKeyPressed(contact=None, leg=LEG, phone=phone)
    assert translate.to_event(message(f"{lines}\nDirection: Sent")) is None, "it is heard there"


@pytest.mark.parametrize(
    ("channel", "leg", "told", "phone"),
    [
        ("PJSIP/trunk-00000000", LEG, LEG, None),
        ("PJSIP/1001-00000001", OH, OH, None),
        ("PJSIP/1002-00000003", OTHER_LEG, OH, Phone("1002")),
    ],
)
def test_a_customer_s_key_is_his_though_he_is_linked_to_an_agent_who_is_off_hook(
    channel: str, leg: str, told: str, phone: Phone | None
) -> None:
    lines = f"Event: DTMFEnd\nChannel: {channel}\nUniqueid: {leg}\nLinkedid: {OH}\nDigit: 7"
    pressed = translate.to_event(message(f"{lines}\nDirection: Received"))
    assert pressed == TalkKeyPressed(contact=None, leg=LegId(told), phone=phone)


def test_an_agent_is_off_hook_and_waits() -> None:
    waits = f"Event: UserEvent\nUniqueid: {OH}\nUserEvent: CCOffHook\nPhone: 1001"
    assert translate.to_event(message(waits)) == OffHookUp(phone=PHONE, leg=OH)


@pytest.mark.parametrize(
    ("leg", "linked", "event"),
    [
        (ATTEMPT, ATTEMPT, CallEnded(leg=ATTEMPT, cause=16)),
        (ATTEMPT, OH, CallEnded(leg=ATTEMPT, cause=16)),
        (ATTEMPT, "1795320100.9", CallEnded(leg=ATTEMPT, cause=16)),
        (LEG, OH, CallEnded(leg=LEG, cause=16)),
        (OH, OH, OffHookDown(phone=PHONE, leg=OH)),
        (OH, "1795320100.9", OffHookDown(phone=PHONE, leg=OH)),
        (OTHER_LEG, LEG, None),
    ],
)
def test_a_leg_s_end_is_a_customer_s_whomever_he_is_linked_to(
    leg: str, linked: str, event: Event | None
) -> None:
    lines = "Event: Hangup\nChannel: PJSIP/1001-00000001\nChannelStateDesc: Up\nCause: 16"
    over = message(f"{lines}\nUniqueid: {leg}\nLinkedid: {linked}")
    assert translate.to_event(over) == event


def test_words_about_no_contact_are_passed_over() -> None:
    assert translate.to_event(user_event("CCHeld")) is None
    assert translate.to_event(user_event("CCHeld", Contact="")) is None


def test_a_caller_s_leg_that_ends_is_a_call_that_ends() -> None:
    ended = "Event: Hangup\nUniqueid: {}\nLinkedid: 1.0\nCause: {}"
    assert translate.to_event(message(ended.format("1.0", "16"))) == CallEnded(
        leg=LegId("1.0"), cause=16
    )
    assert translate.to_event(message(ended.format("1.0", "x"))) == CallEnded(
        leg=LegId("1.0"), cause=0
    )
    assert translate.to_event(message(ended.format("1.1", "16"))) is None, "an agent's leg"


def test_a_phone_rings() -> None:
    begun = message("Event: DialBegin\nUniqueid: 1.0\nDestChannel: PJSIP/1001-0000002a")
    assert translate.to_event(begun) == PhoneRang(leg=LegId("1.0"), phone=PHONE)
    for_nobody = message("Event: DialBegin\nDestChannel: PJSIP/trunk-0000002a")
    assert translate.to_event(for_nobody) is None, "a customer is called back"


def test_other_events_are_passed_over() -> None:
    assert translate.to_event(message("Event: OriginateResponse\nUniqueid: 1.0")) is None
    assert translate.to_event(message("Response: Success\nUserEvent: CCHeld")) is None


def test_what_stands_behind_asterisk_s_own_headers_changes_nothing() -> None:
    """A dialled party's text, should it ever break a line, comes after the dialplan's ids."""
    forged = user_event(
        "CCHeld", Contact=f"{CONTACT}\nContact: x\nUserEvent: CCAgentLeft\nPhone: 1"
    )
    assert translate.to_event(forged) == CallHeld(contact=CONTACT, leg=LEG)


WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(
    st.sampled_from(["UserEvent", "Hangup", "DialBegin", "DTMFEnd", "Status", "Nonsense"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "UserEvent",
                    "Contact",
                    "Phone",
                    "Uniqueid",
                    "Linkedid",
                    "Cause",
                    "DestChannel",
                    "Direction",
                ]
            ),
            WORDS | st.sampled_from(["CCHeld", "CCAnswered", "CCOfferFailed", str(CONTACT)]),
        )
    ),
)
def test_no_message_is_an_error(kind: str, headers: list[tuple[str, str]]) -> None:
    lines = [f"Event: {kind}", *(f"{name}: {value}" for name, value in headers)]
    odd = message("\n".join(lines))
    translate.to_event(odd)
    translate.callers([odd])
    translate.ended_away([odd])


# -- where every caller is


@pytest.mark.parametrize(
    ("status", "leg", "place", "contact", "phone", "talk_at"),
    [
        ([rows.IN_THE_FLOW], LEG, Place.FLOW, CONTACT, None, None),
        ([rows.WAITING], LEG, Place.HELD, CONTACT, None, None),
        ([rows.ANNOUNCED], LEG, Place.HELD, CONTACT, None, None),
        ([rows.LEAVING], LEG, Place.HELD, CONTACT, None, None),
        ([rows.CALLED_BACK], LEG, Place.HELD, CONTACT, None, None),
        ([rows.SURVEYED], LEG, Place.SURVEY, CONTACT, PHONE, 1795320090.640),
        (
            [rows.WITH_SOMEONE_OUTSIDE, rows.SOMEONE_OUTSIDE],
            *(LEG, Place.FLOW, CONTACT, None, None),
        ),
        ([rows.BEING_CALLED], LEG, Place.DIALING, CONTACT, None, None),
        (
            [rows.RINGING_CALLER, rows.RINGING_PHONE],
            *(LEG, Place.RINGING, CONTACT, PHONE, None),
        ),
        ([rows.RINGING_CALLER], LEG, Place.RINGING, CONTACT, None, None),
        (
            [rows.TALKING_CALLER, rows.TALKING_PHONE],
            *(LEG, Place.TALKING, CONTACT, PHONE, 1795320090.640),
        ),
        ([rows.IN_ASTERISKS_QUEUE], LATER_LEG, Place.FALLBACK, LATER, None, None),
        (
            [rows.QUEUE_RINGS_PHONE, rows.QUEUE_RINGS_CALLER],
            *(LATER_LEG, Place.FALLBACK, LATER, None, None),
        ),
        (
            [rows.QUEUE_TALKS_CALLER, rows.QUEUE_TALKS_PHONE],
            *(LATER_LEG, Place.TALKING, LATER, PHONE, 1795320110.428),
        ),
    ],
)
def test_a_caller_is_seen_where_he_is(
    status: list[str],
    leg: LegId,
    place: Place,
    contact: ContactId,
    phone: Phone | None,
    talk_at: float | None,
) -> None:
    (call,) = translate.callers([message(row) for row in status])
    assert (call.leg, call.place, call.contact) == (leg, place, contact)
    assert (call.phone, call.talk_at) == (phone, talk_at)
    assert bool(call.recording) == (place in (Place.TALKING, Place.SURVEY))
    assert (call.ticket is None) == (place is Place.FLOW)


AGENT, COLLEAGUE = LegId("1795320088.1"), LegId("1795320099.2")
SPY = LegId("sv-1-listen-x-sue")


@pytest.mark.parametrize(
    ("status", "place", "phone", "in_room", "parties"),
    [
        (
            [rows.TALKING_CALLER, rows.TALKING_PHONE, rows.SUPERVISOR],
            *(Place.TALKING, PHONE, False),
            [(AGENT, "1001", False), (SPY, "1003", True)],
        ),
        (
            [rows.ASIDE_PHONE, rows.PARKED_CALLER],
            *(Place.PARKED, PHONE, False),
            [(AGENT, "1001", True)],
        ),
        ([rows.PARKED_CALLER], Place.PARKED, PHONE, False, []),
        (
            [rows.PARKED_CALLER, rows.CONSULTING_PHONE, rows.CONSULTED_PHONE],
            *(Place.PARKED, PHONE, False),
            [(AGENT, "1001", True), (COLLEAGUE, "1002", True)],
        ),
        (
            [rows.PARKED_CALLER, rows.within(rows.CONSULTED_PHONE, "cc-handed", "")],
            *(Place.PARKED, PHONE, False),
            [(COLLEAGUE, "1002", True)],
        ),
        (
            [rows.ANNOUNCER, rows.ROOM_CALLER, *rows.SHADOWS, rows.ROOM_PHONE],
            *(Place.TALKING, PHONE, True),
            [(AGENT, "1001", False)],
        ),
        (
            # The colleague has not come in yet.
            [rows.ROOM_CALLER, rows.within(rows.CONSULTED_PHONE, "cc-room", "")],
            *(Place.TALKING, PHONE, True),
            [(COLLEAGUE, "1002", False)],
        ),
        (
            [rows.OUTSIDE_CALLER, rows.OUTSIDE_LEG],
            *(Place.TALKING, None, False),
            [(AGENT, None, False)],
        ),
        (
            [rows.PARKED_CALLER, rows.CONSULTING_PHONE, rows.RINGING_PHONE],
            *(Place.PARKED, PHONE, False),
            [(AGENT, "1001", True)],
        ),
    ],
    ids=[
        "heard", "hold", "deserted", "consultation", "handed", "room", "coming", "outside", "rung",
    ],
)  # fmt: skip
def test_all_who_are_in_a_talk_are_seen(
    status: list[str],
    place: Place,
    phone: Phone | None,
    in_room: bool,
    parties: list[tuple[LegId, str | None, bool]],
) -> None:
    (call,) = translate.callers([message(row) for row in status])
    assert (call.leg, call.place, call.phone, call.in_room) == (LEG, place, phone, in_room)
    assert call.parties == tuple(
        SeenParty(leg=leg, phone=Phone(there) if there else None, aside=aside)
        for leg, there, aside in parties
    )
    assert call.talk_at == 1795320090.640
    assert call.recording.endswith(".raw")


@pytest.mark.parametrize(
    ("status", "place", "phone", "parties"),
    [
        ([rows.DIALED_RINGS], Place.DIALING, None, []),
        ([rows.DIALED_AMD], Place.DIALING, None, []),
        ([rows.DIALED_WAITS, rows.OFF_HOOK], Place.HELD, None, []),
        ([rows.DIALED_WALKS], Place.FLOW, None, []),
        ([rows.DIALED_NOTICE, rows.OFF_HOOK_EAR], Place.RINGING, PHONE, []),
        ([rows.DIALED_TALKS, rows.OFF_HOOK_EAR], Place.TALKING, PHONE, [(OH, PHONE)]),
        ([rows.OFF_HOOK_EAR, rows.DIALED_TALKS], Place.TALKING, PHONE, [(OH, PHONE)]),
    ],
    ids=["rings", "listened to", "waits", "walks", "notice", "talks", "other order"],
)
def test_attempts_are_seen_where_they_are(
    status: list[str],
    place: Place,
    phone: Phone | None,
    parties: list[tuple[LegId, Phone]],
) -> None:
    (call,) = translate.callers([message(row) for row in status])
    assert (call.leg, call.contact, call.place) == (ATTEMPT, CONTACT, place)
    assert call.phone == phone
    assert [(party.leg, party.phone) for party in call.parties] == parties


def test_agents_who_are_off_hook_and_wait_are_seen() -> None:
    ringing = rows.OFF_HOOK.replace("Desc: Up", "Desc: Ringing")
    found = [
        translate.off_hook([message(rows.WAITING), message(row)])
        for row in (rows.OFF_HOOK, rows.OFF_HOOK_EAR, ringing)
    ]
    assert found == [[OffHookUp(phone=PHONE, leg=OH)], [], []]


def test_who_lingers_of_an_earlier_talk_makes_no_new_one() -> None:
    (call,) = translate.callers([message(rows.WAITING), message(rows.ASIDE_PHONE)])
    assert (call.place, call.parties) == (Place.HELD, ())
    ringing = [message(r) for r in (rows.ASIDE_PHONE, rows.RINGING_CALLER)]
    (call,) = translate.callers(ringing)
    assert (call.place, call.phone) == (Place.RINGING, None), "not his phone"


@pytest.mark.parametrize(
    ("variables", "recording", "paused_until"),
    [
        (["CC_TAPE=2026/11/22/b.raw"], "2026/11/22/b.raw", None),
        (["CC_TAPE=-"], "", None),
        (["CC_TAPE=", "CC_PAUSED="], "kept", None),
        (["CC_TAPE=(null)", "CC_PAUSED=1795320095500"], "kept", 1795320095.5),
    ],
    ids=["begun", "ended", "neither", "paused"],
)
def test_the_recording_of_a_talk_is_seen(
    variables: list[str], recording: str, paused_until: float | None
) -> None:
    row = rows.having(rows.TALKING_CALLER, *variables)
    (call,) = translate.callers([message(row), message(rows.TALKING_PHONE)])
    told = call.recording if recording != "kept" else recording
    assert (told, call.paused_until) == (recording, paused_until)
    assert bool(call.recording) == bool(recording)


def test_a_pause_of_before_pauses_nothing() -> None:
    (call,) = translate.callers([message(rows.having(rows.WAITING, "CC_PAUSED=1795320095500"))])
    assert call.paused_until is None


def test_the_ticket_comes_with_the_caller() -> None:
    (call,) = translate.callers([message(rows.WAITING)])
    assert call == SeenCall(
        leg=LEG,
        place=Place.HELD,
        contact=CONTACT,
        ticket=TICKET,
        phone=None,
        talk_at=None,
        ended_at=None,
        ended_by=EndedBy.UNKNOWN,
        recording="",
    )


def test_a_caller_whom_no_flow_has_met_has_no_contact() -> None:
    """Asterisk shows `(null)` for a variable that is not set."""
    fresh = rows.IN_THE_FLOW.replace(f"CC_CONTACT={CONTACT}", "CC_CONTACT=(null)")
    (call,) = translate.callers([message(fresh)])
    assert (call.place, call.contact, call.ticket) == (Place.FLOW, None, None)


def test_the_talk_of_before_is_not_the_talk_of_now() -> None:
    again = rows.WAITING.replace("CC_TALK=(null)", "CC_TALK=1002|1795320080000|old.raw")
    (call,) = translate.callers([message(again)])
    assert (call.place, call.phone, call.talk_at, call.recording) == (Place.HELD, None, None, "")


def test_a_caller_whose_phone_has_answered_is_talking() -> None:
    """The two legs come into the bridge one after the other."""
    alone = rows.TALKING_CALLER.replace("BridgeID: ", "BridgeID:\nWas: ")
    (call,) = translate.callers([message(alone), message(rows.TALKING_PHONE)])
    assert (call.place, call.phone) == (Place.TALKING, PHONE)
    (call,) = translate.callers([message(rows.TALKING_CALLER)])
    assert (call.place, call.phone) == (Place.TALKING, PHONE)


def test_of_two_phones_the_one_that_has_answered_counts() -> None:
    """Asterisk's own queue may ring more than one."""
    other = rows.RINGING_PHONE.replace("PJSIP/1001", "PJSIP/1002")
    for phones in ([other, rows.TALKING_PHONE], [rows.TALKING_PHONE, other]):
        status = [message(row) for row in (rows.TALKING_CALLER, *phones)]
        (call,) = translate.callers(status)
        assert (call.place, call.phone) == (Place.TALKING, PHONE)


def test_what_a_caller_says_of_himself_is_no_variable() -> None:
    """The variables stand at the end of a row, and the last of each counts."""
    name = "CallerIDName: x\nVariable: CC_CONTACT=forged\nVariable: CC_TALK=1002|1|x"
    forged = rows.WAITING.replace("CallerIDName: Wang", name)
    (call,) = translate.callers([message(forged)])
    assert (call.contact, call.ticket, call.phone) == (CONTACT, TICKET, None)


def test_no_variable_is_asked_for_that_others_may_have_written() -> None:
    assert translate.STATUS["Variables"] == (
        "CC_CONTACT,CC_CALL,CC_TALK,CC_TAPE,CC_PAUSED,CC_ROLE,CC_CALLER"
    )


def test_every_leg_has_its_name() -> None:
    status = [message(rows.RINGING_CALLER), message(rows.RINGING_PHONE)]
    assert translate.channel_names(status) == {
        LEG: "PJSIP/trunk-00000000",
        LegId("1795320088.1"): "PJSIP/1001-00000001",
    }


# -- what was written down while we were away

AWAY = f"""\
Event: DBGetTreeResponse
Key: /cc-away/{LEG}
Val: {CONTACT}^1795320107010^agent^1001|1795320090640|2026/11/22/a.raw^{TICKET.pack()}"""


def test_a_call_that_ended_while_we_were_away_is_read() -> None:
    (call,) = translate.ended_away([message(AWAY)])
    assert call == SeenCall(
        leg=LEG,
        place=Place.ENDED,
        contact=CONTACT,
        ticket=TICKET,
        phone=PHONE,
        talk_at=1795320090.640,
        ended_at=1795320107.010,
        ended_by=EndedBy.AGENT,
        recording="2026/11/22/a.raw",
    )


def test_a_caller_who_gave_up_while_we_were_away_is_read() -> None:
    (call,) = translate.ended_away(
        [message(f"Event: x\nKey: /cc-away/1.0\nVal: {CONTACT}^5000^^^")]
    )
    assert (call.ended_by, call.ended_at) == (EndedBy.CALLER, 5.0)
    assert (call.phone, call.talk_at, call.ticket, call.recording) == (None, None, None, "")


@pytest.mark.parametrize("record", ["", "^1^agent^^", "a^b", "a^1^agent^^^x"])
def test_a_record_that_is_none_is_passed_over(record: str) -> None:
    assert not translate.ended_away([message(f"Event: x\nKey: /cc-away/1.0\nVal: {record}")])


def test_a_recording_that_was_ended_is_not_one_of_a_call_that_ended_later() -> None:
    record = f"{CONTACT}^5000^^1001|4000|-^"
    (call,) = translate.ended_away([message(f"Event: x\nKey: /cc-away/1.0\nVal: {record}")])
    assert (call.phone, call.talk_at, call.recording) == (PHONE, 4.0, "")


def test_a_record_without_a_time_has_none() -> None:
    (call,) = translate.ended_away([message(f"Event: x\nKey: /cc-away/1\nVal: {CONTACT}^x^^7|x^")])
    assert (call.ended_at, call.phone, call.talk_at) == (None, Phone("7"), None)
