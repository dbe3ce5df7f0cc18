"""What agents and supervisors do with a talk, on a real socket."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ccserver.core import talk_events as talk
from ccserver.core.commands import CallState, HideCall, ShowCall
from ccserver.core.events import Event, ScreenClosed, ScreenOpened
from ccserver.core.ids import AgentId, LegId, Phone, Queue
from ccserver.core.parties import Party, Phase
from ccserver.core.rules import SpyMode, Taping
from ccserver.core.site import WorkState
from ccserver.db.acts import Act, ActKind
from ccserver.db.people import Role
from ccserver.web.control import tape_file
from tests.web.house import (
    ANNA,
    BOB,
    CALL,
    House,
    hear,
    person,
    running,
    say,
    shown_agent,
    shown_call,
)


def talking(agent: AgentId = ANNA) -> list[Any]:
    """Anna has the caller, and this agent is in the talk."""
    return [shown_agent(agent, WorkState.ON_CALL), shown_call(CallState.TALKING, ANNA)]


async def event_of(house: House) -> Event:
    """The next event that is not of a screen's coming and going."""
    while isinstance(event := await house.events.get(), ScreenOpened | ScreenClosed):
        pass
    return event


BUTTONS: list[tuple[dict[str, Any], Event]] = [
    ({"type": "hold"}, talk.AgentHeld(agent=ANNA)),
    ({"type": "resume"}, talk.AgentResumed(agent=ANNA)),
    ({"type": "consult", "agent": "bob"}, talk.AgentConsulted(agent=ANNA, to_agent=BOB)),
    (
        {"type": "consult", "number": " 138 0013 8000 "},
        talk.AgentConsulted(agent=ANNA, number="+8613800138000"),
    ),
    ({"type": "end_consult"}, talk.ConsultEnded(agent=ANNA)),
    ({"type": "complete_transfer"}, talk.TransferCompleted(agent=ANNA)),
    ({"type": "conference"}, talk.ConferenceBegun(agent=ANNA)),
    (
        {"type": "transfer", "queue": "service"},
        talk.AgentTransferred(agent=ANNA, queue=Queue("service")),
    ),
    ({"type": "transfer", "agent": "bob"}, talk.AgentTransferred(agent=ANNA, to_agent=BOB)),
    (
        {"type": "transfer", "number": "+1 202 555 0123"},
        talk.AgentTransferred(agent=ANNA, number="+12025550123"),
    ),
    (
        {"type": "record"},
        talk.TapeStarted(agent=ANNA, file=tape_file(CALL, 1_000_000.0)),
    ),
    ({"type": "stop_record"}, talk.TapeStopped(agent=ANNA)),
    ({"type": "pause_recording"}, talk.TapePaused(contact=CALL, by="anna")),
    ({"type": "resume_recording"}, talk.TapeResumed(contact=CALL, by="anna")),
]


@pytest.mark.parametrize(
    ("message", "event"), BUTTONS, ids=[" ".join(message.values()) for message, _ in BUTTONS]
)
async def test_an_agent_s_button_becomes_an_event(message: dict[str, Any], event: Event) -> None:
    async with running(House()) as house:
        for command in talking():
            house.live.perform(command)
        async with house.screen("anna") as anna:
            await hear(anna)
            await say(anna, **message)
            assert await event_of(house) == event


async def test_who_was_called_into_a_talk_may_pause_its_recording_too() -> None:
    async with running(House()) as house:
        for command in talking(BOB):
            house.live.perform(command)
        async with house.screen("bob") as bob:
            await hear(bob)
            await say(bob, type="pause_recording")
            assert await event_of(house) == talk.TapePaused(contact=CALL, by="bob")


