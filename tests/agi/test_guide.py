"""Everything that a flow asks for is done, or the flow learns that it was not."""

import asyncio
import logging
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ccserver.agi import guide
from ccserver.agi.world import Caller
from ccserver.core.doings import Fetch, OpenTicket
from ccserver.core.events import CallerRecognized, DataAttached, FlowEnded, KeyPressed
from ccserver.core.flow import Flow, NuisanceRules
from ccserver.core.ids import ContactId, CustomerId, Prompt, Queue
from ccserver.core.seen import unpack
from ccserver.core.spoken import Form
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    GoodBye,
    LookUpCustomer,
    Menu,
    OpenServiceTicket,
    Request,
    Say,
    SpeakLanguage,
    Spoken,
    TicketKind,
    text_of,
)
from ccserver.core.value import Consent, Customer, Tier
from tests.agi.asterisk import environment, variables
from tests.agi.conftest import CONTACT, CUSTOMERS, GOLD, House, Sight, flow, step

PLAYED = "200 result=0 endpos=9000"
THERE = "200 result=6"
HI = (Prompt("hello"),)
STRANGER = environment(caller="+85212345678")
ERIN = Caller(
    customer=Customer(id=CustomerId("9"), tier=Tier.SILVER, value=0.25, language=""), name="Erin"
)


def failed(doing: str) -> float:
    labels = {"flow": "test", "doing": doing}
    return REGISTRY.get_sample_value("ccserver_ivr_doings_failed_total", labels) or 0.0


def asks(kind: TicketKind = TicketKind.REPAIR) -> OpenServiceTicket:
    return OpenServiceTicket(
        ticket=kind,
        title=text_of("from {caller.number}"),
        details=text_of("{customer.name}"),
        urgent=True,
        into="number",
        then=step("told"),
    )


def tells(what: str) -> AttachData:
    """Attaches a value, so that a test sees it."""
    return AttachData(data={"told": text_of(f"{{{what}}}")}, then=step("end"))


def told(house: House) -> str:
    (attached,) = [event for event in house.events if isinstance(event, DataAttached)]
    ((label, value),) = attached.data
    assert label == "told"
    return value


# -- what is keyed in


def order(**more: object) -> Digits:
    settings: dict[str, object] = {
        "prompts": HI, "into": "order", "length_min": 3, "length_max": 3,
        "then": step("told"), "otherwise": step("end"), "tries": 1,
    }  # fmt: skip
    return Digits(**{**settings, **more})  # type: ignore[arg-type]


async def test_digits_are_told_and_become_a_value(house: House) -> None:
    house.world.flow = flow(order(), steps={step("told"): tells("order")})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    for digit in "147":
        await peer.answer("", f"200 result={ord(digit)}")
    await peer.leave()
    assert KeyPressed(contact=CONTACT, step="first", key="147") in house.events
    assert told(house) == "147"
    await peer.close()


