"""Flows walked with a list of keys, in a world that is made up."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.doings import HIDDEN, Attach, Failed, Transfer
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import AgentId, Prompt, Queue, StepName
from ccserver.core.rules import Consent, Hours, Opening, Taping, TapingRule
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    GoBack,
    GoodBye,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Step,
    Style,
    TicketKind,
    text_of,
)
from ccserver.flows.rehearse import Rehearsal, keys_of, rehearse
from ccserver.flows.world import RECORDING, Dealt, Given, Played, Pressed
from tests.core.walks import HELLO, WRONG, flow, step

MONDAY_AT_TEN = 1_790_560_800.0
"""2026-09-28, 10:00 in Shanghai."""
MENU, ORDER, AGAIN = Prompt("menu"), Prompt("order"), Prompt("again")
WELCOME = Say(prompts=(HELLO,), then=step("menu"))
CHOICE = Menu(
    prompts=(MENU,),
    keys={"1": step("sales"), "2": step("order")},
    otherwise=step("bye"),
    timeout_seconds=5,
    tries=2,
    wrong_key=(WRONG,),
)
NUMBER = Digits(
    prompts=(ORDER,),
    into="order",
    length_min=4,
    length_max=6,
    then=step("note"),
    otherwise=step("bye"),
    tries=1,
)
NOTE = AttachData(data={"Order": text_of("{order}")}, then=step("sales"))
SHOP: Mapping[str, Step] = {"welcome": WELCOME, "menu": CHOICE, "order": NUMBER, "note": NOTE}


def call(
    a_flow: Flow, keys: str = "", world: Mapping[str, object] | None = None, **more: object
) -> Rehearsal:
    """A call on a Monday morning."""
    every: dict[str, object] = {"at": MONDAY_AT_TEN, **(world or {}), **more}
    return rehearse(a_flow, keys_of(keys), Given(**every))  # type: ignore[arg-type]


def decide(fact: str, **cases: str) -> Flow:
    """Goes to the queue that a fact's value is given, else says good-bye."""
    steps: dict[str, Step] = {
        "which": Branch(
            on=fact,
            cases=tuple(
                Case(one_of=frozenset((value,)), then=step(queue)) for queue, value in cases.items()
            ),
            otherwise=step("bye"),
        )
    }
    return flow(steps | {queue: EnterQueue(queue=Queue(queue)) for queue in cases})


# -- keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("1,4,#", ("1", "4", "#")),
        (" 1, -,12345678# ", ("1", "-", "12345678#")),
    ],
)
def test_keys_are_read(text: str, keys: tuple[str, ...]) -> None:
    assert keys_of(text) == keys


@pytest.mark.parametrize("text", ["a", "1,,2", "1-", "--", "1;2", ",", "¹"])
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        keys_of(text)


def test_a_key_answers_the_next_question_and_what_comes_before_is_heard() -> None:
    done = call(flow(SHOP), "1")
    assert done.heard == (HELLO, MENU)
    assert done.pressed == (Pressed(step=step("menu"), keys="1"),)
    assert [one.step for one in done.steps] == ["welcome", "menu", "sales"]
    assert [one.came for one in done.steps] == ["", "then", "key 1"]
    assert (done.ends, done.left_over) == ("queue sales", ())


def test_who_presses_nothing_hears_the_menu_as_often_as_it_is_asked() -> None:
    done = call(flow(SHOP))
    assert done.heard == (HELLO, MENU, MENU)
    assert [one.keys for one in done.pressed] == ["", ""]
    assert done.ends == "goodbye"


def test_a_question_that_says_nothing_is_asked_all_the_same() -> None:
    mute = Menu(prompts=(), keys={"1": step("sales")}, otherwise=step("bye"), timeout_seconds=5)
    done = call(flow({"menu": mute}), "1")
    assert (done.heard, done.ends) == ((), "queue sales")


