"""Calls of campaigns: each that nobody answers is told once, and with the reason."""

import pytest

from ccserver.ami.attempts import Attempts
from ccserver.ami.translate import to_event
from ccserver.ami.wire import Message
from ccserver.core.commands import HangUp
from ccserver.core.dial_events import AttemptEnded, OffHookDown
from ccserver.core.dial_orders import CallOffHook, leg_of_attempt
from ccserver.core.events import CallEnded, Event
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from tests.dials import dial_for

CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LEG, OH = leg_of_attempt(CONTACT), LegId("oh-1001-1795320084757")
DIAL = dial_for(CONTACT)
OFF_HOOK = CallOffHook(agent=AgentId("anna"), phone=Phone("1001"), leg=OH)
HANG_UP = HangUp(contact=CONTACT, leg=LEG)
DOWN = OffHookDown(phone=Phone("1001"), leg=OH)


def ended(cause: str) -> AttemptEnded:
    return AttemptEnded(contact=CONTACT, leg=LEG, cause=cause)


def message(*lines: str) -> Message:
    return Message("\r\n".join(lines).encode())


def hung_up(cause: int, state: str = "Ringing", leg: LegId = LEG) -> Message:
    channel = "PJSIP/1001-00000001" if leg == OH else "PJSIP/trunk-00000001"
    return message(
        "Event: Hangup", f"Channel: {channel}", f"Uniqueid: {leg}", f"Linkedid: {leg}",
        f"ChannelStateDesc: {state}", f"Cause: {cause}",
    )  # fmt: skip


def outcome(response: str = "Failure", leg: LegId = LEG) -> Message:
    return message("Event: OriginateResponse", f"Response: {response}", f"Uniqueid: {leg}")


def told(attempts: Attempts, *messages: Message) -> list[Event]:
    """What the center is told of these, as the switch does it."""
    events = [attempts.change(one) or to_event(one) for one in messages]
    return [event for event in events if event is not None]


@pytest.fixture
def later() -> list[LegId]:
    """Of which legs it is to be asked later."""
    return []


@pytest.fixture
def attempts(later: list[LegId]) -> Attempts:
    """A customer and an agent's phone are being called."""
    made = Attempts(later.append)
    made.begin(DIAL)
    made.begin(OFF_HOOK)
    return made


@pytest.mark.parametrize(
    ("cause", "means"),
    [
        (1, "disconnected"),
        (22, "disconnected"),
        (28, "disconnected"),
        (17, "busy"),
        (18, "no_answer"),
        (19, "no_answer"),
        (20, "no_answer"),
        (21, "rejected"),
        (34, "congestion"),
        (38, "congestion"),
        (42, "congestion"),
        (44, "congestion"),
        (16, "failed"),
        (127, "failed"),
    ],
)
@pytest.mark.parametrize("hangup_first", [True, False])
def test_the_leg_s_end_tells_why(
    attempts: Attempts, cause: int, means: str, hangup_first: bool
) -> None:
    order = [hung_up(cause), outcome()] if hangup_first else [outcome(), hung_up(cause)]
    assert told(attempts, *order) == [ended(means)]


def test_a_leg_that_another_run_called_tells_too(later: list[LegId]) -> None:
    assert told(Attempts(later.append), outcome(), hung_up(17)) == [ended("busy")]
    assert later == []


def test_a_call_that_never_became_a_leg_was_not_sent(
    attempts: Attempts, later: list[LegId]
) -> None:
    assert told(attempts, outcome(), outcome(leg=OH)) == []
    assert later == [LEG, OH]
    assert [attempts.unsent(leg) for leg in later] == [ended("unsent"), DOWN]


def test_a_leg_that_tells_its_end_late_was_sent(attempts: Attempts, later: list[LegId]) -> None:
    assert told(attempts, outcome(), hung_up(17)) == [ended("busy")]
    assert [attempts.unsent(leg) for leg in later] == [None]


def test_who_answered_ends_as_a_call(attempts: Attempts) -> None:
    over = CallEnded(leg=LEG, cause=16)
    assert told(attempts, outcome("Success"), hung_up(16, "Up")) == [over]
    attempts.begin(DIAL)
    assert told(attempts, hung_up(16, "Up"), outcome("Success")) == [over]


def test_who_is_let_go_while_it_rings_was_canceled(attempts: Attempts) -> None:
    attempts.cancel(HANG_UP)
    assert told(attempts, hung_up(16), outcome()) == [ended("canceled")]


def test_who_answers_as_he_is_let_go_was_not_canceled(attempts: Attempts) -> None:
    attempts.cancel(HANG_UP)
    assert told(attempts, hung_up(16, "Up")) == [CallEnded(leg=LEG, cause=16)]
    attempts.cancel(HANG_UP)
    assert told(attempts, hung_up(17)) == [ended("busy")], "nothing was under way"


def test_an_order_that_never_got_through_is_told_once(attempts: Attempts) -> None:
    assert attempts.unsent(LEG) == ended("unsent")
    assert attempts.unsent(LEG) is None
    assert attempts.unsent(OH) == DOWN


def test_other_messages_are_nothing(attempts: Attempts) -> None:
    assert attempts.change(message("Event: UserEvent", f"Uniqueid: {LEG}")) is None
    assert attempts.change(outcome(leg=LegId("1.1"))) is None


@pytest.mark.parametrize(
    ("before", "there", "gone"),
    [
        ([], [], [ended("failed"), DOWN]),
        ([], [LEG, OH], []),
        ([outcome("Success")], [], [DOWN]),
        ([outcome("Success", OH)], [LEG], [DOWN]),
        ([hung_up(17, leg=OH), hung_up(17)], [], []),
    ],
    ids=["gone", "there", "answered", "off-hook", "over"],
)
def test_what_is_not_there_after_a_lost_link_has_ended(
    attempts: Attempts, before: list[Message], there: list[LegId], gone: list[Event]
) -> None:
    for one in before:
        attempts.change(one)
    attempts.lose()
    assert attempts.find(there) == gone
    assert attempts.find([]) == [], "it is told once"


def test_what_was_called_over_the_new_link_is_not_looked_for(later: list[LegId]) -> None:
    attempts = Attempts(later.append)
    attempts.lose()
    attempts.begin(DIAL)
    assert attempts.find([]) == []


def test_what_is_told_while_the_link_is_away_is_told_once(attempts: Attempts) -> None:
    attempts.lose()
    assert attempts.unsent(LEG) == ended("unsent")
    assert attempts.find([]) == [DOWN]


def test_agents_whom_another_run_called_are_known(later: list[LegId]) -> None:
    attempts = Attempts(later.append)
    attempts.keep([OH, LEG, LegId("1.1")])
    attempts.lose()
    assert attempts.find([]) == [DOWN], "an attempt tells for itself"
