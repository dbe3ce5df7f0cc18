"""Questionnaires: which question comes next for a customer, and what is wrong with an answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ccserver.core.ids import ContactId

END: Final = "end"
"""Where a branch leads that ends the questionnaire."""
COMPLETED: Final = "completed"
"""By keys: filed as `yes` when the last question was answered."""
OPT_OUT: Final = "opt_out"
"""By keys: filed as `yes` by who does not want to be asked any more."""
RESERVED: Final = frozenset((END, COMPLETED, OPT_OUT))
"""No question has such a name."""
TEXT_MAX: Final = 4000

Answer = str | int | tuple[str, ...]
"""An option's name, names of options, a number, or text (for a spoken one its file)."""
Answers = Mapping[str, Answer | None]
"""Question -> answer; None: it was asked and skipped."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers that can be chosen."""

    name: str
    goto: str | None = None
    """The question that follows, or `end`; None: as the question says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. Where it leads: the goto of the option (of several chosen ones that of the
    first in their order that has one), else `goto_below`, else `goto`, else the next question."""

    name: str
    kind: Kind
    required: bool = True
    options: tuple[Option, ...] = ()
    random_order: bool = False
    lowest: int = 1
    highest: int = 5
    scale: Scale = Scale.PLAIN
    goto_below: tuple[int, str] | None = None
    goto: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A questionnaire. Branches lead forwards only, so that every way through it ends."""

    name: str
    questions: tuple[Question, ...]
    random_order: bool = False

    def question(self, name: str) -> Question | None:
        """The question of that name."""
        return next((one for one in self.questions if one.name == name), None)


def flow_of(name: str) -> str:
    """The name of the flow that asks this questionnaire by keys: its answers are filed there."""
    return f"q_{name}"


def order_of(questionnaire: Questionnaire, contact: ContactId) -> tuple[Question, ...]:
    """The questions in the order of this contact: always the same one for him."""
    if not questionnaire.random_order:
        return questionnaire.questions
    return tuple(sorted(questionnaire.questions, key=lambda one: _luck(contact, one.name)))


def options_of(question: Question, contact: ContactId) -> tuple[Option, ...]:
    """The options in the order in which this contact is shown them."""
    if not question.random_order:
        return question.options
    return tuple(
        sorted(question.options, key=lambda one: _luck(contact, f"{question.name}.{one.name}"))
    )


def _luck(contact: ContactId, name: str) -> bytes:
    return hashlib.blake2b(f"{contact} {name}".encode(errors="replace"), digest_size=8).digest()


def way_of(
    questionnaire: Questionnaire, answers: Answers, contact: ContactId
) -> tuple[Question, ...]:
    """The questions that this contact is asked, up to the first that has neither an answer nor
    was skipped."""
    questions = order_of(questionnaire, contact)
    places = {question.name: place for place, question in enumerate(questions)}
    way: list[Question] = []
    place = 0
    while place < len(questions):
        question = questions[place]
        way.append(question)
        if question.name not in answers:
            break
        goto = leads_to(question, answers[question.name])
        place = place + 1 if goto is None else places.get(goto, len(questions))
    return tuple(way)


def next_question(
    questionnaire: Questionnaire, answers: Answers, contact: ContactId
) -> Question | None:
    """What this contact is asked next; None: nothing is left."""
    way = way_of(questionnaire, answers, contact)
    last = way[-1] if way else None
    return last if last is not None and last.name not in answers else None


def leads_to(question: Question, answer: Answer | None) -> str | None:
    """The question (or `end`) to which this answer leads; None: the next in the order."""
    chosen = answer if isinstance(answer, tuple) else (answer,)
    for option in question.options:
        if option.name in chosen and option.goto is not None:
            return option.goto
    if question.goto_below is not None and isinstance(answer, int):
        below, goto = question.goto_below
        if answer < below:
            return goto
    return question.goto


def check_answer(question: Question, answer: Answer | None) -> str | None:
    """What is wrong with an answer, in words; None: nothing. An answer of None skips."""
    if answer is None:
        return "needs an answer" if question.required else None
    match question.kind:
        case Kind.SINGLE:
            return _fault_of_choice(question, (answer,))
        case Kind.MULTIPLE:
            return _fault_of_choices(question, answer)
        case Kind.RATING | Kind.NUMBER:
            return _fault_of_number(question, answer)
        case Kind.TEXT:
            return _fault_of_text(question, answer)


def _fault_of_choices(question: Question, answer: Answer) -> str | None:
    if not isinstance(answer, tuple):
        return "takes a list of options"
    if question.required and not answer:
        return "needs an answer: choose at least one"
    return _fault_of_choice(question, answer)


def _fault_of_number(question: Question, answer: Answer) -> str | None:
    if not isinstance(answer, int) or isinstance(answer, bool):
        return "takes a whole number"
    if not question.lowest <= answer <= question.highest:
        return f"takes a number from {question.lowest} to {question.highest}"
    return None


def _fault_of_text(question: Question, answer: Answer) -> str | None:
    if not isinstance(answer, str):
        return "takes a text"
    if question.required and not answer.strip():
        return "needs an answer"
    return f"takes {TEXT_MAX} characters at most" if len(answer) > TEXT_MAX else None


def _fault_of_choice(question: Question, chosen: Sequence[Answer]) -> str | None:
    names = {option.name for option in question.options}
    if any(name not in names for name in chosen):
        return f"takes one of {', '.join(option.name for option in question.options)}"
    if len(set(chosen)) < len(chosen):
        return "takes each option once"
    return None


def faults_of(
    questionnaire: Questionnaire, answers: Answers, contact: ContactId, *, completed: bool
) -> dict[str, str]:
    """Question -> what is wrong with its answer. While it goes on, nothing has to be there yet; a
    question that is skipped by a branch never has to."""
    found: dict[str, str] = {}
    for name, answer in answers.items():
        question = questionnaire.question(name)
        if question is None:
            found[name] = "is no question of this questionnaire"
        elif answer is not None and (fault := check_answer(question, answer)) is not None:
            found[name] = fault
    if completed and not found:
        for question in _whole_way(questionnaire, answers, contact):
            if (fault := check_answer(question, answers.get(question.name))) is not None:
                found[question.name] = fault
    return found


def is_complete(questionnaire: Questionnaire, answers: Answers, contact: ContactId) -> bool:
    """Whether all that this contact had to answer is answered."""
    return all(
        not question.required or answers.get(question.name) is not None
        for question in _whole_way(questionnaire, answers, contact)
    )


def counted(questionnaire: Questionnaire, answers: Answers, contact: ContactId) -> Answers:
    """The answers that count: an answer to a question that a later change of mind has skipped does
    not."""
    way = _whole_way(questionnaire, answers, contact)
    return {one.name: answers[one.name] for one in way if answers.get(one.name) is not None}


def _whole_way(
    questionnaire: Questionnaire, answers: Answers, contact: ContactId
) -> tuple[Question, ...]:
    """The way to its end, as if all that has no answer were skipped."""
    skipped = {question.name: None for question in questionnaire.questions}
    return way_of(questionnaire, {**skipped, **answers}, contact)
