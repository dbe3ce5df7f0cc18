"""Callers who wait, and callers whose agent has hung up, in flows of their own."""

import asyncio
from dataclasses import replace

import pytest

from ccserver.agi.world import Caller
from ccserver.core.campaigns import Called
from ccserver.core.claim import Wish
from ccserver.core.events import (
    CallbackRequested,
    DataAttached,
    Event,
    FlowEnded,
    SurveyAnswered,
    VoicemailRequested,
)
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import ContactId, Prompt, Queue
from ccserver.core.seen import Ticket, unpack
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    Case,
    EnterQueue,
    GoBack,
    LeaveVoicemail,
    Question,
    Say,
    Step,
    Style,
    text_of,
)
from ccserver.core.value import Tier
from tests.agi.asterisk import Peer, environment, variables
from tests.agi.conftest import CONTACT, GOLD, HOTLINE, House, flow, leaving, step

TICKET = Ticket(
    contact=CONTACT,
    arrived_at=1000.0,
    queued_at=1010.0,
    queue=Queue("service"),
    tier=Tier.GOLD,
    value=0.6,
    language="zh",
    customer="77",
    caller="+8613800138000",
    dialed="4001",
    keys=(("menu", "2"),),
)
LEAVES = environment(script="leave", arguments=[CONTACT, "2"], context="cc-leave", language="zh")
SURVEYED = environment(
    script="survey", arguments=[CONTACT, "after_talk"], context="cc-survey", language="zh"
)
PLAYED = "200 result=0 endpos=9000"
HI = (Prompt("hello"),)


async def begin(house: House, block: bytes, ticket: str = TICKET.pack()) -> Peer:
    """A caller who has been in a queue comes into a flow."""
    peer = await house.ring(block)
    await peer.answer('GET VARIABLE "CC_CALL"', f"200 result=1 ({ticket})")
    return peer


# -- leaving a queue


async def test_a_caller_who_waits_goes_back_and_nothing_has_changed(house: House) -> None:
    says = Say(prompts=HI, then=step("end"))
    house.world.flows = {"leave": leaving(says, steps={step("end"): GoBack()})}
    peer = await begin(house, LEAVES)
    await peer.answer('STREAM FILE "/sounds/zh/hello"', PLAYED)
    assert variables(await peer.leave()) == {"CC_NEXT": "hold", "CC_AGI": "OK"}
    assert (house.told(), house.how()) == ([], ["back"])
    await peer.close()


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("leave.key", "2"),
        ("leave.queue", "service"),
        ("language", "zh"),
        ("dialed", "4001"),
        ("caller.number", "+8613800138000"),
        ("customer.name", "Li"),
    ],
)
async def test_what_is_known_of_who_waits(house: House, fact: str, value: str) -> None:
    attach = AttachData(data={"told": text_of(f"{{{fact}}}")}, then=step("end"))
    house.world.flows = {"leave": leaving(attach, steps={step("end"): GoBack()})}
    # His leg may be one that we have called, whose number is ours.
    ours = environment(
        caller="4001", script="leave", arguments=[CONTACT, "2"], context="cc-leave", language="zh"
    )
    peer = await begin(house, ours)
    await peer.leave()
    assert [one.data for one in house.told() if isinstance(one, DataAttached)] == [
        (("told", value),)
    ]
    await peer.close()


