"""Whether two raters agree: against worked examples of the literature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.agreement import agreement, correlation, kappa, squared, unequal
from ccserver.core.evaluation import Answer, Answers
from tests.core.test_evaluation import FORM, GOOD

COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
"""200 patients, two judges, three diagnoses: Cohen 1960, table 1, and 1968, table 1."""

COHEN_WEIGHTS = [[0.0, 1.0, 3.0], [1.0, 0.0, 6.0], [3.0, 6.0, 0.0]]
"""How grave he holds each disagreement: Cohen 1968, table 1."""

STEPS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40)


def pairs_of(table: list[list[int]]) -> list[tuple[Answer, Answer]]:
    return [
        (row, column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


def test_kappa_is_that_of_cohen_1960() -> None:
    found = kappa(pairs_of(COHEN), unequal)
    assert found == pytest.approx((0.70 - 0.41) / (1 - 0.41))
    assert found == pytest.approx(0.492, abs=0.0005)


def test_weighted_kappa_is_that_of_cohen_1968() -> None:
    def gravity(one: Answer, other: Answer) -> float:
        return COHEN_WEIGHTS[int(one or 0)][int(other or 0)]

    assert kappa(pairs_of(COHEN), gravity) == pytest.approx(0.348, abs=0.0005)


def test_kappa_of_two_readers_of_fifty_grants() -> None:
    """The example of most textbooks: 70 % the same, half of it by chance."""
    assert kappa(pairs_of([[20, 5], [10, 15]]), unequal) == pytest.approx(0.40)


@given(STEPS)
def test_squared_kappa_is_an_intraclass_correlation(steps: list[tuple[int, int]]) -> None:
    """Fleiss and Cohen 1973: 2 cov / (var + var + the squared difference of the means)."""
    n = len(steps)
    mean_one, mean_other = (sum(column) / n for column in zip(*steps, strict=True))
    together = sum((one - mean_one) * (other - mean_other) for one, other in steps) / n
    spread = sum((one - mean_one) ** 2 + (other - mean_other) ** 2 for one, other in steps) / n
    below = spread + (mean_one - mean_other) ** 2
    found = kappa(steps, squared)
    if below < 1e-9:
        assert found is None
    else:
        assert found == pytest.approx(2 * together / below, abs=1e-9)


@given(STEPS)
def test_kappa_does_not_ask_who_is_the_first(steps: list[tuple[int, int]]) -> None:
    turned = [(other, one) for one, other in steps]
    assert kappa(steps, unequal) == kappa(turned, unequal)
    assert correlation(steps) == pytest.approx(correlation(turned))


def test_what_chance_cannot_tell_has_no_kappa() -> None:
    assert kappa([], unequal) is None
    assert kappa([(True, True)] * 5, unequal) is None


def test_correlation_is_that_of_anscombe_1973() -> None:
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    assert correlation(list(zip(x, y, strict=True))) == pytest.approx(0.816, abs=0.0005)
    assert correlation([(1, 2)]) is None
    assert correlation([(1, 2), (1, 3)]) is None
    assert correlation([(1, 2), (3, 2)]) is None


def test_two_raters_are_compared_question_by_question_and_in_all() -> None:
    pairs: list[tuple[Answers, Answers]] = [
        (GOOD, GOOD),
        (GOOD, {**GOOD, "tone": 4, "solved": "partly"}),
        ({**GOOD, "name": False, "solved": None}, {**GOOD, "name": False, "tone": 3}),
        ({**GOOD, "polite": False, "remark": "Rude."}, {**GOOD, "polite": False}),
    ]
    found = agreement(FORM, pairs)
    by_name = {one.question: one for one in found.questions}
    assert by_name.keys() == {"name", "tone", "solved", "polite"}, "a note is not compared"
    assert {one.talks for one in found.questions} == {4}
    assert (by_name["name"].same_share, by_name["name"].kappa) == (1.0, 1.0)
    assert by_name["tone"].same_share == 0.5
    assert by_name["tone"].kappa == 0.0, "the first says 5 to all: no more than chance"
    assert by_name["solved"].same_share == 0.5, "that it does not apply is an answer"
    assert by_name["polite"].kappa == 1.0
    firsts, seconds = [1, 1, 20 / 30, 0], [1, 55 / 90, 70 / 90, 0]
    assert found.talks == 4
    assert found.correlation == correlation(list(zip(firsts, seconds, strict=True)))
    assert found.mean_difference == pytest.approx((sum(firsts) - sum(seconds)) / 4)


def test_raters_who_share_no_talk_are_not_compared() -> None:
    found = agreement(FORM, [])
    assert (found.talks, found.correlation, found.mean_difference) == (0, None, None)
    assert {one.same_share for one in found.questions} == {None}


def test_a_scale_that_did_not_apply_to_one_is_not_measured() -> None:
    pairs: list[tuple[Answers, Answers]] = [
        ({**GOOD, "tone": step}, {**GOOD, "tone": step}) for step in (1, 5)
    ]
    tone = agreement(FORM, [*pairs, ({**GOOD, "tone": None}, GOOD)]).questions[1]
    assert (tone.talks, tone.same_share, tone.kappa) == (3, 2 / 3, 1.0)
