"""Questionnaires over HTTP: agents fill them in, supervisors see what came of it."""

import asyncio
from typing import Annotated, Final, Literal

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from ccserver.core.ids import AgentId, ContactId
from ccserver.db import questionnaires, survey_results
from ccserver.db.questionnaires import FaultyAnswersError, NoSuchQuestionnaireError, Saving, Version
from ccserver.db.survey_results import LIMIT_MAX, Wanted
from ccserver.web.auth import Someone, Supervisor
from ccserver.web.contacts import ContactInPath, has_now, seen_contact
from ccserver.web.database import Database, changing
from ccserver.web.instants import YEAR_9999_MS, from_ms
from ccserver.web.interval_files import CSV, XLSX
from ccserver.web.problems import Problem
from ccserver.web.questionnaire_rows import (
    AnswerOnWire,
    NextRow,
    QuestionnaireRow,
    ResponseRow,
    ResultsRow,
    VersionRow,
    answers_on_wire,
    next_row,
    response_row,
    results_row,
    version_row,
)
from ccserver.web.response_files import as_csv, as_xlsx

router = APIRouter(prefix="/api", tags=["questionnaires"])

_log = structlog.get_logger("ccserver.web")

_PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*$"
NameInPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Word = Annotated[str, Field(max_length=64, pattern=_PRINTABLE)]
AnswerForm = (
    Annotated[str, Field(max_length=4000)]
    | int
    | Annotated[list[Word], Field(max_length=30)]
    | None
)


class AnswersForm(BaseModel, extra="forbid"):
    """What an agent has filled in so far."""

    answers: Annotated[dict[Word, AnswerForm], Field(max_length=100)]
    """Question -> an option's name, names of options, a whole number, or text; null: it was asked
    and skipped. All of them: an earlier answer that is not here is taken back."""
    completed: bool = False
    """It is done, and stays as it is."""
    language: Annotated[str, Field(max_length=20, pattern=_PRINTABLE)] = ""
    """In which it was asked (BCP 47)."""


class ResponseQuery(BaseModel, extra="forbid"):
    """Which responses are wanted. What is left out matters not."""

    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    """Begun at this instant (ms since 1970 UTC) or later."""
    until: int | None = Field(None, alias="to", ge=0, le=YEAR_9999_MS)
    """Begun before this instant (ms since 1970 UTC)."""
    campaign: Word | None = None
    queue: Word | None = None
    agent: Word | None = None
    version: int | None = Field(None, ge=1, le=2**31 - 1)

    def wanted(self, name: str) -> Wanted:
        """The same for the database."""
        return Wanted(
            name=name,
            since=None if self.since is None else from_ms(self.since),
            until=None if self.until is None else from_ms(self.until),
            campaign=self.campaign,
            queue=self.queue,
            agent=self.agent,
            version=self.version,
        )


class ResultsQuery(ResponseQuery):
    """Which responses, and in which groups."""

    by: Annotated[str, Field(max_length=66, pattern=_PRINTABLE)] = ""
    """`agent`, `queue`, `version`, `day`, `way`, `campaign`, `language`, or a label of the lead's
    record, such as region (`label:agent` for one that has such a name); empty: no groups."""


class PageQuery(ResponseQuery):
    """Which responses, and how many."""

    after: int | None = Field(None, ge=1, le=2**63 - 1)
    """Only those that are older than the one of this id: the last of the page before."""
    limit: int = Field(50, ge=1, le=LIMIT_MAX)


class ExportQuery(ResponseQuery):
    """Which responses, and in which form."""

    form: Literal["csv", "xlsx"] = Field("xlsx", alias="format")


# -- questionnaires


@router.get("/questionnaires")
async def listed(database: Database, _: Someone) -> list[QuestionnaireRow]:
    """All that are configured, and those that were asked once."""
    configured = await questionnaires.in_force(database)
    rows: list[QuestionnaireRow] = []
    for name, versions in (await questionnaires.names(database)).items():
        form = configured.get(name)
        if form is None:
            form = (await questionnaires.versions(database, name))[versions[-1]].form
        rows.append(
            QuestionnaireRow(
                name=name,
                title=form.title,
                languages=list(form.languages),
                questions=len(form.questions),
                in_force=name in configured,
                versions=versions,
            )
        )
    return rows


