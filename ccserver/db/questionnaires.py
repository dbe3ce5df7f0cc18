"""Questionnaires in the database: their versions, and what customers answered.

What is pressed in a questionnaire's flow becomes a response by a trigger on `survey_answer`
(migration 0011). Functions that change something belong to the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.questionnaire_form import QuestionnaireForm, questionnaire_of
from ccserver.core.campaigns import CampaignName
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.questionnaire import (
    OPT_OUT,
    Answer,
    Answers,
    Kind,
    Questionnaire,
    faults_of,
)
from ccserver.db import config
from ccserver.db.campaign_tables import LeadRow
from ccserver.db.history import uuid_of
from ccserver.db.questionnaire_tables import AnswerRow, QuestionnaireVersionRow, ResponseRow
from ccserver.db.tables import ContactRow

_LOCK = 0x636361736B73
"""Who makes a version holds this lock of PostgreSQL; the number is `ccasks` in ASCII."""
BY_AGENT, BY_KEYS = "agent", "keys"


class NoSuchQuestionnaireError(Refused):
    """There is no such questionnaire, or no such version: GET /api/questionnaires lists them."""

    status = 404


class NoSuchContactError(Refused):
    """There is no such contact: it may not be written yet, try again in a second."""

    status = 404


class AlreadyCompletedError(Refused):
    """This customer's answers are complete: they stay as they are."""


