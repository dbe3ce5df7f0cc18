"""Each order to the switch, and what its dialplan says to it, on the real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest

from ccserver import clock
from ccserver.agi.server import Server, Session
from ccserver.agi.wire import Environment
from ccserver.ami import switch as switch_module
from ccserver.ami.endpoints import PhoneLogin
from ccserver.ami.link import Link
from ccserver.ami.switch import Switch
from ccserver.core.commands import (
    Announce,
    AskSurvey,
    CallBack,
    Connect,
    Divert,
    HangUp,
    Hold,
    Look,
    WriteTicket,
)
from ccserver.core.events import (
    AgentLegEnded,
    AsteriskSeen,
    CallAnswered,
    CallbackFailed,
    CallEnded,
    CallHeld,
    Event,
    VoicemailLeft,
)
from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.rules import Way
from ccserver.core.seen import Place, SeenCall, Ticket
from ccserver.core.value import Tier
from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_customers,
    start_phones,
)
from tests.asterisk.conftest import forget_everything
from tests.asterisk.site import phone_secret, until
from tests.recordings.sounds import wav

pytestmark = pytest.mark.asterisk

CUSTOMER = Caller(number="13800000001")
CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
STAYS = CallerScript(hang_up_seconds=60.0, sound=False)
PHONE = Phone("1001")
SOUNDS = "/var/lib/asterisk/cc-sounds"


StartCustomers = Callable[[PhoneScript], Phones]
T = TypeVar("T", bound=Event)


@dataclass
class Told:
    """What the center would be told."""

    events: list[Event] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def hears(self, kind: type[T], times: int = 1) -> T:
        """The so-manieth event of this kind."""
        async with asyncio.timeout(20):
            while len(found := [e for e in self.events if isinstance(e, kind)]) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@dataclass
class Line:
    """A switch on the real Asterisk."""

    asterisk: Asterisk
    told: Told
    switch: Switch
    alive: bool = True
    """False: no heartbeat is set, as if ccserver were away."""

    async def seen(self) -> tuple[SeenCall, ...]:
        looks = self.told.count(AsteriskSeen)
        self.switch.perform(Look())
        return (await self.told.hears(AsteriskSeen, looks + 1)).calls

    async def held(self, folder: Path, script: CallerScript = STAYS) -> CallHeld:
        """Let a customer ring, and bring him into the hold loop."""
        start_callers(folder, [CUSTOMER], script, sip_port=self.asterisk.ports.sip)
        while not (calls := await self.seen()) or calls[0].contact is None:
            pass
        (call,) = calls
        assert call.contact is not None
        self.switch.perform(Hold(contact=call.contact, leg=call.leg))
        return await self.told.hears(CallHeld)

    def channels(self) -> str:
        return self.asterisk.console("core show channels concise")

    async def talking(self, folder: Path, phone: Phones) -> CallHeld:
        """Let a customer ring, and an agent answer."""
        held = await self.held(folder)
        self.switch.perform(connect(held))
        answered = await self.told.hears(CallAnswered)
        assert (answered.contact, answered.phone) == (held.contact, PHONE)
        assert phone.invites()
        return held


def connect(held: CallHeld) -> Connect:
    return Connect(
        contact=held.contact, leg=held.leg, agent=AgentId("anna"), phone=PHONE, ring_seconds=5
    )


@pytest.fixture
async def line(
    asterisk: Asterisk, logins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    monkeypatch.setattr(switch_module, "LOOK_EVERY_SECONDS", 0.1)
    told = Told()
    phones = [PhoneLogin(phone=Phone(p), password=phone_secret(p)) for p in logins]
    switch = Switch(post=told.post, phones=lambda: phones, now=clock.now)
    made = Line(asterisk=asterisk, told=told, switch=switch)
    link = Link(
        host="127.0.0.1",
        port=asterisk.ports.ami,
        user="ccserver",
        secret=asterisk.secret,
        on_event=switch.on_event,
        on_up=switch.on_up,
        on_down=switch.on_down,
        alive=lambda: made.alive,
        now=clock.now,
        rng=Random(1),
    )
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(link.run()), tasks.create_task(switch.run())]
        await told.hears(AsteriskSeen)
        yield made
        for task in running:
            task.cancel()
    forget_everything(asterisk)


@pytest.fixture
def phone(line: Line, tmp_path: Path) -> Iterator[Phones]:
    """The agent's phone, which answers and stays."""
    login = PHONE, phone_secret(PHONE)
    sip_port = line.asterisk.ports.sip
    phones = start_phones(
        tmp_path / "phone", [login], PhoneScript(ring_seconds=0.1), sip_port=sip_port
    )
    yield phones
    phones.stop()