@router.get("/questionnaires/{name}")
async def one(
    database: Database,
    _: Someone,
    name: NameInPath,
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> VersionRow:
    """The questionnaire in force, or an older version of it."""
    if version is None:
        return version_row(await questionnaires.current(database, name))
    found = (await questionnaires.versions(database, name)).get(version)
    if found is None:
        raise NoSuchQuestionnaireError
    return version_row(found)


@router.get("/questionnaires/{name}/next")
async def following(
    request: Request,
    database: Database,
    someone: Someone,
    name: NameInPath,
    contact: Annotated[str, Query(max_length=64)],
) -> NextRow:
    """What a customer is asked next, after what is filled in so far, and in which order all is."""
    key = ContactId(contact)
    # On the screen before the voice: the history may not know the contact yet.
    if not has_now(request, someone.me, key):
        await seen_contact(request, database, someone.me, key)
    kept = await questionnaires.response(database, key, name)
    asked = await _asked(database, name, None if kept is None else kept.version)
    return next_row(asked, key, kept)


async def _asked(database: Database, name: str, version: int | None) -> Version:
    """Who began with a version goes on with it."""
    known = (await questionnaires.versions(database, name)).get(version or 0)
    return known or await questionnaires.current(database, name)


# -- answers


@router.get("/contacts/{contact}/responses/{name}")
async def response(
    request: Request, database: Database, someone: Someone, contact: ContactInPath, name: NameInPath
) -> ResponseRow:
    """What was filled in so far for a contact, or pressed by it."""
    found, _ = await seen_contact(request, database, someone.me, contact)
    kept = await questionnaires.response(database, found.contact, name)
    if kept is None:
        raise Problem(404, "Nobody has asked this customer yet.", "PUT the first answers.")
    return response_row(kept)


@router.put("/contacts/{contact}/responses/{name}")
async def put_response(
    request: Request,
    someone: Someone,
    contact: ContactInPath,
    name: NameInPath,
    body: AnswersForm,
) -> ResponseRow:
    """Keep what is filled in so far; agents for contacts that they have or had. The first answers
    fix the version that goes on for this customer."""
    me = someone.me
    given: dict[str, AnswerOnWire] = dict(body.answers)
    async with changing(request) as session:
        found, _ = await seen_contact(request, session, me, contact)
        saving = Saving(
            name=name,
            contact=ContactId(found.contact),
            agent=None if me.agent is None else AgentId(me.agent),
            answers=answers_on_wire(given),
            completed=body.completed,
            language=body.language,
        )
        try:
            kept = await questionnaires.save(session, saving)
        except FaultyAnswersError as error:
            raise Problem(
                422, str(error), f"Correct what is named. GET /api/questionnaires/{name} shows all."
            ) from error
    if body.completed:
        _log.info("a questionnaire was completed", questionnaire=name, contact=found.contact)
    return response_row(kept)


# -- results


@router.get("/questionnaires/{name}/results")
async def results(
    request: Request,
    database: Database,
    _: Supervisor,
    name: NameInPath,
    query: Annotated[ResultsQuery, Query()],
) -> ResultsRow:
    """Response rate, shares, means, CSAT and NPS with their intervals, of all and by group."""
    zone: str = request.app.state.zone
    found = await survey_results.results(database, query.wanted(name), by=query.by, zone=zone)
    return results_row(found, query.by)


@router.get("/questionnaires/{name}/responses")
async def responses(
    database: Database, _: Supervisor, name: NameInPath, query: Annotated[PageQuery, Query()]
) -> list[ResponseRow]:
    """Single responses, the newest first."""
    found = await survey_results.responses(
        database, query.wanted(name), before=query.after, limit=query.limit
    )
    return [response_row(each) for each in found]


@router.get("/questionnaires/{name}/export", response_class=Response)
async def export(
    request: Request,
    database: Database,
    _: Supervisor,
    name: NameInPath,
    query: Annotated[ExportQuery, Query()],
) -> Response:
    """All responses as a file: a row for each, a column for each question."""
    zone: str = request.app.state.zone
    known = await questionnaires.versions(database, name)
    if not known:
        raise NoSuchQuestionnaireError
    newest = known.get(0) or known[max(known)]
    asked = [question.name for question in newest.form.questions]
    found = await survey_results.every_response(database, query.wanted(name))
    write, kind = (as_csv, CSV) if query.form == "csv" else (as_xlsx, XLSX)
    body = await asyncio.to_thread(lambda: write(asked, found, zone))
    attached = {"Content-Disposition": f'attachment; filename="{name}.{query.form}"'}
    return Response(body, media_type=kind, headers=attached)
