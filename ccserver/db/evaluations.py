"""What raters say of recorded talks, and what it adds up to.

Functions that change something belong to the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ccserver.config.evaluation import stored
from ccserver.core.agreement import Agreement, agreement
from ccserver.core.errors import Refused
from ccserver.core.evaluation import (
    Answers,
    Average,
    Comment,
    Score,
    averages,
    check_answers,
    check_comments,
    score,
)
from ccserver.core.ids import AgentId
from ccserver.db.evaluation_forms import form as form_of
from ccserver.db.recording_tables import (
    EvaluationFormRow,
    EvaluationRow,
    RecordingPartyRow,
    RecordingRow,
)
from ccserver.db.tables import PersonRow, SettingAuditRow

AUDITED: Final = "evaluations"
"""What changes of evaluations are filed under in the audit."""

CHANGE: Final = timedelta(hours=24)
"""So long its rater may change an evaluation. Later it is a part of what was said of the agent."""

LIMIT_MAX: Final = 200

SLACK_SECONDS: Final = 1.0
"""A recording's length is that of its sound once it is kept, and that of the events before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rater says of one agent in one recording."""

    recording: int
    form: str
    version: int | None
    """None: the newest."""
    rater: str
    """The login."""
    agent: AgentId | None
    """None: whom the recording heard first."""
    answers: Answers
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A judgement that was kept."""

    id: int
    recording: int
    agent: AgentId
    form: str
    version: int
    rater: str
    answers: Answers
    comments: tuple[Comment, ...]
    """In the order of their seconds."""
    points: float
    points_max: float
    failed: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which evaluations. What is None matters not."""

    recording: int | None = None
    agent: AgentId | None = None
    form: str | None = None
    rater: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Made before this instant."""


class Grouping(StrEnum):
    """Whose averages."""

    AGENT = "agent"
    TEAM = "team"
    """As the agents are in teams now."""


class NoSuchRecordingError(Refused):
    """There is no such recording."""

    status = 404


class GoneError(Refused):
    """The recording was deleted: nobody can hear any more what was judged."""


class RetiredError(Refused):
    """The form was retired: take another of GET /api/evaluation-forms."""


class NotHeardError(Refused):
    """The recording does not hear this agent: name one of those who talk in it."""

    status = 422


class OwnTalkError(Refused):
    """Nobody judges himself: let another supervisor do it."""

    status = 403


class TooLateError(Refused):
    """An evaluation can be changed for 24 hours: this one is older."""


class FaultyAnswersError(Refused):
    """Answers or comments that do not fit. The text names each, with what to do."""

    status = 422


async def save(session: AsyncSession, judgement: Judgement) -> Evaluation:
    """Keep a judgement. A second one by the same rater, recording and version changes the first,
    which is audited.

    Raises NoSuchFormError, NoSuchRecordingError, GoneError, RetiredError, NotHeardError,
    OwnTalkError, FaultyAnswersError and TooLateError.
    """
    used = await form_of(session, judgement.form, judgement.version)
    agent, seconds = await _heard(session, judgement)
    faults = (
        *check_answers(used.form, judgement.answers),
        *check_comments(judgement.comments, seconds=seconds),
    )
    if faults:
        raise FaultyAnswersError("; ".join(faults))
    whole = score(used.form, judgement.answers)
    known = {
        "recording": judgement.recording,
        "form": judgement.form,
        "version": used.version,
        "rater": judgement.rater,
    }
    said = {
        "agent": agent,
        "answers": dict(judgement.answers),
        "comments": [list(comment) for comment in sorted(judgement.comments)],
        "points": whole.points,
        "points_max": whole.points_max,
        "failed": whole.failed,
    }
    row = None
    if used.active:
        row = await session.scalar(
            insert(EvaluationRow)
            .values(**known, **said)
            .on_conflict_do_nothing()
            .returning(EvaluationRow)
        )
    return _evaluation(row or await _change(session, known, said))


async def _heard(session: AsyncSession, judgement: Judgement) -> tuple[AgentId, float]:
    """Who is judged, and how long the recording is."""
    row = await session.get(RecordingRow, judgement.recording)
    if row is None:
        raise NoSuchRecordingError
    if row.state == "deleted":
        raise GoneError
    parties = await session.scalars(
        select(RecordingPartyRow.agent).where(RecordingPartyRow.source == row.source)
    )
    agent = judgement.agent or row.agent
    if agent is None or agent not in {row.agent, *parties}:
        raise NotHeardError
    if agent == judgement.rater:
        raise OwnTalkError
    lasted = (row.ended_at - row.started_at).total_seconds()
    return AgentId(agent), max(lasted, row.seconds or 0.0) + SLACK_SECONDS


async def _change(
    session: AsyncSession, known: dict[str, Any], said: dict[str, Any]
) -> EvaluationRow:
    """Change what the rater said before."""
    found = (
        await session.execute(
            select(EvaluationRow, EvaluationRow.made_at > func.now() - CHANGE)
            .where(*(getattr(EvaluationRow, name) == value for name, value in known.items()))
            .with_for_update()
        )
    ).first()
    if found is None:
        raise RetiredError
    row, is_fresh = found
    before = {name: getattr(row, name) for name in said}
    if before == said:
        return row
    if not is_fresh:
        raise TooLateError
    for name, value in said.items():
        setattr(row, name, value)
    session.add(
        SettingAuditRow(
            who=known["rater"],
            kind=AUDITED,
            name=str(row.id),
            before=before,
            after=said,
            reason="",
        )
    )
    await session.flush()
    return row


# -- reading


async def evaluations(
    session: AsyncSession, wanted: Wanted, *, limit: int = LIMIT_MAX, after: int | None = None
) -> tuple[Evaluation, ...]:
    """Evaluations, the newest first; with `after` those that are older than the one of this id."""
    query = (
        select(EvaluationRow)
        .where(*_conditions(wanted))
        .order_by(EvaluationRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(EvaluationRow.id < after)
    return tuple(_evaluation(row) for row in await session.scalars(query))


async def averages_of(
    session: AsyncSession, wanted: Wanted, *, by: Grouping
) -> tuple[Average, ...]:
    """What agents, or teams, have reached on the average, in all and in each section; by name.

    Who is in no team is in the one without a name.
    """
    whose = EvaluationRow.agent if by is Grouping.AGENT else func.coalesce(PersonRow.team, "")
    query = (
        select(whose, EvaluationRow.answers, EvaluationFormRow)
        .join(
            EvaluationFormRow,
            (EvaluationFormRow.name == EvaluationRow.form)
            & (EvaluationFormRow.version == EvaluationRow.version),
        )
        .outerjoin(PersonRow, PersonRow.login == EvaluationRow.agent)
        .where(*_conditions(wanted))
    )
    rows = (await session.execute(query)).all()
    read = {(row.name, row.version): stored(row.document) for _, _, row in rows}
    judged: list[tuple[str, Score]] = [
        (name, score(read[row.name, row.version], answers)) for name, answers, row in rows
    ]
    return averages(judged)


async def agreement_of(
    session: AsyncSession,
    wanted: Wanted,
    *,
    version: int | None,
    raters: tuple[str, str],
) -> tuple[int, Agreement]:
    """How far two raters agree on the talks that both judged by this version of the form.

    None: its newest. Returns the version too. `wanted` names a form, and no rater; its instants
    hold for the first one's evaluations. Raises NoSuchFormError.
    """
    used = await form_of(session, wanted.form or "", version)
    other = aliased(EvaluationRow)
    first, second = raters
    query = (
        select(EvaluationRow.answers, other.answers)
        .join(
            other,
            (other.recording == EvaluationRow.recording)
            & (other.agent == EvaluationRow.agent)
            & (other.form == EvaluationRow.form)
            & (other.version == EvaluationRow.version),
        )
        .where(
            EvaluationRow.version == used.version,
            other.rater == second,
            *_conditions(replace(wanted, rater=first)),
        )
        .order_by(EvaluationRow.id)
    )
    rows = await session.execute(query)
    return used.version, agreement(used.form, [(one, another) for one, another in rows])


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = EvaluationRow
    equal = (
        (row.recording, wanted.recording),
        (row.agent, wanted.agent),
        (row.form, wanted.form),
        (row.rater, wanted.rater),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if wanted.since is not None:
        conditions.append(row.made_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(row.made_at < wanted.until)
    return conditions


def _evaluation(row: EvaluationRow) -> Evaluation:
    return Evaluation(
        id=row.id,
        recording=row.recording,
        agent=AgentId(row.agent),
        form=row.form,
        version=row.version,
        rater=row.rater,
        answers=row.answers,
        comments=_comments(row.comments),
        points=row.points,
        points_max=row.points_max,
        failed=row.failed,
        made_at=row.made_at,
    )


def _comments(stored_as: Sequence[Sequence[Any]]) -> tuple[Comment, ...]:
    return tuple((float(at), str(text)) for at, text in stored_as)
