"""Which question comes next, and what is wrong with an answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import ContactId
from ccserver.core.questionnaire import (
    END,
    TEXT_MAX,
    Answer,
    Kind,
    Option,
    Question,
    Questionnaire,
    check_answer,
    counted,
    faults_of,
    flow_of,
    is_complete,
    leads_to,
    next_question,
    options_of,
    order_of,
    way_of,
)

ONE, OTHER = ContactId("0192f7a4-0000-7000-8000-00000000d1a1"), ContactId("another")
SOLVED = Question(
    name="solved",
    kind=Kind.SINGLE,
    options=(Option(name="yes", goto="rating"), Option(name="no")),
)
WHY = Question(
    name="why",
    kind=Kind.MULTIPLE,
    options=(Option(name="late"), Option(name="rude", goto=END), Option(name="broken")),
)
RATING = Question(name="rating", kind=Kind.RATING, goto_below=(3, "words"), goto="times")
TIMES = Question(name="times", kind=Kind.NUMBER, lowest=0, highest=99, required=False)
WORDS = Question(name="words", kind=Kind.TEXT, required=False)
ASKED = Questionnaire(name="visit", questions=(SOLVED, WHY, RATING, TIMES, WORDS))


def names(questions: tuple[Question, ...]) -> list[str]:
    return [one.name for one in questions]


# -- the way


@pytest.mark.parametrize(
    ("answers", "follows"),
    [
        ({}, "solved"),
        ({"solved": "yes"}, "rating"),
        ({"solved": "no"}, "why"),
        ({"solved": "no", "why": ("late",)}, "rating"),
        ({"solved": "no", "why": ("broken", "rude")}, None),
        ({"solved": "yes", "rating": 2}, "words"),
        ({"solved": "yes", "rating": 3}, "times"),
        ({"solved": "yes", "rating": 3, "times": None}, "words"),
        ({"solved": "yes", "rating": 3, "times": 1, "words": "fine"}, None),
    ],
)
def test_an_answer_leads_to_the_next_question(answers: dict[str, Any], follows: str | None) -> None:
    found = next_question(ASKED, answers, ONE)
    assert (found.name if found else None) == follows


def test_of_several_chosen_options_the_first_that_leads_somewhere_leads() -> None:
    two = Question(
        name="q",
        kind=Kind.MULTIPLE,
        options=(Option(name="a"), Option(name="b", goto="x"), Option(name="c", goto="y")),
        goto="z",
    )
    assert leads_to(two, ("c", "b")) == "x"
    assert leads_to(two, ("c",)) == "y"
    assert leads_to(two, ("a",)) == "z"
    assert leads_to(two, None) == "z"


def test_its_flow_bears_its_name() -> None:
    assert flow_of("visit") == "q_visit"


def test_no_questions_no_next() -> None:
    assert next_question(Questionnaire(name="none", questions=()), {}, ONE) is None


def test_a_random_order_is_the_same_for_one_contact_and_another_for_others() -> None:
    plain = tuple(Question(name=f"q{n}", kind=Kind.TEXT) for n in range(6))
    mixed = Questionnaire(name="mixed", questions=plain, random_order=True)
    assert order_of(mixed, ONE) == order_of(mixed, ONE)
    assert sorted(names(order_of(mixed, ONE))) == names(plain)
    contacts = [ContactId(str(n)) for n in range(50)]
    assert len({order_of(mixed, one) for one in contacts}) > 40
    firsts = {names(order_of(mixed, one))[0] for one in contacts}
    assert firsts == set(names(plain))


def test_options_too() -> None:
    many = tuple(Option(name=f"o{n}") for n in range(6))
    mixed = Question(name="q", kind=Kind.SINGLE, options=many, random_order=True)
    assert options_of(mixed, ONE) == options_of(mixed, ONE) != options_of(mixed, OTHER)
    assert set(options_of(mixed, ONE)) == set(many)
    assert options_of(SOLVED, ONE) == SOLVED.options


# -- answers


@pytest.mark.parametrize(
    ("question", "answer", "fault"),
    [
        (SOLVED, "yes", None),
        (SOLVED, "perhaps", "takes one of yes, no"),
        (SOLVED, None, "needs an answer"),
        (SOLVED, ("yes", "no"), "takes one of yes, no"),
        (WHY, ("late", "rude"), None),
        (WHY, "late", "takes a list of options"),
        (WHY, (), "needs an answer: choose at least one"),
        (WHY, ("late", "late"), "takes each option once"),
        (WHY, ("odd",), "takes one of late, rude, broken"),
        (RATING, 5, None),
        (RATING, 6, "takes a number from 1 to 5"),
        (RATING, "5", "takes a whole number"),
        (RATING, True, "takes a whole number"),
        (TIMES, None, None),
        (TIMES, 0, None),
        (TIMES, -1, "takes a number from 0 to 99"),
        (WORDS, "", None),
        (WORDS, 7, "takes a text"),
        (WORDS, "x" * (TEXT_MAX + 1), f"takes {TEXT_MAX} characters at most"),
        (Question(name="must", kind=Kind.TEXT), "  ", "needs an answer"),
    ],
)
def test_what_is_wrong_with_an_answer(
    question: Question, answer: Answer | None, fault: str | None
) -> None:
    assert check_answer(question, answer) == fault


def test_an_optional_choice_may_be_empty() -> None:
    optional = Question(name="q", kind=Kind.MULTIPLE, options=WHY.options, required=False)
    assert check_answer(optional, ()) is None


def test_all_faults_are_told_with_their_questions() -> None:
    faults = faults_of(ASKED, {"solved": "hm", "odd": 1, "rating": 2}, ONE, completed=True)
    assert faults == {
        "solved": "takes one of yes, no",
        "odd": "is no question of this questionnaire",
    }


def test_only_who_is_done_must_have_answered() -> None:
    assert faults_of(ASKED, {"solved": None}, ONE, completed=False) == {}
    assert faults_of(ASKED, {}, ONE, completed=False) == {}
    assert faults_of(ASKED, {}, ONE, completed=True) == {
        "solved": "needs an answer", "why": "needs an answer", "rating": "needs an answer",
    }  # fmt: skip
    assert faults_of(ASKED, {"solved": "yes", "rating": 5}, ONE, completed=True) == {}


def test_what_a_change_of_mind_skips_does_not_count() -> None:
    answers: dict[str, Answer | None] = {
        "solved": "yes", "why": ("rude",), "rating": 5, "times": None,
    }  # fmt: skip
    assert counted(ASKED, answers, ONE) == {"solved": "yes", "rating": 5}
    assert is_complete(ASKED, answers, ONE)
    assert not is_complete(ASKED, {"solved": "no", "rating": 5}, ONE)


# -- any questionnaire


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    count = draw(st.integers(1, 7))
    questions = []
    for place in range(count):
        later = st.none() | st.sampled_from([*(f"q{n}" for n in range(place + 1, count)), END])
        kind = draw(st.sampled_from(Kind))
        choice = kind in (Kind.SINGLE, Kind.MULTIPLE)
        options = tuple(Option(name=f"o{n}", goto=draw(later)) for n in range(3))
        below = draw(later) if kind in (Kind.RATING, Kind.NUMBER) else None
        questions.append(
            Question(
                name=f"q{place}",
                kind=kind,
                required=draw(st.booleans()),
                options=options if choice else (),
                goto=draw(later),
                goto_below=None if below is None else (3, below),
            )
        )
    return Questionnaire(name="any", questions=tuple(questions))


def an_answer(question: Question) -> st.SearchStrategy[Answer]:
    options = st.sampled_from([one.name for one in question.options] or [""])
    match question.kind:
        case Kind.SINGLE:
            return options
        case Kind.MULTIPLE:
            return st.lists(options, unique=True, min_size=1).map(tuple)
        case Kind.RATING | Kind.NUMBER:
            return st.integers(question.lowest, question.highest)
        case Kind.TEXT:
            return st.just("words")


@given(questionnaires(), st.data())
def test_every_way_ends_and_is_complete_then(asked: Questionnaire, data: st.DataObject) -> None:
    answers: dict[str, Answer | None] = {}
    while (question := next_question(asked, answers, ONE)) is not None:
        assert question.name not in answers
        skips = not question.required and data.draw(st.booleans())
        answer = None if skips else data.draw(an_answer(question))
        assert check_answer(question, answer) is None
        answers[question.name] = answer
    assert names(way_of(asked, answers, ONE)) == list(answers)
    assert faults_of(asked, answers, ONE, completed=True) == {}
    assert is_complete(asked, answers, ONE)
    given_ones = {name: one for name, one in answers.items() if one is not None}
    assert counted(asked, answers, ONE) == given_ones
    # What was not on the way is not required, and what was is.
    for name in given_ones:
        question = asked.question(name)
        assert question is not None
        less = {other: one for other, one in answers.items() if other != name}
        if question.required:
            assert not is_complete(asked, less, ONE)
