"""The configuration of outbound calling over HTTP: campaigns, and what customers are asked."""

from fastapi import APIRouter, Request, Response

from ccserver.config.campaign_form import CampaignForm
from ccserver.config.questionnaire_form import QuestionnaireForm
from ccserver.web.auth import Administrator, Supervisor
from ccserver.web.config import NameInPath
from ccserver.web.desk import AtDesk, Changed, read_part

router = APIRouter(prefix="/api/config", tags=["configuration"])


@router.get("/campaigns/{name}")
async def campaign(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> CampaignForm:
    """How one campaign is run."""
    form: CampaignForm = await read_part(request, response, "campaigns", name)
    return form


@router.put("/campaigns/{name}")
async def put_campaign(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: CampaignForm
) -> Changed:
    """Add a campaign, which is a draft then, or change how one is run. Calls that are under way
    stay as they are."""
    return await desk.put(admin.me, "campaigns", name, body)


@router.delete("/campaigns/{name}")
async def delete_campaign(desk: AtDesk, admin: Administrator, name: NameInPath) -> Changed:
    """Take a campaign out: it calls nobody any more. Its lists, attempts and evidence stay."""
    return await desk.delete(admin.me, "campaigns", name)


@router.get("/questionnaires/{name}")
async def questionnaire(
    request: Request, response: Response, _: Supervisor, name: NameInPath
) -> QuestionnaireForm:
    """What customers are asked."""
    form: QuestionnaireForm = await read_part(request, response, "questionnaires", name)
    return form


@router.put("/questionnaires/{name}")
async def put_questionnaire(
    desk: AtDesk, admin: Administrator, name: NameInPath, body: QuestionnaireForm
) -> Changed:
    """Add a questionnaire, or change one: answers that there are keep the version they were given
    to."""
    return await desk.put(admin.me, "questionnaires", name, body)


@router.delete("/questionnaires/{name}")
async def delete_questionnaire(desk: AtDesk, admin: Administrator, name: NameInPath) -> Changed:
    """Take a questionnaire out that no campaign asks any more. Its answers stay."""
    return await desk.delete(admin.me, "questionnaires", name)
