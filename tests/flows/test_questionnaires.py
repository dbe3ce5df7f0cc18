"""Flows made from questionnaires: whole, walked by keys, and passing their own tests."""

# ruff: noqa: RUF001 -- Chinese has its own punctuation

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.config.questionnaire_form import QuestionnaireForm
from ccserver.flows.files import Shelf, read
from ccserver.flows.questionnaires import (
    PROMPTS_FILE,
    NotByKeysError,
    flow_from,
    prompts_file,
    range_pattern,
)
from ccserver.flows.rehearse import Rehearsal, rehearse
from ccserver.flows.trial import given_by, try_out

PROMPTS = "[invalid]\nzh = '错'\nen = 'Wrong'\n[no_input]\nzh = '没有'\nen = 'None'\n"


def said(text: str) -> dict[str, str]:
    return {"zh": f"{text}？", "en": text}


def option(name: str, goto: str | None = None) -> dict[str, Any]:
    return {"name": name, "text": said(name), "goto": goto}


VISIT: dict[str, Any] = {
    "title": "上门服务 · Visit",
    "questions": [
        {"name": "solved", "kind": "single", "text": said("Solved"),
         "options": [option("yes", "again"), option("no"), option("partly")]},
        {"name": "why", "kind": "multiple", "text": said("Why"), "required": False,
         "options": [option("late"), option("rude", "words"), option("broken", "end")]},
        {"name": "content", "kind": "rating", "text": said("Content"), "scale": "csat",
         "goto_below": [3, "words"]},
        {"name": "again", "kind": "rating", "text": said("Again"), "lowest": 0, "highest": 10,
         "scale": "nps"},
        {"name": "visits", "kind": "number", "text": said("Visits"), "lowest": 1, "highest": 250,
         "required": False, "goto": "end"},
        {"name": "words", "kind": "text", "text": said("Words")},
    ],
}  # fmt: skip


def form(**changes: Any) -> QuestionnaireForm:
    return QuestionnaireForm.model_validate({**VISIT, **changes})


def shelf_of(folder: Path, name: str, asked: QuestionnaireForm) -> Shelf:
    """The flow with its prompts, read and checked as any other."""
    made = flow_from(name, asked)
    (folder / f"{made.name}.toml").write_text(made.text, encoding="utf-8")
    (folder / "prompts.toml").write_text(PROMPTS, encoding="utf-8")
    (folder / PROMPTS_FILE).write_text(prompts_file(made, {})[0], encoding="utf-8")
    return read([folder / f"{made.name}.toml"])


def walked(shelf: Shelf, *keys: str) -> Rehearsal:
    flow = shelf.flows["q_visit"]
    return rehearse(flow, keys, given_by(flow, shelf.tests["q_visit"][0]))


@pytest.fixture
def visit(tmp_path: Path) -> Shelf:
    return shelf_of(tmp_path, "visit", form())


def test_it_passes_its_own_tests(visit: Shelf) -> None:
    flow, tests = visit.flows["q_visit"], visit.tests["q_visit"]
    assert [one.name for one in tests] == [
        "all is answered", "solved: yes", "why: rude", "why: broken", "content: 1",
        "who says nothing is left in peace", "who wants no more is let go",
    ]  # fmt: skip
    assert [trial.differences for one in tests if (trial := try_out(flow, one)).differences] == []


def test_each_answer_is_filed_as_the_questionnaire_knows_it(visit: Shelf) -> None:
    done = walked(visit, "1", "2", "1", "2", "2", "4", "9#", "17#")
    assert done.answers == {
        "solved": "no", "why": ",late,", "content": "4", "again": "9", "visits": "17",
        "completed": "yes",
    }  # fmt: skip
    assert done.heard[-1] == "q_visit__thanks"
    assert done.left_over == ()


def test_of_several_choices_the_first_that_leads_somewhere_leads(visit: Shelf) -> None:
    done = walked(visit, "1", "3", "2", "1", "1")
    assert done.answers["why"] == ",rude,broken,"
    assert "q_visit_words" in done.heard
    assert "q_visit_content" not in done.heard