@pytest.mark.parametrize(
    ("end", "events", "how"),
    [
        (
            AskCallback(queue=None, number=text_of("139 0013 9000"), otherwise=step("first")),
            [CallbackRequested(contact=CONTACT, number="+8613900139000")],
            "callback",
        ),
        (
            LeaveVoicemail(queue=None, prompts=(), seconds_max=90),
            [VoicemailRequested(contact=CONTACT)],
            "voicemail",
        ),
        (
            EnterQueue(queue=Queue("sales")),
            [FlowEnded(contact=CONTACT, queue=Queue("sales"), language="zh")],
            "queued",
        ),
    ],
    ids=["callback", "voicemail", "queue"],
)
async def test_a_caller_who_leaves_waits_until_the_center_lets_him_go(
    house: House, end: Step, events: list[Event], how: str
) -> None:
    house.world.flows = {"leave": leaving(end)}
    peer = await begin(house, LEAVES)
    assert "EXEC" in await peer.command()
    assert house.told() == [], "the center may take the caller out of the session at once"
    peer.send(b"200 result=0\n")
    assert await peer.command() == ""
    set_ = variables(peer.commands[-1])
    assert set_["CC_NEXT"] == "hold"
    assert "CC_CALL" not in set_
    if how == "voicemail":
        assert (set_["CC_QUEUE"], set_["CC_SECONDS"]) == ("service", "90")
    assert (house.told(), house.how()) == (events, [how])
    await peer.close()


async def test_a_flow_that_does_not_speak_his_language_leaves_it_as_it_is(house: House) -> None:
    says = Say(prompts=HI, then=step("end"))
    house.world.flows = {
        "leave": leaving(says, steps={step("end"): EnterQueue(queue=Queue("sales"))})
    }
    english = environment(
        script="leave", arguments=[CONTACT, "1"], context="cc-leave", language="en"
    )
    peer = await begin(house, english, replace(TICKET, language="en").pack())
    await peer.answer('STREAM FILE "/sounds/zh/hello"', PLAYED)
    assert "CHANNEL(language)" not in variables(await peer.leave())
    assert house.told() == [FlowEnded(contact=CONTACT, queue=Queue("sales"), language="en")]
    await peer.close()


async def test_who_is_failed_while_he_waits_waits_on(house: House) -> None:
    house.world.flows = {"leave": leaving(Say(prompts=HI, then=step("end")))}
    peer = await begin(house, LEAVES)
    await peer.answer("STREAM FILE", "200 result=-1 endpos=0")
    await peer.answer("CHANNEL STATUS", "200 result=6")
    assert variables(await peer.leave())["CC_NEXT"] == "hold"
    assert (house.told(), house.how()) == ([], ["failed"])
    await peer.close()


@pytest.mark.parametrize(
    ("context", "how"),
    [("cc-deliver", "connected"), ("cc-voicemail", "diverted"), ("cc-leave", "hung_up")],
)
async def test_who_is_taken_out_of_the_flow_has_not_hung_up(
    house: House, context: str, how: str
) -> None:
    house.world.flows = {"leave": leaving(Say(prompts=HI, then=step("end")))}
    peer = await begin(house, LEAVES)
    await peer.answer("STREAM FILE", "HANGUP", "200 result=-1")
    await peer.answer('GET VARIABLE "CONTEXT"', f"200 result=1 ({context})")
    assert await peer.command() == ""
    assert house.how() == [how]
    await peer.close()


@pytest.mark.parametrize("flows", [{}, {"leave": HOTLINE}], ids=["none", "another role"])
async def test_without_a_flow_for_it_he_waits_on(house: House, flows: dict[str, Flow]) -> None:
    house.world.flows = flows
    peer = await house.ring(LEAVES)
    assert await peer.command() == ""
    await peer.close()


# -- after the talk


ASKS = Question(
    question="rating", style=Style.KEYS, prompts=HI, keys=frozenset("12345"), then=step("end")
)


async def test_a_caller_answers_a_survey_and_is_let_go(house: House) -> None:
    house.world.flows = {"after_talk": flow(ASKS, name="after_talk", role=Role.SURVEY)}
    peer = await begin(house, SURVEYED)
    await peer.answer('GET OPTION "/sounds/zh/hello"', "200 result=53")
    assert variables(await peer.leave()) == {"CC_NEXT": "goodbye", "CC_AGI": "OK"}
    answer = SurveyAnswered(contact=CONTACT, survey="after_talk", question="rating", answer="5")
    assert answer in house.events
    assert house.told()[-1] == FlowEnded(contact=CONTACT, queue=None, language="zh")
    assert house.how() == ["goodbye"]
    await peer.close()