@pytest.fixture
def customers(line: Line, tmp_path: Path, customers_port: int) -> Iterator[StartCustomers]:
    """Starts customers' phones, and stops them at the end."""
    started: list[Phones] = []

    def start(script: PhoneScript) -> Phones:
        folder, sip_port = tmp_path / "customers", line.asterisk.ports.sip
        phones = start_customers(folder, script, port=customers_port, sip_port=sip_port)
        started.append(phones)
        return phones

    yield start
    for phones in started:
        phones.stop()


def announce(held: CallHeld, *, callback: bool = False, voicemail: bool = False) -> Announce:
    return Announce(
        contact=held.contact,
        leg=held.leg,
        place=3,
        wait_seconds=200.0,
        callback=callback,
        voicemail=voicemail,
    )


def ticket(contact: ContactId) -> Ticket:
    return Ticket(
        contact=contact,
        arrived_at=1.0,
        queued_at=2.0,
        queue=Queue("sales"),
        tier=Tier.GOLD,
        value=0.6,
        language="en",
        customer="1",
        caller="+8613800000001",
        dialed="4001",
        keys=(("menu", "1"),),
    )


CALL_BACK = CallBack(
    contact=CONTACT,
    leg=LegId(f"{CONTACT}-1"),
    number="+8613800000001",
    language="en",
    ring_seconds=3,
    ticket=ticket(CONTACT).pack(),
)


# -- those who wait


async def test_a_waiting_caller_is_told_the_place_and_connected_in_the_middle_of_it(
    line: Line, phone: Phones, tmp_path: Path
) -> None:
    held = await line.held(tmp_path / "caller")
    line.switch.perform(announce(held, callback=True))
    (call,) = await line.seen()
    assert call.place is Place.HELD
    assert "!cc-announce!place_3-wait_5-1!6!Up!Read!" in line.channels()
    line.switch.perform(connect(held))
    assert (await line.told.hears(CallAnswered)).contact == held.contact


async def test_after_the_announcement_the_music_plays_and_the_loop_speaks_up(
    line: Line, tmp_path: Path
) -> None:
    caller = CallerScript(keys="1", first_key_seconds=9.0, hang_up_seconds=3.0, sound=False)
    held = await line.held(tmp_path / "caller", caller)
    line.switch.perform(announce(held))
    assert await line.told.hears(CallHeld, 2) == held
    assert "!cc-hold!" in line.channels()
    assert "!WaitDigit!2,12!" in line.channels()
    await line.told.hears(CallEnded)
    assert line.told.count(CallHeld) == 2, "no key was offered"


