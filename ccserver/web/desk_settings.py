"""What the desk's page goes by: all of it that an operator has configured, in one answer."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request
from pydantic import BaseModel

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.desk_form import DispositionForm, Flag
from ccserver.config.form import ConfigForm, QueueForm
from ccserver.db import config, people
from ccserver.web.auth import Someone
from ccserver.web.desk import in_database
from ccserver.web.live import Live

router = APIRouter(prefix="/api", tags=["desk"])


class NamedRow(BaseModel):
    """Something by its name, and how people read it. An empty title: by the name."""

    name: str
    title: str


class DispositionRow(NamedRow):
    """What an agent can say has come of a talk."""

    flags: list[Flag]
    queues: list[str]
    """Offered after talks of these queues; none: of all."""


class ScriptRow(BaseModel):
    """What an agent reads out. `{name}`, `{number}`, `{tier}` and `{agent}` are filled in."""

    title: str
    text: str


class DeskQueueRow(NamedRow):
    """A queue, as far as its agents' desks go by it."""

    script: ScriptRow | None
    disposition_required: bool
    wrap_up_extend_seconds: float
    wrap_up_extends_max: int
    wrap_up_forced: bool
    auto_answer: bool


class DeskCampaignRow(NamedRow):
    """A campaign, as far as its agents' desks go by it."""

    script: ScriptRow | None
    questionnaire: str | None
    """What is asked and filled in: the name of one."""


class Shared(BaseModel):
    """What is the same on all desks."""

    pause_reasons: list[NamedRow]
    dispositions: list[DispositionRow]
    queues: list[DeskQueueRow]
    campaigns: list[DeskCampaignRow]
    skills: list[NamedRow]
    teams: list[NamedRow]
    zone: str
    """In which the day begins at midnight (IANA)."""
    region: str
    """How a number without a country code is read (ISO 3166-1)."""


class DeskSettings(Shared):
    """What the desk of this person goes by. Ask again after each `snapshot`."""

    may_download: bool
    """May take copies of recordings."""
    phone: str | None
    """The own extension; null for who takes no calls."""


class SharedSettings:
    """What all desks show, read once for each change: a thousand desks ask in one moment."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._kept: tuple[int, Shared] | None = None

    async def read(self, request: Request) -> Shared:
        """As it was when the screens were last told of a change, or newer."""
        live: Live = request.app.state.live
        async with self._reading:
            configured = live.view.configured
            if self._kept is None or self._kept[0] != configured:
                async with in_database(request) as session:
                    form = await config.shared(session)
                shared = _shared(form, zone=request.app.state.zone, region=request.app.state.region)
                self._kept = configured, shared
            return self._kept[1]


@router.get("/desk")
async def desk(request: Request, someone: Someone) -> DeskSettings:
    """All that the desk's page needs of the configuration."""
    kept: SharedSettings = request.app.state.shared_settings
    shared = await kept.read(request)
    async with in_database(request) as session:
        found = await people.find_login(session, someone.me.login)
        may_download = await people.may_download(session, someone.me.login)
    return DeskSettings(
        **dict(shared),
        may_download=may_download,
        phone=None if found is None else found[0].phone,
    )


def _shared(form: ConfigForm, *, zone: str, region: str) -> Shared:
    return Shared(
        pause_reasons=_named(form.pause_reasons),
        dispositions=[_disposition(name, one) for name, one in form.dispositions.items()],
        queues=[_queue(name, one, form) for name, one in form.queues.items()],
        campaigns=[_campaign(name, one, form) for name, one in form.campaigns.items()],
        skills=_named(form.skills),
        teams=_named(form.teams),
        zone=zone,
        region=region,
    )


def _named(titles: Mapping[str, str]) -> list[NamedRow]:
    return [NamedRow(name=name, title=title) for name, title in titles.items()]


def _disposition(name: str, form: DispositionForm) -> DispositionRow:
    return DispositionRow(
        name=name, title=form.title, flags=list(form.flags), queues=list(form.queues)
    )


def _queue(name: str, queue: QueueForm, form: ConfigForm) -> DeskQueueRow:
    return DeskQueueRow(
        name=name,
        title=queue.title,
        script=_script(queue.script, form),
        disposition_required=queue.disposition_required,
        wrap_up_extend_seconds=queue.wrap_up_extend_seconds,
        wrap_up_extends_max=queue.wrap_up_extends_max,
        wrap_up_forced=queue.wrap_up_forced,
        auto_answer=queue.auto_answer,
    )


def _campaign(name: str, campaign: CampaignForm, form: ConfigForm) -> DeskCampaignRow:
    return DeskCampaignRow(
        name=name,
        title=campaign.title,
        script=_script(campaign.script, form),
        questionnaire=campaign.questionnaire,
    )


def _script(name: str | None, form: ConfigForm) -> ScriptRow | None:
    if name is None:
        return None
    script = form.scripts[name]
    return ScriptRow(title=script.title, text=script.text)
