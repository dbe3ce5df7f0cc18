"""What answers add up to: worked examples, and what holds for any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.questionnaire import Answer, Kind, Option, Question, Questionnaire, Scale
from ccserver.core.survey_figures import (
    NOBODY,
    SMALL,
    Contrast,
    Estimate,
    Reply,
    contrasts,
    csat,
    figures,
    grouped,
    mean,
    nps,
    share,
    t_95,
)

ASKED = Questionnaire(
    name="visit",
    questions=(
        Question(name="solved", kind=Kind.SINGLE, options=(Option(name="yes"), Option(name="no"))),
        Question(
            name="why", kind=Kind.MULTIPLE, options=(Option(name="late"), Option(name="rude"))
        ),
        Question(name="content", kind=Kind.RATING, scale=Scale.CSAT),
        Question(name="again", kind=Kind.RATING, lowest=0, highest=10, scale=Scale.NPS),
        Question(name="visits", kind=Kind.NUMBER),
        Question(name="words", kind=Kind.TEXT),
    ),
)


def reply(group: str = NOBODY, *, completed: bool = True, **answers: Answer) -> Reply:
    return Reply(answers=answers, completed=completed, group=group)


def near(found: Estimate | None, value: float, low: float, high: float, count: int) -> None:
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=0.001)
    assert found.count == count


# -- worked examples


def test_a_share_by_wilson() -> None:
    """Newcombe 1998, table I: 81 of 263 (0.2553, 0.3662), 15 of 148 (0.0624, 0.1605)."""
    near(share(81, 263), 0.3080, 0.2553, 0.3662, 263)
    near(share(15, 148), 0.1014, 0.0624, 0.1605, 148)
    near(share(0, 20), 0.0, 0.0, 0.1611, 20)
    near(share(0, 0), 0.0, 0.0, 1.0, 0)


def test_a_mean_by_student() -> None:
    """2, 4, 4, 4, 5, 5, 7, 9: mean 5, variance 32 / 7, t of 7 degrees 2.365."""
    near(mean([2, 4, 4, 4, 5, 5, 7, 9]), 5.0, 5 - 1.788, 5 + 1.788, 8)
    near(mean([3]), 3.0, 3.0, 3.0, 1)
    assert mean([]) is None


def test_students_t() -> None:
    """The printed table: 1: 12.706, 30: 2.042, 40: 2.021, 60: 2.000, 120: 1.980."""
    for freedom, t in (
        (0.5, 12.706),
        (1, 12.706),
        (30, 2.042),
        (40, 2.021),
        (60, 2.0),
        (120, 1.98),
    ):
        assert t_95(freedom) == pytest.approx(t, abs=0.001)


def test_csat_is_the_share_of_the_two_best() -> None:
    """80 of 100 rated 4 or 5."""
    near(csat([5] * 50 + [4] * 30 + [3] * 15 + [1] * 5, 5), 0.8, 0.7112, 0.8666, 100)
    assert csat([], 5) is None


def test_nps_with_its_interval() -> None:
    """50 promoters, 30 passives, 20 detractors of 100: 30; sd = √(0.7 - 0.09) = 0.781."""
    found = nps([10] * 25 + [9] * 25 + [8] * 15 + [7] * 15 + [6] * 10 + [0] * 10)
    near(found, 30.0, 30 - 15.308, 30 + 15.308, 100)
    assert found is not None
    assert not found.small
    near(nps([10, 10]), 100.0, 100.0, 100.0, 2)
    near(nps([10, 0]), 0.0, -100.0, 100.0, 2)
    assert nps([]) is None


# -- all of a questionnaire


def test_all_that_came_of_asking() -> None:
    replies = [
        reply(solved="yes", content=5, again=10, visits=2, words="fine"),
        reply(solved="no", why=("late", "rude"), content=1, again=3, visits=4),
        reply(solved="no", why=("late",), completed=False),
        reply(completed=False),
    ]
    found = figures(ASKED, replies, 10)
    assert (found.asked, found.started, found.completed) == (10, 3, 2)
    assert (found.broken_off, found.silent) == (1, 7)
    assert found.response_rate == share(2, 10)
    solved, why, content, again, visits, words = found.questions
    assert [(one.answer, one.count) for one in solved.choices] == [("yes", 1), ("no", 2)]
    assert solved.choices[1].share == share(2, 3)
    assert [(one.answer, one.count) for one in why.choices] == [("late", 2), ("rude", 1)]
    assert (why.answered, why.skipped) == (2, 1)
    assert [one.count for one in content.choices] == [1, 0, 0, 0, 1]
    assert (content.mean, content.csat, content.nps) == (mean([5, 1]), share(1, 2), None)
    assert (again.csat, again.nps) == (None, nps([10, 3]))
    assert (visits.choices, visits.mean) == ((), mean([2, 4]))
    assert (words.choices, words.mean, words.answered) == ((), None, 1)


def test_who_replied_was_asked() -> None:
    assert figures(ASKED, [reply(solved="yes")], 0).asked == 1


def test_few_answers_are_marked() -> None:
    assert share(1, SMALL - 1).small
    assert not share(1, SMALL).small


# -- groups


def test_groups_stand_by_size_and_then_by_name() -> None:
    some = [reply("west"), reply("east"), reply("west"), reply()]
    assert list(grouped(some)) == ["west", NOBODY, "east"]


def test_how_a_group_differs_from_the_others() -> None:
    """Shares by Newcombe 1998, table II: 56 / 70 and 48 / 80 (0.2: 0.0524, 0.3339)."""
    east = [reply(content=5, again=10)] * 56 + [reply(content=1, again=0)] * 14
    west = [reply(content=5, again=10)] * 48 + [reply(content=1, again=0)] * 32
    found = {(one.question, one.figure): one for one in contrasts(ASKED, east, west)}
    assert set(found) == {
        ("content", "mean"), ("content", "csat"), ("again", "mean"), ("again", "nps"),
    }  # fmt: skip
    near(found["content", "csat"].value, 0.2, 0.0524, 0.3339, 70)
    assert found["content", "csat"].is_certain
    near(found["again", "nps"].value, 40.0, 40 - 28.499, 40 + 28.499, 70)
    # Welch: √(2.5971 / 70 + 3.8886 / 80) · t(≈ 148) = 0.2928 · 1.976
    near(found["content", "mean"].value, 0.8, 0.2216, 1.3784, 70)


def test_where_a_side_says_nothing_nothing_differs() -> None:
    assert contrasts(ASKED, [reply(content=5)], []) == ()
    alone = contrasts(ASKED, [reply(content=5)], [reply(content=1)])
    assert [one.figure for one in alone] == ["csat"]


def test_those_who_all_say_the_same_differ_by_just_that() -> None:
    same = contrasts(ASKED, [reply(visits=5)] * 2, [reply(visits=1)] * 2)
    assert same == (
        Contrast(
            question="visits", figure="mean", value=Estimate(value=4.0, low=4.0, high=4.0, count=2)
        ),
    )
    assert same[0].is_certain


# -- what holds for any


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_a_figure_lies_in_its_interval(ratings: list[int]) -> None:
    for found, least, most in ((nps(ratings), -100, 100), (csat(ratings, 10), 0, 1)):
        assert found is not None
        assert least <= found.low <= found.value <= found.high <= most
    middle = mean(ratings)
    assert middle is not None
    assert middle.low <= middle.value <= middle.high
