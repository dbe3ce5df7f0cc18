"""The values in a flow: read before they are set, told though they are secret, given to parts."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ccserver.core.flow import Flow, Role, Row
from ccserver.core.flow_check import Known, faults
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
    LookUpCustomer,
    Menu,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    Spoken,
    Step,
    Style,
    TicketKind,
    text_of,
)
from tests.core.walks import HELLO, SALES, flow, step

A, B, C, BYE, TO_SALES = step("a"), step("b"), step("c"), step("bye"), step("sales")
X = text_of("{x}")
WELCOME = Menu(prompts=(HELLO,), keys={"1": A}, otherwise=TO_SALES, silent=BYE, timeout_seconds=5)


def found(steps: Mapping[str, Step], known: Known | None = None, **more: object) -> list[str]:
    """The faults as `step.key: text`. Before the steps is a menu that leads to `a` and all ends."""
    a_flow = flow({"welcome": WELCOME, **steps}, **more)
    every = faults(a_flow, known or Known(flows={}))
    return [f"{fault.step}.{fault.key}: {fault.text}" for fault in every]


def digits(then: str, otherwise: str = "bye", *, secret: bool = False, into: str = "x") -> Digits:
    return Digits(
        prompts=(HELLO,),
        into=into,
        length_min=1,
        length_max=4,
        then=step(then),
        otherwise=step(otherwise),
        secret=secret,
    )


def reads_x(then: str = "bye") -> AttachData:
    return AttachData(data={"X": X}, then=step(then))


# -- set before they are read

MEND = "set it on that way too, or give it a value under [variables]"


def test_a_value_that_is_set_on_every_way() -> None:
    assert not found({"a": digits("b"), "b": reads_x()})
    assert not found({"a": reads_x()}, variables={"x": ""})
    assert not found({"a": SetValues(values={"x": text_of("1")}, then=B), "b": reads_x()})


def test_a_value_that_is_not_set_on_one_way() -> None:
    assert found({"a": digits("b", "b"), "b": reads_x()}) == [
        f"b.data.X: `x` is not set for who comes here from `a` (otherwise); {MEND}"
    ]


def test_a_value_is_lost_where_ways_meet_and_found_again_by_another_round() -> None:
    steps: dict[str, Step] = {
        "a": digits("b", "b"),
        "b": SetValues(values={"y": text_of("1")}, then=C),
        "c": AttachData(data={"Both": text_of("{x}{y}")}, then=BYE),
    }
    assert found(steps) == [
        f"c.data.Both: `x` is not set for who comes here from `b` (then); {MEND}"
    ]


def test_a_value_that_is_set_too_late() -> None:
    a_flow = flow(
        {"a": SetValues(values={"x": X}, then=TO_SALES), "sales": EnterQueue(queue=SALES)}
    )
    texts = [fault.text for fault in faults(a_flow) if fault.step == "a"]
    assert texts == [f"`x` is not set where the flow begins; {MEND}"]


def test_a_value_that_is_never_set_is_told_once_a_step() -> None:
    attach = AttachData(data={"One": text_of("{ordr}"), "Two": text_of("{ordr}")}, then=BYE)
    assert found({"a": digits("b", into="order"), "b": attach}) == [
        "b.data.One: there is no value `ordr`; perhaps `order` was meant"
    ]


def test_digits_that_are_read_back_are_there() -> None:
    heard = (Spoken(form=Form.DIGITS, text=X),)
    good = Digits(
        prompts=(HELLO,),
        confirm=heard,
        into="x",
        length_min=1,
        length_max=2,
        then=BYE,
        otherwise=BYE,
    )
    assert not found({"a": good})
    early = Digits(
        prompts=heard, into="x", length_min=1, length_max=2, then=BYE, otherwise=BYE,
    )  # fmt: skip
    assert found({"a": early}) == [
        f"a.prompts: `x` is not set for who comes here from `welcome` (key 1); {MEND}"
    ]


def test_a_way_to_a_step_that_is_not_there_sets_nothing_off() -> None:
    assert len(found({"a": digits("nowhere")})) == 1


# -- names


def test_a_variable_cannot_be_called_like_a_fact() -> None:
    assert found({"a": digits("bye", into="language")}) == [
        "a.: `language` is a fact's name; give the variable another"
    ]
    assert found({"a": reads_x()}, variables={"dialed": "", "x": ""}) == [
        "None.variables: `dialed` is a fact's name; give the variable another"
    ]


# -- secrets

SECRET = "is secret, and would be heard, copied, stored or shown"


@pytest.mark.parametrize(
    "leak",
    [
        reads_x(),
        SetValues(values={"y": X}, then=BYE),
        EnterQueue(queue=SALES, agent=X),
        CallOut(to=X, ring_seconds=9, otherwise=BYE),
        AskCallback(queue=SALES, number=X, otherwise=BYE),
        Say(prompts=(Spoken(form=Form.DIGITS, text=X),), then=BYE),
        OpenServiceTicket(
            ticket=TicketKind.REPAIR, title=X, details=X, urgent=False, into="", then=BYE
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_secret_is_not_told(leak: Step) -> None:
    lines = found({"a": digits("b", secret=True), "b": leak})
    assert lines
    assert all(SECRET in line for line in lines)
    assert not found({"a": digits("b"), "b": leak})


@pytest.mark.parametrize(
    "keeper",
    [
        Branch(on="x", cases=(Case(then=BYE, one_of=frozenset("1")),), otherwise=BYE),
        LookUpCustomer(number=None, customer=X, found=BYE, otherwise=BYE),
        FindRow(table="t", key=X, into={}, found=BYE, otherwise=BYE),
        Request(
            partner="p",
            method="POST",
            path=text_of("/"),
            body={"pin": X},
            into={},
            timeout_seconds=1,
            then=BYE,
        ),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_secret_may_be_compared_and_sent_to_who_must_know(keeper: Step) -> None:
    steps = {"a": digits("b", secret=True), "b": keeper}
    assert not found(steps, on_error={B: BYE}, tables={"t": (Row(("1",), {}),)})


def test_a_secret_is_not_read_back() -> None:
    ask = Digits(
        prompts=(HELLO,),
        confirm=(Spoken(form=Form.DIGITS, text=X),),
        into="x",
        length_min=1,
        length_max=2,
        then=BYE,
        otherwise=BYE,
        secret=True,
    )
    assert [SECRET in line for line in found({"a": ask})] == [True]


def test_a_variable_is_secret_everywhere_or_nowhere() -> None:
    assert found({"a": digits("b", secret=True), "b": digits("bye")}) == [
        "b.secret: `x` is secret elsewhere; set secret = true here too, or take another variable"
    ]


OVERHEARD = "a key that ends it is the first of the secret `x`; set it false"


def test_no_key_of_a_secret_is_heard_before_it_is_asked_for() -> None:
    def begins(*says: Say, asks: Step | None = None) -> list[str]:
        names = [*(f"say{n}" for n in range(len(says))), "ask"]
        steps = {"a": says[0], **dict(zip(names[1:], says[1:], strict=False))}
        return found({**steps, "ask": asks or digits("bye", secret=True)})

    loud, low = (Say(prompts=(HELLO,), then=step("ask"), barge_in=one) for one in (True, False))
    assert begins(loud) == [f"a.barge_in: {OVERHEARD}"]
    assert not begins(low)
    first = Say(prompts=(HELLO,), then=step("say1"))
    assert begins(first, low) == [f"a.barge_in: {OVERHEARD}"]
    assert not begins(loud, asks=digits("bye"))
    round_trip = SetValues(values={"y": text_of("1")}, then=A)
    assert OVERHEARD not in "".join(found({"a": loud, "ask": round_trip}))
    keys = Question(question="q", style=Style.KEYS, prompts=(), then=A, keys=frozenset("1"))
    assert OVERHEARD not in "".join(found({"a": loud, "ask": keys}))
    known = replace(keys, style=Style.VALUE, value=text_of("1"))
    assert OVERHEARD not in "".join(found({"a": loud, "ask": known}))
    assert not begins(
        loud, asks=Menu(prompts=(), keys={"1": BYE}, otherwise=BYE, timeout_seconds=5)
    )


# -- parts


def part(steps: Mapping[str, Step], name: str = "part", **more: object) -> Flow:
    return flow(steps, name=name, role=Role.PART, **more)


def run_part(into: Mapping[str, str], name: str = "part", **values: str) -> RunPart:
    texts = {key: text_of(value) for key, value in values.items()}
    return RunPart(flow=name, values=texts, into=into, then=B)


def test_a_part_is_given_what_it_needs_and_asked_for_what_it_has() -> None:
    inner = part(
        {"a": digits("r", "r", into="code"), "r": Return()},
        variables={"result": ""},
        parameters=frozenset(("intro",)),
    )
    known = Known(flows={"part": inner})
    good = run_part({"x": "result", "y": "intro", "z": "code"}, intro="1")
    assert not found({"a": good, "b": reads_x()}, known)
    bad = run_part({"x": "reslt"}, intr="1")
    assert found({"a": bad, "b": reads_x()}, known) == [
        "a.values: the part `part` needs a value for `intro`; give it one",
        "a.values.intr: there is no parameter `intr`; perhaps `intro` was meant",
        "a.into.x: in `part` there is no value `reslt`; perhaps `result` was meant",
    ]


def test_a_secret_that_a_part_asked_for_stays_one() -> None:
    inner = part({"a": digits("r", "r", secret=True, into="code"), "r": Return()}, "inner")
    outer = part({"a": RunPart(flow="inner", values={}, into={"pin": "code"}, then=step("r")),
                  "r": Return()})  # fmt: skip
    known = Known(flows={"part": outer, "inner": inner})
    steps: dict[str, Step] = {"a": run_part({"x": "pin"}), "b": reads_x()}
    assert [SECRET in line for line in found(steps, known)] == [True]


def test_parts_that_run_in_a_circle_or_are_not_there_keep_no_secret() -> None:
    circle = part({"a": RunPart(flow="part", values={}, into={"y": "y"}, then=step("r")),
                   "r": Return()})  # fmt: skip
    for known in (Known(flows={"part": circle}), Known(flows={})):
        lines = found({"a": run_part({"x": "y"}), "b": reads_x()}, known)
        assert not any(SECRET in line for line in lines)
