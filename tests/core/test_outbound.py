"""Customers whom agents call: what is known of them."""

import pytest

from ccserver.core.desk_events import AgentDialed, CallbackPlanned
from ccserver.core.ids import NO_LEG, ContactId
from ccserver.core.outbound import (
    agreed,
    call_of,
    is_number,
    is_planned,
    kept_for,
    leg_of,
    not_reached,
)
from ccserver.core.quick import replace
from ccserver.core.rules import Direction
from ccserver.core.value import Tier
from tests.core.stories import ANNA, SALES

ONE = ContactId("1")
PLANNED = CallbackPlanned(
    contact=ONE, number="+861", queue=SALES, at=500.0, agent=ANNA, language="en"
)


def test_a_leg_tells_whose_it_is_and_which_try() -> None:
    assert leg_of(ONE, 2) == "cb-1-2"


@pytest.mark.parametrize("number", ["", "861", "+", "+86 1", "+८६", "none"])
def test_only_e164_is_called(number: str) -> None:
    assert not is_number(number)
    assert is_number("+861")


def test_a_dialed_number_may_be_of_nobody_whom_we_know() -> None:
    dialed = AgentDialed(agent=ANNA, contact=ONE, number="+861", queue=SALES)
    call = call_of(dialed, leg_of(ONE, 1), 7.0)
    assert (call.direction, call.caller, call.arrived_at) == (Direction.OUTBOUND, "+861", 7.0)
    assert (call.customer, call.language, kept_for(call)) == (None, "", ANNA)


def test_a_customer_of_whom_the_agent_knows_the_id_is_standard_until_more_is_known() -> None:
    call = call_of(replace(PLANNED, customer="7"), NO_LEG, 7.0)
    assert call.customer is not None
    assert (call.customer.id, call.tier, call.language) == ("7", Tier.STANDARD, "en")


def test_what_was_agreed_is_due_then_and_its_time_runs_from_there() -> None:
    call = call_of(PLANNED, NO_LEG, 7.0)
    later = agreed(call, PLANNED, 7.0, 7.0)
    assert (later.not_before, later.queued_at, later.requested_at) == (500.0, 500.0, 500.0)
    assert not later.due
    late = agreed(call, PLANNED, 7.0, 600.0)
    assert late.due
    assert (late.queued_at, late.requested_at) == (600.0, 500.0)
    assert is_planned(late)
    kept = replace(late, call=replace(call, direction=Direction.INBOUND))
    assert not is_planned(kept)
    assert kept_for(kept.call) is None


@pytest.mark.parametrize(
    ("cause", "words"),
    [("busy", "busy"), ("no_answer", "picked up"), ("unsent", "the order"), ("?", "check it")],
)
def test_the_agent_hears_why_there_is_no_talk(cause: str, words: str) -> None:
    assert words in not_reached(cause)
