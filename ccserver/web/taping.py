"""Whether talks are recorded, over HTTP: paused for a card's number, and what a customer said."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from ccserver.core import events as fact
from ccserver.core.commands import CallState
from ccserver.core.ids import ContactId, CustomerId
from ccserver.core.rules import Consent
from ccserver.core.talk_events import TapePaused, TapeResumed
from ccserver.db.customers import set_recording_consent
from ccserver.db.people import Role
from ccserver.web.auth import Someone
from ccserver.web.contacts import ContactInPath
from ccserver.web.database import changing
from ccserver.web.live import Live
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["recordings"])


class ConsentForm(BaseModel, extra="forbid"):
    """What the customer has said about being recorded."""

    consent: Consent


@router.post("/contacts/{contact}/recording/pause", status_code=202)
async def pause(request: Request, someone: Someone, contact: ContactInPath) -> None:
    """Let the talk's recording be silent, such as for a card's number; it goes on by itself after
    the site's longest pause.

    For the agent whose talk it is, for supervisors, and for programs with such a person's token.
    The screen shows the pause once it is there.
    """
    _post(request, TapePaused(contact=_talk(request, someone.me, contact), by=someone.me.login))


@router.post("/contacts/{contact}/recording/resume", status_code=202)
async def resume(request: Request, someone: Someone, contact: ContactInPath) -> None:
    """Let the talk's recording go on. For the same people."""
    _post(request, TapeResumed(contact=_talk(request, someone.me, contact), by=someone.me.login))


@router.put("/customers/{customer}/recording-consent", status_code=204)
async def consent(
    request: Request,
    _: Someone,
    customer: Annotated[str, Path(pattern=r"^[0-9]{1,18}$")],
    body: ConsentForm,
) -> None:
    """Note what a customer has said about being recorded. It counts from his next call on."""
    async with changing(request) as session:
        if not await set_recording_consent(session, CustomerId(customer), body.consent):
            raise Problem(404, "There is no such customer.", "Look for the id in a contact of his.")


def _talk(request: Request, me: Me, contact: str) -> ContactId:
    """The contact that talks now, if this person may pause its recording; else 404."""
    live: Live = request.app.state.live
    call = live.view.calls.get(ContactId(contact))
    is_talk = call is not None and call.state is CallState.TALKING
    if call is None or not is_talk or (me.role is Role.AGENT and call.agent != me.agent):
        # Whether there is one of that id is no other agent's business.
        raise Problem(404, "This contact has no talk now.", "Pause while agent and caller talk.")
    return ContactId(contact)


def _post(request: Request, event: fact.Event) -> None:
    post: Callable[[fact.Event], None] = request.app.state.post
    post(event)