@pytest.mark.parametrize(
    ("key", "seconds", "offered"),
    [("1", 5.0, {"callback": True}), ("2", 14.0, {"callback": True, "voicemail": True})],
    ids=["meanwhile", "afterwards"],
)
async def test_a_key_that_was_offered_leads_to_a_flow_out_of_which_a_caller_is_connected(
    line: Line,
    phone: Phones,
    agi_port: int,
    tmp_path: Path,
    key: str,
    seconds: float,
    offered: dict[str, bool],
) -> None:
    arguments: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
    gone: asyncio.Queue[bool] = asyncio.Queue()

    async def leave(session: Session, environment: Environment) -> None:
        arguments.put_nowait(environment.arguments)
        await session.command("STREAM FILE", f"{SOUNDS}/music/hold", "", "0", seconds=30.0)
        gone.put_nowait(session.hung_up or "511" in repr(await session.command("CHANNEL STATUS")))

    server = Server({"leave": leave})
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve("127.0.0.1", agi_port))
        script = CallerScript(
            keys=key, first_key_seconds=seconds, sound=False, hang_up_seconds=30.0
        )
        held = await line.held(tmp_path / "caller", script)
        line.switch.perform(announce(held, **offered))
        assert await arguments.get() == (held.contact, key)
        (call,) = await line.seen()
        assert call.place is Place.HELD
        line.switch.perform(connect(held))
        assert (await line.told.hears(CallAnswered)).contact == held.contact
        assert await gone.get(), "the flow is told that its caller is gone"
        serving.cancel()


async def test_without_a_flow_to_be_found_the_key_does_nothing(line: Line, tmp_path: Path) -> None:
    script = CallerScript(keys="1", first_key_seconds=5.0, sound=False, hang_up_seconds=30.0)
    held = await line.held(tmp_path / "caller", script)
    line.switch.perform(announce(held, callback=True))
    assert await line.told.hears(CallHeld, 2) == held
    (call,) = await line.seen()
    assert call.place is Place.HELD


async def test_a_caller_in_a_talk_goes_back_to_the_loop_and_gets_a_new_ticket(
    line: Line, phone: Phones, tmp_path: Path
) -> None:
    held = await line.talking(tmp_path / "caller", phone)
    line.switch.perform(Hold(contact=held.contact, leg=held.leg))
    packed = ticket(held.contact).pack()
    line.switch.perform(WriteTicket(contact=held.contact, leg=held.leg, ticket=packed))
    assert await line.told.hears(CallHeld, 2) == held
    (call,) = await line.seen()
    assert (call.place, call.ticket) == (Place.HELD, ticket(held.contact))
    await until(lambda: any(sip.first_line.startswith("BYE ") for sip in phone.messages()), 5.0)
    assert line.told.count(AgentLegEnded) == 0, "it is not the agent who ended it"
    line.switch.perform(connect(held))
    await line.told.hears(CallAnswered, 2)


# -- after the talk


@pytest.mark.parametrize("ordered", [False, True], ids=["phone", "order"])
async def test_a_caller_whose_agent_is_gone_comes_to_the_survey(
    line: Line, agi_port: int, tmp_path: Path, ordered: bool
) -> None:
    arguments: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
    asked = asyncio.Event()

    async def survey(session: Session, environment: Environment) -> None:
        arguments.put_nowait(environment.arguments)
        await asked.wait()

    login, sip_port = (PHONE, phone_secret(PHONE)), line.asterisk.ports.sip
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=None if ordered else 0.5)
    agent = start_phones(tmp_path / "agent", [login], talks, sip_port=sip_port)
    server = Server({"survey": survey})
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve("127.0.0.1", agi_port))
        held = await line.held(tmp_path / "caller")
        line.switch.perform(replace(connect(held), survey="after_talk"))
        answered = await line.told.hears(CallAnswered)
        if ordered:
            line.switch.perform(AskSurvey(contact=held.contact, leg=held.leg, survey="after_talk"))
        else:
            await line.told.hears(AgentLegEnded)
        assert await arguments.get() == (held.contact, "after_talk")
        (call,) = await line.seen()
        assert (call.place, call.phone) == (Place.SURVEY, PHONE)
        assert call.recording == answered.recording
        asked.set()
        assert (await line.told.hears(CallEnded)).leg == held.leg, "let go"
        serving.cancel()
    agent.stop()


async def test_without_a_flow_to_be_found_nobody_is_asked_and_the_caller_let_go(
    line: Line, tmp_path: Path
) -> None:
    login, sip_port = (PHONE, phone_secret(PHONE)), line.asterisk.ports.sip
    talks = PhoneScript(ring_seconds=0.1, talk_seconds=0.5)
    agent = start_phones(tmp_path / "agent", [login], talks, sip_port=sip_port)
    held = await line.held(tmp_path / "caller")
    line.switch.perform(replace(connect(held), survey="after_talk"))
    assert (await line.told.hears(AgentLegEnded)).contact == held.contact
    assert (await line.told.hears(CallEnded)).leg == held.leg
    agent.stop()


