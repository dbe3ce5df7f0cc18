"""A redirect that came too early is sent again, unless a newer one overtook it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from ccserver.ami.errors import AmiDisconnected, AmiError
from ccserver.ami.redirects import AGAIN_SECONDS, TRIES, OnReply, Redirects
from ccserver.ami.wire import Headers, Message
from tests.virtual import VirtualLoop

PARK: Headers = {
    "Action": "Redirect",
    "Channel": "1.0",
    "Context": "cc-parked",
    "ExtraChannel": "1.1",
}
CONSULT: Headers = {"Action": "Redirect", "Channel": "1.1", "Context": "cc-consult"}
HOLD: Headers = {"Action": "Redirect", "Channel": "2.0", "Context": "cc-hold"}
DONE = Message(b"Response: Success\r\nMessage: Redirect successful")
EARLY = Message(b"Response: Error\r\nMessage: Redirect failed, channel not up.")
EXTRA_EARLY = Message(b"Response: Error\r\nMessage: Redirect failed, extra channel not up.")
GONE = Message(b"Response: Error\r\nMessage: Channel does not exist: 1.0")


@dataclass
class Switch:
    """Answers as it is told, and remembers what came and what was said of it."""

    answers: list[Message | AmiError]
    sent: list[Headers] = field(default_factory=list)
    told: list[tuple[str, Message | AmiError]] = field(default_factory=list)
    waiting: list[OnReply] = field(default_factory=list)

    def send(self, action: Headers, on_reply: OnReply) -> None:
        self.sent.append(action)
        if self.answers:
            on_reply(self.answers.pop(0))
        else:
            self.waiting.append(on_reply)

    def tell(self, name: str) -> OnReply:
        return lambda outcome: self.told.append((name, outcome))


def live(story: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(story)


def test_an_order_that_is_carried_out_is_sent_once() -> None:
    switch = Switch([DONE, GONE, AmiDisconnected("down", sent=False)])
    redirects = Redirects(switch.send)
    for _ in range(3):
        redirects.send(PARK, switch.tell("park"))
    assert switch.sent == [PARK] * 3
    assert [outcome for _, outcome in switch.told][:2] == [DONE, GONE], "no haste mends that"


def test_one_that_came_too_early_is_sent_again_until_it_is_carried_out() -> None:
    async def story() -> None:
        switch = Switch([EARLY, EXTRA_EARLY, DONE])
        Redirects(switch.send).send(PARK, switch.tell("park"))
        assert switch.told == []
        await asyncio.sleep(3 * AGAIN_SECONDS)
        assert switch.sent == [PARK] * 3
        assert switch.told == [("park", DONE)]

    live(story())


def test_one_whose_leg_never_comes_up_is_given_up() -> None:
    async def story() -> None:
        switch = Switch([EARLY] * (TRIES + 5))
        Redirects(switch.send).send(CONSULT, switch.tell("consult"))
        await asyncio.sleep(2 * TRIES * AGAIN_SECONDS)
        assert len(switch.sent) == TRIES
        assert switch.told == [("consult", EARLY)]

    live(story())


def test_one_that_was_overtaken_is_not_sent_again_and_counts_as_refused() -> None:
    async def story() -> None:
        switch = Switch([EARLY, DONE, DONE])
        redirects = Redirects(switch.send)
        redirects.send(PARK, switch.tell("park"))
        redirects.send(CONSULT, switch.tell("consult"))
        redirects.send(HOLD, switch.tell("another's"))
        await asyncio.sleep(2 * AGAIN_SECONDS)
        assert switch.sent == [PARK, CONSULT, HOLD]
        assert switch.told == [("consult", DONE), ("another's", DONE), ("park", EARLY)]

    live(story())


def test_an_answer_that_comes_late_does_not_forget_a_newer_order() -> None:
    async def story() -> None:
        switch = Switch([])
        redirects = Redirects(switch.send)
        redirects.send(PARK, switch.tell("park"))
        redirects.send(CONSULT, switch.tell("consult"))
        park, consult = switch.waiting
        switch.answers = [DONE]
        park(DONE)
        consult(EARLY)
        await asyncio.sleep(2 * AGAIN_SECONDS)
        assert switch.sent == [PARK, CONSULT, CONSULT]
        assert switch.told == [("park", DONE), ("consult", DONE)]

    live(story())
