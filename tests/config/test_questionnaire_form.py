"""What an operator writes to ask customers, and what is wrong with it."""

from typing import Any

import pytest
from pydantic import ValidationError

from ccserver.config.convert import queue_rules
from ccserver.config.file import read, write
from ccserver.config.questionnaire_form import QuestionnaireForm, questionnaire_of
from ccserver.core import questionnaire as core
from ccserver.core.questionnaire import Kind, Scale

ASK = {"zh": "问", "en": "Ask"}


def option(name: str, goto: str | None = None) -> dict[str, Any]:
    return {"name": name, "text": ASK, "goto": goto}


def question(name: str = "q", kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "text": ASK, **more}


def choice(name: str = "q", **more: Any) -> dict[str, Any]:
    return question(name, **{"kind": "single", "options": [option("a"), option("b")], **more})


def form(*questions: dict[str, Any], **more: Any) -> QuestionnaireForm:
    return QuestionnaireForm.model_validate({"questions": questions, **more})


def test_it_becomes_what_the_core_knows() -> None:
    asked = form(
        choice("a", options=[option("yes", "c"), option("no")], random_order=True),
        question("b", "rating", scale="csat", goto_below=[3, "end"], required=False),
        question("c", "number", lowest=0, highest=9, goto="end"),
    )
    assert asked.languages == ("en", "zh")
    assert questionnaire_of("visit", asked) == core.Questionnaire(
        name="visit",
        questions=(
            core.Question(
                name="a",
                kind=Kind.SINGLE,
                options=(core.Option(name="yes", goto="c"), core.Option(name="no")),
                random_order=True,
            ),
            core.Question(
                name="b", kind=Kind.RATING, scale=Scale.CSAT, goto_below=(3, "end"), required=False
            ),
            core.Question(name="c", kind=Kind.NUMBER, lowest=0, highest=9, goto="end"),
        ),
    )


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ([question("a"), question("a")], "two questions have the same name"),
        ([question("end")], "are no names of questions"),
        ([choice(options=[option("a")])], "give 2 to 30 options"),
        ([question(options=[option("a"), option("b")])], "only single and multiple"),
        ([question(random_order=True)], "only single and multiple"),
        ([choice(options=[option("a"), option("a")])], "two options have the same name"),
        ([question(kind="number", lowest=5, highest=5)], "highest must be more than lowest"),
        ([question(kind="rating", highest=100)], "31 steps at most"),
        ([question(kind="rating", scale="nps")], "from 0 to 10"),
        ([question(kind="rating", highest=2, scale="csat")], "three steps or more"),
        ([question(kind="number", scale="csat")], "only a rating has the scale"),
        ([question(text={})], "in the same languages, one at least"),
        ([question(), question("r", text={"en": "Ask"})], "in the same languages"),
        ([question(goto_below=[2, "end"])], "only a rating and a number have goto_below"),
        ([question(kind="rating", goto_below=[1, "end"])], "else it never decides"),
        ([question(goto="q")], "q is no later question"),
        ([question("a"), question("b", goto="a")], "a is no later question"),
        ([question(goto="end"), question("lost")], "question lost: no way leads to it"),
        (
            [choice(options=[option("a", "c"), option("b", "end")]), question("b"), question("c")],
            "question b: no way leads to it",
        ),
    ],
)
def test_what_is_wrong_is_told(asked: list[dict[str, Any]], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        form(*asked)


def test_who_may_skip_a_choice_falls_through() -> None:
    ways = [option("a", "c"), option("b", "end")]
    assert form(choice(options=ways, required=False), question("b"), question("c")).questions


def test_random_order_bears_no_branch() -> None:
    with pytest.raises(ValidationError, match="cannot have branches"):
        form(question(goto="end"), random_order=True)


def test_the_words_around_it_are_in_its_languages() -> None:
    with pytest.raises(ValidationError, match="thanks: is not in the languages"):
        form(question(), thanks={"en": "Thanks"})


CONFIG = """
[queues.sales]
survey = "q_visit"
[queues.service]
survey = "after_talk"
[questionnaires.visit]
sample_share = 0.25
[[questionnaires.visit.questions]]
name = "good"
kind = "rating"
text = { zh = "好吗", en = "Good" }
"""


def test_a_queues_survey_is_asked_of_the_questionnaires_share() -> None:
    configured = read(CONFIG)
    assert read(write(configured)) == configured
    shares = {
        rules.name: rules.survey_share for rules in queue_rules(configured, closed=frozenset())
    }
    assert shares == {"sales": 0.25, "service": 1.0}