@pytest.mark.parametrize("kind", ["record", "pause_recording", "resume_recording"])
async def test_there_is_nothing_to_record_without_a_talk(kind: str) -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            await say(anna, type=kind)
            refused = await hear(anna)
            assert (refused["type"], refused["request"]) == ("refused", kind)
            assert refused["reason"] == "You have no talk."
            house.live.perform(shown_agent(ANNA, WorkState.WRAP_UP))
            await hear(anna)
            await say(anna, type=kind)
            assert (await hear(anna))["reason"] == "You have no talk."
            house.live.perform(shown_call(CallState.QUEUED))
            await say(anna, type=kind)
            assert (await hear(anna))["reason"] == "You have no talk."


@pytest.mark.parametrize("number", ["12", "call me", "+", "1" * 40])
async def test_what_is_no_number_is_refused_in_words(number: str) -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            for kind in ("consult", "transfer"):
                await say(anna, type=kind, number=number)
                refused = await hear(anna)
                assert (refused["type"], refused["request"]) == ("refused", kind)
                assert refused["reason"] == "This is no telephone number."
            await say(anna, type="hold")
            assert await event_of(house) == talk.AgentHeld(agent=ANNA), "and nothing before"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "transfer"},
        {"type": "transfer", "queue": "sales", "agent": "bob"},
        {"type": "transfer", "queue": "sales", "number": "13800138000"},
        {"type": "transfer", "number": " "},
        {"type": "transfer", "number": "1" * 41},
        {"type": "consult"},
        {"type": "consult", "agent": "bob", "number": "13800138000"},
        {"type": "consult", "queue": "sales"},
        {"type": "hold", "agent": "bob"},
        {"type": "join", "agent": "bob"},
        {"type": "join", "agent": "bob", "mode": "sing"},
    ],
    ids=str,
)
async def test_a_message_must_name_one_whom_it_concerns(message: dict[str, Any]) -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            await say(anna, **message)
            answer = await hear(anna)
    assert answer["type"] == "error"
    assert answer["what_to_do"]


def test_a_recording_is_called_as_the_dialplan_calls_its_own() -> None:
    day = datetime(2026, 11, 24, 12, 0, 0, 250_000, tzinfo=UTC)
    here = day.astimezone().strftime("%Y/%m/%d")
    assert tape_file(CALL, day.timestamp()) == f"{here}/{CALL}-1795521600250.raw"


# -- supervisors


@pytest.mark.parametrize("mode", SpyMode)
async def test_a_supervisor_joins_with_the_own_phone_and_leaves(mode: SpyMode) -> None:
    async with running(House()) as house:
        house.people["sue"] = person("sue", Role.SUPERVISOR, "1009")
        house.live.name_agent(AgentId("sue"), name="Sue", phone="1009")
        async with house.screen("sue") as sue:
            await hear(sue)
            await say(sue, type="join", agent="anna", mode=mode)
            assert await event_of(house) == talk.SupervisorJoined(
                supervisor="sue", phone=Phone("1009"), agent=ANNA, mode=mode
            )
            await say(sue, type="leave")
            assert await event_of(house) == talk.SupervisorLeft(supervisor="sue")


async def test_a_supervisor_without_a_phone_cannot_join() -> None:
    async with running(House()) as house:
        async with house.screen("sue") as sue:
            await hear(sue)
            await say(sue, type="join", agent="anna", mode="listen")
            refused = await hear(sue)
            assert (refused["type"], refused["request"]) == ("refused", "join")
            assert refused["reason"] == "You have no phone to join with."


async def test_an_agent_joins_nobody() -> None:
    async with running(House()) as house:
        house.live.name_agent(BOB, name="Bob", phone="1002")
        async with house.screen("bob") as bob:
            await hear(bob)
            for message in ({"type": "join", "agent": "anna", "mode": "listen"}, {"type": "leave"}):
                await say(bob, **message)
                assert (await hear(bob))["error"] == "This is for supervisors."
            await say(bob, type="hold")
            assert await event_of(house) == talk.AgentHeld(agent=BOB), "and nothing before"


# -- what is shown


