"""Calls from the first AGI line to the queue, against Asterisk's bytes over a real socket."""

import asyncio
import re

import pytest
from prometheus_client import REGISTRY

from ccserver.agi.world import Caller
from ccserver.core.events import (
    CallArrived,
    CallerRecognized,
    FlowEnded,
    KeyPressed,
    StepEntered,
    WalkEnded,
)
from ccserver.core.ids import ContactId, LegId, Prompt, Queue, StepName
from ccserver.core.seen import unpack
from ccserver.core.steps import Menu, Say
from ccserver.core.value import Tier
from tests.agi.asterisk import Peer, environment, variables
from tests.agi.conftest import CONTACT, GOLD, PLATINUM, House, flow, step

ARRIVED = CallArrived(
    contact=CONTACT, leg=LegId("1732240000.7"), caller="+8613800138000", dialed="4001"
)
RECOGNIZED = CallerRecognized(contact=CONTACT, customer=GOLD)
STRANGER = environment(caller="+85212345678")
KEYS = '"0123456789*#"'
PLAYED = "200 result=0 endpos=9000"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def pressed(key: str) -> KeyPressed:
    return KeyPressed(contact=CONTACT, step="menu", key=key)


def ended(queue: str, language: str = "zh") -> FlowEnded:
    return FlowEnded(contact=CONTACT, queue=Queue(queue), language=language)


async def gone(peer: Peer, context: str = "cc-arrival") -> None:
    """The server asks where the caller is who is not in the flow any more, and lets go of him."""
    await peer.answer('GET VARIABLE "CONTEXT"', f"200 result=1 ({context})")
    assert await peer.command() == ""
    await peer.close()


