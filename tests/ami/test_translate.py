"""Asterisk's words into ours: each message, as the real one sends it, and as a forger would."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami import translate
from ccserver.ami.wire import Message
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
from ccserver.core.seen import EndedBy, Place, SeenCall, Ticket
from ccserver.core.value import Tier
from tests.ami import status_rows as rows

CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LATER = ContactId("01a2016a-a182-75ab-910b-e490d073e70a")
LEG, LATER_LEG = LegId("1795320084.0"), LegId("1795320095.2")
PHONE = Phone("1001")
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
        ("CCSomethingNew", {}, None),
    ],
)
def test_the_dialplan_s_words_are_events(
    name: str, headers: Mapping[str, str], event: Event | None
) -> None:
    assert translate.to_event(user_event(name, Contact=CONTACT, **headers)) == event


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
    st.sampled_from(["UserEvent", "Hangup", "DialBegin", "Status", "Nonsense"]),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["UserEvent", "Contact", "Phone", "Uniqueid", "Linkedid", "Cause", "DestChannel"]
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
    assert translate.STATUS["Variables"] == ("CC_CONTACT,CC_CALL,CC_TALK,CC_TAPE,CC_PAUSED,CC_ROLE")


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


def test_a_record_without_a_time_has_none() -> None:
    (call,) = translate.ended_away([message(f"Event: x\nKey: /cc-away/1\nVal: {CONTACT}^x^^7|x^")])
    assert (call.ended_at, call.phone, call.talk_at) == (None, Phone("7"), None)