async def test_an_agent_and_the_floor_see_who_is_in_the_talk_and_what_is_recorded() -> None:
    colleague = Party(leg=LegId("7.1"), agent=BOB, phone=Phone("1002"), answered=True)
    outside = Party(leg=LegId(""), agent=None, phone=Phone(""), number="+8613800138000")
    boss = Party(
        leg=LegId("7.2"),
        agent=None,
        phone=Phone("1009"),
        supervisor="sue",
        mode=SpyMode.BARGE,
        answered=True,
    )
    shown = ShowCall(
        contact=CALL,
        state=CallState.TALKING,
        since=1_000_000.0,
        arrived_at=999_990.0,
        caller="+8613800000001",
        customer="7",
        tier=shown_call().tier,
        value=0.6,
        queue=Queue("sales"),
        agent=ANNA,
        phase=Phase.ROOM,
        parties=(colleague, outside, boss),
        taping=Taping.ON_DEMAND,
        taped=True,
        paused_until=1_000_120.5,
    )
    async with running(House()) as house:
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            await hear(anna)
            await hear(sue)
            house.live.perform(shown)
            call = (await hear(anna, "call_changed"))["call"]
            assert (await hear(sue, "call_changed"))["call"] == call
        async with house.screen("anna") as anna:
            assert (await hear(anna))["calls"] == [call]
    assert (call["phase"], call["taping"], call["taped"]) == ("room", "on_demand", True)
    assert call["paused_until_at"] == 1_000_120_500
    nobody = {"agent": None, "phone": "", "number": "", "supervisor": "", "mode": None}
    assert call["parties"] == [
        nobody | {"agent": "bob", "phone": "1002", "answered": True},
        nobody | {"number": "+8613800138000", "answered": False},
        nobody | {"phone": "1009", "supervisor": "sue", "mode": "barge", "answered": True},
    ]


async def test_who_is_called_into_a_talk_sees_it_until_he_is_out() -> None:
    alone = shown_call(CallState.TALKING, ANNA)
    bob = Party(leg=LegId("7.1"), agent=BOB, phone=Phone("1002"))
    consulting = replace(alone, phase=Phase.CONSULT, parties=(bob,))
    async with running(House()) as house:
        house.live.perform(alone)
        async with house.screen("bob") as screen, house.screen("sue") as sue:
            assert (await hear(screen))["calls"] == []
            await hear(sue)
            house.live.perform(consulting)
            assert (await hear(screen))["call"]["parties"][0]["agent"] == "bob"
            house.live.perform(alone)
            assert (await hear(screen))["type"] == "call_gone"
            house.live.perform(consulting)
            house.live.perform(HideCall(contact=CALL))
            kinds = [(await hear(screen))["type"] for _ in range(2)]
            assert kinds == ["call_changed", "call_gone"]
            floor = [(await hear(sue))["type"] for _ in range(4)]
            assert floor == ["call_changed"] * 3 + ["call_gone"], "each is told once"
        house.live.perform(consulting)
        async with house.screen("bob") as screen:
            assert [call["contact"] for call in (await hear(screen))["calls"]] == [CALL]


async def test_a_call_without_an_agent_has_no_phase_and_is_not_recorded() -> None:
    async with running(House()) as house:
        async with house.screen("sue") as sue:
            await hear(sue)
            house.live.perform(shown_call())
            call = (await hear(sue))["call"]
    assert (call["phase"], call["taping"], call["taped"]) == (None, None, False)
    assert (call["parties"], call["paused_until_at"]) == ([], None)


# -- what of it is written down


def with_sue(mode: SpyMode, *, answered: bool = True) -> ShowCall:
    sue = Party(
        leg=LegId("sv-1"),
        agent=None,
        phone=Phone("1009"),
        supervisor="sue",
        mode=mode,
        answered=answered,
    )
    return replace(shown_call(CallState.TALKING, ANNA), parties=(sue,))


