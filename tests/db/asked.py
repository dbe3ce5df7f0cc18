"""A questionnaire that is configured, leads of a campaign that asks it, and talks with them."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.questionnaire_form import QuestionnaireForm
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.questionnaire import Answers
from ccserver.core.records import SaveAnswer
from ccserver.db import questionnaires
from ccserver.db.questionnaires import Response, Saving
from tests.db.calls import ANNA, SALES, T0, Site, contact_id
from tests.db.parts import journaled

TEXT = {"zh": "问", "en": "Ask"}
VISIT: dict[str, Any] = {
    "title": "上门服务 · Visit",
    "questions": [
        {"name": "solved", "kind": "single", "text": TEXT, "options": [
            {"name": "yes", "text": TEXT}, {"name": "no", "text": TEXT, "goto": "why"}]},
        {"name": "content", "kind": "rating", "text": TEXT, "scale": "csat", "goto": "end"},
        {"name": "why", "kind": "multiple", "text": TEXT, "required": False, "options": [
            {"name": "late", "text": TEXT}, {"name": "rude", "text": TEXT}]},
        {"name": "words", "kind": "text", "text": TEXT, "required": False},
    ],
}  # fmt: skip
CAMPAIGN: dict[str, Any] = {
    "queue": "sales",
    "questionnaire": "visit",
    "quotas": [
        {"label": "region", "value": "east", "enough": 2},
        {"label": "region", "value": "west", "enough": 2},
        {"label": "region", "value": "none", "enough": 0},
    ],
}


async def configure(session: AsyncSession, kind: str, name: str, body: dict[str, Any]) -> None:
    """Puts it into the configuration."""
    await session.execute(
        text(
            "INSERT INTO setting (kind, name, body, updated_by)"
            " VALUES (:kind, :name, CAST(:body AS jsonb), 'test')"
            " ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body"
        ),
        {"kind": kind, "name": name, "body": json.dumps(body)},
    )


async def visit(session: AsyncSession, **changes: Any) -> None:
    """Configures the questionnaire."""
    form = QuestionnaireForm.model_validate({**VISIT, **changes})
    await configure(session, "questionnaires", "visit", form.model_dump(mode="json"))


async def campaign(session: AsyncSession) -> None:
    """Configures the campaign."""
    await configure(session, "campaigns", "after_visit", CAMPAIGN)


async def called(session: AsyncSession, contact: ContactId, **data: str) -> None:
    """The contact was a call of the campaign to a lead with this record, and was connected."""
    lead = await session.scalar(
        text(
            "INSERT INTO lead (campaign, call_list, numbers, data)"
            " VALUES ('after_visit', 1, '{+8613800138000}', CAST(:data AS jsonb)) RETURNING id"
        ),
        {"data": json.dumps(data)},
    )
    await session.execute(
        text(
            "INSERT INTO attempt (id, campaign, call_list, lead, number, number_index, mode,"
            " placed_at, connected_at)"
            " VALUES (:id, 'after_visit', 1, :lead, '+8613800138000', 0, 'preview', now(), now())"
        ),
        {"id": contact, "lead": lead},
    )
    await session.execute(
        text("UPDATE contact SET campaign = 'after_visit', lead = :lead WHERE id = :id"),
        {"id": contact, "lead": lead},
    )


async def talks(database: str, count: int) -> list[ContactId]:
    """Talks of Anna's."""
    site = Site()
    for number in range(1, count + 1):
        site.call(number)
    await journaled(database, site)
    return [contact_id(number) for number in range(1, count + 1)]


async def filled(
    session: AsyncSession,
    contact: ContactId,
    answers: Answers,
    *,
    completed: bool = True,
    agent: AgentId = ANNA,
) -> Response:
    """An agent fills the questionnaire in."""
    return await questionnaires.save(
        session,
        Saving(name="visit", contact=contact, agent=agent, answers=answers, completed=completed),
    )


def pressed(
    contact: ContactId,
    question: str,
    answer: str,
    at: float = T0,
    *,
    queue: Queue | None = SALES,
    flow: str = "q_visit",
) -> SaveAnswer:
    """An answer in the questionnaire's flow."""
    return SaveAnswer(
        contact=contact,
        survey=flow,
        question=question,
        answer=answer,
        queue=queue,
        agent=ANNA,
        answered_at=at,
    )