def test_a_silence_is_one_try() -> None:
    assert call(flow(SHOP), "-,1").heard == (HELLO, MENU, MENU)
    assert call(flow(SHOP), "9,1").heard == (HELLO, MENU, WRONG, MENU)
    assert call(flow(SHOP), "-,-,1").left_over == ("1",)


def test_digits_are_taken_one_by_one_or_in_one_go() -> None:
    for keys in ("2,1,2,3,4,#", "2,1234#", "2,12,34,#", "2,1234,-", "2,1234", "21234#"):
        done = call(flow(SHOP), keys)
        assert (done.attached, done.ends) == ({"Order": "1234"}, "queue sales"), keys
    assert call(flow(SHOP), "2,-").ends == "goodbye"


def test_what_is_typed_ahead_spares_the_caller_the_prompts() -> None:
    done = call(flow(SHOP), "21234#")
    assert done.heard == (HELLO, MENU)
    assert Played(step=step("order"), prompts=(ORDER,), language="zh", cut=True) in done.script
    assert [one.keys for one in done.pressed] == ["2", "1234#"]


def test_digits_end_at_their_length_and_the_rest_is_kept() -> None:
    steps = {**SHOP, "note": Say(prompts=(AGAIN,), then=step("menu"))}
    done = call(flow(steps), "2,1234561")
    assert [one.keys for one in done.pressed] == ["2", "123456", "1"]
    assert done.heard == (HELLO, MENU, ORDER)
    assert done.ends == "queue sales"


def test_the_key_that_ends_a_number_is_forgiven_where_its_length_has_ended_it() -> None:
    steps = {**SHOP, "note": Say(prompts=(AGAIN,), then=step("menu"))}
    done = call(flow(steps), "2,123456#1")
    assert [one.keys for one in done.pressed] == ["2", "123456#", "1"]
    again = call(flow(steps), "2,123456##")
    assert [one.keys for one in again.pressed] == ["2", "123456#", "#", ""]


def test_a_prompt_that_no_key_ends_is_heard_by_who_has_typed_ahead() -> None:
    steps = {**SHOP, "note": Say(prompts=(AGAIN,), then=step("menu"), barge_in=False)}
    done = call(flow(steps), "2,1234561")
    assert done.heard == (HELLO, MENU, ORDER, AGAIN)
    assert done.ends == "queue sales"


def test_keys_for_which_nobody_asked_are_left_over() -> None:
    assert call(flow(SHOP), "1,5,-").left_over == ("5", "-")
    assert call(flow(SHOP), "157,8").left_over == ("57", "8")


def test_secret_digits_are_not_shown() -> None:
    secret = Digits(
        prompts=(ORDER,), into="pin", length_min=4, length_max=4, tries=1,
        then=step("sales"), otherwise=step("bye"), secret=True,
    )  # fmt: skip
    done = call(flow({"pin": secret}), "1234")
    assert done.pressed == (Pressed(step=step("pin"), keys=HIDDEN),)
    assert call(flow({"pin": secret})).pressed == (Pressed(step=step("pin"), keys=""),)
    assert done.ends == "queue sales"


@given(st.lists(st.from_regex(r"[0-9*#]{1,4}|-", fullmatch=True), max_size=8))
def test_whatever_is_pressed_no_key_is_lost_or_made_up(keys: list[str]) -> None:
    done = rehearse(flow(SHOP), keys, Given(at=MONDAY_AT_TEN))
    pressed = "".join(one.keys for one in done.pressed)
    assert (pressed + "".join(done.left_over)).replace("-", "") == "".join(keys).replace("-", "")


# -- the world


