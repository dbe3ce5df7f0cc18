"""What a drawing says of each step."""

import pytest

from ccserver.core.ids import Prompt, Queue
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
from ccserver.flows.outline import Box, Family, columns, condition, lines_of, outline
from tests.core.walks import HELLO, flow, step

BYE, SALES = step("bye"), step("sales")
TEXTS = {"hello": {"zh": "您好", "en": "Hello"}}
BALANCE = Spoken(form=Form.AMOUNT, text=text_of("{balance}"))


def box(one: Step, **more: object) -> Box:
    """A flow's first step, as it is drawn."""
    return outline(flow({"s": one}, **more), TEXTS, "zh")[-1]


STEPS: list[tuple[Step, str, Family, str]] = [
    (Say(prompts=(HELLO, BALANCE), then=BYE), "say", Family.SPEAK, "您好 {balance}"),
    (Say(prompts=(Prompt("x"),), then=BYE), "say", Family.SPEAK, "[x]"),
    (SpeakLanguage(language="en", then=BYE), "language", Family.SPEAK, "en"),
    (
        Menu(prompts=(HELLO,), keys={"1": BYE}, otherwise=BYE, timeout_seconds=5),
        "menu", Family.ASK, "您好",
    ),
    (
        Digits(prompts=(HELLO,), into="x", length_min=1, length_max=2, then=BYE, otherwise=BYE),
        "digits", Family.ASK, "您好",
    ),
    (
        Question(question="rate", style=Style.KEYS, prompts=(HELLO,), then=BYE),
        "question", Family.ASK, "rate: 您好",
    ),
    (Branch(on="customer.tier", cases=(), otherwise=BYE), "branch", Family.DECIDE, "customer.tier"),
    (OpeningHours(calendar="office", open=BYE, closed=BYE), "hours", Family.DECIDE, "office"),
    (
        FindRow(table="towns", key=text_of("{x}"), into={}, found=BYE, otherwise=BYE),
        "table", Family.DECIDE, "towns: {x}",
    ),
    (
        LookUpCustomer(number=None, customer=text_of("{id}"), found=BYE, otherwise=BYE),
        "lookup", Family.DECIDE, "customer {id}",
    ),
    (
        Request(
            partner="billing", method="GET", path=text_of("/a/{x}"), body={}, into={},
            timeout_seconds=2, then=BYE,
        ),
        "http", Family.WORK, "GET billing /a/{x}",
    ),
    (
        SetValues(values={"a": text_of("1"), "b": text_of("{a}\n2")}, then=BYE),
        "set", Family.WORK, "a = 1, b = {a} 2",
    ),
    (AttachData(data={"Order": text_of("{x}")}, then=BYE), "attach", Family.WORK, "Order = {x}"),
    (
        OpenServiceTicket(
            ticket=TicketKind.REPAIR, title=text_of("of {x}"), details=text_of(""), urgent=True,
            into="", then=BYE,
        ),
        "ticket", Family.WORK, "urgent repair: of {x}",
    ),
    (RunPart(flow="plate", values={}, into={}, then=BYE), "part", Family.WORK, "plate"),
    (EnterQueue(queue=Queue("sales")), "queue", Family.END, "sales"),
    (
        EnterQueue(queue=Queue("sales"), urgent=True, agent=text_of("{a}")),
        "queue", Family.END, "sales, urgent, {a}",
    ),
    (
        AskCallback(queue=None, number=text_of("{n}"), otherwise=BYE),
        "callback", Family.END, "{n}",
    ),
    (
        LeaveVoicemail(queue=Queue("sales"), prompts=(HELLO,)),
        "voicemail", Family.END, "sales 您好",
    ),
    (CallOut(to=text_of("{n}"), ring_seconds=9, otherwise=BYE), "transfer", Family.END, "{n}"),
    (GoBack(), "back", Family.END, "waits on"),
    (Return(), "return", Family.END, ""),
    (GoodBye(prompts=(HELLO,)), "goodbye", Family.END, "您好"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "kind", "family", "says"), STEPS)
def test_each_kind_of_step(one: Step, kind: str, family: Family, says: str) -> None:
    drawn = box(one)
    assert (drawn.kind, drawn.family, drawn.says) == (kind, family, says)
    assert drawn.part == ("plate" if isinstance(one, RunPart) else "")


def test_texts_are_in_the_language_that_is_asked_for() -> None:
    one = flow({"s": Say(prompts=(HELLO,), then=BYE)})
    assert outline(one, TEXTS, "en")[-1].says == "Hello"
    assert outline(one, TEXTS, "fr")[-1].says == "[hello]"


def test_ways_to_the_same_step_are_one() -> None:
    menu = Menu(
        prompts=(HELLO,), keys={"1": SALES, "2": BYE, "0": SALES}, otherwise=SALES, silent=BYE,
        timeout_seconds=5,
    )  # fmt: skip
    ways = box(menu, on_error={step("s"): SALES})
    assert [(way.names, way.label, way.then) for way in ways.ways] == [
        (("key 1", "key 0", "otherwise"), "1 · 0 · otherwise", SALES),
        (("key 2", "silent"), "2 · silent", BYE),
    ]
    assert ways.error == SALES


def test_an_only_way_needs_no_word() -> None:
    [way] = box(Say(prompts=(HELLO,), then=BYE)).ways
    assert (way.names, way.label) == (("then",), "")
    digits = Digits(prompts=(), into="x", length_min=1, length_max=2, then=SALES, otherwise=BYE)
    assert [way.label for way in box(digits).ways] == ["then", "otherwise"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (Case(then=BYE, one_of=frozenset({"b", "a"})), "a, b"),
        (Case(then=BYE, one_of=frozenset({""})), "empty"),
        (Case(then=BYE, starts_with=("010", "021")), "010…, 021…"),
        (Case(then=BYE, between=("22:00", "06:00")), "22:00 to 06:00"),
        (Case(then=BYE, below=3), "below 3"),
        (Case(then=BYE, at_least=0.8), "≥ 0.8"),
        (Case(then=BYE, at_least=0, below=0.5), "≥ 0, below 0.5"),
    ],
)
def test_conditions_in_words(case: Case, words: str) -> None:
    assert condition(case) == words
    branch = Branch(on="x", cases=(case,), otherwise=SALES)
    assert [way.label for way in box(branch).ways] == [words, "otherwise"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one two", ["one two"]),
        ("one two three four", ["one two", "three four"]),
        ("one two three four five six", ["one two", "three fo…"]),
        ("您好，欢迎致电", ["您好，欢", "迎致电"]),  # noqa: RUF001 -- Chinese
        ("一二三四五，六", ["一二三四", "五，六"]),  # noqa: RUF001 -- Chinese
        ("一二三四五六七八九十一", ["一二三四五", "六七八九…"]),
        ("a" * 30, ["a" * 24, "aaaaaa"]),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert lines_of(text, 10, 2) == lines


def test_a_chinese_character_is_two_columns_wide() -> None:
    assert columns("a您，b") == 6  # noqa: RUF001 -- Chinese
