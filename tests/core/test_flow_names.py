"""Whether all that a flow names exists."""

import pytest

from ccserver.core.flow import Flow, Role, Row
from ccserver.core.flow_check import Known, faults
from ccserver.core.ids import Prompt, Queue, Skill
from ccserver.core.rules import Hours
from ccserver.core.spoken import Form, words_of
from ccserver.core.steps import (
    AskCallback,
    Branch,
    Case,
    EnterQueue,
    FindRow,
    GoodBye,
    LeaveVoicemail,
    Menu,
    OpeningHours,
    Request,
    Say,
    SpeakLanguage,
    Spoken,
    Step,
    text_of,
)
from tests.core.walks import HELLO, OPERATOR, SALES, WRONG, flow, step

BYE = step("bye")
QUEUES = Known(queues=frozenset((OPERATOR, SALES)))


def found(a_flow: Flow, known: Known = QUEUES) -> list[str]:
    """The faults, as `step.key: text`. What else the flow may lack is left out."""
    every = faults(a_flow, known)
    return [
        f"{fault.step}.{fault.key}: {fault.text}" for fault in every if not _is_loose(fault.text)
    ]


def _is_loose(text: str) -> bool:
    return "nothing leads here" in text


def one(a_step: Step, known: Known = QUEUES, **more: object) -> list[str]:
    return found(flow({"a": a_step}, **more), known)


def test_a_start_that_is_no_step() -> None:
    a_flow = Flow(
        name="f", start=step("by"), steps={BYE: GoodBye()}, languages=("zh",), operator=OPERATOR
    )
    assert found(a_flow) == ["None.start: there is no step `by`; perhaps `bye` was meant"]


def test_steps_that_are_not_there() -> None:
    menu = Menu(
        prompts=(HELLO,), keys={"1": step("sale"), "2": BYE}, otherwise=BYE, timeout_seconds=5
    )
    assert one(menu, on_error={step("a"): step("by")}) == [
        "a.keys.1: there is no step `sale`; perhaps `sales` was meant",
        "a.on_error: there is no step `by`; perhaps `bye` was meant",
    ]


def test_queues_that_are_not_there() -> None:
    assert one(EnterQueue(queue=Queue("sale"))) == [
        "a.queue: there is no queue `sale`; perhaps `sales` was meant"
    ]
    number = text_of("1")
    ask = AskCallback(queue=Queue("x"), number=number, otherwise=BYE)
    for end in (ask, LeaveVoicemail(queue=Queue("x"), prompts=())):
        assert one(end) == [
            "a.queue: there is no queue `x`; add it, or take one of: operator, sales"
        ]
    none = AskCallback(queue=None, number=number, otherwise=BYE)
    assert not one(none, role=Role.WAITING)
    assert one(GoodBye(), operator=Queue("operatr")) == [
        "None.operator: there is no queue `operatr`; perhaps `operator` was meant"
    ]
    assert not one(EnterQueue(queue=Queue("sale")), Known())


def test_skills_agents_and_partners_that_are_not_there() -> None:
    enter = EnterQueue(queue=SALES, agent=text_of("ana"), skills=((Skill("engin"), 3),))
    known = Known(skills=frozenset((Skill("engine"),)), agents=frozenset(("anna",)))
    assert one(enter, known) == [
        "a.skills: there is no skill `engin`; perhaps `engine` was meant",
        "a.agent: there is no agent `ana`; perhaps `anna` was meant",
    ]
    assert not one(EnterQueue(queue=SALES), known)
    by_value = EnterQueue(queue=SALES, agent=text_of("{customer.id}"))
    assert not one(by_value, known)
    request = Request(
        partner="biling",
        method="GET",
        path=text_of("/"),
        body={},
        into={},
        timeout_seconds=1,
        then=BYE,
    )
    assert one(request, Known(partners=frozenset(("billing",))), on_error={step("a"): BYE}) == [
        "a.partner: there is no partner `biling`; perhaps `billing` was meant"
    ]


def test_languages_calendars_tables_and_columns_that_are_not_there() -> None:
    assert one(SpeakLanguage(language="cn", then=BYE)) == [
        "a.language: there is no language `cn`; add it, or take one of: zh"
    ]
    hours = OpeningHours(calendar="offices", open=BYE, closed=BYE)
    assert one(hours, calendars={"office": Hours(zone="UTC", weekly=())}) == [
        "a.calendar: there is no calendar `offices`; perhaps `office` was meant"
    ]
    row = FindRow(
        table="stations", key=text_of("1"), into={"x": "nam", "y": "name"}, found=BYE, otherwise=BYE
    )
    assert one(row) == ["a.table: there is no table `stations`, nor any other; add it"]
    assert one(row, tables={"stations": (Row(("1",), {"name": "x"}),)}) == [
        "a.into.x: there is no column `nam`; perhaps `name` was meant"
    ]


