"""What is well-formed in a flow and still cannot work."""

from collections.abc import Callable, Mapping

import pytest

from ccserver.core.flow import Flow, Role
from ccserver.core.flow_check import Known, faults
from ccserver.core.steps import (
    AskCallback,
    Branch,
    Case,
    Digits,
    EnterQueue,
    GoBack,
    GoodBye,
    LeaveVoicemail,
    Menu,
    Question,
    Request,
    Return,
    RunPart,
    SpeakLanguage,
    Step,
    Style,
    text_of,
)
from tests.core.test_flow_ways import flow
from tests.core.walks import HELLO, SALES, step

BYE = step("bye")
END = {"bye": GoodBye()}


def found(a_flow: Flow, *others: Flow) -> list[str]:
    known = Known(flows={one.name: one for one in (a_flow, *others)})
    return [f"{fault.step}.{fault.key}: {fault.text}" for fault in faults(a_flow, known)]


def test_a_whole_flow_has_no_faults() -> None:
    assert not faults(flow(END))


def test_faults_come_in_the_order_of_the_steps_those_of_the_whole_first() -> None:
    digits = Digits(
        prompts=(), into="x", length_min=3, length_max=2, then=step("q"), otherwise=step("nowhere")
    )
    menu = Menu(prompts=(), keys={"1": step("d")}, otherwise=step("d"), timeout_seconds=0)
    a_flow = flow(
        {"m": menu, "d": digits, "q": GoBack()},
        parameters=frozenset("x"),
        on_error={step("q"): BYE},
    )
    places = [line.partition(":")[0] for line in found(a_flow)]
    assert places == [
        "None.parameters", "m.timeout_seconds", "d.otherwise", "d.length_min", "q.on_error",
        "q.kind",
    ]  # fmt: skip


# -- roles


def test_steps_that_are_for_others() -> None:
    assert found(flow({"a": GoBack()})) == [
        "a.kind: `back` is for callers who leave a queue alone;"
        ' give the flow role = "waiting", or take it out'
    ]
    assert found(flow({"a": Return()}, role=Role.SURVEY)) == [
        "a.kind: `return` is for a part of other flows alone;"
        ' give the flow role = "part", or take it out'
    ]
    assert not found(flow({"a": GoBack()}, role=Role.WAITING))
    assert not found(flow({"a": Return()}, role=Role.PART))


def test_a_part_must_return() -> None:
    assert found(flow(END, role=Role.PART)) == [
        "None.steps: a part never returns; give it a step of the kind return"
    ]


def test_only_a_part_is_given_values() -> None:
    assert found(flow(END, parameters=frozenset("x"))) == [
        "None.parameters: are given to a part of other flows alone;"
        ' give the flow role = "part", or take it out'
    ]
    assert not found(flow({"r": Return()}, role=Role.PART, parameters=frozenset("x")))


@pytest.mark.parametrize(
    "end",
    [
        AskCallback(queue=None, number=text_of("1"), otherwise=BYE),
        LeaveVoicemail(queue=None, prompts=()),
    ],
    ids=["callback", "voicemail"],
)
def test_only_who_leaves_a_queue_has_one(end: Step) -> None:
    steps = {"m": Menu(prompts=(), keys={"1": step("a")}, otherwise=BYE, timeout_seconds=5),
             "a": end, **END}  # fmt: skip
    assert found(flow(steps)) == [
        "a.queue: is missing: only who leaves a queue has one; name the queue"
    ]
    assert not found(flow(steps, role=Role.WAITING))


# -- what a step holds


def one(a_step: Step, **more: object) -> list[str]:
    return found(flow({"a": a_step, **END}, **more))


def menu(**more: object) -> Menu:
    settings: dict[str, object] = {
        "prompts": (HELLO,), "keys": {"1": BYE}, "otherwise": BYE, "timeout_seconds": 5.0,
    }  # fmt: skip
    return Menu(**{**settings, **more})  # type: ignore[arg-type]


def question(**more: object) -> Question:
    settings: dict[str, object] = {
        "question": "q", "style": Style.KEYS, "prompts": (), "then": BYE, "keys": frozenset("1"),
    }  # fmt: skip
    return Question(**{**settings, **more})  # type: ignore[arg-type]


def digits(**more: object) -> Digits:
    settings: dict[str, object] = {
        "prompts": (), "into": "x", "length_min": 1, "length_max": 2, "then": BYE, "otherwise": BYE,
    }  # fmt: skip
    return Digits(**{**settings, **more})  # type: ignore[arg-type]


