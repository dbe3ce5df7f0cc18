"""What becomes of a lead after an attempt."""

import pytest

from ccserver.core.campaigns import Caps, LeadState, Result, RetryRule
from ccserver.core.quick import replace
from ccserver.core.retries import HUNG_UP, after, callback
from ccserver.core.rules import Hours, Opening
from tests.core.campaigning import RULES, lead
from tests.core.stories import ANNA

NOW = 1_000_000.0


def test_who_is_busy_is_called_again_so_many_times() -> None:
    made = after(RULES, lead(1), Result.BUSY, NOW)
    assert (made.state, made.not_before) == (LeadState.RETRY, NOW + 600.0)
    assert made.result == "busy"
    twice = lead(1, tries=2, tries_by_result=(("busy", 2),))
    assert after(RULES, twice, Result.BUSY, NOW).state is LeadState.RETRY
    thrice = lead(1, tries=3, tries_by_result=(("busy", 3),))
    assert after(RULES, thrice, Result.BUSY, NOW).state is LeadState.EXHAUSTED


def test_no_answer_goes_to_the_next_number_and_around() -> None:
    first = after(RULES, lead(1, numbers=2), Result.NO_ANSWER, NOW)
    assert first.number_index == 1
    second = after(RULES, lead(1, numbers=2, number_index=1), Result.NO_ANSWER, NOW)
    assert second.number_index == 0
    assert after(RULES, lead(1), Result.NO_ANSWER, NOW).number_index == 0


def test_the_next_try_waits_for_the_next_window() -> None:
    mornings = Hours(zone="UTC", weekly=(Opening(weekday=0, from_minute=540, until_minute=600),))
    rules = replace(RULES, windows=mornings)
    made = after(rules, lead(1), Result.BUSY, 0.0)  # a Thursday
    assert made.not_before == 4 * 86_400.0 + 9 * 3600.0
    never = replace(RULES, windows=Hours(zone="UTC", weekly=()))
    assert after(never, lead(1), Result.BUSY, 0.0).state is LeadState.EXHAUSTED


def test_the_caps_end_it_whatever_the_rules_allow() -> None:
    rules = replace(RULES, caps=Caps(per_lead=3))
    assert after(rules, lead(1, tries=1), Result.BUSY, NOW).state is LeadState.RETRY
    assert after(rules, lead(1, tries=2), Result.BUSY, NOW).state is LeadState.EXHAUSTED
    counted = after(rules, lead(1, tries=2), Result.BUSY, NOW, counted=True)
    assert counted.state is LeadState.RETRY
    endless = replace(RULES, caps=Caps(per_lead=0))
    assert after(endless, lead(1, tries=99), Result.BUSY, NOW).state is LeadState.RETRY


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Result.HUMAN, LeadState.COMPLETED),
        (Result.DISCONNECTED, LeadState.INVALID),
        (Result.MACHINE, LeadState.EXHAUSTED),
        (Result.FAILED, LeadState.EXHAUSTED),
        (Result.LOST, LeadState.RETRY),
        (Result.UNSENT, LeadState.RETRY),
        (Result.CONGESTION, LeadState.RETRY),
        (Result.CANCELED, LeadState.RETRY),
    ],
)
def test_without_a_rule_the_lead_is_done_unless_nobody_was_called(
    outcome: Result, state: LeadState
) -> None:
    rules = replace(RULES, retries=())
    assert after(rules, lead(1), outcome, NOW).state is state


def test_an_order_that_never_got_through_is_no_try() -> None:
    last = lead(1, tries=5)
    assert after(RULES, last, Result.UNSENT, NOW).state is LeadState.RETRY
    assert after(RULES, last, Result.CONGESTION, NOW).state is LeadState.EXHAUSTED


def test_who_was_gone_before_he_was_served_is_called_as_if_nobody_had_answered() -> None:
    made = after(RULES, lead(1), HUNG_UP, NOW)
    assert (made.state, made.not_before) == (LeadState.RETRY, NOW + 3600.0)
    assert made.result == "human", "no disposition"


def test_who_was_abandoned_is_locked() -> None:
    made = after(RULES, lead(1), Result.ABANDONED, NOW)
    assert (made.state, made.locked_until) == (LeadState.RETRY, NOW + 72 * 3600.0)
    assert after(RULES, lead(1, locked_until=5.0), Result.BUSY, NOW).locked_until == 5.0


@pytest.mark.parametrize(
    ("flag", "state"),
    [
        ("dnc", LeadState.DNC),
        ("unworkable", LeadState.INVALID),
        ("sale", LeadState.COMPLETED),
        ("not_interested", LeadState.COMPLETED),
        ("completed", LeadState.COMPLETED),
    ],
)
def test_a_dispositions_flag_decides(flag: str, state: LeadState) -> None:
    made = after(RULES, lead(1), Result.HUMAN, NOW, disposition="said", flags={flag})
    assert (made.state, made.result) == (state, "said")


def test_a_machine_that_an_agent_heard_is_called_by_the_machines_rule() -> None:
    rules = replace(RULES, retries=(RetryRule(result="machine", tries_max=1, delay_seconds=60.0),))
    made = after(rules, lead(1), Result.HUMAN, NOW, disposition="box", flags={"answering_machine"})
    assert made.state is LeadState.RETRY


def test_failed_is_called_twice_more_and_wrong_data_never() -> None:
    """The rule of 96296."""
    rules = replace(
        RULES,
        retries=(
            RetryRule(result="failed", tries_max=2, delay_seconds=60.0),
            RetryRule(result="wrong_data", tries_max=0, delay_seconds=0.0),
            RetryRule(result="human", tries_max=9, delay_seconds=60.0),
        ),
    )
    failed = after(rules, lead(1), Result.HUMAN, NOW, disposition="failed")
    assert failed.state is LeadState.RETRY
    spent = lead(1, tries=2, tries_by_result=(("failed", 2),))
    over = after(rules, spent, Result.HUMAN, NOW, disposition="failed")
    assert over.state is LeadState.EXHAUSTED
    wrong = after(rules, lead(1), Result.HUMAN, NOW, disposition="wrong_data")
    assert wrong.state is LeadState.EXHAUSTED
    plain = after(rules, lead(1), Result.HUMAN, NOW, disposition="talked")
    assert plain.state is LeadState.COMPLETED
    assert after(rules, lead(1), Result.HUMAN, NOW).state is LeadState.RETRY


def test_an_agreed_instant_stands_and_is_never_in_the_past() -> None:
    made = callback(RULES, lead(1), NOW + 5.0, NOW, ANNA)
    assert (made.state, made.not_before, made.agent) == (LeadState.CALLBACK, NOW + 5.0, ANNA)
    assert callback(RULES, lead(1), 0.0, NOW, None).not_before == NOW
