"""Judging a talk: a form as data, what is wrong with one, and the points of its answers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from re import compile as pattern
from typing import Final

Answer = bool | int | str | None
"""To YES_NO a bool, to SCALE an int, to CHOICE an option's name, to NOTE a text. None: the question
does not apply to this talk."""

Answers = Mapping[str, Answer]
"""By the question's name. What is not there was not answered."""

Comment = tuple[float, str]
"""Seconds from the recording's beginning, and what is to be said of that moment."""

QUESTIONS_MAX: Final = 100
POINTS_MAX: Final = 1000.0
STEPS_MAX: Final = 100
"""So many steps a scale has at most."""
TITLE_MAX: Final = 200
NOTE_MAX: Final = 2000
COMMENTS_MAX: Final = 200

_NAME = pattern(r"[a-z][a-z0-9_-]{0,39}")


class Kind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    SCALE = "scale"
    NOTE = "note"
    """In the rater's own words, for no points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers to a choice."""

    name: str
    title: str
    """As people read it. So also below."""
    points: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a talk."""

    name: str
    """One of a kind in the whole form."""
    title: str
    kind: Kind
    points: float = 0.0
    """YES_NO: for yes, no earns nothing. SCALE: at its top, at the bottom there are none."""
    options: tuple[Option, ...] = ()
    """Of a choice."""
    lowest: int = 1
    highest: int = 5
    """The ends of a scale."""
    required: bool = True
    may_not_apply: bool = False
    """The rater may say so, and then its points do not count."""
    fails_all: tuple[bool | int | str, ...] = ()
    """The answers with which the whole talk has failed, whatever else was good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that belong together."""

    name: str
    title: str
    questions: tuple[Question, ...]
    weight: float = 1.0
    """Multiplies the section's points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """By what talks are judged."""

    name: str
    title: str
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Of all sections, in their order."""
        return tuple(question for section in self.sections for question in section.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionScore:
    """The points of one section, its weight in them."""

    name: str
    points: float
    points_max: float
    """Of the questions that were answered and apply."""

    @property
    def share(self) -> float | None:
        """0 to 1. None: nothing in it counts."""
        return self.points / self.points_max if self.points_max else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What all answers are worth."""

    points: float
    """0 when the talk has failed. What the sections were worth, they still say."""
    points_max: float
    failed_by: tuple[str, ...]
    """The questions whose answers fail all."""
    sections: tuple[SectionScore, ...]

    @property
    def failed(self) -> bool:
        """Whether an answer failed all."""
        return bool(self.failed_by)

    @property
    def share(self) -> float | None:
        """0 to 1. None: nothing counts."""
        if self.failed:
            return 0.0
        return self.points / self.points_max if self.points_max else None


def score(form: Form, answers: Answers) -> Score:
    """The points of answers in which `check_answers` finds no fault."""
    sections = tuple(_section_score(section, answers) for section in form.sections)
    failed_by = tuple(
        question.name
        for question in form.questions
        if question.name in answers and answers[question.name] in question.fails_all
    )
    return Score(
        points=0.0 if failed_by else sum(section.points for section in sections),
        points_max=sum(section.points_max for section in sections),
        failed_by=failed_by,
        sections=sections,
    )


def _section_score(section: Section, answers: Answers) -> SectionScore:
    counted = [
        (question, answer)
        for question in section.questions
        if (answer := answers.get(question.name)) is not None
    ]
    return SectionScore(
        name=section.name,
        points=section.weight * sum(_earned(question, answer) for question, answer in counted),
        points_max=section.weight * sum(_possible(question) for question, _ in counted),
    )


def _earned(question: Question, answer: bool | int | str) -> float:
    match question.kind:
        case Kind.YES_NO:
            return question.points if answer else 0.0
        case Kind.CHOICE:
            return sum(option.points for option in question.options if option.name == answer)
        case Kind.SCALE:
            steps = question.highest - question.lowest
            return question.points * (int(answer) - question.lowest) / steps
        case Kind.NOTE:
            return 0.0


def _possible(question: Question) -> float:
    match question.kind:
        case Kind.CHOICE:
            return max(option.points for option in question.options)
        case Kind.YES_NO | Kind.SCALE:
            return question.points
        case Kind.NOTE:
            return 0.0


# -- many talks together


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """What those talks were worth that belong together."""

    name: str
    """Of what they have in common: an agent, a team."""
    talks: int
    failed: int
    share: float | None
    """The mean of the talks' shares, 0 for one that failed. None: in no talk anything counts."""
    sections: tuple[tuple[str, float], ...]
    """(section, the mean of its shares), of those that counted in any talk."""


def averages(judged: Iterable[tuple[str, Score]]) -> tuple[Average, ...]:
    """The averages of named scores, by name."""
    by_name: dict[str, list[Score]] = {}
    for name, one in judged:
        by_name.setdefault(name, []).append(one)
    return tuple(_average(name, scores) for name, scores in sorted(by_name.items()))


def _average(name: str, scores: list[Score]) -> Average:
    sections: dict[str, list[float]] = {}
    for section in (section for one in scores for section in one.sections):
        if section.share is not None:
            sections.setdefault(section.name, []).append(section.share)
    shares = [one.share for one in scores if one.share is not None]
    return Average(
        name=name,
        talks=len(scores),
        failed=sum(one.failed for one in scores),
        share=sum(shares) / len(shares) if shares else None,
        sections=tuple((section, sum(all_) / len(all_)) for section, all_ in sections.items()),
    )


# -- what is wrong with answers