def request(**more: object) -> Request:
    settings: dict[str, object] = {
        "partner": "p", "method": "GET", "path": text_of("/"), "body": {}, "into": {},
        "timeout_seconds": 1.0, "then": BYE,
    }  # fmt: skip
    return Request(**{**settings, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("ask", [menu, question])
def test_keys_that_are_none(ask: Callable[..., Step]) -> None:
    assert not one(ask())
    assert one(ask(tries=0)) == ["a.tries: is less than 1; ask at least once"]
    assert one(ask(timeout_seconds=0.0)) == [
        "a.timeout_seconds: is no time at all; wait for the caller"
    ]
    none = one(ask(keys={} if ask is menu else frozenset()))
    assert none == ["a.keys: there is none; name at least one of 0 to 9, * and #"]
    wrong = one(ask(keys={"x": BYE, "1": BYE} if ask is menu else frozenset("x1")))
    assert wrong == ["a.keys.x: `x` is no key; take one of 0 to 9, * and #"]


def test_a_recording_needs_no_keys() -> None:
    assert not one(question(style=Style.RECORDING, keys=frozenset()))


def test_digits_that_can_never_be_right() -> None:
    assert not one(digits(pattern="[1-9][0-9]*", terminator=""))
    assert one(digits(length_min=3)) == [
        "a.length_min: is more than `length_max`, so nothing is ever right; change one of them"
    ]
    assert one(digits(length_min=0)) == ["a.length_min: is less than 1; ask for at least one key"]
    assert one(digits(terminator="x")) == [
        "a.terminator: `x` is no key; take one of 0 to 9, * and #, or none"
    ]
    (told,) = one(digits(pattern="[1-"))
    assert told.startswith("a.pattern: is no regular expression: ")


def test_a_partner_can_always_fail() -> None:
    assert one(request()) == [
        "a.on_error: is missing: a partner can always fail; say where the caller goes then"
    ]
    away = {"on_error": {step("a"): BYE}}
    assert not one(request(), **away)
    assert not one(request(method="POST", body={"x": text_of("1")}), **away)
    assert one(request(body={"x": text_of("1")}), **away) == [
        'a.body: is not sent with GET; set method = "POST", or take it out'
    ]


def test_the_cases_of_a_branch_are_looked_at() -> None:
    cases = (Case(then=BYE, one_of=frozenset(("gld",))),)
    branch = Branch(on="customer.tier", cases=cases, otherwise=BYE)
    assert [line.partition(":")[0] for line in one(branch)] == ["a.cases.0.is"]


# -- parts


def part(steps: Mapping[str, Step], name: str = "part", /, **more: object) -> Flow:
    return flow({**steps, "r": Return()}, name=name, role=Role.PART, **more)


def run_part(name: str, then: str = "r") -> RunPart:
    return RunPart(flow=name, values={}, into={}, then=step(then))


WHOLE = flow({"a": run_part("part", "bye"), **END})


def test_a_part_that_is_not_there_or_is_none() -> None:
    assert not found(WHOLE, part({}))
    assert found(WHOLE, part({}, "prat"), flow(END, name="parts")) == [
        "a.flow: there is no part `part`; perhaps `prat` was meant"
    ]
    assert found(WHOLE, flow({"r": EnterQueue(queue=SALES)}, name="part")) == [
        'a.flow: `part` is no part; give it role = "part", or run another'
    ]


def test_without_a_shelf_a_flow_is_held_against_the_parts_that_it_brings() -> None:
    inner = part({}, "inner")
    outer = part({"p": run_part("inner")}, parts={"inner": inner})
    assert not faults(flow({"a": run_part("part", "bye"), **END}, parts={"part": outer}))
    lost = faults(flow({"a": run_part("inner", "bye"), **END}))
    assert [fault.key for fault in lost] == ["flow"]


def test_a_part_must_speak_the_languages_of_the_whole() -> None:
    two = flow({"a": run_part("part", "bye"), **END}, languages=("zh", "en"))
    assert found(two, part({})) == ["a.flow: `part` does not speak `en`; add that to its languages"]
    assert not found(WHOLE, part({}, languages=("zh", "en")))


def test_a_part_goes_on_in_no_language_that_the_whole_has_not() -> None:
    more: dict[str, object] = {"languages": ("zh", "en")}
    inner = part({"l": SpeakLanguage(language="en", then=step("r"))}, "inner", **more)
    outer = part({"p": run_part("inner")}, **more)
    told = ["a.flow: `part` goes on in `en`; add that to the languages here"]
    assert found(WHOLE, outer, inner) == told


def test_parts_that_run_each_other_in_a_circle() -> None:
    one, two = part({"p": run_part("two")}, "one"), part({"p": run_part("one")}, "two")
    told = "parts run each other in a circle, one → two → one; take one of them out"
    assert f"p.flow: {told}" in found(one, two)
    itself = part({"p": run_part("self")}, "self")
    told = "parts run each other in a circle, self → self; take one of them out"
    assert f"p.flow: {told}" in found(itself)
    outside = flow({"a": run_part("one", "bye"), **END})
    assert not any("circle" in line for line in found(outside, one, two))