async def test_an_answer_in_the_callers_own_words_is_a_recording(house: House) -> None:
    asks = Question(question="why", style=Style.RECORDING, prompts=HI, then=step("end"))
    house.world.flows = {"after_talk": flow(asks, name="after_talk", role=Role.SURVEY)}
    peer = await begin(house, SURVEYED)
    await peer.answer("STREAM FILE", PLAYED)
    await peer.answer('STREAM FILE "/sounds/tones/beep"', PLAYED)
    record = await peer.answer('EXEC "Record"')
    # He hangs up when he has said it all: that is an answer, too.
    await asyncio.sleep(0.6)
    peer.send(b"HANGUP\n200 result=-1\n")
    await peer.answer('GET VARIABLE "RECORD_STATUS"', "200 result=1 (HANGUP)")
    assert "EXEC" in await peer.command()
    (answer,) = [event for event in house.events if isinstance(event, SurveyAnswered)]
    assert f"/var/spool/asterisk/recording/{answer.answer},3,60,kqy" in record
    assert CONTACT in answer.answer
    await peer.close()


async def test_an_unhappy_caller_goes_back_to_the_agents(house: House) -> None:
    to_queue = EnterQueue(queue=Queue("service"), urgent=True, boost=0.5)
    house.world.flows = {"after_talk": flow(to_queue, name="after_talk", role=Role.SURVEY)}
    peer = await begin(house, SURVEYED)
    set_ = variables(await peer.leave())
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert set_["CC_NEXT"] == "hold"
    assert (ticket.arrived_at, ticket.tier, ticket.customer) == (1000.0, Tier.GOLD, "77")
    assert (ticket.urgent, ticket.keys) == (True, (("menu", "2"),))
    assert house.told() == [
        FlowEnded(
            contact=CONTACT,
            queue=Queue("service"),
            language="zh",
            wish=Wish(urgent=True, boost=0.5),
        )
    ]
    await peer.close()


async def test_who_is_failed_after_the_talk_is_let_go(house: House) -> None:
    house.world.flows = {
        "after_talk": flow(Say(prompts=HI, then=step("end")), name="after_talk", role=Role.SURVEY)
    }
    peer = await begin(house, SURVEYED, ticket="")
    await peer.answer("STREAM FILE", "200 result=-1 endpos=0")
    await peer.answer("CHANNEL STATUS", "200 result=6")
    assert variables(await peer.leave())["CC_NEXT"] == "goodbye"
    assert house.how() == ["failed"]
    await peer.close()


async def test_a_survey_that_is_none_asks_nothing(house: House) -> None:
    peer = await house.ring(SURVEYED)
    assert await peer.command() == ""
    await peer.close()


# -- whom a campaign has called

DIALED = environment(
    script="dialed", arguments=[CONTACT, "after_talk"], context="cc-walk", language="zh",
    caller="unknown",
)  # fmt: skip
LEAD = Called(
    number="+8613800138000", caller_id="+8610", customer="77", name="Li", language="zh",
    data={"region": "south"}, answers={},
)  # fmt: skip
TWICE = flow(
    replace(ASKS, then=step("where")),
    name="after_talk",
    role=Role.SURVEY,
    steps={
        step("where"): Branch(
            on="lead.region",
            cases=(Case(one_of=frozenset(("south",)), then=step("more")),),
            otherwise=step("end"),
        ),
        step("more"): Question(
            question="again", style=Style.KEYS, prompts=(Prompt("more"),), keys=frozenset("12"),
            then=step("end"),
        ),
    },
)  # fmt: skip


def calls(house: House, called: Called | None) -> None:
    async def whom(contact: ContactId) -> Called | None:
        return called if contact == CONTACT else None

    house.world.calls = whom
    house.world.flows = {"after_talk": TWICE}