def check_answers(form: Form, answers: Answers) -> tuple[str, ...]:
    """What is wrong with them, each with what to do; none: nothing is."""
    questions = {question.name: question for question in form.questions}
    unknown = [
        f"`{name}`: the form has no such question; leave it out"
        for name in answers
        if name not in questions
    ]
    return (*unknown, *(fault for one in questions.values() for fault in _answer(one, answers)))


def check_comments(comments: Iterable[Comment], *, seconds: float) -> tuple[str, ...]:
    """What is wrong with comments on a recording of this length, each with what to do."""
    return tuple(_comments(tuple(comments), seconds))


def _comments(comments: tuple[Comment, ...], seconds: float) -> Iterator[str]:
    if len(comments) > COMMENTS_MAX:
        yield f"`comments`: there are more than {COMMENTS_MAX}; leave some out"
    for number, (at, text) in enumerate(comments):
        if not 0 <= at <= seconds:
            yield f"`comments.{number}`: the recording is {seconds:.0f} s long; give a second in it"
        if not text.strip() or len(text) > NOTE_MAX or "\0" in text:
            yield f"`comments.{number}`: must be a text of 1 to {NOTE_MAX} characters, without NUL"


def _answer(question: Question, answers: Answers) -> Iterator[str]:
    if question.name not in answers:
        if question.required:
            yield f"`{question.name}`: is not answered; answer it"
        return
    answer = answers[question.name]
    if answer is None:
        if not question.may_not_apply:
            yield f"`{question.name}`: always applies; answer it"
    elif not _fits(question, answer):
        yield f"`{question.name}`: must be {_wanted(question)}"


def _fits(question: Question, answer: bool | int | str) -> bool:
    match question.kind:
        case Kind.YES_NO:
            return isinstance(answer, bool)
        case Kind.CHOICE:
            return any(option.name == answer for option in question.options)
        case Kind.SCALE:
            # A bool is an int to Python, and no step of a scale.
            is_number = isinstance(answer, int) and not isinstance(answer, bool)
            return is_number and question.lowest <= int(answer) <= question.highest
        case Kind.NOTE:
            # PostgreSQL can keep no NUL.
            is_text = isinstance(answer, str) and "\0" not in answer
            return is_text and len(str(answer)) <= NOTE_MAX


def _wanted(question: Question) -> str:
    match question.kind:
        case Kind.YES_NO:
            return "true or false"
        case Kind.CHOICE:
            return f"one of {', '.join(option.name for option in question.options)}"
        case Kind.SCALE:
            return f"a whole number from {question.lowest} to {question.highest}"
        case Kind.NOTE:
            return f"a text of at most {NOTE_MAX} characters, without NUL"


# -- what is wrong with a form


def check_form(form: Form) -> tuple[str, ...]:
    """What is wrong with it, each with what to do; none: it can be published."""
    return tuple(_form(form))


def _form(form: Form) -> Iterator[str]:
    yield from _named(form.name, form.title)
    yield from _twice("section", [section.name for section in form.sections])
    yield from _twice("question", [question.name for question in form.questions])
    if len(form.questions) > QUESTIONS_MAX:
        yield f"`form`: has more than {QUESTIONS_MAX} questions; make two forms of it"
    if not any(map(_counts, form.questions)):
        yield "`form`: no question earns points; give points to some"
    for section in form.sections:
        yield from _named(section.name, section.title)
        if not section.questions:
            yield f"`{section.name}`: has no question; add one, or take it out"
        if not 0 < section.weight <= POINTS_MAX:
            yield f"`{section.name}`: the weight must be more than 0, at most {POINTS_MAX:g}"
    for question in form.questions:
        yield from _named(question.name, question.title)
        yield from _question(question)


def _named(name: str, title: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield (
            f"`{name}`: is no name; use at most 40 small letters, digits, _ and -, beginning with"
            " a letter"
        )
    if not (title.strip() and len(title) <= TITLE_MAX and title.isprintable()):
        yield f"`{name}`: the title must be one line of 1 to {TITLE_MAX} characters"


def _twice(what: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"`{name}`: is the name of {count} {what}s; give each its own"


def _counts(question: Question) -> bool:
    return question.points > 0 or any(option.points > 0 for option in question.options)


def _question(question: Question) -> Iterator[str]:
    name = question.name
    points = [question.points, *(option.points for option in question.options)]
    if not all(0 <= earned <= POINTS_MAX for earned in points):
        yield f"`{name}`: points must be from 0 to {POINTS_MAX:g}"
    if question.kind is Kind.CHOICE:
        yield from _choice(question)
    elif question.options:
        yield f"`{name}`: only a choice has options; take them out"
    if question.kind is Kind.SCALE and not 1 <= question.highest - question.lowest <= STEPS_MAX:
        yield f"`{name}`: `highest` must be 1 to {STEPS_MAX} above `lowest`"
    if question.kind is Kind.NOTE:
        if question.points or question.fails_all:
            yield f"`{name}`: a note earns nothing and fails nothing; take that out"
    elif not _counts(question) and not question.fails_all:
        yield f"`{name}`: earns nothing and fails nothing; give it points, or make it a note"
    for answer in question.fails_all:
        if not _fits(question, answer):
            yield f"`{name}`: fails_all must hold {_wanted(question)}"


def _choice(question: Question) -> Iterator[str]:
    if question.points:
        yield f"`{question.name}`: a choice has its points at the options; put them there"
    if len(question.options) < 2:
        yield f"`{question.name}`: a choice needs two options at least; add some"
    yield from _twice("option", [option.name for option in question.options])
    for option in question.options:
        yield from _named(option.name, option.title)
