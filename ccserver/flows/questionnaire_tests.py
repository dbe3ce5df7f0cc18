"""The tests that a questionnaire's flow brings: all answered, each branch, silence, and no more."""

from collections.abc import Iterator
from typing import Any, Final

from ccserver.config.questionnaire_form import (
    QuestionForm,
    QuestionnaireForm,
    questionnaire_of,
)
from ccserver.core.ids import ContactId
from ccserver.core.questionnaire import COMPLETED, OPT_OUT, Answer, Kind, next_question

GIVE_UP: Final = "give_up"
"""The step at which a caller is let go who does not answer."""
NO_MORE: Final = "no_more"
YES: Final = "1"
_NO: Final = "2"
_SAID: Final = "words.sln"
"""Words are spoken, and no key is pressed: a recording's file."""


def tests_of(form: QuestionnaireForm, flow: str) -> Iterator[dict[str, Any]]:
    """The tests, as they stand in the flow's file."""
    usual = {question.name: _answer(question) for question in form.questions}
    asked, test = _walk(form, flow, usual)
    yield {"name": "all is answered", **test}
    for question in form.questions:
        if question.name not in asked:
            continue
        for answer in _turns(question):
            _, test = _walk(form, flow, {**usual, question.name: answer})
            said = "+".join(answer) if isinstance(answer, tuple) else answer
            yield {"name": f"{question.name}: {said}", **test}
    first = f"{flow}_{form.questions[0].name}"
    heard = f"{flow}__invitation"
    yield {
        "name": "who says nothing is left in peace",
        "hears": [heard],
        "hears_not": [first, f"{flow}__thanks"],
        "ends": "goodbye",
    }
    yield {
        "name": "who wants no more is let go",
        "keys": "*",
        "hears": [heard, f"{flow}__no_more"],
        "hears_not": [first],
        "answers": {OPT_OUT: "yes"},
        "ends": "goodbye",
    }


def _walk(
    form: QuestionnaireForm, flow: str, answers: dict[str, Answer]
) -> tuple[list[str], dict[str, Any]]:
    """The questions that are asked when one answers so, and the test of that."""
    # By keys nothing is in random order.
    asked = questionnaire_of("", form.model_copy(update={"random_order": False}))
    given: dict[str, Answer | None] = {}
    keys, filed, replies = [YES], {}, {}
    while (question := next_question(asked, given, ContactId(""))) is not None:
        answer = answers[question.name]
        given[question.name] = answer
        own = next(one for one in form.questions if one.name == question.name)
        keys += _keys(own, answer)
        filed[question.name] = filed_as(answer)
        if question.kind is Kind.TEXT:
            replies[f"q_{question.name}"] = _SAID
    hears = [f"{flow}__invitation", *(f"{flow}_{name}" for name in given), f"{flow}__thanks"]
    return list(given), {
        "keys": ",".join(keys),
        **({"replies": replies} if replies else {}),
        "hears": hears,
        "answers": {**filed, COMPLETED: "yes"},
        "ends": "goodbye",
    }


def filed_as(answer: Answer) -> str:
    """How a flow files an answer."""
    return f",{','.join(answer)}," if isinstance(answer, tuple) else str(answer)


def _answer(question: QuestionForm) -> Answer:
    """One that leads on, where there is one."""
    match question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            plain = [one.name for one in question.options if one.goto is None]
            name = (plain or [question.options[0].name])[0]
            return (name,) if question.kind is Kind.MULTIPLE else name
        case Kind.RATING | Kind.NUMBER:
            return question.highest
        case Kind.TEXT:
            return _SAID


def _turns(question: QuestionForm) -> Iterator[Answer]:
    """The answers that lead elsewhere."""
    for option in question.options:
        if option.goto is not None:
            yield (option.name,) if question.kind is Kind.MULTIPLE else option.name
    if question.goto_below is not None:
        yield question.lowest


def _keys(question: QuestionForm, answer: Answer) -> list[str]:
    """What is pressed to answer so."""
    names = [one.name for one in question.options]
    if isinstance(answer, tuple):
        return [YES if name in answer else _NO for name in names]
    if question.kind is Kind.SINGLE:
        return [str(names.index(str(answer)) + 1)]
    if question.kind is Kind.TEXT:
        return []
    ends = "#" if len(str(answer)) < len(str(question.highest)) else ""
    return [f"{answer}{ends}"]
