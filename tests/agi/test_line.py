"""What a flow does on a call, in Asterisk's words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from ccserver.agi.line import TYPED_MAX, HungUpError, Line, LostPromptError
from ccserver.agi.server import CommandRefusedError, Server, Session
from ccserver.agi.wire import Environment
from ccserver.core.ids import Prompt
from tests.agi.asterisk import Peer, ring

T = TypeVar("T")

ONE, TWO, THREE = Prompt("one"), Prompt("two"), Prompt("three")
KEYS = '"0123456789*#"'
PLAYED = "200 result=0 endpos=9000"
GONE = "HANGUP", "511 Command Not Permitted on a dead channel"


def key(digit: str) -> str:
    """The reply that tells of a key."""
    return f"200 result={ord(digit)} endpos=100"


@asynccontextmanager
async def on_line(work: Callable[[Line], Awaitable[T]]) -> AsyncIterator[tuple[Peer, list[T]]]:
    """A call on which this is done; what came of it is in the list once it is over."""
    came: list[T] = []

    async def serve(session: Session, _: Environment) -> None:
        line = Line(session, sounds="/s", language="zh", prompt_seconds=1.0)
        came.append(await work(line))

    server = Server({"call": serve})
    async with asyncio.TaskGroup() as group:
        task = group.create_task(server.serve("127.0.0.1", 0))
        await server.listening.wait()
        peer = await ring(server.port)
        yield peer, came
        assert await peer.command() == "", "all is done"
        await peer.close()
        task.cancel()


# -- saying


async def test_several_prompts_are_one_command() -> None:
    async with on_line(lambda line: line.say((ONE, TWO, THREE))) as (peer, _):
        await peer.answer('EXEC "Background" "/s/zh/one&/s/zh/two&/s/zh/three,n"', "200 result=0")
        await peer.answer('GET VARIABLE "BACKGROUNDSTATUS"', "200 result=1 (SUCCESS)")


async def test_more_prompts_than_a_command_holds_are_two() -> None:
    many = tuple(Prompt("a" * 95) for _ in range(30))
    async with on_line(lambda line: line.say(many)) as (peer, _):
        told = 0
        while told < len(many):
            told += (await peer.answer('EXEC "Background"', "200 result=0")).count("/s/zh/")
            await peer.answer("GET VARIABLE", "200 result=1 (SUCCESS)")
    assert told == len(many)
    assert len(peer.commands) == 4


async def test_a_key_ends_all_prompts_and_answers_the_question() -> None:
    async def work(line: Line) -> str:
        await line.say((ONE, TWO))
        await line.say((THREE,))
        return await line.ask((THREE,), timeout_seconds=1.0)

    async with on_line(work) as (peer, came):
        await peer.answer("EXEC", "200 result=53")
    assert came == ["5"]


async def test_what_must_be_heard_is_heard_to_its_end() -> None:
    async def work(line: Line) -> str:
        await line.say((ONE,), barge_in=False)
        return await line.ask((ONE, TWO), timeout_seconds=2.0, barge_in=False)

    async with on_line(work) as (peer, came):
        await peer.answer('STREAM FILE "/s/zh/one" "" "0"', PLAYED)
        await peer.answer('EXEC "Background" "/s/zh/one&/s/zh/two,np"', "200 result=0")
        await peer.answer("GET VARIABLE", "200 result=1 (SUCCESS)")
        await peer.answer('WAIT FOR DIGIT "2000"', "200 result=55")
    assert came == ["7"]


@pytest.mark.parametrize(
    ("prompts", "replies"),
    [
        ((ONE,), ["200 result=-1 endpos=0", "200 result=6"]),
        ((ONE, TWO), ["200 result=0", "200 result=1 (FAILED)"]),
        ((ONE, TWO), ["200 result=-1", "200 result=6"]),
    ],
    ids=["one", "list", "list refused"],
)
async def test_a_lost_prompt_is_told(prompts: tuple[Prompt, ...], replies: list[str]) -> None:
    async def work(line: Line) -> str:
        with pytest.raises(LostPromptError) as raised:
            await line.say(prompts)
        return str(raised.value)

    async with on_line(work) as (peer, came):
        for reply in replies:
            await peer.answer("", reply)
    assert came == [" ".join(f"/s/zh/{prompt}" for prompt in prompts)]


@pytest.mark.parametrize("prompts", [(ONE,), (ONE, TWO)])
async def test_a_hangup_while_something_is_said_is_no_lost_prompt(
    prompts: tuple[Prompt, ...],
) -> None:
    async def work(line: Line) -> None:
        with pytest.raises(HungUpError):
            await line.say(prompts)

    async with on_line(work) as (peer, _):
        await peer.answer("", "200 result=-1")
        await peer.answer("CHANNEL STATUS", *GONE)


# -- asking


async def digits(line: Line, prompts: tuple[Prompt, ...] = (ONE,), length_max: int = 4) -> str:
    return await line.ask_digits(
        prompts, length_max=length_max, terminator="#", timeout_seconds=8.0, between_seconds=4.0
    )


async def test_digits_follow_each_other_up_to_the_terminator() -> None:
    async with on_line(digits) as (peer, came):
        await peer.answer(f'GET OPTION "/s/zh/one" {KEYS} "8000"', key("1"))
        await peer.answer('WAIT FOR DIGIT "4000"', key("2"))
        await peer.answer('WAIT FOR DIGIT "4000"', key("#"))
    assert came == ["12"]


async def test_the_key_that_ended_a_prompt_is_the_first_digit() -> None:
    async def work(line: Line) -> str:
        await line.say((ONE,))
        return await digits(line, (TWO, THREE))

    async with on_line(work) as (peer, came):
        await peer.answer("STREAM FILE", key("9"))
        await peer.answer("WAIT FOR DIGIT", key("8"))
        await peer.answer("WAIT FOR DIGIT", PLAYED)
    assert came == ["98"]


async def test_nothing_typed_is_nothing() -> None:
    async with on_line(digits) as (peer, came):
        await peer.answer("GET OPTION", PLAYED)
        await peer.answer("CHANNEL STATUS", "200 result=6")
    assert came == [""]


async def test_the_terminator_of_a_number_that_is_complete_already_answers_nothing() -> None:
    async def work(line: Line) -> tuple[str, str]:
        typed = await digits(line, length_max=2)
        return typed, await line.ask((TWO,), timeout_seconds=5.0)

    async with on_line(work) as (peer, came):
        await peer.answer("GET OPTION", key("1"))
        await peer.answer("WAIT FOR DIGIT", key("2"))
        await peer.answer('GET OPTION "/s/zh/two"', key("#"))
        await peer.answer('GET OPTION "/s/zh/two"', key("#"))
    assert came == [("12", "#")]


async def test_neither_does_it_cut_what_is_said_next() -> None:
    async def work(line: Line) -> None:
        await digits(line, length_max=1)
        await line.say((TWO,))

    async with on_line(work) as (peer, _):
        await peer.answer("GET OPTION", key("1"))
        await peer.answer('STREAM FILE "/s/zh/two"', key("#"))
        await peer.answer('STREAM FILE "/s/zh/two"', PLAYED)


async def test_a_key_that_cannot_be_waited_for_is_told() -> None:
    async def work(line: Line) -> None:
        with pytest.raises(LostPromptError):
            await line.ask((), timeout_seconds=1.0)

    async with on_line(work) as (peer, _):
        await peer.answer("WAIT FOR DIGIT", "200 result=-1")
        await peer.answer("CHANNEL STATUS", "200 result=6")


# -- while the house works


async def test_what_is_typed_while_the_house_works_is_kept() -> None:
    done = asyncio.Event()

    async def work(line: Line) -> tuple[str, str]:
        async with asyncio.TaskGroup() as group:
            await line.listen(group.create_task(done.wait()))
        return await digits(line, length_max=2), await line.ask((TWO,), timeout_seconds=1.0)

    async with on_line(work) as (peer, came):
        for digit in "12":
            await peer.answer('WAIT FOR DIGIT "100"', key(digit))
        await peer.answer('WAIT FOR DIGIT "100"', PLAYED)
        await peer.command()
        done.set()
        await asyncio.sleep(0)
        peer.send(f"{key('3')}\n".encode())
    assert came == [("12", "3")]


async def test_work_that_is_quickly_done_needs_no_listening() -> None:
    async def work(line: Line) -> int:
        async with asyncio.TaskGroup() as group:
            return await line.listen(group.create_task(asyncio.sleep(0, 42)))

    async with on_line(work) as (_, came):
        pass
    assert came == [42]


async def test_who_types_for_ever_fills_no_memory() -> None:
    done = asyncio.Event()

    async def work(line: Line) -> str:
        async with asyncio.TaskGroup() as group:
            await line.listen(group.create_task(done.wait()))
        return await digits(line, length_max=TYPED_MAX * 2)

    async with on_line(work) as (peer, came):
        for _ in range(TYPED_MAX + 5):
            await peer.answer("WAIT FOR DIGIT", key("1"))
        await peer.command()
        done.set()
        await asyncio.sleep(0)
        peer.send(b"200 result=0\n")
        await peer.answer("WAIT FOR DIGIT", "200 result=0")
    assert came == ["1" * TYPED_MAX]


# -- recording


@pytest.mark.parametrize(
    ("status", "seconds", "recorded"),
    [
        ("DTMF", 0.6, True),
        ("HANGUP", 0.6, True),
        ("TIMEOUT", 0.6, True),
        ("DTMF", 0.0, False),
        ("SILENCE", 1.7, True),
        ("SILENCE", 1.2, False),
        ("SKIP", 0.6, False),
    ],
)
async def test_a_recording_holds_something_when_someone_spoke(
    status: str, seconds: float, recorded: bool
) -> None:
    async def work(line: Line) -> bool:
        return await line.record("day/x.sln", seconds_max=60.0, silence_seconds=1.0)

    async with on_line(work) as (peer, came):
        await peer.answer('STREAM FILE "/s/tones/beep" "" "0"', PLAYED)
        await peer.answer('EXEC "Record" "/var/spool/asterisk/recording/day/x.sln,1,60,kqy"')
        await asyncio.sleep(seconds)
        peer.send(b"200 result=0\n")
        await peer.answer('GET VARIABLE "RECORD_STATUS"', f"200 result=1 ({status})")
    assert came == [recorded]


async def test_a_recording_that_fails_is_told() -> None:
    async def work(line: Line) -> None:
        with pytest.raises(CommandRefusedError):
            await line.record("x.sln", seconds_max=60.0, silence_seconds=1.0)

    async with on_line(work) as (peer, _):
        await peer.answer("STREAM FILE", PLAYED)
        await peer.answer("EXEC", "200 result=0")
        await peer.answer("GET VARIABLE", "200 result=1 (ERROR)")


# -- someone outside


def transfer(to: str, outside: str = "", shown: str = "4001") -> Callable[[Line], Awaitable[str]]:
    return lambda line: line.transfer(to, outside=outside or to, shown=shown, ring_seconds=20)


async def test_a_number_is_dialled_over_the_trunk() -> None:
    async with on_line(transfer("+8613900139000")) as (peer, came):
        await peer.answer(
            'EXEC "Dial" "PJSIP/+8613900139000@trunk,20,gS(14400)f(4001)"', "200 result=0"
        )
        await peer.answer('GET VARIABLE "DIALSTATUS"', "200 result=1 (ANSWER)")
    assert came == ["answered"]


async def test_an_extension_of_the_site_is_dialled_as_it_is() -> None:
    async with on_line(transfer("1001")) as (peer, came):
        await peer.answer('GET VARIABLE "DEVICE_STATE(PJSIP/1001)"', "200 result=1 (NOT_INUSE)")
        await peer.answer('EXEC "Dial" "PJSIP/1001,20,gS(14400)"', "200 result=0")
        await peer.answer("GET VARIABLE", "200 result=1 (BUSY)")
        await peer.answer("CHANNEL STATUS", "200 result=6")
    assert came == ["busy"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("NOANSWER", "no_answer"), ("CHANUNAVAIL", "failed"), ("CONGESTION", "failed")],
)
async def test_why_nobody_answers_is_told(status: str, outcome: str) -> None:
    async with on_line(transfer("95588", shown="")) as (peer, came):
        await peer.answer("GET VARIABLE", "200 result=1 (INVALID)")
        await peer.answer('EXEC "Dial" "PJSIP/95588@trunk,20,gS(14400)"', "200 result=0")
        await peer.answer("GET VARIABLE", f"200 result=1 ({status})")
        await peer.answer("CHANNEL STATUS", "200 result=6")
    assert came == [outcome]


async def test_nothing_but_digits_gets_into_a_dial_string() -> None:
    async with on_line(transfer("+86&Local/1@x,U(y)^", shown="40(0)1")) as (peer, _):
        await peer.answer('EXEC "Dial" "PJSIP/+861@trunk,20,gS(14400)f(4001)"', "200 result=0")
        await peer.answer("GET VARIABLE", "200 result=1 (ANSWER)")


async def test_no_number_is_no_call() -> None:
    async with on_line(transfer("nobody")) as (_, came):
        pass
    assert came == ["failed"]


async def test_who_hangs_up_after_the_talk_has_been_transferred() -> None:
    async with on_line(transfer("+8613900139000")) as (peer, came):
        await peer.answer("EXEC", "HANGUP", "200 result=-1")
        await peer.answer("GET VARIABLE", "200 result=1 (ANSWER)")
    assert came == ["answered"]


async def test_who_hangs_up_while_it_rings_is_gone() -> None:
    async def work(line: Line) -> None:
        with pytest.raises(HungUpError):
            await transfer("+8613900139000")(line)

    async with on_line(work) as (peer, _):
        await peer.answer("EXEC", "200 result=-1")
        await peer.answer("GET VARIABLE", "200 result=1 (CANCEL)")
        await peer.answer("CHANNEL STATUS", *GONE)
