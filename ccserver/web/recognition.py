"""Who is calling, as the agent has found out: over HTTP."""

from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ccserver.core.events import CallerRecognized, Event
from ccserver.core.ids import CustomerId
from ccserver.db.customer_records import give_number, require_free, settle
from ccserver.db.customers import card_of
from ccserver.numbers import e164
from ccserver.web.auth import Someone
from ccserver.web.contacts import ContactInPath, seen_contact
from ccserver.web.database import changing
from ccserver.web.live import Live
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["customers"])

_log = structlog.get_logger("ccserver.web")


class RecognitionForm(BaseModel, extra="forbid"):
    """Who it is."""

    customer: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
    keep_number: bool = False
    """The caller's number is the customer's from now on, whosever it was."""


@router.put("/contacts/{contact}/customer", status_code=204)
async def recognize(
    request: Request, someone: Someone, contact: ContactInPath, body: RecognitionForm
) -> None:
    """Say which customer a contact is with, who was unknown or taken for another.

    For the agent whose contact it is, and for supervisors. A call that goes on is known by tier and
    value of this customer, and the card is shown anew.
    """
    live: Live = request.app.state.live
    customer = CustomerId(body.customer)
    async with changing(request) as session:
        found, _ = await seen_contact(request, session, someone.me, contact)
        key = found.contact
        card = await card_of(session, customer, contact=key)
        if card is None:
            raise Problem(404, "There is no such customer.", "GET /api/customers?q=… finds them.")
        call = live.view.calls.get(key)
        if call is not None and call.customer not in ("", customer):
            await require_free(session, CustomerId(call.customer))
        # Also while it goes on: it may end before this is committed.
        await settle(session, key, customer)
        if body.keep_number:
            await give_number(session, customer, _number(found.caller, request.app.state.region))
    _log.info("a caller is recognized", contact=key, customer=customer, by=someone.me.login)
    if key in live.view.calls:
        post: Callable[[Event], None] = request.app.state.post
        post(CallerRecognized(contact=key, customer=card.customer))
    live.keep_card(key, card, anew=True)


def _number(caller: str, region: str) -> str:
    if not caller:
        raise Problem(409, "This caller has hidden the number.", "Send `keep_number` as false.")
    number = e164(caller, region)
    if number != caller:
        raise Problem(
            409, "The caller's number is none to be called at.", "Send `keep_number` as false."
        )
    return number
