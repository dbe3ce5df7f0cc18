"""How far two raters agree who judged the same talks by the same form."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from ccserver.core.evaluation import Answer, Answers, Form, Kind, Question, score

Pair = tuple[Answers, Answers]
"""The first rater's answers on one talk, and the second's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAgreement:
    """How far the two agree on one question. Notes are not compared."""

    question: str
    talks: int
    """On which both answered it. That it does not apply is an answer too."""
    same_share: float | None
    """The share of them with the same answer. None: there are none."""
    kappa: float | None
    """1: they agree on all; 0: as often as chance would have it. None: it cannot be told, such as
    when both always give the same answer. Of a scale: only of talks with a number from both, and
    weighted by the square of the distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two raters agree."""

    talks: int
    questions: tuple[QuestionAgreement, ...]
    correlation: float | None
    """Pearson's, of the two shares of all points. None: of fewer than two talks, or where one of
    the two gave the same to all."""
    mean_difference: float | None
    """Of the shares, -1 to 1: more than 0 when the first is the milder. None: no talk has both."""


def agreement(form: Form, pairs: Sequence[Pair]) -> Agreement:
    """How far the two agree. All answers fit the form."""
    scores = [(score(form, first).share, score(form, second).share) for first, second in pairs]
    shares = [(one, other) for one, other in scores if one is not None and other is not None]
    differences = [one - other for one, other in shares]
    return Agreement(
        talks=len(pairs),
        questions=tuple(
            _question(question, pairs)
            for question in form.questions
            if question.kind is not Kind.NOTE
        ),
        correlation=correlation(shares),
        mean_difference=sum(differences) / len(differences) if differences else None,
    )


def _question(question: Question, pairs: Sequence[Pair]) -> QuestionAgreement:
    name = question.name
    both = [
        (first[name], second[name]) for first, second in pairs if name in first and name in second
    ]
    if question.kind is Kind.SCALE:
        measured = kappa([pair for pair in both if None not in pair], squared)
    else:
        measured = kappa(both, unequal)
    same = sum(one == other for one, other in both)
    return QuestionAgreement(
        question=name,
        talks=len(both),
        same_share=same / len(both) if both else None,
        kappa=measured,
    )


def unequal(one: Answer, other: Answer) -> float:
    """Every disagreement weighs the same."""
    return float(one != other)


def squared(one: Answer, other: Answer) -> float:
    """A disagreement on a scale weighs the square of the distance."""
    return float((int(one or 0) - int(other or 0)) ** 2)


def kappa(
    pairs: Sequence[tuple[Answer, Answer]], disagreement: Callable[[Answer, Answer], float]
) -> float | None:
    """Cohen's kappa: how much less the two disagree than by chance, 1 at most.

    None when chance gives no disagreement, or there are no pairs. With `unequal` it is that of
    J. Cohen, "A coefficient of agreement for nominal scales", 1960; with other weights the one of
    "Weighted kappa", 1968. `squared` makes it an intraclass correlation (Fleiss and Cohen 1973).
    """
    observed = sum(disagreement(one, other) for one, other in pairs)
    firsts = Counter(one for one, _ in pairs)
    seconds = Counter(other for _, other in pairs)
    expected = sum(
        count * others * disagreement(one, other)
        for one, count in firsts.items()
        for other, others in seconds.items()
    )
    return 1 - observed * len(pairs) / expected if expected else None


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r. None for fewer than two pairs, and where one side is always the same."""
    if len(pairs) < 2:
        return None
    mean_one = sum(one for one, _ in pairs) / len(pairs)
    mean_other = sum(other for _, other in pairs) / len(pairs)
    spread_one = sum((one - mean_one) ** 2 for one, _ in pairs)
    spread_other = sum((other - mean_other) ** 2 for _, other in pairs)
    if not spread_one or not spread_other:
        return None
    together = sum((one - mean_one) * (other - mean_other) for one, other in pairs)
    return together / (sqrt(spread_one) * sqrt(spread_other))
