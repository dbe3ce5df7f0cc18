"""What customers answered to a questionnaire: found, grouped, and added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.questionnaire import Questionnaire, counted, flow_of
from ccserver.core.survey_figures import (
    Contrast,
    Reply,
    SurveyFigures,
    contrasts,
    figures,
    grouped,
)
from ccserver.db import config
from ccserver.db.campaign_tables import AttemptRow, LeadRow
from ccserver.db.flow_tables import IvrWalkRow
from ccserver.db.questionnaire_tables import ResponseRow
from ccserver.db.questionnaires import (
    NoSuchQuestionnaireError,
    Response,
    Version,
    versions,
    with_answers,
)
from ccserver.db.tables import ContactRow

LIMIT_MAX: Final = 500
GROUPS_MAX: Final = 200
"""So many groups are told; the smallest are left out."""
LABEL: Final = "label:"
FIXED: Final = ("agent", "queue", "version", "day", "way", "campaign", "language")
"""What responses can be grouped by, beside any label of the lead's record."""
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which responses are wanted. None: whatever it is."""

    name: str
    since: datetime | None = None
    """Begun at this instant or later."""
    until: datetime | None = None
    """Begun before this instant."""
    campaign: str | None = None
    queue: str | None = None
    agent: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one group answered, and how it differs from all others together."""

    name: str
    """Empty: of whom it is not known."""
    figures: SurveyFigures
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of asking a questionnaire."""

    version: Version
    """The one whose questions are told: the newest of those that were wanted."""
    whole: SurveyFigures
    opted_out: int
    groups: tuple[Group, ...]


async def responses(
    session: AsyncSession, wanted: Wanted, *, before: int | None = None, limit: int = 50
) -> tuple[Response, ...]:
    """Responses, the newest first; with `before` those that are older than the one of this id."""
    query = select(ResponseRow).where(*_conditions(wanted)).order_by(ResponseRow.id.desc())
    if before is not None:
        query = query.where(ResponseRow.id < before)
    return await with_answers(session, list(await session.scalars(query.limit(limit))))


async def every_response(session: AsyncSession, wanted: Wanted) -> list[Response]:
    """All of them, the newest first."""
    found: list[Response] = []
    before: int | None = None
    while page := await responses(session, wanted, before=before, limit=_AT_ONCE):
        found += page
        before = page[-1].id
    return found


async def results(session: AsyncSession, wanted: Wanted, *, by: str, zone: str) -> Results:
    """What came of asking, for all and for each group. `by` is one of FIXED, a label of the lead's
    record (also as `label:agent`), or empty; a day is one of `zone` (IANA). Raises
    NoSuchQuestionnaireError."""
    known = await versions(session, wanted.name)
    version = _told(known, wanted.version)
    found = await every_response(session, wanted)
    replies = [
        Reply(
            answers=_counted(known, one),
            completed=one.completed_at is not None,
            group=_group(one, by, zone),
        )
        for one in found
    ]
    replies += await _silent(session, wanted, by, zone)
    asked = version.questionnaire
    return Results(
        version=version,
        whole=figures(asked, replies, len(replies)),
        opted_out=sum(one.opted_out for one in found),
        groups=_groups(asked, replies) if by else (),
    )


def _told(known: dict[int, Version], wanted: int | None) -> Version:
    """The version whose questions are told."""
    if wanted is not None:
        found = known.get(wanted)
    else:
        found = known.get(0) or (known[max(known)] if known else None)
    if found is None:
        raise NoSuchQuestionnaireError
    return found


def _counted(known: dict[int, Version], one: Response) -> dict[str, Any]:
    """The answers that count, by the version to which they were given."""
    version = known.get(one.version) or known.get(0)
    if version is None:
        return {}
    return dict(counted(version.questionnaire, one.answers, one.contact))


def _groups(asked: Questionnaire, replies: Sequence[Reply]) -> tuple[Group, ...]:
    by_group = grouped(replies)
    found: list[Group] = []
    for name, own in list(by_group.items())[:GROUPS_MAX]:
        others = [reply for reply in replies if reply.group != name]
        found.append(
            Group(
                name=name,
                figures=figures(asked, own, len(own)),
                contrasts=contrasts(asked, own, others),
            )
        )
    return tuple(found)


def _group(one: Response, by: str, zone: str) -> str:
    match by:
        case "agent" | "queue" | "way" | "campaign" | "language":
            return str(getattr(one, by) or "")
        case "version":
            return str(one.version)
        case "day":
            return _day(one.started_at, zone)
        case _:
            return str(one.data.get(by.removeprefix(LABEL), ""))


def _day(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = ResponseRow
    every = (
        (row.name, wanted.name),
        (row.campaign, wanted.campaign),
        (row.queue, wanted.queue),
        (row.agent, wanted.agent),
        (row.version, wanted.version),
    )
    found: list[ColumnElement[bool]] = [
        column == value for column, value in every if value is not None
    ]
    if wanted.since is not None:
        found.append(row.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(row.started_at < wanted.until)
    return found


# -- who was asked, and said nothing


async def _silent(session: AsyncSession, wanted: Wanted, by: str, zone: str) -> list[Reply]:
    """Those who walked the questionnaire's flow, or were connected with an agent of a campaign that
    asks it, and have no response."""
    if wanted.version is not None:
        return []  # nobody knows which version they would have got
    contact, response = ContactRow, ResponseRow
    campaigns = [
        name
        for name, form in (await config.shared(session)).campaigns.items()
        if form.questionnaire == wanted.name
    ]
    walked = select(IvrWalkRow.contact).where(IvrWalkRow.flow == flow_of(wanted.name))
    connected = select(AttemptRow.id).where(
        AttemptRow.campaign.in_(campaigns), AttemptRow.connected_at.is_not(None)
    )
    answered = select(response.contact).where(response.name == wanted.name)
    query = (
        select(contact, LeadRow.data)
        .outerjoin(LeadRow, LeadRow.id == contact.lead)
        .where(
            or_(contact.id.in_(walked), contact.id.in_(connected)),
            contact.id.not_in(answered),
            *_of_contact(wanted),
        )
    )
    return [
        Reply(answers={}, completed=False, group=_group_of_silent(row, data or {}, by, zone))
        for row, data in await session.execute(query)
    ]


def _of_contact(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = ContactRow
    every = ((row.campaign, wanted.campaign), (row.queue, wanted.queue), (row.agent, wanted.agent))
    found: list[ColumnElement[bool]] = [
        column == value for column, value in every if value is not None
    ]
    if wanted.since is not None:
        found.append(row.arrived_at >= wanted.since)
    if wanted.until is not None:
        found.append(row.arrived_at < wanted.until)
    return [and_(*found)] if found else []


def _group_of_silent(row: ContactRow, data: dict[str, Any], by: str, zone: str) -> str:
    match by:
        case "agent" | "queue" | "campaign" | "language":
            return str(getattr(row, by) or "")
        case "version" | "way":
            return ""
        case "day":
            return _day(row.arrived_at, zone)
        case _:
            return str(data.get(by.removeprefix(LABEL), ""))