# -- values


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("customer.tear", "there is no fact `customer.tear`; perhaps `customer.tier` was meant"),
        (
            "queue.sales.opened",
            "there is no fact `queue.sales.opened`; perhaps `queue.sales.open` was meant",
        ),
        ("queue.waiting", "there is no fact `queue.waiting`; perhaps `queue.….waiting` was meant"),
        ("queue.salse.open", "there is no queue `salse`; perhaps `sales` was meant"),
        (
            "leave.key",
            "`leave.key` is known only of callers who leave a queue; give the flow"
            ' role = "waiting", or take it out',
        ),
    ],
)
def test_facts_that_there_are_not(fact: str, said: str) -> None:
    branch = Branch(on=fact, cases=(Case(then=BYE, starts_with=("y",)),), otherwise=BYE)
    assert one(branch) == [f"a.on: {said}"]


@pytest.mark.parametrize(
    "fact", ["customer.id", "dialed", "queue.sales.wait_seconds", "lead.region"]
)
def test_facts_that_there_are(fact: str) -> None:
    branch = Branch(on=fact, cases=(Case(then=BYE, starts_with=("y",)),), otherwise=BYE)
    assert not one(branch)
    assert not one(branch, Known())


def test_who_leaves_a_queue_has_facts_of_his_own() -> None:
    branch = Branch(on="leave.key", cases=(Case(then=BYE, starts_with=("1",)),), otherwise=BYE)
    assert not one(branch, role=Role.WAITING)


def test_a_brace_that_names_nothing() -> None:
    enter = EnterQueue(queue=SALES, agent=text_of("{Customer} { x } {customer.id}"))
    assert [line.partition(";")[0] for line in one(enter)] == [
        "a.agent: `{Customer}` names no value",
        "a.agent: `{ x }` names no value",
    ]


# -- prompts


def prompts(**by_language: tuple[Prompt, ...]) -> Known:
    return Known(prompts={language: frozenset(those) for language, those in by_language.items()})


SAY = Say(prompts=(HELLO,), then=BYE)


def test_prompts_must_exist_in_each_of_the_flows_languages() -> None:
    two = ("zh", "en")
    assert not one(SAY, prompts(zh=(HELLO,)))
    assert not one(SAY, prompts(zh=(HELLO,), en=(HELLO,)), languages=two)
    assert one(SAY, prompts(zh=(HELLO,), en=(WRONG,)), languages=two) == [
        "a.prompts: prompt `hello` is missing in en; record it, or add its text to prompts.toml"
    ]
    assert one(SAY, prompts(zh=(Prompt("helo"),))) == [
        "a.prompts: there is no prompt `hello`; perhaps `helo` was meant"
    ]


def test_a_language_without_any_prompt_is_told_once() -> None:
    assert one(SAY, prompts(zh=(HELLO,)), languages=("zh", "fr")) == [
        "None.languages: there is no prompts' language `fr`; add it, or take one of: zh"
    ]


def test_each_place_in_which_a_prompt_stands_is_told() -> None:
    menu = Menu(
        prompts=(HELLO,),
        keys={"1": BYE},
        otherwise=BYE,
        timeout_seconds=5,
        wrong_key=(WRONG,),
        no_key=(WRONG,),
    )
    keys = [line.partition(":")[0] for line in one(menu, prompts(zh=(HELLO,)))]
    assert keys == ["a.wrong_key", "a.no_key"]


def test_values_need_words_and_a_currency_that_can_be_said() -> None:
    value = Spoken(form=Form.AMOUNT, text=text_of("1"))
    say = Say(prompts=(HELLO, value), then=BYE)
    (said,) = one(say, prompts(zh=(HELLO,)))
    assert said.startswith("None.languages: values cannot be said in zh: ")
    assert said.endswith("record them, or add their texts to words.toml")
    assert not one(say, prompts(zh=(HELLO, *words_of("zh"))))
    pounds = Spoken(form=Form.AMOUNT, text=text_of("1"), currency="EUX")
    (said,) = one(Say(prompts=(pounds,), then=BYE), Known())
    assert said == "a.prompts: there is no currency `EUX`; perhaps `EUR` was meant"