def test_none_of_an_optional_choice_is_no_answer(visit: Shelf) -> None:
    done = walked(visit, "1", "2", "2", "2", "2", "5")
    assert done.answers == {"solved": "no", "content": "5"}


def test_a_number_out_of_range_is_asked_again(visit: Shelf) -> None:
    done = walked(visit, "1", "1", "11", "10", "0#", "251", "250")
    assert done.answers["again"] == "10"
    assert done.answers["visits"] == "250"
    assert done.heard.count("invalid") == 3
    assert done.heard.count("q_visit_visits") == 3


def test_who_does_not_answer_what_he_must_is_let_go(visit: Shelf) -> None:
    done = walked(visit, "1", "2", "-", "7", "-", "2")
    assert done.ends == "goodbye"
    assert "completed" not in done.answers


def test_what_is_optional_may_be_left_out(visit: Shelf) -> None:
    done = walked(visit, "1", "1", "8#", "-", "-", "-")
    assert done.answers == {"solved": "yes", "again": "8", "completed": "yes"}


@pytest.mark.parametrize("keys", [("*",), ("1", "*"), ("1", "1", "*#"), ("1", "2", "1", "*")])
def test_a_star_ends_it_for_good_wherever_it_is_pressed(visit: Shelf, keys: tuple[str]) -> None:
    done = walked(visit, *keys)
    assert done.answers["opt_out"] == "yes"
    assert "completed" not in done.answers
    assert done.heard[-1] == "q_visit__no_more"


def test_a_choice_that_must_be_made_is_offered_again(tmp_path: Path) -> None:
    why = {**VISIT["questions"][1], "required": True, "options": [option("a"), option("b")]}
    shelf = shelf_of(tmp_path, "visit", form(questions=[why]))
    done = walked(shelf, "1", "2", "2", "1", "2")
    assert done.answers == {"why": ",a,", "completed": "yes"}


def test_texts_are_said_with_their_keys(visit: Shelf) -> None:
    solved, visits = visit.texts["q_visit_solved"], visit.texts["q_visit_visits"]
    assert solved["en"] == "Solved For yes, press one. For no, press two. For partly, press three."
    assert solved["zh"].startswith("Solved？yes？请按一，")
    assert visits["en"].endswith("from one to 250, and end with the pound key.")
    assert set(visit.texts["q_visit_why__2"]) == {"zh", "en"}


def test_the_other_questionnaires_prompts_stay(tmp_path: Path) -> None:
    first = flow_from("visit", form(invitation=said("Come in"), thanks=said("Bye")))
    again = flow_from("visit", form(questions=VISIT["questions"][-1:]))
    other = flow_from("other", form())
    _, prompts = prompts_file(first, {})
    assert prompts["q_visit__invitation"]["en"].startswith("Come in To begin, press one.")
    assert prompts["q_visit__thanks"] == said("Bye")
    text, prompts = prompts_file(other, prompts)
    text, prompts = prompts_file(again, prompts)
    assert tomllib.loads(text) == prompts
    assert "q_other_solved" in prompts
    assert "q_visit_words" in prompts
    assert "q_visit_solved" not in prompts


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ({"kind": "single", "options": [option(f"o{n}") for n in range(10)]}, "more than 9"),
        ({"kind": "number", "lowest": -1}, "below 0"),
        ({"kind": "number", "lowest": 123_456_789, "highest": 987_654_321}, "too odd"),
        ({"kind": "text", "name": "a" * 40}, "40 characters at most"),
        ({"kind": "text", "text": {"zh": "问"}}, "is not in zh and en"),
    ],
)
def test_what_cannot_be_asked_by_keys_is_told(question: dict[str, Any], fault: str) -> None:
    whole = {"name": "q", "text": said("Q"), **question}
    with pytest.raises(NotByKeysError, match=fault):
        flow_from("visit", form(questions=[whole]))


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_range_is_just_its_numbers(one: int, other: int) -> None:
    lowest, highest = sorted((one, other))
    pattern = re.compile(range_pattern(lowest, highest))
    found = {n for n in range(3010) if pattern.fullmatch(str(n))}
    assert found == set(range(lowest, highest + 1))
    assert not pattern.fullmatch(f"0{lowest}")
