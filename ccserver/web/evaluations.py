"""Judging recorded talks over HTTP: administrators publish forms, supervisors judge by them, and an
agent reads what was said of his own talks."""

from dataclasses import asdict
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from ccserver.config.check import ConfigError
from ccserver.config.evaluation import FormDocument
from ccserver.core.evaluation import Answer, Comment, Section
from ccserver.core.ids import AgentId
from ccserver.db import evaluation_forms, evaluations
from ccserver.db.evaluation_forms import Published
from ccserver.db.evaluations import Evaluation, Grouping, Judgement, Wanted
from ccserver.db.people import Role
from ccserver.db.recordings import recording as recording_of
from ccserver.web.auth import Administrator, Someone, Supervisor
from ccserver.web.database import Database, changing
from ccserver.web.instants import YEAR_9999_MS, from_ms, to_ms
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["evaluations"])

_log = structlog.get_logger("ccserver.web")

FormName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Login = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
RecordingInPath = Annotated[Id, Path()]


class FormRow(BaseModel):
    """A version of a form."""

    name: str
    version: int
    title: str
    sections: tuple[Section, ...]
    active: bool
    """False: it was retired."""
    made_at: int
    made_by: str


class JudgementForm(BaseModel, extra="forbid"):
    """What a supervisor says of a talk."""

    form: FormName
    version: Version | None = None
    """null: the newest."""
    agent: Login | None = None
    """null: whom the recording heard first."""
    answers: dict[str, Answer]
    """Question -> true or false, a number, an option, or a text; null: it does not apply."""
    comments: list[Comment] = []
    """[[seconds from the recording's beginning, text], …]"""


class EvaluationRow(BaseModel):
    """What was said of a talk."""

    id: int
    """Newer ones have a greater one."""
    recording: int
    agent: str
    form: str
    version: int
    rater: str
    answers: dict[str, Answer]
    comments: list[Comment]
    points: float
    points_max: float
    failed: bool
    """An answer failed the whole talk: it has no points."""
    made_at: int


class EvaluationQuery(BaseModel, extra="forbid"):
    """Which evaluations are wanted. What is left out matters not."""

    agent: Login | None = None
    form: FormName | None = None
    rater: Login | None = None
    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    """Made at this instant (ms since 1970 UTC) or later."""
    until: int | None = Field(None, ge=0, le=YEAR_9999_MS)
    """Made before this instant (ms since 1970 UTC)."""

    def wanted(self) -> Wanted:
        """The same for the database."""
        return Wanted(
            agent=None if self.agent is None else AgentId(self.agent),
            form=self.form,
            rater=self.rater,
            since=None if self.since is None else from_ms(self.since),
            until=None if self.until is None else from_ms(self.until),
        )


class ListQuery(EvaluationQuery):
    """Which evaluations, and how many."""

    after: Id | None = None
    """Only those that are older than the one of this id: the last of the page before."""
    limit: int = Field(50, ge=1, le=evaluations.LIMIT_MAX)


class AverageQuery(EvaluationQuery):
    """Which evaluations, and whose averages."""

    by: Grouping = Grouping.AGENT


class AgreementQuery(BaseModel, extra="forbid"):
    """Which two raters are compared, and on what."""

    form: FormName
    version: Version | None = None
    """null: the newest."""
    first: Login
    second: Login
    since: int | None = Field(None, alias="from", ge=0, le=YEAR_9999_MS)
    """The first one's evaluations were made at this instant (ms since 1970 UTC) or later."""
    until: int | None = Field(None, ge=0, le=YEAR_9999_MS)


class AverageRow(BaseModel):
    """What an agent, or a team, has reached on the average."""

    name: str
    """The agent, or the team; empty: those who are in no team."""
    talks: int
    failed: int
    share: float | None
    """Of the points, 0 to 1; a talk that failed counts as 0. null: nothing counted."""
    sections: dict[str, float]
    """Section -> the share of its points."""


class QuestionAgreementRow(BaseModel):
    """How far two raters agree on one question."""

    question: str
    talks: int
    same_share: float | None
    """The share of the talks to which both gave the same answer."""
    kappa: float | None
    """Cohen's: 1 is agreement on all, 0 is chance. Of a scale weighted by the squared distance.
    null: it cannot be told, such as when both always give the same answer."""


class AgreementRow(BaseModel):
    """How far two raters agree."""

    version: int
    talks: int
    """Those that both have judged, of the same agent."""
    correlation: float | None
    """Pearson's, of the shares of all points."""
    mean_difference: float | None
    """Of the shares, -1 to 1: more than 0 when the first is the milder."""
    questions: list[QuestionAgreementRow]


# -- forms


@router.get("/evaluation-forms")
async def forms(
    database: Database, _: Someone, every: Annotated[bool, Query()] = False
) -> list[FormRow]:
    """The newest version of each form; with `every` all versions, those that were retired too."""
    return [_form_row(one) for one in await evaluation_forms.forms(database, every=every)]


@router.get("/evaluation-forms/{name}")
async def one_form(
    database: Database,
    _: Someone,
    name: Annotated[FormName, Path()],
    version: Annotated[Version | None, Query()] = None,
) -> FormRow:
    """A form: its newest version, or this one."""
    return _form_row(await evaluation_forms.form(database, name, version))


