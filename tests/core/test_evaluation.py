"""Forms by which talks are judged, and what answers are worth."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.evaluation import (
    COMMENTS_MAX,
    NOTE_MAX,
    QUESTIONS_MAX,
    Answer,
    Answers,
    Form,
    Kind,
    Option,
    Question,
    Section,
    averages,
    check_answers,
    check_comments,
    check_form,
    score,
)

NAME: Final = Question(name="name", title="报姓名 · Says the name", kind=Kind.YES_NO, points=10)
TONE: Final = Question(name="tone", title="Tone", kind=Kind.SCALE, points=20)
SOLVED: Final = Question(
    name="solved",
    title="Solved",
    kind=Kind.CHOICE,
    may_not_apply=True,
    options=(
        Option(name="fully", title="Fully", points=30),
        Option(name="partly", title="Partly", points=15),
        Option(name="not", title="Not at all"),
    ),
)
POLITE: Final = Question(name="polite", title="Polite", kind=Kind.YES_NO, fails_all=(False,))
REMARK: Final = Question(name="remark", title="Remark", kind=Kind.NOTE, required=False)
FORM: Final = Form(
    name="quality",
    title="Quality",
    sections=(
        Section(name="opening", title="Opening", questions=(NAME, TONE)),
        Section(name="matter", title="The matter", weight=2, questions=(SOLVED, POLITE, REMARK)),
    ),
)
GOOD: Final[Answers] = {"name": True, "tone": 5, "solved": "fully", "polite": True}


def with_question(question: Question) -> Form:
    """A form with this question and another that is all right."""
    other = Question(name="other", title="Other", kind=Kind.YES_NO, points=1)
    section = Section(name="only", title="Only", questions=(question, other))
    return Form(name="small", title="Small", sections=(section,))


# -- what answers are worth


def test_the_best_answers_get_all_points_and_sections_weigh_as_they_say() -> None:
    whole = score(FORM, GOOD)
    assert (whole.points, whole.points_max, whole.share) == (90, 90, 1.0)
    assert not whole.failed
    opening, matter = whole.sections
    assert (opening.name, opening.points, opening.points_max) == ("opening", 30, 30)
    assert (matter.name, matter.points, matter.points_max) == ("matter", 60, 60)


@pytest.mark.parametrize(
    ("answers", "points"),
    [({"name": False}, 80), ({"tone": 1}, 70), ({"tone": 3}, 80), ({"solved": "partly"}, 60)],
)
def test_a_worse_answer_costs_points(answers: Answers, points: float) -> None:
    assert score(FORM, {**GOOD, **answers}).points == points


def test_what_does_not_apply_or_was_left_out_does_not_count() -> None:
    whole = score(FORM, {**GOOD, "tone": 1, "solved": None, "remark": "Fine."})
    assert (whole.points, whole.points_max) == (10, 30)
    assert whole.sections[1].share is None
    assert score(FORM, {"polite": True}).share is None


def test_one_answer_can_fail_all_and_the_sections_still_say_what_they_are_worth() -> None:
    whole = score(FORM, {**GOOD, "polite": False})
    assert (whole.points, whole.points_max, whole.share) == (0, 90, 0.0)
    assert whole.failed
    assert whole.failed_by == ("polite",)
    assert [section.share for section in whole.sections] == [1.0, 1.0]


def test_a_step_of_a_scale_or_an_option_can_fail_all() -> None:
    failing: list[tuple[Question, Answer]] = [
        (replace(TONE, fails_all=(1,)), 1),
        (replace(SOLVED, fails_all=("not",)), "not"),
    ]
    for question, answer in failing:
        form = with_question(question)
        assert check_form(form) == ()
        assert score(form, {question.name: answer, "other": True}).failed


@given(
    name=st.booleans(),
    tone=st.integers(1, 5),
    solved=st.sampled_from(["fully", "partly", "not", None]),
    polite=st.booleans(),
)
def test_no_share_is_beyond_its_bounds(
    name: bool, tone: int, solved: str | None, polite: bool
) -> None:
    answers: Answers = {"name": name, "tone": tone, "solved": solved, "polite": polite}
    assert check_answers(FORM, answers) == ()
    whole = score(FORM, answers)
    assert whole.share is not None
    assert 0 <= whole.share <= 1
    assert whole.failed is not polite
    parts = sum(section.points for section in whole.sections)
    assert whole.points == (parts if polite else 0)


# -- many talks together


def test_averages_are_of_shares_by_name_and_section() -> None:
    half = score(FORM, {**GOOD, "tone": 1, "name": False})
    failed = score(FORM, {**GOOD, "polite": False})
    nothing = score(FORM, {"polite": True})
    judged = [("bob", half), ("anna", score(FORM, GOOD)), ("bob", failed), ("carl", nothing)]
    anna, bob, carl = averages(judged)
    assert (anna.name, anna.talks, anna.failed, anna.share) == ("anna", 1, 0, 1.0)
    assert (bob.name, bob.talks, bob.failed) == ("bob", 2, 1)
    assert bob.share == pytest.approx((60 / 90 + 0) / 2)
    assert bob.sections == (("opening", 0.5), ("matter", 1.0))
    assert (carl.share, carl.sections) == (None, ())


# -- what is wrong with answers


def test_good_answers_have_no_fault() -> None:
    assert check_answers(FORM, GOOD) == ()
    assert check_answers(FORM, {**GOOD, "remark": "", "solved": None}) == ()


@pytest.mark.parametrize(
    ("question", "answer", "fault"),
    [
        ("name", "yes", "must be true or false"),
        ("name", 1, "must be true or false"),
        ("name", None, "always applies"),
        ("tone", 0, "a whole number from 1 to 5"),
        ("tone", 6, "a whole number from 1 to 5"),
        ("tone", True, "a whole number from 1 to 5"),
        ("tone", "5", "a whole number from 1 to 5"),
        ("solved", "perhaps", "one of fully, partly, not"),
        ("remark", 7, "a text of at most"),
        ("remark", "x" * (NOTE_MAX + 1), "a text of at most"),
        ("remark", "\0", "without NUL"),
        ("weather", True, "no such question"),
    ],
)
def test_an_answer_that_does_not_fit_is_named(question: str, answer: Answer, fault: str) -> None:
    (said,) = check_answers(FORM, {**GOOD, question: answer})
    assert said.startswith(f"`{question}`: ")
    assert fault in said


def test_every_required_question_that_is_not_answered_is_named() -> None:
    said = check_answers(FORM, {"tone": 3})
    assert [fault.split("`")[1] for fault in said] == ["name", "solved", "polite"]


def test_comments_stand_within_the_recording() -> None:
    assert check_comments([(0, "Good."), (60.5, "早上好")], seconds=60.5) == ()
    nan = float("nan")
    for comment in [(-1.0, "x"), (61.0, "x"), (nan, "x"), (1.0, " "), (1.0, "\0")]:
        (fault,) = check_comments([comment], seconds=60.5)
        assert fault.startswith("`comments.0`")
    (fault,) = check_comments([(1.0, "x")] * (COMMENTS_MAX + 1), seconds=60)
    assert "leave some out" in fault


# -- what is wrong with a form


def test_a_good_form_has_no_fault() -> None:
    assert check_form(FORM) == ()


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (replace(NAME, name="Name!"), "is no name"),
        (replace(NAME, title=" "), "the title must be"),
        (replace(NAME, title="two\nlines"), "the title must be"),
        (replace(NAME, name="other"), "is the name of 2 questions"),
        (replace(NAME, points=-1), "points must be from 0"),
        (replace(NAME, points=float("nan")), "points must be from 0"),
        (replace(NAME, points=0), "earns nothing and fails nothing"),
        (replace(NAME, options=SOLVED.options), "only a choice has options"),
        (replace(NAME, fails_all=(1,)), "fails_all must hold true or false"),
        (replace(TONE, highest=1), "`highest` must be"),
        (replace(TONE, highest=500), "`highest` must be"),
        (replace(TONE, fails_all=(9,)), "fails_all must hold a whole number"),
        (replace(SOLVED, points=3), "points at the options"),
        (replace(SOLVED, options=SOLVED.options[:1]), "needs two options"),
        (replace(SOLVED, options=SOLVED.options * 2), "is the name of 2 options"),
        (replace(REMARK, points=1), "a note earns nothing"),
        (replace(REMARK, fails_all=("bad",)), "a note earns nothing"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(question: Question, fault: str) -> None:
    assert [said for said in check_form(with_question(question)) if fault in said]


def test_an_option_needs_a_name_too() -> None:
    options = (Option(name="", title="Nameless", points=1), *SOLVED.options)
    (fault,) = check_form(with_question(replace(SOLVED, options=options)))
    assert "is no name" in fault


def test_a_section_needs_questions_and_a_weight() -> None:
    opening, matter = FORM.sections
    broken = (replace(opening, questions=()), replace(matter, weight=0))
    empty, weightless = check_form(replace(FORM, sections=broken))
    assert empty.startswith("`opening`: has no question")
    assert weightless.startswith("`matter`: the weight")
    (twice,) = check_form(replace(FORM, sections=(opening, replace(matter, name="opening"))))
    assert "is the name of 2 sections" in twice


def test_a_form_needs_points_and_an_end() -> None:
    remarks = Section(name="remarks", title="Remarks", questions=(REMARK,))
    (pointless,) = check_form(replace(FORM, sections=(remarks,)))
    assert "no question earns points" in pointless
    many = tuple(replace(NAME, name=f"q{number}") for number in range(QUESTIONS_MAX + 1))
    (endless,) = check_form(replace(FORM, sections=(replace(remarks, questions=many),)))
    assert "make two forms" in endless
