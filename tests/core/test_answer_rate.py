"""The chance of an answer: settled dials, young ones with their exposure, quick to rise."""

import pytest

from ccserver.core.answer_rate import P_MAX, P_MIN, AnswerRate

BELOW = [0.0, 0.1, 0.5, 0.9, 1.0]


def dials(rate: AnswerRate, second: int, count: int, answers: int) -> None:
    for n in range(count):
        rate.placed(second)
        rate.over(second, 2.0, by_person=n < answers)


def test_nothing_seen_is_believed_to_be_one_half() -> None:
    assert AnswerRate().estimate(0, BELOW) == (0.5, 0.75)


def test_settled_dials_tell_their_share() -> None:
    rate = AnswerRate()
    for second in range(100):
        dials(rate, second, 10, 3)
    ends = rate.mature(100)
    assert len(ends) == 1000
    assert rate.matured == 1000
    p, upper = rate.estimate(200, BELOW)
    assert p == pytest.approx(0.3, abs=0.01)
    assert p < upper < 0.35


def test_young_dials_count_once_most_of_their_answers_are_in() -> None:
    rate = AnswerRate()
    dials(rate, 10, 100, 0)
    assert rate.estimate(11, BELOW)[0] == 0.5
    assert rate.estimate(13, BELOW)[0] == pytest.approx(2 / 94)


def test_dials_are_not_settled_before_their_time() -> None:
    rate = AnswerRate()
    dials(rate, 10, 1, 1)
    assert rate.mature(10) == []
    assert rate.mature(11) == [(2.0, True)]


def test_a_better_hour_shows_within_a_minute() -> None:
    rate = AnswerRate()
    for second in range(600):
        dials(rate, second, 1, int(second % 10 == 0))
    for second in range(600, 660):
        dials(rate, second, 1, int(second % 10 < 6))
    rate.mature(660)
    p, upper = rate.estimate(700, BELOW)
    assert upper > p + 0.1


def test_a_worse_hour_never_lowers_it_at_once() -> None:
    rate = AnswerRate()
    for second in range(600):
        dials(rate, second, 1, int(second % 10 < 6))
    for second in range(600, 660):
        dials(rate, second, 1, 0)
    rate.mature(660)
    p, upper = rate.estimate(700, BELOW)
    assert upper > p


def test_a_call_that_was_taken_back_counts_for_what_was_seen_of_it() -> None:
    rate = AnswerRate(0.0001, 0.0)
    rate.placed(5)
    rate.canceled(5, 0.25)
    rate.mature(6)
    assert rate.dials == pytest.approx(0.75, abs=0.01)


def test_what_was_settled_is_not_touched_again() -> None:
    rate = AnswerRate()
    rate.over(5, 1.0, by_person=True)
    rate.canceled(5, 1.0)
    assert rate.estimate(10, BELOW) == (0.5, 0.75)


def test_the_chance_stays_within_its_bounds() -> None:
    none, all_ = AnswerRate(10_000, 0), AnswerRate(10_000, 10_000)
    assert none.estimate(0, BELOW)[1] == P_MIN
    assert all_.estimate(0, BELOW)[1] == P_MAX


def test_a_new_list_is_learned_quickly() -> None:
    rate = AnswerRate(1000.0, 300.0)
    rate.new_list()
    assert rate.dials == pytest.approx(50.0)
    assert rate.answers == pytest.approx(15.0)
    rate.new_list()
    assert rate.dials == pytest.approx(50.0)
