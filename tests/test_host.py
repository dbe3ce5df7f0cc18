"""The host, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from prometheus_client import REGISTRY

from ccserver.core.center import Center
from ccserver.core.commands import Command, Connect, Look, ShowCaller
from ccserver.core.events import (
    AgentReady,
    AsteriskSeen,
    CallArrived,
    CallHeld,
    Event,
    FlowEnded,
    OfferFailed,
    PopAcked,
    ScreenOpened,
    Started,
    Wake,
)
from ccserver.core.ids import ContactId, LegId
from ccserver.core.stuck import STUCK_SECONDS
from ccserver.core.watching import UNHELD_SECONDS
from ccserver.host import Host
from tests.core.stories import ANNA, PHONES, PROFILES, RULES, SALES
from tests.virtual import VirtualLoop

CONTACT, LEG = ContactId("1"), LegId("leg-1")


class House:
    """A host whose shells only remember."""

    def __init__(self) -> None:
        self.now = asyncio.get_running_loop().time
        self.done: list[tuple[float, Command]] = []
        self.perform: Callable[[Command], None] = self._remember
        self.recorded: list[tuple[float, Event]] = []
        self.host = Host(
            Center(),
            now=self.now,
            perform=lambda command: self.perform(command),
            record=lambda now, event, _: self.recorded.append((now, event)),
        )
        self.host.post(Started(queues=RULES, agents=PROFILES, open_contacts=()))
        phones = frozenset(PHONES.values())
        self.host.post(AsteriskSeen(asked_at=0.0, calls=(), phones=phones))

    def _remember(self, command: Command) -> None:
        self.done.append((self.now(), command))

    def caller(self) -> None:
        self.host.post(CallArrived(contact=CONTACT, leg=LEG, caller="", dialed="4001"))
        self.host.post(FlowEnded(contact=CONTACT, queue=SALES, language="zh"))


def live(story: Callable[[House], Awaitable[None]]) -> House:
    """Run a story beside a running host, in no time at all."""

    async def both() -> House:
        house = House()
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(house.host.run())
            await story(house)
            running.cancel()
        return house

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(both())


def test_the_host_wakes_the_center_when_it_is_due() -> None:
    async def story(house: House) -> None:
        await asyncio.sleep(7.0)
        house.caller()  # who then never reaches the hold loop
        await asyncio.sleep(60.0)

    house = live(story)
    looked = [at for at, command in house.done if isinstance(command, Look)]
    assert looked[0] == 7.0 + UNHELD_SECONDS
    assert Wake() in [event for _, event in house.recorded]


def test_events_are_handled_in_the_order_in_which_they_came() -> None:
    async def story(house: House) -> None:
        house.caller()
        house.host.post(CallHeld(contact=CONTACT, leg=LEG))
        house.host.post(ScreenOpened(agent=ANNA))
        house.host.post(AgentReady(agent=ANNA))
        await asyncio.sleep(1.0)

    house = live(story)
    kinds = [type(event) for _, event in house.recorded[2:]]
    assert kinds[:5] == [CallArrived, FlowEnded, CallHeld, ScreenOpened, AgentReady]
    assert len([c for _, c in house.done if isinstance(c, Connect)]) == 1


def test_what_a_command_reports_is_handled_after_its_event() -> None:
    async def story(house: House) -> None:
        def perform(command: Command) -> None:
            house.done.append((house.now(), command))
            if isinstance(command, Connect):
                house.host.post(OfferFailed(contact=CONTACT, phone=command.phone, cause="unsent"))

        house.perform = perform
        house.caller()
        house.host.post(CallHeld(contact=CONTACT, leg=LEG))
        house.host.post(ScreenOpened(agent=ANNA))
        house.host.post(AgentReady(agent=ANNA))
        house.host.post(PopAcked(agent=ANNA, contact=CONTACT))
        await asyncio.sleep(0.01)

    kinds = [type(event) for _, event in live(story).recorded]
    assert kinds[-2:] == [PopAcked, OfferFailed]


def test_a_bug_of_the_core_ends_the_host_and_not_who_posted() -> None:
    async def story(house: House) -> None:
        await asyncio.sleep(1.0)

        def broken(command: Command) -> None:
            raise ValueError("a bug")

        house.perform = broken
        house.host.post(ScreenOpened(agent=ANNA))  # does not raise
        await asyncio.sleep(1.0)
        raise AssertionError("the host still runs")

    with pytest.raises(ExceptionGroup) as caught:
        live(story)
    assert caught.group_contains(ValueError, match="a bug")


def told(name: str) -> float:
    value = REGISTRY.get_sample_value(f"ccserver_{name}")
    assert value is not None
    return value


def test_how_long_an_offer_took_counts_from_when_the_agent_was_free() -> None:
    count, total = told("routing_latency_seconds_count"), told("routing_latency_seconds_sum")

    async def story(house: House) -> None:
        house.caller()
        house.host.post(CallHeld(contact=CONTACT, leg=LEG))
        house.host.post(ScreenOpened(agent=ANNA))
        house.host.post(AgentReady(agent=ANNA))
        await asyncio.sleep(1.0)
        house.host.post(OfferFailed(contact=CONTACT, phone=PHONES[ANNA], cause="no_answer"))
        house.host.post(CallHeld(contact=CONTACT, leg=LEG))
        await asyncio.sleep(60.0)

    shown = [at for at, command in live(story).done if isinstance(command, ShowCaller)]
    assert shown[1] == pytest.approx(11.0), "when the pause after the missed call is over"
    assert told("routing_latency_seconds_count") == count + 2
    assert told("routing_latency_seconds_sum") == pytest.approx(total, abs=0.001)


def test_what_is_stuck_is_told() -> None:
    async def story(house: House) -> None:
        house.caller()  # who then never reaches the hold loop
        await asyncio.sleep(UNHELD_SECONDS + STUCK_SECONDS)
        assert told("stuck_state_count") == 0
        await asyncio.sleep(1.0)
        assert told("stuck_state_count") == 1

    live(story)


def test_the_pump_shows_that_it_lives() -> None:
    async def story(house: House) -> None:
        await asyncio.sleep(100.0)
        assert house.now() - house.host.beaten_at <= 1.0

    live(story)


def test_the_time_that_the_center_is_told_never_steps_back() -> None:
    async def story(house: House) -> None:
        for _ in range(5):
            house.caller()
            await asyncio.sleep(20.0)

    times = [at for at, _ in live(story).recorded]
    assert times == sorted(times)
