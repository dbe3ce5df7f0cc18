"""The tests that stand in a flow's own file."""

import pytest

from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt, Queue
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    Case,
    EnterQueue,
    GoodBye,
    Menu,
    Question,
    Request,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Style,
    text_of,
)
from ccserver.flows.form import TestForm
from ccserver.flows.trial import try_out, usual_time
from tests.core.walks import HELLO, flow, step

SORRY, MENU = Prompt("sorry"), Prompt("menu")
GOLD = Case(then=step("sales"), one_of=frozenset({"gold"}))
HOTLINE = flow(
    {
        "who": Branch(on="customer.tier", cases=(GOLD,), otherwise=step("hello")),
        "hello": Say(prompts=(HELLO,), then=step("menu")),
        "menu": Menu(
            prompts=(MENU,),
            keys={"1": step("balance"), "2": step("english"), "3": step("rate")},
            otherwise=step("sorry"),
            timeout_seconds=5,
            tries=1,
        ),
        "sorry": GoodBye(prompts=(SORRY,)),
        "english": SpeakLanguage(language="en", then=step("menu")),
        "balance": Request(
            partner="billing", method="GET", path=text_of("/x"), body={},
            into={"balance": "balance"}, timeout_seconds=2, then=step("note"),
        ),
        "note": AttachData(data={"Balance": text_of("{balance}")}, then=step("sales")),
        "rate": Question(
            question="rate", style=Style.KEYS, prompts=(HELLO,), keys=frozenset("12345"),
            then=step("bye"), tries=1,
        ),
    },
    languages=("zh", "en"),
    zone="Asia/Shanghai",
)  # fmt: skip


def differences(a_flow: Flow, **fields: object) -> list[str]:
    """What a test finds."""
    return list(try_out(a_flow, TestForm.model_validate({"name": "x", **fields})).differences)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"customer": {"tier": "gold"}, "ends": "queue sales", "hears_not": ["hello"]},
        {"hears": ["hello", "menu", "sorry"], "ends": "goodbye"},
        {"hears": ["hello", "sorry"], "hears_not": ["bye"]},
        {"keys": "2,-", "hears": ["menu", "menu"], "language_after": "en"},
        {"language": "en", "language_after": "en"},
        {
            "keys": "1", "replies": {"balance": {"balance": 12.5}},
            "attached": {"Balance": "12.5"}, "ends": "queue sales",
        },
        {"keys": "1", "fails": ["balance"], "ends": "operator"},
        {"keys": "3,4", "answers": {"rate": "4"}, "ends": "goodbye"},
        {"keys": "3,4,-"},
        {"facts": {"customer.tier": "gold"}, "ends": "queue sales"},
    ],
)  # fmt: skip
def test_what_is_as_expected(fields: dict[str, object]) -> None:
    assert differences(HOTLINE, **fields) == []


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        (
            {"hears": ["hello", "sorry", "menu"]},
            "hears: `menu` is not heard after `sorry`; heard: hello, menu, sorry",
        ),
        (
            {"hears": ["bye"], "customer": {"tier": "gold"}},
            "hears: `bye` is not heard; heard: nothing",
        ),
        (
            {"keys": "29", "hears": ["menu", "menu"]},
            "hears: `menu` is not heard after `menu`; heard: hello, menu, sorry",
        ),
        ({"hears_not": ["menu"]}, "hears_not: `menu` is heard"),
        ({"language_after": "en"}, "language_after: expected `en`, is `zh`"),
        ({"attached": {"Order": "1"}}, "attached: expected Order = `1`, there is none"),
        (
            {"keys": "1", "replies": {"balance": {"balance": 7}}, "attached": {"Balance": "8"}},
            "attached: expected Balance = `8`, is `7`",
        ),
        ({"keys": "3,4", "answers": {"rate": "5"}}, "answers: expected rate = `5`, is `4`"),
        ({"ends": "queue sales"}, "ends: expected `queue sales`, ends `goodbye`"),
        (
            {"keys": "1", "ends": "queue sales"},
            "ends: expected `queue sales`, ends `operator` (`balance` fails: no reply is given"
            " for it)",
        ),
        ({"keys": "9,1,23"}, "keys: nobody asked for `1`, `23`"),
        ({"replies": {"balanse": 1}}, "replies: there is no step `balanse`"),
        ({"fails": ["balanse"]}, "fails: there is no step `balanse`"),
        ({"transfers": {"dealer": "busy"}}, "transfers: there is no step `dealer`"),
        ({"facts": {"now.time": "10:00"}}, "facts: `now.time` follows from `at`; set that"),
    ],
)
def test_what_differs_is_told(fields: dict[str, object], difference: str) -> None:
    assert differences(HOTLINE, **fields) == [difference]


def test_a_circle_is_told_as_what_it_is() -> None:
    circle = flow({"a": SetValues(values={}, then=step("a"))})
    assert differences(circle, ends="goodbye") == [
        "ends: expected `goodbye`, ends `operator` (it goes round and round: 500 steps were walked)"
    ]


def test_steps_of_parts_are_known() -> None:
    part = flow({"ask": Say(prompts=(), then=step("bye"))}, name="asks")
    whole = flow(
        {"run": RunPart(flow="asks", values={}, into={}, then=step("sales"))}, parts={"asks": part}
    )
    assert differences(whole, fails=["ask"]) == []


def test_the_queue_in_which_one_waits_need_not_be_named() -> None:
    later = AskCallback(queue=None, number=text_of("{caller.number}"), otherwise=step("bye"))
    waiting = flow({"later": later})
    world: dict[str, object] = {
        "caller": "+8613800138000",
        "facts": {"leave.queue": "sales"},
    }
    assert differences(waiting, **world, calls_back="+8613800138000") == []
    assert differences(waiting, **world, calls_back="+8613800138001") == [
        "calls_back: expected `+8613800138001`, is `+8613800138000`"
    ]
    for ends in ("callback", "callback sales"):
        assert differences(waiting, **world, ends=ends) == []
    assert differences(waiting, **world, ends="callback service") != []


def test_a_test_that_names_no_time_is_on_a_monday_at_ten() -> None:
    at = usual_time(HOTLINE)
    assert (at.isoweekday(), at.hour, at.utcoffset()) == (1, 10, usual_time(HOTLINE).utcoffset())
    monday = Branch(
        on="now.weekday",
        cases=(Case(then=step("sales"), one_of=frozenset({"mon"})),),
        otherwise=step("bye"),
    )
    a_flow = flow({"day": monday, "x": EnterQueue(queue=Queue("x"))}, zone="Asia/Shanghai")
    assert differences(a_flow, ends="queue sales") == []
    assert differences(a_flow, at="2026-10-01T09:00:00+08:00", ends="goodbye") == []