@router.post("/evaluation-forms")
async def publish(request: Request, admin: Administrator, body: FormDocument) -> FormRow:
    """Publish a form in a new version. One that holds what the newest holds changes nothing."""
    try:
        form = body.form()
    except ConfigError as error:
        raise Problem(
            422, "; ".join(error.faults), "Correct what is named, and publish it again."
        ) from error
    async with changing(request) as session:
        published = await evaluation_forms.publish(session, form, who=admin.me.login)
    return _form_row(published)


@router.post("/evaluation-forms/{name}/retire", status_code=204)
async def retire(request: Request, _: Administrator, name: Annotated[FormName, Path()]) -> None:
    """Let nothing be judged by this form any more. What was judged by it stays."""
    async with changing(request) as session:
        await evaluation_forms.retire(session, name)


# -- evaluations


@router.post("/recordings/{recording}/evaluations")
async def judge(
    request: Request, supervisor: Supervisor, recording: RecordingInPath, body: JudgementForm
) -> EvaluationRow:
    """Judge a recording. Done again by the same person, with the same version of the form, within
    24 hours, it changes what was said."""
    judgement = Judgement(
        recording=recording,
        form=body.form,
        version=body.version,
        rater=supervisor.me.login,
        agent=None if body.agent is None else AgentId(body.agent),
        answers=body.answers,
        comments=tuple(body.comments),
    )
    async with changing(request) as session:
        try:
            kept = await evaluations.save(session, judgement)
        except evaluations.FaultyAnswersError as error:
            raise Problem(
                422,
                str(error),
                f"Correct what is named. GET /api/evaluation-forms/{body.form} shows the form.",
            ) from error
    _log.info("a recording was judged", recording=recording, by=kept.rater, evaluation=kept.id)
    return _row(kept)


@router.get("/recordings/{recording}/evaluations")
async def of_recording(
    database: Database, someone: Someone, recording: RecordingInPath
) -> list[EvaluationRow]:
    """What was said of a recording, the newest first; for an agent what was said of himself."""
    me = someone.me
    if me.role is not Role.AGENT and await recording_of(database, recording) is None:
        raise Problem(404, "There is no such recording.", "Look for it in its contact.")
    agent = AgentId(me.agent or "") if me.role is Role.AGENT else None
    wanted = Wanted(recording=recording, agent=agent)
    return [_row(one) for one in await evaluations.evaluations(database, wanted)]


@router.get("/evaluations")
async def listed(
    database: Database, someone: Someone, query: Annotated[ListQuery, Query()]
) -> list[EvaluationRow]:
    """Evaluations, the newest first. An agent sees what was said of himself."""
    wanted = _seen_by(someone.me, query)
    found = await evaluations.evaluations(database, wanted, limit=query.limit, after=query.after)
    return [_row(one) for one in found]


def _seen_by(me: Me, query: EvaluationQuery) -> Wanted:
    if me.role is not Role.AGENT:
        return query.wanted()
    if query.agent not in (None, me.agent):
        raise Problem(403, "This was said of another agent.", "Ask for what was said of you.")
    return query.model_copy(update={"agent": me.agent or ""}).wanted()


@router.get("/evaluations/averages")
async def averages(
    database: Database, _: Supervisor, query: Annotated[AverageQuery, Query()]
) -> list[AverageRow]:
    """What agents, or teams as they are now, have reached on the average, and in each section."""
    return [
        AverageRow(
            name=one.name,
            talks=one.talks,
            failed=one.failed,
            share=one.share,
            sections=dict(one.sections),
        )
        for one in await evaluations.averages_of(database, query.wanted(), by=query.by)
    ]


@router.get("/evaluations/agreement")
async def agreement(
    database: Database, _: Supervisor, query: Annotated[AgreementQuery, Query()]
) -> AgreementRow:
    """How far two raters agree on the talks that both judged by one version of a form."""
    wanted = Wanted(
        form=query.form,
        since=None if query.since is None else from_ms(query.since),
        until=None if query.until is None else from_ms(query.until),
    )
    version, found = await evaluations.agreement_of(
        database, wanted, version=query.version, raters=(query.first, query.second)
    )
    return AgreementRow(
        version=version,
        talks=found.talks,
        correlation=found.correlation,
        mean_difference=found.mean_difference,
        questions=[QuestionAgreementRow(**asdict(one)) for one in found.questions],
    )


def _form_row(published: Published) -> FormRow:
    form = published.form
    return FormRow(
        name=form.name,
        version=published.version,
        title=form.title,
        sections=form.sections,
        active=published.active,
        made_at=to_ms(published.made_at),
        made_by=published.made_by,
    )


def _row(kept: Evaluation) -> EvaluationRow:
    return EvaluationRow(
        id=kept.id,
        recording=kept.recording,
        agent=kept.agent,
        form=kept.form,
        version=kept.version,
        rater=kept.rater,
        answers=dict(kept.answers),
        comments=list(kept.comments),
        points=kept.points,
        points_max=kept.points_max,
        failed=kept.failed,
        made_at=to_ms(kept.made_at),
    )
