"""Our orders in Asterisk's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami.orders import MINUTES, Order, take_back, to_actions
from ccserver.ami.wire import Headers, encode
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
from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.rules import Way
from ccserver.core.seen import Ticket, unpack
from ccserver.core.site import Presence
from ccserver.core.value import Tier

CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LEG = LegId("1795320084.0")
ANNA, PHONE = AgentId("anna"), Phone("1001")


def ticket(menus: int = 1) -> Ticket:
    return Ticket(
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
        keys=tuple((f"a_rather_long_name_of_a_menu_{n}", "1") for n in range(menus)),
    )


def redirect(context: str, exten: str) -> list[Headers]:
    """What brings the caller to another place of the dialplan."""
    return [
        {
            "Action": "Redirect",
            "Channel": LEG,
            "Context": context,
            "Exten": exten,
            "Priority": "1",
        }
    ]


@pytest.mark.parametrize(
    ("order", "actions"),
    [
        (
            Connect(contact=CONTACT, leg=LEG, agent=ANNA, phone=PHONE, ring_seconds=20),
            redirect("cc-deliver", "1001-20-1--"),
        ),
        (
            Connect(
                contact=CONTACT,
                leg=LEG,
                agent=ANNA,
                phone=PHONE,
                ring_seconds=20,
                survey="after_talk",
            ),
            redirect("cc-deliver", "1001-20-1--after_talk"),
        ),
        (Hold(contact=CONTACT, leg=LEG), redirect("cc-hold", "s")),
        (
            HangUp(contact=CONTACT, leg=LEG),
            [{"Action": "Hangup", "Channel": LEG, "Cause": "16"}],
        ),
        (
            WriteTicket(contact=CONTACT, leg=LEG, ticket="a|b"),
            [{"Action": "Setvar", "Channel": LEG, "Variable": "CC_CALL", "Value": "a|b"}],
        ),
        (
            Divert(contact=CONTACT, leg=LEG, way=Way.ANNOUNCEMENT, prompt="closed"),
            redirect("cc-announcement", "closed"),
        ),
        (
            Divert(contact=CONTACT, leg=LEG, way=Way.ANNOUNCEMENT, prompt=""),
            redirect("cc-announcement", "goodbye"),
        ),
        (
            Divert(
                contact=CONTACT, leg=LEG, way=Way.VOICEMAIL, prompt="", queue=Queue("after-sales")
            ),
            redirect("cc-voicemail", "voicemail_prompt-after-sales"),
        ),
        (
            Divert(contact=CONTACT, leg=LEG, way=Way.VOICEMAIL, prompt="closed"),
            redirect("cc-voicemail", "closed-"),
        ),
        (
            Divert(contact=CONTACT, leg=LEG, way=Way.CALLBACK, prompt="closed"),
            redirect("cc-callback", "confirm"),
        ),
        (Divert(contact=CONTACT, leg=LEG, way=Way.WAIT, prompt=""), []),
        (
            AskSurvey(contact=CONTACT, leg=LEG, survey="after_talk"),
            redirect("cc-survey", "after_talk"),
        ),
    ],
    ids=str,
)
def test_orders_are_actions(order: Order, actions: list[Headers]) -> None:
    assert to_actions(order) == actions


@pytest.mark.parametrize(
    ("place", "seconds", "exten"),
    [
        (1, 10.0, "place_1-wait_1-0"),
        (3, 61.0, "place_3-wait_2-0"),
        (9, 300.0, "place_9-wait_5-0"),
        (10, 301.0, "place_many-wait_10-0"),
        (10, 1800.5, "place_many-wait_long-0"),
        (0, 0.0, "place_1-wait_1-0"),
    ],
)
def test_a_place_and_a_wait_are_prompts(place: int, seconds: float, exten: str) -> None:
    order = Announce(contact=CONTACT, leg=LEG, place=place, wait_seconds=seconds, callback=False)
    assert to_actions(order) == redirect("cc-announce", exten)


@pytest.mark.parametrize(
    ("callback", "voicemail", "offers"),
    [(False, False, "0"), (True, False, "1"), (False, True, "2"), (True, True, "3")],
)
def test_the_keys_that_are_offered_are_one_number(
    callback: bool, voicemail: bool, offers: str
) -> None:
    order = Announce(
        contact=CONTACT,
        leg=LEG,
        place=1,
        wait_seconds=1.0,
        callback=callback,
        voicemail=voicemail,
    )
    assert to_actions(order) == redirect("cc-announce", f"place_1-wait_1-{offers}")


@given(st.floats(0, 1e9))
def test_nobody_is_told_less_than_the_promise(seconds: float) -> None:
    order = Announce(contact=CONTACT, leg=LEG, place=1, wait_seconds=seconds, callback=False)
    (action,) = to_actions(order)
    told = str(action["Exten"]).split("-")[1].removeprefix("wait_")
    assert told == "long" if seconds > max(MINUTES) * 60 else seconds <= int(told) * 60


def call_back(number: str = "+8613800000001", packed: str = "") -> Headers:
    (action,) = to_actions(
        CallBack(
            contact=CONTACT,
            leg=LEG,
            number=number,
            language="zh",
            ring_seconds=30,
            ticket=packed or ticket().pack(),
        )
    )
    return action


def test_a_customer_is_called_back_from_the_number_that_he_had_called() -> None:
    assert call_back() == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "PJSIP/+8613800000001@trunk",
        "ChannelId": LEG,
        "Context": "cc-called-back",
        "Exten": CONTACT,
        "Priority": "1",
        "Timeout": "30000",
        "CallerID": "4001",
        "Variable": (
            f"__CC_CONTACT={CONTACT}",
            f"CC_CALL={ticket().pack()}",
            "CC_LANGUAGE=zh",
        ),
    }
    assert call_back(packed="nonsense")["CallerID"] == ""


def test_a_number_is_no_dial_string() -> None:
    assert call_back("+86&Local/138@x")["Channel"] == "PJSIP/+86138@trunk"


def test_a_ticket_too_long_for_a_line_forgets_the_first_menus() -> None:
    packed = ticket(menus=60).pack()
    (written,) = to_actions(WriteTicket(contact=CONTACT, leg=LEG, ticket=packed))
    for action in (written, call_back(packed=packed)):
        encode(action)
    kept = unpack(str(written["Value"]))
    assert kept is not None
    assert kept.keys[-1] == ticket(menus=60).keys[-1]
    assert 10 < len(kept.keys) < 60
    assert (kept.queue, kept.caller) == (ticket().queue, ticket().caller)


@pytest.mark.parametrize(
    ("presence", "actions"),
    [
        (Presence.READY, [("QueueAdd", "false"), ("QueuePause", "false")]),
        (Presence.PAUSED, [("QueueAdd", "true"), ("QueuePause", "true")]),
        (Presence.LOGGED_OUT, [("QueueRemove", None)]),
    ],
)
def test_asterisk_s_own_queue_knows_who_is_there(
    presence: Presence, actions: list[tuple[str, str | None]]
) -> None:
    order = MirrorAgent(agent=ANNA, phone=PHONE, presence=presence)
    made = to_actions(order)
    assert [(one["Action"], one.get("Paused")) for one in made] == actions
    assert {(one["Queue"], one["Interface"]) for one in made} == {("cc", "PJSIP/1001")}


def test_a_caller_is_taken_back_by_the_channel_s_name() -> None:
    order = TakeBack(contact=CONTACT, leg=LEG)
    assert take_back(order, {}) is None
    assert take_back(order, {LEG: "PJSIP/trunk-00000000"}) == {
        "Action": "QueueWithdrawCaller",
        "Queue": "cc",
        "Caller": "PJSIP/trunk-00000000",
    }
