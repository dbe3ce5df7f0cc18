"""Where the ways of a flow lead. `tests/flows/test_every_way.py` holds it against walking."""

from collections.abc import Mapping

from ccserver.core.flow import Flow, Role
from ccserver.core.flow_check import Fault, Known, faults
from ccserver.core.steps import (
    AskCallback,
    Digits,
    EnterQueue,
    GoodBye,
    Menu,
    Question,
    Return,
    RunPart,
    Say,
    Step,
    Style,
    text_of,
)
from tests.core.walks import HELLO, OPERATOR, SALES, step


def flow(steps: Mapping[str, Step], **more: object) -> Flow:
    """Those steps and no others."""
    every = {step(name): one for name, one in steps.items()}
    settings: dict[str, object] = {"name": "test", "languages": ("zh",), "operator": OPERATOR}
    return Flow(start=step(next(iter(steps))), steps=every, **{**settings, **more})  # type: ignore[arg-type]


def say(then: str) -> Say:
    return Say(prompts=(HELLO,), then=step(then))


def menu(then: str, otherwise: str) -> Menu:
    return Menu(
        prompts=(HELLO,), keys={"1": step(then)}, otherwise=step(otherwise), timeout_seconds=5
    )


def part(steps: Mapping[str, Step], name: str = "part") -> Flow:
    return flow(steps, name=name, role=Role.PART)


def run_part(then: str, name: str = "part") -> RunPart:
    return RunPart(flow=name, values={}, into={}, then=step(then))


def found(a_flow: Flow, *parts: Flow) -> list[tuple[str | None, str, str]]:
    known = Known(flows={one.name: one for one in (a_flow, *parts)})
    return [_short(fault) for fault in faults(a_flow, known)]


def _short(fault: Fault) -> tuple[str | None, str, str]:
    return fault.step, fault.key, fault.text.partition(";")[0]


def test_a_step_that_nothing_leads_to() -> None:
    a_flow = flow({"a": say("bye"), "b": say("bye"), "bye": GoodBye()})
    assert found(a_flow) == [("b", "", "nothing leads here")]


def test_steps_that_lead_to_no_end_are_told_together() -> None:
    a_flow = flow(
        {"a": menu("b", "bye"), "b": menu("c", "b"), "c": menu("b", "c"), "bye": GoodBye()}
    )
    assert found(a_flow) == [("b", "", "no way leads from here to an end, by way of c")]


def test_two_traps_are_told_apart() -> None:
    a_flow = flow({"a": menu("b", "c"), "b": menu("b", "b"), "c": menu("c", "c"), "d": GoodBye()})
    assert found(a_flow) == [
        ("a", "", "no way leads from here to an end, by way of b, c"),
        ("d", "", "nothing leads here"),
    ]
    a_flow = flow({"a": menu("b", "d"), "b": menu("b", "b"), "d": GoodBye()})
    assert found(a_flow) == [("b", "", "no way leads from here to an end")]


def test_a_way_to_a_step_that_is_not_there_is_told_once() -> None:
    assert [key for _, key, _ in found(flow({"a": say("b")}))] == ["then"]


def test_a_round_in_which_nobody_is_asked() -> None:
    a_flow = flow({"a": menu("b", "bye"), "b": say("c"), "c": say("b"), "bye": GoodBye()})
    told = found(a_flow)
    assert ("b", "then", "goes round without asking the caller, b → c → b") in told


def test_a_round_with_a_way_out_is_one_all_the_same() -> None:
    ask = AskCallback(queue=SALES, number=text_of("1"), otherwise=step("b"))
    a_flow = flow({"a": ask, "b": say("a")})
    assert found(a_flow) == [("a", "otherwise", "goes round without asking the caller, a → b → a")]


def test_a_round_that_asks_is_none() -> None:
    digits = Digits(
        prompts=(HELLO,),
        into="x",
        length_min=1,
        length_max=1,
        then=step("bye"),
        otherwise=step("a"),
    )
    rate = Question(question="q", style=Style.KEYS, prompts=(), then=step("m"), keys=frozenset("1"))
    assert not found(flow({"a": menu("bye", "a"), "bye": GoodBye()}))
    assert not found(flow({"a": digits, "bye": GoodBye()}))
    assert not found(flow({"m": menu("bye", "q"), "q": rate, "bye": GoodBye()}))
    known = Question(question="q", style=Style.VALUE, prompts=(), then=step("q"))
    assert found(flow({"q": known})) == [
        ("q", "", "no way leads from here to an end"),
        ("q", "then", "goes round without asking the caller, q → q"),
    ]


def test_a_failure_waits_for_nobody() -> None:
    a_flow = flow({"a": menu("bye", "bye"), "bye": GoodBye()}, on_error={step("a"): step("a")})
    assert found(a_flow) == [("a", "on_error", "goes round without asking the caller, a → a")]


# -- parts


def test_a_part_in_which_the_call_can_end_is_an_end() -> None:
    ends = part({"m": menu("q", "r"), "q": EnterQueue(queue=SALES), "r": Return()})
    assert not found(flow({"a": run_part("a")}), ends)
    returns = part({"m": menu("r", "r"), "r": Return()})
    assert found(flow({"a": run_part("a")}), returns) == [
        ("a", "", "no way leads from here to an end")
    ]


def test_a_part_asks_only_if_it_cannot_be_passed_without() -> None:
    passing = part({"m": say("r"), "r": Return(), "q": EnterQueue(queue=SALES)})
    a_flow = flow({"a": run_part("b"), "b": menu("a", "bye"), "bye": GoodBye()})
    assert not found(a_flow, passing)
    a_flow = flow({"m": menu("a", "bye"), "a": run_part("a"), "bye": GoodBye()})
    round_trip = ("a", "then", "goes round without asking the caller, a → a")
    assert round_trip in found(a_flow, passing)
    asking = part({"m": menu("r", "q"), "r": Return(), "q": EnterQueue(queue=SALES)})
    assert not found(a_flow, asking)


def test_a_part_of_a_part_counts_as_well() -> None:
    inner = part({"m": say("r"), "r": Return()}, "inner")
    outer = part({"p": run_part("r", "inner"), "r": Return()})
    a_flow = flow({"m": menu("a", "bye"), "a": run_part("a"), "bye": GoodBye()})
    kinds = [text.partition(",")[0] for _, _, text in found(a_flow, outer, inner)]
    assert "goes round without asking the caller" in kinds


def test_nothing_is_said_of_parts_that_are_not_whole() -> None:
    """They are told elsewhere: that one is not there, begins nowhere, or runs in a circle."""
    a_flow = flow({"a": run_part("a")})
    assert [key for _, key, _ in found(a_flow)] == ["flow"]
    nowhere = Flow(
        name="part", role=Role.PART, start=step("x"), steps={step("r"): Return()},
        languages=("zh",), operator=OPERATOR,
    )  # fmt: skip
    assert not found(a_flow, nowhere)
    circle = part({"p": run_part("r"), "r": Return()})
    assert not found(a_flow, circle)