@pytest.mark.parametrize(
    ("fact", "value", "world"),
    [
        ("customer.tier", "gold", {"customer": {"tier": "gold"}}),
        ("customer.known", "yes", {"customer": {"tier": "gold"}}),
        ("customer.known", "no", {}),
        ("customer.tier", "silver", {"facts": {"customer.tier": "silver"}}),
        ("caller.number", "+8613800138000", {"caller": "+8613800138000"}),
        ("caller.area_code", "010", {"caller": "+861088886666"}),
        ("caller.area_code", "0755", {"facts": {"caller.area_code": "0755"}}),
        ("caller.place", "Beijing", {"caller": "+8613800138000"}),
        ("caller.nuisance", "listed", {"facts": {"caller.nuisance": "listed"}}),
        ("now.weekday", "mon", {}),
        ("now.time", "10:00", {}),
        ("queue.x.open", "yes", {}),
        ("queue.x.waiting", "0", {}),
        ("queue.x.agents", "1", {}),
        ("queue.x.waiting", "5", {"facts": {"queue.x.waiting": "5"}}),
        ("dialed", "4001", {"dialed": "4001"}),
        ("leave.key", "1", {"facts": {"leave.key": "1"}}),
        ("language", "en", {"language": "en"}),
    ],
)
def test_facts(fact: str, value: str, world: Mapping[str, object]) -> None:
    a_flow = decide(fact, sales=value)
    local = Flow(
        name="test", start=a_flow.start, steps=a_flow.steps, languages=("zh", "en"),
        operator=Queue("operator"), zone="Asia/Shanghai",
    )  # fmt: skip
    assert call(local, "", world).ends == "queue sales"


def test_the_clock_is_the_one_that_is_given() -> None:
    weekly = (Opening(weekday=0, from_minute=9 * 60, until_minute=18 * 60),)
    hours = OpeningHours(calendar="office", open=step("sales"), closed=step("bye"))
    calendar = {"office": Hours(zone="Asia/Shanghai", weekly=weekly)}
    office = flow({"hours": hours}, calendars=calendar)
    assert call(office).ends == "queue sales"
    assert call(office, at=MONDAY_AT_TEN + 9 * 3600).ends == "goodbye"


def test_a_customers_language_is_spoken_until_another_is_chosen() -> None:
    steps: dict[str, Step] = {
        "hello": Say(prompts=(HELLO,), then=step("zh")),
        "zh": SpeakLanguage(language="zh", then=step("bye")),
    }
    two = flow(steps, languages=("zh", "en"))
    assert call(flow(SHOP, languages=("zh", "en")), customer={"language": "en"}).language == "en"
    assert call(flow(SHOP, languages=("zh", "en")), language="en").language == "en"
    assert call(flow(SHOP, languages=("zh", "en")), language="fr").language == "zh"
    assert call(two, customer={"language": "en"}).language == "zh"


FETCH = Request(
    partner="billing", method="GET", path=text_of("/x"), body={}, into={"tier": "car.tier"},
    timeout_seconds=2, then=step("which"),
)  # fmt: skip


def test_a_partner_answers_what_is_given_or_fails() -> None:
    which = decide("tier", sales="gold").steps[step("which")]
    a_flow = flow({"fetch": FETCH, "which": which}, on_error={step("fetch"): step("bye")})
    done = call(a_flow, replies={"fetch": {"car": {"tier": "gold"}}})
    assert done.ends == "queue sales"
    told = {"fails": frozenset({"fetch"}), "replies": {"fetch": {}}}
    for world in (None, told):
        failed = call(a_flow, "", world)
        assert failed.ends == "goodbye"
        assert failed.steps[-1].came == "error"
        [dealt] = [one for one in failed.script if isinstance(one, Dealt)]
        assert isinstance(dealt.answer, Failed)


FIND = LookUpCustomer(
    number=text_of("{entered}"), customer=None, found=step("which"), otherwise=step("bye")
)
BY_ID = LookUpCustomer(
    number=None, customer=text_of("{entered}"), found=step("which"), otherwise=step("bye")
)


