"""What of questionnaires goes over HTTP."""

from dataclasses import asdict

from pydantic import BaseModel

from ccserver.config.questionnaire_form import QuestionnaireForm
from ccserver.core.ids import ContactId
from ccserver.core.questionnaire import (
    Answer,
    Answers,
    Kind,
    Scale,
    is_complete,
    next_question,
    options_of,
    order_of,
)
from ccserver.core.survey_figures import Contrast, Estimate, QuestionFigures, SurveyFigures
from ccserver.db.questionnaires import Response, Version
from ccserver.db.survey_results import Group, Results
from ccserver.web.instants import to_ms

AnswerOnWire = str | int | list[str] | None
"""An option's name, a number or text, names of options; null: it was asked and skipped."""


class QuestionnaireRow(BaseModel):
    """A questionnaire that is configured or was asked once."""

    name: str
    title: str
    languages: list[str]
    questions: int
    in_force: bool
    """It is in the configuration now."""
    versions: list[int]
    """Those that customers were asked."""


class VersionRow(BaseModel):
    """A questionnaire for a screen."""

    name: str
    version: int
    """0: nobody was asked it as it is now."""
    created_at: int | None
    form: QuestionnaireForm


class ResponseRow(BaseModel):
    """One customer's answers."""

    id: int
    """Newer ones have a greater one."""
    questionnaire: str
    version: int
    contact: str
    campaign: str
    lead: int | None
    customer: str
    agent: str | None
    queue: str | None
    way: str
    """`agent` or `keys`."""
    language: str
    data: dict[str, str]
    """The lead's record then: label -> value."""
    started_at: int
    completed_at: int | None
    """null: broken off, or it goes on."""
    opted_out: bool
    """By a key: he does not want to be asked any more."""
    answers: dict[str, AnswerOnWire]


class NextRow(BaseModel):
    """Where one customer is in a questionnaire."""

    version: int
    question: str | None
    """null: nothing is left to be asked."""
    order: list[str]
    """The questions in this customer's order."""
    options: dict[str, list[str]]
    """Question -> its options in this customer's order."""
    complete: bool
    """All that must be answered is."""
    answers: dict[str, AnswerOnWire]
    completed_at: int | None = None
    """When the answers were said to be all; null: not yet."""


class EstimateRow(BaseModel):
    """A figure with the 95 % interval of the true one."""

    value: float
    low: float
    high: float
    count: int
    """From so many answers."""
    small: bool
    """From few: it says little."""


class ChoiceRow(BaseModel):
    """How many chose an option, or gave this rating."""

    answer: str
    count: int
    share: EstimateRow


class QuestionRow(BaseModel):
    """What the answers to one question add up to."""

    question: str
    kind: Kind
    scale: Scale
    answered: int
    skipped: int
    choices: list[ChoiceRow]
    mean: EstimateRow | None
    csat: EstimateRow | None
    """0 to 1: the share of the two best ratings."""
    nps: EstimateRow | None
    """-100 to 100."""


class FiguresRow(BaseModel):
    """What came of asking."""

    asked: int
    started: int
    completed: int
    broken_off: int
    silent: int
    """Asked, and gave no answer at all."""
    response_rate: EstimateRow
    """Completed / asked."""
    questions: list[QuestionRow]


class ContrastRow(BaseModel):
    """How much more a group says than all others together."""

    question: str
    figure: str
    """`mean`, `csat` or `nps`."""
    value: EstimateRow
    certain: bool
    """Chance alone would hardly make such a difference."""


class GroupRow(BaseModel):
    """One group's answers."""

    name: str
    """Empty: those of whom it is not known."""
    figures: FiguresRow
    contrasts: list[ContrastRow]


class ResultsRow(BaseModel):
    """What customers answered."""

    questionnaire: str
    title: str
    version: int
    """Its questions are told; 0: as it is configured now."""
    opted_out: int
    whole: FiguresRow
    by: str
    groups: list[GroupRow]
    """The largest first."""


def version_row(found: Version) -> VersionRow:
    """A questionnaire for a screen."""
    at = found.created_at
    return VersionRow(
        name=found.name,
        version=found.version,
        created_at=None if at is None else to_ms(at),
        form=found.form,
    )


def response_row(one: Response) -> ResponseRow:
    """One customer's answers."""
    return ResponseRow(
        id=one.id,
        questionnaire=one.name,
        version=one.version,
        contact=one.contact,
        campaign=one.campaign,
        lead=one.lead,
        customer=one.customer,
        agent=one.agent,
        queue=one.queue,
        way=one.way,
        language=one.language,
        data=dict(one.data),
        started_at=to_ms(one.started_at),
        completed_at=None if one.completed_at is None else to_ms(one.completed_at),
        opted_out=one.opted_out,
        answers=_answers(one.answers),
    )


def next_row(version: Version, contact: ContactId, kept: Response | None) -> NextRow:
    """Where a customer is. `kept`: what was answered so far; None: nothing."""
    asked = version.questionnaire
    answers = {} if kept is None else kept.answers
    over = None if kept is None else kept.completed_at
    following = next_question(asked, answers, contact)
    return NextRow(
        version=version.version,
        question=None if following is None else following.name,
        order=[one.name for one in order_of(asked, contact)],
        options={
            one.name: [option.name for option in options_of(one, contact)]
            for one in asked.questions
            if one.options
        },
        complete=is_complete(asked, answers, contact),
        answers=_answers(answers),
        completed_at=None if over is None else to_ms(over),
    )


def answers_on_wire(given: dict[str, AnswerOnWire]) -> dict[str, Answer | None]:
    """Answers as the core knows them."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}


def _answers(answers: Answers) -> dict[str, AnswerOnWire]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in answers.items()}


# -- figures


def results_row(found: Results, by: str) -> ResultsRow:
    """What customers answered."""
    return ResultsRow(
        questionnaire=found.version.name,
        title=found.version.form.title,
        version=found.version.version,
        opted_out=found.opted_out,
        whole=_figures(found.whole),
        by=by,
        groups=[_group(one) for one in found.groups],
    )


def _group(one: Group) -> GroupRow:
    return GroupRow(
        name=one.name,
        figures=_figures(one.figures),
        contrasts=[_contrast(contrast) for contrast in one.contrasts],
    )


def _contrast(one: Contrast) -> ContrastRow:
    return ContrastRow(
        question=one.question,
        figure=one.figure,
        value=_known(one.value),
        certain=one.is_certain,
    )


def _figures(found: SurveyFigures) -> FiguresRow:
    return FiguresRow(
        asked=found.asked,
        started=found.started,
        completed=found.completed,
        broken_off=found.broken_off,
        silent=found.silent,
        response_rate=_known(found.response_rate),
        questions=[_question(one) for one in found.questions],
    )


def _question(one: QuestionFigures) -> QuestionRow:
    return QuestionRow(
        question=one.question,
        kind=one.kind,
        scale=one.scale,
        answered=one.answered,
        skipped=one.skipped,
        choices=[
            ChoiceRow(answer=choice.answer, count=choice.count, share=_known(choice.share))
            for choice in one.choices
        ],
        mean=_estimate(one.mean),
        csat=_estimate(one.csat),
        nps=_estimate(one.nps),
    )


def _estimate(found: Estimate | None) -> EstimateRow | None:
    return None if found is None else _known(found)


def _known(found: Estimate) -> EstimateRow:
    return EstimateRow(**asdict(found), small=found.small)
