"""What callers answered in surveys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.db.flow_tables import SurveyAnswerRow
from ccserver.db.history import uuid_of

_FILE = "."
"""Has a recording's file in its name, and no other answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """What a caller answered to one question."""

    survey: str
    question: str
    answer: str
    """The key, or the recording's file."""
    queue: Queue | None
    agent: AgentId | None
    """Who had talked to him."""
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """What the answers to one question add up to."""

    survey: str
    question: str
    keys: Mapping[str, int]
    """How often each key, or each value that a flow filed, was the answer."""
    recordings: int
    """Answers in the callers' own words."""
    mean: float | None
    """Of the digits. None: there are none."""


async def answers(session: AsyncSession, contact: ContactId) -> tuple[SurveyAnswer, ...]:
    """What a caller answered, in the order in which he did."""
    rows = await session.scalars(
        select(SurveyAnswerRow)
        .where(SurveyAnswerRow.contact == uuid_of(contact))
        .order_by(SurveyAnswerRow.answered_at, SurveyAnswerRow.question)
    )
    return tuple(
        SurveyAnswer(
            survey=row.survey,
            question=row.question,
            answer=row.answer,
            queue=None if row.queue is None else Queue(row.queue),
            agent=None if row.agent is None else AgentId(row.agent),
            answered_at=row.answered_at,
        )
        for row in rows
    )


async def figures(
    session: AsyncSession,
    *,
    since: datetime,
    until: datetime,
    queue: Queue | None = None,
    agent: AgentId | None = None,
) -> tuple[QuestionFigures, ...]:
    """What was answered in [since, until), by survey and question; of all callers, or of those of
    one queue or agent."""
    row = SurveyAnswerRow
    query = (
        select(row.survey, row.question, row.answer, func.count())
        .where(row.answered_at >= since, row.answered_at < until)
        .group_by(row.survey, row.question, row.answer)
        .order_by(row.survey, row.question, row.answer)
    )
    if queue is not None:
        query = query.where(row.queue == queue)
    if agent is not None:
        query = query.where(row.agent == agent)
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for survey, question, answer, count in await session.execute(query):
        counted.setdefault((survey, question), {})[answer] = count
    return tuple(_figures(*named, answers) for named, answers in counted.items())


def _figures(survey: str, question: str, counted: dict[str, int]) -> QuestionFigures:
    keys = {answer: count for answer, count in counted.items() if _FILE not in answer}
    digits = {int(key): count for key, count in keys.items() if key.isdigit()}
    number = sum(digits.values())
    total = sum(digit * count for digit, count in digits.items())
    return QuestionFigures(
        survey=survey,
        question=question,
        keys=keys,
        recordings=sum(counted.values()) - sum(keys.values()),
        mean=total / number if number else None,
    )