# -- those whom the queue does not keep


async def test_a_caller_leaves_a_message_until_he_hangs_up(line: Line, tmp_path: Path) -> None:
    held = await line.held(tmp_path / "caller", CallerScript(hang_up_seconds=13.0))
    line.switch.perform(
        Divert(
            contact=held.contact,
            leg=held.leg,
            way=Way.VOICEMAIL,
            prompt="",
            queue=Queue("after-sales"),
        )
    )
    left = await line.told.hears(VoicemailLeft)
    assert (await line.told.hears(CallEnded)).leg == held.leg
    assert (left.contact, left.queue) == (held.contact, "after-sales")
    size, _ = wav(line.asterisk.recordings, left.recording) or (0, None)
    assert (size - 44) / 16_000 == pytest.approx(left.ended_at - left.started_at, abs=0.3)
    assert size > 16_000, "a second at least"


@pytest.mark.parametrize("way", [Way.ANNOUNCEMENT, Way.CALLBACK])
async def test_a_caller_is_told_something_and_let_go(line: Line, tmp_path: Path, way: Way) -> None:
    held = await line.held(tmp_path / "caller")
    line.switch.perform(Divert(contact=held.contact, leg=held.leg, way=way, prompt="closed"))
    await line.seen()
    assert "!Playback!/var/lib/asterisk/cc-sounds/zh/c" in line.channels()
    assert (await line.told.hears(CallEnded)).leg == held.leg


# -- those who are called back


@pytest.mark.parametrize(
    ("script", "cause"),
    [(PhoneScript(answer=False), "no_answer"), (PhoneScript(busy=True), "busy")],
    ids=["no_answer", "busy"],
)
async def test_a_customer_who_is_not_reached_is_told_once_and_why(
    line: Line, customers: StartCustomers, script: PhoneScript, cause: str
) -> None:
    customer = customers(script)
    line.switch.perform(CALL_BACK)
    if cause == "no_answer":
        await until(lambda: bool(customer.invites()), 5.0)
        (call,) = await line.seen()
        assert (call.leg, call.place, call.contact) == (CALL_BACK.leg, Place.DIALING, CONTACT)
        assert call.ticket == ticket(CONTACT)
    failed = await line.told.hears(CallbackFailed)
    assert failed == CallbackFailed(contact=CONTACT, leg=CALL_BACK.leg, cause=cause)
    await asyncio.sleep(0.5)
    assert line.told.count(CallbackFailed) == 1
    assert line.told.count(CallHeld) == 0
    assert await line.seen() == ()


async def test_a_customer_who_answers_waits_as_any_other_and_is_connected(
    line: Line, phone: Phones, customers: StartCustomers
) -> None:
    customers(PhoneScript(ring_seconds=0.2))
    line.switch.perform(CALL_BACK)
    held = await line.told.hears(CallHeld)
    assert held == CallHeld(contact=CONTACT, leg=CALL_BACK.leg)
    (call,) = await line.seen()
    assert (call.place, call.ticket) == (Place.HELD, ticket(CONTACT))
    line.switch.perform(connect(held))
    answered = await line.told.hears(CallAnswered)
    assert answered.contact == CONTACT
    line.switch.perform(HangUp(contact=CONTACT, leg=held.leg))
    assert (await line.told.hears(CallEnded)).leg == CALL_BACK.leg
    assert answered.recording.partition("/")[0].isdigit()


async def test_a_number_that_asterisk_cannot_call_is_told_too(line: Line) -> None:
    """No one listens where the trunk leads."""
    line.switch.perform(replace(CALL_BACK, number="&Local/s@from-trunk"))
    assert (await line.told.hears(CallbackFailed)).contact == CONTACT
    assert line.told.count(CallHeld) == 0