class FaultyAnswersError(ValueError):
    """Answers that do not fit: `faults` says what is wrong with each."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{question}: {fault}" for question, fault in faults.items()))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A questionnaire as it was at one time."""

    name: str
    version: int
    """1, 2, 3 …; 0: it is configured, and was never asked."""
    form: QuestionnaireForm
    created_at: datetime | None
    """None: not yet."""

    @property
    def questionnaire(self) -> Questionnaire:
        """The same for the core."""
        return questionnaire_of(self.name, self.form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One customer's answers."""

    id: int
    name: str
    version: int
    contact: ContactId
    campaign: str
    lead: int | None
    customer: str
    agent: AgentId | None
    queue: Queue | None
    way: str
    """`agent` or `keys`."""
    language: str
    data: Mapping[str, str]
    """The lead's record then: label -> value."""
    started_at: datetime
    completed_at: datetime | None
    answers: Answers
    opted_out: bool = False
    """By a key: he does not want to be asked any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What an agent has filled in so far."""

    name: str
    contact: ContactId
    agent: AgentId | None
    answers: Answers
    """All of them: an earlier one that is not here is taken back."""
    completed: bool
    language: str = ""


# -- versions


async def in_force(session: AsyncSession) -> dict[str, QuestionnaireForm]:
    """The questionnaires of the configuration, by name."""
    return dict((await config.shared(session)).questionnaires)


async def current(session: AsyncSession, name: str) -> Version:
    """The questionnaire as it is configured, with its version if it has one already. Raises
    NoSuchQuestionnaireError."""
    form = (await in_force(session)).get(name)
    if form is None:
        raise NoSuchQuestionnaireError
    newest = await _newest(session, name)
    if newest is not None and newest.form == form:
        return newest
    return Version(name=name, version=0, form=form, created_at=None)


async def keep_version(session: AsyncSession, name: str) -> Version:
    """The questionnaire as it is configured, in a version that stays: a new one, if it changed
    since the last. Raises NoSuchQuestionnaireError."""
    found = await current(session, name)
    if found.version:
        return found
    await session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    newest = await _newest(session, name)
    if newest is not None and newest.form == found.form:
        return newest
    row = QuestionnaireVersionRow(
        name=name,
        version=1 if newest is None else newest.version + 1,
        body=found.form.model_dump(mode="json"),
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return _version(row)


async def versions(session: AsyncSession, name: str) -> dict[int, Version]:
    """Every version that was asked, and under 0 the one in force if it is configured."""
    rows = await session.scalars(
        select(QuestionnaireVersionRow)
        .where(QuestionnaireVersionRow.name == name)
        .order_by(QuestionnaireVersionRow.version)
    )
    found = {row.version: _version(row) for row in rows}
    form = (await in_force(session)).get(name)
    if form is not None:
        found[0] = Version(name=name, version=0, form=form, created_at=None)
    return found


async def names(session: AsyncSession) -> dict[str, list[int]]:
    """Every questionnaire that is configured or was asked, with its versions."""
    row = QuestionnaireVersionRow
    found: dict[str, list[int]] = {name: [] for name in await in_force(session)}
    for name, version in await session.execute(
        select(row.name, row.version).order_by(row.name, row.version)
    ):
        found.setdefault(name, []).append(version)
    return found


async def _newest(session: AsyncSession, name: str) -> Version | None:
    row = await session.scalar(
        select(QuestionnaireVersionRow)
        .where(QuestionnaireVersionRow.name == name)
        .order_by(QuestionnaireVersionRow.version.desc())
        .limit(1)
    )
    return None if row is None else _version(row)


def _version(row: QuestionnaireVersionRow) -> Version:
    return Version(
        name=row.name,
        version=row.version,
        form=QuestionnaireForm.model_validate(row.body),
        created_at=row.created_at,
    )


# -- answers


async def save(session: AsyncSession, saving: Saving) -> Response:
    """Keep what an agent has filled in. It goes on until it is completed. Raises
    NoSuchQuestionnaireError, NoSuchContactError, AlreadyCompletedError and FaultyAnswersError."""
    contact = uuid_of(saving.contact)
    known = None if contact is None else await session.get(ContactRow, contact)
    if contact is None or known is None:
        raise NoSuchContactError
    asked = await keep_version(session, saving.name)
    lead = None if known.lead is None else await session.get(LeadRow, known.lead)
    row = ResponseRow
    await session.execute(
        insert(row)
        .values(
            name=saving.name,
            version=asked.version,
            contact=contact,
            campaign=known.campaign,
            lead=known.lead,
            customer="" if known.customer_id is None else str(known.customer_id),
            agent=saving.agent,
            queue=known.queue,
            way=BY_AGENT,
            language=saving.language or known.language or "",
            data={} if lead is None else lead.data,
        )
        .on_conflict_do_nothing()
    )
    # Of two who save at once, one waits for the other.
    kept = await session.scalar(
        select(row).where(row.contact == contact, row.name == saving.name).with_for_update()
    )
    assert kept is not None, "it was just put there"
    if kept.completed_at is not None or kept.way != BY_AGENT:
        raise AlreadyCompletedError
    # Who began with a version ends with it.
    version = (await versions(session, saving.name))[kept.version]
    faults = faults_of(
        version.questionnaire, saving.answers, saving.contact, completed=saving.completed
    )
    if faults:
        raise FaultyAnswersError(faults)
    await _write(session, kept.id, saving.answers)
    if saving.completed:
        kept.completed_at = await session.scalar(select(func.now()))
    await session.flush()
    return response_of(kept, saving.answers, opted_out=False)


async def _write(session: AsyncSession, response: int, answers: Answers) -> None:
    row = AnswerRow
    await session.execute(delete(row).where(row.response == response, row.question.not_in(answers)))
    for question, answer in answers.items():
        written = insert(row).values(response=response, question=question, answer=_json(answer))
        await session.execute(
            written.on_conflict_do_update(
                index_elements=[row.response, row.question],
                set_={"answer": written.excluded.answer, "at": func.now()},
                where=row.answer.is_distinct_from(written.excluded.answer),
            )
        )


async def response(session: AsyncSession, contact: ContactId, name: str) -> Response | None:
    """What this customer has answered to this questionnaire; None: nobody has asked him."""
    row = await session.scalar(
        select(ResponseRow).where(ResponseRow.contact == uuid_of(contact), ResponseRow.name == name)
    )
    return None if row is None else (await with_answers(session, [row]))[0]


async def with_answers(session: AsyncSession, rows: list[ResponseRow]) -> tuple[Response, ...]:
    """These responses of one questionnaire, with their answers as the questions know them."""
    if not rows:
        return ()
    known = await versions(session, rows[0].name)
    ids = [row.id for row in rows]
    given: dict[int, dict[str, Any]] = {}
    for answer in await session.scalars(select(AnswerRow).where(AnswerRow.response.in_(ids))):
        given.setdefault(answer.response, {})[answer.question] = answer.answer
    found: list[Response] = []
    for row in rows:
        version = known.get(row.version) or known.get(0)
        answers = given.get(row.id, {})
        typed = {} if version is None else answers_of(version.questionnaire, answers)
        found.append(response_of(row, typed, opted_out=OPT_OUT in answers))
    return tuple(found)


def response_of(row: ResponseRow, answers: Answers, *, opted_out: bool) -> Response:
    """A row with its answers."""
    return Response(
        id=row.id,
        name=row.name,
        version=row.version,
        contact=ContactId(str(row.contact)),
        campaign=row.campaign,
        lead=row.lead,
        customer=row.customer,
        agent=None if row.agent is None else AgentId(row.agent),
        queue=None if row.queue is None else Queue(row.queue),
        way=row.way,
        language=row.language,
        data=row.data,
        started_at=row.started_at,
        completed_at=row.completed_at,
        answers=answers,
        opted_out=opted_out,
    )


def answers_of(questionnaire: Questionnaire, given: Mapping[str, Any]) -> dict[str, Answer | None]:
    """Answers out of JSON, or out of the texts that a flow files. Those to no question of it are
    left out."""
    found: dict[str, Answer | None] = {}
    for name, answer in given.items():
        question = questionnaire.question(name)
        if question is not None:
            found[name] = _answer(question.kind, answer)
    return found


def _answer(kind: Kind, given: Any) -> Answer | None:
    if isinstance(given, list):
        return tuple(map(str, given))
    if kind is Kind.MULTIPLE and isinstance(given, str):
        return tuple(name for name in given.split(",") if name)
    if kind in (Kind.RATING, Kind.NUMBER) and isinstance(given, str) and given.isdecimal():
        return int(given)
    answer: Answer | None = given  # text, a whole number, or null
    return answer


def _json(answer: Answer | None) -> Any:
    return list(answer) if isinstance(answer, tuple) else answer


# -- quotas


async def full_cells(session: AsyncSession, campaign: CampaignName) -> frozenset[tuple[str, str]]:
    """The kinds of leads, each a label and its value, of whom enough have answered."""
    form = (await config.shared(session)).campaigns.get(campaign)
    if form is None or not form.quotas:
        return frozenset()
    row = ResponseRow
    full: set[tuple[str, str]] = set()
    for quota in form.quotas:
        answered = await session.scalar(
            select(func.count()).where(
                row.campaign == campaign,
                row.completed_at.is_not(None),
                row.data[quota.label].astext == quota.value,
            )
        )
        if (answered or 0) >= quota.enough:
            full.add((quota.label, quota.value))
    return frozenset(full)
