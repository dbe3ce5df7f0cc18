"""What an operator writes to ask customers: questionnaires, for agents' screens and for keys."""

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field, model_validator

from ccserver.config.fields import Form, Title
from ccserver.core import questionnaire as core
from ccserver.core.questionnaire import END, RESERVED, Kind, Scale

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")],
            Annotated[str, Field(max_length=2000)]]  # fmt: skip
"""Language (BCP 47) = what is said or shown in it."""
OPTIONS_MAX: Final = 30


class OptionForm(Form):
    """One of the answers that can be chosen."""

    name: Word
    text: Text
    goto: Word | None = None
    """The question that follows this answer, or `end`; null: as the question says. Of several
    chosen ones that of the first here that has one."""


class QuestionForm(Form):
    """One question. What follows it: the option's `goto`, else `goto_below`, else `goto`, else the
    next question."""

    name: Word
    kind: Kind
    text: Text
    required: bool = True
    options: tuple[OptionForm, ...] = ()
    """For `single` and `multiple`: 2 to 30."""
    random_order: bool = False
    """The options are shown in another order to each. By keys they are always read in this one."""
    lowest: int = Field(default=1, ge=-1_000_000_000, le=1_000_000_000)
    """For `rating` and `number`."""
    highest: int = Field(default=5, ge=-1_000_000_000, le=1_000_000_000)
    scale: Scale = Scale.PLAIN
    goto_below: tuple[int, Word] | None = None
    """For `rating` and `number`: an answer below this leads to that question, or to `end`."""
    goto: Word | None = None
    """The question that follows, whatever the answer; null: the next."""


class QuestionnaireForm(Form):
    """A questionnaire. A change makes a new version; answers keep theirs."""

    title: Title = ""
    invitation: Text = {}
    """What is said first by keys; empty: the house's usual words."""
    thanks: Text = {}
    """What is said last by keys; empty: the house's usual words."""
    questions: Annotated[tuple[QuestionForm, ...], Field(min_length=1, max_length=100)]
    random_order: bool = False
    """The questions are asked in another order of each; not together with branches. By keys they
    are always asked in this one."""
    sample_share: float = Field(default=1.0, gt=0, le=1)
    """Of the talks after which it could be asked, so many are chosen by chance."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it speaks."""
        return tuple(sorted(self.questions[0].text))

    @model_validator(mode="after")
    def _whole(self) -> "QuestionnaireForm":
        if faults := list(_faults(self)):
            raise ValueError(faults[0])
        return self


def questionnaire_of(name: str, form: QuestionnaireForm) -> core.Questionnaire:
    """The same for the core."""
    return core.Questionnaire(
        name=name,
        questions=tuple(map(_question_of, form.questions)),
        random_order=form.random_order,
    )


def _question_of(form: QuestionForm) -> core.Question:
    return core.Question(
        name=form.name,
        kind=form.kind,
        required=form.required,
        options=tuple(core.Option(name=one.name, goto=one.goto) for one in form.options),
        random_order=form.random_order,
        lowest=form.lowest,
        highest=form.highest,
        scale=form.scale,
        goto_below=form.goto_below,
        goto=form.goto,
    )


# -- what is wrong with it


def _faults(form: QuestionnaireForm) -> Iterator[str]:
    names = [question.name for question in form.questions]
    if len(set(names)) != len(names):
        yield "two questions have the same name: give each its own"
        return
    for place, question in enumerate(form.questions):
        for fault in (
            *_of_question(question, form.languages),
            *_of_ways(question, {*names[place + 1 :], END}),
        ):
            yield f"question {question.name}: {fault}"
        if form.random_order and any(_ways(question)):
            yield "questions in random order cannot have branches: take one away"
    for word, text in (("invitation", form.invitation), ("thanks", form.thanks)):
        if text and set(text) != set(form.languages):
            yield f"{word}: is not in the languages of the first question: give it all of them"
    if lost := _unreachable(form):
        yield f"question {lost}: no way leads to it: mend a goto before it, or take it out"


def _ways(question: QuestionForm) -> list[str]:
    below = [question.goto_below[1]] if question.goto_below else []
    ways = [option.goto for option in question.options] + [question.goto] + below
    return [way for way in ways if way is not None]


def _of_question(question: QuestionForm, languages: tuple[str, ...]) -> Iterator[str]:
    choice = question.kind in (Kind.SINGLE, Kind.MULTIPLE)
    number = question.kind in (Kind.RATING, Kind.NUMBER)
    if question.name in RESERVED:
        yield f"{', '.join(sorted(RESERVED))} are no names of questions: give it another"
    if choice and not 2 <= len(question.options) <= OPTIONS_MAX:
        yield f"give 2 to {OPTIONS_MAX} options"
    if not choice and (question.options or question.random_order):
        yield "only single and multiple questions have options"
    names = [option.name for option in question.options]
    if len(set(names)) != len(names):
        yield "two options have the same name"
    if number and question.highest <= question.lowest:
        yield "highest must be more than lowest"
    if question.kind is Kind.RATING and question.highest - question.lowest > OPTIONS_MAX:
        yield f"a rating has {OPTIONS_MAX + 1} steps at most: make it a number"
    yield from _of_scale(question)
    if not languages or any(
        set(text) != set(languages) for text in (question.text, *(o.text for o in question.options))
    ):
        yield "each text is in the same languages, one at least: give it all of them"


def _of_scale(question: QuestionForm) -> Iterator[str]:
    if question.scale is Scale.NPS and (question.lowest, question.highest) != (0, 10):
        yield "an NPS question goes from 0 to 10"
    if question.scale is Scale.CSAT and question.highest - question.lowest < 2:
        yield "a CSAT question has three steps or more: satisfied are the two best"
    if question.scale is not Scale.PLAIN and question.kind is not Kind.RATING:
        yield "only a rating has the scale csat or nps"


def _of_ways(question: QuestionForm, later: set[str]) -> Iterator[str]:
    if question.goto_below is not None:
        if question.kind not in (Kind.RATING, Kind.NUMBER):
            yield "only a rating and a number have goto_below"
        elif not question.lowest < question.goto_below[0] <= question.highest:
            yield "goto_below must lie above lowest, and not above highest, else it never decides"
    for way in _ways(question):
        if way not in later:
            yield f"{way} is no later question, and not `end`"


def _unreachable(form: QuestionnaireForm) -> str | None:
    """The first question to which nothing leads; branches lead forwards only."""
    reached = {form.questions[0].name}
    for place, question in enumerate(form.questions):
        if question.name not in reached:
            return question.name
        reached.update(_ways(question))
        falls_through = question.goto is None and not (
            # Each option of a required choice leads elsewhere.
            question.kind is Kind.SINGLE
            and question.required
            and all(option.goto is not None for option in question.options)
        )
        if falls_through and place + 1 < len(form.questions):
            reached.add(form.questions[place + 1].name)
    return None