async def test_whom_a_campaign_called_is_asked_by_what_is_known_of_him(house: House) -> None:
    calls(house, LEAD)
    written: list[int] = []

    async def settle() -> None:
        written.append(len([one for one in house.events if isinstance(one, SurveyAnswered)]))

    house.world.settles = settle
    peer = await house.ring(DIALED)
    await peer.answer('GET OPTION "/sounds/zh/hello"', "200 result=53")
    await peer.answer('GET OPTION "/sounds/zh/more"', "200 result=49")
    assert variables(await peer.leave()) == {"CC_NEXT": "goodbye", "CC_AGI": "OK"}
    assert house.path() == ["first", "where", "more", "end"]
    assert written == [1, 2]
    assert house.told()[-1] == FlowEnded(contact=CONTACT, queue=None, language="zh")
    await peer.close()


async def test_a_walk_goes_on_where_it_was_broken_off(house: House) -> None:
    calls(house, replace(LEAD, answers={("after_talk", "rating"): "5"}))
    peer = await house.ring(DIALED)
    await peer.answer('GET OPTION "/sounds/zh/more"', "200 result=49")
    assert variables(await peer.leave())["CC_AGI"] == "OK"
    answers = [one.question for one in house.events if isinstance(one, SurveyAnswered)]
    assert answers == ["again"]
    await peer.close()


async def test_a_lead_who_goes_to_the_agents_is_the_customer_who_was_meant(house: House) -> None:
    calls(house, LEAD)
    house.world.by_id = {"77": Caller(customer=GOLD, name="Li")}
    to_queue = EnterQueue(queue=Queue("service"))
    house.world.flows = {"after_talk": flow(to_queue, name="after_talk", role=Role.SURVEY)}
    peer = await house.ring(DIALED)
    ticket = unpack(variables(await peer.leave())["CC_CALL"])
    assert ticket is not None
    assert (ticket.caller, ticket.dialed, ticket.customer) == ("+8613800138000", "+8610", "77")
    await peer.close()


async def test_a_journal_that_does_not_write_holds_up_nobody_for_long(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccserver.agi.guide.SETTLE_SECONDS", 0.05)
    calls(house, LEAD)
    house.world.settles = asyncio.Event().wait  # type: ignore[assignment]
    peer = await house.ring(DIALED)
    await peer.answer('GET OPTION "/sounds/zh/hello"', "200 result=53")
    await peer.answer('GET OPTION "/sounds/zh/more"', "200 result=49")
    assert variables(await peer.leave())["CC_AGI"] == "OK"
    await peer.close()


async def test_the_dialplan_tries_again_when_a_lead_is_not_known_now(house: House) -> None:
    async def away(_: ContactId) -> Called | None:
        raise OSError("away")

    for whom in (away, None):
        calls(house, None)
        if whom is not None:
            house.world.calls = whom
        peer = await house.ring(DIALED)
        assert await peer.command() == ""
        await peer.close()
    house.world.flows = {}
    peer = await house.ring(DIALED)
    assert await peer.command() == ""
    await peer.close()
    assert house.events == []


# -- what becomes of a caller


async def test_the_hotlines_own_end_may_be_a_message(house: House) -> None:
    house.world.flow = flow(LeaveVoicemail(queue=Queue("sales"), prompts=HI, seconds_max=60))
    peer = await house.ring(environment(caller="+85212345678", language="zh"))
    await peer.arrive()
    await peer.answer("STREAM FILE", PLAYED)
    assert variables(await peer.leave()) == {
        "CC_QUEUE": "sales",
        "CC_SECONDS": "60",
        "CC_NEXT": "voicemail",
        "CC_AGI": "OK",
    }
    ended = FlowEnded(contact=CONTACT, queue=Queue("sales"), language="zh", voicemail=True)
    assert (house.told()[-1], house.how()) == (ended, ["voicemail"])
    await peer.close()
