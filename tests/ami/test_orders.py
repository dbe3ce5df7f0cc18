"""Our orders in Asterisk's words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.ami.orders import MINUTES, Order, take_back, to_actions
from ccserver.ami.wire import Headers, encode
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
from ccserver.core.dial_orders import CallOffHook, EndOffHook, LeaveMessage, WalkFlow
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.rules import SpyMode, Way
from ccserver.core.seen import Ticket, unpack
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
)
from ccserver.core.value import Tier
from tests.dials import dial_for

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
        (
            Connect(
                contact=CONTACT,
                leg=LEG,
                agent=ANNA,
                phone=PHONE,
                ring_seconds=20,
                record=False,
                notice="recorded_notice",
            ),
            redirect("cc-deliver", "1001-20-0-recorded_notice-"),
        ),
        (
            Connect(
                contact=CONTACT,
                leg=LEG,
                agent=ANNA,
                phone=PHONE,
                ring_seconds=20,
                notice="recorded_notice",
                survey="after_talk",
                off_hook=LegId("oh-1001-1795320084757"),
            ),
            redirect("cc-ear", "1001-1795320084757-1-recorded_notice-after_talk"),
        ),
        (
            HangUp(contact=CONTACT, leg=LegId("oh-1001-1795320084757")),
            [{**redirect("cc-off-hook", "1001")[0], "Channel": "oh-1001-1795320084757"}],
        ),
        (
            EndOffHook(leg=LegId("oh-1001-1795320084757")),
            [{"Action": "Hangup", "Channel": "oh-1001-1795320084757", "Cause": "16"}],
        ),
        (
            LeaveMessage(contact=CONTACT, leg=LEG, prompt="machine_message"),
            redirect("cc-machine", "machine_message"),
        ),
        (
            WalkFlow(contact=CONTACT, leg=LEG, flow="satisfaction"),
            redirect("cc-walk", "satisfaction"),
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


AGENT_LEG, OTHER_LEG = LegId("1795320088.1"), LegId("1795320099.2")


def moved(*legs: tuple[LegId, str, str]) -> Headers:
    """What brings one or two legs to other places, as one."""
    action: dict[str, str] = {"Action": "Redirect"}
    for prefix, (leg, context, exten) in zip(("", "Extra"), legs, strict=False):
        action |= {f"{prefix}Channel": leg, f"{prefix}Context": context}
        action |= {f"{prefix}Exten": exten, f"{prefix}Priority": "1"}
    return action


@pytest.mark.parametrize(
    ("leg", "others", "actions"),
    [
        (LEG, (), [moved((LEG, "cc-room", "caller"))]),
        (
            LEG,
            (AGENT_LEG,),
            [moved((LEG, "cc-room", "caller"), (AGENT_LEG, "cc-room", "other"))],
        ),
        (None, (AGENT_LEG,), [moved((AGENT_LEG, "cc-room", "other"))]),
        (
            LEG,
            (AGENT_LEG, OTHER_LEG),
            [
                moved((LEG, "cc-room", "caller")),
                moved((AGENT_LEG, "cc-room", "other"), (OTHER_LEG, "cc-room", "other")),
            ],
        ),
        (
            None,
            (AGENT_LEG, OTHER_LEG, LegId("1.3")),
            [
                moved((AGENT_LEG, "cc-room", "other"), (OTHER_LEG, "cc-room", "other")),
                moved((LegId("1.3"), "cc-room", "other")),
            ],
        ),
    ],
    ids=["caller", "talk", "agent", "three", "more"],
)
def test_who_talk_to_each_other_come_into_the_room_as_one(
    leg: LegId | None, others: tuple[LegId, ...], actions: list[Headers]
) -> None:
    """Moving the one alone would end the other."""
    assert to_actions(Join(contact=CONTACT, leg=leg, others=others)) == actions


@pytest.mark.parametrize(
    ("order", "action"),
    [
        (
            Park(contact=CONTACT, leg=LEG, agent_leg=AGENT_LEG),
            moved((LEG, "cc-parked", "s"), (AGENT_LEG, "cc-aside", "s")),
        ),
        (
            Consult(
                contact=CONTACT,
                leg=NO_LEG,
                agent_leg=AGENT_LEG,
                phone=PHONE,
                number="",
                ring_seconds=20,
                record=True,
            ),
            moved((AGENT_LEG, "cc-consult", "1001-20-1")),
        ),
        (
            Consult(
                contact=CONTACT,
                leg=LEG,
                agent_leg=AGENT_LEG,
                phone=Phone(""),
                number="+86 10-8888&Local/1",
                ring_seconds=40,
                record=False,
            ),
            moved((LEG, "cc-parked", "s"), (AGENT_LEG, "cc-consult", "+861088881-40-0")),
        ),
        (
            SendOutside(
                contact=CONTACT, leg=LEG, number="+861088888888", ring_seconds=40, record=True
            ),
            moved((LEG, "cc-outside", "+861088888888-40-1")),
        ),
    ],
    ids=["park", "colleague", "number", "outside"],
)
def test_legs_of_a_talk_are_moved(order: Order, action: Headers) -> None:
    assert to_actions(order) == [action]


@pytest.mark.parametrize(
    ("mode", "context", "exten"),
    [
        (SpyMode.LISTEN, "cc-spy", "listen"),
        (SpyMode.WHISPER, "cc-spy", "whisper"),
        (SpyMode.BARGE, "cc-room", "other"),
        (SpyMode.TAKE_OVER, "cc-room", "other"),
    ],
)
def test_a_supervisor_is_called_to_where_he_can_do_it(
    mode: SpyMode, context: str, exten: str
) -> None:
    (action,) = to_actions(
        CallSupervisor(
            contact=CONTACT, leg=OTHER_LEG, phone=Phone("1003"), agent_leg=AGENT_LEG, mode=mode
        )
    )
    assert action == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "PJSIP/1003",
        "ChannelId": OTHER_LEG,
        "Context": context,
        "Exten": exten,
        "Priority": "1",
        "Timeout": "20000",
        "Variable": (
            f"__CC_CONTACT={CONTACT}",
            f"CC_SPIED={AGENT_LEG}",
            "CC_ROLE=supervisor",
            f"PJSIP_HEADER(add,X-CC-Contact)={CONTACT}",
        ),
    }


def test_an_agent_whose_leg_is_dead_is_rung_into_the_room() -> None:
    (action,) = to_actions(CallAgain(contact=CONTACT, leg=OTHER_LEG, phone=Phone("1003")))
    assert (action["Channel"], action["ChannelId"]) == ("PJSIP/1003", OTHER_LEG)
    assert (action["Context"], action["Exten"]) == ("cc-room", "again")
    assert action["Variable"] == (f"__CC_CONTACT={CONTACT}", "CC_ROLE=agent")


def variable(name: str, value: str) -> Headers:
    return {"Action": "Setvar", "Channel": LEG, "Variable": name, "Value": value}


def mute(leg: LegId, state: str) -> Headers:
    return {"Action": "MixMonitorMute", "Channel": leg, "Direction": "both", "State": state}


@pytest.mark.parametrize(
    ("order", "actions"),
    [
        (
            StartRecording(contact=CONTACT, leg=LEG, file="2026/11/24/a.raw"),
            [
                {
                    "Action": "MixMonitor",
                    "Channel": LEG,
                    "File": "/var/spool/asterisk/recording/2026/11/24/a.raw",
                    "Options": "Db",
                },
                variable("CC_TAPE", "2026/11/24/a.raw"),
                variable("CC_TAPED", "1"),
            ],
        ),
        (
            StopRecording(contact=CONTACT, leg=LEG),
            [{"Action": "StopMixMonitor", "Channel": LEG}, variable("CC_TAPE", "-")],
        ),
        (
            PauseRecording(contact=CONTACT, legs=(LEG, AGENT_LEG), until=1795320095.5),
            [mute(LEG, "1"), mute(AGENT_LEG, "1"), variable("CC_PAUSED", "1795320095500")],
        ),
        (
            ResumeRecording(contact=CONTACT, legs=(LEG, AGENT_LEG)),
            [mute(LEG, "0"), mute(AGENT_LEG, "0"), variable("CC_PAUSED", "")],
        ),
    ],
    ids=["start", "stop", "pause", "resume"],
)
def test_recordings_are_begun_ended_and_paused(order: Order, actions: list[Headers]) -> None:
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


def test_an_agent_s_phone_is_called_to_be_off_hook() -> None:
    leg = LegId("oh-1001-1795320084757")
    (action,) = to_actions(CallOffHook(agent=ANNA, phone=PHONE, leg=leg))
    assert action == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "PJSIP/1001",
        "ChannelId": leg,
        "Context": "cc-off-hook",
        "Exten": "1001",
        "Priority": "1",
        "Timeout": "20000",
        "Variable": ("CC_ROLE=gone", f"PJSIP_HEADER(add,X-CC-Off-Hook)={leg}"),
    }


def test_a_lead_is_called_as_its_attempt() -> None:
    leg = LegId(f"at-{CONTACT}")
    order = dial_for(CONTACT, number="+86138&Local/1@x", caller_id="+864001234567", ring_seconds=25)
    (action,) = to_actions(order)
    assert action == {
        "Action": "Originate",
        "Async": "true",
        "Channel": "PJSIP/+861381@trunk",
        "ChannelId": leg,
        "Context": "cc-dialed",
        "Exten": CONTACT,
        "Priority": "1",
        "Timeout": "25000",
        "CallerID": "+864001234567",
        "Variable": (
            f"__CC_CONTACT={CONTACT}",
            f"__CC_CALLER={leg}",
            "CC_LANGUAGE=zh",
            "CC_AMD=0",
            "CC_GOODBYE=safe_harbour",
        ),
    }
    (action,) = to_actions(replace(order, caller_id="", machine=MachineWay.MESSAGE))
    assert "CallerID" not in action, "the trunk's own"
    assert "CC_AMD=1" in action["Variable"]
