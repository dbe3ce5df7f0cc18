"""Cases of a branch that can never hold."""

import pytest

from ccserver.core.flow_cases import cases, possible_values
from ccserver.core.ivr import WEEKDAYS
from ccserver.core.steps import Branch, Case
from tests.core.walks import flow, step

BYE = step("bye")


def is_(*values: str) -> Case:
    return Case(then=BYE, one_of=frozenset(values))


def found(on: str, *every: Case) -> list[str]:
    branch = Branch(on=on, cases=every, otherwise=BYE)
    a_flow = flow({"b": branch}, languages=("zh", "en"))
    return [f"{fault.key}: {fault.text}" for fault in cases(a_flow, step("b"), branch)]


def test_what_can_be_is_no_fault() -> None:
    assert not found("customer.tier", is_("platinum", "gold"), is_("silver"), is_(""))
    assert not found("customer.known", is_("no"))
    assert not found("language", is_("en"))
    assert not found("now.weekday", is_("sat", "sun"), Case(then=BYE, starts_with=("t",)))
    assert not found("queue.sales.open", is_("yes"))
    assert not found("queue.sales.waiting", Case(then=BYE, at_least=3), Case(then=BYE, below=1))
    assert not found("order", is_("1"), is_("1", "2"), Case(then=BYE, between=("3", "4")))


def test_a_value_that_there_never_is() -> None:
    assert found("customer.tier", is_("gold", "gld")) == [
        "cases.0.is: `customer.tier`: there is no value `gld`; perhaps `gold` was meant"
    ]
    assert found("language", is_("fr")) == [
        "cases.0.is: `language`: there is no value `fr`; add it, or take one of: en, zh"
    ]


def test_a_case_that_cases_before_it_leave_nothing() -> None:
    assert found("customer.known", is_("yes"), is_("yes")) == [
        "cases.1: never holds: `customer.known` is one of yes, no, less those before;"
        " change it or take it out"
    ]
    assert found("order", is_("1", "2"), is_("2")) == [
        "cases.1: never holds: a case before takes all of its values; take it out"
    ]


@pytest.mark.parametrize(
    "case",
    [
        Case(then=BYE, at_least=3),
        Case(then=BYE, starts_with=("x",)),
        Case(then=BYE, between=("x", "y")),
    ],
)
def test_a_condition_that_fits_no_value(case: Case) -> None:
    (told,) = found("caller.nuisance", case)
    assert told.startswith("cases.0: never holds: `caller.nuisance` is one of empty, listed, ")


def test_a_case_has_exactly_one_condition() -> None:
    assert found("order", Case(then=BYE)) == ["cases.0: has no conditions; take exactly one"]
    assert found("customer.tier", Case(then=BYE, one_of=frozenset(("gold",)), below=3)) == [
        "cases.0: has 2 conditions; take exactly one"
    ]


def test_all_that_a_value_can_be() -> None:
    a_flow = flow({"b": Branch(on="x", cases=(), otherwise=BYE)}, languages=("zh", "en"))
    assert possible_values(a_flow, "now.weekday") == WEEKDAYS
    assert possible_values(a_flow, "language") == ("zh", "en")
    assert possible_values(a_flow, "order") == ()
