"""The configuration part by part over HTTP: administrators change it, supervisors read it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from ccserver.config.desk_form import DispositionForm, ScriptForm, ThresholdForm
from ccserver.config.fields import Form, Title
from ccserver.config.form import (
    AgentForm,
    CalendarForm,
    ConfigForm,
    QueueForm,
    RecordingForm,
    RetentionForm,
    SiteForm,
    TargetForm,
    ValueForm,
)
from ccserver.core.value import Tier
from ccserver.db.people import Role
from ccserver.web.auth import Administrator, Supervisor
from ccserver.web.config import NameInPath
from ccserver.web.desk import AtDesk, Changed, read_part, required
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/config", tags=["configuration"])

LoginInPath = Annotated[str, Path(min_length=1, max_length=64)]
Titled = Literal["skills", "teams", "pause_reasons"]
Deletable = Titled | Literal["dispositions", "scripts", "thresholds"]


class TitleForm(Form):
    """A skill, a team or a pause reason, as people read it."""

    title: Title = ""


# -- kinds of which there is one


@router.get("/site")
async def site(request: Request, response: Response, _: Supervisor) -> SiteForm:
    """What holds for all queues."""
    form: SiteForm = await read_part(request, response, "site")
    return form


@router.put("/site")
async def put_site(desk: AtDesk, admin: Administrator, body: SiteForm) -> Changed:
    """Change what holds for all queues."""
    return await desk.put(admin.me, "site", "", body)


@router.get("/value")
async def value(request: Request, response: Response, _: Supervisor) -> ValueForm:
    """How much each thing counts for a customer's value."""
    form: ValueForm = await read_part(request, response, "value")
    return form


@router.put("/value")
async def put_value(desk: AtDesk, admin: Administrator, body: ValueForm) -> Changed:
    """Change how much each thing counts."""
    return await desk.put(admin.me, "value", "", body)


@router.get("/targets")
async def targets(request: Request, response: Response, _: Supervisor) -> dict[Tier, TargetForm]:
    """Service levels by tier."""
    form: dict[Tier, TargetForm] = await read_part(request, response, "targets")
    return form


@router.put("/targets")
async def put_targets(desk: AtDesk, admin: Administrator, body: dict[Tier, TargetForm]) -> Changed:
    """Change the service levels of the whole site."""
    return await desk.put(admin.me, "targets", "", body)


@router.get("/recording")
async def recording(request: Request, response: Response, _: Supervisor) -> RecordingForm:
    """Which talks are recorded."""
    form: RecordingForm = await read_part(request, response, "recording")
    return form


@router.put("/recording")
async def put_recording(desk: AtDesk, admin: Administrator, body: RecordingForm) -> Changed:
    """Change which talks are recorded. Talks that are under way stay as they are."""
    return await desk.put(admin.me, "recording", "", body)


@router.get("/retention")
async def retention(request: Request, response: Response, _: Supervisor) -> RetentionForm:
    """How long recordings are kept."""
    form: RetentionForm = await read_part(request, response, "retention")
    return form


@router.put("/retention")
async def put_retention(desk: AtDesk, admin: Administrator, body: RetentionForm) -> Changed:
    """Change how long recordings are kept, those that there are already too."""
    return await desk.put(admin.me, "retention", "", body)


# -- queues


@router.get("/queues/{name}")
async def queue(request: Request, response: Response, _: Supervisor, name: NameInPath) -> QueueForm:
    """How one queue is run."""
    form: QueueForm = await read_part(request, response, "queues", name)
    return form


@router.put("/queues/{name}")
async def put_queue(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: QueueForm
) -> Changed:
    """Add a queue, or change how it is run."""
    return await desk.put(admin.me, "queues", name, body)


@router.delete("/queues/{name}")
async def delete_queue(desk: AtDesk, admin: Administrator, name: NameInPath) -> Changed:
    """Take a queue out that nothing leads to any more."""
    return await desk.delete(admin.me, "queues", name)


