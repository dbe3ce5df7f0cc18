"""What the answers to a questionnaire add up to: shares, means, CSAT and NPS, each with the 95 %
interval of the true figure, and how groups differ.

Shares: Wilson 1927. Means: Student's t. NPS: the variance of promoters less detractors. Differences
of shares: Newcombe 1998, method 10; of means: Welch 1947.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import fmean, variance
from typing import Final

from ccserver.core.questionnaire import Answer, Answers, Kind, Question, Questionnaire, Scale
from ccserver.core.release import NORMAL_95, Share, difference

SMALL: Final = 30
"""Figures of fewer answers are marked: they say little, and may tell who said what."""
NOBODY: Final = ""
"""The name of a group of those of whom nothing is known."""
_SATISFIED: Final = 2
"""The best so many of a scale are satisfied."""
_PROMOTER, _DETRACTOR = 9, 6
_NPS_MAX: Final = 100.0

_T_95: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t for 95 %, both sides, 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, the 95 % interval of the true one, and from how many answers."""

    value: float
    low: float
    high: float
    count: int

    @property
    def small(self) -> bool:
        """It rests on few answers."""
        return self.count < SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of asking one customer."""

    answers: Answers
    """Those that count."""
    completed: bool
    group: str = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How many chose an option, or gave this rating."""

    answer: str
    count: int
    share: Estimate
    """Of those who answered the question; of a multiple one the shares come to more than 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """What the answers to one question add up to."""

    question: str
    kind: Kind
    scale: Scale
    answered: int
    skipped: int
    """Who has answered something, and this not: by a branch, or of his own will."""
    choices: tuple[Choice, ...] = ()
    mean: Estimate | None = None
    csat: Estimate | None = None
    """0 to 1: the share of the two best ratings."""
    nps: Estimate | None = None
    """-100 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFigures:
    """What came of asking."""

    asked: int
    """Customers who were asked, or could have been."""
    started: int
    """Those of them who gave an answer."""
    completed: int
    response_rate: Estimate
    """Completed / asked."""
    questions: tuple[QuestionFigures, ...]

    @property
    def broken_off(self) -> int:
        """Began and did not end, or go on."""
        return self.started - self.completed

    @property
    def silent(self) -> int:
        """Asked, and gave no answer at all."""
        return self.asked - self.started


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How much more a group says than all others together, for one question."""

    question: str
    figure: str
    """`mean`, `csat` or `nps`."""
    value: Estimate
    """Its count is that of the smaller side."""

    @property
    def is_certain(self) -> bool:
        """Chance alone would hardly make such a difference."""
        return self.value.low > 0 or self.value.high < 0


# -- single figures


def share(count: int, of: int) -> Estimate:
    """So many of so many, by Wilson: all of 0 to 1 while there is none."""
    found = Share(count, of)
    low, high = found.interval
    return Estimate(value=found.value, low=low, high=high, count=of)


def mean(numbers: Sequence[float]) -> Estimate | None:
    """The mean. Of one number there is no interval but the number itself; None: of none."""
    if not numbers:
        return None
    value, count = fmean(numbers), len(numbers)
    reach = 0.0 if count < 2 else t_95(count - 1) * sqrt(variance(numbers) / count)
    return Estimate(value=value, low=value - reach, high=value + reach, count=count)


def csat(ratings: Sequence[int], highest: int) -> Estimate | None:
    """The share of the two best ratings of a scale that ends at `highest`."""
    satisfied = sum(rating > highest - _SATISFIED for rating in ratings)
    return share(satisfied, len(ratings)) if ratings else None


def nps(ratings: Sequence[int]) -> Estimate | None:
    """Promoters less detractors, in % of all. A promoter is +1, a detractor -1, others 0: the
    variance of that is p + d - (p - d)²."""
    if not ratings:
        return None
    count = len(ratings)
    promoters = sum(rating >= _PROMOTER for rating in ratings) / count
    detractors = sum(rating <= _DETRACTOR for rating in ratings) / count
    value = promoters - detractors
    reach = NORMAL_95 * sqrt(max(0.0, promoters + detractors - value * value) / count)
    return Estimate(
        value=100 * value,
        low=max(-_NPS_MAX, 100 * (value - reach)),
        high=min(_NPS_MAX, 100 * (value + reach)),
        count=count,
    )


def t_95(freedom: float) -> float:
    """Student's t for 95 %, both sides; beyond 30 degrees of freedom by the first terms of its
    series (Abramowitz and Stegun 26.7.5)."""
    if freedom <= len(_T_95):
        return _T_95[max(1, int(freedom)) - 1]
    z = NORMAL_95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


# -- all of a questionnaire


def figures(questionnaire: Questionnaire, replies: Sequence[Reply], asked: int) -> SurveyFigures:
    """What came of asking so many customers, of whom these replied. Who replied was asked."""
    started = [reply for reply in replies if reply.answers]
    completed = sum(reply.completed for reply in started)
    all_asked = max(asked, len(replies))
    return SurveyFigures(
        asked=all_asked,
        started=len(started),
        completed=completed,
        response_rate=share(completed, all_asked),
        questions=tuple(_question(question, started) for question in questionnaire.questions),
    )


def _question(question: Question, replies: Sequence[Reply]) -> QuestionFigures:
    given = list(_given(question, replies))
    ratings = [one for one in given if isinstance(one, int)]
    rated = question.kind is Kind.RATING
    return QuestionFigures(
        question=question.name,
        kind=question.kind,
        scale=question.scale,
        answered=len(given),
        skipped=len(replies) - len(given),
        choices=_choices(question, given),
        mean=mean(ratings),
        csat=csat(ratings, question.highest) if rated and question.scale is Scale.CSAT else None,
        nps=nps(ratings) if rated and question.scale is Scale.NPS else None,
    )


def _given(question: Question, replies: Iterable[Reply]) -> Iterable[Answer]:
    for reply in replies:
        answer = reply.answers.get(question.name)
        if answer is not None:
            yield answer


def _choices(question: Question, given: Sequence[Answer]) -> tuple[Choice, ...]:
    counts = Counter(
        str(one) for answer in given for one in (answer if isinstance(answer, tuple) else (answer,))
    )
    return tuple(
        Choice(answer=name, count=counts[name], share=share(counts[name], len(given)))
        for name in _to_choose(question)
    )


def _to_choose(question: Question) -> list[str]:
    match question.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return [option.name for option in question.options]
        case Kind.RATING:
            return [str(rating) for rating in range(question.lowest, question.highest + 1)]
        case Kind.NUMBER | Kind.TEXT:
            return []


# -- groups


def grouped(replies: Iterable[Reply]) -> Mapping[str, tuple[Reply, ...]]:
    """The replies by group, the largest first."""
    found: dict[str, list[Reply]] = {}
    for reply in replies:
        found.setdefault(reply.group, []).append(reply)
    by_size = sorted(found.items(), key=lambda named: (-len(named[1]), named[0]))
    return {name: tuple(some) for name, some in by_size}


def contrasts(
    questionnaire: Questionnaire, one: Sequence[Reply], others: Sequence[Reply]
) -> tuple[Contrast, ...]:
    """How a group differs from the others: of ratings and numbers the mean, CSAT and NPS."""
    found: list[Contrast] = []
    for question in questionnaire.questions:
        own, rest = _question(question, one), _question(question, others)
        for figure, value in (
            ("mean", _apart(own.mean, rest.mean, _numbers(question, one, others))),
            ("csat", _shares_apart(own.csat, rest.csat)),
            ("nps", _scores_apart(own.nps, rest.nps)),
        ):
            if value is not None:
                found.append(Contrast(question=question.name, figure=figure, value=value))
    return tuple(found)


def _numbers(
    question: Question, one: Sequence[Reply], others: Sequence[Reply]
) -> tuple[list[int], list[int]]:
    both = (_given(question, some) for some in (one, others))
    own, rest = ([number for number in some if isinstance(number, int)] for some in both)
    return own, rest


def _apart(
    own: Estimate | None, rest: Estimate | None, numbers: tuple[list[int], list[int]]
) -> Estimate | None:
    """The difference of two means, by Welch; None where a side has fewer than two answers."""
    if own is None or rest is None or min(own.count, rest.count) < 2:
        return None
    errors = [variance(some) / len(some) for some in numbers]
    value, whole = own.value - rest.value, sum(errors)
    reach = 0.0
    if whole:
        below = sum(
            error * error / (len(some) - 1) for error, some in zip(errors, numbers, strict=True)
        )
        reach = t_95(whole * whole / below) * sqrt(whole)
    return Estimate(
        value=value, low=value - reach, high=value + reach, count=min(own.count, rest.count)
    )


def _shares_apart(own: Estimate | None, rest: Estimate | None) -> Estimate | None:
    if own is None or rest is None:
        return None
    found = difference(
        Share(round(own.value * own.count), own.count),
        Share(round(rest.value * rest.count), rest.count),
    )
    return Estimate(
        value=found.value, low=found.low, high=found.high, count=min(own.count, rest.count)
    )


def _scores_apart(own: Estimate | None, rest: Estimate | None) -> Estimate | None:
    """The difference of two scores: their reaches add up as the sides of a right angle."""
    if own is None or rest is None:
        return None
    value = own.value - rest.value
    return Estimate(
        value=value,
        low=value - hypot(own.value - own.low, rest.high - rest.value),
        high=value + hypot(own.high - own.value, rest.value - rest.low),
        count=min(own.count, rest.count),
    )
