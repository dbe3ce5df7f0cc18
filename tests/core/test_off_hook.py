"""Agents whose phone stays off the hook."""

from ccserver.core.commands import Connect, HangUp, Refuse
from ccserver.core.dial_events import OffHookChosen, OffHookDown, OffHookUp
from ccserver.core.dial_orders import CallOffHook, EndOffHook, ShowOffHook
from ccserver.core.events import AgentLoggedOut, AgentPaused, PhoneChanged
from ccserver.core.ids import AgentId, LegId, Phone
from tests.core.campaigning import Drive, lead, only
from tests.core.stories import ANNA, BOB, PHONES, Story, served

PHONE = PHONES[ANNA]


def chosen(story: Story, *, on: bool = True) -> list[str]:
    """The agent chooses. Why not, if so."""
    return [one.reason for one in only(story.tell(OffHookChosen(agent=ANNA, on=on)), Refuse)]


def test_the_phone_is_called_once_and_stays_off_the_hook() -> None:
    story = Story()
    story.ready()
    (called,) = only(story.tell(OffHookChosen(agent=ANNA, on=True)), CallOffHook)
    assert (called.phone, called.leg) == ("1001", "oh-1001-0")
    assert not only(story.tell(OffHookChosen(agent=ANNA, on=True)), CallOffHook)
    up = OffHookUp(phone=PHONE, leg=called.leg)
    assert [one.on for one in only(story.tell(up), ShowOffHook)] == [True]
    assert not only(story.tell(up), ShowOffHook), "told again after each talk"
    assert not only(story.tell(OffHookChosen(agent=ANNA, on=True)), CallOffHook)


def test_a_caller_too_comes_without_a_ring() -> None:
    drive = Drive()
    drive.off_hook()
    drive.story.ring("caller")
    assert [one.off_hook for one in only(drive.story.told, Connect)] == ["oh-1001-0"]


def test_the_phone_does_not_wait_long_for_the_screen() -> None:
    story = Story(screens_show=False)
    Drive(story).off_hook()
    story.ring("caller")
    assert served(story) == []
    story.wait(0.049)
    assert served(story) == []
    story.wait(0.002)
    assert served(story) == ["caller"]


def test_the_leg_stays_when_a_talk_ends() -> None:
    drive = Drive()
    drive.off_hook()
    drive.story.ring("caller")
    drive.story.answer("caller")
    drive.story.told.clear()
    drive.story.hang_up("caller")
    assert not only(drive.story.told, HangUp)
    assert not only(drive.story.told, EndOffHook)


def test_it_ends_when_the_agent_says_so() -> None:
    drive = Drive()
    drive.off_hook()
    told = drive.story.tell(OffHookChosen(agent=ANNA, on=False))
    assert [one.leg for one in only(told, EndOffHook)] == ["oh-1001-0"]
    assert [one.on for one in only(told, ShowOffHook)] == [False]
    late = OffHookUp(phone=PHONE, leg=LegId("oh-1001-0"))
    assert only(drive.story.tell(late), EndOffHook), "his word crosses with ours"
    down = OffHookDown(phone=PHONE, leg=LegId("oh-1001-0"))
    assert not only(drive.story.tell(down), ShowOffHook)


def test_it_ends_before_the_phone_was_answered() -> None:
    story = Story()
    story.ready()
    story.tell(OffHookChosen(agent=ANNA, on=True))
    told = story.tell(OffHookChosen(agent=ANNA, on=False))
    assert [one.leg for one in only(told, EndOffHook)] == ["oh-1001-0"]
    assert not only(told, ShowOffHook)


def test_it_ends_with_the_shift_but_not_within_a_talk() -> None:
    drive = Drive()
    drive.off_hook()
    assert not only(drive.story.tell(AgentPaused(agent=ANNA, reason="tea")), EndOffHook)
    drive.story.ready()
    drive.story.ring("caller")
    drive.story.answer("caller")
    assert not only(drive.story.tell(AgentLoggedOut(agent=ANNA)), EndOffHook)
    assert only(drive.story.hang_up("caller"), EndOffHook)
    up = OffHookUp(phone=PHONE, leg=LegId("oh-1001-9"))
    assert only(drive.story.tell(up), EndOffHook), "nobody is there"


def test_a_lost_leg_is_told() -> None:
    drive = Drive()
    drive.off_hook()
    other = OffHookDown(phone=PHONE, leg=LegId("oh-1001-7"))
    assert not only(drive.story.tell(other), ShowOffHook)
    down = OffHookDown(phone=PHONE, leg=LegId("oh-1001-0"))
    assert [one.on for one in only(drive.story.tell(down), ShowOffHook)] == [False]
    nobodys = OffHookDown(phone=Phone("9"), leg=LegId("oh-9-0"))
    assert not only(drive.story.tell(nobodys), ShowOffHook)
    assert only(drive.story.tell(OffHookUp(phone=Phone("9"), leg=LegId("oh-9-0"))), EndOffHook)


def test_a_phone_that_is_not_answered_is_told() -> None:
    story = Story()
    story.ready()
    story.tell(OffHookChosen(agent=ANNA, on=True))
    told = story.tell(OffHookDown(phone=PHONE, leg=LegId("oh-1001-0")))
    assert [one.request for one in only(told, Refuse)] == ["off_hook"]


def test_who_cannot_is_told_why() -> None:
    story = Story()
    assert chosen(story) == ["You are not logged in: log in first."]
    story.ready()
    story.tell(PhoneChanged(phone=PHONE, reachable=False))
    assert chosen(story) == ["Your phone cannot be reached: look whether it is registered."]
    story.tell(PhoneChanged(phone=PHONE, reachable=True))
    story.ring("caller")
    assert chosen(story) == ["You have a call: end it first."]
    nobody = story.tell(OffHookChosen(agent=AgentId("nobody"), on=True))
    assert [one.agent for one in only(nobody, Refuse)] == ["nobody"]
    assert not only(story.tell(OffHookChosen(agent=AgentId("nobody"), on=False)), EndOffHook)


def test_only_agents_who_are_off_hook_count_where_the_campaign_wants_it() -> None:
    drive = Drive()
    drive.set(off_hook=True)
    drive.story.ready(BOB)
    drive.give(lead(1))
    assert drive.dialed() == []
    drive.off_hook()
    assert drive.dialed() == [1]
