"""Actions, answers and lists, against a manager interface that misbehaves."""

import asyncio
import threading
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from ccserver.ami.errors import (
    AmiDisconnected,
    AmiError,
    AmiRefused,
    AmiTimeout,
    UnsafeHeaderError,
)
from ccserver.ami.wire import Message
from tests.ami.fake_ami import FakeAmi, Heard, block, response
from tests.ami.house import (
    QUICK,
    REDIRECT,
    House,
    link_to,
    linked,
    user_event,
)

# -- actions and their answers


async def test_an_answer_comes_to_the_one_who_asked() -> None:
    async with linked() as (ami, house, link):
        ami.answers["Redirect"] = None
        link.send(REDIRECT, house.reply)
        link.send(REDIRECT, lambda outcome: house.tell("second"))
        await ami.hears("Redirect", 2)
        first, second = (heard for heard in ami.heard if heard["Action"] == "Redirect")
        ami.say(response(second), response(first, "Message: no such channel", kind="Error"))
        await house.hears("Error")
        assert house.told[-2:] == ["second", "Error"]


async def test_queue_add_is_answered() -> None:
    async with linked() as (ami, _, link):
        ami.answers["QueueAdd"] = lambda heard: response(heard, "Message: Added interface to queue")
        reply = await link.call({"Action": "QueueAdd", "Queue": "cc", "Interface": "PJSIP/1001"})
        assert reply.ok


async def test_an_originate_that_is_not_async_is_refused_before_it_is_sent() -> None:
    async with linked() as (ami, _, link):
        with pytest.raises(ValueError, match="Async"):
            await link.call({"Action": "Originate", "Channel": "PJSIP/1001"})
        with pytest.raises(ValueError, match="Async"):
            link.send({"Action": "Originate", "Channel": "PJSIP/1001", "Async": "false"})
        assert "Originate" not in ami.names()


async def test_an_originate_is_answered_when_queued_and_its_outcome_is_an_event() -> None:
    async with linked() as (ami, house, link):
        outcomes: list[tuple[str, str]] = []
        house.on_event = lambda m: outcomes.append((m.get("ActionID"), m.get("Response")))
        originate = {"Action": "Originate", "Async": "true", "ActionID": "lead-7"}
        ami.answers["Originate"] = lambda heard: (
            response(heard)
            + block(
                "Event: OriginateResponse", f"ActionID: {heard['ActionID']}", "Response: Failure"
            )
        )
        reply = await link.call(originate)
        await house.hears("OriginateResponse")
        assert reply.ok
        assert outcomes == [("lead-7", "Failure")]


@pytest.mark.parametrize("value", ["1.1\r\nAction: Originate", "1.1\n", "\0"])
async def test_a_line_break_in_a_value_never_becomes_a_second_action(value: str) -> None:
    async with linked() as (ami, house, link):
        with pytest.raises(UnsafeHeaderError):
            link.send({"Action": "Redirect", "Channel": value}, house.reply)
        with pytest.raises(UnsafeHeaderError):
            await link.call({"Action": "Redirect", "Channel": value})
        assert (await link.call({"Action": "After"})).ok
        assert not {"Redirect", "Originate"} & set(ami.names())


async def test_a_callers_text_in_an_event_answers_no_action() -> None:
    async with linked() as (ami, house, link):
        ami.answers["CoreShowChannels"] = None
        async with asyncio.TaskGroup() as tasks:
            listing = tasks.create_task(link.collect({"Action": "CoreShowChannels"}))
            key = (await ami.hears("CoreShowChannels"))["ActionID"]
            ami.say(user_event("Forged", f"ActionID: {key}", "EventList: Complete"))
            await house.hears("Forged")
            assert not listing.done()
            heard = {"ActionID": key}
            ami.say(response(heard, "EventList: start"))
            ami.say(block("Event: XComplete", f"ActionID: {key}", "EventList: Complete"))
        assert listing.result() == []


async def test_one_action_id_is_not_given_to_two_actions_at_once() -> None:
    async with linked() as (ami, house, link):
        ami.answers["Redirect"] = None
        link.send({**REDIRECT, "ActionID": "x"}, house.reply)
        with pytest.raises(ValueError, match="in use"):
            await link.call({**REDIRECT, "ActionID": "x"})


async def test_an_unanswered_action_fails_in_time() -> None:
    async with linked() as (ami, house, link):
        ami.answers["Redirect"] = None
        link.send(REDIRECT, house.reply)
        with pytest.raises(AmiTimeout):
            await link.call(REDIRECT, timeout=0.02)
        await house.hears("AmiTimeout")
        ami.say(response(ami.heard[-1]))
        assert (await link.call({"Action": "After"})).ok
        assert house.told.count("AmiTimeout") == 1
        assert link.up