@pytest.mark.parametrize(
    ("find", "entered", "world", "ends"),
    [
        (FIND, "010-88886666", {"caller": "+861088886666"}, "queue sales"),
        (FIND, "010-88886667", {"caller": "+861088886666"}, "goodbye"),
        (FIND, "", {"caller": ""}, "goodbye"),
        (BY_ID, "7", {"customer": {"id": "7", "tier": "gold"}}, "queue sales"),
        (BY_ID, "8", {}, "goodbye"),
        (BY_ID, "", {"customer": {"tier": "gold"}}, "goodbye"),
        (BY_ID, "8", {"replies": {"find": {"id": 8, "tier": "gold"}}}, "queue sales"),
        (BY_ID, "7", {"replies": {"find": None}}, "goodbye"),
    ],
)
def test_a_customer_is_found(
    find: LookUpCustomer, entered: str, world: Mapping[str, object], ends: str
) -> None:
    a_flow = flow(
        {"find": find, "which": decide("customer.tier", sales="gold").steps[step("which")]},
        variables={"entered": entered},
    )
    customer = {"id": "7", "tier": "gold"}
    assert call(a_flow, "", {"customer": customer, **world}).ends == ends


def test_tickets_are_numbered() -> None:
    opened = OpenServiceTicket(
        ticket=TicketKind.REPAIR, title=text_of("Repair"), details=text_of("-"), urgent=False,
        into="number", then=step("note"),
    )  # fmt: skip
    note = AttachData(data={"Ticket": text_of("{number}")}, then=step("sales"))
    repair = flow({"open": opened, "note": note})
    done = call(repair)
    assert done.attached == {"Ticket": "1"}
    assert [ticket.title for ticket in done.tickets] == ["Repair"]
    assert call(repair, replies={"open": "R-7"}).attached == {"Ticket": "R-7"}
    failed = call(repair, fails=frozenset({"open"}))
    assert (failed.tickets, failed.ends) == ((), "operator")


SURVEY: Mapping[str, Step] = {
    "rate": Question(
        question="satisfaction", style=Style.KEYS, prompts=(HELLO,), keys=frozenset("12345"),
        then=step("why"),
    ),
    "why": Question(question="why", style=Style.RECORDING, prompts=(AGAIN,), then=step("bye")),
}  # fmt: skip


def test_a_survey_is_answered_by_keys_and_by_words() -> None:
    survey = flow(SURVEY, role=Role.SURVEY)
    assert call(survey, "5,#").answers == {"satisfaction": "5", "why": RECORDING}
    assert call(survey, "9,4,-").answers == {"satisfaction": "4"}
    assert call(survey, "5#,-").answers == {"satisfaction": "5"}
    assert call(survey).answers == {}
    assert call(survey, replies={"why": "mine"}).answers == {"why": "mine"}


# -- ends


@pytest.mark.parametrize(
    ("end", "world", "ends"),
    [
        (EnterQueue(queue=Queue("sales")), {}, "queue sales"),
        (EnterQueue(queue=Queue("operator")), {}, "queue operator"),
        (EnterQueue(queue=Queue("sales"), urgent=True), {}, "urgent sales"),
        (
            EnterQueue(queue=Queue("operator"), agent=text_of("{customer.id}")),
            {"fails": frozenset({"end"})},
            "operator",
        ),
        (LeaveVoicemail(queue=Queue("sales"), prompts=(HELLO,)), {}, "voicemail sales"),
        (LeaveVoicemail(queue=None, prompts=()), {}, "voicemail"),
        (LeaveVoicemail(queue=None, prompts=()), {"fails": frozenset({"end"})}, "voicemail"),
        (
            LeaveVoicemail(queue=None, prompts=(HELLO,)),
            {"facts": {"leave.queue": "sales"}},
            "voicemail sales",
        ),
        (GoBack(), {}, "back"),
        (Return(), {}, "return"),
        (CallOut(to=text_of("x"), ring_seconds=9, otherwise=step("bye")), {}, "transfer"),
        (
            CallOut(to=text_of("x"), ring_seconds=9, otherwise=step("bye")),
            {"transfers": {"end": "busy"}},
            "goodbye",
        ),
        (
            CallOut(to=text_of("x"), ring_seconds=9, otherwise=step("bye")),
            {"fails": frozenset({"end"})},
            "operator",
        ),
    ],
)
def test_ends(end: Step, world: Mapping[str, object], ends: str) -> None:
    assert call(flow({"end": end}), "", world).ends == ends