async def test_a_gold_caller_presses_1_and_waits_for_sales(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer(f'STREAM FILE "/sounds/en/welcome" {KEYS} "0"', PLAYED)
    await peer.answer(f'GET OPTION "/sounds/en/menu" {KEYS} "5000"', "200 result=49 endpos=800")
    set_ = variables(await peer.leave())
    assert house.told() == [ARRIVED, RECOGNIZED, pressed("1"), ended("sales", "en")]
    assert [one for one in house.events if isinstance(one, StepEntered)] == [
        StepEntered(contact=CONTACT, flow="hotline", version=0, step=step(name), came=came)
        for name, came in (
            ("welcome", ""),
            ("who", "then"),
            ("menu", "otherwise"),
            ("sales", "key 1"),
        )
    ]
    assert house.events[-2:] == [WalkEnded(contact=CONTACT, how="queued"), ended("sales", "en")]
    ticket = unpack(set_.pop("CC_CALL"))
    assert ticket is not None
    assert (ticket.contact, ticket.queue, ticket.tier) == (CONTACT, "sales", Tier.GOLD)
    assert (ticket.caller, ticket.dialed, ticket.customer) == ("+8613800138000", "4001", "77")
    assert ticket.keys == (("menu", "1"),)
    assert ticket.arrived_at <= ticket.queued_at
    # The channel spoke English already, so its language is not set again.
    assert list(set_.items()) == [("CC_NEXT", "hold"), ("CC_AGI", "OK")]
    assert len(peer.commands) == 4
    await peer.close()


async def test_the_center_knows_where_the_caller_goes_before_asterisk_does(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer("GET OPTION", "200 result=50 endpos=800")
    assert "EXEC" in await peer.command()
    assert house.told()[-1] == ended("service", "en")
    await peer.close()


async def test_a_call_that_the_dialplan_has_named_keeps_its_name(house: House) -> None:
    named = "019a2b3c-4d5e-7f01-8abc-0123456789ab"
    peer = await house.ring(environment(arguments=["4001", named]))
    await peer.answer("STREAM FILE", "200 result=49 endpos=100")
    set_ = variables(await peer.leave())
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert ticket.contact == named
    assert len(peer.commands) == 2
    await peer.close()


async def test_a_key_pressed_during_the_welcome_answers_the_menu(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=100")
    await peer.leave()
    assert house.told()[2:] == [pressed("1"), ended("sales", "en")]
    assert len(peer.commands) == 3
    await peer.close()


async def test_a_platinum_caller_goes_straight_to_a_person(house: House) -> None:
    peer = await house.ring(environment(caller="139 0013 9000"))
    await peer.arrive()
    await peer.answer('STREAM FILE "/sounds/zh/welcome"', PLAYED)
    await peer.answer('STREAM FILE "/sounds/zh/connecting"', PLAYED)
    set_ = variables(await peer.leave())
    assert house.told()[1:] == [
        CallerRecognized(contact=CONTACT, customer=PLATINUM),
        ended("operator"),
    ]
    assert set_["CHANNEL(language)"] == "zh"
    await peer.close()


async def test_a_wrong_key_and_silence_each_have_their_prompt(house: House) -> None:
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer('GET OPTION "/sounds/zh/menu"', "200 result=55 endpos=800")
    await peer.answer('STREAM FILE "/sounds/zh/invalid"', PLAYED)
    await peer.answer('GET OPTION "/sounds/zh/menu"', PLAYED)
    await peer.answer("CHANNEL STATUS", "200 result=6")
    await peer.answer('STREAM FILE "/sounds/zh/no_input"', PLAYED)
    await peer.answer('GET OPTION "/sounds/zh/menu"', PLAYED)
    await peer.answer("CHANNEL STATUS", "200 result=6")
    await peer.answer('STREAM FILE "/sounds/zh/connecting"', PLAYED)
    await peer.leave()
    assert house.told()[1:] == [pressed("7"), pressed(""), pressed(""), ended("operator")]
    await peer.close()


async def test_a_flow_may_end_with_goodbye(house: House) -> None:
    prompts = Prompt("closed"), Prompt("goodbye")
    house.world.flow = flow(Say(prompts=prompts, then=step("end"), barge_in=False))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer('EXEC "Background" "/sounds/zh/closed&/sounds/zh/goodbye,np"', "200 result=0")
    await peer.answer('GET VARIABLE "BACKGROUNDSTATUS"', "200 result=1 (SUCCESS)")
    set_ = variables(await peer.leave())
    assert set_ == {"CC_NEXT": "goodbye", "CHANNEL(language)": "zh", "CC_AGI": "OK"}
    assert house.told()[1:] == [FlowEnded(contact=CONTACT, queue=None, language="zh")]
    await peer.close()


async def test_a_key_ends_all_prompts_of_a_step(house: House) -> None:
    house.world.flow = flow(Say(prompts=(Prompt("closed"), Prompt("goodbye")), then=step("end")))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer('EXEC "Background" "/sounds/zh/closed&/sounds/zh/goodbye,n"', "200 result=35")
    await peer.leave()
    await peer.close()


# -- hang-ups


async def test_a_hangup_in_the_middle_of_a_prompt_ends_the_walk(house: House) -> None:
    before = counted("ccserver_ivr_hangups_total", flow="hotline", step="welcome")
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=-1 endpos=400")
    await peer.answer("CHANNEL STATUS", "HANGUP", "511 Command Not Permitted on a dead channel")
    await gone(peer)
    assert house.told() == [ARRIVED, RECOGNIZED]
    assert (house.path(), house.how()) == (["welcome"], ["hung_up"])
    assert counted("ccserver_ivr_hangups_total", flow="hotline", step="welcome") == before + 1


async def test_a_hangup_between_command_and_reply_ends_the_walk(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer("GET OPTION", "HANGUP", "200 result=49 endpos=400")
    await gone(peer)
    assert house.told() == [ARRIVED, RECOGNIZED]


async def test_a_caller_who_hung_up_at_the_menu_was_not_silent(house: House) -> None:
    """GET OPTION answers 0 to a hang-up too, and only then comes the notice."""
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer("GET OPTION", PLAYED)
    await peer.answer("CHANNEL STATUS", "HANGUP", "511 Command Not Permitted on a dead channel")
    await gone(peer)
    assert house.told() == [ARRIVED, RECOGNIZED]
    assert (house.path()[-1], house.how()) == ("menu", ["hung_up"])


async def test_a_caller_who_hung_up_before_the_welcome_hears_nothing(house: House) -> None:
    peer = await house.ring()
    await peer.answer("SET VARIABLE", "HANGUP", "200 result=1")
    await peer.answer("STREAM FILE", "511 Command Not Permitted on a dead channel")
    await gone(peer)
    assert ARRIVED in house.events
    assert house.how() == ["hung_up"]
    assert FlowEnded not in map(type, house.events)


async def test_a_hangup_after_the_flow_still_sets_the_variables(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=400")
    await peer.answer("EXEC", "HANGUP", "200 result=0")
    assert await peer.command() == ""
    await peer.close()
    assert house.told()[-1] == ended("sales", "en")


@pytest.mark.parametrize("commands", range(5))
async def test_a_connection_that_breaks_at_any_step_leaves_nothing_behind(
    house: House, commands: int
) -> None:
    peer = await house.ring()
    for reply in ["200 result=1", "200 result=0", PLAYED, PLAYED][:commands]:
        await peer.answer("", reply)
    await peer.close()
    other = await house.ring()
    await other.arrive()
    await other.close()


# -- failures


async def test_a_lost_prompt_sends_the_caller_to_the_operator(house: House) -> None:
    before = counted("ccserver_ivr_failures_total", flow="hotline")
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer("GET OPTION", "200 result=-1 endpos=0")
    await peer.answer("CHANNEL STATUS", "200 result=6")
    set_ = variables(await peer.leave())
    assert house.told()[-1] == ended("operator", "en")
    assert set_["CC_AGI"] == "OK"
    assert counted("ccserver_ivr_failures_total", flow="hotline") == before + 1
    await peer.close()


async def test_a_flow_with_a_bug_sends_the_caller_to_the_operator(house: House) -> None:
    house.world.flow = flow(Say(prompts=(Prompt("hello"),), then=StepName("nowhere")))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    await peer.leave()
    assert house.told()[-1] == ended("operator")
    await peer.close()


async def test_who_gives_no_key_at_the_last_try_is_checked_for_being_there(house: House) -> None:
    house.world.flow = flow(
        Menu(
            prompts=(Prompt("menu"),), keys={}, otherwise=step("end"), tries=1, timeout_seconds=5.0
        )
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("GET OPTION", PLAYED)
    await peer.answer("CHANNEL STATUS", "200 result=6")
    await peer.leave()
    assert house.told()[1] == KeyPressed(contact=CONTACT, step="first", key="")
    await peer.close()


@pytest.mark.parametrize(
    "refusal",
    [
        ("510 Invalid or unknown command",),
        ("520-Invalid command syntax.  Proper usage follows:", " Usage: X", "520 End of usage."),
        ("520 Invalid command syntax.  Proper usage not available.",),
        ("200 result=none",),
    ],
    ids=["510", "520-", "520", "nonsense"],
)
async def test_a_refused_command_sends_the_caller_to_the_operator(
    house: House, refusal: tuple[str, ...]
) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", *refusal)
    await peer.leave()
    assert house.told()[-1] == ended("operator", "en")
    await peer.close()


async def test_variables_that_cannot_be_set_leave_the_caller_to_the_dialplan(house: House) -> None:
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=400")
    await peer.answer("EXEC", "200 result=-2")
    assert await peer.command() == ""
    await peer.close()


# -- the look-up


async def test_a_look_up_that_hangs_makes_the_caller_unknown(house: House) -> None:
    async def hang(contact: ContactId, number: str) -> Caller | None:
        await asyncio.Event().wait()
        return None

    house.world.finds = hang
    before = counted("ccserver_lookup_failed_total", reason="timeout")
    peer = await house.ring()
    await peer.arrive()
    await peer.answer('STREAM FILE "/sounds/zh/welcome"', "200 result=49 endpos=400")
    ticket = unpack(variables(await peer.leave())["CC_CALL"])
    assert ticket is not None
    assert (ticket.tier, ticket.customer) == (Tier.STANDARD, "")
    assert house.told() == [ARRIVED, pressed("1"), ended("sales")]
    assert counted("ccserver_lookup_failed_total", reason="timeout") == before + 1
    await peer.close()


@pytest.mark.parametrize(
    ("failure", "reason"), [(ConnectionRefusedError, "away"), (ZeroDivisionError, "error")]
)
async def test_a_look_up_that_fails_makes_the_caller_unknown(
    house: House, failure: type[Exception], reason: str
) -> None:
    async def fail(contact: ContactId, number: str) -> Caller | None:
        raise failure

    house.world.finds = fail
    before = counted("ccserver_lookup_failed_total", reason=reason)
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=400")
    await peer.leave()
    assert house.told() == [ARRIVED, pressed("1"), ended("sales")]
    assert counted("ccserver_lookup_failed_total", reason=reason) == before + 1
    await peer.close()


async def test_a_caller_without_a_number_is_not_looked_up(house: House) -> None:
    async def never(contact: ContactId, number: str) -> Caller | None:
        raise AssertionError(number)

    house.world.finds = never
    peer = await house.ring(environment(caller="anonymous"))
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=400")
    await peer.leave()
    assert isinstance(house.events[0], CallArrived)
    assert house.events[0].caller == ""
    await peer.close()


# -- what a caller may write


@pytest.mark.parametrize(
    "text",
    [
        "bob,Event: X",
        'a"b\\c|d;e=${SHELL(id)}',
        "x\nagi_arg_1: 9999\nagi_uniqueid: 1.1\n\n200 result=49\n",
        "x\r\nAction: Originate\r\n\r\n",
        "y" * 10_000,
    ],
    ids=["event", "shell", "lines", "ami", "long"],
)
@pytest.mark.parametrize("where", ["caller", "name"])
async def test_a_callers_text_changes_nothing_but_its_own_row(
    house: House, text: str, where: str
) -> None:
    peer = await house.ring(environment(**{where: text}))
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=49 endpos=400")
    command = await peer.leave()
    arrived = house.events[0]
    assert isinstance(arrived, CallArrived)
    assert (arrived.leg, arrived.dialed) == (LegId("1732240000.7"), "4001")
    assert len(arrived.caller) <= 40
    assert re.fullmatch(r"[\w+ :().\-/]*", arrived.caller)
    set_ = variables(command)
    assert set(set_) - {"CHANNEL(language)"} == {"CC_CALL", "CC_NEXT", "CC_AGI"}
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert ticket.caller == arrived.caller
    await peer.close()