async def test_a_cancelled_call_leaves_nothing_behind() -> None:
    async with linked() as (ami, _, link):
        ami.answers["Redirect"] = None
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(link.call(REDIRECT))
            heard = await ami.hears("Redirect")
            call.cancel()
        assert link._session is not None
        assert link._session.protocol is not None
        assert heard["ActionID"] not in link._session.protocol.responses


async def test_an_answer_that_came_in_time_counts_even_if_we_were_slow_to_read_it() -> None:
    async with linked(replace(QUICK, pong_seconds=15.0)) as (ami, _, link):
        ami.answers["Redirect"] = None
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(link.call(REDIRECT, timeout=0.1))
            ami.say(response(await ami.hears("Redirect")))
            threading.Event().wait(0.15)  # The whole loop stands still.
        assert call.result().ok


async def test_sending_while_down_fails_at_once() -> None:
    house = House()
    async with FakeAmi() as ami:
        link = link_to(ami, house)
    link.send(REDIRECT, house.reply)
    link.send(REDIRECT)
    assert house.told == ["AmiDisconnected"]
    with pytest.raises(AmiDisconnected) as failed:
        await link.call(REDIRECT)
    assert not failed.value.sent
    with pytest.raises(AmiDisconnected):
        await link.collect({"Action": "CoreShowChannels"})


async def test_what_was_unanswered_at_a_disconnect_fails_and_is_never_sent_again() -> None:
    async with linked() as (ami, house, link):
        ami.answers["Redirect"] = ami.answers["Originate"] = None
        outcomes: list[Message | AmiError] = []

        def reply(outcome: Message | AmiError) -> None:
            outcomes.append(outcome)
            house.reply(outcome)

        link.send(REDIRECT, reply)
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(_failure(link.call({"Action": "Originate", "Async": "true"})))
            await ami.hears("Originate")
            ami.cut()
        assert isinstance(call.result(), AmiDisconnected)
        assert house.told[-2:] == ["down closed", "AmiDisconnected"]
        (outcome,) = outcomes
        assert isinstance(outcome, AmiDisconnected)
        assert outcome.sent
        await house.hears("up", 2)
        await link.call({"Action": "After"})
        assert ami.names().count("Redirect") == ami.names().count("Originate") == 1


# -- lists


def channels(heard: Heard, *names: str) -> bytes:
    key = f"ActionID: {heard['ActionID']}"
    return response(heard, "EventList: start") + b"".join(
        block("Event: CoreShowChannel", f"Channel: {name}", key) for name in names
    )


def complete(heard: Heard, word: str = "Complete") -> bytes:
    key = f"ActionID: {heard['ActionID']}"
    return block("Event: CoreShowChannelsComplete", key, f"EventList: {word}")


async def test_a_list_is_everything_between_its_start_and_its_end() -> None:
    async with linked() as (ami, house, link):
        ami.answers["CoreShowChannels"] = lambda heard: (
            channels(heard, "a", "b") + user_event("Between") + complete(heard)
        )
        items = await link.collect({"Action": "CoreShowChannels"})
        assert [item.get("Channel") for item in items] == ["a", "b"]
        assert "Between" in house.told


async def test_a_list_cut_off_by_a_disconnect_fails() -> None:
    async with linked() as (ami, _, link):
        ami.answers["CoreShowChannels"] = lambda heard: channels(heard, "a")
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(_failure(link.collect({"Action": "CoreShowChannels"})))
            await ami.hears("CoreShowChannels")
            await link.call({"Action": "After"})
            ami.cut()
        assert isinstance(call.result(), AmiDisconnected)


async def test_a_list_without_end_fails_in_time_and_its_late_items_are_dropped() -> None:
    async with linked() as (ami, house, link):
        ami.answers["CoreShowChannels"] = lambda heard: channels(heard, "a")
        with pytest.raises(AmiTimeout):
            await link.collect({"Action": "CoreShowChannels"}, timeout=0.02)
        heard = await ami.hears("CoreShowChannels")
        ami.say(channels(heard, "late"), complete(heard))
        assert (await link.call({"Action": "After"})).ok
        assert house.told == ["FullyBooted", "up"]


async def test_an_error_a_cancelled_list_and_no_list_at_all_are_refusals() -> None:
    async with linked() as (ami, _, link):
        show = {"Action": "CoreShowChannels"}
        for answer in (
            lambda heard: response(heard, "Message: No such", kind="Error"),
            lambda heard: channels(heard, "a") + complete(heard, "cancelled"),
            response,
        ):
            ami.answers["CoreShowChannels"] = answer
            with pytest.raises(AmiRefused):
                await link.collect(show)


async def _failure(call: Awaitable[object]) -> Exception:
    try:
        await call
    except AmiError as error:
        return error
    raise AssertionError("it went well")