@pytest.mark.parametrize(
    ("number", "world", "ends"),
    [
        ("138 0013 8000", {}, "callback sales"),
        ("10086", {}, "goodbye"),
        ("+8613800138000", {"replies": {"later": ""}}, "goodbye"),
    ],
)
def test_a_callback_needs_a_number(number: str, world: Mapping[str, object], ends: str) -> None:
    later = AskCallback(queue=Queue("sales"), number=text_of("{number}"), otherwise=step("bye"))
    assert call(flow({"later": later}, variables={"number": number}), "", world).ends == ends


def test_a_callback_while_waiting_is_one_of_that_queue() -> None:
    later = AskCallback(queue=None, number=text_of("{caller.number}"), otherwise=step("bye"))
    done = call(flow({"later": later}), caller="+8613800138000", facts={"leave.queue": "service"})
    assert done.ends == "callback service"


def test_parts_are_walked_with_their_own_steps() -> None:
    part = flow({"ask": NUMBER, "note": Return()}, name="asks", role=Role.PART)
    whole = flow(
        {"run": RunPart(flow="asks", values={}, into={"order": "order"}, then=step("note")),
         "note": NOTE},
        parts={"asks": part},
    )  # fmt: skip
    done = call(whole, "1234#")
    assert [(one.flow, one.step) for one in done.steps] == [
        ("test", "run"), ("asks", "ask"), ("asks", "note"), ("test", "note"), ("test", "sales"),
    ]  # fmt: skip
    assert done.attached == {"Order": "1234"}
    assert call(part, "1234#").ends == "return"


def test_a_circle_ends_at_the_operator() -> None:
    circle = flow({"a": SetValues(values={}, then=step("a"))})
    assert call(circle).ends == "operator"


def test_the_script_is_in_order() -> None:
    done = call(flow({**SHOP, "sales": CallOut(to=text_of("+1"), ring_seconds=9,
                                               otherwise=step("bye"))}), "2,1234#")  # fmt: skip
    assert [type(one).__name__ for one in done.script] == [
        "Enter", "Played", "Enter", "Played", "Pressed", "Enter", "Played", "Pressed",
        "Enter", "Attach", "Enter", "Dealt",
    ]  # fmt: skip
    assert done.script[-3] == Attach(data={"Order": "1234"})
    last = done.script[-1]
    assert isinstance(last, Dealt)
    assert isinstance(last.doing, Transfer)


NOTICE = (
    TapingRule(taping=Taping.NEVER, consents=frozenset({Consent.REFUSED})),
    TapingRule(taping=Taping.ON_DEMAND, agents=frozenset({AgentId("anna")}), notice="perhaps"),
    TapingRule(taping=Taping.ALWAYS, queues=frozenset({Queue("sales")}), notice="recorded"),
)


@pytest.mark.parametrize(
    ("end", "heard"),
    [
        (EnterQueue(queue=Queue("sales")), ("recorded",)),
        (EnterQueue(queue=Queue("sales"), recording=Consent.GIVEN), ("recorded",)),
        (EnterQueue(queue=Queue("sales"), recording=Consent.REFUSED), ()),
        (EnterQueue(queue=Queue("service")), ()),
        (GoodBye(), ()),
    ],
)
def test_the_notice_of_a_recording_is_heard_last(end: Step, heard: tuple[str, ...]) -> None:
    made = Flow(
        name="test",
        languages=("zh",),
        operator=Queue("operator"),
        start=StepName("end"),
        steps={StepName("end"): end},
    )
    assert rehearse(made, (), Given(at=0.0, taping=NOTICE)).heard == heard
    assert rehearse(made, (), Given(at=0.0)).heard == ()
