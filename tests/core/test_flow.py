"""What can be read off a flow without walking it."""

import pytest

from ccserver.core.flow import (
    asks,
    heard,
    plays,
    queues_of,
    reads,
    targets,
    texts,
    used_queues,
    writes,
)
from ccserver.core.ids import Queue
from ccserver.core.spoken import Form
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    FindRow,
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
    Spoken,
    Step,
    Style,
    TicketKind,
    text_of,
)
from tests.core.walks import HELLO, WRONG, flow, step

A, B, C = step("a"), step("b"), step("c")
NUMBER = Spoken(form=Form.NUMBER, text=text_of("{n}"))
X, Y = text_of("{x}"), text_of("{y}")
MENU = Menu(
    prompts=(HELLO, NUMBER), keys={"1": A}, otherwise=B, silent=C, timeout_seconds=5,
    wrong_key=(WRONG,), no_key=(HELLO,),
)  # fmt: skip
DIGITS = Digits(
    prompts=(HELLO,), into="n", length_min=1, length_max=2, then=A, otherwise=B,
    wrong=(WRONG,), confirm=(NUMBER,),
)  # fmt: skip
CASES = (Case(then=A, one_of=frozenset("1")), Case(then=C, below=2))
TICKET = OpenServiceTicket(
    ticket=TicketKind.REPAIR, title=X, details=Y, urgent=False, into="t", then=A
)
REQUEST = Request(
    partner="p", method="POST", path=X, body={"b": Y}, into={"v": "place"}, timeout_seconds=1,
    then=A,
)  # fmt: skip
EVERY: dict[str, tuple[Step, dict[str, str], list[str], dict[str, set[str]]]] = {
    "say": (Say(prompts=(NUMBER,), then=A), {"then": "a"}, ["n"], {}),
    "menu": (MENU, {"key 1": "a", "otherwise": "b", "silent": "c"}, ["n"], {}),
    "digits": (DIGITS, {"then": "a", "otherwise": "b"}, ["n"], {"then": {"n"}}),
    "language": (SpeakLanguage(language="zh", then=A), {"then": "a"}, [], {}),
    "branch": (
        Branch(on="x", cases=CASES, otherwise=B),
        {"case 1": "a", "case 2": "c", "otherwise": "b"},
        ["x"],
        {},
    ),
    "hours": (
        OpeningHours(calendar="office", open=A, closed=B),
        {"open": "a", "closed": "b"},
        ["now.time"],
        {},
    ),
    "table": (
        FindRow(table="t", key=X, into={"v": "column"}, found=A, otherwise=B),
        {"found": "a", "otherwise": "b"},
        ["x"],
        {"found": {"v"}},
    ),
    "lookup by number": (
        LookUpCustomer(number=X, customer=None, found=A, otherwise=B),
        {"found": "a", "otherwise": "b"},
        ["x"],
        {},
    ),
    "lookup by customer": (
        LookUpCustomer(number=None, customer=Y, found=A, otherwise=B),
        {"found": "a", "otherwise": "b"},
        ["y"],
        {},
    ),
    "http": (REQUEST, {"then": "a"}, ["x", "y"], {"then": {"v"}}),
    "set": (SetValues(values={"v": X}, then=A), {"then": "a"}, ["x"], {"then": {"v"}}),
    "attach": (AttachData(data={"Label": X}, then=A), {"then": "a"}, ["x"], {}),
    "ticket": (TICKET, {"then": "a"}, ["x", "y"], {"then": {"t"}}),
    "transfer": (CallOut(to=X, ring_seconds=9, otherwise=B), {"otherwise": "b"}, ["x"], {}),
    "question": (
        Question(question="q", style=Style.KEYS, prompts=(NUMBER,), then=A, into="v"),
        {"then": "a"},
        ["n"],
        {"then": {"v"}},
    ),
    "question that files": (
        Question(question="q", style=Style.VALUE, prompts=(), value=X, then=A),
        {"then": "a"},
        ["x"],
        {"then": set()},
    ),
    "part": (
        RunPart(flow="p", values={"given": X}, into={"v": "inner"}, then=A),
        {"then": "a"},
        ["x"],
        {"then": {"v"}},
    ),
    "queue": (EnterQueue(queue=Queue("sales"), agent=X), {}, ["x"], {}),
    "callback": (
        AskCallback(queue=None, number=X, otherwise=B), {"otherwise": "b"}, ["x"], {},
    ),
    "voicemail": (LeaveVoicemail(queue=None, prompts=(NUMBER,)), {}, ["n"], {}),
    "back": (GoBack(), {}, [], {}),
    "return": (Return(), {}, [], {}),
    "goodbye": (GoodBye(prompts=(NUMBER,)), {}, ["n"], {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY)
def test_where_a_step_leads_what_it_reads_and_what_it_sets(kind: str) -> None:
    one, leads, read, written = EVERY[kind]
    assert targets(flow({"s": one}), step("s")) == leads
    assert list(reads(one)) == read
    assert writes(one) == written


def test_a_ticket_whose_number_nobody_wants_sets_nothing() -> None:
    silent = OpenServiceTicket(
        ticket=TicketKind.REPAIR, title=X, details=Y, urgent=False, into="", then=A
    )
    assert writes(silent) == {"then": set()}


def test_a_step_that_can_fail_the_caller_leads_elsewhere_too() -> None:
    found = targets(flow({"q": EnterQueue(queue=Queue("x"))}, on_error={step("q"): A}), step("q"))
    assert found == {"error": "a"}


def test_each_text_with_the_key_under_which_it_stands() -> None:
    assert dict(texts(REQUEST)) == {"path": X, "body.b": Y}
    assert dict(texts(TICKET)) == {"title": X, "details": Y}
    assert dict(texts(DIGITS)) == {"confirm": NUMBER.text}
    assert dict(texts(AttachData(data={"Label": X}, then=A))) == {"data.Label": X}


def test_all_that_a_step_may_play() -> None:
    assert heard(MENU) == (HELLO, NUMBER, WRONG, HELLO)
    assert plays(DIGITS) == {"prompts": (HELLO,), "wrong": (WRONG,), "confirm": (NUMBER,)}
    assert heard(GoBack()) == ()


def test_the_facts_of_a_step() -> None:
    say = Say(prompts=(Spoken(form=Form.SPELL, text=text_of("{customer.id}{x}")),), then=A)
    assert flow({"s": say}).facts[step("s")] == ("customer.id",)


def test_a_menu_need_not_treat_the_silent_apart() -> None:
    plain = Menu(prompts=(), keys={"1": A}, otherwise=B, timeout_seconds=5)
    assert targets(flow({"m": plain}), step("m")) == {"key 1": "a", "otherwise": "b"}


def test_the_queues_to_which_flows_lead() -> None:
    part = flow({"m": LeaveVoicemail(queue=Queue("night"), prompts=())}, name="p")
    whole = flow(
        {"a": AskCallback(queue=None, number=text_of("1"), otherwise=step("bye"))},
        parts={"p": part},
    )
    assert queues_of(whole) == {"operator", "sales", "night"}
    assert used_queues([whole])["night"] == "the flow `test`"


def test_a_part_may_ask_for_a_fact_too() -> None:
    say = Say(prompts=(Spoken(form=Form.SPELL, text=text_of("{caller.place}")),), then=step("bye"))
    asking = flow({"s": say}, name="p")
    whole = flow({"a": GoodBye()}, parts={"p": asking})
    assert asks(whole, "caller.place")
    assert not asks(whole, "caller.number")
