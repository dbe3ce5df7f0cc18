"""What is known of one try to reach a lead."""

import pytest

from ccserver.core.attempts import (
    Attempt,
    Stage,
    call_of,
    clock_of,
    is_machine,
    queue_of,
    result_of,
    saved,
)
from ccserver.core.campaigns import AbandonRules, ClockStart, MachineWay, Result
from ccserver.core.dial_events import AttemptAnswered
from ccserver.core.dial_orders import leg_of_attempt
from ccserver.core.quick import replace
from tests.core.campaigning import RULES, lead

LEAD = lead(1, customer="7", language="zh", data=(("plate", "A"),))
LEG = leg_of_attempt(LEAD.attempt)
ATTEMPT = Attempt(lead=LEAD, leg=LEG, rules=RULES, placed_at=10.0)
ANSWER = AttemptAnswered(contact=LEAD.attempt, leg=LEG, heard="human")


def test_the_contact_knows_all_of_the_lead() -> None:
    call = call_of(ATTEMPT, 20.0)
    assert (call.contact, call.leg, call.caller) == ("a1", "at-a1", "+86131")
    assert call.customer is not None
    assert (call.customer.id, call.language, call.data) == ("7", "zh", (("plate", "A"),))
    assert (call.campaign, call.lead, call.direction) == ("drive", 1, "outbound")
    assert call.wish.urgent
    assert call_of(replace(ATTEMPT, lead=lead(2)), 20.0).customer is None


def test_a_campaign_that_has_lost_its_queue_has_nobodys_agents() -> None:
    assert queue_of(ATTEMPT) == "sales"
    assert queue_of(replace(ATTEMPT, rules=replace(RULES, queue=None))) == ""


@pytest.mark.parametrize(
    ("clock", "picked_up_ms", "greeting_ended_ms", "at"),
    [
        (ClockStart.ANSWER, 2000, 500, (18.0, 18.0)),
        (ClockStart.GREETING_START, 2000, 500, (18.0, 18.0)),
        (ClockStart.GREETING_END, 2000, 500, (18.0, 19.5)),
        (ClockStart.GREETING_END, 2000, None, (18.0, 18.0)),
        (ClockStart.GREETING_END, 2000, 5000, (18.0, 18.0)),
        (ClockStart.ANSWER, 20_000, None, (10.0, 10.0)),
    ],
)
def test_the_clock_never_starts_before_the_answer_nor_that_before_the_order(
    clock: ClockStart, picked_up_ms: int, greeting_ended_ms: int | None, at: tuple[float, float]
) -> None:
    rules = replace(RULES, abandon=AbandonRules(clock=clock))
    answer = replace(ANSWER, picked_up_ms=picked_up_ms, greeting_ended_ms=greeting_ended_ms)
    assert clock_of(replace(ATTEMPT, rules=rules), answer, 20.0) == at


def test_the_limit_runs_from_the_clock_on() -> None:
    assert replace(ATTEMPT, clock_at=18.0).limit_at == 20.0


def test_a_machine_is_one_only_where_somebody_cares() -> None:
    for way in MachineWay:
        one = replace(ATTEMPT, rules=replace(RULES, machine=way))
        assert is_machine(one, "machine") == (way in ("hang_up", "message"))
        assert not is_machine(one, "notsure")


def test_the_result_is_by_stage_and_cause() -> None:
    assert result_of(ATTEMPT, "busy") is Result.BUSY
    assert result_of(ATTEMPT, "hung_up") is Result.FAILED
    assert result_of(replace(ATTEMPT, stage=Stage.MACHINE), "hung_up") is Result.MACHINE
    assert result_of(replace(ATTEMPT, stage=Stage.CANCELED), "no_answer") is Result.CANCELED


def test_what_is_kept_is_all_that_is_known() -> None:
    kept = saved(replace(ATTEMPT, heard="human"), 30.0, Result.HUMAN, ended_at=30.0, message="m")
    assert (kept.contact, kept.lead, kept.at, kept.result) == ("a1", 1, 30.0, Result.HUMAN)
    assert (kept.heard, kept.message, kept.ended_at) == ("human", "m", 30.0)
