"""The switch as the center sees it, over a link to a fake one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest

from ccserver.ami import switch as switch_module
from ccserver.ami.endpoints import PhoneLogin
from ccserver.ami.link import Link
from ccserver.ami.switch import Switch
from ccserver.core.commands import CallBack, Connect, HangUp, Hold, Look, MirrorAgent, TakeBack
from ccserver.core.dial_events import AttemptEnded, OffHookDown, OffHookUp
from ccserver.core.dial_orders import CallOffHook, leg_of_attempt
from ccserver.core.events import (
    AsteriskLost,
    AsteriskSeen,
    CallbackFailed,
    CallFellBack,
    CallHeld,
    Event,
    OfferFailed,
    PhoneChanged,
)
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone
from ccserver.core.rules import SpyMode
from ccserver.core.seen import Place
from ccserver.core.site import Presence
from ccserver.core.talk_events import PartyEnded
from ccserver.core.talk_orders import (
    CallSupervisor,
    Consult,
    Join,
    Park,
    SendOutside,
    TalkOrder,
)
from tests.ami import status_rows as rows
from tests.ami.fake_ami import FakeAmi, Heard, block, response
from tests.ami.fake_switch import FakeSwitch, listing
from tests.ami.house import QUICK, running, user_event
from tests.dials import dial_for

CONTACT = ContactId("01a2016a-7915-7e16-abac-3bed0e42172c")
LEG = LegId("1795320084.0")
ANNA, PHONE = AgentId("anna"), Phone("1001")
CONNECT = Connect(contact=CONTACT, leg=LEG, agent=ANNA, phone=PHONE, ring_seconds=20)
CALL_BACK = CallBack(
    contact=CONTACT, leg=LegId("leg-1"), number="+861", language="zh", ring_seconds=9, ticket=""
)
UNSENT = OfferFailed(contact=CONTACT, phone=PHONE, cause="unsent")
REGISTERED = "Event: ContactList\nEndpoint: 1001\nUri: sip:1001@a\nStatus: Reachable"
GONE_AWAY = f"{CONTACT}^1795320107010^agent^1001|1795320090640|a.raw^"


@dataclass
class Told:
    """What the center was told."""

    events: list[Event] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def hears(self, wanted: Event | type[Event], times: int = 1) -> None:
        def like(event: Event) -> bool:
            return isinstance(event, wanted) if isinstance(wanted, type) else event == wanted

        while sum(map(like, self.events)) < times:
            self._news.clear()
            await self._news.wait()

    @property
    def seen(self) -> list[AsteriskSeen]:
        return [event for event in self.events if isinstance(event, AsteriskSeen)]


@dataclass
class Site:
    """A switch, its link, and both ends."""

    ami: FakeAmi
    there: FakeSwitch
    told: Told
    switch: Switch
    phones: list[PhoneLogin]


@asynccontextmanager
async def site(before: Callable[[Site], None] = lambda _: None) -> AsyncIterator[Site]:
    """A switch that has looked once. `before` may change what it finds."""
    async with starting(before) as made:
        await made.told.hears(AsteriskSeen)
        yield made


@asynccontextmanager
async def starting(before: Callable[[Site], None]) -> AsyncIterator[Site]:
    """A switch that begins to look."""
    told, phones = Told(), [PhoneLogin(phone=PHONE, password="secret")]
    switch = Switch(post=told.post, phones=lambda: phones, now=lambda: 1_700_000_001.0)
    async with FakeAmi() as ami:
        made = Site(ami=ami, there=FakeSwitch(ami), told=told, switch=switch, phones=phones)
        before(made)
        link = Link(
            host="127.0.0.1",
            port=ami.port,
            user="ccserver",
            secret="right",
            on_event=switch.on_event,
            on_up=switch.on_up,
            on_down=switch.on_down,
            alive=lambda: True,
            now=lambda: 1_700_000_001.0,
            rng=Random(7),
            pace=QUICK,
        )
        async with running(link), asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(switch.run())
            yield made
            looking.cancel()


def held(contact: str) -> bytes:
    return user_event("CCHeld", f"Uniqueid: {LEG}", f"Contact: {contact}")


# -- looking


async def test_after_the_log_in_the_phones_are_made_and_all_is_seen() -> None:
    def before(site: Site) -> None:
        site.there.channels = [rows.TALKING_CALLER, rows.TALKING_PHONE]
        site.there.contacts = [REGISTERED]

    async with site(before) as one:
        assert one.ami.names().index("UpdateConfig") < one.ami.names().index("Status")
        (seen,) = one.told.seen
    assert seen.asked_at == 1_700_000_001.0
    assert [(call.place, call.phone) for call in seen.calls] == [(Place.TALKING, PHONE)]
    assert seen.phones == {PHONE}


async def test_an_empty_switch_is_seen_empty() -> None:
    async with site() as one:
        (seen,) = one.told.seen
    assert (seen.calls, seen.phones) == ((), frozenset())


async def test_a_refused_phone_does_not_hinder_the_look() -> None:
    def before(site: Site) -> None:
        site.ami.answers["UpdateConfig"] = lambda heard: response(heard, kind="Error")

    async with site(before) as one:
        assert len(one.told.seen) == 1


async def test_what_comes_while_looking_is_told_after() -> None:
    def before(site: Site) -> None:
        def status(heard: Heard) -> bytes:
            return held("while-looking") + listing(heard, [rows.WAITING], "Status")

        site.ami.answers["Status"] = status

    async with site(before) as one:
        late = CallHeld(contact=ContactId("while-looking"), leg=LEG)
        await one.told.hears(late)
        kinds = [type(event) for event in one.told.events]
        assert kinds.index(AsteriskSeen) < kinds.index(CallHeld)
        one.ami.say(held("later"))
        await one.told.hears(CallHeld(contact=ContactId("later"), leg=LEG))


async def test_what_comes_during_a_look_that_fails_is_told_too() -> None:
    async with site() as one:
        one.ami.answers["Status"] = lambda heard: (
            held("meanwhile") + response(heard, "Message: no", kind="Error")
        )
        one.switch.perform(Look())
        await one.told.hears(CallHeld(contact=ContactId("meanwhile"), leg=LEG))
        assert len(one.told.seen) == 1, "that look saw nothing"


async def test_two_looks_do_not_get_into_each_other() -> None:
    """The center asks for a look while the one after the log-in is still under way."""
    blocked: list[Heard] = []

    def before(site: Site) -> None:
        def status(heard: Heard) -> bytes:
            blocked.append(heard)
            site.switch.perform(Look())
            return held(f"during-{len(blocked)}") + listing(heard, [], "Status")

        site.ami.answers["Status"] = status

    async with site(before) as one:
        await one.told.hears(AsteriskSeen, 2)
        await one.told.hears(CallHeld, 2)
        kinds = [type(event) for event in one.told.events]
    assert kinds[:4] == [AsteriskSeen, CallHeld, AsteriskSeen, CallHeld]


async def test_looks_are_not_more_frequent_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch_module, "LOOK_EVERY_SECONDS", 0.2)
    async with site() as one:
        now = asyncio.get_running_loop().time
        one.switch.perform(Look())
        await one.told.hears(AsteriskSeen, 2)
        first_at = now()
        for _ in range(20):
            one.switch.perform(Look())
        await one.told.hears(AsteriskSeen, 3)
        assert now() - first_at >= 0.19
        assert one.ami.names().count("Status") == 3, "twenty wishes are one look"


async def test_what_was_written_down_is_deleted_once_it_was_told() -> None:
    def before(site: Site) -> None:
        site.there.database = {f"/cc-away/{LEG}": GONE_AWAY, "/cc-away/9.9": "nonsense"}

    async with site(before) as one:
        (seen,) = one.told.seen
        assert [(call.leg, call.place) for call in seen.calls] == [(LEG, Place.ENDED)]
        await one.ami.hears("DBDel", 2)
        assert one.there.database == {}
        names = one.ami.names()
        assert names.index("DBDel") > names.index("DBGetTree")


async def test_what_was_written_down_stays_when_it_could_not_be_told() -> None:
    def before(site: Site) -> None:
        site.there.database = {f"/cc-away/{LEG}": GONE_AWAY}
        site.ami.answers["Status"] = lambda heard: response(heard, "Message: no", kind="Error")

    async with starting(before) as one:
        await one.ami.hears("Login", 3)
        assert "DBDel" not in one.ami.names()
        assert one.told.seen == []
        assert f"/cc-away/{LEG}" in one.there.database


async def test_a_phone_that_registers_is_told() -> None:
    async with site() as one:
        one.ami.say(
            block("Event: ContactStatus", "AOR: 1001", "URI: a", "ContactStatus: NonQualified")
        )
        await one.told.hears(PhoneChanged(phone=PHONE, reachable=True))


async def test_events_of_no_meaning_are_not_told() -> None:
    async with site() as one:
        one.ami.say(user_event("Other", "Contact: x"), block("Event: Hangup", "Uniqueid: 2"))
        one.ami.say(user_event("CCFellBack", f"Contact: {CONTACT}"))
        await one.told.hears(CallFellBack(contact=CONTACT))
        assert [type(event) for event in one.told.events] == [AsteriskSeen, CallFellBack]


# -- the link


async def test_a_lost_link_is_told_and_all_is_seen_anew() -> None:
    async with site() as one:
        one.there.channels = [rows.WAITING]
        one.ami.cut()
        await one.told.hears(AsteriskSeen, 2)
        assert [type(event) for event in one.told.events] == [
            AsteriskSeen,
            AsteriskLost,
            AsteriskSeen,
        ]
        assert [call.place for call in one.told.seen[1].calls] == [Place.HELD]


async def test_a_link_lost_in_the_middle_of_a_look_tells_no_stale_news() -> None:
    async with site() as one:
        one.ami.answers["Status"] = None
        one.switch.perform(Look())
        await one.ami.hears("Status", 2)
        one.ami.say(held("stale"))
        one.ami.say(block("Event: Nonsense"))
        one.ami.answers["Status"] = lambda heard: listing(heard, [], "Status")
        one.ami.lines[-1].transport.close()
        await one.told.hears(AsteriskSeen, 2)
        assert [type(event) for event in one.told.events] == [
            AsteriskSeen,
            AsteriskLost,
            AsteriskSeen,
        ]


async def test_a_new_phone_is_made_when_it_is_told() -> None:
    async with site() as one:
        one.phones.append(PhoneLogin(phone=Phone("1002"), password="word"))
        await one.switch.update_phones()
        *_, last = [heard for heard in one.ami.heard if heard["Action"] == "UpdateConfig"]
        assert (last["Action-000000"], last["Cat-000000"]) == ("NewCat", "1002")
        assert last["SrcFilename"] == "pjsip_agents.conf"


async def test_a_changed_phone_is_changed_alone_unless_asterisk_refuses() -> None:
    async with site() as one:
        one.phones.append(PhoneLogin(phone=Phone("1002"), password="word"))
        await one.switch.update_phones()
        one.phones[1] = PhoneLogin(phone=Phone("1002"), password="fresh", browser=True)
        one.ami.answers["UpdateConfig"] = lambda heard: response(heard, kind="Error")
        await one.switch.update_phones()
        one.ami.answers["UpdateConfig"] = response
        await one.switch.update_phones()
        await one.switch.update_phones()
        changed, all_anew = [h for h in one.ami.heard if h["Action"] == "UpdateConfig"][2:]
        assert (changed["Action-000000"], changed["Cat-000000"]) == ("DelCat", "1002")
        assert all_anew["SrcFilename"] == "pjsip_agent_template.conf"


async def test_a_phone_counts_once_asterisk_heeds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch_module, "PHONE_SECONDS", 0.3)
    passwords = iter(["old", "old", "fresh"])

    def shown(heard: Heard) -> bytes:
        auth = f"Event: AuthDetail\nPassword: {next(passwords, 'other')}"
        return listing(heard, ["Event: EndpointDetail", auth], "EndpointDetail")

    login = PhoneLogin(phone=PHONE, password="fresh")
    async with site() as one:
        one.ami.answers["PJSIPShowEndpoint"] = shown
        assert await one.switch.heeds(login)
        assert not await one.switch.heeds(login), "it has another by now"
        assert one.ami.names().count("PJSIPShowEndpoint") > 4
        one.ami.answers["PJSIPShowEndpoint"] = None
        assert not await one.switch.heeds(login), "no answer"


async def test_without_a_link_no_phone_is_heeded() -> None:
    switch = Switch(post=Told().post, phones=list, now=lambda: 0.0)
    assert not await switch.heeds(PhoneLogin(phone=PHONE, password="x"))


async def test_which_phones_are_reached_is_known() -> None:
    def before(site: Site) -> None:
        site.there.contacts = [REGISTERED]

    async with site(before) as one:
        assert one.switch.reaches(PHONE)
        assert not one.switch.reaches(Phone("1002"))
        gone = ("Event: ContactStatus", "AOR: 1001", "URI: sip:1001@a", "ContactStatus: Removed")
        one.ami.say(block(*gone))
        await one.told.hears(PhoneChanged(phone=PHONE, reachable=False))
        assert not one.switch.reaches(PHONE)


async def test_without_a_link_phones_wait_for_the_next() -> None:
    switch = Switch(post=Told().post, phones=list, now=lambda: 0.0)
    await switch.update_phones()


# -- orders


async def test_an_order_that_got_through_says_nothing() -> None:
    async with site() as one:
        one.switch.perform(CONNECT)
        heard = await one.ami.hears("Redirect")
        assert (heard["Channel"], heard["Exten"]) == (LEG, "1001-20-1--")
        one.ami.say(user_event("CCFellBack", f"Contact: {CONTACT}"))
        await one.told.hears(CallFellBack)
        assert not [event for event in one.told.events if isinstance(event, OfferFailed)]


async def test_a_refused_order_is_an_offer_that_failed() -> None:
    async with site() as one:
        one.ami.answers["Redirect"] = lambda heard: response(
            heard, "Message: Channel does not exist", kind="Error"
        )
        one.switch.perform(CONNECT)
        await one.told.hears(UNSENT)


async def test_an_order_without_a_link_is_an_offer_that_failed() -> None:
    told = Told()
    switch = Switch(post=told.post, phones=list, now=lambda: 0.0)
    switch.perform(CONNECT)
    switch.perform(HangUp(contact=CONTACT, leg=LEG))
    assert told.events == [UNSENT]


async def test_an_order_whose_answer_was_lost_is_left_to_the_next_look() -> None:
    """The phone may be ringing: who offers the call to another would ring two."""
    async with site() as one:
        one.ami.answers["Redirect"] = None
        one.switch.perform(CONNECT)
        await one.ami.hears("Redirect")
        one.ami.cut()
        await one.told.hears(AsteriskSeen, 2)
        assert UNSENT not in one.told.events


async def test_a_caller_is_taken_back_by_name() -> None:
    def before(site: Site) -> None:
        site.there.channels = [rows.IN_ASTERISKS_QUEUE]

    async with site(before) as one:
        one.switch.perform(TakeBack(contact=CONTACT, leg=LegId("1.1")))
        one.switch.perform(TakeBack(contact=CONTACT, leg=LegId("1795320095.2")))
        heard = await one.ami.hears("QueueWithdrawCaller")
        assert heard["Caller"] == "PJSIP/trunk-00000002"
        assert one.ami.names().count("QueueWithdrawCaller") == 1, "the other is not there"


async def test_hang_ups_and_agents_go_out() -> None:
    async with site() as one:
        one.switch.perform(HangUp(contact=CONTACT, leg=LEG))
        one.switch.perform(MirrorAgent(agent=ANNA, phone=PHONE, presence=Presence.READY))
        assert (await one.ami.hears("Hangup"))["Channel"] == LEG
        assert (await one.ami.hears("QueuePause"))["Paused"] == "false"


async def test_a_caller_is_held_and_nothing_is_said_of_it() -> None:
    async with site() as one:
        one.switch.perform(Hold(contact=CONTACT, leg=LEG))
        assert (await one.ami.hears("Redirect"))["Context"] == "cc-hold"


async def test_a_customer_who_is_not_reached_is_told_once() -> None:
    async with site() as one:
        one.switch.perform(CALL_BACK)
        assert (await one.ami.hears("Originate"))["ChannelId"] == "leg-1"
        one.ami.say(
            block("Event: Hangup", "Uniqueid: leg-1", "Linkedid: leg-1", "Cause: 17"),
            block("Event: OriginateResponse", "Uniqueid: leg-1", "Response: Failure"),
            user_event("CCFellBack", f"Contact: {CONTACT}"),
        )
        await one.told.hears(CallFellBack)
        busy = CallbackFailed(contact=CONTACT, leg=LegId("leg-1"), cause="busy")
        assert [event for event in one.told.events if isinstance(event, CallbackFailed)] == [busy]


async def test_an_order_to_call_back_that_got_not_through_has_failed() -> None:
    unsent = CallbackFailed(contact=CONTACT, leg=LegId("leg-1"), cause="unsent")
    told = Told()
    Switch(post=told.post, phones=list, now=lambda: 0.0).perform(CALL_BACK)
    assert told.events == [unsent]
    async with site() as one:
        one.ami.answers["Originate"] = lambda heard: response(heard, "Message: no", kind="Error")
        one.switch.perform(CALL_BACK)
        await one.told.hears(unsent)


# -- orders within a talk

AGENT_LEG, SPY_LEG = LegId("1795320088.1"), LegId("sv-1")
CONSULT = Consult(
    contact=CONTACT,
    leg=NO_LEG,
    agent_leg=AGENT_LEG,
    phone=PHONE,
    number="",
    ring_seconds=5,
    record=True,
)
OUTSIDE = SendOutside(contact=CONTACT, leg=LEG, number="+861", ring_seconds=5, record=True)
SUPERVISOR = CallSupervisor(
    contact=CONTACT, leg=SPY_LEG, phone=PHONE, agent_leg=AGENT_LEG, mode=SpyMode.LISTEN
)


@pytest.mark.parametrize(
    ("order", "leg"),
    [(CONSULT, NO_LEG), (OUTSIDE, NO_LEG), (SUPERVISOR, SPY_LEG)],
    ids=["consult", "outside", "supervisor"],
)
async def test_a_call_that_could_not_be_ordered_is_over(order: TalkOrder, leg: LegId) -> None:
    unsent = PartyEnded(contact=CONTACT, leg=leg, cause="unsent")
    told = Told()
    Switch(post=told.post, phones=list, now=lambda: 0.0).perform(order)
    assert told.events == [unsent]
    async with site() as one:
        for action in ("Redirect", "Originate"):
            one.ami.answers[action] = lambda heard: response(heard, "Message: no", kind="Error")
        one.switch.perform(order)
        await one.told.hears(unsent)


async def test_a_supervisor_who_is_not_reached_is_told_once() -> None:
    async with site() as one:
        one.switch.perform(SUPERVISOR)
        assert (await one.ami.hears("Originate"))["ChannelId"] == SPY_LEG
        one.ami.say(
            block("Event: Hangup", f"Uniqueid: {SPY_LEG}", f"Linkedid: {SPY_LEG}", "Cause: 19"),
            block("Event: OriginateResponse", f"Uniqueid: {SPY_LEG}", "Response: Failure"),
            user_event("CCFellBack", f"Contact: {CONTACT}"),
        )
        await one.told.hears(CallFellBack)
        ended = [event for event in one.told.events if isinstance(event, PartyEnded)]
        assert ended == [PartyEnded(contact=CONTACT, leg=SPY_LEG, cause="no_answer")]


@pytest.mark.parametrize(
    "order",
    [
        Park(contact=CONTACT, leg=LEG, agent_leg=AGENT_LEG),
        Join(contact=CONTACT, leg=LEG, others=(AGENT_LEG,)),
    ],
    ids=["park", "join"],
)
async def test_a_leg_that_cannot_be_moved_makes_us_look(
    order: TalkOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch_module, "LOOK_EVERY_SECONDS", 0.0)
    async with site() as one:
        one.switch.perform(order)
        await one.ami.hears("Redirect")
        one.ami.say(user_event("CCFellBack", f"Contact: {CONTACT}"))
        await one.told.hears(CallFellBack)
        assert len(one.told.seen) == 1, "it was moved"
        one.ami.answers["Redirect"] = lambda heard: response(heard, "Message: no", kind="Error")
        one.switch.perform(order)
        await one.told.hears(AsteriskSeen, 2)
    told = Told()
    Switch(post=told.post, phones=list, now=lambda: 0.0).perform(order)
    assert told.events == [], "the next link begins with a look"


# -- campaigns' calls


ATTEMPT, OH = leg_of_attempt(CONTACT), LegId("oh-1001-1795320084757")
DIAL = dial_for(CONTACT, number="+861")
OFF_HOOK = CallOffHook(agent=ANNA, phone=PHONE, leg=OH)
NOT_SENT = AttemptEnded(contact=CONTACT, leg=ATTEMPT, cause="unsent")
DOWN = OffHookDown(phone=PHONE, leg=OH)


async def test_a_lead_that_asterisk_does_not_call_was_not_sent() -> None:
    async with site() as one:
        one.ami.answers["Originate"] = lambda heard: response(heard, "Message: no", kind="Error")
        one.switch.place(DIAL)
        one.switch.perform(OFF_HOOK)
        await one.told.hears(NOT_SENT)
        await one.told.hears(DOWN)


async def test_a_lead_that_is_to_be_called_without_a_link_was_not_sent() -> None:
    told = Told()
    switch = Switch(post=told.post, phones=list, now=lambda: 0.0)
    switch.place(DIAL)
    switch.perform(OFF_HOOK)
    assert told.events == [NOT_SENT, DOWN]


async def test_a_lead_that_is_called_tells_its_end_once() -> None:
    async with site() as one:
        one.switch.place(DIAL)
        await one.ami.hears("Originate")
        one.switch.perform(HangUp(contact=CONTACT, leg=ATTEMPT))
        one.ami.say(
            block(
                "Event: Hangup", f"Uniqueid: {ATTEMPT}", "ChannelStateDesc: Ringing", "Cause: 16"
            ),
            block("Event: OriginateResponse", "Response: Failure", f"Uniqueid: {ATTEMPT}"),
            held("last"),
        )
        await one.told.hears(CallHeld)
        assert one.told.events[1:-1] == [
            AttemptEnded(contact=CONTACT, leg=ATTEMPT, cause="canceled")
        ]


async def test_a_call_for_which_asterisk_makes_no_leg_was_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(switch_module, "NO_LEG_SECONDS", 0.05)
    async with site() as one:
        one.switch.place(DIAL)
        await one.ami.hears("Originate")
        one.ami.say(block("Event: OriginateResponse", "Response: Failure", f"Uniqueid: {ATTEMPT}"))
        await one.told.hears(NOT_SENT)


async def test_what_a_lost_link_did_not_tell_of_calls_is_told_after_the_next_look() -> None:
    async with site() as one:
        one.switch.place(DIAL)
        one.switch.perform(OFF_HOOK)
        await one.ami.hears("Originate", 2)
        one.ami.cut()
        await one.told.hears(AsteriskSeen, 2)
        await one.told.hears(DOWN)
        assert one.told.events[-3:] == [
            one.told.seen[1],
            AttemptEnded(contact=CONTACT, leg=ATTEMPT, cause="failed"),
            DOWN,
        ]


async def test_calls_that_are_there_after_a_lost_link_go_on() -> None:
    def before(site: Site) -> None:
        site.there.channels = [rows.DIALED_RINGS, rows.OFF_HOOK]
        site.there.database = {}

    async with site(before) as one:
        one.switch.place(DIAL)
        await one.ami.hears("Originate")
        one.ami.cut()
        await one.told.hears(AsteriskSeen, 2)
        await one.told.hears(OffHookUp(phone=PHONE, leg=OH), 2)
        assert [call.place for call in one.told.seen[1].calls] == [Place.DIALING]
        assert not [e for e in one.told.events if isinstance(e, AttemptEnded | OffHookDown)]