async def test_who_joins_and_leaves_a_talk_is_written_down() -> None:
    house = House()
    house.people["sue"] = person("sue", Role.SUPERVISOR, phone="1009")
    house.live.name_agent(AgentId("sue"), name="Sue", phone="1009")
    async with running(house):
        for command in talking():
            house.live.perform(command)
        async with house.screen("sue") as sue:
            await hear(sue)
            await say(sue, type="leave")
            await event_of(house)
            await say(sue, type="join", agent="anna", mode="whisper")
            await event_of(house)
            house.live.perform(with_sue(SpyMode.WHISPER))
            await say(sue, type="leave")
            await event_of(house)
    assert house.acts == [
        Act(who="sue", kind=ActKind.WHISPER, target="anna", contact=CALL),
        Act(who="sue", kind=ActKind.LEAVE, target="anna", contact=CALL),
    ], "who is in no talk leaves none"


async def test_what_cannot_be_written_down_is_not_done() -> None:
    house = House()
    house.acts_unwritten = True
    house.people["sue"] = person("sue", Role.SUPERVISOR, phone="1009")
    house.live.name_agent(AgentId("sue"), name="Sue", phone="1009")
    async with running(house):
        for command in talking():
            house.live.perform(command)
        async with house.screen("sue") as sue:
            await hear(sue)
            await say(sue, type="join", agent="anna", mode="listen")
            refused = await hear(sue, "refused")
            await say(sue, type="leave")
            assert await event_of(house) == talk.SupervisorLeft(supervisor="sue")
    assert refused["request"] == "join"
    assert refused["reason"].startswith("It cannot be written down now")


# -- what of it an agent sees


@pytest.mark.parametrize(
    ("mode", "shown", "seen"),
    [
        (SpyMode.LISTEN, True, ["sue"]),
        (SpyMode.LISTEN, False, []),
        (SpyMode.WHISPER, False, []),
        (SpyMode.BARGE, False, ["sue"]),
        (SpyMode.TAKE_OVER, False, ["sue"]),
    ],
)
async def test_the_agent_sees_who_listens_where_the_site_shows_it(
    mode: SpyMode, shown: bool, seen: list[str]
) -> None:
    house = House()
    house.live.view.spying_shown = shown
    async with running(house), house.screen("anna") as anna, house.screen("ada") as ada:
        start = await hear(anna)
        await hear(ada)
        for command in (*talking(), with_sue(mode)):
            house.live.perform(command)
        for screen, wanted in ((anna, seen), (ada, ["sue"])):
            await hear(screen, "call_changed")
            told = await hear(screen, "call_changed")
            assert [one["supervisor"] for one in told["call"]["parties"]] == wanted
        async with house.screen("anna") as again, house.screen("ada") as chief:
            for screen, wanted in ((again, seen), (chief, ["sue"])):
                (call,) = (await hear(screen))["calls"]
                assert [one["supervisor"] for one in call["parties"]] == wanted
        async with house.screen("anna", since=start["seq"], run=start["run"]) as back:
            await hear(back, "call_changed")
            told = await hear(back, "call_changed")
            assert [one["supervisor"] for one in told["call"]["parties"]] == seen
        house.live.perform(HideCall(contact=CALL))
        assert (await hear(anna, "call_gone"))["contact"] == CALL


async def test_an_agent_of_the_floor_who_is_listened_to_sees_it_there() -> None:
    """Somebody of the floor who takes calls as well: what he sees ends with the whole."""
    house = House()
    house.people["anna"] = person("anna", Role.SUPERVISOR, phone="1001")
    house.live.view.spying_shown = False
    async with running(house), house.screen("anna") as anna:
        await hear(anna)
        house.live.perform(with_sue(SpyMode.LISTEN))
        seen = [(await hear(anna, "call_changed"))["call"]["parties"] for _ in range(2)]
        assert [len(parties) for parties in seen] == [0, 1]
