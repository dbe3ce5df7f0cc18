"""What an operator writes to ask customers: questionnaires, for agents' screens and for keys."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, model_validator

from ccserver.config.fields import Form, Title

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")],
            Annotated[str, Field(max_length=2000)]]  # fmt: skip
"""Language (BCP 47) = what is said or shown in it."""
END: Final = "end"
"""Where a branch leads that ends the questionnaire."""


class Kind(StrEnum):
    """What a question asks for."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RATING = "rating"
    NUMBER = "number"
    TEXT = "text"


class Scale(StrEnum):
    """What a rating means for the figures."""

    PLAIN = "plain"
    CSAT = "csat"
    """Satisfied are the two best of the scale (vocabulary: top-2-box / responses)."""
    NPS = "nps"
    """0 to 10: promoters 9 and 10, detractors 0 to 6."""


class OptionForm(Form):
    """One of the answers that can be chosen."""

    name: Word
    text: Text
    goto: Word | None = None
    """The question that follows this answer, or `end`; null: the next."""


class QuestionForm(Form):
    """One question."""

    name: Word
    kind: Kind
    text: Text
    required: bool = True
    options: tuple[OptionForm, ...] = ()
    """For `single` and `multiple`: 2 to 30."""
    random_order: bool = False
    """The options are shown in another order to each."""
    lowest: int = 1
    """For `rating` and `number`."""
    highest: int = 5
    scale: Scale = Scale.PLAIN
    goto_below: tuple[int, Word] | None = None
    """For `rating` and `number`: an answer below this leads to that question, or to `end`."""
    goto: Word | None = None
    """The question that follows, whatever the answer; null: the next."""


class QuestionnaireForm(Form):
    """A questionnaire. A change makes a new version; answers keep theirs."""

    title: Title = ""
    questions: Annotated[tuple[QuestionForm, ...], Field(min_length=1, max_length=100)]
    random_order: bool = False
    """The questions are asked in another order of each; not together with branches."""
    sample_share: float = Field(default=1.0, gt=0, le=1)
    """Of the talks after which it could be asked, so many are chosen by chance."""

    @model_validator(mode="after")
    def _whole(self) -> "QuestionnaireForm":
        names = [question.name for question in self.questions]
        if len(set(names)) != len(names):
            raise ValueError("two questions have the same name: give each its own")
        for place, question in enumerate(self.questions):
            _check(question, {*names[place + 1 :], END})
            if self.random_order and any(_ways(question)):
                raise ValueError("questions in random order cannot have branches: take one away")
        return self


def _ways(question: QuestionForm) -> list[str]:
    below = [question.goto_below[1]] if question.goto_below else []
    ways = [option.goto for option in question.options] + [question.goto] + below
    return [way for way in ways if way is not None]


def _check(question: QuestionForm, later: set[str]) -> None:
    where = f"question {question.name}"
    choice = question.kind in (Kind.SINGLE, Kind.MULTIPLE)
    if choice and not 2 <= len(question.options) <= 30:
        raise ValueError(f"{where}: give 2 to 30 options")
    if not choice and question.options:
        raise ValueError(f"{where}: only single and multiple questions have options")
    names = [option.name for option in question.options]
    if len(set(names)) != len(names):
        raise ValueError(f"{where}: two options have the same name")
    if question.kind in (Kind.RATING, Kind.NUMBER) and question.highest <= question.lowest:
        raise ValueError(f"{where}: highest must be more than lowest")
    if question.scale is Scale.NPS and (question.lowest, question.highest) != (0, 10):
        raise ValueError(f"{where}: an NPS question goes from 0 to 10")
    if question.scale is not Scale.PLAIN and question.kind is not Kind.RATING:
        raise ValueError(f"{where}: only a rating has the scale csat or nps")
    for way in _ways(question):
        if way not in later:
            raise ValueError(f"{where}: {way} is no later question, and not `end`")