async def test_secret_digits_are_seen_by_nobody(
    house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.world.flow = flow(
        order(secret=True, length_min=8, length_max=8),
        steps={step("told"): EnterQueue(queue=Queue("sales"))},
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    digits = "80462913"  # so many that no instant has them by chance
    for digit in digits:
        await peer.answer("", f"200 result={ord(digit)}")
    set_ = variables(await peer.leave())
    assert KeyPressed(contact=CONTACT, step="first", key="hidden") in house.events
    assert digits not in f"{house.events}{set_}{caplog.text}{capsys.readouterr()}"
    await peer.close()


async def test_no_digits_are_no_secret(house: House) -> None:
    house.world.flow = flow(order(secret=True), steps={step("told"): GoodBye()})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("GET OPTION", PLAYED)
    await peer.answer("CHANNEL STATUS", THERE)
    await peer.leave()
    assert KeyPressed(contact=CONTACT, step="first", key="") in house.events
    await peer.close()


async def test_the_next_prompt_speaks_the_language_that_was_chosen(house: House) -> None:
    english = SpeakLanguage(language="en", then=step("say"))
    house.world.flow = flow(
        english, languages=("zh", "en"), steps={step("say"): Say(prompts=HI, then=step("end"))}
    )
    peer = await house.ring()
    await peer.arrive()
    await peer.answer('STREAM FILE "/sounds/en/hello"', PLAYED)
    await peer.leave()
    await peer.close()


async def test_a_number_that_cannot_be_said_fails_the_flow(house: House) -> None:
    value = Spoken(form=Form.NUMBER, text=text_of("many"))
    house.world.flow = flow(Say(prompts=(value,), then=step("end")))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert house.how() == ["failed"]
    await peer.close()


async def test_a_transfer_ends_the_call_when_they_part(house: House) -> None:
    house.world.flow = flow(
        CallOut(to=text_of("139 0013 9000"), ring_seconds=20, otherwise=step("end"))
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer('GET VARIABLE "DEVICE_STATE(PJSIP/13900139000)"', "200 result=1 (INVALID)")
    await peer.answer('EXEC "Dial" "PJSIP/+8613900139000@trunk,20,', "200 result=0")
    await peer.answer("GET VARIABLE", "200 result=1 (ANSWER)")
    set_ = variables(await peer.leave())
    assert house.how() == ["transferred"]
    assert house.told()[-1] == FlowEnded(contact=CONTACT, queue=None, language="zh")
    assert set_["CC_NEXT"] == "goodbye"
    await peer.close()


# -- who is calling


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("customer.known", "yes"),
        ("customer.id", "77"),
        ("customer.name", "Li"),
        ("customer.tier", "gold"),
        ("customer.value", "0.6"),
        ("customer.language", "en-GB"),
        ("caller.number", "+8613800138000"),
        ("caller.national", "13800138000"),
        ("caller.area_code", ""),
        ("caller.place", "Beijing"),
        ("caller.nuisance", ""),
        ("dialed", "4001"),
        ("queue.sales.open", "yes"),
        ("queue.sales.waiting", "3"),
        ("queue.sales.agents", "2"),
        ("queue.sales.wait_seconds", "90"),
    ],
)
async def test_what_a_flow_can_read(house: House, fact: str, value: str) -> None:
    house.world.flow = flow(tells(fact))
    peer = await house.ring()
    await peer.arrive()
    await peer.leave()
    assert told(house) == value
    await peer.close()


async def test_of_a_stranger_it_is_known_that_he_is_one(house: House) -> None:
    house.world.flow = flow(tells("customer.known"))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert told(house) == "no"
    await peer.close()


async def test_a_wait_of_which_nobody_can_say_anything_is_empty(house: House) -> None:
    house.world.sees = Sight(open=False, wait_seconds=None)
    house.world.flow = flow(tells("queue.sales.wait_seconds"))
    peer = await house.ring()
    await peer.arrive()
    await peer.leave()
    assert told(house) == ""
    await peer.close()


async def test_a_customer_who_is_found_by_the_flow_is_the_one_who_calls(house: House) -> None:
    found = LookUpCustomer(
        number=None, customer=text_of("9"), found=step("told"), otherwise=step("end")
    )
    house.world.by_id = {"9": ERIN}
    house.world.flow = flow(found, steps={step("told"): EnterQueue(queue=Queue("sales"))})
    peer = await house.ring()
    await peer.arrive()
    ticket = unpack(variables(await peer.leave())["CC_CALL"])
    recognized = [event for event in house.events if isinstance(event, CallerRecognized)]
    assert [event.customer.id for event in recognized] == ["77", "9"]
    assert ticket is not None
    assert (ticket.customer, ticket.tier) == ("9", Tier.SILVER)
    await peer.close()


@pytest.mark.parametrize("number", ["13900139009", "nobody", ""])
async def test_a_number_of_nobody_finds_none(house: House, number: str) -> None:
    house.world.flow = flow(
        LookUpCustomer(
            number=text_of(number), customer=None, found=step("end"), otherwise=step("told")
        ),
        steps={step("told"): tells("customer.known")},
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert told(house) == "no"
    await peer.close()


async def test_a_number_as_people_write_it_finds_its_customer(house: House) -> None:
    house.world.flow = flow(
        LookUpCustomer(
            number=text_of("138 0013 8000"),
            customer=None,
            found=step("told"),
            otherwise=step("end"),
        ),
        steps={step("told"): tells("customer.name")},
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert told(house) == "Li"
    await peer.close()


async def test_who_hangs_up_again_and_again_is_a_nuisance(house: House) -> None:
    menu = Menu(prompts=HI, keys={}, otherwise=step("told"), timeout_seconds=5.0, tries=1)
    house.world.flow = flow(
        menu,
        steps={step("told"): tells("caller.nuisance")},
        nuisance=NuisanceRules(calls_max=1),
    )
    for _ in range(2):
        peer = await house.ring(STRANGER)
        await peer.arrive()
        await peer.answer("GET OPTION", "HANGUP", "200 result=-1")
        await peer.answer("GET VARIABLE", "200 result=1 (cc-arrival)")
        assert await peer.command() == ""
        await peer.close()
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("GET OPTION", "200 result=49")
    await peer.leave()
    assert told(house) == "repeated"
    await peer.close()


@pytest.mark.parametrize(("key", "verdict"), [("200 result=0", "silent"), ("200 result=49", "")])
async def test_who_never_presses_a_key_is_a_nuisance(house: House, key: str, verdict: str) -> None:
    menu = Menu(prompts=HI, keys={}, otherwise=step("told"), timeout_seconds=5.0, tries=1)
    house.world.flow = flow(
        menu,
        steps={step("told"): tells("caller.nuisance")},
        nuisance=NuisanceRules(silent_max=1),
    )
    for _ in range(3):
        house.events.clear()
        peer = await house.ring(STRANGER)
        await peer.arrive()
        await peer.answer("GET OPTION", key)
        if key == "200 result=0":
            await peer.answer("CHANNEL STATUS", THERE)
        await peer.leave()
        await peer.close()
    assert told(house) == verdict


async def test_who_is_listed_is_a_nuisance(house: House) -> None:
    house.world.nuisances = frozenset(("+85212345678",))
    house.world.flow = flow(tells("caller.nuisance"))
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert told(house) == "listed"
    await peer.close()


# -- callbacks


@pytest.mark.parametrize(
    ("number", "callback"),
    [("139 0013 9000", "+8613900139000"), ("12", ""), ("13800138000", "")],
    ids=["number", "none", "waits already"],
)
async def test_a_number_to_be_called_is_read_as_people_dial(
    house: House, number: str, callback: str
) -> None:
    house.world.taken = frozenset(("+8613800138000",))
    house.world.flow = flow(
        AskCallback(queue=Queue("sales"), number=text_of(number), otherwise=step("end"))
    )
    peer = await house.ring(STRANGER)
    await peer.arrive()
    set_ = variables(await peer.leave())
    queue = Queue("sales") if callback else None
    ended = FlowEnded(contact=CONTACT, queue=queue, language="zh", callback=callback)
    assert house.told()[-1] == ended
    assert house.how() == ["callback" if callback else "goodbye"]
    # He is told so on the way to the hold loop, by whoever has noted it.
    assert set_["CC_NEXT"] == ("hold" if callback else "goodbye")
    await peer.close()


# -- partners


REQUEST = Request(
    partner="crm", method="GET", path=text_of("/balance"), body={}, into={"sum": "balance"},
    timeout_seconds=2.0, then=step("told"),
)  # fmt: skip


async def test_a_partners_answer_is_read(house: House) -> None:
    async def answer(_: Fetch) -> object:
        return {"balance": 12.5}

    house.world.answer = answer
    house.world.flow = flow(REQUEST, steps={step("told"): tells("sum")})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert told(house) == "12.5"
    await peer.close()


@pytest.mark.parametrize("failure", [ConnectionRefusedError, TimeoutError, ZeroDivisionError])
async def test_a_partner_who_fails_leads_to_the_way_out(
    house: House, failure: type[Exception]
) -> None:
    async def fail(_: Fetch) -> object:
        raise failure

    house.world.answer = fail
    house.world.flow = flow(
        REQUEST,
        steps={step("told"): GoodBye(), step("sorry"): EnterQueue(queue=Queue("sales"))},
        on_error={step("first"): step("sorry")},
    )
    before = failed("fetch")
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert failed("fetch") == before + 1
    assert house.how() == ["queued"]
    await peer.close()


async def test_a_key_that_is_pressed_while_a_partner_works_answers_the_next_question(
    house: House,
) -> None:
    answered = asyncio.Event()

    async def answer(_: Fetch) -> object:
        await answered.wait()
        return {}

    menu = Menu(prompts=HI, keys={"7": step("end")}, otherwise=step("first"), timeout_seconds=5.0)
    house.world.answer = answer
    house.world.flow = flow(REQUEST, steps={step("told"): menu})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer('WAIT FOR DIGIT "100"')
    answered.set()
    peer.send(b"200 result=55\n")
    await peer.leave()
    assert KeyPressed(contact=CONTACT, step="told", key="7") in house.events
    await peer.close()


async def test_who_hangs_up_while_a_partner_works_waits_for_no_answer(house: House) -> None:
    given_up = asyncio.Event()

    async def answer(_: Fetch) -> object:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return {}

    house.world.answer = answer
    house.world.flow = flow(REQUEST, steps={step("told"): GoodBye()})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("WAIT FOR DIGIT", "HANGUP", "200 result=-1")
    await peer.answer("GET VARIABLE", "200 result=1 (cc-arrival)")
    assert await peer.command() == ""
    await given_up.wait()
    assert house.how() == ["hung_up"]
    await peer.close()


# -- tickets


async def test_a_ticket_is_opened_for_the_caller(house: House) -> None:
    house.world.flow = flow(asks(), steps={step("told"): tells("number")})
    peer = await house.ring()
    await peer.arrive()
    await peer.leave()
    opened = OpenTicket(
        kind=TicketKind.REPAIR, title="from +8613800138000", details="Li", urgent=True
    )
    assert house.world.tickets == [("+8613800138000", GOLD.id, opened)]
    assert told(house) == "T-1"
    await peer.close()


async def test_a_ticket_that_takes_too_long_fails_its_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide, "HOUSE_SECONDS", 0.01)

    async def for_ever() -> str:
        await asyncio.Event().wait()
        return ""

    house.world.ticket_number = for_ever
    house.world.flow = flow(asks(), steps={step("told"): GoodBye()})
    before = failed("openticket")
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.leave()
    assert failed("openticket") == before + 1
    assert house.how() == ["failed"]
    await peer.close()


async def test_a_ticket_is_opened_though_its_caller_hangs_up(house: House) -> None:
    on, opened = asyncio.Event(), asyncio.Event()

    async def slowly() -> str:
        await on.wait()
        opened.set()
        return "T-2"

    house.world.ticket_number = slowly
    house.world.flow = flow(asks(), steps={step("told"): GoodBye()})
    peer = await house.ring(STRANGER)
    await peer.arrive()
    await peer.answer("WAIT FOR DIGIT", "HANGUP", "200 result=-1")
    on.set()
    await peer.answer("GET VARIABLE", "200 result=1 (cc-arrival)")
    assert await peer.command() == ""
    assert opened.is_set()
    await peer.close()


async def test_a_look_up_that_fails_within_a_flow_leaves_a_stranger(house: House) -> None:
    async def away(contact: ContactId, number: str) -> Caller | None:
        raise ConnectionRefusedError

    house.world.finds = away
    house.world.flow = flow(
        Branch(
            on="customer.known",
            cases=(Case(one_of=frozenset(("no",)), then=step("told")),),
            otherwise=step("end"),
        ),
        steps={step("told"): EnterQueue(queue=Queue("sales"))},
    )
    peer = await house.ring(environment(caller=next(iter(CUSTOMERS))))
    await peer.arrive()
    await peer.leave()
    assert house.how() == ["queued"]
    await peer.close()


# -- the notice


def to_sales(**more: Any) -> Flow:
    return flow(EnterQueue(queue=Queue("sales"), **more))


def handed_over(house: House) -> FlowEnded:
    [ended] = [event for event in house.events if isinstance(event, FlowEnded)]
    return ended


async def test_a_caller_is_told_in_his_language_before_he_comes_into_the_queue(
    house: House,
) -> None:
    house.world.notices = {"sales": "recorded_notice"}
    house.world.flow = flow(
        SpeakLanguage(language="en", then=step("queue")),
        languages=("zh", "en"),
        steps={step("queue"): EnterQueue(queue=Queue("sales"))},
    )
    peer = await house.ring()
    await peer.arrive()
    await peer.answer('STREAM FILE "/sounds/en/recorded_notice" ""', PLAYED)
    await peer.leave()
    assert handed_over(house).noticed
    await peer.close()


async def test_who_refuses_is_told_nothing_and_not_recorded(house: House) -> None:
    house.world.notices = {"sales": "recorded_notice"}
    house.world.flow = to_sales(recording=Consent.REFUSED)
    peer = await house.ring()
    await peer.arrive()
    await peer.leave()
    ended = handed_over(house)
    assert (ended.noticed, ended.wish.consent) == (False, Consent.REFUSED)
    await peer.close()


async def test_a_notice_that_cannot_be_said_is_left_to_the_center(house: House) -> None:
    house.world.notices = {"sales": "recorded_notice"}
    house.world.flow = to_sales()
    before = failed("play")
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "200 result=-1 endpos=0")
    await peer.answer("CHANNEL STATUS", THERE)
    await peer.leave()
    assert not handed_over(house).noticed
    assert failed("play") == before + 1
    await peer.close()


async def test_who_hangs_up_at_the_notice_is_gone(house: House) -> None:
    house.world.notices = {"sales": "recorded_notice"}
    house.world.flow = to_sales()
    peer = await house.ring()
    await peer.arrive()
    await peer.answer("STREAM FILE", "HANGUP", "200 result=-1 endpos=100")
    await peer.answer('GET VARIABLE "CONTEXT"', "200 result=1 (cc-arrival)")
    assert await peer.command() == ""
    assert house.how() == ["hung_up"]
    assert not [event for event in house.events if isinstance(event, FlowEnded)]
    await peer.close()


async def test_who_is_let_go_is_told_nothing(house: House) -> None:
    house.world.notices = {"sales": "recorded_notice"}
    house.world.flow = flow(GoodBye())
    peer = await house.ring()
    await peer.arrive()
    await peer.leave()
    assert not handed_over(house).noticed
    await peer.close()