# -- calendars


@router.get("/calendars/{name}")
async def calendar(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> CalendarForm:
    """Opening hours that queues share."""
    form: CalendarForm = await read_part(request, response, "calendars", name)
    return form


@router.put("/calendars/{name}")
async def put_calendar(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: CalendarForm
) -> Changed:
    """Add a calendar, or change one."""
    return await desk.put(admin.me, "calendars", name, body)


@router.delete("/calendars/{name}")
async def delete_calendar(desk: AtDesk, admin: Administrator, name: NameInPath) -> Changed:
    """Take a calendar out that no queue goes by any more."""
    return await desk.delete(admin.me, "calendars", name)


# -- agents


@router.get("/agents/{login}")
async def agent(
    request: Request, response: Response, _: Supervisor, login: LoginInPath
) -> AgentForm:
    """What an agent can do."""
    form: AgentForm = await read_part(request, response, "agents", login)
    return form


@router.put("/agents/{login}")
async def put_agent(
    desk: AtDesk, someone: Supervisor, login: LoginInPath, body: AgentForm
) -> Changed:
    """Change what an agent can do. A supervisor may change skills, and says why."""
    me = someone.me

    def edit(old: ConfigForm) -> ConfigForm:
        desk.require_seen(required(old, "agents", login))
        if me.role is not Role.ADMIN:
            _require_skills_only(old.agents[login], body, desk.reason)
        return old.model_copy(update={"agents": old.agents | {login: body}})

    return await desk.change(me, edit, "agents", login)


def _require_skills_only(before: AgentForm, after: AgentForm, reason: str) -> None:
    if after.model_copy(update={"skills": before.skills}) != before:
        raise Problem(403, "Supervisors change skills alone.", "Ask an administrator.")
    if not reason:
        raise Problem(422, "The reason is missing.", "Send it as ?reason=…")


# -- what the desk offers, and what the floor watches


@router.get("/dispositions/{name}")
async def disposition(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> DispositionForm:
    """What can have come of a talk."""
    form: DispositionForm = await read_part(request, response, "dispositions", name)
    return form


@router.put("/dispositions/{name}")
async def put_disposition(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: DispositionForm
) -> Changed:
    """Add a disposition, or change one."""
    return await desk.put(admin.me, "dispositions", name, body)


@router.get("/scripts/{name}")
async def script(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> ScriptForm:
    """What agents read out, or go by."""
    form: ScriptForm = await read_part(request, response, "scripts", name)
    return form


@router.put("/scripts/{name}")
async def put_script(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: ScriptForm
) -> Changed:
    """Add a script, or change one."""
    return await desk.put(admin.me, "scripts", name, body)


@router.get("/thresholds/{name}")
async def threshold(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> ThresholdForm:
    """When a figure turns red."""
    form: ThresholdForm = await read_part(request, response, "thresholds", name)
    return form


@router.put("/thresholds/{name}")
async def put_threshold(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: ThresholdForm
) -> Changed:
    """Add a threshold, or change one. It holds within a second."""
    return await desk.put(admin.me, "thresholds", name, body)


# -- what has only a title


@router.get("/{kind}/{name}")
async def titled(
    request: Request, response: Response, _: Supervisor, kind: Titled, name: NameInPath
) -> TitleForm:
    """A skill, a team or a pause reason."""
    return TitleForm(title=await read_part(request, response, kind, name))


@router.put("/{kind}/{name}")
async def put_titled(
    desk: AtDesk, admin: Administrator, kind: Titled, name: NameInPath, body: TitleForm
) -> Changed:
    """Add a skill, a team or a pause reason, or change its title."""
    return await desk.put(admin.me, kind, name, body.title)


@router.delete("/{kind}/{name}")
async def delete_other(
    desk: AtDesk, admin: Administrator, kind: Deletable, name: NameInPath
) -> Changed:
    """Take out what nobody has and nothing leads to any more."""
    return await desk.delete(admin.me, kind, name)
