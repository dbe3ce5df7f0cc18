"""Those whom we call: each who is not reached is told once."""

import pytest

from ccserver.ami.callbacks import Callbacks
from ccserver.ami.wire import Message
from ccserver.core.commands import CallBack
from ccserver.core.events import CallbackFailed
from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.rules import SpyMode
from ccserver.core.talk_events import PartyEnded
from ccserver.core.talk_orders import CallSupervisor

CONTACT, LEG = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c"), LegId("leg-1")
ORDER = CallBack(contact=CONTACT, leg=LEG, number="+861", language="zh", ring_seconds=30, ticket="")


def message(*lines: str) -> Message:
    return Message("\r\n".join(lines).encode())


def hung_up(cause: str, state: str = "Ringing", leg: str = LEG) -> Message:
    return message(
        "Event: Hangup", f"Uniqueid: {leg}", f"ChannelStateDesc: {state}", f"Cause: {cause}"
    )


def outcome(response: str = "Failure") -> Message:
    return message("Event: OriginateResponse", f"Response: {response}", f"Uniqueid: {LEG}")


BEGUN = message("Event: DialBegin", f"DestUniqueid: {LEG}")
FAILED, ANSWERED = outcome(), outcome("Success")


@pytest.fixture
def callbacks() -> Callbacks:
    """One customer is being called."""
    made = Callbacks()
    made.begin(ORDER)
    return made


@pytest.mark.parametrize(
    ("hangup", "cause"),
    [
        (hung_up("17"), "busy"),
        (hung_up("19"), "no_answer"),
        (hung_up("19", "Down"), "no_answer"),
        (hung_up("21"), "failed"),
    ],
)
@pytest.mark.parametrize("hangup_first", [True, False])
def test_the_hang_up_tells_why_whichever_comes_first(
    callbacks: Callbacks, hangup: Message, cause: str, hangup_first: bool
) -> None:
    order = [hangup, FAILED] if hangup_first else [FAILED, hangup]
    told = [callbacks.change(one) for one in (BEGUN, *order, *order)]
    assert [one for one in told if one] == [CallbackFailed(contact=CONTACT, leg=LEG, cause=cause)]


def test_a_call_that_never_became_a_channel_has_failed(callbacks: Callbacks) -> None:
    failed = CallbackFailed(contact=CONTACT, leg=LEG, cause="failed")
    assert callbacks.change(FAILED) == failed
    assert callbacks.change(FAILED) is None


def test_who_answered_has_not_failed(callbacks: Callbacks) -> None:
    for one in (BEGUN, ANSWERED, hung_up("16", "Up")):
        assert callbacks.change(one) is None, "that is a call that ended"


def test_one_who_hung_up_before_it_was_told_has_answered(callbacks: Callbacks) -> None:
    for one in (BEGUN, hung_up("16", "Up"), ANSWERED):
        assert callbacks.change(one) is None


def test_other_messages_and_other_calls_are_nothing(callbacks: Callbacks) -> None:
    others = (
        hung_up("17", leg="another"),
        message("Event: DialBegin", "DestUniqueid: another"),
        message("Event: UserEvent", f"Uniqueid: {LEG}"),
    )
    for one in others:
        assert callbacks.change(one) is None
    assert callbacks.change(hung_up("17")) is not None, "still under way"


def test_what_is_not_there_after_a_lost_link_is_forgotten(callbacks: Callbacks) -> None:
    callbacks.keep([LEG])
    assert callbacks.change(FAILED) is None, "there is a channel, which will tell"
    callbacks.keep([])
    assert callbacks.change(hung_up("17")) is None


@pytest.mark.parametrize(
    ("told", "cause"), [([BEGUN, hung_up("17"), FAILED], "busy"), ([FAILED], "failed")]
)
def test_a_supervisor_who_does_not_come_is_out_of_the_talk(told: list[Message], cause: str) -> None:
    callbacks = Callbacks()
    callbacks.begin(
        CallSupervisor(
            contact=CONTACT,
            leg=LEG,
            phone=Phone("1003"),
            agent_leg=LegId("1.1"),
            mode=SpyMode.LISTEN,
        )
    )
    ended = [one for one in map(callbacks.change, told) if one]
    assert ended == [PartyEnded(contact=CONTACT, leg=LEG, cause=cause)]
